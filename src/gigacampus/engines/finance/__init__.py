"""Finance: from a deal, and what the campus costs month by month, to the statement and to who gets what.

Doors: `run` gives the statement, `study` (see `sensitivity`) what moves its figures, and `supports` what a loan is
worth without what stands behind it; `check` looks for published figures that it does not have, `consistent` judges
whether they can all be true, and `closing` says what would close a deal that does not close.

In: the deal (`campus.spec.deal.Deal`); what the physical campus costs and measures by month, by name, and the dates of
its events (``ready`` and each phase). A deal runs alone without them. Out: a `FinanceResult`.

Money is nominal US dollars, by month; every payment has its exact day. The statement is one graph of named rows
(`gigacampus.rows`). Its equations stand in `contracts` (costs, leases, guarantees), `loans`, `plans`, `refinancing`
and `sizing`, `vehicles` (the waterfall), `covenants`, `owners` and `tax`; cover, returns and covenants in `metrics`.
Published figures stand in `published`, unknowns found from them in `solve` and `fitting`, contradictions in
`consistency`, gaps in `closing`.
`FinanceResult.over_paths` evaluates rows over many paths of inputs.

Not modelled yet: acceleration after a default, hedges. The statement takes the options marked as exercised; whether the
tenant would take them up is the engine `renewal`'s question. Space that is let again after a lease is a second lease.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date

import numpy as np
from numpy.typing import NDArray

from gigacampus.campus.spec.deal import Deal
from gigacampus.campus.spec.deal.calendar import Calendar
from gigacampus.campus.spec.deal.payments import UNMEASURED
from gigacampus.engines.finance import (
    contracts,
    credit,
    guarantees,
    leases,
    loans,
    owners,
    sensitivity,
    sizing,
    tax,
    vehicles,
)
from gigacampus.engines.finance.closing import closed, gaps
from gigacampus.engines.finance.consistency import Judgement, judge
from gigacampus.engines.finance.credit import Case, Coverage, Experiment, Support, Supports
from gigacampus.engines.finance.fitting import found_together
from gigacampus.engines.finance.published import add_published, compare, price, unfit
from gigacampus.engines.finance.reading import Report
from gigacampus.engines.finance.result import (
    Compared,
    CovenantTests,
    Cover,
    FinanceResult,
    Gap,
    GuaranteeYears,
    LeaseBook,
    LoanResult,
    Metric,
    Quoted,
    SourcesUses,
)  # fmt: skip
from gigacampus.engines.finance.schedule import Grid
from gigacampus.engines.finance.sensitivity import SensitivityResult
from gigacampus.engines.finance.sensitivity.chances import Chances, Fan
from gigacampus.engines.finance.solve import add_targets, solve
from gigacampus.engines.finance.statement import Flow, Statement
from gigacampus.errors import Problem, SpecError
from gigacampus.rows import Graph, Row

__all__ = [
    "Case", "Chances", "Compared", "CovenantTests", "Cover", "Coverage", "Experiment", "Fan",
    "FinanceResult", "Flow", "Gap", "Graph", "GuaranteeYears", "Judgement", "LeaseBook", "LoanResult", "Metric",
    "Quoted", "Row", "SensitivityResult", "SourcesUses", "Support", "Supports", "check",
    "closing", "consistent", "price", "run", "study", "supports",
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
    s = _figured(deal, months, measures, events, powers)
    wanted = add_targets(s)
    solved = solve(s, wanted, found_together(s, wanted))
    rows = s.graph.evaluate(solved)
    result = replace(Report(s, rows, solved).result(), gaps=gaps(s, rows))
    result.published.update(compare(s, result))
    return result


def closing(
    deal: Deal,
    months: NDArray[np.datetime64] | None = None,
    measures: Mapping[str, NDArray[np.float64]] | None = None,
    events: Mapping[str, date] | None = None,
    powers: Mapping[str, float] | None = None,
) -> tuple[Gap, ...]:
    """Where a deal does not close, and which figures, each changed alone, would close it; parameters as for `run`."""
    s = _figured(deal, months, measures, events, powers)
    wanted = add_targets(s)
    solved = solve(s, wanted, found_together(s, wanted))
    return tuple(closed(s, gap, wanted, solved) for gap in gaps(s, s.graph.evaluate(solved)))


def check(
    deal: Deal, events: Mapping[str, date] | None = None, powers: Mapping[str, float] | None = None
) -> list[Problem]:
    """Figures of a deal, under each of its readings, that are no row of its statement, or in another unit than it.

    Nothing is solved; for parameters see `run`.
    """
    found = unfit(_statement(deal, None, {}, events or {}, powers or {}))
    for name in deal.readings:
        for problem in unfit(_statement(deal.read_as(name), None, {}, events or {}, powers or {})):
            if all(problem.path != other.path for other in found):
                found.append(replace(problem, message=f"{problem.message} as {name!r} reads it"))
    return found


def consistent(
    deal: Deal,
    months: NDArray[np.datetime64] | None = None,
    measures: Mapping[str, NDArray[np.float64]] | None = None,
    events: Mapping[str, date] | None = None,
    powers: Mapping[str, float] | None = None,
) -> dict[str, Judgement]:
    """Judge, for each reading of a deal, whether its published figures can all be true; see `consistency`.

    Parameters are those of `run`. Without readings the deal is judged as it stands.

    Raises
    ------
    SpecError
        If no figure is published, or as for `run`.
    """
    if not deal.published:
        raise SpecError(Problem("no figure is published", "deal.published", fix="Add those that sources print"))
    found = {}
    for name in deal.readings or ("as it stands",):
        read = deal.read_as(name) if deal.readings else deal
        without = deal.readings[name].without if deal.readings else []
        found[name] = judge(_figured(read, months, measures, events, powers), frozenset(without))
    return found


def _figured(
    deal: Deal,
    months: NDArray[np.datetime64] | None,
    measures: Mapping[str, NDArray[np.float64]] | None,
    events: Mapping[str, date] | None,
    powers: Mapping[str, float] | None,
) -> Statement:
    """The statement with a row for each published figure."""
    s = _statement(deal, months, measures or {}, events or {}, powers or {})
    wrong = [
        Problem(UNMEASURED, f"deal.services.{name}.rates")
        for name, service in deal.services.items()
        if service.rates is not None and not set(service.rates.given) <= set(measures or {})
    ] or unfit(s)
    if wrong:
        raise SpecError(*wrong)
    add_published(s)
    return s


def study(
    deal: Deal,
    base: FinanceResult,
    months: NDArray[np.datetime64] | None = None,
    measures: Mapping[str, NDArray[np.float64]] | None = None,
    events: Mapping[str, date] | None = None,
    powers: Mapping[str, float] | None = None,
) -> SensitivityResult:
    """Find what moves a deal's figures: `deal.sensitivity`, or usual ranges where it has none.

    Parameters
    ----------
    deal, months, measures, events, powers
        As in `run`.
    base : FinanceResult
        What `run` gave for them.

    Returns
    -------
    SensitivityResult

    Raises
    ------
    SpecError
        A figure that the deal does not have, or a case that is no deal.
    InfeasibleError
        Reserves or sizes of loans that settle on no value on some path.
    """
    return sensitivity.study(
        deal, base, lambda case, days: _statement(case, months, measures or {}, days, powers or {}), events or {}
    )


def supports(
    found: FinanceResult,
    deal: Deal,
    months: NDArray[np.datetime64] | None = None,
    measures: Mapping[str, NDArray[np.float64]] | None = None,
    events: Mapping[str, date] | None = None,
    powers: Mapping[str, float] | None = None,
) -> Supports:
    """Cover and leverage of each loan, and what the loan of `deal.rating` is worth if a support is removed.

    Parameters
    ----------
    found : FinanceResult
        What `run` gives for the rest.
    deal, months, measures, events, powers
        As `run` takes them.

    Returns
    -------
    Supports
    """
    s = _statement(credit.known(deal, found), months, measures or {}, events or {}, powers or {})
    return credit.view(s, found)


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
    leases.add_leases(s)
    loans.add_loans(s)
    owners.add_owner_flows(s)
    tax.add_tax(s)
    vehicles.add_vehicles(s)
    for name, loan in deal.loans.items():
        if loan.sizing is not None:
            sizing.add(s, name, loan, loan.sizing)
    guarantees.add_guarantees(s)
    guarantees.add_exposures(s)
    return s
