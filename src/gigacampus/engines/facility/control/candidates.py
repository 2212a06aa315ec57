"""The candidates of one side: about thirty sets of set-points, of which the first is the rules."""

from __future__ import annotations

from dataclasses import fields
from itertools import product

import numpy as np

from gigacampus.campus.spec.facility import Control, CoolingPlant
from gigacampus.engines.facility import cooling
from gigacampus.engines.facility.cooling.setpoints import Setpoints, rules

_RISES = (1.0, 0.75, 1.25, 1.5)
"""Warming of the facility water over the rules'."""
_FANS = (1.0, 0.5, 0.7, 0.85, 1.25)
"""Air over water through the coolers while chillers run."""


def candidates(plant: CoolingPlant, control: Control) -> Setpoints:
    """Sets of set-points of one side, arrays of shape (K,); those beyond the limits of the racks are left out.

    Warmer supplies save fans and lift, and cost servers' fans; a larger rise saves pumps and needs colder water, for
    the exchangers are what they are; less air saves fans and costs chillers; dry coolers save water.
    """
    base = rules(plant)
    rows = _rows(plant, control, base)
    points = Setpoints(*(np.array([float(getattr(row, f.name)) for row in rows]) for f in fields(Setpoints)))
    kept = np.ones(len(rows), bool)
    if plant.loop is not None:
        water = cooling.water_for(plant, points)
        kept = water <= max(control.water_max, float(water[0])) + 1e-9
    return points.at(kept)


def _rows(plant: CoolingPlant, control: Control, base: Setpoints) -> list[Setpoints]:
    """Products of values in the order of the fields of `Setpoints`; the rules first."""
    if plant.loop is None:
        return [base]
    one, adiabatic = (1.0,), plant.rejection is not None and plant.rejection.kind == "adiabatic"
    wet = (-np.inf, np.inf) if adiabatic else (np.inf,)
    supplies, rises = _supplies(plant, control, float(base.supply)), _rises(plant)
    ends, some = supplies[:: max(len(supplies) - 1, 1)], supplies[:: 3 if adiabatic else 2]
    units = float(control.chiller_units)
    grids: list[tuple[tuple[float, ...], ...]]
    if plant.rejection is None:
        blown, flows = ((1.0, 0.0), rises[:1]) if plant.outside_air is not None else (one, rises[:3])
        grids = [(some, flows, one, wet, one, tuple(sorted({0.0, units})), blown)]
    elif plant.chiller is None:
        grids = [(some if adiabatic else supplies, rises, one, wet, one, (0.0,), one)]
    else:
        least, fans = 1 - control.chiller_minimum, _FANS[:2] if adiabatic else _FANS
        grids = [
            (some, rises[::2], one, wet, one, (0.0,), one),
            (ends, rises[:1], fans, wet, (least, 0.0), (units,), one),
        ]
    return [base, *(Setpoints(*map(np.array, row)) for grid in grids for row in product(*grid))]


def _supplies(plant: CoolingPlant, control: Control, rule: float) -> tuple[float, ...]:
    """Supply temperatures from the rules' to the warmest that chip, class or inlet allows: seven, or the rules'."""
    most = control.air_max
    if plant.liquid is not None:
        coolant = plant.liquid
        most = min(coolant.chip_limit - coolant.rise - coolant.plate_approach, control.water_max + coolant.cdu_approach)
    return tuple(np.linspace(rule, most, 7).tolist()) if most > rule else (rule,)


def _rises(plant: CoolingPlant) -> tuple[float, ...]:
    """Rises of the facility water; the rules' alone where the exchanger has no law that another could follow."""
    assert plant.loop is not None
    _, warm, effect = cooling.exchange(plant)
    if not 0 < effect < 1 or effect * plant.loop.rise >= warm:
        return (plant.loop.rise,)
    return tuple(plant.loop.rise * factor for factor in _RISES)
