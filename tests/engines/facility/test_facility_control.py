"""Control: no hour is worse than by the rules, the plan of modes is the best there is, what is traded is physical."""

from __future__ import annotations

from itertools import product
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from facility_cases import LIFE, PLANTS, RATING, facility, plant, plants, server, typical_year, weather
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gigacampus.campus.spec.facility import Control, Facility
from gigacampus.engines.facility import control, peak_ratio, respond, settle
from gigacampus.engines.facility.control import changes
from gigacampus.engines.facility.control.options import Options, Weights
from gigacampus.engines.facility.control.worth import OBJECTIVES, weights
from gigacampus.engines.facility.cooling.setpoints import rules
from gigacampus.engines.facility.outdoors import Outdoors

YEAR = typical_year()
HOURS = np.arange(8784)
PLACE = SimpleNamespace(
    **vars(YEAR),
    price=40 + 30 * np.sin(HOURS / 24 * 2 * np.pi) - 5,
    carbon=400 + 150 * np.cos(HOURS / 24 * 2 * np.pi),
)
LOAD = 0.8 + 0.15 * np.sin(HOURS / 24 * 2 * np.pi)
ENERGY = Weights(np.ones(8784), 0.0)


def sides(spec: Facility) -> list[int]:
    return [which for which, found in enumerate(plant(spec, YEAR).plants()) if found is not None]


def optimal(cooling: Any, **given: Any) -> Facility:
    return facility(cooling).model_copy(update={"control": Control.model_validate({"by": "optimal", **given})})


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(plants(), st.sampled_from(OBJECTIVES), st.booleans(), st.floats(0.3, 1.0))
def test_no_hour_weighs_more_than_by_the_rules(given: dict[str, Any], objective: Any, cells: bool, load: float) -> None:
    few = typical_year(3)
    air = SimpleNamespace(**{name: values[::40] for name, values in vars(few).items()}, price=PLACE.price[::40],
                          carbon=PLACE.carbon[::40])  # fmt: skip
    spec = facility(given)
    weighed = weights(objective, spec.control, air)
    for which in sides(spec):
        options = Options(plant(spec, air), spec.control, which, np.full(220, load), cells)
        found = options.best(weighed, limits=False)[1]
        held = options.rules.holds
        assert np.all(found.holds | ~held)
        mine, by_rules = (weighed.energy * t.power + weighed.water * t.water for t in (found, options.rules))
        assert np.all(mine[held] <= by_rules[held] * (1 + 1e-9) + 1e-12)


@pytest.mark.parametrize("name", PLANTS)
def test_rules_are_the_first_candidate_and_there_are_about_thirty(name: str) -> None:
    spec = facility(name)
    for which in sides(spec):
        p = plant(spec, YEAR)
        options = Options(p, spec.control, which, LOAD)
        by_rules = p.side(which, LOAD, p.out, None)
        assert options.rules.water == pytest.approx(by_rules.makeup, rel=1e-12)
        again = p.side(which, LOAD, p.out, options.points.at(0))
        assert again.power == pytest.approx(by_rules.power, rel=1e-12)
        loop = options.spec.loop
        assert len(options.points.supply) == 1 if loop is None else 7 <= len(options.points.supply) <= 31


@pytest.mark.parametrize("most", [0, 1, 2, 4])
@pytest.mark.parametrize("seed", range(4))
def test_the_plan_of_modes_is_the_best_there_is(most: int, seed: int) -> None:
    """All plans of a few hours on both sides of midnight, the others being in one mode anyway."""
    rng = np.random.default_rng(seed)
    cost = np.zeros((48, 2))
    free = np.arange(20, 30)
    cost[free] = rng.uniform(size=(10, 2))
    cost[:20, 1], cost[30:, 1] = 100.0, 100.0
    plans = np.zeros((2**10, 48), dtype=np.int64)
    plans[:, free] = list(product((0, 1), repeat=10))
    switched = plans[:, 1:] != plans[:, :-1]
    allowed = (switched[:, :23].sum(axis=1) <= most) & (switched[:, 23:].sum(axis=1) <= most)
    least = min(cost[np.arange(48), p].sum() for p in plans[allowed])
    found = changes.plan(cost, most)
    assert changes.count(found).max() <= most
    assert cost[np.arange(48), found].sum() == pytest.approx(least)


def test_a_plan_of_many_days_obeys_its_limit_and_costs_no_less_than_without() -> None:
    cost = np.random.default_rng(7).uniform(size=(24 * 600 - 5, 4))
    totals = [cost[np.arange(len(cost)), changes.plan(cost, most)].sum() for most in (0, 1, 4, 24)]
    assert totals == sorted(totals, reverse=True)
    assert totals[-1] == pytest.approx(cost.min(axis=1).sum())
    assert all(changes.count(changes.plan(cost, most)).max() <= most for most in (0, 1, 4))


@pytest.mark.parametrize("name", ["direct-to-chip-adiabatic", "direct-to-chip-tower", "chilled-water-dry"])
@pytest.mark.parametrize("objective", ["energy", "money"])
def test_cells_give_up_less_than_a_hundredth_of_what_the_rules_take(name: str, objective: Any) -> None:
    spec = facility(name)
    weighed = weights(objective, spec.control, PLACE)
    for which in sides(spec):
        coarse, exact = (Options(plant(spec, YEAR), spec.control, which, LOAD, cells) for cells in (True, False))
        totals = [
            (weighed.energy * taken.power + weighed.water * taken.water).sum()
            for taken in (coarse.rules, coarse.best(weighed, False)[1], exact.best(weighed, False)[1])
        ]
        assert -1e-9 < (totals[1] - totals[2]) / totals[0] < 0.01


@pytest.mark.parametrize("name", ["direct-to-chip-adiabatic", "direct-to-chip-tower", "chilled-water-dry"])
def test_each_objective_is_best_at_its_own_and_limits_cost(name: str) -> None:
    worth = control.assess(facility(name), server(), PLACE, LOAD, 100.0)
    own = {"energy": "cooling", "water": "water", "carbon": "carbon", "money": "money"}
    for objective, what in own.items():
        free, bound = (getattr(cases[objective], what) for cases in (worth.unlimited, worth.limited))
        assert free <= bound * (1 + 1e-9) + 1e-9
        assert free <= getattr(worth.rules, what) * (1 + 1e-9) + 1e-9
        if objective in ("energy", "water"):
            others = [getattr(worth.unlimited[other], what) for other in OBJECTIVES]
            assert free <= min(others) * (1 + 1e-6) + 1e-9
        assert worth.limited[objective].changes_most <= 4
        for side in worth.limited[objective].hours.values():
            assert sum(side.values()) == pytest.approx(1.0)


def test_along_the_front_water_falls_and_energy_rises() -> None:
    worth = control.assess(facility("direct-to-chip-adiabatic"), server(), PLACE, LOAD, 100.0)
    water, energy = zip(*((case.water, case.cooling) for _, case in worth.front), strict=True)
    assert np.all(np.diff(water) <= 1e-6)
    assert np.all(np.diff(energy) >= -1e-6)
    assert worth.limited["water"].water <= water[-1] + 1e-6
    assert worth.limited["energy"].cooling <= energy[0] + 1e-6


@pytest.mark.parametrize("name", PLANTS)
@pytest.mark.parametrize("minimise", ["energy", "water"])
def test_load_rises_with_it_at_held_set_points(name: str, minimise: str) -> None:
    """Else the served power would not give the IT power back."""
    spec = optimal(name, minimise=minimise)
    p = plant(spec, YEAR)
    held = control.held(spec, server(), YEAR, LOAD)
    loads = [p.evaluate(np.full(8784, it), p.out, held).load for it in np.linspace(0.0, 1.0, 41)]
    assert np.all(np.diff(loads, axis=0) > 0)


@pytest.mark.parametrize("name", ["direct-to-chip-adiabatic", "chilled-water-tower", "air-cooled-chiller"])
def test_doors_follow_the_held_set_points_and_conserve(name: str) -> None:
    demand = RATING[:, None] * LOAD
    spec = optimal(name)
    load = respond(spec, server(), PLACE, demand, RATING).load
    served = LIFE.gather(load)
    served[100:400] *= 0.7
    found = settle(spec, server(), PLACE, LIFE, demand, RATING, served)
    assert np.all(found.load <= served * (1 + 1e-9))
    assert found.load[~found.unserved] == pytest.approx(LIFE.gather(load)[~found.unserved], rel=1e-12)
    assert max(found.residual_energy, found.residual_water, found.residual_heat) < 1e-12
    by_rules = settle(facility(name), server(), PLACE, LIFE, demand, RATING)
    assert settle(spec, server(), PLACE, LIFE, demand, RATING).cooling.sum() < by_rules.cooling.sum()
    assert peak_ratio(spec, server(), PLACE) <= peak_ratio(facility(name), server(), PLACE) * (1 + 1e-9)


def change(which: int, name: str, hot: float, **given: float) -> tuple[Any, Any]:
    """A side by the rules, and with one set-point changed, at a dry bulb."""
    p = plant(facility(name), typical_year())
    spec = p.plants()[which]
    assert spec is not None
    base = rules(spec)
    n = 50
    out = Outdoors.of(weather(np.full(n, hot), 0.5))
    other = type(base)(**{**vars(base), **{key: np.array(value) for key, value in given.items()}})
    return p.side(which, np.full(n, 0.9), out, base), p.side(which, np.full(n, 0.9), out, other)


def test_less_air_saves_fans_and_costs_the_chiller() -> None:
    base, other = change(1, "chilled-water-tower", 32.0, fans=0.7)
    assert np.all(other.rejection_fans < base.rejection_fans)
    assert np.all(other.chiller > base.chiller)


def test_colder_coolant_costs_fans_and_a_smaller_rise_pumps() -> None:
    base, colder = change(0, "direct-to-chip-dry", 20.0, supply=34.0)
    assert np.all(colder.rejection_fans > base.rejection_fans)
    base, slower = change(0, "direct-to-chip-dry", 20.0, rise=5.0)
    assert slower.pumps == pytest.approx(1.5 * base.pumps, rel=1e-9)


def test_chip_class_and_inlet_bound_what_is_chosen() -> None:
    spec = facility("direct-to-chip-tower")
    p = plant(spec, YEAR)
    for which, most in ((0, 45.0 + 5.0), (1, 27.0)):
        options = Options(p, spec.control, which, LOAD)
        assert options.points.supply.max() <= most + 1e-9
    tight = facility({"use": "direct-to-chip-tower", "liquid": {"chip_limit": 77.0}})
    assert Options(plant(tight, YEAR), tight.control, 0, LOAD).points.supply.max() <= 42.0 + 1e-9
