"""The guarantee by year, and the debt behind it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

import numpy as np

from gigacampus.faces import numbers
from gigacampus.faces.figures import parts
from gigacampus.faces.figures.base import Column, Figure, Finding, Table, Text, figure
from gigacampus.faces.figures.concepts import party
from gigacampus.faces.figures.facts import Floats, calendar
from gigacampus.faces.figures.money import Money, money_of
from gigacampus.faces.figures.text import EMPTY
from gigacampus.runs.kpi import slug

if TYPE_CHECKING:
    from gigacampus.runs.pipeline import Run


@figure("guarantee_by_year")
def guarantee_by_year(run: Run) -> Figure | None:
    """What a guarantee covers and what the guaranteed loan still owes, at each anniversary."""
    if run.campus.deal is None or not run.finance.guarantees:
        return None
    name, years = next(iter(run.finance.guarantees.items()))
    x = list(range(len(years.dates)))
    money = money_of(run)
    covered, debt, open_ = (amount / money.factor for amount in (years.threshold, years.debt, years.uncovered))
    axis = parts.upward(float(max(covered.max(), debt.max())), money.unit)
    return Figure(
        id="guarantee_by_year",
        title=_guarantee_finding(run, name, years),
        subtitle=Text(
            f"Guarantee ({party(name).en}) and the debt behind it on each anniversary of its start, {money.unit}, nominal",
            f"残価保証の上限額と被保証債務、開始後の各年、{money.ja}、名目",
        ),
        data=[
            {"type": "bar", "name": Text("Debt, covered", "債務(保証あり)"), "x": x, "y": debt - open_, "marker": {"color": "@pimco/0.45"}, "hovertemplate": "%{y:.2f}"},
            {"type": "bar", "name": Text("Debt, not covered", "債務(保証なし)"), "x": x, "y": open_, "marker": {"color": "@pimco"}, "hovertemplate": "%{y:.2f}"},
            {"type": "scatter", "mode": "lines", "name": Text("Guarantee", "保証額"), "x": x, "y": np.where(covered > 0, covered, np.nan).tolist(),
             "line": {"color": "@assumed" if _assumed(run, name) else "@ink", "shape": "hvh", "dash": "dash" if _assumed(run, name) else "solid", "width": 2},
             "hovertemplate": "%{y:.2f}"},
        ],
        layout={
            "xaxis": {"range": [-2.3, len(x) - 0.4], "tickvals": x[::4], "ticktext": [Text(f"year {i}", f"{i}年") for i in x[::4]], "showspikes": False},
            "yaxis": axis,
            "annotations": _guarantee_labels(money, x, covered, open_),
        },
        narrow={"layout": {"margin": {"r": 76}, "xaxis": {"range": [-6.2, len(x) - 0.4], "tickvals": x[::8], "ticktext": [Text(f"year {i}", f"{i}年") for i in x[::8]]}, "annotations": _guarantee_labels(money, x, covered, open_)}},
        height=300,
        narrow_height=300,
        table=Table(
            (Column(Text("Anniversary", "経過年")), Column(Text("Date", "日付")), money.column(Text("Guarantee", "保証額")),
             money.column(Text("Debt", "債務")), money.column(Text("Not covered", "保証なし"))),
            tuple((str(i), str(years.dates[i]), float(covered[i]), float(debt[i]), float(open_[i])) for i in x),
        ),
        note=_note(run, name),
        aria=Text("Bars of debt by year, covered and not covered by the guarantee.", "保証の有無別の債務、年別の棒グラフ"),
        stages=("finance",),
        rows=tuple(f"{slug(name)}.{what}" for what in ("threshold", "uncovered", "tail")),
    )  # fmt: skip


def _assumed(run: Run, name: str) -> bool:
    start = f"deal.guarantees.{name}."
    return any(path.startswith(start) and origin.grade in "AU" for path, origin in run.loaded.origins.items())


def _guarantee_labels(money: Money, x: list[int], covered: Floats, open_: Floats) -> list[dict[str, Any]]:
    found = []
    live = np.flatnonzero(covered > 0)
    if len(live):
        i = int(live[len(live) // 2])
        found.append(
            parts.note(
                Text("guarantee", "保証額"),
                x[i],
                float(covered[i]),
                xref="x",
                yref="y",
                xshift=4,
                yanchor="bottom",
                yshift=3,
            )
        )
    if open_.any():
        i = int(np.argmax(open_))
        text = Text(
            f"not covered<br><b>{money.text(float(open_[i]), 1)}</b>",
            f"保証なし<br><b>{money.text(float(open_[i]), 1)}</b>",
        )
        last = int(np.flatnonzero(open_ > 0)[-1])
        found.append(parts.note(text, x[last] + 0.5, float(open_[i]), xref="x", yref="y", yanchor="middle", xshift=4))
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
    return Text("Owed as the guarantee ends: the balance after payments up to its last day.",
                "保証終了時の債務は、最終日までの支払い後の残高。")  # fmt: skip


def _guarantee_finding(run: Run, name: str, years: Any) -> Finding:
    if not years.debt.any():  # a schedule of its own, held against no loan
        return Finding("Guarantee by year", "各年の保証額")
    if not years.uncovered.any():
        return Finding("The guarantee covers the debt for as long as it is owed", "保証は債務の完済まで残高を上回る")
    inside = np.where(years.threshold > 0, years.uncovered, 0.0)
    worst, end = int(np.argmax(inside)), ending(run, name)
    amount = float(inside[worst])
    if end is not None and end.owed > amount:
        return Finding(
            f"When the guarantee ends in {numbers.month(end.day)}, {numbers.money(end.owed)} of debt is still owed",
            f"保証が{numbers.month_ja(end.day)}に終了する時点で{numbers.money_ja(end.owed)}の債務が残る",
        )
    return Finding(
        f"{numbers.money(amount)} of debt is not covered in year {worst}",
        f"{worst}年目に{numbers.money_ja(amount)}の債務が保証外となる",
    )
