"""What carries power to the racks and heat away from them: the power chain and the cooling plant.

IT power is what enters the rack supplies: category 3 of ISO/IEC 30134-2. Rack supplies, server fans and batteries in
the rack are inside it; coolant distribution units (CDUs), UPS, busways and transformers are outside.
"""

from __future__ import annotations

from pydantic import Field

from gigacampus.campus.spec.facility.availability import Availability, Equipment, Gensets, RideThrough
from gigacampus.campus.spec.facility.chillers import Chiller, Curves
from gigacampus.campus.spec.facility.cooling import CoolingPlant, Kind
from gigacampus.campus.spec.facility.indoors import AirHandlers, Liquid, OutsideAir
from gigacampus.campus.spec.facility.outdoors import HeatRejection, WaterLoop
from gigacampus.campus.spec.facility.power import PowerChain, PowerElement, Topology
from gigacampus.campus.spec.facility.swings import Job, PointOfInterconnection, RackStorage, SwingBattery, Swings
from gigacampus.campus.spec.part import Part

__all__ = [
    "AirHandlers",
    "Availability",
    "Chiller",
    "CoolingPlant",
    "Curves",
    "Equipment",
    "Facility",
    "Gensets",
    "HeatRejection",
    "Job",
    "Kind",
    "Liquid",
    "OutsideAir",
    "PointOfInterconnection",
    "PowerChain",
    "PowerElement",
    "RackStorage",
    "RideThrough",
    "SwingBattery",
    "Swings",
    "Topology",
    "WaterLoop",
]


class Facility(Part):
    """Power chain and cooling plant, the same in every hall."""

    power: PowerChain = Field(default_factory=lambda: PowerChain.model_validate({}), description="the power chain")
    cooling: CoolingPlant = Field(
        default_factory=lambda: CoolingPlant.model_validate({}), description="the cooling plant"
    )
    availability: Availability = Field(
        default_factory=lambda: Availability.model_validate({}), description="what fails, and what backs it up"
    )
    swings: Swings = Field(
        default_factory=lambda: Swings.model_validate({}), description="power swings within seconds, at full build"
    )
