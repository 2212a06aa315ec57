"""Kinds of figures that recur, each with one builder: series by year, and horizontal bars by rank."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from gigacampus.faces import numbers
from gigacampus.faces.figures import parts
from gigacampus.faces.figures.base import Column, Table, Text
from gigacampus.faces.figures.facts import Floats


@dataclass(frozen=True)
class Series:
    """A series by year: its name, the token of its colour, its values (Y,), and its key."""

    name: Text
    colour: str
    values: Floats
    key: str = ""

    @property
    def total(self) -> float:
        """Sum of the life."""
        return float(self.values.sum())


def table(years: Sequence[int], series: Sequence[Series], unit: str) -> Table:
    """The table behind series by year."""
    return Table.by_year(years, *((Column(one.name, unit, 3), one.values) for one in series))


def by_year(
    data: list[dict[str, Any]], years: Sequence[int], axis: dict[str, Any],
    labels: Callable[[bool, int], list[dict[str, Any]]], right: tuple[int, int], heights: tuple[int, int] = (340, 320),
) -> dict[str, Any]:  # fmt: skip
    """Traces over calendar years.

    `labels` are asked for by whether the figure is slim and by its height; `right` is their room [px]. Both pairs are of the
    wide and the slim figure.
    """

    def layout(slim: bool) -> dict[str, Any]:
        return {"margin": {"r": right[slim]}, "xaxis": parts.years(years[0], years[-1], slim), "yaxis": axis,
                "annotations": labels(slim, heights[slim])}  # fmt: skip

    return parts.drawn(data, layout, *heights)


def beside(
    series: Sequence[Series], at: int, axis: dict[str, Any], height: int, slim: bool, stacked: bool = False
) -> list[Any]:
    """Labels of a year at the right: each at its value or, in a stack, at the middle of its part."""
    names, places, base = [], [], 0.0
    for one in series:
        value = float(one.values[at])
        names.append((one.name, numbers.significant(value) if value > 5e-4 else "0"))
        places.append(base + value / 2 if stacked else max(value, 0.0))
        base += value
    return parts.beside(names, places, axis, height, slim)


def stack(
    years: Sequence[int], series: Sequence[Series], unit: str, at: int | None = None, below: Sequence[Series] = (),
    right: tuple[int, int] = (120, parts.RIGHT_NARROW), heights: tuple[int, int] = (340, 320),
) -> dict[str, Any]:  # fmt: skip
    """Bars by calendar year, one upon the other, and those `below` zero; labels have the sums, or the values of one year (`at`)."""
    data = [parts.bars(one.name, years, one.values, one.colour, f"%{{y:,.3r}} {unit}") for one in (*series, *below)]
    low = min((float(one.values.min()) for one in below), default=0.0)
    axis = parts.upward(float(np.sum([one.values for one in series], axis=0).max()), unit, low)
    sums = [(one.name, numbers.significant(one.total), one.colour) for one in series]

    def labels(slim: bool, height: int) -> list[dict[str, Any]]:
        return parts.keys(sums, slim) if at is None else beside(series, at, axis, height, slim, stacked=True)

    return by_year(data, years, axis, labels, right, heights)


Ranked = tuple[Text, str, tuple[float, ...]]
"""A row: its name, the token of its colour, and its amounts, of which those after the first are drawn lighter."""


def ranked(
    rows: Sequence[Ranked], whole: float, left: tuple[int, int], heights: tuple[int, int], keys: Sequence[Any] = ()
) -> dict[str, Any]:
    """Horizontal bars, the last row on top, each with its amount and its share of `whole`; `left` is room for the names."""
    sums, places = [sum(amounts) for _, _, amounts in rows], list(range(len(rows)))
    data = [
        {"type": "bar", "orientation": "h", "x": [amounts[k] for _, _, amounts in rows], "y": places,
         "marker": {"color": [f"@{colour}{'/0.45' * (k > 0)}" for _, colour, _ in rows], "line": parts.OUTLINE},
         "hoverinfo": "skip"}
        for k in range(len(rows[0][2]) if rows else 1)
    ]  # fmt: skip
    ends = [
        parts.at(f"{numbers.significant(value)}  <span style='font-size:12px'>{numbers.share(value / whole)}</span>", value, i, xshift=6)
        for i, value in enumerate(sums)
    ]  # fmt: skip

    def layout(slim: bool) -> dict[str, Any]:
        names = [
            parts.note(name, 0.0, i, yref="y", xshift=-8, xanchor="right", align="right", yanchor="middle",
                       font={"size": 12 if slim else 13})
            for i, (name, _, _) in enumerate(rows)
        ]  # fmt: skip
        return {
            "xaxis": {"visible": False, "range": [0, max(sums, default=1.0) * (1.7 if slim else 1.16)]},
            "yaxis": {"visible": False, "range": [-0.6, len(rows) - 0.4]}, "hovermode": False, "bargap": 0.3,
            "margin": {"l": left[slim], "r": 0 if slim else 60, "t": 4, "b": 4}, "annotations": [*ends, *names, *keys],
        }  # fmt: skip

    return parts.drawn(data, layout, *heights)
