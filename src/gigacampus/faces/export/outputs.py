"""The sheet Outputs: headline figures, the years, and sources and uses; all of them live formulas."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from gigacampus.campus.spec.deal import slug
from gigacampus.engines.finance import Metric
from gigacampus.faces.export.book import GREY, HEADER, NAVY, NUMBERS, RULE, UNITS, Book, Sheet
from gigacampus.faces.export.cashflows import Column
from gigacampus.faces.export.formulas import FIRST, Writer, column
from gigacampus.faces.export.layout import HEAD, Layout
from gigacampus.faces.export.model import Model
from gigacampus.faces.export.months import MONTH_END, WIDTHS, YEAR_END, serial
from gigacampus.runs import kpis as _kpis  # noqa: F401 - registers the KPIs
from gigacampus.runs.kpi import find

NOTE = "Live formulas. Cells hold USD; amounts are shown in millions. 'As written' is what gigacampus found."
SCALARS = {
    "rent_year1": ("leases", "rent_year1"),
    "rent_total": ("leases", "rent_total"),
    "rent_committed": ("leases", "commitment"),
    "capitalised_interest": ("loans", "capitalised"),
}
"""Figures that add up a row of every contract of a kind."""

MEMBERS = {"wal": "{}.wal", "unpaid": "{}.unpaid", "uncovered": "{}.tail", "exposure": "exposures.{}.maximum"}
"""Figures that are a row of one contract."""


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
        self.book, self.model, self.flows = book, model, flows
        self.writer = Writer("Outputs", layout.places, model.count)
        self.years = sorted(set(model.year_ends))
        self.last = column(FIRST + len(self.years) - 1)
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
        if name.startswith(("dscr", "moic", "llcr")):
            number = "cover"
        self.places[full] = at + 1
        self.sheet.text(at, 0, about(full, self.model.parties), indent=1)
        self.sheet.text(at, 1, full, font_color=GREY, font_size=8)
        self.sheet.text(at, 2, UNITS.get(metric.unit, metric.unit), font_color=GREY)
        if metric.value is None:
            self.sheet.text(at, 4, f"none: {metric.reason}", font_color=GREY)
            return
        self.sheet.number(at, 4, metric.value, number, font_color=GREY)
        formula = self._live(name, metric.value)
        if not formula:
            self.sheet.text(at, 3, "not live", font_color=GREY, align="right")
            return
        self.live.append(name)
        self.sheet.formula(at, 3, formula, metric.value, number, bold=True)
        self.sheet.formula(at, 5, f"D{at + 1}-E{at + 1}", 0.0, number, font_color=GREY)
        if re.fullmatch(r"[a-z_][a-z0-9_.]{0,200}", full):
            self.book.book.define_name(full, f"=Outputs!$D${at + 1}")

    def _live(self, name: str, value: float) -> str:
        """The formula of a figure; empty where the workbook has none."""
        family, _, member = name.partition(".")
        if name in SCALARS:
            of, what = SCALARS[name]
            rows = [f"{slug(contract)}.{what}" for contract in getattr(self.model.deal, of)]
            return "+".join(self.writer.total(row) for row in rows) or "0"
        if family in MEMBERS:
            return self.writer.cell(MEMBERS[family].format(member))
        if family in ("irr", "irr_owner"):
            return self._irr(self.flows.get(name) or self.flows[f"irr.{member}"], value)
        if family == "moic":
            span = self.flows[f"irr.{member}"].span
            return f'SUMIF({span},">0")/-SUMIF({span},"<0")'
        return self._cover(name)

    def _cover(self, name: str) -> str:
        rows = [f"cover_.{slug(v)}" for v, cover in self.model.finance.cover.items() if len(cover.dates)]
        span = self.writer.span
        if name == "debt_peak":
            return f"MAX({span('cover_.debt')})" if "cover_.debt" in self.writer.places else ""
        if name == "dscr_min" and rows:
            least = [f"_xlfn.MINIFS({span(f'{row}.dscr')},{span(f'{row}.counts')},1)" for row in rows]
            return f"MIN({','.join(least)})"
        if name == "dscr_avg" and rows:
            both = ["+".join(f"SUM({span(f'{row}.{what}')})" for row in rows) for what in ("dscr", "counts")]
            return f"({both[0]})/({both[1]})"
        return ""

    def _irr(self, flows: Column, value: float) -> str:
        """XIRR from the first payment on: it takes no leading zero. The search starts near the rate as written."""
        span, count = flows.span, flows.last - flows.first + 1
        days = span.replace(f"${flows.letter}$", "$A$")
        start = f"{count + 1}-SUMPRODUCT(MAX((ABS({span})>0.005)*({flows.last + 1}-ROW({span}))))"
        ends = [f"INDEX({cells},{start}):{cells.rpartition(':')[2]}" for cells in (span, days)]
        return f"XIRR({ends[0]},{ends[1]},{value:.2f})"

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
        """Debt, and cash beside debt service, drawn from the lines by year, to the right of the headline figures."""
        loans = [f"{slug(name)}.balance" for name in self.model.deal.loans]
        covers = [f"cover_.{slug(vehicle)}.due" for vehicle in self.model.finance.cover]
        cash = [f"{slug(vehicle)}.cfads" for vehicle in self.model.finance.cover]
        guarantees = [f"{slug(name)}.threshold" for name in self.model.deal.guarantees]
        self._chart("H4", "Debt at the end of the year, USD m", loans, guarantees)
        self._chart("Q4", "Debt service due and the cash for it, USD m", covers, cash)

    def _chart(self, at: str, title: str, columns: list[str], lines: list[str]) -> None:
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
        chart.set_y_axis({"num_format": "#,##0,,", "num_font": font, "major_gridlines": {"visible": True, "line": {"color": RULE}}})
        chart.set_size({"width": 620, "height": 380})
        self.sheet.ws.insert_chart(at, chart)

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


def about(name: str, members: Mapping[str, str]) -> str:
    """A headline figure in words: as the KPI of its name says, or the name's own; `members` says who is who."""
    try:
        entry, member = find(name)
    except KeyError:
        return name.removeprefix("finance.").replace("_", " ").capitalize() + "."
    return f"{members.get(member, member)}: {entry.about}" if member else entry.about


def funding_rows(model: Model, vehicle: str) -> tuple[dict[str, list[str]], dict[str, list[str]]]:
    """Rows of each source and each use of a vehicle, over the whole life, as in `FinanceResult.funding`."""
    e, loans = slug(vehicle), {n: name for name in model.deal.loans for n in [slug(name)] if n in model.loans_of(vehicle)}
    sources = {name: [f"{n}.draw"] for n, name in loans.items()}
    sources |= {f"{name}: escrow income": [f"{n}.escrow_income"] for n, name in loans.items()}
    uses: dict[str, list[str]] = {}
    works = {f"{slug(name)}.cost": name for name in model.deal.construction}
    for flow in model.finance.flows:
        if flow.payee == vehicle and flow.received in ("capital", "owners"):
            sources.setdefault(f"{flow.payer}: {flow.kind}", []).append(flow.row)
        if flow.payer == vehicle and flow.paid in ("use", "lent"):
            uses.setdefault(works.get(flow.row, f"{flow.kind} to {flow.payee}"), []).append(flow.row)
    sources["own cash"] = [f"{e}.self_funded"]
    for n, name in loans.items():
        uses[f"{name}: interest while building"] = [f"{n}.funded_interest"]
        uses[f"{name}: reserve"] = [f"{n}.reserve_funding"]
        uses[f"{name}: paid off by another loan"] = [f"{n}.refinanced"]
        uses[f"{name}: left in escrow"] = [f"{n}.escrow_release"]
    uses |= {"debt service cured": [f"{e}.cure"], "operating deficit": [f"{e}.deficit"], "paid in ahead of uses": [f"ahead_.{e}"]}
    kept = [{name: rows for name, rows in table.items() if rows[0] in model.graph.rows} for table in (sources, uses)]
    return kept[0], kept[1]


