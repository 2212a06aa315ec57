"""What supply costs: exact cases, the bill, and how cost answers to price and to free capacity."""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from supply_cases import Case, case, cases, plain

from gigacampus.campus.spec.supply import Battery, Plant, Solar, Supply
from gigacampus.engines.supply import ITEMS
from gigacampus.engines.supply.costs import capital, demand_charge, fixed_maintenance
from gigacampus.money import annuity


def test_reopt_flat_10_000_kwh_costs_1_000_for_energy_and_136_99_for_demand() -> None:
    """NREL/REopt.jl test/runtests.jl: 10,000 kWh flat over a year, 0.1 USD/kWh, 10 USD/kW-month."""
    found = case({"tariff": "reopt-monthly"}, np.full(8760, 10.0 / 8760), days=365).run()
    assert found.costs["grid_energy"].sum() == pytest.approx(1000.0, rel=1e-12)
    assert found.costs["demand_charge"].sum() == pytest.approx(136.99, abs=0.005)
    assert found.total.sum() == pytest.approx(1136.99, abs=0.005)
    assert found.cost_per_mwh == pytest.approx(113.699, abs=0.001)


def test_demand_charge_takes_each_calendar_months_highest_hour() -> None:
    """Peaks of REopt's second case without its lookback: hours 22, 2403, 4088 and 8333 of 2022, monthly rates."""
    load = np.full(8760, 0.1)
    load[[21, 2402, 4087, 8332]] = [0.2, 0.4, 0.5, 0.3]
    rates = np.array([10, 10, 20, 50, 20, 10, 20, 20, 20, 20, 20, 5.0])
    timeline = case({}, load, start=date(2022, 1, 1), days=365).timeline
    expected = 1e3 * rates * [0.2, 0.1, 0.1, 0.4, 0.1, 0.5, 0.1, 0.1, 0.1, 0.1, 0.1, 0.3]
    np.testing.assert_allclose(demand_charge(load, rates, timeline), expected)


@pytest.mark.parametrize(("rate", "years", "factor"), [(0.0536, 30, 0.0677465), (0.0438, 30, 0.0605), (0.0, 25, 0.04)])
def test_capital_recovery_factor(rate: float, years: float, factor: float) -> None:
    assert annuity(rate, years) == pytest.approx(factor, abs=5e-5)
    if rate:
        payments = factor * sum((1 + rate) ** -n for n in range(1, int(years) + 1))
        assert payments == pytest.approx(1.0, abs=1e-3)


def plant(**fields: Any) -> Plant:
    return Supply.model_validate({"plants": {"x": fields}}).plants["x"]


def test_capital_of_atb_plants() -> None:
    assert capital(plant(use="battery-4h", capacity=100.0)) == pytest.approx(1e5 * (433 + 4 * 255))
    assert fixed_maintenance(plant(use="battery-4h", capacity=100.0)) == pytest.approx(1e5 * (10.8 + 4 * 6.37))
    assert capital(plant(use="ccgt-2x1-h", capacity=754.0, units=3)) == pytest.approx(2_262_000 * 1428)
    assert capital(plant(use="battery-4h", capacity=100.0, energy=1000.0)) == pytest.approx(1e5 * 433 + 1e6 * 255)


def test_levelised_cost_of_solar_by_hand() -> None:
    """(CRF x 1,193 + 18.0) / (8,760 x 0.25) with no wear and no inflation."""
    sun = {"use": "solar-single-axis", "capacity": 100.0, "degradation": 0.0, "price_year": 2025}
    found = case({"plants": {"sun": sun}}, np.full(8760, 500.0), days=365, output={"sun": np.full(8760, 0.25)}).run()
    by_hand = (0.0438 / (1 - 1.0438**-30) * 1193 + 18.0) * 1e3 / (8760 * 0.25)
    assert found.lcoe["sun"] == pytest.approx(by_hand, rel=1e-12)
    assert found.costs["capital_recovery"].sum() + found.costs["fom"].sum() == pytest.approx(by_hand * 219_000)


def test_levelised_cost_of_a_combined_cycle_by_hand() -> None:
    gas = {"use": "ccgt-2x1-h", "capacity": 100.0, "forced_outage": 0.0, "price_year": 2025}
    gas |= {"fuel": {"price": 3.5, "price_growth": 0.0}}
    found = case({"plants": {"gas": gas}}, np.full(8760, 100.0), days=365).run()
    fixed = (0.0536 / (1 - 1.0536**-30) * 1428 + 31.6) * 1e3 / 8760
    assert found.lcoe["gas"] == pytest.approx(fixed + 2.04 + 6.238 * 3.5, rel=1e-12)


def test_money_grows_from_its_price_year_and_is_deflated_to_the_specs() -> None:
    spec = {"inflation": 0.02, "price_year": 2022, "tariff": {"use": "reopt-monthly", "demand_charge": 0.0}}
    found = case(spec, np.full(24, 10.0), start=date(2030, 5, 1)).run()
    assert found.total.sum() / found.load.sum() == pytest.approx(100 * 1.02**5)
    assert found.cost_per_mwh == pytest.approx(100 * 1.02**-3)


def test_every_rate_grows_from_its_own_price_year() -> None:
    """January 2030: plants in money of 2022, tariff of 2025, certificates of 2024, 2 % a year."""
    spec = {
        "inflation": 0.02,
        "plants": {
            "smr": plain(kind="firm", capacity=10.0, vom=3.0, fom=12.0, fuel_cost=7.0, price_year=2022),
            "gas": plain(kind="gas", capacity=5.0, vom=4.0, owner="utility", fuel={"price": 0.0}, price_year=2022),
            "sun": plain(kind="solar", capacity=20.0),
        },
        "grid": {"export_limit": 50.0},
        "tariff": {"use": "reopt-monthly", "energy": None, "demand_charge": 9.0, "delivery": 2.0, "fixed": 500.0,
                   "export_discount": 1.0},
        "certificates": {"match": 1.0, "price": 2.5, "price_year": 2024},
    }  # fmt: skip
    hours = 31 * 24
    load, sun = np.full(hours, 25.0), np.zeros(hours)
    load[0], sun[0] = 20.0, 1.0
    found = case(spec, load, start=date(2030, 1, 1), days=31, output={"sun": sun}, losses=0.2).run()
    smr, imported, bought = 1.02**8, (hours - 1) * 15.0, 20.0 + (hours - 1) * 25.0 - 20.0 * (20 / 30)
    expected = {
        "fuel": hours * 10 * 7.0 * smr,
        "vom": hours * 10 * 3.0 * smr,
        "fom": 10e3 * 12 / 12 * smr,
        "utility_plants": (hours - 1) * 5.0 * 4.0 * smr,
        "grid_energy": (hours - 1) * 11.0 * 30.0,
        "delivery": imported * 2.0 * 1.02**5,
        "demand_charge": 15e3 * 9.0 * 1.02**5,
        "fixed": 500 * 1.02**5,
        "export_revenue": -10.0 * (30.0 - 1.02**5),
        "certificates": bought * 2.5 * 1.02**6,
    }
    got = {item: float(cost.sum()) for item, cost in found.costs.items() if cost.any()}
    assert got == pytest.approx(expected)


def test_gas_through_the_grid_bears_losses_and_delivery_in_the_order_of_cost() -> None:
    """20 / 0.8 + 2 = 27 USD/MWh at the meter; the market costs its price + 2."""
    gas = plain(kind="gas", capacity=50.0, owner="contract", price=20.0)
    tariff = {"use": "reopt-monthly", "energy": None, "demand_charge": 0.0, "delivery": 2.0}
    spec = {"plants": {"gas": gas}, "tariff": tariff, "inflation": 0.02}
    made = case(spec, [10.0, 10.0], hourly_price=[24.9, 25.1], losses=0.2, start=date(2030, 1, 1)).dispatch()
    np.testing.assert_allclose(made.purchase[:2], [10, 0])
    own = plain(kind="gas", capacity=50.0, heat_rate=10.0, fuel={"price": 2.0, "price_growth": 0.1, "price_year": 2028})
    made = case(
        spec | {"plants": {"gas": own}}, [10.0, 10.0], hourly_price=[21.9, 22.1], start=date(2030, 1, 1)
    ).dispatch()
    np.testing.assert_allclose(made.purchase[:2], [10, 0])  # 20 x 1.21 = 24.2 against 21.9 and 22.1, + 2 x 1.02^5
    made = case(spec | {"plants": {"gas": own}}, [10.0, 10.0], hourly_price=[21.9, 22.1]).dispatch()
    np.testing.assert_allclose(made.purchase[:2], [0, 0])  # 20 / 1.331 = 15.0 in 2025


def test_levelised_cost_discounts_cost_and_energy_alike() -> None:
    """Two years of which the second gives half: sum(cost / 1.1^y) / sum(MWh / 1.1^y)."""
    firm = plain(kind="firm", capacity=10.0, fom=100.0, fuel_cost=0.0, wacc=0.1)
    found = case({"plants": {"smr": firm}}, np.repeat([10.0, 5.0], 8760), days=730).run()
    energy = 87_600 + 43_800 / 1.1
    assert found.lcoe["smr"] == pytest.approx((1e6 + 1e6 / 1.1) / energy)


def test_market_price_grows_as_the_grid_says() -> None:
    found = case({}, np.full(24, 10.0), start=date(2030, 5, 1), price_growth=0.03).run()
    assert found.costs["grid_energy"].sum() == pytest.approx(240 * 30 * 1.03**5)


def test_a_ppa_pays_for_all_output_and_sells_what_is_left() -> None:
    sun = plain(kind="solar", capacity=100.0, owner="contract", price=50.0, price_growth=0.1, start=date(2023, 6, 1))
    found = case({"plants": {"sun": sun}}, [60.0], output={"sun": [1.0]}).run()
    assert found.costs["ppa"].sum() == pytest.approx(100 * 50 * 1.21)
    assert found.costs["surplus_sales"].sum() == pytest.approx(-40 * 30.0)
    assert set(found.plant_costs["sun"]) == {"ppa"}


def test_of_what_a_contract_makes_the_grids_losses_are_no_surplus() -> None:
    """100 MW, a load of 60 that takes 75 at the plant's meter: 25 are sold."""
    sun = plain(kind="solar", capacity=100.0, owner="contract", price=50.0)
    found = case({"plants": {"sun": sun}}, [60.0], output={"sun": [1.0]}, losses=0.2).run()
    assert found.costs["surplus_sales"].sum() == pytest.approx(-25 * 30.0)


def test_a_utility_plant_is_billed_at_cost_or_at_its_price() -> None:
    gas = plain(kind="gas", capacity=100.0, owner="utility", heat_rate=6.0, vom=2.0, capex=1000.0, life=20.0, wacc=0.0)
    gas |= {"fuel": {"price": 3.0, "price_growth": 0.0, "price_year": 2025}}
    at_cost = case({"plants": {"gas": gas}}, np.full(31 * 24, 50.0), days=31).run()
    capital_of_january = 100e6 / 20 / 12
    assert at_cost.costs["utility_plants"].sum() == pytest.approx(37_200 * 20.0 + capital_of_january)
    assert at_cost.bill.sum() == pytest.approx(at_cost.total.sum())
    at_price = case({"plants": {"gas": gas | {"price": 25.0}}}, np.full(31 * 24, 50.0), days=31).run()
    assert at_price.costs["utility_plants"].sum() == pytest.approx(37_200 * 25.0)


def test_capital_of_own_plants_is_a_cost_but_no_bill() -> None:
    found = case({"plants": {"g": {"use": "ccgt-2x1-h", "capacity": 10.0}}}, np.full(24, 5.0)).run()
    assert found.costs["capital_recovery"].sum() > 0
    np.testing.assert_allclose(found.bill, found.total - found.costs["capital_recovery"])


def test_capacity_obligation_is_met_by_firm_plants_behind_the_grid() -> None:
    load = np.full(31 * 24, 80.0)
    load[5] = 100.0
    alone = case({}, load, days=31, capacity_price=60.0).run()
    assert alone.costs["capacity"].sum() == pytest.approx(100e3 * 60 / 12)
    gas = plain(kind="gas", capacity=50.0, forced_outage=0.1, owner="utility", price=1.0)
    helped = case({"plants": {"g": gas}}, load, days=31, capacity_price=60.0).run()
    assert helped.costs["capacity"].sum() == pytest.approx((100e3 - 45e3) * 60 / 12)
    behind = case(
        {"plants": {"g": plain(kind="gas", capacity=50.0, fuel={"price": 1.0})}}, load, days=31, capacity_price=60.0
    )
    assert behind.run().costs["capacity"].sum() == pytest.approx(50e3 * 60 / 12)


def test_the_capacity_price_grows_as_the_grid_says() -> None:
    """May 2030: 100 MW at 60 USD/kW-year of 2025, 3 % a year, for a twelfth of the year."""
    system = case({}, np.full(31 * 24, 100.0), start=date(2030, 5, 1), days=31, capacity_price=60.0, price_growth=0.03)
    assert system.run().costs["capacity"].sum() == pytest.approx(100e3 * 60 * 1.03**5 / 12)


def test_export_earns_the_price_less_the_discount() -> None:
    spec = {
        "plants": {"sun": plain(kind="solar", capacity=100.0)},
        "grid": {"export_limit": 30.0},
        "tariff": {"use": "reference-case", "demand_charge": 0.0},
    }
    found = case(spec, [60.0], output={"sun": [1.0]}).run()
    assert found.costs["export_revenue"].sum() == pytest.approx(-30 * 29.0)
    assert found.energy["curtailed"].sum() == pytest.approx(10.0)


@given(cases())
@settings(max_examples=60, deadline=None)
def test_items_sum_to_the_total_and_balances_close(case_: Case) -> None:
    found = case_.run()
    assert list(found.costs) == list(ITEMS)
    np.testing.assert_allclose(found.total, sum(found.costs.values()))
    assert np.isfinite(found.total).all()
    assert max(found.residual_energy, found.residual_energy_life, found.residual_storage) <= 1e-9
    plants = sum((c.sum() for items in found.plant_costs.values() for c in items.values()), 0.0)
    shared = sum(found.costs[i].sum() for i in ("fuel", "vom", "fom", "capital_recovery", "ppa", "utility_plants"))
    assert plants == pytest.approx(shared, rel=1e-9, abs=1e-6)


def priced(case_: Case, k: float) -> Case:
    """The same system with every price times k."""
    plants = {}
    for name, one in case_.supply.plants.items():
        more: dict[str, Any] = {field: getattr(one, field) * k for field in ("capex", "fom", "vom")}
        more |= {f: getattr(one, f) * k for f in ("capex_energy", "fom_energy", "fuel_cost") if hasattr(one, f)}
        more["price"] = None if one.price is None else one.price * k
        if hasattr(one, "fuel"):
            more["fuel"] = one.fuel.model_copy(update={"price": one.fuel.price * k})
        plants[name] = one.model_copy(update=more)
    tariff, certificates = case_.supply.tariff, case_.supply.certificates
    rates = {f: getattr(tariff, f) * k for f in ("demand_charge", "delivery", "fixed", "export_discount")}
    spec = {
        "plants": plants,
        "tariff": tariff.model_copy(update=rates),
        "certificates": certificates.model_copy(update={"price": certificates.price * k}),
    }
    grid = case_.grid.model_copy(update={"capacity_price": case_.grid.capacity_price * k})
    resource = case_.resource
    return case_.changed(
        supply=case_.supply.model_copy(update=spec),
        grid=grid,
        resource=type(resource)(resource.output, resource.price * k, resource.cfe),
    )


@given(cases(), st.sampled_from([0.5, 2.0, 8.0]))
@settings(max_examples=60, deadline=None)
def test_prices_times_k_give_cost_times_k(case_: Case, k: float) -> None:
    one, two = case_.run(), priced(case_, k).run()
    for item, cost in one.costs.items():
        np.testing.assert_allclose(two.costs[item], k * cost, rtol=1e-9, atol=1e-3, err_msg=item)


@given(cases(), st.booleans())
@settings(max_examples=80, deadline=None)
def test_free_sun_never_raises_cost(case_: Case, behind: bool) -> None:
    """Where no price is below the export discount: below it the campus would rather be paid to take energy.

    Sun that feeds through the grid is free only where transport is: it may draw in an hour that a battery could serve.
    """
    resource = case_.resource
    positive = np.abs(resource.price) + 5.0
    output = resource.output | {"free": np.clip(np.sin(np.arange(8784) / 24 * 2 * np.pi), 0, 1)}
    free = {"kind": "solar", "capacity": 80.0, "capex": 0.0, "fom": 0.0, "vom": 0.0, "price_year": 2025}
    free |= {"behind_meter": behind}
    more = Supply.model_validate({"plants": {"free": free}}).plants
    assert isinstance(more["free"], Solar)
    plants = {
        n: p.model_copy(update={"from_contracts": False}) if isinstance(p, Battery) else p
        for n, p in case_.supply.plants.items()
    }
    tariff, grid = case_.supply.tariff, case_.grid
    if not behind:
        tariff = tariff.model_copy(update={"demand_charge": 0.0, "delivery": 0.0})
        grid = grid.model_copy(update={"capacity_price": 0.0})
    supply = case_.supply.model_copy(update={"plants": plants, "tariff": tariff})
    before = case_.changed(resource=type(resource)(output, positive, resource.cfe), supply=supply, grid=grid)
    after = before.changed(supply=supply.model_copy(update={"plants": {**plants, **more}}))
    one, two = before.run(), after.run()
    assert two.energy["unserved"].sum() <= one.energy["unserved"].sum() + 1e-6
    served = 1e4 * (two.load.sum() - one.load.sum())
    assert two.total.sum() <= one.total.sum() + served + 1e-6 * abs(one.total.sum()) + 1e-3
