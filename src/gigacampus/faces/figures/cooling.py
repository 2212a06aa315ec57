"""The cooling plant: its design days, and the hours in which coolers cannot hold a supply temperature."""

from __future__ import annotations

from typing import Any

from gigacampus.faces import numbers
from gigacampus.faces.figures.base import Column, Figure, Finding, Table, Text, figure

DEGREE = f"{numbers.THIN}°C"
_SIDES = {"liquid": Text("Liquid", "液冷側"), "air": Text("Air", "空冷側")}
_KINDS = {
    "dry": Text("Dry coolers", "乾式クーラー"),
    "adiabatic": Text("Adiabatic coolers", "断熱式クーラー"),
    "tower": Text("Wet towers", "冷却塔"),
}
_ORIGINS = {"ASHRAE": Text("ASHRAE", "ASHRAE"), "typical year": Text("typical year", "標準気象年")}


def _day(name: str) -> Text:
    """A day's name; a return period stands in it as a number."""
    known = {"0.4 % dry bulb": "乾球温度0.4 %", "0.4 % wet bulb": "湿球温度0.4 %"}
    years = name.partition("-year")[0]
    return Text(name[:1].upper() + name[1:], known.get(name, f"{years}年確率の乾球温度"))


@figure("design_days")
def design_days(run: Any) -> Figure | None:
    """What each side of the plant reaches on the site's design days, as a table."""
    if not run.campus.physical:
        return None
    found = run.design
    rows = tuple(
        (_day(judged.day.name), _ORIGINS[judged.day.origin], judged.day.dry_bulb, judged.day.wet_bulb, _SIDES[side.side],
         side.limit, side.supply, side.missing)
        for judged in found.days for side in judged.sides
    )  # fmt: skip
    columns = (
        Column(Text("Design day", "設計日")), Column(Text("From", "出典")), Column(Text("Dry bulb", "乾球温度"), "°C", 1),
        Column(Text("Wet bulb", "湿球温度"), "°C", 1), Column(Text("Side", "系統")), Column(Text("Limit", "設定温度"), "°C", 1),
        Column(Text("Supply", "供給温度"), "°C", 1), Column(Text("Missing cooling", "不足冷却能力"), "MW", 1),
    )  # fmt: skip
    out, warmed = found.units_out, numbers.significant(found.recirculation, 2)
    return Figure(
        id="design_days",
        title=_finding(found),
        subtitle=Text(
            f"Supply temperature at full IT with {out} unit{'s' * (out != 1)} of each kind out and intake air {warmed} K above the outdoor air",
            f"IT全負荷、各機器{out}台停止、吸込空気は外気より{warmed} K高い条件での供給温度",
        ),
        table=Table(columns, rows),
        aria=Text("Table of what the cooling plant reaches on each design day.", "設計日ごとの冷却設備の到達温度の表"),
        note=Text(
            "0.4 %: exceeded in 35 hours of a mean year. Where ASHRAE's value is not given, the typical year's own stands, which tends to be too mild.",
            "0.4 %は平均年に35時間超える値。ASHRAEの値がない場合は標準気象年の値で、実際より低めになりやすい。",
        ),
        stages=("design",),
    )  # fmt: skip


def _finding(found: Any) -> Finding:
    worst = found.worst
    if worst.missing < 0.05:
        return Finding(
            "The cooling plant holds its set-points on every design day", "冷却設備はすべての設計日で設定温度を保つ"
        )
    missing, name = numbers.significant(worst.missing), _day(worst.day.name)
    return Finding(
        f"{missing}{numbers.THIN}MW of cooling are missing on the day of the {worst.day.name}",
        f"「{name.ja}」の設計日に冷却能力が{missing}{numbers.THIN}MW不足する",
    )


@figure("supply_hours")
def supply_hours(run: Any) -> Figure | None:
    """Hours of the typical year in which coolers of each kind cannot hold a supply temperature, as a table."""
    if not run.campus.physical:
        return None
    found = run.design
    columns = (
        Column(Text("Supply", "供給温度"), "°C", 0),
        *(Column(_KINDS[kind], "h", 0) for kind in found.hours),
    )
    rows = tuple(
        (supply, *(hours[i] for hours in found.hours.values())) for i, supply in enumerate(found.supplies)
    )  # fmt: skip
    drop = numbers.significant(found.drop, 2)
    return Figure(
        id="supply_hours",
        title=_held(found),
        subtitle=Text(
            f"Hours of the typical year in which coolers at their design approach, and {drop} K from there to the supply, are too warm",
            f"クーラーの設計アプローチと供給までの{drop} Kを見込むと供給温度を保てない時間数、標準気象年",
        ),
        table=Table(columns, rows),
        aria=Text("Table of hours by supply temperature and kind of cooler.", "供給温度とクーラーの種類別の時間数の表"),
        note=Text(
            "Approaches are fixed at those of design; adiabatic coolers are wetted whenever that helps.",
            "アプローチは設計値で一定とし、断熱式は効果のある時間すべてで噴霧する。",
        ),
        stages=("design",),
    )  # fmt: skip


def _held(found: Any) -> Finding:
    dry = dict(zip(found.supplies, found.hours["dry"], strict=True))
    least = next((supply for supply, hours in dry.items() if hours == 0), None)
    if least is None:
        supply, hours = found.supplies[-1], numbers.fixed(dry[found.supplies[-1]], 0)
        return Finding(
            f"Dry coolers cannot hold {supply:g}{DEGREE} in {hours}{numbers.THIN}h of the typical year",
            f"乾式クーラーは標準気象年の{hours}時間、{supply:g}{DEGREE}を保てない",
        )
    return Finding(
        f"From {least:g}{DEGREE} of supply dry coolers hold in every hour of the typical year",
        f"供給温度{least:g}{DEGREE}以上なら乾式クーラーが標準気象年の全時間で足りる",
    )
