"""The sheet Cover: what the workbook is, whether it is sound, and how it is read."""

from __future__ import annotations

from gigacampus.faces.export.book import BAD, BLUE, GOOD, GREY, INPUT, NAVY, NUMBERS, SOLVED, UNITS, Book, Sheet
from gigacampus.faces.export.headline import about
from gigacampus.faces.export.model import Model
from gigacampus.faces.export.outputs import Outputs
from gigacampus.version import __version__

SHEETS = {
    "Inputs": "every number that drives the workbook, with source and grade; change what is blue",
    "Timing": "months, days of payment, flags and other monthly inputs, computed from the dates of the deal",
    "Calculations": "the statement by contract and vehicle, one formula a row across all months",
    "Cash flows": "net cash of each party by day, from which returns are reckoned",
    "Outputs": "headline figures, the years, sources and uses",
    "Accounts": "each party's income statement and balance sheet by year; values, as the books are not live",
    "Checks": "what must be zero, and whether it is",
}
READING = [
    "Amounts are nominal US dollars, positive in the direction of their label. Cells hold whole dollars, shown in "
    "millions.",
    "Values that gigacampus solved for are inputs here, so that nothing is circular. Each has a check. After a change "
    "of an input, a check that is not zero says that a solved value no longer meets its figure: seek it anew (Goal "
    "Seek on the check), or run gigacampus.",
    "Flags and days of payment follow from the dates of the deal. They are values here: a change of a date needs a new "
    "export.",
    "A zero stands before the first month (and after the last) wherever a formula reads the month before (or after).",
]
HEADLINE = ("rent_year1", "debt_peak", "capitalised_interest", "dscr_min", "dscr_avg", "wal.", "irr_owner.", "unpaid.")


def cover(book: Book, sheet: Sheet, model: Model, outputs: Outputs, spec_hash: str, checks: tuple[int, int]) -> None:
    """Fill the first sheet, which was made before the others."""
    campus, months = model.loaded.campus, model.finance.months
    sheet.text(3, 0, campus.name, font_size=20, bold=True, font_color=NAVY)
    sheet.text(4, 0, campus.case, font_size=11, font_color=GREY)
    sheet.ws.set_row(3, 28)
    facts = {
        "Spec": f"{model.loaded.file or 'given in Python'}, hash {spec_hash}",
        "Written by": f"gigacampus {__version__}",
        "Months": f"{months[0]} to {months[-1]}, {model.count} months",
        "Closing": str(model.deal.close),
    }
    at = 6
    for name, fact in facts.items():
        sheet.text(at, 0, name, font_color=GREY)
        sheet.text(at, 1, fact)
        at += 1
    count, row = checks
    sheet.text(at, 0, "Checks", font_color=GREY)
    verdict = f'IF(Checks!$F${row}=0,"all {count} checks are zero",Checks!$F${row}&" of {count} checks are broken")'
    sheet.formula(at, 1, verdict, f"all {count} checks are zero", "", bold=True)
    for criteria, fill in (("begins with", GOOD), ("not containing", BAD)):
        look = {
            "type": "text",
            "criteria": criteria,
            "value": "all ",
            "format": book.book.add_format({"bg_color": fill}),
        }
        sheet.ws.conditional_format(at, 1, at, 1, look)
    at = _figures(sheet, model, outputs, at + 2)
    at = _guide(sheet, at + 1, [made.get_name() for made in book.book.worksheets()])
    sheet.ws.fit_to_pages(1, 1)
    sheet.ws.set_portrait()


def _figures(sheet: Sheet, model: Model, outputs: Outputs, at: int) -> int:
    sheet.heading(at, "Headline figures, live", 4)
    for name, metric in model.finance.metrics.items():
        if metric.value is not None and name in outputs.live and name.startswith(HEADLINE):
            at += 1
            row = outputs.places[f"finance.{name}"]
            number = "cover" if name.startswith("dscr") else metric.unit if metric.unit in NUMBERS else "other"
            sheet.formula(at, 0, f"Outputs!$A${row}", about(f"finance.{name}", model.members), "", indent=1)
            sheet.formula(at, 1, f"Outputs!$D${row}", metric.value, number, bold=True)
            sheet.text(at, 2, UNITS.get(metric.unit, metric.unit), font_color=GREY)
    return at + 1


def _guide(sheet: Sheet, at: int, made: list[str]) -> int:
    """Sheets, colours, and how the workbook is read."""
    sheet.heading(at, "Sheets", 4)
    for name, what in ((name, what) for name, what in SHEETS.items() if name in made):
        at += 1
        sheet.ws.write_url(
            at, 0, f"internal:'{name}'!A1", sheet.book.look(font_color=BLUE, underline=1, indent=1), name
        )
        sheet.text(at, 1, what)
    at += 2
    sheet.heading(at, "Colours", 4)
    for name, look in {
        "input, to be changed": {"font_color": BLUE, "bg_color": INPUT},
        "solved value, an input with a check": {"font_color": BLUE, "bg_color": SOLVED},
        "formula": {},
        "total, link or note": {"font_color": GREY},
    }.items():
        at += 1
        sheet.text(at, 0, "1,234.5", align="right", **look)
        sheet.text(at, 1, name)
    at += 2
    sheet.heading(at, "How it is read", 4)
    for text in READING:
        at += 1
        sheet.ws.merge_range(at, 0, at, 3, "", sheet.book.look(text_wrap=True, valign="top", indent=1))
        sheet.text(at, 0, text, text_wrap=True, valign="top", indent=1)
        sheet.ws.set_row(at, 13 * (1 + len(text) // 180))
    return at
