"""Moist air at a pressure, vectorised: the relations of ASHRAE's handbook, equal to psychrolib's.

Every function takes floats or arrays that broadcast and gives an array. Temperatures are in degrees Celsius, pressures
in pascals, humidity ratios in kilograms of water per kilogram of dry air, enthalpies in kilojoules per kilogram of dry
air. The relations hold from -100 to 200 °C, and NaN gives NaN. Below the freezing point, saturation, dew point (then
a frost point) and wet bulb are those over ice.

What is not modelled: the enhancement factor of air on the saturation pressure (some 0.4 % at 101 kPa).

References
----------
.. [1] ASHRAE Handbook - Fundamentals, 2017, SI edition, chapter 1, equations 5, 6, 20, 26, 30, 33, 35.
.. [2] R. W. Hyland and A. Wexler, "Formulations for the thermodynamic properties of the saturated phases of H2O from
       173.15 K to 473.15 K", ASHRAE Transactions 89(2A), 1983.
.. [3] D. Meyer and D. Thevenard, "PsychroLib: a library of psychrometric functions to calculate thermodynamic
       properties of air", Journal of Open Source Software 4(33), 2019, https://doi.org/10.21105/joss.01137
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]

KELVIN = 273.15
TRIPLE_POINT = 0.01
"""Triple point of water [degC]: ice at and below it, water above."""
COLDEST = -100.0
"""Lower end of the relations, and the lowest dew point given [degC]."""
MOLAR_MASSES = 0.621945
"""Molar mass of water over that of dry air."""
GAS_CONSTANT = 287.042
"""Gas constant of dry air [J/(kg K)]."""
GRAVITY = 9.80665
"""Standard gravity [m/s2]."""
HEAT_CAPACITY = 1.006
"""Heat capacity of dry air at constant pressure [kJ/(kg K)]."""
_VAPOUR = 1.86
_ICE = (2830.0, 0.24, 2.1)
_WATER = (2501.0, 2.326, 4.186)
"""Psychrometer over ice and over water: latent heat at 0 °C, its decline per kelvin, heat capacity of the phase."""
_ROUNDS = 60
_CLOSE = 1e-10


def _array(value: ArrayLike) -> Floats:
    return np.asarray(value, dtype=np.float64)


def _log_ice(t: Floats) -> Floats:
    """ln of the saturation pressure over ice; `t` in kelvin [1]_ eq. 5."""
    value = -5674.5359 / t + 6.3925247 + 4.1635019 * np.log(t)
    return _array(value + t * (-9.677843e-3 + t * (6.2215701e-7 + t * (2.0747825e-9 + t * -9.484024e-13))))


def _log_water(t: Floats) -> Floats:
    """ln of the saturation pressure over water; `t` in kelvin [1]_ eq. 6."""
    value = -5800.2206 / t + 1.3914993 + 6.5459673 * np.log(t)
    return _array(value + t * (-4.8640239e-2 + t * (4.1764768e-5 + t * -1.4452093e-8)))


def _slope_ice(t: Floats) -> Floats:
    """Slope of `_log_ice` [1/K]."""
    slope = (5674.5359 / t + 4.1635019) / t - 9.677843e-3
    return _array(slope + t * (2 * 6.2215701e-7 + t * (3 * 2.0747825e-9 + t * 4 * -9.484024e-13)))


def _slope_water(t: Floats) -> Floats:
    """Slope of `_log_water` [1/K]."""
    return _array((5800.2206 / t + 6.5459673) / t - 4.8640239e-2 + t * (2 * 4.1764768e-5 + t * (3 * -1.4452093e-8)))


def _over(t: Floats, water: Callable[[Floats], Floats], ice: Callable[[Floats], Floats]) -> Floats:
    """A property of saturation at `t` in kelvin, over ice up to the triple point and over water above it."""
    values, icy = water(t), t <= TRIPLE_POINT + KELVIN
    if np.any(icy):
        values[icy] = ice(t[icy])
    return values


def saturation_pressure(temperature: ArrayLike) -> Floats:
    """Pressure of water vapour at saturation, over ice up to the triple point and over water above it.

    Parameters
    ----------
    temperature : float or array [degC]

    Returns
    -------
    array [Pa]
        Of Hyland and Wexler [1]_ [2]_; NaN outside -100 to 200 °C.

    References
    ----------
    .. [1] ASHRAE Handbook - Fundamentals, 2017, chapter 1, equations 5 and 6.
    .. [2] Hyland and Wexler, ASHRAE Transactions 89(2A), 1983.

    Examples
    --------
    >>> saturation_pressure([-20.0, 20.0]).round(1).tolist()
    [103.3, 2338.8]
    """
    t = _array(temperature)
    outside = ~((t >= COLDEST) & (t <= 200.0))
    t = (np.where(outside, np.nan, t) if np.any(outside) else t) + KELVIN
    return _array(np.exp(_over(t, _log_water, _log_ice)))


def log_slope(temperature: ArrayLike) -> Floats:
    """Slope of the logarithm of the saturation pressure, d ln p_s / dT [1/K], at a temperature [degC]."""
    return _over(_array(temperature) + KELVIN, _slope_water, _slope_ice)


def humidity_ratio_from_vapour_pressure(vapour_pressure: ArrayLike, pressure: ArrayLike) -> Floats:
    """Humidity ratio [kg/kg] = 0.621945 p_v / (p - p_v); NaN where the vapour pressure reaches the pressure [Pa]."""
    vapour, total = _array(vapour_pressure), _array(pressure)
    dry = total - vapour
    return _array(MOLAR_MASSES * vapour / np.where(dry > 0, dry, np.nan))


def vapour_pressure(humidity_ratio: ArrayLike, pressure: ArrayLike) -> Floats:
    """Partial pressure of water vapour [Pa] = p W / (0.621945 + W)."""
    ratio = _array(humidity_ratio)
    return _array(_array(pressure) * ratio / (MOLAR_MASSES + ratio))


def saturation_humidity_ratio(temperature: ArrayLike, pressure: ArrayLike) -> Floats:
    """Humidity ratio of saturated air [kg/kg] at a temperature [degC] and pressure [Pa]; NaN at and above boiling."""
    return humidity_ratio_from_vapour_pressure(saturation_pressure(temperature), pressure)


def humidity_ratio_from_rh(dry_bulb: ArrayLike, rh: ArrayLike, pressure: ArrayLike) -> Floats:
    """Humidity ratio [kg/kg] from dry bulb [degC], relative humidity [0-1] and pressure [Pa].

    Examples
    --------
    >>> float(humidity_ratio_from_rh(25.0, 0.5, 101325.0).round(6))
    0.009881
    """
    return humidity_ratio_from_vapour_pressure(_array(rh) * saturation_pressure(dry_bulb), pressure)


def humidity_ratio_from_dew_point(dew_point: ArrayLike, pressure: ArrayLike) -> Floats:
    """Humidity ratio [kg/kg] from dew point [degC] and pressure [Pa]: that of air saturated there."""
    return saturation_humidity_ratio(dew_point, pressure)


def humidity_ratio_from_wet_bulb(dry_bulb: ArrayLike, wet_bulb: ArrayLike, pressure: ArrayLike) -> Floats:
    """Humidity ratio from the wet bulb: the psychrometer's energy balance, over ice below 0 °C [1]_.

    Parameters
    ----------
    dry_bulb, wet_bulb : float or array [degC]
    pressure : float or array [Pa]

    Returns
    -------
    array [kg/kg]
        At least 0: a wet bulb that no air has at this dry bulb gives dry air.

    Notes
    -----
    With L0, l and c of water (2501, 2.326, 4.186) or ice (2830, 0.24, 2.1)::

        W = ((L0 - l t*) W_s(t*) - 1.006 (t - t*)) / (L0 + 1.86 t - c t*)

    References
    ----------
    .. [1] ASHRAE Handbook - Fundamentals, 2017, chapter 1, equations 33 and 35.
    """
    dry, wet = _array(dry_bulb), _array(wet_bulb)
    latent, decline, capacity = (np.where(wet >= 0, water, ice) for water, ice in zip(_WATER, _ICE, strict=True))
    gained = (latent - decline * wet) * saturation_humidity_ratio(wet, pressure)
    ratio = (gained - HEAT_CAPACITY * (dry - wet)) / (latent + _VAPOUR * dry - capacity * wet)
    return np.maximum(ratio, 0.0)


def dew_point_from_vapour_pressure(vapour_pressure: ArrayLike) -> Floats:
    """Temperature at which a vapour pressure saturates; below the triple point over ice (a frost point).

    Parameters
    ----------
    vapour_pressure : float or array [Pa]

    Returns
    -------
    array [degC]
        At least -100, to which drier air is raised.

    Notes
    -----
    Newton's method on ln p as a function of 1/T, in which it is nearly a straight line; it starts from Magnus' formula
    and ends within 1e-10 K.
    """
    logs = np.log(np.maximum(vapour_pressure, saturation_pressure(COLDEST)))
    icy = logs <= np.log(saturation_pressure(TRIPLE_POINT))
    magnus = logs - np.log(610.94)
    t = 243.04 * magnus / (17.625 - magnus) + KELVIN
    for _ in range(_ROUNDS):
        off = np.where(icy, _log_ice(t), _log_water(t)) - logs
        step = off / np.where(icy, _slope_ice(t), _slope_water(t))
        t = t / (1 + step / t)
        if not np.any(np.abs(step) > _CLOSE):
            break
    return _array(t - KELVIN)


def dew_point(dry_bulb: ArrayLike, rh: ArrayLike) -> Floats:
    """Dew point [degC] from dry bulb [degC] and relative humidity [0-1]; at most the dry bulb, at least -100.

    Examples
    --------
    >>> float(dew_point(25.0, 0.8).round(3))
    21.309
    """
    dew = dew_point_from_vapour_pressure(_array(rh) * saturation_pressure(dry_bulb))
    return np.minimum(dew, _array(dry_bulb))


def relative_humidity(dry_bulb: ArrayLike, dew_point: ArrayLike) -> Floats:
    """Relative humidity [0-1] from dry bulb and dew point [degC]; 1 where the dew point is not below the dry bulb."""
    return np.minimum(saturation_pressure(dew_point) / saturation_pressure(dry_bulb), 1.0)


def wet_bulb(dry_bulb: ArrayLike, humidity_ratio: ArrayLike, pressure: ArrayLike) -> Floats:
    """Thermodynamic wet-bulb temperature, over ice below 0 °C.

    Parameters
    ----------
    dry_bulb : float or array [degC]
    humidity_ratio : float or array [kg/kg]
    pressure : float or array [Pa]

    Returns
    -------
    array [degC]
        At most the dry bulb; it solves `humidity_ratio_from_wet_bulb` within 1e-9 K, and within 0.001 K between 0 °C
        and the triple point, where the wick is of water and the handbook's saturation is over ice.

    Notes
    -----
    The psychrometer's balance, times (p - p_s), is a convex and rising function of t*, so that Newton's method from
    above descends to its one root, over water as over ice::

        p_s(t*) (A + 0.621945 L) - p A = 0,   A = W (L0 + 1.86 t - c t*) + 1.006 (t - t*),   L = L0 - l t*

    At some humidities near freezing (dry bulb 0 to 10 °C at sea level) both a wick of ice below 0 °C and one of water
    above it solve the balance, up to 0.4 K apart. There the one is taken to which bisection between dew and dry bulb
    leads, as psychrolib's does.

    References
    ----------
    .. [1] ASHRAE Handbook - Fundamentals, 2017, chapter 1, equations 33 and 35.

    Examples
    --------
    >>> float(wet_bulb(30.0, humidity_ratio_from_rh(30.0, 0.5, 101325.0), 101325.0).round(3))
    22.005
    """
    dry, ratio, total = np.broadcast_arrays(_array(dry_bulb), _array(humidity_ratio), _array(pressure))
    shape, dry, ratio, total = dry.shape, dry.ravel(), ratio.ravel(), total.ravel()
    ratio = np.minimum(np.maximum(ratio, 0.0), _at_saturation(dry, total))
    icy = (dry < 0) | (ratio < _ratio_at_freezing(dry, total, _ICE))
    wet = ~icy | ((dry >= 0) & (ratio >= _ratio_at_freezing(dry, total, _WATER)))
    result = np.full(dry.shape, np.nan)
    result[wet] = _psychrometer(dry[wet], ratio[wet], total[wet], over_ice=False)
    over_ice = _psychrometer(dry[icy], ratio[icy], total[icy], over_ice=True)
    both = (wet & icy)[icy]
    over_ice[both] = _choose(dry[icy & wet], ratio[icy & wet], total[icy & wet], over_ice[both], result[icy & wet])
    result[icy] = over_ice
    return _array(np.minimum(result, dry)).reshape(shape)


def _at_saturation(dry: Floats, total: Floats) -> Floats:
    """Humidity ratio of saturated air, infinite at and above boiling."""
    ratio = saturation_humidity_ratio(dry, total)
    return np.where(np.isnan(ratio) & (dry > 0), np.inf, ratio)


def _ratio_at_freezing(dry: Floats, total: Floats, phase: tuple[float, float, float]) -> Floats:
    """Humidity ratio at which the wet bulb is 0 °C over water or over ice; negative where no air is so dry."""
    gained = phase[0] * saturation_humidity_ratio(0.0, total)
    return _array((gained - HEAT_CAPACITY * dry) / (phase[0] + _VAPOUR * dry))


def _psychrometer(dry: Floats, ratio: Floats, total: Floats, *, over_ice: bool) -> Floats:
    """Newton's method from above on the psychrometer's balance over one phase."""
    latent, decline, capacity = _ICE if over_ice else _WATER
    log_of, slope_of = (_log_ice, _slope_ice) if over_ice else (_log_water, _slope_water)
    wet = np.minimum(dry, TRIPLE_POINT) if over_ice else dry.copy()
    slope_a = -ratio * capacity - HEAT_CAPACITY
    for _ in range(_ROUNDS):
        vapour = np.exp(log_of(wet + KELVIN))
        a = ratio * (latent + _VAPOUR * dry - capacity * wet) + HEAT_CAPACITY * (dry - wet)
        factor = a + MOLAR_MASSES * (latent - decline * wet)
        slope = vapour * (slope_of(wet + KELVIN) * factor + slope_a - MOLAR_MASSES * decline) - total * slope_a
        step = (vapour * factor - total * a) / slope
        wet = wet - step
        if not np.any(np.abs(step) > _CLOSE):
            break
    return wet


def _choose(dry: Floats, ratio: Floats, total: Floats, ice: Floats, water: Floats) -> Floats:
    """Of two wet bulbs, below and above freezing, the one that bisection between dew and dry bulb finds."""
    low, high = dew_point_from_vapour_pressure(vapour_pressure(ratio, total)), dry
    for _ in range(20):
        middle = (low + high) / 2
        too_dry = (middle < ice) | ((middle >= 0) & (middle < water))
        low, high = np.where(too_dry, middle, low), np.where(too_dry, high, middle)
    return np.where(high >= 0, water, ice)


def enthalpy(dry_bulb: ArrayLike, humidity_ratio: ArrayLike) -> Floats:
    """Enthalpy of moist air [kJ/kg of dry air] = 1.006 t + W (2501 + 1.86 t), zero for dry air at 0 °C.

    Examples
    --------
    >>> float(enthalpy(25.0, 0.01).round(3))
    50.625
    """
    t = _array(dry_bulb)
    return _array(HEAT_CAPACITY * t + _array(humidity_ratio) * (2501.0 + _VAPOUR * t))


def dry_bulb_from_enthalpy(enthalpy: ArrayLike, humidity_ratio: ArrayLike) -> Floats:
    """Dry bulb [degC] of air with an enthalpy [kJ/kg of dry air] and a humidity ratio [kg/kg]."""
    ratio = _array(humidity_ratio)
    return _array((_array(enthalpy) - 2501.0 * ratio) / (HEAT_CAPACITY + _VAPOUR * ratio))


def density(dry_bulb: ArrayLike, humidity_ratio: ArrayLike, pressure: ArrayLike) -> Floats:
    """Density of moist air [kg/m3] = (1 + W) p / (287.042 T (1 + 1.607858 W)), T in kelvin.

    Examples
    --------
    >>> float(density(20.0, 0.0, 101325.0).round(4))
    1.2042
    """
    t, ratio = _array(dry_bulb) + KELVIN, _array(humidity_ratio)
    return _array((1 + ratio) * _array(pressure) / (GAS_CONSTANT * t * (1 + 1.607858 * ratio)))


def latent_heat(temperature: ArrayLike) -> Floats:
    """Heat that evaporates water at a temperature [degC]: 2501 - 2.326 t [kJ/kg], as the wet bulb has it.

    Examples
    --------
    >>> float(latent_heat(20.0).round(2))
    2454.48
    """
    return _array(_WATER[0] - _WATER[1] * _array(temperature))


def pressure_at(pressure: ArrayLike, dry_bulb: ArrayLike, climb: ArrayLike) -> Floats:
    """Pressure some metres higher, by the barometric formula at the air's own temperature.

    Parameters
    ----------
    pressure : float or array [Pa]
        Where it was measured.
    dry_bulb : float or array [degC]
        Taken as the mean of the layer of air between.
    climb : float [m]
        Height of the place above the measurement, negative below it.

    Returns
    -------
    array [Pa]
        p exp(-g z / (R T)).
    """
    t = _array(dry_bulb) + KELVIN
    return _array(_array(pressure) * np.exp(-GRAVITY * _array(climb) / (GAS_CONSTANT * t)))
