"""From the evaluated statement to its result: cover, covenants, tables and residuals. Metrics: `metrics`."""

from __future__ import annotations

from datetime import date

import numpy as np
from numpy.typing import NDArray

from gigacampus.campus.spec.deal import OUTSIDE, slug
from gigacampus.days import add_months
from gigacampus.engines.finance.contracts.owners import payment_days
from gigacampus.engines.finance.reading.metrics import cover as cover_of
from gigacampus.engines.finance.reading.metrics import metrics
from gigacampus.engines.finance.reading.quotes import payments_of, quoted
from gigacampus.engines.finance.result import (
    CovenantTests,
    Cover,
    FinanceResult,
    GuaranteeYears,
    LeaseBook,
    LoanResult,
    Quoted,
    SourcesUses,
)  # fmt: skip
from gigacampus.engines.finance.schedule import index
from gigacampus.engines.finance.statement import Statement
from gigacampus.errors import SpecError

Floats = NDArray[np.float64]


class Reading:
    """Reads an evaluated statement."""

    def __init__(self, s: Statement, rows: dict[str, Floats], solved: dict[str, float]) -> None:
        self.s, self.rows, self.solved, self.count = s, rows, solved, s.months.count

    def month(self, name: str) -> Floats:
        """A row by month."""
        return np.broadcast_to(self.rows[name], self.count)

    def result(self, tables: bool = True) -> FinanceResult:
        """Everything that the statement says; without `tables`, no lease years, funding, guarantees and residuals."""
        s = self.s
        loans = {name: self._loan(name) for name in s.deal.loans}
        borrowers = {loan.borrower for loan in s.deal.loans.values()}
        cover = {vehicle: cover_of(s, self.rows, vehicle) for vehicle in s.vehicles if vehicle in borrowers}
        parties = self._parties()
        funding = {vehicle: self._funding(vehicle) for vehicle in s.vehicles} if tables else {}
        result = FinanceResult(
            s.months.array, self.rows, s.graph, self.solved, tuple(s.flows), parties, loans, cover,
            {name: self._lease_years(name, cover, parties) for name in s.deal.leases} if tables else {}, funding,
            {name: self._guarantee(name) for name in s.deal.guarantees} if tables else {},
            {name: self._lease(name) for name in s.deal.leases},
            {v: self._covenants(v) for v in s.vehicles if f"{slug(v)}.cover" in self.rows}, {},
            self._residuals(parties, funding) if tables else {}, self._quotes(loans),
        )  # fmt: skip
        result.metrics.update(metrics(s, result))
        return result

    def _loan(self, name: str) -> LoanResult:
        n, spec = slug(name), self.s.deal.loans[name]
        days = next(f.dates for f in self.s.flows if f.row.startswith(f"{n}.interest."))
        draw, interest, principal, balance = (
            self.month(f"{n}.{what}") for what in ("draw", "interest", "principal", "balance")
        )
        held = {h: float(self.rows[f"{n}.held_by.{slug(h)}"]) for h in (*spec.holders, spec.rest)
                if f"{n}.held_by.{slug(h)}" in self.rows}  # fmt: skip
        return LoanResult(days, draw, interest, principal, interest + principal, balance, self.rows[f"{n}.repay"] > 0,
                          held)  # fmt: skip

    def _quotes(self, loans: dict[str, LoanResult]) -> dict[str, Quoted]:
        found = {}
        for key, (name, quote) in self.s.deal.quotes.items():
            day = self.s.calendar.of(quote.at)
            found[key] = quoted(quote, day, payments_of(name, self.s.deal.loans[name], loans[name], self.rows, day))
        return found

    def _covenants(self, vehicle: str) -> CovenantTests:
        e, levels = slug(vehicle), self.s.deal.entities[vehicle].covenants
        assert levels is not None
        days = np.array(payment_days(self.s, vehicle), "datetime64[D]")
        at = np.flatnonzero((self.month(f"{e}.tested") > 0) & (self.month(f"{e}.debt_back") > 0))
        level = {what: f"entities.{e}.covenants.{what}" for what in ("lock_up", "default")}
        lock_up, default = (float(self.rows[row]) if row in self.rows else None for row in level.values())
        locked, failed = (np.flatnonzero(self.month(f"{e}.{flag}") > 0.5) for flag in ("locked", "default"))
        loans = tuple(name for name, loan in self.s.deal.loans.items() if loan.borrower == vehicle)
        return CovenantTests(
            loans, days[at], self.month(f"{e}.cover")[at], lock_up, default,
            days[locked[0]].item() if len(locked) else None, days[failed[0]].item() if len(failed) else None,
        )  # fmt: skip

    def _parties(self) -> dict[str, Floats]:
        names = dict.fromkeys([*self.s.deal.entities, *(p for f in self.s.flows for p in (f.payer, f.payee)), OUTSIDE])
        parties = {name: np.zeros(self.count) for name in names}
        for flow in self.s.flows:
            parties[flow.payer] = parties[flow.payer] - self.month(flow.row)
            parties[flow.payee] = parties[flow.payee] + self.month(flow.row)
        return parties

    def _funding(self, vehicle: str) -> SourcesUses:
        e, s = slug(vehicle), self.s
        loans = {name: slug(name) for name, x in s.deal.loans.items() if x.borrower == vehicle}
        escrows = {name: n for name, n in loans.items() if s.deal.loans[name].funded == "day one"}
        ahead = np.maximum(self.month(f"{e}.capital") - self.month(f"{e}.uses"), 0)
        calls: dict[str, float] = {}
        for flow in s.flows:
            if flow.payee == vehicle and flow.received in ("capital", "owners"):
                calls[f"{flow.payer}: {flow.kind}"] = calls.get(f"{flow.payer}: {flow.kind}", 0.0) + self._total(
                    flow.row
                )
        sources = {**{name: self._total(f"{n}.draw") for name, n in loans.items()},
                   **{f"{name}: escrow income": self._total(f"{n}.escrow_income") for name, n in escrows.items()},
                   **calls, "own cash": self._total(f"{e}.self_funded")}  # fmt: skip
        uses: dict[str, float] = {}
        for flow in s.flows:
            if flow.payer == vehicle and flow.paid in ("use", "lent"):
                name = next(
                    (k for k in s.deal.construction if flow.row == f"{slug(k)}.cost"), f"{flow.kind} to {flow.payee}"
                )
                uses[name] = uses.get(name, 0.0) + self._total(flow.row)
        for name, n in loans.items():
            uses[f"{name}: interest while building"] = self._total(f"{n}.funded_interest")
            uses[f"{name}: reserve"] = self._total(f"{n}.reserve_funding")
            uses[f"{name}: paid off by another loan"] = self._total(f"{n}.refinanced")
            uses[f"{name}: left in escrow"] = self._total(f"{n}.escrow_release")
        uses["debt service cured"] = self._total(f"{e}.cure")
        uses["operating deficit"] = self._total(f"{e}.deficit")
        uses["paid in ahead of uses"] = float(ahead.sum())
        return SourcesUses({k: v for k, v in sources.items() if v}, {k: v for k, v in uses.items() if v})

    def _total(self, row: str) -> float:
        return float(np.sum(self.month(row))) if row in self.rows else 0.0

    def _guarantee(self, name: str) -> GuaranteeYears:
        n, g, s = slug(name), self.s.deal.guarantees[name], self.s
        start = s.calendar[f"{name}.start"]
        last = max(s.calendar[place] for place in (f"{name}.until", *(f"{loan}.final" for loan in g.behind)))
        days = [add_months(start, 12 * year) for year in range((index(last) - index(start)) // 12 + 1)]
        at = [s.months.at(day) for day in days]
        threshold, most = (self.month(f"{n}.{row}")[at] for row in ("threshold", "maximum"))
        debt = self.month(f"{n}.owed")[at] if g.behind else np.zeros(len(at))
        return GuaranteeYears(np.array(days, "datetime64[D]"), threshold, debt, np.maximum(0, debt - most))

    def _lease(self, name: str) -> LeaseBook:
        lease, calendar = self.s.deal.leases[name], self.s.calendar
        start, (first, end) = calendar[f"{name}.start"], calendar.term_ends(name)
        options, day = [], first
        for number, length in enumerate(lease.options):
            options.append((day, number < len(lease.taken)))
            day = add_months(day, round(12 * length))
        try:
            ready: date | None = calendar[lease.readiness]
        except SpecError:
            ready = None
        return LeaseBook(start, first, tuple(options), end, ready)

    def _lease_years(self, name: str, cover: dict[str, Cover], parties: dict[str, Floats]) -> dict[str, Floats]:
        """Columns by lease year; what is paid in arrears on an anniversary belongs to the year that ends then."""
        s, lease = self.s, self.s.deal.leases[name]
        first = s.months.at(s.calendar[f"{name}.start"]) + (1 if lease.timing == "arrears" else 0)
        last = s.months.at(s.calendar[f"{name}.end"]) - (0 if lease.timing == "arrears" else 1)
        edges = np.arange(first, last + 1, 12)

        def by_year(monthly: Floats) -> Floats:
            return np.add.reduceat(monthly[: last + 1], edges) if len(edges) else monthly[:0]

        table = {"rent": by_year(self.month(f"{slug(name)}.rent"))}
        for vehicle in cover:
            table[f"cfads.{vehicle}"] = by_year(self.month(f"{slug(vehicle)}.cfads"))
            borrowed = [slug(k) for k, x in s.deal.loans.items() if x.borrower == vehicle]
            table[f"service.{vehicle}"] = by_year(np.sum([self.month(f"{n}.service") for n in borrowed], axis=0))
            cash, service = table[f"cfads.{vehicle}"], table[f"service.{vehicle}"]
            undefined = np.full(len(service), np.nan)
            table[f"dscr.{vehicle}"] = np.divide(cash, service, out=undefined, where=service > 1.0)
        for loan in s.deal.loans:
            table[f"balance.{loan}"] = self.month(f"{slug(loan)}.balance")[np.minimum(edges + 11, last)]
        for party, net in parties.items():
            table[f"party.{party}"] = by_year(net)
            received = [self.month(f.row) for f in s.flows if f.payee == party and f.paid == "owners"]
            table[f"distribution.{party}"] = by_year(np.sum(received, axis=0) if received else np.zeros(self.count))
        return table

    def _residuals(self, parties: dict[str, Floats], funding: dict[str, SourcesUses]) -> dict[str, float]:
        """Largest gap of each law, relative to the largest payment in all or amount of a loan."""
        s = self.s
        sizes = [float(np.abs(self.month(flow.row)).sum()) for flow in s.flows]
        size = max(*sizes, *(float(self.rows[f"loans.{slug(name)}.amount"]) for name in s.deal.loans), 1.0)
        net = np.abs(sum(parties.values(), np.zeros(self.count)))
        found = {"flows sum to zero": float(net.max(initial=0.0)) / size}
        gaps = [abs(sum(t.sources.values()) - sum(t.uses.values())) for t in funding.values()]
        found["sources are uses"] = max(gaps, default=0.0) / size
        accounts = [0.0]
        for vehicle in s.vehicles:
            held = [f"{slug(vehicle)}.cash"]
            for name, loan in s.deal.loans.items():
                if loan.borrower == vehicle:
                    held += [row for row in (f"{slug(name)}.escrow", f"{slug(name)}.reserve") if row in self.rows]
            stock = np.sum([self.month(row) for row in held], axis=0)
            accounts.append(float(np.abs(np.cumsum(parties[vehicle]) - stock).max()) / size)
        found["accounts hold what came in less what went out"] = max(accounts)
        debts = [0.0]
        for name in s.deal.loans:
            n = slug(name)
            owed = np.cumsum(self.month(f"{n}.draw") + self.month(f"{n}.added") + self.month(f"{n}.arrears")
                             - self.month(f"{n}.principal"))  # fmt: skip
            debts.append(float(np.abs(owed - self.month(f"{n}.balance")).max()) / size)
        found["loans owe what was drawn less what was repaid"] = max(debts)
        checks = [float(np.abs(np.sum(self.rows[row]))) for row in self.rows if row.startswith("check.")]
        found["solved values meet their figures"] = max(checks, default=0.0) / size
        return found
