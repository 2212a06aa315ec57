"""Lines of the deal's KPIs: cash flows, cover, lives and returns by hand."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from kpi_lines import Family, Line, Near
from scipy.optimize import brentq

from gigacampus.campus.spec.deal import MONTHS, slug
from gigacampus.engines.finance.tax import KINDS as TAX_KINDS
from gigacampus.runs.pipeline import Run

# The deal


def dscr(r: Run) -> Any:
    return np.concatenate([one.cfads / one.service for one in r.finance.cover.values()] or [np.array([])])


def flows(r: Run, party: str, kinds: Callable[[str], bool]) -> tuple[Any, Any]:
    """A party's payments by day, each day netted; crumbs of rounding apart."""
    days: dict[Any, float] = {}
    for flow in r.finance.flows:
        if kinds(flow.kind) and party in (flow.payer, flow.payee) and flow.payer != flow.payee:
            for day, amount in zip(np.asarray(flow.dates, "datetime64[D]"), r.finance.row(flow.row), strict=True):
                days[day] = days.get(day, 0.0) + float(amount) * (1 if flow.payee == party else -1)
    most = max(map(abs, days.values()), default=0.0)
    order = [day for day in sorted(days) if abs(days[day]) > 1e-12 * most]
    return np.array(order, "datetime64[D]"), np.array([days[day] for day in order])


def before_tax(kind: str) -> bool:
    return kind not in TAX_KINDS


def capital(kind: str) -> bool:
    return kind in ("contribution", "contribution in kind", "distribution")


def rates(days: Any, amounts: Any) -> list[float]:
    """Rates at which payments have no present value, where a fine grid sees it change its sign."""
    if not len(days) or amounts.min() >= 0 or amounts.max() <= 0:
        return []
    years = (days - days[0]).astype(float) / 365

    def worth(rate: float) -> float:
        return float((amounts * (1 + rate) ** -years).sum())

    grid = np.concatenate([np.linspace(-0.5, 1.0, 301), np.linspace(1.1, 10.0, 90)])
    signs = np.sign([worth(float(rate)) for rate in grid])
    return [brentq(worth, grid[i], grid[i + 1], xtol=1e-14) for i in np.flatnonzero(np.diff(signs))]


def xirr(days: Any, amounts: Any) -> float | None:
    found = rates(days, amounts)
    return found[0] if len(found) == 1 else None


def parties(r: Run) -> list[str]:
    return list(r.campus.deal.entities)


def each_party(call: Callable[[Any, Any], float | None], kinds: Callable[[str], bool]) -> Callable[[Run], Family]:
    return lambda r: {party: call(*flows(r, party, kinds)) for party in parties(r)}


def multiple(days: Any, amounts: Any) -> float | None:
    paid = -amounts[amounts < 0].sum() if len(amounts) else 0.0
    return float(amounts[amounts > 0].sum() / paid) if paid > 0 else None


def back(days: Any, amounts: Any) -> float | None:
    held = np.cumsum(amounts)
    short = held < -1e-9 * np.abs(amounts).sum()
    if not short.any() or short[-1]:
        return None
    return float((days[len(short) - int(np.argmax(short[::-1]))] - days[0]).astype(float) / 365)


def worth_at_close(r: Run) -> Family:
    found = {}
    for party, entity in r.campus.deal.entities.items():
        if entity.discount_rate is not None:
            days, amounts = flows(r, party, before_tax)
            years = (days - np.datetime64(r.campus.deal.close)).astype(float) / 365
            found[party] = float((amounts / (1 + entity.discount_rate) ** years).sum())
    return found


def short_on_day(r: Run) -> Family:
    found = {}
    for party, entity in r.campus.deal.entities.items():
        if entity.owners:
            held = np.cumsum(flows(r, party, lambda kind: True)[1])
            found[party] = max(0.0, -float(held.min(initial=0.0)))
    return found


def life_cover(whole: bool) -> Callable[[Run], float | None]:
    """Value of cash over the debt as repayment begins, at the rate at which its payments are worth it (one vehicle)."""

    def found(r: Run) -> float | None:
        if len(r.finance.cover) != 1:
            return None
        (vehicle,) = r.finance.cover
        loans = [r.finance.loans[n] for n, one in r.campus.deal.loans.items() if one.borrower == vehicle]
        at = np.flatnonzero(np.any([loan.repays & (loan.service > 0) for loan in loans], axis=0))
        service = np.sum([loan.service for loan in loans], axis=0)
        owed, days = sum(loan.balance[at[0] - 1] for loan in loans), r.finance.months.astype("datetime64[D]")
        begin = int(np.flatnonzero(service[: at[0]] > 0)[-1])
        years = (days - days[begin]).astype(float) / 365
        rate = brentq(lambda i: float((service[at] * (1 + i) ** -years[at]).sum()) - owed, 0.0, 1.0, xtol=1e-14)
        dates = [begin, *at, *(range(at[-1] + 1, len(days)) if whole else ())]
        cash = r.finance.row(f"{slug(vehicle)}.cfads")
        spans = ((float(cash[a + 1 : b + 1].sum()), years[b]) for a, b in pairwise(dates))
        return sum(amount * (1 + rate) ** -year for amount, year in spans) / owed

    return found


def average_life(r: Run) -> Family:
    found = {}
    for name, loan in r.finance.loans.items():
        years = (loan.dates - np.datetime64(r.campus.deal.close)).astype(float) / 365.25
        found[name] = Near(float((loan.principal * years).sum() / loan.principal.sum()), 0.02)
    return found


def while_building(r: Run) -> float:
    """Interest among the uses of each vehicle."""
    return sum(
        amount for of in r.finance.funding.values() for what, amount in of.uses.items() if "interest while" in what
    )


def rents(first: bool) -> Callable[[Run], float]:
    def found(r: Run) -> float:
        books = [r.finance.lease_years[slug(name)]["rent"] for name in r.campus.deal.leases]
        return float(sum(rent[0] if first else rent.sum() for rent in books))

    return found


def committed(r: Run) -> float:
    """Rent of the lease years of each first term, all of them whole."""
    found = 0.0
    for name in r.campus.deal.leases:
        book = r.finance.leases[name]
        years = round((book.first_end - book.start).days / 365.25)
        found += float(r.finance.lease_years[slug(name)]["rent"][:years].sum())
    return found


def left_uncovered(r: Run) -> Family:
    found = {}
    for name, years in r.finance.guarantees.items():
        found[name] = float(years.debt[np.flatnonzero(years.threshold > 0)[-1]])
    return found


def tax(r: Run) -> Family:
    """Paid, less what is saved of other tax."""
    found = {}
    for party in parties(r):
        if f"{slug(party)}.tax.paid" in r.finance.rows:
            paid, saved = (float(r.finance.row(f"{slug(party)}.tax.{end}").sum()) for end in ("paid", "saved"))
            found[party] = paid - saved
    return found


def months_of(r: Run, row: str) -> Family:
    """Months in which a covenant's row stands while debt is owed."""
    found = {}
    for vehicle, held in r.finance.covenants.items():
        owed = sum(r.finance.loans[name].balance for name in held.loans)
        found[vehicle] = float(np.count_nonzero((r.finance.row(f"{slug(vehicle)}.{row}") == 1) & (owed > 1)))
    return found


def headroom(r: Run) -> Family:
    held = r.finance.covenants.items()
    return {v: min(one.cover) / (one.lock_up or one.default) - 1 for v, one in held if one.lock_up or one.default}


def accounts(r: Run, of: str, call: Callable[[Any], float]) -> Family:
    return {} if r.accounting is None else {name: call(one) for name, one in getattr(r.accounting, of).items()}


def debt_of(sheet: Any) -> float:
    lines = [sheet.liabilities[line] for line in ("loans", "lease liabilities") if line in sheet.liabilities]
    return float(np.sum(lines, axis=0).max()) if lines else 0.0


def consolidated(r: Run) -> Family:
    if r.accounting is None:
        return {}
    every = [(party, debt_of(sheet)) for of in r.accounting.consolidated.values() for party, sheet in of.items()]
    return {party: max(debt for one, debt in every if one == party) for party, _ in every}


# What the tenant does, and what stands behind a loan


def scenarios(r: Run, call: Callable[[Any], float | None]) -> Family:
    return {} if r.renewal is None else {name: call(one) for name, one in r.renewal.scenarios.items()}


def leaves(r: Run) -> Family:
    """The first end of a term at which staying costs more."""

    def year(one: Any) -> float | None:
        goes = np.flatnonzero(one.choice.stay[:-1] > one.choice.leave[:-1])
        return float(r.renewal.years[r.renewal.ends[goes[0]]]) if len(goes) else None

    return scenarios(r, year)


def called(r: Run) -> Family:
    gap = lambda one: np.maximum(r.renewal.threshold - one.value, 0.0)[r.renewal.ends]  # noqa: E731
    return scenarios(r, lambda one: float(gap(one).max()))


def lenders_lose(reading: str) -> Callable[[Run], Family]:
    def most(r: Run, one: Any) -> float:
        return max(sum(float(lost[t]) for lost in one.losses[reading].lenders.values()) for t in r.renewal.ends)

    return lambda r: scenarios(r, lambda one: most(r, one))


def chance(call: Callable[[Any], float]) -> Callable[[Run], float | None]:
    return lambda r: None if r.renewal is None or r.renewal.paths is None else call(r.renewal.paths)


def mean_losses(r: Run) -> Family:
    if r.renewal is None or r.renewal.paths is None:
        return {}
    losses = r.renewal.paths.losses["by share"]
    found = dict.fromkeys([*losses.lenders, *losses.owners, *filter(None, [r.renewal.guarantor])], 0.0)
    for party, lost in (*losses.lenders.items(), *losses.owners.items(), (r.renewal.guarantor, losses.guarantor)):
        if party:
            found[party] += float(lost[0])
    return found


def sold(what: str, paid: str, gone: Callable[[Any], set[str]]) -> Callable[[Run], Family]:
    """A figure of the rated loan by market, the asset being sold and the kinds of support that can go gone."""

    def found(r: Run) -> Family:
        one = r.supports.experiment
        if one is None:
            return {}
        kinds = {kind for case in one.cases for kind in case.removed} & gone(one)
        cases = [c for c in one.cases if c.after == "sold" and c.paid == paid and set(c.removed) == kinds]
        return {case.market: getattr(case, what) for case in cases}

    return found


def of_rent_alone(r: Run) -> Family:
    """Where rent is all the cash, cover falls in proportion with it."""
    loans = r.campus.deal.loans.items()
    paid = {n: r.finance.cover[loan.borrower].cfads for n, loan in loans}
    whole = [n for n, loan in loans if r.campus.name == "Hyperion" or not r.campus.deal.services]
    return {n: 1 - 1 / dscr(r).min() for n in whole if len(paid[n]) and r.campus.deal.leases}


def gearing(r: Run) -> Family:
    loans, found = r.campus.deal.loans, {}
    for name, loan in loans.items():
        raised, uses = r.finance.funding[loan.borrower], r.finance.funding[loan.borrower].uses
        lent = sum(float(r.finance.loans[n].draw.sum()) for n, one in loans.items() if one.borrower == loan.borrower)
        assert sum(raised.sources.values()) == pytest.approx(sum(uses.values()))
        found[name] = lent / sum(uses.values())
    return found


def debt_to_cash(r: Run) -> Family:
    found = {}
    for name, loan in r.campus.deal.loans.items():
        if len([1 for one in r.campus.deal.loans.values() if one.borrower == loan.borrower]) == 1:
            flow, cover = r.finance.loans[name], r.finance.cover[loan.borrower]
            first = np.flatnonzero(flow.repays)[0]
            found[name] = float(flow.balance[first - 1] / cover.cfads[: 12 // MONTHS[loan.every]].sum())
    return found


def quoted(call: Callable[[Any, Any], float | None]) -> Callable[[Run], Family]:
    """A figure of each quote from what the spec gives of it and what follows."""
    return lambda r: {n: call(r.campus.deal.quotes[n][1], one) for n, one in r.finance.quotes.items()}


DEAL: dict[str, Line] = {
    "finance.dscr_min": lambda r: min(dscr(r), default=None),
    "finance.dscr_avg": lambda r: sum(dscr(r)) / len(dscr(r)) if len(dscr(r)) else None,
    "finance.llcr": life_cover(whole=False),
    "finance.plcr": life_cover(whole=True),
    "finance.debt_peak": lambda r: max(sum(loan.balance for loan in r.finance.loans.values()), default=0.0)
    if r.finance.loans else 0.0,
    "finance.capitalised_interest": while_building,
    "finance.rent_year1": rents(first=True),
    "finance.rent_total": rents(first=False),
    "finance.rent_committed": committed,
    "finance.wal": average_life,
    "finance.unpaid": lambda r: {name: float(loan.balance[-1]) for name, loan in r.finance.loans.items()},
    "finance.uncovered": left_uncovered,
    "finance.short_on_day": short_on_day,
    "finance.exposure": lambda r: accounts(
        r, "exposures", lambda one: one.guarantees + one.rent + one.carrying + one.unfunded
    ),
    "finance.irr": each_party(xirr, before_tax),
    "finance.irr_owner": each_party(xirr, capital),
    "finance.irr_after_tax": each_party(xirr, lambda kind: True),
    "finance.irr_roots": each_party(lambda days, amounts: len(rates(days, amounts)), before_tax),
    "finance.moic": each_party(multiple, before_tax),
    "finance.payback": each_party(back, before_tax),
    "finance.npv": worth_at_close,
    "finance.tax": tax,
    "finance.headroom": headroom,
    "finance.locked_months": lambda r: months_of(r, "locked"),
    "finance.default_months": lambda r: months_of(r, "default"),
    "finance.rent_fall_to_default": lambda r: r.sensitivity.rent_fall_to_default.value,
    "finance.lease_test": lambda r: accounts(
        r, "leases", lambda one: (one.certain.rents + one.certain.guaranteed) / one.fair_value
    ),
    "finance.lease_liability": lambda r: accounts(r, "leases", lambda one: one.certain.liability),
    "finance.debt_on_balance": lambda r: (
        {} if r.accounting is None else {n: debt_of(one) for n, one in r.accounting.sheets["operating"].items()}
    ),
    "finance.debt_consolidated": consolidated,
    "finance.miss": lambda r: {
        name: (one.value - one.published) / one.within for name, one in r.finance.published.items()
    },
    # quotes and supports
    "finance.price": quoted(lambda given, one: one.price if given.price is None else given.price),
    "finance.yield": quoted(
        lambda given, one: one.yield_to_maturity if given.yield_to_maturity is None else given.yield_to_maturity
    ),
    "finance.spread": quoted(
        lambda given, one: None if one.benchmark is None else one.yield_to_maturity - one.benchmark
    ),
    "finance.duration": quoted(lambda given, one: Near(one.dv01 * 1e4 / (one.price + one.accrued), 2e-3)),
    "finance.break_even": of_rent_alone,
    "finance.gearing": gearing,
    "finance.debt_to_cash": debt_to_cash,
    "finance.recovery": sold("recovered", "lenders first", lambda one: {"options"}),
    "finance.recovery_by_share": sold("recovered", "by share", lambda one: {"options"}),
    "finance.recovery_without_guarantee": sold("recovered", "lenders first", lambda one: {"options", "guarantee"}),
    "finance.worth_without_tenant": sold(
        "worth", "lenders first", lambda one: {s.kind for s in one.supports if s.party == one.tenant}
    ),
    # renewal
    "finance.renewal.exit_year": leaves,
    "finance.renewal.shortfall_peak": called,
    "finance.renewal.lenders_loss": lenders_lose("by share"),
    "finance.renewal.lenders_loss_first": lenders_lose("lenders first"),
    "finance.renewal.exit_probability": chance(lambda paths: 1 - float(paths.exits[-1])),
    "finance.renewal.shortfall_mean": chance(lambda paths: paths.shortfall[0][0]),
    "finance.renewal.shortfall_p95": chance(lambda paths: paths.shortfall[1][0]),
    "finance.renewal.loss": mean_losses,
}  # fmt: skip
