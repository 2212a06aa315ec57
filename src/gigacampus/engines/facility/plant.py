"""The whole facility at a load and an outdoor air: everything per MW of IT rating, so that size cancels out."""

from __future__ import annotations

from dataclasses import dataclass, fields
from functools import cached_property

import numpy as np

from gigacampus.campus.spec.compute import Server
from gigacampus.campus.spec.facility import CoolingPlant, Facility
from gigacampus.engines.facility import cooling, power
from gigacampus.engines.facility.cooling.setpoints import Setpoints
from gigacampus.engines.facility.cooling.sides import Side, plus, side
from gigacampus.engines.facility.outdoors import Floats, Ints, Outdoors


@dataclass(frozen=True)
class Flows:
    """Power [MW], water [m3/h] and heat [MW], per MW of IT rating: arrays of one shape.

    `load` is at the meter. `cooling_liquid` and `cooling_air` are the power of the plant's two sides, `it_liquid` the
    IT power whose heat liquid takes. `excess` [K] is how much the supply is too warm, `short` is 1 in hours in which a
    set-point cannot be held.
    """

    it: Floats
    server_fans: Floats
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
    short: Floats

    def scaled(self, rating: Floats) -> Flows:
        """The same in MW and m3/h at an IT rating [MW]; `excess` and `short` are no quantities and stay."""
        kept = ("excess", "short")
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
    def highest(self) -> float:
        """Highest power at low voltage over the IT rating: at full IT in the worst hour of the weather year."""
        full = np.ones_like(self.out.dry_bulb)
        liquid, air = (self.side(k, full, self.out, points) for k, points in enumerate(self.held))
        return float(np.max(self._full.power + liquid.power + air.power))

    @cached_property
    def _full(self) -> power.Indoors:
        return power.indoors(self.facility.power, np.array(1.0))

    def plants(self) -> tuple[CoolingPlant | None, CoolingPlant | None]:
        """What cools the liquid and the air side; None where a side takes no heat."""
        plant, share = self.facility.cooling, self.liquid_share
        air = plant.air_plant or plant
        return (plant if share > 0 else None, air if float(self._full.power) > share else None)

    def side(self, which: int, load: Floats, out: Outdoors, points: Setpoints | None) -> Side:
        """Liquid (0) or air (1) side at an IT load over the IT rating; all losses in the hall go to air."""
        inside, share, full = power.indoors(self.facility.power, load), self.liquid_share, float(self._full.power)
        plant = self.plants()[which]
        if plant is None:
            return side(inside.it)
        if which == 0:
            return cooling.liquid(plant, out, inside.it * share, share, points)
        return cooling.hall(plant, out, inside.power - inside.it * share, full - share, points)

    def year(self, load: Floats) -> Flows:
        """Everything at an IT load over the IT rating of shape (..., W), over the weather year."""
        return self.evaluate(load, self.out, self.held)

    def evaluate(self, load: Floats, out: Outdoors, held: Held = (None, None)) -> Flows:
        """Everything at an IT load over the IT rating; shapes of air and set-points broadcast to the load's."""
        inside = power.indoors(self.facility.power, load)
        liquid, air = (self.side(k, load, out, points) for k, points in enumerate(held))
        both = plus(liquid, air)
        chain = power.upstream(self.facility.power, inside.power + both.power, self.highest)
        outdoors = chain.transformers + chain.substation
        return Flows(
            it=inside.it,
            server_fans=inside.it * (self.server.fan_share / (1 + self.server.overhead_share)),
            chiller=both.chiller,
            pumps=both.pumps,
            rejection_fans=both.rejection_fans,
            air_handlers=both.air_handlers,
            cdu_pumps=both.cdu_pumps,
            transformers=outdoors,
            ups=inside.ups,
            distribution=inside.distribution,
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
            short=both.short,
        )

    def at(self, load: Floats, hours: Ints) -> Flows:
        """Everything at a load and an hour of the weather year, both of shape (n,)."""
        liquid, air = (None if points is None else points.at(hours) for points in self.held)
        return self.evaluate(load, self.out.at(hours), (liquid, air))
