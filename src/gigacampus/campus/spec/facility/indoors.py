"""What takes heat from the servers: coolant, recirculated air, outside air."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from gigacampus.campus.spec.part import FromCatalog
from gigacampus.quantities import DegC, Kelvin, KgPerKW, Pascal, Quantity, Share

LossPerYear = Annotated[float, Quantity("fraction/year", at_most=1.0)]
USDPerKg = Annotated[float, Quantity("USD/kg", at_most=1e4)]


class BathFluid(FromCatalog):
    """The fluid of a bath: how much of it there is, and what its vapour that escapes costs and warms."""

    section: ClassVar[str] = "bath_fluids"

    charge: KgPerKW = Field(description="fluid in the tanks over the rated power of what stands in them")
    loss: LossPerYear = Field(description="share of the charge that escapes in a year, full or idle, and is made up")
    price: USDPerKg = Field(description="price of the fluid")
    gwp: float = Field(description="global warming potential over 100 years, kg CO2e/kg", ge=0, le=1e5)


class Liquid(FromCatalog):
    """The coolant at the racks: chip, cold plate or bath, and coolant distribution unit."""

    section: ClassVar[str] = "cooling_liquids"

    kind: Literal["single-phase", "two-phase"] = Field(
        "single-phase", description="whether the coolant is pumped, or boils at its supply temperature and is not"
    )
    supply: DegC = Field(description="coolant that enters the racks: the set-point; two-phase: its boiling point")
    supply_max: DegC = Field(description="warmest coolant that control may supply; the set-point, where that is warmer")
    rise: Kelvin = Field(description="warming of the coolant in the racks; two-phase: 0")
    plate_approach: Kelvin = Field(description="chip case over leaving coolant, at peak power, clean")
    plate_fouling: Share = Field(0.0, description="widening of plate_approach by fouling: resistance times coefficient")
    chip_limit: DegC = Field(description="warmest case that the chip allows")
    cdu_approach: Kelvin = Field(description="coolant supply over facility water supply, clean")
    cdu_fouling: Share = Field(0.0, description="widening of cdu_approach by fouling: resistance times coefficient")
    cdu_pressure: Pascal = Field(description="head of the coolant loop at full flow")
    cdu_fixed_head: Share = Field(1.0, description="share of that head that stays at any flow; the rest is friction")
    cdu_efficiency: Share = Field(description="efficiency of the coolant unit's pump with its motor, at any speed")
    cdu_minimum: Share = Field(
        0.0, description="least flow of a coolant unit over full flow; each stays with its racks"
    )
    heat_capacity: float = Field(description="volumetric heat capacity of the coolant, MJ/(m3 K)", gt=0.5, le=5)
    fluid: BathFluid | None = Field(None, description="fluid of a bath that escapes as vapour")

    @model_validator(mode="after")
    def _chip_stays_cool(self) -> Liquid:
        boils = self.kind == "two-phase"
        if (self.rise > 0) == boils or self.cdu_efficiency <= 0:
            raise PydanticCustomError(
                "liquid", "cdu_efficiency must be above zero, and rise too unless the coolant boils: then it must be 0"
            )
        if self.chip > self.chip_limit:
            raise PydanticCustomError(
                "liquid",
                "supply, rise and plate_approach bring the chip to {chip} C, above chip_limit",
                {"chip": f"{self.chip:.6g}"},
            )
        return self

    @property
    def chip(self) -> float:
        """Chip case temperature at peak power and supply set-point [degC]."""
        return self.supply + self.rise + self.plate_approach * (1 + self.plate_fouling)


class AirHandlers(FromCatalog):
    """Fans and coils that recirculate the hall's air."""

    section: ClassVar[str] = "cooling_air"

    supply: DegC = Field(description="air that enters the servers: the set-point")
    rise: Kelvin = Field(description="warming of the air in the servers")
    pressure: Pascal = Field(description="pressure rise of the fans at full flow")
    efficiency: Share = Field(description="efficiency of the fans with their motors")
    flow_minimum: Share = Field(description="lowest air flow over full flow")
    coil_effectiveness: Share = Field(description="effectiveness of the coil on the air side")

    @model_validator(mode="after")
    def _moves(self) -> AirHandlers:
        if min(self.rise, self.efficiency, self.coil_effectiveness) <= 0:
            raise PydanticCustomError("air", "rise, efficiency and coil_effectiveness must be above zero")
        return self


class OutsideAir(FromCatalog):
    """Outside air blown through the hall, mixed with return air in the cold and wetted in the heat."""

    section: ClassVar[str] = "cooling_outside_air"

    supply_min: DegC = Field(description="coldest air that enters the servers")
    supply_max: DegC = Field(description="warmest air that enters the servers")
    dew_point_min: DegC = Field(description="lowest dew point of the supply air")
    dew_point_max: DegC | None = Field(None, description="highest dew point of the supply air; absent: no limit")
    rh_max: Share = Field(description="highest relative humidity of the supply air")
    rise: Kelvin = Field(description="warming of the air in the servers")
    pressure: Pascal = Field(description="pressure rise of supply and relief fans at full flow")
    efficiency: Share = Field(description="efficiency of the fans with their motors")
    flow_minimum: Share = Field(description="lowest air flow over full flow")
    effectiveness: Share = Field(
        description="share of the wet-bulb depression that wetting reaches; 0: no water, nor is it humidified"
    )
    mist_pressure: Pascal = Field(description="head of the misting pumps")
    mist_efficiency: Share = Field(description="efficiency of the misting pumps with their motors")
    cycles: float = Field(description="cycles of concentration of the misting water", gt=1, le=100)

    @model_validator(mode="after")
    def _box(self) -> OutsideAir:
        if min(self.rise, self.efficiency, self.mist_efficiency, self.rh_max) <= 0:
            raise PydanticCustomError("outside_air", "rise, both efficiencies and rh_max must be above zero")
        if self.supply_min > self.supply_max:
            raise PydanticCustomError("outside_air", "supply_min must not be above supply_max")
        if self.dew_point_max is not None and self.dew_point_max < self.dew_point_min:
            raise PydanticCustomError("outside_air", "dew_point_max must not be below dew_point_min")
        return self
