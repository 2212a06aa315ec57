"""Outside air through the hall: mixed with return air in the cold, wetted in the heat."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gigacampus import air
from gigacampus.campus.spec.facility import OutsideAir
from gigacampus.engines.facility.outdoors import AIR_HEAT, HOUR, Floats, Outdoors


@dataclass(frozen=True)
class Supply:
    """Air that enters the servers, hour by hour.

    Attributes
    ----------
    temperature : array [degC]
    humidity : array [kg/kg]
    share : array [0-1]
        Outside air in it; the rest is return air.
    added : array [kg/kg]
        Water evaporated for each kilogram of supply air.
    excess : array [K]
        Above the highest supply temperature.
    short : array
        1 where temperature or relative humidity cannot be held, else 0.
    """

    temperature: Floats
    humidity: Floats
    share: Floats
    added: Floats
    excess: Floats
    short: Floats


def condition(spec: OutsideAir, out: Outdoors) -> Supply:
    """Bring outside air into the box of temperature, dew point and relative humidity.

    Notes
    -----
    All changes are adiabatic. Too dry, air is humidified up to the lowest dew point. Too cold or too humid for that
    temperature, it is mixed with return air: the share of outside air follows from the enthalpy balance of the hall,
    s = dh / (dh + h_supply - h_outside) with dh the heat of the hall per kilogram. Too warm, it is wetted as far as the
    upper temperature, the effectiveness and the highest humidity allow. At an effectiveness of 0 there is no water:
    neither is it wetted nor humidified.
    """
    driest = air.humidity_ratio_from_dew_point(spec.dew_point_min, out.pressure)
    humidity = out.humidity if spec.effectiveness == 0 else np.maximum(out.humidity, driest)
    floor = np.maximum(spec.supply_min, _driest(humidity, spec.rh_max, out.pressure))
    full = air.dry_bulb_from_enthalpy(out.enthalpy, humidity)
    mixed = full < floor
    hot = ~mixed & (full > spec.supply_max)
    temperature = np.where(mixed, np.minimum(floor, np.maximum(spec.supply_max, full)), full)
    temperature = np.where(hot, _wetted(spec, out, full), temperature)
    humidity = np.where(hot, (out.enthalpy - 1.006 * temperature) / (2501 + 1.86 * temperature), humidity)
    gain = spec.rise * (air.HEAT_CAPACITY + 1.86 * humidity)
    share = gain / (gain + np.maximum(air.enthalpy(temperature, humidity) - out.enthalpy, 0.0))
    excess = np.maximum(temperature - spec.supply_max, 0.0)
    humid = (_driest(humidity, spec.rh_max, out.pressure) > temperature + 0.05) | (humidity > _most(spec, out) + 1e-9)
    short = (excess > 1e-6) | humid | (humidity < driest - 1e-9)
    return Supply(
        temperature, humidity, share, share * np.maximum(humidity - out.humidity, 0.0), excess, short.astype(float)
    )


def _driest(humidity: Floats, rh: float, pressure: Floats) -> Floats:
    """Temperature at which air of a humidity ratio has a relative humidity [degC]."""
    return air.dew_point_from_vapour_pressure(air.vapour_pressure(humidity, pressure) / rh)


def _most(spec: OutsideAir, out: Outdoors) -> Floats:
    """Highest humidity ratio that the supply air may have [kg/kg]."""
    if spec.dew_point_max is None:
        return np.full_like(out.pressure, np.inf)
    return air.humidity_ratio_from_dew_point(spec.dew_point_max, out.pressure)


def _wetted(spec: OutsideAir, out: Outdoors, full: Floats) -> Floats:
    """Coldest temperature that wetting may and can reach, not below the upper supply temperature."""
    reach = out.dry_bulb - spec.effectiveness * (out.dry_bulb - out.wet_bulb)
    most = _most(spec, out)
    at_most = np.where(
        np.isinf(most), -np.inf, air.dry_bulb_from_enthalpy(out.enthalpy, np.where(np.isinf(most), 0, most))
    )
    limit = np.maximum(np.maximum(reach, _at_humidity(out, spec.rh_max)), at_most)
    return np.minimum(np.maximum(limit, spec.supply_max), full)


def _at_humidity(out: Outdoors, rh: float) -> Floats:
    """Temperature at which adiabatically wetted air reaches a relative humidity: bisection between wet and dry bulb."""
    low, high = out.wet_bulb.copy(), out.dry_bulb.copy()
    for _ in range(30):
        middle = (low + high) / 2
        ratio = (out.enthalpy - 1.006 * middle) / (2501 + 1.86 * middle)
        humid = air.vapour_pressure(ratio, out.pressure) > rh * air.saturation_pressure(middle)
        low, high = np.where(humid, middle, low), np.where(humid, high, middle)
    return high


def air_mass(spec: OutsideAir, supply: Supply, heat: Floats) -> Floats:
    """Dry air through the hall [kg/s] that takes a heat [MW]."""
    return np.asarray(heat / (spec.rise * (AIR_HEAT + 1.86e-3 * supply.humidity)))


def evaporation(spec: OutsideAir, supply: Supply, heat: Floats, out: Outdoors) -> tuple[Floats, Floats]:
    """Water evaporated [m3/h] and its heat [MW]."""
    evaporated = air_mass(spec, supply, heat) * supply.added
    return evaporated * HOUR / 1e3, evaporated * air.latent_heat(out.wet_bulb) / 1e3


def mist_pumps(spec: OutsideAir, makeup: Floats) -> Floats:
    """Power of the misting pumps [MW] at a flow [m3/h]: V dp / eta."""
    return makeup / HOUR * spec.mist_pressure / spec.mist_efficiency / 1e6
