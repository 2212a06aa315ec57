"""Day counts, annuities, and rates of return against pyxirr."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest
import pyxirr
from hypothesis import assume, given
from hypothesis import strategies as st

from gigacampus.days import add_months, year_fraction
from gigacampus.money import annuity, irr

DAYS = st.dates(date(2020, 1, 1), date(2060, 12, 31))


@pytest.mark.parametrize(
    ("start", "end", "days"),
    [  # ISDA's own examples of 30/360, bond basis
        (date(2007, 1, 15), date(2007, 1, 30), 15),
        (date(2007, 1, 15), date(2007, 2, 15), 30),
        (date(2007, 9, 30), date(2008, 3, 31), 180),
        (date(2007, 9, 30), date(2007, 10, 31), 30),
        (date(2007, 1, 31), date(2007, 2, 28), 28),
        (date(2007, 2, 28), date(2007, 3, 31), 33),
    ],
)
def test_thirty_360(start: date, end: date, days: int) -> None:
    assert year_fraction(start, end, "30/360") * 360 == pytest.approx(days)


@given(DAYS, DAYS)
def test_day_counts_are_quantlibs(start: date, end: date) -> None:
    ql = pytest.importorskip("QuantLib")
    assume(start <= end)
    theirs = {
        "30/360": ql.Thirty360(ql.Thirty360.BondBasis),
        "act/360": ql.Actual360(),
        "act/365": ql.Actual365Fixed(),
    }
    for ours, rule in theirs.items():
        first, last = (ql.Date(d.day, d.month, d.year) for d in (start, end))
        assert year_fraction(start, end, ours) == pytest.approx(rule.yearFraction(first, last), abs=1e-12)


@given(DAYS, st.integers(-400, 400))
def test_months_are_added_one_by_one(start: date, months: int) -> None:
    later = add_months(start, months)
    assert (later.year - start.year) * 12 + later.month - start.month == months
    assert later.day == start.day or (later.day < start.day and add_months(later, 0, 31) == later)


@given(st.floats(0.0001, 0.3), st.integers(1, 400))
def test_annuity_repays(rate: float, periods: int) -> None:
    assert annuity(rate, periods) * np.sum((1 + rate) ** -np.arange(1.0, periods + 1)) == pytest.approx(1, rel=1e-9)


@given(st.lists(st.floats(1, 100), min_size=2, max_size=20), st.floats(1.05, 4))
def test_irr_is_pyxirrs(paid: list[float], multiple: float) -> None:
    dates = np.array([add_months(date(2025, 1, 31), 7 * k) for k in range(len(paid) + 1)], "datetime64[D]")
    amounts = np.array([-sum(paid) / multiple, *paid])
    found = irr(dates, amounts)
    assert found.sign_changes == 1
    theirs = pyxirr.xirr(dates.astype(object).tolist(), amounts.tolist())
    if found.rate is not None:
        assert found.rate == pytest.approx(theirs, abs=1e-8)
    else:
        assert theirs is None or theirs > 10


def test_irr_does_not_depend_on_order_or_size() -> None:
    dates = np.array(["2027-01-01", "2025-01-01", "2026-01-01"], "datetime64[D]")
    amounts = np.array([80.0, -100.0, 40.0])
    assert irr(dates, amounts).rate == pytest.approx(irr(dates[::-1], 1e9 * amounts[::-1]).rate, abs=1e-12)


def test_irr_says_why_there_is_none() -> None:
    dates = np.array(["2025-01-01", "2026-01-01", "2027-01-01"], "datetime64[D]")
    assert irr(dates, np.array([1.0, 2.0, 3.0])).reason == "the flows never change sign"
    assert irr(dates, np.zeros(3)).reason == "there are no flows"
    two = irr(dates, np.array([-100.0, 230.0, -132.0]))  # rates of 10 % and 20 %
    assert two.rate is None
    assert two.roots == two.sign_changes == 2
    never = irr(dates, np.array([1.0, -1.0, 1.0]))
    assert never.rate is None
    assert never.roots == 0
