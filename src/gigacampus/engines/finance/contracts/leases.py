"""Rows of each lease: rent part by part, its steps, commitment and abatement."""

from __future__ import annotations

from datetime import date

import numpy as np

from gigacampus.campus.spec.deal import MONTHS, Lease, slug
from gigacampus.days import add_months
from gigacampus.engines.finance.schedule import LeaseTimes
from gigacampus.engines.finance.statement import Floats, Statement


def add_leases(s: Statement) -> None:
    """Rent ``R (1 + g)^k`` a year in lease year k from 0; R is given, or the commitment over the sum of the steps."""
    for name, lease in s.deal.leases.items():
        n, times = slug(name), LeaseTimes.of(name, lease, s.calendar, s.months)
        growth = s.number(f"leases.{name}.escalator", lease.escalator, "fraction")
        s.graph.add(f"{n}.fraction", times.fraction, "year", f"{name}: part of a year's rent paid in the month")
        s.graph.add(f"{n}.year", times.year, "year", f"{name}: lease year, from 0")
        first_term = _paid_until(s, lease, times, s.calendar.term_ends(name)[0])
        s.graph.add(f"{n}.first_term", first_term, "1", f"{name}: rent is for the first term")
        s.table(n, name, f"""
            .step [1]        = (1 + {growth}) ** .year ; rent over that of the first year
            .base [USD/year] = {_base_rent(s, name, lease, times)} ; rent of the first year, for the whole
            .rent            = .base * .step * .fraction{_abated(s, name, lease)} ; rent paid
            .rent_year1      = sum(.rent * (.year == 0)) ; rent paid for the first year
            .commitment      = sum(.rent * .first_term) ; rent paid for the first term
            .rent_total      = sum(.rent) ; rent paid in all
        """)  # fmt: skip
        s.days.setdefault(lease.landlord, []).append(times.days)
        s.flow(f"{n}.rent", "rent", lease.tenant, lease.landlord, times.days, "operating", "operating")


def _abated(s: Statement, name: str, lease: Lease) -> str:
    """Factor for the computing that was not there in the rent's period (the period before it, if paid in advance)."""
    if lease.abatement is None:
        return ""
    n, step = slug(name), MONTHS[lease.every]
    lost = s.measured("unavailable")
    lost = np.zeros(s.months.count) if lost is None else lost
    lag = s.calendar[f"{name}.start"].day <= 15  # a period that ends early in a month ends with the month before
    total = np.concatenate([np.zeros(step + lag), np.cumsum(lost)])[: s.months.count + step]
    s.graph.add(f"{n}.unavailable", (total[step:] - total[:-step]) / step, "1", f"{name}: computing that was not there")
    beyond = s.number(f"leases.{name}.abatement.beyond", lease.abatement.beyond, "fraction")
    return f" * (1 - max(0, {n}.unavailable - {beyond}))"


def _paid_until(s: Statement, lease: Lease, times: LeaseTimes, day: date) -> Floats:
    """1 in the months whose rent is for the time until a day, shape (M,)."""
    if lease.timing == "advance":
        return np.array([paid < day for paid in times.days], float)
    return (np.arange(s.months.count) <= s.months.at(day)).astype(float)


def _base_rent(s: Statement, name: str, lease: Lease, times: LeaseTimes) -> str:
    if lease.commitment is None:
        return s.number(f"leases.{name}.rent", lease.rent or 0.0, "USD/year")
    amount = s.number(f"leases.{name}.commitment.amount", lease.commitment.amount)
    until = add_months(s.calendar[f"{name}.start"], round(12 * lease.commitment.years))
    s.graph.add(
        f"{slug(name)}.committed",
        _paid_until(s, lease, times, until),
        "1",
        f"{name}: within the years of the commitment",
    )
    return f"{amount} / sum(.step * .fraction * .committed)"
