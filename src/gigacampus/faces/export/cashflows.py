"""The sheet Cash flows: what each party pays and receives by day, from which returns are reckoned."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from xlsxwriter.utility import xl_col_to_name as column

from gigacampus.campus.spec.deal import slug
from gigacampus.faces.export.book import BLUE, GREY, INPUT, Book, Sheet
from gigacampus.faces.export.formulas import FIRST, Place
from gigacampus.faces.export.layout import HEAD, Layout
from gigacampus.faces.export.model import Ledger, Model

NOTE = "Net cash by day of payment, received positive; USD, shown in millions. The days are those of Timing."


@dataclass(frozen=True)
class Column:
    """A party's column of the sheet: its letter, first and last row, days and amounts [USD]."""

    letter: str
    first: int
    last: int
    days: NDArray[np.datetime64]
    amounts: NDArray[np.float64]

    @property
    def span(self) -> str:
        return f"'Cash flows'!${self.letter}${self.first}:${self.letter}${self.last}"


def cash_flows(book: Book, model: Model, layout: Layout) -> dict[str, Column]:
    """One column a party, and one more for each return on a part of its flows; by name of the return."""
    days = np.unique(np.concatenate(model.days)) if model.days else np.array([], "datetime64[D]")
    sets = len(model.days)
    sheet = book.sheet("Cash flows", NOTE, [12.0, *[7.0] * sets, *[14.0] * len(model.ledgers)], (HEAD, 1 + sets))
    sheet.ws.fit_to_pages(1, 0)
    sheet.ws.repeat_rows(HEAD - 1)
    months = _days(sheet, model, days)
    found = {}
    for at, ledger in enumerate(model.ledgers, start=1 + sets):
        amounts = np.zeros(len(days))
        for number, name in ledger.rows.items():
            amounts += np.where(months[number] > 0, model.by_month(name)[months[number] - 1], 0.0)
        sheet.columns(HEAD - 1, [ledger.party], at, left=0)
        sheet.text(HEAD - 2, at, ledger.title, font_color=GREY, align="right")
        formula = _formula(model, layout, ledger)
        for row, value in enumerate(amounts.tolist(), start=HEAD):
            sheet.formula(row, at, formula.format(row=row + 1), value, "USD")
        of = Column(column(at), HEAD + 1, HEAD + len(days), days, amounts)
        found[f"{ledger.family}.{slug(ledger.party)}"] = of
    return found


def _days(sheet: Sheet, model: Model, days: NDArray[np.datetime64]) -> list[NDArray[np.int64]]:
    """The days, and for each set of payment days the month (from 1) whose payment falls on a day, 0 for none."""
    sheet.columns(HEAD - 1, ["Day", *[f"Set {number + 1}" for number in range(len(model.days))]], left=1)
    sheet.text(HEAD - 2, 1, "month of each set of payment days", font_color=GREY)
    for at, day in enumerate(days.tolist(), start=HEAD):
        sheet.day(at, 0, day, font_color=BLUE, bg_color=INPUT)
    months = []
    for number, dates in enumerate(model.days):
        month = np.zeros(len(days), np.int64)
        month[np.searchsorted(days, dates)] = np.arange(1, model.count + 1)
        row, (a, b) = HEAD + 2 + number, (column(FIRST), column(FIRST + model.count - 1))
        for at, value in enumerate(month.tolist(), start=HEAD):
            match = f"IFERROR(MATCH($A{at + 1},Timing!${a}${row}:${b}${row},0),0)"
            sheet.formula(at, 1 + number, match, value, "flag", font_color=GREY)
        months.append(month)
    return months


def _formula(model: Model, layout: Layout, ledger: Ledger) -> str:
    """The party's amount on the day of a row: that of the month of each of its sets of payment days."""
    terms = [f"IF(${column(1 + k)}{{row}}>0,{_amount(model, layout.places[name], column(1 + k))},0)"
             for k, name in ledger.rows.items()]  # fmt: skip
    return "+".join(terms) or "0"


def _amount(model: Model, place: Place, letter: str) -> str:
    if place.scalar:
        return f"{place.sheet}!$D${place.row}"
    months = f"${column(FIRST)}${place.row}:${column(FIRST + model.count - 1)}${place.row}"
    return f"INDEX({place.sheet}!{months},${letter}{{row}})"
