"""Headline figures as formulas: rows of the statement, cover, and returns on the cash flows by day."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from gigacampus.campus.spec.deal import slug
from gigacampus.faces.export.cashflows import Column
from gigacampus.faces.export.formulas import Writer
from gigacampus.faces.export.model import ALL, PARTS, Model
from gigacampus.runs.kpis import find

SCALARS = {
    "rent_year1": ("leases", "rent_year1"),
    "rent_total": ("leases", "rent_total"),
    "rent_committed": ("leases", "commitment"),
    "capitalised_interest": ("loans", "capitalised"),
}
"""Figures that add up a row of every contract of a kind."""

MEMBERS = {"wal": "{}.wal", "unpaid": "{}.unpaid", "uncovered": "{}.tail", "exposure": "exposures.{}.maximum",
           "tax": "{}.tax.total"}  # fmt: skip
"""Figures that are a row of one contract."""

LIVES = {"llcr": "repaying", "plcr": "ends"}
"""Covers over a life, by the row of the months in which their cash counts."""


@dataclass(frozen=True)
class Headline:
    """Writes the formulas of headline figures for one sheet; `flows` are the cash flows by day."""

    model: Model
    writer: Writer
    flows: Mapping[str, Column]

    def formula(self, name: str, value: float) -> str:
        """The formula of a figure; empty where the workbook has none."""
        family, _, member = name.partition(".")
        if name in SCALARS or family in MEMBERS:
            of, what = SCALARS.get(name, ("", ""))
            rows = [f"{slug(contract)}.{what}" for contract in getattr(self.model.deal, of, ())]
            rows = rows if of else [MEMBERS[family].format(member)]
            known = all(row in self.writer.places for row in rows)
            return ("+".join(self.writer.total(row) for row in rows) or "0") if known else ""
        if family in (ALL, *PARTS):
            return self._irr(self.flows.get(name) or self.flows[f"{ALL}.{member}"], value)
        if family == "moic":
            span = (self.flows.get(f"irr.{member}") or self.flows[f"{ALL}.{member}"]).span
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
        if name in LIVES and self.model.lives:
            return f"MIN({','.join(self._life(vehicle, LIVES[name]) for vehicle in self.model.lives)})"
        return ""

    def _life(self, vehicle: str, counts: str) -> str:
        """Cash at the rate at which the debt is worth what is owed, over that debt."""
        n, span, begin = f"life_.{slug(vehicle)}", self.writer.span, self.model.lives[vehicle] + 1
        ends = [
            f"INDEX({span(row)},{begin}):INDEX({span(row)},{self.model.count})" for row in (f"{n}.flow", f"{n}.day")
        ]
        worth = f"(1+XIRR({','.join(ends)}))^(-{span(f'{n}.years')})"
        return f"SUMPRODUCT({span(f'{n}.cash')}*{span(f'{n}.{counts}')}*{worth})/{self.writer.total(f'{n}.debt')}"

    def _irr(self, flows: Column, value: float) -> str:
        """XIRR from the first payment on: it takes no leading zero. The search starts near the rate as written."""
        span, count = flows.span, flows.last - flows.first + 1
        days = span.replace(f"${flows.letter}$", "$A$")
        start = f"{count + 1}-SUMPRODUCT(MAX((ABS({span})>0.005)*({flows.last + 1}-ROW({span}))))"
        ends = [f"INDEX({cells},{start}):{cells.rpartition(':')[2]}" for cells in (span, days)]
        return f"XIRR({ends[0]},{ends[1]},{value:.2f})"


def about(name: str, members: Mapping[str, str]) -> str:
    """A headline figure in words: as the KPI of its name says, or the name's own; `members` says who is who."""
    try:
        entry, member = find(name)
    except KeyError:
        return name.removeprefix("finance.").replace("_", " ").capitalize() + "."
    return f"{members.get(member, member)}: {entry.about}" if member else entry.about
