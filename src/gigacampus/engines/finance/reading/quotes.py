"""Each quote of a loan: its price and yield from one another, spread, duration, life."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import numpy as np

from gigacampus.campus.spec.deal import MONTHS, Loan, Quote, slug
from gigacampus.engines.finance.reading import bonds
from gigacampus.engines.finance.result import LoanResult, Quoted
from gigacampus.engines.finance.statement import Floats
from gigacampus.errors import Problem, SpecError


def payments_of(name: str, loan: Loan, found: LoanResult, rows: Mapping[str, Floats], settle: date) -> bonds.Payments:
    """What a loan of the statement pays after a day.

    Raises
    ------
    SpecError
        Where nothing is owed on that day, or more of it is drawn later.
    """
    days, at = [day.item() for day in found.dates], np.datetime64(settle, "D")
    begun = int(np.flatnonzero(rows[f"{slug(name)}.first"])[0])
    passed = int(np.searchsorted(found.dates, at, side="right")) - 1
    if passed < begun or not found.balance[passed] > 1.0:
        raise SpecError(Problem("nothing is owed on that day", f"deal.loans.{name}", value=str(settle)))
    if found.draw[passed + 1 :].any():
        raise SpecError(Problem("it is still drawn on after that day", f"deal.loans.{name}", value=str(settle)))
    paid = np.flatnonzero(found.service > 0)
    years = rows[f"{slug(name)}.years"]
    return bonds.payments(
        [days[k] for k in paid], found.interest[paid], found.principal[paid],
        np.diff(years[paid], prepend=years[begun]), start=days[begun], settle=settle,
        owed=float(found.balance[passed]), often=12 // MONTHS[loan.every], day_count=loan.day_count,
    )  # fmt: skip


def quoted(quote: Quote, at: date, p: bonds.Payments) -> Quoted:
    """Complete a quote from the payments that it buys."""
    life = bonds.average_life(p)
    curve = [(point.maturity, point.rate) for point in quote.curve]
    benchmark = float(bonds.rate_at(curve, life)) if curve else quote.benchmark
    rate = quote.yield_to_maturity
    if quote.price is not None:
        rate = bonds.yield_at(p, 100 * quote.price)
    elif rate is None:
        rate = (benchmark or 0.0) + (quote.spread or 0.0)
    price = bonds.clean_price(p, rate) if quote.price is None else 100 * quote.price
    zeros = bonds.zero_rates(curve, p.often, float(p.times[-1])) if curve else []
    spread = quote.spread if benchmark is None else rate - benchmark
    return Quoted(
        at, price / 100, p.accrued / p.owed, rate,
        rate - spread if spread is not None else None, spread, bonds.z_spread(p, price, zeros) if zeros else None,
        life, bonds.modified_duration(p, rate), bonds.convexity(p, rate),
        bonds.dv01(p, rate) / 100,
    )  # fmt: skip
