"""Power swings: synchronous training within seconds, what smooths it, and what the grid sees of it.

In: the spec's swings and server, and the campus around the jobs (`Fleet`). Out: `SwingsResult`, minutes of power at the
point of interconnection in steps of 10 ms, with and without what the spec chooses, and each means alone beside it; each
against the limits that grid operators set or propose.

All servers of a job start a step together and compute near peak; each ends at its own time and waits near idle while
results are exchanged. A step takes as long as its tokens do at the workload's utilisation, and the share of it in
compute is that with which its mean is the workload's activity. Between steps jobs write checkpoints at idle, at the
workload's interval. Jobs start and stop whole. A floor and ramp limits act on servers, storage in racks on each job;
rack supplies and a double-conversion UPS follow with what their DC links store, cooling follows IT power within
minutes, a battery acts on the whole campus. The grid is a voltage behind an impedance, flicker that of IEC 61000-4-15.

Not modelled: waves within a step (pipeline bubbles, layers), rise times below 10 ms, a UPS that smooths from its
battery, voltage dependence of the load, faults of the grid and riding through them, plants on site and their governors,
modes of the grid, three phases apart, other loads.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from gigacampus.campus.spec.compute import Server
from gigacampus.campus.spec.facility import Job, Swings
from gigacampus.engines.swings.cases import Campus, Case, Fleet, Racks
from gigacampus.engines.swings.grid import Seen
from gigacampus.engines.swings.limits import Against
from gigacampus.engines.swings.load import STEP, Pattern, calm, occupancy, step_time
from gigacampus.errors import Problem, SpecError

Floats = NDArray[np.float64]

__all__ = ["MEANS", "STEP", "Against", "Case", "Fleet", "Seen", "SwingsResult", "simulate"]

MEANS = ("rack-storage", "battery", "floor", "ramps", "stagger")
"""All that smooths, in the order in which it is compared."""
_START, _STOP = 0.05, 0.9
"""When all jobs start and the largest stops, over the window, unless the spec lists its jobs."""
_MOST_JOBS = 256
"""More are run as so many larger ones: what starts together swings as it would, steps of n jobs up to sqrt(n / 256)
times too much. Measured, 256 jobs run as 64: 0 % on range, step and ramp, 22 % too much between 0.1 and 20 Hz."""
_AT_ONCE = 9


@dataclass(frozen=True)
class SwingsResult:
    """Minutes of power at the point of interconnection; N steps of 10 ms.

    Attributes
    ----------
    raw, smoothed : Case
        Without any means, and with those that the spec chooses.
    alone : mapping of str to Case
        Each of `MEANS` by itself.
    jobs : tuple of Job
        As they were run, without stagger.
    accelerators : int
        Of all jobs.
    step : float [s]
        Mean time of a training step.
    short_circuit : float [MVA]
    raw_power, smoothed_power : array, shape (N,) [MW]
        At the point of interconnection.
    residual : float
        Largest of all cases.
    """

    raw: Case
    smoothed: Case
    alone: dict[str, Case]
    jobs: tuple[Job, ...]
    accelerators: int
    step: float
    short_circuit: float
    raw_power: Floats
    smoothed_power: Floats
    residual: float

    @property
    def window(self) -> float:
        """What was simulated [s]."""
        return len(self.raw_power) * STEP


def simulate(swings: Swings, server: Server, fleet: Fleet, alone: bool = True) -> SwingsResult | None:
    """Run the window without means, with the chosen ones, and with each alone.

    Parameters
    ----------
    swings : Swings
    server : Server
    fleet : Fleet
    alone : bool
        Whether each means is run by itself too.

    Returns
    -------
    SwingsResult or None
        None where training holds no server.

    Raises
    ------
    SpecError
        If the jobs of the spec need more servers than training holds.
    InfeasibleError
        If the grid cannot carry the power.
    """
    held = fleet.training * fleet.servers
    if held < 1:
        return None
    jobs = _jobs(swings, fleet, held)
    step = step_time(swings, fleet.parameters, fleet.flops)
    pattern = Pattern.of(swings, fleet.activity, fleet.interval, fleet.write, step)
    grid = swings.grid
    short_circuit = grid.short_circuit_power or fleet.highest * (grid.short_circuit_ratio or 0.0)
    campus = Campus(swings, server, _with_rest(fleet, server, held, jobs), pattern, short_circuit)
    chosen = tuple(swings.smoothing)
    cases = _cases(campus, jobs, {(), chosen} | ({(name,) for name in MEANS} if alone else set()))
    return SwingsResult(
        raw=cases[()][0],
        smoothed=cases[chosen][0],
        alone={name: cases[name,][0] for name in MEANS} if alone else {},
        jobs=tuple(jobs),
        accelerators=sum(job.servers for job in jobs) * server.accelerators,
        step=step,
        short_circuit=short_circuit,
        raw_power=cases[()][1],
        smoothed_power=cases[chosen][1],
        residual=max(case.residual for case, _ in cases.values()),
    )


def _cases(campus: Campus, jobs: list[Job], wanted: set[tuple[str, ...]]) -> dict[tuple[str, ...], tuple[Case, Floats]]:
    """Every case and its power; jobs are taken a few at a time, so that their arrays stay small."""
    late = [_later(job, i * campus.swings.stagger) for i, job in enumerate(jobs)]
    racks: dict[frozenset[str], Racks] = {}
    for first in range(0, len(jobs), _AT_ONCE):
        for staggered in (False, True):
            means = {frozenset(m) - {"battery"} for m in wanted if ("stagger" in m) == staggered}
            some = (late if staggered else jobs)[first : first + _AT_ONCE]
            if not means:
                continue
            at = occupancy(campus.swings, some, campus.pattern, first, len(jobs))
            for each in means:
                found = campus.racks(each, at)
                racks[each] = racks[each] + found if each in racks else found
    calms = {False: calm(jobs, campus.swings.window), True: calm(late, campus.swings.window)}
    return {m: campus.case(m, racks[frozenset(m) - {"battery"}], calms["stagger" in m]) for m in wanted}


def _jobs(swings: Swings, fleet: Fleet, held: float) -> list[Job]:
    """Those of the spec; else all that training holds, in equal jobs that start together, of which the first stops."""
    if swings.jobs is not None:
        asked = sum(job.servers for job in swings.jobs)
        if asked > held:
            raise SpecError(
                Problem(
                    f"the jobs need more servers than the {held:,.0f} that training holds at full build",
                    "facility.swings.jobs",
                    value=f"{asked:,}",
                    fix="Give smaller jobs, or a larger workload.training.share",
                )
            )
        return list(swings.jobs)
    count = min(max(int(held / max(fleet.job_servers, 1.0)), 1), _MOST_JOBS)
    job = Job(servers=int(held / count), start=_START * swings.window)
    return [job.model_copy(update={"stop": _STOP * swings.window}), *[job] * (count - 1)]


def _later(job: Job, delay: float) -> Job:
    stop = None if job.stop is None else job.stop + delay
    return job.model_copy(update={"start": job.start + delay, "stop": stop})


def _with_rest(fleet: Fleet, server: Server, held: float, jobs: list[Job]) -> Fleet:
    """Servers of training that no job takes draw their mean."""
    rest = held - sum(job.servers for job in jobs)
    mean = server.idle_power + fleet.activity * (server.peak_power - server.idle_power)
    return replace(fleet, other=fleet.other + rest * mean * (1 + server.overhead_share) / 1e3)
