"""What the workbook shows: the statement, with the rows that only a workbook needs.

Those rows are written in the statement's own language, so that they are translated and evaluated as all others are:
net cash of each party by day of payment, cover, and the gaps of each conservation law. Their first name ends in an
underscore, as no name of the deal does.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from operator import attrgetter
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gigacampus.campus.spec import Loaded, leaves
from gigacampus.campus.spec.deal import MONTHS, Deal, slug
from gigacampus.campus.spec.parse import dotted
from gigacampus.days import add_months
from gigacampus.engines.finance import KINDS, FinanceResult, Flow, Graph, plus, slowest
from gigacampus.faces.export.formulas import lowered

Floats = NDArray[np.float64]

CAPITAL = ("contribution", "contribution in kind", "distribution")
"""Kinds of payment on which `irr_owner` is reckoned."""

ALL = "irr_after_tax"
"""Family of the return on all that a party pays and receives."""

PARTS = {"irr": ("before_tax_", "before tax"), "irr_owner": ("capital_", "on its capital")}
"""Families of returns on a part of it: prefix of the rows, and what is counted."""

GROUPS = {
    "cover_": "Cover of debt service",
    "life_": "Cover over the life of the loans, and of the deal",
    "net_": "Net cash of each party, received positive",
    "before_tax_": "Net cash of each party before tax",
    "capital_": "Net cash of each party on its capital alone",
    "ahead_": "Contributions paid in ahead of uses",
    "so_far_": "What came in less what went out, so far",
    "gap_": "Conservation: each row is zero in every month",
    "check": "Solved values: what each misses its figure by",
    "solve": "Months of the figures that values are solved from",
    "published": "Published figures, as the statement has them",
    "exposures": "Maximum exposure to loss",
}
_PAYER, _PAYEE = attrgetter("payer"), attrgetter("payee")
_SUMMED = ("cfads", "service", "rent", "distribution", "interest", "principal", "cost", "paid", "draw", "call", "net")


@dataclass(frozen=True)
class Ledger:
    """One column of the cash flows by day: a party, the family of the return on it, a word on what is counted, and its
    rows by number of the set of payment days."""

    party: str
    family: str
    title: str
    rows: dict[int, str]


class Model:
    """The statement of a run as the workbook shows it; `values` holds every row, () or (M,).

    `rolling` names the rows that add up another one over the latest months, with the row of how many; `lives` has the
    month, by vehicle with debt, from which cover over the life of its loans is reckoned.
    """

    def __init__(self, loaded: Loaded, finance: FinanceResult) -> None:
        assert loaded.campus.deal is not None
        self.loaded, self.finance = loaded, finance
        self.deal: Deal = loaded.campus.deal
        self.count = len(finance.months)
        self.days: list[NDArray[np.datetime64]] = []
        self.ledgers: list[Ledger] = []
        self.rolling: dict[str, tuple[str, str]] = {}
        whole = Graph(self.count)
        for name, row in finance.graph.rows.items():
            what = row.formula or finance.rows[name]
            whole.add(name, what, row.unit, row.label, row.path, row.solved)
        self._add_cover(whole)
        self.lives = {vehicle: begin for vehicle in finance.cover for begin in self._add_life(whole, vehicle)}
        self._add_parties(whole)
        self._add_gaps(whole)
        self.graph = lowered(whole)
        self.values: dict[str, Any] = {**self.graph.evaluate(), **finance.rows}

    @cached_property
    def names(self) -> dict[str, str]:
        """What the first part of a row's name stands for: the contract or vehicle, and what it is."""
        kinds = {"loans": "loan", "leases": "lease", "guarantees": "guarantee", "construction": "construction",
                 "services": "running payment", "transfers": "payment on one day"}  # fmt: skip
        found = {slug(name): f"{name} ({kinds[kind]})" for kind, name, _ in self.deal.contracts()}
        parties = {slug(name): f"{name} (party)" for name in self.deal.entities}
        return parties | found | {slug(name): f"{name} (vehicle)" for name in self.vehicles} | GROUPS

    @cached_property
    def members(self) -> dict[str, str]:
        """Parties, contracts and exposures as the spec writes them, by the name that a KPI has for them."""
        contracts = [name for _, name, _ in self.deal.contracts()]
        return {slug(name): name for name in (*self.finance.parties, *contracts, *self.deal.exposures)}

    @cached_property
    def vehicles(self) -> list[str]:
        """Entities whose cash goes through a waterfall."""
        return [name for name in self.deal.entities if f"{slug(name)}.cfads" in self.finance.rows]

    def loans_of(self, vehicle: str) -> list[str]:
        """Loans that a vehicle owes, as rows spell them."""
        return [slug(name) for name, loan in self.deal.loans.items() if loan.borrower == vehicle]

    @cached_property
    def flows(self) -> frozenset[str]:
        """Rows whose months may be added up."""
        paid = {flow.row for flow in self.finance.flows}
        rows = self.graph.rows
        return frozenset(n for n in rows if n in paid or (n.split(".")[-1] in _SUMMED and rows[n].unit == "USD"))

    @cached_property
    def meanings(self) -> dict[str, str]:
        """What each value of the spec is, in words, by path."""
        found = {}
        for path, _, holder, _ in leaves(self.loaded.campus):
            field = type(holder).model_fields.get(str(path[-1]))
            found[dotted(path)] = (field.description if field else "") or ""
        return found

    def by_month(self, name: str) -> Floats:
        """A row by month, a scalar repeated."""
        return np.broadcast_to(self.values[name], self.count)

    @cached_property
    def year_month(self) -> int:
        """Month in which a year of the annual summary ends: that in which a year of the first lease does."""
        for name, book in self.finance.leases.items():
            late = self.deal.leases[name].timing == "arrears"  # a payment on the anniversary belongs to the year before
            return book.start.month if late else (book.start.month - 2) % 12 + 1
        return 12

    @cached_property
    def month_ends(self) -> list[date]:
        """Last day of each month."""
        return [add_months(day, 0, 31) for day in self.finance.months.astype("datetime64[D]").tolist()]

    @cached_property
    def year_ends(self) -> list[date]:
        """Last day of the year of the summary to which each month belongs."""
        return [add_months(day, (self.year_month - day.month) % 12, 31) for day in self.month_ends]

    def _day_set(self, dates: NDArray[np.datetime64]) -> int:
        for number, known in enumerate(self.days):
            if np.array_equal(known, dates):
                return number
        self.days.append(dates)
        return len(self.days) - 1

    def _add_cover(self, g: Graph) -> None:
        """Cash over what is due, on each date of repayment, over the period of the slowest in repayment (`Cover`)."""
        for vehicle in self.finance.cover:
            n, loans = f"cover_.{slug(vehicle)}", self.loans_of(vehicle)
            months = slowest({k: x for k, x in self.deal.loans.items() if x.borrower == vehicle}, self.finance.row)
            repays = np.max([self.finance.row(f"{loan}.repay") for loan in loans], axis=0)
            g.add(f"{n}.due", plus([f"{loan}.scheduled" for loan in loans]), "USD", f"{vehicle}: debt service due")
            g.add(f"{n}.repays", repays, "1", f"{vehicle}: date of repayment")
            g.add(f"{n}.months", months.astype(float), "month", f"{vehicle}: months over which cover is measured")
            due = np.sum([self.finance.row(f"{loan}.scheduled") for loan in loans], axis=0)
            for what, row, values in (
                ("cash", f"{slug(vehicle)}.cfads", self.finance.row(f"{slug(vehicle)}.cfads")),
                ("service", f"{n}.due", due),
            ):
                total = np.concatenate([[0.0], np.cumsum(values)])
                since = np.maximum(np.arange(1, self.count + 1) - months, 0)
                g.add(f"{n}.{what}", total[1:] - total[since], "USD", f"{vehicle}: {what} over those months")
                self.rolling[f"{n}.{what}"] = (row, f"{n}.months")
            least = f"1e-9 * {plus([f'loans.{loan}.amount' for loan in loans])}"
            g.add(f"{n}.counts", f"iff({n}.repays * {n}.due > {least}, 1, 0)", "1", f"{vehicle}: cover is measured")
            g.add(f"{n}.dscr", f"iff({n}.counts == 1, {n}.cash / {n}.service, 0)", "1", f"{vehicle}: cover")
        if self.deal.loans:
            debt = [f"{slug(name)}.balance" for name in self.deal.loans]
            g.add("cover_.debt", plus(debt), "USD", "debt outstanding, all loans")

    def _add_life(self, g: Graph, vehicle: str) -> Iterator[int]:
        """Cash by date of repayment and debt by the plan, from the month that it gives: of the payment before the first
        repayment; nothing where nothing is owed. The rate is found where the cover is."""
        n, loans, month = f"life_.{slug(vehicle)}", self.loans_of(vehicle), np.arange(self.count)
        rows, repay = self.finance.row, {loan: self.finance.row(f"{loan}.repay") > 0 for loan in loans}
        at = np.flatnonzero(np.any([*repay.values()], axis=0))
        if not len(at) or not sum(rows(f"{loan}.planned")[at[0] - 1] for loan in loans) > 0:
            return
        paid = np.flatnonzero(np.any([rows(f"{loan}.pay")[: at[0]] > 0 for loan in loans], axis=0))
        step = min(
            MONTHS[x.every] for name, x in self.deal.loans.items() if slug(name) in repay and repay[slug(name)][at[0]]
        )
        begin = max(int(paid[-1] if len(paid) else at[0] - step), 0)
        ends = np.isin(month, at) | (month > at[-1])
        days = self.finance.months.astype("datetime64[D]").astype(float)
        carried = np.concatenate([[0.0], (~ends & (month > begin))[:-1]])
        for what, values, unit, label in (
            ("day", days - float(np.datetime64("1899-12-30").astype(int)), "day", "first day of the month"),
            ("years", (days - days[begin]) / 365, "year", "years since the payment before the first repayment"),
            ("begins", month == begin, "1", "month of that payment"),
            ("before", month == at[0] - 1, "1", "month before the first repayment"),
            ("carried", carried, "1", "cash of the month before is carried on"),
            ("after", month > begin, "1", "cash counts"),
            ("drawing", month >= at[0], "1", "draws count against what repays"),
            ("repaying", np.isin(month, at), "1", "date of repayment"),
            ("ends", ends, "1", "cash is counted, until the deal ends"),
        ):
            g.add(f"{n}.{what}", np.asarray(values, float), unit, f"{vehicle}: {label}")
        g.add(f"{n}.owed", plus([f"{loan}.planned" for loan in loans]), "USD", f"{vehicle}: debt by the plan")
        g.add(f"{n}.debt", f"sum({n}.owed * {n}.before)", "USD", f"{vehicle}: debt as repayment begins")
        plan = plus([
            f"{loan}.agreed" if f"{loan}.agreed" in self.finance.rows else f"{loan}.planned_payment * {loan}.repay"
            for loan in loans
        ])  # fmt: skip
        drawn = plus([f"({loan}.draw + {loan}.added)" for loan in loans])
        g.add(
            f"{n}.flow",
            f"{plan} - {drawn} * {n}.drawing - {n}.debt * {n}.begins",
            "USD",
            f"{vehicle}: debt, and what repays it by the plan",
        )
        cash = f"{n}.carried * prev({n}.cash) + {n}.after * {slug(vehicle)}.cfads"
        g.add(f"{n}.cash", cash, "USD", f"{vehicle}: cash since the last repayment")
        yield begin

    def _add_parties(self, g: Graph) -> None:
        for party in self.finance.parties:
            own = [flow for flow in self.finance.flows if party in (flow.payer, flow.payee)]
            rows = self._add_net(g, f"net_.{slug(party)}", party, own)
            g.add(f"net_.{slug(party)}.net", plus(list(rows.values())), "USD", f"{party}: net cash")
            self.ledgers.append(Ledger(party, ALL, "", rows))
            for family, (prefix, title) in PARTS.items():
                some = [
                    flow for flow in own if (flow.kind in CAPITAL if family == "irr_owner" else flow.kind not in KINDS)
                ]
                if f"{family}.{slug(party)}" in self.finance.metrics and some and len(some) < len(own):
                    rows = self._add_net(g, f"{prefix}.{slug(party)}", party, some)
                    self.ledgers.append(Ledger(party, family, title, rows))

    def _add_net(self, g: Graph, name: str, party: str, flows: list[Flow]) -> dict[int, str]:
        """A party's net cash by set of payment days: the rows, by number of the set."""
        rows = {}
        for number in sorted({self._day_set(flow.dates) for flow in flows}):
            own = [flow for flow in flows if self._day_set(flow.dates) == number]
            received, paid = (plus([f.row for f in own if end(f) == party]) for end in (_PAYEE, _PAYER))
            label = f"{party}: net cash on payment days {number + 1}"
            rows[number] = g.add(f"{name}.days{number + 1}", f"{received} - {paid}", "USD", label)
        return rows

    def _add_gaps(self, g: Graph) -> None:
        """What each law of conservation leaves over, month by month."""
        nets = [f"net_.{slug(party)}.net" for party in self.finance.parties]
        g.add("gap_.flows", plus(nets), "USD", "all parties: net cash sums to zero")
        for vehicle in self.vehicles:
            n, loans = slug(vehicle), self.loans_of(vehicle)
            accounts = [f"{n}.cash", *(f"{loan}.{account}" for loan in loans for account in ("escrow", "reserve"))]
            held = " - ".join(row for row in accounts if row in g.rows)
            g.add(f"ahead_.{n}", f"max({n}.capital - {n}.uses, 0)", "USD", f"{vehicle}: paid in ahead of uses")
            g.add(f"so_far_.{n}", f"prev(so_far_.{n}) + net_.{n}.net", "USD", f"{vehicle}: received less paid so far")
            g.add(f"gap_.{n}", f"so_far_.{n} - {held}", "USD", f"{vehicle}: what its accounts do not hold")
        for name in self.deal.loans:
            n = slug(name)
            g.add(f"so_far_.{n}", f"prev(so_far_.{n}) + {n}.draw + {n}.added + {n}.arrears - {n}.principal", "USD",
                  f"{name}: drawn less repaid so far")  # fmt: skip
            g.add(f"gap_.{n}", f"so_far_.{n} - {n}.balance", "USD", f"{name}: what its balance does not owe")
