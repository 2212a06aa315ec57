"""Power swings: synchronous training within seconds, what smooths it, and the grid that it swings against."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from gigacampus.campus import catalog
from gigacampus.campus.spec.facility.swing_limits import SwingLimit
from gigacampus.campus.spec.part import FromCatalog, Part
from gigacampus.quantities import (
    MVA,
    MW,
    USD,
    Hours,
    Joule,
    MWh,
    Seconds,
    Share,
    USDPerKW,
    USDPerKWh,
    WattPerSecond,
    kW,
)

Smoothing = Literal["rack-storage", "battery", "floor", "ramps", "stagger"]


class Job(Part):
    """One synchronous job within the window."""

    servers: int = Field(description="servers (racks) of the job", ge=1)
    start: Seconds = Field(0.0, description="second of the window in which it starts; until then its servers idle")
    stop: Seconds | None = Field(None, description="second in which it stops; it runs on by default")

    @model_validator(mode="after")
    def _runs(self) -> Job:
        if self.stop is not None and self.stop <= self.start:
            raise PydanticCustomError("job", "stop must be after start")
        return self


class RackStorage(FromCatalog):
    """Capacitors or batteries at the rack's supplies, per accelerator."""

    section: ClassVar[str] = "rack_storages"
    default_entry: ClassVar[str | None] = "gb300-capacitor"

    energy: Joule = Field(description="usable energy per accelerator")
    power: kW = Field(description="highest power in or out per accelerator")
    efficiency: Share = Field(description="efficiency each way")
    price: USD = Field(description="price per accelerator")

    @model_validator(mode="after")
    def _stores(self) -> RackStorage:
        if min(self.energy, self.power, self.efficiency) <= 0:
            raise PydanticCustomError(
                "storage",
                "energy, power and efficiency must be above zero; leave rack-storage out of smoothing instead",
            )
        return self


class SwingBattery(FromCatalog):
    """A battery at the point of interconnection; sized over the campus's load at its rating unless given outright."""

    section: ClassVar[str] = "swing_batteries"
    default_entry: ClassVar[str | None] = "lithium-ion"

    power: MW | None = Field(
        None, description="power of its inverters; size_share of the campus's load at its rating by default"
    )
    energy: MWh | None = Field(None, description="usable energy; duration at that power by default")
    size_share: Share = Field(description="power over the campus's load at its rating, where power is not given")
    duration: Hours = Field(description="energy over power, where energy is not given")
    efficiency: Share = Field(description="efficiency each way")
    filter: Seconds = Field(description="time constant of the filter that the grid's power follows")
    price_power: USDPerKW = Field(description="price of its power part")
    price_energy: USDPerKWh = Field(description="price of its energy part")

    @model_validator(mode="after")
    def _stores(self) -> SwingBattery:
        power = self.size_share if self.power is None else self.power
        energy = self.duration if self.energy is None else self.energy
        if min(power, energy, self.efficiency, self.filter) <= 0:
            raise PydanticCustomError(
                "storage",
                "power, energy, efficiency and filter must be above zero; leave battery out of smoothing instead",
            )
        return self


class PointOfInterconnection(FromCatalog):
    """The grid behind the point of interconnection, as a voltage behind an impedance."""

    section: ClassVar[str] = "grid_connections"
    default_entry: ClassVar[str | None] = "transmission-60hz"

    short_circuit_ratio: float | None = Field(
        None, description="short-circuit power over the campus's load at its rating", gt=0
    )
    short_circuit_power: MVA | None = Field(None, description="short-circuit power, in place of the ratio")
    x_over_r: float = Field(description="reactance over resistance of the grid's impedance", gt=0)
    power_factor: float = Field(description="of the campus, lagging", gt=0, le=1)
    lamp: Literal["120 V", "230 V"] = Field(description="reference lamp of the flickermeter")
    frequency: Literal[50, 60] = Field(description="of the mains, in Hz")

    @model_validator(mode="before")
    @classmethod
    def _either(cls, given: object) -> object:
        """A power that is given replaces the entry's ratio."""
        if isinstance(given, dict) and given.get("short_circuit_power") is not None:
            if given.get("short_circuit_ratio") is not None:
                raise PydanticCustomError("grid", "give short_circuit_ratio or short_circuit_power, not both")
            return {**given, "short_circuit_ratio": None}
        return given

    @model_validator(mode="after")
    def _strong(self) -> PointOfInterconnection:
        if self.short_circuit_ratio is None and self.short_circuit_power is None:
            raise PydanticCustomError("grid", "give short_circuit_ratio or short_circuit_power")
        return self


class Swings(FromCatalog):
    """Minutes of the campus at full build, in steps of 10 ms: all jobs start, train, and the largest stops."""

    section: ClassVar[str] = "power_swings"
    default_entry: ClassVar[str | None] = "synchronous-training"

    window: Seconds = Field(description="span that is simulated; flicker is defined over 10 min", ge=30, le=3600)
    seed: int = Field(0, description="seed of all jitter", ge=0)
    jobs: list[Job] | None = Field(
        None, description="jobs; by default training in jobs of workload.training.job_accelerators", min_length=1,
        max_length=200,
    )  # fmt: skip
    step: Seconds | None = Field(
        None,
        description="time of one training step; that of its tokens at the workload's utilisation by default",
        ge=0.05,
    )
    tokens: float = Field(description="tokens of one step over the job's accelerators, for its time", gt=0)
    step_jitter: Share = Field(description="standard deviation of a step's time over its mean")
    job_spread: Share = Field(description="standard deviation of mean step time among jobs")
    server_spread: Seconds = Field(description="standard deviation of when a step's compute ends, among servers")
    accelerator_spread: Seconds = Field(description="the same among accelerators of one server")
    compute: Share = Field(description="power between idle (0) and peak (1) in the compute part of a step")
    communication: Share = Field(description="power between idle (0) and peak (1) while servers exchange results")
    smoothing: list[Smoothing] = Field(default_factory=list, description="what smooths the swings", max_length=5)
    rack_storage: RackStorage = Field(
        default_factory=lambda: RackStorage.model_validate({}), description="storage in the racks"
    )
    battery: SwingBattery = Field(
        default_factory=lambda: SwingBattery.model_validate({}), description="battery of the campus"
    )
    floor: Share = Field(description="least power of a server whose job runs, over its peak; the rest is burnt")
    ramp_up: WattPerSecond = Field(description="fastest rise of an accelerator's power", gt=0)
    ramp_down: WattPerSecond = Field(description="fastest fall of an accelerator's power; the rest is burnt", gt=0)
    stagger: Seconds = Field(description="time between the starts of two jobs")
    cooling_lag: Seconds = Field(description="time constant with which the cooling plant's power follows IT power")
    grid: PointOfInterconnection = Field(
        default_factory=lambda: PointOfInterconnection.model_validate({}),
        description="grid at the point of interconnection",
    )
    limits: list[SwingLimit] = Field(
        default_factory=lambda: [SwingLimit.model_validate(name) for name in catalog.names(SwingLimit.section)],
        description="limits against which the swings are held; all that the catalogue knows by default", max_length=60,
    )  # fmt: skip

    @model_validator(mode="after")
    def _swings(self) -> Swings:
        if self.communication >= self.compute:
            raise PydanticCustomError("swings", "communication must be below compute: it is the dip of each step")
        if len(set(self.smoothing)) < len(self.smoothing):
            raise PydanticCustomError("swings", "smoothing names each means once")
        late = next((i for i, job in enumerate(self.jobs or []) if job.start >= self.window), None)
        if late is not None:
            raise PydanticCustomError("swings", "jobs[{i}] must start within the window", {"i": late})
        return self
