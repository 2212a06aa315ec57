"""Reliability blocks in closed form: legs in series, k of n in parallel, and failures of a common cause."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from gigacampus.errors import SpecError

Floats = NDArray[np.float64]

Kind = Literal["independent", "common", "restart", "people"]
YEAR = 8760.0
"""Hours of the year by which failure rates are told."""


@dataclass(frozen=True)
class Item:
    """A piece of equipment in a leg: `failures` [1/year], mean `repair` [h].

    A failure that strikes all of its kind is mended in `common_repair` [h]; as long as its own by default.
    """

    name: str
    failures: float
    repair: float
    common_repair: float | None = None

    def __post_init__(self) -> None:
        if not (self.failures >= 0 and self.repair > 0):
            raise SpecError(
                f"{self.name}: {self.failures:g} failures a year and a repair of {self.repair:g} h; the rate must not "
                "be negative and the repair must take time"
            )


@dataclass(frozen=True)
class Block:
    """`units` equal legs, each of `items` in series, of which `needed` carry the full load.

    Where fewer are left, they carry their share of it. A block with `backed` is the grid's side of the gensets.
    """

    name: str
    items: tuple[Item, ...]
    units: int = 1
    needed: int = 1
    backed: bool = False

    def __post_init__(self) -> None:
        if not 1 <= self.needed <= self.units:
            raise SpecError(
                f"{self.name}: {self.needed} of {self.units} units are needed; it takes at least one, and no more than "
                "stand there"
            )


@dataclass(frozen=True)
class Cause:
    """One way in which load is lost, up and down on its own.

    Attributes
    ----------
    block, item : str
        `item` is empty where units fail one by one.
    kind : independent, common, restart or people
        Restart: nothing of the block fails, but the cooling plant is not back in time.
    frequency : float [1/year]
    shares, probability : array, shape (L,)
        Shares of the load that are carried, rising to 1, and how probable each is.
    """

    block: str
    kind: Kind
    frequency: float
    shares: Floats
    probability: Floats
    item: str = ""

    @property
    def short(self) -> float:
        """Probability that not all load is carried."""
        return float(self.probability[self.shares < 1].sum())

    @property
    def lost(self) -> float:
        """Expected share of the load that is not carried."""
        return float(self.probability @ (1 - self.shares))


def unavailability(failures: float, repair: float) -> float:
    """Share of the time in which a repairable item is down: l r / (1 + l r), with l per hour [1]_.

    References
    ----------
    .. [1] Billinton, R. and Allan, R. N. (1992). Reliability Evaluation of Engineering Systems. 2nd ed., Plenum.

    Examples
    --------
    >>> round(1 - unavailability(0.5501, 25), 6)  # a UPS module
    0.998433
    """
    load = failures / YEAR * repair
    return load / (1 + load)


def binomial(count: int, chance: float) -> Floats:
    """Probability that 0, 1, … of `count` are up, each by itself, shape (count + 1,); by logarithms, for large counts.

    Examples
    --------
    >>> binomial(2, 0.9).round(3)
    array([0.01, 0.18, 0.81])
    """
    up = np.arange(count + 1)
    if chance <= 0 or chance >= 1:
        return np.where(up == (count if chance >= 1 else 0), 1.0, 0.0)
    factorial = np.concatenate([[0.0], np.cumsum(np.log(np.arange(1, count + 1)))])
    ways = factorial[count] - factorial - factorial[::-1]
    found = np.exp(ways + up * np.log(chance) + (count - up) * np.log1p(-chance))
    return np.asarray(found / found.sum())


def causes(block: Block, common: float) -> Iterator[Cause]:
    """How a block falls short: its units one by one, then each kind of item all at once.

    Parameters
    ----------
    block : Block
    common : float
        Beta factor: share of each item's failures that strike all of its kind in the block.

    Notes
    -----
    Units up by independent failures are binomial; the block enters shortage at P(k up) k L, L a leg's rate. A common
    failure takes the block down until it is mended, at beta times the rate of one item [1]_.

    References
    ----------
    .. [1] Fleming, K. N. (1975). A reliability model for common mode failures in redundant safety systems. General
       Atomic, GA-A13284.
    """
    n, k = block.units, block.needed
    up = float(np.prod([1 - unavailability((1 - common) * item.failures, item.repair) for item in block.items]))
    counts, chance = np.arange(n + 1), binomial(n, up)
    rate = (1 - common) * sum(item.failures for item in block.items)
    yield Cause(block.name, "independent", float(chance[k]) * k * rate, np.minimum(counts / k, 1.0), chance)
    for item in block.items if common > 0 else ():
        down = unavailability(common * item.failures, item.common_repair or item.repair)
        frequency = (1 - down) * common * item.failures
        yield two_state(block.name, "common", frequency, down, item.name)


def spells(block: Block, common: float) -> tuple[Floats, Floats]:
    """How long units that fail one by one leave the block short: shares of shortages, and the mean of each [h].

    Notes
    -----
    The last unit fails of one item, by the items' rates; those that are down by then, of one each, by unavailability.
    The first repair ends the shortage: it lasts 1 / (sum of their repair rates), exponentially. Deeper shortages are
    left out.
    """
    rates = np.array([(1 - common) * item.failures for item in block.items])
    down = np.array([unavailability(rate, item.repair) for rate, item in zip(rates, block.items, strict=True)])
    if not rates.any():
        return np.ones(1), np.ones(1)
    shares, means = [], []
    kinds = range(len(block.items))
    for last in kinds:
        for others in product(kinds, repeat=block.units - block.needed):
            shares.append(rates[last] / rates.sum() * np.prod(down[list(others)] / down.sum()))
            means.append(1 / sum(1 / block.items[kind].repair for kind in (last, *others)))
    return np.array(shares), np.array(means)


def two_state(block: str, kind: Kind, frequency: float, down: float, item: str = "") -> Cause:
    """A cause that takes all load or none."""
    return Cause(block, kind, frequency, np.array([0.0, 1.0]), np.array([down, 1 - down]), item)


@dataclass(frozen=True)
class Together:
    """Causes in series: `availability` (all load carried), `frequency` of interruptions [1/year], share `lost`."""

    availability: float
    frequency: float
    lost: float


def series(found: Sequence[Cause]) -> Together:
    """Independent causes together; what the worst of them lets through is carried.

    Notes
    -----
    Frequency: A sum f / (1 - q). Expected share carried: sum over the steps of shares of P(every cause carries it).
    """
    clear = np.array([1 - cause.short for cause in found])
    availability = float(np.prod(clear))
    frequency = availability * sum(cause.frequency / c for cause, c in zip(found, clear, strict=True) if c > 0)
    levels = np.unique(np.concatenate([np.array([0.0, 1.0]), *(cause.shares for cause in found)]))
    reach = np.ones(len(levels) - 1)
    for cause in found:
        at_least = np.cumsum(cause.probability[::-1])[::-1]
        reach *= at_least[np.searchsorted(cause.shares, levels[1:])]
    return Together(availability, float(frequency), float(np.diff(levels) @ (1 - reach)))
