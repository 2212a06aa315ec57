"""What the plant reaches on its design days, and what is missing there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from gigacampus.campus.spec.compute import Server
from gigacampus.campus.spec.facility import CoolingPlant, Facility, HeatRejection
from gigacampus.engines.facility import cooling
from gigacampus.engines.facility.control.candidates import warmest
from gigacampus.engines.facility.cooling import outer
from gigacampus.engines.facility.cooling.rejection import Cooler
from gigacampus.engines.facility.cooling.sides import Side
from gigacampus.engines.facility.days import Day, design_days
from gigacampus.engines.facility.design.sizing import side_left
from gigacampus.engines.facility.design.standby import Standby, standby
from gigacampus.engines.facility.outdoors import Weather
from gigacampus.engines.facility.plant import HELD, Plant
from gigacampus.errors import InfeasibleError
from gigacampus.timeline import LEAP_DAY, WEATHER_HOURS

SUPPLIES = (25.0, 30.0, 35.0, 40.0, 45.0)


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
        Cooling that would bring the supply to its set-point: at most all heat, where the air is as warm as the water.
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
    standby : Standby or None
        Gensets; None where there are none.
    recirculation : float [K]
    units_out : int
    drops : mapping of str to float [K]
        By kind of cooler: supply over the coolers' water, in `hours`.
    supplies : tuple of float [degC]
        Every five, and the set-point of the liquid side.
    hours : mapping of str to tuple of float [h]
        By kind of cooler: hours of the typical year in which it cannot hold each supply.
    """

    days: tuple[Judged, ...]
    standby: Standby | None
    recirculation: float
    units_out: int
    drops: Mapping[str, float]
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


def judge(
    facility: Facility,
    server: Server,
    weather: Weather,
    it_rating: float,
    highest: float,
    coolers: Mapping[str, HeatRejection],
    exchanger: float = 0.0,
) -> DesignResult:
    """The plant at full IT on its design days.

    Parameters
    ----------
    facility, server, weather
        As in `peak_ratio`.
    it_rating : float [MW]
    highest : float [MW]
        Highest load at the meter, which gensets must carry.
    coolers : mapping of str to HeatRejection
        What `hours` compares.
    exchanger : float [K]
        Approach of the heat exchanger that a tower's open water would need where the plant has none, in `hours`.

    Returns
    -------
    DesignResult

    Raises
    ------
    InfeasibleError
        Where a set-point cannot be held, or gensets cannot carry the load, and the design does not accept that.
    """
    rule, days, plant = facility.design, design_days(weather), Plant.of(facility, server, weather)
    liquid, hall = (side_left(plant, plant.cooling, which) for which in (0, 1))
    judged = tuple(
        Judged(
            day,
            tuple(_reached(plant.cooling, liquid, hall, i, it_rating, plant.liquid_share)),
            _chain(plant, liquid, i),
        )
        for i, day in enumerate(days)
    )
    drops = {kind: _drop(plant.cooling, kind, exchanger) for kind in coolers}
    liquids = () if facility.cooling.liquid is None else (facility.cooling.liquid.supply,)
    supplies = tuple(sorted({*SUPPLIES, *liquids}))
    hours = {kind: hours_above(weather, supplies, cooler, drops[kind]) for kind, cooler in coolers.items()}
    backup = standby(facility, days, plant.days.dry_bulb, float(np.mean(weather.pressure)), highest)
    result = DesignResult(judged, backup, rule.recirculation, rule.units_out, drops, supplies, hours)
    if not rule.accept_excess:
        _refuse(result, facility.cooling)
    return result


def _drop(plant: CoolingPlant, kind: str, exchanger: float) -> float:
    """Supply over the water of coolers of a kind [K]: coolant unit or coil, and a heat exchanger where there is one.

    A tower's water is open to the air, so that it needs one in any plant.
    """
    if plant.loop is None:
        return exchanger if kind == "tower" else 0.0
    between = outer.exchanger_drop(plant) if plant.loop.outer_rise is not None else 0.0
    if kind == "tower" and between == 0:
        between = exchanger
    return cooling.exchange(plant)[0] + between


def _reached(plant: CoolingPlant, liquid: Side, hall: Side, i: int, rating: float, share: float) -> list[Reached]:
    found: list[Reached] = []
    if plant.liquid is not None and share > 0:
        found.append(_one("liquid", plant.liquid.supply, liquid, i, rating))
    blown = plant.air_plant or plant
    if blown.outside_air is not None or blown.air is not None:
        found.append(_one("air", cooling.warmest(blown), hall, i, rating))
    return found


def _one(name: Literal["liquid", "air"], limit: float, side: Side, i: int, rating: float) -> Reached:
    excess, missing = float(side.excess[i]), float(side.missing[i])
    return Reached(name, limit, limit + excess, excess, missing * rating)


def _chain(whole: Plant, liquid: Side, i: int) -> tuple[tuple[str, float], ...]:
    """From the chip's case to the coolers' intake: the liquid side's temperatures; empty without one.

    Where control chooses, at the warmest coolant that it may hold.
    """
    plant, out = whole.cooling, whole.days
    coolant = plant.liquid
    if coolant is None or plant.loop is None or plant.rejection is None:
        return ()
    supply = max(coolant.supply + float(liquid.excess[i]), warmest(plant, whole.facility.control))
    wet = np.asarray(out.dry_bulb > (np.inf if plant.rejection.wet_above is None else plant.rejection.wet_above), float)
    facility_water = supply - cooling.coolant_drop(plant)
    return (
        ("chip case", supply + coolant.chip - coolant.supply),
        ("coolant leaving", supply + coolant.rise),
        ("coolant entering", supply),
        ("facility water", facility_water),
        ("water of the coolers", facility_water - outer.exchanger_drop(plant)),
        ("intake air", float(Cooler(plant.rejection, 1.0, 1.0, wet=wet).intake(out)[i])),
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


def _refuse(result: DesignResult, plant: CoolingPlant) -> None:
    """Raise what the plant cannot do; the first words of the error name day and limit."""
    out, more = result.units_out, "s" * (result.units_out != 1)
    short = [(side, judged) for judged in result.days for side in judged.sides if side.excess > HELD]
    if short:
        side, judged = max(short, key=lambda pair: pair[0].missing)
        blown = plant.air_plant or plant
        raise InfeasibleError(
            f"on the day of the {judged.day} with {out} unit{more} of each kind out the {side.side} supply reaches "
            f"{side.supply:.1f} C, its limit is {side.limit:g} C, and {judged.missing:.4g} MW of cooling are "
            f"missing{_even(plant if side.side == 'liquid' else blown)}; {_way_out(side.side, blown)}, or accept it "
            "with facility.design.accept_excess: true"
        )
    backup = result.standby
    if backup is not None and backup.missing > 0:
        raise InfeasibleError(
            f"on the day of the {backup.day} with {out} genset{more} of each group out those that are left "
            f"give {backup.missing:.4g} MW less than the load, each {backup.left:.1%} of its nameplate; leave out "
            "facility.design.gensets.nameplate, raise facility.availability.gensets.count, or accept it with "
            "facility.design.accept_excess: true"
        )


def _even(plant: CoolingPlant) -> str:
    cooler = plant.rejection
    return "" if cooler is None or cooler.margin is None else f" with {cooler.margin:.3g} times the coolers"


def _way_out(side: str, blown: CoolingPlant) -> str:
    if side == "air" and blown.outside_air is not None:
        return "raise outside_air.supply_max, give a trim chiller (air, loop and chiller)"
    return f"supply the {side} side warmer, give a chiller or wetted coolers, leave out rejection.margin if it is given"
