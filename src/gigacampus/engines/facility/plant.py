"""The whole facility at a load and an outdoor air: everything per MW of IT rating, so that size cancels out."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from functools import cached_property

import numpy as np

from gigacampus.campus.spec.compute import Server
from gigacampus.campus.spec.facility import CoolingPlant, Facility
from gigacampus.engines.facility import cooling, power
from gigacampus.engines.facility.cooling import settled
from gigacampus.engines.facility.cooling.setpoints import Setpoints
from gigacampus.engines.facility.cooling.sides import Side, choose, plus, side
from gigacampus.engines.facility.outdoors import Floats, Ints, Outdoors
from gigacampus.errors import SpecError


@dataclass(frozen=True)
class Flows:
    """Power [MW], water [m3/h] and heat [MW], per MW of IT rating: arrays of one shape.

    `load` is at the meter. `cooling_liquid` and `cooling_air` are the power of the plant's two sides, `it_liquid` the
    IT power whose heat liquid takes. `excess` [K] is how much the supply is too warm, `missing` [MW] the cooling that
    would bring it back, `short` is 1 in hours in which a set-point cannot be held, `capped` in hours in which there is
    not the water to wet the coolers. `reused` is heat that somebody takes.
    """

    it: Floats
    server_fans: Floats
    rack_supplies: Floats
    pdu_output: Floats
    ups_output: Floats
    chiller: Floats
    pumps: Floats
    rejection_fans: Floats
    air_handlers: Floats
    cdu_pumps: Floats
    transformers: Floats
    ups: Floats
    distribution: Floats
    other: Floats
    load: Floats
    evaporation: Floats
    drift: Floats
    blowdown: Floats
    makeup: Floats
    heat_sensible: Floats
    heat_latent: Floats
    it_liquid: Floats
    cooling_liquid: Floats
    cooling_air: Floats
    excess: Floats
    missing: Floats
    reused: Floats
    short: Floats
    capped: Floats

    def scaled(self, rating: Floats) -> Flows:
        """The same in MW and m3/h at an IT rating [MW]; `excess`, `short` and `capped` are no quantities and stay."""
        kept = ("excess", "short", "capped")
        return Flows(
            **{
                field.name: getattr(self, field.name) * (1.0 if field.name in kept else rating)
                for field in fields(Flows)
            }
        )


Held = tuple[Setpoints | None, Setpoints | None]
"""Set-points of the liquid and the air side that control chose; None: rules."""


@dataclass(frozen=True)
class Plant:
    """A facility over a weather year, with what its sizes follow from.

    Attributes
    ----------
    facility : Facility
    server : Server
    out : Outdoors
        The weather year.
    held : pair of Setpoints or None
        Set-points of the liquid and the air side over the weather year that control chose; None: rules.
    """

    facility: Facility
    server: Server
    out: Outdoors
    held: Held = (None, None)

    @property
    def liquid_share(self) -> float:
        """Share of the IT power whose heat liquid takes; network and storage beside the servers are cooled by air."""
        plant = self.facility.cooling
        if plant.liquid is None:
            return 0.0
        share = self.server.liquid_share if plant.liquid_share is None else plant.liquid_share
        return share / (1 + self.server.overhead_share)

    @cached_property
    def chain(self) -> power.Chain:
        """The power chain with its sizes indoors."""
        return power.Chain(self.facility.power)

    @cached_property
    def highest(self) -> float:
        """Highest power at low voltage over the IT rating: at full IT in the worst hour of the weather year."""
        full = np.ones_like(self.out.dry_bulb)
        liquid, air, _ = self.sides(self.chain.indoors(full), self.out, self.held)
        return float(np.max(self._full.power + liquid.power + air.power))

    @cached_property
    def _full(self) -> power.Indoors:
        return self.chain.indoors(np.array(1.0))

    @cached_property
    def cooling(self) -> CoolingPlant:
        """The cooling plant with what the site settles: glycol by the coldest hour, cycles by the make-up water."""
        return settled.settle(self.facility, float(np.min(self.out.dry_bulb)))

    def sides(self, inside: power.Indoors, out: Outdoors, held: Held = (None, None)) -> tuple[Side, Side, Floats]:
        """Liquid and air side, and 1 where coolers run dry for want of water."""
        liquid, air = self.sides_of(self.cooling, inside, out, held)
        water, none = self.facility.water, np.zeros(np.shape(liquid.makeup))
        if water is None or water.cap is None:
            return liquid, air, none
        over = liquid.makeup + air.makeup > water.cap
        dry_liquid, dry_air = self.sides_of(settled.run_dry(self.cooling), inside, out, held)
        return choose(over, dry_liquid, liquid), choose(over, dry_air, air), none + over

    def sides_of(
        self, plant: CoolingPlant, inside: power.Indoors, out: Outdoors, held: Held = (None, None)
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
            return cooling.liquid(plant, out, inside.it * share, share, self._reuse(out), points)
        return self._hall(plant, out, inside.it, inside.power - inside.it * share, full - share, points)

    def rated(self) -> tuple[tuple[float, float], tuple[float, float]]:
        """Full heat of coolers and of chillers of the liquid and the air side [MW per MW of IT rating]."""
        share, (liquid, hall) = self.liquid_share, self.plants()
        blown = 0.0 if hall is None else float(self._fans(np.asarray(cooling.warmest(hall))))
        return (
            (0.0, 0.0) if liquid is None else cooling.rated(liquid, share),
            (0.0, 0.0) if hall is None else cooling.rated(hall, float(self._full.power) - share + blown),
        )

    def _reuse(self, out: Outdoors) -> Floats | float:
        """Share of the liquid side's heat that somebody takes."""
        reuse = self.facility.heat_reuse
        if reuse is None:
            return 0.0
        if reuse.demand_below is None:
            return reuse.share
        return np.where(out.dry_bulb < reuse.demand_below, reuse.share, 0.0)

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

    def year(self, load: Floats) -> Flows:
        """Everything at an IT load over the IT rating of shape (..., W), over the weather year."""
        return self.evaluate(load, self.out, self.held)

    def evaluate(self, load: Floats, out: Outdoors, held: Held = (None, None)) -> Flows:
        """Everything at an IT load over the IT rating; shapes of air and set-points broadcast to the load's."""
        inside = self.chain.indoors(load)
        liquid, air, capped = self.sides(inside, out, held)
        both = plus(liquid, air)
        chain = self.chain.upstream(inside.power + both.power, self.highest)
        outdoors = chain.transformers + chain.medium + chain.substation
        return Flows(
            it=inside.it,
            server_fans=inside.it * (self.server.fan_share / (1 + self.server.overhead_share)),
            rack_supplies=inside.it - self.chain.boards(inside.it),
            pdu_output=inside.pdu_output,
            ups_output=inside.ups_output,
            chiller=both.chiller,
            pumps=both.pumps,
            rejection_fans=both.rejection_fans,
            air_handlers=both.air_handlers,
            cdu_pumps=both.cdu_pumps,
            transformers=outdoors,
            ups=inside.ups,
            distribution=inside.busways + inside.branch,
            other=inside.other,
            load=chain.load,
            evaporation=both.evaporation,
            drift=both.drift,
            blowdown=both.blowdown,
            makeup=both.makeup,
            heat_sensible=both.rejected - both.latent + outdoors,
            heat_latent=both.latent,
            it_liquid=inside.it * self.liquid_share,
            cooling_liquid=liquid.power,
            cooling_air=air.power,
            excess=both.excess,
            missing=both.missing,
            reused=both.reused,
            short=both.short,
            capped=capped,
        )

    def at(self, load: Floats, hours: Ints) -> Flows:
        """Everything at a load and an hour of the weather year, both of shape (n,)."""
        liquid, air = (None if points is None else points.at(hours) for points in self.held)
        return self.evaluate(load, self.out.at(hours), (liquid, air))
