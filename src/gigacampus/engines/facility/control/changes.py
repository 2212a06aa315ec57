"""At most so many changes of mode a day: dynamic programming, exact.

Costs have one axis of modes for each side whose modes are planned together: one where sides do not meet, two where they
share the water that there is. Changes of each side are counted for itself.
"""

from __future__ import annotations

from itertools import chain
from math import prod

import numpy as np
from numpy.typing import NDArray

from gigacampus.engines.facility.outdoors import Floats, Ints

_DAY = 24
_AT_ONCE = 256
"""Days whose tables stay in the processor's cache together."""
_CLOSE = 1e-9
"""Costs that are one."""
_FORCED = 64
"""Added to the mode that a forced change comes from."""


def plan(cost: Floats, most: int) -> Ints:
    """Mode of each hour that costs least with at most `most` changes a day.

    Parameters
    ----------
    cost : array, shape (H, M)
        Cost of each hour in each mode; inf where the mode cannot be run, and each hour has one that can.
    most : int
        A change at midnight belongs to the day that begins; days count from the first hour.

    Returns
    -------
    array of int, shape (H,)

    Notes
    -----
    Within a day the state is the mode of the last evening, the changes used and the mode now; days are then chained by
    the mode in which each ends. Only days that change too often are planned; the others keep their cheapest modes, and
    their ends bind those between. Where that costs what it would if no ends bound them, the plan is optimal; where not,
    neighbours are planned with them, and so on. Where limits on the machines force more changes than `most`, a plan has
    as few beyond it as there must be, and costs least among those.
    """
    cost = _regret(cost)
    mode: Ints = cost.argmin(axis=1)
    penalty, by_day = _penalty(cost), _by_day(cost)
    planned = count(mode) > most
    while True:
        days, wider = np.flatnonzero(planned), planned.copy()
        if days.size == 0:
            return mode
        table, ends = _Days(by_day[..., days], most, penalty), np.empty((2, len(days)), dtype=np.int64)
        for run in np.split(np.arange(len(days)), np.flatnonzero(np.diff(days) > 1) + 1):
            first, after = days[run[0]], days[run[-1]] + 1
            given = [mode[at * _DAY - 1] if 0 < at * _DAY < len(mode) else None for at in (first, after)]
            evenings, least = _chain(table.ends[run], *given)
            ends[:, run] = evenings[:-1], evenings[1:]
            if least > _chain(table.ends[run])[1] + _CLOSE:
                wider[max(first - 1, 0) : after + 1] = True
        if np.array_equal(wider, planned):
            return _laid(mode, days, table.modes(*ends)[0])
        planned = wider


def _laid(mode: Ints, days: Ints, found: Ints) -> Ints:
    """Modes by the hour, those of some days replaced."""
    hours = (days[:, None] * _DAY + np.arange(_DAY)).ravel()
    inside, laid = hours < len(mode), mode.copy()
    laid[hours[inside]] = found.ravel()[inside]
    return laid


def plan_together(first: Floats, second: Floats, hours: Ints, both: Floats, most: int) -> tuple[Ints, Ints]:
    """Modes of two sides that share something in some hours; in the others what they cost adds up.

    Parameters
    ----------
    first, second : array, shape (H, M), (H, N)
        Cost of each side by its mode.
    hours : array of int, shape (n,)
        Hours in which the pair of modes costs `both`, shape (n, M, N), instead of the sum.
    most : int
        Changes a day of each side.

    Returns
    -------
    pair of array of int, shape (H,)

    Notes
    -----
    As `plan`; days in which they share nothing are solved side by side and added, the others by pairs of modes.
    """
    first, second, both = _regret(first), _regret(second), _regret(both)
    penalty = _penalty(first) + _penalty(second) + len(first) * _largest(both)
    one, two = (_Days(_by_day(cost), most, penalty) for cost in (first, second))
    shared = np.unique(hours // _DAY)
    at = (shared[:, None] * _DAY + np.arange(_DAY)).ravel()
    inside = at < len(first)
    pairs = np.zeros((len(at), first.shape[1], second.shape[1]))
    pairs[inside] = first[at[inside], :, None] + second[at[inside], None, :]
    pairs[np.searchsorted(at, hours)] = both
    joint = _Days(_by_day(pairs), most, penalty)
    ends = one.ends[:, :, None, :, None] + two.ends[:, None, :, None, :]
    ends = ends.reshape(len(ends), pairs[0].size, pairs[0].size)
    ends[shared] = joint.ends
    evenings, _ = _chain(ends)
    together = joint.modes(evenings[shared], evenings[shared + 1])
    alone = [
        days.modes(own[:-1], own[1:])[0].ravel()[: len(first)]
        for days, own in zip((one, two), np.unravel_index(evenings, pairs[0].shape), strict=True)
    ]
    return _laid(alone[0], shared, together[0]), _laid(alone[1], shared, together[1])


def _regret(cost: Floats) -> Floats:
    """What each mode costs over the cheapest of its hour."""
    return np.asarray(cost - cost.min(axis=tuple(range(1, cost.ndim)), keepdims=True))


def _largest(cost: Floats) -> float:
    return float(np.max(cost, initial=0.0, where=np.isfinite(cost)))


def _penalty(cost: Floats) -> float:
    """Cost of a forced change: more than any plan can save by it."""
    return 1.0 + len(cost) * _largest(cost)


def _by_day(cost: Floats) -> Floats:
    """Costs as (hour of the day, modes, day); hours after the last are free."""
    days = -(-len(cost) // _DAY)
    laid = np.zeros((days * _DAY, *cost.shape[1:]))
    laid[: len(cost)] = cost
    return np.ascontiguousarray(np.moveaxis(laid.reshape(days, _DAY, *cost.shape[1:]), 0, -1))


class _Days:
    """Days by themselves: what each costs from one evening's modes to the next's.

    `ends` has shape (days, modes of the evening before, last modes), pairs of modes being counted through.
    """

    def __init__(self, cost: Floats, most: int, penalty: float) -> None:
        self.most, self.shape = most, cost.shape[1:-1]
        parts = [self._part(cost[..., day : day + _AT_ONCE], penalty) for day in range(0, cost.shape[-1], _AT_ONCE)]
        self.steps = [
            [np.concatenate(whence, axis=-1) for whence in zip(*step, strict=True)]
            for step in zip(*(steps for _, steps in parts), strict=True)
        ]
        value = np.concatenate([part for part, _ in parts], axis=-1)  # (last modes, changes used, evening before, day)
        self.used = value.argmin(axis=1)
        self.ends = np.ascontiguousarray(value.min(axis=1).transpose(2, 1, 0))

    def _part(self, cost: Floats, penalty: float) -> tuple[Floats, list[list[NDArray[np.int8]]]]:
        """Cost of each day by last modes, changes used and modes before; and where each hour's modes come from."""
        modes, days, every = self.shape, cost.shape[-1], prod(self.shape)
        value = np.full((*chain(*((m, self.most + 1) for m in modes)), every, days), np.inf)
        for evening, at in enumerate(np.ndindex(*modes)):
            value[(*chain(*((m, 0) for m in at)), evening)] = 0.0
        steps = []
        for hour in cost:
            steps.append([_switch(np.moveaxis(value, (2 * s, 2 * s + 1), (0, 1)), penalty) for s in range(len(modes))])
            value += hour.reshape(*chain(*((m, 1) for m in modes)), 1, days)
        sides = len(modes)
        ordered = np.moveaxis(value, range(0, 2 * sides, 2), range(sides))
        return ordered.reshape(every, -1, every, days), steps

    def modes(self, start: Ints, end: Ints) -> list[Ints]:
        """Modes of each side by day and hour, shape (days, 24), from the evening before each day to its own."""
        own = np.arange(len(start))
        now = list(np.unravel_index(end, self.shape))
        left = list(np.unravel_index(self.used[end, start, own], (self.most + 1,) * len(now)))
        found = [np.empty((len(own), _DAY), dtype=np.int64) for _ in now]
        for hour in range(_DAY - 1, -1, -1):
            for s in range(len(now) - 1, -1, -1):
                found[s][:, hour] = now[s]
                order = [s, *(other for other in range(len(now)) if other != s)]
                at = tuple(chain(*((now[k], left[k]) for k in order)))
                whence = self.steps[hour][s][(*at, start, own)]
                left[s] = left[s] - ((whence >= 0) & (whence < _FORCED))
                now[s] = np.where(whence >= 0, whence % _FORCED, now[s])
        return found


def _switch(value: Floats, penalty: float) -> NDArray[np.int8]:
    """Let one side change its mode, in place; and whence each state came, -1 if it stayed.

    Axes of `value`: the side's mode and its changes used, then the rest. A change beyond the limit costs the penalty.
    """
    least, source = value[0].copy(), np.zeros(value[0].shape, np.int8)
    for m in range(1, len(value)):
        less = value[m] < least
        np.minimum(least, value[m], out=least)
        source[less] = m
    whence = np.full(value.shape, -1, np.int8)
    for used, before, forced in ((slice(1, None), slice(None, -1), 0), (slice(-1, None), slice(-1, None), _FORCED)):
        cheaper = least[before] + (penalty if forced else 0.0)
        moves = cheaper < value[:, used]
        whence[:, used] = np.where(moves, source[before] + np.int8(forced), whence[:, used])
        value[:, used] = np.minimum(cheaper, value[:, used])
    return whence


def _chain(day: Floats, start: int | None = None, end: int | None = None) -> tuple[Ints, float]:
    """Modes of all evenings, the one before the first day included, that cost least, and what they cost.

    The first and the last are given, or free.
    """
    total, whence = np.zeros(day.shape[1]), []
    if start is not None:
        total[np.arange(len(total)) != start] = np.inf
    for table in day:
        reached = total[:, None] + table
        whence.append(reached.argmin(axis=0))
        total = reached.min(axis=0)
    evenings = [int(total.argmin()) if end is None else end]
    least = float(total[evenings[0]])
    for before in reversed(whence):
        evenings.append(int(before[evenings[-1]]))
    return np.array(evenings[::-1]), least


def count(mode: Ints) -> Ints:
    """Changes of each day, shape (days,)."""
    changed = np.concatenate([[False], mode[1:] != mode[:-1]])
    return np.add.reduceat(changed, np.arange(0, len(mode), _DAY))
