"""From the facility to its reliability blocks: what stands in series, and how many of each are needed."""

from __future__ import annotations

from collections.abc import Iterator

from gigacampus.campus.spec.compute import Server
from gigacampus.campus.spec.facility import Availability, CoolingPlant, Facility, PowerChain
from gigacampus.campus.spec.facility.topology import paths
from gigacampus.engines.availability.reliability import Block, Item


def in_use(facility: Facility, server: Server) -> Facility:
    """The facility without a liquid side that takes no heat."""
    plant = facility.cooling
    if plant.air_plant is None or plant.liquid_of(server.liquid_share) > 0:
        return facility
    return facility.model_copy(update={"cooling": plant.air_plant})


def blocks(facility: Facility) -> tuple[Block, ...]:
    """The blocks that carry the racks, in the order of power and then of heat.

    The grid's side, feeds and substation, is backed by gensets. A unit is breaker, transformer, transfer switch, UPS
    and breaker; racks on two units or more have a busway from each, racks on one have one busway, behind a static
    switch where a catcher waits for them. Controls are a pair.
    """
    power, given = facility.power, facility.availability
    controls = Block("controls", _items(given, "controls"), 2, 1)
    return (*_grid(power, given), *_units(power, given), *_cooling(facility.cooling, given, ""), controls)


def _grid(power: PowerChain, given: Availability) -> Iterator[Block]:
    needed, units = paths(power.substation_topology, power.substation_units)
    substation = _items(given, "substation_breaker", "substation_transformer")
    yield Block("feeds", _items(given, "utility"), given.feeds, given.feeds_needed, backed=True)
    yield Block("substation", substation, units, needed, backed=True)


def _units(power: PowerChain, given: Availability) -> Iterator[Block]:
    needed, units = paths(power.topology, power.units)
    ups = ["ups"] if power.ups is not None else []
    chain = ["medium_breaker", "unit_transformer", "transfer_switch", *ups, "low_breaker"]
    if power.topology in ("N", "N+1", "catcher"):
        switch = ["static_switch"] if power.topology == "catcher" else []
        yield Block("units", _items(given, *chain), units, needed)
        yield Block("busways", _items(given, *switch, "busway"), power.units, power.units)
    else:
        yield Block("units", _items(given, *chain, "busway"), units, needed)


def _cooling(plant: CoolingPlant, given: Availability, side: str) -> Iterator[Block]:
    """Units of each kind that the plant has; those for the air that liquid leaves over have names of their own."""
    kinds = {
        "coolant_units": plant.liquid and "coolant_unit",
        "air_handlers": (plant.air or plant.outside_air) and "air_handler",
        "pumps": plant.loop and "pump",
        "chillers": plant.chiller and "chiller",
        "coolers": plant.rejection and "cooler",
    }
    needed, units = given.cooling_units, given.cooling_units + given.cooling_spares
    for name, field in kinds.items():
        if field:
            yield Block(name + side, _items(given, field), units, needed)
    if plant.air_plant is not None:
        yield from _cooling(plant.air_plant, given, "_air")


def _items(given: Availability, *fields: str) -> tuple[Item, ...]:
    found = ((field, getattr(given, field)) for field in fields)
    return tuple(Item(f, e.failures, e.repair, given.common_repair or e.common_repair) for f, e in found)
