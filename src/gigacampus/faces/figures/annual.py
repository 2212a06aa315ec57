"""Cash, debt service, cover and distributions by year."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from gigacampus.faces import numbers
from gigacampus.faces.figures.base import Cell, Column, Figure, Finding, Table, Text, figure
from gigacampus.faces.figures.concepts import party
from gigacampus.faces.figures.debt import rows_of
from gigacampus.faces.figures.facts import Floats, by_deal_year, deal_years, least_cover
from gigacampus.faces.figures.money import Money, money_of
from gigacampus.runs.kpi import slug

if TYPE_CHECKING:
    from gigacampus.runs.pipeline import Run


@figure("annual_cash")
def annual_cash(run: Run) -> Figure | None:
    """Cash available for debt service, debt service, least cover and distributions, by calendar year."""
    if run.campus.deal is None or not run.finance.cover:
        return None
    finance, money = run.finance, money_of(run)
    every = deal_years(run)
    columns, series = [Column(Text("Year", "年"))], list[Floats]()
    many = len(finance.cover) > 1
    for vehicle, cover in finance.cover.items():
        name = Text(f"{party(vehicle).en}: ", f"{party(vehicle).ja}：") if many else Text("")
        loans = [finance.loans[k] for k, x in run.deal.loans.items() if x.borrower == vehicle]
        for word, monthly in (
            (Text("CFADS"), finance.row(f"{slug(vehicle)}.cfads")),
            (Text("debt service", "元利払い"), np.sum([loan.service for loan in loans], axis=0)),
        ):
            columns.append(_column(money, _headed(name, word)))
            series.append(by_deal_year(run, monthly) / money.factor)
        columns.append(Column(_headed(name, Text("least DSCR", "最低DSCR")), "", 2))
        series.append(least_cover(run, cover))
    paid, total = distributions(run), np.zeros(len(every))
    for owner, monthly in paid.items():
        columns.append(_column(money, Text(f"To {party(owner).en}", f"{party(owner).ja}への分配")))
        series.append(by_deal_year(run, monthly) / money.factor)
        total += series[-1] * money.factor
    rows: list[tuple[Cell, ...]] = [
        (str(year), *(_cell(values[i]) for values in series)) for i, year in enumerate(every)
    ]
    return Figure(
        id="annual_cash",
        title=_finding(every, total),
        subtitle=Text(
            f"Cash available for debt service, debt service paid, least cover of the year's payments, and distributions, {money.unit}, nominal, calendar years",
            f"CFADS、元利払い、年内の最低DSCR、分配、{money.ja}、名目、暦年",
        ),
        table=Table(tuple(columns), tuple(row for row in rows if any(row[1:]))),
        aria=Text("Table of cash, debt service, cover and distributions by year.", "年ごとのCFADS、元利払い、DSCR、分配の表"),
        note=Text("Cover is cash over what is due in the period before each payment; debt service includes interest while building. What owners get out of funding stands in sources and uses.",
                  "DSCRは各支払日までの期間のCFADSと支払予定額の比。元利払いは建設中の利息を含む。資金調達からの分配は資金の調達と使途にある。"),
        stages=("finance",),
        rows=(*rows_of(run), *(flow.row for flow in finance.flows if flow.paid == "owners")),
    )  # fmt: skip


def distributions(run: Run) -> dict[str, Floats]:
    """What vehicles distribute to each owner outside them, by month [USD]."""
    found: dict[str, Floats] = {}
    for flow in run.finance.flows:
        if flow.paid == "owners" and flow.payee not in run.finance.funding:
            found[flow.payee] = found.get(flow.payee, 0.0) + run.finance.row(flow.row)
    return found


def _column(money: Money, name: Text) -> Column:
    """A column of amounts that is read in the page, and so has few decimals."""
    return Column(name, money.unit, 1 if money.by_size else 2)


def _headed(name: Text, word: Text) -> Text:
    en = f"{name.en}{word.en}"
    return Text(en[:1].upper() + en[1:], f"{name.ja}{word.of('ja')}")


def _cell(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None


def _finding(every: range, total: Floats) -> Finding:
    if not total.any():
        return Finding("Cash and debt service by year", "年ごとのCFADSと元利払い")
    best = int(np.argmax(total))
    return Finding(f"Owners receive {numbers.money(float(total.sum()))} out of cash flow, most of it in {every[best]}" if total[best] > 0.5 * total.sum()
                   else f"Owners receive {numbers.money(float(total.sum()))} out of cash flow, {numbers.money(float(total[best]))} in the best year, {every[best]}",
                   f"所有者への分配(キャッシュフローから)は総額{numbers.money_ja(float(total.sum()))}、最大は{every[best]}年の{numbers.money_ja(float(total[best]))}")  # fmt: skip
