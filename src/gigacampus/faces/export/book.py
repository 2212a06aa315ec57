"""The file itself: sheets, looks, and cells. Every text is written as text, so that none of it is ever a formula."""

from __future__ import annotations

import io
import math
from datetime import date, datetime, time
from functools import cache, partial
from typing import Any

import numpy as np
import xlsxwriter
from xlsxwriter.worksheet import Worksheet

PAPER_A3 = 8
NAVY, PALE, BLUE, GREY, RULE, ASSUMED = "#1F3044", "#E9EEF4", "#0000FF", "#7A8694", "#C5CFDA", "#B45309"
INPUT, SOLVED, GOOD, BAD = "#FFFBE6", "#FFE2BF", "#D8F0DC", "#F8CFCF"
LONGEST_TEXT = 32_000
HEADER = {"bold": True, "font_color": "white", "bg_color": NAVY}
"""Look of a line of column names."""

NUMBERS = {
    "USD": '#,##0.0,,;-#,##0.0,,;"–"',
    "USD/year": '#,##0.0,,;-#,##0.0,,;"–"',
    "fraction": "0.000%",
    "1/year": "0.000%",
    "year": '0.00;-0.00;"–"',
    "1": "0.0000",
    "flag": '0;-0;"·"',
    "month": "0",
    "mmm": "mmm yy",
    "date": "yyyy-mm-dd",
    "dollars": "#,##0",
    "count": "0",
    "cover": '0.000"x"',
    "gap": "0.0E+00;-0.0E+00;0",
}
UNITS = {"USD": "USD m", "USD/year": "USD m/year", "fraction": "", "1/year": "a year", "1": ""}
"""How a unit stands beside a number that is shown by `NUMBERS`."""

TITLES = {
    "Cover": "表紙", "Inputs": "入力", "Timing": "時期", "Calculations": "計算", "Cash flows": "入出金",
    "Outputs": "結果", "Accounts": "会計", "Checks": "検算",
}  # fmt: skip


def cached(value: float) -> float | str:
    """What stands in the file as the value of a formula until it is recalculated."""
    return float(value) if math.isfinite(value) else "#DIV/0!"


class _Worksheet(Worksheet):  # type: ignore[misc]
    """Takes formulas as they stand: to look each through for new functions takes two thirds of the time."""

    def _prepare_formula(self, formula: str, expand_future_functions: bool = False) -> str:
        return formula.removeprefix("=")


class Book:
    """A workbook in memory. Rows and columns count from 0; formulas come without their equals sign."""

    def __init__(self, made: date) -> None:
        self.file = io.BytesIO()
        plain = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
        self.book: Any = xlsxwriter.Workbook(self.file, plain)
        self.book.set_properties({"created": datetime.combine(made, time()), "author": "gigacampus"})
        self.formulas = 0
        self.look = cache(self._look)

    def _look(self, number: str = "", **more: Any) -> Any:
        shown = {"num_format": NUMBERS.get(number, "#,##0.00")} if number else {}
        return self.book.add_format({"font_name": "Arial", "font_size": 9, **shown, **more})

    def sheet(self, name: str, note: str, widths: list[float], freeze: tuple[int, int] = (0, 0)) -> Sheet:
        """A sheet with its title, a note, column widths, frozen panes and print set-up."""
        sheet = Sheet(self, self.book.add_worksheet(name, _Worksheet))
        ws = sheet.ws
        ws.hide_gridlines(2)
        for index, width in enumerate(widths):
            ws.set_column(index, index, width, self.look())
        ws.set_row(0, 24)
        sheet.text(0, 0, name, font_size=16, bold=True, font_color=NAVY)
        sheet.text(0, 1, TITLES[name], font_color=GREY, valign="vcenter")
        sheet.text(1, 0, note, font_color=GREY, italic=True)
        ws.freeze_panes(*freeze)
        ws.set_landscape()
        ws.set_paper(PAPER_A3)
        ws.set_margins(0.4, 0.4, 0.5, 0.6)
        ws.set_footer("&L&8&F&C&8&A&R&8&P / &N")
        return sheet

    def close(self) -> bytes:
        """The file's bytes."""
        self.book.close()
        return self.file.getvalue()


class Sheet:
    """A worksheet and the ways in which its cells are written."""

    def __init__(self, book: Book, ws: Any) -> None:
        self.book, self.ws = book, ws

    def text(self, row: int, column: int, value: str, **look: Any) -> None:
        """A text, whatever it begins with."""
        self.ws.write_string(row, column, value[:LONGEST_TEXT], self.book.look(**look))

    def number(self, row: int, column: int, value: float, number: str, **look: Any) -> None:
        """A number that is given, or the error that it stands for."""
        if math.isfinite(value):
            self.ws.write_number(row, column, value, self.book.look(number, **look))
        else:
            self.formula(row, column, "NA()", value, number, **look)

    def day(self, row: int, column: int, value: date, number: str = "date", **look: Any) -> None:
        """A day as a real date."""
        self.ws.write_datetime(row, column, datetime.combine(value, time()), self.book.look(number, **look))

    def formula(self, row: int, column: int, formula: str, value: float | str, number: str, **look: Any) -> None:
        """A formula with its value."""
        self.book.formulas += 1
        stored = value if isinstance(value, str) else cached(value)
        self.ws.write_formula(row, column, "=" + formula, self.book.look(number, **look), stored)

    def across(self, row: int, first: int, template: str, values: Any, number: str, **look: Any) -> None:
        """A formula with open columns ``{p}{c}{n}`` over consecutive columns, with their values."""
        letters = _letters(first + len(values) + 1)
        write, form = self.ws.write_formula, self.book.look(number, **look)
        fill = partial(("=" + template).format)
        for index, value in enumerate(np.asarray(values, dtype=float).tolist(), start=first):
            formula = fill(p=letters[index - 1], c=letters[index], n=letters[index + 1])
            write(row, index, formula, form, cached(value))
        self.book.formulas += len(values)

    def heading(self, row: int, text: str, width: int) -> None:
        """The heading of a group, over `width` columns."""
        self.text(row, 0, text, bold=True, bg_color=PALE, font_color=NAVY)
        for column in range(1, width):
            self.ws.write_blank(row, column, None, self.book.look(bg_color=PALE))

    def columns(self, row: int, names: list[str], first: int = 0, left: int = 3) -> None:
        """A line of column names; those of the first `left` columns stand at the left, as texts do."""
        for index, name in enumerate(names, start=first):
            align = "left" if index < left else "right"
            self.text(row, index, name, align=align, **HEADER)


@cache
def _letters(count: int) -> list[str]:
    from xlsxwriter.utility import xl_col_to_name

    return [xl_col_to_name(index) for index in range(count)]
