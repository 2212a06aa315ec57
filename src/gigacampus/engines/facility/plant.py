"""The whole facility at a load and an outdoor air: everything per MW of IT rating, so that size cancels out."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from gigacampus.campus.spec.compute import Server
from gigacampus.campus.spec.facility import CoolingPlant, Facility
from gigacampus.engines.facility import cooling, drought, power
from gigacampus.engines.facility.cooling import settled, water
from gigacampus.engines.facility.cooling.setpoints import Setpoints
from gigacampus.engines.facility.cooling.sides import Side, mixed, plus, rationed, side
from gigacampus.engines.facility.days import design_days, outdoors
from gigacampus.engines.facility.flows import DROUGHT, PLENTY, Flows, Scarcity
from gigacampus.engines.facility.outdoors import Bools, Floats, Ints, Outdoors, Weather
from gigacampus.errors import SpecError

HELD = 1e-6
"""Excess [K] up to which a temperature counts as held."""
Held = tuple[Setpoints | None, Setpoints | None]
"""Set-points of the liquid and the air side that control chose; None: rules."""
RULES: Held = (None, None)


@dataclass(frozen=True)
class Plant:
    """A facility over a weather year and on its design days, with what its sizes follow from.

    Attributes
    ----------
    facility : Facility
    server : Server
    out : Outdoors
        The weather year.
    days : Outdoors
        The design days, at the plant's intakes.
    held : pair of Setpoints or None
        Set-points of the liquid and the air side over the weather year that control chose; None: rules.
    """

    facility: Facility
    server: Server
    out: Outdoors
    days: Outdoors
    held: Held = RULES

    @classmethod
    def of(cls, facility: Facility, server: Server, weather: Weather, held: Held = RULES) -> Plant:
        """The plant at a site."""
        demand = None if facility.heat_reuse is None else facility.heat_reuse.demand
        days = outdoors(design_days(weather), float(np.mean(weather.pressure)), facility.design.recirculation)
        return cls(facility, server, Outdoors.of(weather, demand), days, held)

    @property
    def liquid_share(self) -> float:
        """Share of the IT power whose heat liquid takes; network and storage beside the servers are cooled by air."""
        return self.facility.cooling.liquid_of(self.server.liquid_share) / (1 + self.server.overhead_share)

    @property
    def vapour(self) -> float:
        """Fluid of baths that escapes in an hour [kg per MW of IT rating]; a year has 8,766 h."""
        liquid = self.facility.cooling.liquid
        fluid = None if liquid is None else liquid.fluid
        return 0.0 if fluid is None else 1e3 * self.liquid_share * fluid.charge * fluid.loss / 8766

    @cached_property
    def chain(self) -> power.Chain:
        """The power chain with its sizes indoors."""
        return power.Chain(self.facility.power)

    @cached_property
    def highest(self) -> float:
        """Highest power at low voltage over the IT rating: at full IT, in the weather year or on the design days.

        On these the plant runs by the rules, with all its units and with those out that the design leaves out. Where
        water may be short, it may have to run dry in any hour.
        """
        spec = self.facility
        left = settled.with_units_out(spec.cooling, spec.design.units_out)
        fewer = replace(self, facility=spec.model_copy(update={"cooling": left}))
        cases = (PLENTY, DROUGHT) if spec.water is not None and spec.water.limited else (PLENTY,)
        asked = ((self, self.out, self.held), (self, self.days, RULES), (fewer, self.days, RULES))
        return max(plant._most(out, held, case) for plant, out, held in asked for case in cases)

    def _most(self, out: Outdoors, held: Held, scarcity: Scarcity) -> float:
        """Highest power at low voltage at full IT in some air."""
        inside = self.chain.indoors(np.ones_like(out.dry_bulb))
        liquid, air, _ = self.sides(inside, out, held, scarcity)
        both = plus(liquid, air)
        return float(np.max(inside.power + both.cooling + self.chain.carried(inside, self.on_ups(both))))

    def on_ups(self, both: Side) -> Floats:
        """What the UPS gives beside IT: pumps, coolant units and air handlers, where they hang on it."""
        return both.movers if self.facility.availability.ride_through.pumps_on == "ups" else 0 * both.movers

    @cached_property
    def _full(self) -> power.Indoors:
        return self.chain.indoors(np.array(1.0))

    @cached_property
    def cooling(self) -> CoolingPlant:
        """The cooling plant with what the site settles: glycol by the coldest hour, cycles by the make-up water."""
        return settled.settle(self.facility, float(np.min(self.out.dry_bulb)))

    def sides(
        self, inside: power.Indoors, out: Outdoors, held: Held = RULES, scarcity: Scarcity | None = None
    ) -> tuple[Side, Side, Bools]:
        """Liquid and air side, and whether there is not the water they ask for; without `scarcity` the cap rules.

        Where water is short as many units run dry as must; what they ask for even then is rationed.
        """
        liquid, air = self.sides_of(self.cooling, inside, out, held)
        none, supply = np.zeros(np.shape(liquid.makeup), bool), self.facility.water
        cap = np.inf if supply is None or supply.cap is None else supply.cap
        if not np.any(liquid.drawn + air.drawn > cap if scarcity is None else scarcity.wet < 1):
            return liquid, air, none
        dry_liquid, dry_air = drought.dried(self, inside, out, held)
        if scarcity is None:
            scarcity = Scarcity.of(cap, liquid.drawn + air.drawn, dry_liquid.drawn + dry_air.drawn)
        rises = [drought.rise(plant) for plant in self.plants()]
        liquid, air = (
            mixed(wet, rationed(dry, scarcity.share, rise), scarcity.wet)
            for wet, dry, rise in zip((liquid, air), (dry_liquid, dry_air), rises, strict=True)
        )
        return liquid, air, none | (scarcity.wet < 1)

    def sides_of(
        self, plant: CoolingPlant, inside: power.Indoors, out: Outdoors, held: Held = RULES
    ) -> tuple[Side, Side]:
        """Liquid and air side."""
        liquid, air = (self._side(which, plant, inside, out, points) for which, points in enumerate(held))
        return liquid, air

    def side(
        self, which: int, load: Floats, out: Outdoors, points: Setpoints | None, plant: CoolingPlant | None = None
    ) -> Side:
        """Liquid (0) or air (1) side at an IT load over the IT rating, with all the water it asks for."""
        return self._side(which, plant or self.cooling, self.chain.indoors(load), out, points)

    def plants(self, plant: CoolingPlant | None = None) -> tuple[CoolingPlant | None, CoolingPlant | None]:
        """What cools the liquid and the air side; None where a side takes no heat."""
        plant, share = plant or self.cooling, self.liquid_share
        air = plant.air_plant or plant
        return (plant if share > 0 else None, air if float(self._full.power) > share else None)

    def _side(
        self, which: int, whole: CoolingPlant, inside: power.Indoors, out: Outdoors, points: Setpoints | None
    ) -> Side:
        """One side; all losses in the hall go to air."""
        share, full, plant = self.liquid_share, float(self._full.power), self.plants(whole)[which]
        if plant is None:
            return side(inside.it)
        if which == 0:
            one = cooling.liquid(plant, out, inside.it * share, share, self._reuse(plant, out, points), points)
        else:
            one = self._hall(plant, out, inside.it, inside.power - inside.it * share, full - share, points)
        return water.recycled(one, self.facility.water.recycling if self.facility.water is not None else None)

    def rated(self) -> tuple[tuple[float, float], tuple[float, float]]:
        """Full heat of coolers and of chillers of the liquid and the air side [MW per MW of IT rating]."""
        share, (liquid, hall) = self.liquid_share, self.plants()
        blown = 0.0 if hall is None else float(self._fans(np.asarray(cooling.warmest(hall))))
        return (
            (0.0, 0.0) if liquid is None else cooling.rated(liquid, share),
            (0.0, 0.0) if hall is None else cooling.rated(hall, float(self._full.power) - share + blown),
        )

    def _reuse(self, plant: CoolingPlant, out: Outdoors, points: Setpoints | None) -> Floats | float:
        """Share of the liquid side's heat that somebody takes: none while facility water returns too cold for it."""
        reuse = self.facility.heat_reuse
        if reuse is None:
            return 0.0
        warm = cooling.returns(plant, points) >= reuse.temperature - 1e-9
        if points is None and not np.all(warm):
            raise SpecError(
                f"with its glycol the facility water returns at {cooling.returns(plant):.1f} C and heat is taken at "
                f"{reuse.temperature:g} C; lower facility.heat_reuse.temperature, or raise liquid.supply"
            )
        cold = True if reuse.demand_below is None else out.dry_bulb < reuse.demand_below
        return np.where(warm & cold, reuse.share * out.wanted, 0.0)

    def _hall(
        self, plant: CoolingPlant, out: Outdoors, it: Floats, heat: Floats, full: float, points: Setpoints | None
    ) -> Side:
        """The air side; what server fans take beyond their normal speed counts as air handling, not as IT."""
        most = float(self._fans(np.asarray(cooling.warmest(plant))))
        if most == 0 and points is None:
            return cooling.hall(plant, out, heat, full)
        fans = it * self._fans(cooling.inlet(plant, out, points))
        blown = cooling.hall(plant, out, heat + fans, full + most, points)
        return replace(blown, air_handlers=blown.air_handlers + fans)

    def _fans(self, inlet: Floats) -> Floats:
        """Power of server fans beyond their normal speed over IT power: flow as 1 / (limit - inlet), power its cube."""
        server = self.server
        if np.any(inlet > server.fan_limit - 5):
            raise SpecError(
                f"air of {np.max(inlet):.1f} C enters the servers, whose fans hold {server.fan_limit:g} C; supply it "
                "at least 5 K colder"
            )
        speed = (server.fan_limit - server.fan_inlet) / (server.fan_limit - np.maximum(inlet, server.fan_inlet))
        return np.asarray(server.fan_share / (1 + server.overhead_share) * (speed**3 - 1))

    def year(self, load: Floats, scarcity: Scarcity | None = None) -> Flows:
        """Everything at an IT load over the IT rating of shape (..., W), over the weather year."""
        return self.evaluate(load, self.out, self.held, scarcity)

    def evaluate(self, load: Floats, out: Outdoors, held: Held = RULES, scarcity: Scarcity | None = None) -> Flows:
        """Everything at an IT load over the IT rating; shapes of air, set-points and water broadcast to the load's."""
        inside = self.chain.indoors(load)
        liquid, air, capped = self.sides(inside, out, held, scarcity)
        both = plus(liquid, air)
        carried = self.chain.carried(inside, self.on_ups(both))
        chain = self.chain.upstream(inside.power + both.cooling + carried, self.highest)
        return Flows(
            **vars(replace(both, rejected=both.rejected + carried)),
            it=inside.it,
            server_fans=inside.it * (self.server.fan_share / (1 + self.server.overhead_share)),
            rack_supplies=inside.it - self.chain.boards(inside.it),
            it_liquid=inside.it * self.liquid_share,
            at_ups=inside.ups_output,
            at_pdu=inside.pdu_output,
            transformers=chain.transformers + chain.medium + chain.substation,
            ups=inside.ups + carried,
            distribution=inside.busways + inside.branch,
            other=inside.other,
            load=chain.load,
            cooling_liquid=liquid.cooling,
            cooling_air=air.cooling,
            capped=capped,
            chip_above=liquid.excess > cooling.chip_room(self.cooling, held[0]) + HELD,
        )

    def at(self, load: Floats, hours: Ints, scarcity: Scarcity | None = None) -> Flows:
        """Everything at a load and an hour of the weather year, both of shape (n,)."""
        liquid, air = (None if points is None else points.at(hours) for points in self.held)
        return self.evaluate(load, self.out.at(hours), (liquid, air), scarcity)
