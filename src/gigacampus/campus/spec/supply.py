"""What powers the campus: plants by name, the grid connection, the tariff, and certificates.

Money. Every figure stands in the money of its own price year and is made nominal by its growth: plants' costs by
`Supply.inflation` from the plant's `price_year`, fuel by its own growth, a PPA by its escalator from the plant's start,
the grid's price by ``site.grid``.
"""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field, PlainSerializer, PlainValidator, SerializationInfo, ValidationInfo, model_validator
from pydantic_core import PydanticCustomError

from gigacampus.campus import catalog
from gigacampus.campus.spec.part import FromCatalog, Part
from gigacampus.errors import SpecError, shorten
from gigacampus.quantities import (
    MW,
    USD,
    Angle,
    Date,
    HeatRate,
    Hours,
    KgPerMMBtu,
    Metre,
    MetrePerSecond,
    MWh,
    RatePerYear,
    Share,
    USDPerKW,
    USDPerKWh,
    USDPerKWMonth,
    USDPerKWYear,
    USDPerMMBtu,
    USDPerMWh,
    Years,
)

Owner = Literal["campus", "utility", "contract"]


class Fuel(FromCatalog):
    """What a gas plant burns."""

    section: ClassVar[str] = "fuels"
    default_entry: ClassVar[str | None] = "natural-gas"

    price: USDPerMMBtu = Field(description="price at the plant, in money of price_year, by higher heating value")
    price_year: int = Field(description="year of money of price", ge=2000, le=2100)
    price_growth: RatePerYear = Field(description="nominal growth of the price")
    carbon: KgPerMMBtu = Field(description="CO2e (CO2, CH4, N2O by AR5) of combustion, by higher heating value")


class Plant(FromCatalog):
    """What every plant has, whatever its kind."""

    section: ClassVar[str] = "power_technologies"

    capacity: MW = Field(description="net AC capacity of one unit")
    units: int = Field(1, description="number of such units", ge=1, le=10_000)
    start: Date | None = Field(None, description="first day of service; the first phase's ready date by default")
    end: Date | None = Field(None, description="last day of service; the end of the campus's life by default")
    owner: Owner = Field(
        "campus",
        description="campus: on site or owned (its combustion is scope 1, its capital and running cost the campus's); "
        "utility: the utility's plant that serves through the grid, at cost or at price (scope 2); "
        "contract: a power purchase agreement at price",
    )
    behind_meter: bool = Field(
        True,
        description="whether it feeds the campus without the grid; by default only a plant that the campus owns does",
    )
    price: USDPerMWh | None = Field(None, description="price of a PPA or of the utility's energy, at start, nominal")
    price_growth: RatePerYear = Field(0.0, description="yearly escalator of price from start, nominal")
    capex: USDPerKW = Field(description="capital cost with construction finance and grid connection")
    fom: USDPerKWYear = Field(description="fixed operation and maintenance")
    vom: USDPerMWh = Field(description="variable operation and maintenance, fuel apart")
    price_year: int = Field(description="year of money of capex, fom and vom", ge=2000, le=2100)
    life: Years = Field(description="service life; the plant is replaced at its end at the same real cost")
    wacc: Share = Field(description="real after-tax weighted cost of capital, for the capital recovery factor")
    forced_outage: Share = Field(description="forced outage rate; takes that share of the capacity in every hour")
    attributes: bool = Field(True, description="whether its certificates are retired for the campus")
    degradation: RatePerYear = Field(description="yearly loss of output (of energy, for a battery)", ge=0, le=0.2)

    @property
    def total(self) -> float:
        """Capacity of all units [MW]."""
        return self.capacity * self.units

    @model_validator(mode="before")
    @classmethod
    def _meter(cls, given: Any) -> Any:
        if isinstance(given, dict) and "behind_meter" not in given and given.get("owner") in ("utility", "contract"):
            return {**given, "behind_meter": False}
        return given

    @model_validator(mode="after")
    def _served(self) -> Plant:
        if self.owner == "contract" and self.price is None:
            raise PydanticCustomError("plant", "a plant with owner: contract needs its price, such as '50 USD/MWh'")
        if self.owner == "campus" and self.price is not None:
            raise PydanticCustomError("plant", "price is that of a PPA or utility; set owner to contract or utility")
        if self.start is not None and self.end is not None and self.end < self.start:
            raise PydanticCustomError("plant", "end must not be before start")
        return self


class Solar(Plant):
    """A photovoltaic plant."""

    default_entry: ClassVar[str | None] = "solar-single-axis"

    kind: Literal["solar"] = Field("solar", description="kind of the plant")
    tracking: Literal["single-axis", "fixed"] = Field("single-axis", description="mounting")
    tilt: Angle = Field(description="tilt of a fixed array; tilt of the axis of a tracking one", le=90)
    azimuth: Angle = Field(description="azimuth of the array or of its axis, clockwise from north")
    dc_ac: float = Field(description="DC over AC capacity", gt=0, le=5)
    losses: Share = Field(description="DC losses but inverter and temperature (PVWatts)")
    ground_cover: float = Field(description="ground cover ratio, for backtracking", gt=0, le=1)
    temperature_coefficient: float = Field(description="power change of a module, 1/K", ge=-0.02, le=0)
    albedo: float = Field(description="albedo of the ground", ge=0, le=1)


class Wind(Plant):
    """A wind plant."""

    default_entry: ClassVar[str | None] = "wind-onshore"

    kind: Literal["wind"] = Field("wind", description="kind of the plant")
    hub_height: Metre = Field(description="height of the hub", gt=0)
    shear: float = Field(description="power-law exponent between 10 m and the hub", ge=0, le=1)
    cut_in: MetrePerSecond = Field(description="wind speed at which power begins")
    rated_speed: MetrePerSecond = Field(description="wind speed at which full power is reached")
    cut_out: MetrePerSecond = Field(description="wind speed at which the turbine stops")
    losses: Share = Field(description="wake, availability and electrical losses")
    scale_to: Share | None = Field(
        None,
        description="capacity factor to which the resource is scaled, for an airport's wind is no resource",
    )

    @model_validator(mode="after")
    def _speeds(self) -> Wind:
        if not self.cut_in < self.rated_speed < self.cut_out:
            raise PydanticCustomError("wind", "cut_in, rated_speed and cut_out must rise in this order")
        return self


class Battery(Plant):
    """A battery at the campus's own bus. `capacity` is its AC power in each direction."""

    default_entry: ClassVar[str | None] = "battery-4h"

    kind: Literal["battery"] = Field("battery", description="kind of the plant")
    hours: Hours = Field(description="energy over power; used where energy is not given", gt=0, le=1000)
    energy: MWh | None = Field(None, description="energy of one unit; capacity x hours by default")
    efficiency: Share = Field(description="efficiency each way, AC to cell and cell to AC", gt=0)
    min_state: Share = Field(description="lowest state of charge")
    max_state: Share = Field(description="highest state of charge")
    from_contracts: bool = Field(
        False, description="whether it also charges through the meter, with what contracts give beyond the load"
    )
    capex_energy: USDPerKWh = Field(description="capital cost by energy, beside capex by power")
    fom_energy: USDPerKWh = Field(description="yearly fixed operation and maintenance by energy, beside fom by power")

    @property
    def total_energy(self) -> float:
        """Energy of all units [MWh]."""
        return self.units * (self.capacity * self.hours if self.energy is None else self.energy)

    @model_validator(mode="after")
    def _states(self) -> Battery:
        if self.min_state >= self.max_state:
            raise PydanticCustomError("battery", "min_state must be below max_state")
        if not self.behind_meter or self.owner == "contract":
            raise PydanticCustomError(
                "battery", "a battery stands behind the meter and is the campus's or the utility's"
            )
        return self

    @model_validator(mode="before")
    @classmethod
    def _meter(cls, given: Any) -> Any:
        return given


class Gas(Plant):
    """A plant that burns fuel, at its full-load heat rate; minimum load, start cost and ramps are not modelled."""

    default_entry: ClassVar[str | None] = "ccgt-2x1-h"

    kind: Literal["gas"] = Field("gas", description="kind of the plant")
    heat_rate: HeatRate = Field(description="fuel by higher heating value over net output", gt=0)
    fuel: Fuel = Field(default_factory=lambda: Fuel.model_validate({}), description="what it burns")


class Firm(Plant):
    """A clean plant that runs whenever it is available: nuclear, geothermal. It emits nothing where it stands."""

    default_entry: ClassVar[str | None] = "smr"

    kind: Literal["firm"] = Field("firm", description="kind of the plant")
    source: Literal["nuclear", "geothermal", "hydro", "biomass"] = Field("nuclear", description="its source of energy")
    fuel_cost: USDPerMWh = Field(description="fuel, in money of price_year")

    @property
    def renewable(self) -> bool:
        """Whether its source is renewable: nuclear is clean but is not."""
        return self.source != "nuclear"


AnyPlant = Solar | Wind | Battery | Gas | Firm
KINDS: dict[str, type[Plant]] = {"solar": Solar, "wind": Wind, "battery": Battery, "gas": Gas, "firm": Firm}


def _entry_kind(name: str) -> str:
    try:
        return str(catalog.entry(Plant.section, name).text["kind"])
    except SpecError as error:
        raise PydanticCustomError("catalog", "{reason}", {"reason": str(error)}) from None


def _read_plant(given: Any, info: ValidationInfo) -> Any:
    """Find the plant's kind, by `kind` or by the entry that `use` names, and read it as such.

    A tagged union would do the same, but would put the tag into the path of every message.
    """
    if isinstance(given, Plant):
        return given
    name = given if isinstance(given, str) else given.get("use") if isinstance(given, dict) else None
    kind = given.get("kind") if isinstance(given, dict) else None
    if name is not None and not isinstance(name, str):
        raise PydanticCustomError("plant", "use must be the name of a catalogue entry")
    if not isinstance(given, (str, dict)) or (name is None and kind is None):
        raise PydanticCustomError(
            "plant", "a plant needs its kind ({kinds}), or use: a catalogue entry", {"kinds": ", ".join(KINDS)}
        )
    of_entry = None if name is None else _entry_kind(name)
    kind = kind or of_entry
    if not isinstance(kind, str) or kind not in KINDS:
        raise PydanticCustomError(
            "plant", "no such kind of plant: {kind}; use {kinds}", {"kind": shorten(kind), "kinds": ", ".join(KINDS)}
        )
    if of_entry not in (None, kind):
        raise PydanticCustomError(
            "plant", "kind is {kind}, but {name} of the catalogue is {of}", {"kind": kind, "name": name, "of": of_entry}
        )
    return KINDS[kind].model_validate(given, context=info.context)


def _write_plant(plant: Plant, info: SerializationInfo) -> dict[str, Any]:
    return plant.model_dump(mode=info.mode)


class GridConnection(Part):
    """The point of interconnection."""

    import_limit: MW | None = Field(None, description="highest import; without it, whatever the campus needs")
    export_limit: MW = Field(0.0, description="highest export of plants behind the meter")
    energised: Date | None = Field(None, description="first day on which it carries power; the first day by default")


class Tariff(FromCatalog):
    """What the grid costs beside energy."""

    section: ClassVar[str] = "tariffs"
    default_entry: ClassVar[str | None] = "large-load-transmission"

    energy: USDPerMWh | None = Field(
        None, description="flat energy price in money of price_year; the hourly market price without it"
    )
    demand_charge: USDPerKWMonth = Field(description="on each calendar month's highest hourly import")
    delivery: USDPerMWh = Field(description="adder on every MWh drawn: ancillary services, administration, riders")
    fixed: USD = Field(description="customer charge a month")
    export_discount: USDPerMWh = Field(description="what export and surplus sales earn less than the hour's price")
    price_year: int = Field(description="year of money of this tariff", ge=2000, le=2100)


class Certificates(FromCatalog):
    """Energy attribute certificates that fill annual matching up."""

    section: ClassVar[str] = "certificates"
    default_entry: ClassVar[str | None] = "rec-voluntary"

    match: Share = Field(
        0.0,
        description="share of each year's load and battery losses to match: own and contracted renewable energy first",
    )
    price: USDPerMWh = Field(description="price of a certificate in money of price_year")
    price_year: int = Field(description="year of money of price", ge=2000, le=2100)
    kind: Literal["renewable", "clean"] = Field(
        "renewable", description="renewable, or clean (nuclear too): what counts towards the match"
    )


class Supply(Part):
    """Everything that powers the campus."""

    plants: dict[
        str,
        Annotated[
            AnyPlant, PlainValidator(_read_plant, json_schema_input_type=AnyPlant), PlainSerializer(_write_plant)
        ],
    ] = Field(default_factory=dict, description="plants by a name of your own", max_length=100)
    grid: GridConnection = Field(default_factory=GridConnection, description="the point of interconnection")
    tariff: Tariff = Field(default_factory=lambda: Tariff.model_validate({}), description="what the grid costs")
    certificates: Certificates = Field(
        default_factory=lambda: Certificates.model_validate({}), description="certificates for annual matching"
    )
    inflation: RatePerYear = Field(0.025, description="general inflation, which makes real money nominal")
    price_year: int = Field(2025, description="year of money in which real costs are reported", ge=2000, le=2100)
