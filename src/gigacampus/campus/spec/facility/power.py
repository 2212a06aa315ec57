"""The power chain: what stands between the grid's voltage and the boards, and what each of it loses."""

from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from gigacampus.campus.spec.facility.topology import Topology
from gigacampus.campus.spec.part import FromCatalog
from gigacampus.quantities import MVA, Seconds, Share

Point = tuple[Annotated[float, Field(gt=0, le=2)], Annotated[float, Field(gt=0, le=1)]]


class PowerElement(FromCatalog):
    """What one element loses: a + b L + c L2 over its rating at a load L, or between points of its efficiency."""

    section: ClassVar[str] = "power_elements"

    no_load: Share = Field(0.0, description="loss a in a + b L + c L2, over the rating")
    linear: float = Field(0.0, description="loss b in a + b L + c L2", gt=-1, lt=1)
    square: Share = Field(0.0, description="loss c in a + b L + c L2")
    points: list[Point] | None = Field(
        None,
        description="load over rating and efficiency there, in place of a, b and c; below the first its loss stays",
        min_length=2,
        max_length=40,
    )

    lag: Seconds = Field(
        0.0,
        description="time constant with which what it draws follows what it gives, by what its DC link stores",
        le=10,
    )

    @model_validator(mode="after")
    def _losses_are_losses(self) -> PowerElement:
        if self.points is not None:
            self._points_rise(self.points)
            return self
        a, b, c = self.no_load, self.linear, self.square
        if a == b == c == 0:
            raise PydanticCustomError("element", "an element needs use, points, or one of no_load, linear and square")
        load = min(max(-b / (2 * c), 0.0), 1.0) if c > 0 else float(b < 0)
        if a + b * load + c * load**2 < 0:
            raise PydanticCustomError("element", "the loss a + b L + c L2 must not be negative up to full load")
        return self

    def _points_rise(self, points: list[Point]) -> None:
        if self.no_load or self.linear or self.square:
            raise PydanticCustomError("element", "points replace no_load, linear and square: give one of both")
        drawn = [load / efficiency for load, efficiency in points]
        if sorted({load for load, _ in points}) != [load for load, _ in points] or sorted(set(drawn)) != drawn:
            raise PydanticCustomError("element", "load and the power that is drawn must rise from point to point")
        if points[-1][0] < 1:
            raise PydanticCustomError("element", "the last point must be at full load, 1, or above")


class PowerChain(FromCatalog):
    """From the grid's voltage to the boards, in the order in which power passes.

    null leaves an element out, but for substation and transformer.
    """

    section: ClassVar[str] = "power_chains"
    default_entry: ClassVar[str | None] = "ups-4n3"

    topology: Topology = Field(description="redundancy of unit transformers, UPS and what stands in line with them")
    units: int = Field(
        description="units of a group that carry its load where topology is N, N+1 or catcher", ge=1, le=1000
    )
    headroom: float = Field(
        description="transformer rating of the paths needed, over the highest load of weather year and design days",
        ge=1,
    )
    substation_topology: Topology = Field(description="redundancy of the substation's transformers")
    substation_units: int = Field(
        description="transformers of a substation that carry its load where its topology is N, N+1 or catcher",
        ge=1,
        le=1000,
    )
    substation_largest: MVA = Field(
        description="largest transformer of a substation; where one group would need larger, there are several"
    )
    substation: PowerElement = Field(description="transformer of the substation")
    medium: PowerElement | None = Field(None, description="cables and switchgear at medium voltage")
    transformer: PowerElement = Field(description="unit transformer, to low voltage")
    ups: PowerElement | None = Field(
        None, description="UPS, or the rectifier of a hall on direct current; null: batteries in the rack"
    )
    ups_headroom: float = Field(1.0, description="UPS rating of the paths needed, over what it gives at full IT", ge=1)
    distribution: PowerElement | None = Field(None, description="PDU or busway")
    branch: PowerElement | None = Field(None, description="cables from a PDU to its racks; a busway needs none")
    supply: PowerElement | None = Field(None, description="rack supply: shelf, server supply or sidecar; inside IT")
    board: PowerElement | None = Field(None, description="converter from the rack's voltage to the board's; inside IT")
    supply_topology: Topology = Field("N", description="redundancy of rack supplies and boards' converters")
    supply_headroom: float = Field(1.0, description="rating of the rack supplies needed, over the IT rating", ge=1)
    auxiliary: Share = Field(description="lighting, controls and offices, constant, over the IT rating")

    @model_validator(mode="before")
    @classmethod
    def _stands(cls, given: object) -> object:
        """Transformers stand in every chain."""
        left = [
            name for name in ("substation", "transformer") if isinstance(given, dict) and given.get(name, name) is None
        ]
        if left:
            raise PydanticCustomError(
                "chain",
                "{name} must be given; null leaves out medium, ups, distribution, branch, supply and board alone",
                {"name": left[0]},
            )
        return given
