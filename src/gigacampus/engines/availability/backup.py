"""Gensets, battery and fuel through an outage, in steps of an hour: a Markov chain."""

from __future__ import annotations

from math import ceil, floor

import numpy as np
from numpy.typing import NDArray

from gigacampus.campus.spec.facility import Gensets
from gigacampus.engines.availability.reliability import binomial

Floats = NDArray[np.float64]


def survival(
    load: Floats,
    count: int,
    unit: float,
    starts: float,
    mean_time_to_failure: float,
    battery: tuple[float, float, float] = (0.0, 0.0, 0.0),
    fuel: float = np.inf,
    levels: int = 101,
    *,
    repair: float = np.inf,
) -> Floats:
    """Probability that the load is carried through each hour of an outage and all before it [1]_.

    Parameters
    ----------
    load : array, shape (H,) [MW]
    count : int
        Gensets.
    unit : float [MW]
        Power of one.
    starts : float
        Probability that one is available and starts.
    mean_time_to_failure : float [h]
    battery : power [MW], energy above the least charge [MWh], and that energy at the start [MWh]
    fuel : float [h]
        Gensets stop in the hour in which it ends.
    levels : int
        States of charge, equally far apart; one that lies between two is split between them, so that the expected
        charge is kept. It is exact where all changes of charge are multiples of a step.
    repair : float [h]
        Mean time to repair a genset.

    Returns
    -------
    array, shape (H,)

    Notes
    -----
    In each hour, gensets fail first, each with probability 1/MTTF, and those that stood still are back with probability
    1/repair; then those that run, and the battery, carry the load, and what is left over charges the battery, without
    losses. Whoever loses the load once has lost it.

    References
    ----------
    .. [1] NREL, REopt.jl, backup reliability. https://github.com/NREL/REopt.jl

    Examples
    --------
    >>> survival(np.ones(2), 1, 1.0, 0.9, 10.0).round(3)
    array([0.81 , 0.729])
    """
    power, size, charge = battery
    energy = np.linspace(0.0, size, levels if size > 0 else 1)
    step = size / (levels - 1) if size > 0 else 1.0
    begin = binomial(count, starts)
    state = _placed(begin[:, None], np.full((count + 1, 1), charge / step), len(energy))
    runs, back = 1 - 1 / mean_time_to_failure, 1 / repair
    stays = np.array([np.convolve(binomial(i, runs), binomial(count - i, back)) for i in range(count + 1)])
    alive = np.empty(len(load))
    for hour, asked in enumerate(load):
        given = np.arange(count + 1) * unit * (hour + 1 <= fuel)
        need = np.maximum(asked - given, -power)[:, None]
        carried = need <= np.minimum(power, energy) + 1e-9
        after = np.clip(energy - need, 0.0, size) / step
        state = _placed((stays.T @ state) * carried, after, len(energy))
        alive[hour] = state.sum()
    return alive


def _placed(state: Floats, place: Floats, levels: int) -> Floats:
    """Move probability to places between levels, split between the two that lie nearest."""
    place = np.broadcast_to(np.round(place, 9), state.shape)
    low = np.floor(place).astype(int)
    rows = np.arange(len(state))[:, None] * levels
    to = np.concatenate([rows + low, rows + np.minimum(low + 1, levels - 1)], axis=1)
    given = np.concatenate([state * (1 - (place - low)), state * (place - low)], axis=1)
    moved = np.bincount(to.ravel(), given.ravel(), len(state) * levels)
    return np.asarray(moved, dtype=float).reshape(len(state), levels)


def of_gensets(gensets: Gensets, battery: float, common: float) -> Floats:
    """Survival by hour at full load, until fuel and a battery of so many hours are spent for sure, shape (H,).

    A share `common` of failures, to start and to run, strikes all gensets at once, and so does a transfer that fails;
    after it the load is lost. Where a battery is what failed, the load is lost those minutes earlier.
    """
    hours, steps = _horizon(gensets, battery), floor(battery * gensets.needed + 1e-9)
    usable = steps / gensets.needed  # a genset less takes its share of the load for an hour, and nothing smaller
    alive = survival(
        np.ones(hours),
        gensets.count,
        1 / gensets.needed,
        gensets.available * (1 - (1 - common) * gensets.fail_to_start),
        gensets.mean_time_to_failure / (1 - common) if common < 1 else np.inf,
        (1.0, usable, usable),
        ceil(gensets.fuel),
        min(steps, 120) + 1,
        repair=gensets.repair,
    )
    start, run = _struck(gensets, common)
    return alive * (1 - start) * (1 - run) ** np.arange(1, hours + 1)


def _struck(gensets: Gensets, common: float) -> tuple[float, float]:
    """Probability that a common cause or the transfer keeps all gensets away, and that one stops them in an hour."""
    if not gensets.count:
        return 0.0, 0.0
    start = 1 - (1 - common * gensets.fail_to_start) * (1 - gensets.transfer_fails)
    return start, common / gensets.mean_time_to_failure


def lost_share(alive: Floats, battery: float, duration: Floats, fuel: float = 0.0) -> Floats:
    """Share of outages, of an exponential duration, in which the load is lost; so is that share of their hours.

    Parameters
    ----------
    alive : array, shape (H,)
        Survival by hour; nothing survives longer.
    battery : float [h]
        Full load that batteries carry, whatever gensets do.
    duration : array, shape (D,) [h]
        Means.
    fuel : float [h]
        What is carried through the hour in which it ends is carried until then.

    Returns
    -------
    array, shape (D,)

    Notes
    -----
    sum P(lost at t) exp(-t / duration): the rest of an outage that is longer than t is as long as a new one.
    """
    at = np.maximum(_ends(np.arange(len(alive) + 1.0), fuel), battery)
    lost = -np.diff(alive, prepend=1.0, append=0.0)
    return np.asarray(lost @ np.exp(-at[:, None] / duration))


def _ends(hour: Floats, fuel: float) -> Floats:
    """When the load is lost [h], of whole hours in which it is: from the hour after fuel ended on, so much sooner."""
    return hour - np.where(hour >= ceil(fuel), ceil(fuel) - fuel, 0.0)


def _horizon(gensets: Gensets, battery: float) -> int:
    """Hours after which fuel and battery are spent."""
    return 1 + ceil(battery) + (ceil(gensets.fuel) if gensets.count else 0)
