"""At most so many changes of mode a day: dynamic programming, exact."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from gigacampus.engines.facility.outdoors import Floats, Ints

_DAY = 24
_AT_ONCE = 256
"""Days whose tables stay in the processor's cache together."""


def plan(cost: Floats, most: int) -> Ints:
    """Mode of each hour that costs least with at most `most` changes a day.

    Parameters
    ----------
    cost : array, shape (H, M)
        Cost of each hour in each mode, finite.
    most : int
        A change at midnight belongs to the day that begins; days count from the first hour.

    Returns
    -------
    array of int, shape (H,)

    Notes
    -----
    Within a day the state is the mode of the last evening, the changes used and the mode now; all days are advanced
    together. Days are then chained by the mode in which each ends. What a day costs from one evening's mode to the
    next does not depend on other days, so the plan is optimal.
    """
    hours, modes = cost.shape
    days = -(-hours // _DAY)
    laid = np.zeros((days * _DAY, modes))
    laid[:hours] = cost
    by_day = np.ascontiguousarray(laid.reshape(days, _DAY, modes).transpose(1, 2, 0))
    parts = [_within_days(by_day[..., first : first + _AT_ONCE], most) for first in range(0, days, _AT_ONCE)]
    value = np.concatenate([part for part, _ in parts], axis=3)
    steps = [np.concatenate(step, axis=3) for step in zip(*(whence for _, whence in parts), strict=True)]
    used = value.argmin(axis=1)  # (mode, evening, day)
    evenings = _chain(value.min(axis=1).transpose(2, 1, 0))
    found = np.empty((days, _DAY), dtype=np.int64)
    day, start, now = np.arange(days), evenings[:-1], evenings[1:]
    left = used[now, start, day]
    for t in range(_DAY - 1, -1, -1):
        found[:, t] = now
        before = steps[t][now, left, start, day]
        left, now = np.where(before >= 0, left - 1, left), np.where(before >= 0, before, now)
    return found.ravel()[:hours]


def _within_days(cost: Floats, most: int) -> tuple[Floats, list[NDArray[np.int8]]]:
    """Least cost of a day by last mode, changes used and evening before; and whence each hour changed, -1 if not."""
    _, modes, days = cost.shape
    value = np.full((modes, most + 1, modes, days), np.inf)
    value[np.arange(modes), 0, np.arange(modes)] = 0.0
    steps = []
    for t in range(_DAY):
        least, source = value[0].copy(), np.zeros(value[0].shape, np.int8)
        for m in range(1, modes):
            less = value[m] < least
            np.minimum(least, value[m], out=least)
            source[less] = m
        whence = np.full(value.shape, -1, np.int8)
        moves = least[:-1] < value[:, 1:]
        whence[:, 1:] = np.where(moves, source[:-1], -1)
        value[:, 1:] = np.minimum(least[:-1], value[:, 1:])
        steps.append(whence)
        value += cost[t][:, None, None, :]
    return value, steps


def _chain(day: Floats) -> Ints:
    """Modes of all evenings, the one before the first day included, that cost least."""
    total, whence = np.zeros(day.shape[1]), []
    for table in day:
        reached = total[:, None] + table
        whence.append(reached.argmin(axis=0))
        total = reached.min(axis=0)
    evenings = [int(total.argmin())]
    for before in reversed(whence):
        evenings.append(int(before[evenings[-1]]))
    return np.array(evenings[::-1])


def count(mode: Ints) -> Ints:
    """Changes of each day, shape (days,)."""
    changed = np.concatenate([[False], mode[1:] != mode[:-1]])
    return np.add.reduceat(changed, np.arange(0, len(mode), _DAY))
