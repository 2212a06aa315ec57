"""The signed deal over many random paths: fans of cover, cash and debt by date, and how likely a covenant is breached.

Each number that is drawn has random numbers of its own, so that it keeps them when others are added or left out (common
random numbers) [1]_. A normal or lognormal distribution is given by its 5th and 95th percentiles. Dates, and what the
deal found for its base case, are the same on every path; reserves and what a plan repays are found anew on each.

References
----------
.. [1] Law, A. M. (2015). Simulation Modeling and Analysis, 5th ed., ch. 11.2 (common random numbers).
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gigacampus.campus.spec.deal import Paths, slug
from gigacampus.campus.spec.deal.study import Change, Draw
from gigacampus.engines.finance.reading.metrics import CAPITAL, between, cover
from gigacampus.engines.finance.schedule import Days
from gigacampus.engines.finance.sensitivity.varied import VariedDeal
from gigacampus.engines.finance.statement import Statement
from gigacampus.errors import InfeasibleError, Problem
from gigacampus.money import irr_of_paths

Floats = NDArray[np.float64]
LEVELS = (1.0, 5.0, 10.0, 25.0, 50.0, 75.0, 90.0, 95.0, 99.0)
"""Percentiles of a fan."""
EXCEEDED = (50.0, 90.0, 99.0)
"""A P90 is exceeded on 90 % of the paths."""
_Z95 = 1.6448536269514722


@dataclass(frozen=True)
class Fan:
    """A figure by date over paths: `dates` (N,), `base` (N,) without draws, and `percentiles` (9, N) by `LEVELS`."""

    unit: str
    dates: Days
    base: Floats
    percentiles: Floats

    def at(self, level: float) -> Floats:
        """One percentile by date, shape (N,)."""
        found: Floats = self.percentiles[LEVELS.index(level)]
        return found


@dataclass(frozen=True)
class Chances:
    """What many paths say.

    Attributes
    ----------
    count, seed : int
    fans : dict of dict of Fan
        By vehicle: ``dscr`` on dates of repayment, ``cfads`` and ``distribution`` since the date before, ``balance``;
        of a vehicle without debt, cash and distribution by calendar year.
    exceeded : dict of arrays, shape (3,)
        P50, P90 and P99 of ``dscr_min``, ``dscr_avg``, ``irr_owner.<party>``, and ``distributed.<vehicle>`` [USD].
        The rate is -1 where nothing that was paid in comes back.
    likely : dict of float
        Share of paths with ``lock_up.<vehicle>``, ``default.<vehicle>``, and ``short.<vehicle>``: cover below 1 once.
    """

    count: int
    seed: int
    fans: dict[str, dict[str, Fan]]
    exceeded: dict[str, Floats]
    likely: dict[str, float]


def draws(key: str, draw: Draw, change_of: Mapping[str, Change], count: int, seed: int) -> Floats:
    """Values, factors or shifts of one draw, shape (P,); `change_of` gives its ends."""
    random = np.random.default_rng([seed, zlib.crc32(key.encode())])
    low, high = change_of["low"].by, change_of["high"].by
    if draw.kind == "uniform":
        return random.uniform(low, high, count)
    if draw.kind == "triangular":
        return random.triangular(low, change_of["mode"].by, high, count)
    if draw.kind == "lognormal":
        return np.exp(_normal(random, float(np.log(low)), float(np.log(high)), count))
    return _normal(random, low, high, count)


def _normal(random: np.random.Generator, low: float, high: float, count: int) -> Floats:
    return (low + high) / 2 + (high - low) / (2 * _Z95) * random.standard_normal(count)


def run(varied: VariedDeal, paths: Paths) -> Chances:
    """Run the deal over paths.

    Raises
    ------
    InfeasibleError
        Where a reserve, or what a plan repays, settles on no value.
    """
    given = _given(varied, paths)
    s, rows = varied.statement, _rows(varied.statement)
    found = _over_paths(varied, given, rows)
    still = {name: s.graph.inputs[name] + 0 * values[:1] for name, values in given.items()}
    base = _over_paths(varied, still, rows)
    fans = {vehicle: _fans(s, found, base, vehicle) for vehicle in s.vehicles}
    exceeded, likely = _summary(s, found)
    return Chances(paths.count, paths.seed, fans, exceeded, likely)


def _given(varied: VariedDeal, paths: Paths) -> dict[str, Floats]:
    """Inputs of the statement over paths, (P, 1) or (P, M)."""
    given: dict[str, Floats] = {}
    for key, draw in paths.draws.items():
        ends = {side: varied.read(key, end) for side in ("low", "mode", "high")
                if (end := getattr(draw, side)) is not None}  # fmt: skip
        by = draws(key, draw, ends, paths.count, paths.seed)[:, None]
        for one in varied.targets(key):
            for row in varied.rows_of(one):
                given[row] = Change(ends["low"].how, by).of(given.get(row, varied.statement.graph.inputs[row]))
    return given


def _rows(s: Statement) -> list[str]:
    found = []
    for vehicle in s.vehicles:
        e = slug(vehicle)
        found += [f"{e}.cfads", f"{e}.distribution"]
        found += [row for row in (f"{e}.locked", f"{e}.default") if row in s.graph.rows]
    for name in s.deal.loans:
        found += [f"{slug(name)}.{row}" for row in ("scheduled", "balance")] + [f"loans.{slug(name)}.amount"]
    return found + [flow.row for flow in s.flows if flow.kind in CAPITAL and flow.row not in found]


def _over_paths(varied: VariedDeal, given: Mapping[str, Floats], rows: Iterable[str]) -> dict[str, Floats]:
    """Rows over all paths, (P, M) or (P, 1)."""
    found = varied.statement.graph.over_paths({**given, **_sizes(varied, given)}, rows)
    return {name: row if row.ndim > 1 else row[:, None] for name, row in found.items()}


def _sizes(varied: VariedDeal, given: Mapping[str, Floats]) -> dict[str, Floats]:
    """Sizes that rest on the statement they are part of: put in again until they stay, on every path at once."""
    graph, wanted = varied.statement.graph, varied.wanted
    paths = max(len(values) for values in given.values())
    x: dict[str, Floats] = {one.row: np.full((paths, 1), one.guess) for one in wanted}
    for _ in range(60 if wanted else 0):
        gaps = graph.over_paths({**given, **x}, [one.check for one in wanted])
        x = {one.row: x[one.row] + gaps[one.check][:, None] for one in wanted}
        if max(float(np.abs(gaps[one.check]).max()) / one.scale for one in wanted) < 1e-10:
            return x
    if wanted:
        raise InfeasibleError(Problem("reserves or loans settle on no size on some path", "deal.sensitivity.paths"))
    return x


def _fans(s: Statement, rows: Mapping[str, Floats], base: Mapping[str, Floats], vehicle: str) -> dict[str, Fan]:
    loans = [slug(name) for name, loan in s.deal.loans.items() if loan.borrower == vehicle]
    if not loans:
        year = s.months.array.astype("datetime64[Y]")
        until = np.flatnonzero(np.append(year[1:] != year[:-1], True)) + 1
        dates = s.months.array[until - 1].astype("datetime64[D]")
        return _flows(vehicle, rows, base, dates, np.append(0, until[:-1]), until)
    covers, ours = cover(s, base, vehicle), cover(s, rows, vehicle)
    at = np.searchsorted(s.months.array, ours.dates.astype("datetime64[M]"))
    found = {"dscr": _fan("1", ours.dates, ratio(covers.cfads, covers.service), ratio(ours.cfads, ours.service))}
    since = np.append(max(0, 2 * at[0] - at[1] + 1) if len(at) > 1 else 0, at[:-1] + 1)
    debt = [sum((x[f"{n}.balance"][:, at] for n in loans), np.zeros(len(at))) for x in (base, rows)]
    return found | _flows(vehicle, rows, base, ours.dates, since, at + 1) | {"balance": _fan("USD", ours.dates, *debt)}


def _flows(
    vehicle: str, rows: Mapping[str, Floats], base: Mapping[str, Floats], dates: Days, since: NDArray[np.intp],
    until: NDArray[np.intp],
) -> dict[str, Fan]:  # fmt: skip
    """Cash and distributions over spans of months."""
    return {
        what: _fan("USD", dates, *(between(x[f"{slug(vehicle)}.{what}"], since, until) for x in (base, rows)))
        for what in ("cfads", "distribution")
    }


def ratio(cash: Floats, service: Floats) -> Floats:
    """Cash over debt service; not a number where nothing is due."""
    found: Floats = np.divide(cash, service, out=np.full(np.shape(service), np.nan), where=service > 0)
    return found


def _fan(unit: str, dates: Days, base: Floats, values: Floats) -> Fan:
    with np.errstate(all="ignore"):
        return Fan(unit, dates, np.atleast_2d(base)[0], np.nanpercentile(np.atleast_2d(values), LEVELS, axis=0))


def _summary(s: Statement, rows: Mapping[str, Floats]) -> tuple[dict[str, Floats], dict[str, float]]:
    """What is exceeded with a probability, and how likely covenants are breached."""
    borrowers = {loan.borrower for loan in s.deal.loans.values()}
    covers = {v: cover(s, rows, v) for v in s.vehicles if v in borrowers}
    ratios = {v: ratio(c.cfads, c.service) for v, c in covers.items() if len(c.dates)}
    exceeded, likely = {}, {}
    if ratios:
        whole = np.concatenate(list(ratios.values()), axis=1)
        exceeded = {"dscr_min": np.nanmin(whole, axis=1), "dscr_avg": np.nanmean(whole, axis=1)}
    for vehicle in s.vehicles:
        e = slug(vehicle)
        exceeded[f"distributed.{e}"] = rows[f"{e}.distribution"].sum(axis=1)
        for row, name in (("locked", "lock_up"), ("default", "default")):
            if f"{e}.{row}" in rows:
                likely[f"{name}.{e}"] = float(np.mean(np.any(rows[f"{e}.{row}"] > 0.5, axis=1)))
        if vehicle in ratios:
            likely[f"short.{e}"] = float(np.mean(np.nanmin(ratios[vehicle], axis=1) < 1))
    exceeded |= {f"irr_owner.{slug(p)}": _returns(s, rows, p) for p in s.deal.entities if p not in s.vehicles}
    known = {name: x[np.isfinite(x)] for name, x in exceeded.items()}
    return {n: np.percentile(x, [100 - p for p in EXCEEDED]) for n, x in known.items() if len(x)}, likely


def _returns(s: Statement, rows: Mapping[str, Floats], party: str) -> Floats:
    """Rate of return of a party on its capital on each path, shape (P,); not a number where there is none."""
    own = [flow for flow in s.flows if flow.kind in CAPITAL and party in (flow.payer, flow.payee)]
    if not own:
        return np.array([])
    wide = [rows[f.row] * np.ones(s.months.count) * ((f.payee == party) - float(f.payer == party)) for f in own]
    flows, days = np.concatenate(wide, axis=1), np.concatenate([flow.dates for flow in own])
    kept = np.any(flows != 0, axis=0)
    return irr_of_paths((days[kept] - np.datetime64(s.deal.close)).astype(float) / 365, flows[:, kept])
