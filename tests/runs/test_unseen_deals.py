"""Deals written from the documentation alone, held against arithmetic that shares no code with the model."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import numpy as np
import pytest

from gigacampus.engines.finance import FinanceResult
from gigacampus.errors import CampusError
from gigacampus.runs import inputs
from gigacampus.runs.pipeline import Run

DEALS = Path(__file__).parents[1] / "deals"
ALONE = ("unseen_jv", "unseen_jv_escalator", "unseen_mini_perm", "unseen_colocation")


@lru_cache
def of(name: str) -> FinanceResult:
    found: FinanceResult = Run(inputs.read_spec(DEALS / f"{name}.yaml")).finance
    return found


def changed(name: str, tmp_path: Path, *replace: tuple[str, str]) -> FinanceResult:
    written = (DEALS / f"{name}.yaml").read_text()
    for old, new in replace:
        assert old in written, old
        written = written.replace(old, new)
    path = tmp_path / "changed.yaml"
    path.write_text(written)
    found: FinanceResult = Run(inputs.read_spec(path)).finance
    return found


@pytest.mark.parametrize("name", [*ALONE, "unseen_campus"])
def test_each_runs_and_closes(name: str) -> None:
    found = of(name)
    assert found.residual_money < 1e-11
    assert not found.gaps
    paid = sum(found.cashflows(party)[1].sum() for party in found.parties)
    assert paid == pytest.approx(0, abs=0.01)


def test_level_notes_of_the_jv_are_an_annuity_and_their_average_life_is_its() -> None:
    found, rate, count = of("unseen_jv"), 0.0753 / 2, 34
    payment = 12.5e9 * rate / (1 - (1 + rate) ** -count)
    assert found.rows["notes.planned_payment"].max() == pytest.approx(payment, rel=1e-13)
    repaid = (payment - 12.5e9 * rate) * (1 + rate) ** np.arange(count)
    assert repaid.sum() == pytest.approx(12.5e9)
    life = (repaid * (3 + np.arange(1, count + 1) / 2)).sum() / 12.5e9
    assert found.metrics["wal.notes"].value == pytest.approx(life, rel=1e-12)


@pytest.mark.parametrize(("name", "years"), [("unseen_jv", None), ("unseen_jv_escalator", 6.60e9)])
def test_rent_of_the_jv_meets_its_cover_and_its_sum(name: str, years: float | None) -> None:
    """Rent part by part: 25, 35 and 40 % from the ends of September 2027, March 2028 and January 2029."""
    found = of(name)
    rent, growth = (float(np.max(found.rows[f"leases.campus.{what}"])) for what in ("rent", "escalator"))
    month = np.arange(1, 241)  # after September 2027
    let = 0.25 + 0.35 * (month > 6) + 0.40 * (month > 16)
    paid = rent / 12 * let * (1 + growth) ** ((month - 1) // 12)
    cash = 0.8 * (paid - 5e6 * 1.03 ** ((month - 1) // 12))
    service = found.rows["notes.planned_payment"].max()
    cover = [cash[last - 6 : last].sum() / service for last in range(24, 223, 6)]
    assert min(cover) == pytest.approx(1.15, rel=3e-4)  # the third part starts on 31 January: its first month is a stub
    assert found.metrics["dscr_min"].value == pytest.approx(1.15, abs=1e-9)
    if years is not None:
        assert paid[:48].sum() == pytest.approx(years, rel=2e-3)


def test_growing_notes_and_those_that_refinance_repay_what_is_drawn() -> None:
    found = of("unseen_mini_perm")
    rate, count = 0.0615 / 2, 28
    growth = 1.02 ** (np.arange(count) // 2)
    worth = (growth * (1 + rate) ** -np.arange(1, count + 1)).sum()
    paid = found.rows["fixed_notes.planned_payment"]
    assert paid[paid > 0] == pytest.approx(found.rows["fixed_notes.drawn"].max() / worth * growth, rel=1e-12)
    rate, count = 0.064 / 4, 43
    owed = found.rows["mini_perm.refinanced"].sum() + found.rows["mini_perm.call_cost"].sum()  # notes pay both
    paid = found.rows["term_notes.planned_payment"]
    assert paid[paid > 0] == pytest.approx(np.full(count, owed * rate / (1 - (1 + rate) ** -count)), rel=1e-12)


def test_who_bears_the_overrun() -> None:
    found = of("unseen_mini_perm")
    assert found.rows["building_2.cost"].sum() == pytest.approx(1.1e9 * 1.05)
    assert found.rows["building_2.beyond"].sum() == pytest.approx(1.1e9 * 0.10)


def test_a_sized_loan_is_the_least_of_its_limits_and_the_promote_is_its_waterfall() -> None:
    found = of("unseen_colocation")
    pays = np.flatnonzero(found.rows["term_loan.repay"])
    cash = np.array([found.rows["campus_co.cfads"][m - 2 : m + 1].sum() for m in pays])
    worth = (cash * (1 + 0.071 / 4) ** -np.arange(1, len(pays) + 1)).sum()
    assert np.max(found.rows["loans.term_loan.amount"]) == pytest.approx(
        min(worth / 1.35, worth / 1.40, 0.6 * 2.1e9), rel=1e-12
    )
    hurdle, promoted = np.zeros(2), 0.0
    calls = found.rows["holding.call.fund"] + found.rows["holding.call.sponsor"]
    for paid_in, out in zip(calls, found.rows["holding.distribution"], strict=True):
        hurdle = hurdle * (1 + np.array([0.08, 0.12])) ** (1 / 12) + paid_in
        first = min(out, hurdle[0])
        second = min(out - first, max(0.0, hurdle[1] - first) / 0.85)
        share = 0.15 * second + 0.25 * (out - first - second)
        hurdle = np.maximum(0.0, hurdle - (out - share))
        promoted += share
    assert found.rows["holding.promoted"].sum() == pytest.approx(promoted, rel=1e-12)


def test_cover_leaves_a_balloon_out_that_fell_away_with_its_loan() -> None:
    assert np.all(of("unseen_mini_perm").cover["Campus Co"].service > 0)


def test_a_make_whole_is_for_what_is_repaid(tmp_path: Path) -> None:
    whole = of("unseen_mini_perm").rows["mini_perm.call_cost"].sum()
    part = (
        changed("unseen_mini_perm", tmp_path, ("amount: 850 m USD", "amount: 500 m USD"))
        .rows["mini_perm.call_cost"]
        .sum()
    )
    assert part <= whole


def test_rates_without_a_campus_are_refused(tmp_path: Path) -> None:
    space = "space in hall A: {payer: Customers, payee: Campus Co, amount: 119.88 m USD"
    rates = "space in hall A: {payer: Customers, payee: Campus Co, rates: {it_capacity: 185 USD/kW-month}"
    with pytest.raises(CampusError, match="rates"):
        changed("unseen_colocation", tmp_path, (space, rates))


def test_unknowns_that_rest_on_each_other_need_no_guess(tmp_path: Path) -> None:
    found = changed(
        "unseen_jv",
        tmp_path,
        ("amortisation: {kind: level}", "amortisation: {kind: sculpted, dscr: 1.15}"),
        ("escalator: 2.5 %", "escalator: unknown"),
        ("  published:\n    least cover: {row: dscr_min, equals: 1.15}\n", """  solve:
    - {unknown: leases.campus.escalator, so_that: notes.wal, equals: 14.0 years}
    - {unknown: leases.campus.rent, so_that: notes.plan_end, equals: 0 USD}
"""),
    )  # fmt: skip
    assert found.metrics["wal.notes"].value == pytest.approx(14.0, rel=1e-9)
    assert found.metrics["unpaid.notes"].value == pytest.approx(0, abs=1)
