"""A market by chance: the choice on a grid of market states, and what comes of it on many paths."""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

from gigacampus.campus.spec.deal import Process
from gigacampus.engines.renewal import choice, market
from gigacampus.engines.renewal.result import READINGS, Losses, PathOutcomes
from gigacampus.engines.renewal.terms import Terms

Floats = NDArray[np.float64]


class Market:
    """A tenant's choice under a process.

    Parameters
    ----------
    terms : Terms
    process : Process
    count : int
        Points of the grid of the index's logarithm.
    """

    def __init__(self, terms: Terms, process: Process, count: int = 301) -> None:
        self.terms, self.process, self.normal = terms, process, terms.normal(process.growth)
        self.grid = market.grid(process, terms.term_ends[-1], count)
        self.transition = cache(lambda span: market.transition(process, self.grid, span))

    def worth(self, x: Floats) -> tuple[Floats, Floats]:
        """Value of the campus, and shortfall of the guarantee, at each end of a term, shape (E, ...) [USD]."""
        ends, speed = self.terms.term_ends, self.process.mean_reversion
        value = np.array([self.normal.value(t, np.exp(each), speed) for t, each in zip(ends, x, strict=True)])
        return value, self.terms.shortfall(self.terms.ends, value)

    def costs(self, guaranteed: bool) -> tuple[Floats, Floats]:
        """Costs of staying and of leaving on the grid, shape (E, G) [USD]."""
        terms, count = self.terms, len(self.terms.term_ends)
        _, shortfall = self.worth(np.broadcast_to(self.grid, (count, len(self.grid))))
        leave = terms.leave(shortfall if guaranteed else np.zeros_like(shortfall))
        running = [self._running(i) for i in range(count - 1)]

        def carry(i: int, cost: Floats) -> Floats:
            span = round(float(terms.term_ends[i + 1] - terms.term_ends[i]), 9)
            return np.asarray(terms.discount(i) * (self.transition(span) @ cost))

        return choice.backward(running, list(leave), carry), leave

    def _running(self, i: int) -> Floats:
        """Rent above the expected market's over the term after an end of a term, on the grid, shape (G,) [USD]."""
        first, last = self.terms.term_ends[i : i + 2]
        rate, total = 1 + self.terms.outlook.tenant_discount, np.zeros_like(self.grid)
        for end, length, rent in zip(*self.terms.contract(first, last), strict=True):
            normal = self.normal.rent * length * (1 + self.normal.growth) ** (first + end)
            total += self.terms.net * (rent - normal * market.expected(self.process, self.grid, end)) / rate**end
        return total

    def exits(self, x: Floats, guaranteed: bool) -> NDArray[np.int64]:
        """End of a term at which the tenant leaves, by path, from the logarithms there, shape (E, N)."""
        stay, leave = self.costs(guaranteed)
        dearer = [market.between(self.grid, margin, each) for each, margin in zip(x, stay - leave, strict=True)]
        return choice.first(np.array(dearer), np.zeros_like(x))


def draws(terms: Terms, process: Process) -> market.Draws:
    """Random numbers of the outlook's paths at the ends of the terms."""
    return market.Draws.of(process.jump_rate, terms.term_ends, terms.outlook.paths, terms.outlook.seed)


def exits(terms: Terms, process: Process, drawn: market.Draws) -> tuple[Floats, Floats]:
    """Share of paths that leave at each end of a term, (E,) [1]; statistics of the shortfall there, (S, E) [USD]."""
    x, found = market.simulate(process, drawn), Market(terms, process)
    return _shares(found.exits(x, True), x), statistics(found.worth(x)[1])


def paths(terms: Terms, process: Process, drawn: market.Draws) -> PathOutcomes:
    """What comes of a market by chance, with the guarantee and without."""
    x, found = market.simulate(process, drawn), Market(terms, process)
    value, shortfall = found.worth(x)
    leaves, leaves_unguaranteed = (found.exits(x, guaranteed) for guaranteed in (True, False))
    return PathOutcomes(
        x.shape[1], _shares(leaves, x), _shares(leaves_unguaranteed, x), statistics(shortfall),
        shortfall.std(axis=1) / np.sqrt(x.shape[1]), _losses(found, leaves, value, shortfall),
        _losses(found, leaves_unguaranteed, value, np.zeros_like(shortfall)),
    )  # fmt: skip


def _shares(leaves: NDArray[np.int64], x: Floats) -> Floats:
    return np.asarray(np.bincount(leaves, minlength=len(x)) / x.shape[1])


def statistics(values: Floats) -> Floats:
    """Mean, p95 and p99 over the last axis, put in front, shape (S, ...)."""
    return np.concatenate([values.mean(-1)[None], np.quantile(values, [0.95, 0.99], axis=-1)])


def _losses(found: Market, leaves: NDArray[np.int64], value: Floats, paid: Floats) -> dict[str, Losses]:
    """Statistics of what each party loses when the tenant leaves, by reading, each shape (S,) [USD]."""
    terms, path = found.terms, np.arange(len(leaves))
    normal = np.array([found.normal.value(t, 1.0, 0.0) for t in terms.term_ends])[leaves]
    balances = {name: balance[terms.ends][leaves] for name, balance in terms.balances.items()}
    lost = {
        reading: terms.structure.losses(
            value[leaves, path], normal, paid[leaves, path], balances, reading == READINGS[1]
        )
        for reading in READINGS
    }
    return {reading: _each(losses) for reading, losses in lost.items()}


def _each(losses: Losses) -> Losses:
    lenders, owners = ({name: statistics(x) for name, x in side.items()} for side in (losses.lenders, losses.owners))
    return Losses(lenders, owners, statistics(losses.guarantor), statistics(losses.landlord))
