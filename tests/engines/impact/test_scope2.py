"""Scopes 1 and 2 by hand, and what must hold between methods."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gigacampus.campus.spec.site import Grid
from gigacampus.campus.spec.supply import Gas, Supply
from gigacampus.engines.impact import operational
from gigacampus.timeline import Timeline

DAY = Timeline(date(2023, 7, 1), date(2023, 7, 1), (date(2023, 7, 1),))
GRID = Grid.model_validate(
    {"use": "miso-south", "carbon_location": 335.5, "carbon_residual": 400.0, "carbon_decline": -0.03, "losses": 0.0}
)


@dataclass
class Flows:
    generation: dict[str, np.ndarray]
    delivered: dict[str, np.ndarray]
    grid_import: np.ndarray
    purchase: np.ndarray


@dataclass
class Result:
    dispatch: Flows
    fuel: dict[str, np.ndarray] = field(default_factory=dict)
    claimed: dict[str, np.ndarray] = field(default_factory=dict)
    certificates: np.ndarray = field(default_factory=lambda: np.zeros(1))


def hours(*values: float, timeline: Timeline = DAY) -> np.ndarray:
    return np.pad(np.array(values, dtype=float), (0, timeline.hours - len(values)))


def system(
    plants: dict[str, Any], load: np.ndarray, generation: dict[str, np.ndarray], certificates: float = 0.0
) -> tuple[Supply, Result]:
    """Plants that all feed through the grid, each delivering at most what the load leaves, in the order given."""
    supply = Supply.model_validate({"plants": plants})
    left, delivered = load.copy(), {}
    for name in plants:
        delivered[name] = np.minimum(generation[name], left)
        left = left - delivered[name]
    made = {n: delivered[n] if isinstance(p, Gas) else generation[n] for n, p in supply.plants.items()}
    fuel = {n: made[n].sum(keepdims=True) * p.heat_rate for n, p in supply.plants.items() if isinstance(p, Gas)}
    claimed = {n: made[n] for n, p in supply.plants.items() if not isinstance(p, Gas)}
    return supply, Result(Flows(made, delivered, load, left), fuel, claimed, np.array([certificates]))


SUN = {"kind": "solar", "capacity": 100.0, "owner": "contract", "price": 0.0}
CCGT = {"kind": "gas", "capacity": 100.0, "owner": "utility", "heat_rate": 6.4}


def market(supply: Supply, result: Result, certificates: bool = True) -> float:
    return float(operational.market_annual(supply, GRID, result, DAY, 2023, certificates).sum())


def market_hourly(supply: Supply, result: Result) -> float:
    return float(operational.market_hourly(supply, GRID, result, DAY, 2023).sum())


def test_epa_natural_gas_is_53_1145_kg_per_mmbtu() -> None:
    assert operational.combustion_factor(53.06, 1.0, 0.1) == 53.1145
    assert operational.combustion_factor(73.96, 3.0, 0.6) == 74.203


def test_a_combined_cycle_at_6_4_mmbtu_emits_339_6_kg_of_co2_per_mwh() -> None:
    co2 = Supply.model_validate({"plants": {"g": CCGT | {"fuel": {"carbon": 53.06}}}}).plants["g"]
    assert operational.rate(co2) == pytest.approx(339.6, abs=0.05)
    whole = Supply.model_validate({"plants": {"g": CCGT}}).plants["g"]
    assert operational.rate(whole) == pytest.approx(6.4 * 53.1145)
    turbine = Supply.model_validate({"plants": {"g": CCGT | {"heat_rate": 9.5, "fuel": {"carbon": 53.06}}}}).plants["g"]
    assert operational.rate(turbine) == pytest.approx(504, abs=0.1)


def test_location_based_takes_everything_drawn_at_the_grids_average() -> None:
    """eGRID2023 SRMV, 335.5 kg/MWh: 1,000 MWh are 335.5 t, whoever generated them."""
    supply, result = system({"ccgt": CCGT, "sun": SUN}, hours(600, 400), {"ccgt": hours(600, 0), "sun": hours(0, 400)})
    carbon = np.full(8784, 335.5)
    annual, hourly = operational.location_based(supply, GRID, result, DAY, carbon, 2023)
    assert annual.sum() == pytest.approx(335.5)
    assert hourly.sum() == pytest.approx(335.5)
    later = Timeline(date(2033, 7, 1), date(2033, 7, 1), (date(2033, 7, 1),))
    annual, _ = operational.location_based(supply, GRID, result, later, carbon, 2023)
    assert annual.sum() == pytest.approx(335.5 * 0.97**10)


def test_location_based_by_hour_weighs_each_hour() -> None:
    supply, result = system({}, hours(100, 300), {})
    carbon = np.zeros(8784)
    carbon[DAY.weather[:2]] = [200.0, 500.0]
    _, hourly = operational.location_based(supply, GRID, result, DAY, carbon, 2023)
    assert hourly.sum() == pytest.approx(0.1 * 200 + 0.3 * 500)


def test_own_gas_is_scope_1_and_the_utilitys_is_not() -> None:
    for owner, expected in (("campus", 640 * 53.1145e-3), ("utility", 0.0)):
        supply, result = system({"g": CCGT | {"owner": owner}}, hours(100), {"g": hours(100)})
        assert operational.scope1(supply, result, DAY.years).sum() == pytest.approx(expected)


def test_gas_bought_over_a_direct_line_is_scope_2_at_its_own_rate() -> None:
    plant = CCGT | {"owner": "contract", "price": 50.0, "behind_meter": True}
    supply = Supply.model_validate({"plants": {"g": plant}})
    result = Result(Flows({"g": hours(100)}, {"g": hours(100)}, hours(0), hours(0)), {"g": np.array([640.0])})
    own = 100 * 6.4 * 53.1145e-3
    annual, hourly = operational.location_based(supply, GRID, result, DAY, np.full(8784, 1.0), 2023)
    found = (annual.sum(), hourly.sum(), market(supply, result), market_hourly(supply, result))
    assert found == pytest.approx((own, own, own, own))


def test_sun_that_matches_the_year_leaves_the_night_by_the_hour() -> None:
    supply, result = system({"sun": SUN}, hours(100, 100), {"sun": hours(200, 0)})
    assert market(supply, result) == pytest.approx(0.0)
    assert market_hourly(supply, result) == pytest.approx(0.1 * 400)


def test_certificates_count_in_the_year_and_not_in_the_hour() -> None:
    supply, result = system({"sun": SUN}, hours(100, 100), {"sun": hours(60, 0)}, certificates=140.0)
    assert market(supply, result) == pytest.approx(0.0)
    assert market(supply, result, certificates=False) == pytest.approx(0.14 * 400)
    assert market_hourly(supply, result) == pytest.approx(0.14 * 400)


def test_what_no_contract_covers_stands_at_suppliers_rate_and_residual() -> None:
    """Gas delivers 60 of 100 MWh, the market 40; half is covered by certificates, so half of both is left."""
    supply, result = system({"ccgt": CCGT}, hours(100), {"ccgt": hours(60)}, certificates=50.0)
    whole = (60 * 6.4 * 53.1145 + 40 * 400) * 1e-3
    assert market_hourly(supply, result) == pytest.approx(whole)
    assert market(supply, result, certificates=False) == pytest.approx(whole)
    assert market(supply, result) == pytest.approx(whole / 2)


def test_a_contract_without_its_certificates_is_residual_mix() -> None:
    supply, result = system({"sun": SUN | {"attributes": False}}, hours(100), {"sun": hours(100)})
    assert market(supply, result) == pytest.approx(40.0)
    assert market_hourly(supply, result) == pytest.approx(40.0)


@given(
    st.lists(st.floats(0, 500), min_size=24, max_size=24),
    st.lists(st.floats(0, 500), min_size=24, max_size=24),
    st.lists(st.floats(0, 200), min_size=24, max_size=24),
    st.floats(0, 5000),
)
@settings(max_examples=100, deadline=None)
def test_by_the_hour_is_never_below_by_the_year(
    load: list[float], sun: list[float], gas: list[float], certificates: float
) -> None:
    made = {"sun": np.array(sun), "ccgt": np.array(gas)}
    supply, result = system({"sun": SUN, "ccgt": CCGT}, np.array(load), made, certificates)
    bare, covered = market(supply, result, certificates=False), market(supply, result)
    assert -1e-9 <= covered <= bare + 1e-9
    assert bare <= market_hourly(supply, result) + 1e-9
