"""Unknowns of a deal, each found from one published figure; and the sizes that rest on the statement they are part of.

A figure whose row rests on one unknown alone is solved first, then those that rest on it and one more, and so on: each
is a root of one variable, found to the last digits by Brent's method. What is left rests on several unknowns at once,
and is solved together by Newton's method. Solved values are inputs of the graph, each with a row ``check.<name>``: zero.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gigacampus.campus.spec.deal import Deal, Target, slug, unknowns
from gigacampus.engines.finance.statement import Statement
from gigacampus.errors import InfeasibleError, Problem, SpecError
from gigacampus.numerics import bracket, find_root

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Solved:
    """An unknown: its input row, the check row that must be zero, start and bounds of the search, size of the check."""

    row: str
    check: str
    guess: float
    step: float
    low: float
    high: float
    scale: float


def add_targets(s: Statement) -> list[Solved]:
    """Add the check rows of `solve`, and list everything that is to be solved for."""
    quantities = dict(unknowns(s.deal))
    size = _size(s.deal)
    found = [
        Solved(name, f"check.{name}", 0.01 * size, 0.01 * size, 0.0, math.inf, size)
        for name, row in s.graph.rows.items()
        if row.solved and not row.path
    ]
    for index, target in enumerate(s.deal.solve):
        quantity = quantities[target.unknown]
        row = ".".join(slug(part) for part in target.unknown.split("."))
        if row not in s.graph.rows:
            raise SpecError(Problem("no row of the statement uses this number", path=f"deal.{target.unknown}"))
        money = quantity.unit == "USD"
        guess = (
            target.guess if target.guess is not None else (0.01 * size if money else 1.0 if not quantity.unit else 0.03)
        )
        low = max(x for x in (quantity.at_least, quantity.above, -math.inf) if x is not None)
        high = quantity.at_most if quantity.at_most is not None else math.inf
        check = s.graph.add(f"check.{row}", _check(s, index, target), label=f"{target.so_that} is as published")
        scale = abs(target.equals) or (size if s.graph.rows[target.so_that].unit == "USD" else 1.0)
        found.append(Solved(row, check, guess, abs(guess) * 0.5 or 0.01, low, high, scale))
    return found


def _size(deal: Deal) -> float:
    """An amount of money that the deal is about [USD]."""
    costs = [c.amount for c in deal.construction.values()] + [loan.amount for loan in deal.loans.values()]
    return max((x for x in costs if math.isfinite(x)), default=0.0) or 1e9


def _check(s: Statement, index: int, target: Target) -> str:
    if target.so_that not in s.graph.rows:
        import difflib

        near = difflib.get_close_matches(target.so_that, s.graph.rows, n=1, cutoff=0.4)
        fix = f"Did you mean {near[0]!r}?" if near else "See the statement's rows"
        raise SpecError(
            Problem("the statement has no such row", f"deal.solve[{index}].so_that", None, repr(target.so_that), fix)
        )
    row = target.so_that
    if target.at is not None:
        flag = s.graph.add(f"solve.n{index}.at", s.grid.flag(s.calendar.of(target.at)), "1", "month of the figure")
        row = f"sum({row} * {flag})"
    elif _by_month(s, row):
        row = f"sum({row})"
    return f"{row} - {target.equals!r}"


def _by_month(s: Statement, row: str) -> bool:
    """Whether a row has one value a month: whether any month's row is reached without passing a sum."""
    if row in s.graph.inputs:
        return s.graph.inputs[row].ndim > 0
    formula = s.graph._formulas[row]
    return bool(formula.lagged or formula.lead) or any(_by_month(s, name) for name in formula.now)


def solve(s: Statement, wanted: list[Solved]) -> dict[str, float]:
    """Values of all unknowns, by input row; InfeasibleError where there are none."""
    values = {one.row: one.guess for one in wanted}
    rests = {one.check: {o.row for o in wanted} & s.graph.ancestors([one.check]) for one in wanted}
    left, known = list(wanted), set[str]()
    while left:
        single = next((one for one in left if len(rests[one.check] - known) <= 1), None)
        if single is None:
            values.update(_together(s, left, values))
            break
        row = next(iter(rests[single.check] - known), None)
        if row is None:
            raise InfeasibleError(
                Problem("the figure does not depend on any unknown that is left", path=_path(s, single.row))
            )
        owner = next(one for one in wanted if one.row == row)
        values[row] = _alone(s, owner, single, values)
        known.add(row)
        left.remove(single)
    return values


def _path(s: Statement, row: str) -> str:
    return f"deal.{s.graph.rows[row].path or row}"


def _alone(s: Statement, one: Solved, check: Solved, values: dict[str, float]) -> float:
    """Root of one check in one unknown."""

    base = s.graph.evaluate(values, [check.check])

    def f(x: float) -> float:
        return float(np.sum(s.graph.evaluate({one.row: x}, [check.check], base)[check.check])) / check.scale

    ends = bracket(f, one.guess, one.step, one.low, one.high)
    if ends is None:
        missed = f"the figure is missed by {f(one.guess) * check.scale:.6g} at {one.guess:.6g}, and no value meets it"
        raise InfeasibleError(Problem(missed, path=_path(s, one.row), fix="Check the figure, or give the number"))
    return find_root(f, *ends)


def _together(s: Statement, left: list[Solved], values: dict[str, float]) -> dict[str, float]:
    """Newton's method with halved steps on several unknowns, scaled by the size of each."""
    scale = np.array([max(abs(one.guess), one.step) for one in left])
    low, high = (np.array([getattr(one, side) for one in left]) / scale for side in ("low", "high"))

    def f(x: Floats) -> Floats:
        now = {**values, **{one.row: float(v) for one, v in zip(left, x * scale, strict=True)}}
        rows = s.graph.evaluate(now, [one.check for one in left])
        return np.array([float(np.sum(rows[one.check])) / one.scale for one in left])

    x = np.array([one.guess for one in left]) / scale
    miss = f(x)
    for _ in range(50):
        slope = np.array([(f(x + h) - miss) / 1e-6 for h in 1e-6 * np.eye(len(x))]).T
        step = np.linalg.lstsq(slope, -miss, rcond=None)[0]
        for shorter in 0.5 ** np.arange(12):
            new = np.clip(x + shorter * step, low, high)
            better = f(new)
            if np.abs(better).max() < np.abs(miss).max() or np.abs(better).max() < 1e-15:
                break
        else:
            break
        x, miss = new, better
        if np.abs(miss).max() < 1e-15:
            break
    if not np.abs(miss).max() < 1e-12:
        worst = left[int(np.abs(miss).argmax())]
        missed = f"no values of {', '.join(one.row for one in left)} meet their figures together"
        raise InfeasibleError(
            Problem(missed, path=_path(s, worst.row), fix="Check the figures, or give one of the numbers")
        )
    return {one.row: float(v) for one, v in zip(left, x * scale, strict=True)}
