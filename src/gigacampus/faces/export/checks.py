"""The sheet Checks: what must be zero, and whether it is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from xlsxwriter.utility import xl_col_to_name as column

from gigacampus.campus.spec.deal import slug
from gigacampus.faces.export.book import BAD, GOOD, GREY, Book
from gigacampus.faces.export.cashflows import Column
from gigacampus.faces.export.formulas import FIRST, Writer
from gigacampus.faces.export.layout import HEAD, Layout
from gigacampus.faces.export.model import ALL, Model
from gigacampus.faces.export.months import YEAR_END
from gigacampus.faces.export.outputs import Outputs

NOTE = "Each line is zero within its tolerance: half a cent for money. Broken lines count 1; the total is zero."
TOLERANCE = {"USD": 0.005}
"""Half a cent; for anything else, `NARROW`."""
NARROW = 1e-6

Check = tuple[str, str, str, str, float]
"""What is checked, row, unit, formula, and value."""


def checks(book: Book, model: Model, layout: Layout, outputs: Outputs, flows: Mapping[str, Column]) -> tuple[int, int]:
    """Write the sheet. Returns how many checks there are, and the row (from 1) of the number of broken ones."""
    sheet = book.sheet("Checks", NOTE, [66.0, 40.0, 10.0, 14.0, 14.0, 10.0], (HEAD, 0))
    sheet.columns(HEAD - 1, ["Must be zero", "Row", "Unit", "Value", "Tolerance", "Broken"])
    writer, at = Writer("Checks", layout.places, model.count), HEAD - 1
    found = [*_solved(model, writer), *_laws(model, writer), *_books(model, outputs, writer, flows)]
    for at, (what, name, unit, formula, value) in enumerate(found, start=HEAD):
        sheet.text(at, 0, what)
        sheet.text(at, 1, name, font_color=GREY, font_size=8)
        sheet.text(at, 2, unit, font_color=GREY)
        sheet.formula(at, 3, formula, value, "gap")
        sheet.number(at, 4, TOLERANCE.get(unit, NARROW), "gap", font_color=GREY)
        broken = f"IF(ISNUMBER(D{at + 1}),IF(ABS(D{at + 1})<=E{at + 1},0,1),1)"
        sheet.formula(at, 5, broken, float(not abs(value) <= TOLERANCE.get(unit, NARROW)), "count")
    sheet.text(at + 1, 0, "Broken checks in all", bold=True, top=1)
    count = sum(not abs(value) <= TOLERANCE.get(unit, NARROW) for _, _, unit, _, value in found)
    sheet.formula(at + 1, 5, f"SUM(F{HEAD + 1}:F{at + 1})", float(count), "count", bold=True, top=1)
    flag = {"type": "cell", "value": 0}
    for criteria, fill in (("==", GOOD), ("!=", BAD)):
        look = book.book.add_format({"bg_color": fill})
        sheet.ws.conditional_format(HEAD, 5, at + 1, 5, {**flag, "criteria": criteria, "format": look})
    sheet.ws.fit_to_pages(1, 0)
    return len(found), at + 2


def _solved(model: Model, writer: Writer) -> Iterator[Check]:
    """What each solved value misses its figure by."""
    for name, row in model.graph.rows.items():
        if name.startswith("check."):
            yield f"Solved: {row.label}", name, row.unit, writer.total(name), float(model.values[name].sum())


def _laws(model: Model, writer: Writer) -> Iterator[Check]:
    """Conservation in every month, and balances that are never negative."""
    for name, row in model.graph.rows.items():
        if name.startswith("gap_."):
            span, values = writer.span(name), model.by_month(name)
            yield row.label, name, "USD", f"MAX(MAX({span}),-MIN({span}))", float(max(values.max(), -values.min()))
    stocks = [f"{slug(name)}.{what}" for name in model.deal.loans for what in ("balance", "reserve", "escrow")]
    for name in (*stocks, *(f"{slug(vehicle)}.cash" for vehicle in model.vehicles)):
        if name in model.graph.rows:
            least = min(0.0, float(model.by_month(name).min()))
            label = f"{model.graph.rows[name].label}: never negative"
            yield label, name, "USD", f"MIN(0,{writer.span(name)})", least


def _books(model: Model, outputs: Outputs, writer: Writer, flows: Mapping[str, Column]) -> Iterator[Check]:
    """Sources are uses; the sheets by day and by year hold all that the sheet by month does."""
    for one in outputs.funding:
        table = model.finance.funding[one.vehicle]
        gap = sum(table.sources.values()) - sum(table.uses.values())
        formula = f"Outputs!$D${one.sources}-Outputs!$D${one.uses}"
        yield f"{one.vehicle}: sources are uses", "", "USD", formula, gap
    for party in model.finance.parties:
        name, ledger = f"net_.{slug(party)}.net", flows[f"{ALL}.{slug(party)}"]
        gap = float(ledger.amounts.sum() - model.by_month(name).sum())
        yield (
            f"{party}: cash flows by day hold every month",
            name,
            "USD",
            f"SUM({ledger.span})-{writer.total(name)}",
            gap,
        )
    years = f"Timing!${column(FIRST)}${YEAR_END}:${writer.last}${YEAR_END}"
    heads = f"Outputs!${column(FIRST)}${outputs.year_row}:${outputs.last}${outputs.year_row}"
    yield (
        "every month stands in a year of the summary",
        "",
        "month",
        f"{model.count}-SUMPRODUCT(COUNTIF({years},{heads}))",
        0.0,
    )
