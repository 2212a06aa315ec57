"""Synchronous jobs rack by rack: when each server computes, exchanges results, waits or idles."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, fields
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from gigacampus.campus.spec.facility import Job, Swings

Floats = NDArray[np.float64]

STEP = 0.01
"""Of the simulation [s]."""
_EDGES = 600_000
"""Ends of compute that are drawn at most; beyond, some servers of a job move together."""


_LEAST = 0.2
"""Shortest step over its mean, and shortest mean over that of all jobs."""
_NEVER = 1e9
_SHORTEST = 0.05
"""Shortest step that follows from the workload [s]."""


def step_time(swings: Swings, parameters: float, flops: float) -> float:
    """Time of a step [s]: the spec's, or 6 N FLOP a token [1]_ at what an accelerator computes [FLOP/s].

    One that computes nothing never ends its step.

    References
    ----------
    .. [1] Kaplan et al. (2020). Scaling Laws for Neural Language Models. arXiv:2001.08361.

    Examples
    --------
    Llama 3 405B at 400 TFLOP/s an accelerator:

    >>> round(step_time(Swings.model_validate({}), 4.05e11, 4e14), 1)
    6.2
    """
    if swings.step is not None:
        return swings.step
    return min(max(6 * parameters * swings.tokens / flops, _SHORTEST), _NEVER) if flops > 0 else _NEVER


@dataclass(frozen=True)
class Pattern:
    """What a job's power does from the workload: the parts of its steps, and its checkpoints.

    Attributes
    ----------
    high, low : float [0-1]
        Power between idle and peak in compute and in communication.
    share : float [0-1]
        Of a step in compute.
    interval, write : float [s]
        Training between two checkpoints, and the time in which one is written at idle.
    step : float [s]
        Mean time of a step.
    """

    high: float
    low: float
    share: float
    interval: float
    write: float
    step: float

    @classmethod
    def of(cls, swings: Swings, activity: float, interval: float, write: float, step: float) -> Pattern:
        """The share in compute with which the mean of a step is the workload's activity.

        Where the activity is not between communication and compute, the nearer of them gives way to it.

        Examples
        --------
        >>> Pattern.of(Swings.model_validate({"compute": "90 %", "communication": "10 %"}), 0.7, 600.0, 20.0, 2.0).share
        0.75
        """
        high, low = max(swings.compute, activity), min(swings.communication, activity)
        return cls(high, low, round((activity - low) / (high - low), 12), interval, write, step)


@dataclass(frozen=True)
class Occupancy:
    """Mean number of servers in each state, by job and step of 10 ms: arrays of shape (J, N).

    Attributes
    ----------
    servers : array, shape (J,)
    running : array
        Of a job that has started and not stopped.
    active : array
        Within a training step: not writing a checkpoint.
    computing : array
        In the compute part of one.
    """

    servers: Floats
    running: Floats
    active: Floats
    computing: Floats

    @property
    def total(self) -> Occupancy:
        """The same of all jobs together, of shape (1, N)."""
        return Occupancy(*(getattr(self, field.name).sum(axis=0, keepdims=True) for field in fields(self)))


def occupancy(swings: Swings, jobs: Sequence[Job], pattern: Pattern, first: int = 0, of: int = 0) -> Occupancy:
    """Run jobs through the window.

    Parameters
    ----------
    swings : Swings
        Window, seed, step time and its jitter.
    jobs : sequence of Job
    pattern : Pattern
    first, of : int
        Place of the first of these among all jobs, and how many there are in all.

    Returns
    -------
    Occupancy

    Notes
    -----
    A step's time is that of its slowest server, so all servers of a job start each step together, and each ends its
    compute at its own time. Every start and end adds its part of a 10 ms step to the mean of that step: no energy is
    lost to sampling. The times at which a server's accelerators end are smeared by their spread.
    """
    most = max(int(_EDGES * pattern.step / swings.window) // max(of, len(jobs)), 1)
    kernel = _smear(swings.accelerator_spread)
    count = round(swings.window / STEP)
    found = np.empty((3, len(jobs), count))
    for i, job in enumerate(jobs):
        starts, times = _steps(swings, job, pattern, first + i)
        stop = math.inf if job.stop is None else job.stop
        groups = min(job.servers, most)
        ends = starts[:, None] + _ends(swings, pattern, times, groups, first + i)
        begun = _edges(starts, count)
        ended = _edges(np.minimum(ends, stop).ravel(), count + len(kernel)) / groups
        found[0, i] = _edges(np.array([job.start]), count) - _edges(np.array([stop]), count)
        found[1, i] = begun - _edges(np.minimum(starts + times, stop), count)
        found[2, i] = begun - np.convolve(ended, kernel)[len(kernel) // 2 :][:count]
    levels = np.cumsum(found, axis=2, out=found)
    scale = np.array([float(job.servers) for job in jobs])
    levels *= scale[:, None]
    return Occupancy(scale, *levels)


def calm(jobs: Sequence[Job], window: float) -> slice | None:
    """Steps of the longest stretch in which some job runs and none starts or stops, but for a minute or its quarter.

    Examples
    --------
    >>> calm([Job(servers=1, start=30.0, stop=540.0), Job(servers=1, start=30.0)], 600.0)
    slice(9000, 54000, None)
    """
    stops = [math.inf if job.stop is None else job.stop for job in jobs]
    events = sorted({*(min(at, window) for at in (*(job.start for job in jobs), *stops)), window})
    spans = [
        (end - begin, begin)
        for begin, end in pairwise(events)
        if any(job.start <= begin < stop for job, stop in zip(jobs, stops, strict=True))
    ]
    if not spans:
        return None
    length, begin = max(spans)
    found = slice(round((begin + min(60.0, length / 4)) / STEP), round((begin + length) / STEP))
    return found if found.stop - found.start > 10 / STEP else None


def _generator(swings: Swings, job: int, part: int) -> np.random.Generator:
    return np.random.default_rng([swings.seed, job, part])


def _steps(swings: Swings, job: Job, pattern: Pattern, index: int) -> tuple[Floats, Floats]:
    """Start and time of each training step that begins before the job stops [s]; checkpoints stand between steps."""
    random = _generator(swings, index, 0)
    stop = swings.window if job.stop is None else min(job.stop, swings.window)
    mean = pattern.step * max(1 + swings.job_spread * random.standard_normal(), _LEAST)
    interval = min(max(pattern.interval, mean), _NEVER)
    due = random.uniform(0.0, interval)
    count = math.ceil(max(stop - job.start, 0.0) / (_LEAST * mean)) + 1
    times = mean * np.maximum(1 + swings.step_jitter * random.standard_normal(count), _LEAST)
    trained = np.concatenate([[0.0], np.cumsum(times)[:-1]])
    written = np.maximum(np.floor((trained - due) / interval) + 1, 0.0)
    starts = job.start + trained + pattern.write * written
    kept = starts < stop
    return starts[kept], times[kept]


def _ends(swings: Swings, pattern: Pattern, times: Floats, groups: int, index: int) -> Floats:
    """When compute ends after the start of each step [s], shape (steps, groups); never outside the step."""
    random = _generator(swings, index, 1)
    spread = swings.server_spread * random.standard_normal((len(times), groups), dtype=np.float32)
    return np.clip(pattern.share * times[:, None] + spread, 0.0, times[:, None])


def _edges(times: Floats, count: int) -> Floats:
    """Steps up at times [s], as the differences of their mean over each step, shape (count,)."""
    at = times[times < count * STEP] / STEP
    whole = at.astype(np.int64)
    part = at - whole
    found = np.bincount(whole, 1 - part, count + 1)
    found[1:] += np.bincount(whole, part, count + 1)[:-1]
    return np.asarray(found[:count])


def _smear(spread: float) -> Floats:
    """Shares of a normal spread [s] that fall into the steps around its mean; they sum to 1."""
    reach = math.ceil(4 * spread / STEP)
    limits = (np.arange(-reach, reach + 2) - 0.5) * STEP
    below = [0.5 * (1 + math.erf(t / (spread * math.sqrt(2)))) if spread > 0 else float(t > 0) for t in limits]
    shares = np.diff(below)
    return np.asarray(shares / shares.sum())
