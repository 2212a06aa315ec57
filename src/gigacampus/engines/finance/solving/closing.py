"""Where a deal does not close: by how much, and which figure, changed alone, would close it.

Uses above what owners and lenders have promised (the owners pay them all the same), a loan whose plan repays it and
that is not repaid, and a reserve larger than the loan that is to be served from it.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from gigacampus.campus.spec.deal import MONTHS, OWNERS, slug
from gigacampus.engines.finance.result import Gap, Metric
from gigacampus.engines.finance.solving.unknowns import Solved, solve
from gigacampus.engines.finance.statement import Statement
from gigacampus.errors import InfeasibleError

Rows = Mapping[str, NDArray[np.float64]]

CENT = 0.01
"""What may be left open [USD]."""


def gaps(s: Statement, rows: Rows) -> tuple[Gap, ...]:
    """Where a solved statement does not close."""
    return tuple(gap for gap in (*_unfunded(s, rows), *_unpaid(s, rows), *_reserves(s, rows)) if gap.amount > CENT)


def _unfunded(s: Statement, rows: Rows) -> Iterator[Gap]:
    """Where the last step of the funding is the owners' and ends, what they pay beyond it."""
    for name in s.vehicles:
        steps, e = s.deal.entities[name].funding, slug(name)
        if steps and OWNERS in steps[-1].drawn and steps[-1].up_to is not None:
            loans = {n for n, loan in s.deal.loans.items() if loan.borrower == name}
            row = f"{e}.step{len(steps) + len(loans - {source for step in steps for source in step.drawn})}_left"
            what, path = f"uses of {name} above its sources", f"entities.{name}.funding"
            yield Gap(what, float(np.sum(rows[row])), path, row)


def _unpaid(s: Statement, rows: Rows) -> Iterator[Gap]:
    for name, loan in s.deal.loans.items():
        if loan.amortisation.kind not in ("bullet", "balloon"):
            row = f"{slug(name)}.unpaid"
            yield Gap(f"{name} not repaid at the end", float(rows[row]), f"loans.{name}", row)


def _reserves(s: Statement, rows: Rows) -> Iterator[Gap]:
    """The months that fit are found by adding up payments, not by solving."""
    for name, loan in s.deal.loans.items():
        if loan.dsra:
            n = slug(name)
            drawn, planned = float(np.sum(rows[f"{n}.draw"])), (rows[f"{n}.planned_payment"] * rows[f"{n}.repay"])
            fits = int(np.sum(np.cumsum(planned[rows[f"{n}.repay"] > 0]) <= drawn)) * MONTHS[loan.every]
            gap = Gap(f"reserve of {name} larger than its draw", float(rows[f"{n}.reserve_target"]) - drawn,
                      f"loans.{name}.dsra")  # fmt: skip
            yield replace(gap, closing={f"loans.{name}.dsra": Metric(float(fits), "month")})


def closed(s: Statement, gap: Gap, exact: list[Solved], solved: Mapping[str, float]) -> Gap:
    """A gap with the value of each figure that, changed alone, would close it."""
    found = dict(gap.closing)
    for row in _movable(s, gap, set(solved)):
        left = _Left(s, gap.row, row, exact, dict(solved))
        now = float(s.graph.inputs[row])
        value = shut(left, now, -0.99 if row.endswith("escalator") else 0.0)
        if value is not None and (abs(value) > 1e-6 * abs(now) or row.endswith("escalator")):  # no loan is no way out
            found[re.sub(r"\.n(\d+)(?=\.)", r"[\1]", s.graph.rows[row].path)] = Metric(value, s.graph.rows[row].unit)
    return replace(gap, closing=found)


def _movable(s: Statement, gap: Gap, solved: set[str]) -> list[str]:
    """Inputs that a gap rests on and that a deal is mended with: rent, then what pays for it or is owed, then cover."""
    if not gap.row:
        return []
    _, name, *_ = gap.path.split(".")
    loans = [n for n, loan in s.deal.loans.items() if name in (n, loan.borrower)]
    own = [
        f"entities\\.{slug(name)}\\..*\\.up_to",
        *(f"loans\\.{slug(n)}\\.(amount|amortisation\\.dscr)" for n in loans),
    ]
    below = sorted(s.graph.ancestors([gap.row]) - solved)
    inputs = [row for row in below if s.graph.rows[row].path and not s.graph.inputs[row].ndim]
    rents = r"leases\..*\.(rent|amount|escalator)" if gap.row.endswith("unpaid") else "-"
    return [row for pattern in (rents, *own) for row in inputs if re.fullmatch(pattern, row)]


class _Left:
    """What is left open as a function of one input, with everything that is solved for found anew."""

    def __init__(self, s: Statement, gap: str, row: str, exact: list[Solved], solved: dict[str, float]) -> None:
        self.s, self.gap, self.row, self.exact, self.last = s, gap, row, exact, solved

    def __call__(self, x: float) -> float:
        nearby = [replace(one, guess=self.last[one.row]) for one in self.exact]
        try:
            self.last = solve(self.s, nearby, self.last | {self.row: x})
        except InfeasibleError:
            return math.nan
        return float(np.sum(self.s.graph.evaluate(self.last, [self.gap])[self.gap]))


def shut(left: Callable[[float], float], now: float, low: float) -> float | None:
    """Nearest value of six digits at which what is left open is nothing; None where none is found.

    >>> shut(lambda x: max(0.0, 1e8 - 1e6 * x * x), 2.0, 0.0), shut(lambda x: max(0.0, 2e9 * x - 1e9), 0.51, 0.0)
    (10.0, 0.5)
    """
    closed = _edge(left, now, low)
    if not closed:
        return closed
    step = 10.0 ** (5 - math.floor(math.log10(abs(closed))))
    digits = sorted({round(closed * step), math.floor(closed * step), math.ceil(closed * step)},
                    key=lambda x: abs(x - closed * step))  # fmt: skip
    return next((x / step for x in digits if left(x / step) <= CENT), closed)


def _edge(left: Callable[[float], float], now: float, low: float) -> float | None:
    """A value at which nothing is open, within a millionth of one at which something is.

    Secants from the open side; where one reaches the other side, on which the function is flat, the edge lies between.
    """
    a, step, open_a = now, 0.01 * abs(now) or 0.001, left(now)
    b, open_b = next(((x, y) for x in (now + step, now - step) for y in [left(x)] if y < open_a), (now, open_a))
    closed, reached = math.nan, False
    if open_b <= CENT < open_a:  # the first step goes beyond the edge
        closed, reached, b, open_b = b, True, now, open_a
    for turn in range(60):
        if not reached and not CENT < open_b < open_a:
            return b if open_b <= CENT else None
        x = max(low, b + open_b * (b - a) / (open_a - open_b)) if open_b < open_a else closed
        if not min(b, closed) < x < max(b, closed) and not math.isnan(closed):
            x = closed + (b - closed) * (0.01, 0.5)[turn % 2]
        y = left(x)
        if y > CENT:
            a, open_a, b, open_b = b, open_b, x, y
        else:  # closed, or where nothing can be found
            closed, reached = x, y <= CENT
        if abs(closed - b) <= 1e-6 * abs(closed):
            return closed if reached else None
    return None
