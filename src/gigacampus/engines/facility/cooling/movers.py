"""Pumps and fans: power over the heat that their flow carries, and the fan law."""

from __future__ import annotations

import numpy as np

from gigacampus.engines.facility.outdoors import AIR_HEAT, WATER_HEAT, Floats

WATER_VOLUME_HEAT = 1e3 * WATER_HEAT
"""Heat capacity of water by volume [MJ/(m3 K)]."""
FRICTION = 1.75
"""Power of the flow with which friction in smooth turbulent pipes goes (Blasius)."""


def pump_share(rise: float, pressure: float, efficiency: float, volume_heat: float = WATER_VOLUME_HEAT) -> float:
    """Pump power over the heat carried at full flow.

    Parameters
    ----------
    rise : float [K]
        Warming of the fluid.
    pressure : float [Pa]
    efficiency : float [0-1]
        Of pump and motor.
    volume_heat : float [MJ/(m3 K)]

    Returns
    -------
    float [MW/MW]

    Notes
    -----
    Flow V = Q / (rho c dT) and power P = V dp / eta, hence P / Q = dp / (eta rho c dT).

    Examples
    --------
    >>> round(pump_share(7.5, 143_658.0, 0.7), 5)
    0.00655
    """
    return pressure / (efficiency * volume_heat * 1e6 * rise)


def head(flow: Floats, fixed: float) -> Floats:
    """Head over that at full flow: a fixed share, a set-point of differential pressure or a lift, and friction.

    >>> head(np.array([1.0, 0.5]), 0.4).round(3).tolist()
    [1.0, 0.578]
    """
    return np.asarray(fixed + (1 - fixed) * flow**FRICTION)


def moved(heat: Floats, full: float, least: float, fixed: float) -> Floats:
    """Heat whose pump power at full head is that of a flow, which is not below the least over full flow."""
    flow = np.maximum(heat / full, least)
    return full * flow * head(flow, fixed)


def fan_share(rise: float, pressure: float, efficiency: float, density: Floats) -> Floats:
    """Fan power over the sensible heat carried at full flow: dp / (eta rho c dT) [MW/MW], with `density` in kg/m3.

    Examples
    --------
    >>> round(float(fan_share(16.7, 500.0, 0.78, np.array(1.2))), 4)
    0.0318
    """
    return np.asarray(pressure / (efficiency * density * AIR_HEAT * 1e6 * rise))


def fan_law(flow: Floats, least: float) -> Floats:
    """Power over full power at a flow over full flow: the cube of the speed, not below the lowest speed.

    Examples
    --------
    >>> fan_law(np.array([1.0, 0.5, 0.1]), 0.3).round(3).tolist()
    [1.0, 0.125, 0.027]
    """
    return np.maximum(flow, least) ** 3
