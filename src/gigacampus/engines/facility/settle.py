"""From weather-year physics to the hours of a life, and back from served power to the IT power that it allows."""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np

from gigacampus.engines.facility.outdoors import Bools, Floats, Ints
from gigacampus.engines.facility.plant import Flows, Plant
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


def allowed(plant: Plant, served: Floats, upper: Floats, hours: Ints) -> Allowed:
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

    Notes
    -----
    Illinois' false position, within 1e-12 relative, on a load that rises with IT. Where served power is less than the
    no-load draw, IT is off and halls are switched off until the rest fits.
    """
    idle = plant.at(np.zeros_like(upper), hours).load
    low, high = np.zeros_like(upper), upper.copy()
    below, above = idle - served, plant.at(upper, hours).load - served
    load = np.where(above <= 0, upper, 0.0)
    active = np.flatnonzero((below < 0) & (above > 0))
    for _ in range(_ROUNDS):
        if active.size == 0:
            break
        a, b, fa, fb = low[active], high[active], below[active], above[active]
        middle = np.where(fb - fa > 0, (a * fb - b * fa) / np.where(fb - fa > 0, fb - fa, 1.0), (a + b) / 2)
        middle = np.clip(middle, np.minimum(a, b), np.maximum(a, b))
        value = plant.at(middle, hours[active]).load - served[active]
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


@dataclass(frozen=True)
class Hourly:
    """Flows over the life, and which of its hours were short of power."""

    flows: Flows
    unserved: Bools
    dark: Bools


def over_life(plant: Plant, timeline: Timeline, it: Floats, rating: Floats, served: Floats | None) -> Hourly:
    """Flows [MW, m3/h] of every hour of the life, at the IT power that served power allows."""
    flows = plant.year(load_of(it, rating)).scaled(rating[:, None])
    laid = {field.name: timeline.gather(getattr(flows, field.name)) for field in fields(Flows)}
    none = np.zeros(timeline.hours, bool)
    if served is None:
        return Hourly(Flows(**laid), none, none)
    unserved = served < laid["load"] * (1 - 1e-12)
    hours = np.flatnonzero(unserved)
    if hours.size == 0:
        return Hourly(Flows(**laid), none, none)
    scale = rating[timeline.phase[hours]]
    weather = timeline.weather[hours]
    found = allowed(plant, served[hours] / scale, laid["it"][hours] / scale, weather)
    again = plant.at(found.load, weather).scaled(scale * found.energised)
    for field in fields(Flows):
        laid[field.name][hours] = getattr(again, field.name)
    dark = none.copy()
    dark[hours] = found.energised < 1
    return Hourly(Flows(**laid), unserved, dark)
