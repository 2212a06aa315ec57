"""The sheet Outputs: headline figures, the years, and sources and uses; all of them live formulas."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from xlsxwriter.utility import xl_col_to_name as column

from gigacampus.campus.spec.deal import slug
from gigacampus.engines.finance import Metric
from gigacampus.faces.export.book import GREY, HEADER, NAVY, NUMBERS, RULE, UNITS, Book, Sheet
from gigacampus.faces.export.cashflows import Column
from gigacampus.faces.export.formulas import FIRST, Writer
from gigacampus.faces.export.funding import funding_rows
from gigacampus.faces.export.headline import Headline, about
from gigacampus.faces.export.layout import HEAD, Layout
from gigacampus.faces.export.model import Model
from gigacampus.faces.export.months import MONTH_END, WIDTHS, YEAR_END, serial

NOTE = "Live formulas. Cells hold USD; amounts are shown in millions. 'As written' is what gigacampus found."


@dataclass(frozen=True)
class Funding:
    """Sources and uses of a vehicle on the sheet: rows (from 1) of their totals."""

    vehicle: str
    sources: int
    uses: int


class Outputs:
    """Writes the sheet; `places` then says in which row (from 1) each figure and year's line stands, `live` which
    headline figures have a formula."""

    def __init__(self, book: Book, model: Model, layout: Layout, flows: Mapping[str, Column]) -> None:
        self.book, self.model = book, model
        self.writer = Writer("Outputs", layout.places, model.count)
        self.years = sorted(set(model.year_ends))
        self.last = column(FIRST + len(self.years) - 1)
        self.headline = Headline(model, self.writer, flows)
        self.places: dict[str, int] = {}
        self.live: list[str] = []
        self.funding: list[Funding] = []
        self.sheet: Sheet = book.sheet("Outputs", NOTE, [58.0, *WIDTHS[1:5], 12.0], (0, 3))
        self.sheet.ws.set_column(FIRST, FIRST + len(self.years), 9.5, book.look())
        self.sheet.ws.fit_to_pages(1, 0)
        at = self._headline(HEAD - 2)
        at = self._annual(at + 1)
        self._charts()
        for vehicle in model.vehicles:
            at = self._funding(vehicle, at + 1)

    # Headline figures

    def _headline(self, at: int) -> int:
        self.sheet.columns(at, ["Headline figures", "KPI", "Unit", "Live", "As written", "Change"])
        for name, metric in self.model.finance.metrics.items():
            if not name.startswith("sign_changes."):
                at += 1
                self._figure(name, metric, at)
        return at + 1

    def _figure(self, name: str, metric: Metric, at: int) -> None:
        full, number = f"finance.{name}", metric.unit if metric.unit in NUMBERS else "other"
        if name.startswith(("dscr", "moic", "llcr", "plcr")):
            number = "cover"
        self.places[full] = at + 1
        self.sheet.text(at, 0, about(full, self.model.members), indent=1)
        self.sheet.text(at, 1, full, font_color=GREY, font_size=8)
        self.sheet.text(at, 2, UNITS.get(metric.unit, metric.unit), font_color=GREY)
        if metric.value is None:
            self.sheet.text(at, 4, f"none: {metric.reason}", font_color=GREY)
            return
        self.sheet.number(at, 4, metric.value, number, font_color=GREY)
        formula = self.headline.formula(name, metric.value)
        if not formula:
            self.sheet.text(at, 3, "not live", font_color=GREY, align="right")
            return
        self.live.append(name)
        self.sheet.formula(at, 3, formula, metric.value, number, bold=True)
        self.sheet.formula(at, 5, f"D{at + 1}-E{at + 1}", 0.0, number, font_color=GREY)
        if re.fullmatch(r"[a-z_][a-z0-9_.]{0,200}", full):
            self.book.book.define_name(full, f"=Outputs!$D${at + 1}")

    # The years

    def _annual(self, at: int) -> int:
        sheet, count = self.sheet, len(self.years)
        sheet.columns(at, ["By year", "Row", "Unit", "Total", "", ""])
        sheet.number(at, FIRST - 1, 0, "count", **HEADER | {"font_color": NAVY})
        sheet.across(at, FIRST, f"{{p}}{at + 1}+1", np.arange(1, count + 1), "count", **HEADER)
        sheet.columns(at + 1, ["Year to", "", "", "", "", ""])
        self.year_row = at + 2
        first = f"Timing!${column(FIRST)}${YEAR_END}"
        sheet.across(at + 1, FIRST, f"EOMONTH({first},12*({{c}}{at + 1}-1))", serial(self.years), "mmm", **HEADER)
        at += 1
        for heading, lines in self._lines():
            at += 1
            sheet.heading(at, heading, FIRST + count)
            for name, kind in lines:
                at += 1
                self._line(name, kind, at)
        return at + 1

    def _lines(self) -> Iterator[tuple[str, list[tuple[str, str]]]]:
        """Rows by heading, each with how a year is read: its sum, its end, or cover."""
        model = self.model
        for name in model.deal.leases:
            yield model.names[slug(name)], [(f"{slug(name)}.rent", "sum")]
        for vehicle in model.vehicles:
            n, loans = slug(vehicle), model.loans_of(vehicle)
            lines = [(f"{n}.cfads", "sum"), *((f"{loan}.service", "sum") for loan in loans)]
            lines += [(f"cover_.{n}.due", "sum"), (n, "cover")] if vehicle in model.finance.cover else []
            lines += [(f"{n}.call", "sum"), (f"{n}.distribution", "sum")]
            yield model.names[n], [*lines, (f"{n}.cash", "end")]
        for name in model.deal.loans:
            n = slug(name)
            flows = [(f"{n}.{what}", "sum") for what in ("draw", "interest", "principal")]
            yield model.names[n], [*flows, (f"{n}.balance", "end"), (f"{n}.reserve", "end"), (f"{n}.escrow", "end")]
        for name in model.deal.guarantees:
            yield model.names[slug(name)], [(f"{slug(name)}.threshold", "end"), (f"{slug(name)}.uncovered", "end")]
        yield "Distributions", [(flow.row, "sum") for flow in model.finance.flows if flow.kind == "distribution"]
        yield "Net cash of each party", [(f"net_.{slug(party)}.net", "sum") for party in model.finance.parties]

    def _line(self, name: str, kind: str, at: int) -> None:
        if kind == "cover":
            self._dscr(name, at)
        elif name in self.writer.places and not self.writer.places[name].scalar:
            unit = self.model.graph.rows[name].unit
            self._describe(name, self.model.graph.rows[name].label, UNITS.get(unit, unit), at)
            values = self._by_year(name, kind)
            year, span = f"{{c}}${self.year_row}", self.writer.span(name)
            months = f"Timing!${self.writer.first}${{row}}:${self.writer.last}${{row}}"
            if kind == "sum":
                formula = f"SUMIFS({span},{months.replace('{row}', str(YEAR_END))},{year})"
                total = f"SUM({column(FIRST)}{at + 1}:{self.last}{at + 1})"
                self.sheet.formula(at, 3, total, float(values.sum()), unit, bold=True)
            else:
                end = f"Timing!${self.writer.last}${MONTH_END}"
                formula = f"SUMIFS({span},{months.replace('{row}', str(MONTH_END))},MIN({year},{end}))"
            self.sheet.across(at, FIRST, formula, values, unit if unit in NUMBERS else "other")

    def _describe(self, name: str, label: str, unit: str, at: int) -> None:
        self.places[name] = at + 1
        self.sheet.text(at, 0, label, indent=1)
        self.sheet.text(at, 1, name, font_color=GREY, font_size=8)
        self.sheet.text(at, 2, unit, font_color=GREY)

    def _by_year(self, name: str, kind: str) -> np.ndarray:
        values, where = self.model.by_month(name), np.searchsorted(serial(self.years), serial(self.model.year_ends))
        if kind == "sum":
            return np.bincount(where, values, len(self.years))
        return values[np.searchsorted(where, np.arange(len(self.years)), side="right") - 1]

    def _dscr(self, vehicle: str, at: int) -> None:
        """Cash of the year over the debt service that falls due in it, where any does."""
        cash, due = f"{vehicle}.cfads", f"cover_.{vehicle}.due"
        self._describe(f"{vehicle}.dscr", "cash over debt service due in the year", "", at)
        ratio = f'IF({{c}}{self.places[due]}>1,{{c}}{self.places[cash]}/{{c}}{self.places[due]},"")'
        both = zip(self._by_year(cash, "sum").tolist(), self._by_year(due, "sum").tolist(), strict=True)
        for index, (a, b) in enumerate(both, start=FIRST):
            self.sheet.formula(at, index, ratio.format(c=column(index)), a / b if b > 1 else "", "cover")

    def _charts(self) -> None:
        """Debt, and each vehicle's debt service beside its cash, from the lines by year: right of the headline."""
        loans = [f"{slug(name)}.balance" for name in self.model.deal.loans]
        guarantees = [f"{slug(name)}.threshold" for name in self.model.deal.guarantees]
        self._chart(0, "Debt at the end of the year, USD m", loans, guarantees)
        for number, vehicle in enumerate(map(slug, self.model.finance.cover), start=1):
            title = "Debt service due and the cash for it, USD m"
            self._chart(number, title, [f"cover_.{vehicle}.due"], [f"{vehicle}.cfads"])

    def _chart(self, number: int, title: str, columns: list[str], lines: list[str]) -> None:
        """Columns on top of each other, with lines over them; names and values are those of the sheet's cells."""
        chart = self.book.book.add_chart({"type": "column", "subtype": "stacked"})
        over = self.book.book.add_chart({"type": "line"})
        for kind, names in ((chart, columns), (over, lines)):
            for name in (n for n in names if n in self.places):
                row = self.places[name]
                spans = {"categories": self.year_row, "values": row}
                cells = {k: f"=Outputs!${column(FIRST)}${r}:${self.last}${r}" for k, r in spans.items()}
                kind.add_series({"name": f"=Outputs!$A${row}", "gap": 60, **cells})
        if not chart.series:
            return
        if over.series:
            chart.combine(over)
        font = {"name": "Arial", "size": 8}
        chart.set_title({"name": title, "name_font": {"name": "Arial", "size": 10}, "overlay": False})
        chart.set_legend({"position": "bottom", "font": font})
        chart.set_x_axis({"num_format": "yyyy", "num_font": font, "text_axis": True})
        chart.set_y_axis(
            {"num_format": "#,##0,,", "num_font": font, "major_gridlines": {"visible": True, "line": {"color": RULE}}}
        )
        chart.set_size({"width": 620, "height": 380})
        self.sheet.ws.insert_chart(HEAD - 3, FIRST + 1 + 9 * number, chart)

    # Sources and uses

    def _funding(self, vehicle: str, at: int) -> int:
        sources, uses = funding_rows(self.model, vehicle)
        self.sheet.columns(at, [f"Sources and uses: {vehicle}", "Rows", "Unit", "USD m", "", ""])
        totals = []
        for title, table in (("Sources", sources), ("Uses", uses)):
            first = at + 2
            for name, rows in table.items():
                at += 1
                value = sum(float(self.model.by_month(row).sum()) for row in rows)
                self._describe(", ".join(rows), name, "USD m", at)
                self.sheet.formula(at, 3, "+".join(self.writer.total(row) for row in rows), value, "USD")
            at += 1
            self.sheet.text(at, 0, title, bold=True, top=1)
            total = sum(float(self.model.by_month(row).sum()) for rows in table.values() for row in rows)
            self.sheet.formula(at, 3, f"SUM(D{first}:D{at})", total, "USD", bold=True, top=1)
            totals.append(at + 1)
        self.funding.append(Funding(vehicle, *totals))
        return at + 1
