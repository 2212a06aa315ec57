"""Propylene glycol in the water that runs outdoors: what it costs in pump power, in approach and in chillers' lift."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np

from gigacampus.campus.spec.facility import CoolingPlant
from gigacampus.engines.facility.cooling.movers import FRICTION
from gigacampus.errors import SpecError

SHARES = np.array([0.0, 0.10, 0.15, 0.20, 0.25, 0.30, 0.35, 0.40, 0.45, 0.50, 0.55, 0.60])
"""Propylene glycol by mass."""
FREEZES = np.array([0.0, -2.87, -4.87, -7.17, -9.79, -12.79, -16.32, -20.57, -25.77, -32.19, -40.16, -50.00])
"""[degC]"""
DENSITY = np.array([1.0, 1.0057, 1.0093, 1.0130, 1.0168, 1.0206, 1.0242, 1.0277, 1.0307, 1.0333, 1.0353, 1.0366])
HEAT = np.array([1.0, 0.9816, 0.9718, 0.9610, 0.9486, 0.9343, 0.9181, 0.9002, 0.8807, 0.8601, 0.8387, 0.8170])
VISCOSITY = np.array([1.0, 1.3620, 1.5757, 1.8283, 2.1334, 2.5025, 2.9445, 3.4661, 4.0755, 4.7893, 5.6487, 6.7483])
CONDUCTIVITY = np.array([1.0, 0.9027, 0.8572, 0.8137, 0.7720, 0.7322, 0.6940, 0.6574, 0.6223, 0.5886, 0.5560, 0.5248])
"""Over water's at 35 degC: Melinder, Properties of Secondary Working Fluids, IIR 2010, as fitted in CoolProp's MPG."""


@dataclass(frozen=True)
class Fluid:
    """Water with some glycol, over plain water at the same heat and rise.

    Attributes
    ----------
    pump : float
        Pump power.
    transfer : float
        Coefficient of heat transfer.
    """

    pump: float
    transfer: float

    @property
    def film(self) -> float:
        """Resistance of an exchanger between this fluid and water, or refrigerant, over that of water in its place."""
        return (1 + 1 / self.transfer) / 2

    @property
    def coil(self) -> float:
        """The same of a coil in air, whose water has a third of the resistance, as in dry coolers."""
        return (2 + 1 / self.transfer) / 3


@cache
def fluid(share: float) -> Fluid:
    """Water with a mass share of propylene glycol.

    Notes
    -----
    Flow V = 1 / (rho c). Head in smooth turbulent pipes rho^0.75 mu^0.25 V^1.75 (Blasius), power by V. Heat transfer
    k^0.6 (rho V)^0.8 c^0.4 mu^-0.4 (Dittus and Boelter) [1]_.

    References
    ----------
    .. [1] F. P. Incropera and D. P. DeWitt, Fundamentals of Heat and Mass Transfer, chapter "Internal flow".

    Examples
    --------
    >>> fluid(0.0)
    Fluid(pump=1.0, transfer=1.0)
    >>> round(fluid(0.25).pump, 2), round(fluid(0.25).transfer, 2)
    (1.35, 0.65)
    """
    rho, c, mu, k = (float(np.interp(share, SHARES, of)) for of in (DENSITY, HEAT, VISCOSITY, CONDUCTIVITY))
    flow = 1 / (rho * c)
    return Fluid(flow * rho**0.75 * mu**0.25 * flow**FRICTION, k**0.6 * (rho * flow) ** 0.8 * c**0.4 * mu**-0.4)


def needed(freezing: float) -> float:
    """Mass share of glycol that freezes at a temperature [degC].

    Raises
    ------
    SpecError
        If even 60 % of glycol, to which its properties are known, freezes above it.

    Examples
    --------
    >>> needed(3.0), round(needed(-9.79), 3)
    (0.0, 0.25)
    """
    if freezing < FREEZES[-1]:
        raise SpecError(
            f"facility.cooling.loop must not freeze down to {freezing:.1f} C, and 60 % of glycol freezes at "
            f"{FREEZES[-1]:.1f} C; give loop.glycol: some 40 % turns to slush, and bursts nothing"
        )
    return float(np.interp(-freezing, -FREEZES, SHARES))


def fluids(plant: CoolingPlant) -> tuple[Fluid, Fluid]:
    """Facility water, and the outer water where there is one: glycol is in what runs outdoors, towers take none."""
    loop = plant.loop
    assert loop is not None
    mixed = fluid(loop.glycol or 0.0)
    if loop.outer_rise is None:
        return mixed, mixed
    return fluid(0.0), fluid(0.0) if plant.rejection is not None and plant.rejection.kind == "tower" else mixed
