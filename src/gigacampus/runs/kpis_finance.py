"""KPIs of the deal. Each is over the whole life unless its name says a year."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from gigacampus.runs.kpi import Undefined, defined, kpi, slug

if TYPE_CHECKING:
    from gigacampus.runs.pipeline import Run


def _metric(run: Run, name: str) -> float:
    metric = run.finance.metrics[name]
    return defined(metric.value, metric.reason)


def family(run: Run, name: str) -> dict[str, float | Undefined]:
    """Metrics that begin with a name, by what follows it."""
    found = {key.removeprefix(f"{name}."): m for key, m in run.finance.metrics.items() if key.startswith(f"{name}.")}
    return {key: m.value if m.value is not None else Undefined(m.reason) for key, m in found.items()}


def cover_rows(run: Run, _: str) -> list[str]:
    """Rows of cash and debt service."""
    vehicles = [slug(name) for name in run.finance.cover]
    return [f"{name}.cfads" for name in vehicles] + [f"{slug(loan)}.service" for loan in run.finance.loans]


def rows_of(suffix: str, of: str) -> Callable[[Run, str], list[str]]:
    """Rows of every loan or lease that end alike, such as ``notes.balance``."""
    return lambda run, member: [
        row for name in getattr(run.finance, of) for row in [f"{slug(name)}.{suffix}"] if row in run.finance.rows
    ]


def _party_rows(run: Run, member: str) -> list[str]:
    return sorted(set(_taxed_rows(run, member)) - {f"{member}.tax.paid", f"{member}.tax.saved"})


def _taxed_rows(run: Run, member: str) -> list[str]:
    return sorted({flow.row for flow in run.finance.flows if member in (slug(flow.payer), slug(flow.payee))})


def _tax_rows(run: Run, member: str) -> list[str]:
    return [row for row in (f"{member}.tax.total",) if row in run.finance.rows]


@kpi("finance.dscr_min", "1", "finance", rows=cover_rows)
def finance_dscr_min(run: Run) -> float:
    """Lowest debt service coverage ratio of any payment: CFADS over debt service."""
    return _metric(run, "dscr_min")


@kpi("finance.dscr_avg", "1", "finance", rows=cover_rows)
def finance_dscr_avg(run: Run) -> float:
    """Average debt service coverage ratio."""
    return _metric(run, "dscr_avg")


@kpi("finance.llcr", "1", "finance", rows=cover_rows)
def finance_llcr(run: Run) -> float:
    """Loan life coverage ratio: present value of CFADS over debt when repayment begins."""
    return _metric(run, "llcr")


@kpi("finance.plcr", "1", "finance", rows=cover_rows)
def finance_plcr(run: Run) -> float:
    """Project life coverage ratio: as the loan life's, with cash until the statement ends."""
    return _metric(run, "plcr")


@kpi("finance.debt_peak", "USD", "finance", rows=rows_of("balance", "loans"))
def finance_debt_peak(run: Run) -> float:
    """Highest debt outstanding, all loans together."""
    return _metric(run, "debt_peak")


@kpi("finance.capitalised_interest", "USD", "finance", rows=rows_of("capitalised", "loans"))
def finance_capitalised_interest(run: Run) -> float:
    """Interest paid out of funding, or added to loans, until repayment begins; the books may capitalise more."""
    return _metric(run, "capitalised_interest")


@kpi("finance.rent_year1", "USD", "finance", rows=rows_of("rent_year1", "leases"))
def finance_rent_year1(run: Run) -> float:
    """Rent of the first lease year, all leases together."""
    return _metric(run, "rent_year1")


@kpi("finance.rent_committed", "USD", "finance", rows=rows_of("commitment", "leases"))
def finance_rent_committed(run: Run) -> float:
    """Rent of the first terms, before any option, undiscounted."""
    return _metric(run, "rent_committed")


@kpi("finance.rent_total", "USD", "finance", rows=rows_of("rent_total", "leases"))
def finance_rent_total(run: Run) -> float:
    """Rent over all terms that are taken up, undiscounted."""
    return _metric(run, "rent_total")


@kpi("finance.wal", "year", "finance", rows=rows_of("wal", "loans"), members="loans")
def finance_wal(run: Run) -> dict[str, float | Undefined]:
    """Weighted average life of a loan that is repaid, by principal: years (30/360) from the day on which it starts."""
    return family(run, "wal")


@kpi("finance.unpaid", "USD", "finance", rows=rows_of("unpaid", "loans"), members="loans")
def finance_unpaid(run: Run) -> dict[str, float | Undefined]:
    """What a loan owes after its last payment by plan; it bears interest until it is paid."""
    return family(run, "unpaid")


@kpi("finance.uncovered", "USD", "finance", rows=rows_of("uncovered", "guarantees"), members="guarantees")
def finance_uncovered(run: Run) -> dict[str, float | Undefined]:
    """Debt left when a guarantee ends."""
    return family(run, "uncovered")


@kpi("finance.short_on_day", "USD", "finance", members="entities")
def finance_short_on_day(run: Run) -> dict[str, float | Undefined]:
    """Most cash that a vehicle pays on a day before it comes in, later in the same month: a statement has months."""
    return family(run, "short_on_day")


@kpi("finance.exposure", "USD", "finance", members="exposures")
def finance_exposure(run: Run) -> dict[str, float | Undefined]:
    """Maximum exposure to loss of a party on a day."""
    return family(run, "exposure")


@kpi("finance.irr", "fraction", "finance", rows=_party_rows, members="entities")
def finance_irr(run: Run) -> dict[str, float | Undefined]:
    """Internal rate of return of a party, by dates of payment (XIRR)."""
    return family(run, "irr")


@kpi("finance.irr_owner", "fraction", "finance", rows=_party_rows, members="entities")
def finance_irr_owner(run: Run) -> dict[str, float | Undefined]:
    """Internal rate of return of a party on its capital alone, rent and energy left out."""
    return family(run, "irr_owner")


@kpi("finance.irr_after_tax", "fraction", "finance", rows=_taxed_rows, members="entities")
def finance_irr_after_tax(run: Run) -> dict[str, float | Undefined]:
    """Internal rate of return of a taxed party, its tax and what credits and losses save of it included."""
    return family(run, "irr_after_tax")


@kpi("finance.tax", "USD", "finance", rows=_tax_rows, members="entities")
def finance_tax(run: Run) -> dict[str, float | Undefined]:
    """Tax that a party pays in all, less what credits and losses save of its other tax."""
    return family(run, "tax")


@kpi("finance.moic", "1", "finance", rows=_party_rows, members="entities")
def finance_moic(run: Run) -> dict[str, float | Undefined]:
    """Multiple of invested capital: received over paid in, each day's payments netted."""
    return family(run, "moic")


@kpi("finance.irr_roots", "1", "finance", rows=_party_rows, members="entities")
def finance_irr_roots(run: Run) -> dict[str, float | Undefined]:
    """Rates at which a party's flows have no present value; its IRR is defined where there is one."""
    return family(run, "irr_roots")


def _valued_rows(run: Run, member: str) -> list[str]:
    names = [name for name in run.deal.entities if slug(name) == member] if run.campus.deal else []
    return [*_party_rows(run, member), *(f"deal.entities.{name}.discount_rate" for name in names)]


@kpi("finance.npv", "USD", "finance", rows=_valued_rows, members="entities")
def finance_npv(run: Run) -> dict[str, float | Undefined]:
    """Net present value at closing of all that a party pays and receives, at its own discount rate."""
    return family(run, "npv")


@kpi("finance.payback", "year", "finance", rows=_party_rows, members="entities")
def finance_payback(run: Run) -> dict[str, float | Undefined]:
    """Years from a party's first payment until all that it has paid in is back for good."""
    return family(run, "payback")


def _test_rows(suffix: str) -> Callable[[Run, str], list[str]]:
    return lambda run, member: [f"{member}.{suffix}"]


@kpi("finance.headroom", "fraction", "finance", rows=_test_rows("cover"), members="entities")
def finance_headroom(run: Run) -> dict[str, float | Undefined]:
    """Least cover looking back over the level of lock-up (of default where there is no lock-up), minus 1."""
    return family(run, "headroom")


@kpi("finance.locked_months", "month", "finance", rows=_test_rows("locked"), members="entities")
def finance_locked_months(run: Run) -> dict[str, float | Undefined]:
    """Months in which a vehicle's cash is locked up while it owes debt."""
    return family(run, "locked_months")


@kpi("finance.default_months", "month", "finance", rows=_test_rows("default"), members="entities")
def finance_default_months(run: Run) -> dict[str, float | Undefined]:
    """Months in which a default stands while debt is owed."""
    return family(run, "default_months")


@kpi("finance.rent_fall_to_default", "fraction", "sensitivity")
def finance_rent_fall_to_default(run: Run) -> float:
    """Fall of all rents at which a scheduled payment first fails, reserves and cures used; signed deal, run again."""
    found = run.sensitivity.rent_fall_to_default
    return defined(found.value, found.reason)


def _accounts(run: Run, of: str, call: Callable[[Any], float]) -> dict[str, float | Undefined]:
    """A figure of each lease, or of each party's balance sheet, that the deal accounts for."""
    return {name: call(one) for name, one in getattr(run.accounting, of).items()} if run.accounting is not None else {}


@kpi("finance.lease_test", "fraction", "accounting", standard="ASC 842-10-25-2(d)", members="leases")
def finance_lease_test(run: Run) -> dict[str, float | Undefined]:
    """Value of rents over the certain term, and of the residual that the tenant guarantees at most, over fair value."""
    return _accounts(run, "leases", lambda lease: lease.legs["value"].value)


@kpi("finance.lease_liability", "USD", "accounting", standard="ASC 842-20-30-1, IFRS 16.26", members="leases")
def finance_lease_liability(run: Run) -> dict[str, float | Undefined]:
    """Tenant's liability for a lease as it starts, over the term that is certain."""
    return _accounts(run, "leases", lambda lease: lease.certain.liability)


@kpi("finance.debt_on_balance", "USD", "accounting", members="entities")
def finance_debt_on_balance(run: Run) -> dict[str, float | Undefined]:
    """Most that stands as loans and lease liabilities on a party's own balance sheet at a year's end."""
    return _accounts(run, "own_sheets", lambda sheet: float(sheet.debt.max()))


@kpi("finance.debt_consolidated", "USD", "accounting", members="entities")
def finance_debt_consolidated(run: Run) -> dict[str, float | Undefined]:
    """The same with that vehicle consolidated which brings the most, of those that the deal accounts for."""
    found: dict[str, float] = {}
    for sheets in run.accounting.consolidated.values() if run.accounting is not None else ():
        for party, sheet in sheets.items():
            found[party] = max(float(sheet.debt.max()), found.get(party, 0.0))
    return dict(found)


def _published_rows(run: Run, member: str) -> list[str]:
    return [row for row in [f"published.{member}"] if row in run.finance.rows]


@kpi("finance.miss", "1", "finance", rows=_published_rows, members="published")
def finance_miss(run: Run) -> dict[str, float | Undefined]:
    """How far a published figure is missed, in tolerances: within one it is reproduced."""
    misses = {slug(name): figure.miss for name, figure in run.finance.published.items()}
    return {name: miss if math.isfinite(miss) else Undefined("it has no value") for name, miss in misses.items()}


# Renewal


def _scenarios(run: Run, each: Callable[[Any], float | Undefined]) -> dict[str, float | Undefined]:
    """A figure of each scenario of the outlook."""
    return {} if run.renewal is None else {name: each(found) for name, found in run.renewal.scenarios.items()}


def _paths(run: Run) -> Any:
    if run.renewal is None or run.renewal.paths is None:
        raise Undefined("the deal has no outlook by chance")
    return run.renewal.paths


@kpi("finance.renewal.exit_year", "year", "renewal", members="scenarios")
def renewal_exit_year(run: Run) -> dict[str, float | Undefined]:
    """Years from the lease's start until the tenant leaves, in a scenario; none if it stays to the last term's end."""
    years = [] if run.renewal is None else run.renewal.years[run.renewal.ends]
    stays = Undefined("the tenant stays to the end of the last term")
    return _scenarios(run, lambda s: float(years[s.choice.exit]) if s.choice.exit < len(years) - 1 else stays)


@kpi("finance.renewal.shortfall_peak", "USD", "renewal", members="scenarios")
def renewal_shortfall_peak(run: Run) -> dict[str, float | Undefined]:
    """Most that the guarantee would pay if the tenant left at the end of a term, in a scenario."""
    return _scenarios(run, lambda s: float(s.shortfall[run.renewal.ends].max()))


@kpi("finance.renewal.lenders_loss", "USD", "renewal", members="scenarios")
def renewal_lenders_loss(run: Run) -> dict[str, float | Undefined]:
    """Most that lenders lose if the tenant leaves at the end of a term, proceeds being paid to owners by share."""
    return _scenarios(run, lambda s: float(s.losses["by share"].lent[run.renewal.ends].max()))


@kpi("finance.renewal.lenders_loss_first", "USD", "renewal", members="scenarios")
def renewal_lenders_loss_first(run: Run) -> dict[str, float | Undefined]:
    """The same if sale proceeds and guarantee go to lenders first."""
    return _scenarios(run, lambda s: float(s.losses["lenders first"].lent[run.renewal.ends].max()))


@kpi("finance.renewal.exit_probability", "fraction", "renewal")
def renewal_exit_probability(run: Run) -> float:
    """Probability that the tenant leaves before the end of the last term."""
    return float(_paths(run).early)


@kpi("finance.renewal.shortfall_mean", "USD", "renewal")
def renewal_shortfall_mean(run: Run) -> float:
    """Mean of what the guarantee would pay if the tenant left at the end of the first term."""
    return float(_paths(run).shortfall[0, 0])


@kpi("finance.renewal.shortfall_p95", "USD", "renewal")
def renewal_shortfall_p95(run: Run) -> float:
    """What the guarantee would pay then on the path in 20 on which it is called upon most."""
    return float(_paths(run).shortfall[1, 0])


@kpi("finance.renewal.loss", "USD", "renewal", members="entities")
def renewal_loss(run: Run) -> dict[str, float]:
    """Mean loss of a party when the tenant leaves, against a normal market, proceeds being paid to owners by share."""
    if run.renewal is None or run.renewal.paths is None:
        return {}
    losses, found = run.renewal.paths.losses["by share"], dict[str, float]()
    for side in (losses.lenders, losses.owners, {run.renewal.guarantor: losses.guarantor}):
        for party, lost in side.items():
            found[party] = found.get(party, 0.0) + float(lost[0])
    found.pop("", None)  # there is no guarantee
    return found
