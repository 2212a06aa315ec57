"""The authors' relations: moist air, water and movers, per kW of IT.

They differ from the engine's own (`gigacampus.air`, `cooling.movers`) in constants alone, and keep the authors' so that
their printed cases come out to the last digit: density of dry air, heat capacity of air 1.01, of water 4.2 kJ/(kg K),
Buck's saturation pressure over water at any temperature (the engine's is over ice below 0 °C: 10 % lower at -10 °C),
0.622 or 0.62198 for the ratio of molar masses, and an own fit of the latent heat (within 0.2 % of the engine's).

References
----------
.. [1] N. Lei and E. Masanet, "Statistical analysis for predicting location-specific data center PUE and its improvement
       potential", Energy 201, 117556, 2020, https://doi.org/10.1016/j.energy.2020.117556
"""

from __future__ import annotations

import numpy as np

from gigacampus.engines.facility.outdoors import Floats, Outdoors

AIR_HEAT, WATER_HEAT = 1.01, 4.2
"""Heat capacities [kJ/(kg K)]."""
_ROUNDS = 50


def saturation_pressure(t: Floats) -> Floats:
    """Saturation pressure over water [Pa] = 611.21 exp((18.678 - t/234.5) t / (t + 257.14)), t in degC."""
    return 611.21 * np.exp((18.678 - t / 234.5) * t / (t + 257.14))


def dew_pressure(t: Floats) -> Floats:
    """Vapour pressure at a dew point [Pa], without the term in t/234.5."""
    return 611.21 * np.exp(18.678 * t / (t + 257.14))


def humidity(vapour: Floats, pressure: Floats, ratio: float = 0.62198) -> Floats:
    """Humidity ratio [kg/kg] of a vapour pressure; outdoor air is taken with 0.622."""
    return ratio * vapour / (pressure - vapour)


def enthalpy(t: Floats, d: Floats) -> Floats:
    """Enthalpy of moist air [kJ/kg] = 1.01 t + (2500 + 1.84 t) d."""
    return AIR_HEAT * t + (2500 + 1.84 * t) * d


def humidity_at(h: Floats, t: Floats) -> Floats:
    """Humidity ratio [kg/kg] of air with an enthalpy at a temperature."""
    return (h - AIR_HEAT * t) / (2500 + 1.84 * t)


def density(t: Floats, pressure: Floats) -> Floats:
    """Density of air [kg/m3] = 1.293 (p / 101325) 273.15 / (273.15 + t)."""
    return 1.293 * (pressure / 101_325) * (273.15 / (273.15 + t))


def latent_heat(t: Floats) -> Floats:
    """Latent heat of water [kJ/kg] = 2500.5 - 2.3097 t - 0.0013 t2."""
    return 2500.5 - 2.3097 * t - 0.0013 * t**2


def moved(mass: Floats, density: Floats | float, head: Floats, efficiency: Floats) -> Floats:
    """Power of a fan or pump [kW] that moves a mass flow [kg/s] against a head [Pa]: m / rho dp / eta."""
    return mass / density * head / efficiency / 1000


def cop(load: Floats, t: Floats) -> Floats:
    """COP of large water-cooled chillers at a part load and tower water of t degC: the authors' regression."""
    return 16.798751 + load * (9.885294 - 8.528931 * load) + t * (0.084615 * load - 0.760621 + 0.008840 * t)


def air_cooled_cop(load: Floats, t: Floats) -> Floats:
    """COP of air-cooled chillers at a part load and a dry bulb of t degC.

    Derived, not published: inverted from the published PUE of midsize halls with air-cooled chillers, which it
    therefore cannot validate. It falls up to 41.6 degC and is held there.
    """
    t = np.minimum(t, 0.474 / (2 * 0.0057))
    return (11.39 - 0.474 * t + 0.0057 * t**2) * (1 + 1.69 * (load - 0.3))


def outdoors(dry_bulb: Floats, rh: Floats, pressure: Floats) -> Outdoors:
    """Outdoor air from dry bulb [degC], relative humidity [0-1] and pressure [Pa], by the authors' relations."""
    vapour = rh * saturation_pressure(dry_bulb)
    ratio = humidity(vapour, pressure, 0.622)
    wet = _wet_bulb(enthalpy(dry_bulb, humidity(vapour, pressure)), pressure, dry_bulb)
    return Outdoors(dry_bulb, wet, pressure, ratio, enthalpy(dry_bulb, ratio))


def _wet_bulb(h: Floats, pressure: Floats, start: Floats) -> Floats:
    """Temperature of saturated air with an enthalpy [degC]: Newton's method from above; 611.2 Pa at 0 °C here."""
    t = np.array(start, dtype=float)
    for _ in range(_ROUNDS):
        vapour = saturation_pressure(t) * (611.2 / 611.21)
        slope = (18.678 - 2 * t / 234.5) / (t + 257.14) - (18.678 - t / 234.5) * t / (t + 257.14) ** 2
        d = humidity(vapour, pressure)
        rise = AIR_HEAT + 1.84 * d + (2500 + 1.84 * t) * d * slope * pressure / (pressure - vapour)
        step = (enthalpy(t, d) - h) / rise
        t = t - step
        if np.all(np.abs(step) < 1e-12):
            break
    return t
