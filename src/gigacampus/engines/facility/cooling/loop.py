"""Facility water: pumped through what it cools, and cooled outdoors, by chillers, or by both."""

from __future__ import annotations

import numpy as np

from gigacampus.campus.spec.facility import CoolingPlant
from gigacampus.engines.facility.cooling import chiller, outer
from gigacampus.engines.facility.cooling.glycol import fluids
from gigacampus.engines.facility.cooling.movers import head, pump_share
from gigacampus.engines.facility.cooling.setpoints import Setpoints, rules
from gigacampus.engines.facility.cooling.sides import Side, side
from gigacampus.engines.facility.outdoors import Floats, Outdoors


def cool(
    plant: CoolingPlant,
    out: Outdoors,
    heat: Floats,
    full: float,
    supply: Floats | float,
    points: Setpoints | None = None,
    design: float | None = None,
    taken: Floats | float = 0.0,
) -> Side:
    """Carry heat away in facility water.

    Parameters
    ----------
    plant : CoolingPlant
        Its loop, rejection and chiller.
    out : Outdoors
    heat, full : array, float [MW per MW of IT rating]
        Heat that enters the water, now and at full load.
    supply : array or float [degC]
        Facility water that is asked for.
    points : Setpoints, optional
        What control chose, of shapes that broadcast to the heat's; where that is beyond the machines' models, the hour
        is short. Without it rules run, and sizes are theirs in any case.
    design : float, optional [degC]
        Facility water by the rules, to which machines are sized; `supply` by default.
    taken : array or float [MW per MW of IT rating]
        Heat that somebody takes out of the water before it is cooled; it is pumped as all heat is.
    """
    task, pumps = _task(plant, out, heat, full, supply, points, design, taken)
    if plant.rejection is None:
        rest = _machines_in_air(task)
    elif plant.chiller is None:
        rest = outer.alone(task)
    else:
        rest = outer.first(task)
    missing = task.heat * np.clip(rest["excess"] / task.rise, 0.0, task.left)
    return side(heat, **{**rest, "pumps": rest.get("pumps", 0.0) + pumps, "missing": missing})


def rated(plant: CoolingPlant, full: float, supply: float) -> tuple[float, float]:
    """Full heat of coolers and of chillers, which margin and capacity are multiples of [MW per MW of IT rating]."""
    dry = np.zeros(1)
    task, _ = _task(plant, Outdoors(dry, dry, dry, dry, dry), dry, full, supply, None, None, 0.0)
    return (outer.coolers(task)[0].heat if plant.rejection else 0.0), (task.full if plant.chiller else 0.0)


def _task(
    plant: CoolingPlant,
    out: Outdoors,
    heat: Floats,
    full: float,
    supply: Floats | float,
    points: Setpoints | None,
    design: float | None,
    taken: Floats | float,
) -> tuple[outer.Task, Floats]:
    """What `cool` asks of the machines, and the pumps' power; their heat goes into the water."""
    loop = plant.loop
    assert loop is not None
    at = points or rules(plant)
    share = pump_share(loop.rise, loop.pump_pressure, loop.pump_efficiency) * fluids(plant)[0].pump
    slower = loop.rise / at.rise
    flow = np.maximum(heat * slower / full, loop.least_flow)
    share_now = share * head(flow, loop.fixed_head)
    pumps = share_now * full * flow
    asked, carried = np.asarray(supply), heat + pumps
    if points is None and plant.chiller is not None:
        chiller.refuse_beyond(plant.chiller, asked)
    left = 1 - np.minimum(taken / np.maximum(carried, 1e-12), 1.0)
    return outer.Task(
        plant, out, carried, left, full * (1 + share), asked, at.rise * (1 + share_now * slower), at,
        float(asked) if design is None else design,
    ), pumps  # fmt: skip


def _machines_in_air(task: outer.Task) -> dict[str, Floats]:
    """Air-cooled chillers alone."""
    heat, machine = task.heat * task.left, task.plant.chiller
    assert machine is not None
    air = outer.condenser_air(task.out)
    power, beyond, short = chiller.lift(
        machine, fluids(task.plant), heat, task.full, task.supply, air, task.at.machines
    )
    return {
        "chiller": power,
        "rejected": heat + power,
        "excess": outer.floated(beyond, heat, task.rise),
        "short": short,
        "lifted": np.ones_like(heat),
    }
