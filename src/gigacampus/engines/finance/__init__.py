"""Finance: from a deal, and what the campus costs month by month, to the statement and to who gets what.

Doors: `run` gives the statement, `study` (see `sensitivity`) what moves its figures, and `supports` (see `credit`) what
a loan is worth without what stands behind it; `check` looks for published figures that it does not have, `consistent`
judges whether they can all be true, and `closing` says what would close a deal that does not close.

In: the deal (`campus.spec.deal.Deal`), and what the physical campus gives it (`Under`); a deal runs alone without.
Out: a `FinanceResult`.

Money is nominal US dollars, by month; every payment has its exact day. The statement is one graph of named rows
(`gigacampus.rows`), and each layer rests on those before it:

- `statement` and `schedule`: the graph while it is built, and when things are paid;
- `contracts` and `tax`: equations of costs, leases, loans, guarantees and owners, of the vehicles' waterfalls, of tax;
- `build`: all of them together;
- `reading`: cover, returns, covenants, quotes and tables of the evaluated rows;
- `solving`: unknowns found from published figures, contradictions, gaps;
- `sensitivity`, `credit`: the statement again, under other inputs.

`FinanceResult.over_paths` evaluates rows over many paths of inputs.

Not modelled yet: acceleration after a default, hedges. The statement takes the options marked as exercised; whether the
tenant would take them up is the engine `renewal`'s question. Space that is let again after a lease is a second lease.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from gigacampus.campus.spec.deal import Deal
from gigacampus.campus.spec.deal.payments import UNMEASURED
from gigacampus.engines.finance.build import build
from gigacampus.engines.finance.credit import Case, Coverage, Experiment, Support, Supports, supports
from gigacampus.engines.finance.reading import Reading
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
from gigacampus.engines.finance.schedule import slowest
from gigacampus.engines.finance.sensitivity import SensitivityResult, study
from gigacampus.engines.finance.sensitivity.chances import EXCEEDED, Chances, Fan
from gigacampus.engines.finance.solving.closing import closed, gaps
from gigacampus.engines.finance.solving.consistency import Judgement, judge
from gigacampus.engines.finance.solving.fitting import found_together
from gigacampus.engines.finance.solving.published import add_published, compare, price, unfit
from gigacampus.engines.finance.solving.unknowns import Solved, add_targets, solve
from gigacampus.engines.finance.statement import ALONE, Flow, Statement, Under, plus
from gigacampus.engines.finance.tax import KINDS
from gigacampus.errors import Problem, SpecError
from gigacampus.rows import Graph, Row

__all__ = [
    "ALONE", "EXCEEDED", "KINDS", "Case", "Chances", "Compared", "CovenantTests", "Cover", "Coverage", "Experiment",
    "Fan",
    "FinanceResult", "Flow", "Gap", "Graph", "GuaranteeYears", "Judgement", "LeaseBook", "LoanResult", "Metric",
    "Quoted", "Row", "SensitivityResult", "SourcesUses", "Support", "Supports", "Under", "check",
    "closing", "consistent", "plus", "price", "run", "slowest", "study", "supports",
]  # fmt: skip


def run(deal: Deal, under: Under = ALONE) -> FinanceResult:
    """Run a deal, with what the campus under it gives.

    Raises
    ------
    SpecError
        Dates out of order once events are known, an unknown event, or a figure of `solve` that is no row.
    InfeasibleError
        No value of an unknown meets its figure.
    """
    s, _, solved = _solved(deal, under)
    rows = s.graph.evaluate(solved)
    result = replace(Reading(s, rows, solved).result(), gaps=gaps(s, rows))
    result.published.update(compare(s, result))
    return result


def closing(deal: Deal, under: Under = ALONE) -> tuple[Gap, ...]:
    """Where a deal does not close, and which figures, each changed alone, would close it."""
    s, wanted, solved = _solved(deal, under)
    return tuple(closed(s, gap, wanted, solved) for gap in gaps(s, s.graph.evaluate(solved)))


def check(deal: Deal, under: Under = ALONE) -> list[Problem]:
    """Figures of a deal, under each of its readings, that are no row of its statement, or in another unit than it.

    Nothing is solved, and nothing that is measured is needed.
    """
    found = unfit(build(deal, under))
    for name in deal.readings:
        for problem in unfit(build(deal.read_as(name), under)):
            if all(problem.path != other.path for other in found):
                found.append(replace(problem, message=f"{problem.message} as {name!r} reads it"))
    return found


def consistent(deal: Deal, under: Under = ALONE) -> dict[str, Judgement]:
    """Judge, for each reading of a deal, whether its published figures can all be true; see `solving.consistency`.

    Without readings the deal is judged as it stands.

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
        found[name] = judge(_figured(read, under), frozenset(without))
    return found


def _solved(deal: Deal, under: Under) -> tuple[Statement, list[Solved], dict[str, Any]]:
    """The statement, its unknowns, and what is found for them."""
    s = _figured(deal, under)
    wanted = add_targets(s)
    return s, wanted, solve(s, wanted, found_together(s, wanted))


def _figured(deal: Deal, under: Under) -> Statement:
    """The statement with a row for each published figure."""
    s = build(deal, under)
    wrong = [
        Problem(UNMEASURED, f"deal.services.{name}.rates")
        for name, service in deal.services.items()
        if service.rates is not None and not set(service.rates.given) <= set(under.measures)
    ] or unfit(s)
    if wrong:
        raise SpecError(*wrong)
    add_published(s)
    return s
