"""What a loan pays once some of its supports are not there: the statement again, with other inputs, path by path.

A tenant that takes up no option, or fails, pays rent until its time ends. On the next day on which the loan is repaid
everything that its borrower owes falls due. The asset is sold, or let again after a void; the guarantee pays what its
threshold exceeds the market's value by. Either goes to the lenders first, or by the owner's share of the landlord. All
cash that comes later goes to what is still owed: a tenant that fails early may leave them better off than one that
leaves later, where the market pays enough. A reserve that is not there was raised, and its money is gone.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from itertools import chain, combinations

import numpy as np

from gigacampus.campus.spec.deal import MONTHS, Lease, Rating, slug
from gigacampus.engines.finance.credit.result import Support
from gigacampus.engines.finance.statement import Floats, Statement


@dataclass(frozen=True)
class Path:
    """Inputs of one path: the month in which the tenant's time ends (None if it stays), the rent of letting again over
    the lease's own, what comes from sale and guarantee, and whether the reserve and the cure are there."""

    ends: int | None = None
    rent: float = 0.0
    proceeds: float = 0.0
    reserve: bool = True
    cure: bool = True


@dataclass(frozen=True)
class Setting:
    """A statement whose numbers are all known, evaluated as agreed; what is looked at; the end of the first term."""

    s: Statement
    base: dict[str, Floats]
    rating: Rating
    first_end: date

    @property
    def moved(self) -> list[str]:
        """Transfers, as rows are called: proceeds to the borrower, and a reserve's money that is gone."""
        return [slug(name) for name in self.s.deal.transfers][-2:]

    @property
    def n(self) -> str:
        """The loan as rows are called."""
        return slug(self.rating.loan)

    def agreed(self, what: str) -> Floats:
        """A row of the loan as agreed, shape (M,)."""
        return np.broadcast_to(self.base[f"{self.n}.{what}"], self.s.months.count)

    @property
    def lease(self) -> Lease:
        return self.s.deal.leases[self.rating.lease]

    @property
    def borrower(self) -> str:
        return self.s.deal.loans[self.rating.loan].borrower

    @property
    def loans(self) -> list[str]:
        """The borrower's loans."""
        return [name for name, loan in self.s.deal.loans.items() if loan.borrower == self.borrower]

    def ends(self, kind: str) -> int:
        """Month in which the tenant's time ends without the lease's rent, or without its options."""
        if kind == "options":
            return self.s.months.at(self.first_end)
        return self.s.months.at(self.s.calendar.of(self.rating.pays_until or f"{self.rating.lease}.start"))

    def due(self, ends: int | None) -> int | None:
        """Month in which everything falls due: the next repayment from there on; None if there is none."""
        repays = np.flatnonzero(self.s.loans[self.rating.loan].repay > 0)
        later = repays[repays >= ends] if ends is not None else repays[:0]
        return int(later[0]) if len(later) else None

    def day(self, kind: str) -> date | None:
        """Day of that month on which the loan is paid."""
        due = self.due(self.ends(kind))
        return None if due is None else self.s.loans[self.rating.loan].dates[due]

    @property
    def guarantees(self) -> list[str]:
        """Guarantees of the loan, or to its borrower or the landlord."""
        parties = (self.borrower, self.lease.landlord)
        found = self.s.deal.guarantees.items()
        return [name for name, g in found if self.rating.loan in g.behind or g.beneficiary in parties]

    def guaranteed(self, month: int, value: float) -> float:
        """What the guarantees pay in a month if the asset is worth so much [USD]."""
        threshold, most = (
            float(sum(self.base[f"{slug(name)}.{row}"][month] for name in self.guarantees))
            for row in ("threshold", "maximum")
        )
        return min(most, max(0.0, threshold - value))

    def share(self, owned: str) -> float:
        """What the borrower has of an entity, through others too [fraction]."""
        if owned == self.borrower:
            return 1.0
        owners = self.s.owners(owned) if owned in self.s.vehicles else {}
        return sum(part * self.share(owner) for owner, part in owners.items())


def supports(of: Setting) -> tuple[Support, ...]:
    """What stands behind the loan."""
    s, lease, loan = of.s, of.rating.lease, of.rating.loan
    found = [Support("lease", lease, of.lease.tenant, float(of.base[f"{slug(lease)}.commitment"]))]
    later = float(of.base[f"{slug(lease)}.rent_total"]) - found[0].amount
    if of.lease.taken:
        found.append(Support("options", lease, of.lease.tenant, later))
    due = of.due(of.ends("options" if of.lease.taken else "lease"))
    for name in of.guarantees:
        amount = 0.0 if due is None else float(of.base[f"{slug(name)}.maximum"][due])
        found.append(Support("guarantee", name, s.deal.guarantees[name].guarantor, amount))
    if s.deal.loans[loan].dsra:
        found.append(Support("reserve", loan, of.borrower, float(of.base[f"{of.n}.reserve_target"])))
    promises = s.deal.entities[of.borrower].covenants
    if promises is not None and promises.cure > 0:
        found += [Support("cure", of.borrower, owner, promises.cure * part)
                  for owner, part in s.owners(of.borrower).items()]  # fmt: skip
    for name, cost in s.deal.construction.items():
        if cost.beyond is not None and cost.overrun > cost.contingency:
            found.append(Support("overrun cover", name, cost.beyond, float(of.base[f"{slug(name)}.beyond"].sum())))
    return tuple(found)


def combinations_of(kinds: list[str]) -> list[frozenset[str]]:
    """Every set of kinds, the empty one first.

    >>> [sorted(one) for one in combinations_of(["a", "b"])]
    [[], ['a'], ['b'], ['a', 'b']]
    """
    return [frozenset(one) for one in chain.from_iterable(combinations(kinds, k) for k in range(len(kinds) + 1))]


def path_of(of: Setting, removed: frozenset[str], market: str, after: str, paid: str) -> tuple[Path, float]:
    """The path of a case, and what the guarantee pays in it [USD]."""
    accounts = ("reserve" not in removed, "cure" not in removed)
    ends = min((of.ends(kind) for kind in ("lease", "options") if kind in removed), default=None)
    due = of.due(ends)
    if due is None:
        return Path(None, 0.0, 0.0, *accounts), 0.0
    there = of.rating.markets[market]
    guaranteed = 0.0 if "guarantee" in removed else of.guaranteed(due, there.value)
    share = 1.0 if paid == "lenders first" else of.share(of.lease.landlord)
    proceeds = share * (guaranteed + (there.value if after == "sold" else 0.0))
    return Path(ends, there.rent if after == "let again" else 0.0, proceeds, *accounts), guaranteed


def rents(of: Setting, ends: int | None, rent: float) -> Floats:
    """Part of a year's rent of the lease that is paid in each month, shape (M,)."""
    fraction = of.s.graph.inputs[f"{slug(of.rating.lease)}.fraction"]
    if ends is None:
        return fraction
    step = MONTHS[of.lease.every]
    begin = np.arange(of.s.months.count) - (step if of.lease.timing == "arrears" else 0)  # of the time that it is for
    before, after = np.clip((ends - begin) / step, 0, 1), np.clip((begin + step - ends - of.rating.void) / step, 0, 1)
    return fraction * (before + rent * after)


def inputs(of: Setting, paths: list[Path]) -> dict[str, Floats]:
    """Inputs of the statement for some paths, each of shape (P, M) or (P, 1), and what was solved for."""
    base, due = of.base, [of.due(path.ends) for path in paths]
    month = np.arange(of.s.months.count)
    proceeds, spent = of.moved
    given = {name: base[name] for name, row in of.s.graph.rows.items() if row.solved}
    given |= {
        f"{slug(of.rating.lease)}.fraction": np.array([rents(of, path.ends, path.rent) for path in paths]),
        f"transfers.{proceeds}.amount": column([path.proceeds for path in paths]),
        f"{proceeds}.flag": np.array([month == at for at in due], float),
    }
    for name in of.loans:
        given.update(_fallen_due(of, slug(name), due))
    target = f"{of.n}.reserve_target"
    if target in base:  # what was raised for it is gone
        given[target] = column([path.reserve * float(base[target]) for path in paths])
        given[f"transfers.{spent}.amount"] = float(base[target]) - given[target]
        given[f"{spent}.flag"] = base[f"{of.n}.reserve_flag"]
    cure = f"entities.{slug(of.borrower)}.covenants.cure"
    if cure in base:
        given[cure] = column([path.cure * float(base[cure]) for path in paths])
    return given


def column(values: list[float]) -> Floats:
    """One value a path, shape (P, 1)."""
    return np.array(values, dtype=float)[:, None]


def _fallen_due(of: Setting, n: str, due: list[int | None]) -> dict[str, Floats]:
    """A loan's calendar on each path, once everything falls due in a month."""
    calendar = ("pay", "repay", "open", "carry", "late", "final", "reserve_live")
    now = {what: of.s.graph.inputs[f"{n}.{what}"] for what in calendar if f"{n}.{what}" in of.s.graph.inputs}
    paths = [now if at is None else _cut(now, at) for at in due]
    return {f"{n}.{what}": np.array([path[what] for path in paths]) for what in now}


def _cut(now: dict[str, Floats], at: int) -> dict[str, Floats]:
    """A loan's calendar with its last payment in a month; what is left then is due on each later date."""
    month = np.arange(len(now["pay"]))
    if at >= np.flatnonzero(now["final"])[0]:
        return now
    then, before = (month == at).astype(float), (month < at).astype(float)
    pay = np.maximum(now["pay"], then)
    carry = 1 - np.concatenate([[0.0], pay[:-1]])
    cut = {what: now[what] * before for what in now}
    return cut | {"pay": pay, "repay": cut["repay"] + then, "carry": carry, "late": pay * (month > at), "final": then}
