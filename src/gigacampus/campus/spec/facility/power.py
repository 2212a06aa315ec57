"""The power chain: from the grid's voltage to the rack."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from gigacampus.campus.spec.part import FromCatalog
from gigacampus.quantities import Share

Topology = Literal["N", "N+1", "2N", "3N/2", "4N/3", "5N/4"]


class PowerChain(FromCatalog):
    """From the grid's voltage to the rack: substation transformer, unit transformer, UPS, busway."""

    section: ClassVar[str] = "power_chains"
    default_entry: ClassVar[str | None] = "ups-4n3"

    topology: Topology = Field(description="redundancy of unit transformers and UPS")
    units: int = Field(description="units that carry the load where a topology is N+1", ge=1, le=10_000)
    headroom: float = Field(
        description="transformer rating of the paths needed, over the highest hour of the weather year", ge=1
    )
    substation_topology: Topology = Field(description="redundancy of the substation's transformers")
    substation_no_load: Share = Field(description="no-load loss of a substation transformer, over its rating")
    substation_load: Share = Field(description="load loss of a substation transformer at its rating")
    transformer_no_load: Share = Field(description="no-load loss of a unit transformer, over its rating")
    transformer_load: Share = Field(description="load loss of a unit transformer at its rating")
    ups: Literal["double-conversion", "eco", "none"] = Field(
        description="how the UPS runs; none: batteries in the rack"
    )
    ups_headroom: float = Field(description="UPS rating of the paths needed, over the IT rating", ge=1)
    ups_no_load: float = Field(description="UPS loss a in a + b L + c L2, over its rating", ge=0, lt=1)
    ups_linear: float = Field(description="UPS loss b in a + b L + c L2", gt=-1, lt=1)
    ups_square: float = Field(description="UPS loss c in a + b L + c L2", ge=0, lt=1)
    busway: Share = Field(description="loss of busways and distribution at the IT rating; it grows with the square")
    auxiliary: Share = Field(description="lighting, controls and offices, constant, over the IT rating")

    @model_validator(mode="after")
    def _losses_are_losses(self) -> PowerChain:
        a, b, c = self.ups_no_load, self.ups_linear, self.ups_square
        load = min(max(-b / (2 * c), 0.0), 1.0) if c > 0 else float(b < 0)
        if a + b * load + c * load**2 < 0:
            raise PydanticCustomError("ups", "the UPS loss a + b L + c L2 must not be negative up to full load")
        return self
