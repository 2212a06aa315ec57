"""What a figure is, and the registry that report, notebook and app share.

A figure is one function of the run that gives a `Figure`: plain data and layout for Plotly (colours by name, texts in both
languages), its finding, and the table behind it. It is registered once.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

import numpy as np

from gigacampus.faces.figures.text import EMPTY, Finding, Text, joined
from gigacampus.runs.pipeline import Run

__all__ = [
    "EMPTY",
    "FIGURES",
    "PLOTTED",
    "Cell",
    "Column",
    "Drawing",
    "Figure",
    "Finding",
    "Mark",
    "Run",
    "Table",
    "Text",
    "figure",
    "joined",
    "there",
]

Cell = Any
"""A `Text`, a string, a number, or None where there is none."""


@dataclass(frozen=True)
class Mark(Text):
    """A verdict in a table: a word with its mark (tick, cross, triangle or bar) and the tone of both."""

    sign: str = "bar"
    tone: str = ""


@dataclass(frozen=True)
class Column:
    """A column of a table: its heading, the unit of its numbers, and how many decimals are shown; whether texts stand at
    its right, as numbers do, and whether a narrow page leaves it out."""

    name: Text
    unit: str = ""
    decimals: int | None = None
    right: bool = False
    wide: bool = False


@dataclass(frozen=True)
class Table:
    """The numbers behind a figure; the first column names the row. Values carry full precision.

    A row that has nothing but its name is the heading of those below it.
    """

    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]

    @classmethod
    def of(cls, *columns: tuple[Column, Iterable[Cell]]) -> Table:
        """A table of its columns, each with its cells; what is not a number is left blank."""
        return cls(
            tuple(head for head, _ in columns), tuple(zip(*(map(_cell, cells) for _, cells in columns), strict=True))
        )

    @classmethod
    def by_year(cls, years: Iterable[int], *columns: tuple[Column, Iterable[Cell]]) -> Table:
        """A table with a row for each calendar year."""
        return cls.of((Column(Text("Year", "年")), map(str, years)), *columns)

    @property
    def filled(self) -> Table:
        """Without the rows that have nothing but their name."""
        return Table(self.columns, tuple(row for row in self.rows if any(row[1:])))


def _cell(value: Cell) -> Cell:
    value = value.item() if isinstance(value, np.generic) else value
    return None if isinstance(value, float) and not math.isfinite(value) else value


@dataclass(frozen=True)
class Drawing:
    """A figure that is drawn here, as SVG in both languages: at 1040, 700 and 342 px."""

    wide: str
    paper: str
    narrow: str


@dataclass(frozen=True)
class Figure:
    """One figure.

    Attributes
    ----------
    title : Finding
    subtitle : Text
        Quantity, unit, span, nominal or real.
    table : Table
    aria : Text
        One sentence for those who do not see what is drawn.
    data, layout : Plotly
        Plain; a string ``@gas/0.42`` is a colour by name, a `Text` stands wherever a string may.
    narrow : mapping
        What is different below 700 px: ``layout`` is merged, ``data`` replaces.
    paper : mapping
        What is different on paper, 700 px wide: ``layout`` is merged; with ``narrow`` the narrow figure is printed.
    height, narrow_height : int [px]
    note : Text
        Foot: method and conventions.
    stages : tuple of str
        Stages whose results it shows; their inputs are its sources.
    rows : tuple of str
        Rows of the statement that it shows, where it shows no more; then their inputs alone are its sources.
    drawing : Drawing, optional
        In place of Plotly.
    explorer : mapping, optional
        Buckets and raw hours for the hourly explorer.
    id : str
        Given when it is registered: the name of its function.
    """

    title: Finding
    subtitle: Text
    table: Table
    aria: Text = EMPTY
    data: list[dict[str, Any]] = field(default_factory=list)
    layout: dict[str, Any] = field(default_factory=dict)
    narrow: Mapping[str, Any] = field(default_factory=dict)
    paper: Mapping[str, Any] = field(default_factory=dict)
    height: int = 340
    narrow_height: int = 320
    note: Text = EMPTY
    stages: tuple[str, ...] = ()
    rows: tuple[str, ...] = ()
    drawing: Drawing | None = None
    explorer: Mapping[str, Any] | None = None
    id: str = ""

    @property
    def listed(self) -> bool:
        """Whether nothing is drawn, and its table is what it shows."""
        return not self.data and self.drawing is None and self.explorer is None


T = TypeVar("T")


def there(part: T | None) -> T:
    """A part that must be there, for its figure is drawn."""
    assert part is not None
    return part


Draw = Callable[[Run], Figure | None]
FIGURES: dict[str, Draw] = {}
PLOTTED: set[str] = set()
"""Figures that a notebook has; the others are tables, or drawn by the report."""


def figure(of: str = "", plotted: bool = True) -> Callable[[Draw], Draw]:
    """Register a function of the run, by its name: it draws a figure, or gives None where there is nothing to show.

    Parameters
    ----------
    of : str
        `campus` or `deal`: drawn only for runs that have one.
    plotted : bool
        Whether Plotly draws it.
    """

    def register(draw: Draw) -> Draw:
        @functools.wraps(draw)
        def drawn(run: Run) -> Figure | None:
            there = {"campus": run.campus.physical, "deal": run.campus.deal is not None}.get(of, True)
            made = draw(run) if there else None
            return None if made is None else replace(made, id=draw.__name__)

        FIGURES[draw.__name__] = drawn
        if plotted:
            PLOTTED.add(draw.__name__)
        return drawn

    return register
