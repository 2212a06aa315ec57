"""The two sheets by month, in the same columns: Timing (flags and other monthly inputs) and Calculations."""

from __future__ import annotations

from datetime import date

import numpy as np
from xlsxwriter.utility import xl_col_to_name as column

from gigacampus.days import add_months
from gigacampus.faces.export.book import BLUE, GREY, HEADER, INPUT, NUMBERS, UNITS, Book, Sheet
from gigacampus.faces.export.formulas import COUNTER, FIRST, VALUE, Writer
from gigacampus.faces.export.layout import HEAD, Layout, Line
from gigacampus.faces.export.model import Model

WIDTHS = [46.0, 36.0, 10.0, 13.0, 13.0, 9.0]
MONTH_END, YEAR_END = COUNTER + 1, COUNTER + 2
MONTHS_A_PAGE = 36
TOTAL, OPENING = 4, FIRST - 1
YEAR_INPUT = "Inputs!$D$4"
"""The month, 1 to 12, in which a year of the annual summary ends."""


def timing(book: Book, model: Model, layout: Layout) -> None:
    """Months, payment days, and every monthly input."""
    note = "Computed from the dates of the deal when the workbook was written; a change of a date needs a new export."
    sheet = _sheet(book, model, "Timing", note)
    _months(sheet, model)
    sheet.heading(HEAD, "Days of payment", FIRST + model.count + 1)
    for number, days in enumerate(model.days):
        row = HEAD + 1 + number
        sheet.text(row, 0, f"Payment days {number + 1}: {', '.join(_who(model, number))}")
        sheet.text(row, 2, "date", font_color=GREY)
        for index, day in enumerate(days.tolist(), start=FIRST):
            sheet.day(row, index, day, font_color=BLUE, bg_color=INPUT)
    edges = _edges(model)
    for line in layout.timing:
        if line.heading:
            sheet.heading(line.row - 1, line.heading, FIRST + model.count + 1)
        else:
            shown = _describe(sheet, model, line)
            for index, value in enumerate(model.values[line.name].tolist(), start=FIRST):
                sheet.number(line.row - 1, index, value, shown, font_color=BLUE, bg_color=INPUT)
            _beside(sheet, model, line, edges)


def calculations(book: Book, model: Model, layout: Layout) -> None:
    """Every formula of the statement: one a row, the same in every month."""
    note = "One formula a row, the same in every month. Cells hold USD; amounts are shown in millions."
    sheet = _sheet(book, model, "Calculations", note)
    sheet.formula(COUNTER - 1, 3, f"Timing!${VALUE}${COUNTER}", model.count, "count", **HEADER)
    heads = {
        COUNTER: list(range(1, model.count + 1)),
        MONTH_END: serial(model.month_ends),
        YEAR_END: serial(model.year_ends),
    }
    for row, number in ((COUNTER, "count"), (MONTH_END, "mmm"), (YEAR_END, "mmm")):
        sheet.across(row - 1, FIRST, f"Timing!{{c}}${row}", heads[row], number, **HEADER)
    writer, edges = Writer("Calculations", layout.places, model.count), _edges(model)
    for line in layout.calculations:
        if line.heading:
            sheet.heading(line.row - 1, line.heading, FIRST + model.count + 1)
            continue
        number, value = _describe(sheet, model, line), model.values[line.name]
        if line.name in model.rolling:
            template = writer.rolling(*model.rolling[line.name])
        else:
            template = writer.template(line.name, model.graph.formulas[line.name].fresh())
        if value.ndim == 0:
            sheet.formula(line.row - 1, 3, template, float(value), number, bold=True)
            continue
        sheet.across(line.row - 1, FIRST, template, value, number)
        if line.name in model.flows:
            sheet.formula(line.row - 1, TOTAL, writer.total(line.name), float(value.sum()), number, font_color=GREY)
        _beside(sheet, model, line, edges)


def _sheet(book: Book, model: Model, name: str, note: str) -> Sheet:
    sheet = book.sheet(name, note, WIDTHS, (HEAD - 1, FIRST))
    sheet.ws.set_column(FIRST, FIRST + model.count - 1, 9.5, book.look())
    sheet.ws.repeat_rows(COUNTER - 1, YEAR_END - 1)
    sheet.ws.repeat_columns(0, 3)
    sheet.ws.fit_to_pages(-(-model.count // MONTHS_A_PAGE), 0)
    sheet.columns(COUNTER - 1, ["Month", "", "", "", "", ""])
    sheet.columns(MONTH_END - 1, ["Month's last day", "", "", "", "", ""])
    sheet.columns(YEAR_END - 1, ["Year to", "Row", "Unit", "Value", "Total", "Before"])
    return sheet


def _months(sheet: Sheet, model: Model) -> None:
    """Number and last day of each month, and the end of the year of the summary that it belongs to."""
    first, last = column(FIRST), column(FIRST + model.count - 1)
    spot = f"{first}{COUNTER}:{last}{COUNTER}"
    sheet.formula(COUNTER - 1, 3, f"MAX({spot})", model.count, "count", **HEADER)
    sheet.number(COUNTER - 1, OPENING, 0, "count", **HEADER)
    before = add_months(model.finance.months[0].astype("datetime64[D]").item(), -1, 31)
    sheet.day(MONTH_END - 1, OPENING, before, "mmm", **HEADER)
    sheet.across(COUNTER - 1, FIRST, f"{{p}}{COUNTER}+1", np.arange(1, model.count + 1), "count", **HEADER)
    sheet.across(MONTH_END - 1, FIRST, f"EOMONTH({{p}}{MONTH_END},1)", serial(model.month_ends), "mmm", **HEADER)
    year = f"EOMONTH({{c}}{MONTH_END},MOD({YEAR_INPUT}-MONTH({{c}}{MONTH_END}),12))"
    sheet.across(YEAR_END - 1, FIRST, year, serial(model.year_ends), "mmm", **HEADER)


def serial(days: list[date]) -> list[float]:
    """Days as Excel counts them."""
    return [float((day - date(1899, 12, 30)).days) for day in days]


def _who(model: Model, number: int) -> list[str]:
    """Contracts and vehicles that pay on a set of days."""
    rows = [flow.row for flow in model.finance.flows if np.array_equal(flow.dates, model.days[number])]
    return list(dict.fromkeys(model.names.get(first, first) for first in (row.partition(".")[0] for row in rows)))


def _describe(sheet: Sheet, model: Model, line: Line) -> str:
    """Label, name and unit of a row; returns how its numbers are shown."""
    row, values = model.graph.rows[line.name], model.values[line.name]
    flag = row.unit == "1" and values.ndim > 0 and bool(np.isin(values, (0.0, 1.0)).all())
    check = line.name.startswith(("check.", "gap_."))
    number = "gap" if check else "flag" if flag else row.unit
    sheet.text(line.row - 1, 0, label(model, line.name), indent=1)
    sheet.text(line.row - 1, 1, line.name, font_color=GREY, font_size=8)
    unit = row.unit if check else "flag" if flag else UNITS.get(row.unit, row.unit)
    sheet.text(line.row - 1, 2, unit, font_color=GREY)
    return number if number in NUMBERS else "other"


def label(model: Model, name: str) -> str:
    """A row in words, without the name of its group."""
    text, (first, _, rest) = model.graph.rows[name].label, name.partition(".")
    group = model.names.get(first, first).rpartition(" (")[0]
    for start in (f"{group}: ", f"{first}: "):
        text = text.removeprefix(start)
    return text or rest


def _edges(model: Model) -> tuple[set[str], set[str]]:
    """Rows that some formula reads in the month before, and in the month after."""
    formulas = model.graph.formulas.values()
    return {n for f in formulas for n in f.lagged}, {n for f in formulas for n in f.lead}


def _beside(sheet: Sheet, model: Model, line: Line, edges: tuple[set[str], set[str]]) -> None:
    """A zero before the first month and after the last, where a formula reaches there."""
    for at, read in ((OPENING, edges[0]), (FIRST + model.count, edges[1])):
        if line.name in read:
            sheet.number(line.row - 1, at, 0, "flag", font_color=GREY)
