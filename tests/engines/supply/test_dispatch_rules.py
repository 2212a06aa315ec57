"""Dispatch: a case worked by hand, conservation on random systems, and what must not matter."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from supply_cases import Case, case, cases, plain

from gigacampus.campus.spec.supply import Battery, Supply

FLOWS = ("grid_import", "purchase", "grid_export", "curtailed", "unserved", "charge", "discharge", "soc")


def test_six_hours_by_hand() -> None:
    """Sun, a battery of 30 MW and 40 MWh at 80 % each way, gas of 50 MW at 40 USD/MWh, an import limit of 60 MW."""
    plants = {
        "sun": plain(kind="solar", capacity=200.0),
        "store": plain(kind="battery", capacity=30.0, energy=40.0, efficiency=0.8),
        "gas": plain(kind="gas", capacity=50.0, heat_rate=8.0, fuel={"price": 5.0, "price_growth": 0.0}),
    }
    made = case(
        {"plants": plants, "grid": {"import_limit": 60.0, "export_limit": 25.0}},
        [100, 100, 100, 100, 100, 140],
        output={"sun": [0.5, 0.7, 0.9, 0, 0, 0]},
        hourly_price=[30, 30, 30, 30, 50, 50],
    ).dispatch()
    expected = {
        "charge": [0, 30, 20, 0, 0, 0],  # by power, then by room: (40 - 24) / 0.8
        "soc": [0, 24, 40, 2.5, 0, 0],
        "discharge": [0, 0, 0, 30, 2, 0],  # by power, then by energy: 2.5 x 0.8
        "grid_export": [0, 10, 25, 0, 0, 0],
        "curtailed": [0, 0, 35, 0, 0, 0],
        "purchase": [0, 0, 0, 60, 48, 60],  # before gas at 30, after it at 50 USD/MWh
        "unserved": [0, 0, 0, 0, 0, 30],
    }
    for name, values in expected.items():
        np.testing.assert_allclose(getattr(made, name)[:6], values, atol=1e-12, err_msg=name)
    np.testing.assert_allclose(made.generation["sun"][:6], [100, 140, 145, 0, 0, 0])
    np.testing.assert_allclose(made.generation["gas"][:6], [0, 0, 0, 10, 50, 50], atol=1e-12)


@given(cases())
@settings(max_examples=100, deadline=None)
def test_every_hour_balances_within_limits(case_: Case) -> None:
    made, plants = case_.dispatch(), case_.supply.plants
    behind = sum((p for n, p in made.delivered.items() if plants[n].behind_meter), np.zeros_like(case_.load))
    through = sum((p for n, p in made.delivered.items() if not plants[n].behind_meter), np.zeros_like(case_.load))
    gap = behind + made.grid_import + made.discharge + made.unserved - case_.load - made.charge - made.grid_export
    assert np.abs(gap).max() <= 1e-9 * max(case_.load.max(), 1)
    np.testing.assert_allclose(made.grid_import, through + made.purchase, atol=1e-9)
    for name in FLOWS:
        flow = getattr(made, name)
        assert np.isfinite(flow).all()
        assert flow.min() >= 0
    limit = case_.supply.grid.import_limit
    assert limit is None or made.grid_import.max() <= limit + 1e-9
    assert made.grid_export.max() <= case_.supply.grid.export_limit
    for name, power in made.generation.items():
        assert power.max() <= plants[name].total * (1 + 1e-9)
    assert not (made.grid_export * made.purchase).any()


@given(cases())
@settings(max_examples=100, deadline=None)
def test_batteries_keep_energy_and_never_make_it(case_: Case) -> None:
    made = case_.dispatch()
    for name, store in made.storage.items():
        battery = case_.supply.plants[name]
        assert isinstance(battery, Battery)
        held = store.state - store.floor
        change = np.diff(held, prepend=0.0)
        residual = store.charge * battery.efficiency - store.discharge / battery.efficiency - change - store.faded
        assert np.abs(residual).max() <= 1e-9 * max(battery.total_energy, 1)
        assert held.min() >= 0
        assert (store.state <= store.ceiling + 1e-9).all()
        assert max(store.charge.max(), store.discharge.max()) <= battery.total + 1e-9
        assert store.discharge.sum() <= store.charge.sum() * battery.efficiency**2 + 1e-9
        assert not (store.charge * store.discharge).any()


@given(cases(), st.randoms(use_true_random=False))
@settings(max_examples=40, deadline=None)
def test_the_order_of_plants_does_not_matter(case_: Case, random: object) -> None:
    names = list(case_.supply.plants)
    random.shuffle(names)  # type: ignore[attr-defined]
    other = case_.supply.model_copy(update={"plants": {n: case_.supply.plants[n] for n in names}})
    one, two = case_.dispatch(), case_.changed(supply=other).dispatch()
    assert list(two.delivered) == [n for n in names if n in two.delivered]
    for name in FLOWS:
        np.testing.assert_allclose(getattr(one, name), getattr(two, name), atol=1e-9)
    for name, power in one.generation.items():
        np.testing.assert_allclose(power, two.generation[name], atol=1e-9)


def scaled(case_: Case, k: float) -> Case:
    plants = {}
    for name, plant in case_.supply.plants.items():
        more: dict[str, float] = {"capacity": plant.capacity * k}
        if isinstance(plant, Battery) and plant.energy is not None:
            more["energy"] = plant.energy * k
        plants[name] = plant.model_copy(update=more)
    grid = case_.supply.grid
    limit = None if grid.import_limit is None else grid.import_limit * k
    connection = grid.model_copy(update={"import_limit": limit, "export_limit": grid.export_limit * k})
    return case_.changed(
        supply=case_.supply.model_copy(update={"plants": plants, "grid": connection}), load=case_.load * k
    )


@given(cases(), st.sampled_from([0.25, 2.0, 3.7]))
@settings(max_examples=60, deadline=None)
def test_sizes_and_load_times_k_give_energy_and_cost_times_k(case_: Case, k: float) -> None:
    one, two = case_.run(), scaled(case_, k).run()
    for name, energy in one.energy.items():
        np.testing.assert_allclose(two.energy[name], k * energy, rtol=1e-9, atol=1e-6)
    np.testing.assert_allclose(two.total, k * one.total, rtol=1e-9, atol=1e-3)
    if one.cost_per_mwh is not None:
        assert two.cost_per_mwh == pytest.approx(one.cost_per_mwh, rel=1e-9)
        assert two.cfe_hourly == pytest.approx(one.cfe_hourly, rel=1e-9, abs=1e-12)


def test_a_utility_plant_reaches_the_campus_through_the_grid_less_its_losses() -> None:
    fuel = {"price": 1.0, "price_growth": 0.0}
    gas = plain(kind="gas", capacity=754.0, units=3, owner="utility", heat_rate=6.238, fuel=fuel)
    made = case({"plants": {"ccgt": gas}}, [1000.0, 3000.0], losses=0.05).dispatch()
    np.testing.assert_allclose(made.delivered["ccgt"][:2], [1000, 2262 * 0.95])
    np.testing.assert_allclose(made.generation["ccgt"][:2], [1000 / 0.95, 2262])
    np.testing.assert_allclose(made.grid_import[:2], [1000, 3000])
    np.testing.assert_allclose(made.purchase[:2], [0, 3000 - 2262 * 0.95])


def test_a_gas_plant_runs_only_where_it_is_cheaper_than_the_market() -> None:
    gas = plain(kind="gas", capacity=50.0, heat_rate=8.0, vom=2.0, fuel={"price": 5.0, "price_growth": 0.0})
    made = case({"plants": {"gas": gas}}, [80.0, 80.0, 80.0], hourly_price=[41.9, 42.0, 42.1]).dispatch()
    np.testing.assert_allclose(made.generation["gas"][:3], [0, 50, 50], atol=1e-12)


def test_gas_plants_of_the_same_cost_share_what_they_give() -> None:
    fuel = {"price": 1.0, "price_growth": 0.0}
    gas = plain(kind="gas", heat_rate=6.0, fuel=fuel, owner="utility")
    plants = {
        "one": gas | {"capacity": 90.0},
        "two": gas | {"capacity": 30.0},
        "dear": gas | {"capacity": 50.0, "vom": 9.0},
    }
    made = case({"plants": plants}, [60.0, 150.0], losses=0.1).dispatch()
    np.testing.assert_allclose(made.delivered["one"][:2], [45, 81])
    np.testing.assert_allclose(made.delivered["two"][:2], [15, 27])
    np.testing.assert_allclose(made.delivered["dear"][:2], [0, 42])


def test_the_grid_serves_from_its_energisation_on() -> None:
    found = case({"grid": {"energised": date(2025, 1, 2)}}, np.full(48, 10.0), days=2).dispatch()
    np.testing.assert_allclose(found.unserved, np.repeat([10.0, 0.0], 24))
    np.testing.assert_allclose(found.grid_import, np.repeat([0.0, 10.0], 24))


def test_plants_serve_from_start_to_end() -> None:
    firm = plain(kind="firm", capacity=10.0, fuel_cost=0.0, start=date(2025, 1, 2), end=date(2025, 1, 3))
    found = case({"plants": {"smr": firm}}, np.full(96, 10.0), days=4).dispatch()
    np.testing.assert_allclose(found.generation["smr"], np.repeat([0.0, 10.0, 10.0, 0.0], 24))


def test_solar_wears_by_completed_years_and_is_new_after_its_life() -> None:
    from gigacampus.engines.supply.profile import wear

    found = case({"plants": {}}, 0.0, start=date(2025, 1, 2), days=2)
    for start, years in ((date(2025, 1, 1), 0), (date(2022, 12, 1), 2), (date(1995, 1, 1), 0), (date(1994, 1, 1), 1)):
        plant = Supply.model_validate(
            {"plants": {"pv": plain(kind="solar", capacity=1.0, degradation=0.1, life=30.0, start=start)}}
        ).plants["pv"]
        np.testing.assert_allclose(wear(plant, found.timeline), 0.9**years)


@pytest.mark.parametrize(("allowed", "taken"), [(True, 80.0), (False, 60.0)])
def test_a_battery_charges_with_what_contracts_leave_where_allowed(allowed: bool, taken: float) -> None:
    plants = {
        "sun": plain(kind="solar", capacity=100.0, owner="contract", price=40.0),
        "store": plain(kind="battery", capacity=20.0, energy=50.0, efficiency=1.0, from_contracts=allowed),
    }
    made = case({"plants": plants}, [60.0, 60.0], output={"sun": [1.0, 0.5]}).dispatch()
    np.testing.assert_allclose(made.delivered["sun"][:2], [taken, 50])
    np.testing.assert_allclose(made.generation["sun"][:2], [100, 50])
    np.testing.assert_allclose(made.discharge[:2], [0, 10 if allowed else 0])


def test_a_battery_that_fades_loses_what_it_can_no_longer_hold() -> None:
    plants = {
        "sun": plain(kind="solar", capacity=20.0),
        "store": plain(
            kind="battery", capacity=20.0, energy=20.0, efficiency=1.0, degradation=0.1, start=date(2024, 1, 2)
        ),
    }
    made = case({"plants": plants}, np.zeros(48), days=2, output={"sun": np.ones(48)}).dispatch()
    assert made.soc[0] == pytest.approx(20.0)
    assert made.soc[47] == pytest.approx(18.0)
    assert made.storage["store"].faded.sum() == pytest.approx(2.0)
