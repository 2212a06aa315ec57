"""Water that a permit leaves, hour by hour over the life, and the tank that bridges."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from gigacampus.campus.spec.facility import Permit, Water
from gigacampus.engines.facility.flows import Flows, Scarcity
from gigacampus.engines.facility.outdoors import Floats, Ints
from gigacampus.timeline import Timeline


@dataclass(frozen=True)
class Use:
    """Water of a plant over the life, (H,) [m3]: what it draws anew, and what it discharges."""

    drawn: Floats
    discharge: Floats

    @classmethod
    def of(cls, flows: Flows) -> Use:
        """That of flows over the life."""
        return cls(flows.drawn, flows.discharge)


@dataclass(frozen=True)
class Allotted:
    """Water over the life; H hours.

    Attributes
    ----------
    scarcity : Scarcity
        Arrays of shape (H,).
    withdrawal, stored : array, shape (H,) [m3]
        What is drawn from the source, and what is in the tank at the end of the hour.
    """

    scarcity: Scarcity
    withdrawal: Floats
    stored: Floats


def allot(supply: Water, timeline: Timeline, rating: Floats, wet: Use, dry: Use) -> Allotted:
    """Who gets how much: the plant as it asks, else units of it while others run dry, else a share of what all dry ask.

    Parameters
    ----------
    supply : Water
    timeline : Timeline
    rating : array, shape (H,) [MW]
        IT rating, to which the hourly cap is relative.
    wet, dry : Use
        With all the water, and where the plant does without if it can.

    Returns
    -------
    Allotted

    Notes
    -----
    First come, first served, without foresight: water is drawn as it is asked for until the volume of the day, month or
    year is used up, the tank gives what the source does not, and is filled again with what is left in the same hour.
    """
    permit = supply.permit or Permit()
    draws = [_volume(*one, permit, timeline) for one in _limits(permit)]
    months = _calendar(timeline, "M")[0]
    discharge = math.inf if permit.discharge_monthly is None else permit.discharge_monthly
    out = [discharge] * (int(months[-1]) + 1)
    rates = (np.full(timeline.hours, math.inf) if supply.cap is None else rating * supply.cap).tolist()
    asks = [values.tolist() for values in (wet.drawn, wet.discharge, dry.drawn, dry.discharge, months)]
    full = tank = supply.tank
    wets, shares, withdrawn, stored = (np.zeros(timeline.hours) for _ in range(4))
    for hour, (much, waste, least, rest, month) in enumerate(zip(*asks, strict=True)):
        room = max(min([rates[hour], *(left[period[hour]] for period, left in draws)]), 0.0)
        used, part, share, gone = much, 1.0, 1.0, waste
        if much > room + tank or waste > out[month]:
            part = min(_between(room + tank, much, least), _between(out[month], waste, rest))
            share = 1.0 if part > 0 else min(1.0, _over(room + tank, least), _over(out[month], rest))
            used, gone = (share * dry + part * (wet - dry) for wet, dry in ((much, least), (waste, rest)))
        taken = min(room, used + max(full - tank, 0.0))
        tank += taken - used
        for period, left in draws:
            left[period[hour]] -= taken
        out[month] -= gone
        wets[hour], shares[hour], withdrawn[hour], stored[hour] = part, share, taken, tank
    return Allotted(Scarcity(wets, shares), withdrawn, stored)


def _between(have: float, asked: float, dry: float) -> float:
    """Share of the way from what is asked for dry to what is asked for that there is."""
    if asked <= have:
        return 1.0
    return max((have - dry) / (asked - dry), 0.0) if asked > dry else 0.0


def _over(have: float, asked: float) -> float:
    """Share of what is asked for that there is."""
    return max(have, 0.0) / asked if asked > 0 else 1.0


def _limits(permit: Permit) -> list[tuple[float, str, list[float]]]:
    """Volume, length and seasons of each limit on what is drawn."""
    always = [1.0] * 12
    given = (
        (permit.daily, "D", always),
        (permit.monthly, "M", permit.by_month or always),
        (permit.annual, "Y", always),
    )
    return [(volume, unit, seasons) for volume, unit, seasons in given if volume is not None]


def _volume(
    volume: float, unit: str, seasons: list[float], permit: Permit, timeline: Timeline
) -> tuple[list[int], list[float]]:
    """Period of each hour, and what may be drawn in each period: droughts cut it by the share of its days."""
    index, firsts = _calendar(timeline, unit)
    allowed = []
    for first in firsts:
        days = np.arange(first.astype("datetime64[D]"), (first + 1).astype("datetime64[D]")).tolist()
        cut = sum(map(permit.cut, days)) / len(days) if permit.droughts else 1.0
        allowed.append(volume * seasons[days[0].month - 1] * cut)
    return index.tolist(), allowed


def _calendar(timeline: Timeline, unit: str) -> tuple[Ints, np.ndarray]:
    """Period of each hour, counted from the first, and the periods."""
    periods = timeline.days.astype(f"datetime64[{unit}]")
    index = (periods - periods[0]).astype(np.int64)
    return np.repeat(index, 24), np.arange(periods[0], periods[-1] + 1)
