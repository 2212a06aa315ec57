"""Debt and its cover on one time axis."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import numpy as np

from gigacampus.campus.spec.deal import UNKNOWN
from gigacampus.faces import numbers
from gigacampus.faces.figures import parts
from gigacampus.faces.figures.base import Column, Figure, Finding, Table, Text, figure
from gigacampus.faces.figures.concepts import party, titled
from gigacampus.faces.figures.covenants import distress
from gigacampus.faces.figures.facts import Floats, by_deal_year, deal_years, least_cover
from gigacampus.faces.figures.money import money_of
from gigacampus.faces.figures.text import EMPTY
from gigacampus.runs.kpi import slug

if TYPE_CHECKING:
    from gigacampus.runs.pipeline import Run

_SHOWN = 0.005
"""Covers this near to each other look alike in a report."""
_DOMAINS = ((0.46, 1.0), (0.0, 0.3))


def lease_ends(run: Run) -> list[date]:
    """Ends of the first term and of each option that is taken up, of the first lease."""
    for lease in run.finance.leases.values():
        return sorted({lease.first_end, *(start for start, taken in lease.options if taken), lease.end})
    return []


def balance_at(run: Run, day: date) -> float:
    """Debt outstanding on a day after its payments, all loans together [the run's unit of money]."""
    return (
        sum(float(loan.owed(np.array(day, "datetime64[D]"))) for loan in run.finance.loans.values())
        / money_of(run).factor
    )


@figure("debt_and_cover")
def debt_and_cover(run: Run) -> Figure | None:
    """Debt outstanding, and cash available over debt service, on one time axis."""
    if run.campus.deal is None or not run.finance.loans:
        return None
    days = [str(month) + "-28" for month in run.finance.months]
    money = money_of(run)
    total = sum((loan.balance for loan in run.finance.loans.values()), np.zeros(len(days))) / money.factor
    return Figure(
        id="debt_and_cover",
        title=_finding(run, total),
        subtitle=Text(
            f"Debt outstanding at month's end, {money.unit}, nominal, and cash available over debt service by payment",
            f"月末の債務残高({money.ja}、名目)と、支払期ごとの元利金カバー率(DSCR)",
        ),
        **_drawn(run, days, total),
        height=520,
        narrow_height=500,
        table=_table(run),
        aria=Text(
            f"Debt falls from {money.text(float(total.max()), 1)} to {money.text(float(total[-1]), 1)} {money.unit}.",
            f"債務残高は{numbers.money_ja(float(total.max()) * money.factor)}から{numbers.money_ja(float(total[-1]) * money.factor)}へ減少",
        ),
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
    rest = Text("Cover leaves out what falls due at the end of a bullet or balloon loan.", "一括・バルーン返済の最終支払いはカバー率に含まない。")  # fmt: skip
    if not set_by_schedule(run):
        return rest
    return Text(f"The schedule is sculpted to this cover: it is an input. {rest.en}",
                f"返済額はこのDSCRになるよう定めたもので、DSCRは入力値である。{rest.ja}")  # fmt: skip


def _drawn(run: Run, days: list[str], total: Floats) -> dict[str, Any]:
    data: list[dict[str, Any]] = [
        {"type": "scatter", "mode": "lines", "x": days, "y": np.round(total, 4), "fill": "tozeroy", "fillcolor": "@pimco/0.1",
         "line": {"color": "@pimco"}, "name": Text("Debt", "債務残高"), "hovertemplate": "%{y:.2f}"}
    ]  # fmt: skip
    covers = [c for c in run.finance.cover.values() if len(c.dates)]
    top = max((float(np.max(c.dscr[np.isfinite(c.dscr)], initial=0.0)) for c in covers), default=1.0)
    axes = {
        "yaxis": parts.upward(float(total.max()), "", domain=_DOMAINS[0]),
        "yaxis2": parts.upward(max(top, 1.0), "", domain=_DOMAINS[1], anchor="x"),
    }
    for name, cover in run.finance.cover.items():
        data.append(
            {"type": "scatter", "mode": "lines", "x": [str(d) for d in cover.dates], "y": np.round(cover.dscr, 6), "yaxis": "y2",
             "line": {"color": "@ink", "shape": "vh"}, "name": Text(f"{party(name).en}, cover", f"{party(name).ja} DSCR"),
             "hovertemplate": "%{y:.2f}"}
        )  # fmt: skip
    first, last = days[0], days[-1]
    start = str(np.datetime64(first) - np.timedelta64(int(0.05 * len(days) * 30.4), "D"))
    lead = str(np.datetime64(first) - np.timedelta64(int(0.13 * len(days) * 30.4), "D"))
    ticks = [f"{y}-01-01" for y in range(int(first[:4]) + 1, int(last[:4]) + 1) if (y - int(first[:4]) - 1) % 4 == 0]
    x = {"type": "date", "anchor": "y2", "tickvals": ticks, "ticktext": [t[:4] for t in ticks]}
    return {
        "data": data,
        "layout": {"xaxis": {"range": [start, last], **x}, **axes, "shapes": _terms(run, axes),
                   "annotations": _labels(run, axes, total, days, 520, False)},
        "narrow": {"layout": {"margin": {"r": parts.RIGHT_NARROW}, "xaxis": {"range": [lead, last], **x, "tickvals": ticks[::2], "ticktext": [t[:4] for t in ticks[::2]]},
                              "annotations": _labels(run, axes, total, days, 500, True)}},
    }  # fmt: skip


def _terms(run: Run, axes: dict[str, Any]) -> list[dict[str, Any]]:
    """Hair lines where lease terms end, and the line of cover at 1."""
    lines = [
        {"type": "line", "x0": str(day), "x1": str(day), "y0": 0, "y1": axes[axis]["range"][1], "xref": "x", "yref": ref,
         "line": {"color": "@rule", "width": 1}, "layer": "below"}
        for day in lease_ends(run)
        for axis, ref in (("yaxis", "y"), ("yaxis2", "y2"))
    ]  # fmt: skip
    one = {
        "type": "line",
        "x0": 0,
        "x1": 1,
        "xref": "paper",
        "y0": 1,
        "y1": 1,
        "yref": "y2",
        "line": {"color": "@fail", "width": 1},
    }
    return [*lines, one]


def _labels(
    run: Run, axes: dict[str, Any], total: Floats, days: list[str], height: int, slim: bool
) -> list[dict[str, Any]]:
    money = money_of(run)
    found = [
        parts.panel(Text(f"Debt outstanding, {money.unit}", f"債務残高、{money.ja}"), _DOMAINS[0][1]),
        parts.panel(Text("Debt service cover, times", "元利金カバー率、倍"), _DOMAINS[1][1]),
    ]
    for day in lease_ends(run)[: 1 if slim else None]:
        amount = balance_at(run, day)
        if amount > 0.03 * float(total.max()):
            found.append(parts.note(f"<b>{money.text(amount, 1)}</b>", str(day), amount, xref="x", yref="y", xanchor="right",
                                    xshift=-5, yanchor="top", yshift=-4))  # fmt: skip
    end = float(total[-1])
    zero = end < 1e-6 * float(total.max())
    repaid = np.flatnonzero(total > 1e-6 * float(total.max()))
    when = date.fromisoformat(days[min(int(repaid[-1]) + 1, len(days) - 1)])
    text = (
        Text(f"repaid<br>{numbers.month(when)}", f"完済<br>{numbers.month_ja(when)}")
        if zero
        else Text(f"still owed<br>{money.text(end, 1)}", f"残高<br>{money.text(end, 1)}")
    )
    found.append(parts.note(text, 1.0, end, yref="y", xshift=8, yanchor="bottom", font={"size": 12}))
    names, at = [], []
    for name, cover in run.finance.cover.items():
        if len(cover.dates):
            names.append(
                (
                    titled(name) if len(run.finance.cover) > 1 else Text("Base case", "基本ケース"),
                    numbers.fixed(float(cover.dscr[-1]), 2),
                )
            )
            at.append(float(cover.dscr[-1]))
    return found + parts.beside(names, at, axes["yaxis2"], height, slim, "y2", 0.3)


def _finding(run: Run, total: Floats) -> Finding:
    ends, unit = lease_ends(run), money_of(run).factor
    worst = max(distress(run), key=lambda one: (one.default, one.missed), default=None)
    covers = np.concatenate([c.dscr for c in run.finance.cover.values()] or [np.zeros(0)])
    low = float(covers.min()) if len(covers) else 0.0
    steady = len(covers) > 0 and float(np.ptp(covers)) < 0.005
    at = numbers.fixed(low, 2)
    cover = f"cover stays at {at}" if steady else f"cover is {at} at its lowest"
    cover_ja = f"DSCRは{at}倍で一定" if steady else f"DSCRは最低{at}倍"
    if worst is not None and worst.default:
        return Finding(f"{party(worst.vehicle).en} is in default for {worst.default} months; {cover}",
                       f"{party(worst.vehicle).ja}は債務不履行{worst.default}か月、{cover_ja}")  # fmt: skip
    if worst is not None and worst.missed:
        return Finding(f"{numbers.word(worst.missed).capitalize()} debt payments are not met in full; {cover}",
                       f"返済不足{worst.missed}回、{cover_ja}")  # fmt: skip
    if ends and len(run.finance.leases) == 1 and balance_at(run, ends[0]) > 0.05:
        owed = balance_at(run, ends[0]) * unit
        what = ("the first lease term", "当初のリース期間") if len(ends) > 1 else ("the lease", "リース")
        return Finding(
            f"{numbers.money(owed)} is still owed when {what[0]} ends; {cover}",
            f"{what[1]}の満了時の債務残高は{numbers.money_ja(owed)}、{cover_ja}",
        )
    return Finding(f"Debt peaks at {numbers.money(float(total.max()) * unit)}; {cover}",
                   f"債務残高は最大{numbers.money_ja(float(total.max()) * unit)}、{cover_ja}")  # fmt: skip


def _table(run: Run) -> Table:
    """By calendar year: rent of all leases, each vehicle's debt service and least cover, each loan's balance at its end."""
    finance, money, deal = run.finance, money_of(run), run.deal
    columns, series = [Column(Text("Year", "年"))], list[Floats]()

    def add(name: Text, monthly: Floats) -> None:
        columns.append(money.column(name))
        series.append(by_deal_year(run, monthly) / money.factor)

    if deal.leases:
        add(Text("Rent", "賃料"), np.sum([finance.row(f"{slug(name)}.rent") for name in deal.leases], axis=0))
    for vehicle, cover in finance.cover.items():
        of = party(vehicle) if len(finance.cover) > 1 else EMPTY
        loans = [finance.loans[name].service for name, loan in deal.loans.items() if loan.borrower == vehicle]
        add(Text(f"Debt service {of.en}".strip(), f"元利払い {of.ja}".strip()), np.sum(loans, axis=0))
        columns.append(Column(Text(f"Least DSCR {of.en}".strip(), f"最低DSCR {of.ja}".strip()), "", 4))
        series.append(least_cover(run, cover))
    ends = np.flatnonzero(np.diff(finance.months.astype("datetime64[Y]").astype(int), append=0))
    for name, loan in finance.loans.items():
        columns.append(money.column(Text(f"Balance at end, {party(name).en}", f"期末残高 {party(name).ja}")))
        series.append(loan.balance[ends] / money.factor)
    rows = [(str(y), *(_cell(x[i]) for x in series)) for i, y in enumerate(deal_years(run))]
    return Table(tuple(columns), tuple(row for row in rows if any(row[1:])))


def _cell(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None
