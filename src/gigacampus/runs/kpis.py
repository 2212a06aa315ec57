"""The KPIs themselves. Each is over the whole life unless its name says a year."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from gigacampus.runs.kpi import Undefined, evaluate, kpi, slug

if TYPE_CHECKING:
    from gigacampus.runs.pipeline import Run

__all__ = ["evaluate"]


def _defined(value: float | None, reason: str) -> float:
    if value is None:
        raise Undefined(reason)
    return value


def _over(part: float, it_energy: float) -> float:
    if not it_energy > 0:
        raise Undefined("IT used no energy")
    return float(part / it_energy)


# Workload and IT


@kpi("it.energy", "MWh", "facility")
def it_energy(run: Run) -> float:
    """Energy of IT equipment."""
    return float(run.facility.it.sum())


@kpi("it.rating", "MW", "offer")
def it_rating(run: Run) -> float:
    """IT rating once every phase is built."""
    return float(run.offer.it_rating[-1])


@kpi("it.accelerators", "accelerators", "offer")
def it_accelerators(run: Run) -> float:
    """Accelerators once every phase is built."""
    return float(run.offer.accelerators[-1])


@kpi("workload.ettr", "fraction", "offer")
def workload_ettr(run: Run) -> float:
    """Effective training time ratio: progress over time held, after failures and checkpoints."""
    return float(run.offer.ettr[-1])


@kpi("workload.tokens_trained", "tokens", "workload")
def workload_tokens(run: Run) -> float:
    """Tokens that training processes, on the reference model (6 N D)."""
    return float(run.workload.tokens.sum())


# Facility


@kpi("facility.energy", "MWh", "facility")
def facility_energy(run: Run) -> float:
    """Energy at the campus's meter."""
    return float(run.facility.load.sum())


@kpi("facility.pue", "1", "facility", standard="ISO/IEC 30134-2, category 3", of=("facility.energy", "it.energy"))
def facility_pue(run: Run) -> float:
    """Power usage effectiveness: facility energy over IT energy."""
    return _over(run.facility.load.sum(), run.facility.it.sum())


@kpi("facility.wue", "L/kWh", "facility", standard="ISO/IEC 30134-9, category 1", of=("impact.water", "it.energy"))
def facility_wue(run: Run) -> float:
    """Water usage effectiveness: water drawn on site over IT energy."""
    return _over(run.facility.withdrawal.sum(), run.facility.it.sum())


@kpi("facility.peak", "MW", "facility")
def facility_peak(run: Run) -> float:
    """Highest hourly load at the campus's meter."""
    return float(run.facility.load.max())


@kpi("facility.hours_short", "h", "facility")
def facility_hours_short(run: Run) -> float:
    """Hours in which the cooling plant cannot hold its supply temperature."""
    return float(run.facility.hours_short)


# Supply


@kpi("supply.cost_per_mwh", "USD/MWh", "supply", of=("facility.energy",))
def supply_cost(run: Run) -> float:
    """All-in cost of power, capital recovery included, in money of supply.price_year."""
    return _defined(run.supply.cost_per_mwh, "nothing was consumed")


@kpi("supply.cfe_hourly", "fraction", "supply")
def supply_cfe(run: Run) -> float:
    """Share of the load that carbon-free energy meets in the same hour, the grid's part included."""
    return _defined(run.supply.cfe_hourly, "nothing was consumed")


@kpi("supply.renewable_annual", "fraction", "supply")
def supply_renewable(run: Run) -> float:
    """Own and contracted renewable generation over load, without certificates."""
    return _defined(run.supply.renewable_annual, "nothing was consumed")


@kpi("supply.renewable_annual_with_certificates", "fraction", "supply", of=("supply.renewable_annual",))
def supply_renewable_certificates(run: Run) -> float:
    """The same with the certificates that are bought."""
    return _defined(run.supply.renewable_with_certificates, "nothing was consumed")


@kpi("supply.grid_import", "MWh", "supply")
def supply_import(run: Run) -> float:
    """Energy drawn through the grid connection."""
    return float(run.supply.dispatch.grid_import.sum())


@kpi("supply.peak_import", "MW", "supply")
def supply_peak(run: Run) -> float:
    """Highest hourly draw through the grid connection."""
    return float(run.supply.dispatch.grid_import.max())


@kpi("supply.curtailed", "MWh", "supply")
def supply_curtailed(run: Run) -> float:
    """Clean energy behind the meter that found no use."""
    return float(run.supply.dispatch.curtailed.sum())


@kpi("supply.unserved", "MWh", "supply")
def supply_unserved(run: Run) -> float:
    """Load that the plan does not serve."""
    return float(run.supply.dispatch.unserved.sum())


# Impact


@kpi("impact.scope1", "t", "impact", standard="GHG Protocol Corporate Standard")
def impact_scope1(run: Run) -> float:
    """CO2e of combustion in plants that the campus owns."""
    return float(run.impact.scope1.sum())


@kpi("impact.scope2_location", "t", "impact", standard="GHG Protocol Scope 2, location-based")
def impact_scope2_location(run: Run) -> float:
    """CO2e of everything drawn, at the grid's average."""
    return float(run.impact.scope2_location.sum())


@kpi("impact.scope2_market", "t", "impact", standard="GHG Protocol Scope 2, market-based, annual")
def impact_scope2_market(run: Run) -> float:
    """CO2e by contract, matched over each year, certificates included."""
    return float(run.impact.scope2_market.sum())


@kpi("impact.scope2_market_no_certificates", "t", "impact", standard="GHG Protocol Scope 2, market-based, annual")
def impact_scope2_market_bare(run: Run) -> float:
    """CO2e by contract, matched over each year, without certificates."""
    return float(run.impact.scope2_market_no_certificates.sum())


@kpi(
    "impact.scope2_market_hourly", "t", "impact", standard="GHG Protocol Scope 2, market-based, hourly (draft of 2025)"
)
def impact_scope2_market_hourly(run: Run) -> float:
    """CO2e by contract, matched hour by hour, certificates left out."""
    return float(run.impact.scope2_market_hourly.sum())


@kpi("impact.embodied", "t", "impact", standard="GHG Protocol Scope 3, category 2")
def impact_embodied(run: Run) -> float:
    """Embodied CO2e of servers, building and own plants, as incurred."""
    return float(run.impact.embodied.sum())


@kpi("impact.water", "m3", "impact")
def impact_water(run: Run) -> float:
    """Water drawn on site."""
    return float(run.impact.water_withdrawal.sum())


@kpi("impact.water_consumed", "m3", "impact")
def impact_water_consumed(run: Run) -> float:
    """Water evaporated or drifted away on site."""
    return float(run.impact.water_consumption.sum())


@kpi("impact.water_source", "m3", "impact")
def impact_water_source(run: Run) -> float:
    """Water consumed where the power is generated."""
    return float(run.impact.water_source.sum())


@kpi("impact.wue", "L/kWh", "impact", standard="ISO/IEC 30134-9, category 1", of=("impact.water", "it.energy"))
def impact_wue(run: Run) -> float:
    """Water usage effectiveness: water drawn on site over IT energy."""
    return _defined(run.impact.wue, "IT used no energy")


@kpi("impact.wue_source", "L/kWh", "impact", of=("impact.water", "impact.water_source", "it.energy"))
def impact_wue_source(run: Run) -> float:
    """Water on site and at source over IT energy (The Green Grid's WUE source)."""
    return _defined(run.impact.wue_source, "IT used no energy")


@kpi(
    "impact.cue",
    "kg/kWh",
    "impact",
    standard="ISO/IEC 30134-8",
    of=("impact.scope1", "impact.scope2_location", "it.energy"),
)
def impact_cue(run: Run) -> float:
    """Carbon usage effectiveness, location-based: scopes 1 and 2 over IT energy."""
    return _defined(run.impact.cue, "IT used no energy")


@kpi("impact.ref", "fraction", "impact", standard="ISO/IEC 30134-3", of=("facility.energy",))
def impact_ref(run: Run) -> float:
    """Renewable energy factor, certificates included, at most 1."""
    return _defined(run.impact.ref, "nothing was consumed")


@kpi("impact.ref_no_certificates", "fraction", "impact", standard="ISO/IEC 30134-3", of=("facility.energy",))
def impact_ref_bare(run: Run) -> float:
    """Renewable energy factor without certificates, at most 1."""
    return _defined(run.impact.ref_no_certificates, "nothing was consumed")


# Finance


def _metric(run: Run, name: str) -> float:
    metric = run.finance.metrics[name]
    return _defined(metric.value, metric.reason)


def _family(run: Run, family: str) -> dict[str, float | Undefined]:
    found = {
        name.removeprefix(f"{family}."): m for name, m in run.finance.metrics.items() if name.startswith(f"{family}.")
    }
    return {name: m.value if m.value is not None else Undefined(m.reason) for name, m in found.items()}


def _cover_rows(run: Run, _: str) -> list[str]:
    vehicles = [slug(name) for name in run.finance.cover]
    return [f"{name}.cfads" for name in vehicles] + [f"{slug(loan)}.service" for loan in run.finance.loans]


def _rows(suffix: str, of: str) -> Callable[[Run, str], list[str]]:
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


def _quoted_rows(run: Run, member: str) -> list[str]:
    quotes = run.campus.deal.quotes if run.campus.deal else {}
    return [f"{slug(loan)}.service" for name, (loan, _) in quotes.items() if slug(name) == member]


@kpi("finance.dscr_min", "1", "finance", rows=_cover_rows)
def finance_dscr_min(run: Run) -> float:
    """Lowest debt service coverage ratio of any payment: CFADS over debt service."""
    return _metric(run, "dscr_min")


@kpi("finance.dscr_avg", "1", "finance", rows=_cover_rows)
def finance_dscr_avg(run: Run) -> float:
    """Average debt service coverage ratio."""
    return _metric(run, "dscr_avg")


@kpi("finance.llcr", "1", "finance", rows=_cover_rows)
def finance_llcr(run: Run) -> float:
    """Loan life coverage ratio: present value of CFADS over debt when repayment begins."""
    return _metric(run, "llcr")


@kpi("finance.debt_peak", "USD", "finance", rows=_rows("balance", "loans"))
def finance_debt_peak(run: Run) -> float:
    """Highest debt outstanding, all loans together."""
    return _metric(run, "debt_peak")


@kpi("finance.capitalised_interest", "USD", "finance", rows=_rows("capitalised", "loans"))
def finance_capitalised_interest(run: Run) -> float:
    """Interest paid out of funding before rent begins."""
    return _metric(run, "capitalised_interest")


@kpi("finance.rent_year1", "USD", "finance", rows=_rows("rent_year1", "leases"))
def finance_rent_year1(run: Run) -> float:
    """Rent of the first lease year, all leases together."""
    return _metric(run, "rent_year1")


@kpi("finance.rent_total", "USD", "finance", rows=_rows("rent_total", "leases"))
def finance_rent_total(run: Run) -> float:
    """Rent over all terms that are taken up, undiscounted."""
    return _metric(run, "rent_total")


@kpi("finance.wal", "year", "finance", rows=_rows("wal", "loans"), members="loans")
def finance_wal(run: Run) -> dict[str, float | Undefined]:
    """Weighted average life of a loan, by principal, from the day on which it starts."""
    return _family(run, "wal")


@kpi("finance.unpaid", "USD", "finance", rows=_rows("unpaid", "loans"), members="loans")
def finance_unpaid(run: Run) -> dict[str, float | Undefined]:
    """What a loan owes after its last payment by plan; it bears interest until it is paid."""
    return _family(run, "unpaid")


@kpi("finance.uncovered", "USD", "finance", rows=_rows("uncovered", "guarantees"), members="guarantees")
def finance_uncovered(run: Run) -> dict[str, float | Undefined]:
    """Debt left when a guarantee ends."""
    return _family(run, "uncovered")


@kpi("finance.exposure", "USD", "finance", members="exposures")
def finance_exposure(run: Run) -> dict[str, float | Undefined]:
    """Maximum exposure to loss of a party on a day."""
    return _family(run, "exposure")


@kpi("finance.irr", "fraction", "finance", rows=_party_rows, members="entities")
def finance_irr(run: Run) -> dict[str, float | Undefined]:
    """Internal rate of return of a party, by dates of payment (XIRR)."""
    return _family(run, "irr")


@kpi("finance.irr_owner", "fraction", "finance", rows=_party_rows, members="entities")
def finance_irr_owner(run: Run) -> dict[str, float | Undefined]:
    """Internal rate of return of a party on its capital alone, rent and energy left out."""
    return _family(run, "irr_owner")


@kpi("finance.irr_after_tax", "fraction", "finance", rows=_taxed_rows, members="entities")
def finance_irr_after_tax(run: Run) -> dict[str, float | Undefined]:
    """Internal rate of return of a taxed party, its tax and what credits and losses save of it included."""
    return _family(run, "irr_after_tax")


@kpi("finance.tax", "USD", "finance", rows=_tax_rows, members="entities")
def finance_tax(run: Run) -> dict[str, float | Undefined]:
    """Tax that a party pays in all, less what credits and losses save of its other tax."""
    return _family(run, "tax")


@kpi("finance.moic", "1", "finance", rows=_party_rows, members="entities")
def finance_moic(run: Run) -> dict[str, float | Undefined]:
    """Multiple of invested capital: received over paid in, each day's payments netted."""
    return _family(run, "moic")


def _published_rows(run: Run, member: str) -> list[str]:
    return [row for row in [f"published.{member}"] if row in run.finance.rows]


@kpi("finance.miss", "1", "finance", rows=_published_rows, members="published")
def finance_miss(run: Run) -> dict[str, float | Undefined]:
    """How far a published figure is missed, in tolerances: within one it is reproduced."""
    misses = {slug(name): figure.miss for name, figure in run.finance.published.items()}
    return {name: miss if math.isfinite(miss) else Undefined("it has no value") for name, miss in misses.items()}


@kpi("finance.price", "fraction", "finance", rows=_quoted_rows, members="quotes")
def finance_price(run: Run) -> dict[str, float | Undefined]:
    """Clean price of a loan by a quote, over what it still owes."""
    return _family(run, "price")


@kpi("finance.yield", "fraction", "finance", rows=_quoted_rows, members="quotes")
def finance_yield(run: Run) -> dict[str, float | Undefined]:
    """Yield to maturity of a loan by a quote, compounded as often as it pays."""
    return _family(run, "yield")


@kpi("finance.spread", "fraction", "finance", rows=_quoted_rows, members="quotes")
def finance_spread(run: Run) -> dict[str, float | Undefined]:
    """Yield of a loan by a quote over its benchmark at the weighted average life (G-spread)."""
    return _family(run, "spread")


@kpi("finance.duration", "year", "finance", rows=_quoted_rows, members="quotes")
def finance_duration(run: Run) -> dict[str, float | Undefined]:
    """Modified duration of a loan by a quote: relative fall of its price for each unit of yield."""
    return _family(run, "duration")


# Rating view


def _coverage(run: Run, what: str, reason: str) -> dict[str, float | Undefined]:
    found = {name: getattr(cover, what) for name, cover in run.supports.coverage.items()}
    return {name: Undefined(reason) if value is None else value for name, value in found.items()}


def _sold(run: Run, gone: Callable[[Any], Iterable[str]], what: str, paid: str) -> dict[str, float | Undefined]:
    """A figure of the rated loan by market, the asset being sold."""
    one = run.supports.experiment
    return {} if one is None else {m: getattr(one.case(gone(one), m, paid=paid), what) for m in one.markets}


@kpi("finance.break_even", "fraction", "supports", rows=_cover_rows, members="loans")
def finance_break_even(run: Run) -> dict[str, float | Undefined]:
    """How far all rent may fall until cash no longer covers a payment of a loan, reserves left out."""
    return _coverage(run, "break_even", "rent has no part in its cover")


@kpi("finance.gearing", "fraction", "supports", rows=_rows("balance", "loans"), members="loans")
def finance_gearing(run: Run) -> dict[str, float | Undefined]:
    """Loans of a loan's borrower over its uses of funds."""
    return _coverage(run, "gearing", "the borrower has no uses of funds")


@kpi("finance.debt_to_cash", "1", "supports", rows=_cover_rows, members="loans")
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


# Accounts


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


# Residuals


def _worst(*residuals: float) -> float:
    """The largest; one that is not a number stays not a number."""
    return math.nan if any(math.isnan(r) for r in residuals) else float(max(residuals))


@kpi("residual.energy", "1", "supply")
def residual_energy(run: Run) -> float:
    """Largest imbalance of energy: facility by hour, supply by hour and over life, storage."""
    f, s = run.facility, run.supply
    return _worst(f.residual_energy, s.residual_energy, s.residual_energy_life, s.residual_storage)


@kpi("residual.water", "1", "facility")
def residual_water(run: Run) -> float:
    """Largest imbalance of water and heat."""
    return _worst(run.facility.residual_water, run.facility.residual_heat)


@kpi("residual.money", "1", "finance")
def residual_money(run: Run) -> float:
    """Largest imbalance of money: accounts, sources and uses, parties, balance sheets."""
    return _worst(run.finance.residual_money, run.accounting.residual if run.accounting is not None else 0.0)
