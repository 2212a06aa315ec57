"""Measuring a lease over its terms: present values, liability, right of use, straight-line rent.

Time is counted from the lease's start in months of 30 days: rent is paid after whole months of it, and what stands at
a month's end has earned the rent of that month's last day. Over a term with payments p at times y and the rate r, at
time t in it:

- liability ``L_t = sum(p (1 + r)^-(y - t))`` over the payments after t (842-20-30-1, IFRS 16.26);
- straight-line rent so far ``S_t``, rent paid so far ``P_t``: an operating lease has the right of use ``L_t + P_t -
  S_t`` (842-20-35-3), a finance lease, and any lease under IFRS 16, that of the start written off evenly;
- its landlord has earned and not received ``S_t - P_t`` (842-30-25-11).

Each option that is taken up, and was not certain before, begins a term of its own, at the same rate.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from gigacampus.campus.spec.deal import Deal, slug
from gigacampus.days import add_months
from gigacampus.engines.accounting.result import Floats
from gigacampus.engines.accounting.statement import Lease, Statement

_POINT = {"arrears": 1.0, "mid-year": 0.5, "advance": 0.0}


def position(result: Statement, day: date) -> int:
    """Position of a day's month in the statement, kept within it."""
    found = (np.datetime64(day, "M") - result.months[0]).astype(int)
    return int(np.clip(found, 0, len(result.months) - 1))


def into(day: date) -> float:
    """Part of its month, one of 30 days, that has passed as a day begins [month].

    >>> into(date(2025, 10, 1)), into(date(2025, 10, 16))
    (0.0, 0.5)
    """
    return (min(day.day, 30) - 1) / 30


def ends(book: Lease) -> list[date]:
    """Where the first term ends, and each option that is taken up."""
    return sorted({book.first_end, *(day for day, taken in book.options if taken), book.end})


@dataclass(frozen=True)
class Rent:
    """A lease's rent by month, each of shape (M,): days of payment, years since its start then and at the month's end,
    rent [USD], lease year."""

    days: NDArray[np.datetime64]
    years: Floats
    month_end: Floats
    paid: Floats
    year: Floats
    in_advance: bool
    start: date

    @classmethod
    def of(cls, deal: Deal, result: Statement, name: str) -> Rent:
        """From the statement."""
        row, start = f"{slug(name)}.rent", result.leases[name].start
        days = next(flow.dates for flow in result.flows if flow.row == row)
        years = (result.months - np.datetime64(start, "M")).astype(float) / 12
        month_end = years + (1 - into(start)) / 12
        advance = deal.leases[name].timing == "advance"
        return cls(days, years, month_end, result.row(row), result.row(f"{slug(name)}.year"), advance, start)

    def within(self, begin: date, end: date) -> Floats:
        """Rent for a term, by month, shape (M,) [USD]."""
        first, last = np.datetime64(begin), np.datetime64(end)
        if self.in_advance:
            return np.where((self.days >= first) & (self.days < last), self.paid, 0.0)
        month = self.days.astype("datetime64[M]")  # the rest of a period is paid in the month of the term's end
        return np.where((month > first.astype(month.dtype)) & (month <= last.astype(month.dtype)), self.paid, 0.0)

    def since(self, day: date) -> float:
        """Years from the lease's start to a day."""
        months = int((np.datetime64(day, "M") - np.datetime64(self.start, "M")).astype(int))
        return (months + into(day) - into(add_months(self.start, months))) / 12

    def value(self, end: date, rate: float, point: str) -> float:
        """Value of the rent until `end` at the lease's start: as paid, or by lease year at a point of it [USD]."""
        paid = self.within(self.start, end)
        years = self.years if point == "as paid" else self.year + _POINT[point]
        return float(np.sum(paid * (1 + rate) ** -np.where(paid != 0, years, 0.0)))


@dataclass(frozen=True)
class Levels:
    """What stands on the balance sheets for a lease at each month's end, each of shape (M,) [USD]: the tenant's
    liability, its right of use under an operating and under a finance lease, and the rent that the landlord has earned
    and not received."""

    liability: Floats
    operating: Floats
    finance: Floats
    accrued: Floats


def levels(rent: Rent, terms: Sequence[date], rate: float, probable: float = 0.0) -> Levels:
    """Measure a lease over its terms, which end on the days given; `probable` [USD] is owed at the end of the first."""
    parts = [
        _term(rent, begin, end, rate, probable if begin == rent.start else 0.0)
        for begin, end in zip([rent.start, *terms], terms, strict=False)
    ]
    return Levels(*np.sum(parts, axis=0))


def _term(rent: Rent, begin: date, end: date, rate: float, probable: float) -> tuple[Floats, ...]:
    first, last, paid = rent.since(begin), rent.since(end), rent.within(begin, end)
    month = rent.days.astype("datetime64[M]")
    live = (month >= np.datetime64(begin, "M")) & (month < np.datetime64(end, "M"))
    value, owed = paid * (1 + rate) ** -(rent.years - first), probable * (1 + rate) ** (first - last)
    later = np.cumsum(value[::-1])[::-1] - value + owed
    liability = np.where(live, later * (1 + rate) ** (rent.month_end - first), 0.0)
    elapsed = np.clip((rent.month_end - first) / (last - first), 0.0, 1.0)
    accrued = np.where(live, elapsed * paid.sum() - np.cumsum(paid), 0.0)
    finance = np.where(live, (value.sum() + owed) * (1 - elapsed), 0.0)
    return liability, liability - accrued, finance, accrued
