"""A deal whose numbers are all known: what was found is put in, and payments that followed the cash are a list."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from typing import Any

import numpy as np

from gigacampus.campus.spec.deal import OUTSIDE, UNKNOWN, Amortisation, Deal, Loan, Rating, Transfer, slug
from gigacampus.campus.spec.part import Part
from gigacampus.engines.finance.result import FinanceResult
from gigacampus.engines.finance.statement import Floats


def known(deal: Deal, found: FinanceResult) -> Deal:
    """The deal as it was found to be; payments of its loans do not follow the cash any more.

    Where a loan is rated, its last two transfers are of nothing: one to the loan's borrower, one from it.
    """
    filled: Deal = _filled(deal, "", found.solved)
    loans = {name: _planned(loan, slug(name), found.rows) for name, loan in filled.loans.items()}
    leases = {
        name: lease.model_copy(update={"rent": float(found.rows[f"{slug(name)}.base"]), "commitment": None})
        for name, lease in filled.leases.items()
    }
    transfers = filled.transfers | ({} if deal.rating is None else _to_and_from(deal, deal.rating))
    known = {"loans": loans, "leases": leases, "transfers": transfers, "solve": []}
    return filled.model_copy(update=known)


def _to_and_from(deal: Deal, rating: Rating) -> dict[str, Transfer]:
    """Transfers of nothing to and from the borrower, called as no contract is."""
    borrower, taken = deal.loans[rating.loan].borrower, {slug(name) for _, name, _ in deal.contracts()}
    taken |= {slug(name) for name in deal.entities}
    free = (f"transfer {k}" for k in itertools.count() if f"transfer_{k}" not in taken)
    return {
        next(free): Transfer(payer=payer, payee=payee, what="distribution", amount=0.0)
        for payer, payee in ((OUTSIDE, borrower), (borrower, OUTSIDE))
    }


def _filled(value: Any, row: str, solved: Mapping[str, float]) -> Any:
    """A part of the deal with each unknown replaced by what was found for it; `row` is what the statement calls it."""
    if value is UNKNOWN:
        return solved[row]
    if isinstance(value, dict):
        return {key: _filled(item, f"{row}.{slug(str(key))}", solved) for key, item in value.items()}
    if not isinstance(value, Part):
        return value
    fields = type(value).model_fields
    return value.model_copy(
        update={name: _filled(getattr(value, name), f"{row}.{slug(name)}".lstrip("."), solved) for name in fields}
    )


def _planned(loan: Loan, n: str, rows: Mapping[str, Floats]) -> Loan:
    """A loan with payments as planned; what the plan leaves at the end is due then."""
    if loan.amortisation.kind != "sculpted":
        return loan.model_copy(update={"sizing": None})
    planned, at = rows[f"{n}.planned"], np.flatnonzero(rows[f"{n}.repay"] > 0)
    funded = max(float(rows[f"{n}.funded"]), 1.0)  # less is a crumb of rounding
    shares = -np.diff(planned[at], prepend=planned[at[0] - 1]) / funded
    shares[-1] += 1 - shares.sum()
    listed = Amortisation.model_construct(kind="list", shares=shares.tolist())
    return loan.model_copy(update={"amortisation": listed, "sizing": None})
