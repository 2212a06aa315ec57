"""Who is paid out of what the campus sells for and what the guarantee pays.

The landlord's cash pays its own loans, by rank, and then its owners by their shares; an owner that is a vehicle pays
its loans out of its part, and its own owners the rest. That is one reading, *by share*. In the other, *lenders first*,
an owner whose part does not pay its lenders is topped up by those of its fellow owners whose parts leave something
over, in proportion to that, as far as it goes: nobody gains from an order that is not needed. Cash and reserves that
vehicles hold besides are left out, and so are promotes, and whatever else stands behind their loans.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from gigacampus.campus.spec.deal import Deal
from gigacampus.engines.renewal.result import Losses

Floats = NDArray[np.float64]


class Structure:
    """A landlord, those behind it, and what they owe.

    Parameters
    ----------
    deal : Deal
    landlord, beneficiary : str
        Who sells the campus, and whom the guarantee pays.
    holders : mapping of loan to mapping of holder to share
    """

    def __init__(self, deal: Deal, landlord: str, beneficiary: str, holders: Mapping[str, Mapping[str, float]]) -> None:
        self.deal, self.landlord, self.beneficiary, self.holders = deal, landlord, beneficiary, holders
        self.order: list[str] = []
        for name in dict.fromkeys([beneficiary, landlord]):
            self._visit(name)
        self.order.reverse()
        self.loans = [name for name, loan in deal.loans.items() if loan.borrower in self.order]

    def _visit(self, name: str) -> None:
        """Add an entity in front of its owners; the list is built from its end."""
        if name not in self.order:
            for owner in self._owners(name):
                self._visit(owner)
            self.order.append(name)

    def _owners(self, name: str) -> dict[str, float]:
        return self.deal.entities[name].owners if name in self.deal.entities else {}

    def share(self, party: str, entity: str) -> float:
        """What part of an entity a party owns, through others too [1]; of itself, all.

        Notes
        -----
        The sum over its owners of their shares times what the party owns of them.
        """
        if party == entity:
            return 1.0
        return sum(part * self.share(party, owner) for owner, part in self._owners(entity).items())

    def owed(self, entity: str, balances: Mapping[str, Floats]) -> Floats:
        """What an entity and those behind it owe [USD]."""
        own = [balances[name] for name in self.loans if self.deal.loans[name].borrower == entity]
        return np.asarray(sum([*own, *(self.owed(owner, balances) for owner in self._owners(entity))], 0.0))

    def pay(self, value: Floats, guarantee: Floats, balances: Mapping[str, Floats], lenders_first: bool) -> Paid:
        """Pay out sale proceeds and guarantee [USD], any shape."""
        cash = {name: np.zeros_like(value) for name in self.order}
        cash[self.landlord] = cash[self.landlord] + value
        to = self.landlord if lenders_first else self.beneficiary
        cash[to] = cash[to] + guarantee
        paid = Paid()
        for name in self.order:
            left = self._lenders(name, cash[name], balances, paid)
            owners = self._owners(name)
            if not owners:
                _add(paid.owners, name, left)
            parts = {owner: share * left for owner, share in owners.items()}
            if owners and lenders_first:
                parts = _topped_up(parts, {owner: self.owed(owner, balances) for owner in owners})
            for owner, part in parts.items():
                cash[owner] = cash[owner] + part
        return paid

    def _lenders(self, entity: str, cash: Floats, balances: Mapping[str, Floats], paid: Paid) -> Floats:
        """Pay an entity's loans by rank, equal ranks by what they owe; what is left."""
        own = [name for name in self.loans if self.deal.loans[name].borrower == entity]
        for rank in sorted({self.deal.loans[name].rank for name in own}):
            same = [name for name in own if self.deal.loans[name].rank == rank]
            due = np.sum([balances[name] for name in same], axis=0)
            whole = np.minimum(cash, due)
            part = np.divide(whole, due, out=np.zeros_like(whole), where=due > 0)
            for name in same:
                for holder, share in self.holders[name].items():
                    _add(paid.lenders, holder, share * part * balances[name])
            cash = cash - whole
        return cash

    def losses(self, value: Floats, normal: Floats, guarantee: Floats, balances: Mapping[str, Floats],
               lenders_first: bool) -> Losses:  # fmt: skip
        """What each party loses against a normal market [USD], any shape."""
        paid = self.pay(value, guarantee, balances, lenders_first)
        then = self.pay(normal, np.zeros_like(guarantee), balances, lenders_first)
        owed: dict[str, Floats] = {}
        for name in self.loans:
            for holder, share in self.holders[name].items():
                _add(owed, holder, share * balances[name])
        lenders = {holder: amount - paid.lenders[holder] for holder, amount in owed.items()}
        owners = {owner: then.owners[owner] - amount for owner, amount in paid.owners.items()}
        return Losses(lenders, owners, guarantee, normal - value - guarantee)


@dataclass(frozen=True)
class Paid:
    """What lenders and owners are paid, by name [USD]."""

    lenders: dict[str, Floats] = field(default_factory=dict)
    owners: dict[str, Floats] = field(default_factory=dict)


def _add(to: dict[str, Floats], name: str, amount: Floats) -> None:
    to[name] = to[name] + amount if name in to else amount


def _topped_up(parts: dict[str, Floats], owed: dict[str, Floats]) -> dict[str, Floats]:
    """Owners' parts, with what some lack for their lenders taken from what others have over."""
    lack = {owner: np.maximum(0, owed[owner] - part) for owner, part in parts.items()}
    over = {owner: np.maximum(0, part - owed[owner]) for owner, part in parts.items()}
    lacking, spare = (np.asarray(sum(side.values())) for side in (lack, over))
    moved = np.minimum(lacking, spare)
    given = np.divide(moved, spare, out=np.zeros_like(moved), where=spare > 0)
    taken = np.divide(moved, lacking, out=np.zeros_like(moved), where=lacking > 0)
    return {owner: part + taken * lack[owner] - given * over[owner] for owner, part in parts.items()}
