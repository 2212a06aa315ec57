"""What control may choose on one side of a plant, hour by hour; the plant's own figures are the rules."""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np

from gigacampus.campus.spec.facility import CoolingPlant
from gigacampus.engines.facility.cooling import exchanger
from gigacampus.engines.facility.outdoors import Floats


@dataclass(frozen=True)
class Setpoints:
    """Set-points of one side, arrays that broadcast to the hours asked about.

    Attributes
    ----------
    supply : array [degC]
        Coolant or air that enters the racks.
    rise : array [K]
        Warming of the facility water: its flow is the heat over it.
    fans : array
        Air over water through the coolers, both over design, while chillers run.
    wet_above : array [degC]
        Dry bulb above which adiabatic coolers wet their intake air: -inf and inf are wet and dry.
    free : array [0-1]
        Most of the heat that coolers take without chillers: 0 leaves the economiser out.
    units : array
        Chillers of which the least whole number runs; 0: all share the load.
    blown : array [0-1]
        1 where outside air may be blown through the hall, 0 where the hall's air is recirculated.
    """

    supply: Floats
    rise: Floats
    fans: Floats
    wet_above: Floats
    free: Floats
    units: Floats
    blown: Floats

    def at(self, index: object) -> Setpoints:
        """The same at chosen places."""
        return Setpoints(*(getattr(self, field.name)[index] for field in fields(self)))


def rules(plant: CoolingPlant) -> Setpoints:
    """The set-points that the plant's own figures are: fans follow the set-point, chillers take what coolers leave."""
    supply = plant.liquid.supply if plant.liquid else plant.air.supply if plant.air else np.nan
    rise = plant.loop.rise if plant.loop else np.nan
    above = plant.rejection.wet_above if plant.rejection and plant.rejection.wet_above is not None else np.inf
    return Setpoints(*map(np.array, (supply, rise, 1.0, above, 1.0, 0.0, 1.0)))


def approach(base: float, warm_rise: float, effect: float, design_rise: float, rise: Floats) -> Floats:
    """Approach of warm fluid leaving an exchanger over water entering it, at another water flow [K].

    Parameters
    ----------
    base : float [K]
        Approach at the water's design rise.
    warm_rise : float [K]
        Cooling of the warm fluid, whose flow is held.
    effect : float
        Effectiveness on the warm fluid's side at the water's design rise.
    design_rise, rise : float, array [K]
        Warming of the water.

    Notes
    -----
    NTU is held, the ratio of heat capacity rates goes with the water's rise [1]_; at the design rise it is `base`
    exactly. Film coefficients that follow the flow are left out.

    References
    ----------
    .. [1] F. P. Incropera and D. P. DeWitt, Fundamentals of Heat and Mass Transfer, chapter "Heat exchangers".

    Examples
    --------
    >>> approach(5.0, 10.0, 10 / 15, 7.5, np.array([5.0, 7.5, 9.0])).round(2).tolist()
    [4.0, 5.0, 5.68]
    """
    if np.all(rise == design_rise):
        return np.asarray(base + 0 * rise)
    ntu = np.array(exchanger.ntu_for(effect, design_rise / warm_rise))
    now, then = (exchanger.effectiveness(ntu, np.asarray(r) / warm_rise) for r in (rise, design_rise))
    return np.asarray(base + warm_rise * (1 / now - 1 / then))
