"""Coolers outdoors on the facility water: alone, or before chillers and behind their condensers."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np

from gigacampus.campus.spec.facility import CoolingPlant
from gigacampus.engines.facility.cooling import chiller, water
from gigacampus.engines.facility.cooling.glycol import fluids
from gigacampus.engines.facility.cooling.movers import moved, pump_share
from gigacampus.engines.facility.cooling.rejection import Cooler
from gigacampus.engines.facility.cooling.setpoints import Setpoints
from gigacampus.engines.facility.outdoors import Bools, Floats, Outdoors

MOST_AIR = 1.5
"""Most air over water, both over design, to which coolers without chillers are driven (assumed): at part load
more air would cost fan power and hardly cool."""
CONDENSER_RISE = 10.0
"""Warming of the air in air-cooled condensers [K] (assumed); it grows as the air thins."""


@dataclass(frozen=True)
class Task:
    """What is asked of the machines: heat in the water, the share of it that is still there, and heat at full load
    [MW per MW of IT rating]; supply and rise of the water, set-points, and the supply to which they are sized."""

    plant: CoolingPlant
    out: Outdoors
    heat: Floats
    left: Floats
    full: float
    supply: Floats
    rise: Floats
    at: Setpoints
    design: float


def condenser_air(out: Outdoors) -> Floats:
    """Air that an air-cooled condenser sees [degC]: in thin air it is as if the air were warmer."""
    return out.dry_bulb + CONDENSER_RISE * np.maximum(1 / Cooler.density(out) - 1, 0.0)


def floated(beyond: Floats, heat: Floats, rise: Floats) -> Floats:
    """Kelvin by which the supply floats up when some of the heat is beyond the machines' capacity."""
    return rise * beyond / np.maximum(heat, 1e-12)


def coolers(task: Task) -> tuple[Cooler, float, float]:
    """The coolers; outer pump power over full heat; heat of the machines over that of the outer water, at design."""
    plant, loop, spec = task.plant, task.plant.loop, task.plant.rejection
    assert loop is not None
    assert spec is not None
    machines, outer = 0.0, fluids(plant)[1]
    if plant.chiller is not None and plant.chiller.condenser == "water":
        entering = np.array(spec.design_air + spec.approach)
        cold, warm = chiller.behind(plant.chiller, task.design, entering, *fluids(plant))
        machines = 1 / float(chiller.full_load_cop(plant.chiller, cold, warm))
    if loop.outer_rise is None:
        return Cooler(spec, task.full, task.rise, outer.transfer, near=task.at.near), 0.0, machines
    pump = pump_share(loop.outer_rise, loop.outer_pressure, loop.pump_efficiency) * outer.pump
    sized = task.full * (1 + machines) * (1 + pump)
    cooler = Cooler(spec, sized, loop.outer_rise * (1 + pump), outer.transfer, near=task.at.near)
    return cooler, pump * (1 + machines), machines


def alone(task: Task) -> dict[str, Floats]:
    """Coolers without chillers: fans follow the set-point, then pads are wetted, and at their most the supply floats.

    Where the coolers stand in the facility water its flow is that of all heat, of which they cool what is left.
    """
    loop, out, heat, full = task.plant.loop, task.out, task.heat * task.left, task.full
    assert loop is not None
    cooler, pump, _ = coolers(task)
    closed = loop.outer_rise is None
    flow, running = cooler.water_flow((task.heat if closed else heat) / full)
    cooling = cooler.rise * (task.left if closed else 1.0) + 0 * heat
    target = task.supply - exchanger_drop(task.plant)
    most = np.clip(MOST_AIR * heat / full / running, cooler.spec.fan_minimum, 1.0)
    if cooler.spec.kind == "adiabatic":
        cooler = _wetted(cooler, task, cooler.approach(out, most, flow, cooling), flow, cooling, target)
    speed = cooler.air_flow(out, flow, cooling, target, most)
    stuck, excess = (speed >= most) & (task.left > 0), np.zeros_like(speed)
    if np.any(stuck):
        one, air, *asked, wanted = _only(stuck, cooler, out, most, flow, cooling, target)
        excess[stuck] = np.maximum(one.leaving(air, *asked) - wanted, 0.0)
    pumps = pump * moved(heat, full, loop.least_flow, loop.fixed_head)
    total = heat + pumps
    return {
        "pumps": pumps,
        "excess": excess,
        **_reject(task.plant, cooler, out, speed, (flow, running), total, target + cooling / 2, target + excess),
    }


def _wetted(cooler: Cooler, task: Task, over: Floats, flow: Floats, cooling: Floats, target: Floats) -> Cooler:
    """Adiabatic coolers of which as many are wetted, one by one, as the set-point needs: none while dry air does.

    `over` is the water over the intake air at the fans' most. Makers wet once all fans run and by no more than is
    needed [1]_. Their waters mix, so that the share that is wet carries its part of the fall from dry to wet. The other
    way, all are wetted in warm air, but where the least dry air is enough.

    References
    ----------
    .. [1] Aqua Cooling, "Adiabatic cooling system", https://www.scribd.com/document/202975624
    """
    out, above, dry = task.out, task.at.wet_above, task.out.dry_bulb
    needed = np.clip((dry + over - target) / np.maximum(cooler.fall(out), 1e-9), 0.0, 1.0)
    if cooler.spec.wetting == "warm":
        least = np.full(np.shape(over), cooler.spec.fan_minimum)
        needed = np.where(dry + cooler.approach(out, least, flow, cooling) > target, 1.0, 0.0)
    return replace(cooler, wet=np.where(above == -np.inf, 1.0, np.where(dry > above, needed, 0.0)))


def first(task: Task) -> dict[str, Floats]:
    """Coolers as far as they reach, chillers for the rest, in series on the facility water.

    While chillers run, the coolers' air keeps its ratio to the water, or their water its approach to the air.
    """
    plant, out, heat, full, at = task.plant, task.out, task.heat * task.left, task.full, task.at
    assert plant.loop is not None
    assert plant.chiller is not None
    cooler, pump, machines = coolers(task)
    flow, running = cooler.water_flow(heat / full)
    free = cooler.rise / (1 + machines) + 0 * heat
    target = task.supply - exchanger_drop(plant)
    wet = plant.chiller.condenser == "water"
    most = np.clip(at.fans * heat / full / running, cooler.spec.fan_minimum, 1.0)
    if wet:
        most = _reset(cooler, task, flow, free, most)
    over = cooler.approach(out, most, flow, free)
    if cooler.spec.kind == "adiabatic":
        cooler = _wetted(cooler, task, over, flow, free, target)
    intake = cooler.intake(out)
    coldest = intake + over
    share = np.clip((target + task.rise - coldest) / task.rise, 0.0, at.free)
    speed = _solved(cooler, out, share >= 1, most, (flow, free, target))
    # at equal effectiveness the approach grows with the heat
    entering = intake + over * (1 + (1 - share) * machines) if wet else condenser_air(out) + 0 * heat
    leaves = np.where(share < 1, entering if wet else coldest, target)
    lifted = (1 - share) * heat
    power, beyond, short = chiller.lift(plant.chiller, fluids(plant), lifted, full, task.supply, entering, at.machines)
    pumps = pump * moved(heat, full, plant.loop.least_flow, plant.loop.fixed_head)
    outdoors = heat + pumps + power if wet else heat * share + pumps
    direct = 0.0 if wet else lifted + power
    middle = np.where(share < 1, coldest, target) + free / 2
    rest = _reject(plant, cooler, out, speed, (flow, running), outdoors, middle, leaves)
    return {
        **rest,
        "chiller": power,
        "pumps": pumps,
        "rejected": rest["rejected"] + direct,
        "excess": floated(beyond, heat, task.rise),
        "short": np.where(share < 1, short, 0.0),
        "lifted": 1 - share,
    }


def _reset(cooler: Cooler, task: Task, flow: Floats, cooling: Floats, most: Floats) -> Floats:
    """Air flow up to full speed that holds the reset's approach to the intake air; `most` in air above design."""
    wet = np.asarray(task.out.dry_bulb > task.at.wet_above, dtype=float)
    plain = replace(cooler, near=np.inf, wet=wet)
    intake = plain.intake(task.out)
    held = (intake < cooler.spec.design_air) & (task.at.reset > 0) & (cooling > 0)
    speed = np.where(held, 1.0, most)
    return _solved(plain, task.out, held, speed, (flow, cooling, intake + task.at.reset))


def _solved(cooler: Cooler, out: Outdoors, where: Bools, most: Floats, asked: tuple[Floats, Floats, Floats]) -> Floats:
    """Air flow for a water flow, a cooling and a temperature where a condition holds, and `most` elsewhere."""
    speed = np.array(np.broadcast_to(most, where.shape))
    if np.any(where):
        one, air, *there = _only(where, cooler, out, *asked, most)
        speed[where] = one.air_flow(air, *there)
    return speed


def _only(where: Bools, cooler: Cooler, out: Outdoors, *values: Floats) -> tuple[Any, ...]:
    """Coolers, air and values where a condition holds, along one axis."""
    at = np.flatnonzero(where)

    def there(values: Floats | float) -> Floats:
        return np.asarray(values if np.ndim(values) == 0 else np.broadcast_to(values, where.shape).ravel()[at])

    air = Outdoors(*(there(getattr(out, field.name)) for field in fields(Outdoors)))
    one = replace(cooler, wet=there(cooler.wet), near=there(cooler.near))
    return one, air, *map(there, values)


def exchanger_drop(plant: CoolingPlant) -> float:
    """Facility water over outer water [K]: the clean approach, widened by glycol's film and by fouling."""
    loop = plant.loop
    assert loop is not None
    return loop.exchanger_approach * (fluids(plant)[1].film + loop.exchanger_fouling)


def _reject(
    plant: CoolingPlant,
    cooler: Cooler,
    out: Outdoors,
    speed: Floats,
    flow: tuple[Floats, Floats],
    heat: Floats,
    temperature: Floats,
    leaves: Floats,
) -> dict[str, Floats]:
    """Fans, water and heat of the coolers; a tower bleeds the water that leaves it, pads water at the wet bulb."""
    each, running = flow
    fans = cooler.fans(speed, out, running)
    all_latent = plant.water_model == "all-latent"
    evaporation, latent = cooler.evaporation(out, speed * running, heat, temperature, all_latent)
    drift, cycles = cooler.drift(each * running), cooler.spec.cycles
    if cycles is None:
        return {"rejection_fans": fans, "rejected": heat + fans}
    return {
        "rejection_fans": fans,
        "rejected": heat + fans,
        "latent": latent,
        "evaporation": evaporation,
        "drift": drift,
        "blowdown": water.blowdown(evaporation, drift, cycles),
        "makeup": water.makeup(evaporation, drift, cycles),
        "bled": np.where(evaporation > 0, leaves if cooler.tower else out.wet_bulb, 0.0),
    }
