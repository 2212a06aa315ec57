"""Facility water: pumped through what it cools, and cooled outdoors, by chillers, or by both."""

from __future__ import annotations

import numpy as np

from gigacampus.campus.spec.facility import CoolingPlant
from gigacampus.engines.facility.cooling import chiller, water
from gigacampus.engines.facility.cooling.glycol import fluids
from gigacampus.engines.facility.cooling.movers import moved, pump_share
from gigacampus.engines.facility.cooling.rejection import Cooler
from gigacampus.engines.facility.cooling.sides import Side, side
from gigacampus.engines.facility.outdoors import Floats, Outdoors

MOST_AIR = 1.5
"""Most air over water, both over design, to which coolers without chillers are driven (assumed): at part load
more air would cost fan power and hardly cool."""
CONDENSER_RISE = 10.0
"""Warming of the air in air-cooled condensers [K] (assumed); it grows as the air thins."""


def cool(plant: CoolingPlant, out: Outdoors, heat: Floats, full: float, supply: float) -> Side:
    """Carry heat away in facility water.

    Parameters
    ----------
    plant : CoolingPlant
        Its loop, rejection and chiller.
    out : Outdoors
    heat, full : array, float [MW per MW of IT rating]
        Heat that enters the water, now and at full load.
    supply : float [degC]
        Facility water that is asked for.
    """
    loop = plant.loop
    assert loop is not None
    pump = pump_share(loop.rise, loop.pump_pressure, loop.pump_efficiency) * fluids(plant)[0].pump
    pumps = pump * moved(heat, full, loop.least_flow)
    warmed, rise = heat + pumps, loop.rise * (1 + pump)
    if plant.rejection is None:
        rest = _machines_in_air(plant, out, warmed, full * (1 + pump), supply, rise)
    elif plant.chiller is None:
        rest = _outside_alone(plant, out, warmed, full * (1 + pump), supply, rise)
    else:
        rest = _outside_first(plant, out, warmed, full * (1 + pump), supply, rise)
    missing = warmed * np.clip(rest["excess"] / rise, 0.0, 1.0)
    return side(heat, **{**rest, "pumps": rest.get("pumps", 0.0) + pumps, "missing": missing})


def condenser_air(out: Outdoors) -> Floats:
    """Air that an air-cooled condenser sees [degC]: in thin air it is as if the air were warmer."""
    return out.dry_bulb + CONDENSER_RISE * np.maximum(1 / Cooler.density(out) - 1, 0.0)


def _machines_in_air(
    plant: CoolingPlant, out: Outdoors, heat: Floats, full: float, supply: float, rise: float
) -> dict[str, Floats]:
    """Air-cooled chillers alone."""
    assert plant.chiller is not None
    power, beyond = chiller.chill(plant.chiller, heat, full, supply, condenser_air(out))
    return {"chiller": power, "rejected": heat + power, "excess": _float(beyond, heat, rise)}


def _float(beyond: Floats, heat: Floats, rise: float) -> Floats:
    """Kelvin by which the supply floats up when some of the heat is beyond the machines' capacity."""
    return rise * beyond / np.maximum(heat, 1e-12)


def _outer(plant: CoolingPlant, full: float, rise: float, supply: float) -> tuple[Cooler, float, float]:
    """The coolers; outer pump power over full heat; heat of the machines over that of the outer water, at design."""
    loop, spec = plant.loop, plant.rejection
    assert loop is not None
    assert spec is not None
    machines, outer = 0.0, fluids(plant)[1]
    if plant.chiller is not None and plant.chiller.condenser == "water":
        entering = np.array(spec.design_air + spec.approach)
        machines = 1 / float(chiller.full_load_cop(plant.chiller, supply, entering))
    if loop.outer_rise is None:
        return Cooler(spec, full, rise, outer.transfer), 0.0, machines
    pump = pump_share(loop.outer_rise, loop.outer_pressure, loop.pump_efficiency) * outer.pump
    design = full * (1 + machines)
    return (
        Cooler(spec, design * (1 + pump), loop.outer_rise * (1 + pump), outer.transfer),
        pump * (1 + machines),
        machines,
    )


def _outside_alone(
    plant: CoolingPlant, out: Outdoors, heat: Floats, full: float, supply: float, rise: float
) -> dict[str, Floats]:
    """Coolers without chillers: fans follow the set-point, and at their most the supply floats."""
    assert plant.loop is not None
    cooler, pump, _ = _outer(plant, full, rise, supply)
    flow, cooling = cooler.water_flow(heat / full), np.full_like(heat, cooler.rise)
    target = np.array(supply - exchanger_drop(plant))
    most = np.clip(MOST_AIR * heat / full, cooler.spec.fan_minimum, 1.0)
    speed = cooler.air_flow(out, flow, cooling, target, most)
    excess = np.where(speed >= most, np.maximum(cooler.leaving(out, most, flow, cooling) - target, 0.0), 0.0)
    pumps = pump * moved(heat, full, plant.loop.least_flow)
    total = heat + pumps
    return {
        "pumps": pumps,
        "excess": excess,
        **_reject(plant, cooler, out, speed, flow, total, target + cooling / 2),
    }


def _outside_first(
    plant: CoolingPlant, out: Outdoors, heat: Floats, full: float, supply: float, rise: float
) -> dict[str, Floats]:
    """Coolers as far as they reach, chillers for the rest, in series on the facility water.

    While chillers run, the coolers' air keeps its design ratio to the water and the outer water is as cold as it gets.
    """
    assert plant.loop is not None
    assert plant.chiller is not None
    cooler, pump, machines = _outer(plant, full, rise, supply)
    load = heat / full
    flow = cooler.water_flow(load)
    most = np.clip(load, cooler.spec.fan_minimum, 1.0)
    free = np.full_like(heat, cooler.rise / (1 + machines))
    target = np.array(supply - exchanger_drop(plant))
    coldest = cooler.leaving(out, most, flow, free)
    share = np.clip((target + rise - coldest) / rise, 0.0, 1.0)
    speed = np.where(share < 1, most, cooler.air_flow(out, flow, free, target, most))
    entering = condenser_air(out)
    if plant.chiller.condenser == "water":
        warmed = free * (1 + (1 - share) * machines)
        entering = out_of(coldest, free, warmed, cooler, out)
    power, beyond = chiller.chill(plant.chiller, (1 - share) * heat, full, supply, entering)
    pumps = pump * moved(heat, full, plant.loop.least_flow)
    outdoors = heat + pumps + power if plant.chiller.condenser == "water" else heat * share + pumps
    direct = 0.0 if plant.chiller.condenser == "water" else (1 - share) * heat + power
    rest = _reject(plant, cooler, out, speed, flow, outdoors, coldest + free / 2)
    return {
        **rest,
        "chiller": power,
        "pumps": pumps,
        "rejected": rest["rejected"] + direct,
        "excess": _float(beyond, heat, rise),
    }


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
) -> dict[str, Floats]:
    """Fans, water and heat of the coolers."""
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
    }
