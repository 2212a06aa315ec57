"""The notes' payments against QuantLib."""

from __future__ import annotations

import numpy as np
import pytest
from finance_deals import deal

from gigacampus.engines.finance import run

ql = pytest.importorskip("QuantLib")


def _ql(day: np.datetime64) -> object:
    when = day.astype(object)
    return ql.Date(when.day, when.month, when.year)


@pytest.mark.parametrize("name", ["hyperion_a", "hyperion_b", "hyperion_c"])
def test_payments_are_those_of_an_amortising_bond(name: str) -> None:
    notes = run(deal(name)).loans["notes"]
    paid = notes.service > 0
    schedule = ql.Schedule(
        ql.Date(16, 10, 2025), ql.Date(30, 5, 2049), ql.Period(ql.Semiannual), ql.NullCalendar(),
        ql.Unadjusted, ql.Unadjusted, ql.DateGeneration.Backward, False,
    )  # fmt: skip
    before = notes.balance[paid] + notes.principal[paid]
    days = ql.Thirty360(ql.Thirty360.BondBasis)
    bond = ql.AmortizingFixedRateBond(0, before.tolist(), schedule, [0.06581], days)
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
