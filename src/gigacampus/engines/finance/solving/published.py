"""Published figures beside what the statement says.

A figure is a row ``published.<name>`` of the statement, a metric of the result or the price of a loan.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping
from datetime import date

import numpy as np

from gigacampus.campus.spec.deal import Deal, Printed, slug
from gigacampus.engines.finance.reading import Reading, bonds
from gigacampus.engines.finance.reading.quotes import payments_of
from gigacampus.engines.finance.result import Compared, FinanceResult
from gigacampus.engines.finance.solving.unknowns import by_month, row_of
from gigacampus.engines.finance.statement import Statement
from gigacampus.errors import Problem, SpecError

_UNITS: Mapping[str, tuple[str, ...]] = {
    "USD": ("USD", "USD/year"),
    "fraction": ("fraction", "1/year", "1"),
    "year": ("year",),
    "": ("1",),
}
"""Units of rows that a figure may be printed for, by its own."""


def unfit(s: Statement) -> list[Problem]:
    """Figures of `solve` and `published` that are no row of the statement, or in another unit than it."""
    rows = {name: row.unit for name, row in s.graph.rows.items()}
    known, found = rows, list[Problem]()
    for index, target in enumerate(s.deal.solve):
        place = f"deal.solve[{index}]"
        if target.so_that not in rows and target.so_that in (known := rows | _metrics(s)):
            fix = "Give the figure under published instead, which takes metrics too"
            message = "solve takes a row, and this is a metric"
            found.append(Problem(message, f"{place}.so_that", None, repr(target.so_that), fix))
        else:
            found += _strange(place, "so_that", target.so_that, rows, target.equals)
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
        fix = f"Did you mean {near[0]!r}?" if near else "Rows are named in the run folder's monthly table"
        yield Problem("the statement has no such row", f"{place}.{key}", None, repr(row), fix)
    elif figure is not None:
        yield from _other_unit(place, row, known[row], figure)


def _other_unit(place: str, what: str, unit: str, figure: Printed) -> Iterator[Problem]:
    if unit not in _UNITS[figure.unit] and (figure.unit or float(figure) != 0):
        examples = {"USD": "12.31 bn USD", "fraction": "6.581 %", "year": "17.1 years"}
        example = next((text for kind, text in examples.items() if unit in _UNITS[kind]), "1.12")
        fix = f"Write it as in {example!r}"
        yield Problem(f"{what} is in {unit}, and the figure is not", f"{place}.equals", None, repr(figure.text), fix)


def _metrics(s: Statement) -> dict[str, str]:
    """Units of the metrics that the result will have, whatever their values."""
    rows = s.graph.evaluate({name: 1.0 for name, row in s.graph.rows.items() if row.solved})
    return {name: metric.unit for name, metric in Reading(s, rows, {}).result().metrics.items()}


def add_published(s: Statement) -> None:
    """A row for each figure that is one of the statement's."""
    for name, figure in s.deal.published.items():
        row, n = row_of(figure.row or ""), f"published.{slug(name)}"
        if row in s.graph.rows:
            flag = ""
            if figure.at is not None:
                flag = s.graph.add(f"{n}.at", s.months.flag(s.calendar.of(figure.at)), "1", f"{name}: its month")
            elif figure.until is not None:
                months = np.arange(s.months.count) <= s.months.at(s.calendar.of(figure.until))
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
            assert figure.at is not None
            assert figure.at_yield is not None
            value = price(s.deal, result, figure.price_of, s.calendar.of(figure.at), figure.at_yield)
        elif row in result.rows:
            value, unit = float(result.rows[row]), s.graph.rows[row].unit
        else:
            metric = result.metrics[row_of(figure.row or "")]
            value, unit = np.nan if metric.value is None else metric.value, metric.unit
        found[name] = Compared(value, float(figure.equals), figure.tolerance, unit)
    return found


def price(deal: Deal, result: FinanceResult, name: str, day: date, rate: float) -> float:
    """Clean price of a loan at a yield, per 100 of its balance [1]; not a number where nothing is owed on that day."""
    try:
        left = payments_of(name, deal.loans[name], result.loans[name], result.rows, day)
    except SpecError:
        return np.nan
    return bonds.clean_price(left, rate)
