"""The plant on its site's design days: what it reaches with a unit out, and what is missing to its set-points.

In: the spec's facility and server, the weather year, the site's design conditions, the IT rating [MW], and coolers of
each kind. Out: `judge`, each side's supply on each day, its excess over the set-point and the missing cooling [MW]; and
the hours of the year in which coolers of each kind cannot hold a supply temperature.

A typical year holds no extremes, so its warmest hour judges nothing. Days are ASHRAE's: 0.4 % dry bulb with the wet
bulb that coincides, 0.4 % wet bulb, and the dry bulb that comes once in so many years. Where the site's values are not
given, the first two are the typical year's own percentiles, and called so; the third is left out. Temperatures are
judged, not the humidity of outside air; water is there, and nobody takes heat.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from gigacampus import air
from gigacampus.campus.spec.compute import Server
from gigacampus.campus.spec.facility import CoolingPlant, Facility, HeatRejection
from gigacampus.campus.spec.site import DesignConditions
from gigacampus.engines.facility import cooling
from gigacampus.engines.facility.cooling import loop, settled
from gigacampus.engines.facility.cooling.rejection import Cooler
from gigacampus.engines.facility.cooling.sides import Side
from gigacampus.engines.facility.outdoors import Floats, Outdoors, Weather
from gigacampus.engines.facility.plant import Plant
from gigacampus.errors import InfeasibleError
from gigacampus.timeline import LEAP_DAY, WEATHER_HOURS

SUPPLIES = (25.0, 30.0, 35.0, 40.0, 45.0)
_RANK = 35
"""Hours of a year that exceed a 0.4 % value."""


@dataclass(frozen=True)
class Day:
    """A design day: its outdoor air [degC], before the plant's own discharge warms it, and where it is from."""

    name: str
    origin: Literal["ASHRAE", "typical year"]
    dry_bulb: float
    wet_bulb: float


@dataclass(frozen=True)
class Reached:
    """What one side of the plant reaches on a day.

    Attributes
    ----------
    side : str
    limit, supply : float [degC]
        Set-point, and the supply with all fans and machines that are left at full speed.
    excess : float [K]
    missing : float [MW]
        Cooling that would bring the supply to its set-point.
    """

    side: Literal["liquid", "air"]
    limit: float
    supply: float
    excess: float
    missing: float


@dataclass(frozen=True)
class Judged:
    """A day, what each side reaches, and the chain of temperatures from the chip's case to the air [degC]."""

    day: Day
    sides: tuple[Reached, ...]
    chain: tuple[tuple[str, float], ...]

    @property
    def missing(self) -> float:
        """Cooling that is missing on both sides [MW]."""
        return sum(side.missing for side in self.sides)


@dataclass(frozen=True)
class DesignResult:
    """The plant on its design days.

    Attributes
    ----------
    days : tuple of Judged
    recirculation : float [K]
    units_out : int
    drop : float [K]
        Supply over the coolers' water, in `hours`.
    supplies : tuple of float [degC]
    hours : mapping of str to tuple of float [h]
        By kind of cooler: hours of the typical year in which it cannot hold each supply.
    """

    days: tuple[Judged, ...]
    recirculation: float
    units_out: int
    drop: float
    supplies: tuple[float, ...]
    hours: Mapping[str, tuple[float, ...]]

    @property
    def worst(self) -> Judged:
        """The day on which most cooling is missing."""
        return max(self.days, key=lambda judged: judged.missing)

    @property
    def excess(self) -> float:
        """Largest excess of any side on any day [K]."""
        return max(side.excess for judged in self.days for side in judged.sides)


def extreme(mean: float, deviation: float, years: float) -> float:
    """Dry bulb that comes once in some years [degC], from the mean and the deviation of the years' highest [1]_.

    Notes
    -----
    T_n = M + F s, F = -(sqrt(6) / pi) (0.5772 + ln(ln(n / (n - 1)))).

    References
    ----------
    .. [1] ASHRAE Handbook - Fundamentals, chapter "Climatic design information".

    Examples
    --------
    >>> round(extreme(37.3, 1.0, 20.0), 1)
    39.2
    """
    return mean - deviation * math.sqrt(6) / math.pi * (0.5772 + math.log(math.log(years / (years - 1))))


def design_days(weather: Weather, given: DesignConditions) -> tuple[Day, ...]:
    """The design days of a site; what is not given is the weather year's own percentile."""
    dry, wet = weather.dry_bulb, weather.wet_bulb
    days = [
        _day("0.4 % dry bulb", given.dry_bulb, given.coincident_wet_bulb, dry, wet),
        _turned(_day("0.4 % wet bulb", given.wet_bulb, given.coincident_dry_bulb, wet, dry)),
    ]
    if given.extreme_mean is not None and given.extreme_deviation is not None:
        highest = extreme(given.extreme_mean, given.extreme_deviation, given.return_period)
        pressure = float(np.mean(weather.pressure))
        vapour = air.humidity_ratio_from_wet_bulb(days[0].dry_bulb, days[0].wet_bulb, pressure)
        name = f"{given.return_period:g}-year dry bulb"
        days.append(Day(name, "ASHRAE", highest, float(air.wet_bulb(highest, vapour, pressure))))
    return tuple(days)


def _day(name: str, value: float | None, coincides: float | None, of: Floats, other: Floats) -> Day:
    """A day of one temperature's 0.4 %, and the mean of the other within half a kelvin of it."""
    if value is not None and coincides is not None:
        return Day(name, "ASHRAE", value, coincides)
    value = float(np.sort(of)[-min(_RANK, len(of))])
    return Day(name, "typical year", value, float(np.mean(other[np.abs(of - value) <= 0.5])))


def _turned(day: Day) -> Day:
    return Day(day.name, day.origin, day.wet_bulb, day.dry_bulb)


def judge(
    facility: Facility,
    server: Server,
    weather: Weather,
    given: DesignConditions,
    it_rating: float,
    coolers: Mapping[str, HeatRejection],
) -> DesignResult:
    """The plant at full IT on its design days.

    Parameters
    ----------
    facility, server, weather
        As in `peak_ratio`.
    given : DesignConditions
    it_rating : float [MW]
    coolers : mapping of str to HeatRejection
        What `hours` compares.

    Returns
    -------
    DesignResult

    Raises
    ------
    InfeasibleError
        Where the design is strict and a set-point cannot be held.
    """
    rule = facility.design
    plant = Plant(facility.model_copy(update={"heat_reuse": None}), server, Outdoors.of(weather))
    left, days = settled.with_units_out(plant.cooling, rule.units_out), design_days(weather, given)
    out = _outdoors(days, float(np.mean(weather.pressure)), rule.recirculation)
    liquid, hall = plant.sides_of(left, plant.chain.indoors(np.ones(len(days))), out)
    judged = tuple(
        Judged(day, tuple(_reached(left, liquid, hall, i, it_rating, plant.liquid_share)), _chain(left, liquid, out, i))
        for i, day in enumerate(days)
    )
    drop = cooling.coolant_drop(left) if left.liquid is not None else loop.exchanger_drop(left) if left.loop else 0.0
    hours = {kind: hours_above(weather, SUPPLIES, cooler, drop) for kind, cooler in coolers.items()}
    result = DesignResult(judged, rule.recirculation, rule.units_out, drop, SUPPLIES, hours)
    if rule.strict:
        _refuse(result)
    return result


def _outdoors(days: Sequence[Day], pressure: float, recirculation: float) -> Outdoors:
    """Air at the plant's intakes: the day's, warmed at its humidity by the discharge that returns."""
    dry, wet = (np.array([getattr(day, name) for day in days]) for name in ("dry_bulb", "wet_bulb"))
    p = np.full(len(days), pressure)
    vapour, warmed = air.humidity_ratio_from_wet_bulb(dry, wet, p), dry + recirculation
    return Outdoors(warmed, air.wet_bulb(warmed, vapour, p), p, vapour, air.enthalpy(warmed, vapour))


def _reached(plant: CoolingPlant, liquid: Side, hall: Side, i: int, rating: float, share: float) -> list[Reached]:
    found: list[Reached] = []
    if plant.liquid is not None and share > 0:
        found.append(_one("liquid", plant.liquid.supply, liquid, i, rating))
    blown = plant.air_plant or plant
    limit = blown.outside_air.supply_max if blown.outside_air is not None else blown.air.supply if blown.air else None
    if limit is not None:
        found.append(_one("air", limit, hall, i, rating))
    return found


def _one(name: Literal["liquid", "air"], limit: float, side: Side, i: int, rating: float) -> Reached:
    excess, missing = float(side.excess[i]), float(side.missing[i])
    return Reached(name, limit, limit + excess, excess, missing * rating)


def _chain(plant: CoolingPlant, liquid: Side, out: Outdoors, i: int) -> tuple[tuple[str, float], ...]:
    """From the chip's case to the coolers' intake: the liquid side's temperatures; empty without one."""
    coolant = plant.liquid
    if coolant is None or plant.loop is None or plant.rejection is None:
        return ()
    supply = coolant.supply + float(liquid.excess[i])
    facility_water = supply - cooling.coolant_drop(plant)
    return (
        ("chip case", supply + coolant.chip - coolant.supply),
        ("coolant leaving", supply + coolant.rise),
        ("coolant entering", supply),
        ("facility water", facility_water),
        ("water of the coolers", facility_water - loop.exchanger_drop(plant)),
        ("intake air", float(Cooler(plant.rejection, 1.0, 1.0).intake(out)[0][i])),
    )


def hours_above(weather: Weather, supplies: Sequence[float], cooler: HeatRejection, drop: float) -> tuple[float, ...]:
    """Hours of the year in which coolers at their design approach cannot hold a supply.

    Parameters
    ----------
    weather : Weather
        Arrays of shape (W,); of a weather year the repeated 29 February is left out.
    supplies : sequence of float [degC]
    cooler : HeatRejection
        Adiabatic ones are wetted whenever that helps.
    drop : float [K]
        Supply over the coolers' water.
    """
    dry, wet = weather.dry_bulb, weather.wet_bulb
    intake = {"dry": dry, "tower": wet}.get(cooler.kind, dry - (cooler.effectiveness or 0.0) * (dry - wet))
    intake = np.delete(intake, LEAP_DAY) if len(intake) == WEATHER_HOURS else intake
    return tuple(float(np.sum(intake + cooler.approach + drop > supply)) for supply in supplies)


def _refuse(result: DesignResult) -> None:
    judged = result.worst
    short = [side for side in judged.sides if side.excess > 1e-6]
    if not short:
        return
    day, reached = judged.day, max(short, key=lambda side: side.missing)
    raise InfeasibleError(
        f"on the day of the {day.name} ({day.dry_bulb:.1f} C dry, {day.wet_bulb:.1f} C wet bulb, by {day.origin}) with "
        f"{result.units_out} unit{'s' * (result.units_out != 1)} of each kind out the {reached.side} supply reaches "
        f"{reached.supply:.1f} C, its limit is {reached.limit:g} C, and {judged.missing:.4g} MW of cooling are missing"
        "; raise rejection.margin or the limit, give a chiller, or leave out facility.design.strict"
    )
