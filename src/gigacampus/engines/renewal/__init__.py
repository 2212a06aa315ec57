"""Renewal: what the campus is worth when the tenant may leave, whether it leaves, and who loses what.

In: a deal with an outlook, and its `Statement`. Out: a `Renewal`, or None without an outlook. Nominal USD; times in
years from the lease's start.

- `market`: the campus's value, and a market that moves by chance;
- `choice`: the tenant compares staying and leaving at the end of each term;
- `proceeds`: sale proceeds and guarantee, by both readings of who is paid first.

The guarantee is a put that can be exercised at the end of a term within its window: it pays
``min(cap, max(0, threshold - V))``. In a scenario the tenant knows the path; by chance it knows the market of the day
and the law that moves it, and its expectation is taken on a grid (301 points, linear in between), within 5e-4 of the
cost of staying (a test refines the grid, and compares least squares on the paths [1]_). What rests on the paths has a
sampling error of ``1 / sqrt(N)`` of a standard deviation.

Not modelled: rent renegotiated under the threat to leave; leaving before the end of a term; a sale for less than the
value, its costs and time; tax; cash and reserves of the vehicles; a default of the tenant or the guarantor.

References
----------
.. [1] Longstaff, F. A. and Schwartz, E. S. (2001). Valuing American options by simulation: a simple least-squares
       approach. Review of Financial Studies 14, 113. https://doi.org/10.1093/rfs/14.1.113
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from gigacampus.campus.spec.deal import Deal
from gigacampus.engines.renewal import chance, foreseen
from gigacampus.engines.renewal.market import Draws
from gigacampus.engines.renewal.result import (
    READINGS,
    STATISTICS,
    Choice,
    Losses,
    Outcome,
    PathOutcomes,
    Renewal,
    Sweep,
)  # fmt: skip
from gigacampus.engines.renewal.statement import Statement
from gigacampus.engines.renewal.terms import Terms

__all__ = ["READINGS", "STATISTICS", "Choice", "Losses", "Outcome", "PathOutcomes", "Renewal", "Sweep", "renewal"]

Floats = NDArray[np.float64]

SPEEDS = (
    0.0, 0.005, 0.01, 0.02, 0.03, 0.04, 0.05, 0.066, 0.08, 0.1,
    0.12, 0.136, 0.16, 0.2, 0.25, 0.33, 0.48, 0.7, 1.0,
)  # fmt: skip
"""Speeds of reversion at which outcomes are given [1/year]: closer where they matter."""


def renewal(deal: Deal, result: Statement) -> Renewal | None:
    """What the campus is worth when the tenant may leave, whether it leaves, and who loses what.

    Parameters
    ----------
    deal : Deal
    result : Statement
        Of this deal, with every option taken up.

    Returns
    -------
    Renewal or None
        None where the deal has no outlook.
    """
    if deal.outlook is None:
        return None
    terms, process = Terms(deal, deal.outlook, result), deal.outlook.process
    normal = np.array([terms.normal().value(year, 1.0, 0.0) for year in terms.years])
    scenarios = {name: foreseen.outcome(terms, scenario, normal) for name, scenario in deal.scenarios.items()}
    drawn = None if process is None else chance.draws(terms, process)
    return Renewal(
        terms.years, terms.dates, terms.ends, terms.guarantor, terms.threshold, terms.debt, normal, scenarios,
        None if process is None or drawn is None else chance.paths(terms, process, drawn), _sweep(terms, drawn),
    )  # fmt: skip


def _sweep(terms: Terms, drawn: Draws | None) -> Sweep:
    """Outcomes over speeds of reversion, on the same paths but for that."""
    ends, process = terms.term_ends, terms.outlook.process
    shortfall = {
        name: np.array([terms.worth(ends, foreseen.index(scenario, ends), speed)[1] for speed in SPEEDS])
        for name, scenario in terms.outlook.scenarios.items()
    }
    if process is None or drawn is None:
        return Sweep(np.array(SPEEDS), shortfall, None, None)
    found = [chance.exits(terms, process.model_copy(update={"mean_reversion": speed}), drawn) for speed in SPEEDS]
    return Sweep(np.array(SPEEDS), shortfall, *(np.array(part) for part in zip(*found, strict=True)))
