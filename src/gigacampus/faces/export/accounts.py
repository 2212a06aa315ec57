"""The sheet of the books: income statement and balance sheet of each party by year, values with live sums."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from gigacampus.days import add_months
from gigacampus.faces.export.book import Book, Sheet

if TYPE_CHECKING:
    from gigacampus.engines.accounting import Accounts

Floats = NDArray[np.float64]
_NOTE = (
    "Year's ends, USD m, leases as operating ones. Lines are values (the books are not live); their sums are formulas"
)


def accounts(book: Book, found: Accounts) -> None:
    """Write the sheet."""
    sheet = book.sheet("Accounts", _NOTE, [44.0] + [11.0] * len(found.dates), (3, 1))
    sheet.text(2, 0, "Year to the end of", bold=True)
    for column, month in enumerate(found.dates.tolist(), start=1):
        sheet.day(2, column, add_months(date(month.year, month.month, 1), 0, 31), "mmm", bold=True)
    row = 4
    for party, own in found.own_sheets.items():
        sheet.heading(row, party, 1 + len(found.dates))
        row = _lines(sheet, row + 1, found.income["operating"][party], "Income of the year")
        row = _lines(sheet, row + 1, own.assets, "Assets")
        row = _lines(sheet, row + 1, own.liabilities | own.equity, "Liabilities and equity") + 1


def _lines(sheet: Sheet, row: int, lines: dict[str, Floats], total: str) -> int:
    """Lines and their sum; returns the row below."""
    first = row
    for name, values in lines.items():
        sheet.text(row, 0, name)
        for column, value in enumerate(values.tolist(), start=1):
            sheet.number(row, column, value, "USD")
        row += 1
    sheet.text(row, 0, total, bold=True)
    if lines:
        sheet.across(row, 1, f"SUM({{c}}{first + 1}:{{c}}{row})", np.sum([*lines.values()], axis=0), "USD", bold=True)
    return row + 1
