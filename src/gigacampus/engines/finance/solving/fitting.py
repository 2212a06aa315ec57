"""Unknowns that are found from several published figures at once, by least squares.

The miss of a figure is counted in tolerances, so that figures printed to more digits weigh more. What `solve` finds
from one figure alone is found anew at each point.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from gigacampus.campus.spec.deal import UNKNOWN, slug
from gigacampus.campus.spec.deal.rules import numbers
from gigacampus.engines.finance.reading import Reading
from gigacampus.engines.finance.result import Compared
from gigacampus.engines.finance.solving.published import compare
from gigacampus.engines.finance.solving.unknowns import Solved, row_of, size_of, solve, start
from gigacampus.engines.finance.statement import Statement
from gigacampus.errors import InfeasibleError, Problem, SpecError
from gigacampus.numerics import find_roots, least_squares

Floats = NDArray[np.float64]

_STEPS = (1.0, 0.03, 0.1, 0.3, 3.0, 10.0, 30.0, 100.0)
"""Multiples of a guess at which an unknown amount is looked for."""


class Fitting:
    """Published figures as functions of the numbers that are free.

    What `solve` finds exactly, and sizes that rest on the statement, are found anew at each point, from where they were
    at the point before.

    Parameters
    ----------
    s : Statement
    exact : list of Solved
        What `unknowns.add_targets` gave.
    freed : bool
        Whether numbers that the deal gives are free too where a figure is published of themselves.
    """

    def __init__(self, s: Statement, exact: list[Solved], freed: bool = False) -> None:
        self.s, self.exact, self.names = s, exact, list(s.deal.published)
        self.free = list(_free(s, {one.row for one in exact}, freed))
        self.scale = np.array([max(abs(one.guess), one.step) for one in self.free])
        self.bounds = self.scaled("low"), self.scaled("high")
        self.last = np.array([one.guess for one in exact])
        rows = [f"published.{slug(name)}" for name in self.names]
        self.wanted = rows if all(row in s.graph.rows for row in rows) else None  # metrics rest on everything
        if self.wanted is not None:
            below = s.graph.ancestors(self.wanted)
            self.exact = [one for one in exact if one.row in below]

    def scaled(self, what: str) -> Floats:
        """Guesses or bounds of the free numbers, in their own size."""
        found: Floats = np.array([getattr(one, what) for one in self.free], float) / self.scale
        return found

    @cached_property
    def base(self) -> dict[str, Floats]:
        """Every row where the search begins."""
        given = self.given(self.scaled("guess"))
        values = solve(self.s, self.exact, given)
        self.last = np.array([values[one.row] for one in self.exact])
        return self.s.graph.evaluate(values)

    def given(self, x: Floats) -> dict[str, float]:
        """Free inputs at a point; the other owners of a vehicle share what one of them leaves, in proportion."""
        values = {one.row: float(value) for one, value in zip(self.free, x * self.scale, strict=True)}
        for row, partners in self.partners.items():
            values |= {name: share * (1 - values[row]) for name, share in partners.items()}
        return values

    @cached_property
    def partners(self) -> dict[str, dict[str, float]]:
        """For each owner's share that is free, the other owners' shares of the rest."""
        found = {}
        for vehicle, _, owner in (one.row.rpartition(".owners.") for one in self.free if ".owners." in one.row):
            others = {row: float(self.s.graph.inputs[row]) for row in self.s.graph.rows
                      if row.startswith(f"{vehicle}.owners.") and row != f"{vehicle}.owners.{owner}"}  # fmt: skip
            found[f"{vehicle}.owners.{owner}"] = {row: share / sum(others.values()) for row, share in others.items()}
        return found

    def values(self, x: Floats) -> dict[str, float]:
        """All inputs that are found, at a point."""
        given = self.given(x)
        if not self.exact:
            return given
        checks = [one.check for one in self.exact]
        size = np.maximum(np.abs(self.last), [one.step for one in self.exact])
        low, high = (np.array([getattr(one, side) for one in self.exact]) / size for side in ("low", "high"))

        def miss(y: Floats) -> Floats:
            now = given | {one.row: float(value) for one, value in zip(self.exact, y * size, strict=True)}
            rows = self.s.graph.evaluate(now, checks, self.base)
            return np.array([float(np.sum(rows[one.check])) / one.scale for one in self.exact])

        found = find_roots(miss, self.last / size, low, high) * size
        if np.abs(miss(found / size)).max() < 1e-9:
            self.last = found
        else:  # nothing is known where they are not found
            found = np.full_like(found, np.nan)
        return given | {one.row: float(value) for one, value in zip(self.exact, found, strict=True)}

    def compared(self, x: Floats) -> dict[str, Compared]:
        """The figures at a point."""
        base = self.base
        values = self.values(x)
        rows = self.s.graph.evaluate(values, self.wanted, base)
        if self.wanted is None:
            return compare(self.s, Reading(self.s, rows, values).result())
        figures = zip(self.names, self.wanted, self.s.deal.published.values(), strict=True)
        return {name: Compared(float(rows[row]), float(figure.equals), figure.tolerance, self.s.graph.rows[row].unit)
                for name, row, figure in figures}  # fmt: skip

    def misses(self, x: Floats) -> Floats:
        """Misses of the figures in tolerances, shape (N,)."""
        return np.array([figure.miss for figure in self.compared(x).values()])

    def fit(self, held: Collection[str], near: Floats | None = None) -> Floats:
        """Point at which the figures that are held miss least; the others pull a little.

        Where that leaves a figure beyond its tolerance, a point is sought at which none is. The search begins at
        `near`, and where it finds none, again from afar.
        """
        hold = np.array([name in held for name in self.names])
        pull = np.where(hold, 1.0, 1e-6)

        def beyond(x: Floats) -> Floats:
            miss = self.misses(x)
            return np.where(hold, np.sign(miss) * np.maximum(np.abs(miss) - 1, 0), 0.0)

        x = self._begin(hold) if near is None else near
        x = least_squares(lambda x: pull * self.misses(x), x, *self.bounds)
        inside = x if self.holds(held, x) else least_squares(beyond, x, *self.bounds)
        if self.holds(held, inside):
            return inside
        return x if near is None else self.fit(held)

    def _begin(self, hold: NDArray[np.bool_]) -> Floats:
        """Where to begin: misses relative to the figures' size are least, numbers that the deal gives as they are.

        Each unknown amount is first looked for over some orders of magnitude. Metrics come last: they may have a kink,
        such as a least cover.
        """
        x, given = self.scaled("guess"), np.array([one.given for one in self.free], bool)
        rows = hold & np.array([f"published.{slug(name)}" in self.s.graph.rows for name in self.names])

        def relative(x: Floats, some: NDArray[np.bool_]) -> Floats:
            return np.where(some, self.misses(x) / self.sizes, 0.0)

        seen = rows if rows.any() else hold

        def off(x: Floats) -> float:
            return float(np.nan_to_num(np.log1p(relative(x, seen) ** 2), nan=np.inf).sum())

        money = [not one.given and self.s.graph.rows[one.row].unit.startswith("USD") for one in self.free]
        for k in 2 * np.flatnonzero(money).tolist():
            x = min((np.clip(np.where(np.arange(len(x)) == k, x * by, x), *self.bounds) for by in _STEPS), key=off)
        low, high = (np.where(given, x, bound) for bound in self.bounds)
        x = least_squares(lambda x: relative(x, rows), x, low, high)
        return least_squares(lambda x: relative(x, hold), x, low, high) if (rows != hold).any() else x

    @cached_property
    def sizes(self) -> Floats:
        """Size of each figure in tolerances; of one that is zero, the money that the deal is about, or 1."""
        figures, money = self.compared(self.scaled("guess")).values(), size_of(self.s.deal)
        return np.array([(abs(f.published) or (money if f.unit == "USD" else 1.0)) / f.within for f in figures])

    def holds(self, held: Collection[str], x: Floats) -> bool:
        """Whether the figures that are held are all within their tolerances."""
        return all(figure.holds for name, figure in self.compared(x).items() if name in held)

    def undetermined(self, held: Collection[str], x: Floats) -> list[tuple[str, ...]]:
        """Free numbers that move no held figure, each alone, and those that move them all in proportion, together."""
        hold = np.array([name in held for name in self.names])
        base = self.misses(x)
        slope = np.array([(self.misses(x + h) - base)[hold] / 1e-6 for h in 1e-6 * np.eye(len(x))]).T
        slope = slope / np.maximum(np.linalg.norm(slope, axis=1, keepdims=True), 1e-300)
        sizes = np.linalg.norm(slope, axis=0)
        paths = np.array([self.s.graph.rows[one.row].path for one in self.free])
        alone = [(str(path),) for path in paths[sizes < 1e-9]]
        moving = sizes >= 1e-9
        _, strength, way = np.linalg.svd(slope[:, moving] / sizes[moving], full_matrices=True)
        weak = way[np.sum(strength > 1e-6 * strength.max(initial=0.0)) :]
        together = tuple(str(path) for path in paths[moving][np.any(np.abs(weak) > 0.1, axis=0)])
        return alone + ([together] if together else [])


def _free(s: Statement, exact: Collection[str], freed: bool) -> Iterator[Solved]:
    figures = {row_of(figure.row or ""): float(figure.equals) for figure in s.deal.published.values()}
    size = size_of(s.deal)
    for path, value, quantity in numbers(s.deal):
        row = row_of(path)
        if value is UNKNOWN and row not in exact:
            if row not in s.graph.rows:
                raise SpecError(Problem("no row of the statement uses this number", path=f"deal.{path}"))
            yield start(row, "", quantity, size, figures.get(row), 1.0)
        elif freed and row in figures and value is not UNKNOWN:
            yield replace(start(row, "", quantity, size, value, 1.0), given=True)


def found_together(s: Statement, exact: list[Solved]) -> dict[str, float]:
    """Unknowns that are found from all figures together, by input row.

    Raises
    ------
    InfeasibleError
        Where the figures do not tell them.
    """
    fitting = Fitting(s, exact)
    if not fitting.free:
        return {}
    x = fitting.fit(fitting.names)
    for name, figure in fitting.compared(x).items():
        if not np.isfinite(figure.value):
            free = ", ".join(s.graph.rows[one.row].path for one in fitting.free)
            message = f"the figure has no value near where the search for {free} begins"
            raise InfeasibleError(
                Problem(message, f"deal.published.{name}", fix="Use solve with a guess, or another figure")
            )
    for paths in fitting.undetermined(fitting.names, x):
        several = f"any change of {' and '.join(paths)} can be made up for by the others"
        message = several if len(paths) > 1 else "none of them moves with it"
        fix = f"Give {'one of the numbers' if len(paths) > 1 else 'the number'}, or publish another figure"
        raise InfeasibleError(
            Problem(f"the published figures do not tell this number: {message}", f"deal.{paths[0]}", fix=fix)
        )
    return fitting.given(x)
