"""Cash, debt service, cover and distributions by year."""

from __future__ import annotations

import numpy as np

from gigacampus.faces.figures.base import EMPTY, Column, Figure, Finding, Run, Table, Text, figure
from gigacampus.faces.figures.concepts import party
from gigacampus.faces.figures.deal.debt import rows_of
from gigacampus.faces.figures.facts import Floats, by_deal_year, deal_years, least_cover, service_by_year
from gigacampus.faces.figures.money import dollars, money_of
from gigacampus.runs.kpi import slug


@figure("deal", plotted=False)
def annual_cash(run: Run) -> Figure | None:
    """Cash available for debt service, debt service, least cover and distributions, by calendar year."""
    if not run.finance.cover:
        return None
    finance, money, years = run.finance, money_of(run), deal_years(run)
    decimals = 1 if money.by_size else 2
    columns: list[tuple[Column, Floats]] = []
    for vehicle, cover in finance.cover.items():
        of = party(vehicle) + Text(": ", "：") if len(finance.cover) > 1 else EMPTY
        cash = by_deal_year(run, finance.row(f"{slug(vehicle)}.cfads"))
        for word, amounts in ((Text("CFADS"), cash), (Text("debt service", "元利払い"), service_by_year(run, vehicle))):
            columns.append((Column((of + word).capital, money.unit, decimals), amounts / money.factor))
        columns.append((Column((of + Text("least DSCR", "最低DSCR")).capital, "", 2), least_cover(run, cover)))
    paid = {owner: by_deal_year(run, monthly) for owner, monthly in distributions(run).items()}
    for owner, amounts in paid.items():
        head = Text(f"To {party(owner).en}", f"{party(owner).ja}への分配")
        columns.append((Column(head, money.unit, decimals), amounts / money.factor))
    return Figure(
        title=_finding(years, sum(paid.values(), np.zeros(len(years)))),
        subtitle=Text(
            f"Cash available for debt service, debt service paid, least cover of the year's payments, and distributions, {money.unit}, nominal, calendar years",
            f"CFADS、元利払い、年内の最低DSCR、分配、{money.ja}、名目、暦年",
        ),
        table=Table.by_year(years, *columns).filled,
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


def _finding(years: range, total: Floats) -> Finding:
    if not total.any():
        return Finding("Cash and debt service by year", "年ごとのCFADSと元利払い")
    whole, best = dollars(float(total.sum())), int(np.argmax(total))
    most = dollars(float(total[best]))
    when = (
        f"most of it in {years[best]}"
        if total[best] > 0.5 * total.sum()
        else f"{most.en} in the best year, {years[best]}"
    )
    return Finding(f"Owners receive {whole.en} out of cash flow, {when}",
                   f"所有者への分配(キャッシュフローから)は総額{whole.ja}、最大は{years[best]}年の{most.ja}")  # fmt: skip
