"""The cooling plant: its parts in the order in which heat passes through them."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from gigacampus.campus.spec.facility.chillers import Chiller
from gigacampus.campus.spec.facility.indoors import AirHandlers, Liquid, OutsideAir
from gigacampus.campus.spec.facility.outdoors import HeatRejection, WaterLoop
from gigacampus.campus.spec.part import FromCatalog
from gigacampus.quantities import Share

Kind = Literal["air-economiser", "chilled-water", "air-cooled-chiller", "direct-to-chip", "immersion"]

_PARTS: dict[str, tuple[set[str], set[str]]] = {
    "air-economiser": ({"outside_air"}, {"air", "loop", "chiller", "rejection"}),
    "chilled-water": ({"air", "loop", "rejection", "chiller"}, set()),
    "air-cooled-chiller": ({"air", "loop", "chiller"}, {"rejection"}),
    "direct-to-chip": ({"liquid", "loop", "rejection", "air_plant"}, {"chiller"}),
    "immersion": ({"liquid", "loop", "rejection", "air_plant", "liquid_share"}, {"chiller"}),
}
"""Parts that each kind of plant needs, and those that it may have."""


class CoolingPlant(FromCatalog):
    """Parts in the order in which heat passes through them; `kind` says which must stand."""

    section: ClassVar[str] = "cooling_plants"
    default_entry: ClassVar[str | None] = "direct-to-chip-adiabatic"

    kind: Kind = Field(description="what cools the racks")
    liquid_share: Share | None = Field(
        None, description="share of servers' heat to liquid; the server's own by default"
    )
    water_model: Literal["energy-balance", "all-latent"] = Field(
        "energy-balance", description="whether a tower's air also takes sensible heat, or all heat evaporates water"
    )
    liquid: Liquid | None = Field(None, description="coolant at the racks")
    air: AirHandlers | None = Field(None, description="recirculating air handlers")
    outside_air: OutsideAir | None = Field(None, description="outside-air handlers")
    loop: WaterLoop | None = Field(None, description="facility water")
    chiller: Chiller | None = Field(None, description="chillers; trim chillers where outside cold comes first")
    rejection: HeatRejection | None = Field(None, description="coolers outdoors")
    air_plant: CoolingPlant | None = Field(None, description="plant for the heat that liquid does not take")

    def liquid_of(self, servers: float) -> float:
        """Share of the servers' own heat that liquid takes; `servers` have it by themselves."""
        if self.liquid is None:
            return 0.0
        return servers if self.liquid_share is None else self.liquid_share

    @model_validator(mode="after")
    def _parts(self) -> CoolingPlant:
        needed, allowed = _PARTS[self.kind]
        parts = ("liquid", "air", "outside_air", "loop", "chiller", "rejection", "air_plant", "liquid_share")
        there = {name for name in parts if getattr(self, name) is not None}
        for word, names in (
            ("needs", needed - there),
            ("has no use for", there - needed - allowed - ({"liquid_share"} if "liquid" in needed else set())),
        ):
            if names:
                raise PydanticCustomError(
                    "plant",
                    "a plant of kind {kind} {word} {what}",
                    {"kind": self.kind, "word": word, "what": ", ".join(sorted(names))},
                )
        self._trim()
        return self

    def _trim(self) -> None:
        """What chillers and air plants need around them."""
        if self.kind == "air-economiser" and len({self.air is None, self.loop is None, self.chiller is None}) > 1:
            raise PydanticCustomError(
                "plant", "a trim chiller of an air-economiser needs air, loop and chiller together"
            )
        if (
            self.chiller
            and self.chiller.condenser == "water"
            and not (self.rejection and self.loop and self.loop.outer_rise is not None)
        ):
            raise PydanticCustomError("plant", "a water-cooled chiller needs rejection and a loop with outer water")
        if self.rejection and self.rejection.kind == "tower" and self.loop and self.loop.outer_rise is None:
            raise PydanticCustomError(
                "plant", "a tower needs a loop with outer water, for its water is open to the air"
            )
        if self.kind == "air-cooled-chiller" and self.chiller and self.chiller.condenser != "air":
            raise PydanticCustomError(
                "plant", "a plant of kind air-cooled-chiller needs a chiller with an air condenser"
            )
        if self.air_plant and self.air_plant.liquid:
            raise PydanticCustomError(
                "plant", "the air_plant must cool air; it is of kind {kind}", {"kind": self.air_plant.kind}
            )
