"""The place: weather, what sun and wind plants give there, and the grid's price and carbon, hour by hour.

In: the spec's site and plants, a `WeatherYear` (`read_tmy3`, `read_epw`, or the catalogue's), a `GridMix`, a price
shape and emission factors. Out: a `Resource`, hourly over the weather year of 8,784 hours in UTC.

Equations: moist air by `gigacampus.air`; sun and photovoltaics by pvlib (`sun`); wind by shear and a power curve
(`wind`); the grid by its mix (`grid`). Where the campus stands higher or lower than the weather station, the pressure
is corrected by the barometric formula. 29 February repeats 28 February.

Not modelled: other differences between station and campus (temperature falls some 6.5 K per km of height), climate
change, correlation between weather and the grid's price and carbon, which are of other years.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from gigacampus import air
from gigacampus.engines.site import grid, sun, wind
from gigacampus.engines.site.grid import GridMix
from gigacampus.engines.site.weather import WeatherYear, read_epw, read_tmy3
from gigacampus.timeline import weather_year

if TYPE_CHECKING:
    from gigacampus.campus.spec.site import DesignConditions, Site

__all__ = ["GridMix", "Resource", "WeatherYear", "read_epw", "read_tmy3", "resource"]

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Resource:
    """What the place offers in each hour of the weather year; W = 8784 hours in UTC, labelled by their start.

    Attributes
    ----------
    dry_bulb, wet_bulb, dew_point : array, shape (W,) [degC]
        Of the outdoor air; the dew point is at most the dry bulb, and the wet bulb stands between them within 0.001 K.
    rh : array, shape (W,) [0-1]
        From dry bulb and dew point, so that the four agree.
    pressure : array, shape (W,) [Pa]
        At the campus's elevation.
    ghi : array, shape (W,) [W/m2]
        Global horizontal irradiance.
    wind : array, shape (W,) [m/s]
        At 10 m.
    output : mapping of str to array, shape (W,) [0-1]
        Capacity factor of every solar and wind plant by name: AC output over AC capacity.
    price : array, shape (W,) [USD/MWh]
        Real, in money of the grid's price year; its mean is the grid's price.
    carbon : array, shape (W,) [kg/MWh]
        Direct CO2e of what the grid generates, average, without losses.
    cfe : array, shape (W,) [0-1]
        Carbon-free share of the grid's generation: wind, sun, water, nuclear.
    renewable : array, shape (W,) [0-1]
        The same without nuclear.
    design : DesignConditions
        The site's, as they are given.
    notes : tuple of str
        What the weather file lacked and how it was filled.
    """

    dry_bulb: Floats
    wet_bulb: Floats
    dew_point: Floats
    rh: Floats
    pressure: Floats
    ghi: Floats
    wind: Floats
    output: Mapping[str, Floats]
    price: Floats
    carbon: Floats
    cfe: Floats
    renewable: Floats
    design: DesignConditions
    notes: tuple[str, ...] = ()


def resource(
    site: Site,
    plants: Mapping[str, Any],
    weather: WeatherYear,
    mix: GridMix,
    price_shape: Floats,
    factors: Mapping[str, float],
) -> Resource:
    """What a site offers over the weather year.

    Parameters
    ----------
    site : Site
        Its `elevation` (the station's if None), its `grid`: `price`, `carbon_location`, `utc_offset`, and its `design`.
    plants : mapping of str to plant
        By name; those whose `kind` is ``"solar"`` or ``"wind"`` are computed, others are left out.
    weather : WeatherYear
    mix : GridMix
    price_shape : array, shape (24,)
        Relative price by local hour.
    factors : mapping of str to float [kg/MWh]
        Direct CO2e by fuel code.

    Returns
    -------
    Resource

    Raises
    ------
    DataError
        If mix, price shape and factors do not fit.
    InfeasibleError
        If a wind plant cannot reach its stated capacity factor.
    """
    return Resource(
        **_air(site.elevation, weather),
        ghi=weather_year(weather.ghi),
        wind=weather_year(weather.wind),
        output=_output(plants, weather),
        price=grid.price(site.grid.price, price_shape, site.grid.utc_offset),
        carbon=grid.carbon(mix, factors, site.grid.carbon_location),
        cfe=mix.share(grid.CLEAN),
        renewable=mix.share(grid.RENEWABLE),
        design=site.design,
        notes=weather.notes,
    )


def _air(elevation: float | None, weather: WeatherYear) -> dict[str, Floats]:
    climb = 0.0 if elevation is None else elevation - weather.elevation
    pressure = air.pressure_at(weather.pressure, weather.dry_bulb, climb)
    dew_point = np.minimum(weather.dew_point, weather.dry_bulb)
    ratio = air.humidity_ratio_from_dew_point(dew_point, pressure)
    state = {
        "dry_bulb": weather.dry_bulb,
        "wet_bulb": air.wet_bulb(weather.dry_bulb, ratio, pressure),
        "dew_point": dew_point,
        "rh": air.relative_humidity(weather.dry_bulb, dew_point),
        "pressure": pressure,
    }
    return {name: weather_year(series) for name, series in state.items()}


def _output(plants: Mapping[str, Any], weather: WeatherYear) -> dict[str, Floats]:
    kinds = {name: getattr(plant, "kind", None) for name, plant in plants.items()}
    sky = sun.sun(weather) if "solar" in kinds.values() else None
    output = {}
    for name, plant in plants.items():
        if kinds[name] == "solar" and sky is not None:
            output[name] = weather_year(sun.output(plant, weather, sky))
        elif kinds[name] == "wind":
            output[name] = weather_year(wind.output(name, plant, weather.wind))
    return output
