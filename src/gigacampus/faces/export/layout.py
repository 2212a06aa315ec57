"""Where each row of the statement stands: scalars of the spec on Inputs, monthly inputs on Timing, formulas on
Calculations, each by group."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from gigacampus.faces.export.formulas import Place
from gigacampus.faces.export.model import Model

HEAD = 6
"""Rows above the first group of a sheet: title, note, months."""


@dataclass(frozen=True)
class Line:
    """One line of a sheet, from row 1: a group's heading, or a row of the statement by `name`."""

    row: int
    heading: str = ""
    name: str = ""


@dataclass
class Layout:
    """Lines of the three sheets that hold the statement, and the place of each of its rows."""

    inputs: list[Line] = field(default_factory=list)
    timing: list[Line] = field(default_factory=list)
    calculations: list[Line] = field(default_factory=list)
    places: dict[str, Place] = field(default_factory=dict)

    @classmethod
    def of(cls, model: Model) -> Layout:
        """Lay a statement out."""
        scalars: list[str] = []
        monthly: list[str] = []
        formulas: list[str] = []
        for name in model.graph.rows:
            if name in model.graph.formulas or name in model.rolling:
                formulas.append(name)
            else:
                (monthly if model.values[name].ndim else scalars).append(name)
        layout = cls()
        layout.inputs = layout._lines(model, "Inputs", _by_section(model, scalars), HEAD)
        layout.timing = layout._lines(model, "Timing", _by_name(model, monthly), HEAD + len(model.days) + 2)
        layout.calculations = layout._lines(model, "Calculations", _by_name(model, formulas), HEAD)
        return layout

    def _lines(self, model: Model, sheet: str, groups: dict[str, list[str]], row: int) -> list[Line]:
        lines = []
        for heading, names in groups.items():
            lines.append(Line(row + 1, heading))
            for number, name in enumerate(names, start=row + 2):
                lines.append(Line(number, name=name))
                self.places[name] = Place(sheet, number, model.values[name].ndim == 0)
            row += len(names) + 2
        return lines


def _by_section(model: Model, names: Iterable[str]) -> dict[str, list[str]]:
    """Scalar inputs by the part of the deal that they stand in."""
    groups: dict[str, list[str]] = {}
    for name in names:
        row = model.graph.rows[name]
        heading = row.path.partition(".")[0].capitalize() if row.path else "Sizes that rest on the statement"
        groups.setdefault(heading, []).append(name)
    return groups


def _by_name(model: Model, names: Iterable[str]) -> dict[str, list[str]]:
    """Rows by the contract or vehicle that their name begins with; what only the workbook has comes last."""
    groups: dict[str, list[str]] = {}
    for name in sorted(names, key=lambda name: name.partition(".")[0].endswith("_")):
        first = name.partition(".")[0]
        groups.setdefault(model.names.get(first, first), []).append(name)
    return groups
