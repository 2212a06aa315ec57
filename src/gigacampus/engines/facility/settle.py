"""From weather-year physics to the hours of a life, and back from served power to the IT power that it allows."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gigacampus.engines.facility.flows import DROUGHT, PLENTY, Flows, Scarcity
from gigacampus.engines.facility.outdoors import Floats, Ints
from gigacampus.engines.facility.permit import Use, allot
from gigacampus.engines.facility.plant import Plant
from gigacampus.engines.facility.result import FacilityResult
from gigacampus.timeline import Timeline

_TOLERANCE = 1e-13
_ROUNDS = 100


@dataclass(frozen=True)
class Allowed:
    """What the served power allows.

    Attributes
    ----------
    load : array, shape (n,)
        IT over its rating.
    energised : array, shape (n,) [0-1]
        Share of the halls that stay on; below 1 only where the served power does not carry the facility without IT.
    """

    load: Floats
    energised: Floats


def allowed(plant: Plant, served: Floats, upper: Floats, hours: Ints, scarcity: Scarcity) -> Allowed:
    """IT load at which the facility draws the served power.

    Parameters
    ----------
    plant : Plant
    served : array, shape (n,)
        Power at the meter over the IT rating, at most what the facility draws at `upper`.
    upper : array, shape (n,)
        IT load that was asked for, over the rating.
    hours : array of int, shape (n,)
        Hour of the weather year.
    scarcity : Scarcity
        Water that was there for what was asked for, shape (n,): who runs dry for want of water goes on doing so.

    Notes
    -----
    Illinois' false position, within 1e-12 relative, on a load that rises with IT. Where served power is less than the
    no-load draw, IT is off and halls are switched off until the rest fits.
    """
    idle = plant.at(np.zeros_like(upper), hours, scarcity).load
    low, high = np.zeros_like(upper), upper.copy()
    below, above = idle - served, plant.at(upper, hours, scarcity).load - served
    load = np.where(above <= 0, upper, 0.0)
    active = np.flatnonzero((below < 0) & (above > 0))
    for _ in range(_ROUNDS):
        if active.size == 0:
            break
        a, b, fa, fb = low[active], high[active], below[active], above[active]
        middle = np.where(fb - fa > 0, (a * fb - b * fa) / np.where(fb - fa > 0, fb - fa, 1.0), (a + b) / 2)
        middle = np.clip(middle, np.minimum(a, b), np.maximum(a, b))
        value = plant.at(middle, hours[active], scarcity.at(active)).load - served[active]
        load[active] = middle
        crossed = value * fb < 0
        low[active], below[active] = np.where(crossed, b, a), np.where(crossed, fb, fa / 2)
        high[active], above[active] = middle, value
        active = active[(np.abs(value) > _TOLERANCE * served[active]) & (np.abs(a - b) > 1e-16)]
    return Allowed(load, np.minimum(served / idle, 1.0))


def load_of(it: Floats, rating: Floats) -> Floats:
    """IT over its rating, shape (P, W); 0 where nothing is built."""
    built = np.broadcast_to(rating[:, None], it.shape)
    return np.divide(it, built, out=np.zeros_like(it), where=built > 0)


def asked(plant: Plant, timeline: Timeline, it: Floats, rating: Floats) -> tuple[Flows, Scarcity]:
    """Flows [MW, m3/h] of every hour of the life if all power is served, and the water that there is, (H,)."""
    load, scale, rate = load_of(it, rating), rating[:, None], rating[timeline.phase]
    supply = plant.facility.water
    flows = plant.year(load, PLENTY).scaled(scale).each(timeline.gather)
    if supply is None or not supply.limited:
        return flows, PLENTY
    dry = plant.year(load, DROUGHT).scaled(scale).each(timeline.gather)
    scarcity = allot(supply, timeline, rate, Use.of(flows), Use.of(dry)).scarcity
    hours = np.flatnonzero(scarcity.wet < 1)
    if hours.size > 0:
        weather = timeline.weather[hours]
        short = plant.at(load[timeline.phase[hours], weather], weather, scarcity.at(hours))
        _put(flows, hours, short.scaled(rate[hours]))
    return flows, scarcity


def over_life(plant: Plant, timeline: Timeline, it: Floats, rating: Floats, served: Floats | None) -> FacilityResult:
    """Every hour of the life, at the IT power that served power allows."""
    flows, scarcity = asked(plant, timeline, it, rating)
    unserved = np.zeros(timeline.hours, bool) if served is None else served < flows.load * (1 - 1e-12)
    dark, rate, hours = np.zeros(timeline.hours, bool), rating[timeline.phase], np.flatnonzero(unserved)
    if served is not None and hours.size > 0:
        scale, weather, water = rate[hours], timeline.weather[hours], scarcity.at(hours)
        found = allowed(plant, served[hours] / scale, flows.it[hours] / scale, weather, water)
        _put(flows, hours, plant.at(found.load, weather, water).scaled(scale * found.energised))
        dark[hours] = found.energised < 1
    withdrawal, stored = _drawn(plant, timeline, rate, Use.of(flows))
    return FacilityResult(
        **vars(flows),
        withdrawal=withdrawal,
        stored=stored,
        unserved=unserved,
        dark=dark,
        water=plant.facility.water,
        fluid_lost=plant.vapour * float(np.sum(rate)),
    )


def _drawn(plant: Plant, timeline: Timeline, rate: Floats, use: Use) -> tuple[Floats, Floats]:
    """Water drawn from the source and stored [m3] for what the plant takes in."""
    supply = plant.facility.water
    if supply is None or supply.tank == 0:
        return use.drawn, np.zeros(timeline.hours)
    books = allot(supply, timeline, rate, use, use)
    return books.withdrawal, books.stored


def _put(flows: Flows, hours: Ints, other: Flows) -> None:
    """Overwrite some hours."""
    for name, values in vars(flows).items():
        values[hours] = getattr(other, name)
