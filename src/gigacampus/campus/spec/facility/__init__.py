"""What carries power to the racks and heat away from them: the power chain and the cooling plant.

IT power is what enters the rack supplies: category 3 of ISO/IEC 30134-2. Rack supplies, server fans and batteries in
the rack are inside it; coolant distribution units (CDUs), UPS, busways and transformers are outside.
"""

from __future__ import annotations

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from gigacampus.campus.spec.facility.availability import Availability, Equipment, Gensets, RideThrough
from gigacampus.campus.spec.facility.chillers import Chiller, Curves
from gigacampus.campus.spec.facility.control import Control, Objective
from gigacampus.campus.spec.facility.cooling import CoolingPlant, Kind
from gigacampus.campus.spec.facility.design import Design, GensetDerating
from gigacampus.campus.spec.facility.indoors import AirHandlers, BathFluid, Liquid, OutsideAir
from gigacampus.campus.spec.facility.outdoors import HeatRejection, WaterLoop
from gigacampus.campus.spec.facility.power import PowerChain, PowerElement
from gigacampus.campus.spec.facility.swing_limits import SwingLimit
from gigacampus.campus.spec.facility.swings import Job, PointOfInterconnection, RackStorage, SwingBattery, Swings
from gigacampus.campus.spec.facility.topology import Topology
from gigacampus.campus.spec.facility.water import (
    Drought,
    HeatReuse,
    Permit,
    Recycling,
    Water,
    WaterLimits,
    WaterQuality,
)
from gigacampus.campus.spec.part import Part

__all__ = [
    "AirHandlers",
    "Availability",
    "BathFluid",
    "Chiller",
    "Control",
    "CoolingPlant",
    "Curves",
    "Design",
    "Drought",
    "Equipment",
    "Facility",
    "GensetDerating",
    "Gensets",
    "HeatRejection",
    "HeatReuse",
    "Job",
    "Kind",
    "Liquid",
    "Objective",
    "OutsideAir",
    "Permit",
    "PointOfInterconnection",
    "PowerChain",
    "PowerElement",
    "RackStorage",
    "Recycling",
    "RideThrough",
    "SwingBattery",
    "SwingLimit",
    "Swings",
    "Topology",
    "Water",
    "WaterLimits",
    "WaterLoop",
    "WaterQuality",
]


class Facility(Part):
    """Power chain and cooling plant, the same in every hall."""

    power: PowerChain = Field(default_factory=lambda: PowerChain.model_validate({}), description="the power chain")
    cooling: CoolingPlant = Field(
        default_factory=lambda: CoolingPlant.model_validate({}), description="the cooling plant"
    )
    control: Control = Field(
        default_factory=lambda: Control.model_validate({}), description="who chooses the plant's modes and set-points"
    )
    design: Design = Field(
        default_factory=lambda: Design.model_validate({}),
        description="how design days size and judge the plant",
    )
    water: Water | None = Field(None, description="make-up water; without it coolers' own cycles stand")
    heat_reuse: HeatReuse | None = Field(None, description="heat of the liquid side that somebody takes")
    availability: Availability = Field(
        default_factory=lambda: Availability.model_validate({}), description="what fails, and what backs it up"
    )
    swings: Swings = Field(
        default_factory=lambda: Swings.model_validate({}), description="power swings within seconds, at full build"
    )

    @model_validator(mode="after")
    def _water_and_heat(self) -> Facility:
        if self.heat_reuse is not None:
            self._warm_enough(self.heat_reuse.temperature)
        return self

    def _warm_enough(self, wanted: float) -> None:
        liquid, loop = self.cooling.liquid, self.cooling.loop
        if liquid is None or loop is None:
            raise PydanticCustomError("heat_reuse", "heat_reuse takes the heat of a liquid side; this plant has none")
        returns = liquid.supply - liquid.cdu_approach * (1 + liquid.cdu_fouling) + loop.rise
        if returns < wanted:
            raise PydanticCustomError(
                "heat_reuse",
                "facility water returns at {returns} C, below temperature; lower it, or raise liquid.supply",
                {"returns": f"{returns:.6g}"},
            )
