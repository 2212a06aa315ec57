"""Renewal: limits, conservation, and answers found in another way."""

from __future__ import annotations

import itertools
import pickle
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from any_deal import deals
from finance_deals import BN, changed, deal
from gigacampus.campus import catalog
from gigacampus.campus.spec.deal import Deal, Outlook, Process
from gigacampus.engines.finance import run
from gigacampus.engines.renewal import READINGS, SPEEDS, Renewal, chance, choice, foreseen, market, renewal
from gigacampus.engines.renewal.proceeds import Structure
from gigacampus.engines.renewal.terms import Terms

HYPE = [(0, 1.15), (1, 0.95), (2, 0.70), (4, 0.40), (6, 0.42), (8, 0.50), (12, 0.70), (16, 0.85), (20, 0.95)]
COLLAPSE = [(0, 1.0), (1, 0.60), (2, 0.35), (4, 0.20), (6, 0.18), (8, 0.18), (12, 0.20), (16, 0.22), (20, 0.25)]
PROCESS: dict[str, Any] = {"mean_reversion": 0.05, "volatility": 0.18, "jump_rate": 0.06, "jump_mean": -0.70,
                           "jump_sd": 0.25, "start_sd": 0.25, "compensated": False}  # fmt: skip


def path(points: list[tuple[float, float]], speed: float) -> dict[str, Any]:
    return {"mean_reversion": speed, "index": [{"after": t, "level": h} for t, h in points]}


def outlook(**fields: Any) -> dict[str, Any]:
    """The outlook of the reference case, with some of its fields changed."""
    scenarios = {"flat": path([(0, 1.0)], 0.08), "hype": path(HYPE, 0.08), "collapse": path(COLLAPSE, 0.02)}
    return {
        "lease": "campus", "guarantee": "residual value", "life": 30.0, "discount": 0.08, "growth": 0.01, "void": 1.0,
        "tenant_discount": 0.055, "moving_cost": 3e9, "scenarios": scenarios, "process": PROCESS,
    } | fields  # fmt: skip


HYPERION = deal("hyperion_b")
STATEMENT = run(HYPERION)


def found(spec: Deal = HYPERION, **fields: Any) -> Renewal:
    """The renewal of a deal with the reference outlook, some of its fields changed."""
    whole = changed(spec, outlook=outlook(**fields))
    done = renewal(whole, STATEMENT if spec is HYPERION else run(whole))
    assert done is not None
    return done


def terms(**fields: Any) -> Terms:
    return Terms(HYPERION, Outlook.model_validate(outlook(**fields)), STATEMENT)


def one(points: list[tuple[float, float]], speed: float, **fields: Any) -> Any:
    return found(scenarios={"it": path(points, speed)}, process=None, **fields).scenarios["it"]


@pytest.fixture(scope="module")
def base() -> Renewal:
    return found()


# --- limits


def test_a_gap_that_closes_at_once_is_worth_the_normal_value(base: Renewal) -> None:
    fast = one(HYPE, 5.0)
    assert fast.value == pytest.approx(base.normal, rel=1e-3)
    assert not fast.shortfall.any()


def test_a_gap_that_never_closes_takes_its_part_of_the_value(base: Renewal) -> None:
    assert one(COLLAPSE, 0.0).value == pytest.approx(np.interp(base.years, *zip(*COLLAPSE, strict=True)) * base.normal)


def test_the_speed_does_not_matter_in_a_normal_market(base: Renewal) -> None:
    assert one([(0, 1.0)], 0.0).value == pytest.approx(base.normal)


def test_a_tenant_that_cannot_afford_to_move_stays() -> None:
    stuck = found(moving_cost=1e13)
    assert all(outcome.choice.exit == 4 for outcome in stuck.scenarios.values())
    assert stuck.paths is not None
    assert stuck.paths.early == 0


def test_without_a_guarantee_leaving_costs_the_move(base: Renewal) -> None:
    bare = found(guarantee=None)
    for name, outcome in bare.scenarios.items():
        assert outcome.choice.leave.tolist() == [3e9] * 4 + [0.0]
        assert not outcome.shortfall.any()
        unguaranteed = base.scenarios[name].losses_unguaranteed
        for reading in READINGS:
            assert outcome.losses[reading].lent == pytest.approx(unguaranteed[reading].lent)
    assert bare.paths is not None
    assert bare.paths.exits.tolist() == bare.paths.exits_unguaranteed.tolist()


def test_a_guarantor_that_is_not_the_tenant_bears_the_guarantee_alone() -> None:
    guarantee = HYPERION.guarantees["residual value"].model_dump() | {"guarantor": "Arrangers"}
    other = found(changed(HYPERION, guarantees={"residual value": guarantee}))
    assert other.scenarios["hype"].shortfall[4] > 1e9
    assert other.scenarios["hype"].choice.leave[0] == 3e9


def test_a_campus_at_its_end_or_without_rent_is_worth_nothing() -> None:
    assert one([(0, 1.0)], 0.1, life=20.0).value[-1] == 0
    assert not one([(0, 1.0)], 0.1, void=30.0).value.any()


# --- what moves which way


@pytest.mark.parametrize("reading", READINGS)
def test_a_deeper_fall_costs_more(reading: str) -> None:
    depths = [one([(0, 1.0), (4, level)], 0.05) for level in (0.9, 0.6, 0.3, 0.0)]
    for before, after in itertools.pairwise(depths):
        assert after.value[4] < before.value[4]
        assert after.shortfall[4] >= before.shortfall[4]
        for lost in ("losses", "losses_unguaranteed"):
            assert getattr(after, lost)[reading].lent[4] >= getattr(before, lost)[reading].lent[4]


def test_what_lasts_longer_costs_more(base: Renewal) -> None:
    assert base.sweep.mean_reversion.tolist() == list(SPEEDS)
    for shortfall in base.sweep.shortfall.values():
        assert np.all(np.diff(shortfall, axis=0) <= 1e-3)
    assert base.sweep.paths_shortfall is not None
    assert np.all(np.diff(base.sweep.paths_shortfall[:, 0, 0]) <= 0)


def test_the_sweep_passes_through_the_base(base: Renewal) -> None:
    at = SPEEDS.index(0.05)
    assert base.sweep.exits is not None
    assert base.paths is not None
    assert base.sweep.exits[at].tolist() == base.paths.exits.tolist()
    assert one(HYPE, 0.05).shortfall[4] == base.sweep.shortfall["hype"][at, 0]


# --- conservation


def test_what_the_parties_lose_is_what_is_lost(base: Renewal) -> None:
    for outcome in base.scenarios.values():
        for losses in (*outcome.losses.values(), *outcome.losses_unguaranteed.values()):
            assert losses.total == pytest.approx(base.normal - outcome.value, abs=1.0)
            assert losses.lent.min() >= -1e-3


def test_on_the_paths_too(base: Renewal) -> None:
    assert base.paths is not None
    totals = [
        float(losses.total[0])
        for found_by in (base.paths.losses, base.paths.losses_unguaranteed)
        for losses in found_by.values()
    ]
    assert totals[0] == pytest.approx(totals[1])
    assert totals[2] == pytest.approx(totals[3])
    assert base.paths.exits.sum() == pytest.approx(1)


SHARES = st.floats(0.05, 0.95)
AMOUNTS = st.floats(0, 1e10)


@settings(max_examples=60)
@given(SHARES, SHARES, st.lists(AMOUNTS, min_size=4, max_size=4), AMOUNTS, AMOUNTS, AMOUNTS, st.booleans())
def test_every_dollar_of_the_proceeds_is_paid_once(
    a: float, b: float, owed: list[float], value: float, normal: float, guarantee: float, above: bool
) -> None:
    spec = _tower(a, b)
    loans = dict(zip(spec.loans, owed, strict=True))
    balances = {name: np.array([amount]) for name, amount in loans.items()}
    holders = {name: {f"Bank {name}": 0.25, "Fund": 0.75} for name in loans}
    structure = Structure(spec, "Box", "Holding" if above else "Box", holders)
    shapes = [np.array([x]) for x in (value, guarantee, normal)]
    lent = {}
    for first in (False, True):
        paid = structure.pay(shapes[0], shapes[1], balances, first)
        given_out = [float(amount[0]) for amount in (*paid.lenders.values(), *paid.owners.values())]
        assert sum(given_out) == pytest.approx(value + guarantee, abs=1e-3)
        assert min(given_out) >= -1e-3
        lost = structure.losses(shapes[0], shapes[2], shapes[1], balances, first)
        then = structure.pay(shapes[2], 0 * shapes[1], balances, first).lenders
        short = sum(owed) - sum(float(amount[0]) for amount in then.values())
        assert float(lost.total[0]) == pytest.approx(normal - value + short, abs=1e-2)
        assert float(lost.landlord[0]) == pytest.approx(normal - value - guarantee, abs=1e-3)
        lent[first] = float(lost.lent[0])
    if not above:
        assert lent[True] <= lent[False] + 1e-3
        assert lent[True] == pytest.approx(max(0.0, sum(owed) - value - guarantee), abs=1e-2)


def _tower(a: float, b: float) -> Deal:
    """A vehicle that borrows twice, two owners that borrow once each, and a party that owns through both."""
    loan = {"amount": 1.0, "rest": "Fund", "interest_only_until": "2027-01-31", "final": "2030-01-31", "coupon": 0.05}
    borrowers = {"senior": ("Box", 1), "junior": ("Box", 2), "third": ("Left", 1), "fourth": ("Holding", 1)}
    return Deal.model_validate({
        "close": "2026-01-31",
        "entities": {"Fund": {}, "One": {}, "Two": {}, "Left": {"owners": {"One": 1.0}},
                     "Holding": {"owners": {"One": b, "Two": 1 - b}}, "Box": {"owners": {"Left": a, "Holding": 1 - a}}},
        "loans": {name: {**loan, "borrower": who, "rank": rank} for name, (who, rank) in borrowers.items()},
    })  # fmt: skip


@pytest.mark.parametrize("lenders_first", [False, True])
def test_of_two_loans_the_senior_is_paid_first(lenders_first: bool) -> None:
    structure = Structure(_tower(0.6, 0.3), "Box", "Box", {"senior": {"A": 1.0}, "junior": {"B": 1.0},
                                                           "third": {"C": 1.0}, "fourth": {"D": 1.0}})  # fmt: skip
    balances = {name: np.array([owed]) for name, owed in zip(structure.loans, (60.0, 80.0, 5.0, 5.0), strict=True)}
    paid = structure.pay(np.array([70.0]), np.array([30.0]), balances, lenders_first).lenders
    assert {name: float(amount[0]) for name, amount in paid.items()} == {"A": 60.0, "B": 40.0, "C": 0.0, "D": 0.0}


def test_the_guarantee_goes_to_its_beneficiary_or_where_lenders_come_first_to_the_landlord() -> None:
    """100 of guarantee, nothing sold, nobody owed: Holding's owners have 30 and 70 %, Box's 60, and 40 by Holding."""
    structure = Structure(_tower(0.6, 0.3), "Box", "Holding", {name: {"Bank": 1.0} for name in _tower(0.6, 0.3).loans})
    balances = dict.fromkeys(structure.loans, np.zeros(1))
    paid = {first: structure.pay(np.zeros(1), np.array([100.0]), balances, first).owners for first in (False, True)}
    assert {who: float(amount[0]) for who, amount in paid[False].items()} == pytest.approx({"One": 30, "Two": 70})
    assert {who: float(amount[0]) for who, amount in paid[True].items()} == pytest.approx({"One": 72, "Two": 28})


def test_shares_are_looked_through() -> None:
    structure = Structure(_tower(0.6, 0.3), "Box", "Box", {})
    assert structure.share("One", "Box") == pytest.approx(0.6 + 0.4 * 0.3)
    assert structure.share("Two", "Box") == pytest.approx(0.4 * 0.7)
    assert structure.share("Fund", "Box") == 0
    assert terms().net == pytest.approx(0.8)


# --- the choice, found in other ways


@pytest.mark.parametrize("name", ["flat", "hype", "collapse"])
@pytest.mark.parametrize("moving", [0.0, 3e9, 10e9])
def test_the_choice_is_the_best_of_all_that_there_are(name: str, moving: float) -> None:
    """Every path of stay and leave, costed from the start by itself."""
    those = terms(moving_cost=moving)
    scenario, rate = those.outlook.scenarios[name], 1.055
    outcome = foreseen.outcome(those, scenario, np.zeros(len(those.years)))
    rent, base = STATEMENT.lease_years["campus"]["rent"], STATEMENT.rows["campus.base"]
    totals = {}
    for leaves_at in (4, 8, 12, 16, 20):
        total = 0.0
        for year in range(5, leaves_at + 1):
            level = float(foreseen.index(scenario, np.array([year]))[0])
            total += 0.8 * (rent[year - 1] - base * 1.01**year * level) / rate ** (year - 4)
        leave = outcome.shortfall[leaves_at] + (moving if leaves_at < 20 else 0.0)
        totals[leaves_at] = total + leave / rate ** (leaves_at - 4)
    best = min(totals, key=lambda year: (totals[year], -year))
    assert those.term_ends[outcome.choice.exit] == best
    assert min(outcome.choice.stay[0], outcome.choice.leave[0]) == pytest.approx(totals[best])


def _by_regression(those: Terms, process: Process, count: int, seed: int) -> tuple[float, float]:
    """Longstaff and Schwartz: cost at the first end of a term, and share that leaves there. An oracle."""
    x = market.simulate(process, market.Draws.of(process.jump_rate, those.term_ends, count, seed))
    found = chance.Market(those, process)
    leave = those.leave(found.worth(x)[1])
    cost = leave[-1].copy()
    for i in range(len(x) - 2, -1, -1):
        running = np.zeros(count)
        for end, length, rent in zip(*those.contract(*those.term_ends[i : i + 2]), strict=True):
            level = np.exp(
                x[i] * np.exp(-process.mean_reversion * end)
                + market.cumulant(process, 1.0, float(end)).real
            )  # fmt: skip
            normal = found.normal.rent * length * (1 + found.normal.growth) ** (those.term_ends[i] + end)
            running += those.net * (rent - normal * level) / (1 + those.outlook.tenant_discount) ** end
        later = cost * those.discount(i)
        shape = np.polynomial.chebyshev.chebvander(np.tanh(x[i]), 7)
        stay = running + shape @ np.linalg.lstsq(shape, later, rcond=None)[0]
        leaves = leave[i] < stay
        cost = np.where(leaves, leave[i], running + later)
    return float(cost.mean()), float(leaves.mean())


@pytest.mark.parametrize("moving", [3e9, 10e9])
def test_the_grid_agrees_with_least_squares_on_paths(moving: float) -> None:
    count, process = 40_000, Process.model_validate(PROCESS)
    those = terms(moving_cost=moving)
    cost, share = _by_regression(those, process, count, seed=5)
    x = market.simulate(process, market.Draws.of(process.jump_rate, those.term_ends, count, 5))
    solver = chance.Market(those, process)
    stay, leave = (market.between(solver.grid, values[0], x[0]) for values in solver.costs(True))
    cheaper = np.minimum(stay, leave)
    assert float((leave < stay).mean()) == pytest.approx(share, abs=0.012)
    assert float(cheaper.mean()) == pytest.approx(cost, abs=5 * float(cheaper.std()) / np.sqrt(count))


@pytest.mark.parametrize("use", ["powered-shell-rent", "stress", "gpu-hour", "fibre-2000-raw"])
def test_a_finer_grid_changes_nothing_that_shows(use: str) -> None:
    process, those = Process.model_validate({"use": use, "growth": 0.01, "start_sd": 0.25}), terms()
    x = market.simulate(process, market.Draws.of(process.jump_rate, those.term_ends, 4000, 1))
    coarse, fine = (chance.Market(those, process, count) for count in (301, 1201))
    for i in range(4):
        a, b = (market.between(m.grid, m.costs(True)[0][i], x[i]) for m in (coarse, fine))
        assert np.mean(np.abs(a - b)) < 5e-4 * np.mean(np.abs(b))
    shares = [np.bincount(m.exits(x, True), minlength=5) / 4000 for m in (coarse, fine)]
    assert shares[0] == pytest.approx(shares[1], abs=3e-3)


# --- the market by chance


@pytest.mark.parametrize("name", catalog.names("market_analogues"))
def test_paths_and_transitions_follow_the_law(name: str) -> None:
    process = Process.model_validate({"use": name})
    drawn = market.Draws.of(process.jump_rate, np.array([3.0, 4.0, 8.0]), 40_000, 2)
    x, error = market.simulate(process, drawn)[-1], market.sd(process, 8.0) / 200
    assert float(x.mean()) == pytest.approx(0.0, abs=5 * error)
    assert float(x.std()) == pytest.approx(market.sd(process, 8.0), rel=0.06)
    grid = market.grid(process, 8.0)
    moved = market.transition(process, grid, 8.0)
    assert moved.sum(axis=1) == pytest.approx(np.ones(len(grid)), abs=1e-9)
    middle = len(grid) // 2
    assert float(moved[middle] @ grid) == pytest.approx(0.0, abs=5e-3)
    assert float(moved[middle] @ grid**2) ** 0.5 == pytest.approx(market.sd(process, 8.0), rel=2e-3)
    expected = float(market.expected(process, np.array([0.0]), 8.0)[0])
    assert float(moved[middle] @ np.exp(grid)) == pytest.approx(expected, rel=2e-5)


def test_without_slumps_it_is_ornstein_and_uhlenbeck() -> None:
    process = Process.model_validate(PROCESS | {"jump_rate": 0.0})
    variance = 0.18**2 * (1 - np.exp(-2 * 0.05 * 4)) / (2 * 0.05)
    assert market.sd(process, 4.0) ** 2 == pytest.approx(variance)
    level = np.exp(-0.5 * np.exp(-0.05 * 4) + variance / 2)
    assert float(market.expected(process, np.array([-0.5]), 4.0)[0]) == pytest.approx(level)


def test_without_compensation_normal_sits_30_percent_too_low() -> None:
    shell = Process.model_validate({"use": "powered-shell-rent", "compensated": False})
    whole = shell.model_copy(update={"compensated": True})
    medians = [
        float(np.median(market.simulate(p, market.Draws.of(p.jump_rate, np.array([40.0]), 40_000, 3))))
        for p in (shell, whole)
    ]
    assert medians[0] - medians[1] == pytest.approx(shell.jump_rate * shell.jump_mean / shell.mean_reversion, abs=0.01)
    assert np.exp(medians[0] - medians[1]) == pytest.approx(0.70, abs=0.01)
    assert market.sd(whole, 40.0) == pytest.approx(0.40, abs=0.005)


def test_a_tenant_that_is_indifferent_stays() -> None:
    stay, leave = (
        np.array([[5.0, 5.0, 5.0], [1.0, 1.0, 2.0], [0.0, 0.0, 0.0]]),
        np.array([[5.0, 6, 5], [1, 2, 1], [0] * 3]),
    )
    assert choice.first(stay, leave).tolist() == [2, 2, 1]


def test_statistics_are_the_mean_and_the_high_percentiles() -> None:
    assert chance.statistics(np.arange(101.0)).tolist() == [50.0, 95.0, 99.0]


def test_a_seed_decides_everything_and_paths_are_common() -> None:
    one_run, again, other = (found(paths=2000, seed=seed).paths for seed in (7, 7, 8))
    assert one_run is not None
    assert again is not None
    assert other is not None
    assert pickle.dumps(one_run) == pickle.dumps(again)
    assert one_run.exits.tolist() != other.exits.tolist()
    mean, error = one_run.shortfall[0, 0], one_run.shortfall_error[0]
    assert mean == pytest.approx(other.shortfall[0, 0], abs=5 * error)
    dearer = found(paths=2000, seed=7, moving_cost=4e9).paths
    assert dearer is not None
    assert dearer.shortfall.tolist() == one_run.shortfall.tolist()  # the same market
    assert dearer.early < one_run.early


# --- deals of other shapes


SHORT = {"lease": "campus lease", "guarantee": "floor", "life": 25.0, "moving_cost": 1e8,
         "scenarios": {"slump": path([(0, 1.0), (9, 0.3)], 0.1)}}  # fmt: skip


def test_one_option_two_tranches_and_a_guarantee_that_ends_before_the_debt() -> None:
    done = found(deal("sixty_forty"), **SHORT)
    assert done.years[done.ends].tolist() == [10, 15]
    assert done.debt[-1] == 0  # the notes end before the last option
    assert done.years[done.tail].tolist() == [10, 11, 12]  # to the notes' end, in the thirteenth year
    losses = done.scenarios["slump"].losses["by share"]
    assert set(losses.lenders) == {"Bank", "Insurer"}
    assert set(losses.owners) == {"North Fund", "South Fund"}
    assert losses.total == pytest.approx(done.normal - done.scenarios["slump"].value, abs=1.0)
    north, south = losses.owners["North Fund"], losses.owners["South Fund"]
    assert 4 * north == pytest.approx(6 * south)


def test_a_guarantee_by_table_with_a_cap_and_no_option() -> None:
    spec = deal("sixty_forty")
    table = [{"after": 0.0, "amount": 9e8}, {"after": 8.0, "amount": 5e8}]
    floor = {"guarantor": "Tenant", "beneficiary": "Bank", "start": "campus lease.start", "table": table, "cap": 4e8,
             "until": {"event": "campus lease.start", "plus": 180}}  # fmt: skip
    lease = spec.leases["campus lease"].model_dump() | {"options": [], "term": 12.5}
    done = found(changed(spec, guarantees={"floor": floor}, leases={"campus lease": lease}), **SHORT)
    assert done.years[done.ends].tolist() == [12.5]
    assert done.threshold.tolist() == [9e8] * 8 + [5e8] * (len(done.years) - 8)
    slump = done.scenarios["slump"]
    assert slump.shortfall == pytest.approx(np.clip(done.threshold - slump.value, 0, 4e8))
    assert slump.losses["by share"].owners["Bank"][-1] == -slump.shortfall[-1]  # it is paid, and owed nothing
    assert slump.losses["lenders first"].owners.get("Bank", np.zeros(1))[-1] == 0
    assert slump.choice.exit == 0
    assert slump.choice.leave == pytest.approx([slump.shortfall[-1]])  # the move comes whatever it does


@settings(max_examples=15, deadline=None)
@given(deals(), st.floats(0, 2), st.floats(0, 3), st.sampled_from(["Owner", "Tenant", "Partner"]), st.booleans())
def test_any_deal_has_a_renewal(spec: Deal, level: float, speed: float, guarantor: str, guaranteed: bool) -> None:
    if not spec.leases:
        return
    name, lease = next(iter(spec.leases.items()))
    table = [{"after": 0.0, "amount": 5e8}, {"after": 3.5, "amount": 2e8}]
    guarantee = {"guarantor": guarantor, "beneficiary": "Holding", "start": f"{name}.start", "table": table,
                 "until": {"event": f"{name}.end", "plus": -6}}  # fmt: skip
    leases = {key: x.model_dump() | {"options": [1.5, 2.0]} for key, x in spec.leases.items()}
    those = outlook(
        lease=name, guarantee="value" if guaranteed else None, life=lease.term + 10.25, void=0.75, paths=100,
        scenarios={"fall": path([(0, 1.0), (lease.term, level)], speed)}, process="stress",
    )  # fmt: skip
    whole = changed(spec, guarantees={"value": guarantee} if guaranteed else {}, leases=leases, outlook=those)
    done = renewal(whole, run(whole))
    assert done is not None
    assert done.paths is not None
    assert done.paths.exits.sum() == pytest.approx(1)
    fall = done.scenarios["fall"]
    for losses in (*fall.losses.values(), *fall.losses_unguaranteed.values()):
        assert np.all(np.isfinite(losses.total))
        assert losses.lent.min() >= -1e-3
        assert np.all(losses.total >= done.normal - fall.value - 1e-2)  # lenders may lose in a normal market too
        assert np.all(losses.total <= done.normal - fall.value + done.debt + 1e-2)


def test_a_deal_without_an_outlook_has_no_renewal() -> None:
    assert renewal(HYPERION, STATEMENT) is None


def test_terms_of_any_length_add_up() -> None:
    lease = HYPERION.leases["campus"].model_dump() | {"options": [2.5, 0.75]}
    whole = Terms(changed(HYPERION, leases={"campus": lease}, outlook=outlook()), terms().outlook, STATEMENT)
    assert whole.term_ends.tolist() == [4.0, 6.5, 7.25]
    assert whole.years[whole.ends].tolist() == [4.0, 6.5, 7.25]
    ends, lengths, rent = whole.contract(4.0, 6.5)
    assert ends.tolist() == [1.0, 2.0, 2.5]
    assert lengths.sum() == 2.5
    yearly = STATEMENT.lease_years["campus"]["rent"]
    assert rent.sum() == pytest.approx(yearly[4] + yearly[5] + yearly[6] / 2)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"lease": "campsu"}, "did you mean 'campus'"),
        ({"guarantee": "residual"}, "no guarantee of this name"),
        ({"life": 12.0}, "ends before the lease's last option"),
        ({"scenarios": {"x": path([(4, 1.0), (0, 0.5)], 0.1)}}, "must rise"),
        ({"process": "fibre"}, "market_analogues have no 'fibre'"),
        ({"process": {"use": "stress", "volatility": 0.0}}, "at least 1 %"),
        ({"process": {"mean_reversion": 0.1}}, "Field required"),
    ],
)
def test_what_does_not_fit_is_said(change: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        changed(HYPERION, outlook=outlook(**change))


def test_billions_are_billions(base: Renewal) -> None:
    assert base.scenarios["collapse"].value[4] / BN == pytest.approx(11.873, abs=1e-3)


# --- by hand


@pytest.mark.parametrize("compensated", [True, False])
def test_the_grid_reaches_eight_deviations_beyond_normal_and_beyond_the_mean_of_slumps(compensated: bool) -> None:
    """Without compensation the mean falls to lambda E[J] (1 - e^(-kappa T)) / kappa."""
    k, years = 0.05, 30.0
    given = Process.model_validate(PROCESS | {"jump_rate": 0.5, "compensated": compensated})
    mean = 0.0 if compensated else 0.5 * -0.70 * (1 - np.exp(-k * years)) / k
    variance = (0.18**2 + 0.5 * (0.70**2 + 0.25**2)) * (1 - np.exp(-2 * k * years)) / (2 * k) + 0.25**2
    x = market.grid(given, years)
    assert x[0] == pytest.approx(mean - 8 * variance**0.5)
    assert x[-1] == pytest.approx(8 * variance**0.5)
    assert np.diff(x) == pytest.approx(x[1] - x[0])


def test_rent_above_the_markets_over_a_term_of_a_year_and_a_half_by_hand() -> None:
    """A term of 1.5 years after one of 2: a contract of 100 and then 55 against a still market of 80 a year."""
    calm = {"volatility": 0.0, "jump_rate": 0.0, "mean_reversion": 0.0}
    still = Process.model_validate(PROCESS).model_copy(update=calm)
    held = chance.Market.__new__(chance.Market)
    held.grid, held.process, held.normal = np.log([0.5, 1.0, 2.0]), still, market.Normal(80.0, 0.02, 0.08, 30.0, 1.0)
    held.terms = SimpleNamespace(
        term_ends=np.array([2.0, 3.5]), outlook=SimpleNamespace(tenant_discount=0.06), net=0.75,
        contract=lambda first, last: (np.array([1.0, 1.5]), np.array([1.0, 0.5]), np.array([100.0, 55.0])),
    )  # type: ignore[assignment]  # fmt: skip
    market_rent = np.exp(held.grid)[:, None] * 80 * np.array([1.02**3, 0.5 * 1.02**3.5])
    expected = 0.75 * ((np.array([100.0, 55.0]) - market_rent) / 1.06 ** np.array([1.0, 1.5])).sum(axis=1)
    assert held._running(0) == pytest.approx(expected)
