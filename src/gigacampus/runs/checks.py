"""What can be found wrong with a spec before anything runs, beyond what its nouns check of themselves.

Promises that name a KPI that there is none of, or a unit that it does not have; costs that the campus does not have;
dates of a deal that are out of order once the phases are known; published figures that are no row of its statement, or
in another unit.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, timedelta

from gigacampus.campus import catalog
from gigacampus.campus.spec import Campus, Loaded
from gigacampus.campus.spec.deal import Deal
from gigacampus.campus.spec.deal.calendar import Calendar
from gigacampus.campus.spec.deal.payments import COSTS, UNMEASURED, unpowered
from gigacampus.engines import policy
from gigacampus.errors import InfeasibleError, Problem, SpecError
from gigacampus.runs import cache
from gigacampus.runs.kpi import slug
from gigacampus.runs.kpis import REGISTRY


def check(loaded: Loaded, figures: bool = True) -> None:
    """Check a spec; without `figures`, all but the rows that its deal's figures are of, which a run finds too.

    Raises
    ------
    SpecError
        With file and line.
    """
    with located(loaded):
        policy.check(loaded.campus.promises, known(loaded))
        if loaded.campus.deal is not None:
            _check_deal(loaded, loaded.campus.deal, figures)


@dataclass(frozen=True)
class Outlasting:
    """A contract of the deal that runs on after the campus's life: what it is, its last day, and months between."""

    kind: str
    name: str
    until: date
    life_end: date

    @property
    def months(self) -> int:
        """Months from the end of the life to that of the contract, at least 1."""
        return max(round((self.until - self.life_end).days * 12 / 365.25), 1)


_LAST = {"leases": "end", "loans": "final", "guarantees": "until"}


def outlasting(loaded: Loaded) -> list[Outlasting]:
    """Leases, loans and guarantees that end more than a day after the campus's life; refinanced loans end before."""
    deal, life = loaded.campus.deal, loaded.campus.life
    if deal is None or life is None or not loaded.campus.physical:
        return []
    calendar, gone = Calendar(deal, loaded.campus.events), {loan.refinances for loan in deal.loans.values()}
    return [
        Outlasting(kind, name, calendar[f"{name}.{_LAST[kind]}"], life.end)
        for kind in _LAST
        for name in getattr(deal, kind)
        if name not in gone and calendar[f"{name}.{_LAST[kind]}"] > life.end + timedelta(days=1)
    ]


@dataclass(frozen=True)
class Borrowed:
    """A power system that does not reach the state of the weather: name, state, and what prices and carbon it gives."""

    grid: str
    state: str
    fields: tuple[str, ...]


_LOCAL = ("mix", "price", "price_shape", "carbon_location", "carbon_residual")


def borrowed(loaded: Loaded) -> Borrowed | None:
    """What a campus takes from a power system of the catalogue that does not stand where its weather does."""
    site = loaded.campus.site
    if site is None or site.grid.use is None or site.weather.use is None:
        return None
    state = site.weather.use.rpartition("-")[2].upper()
    taken = tuple(name for name in _LOCAL if loaded.origins[f"site.grid.{name}"].kind == "catalog")
    if not taken or state in catalog.entry("grids", site.grid.use).text["states"].split():
        return None
    return Borrowed(site.grid.use, state, taken)


@contextmanager
def located(loaded: Loaded) -> Iterator[None]:
    """Give faults of the spec that are found inside their file and line."""
    lines = {path: origin.line for path, origin in loaded.origins.items() if origin.line}
    try:
        yield
    except (SpecError, InfeasibleError) as error:
        placed = (p if p.file else replace(p, file=loaded.file, line=_line(p.path, lines)) for p in error.problems)
        raise type(error)(*placed) from None


def _line(path: str, lines: dict[str, int]) -> int | None:
    below = [line for name, line in lines.items() if name == path or name.startswith((f"{path}.", f"{path}["))]
    return min(below, default=None)


def known(loaded: Loaded) -> dict[str, tuple[float | None, str]]:
    """Names and units of the KPIs that a run of this spec will have."""
    deal = loaded.campus.deal
    names: dict[str, tuple[float | None, str]] = {}
    for entry in REGISTRY.values():
        members = getattr(deal, entry.members, {}) if entry.members and deal else {}
        for name in [f"{entry.name}.{slug(m)}" for m in members] if entry.members else [entry.name]:
            names[name] = (None, entry.unit)
    return names


def _check_deal(loaded: Loaded, deal: Deal, figures: bool) -> None:
    calendar = Calendar(deal, loaded.campus.events)
    unknown_phases = unpowered(deal.construction, {**deal.powers, **loaded.campus.powers})
    found = [*_costs(deal), *unknown_phases, *_too_late(loaded, deal, calendar)]
    if not loaded.campus.physical:
        paid = [name for name, service in deal.services.items() if service.rates is not None]
        found += [Problem(UNMEASURED, f"deal.services.{name}.rates") for name in paid]
    for kind, name, _ in deal.contracts():
        found += [
            Problem(message, "deal." + ".".join(map(str, place)), value=str(value))
            for place, message, value in calendar.disorder(kind, name)
        ]
    if figures and not found and (deal.solve or deal.published):
        found += _figures(deal, loaded.campus)
    if found:
        raise SpecError(*found)


def _too_late(loaded: Loaded, deal: Deal, calendar: Calendar) -> Iterator[Problem]:
    """Leases whose rent starts when the campus runs no longer."""
    if loaded.campus.life is None:
        return
    end = loaded.campus.life.end
    for name in deal.leases:
        if (start := calendar[f"{name}.start"]) > end:
            yield Problem(f"the lease starts on {start}, after the campus's life ends, {end}",
                          f"deal.leases.{name}.start", fix="Give a later life.end, or an earlier start")  # fmt: skip


def _figures(deal: Deal, campus: Campus) -> list[Problem]:
    """Published figures that the statement does not have; kept, since building it needs numpy (0.2 s)."""
    room = "gigacampus.engines.finance"
    parts = [deal.model_dump_json().encode(), repr((campus.events, campus.powers)).encode()]
    key = cache.digest(cache.versions(), cache.code(room), *parts)
    found = cache.load("figures", key)
    if cache.is_missing(found):
        from gigacampus.engines import finance

        found = finance.check(deal, finance.Under(events=campus.events, powers=campus.powers))
        cache.save("figures", key, found)
    listed: list[Problem] = found
    return listed


def _costs(deal: Deal) -> Iterator[Problem]:
    for kind in ("services", "construction"):
        for name, contract in getattr(deal, kind).items():
            cost = getattr(contract, "cost", None)
            if cost is not None and cost not in COSTS:
                near = difflib.get_close_matches(cost, COSTS, n=1, cutoff=0.3) or COSTS
                fix = f"Try {', '.join(near)}"
                yield Problem(
                    "the campus has no cost of this name", f"deal.{kind}.{name}.cost", value=repr(cost), fix=fix
                )
