"""What a figure is, and the registry that report, notebook and app share.

A figure is one function of the run that gives a `Figure`: plain data and layout for Plotly (colours by name, texts in both
languages), its finding, and the table behind it. It is registered once.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar

from gigacampus.faces.figures.text import EMPTY, Finding, Text

if TYPE_CHECKING:
    from gigacampus.runs.pipeline import Run

__all__ = ["FIGURES", "Column", "Figure", "Finding", "Mark", "Table", "Text", "figure", "there"]

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
    id : str
    title : Finding
    subtitle : Text
        Quantity, unit, span, nominal or real.
    table : Table
    aria : Text
        One sentence for those who do not see it.
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
    """

    id: str
    title: Finding
    subtitle: Text
    table: Table
    aria: Text
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

    @property
    def listed(self) -> bool:
        """Whether nothing is drawn, and its table is what it shows."""
        return not self.data and self.drawing is None and self.explorer is None


T = TypeVar("T")


def there(part: T | None) -> T:
    """A part that must be there, for its figure is drawn."""
    assert part is not None
    return part


Draw = Callable[["Run"], "Figure | None"]
FIGURES: dict[str, Draw] = {}


def figure(name: str) -> Callable[[Draw], Draw]:
    """Register a function of the run that draws a figure, or gives None where the spec lacks what it is about."""

    def register(draw: Draw) -> Draw:
        FIGURES[name] = draw
        return draw

    return register
