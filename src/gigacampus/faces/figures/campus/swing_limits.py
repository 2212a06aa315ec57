"""Power swings against the limits that grid operators set or propose, each held or broken."""

from __future__ import annotations

from typing import Any

from gigacampus.campus import catalog
from gigacampus.faces import numbers
from gigacampus.faces.figures.base import Column, Figure, Finding, Mark, Run, Table, Text, figure

_HELD = Mark("held", "適合", sign="tick")
_BROKEN = Mark("broken", "超過", sign="cross", tone="fail")
_STATUS = {
    "in force": Text("in force", "施行中"),
    "proposed": Text("proposed", "提案"),
    "quoted": Text("quoted", "引用"),
    "planning level": Text("planning level", "計画値"),
}
_OWN = Text("This campus", "この構内")
_FACTOR = {"MW": 1.0, "fraction": 100.0, "1": 1.0}
_UNIT = {"MW": " MW", "fraction": " %", "1": ""}


@figure("campus", plotted=False)
def swing_limits(run: Run) -> Figure | None:
    """Each limit with what the swings are against it, before and after smoothing."""
    if run.swings is None or not run.swings.raw.limits:
        return None
    raw, smoothed, chosen = (
        run.swings.raw.limits,
        run.swings.smoothed.limits,
        bool(run.campus.facility.swings.smoothing),
    )
    held, count = sum(one.held for one in smoothed), len(smoothed)
    how = (
        Text("Smoothed swings", "平滑化後の変動") if chosen else Text("Swings that nothing smooths", "平滑化しない変動")
    )
    after = [(Column(Text("Smoothed", "平滑化後"), right=True), (_level(one, one.value) for one in smoothed))]
    return Figure(
        title=Finding(f"{how.en} stay within {held} of {count} published limits", f"{how.ja}は公表された上限{count}件のうち{held}件に収まる"),
        subtitle=Text(
            "Swings at the point of interconnection against limits for large loads, whoever's grid this campus is on",
            "連系点の電力変動と、各系統運用者が大口負荷に課す、または提案する上限(立地を問わない)",
        ),
        table=Table.of(
            (Column(Text("Whose", "主体")), (_whose(one.spec) for one in smoothed)),
            (Column(Text("What", "対象")), (_what(one.spec) for one in smoothed)),
            (Column(Text("Limit", "上限"), right=True), (_level(one, one.limit) for one in smoothed)),
            (Column(Text("Status", "位置付け"), wide=True), (_STATUS[one.spec.status] for one in smoothed)),
            (Column(Text("Nothing smoothed", "平滑化なし"), right=True, wide=chosen), (_level(one, one.value) for one in raw)),
            *(after if chosen else ()),
            (Column(Text("Verdict", "判定")), (_HELD if one.held else _BROKEN for one in smoothed)),
        ),
        note=Text(
            "Proposals change quickly, and most were read as others quote them. A content is the amplitude of the sine that "
            "holds as much energy as the band. Riding through faults is not modelled.",
            "提案は変わりやすく、多くは二次資料による。周波数成分は帯域と等しいエネルギーを持つ正弦波の振幅。事故時の運転継続は扱わない。",
        ),
        stages=("swings",),
    )  # fmt: skip


def _whose(limit: Any) -> Text:
    """Whose limit it is, as the catalogue's title says before its colon."""
    if limit.use is None:
        return _OWN
    return Text(str(catalog.entry(limit.section, limit.use).text["title"]).split(":")[0])


def _what(limit: Any) -> Text:
    if limit.measure == "voltage":
        return Text("Voltage change", "電圧変化")
    if limit.measure == "flicker":
        return Text("Flicker Pst", "フリッカPst")
    band = Text("") if limit.above is None else _band(limit)
    if limit.measure == "content":
        return Text(f"Content,{band.en}", f"周波数成分{band.of('ja')}")
    over = f"{limit.over:g}"
    if limit.measure == "range":
        return Text(f"Range within {over} s{',' if band.en else ''}{band.en}", f"{over}秒間の変動幅{band.of('ja')}")
    return Text(f"Change within {over} s", f"{over}秒間の変化")


def _band(limit: Any) -> Text:
    return Text(f" {limit.above:g} to {limit.below:g} Hz", f"({limit.above:g}〜{limit.below:g} Hz)")


def _level(one: Any, value: float) -> str:
    return f"{numbers.significant(value * _FACTOR[one.unit])}{_UNIT[one.unit]}"
