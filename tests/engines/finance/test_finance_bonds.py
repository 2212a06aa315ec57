"""The notes' payments against QuantLib; prices, yields, durations and spreads against it and by hand."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from finance_deals import deal
from gigacampus.engines.finance import FinanceResult, run
from gigacampus.engines.finance.reading import bonds
from gigacampus.engines.finance.reading.quotes import payments_of
from gigacampus.errors import InfeasibleError, SpecError

ql = pytest.importorskip("QuantLib")


def _ql(day: np.datetime64) -> object:
    when = day.astype(object)
    return ql.Date(when.day, when.month, when.year)


def _schedule() -> object:
    return ql.Schedule(
        ql.Date(16, 10, 2025), ql.Date(30, 5, 2049), ql.Period(ql.Semiannual), ql.NullCalendar(),
        ql.Unadjusted, ql.Unadjusted, ql.DateGeneration.Backward, False,
    )  # fmt: skip


@pytest.mark.parametrize("name", ["hyperion_a", "hyperion_b", "hyperion_c"])
def test_payments_are_those_of_an_amortising_bond(name: str) -> None:
    notes = run(deal(name)).loans["notes"]
    paid = notes.service > 0
    before = notes.balance[paid] + notes.principal[paid]
    days = ql.Thirty360(ql.Thirty360.BondBasis)
    bond = ql.AmortizingFixedRateBond(0, before.tolist(), _schedule(), [0.06581], days)
    flows: dict[object, float] = {}
    for flow in bond.cashflows():
        flows[flow.date().ISO()] = flows.get(flow.date().ISO(), 0.0) + flow.amount()
    ours = {str(day): amount for day, amount in zip(notes.dates[paid], notes.service[paid], strict=True)}
    assert set(ours) == set(flows)
    assert len(ours) == 48
    assert max(abs(ours[day] / flows[day] - 1) for day in ours) < 1e-12


def test_present_value_at_the_coupon_is_par_when_repayment_begins() -> None:
    notes = run(deal("hyperion_b")).loans["notes"]
    left = [
        (day, amount)
        for day, amount in zip(notes.dates, notes.service, strict=True)
        if day > np.datetime64("2029-05-30")
    ]
    leg = [ql.SimpleCashFlow(float(amount), _ql(day)) for day, amount in left if amount]
    rate = ql.InterestRate(0.06581, ql.Thirty360(ql.Thirty360.BondBasis), ql.Compounded, ql.Semiannual)
    start = ql.Date(30, 5, 2029)
    assert ql.CashFlows.npv(leg, rate, False, start, start) == pytest.approx(27.3e9, rel=1e-12)


@pytest.fixture(scope="module", params=["30/360", "act/360", "act/365"])
def notes(request: pytest.FixtureRequest) -> tuple[object, FinanceResult, object]:
    """Notes by a day count, QuantLib's bond of the same payments, and the day counter of its yields."""
    spec = deal("hyperion_a", ("coupon: 6.581 %", f"coupon: 6.581 %\n      day_count: {request.param}"))
    found = run(spec)
    loan, schedule = found.loans["notes"], _schedule()
    paid = loan.service > 0
    days = {"30/360": ql.Thirty360(ql.Thirty360.BondBasis), "act/360": ql.Actual360(), "act/365": ql.Actual365Fixed()}
    before = loan.balance[paid] + loan.principal[paid]
    bond = ql.AmortizingFixedRateBond(0, before.tolist(), schedule, [0.06581], days[request.param])
    street = ql.ActualActual(ql.ActualActual.ISMA, schedule)
    return spec, found, (bond, days["30/360"] if request.param == "30/360" else street)


SETTLE = [
    "2025-10-16",
    "2025-10-28",
    "2025-11-30",
    "2026-02-28",
    "2026-07-24",
    "2029-05-30",
    "2033-08-31",
    "2049-01-15",
]


@pytest.mark.parametrize("settle", SETTLE)
def test_price_yield_duration_and_accrued_are_quantlibs(
    notes: tuple[object, FinanceResult, object], settle: str
) -> None:
    spec, found, (bond, counter) = notes
    p = payments_of("notes", spec.loans["notes"], found.loans["notes"], found.rows, date.fromisoformat(settle))
    day, how, f = _ql(np.datetime64(settle)), (counter, ql.Compounded, ql.Semiannual), ql.BondFunctions
    assert 100 * p.accrued / p.owed == pytest.approx(bond.accruedAmount(day), rel=1e-9, abs=1e-12)
    for rate in (0.03, 0.06581, 0.11):
        price = ql.BondPrice(f.cleanPrice(bond, rate, *how, day), ql.BondPrice.Clean)
        assert bonds.clean_price(p, rate) == pytest.approx(price.amount(), rel=1e-9)
        assert bonds.yield_at(p, price.amount()) == pytest.approx(rate, rel=1e-9)
        assert f.bondYield(bond, price, *how, day) == pytest.approx(rate, abs=1e-9)
        for kind, ours in (
            (ql.Duration.Macaulay, bonds.macaulay_duration),
            (ql.Duration.Modified, bonds.modified_duration),
        ):
            theirs = f.duration(bond, ql.InterestRate(rate, *how), kind, day)
            assert ours(p, rate) == pytest.approx(theirs, rel=1e-9)
        assert bonds.convexity(p, rate) == pytest.approx(f.convexity(bond, ql.InterestRate(rate, *how), day), rel=1e-9)


def test_z_spread_is_quantlibs() -> None:
    p = bonds.Payments(np.arange(1, 41) / 2, np.linspace(3.3, 0.1, 40), np.full(40, 2.5), 100.0, 0.0, 2)
    zeros = bonds.zero_rates([(2.0, 0.0355), (5.0, 0.0386), (10.0, 0.041), (30.0, 0.0469)], 2, 20.0)
    start, months = ql.Date(28, 5, 2029), [6 * k for k in range(41)]
    ql.Settings.instance().evaluationDate = start
    dates = [start + ql.Period(m, ql.Months) for m in months]
    curve = ql.ZeroCurve(
        dates, [zeros[0][1], *(rate for _, rate in zeros)], ql.Thirty360(ql.Thirty360.BondBasis), ql.NullCalendar(),
        ql.Linear(), ql.Compounded, ql.Semiannual,
    )  # fmt: skip
    leg = [ql.SimpleCashFlow(float(amount), day) for amount, day in zip(p.amounts, dates[1:], strict=True)]
    theirs = ql.CashFlows.zSpread(leg, 97.0, curve, ql.Compounded, ql.Semiannual, False, start, start, 1e-14)
    assert bonds.z_spread(p, 97.0, zeros) == pytest.approx(theirs, abs=1e-10)


def test_bonds_that_pay_the_par_yield_are_worth_par_at_zero_rates() -> None:
    curve = [(0.5, 0.041), (2.0, 0.0355), (10.0, 0.041), (30.0, 0.0469)]
    zeros = bonds.zero_rates(curve, 2, 30.0)
    for years in (0.5, 3.0, 10.0, 17.0, 30.0):
        n = round(2 * years)
        coupon = float(bonds.rate_at(curve, years)) / 2 * 100
        p = bonds.Payments(np.arange(1, n + 1) / 2, np.full(n, coupon), np.eye(n)[-1] * 100, 100.0, 0.0, 2)
        assert bonds.z_spread(p, 100.0, zeros) == pytest.approx(0, abs=1e-13)


def test_two_payments_by_hand() -> None:
    """10 after a year and 110 after two, at 10 %: 9.0909 and 90.9091."""
    p = bonds.Payments(np.array([1.0, 2.0]), np.array([10.0, 10.0]), np.array([0.0, 100.0]), 100.0, 0.0, 1)
    assert bonds.dirty_price(p, 0.10) == pytest.approx(100.0, rel=1e-14)
    assert bonds.macaulay_duration(p, 0.10) == pytest.approx((1 * 9.090909090909 + 2 * 90.909090909091) / 100)
    assert bonds.modified_duration(p, 0.10) == pytest.approx(1.909090909091 / 1.1)
    assert bonds.convexity(p, 0.10) == pytest.approx((2 * 9.090909090909 + 6 * 90.909090909091) / 121)
    assert bonds.dv01(p, 0.10) == pytest.approx(0.0001 * 100 * 1.909090909091 / 1.1)
    assert bonds.average_life(p) == 2.0


def test_price_falls_in_yield_and_slopes_are_its_derivatives() -> None:
    p = bonds.Payments(np.arange(1, 41) / 2 - 0.2, np.linspace(3.3, 0.1, 40), np.full(40, 2.5), 100.0, 0.4, 2)
    rates = np.linspace(-0.05, 0.6, 66)
    prices = np.array([bonds.dirty_price(p, float(rate)) for rate in rates])
    assert np.all(np.diff(prices) < 0)
    for y, h in ((0.02, 1e-4), (0.0658, 1e-4), (0.3, 1e-4)):
        up, at, down = (bonds.dirty_price(p, y + k * h) for k in (1, 0, -1))
        assert bonds.modified_duration(p, y) == pytest.approx((down - up) / (2 * h * at), rel=1e-5)
        assert bonds.convexity(p, y) == pytest.approx((up - 2 * at + down) / (h * h * at), rel=1e-4)
    with pytest.raises(InfeasibleError, match="no yield gives a price of -5"):
        bonds.yield_at(p, -5.0)


QUOTES = """coupon: 6.581 %
      quotes:
        at issue: {price: 100 %, benchmark: 4.33 %}
        par curve: {price: 100 %, curve: [{maturity: 10 years, rate: 4.1 %}, {maturity: 30 years, rate: 4.69 %}]}
        dear: {at: 2025-10-28, yield_to_maturity: 5.68 %}
        cheap: {at: 2026-07-24, price: 97 %, spread: 229 bp}
        by spread: {at: 2026-07-24, benchmark: 4.5 %, spread: 2 %}"""


def test_a_quote_is_completed() -> None:
    found = run(deal("hyperion_b", ("coupon: 6.581 %", QUOTES)))
    issue, curve, dear, cheap, spread = (
        found.quotes[f"notes {n}"] for n in ("at issue", "par curve", "dear", "cheap", "by spread")
    )
    assert issue.life == pytest.approx(found.metrics["wal.notes"].value, rel=1e-12)
    assert issue.yield_to_maturity - issue.spread == pytest.approx(0.0433)
    assert curve.benchmark == pytest.approx(0.041 + (0.0469 - 0.041) * (curve.life - 10) / 20)
    assert curve.z_spread == pytest.approx(curve.spread, abs=5e-4)  # a curve that is nearly flat
    assert (dear.price > 1) == (dear.yield_to_maturity < 0.06581)
    assert cheap.price == 0.97
    assert cheap.benchmark + cheap.spread == pytest.approx(cheap.yield_to_maturity)
    assert spread.yield_to_maturity == pytest.approx(0.065)
    assert found.metrics["spread.notes_dear"].value is None
    assert found.metrics["spread.notes_dear"].reason == "the quote has no benchmark"


WRONG = [
    ("price: 100 %, benchmark: 4.33 %", "price: 100 %, yield_to_maturity: 5 %", "either a price or a yield"),
    ("price: 100 %, benchmark: 4.33 %", "benchmark: 4.33 %", "a price, a yield, or a spread over a benchmark"),
    (
        "price: 97 %, spread: 229 bp",
        "price: 97 %, spread: 229 bp, benchmark: 4 %",
        "one of benchmark, curve and spread",
    ),
    ("maturity: 10 years", "maturity: 40 years", "the maturities of a curve must rise"),
    ("2026-07-24, price", "2025-10-01, price", "nothing is owed on that day"),
    ("2026-07-24, price", "2049-05-30, price", "nothing is owed on that day"),
]


@pytest.mark.parametrize(("old", "new", "message"), WRONG, ids=[w[2] for w in WRONG])
def test_wrong_quotes(old: str, new: str, message: str) -> None:
    with pytest.raises(SpecError, match=message):
        run(deal("hyperion_b", ("coupon: 6.581 %", QUOTES.replace(old, new))))


def test_a_loan_that_is_still_drawn_on_has_no_price() -> None:
    with pytest.raises(SpecError, match="still drawn on"):
        run(deal("sixty_forty", ("coupon: 6 %", "coupon: 6 %\n      quotes: {early: {at: 2027-01-15, price: 99 %}}")))
