"""What the choices take: against the rules, by objective, and along the front of energy against water."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from gigacampus.campus.spec.facility import Control, Objective
from gigacampus.engines.facility.control import changes
from gigacampus.engines.facility.control.choice import Choice, Chosen, Limits
from gigacampus.engines.facility.control.options import MODES, Taken, Weights
from gigacampus.engines.facility.cooling import settled
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
    changes_forced : int
        Changes beyond the limit, on both sides: no other mode held its limits.
    short : int [h]
        Hours in which a side does not hold its limits.
    """

    energy: float
    cooling: float
    water: float
    money: float
    carbon: float
    hours: dict[str, dict[str, float]]
    changes_mean: float
    changes_most: int
    changes_forced: int
    short: int


@dataclass(frozen=True)
class Worth:
    """Optimal control against the rules.

    Attributes
    ----------
    chosen : Objective
        The one that the spec's control has.
    rules : Case
    warm : Case or None
        Rules that wet all pads in warm air, where the plant wets them as needed; else None.
    limited, unlimited : mapping of objective to Case
        With the limits on flow and on changes of mode, and without them; all other limits hold in both.
    uncapped : mapping of objective to Case
        With the limits and all the water that is asked for; empty where no cap is given.
    front : tuple of (price [MWh/m3], Case)
        Least energy and a price times water, with limits: points of the front's convex hull, not those within.
    candidates : tuple of int
        Candidates of each side.
    """

    chosen: Objective
    rules: Case
    warm: Case | None
    limited: dict[str, Case]
    unlimited: dict[str, Case]
    uncapped: dict[str, Case]
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
    choice, one = Choice(plant, control, load), np.ones_like(load)
    inside = plant.chain.indoors(load).power

    def case(chosen: dict[str, Chosen]) -> Case:
        return _case(plant, place, inside, rating, {name: side.taken for name, side in chosen.items()})

    by = {name: weights(name, control, place) for name in OBJECTIVES}
    uncapped = by if np.isfinite(choice.cap) else {}
    return Worth(
        chosen=control.minimise,
        rules=case(choice.by_rules()),
        warm=_case(plant, place, inside, rating, _warm(plant, load)) if _as_needed(plant) else None,
        limited={name: case(choice.best(weighed)) for name, weighed in by.items()},
        unlimited={name: case(choice.best(weighed, Limits(run=False))) for name, weighed in by.items()},
        uncapped={name: case(choice.best(weighed, Limits(water=False))) for name, weighed in uncapped.items()},
        front=tuple((price, case(choice.best(Weights(one, price)))) for price in FRONT),
        candidates=choice.candidates,
    )


def _as_needed(plant: Plant) -> bool:
    """Whether pads are wetted as the set-point needs."""
    coolers = [spec.rejection for spec in plant.plants() if spec is not None and spec.rejection is not None]
    return any(cooler.kind == "adiabatic" and cooler.wetting == "needed" for cooler in coolers)


def _warm(plant: Plant, load: Floats) -> dict[str, Taken]:
    """What both sides take by rules with all pads wet in warm air."""
    facility = plant.facility.model_copy(update={"cooling": settled.wetted_warm(plant.facility.cooling)})
    liquid, air, _ = replace(plant, facility=facility).sides(plant.chain.indoors(load), plant.out)
    return {"liquid": Taken.of(liquid), "air": Taken.of(air)}


def _case(plant: Plant, place: Any, inside: Floats, rating: float, taken: dict[str, Taken]) -> Case:
    cooling, water = (sum(getattr(t, what) for t in taken.values()) for what in ("power", "water"))
    meter = plant.chain.upstream(inside + cooling, plant.highest).load * rating
    drawn, most = water * rating, plant.facility.control.mode_changes
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
        changes_forced=0 if most is None else sum(int(np.maximum(day - most, 0).sum()) for day in days),
        short=int(np.sum(~np.all([t.holds for t in taken.values()], axis=0))),
    )


def _shares(taken: Taken) -> dict[str, float]:
    return {mode: float(np.mean(taken.mode == k)) for k, mode in enumerate(MODES)}
