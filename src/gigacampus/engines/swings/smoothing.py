"""What smooths power: storage that follows a filter within its energy and power, and limits of how fast power moves."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gigacampus.engines.swings.load import STEP

Floats = NDArray[np.float64]

_RESTORE = 10.0
"""Time in which a store drifts back to half full, over the time constant of its filter."""


@dataclass(frozen=True)
class Stored:
    """What the grid gives and what the store loses [MW], shape (J, N), and its change of charge [MJ], shape (J,)."""

    power: Floats
    loss: Floats
    change: Floats


def store(power: Floats, energy: Floats, limit: Floats, efficiency: float, filter: float, gain: Floats) -> Stored:
    """Power that the grid gives where a store takes part of the difference from its filtered mean.

    Parameters
    ----------
    power : array, shape (J, N) [MW]
    energy : array, shape (J,) [MJ]
        Usable; the store begins half full.
    limit : array, shape (J,) [MW]
        Highest power in or out, at the store's terminals.
    efficiency : float [0-1]
        Each way.
    filter : float [s]
        Time constant of the mean that the grid's power follows.
    gain : array, shape (J,) [0-1]
        Part of the difference that the store takes.

    Returns
    -------
    Stored

    Notes
    -----
    The wish of a step is gain (mean - power), and the state of charge drifts to half full in ten times `filter`; both
    together stay within the limit, and stop when the store is full or empty. What the grid gives follows from the
    change of charge that was possible, so energy in = energy out + loss + change of store in every step.
    """
    energy, limit, gain = energy[:, None], limit[:, None], gain[:, None]
    keep = math.exp(-STEP / filter)
    mean = scan((1 - keep) * power, keep, -np.inf, np.inf, power[:, 0])
    back = STEP / (_RESTORE * filter)
    wish = gain * (mean - power) * STEP
    inside = np.where(wish > 0, wish * efficiency, wish / efficiency) + back * energy / 2
    half, most = np.full(len(power), 0.5), STEP * (limit / energy)[:, 0]
    charge = scan(inside / energy, 1 - back, 0.0, 1.0, half, most / efficiency, most * efficiency) * energy
    moved = np.diff(charge, axis=1, prepend=energy / 2)
    into, out = np.maximum(moved, 0.0) / STEP, np.maximum(-moved, 0.0) / STEP
    loss = into * (1 / efficiency - 1) + out * (1 - efficiency)
    return Stored(power + into / efficiency - out * efficiency, loss, charge[:, -1] - energy[:, 0] / 2)


def scan(
    added: Floats,
    keep: float,
    low: float,
    high: float,
    first: Floats,
    fall: Floats | None = None,
    rise: Floats | None = None,
) -> Floats:
    """States s[k] = clip(keep s[k-1] + added[k], low, high) of many rows, from `first`, by at most `fall` or `rise`.

    Parameters
    ----------
    added : array, shape (J, N)
    keep, low, high : float
    first : array, shape (J,)
    fall, rise : array, shape (J,), optional
        Most that a step takes from a state or adds to it.

    Returns
    -------
    array, shape (J, N)

    Notes
    -----
    Blocks of some sqrt(N) steps run side by side from guessed beginnings, which Newton's method brings to the ends of
    the blocks before: each block is linear between its limits. A round makes one block more exact at least.

    Examples
    --------
    >>> scan(np.array([[1.0, 1.0, -3.0, 1.0]]), 1.0, 0.0, 1.5, np.array([0.0]))
    array([[1. , 1.5, 0. , 1. ]])
    >>> scan(np.array([[1.0, 1.0, -3.0]]), 1.0, 0.0, 9.0, np.array([0.0]), np.array([0.5]), np.array([2.0]))
    array([[1. , 2. , 1.5]])
    """
    rows, steps = added.shape
    length = math.isqrt(steps - 1) + 1
    blocks = -(-steps // length)
    padded = np.zeros((rows, blocks * length))
    padded[:, :steps] = added
    by_step = np.ascontiguousarray(padded.reshape(rows, blocks, length).transpose(2, 0, 1))
    bounds = (low, high, *(np.inf if most is None else most[:, None] for most in (fall, rise)))
    begin = np.repeat(first[:, None], blocks, axis=1)
    for _ in range(blocks):
        states, slope = _blocks(by_step, keep, bounds, begin)
        after = begin.copy()
        for i in range(1, blocks):
            moved = states[-1, :, i - 1] + slope[:, i - 1] * (after[:, i - 1] - begin[:, i - 1])
            after[:, i] = _within(moved, low, high)
        if np.allclose(after, begin, rtol=1e-13, atol=1e-15):
            break
        begin = after
    return np.asarray(states.transpose(1, 2, 0).reshape(rows, -1)[:, :steps])


def _blocks(by_step: Floats, keep: float, bounds: tuple[Any, ...], begin: Floats) -> tuple[Floats, Floats]:
    """States of all blocks, shape (steps, J, blocks), and by how much their ends follow their beginnings."""
    low, high, fall, rise = bounds
    state, slope, states = begin, np.ones_like(begin), np.empty_like(by_step)
    for k, added in enumerate(by_step):
        free = keep * state + added
        held = _within(free, state - fall, state + rise)
        slope = np.where(free == held, keep * slope, slope)
        state = states[k] = _within(held, low, high)
        slope = np.where(state == held, slope, 0.0)
    return states, slope


def follow(power: Floats, lags: Iterable[float]) -> tuple[Floats, float]:
    """Power that follows another through first-order lags [s], in their steady state at the start.

    Parameters
    ----------
    power : array, shape (N,) [MW]
    lags : iterable of float [s]

    Returns
    -------
    power : array, shape (N,) [MW]
    stored : float [MJ]
        What the lags hold more at the end than at the start.

    Examples
    --------
    >>> power, stored = follow(np.array([0.0, 1.0, 1.0]), [STEP / np.log(2)])
    >>> power.round(12).tolist(), round(stored, 12)
    ([0.0, 0.5, 0.75], -0.0075)
    """
    stored = 0.0
    for lag in lags:
        if lag <= 0:
            continue
        keep = math.exp(-STEP / lag)
        after = scan((1 - keep) * power[None], keep, -np.inf, np.inf, power[:1])[0]
        stored, power = stored + float(np.sum(after - power)) * STEP, after
    return power, stored


def _within(values: Floats, low: Any, high: Any) -> Floats:
    """`np.clip`, several times faster on short arrays."""
    return np.asarray(np.minimum(np.maximum(values, low), high))


def ramped(power: Floats, up: Floats, down: Floats) -> Floats:
    """Power that falls no faster than `down` and rises no faster than `up`.

    Parameters
    ----------
    power : array, shape (J, N) [MW]
    up, down : array, shape (J,) [MW/s]

    Returns
    -------
    array, shape (J, N) [MW]
        Above `power` where falling is slowed (burnt), below where rising is (withheld). What falls slowly comes first:
        while power rises, dips within it do not set it back.

    Examples
    --------
    >>> ramped(np.array([[0.0, 4.0, 0.0, 0.0]]), np.array([100.0]), np.array([200.0]))
    array([[0., 1., 2., 0.]])
    """
    k = np.arange(power.shape[1]) * STEP
    up, down = up[:, None] * k, down[:, None] * k
    held = np.maximum.accumulate(power + down, axis=1) - down
    return np.asarray(np.minimum.accumulate(held - up, axis=1) + up)
