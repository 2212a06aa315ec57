"""Unknowns of a deal, each found from one published figure; and the sizes that rest on the statement they are part of.

Unknowns are solved in the order in which their figures rest on each other. One alone is a root of one variable, found
to the last digits by Chandrupatla's method; those that rest on each other are solved together by Broyden's. Solved
values are inputs of the graph, each with a row ``check.<name>`` that is zero.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gigacampus.campus.spec.deal import UNKNOWN, Deal, Target, slug
from gigacampus.campus.spec.deal.rules import unknowns
from gigacampus.engines.finance.statement import Statement
from gigacampus.errors import InfeasibleError, Problem, SpecError
from gigacampus.numerics import bracket, find_root, find_roots
from gigacampus.quantities import Quantity, format_quantity
from gigacampus.rows.compile import groups

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Solved:
    """An unknown: its input row, the check row that must be zero, start and bounds of the search, size of the check;
    and whether the deal gives it, as where `fitting` frees a number that a figure is published of."""

    row: str
    check: str
    guess: float
    step: float
    low: float
    high: float
    scale: float
    given: bool = False


def add_targets(s: Statement) -> list[Solved]:
    """Add the check rows of `solve`, and list everything that is to be solved for."""
    quantities = dict(unknowns(s.deal))
    size = size_of(s.deal)
    found = [
        Solved(name, f"check.{name}", float(s.graph.inputs[name]) or 0.01 * size, 0.01 * size, 0.0, math.inf, size)
        for name, row in s.graph.rows.items()
        if row.solved and not row.path
    ]
    for name, loan in s.deal.loans.items():
        if loan.sizing is not None:
            row = f"loans.{slug(name)}.amount"
            found.append(Solved(row, f"check.{row}", 0.1 * size, 0.01 * size, 0.0, math.inf, size))
    for index, target in enumerate(s.deal.solve):
        quantity = quantities[target.unknown]
        row = row_of(target.unknown)
        if row not in s.graph.rows:
            raise SpecError(Problem("no row of the statement uses this number", path=f"deal.{target.unknown}"))
        check = s.graph.add(f"check.{row}", _check(s, index, target), label=f"{target.so_that} is as published")
        scale = abs(target.equals) or (size if s.graph.rows[target.so_that].unit == "USD" else 1.0)
        found.append(start(row, check, quantity, size, target.guess, scale))
    return found


_MET = 1e-12
"""Largest miss of a figure that is met, over its size."""
_MULTIPLES, _MOST = np.array([1.0, 0.3, 3.0, 0.1, 10.0, 0.03, 30.0]), 3
"""Multiples of a guess that are tried, and for how many unknowns together."""


def start(row: str, check: str, quantity: Quantity, size: float, guess: float | None, scale: float) -> Solved:
    """Where the search for a number begins, and its bounds."""
    if guess is None:
        guess = {"USD": 0.01 * size, "fraction": 0.03}.get(quantity.unit, 1.0)
    low = max(x for x in (quantity.at_least, quantity.above, -math.inf) if x is not None)
    high = quantity.at_most if quantity.at_most is not None else math.inf
    return Solved(row, check, float(guess), abs(guess) * 0.5 or 0.01, low, high, scale)


def size_of(deal: Deal) -> float:
    """An amount of money that the deal is about [USD]."""
    costs = [c.amount or 0.0 for c in deal.construction.values()] + [loan.amount for loan in deal.loans.values()]
    return max((x for x in costs if math.isfinite(x)), default=0.0) or 1e9


def _check(s: Statement, index: int, target: Target) -> str:
    row = target.so_that
    if target.at is not None:
        flag = s.graph.add(f"solve.n{index}.at", s.months.flag(s.calendar.of(target.at)), "1", "month of the figure")
        row = f"sum({row} * {flag})"
    elif by_month(s, row):
        row = f"sum({row})"
    return f"{row} - {target.equals!r}"


def by_month(s: Statement, row: str) -> bool:
    """Whether a row has one value a month: whether any month's row is reached without passing a sum."""
    if row in s.graph.inputs:
        return s.graph.inputs[row].ndim > 0
    formula = s.graph.formulas[row]
    return bool(formula.lagged or formula.lead) or any(by_month(s, name) for name in formula.now)


def solve(s: Statement, wanted: list[Solved], given: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """Values of all unknowns, by input row, beside those given; InfeasibleError where there are none."""
    values: dict[str, Any] = {**(given or {}), **{one.row: one.guess for one in wanted}}
    by_row = {one.row: one for one in wanted}
    rests = {one.row: s.graph.ancestors([one.check]) & set(by_row) for one in wanted}
    for group in groups(rests):
        several = [by_row[row] for row in group]
        if len(several) == 1 and group[0] not in rests[group[0]]:
            raise InfeasibleError(Problem("its figure does not depend on it", path=_path(s, group[0])))
        values.update(_alone(s, several[0], values) if len(several) == 1 else _together(s, several, values))
    return values


def _path(s: Statement, row: str) -> str:
    return f"deal.{s.graph.rows[row].path or row}"


class _Miss:
    """By how much the figures of some unknowns are missed, relative to their size, as a function of those unknowns."""

    def __init__(self, s: Statement, some: list[Solved], values: dict[str, float]) -> None:
        self.graph, self.some, self.checks = s.graph, some, [one.check for one in some]
        self.base = s.graph.evaluate(values, self.checks)

    def __call__(self, x: Iterable[float]) -> Floats:
        now = {one.row: float(value) for one, value in zip(self.some, x, strict=True)}
        rows = self.graph.evaluate(now, self.checks, self.base)
        return np.array([float(np.sum(rows[one.check])) / one.scale for one in self.some])


def _alone(s: Statement, one: Solved, values: dict[str, float]) -> dict[str, float]:
    miss, tried = _Miss(s, [one], values), dict[float, float]()

    def f(x: float) -> float:
        tried[x] = float(miss([x])[0])
        return tried[x]

    ends = bracket(f, one.guess, one.step, one.low, one.high)
    if ends is None:
        near = min(tried, key=lambda x: abs(tried[x]) if math.isfinite(tried[x]) else math.inf)
        by = f"no value meets its figure; the nearest, {near:.6g}, misses it by {tried[near] * one.scale:.6g}"
        raise InfeasibleError(Problem(by, path=_path(s, one.row), fix=_closing(s, one, tried[near])))
    return {one.row: find_root(f, *ends)}


def _closing(s: Statement, one: Solved, miss: float) -> str:
    """The figure that the nearest value would meet."""
    target = next((t for t in s.deal.solve if row_of(t.unknown) == one.row), None)
    if target is None:
        return "Check the figure, or give the number"
    return f"A figure of {target.equals + miss * one.scale:.6g} could be met; or give the number"


def row_of(path: str) -> str:
    """The row of the statement that a path of the deal, or a row, stands for.

    >>> row_of("entities.JV.owners.Blue Owl")
    'entities.jv.owners.blue_owl'
    """
    return ".".join(slug(part) for part in path.split("."))


def _together(s: Statement, some: list[Solved], values: dict[str, float]) -> dict[str, float]:
    """Several unknowns at once, scaled by the size of each; from the best of a grid if the start leads
    nowhere."""
    miss = _Miss(s, some, values)
    x = _roots(miss, some, _swept(s, some, miss))
    if not np.abs(miss(x)).max() < _MET and len(some) <= _MOST:
        x = _roots(miss, some, _best_of_grid(miss, some))
    least = np.array([one.low for one in some])  # of sizes, no loan at all, beside which a search may pass
    if not np.abs(miss(x)).max() < _MET and np.isfinite(least).all() and np.abs(miss(least)).max() < _MET:
        x = least
    gap = np.abs(miss(x))
    if not gap.max() < _MET:
        if (loan := _no_fit(s, some, some[int(gap.argmax())].row)) is not None:
            raise InfeasibleError(loan)
        names = ", ".join(s.graph.rows[one.row].path or one.row for one in some)
        by = f"no values of {names} were found that meet their figures together"
        if np.isfinite(gap).all():
            by += f"; one is missed by {gap.max():.3g} of its size"
        fix = "Check the figures, give one of the numbers, or a guess of each"
        raise InfeasibleError(Problem(by, path=_path(s, some[int(gap.argmax())].row), fix=fix))
    return {one.row: float(value) for one, value in zip(some, x, strict=True)}


def _no_fit(s: Statement, some: list[Solved], worst: str) -> Problem | None:
    """What to say where a loan's size, reserve or plan settles on nothing; None where a published figure is sought."""
    if {row_of(target.unknown) for target in s.deal.solve} & {one.row for one in some}:
        return None
    for name, loan in s.deal.loans.items():
        sizes = {f"loans.{slug(name)}.amount", *(f"{slug(name)}.{row}" for row in ("reserve_target", "funded"))}
        if worst in sizes:
            given = loan.amount is not UNKNOWN
            value = format_quantity(loan.amount, "USD") if given else "unknown"
            message = f"{name}: no {'reserve and plan' if given else 'amount'} found that its cash and its cost allow"
            ways = "a smaller amount, or amount: unknown with limits under sizing" if given else "an amount"
            return Problem(message, f"deal.loans.{name}.amount", value=value, fix=f"Give {ways}")
    return None


def _roots(miss: _Miss, some: list[Solved], start: Floats) -> Floats:
    scale = np.maximum(np.abs(start), [one.step for one in some])
    low, high = (np.array([getattr(one, side) for one in some]) / scale for side in ("low", "high"))
    return find_roots(lambda x: miss(x * scale), start / scale, low, high) * scale


def _best_of_grid(miss: _Miss, some: list[Solved]) -> Floats:
    """Of guesses and their multiples, those at which the figures are missed least."""
    grid = [np.clip(one.guess * _MULTIPLES, one.low, one.high) for one in some]
    points = [np.array(point) for point in itertools.product(*grid)]
    sizes = [float(np.abs(miss(point)).max()) for point in points]
    return points[int(np.argmin([size if math.isfinite(size) else math.inf for size in sizes]))]


def _swept(s: Statement, some: list[Solved], miss: _Miss) -> Floats:
    """Starting point: sizes that rest on the statement they are part of are put in again until they stay."""
    x = best = np.array([one.guess for one in some])
    sizes = np.array([not s.graph.rows[one.row].path for one in some])
    least, scale = np.inf, np.array([one.scale for one in some])
    for _ in range(60 if sizes.any() else 0):
        gap = np.where(sizes, miss(x), 0.0)
        if np.abs(gap).max() < least:
            best, least = x, float(np.abs(gap).max())
        if least < 1e-16 or not np.isfinite(gap).all():
            break
        x = x + gap * scale
    return best
