"""The settled load: decisions stay, every balance closes, and a load that was not served is a defect."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from supply_cases import Case, case, cases, plain

from gigacampus.engines.supply import balance
from gigacampus.errors import ResidualError


@given(cases(), st.integers(0, 2**32 - 1))
@settings(max_examples=60, deadline=None)
def test_a_facility_that_takes_less_in_unserved_hours_still_balances(case_: Case, seed: int) -> None:
    made = case_.dispatch()
    less = np.random.default_rng(seed).random(len(case_.load)) * (made.unserved > 0)
    load = (case_.load - made.unserved) * (1 - less)
    found = balance(case_.supply, case_.grid, case_.resource, case_.timeline, made, load)
    assert max(found.residual_energy, found.residual_energy_life, found.residual_storage) <= 1e-9
    np.testing.assert_array_equal(found.load, load)
    assert found.dispatch.purchase.min() >= 0
    assert found.dispatch.spilled.min() >= 0


def test_the_market_gives_way_first_then_gas_then_energy_is_spilled() -> None:
    plants = {
        "gas": plain(kind="gas", capacity=20.0, fuel={"price": 1.0}),
        "smr": plain(kind="firm", capacity=30.0, fuel_cost=0.0),
    }
    system = case({"plants": plants, "grid": {"import_limit": 10.0}}, [100.0, 100.0, 100.0])
    made = system.dispatch()
    load = np.zeros(24)
    load[:3] = [55.0, 35.0, 25.0]
    found = balance(system.supply, system.grid, system.resource, system.timeline, made, load).dispatch
    np.testing.assert_allclose(found.purchase[:3], [5, 0, 0])
    np.testing.assert_allclose(found.generation["gas"][:3], [20, 5, 0])
    np.testing.assert_allclose(found.spilled[:3], [0, 0, 5])


def test_more_load_than_was_served_is_refused() -> None:
    system = case({"grid": {"import_limit": 50.0}}, [80.0])
    with pytest.raises(ResidualError, match="hour 0 is 30 MW above"):
        balance(system.supply, system.grid, system.resource, system.timeline, system.dispatch(), system.load)


def test_energy_by_year_sums_to_the_hours() -> None:
    system = case(
        {"plants": {"sun": plain(kind="solar", capacity=10.0)}}, np.full(24, 8.0), output={"sun": np.ones(24)}
    )
    found = system.run()
    assert found.energy["sun"].sum() == pytest.approx(192.0)
    assert found.energy["curtailed"].sum() == pytest.approx(48.0)
    assert found.energy["load"].sum() == pytest.approx(192.0)
