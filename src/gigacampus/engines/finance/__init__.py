"""Finance: from a deal, and what the campus costs month by month, to the statement and to who gets what.

Two doors: `run` gives the statement, and `account` (see `accounting`) what of it stands on whose balance sheet.

In: the deal (`campus.spec.deal.Deal`); what the physical campus costs and measures by month, by name, and the dates of
its events (``ready`` and each phase). A deal runs alone without them. Out: a `FinanceResult`.

Money is nominal US dollars, by month; every payment has its exact day. The statement is one graph of named rows
(`graph`). Its equations stand in `contracts` (costs, leases, guarantees), `loans`, `plans`, `refinancing` and `sizing`,
`vehicles` (the waterfall), `covenants`, `owners` and `tax`; cover and returns in `report`.

Not modelled yet: acceleration after a default, hedges, and the tenant's choice at each option (those marked as
exercised are). Space that is let again after a lease is a second lease.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import numpy as np
from numpy.typing import NDArray

from gigacampus.campus.spec.deal import Deal
from gigacampus.campus.spec.deal.calendar import Calendar
from gigacampus.engines.finance import contracts, loans, owners, rating, sizing, tax, vehicles
from gigacampus.engines.finance.accounting import Accounts, account
from gigacampus.engines.finance.graph import Graph, Row
from gigacampus.engines.finance.rating import Case, Coverage, Experiment, Support, Supports
from gigacampus.engines.finance.report import Report
from gigacampus.engines.finance.result import (
    Cover,
    FinanceResult,
    GuaranteeYears,
    LeaseBook,
    LoanResult,
    Metric,
    Quoted,
    SourcesUses,
)  # fmt: skip
from gigacampus.engines.finance.schedule import Grid
from gigacampus.engines.finance.solve import add_targets, solve
from gigacampus.engines.finance.statement import Flow, Statement
from gigacampus.errors import Problem, SpecError

__all__ = [
    "Accounts", "Case", "Cover", "Coverage", "Experiment", "FinanceResult", "Flow", "Graph", "GuaranteeYears",
    "LeaseBook", "LoanResult", "Metric", "Quoted", "Row", "SourcesUses", "Support", "Supports", "account", "run",
    "supports",
]  # fmt: skip


def run(
    deal: Deal,
    months: NDArray[np.datetime64] | None = None,
    measures: Mapping[str, NDArray[np.float64]] | None = None,
    events: Mapping[str, date] | None = None,
    powers: Mapping[str, float] | None = None,
) -> FinanceResult:
    """Run a deal.

    Parameters
    ----------
    deal : Deal
    months : array of datetime64[M], shape (M,), optional
        Consecutive months of the physical campus.
    measures : mapping of name to array, shape (M,), optional
        What contracts draw on: nominal costs [USD], such as ``energy``, and `contracts.QUANTITIES` in their units.
    events : mapping of name to date, optional
        ``ready`` and the phases' names. They come before `deal.events`.
    powers : mapping of name to float [MW], optional
        Power of each phase. They come before `deal.powers`.

    Returns
    -------
    FinanceResult

    Raises
    ------
    SpecError
        Dates out of order once events are known, an unknown event, or a figure of `solve` that is no row.
    InfeasibleError
        No value of an unknown meets its figure.
    """
    s = _statement(deal, months, measures or {}, events or {}, powers or {})
    wanted = add_targets(s)
    solved = solve(s, wanted)
    return Report(s, s.graph.evaluate(solved), solved).result()


def supports(
    deal: Deal,
    found: FinanceResult,
    months: NDArray[np.datetime64] | None = None,
    measures: Mapping[str, NDArray[np.float64]] | None = None,
    events: Mapping[str, date] | None = None,
    powers: Mapping[str, float] | None = None,
) -> Supports:
    """Cover and leverage of each loan, and what the loan of `deal.rating` is worth if a support is removed.

    Parameters
    ----------
    deal, months, measures, events, powers
        As `run` takes them.
    found : FinanceResult
        What `run` gives for them.

    Returns
    -------
    Supports
    """
    s = _statement(rating.known(deal, found), months, measures or {}, events or {}, powers or {})
    return rating.view(s, found)


def _statement(
    deal: Deal,
    months: NDArray[np.datetime64] | None,
    measures: Mapping[str, NDArray[np.float64]],
    events: Mapping[str, date],
    powers: Mapping[str, float],
) -> Statement:
    calendar = Calendar(deal, events)
    for kind, name, _ in deal.contracts():
        for place, message, value in calendar.disorder(kind, name):
            raise SpecError(Problem(message, "deal." + ".".join(map(str, place)), value=value))
    grid = Grid.of(deal, calendar, months)
    s = Statement(deal, calendar, grid, months, measures, powers, Graph(grid.count))
    contracts.add_costs(s)
    contracts.add_services(s)
    contracts.add_transfers(s)
    contracts.add_leases(s)
    loans.add_loans(s)
    owners.add_owner_flows(s)
    tax.add_tax(s)
    vehicles.add_vehicles(s)
    for name, loan in deal.loans.items():
        if loan.sizing is not None:
            sizing.add(s, name, loan, loan.sizing)
    contracts.add_guarantees(s)
    contracts.add_exposures(s)
    return s
