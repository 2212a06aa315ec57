"""The whole campus: one YAML file. Any noun may be absent but the name; a deal also runs alone."""

from __future__ import annotations

from datetime import date
from typing import Literal

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from gigacampus.campus.spec.compute import Compute
from gigacampus.campus.spec.deal import Deal
from gigacampus.campus.spec.facility import Facility
from gigacampus.campus.spec.part import Part
from gigacampus.campus.spec.policy import Promise
from gigacampus.campus.spec.site import Site
from gigacampus.campus.spec.supply import Supply
from gigacampus.campus.spec.workload import Workload
from gigacampus.quantities import Date

_END = ("life", "end")


class Document(Part):
    """A document that figures of this spec come from."""

    title: str = Field(description="what the document is")
    url: str = Field("", description="where it stands")
    date: str | int = Field("", description="when it was published, such as 2025-10")
    grade: Literal["H", "M", "L", "D", "U", "A"] = Field(
        description="H primary seen, M secondary, L weak, D derived by arithmetic, U unconfirmed, A assumed here"
    )
    gives: list[str] = Field(description="paths of the figures that it gives, such as compute.phases[0].power")


class Life(Part):
    """The span that a run covers."""

    end: Date = Field(description="last day of operation")


class Campus(Part):
    """A campus as one file describes it, with every default filled in."""

    schema_version: Literal[1] = Field(1, description="version of this schema")
    name: str = Field(description="name of the campus", min_length=1, max_length=200)
    case: str = Field(
        "Base case", description="what sets this spec apart from others of the same campus", max_length=200
    )
    life: Life | None = Field(None, description="span of the run; a physical campus needs it")
    site: Site | None = Field(None, description="where it stands")
    compute: Compute | None = Field(None, description="servers and phases")
    workload: Workload = Field(default_factory=Workload, description="what runs on them")
    facility: Facility = Field(default_factory=Facility, description="cooling and power chain")
    supply: Supply = Field(default_factory=Supply, description="plants, grid and contracts that power it")
    deal: Deal | None = Field(None, description="who owns, lends, leases and guarantees")
    promises: list[Promise] = Field(default_factory=list, description="what is promised", max_length=200)
    sources: dict[str, Document] = Field(default_factory=dict, description="documents behind the figures of this spec")

    @property
    def physical(self) -> bool:
        """Whether there is a campus to run hour by hour, or a deal alone."""
        return self.compute is not None

    @property
    def events(self) -> dict[str, date]:
        """Dates that the phases give a deal, by name, ``ready`` being the last; none of a deal alone."""
        built = self.compute.built if self.compute else []
        return {phase.name: phase.ready for phase in built} | ({"ready": built[-1].ready} if built else {})

    @property
    def powers(self) -> dict[str, float]:
        """Power of each phase, by name [MW]; none of a deal alone."""
        return {phase.name: phase.power for phase in self.compute.built} if self.compute else {}

    @model_validator(mode="after")
    def _whole(self) -> Campus:
        if not self.physical:
            if self.deal is None:
                raise PydanticCustomError("campus", "nothing to run: give site, compute and life, or a deal, or both")
            return self
        missing = [name for name in ("site", "life") if getattr(self, name) is None]
        if missing:
            raise PydanticCustomError(
                "campus", "a campus with compute also needs {what}", {"what": " and ".join(missing)}
            )
        assert self.compute is not None
        assert self.life is not None
        if self.life.end <= self.compute.built[-1].ready:
            raise PydanticCustomError(
                "campus",
                "life.end must be after the last phase is ready, {ready} (got {end})",
                {"ready": str(self.compute.built[-1].ready), "end": str(self.life.end), "at": _END},
            )
        if self.life.end.year - self.compute.built[0].ready.year > 60:
            raise PydanticCustomError("campus", "a life of over 60 years is not run", {"at": _END})
        if self.facility.cooling.liquid is None and self.compute.server.liquid_share > 0:
            raise PydanticCustomError(
                "campus",
                "servers that give {share} of their heat to cold plates need a facility.cooling with a liquid side; "
                "give direct-to-chip-adiabatic or another, or servers of compute.server.liquid_share 0 %",
                {"share": f"{100 * self.compute.server.liquid_share:.0f} %", "at": ("facility", "cooling")},
            )
        return self
