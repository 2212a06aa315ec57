"""Supply systems to test with: a builder, and a strategy of random ones that other tests may import."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

import numpy as np
from hypothesis import strategies as st

from gigacampus.campus.spec.site import Grid
from gigacampus.campus.spec.supply import Supply
from gigacampus.engines.supply import Dispatch, SupplyResult, balance, dispatch
from gigacampus.timeline import WEATHER_HOURS, Timeline

GRID = {
    "use": "miso-south",
    "price": 30.0,
    "capacity_price": 0.0,
    "price_growth": 0.0,
    "price_year": 2025,
    "losses": 0.0,
    "carbon_location": 335.5,
    "carbon_residual": 400.0,
    "carbon_decline": 0.0,
}
TARIFF = {"use": "reopt-monthly", "energy": None, "demand_charge": 0.0}


@dataclass(frozen=True, repr=False)
class Resource:
    """Stands in for the site's."""

    output: dict[str, np.ndarray]
    price: np.ndarray
    cfe: np.ndarray


@dataclass(frozen=True, repr=False)
class Case:
    """A supply system with all that its doors take."""

    supply: Supply
    grid: Grid
    resource: Resource
    timeline: Timeline
    load: np.ndarray

    def dispatch(self) -> Dispatch:
        return dispatch(self.supply, self.grid, self.resource, self.timeline, self.load)

    def run(self) -> SupplyResult:
        made = self.dispatch()
        return balance(self.supply, self.grid, self.resource, self.timeline, made, self.load - made.unserved)

    def __repr__(self) -> str:
        return f"Case({self.supply!r}, losses={self.grid.losses}, load up to {self.load.max():.6g} MW)"

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        printer.text(repr(self))

    def changed(self, **parts: Any) -> Case:
        return replace(self, **parts)


def spread(values: Any, timeline: Timeline) -> np.ndarray:
    """A weather year that gives `values` over the life's hours, which must be within one calendar year."""
    year = np.zeros(WEATHER_HOURS)
    year[timeline.weather] = values
    return year


def case(
    supply: dict[str, Any], load: Any, *, start: date = date(2025, 1, 1), days: int = 1, output: Any = None, **grid: Any
) -> Case:
    """A system over a few days of one year: no inflation, market energy at 30 USD/MWh and no other charge by default.

    Hours that `load` and `output` do not name are zero.
    """
    timeline = Timeline(start, start + timedelta(days=days - 1), (start,))
    price, cfe = grid.pop("hourly_price", None), grid.pop("cfe", 0.0)
    spec = Supply.model_validate({"inflation": 0.0, "tariff": TARIFF} | supply)
    given = Grid.model_validate(GRID | grid)

    def hours(values: Any) -> np.ndarray:
        values = np.asarray(values, dtype=float)
        return np.pad(values, (0, timeline.hours - len(values))) if values.ndim else np.full(timeline.hours, values)

    resource = Resource(
        {name: spread(hours(values), timeline) for name, values in (output or {}).items()},
        spread(hours(given.price if price is None else price), timeline),
        spread(hours(cfe), timeline),
    )
    return Case(spec, given, resource, timeline, hours(load))


def plain(**fields: Any) -> dict[str, Any]:
    """A plant without cost, outage or wear."""
    free = {"capex": 0.0, "fom": 0.0, "vom": 0.0, "forced_outage": 0.0, "degradation": 0.0, "price_year": 2025}
    return free | fields


_size = st.sampled_from([0.0, 1.0, 37.5, 120.0, 400.0])
_owner = st.sampled_from(["campus", "utility", "contract"])


@st.composite
def plants(draw: st.DrawFn) -> dict[str, dict[str, Any]]:
    """Up to six plants of any kind and owner."""
    found: dict[str, dict[str, Any]] = {}
    for index in range(draw(st.integers(0, 6))):
        kind = draw(st.sampled_from(["solar", "wind", "battery", "gas", "firm"]))
        plant: dict[str, Any] = {"kind": kind, "capacity": draw(_size), "units": draw(st.integers(1, 3))}
        plant["forced_outage"] = draw(st.sampled_from([0.0, 0.05, 1.0]))
        plant["degradation"] = draw(st.sampled_from([0.0, 0.02, 0.2]))
        if kind == "battery":
            plant |= {
                "hours": draw(st.sampled_from([0.25, 4.0])),
                "efficiency": draw(st.sampled_from([0.7, 0.92, 1.0])),
            }
            plant["min_state"] = draw(st.sampled_from([0.0, 0.1]))
            plant["from_contracts"] = draw(st.booleans())
        else:
            plant["owner"] = draw(_owner)
            if plant["owner"] == "contract" or (plant["owner"] == "utility" and draw(st.booleans())):
                plant["price"] = draw(st.sampled_from([0.0, 20.0, 60.0]))
            plant["behind_meter"] = draw(st.booleans())
            plant["attributes"] = draw(st.booleans())
        if kind == "gas":
            plant["fuel"] = {"price": draw(st.sampled_from([1.0, 4.0, 12.0]))}
        if draw(st.booleans()):
            plant["start"] = date(2024, 12, 25) + timedelta(days=draw(st.integers(-400, 12)))
        found["abcdef"[index]] = plant
    return found


@st.composite
def cases(draw: st.DrawFn) -> Case:
    """Two weeks over a year's end, with any mix of plants and limits; series are random with stated seeds."""
    timeline = Timeline(date(2024, 12, 25), date(2025, 1, 7), (date(2024, 12, 25), date(2025, 1, 3)))
    random = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    given = draw(plants())
    limit = draw(st.sampled_from([None, 0.0, 50.0, 200.0]))
    connection = {"import_limit": limit, "export_limit": draw(st.sampled_from([0.0, 30.0]))}
    if draw(st.booleans()):
        connection["energised"] = date(2024, 12, 28)
    supply = Supply.model_validate(
        {"plants": given, "grid": connection, "certificates": {"match": draw(st.sampled_from([0.0, 0.5, 1.0]))}}
    )
    outputs = {n: np.clip(random.normal(0.3, 0.4, WEATHER_HOURS), 0, 1) for n, p in given.items()}
    resource = Resource(outputs, random.normal(35, 20, WEATHER_HOURS), random.random(WEATHER_HOURS))
    grid = Grid.model_validate({"use": "miso-south", "losses": draw(st.sampled_from([0.0, 0.05]))})
    load = random.uniform(0, draw(st.sampled_from([1.0, 150.0, 900.0])), timeline.hours)
    return Case(supply, grid, resource, timeline, load)
