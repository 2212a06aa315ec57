"""Days and months: adding months, and fractions of a year by day count."""

from __future__ import annotations

import calendar
from datetime import date
from functools import cache
from typing import Literal

DayCount = Literal["30/360", "act/360", "act/365"]


def add_months(start: date, months: int, day: int | None = None) -> date:
    """The date `months` later, on `day` of the month (that of `start` if not given), or the month's last day before it.

    >>> add_months(date(2028, 11, 30), 3)
    datetime.date(2029, 2, 28)
    """
    index = start.year * 12 + start.month - 1 + months
    year, month = divmod(index, 12)
    return date(year, month + 1, min(day or start.day, _length(year, month + 1)))


@cache
def _length(year: int, month: int) -> int:
    """Days of a month."""
    return calendar.monthrange(year, month)[1]


def year_fraction(start: date, end: date, day_count: DayCount) -> float:
    """Years from `start` to `end` [years] by a day count; 30/360 is the bond basis (ISDA 2006, 4.16(f)).

    >>> year_fraction(date(2025, 10, 16), date(2025, 11, 30), "30/360") * 360
    44.0
    """
    if day_count != "30/360":
        return (end - start).days / (360 if day_count == "act/360" else 365)
    first = min(start.day, 30)
    last = 30 if end.day == 31 and first == 30 else end.day
    return ((end.year - start.year) * 360 + (end.month - start.month) * 30 + last - first) / 360
