"""Moist air against psychrolib, published values, and what must hold for any air."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gigacampus import air

TOLERANCE = 0.002
"""Kelvin; psychrolib's own bisection ends within 0.001."""

temperatures = st.floats(-60.0, 60.0)
humidities = st.floats(0.01, 1.0)
pressures = st.floats(60_000.0, 105_000.0)


@pytest.fixture(scope="module")
def psychrolib():
    library = pytest.importorskip("psychrolib")
    library.SetUnitSystem(library.SI)
    return library


def _states(seed, low, high, n=3000):
    """Random states of air below boiling: dry bulb, relative humidity, pressure."""
    rng = np.random.default_rng(seed)
    dry, rh, pressure = rng.uniform(low, high, n), rng.uniform(0.0, 1.0, n), rng.uniform(60e3, 105e3, n)
    below = air.saturation_pressure(dry) < 0.98 * pressure
    return dry[below], rh[below], pressure[below]


def _each(function, *columns):
    return np.array([function(*row) for row in zip(*columns, strict=True)])


@pytest.mark.parametrize(
    ("low", "high"),
    [(-99.9, -40.0), (-40.0, 0.0), (-1.0, 16.0), (0.0, 50.0), (50.0, 100.0)],
)
def test_wet_bulb_is_psychrolibs(psychrolib, low, high):
    dry, rh, pressure = _states(1, low, high)
    ours = air.wet_bulb(dry, air.humidity_ratio_from_rh(dry, rh, pressure), pressure)
    theirs = _each(psychrolib.GetTWetBulbFromHumRatio, dry, air.humidity_ratio_from_rh(dry, rh, pressure), pressure)
    assert np.abs(ours - theirs).max() < TOLERANCE


def test_all_else_is_psychrolibs(psychrolib):
    dry, rh, pressure = _states(2, -80.0, 100.0)
    rh = np.maximum(rh, 0.01)
    ratio = air.humidity_ratio_from_rh(dry, rh, pressure)
    every = np.linspace(-100, 200, 601)
    saturation = _each(psychrolib.GetSatVapPres, every)
    np.testing.assert_allclose(air.saturation_pressure(every), saturation, rtol=1e-12)
    np.testing.assert_allclose(ratio, _each(psychrolib.GetHumRatioFromRelHum, dry, rh, pressure), atol=1e-7)
    np.testing.assert_allclose(
        air.enthalpy(dry, ratio) * 1e3, _each(psychrolib.GetMoistAirEnthalpy, dry, ratio), atol=1
    )
    np.testing.assert_allclose(
        air.density(dry, ratio, pressure), _each(psychrolib.GetMoistAirDensity, dry, ratio, pressure), rtol=1e-6
    )
    warm = dry > -70
    theirs = _each(psychrolib.GetTDewPointFromRelHum, dry[warm], rh[warm])
    assert np.abs(air.dew_point(dry, rh)[warm] - theirs).max() < TOLERANCE


def test_published_values():
    """Worked above and below freezing in the tests of psychrolib 2.5, where they are good to 3e-4."""
    assert float(air.humidity_ratio_from_wet_bulb(30.0, 25.0, 95461.0)) == pytest.approx(0.0192281274241096, rel=3e-4)
    assert float(air.humidity_ratio_from_wet_bulb(-1.0, -5.0, 95461.0)) == pytest.approx(0.00120399819933844, rel=3e-4)
    wet = air.wet_bulb(7.0, air.humidity_ratio_from_rh(7.0, 0.61, 1e5), 1e5)
    assert float(wet) == pytest.approx(3.92667433781955, rel=1e-3)
    assert float(air.saturation_pressure(100.0)) == pytest.approx(101_418, rel=3e-4)
    assert float(air.latent_heat(0.0)) == 2501.0


def test_pressure_falls_with_height():
    assert float(air.pressure_at(101_325.0, 15.0, 0.0)) == 101_325.0
    climbed = float(air.pressure_at(101_325.0, 11.75, 1000.0))
    assert climbed == pytest.approx(89_874.6, rel=1e-3)  # standard atmosphere
    assert float(air.pressure_at(climbed, 11.75, -1000.0)) == pytest.approx(101_325.0, rel=1e-12)


def test_two_wet_bulbs_near_freezing_both_solve_the_balance():
    """At 5 °C and sea level some humidities fit a wick of ice and one of water; either answer closes the balance."""
    ratio = np.linspace(0.0015, 0.0023, 400)
    wet = air.wet_bulb(5.0, ratio, 101_325.0)
    np.testing.assert_allclose(air.humidity_ratio_from_wet_bulb(5.0, wet, 101_325.0), ratio, rtol=1e-9)
    assert np.diff(wet).min() > -0.4
    assert (wet < 0).any()
    assert (wet > 0).any()


def test_above_boiling_the_balance_still_closes():
    dry, ratio = np.linspace(101.0, 200.0, 200), np.geomspace(1e-6, 5.0, 200)
    wet = air.wet_bulb(dry, ratio, 101_325.0)
    np.testing.assert_allclose(air.humidity_ratio_from_wet_bulb(dry, wet, 101_325.0), ratio, rtol=1e-6)
    assert wet.max() < 100


def test_nan_gives_nan_and_shapes_broadcast():
    wet = air.wet_bulb(np.array([[20.0], [np.nan]]), np.array([0.005, np.nan, 0.01]), 101_325.0)
    assert wet.shape == (2, 3)
    assert np.isnan(wet).tolist() == [[False, True, False], [True, True, True]]
    assert air.wet_bulb(20.0, 0.01, 1e5).shape == ()
    assert air.wet_bulb(np.zeros(0), np.zeros(0), 1e5).shape == (0,)
    assert np.isnan(air.saturation_pressure([-101.0, 201.0, np.nan])).all()


@settings(deadline=None)
@given(temperatures, humidities, pressures)
def test_dew_wet_and_dry_bulb_stand_in_order(dry, rh, pressure):
    ratio = air.humidity_ratio_from_rh(dry, rh, pressure)
    wet, dew = air.wet_bulb(dry, ratio, pressure), air.dew_point(dry, rh)
    slack = 1e-3 if abs(wet) < 0.02 else 1e-6
    assert dew - slack <= wet <= dry


@settings(deadline=None)
@given(temperatures, pressures)
def test_at_saturation_all_three_agree(dry, pressure):
    ratio = air.saturation_humidity_ratio(dry, pressure)
    assert float(air.wet_bulb(dry, ratio, pressure)) == pytest.approx(dry, abs=1e-3)
    assert float(air.dew_point(dry, 1.0)) == pytest.approx(dry, abs=1e-3)
    assert float(air.relative_humidity(dry, dry)) == 1.0


@settings(deadline=None)
@given(temperatures, humidities, pressures)
def test_round_trips(dry, rh, pressure):
    ratio = air.humidity_ratio_from_rh(dry, rh, pressure)
    wet = air.wet_bulb(dry, ratio, pressure)
    assert float(air.humidity_ratio_from_wet_bulb(dry, wet, pressure)) == pytest.approx(
        float(ratio), rel=1e-4, abs=1e-9
    )
    dew = air.dew_point(dry, rh)
    assert float(air.humidity_ratio_from_dew_point(dew, pressure)) == pytest.approx(float(ratio), rel=1e-4)
    assert float(air.relative_humidity(dry, dew)) == pytest.approx(rh, rel=1e-4)
    vapour = air.vapour_pressure(ratio, pressure)
    assert float(air.humidity_ratio_from_vapour_pressure(vapour, pressure)) == pytest.approx(float(ratio), rel=1e-12)
    heat = air.enthalpy(dry, ratio)
    assert float(air.dry_bulb_from_enthalpy(heat, ratio)) == pytest.approx(dry, abs=1e-9)


@settings(deadline=None)
@given(temperatures, humidities, humidities, pressures)
def test_moister_air_has_the_higher_wet_bulb(dry, one, other, pressure):
    low, high = sorted((one, other))
    ratios = air.humidity_ratio_from_rh(dry, np.array([low, high]), pressure)
    wet = air.wet_bulb(dry, ratios, pressure)
    slack = 0.5 if np.abs(wet).min() < 0.5 else 1e-9
    assert wet[0] <= wet[1] + slack
    assert air.dew_point(dry, low) <= air.dew_point(dry, high)
    assert air.density(dry, ratios, pressure)[1] <= air.density(dry, ratios, pressure)[0]


@settings(deadline=None)
@given(st.floats(0.5, 60.0), st.floats(0.0, 10.0), st.floats(0.003, 0.02), pressures)
def test_warmer_air_has_the_higher_wet_bulb(dry, rise, ratio, pressure):
    cool, warm = air.wet_bulb(np.array([dry, dry + rise]), ratio, pressure)
    assert cool <= warm + (0.5 if abs(cool) < 0.5 else 1e-9)
