"""Opens files (specs, weather, mixes, prices) and hands text and arrays on. Nothing else on this floor opens a file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gigacampus.campus import catalog, spec
from gigacampus.campus.spec.parse import MAX_BYTES
from gigacampus.errors import DataError, Problem, SpecError
from gigacampus.quantities import parse_quantity

if TYPE_CHECKING:
    from gigacampus.engines.site import GridMix, WeatherYear
    from gigacampus.timeline import Floats

MAX_DATA_BYTES = 40_000_000


def read_spec(path: str | Path, changes: Mapping[str, Any] | None = None) -> spec.Loaded:
    """Read a campus from a file, with some of its values changed (see `spec.read`).

    Raises
    ------
    SpecError
        If the file cannot be read, or is not a valid campus.
    """
    return spec.read(_text(Path(path), MAX_BYTES, SpecError), str(path), changes)


def _text(path: Path, limit: int, kind: type[SpecError] | type[DataError]) -> str:
    try:
        if path.is_dir():
            raise kind(Problem("is a folder, not a file", file=str(path), fix="Name the file in it"))
        if path.stat().st_size > limit:
            raise kind(Problem(f"is larger than {limit:,} bytes", file=str(path)))
        return path.read_bytes().decode("utf-8-sig")
    except FileNotFoundError:
        fix = _nearby(path) or ("Start from 'gigacampus new'" if kind is SpecError else "")
        raise kind(Problem("no such file", file=str(path), fix=fix)) from None
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        raise kind(Problem("is not UTF-8 text", file=str(path)[:200], line=line)) from None
    except (OSError, ValueError) as error:
        raise kind(Problem(str(error).split("] ")[-1], file=str(path)[:200])) from None


def _nearby(path: Path) -> str:
    found = sorted(p.name for p in path.parent.glob(f"*{path.suffix}"))[:5] if path.parent.is_dir() else []
    return f"There {'is' if len(found) == 1 else 'are'} {', '.join(found)}" if found else ""


def _named(key: str, name: str, loaded: spec.Loaded) -> str:
    """Text of a data file that a spec names at a key: below the spec's folder, or refused."""
    base = Path(loaded.file).resolve().parent if loaded.file else Path.cwd()
    line = loaded.origins[key].line if key in loaded.origins else None
    here = Problem("a data file must lie below the spec's folder", key, line, repr(name[:80]), file=loaded.file)
    path = (base / name).resolve()
    if not path.is_relative_to(base):
        raise SpecError(here)
    try:
        return _text(path, MAX_DATA_BYTES, DataError)
    except DataError as error:
        found = error.problems[0]
        fix = f"The path is relative to the spec. {found.fix}".strip(" .")
        raise DataError(replace(here, message=found.message, fix=fix)) from None


def _weather_bytes(loaded: spec.Loaded) -> bytes:
    assert loaded.campus.site is not None
    weather = loaded.campus.site.weather
    if weather.use:
        return _catalog_file("weather", weather.use).read_bytes()
    kind, name = ("tmy3", weather.tmy3) if weather.tmy3 else ("epw", weather.epw)
    return _named(f"site.weather.{kind}", name or "", loaded).encode()


def site_bytes(loaded: spec.Loaded) -> bytes:
    """What the site stage reads beside the spec, for its key: weather, mix, price shape and emission factors."""
    assert loaded.campus.site is not None
    grid = loaded.campus.site.grid
    mix = _catalog_file("grid_mixes", grid.mix).read_bytes()
    return _weather_bytes(loaded) + mix + _sections("weather", "grid_mixes", "price_shapes", "emission_factors")


def factor_bytes(loaded: spec.Loaded) -> bytes:
    """What the impact stage reads beside the spec, for its key."""
    assert loaded.campus.site is not None
    mix = _catalog_file("grid_mixes", loaded.campus.site.grid.mix).read_bytes()
    return mix + _sections("grid_mixes", "water_factors", "embodied")


def cooler_bytes(loaded: spec.Loaded) -> bytes:
    """What the design stage reads beside the spec, for its key: the catalogue's coolers, which it compares."""
    return _sections("cooling_rejection", "cooling_loops")


def analogue_bytes(loaded: spec.Loaded) -> bytes:
    """What a varied deal looks up again, for the key of the stage that varies it."""
    return _sections("market_analogues")


def _sections(*names: str) -> bytes:
    return b"".join((catalog.folder() / f"{name}.yaml").read_bytes() for name in names)


def weather_year(loaded: spec.Loaded) -> WeatherYear:
    """The weather year that the spec names."""
    from gigacampus.engines import site

    assert loaded.campus.site is not None
    weather = loaded.campus.site.weather
    if weather.use:
        return catalog_weather(weather.use)
    text = _weather_bytes(loaded).decode()
    try:
        return site.read_tmy3(text) if weather.tmy3 else site.read_epw(text)
    except DataError as error:
        raise DataError(
            *(replace(problem, file=weather.tmy3 or weather.epw or "") for problem in error.problems)
        ) from None


def check_files(loaded: spec.Loaded) -> None:
    """Check that the data files which a spec names can be read.

    Raises
    ------
    DataError
        If one cannot.
    """
    if loaded.campus.site is not None:
        weather_year(loaded)


def catalog_weather(name: str) -> WeatherYear:
    """A weather year of the catalogue, moved from local standard time to UTC."""
    from gigacampus.engines.site import WeatherYear

    columns, about = _columns(_catalog_file("weather", name))
    offset = float(about["utc_offset"])
    units = {"rh": 0.01, "pressure": 100.0}
    names = {"rh": "relative_humidity", "wind": "wind_speed"}
    fields = ("dry_bulb", "dew_point", "rh", "pressure", "ghi", "dni", "dhi", "wind")
    series = {field: columns[names.get(field, field)] * units.get(field, 1.0) for field in fields}
    latitude, longitude, elevation = (float(about[field]) for field in ("latitude", "longitude", "elevation"))
    return WeatherYear.from_local(about["title"], (latitude, longitude, elevation, offset), series)


def grid_mix(name: str) -> GridMix:
    """An hourly generation mix of the catalogue."""
    from gigacampus.engines.site import GridMix

    columns, about = _columns(_catalog_file("grid_mixes", name))
    return GridMix(f"{about['balancing_authority']} {about['year']}", columns)


def price_shape(name: str) -> Floats:
    """Relative price by local hour, shape (24,)."""
    import numpy as np

    return np.array(catalog.entry("price_shapes", name).figures["hours"].value, dtype=float)


def factors(section: str, field: str, unit: str) -> dict[str, float]:
    """One figure of every entry of a section that has it, in `unit`."""
    found = {name: catalog.entry(section, name).figures.get(field) for name in catalog.names(section)}
    return {name: parse_quantity(str(figure.value), unit) for name, figure in found.items() if figure is not None}


def _catalog_file(section: str, name: str) -> Path:
    return catalog.folder() / str(catalog.entry(section, name).text["file"])


def _columns(path: Path) -> tuple[dict[str, Floats], dict[str, str]]:
    """Read a Parquet file's columns as floats in their units, and its metadata, without importing pandas."""
    import numpy as np
    import pyarrow.parquet as pq

    with pq.ParquetFile(path) as file:
        table = file.read(use_threads=False)
    about = {k.decode(): v.decode() for k, v in (table.schema.metadata or {}).items() if not k.startswith(b"ARROW")}
    columns = {}
    for name in table.column_names:
        chunk = table.column(name).combine_chunks()
        chunk = chunk.chunk(0) if hasattr(chunk, "chunk") else chunk
        values = np.frombuffer(chunk.buffers()[1], dtype=str(chunk.type), count=len(chunk))
        columns[name] = values / float(about.get(f"scale.{name}", 1))
    return columns, about
