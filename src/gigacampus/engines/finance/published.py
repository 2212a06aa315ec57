"""Published figures beside what the statement says, and unknowns that are found from several of them at once.

A figure is a row ``published.<name>`` of the statement, a metric of the result or the price of a loan. Its miss is
counted in tolerances, so that figures printed to more digits weigh more. Unknowns that have no entry of `solve` are put
where the sum of squared misses is least.
"""

from __future__ import annotations

import difflib
from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from datetime import date
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from gigacampus.campus.spec.deal import MONTHS, UNKNOWN, Deal, Printed, slug
from gigacampus.campus.spec.deal.rules import numbers
from gigacampus.days import year_fraction
from gigacampus.engines.finance.report import Report
from gigacampus.engines.finance.result import Compared, FinanceResult
from gigacampus.engines.finance.solve import Solved, by_month, row_of, size_of, solve, start
from gigacampus.engines.finance.statement import Statement
from gigacampus.errors import InfeasibleError, Problem, SpecError
from gigacampus.numerics import find_roots, least_squares

Floats = NDArray[np.float64]

_UNITS: Mapping[str, tuple[str, ...]] = {"USD": ("USD", "USD/year"), "fraction": ("fraction", "1/year", "1"), "year": ("year",), "": ("1",)}
"""Units of rows that a figure may be printed for, by its own."""
_STEPS = (1.0, 0.03, 0.1, 0.3, 3.0, 10.0, 30.0, 100.0)
"""Multiples of a guess at which an unknown is looked for."""


def unfit(s: Statement) -> list[Problem]:
    """Figures of `solve` and `published` that are no row of the statement, or in another unit than it."""
    rows = {name: row.unit for name, row in s.graph.rows.items()}
    known, found = rows, list[Problem]()
    for index, target in enumerate(s.deal.solve):
        found += _strange(f"deal.solve[{index}]", "so_that", target.so_that, rows, target.equals)
    for name, figure in s.deal.published.items():
        place, row = f"deal.published.{name}", row_of(figure.row or "")
        if figure.over is not None:
            found += _strange(place, "row", row, rows)
            found += _strange(place, "over", row_of(figure.over), rows)
            found += _other_unit(place, "the ratio", "1", figure.equals)
        elif figure.row is not None:
            known = known if row in known else rows | _metrics(s)
            found += _strange(place, "row", row, known, figure.equals)
        else:
            found += _other_unit(place, "a price", "1", figure.equals)
    return found


def _strange(
    place: str, key: str, row: str, known: Mapping[str, str], figure: Printed | None = None
) -> Iterator[Problem]:
    if row not in known:
        near = difflib.get_close_matches(row, known, n=1, cutoff=0.4)
        fix = f"Did you mean {near[0]!r}?" if near else "See the statement's rows"
        yield Problem("the statement has no such row", f"{place}.{key}", None, repr(row), fix)
    elif figure is not None:
        yield from _other_unit(place, row, known[row], figure)


def _other_unit(place: str, what: str, unit: str, figure: Printed) -> Iterator[Problem]:
    if unit not in _UNITS[figure.unit] and (figure.unit or figure != 0):
        examples = {"USD": "12.31 bn USD", "fraction": "6.581 %", "year": "17.1 years"}
        example = next((text for kind, text in examples.items() if unit in _UNITS[kind]), "1.12")
        fix = f"Write it as in {example!r}"
        yield Problem(f"{what} is in {unit}, and the figure is not", f"{place}.equals", None, repr(figure.text), fix)


def _metrics(s: Statement) -> dict[str, str]:
    """Units of the metrics that the result will have, whatever their values."""
    rows = s.graph.evaluate({name: 1.0 for name, row in s.graph.rows.items() if row.solved})
    return {name: metric.unit for name, metric in Report(s, rows, {}).result().metrics.items()}


def add_published(s: Statement) -> None:
    """A row for each figure that is one of the statement's."""
    for name, figure in s.deal.published.items():
        row, n = row_of(figure.row or ""), f"published.{slug(name)}"
        if row in s.graph.rows:
            flag = ""
            if figure.at is not None:
                flag = s.graph.add(f"{n}.at", s.grid.flag(s.calendar.of(figure.at)), "1", f"{name}: its month")
            elif figure.until is not None:
                months = np.arange(s.grid.count) <= s.grid.at(s.calendar.of(figure.until))
                flag = s.graph.add(f"{n}.until", months.astype(float), "1", f"{name}: its months")
            formula, unit = _counted(s, row, flag), s.graph.rows[row].unit
            if figure.over is not None:
                formula, unit = f"{formula} / {_counted(s, row_of(figure.over), flag)}", "1"
            s.graph.add(n, formula, unit, f"published: {name}")


def _counted(s: Statement, row: str, flag: str) -> str:
    """A row as a scalar: in flagged months, or its sum."""
    return f"sum({row} * {flag})" if flag else f"sum({row})" if by_month(s, row) else row


def compare(s: Statement, result: FinanceResult) -> dict[str, Compared]:
    """Every published figure beside the value that the statement has for it."""
    found = {}
    for name, figure in s.deal.published.items():
        row, unit = f"published.{slug(name)}", "1"
        if figure.price_of is not None:
            assert figure.at is not None and figure.at_yield is not None
            value = price(s.deal, result, figure.price_of, s.calendar.of(figure.at), figure.at_yield)
        elif row in result.rows:
            value, unit = float(result.rows[row]), s.graph.rows[row].unit
        else:
            metric = result.metrics[row_of(figure.row or "")]
            value, unit = np.nan if metric.value is None else metric.value, metric.unit
        found[name] = Compared(value, float(figure.equals), figure.tolerance, unit)
    return found


def price(deal: Deal, result: FinanceResult, name: str, day: date, rate: float) -> float:
    """Clean price of a loan's debt service after a day, compounded as often as it pays, per 100 of its balance [1].

    Notes
    -----
    With m payments a year, P = sum(s_k (1 + y/m)^(-m t_k)) - accrued interest, t_k in years of 30/360 [1]_.

    References
    ----------
    .. [1] Fabozzi, F. J. (2016). Bond Markets, Analysis, and Strategies, 9th ed., ch. 2.
    """
    loan, often, coupon = result.loans[name], 12 / MONTHS[deal.loans[name].every], deal.loans[name].coupon or 0.0
    due = [(d.item(), float(paid)) for d, paid in zip(loan.dates, loan.service, strict=True) if paid > 0]
    worth = sum(paid * (1 + rate / often) ** (-often * year_fraction(day, d, "30/360")) for d, paid in due if d > day)
    before = max([d for d, _ in due if d <= day], default=deal.close)
    owed = float(loan.balance[result.months.astype("datetime64[M]") == np.datetime64(day, "M")][0])
    return 100 * (worth / owed - coupon * year_fraction(before, day, "30/360"))


class Fitting:
    """Published figures as functions of the numbers that are free.

    What `solve` finds exactly, and sizes that rest on the statement, are found anew at each point, from where they were
    at the point before.

    Parameters
    ----------
    s : Statement
    exact : list of Solved
        What `solve.add_targets` gave.
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
        self.last = found if np.isfinite(found).all() else self.last
        return given | {one.row: float(value) for one, value in zip(self.exact, found, strict=True)}

    def compared(self, x: Floats) -> dict[str, Compared]:
        """The figures at a point."""
        base = self.base
        values = self.values(x)
        rows = self.s.graph.evaluate(values, self.wanted, base)
        if self.wanted is None:
            return compare(self.s, Report(self.s, rows, values).result())
        figures = zip(self.names, self.wanted, self.s.deal.published.values(), strict=True)
        return {name: Compared(float(rows[row]), float(figure.equals), figure.tolerance, self.s.graph.rows[row].unit)
                for name, row, figure in figures}  # fmt: skip

    def misses(self, x: Floats) -> Floats:
        """Misses of the figures in tolerances, shape (N,)."""
        return np.array([figure.miss for figure in self.compared(x).values()])

    def fit(self, held: Collection[str], x: Floats | None = None) -> Floats:
        """Point at which the figures that are held miss least; the others pull a little.

        Where that leaves a figure beyond its tolerance, a point is sought at which none is. The search begins at `x`,
        and where it finds none, again from afar.
        """
        hold = np.array([name in held for name in self.names])
        begin, first = self._near(hold) if x is None else x, x
        pull = np.where(hold, 1.0, 1e-3 / np.maximum(1.0, np.abs(self.misses(begin))))

        def beyond(x: Floats) -> Floats:
            miss = self.misses(x)
            return hold * np.sign(miss) * np.maximum(np.abs(miss) - 1, 0)

        x = least_squares(lambda x: pull * self.misses(x), begin, *self.bounds)
        inside = x if self.holds(held, x) else least_squares(beyond, x, *self.bounds)
        if self.holds(held, inside):
            return inside
        return x if first is None else self.fit(held)

    def _near(self, hold: NDArray[np.bool_]) -> Floats:
        """Where to begin: misses relative to the figures' size are least, numbers that the deal gives as they are.

        Each unknown is first looked for over some orders of magnitude, one after the other.
        """
        x, figures, money = self.scaled("guess"), self.compared(self.scaled("guess")).values(), size_of(self.s.deal)
        sizes = [(abs(f.published) or (money if f.unit == "USD" else 1.0)) / f.within for f in figures]
        given = np.array([one.given for one in self.free], bool)

        smooth = [hold & np.array([f"published.{slug(name)}" in self.s.graph.rows for name in self.names]), hold]

        def relative(x: Floats, some: NDArray[np.bool_] = smooth[0]) -> Floats:
            return some * self.misses(x) / sizes

        money_at = [self.s.graph.rows[one.row].unit.startswith("USD") for one in self.free]
        for k in 2 * np.flatnonzero(~given & money_at).tolist():
            tried = [np.where(np.arange(len(x)) == k, x * by, x) for by in _STEPS]
            tried = [np.clip(point, *self.bounds) for point in tried]
            x = min(tried, key=lambda x: float(np.nan_to_num(np.log1p(relative(x) ** 2), nan=np.inf).sum()))
        low, high = (np.where(given, x, bound) for bound in self.bounds)
        for some in smooth:
            x = least_squares(lambda x, some=some: relative(x, some), x, low, high)
        return x

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
    for paths in fitting.undetermined(fitting.names, x):
        several = f"{' and '.join(paths)} move them in proportion"
        message = several if len(paths) > 1 else "none of them moves with it"
        fix = f"Give {'one of the numbers' if len(paths) > 1 else 'the number'}, or publish another figure"
        raise InfeasibleError(
            Problem(f"the published figures do not tell this number: {message}", f"deal.{paths[0]}", fix=fix)
        )
    return fitting.given(x)
