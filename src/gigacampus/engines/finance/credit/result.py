"""What the rating view says: cover and leverage of each loan, what stands behind one, and its worth without that."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

REMOVABLE = ("lease", "options", "guarantee", "reserve", "cure")
"""Kinds of supports that are removed."""


@dataclass(frozen=True)
class Coverage:
    """How a loan is covered, and how large it is; its borrower's loans count together.

    Attributes
    ----------
    minimum, median, average : float or None [1]
        Debt service cover over the dates of repayment; None where nothing is repaid.
    llcr : float or None [1]
        Loan life cover.
    break_even : float or None [fraction]
        Fall of all rents at which the least cover is 1, debt being what it is and reserves left out; negative where it
        is below 1 as it is, None where rent has no part in it.
    gearing : float [1]
        Loans over the borrower's uses of funds.
    debt_to_cash : float or None [1]
        Debt as repayment begins over the cash available for debt service in the 12 months that follow.
    """

    minimum: float | None
    median: float | None
    average: float | None
    llcr: float | None
    break_even: float | None
    gearing: float
    debt_to_cash: float | None


@dataclass(frozen=True)
class Support:
    """Something that stands behind a loan: its kind, the contract it stands in, whose promise it is, and how much.

    `kind` is lease (rent of the first term), options (rent of those taken up later), guarantee (the most that it pays
    when the tenant leaves), reserve, cure (by the owners) or overrun cover; `amount` [USD] is undiscounted.
    """

    kind: str
    name: str
    party: str
    amount: float


@dataclass(frozen=True)
class Case:
    """A loan with some supports removed, in one market.

    Attributes
    ----------
    removed : frozenset of str
        Kinds of supports.
    market : str
    after : "sold" or "let again"
        What becomes of the asset once the tenant pays no more.
    paid : "lenders first" or "by share"
        Who receives sale and guarantee: the lenders, or the landlord, so that they have what its owner's share leaves.
    worth : float [1]
        Value of what the loan pays at its own rate, per 100 drawn.
    recovered : float [fraction]
        Of what is owed after the last payment that was made as agreed, the value then of what is paid on it.
    life : float or None [years]
        Weighted average life of the principal that is repaid, from the loan's start; None where none is.
    guaranteed : float [USD]
        What the guarantee pays.
    """

    removed: frozenset[str]
    market: str
    after: str
    paid: str
    worth: float
    recovered: float
    life: float | None
    guaranteed: float

    @property
    def loss(self) -> float:
        """Loss given default: what is not recovered [fraction]."""
        return 1 - self.recovered


@dataclass(frozen=True)
class Experiment:
    """A loan's supports, and its worth with any of them removed.

    Attributes
    ----------
    loan, tenant : str
    supports : tuple of Support
    leaves, fails : date or None
        Day of payment on which all falls due if the tenant takes up no option, and if it fails; None where that is
        after the loan's last payment.
    market_cover : dict
        By market, least and median cover of the agreed payments once the asset is let again at its rent [1].
    cases : tuple of Case
        Every combination of removed supports, market, and what follows.
    """

    loan: str
    tenant: str
    supports: tuple[Support, ...]
    leaves: date | None
    fails: date | None
    market_cover: dict[str, tuple[float, float]]
    cases: tuple[Case, ...]

    def case(self, removed: Iterable[str], market: str, after: str = "sold", paid: str = "lenders first") -> Case:
        """One case; kinds of support that the loan does not have, or that are never removed, do not count."""
        gone = frozenset(removed) & {support.kind for support in self.supports} & set(REMOVABLE)
        wanted = (gone, market, after, paid)
        return next(c for c in self.cases if (c.removed, c.market, c.after, c.paid) == wanted)

    @property
    def markets(self) -> list[str]:
        """Markets that it was done in."""
        return list(dict.fromkeys(case.market for case in self.cases))

    def of_party(self, party: str) -> frozenset[str]:
        """Kinds of supports that fall together with a party."""
        return frozenset(support.kind for support in self.supports if support.party == party)


@dataclass(frozen=True)
class Supports:
    """Cover and leverage of every loan, and the experiment if the deal asks for one and its loan is drawn."""

    coverage: dict[str, Coverage]
    experiment: Experiment | None
