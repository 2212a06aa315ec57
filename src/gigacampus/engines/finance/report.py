"""From the evaluated statement to its result: cover, returns, tables and residuals."""

from __future__ import annotations

from datetime import date

import numpy as np
from numpy.typing import NDArray

from gigacampus.campus.spec.deal import MONTHS, OUTSIDE, slug
from gigacampus.days import add_months
from gigacampus.engines.finance import tax
from gigacampus.engines.finance.quotes import payments_of, quoted
from gigacampus.engines.finance.result import (
    Cover,
    FinanceResult,
    GuaranteeYears,
    LeaseBook,
    LoanResult,
    Metric,
    Quoted,
    SourcesUses,
)  # fmt: skip
from gigacampus.engines.finance.schedule import index
from gigacampus.engines.finance.statement import Statement
from gigacampus.errors import SpecError
from gigacampus.money import irr

Floats = NDArray[np.float64]


class Report:
    """Reads an evaluated statement."""

    def __init__(self, s: Statement, rows: dict[str, Floats], solved: dict[str, float]) -> None:
        self.s, self.rows, self.solved, self.count = s, rows, solved, s.grid.count

    def month(self, name: str) -> Floats:
        """A row by month."""
        return np.broadcast_to(self.rows[name], self.count)

    def result(self) -> FinanceResult:
        """Everything that the statement says."""
        s = self.s
        loans = {name: self._loan(name) for name in s.deal.loans}
        cover = {v: self.cover(v) for v in s.vehicles if any(x.borrower == v for x in s.deal.loans.values())}
        parties = self._parties()
        funding = {vehicle: self._funding(vehicle) for vehicle in s.vehicles}
        result = FinanceResult(
            s.grid.months, self.rows, s.graph, self.solved, tuple(s.flows), parties, loans, cover,
            {name: self._lease_years(name, cover, parties) for name in s.deal.leases}, funding,
            {name: self._guarantee(name) for name in s.deal.guarantees},
            {name: self._lease(name) for name in s.deal.leases}, {},
            self._residuals(parties, funding), self._quotes(loans),
        )  # fmt: skip
        result.metrics.update(self._metrics(result))
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

    def cover(self, vehicle: str) -> Cover:
        """Cash over what is due, on each date of repayment, over the period of the slowest loan still alive then."""
        count, times = self.count, {n: x for n, x in self.s.loans.items() if self.s.deal.loans[n].borrower == vehicle}
        due, dates = np.zeros(count), self.s.grid.months.astype("datetime64[D]")
        step, repays = np.ones(count, int), np.zeros(count, bool)
        for name, loan in times.items():
            spec = self.s.deal.loans[name]
            due = due + self.month(f"{slug(name)}.scheduled")
            alive = np.cumsum(loan.final) - loan.final == 0
            step = np.maximum(step, alive * MONTHS[spec.every])
            repays |= loan.repay > 0
            dates = np.where(loan.repay > 0, np.array(loan.dates, "datetime64[D]"), dates)
        owed = sum(float(self.rows[f"loans.{slug(name)}.amount"]) for name in times)
        at = np.flatnonzero(repays & (due > 1e-9 * owed))
        cash, service = (np.concatenate([[0.0], np.cumsum(x)]) for x in (self.month(f"{slug(vehicle)}.cfads"), due))
        since = np.maximum(at + 1 - step[at], 0)
        return Cover(dates[at], cash[at + 1] - cash[since], service[at + 1] - service[since])

    def _dates(self, n: str) -> NDArray[np.datetime64]:
        return next(f.dates for f in self.s.flows if f.row.startswith(f"{n}.interest."))

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
        start, loan = s.calendar[f"{name}.start"], g.loan
        last = (
            s.calendar[f"{name}.until"]
            if loan is None
            else max(s.calendar[f"{name}.until"], s.calendar[f"{loan}.final"])
        )
        days = [add_months(start, 12 * year) for year in range((index(last) - index(start)) // 12 + 1)]
        at = [s.grid.at(day) for day in days]
        threshold = self.month(f"{n}.threshold")[at]
        debt = self.month(f"{slug(loan)}.balance")[at] if loan else np.zeros(len(at))
        return GuaranteeYears(np.array(days, "datetime64[D]"), threshold, debt, np.maximum(0, debt - threshold))

    def _lease(self, name: str) -> LeaseBook:
        lease, calendar = self.s.deal.leases[name], self.s.calendar
        start, end = calendar[f"{name}.start"], calendar[f"{name}.end"]
        first = calendar.of(lease.end) if lease.end is not None else add_months(start, round(12 * (lease.term or 0.0)))
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
        first = s.grid.at(s.calendar[f"{name}.start"]) + (1 if lease.timing == "arrears" else 0)
        last = s.grid.at(s.calendar[f"{name}.end"]) - (0 if lease.timing == "arrears" else 1)
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

    def _metrics(self, result: FinanceResult) -> dict[str, Metric]:
        s, rows = self.s, self.rows
        metrics: dict[str, Metric] = {}
        ratios = np.concatenate([c.dscr for c in result.cover.values()] or [np.array([])])
        none = "" if len(ratios) else "there is no debt service"
        metrics["dscr_min"] = Metric(float(ratios.min()) if len(ratios) else None, "1", none)
        metrics["dscr_avg"] = Metric(float(ratios.mean()) if len(ratios) else None, "1", none)
        life = [cover for cover in map(self.llcr, result.cover) if cover is not None]
        metrics["llcr"] = Metric(min(life, default=None), "1", "" if life else "there is no debt to cover")
        balances = np.sum([loan.balance for loan in result.loans.values()] or [np.zeros(1)], axis=0)
        metrics["debt_peak"] = Metric(float(balances.max()), "USD")
        for what, label in (
            ("rent_year1", "rent_year1"),
            ("rent_total", "rent_total"),
            ("commitment", "rent_committed"),
        ):
            metrics[label] = Metric(float(sum(rows[f"{slug(name)}.{what}"] for name in s.deal.leases)), "USD")
        metrics["capitalised_interest"] = Metric(
            float(sum(rows[f"{slug(n)}.capitalised"] for n in s.deal.loans)), "USD"
        )
        for name in s.deal.loans:
            wal, key = float(rows[f"{slug(name)}.wal"]), slug(name)
            paid = np.isfinite(wal)
            metrics[f"wal.{key}"] = Metric(wal if paid else None, "year", "" if paid else "no principal is repaid")
            metrics[f"unpaid.{key}"] = Metric(float(rows[f"{key}.unpaid"]), "USD")
        for name in s.deal.exposures:
            metrics[f"exposure.{slug(name)}"] = Metric(float(rows[f"exposures.{slug(name)}.maximum"]), "USD")
        for name, guarantee in s.deal.guarantees.items():
            if guarantee.loan is not None:
                metrics[f"uncovered.{slug(name)}"] = Metric(float(rows[f"{slug(name)}.tail"]), "USD")
        for name, quote in result.quotes.items():
            n, bare = slug(name), "" if quote.spread is not None else "the quote has no benchmark"
            metrics[f"price.{n}"] = Metric(quote.price, "fraction")
            metrics[f"yield.{n}"] = Metric(quote.yield_to_maturity, "fraction")
            metrics[f"spread.{n}"] = Metric(quote.spread, "fraction", bare)
            metrics[f"duration.{n}"] = Metric(quote.duration, "year")
        for row in rows:
            if row.endswith(".tax.total"):
                metrics[f"tax.{row.partition('.')[0]}"] = Metric(float(rows[row]), "USD")
        for party in result.parties:
            if party not in s.vehicles and party != OUTSIDE:
                metrics.update(self._returns(result, party))
        return metrics

    def _returns(self, result: FinanceResult, party: str) -> dict[str, Metric]:
        """Returns before tax on all that a party pays and receives, on its capital alone, and after tax."""
        before = {flow.kind for flow in self.s.flows} - set(tax.KINDS)
        dates, amounts = result.cashflows(party, before)
        found, name = irr(dates, amounts), slug(party)
        capital = irr(*result.cashflows(party, kinds=("contribution", "contribution in kind", "distribution")))
        paid, got = float(-amounts[amounts < 0].sum()), float(amounts[amounts > 0].sum())
        owner = {f"irr_owner.{name}": Metric(capital.rate, "1/year", capital.reason)} if capital.sign_changes else {}
        if f"{name}.tax.total" in self.rows:
            after = irr(*result.cashflows(party))
            owner[f"irr_after_tax.{name}"] = Metric(after.rate, "1/year", after.reason)
        return owner | {
            f"irr.{name}": Metric(found.rate, "1/year", found.reason),
            f"sign_changes.{name}": Metric(float(found.sign_changes), "1"),
            f"moic.{name}": Metric(got / paid if paid else None, "1", "" if paid else "nothing is paid in"),
        }

    def llcr(self, vehicle: str) -> float | None:
        """Value of a vehicle's cash until the last payment over its debt as repayment begins; None without debt.

        Cash counts on the payment date after it; the rate is the one at which the debt is worth what is owed, so that a
        cover that is the same on every date is the loan life's cover too.
        """
        names = [name for name, x in self.s.deal.loans.items() if x.borrower == vehicle]
        plan = np.sum([self.month(f"{slug(n)}.planned_payment") * self.s.loans[n].repay for n in names], axis=0)
        at = np.flatnonzero(np.any([self.s.loans[n].repay > 0 for n in names], axis=0))
        owed = float(sum(self.month(f"{slug(n)}.planned")[at[0] - 1] for n in names)) if len(at) else 0.0
        if not owed > 1.0:  # less is a crumb of rounding
            return None
        days = self.s.grid.months[at[0] - 1 :].astype("datetime64[D]")  # equal periods need no exact days
        rate = irr(days, np.concatenate([[-owed], plan[at[0] :]])).rate
        if rate is None:
            return None
        paid = np.any([self.s.loans[n].pay > 0 for n in names], axis=0)
        before = np.flatnonzero(paid[: at[0]])[-1:]
        cash = np.cumsum(self.month(f"{slug(vehicle)}.cfads"))
        by_date = np.diff(cash[np.concatenate([before if len(before) else [at[0] - 1], at])])
        years = (self.s.grid.months[at].astype("datetime64[D]") - days[0]).astype(float) / 365
        return float(np.sum(by_date * (1 + rate) ** -years) / owed)
