"""Rows of each guarantee, with the debt that it leaves uncovered, and of maximum exposures to loss."""

from __future__ import annotations

from datetime import date

import numpy as np

from gigacampus.campus.spec.deal import Guarantee, slug
from gigacampus.days import year_fraction
from gigacampus.engines.finance import schedule
from gigacampus.engines.finance.statement import Statement, plus


def add_guarantees(s: Statement) -> None:
    """Threshold and most that is paid by month, and what of the loan lies above that (the uncovered tail)."""
    for name, guarantee in s.deal.guarantees.items():
        n, g = slug(name), s.graph
        start, until = s.calendar[f"{name}.start"], s.calendar[f"{name}.until"]
        days = s.months.days(start.day, start)
        inside = schedule.window(days, start, until)
        order = np.cumsum(inside) * inside
        g.add(f"{n}.window", inside, "1", f"{name}: in force")
        g.add(f"{n}.first", (order == 1).astype(float), "1", f"{name}: first month in force")
        if guarantee.behind:
            g.add(f"{n}.owed", _owed(s, name, guarantee, days), label=f"{name}: owed on its day of the month")
        s.table(n, name, f"""
            .threshold       = .window * {_threshold(s, name, guarantee, days)} ; guaranteed amount
            .threshold_start = sum(.threshold * .first) ; guaranteed amount at its start
            .maximum         = {_capped(s, name, guarantee)} ; most that it pays
            .maximum_start   = sum(.maximum * .first) ; most that it pays at its start
        """)  # fmt: skip
        if guarantee.behind:
            drawn = " * ".join(f"{slug(loan)}.open" for loan in guarantee.behind)
            s.table(n, name, f"""
                .uncovered = max(0, .owed - .maximum) * (1 - {drawn}) ; debt above the most that it pays
                .tail      = sum({_left(s, name, guarantee, until)}) ; debt left when the guarantee ends
            """)  # fmt: skip


def _owed(s: Statement, name: str, guarantee: Guarantee, days: list[date]) -> str:
    """What its loans owe on its days, as a formula: what they pay later in a month is still owed then."""
    terms = []
    for loan in guarantee.behind:
        balance, later = (
            f"{slug(loan)}.balance",
            [paid > day for paid, day in zip(s.loans[loan].dates, days, strict=True)],
        )
        if any(later):
            row = f"{slug(name)}.before_{slug(loan)}"
            s.graph.add(row, np.array(later, float), "1", f"{name}: {loan} pays later in the month")
            balance = f"({row} * prev({balance}) + (1 - {row}) * {balance})"
        terms.append(balance)
    return plus(terms)


def _left(s: Statement, name: str, guarantee: Guarantee, until: date) -> str:
    """What its loans owe when it ends, in one month each, as a formula."""
    terms, at = [], s.months.at(until)
    for loan in guarantee.behind:
        paid = s.loans[loan].dates[at] <= until  # a payment on its last day is one that it stood behind
        last = (np.arange(s.months.count) == at - (not paid)).astype(float)
        row = f"{slug(name)}.last_{slug(loan)}"
        s.graph.add(row, last, "1", f"{name}: month whose balance of {loan} is left when it ends")
        terms.append(f"{slug(loan)}.balance * {row}")
    return plus(terms)


def _threshold(s: Statement, name: str, guarantee: Guarantee, days: list[date]) -> str:
    if guarantee.line is not None:
        span = (s.calendar[f"{name}.until"] - s.calendar[f"{name}.start"]).days
        passed = np.clip([(day - s.calendar[f"{name}.start"]).days / span for day in days], 0.0, 1.0)
        s.graph.add(f"{slug(name)}.passed", passed, "1", f"{name}: part of its time that has passed")
        first = s.number(f"guarantees.{name}.line.first", guarantee.line.first)
        last = s.number(f"guarantees.{name}.line.last", guarantee.line.last)
        level = f"({first} + ({last} - {first}) * {slug(name)}.passed)"
    elif not guarantee.table and guarantee.behind:
        multiple = s.number(f"guarantees.{name}.multiple", guarantee.multiple, "1")
        level = f"{multiple} * {slug(name)}.owed"
    else:
        after = np.array([year_fraction(days[0], day, "30/360") for day in days])
        after -= year_fraction(days[0], s.calendar[f"{name}.start"], "30/360")
        steps = np.searchsorted([x.after for x in guarantee.table], after + 1e-9, side="right")
        table = np.array([0.0, *(x.amount for x in guarantee.table)])[steps]
        level = s.graph.add(f"{slug(name)}.table", table, label=f"{name}: table", path=f"guarantees.{name}.table")
    return level


def _capped(s: Statement, name: str, guarantee: Guarantee) -> str:
    """What is paid if nothing else is worth anything."""
    if guarantee.cap is None:
        return ".threshold"
    return f"min(.threshold, {s.number(f'guarantees.{name}.cap', guarantee.cap)})"


def add_exposures(s: Statement) -> None:
    """Maximum exposure to loss: guarantees given, rent committed, carrying value, and capital still to be paid in."""
    for name, exposure in s.deal.exposures.items():
        n, party = f"exposures.{slug(name)}", exposure.party
        later = np.array([day > exposure.at for day in s.months.days()], float)
        s.graph.add(f"{n}.later", later, "1", f"{name}: after {exposure.at}")
        given = []
        for k in (k for k, x in s.deal.guarantees.items() if x.guarantor == party):
            month = s.months.flag(max(exposure.at, s.calendar[f"{k}.start"]))
            s.graph.add(f"{n}.at_{slug(k)}", month, "1", f"{name}: month for which {k} counts")
            given.append(f"{slug(k)}.maximum * .at_{slug(k)}")
        rents = [f"{slug(k)}.rent * {slug(k)}.first_term" for k, x in s.deal.leases.items() if x.tenant == party]
        paid_in = [f.row for f in s.flows if f.payer == party and f.received in ("capital", "owners")]
        carrying = s.number(f"exposures.{name}.carrying", exposure.carrying)
        s.table(n, name, f"""
            .guaranteed = sum({plus(given)}) ; most that its guarantees pay, from their start on
            .rents      = sum({plus(rents)} * .later) ; rent still to be paid for the first terms
            .unfunded   = sum({plus(paid_in)} * .later) ; capital still to be paid in
            .maximum    = .guaranteed + .rents + {carrying} + .unfunded ; maximum exposure to loss
        """)  # fmt: skip
