"""The deal's statement as a workbook: inputs, calculations and outputs apart, with live formulas and their values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from gigacampus.faces.export.accounts import accounts
from gigacampus.faces.export.book import Book
from gigacampus.faces.export.cashflows import cash_flows
from gigacampus.faces.export.checks import checks
from gigacampus.faces.export.cover import cover
from gigacampus.faces.export.inputs import inputs
from gigacampus.faces.export.layout import Layout
from gigacampus.faces.export.model import Model
from gigacampus.faces.export.months import calculations, timing
from gigacampus.faces.export.outputs import Outputs
from gigacampus.runs import provenance

if TYPE_CHECKING:
    from gigacampus.runs.pipeline import Run


@dataclass(frozen=True)
class Workbook:
    """A workbook as bytes of an .xlsx file, the names of its sheets, and how many formulas and checks it has."""

    content: bytes
    sheets: tuple[str, ...]
    formulas: int
    checks: int


def build(run: Run) -> Workbook:
    """Build the workbook of a run's deal."""
    model = Model(run.loaded, run.finance)
    book, layout = Book(model.deal.close), Layout.of(model)
    first = book.sheet("Cover", "The deal's statement with live formulas", [72.0, 16.0, 10.0, 62.0])
    inputs(book, model, layout)
    timing(book, model, layout)
    calculations(book, model, layout)
    flows = cash_flows(book, model, layout)
    outputs = Outputs(book, model, layout, flows)
    if run.accounting is not None:
        accounts(book, run.accounting)
    checked = checks(book, model, layout, outputs, flows)
    cover(book, first, model, outputs, provenance.spec_hash(run), checked)
    names = tuple(sheet.get_name() for sheet in book.book.worksheets())
    return Workbook(book.close(), names, book.formulas, checked[0])
