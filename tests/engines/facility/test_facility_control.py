"""Control: no hour is worse than by the rules, the choice is the best there is, what is traded is physical."""

from __future__ import annotations

from dataclasses import fields, replace
from itertools import product
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from facility_cases import LIFE, PLANTS, RATING, facility, plant, plants, server, typical_year, weather
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gigacampus.campus.spec.facility import Control, Facility, Water
from gigacampus.engines.facility import control, cooling, design, peak_ratio, respond, settle
from gigacampus.engines.facility.control import changes
from gigacampus.engines.facility.control.choice import Choice, Limits
from gigacampus.engines.facility.control.options import MODES, Taken, Weights
from gigacampus.engines.facility.control.worth import OBJECTIVES, weights
from gigacampus.engines.facility.cooling import sides
from gigacampus.engines.facility.cooling.setpoints import Setpoints, rules
from gigacampus.engines.facility.outdoors import Outdoors
from gigacampus.errors import SpecError

YEAR = typical_year()
HOURS = np.arange(8784)
PLACE = SimpleNamespace(
    **vars(YEAR),
    price=40 + 30 * np.sin(HOURS / 24 * 2 * np.pi) - 5,
    carbon=400 + 150 * np.cos(HOURS / 24 * 2 * np.pi),
)
LOAD = 0.8 + 0.15 * np.sin(HOURS / 24 * 2 * np.pi)
ENERGY = Weights(np.ones(8784), 0.0)
FREE = Limits(run=False)


def every(step: int) -> tuple[Any, np.ndarray]:
    """Some hours of the year with their prices, and loads of all sizes."""
    some = {name: values[::step] for name, values in vars(PLACE).items() if name != "design"}
    place = SimpleNamespace(**some, design=PLACE.design)
    return place, np.linspace(0.15, 1.0, len(place.price))


def choice(spec: Facility, air: Any = YEAR, load: np.ndarray = LOAD) -> Choice:
    return Choice(plant(spec, air), spec.control, load)


def optimal(cooling: Any, **given: Any) -> Facility:
    return facility(cooling).model_copy(update={"control": Control.model_validate({"by": "optimal", **given})})


def capped(spec: Facility, cap: float) -> Facility:
    return spec.model_copy(update={"water": Water.model_validate({"cap": f"{float(cap)!r} L/kWh"})})


def weight(weighed: Weights, chosen: dict[str, Any]) -> np.ndarray:
    return sum(weighed.of(side.taken) for side in chosen.values())


def by_hand(found: Choice, weighed: Weights, cap: float = np.inf) -> np.ndarray:
    """Least weight of each hour over all candidates of all sides, one after the other through the plant's physics."""
    best = np.full(len(weighed.energy), np.inf)
    for hour in range(len(best)):
        offers = []
        for side in found.sides.values():
            mine = []
            for k in range(len(side.points.supply)):
                one = side.plant.side(side.which, side.load[hour : hour + 1], side.plant.out.at(slice(hour, hour + 1)),
                                      side.points.at(k))  # fmt: skip
                if one.short[0] == 0:
                    mine.append((float(one.cooling[0]), float(one.drawn[0])))
            offers.append(mine)
        sums = [tuple(map(sum, zip(*pair, strict=True))) for pair in product(*offers)]
        fits = [weighed.energy[hour] * power + weighed.water * water for power, water in sums if water <= cap]
        best[hour] = min(fits, default=np.inf)
    return best


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(plants(), st.sampled_from(OBJECTIVES), st.floats(0.3, 1.0))
def test_no_hour_weighs_more_than_by_the_rules(given: dict[str, Any], objective: Any, load: float) -> None:
    air, _ = every(40)
    spec = facility(given)
    weighed = weights(objective, spec.control, air)
    found = choice(spec, air, np.full(220, load))
    mine, by_rules = found.best(weighed, FREE), found.by_rules()
    for name in found.sides:
        held = by_rules[name].taken.holds
        assert np.all(mine[name].taken.holds | ~held)
        assert np.all(weighed.of(mine[name].taken)[held] <= weighed.of(by_rules[name].taken)[held] * (1 + 1e-9) + 1e-12)


@pytest.mark.parametrize("name", ["direct-to-chip-adiabatic", "direct-to-chip-tower", "air-cooled-chiller", "meta-air"])
@pytest.mark.parametrize("objective", OBJECTIVES)
def test_the_choice_is_what_trying_everything_by_hand_gives(name: str, objective: Any) -> None:
    air, load = every(293)
    found = choice(facility(name), air, load)
    weighed = weights(objective, facility(name).control, air)
    best = by_hand(found, weighed)
    mine = weight(weighed, found.best(weighed, FREE))
    assert mine[np.isfinite(best)] == pytest.approx(best[np.isfinite(best)], rel=1e-12)
    assert np.all(mine <= best * (1 + 1e-12))


@pytest.mark.parametrize("share", [0.2, 0.6])
def test_pairs_within_a_cap_are_what_trying_all_of_them_by_hand_gives(share: float) -> None:
    air, load = every(733)
    free = choice(facility("direct-to-chip-adiabatic"), air, load)
    weighed = weights("energy", facility().control, air)
    cap = share * max(sum(side.taken.water for side in free.best(weighed, FREE).values()))
    found = choice(capped(facility("direct-to-chip-adiabatic"), cap), air, load)
    chosen = found.best(weighed, FREE)
    best = by_hand(found, weighed, cap)
    mine = weight(weighed, chosen)
    assert mine[np.isfinite(best)] == pytest.approx(best[np.isfinite(best)], rel=1e-12)
    assert np.all(sum(side.taken.water for side in chosen.values()) <= cap)
    assert np.any(mine > weight(weighed, found.best(weighed, Limits(run=False, water=False))))


@pytest.mark.parametrize("name", PLANTS)
def test_rules_are_the_first_candidate_and_there_are_about_thirty_a_hall(name: str) -> None:
    spec = facility(name)
    found = choice(spec)
    for side in found.sides.values():
        p = side.plant
        by_rules = p.side(side.which, LOAD, p.out, None)
        assert side.rules.water == pytest.approx(by_rules.drawn, rel=1e-12)
        assert side.table.power[0] == pytest.approx(by_rules.cooling, rel=1e-12)
    assert sum(found.candidates) <= 32
    assert sum(found.candidates) > 8 or spec.cooling.loop is None


@pytest.mark.parametrize("name", ["direct-to-chip-dry", "direct-to-chip-adiabatic"])
@pytest.mark.parametrize("objective", OBJECTIVES)
def test_colder_coolant_saves_nothing_where_coolers_stand_alone(name: str, objective: Any) -> None:
    """So that one supply a rise is enough."""
    spec = facility(name)
    found = choice(spec).sides["liquid"]
    weighed = weights(objective, spec.control, PLACE)
    warmest = found.points.at(slice(1, None))
    for colder in (1.0, 4.0):
        points = replace(warmest, supply=warmest.supply - colder)
        for k in range(len(points.supply)):
            other = found.plant.side(0, LOAD, found.plant.out, points.at(k))
            mine = weighed.of(found.table.at(k + 1))
            assert np.all(mine <= (weighed.energy * other.cooling + weighed.water * other.drawn) * (1 + 1e-9))


@pytest.mark.parametrize("name", PLANTS)
@pytest.mark.parametrize("objective", ["energy", "water"])
def test_the_plant_takes_at_chosen_set_points_what_control_counted(name: str, objective: Any) -> None:
    spec = facility(name)
    found = choice(spec)
    chosen = found.best(weights(objective, spec.control, PLACE))
    p = plant(spec, YEAR)
    held = tuple(chosen[side].points if side in chosen else None for side in ("liquid", "air"))
    flows = p.evaluate(LOAD, p.out, (held[0], held[1]))
    assert flows.cooling_liquid + flows.cooling_air == pytest.approx(
        sum(side.taken.power for side in chosen.values()), rel=1e-12
    )
    assert flows.drawn == pytest.approx(sum(side.taken.water for side in chosen.values()), rel=1e-12, abs=1e-15)


@pytest.mark.parametrize("name", PLANTS)
def test_what_is_chosen_keeps_the_limits_of_racks_and_machines(name: str) -> None:
    """Inlet and water class, chip, lift and condenser water of the chillers, flow of the pumps, whole machines."""
    spec = facility(name)
    p = plant(spec, YEAR)
    for which, side in choice(spec).best(ENERGY).items():
        mine = p.plants()[("liquid", "air").index(which)]
        assert mine is not None
        points = side.points
        if mine.loop is None:
            continue
        water = cooling.water_for(mine, points)
        if mine.liquid is not None:
            assert np.all(water <= max(45.0, float(cooling.water_for(mine, rules(mine)))) + 1e-9)
            plate = mine.liquid.plate_approach * (1 + mine.liquid.plate_fouling)
            assert np.all(points.supply + mine.liquid.rise + plate <= mine.liquid.chip_limit + 1e-9)
        else:
            assert np.all(points.supply <= max(27.0, float(rules(mine).supply)) + 1e-9)
        held = side.taken.holds
        lifted = held & (side.taken.mode >= 2)
        if mine.chiller is not None and mine.chiller.model == "curves":
            low, high = mine.chiller.curves.leaving
            assert np.all((water[lifted] >= low - 1e-9) & (water[lifted] <= high + 1e-9))
        slower = float(rules(mine).rise) / points.rise
        assert np.all((LOAD * slower >= mine.loop.least_flow) | (slower >= 1))


def test_water_as_warm_as_the_chillers_curves_reach_is_within_them() -> None:
    """To the last digit, at each rise of the water."""
    spec = facility("air-cooled-chiller")
    side = choice(spec).sides["air"]
    water, edge = cooling.water_for(spec.cooling, side.points), spec.cooling.chiller.curves.leaving[1]  # type: ignore[union-attr]
    at_edge = np.abs(water - edge) < 1e-9
    assert len(np.unique(side.points.rise[at_edge])) == 2
    assert np.all(side.table.holds[at_edge])


def test_control_refuses_what_the_rules_machines_do_not_reach() -> None:
    spec = optimal({"use": "air-cooled-chiller", "air": {"supply": "32 degC", "coil_effectiveness": "95 %"}})
    with pytest.raises(SpecError, match="outside the chiller's curves"):
        control.held(spec, server(), YEAR, LOAD)


def brute(cost: np.ndarray, most: int, free: np.ndarray) -> tuple[int, float]:
    """Fewest changes beyond the limit and least cost over all modes in some hours, the others being in mode 0."""
    sides = cost.ndim - 1
    best = (10**9, np.inf)
    for plan in product(np.ndindex(*cost.shape[1:]), repeat=len(free)):
        modes = np.zeros((sides, len(cost)), dtype=np.int64)
        modes[:, free] = np.transpose(plan)
        total = cost[(np.arange(len(cost)), *modes)].sum()
        forced = sum(int(np.maximum(changes.count(mode) - most, 0).sum()) for mode in modes)
        if np.isfinite(total):
            best = min(best, (forced, float(total)))
    return best


@pytest.mark.parametrize("most", [0, 1, 2, 4])
@pytest.mark.parametrize("seed", range(6))
def test_the_plan_of_modes_is_the_best_there_is(most: int, seed: int) -> None:
    """Against all plans of six hours on both sides of midnight; some modes cannot be run, which forces changes."""
    rng = np.random.default_rng(seed)
    cost, free = np.full((40, 3), np.inf), np.arange(21, 27)
    cost[:, 0] = 0.0
    cost[free] = np.where(rng.uniform(size=(6, 3)) < 0.4, np.inf, rng.uniform(size=(6, 3)))
    cost[free, rng.integers(0, 3, 6)] = rng.uniform(size=6)
    found = changes.plan(cost, most)
    mine = int(np.maximum(changes.count(found) - most, 0).sum()), cost[np.arange(40), found].sum()
    assert mine == pytest.approx(brute(cost, most, free))


@pytest.mark.parametrize("most", [0, 1, 4])
@pytest.mark.parametrize("seed", range(4))
def test_the_plan_of_two_sides_that_share_water_is_the_best_there_is(most: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    one, two, free = np.full((30, 2), np.inf), np.full((30, 2), np.inf), np.arange(22, 26)
    one[:, 0] = two[:, 0] = 0.0
    one[free], two[free] = rng.uniform(size=(2, 4, 2))
    hours = np.array([23, 25])
    both = one[hours][:, :, None] + two[hours][:, None, :] + rng.uniform(size=(2, 2, 2))
    both[:, 1, 1] = np.inf
    cost = one[:, :, None] + two[:, None, :]
    cost[hours] = both
    modes = changes.plan_together(one, two, hours, both, most)
    forced = sum(int(np.maximum(changes.count(mode) - most, 0).sum()) for mode in modes)
    assert (forced, cost[(np.arange(30), *modes)].sum()) == pytest.approx(brute(cost, most, free))


def test_sides_that_share_nothing_are_planned_as_if_alone() -> None:
    rng = np.random.default_rng(3)
    one, two, hours = rng.uniform(size=(24 * 40, 2)), rng.uniform(size=(24 * 40, 4)), np.arange(100, 180, 7)
    both = one[hours][:, :, None] + two[hours][:, None, :]
    together = changes.plan_together(one, two, hours, both, 2)
    for mode, cost in zip(together, (one, two), strict=True):
        alone = changes.plan(cost, 2)
        own = np.arange(len(cost))
        assert cost[own, mode].sum() == pytest.approx(cost[own, alone].sum(), rel=1e-12)


def test_a_plan_of_many_days_obeys_its_limit_and_costs_no_less_than_without() -> None:
    cost = np.random.default_rng(7).uniform(size=(24 * 600 - 5, 4))
    totals = [cost[np.arange(len(cost)), changes.plan(cost, most)].sum() for most in (0, 1, 4, 24)]
    assert totals == sorted(totals, reverse=True)
    assert totals[-1] == pytest.approx(cost.min(axis=1).sum())
    assert all(changes.count(changes.plan(cost, most)).max() <= most for most in (0, 1, 4))


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
        assert worth.limited[objective].changes_forced == 0
        for side in worth.limited[objective].hours.values():
            assert sum(side.values()) == pytest.approx(1.0)
    assert worth.uncapped == {}


def test_forced_changes_are_made_and_counted() -> None:
    """One mode at each hour that holds: outside air that is wetted when it is warm, and no change allowed."""
    spec = facility("meta-air").model_copy(update={"control": Control.model_validate({"mode_changes": 0})})
    worth = control.assess(spec, server(), PLACE, LOAD, 100.0)
    modes = choice(spec).by_rules()["air"].taken.mode
    assert worth.limited["energy"].changes_forced == np.sum(modes[1:] != modes[:-1]) > 0
    assert worth.limited["energy"].changes_forced == worth.rules.changes_forced


def test_along_the_front_water_falls_and_energy_rises() -> None:
    worth = control.assess(facility("direct-to-chip-adiabatic"), server(), PLACE, LOAD, 100.0)
    water, energy = zip(*((case.water, case.cooling) for _, case in worth.front), strict=True)
    assert np.all(np.diff(water) <= 1e-6)
    assert np.all(np.diff(energy) >= -1e-6)
    assert worth.limited["water"].water <= water[-1] + 1e-6
    assert worth.limited["energy"].cooling <= energy[0] + 1e-6


def test_a_cap_on_water_is_kept_in_every_hour_and_costs() -> None:
    spec = facility("direct-to-chip-adiabatic")
    free = choice(spec).best(ENERGY)
    highest = float(max(sum(side.taken.water for side in free.values())))
    last = 0.0
    for share in (1.01, 0.5, 0.2):
        tight = capped(spec, share * highest)
        worth = control.assess(tight, server(), PLACE, LOAD, 100.0)
        chosen = choice(tight).best(ENERGY)
        assert np.all(sum(side.taken.water for side in chosen.values()) <= share * highest * (1 + 1e-12))
        assert worth.limited["energy"].changes_most <= 4 + worth.limited["energy"].changes_forced
        cost = worth.limited["energy"].cooling - worth.uncapped["energy"].cooling
        assert cost >= last * (1 - 1e-9) - 1e-6
        last = cost
        held = control.held(tight.model_copy(update={"control": Control.model_validate({"by": "optimal"})}),
                            server(), YEAR, LOAD)  # fmt: skip
        flows = plant(tight, YEAR).evaluate(LOAD, plant(tight, YEAR).out, held)
        tables = [side.table for side in choice(tight).sides.values()]
        least = sum(np.min(np.where(one.holds, one.water, np.inf), axis=0) for one in tables)
        assert np.all(least[flows.capped] > share * highest)  # only where nothing holds its limits within the cap
        assert flows.capped.mean() < 1e-2
        assert np.all(flows.drawn <= share * highest * (1 + 1e-12))
    assert last > 0


@pytest.mark.parametrize("name", ["direct-to-chip-tower", "chilled-water-tower", "meta-air"])
def test_where_no_pair_is_within_the_cap_both_are_run_as_the_rules_run_them(name: str) -> None:
    """Towers and wetted outside air cannot always do without water: it is rationed, and the hour is short."""
    free = choice(facility(name))
    cap = 0.5 * float(max(sum(side.taken.water for side in free.by_rules().values())))
    tight = capped(facility(name), cap)
    chosen, by_rules = choice(tight).best(ENERGY), choice(tight).by_rules()
    short = ~np.all([side.taken.holds for side in chosen.values()], axis=0)
    assert 0 < short.sum() < 8784
    for side, rule in zip(chosen.values(), by_rules.values(), strict=True):
        assert side.taken.power[short] == pytest.approx(rule.taken.power[short], rel=1e-12)
    p = plant(tight, YEAR)
    held = tuple(chosen[side].points if side in chosen else None for side in ("liquid", "air"))
    flows = p.evaluate(LOAD, p.out, (held[0], held[1]))
    assert np.all(flows.drawn <= cap * (1 + 1e-12))
    assert flows.drawn == pytest.approx(sum(side.taken.water for side in chosen.values()), rel=1e-9, abs=1e-12)
    assert np.array_equal(flows.short > 0, short)


@pytest.mark.parametrize("name", PLANTS)
@pytest.mark.parametrize("minimise", ["energy", "water"])
def test_load_rises_with_it_at_held_set_points(name: str, minimise: str) -> None:
    """Else the served power would not give the IT power back."""
    spec = optimal(name, minimise=minimise)
    p = plant(spec, YEAR)
    held = control.held(spec, server(), YEAR, LOAD)
    loads = [p.evaluate(it * LOAD, p.out, held).load for it in np.linspace(0.0, 1.0, 41)]
    assert np.all(np.diff(loads, axis=0) > 0)


def test_held_machines_are_whole_those_that_the_load_needs_and_stay_on_below_it() -> None:
    spec = optimal("air-cooled-chiller")
    p = plant(spec, YEAR)
    _, air = control.held(spec, server(), YEAR, LOAD)
    assert air is not None
    assert np.all(air.machines == np.round(air.machines))
    assert len(np.unique(air.machines)) > 1
    few = p.side(1, LOAD, p.out, replace(air, machines=np.zeros_like(LOAD)))
    assert p.side(1, LOAD, p.out, air).cooling == pytest.approx(few.cooling, rel=1e-12)
    assert np.all(p.side(1, LOAD, p.out, None).cooling >= few.cooling)


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
    base, other = change(1, "chilled-water-tower", 36.0, fans=0.7)  # hotter than the reset holds
    assert np.all(other.rejection_fans < base.rejection_fans)
    assert np.all(other.chiller > base.chiller)


def test_colder_coolant_costs_fans_and_a_smaller_rise_pumps() -> None:
    base, colder = change(0, "direct-to-chip-dry", 20.0, supply=34.0)
    assert np.all(colder.rejection_fans > base.rejection_fans)
    base, slower = change(0, "direct-to-chip-dry", 20.0, rise=5.0)
    head = [0.4 + 0.6 * (0.9 * faster) ** 1.75 for faster in (1.0, 1.5)]  # coolant pumps' heat moves it by a thousandth
    assert slower.pumps == pytest.approx(1.5 * head[1] / head[0] * base.pumps, rel=2e-3)


def test_slower_water_needs_colder_water_and_less_so_in_the_rules_exchanger() -> None:
    spec = facility("direct-to-chip-dry").cooling
    assert spec.loop is not None
    rises = spec.loop.rise * np.array([0.5, 1.0, 2.0, 3.0])
    base = rules(spec)
    found = cooling.water_for(spec, Setpoints(*(np.broadcast_to(getattr(base, f.name), 4) for f in fields(base))))
    assert np.all(np.diff(cooling.water_for(spec, replace(base, rise=rises))) < 0)
    assert cooling.water_for(spec, replace(base, rise=rises))[1] == pytest.approx(found[1], abs=1e-12)


def test_chip_class_and_inlet_bound_what_is_chosen() -> None:
    spec = facility("direct-to-chip-tower")
    sides = choice(spec).sides
    coolant = spec.cooling.liquid
    assert coolant is not None
    assert sides["liquid"].points.supply.max() <= coolant.chip_limit - coolant.rise - coolant.plate_approach
    assert sides["air"].points.supply.max() <= 27.0 + 1e-9
    tight = facility({"use": "direct-to-chip-tower", "liquid": {"chip_limit": 79.0, "plate_fouling": "10 %"}})
    coolant = tight.cooling.liquid
    assert coolant is not None
    most = 79.0 - coolant.rise - 1.1 * coolant.plate_approach
    assert choice(tight).sides["liquid"].points.supply.max() <= most + 1e-9


def test_fans_that_hold_an_approach_take_more_and_free_fans_take_as_before() -> None:
    """Towers' water is then as cold as the wet bulb and the approach, or as cold as fans get it."""
    plain = plant(facility("direct-to-chip-tower"), YEAR)
    near = plant(facility({"use": "direct-to-chip-tower", "rejection": {"fan_approach": "5.56 K"}}), YEAR)
    loose = plant(facility({"use": "direct-to-chip-tower", "rejection": {"fan_approach": "80 K"}}), YEAR)
    fans = [p.side(0, LOAD, p.out, None).rejection_fans for p in (plain, loose, near)]
    assert fans[1] == pytest.approx(fans[0], rel=1e-12)
    assert np.all(fans[2] >= fans[0] - 1e-12)
    assert fans[2].sum() > 2 * fans[0].sum()
    chosen = Choice(near, near.facility.control, LOAD).best(ENERGY)["liquid"].taken.power
    assert chosen.sum() == pytest.approx(
        choice(facility("direct-to-chip-tower")).best(ENERGY)["liquid"].taken.power.sum()
    )


def test_no_change_is_forced_for_what_two_sides_share() -> None:
    """However dear it is to stay in the pair of modes that an hour before was the cheapest."""
    rng = np.random.default_rng(5)
    one, two = rng.uniform(size=(2, 30, 2))
    hours, both = np.array([23, 25]), np.full((2, 2, 2), 1e4)
    both[0, 0, 0] = both[1, 1, 1] = 0.0
    for mode in changes.plan_together(one, two, hours, both, 0):
        assert changes.count(mode).sum() == 0


def test_modes_by_hand() -> None:
    """Chillers for none, a part or all of the heat; without them, water taken or not."""
    lifted, makeup = np.array([0.0, 0.0, 0.3, 1.0]), np.array([0.0, 2.0, 2.0, 2.0])
    found = Taken.of(sides.side(lifted, lifted=lifted, makeup=makeup, excess=np.array([0.0, 0.0, 0.0, 1.0])))
    assert [MODES[mode] for mode in found.mode] == ["free-dry", "free-wet", "mixed", "chiller"]
    assert found.holds.tolist() == [True, True, True, False]


def test_what_objectives_weigh_by_hand() -> None:
    """Water alone leaves energy to break ties; what costs nothing, or less, still weighs a little."""
    place = SimpleNamespace(
        dry_bulb=np.zeros(3), price=np.array([50.0, 0.0, -20.0]), carbon=np.array([400.0, 0.0, 1.0])
    )
    spec = Control.model_validate({"water_price": "2 USD/m3"})
    found = {name: weights(name, spec, place) for name in OBJECTIVES}
    assert {name: one.water for name, one in found.items()} == {"energy": 0, "water": 1, "money": 2, "carbon": 0}
    assert found["energy"].energy.tolist() == [1, 1, 1]
    assert found["money"].energy.tolist() == [50, 0.001, 0.001]
    assert found["carbon"].energy.tolist() == [400, 0.001, 1]
    assert 0 < found["water"].energy.max() < 1e-3


@pytest.mark.parametrize("name", PLANTS)
def test_pads_are_a_choice_where_there_are_pads(name: str) -> None:
    built = plant(facility(name), YEAR)
    for one in filter(None, built.plants()):
        wet = control.candidates.candidates(one, Control.model_validate({})).wet_above[1:]
        pads = one.rejection is not None and one.rejection.kind == "adiabatic"
        assert (len(set(wet.tolist())) > 1) == pads, one
        assert np.any(wet == -np.inf) == pads


# --- what the racks allow, and the rule that is held against


@pytest.mark.parametrize(
    ("name", "warmest"), [("direct-to-chip-adiabatic", 45.0), ("immersion-1p", 45.0), ("immersion-2p", 50.0)]
)
def test_control_supplies_no_warmer_than_the_racks_allow(name: str, warmest: float) -> None:
    place, load = every(7)
    liquid, _ = control.held(optimal(name), server(), place, load)
    assert liquid is not None
    assert liquid.supply.max() == warmest


def test_design_days_tell_of_the_warmest_coolant_that_is_held() -> None:
    """By rules the set-point of 40 C; by control 45 C, whose chips are 10 + 25 K above it."""
    large = {"use": "direct-to-chip-adiabatic", "rejection": {"margin": 1.5}}
    for spec, coolant in ((facility(large), 40.0), (optimal(large), 45.0)):
        for day in design.judge(spec, server(), PLACE, 1.0, 1.2, {}).days:
            assert dict(day.chain)["coolant entering"] == pytest.approx(coolant)
            assert dict(day.chain)["chip case"] == pytest.approx(coolant + 35.0)


def test_the_second_baseline_wets_all_pads_in_warm_air() -> None:
    place, load = every(7)
    cooling = {"use": "direct-to-chip-adiabatic"}
    needed = control.assess(facility(cooling), server(), place, load, 100.0)
    warm = {"rejection": {"wetting": "warm"}}
    oracle = control.assess(facility({**cooling, **warm, "air_plant": warm}), server(), place, load, 100.0)
    assert needed.warm is not None
    assert oracle.warm is None
    assert (needed.warm.cooling, needed.warm.water) == pytest.approx((oracle.rules.cooling, oracle.rules.water))
    assert needed.warm.cooling < needed.rules.cooling
    assert needed.warm.water > needed.rules.water
