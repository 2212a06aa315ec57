"""Cover and leverage of each loan, and the fall of rent at which cash no longer covers a payment."""

from __future__ import annotations

import numpy as np

from gigacampus.campus.spec.deal import slug
from gigacampus.engines.finance.credit.result import Coverage
from gigacampus.engines.finance.reading.metrics import cover, life
from gigacampus.engines.finance.result import Cover, FinanceResult
from gigacampus.engines.finance.statement import Floats, Statement
from gigacampus.numerics import bracket, find_root


def coverage(s: Statement, base: dict[str, Floats], found: FinanceResult) -> dict[str, Coverage]:
    """By loan."""
    by_vehicle = {vehicle: _coverage(s, base, found, vehicle) for vehicle in found.cover}
    return {name: by_vehicle[loan.borrower] for name, loan in s.deal.loans.items()}


def stressed(s: Statement, base: dict[str, Floats], vehicle: str, rents: dict[str, Floats]) -> Cover:
    """Cover of the agreed payments if parts of a year's rent are paid as given."""
    cash = f"{slug(vehicle)}.cfads"
    changed = s.graph.evaluate(rents, [cash], base)
    return cover(s, {**base, cash: changed[cash]}, vehicle)


def _coverage(s: Statement, base: dict[str, Floats], found: FinanceResult, vehicle: str) -> Coverage:
    dscr = found.cover[vehicle].dscr
    some, lives = len(dscr) > 0, life(s, base, vehicle)
    return Coverage(
        float(dscr.min()) if some else None, float(np.median(dscr)) if some else None,
        float(dscr.mean()) if some else None, lives.loan if lives is not None else None,
        _break_even(s, base, vehicle) if some else None, float(base[f"{slug(vehicle)}.gearing"]),
        _debt_to_cash(s, base, vehicle),
    )  # fmt: skip


def _break_even(s: Statement, base: dict[str, Floats], vehicle: str) -> float | None:
    """Root, by the share of rent that is paid, of the least cover less one."""
    fractions = {f"{slug(name)}.fraction": s.graph.inputs[f"{slug(name)}.fraction"] for name in s.deal.leases}

    def spare(share: float) -> float:
        rents = {row: share * fraction for row, fraction in fractions.items()}
        return float(stressed(s, base, vehicle, rents).dscr.min()) - 1

    if not fractions or spare(1.0) == spare(0.9):
        return None
    ends = bracket(spare, 1.0, 0.1, low=0.0, high=100.0)
    return None if ends is None else 1 - find_root(spare, *ends)


def _debt_to_cash(s: Statement, base: dict[str, Floats], vehicle: str) -> float | None:
    """Debt as repayment begins over the cash of the 12 months that follow the payment before."""
    loans = {slug(name): s.loans[name] for name, loan in s.deal.loans.items() if loan.borrower == vehicle}
    repays = np.flatnonzero(np.any([times.repay > 0 for times in loans.values()], axis=0))
    if not len(repays):
        return None
    pays = np.flatnonzero(np.any([times.pay > 0 for times in loans.values()], axis=0))
    before = max([k for k in pays if k < repays[0]], default=repays[0] - 1)
    owed = float(sum(base[f"{n}.balance"][before] for n in loans))
    cash = float(np.broadcast_to(base[f"{slug(vehicle)}.cfads"], s.months.count)[before + 1 : before + 13].sum())
    return owed / cash if cash > 0 else None
