"""The rating view: cover and leverage of each loan, and what one is worth if what stands behind it is not there.

Rating a project's debt begins with least and median cover, as expected and under stress, and then asks who pays [1]_.
Here the second question is an experiment: the deal's statement is evaluated again without the lease's later terms,
without its rent, without the guarantee, the reserve or the owners' cure, each alone and in every combination.

Market value and rent are inputs of the deal (`Rating.markets`), one each, whatever the day. Not modelled: what a
workout costs and how long it takes, a tenant that chooses (it takes up every option, none, or fails), and works or
operating deficits that nobody pays: the owners do, so that a cover of overruns is listed and not removed.

References
----------
.. [1] S&P Global Ratings (2022). General Project Finance Rating Methodology, 14 December 2022.
   https://spglobal.com/ratings/en/research/articles/221214-rfc-process-summary-rfc-process-summary-project-finance-rating-methodology-12557351
"""

from __future__ import annotations

from itertools import product

import numpy as np

from gigacampus.campus.spec.deal import Deal, slug
from gigacampus.engines.finance.build import build
from gigacampus.engines.finance.credit import removal
from gigacampus.engines.finance.credit.coverage import coverage, stressed
from gigacampus.engines.finance.credit.known import known
from gigacampus.engines.finance.credit.recovery import discount, recovered, worth
from gigacampus.engines.finance.credit.removal import Path, Setting
from gigacampus.engines.finance.credit.result import REMOVABLE, Case, Coverage, Experiment, Support, Supports
from gigacampus.engines.finance.result import FinanceResult
from gigacampus.engines.finance.statement import ALONE, Under

__all__ = ["Case", "Coverage", "Experiment", "Support", "Supports", "known", "supports"]


def supports(deal: Deal, found: FinanceResult, under: Under = ALONE) -> Supports:
    """Cover and leverage of each loan, and what the loan of `deal.rating` is worth if a support is removed.

    `found` is the deal's result.
    """
    s = build(known(deal, found), under)
    base = s.graph.evaluate({name: found.rows[name] for name, row in s.graph.rows.items() if row.solved})
    rating = s.deal.rating
    if rating is None or not float(base[f"{slug(rating.loan)}.draw"].sum()) > 1.0:  # less is a crumb of rounding
        return Supports(coverage(s, base, found), None)
    setting = Setting(s, base, rating, found.leases[rating.lease].first_end)
    return Supports(coverage(s, base, found), _experiment(setting))


def _experiment(of: Setting) -> Experiment:
    found = removal.supports(of)
    kinds = [kind for kind in REMOVABLE if any(support.kind == kind for support in found)]
    keys = list(product(removal.combinations_of(kinds), of.rating.markets, ("sold", "let again"),
                        ("lenders first", "by share")))  # fmt: skip
    paths = [removal.path_of(of, *key) for key in keys]
    results = _results(of, list(dict.fromkeys(path for path, _ in paths)))
    cases = tuple(Case(*key, *results[path], guaranteed) for key, (path, guaranteed) in zip(keys, paths, strict=True))
    return Experiment(of.rating.loan, of.lease.tenant, found, of.day("options" if of.lease.taken else "lease"),
                      of.day("lease"), _market_cover(of), cases)  # fmt: skip


def _results(of: Setting, paths: list[Path]) -> dict[Path, tuple[float, float, float | None]]:
    """Worth, share recovered and life of the loan on each path."""
    proceeds = f"{of.moved[0]}.paid"
    wanted = [f"{of.n}.{what}" for what in ("interest", "principal", "draw", "balance", "due", "wal")]
    rows = of.s.graph.over_paths(removal.inputs(of, paths), [*wanted, proceeds])
    interest, principal, drawn, balance, due, life = (rows[row] for row in wanted)
    agreed = np.minimum(due, of.agreed("due"))
    paid, met = interest + principal, np.maximum(0, interest + principal - rows[proceeds])
    value = discount(of.agreed("pay"), of.agreed("factor"))
    return {
        path: (
            worth(paid[k], drawn[k], value),
            recovered(agreed[k], met[k], paid[k], drawn[k], balance[k], of.agreed("pay"), value),
            float(life[k]) if principal[k].any() else None,
        )
        for k, path in enumerate(paths)
    }


def _market_cover(of: Setting) -> dict[str, tuple[float, float]]:
    """By market, least and median cover on the dates after the void; none where the loan has none by then."""
    ends = of.ends("options" if of.lease.taken else "lease")
    again = of.s.months.array[min(ends + round(of.rating.void), of.s.months.count - 1)]
    found = {}
    for name, market in of.rating.markets.items():
        rent = {f"{slug(of.rating.lease)}.fraction": removal.rents(of, ends, market.rent)}
        cover = stressed(of.s, of.base, of.borrower, rent)
        later = cover.dscr[cover.dates.astype("datetime64[M]") > again]
        if len(later):
            found[name] = (float(later.min()), float(np.median(later)))
    return found
