"""Price, yield, spread, duration and life of a debt, from the payments that are still to come.

With m payments a year, a yield y discounts a payment t years away by ``(1 + y/m)^(-m t)``. Time counts by street
convention: whole periods between payments, and of the period that runs on the day of settlement the part that is left
by the debt's own day count [1]_. Prices are per 100 of what is owed; the clean one leaves out accrued interest.

References
----------
.. [1] Mayle, J. (1993). Standard Securities Calculation Methods, vol. 1, 3rd ed. Securities Industry Association.
.. [2] Fabozzi, F. J. (2016). Bond Markets, Analysis, and Strategies, 9th ed., ch. 2 to 5.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from gigacampus.days import DayCount, add_months, year_fraction
from gigacampus.errors import InfeasibleError, Problem
from gigacampus.numerics import bracket, find_root

Floats = NDArray[np.float64]
Curve = Sequence[tuple[float, float]]
"""Points of a curve: years to maturity, and the rate a year there; linear in between and level outside."""


@dataclass(frozen=True)
class Payments:
    """What a debt pays after a day of settlement, N payments.

    Attributes
    ----------
    times : array, shape (N,) [years]
        From settlement to each payment, by street convention.
    interest, principal : array, shape (N,) [USD]
    owed : float [USD]
        What is owed on the day of settlement.
    accrued : float [USD]
        Interest since the last payment.
    often : int
        Payments a year.
    """

    times: Floats
    interest: Floats
    principal: Floats
    owed: float
    accrued: float
    often: int

    @property
    def amounts(self) -> Floats:
        """Interest and principal, shape (N,) [USD]."""
        return self.interest + self.principal


def payments(
    dates: Sequence[date],
    interest: Floats,
    principal: Floats,
    periods: Floats,
    *,
    start: date,
    settle: date,
    owed: float,
    often: int,
    day_count: DayCount,
) -> Payments:
    """Payments of a debt after its settlement; one on the day itself belongs to the seller.

    Parameters
    ----------
    dates : sequence of date, length N
        Days of payment, in order.
    interest, principal : array, shape (N,) [USD]
    periods : array, shape (N,) [years]
        Years of interest that each payment is for.
    start : date
        When interest starts.
    settle : date
        Between `start` and the last payment.
    owed : float [USD]
    often : int
        Payments a year.
    day_count : DayCount

    Examples
    --------
    Two half-yearly payments at 6 %, a quarter into the first period:

    >>> days, half = [date(2026, 6, 30), date(2026, 12, 30)], np.array([0.5, 0.5])
    >>> two = payments(days, np.array([3.0, 3.0]), np.array([0.0, 100.0]), half, start=date(2025, 12, 30),
    ...                settle=date(2026, 3, 30), owed=100.0, often=2, day_count="30/360")
    >>> two.times.tolist(), two.accrued
    ([0.25, 0.75], 1.5)
    """
    ahead = [k for k, day in enumerate(dates) if day > settle]
    first, step = ahead[0], 12 // often
    last = dates[first - 1] if first else start
    begun = last if first else add_months(dates[0], -step)  # a stub is part of a whole period
    length = 1 / often if day_count == "30/360" else year_fraction(begun, dates[first], day_count)
    left = 1 - year_fraction(begun, settle, day_count) / length
    after = np.array([_months(dates[first], dates[k]) / step for k in ahead])
    accrued = float(interest[first]) * year_fraction(last, settle, day_count) / float(periods[first])
    return Payments((left + after) / often, interest[ahead], principal[ahead], owed, accrued, often)


def _months(start: date, end: date) -> int:
    return (end.year - start.year) * 12 + end.month - start.month


def dirty_price(p: Payments, rate: float) -> float:
    """Value of the payments at a yield, per 100 owed [1].

    >>> whole = Payments(np.array([0.5, 1.0]), np.array([3.0, 3.0]), np.array([0.0, 100.0]), 100.0, 0.0, 2)
    >>> round(dirty_price(whole, 0.06), 12)
    100.0
    """
    return 100 * float(_values(p, rate).sum()) / p.owed


def clean_price(p: Payments, rate: float | Floats) -> float:
    """The same without accrued interest, per 100 owed [1]; at one rate, or each payment at its own, shape (N,)."""
    return 100 * (float(_values(p, rate).sum()) - p.accrued) / p.owed


def yield_at(p: Payments, price: float) -> float:
    """Yield at which the clean price is as given [1/year].

    >>> whole = Payments(np.array([0.5, 1.0]), np.array([3.0, 3.0]), np.array([0.0, 100.0]), 100.0, 0.0, 2)
    >>> round(yield_at(whole, 100.0), 12)
    0.06
    """
    return _root(lambda rate: clean_price(p, rate) - price, p, f"no yield gives a price of {price:.6g}")


def average_life(p: Payments) -> float:
    """Weighted average life: years to each principal payment, weighted by it [years].

    >>> average_life(Payments(np.array([1.0, 2.0]), np.array([6.0, 3.0]), np.array([50.0, 50.0]), 100.0, 0.0, 1))
    1.5
    """
    return float(p.times @ p.principal / p.principal.sum())


def macaulay_duration(p: Payments, rate: float) -> float:
    """Time to each payment, weighted by its value [years].

    >>> two = Payments(np.array([1.0, 2.0]), np.array([10.0, 10.0]), np.array([0.0, 100.0]), 100.0, 0.0, 1)
    >>> round(macaulay_duration(two, 0.10), 12) == round((10 / 1.1 + 2 * 110 / 1.21) / 100, 12)
    True
    """
    values = _values(p, rate)
    return float(p.times @ values / values.sum())


def modified_duration(p: Payments, rate: float) -> float:
    """Relative fall of the dirty price for each unit that the yield rises, ``-P'/P`` [years]."""
    return macaulay_duration(p, rate) / (1 + rate / p.often)


def convexity(p: Payments, rate: float) -> float:
    """Second derivative of the dirty price by the yield, over the price [years²]."""
    values = _values(p, rate)
    return float(p.times * (p.times + 1 / p.often) @ values / values.sum()) / (1 + rate / p.often) ** 2


def dv01(p: Payments, rate: float) -> float:
    """Fall of the price, per 100 owed, for a yield that is 1 bp higher, by its slope [1]."""
    return modified_duration(p, rate) * dirty_price(p, rate) * 1e-4


def rate_at(curve: Curve, years: float | Floats) -> Floats:
    """Rate of a curve at a maturity [1/year], of the shape of `years`.

    >>> float(rate_at([(10.0, 0.04), (30.0, 0.05)], 20.0))
    0.045
    """
    maturities, rates = np.array(curve).T
    return np.asarray(np.interp(np.asarray(years), maturities, rates))


def zero_rates(curve: Curve, often: int, until: float) -> Curve:
    """Zero rates, compounded `often` times a year, from par yields that pay as often: the bootstrap.

    ``D_n = (1 - c_n/m sum_{k<n} D_k) / (1 + c_n/m)``, with par yields c between the points of the curve.

    >>> [round(rate, 6) for _, rate in zero_rates([(1.0, 0.04), (2.0, 0.05)], 1, 2.0)]
    [0.04, 0.050252]
    """
    times = np.arange(1, int(np.ceil(until * often)) + 1) / often
    discount: list[float] = []
    for coupon in rate_at(curve, times) / often:
        discount.append(float((1 - coupon * sum(discount)) / (1 + coupon)))
    rates = often * (np.array(discount) ** (-1 / (often * times)) - 1)
    return list(zip(times.tolist(), rates.tolist(), strict=True))


def z_spread(p: Payments, price: float, zeros: Curve) -> float:
    """What is to be added to every zero rate so that the payments are worth the clean price [1/year].

    >>> whole = Payments(np.array([0.5, 1.0]), np.array([3.0, 3.0]), np.array([0.0, 100.0]), 100.0, 0.0, 2)
    >>> round(z_spread(whole, 100.0, [(1.0, 0.04)]), 12)
    0.02
    """
    rates = rate_at(zeros, p.times)
    return _root(lambda spread: clean_price(p, rates + spread) - price, p, f"no spread gives a price of {price:.6g}")


def _values(p: Payments, rate: float | Floats) -> Floats:
    """Value of each payment, at one rate or each at its own, shape (N,) [USD]."""
    growth: Floats = np.asarray(1 + np.asarray(rate) / p.often, dtype=float)
    return p.amounts * growth ** (-p.often * p.times)


def _root(miss: Callable[[float], float], p: Payments, otherwise: str) -> float:
    """Root of a price's miss by a rate, which must leave every growth factor above zero."""
    ends = bracket(miss, 0.05, 0.02, low=-0.5 * p.often, high=100.0)
    if ends is None:
        raise InfeasibleError(Problem(otherwise, fix="Check the price and the payments"))
    return find_root(miss, *ends)
