"""Facility water: pumped through what it cools, and cooled outdoors, by chillers, or by both."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace

import numpy as np

from gigacampus.campus.spec.facility import CoolingPlant
from gigacampus.engines.facility.cooling import chiller, water
from gigacampus.engines.facility.cooling.glycol import fluids
from gigacampus.engines.facility.cooling.movers import moved, pump_share
from gigacampus.engines.facility.cooling.rejection import Cooler
from gigacampus.engines.facility.cooling.setpoints import Setpoints, rules
from gigacampus.engines.facility.cooling.sides import Side, side
from gigacampus.engines.facility.outdoors import Bools, Floats, Outdoors

MOST_AIR = 1.5
"""Most air over water, both over design, to which coolers without chillers are driven (assumed): at part load
more air would cost fan power and hardly cool."""
CONDENSER_RISE = 10.0
"""Warming of the air in air-cooled condensers [K] (assumed); it grows as the air thins."""


def cool(
    plant: CoolingPlant,
    out: Outdoors,
    heat: Floats,
    full: float,
    supply: Floats | float,
    points: Setpoints | None = None,
    design: float | None = None,
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
    """
    task, pumps = _task(plant, out, heat, full, supply, points, design)
    if plant.rejection is None:
        rest = _machines_in_air(task)
    elif plant.chiller is None:
        rest = _outside_alone(task)
    else:
        rest = _outside_first(task)
    missing = task.heat * np.clip(rest["excess"] / task.rise, 0.0, 1.0)
    return side(heat, **{**rest, "pumps": rest.get("pumps", 0.0) + pumps, "missing": missing})


def rated(plant: CoolingPlant, full: float, supply: float) -> tuple[float, float]:
    """Full heat of coolers and of chillers, which margin and capacity are multiples of [MW per MW of IT rating]."""
    dry = np.zeros(1)
    task, _ = _task(plant, Outdoors(dry, dry, dry, dry, dry), dry, full, supply, None, None)
    return (_outer(task)[0].heat if plant.rejection else 0.0), (task.full if plant.chiller else 0.0)


def condenser_air(out: Outdoors) -> Floats:
    """Air that an air-cooled condenser sees [degC]: in thin air it is as if the air were warmer."""
    return out.dry_bulb + CONDENSER_RISE * np.maximum(1 / Cooler.density(out) - 1, 0.0)


@dataclass(frozen=True)
class _Task:
    """What is asked of the machines: heat in the water and at full load, supply and rise of the water, set-points.

    `strict` refuses what is beyond the machines' models; `design` is the supply to which they are sized.
    """

    plant: CoolingPlant
    out: Outdoors
    heat: Floats
    full: float
    supply: Floats
    rise: Floats
    at: Setpoints
    strict: bool
    design: float


def _task(
    plant: CoolingPlant,
    out: Outdoors,
    heat: Floats,
    full: float,
    supply: Floats | float,
    points: Setpoints | None,
    design: float | None,
) -> tuple[_Task, Floats]:
    """What `cool` asks of the machines, and the pumps' power; their heat goes into the water."""
    loop = plant.loop
    assert loop is not None
    at = points or rules(plant)
    share = pump_share(loop.rise, loop.pump_pressure, loop.pump_efficiency) * fluids(plant)[0].pump
    slower = loop.rise / at.rise
    pumps = share * moved(heat * slower, full, loop.least_flow)
    asked = np.asarray(supply)
    return _Task(
        plant, out, heat + pumps, full * (1 + share), asked, at.rise * (1 + share * slower), at, points is None,
        float(asked) if design is None else design,
    ), pumps  # fmt: skip


def _machines_in_air(task: _Task) -> dict[str, Floats]:
    """Air-cooled chillers alone."""
    heat, machine = task.heat, task.plant.chiller
    assert machine is not None
    leaving, entering = chiller.behind(machine, task.supply, condenser_air(task.out), *fluids(task.plant))
    short = np.zeros_like(heat)
    if not task.strict:
        leaving, entering, short = chiller.within(machine, np.asarray(leaving), entering)
    power, beyond = chiller.chill(machine, heat, task.full, leaving, entering, task.at.machines)
    beyond = np.where(short > 0, heat, beyond)  # a machine that cannot lift trips
    return {
        "chiller": power,
        "rejected": heat + power,
        "excess": _float(beyond, heat, task.rise),
        "short": short,
        "lifted": np.ones_like(heat),
    }


def _float(beyond: Floats, heat: Floats, rise: Floats) -> Floats:
    """Kelvin by which the supply floats up when some of the heat is beyond the machines' capacity."""
    return rise * beyond / np.maximum(heat, 1e-12)


def _outer(task: _Task) -> tuple[Cooler, float, float]:
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
        return Cooler(spec, task.full, task.rise, outer.transfer, task.at.wet_above, task.at.near), 0.0, machines
    pump = pump_share(loop.outer_rise, loop.outer_pressure, loop.pump_efficiency) * outer.pump
    sized = task.full * (1 + machines) * (1 + pump)
    cooler = Cooler(spec, sized, loop.outer_rise * (1 + pump), outer.transfer, task.at.wet_above, task.at.near)
    return cooler, pump * (1 + machines), machines


def _outside_alone(task: _Task) -> dict[str, Floats]:
    """Coolers without chillers: fans follow the set-point, and at their most the supply floats."""
    loop, out, heat, full = task.plant.loop, task.out, task.heat, task.full
    assert loop is not None
    cooler, pump, _ = _outer(task)
    flow, cooling = cooler.water_flow(heat / full), cooler.rise + 0 * heat
    target = task.supply - exchanger_drop(task.plant)
    cooler = _wetted_in_need(cooler, out, flow, cooling, target)
    most = np.clip(MOST_AIR * heat / full, cooler.spec.fan_minimum, 1.0)
    speed = cooler.air_flow(out, flow, cooling, target, most)
    excess = np.where(speed >= most, np.maximum(cooler.leaving(out, most, flow, cooling) - target, 0.0), 0.0)
    pumps = pump * moved(heat, full, loop.least_flow)
    total = heat + pumps
    return {
        "pumps": pumps,
        "excess": excess,
        **_reject(task.plant, cooler, out, speed, flow, total, target + cooling / 2, target + excess),
    }


def _wetted_in_need(cooler: Cooler, out: Outdoors, flow: Floats, cooling: Floats, target: Floats) -> Cooler:
    """Coolers that are wetted by the rule, but not while dry air at the fans' least speed holds the set-point.

    Pads evaporate by the air through them, not by the heat: at low load that least air would take water for nothing.
    """
    above = cooler.spec.wet_above if cooler.wet_above is None else cooler.wet_above
    if cooler.spec.kind != "adiabatic" or above is None:
        return cooler
    dry = replace(cooler, wet_above=np.array(np.inf))
    holds = dry.leaving(out, np.array(cooler.spec.fan_minimum), flow, cooling) <= target
    return replace(cooler, wet_above=np.where(holds, np.inf, above))


def _outside_first(task: _Task) -> dict[str, Floats]:
    """Coolers as far as they reach, chillers for the rest, in series on the facility water.

    While chillers run, the coolers' air keeps its ratio to the water and the outer water is as cold as it gets.
    """
    plant, out, heat, full, at = task.plant, task.out, task.heat, task.full, task.at
    assert plant.loop is not None
    assert plant.chiller is not None
    cooler, pump, machines = _outer(task)
    load = heat / full
    flow = cooler.water_flow(load)
    most = np.clip(at.fans * load, cooler.spec.fan_minimum, 1.0)
    free = cooler.rise / (1 + machines) + 0 * heat
    target = task.supply - exchanger_drop(plant)
    coldest = cooler.leaving(out, most, flow, free)
    share = np.clip((target + task.rise - coldest) / task.rise, 0.0, at.free)
    speed = _reached(cooler, out, share >= 1, most, (flow, free, target))
    entering, short = condenser_air(out) + 0 * heat, np.zeros_like(heat)
    wet = plant.chiller.condenser == "water"
    if wet:
        entering = out_of(coldest, free, free * (1 + (1 - share) * machines), cooler, out)
    leaves = np.where(share < 1, entering if wet else coldest, target)
    leaving, entering = chiller.behind(plant.chiller, task.supply, entering, *fluids(plant))
    if not task.strict:
        leaving, entering, short = chiller.within(plant.chiller, np.asarray(leaving), entering)
        short = np.where(share < 1, short, 0.0)
    power, beyond = chiller.chill(plant.chiller, (1 - share) * heat, full, leaving, entering, at.machines)
    beyond = np.where(short > 0, (1 - share) * heat, beyond)  # a machine that cannot lift trips
    pumps = pump * moved(heat, full, plant.loop.least_flow)
    outdoors = heat + pumps + power if wet else heat * share + pumps
    direct = 0.0 if wet else (1 - share) * heat + power
    rest = _reject(plant, cooler, out, speed, flow, outdoors, coldest + free / 2, leaves)
    return {
        **rest,
        "chiller": power,
        "pumps": pumps,
        "rejected": rest["rejected"] + direct,
        "excess": _float(beyond, heat, task.rise),
        "short": short,
        "lifted": 1 - share,
    }


def _reached(cooler: Cooler, out: Outdoors, where: Bools, most: Floats, asked: tuple[Floats, Floats, Floats]) -> Floats:
    """Air flow that reaches the set-point where chillers are off, and `most` elsewhere; only the former is solved."""

    def there(values: Floats) -> Floats:
        return np.asarray(np.broadcast_to(values, where.shape)[where])

    speed = np.array(np.broadcast_to(most, where.shape))
    if np.any(where):
        air = Outdoors(*(there(getattr(out, field.name)) for field in fields(Outdoors)))
        wet_above = cooler.wet_above if cooler.wet_above is None else there(cooler.wet_above)
        flow, cooling, target = map(there, asked)
        one = replace(cooler, wet_above=wet_above, near=there(np.asarray(cooler.near)))
        speed[where] = one.air_flow(air, flow, cooling, target, there(most))
    return speed


def exchanger_drop(plant: CoolingPlant) -> float:
    """Facility water over outer water [K]: the clean approach, widened by glycol's film and by fouling."""
    loop = plant.loop
    assert loop is not None
    return loop.exchanger_approach * (fluids(plant)[1].film + loop.exchanger_fouling)


def out_of(coldest: Floats, free: Floats, warmed: Floats, cooler: Cooler, out: Outdoors) -> Floats:
    """Outer water that leaves the coolers when they cool it by `warmed` instead of `free`, at equal effectiveness."""
    intake = cooler.intake(out)[0]
    return intake + (coldest - intake) * (warmed / free)


def _reject(
    plant: CoolingPlant,
    cooler: Cooler,
    out: Outdoors,
    speed: Floats,
    flow: Floats,
    heat: Floats,
    temperature: Floats,
    leaves: Floats,
) -> dict[str, Floats]:
    """Fans, water and heat of the coolers; a tower bleeds the water that leaves it, pads water at the wet bulb."""
    fans = cooler.fans(speed, out)
    evaporation, latent = cooler.evaporation(out, speed, heat, temperature, plant.water_model == "all-latent")
    drift, cycles = cooler.drift(flow), cooler.spec.cycles
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
