"""What fails, how often and for how long; what carries the racks meanwhile; and what an hour of theirs is worth."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from gigacampus.campus.spec.part import FromCatalog
from gigacampus.quantities import KgPerKW, Quantity, Seconds, Share

Brief = Annotated[float, Quantity("h", at_most=24.0)]
Stored = Annotated[float, Quantity("h", at_most=500.0)]
MeanTime = Annotated[float, Quantity("h", above=0.0, at_most=1e6)]
Some = Annotated[float, Quantity("fraction", at_most=0.95)]
Failures = Annotated[float, Quantity("1/year", at_most=1e6)]
Rise = Annotated[float, Quantity("K", above=0.0)]
Mass = Annotated[float, Quantity("kg/kW", above=0.0)]
USDPerHour = Annotated[float, Quantity("USD/h", at_most=1e6)]


class Equipment(FromCatalog):
    """A class of equipment: it fails at a constant rate and is repaired in a mean time."""

    section: ClassVar[str] = "reliability"

    failures: Failures = Field(description="failures a year of one item in service")
    repair: MeanTime = Field(description="mean time to repair or replace it")
    common_repair: MeanTime | None = Field(
        None, description="mean time until a failure that strikes all of a kind is mended; that of one by default"
    )


class Gensets(FromCatalog):
    """Standby gensets at medium voltage, in groups; each group carries its halls when the grid's side is short."""

    section: ClassVar[str] = "gensets"
    default_entry: ClassVar[str | None] = "standby-diesel"

    count: int = Field(description="gensets of a group; 0: none", ge=0, le=60)
    needed: int = Field(description="gensets that carry the group's full load", ge=1, le=60)
    available: Share = Field(description="share of the time in which a genset is not in maintenance or repair")
    fail_to_start: Share = Field(description="probability that an available genset does not start when asked")
    mean_time_to_failure: MeanTime = Field(description="mean running time to a failure")
    repair: MeanTime = Field(description="mean time to repair one, which goes on during an outage")
    transfer_fails: Share = Field(
        description="probability that the load is not handed over to the gensets when asked: switch, controls, battery"
    )
    start: Seconds = Field(description="time from the outage until gensets carry the load")
    fuel: Stored = Field(description="fuel on site at full load; nobody refuels")

    @model_validator(mode="after")
    def _enough(self) -> Gensets:
        if 0 < self.count < self.needed:
            raise PydanticCustomError(
                "gensets",
                "{needed} gensets are needed and {count} stand there; raise count, lower needed, or write count: 0",
                {"needed": self.needed, "count": self.count},
            )
        if min(self.mean_time_to_failure, self.repair) < 1:
            raise PydanticCustomError(
                "gensets", "mean_time_to_failure and repair must be at least 1 h, for hours are the steps"
            )
        return self


class RideThrough(FromCatalog):
    """What holds the temperature from the outage until the cooling plant is back."""

    section: ClassVar[str] = "ride_through"
    default_entry: ClassVar[str | None] = "buffered"

    pumps_on: Literal["ups", "gensets"] = Field(description="what pumps, coolant units and air handlers run on")
    chiller_restart: Seconds = Field(description="from power back to full cooling, where chillers cool")
    storage: Seconds = Field(description="full cooling that is held as chilled or buffer water, on pumps that run")
    storage_rise: Rise = Field(description="temperature rise of the stored water in use")
    loop_water: KgPerKW = Field(description="water in the moving loop, per rack power")
    plate_water: KgPerKW = Field(description="water in cold plates and rack manifolds alone, per rack power")
    liquid_rise: Rise = Field(description="rise of the coolant from its supply temperature at which servers stop")
    air_rise: Rise = Field(description="rise of the inlet air at which servers stop")
    bath_oil: KgPerKW = Field(description="fluid of a bath that is pumped, per rack power")
    room_metal: Mass | None = Field(
        None,
        description="metal of racks and servers that the hall's air touches, per power that it cools; the servers' "
        "mass by default",
    )
    room_air: Mass = Field(description="air of hall, aisles and plenum, per power that it cools")
    room_transfer: float = Field(description="heat transfer from air to that metal [W/K per kg]", gt=0, le=1e3)


class Availability(FromCatalog):
    """Equipment, spares, backup and the worth of an hour; blocks follow from the power chain and the cooling plant."""

    section: ClassVar[str] = "availability"
    default_entry: ClassVar[str | None] = "two-feeds"

    feeds: int = Field(description="utility feeds", ge=1, le=12)
    feeds_needed: int = Field(description="feeds that carry the full load", ge=1, le=12)
    utility: Equipment = Field(description="one utility feed")
    substation_breaker: Equipment = Field(description="breaker of a substation transformer")
    substation_transformer: Equipment = Field(description="substation transformer")
    medium_breaker: Equipment = Field(description="breaker of a unit transformer, medium voltage")
    unit_transformer: Equipment = Field(description="unit transformer")
    ups: Equipment = Field(description="UPS; left out where batteries stand in the rack")
    transfer_switch: Equipment = Field(description="automatic transfer switch of a unit, between grid and gensets")
    static_switch: Equipment = Field(description="static transfer switch of a unit; in catcher topologies only")
    low_breaker: Equipment = Field(description="breaker at low voltage")
    busway: Equipment = Field(description="busway to the racks")
    chiller: Equipment = Field(description="chiller, where the plant has one")
    cooler: Equipment = Field(description="tower, dry or adiabatic cooler")
    pump: Equipment = Field(description="pump of facility water")
    coolant_unit: Equipment = Field(description="coolant distribution unit")
    air_handler: Equipment = Field(description="air handler")
    controls: Equipment = Field(description="controls of power and cooling, a pair of which one suffices")
    cooling_units: int = Field(description="cooling units of each kind that carry the load of a hall", ge=1, le=200)
    cooling_spares: int = Field(description="spare cooling units of each kind in a hall", ge=0, le=200)
    common_cause: Share = Field(description="beta factor: share of failures that strike all items of a kind together")
    common_repair: MeanTime | None = Field(
        None, description="mean time until such a failure is mended, of whatever kind; each kind's own by default"
    )
    human_error: Some = Field(
        description="share of interruptions that people cause, beside what equipment's rates hold"
    )
    human_repair: Brief = Field(description="mean time until power and cooling are back after such an interruption")
    battery: Brief = Field(description="full load that batteries carry, in the UPS or in the rack")
    restart: Stored = Field(description="from power and cooling back until work goes on, after each interruption")
    accelerator_hour: USDPerHour = Field(description="worth of an hour of one accelerator")
    gensets: Gensets = Field(description="standby gensets")
    ride_through: RideThrough = Field(description="cooling through an interruption")

    @model_validator(mode="after")
    def _carried(self) -> Availability:
        if self.feeds_needed > self.feeds:
            raise PydanticCustomError(
                "availability",
                "feeds_needed is {needed} and feeds is {feeds}; raise feeds or lower feeds_needed",
                {"needed": self.feeds_needed, "feeds": self.feeds},
            )
        if self.gensets.count and self.battery * 3600 < self.gensets.start * (1 - 1e-9):
            raise PydanticCustomError(
                "availability",
                "the battery lasts {battery} s and gensets.start is {start} s; the battery must last until they carry",
                {"battery": round(self.battery * 3600, 3), "start": self.gensets.start},
            )
        return self
