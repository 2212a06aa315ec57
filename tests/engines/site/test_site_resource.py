"""The door: one Resource whose hours fit together, and typical years against published means."""

from __future__ import annotations

import gzip
import subprocess
import sys
from dataclasses import fields, replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from gigacampus import air
from gigacampus.campus import catalog
from gigacampus.campus.spec.site import DesignConditions
from gigacampus.campus.spec.supply import Solar, Wind
from gigacampus.engines import site
from gigacampus.timeline import LEAP_DAY

DATA = Path(__file__).resolve().parents[4] / "shared" / "data" / "weather_tmy3"
FACTORS = {"NG": 400.0, "COL": 1000.0}


@pytest.fixture(scope="module")
def mix():
    hours = np.arange(8760)
    wind = 300 + 200 * np.sin(hours / 50)
    return site.GridMix("made up", {"WND": wind, "NG": np.full(8760, 700.0), "COL": 400 + 100 * np.cos(hours / 24)})


def _site(elevation=None):
    grid = SimpleNamespace(price=30.0, carbon_location=335.5, utc_offset=-6.0)
    return SimpleNamespace(elevation=elevation, grid=grid, design=DesignConditions())


def _resource(weather, mix, plants=(), elevation=None):
    return site.resource(_site(elevation), dict(plants), weather, mix, np.arange(1.0, 25.0), FACTORS)


def test_every_series_is_a_finite_weather_year(weather, mix, solar, turbine):
    plants = {"pv": solar, "w": turbine, "battery": SimpleNamespace(kind="battery"), "odd": object()}
    found = _resource(weather, mix, plants)
    assert set(found.output) == {"pv", "w"}
    series = [getattr(found, f.name) for f in fields(found) if f.name not in ("output", "notes", "design")]
    for hours in (*series, *found.output.values()):
        assert hours.shape == (8784,)
        assert hours.dtype == float
        assert np.isfinite(hours).all()
    day_before = slice(LEAP_DAY.start - 24, LEAP_DAY.start)
    for hours in (found.dry_bulb, found.ghi, found.carbon, *found.output.values()):
        assert (hours[LEAP_DAY] == hours[day_before]).all()


def test_the_air_is_one_state(weather, mix):
    found = _resource(weather, mix)
    assert (found.dew_point <= found.wet_bulb + 1e-3).all()
    assert (found.wet_bulb <= found.dry_bulb).all()
    np.testing.assert_allclose(air.dew_point(found.dry_bulb, found.rh), found.dew_point, atol=1e-6)
    ratio = air.humidity_ratio_from_wet_bulb(found.dry_bulb, found.wet_bulb, found.pressure)
    np.testing.assert_allclose(ratio, air.humidity_ratio_from_dew_point(found.dew_point, found.pressure), rtol=1e-6)


def test_a_dew_point_above_the_dry_bulb_is_saturated_air(weather, mix):
    found = _resource(replace(weather, dew_point=weather.dry_bulb + 0.3), mix)
    assert (found.rh == 1.0).all()
    np.testing.assert_allclose(found.wet_bulb, found.dry_bulb, atol=1e-3)


def test_a_campus_above_its_station_has_thinner_air(weather, mix):
    at_station, above = _resource(weather, mix), _resource(weather, mix, elevation=weather.elevation + 1000)
    ratio = above.pressure / at_station.pressure
    assert 0.88 < ratio.min() < ratio.max() < 0.90
    assert (above.wet_bulb <= at_station.wet_bulb + 0.5).all()
    assert (above.dry_bulb == at_station.dry_bulb).all()


def test_the_grid_is_priced_at_its_mean(weather, mix):
    found = _resource(weather, mix)
    assert found.price.mean() == pytest.approx(30.0, rel=1e-12)
    assert (found.carbon * mix.total).sum() / mix.total.sum() == pytest.approx(335.5, rel=1e-12)
    assert (found.renewable == found.cfe).all()


def test_same_in_same_out(weather, mix, solar):
    one, two = (_resource(weather, mix, {"pv": solar}) for _ in range(2))
    assert (one.output["pv"] == two.output["pv"]).all()
    assert (one.wet_bulb == two.wet_bulb).all()


def test_notes_of_the_weather_file_are_handed_on(weather, mix):
    assert _resource(replace(weather, notes=("wind: 3 missing hours were interpolated",)), mix).notes


def test_the_specs_own_plants_are_taken(weather, mix):
    plants = {"pv": Solar.model_validate({"capacity": "100 MW"}), "w": Wind.model_validate({"capacity": "100 MW"})}
    found = _resource(weather, mix, plants)
    assert 0.05 < found.output["pv"].mean() < 0.4
    assert 0.05 < found.output["w"].mean() < 0.6


def test_importing_the_engine_loads_nothing_heavy():
    heavy = "('pandas', 'scipy', 'pvlib', 'numba')"
    code = f"import sys, gigacampus.engines.site; print([m for m in {heavy} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def _catalogued(name):
    """A weather year of the catalogue: scaled integers in local standard time."""
    import pyarrow.parquet as pq

    path = catalog.folder() / "weather" / f"{name}.parquet"
    if not path.exists():
        pytest.skip(f"the catalogue has no {name}")
    table = pq.read_table(path)
    meta = {key.decode(): value.decode() for key, value in table.schema.metadata.items()}
    read = {
        column: np.array(table.column(column).to_pylist(), dtype=float) / float(meta[f"scale.{column}"])
        for column in table.column_names
    }
    series = {key: read[key] for key in ("dry_bulb", "dew_point", "ghi", "dni", "dhi")}
    series |= {"rh": read["relative_humidity"] / 100, "pressure": read["pressure"] * 100, "wind": read["wind_speed"]}
    place = tuple(float(meta[key]) for key in ("latitude", "longitude", "elevation", "utc_offset"))
    return site.WeatherYear.from_local(meta["title"], place, series)


def _from_file(name):
    path = DATA / f"{name}.tmy3.gz"
    if not path.exists():
        pytest.skip("the original TMY3 files are not beside this checkout")
    return site.read_tmy3(gzip.decompress(path.read_bytes()).decode("latin-1"))


STATIONS = [
    pytest.param("monroe-la", "LA-Monroe_Regional_Ap", 18.2, 14.9, 1613, id="monroe"),
    pytest.param("abilene-tx", "TX-Abilene_Regional_Ap_Ut", 17.1, 11.8, 1869, id="abilene"),
    pytest.param("phoenix-az", "AZ-Phoenix_Sky_Harbor_Intl_Ap", 23.8, 13.4, 2094, id="phoenix"),
    pytest.param("columbus-oh", "OH-Columbus_Port_Columbus_Intl_A", 11.1, 7.9, None, id="columbus"),
]


@pytest.mark.parametrize("origin", ["catalogue", "file"])
@pytest.mark.parametrize(("name", "file", "dry", "wet", "ghi"), STATIONS)
def test_typical_years_have_their_published_means(name, file, dry, wet, ghi, origin, mix):
    """Wet bulbs were published by Stull's formula, which is off by up to 0.3 K."""
    weather = _catalogued(name) if origin == "catalogue" else _from_file(file)
    found = _resource(weather, mix)
    assert weather.dry_bulb.mean() == pytest.approx(dry, abs=0.06)
    assert found.wet_bulb.mean() == pytest.approx(wet, abs=0.3)
    if ghi:
        assert weather.ghi.sum() / 1000 == pytest.approx(ghi, abs=1)


def test_the_catalogue_has_what_the_file_has():
    kept, original = _catalogued("monroe-la"), _from_file("LA-Monroe_Regional_Ap")
    for name in ("dry_bulb", "dew_point", "rh", "pressure", "ghi", "dni", "dhi", "wind"):
        np.testing.assert_allclose(getattr(kept, name), getattr(original, name), rtol=1e-9, atol=1e-9, err_msg=name)


def test_single_axis_yields_of_two_climates(mix, solar):
    """NREL ATB 2024 has 0.2815 for class 4 (GHI 5.00 to 5.25 kWh/m2 a day), where Abilene's 5.12 lies; Monroe's 4.42 is
    class 7. At the same DC/AC ratio of 1.34."""
    abilene, monroe = _catalogued("abilene-tx"), _catalogued("monroe-la")
    assert _resource(abilene, mix, {"pv": solar}).output["pv"].mean() == pytest.approx(0.2815, abs=0.012)
    assert 0.23 < _resource(monroe, mix, {"pv": solar}).output["pv"].mean() < 0.25


def test_an_airports_wind_is_no_resource(mix, turbine):
    """The raw capacity factors that the reference case found at these two airports."""
    for name, raw in (("monroe-la", 0.1418), ("abilene-tx", 0.4042)):
        factor = site.wind.output(name, turbine, _catalogued(name).wind).mean()
        assert factor == pytest.approx(raw, abs=1e-4)
    turbine.scale_to = 0.30
    assert site.wind.output("w", turbine, _catalogued("monroe-la").wind).mean() == pytest.approx(0.30, rel=1e-9)
