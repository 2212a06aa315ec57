"""Tests of a vehicle's debt service cover, and what follows: cash locked up, swept, or paid in by the owners.

On each repayment date of the slowest loan that is being repaid, the cover is the cash of the periods that ended within
the months looked back over, over the debt service due in them, a rest at the end of a loan left out. Of cash that is
left after reserves when it could be distributed, a share prepays the loans by rank (all of it while a default stands);
what is prepaid comes off the last payments (inverse order of maturity), so that the cover is still of the plan.
"""

from __future__ import annotations

import numpy as np

from gigacampus.campus.spec.deal import MONTHS, Loan, slug
from gigacampus.campus.spec.deal.covenants import Covenants
from gigacampus.engines.finance.schedule import slowest
from gigacampus.engines.finance.statement import Floats, Statement, plus


def add_cure(s: Statement, vehicle: str, covenants: Covenants, loans: dict[str, Loan], ready: dict[str, str]) -> None:
    """What the owners pay in where cash and reserves do not meet what is due, up to the cap.

    `ready` is what must lie ready for each loan's next payment: like what is due, it comes before a later rank.
    """
    cap, ahead, wanted = s.number(f"entities.{vehicle}.covenants.cure", covenants.cure), list[str](), list[str]()
    for rank in sorted({loan.rank for loan in loans.values()}):
        same = {n: loan for n, loan in loans.items() if loan.rank == rank}
        held = {n: f" - min(prev({n}.reserve), {n}.due)" if loan.dsra else "" for n, loan in same.items()}
        parts = [f"iff({n}.due > 0, ({n}.due{held[n]}) * (1 - {n}.open) / {n}.due, 0)" for n in same]
        s.table(slug(vehicle), vehicle, f"""
            .part{rank} [1]  = max({", ".join(["0", *parts])}) ; part of what is due that cash must pay, rank {rank}
            .wanted{rank} = iff(.part{rank} > 0, {plus(ahead)} + .part{rank} * .due{rank}, 0) ; cash so that it is paid
        """)  # fmt: skip
        wanted.append(f".wanted{rank}")
        ahead += [f".due{rank}", *(ready[n] for n in same if n in ready)]
    s.table(slug(vehicle), vehicle, f"""
        .cure  = max(0, min(max({", ".join(["0", *wanted])}) - .in_hand, {cap} - prev(.cured))) ; paid in to cure
        .cured = prev(.cured) + .cure ; paid in to cure so far
    """)  # fmt: skip


def add_tests(s: Statement, vehicle: str, covenants: Covenants, loans: dict[str, Loan]) -> None:
    """Cover looking back, whether cash is locked up, and whether a default stands."""
    e, path = slug(vehicle), f"entities.{vehicle}.covenants"
    _looking_back(s, vehicle, covenants.look_back, loans)
    missed = plus([f"({n}.due - {n}.paid_cash - {n}.from_reserve) * (1 - {n}.open)" for n in loans])
    fails = {"default": "0", "lock_up": "0"}  # a level that is not given is always met
    for what, level in (("default", covenants.default), ("lock_up", covenants.lock_up)):
        if level is not None:
            fails[what] = f".cash_back < {s.number(f'{path}.{what}', level, '1')} * .debt_back"
    s.table(e, vehicle, f"""
        .cover [1]   = iff(.tested * .debt_back > 0, .cash_back / .debt_back, 0) ; cover looking back, when tested
        .missed      = {missed} ; debt service that could not be paid
        .default [1] = iff(.missed > 0.5, 1, iff(.tested, {fails["default"]}, prev(.default))) ; fails
        .locked [1]  = iff(.tested, {fails["lock_up"]}, prev(.locked)) ; cash is locked up
    """)  # fmt: skip


def _looking_back(s: Statement, vehicle: str, months: int, loans: dict[str, Loan]) -> None:
    """Cash and debt service of the periods that ended within some months before each test."""
    e = slug(vehicle)
    tested, live, counted = _dates(s, vehicle, months)
    s.graph.add(f"{e}.tested", tested, "1", f"{vehicle}: date of a covenant test")
    s.graph.add(f"{e}.live", live, "1", f"{vehicle}: debt is being repaid")
    back = [""] * len(counted)
    for k, counts in enumerate(counted):
        if not np.array_equal(counts[tested > 0], tested[tested > 0]):
            s.graph.add(f"{e}.counts_{k}", counts, "1", f"{vehicle}: the period {k} before counts")
            back[k] = f" * .counts_{k}"
    for what, row, label in (
        ("cash", ".cfads * .live", "operating cash"),
        ("debt", plus([f"{n}.scheduled" for n in loans]), "debt service"),
    ):
        s.table(e, vehicle, f".{what}_0 = (1 - prev(.tested)) * prev(.{what}_0) + {row} ; {label} since the last test")
        for k in range(1, len(counted)):
            then = f"iff(prev(.tested), prev(.{what}_{k - 1}), prev(.{what}_{k}))"
            s.table(e, vehicle, f".{what}_{k} = {then} ; {label}, {k} periods before")
        whole = plus([f".{what}_{k}{by}" for k, by in enumerate(back)])
        s.table(e, vehicle, f".{what}_back = {whole} ; {label} looking back")


def add_sweep(s: Statement, vehicle: str, covenants: Covenants, loans: dict[str, Loan], left: str) -> str:
    """Cash that prepays the loans by rank. Returns the row of what is left."""
    e, path = slug(vehicle), f"entities.{vehicle}.covenants"
    share = s.number(f"{path}.sweep", covenants.sweep, "fraction")
    if covenants.sweep_below is not None:
        below = s.number(f"{path}.sweep_below", covenants.sweep_below, "1")
        low = f"iff(.tested, .cash_back < {below} * .debt_back, prev(.low))"
        s.table(e, vehicle, f".low [1] = {low} ; cover is so low that cash is swept")
        share = f"{share} * .low"
    s.table(e, vehicle, f"""
        .sweep = {left} * max(.pays_out * .live, .missed > 0.5) * (1 - .keeps) * iff(.default, 1, {share}) ; cash to prepay
    """)  # fmt: skip  # noqa: E501
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


def _dates(s: Statement, vehicle: str, look_back: int) -> tuple[Floats, Floats, list[Floats]]:
    """Dates of tests, months in which cash counts, and for each period back whether it counts on these dates."""
    loans = {name: loan for name, loan in s.deal.loans.items() if loan.borrower == vehicle}
    step, month = slowest(loans, lambda row: s.graph.inputs[row]), np.arange(s.months.count)
    tested = np.any([(s.loans[k].repay > 0) & (step == MONTHS[x.every]) for k, x in loans.items()], axis=0)
    at, live, counted = np.flatnonzero(tested), np.zeros(s.months.count), [tested.astype(float)]
    if len(at):
        live = ((month > at[0] - step[at[0]]) & (month <= at[-1])).astype(float)
        for k in range(1, look_back):
            counts = np.zeros(s.months.count)
            counts[at[k:]] = at[k:] - at[:-k] < look_back
            if not counts.any():
                break
            counts[at[:k]] = 1.0  # nothing lies so far back
            counted.append(counts)
    return counted[0], live, counted
