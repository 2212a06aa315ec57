"""The sheet Inputs: every number that drives the workbook, with its source; and the terms that stand in Timing."""

from __future__ import annotations

import re
from datetime import date

from gigacampus.campus.catalog import GRADES
from gigacampus.campus.spec import Origin
from gigacampus.campus.spec.deal import slug
from gigacampus.faces.export.book import ASSUMED, BLUE, GREY, INPUT, NUMBERS, RULE, SOLVED, UNITS, Book, Sheet
from gigacampus.faces.export.formulas import Writer
from gigacampus.faces.export.layout import HEAD, Layout
from gigacampus.faces.export.model import Model

WIDTHS = [46.0, 36.0, 10.0, 20.0, 11.0, 56.0, 12.0, 62.0, 44.0, 46.0, 6.0]
COLUMNS = [
    "",
    "Row",
    "Unit",
    "Value",
    "Misses by",
    "What it is",
    "Grade",
    "Source",
    "Address",
    "Place in the spec",
    "Line",
]
NOTE = "Change a value in blue and the workbook recalculates. Amounts on this sheet are whole dollars."


def inputs(book: Book, model: Model, layout: Layout) -> None:
    """Scalar inputs, then what else the deal says."""
    sheet = book.sheet("Inputs", NOTE, WIDTHS, (HEAD, 1))
    sheet.text(3, 0, "A year of the annual summary ends in month")
    sheet.number(3, 3, model.year_month, "count", font_color=BLUE, bg_color=INPUT, border=1, border_color=RULE)
    sheet.text(3, 5, "1 to 12; as written, that in which a year of the first lease ends", font_color=GREY)
    sheet.columns(HEAD - 1, COLUMNS[:5])
    sheet.columns(HEAD - 1, COLUMNS[5:], 5, len(COLUMNS) - 1)
    sheet.ws.fit_to_pages(1, 0)
    sheet.ws.repeat_rows(HEAD - 1)
    last = HEAD
    for line in layout.inputs:
        last = line.row
        if line.heading:
            sheet.heading(line.row - 1, line.heading, len(COLUMNS))
        else:
            _input(sheet, model, layout, line.name, line.row - 1)
    _terms(sheet, model, last + 1)


def _input(sheet: Sheet, model: Model, layout: Layout, name: str, at: int) -> None:
    row, found = model.graph.rows[name], origin(model, name)
    sheet.text(at, 0, described(model, name), indent=1)
    sheet.text(at, 1, name, font_color=GREY, font_size=8)
    sheet.text(at, 2, UNITS.get(row.unit, row.unit).replace("USD m", "USD"), font_color=GREY)
    unit = "dollars" if row.unit.startswith("USD") else row.unit
    fill = SOLVED if row.solved else INPUT
    sheet.number(at, 3, float(model.values[name]), unit if unit in NUMBERS else "other", font_color=BLUE, bg_color=fill,
                 border=1, border_color=RULE)  # fmt: skip
    check = f"check.{name}"
    if row.solved and check in layout.places:
        value = float(model.values[check].sum())
        sheet.formula(at, 4, Writer("Inputs", layout.places, model.count).total(check), value, "gap")
    sheet.text(at, 5, _why(model, name) or model.meanings.get(found.path if found else "", ""), indent=1)
    if found is not None:
        _source(sheet, at, found)


def origin(model: Model, name: str) -> Origin | None:
    """Where an input stands in the spec; steps of funding are numbered there."""
    path = re.sub(r"\.n(\d+)\b", r"[\1]", model.graph.rows[name].path)
    return model.loaded.origins.get(f"deal.{path}") if path else None


def described(model: Model, name: str) -> str:
    """An input in words: its contract and what of it; a row's label where it says more than the path."""
    row = model.graph.rows[name]
    if row.label and row.label != row.path:
        return row.label
    _, owner, *rest = row.path.split(".")
    return f"{owner}: {' '.join(rest).replace('_', ' ')}"


def _why(model: Model, name: str) -> str:
    """What a solved value is found from."""
    row = model.graph.rows[name]
    if not row.solved:
        return ""
    for target in model.deal.solve:
        if target.unknown == row.path or ".".join(map(slug, target.unknown.split("."))) == name:
            return f"solved so that {target.so_that} is {target.equals:,.15g}"
    if f"check.{name}" not in model.graph.rows:
        return "found from the published figures by least squares"
    return "solved so that it agrees with the statement that rests on it"


def _source(sheet: Sheet, at: int, found: Origin) -> None:
    if found.number or found.is_date or found.value == "unknown":
        sheet.text(at, 6, GRADES[found.grade], **({"font_color": ASSUMED} if found.assumed else {}))
        sheet.text(at, 7, found.source.title)
        sheet.text(at, 8, found.source.url, font_color=GREY)
    sheet.text(at, 9, found.path, font_color=GREY, font_size=8)
    if found.line:
        sheet.number(at, 10, found.line, "count", font_color=GREY)


def _terms(sheet: Sheet, model: Model, at: int) -> None:
    """Dates and terms that shape the flags and the formulas, for reading: the workbook does not follow their change."""
    shown = {found.path for name in model.graph.inputs for found in [origin(model, name)] if found}
    sheet.heading(at, "Other terms, for reading: they shape Timing and the formulas, which do not follow them",
                  len(COLUMNS))  # fmt: skip
    for path, found in model.loaded.origins.items():
        if _read(path, found) and path not in shown:
            at += 1
            sheet.text(at, 0, path.removeprefix("deal.").replace("_", " "), indent=1)
            sheet.text(at, 2, UNITS.get(found.unit, found.unit).replace("USD m", "USD"), font_color=GREY)
            _value(sheet, at, found)
            sheet.text(at, 5, model.meanings.get(path, ""), indent=1)
            _source(sheet, at, found)


def _read(path: str, found: Origin) -> bool:
    """Whether a value is a term to read: what solved values are found from stands beside them."""
    return (
        path.startswith("deal.")
        and not path.startswith("deal.solve[")
        and found.kind == "spec"
        and found.value != "unknown"
    )


def _value(sheet: Sheet, at: int, found: Origin) -> None:
    if isinstance(found.value, date):
        sheet.day(at, 3, found.value)
    elif found.number:
        unit = "dollars" if found.unit.startswith("USD") else found.unit
        sheet.number(at, 3, float(found.value), unit if unit in NUMBERS else "other")
    else:
        sheet.text(at, 3, str(found.value), align="right")
