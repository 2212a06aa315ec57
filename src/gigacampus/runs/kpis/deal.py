"""KPIs of the deal: cover, debt and rent, returns, quotes, credit, books, and the campus's renewal."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING

from gigacampus.runs.kpi import Figure, Kpi, Members, Undefined, slug

if TYPE_CHECKING:
    from gigacampus.engines.finance import Metric
    from gigacampus.engines.finance.credit.result import Case, Experiment
    from gigacampus.engines.renewal.result import PathOutcomes
    from gigacampus.runs.pipeline import Run

Rows = Callable[["Run", str], list[str]]
Terms = Callable[["Run"], Mapping[str, tuple[float, str, str]]]


# Rows of the statement behind them


def _cover(run: Run, _: str) -> list[str]:
    """Cash, and debt service as it is scheduled."""
    vehicles = [slug(name) for name in run.finance.cover]
    return [f"{name}.cfads" for name in vehicles] + [f"{slug(loan)}.scheduled" for loan in run.finance.loans]


def _each(suffix: str, of: str) -> Rows:
    """Rows of every loan or lease that end alike, such as ``notes.balance``."""
    return lambda run, member: [
        row for name in getattr(run.finance, of) for row in [f"{slug(name)}.{suffix}"] if row in run.finance.rows
    ]


def _own(pattern: str) -> Rows:
    """The member's own row, where there is one."""
    return lambda run, member: [row for row in [pattern.format(member)] if row in run.finance.rows]


def _ratio(name: str, cash: tuple[str, str], debt: tuple[str, str]) -> Terms:
    """The two amounts whose ratio the least cover is, with day and vehicle; what each is, in a word and in full."""

    def found(run: Run) -> Mapping[str, tuple[float, str, str]]:
        of = run.finance.metrics[name].of
        if of is None:
            return {}
        return {
            f"{slug(of.vehicle)}.{what} on {of.day}": (amount, "USD", f"{of.vehicle}: {about}")
            for (what, about), amount in ((cash, of.cash), (debt, of.debt))
        }

    return found


def _taxed(run: Run, member: str) -> list[str]:
    return sorted({flow.row for flow in run.finance.flows if member in (slug(flow.payer), slug(flow.payee))})


def _party(run: Run, member: str) -> list[str]:
    return sorted(set(_taxed(run, member)) - {f"{member}.tax.paid", f"{member}.tax.saved"})


def _valued(run: Run, member: str) -> list[str]:
    names = [name for name in run.deal.entities if slug(name) == member]
    return [*_party(run, member), *(f"deal.entities.{name}.discount_rate" for name in names)]


def _quoted(run: Run, member: str) -> list[str]:
    found = [
        (loan, name.removeprefix(f"{loan} ")) for name, (loan, _) in run.deal.quotes.items() if slug(name) == member
    ]
    return [row for loan, name in found for row in (f"{slug(loan)}.service", f"deal.loans.{loan}.quotes.{name}")]


# What they are


def _known(metric: Metric) -> Figure:
    return Undefined(metric.reason) if metric.value is None else metric.value


def _metric(name: str, unit: str, en: str, ja: str, in_full: str = "", *, rows: Rows | None = None,
            members: Members | None = None, terms: Terms | None = None) -> Kpi:  # fmt: skip
    """A figure that the statement's room gives by this name, or a family of them."""

    def call(run: Run) -> Figure | Mapping[str, Figure]:
        found = run.finance.metrics
        if members is None:
            return _known(found[name])
        return {key.removeprefix(f"{name}."): _known(m) for key, m in found.items() if key.startswith(f"{name}.")}

    return Kpi(f"finance.{name}", unit, "finance", call, en, ja, in_full, rows=rows, members=members, terms=terms)


def _sold(
    of: Callable[[Case], float], gone: Callable[[Experiment], Iterable[str]], paid: str = "lenders first"
) -> Callable[[Run], Mapping[str, Figure]]:
    """A figure of the rated loan by market, the asset being sold."""

    def found(run: Run) -> Mapping[str, Figure]:
        one = run.supports.experiment
        return {} if one is None else {m: of(one.case(gone(one), m, paid=paid)) for m in one.markets}

    return found


def _consolidated(run: Run) -> dict[str, float]:
    """Debt of each party with the vehicle consolidated that brings the most."""
    found: dict[str, float] = {}
    for sheets in run.accounting.consolidated.values():
        for party, sheet in sheets.items():
            found[party] = max(float(sheet.debt.max()), found.get(party, 0.0))
    return found


def _exit_years(run: Run) -> dict[str, float | None]:
    years, exits = run.renewal.years[run.renewal.ends], {n: s.choice.exit for n, s in run.renewal.scenarios.items()}
    return {name: float(years[exit]) if exit < len(years) - 1 else None for name, exit in exits.items()}


def _by_chance(of: Callable[[PathOutcomes], float]) -> Callable[[Run], Figure]:
    never = Undefined("the deal has no outlook by chance")
    return lambda run: never if run.renewal.paths is None else of(run.renewal.paths)


def _losses(run: Run) -> dict[str, float]:
    """Mean loss of each party at the end of the first term."""
    if run.renewal.paths is None:
        return {}
    losses, found = run.renewal.paths.losses["by share"], dict[str, float]()
    for side in (losses.lenders, losses.owners, {run.renewal.guarantor: losses.guarantor}):
        for party, lost in side.items():
            found[party] = found.get(party, 0.0) + float(lost[0])
    found.pop("", None)  # there is no guarantee
    return found


_OWED = ("owed", "owed as repayment begins")

ROWS = (
    # Cover, debt and rent
    _metric("dscr_min", "1", "Lowest debt service cover", "最低DSCR",
            "Lowest debt service coverage ratio of any payment: CFADS over debt service.", rows=_cover,
            terms=_ratio("dscr_min", ("cfads", "CFADS of the period that ends then"),
                         ("scheduled", "debt service scheduled for it"))),
    _metric("dscr_avg", "1", "Average debt service cover", "平均DSCR",
            "Average debt service coverage ratio.", rows=_cover),
    _metric("llcr", "1", "Loan life cover", "LLCR(借入期間カバー率)",
            "Loan life coverage ratio: present value of CFADS over debt when repayment begins.", rows=_cover,
            terms=_ratio("llcr", ("worth", "value then of CFADS until the last payment"), _OWED)),
    _metric("plcr", "1", "Project life cover", "PLCR(事業期間カバー率)",
            "Project life coverage ratio: as the loan life's, with cash until the statement ends.", rows=_cover,
            terms=_ratio("plcr", ("worth", "value then of CFADS until the statement ends"), _OWED)),
    _metric("debt_peak", "USD", "Peak debt", "債務のピーク",
            "Highest debt outstanding, all loans together.", rows=_each("balance", "loans")),
    _metric("capitalised_interest", "USD", "Interest while building", "建設中の利息",
            "Interest paid out of funding, or added to loans, until repayment begins; the books may capitalise more.",
            rows=_each("capitalised", "loans")),
    _metric("rent_year1", "USD", "Rent of the first lease year", "初年度賃料",
            "Rent of the first lease year, all leases together.", rows=_each("rent_year1", "leases")),
    _metric("rent_committed", "USD", "Rent of the first terms", "当初期間の賃料",
            "Rent of the first terms, before any option, undiscounted.", rows=_each("commitment", "leases")),
    _metric("rent_total", "USD", "Rent over all terms", "全期間の賃料",
            "Rent over all terms that are taken up, undiscounted.", rows=_each("rent_total", "leases")),
    _metric("wal", "year", "Weighted average life", "平均年限",
            "Weighted average life of a loan that is repaid, by principal: years (30/360) from the day on which it "
            "starts.", rows=_own("{}.wal"), members="loans"),
    _metric("unpaid", "USD", "Owed after the last payment by plan", "最終返済後の未返済額",
            "What a loan owes after its last payment by plan; it bears interest until it is paid.",
            rows=_own("{}.unpaid"), members="loans"),
    _metric("uncovered", "USD", "Debt left when a guarantee ends", "保証終了時の債務残高",
            rows=_own("{}.tail"), members="guarantees"),
    _metric("short_on_day", "USD", "Cash paid on a day before it comes in", "入金前に支払う額",
            "Most cash that a vehicle pays on a day before it comes in, later in the same month: a statement has "
            "months.", members="entities"),
    _metric("exposure", "USD", "Maximum exposure to loss", "最大損失エクスポージャー",
            "Maximum exposure to loss of a party on a day.", members="exposures"),
    # Returns
    _metric("irr", "fraction", "Return (IRR)", "IRR",
            "Internal rate of return of a party, by dates of payment (XIRR).", rows=_party, members="entities"),
    _metric("irr_owner", "fraction", "Return on capital alone (IRR)", "出資のみのIRR",
            "Internal rate of return of a party on its capital alone, rent and energy left out.",
            rows=_party, members="entities"),
    _metric("irr_after_tax", "fraction", "Return after tax (IRR)", "税引後IRR",
            "Internal rate of return of a taxed party, its tax and what credits and losses save of it included.",
            rows=_taxed, members="entities"),
    _metric("tax", "USD", "Tax", "税額",
            "Tax that a party pays in all, less what credits and losses save of its other tax.",
            rows=_own("{}.tax.total"), members="entities"),
    _metric("moic", "1", "Multiple of capital", "投資倍率",
            "Multiple of invested capital: received over paid in, each day's payments netted.",
            rows=_party, members="entities"),
    _metric("irr_roots", "1", "Rates of return found", "IRRの解の個数",
            "Rates at which a party's flows have no present value; its IRR is defined where there is one.",
            rows=_party, members="entities"),
    _metric("npv", "USD", "Net present value", "正味現在価値",
            "Net present value at closing of all that a party pays and receives, at its own discount rate.",
            rows=_valued, members="entities"),
    _metric("payback", "year", "Payback", "投資回収期間",
            "Years from a party's first payment until all that it has paid in is back for good.",
            rows=_party, members="entities"),
    # Covenants
    _metric("headroom", "fraction", "Covenant headroom", "財務制限条項までの余裕",
            "Least cover looking back over the level of lock-up (of default where there is no lock-up), minus 1.",
            rows=_own("{}.cover"), members="entities"),
    _metric("locked_months", "month", "Months of lock-up", "配当停止月数",
            "Months in which a vehicle's cash is locked up while it owes debt.",
            rows=_own("{}.locked"), members="entities"),
    _metric("default_months", "month", "Months in default", "債務不履行月数",
            "Months in which a default stands while debt is owed.", rows=_own("{}.default"), members="entities"),
    Kpi("finance.rent_fall_to_default", "fraction", "sensitivity", lambda r: _known(r.sensitivity.rent_fall_to_default),
        "Fall of rents to a missed payment", "債務不履行に至る賃料の下落率",
        "Fall of all rents at which a scheduled payment first fails, reserves and cures used; signed deal, run again."),
    # Quotes and credit
    _metric("price", "fraction", "Clean price", "価格(経過利子を除く)",
            "Clean price of a loan by a quote, over what it still owes.", rows=_quoted, members="quotes"),
    _metric("yield", "fraction", "Yield to maturity", "最終利回り",
            "Yield to maturity of a loan by a quote, compounded as often as it pays.", rows=_quoted, members="quotes"),
    _metric("spread", "fraction", "Spread over the benchmark", "ベンチマークに対するスプレッド",
            "Yield of a loan by a quote over its benchmark at the weighted average life (G-spread).",
            rows=_quoted, members="quotes"),
    _metric("duration", "year", "Modified duration", "修正デュレーション",
            "Modified duration of a loan by a quote: relative fall of its price for each unit of yield.",
            rows=_quoted, members="quotes"),
    Kpi("finance.break_even", "fraction", "supports",
        lambda r: {name: loan.break_even for name, loan in r.supports.coverage.items()},
        "Fall of rent to a cover of 1", "DSCRが1倍になる賃料下落率",
        "Fall of all rents at which a loan's least cover (DSCR) is 1, debt as it is and reserves left out.",
        none="rent has no part in its cover", rows=_cover, members="loans"),
    Kpi("finance.gearing", "fraction", "supports",
        lambda r: {name: loan.gearing for name, loan in r.supports.coverage.items()},
        "Loans over uses of funds", "資金使途に対する借入比率", "Loans of a loan's borrower over its uses of funds.",
        none="the borrower has no uses of funds", rows=_each("balance", "loans"), members="loans"),
    Kpi("finance.debt_to_cash", "1", "supports",
        lambda r: {name: loan.debt_to_cash for name, loan in r.supports.coverage.items()},
        "Debt over first year's cash", "債務／初年度のCFADS",
        "Debt as repayment begins over the cash available for debt service in the 12 months that follow.",
        none="there is no cash to serve it in its first year", rows=_cover, members="loans"),
    Kpi("finance.recovery", "fraction", "supports", _sold(lambda c: c.recovered, lambda one: ["options"]),
        "Recovered if the tenant leaves", "退去時の回収率",
        "Share of the rated loan that is recovered if the tenant leaves; guarantee and sale pay lenders first.",
        members="markets"),
    Kpi("finance.recovery_by_share", "fraction", "supports",
        _sold(lambda c: c.recovered, lambda one: ["options"], "by share"),
        "Recovered if the tenant leaves, by share", "退去時の回収率(持分比率で配分)",
        "The same where guarantee and sale pay the owners by their shares.", members="markets"),
    Kpi("finance.recovery_without_guarantee", "fraction", "supports",
        _sold(lambda c: c.recovered, lambda one: ["options", "guarantee"]),
        "Recovered without the guarantee", "保証なしの回収率",
        "Share of the rated loan that is recovered from the sale alone, which pays lenders first.", members="markets"),
    Kpi("finance.worth_without_tenant", "1", "supports", _sold(lambda c: c.worth, lambda one: one.of_party(one.tenant)),
        "Worth per 100 without the tenant", "賃借人なしの価値(100あたり)",
        "Worth of the rated loan per 100 without anything that the tenant has promised; the sale pays lenders first.",
        members="markets"),
    # Books
    Kpi("finance.lease_test", "fraction", "accounting",
        lambda r: {name: lease.legs["value"].value for name, lease in r.accounting.leases.items()},
        "Lease test, value over fair value", "リース判定(現在価値／公正価値)",
        "Value of rents over the certain term, and of the residual that the tenant guarantees at most, over fair "
        "value.", standard="ASC 842-10-25-2(d)", members="leases"),
    Kpi("finance.lease_liability", "USD", "accounting",
        lambda r: {name: lease.certain.liability for name, lease in r.accounting.leases.items()},
        "Lease liability", "リース負債", "Tenant's liability for a lease as it starts, over the term that is certain.",
        standard="ASC 842-20-30-1, IFRS 16.26", members="leases"),
    Kpi("finance.debt_on_balance", "USD", "accounting",
        lambda r: {party: sheet.debt.max() for party, sheet in r.accounting.own_sheets.items()},
        "Debt on the balance sheet", "貸借対照表上の負債",
        "Most that stands as loans and lease liabilities on a party's own balance sheet at a year's end.",
        members="entities"),
    Kpi("finance.debt_consolidated", "USD", "accounting", _consolidated,
        "Debt if consolidated", "連結した場合の負債",
        "The same with that vehicle consolidated which brings the most, of those that the deal accounts for.",
        members="entities"),
    Kpi("finance.miss", "1", "finance",
        lambda r: {n: one.miss if math.isfinite(one.miss) else None for n, one in r.finance.published.items()},
        "Miss of a published figure, in tolerances", "公表値とのずれ(許容差に対する比)",
        "How far a published figure is missed, in tolerances: within one it is reproduced.",
        none="it has no value", rows=_own("published.{}"), members="published"),
    # Renewal
    Kpi("finance.renewal.exit_year", "year", "renewal", _exit_years, "Years until the tenant leaves", "退去までの年数",
        "Years from the lease's start until the tenant leaves, in a scenario; none if it stays to the last term's end.",
        none="the tenant stays to the end of the last term", members="scenarios"),
    Kpi("finance.renewal.shortfall_peak", "USD", "renewal",
        lambda r: {n: one.shortfall[r.renewal.ends].max() for n, one in r.renewal.scenarios.items()},
        "Most that the guarantee would pay", "保証の最大支払額",
        "Most that the guarantee would pay if the tenant left at the end of a term, in a scenario.",
        members="scenarios"),
    Kpi("finance.renewal.lenders_loss", "USD", "renewal",
        lambda r: {n: one.losses["by share"].lent[r.renewal.ends].max() for n, one in r.renewal.scenarios.items()},
        "Most that lenders lose, proceeds by share", "貸し手の最大損失(持分比率で配分)",
        "Most that lenders lose if the tenant leaves at the end of a term, proceeds being paid to owners by share.",
        members="scenarios"),
    Kpi("finance.renewal.lenders_loss_first", "USD", "renewal",
        lambda r: {n: one.losses["lenders first"].lent[r.renewal.ends].max() for n, one in r.renewal.scenarios.items()},
        "Most that lenders lose, lenders first", "貸し手の最大損失(貸し手優先)",
        "The same if sale proceeds and guarantee go to lenders first.", members="scenarios"),
    Kpi("finance.renewal.exit_probability", "fraction", "renewal", _by_chance(lambda paths: paths.early),
        "Probability that the tenant leaves early", "途中で退去する確率",
        "Probability that the tenant leaves before the end of the last term."),
    Kpi("finance.renewal.shortfall_mean", "USD", "renewal", _by_chance(lambda paths: paths.shortfall[0, 0]),
        "Mean payment of the guarantee", "保証支払額の平均",
        "Mean of what the guarantee would pay if the tenant left at the end of the first term."),
    Kpi("finance.renewal.shortfall_p95", "USD", "renewal", _by_chance(lambda paths: paths.shortfall[1, 0]),
        "Payment of the guarantee, worst path in 20", "保証支払額の95パーセンタイル",
        "What the guarantee would pay then on the path in 20 on which it is called upon most."),
    Kpi("finance.renewal.loss", "USD", "renewal", _losses, "Mean loss when the tenant leaves", "退去時の平均損失",
        "Mean loss of a party when the tenant leaves, against a normal market, proceeds being paid to owners by share.",
        members="entities"),
)  # fmt: skip
