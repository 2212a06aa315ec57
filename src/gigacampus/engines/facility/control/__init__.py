"""Control of the cooling plant: mode and set-points hour by hour, and what choosing them well is worth.

In: the spec's facility and server, a weather with the grid's price [USD/MWh] and carbon [kg/MWh] by hour, a load. Out:
`held`, the set-points of both sides over the weather year that `respond` and `settle` follow; `assess`, what optimal
control takes against the rules for each objective, with limits and without, and the front of energy against water.

About thirty candidates a side and hour pass through the plant's own physics; the first is the rules. The best in each
hour follows by enumeration, and the limit on changes of mode by dynamic programming over modes, both exact for what was
enumerated. Sides do not share machines, so each is chosen alone: energy at low voltage is their sum, and the load at
the meter rises with it. `assess` enumerates every hour itself; `held` ranks candidates on cells of like weather and
load, evaluates what it chose in its own hour, and gives up at most 1 % of what the rules take for it (`options`). A
price or carbon factor below zero counts as zero: control burns no power on purpose.

Limits: supply within chip, class and inlet limits; the chillers' lift and condenser water as their models reach;
whole units; least flow; least share of chillers beside coolers; changes of mode a day (days of UTC). Machines have no
memory but the mode: no inertia, no start-up energy, no storage of cold.
"""

from __future__ import annotations

from typing import Protocol

from gigacampus.campus.spec.compute import Server
from gigacampus.campus.spec.facility import Facility
from gigacampus.engines.facility.control.options import MODES, Options
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
    Chillers share their load here as by the rules: machines that switch would make the load jump, and power that is
    served within a jump would give no IT power back.
    """
    if facility.control.by == "rules":
        return None, None
    control = facility.control.model_copy(update={"chiller_units": 0})
    plant = Plant.of(facility, server, weather)
    weighed = weights(control.minimise, control, weather)

    def chosen(which: int) -> Setpoints | None:
        if plant.plants()[which] is None:
            return None
        options = Options(plant, control, which, load)
        return options.points.at(options.best(weighed)[0])

    return chosen(0), chosen(1)


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
