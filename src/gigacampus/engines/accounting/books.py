"""The books: every party's assets, liabilities and equity by month, out of the statement's payments and balances.

Cash, escrow, reserves and loans are those of the statement. Equity is kept apart from them: what owners have paid in
less what they took out, and income so far, so that a balance sheet that balances is a proof and not a definition:

- works are carried at cost, with interest incurred until interest alone ends (835-20), and written off evenly over the
  economic life, from the first lease of the vehicle or, without one, from the last of the works;
- interest is an expense as it accrues, to the last day of each month, and rent evenly over its term (`measure`); fees,
  services and tax are as they are paid;
- an owner carries a vehicle by the equity method (323-10-35): paid in, less taken out, plus its share of income.

A party that is no vehicle shows what the deal does to it alone: its own funds start at zero. All amounts are levels at
each month's end [USD].
"""

from __future__ import annotations

from collections import defaultdict

import numpy as np

from gigacampus.campus.spec.deal import Deal, slug
from gigacampus.campus.spec.deal.accounting import Accounting
from gigacampus.days import year_fraction
from gigacampus.engines.accounting.leases import certain_terms
from gigacampus.engines.accounting.measure import Levels, Rent, into, levels, position
from gigacampus.engines.accounting.owning import above, owners, vehicles
from gigacampus.engines.accounting.result import Floats
from gigacampus.engines.accounting.statement import Flow, Statement

Line = tuple[str, str]
"""What a line is, and whose: the vehicle, loan or lease that it is about, or nothing."""
ASSETS = (
    "own funds", "cash", "escrow", "reserves", "works", "interest capitalised", "investments", "loans held",
    "interest receivable", "rights of use", "rent receivable",
)  # fmt: skip
LIABILITIES = ("loans", "interest payable", "lease liabilities")
SPREAD = "rent spread evenly"
"""Income line: what rent over its term, spread evenly, is beyond the rent that is paid."""


class Books:
    """Lines of every party, with tenants' leases as operating or as finance leases.

    Attributes
    ----------
    lines : dict of dict of array, shape (M,)
        By party, its assets and liabilities.
    capital : dict of array, shape (M,)
        By (owner, vehicle), what the owner has paid in less what it took out.
    income : dict of array, shape (M,)
        By party, income so far.
    earned : dict of dict of array, shape (M,)
        The same by what it is; costs are negative.
    """

    def __init__(self, deal: Deal, spec: Accounting, result: Statement, finance_leases: bool) -> None:
        self.deal, self.spec, self.result, self.finance = deal, spec, result, finance_leases
        self.count = len(result.months)
        self.lines: dict[str, dict[Line, Floats]] = {party: {} for party in result.parties}
        self.income: defaultdict[str, Floats] = defaultdict(self._none)
        self.earned: defaultdict[str, dict[str, Floats]] = defaultdict(dict)
        self.capital: defaultdict[tuple[str, str], Floats] = defaultdict(self._none)
        self.vehicles = vehicles(deal)
        self._funds()
        for flow in result.flows:
            self._payment(flow)
        for name in deal.loans:
            self._loan(name)
        for party in [*self.lines]:
            self._write_off(party)
        for name in spec.leases:
            self._lease(name)
        self._pick_up()

    def _none(self) -> Floats:
        return np.zeros(self.count)

    def _add(self, party: str, what: str, whose: str, level: Floats) -> None:
        lines = self.lines[party]
        lines[what, whose] = lines.get((what, whose), self._none()) + level

    def _earn(self, party: str, what: str, level: Floats) -> None:
        self.income[party] = self.income[party] + level
        self.earned[party][what] = self.earned[party].get(what, self._none()) + level

    def _funds(self) -> None:
        """Cash of vehicles as the statement has it; what any other party has received less what it has paid."""
        for party, net in self.result.parties.items():
            if party in self.vehicles:
                self._add(party, "cash", "", self.result.row(f"{slug(party)}.cash"))
            else:
                self._add(party, "own funds", "", np.cumsum(net))

    def _payment(self, flow: Flow) -> None:
        paid = np.cumsum(self.result.row(flow.row))
        if flow.received in ("capital", "owners"):
            self.capital[flow.payer, flow.payee] += paid
        elif flow.kind.startswith("distribution") and flow.paid in ("owners", "use"):
            self.capital[flow.payee, flow.payer] -= paid
        elif flow.paid == "lent" or (flow.paid == "service" and flow.kind in ("interest", "principal")):
            return  # balances and interest are taken from the loan
        else:
            self._earn(flow.payee, flow.kind, paid)
            if flow.kind == "construction" and flow.paid == "use":
                self._add(flow.payer, "works", "", paid)
            else:
                self._earn(flow.payer, flow.kind, -paid)

    def _loan(self, name: str) -> None:
        """Balance, accrued interest and interest so far, of the borrower and, by what each holds, of the lenders."""
        n, borrower, row = slug(name), self.deal.loans[name].borrower, self.result.row
        unpaid = (row(f"{n}.accrued") + row(f"{n}.accrued_building")) * (1 - row(f"{n}.pay"))
        settled = np.cumsum(row(f"{n}.interest") + row(f"{n}.added") + row(f"{n}.arrears"))
        by_day = unpaid + settled
        building_by_day = np.cumsum(np.diff(by_day, prepend=0.0) * row(f"{n}.open"))
        rest = self._rest_of_month(name)
        incurred, while_building = (x + rest * np.diff(x, append=x[-1]) for x in (by_day, building_by_day))
        owed = incurred - settled
        self._add(borrower, "loans", name, row(f"{n}.balance"))
        self._add(borrower, "interest payable", name, owed)
        self._add(borrower, "interest capitalised", "", while_building)
        self._earn(borrower, "interest expense", while_building - incurred)
        for what in ("escrow", "reserve"):
            if f"{n}.{what}" in self.result.rows:
                self._add(borrower, "escrow" if what == "escrow" else "reserves", name, row(f"{n}.{what}"))
        for holder, share in self.result.loans[name].holders.items():
            self._add(holder, "loans held", name, share * row(f"{n}.balance"))
            self._add(holder, "interest receivable", name, share * owed)
            self._earn(holder, "interest earned", share * incurred)

    def _rest_of_month(self, name: str) -> Floats:
        """Days of interest from a loan's day to the month's last, over those to its next day, shape (M,) [1]."""
        days, next_month = self.result.loans[name].dates, self.result.months + 1
        last, count = next_month.astype("datetime64[D]") - 1, self.deal.loans[name].day_count
        spans = zip(days.tolist(), last.tolist(), strict=True)
        years, whole = self._none(), np.append(self.result.row(f"{slug(name)}.tau")[1:], 0.0)
        years[:] = [year_fraction(*span, count) for span in spans]
        rest: Floats = np.divide(years, whole, out=self._none(), where=whole > 0)
        return rest

    def _write_off(self, party: str) -> None:
        """Straight line over the economic life; what is added after its first month, over what is left of it."""
        for what in ("works", "interest capitalised"):
            if (what, "") in self.lines[party]:
                gross = self.lines[party][what, ""]
                age, life = np.arange(1.0, self.count + 1) - self._in_service(party), 12 * self.spec.life
                begun = np.where(age > 1, age, 0.0)
                left = life - begun
                a_month = np.divide(np.diff(gross, prepend=0.0), left, out=self._none(), where=left > 0)
                written = np.cumsum(a_month) * np.clip(age, 0.0, life) - np.cumsum(a_month * begun)
                self._add(party, what, "", -written)
                self._earn(party, "depreciation", -written)

    def _in_service(self, party: str) -> float:
        """When what a party has built begins its life, with the first lease of it or of what it owns: months since the
        statement's first began."""
        below = {v for v in self.vehicles if party in above(self.deal, v)}
        starts = [self.result.leases[k].start for k, lease in self.deal.leases.items() if lease.landlord in below]
        if starts:
            return position(self.result, min(starts)) + into(min(starts))
        spent = np.flatnonzero(np.diff(self.lines[party].get(("works", ""), self._none()), prepend=0.0))
        return float(spent[-1] + 1) if len(spent) else 0.0

    def _lease(self, name: str) -> None:
        lease, accounts = self.deal.leases[name], self.spec.leases[name]
        terms = certain_terms(self.result, name, accounts)
        found: Levels = levels(Rent.of(self.deal, self.result, name), terms, accounts.borrowing_rate, accounts.probable)
        right = found.finance if self.finance else found.operating
        self._add(lease.tenant, "rights of use", name, right)
        self._add(lease.tenant, "lease liabilities", name, found.liability)
        self._add(lease.landlord, "rent receivable", name, found.accrued)
        beyond = "finance lease beyond the rent paid" if self.finance else SPREAD
        self._earn(lease.tenant, beyond, right - found.liability)
        self._earn(lease.landlord, SPREAD, found.accrued)

    def _pick_up(self) -> None:
        """Owners carry what they own, from the bottom up."""
        for vehicle in self.vehicles:
            for owner, share in owners(self.deal, vehicle).items():
                self._earn(owner, f"share of the income of {vehicle}", share * self.income[vehicle])
        for party, vehicle in self.holdings():
            self._add(party, "investments", vehicle, self.stake(party, vehicle))

    def holdings(self) -> list[tuple[str, str]]:
        """Every (owner, vehicle), with those who paid in without a share of it."""
        held = [(owner, vehicle) for vehicle in self.vehicles for owner in owners(self.deal, vehicle)]
        return [*dict.fromkeys([*held, *self.capital])]

    def stake(self, party: str, vehicle: str) -> Floats:
        """What a party's part of a vehicle's equity is, shape (M,) [USD]."""
        share = owners(self.deal, vehicle).get(party, 0.0) if vehicle in self.vehicles else 0.0
        return self.capital.get((party, vehicle), self._none()) + share * self.income[vehicle]
