"""Water: what evaporates, what drifts off, what is bled, and so what is drawn."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from gigacampus import air
from gigacampus.campus.spec.facility import Recycling, Water
from gigacampus.engines.facility.cooling.sides import Side
from gigacampus.engines.facility.outdoors import HOUR, Floats, Outdoors
from gigacampus.errors import SpecError

IONS = ("silica", "calcium", "chloride", "conductivity")


def cycles(water: Water) -> tuple[float, str]:
    """Cycles of concentration that the make-up allows, and the ion that limits them.

    Raises
    ------
    SpecError
        If the make-up is at a limit before it is concentrated at all.

    Notes
    -----
    Without recycling S = min over ions of L / c, L the limit and c that of the water drawn, mixed of fresh and
    reclaimed; conductivity mixes as a concentration does. With recycling a share r of the blowdown, r / S of the
    make-up, comes back with p of its salts: c_m = c (1 - r / S) + p S c_m r / S, and S c_m = L give
    S = r + (1 - p r) L / c. That drift is not recycled is left out.
    """
    fresh, reclaimed, share = water.quality, water.reclaimed_quality, water.reclaimed
    assert fresh is not None
    back = 0.0 if water.recycling is None else water.recycling.returned
    kept = 1 - back * (0.0 if water.recycling is None else water.recycling.passage)
    most = {
        ion: back
        + kept
        * getattr(water.limits, ion)
        / ((1 - share) * getattr(fresh, ion) + (share * getattr(reclaimed, ion) if reclaimed is not None else 0.0))
        for ion in IONS
    }
    ion = min(most, key=lambda name: most[name])
    if most[ion] <= 1.05:
        raise SpecError(
            f"{ion} lets the make-up water be concentrated {most[ion]:.2f} times, which leaves nothing to evaporate; "
            "lower facility.water.reclaimed, or choose another quality or other limits"
        )
    return most[ion], ion


def saturated_at(enthalpy: Floats, pressure: Floats) -> Floats:
    """Temperature of saturated air with an enthalpy [kJ/kg]: Newton's method, within 1e-9 K.

    At sea level the logarithm of the enthalpy over -30 kJ/kg is a straight line within half a kelvin, 0 to 40 degC.
    """
    t = (np.log(np.maximum(enthalpy + 30, 1.0)) - 3.67) / 0.0402
    found = np.zeros(np.shape(t), bool)
    for _ in range(20):
        ratio = air.saturation_humidity_ratio(t, pressure)
        latent = 2501.0 + 1.86 * t
        slope = 1.006 + ratio * (1.86 + latent * air.log_slope(t) * (1 + ratio / air.MOLAR_MASSES))
        step = (1.006 * t + ratio * latent - enthalpy) / slope
        t, found = np.where(found, t, t - step), found | (np.abs(step) <= 1e-5)
        if np.all(found):
            break
    return t


def tower_evaporation(out: Outdoors, heat: Floats, air_flow: Floats) -> tuple[Floats, Floats]:
    """Water that a tower evaporates, by the energy balance of its air [1]_.

    Parameters
    ----------
    out : Outdoors
    heat : array [MW]
    air_flow : array [kg/s]
        Dry air.

    Returns
    -------
    evaporation : array [m3/h]
    latent : array [MW]
        Heat that leaves as vapour; the rest of `heat` warms the air (or is more than all of it, where the air cools).

    Notes
    -----
    The air leaves saturated: h_out = h_in + Q / m, and E = m (w_s(T_out) - w_in). Dry air does not get so far: over
    counterflow at a Lewis factor of 1, this evaporates 24 % more at 44 degC and a wet bulb of 20, 12 % at 30 and 17,
    7 % in humid and mild air, and no more in the cold.

    References
    ----------
    .. [1] F. Merkel, "Verdunstungskuehlung", VDI-Zeitschrift 70, 1925; ASHRAE Handbook - HVAC Systems and Equipment,
           chapter "Cooling towers".
    """
    enthalpy = out.enthalpy + heat * 1e3 / air_flow
    leaving = saturated_at(enthalpy, out.pressure)
    moisture = np.maximum(air.saturation_humidity_ratio(leaving, out.pressure) - out.humidity, 0.0)
    evaporated = air_flow * moisture
    return evaporated * HOUR / 1e3, evaporated * air.latent_heat(leaving) / 1e3


def all_latent(heat: Floats, temperature: Floats) -> tuple[Floats, Floats]:
    """Evaporation [m3/h] if all heat [MW] leaves as vapour of water at a temperature [degC], and that heat [1]_.

    References
    ----------
    .. [1] N. Lei and E. Masanet, Energy 201, 117556, 2020, https://doi.org/10.1016/j.energy.2020.117556
    """
    return heat * 1e3 / air.latent_heat(temperature) * HOUR / 1e3, heat


def taken_up(out: Outdoors, fall: Floats) -> Floats:
    """Water that air takes up as wetting cools it by a fall [K], at constant enthalpy [kg/kg].

    Notes
    -----
    w = (h - 1.006 T) / (2501 + 1.86 T), less what it held.
    """
    wetted = out.dry_bulb - fall
    return np.maximum((out.enthalpy - 1.006 * wetted) / (2501.0 + 1.86 * wetted) - out.humidity, 0.0)


def blowdown(evaporation: Floats, drift: Floats, cycles: float) -> Floats:
    """Water bled to hold the cycles of concentration S: E / (S - 1), of which drift is a part.

    Examples
    --------
    >>> blowdown(np.array([1.0]), np.array([0.1]), 3.0).tolist()
    [0.4]
    """
    return np.maximum(evaporation / (cycles - 1) - drift, 0.0)


def makeup(evaporation: Floats, drift: Floats, cycles: Floats | float) -> Floats:
    """Water drawn: E S / (S - 1), or E and drift where drift alone bleeds enough."""
    return np.maximum(evaporation * cycles / (cycles - 1), evaporation + drift)


def recycled(one: Side, recycling: Recycling | None) -> Side:
    """A side whose blowdown is treated in part and drawn again; the treatment's power is with the pumps."""
    if recycling is None:
        return one
    treated = one.blowdown * recycling.share
    power = treated * recycling.energy / 1e3
    return replace(one, recycled=treated * recycling.recovery, pumps=one.pumps + power, rejected=one.rejected + power)
