"""What the accounts say: tests leg by leg, with their arithmetic and evidence, and balance sheets."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from gigacampus.campus.spec.deal.accounting import Judgment
from gigacampus.engines.accounting.statement import Days

Floats = NDArray[np.float64]
State = Literal["met", "not met", "judgment"]


@dataclass(frozen=True)
class Leg:
    """One leg of a test. Where it is met, it points onto the balance sheet.

    Attributes
    ----------
    paragraphs : str
        Where the leg stands in the standards.
    state : met, not met or judgment
        Judgment where a question is open on which the answer depends.
    value, threshold : float or None
        The figure and what it is held against, in `unit`; a question has neither.
    formula, terms : str and mapping of name to amount
        The arithmetic: terms stand in braces in the formula, in USD, or years for ``years`` and ``life``. Without a
        formula they are amounts that the leg is about.
    others : mapping of reading to figure
        The same figure under another reading of the facts.
    needs : mapping of what to amount
        What would have to hold for the leg not to be met.
    pro, contra, undecided : tuple of str
        Evidence for and against it, and what is open: reasons as the spec gives them.
    """

    paragraphs: str
    state: State
    value: float | None = None
    threshold: float | None = None
    unit: str = "fraction"
    formula: str = ""
    terms: Mapping[str, float] = field(default_factory=dict)
    others: Mapping[str, float] = field(default_factory=dict)
    needs: Mapping[str, float] = field(default_factory=dict)
    pro: tuple[str, ...] = ()
    contra: tuple[str, ...] = ()
    undecided: tuple[str, ...] = ()


Legs = dict[str, Leg]


def asked(paragraphs: str, judgment: Judgment | None, met_by: Literal["yes", "no"] = "yes", **more: object) -> Leg:
    """A leg that is a question, met where the judgment says `met_by`; without a judgment it is open."""
    said = judgment.says if judgment is not None else "open"
    why = (judgment.why,) if judgment is not None else ()
    if said == "open":
        return Leg(paragraphs, "judgment", undecided=why, **more)  # type: ignore[arg-type]
    if said == met_by:
        return Leg(paragraphs, "met", pro=why, **more)  # type: ignore[arg-type]
    return Leg(paragraphs, "not met", contra=why, **more)  # type: ignore[arg-type]


def any_of(states: Iterable[State]) -> State:
    """State of a test of which one leg suffices: judgment where an open leg could turn it.

    >>> any_of(["not met", "judgment"]), any_of(["judgment", "met"])
    ('judgment', 'met')
    """
    found = set(states)
    return "met" if "met" in found else "judgment" if "judgment" in found else "not met"


def all_of(states: Iterable[State]) -> State:
    """State of a test of which every leg is needed."""
    found = set(states)
    return "not met" if "not met" in found else "judgment" if "judgment" in found else "met"


@dataclass(frozen=True)
class Horizon:
    """A lease over one term from its start: `years`, value of its `rents` and of what is `guaranteed` at its end, the
    `threshold` of the guarantee then, and the `liability` as it starts (value of what is left to pay, on the days of
    payment, with what is probable under the guarantee). All but the years in [USD]."""

    years: float
    rents: float
    guaranteed: float
    threshold: float
    liability: float


@dataclass(frozen=True)
class LeaseTest:
    """A lease: legs of its classification (``transfer``, ``purchase``, ``term``, ``value``, ``specialised``), under
    IFRS 16 (``ifrs_term``, ``ifrs_value``), of sale and leaseback (``building`` and, where the tenant sold what it
    rents, ``sale``, ``leaseback``, ``repurchase``); the term that is certain, and that with every option taken up."""

    tenant: str
    landlord: str
    legs: Legs
    certain: Horizon
    whole: Horizon
    fair_value: float


@dataclass(frozen=True)
class Interest:
    """What a party has in a vehicle: its `kind`, the `amount` at stake [USD], whether it varies with what the vehicle's
    assets are worth, and the paragraphs that say so."""

    party: str
    kind: Literal["equity", "guarantee", "loan", "lease"]
    amount: float
    variable: bool
    paragraphs: str


@dataclass(frozen=True)
class VehicleTest:
    """A vehicle: interests in it; legs of whether it is a variable interest entity (``equity``, ``direction``,
    ``protection``, ``votes``); activities with who decides and their effect; who bears the loss if all that was built
    became worthless, as shares of it; and by party the legs of control (``power``,
    ``economics``, ``disproportion``, ``link``)."""

    interests: tuple[Interest, ...]
    entity: Legs
    activities: tuple[tuple[str, tuple[str, ...], float], ...]
    loss: float
    losses: dict[str, float]
    parties: dict[str, Legs]


@dataclass(frozen=True)
class Exposure:
    """Maximum exposure to loss of a party and its parts: guarantees given, rent committed, carrying value, capital
    still to be paid in [USD]."""

    party: str
    guarantees: float
    rent: float
    carrying: float
    unfunded: float
    maximum: float


@dataclass(frozen=True)
class Sheet:
    """A balance sheet at each year's end, Y of them: lines by name, each of shape (Y,) [USD]."""

    assets: dict[str, Floats]
    liabilities: dict[str, Floats]
    equity: dict[str, Floats]

    @property
    def debt(self) -> Floats:
        """Loans, and liabilities of leases, shape (Y,) [USD]."""
        none = np.zeros_like(next(iter(self.equity.values())))
        return none + sum(self.liabilities.get(line, none) for line in ("loans", "lease liabilities"))

    @property
    def size(self) -> float:
        """Largest line of it, at any date [USD]."""
        lines = [*self.assets.values(), *self.liabilities.values(), *self.equity.values()]
        return max(float(np.abs(line).max(initial=0.0)) for line in lines)

    @property
    def gap(self) -> float:
        """Largest difference between assets and what stands against them [USD]."""
        total = sum(self.assets.values()) - sum(self.liabilities.values()) - sum(self.equity.values())
        return float(np.abs(total).max(initial=0.0))


@dataclass(frozen=True)
class Accounts:
    """A deal's accounts.

    Attributes
    ----------
    dates : array of datetime64[M], shape (Y,)
        Months at whose end the balance sheets stand: each December, and the last month of the statement.
    leases, vehicles, exposures : by name
    sheets : dict of dict of Sheet
        By basis (``operating`` and ``finance``: how tenants' leases are classified; the latter is IFRS 16 too), by
        party, owners holding vehicles by the equity method.
    income : dict of dict of dict of array, shape (Y,) [USD]
        By basis, by party, its income statement by line: what it earns in the year up to each date, costs negative.
    consolidated : dict of dict of Sheet
        By vehicle, by party that would consolidate it, with all else that the two together own more than half of;
        leases as operating ones.
    groups : dict of dict of tuple of str
        Who is then in the group.
    residuals : dict of float
        Largest relative gap of each law of the books.
    """

    dates: Days
    leases: dict[str, LeaseTest]
    vehicles: dict[str, VehicleTest]
    exposures: dict[str, Exposure]
    sheets: dict[str, dict[str, Sheet]]
    income: dict[str, dict[str, dict[str, Floats]]]
    consolidated: dict[str, dict[str, Sheet]]
    groups: dict[str, dict[str, tuple[str, ...]]]
    residuals: dict[str, float]

    @property
    def own_sheets(self) -> dict[str, Sheet]:
        """By party, nothing consolidated, leases as operating ones."""
        return self.sheets["operating"]

    @property
    def residual(self) -> float:
        """Largest relative gap of any law of the books."""
        return float(np.max([0.0, *self.residuals.values()]))
