"""Lay plants, prices and limits out over the hours of the life: what the dispatch loop needs, as plain arrays."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from gigacampus.campus.spec.site import Grid
from gigacampus.campus.spec.supply import AnyPlant, Battery, Gas, Plant, Solar, Supply, Wind
from gigacampus.timeline import Floats, Ints, Timeline


class ResourceLike(Protocol):
    """What dispatch reads of the site's resource, all (W,) by hour of the weather year."""

    @property
    def output(self) -> Mapping[str, Floats]:
        """Capacity factor of every solar and wind plant by name."""

    @property
    def price(self) -> Floats:
        """Energy price in money of ``grid.price_year`` [USD/MWh]."""

    @property
    def cfe(self) -> Floats:
        """Carbon-free share of the grid's mix."""


@dataclass(frozen=True)
class Hourly:
    """What the dispatch loop works on. K clean plants, G gas plants, B batteries, each sorted by name.

    Attributes
    ----------
    clean, remote : (H,) [MW]
        Power that clean plants could deliver at the campus, behind the meter and through the grid (after its losses).
    limit, export_limit : (H,) [MW]
        Highest import and export.
    price : (H,) [USD/MWh]
        Nominal cost of one more MWh from the market at the meter, delivery adder included.
    gas : (G, H) [MW]
        Power that gas plants could deliver at the campus.
    cost : (G, Y) [USD/MWh]
        Nominal marginal cost of gas plants, delivered; `order` (Y, G) sorts it.
    through : (G,) bool
        Whether a gas plant feeds through the grid.
    window, power : (B, H) [MWh], [MW]
        Usable energy above the lowest state, and power, of batteries.
    eta : (B,)
        Efficiency each way.
    reach : (B,) bool
        Whether a battery also charges with what `remote` leaves.
    """

    load: Floats
    clean: Floats
    remote: Floats
    limit: Floats
    export_limit: Floats
    price: Floats
    year: Ints
    gas: Floats
    cost: Floats
    order: Ints
    through: NDArray[np.bool_]
    window: Floats
    power: Floats
    eta: Floats
    reach: NDArray[np.bool_]

    @property
    def arguments(self) -> tuple[NDArray[np.generic], ...]:
        """The arrays in the order in which the loops take them."""
        return tuple(np.ascontiguousarray(getattr(self, name)) for name in self.__dataclass_fields__)


def growth(rate: float, base: int, years: Ints) -> Floats:
    """Index that makes money of year `base` nominal in each of `years`: ``(1 + rate)^(year - base)``, shape (Y,)."""
    return np.asarray((1.0 + rate) ** (years - base).astype(float))


def _days(plant: Plant, timeline: Timeline) -> tuple[NDArray[np.bool_], Floats]:
    """In service or not, and age in years, of each day, (D,). Age begins anew when the plant is replaced."""
    first = np.datetime64(plant.start or timeline.start)
    on = timeline.days >= first
    if plant.end is not None:
        on &= timeline.days <= np.datetime64(plant.end)
    age = np.maximum((timeline.days - first).astype(float), 0.0) / 365.25
    return on, np.mod(age, plant.life)


def in_service(plant: Plant, timeline: Timeline) -> Floats:
    """1 in hours in which the plant is in service, else 0: shape (H,)."""
    return np.repeat(_days(plant, timeline)[0].astype(float), 24)


def wear(plant: Plant, timeline: Timeline) -> Floats:
    """Share of its first year's output (of its energy, for a battery) that is left in each hour, shape (H,).

    ``(1 - degradation)^(completed years of service)``, and 1 again when the plant is replaced at the end of its life.
    """
    _, age = _days(plant, timeline)
    return np.repeat((1.0 - plant.degradation) ** np.floor(age), 24)


def available(name: str, plant: AnyPlant, resource: ResourceLike, timeline: Timeline) -> Floats:
    """Power that a plant could give at its own meter in each hour, shape (H,) [MW].

    Forced outage takes its share of every hour (an expectation, not a draw of outages).
    """
    full = plant.total * (1.0 - plant.forced_outage) * in_service(plant, timeline)
    if isinstance(plant, Battery):
        return full
    full *= wear(plant, timeline)
    return full * timeline.gather(resource.output[name]) if isinstance(plant, (Solar, Wind)) else full


def delivery(plant: Plant, grid: Grid) -> float:
    """Share of a plant's output that reaches the campus: all of it behind the meter, else less the grid's losses."""
    return 1.0 if plant.behind_meter else 1.0 - grid.losses


def selling_price(plant: Plant, timeline: Timeline) -> Floats:
    """Price of a PPA or of the utility's energy in each year, nominal, shape (Y,) [USD/MWh]."""
    start: date = plant.start or timeline.start
    years = np.maximum(timeline.years - start.year, 0)
    return np.asarray((plant.price or 0.0) * (1.0 + plant.price_growth) ** years.astype(float))


def running_cost(plant: Gas, supply: Supply, timeline: Timeline) -> tuple[Floats, Floats]:
    """Fuel and variable maintenance of one MWh in each year, nominal, each of shape (Y,) [USD/MWh]."""
    fuel = plant.heat_rate * plant.fuel.price * growth(plant.fuel.price_growth, plant.fuel.price_year, timeline.years)
    return fuel, plant.vom * growth(supply.inflation, plant.price_year, timeline.years)


def marginal_cost(plant: Gas, supply: Supply, grid: Grid, timeline: Timeline) -> Floats:
    """What one more MWh at the campus costs in each year, nominal, shape (Y,) [USD/MWh]."""
    own = selling_price(plant, timeline) if plant.price is not None else sum(running_cost(plant, supply, timeline))
    if plant.behind_meter:
        return np.asarray(own)
    adder = supply.tariff.delivery * growth(supply.inflation, supply.tariff.price_year, timeline.years)
    delivered = plant.owner == "utility" and plant.price is not None  # such a plant is paid on what is delivered
    return np.asarray(own / (1.0 if delivered else delivery(plant, grid)) + adder)


def market_price(supply: Supply, grid: Grid, resource: ResourceLike, timeline: Timeline) -> Floats:
    """Energy price of each hour, nominal, shape (H,) [USD/MWh]: the tariff's flat price, or the market's."""
    if supply.tariff.energy is not None:
        index = growth(supply.inflation, supply.tariff.price_year, timeline.years)
        return (supply.tariff.energy * index)[timeline.year]
    return timeline.gather(resource.price) * growth(grid.price_growth, grid.price_year, timeline.years)[timeline.year]


def _limits(supply: Supply, timeline: Timeline) -> tuple[Floats, Floats]:
    connection = supply.grid
    on = np.ones(timeline.hours)
    if connection.energised is not None:
        on = np.repeat((timeline.days >= np.datetime64(connection.energised)).astype(float), 24)
    highest = 1e9 if connection.import_limit is None else connection.import_limit
    return highest * on, connection.export_limit * on


def _stack(rows: list[Floats], hours: int) -> Floats:
    return np.array(rows) if rows else np.zeros((0, hours))


def lay_out(
    supply: Supply, grid: Grid, resource: ResourceLike, timeline: Timeline, load: Floats, outputs: Mapping[str, Floats]
) -> Hourly:
    """Everything that the loop needs, from the spec and from each plant's `available` power (`outputs`)."""
    plants = sorted(supply.plants.items())
    clean = {n: p for n, p in plants if not isinstance(p, (Gas, Battery))}
    gas = {n: p for n, p in plants if isinstance(p, Gas)}
    batteries = {n: p for n, p in plants if isinstance(p, Battery)}
    none = np.zeros(timeline.hours)
    costs = _stack([marginal_cost(p, supply, grid, timeline) for p in gas.values()], len(timeline.years))
    adder = supply.tariff.delivery * growth(supply.inflation, supply.tariff.price_year, timeline.years)
    limit, export_limit = _limits(supply, timeline)
    return Hourly(
        load=load,
        clean=sum((outputs[n] for n, p in clean.items() if p.behind_meter), none),
        remote=sum((outputs[n] * delivery(p, grid) for n, p in clean.items() if not p.behind_meter), none),
        limit=limit,
        export_limit=export_limit,
        price=market_price(supply, grid, resource, timeline) + adder[timeline.year],
        year=timeline.year,
        gas=_stack([outputs[n] * delivery(p, grid) for n, p in gas.items()], timeline.hours),
        cost=costs,
        order=np.argsort(costs.T, axis=1, kind="stable"),
        through=np.array([not p.behind_meter for p in gas.values()], dtype=bool),
        window=_stack([usable_energy(p, timeline) for p in batteries.values()], timeline.hours),
        power=_stack([outputs[n] for n in batteries], timeline.hours),
        eta=np.array([p.efficiency for p in batteries.values()], dtype=float),
        reach=np.array([p.from_contracts for p in batteries.values()], dtype=bool),
    )


def usable_energy(battery: Battery, timeline: Timeline) -> Floats:
    """Energy between the lowest and the highest state in each hour, shape (H,) [MWh]; it fades with age."""
    span = battery.total_energy * (battery.max_state - battery.min_state)
    return span * wear(battery, timeline) * in_service(battery, timeline)
