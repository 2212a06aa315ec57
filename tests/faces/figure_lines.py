"""What lines of figures are made of: cells, columns and words of a figure beside what the run has."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

from gigacampus.faces import numbers
from gigacampus.faces.figures import Figure
from gigacampus.runs.pipeline import Run

Claim = tuple[Any, Any]
"""What the figure has, and what it should: two numbers, or a text that stands in another."""
Line = Callable[[Run, Figure], Iterator[Claim]]


def english(cell: Any) -> str:
    return str(getattr(cell, "en", cell)).replace(numbers.THIN, " ")


def column(f: Figure, name: str) -> list[Any]:
    """Cells of the one column that begins so."""
    (place,) = [i for i, c in enumerate(f.table.columns) if english(c.name).startswith(name)][:1]
    return [row[place] for row in f.table.rows]


def cell(f: Figure, row: str | tuple[str, ...], name: str) -> Any:
    """The cell of the first row whose first cells read so."""
    heads = (row,) if isinstance(row, str) else row
    rows = [tuple(english(one) for one in cells[: len(heads)]) for cells in f.table.rows]
    return column(f, name)[rows.index(heads)]


def columns(f: Figure, **values: Any) -> Iterator[Claim]:
    """Whole columns, from their first row on, as far as there are values."""
    for name, given in values.items():
        yield from zip(column(f, name.replace("_", " ")), given, strict=False)


def totals(f: Figure, name: str) -> Iterator[Claim]:
    """Of each row, the other numbers sum to the one in this column."""
    for row, total in zip(f.table.rows, column(f, name), strict=True):
        yield total, sum(x for x in row if isinstance(x, float)) - total


def kpi(r: Run, name: str) -> float:
    found = r.kpi[name].value
    assert found is not None, name
    return float(found)


def said(f: Figure, *texts: str) -> Iterator[Claim]:
    """The finding has these numbers as they are written."""
    return ((english(f.title), text.replace(numbers.THIN, " ")) for text in texts)


def year(r: Run, hourly: Any, one: int) -> Any:
    """Hours of a calendar year."""
    return hourly[r.timeline.years[r.timeline.year] == one]


def spoken_year(f: Figure) -> int:
    """The year that a subtitle names."""
    return int(re.findall(r"\b20\d\d\b", english(f.subtitle))[0])


def notes(f: Figure) -> list[str]:
    return [english(one.get("text", "")) for one in f.layout.get("annotations", ())]
