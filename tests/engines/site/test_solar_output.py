"""Photovoltaics against pvlib's own model chain, and what must hold for any array."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from gigacampus.engines.site import WeatherYear, sun
from gigacampus.engines.site.weather import SERIES

LIMIT = 5e-4
"""Of the AC capacity: the chain takes the standard atmosphere's refraction, we the year's mean pressure."""


@pytest.fixture(scope="module")
def sky(weather):
    return sun.sun(weather)


def _chain(plant, weather):
    """The same plant as a pvlib ModelChain: another path through the library, over pandas."""
    import pandas as pd
    from pvlib import location, modelchain, pvsystem

    times = pd.date_range(f"{sun.YEAR}-01-01 00:30", periods=8760, freq="h", tz="UTC")
    data = {"ghi": weather.ghi, "dni": weather.dni, "dhi": weather.dhi, "temp_air": weather.dry_bulb}
    frame = pd.DataFrame(data | {"wind_speed": weather.wind}, index=times)
    mount = (
        pvsystem.FixedMount(plant.tilt, plant.azimuth)
        if plant.tracking == "fixed"
        else pvsystem.SingleAxisTrackerMount(plant.tilt, plant.azimuth, sun.MAX_ANGLE, True, plant.ground_cover)
    )
    array = pvsystem.Array(
        mount,
        albedo=plant.albedo,
        module_parameters={"pdc0": plant.dc_ac, "gamma_pdc": plant.temperature_coefficient},
        temperature_model_parameters={"u0": 25.0, "u1": 6.84},
    )
    none = dict.fromkeys(("shading", "snow", "mismatch", "wiring", "connections", "lid", "nameplate_rating", "age"), 0)
    system = pvsystem.PVSystem(
        [array],
        inverter_parameters={"pdc0": 1 / sun.INVERTER_EFFICIENCY},
        losses_parameters={"soiling": 100 * plant.losses, "availability": 0, **none},
    )
    chain = modelchain.ModelChain(
        system,
        location.Location(weather.latitude, weather.longitude, altitude=weather.elevation),
        transposition_model="haydavies",
        aoi_model="physical",
        spectral_model="no_loss",
        temperature_model="faiman",
        losses_model="pvwatts",
    )
    chain.run_model(frame)
    return chain.results.ac.fillna(0.0).to_numpy()


@pytest.mark.filterwarnings("ignore:DatetimeIndex.dayofyear is deprecated")  # pvlib's own, on its pandas path
@pytest.mark.parametrize("changes", [{}, {"tracking": "fixed", "tilt": 30.0}, {"tilt": 10.0, "ground_cover": 0.6}])
def test_output_is_that_of_pvlibs_model_chain(solar, weather, sky, changes):
    for name, value in changes.items():
        setattr(solar, name, value)
    up = sky.zenith < 89  # below the horizon the chain's tracker has no angle; ours lies flat and takes the twilight
    ours, theirs = sun.output(solar, weather, sky)[up], _chain(solar, weather)[up]
    assert np.abs(ours - theirs).max() < LIMIT
    assert ours.mean() == pytest.approx(theirs.mean(), rel=1e-4)


def test_the_sun_stands_as_at_the_station(weather, sky):
    """Noon at 92° west is near 18:08 UTC; at the summer solstice it stands 90° - 32.5° + 23.4° high."""
    solstice = slice(171 * 24, 172 * 24)
    assert np.argmin(sky.zenith[solstice]) in (17, 18)
    assert sky.zenith[solstice].min() == pytest.approx(32.5 - 23.44, abs=1.5)
    assert sky.extra.max() / sky.extra.min() == pytest.approx(1.069, abs=0.003)


def test_a_flat_array_sees_the_horizontal_irradiance(solar, weather, sky):
    """On a tilt of 0, beam and sky add up to GHI wherever the file itself closes."""
    solar.tracking, solar.tilt = "fixed", 0.0
    cosine = np.cos(np.radians(sky.zenith))
    closed = replace(weather, ghi=weather.dni * np.clip(cosine, 0, None) + weather.dhi)
    _, total = sun.plane_of_array(solar, closed, sky)
    high = sky.zenith < 88
    np.testing.assert_allclose(total[high], closed.ghi[high], rtol=1e-9, atol=1e-9)


def test_a_dark_hour_gives_nothing(solar, weather, sky):
    output = sun.output(solar, weather, sky)
    dark = (weather.ghi == 0) & (weather.dhi == 0) & (weather.dni == 0)
    assert dark.sum() > 3000
    assert output[dark].max() == 0.0
    assert output[sky.zenith > 100].max() == 0.0


def test_output_stays_within_capacity_and_an_oversized_array_clips(solar, weather, sky):
    solar.dc_ac = 5.0
    output = sun.output(solar, weather, sky)
    assert output.min() >= 0.0
    assert output.max() == 1.0
    solar.dc_ac = 0.5
    assert sun.output(solar, weather, sky).max() < 0.5


def _even_weather():
    even = {"ghi": 500.0, "dni": 600.0, "dhi": 120.0, "dry_bulb": 20.0, "dew_point": 10.0, "rh": 0.5, "wind": 3.0}
    series = {name: np.full(8760, even.get(name, 1e5)) for name in SERIES}
    return WeatherYear.from_local("even", (40.0, 0.0, 0.0, 0.0), series)


@pytest.mark.parametrize("tracking", ["fixed", "single-axis"])
def test_an_array_that_faces_south_is_symmetric_about_noon(solar, tracking):
    """Under a sun and a sky that are mirrored about noon, so is the output."""
    solar.tracking, solar.tilt = tracking, 30.0 if tracking == "fixed" else 0.0
    angle = np.tile(np.linspace(-1, 1, 24), 365)
    mirrored = sun.Sun(40 + 45 * np.abs(angle), 180 + 85 * angle, np.full(8760, 1361.0))
    output = sun.output(solar, _even_weather(), mirrored)[:24]
    np.testing.assert_allclose(output, output[::-1], rtol=1e-9)
    assert output[11] > output[0] > 0


def test_tracking_beats_a_fixed_array_and_losses_take_their_share(solar, weather, sky):
    tracked = sun.output(solar, weather, sky).mean()
    solar.losses = 0.0
    assert sun.output(solar, weather, sky).mean() > tracked
    solar.losses, solar.tracking, solar.tilt = 0.14, "fixed", 30.0
    assert sun.output(solar, weather, sky).mean() < tracked


def test_heat_costs_output(solar, weather, sky):
    solar.dc_ac = 1.0
    hot = replace(weather, dry_bulb=weather.dry_bulb + 10)
    ratio = sun.output(solar, hot, sky).sum() / sun.output(solar, weather, sky).sum()
    assert ratio == pytest.approx(1 - 10 * 0.0035, abs=0.004)
