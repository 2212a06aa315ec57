"""The candidates of one side: five to twenty sets of set-points, of which the first is the rules."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields
from itertools import product

import numpy as np

from gigacampus.campus.spec.facility import Control, CoolingPlant
from gigacampus.engines.facility import cooling
from gigacampus.engines.facility.cooling.setpoints import Setpoints, approach, rules
from gigacampus.engines.facility.outdoors import Floats

RISES = {"liquid": (1.25, 2.0, 3.0), "air": (0.75, 1.25, 2.0)}
"""Warming of the facility water over the rules'."""
FANS = (0.5, 0.7, 0.85, 1.25)
"""Air over water through the coolers while chillers run."""
NEEDED = -273.0
"""Dry bulb above which as many pads are wetted as the set-point needs: always; no cooler without chillers does with
less water."""
FEW, ALL = 0.0, np.inf
"""Chillers that run: as few as carry the heat, or all."""


def candidates(plant: CoolingPlant, control: Control) -> Setpoints:
    """Sets of set-points of one side, arrays of shape (K,); those beyond the limits of the racks are left out.

    Warmer supplies save fans and lift, and cost servers' fans; a larger rise saves pumps and needs colder water, for
    the exchangers are what they are; less air saves fans and costs chillers; dry coolers save water. They are spread so
    thin that ten times as many would save a hundredth more of what the rules take.
    """
    rows = [rules(plant), *_chosen(plant, control)] if plant.loop is not None else [rules(plant)]
    points = Setpoints(*(np.array([float(getattr(row, f.name)) for row in rows]) for f in fields(Setpoints)))
    kept = np.ones(len(rows), bool)
    if plant.loop is not None:
        water = cooling.water_for(plant, points)
        kept = water <= max(control.water_max, float(water[0])) + 1e-9
    return points.at(kept)


def warmest(plant: CoolingPlant, control: Control) -> float:
    """Warmest coolant or air that control holds [degC]; by rules the set-point."""
    return float(np.max((rules(plant) if control.by == "rules" else candidates(plant, control)).supply))


def flow(points: Setpoints) -> Floats:
    """Flow of the facility water at a load over the rules' at the same load, shape (K,)."""
    return np.asarray(points.rise[0] / points.rise)


def _chosen(plant: CoolingPlant, control: Control) -> Iterator[Setpoints]:
    """What may be chosen beside the rules."""
    wet: tuple[float, ...] = (np.inf,)
    if plant.rejection is not None and plant.rejection.kind == "adiabatic":
        wet = (-np.inf, np.inf)
    for rise in _rises(plant):
        supplies = _supplies(plant, control, rise)
        if plant.rejection is None:
            blown = (1.0, 0.0) if plant.outside_air is not None else (1.0,)
            yield from _product(supplies, rise, machines=(FEW, ALL), blown=blown)
        elif plant.chiller is None:
            # a colder supply takes more air; it saves nothing but a tower's water, whose cold air carries less vapour
            pads = (-np.inf, NEEDED) if len(wet) > 1 else wet
            yield from _product(supplies if plant.rejection.kind == "tower" else supplies[-1:], rise, wet=pads)
        else:
            yield from _product(supplies, rise, wet=wet)
    if plant.rejection is not None and plant.chiller is not None:
        rise, fans = float(rules(plant).rise), FANS[::2] if len(wet) > 1 else FANS
        supplies, machines = _supplies(plant, control, rise), (FEW, ALL)[: 1 + (plant.chiller.model == "curves")]
        yield from _product(supplies, rise, fans, wet, (1 - control.chiller_minimum,), machines)
        yield from _product(supplies[-1:], rise, wet=wet, free=(0.0,))  # so that chillers may stay alone


def _product(
    supplies: tuple[float, ...],
    rise: float,
    fans: tuple[float, ...] = (1.0,),
    wet: tuple[float, ...] = (np.inf,),
    free: tuple[float, ...] = (1.0,),
    machines: tuple[float, ...] = (FEW,),
    blown: tuple[float, ...] = (1.0,),
) -> Iterator[Setpoints]:
    """All combinations."""
    for row in product(supplies, (rise,), fans, wet, free, machines, blown, (np.inf,), (0.0,)):
        yield Setpoints(*map(np.array, row))


def _supplies(plant: CoolingPlant, control: Control, rise: float) -> tuple[float, ...]:
    """The rules' supply and the warmest that racks, chip, class, inlet or the chillers' curves allow, at a rise."""
    rule, most, machine, loop = float(rules(plant).supply), control.air_max, plant.chiller, plant.loop
    assert loop is not None
    over = float(approach(*cooling.exchange(plant), loop.rise, np.array(rise)))
    if plant.liquid is not None:
        coolant = plant.liquid
        plate = coolant.plate_approach * (1 + coolant.plate_fouling)
        most = min(coolant.supply_max, coolant.chip_limit - coolant.rise - plate, control.water_max + over)
    elif plant.rejection is None and machine is not None and machine.model == "curves":
        most = min(most, machine.curves.leaving[1] + over)
    return (rule, most) if most > rule else (rule,)


def _rises(plant: CoolingPlant) -> tuple[float, ...]:
    """Rises of the facility water; the rules' alone where the exchanger has no law that another could follow."""
    assert plant.loop is not None
    _, warm, effect = cooling.exchange(plant)
    if not 0 < effect < 1 or effect * plant.loop.rise >= warm:
        return (plant.loop.rise,)
    return tuple(plant.loop.rise * factor for factor in RISES["air" if plant.liquid is None else "liquid"])
