"""The guarantee by year, and the debt behind it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np

from gigacampus.faces import numbers
from gigacampus.faces.figures import parts
from gigacampus.faces.figures.base import EMPTY, Column, Figure, Finding, Run, Table, Text, figure
from gigacampus.faces.figures.concepts import party
from gigacampus.faces.figures.facts import Floats, assumed, calendar
from gigacampus.faces.figures.money import Money, dollars, money_of
from gigacampus.runs.kpi import slug


@figure("deal")
def guarantee_by_year(run: Run) -> Figure | None:
    """What a guarantee covers and what the guaranteed loan still owes, at each anniversary."""
    if not run.finance.guarantees:
        return None
    name, years = next(iter(run.finance.guarantees.items()))
    money, x = money_of(run), list(range(len(years.dates)))
    covered, debt, open_ = (amount / money.factor for amount in (years.threshold, years.debt, years.uncovered))
    dashed = assumed(run, f"deal.guarantees.{name}.")
    style = {"shape": "hvh", "dash": "dash" if dashed else "solid", "width": 2}
    data = [
        parts.bars(Text("Debt, covered", "債務(保証あり)"), x, debt - open_, "pimco/0.45"),
        parts.bars(Text("Debt, not covered", "債務(保証なし)"), x, open_, "pimco"),
        parts.line(Text("Guarantee", "保証額"), x, np.where(covered > 0, covered, np.nan), "assumed" if dashed else "ink", style=style),
    ]  # fmt: skip

    def layout(slim: bool) -> dict[str, Any]:
        ticks = x[:: 8 if slim else 4]
        axis = {"range": [-6.2 if slim else -2.3, len(x) - 0.4], "tickvals": ticks,
                "ticktext": [Text(f"year {i}", f"{i}年") for i in ticks], "showspikes": False}  # fmt: skip
        return {"xaxis": axis, "yaxis": parts.upward(float(max(covered.max(), debt.max())), money.unit),
                "annotations": _labels(money, covered, open_)}  # fmt: skip

    return Figure(
        title=_finding(run, name, years),
        subtitle=Text(
            f"Guarantee ({party(name).en}) and the debt behind it on each anniversary of its start, {money.unit}, nominal",
            f"残価保証の上限額と被保証債務、開始後の各年、{money.ja}、名目",
        ),
        **parts.drawn(data, layout, 300, 300),
        table=Table.of(
            (Column(Text("Anniversary", "経過年")), map(str, x)), (Column(Text("Date", "日付")), map(str, years.dates)),
            (money.column(Text("Guarantee", "保証額")), covered), (money.column(Text("Debt", "債務")), debt),
            (money.column(Text("Not covered", "保証なし")), open_),
        ),
        note=_note(run, name),
        aria=Text("Bars of debt by year, covered and not covered by the guarantee.", "保証の有無別の債務、年別の棒グラフ"),
        stages=("finance",),
        rows=tuple(f"{slug(name)}.{what}" for what in ("threshold", "uncovered", "tail")),
    )  # fmt: skip


def _labels(money: Money, covered: Floats, open_: Floats) -> list[dict[str, Any]]:
    found, live, bare = [], np.flatnonzero(covered > 0), np.flatnonzero(open_ > 0)
    if len(live):
        i = int(live[len(live) // 2])
        found.append(parts.at(Text("guarantee", "保証額"), i, float(covered[i]), xshift=4, yanchor="bottom", yshift=3))
    if len(bare):
        most = float(open_.max())
        text = Text("not covered", "保証なし") + f"<br><b>{money.text(most, 1)}</b>"
        found.append(parts.at(text, int(bare[-1]) + 0.5, most, xshift=4))
    return found


@dataclass(frozen=True)
class Ending:
    """The day on which a guarantee ends, and what is owed then [USD]."""

    day: date
    owed: float


def ending(run: Run, name: str) -> Ending | None:
    """How a guarantee of a loan ends; None where it stands behind none."""
    metric = run.finance.metrics.get(f"uncovered.{slug(name)}")
    if metric is None or metric.value is None:
        return None
    return Ending(calendar(run)[f"{name}.until"], metric.value)


def _note(run: Run, name: str) -> Text:
    end = ending(run, name)
    if end is None or end.owed <= 0:
        return EMPTY
    return Text(
        "Owed as the guarantee ends: the balance after payments up to its last day.",
        "保証終了時の債務は、最終日までの支払い後の残高。",
    )


def _finding(run: Run, name: str, years: Any) -> Finding:
    if not years.debt.any():  # a schedule of its own, held against no loan
        return Finding("Guarantee by year", "各年の保証額")
    if not years.uncovered.any():
        return Finding("The guarantee covers the debt for as long as it is owed", "保証は債務の完済まで残高を上回る")
    inside, end = np.where(years.threshold > 0, years.uncovered, 0.0), ending(run, name)
    worst = int(np.argmax(inside))
    if end is not None and end.owed > inside[worst]:
        owed = dollars(end.owed)
        return Finding(f"When the guarantee ends in {numbers.month(end.day)}, {owed.en} of debt is still owed",
                       f"保証が{numbers.month_ja(end.day)}に終了する時点で{owed.ja}の債務が残る")  # fmt: skip
    amount = dollars(float(inside[worst]))
    return Finding(
        f"{amount.en} of debt is not covered in year {worst}", f"{worst}年目に{amount.ja}の債務が保証外となる"
    )
