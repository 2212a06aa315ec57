"""What gives heat to the air outdoors, and the water that carries it there."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from gigacampus.campus.spec.part import FromCatalog
from gigacampus.quantities import DegC, Kelvin, Pascal, Share


class HeatRejection(FromCatalog):
    """Coolers outdoors, sized by their design point; `fan_power` and `drift` are shares of design heat and of flow."""

    section: ClassVar[str] = "cooling_rejection"

    kind: Literal["dry", "adiabatic", "tower"] = Field(description="dry cooler, with wetted intake air, or wet tower")
    margin: float | None = Field(
        None, description="coolers installed over those that the full heat needs at design; found on design days", ge=1
    )
    units: int = Field(11, description="coolers that stand there and share the heat", ge=1, le=10_000)
    approach: Kelvin = Field(description="leaving water over dry bulb (tower: wet bulb) at design")
    range: Kelvin = Field(description="cooling of the water at design")
    capacity_ratio: float = Field(description="heat capacity rate of water over air (tower: mass flow) at design", gt=0)
    design_air: DegC = Field(description="dry bulb (tower: wet bulb) at design")
    fan_power: Share = Field(description="fan power at full speed over design heat")
    fan_control: Literal["variable", "fixed"] = Field(description="speed that follows the set-point, or full speed")
    fan_minimum: Share = Field(description="lowest air flow over design air flow")
    water_minimum: Share = Field(
        0.0, description="least water flow of a cooler over its design flow; below it some are shut off"
    )
    fan_approach: Kelvin | None = Field(
        None, description="water over air (tower: wet bulb) that fans hold where the set-point would need less air"
    )
    wet_above: DegC | None = Field(None, description="dry bulb above which coolers are wetted (adiabatic)")
    wetting: Literal["needed", "warm"] = Field(
        "needed",
        description="wet as many as the set-point needs once all fans run, which saves water; or all in warm air, "
        "which saves fans",
    )
    effectiveness: Share | None = Field(None, description="share of the wet-bulb depression that wetting reaches")
    cycles: float | None = Field(None, description="cycles of concentration", gt=1, le=100)
    drift: Share = Field(description="drift over water flow (tower)")
    fouling: Share = Field(0.0, description="fouling: its resistance times the clean coefficient; 0: as rated")

    @model_validator(mode="after")
    def _complete(self) -> HeatRejection:
        wet = {"dry": (), "adiabatic": ("wet_above", "effectiveness", "cycles"), "tower": ("cycles",)}[self.kind]
        missing = [name for name in wet if getattr(self, name) is None]
        if missing:
            raise PydanticCustomError(
                "rejection",
                "{kind} heat rejection needs {what}",
                {"kind": self.kind, "what": ", ".join(missing)},
            )
        if min(self.approach, self.range, self.fan_minimum) <= 0:
            raise PydanticCustomError("rejection", "approach, range and fan_minimum must be above zero")
        return self


class WaterLoop(FromCatalog):
    """The facility water between what it cools and what cools it."""

    section: ClassVar[str] = "cooling_loops"

    rise: Kelvin = Field(description="warming of the water at any load; flow follows the heat")
    pump_pressure: Pascal = Field(description="head of the loop at full flow")
    fixed_head: Share = Field(
        1.0, description="share of the head, of the outer loop's too, that stays at any flow; the rest is friction"
    )
    pump_efficiency: Share = Field(description="efficiency of the pump with its motor, at any speed")
    pump_units: int = Field(1, description="pumps that stand there; as few run as the flow needs", ge=1, le=1000)
    pump_minimum: Share = Field(0.0, description="least flow of one pump over its full flow")
    exchanger_approach: Kelvin = Field(description="facility water over outer water, in the heat exchanger, clean")
    exchanger_fouling: Share = Field(
        0.0, description="widening of exchanger_approach by fouling: resistance times coefficient"
    )
    outer_rise: Kelvin | None = Field(
        None, description="warming of the outer (tower, condenser) water; absent where the coolers stand in this loop"
    )
    outer_pressure: Pascal = Field(description="head of the outer loop at full flow; 0 where there is none")
    glycol: Share | None = Field(
        None, description="propylene glycol by mass in the water that runs outdoors; open towers take none"
    )
    freeze_margin: Kelvin | None = Field(
        None, description="where glycol is not given: it freezes this far below the coldest hour; absent: plain water"
    )

    @model_validator(mode="after")
    def _moves(self) -> WaterLoop:
        if min(self.rise, self.pump_efficiency, 1.0 if self.outer_rise is None else self.outer_rise) <= 0:
            raise PydanticCustomError("loop", "rise, outer_rise and pump_efficiency must be above zero")
        if self.outer_rise is None and (self.exchanger_approach > 0 or self.outer_pressure > 0):
            raise PydanticCustomError("loop", "without outer_rise, exchanger_approach and outer_pressure must be 0")
        if self.glycol is not None and self.glycol > 0.6:
            raise PydanticCustomError("loop", "glycol must be at most 60 %, to which its properties are known")
        return self

    @property
    def clean_water_drop(self) -> float:
        """Approach of its heat exchanger between plain waters, with fouling [K]."""
        return self.exchanger_approach * (1 + self.exchanger_fouling)

    @property
    def least_flow(self) -> float:
        """Least flow over full flow: one pump at its minimum."""
        return self.pump_minimum / self.pump_units
