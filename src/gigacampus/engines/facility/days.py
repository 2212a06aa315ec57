"""Design days: ASHRAE's where the site has them, the typical year's own percentiles, called so, where not."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from gigacampus import air
from gigacampus.engines.facility.outdoors import Floats, Outdoors, Weather

_RANK = 35
"""Hours of a year that exceed a 0.4 % value."""


@dataclass(frozen=True)
class Day:
    """A design day: its outdoor air [degC], before the plant's own discharge warms it, and where it is from."""

    name: str
    origin: Literal["ASHRAE", "typical year"]
    dry_bulb: float
    wet_bulb: float

    def __str__(self) -> str:
        """As an error names it."""
        return f"{self.name} ({self.dry_bulb:.1f} C dry, {self.wet_bulb:.1f} C wet bulb, by {self.origin})"


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


def design_days(weather: Weather) -> tuple[Day, ...]:
    """The design days of a site; what is not given is the weather year's own percentile."""
    dry, wet, given = weather.dry_bulb, weather.wet_bulb, weather.design
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


def outdoors(days: Sequence[Day], pressure: float, recirculation: float) -> Outdoors:
    """Air at the plant's intakes: the day's, warmed at its humidity by discharge that returns. Nobody takes heat."""
    dry, wet = (np.array([getattr(day, name) for day in days]) for name in ("dry_bulb", "wet_bulb"))
    p = np.full(len(days), pressure)
    vapour, warmed = air.humidity_ratio_from_wet_bulb(dry, wet, p), dry + recirculation
    return Outdoors(warmed, air.wet_bulb(warmed, vapour, p), p, vapour, air.enthalpy(warmed, vapour), np.zeros_like(p))
