"""Published cases whose inputs are whole series: each lays them out and asks one of our functions."""

from __future__ import annotations

from datetime import date
from types import SimpleNamespace

import numpy as np

from gigacampus.campus.spec.deal import Process
from gigacampus.campus.spec.facility import Equipment, HeatRejection, Water
from gigacampus.engines.availability.reliability import YEAR, Block, Item, causes, series
from gigacampus.engines.facility.cooling import water
from gigacampus.engines.facility.cooling.rejection import Cooler
from gigacampus.engines.facility.outdoors import Outdoors
from gigacampus.engines.renewal import market
from gigacampus.engines.supply import reference
from gigacampus.engines.supply.costs import demand_charge
from gigacampus.engines.supply.profile import Hourly
from gigacampus.timeline import Floats, Timeline


def yearly_demand_charge(load: float, rates: list[float], peaks: dict[str, float] | None = None) -> float:
    """Demand charge of 2022 [USD]: a flat load [kW] but in some hours (from 1), and a rate by month [USD/kW-month]."""
    timeline = Timeline.of([date(2022, 1, 1)], date(2022, 12, 31))
    imports = np.full(timeline.hours, load)
    for hour, peak in (peaks or {}).items():
        imports[int(hour) - 1] = peak
    return float(demand_charge(imports / 1e3, np.array(rates, dtype=float), timeline).sum())


def merit_order(loads: list[float], plants: list[list[float]], mean: bool = False) -> float:
    """Cost of meeting loads [MW] by plants, each [MW, USD/MWh]: the sum over the hours [USD], or their mean.

    A list of three loads with `mean` is a line: from, to, number of points.
    """
    load = np.linspace(loads[0], loads[1], int(loads[2])) if mean else np.array(loads, dtype=float)
    cost = np.array([plant[1] for plant in plants])
    flows = reference.run(_thermal(load, np.array([plant[0] for plant in plants]), cost))
    if flows.unserved.any():
        return float("nan")
    spent = cost @ flows.gas
    return float(spent.mean() if mean else spent.sum())


def slump(depth: float, mean_reversion: float, years: float) -> SimpleNamespace:
    """Rent over normal that is `left` some years after a fall by a depth, and the years of rent `lost` by then."""
    process = Process(mean_reversion=mean_reversion, volatility=0.01, jump_rate=0.0, jump_mean=0.0, jump_sd=0.0)
    fallen, times = np.log([1 - depth]), np.linspace(0.0, years, 401)
    rent = np.array([market.expected(process, fallen, time)[0] for time in times])
    return SimpleNamespace(left=rent[-1], lost=float(np.trapezoid(1 - rent, times)))


def long_run(name: str) -> SimpleNamespace:
    """A market of the catalogue in the long run: standard deviation of its logarithm, how far slumps would shift it on
    average if nothing offset them, and the probability of `any_slump` within four years."""
    process, count = Process.model_validate(name), 100_000
    bare = process.model_copy(update={"compensated": False})
    few, many = (market.Draws.of(process.jump_rate, np.array([years]), count, 1) for years in (4.0, 60.0))
    slumped = len(np.unique(few.paths[0])) / count
    shift = float(market.simulate(bare, many).mean())
    return SimpleNamespace(sd=market.sd(process, 60.0), shift=shift, any_slump=slumped)


def _thermal(load: Floats, capacity: Floats, cost: Floats) -> Hourly:
    """A system of thermal plants alone."""
    none, empty = np.zeros_like(load), np.zeros((0, len(load)))
    return Hourly(
        load=load,
        clean=none,
        remote=none,
        limit=none,
        export_limit=none,
        price=none,
        year=np.zeros(len(load), dtype=np.int64),
        gas=np.repeat(capacity[:, None], len(load), axis=1),
        cost=cost[:, None],
        order=np.argsort(cost)[None, :],
        through=np.zeros(len(cost), dtype=bool),
        window=empty,
        power=empty,
        eta=np.zeros(0),
        reach=np.zeros(0, dtype=bool),
    )


def tower_approach(wet_bulb: float, cooling: float, air_flow: float = 1.0, use: str = "wet-tower") -> float:
    """Water that leaves a tower of the catalogue over the wet bulb [K] at an air flow over design, in saturated air.

    The air's state but its wet bulb has no part in Merkel's equation.
    """
    rejection = HeatRejection.model_validate({"use": use, "range": "5.56 K"})
    one = np.array([1.0])
    air = SimpleNamespace(
        dry_bulb=wet_bulb * one, wet_bulb=wet_bulb * one, dew_point=wet_bulb * one, pressure=101325 * one
    )
    cooler = Cooler(rejection, 1.0, cooling)
    return float(cooler.leaving(Outdoors.of(air), air_flow * one, one, cooling * one)[0] - wet_bulb)


def redundant(equipment: list[str], units: int = 1, needed: int = 1, common: float = 0.0) -> SimpleNamespace:
    """`availability` of some of several equal legs of the catalogue's equipment, and hours a year without (`down`)."""
    found = [(name, Equipment.model_validate(name)) for name in equipment]
    items = tuple(Item(name, item.failures, item.repair) for name, item in found)
    together = series(list(causes(Block("legs", items, units, needed), common)))
    return SimpleNamespace(availability=together.availability, down=(1 - together.availability) * YEAR)


def concentration(make_up: dict[str, str], limits: dict[str, str]) -> SimpleNamespace:
    """Cycles of concentration and the ion that limits them; ions that are not named are far from their limits."""
    clean = {"silica": "1 mg/L", "calcium": "1 mg/L", "chloride": "1 mg/L", "conductivity": "1 uS/cm"}
    supply = Water.model_validate({"quality": {**clean, **make_up}, "limits": limits})
    cycles, ion = water.cycles(supply)
    return SimpleNamespace(cycles=cycles, ion=ion)
