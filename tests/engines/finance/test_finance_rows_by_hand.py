"""Rows of a statement, its sources and its residuals, each against arithmetic by hand in a deal of a few lines."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest
from test_finance_by_hand import LEASE, M, paid, tiny, tiny_deal, two

from finance_deals import deal
from gigacampus.engines import finance
from gigacampus.engines.finance import Under, run
from gigacampus.engines.finance.credit.recovery import recovered
from gigacampus.engines.finance.schedule import Months
from gigacampus.engines.finance.sensitivity import chances
from gigacampus.engines.finance.solving.unknowns import size_of
from gigacampus.engines.finance.tax.property import by_month
from gigacampus.errors import SpecError

DAY_ONE = """  loans: {notes: {borrower: Box, amount: 1.1 bn USD, rest: Bank, funded: day one, escrow_yield: 4 %,
    coupon: 5 %, every: half-yearly, interest_only_until: 2027-12-31, final: 2030-12-31, dsra: 6}}
"""


def test_escrow_income_is_a_source() -> None:
    found = tiny(DAY_ONE + LEASE % "rent: 400 m USD, start: 2028-01-01, term: 10 years")
    funding = found.funding["Box"]
    earned = float(found.rows["notes.escrow_income"].sum())
    assert earned > 1 * M
    assert funding.sources["notes: escrow income"] == pytest.approx(earned)
    assert sum(funding.sources.values()) == pytest.approx(sum(funding.uses.values()), abs=1)


def test_each_residual_sees_the_row_that_is_changed() -> None:
    spec = tiny_deal(DAY_ONE + LEASE % "rent: 400 m USD, start: 2028-01-01, term: 10 years")
    s, _, solved = finance._solved(spec, Under())
    rows = s.graph.evaluate(solved)
    assert max(finance.Reading(s, rows, solved).result().residuals.values()) < 1e-12
    for row, law in (
        ("box.cash", "accounts hold what came in less what went out"),
        ("notes.escrow", "accounts hold what came in less what went out"),
        ("notes.reserve", "accounts hold what came in less what went out"),
        ("notes.balance", "loans owe what was drawn less what was repaid"),
        ("notes.principal", "loans owe what was drawn less what was repaid"),
        ("check.notes.reserve_target", "solved values meet their figures"),
        ("box.self_funded", "sources are uses"),
    ):
        damaged = finance.Reading(s, rows | {row: rows[row] + M}, solved).result().residuals
        assert damaged[law] > 1e-5, row


def test_an_overrun_beyond_the_contingency_is_whoevers_that_stands_behind() -> None:
    """Of 1 bn that costs 30 % more, the vehicle bears a tenth, and its sponsor the other two."""
    spec = tiny_deal("")
    works = spec.construction["works"].model_copy(update={"overrun": 0.3, "contingency": 0.1, "beyond": "Fund"})
    found = run(spec.model_copy(update={"construction": {"works": works}}))
    assert float(found.row("works.cost").sum()) == pytest.approx(1100 * M)
    assert float(found.parties["Fund"].sum()) == pytest.approx(-200 * M)
    assert float(found.parties["Owner"].sum()) == pytest.approx(-1100 * M)


def test_cash_is_set_aside_evenly_between_two_payments_and_not_beyond_the_last() -> None:
    terms = "amount: 36 m USD, interval: 1 years, reserved: true, start: 2028-01-01, end: 2030-06-30"
    service = f"  services: {{overhaul: {{payer: Box, payee: Fund, {terms}}}}}\n"
    found = tiny(service + LEASE % "rent: 400 m USD, start: 2027-01-01, term: 9 years")
    needed = found.row("overhaul.reserve_needed") / M
    expected = np.zeros(len(found.months))
    for year in ("2028", "2029"):
        at_ = list(found.months).index(np.datetime64(f"{year}-01"))
        expected[at_ : at_ + 12] = 3.0 * np.arange(12)
    assert needed == pytest.approx(expected)
    assert paid(found, "overhaul.paid") == pytest.approx({"2029-01": 36.0, "2030-01": 36.0})


def test_a_reserve_of_less_than_a_period_is_of_one_payment() -> None:
    loan = "  loans: {notes: {borrower: Box, amount: 500 m USD, rest: Bank, coupon: 5 %, every: yearly, dsra: COUNT, "
    loan += "interest_only_until: 2026-12-31, final: 2031-12-31}}\n"
    lease = LEASE % "rent: 400 m USD, start: 2026-01-01, term: 9 years"
    held = [
        float(tiny(loan.replace("COUNT", str(months)) + lease).rows["notes.reserve_target"]) for months in (6, 12, 24)
    ]
    level = 500 * M * 0.05 / (1 - 1.05**-5)
    assert held == pytest.approx([level, level, 2 * level], rel=1e-3)


def test_nothing_paid_is_no_payment() -> None:
    service = "  services: {operation: {payer: Box, payee: Fund, amount: 0 USD, start: 2028-01-01, end: 2030-01-01}}\n"
    days, amounts = tiny(service).cashflows("Fund")
    assert (len(days), len(amounts)) == (0, 0)


def test_the_size_of_a_deal_is_its_largest_amount() -> None:
    assert size_of(tiny_deal(DAY_ONE)) == pytest.approx(1100 * M)
    assert size_of(tiny_deal("")) == pytest.approx(1000 * M)


def test_a_number_that_no_row_uses_cannot_be_found() -> None:
    given = "works: {payer: Issuer, amount: 100 m USD"
    solve = "  solve: [{unknown: construction.works.contingency, so_that: issuer.called, equals: 40 m USD}]\n"
    spec = deal("small", (given, f"{given}, contingency: unknown"), more=solve)
    with pytest.raises(SpecError, match="no row of the statement uses this number"):
        run(spec)


def test_a_funding_step_s_limit_is_a_number_of_the_statement() -> None:
    """By the place at which it stands in the deal."""
    found = run(deal("small"))
    assert float(found.rows["entities.issuer.funding.n1.up_to"]) == 40 * M
    assert "entities.issuer.funding.n0.up_to" not in found.rows


def test_crumbs_of_rounding_miss_no_payment() -> None:
    agreed, owed = np.array([0.0, 10.0, 110.0]) * M, np.array([100.0, 100.0, 0.0]) * M
    pay, value = np.array([0.0, 1.0, 1.0]), 1.1 ** -np.arange(3.0)
    for kept, share in ((1 - 1e-10, 1.0), (0.5, 0.5)):
        met = agreed * [1, 1, kept]
        assert recovered(agreed, met, met, 0 * met, owed, pay, value) == share


def test_a_year_s_value_is_that_of_each_of_its_months_and_the_last_one_goes_on() -> None:
    months = Months(2026 * 12 + 9, 60, date(2026, 10, 1))
    expected = np.repeat([0.0, 10.0, 20.0, 30.0], [3, 12, 12, 33])
    assert by_month(months, date(2027, 6, 1), np.array([10.0, 20.0, 30.0])).tolist() == expected.tolist()


def test_the_look_back_is_over_the_periods_that_ended_within_it() -> None:
    """Yearly tests, then quarterly ones: a year's period counts whole while its end is not a year ago."""
    found = two("lock_up: 1.2, look_back: 12", RENTS="quarterly, escalator: 10 %", LAST="2029-12-31")
    tests = found.covenants["Box"]
    cash, service = found.row("box.cfads"), found.row("a.scheduled") + found.row("b.scheduled")
    at = np.searchsorted(found.months, tests.dates.astype("datetime64[M]")).tolist()
    assert set(np.diff(at).tolist()) == {3, 12}
    for t, cover in zip(at[1:], tests.cover[1:], strict=True):
        since = max(end for end in at if t - end >= 12)
        assert cover == pytest.approx(cash[since + 1 : t + 1].sum() / service[since + 1 : t + 1].sum(), rel=1e-9), t


def test_fans_of_a_vehicle_without_debt_are_by_calendar_year() -> None:
    found = run(deal("small"))
    s, _, solved = finance._solved(deal("small"), Under())
    rows = {name: np.broadcast_to(x, (3, *np.shape(x))) for name, x in s.graph.evaluate(solved).items()}
    base = {name: x[:1] for name, x in rows.items()}
    fans = chances._fans(s, rows, base, "House")
    years = found.months.astype("datetime64[Y]")
    assert {day.item().month for day in fans["cfads"].dates[:-1]} == {12}
    for what in ("cfads", "distribution"):
        own = [found.row(f"house.{what}")[years == year].sum() for year in np.unique(years)]
        assert fans[what].base == pytest.approx(own)
        assert sum(own) > 0
