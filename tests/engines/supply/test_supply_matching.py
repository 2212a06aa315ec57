"""Annual matching and the hourly score."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from supply_cases import Case, case, cases, plain


def sun(**fields: Any) -> dict[str, Any]:
    return plain(kind="solar", capacity=100.0, **fields)


def test_sun_that_matches_the_year_does_not_match_the_hours() -> None:
    """200 MWh of sun in one hour of two against 200 MWh of flat load: all of the year, half of the hours."""
    found = case({"plants": {"sun": plain(kind="solar", capacity=200.0, owner="contract", price=0.0)}}, [100.0, 100.0],
                 output={"sun": [1.0, 0.0]}).run()  # fmt: skip
    assert found.renewable_annual == pytest.approx(1.0)
    assert found.cfe_hourly == pytest.approx(0.5)


def test_the_grids_clean_share_counts_for_what_is_bought() -> None:
    found = case({"plants": {"sun": sun()}}, [100.0, 100.0], output={"sun": [0.5, 0.0]}, cfe=[0.4, 0.3]).run()
    assert found.cfe_hourly == pytest.approx((50 + 50 * 0.4 + 100 * 0.3) / 200)
    assert found.renewable_annual == pytest.approx(0.25)


def test_a_battery_moves_clean_energy_at_its_loss() -> None:
    store = plain(kind="battery", capacity=100.0, energy=100.0, efficiency=0.9)
    found = case({"plants": {"sun": plain(kind="solar", capacity=200.0), "store": store}}, [100.0, 100.0],
                 output={"sun": [1.0, 0.0]}).run()  # fmt: skip
    assert found.cfe_hourly == pytest.approx((100 + 81) / 200)


def test_export_takes_its_certificate_along() -> None:
    found = case({"plants": {"sun": sun()}, "grid": {"export_limit": 100.0}}, [60.0], output={"sun": [1.0]}).run()
    assert found.renewable_annual == pytest.approx(1.0)
    assert found.cfe_hourly == pytest.approx(1.0)


def test_certificates_fill_each_year_to_the_match() -> None:
    spec = {"plants": {"sun": sun(owner="contract", price=0.0)}, "certificates": {"match": 1.0, "price": 2.0}}
    found = case(spec, [100.0, 100.0], output={"sun": [0.6, 0.0]}).run()
    assert found.certificates.sum() == pytest.approx(140.0)
    assert found.costs["certificates"].sum() == pytest.approx(280.0)
    assert found.renewable_annual == pytest.approx(0.3)
    assert found.renewable_with_certificates == pytest.approx(1.0)


def test_a_battery_adds_what_it_loses_to_what_is_matched() -> None:
    """100 MWh charged give 81 back: 219 MWh are matched for 200 MWh of load, 200 of them by the sun."""
    plants = {
        "sun": plain(kind="solar", capacity=200.0),
        "store": plain(kind="battery", capacity=100.0, energy=100.0, efficiency=0.9),
    }
    spec = {"plants": plants, "certificates": {"match": 1.0}}
    found = case(spec, [100.0, 100.0], output={"sun": [1.0, 0.0]}).run()
    assert found.energy["purchase"].sum() == pytest.approx(19.0)
    assert found.certificates.sum() == pytest.approx(19.0)
    assert found.renewable_annual == pytest.approx(200 / 219)
    assert found.renewable_with_certificates == pytest.approx(1.0)


def test_nuclear_is_clean_but_not_renewable() -> None:
    firm = plain(kind="firm", capacity=100.0, fuel_cost=0.0)
    spec = {"plants": {"smr": firm}, "certificates": {"match": 1.0}}
    found = case(spec, [100.0]).run()
    assert (found.cfe_hourly, found.renewable_annual, found.certificates.sum()) == pytest.approx((1.0, 0.0, 100.0))
    clean = case(spec | {"certificates": {"use": "zec-illinois", "match": 1.0}}, [100.0]).run()
    assert (clean.certificates.sum(), clean.renewable_with_certificates) == pytest.approx((0.0, 0.0))


def test_a_plant_whose_certificates_are_sold_counts_for_nothing() -> None:
    found = case({"plants": {"sun": sun(attributes=False)}}, [100.0], output={"sun": [1.0]}).run()
    assert (found.cfe_hourly, found.renewable_annual) == pytest.approx((0.0, 0.0))


def test_export_and_charge_count_by_the_claimed_share() -> None:
    """Of 100 MW behind the meter 60 are claimed: load 50, charge 30, export 20; then 24.3 from the battery."""
    plants = {
        "mine": plain(kind="solar", capacity=60.0),
        "sold": plain(kind="solar", capacity=40.0, attributes=False),
        "store": plain(kind="battery", capacity=30.0, energy=100.0, efficiency=0.9),
    }
    output = {"mine": [1.0, 0.0], "sold": [1.0, 0.0]}
    found = case({"plants": plants, "grid": {"export_limit": 50.0}}, [50.0, 50.0], output=output).run()
    assert found.cfe_hourly == pytest.approx((0.6 * 50 + 0.6 * 24.3) / 100)
    assert found.renewable_annual == pytest.approx(60 * 0.8 / (100 + 30 - 24.3))


@given(cases())
@settings(max_examples=60, deadline=None)
def test_scores_are_shares(case_: Case) -> None:
    found = case_.run()
    if found.cfe_hourly is None:
        assert not found.load.any()
        return
    assert -1e-9 <= found.cfe_hourly <= 1 + 1e-9
    match = case_.supply.certificates.match
    assert (found.renewable_with_certificates or 0.0) >= match - 1e-9
    assert all(np.all(claim >= -1e-9) for claim in found.claimed.values())
