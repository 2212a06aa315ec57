"""Power swings against the limits that grid operators set or propose, each held or broken."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from gigacampus.campus import catalog
from gigacampus.faces import numbers
from gigacampus.faces.figures.base import Column, Figure, Finding, Mark, Table, Text, figure

if TYPE_CHECKING:
    from gigacampus.runs.pipeline import Run

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


@figure("swing_limits")
def swing_limits(run: Run) -> Figure | None:
    """Each limit with what the swings are against it, before and after smoothing."""
    if not run.campus.physical or run.swings is None or not run.swings.raw.limits:
        return None
    raw, smoothed = run.swings.raw.limits, run.swings.smoothed.limits
    chosen = bool(run.campus.facility.swings.smoothing)
    after = (Column(Text("Smoothed", "平滑化後"), right=True),) if chosen else ()
    columns = (
        Column(Text("Whose", "主体")), Column(Text("What", "対象")), Column(Text("Limit", "上限"), right=True),
        Column(Text("Status", "位置付け"), wide=True), Column(Text("Nothing smoothed", "平滑化なし"), right=True, wide=chosen),
        *after, Column(Text("Verdict", "判定")),
    )  # fmt: skip
    rows = []
    for before, now in zip(raw, smoothed, strict=True):
        seen = (_level(before, before.value), *((_level(now, now.value),) if chosen else ()))
        limit = (_what(now.spec), _level(now, now.limit), _STATUS[now.spec.status])
        rows.append((_whose(now.spec), *limit, *seen, _HELD if now.held else _BROKEN))
    held = sum(one.held for one in smoothed)
    return Figure(
        id="swing_limits",
        title=_finding(held, len(smoothed), chosen),
        subtitle=Text(
            "Swings at the point of interconnection against limits for large loads, whoever's grid this campus is on",
            "連系点の電力変動と、各系統運用者が大口負荷に課す、または提案する上限(立地を問わない)",
        ),
        table=Table(columns, tuple(rows)),
        aria=Text(f"Table of limits, of which {held} of {len(smoothed)} are held.", f"上限の表。{len(smoothed)}件中{held}件に適合"),
        note=Text(
            "Proposals change quickly, and most were read as others quote them. A content is the amplitude of the sine that "
            "holds as much energy as the band. Riding through faults is not modelled.",
            "提案は変わりやすく、多くは二次資料による。周波数成分は帯域と等しいエネルギーを持つ正弦波の振幅。事故時の運転継続は扱わない。",
        ),
        stages=("swings",),
    )  # fmt: skip


def _finding(held: int, count: int, smoothed: bool) -> Finding:
    how = (
        Text("Smoothed swings", "平滑化後の変動")
        if smoothed
        else Text("Swings that nothing smooths", "平滑化しない変動")
    )
    return Finding(
        f"{how.en} stay within {held} of {count} published limits",
        f"{how.ja}は公表された上限{count}件のうち{held}件に収まる",
    )


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
