"""The least surface of coolers and the least chillers that hold the set-points on every design day."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from gigacampus.campus.spec.compute import Server
from gigacampus.campus.spec.facility import CoolingPlant, Facility
from gigacampus.engines.facility.cooling import settled
from gigacampus.engines.facility.cooling.sides import Side
from gigacampus.engines.facility.days import design_days
from gigacampus.engines.facility.outdoors import Bools, Weather
from gigacampus.engines.facility.plant import Plant
from gigacampus.errors import SpecError

_HELD = 1e-9
"""Excess [K] up to which a set-point counts as held."""
_CLOSE = 1e-7
_LEAST, _MOST = 0.05, 5.0
"""Bounds of chillers' capacity over the full heat: less is no machine, and five times are as good as any."""


@dataclass(frozen=True)
class Size:
    """What stands on one side of the plant.

    Attributes
    ----------
    margin, capacity : float or None
        Coolers over those that the full heat needs at design, and chillers' reference capacity over the full heat; None
        where there are none.
    margin_by, capacity_by : str
        What decided: the design day's name, ``given``, ``units out``, or ``no heat`` where chillers have none to lift.
    coolers, chillers : float [MW per MW of IT rating]
        Heat at their design and at their reference that the installed ones take.
    """

    margin: float | None = None
    capacity: float | None = None
    margin_by: str = ""
    capacity_by: str = ""
    coolers: float = 0.0
    chillers: float = 0.0


@dataclass(frozen=True)
class Sizes:
    """What stands on the liquid and on the air side."""

    liquid: Size
    air: Size


def size(facility: Facility, server: Server, weather: Weather) -> Sizes:
    """The least coolers and chillers with which the plant holds its set-points on its design days.

    Parameters
    ----------
    facility, server, weather
        As in `peak_ratio`; a margin or capacity that the facility gives is kept.

    Returns
    -------
    Sizes

    Raises
    ------
    SpecError
        Where all coolers or all chillers are out.

    Notes
    -----
    Surface first, with as many chillers as it takes; then chillers. Each falls by bisection from the most to the least
    that holds, within 1e-7; coolers that are left carry at least the full heat at their design flow. A day that even
    `margin_max` does not hold leaves the surface at that, or, where its excess is accepted, has no say.
    """
    plant, names = Plant.of(facility, server, weather), [day.name for day in design_days(weather)]
    return Sizes(*(_sized(plant, which, names) for which in (0, 1)))


def _sized(plant: Plant, which: int, names: list[str]) -> Size:
    spec, rule = plant.plants()[which], plant.facility.design
    if spec is None:
        return Size()
    cooler, machine, found = spec.rejection, spec.chiller, Size()
    capacity = None if machine is None else machine.capacity or _MOST

    def holds(margin: float | None, capacity: float | None) -> Bools:
        fitted = _fitted(plant.cooling, which, Size(margin, capacity))
        return np.asarray(side_left(plant, fitted, which).excess <= _HELD)

    if cooler is not None:
        floor = _spare(cooler.units, rule.units_out, "coolers", cooler.margin)
        most = max(rule.margin_max, floor)
        least = _Least(cooler.margin, floor, most, rule.accept_excess, "units out")
        margin, by = least.of(lambda margin: holds(margin, capacity), names)
        found = Size(margin, None, by, "", margin * plant.rated()[which][0])
    if machine is not None:
        _spare(machine.units, rule.units_out, "chillers", machine.capacity)
        least = _Least(machine.capacity, _LEAST, _MOST, True, "no heat")
        capacity, by = least.of(lambda capacity: holds(found.margin, capacity), names)
        chillers = capacity * plant.rated()[which][1]
        found = Size(found.margin, capacity, found.margin_by, by, found.coolers, chillers)
    return found


@dataclass(frozen=True)
class _Least:
    """The least of something between two bounds that holds all days it can; what is given is kept."""

    given: float | None
    floor: float
    most: float
    accept: bool
    floor_by: str

    def of(self, holds: Callable[[float], Bools], names: list[str]) -> tuple[float, str]:
        """The least, and what decided it."""
        if self.given is not None:
            return self.given, "given"
        able = holds(self.most)
        if not self.accept and not np.all(able):
            return self.most, names[int(np.argmin(able))]
        if np.all(holds(self.floor)[able]):
            return self.floor, self.floor_by
        low, high = self.floor, self.most
        while high - low > _CLOSE * high:
            middle = (low + high) / 2
            low, high = (low, middle) if np.all(holds(middle)[able]) else (middle, high)
        return high, names[int(np.argmax(able & ~holds(low)))]


def _spare(units: int, out: int, what: str, given: float | None) -> float:
    """Units over those that are left."""
    if out >= units and given is None:
        raise SpecError(
            f"facility.design.units_out is {out}, and {units} {what} stand there; lower it, or raise {what}' units"
        )
    return units / max(units - out, 1)


def side_left(plant: Plant, cooling: CoolingPlant, which: int) -> Side:
    """One side at full IT on the design days with units out."""
    left = settled.with_units_out(cooling, plant.facility.design.units_out)
    return plant.side(which, np.ones_like(plant.days.dry_bulb), plant.days, None, left)


def built(facility: Facility, sizes: Sizes) -> Facility:
    """The facility with the coolers and chillers that were found."""
    cooling = facility.cooling
    for which, one in enumerate((sizes.liquid, sizes.air)):
        cooling = _fitted(cooling, which, one)
    return facility.model_copy(update={"cooling": cooling})


def _fitted(plant: CoolingPlant, which: int, one: Size) -> CoolingPlant:
    """A plant with the coolers and chillers of one side."""
    if which == 1 and plant.air_plant is not None:
        return plant.model_copy(update={"air_plant": _fitted(plant.air_plant, which, one)})
    if (which == 0) == (plant.liquid is not None):
        parts: dict[str, Any] = {}
        if plant.rejection is not None and one.margin is not None:
            parts["rejection"] = plant.rejection.model_copy(update={"margin": one.margin})
        if plant.chiller is not None and one.capacity is not None:
            parts["chiller"] = plant.chiller.model_copy(update={"capacity": one.capacity})
        return plant.model_copy(update=parts)
    return plant
