"""Where the campus stands: place, weather and the grid around it."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from gigacampus.campus import catalog
from gigacampus.campus.spec.part import FromCatalog, Part
from gigacampus.errors import SpecError
from gigacampus.quantities import (
    DegC,
    Kelvin,
    KgPerMWh,
    Latitude,
    Longitude,
    Metre,
    RatePerYear,
    Share,
    USDPerKWYear,
    USDPerMWh,
    Years,
)


class Weather(Part):
    """The weather year: a catalogue name, or one TMY3 or EPW file beside the spec."""

    use: str | None = Field(None, description="a weather year of the catalogue, such as monroe-la")
    tmy3: str | None = Field(None, description="path of a TMY3 file, relative to the spec")
    epw: str | None = Field(None, description="path of an EPW file, relative to the spec")

    @model_validator(mode="before")
    @classmethod
    def _named(cls, given: object) -> object:
        return {"use": given} if isinstance(given, str) else given

    @model_validator(mode="after")
    def _one(self) -> Weather:
        if sum(path is not None for path in (self.use, self.tmy3, self.epw)) != 1:
            raise PydanticCustomError("weather", "exactly one of use, tmy3 and epw is needed")
        if self.use is not None:
            try:
                catalog.entry("weather", self.use)
            except SpecError as error:
                raise PydanticCustomError("catalog", "{reason}", {"reason": str(error)}) from None
        return self


class Grid(FromCatalog):
    """The power system around the campus: its hourly mix, its prices and its factors.

    One that the catalogue lacks is written with `use` of the nearest there is, and its own figures beside it.
    """

    section: ClassVar[str] = "grids"
    default_entry: ClassVar[str | None] = "miso"

    title: str | None = Field(None, description="its name in figures; by default the entry's", max_length=30)
    mix: str = Field(description="hourly generation mix of the catalogue, such as miso-2022")
    price: USDPerMWh = Field(description="mean wholesale energy price in the price year")
    price_shape: str = Field(description="relative price by local hour of the catalogue, such as ercot-2024")
    capacity_price: USDPerKWYear = Field(description="capacity obligation on the campus's peak")
    price_growth: RatePerYear = Field(description="nominal growth of energy and capacity prices")
    price_year: int = Field(description="year of money of price and capacity_price")
    carbon_location: KgPerMWh = Field(description="annual average CO2e of the grid subregion, generation basis")
    carbon_year: int = Field(
        description="year that carbon_location describes; carbon_decline counts from it", ge=1990, le=2100
    )
    carbon_residual: KgPerMWh = Field(description="CO2e of energy that no contract claims (market-based residual)")
    carbon_decline: RatePerYear = Field(description="yearly change of the grid's carbon intensity; negative declines")
    losses: Share = Field(description="transmission and distribution losses between plant and campus")
    utc_offset: float = Field(description="local standard time minus UTC, hours", ge=-12, le=14)


class DesignConditions(FromCatalog):
    """Design conditions by ASHRAE's percentiles; what is not given is taken from the typical year, and called so."""

    section: ClassVar[str] = "design_conditions"

    dry_bulb: DegC | None = Field(None, description="0.4 % dry bulb: exceeded in 35 hours of a mean year")
    coincident_wet_bulb: DegC | None = Field(None, description="mean wet bulb with that dry bulb")
    wet_bulb: DegC | None = Field(None, description="0.4 % wet bulb")
    coincident_dry_bulb: DegC | None = Field(None, description="mean dry bulb with that wet bulb")
    extreme_mean: DegC | None = Field(None, description="mean of the years' highest dry bulbs")
    extreme_deviation: Kelvin | None = Field(None, description="their standard deviation")
    return_period: Years = Field(20.0, description="years in which the extreme day comes once")

    @model_validator(mode="after")
    def _pairs(self) -> DesignConditions:
        for pair in (
            ("dry_bulb", "coincident_wet_bulb"),
            ("wet_bulb", "coincident_dry_bulb"),
            ("extreme_mean", "extreme_deviation"),
        ):
            if (getattr(self, pair[0]) is None) != (getattr(self, pair[1]) is None):
                raise PydanticCustomError(
                    "design", "{a} and {b} go together; give both or neither", {"a": pair[0], "b": pair[1]}
                )
        if self.return_period < 2:
            raise PydanticCustomError("design", "return_period must be at least 2 years")
        return self


class Site(Part):
    """The place. Latitude, longitude and elevation default to those of the weather station."""

    place: str = Field("", description="name of the place, for readers")
    latitude: Latitude | None = Field(None, description="north positive; the weather station's by default")
    longitude: Longitude | None = Field(None, description="east positive; the weather station's by default")
    elevation: Metre | None = Field(None, description="above sea level; the weather station's by default")
    weather: Weather = Field(description="the weather year")
    grid: Grid = Field(
        default_factory=lambda: Grid.model_validate({}), description="the power system around the campus"
    )
    design: DesignConditions = Field(
        default_factory=lambda: DesignConditions.model_validate({}),
        description="design conditions; those of the weather's name by default, where the catalogue has them",
    )

    @model_validator(mode="before")
    @classmethod
    def _designed(cls, given: object) -> object:
        """Design conditions of the catalogue that bear the weather's name."""
        if not isinstance(given, dict) or isinstance(given.get("design"), str):
            return given
        weather, design = given.get("weather"), given.get("design") or {}
        name = weather.get("use") if isinstance(weather, dict) else weather
        if not isinstance(design, dict) or "use" in design or name not in catalog.names("design_conditions"):
            return given
        return {**given, "design": {"use": name, **design}}
