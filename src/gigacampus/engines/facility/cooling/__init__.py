"""The cooling plant by kind: liquid side and air side."""

from __future__ import annotations

import numpy as np

from gigacampus import air
from gigacampus.campus.spec.facility import AirHandlers, CoolingPlant, Liquid
from gigacampus.engines.facility.cooling import exchanger, glycol, loop, outside_air, water
from gigacampus.engines.facility.cooling.movers import fan_law, fan_share, moved, pump_share
from gigacampus.engines.facility.cooling.setpoints import Setpoints, approach
from gigacampus.engines.facility.cooling.sides import Side, choose, side
from gigacampus.engines.facility.outdoors import Floats, Outdoors
from gigacampus.errors import SpecError

_SEA_LEVEL = np.array(1.2)


def liquid(
    plant: CoolingPlant,
    out: Outdoors,
    heat: Floats,
    full: float,
    reuse: Floats | float = 0.0,
    points: Setpoints | None = None,
) -> Side:
    """Coolant through the racks, coolant units, facility water and what cools it [MW per MW of IT rating].

    Each approach of the chain lowers what is asked of the next: coolant set-point, less that of the coolant unit, less
    that of the heat exchanger, is what the coolers must give. `reuse` is the share of the heat that somebody takes,
    `points` what control chose, if not the rules.
    """
    coolant = plant.liquid
    assert coolant is not None
    pump = _coolant_pump(coolant)
    pumps = pump * moved(heat, full, coolant.cdu_minimum, coolant.cdu_fixed_head)
    reused = (heat + pumps) * reuse
    design = coolant.supply - coolant_drop(plant)
    asked = design if points is None else water_for(plant, points)
    carried = loop.cool(plant, out, heat + pumps, full * (1 + pump), asked, points, design, reused)
    return side(heat, **{**vars(carried), "cdu_pumps": pumps, "reused": reused})


def _coolant_pump(coolant: Liquid) -> float:
    """Power of the coolant's pumps over their heat; what boils is not pumped."""
    if coolant.kind == "two-phase":
        return 0.0
    return pump_share(coolant.rise, coolant.cdu_pressure, coolant.cdu_efficiency, coolant.heat_capacity)


def rated(plant: CoolingPlant, full: float) -> tuple[float, float]:
    """Full heat of coolers and of chillers, which margin and capacity are multiples of [MW per MW of IT rating].

    `full` is the heat of the side at full load, as in `liquid` and `hall`.
    """
    if plant.loop is None:
        return 0.0, 0.0
    if plant.liquid is not None:
        sized = full * (1 + _coolant_pump(plant.liquid))
        return loop.rated(plant, sized, plant.liquid.supply - coolant_drop(plant))
    assert plant.air is not None
    sized = full * (1 + float(_fan_share(plant.air, _SEA_LEVEL)))
    return loop.rated(plant, sized, coil_water(plant))


def water_for(plant: CoolingPlant, points: Setpoints) -> Floats:
    """Facility water that the coolant unit or the coil needs for its supply [degC]."""
    assert plant.loop is not None
    return points.supply - approach(*exchange(plant), plant.loop.rise, points.rise)


def returns(plant: CoolingPlant, points: Setpoints | None = None) -> Floats:
    """Facility water that comes back from the coolant units [degC]."""
    assert plant.liquid is not None
    assert plant.loop is not None
    if points is None:
        return np.array(plant.liquid.supply - coolant_drop(plant) + plant.loop.rise)
    return np.asarray(water_for(plant, points) + points.rise)


def exchange(plant: CoolingPlant) -> tuple[float, float, float]:
    """Coolant unit or coil by the rules: approach [K], cooling of its warm fluid [K], effectiveness on that side."""
    if plant.liquid is not None:
        base, warm = coolant_drop(plant), plant.liquid.rise
        return base, warm, warm / (warm + base)
    assert plant.air is not None
    return plant.air.supply - coil_water(plant), plant.air.rise, coil_effectiveness(plant)


def coil_effectiveness(plant: CoolingPlant) -> float:
    """Effectiveness of the air handlers' coil on the air side: glycol in its water thins its NTU."""
    handlers, loop = plant.air, plant.loop
    assert handlers is not None
    assert loop is not None
    thinner, ratio = glycol.fluids(plant)[0].coil, loop.rise / handlers.rise
    if thinner == 1:
        return handlers.coil_effectiveness
    if ratio * handlers.coil_effectiveness >= 1:
        raise SpecError("water would leave the coil warmer than air enters it; lower loop.rise or coil_effectiveness")
    ntu = exchanger.ntu_for(handlers.coil_effectiveness, ratio)
    return float(exchanger.effectiveness(np.array(ntu / thinner), np.array(ratio)))


def coil_water(plant: CoolingPlant) -> float:
    """Facility water that the coil needs for the supply air [degC]."""
    assert plant.air is not None
    return plant.air.supply + plant.air.rise - plant.air.rise / coil_effectiveness(plant)


def coolant_drop(plant: CoolingPlant) -> float:
    """Coolant over facility water [K]: the clean approach, widened by glycol's film and by fouling."""
    coolant = plant.liquid
    assert coolant is not None
    return coolant.cdu_approach * (glycol.fluids(plant)[0].film + coolant.cdu_fouling)


def chip_room(plant: CoolingPlant, points: Setpoints | None = None) -> Floats:
    """Excess of the coolant at which a chip at its peak power reaches its limit [K]; inf without liquid."""
    coolant = plant.liquid
    if coolant is None:
        return np.array(np.inf)
    supply = coolant.supply if points is None else points.supply
    return np.asarray(coolant.chip_limit - (coolant.chip - coolant.supply) - supply)


def inlet(plant: CoolingPlant, out: Outdoors, points: Setpoints | None = None) -> Floats:
    """Air that enters the servers [degC]."""
    if plant.outside_air is not None:
        return outside_air.condition(plant.outside_air, out).temperature
    assert plant.air is not None
    return np.array(plant.air.supply) if points is None else points.supply


def warmest(plant: CoolingPlant) -> float:
    """Warmest air that the plant supplies by the rules [degC]."""
    if plant.outside_air is not None:
        return plant.outside_air.supply_max
    assert plant.air is not None
    return plant.air.supply


def hall(plant: CoolingPlant, out: Outdoors, heat: Floats, full: float, points: Setpoints | None = None) -> Side:
    """Air through the servers, by outside air or over a coil [MW per MW of IT rating]."""
    if plant.outside_air is None:
        return _recirculated(plant, out, heat, full, points)
    blown = _blown(plant, out, heat, full)
    if plant.chiller is None:
        return blown
    off = blown.short > 0 if points is None else (blown.short > 0) | (points.blown < 1)
    return choose(off, _recirculated(plant, out, heat, full, points), blown)


def _recirculated(plant: CoolingPlant, out: Outdoors, heat: Floats, full: float, points: Setpoints | None) -> Side:
    """Air handlers over a coil; their fans warm the air too."""
    handlers = plant.air
    assert handlers is not None
    density = air.density(handlers.supply if points is None else points.supply, 0.008, out.pressure)
    fans = full * _fan_share(handlers, density) * fan_law(heat / full, handlers.flow_minimum)
    sized = full * (1 + float(_fan_share(handlers, _SEA_LEVEL)))
    design = coil_water(plant)
    asked = design if points is None else water_for(plant, points)
    carried = loop.cool(plant, out, heat + fans, sized, asked, points, design)
    return side(heat, **{**vars(carried), "air_handlers": fans})


def _fan_share(handlers: AirHandlers, density: Floats) -> Floats:
    return fan_share(handlers.rise, handlers.pressure, handlers.efficiency, density)


def _blown(plant: CoolingPlant, out: Outdoors, heat: Floats, full: float) -> Side:
    """Outside air, in its box as far as it goes."""
    spec = plant.outside_air
    assert spec is not None
    supply = outside_air.condition(spec, out)
    density = air.density(supply.temperature, supply.humidity, out.pressure)
    fans = (
        full * fan_share(spec.rise, spec.pressure, spec.efficiency, density) * fan_law(heat / full, spec.flow_minimum)
    )
    evaporated, latent = outside_air.evaporation(spec, supply, heat, out)
    zero = np.zeros_like(heat)
    drawn = water.makeup(evaporated, zero, spec.cycles)
    pumps = outside_air.mist_pumps(spec, drawn)
    return side(
        heat,
        air_handlers=fans,
        pumps=pumps,
        evaporation=evaporated,
        blowdown=water.blowdown(evaporated, zero, spec.cycles),
        makeup=drawn,
        bled=np.where(evaporated > 0, out.wet_bulb, 0.0),
        rejected=heat + fans + pumps,
        latent=latent,
        excess=supply.excess,
        missing=heat * np.clip(supply.excess / spec.rise, 0.0, 1.0),
        short=supply.short,
    )
