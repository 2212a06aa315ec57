"""Where a deal does not close, and the figures that would close it."""

from __future__ import annotations

import math
from typing import Any

from gigacampus.faces import numbers
from gigacampus.faces.figures.base import Column, Figure, Finding, Run, Table, Text, figure
from gigacampus.faces.figures.concepts import party
from gigacampus.faces.figures.facts import missed, open_gaps
from gigacampus.faces.figures.money import dollars

_DIGITS = 4


@figure("deal", plotted=False)
def what_does_not_close(run: Run) -> Figure | None:
    """What is open in the deal, by how much, and each number that, changed alone, would close it."""
    gaps = open_gaps(run)
    if not gaps:
        return None
    first, amount, more = said(gaps[0]), dollars(gaps[0].amount), len(gaps) > 1
    return Figure(
        title=Finding(
            f"The deal does not close: {first.en}, by {amount.en}" + "; more below" * more,
            f"契約の収支は閉じない。{first.ja}({amount.ja})" + "、ほか" * more,
        ),
        subtitle=Text(
            "What is open, and below each the value of every number that would close it if it alone changed",
            "閉じない項目と、単独で変更すれば閉じる各入力の値",
        ),
        table=_table(gaps),
        note=Text(
            "Every flow is still booked: owners pay uses above the sources, and what a loan leaves unpaid stays owed.",
            "流れはすべて計上済み。資金源を超える使途は所有者が払い、返済されない残高は債務のまま残る。",
        ),
        stages=("finance",),
    )


def said(gap: Any) -> Text:
    """What is open, in words."""
    kind, _, rest = gap.path.partition(".")
    if kind == "entities":
        name = party(rest.removesuffix(".funding"))
        return Text(f"uses of {name.en} above its sources", f"{name.ja}の使途が資金源を上回る")
    if rest.endswith(".dsra"):
        name = party(rest.removesuffix(".dsra"))
        return Text(f"reserve of {name.en} larger than its draw", f"{name.ja}の元利金返済準備金が借入実行額を上回る")
    name = party(rest)
    return Text(f"{name.en} not repaid at the end", f"{name.ja}が満期に完済されない")


def _table(gaps: Any) -> Table:
    rows: list[tuple[Any, ...]] = []
    for gap in gaps:
        rows.append(
            (said(gap).capital, numbers.significant(gap.amount / 1e6, _DIGITS), Text("m USD", numbers.unit_ja("m USD")))
        )
        for path, metric in gap.closing.items():
            unit = "USD" if metric.unit == "USD/year" else metric.unit  # as the spec has a rent
            value, unit = numbers.published(float(f"{metric.value:.5e}"), unit)
            rows.append((path, value if math.isfinite(metric.value) else "–", unit))
        if not gap.closing:
            rows.append((Text("no single number was found that would", "単独で閉じる数値は見つからない"), "", ""))
    return Table(
        (Column(Text("Open, and what would close it", "項目と、閉じる値")), Column(Text("Value", "値"), right=True),
         Column(Text("Unit", "単位"))),
        tuple(rows),
    )  # fmt: skip


@figure("deal", plotted=False)
def as_published(run: Run) -> Figure | None:
    """Published figures of the deal beside those that it has."""
    if not run.finance.published:
        return None
    published, off = run.finance.published, missed(run)
    hits, count = len(published) - len(off), len(published)
    return Figure(
        title=Finding(f"{hits} of {count} published figures are met", f"公表値{count}件のうち{hits}件を再現"),
        subtitle=Text("Figures that numbers of this deal are found from, and what the deal has",
                      "この契約の未知数を求めるための公表値と計算値"),
        table=Table(
            (Column(Text("Figure", "公表値")), Column(Text("Published", "公表"), right=True),
             Column(Text("Here", "計算"), right=True), Column(Text("Miss, in tolerances", "差(許容幅の倍数)"), decimals=2)),
            tuple((name, _written(one.published, one.unit), _written(one.value, one.unit), one.miss)
                  for name, one in published.items()),
        ),
        note=Text("A tolerance is half a unit of the last digit printed unless the spec says otherwise.",
                  "許容幅は、指定がなければ印刷された最終桁の半単位。"),
        stages=("finance",),
    )  # fmt: skip


def _written(value: float, unit: str) -> str:
    number, name = numbers.published(float(f"{value:.5e}"), unit) if math.isfinite(value) else ("–", "")
    return f"{number} {name}".strip()
