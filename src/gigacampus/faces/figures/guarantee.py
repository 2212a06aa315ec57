"""The guarantee by year, and the debt behind it."""

from __future__ import annotations

from typing import Any

import numpy as np

from gigacampus.faces import numbers
from gigacampus.faces.figures import parts
from gigacampus.faces.figures.base import Column, Figure, Finding, Table, Text, figure
from gigacampus.faces.figures.concepts import party
from gigacampus.faces.figures.facts import Floats
from gigacampus.faces.figures.money import Money, money_of


@figure("guarantee_by_year")
def guarantee_by_year(run: Any) -> Figure | None:
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
        title=_guarantee_finding(years),
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
        aria=Text("Bars of debt by year, covered and not covered by the guarantee.", "保証の有無別の債務、年別の棒グラフ"),
        stages=("finance",),
    )  # fmt: skip


def _assumed(run: Any, name: str) -> bool:
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


def _guarantee_finding(years: Any) -> Finding:
    if not years.debt.any():  # a schedule of its own, held against no loan
        return Finding("Guarantee by year", "各年の保証額")
    if not years.uncovered.any():
        return Finding("The guarantee covers the debt for as long as it is owed", "保証は債務の完済まで残高を上回る")
    worst = int(np.argmax(years.uncovered))
    amount = float(years.uncovered[worst])
    ended = float(years.threshold[worst]) <= 0
    if ended:
        last = int(np.flatnonzero(years.threshold > 0)[-1])
        return Finding(
            f"The guarantee ends in {str(years.dates[last])[:4]}; a year on, {numbers.money(amount)} of debt is not covered",
            f"保証は{str(years.dates[last])[:4]}年に終了し、1年後には{numbers.money_ja(amount)}の債務が保証外となる",
        )
    return Finding(
        f"{numbers.money(amount)} of debt is not covered in year {worst}",
        f"{worst}年目に{numbers.money_ja(amount)}の債務が保証外となる",
    )
