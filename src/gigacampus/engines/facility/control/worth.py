"""What the choices take: against the rules, by objective, and along the front of energy against water."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from gigacampus.campus.spec.facility import Control, Objective
from gigacampus.engines.facility.control import changes
from gigacampus.engines.facility.control.options import MODES, Options, Taken, Weights
from gigacampus.engines.facility.outdoors import Floats
from gigacampus.engines.facility.plant import Plant

OBJECTIVES: tuple[Objective, ...] = ("energy", "water", "money", "carbon")
FRONT = (0.002, 0.005, 0.01, 0.02, 0.03, 0.05, 0.1, 0.3)
"""Prices of water along the front [MWh/m3]."""
_LEAST = 1e-3
"""Least weight of energy, so that what costs nothing is not wasted."""
_TIE = 1e-4
"""Energy over water where water is minimised [m3/MWh]: of equals, the one that takes less energy."""


@dataclass(frozen=True)
class Case:
    """One way to run the plant over the weather year.

    Attributes
    ----------
    energy, cooling : float [MWh]
        At the meter; of the cooling plant, with what servers' fans draw beyond their normal speed.
    water : float [m3]
    money : float [USD]
        Energy at the hour's price and water at its own.
    carbon : float [kg]
    hours : mapping of side to mapping of mode to float
        Share of hours in each mode.
    changes_mean, changes_most : float, int
        Changes of mode a day on the side that changes more: on average, and on the worst day.
    """

    energy: float
    cooling: float
    water: float
    money: float
    carbon: float
    hours: dict[str, dict[str, float]]
    changes_mean: float
    changes_most: int


@dataclass(frozen=True)
class Worth:
    """Optimal control against the rules.

    Attributes
    ----------
    rules : Case
    limited, unlimited : mapping of objective to Case
        With the limits on flow and on changes of mode, and without them; all other limits hold in both.
    front : tuple of (price [MWh/m3], Case)
        Least energy and a price times water, with limits: points of the front's convex hull, not those within.
    candidates : tuple of int
        Candidates of each side.
    """

    rules: Case
    limited: dict[str, Case]
    unlimited: dict[str, Case]
    front: tuple[tuple[float, Case], ...]
    candidates: tuple[int, ...]


def weights(objective: Objective, control: Control, place: Any) -> Weights:
    """What an objective weighs, by hour; `place` has `price` and `carbon` where they are asked for."""
    one = np.ones_like(place.dry_bulb)
    if objective == "energy":
        return Weights(one, 0.0)
    if objective == "water":
        return Weights(one * _TIE, 1.0)
    if objective == "carbon":
        return Weights(np.maximum(place.carbon, _LEAST), 0.0)
    return Weights(np.maximum(place.price, _LEAST), control.water_price)


def cases(plant: Plant, place: Any, load: Floats, rating: float) -> Worth:
    """Every case of one plant at one load."""
    control = plant.facility.control
    sides = {
        name: Options(plant, control, which, load, cells=False)
        for which, name in enumerate(("liquid", "air"))
        if plant.plants()[which] is not None
    }

    def case(weighed: Weights | None, limits: bool = True) -> Case:
        taken = {name: side.rules if weighed is None else side.best(weighed, limits)[1] for name, side in sides.items()}
        return _case(plant, place, load, rating, taken)

    by = {name: weights(name, control, place) for name in OBJECTIVES}
    one = np.ones_like(load)
    return Worth(
        rules=case(None),
        limited={name: case(weighed) for name, weighed in by.items()},
        unlimited={name: case(weighed, limits=False) for name, weighed in by.items()},
        front=tuple((price, case(Weights(one, price))) for price in FRONT),
        candidates=tuple(len(side.points.supply) for side in sides.values()),
    )


def _case(plant: Plant, place: Any, load: Floats, rating: float, taken: dict[str, Taken]) -> Case:
    cooling, water = (sum(getattr(t, what) for t in taken.values()) for what in ("power", "water"))
    inside = plant.chain.indoors(load).power
    meter = plant.chain.upstream(inside + cooling, plant.highest).load * rating
    drawn = water * rating
    days = [changes.count(t.mode) for t in taken.values()]
    priced = np.maximum(place.price, 0.0) * meter + plant.facility.control.water_price * drawn
    return Case(
        energy=float(meter.sum()),
        cooling=float(np.sum(cooling) * rating),
        water=float(np.sum(drawn)),
        money=float(priced.sum()),
        carbon=float((np.maximum(place.carbon, 0.0) * meter).sum()),
        hours={name: _shares(t) for name, t in taken.items()},
        changes_mean=max(float(day.mean()) for day in days),
        changes_most=max(int(day.max()) for day in days),
    )


def _shares(taken: Taken) -> dict[str, float]:
    return {mode: float(np.mean(taken.mode == k)) for k, mode in enumerate(MODES)}
