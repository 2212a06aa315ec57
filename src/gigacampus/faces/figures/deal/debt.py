"""Debt and its cover on one time axis."""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np

from gigacampus.campus.spec.deal import UNKNOWN
from gigacampus.faces import numbers
from gigacampus.faces.figures import parts
from gigacampus.faces.figures.base import EMPTY, Column, Figure, Finding, Run, Table, Text, figure
from gigacampus.faces.figures.concepts import party, titled
from gigacampus.faces.figures.deal.covenants import distress
from gigacampus.faces.figures.facts import Floats, by_deal_year, deal_years, least_cover, service_by_year
from gigacampus.faces.figures.money import dollars, money_of
from gigacampus.runs.kpi import slug

_SHOWN = 0.005
"""Covers this near to each other look alike in a report."""
_DOMAINS = ((0.46, 1.0), (0.0, 0.3))
_HEIGHTS = (520, 500)


def lease_ends(run: Run) -> list[date]:
    """Ends of the first term and of each option that is taken up, of the first lease."""
    for lease in run.finance.leases.values():
        return sorted({lease.first_end, *(start for start, taken in lease.options if taken), lease.end})
    return []


def balance_at(run: Run, day: date) -> float:
    """Debt outstanding on a day after its payments, all loans together [the run's unit of money]."""
    owed = sum(float(loan.owed(np.array(day, "datetime64[D]"))) for loan in run.finance.loans.values())
    return owed / money_of(run).factor


@figure("deal")
def debt_and_cover(run: Run) -> Figure | None:
    """Debt outstanding, and cash available over debt service, on one time axis."""
    if not any(loan.draw.any() for loan in run.finance.loans.values()):
        return None
    money = money_of(run)
    total: Floats = np.sum([loan.balance for loan in run.finance.loans.values()], axis=0) / money.factor
    first, last = (dollars(float(total[i]) * money.factor) for i in (int(np.argmax(total)), -1))
    return Figure(
        title=_finding(run, total),
        subtitle=Text(
            f"Debt outstanding at month's end, {money.unit}, nominal, and cash available over debt service by payment",
            f"月末の債務残高({money.ja}、名目)と、支払期ごとの元利金カバー率(DSCR)",
        ),
        **_drawn(run, [f"{month}-28" for month in run.finance.months], total),
        table=_table(run),
        aria=Text(f"Debt falls from {money.text(float(total.max()), 1)} to {money.text(float(total[-1]), 1)} {money.unit}.",
                  f"債務残高は{first.ja}から{last.ja}へ減少"),
        note=_note(run),
        stages=("finance",),
        rows=rows_of(run),
    )  # fmt: skip


def rows_of(run: Run) -> tuple[str, ...]:
    """Rows of cash, debt service and debt."""
    cash = [f"{slug(vehicle)}.cfads" for vehicle in run.finance.cover]
    return (*cash, *(f"{slug(loan)}.{what}" for loan in run.finance.loans for what in ("service", "balance")))


def set_by_schedule(run: Run) -> bool:
    """Whether the least cover is an input: every loan is sculpted to a cover that the deal gives, and this is the least."""
    plans = [loan.amortisation for loan in run.deal.loans.values()]
    least = run.finance.metrics["dscr_min"].value
    if least is None or any(plan.kind != "sculpted" or plan.dscr is UNKNOWN for plan in plans):
        return False
    return bool(abs(least - min(plan.dscr for plan in plans)) < _SHOWN)


def _note(run: Run) -> Text:
    rest = Text(
        "Cover leaves out what falls due at the end of a bullet or balloon loan.",
        "一括・バルーン返済の最終支払いはカバー率に含まない。",
    )
    given = Text(
        "The schedule is sculpted to this cover: it is an input. ",
        "返済額はこのDSCRになるよう定めたもので、DSCRは入力値である。",
    )
    return given + rest if set_by_schedule(run) else rest


def _drawn(run: Run, days: list[str], total: Floats) -> dict[str, Any]:
    area = {"fill": "tozeroy", "fillcolor": "@pimco/0.1"}
    data = [parts.line(Text("Debt", "債務残高"), days, np.round(total, 4), "pimco", **area)]
    for name, cover in run.finance.cover.items():
        text = Text(f"{party(name).en}, cover", f"{party(name).ja} DSCR")
        when, step = list(map(str, cover.dates)), {"shape": "vh"}
        data.append(parts.line(text, when, np.round(cover.dscr, 6), "ink", style=step, yaxis="y2"))
    covers = [cover.dscr for cover in run.finance.cover.values() if len(cover.dates)]
    top = max((float(np.max(dscr[np.isfinite(dscr)], initial=0.0)) for dscr in covers), default=1.0)
    axes = {
        "yaxis": parts.upward(float(total.max()), "", domain=_DOMAINS[0]),
        "yaxis2": parts.upward(max(top, 1.0), "", domain=_DOMAINS[1], anchor="x"),
    }
    first, last = np.datetime64(days[0]), np.datetime64(days[-1])

    def layout(slim: bool) -> dict[str, Any]:
        return {"xaxis": {**parts.dates(first, last, slim), "anchor": "y2"}, **axes, "shapes": _terms(run, axes),
                "annotations": _labels(run, axes, total, days, slim)}  # fmt: skip

    return parts.drawn(data, layout, *_HEIGHTS)


def _terms(run: Run, axes: dict[str, Any]) -> list[dict[str, Any]]:
    """Hair lines where lease terms end, and the line of cover at 1."""
    lines = [
        parts.rule((str(day), str(day)), (0, axes[axis]["range"][1]), "rule", xref="x", yref=ref, layer="below")
        for day in lease_ends(run) for axis, ref in (("yaxis", "y"), ("yaxis2", "y2"))
    ]  # fmt: skip
    return [*lines, parts.rule((0, 1), (1, 1), "fail", xref="paper", yref="y2")]


def _labels(run: Run, axes: dict[str, Any], total: Floats, days: list[str], slim: bool) -> list[dict[str, Any]]:
    money, top = money_of(run), float(total.max())
    found = [
        parts.panel(Text(f"Debt outstanding, {money.unit}", f"債務残高、{money.ja}"), _DOMAINS[0][1]),
        parts.panel(Text("Debt service cover, times", "元利金カバー率、倍"), _DOMAINS[1][1]),
    ]
    first = next(iter(run.finance.leases), "")
    ended = (
        Text(f"<br>as {titled(first).en} ends", f"<br>{titled(first).ja}の満了")
        if len(run.finance.leases) > 1
        else EMPTY
    )
    for day in lease_ends(run)[: 1 if slim else None]:
        amount = balance_at(run, day)
        if amount > 0.03 * top:
            shown = Text(f"<b>{money.text(amount, 1)}</b>") + ended
            found.append(parts.at(shown, str(day), amount, xanchor="right", xshift=-5, yanchor="top", yshift=-4))
    end, owed = float(total[-1]), np.flatnonzero(total > 1e-6 * top)
    when = date.fromisoformat(days[min(int(owed[-1]) + 1, len(days) - 1)])
    text = Text(f"still owed<br>{money.text(end, 1)}", f"残高<br>{money.text(end, 1)}")
    if end < 1e-6 * top:
        text = Text(f"repaid<br>{numbers.month(when)}", f"完済<br>{numbers.month_ja(when)}")
    found.append(parts.note(text, 1.0, end, yref="y", xshift=8, yanchor="bottom", font=parts.SMALL))
    last = {name: float(cover.dscr[-1]) for name, cover in run.finance.cover.items() if len(cover.dates)}
    base = Text("Base case", "基本ケース") if len(run.finance.cover) == 1 else None
    names = [(base or titled(name), numbers.fixed(value, 2)) for name, value in last.items()]
    return found + parts.beside(names, list(last.values()), axes["yaxis2"], _HEIGHTS[slim], slim, "y2", 0.3)


def _finding(run: Run, total: Floats) -> Finding:
    ends, unit = lease_ends(run), money_of(run).factor
    worst = max(distress(run), key=lambda one: (one.default, one.missed), default=None)
    covers = np.concatenate([c.dscr for c in run.finance.cover.values()] or [np.zeros(0)])
    at = numbers.fixed(float(covers.min()) if len(covers) else 0.0, 2)
    cover = Text(f"cover is {at} at its lowest", f"DSCRは最低{at}倍")
    if len(covers) and float(np.ptp(covers)) < _SHOWN:
        cover = Text(f"cover stays at {at}", f"DSCRは{at}倍で一定")
    if worst is not None and worst.default:
        return Finding(f"{party(worst.vehicle).en} is in default for {worst.default} months; {cover.en}",
                       f"{party(worst.vehicle).ja}は債務不履行{worst.default}か月、{cover.ja}")  # fmt: skip
    if worst is not None and worst.missed:
        return Finding(f"{numbers.word(worst.missed).capitalize()} debt payments are not met in full; {cover.en}",
                       f"返済不足{worst.missed}回、{cover.ja}")  # fmt: skip
    if ends and len(run.finance.leases) == 1 and balance_at(run, ends[0]) > 0.05:
        owed = dollars(balance_at(run, ends[0]) * unit)
        what = Text("the first lease term", "当初のリース期間") if len(ends) > 1 else Text("the lease", "リース")
        return Finding(
            f"{owed.en} is still owed when {what.en} ends; {cover.en}",
            f"{what.ja}の満了時の債務残高は{owed.ja}、{cover.ja}",
        )
    peak = dollars(float(total.max()) * unit)
    return Finding(f"Debt peaks at {peak.en}; {cover.en}", f"債務残高は最大{peak.ja}、{cover.ja}")


def _table(run: Run) -> Table:
    """By calendar year: rent of all leases, each vehicle's debt service and least cover, each loan's balance at its end."""
    finance, money, deal = run.finance, money_of(run), run.deal
    columns: list[tuple[Column, Floats]] = []
    if deal.leases:
        rent = np.sum([finance.row(f"{slug(name)}.rent") for name in deal.leases], axis=0)
        columns.append((money.column(Text("Rent", "賃料")), by_deal_year(run, rent) / money.factor))
    for vehicle, cover in finance.cover.items():
        of = Text(" ") + party(vehicle) if len(finance.cover) > 1 else EMPTY
        service = money.column(Text("Debt service", "元利払い") + of)
        columns.append((service, service_by_year(run, vehicle) / money.factor))
        columns.append((Column(Text("Least DSCR", "最低DSCR") + of, "", 4), least_cover(run, cover)))
    ends = np.flatnonzero(np.diff(finance.months.astype("datetime64[Y]").astype(int), append=0))
    for name, loan in finance.loans.items():
        head = Text("Balance at end, ", "期末残高 ") + party(name)
        columns.append((money.column(head), loan.balance[ends] / money.factor))
    return Table.by_year(deal_years(run), *columns).filled
