"""What the outlook says: value and shortfall by year, the tenant's choice, and who loses what."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

READINGS = ("by share", "lenders first")
"""Who is paid first out of sale proceeds and guarantee: owners by their shares, each of whom then pays its lenders; or
all lenders, whichever owner owes them, and the owners what is left."""

STATISTICS = ("mean", "p95", "p99")
"""Of a distribution over paths: its mean, and the values that one path in 20 and one in 100 exceed."""


@dataclass(frozen=True)
class Losses:
    """What each party loses if the tenant leaves, against a normal market on the same day [USD]; a gain is negative.

    Attributes
    ----------
    lenders : dict of arrays
        By holder: owed less paid.
    owners : dict of arrays
        By owner: paid if the campus sold for its value in a normal market, less paid now.
    guarantor : array
        Paid under the guarantee.
    landlord : array
        Short of the normal value after the guarantee; its owners and their lenders bear it, so it adds to no sum.
    """

    lenders: dict[str, Floats]
    owners: dict[str, Floats]
    guarantor: Floats
    landlord: Floats

    @property
    def lent(self) -> Floats:
        """Loss of all lenders [USD]."""
        return np.asarray(sum(self.lenders.values(), 0 * self.guarantor))

    @property
    def total(self) -> Floats:
        """Loss of all parties [USD]."""
        return np.asarray(sum(self.owners.values(), self.lent + self.guarantor))


@dataclass(frozen=True)
class Choice:
    """The tenant's choice at the end of each term, E of them; at the last it has none and leaves.

    `stay` and `leave` (E,) [USD] are the present value of what either costs it, `exit` the term's end (from 0) at which
    it first leaves.
    """

    stay: Floats
    leave: Floats
    exit: int


@dataclass(frozen=True)
class Outcome:
    """A scenario by time, T times, each array (T,): market over normal `index` [1], campus value and guarantee
    `shortfall` [USD] if the tenant left then. Losses by reading, and those without the guarantee."""

    index: Floats
    value: Floats
    shortfall: Floats
    losses: dict[str, Losses]
    losses_unguaranteed: dict[str, Losses]
    choice: Choice


@dataclass(frozen=True)
class PathOutcomes:
    """Outcomes over N paths of the market, S statistics (`STATISTICS`).

    Attributes
    ----------
    count : int
    exits, exits_unguaranteed : array, shape (E,) [1]
        Share of paths on which the tenant leaves at the end of each term; at the last all that are left.
    shortfall : array, shape (S, E) [USD]
        Of the guarantee, if the tenant left at the end of each term whether or not it would.
    shortfall_error : array, shape (E,) [USD]
        Standard error of its mean.
    losses, losses_unguaranteed : dict of Losses
        By reading, each array (S,), when the tenant leaves.
    """

    count: int
    exits: Floats
    exits_unguaranteed: Floats
    shortfall: Floats
    shortfall_error: Floats
    losses: dict[str, Losses]
    losses_unguaranteed: dict[str, Losses]

    @property
    def early(self) -> float:
        """Share of paths on which the tenant leaves before the last term ends [1]."""
        return float(self.exits[:-1].sum())


@dataclass(frozen=True)
class Sweep:
    """Outcomes over K speeds of reversion, `mean_reversion` (K,) [1/year], all else the same: `shortfall` (K, E) [USD]
    by scenario; of the paths, if there are any, `exits` (K, E) [1] and `paths_shortfall` (K, S, E) [USD]."""

    mean_reversion: Floats
    shortfall: dict[str, Floats]
    exits: Floats | None
    paths_shortfall: Floats | None


@dataclass(frozen=True)
class Renewal:
    """Value, guarantee, debt and choice from the lease's start to its last end: T times, E of them ends of a term.

    Attributes
    ----------
    years, dates : array, shape (T,) [years], datetime64[D]
        Anniversaries of the lease's start, and the ends of its terms.
    ends : array of int, shape (E,)
        Positions in `years` at which a term ends.
    guarantor : str
        Who pays the guarantee; empty where there is none.
    threshold, debt, normal : array, shape (T,) [USD]
        Guaranteed amount; debt of the landlord and of those behind it; campus value in a normal market.
    scenarios : dict of Outcome
    paths : PathOutcomes or None
    sweep : Sweep
    """

    years: Floats
    dates: NDArray[np.datetime64]
    ends: NDArray[np.int64]
    guarantor: str
    threshold: Floats
    debt: Floats
    normal: Floats
    scenarios: dict[str, Outcome]
    paths: PathOutcomes | None
    sweep: Sweep

    @property
    def tail(self) -> NDArray[np.int64]:
        """Positions after the guarantee's end at which debt is still owed."""
        covered = np.flatnonzero(self.threshold > 0)
        after = np.arange(len(self.years)) > (covered[-1] if len(covered) else -1)
        return np.flatnonzero(after & (self.debt > 1e-9 * max(float(self.debt.max(initial=0.0)), 1.0)))
