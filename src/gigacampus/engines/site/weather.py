"""Weather years and their files: TMY3 [1]_ and EPW [2]_, read strictly.

Both label an hour by its end, in local standard time; a row's values are taken as the mean of that hour. A
`WeatherYear` is in UTC and labels an hour by its start.

References
----------
.. [1] S. Wilcox and W. Marion, "Users Manual for TMY3 Data Sets", NREL/TP-581-43156, 2008,
       https://doi.org/10.2172/928611
.. [2] EnergyPlus, "Auxiliary Programs: EnergyPlus Weather File (EPW) Data Dictionary",
       https://bigladdersoftware.com/epx/docs/23-2/auxiliary-programs/energyplus-weather-file-epw-data-dictionary.html
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gigacampus.errors import DataError, Problem, shorten
from gigacampus.timeline import to_utc

Floats = NDArray[np.float64]

HOURS = 8760
LONGEST_GAP = 6
"""Longest run of missing hours that is interpolated."""
MISSING = (99.9, 99.0, 999.0, 9999.0, 99999.0, 999999.0, -99.0, -999.0, -9900.0, -9999.0)
"""What files write where a value is missing; it counts as missing only where it is no possible value."""


@dataclass(frozen=True)
class WeatherYear:
    """A year of weather at a station, in UTC, each hour labelled by its start.

    Attributes
    ----------
    label : str
        The station, for readers.
    latitude, longitude : float [deg]
        North and east positive.
    elevation : float [m]
        Above sea level.
    utc_offset : float [h]
        Local standard time minus UTC.
    dry_bulb, dew_point : array, shape (8760,) [degC]
    rh : array, shape (8760,) [0-1]
    pressure : array, shape (8760,) [Pa]
        At the station.
    ghi, dni, dhi : array, shape (8760,) [W/m2]
        Global horizontal, direct normal and diffuse horizontal irradiance.
    wind : array, shape (8760,) [m/s]
        At 10 m.
    notes : tuple of str
        What was filled in when the file was read.
    """

    label: str
    latitude: float
    longitude: float
    elevation: float
    utc_offset: float
    dry_bulb: Floats
    dew_point: Floats
    rh: Floats
    pressure: Floats
    ghi: Floats
    dni: Floats
    dhi: Floats
    wind: Floats
    notes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for name in SERIES:
            series = getattr(self, name)
            if np.shape(series) != (HOURS,) or not np.isfinite(series).all():
                raise DataError(Problem(f"{name} needs 8,760 finite hours", path=self.label))

    @classmethod
    def from_local(
        cls,
        label: str,
        place: tuple[float, float, float, float],
        series: Mapping[str, Floats],
        notes: tuple[str, ...] = (),
    ) -> WeatherYear:
        """A year given in local standard time, the hour that starts at 00:00 on 1 January first.

        Parameters
        ----------
        label : str
        place : tuple of float
            Latitude [deg], longitude [deg], elevation [m], local standard time minus UTC [h].
        series : mapping of str to array, shape (8760,)
            Every one of `SERIES`, in the unit that stands above.
        notes : tuple of str
        """
        utc: dict[str, Any] = {name: to_utc(np.asarray(series[name], dtype=float), place[3]) for name in SERIES}
        return cls(label, *place, **utc, notes=notes)


SERIES = tuple(field.name for field in fields(WeatherYear) if field.type == "Floats")
"""Names of the hourly series of a `WeatherYear`."""


@dataclass(frozen=True)
class _Series:
    """How a series stands in a file: possible values, and the factor to the unit of `WeatherYear`."""

    low: float
    high: float
    factor: float = 1.0


_BOUNDS = {
    "dry_bulb": _Series(-90, 70),
    "dew_point": _Series(-100, 50),
    "rh": _Series(0, 110, 0.01),
    "pressure": _Series(30_000, 120_000),
    "ghi": _Series(0, 1800),
    "dni": _Series(0, 1800),
    "dhi": _Series(0, 1800),
    "wind": _Series(0, 98),
}
_TMY3_NAMES = {
    "dry_bulb": "Dry-bulb (C)",
    "dew_point": "Dew-point (C)",
    "rh": "RHum (%)",
    "pressure": "Pressure (mbar)",
    "ghi": "GHI (W/m^2)",
    "dni": "DNI (W/m^2)",
    "dhi": "DHI (W/m^2)",
    "wind": "Wspd (m/s)",
}
_EPW_COLUMNS = {"dry_bulb": 6, "dew_point": 7, "rh": 8, "pressure": 9, "ghi": 13, "dni": 14, "dhi": 15, "wind": 21}

_Stamp = tuple[int, int, int]


def read_tmy3(text: str) -> WeatherYear:
    """Read a TMY3 file: a line on the station, a line of column names, 8,760 hours.

    Parameters
    ----------
    text : str
        The whole file.

    Raises
    ------
    DataError
        With the line, if it is anything else; up to `LONGEST_GAP` missing hours in a row are interpolated and noted.
    """
    lines = _lines(text)
    station, names = _cells(lines, 0, 7), [name.strip() for name in _cells(lines, 1, 2)]
    for name in _TMY3_NAMES.values():
        if name not in names:
            raise DataError(Problem(f"the column {name!r} is missing", line=2, fix="Is this a TMY3 file?"))
    place = _place(station[4], station[5], station[6], station[3], line=1)
    columns = {field: names.index(name) for field, name in _TMY3_NAMES.items()}
    bounds = _BOUNDS | {"pressure": _Series(300, 1200, 100.0)}
    label = f"{station[1].strip()} {station[2].strip()} (TMY3 {station[0].strip()})"
    return _weather(label, place, _rows(lines, 2, len(names)), 2, columns, bounds, _tmy3_stamp)


def read_epw(text: str) -> WeatherYear:
    """Read an EPW file: a header that begins with LOCATION and ends with DATA PERIODS, 8,760 hours.

    Parameters
    ----------
    text : str
        The whole file.

    Raises
    ------
    DataError
        With the line, if it is anything else; up to `LONGEST_GAP` missing hours in a row are interpolated and noted.
    """
    lines = _lines(text)
    location = _cells(lines, 0, 10)
    ends = [i for i, line in enumerate(lines[:40]) if line.upper().startswith("DATA PERIODS")]
    if location[0].strip().upper() != "LOCATION" or not ends:
        raise DataError(Problem("no EPW header, from LOCATION to DATA PERIODS", line=1, fix="Is this an EPW file?"))
    place = _place(location[6], location[7], location[9], location[8], line=1)
    first = ends[0] + 1
    width = max(len(_cells(lines, first, 22)), 22)
    label = f"{location[1].strip()} {location[2].strip()} (EPW {location[5].strip()})"
    return _weather(label, place, _rows(lines, first, width), first, _EPW_COLUMNS, _BOUNDS, _epw_stamp)


def _lines(text: str) -> list[str]:
    return text.removeprefix("\ufeff").rstrip().splitlines()


def _cells(lines: Sequence[str], index: int, least: int) -> list[str]:
    """Cells of one line of the header; a name in quotes may hold commas."""
    try:
        cells = next(csv.reader([lines[index]]))
    except (IndexError, StopIteration, csv.Error):
        cells = []
    if len(cells) < least:
        raise DataError(Problem(f"{least} cells or more are needed here, not {len(cells)}", line=index + 1))
    return cells


def _place(latitude: str, longitude: str, elevation: str, offset: str, line: int) -> tuple[float, float, float, float]:
    return (
        _number(latitude, -90, 90, "latitude", line),
        _number(longitude, -180, 180, "longitude", line),
        _number(elevation, -430, 9000, "elevation", line),
        _number(offset, -12, 14, "time zone", line),
    )


def _number(cell: str, low: float, high: float, what: str, line: int) -> float:
    try:
        value = float(cell)
    except ValueError:
        value = np.nan
    if not low <= value <= high:
        raise DataError(Problem(f"{what} must be {low:g} to {high:g}", line=line, value=shorten(cell)))
    return value


def _rows(lines: Sequence[str], first: int, width: int) -> list[list[str]]:
    """The hours' cells; every row must have as many as there are columns, and there must be 8,760."""
    rows = [line.split(",") for line in lines[first:]]
    for i, row in enumerate(rows):
        if len(row) != width:
            raise DataError(Problem(f"this row has {len(row)} columns, not {width}", line=first + i + 1))
    if len(rows) != HOURS:
        leap = len(rows) == HOURS + 24
        fix = "Remove 29 February: leap years are laid out later" if leap else "A whole typical year is needed"
        raise DataError(Problem(f"the file has {len(rows):,} hours, not 8,760", line=first + 1, fix=fix))
    return rows


def _weather(
    label: str,
    place: tuple[float, float, float, float],
    rows: list[list[str]],
    first: int,
    columns: dict[str, int],
    bounds: dict[str, _Series],
    stamp: Callable[[list[str]], _Stamp],
) -> WeatherYear:
    _check_stamps(rows, first, stamp)
    series: dict[str, Floats] = {}
    notes: list[str] = []
    for name in SERIES:
        raw = _column(rows, columns[name], name, first, bounds[name])
        filled, gap = _fill(raw, name, first)
        notes += [f"{name}: {gap} missing hours were interpolated"] if gap else []
        series[name] = filled * bounds[name].factor
    series["rh"] = np.minimum(series["rh"], 1.0)
    return WeatherYear.from_local(label, place, series, tuple(notes))


def _column(rows: list[list[str]], index: int, name: str, first: int, bounds: _Series) -> Floats:
    """One column as floats; missing hours are NaN, anything else that cannot be is an error."""
    cells = [row[index] for row in rows]
    try:
        raw = np.array(cells, dtype=float)
    except ValueError:
        raw = np.array([_float(cell) for cell in cells])
    possible = (raw >= bounds.low) & (raw <= bounds.high)
    wrong = ~possible & ~np.isin(raw, MISSING)
    if wrong.any():
        i = int(np.argmax(wrong))
        limits = f"a number from {bounds.low:,g} to {bounds.high:,g} is needed"
        raise DataError(Problem(limits, path=name, line=first + i + 1, value=shorten(cells[i])))
    return np.where(possible, raw, np.nan)


def _float(cell: str) -> float:
    try:
        return float(cell)
    except ValueError:
        return np.nan


def _fill(raw: Floats, name: str, first: int) -> tuple[Floats, int]:
    """Interpolate runs of up to `LONGEST_GAP` missing hours, the year being a circle; give how many there were."""
    missing = np.isnan(raw)
    if not missing.any():
        return raw, 0
    hours = np.arange(HOURS)
    runs = np.convolve(np.concatenate([missing, missing[:LONGEST_GAP]]), np.ones(LONGEST_GAP + 1), "valid")
    if runs.max() > LONGEST_GAP:
        line = first + int(np.argmax(runs)) + 1
        fix = f"Runs of up to {LONGEST_GAP} are interpolated; fill this one in"
        raise DataError(Problem(f"more than {LONGEST_GAP} hours in a row are missing", path=name, line=line, fix=fix))
    return np.interp(hours, hours[~missing], raw[~missing], period=HOURS), int(missing.sum())


def _check_stamps(rows: list[list[str]], first: int, stamp: Callable[[list[str]], _Stamp]) -> None:
    """Every hour of a common year in order, from 1 January 01:00 to 31 December 24:00."""
    days = np.arange(np.datetime64("2022-01-01"), np.datetime64("2023-01-01")).tolist()
    expected = [(day.month, day.day, hour) for day in days for hour in range(1, 25)]
    for i, (row, right) in enumerate(zip(rows, expected, strict=True)):
        try:
            found: _Stamp | None = stamp(row)
        except (ValueError, IndexError):
            found = None
        if found != right:
            message = "the hour that ends on {:02d}/{:02d} at {:02d}:00 is expected here".format(*right)
            raise DataError(Problem(message, line=first + i + 1, value=shorten(",".join(row[:5]), 30)))


def _tmy3_stamp(row: list[str]) -> _Stamp:
    month, day, _ = row[0].split("/")
    return int(month), int(day), int(row[1].split(":")[0])


def _epw_stamp(row: list[str]) -> _Stamp:
    return int(row[1]), int(row[2]), int(row[3])
