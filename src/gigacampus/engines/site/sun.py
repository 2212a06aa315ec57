"""Output of photovoltaic plants, by pvlib.

pvlib is imported when the first plant is computed: the import costs 2 to 4 s, of which scipy (integrate, special,
optimize) is a half and pandas a third; importing some of its modules alone loads all of it.

References
----------
.. [1] K. S. Anderson et al., "pvlib python: 2023 project update", Journal of Open Source Software 8(92), 2023,
       https://doi.org/10.21105/joss.05994
.. [2] I. Reda and A. Andreas, "Solar position algorithm for solar radiation applications", Solar Energy 76(5), 2004,
       https://doi.org/10.1016/j.solener.2003.12.003
.. [3] K. Anderson and M. Mikofski, "Slope-Aware Backtracking for Single-Axis Trackers", NREL/TP-5K00-76626, 2020,
       https://doi.org/10.2172/1660126
.. [4] J. E. Hay and J. A. Davies, "Calculations of the solar radiation incident on an inclined surface", Proc. First
       Canadian Solar Radiation Data Workshop, 1980
.. [5] D. Faiman, "Assessing the outdoor operating temperature of photovoltaic modules", Progress in Photovoltaics
       16(4), 2008, https://doi.org/10.1002/pip.813
.. [6] A. P. Dobos, "PVWatts Version 5 Manual", NREL/TP-6A20-62641, 2014, https://doi.org/10.2172/1158421
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from gigacampus.engines.site.weather import HOURS, WeatherYear

if TYPE_CHECKING:
    from gigacampus.campus.spec.supply import Solar

Floats = NDArray[np.float64]

YEAR = 2022
"""Common year whose sun is taken; another moves it by up to 0.2 degrees."""
MAX_ANGLE = 60.0
"""Rotation limit of a tracker either way [deg]."""
INVERTER_EFFICIENCY = 0.96
"""Nominal efficiency of the inverter [6]_."""


@dataclass(frozen=True)
class Sun:
    """Where the sun stands in the middle of each hour: all shape (8760,).

    Attributes
    ----------
    zenith, azimuth : array [deg]
        Refraction included; clockwise from north.
    extra : array [W/m2]
        Normal irradiance outside the atmosphere.
    """

    zenith: Floats
    azimuth: Floats
    extra: Floats


def sun(weather: WeatherYear) -> Sun:
    """The sun over the weather station [2]_: that of the place where the irradiance was measured."""
    from pvlib import irradiance, spa

    hours = np.datetime64(f"{YEAR}-01-01T00:30", "s") + np.arange(HOURS) * np.timedelta64(3600, "s")
    zenith, _, _, _, azimuth, _ = spa.solar_position(
        hours.astype(np.int64).astype(float),
        weather.latitude,
        weather.longitude,
        weather.elevation,
        float(weather.pressure.mean()) / 100,
        float(weather.dry_bulb.mean()),
        delta_t=67.0,
        atmos_refract=0.5667,
    )
    extra = irradiance.get_extra_radiation(np.arange(HOURS) // 24 + 1)
    return Sun(zenith, azimuth, np.asarray(extra, dtype=float))


def output(plant: Solar, weather: WeatherYear, sun: Sun) -> Floats:
    """Capacity factor of a photovoltaic plant: AC output over AC capacity.

    Parameters
    ----------
    plant : Solar
        Its `tracking`, `tilt`, `azimuth`, `dc_ac`, `losses`, `ground_cover`, `temperature_coefficient`, `albedo`.
    weather : WeatherYear
    sun : Sun
        Of the same weather.

    Returns
    -------
    array, shape (8760,) [0-1]

    Notes
    -----
    Plane of array: Hay and Davies [4]_; reflection off the glass of the beam alone; cells: Faiman [5]_ with the wind at
    10 m; PVWatts [6]_: P_dc = dc_ac (1 - losses) E / 1000 (1 + gamma (t_cell - 25)), and its inverter, which clips at
    the AC capacity. Not modelled: both faces, spectrum, snow, shading but by backtracking, night consumption.
    """
    from pvlib import inverter, pvsystem, temperature

    effective, total = plane_of_array(plant, weather, sun)
    cell = temperature.faiman(total, weather.dry_bulb, weather.wind)
    dc = pvsystem.pvwatts_dc(effective, cell, plant.dc_ac * (1 - plant.losses), plant.temperature_coefficient)
    ac = inverter.pvwatts(np.maximum(dc, 0.0), 1 / INVERTER_EFFICIENCY, INVERTER_EFFICIENCY)
    capacity_factor: Floats = np.clip(ac, 0.0, 1.0)
    return capacity_factor


def plane_of_array(plant: Solar, weather: WeatherYear, sun: Sun) -> tuple[Floats, Floats]:
    """Irradiance on the modules [W/m2], shape (8760,): what passes the glass, and what falls on it."""
    from pvlib import iam, irradiance

    tilt, azimuth = orientation(plant, sun)
    parts: Mapping[str, Floats] = irradiance.get_total_irradiance(
        tilt,
        azimuth,
        sun.zenith,
        sun.azimuth,
        weather.dni,
        weather.ghi,
        weather.dhi,
        dni_extra=sun.extra,
        albedo=plant.albedo,
        model="haydavies",
    )
    passed: Floats = iam.physical(irradiance.aoi(tilt, azimuth, sun.zenith, sun.azimuth))
    return parts["poa_direct"] * passed + parts["poa_diffuse"], parts["poa_global"]


def orientation(plant: Solar, sun: Sun) -> tuple[Floats, Floats]:
    """Tilt and azimuth of the modules [deg], shape (8760,); a tracker [3]_ lies along its axis at night."""
    from pvlib import tracking

    tilt, azimuth = np.full(HOURS, plant.tilt), np.full(HOURS, plant.azimuth)
    if plant.tracking == "fixed":
        return tilt, azimuth
    turned = tracking.singleaxis(
        sun.zenith, sun.azimuth, plant.tilt, plant.azimuth, MAX_ANGLE, backtrack=True, gcr=plant.ground_cover
    )
    up = np.isfinite(turned["surface_tilt"])
    return np.where(up, turned["surface_tilt"], tilt), np.where(up, turned["surface_azimuth"], azimuth)
