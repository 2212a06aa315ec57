"""The blocks of a facility by Monte Carlo: every item fails and is repaired by itself, common causes beside it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from gigacampus.campus.spec.facility import Gensets
from gigacampus.engines.availability.backup import _ends, _horizon, _struck
from gigacampus.engines.availability.reliability import YEAR, Block, unavailability

Floats = NDArray[np.float64]

WINDOWS = 50
"""Parts of the simulated time whose scatter gives the standard errors."""

Spans = tuple[Floats, Floats]
"""Beginnings and ends of spells [h], in order and apart."""


@dataclass(frozen=True)
class Estimate:
    """Hours of all IT down and interruptions, a year each, with the standard errors of both."""

    hours: float
    hours_error: float
    frequency: float
    frequency_error: float


def simulate(
    found: Sequence[Block],
    common: float,
    years: float,
    seed: int,
    gensets: Gensets | None = None,
    battery: float = 0.0,
) -> Estimate:
    """Live through some years of blocks in series.

    Parameters
    ----------
    found : sequence of Block
    common : float
        Beta factor.
    years : float
        Simulated.
    seed : int
    gensets : Gensets, optional
        What carries the load while a block that is `backed` falls short; without, such a block is as any other.
    battery : float [h]
        Full load that batteries carry.

    Returns
    -------
    Estimate
        Of `series(...).lost` times `YEAR`, and of its frequency. Restarts are left out.
    """
    rng, horizon = np.random.default_rng(seed), years * YEAR
    steps = [_served(block, common, horizon, rng) for block in found if not (block.backed and gensets)]
    if gensets is not None:
        for block in (block for block in found if block.backed):
            at, share = _served(block, common, horizon, rng)
            steps.append(_backed(at, share, gensets, battery, common, rng))
    time = np.unique(np.concatenate([np.array([0.0]), *(at for at, _ in steps)]))
    served = np.min([share[np.searchsorted(at, time, side="right") - 1] for at, share in steps], axis=0)
    return _estimate(time, served, horizon)


def _estimate(time: Floats, served: Floats, horizon: float) -> Estimate:
    edges = np.linspace(0.0, horizon, WINDOWS + 1)
    lost = np.concatenate([[0.0], np.cumsum((1 - served) * np.diff(time, append=horizon))])
    hours = np.diff(np.interp(edges, np.append(time, horizon), lost))
    begins = time[1:][(served[1:] < 1) & (served[:-1] == 1)]
    events = np.histogram(begins, edges)[0]
    scale = WINDOWS / horizon * YEAR
    errors = [float(part.std(ddof=1) * scale / np.sqrt(WINDOWS)) for part in (hours, events)]
    return Estimate(float(hours.mean()) * scale, errors[0], float(events.mean()) * scale, errors[1])


def _served(block: Block, common: float, horizon: float, rng: Generator) -> tuple[Floats, Floats]:
    """Share of the load that a block carries: from when, and how much."""
    legs = [
        _union(_down((1 - common) * item.failures, item.repair, horizon, rng) for item in block.items)
        for _ in range(block.units)
    ]
    together = _union(
        _down(common * item.failures, item.common_repair or item.repair, horizon, rng) for item in block.items
    )
    weight = [(leg, 1) for leg in legs] + [(together, block.units)]
    at = np.concatenate([np.array([0.0]), *(np.concatenate(spans) for spans, _ in weight)])
    fall = np.concatenate([[0], *(np.repeat([w, -w], [len(s[0]), len(s[1])]) for s, w in weight)])
    order = np.argsort(at, kind="stable")
    up = block.units - np.cumsum(fall[order])
    last = np.append(np.diff(at[order]) > 0, True)
    return at[order][last], np.clip(up[last] / block.needed, 0.0, 1.0)


def _down(failures: float, repair: float, horizon: float, rng: Generator) -> Spans:
    """Spells in which one item is down; it begins in its steady state."""
    if failures <= 0:
        return np.empty(0), np.empty(0)
    mean_up, first_up = YEAR / failures, rng.random() >= unavailability(failures, repair)
    at, times = 0.0, [np.array([0.0]) if not first_up else np.empty(0)]
    pairs = int(1.2 * horizon / (mean_up + repair)) + 20
    while at < horizon:
        spells = rng.exponential((mean_up, repair) if (len(times) > 1 or first_up) else (repair, mean_up), (pairs, 2))
        times.append(at + np.cumsum(spells.ravel()))
        at = times[-1][-1]
    edges = np.concatenate(times)
    edges = edges[: len(edges) // 2 * 2]
    begins, ends = edges[::2], np.minimum(edges[1::2], horizon)
    return begins[begins < horizon], ends[begins < horizon]


def _union(found: Iterator[Spans]) -> Spans:
    """Spells in which at least one is down."""
    begins, ends = (np.concatenate(part) for part in zip(*found, strict=True))
    order = np.argsort(begins)
    begins, reach = begins[order], np.maximum.accumulate(ends[order])
    new = np.append(True, begins[1:] > reach[:-1])[: len(begins)]
    return begins[new], np.append(reach[:-1][new[1:]], reach[-1:])


def _spells(at: Floats, share: Floats) -> Spans:
    """Spells in which not all load is carried; one that does not end is left out."""
    short = np.flatnonzero(np.diff((share < 1).astype(int), prepend=0))
    edges = at[short[: len(short) // 2 * 2]]
    return edges[::2], edges[1::2]


def _backed(
    at: Floats, share: Floats, gensets: Gensets, battery: float, common: float, rng: Generator
) -> tuple[Floats, Floats]:
    """What is carried with backup: all until the hour in which backup loses it, then what the block's units carry."""
    begins, ends = _spells(at, share)
    lost = begins + draw(gensets, battery, common, len(begins), rng)
    begins, ends = lost[lost < ends], ends[lost < ends]
    time = np.unique(np.concatenate([at, begins]))
    spell = np.searchsorted(begins, time, side="right") - 1
    short = (spell >= 0) & (time < np.append(ends, 0.0)[spell])
    return time, np.where(short, share[np.searchsorted(at, time, side="right") - 1], 1.0)


def draw(gensets: Gensets, battery: float, common: float, count: int, rng: Generator) -> Floats:
    """Hour of an outage in which the load is lost, drawn so many times; the chain by simulation, shape (count,) [h]."""
    horizon, (start, run) = _horizon(gensets, battery), _struck(gensets, common)
    running = rng.binomial(gensets.count, gensets.available * (1 - (1 - common) * gensets.fail_to_start), count)
    charge, lost = np.full(count, battery), np.where(rng.random(count) < start, 0.0, float(horizon))
    for hour in range(horizon):
        back = rng.binomial(gensets.count - running, 1 / gensets.repair)
        running = rng.binomial(running, 1 - (1 - common) / gensets.mean_time_to_failure) + back
        need = np.maximum(1 - running / gensets.needed * (hour < gensets.fuel), -1.0)
        lost[((need > charge + 1e-9) | (rng.random(count) < run)) & (lost > hour)] = hour
        charge = np.clip(charge - need, 0.0, battery)
    return np.maximum(_ends(lost, gensets.fuel), battery)
