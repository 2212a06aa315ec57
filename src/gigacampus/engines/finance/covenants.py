"""Tests of a vehicle's debt service cover, and what follows: cash locked up, swept, or paid in by the owners.

On each repayment date of the slowest loan alive, the cover is the cash of the last periods over the debt service due in
them, a rest at the end of a loan left out. Of cash that is left after reserves, a share prepays the loans by rank (all
of it while a default stands); what is prepaid counts against the payments that come next.
"""

from __future__ import annotations

import numpy as np

from gigacampus.campus.spec.deal import MONTHS, Loan, slug
from gigacampus.campus.spec.deal.covenants import Covenants
from gigacampus.engines.finance.statement import Floats, Statement, plus


def add_cure(s: Statement, vehicle: str, covenants: Covenants, loans: dict[str, Loan]) -> None:
    """What the owners pay in where cash and reserves do not meet what is due, up to the cap."""
    cap = s.number(f"entities.{vehicle}.covenants.cure", covenants.cure)
    due = plus([f"{n}.due * (1 - {n}.open)" for n in loans])
    held = plus([f"min(prev({n}.reserve), {n}.due)" for n, loan in loans.items() if loan.dsra])
    s.table(slug(vehicle), vehicle, f"""
        .cure  = max(0, min({due} - .in_hand - {held}, {cap} - prev(.cured))) ; paid in to cure
        .cured = prev(.cured) + .cure ; paid in to cure so far
    """)  # fmt: skip


def add_tests(s: Statement, vehicle: str, covenants: Covenants, loans: dict[str, Loan]) -> None:
    """Cover looking back, whether cash is locked up, and whether a default stands."""
    e, path = slug(vehicle), f"entities.{vehicle}.covenants"
    tested, live, periods = _dates(s, vehicle, covenants.look_back)
    s.graph.add(f"{e}.tested", tested, "1", f"{vehicle}: date of a covenant test")
    s.graph.add(f"{e}.live", live, "1", f"{vehicle}: debt is being repaid")
    for what, row, label in (
        ("cash", ".cfads * .live", "operating cash"),
        ("debt", plus([f"{n}.scheduled" for n in loans]), "debt service"),
    ):
        s.table(e, vehicle, f".{what}_0 = (1 - prev(.tested)) * prev(.{what}_0) + {row} ; {label} since the last test")
        for k in range(1, periods):
            then = f"iff(prev(.tested), prev(.{what}_{k - 1}), prev(.{what}_{k}))"
            s.table(e, vehicle, f".{what}_{k} = {then} ; {label}, {k} periods before")
        s.table(e, vehicle, f".{what}_back = {plus([f'.{what}_{k}' for k in range(periods)])} ; {label} looking back")
    missed = plus([f"({n}.due - {n}.paid_cash - {n}.from_reserve) * (1 - {n}.open)" for n in loans])
    default = "0" if covenants.default is None else s.number(f"{path}.default", covenants.default, "1")
    lock_up = "0" if covenants.lock_up is None else s.number(f"{path}.lock_up", covenants.lock_up, "1")
    s.table(e, vehicle, f"""
        .cover [1]   = iff(.tested * .debt_back > 0, .cash_back / .debt_back, 0) ; cover looking back, when tested
        .missed      = {missed} ; debt service that could not be paid
        .default [1] = iff(.missed > 0.5, 1, iff(.tested, .cash_back < {default} * .debt_back, prev(.default))) ; fails
        .locked [1]  = iff(.tested, .cash_back < {lock_up} * .debt_back, prev(.locked)) ; cash is locked up
    """)  # fmt: skip


def add_sweep(s: Statement, vehicle: str, covenants: Covenants, loans: dict[str, Loan], left: str) -> str:
    """Cash that prepays the loans by rank. Returns the row of what is left."""
    e, path = slug(vehicle), f"entities.{vehicle}.covenants"
    share = s.number(f"{path}.sweep", covenants.sweep, "fraction")
    if covenants.sweep_below is not None:
        below = s.number(f"{path}.sweep_below", covenants.sweep_below, "1")
        share = f"{share} * (.cash_back < {below} * .debt_back)"
    s.table(e, vehicle, f"""
        .sweep = {left} * max(.tested, .missed > 0.5) * (1 - .keeps) * iff(.default, 1, {share}) ; cash to prepay loans
    """)  # fmt: skip
    ahead = f"{e}.sweep"
    for n in loans:
        renewed = f" - {n}.refinanced" if f"{n}.refinanced" in s.graph.rows else ""
        s.table(n, n, f"""
            .owed  = prev(.balance) + .arrears - (.service - .interest){renewed} ; owed before it is prepaid
            .swept = max(0, min(.owed, {ahead})) ; prepaid from cash
            .ahead = {ahead} - .swept ; cash to prepay what comes after
        """)  # fmt: skip
        ahead = f"{n}.ahead"
    s.table(e, vehicle, f".unswept = {left} - .sweep + {ahead} ; cash left after loans are prepaid")
    return f"{e}.unswept"


def blocked(s: Statement, vehicle: str, loans: dict[str, Loan]) -> str:
    """Flag that nothing is distributed, as a formula: locked up or in default, while anything is owed."""
    owed = plus([f"{n}.balance" for n in loans])
    s.table(slug(vehicle), vehicle, f".blocked [1] = max(.locked, .default) * ({owed} > 0.5) ; nothing is distributed")
    return f"(1 - {slug(vehicle)}.blocked)"


def _dates(s: Statement, vehicle: str, look_back: int) -> tuple[Floats, Floats, int]:
    """Dates of tests, months in which cash counts, and the number of periods that a test looks back on."""
    times = {name: s.loans[name] for name, loan in s.deal.loans.items() if loan.borrower == vehicle}
    steps = {name: MONTHS[s.deal.loans[name].every] for name in times}
    slowest = np.zeros(s.grid.count, int)
    for name, one in times.items():
        alive = np.cumsum(one.final) - one.final == 0
        slowest = np.maximum(slowest, alive * steps[name])
    tested = np.any([(one.repay > 0) & (slowest == steps[name]) for name, one in times.items()], axis=0)
    at, longest = np.flatnonzero(tested), max(steps.values())
    month = np.arange(s.grid.count)
    live = (month > at[0] - longest) & (month <= at[-1]) if len(at) else np.zeros(s.grid.count, bool)
    return tested.astype(float), live.astype(float), max(1, look_back // longest)
