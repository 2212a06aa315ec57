"""The catalogue: every figure has its source, and the hourly files hold what was published of them."""

from __future__ import annotations

import importlib.util
import re
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pyarrow.parquet as pq
import pytest
from ruamel.yaml import YAML

from gigacampus.campus import catalog
from gigacampus.campus.spec.compute import Server
from gigacampus.campus.spec.deal import Process
from gigacampus.campus.spec.deal.tax import Recovery, Regime, State
from gigacampus.campus.spec.site import Grid
from gigacampus.campus.spec.workload import Failures, Serving, Training, Workload
from gigacampus.quantities import ACCEPTED, parse_quantity

ROOT = Path(__file__).parents[2]
SOURCE = ROOT.parent / "shared" / "data"
SECTIONS = sorted(path.stem for path in catalog.folder().glob("*.yaml"))
WRITTEN = {"written": True}
DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


def read(section: str) -> dict[str, Any]:
    return YAML(typ="safe", pure=True).load((catalog.folder() / f"{section}.yaml").read_text(encoding="utf-8"))


def figures(section: str) -> Iterator[tuple[str, dict[str, Any]]]:
    for name, entry in read(section)["entries"].items():
        for field, given in entry.items():
            if isinstance(given, dict):
                yield f"{name}.{field}", given


def columns(file: str) -> tuple[dict[str, np.ndarray], dict[str, str]]:
    """A Parquet file's columns divided by their scales, and its metadata."""
    table = pq.ParquetFile(catalog.folder() / file).read(use_threads=False)
    metadata = {key.decode(): value.decode() for key, value in table.schema.metadata.items()}
    found = {}
    for name in table.column_names:
        chunk = table.column(name).chunk(0)
        assert table.column(name).num_chunks == 1
        assert chunk.null_count == 0
        values = np.frombuffer(chunk.buffers()[1], dtype=str(chunk.type), count=len(chunk))
        found[name] = values / int(metadata.get(f"scale.{name}", "1"))
    return found, metadata


def builder() -> ModuleType:
    spec = importlib.util.spec_from_file_location("build_catalog_data", ROOT / "scripts/build_catalog_data.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


# --- every section


@pytest.mark.parametrize("section", SECTIONS)
def test_figures_have_value_year_source_and_grade(section: str) -> None:
    sources = read(section)["sources"]
    for place, figure in figures(section):
        assert {"value", "year", "source", "grade"} <= set(figure) <= {"value", "year", "source", "grade", "note"}, (
            place
        )
        assert figure["grade"] in catalog.GRADES, place
        assert 1900 < figure["year"] <= 2060, place
        assert figure["source"] in sources, place


@pytest.mark.parametrize("section", SECTIONS)
def test_sources_say_where_to_look(section: str) -> None:
    raw = read(section)
    used: dict[str, set[str]] = {}
    for _, figure in figures(section):
        used.setdefault(figure["source"], set()).add(figure["grade"])
    for name, source in raw["sources"].items():
        assert set(source) <= {"title", "url", "date"}, name
        assert all(isinstance(text, str) for text in source.values()), f"{name}: quote dates"
        assert source["title"].strip(), name
        if used.get(name, set()) & {"H", "M", "L"}:
            assert source.get("url", "").startswith(("https://", "http://")), name
    assert used.keys() == raw["sources"].keys(), "sources that no figure uses"


@pytest.mark.parametrize("section", SECTIONS)
def test_values_have_a_known_unit(section: str) -> None:
    for place, figure in figures(section):
        if isinstance(figure["value"], str):
            known = any(reads(figure["value"], unit) for unit in ACCEPTED) or DAY.fullmatch(figure["value"])
            assert known, f"{place}: {figure['value']}"


def reads(text: str, unit: str) -> bool:
    try:
        parse_quantity(text, unit)
    except ValueError:
        return False
    return True


@pytest.mark.parametrize("section", SECTIONS)
def test_numbers_are_never_bare(section: str) -> None:
    for name, entry in read(section)["entries"].items():
        bare = [field for field, given in entry.items() if isinstance(given, (int, float)) and given is not True]
        assert [field for field in bare if not isinstance(entry[field], bool)] == [], name
        assert entry.get("title"), name


@pytest.mark.parametrize("section", SECTIONS)
def test_sections_are_quick_to_read(section: str) -> None:
    assert (catalog.folder() / f"{section}.yaml").stat().st_size < 60_000


def test_the_entries_are_found_by_name() -> None:
    for section in SECTIONS:
        for name in catalog.names(section):
            assert catalog.entry(section, name).text["title"]


# --- what the spec takes from it


@pytest.mark.parametrize("noun", [Server, Grid, Training, Serving, Failures, Workload])
def test_defaults_are_valid_as_written(noun: Any) -> None:
    noun.model_validate({}, context=WRITTEN)


@pytest.mark.parametrize(
    ("noun", "section"),
    [
        (Server, "servers"),
        (Grid, "grids"),
        (Process, "market_analogues"),
        (Recovery, "tax_recovery"),
        (Regime, "tax_regimes"),
        (State, "tax_states"),
    ],
)
def test_every_entry_is_valid_as_written(noun: Any, section: str) -> None:
    for name in catalog.names(section):
        noun.model_validate(name, context=WRITTEN)


def test_the_default_job_is_interrupted_as_often_as_llama_3() -> None:
    rate, job = Failures.model_validate({}).rate, Training.model_validate({}).job_accelerators
    assert 8766 / (rate * job) == pytest.approx(3.093, rel=1e-3)  # hours
    assert rate * 8 / 365.25 * 1000 == pytest.approx(3.789, rel=1e-3)  # per 1,000 node-days of 8


def test_analogues_follow_from_their_fall_and_recovery() -> None:
    for name in catalog.names("market_analogues"):
        found = {field: figure.value for field, figure in catalog.entry("market_analogues", name).figures.items()}
        depth, reversion = parse_quantity(found["depth"], "fraction"), parse_quantity(found["mean_reversion"], "1/year")
        assert found["jump_mean"] == pytest.approx(np.log(1 - depth), rel=0.025), name
        half = found.get("half_recovery")
        years = parse_quantity(half, "year") if half else np.inf
        assert reversion == pytest.approx(np.log(2) / years, rel=0.02), name


def test_names_in_entries_are_entries() -> None:
    for name in catalog.names("grids"):
        grid = Grid.model_validate(name, context=WRITTEN)
        assert grid.mix in catalog.names("grid_mixes")
        assert grid.price_shape in catalog.names("price_shapes")
    for name in catalog.names("servers"):
        server = Server.model_validate(name, context=WRITTEN)
        part = catalog.entry("accelerators", server.accelerator)
        assert parse_quantity(part.figures["bf16_peak"].value, "TFLOP/s") == server.accelerator_peak


@pytest.mark.parametrize("name", catalog.names("price_shapes"))
def test_price_shapes_have_24_hours_and_mean_1(name: str) -> None:
    hours = catalog.entry("price_shapes", name).figures["hours"].value
    assert len(hours) == 24
    assert np.mean(hours) == pytest.approx(1, abs=1e-4)
    if name != "flat":
        assert 16 <= int(np.argmax(hours)) <= 21  # local time: the evening is dear, not the night
        assert int(np.argmin(hours)) in {*range(1, 5), *range(9, 15)}


@pytest.mark.parametrize("fuel", ["WND", "SUN", "WAT", "OIL", "NG", "COL", "NUC", "OTH"])
def test_every_fuel_code_has_its_factors(fuel: str) -> None:
    factors = catalog.entry("emission_factors", fuel).figures
    assert parse_quantity(factors["direct"].value, "kg/MWh") >= 0
    assert parse_quantity(factors["lifecycle_ipcc"].value, "kg/MWh") > 0
    assert parse_quantity(catalog.entry("water_factors", fuel).figures["consumption"].value, "L/kWh") >= 0


@pytest.mark.parametrize("name", ["llama-3.1-8b", "llama-3.1-70b", "llama-3.1-405b", "qwen3-32b"])
def test_dimensions_of_dense_models_give_their_parameters(name: str) -> None:
    model = {field: figure.value for field, figure in catalog.entry("llms", name).figures.items()}
    attention = 2 * model["hidden"] * model["head_dim"] * (model["heads"] + model["kv_heads"])
    layer = attention + model["ffn_matrices"] * model["hidden"] * model["ffn"]
    total = model["layers"] * layer + 2 * model["vocab"] * model["hidden"]
    assert total == pytest.approx(model["parameters"], rel=2e-3)


# --- the hourly files


def test_hourly_files_keep_their_budget() -> None:
    total = sum(path.stat().st_size for path in catalog.folder().rglob("*.parquet"))
    assert 500_000 < total < 3_000_000
    assert len(catalog.names("weather")) >= 10
    listed = {str(catalog.entry(s, n).text["file"]) for s in ("weather", "grid_mixes") for n in catalog.names(s)}
    assert listed == {path.relative_to(catalog.folder()).as_posix() for path in catalog.folder().rglob("*.parquet")}


@pytest.mark.parametrize("name", catalog.names("weather"))
def test_weather_years_are_whole_and_physical(name: str) -> None:
    entry = catalog.entry("weather", name)
    hours, metadata = columns(str(entry.text["file"]))
    assert list(hours) == ["dry_bulb", "dew_point", "relative_humidity", "pressure", "ghi", "dni", "dhi", "wind_speed"]
    assert all(values.shape == (8760,) for values in hours.values())
    assert (hours["dew_point"] <= hours["dry_bulb"] + 0.2).mean() > 0.99
    assert hours["relative_humidity"].max() <= 100
    altitude = float(metadata["elevation"])
    assert hours["pressure"].mean() == pytest.approx(1015 * (1 - 2.25577e-5 * altitude) ** 5.2559, rel=0.01)
    day = hours["ghi"].reshape(365, 24)
    assert day[:, :2].max() < (40 if name == "fairbanks-ak" else 1)  # no sun after midnight: the hours are local
    assert 1000 < hours["ghi"].sum() / 1000 + 200 * (name == "fairbanks-ak") < 2300
    noon = (day.mean(0) * (np.arange(24) + 0.5)).sum() / day.mean(0).sum()
    longitude, offset = float(metadata["longitude"]), float(metadata["utc_offset"])
    assert noon == pytest.approx(12 + offset - longitude / 15, abs=0.35)  # labelled by the start of the hour
    for field, unit in (("latitude", "deg"), ("longitude", "deg"), ("elevation", "m")):
        assert parse_quantity(entry.figures[field].value, unit) == float(metadata[field])
    assert entry.figures["utc_offset"].value == offset
    assert entry.text["station"] == metadata["station"]
    assert parse_quantity(entry.figures["mean_dry_bulb"].value, "degC") == pytest.approx(
        hours["dry_bulb"].mean(), abs=0.051
    )


@pytest.mark.parametrize(
    ("name", "mean", "highest", "sun"),
    [
        ("monroe-la", 18.2, 38.0, 1613),
        ("shreveport-la", 18.2, 38.9, 1680),
        ("abilene-tx", 17.1, 41.1, 1869),
        ("phoenix-az", 23.8, 44.4, 2094),
        ("dallas-tx", 18.7, 40.0, None),
        ("memphis-tn", 17.0, 38.3, None),
        ("columbus-oh", 11.1, 34.4, None),
        ("dulles-va", 12.7, 37.2, None),
    ],
)
def test_weather_statistics_are_those_of_the_source(name: str, mean: float, highest: float, sun: float | None) -> None:
    hours, _ = columns(f"weather/{name}.parquet")
    assert hours["dry_bulb"].mean() == pytest.approx(mean, abs=0.051)
    assert hours["dry_bulb"].max() == pytest.approx(highest, abs=0.01)
    if sun is not None:
        assert hours["ghi"].sum() / 1000 == pytest.approx(sun, abs=0.51)


@pytest.mark.parametrize(
    ("name", "total", "shares"),
    [
        ("miso-2022", 639.6, {"NG": 32.6, "COL": 33.9, "WND": 15.6, "NUC": 14.4}),
        ("ercot-2022", 429.0, {}),
        ("pjm-2022", 838.8, {}),
    ],
)
def test_mixes_are_those_of_the_source(name: str, total: float, shares: dict[str, float]) -> None:
    hours, metadata = columns(f"mix/{name}.parquet")
    assert list(hours) == ["WND", "SUN", "WAT", "OIL", "NG", "COL", "NUC", "OTH"]
    assert all(values.shape == (8760,) and values.min() >= 0 for values in hours.values())
    sums = {fuel: values.sum() / 1e6 for fuel, values in hours.items()}
    assert sum(sums.values()) == pytest.approx(total, rel=0.003)  # gaps are filled here, and left out there
    for fuel, share in shares.items():
        assert 100 * sums[fuel] / sum(sums.values()) == pytest.approx(share, abs=0.051)
    assert hours["NUC"].min() > 0.5 * hours["NUC"].max()  # refuelling, not faults
    figures = catalog.entry("grid_mixes", name).figures
    assert figures["gaps"].value == int(metadata["gaps"])
    assert parse_quantity(figures["generation"].value, "MWh") / 1e6 == pytest.approx(sum(sums.values()), abs=0.051)


@pytest.mark.parametrize(("name", "longitude"), [("miso-2022", -90), ("ercot-2022", -101), ("pjm-2022", -78)])
def test_mixes_are_labelled_by_the_start_of_the_utc_hour(name: str, longitude: float) -> None:
    sun = columns(f"mix/{name}.parquet")[0]["SUN"].reshape(365, 24).mean(0)
    day = np.roll(np.clip(sun - np.sort(sun)[:6].mean() * 1.2, 0, None), -6)
    noon = (day * (np.arange(24) + 6.5)).sum() / day.sum()
    assert noon == pytest.approx(12 - longitude / 15, abs=0.35)


@pytest.mark.parametrize(("name", "published"), [("ercot-2022", 771.1), ("miso-2022", 982.0)])
def test_direct_factors_give_the_published_intensity(name: str, published: float) -> None:
    hours, _ = columns(f"mix/{name}.parquet")
    factors = {
        fuel: parse_quantity(catalog.entry("emission_factors", fuel).figures["direct"].value, "kg/MWh")
        for fuel in hours
    }
    emitted = sum(hours[fuel].sum() * factors[fuel] for fuel in hours)
    intensity = emitted / sum(values.sum() for values in hours.values())
    assert intensity == pytest.approx(published * 0.45359237, rel=0.15)  # MISO's is of 2023, with less coal


@pytest.mark.skipif(not SOURCE.is_dir(), reason="needs the original TMY3 and EIA-930 files beside the repository")
@pytest.mark.parametrize("file", ["weather/monroe-la.parquet", "mix/pjm-2022.parquet"])
def test_a_rebuilt_file_is_the_one_that_stands_here(file: str, tmp_path: Path) -> None:
    script, (folder, name) = builder(), file.removesuffix(".parquet").split("/")
    build = script.weather_table if folder == "weather" else script.mix_table
    script.write(build(SOURCE, name), tmp_path / "one.parquet")
    script.write(build(SOURCE, name), tmp_path / "two.parquet")
    assert (tmp_path / "one.parquet").read_bytes() == (tmp_path / "two.parquet").read_bytes()
    rebuilt = pq.ParquetFile(tmp_path / "one.parquet").read(use_threads=False)
    assert rebuilt.equals(pq.ParquetFile(catalog.folder() / file).read(use_threads=False), check_metadata=True)
