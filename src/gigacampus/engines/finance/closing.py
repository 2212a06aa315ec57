"""Where a deal does not close: by how much, and which figure, changed alone, would close it.

Uses above what owners and lenders have promised (the owners pay them all the same), a loan whose plan repays it and that
is not repaid, and a reserve larger than the loan that is to be served from it.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from gigacampus.campus.spec.deal import MONTHS, OWNERS, slug
from gigacampus.engines.finance.result import Gap, Metric
from gigacampus.engines.finance.solve import Solved, solve
from gigacampus.engines.finance.statement import Statement
from gigacampus.errors import InfeasibleError

Rows = Mapping[str, NDArray[np.float64]]

CENT = 0.01
"""What may be left open [USD]."""


def gaps(s: Statement, rows: Rows) -> tuple[Gap, ...]:
    """Where a solved statement does not close."""
    return tuple(gap for gap in (*_unfunded(s, rows), *_unpaid(s, rows), *_reserves(s, rows)) if gap.amount > CENT)


def _unfunded(s: Statement, rows: Rows) -> Iterator[Gap]:
    for name in s.vehicles:
        steps, e = s.deal.entities[name].funding, slug(name)
        owners = [step for step in steps if OWNERS in step.drawn]
        if owners and all(step.up_to is not None for step in owners):
            loans = [n for n, loan in s.deal.loans.items() if loan.borrower == name]
            last = len(steps) + len({*loans} - {source for step in steps for source in step.drawn})
            amount = float(np.sum(rows[f"{e}.step{last}_left"]))
            yield Gap(f"uses of {name} are above its sources", amount, f"entities.{name}.funding", f"{e}.step{last}_left")


def _unpaid(s: Statement, rows: Rows) -> Iterator[Gap]:
    for name, loan in s.deal.loans.items():
        if loan.amortisation.kind not in ("bullet", "balloon"):
            row = f"{slug(name)}.unpaid"
            yield Gap(f"{name} is not repaid at the end", float(rows[row]), f"loans.{name}", row)


def _reserves(s: Statement, rows: Rows) -> Iterator[Gap]:
    """The months that fit are found by adding up payments, not by solving."""
    for name, loan in s.deal.loans.items():
        if loan.dsra:
            n = slug(name)
            drawn, planned = float(np.sum(rows[f"{n}.draw"])), (rows[f"{n}.planned_payment"] * rows[f"{n}.repay"])
            fits = int(np.sum(np.cumsum(planned[rows[f"{n}.repay"] > 0]) <= drawn)) * MONTHS[loan.every]
            gap = Gap(f"the reserve of {name} is larger than its draw", float(rows[f"{n}.reserve_target"]) - drawn,
                      f"loans.{name}.dsra")  # fmt: skip
            yield replace(gap, closing={f"loans.{name}.dsra": Metric(float(fits), "month")})


def closed(s: Statement, gap: Gap, exact: list[Solved], solved: Mapping[str, float]) -> Gap:
    """A gap with the value of each figure that, changed alone, would close it.

    They are tried in the order in which a deal is mended: what is paid, what is borrowed, what is spent.
    """
    if not gap.row:
        return gap
    check = s.graph.add(f"check.{gap.row}", f"sum({gap.row}) - {CENT / 2!r}", label=gap.what)
    found = dict(gap.closing)
    for row in _movable(s, check, set(solved)):
        value = float(s.graph.inputs[row])
        low = -0.99 if row.endswith("escalator") else 0.0
        one = Solved(row, check, value, 0.1 * abs(value) or 0.01, low, math.inf, 1e9)
        given = {name: x for name, x in solved.items() if name not in {other.row for other in exact}}
        try:
            nearby = [replace(other, guess=solved[other.row]) for other in exact]
            found[_path(s, row)] = Metric(solve(s, [*nearby, one], given)[row], s.graph.rows[row].unit)
        except InfeasibleError:
            continue
    return replace(gap, closing=found)


_MENDS = (
    r"leases\..*\.(rent|amount|escalator)",
    r"entities\..*\.up_to",
    r"loans\..*\.(amount|dscr)",
    r"construction\..*\.amount",
)


def _movable(s: Statement, check: str, solved: set[str]) -> list[str]:
    below = sorted(s.graph.ancestors([check]) - solved)
    inputs = [row for row in below if s.graph.rows[row].path and not s.graph.inputs[row].ndim]
    return [row for pattern in _MENDS for row in inputs if re.fullmatch(pattern, row)]


def _path(s: Statement, row: str) -> str:
    return re.sub(r"\.n(\d+)(?=\.)", r"[\1]", s.graph.rows[row].path)
