"""KPIs of quotes and of the rating view: price, yield and duration of loans, cover, and worth without a support."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from gigacampus.runs.kpi import Undefined, kpi, slug
from gigacampus.runs.kpis_finance import cover_rows, family, rows_of

if TYPE_CHECKING:
    from gigacampus.runs.pipeline import Run


def _quoted_rows(run: Run, member: str) -> list[str]:
    quotes = run.deal.quotes if run.campus.deal else {}
    found = [(loan, name.removeprefix(f"{loan} ")) for name, (loan, _) in quotes.items() if slug(name) == member]
    return [row for loan, name in found for row in (f"{slug(loan)}.service", f"deal.loans.{loan}.quotes.{name}")]


@kpi("finance.price", "fraction", "finance", rows=_quoted_rows, members="quotes")
def finance_price(run: Run) -> dict[str, float | Undefined]:
    """Clean price of a loan by a quote, over what it still owes."""
    return family(run, "price")


@kpi("finance.yield", "fraction", "finance", rows=_quoted_rows, members="quotes")
def finance_yield(run: Run) -> dict[str, float | Undefined]:
    """Yield to maturity of a loan by a quote, compounded as often as it pays."""
    return family(run, "yield")


@kpi("finance.spread", "fraction", "finance", rows=_quoted_rows, members="quotes")
def finance_spread(run: Run) -> dict[str, float | Undefined]:
    """Yield of a loan by a quote over its benchmark at the weighted average life (G-spread)."""
    return family(run, "spread")


@kpi("finance.duration", "year", "finance", rows=_quoted_rows, members="quotes")
def finance_duration(run: Run) -> dict[str, float | Undefined]:
    """Modified duration of a loan by a quote: relative fall of its price for each unit of yield."""
    return family(run, "duration")


def _coverage(run: Run, what: str, reason: str) -> dict[str, float | Undefined]:
    found = {name: getattr(cover, what) for name, cover in run.supports.coverage.items()}
    return {name: Undefined(reason) if value is None else value for name, value in found.items()}


def _sold(run: Run, gone: Callable[[Any], Iterable[str]], what: str, paid: str) -> dict[str, float | Undefined]:
    """A figure of the rated loan by market, the asset being sold."""
    one = run.supports.experiment
    return {} if one is None else {m: getattr(one.case(gone(one), m, paid=paid), what) for m in one.markets}


@kpi("finance.break_even", "fraction", "supports", rows=cover_rows, members="loans")
def finance_break_even(run: Run) -> dict[str, float | Undefined]:
    """Fall of all rents at which a loan's least cover (DSCR) is 1, debt as it is and reserves left out."""
    return _coverage(run, "break_even", "rent has no part in its cover")


@kpi("finance.gearing", "fraction", "supports", rows=rows_of("balance", "loans"), members="loans")
def finance_gearing(run: Run) -> dict[str, float | Undefined]:
    """Loans of a loan's borrower over its uses of funds."""
    return _coverage(run, "gearing", "the borrower has no uses of funds")


@kpi("finance.debt_to_cash", "1", "supports", rows=cover_rows, members="loans")
def finance_debt_to_cash(run: Run) -> dict[str, float | Undefined]:
    """Debt as repayment begins over the cash available for debt service in the 12 months that follow."""
    return _coverage(run, "debt_to_cash", "there is no cash to serve it in its first year")


@kpi("finance.recovery", "fraction", "supports", members="markets")
def finance_recovery(run: Run) -> dict[str, float | Undefined]:
    """Share of the rated loan that is recovered if the tenant leaves; guarantee and sale pay lenders first."""
    return _sold(run, lambda one: ["options"], "recovered", "lenders first")


@kpi("finance.recovery_by_share", "fraction", "supports", members="markets")
def finance_recovery_by_share(run: Run) -> dict[str, float | Undefined]:
    """The same where guarantee and sale pay the owners by their shares."""
    return _sold(run, lambda one: ["options"], "recovered", "by share")


@kpi("finance.recovery_without_guarantee", "fraction", "supports", members="markets")
def finance_recovery_without_guarantee(run: Run) -> dict[str, float | Undefined]:
    """Share of the rated loan that is recovered from the sale alone, which pays lenders first."""
    return _sold(run, lambda one: ["options", "guarantee"], "recovered", "lenders first")


@kpi("finance.worth_without_tenant", "1", "supports", members="markets")
def finance_worth_without_tenant(run: Run) -> dict[str, float | Undefined]:
    """Worth of the rated loan per 100 without anything that the tenant has promised; the sale pays lenders first."""
    return _sold(run, lambda one: one.of_party(one.tenant), "worth", "lenders first")
