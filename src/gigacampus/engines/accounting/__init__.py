"""Accounts of a deal: on the balance sheet, or off it. Door: `account`.

In: the deal with its block `accounting`, and its statement. Out: `Accounts`: each leg of lease classification (ASC
842, IFRS 16), of sale and leaseback and of consolidation (ASC 810, IFRS 10), with figure, threshold, arithmetic and
evidence; maximum exposure to loss with its parts; the balance sheet of each party at each year's end, with its
vehicles by the equity method and with each of them consolidated. It is arithmetic and evidence, never an opinion:
where a leg rests on a question that the spec leaves open, its state is judgment.

Not modelled: deferred tax, changes of fair value and impairment, a landlord's sales-type lease (it keeps what it lets
at cost), a liability for guarantees given, fees spread over a loan's life, failed sales on the balance sheets, related
parties.
"""

from __future__ import annotations

import numpy as np

from gigacampus.campus.spec.deal import Deal, slug
from gigacampus.engines.accounting.books import Books
from gigacampus.engines.accounting.consolidation import Losses, examine
from gigacampus.engines.accounting.leases import classify
from gigacampus.engines.accounting.owning import group
from gigacampus.engines.accounting.result import Accounts, Exposure, Sheet
from gigacampus.engines.accounting.sheets import income, sheet
from gigacampus.engines.accounting.statement import Statement

__all__ = ["Accounts", "account"]


def account(deal: Deal, result: Statement) -> Accounts | None:
    """Account for a deal; None where the deal does not say how.

    Parameters
    ----------
    deal : Deal
    result : Statement
        Its statement.

    Returns
    -------
    Accounts or None

    Raises
    ------
    SpecError
        Where nothing gives a lease its fair value.
    """
    spec = deal.accounting
    if spec is None:
        return None
    losses = Losses(deal, result)
    tested = {name: examine(deal, spec, result, losses, name) for name in spec.vehicles}
    groups = {name: {party: group(deal, party, name) for party in test.parties} for name, test in tested.items()}
    books = {basis: Books(deal, spec, result, basis == "finance") for basis in ("operating", "finance")}
    months = (result.months - result.months.astype("datetime64[Y]")).astype(int)
    at = np.union1d(np.flatnonzero(months == 11), [len(months) - 1])
    sheets = {basis: {p: sheet(book, (p,), at) for p in deal.entities} for basis, book in books.items()}
    consolidated = {
        name: {party: sheet(books["operating"], members, at) for party, members in of.items()}
        for name, of in groups.items()
    }
    return Accounts(
        result.months[at],
        {name: classify(deal, spec, result, name) for name in spec.leases},
        tested,
        {name: _exposure(deal, result, name) for name in deal.exposures},
        sheets,
        {basis: {p: income(book, p, at) for p in deal.entities} for basis, book in books.items()},
        consolidated,
        groups,
        _residuals(books["operating"], [*sheets.values(), *consolidated.values()]),
    )


def _exposure(deal: Deal, result: Statement, name: str) -> Exposure:
    """The statement's row of maximum exposure, and what it is the sum of."""
    rows, n = result.rows, f"exposures.{slug(name)}"
    parts = (float(rows[f"{n}.{what}"]) for what in ("guaranteed", "rents", "carrying", "unfunded", "maximum"))
    return Exposure(deal.exposures[name].party, *parts)


def _residuals(books: Books, sheets: list[dict[str, Sheet]]) -> dict[str, float]:
    """Largest gap of each law, relative to the largest line of any balance sheet."""
    every = [one for of in sheets for one in of.values()]
    size = max((one.size for one in every), default=0.0) or 1.0
    stakes = [0.0]
    for vehicle in books.vehicles:
        paid = sum(level for (_, v), level in books.capital.items() if v == vehicle)
        parts = sum(books.stake(p, v) for p, v in books.holdings() if v == vehicle)
        stakes.append(float(np.abs(parts - paid - books.income[vehicle]).max()))
    return {
        "balance sheets balance": max((one.gap for one in every), default=0.0) / size,
        "owners' stakes are the equity": max(stakes) / size,
    }
