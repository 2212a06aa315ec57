"""At most so many changes of mode a day: dynamic programming, exact."""

from __future__ import annotations

import numpy as np

from gigacampus.engines.facility.outdoors import Floats, Ints

_DAY = 24


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
    value, steps = _within_days(laid.reshape(days, _DAY, modes), most)
    used = value.argmin(axis=2)  # (days, evening, mode)
    evenings = _chain(np.take_along_axis(value, used[:, :, None], axis=2)[:, :, 0])
    found = np.empty((days, _DAY), dtype=np.int64)
    day, start, now = np.arange(days), evenings[:-1], evenings[1:]
    left = used[day, start, now]
    for t in range(_DAY - 1, -1, -1):
        found[:, t] = now
        before = steps[t][day, start, left, now]
        left, now = np.where(before >= 0, left - 1, left), np.where(before >= 0, before, now)
    return found.ravel()[:hours]


def _within_days(cost: Floats, most: int) -> tuple[Floats, list[Ints]]:
    """Least cost of a day by evening before, changes used and last mode; and whence each hour changed, -1 if not."""
    days, _, modes = cost.shape
    value = np.full((days, modes, most + 1, modes), np.inf)
    value[:, np.arange(modes), 0, np.arange(modes)] = 0.0
    steps = []
    for t in range(_DAY):
        source = value.argmin(axis=3)
        least = np.take_along_axis(value, source[..., None], axis=3)
        changed = np.concatenate([np.full_like(least[:, :, :1], np.inf), least[:, :, :-1]], axis=2)
        whence = np.concatenate([np.zeros_like(source[:, :, :1]), source[:, :, :-1]], axis=2)[..., None]
        moves = changed < value
        steps.append(np.where(moves, whence, -1))
        value = np.where(moves, changed, value) + cost[:, t, None, None, :]
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
