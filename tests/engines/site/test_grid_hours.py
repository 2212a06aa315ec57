"""The grid's hours: price, carbon intensity and carbon-free share."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gigacampus.engines.site import GridMix, grid
from gigacampus.errors import DataError

FACTORS = {"NG": 400.0, "COL": 1000.0, "OIL": 800.0, "OTH": 250.0}
CODES = ("WND", "SUN", "WAT", "OIL", "NG", "COL", "NUC", "OTH")


@pytest.fixture
def mix():
    rng = np.random.default_rng(3)
    return GridMix("made up", {code: rng.uniform(0, 1000, 8760) for code in CODES})


@settings(deadline=None)
@given(st.floats(1.0, 200.0), st.lists(st.floats(0.1, 5.0), min_size=24, max_size=24), st.integers(-48, 56))
def test_the_mean_of_the_price_is_the_grids_price(mean, shape, quarters):
    hourly = grid.price(mean, np.array(shape), quarters / 4)
    assert hourly.shape == (8784,)
    assert hourly.mean() == pytest.approx(mean, rel=1e-12)


def test_the_price_follows_the_local_clock():
    shape = np.ones(24)
    shape[18] = 7.0
    hourly = grid.price(30.0, shape, -6)
    assert np.argmax(hourly[:24]) == 0
    assert np.argmax(grid.price(30.0, shape, 9)[:24]) == 9
    assert hourly[0] / hourly[1] == pytest.approx(7.0)


@pytest.mark.parametrize("shape", [np.ones(23), np.full(24, np.nan), np.zeros(24), -np.ones(24), np.ones((24, 1))])
def test_no_price_shape(shape):
    with pytest.raises(DataError, match="24 finite numbers"):
        grid.price(30.0, shape, 0)


def test_carbon_has_its_mean_and_the_mixs_shape(mix):
    hourly = grid.carbon(mix, FACTORS, 335.5)
    assert (hourly * mix.total).sum() / mix.total.sum() == pytest.approx(335.5, rel=1e-12)
    g = {code: mix.generation[code][100] for code in CODES}
    direct = sum(g[code] * FACTORS.get(code, 0.0) for code in CODES) / sum(g.values())
    assert hourly[100] / direct == pytest.approx(hourly[5000] / _direct(mix, 5000 - 24), rel=1e-12)


def _direct(mix, hour):
    total = sum(mix.generation[code][hour] for code in CODES)
    return sum(mix.generation[code][hour] * FACTORS.get(code, 0.0) for code in CODES) / total


def test_shares_count_nuclear_as_clean_but_not_as_renewable(mix):
    g = {code: mix.generation[code][0] for code in CODES}
    renewable = g["WND"] + g["SUN"] + g["WAT"]
    assert mix.share(grid.RENEWABLE)[0] == pytest.approx(renewable / sum(g.values()))
    assert mix.share(grid.CLEAN)[0] == pytest.approx((renewable + g["NUC"]) / sum(g.values()))


def test_29_february_repeats_28_february(mix):
    share = mix.share(grid.CLEAN)
    assert (share[59 * 24 : 60 * 24] == share[58 * 24 : 59 * 24]).all()


def test_a_clean_grid_has_the_mean_flat():
    clean = GridMix("hydro", {"WAT": np.full(8760, 5.0)})
    assert set(grid.carbon(clean, {}, 12.0)) == {12.0}
    assert set(clean.share(grid.CLEAN)) == {1.0}


def test_a_grid_without_carbon_has_none(mix):
    assert grid.carbon(mix, FACTORS, 0.0).max() == 0.0


def test_negative_generation_counts_as_none():
    mix = GridMix("pumped", {"NG": np.full(8760, 10.0), "WAT": np.full(8760, -3.0)})
    assert mix.total[0] == 10.0
    assert mix.share(grid.CLEAN).max() == 0.0


def test_a_fuel_without_a_factor_is_an_error(mix):
    with pytest.raises(DataError, match="no emission factor for COL, OTH"):
        grid.carbon(mix, {"NG": 400.0, "OIL": 800.0}, 300.0)


@pytest.mark.parametrize(
    ("generation", "message"),
    [
        ({"NG": np.ones(8759)}, "8,760 finite hours"),
        ({"NG": np.full(8760, np.nan)}, "8,760 finite hours"),
        ({"NG": np.zeros(8760)}, "no generation at all"),
        ({}, "no generation at all"),
    ],
)
def test_no_mix(generation, message):
    with pytest.raises(DataError, match=message):
        GridMix("x", generation)
