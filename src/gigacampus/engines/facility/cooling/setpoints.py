"""What control may choose on one side of a plant, hour by hour; the plant's own figures are the rules."""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np

from gigacampus.campus.spec.facility import CoolingPlant
from gigacampus.engines.facility.cooling import exchanger
from gigacampus.engines.facility.outdoors import Floats

_FILM = 0.8
"""Power of the flow with which the coefficient of a turbulent film goes."""


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
        Dry bulb above which as many adiabatic coolers are wetted as the set-point needs: -inf and inf are all and none,
        in need or not.
    free : array [0-1]
        Most of the heat that coolers take without chillers: 0 leaves the economiser out.
    machines : array
        Fewest chillers that run; as many more run as the load needs. inf: all share it.
    blown : array [0-1]
        1 where outside air may be blown through the hall, 0 where the hall's air is recirculated.
    near : array [K]
        Water over air (tower: wet bulb) to which fans cool where the set-point would need less air; inf: they do not.
    reset : array [K]
        Water over air that fans of condenser water hold, and do not go beyond in air below design; 0: as `fans` says.
    """

    supply: Floats
    rise: Floats
    fans: Floats
    wet_above: Floats
    free: Floats
    machines: Floats
    blown: Floats
    near: Floats
    reset: Floats

    def at(self, index: object) -> Setpoints:
        """The same at chosen places."""
        return Setpoints(*(getattr(self, field.name)[index] for field in fields(self)))


def rules(plant: CoolingPlant) -> Setpoints:
    """The set-points that the plant's own figures are: fans follow the set-point, chillers take what coolers leave.

    Fans of condenser water hold its design approach to the air, a reset that follows the weather [1]_.

    References
    ----------
    .. [1] ASHRAE Handbook - HVAC Applications, chapter "Supervisory control strategies and optimization".
    """
    supply = plant.liquid.supply if plant.liquid else plant.air.supply if plant.air else np.nan
    rise = plant.loop.rise if plant.loop else np.nan
    above = plant.rejection.wet_above if plant.rejection and plant.rejection.wet_above is not None else np.inf
    near = plant.rejection.fan_approach if plant.rejection and plant.rejection.fan_approach is not None else np.inf
    reset = plant.rejection.approach if plant.rejection and plant.chiller else 0.0
    return Setpoints(*map(np.array, (supply, rise, 1.0, above, 1.0, np.inf, 1.0, near, reset)))


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
    The ratio of heat capacity rates goes with the water's rise. Half of the resistance at design is the water's film,
    whose coefficient goes with its flow to the power 0.8 [1]_; at the design rise the approach is `base` exactly.

    References
    ----------
    .. [1] F. P. Incropera and D. P. DeWitt, Fundamentals of Heat and Mass Transfer, chapters "Heat exchangers" and
           "Internal flow" (Dittus and Boelter).

    Examples
    --------
    >>> approach(5.0, 10.0, 10 / 15, 7.5, np.array([5.0, 7.5, 9.0])).round(2).tolist()
    [3.2, 5.0, 6.16]
    """
    if np.all(rise == design_rise):
        return np.asarray(base + 0 * rise)
    ntu = exchanger.ntu_for(effect, design_rise / warm_rise) * 2 / (1 + (np.asarray(rise) / design_rise) ** _FILM)
    now = exchanger.effectiveness(ntu, np.asarray(rise) / warm_rise)
    return np.asarray(base + warm_rise * (1 / now - 1 / effect))
