"""What carries power to the racks and heat away from them: the power chain and the cooling plant.

IT power is what enters the rack supplies: category 3 of ISO/IEC 30134-2. Rack supplies, server fans and batteries in
the rack are inside it; coolant distribution units (CDUs), UPS, busways and transformers are outside.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar, Literal

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from gigacampus.campus import catalog
from gigacampus.campus.spec.part import FromCatalog, Part
from gigacampus.errors import SpecError
from gigacampus.quantities import DegC, Kelvin, Pascal, Share

Topology = Literal["N", "N+1", "2N", "3N/2", "4N/3", "5N/4"]


class PowerChain(FromCatalog):
    """From the grid's voltage to the rack: substation transformer, unit transformer, UPS, busway."""

    section: ClassVar[str] = "power_chains"
    default_entry: ClassVar[str | None] = "ups-4n3"

    topology: Topology = Field(description="redundancy of unit transformers and UPS")
    units: int = Field(description="units that carry the load where a topology is N+1", ge=1)
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


@dataclass(frozen=True)
class Curves:
    """A chiller's curves, all there: coefficients, and the box of leaving and entering temperatures [degC]."""

    cop: float
    capft: tuple[float, ...]
    eirft: tuple[float, ...]
    eirfplr: tuple[float, float, float]
    leaving: tuple[float, float]
    entering: tuple[float, float]
    least: float


class Chiller(FromCatalog):
    """Machines that lift heat, each hour's COP by a stated model."""

    section: ClassVar[str] = "chiller_models"

    condenser: Literal["water", "air"] = Field(description="what takes the heat from the condenser")
    model: Literal["carnot-fraction", "curves"] = Field(
        description="share of Carnot's COP by lift, or the machine's own curves within their box"
    )
    capacity: float = Field(description="reference capacity over the plant's full heat, spares included", gt=0, le=5)
    cop: float | None = Field(None, description="COP at the curves' reference", gt=0)
    capft: tuple[float, float, float, float, float, float] | None = Field(
        None, description="capacity by leaving water and entering condenser temperature"
    )
    eirft: tuple[float, float, float, float, float, float] | None = Field(
        None, description="energy input ratio by the same two temperatures"
    )
    eirfplr: tuple[float, float, float] | None = Field(None, description="energy input ratio by part load")
    leaving_min: DegC | None = Field(None, description="coldest leaving water of the curves' box")
    leaving_max: DegC | None = Field(None, description="warmest leaving water of the curves' box")
    entering_min: DegC | None = Field(None, description="coldest condenser inlet of the curves' box, held by control")
    entering_max: DegC | None = Field(None, description="warmest condenser inlet of the curves' box")
    part_load_min: Share | None = Field(None, description="part load below which a machine cycles")

    @model_validator(mode="after")
    def _complete(self) -> Chiller:
        curves = ("cop", "capft", "eirft", "eirfplr", "leaving_min", "leaving_max", "entering_min", "entering_max")
        missing = [name for name in (*curves, "part_load_min") if getattr(self, name) is None]
        if self.model == "curves" and missing:
            raise PydanticCustomError("chiller", "a chiller by curves also needs {what}", {"what": ", ".join(missing)})
        if self.model == "carnot-fraction" and self.condenser == "air":
            raise PydanticCustomError("chiller", "the Carnot fractions are those of water-cooled machines")
        return self

    @property
    def curves(self) -> Curves:
        """The curves of a chiller whose model is ``curves``."""
        boxes = (self.leaving_min, self.leaving_max, self.entering_min, self.entering_max)
        assert self.cop is not None
        assert self.capft is not None
        assert self.eirft is not None
        assert self.eirfplr is not None
        assert self.part_load_min is not None
        cold, warm, least, most = (float(edge) for edge in boxes if edge is not None)
        return Curves(self.cop, self.capft, self.eirft, self.eirfplr, (cold, warm), (least, most), self.part_load_min)


class HeatRejection(FromCatalog):
    """Coolers outdoors, sized by their design point; `fan_power` and `drift` are shares of design heat and of flow."""

    section: ClassVar[str] = "cooling_rejection"

    kind: Literal["dry", "adiabatic", "tower"] = Field(description="dry cooler, with wetted intake air, or wet tower")
    margin: float = Field(description="coolers installed over those that the full heat needs at design", ge=1)
    approach: Kelvin = Field(description="leaving water over dry bulb (tower: wet bulb) at design")
    range: Kelvin = Field(description="cooling of the water at design")
    capacity_ratio: float = Field(description="heat capacity rate of water over air (tower: mass flow) at design", gt=0)
    design_air: DegC = Field(description="dry bulb (tower: wet bulb) at design")
    fan_power: Share = Field(description="fan power at full speed over design heat")
    fan_control: Literal["variable", "fixed"] = Field(description="speed that follows the set-point, or full speed")
    fan_minimum: Share = Field(description="lowest air flow over design air flow")
    wet_above: DegC | None = Field(None, description="dry bulb above which the intake air is wetted (adiabatic)")
    effectiveness: Share | None = Field(None, description="share of the wet-bulb depression that wetting reaches")
    cycles: float | None = Field(None, description="cycles of concentration", gt=1, le=100)
    drift: Share = Field(description="drift over water flow (tower)")

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
    pump_pressure: Pascal = Field(description="head of the loop, held constant")
    pump_efficiency: Share = Field(description="efficiency of the pump with its motor")
    exchanger_approach: Kelvin = Field(description="facility water over outer water, in the heat exchanger")
    outer_rise: Kelvin | None = Field(
        None, description="warming of the outer (tower, condenser) water; absent where the coolers stand in this loop"
    )
    outer_pressure: Pascal = Field(description="head of the outer loop; 0 where there is none")

    @model_validator(mode="after")
    def _moves(self) -> WaterLoop:
        if min(self.rise, self.pump_efficiency, 1.0 if self.outer_rise is None else self.outer_rise) <= 0:
            raise PydanticCustomError("loop", "rise, outer_rise and pump_efficiency must be above zero")
        if self.outer_rise is None and (self.exchanger_approach > 0 or self.outer_pressure > 0):
            raise PydanticCustomError("loop", "without outer_rise, exchanger_approach and outer_pressure must be 0")
        return self


class Liquid(FromCatalog):
    """The coolant at the racks: chip, cold plate or bath, and coolant distribution unit."""

    section: ClassVar[str] = "cooling_liquids"

    supply: DegC = Field(description="coolant that enters the racks: the set-point")
    rise: Kelvin = Field(description="warming of the coolant in the racks")
    plate_approach: Kelvin = Field(description="chip case over leaving coolant, at peak power")
    chip_limit: DegC = Field(description="warmest case that the chip allows")
    cdu_approach: Kelvin = Field(description="coolant supply over facility water supply, fouling included")
    cdu_pressure: Pascal = Field(description="head of the coolant loop, held constant")
    cdu_efficiency: Share = Field(description="efficiency of the coolant unit's pump with its motor")
    heat_capacity: float = Field(description="volumetric heat capacity of the coolant, MJ/(m3 K)", gt=0.5, le=5)

    @model_validator(mode="after")
    def _chip_stays_cool(self) -> Liquid:
        if self.rise <= 0 or self.cdu_efficiency <= 0:
            raise PydanticCustomError("liquid", "rise and cdu_efficiency must be above zero")
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
        return self.supply + self.rise + self.plate_approach


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

    @property
    def water_supply(self) -> float:
        """Facility water that the coil needs for the supply air [degC]."""
        return self.supply + self.rise - self.rise / self.coil_effectiveness


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
    effectiveness: Share = Field(description="share of the wet-bulb depression that wetting reaches")
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

    @model_validator(mode="before")
    @classmethod
    def _inherit(cls, given: Any) -> Any:
        """A part given as a mapping without ``use`` overrides the plant's own entry, not another."""
        name = cls.entry_name({} if given is None else given)
        if not isinstance(given, dict) or name is None:
            return given
        try:
            own = catalog.entry(cls.section, name).text
        except SpecError:
            return given
        inherits = {
            part: {"use": own[part], **value}
            for part, value in given.items()
            if isinstance(value, dict) and isinstance(own.get(part), str) and "use" not in value
        }
        return {**given, **inherits}

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


class Facility(Part):
    """Power chain and cooling plant, the same in every hall."""

    power: PowerChain = Field(default_factory=lambda: PowerChain.model_validate({}), description="the power chain")
    cooling: CoolingPlant = Field(
        default_factory=lambda: CoolingPlant.model_validate({}), description="the cooling plant"
    )
