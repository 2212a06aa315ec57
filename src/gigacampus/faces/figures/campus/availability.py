"""Availability: what keeps the racks from work, hours a year by cause, one by one and all at once."""

from __future__ import annotations

from typing import Any

from gigacampus.faces import numbers
from gigacampus.faces.figures import kinds, parts
from gigacampus.faces.figures.base import Column, Figure, Finding, Run, Table, Text, figure

_BLOCKS = {
    "feeds": (Text("Utility feeds", "受電回線"), "losses"),
    "substation": (Text("Substation", "変電所"), "losses"),
    "units": (Text("Transformers and UPS", "変圧器とUPS"), "losses"),
    "busways": (Text("Busways", "バスダクト"), "losses"),
    "coolant_units": (Text("Coolant units", "冷却液分配装置"), "cooling"),
    "air_handlers": (Text("Air handlers", "空調機"), "cooling"),
    "pumps": (Text("Pumps", "ポンプ"), "cooling"),
    "chillers": (Text("Chillers", "冷凍機"), "cooling"),
    "coolers": (Text("Coolers", "冷却塔・クーラー"), "cooling"),
    "controls": (Text("Controls", "制御装置"), "losses"),
    "people": (Text("People", "人為ミス"), "losses"),
    "cooling": (Text("Cooling not back in time", "冷却の再開遅れ"), "cooling"),
}
"""Blocks by name; those of the air's side stand with their kin."""

Bars = dict[str, tuple[float, float]]
"""Hours a year of each block: of one item at a time, and of all at once."""


@figure("campus")
def downtime_by_cause(run: Run) -> Figure:
    """Hours a year in which IT is not served, by what fails."""
    found, given = run.availability, run.campus.facility.availability
    bars, bare = _by_block(found.contributions), _by_block(found.independent)
    whole = sum(map(sum, bars.values()))
    ranked = [key for key in sorted(bars, key=lambda k: sum(bars[k])) if sum(bars[key]) >= 0.005 * whole > 0]
    both, alone, whole_ = map(
        numbers.significant, (found.unserved_hours, found.shares[0].hours, found.shares[-1].whole)
    )
    beta = numbers.share(given.common_cause)
    once, all_ = Text("one by one", "個別の故障"), Text("all at once", "一斉故障")
    keys = [
        parts.note(parts.keyed(name, "", colour), 1.0, 0.0, xanchor="right", yanchor="bottom", yshift=shift)
        for name, colour, shift in ((once, "cooling", 20), (all_, "cooling/0.45", 0))
    ]
    rows = [(*_BLOCKS[key], bars[key]) for key in ranked]
    table = sorted(bars, key=lambda k: -sum(bars[k]))
    return Figure(
        title=_finding(ranked, bars, found),
        subtitle=Text(
            f"Expected hours a year without service, as hours of all IT, by what fails: {both} where {beta} of failures strike all "
            f"of a kind at once, {alone} where none does, {whole_} where each of those lasts as long as one item's repair",
            f"IT全体に換算した年間停止時間の期待値、原因別。故障の{beta}が同種すべてに及ぶとして{both}時間、共通原因がなければ{alone}時間、共通原因が機器1台の修理時間だけ続けば{whole_}時間",
        ),
        **kinds.ranked(rows, whole or 1.0, (172, 150), (40 + 34 * len(rows), 70 + 36 * len(rows)), keys),
        table=Table.of(
            (Column(Text("What fails", "原因")), (_BLOCKS[k][0] for k in table)),
            (Column(once.capital, "h/year", 4), (bars[k][0] for k in table)),
            (Column(all_.capital, "h/year", 4), (bars[k][1] for k in table)),
            (Column(Text("Without common cause", "共通原因なし"), "h/year", 4), (sum(bare.get(k, (0.0, 0.0))) for k in table)),
        ),
        aria=Text(
            f"Bars of hours without service by cause: {both} h a year with common causes, {alone} h without.",
            f"原因別の年間停止時間の棒グラフ。共通原因を含め{both}時間、含めないと{alone}時間",
        ),
        note=Text(
            f"Shares and repairs of common causes are assumed. Hours a year by the share that strikes all at once, in brackets where it lasts one item's repair: {_by_share(found)}. Time until work goes on again is included.",
            f"共通原因の割合と復旧時間は仮定。一斉故障の割合別の年間停止時間(括弧内は機器1台の修理時間だけ続く場合)：{_by_share(found)}。作業再開までの時間を含む。",
        ),
        stages=("availability",),
    )  # fmt: skip


def _by_block(contributions: Any) -> Bars:
    """Hours of each block: units one by one, and all at once."""
    bars: Bars = {}
    for part in contributions:
        key = part.block.removesuffix("_air")
        alone, common = bars.get(key, (0.0, 0.0))
        bars[key] = (alone, common + part.hours) if part.kind == "common" else (alone + part.hours, common)
    return bars


def _by_share(found: Any) -> str:
    """Hours a year at each share of common causes, and with whole repairs."""
    return "; ".join(
        f"{numbers.share(one.common_cause)} {numbers.significant(one.hours)} ({numbers.significant(one.whole)})"
        for one in found.shares
    )


def _finding(ranked: list[str], bars: Bars, found: Any) -> Finding:
    """The range that assumptions on common causes leave, and the largest cause."""
    if not ranked:
        return Finding("Nothing keeps the racks from work", "停止の要因はない")
    name, share = _BLOCKS[ranked[-1]][0], numbers.share(sum(bars[ranked[-1]]) / sum(map(sum, bars.values())))
    hours = [found.shares[0].hours, found.unserved_hours, found.shares[-1].whole]
    low, high = (numbers.significant(one) for one in (min(hours), max(hours)))
    middle = numbers.significant(found.unserved_hours)
    return Finding(
        f"Racks are not served {low} to {high}{numbers.THIN}h a year, {middle} as assumed; {name.en}: {share}",
        f"年間停止時間は{low}〜{high}時間、想定では{middle}時間。最大の要因は{name.ja}({share})",
    )
