"""The first door: hourly dispatch over the whole life."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gigacampus.campus.spec.site import Grid
from gigacampus.campus.spec.supply import Battery, Gas, Supply
from gigacampus.engines.supply import kernel
from gigacampus.engines.supply.profile import (
    Hourly,
    ResourceLike,
    available,
    delivery,
    in_service,
    lay_out,
    market_price,
    usable_energy,
)
from gigacampus.engines.supply.reference import Flows
from gigacampus.timeline import Floats, Timeline


@dataclass(frozen=True)
class Storage:
    """One battery, all (H,).

    Attributes
    ----------
    charge, discharge [MW]
        Power on the AC side.
    state [MWh]
        Energy at the end of the hour, the share below the lowest state included.
    faded [MWh]
        Energy lost because the battery's capacity fell below what it held.
    floor, ceiling [MWh]
        Bounds of the state.
    efficiency
        Each way.
    """

    charge: Floats
    discharge: Floats
    state: Floats
    faded: Floats
    floor: Floats
    ceiling: Floats
    efficiency: float


@dataclass(frozen=True)
class Dispatch:
    """Who powers the campus in every hour. All arrays (H,).

    Attributes
    ----------
    load [MW]
        What was to be met at the meter.
    generation [MW]
        Net output of every plant but batteries at its own meter, by name.
    delivered [MW]
        What of it reaches the campus, by name: for a plant behind the meter all of it (exports too), for one that feeds
        through the grid what the campus takes after the grid's losses.
    storage
        Batteries by name.
    charge, discharge, soc [MW, MW, MWh]
        Sums over batteries.
    grid_import [MW]
        Everything drawn through the meter: plants that feed through the grid, and the market.
    purchase [MW]
        The market's part of it.
    grid_export, curtailed, unserved [MW]
        Export from behind the meter, curtailment of clean plants there, load that is not met.
    spilled [MW]
        Energy dispatched for a load that was not there in the end; not zero only after `balance` has settled the load.
    price [USD/MWh]
        Nominal energy price.
    """

    load: Floats
    generation: dict[str, Floats]
    delivered: dict[str, Floats]
    storage: dict[str, Storage]
    grid_import: Floats
    purchase: Floats
    grid_export: Floats
    curtailed: Floats
    unserved: Floats
    spilled: Floats
    price: Floats

    @property
    def charge(self) -> Floats:
        """Power into all batteries."""
        return sum((s.charge for s in self.storage.values()), np.zeros_like(self.load))

    @property
    def discharge(self) -> Floats:
        """Power out of all batteries."""
        return sum((s.discharge for s in self.storage.values()), np.zeros_like(self.load))

    @property
    def soc(self) -> Floats:
        """Energy in all batteries at the end of the hour."""
        return sum((s.state for s in self.storage.values()), np.zeros_like(self.load))

    def discharge_of(self, name: str) -> Floats:
        """Power out of one battery, (H,) [MW]."""
        return self.storage[name].discharge


def dispatch(supply: Supply, grid: Grid, resource: ResourceLike, timeline: Timeline, load: Floats) -> Dispatch:
    """Dispatch every hour of the life, in order, so that batteries carry their energy from year to year.

    Parameters
    ----------
    supply : Supply
        Plants, connection and tariff.
    grid : Grid
        The site's grid: losses between plants and campus, growth of prices.
    resource : ResourceLike
        ``output[name]`` (W,) of every solar and wind plant, ``price`` (W,) [USD/MWh].
    timeline : Timeline
        The life's hours.
    load : array, shape (H,) [MW]
        Load at the campus's meter.

    Returns
    -------
    Dispatch
        All that flows, by hour.

    Notes
    -----
    The rule is that of `reference`. It looks no hour ahead: it keeps no reserve in batteries, charges them from clean
    surplus alone and does no arbitrage. Minimum load, start cost and ramps of gas plants are not modelled.
    """
    outputs = {name: available(name, plant, resource, timeline) for name, plant in supply.plants.items()}
    given = lay_out(supply, grid, resource, timeline, np.asarray(load, dtype=float), outputs)
    flows = kernel.run(given)
    price = market_price(supply, grid, resource, timeline)
    return assemble(supply, grid, timeline, given, flows, outputs, price)


def assemble(
    supply: Supply,
    grid: Grid,
    timeline: Timeline,
    given: Hourly,
    flows: Flows,
    outputs: dict[str, Floats],
    price: Floats,
) -> Dispatch:
    """Give each plant its part of the loop's flows."""
    generation, delivered = _clean(supply, grid, given, flows, outputs)
    gas = sorted(name for name, plant in supply.plants.items() if isinstance(plant, Gas))
    through = flows.taken.copy()
    for name, power in zip(gas, _even(given, flows.gas), strict=True):
        plant = supply.plants[name]
        delivered[name] = power
        generation[name] = power / delivery(plant, grid)
        if not plant.behind_meter:
            through += power
    order = [name for name in supply.plants if name in generation]
    return Dispatch(
        load=given.load,
        generation={name: generation[name] for name in order},
        delivered={name: delivered[name] for name in order},
        storage=_storage(supply, timeline, flows),
        grid_import=through + flows.purchase,
        purchase=flows.purchase,
        grid_export=flows.exported,
        curtailed=flows.curtailed,
        unserved=flows.unserved,
        spilled=np.zeros_like(given.load),
        price=price,
    )


def _even(given: Hourly, power: Floats) -> Floats:
    """Split the output of gas plants of the same cost evenly, in proportion to what each could give: (G, H) [MW]."""
    even = power.copy()
    alike: dict[bytes, list[int]] = {}
    for row in range(len(power)):
        alike.setdefault(given.cost[row].tobytes() + given.through[row].tobytes(), []).append(row)
    for rows in alike.values():
        if len(rows) > 1:
            even[rows] = given.gas[rows] * _share(power[rows].sum(axis=0), given.gas[rows].sum(axis=0))
    return even


def _share(part: Floats, whole: Floats) -> Floats:
    """``part / whole``, and 0 where the whole is 0."""
    return np.divide(part, whole, out=np.zeros_like(whole), where=whole > 0)


def _clean(
    supply: Supply, grid: Grid, given: Hourly, flows: Flows, outputs: dict[str, Floats]
) -> tuple[dict[str, Floats], dict[str, Floats]]:
    """Split curtailment and deliveries among clean plants in proportion to what each could give in the hour."""
    generation, delivered = {}, {}
    curtailed, taken = _share(flows.curtailed, given.clean), _share(flows.taken, given.remote)
    for name, plant in supply.plants.items():
        if isinstance(plant, (Gas, Battery)):
            continue
        if plant.behind_meter:
            delivered[name] = generation[name] = outputs[name] * (1.0 - curtailed)
        else:
            generation[name] = outputs[name]
            delivered[name] = outputs[name] * delivery(plant, grid) * taken
    return generation, delivered


def _storage(supply: Supply, timeline: Timeline, flows: Flows) -> dict[str, Storage]:
    batteries = {name: plant for name, plant in supply.plants.items() if isinstance(plant, Battery)}
    found = {}
    for row, name in enumerate(sorted(batteries)):
        battery = batteries[name]
        floor = battery.min_state * battery.total_energy * in_service(battery, timeline)
        found[name] = Storage(
            charge=flows.charge[row],
            discharge=flows.discharge[row],
            state=floor + flows.state[row],
            faded=flows.faded[row],
            floor=floor,
            ceiling=floor + usable_energy(battery, timeline),
            efficiency=battery.efficiency,
        )
    return {name: found[name] for name in batteries}
