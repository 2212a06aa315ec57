"""Figures of a deal: cover by payment and over lives, returns of each party, covenants.

With cash c by payment date, the debt D as repayment begins, and the rate i at which the planned payments, less what is
still drawn, are worth D,
``LLCR = sum(c (1 + i)^-t) / D`` until the last payment, and the PLCR the same until the statement ends [1]_. Present
values and rates of return go by days over 365, as XIRR does.

References
----------
.. [1] Yescombe, E. R. (2014). Principles of Project Finance, 2nd ed., ch. 12.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from gigacampus.campus.spec.deal import MONTHS, OUTSIDE, slug
from gigacampus.engines.finance import tax
from gigacampus.engines.finance.result import CovenantTests, Cover, FinanceResult, Metric, Ratio
from gigacampus.engines.finance.schedule import Days, slowest
from gigacampus.engines.finance.statement import Statement
from gigacampus.money import irr

Floats = NDArray[np.float64]
CAPITAL = ("contribution", "contribution in kind", "distribution")
"""Kinds of payment between an owner and what it owns."""


def cover(s: Statement, rows: Mapping[str, Floats], vehicle: str) -> Cover:
    """Cash over what is due, on each date of repayment, over the period of the slowest loan that is being repaid then.

    `rows` may have a leading axis of paths; so have cash and debt service then.
    """
    count, times = s.months.count, {n: x for n, x in s.loans.items() if s.deal.loans[n].borrower == vehicle}
    dates, repays = s.months.array.astype("datetime64[D]"), np.zeros(count, bool)
    step = slowest({name: s.deal.loans[name] for name in times}, lambda row: s.graph.inputs[row])
    for loan in times.values():
        repays |= loan.repay > 0
        dates = np.where(loan.repay > 0, np.array(loan.dates, "datetime64[D]"), dates)
    due = sum((rows[f"{slug(name)}.scheduled"] for name in times), np.zeros(count))
    owed = sum(float(np.max(rows[f"loans.{slug(name)}.amount"])) for name in times)
    at = np.flatnonzero(repays & np.any(np.atleast_2d(due) > 1e-9 * owed, axis=0))
    since = np.maximum(at + 1 - step[at], 0)
    cash = np.broadcast_to(rows[f"{slug(vehicle)}.cfads"], due.shape)
    return Cover(dates[at], between(cash, since, at + 1), between(due, since, at + 1))


def between(monthly: Floats, since: NDArray[np.intp], until: NDArray[np.intp]) -> Floats:
    """Sums over spans of months, the last left out, along the last axis."""
    total = np.concatenate([np.zeros((*monthly.shape[:-1], 1)), np.cumsum(monthly, axis=-1)], axis=-1)
    found: Floats = total[..., until] - total[..., since]
    return found


def metrics(s: Statement, result: FinanceResult) -> dict[str, Metric]:
    """Every metric of a deal, by name; `FinanceResult` lists them."""
    found = _ratios(s, result) | _debt(s, result) | _amounts(s, result)
    for vehicle, tests in result.covenants.items():
        found |= _covenants(result, vehicle, tests)
    for party in result.parties:
        if party not in s.vehicles and party != OUTSIDE:
            found |= _returns(result, party)
    for name, entity in s.deal.entities.items():
        if entity.discount_rate is not None:
            found[f"npv.{slug(name)}"] = Metric(_npv(s, result, name, entity.discount_rate), "USD")
    for name, quote in result.quotes.items():
        n, bare = slug(name), "" if quote.spread is not None else "the quote has no benchmark"
        found[f"price.{n}"] = Metric(quote.price, "fraction")
        found[f"yield.{n}"] = Metric(quote.yield_to_maturity, "fraction")
        found[f"spread.{n}"] = Metric(quote.spread, "fraction", bare)
        found[f"duration.{n}"] = Metric(quote.duration, "year")
    return found


def _ratios(s: Statement, result: FinanceResult) -> dict[str, Metric]:
    """Cover by payment, and the least, over vehicles, of the covers over loan life and the statement's."""
    ratios = np.concatenate([c.dscr for c in result.cover.values()] or [np.array([])])
    none = "" if len(ratios) else "there is no debt service"
    lives = {v: lived for v in result.cover for lived in [life(s, result.rows, v)] if lived is not None}
    return {
        "dscr_min": Metric(float(ratios.min()) if len(ratios) else None, "1", none, _least(result.cover)),
        "dscr_avg": Metric(float(ratios.mean()) if len(ratios) else None, "1", none),
        "llcr": _least_life({v: (lived.loan, lived) for v, lived in lives.items()}),
        "plcr": _least_life({v: (lived.whole, lived) for v, lived in lives.items()}),
    }


def _least(covers: Mapping[str, Cover]) -> Ratio | None:
    """Where cover is least, the first of dates that are alike but for rounding."""
    covers = {vehicle: one for vehicle, one in covers.items() if len(one.dscr)}
    if not covers:
        return None
    vehicle = min(covers, key=lambda v: float(covers[v].dscr.min()))
    one = covers[vehicle]
    k = int(np.argmax(np.isclose(one.dscr, one.dscr.min(), rtol=1e-9)))
    return Ratio(vehicle, one.dates[k].item(), float(one.cfads[k]), float(one.service[k]))


def _least_life(covers: Mapping[str, tuple[float, Life]]) -> Metric:
    if not covers:
        return Metric(None, "1", "there is no debt to cover")
    vehicle = min(covers, key=lambda v: covers[v][0])
    ratio, lived = covers[vehicle]
    return Metric(ratio, "1", of=Ratio(vehicle, lived.begin, ratio * lived.owed, lived.owed))


class Life(NamedTuple):
    """Cover of a debt over its life: the day from which, what is `owed` then [USD], and the value of cash over it,
    until the `loan`'s last payment and over the `whole` statement [1]."""

    begin: date
    owed: float
    loan: float
    whole: float


def life(s: Statement, rows: Mapping[str, Floats], vehicle: str) -> Life | None:
    """Value of a vehicle's cash over its debt as repayment begins, until the last payment and until the statement ends.

    Cash counts on the payment date after it; the rate is the one at which the debt is worth what is owed, so that a
    cover that is the same on every date is the loan life's cover too.
    """

    def month(name: str) -> Floats:
        return np.broadcast_to(rows[name], s.months.count)

    names = [name for name, x in s.deal.loans.items() if x.borrower == vehicle]
    plan = np.sum([_plan(rows, slug(n)) * np.ones(s.months.count) for n in names], axis=0)
    at = np.flatnonzero(np.any([s.loans[n].repay > 0 for n in names], axis=0))
    owed = float(sum(month(f"{slug(n)}.planned")[at[0] - 1] for n in names)) if len(at) else 0.0
    if not owed > 1e-9 * sum(float(rows[f"loans.{slug(n)}.amount"]) for n in names):
        return None
    paid = np.flatnonzero(np.any([s.loans[n].pay > 0 for n in names], axis=0)[: at[0]])
    step = min(MONTHS[s.deal.loans[n].every] for n in names if s.loans[n].repay[at[0]] > 0)
    begin = max(int(paid[-1]) if len(paid) else int(at[0]) - step, 0)  # the period before the first repayment
    days = s.months.array.astype("datetime64[D]")  # equal periods need no exact days
    rate = irr(days[[begin, *range(at[0], s.months.count)]], np.concatenate([[-owed], plan[at[0] :]])).rate
    if rate is None:
        return None
    cash = np.cumsum(month(f"{slug(vehicle)}.cfads"))
    ends = np.concatenate([[begin], at, np.arange(at[-1] + 1, s.months.count)])
    years = (days[ends[1:]] - days[begin]).astype(float) / 365
    worth = np.diff(cash[ends]) * (1 + rate) ** -years / owed
    day = next(s.loans[n].dates[begin] for n in names if s.loans[n].repay[at[0]] > 0)
    return Life(day, owed, float(np.sum(worth[: len(at)])), float(np.sum(worth)))


def _plan(rows: Mapping[str, Floats], n: str) -> Floats:
    """Payments by a loan's plan, with what another loan pays off, less draws; by month, shape (M,) [USD]."""
    paid = rows[f"{n}.agreed"] if f"{n}.agreed" in rows else rows[f"{n}.planned_payment"] * rows[f"{n}.repay"]
    return paid - rows[f"{n}.draw"] - rows[f"{n}.added"]


def _debt(s: Statement, result: FinanceResult) -> dict[str, Metric]:
    balances = np.sum([loan.balance for loan in result.loans.values()] or [np.zeros(1)], axis=0)
    capitalised = float(sum(result.rows[f"{slug(n)}.capitalised"] for n in s.deal.loans))
    found = {"debt_peak": Metric(float(balances.max()), "USD"), "capitalised_interest": Metric(capitalised, "USD")}
    for name in s.deal.loans:
        key, balance = slug(name), result.loans[name].balance
        wal, left = float(result.rows[f"{key}.wal"]), float(balance[-1])
        none = "no principal is repaid" if not np.isfinite(wal) else ""
        if not none and left > 1e-6 * float(balance.max()):
            none = f"{left / 1e6:,.1f} m USD is never repaid"
        found[f"wal.{key}"] = Metric(None if none else wal, "year", none)
        found[f"unpaid.{key}"] = Metric(float(result.rows[f"{key}.unpaid"]), "USD")
    return found


def _amounts(s: Statement, result: FinanceResult) -> dict[str, Metric]:
    """Rents, cash that is short on a day of its month, exposures, what guarantees leave uncovered, and tax."""
    found: dict[str, Metric] = {}
    for what, label in (("rent_year1", "rent_year1"), ("rent_total", "rent_total"), ("commitment", "rent_committed")):
        found[label] = Metric(float(sum(result.rows[f"{slug(name)}.{what}"] for name in s.deal.leases)), "USD")
    for vehicle in s.vehicles:
        held = np.cumsum(result.cashflows(vehicle)[1])
        found[f"short_on_day.{slug(vehicle)}"] = Metric(max(0.0, -float(held.min(initial=0.0))), "USD")
    for name in s.deal.exposures:
        found[f"exposure.{slug(name)}"] = Metric(float(result.rows[f"exposures.{slug(name)}.maximum"]), "USD")
    for name, guarantee in s.deal.guarantees.items():
        if guarantee.behind:
            found[f"uncovered.{slug(name)}"] = Metric(float(result.rows[f"{slug(name)}.tail"]), "USD")
    for row in result.rows:
        if row.endswith(".tax.total"):
            found[f"tax.{row.partition('.')[0]}"] = Metric(float(result.rows[row]), "USD")
    return found


def _covenants(result: FinanceResult, vehicle: str, tests: CovenantTests) -> dict[str, Metric]:
    """Headroom over the level that bites first; months of lock-up and of default while debt is owed."""
    e, level = slug(vehicle), tests.lock_up if tests.lock_up is not None else tests.default
    none = "no level is given" if level is None else "" if len(tests.cover) else "no cover is tested"
    room = float(tests.cover.min()) / level - 1 if level is not None and not none else None
    found = {f"headroom.{e}": Metric(room, "fraction", none)}
    open_ = np.sum([result.row(f"{slug(loan)}.balance") for loan in tests.loans], axis=0) > 0.5
    for row, name in (("locked", "locked_months"), ("default", "default_months")):
        found[f"{name}.{e}"] = Metric(float(np.sum((result.row(f"{e}.{row}") > 0.5) & open_)), "month")
    return found


def _returns(result: FinanceResult, party: str) -> dict[str, Metric]:
    """Returns before tax on all that a party pays and receives, on its capital alone, and after tax."""
    dates, amounts = result.cashflows(party, _before_tax(result))
    found, name = irr(dates, amounts), slug(party)
    capital = irr(*result.cashflows(party, kinds=CAPITAL))
    paid, got = float(-amounts[amounts < 0].sum()), float(amounts[amounts > 0].sum())
    owner = {f"irr_owner.{name}": Metric(capital.rate, "1/year", capital.reason)} if capital.sign_changes else {}
    if f"{name}.tax.total" in result.rows:
        after = irr(*result.cashflows(party))
        owner[f"irr_after_tax.{name}"] = Metric(after.rate, "1/year", after.reason)
    return owner | {
        f"irr.{name}": Metric(found.rate, "1/year", found.reason),
        f"irr_roots.{name}": Metric(float(found.roots), "1"),
        f"sign_changes.{name}": Metric(float(found.sign_changes), "1"),
        f"moic.{name}": Metric(got / paid if paid else None, "1", "" if paid else "nothing is paid in"),
        f"payback.{name}": _payback(dates, amounts),
    }


def _before_tax(result: FinanceResult) -> set[str]:
    return {flow.kind for flow in result.flows} - set(tax.KINDS)


def _payback(dates: Days, amounts: Floats) -> Metric:
    """Years from the first payment until all that was paid in is back for good."""
    total = np.cumsum(amounts)
    short = np.flatnonzero(total < -1e-9 * np.abs(amounts).sum())
    if not len(short):
        return Metric(None, "year", "nothing is paid in ahead of what is received")
    if short[-1] == len(total) - 1:
        return Metric(None, "year", "what is paid in never comes back")
    return Metric(float((dates[short[-1] + 1] - dates[0]).astype(float)) / 365, "year")


def _npv(s: Statement, result: FinanceResult, party: str, rate: float) -> float:
    """Value at closing of all that a party pays and receives, before tax."""
    dates, amounts = result.cashflows(party, _before_tax(result))
    years = (dates - np.datetime64(s.deal.close)).astype(float) / 365
    return float(np.sum(amounts * (1 + rate) ** -years))
