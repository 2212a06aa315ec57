"""A made-up year of weather, as arrays and as the text of a TMY3 and an EPW file."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from gigacampus.engines.site import WeatherYear

PLACE = (32.5, -92.0, 24.0, -6.0)
DAYS = np.arange(np.datetime64("2021-01-01"), np.datetime64("2022-01-01")).tolist()
STAMPS = [(day.month, day.day, hour) for day in DAYS for hour in range(1, 25)]
TMY3_COLUMNS = (
    "Date (MM/DD/YYYY),Time (HH:MM),GHI (W/m^2),DNI (W/m^2),DHI (W/m^2),Dry-bulb (C),Dew-point (C),RHum (%),"
    "Pressure (mbar),Wspd (m/s)"
)


def local_series():
    """Rounded as files have it, in local standard time and the units of `WeatherYear`."""
    hours = np.arange(8760)
    rng = np.random.default_rng(7)
    season = -np.cos(2 * np.pi * (hours / 24 - 15) / 365)
    height = np.sin(np.pi * (hours % 24 + 0.5 - 6) / 12) * (0.7 + 0.25 * season)
    clear = np.repeat(rng.uniform(0.2, 1.0, 365), 24)
    dni = np.round(900 * clear * np.clip(height, 0, None) ** 0.3 * (height > 0.1))
    dhi = np.round(np.clip(height, 0, None) * (60 + 250 * (1 - clear)))
    dry = np.round(18 + 9 * season + 5 * np.sin(np.pi * (hours % 24 - 9) / 12) + rng.normal(0, 1, 8760), 1)
    dew = np.round(dry - rng.uniform(0, 12, 8760), 1)
    return {
        "dry_bulb": dry,
        "dew_point": dew,
        "rh": np.round(100 - 5 * (dry - dew)).clip(5, 100) / 100,
        "pressure": 1e5 * np.round(1.01 + rng.normal(0, 0.004, 8760), 3),
        "ghi": np.round(dni * np.clip(height, 0, None) + dhi),
        "dni": dni,
        "dhi": dhi,
        "wind": np.round(rng.weibull(2, 8760) * 4.5, 1),
    }


@pytest.fixture(scope="session")
def weather():
    return WeatherYear.from_local("made up", PLACE, local_series())


@pytest.fixture(scope="session")
def tmy3_text():
    s = local_series()
    columns = [
        s["ghi"],
        s["dni"],
        s["dhi"],
        s["dry_bulb"],
        s["dew_point"],
        s["rh"] * 100,
        s["pressure"] / 100,
        s["wind"],
    ]
    lines = ['722486,"MADE, UP",LA,-6.0,32.500,-92.000,24', TMY3_COLUMNS]
    for (month, day, hour), *row in zip(STAMPS, *columns, strict=True):
        lines.append(f"{month:02d}/{day:02d}/1994,{hour:02d}:00," + ",".join(f"{value:.1f}" for value in row))
    return "\n".join(lines) + "\n"


@pytest.fixture(scope="session")
def epw_text():
    s = local_series()
    lines = [
        "LOCATION,Made Up,LA,USA,TMY3,722486,32.500,-92.000,-6.0,24.0",
        "DESIGN CONDITIONS,0",
        "TYPICAL/EXTREME PERIODS,0",
        "GROUND TEMPERATURES,0",
        "HOLIDAYS/DAYLIGHT SAVINGS,No,0,0,0",
        "COMMENTS 1,made up",
        "COMMENTS 2,made up",
        "DATA PERIODS,1,1,Data,Sunday, 1/ 1,12/31",
    ]
    columns = [s["dry_bulb"], s["dew_point"], s["rh"] * 100, s["pressure"], s["ghi"], s["dni"], s["dhi"], s["wind"]]
    for (month, day, hour), dry, dew, rh, pressure, ghi, dni, dhi, wind in zip(STAMPS, *columns, strict=True):
        head = f"1994,{month},{day},{hour},0,?9?9,{dry:.1f},{dew:.1f},{rh:.0f},{pressure:.0f},0,0,300"
        lines.append(f"{head},{ghi:.0f},{dni:.0f},{dhi:.0f},0,0,0,0,180,{wind:.1f}" + ",0" * 13)
    return "\n".join(lines) + "\n"


@pytest.fixture
def solar():
    return SimpleNamespace(
        kind="solar",
        tracking="single-axis",
        tilt=0.0,
        azimuth=180.0,
        dc_ac=1.34,
        losses=0.14,
        ground_cover=0.4,
        temperature_coefficient=-0.0035,
        albedo=0.2,
    )


@pytest.fixture
def turbine():
    return SimpleNamespace(
        kind="wind", hub_height=100.0, shear=0.2, cut_in=3.0, rated_speed=11.0, cut_out=25.0, losses=0.12, scale_to=None
    )
