"""One campus under one choice of what smooths its swings: its power, what that loses, and what it costs."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from gigacampus.campus.spec.compute import Server
from gigacampus.campus.spec.facility import PowerChain, Swings
from gigacampus.campus.spec.workload import Workload
from gigacampus.engines.swings.grid import Seen, seen
from gigacampus.engines.swings.limits import Against, against
from gigacampus.engines.swings.load import STEP, Occupancy, Pattern
from gigacampus.engines.swings.smoothing import Stored, follow, ramped, store

Floats = NDArray[np.float64]

_HOURS = 8766.0
_RACK_FILTER = 2.0
"""Time constant of the racks' filter, in training steps."""


@dataclass(frozen=True)
class Fleet:
    """The campus around its jobs, at full build.

    Attributes
    ----------
    servers : float
    training : float [0-1]
        Share of the servers that training holds.
    activity : float [0-1]
        Mean power between idle and peak while a job makes progress.
    job_servers : float
        Of one job.
    interval, write : float [s]
        Between two checkpoints, and of writing one.
    other : float [MW]
        IT power of all that is no training.
    chain : float
        Power at the meter over IT power, by what the power chain loses in proportion.
    fixed : float [MW]
        The rest at the meter that does not follow IT power.
    highest : float [MW]
        Load at the meter with all IT at its rating, in the worst hour.
    price : float [USD/MWh]
        Of energy.
    parameters : float
        Of the model that is trained.
    flops : float [FLOP/s]
        Of one accelerator while a job makes progress.
    cooling : pairs of IT power and the cooling plant's [MW]
        Rising; empty where all cooling is in `fixed`.
    lags : tuple of float [s]
        With which rack supplies and UPS follow what they give.
    """

    servers: float
    training: float
    activity: float
    job_servers: float
    interval: float
    write: float
    other: float
    chain: float
    fixed: float
    highest: float
    price: float
    parameters: float
    flops: float
    cooling: tuple[tuple[float, float], ...] = ()
    lags: tuple[float, ...] = ()

    @classmethod
    def of(
        cls,
        server: Server,
        workload: Workload,
        chain: PowerChain,
        *,
        servers: float,
        rating: float,
        interval: float,
        it: Floats,
        losses: Iterable[Floats],
        peak_ratio: float,
        load: Floats,
        cooling: Floats,
        price: Floats,
    ) -> Fleet:
        """The campus as its hours are.

        Parameters
        ----------
        server, workload, chain
            Of the spec.
        servers, rating : float, float [MW]
        interval : float [s]
        it, losses : array, arrays [MW]
            Hours of full build: IT power, and what each part of the power chain loses.
        peak_ratio : float
            Highest facility over IT power.
        load, cooling : array, shape (K,)
            Steady IT loads over the rating, rising, and the cooling plant's power over IT power at each.
        price : array [USD/MWh]
            By hour.
        """
        training, serving, energy = workload.training, workload.serving, float(it.sum())
        lost, least = sum(float(part.sum()) for part in losses), server.idle_power / server.peak_power
        idle, busy = least * (1 - training.share), (1 - least) * (serving.share * serving.activity_mean)
        steady = rating * load
        elements = (chain.supply, chain.board, chain.ups)
        return cls(
            servers=servers,
            training=training.share,
            activity=training.activity,
            job_servers=training.job_accelerators / server.accelerators,
            interval=interval,
            write=workload.failures.write,
            other=rating * (idle + busy),
            chain=1 + (lost / energy if energy > 0 else 0.0),
            fixed=chain.auxiliary * rating,
            highest=peak_ratio * rating,
            price=float(price.mean()),
            parameters=training.parameters,
            flops=training.mfu * server.accelerator_peak * 1e12,
            cooling=tuple(zip(steady.tolist(), (steady * cooling).tolist(), strict=True)),
            lags=tuple(element.lag for element in elements if element and element.lag > 0),
        )


@dataclass(frozen=True)
class Case:
    """What one choice of smoothing comes to.

    Attributes
    ----------
    seen : Seen
    steady : Seen or None
        The same while no job starts or stops; None where that is for less than ten seconds.
    limits : tuple of Against
    lost : float [MW]
        Mean power that is burnt or lost in storage, with its cooling, at the point of interconnection.
    withheld : float [MW]
        Mean power that jobs ask for and a ramp limit holds back: work that is done later.
    capital : float [USD]
    cycles : float or None [1/year]
        Energy out of the campus's battery over its size, if the window stood for a year; wear is not priced.
    energy_cost : float [USD/year]
        Of what is lost, if the window stood for a year.
    residual : float
        Energy in less energy out, losses and change of store, over energy in.
    """

    seen: Seen
    steady: Seen | None
    limits: tuple[Against, ...]
    lost: float
    withheld: float
    capital: float
    cycles: float | None
    energy_cost: float
    residual: float


@dataclass(frozen=True)
class Racks:
    """What servers of jobs draw together [MW], shape (N,), and what went into their storage [MJ].

    `demand` is what the jobs ask for; `power` what racks draw; `lost` burnt or lost in storage; `withheld` by ramps.
    """

    demand: Floats
    power: Floats
    lost: Floats
    withheld: Floats
    stored: float

    def __add__(self, other: Racks) -> Racks:
        return Racks(*(getattr(self, f.name) + getattr(other, f.name) for f in fields(Racks)))


@dataclass(frozen=True)
class Campus:
    """What all cases share."""

    swings: Swings
    server: Server
    fleet: Fleet
    pattern: Pattern
    short_circuit: float

    def racks(self, means: Collection[str], jobs: Occupancy) -> Racks:
        """Floor, ramp limits and storage in the racks, in the order in which power flows."""
        spec = self.swings
        if "ramps" not in means and "rack-storage" not in means:
            jobs = jobs.total
        floor = spec.floor if "floor" in means else 0.0
        demand = self.power(jobs, 0.0)
        held = self.power(jobs, floor) if floor else demand
        accelerators = jobs.servers * self.server.accelerators
        if "ramps" in means:
            held = ramped(held, accelerators * spec.ramp_up / 1e6, accelerators * spec.ramp_down / 1e6)
        above = held - demand
        lost, withheld = np.maximum(above, 0.0).sum(axis=0), np.maximum(-above, 0.0).sum(axis=0)
        if "rack-storage" not in means:
            return Racks(demand.sum(axis=0), held.sum(axis=0), lost, withheld, 0.0)
        behind = self._stored(held, accelerators, floor)
        lost += behind.loss.sum(axis=0)
        return Racks(demand.sum(axis=0), behind.power.sum(axis=0), lost, withheld, float(behind.change.sum()))

    def case(self, means: Collection[str], racks: Racks, calm: slice | None) -> tuple[Case, Floats]:
        """The rest of the way: DC links, cooling, the battery; with the power at the point of interconnection [MW]."""
        spec, fleet, chain = self.swings, self.fleet, self.fleet.chain
        steady, useful = chain * fleet.other + fleet.fixed, racks.demand - racks.withheld
        asked, needed, cooled = (self.cooling(it) for it in (racks.demand, useful, racks.power))
        drawn, linked = follow(racks.power, fleet.lags)
        power, out = chain * drawn + steady + cooled, chain * useful + steady + needed
        lost, stored = chain * racks.lost + cooled - needed, chain * (racks.stored + linked)
        capital, cycles = 0.0, None
        if "rack-storage" in means:
            capital += spec.rack_storage.price * self.fleet.servers * self.server.accelerators
        if "battery" in means:
            behind = self._battery(power)
            size, energy = self.battery
            out_of = np.maximum(power - behind.power[0], 0.0).mean() / spec.battery.efficiency
            power, lost, stored = behind.power[0], lost + behind.loss[0], stored + float(behind.change[0])
            cycles = float(out_of) * _HOURS / energy
            capital += 1e3 * (size * spec.battery.price_power + energy * spec.battery.price_energy)
        off = abs(float(np.sum(power) - np.sum(out) - np.sum(lost)) * STEP - stored)
        mean, sees = float(np.mean(lost)), seen(power, spec.grid, self.short_circuit)
        case = Case(
            seen=sees,
            steady=None if calm is None else seen(power[calm], spec.grid, self.short_circuit),
            limits=against(spec.limits, power, sees, fleet.highest),
            lost=mean,
            withheld=float(np.mean(chain * racks.withheld + asked - needed)),
            capital=capital,
            cycles=cycles,
            energy_cost=mean * _HOURS * self.fleet.price,
            residual=off / (float(np.sum(power)) * STEP),
        )
        return case, power

    def cooling(self, racks: Floats) -> Floats:
        """What the cooling plant draws for the heat of the jobs' racks and of all else [MW], shape (N,)."""
        if not self.fleet.cooling:
            return np.zeros_like(racks)
        it, power = np.array(self.fleet.cooling).T
        return np.asarray(np.interp(follow(racks + self.fleet.other, (self.swings.cooling_lag,))[0], it, power))

    def power(self, jobs: Occupancy, floor: float) -> Floats:
        """IT power of the jobs [MW], shape (J, N); no server whose job runs draws less than `floor` of its peak."""
        idle, peak = self.server.idle_power, self.server.peak_power
        least = max((floor * peak - idle) / (peak - idle), 0.0) if peak > idle else 0.0
        low, high = max(self.pattern.low, least), max(self.pattern.high, least)
        active = least * jobs.running + (low - least) * jobs.active + (high - low) * jobs.computing
        return self.per_server(jobs.servers[:, None], active)

    def per_server(self, servers: Floats, active: Floats) -> Floats:
        """IT power [MW] of servers of which so many are at their peak and the others idle, with network and storage."""
        idle, peak = self.server.idle_power, self.server.peak_power
        return np.asarray((servers * idle + (peak - idle) * active) * (1 + self.server.overhead_share) / 1e3)

    @property
    def battery(self) -> tuple[float, float]:
        """Power [MW] and energy [MWh] of the campus's battery."""
        spec = self.swings.battery
        power = spec.size_share * self.fleet.highest if spec.power is None else spec.power
        return power, spec.duration * power if spec.energy is None else spec.energy

    def _battery(self, power: Floats) -> Stored:
        spec = self.swings.battery
        size, energy = self.battery
        limits = np.array([3600 * energy]), np.array([size])
        return store(power[None], *limits, spec.efficiency, spec.filter, np.ones(1))

    def _stored(self, power: Floats, accelerators: Floats, floor: float) -> Stored:
        """Storage in the racks takes as much of each step's swing as its energy lasts for."""
        spec, pattern = self.swings, self.pattern
        one = Occupancy(np.ones(1), *np.array([[[1.0, 1.0]], [[1.0, 1.0]], [[0.0, 1.0]]]))
        low, high = self.power(one, floor)[0]
        swing = (high - low) * pattern.share * (1 - pattern.share) * pattern.step / self.server.accelerators
        storage, energy = spec.rack_storage, spec.rack_storage.energy / 1e6
        gain = min(energy / (swing * storage.efficiency), 1.0) if swing > 0 else 1.0
        limits = energy * accelerators, storage.power / 1e3 * accelerators
        return store(power, *limits, storage.efficiency, _RACK_FILTER * pattern.step, np.full(len(power), gain))
