"""What several figures read of a run: the year that stands for the others, energy by source, fuel, grid losses."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gigacampus.campus.spec.deal.calendar import Calendar
from gigacampus.faces.figures.concepts import ORDER, source
from gigacampus.runs.pipeline import Run

Floats = NDArray[np.float64]

MWH_PER_MMBTU = 0.29307107
"""1 MMBtu is 0.293 071 07 MWh (1 Btu = 1,055.055 852 62 J, ISO 31-4)."""


def open_gaps(run: Run) -> Sequence[Any]:
    """Where the deal does not close, with what would close it, which is looked for only if it does not."""
    gaps: Sequence[Any] = run.closing if run.campus.deal is not None and run.finance.gaps else ()
    return gaps


def assumed(run: Run, *paths: str) -> bool:
    """Whether a number of the spec whose path begins so is assumed."""
    return any(path.startswith(paths) and origin.assumed for path, origin in run.loaded.origins.items())


def calendar(run: Run) -> Calendar:
    """Dates of the deal, those of the campus under it included."""
    return Calendar(run.deal, run.campus.events)


def missed(run: Run) -> dict[str, Any]:
    """Published figures that the deal does not have within their tolerance, by name."""
    published = run.finance.published if run.campus.deal is not None else {}
    return {name: figure for name, figure in published.items() if not figure.holds}


def full_year(run: Run) -> int:
    """The first whole calendar year after every phase is on, or else the year with the most hours."""
    timeline = run.timeline
    hours = np.bincount(timeline.year, minlength=len(timeline.years))
    whole = [i for i, year in enumerate(timeline.years) if hours[i] >= 8760 and year > max(timeline.ready).year]
    return int(timeline.years[whole[0] if whole else int(np.argmax(hours))])


def hours_of(run: Run, year: int) -> slice:
    """The hours of a calendar year, which lie side by side."""
    found = np.flatnonzero(run.timeline.year == year - run.timeline.start.year)
    return slice(int(found[0]), int(found[-1]) + 1)


def whole_years(run: Run) -> NDArray[np.bool_]:
    """Which calendar years of the life are whole, shape (Y,)."""
    return np.bincount(run.timeline.year, minlength=len(run.timeline.years)) >= 8760


def last_whole(run: Run) -> int:
    """Position of the last whole calendar year, or of the last one."""
    whole = np.flatnonzero(whole_years(run))
    return int(whole[-1]) if len(whole) else len(run.timeline.years) - 1


@dataclass(frozen=True)
class Delivered:
    """Power that reaches the campus's bus by source, in the order of a stack, each (H,) [MW]; charging apart."""

    sources: dict[str, Floats]
    charge: Floats


def delivered(run: Run) -> Delivered:
    """Power at the campus's bus by source."""
    flows, plants = run.supply.dispatch, run.campus.supply.plants
    found: dict[str, Floats] = {}
    for name, power in flows.delivered.items():
        kind = source(plants[name])
        found[kind] = found.get(kind, np.zeros_like(power)) + power
    found["grid"] = flows.purchase
    if flows.storage:
        found["battery"] = flows.discharge
    return Delivered({kind: found[kind] for kind in ORDER if kind in found and found[kind].any()}, flows.charge)


def shares(run: Run) -> dict[str, float]:
    """Share of the life's load that each kind of source carries, the largest first; they sum to 1."""
    found = {"grid": float(run.supply.dispatch.purchase.sum())}
    for name, energy in run.supply.carried.items():
        kind = source(run.campus.supply.plants[name])
        found[kind] = found.get(kind, 0.0) + energy
    total = sum(found.values())
    return {kind: energy / total for kind, energy in sorted(found.items(), key=lambda item: -item[1]) if energy > 0}


def by_year(run: Run, hourly: Floats) -> Floats:
    """Sums by calendar year, by slices and not by index, shape (Y,)."""
    return np.add.reduceat(hourly, year_edges(run))


def deal_years(run: Run) -> range:
    """Calendar years of the deal's statement."""
    years = run.finance.months.astype("datetime64[Y]").astype(int) + 1970
    return range(int(years[0]), int(years[-1]) + 1)


def by_deal_year(run: Run, monthly: Floats) -> Floats:
    """Sums by calendar year of the deal's statement, shape (Y,)."""
    years = run.finance.months.astype("datetime64[Y]").astype(int)
    return np.add.reduceat(monthly, np.flatnonzero(np.diff(years, prepend=years[0] - 1)))


def service_by_year(run: Run, vehicle: str) -> Floats:
    """Debt service that a vehicle pays in each calendar year, shape (Y,) [USD]."""
    loans = [run.finance.loans[name].service for name, loan in run.deal.loans.items() if loan.borrower == vehicle]
    return by_deal_year(run, np.sum(loans, axis=0))


def least_cover(run: Run, cover: Any) -> Floats:
    """Least cover of the payments in each calendar year; not a number where nothing is repaid, shape (Y,)."""
    of = cover.dates.astype("datetime64[Y]").astype(int) + 1970
    return np.array([min(cover.dscr[of == year], default=np.nan) for year in deal_years(run)])


def year_edges(run: Run) -> NDArray[np.int64]:
    """The first hour of each calendar year of the life."""
    return np.flatnonzero(np.diff(run.timeline.year, prepend=-1))


def month_edges(run: Run, span: slice) -> NDArray[np.int64]:
    """The first hour of each calendar month within a span, from the span's beginning."""
    return np.flatnonzero(np.diff(run.timeline.month[span], prepend=-1))
