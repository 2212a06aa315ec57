"""Phases, hours, months and weather years, and every change of resolution between them.

Time is UTC. An hour is labelled by its start. A *weather year* has 8,784 hours, 29 February among them: a source year
of 8,760 hours repeats 28 February there. A common calendar year skips those 24 hours, so every calendar hour of a life
points to one hour of the weather year, and a leap year has 8,784 hours in the result.

Physics runs once for each pair of phase and weather-year hour; `Timeline.gather` lays those results out over the life.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

WEATHER_HOURS = 8784
LEAP_DAY = slice(59 * 24, 60 * 24)
"""Hours of 29 February in a weather year."""
WEATHER_MONTHS = np.repeat(np.arange(12), 24 * np.array([31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]))
"""Month of each hour of a weather year, from 0."""

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


def weather_year(source: Floats) -> Floats:
    """Lay a source year of 8,760 or 8,784 hours out as a weather year of 8,784, repeating 28 February if need be.

    >>> weather_year(np.arange(8760.0)).shape
    (8784,)
    """
    if len(source) == WEATHER_HOURS:
        return np.array(source, dtype=float)
    if len(source) != 8760:
        raise ValueError(f"a year has 8,760 or 8,784 hours, not {len(source):,}")
    end = LEAP_DAY.start
    return np.concatenate([source[:end], source[end - 24 : end], source[end:]]).astype(float)


def to_utc(local: Floats, utc_offset: float) -> Floats:
    """Move a typical year from local standard time to UTC; the year is a circle.

    Parameters
    ----------
    local : array, shape (8760,)
        One value an hour in local standard time, the hour that starts at 00:00 on 1 January first. TMY3 and EPW label
        that hour by its end, 01:00, and put it first too, so only the label changes.
    utc_offset : float [h]
        Local standard time minus UTC, negative west of Greenwich. At a part of an hour (India's 5.5) a UTC hour is the
        mean of the two local hours that it overlaps, by overlap, so that the sum stays.

    Examples
    --------
    >>> float(to_utc(np.arange(8760.0), -6)[6])
    0.0
    """
    whole = math.floor(utc_offset)
    part = utc_offset - whole
    moved = np.roll(local, -whole)
    return moved if part == 0 else (1 - part) * moved + part * np.roll(moved, -1)


@dataclass(frozen=True)
class Timeline:
    """The hours of a life.

    Attributes
    ----------
    start, end : date
        First and last day of operation, both inclusive.
    ready : tuple of date
        Date on which each phase comes on, in order; the first by `start`.
    """

    start: date
    end: date
    ready: tuple[date, ...]

    def __post_init__(self) -> None:
        if not self.ready or self.ready[0] > self.start or self.start > self.end:
            raise ValueError("a life starts once its first phase is ready, and ends after that")
        if list(self.ready) != sorted(self.ready):
            raise ValueError("phases come on in the order of their dates")

    @classmethod
    def of(cls, ready: Sequence[date], end: date) -> Timeline:
        """The life that starts when the first phase is ready."""
        return cls(ready[0], end, tuple(ready))

    @cached_property
    def days(self) -> NDArray[np.datetime64]:
        """Days of the life, shape (D,)."""
        return np.arange(np.datetime64(self.start), np.datetime64(self.end) + 1)

    @property
    def hours(self) -> int:
        """Number of hours."""
        return 24 * len(self.days)

    @cached_property
    def years(self) -> Ints:
        """Calendar years of the life, shape (Y,)."""
        return np.arange(self.start.year, self.end.year + 1)

    def _hourly(self, daily: Ints) -> Ints:
        return np.repeat(daily, 24)

    @cached_property
    def year(self) -> Ints:
        """Index into `years` of each hour, shape (H,)."""
        return self._hourly(self.days.astype("datetime64[Y]").astype(np.int64) + 1970 - self.start.year)

    @cached_property
    def month(self) -> Ints:
        """Months since the month of `start`, of each hour, shape (H,)."""
        months = self.days.astype("datetime64[M]").astype(np.int64)
        return self._hourly(months - months[0])

    @cached_property
    def months(self) -> NDArray[np.datetime64]:
        """Months of the life, shape (M,)."""
        first = np.datetime64(self.start, "M")
        return np.arange(first, np.datetime64(self.end, "M") + 1)

    @cached_property
    def phase(self) -> Ints:
        """Index of the last phase that is on, of each hour, shape (H,)."""
        ready = np.array([np.datetime64(day) for day in self.ready])
        return self._hourly(np.searchsorted(ready, self.days, side="right") - 1)

    @cached_property
    def weather(self) -> Ints:
        """Hour of the weather year of each hour, shape (H,)."""
        in_year = (self.days - self.days.astype("datetime64[Y]")).astype(np.int64)
        years = self.days.astype("datetime64[Y]").astype(np.int64) + 1970
        leap = (years % 4 == 0) & ((years % 100 != 0) | (years % 400 == 0))
        day: Ints = in_year + ((~leap) & (in_year >= 59))
        hours: Ints = (day[:, None] * 24 + np.arange(24)[None, :]).ravel()
        return hours

    def gather(self, values: Floats) -> Floats:
        """Lay results by (phase, weather hour), or by weather hour alone, out over the life: shape (H,)."""
        return values[self.weather] if values.ndim == 1 else values[self.phase, self.weather]

    def yearly(self, hourly: Floats) -> Floats:
        """Sum hours into calendar years: shape (Y,). What goes in comes out."""
        return _sums(self.year, hourly, len(self.years))

    def monthly(self, hourly: Floats) -> Floats:
        """Sum hours into calendar months: shape (M,)."""
        return _sums(self.month, hourly, len(self.months))

    def monthly_peak(self, hourly: Floats) -> Floats:
        """Highest hour of each calendar month: shape (M,)."""
        edges = np.flatnonzero(np.diff(self.month, prepend=-1))
        return np.maximum.reduceat(hourly, edges)

    def months_to_years(self, monthly: Floats) -> Floats:
        """Sum months into calendar years: shape (Y,)."""
        year = self.months.astype("datetime64[Y]").astype(np.int64) + 1970 - self.start.year
        return _sums(year, monthly, len(self.years))


def _sums(index: Ints, values: Floats, length: int) -> Floats:
    return np.bincount(index, weights=values, minlength=length).astype(float)
