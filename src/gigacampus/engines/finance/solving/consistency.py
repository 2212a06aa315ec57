"""Which published figures cannot all be true, and what would have to give.

Figures hold together where some values of the free numbers (those marked unknown, and those that a figure is published
of) put each within its tolerance. Where they do not, the minimal sets that contradict each other are found by leaving
one figure out after the other [1]_, and the least sets whose removal reconciles the rest by a tree over them [2]_.

References
----------
.. [1] Chinneck, J. W. and Dravnieks, E. W. (1991). Locating minimal infeasible constraint sets in linear programs. ORSA
   Journal on Computing 3, 157-168.
.. [2] Reiter, R. (1987). A theory of diagnosis from first principles. Artificial Intelligence 32, 57-95.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gigacampus.engines.finance.result import Compared, Metric
from gigacampus.engines.finance.solving.fitting import Fitting
from gigacampus.engines.finance.solving.unknowns import add_targets
from gigacampus.engines.finance.statement import Statement
from gigacampus.errors import InfeasibleError

Names = frozenset[str]

MOST = 3
"""Figures that are given up together at most."""


@dataclass(frozen=True)
class Judgement:
    """Whether the published figures can all be true under one reading of a deal.

    Attributes
    ----------
    figures : dict of Compared
        Each figure where all that are held miss least.
    numbers : dict of Metric
        The unknowns there, by path under the deal.
    given_up : tuple of str
        Figures that the reading does without.
    contradictions : tuple of tuples of str
        Figures that cannot all be true, though any of them may fail alone to let the others stand.
    remedies : tuple of dict of Compared
        The least figures to give up, each with the value nearest to it that the others allow.
    undetermined : tuple of tuples of str
        Free numbers that no held figure tells: alone, or together where they move the figures in proportion.
    reason : str
        Why the reading cannot be computed, if so.
    """

    figures: dict[str, Compared]
    numbers: dict[str, Metric]
    given_up: tuple[str, ...] = ()
    contradictions: tuple[tuple[str, ...], ...] = ()
    remedies: tuple[dict[str, Compared], ...] = ()
    undetermined: tuple[tuple[str, ...], ...] = ()
    reason: str = ""

    @property
    def consistent(self) -> bool:
        """Whether the figures that are held can all be true."""
        return not self.reason and not self.contradictions

    @property
    def fits(self) -> bool:
        """Whether all figures can be true, none given up."""
        return self.consistent and not self.given_up


def judge(s: Statement, without: Names) -> Judgement:
    """Judge a statement to which its figures are added; `without` are given up from the start."""
    fitting = Fitting(s, add_targets(s), freed=True)
    names = frozenset(fitting.names) - without
    try:
        first = fitting.fit(names)
    except InfeasibleError as error:
        return Judgement({}, {}, tuple(sorted(without)), reason=str(error))
    points: dict[Names, NDArray[np.float64]] = {names: first}

    def holds(held: Names) -> bool:
        if held not in points:
            points[held] = fitting.fit(held, first)
        return fitting.holds(held, points[held])

    found, remedies = reconcile(holds, names)
    figures = fitting.compared(first)
    closing = [fitting.compared(points[names - out]) for out in remedies]
    order = fitting.names.index
    return Judgement(
        figures,
        {s.graph.rows[one.row].path: Metric(float(value), s.graph.rows[one.row].unit)
         for one, value in zip(fitting.free, first * fitting.scale, strict=True) if not one.given},
        tuple(sorted(without, key=order)),
        tuple(tuple(sorted(some, key=order)) for some in found),
        tuple({name: at[name] for name in sorted(out, key=order)} for out, at in zip(remedies, closing, strict=True)),
        tuple(fitting.undetermined(names, first)),
    )  # fmt: skip


def reconcile(holds: Callable[[Names], bool], names: Names) -> tuple[list[Names], list[Names]]:
    """Minimal sets that contradict each other, and the least sets to take away so that the rest holds.

    A node of the tree is what is taken away; below it, each figure of a contradiction that is still there is taken
    away too. Breadth first, so that the first set found to reconcile the rest is the least; no more than `MOST`.

    >>> holds = lambda some: not {"a", "b"} <= some and not {"b", "c", "d"} <= some
    >>> found, remedies = reconcile(holds, frozenset("abcde"))
    >>> sorted(sorted(some) for some in found), sorted(sorted(out) for out in remedies)
    ([['a', 'b'], ['b', 'c', 'd']], [['a', 'c'], ['a', 'd'], ['b']])
    """
    found: list[Names] = []
    remedies: list[Names] = []
    level: Iterable[Names] = [frozenset()]
    for _ in range(MOST + 1):
        below: dict[Names, None] = {}
        for out in level:
            if any(remedy <= out for remedy in remedies):
                continue
            core = next((some for some in found if not some & out), None)
            if core is None and holds(names - out):
                remedies.append(out)
                continue
            if core is None:
                core = _core(holds, names - out)
                found.append(core)
            below |= {out | {name}: None for name in sorted(core)}
        level = below
    return found, [out for out in remedies if out]


def _core(holds: Callable[[Names], bool], some: Names) -> Names:
    """A minimal set that contradicts itself within one that does."""
    for name in sorted(some):
        if not holds(some - {name}):
            some = some - {name}
    return some
