"""Water that the plant draws: its quality, how far it may be concentrated, how much there is, and what comes back."""

from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from gigacampus.campus.spec.part import FromCatalog, Part
from gigacampus.quantities import M3, Date, DegC, LitrePerKWh, Quantity, Share

Concentration = Annotated[float, Quantity("mg/L", above=0.0, at_most=1e6)]
Conductivity = Annotated[float, Quantity("uS/cm", above=0.0, at_most=1e6)]
EnergyPerVolume = Annotated[float, Quantity("kWh/m3", at_most=100.0)]


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


class Recycling(FromCatalog):
    """Blowdown that is treated on site and goes back into the coolers; what the treatment rejects is discharged."""

    section: ClassVar[str] = "water_recycling"
    default_entry: ClassVar[str | None] = "reverse-osmosis"

    share: Share = Field(description="share of the blowdown that is treated")
    recovery: Share = Field(description="share of the treated water that comes back")
    passage: Share = Field(description="salts that come back over those that enter, by concentration")
    energy: EnergyPerVolume = Field(description="electricity over the water that is treated")

    @property
    def returned(self) -> float:
        """Water that comes back over the blowdown."""
        return self.share * self.recovery


class Drought(Part):
    """Days on which the permit's volumes are cut to a share of themselves."""

    start: Date = Field(description="first day")
    end: Date = Field(description="last day")
    share: Share = Field(description="share of the permit's volumes that is left")

    @model_validator(mode="after")
    def _lasts(self) -> Drought:
        if self.end < self.start:
            raise PydanticCustomError("drought", "end must not be before start")
        return self


class Permit(Part):
    """What the site may draw and discharge; a volume that is absent is no limit. Days and months are those of UTC."""

    daily: M3 | None = Field(None, description="most water drawn in a day")
    monthly: M3 | None = Field(None, description="most water drawn in a calendar month")
    by_month: list[Share] | None = Field(
        None, description="share of `monthly` in each month from January on", min_length=12, max_length=12
    )
    annual: M3 | None = Field(None, description="most water drawn in a calendar year")
    discharge_monthly: M3 | None = Field(None, description="most water discharged in a calendar month")
    discharge_max: DegC | None = Field(None, description="warmest water that may be discharged")
    droughts: list[Drought] = Field(default_factory=list, description="curtailment, in order of time", max_length=1000)

    @model_validator(mode="after")
    def _whole(self) -> Permit:
        if self.by_month is not None and self.monthly is None:
            raise PydanticCustomError("permit", "by_month gives shares of monthly, which is missing")
        if any(b.start <= a.end for a, b in zip(self.droughts, self.droughts[1:], strict=False)):
            raise PydanticCustomError("permit", "droughts must stand in order of time and not overlap")
        if self.droughts and self.daily is None and self.monthly is None and self.annual is None:
            raise PydanticCustomError("permit", "droughts cut daily, monthly or annual; give at least one of them")
        return self

    @property
    def limits(self) -> bool:
        """Whether some volume is limited."""
        return any(v is not None for v in (self.daily, self.monthly, self.annual, self.discharge_monthly))

    def cut(self, day: Date) -> float:
        """Share of the volumes that is left on a day."""
        return next((one.share for one in self.droughts if one.start <= day <= one.end), 1.0)


class Water(Part):
    """The make-up: with a quality, cycles of concentration follow its limiting ion; without, coolers' own stand.

    Where there is not the water that the plant asks for, adiabatic coolers and outside air run dry, a tower beside
    air-cooled chillers is left out, and what towers still lack is cooling that is missing: the hour is short.
    """

    quality: WaterQuality | None = Field(None, description="fresh make-up water")
    limits: WaterLimits = Field(
        default_factory=lambda: WaterLimits.model_validate({}), description="limits of the water that circulates"
    )
    reclaimed: Share = Field(0.0, description="share of the water drawn that is reclaimed")
    reclaimed_quality: WaterQuality | None = Field(None, description="reclaimed water")
    recycling: Recycling | None = Field(None, description="blowdown that is treated and used again")
    cap: LitrePerKWh | None = Field(None, description="most water that may be drawn in an hour, over the IT rating")
    permit: Permit | None = Field(None, description="volumes and temperatures that the site may draw and discharge")
    tank: M3 = Field(0.0, description="stored make-up, full at first; refilled with what the permit leaves")

    @model_validator(mode="after")
    def _mixed(self) -> Water:
        if self.quality is not None and (self.reclaimed > 0) != (self.reclaimed_quality is not None):
            raise PydanticCustomError("water", "reclaimed and reclaimed_quality go together; give both or neither")
        if self.tank > 0 and not self.limited:
            raise PydanticCustomError("water", "a tank bridges a cap or a permit's volumes, and neither is given")
        return self

    @property
    def limited(self) -> bool:
        """Whether there may be less water than the plant asks for."""
        return self.cap is not None or (self.permit is not None and self.permit.limits)


class HeatReuse(Part):
    """Heat that somebody takes from the facility water on its way to the coolers."""

    share: Share = Field(description="share of the heat of the liquid side that is taken in hours of demand")
    temperature: DegC = Field(description="temperature at which it is taken; the facility water must return as warm")
    demand_below: DegC | None = Field(
        None, description="outdoor dry bulb below which heat is wanted; absent: in every hour"
    )
    demand: list[Share] | None = Field(
        None, description="demand of each month from January on, over `share`", min_length=12, max_length=12
    )
