"""Water that the plant draws: its quality, how far it may be concentrated, and how much there is in a drought."""

from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from gigacampus.campus.spec.part import FromCatalog, Part
from gigacampus.quantities import DegC, LitrePerKWh, Quantity, Share

Concentration = Annotated[float, Quantity("mg/L", above=0.0, at_most=1e6)]
Conductivity = Annotated[float, Quantity("uS/cm", above=0.0, at_most=1e6)]


class WaterQuality(FromCatalog):
    """What is dissolved in a make-up water."""

    section: ClassVar[str] = "water_qualities"

    silica: Concentration = Field(description="silica, as SiO2")
    calcium: Concentration = Field(description="calcium hardness, as CaCO3")
    chloride: Concentration = Field(description="chloride")
    conductivity: Conductivity = Field(description="specific conductance")


class WaterLimits(FromCatalog):
    """What may be dissolved in the water of towers and pads."""

    section: ClassVar[str] = "water_limits"
    default_entry: ClassVar[str | None] = "palo-alto-code"

    silica: Concentration = Field(description="most silica, as SiO2")
    calcium: Concentration = Field(description="most calcium hardness, as CaCO3")
    chloride: Concentration = Field(description="most chloride")
    conductivity: Conductivity = Field(description="highest specific conductance")


class Water(Part):
    """The make-up: with a quality, cycles of concentration follow its limiting ion; without, coolers' own stand."""

    quality: WaterQuality | None = Field(None, description="fresh make-up water")
    limits: WaterLimits = Field(
        default_factory=lambda: WaterLimits.model_validate({}), description="limits of the water that circulates"
    )
    reclaimed: Share = Field(0.0, description="share of the make-up that is reclaimed water")
    reclaimed_quality: WaterQuality | None = Field(None, description="reclaimed water")
    cap: LitrePerKWh | None = Field(
        None, description="most water that may be drawn in an hour, over the IT rating; beyond it coolers run dry"
    )

    @model_validator(mode="after")
    def _mixed(self) -> Water:
        if self.quality is not None and (self.reclaimed > 0) != (self.reclaimed_quality is not None):
            raise PydanticCustomError("water", "reclaimed and reclaimed_quality go together; give both or neither")
        return self


class HeatReuse(Part):
    """Heat that somebody takes from the facility water on its way to the coolers."""

    share: Share = Field(description="share of the heat of the liquid side that is taken in hours of demand")
    temperature: DegC = Field(description="temperature at which it is taken; the facility water must return as warm")
    demand_below: DegC | None = Field(
        None, description="outdoor dry bulb below which heat is wanted; absent: in every hour"
    )
