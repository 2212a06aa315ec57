"""Control of the cooling plant: mode and set-points hour by hour, and what choosing them well is worth.

In: the spec's facility and server, a weather with the grid's price [USD/MWh] and carbon [kg/MWh] by hour, a load. Out:
`held`, the set-points of both sides over the weather year that `respond` and `settle` follow; `assess`, what optimal
control takes against the rules for each objective, with limits and without, and the front of energy against water.

Ten to thirty candidates a side pass through the plant's own physics in every hour; the first is the rules. The best in
each hour follows by enumeration, the limit on changes of mode by dynamic programming over modes, and the cap on water
by enumeration of pairs, all exact for what was enumerated. Sides share no machines: energy at low voltage is their sum,
and the load at the meter rises with it. A price or carbon factor below zero counts as zero: control burns no power on
purpose.

Not modelled: silicon leaks more as it warms, by experience a few per cent of a chip's power over 10 K, which can be
more than a warm supply saves. The coolant therefore stays at or below `liquid.supply_max`, what its makers claim.

Limits: supply within chip, coolant, class and inlet limits; the chillers' lift and condenser water as their models
reach; whole machines; least flow of the pumps; least share of chillers beside coolers; the hour's water,
`facility.water.cap`; changes of mode a day (days of UTC). Where nothing holds its limits the rules run, and where that
forces more changes than a day has, they are made and counted. A permit's volumes are not foreseen. Machines have no
memory but the mode: no inertia, no start-up energy, no storage of cold.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Protocol

import numpy as np

from gigacampus.campus.spec.compute import Server
from gigacampus.campus.spec.facility import Facility
from gigacampus.engines.facility.control.choice import Choice
from gigacampus.engines.facility.control.options import MODES
from gigacampus.engines.facility.control.worth import Case, Worth, cases, weights
from gigacampus.engines.facility.cooling.setpoints import Setpoints
from gigacampus.engines.facility.outdoors import Floats, Weather
from gigacampus.engines.facility.plant import Held, Plant

__all__ = ["MODES", "Case", "Worth", "assess", "held"]


class Place(Weather, Protocol):
    """Weather, and the grid by hour: arrays of shape (W,)."""

    @property
    def price(self) -> Floats:
        """[USD/MWh]."""

    @property
    def carbon(self) -> Floats:
        """[kg/MWh]."""


def held(facility: Facility, server: Server, weather: Weather, load: Floats) -> Held:
    """Set-points over the weather year that the spec's control chooses; rules where it says so.

    Parameters
    ----------
    facility : Facility
    server : Server
    weather : Weather
        With `price` and `carbon` where they are minimised.
    load : array, shape (W,)
        IT over its rating that is asked for, once all is built; set-points stay where IT is curtailed or not yet built.

    Returns
    -------
    pair of Setpoints or None

    Notes
    -----
    The machines that run at this load are held on at any lower one, so that the load rises with IT without a jump, and
    power that is served gives the IT power back.
    """
    control = facility.control
    if control.by == "rules":
        return None, None
    plant = Plant.of(facility, server, weather)
    chosen = Choice(plant, control, load).best(weights(control.minimise, control, weather))

    def points(which: int, name: str) -> Setpoints | None:
        return _kept_on(plant, which, load, chosen[name].points) if name in chosen else None

    return points(0, "liquid"), points(1, "air")


def _kept_on(plant: Plant, which: int, load: Floats, points: Setpoints) -> Setpoints:
    """Set-points that keep on the machines which a load needs: fewer would take the same, for as many run."""
    spec = plant.plants()[which]
    if spec is None or spec.chiller is None or spec.chiller.model != "curves":
        return points
    asked, machines = plant.side(which, load, plant.out, points).cooling, points.machines
    for count in range(1, spec.chiller.units + 1):
        more = replace(points, machines=np.maximum(points.machines, count))
        same = plant.side(which, load, plant.out, more).cooling == asked
        machines = np.where(same & (count > points.machines), count, machines)
    return replace(points, machines=machines)


def assess(facility: Facility, server: Server, place: Place, load: Floats, rating: float) -> Worth:
    """What optimal control takes against the rules over the weather year.

    Parameters
    ----------
    facility : Facility
    server : Server
    place : Place
    load : array, shape (W,)
        IT over its rating, above zero.
    rating : float [MW]

    Returns
    -------
    Worth
    """
    return cases(Plant.of(facility, server, place), place, load, rating)
