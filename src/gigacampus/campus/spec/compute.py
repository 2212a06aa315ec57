"""What is bought: servers, and the phases in which their power comes on."""

from __future__ import annotations

from itertools import pairwise
from typing import ClassVar, Literal

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from gigacampus.campus.spec.part import FromCatalog, Part
from gigacampus.quantities import MW, USD, Date, DegC, Kg, Share, TFLOPs, Years, format_quantity, kW


class Server(FromCatalog):
    """One server or rack-scale system, with its share of network and storage in the same hall."""

    section: ClassVar[str] = "servers"
    default_entry: ClassVar[str | None] = "gb200-nvl72"

    accelerator: str = Field(description="name of the accelerator")
    accelerators: int = Field(description="accelerators in one server", ge=1)
    accelerator_peak: TFLOPs = Field(description="dense BF16 peak of one accelerator")
    peak_power: kW = Field(description="highest sustained power of one server at its rack supply's input")
    idle_power: kW = Field(description="power of one server that runs no job")
    overhead_share: Share = Field(description="network, storage and management power, as a share of servers' power")
    liquid_share: Share = Field(description="share of the heat that cold plates take")
    fan_share: Share = Field(description="share of power that the server's own fans take, at fan_inlet and below")
    fan_inlet: DegC = Field(25.0, description="inlet air up to which fans run at their normal speed")
    fan_limit: DegC = Field(85.0, description="temperature of parts that fans hold: flow goes with 1 / (limit - inlet)")
    price: USD = Field(description="price of one server")
    life: Years = Field(description="depreciation life")
    mass: Kg = Field(description="mass of one server, which holds heat while cooling stands still")
    embodied: Kg = Field(description="cradle-to-gate CO2e of one server")

    @model_validator(mode="after")
    def _idle_below_peak(self) -> Server:
        if self.idle_power > self.peak_power:
            raise PydanticCustomError("server", "idle_power must not be above peak_power")
        if self.fan_limit < self.fan_inlet + 5:
            raise PydanticCustomError("server", "fan_limit must be at least 5 K above fan_inlet")
        return self


class Phase(Part):
    """Power that comes on at one date."""

    name: str = Field(description="name of the phase")
    ready: Date = Field(description="first day on which the phase's halls take load")
    power: MW = Field(description="power that the phase adds, on the campus's power basis")


class Expansion(Part):
    """Phases that stand in the spec but run only when enabled."""

    enabled: bool = Field(False, description="whether the expansion is built")
    phases: list[Phase] = Field(description="phases of the expansion", min_length=1, max_length=40)


class Compute(Part):
    """Servers and phases."""

    server: Server = Field(default_factory=lambda: Server.model_validate({}), description="what fills the halls")
    basis: Literal["it", "facility"] = Field(
        "it", description="whether phases' power is IT power or the facility's peak"
    )
    phases: list[Phase] = Field(description="phases in the order in which they come on", min_length=1, max_length=40)
    expansion: Expansion | None = Field(None, description="phases that are an option")

    @model_validator(mode="after")
    def _in_order(self) -> Compute:
        built = self.built
        for before, phase in pairwise(built):
            if phase.ready < before.ready:
                raise PydanticCustomError(
                    "phases",
                    "phases must stand in the order of their ready dates, and {name} is ready before {before}",
                    {"name": phase.name, "before": before.name, "at": self._place(phase, "ready")},
                )
        names = [phase.name for phase in self.built]
        twice = next((name for name in names if names.count(name) > 1), None)
        if twice is not None:
            raise PydanticCustomError("phases", "two phases are called {name}; each has its own name", {"name": twice})
        return self

    @model_validator(mode="after")
    def _holds_a_server(self) -> Compute:
        least = self.server.peak_power * (1 + self.server.overhead_share) / 1e3
        for phase in self.phases + (self.expansion.phases if self.expansion else []):
            if phase.power < least:
                raise PydanticCustomError(
                    "phases",
                    "{name} holds no server: its power is {power}, and one takes {least} with its network and storage; "
                    "give the phase more power, or a smaller compute.server",
                    {"name": phase.name, "power": format_quantity(phase.power, "MW"),
                     "least": format_quantity(float(f"{least:.4g}"), "MW"), "at": self._place(phase, "power")},
                )  # fmt: skip
        return self

    def _place(self, phase: Phase, field: str) -> tuple[str | int, ...]:
        """Where a figure of a phase stands, for what is said of it."""
        if any(phase is one for one in self.phases):
            return "phases", next(i for i, one in enumerate(self.phases) if one is phase), field
        assert self.expansion is not None
        return "expansion", "phases", next(i for i, one in enumerate(self.expansion.phases) if one is phase), field

    @property
    def built(self) -> list[Phase]:
        """Phases that are built: the base, and the expansion where it is enabled."""
        return self.phases + (self.expansion.phases if self.expansion and self.expansion.enabled else [])
