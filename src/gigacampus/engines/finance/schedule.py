"""From dates to arrays by month: which day of each month a contract pays on, how much time has passed, and flags.

A contract pays at most once a month. Payment days roll back from a loan's last day and forward from a lease's first,
unadjusted for holidays. Works and everything else without a day of its own fall on the last day of the month, and on
the day of closing in its month.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from gigacampus.campus.spec.deal import MONTHS, Cost, Deal, Lease, Loan, RateFrom, slug
from gigacampus.campus.spec.deal.calendar import Calendar
from gigacampus.days import add_months, year_fraction
from gigacampus.errors import Problem, SpecError

Floats = NDArray[np.float64]
Days = NDArray[np.datetime64]


def index(day: date) -> int:
    """Months since year 0."""
    return day.year * 12 + day.month - 1


def stamps(days: list[date]) -> Days:
    """Days as an array; by their numbers, which takes a tenth of the time."""
    since = date(1970, 1, 1).toordinal()
    return np.array([day.toordinal() - since for day in days]).astype("datetime64[D]")


@dataclass(frozen=True)
class Months:
    """The months of a statement.

    Attributes
    ----------
    first : int
        Months since year 0 of the first month.
    count : int
        Number of months M.
    close : date
    """

    first: int
    count: int
    close: date

    @classmethod
    def of(cls, deal: Deal, calendar: Calendar, months: Days | None) -> Months:
        """From the earliest to the latest month of the deal and of the physical campus, if there is one."""
        days = [deal.close]
        for _, name, contract in deal.contracts():
            days += [calendar[f"{name}.{field}"] for field in calendar.fields(name)]
            days += [calendar.of(part.start) for part in getattr(contract, "parts", {}).values()]
        ends = [index(day) for day in days]
        if months is not None and len(months):
            ends += [int(m) + 1970 * 12 for m in (months[0].astype(int), months[-1].astype(int))]
        return cls(min(ends), max(ends) - min(ends) + 1, deal.close)

    @property
    def array(self) -> Days:
        """Each month, shape (M,), datetime64[M]."""
        return np.arange(self.count).astype("timedelta64[M]") + np.datetime64(self.first - 1970 * 12, "M")

    def at(self, day: date) -> int:
        """Position of the month of a day, kept within the statement."""
        return min(max(index(day) - self.first, 0), self.count - 1)

    def flag(self, *days: date) -> Floats:
        """1 in the months of these days, shape (M,)."""
        flags = np.zeros(self.count)
        flags[[self.at(day) for day in days]] = 1.0
        return flags

    def days(self, day_of_month: int = 31, start: date | None = None) -> list[date]:
        """The day of payment in each month: a day of the month, or `start` in its own month."""
        start = start or self.close
        listed = [add_months(date(1, 1, 1), self.first - 12 + k, day_of_month) for k in range(self.count)]
        position = index(start) - self.first
        if 0 <= position < self.count:
            listed[position] = start
        return listed

    def place(self, months: Days, values: Floats) -> Floats:
        """Lay an array over another axis of months out over this one, shape (M,)."""
        out = np.zeros(self.count)
        begin = int(months[0].astype(int)) + 1970 * 12 - self.first
        out[begin : begin + len(values)] = values
        return out


@dataclass(frozen=True)
class LoanTimes:
    """A loan by month, each field of shape (M,).

    Attributes
    ----------
    dates : list of date
    tau, years : array [years]
        Of interest since the day of the month before, and since the start.
    age : array [years]
        By the calendar since the start, whatever the day count: months of a twelfth (30/360).
    pay, open, repay, late, first, final, carry : array of 0 and 1
        Month of payment; interest alone, with draws; repayment; payment after the last, of what is still owed then;
        start; last payment; no payment in the month before.
    elapsed : array [1]
        Between two repayments, the part of the time from one to the other that has passed; 0 in months of payment.
    repayment_year : array [years]
        Year of repayment, from 0.
    repaid, coming : array [1]
        Share of principal repaid by a plan given as a list, and the share of the payment to come.
    benchmark, step_up : array [1/year]
        Benchmark rate, and what is added by steps.
    """

    dates: list[date]
    tau: Floats
    years: Floats
    age: Floats
    pay: Floats
    open: Floats
    repay: Floats
    late: Floats
    first: Floats
    final: Floats
    carry: Floats
    elapsed: Floats
    repayment_year: Floats
    repaid: Floats
    coming: Floats
    benchmark: Floats
    step_up: Floats

    @classmethod
    def of(cls, name: str, loan: Loan, deal: Deal, calendar: Calendar, months: Months) -> LoanTimes:
        """Dates rolled back from the last payment, without those in the month of the start."""
        start, grace, final = (calendar[f"{name}.{f}"] for f in ("start", "interest_only_until", "final"))
        days, begin, end, step = months.days(final.day, start), months.at(start), months.at(final), MONTHS[loan.every]
        if end <= begin:
            raise SpecError(Problem("the last payment lies in the month of the start", f"deal.loans.{name}.final"))
        twelfths, pay = np.zeros(months.count), np.zeros(months.count)
        twelfths[begin + 1 :] = 1 / 12  # whatever the last day of February
        twelfths[begin + 1] += (min(final.day, 30) - min(start.day, 30)) / 360
        tau = twelfths
        if loan.day_count != "30/360":
            tau = np.zeros(months.count)
            tau[begin + 1 :] = [year_fraction(*span, loan.day_count) for span in itertools.pairwise(days[begin:])]
        pay[end % step :: step] = 1.0
        pay[: begin + 1] = 0.0
        month = np.arange(months.count)
        alone = np.array([begin <= k < end and day <= grace for k, day in enumerate(days)], float)
        repay, late = pay * (1 - alone) * (month <= end), pay * (month > end)
        order = np.cumsum(repay) - repay
        between = (1 - pay) * (1 - alone) * (begin < month) * (month < end)
        return cls(
            days, tau, np.cumsum(tau), np.cumsum(twelfths), pay, alone, repay, late,
            months.flag(start), months.flag(final), 1 - np.concatenate([[0.0], pay[:-1]]),
            between * ((month - end) % step) / step, np.floor(order * step / 12 + 1e-9), *_shares(loan, order, repay),
            _rates(deal.benchmarks.get(loan.benchmark or "", []), days), _rates(loan.step_ups, days, 0.0),
        )  # fmt: skip


def slowest(loans: Mapping[str, Loan], row: Callable[[str], Floats]) -> NDArray[np.int_]:
    """Months between the payments of the slowest of some loans that is being repaid then; 1 if none is, shape (M,).

    `row` gives a row of the statement by month.
    """
    steps = []
    for name, loan in loans.items():
        first, alone, final = (row(f"{slug(name)}.{what}") for what in ("first", "open", "final"))
        repaid = (np.cumsum(first) > 0) & (np.cumsum(final) - final == 0) & (alone == 0)
        steps.append(np.where(repaid, MONTHS[loan.every], 1))
    found: NDArray[np.int_] = np.max(steps, axis=0)
    return found


def _shares(loan: Loan, order: Floats, repay: Floats) -> tuple[Floats, Floats]:
    """Of a plan given as a list: repaid so far, and the share that the next payment (this month's, if any) repays."""
    shares = np.array([*loan.amortisation.shares, 0.0])
    before = np.minimum(order.astype(int), len(shares) - 1)
    total = np.concatenate([[0.0], np.cumsum(shares)])
    return total[np.minimum((order + repay).astype(int), len(shares) - 1)], shares[before]


def _rates(given: list[RateFrom], days: list[date], before: float | None = None) -> Floats:
    """Rate in force over the time that ends on each day, fixed at its beginning; `before`, or the first, until then."""
    steps = sorted(given, key=lambda step: step.start)
    early = before if before is not None else steps[0].rate if steps else 0.0
    values = [next((s.rate for s in reversed(steps) if s.start <= day), early) for day in days]
    return np.array([values[0], *values[:-1]])


@dataclass(frozen=True)
class LeaseTimes:
    """A lease by month, each field of shape (M,): its days, the part of a year's rent that is paid, and the lease year
    (from 0) that it is paid for."""

    days: list[date]
    fraction: Floats
    year: Floats

    @classmethod
    def of(cls, name: str, lease: Lease, calendar: Calendar, months: Months) -> LeaseTimes:
        start, end, step = calendar[f"{name}.start"], calendar[f"{name}.end"], MONTHS[lease.every]
        parts = [(part.share, max(calendar.of(part.start), start)) for part in lease.parts.values()] or [(1.0, start)]
        fraction, year, lag = np.zeros(months.count), np.zeros(months.count), step if lease.timing == "arrears" else 0
        days = months.days(start.day, start)
        for period in range(-(-(index(end) - index(start) + 1) // step)):
            begin, stop = add_months(start, period * step), min(add_months(start, (period + 1) * step), end)
            paid = sum(share * _overlap(max(begin, first), stop, begin, step) for share, first in parts)
            if begin < stop and paid:
                at = months.at(stop if lag else begin)
                fraction[at], year[at] = fraction[at] + paid, period * step // 12
        return cls(days, fraction, year)


def _overlap(first: date, stop: date, begin: date, step: int) -> float:
    """Years of rent from `first` to `stop` within the period of `step` months from `begin`: whole periods are exact."""
    if first >= stop:
        return 0.0
    if first == begin and stop == add_months(begin, step, stop.day):
        return step / 12
    return min(year_fraction(first, stop, "30/360"), step / 12)


def progress(name: str, cost: Cost, calendar: Calendar, months: Months) -> Floats:
    """Share of the time from start to end of a cost that has passed by each month's last day, shape (M,)."""
    start = calendar[f"{name}.start"]
    end = calendar[f"{name}.end"] if cost.end is not None else start
    span = (end - start).days
    days = months.days()
    if span == 0:
        return np.array([float(index(day) >= index(start)) for day in days])
    return np.clip([(day - start).days / span for day in days], 0.0, 1.0)


def window(days: list[date], start: date, until: date) -> Floats:
    """1 on the days within a window, both ends included, shape (M,)."""
    return np.array([start <= day <= until for day in days], float)
