"""Balance sheets out of the books: of each party, and of groups of them.

In a group, what its members hold of each other falls away: investments against capital, loans against loans with their
interest, and leases, whose right of use, liability and accrued rent sum to nothing while they are operating ones. What
is left of the equity of its vehicles belongs to outsiders: the non-controlling interest. The parent's own equity is
what it was by the equity method (a proof: consolidation moves lines, not worth). Profit of one member on works for
another is not eliminated.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from gigacampus.engines.accounting.books import ASSETS, LIABILITIES, Books
from gigacampus.engines.accounting.result import Floats, Sheet

PAID_IN, INCOME, OUTSIDERS = "paid in less taken out", "income so far", "non-controlling interest"


def sheet(books: Books, members: Sequence[str], at: NDArray[np.int64]) -> Sheet:
    """Balance sheet of a parent, the first of the members, with the others consolidated.

    Parameters
    ----------
    books : Books
    members : sequence of str
    at : array, shape (Y,)
        Positions of the months at whose end it stands.
    """
    total: defaultdict[str, Floats] = defaultdict(lambda: np.zeros(len(at)))
    for member in members:
        for (what, whose), level in books.lines[member].items():
            total[what] += _left(books, members, what, whose) * level[at]
    assets, liabilities = (
        {line: total[line] for line in lines if np.any(total[line])} for lines in (ASSETS, LIABILITIES)
    )
    return Sheet(assets, liabilities, {line: level[at] for line, level in _equity(books, members).items()})


def income(books: Books, party: str, at: NDArray[np.int64]) -> dict[str, Floats]:
    """Income statement of a party: what it earns (costs negative) in the time up to each of the months, shape (Y,)."""
    lines = {what: np.diff(level[at], prepend=0.0) for what, level in books.earned[party].items()}
    return {what: line for what, line in lines.items() if np.any(line)}


def _equity(books: Books, members: Sequence[str]) -> dict[str, Floats]:
    parent, inside = members[0], set(members)
    none = np.zeros(books.count)
    paid = sum((level for (_, vehicle), level in books.capital.items() if vehicle == parent), none)
    minority = [books.stake(p, v) for p, v in books.holdings() if v in inside - {parent} and p not in inside]
    found = {PAID_IN: paid, INCOME: books.income[parent]}
    return found | ({OUTSIDERS: sum(minority, none)} if minority else {})


def _left(books: Books, members: Sequence[str], what: str, whose: str) -> float:
    """Share of a line that is not about another member of the group."""
    deal = books.deal
    if what == "investments":
        return float(whose not in members)
    if what in ("loans held", "interest receivable"):
        return float(deal.loans[whose].borrower not in members)
    if what in ("loans", "interest payable"):
        held = books.result.loans[whose].holders
        return 1.0 - sum(share for holder, share in held.items() if holder in members)
    if what in ("rights of use", "lease liabilities", "rent receivable"):
        lease = deal.leases[whose]
        return float(not (lease.tenant in members and lease.landlord in members))
    return 1.0
