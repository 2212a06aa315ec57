"""What a deal, its statement and its outlook say about the ends of the lease's terms."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from gigacampus.campus.spec.deal import Deal, Outlook, slug
from gigacampus.days import add_months, year_fraction
from gigacampus.engines.renewal.market import Normal, periods
from gigacampus.engines.renewal.proceeds import Structure
from gigacampus.engines.renewal.statement import Statement

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Terms:
    """A deal whose tenant may leave at the end of each term, and its statement."""

    deal: Deal
    outlook: Outlook
    result: Statement

    @cached_property
    def term_ends(self) -> Floats:
        """Ends of the terms, shape (E,) [years] from the lease's start."""
        lease, book = self.deal.leases[self.outlook.lease], self.result.leases[self.outlook.lease]
        term = lease.term if lease.term is not None else year_fraction(book.start, book.first_end, "30/360")
        return np.cumsum([term, *lease.options])

    @cached_property
    def years(self) -> Floats:
        """Anniversaries of the lease's start, and the ends of its terms, shape (T,) [years]."""
        return np.unique(np.round([*np.arange(self.term_ends[-1] + 1e-9), *self.term_ends], 9))

    @cached_property
    def ends(self) -> NDArray[np.int64]:
        """Positions in `years` of the ends of the terms, shape (E,)."""
        return np.searchsorted(self.years, self.term_ends - 1e-6)

    @cached_property
    def dates(self) -> NDArray[np.datetime64]:
        """Days of `years`, shape (T,)."""
        start = self.result.leases[self.outlook.lease].start
        return np.array([add_months(start, round(12 * year)) for year in self.years], "datetime64[D]")

    def at(self, row: str) -> Floats:
        """A row of the statement in the months of `years`, the last one after its end, shape (T,)."""
        months = self.result.months
        place = np.searchsorted(months, self.dates.astype("datetime64[M]"))
        return self.result.row(row)[np.minimum(place, len(months) - 1)]

    @cached_property
    def threshold(self) -> Floats:
        """Guaranteed amount, shape (T,) [USD]."""
        return self._guarantee("threshold")

    @cached_property
    def maximum(self) -> Floats:
        """Most that the guarantee pays, shape (T,) [USD]."""
        return self._guarantee("maximum")

    def _guarantee(self, row: str) -> Floats:
        name = self.outlook.guarantee
        return np.zeros(len(self.years)) if name is None else self.at(f"{slug(name)}.{row}")

    def shortfall(self, at: NDArray[np.int64], value: Floats) -> Floats:
        """What the guarantee pays at positions in `years` for a value at each, shape of `value` [USD]."""
        threshold, most = (x[at].reshape(-1, *(1,) * (value.ndim - 1)) for x in (self.threshold, self.maximum))
        return np.minimum(most, np.maximum(0, threshold - value))

    @cached_property
    def structure(self) -> Structure:
        """Landlord, those behind it, and what they owe."""
        landlord, name = self.deal.leases[self.outlook.lease].landlord, self.outlook.guarantee
        beneficiary = landlord if name is None else self.deal.guarantees[name].beneficiary
        holders = {loan: found.holders for loan, found in self.result.loans.items()}
        return Structure(self.deal, landlord, beneficiary, holders)

    @cached_property
    def balances(self) -> dict[str, Floats]:
        """What each loan behind the campus still owes, shape (T,) [USD]."""
        return {name: self.result.loans[name].owed(self.dates) for name in self.structure.loans}

    @property
    def debt(self) -> Floats:
        """What all of them owe, shape (T,) [USD]."""
        return np.asarray(sum(self.balances.values(), np.zeros(len(self.years))))

    def normal(self, growth: float | None = None) -> Normal:
        """The campus in a normal market, with a growth of its own or the outlook's."""
        o = self.outlook
        growth = o.growth if growth is None else growth
        return Normal(float(self.result.rows[f"{slug(o.lease)}.base"]), growth, o.discount, o.life, o.void)

    @property
    def guarantor(self) -> str:
        """Who pays the guarantee; empty where there is none."""
        return "" if self.outlook.guarantee is None else self.deal.guarantees[self.outlook.guarantee].guarantor

    def worth(self, years: Floats, index: Floats, mean_reversion: float) -> tuple[Floats, Floats]:
        """Value of the campus, and shortfall of the guarantee, at times and for an index each, shape (T,) [USD]."""
        normal = self.normal()
        value = np.array([normal.value(t, h, mean_reversion) for t, h in zip(years, index, strict=True)])
        return value, self.shortfall(np.searchsorted(self.years, years - 1e-6), value)

    def leave(self, shortfall: Floats) -> Floats:
        """Cost of leaving at each end of a term, from the shortfalls there, shape (E, ...) [USD]."""
        cost = self.borne * shortfall + self.outlook.moving_cost
        cost[-1] -= self.outlook.moving_cost
        return cost

    def discount(self, i: int) -> float:
        """The tenant's discount factor over the term after an end of a term [1]."""
        return float((1 + self.outlook.tenant_discount) ** (self.term_ends[i] - self.term_ends[i + 1]))

    @cached_property
    def borne(self) -> float:
        """Part of the guarantee that falls on the tenant: all if it, or whoever owns it, is the guarantor [1]."""
        return float(self.structure.share(self.guarantor, self.deal.leases[self.outlook.lease].tenant) > 0)

    @cached_property
    def net(self) -> float:
        """Part of the rent that does not come back to the tenant as an owner of the landlord [1]."""
        return 1 - self.structure.share(self.deal.leases[self.outlook.lease].tenant, self.structure.landlord)

    def contract(self, first: float, last: float) -> tuple[Floats, Floats, Floats]:
        """Ends [years after `first`] and lengths of the years of a term, and the contract's rent in each [USD]."""
        lease = slug(self.outlook.lease)
        base, growth = (float(self.result.rows[row]) for row in (f"{lease}.base", f"leases.{lease}.escalator"))
        edges = np.arange(np.ceil(self.term_ends[-1]) + 1)
        paid = np.concatenate([[0.0], np.cumsum(base * (1 + growth) ** edges[:-1])])
        ends, lengths = periods(0.0, last - first)
        until = np.interp(first + ends, edges, paid)
        return ends, lengths, np.diff(until, prepend=np.interp(first, edges, paid))
