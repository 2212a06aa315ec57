"""Embodied carbon, water, KPIs by standard, and the whole account on the supply's own result."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np
import pytest

from gigacampus.campus.spec.site import Grid
from gigacampus.campus.spec.supply import Supply
from gigacampus.engines import impact, supply
from gigacampus.engines.impact import embodied, water
from gigacampus.timeline import Timeline

LIFE = Timeline(date(2028, 7, 1), date(2040, 6, 30), (date(2028, 7, 1), date(2030, 1, 1)))
FACTORS = impact.Factors(
    water={"NG": 0.776, "COL": 2.6, "WND": 0.0, "SUN": 0.004, "NUC": 2.544},
    plants={"solar": 700.0, "gas": 100.0},
    battery=70.0,
    building=850.0,
    building_life=30.0,
)
HARDWARE = impact.Hardware(np.array([1000.0, 500.0]), np.array([100.0, 50.0]), 4000.0, 5.0)


def test_servers_are_bought_again_at_the_end_of_their_life() -> None:
    asset = embodied.Asset(date(2028, 7, 1), date(2040, 6, 30), 4000.0, 5.0)
    found = dict(zip(LIFE.years.tolist(), embodied.incurred(asset, LIFE).tolist(), strict=True))
    assert {year: carbon for year, carbon in found.items() if carbon} == {2028: 4000.0, 2033: 4000.0, 2038: 4000.0}


def test_amortisation_spreads_the_same_carbon_over_service() -> None:
    asset = embodied.Asset(date(2028, 7, 1), date(2040, 6, 30), 4000.0, 5.0)
    spread = embodied.amortised(asset, LIFE)
    assert spread.sum() == pytest.approx(4000 * 12 / 5, rel=1e-4)
    assert spread[2] == pytest.approx(4000 / 5, rel=1e-3)
    assert spread[0] == pytest.approx(4000 / 10, rel=0.01)


def test_a_life_that_ends_with_a_cycle_buys_no_other() -> None:
    asset = embodied.Asset(date(2028, 7, 1), date(2038, 6, 30), 1.0, 5.0)
    assert embodied.incurred(asset, LIFE).sum() == 2.0
    late = embodied.Asset(date(2028, 12, 1), date(2029, 12, 1), 1.0, 0.5)
    assert embodied.incurred(late, LIFE)[:3].tolist() == [1.0, 1.0, 0.0]


def test_embodied_of_plants_by_their_size() -> None:
    plants = Supply.model_validate(
        {
            "plants": {
                "sun": {"use": "solar-single-axis", "capacity": 100.0},
                "store": {"use": "battery-4h", "capacity": 50.0, "units": 2},
                "gas": {"use": "ccgt-2x1-h", "capacity": 10.0},
                "smr": {"use": "smr", "capacity": 10.0},
            }
        }
    ).plants
    found = {name: embodied.of_plant(plant, FACTORS) for name, plant in plants.items()}
    assert found == pytest.approx({"sun": 700 * 130, "store": 70 * 400, "gas": 1000, "smr": 0.0})


def test_water_of_a_mix_is_weighted_by_its_energy() -> None:
    factors = FACTORS.water
    assert water.of_mix({"NG": 50.0, "COL": 25.0, "WND": 25.0}, factors) == pytest.approx(0.5 * 0.776 + 0.25 * 2.6)
    assert water.of_mix({}, factors) == 0.0
    assert water.of_mix({"OTH": 1.0, "COL": 1.0}, factors) == pytest.approx(1.3)


def test_water_at_source_follows_the_hours_mix_and_withdrawal_stands_apart() -> None:
    """What is bought at night, from gas, takes gas's water; what is bought by day, from the wind, takes none."""
    hours = np.arange(8784)
    night, load = hours % 24 < 12, np.where(np.arange(LIFE.hours) % 24 < 12, 100.0, 50.0)
    mix = {"NG": np.where(night, 1.0, 0.0), "WND": np.where(night, 0.0, 1.0)}
    factors = replace(FACTORS, withdrawal={"NG": 0.958})
    found = run({}, load=load, mix=mix, factors=factors)
    gas = 100.0 * LIFE.hours / 2
    assert found.water_source.sum() == pytest.approx(gas * 0.776)
    assert found.water_source_withdrawn.sum() == pytest.approx(gas * 0.958)
    assert run({}).water_source_withdrawn == pytest.approx(run({}).water_source)


def test_a_plant_without_a_water_factor_uses_none() -> None:
    smr = {"use": "smr", "capacity": 200.0, "forced_outage": 0.0}
    assert run({"smr": smr}).wue_source == pytest.approx(0.25 + 1.25 * 2.544)
    assert run({"egs": smr | {"use": "egs-flash"}}).wue_source == pytest.approx(0.25)


class Resource:
    def __init__(self, output: dict[str, np.ndarray]) -> None:
        self.output, self.price, self.cfe = output, np.full(8784, 30.0), np.full(8784, 0.3)


def run(
    plants: dict[str, Any], load: Any = 100.0, match: float = 0.0, mix: Any = None, factors: Any = FACTORS
) -> impact.Impact:
    spec = Supply.model_validate({"plants": plants, "certificates": {"match": match}})
    grid = Grid.model_validate({"use": "miso-south", "losses": 0.0, "carbon_decline": 0.0})
    sun = Resource({name: np.clip(np.sin(np.arange(8784) / 24 * 2 * np.pi), 0, 1) for name in plants})
    power = np.broadcast_to(load, LIFE.hours).astype(float)
    made = supply.dispatch(spec, grid, sun, LIFE, power)
    result = supply.balance(spec, grid, sun, LIFE, made, power)
    meters = impact.Meters(power / 1.25, power * 0.2, power * 0.15)
    mix = mix or {"NG": np.full(8784, 70.0), "WND": np.full(8784, 30.0)}
    carbon = np.full(8784, grid.carbon_location)
    return impact.account(
        spec, grid, LIFE, result, carbon=carbon, mix=mix, meters=meters, hardware=HARDWARE, factors=factors
    )


def test_a_campus_on_the_grid_alone() -> None:
    found = run({})
    mwh = 100.0 * LIFE.hours
    assert found.cue == pytest.approx(1.25 * 0.3355)
    assert found.scope2_location.sum() == pytest.approx(mwh * 0.3355)
    np.testing.assert_allclose(found.scope2_market, found.scope2_market_hourly)
    assert found.wue_source == pytest.approx(0.25 + 1.25 * 0.7 * 0.776)
    assert (found.ref, found.scope1.sum()) == (0.0, 0.0)
    assert found.embodied[0] == pytest.approx(4000 + 85_000)
    assert found.embodied_spread.sum() < found.embodied.sum()


def test_utility_gas_leaves_location_based_scope_2_where_it_was() -> None:
    gas = {"use": "ccgt-2x1-h", "capacity": 200.0, "owner": "utility", "fuel": {"price": 0.1}}
    alone, with_gas = run({}), run({"ccgt": gas})
    np.testing.assert_allclose(with_gas.scope2_location, alone.scope2_location)
    assert with_gas.scope1.sum() == 0
    assert with_gas.scope2_market.sum() == pytest.approx(100.0 * LIFE.hours * 6.238 * 53.1145e-3)
    own = run({"ccgt": gas | {"owner": "campus"}})
    assert own.scope1.sum() == pytest.approx(with_gas.scope2_market.sum())
    assert own.scope2_location.sum() == pytest.approx(0.0)


def test_annual_matching_with_and_without_certificates() -> None:
    sun = {"use": "solar-single-axis", "capacity": 100.0, "owner": "contract", "price": 40.0}
    found = run({"sun": sun}, match=1.0)
    assert found.ref == pytest.approx(1.0)
    assert 0.2 < (found.ref_no_certificates or 0.0) < 0.35
    assert found.scope2_market.sum() == pytest.approx(0.0, abs=1e-6)
    assert found.scope2_market_no_certificates.sum() > 0
    assert found.scope2_market_hourly.sum() >= found.scope2_market_no_certificates.sum() - 1e-6


@pytest.mark.parametrize("owner", ["campus", "contract"])
def test_a_full_match_covers_what_batteries_lose(owner: str) -> None:
    """Market-based scope 2 is zero in every year, wherever the sun stands that charges the battery."""
    contract = {"owner": "contract", "price": 40.0} if owner == "contract" else {}
    sun = {"use": "solar-single-axis", "capacity": 250.0, **contract}
    night = {"use": "battery-4h", "capacity": 60.0, "from_contracts": owner == "contract"}
    found = run({"sun": sun, "night": night}, match=1.0)
    assert found.to_match.sum() > 100.0 * LIFE.hours * 1.005
    assert found.scope2_market == pytest.approx(np.zeros(len(LIFE.years)), abs=1e-9)
    assert found.scope2_market_no_certificates.sum() > 0


def test_only_plants_that_the_campus_owns_are_its_capital_goods() -> None:
    sun = {"use": "solar-single-axis", "capacity": 100.0}
    assert run({"sun": sun}).embodied_incurred["plants"].sum() == pytest.approx(91_000)
    contract = sun | {"owner": "contract", "price": 40.0}
    assert run({"sun": contract}).embodied_incurred["plants"].sum() == 0.0
