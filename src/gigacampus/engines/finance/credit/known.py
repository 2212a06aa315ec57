"""The deal whose supports are removed: signed, its rents as found, and with two transfers that move what they leave."""

from __future__ import annotations

import itertools

from gigacampus.campus.spec.deal import OUTSIDE, Deal, Rating, Transfer, slug
from gigacampus.engines.finance.result import FinanceResult
from gigacampus.engines.finance.solving.signed import signed


def known(deal: Deal, found: FinanceResult) -> Deal:
    """The deal as it was found to be.

    Where a loan is rated, its last two transfers are of nothing: one to the loan's borrower, one from it.
    """
    deal = signed(deal, found)
    leases = {
        name: lease.model_copy(update={"rent": float(found.rows[f"{slug(name)}.base"]), "commitment": None})
        for name, lease in deal.leases.items()
    }
    transfers = deal.transfers | ({} if deal.rating is None else _to_and_from(deal, deal.rating))
    return deal.model_copy(update={"leases": leases, "transfers": transfers})


def _to_and_from(deal: Deal, rating: Rating) -> dict[str, Transfer]:
    """Transfers of nothing to and from the borrower, called as no contract is."""
    borrower, taken = deal.loans[rating.loan].borrower, {slug(name) for _, name, _ in deal.contracts()}
    taken |= {slug(name) for name in deal.entities}
    free = (f"transfer {k}" for k in itertools.count() if f"transfer_{k}" not in taken)
    return {
        next(free): Transfer(payer=payer, payee=payee, what="distribution", amount=0.0)
        for payer, payee in ((OUTSIDE, borrower), (borrower, OUTSIDE))
    }
