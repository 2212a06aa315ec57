"""The workload: IT power that training and serving draw, and what they deliver for it.

In: the spec's compute and workload; local standard time minus UTC [h]; the facility's peak over IT power. Out:
`offer`, IT power by phase and hour of the weather year (P, W) [MW], and what it stands for; after the supply has said
which power there is, `settle`: accelerator hours, FLOP and tokens by calendar year (Y,).

Equations: a server draws idle + activity (peak - idle), network and storage in proportion. Training computes at its
activity, and waits at idle while it writes checkpoints and restarts (`goodput`: exact form for exponential
interruptions, Daly's interval). Serving's activity is a cosine over the local day. What neither holds idles. Progress
is FLOP at the stated utilisation; a token takes 6 N of them. Power that is not served takes from progress in proportion
to dynamic power, the power above idle; below idle servers are off.

Not modelled yet: steps, parallelism and networks, queues, request lengths, several job sizes, causes of interruption
apart, which jobs yield first when power is short, planned stops.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gigacampus.campus.spec.compute import Compute
from gigacampus.campus.spec.workload import Serving, Workload
from gigacampus.engines.workload.goodput import goodput, interval, time_to_interruption
from gigacampus.timeline import WEATHER_HOURS, Timeline

__all__ = ["Offer", "WorkloadResult", "offer", "settle"]

Floats = NDArray[np.float64]
_SECONDS = 3600.0


@dataclass(frozen=True)
class Offer:
    """What the workload asks for, phase by phase; every phase counts all that is built up to it.

    Attributes
    ----------
    it_rating : array, shape (P,) [MW]
        IT power for which the halls are built.
    servers, accelerators : array, shape (P,)
        Numbers, not rounded: at a gigawatt one server is nothing.
    it : array, shape (P, W) [MW]
        Mean IT power of each hour of the weather year, in UTC.
    idle : array, shape (P,) [MW]
        IT power if everything idles.
    serving_activity : array, shape (W,) [0-1]
    time_to_interruption, checkpoint_interval : array, shape (P,) [s]
        Of one training job.
    ettr : array, shape (P,) [0-1]
        Effective training time ratio: progress kept over wall time.
    lost, writing, restarting : array, shape (P,) [0-1]
        The rest of training's time.
    """

    it_rating: Floats
    servers: Floats
    accelerators: Floats
    it: Floats
    idle: Floats
    serving_activity: Floats
    time_to_interruption: Floats
    checkpoint_interval: Floats
    ettr: Floats
    lost: Floats
    writing: Floats
    restarting: Floats


@dataclass(frozen=True)
class WorkloadResult:
    """What was delivered; Y calendar years of the life.

    Attributes
    ----------
    energy : array, shape (Y,) [MWh]
        IT energy.
    accelerator_hours : array, shape (Y,) [h]
        Of everything installed, at work or not.
    training_flop : array, shape (Y,) [FLOP]
        Model FLOP of progress that is kept.
    tokens : array, shape (Y,)
        Tokens on which the reference model is trained, 6 N FLOP each.
    ettr : array, shape (Y,) [0-1]
        Training's kept progress over its time, curtailment included; 0 where there is no training.
    curtailed : array, shape (Y,) [0-1]
        Share of dynamic IT energy that was asked for and not served.
    """

    energy: Floats
    accelerator_hours: Floats
    training_flop: Floats
    tokens: Floats
    ettr: Floats
    curtailed: Floats


def offer(compute: Compute, workload: Workload, utc_offset: float, peak_ratio: float) -> Offer:
    """IT power that the workload draws if all of it is served.

    Parameters
    ----------
    compute : Compute
    workload : Workload
    utc_offset : float [h]
        Local standard time minus UTC.
    peak_ratio : float
        Highest facility over IT power; it turns phases given as facility power into IT ratings.

    Returns
    -------
    Offer
    """
    server = compute.server
    power = np.cumsum([phase.power for phase in compute.built])
    rating = power / (peak_ratio if compute.basis == "facility" else 1.0)
    servers = rating * 1e3 / (server.peak_power * (1 + server.overhead_share))
    mtti = _mtti(workload, servers * server.accelerators)
    shares = goodput(mtti, workload.failures.write, workload.failures.restart)
    activity = _serving_activity(workload.serving, utc_offset)
    least = server.idle_power / server.peak_power
    busy = workload.training.share * workload.training.activity * shares.active[:, None]
    busy = busy + workload.serving.share * activity[None, :]
    return Offer(
        it_rating=rating,
        servers=servers,
        accelerators=servers * server.accelerators,
        it=rating[:, None] * (least + (1 - least) * busy),
        idle=rating * least,
        serving_activity=activity,
        time_to_interruption=mtti,
        checkpoint_interval=interval(workload.failures.write, mtti),
        ettr=shares.kept,
        lost=shares.lost,
        writing=shares.writing,
        restarting=shares.restarting,
    )


def _mtti(workload: Workload, accelerators: Floats) -> Floats:
    """Mean time between interruptions of a job [s]; a job is no larger than what training holds."""
    job = np.minimum(workload.training.job_accelerators, np.maximum(accelerators * workload.training.share, 1.0))
    return time_to_interruption(job, workload.failures.rate)


def _serving_activity(serving: Serving, utc_offset: float) -> Floats:
    """Activity of serving in the middle of each hour of the weather year: mean + swing cos(2 pi (h - peak) / 24)."""
    local = np.arange(WEATHER_HOURS) + 0.5 + utc_offset
    return serving.activity_mean + serving.activity_swing * np.cos(2 * np.pi * (local - serving.peak_hour) / 24)


def settle(offer: Offer, compute: Compute, workload: Workload, timeline: Timeline, it_served: Floats) -> WorkloadResult:
    """What the workload delivers with the IT power that it got.

    Parameters
    ----------
    offer : Offer
    compute, workload
        As in `offer`.
    timeline : Timeline
    it_served : array, shape (H,) [MW]

    Returns
    -------
    WorkloadResult
    """
    server, training, phase = compute.server, workload.training, timeline.phase
    asked, idle = timeline.gather(offer.it), offer.idle[phase]
    dynamic = asked - idle
    got = np.clip(it_served - idle, 0.0, dynamic)
    progress = np.where(dynamic > 0, got / np.where(dynamic > 0, dynamic, 1.0), (it_served >= idle) * 1.0)
    accelerators = offer.accelerators[phase]
    peak = accelerators * server.accelerator_peak * 1e12 * _SECONDS
    kept = timeline.yearly(training.share * accelerators * offer.ettr[phase] * progress)
    flop = timeline.yearly(training.share * peak * training.mfu * offer.ettr[phase] * progress)
    return WorkloadResult(
        energy=timeline.yearly(it_served),
        accelerator_hours=timeline.yearly(accelerators),
        training_flop=flop,
        tokens=flop / (6 * training.parameters),
        ettr=_ratio(kept, timeline.yearly(training.share * accelerators)),
        curtailed=_ratio(timeline.yearly(dynamic - got), timeline.yearly(dynamic)),
    )


def _ratio(part: Floats, whole: Floats) -> Floats:
    """Part over whole, 0 where there is no whole."""
    return np.where(whole > 0, part / np.where(whole > 0, whole, 1.0), 0.0)
