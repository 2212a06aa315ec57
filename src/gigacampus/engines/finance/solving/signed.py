"""A deal with what was found for it as given."""

from __future__ import annotations

import numpy as np

from gigacampus.campus.spec.deal import Amortisation, Deal, Loan, slug
from gigacampus.campus.spec.deal.rules import unknowns
from gigacampus.campus.spec.deal.varied import put
from gigacampus.engines.finance.result import FinanceResult
from gigacampus.engines.finance.solving.unknowns import row_of


def signed(deal: Deal, base: FinanceResult) -> Deal:
    """The deal as it was found to be: unknowns are numbers, a sculpted schedule is the list of its repayments, and a
    sized loan has its size. Nothing of it is published."""
    for path, _ in unknowns(deal):
        deal = put(deal, path, base.solved[row_of(path)])
    for name, loan in deal.loans.items():
        plan = _listed(loan, slug(name), base) if loan.amortisation.kind == "sculpted" else loan.amortisation
        fits = min(1.0, loan.amount / max(sum(loan.holders.values()), 1e-9))  # the size may be less than they hold
        held = {holder: amount * fits for holder, amount in loan.holders.items()}
        given = {"amortisation": plan, "sizing": None, "holders": held}
        deal = put(deal, f"loans.{name}", loan.model_copy(update=given))
    return deal.model_copy(update={"solve": [], "published": {}, "readings": {}})


def _listed(loan: Loan, n: str, base: FinanceResult) -> Amortisation:
    """A schedule as the share of principal that each payment repays, the rest with the last, and none below zero."""
    left, funded = base.row(f"{n}.target")[base.row(f"{n}.repay") > 0], float(base.rows[f"{n}.funded"])
    left = np.minimum.accumulate(np.clip(left / funded if funded > 0 else 0 * left, 0, 1))
    left[-1] = 0.0
    return Amortisation(kind="list", shares=(-np.diff(left, prepend=1.0)).tolist())
