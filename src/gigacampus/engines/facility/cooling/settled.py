"""What a site settles of a cooling plant: glycol by its coldest hour, cycles by its water; and the plant as it is run
on a design day or in a drought."""

from __future__ import annotations

from typing import Any

from gigacampus.campus.spec.facility import CoolingPlant, Facility
from gigacampus.engines.facility.cooling import glycol, water


def settle(facility: Facility, coldest: float) -> CoolingPlant:
    """The plant with the glycol that its coldest hour [degC] asks for and the cycles that its make-up allows."""
    cycles = water.cycles(facility.water)[0] if facility.water is not None and facility.water.quality else None

    def one(plant: CoolingPlant) -> dict[str, Any]:
        changed: dict[str, Any] = {}
        loop = plant.loop
        if loop is not None and loop.glycol is None and loop.freeze_margin is not None:
            changed["loop"] = {"glycol": glycol.needed(coldest - loop.freeze_margin)}
        if cycles is not None:
            changed |= {"outside_air": {"cycles": cycles}}
            if plant.rejection is not None and plant.rejection.cycles is not None:
                changed |= {"rejection": {"cycles": cycles}}
        return changed

    return _both(facility.cooling, one)


def with_units_out(plant: CoolingPlant, out: int) -> CoolingPlant:
    """The plant with some of its coolers and of its chillers out."""

    def one(plant: CoolingPlant) -> dict[str, Any]:
        cooler, chiller = plant.rejection, plant.chiller
        changed: dict[str, Any] = {}
        if cooler is not None and cooler.margin is not None:
            changed["rejection"] = {"margin": cooler.margin * _left(cooler.units, out)}
        if chiller is not None and chiller.capacity is not None:
            changed["chiller"] = {"capacity": chiller.capacity * _left(chiller.units, out)}
        return changed

    return _both(plant, one)


def wetted_warm(plant: CoolingPlant) -> CoolingPlant:
    """The plant whose adiabatic coolers are all wet in warm air, not only as many as the set-point needs."""
    return _both(plant, lambda plant: {"rejection": {"wetting": "warm"}})


def run_dry(plant: CoolingPlant) -> CoolingPlant:
    """The plant that takes no water where it can do without: outside air is not wetted, towers beside air-cooled
    chillers are left out. Whether adiabatic coolers are wetted is a set-point."""
    dry = _both(plant, lambda plant: {"outside_air": {"effectiveness": 0.0}})
    chiller, cooler = plant.chiller, plant.rejection
    update: dict[str, Any] = {}
    if chiller is not None and chiller.condenser == "air" and cooler is not None and cooler.kind == "tower":
        update["rejection"] = None
    if plant.air_plant is not None:
        update["air_plant"] = run_dry(plant.air_plant)
    return dry.model_copy(update=update)


def _left(units: int, out: int) -> float:
    """Share of the units that is left; a sliver where none is, so that the shortfall can be told."""
    return max(units - out, 1e-3) / units


def _both(plant: CoolingPlant, change: Any) -> CoolingPlant:
    """A plant and its air plant, each with fields of its parts changed."""
    parts = {
        part: getattr(plant, part).model_copy(update=fields)
        for part, fields in change(plant).items()
        if getattr(plant, part) is not None
    }
    if plant.air_plant is not None:
        parts["air_plant"] = _both(plant.air_plant, change)
    return plant.model_copy(update=parts)
