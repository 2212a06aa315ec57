"""Opens files (specs, weather, mixes, prices) and hands text and arrays on. Nothing else on this floor opens a file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from gigacampus.campus import catalog, spec
from gigacampus.campus.spec.parse import MAX_BYTES
from gigacampus.errors import DataError, Problem, SpecError

if TYPE_CHECKING:
    from gigacampus.engines.site import GridMix, WeatherYear

MAX_DATA_BYTES = 40_000_000


def read_spec(path: str | Path) -> spec.Loaded:
    """Read a campus from a file.

    Raises
    ------
    SpecError
        If the file cannot be read, or is not a valid campus.
    """
    return spec.read(_text(Path(path), MAX_BYTES, SpecError), str(path))


def _text(path: Path, limit: int, kind: type[SpecError] | type[DataError]) -> str:
    try:
        if path.is_dir():
            raise kind(Problem("is a folder, not a file", file=str(path), fix="Name the file in it"))
        if path.stat().st_size > limit:
            raise kind(Problem(f"is larger than {limit:,} bytes", file=str(path)))
        return path.read_bytes().decode("utf-8-sig")
    except FileNotFoundError:
        raise kind(Problem("no such file", file=str(path), fix=_nearby(path))) from None
    except (OSError, ValueError) as error:
        reason = "is not UTF-8 text" if isinstance(error, UnicodeDecodeError) else str(error).split("] ")[-1]
        raise kind(Problem(reason, file=str(path)[:200])) from None


def _nearby(path: Path) -> str:
    found = sorted(p.name for p in path.parent.glob("*.yaml"))[:5] if path.parent.is_dir() else []
    return f"There {'is' if len(found) == 1 else 'are'} {', '.join(found)}" if found else "Start from 'gigacampus new'"


def beside(name: str, loaded: spec.Loaded) -> Path:
    """A data file named in a spec: below the spec's folder, or refused."""
    base = Path(loaded.file).resolve().parent
    path = (base / name).resolve()
    if not path.is_relative_to(base):
        raise SpecError(Problem("a data file must lie below the spec's folder", value=repr(name[:80]), file=loaded.file))
    return path


def weather_bytes(loaded: spec.Loaded) -> bytes:
    """The raw content of the weather file that the spec names, for the cache key."""
    assert loaded.campus.site is not None
    weather = loaded.campus.site.weather
    if weather.use:
        return _catalog_file("weather", weather.use).read_bytes()
    return _text(beside(weather.tmy3 or weather.epw or "", loaded), MAX_DATA_BYTES, DataError).encode()


def weather_year(loaded: spec.Loaded) -> WeatherYear:
    """The weather year that the spec names."""
    from gigacampus.engines import site

    assert loaded.campus.site is not None
    weather = loaded.campus.site.weather
    if weather.use:
        return catalog_weather(weather.use)
    text = weather_bytes(loaded).decode()
    return site.read_tmy3(text) if weather.tmy3 else site.read_epw(text)


def _catalog_file(section: str, name: str) -> Path:
    return catalog.folder() / str(catalog.entry(section, name).text["file"])


def _columns(path: Path) -> tuple[dict[str, NDArray[np.float64]], dict[str, str]]:
    """Read a Parquet file's columns as floats, and its metadata, without pandas."""
    import pyarrow.parquet as pq

    table = pq.read_table(path, use_threads=False)
    metadata = {k.decode(): v.decode() for k, v in (table.schema.metadata or {}).items()}
    columns = {
        name: np.asarray(table.column(name).combine_chunks().to_numpy(zero_copy_only=False), dtype=float)
        for name in table.column_names
    }
    return columns, metadata
