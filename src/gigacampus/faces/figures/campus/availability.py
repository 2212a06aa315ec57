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
    both, alone = (numbers.significant(value) for value in (found.unserved_hours, found.independent_hours))
    beta, repair = numbers.share(given.common_cause), given.common_repair
    mended = Text("for as long as one of them is repaired", "1台の修理時間だけ続けば")
    if repair is not None:
        mended = Text(f"for {numbers.significant(repair)} h", f"{numbers.significant(repair)}時間続けば")
    once, all_ = Text("one by one", "個別の故障"), Text("all at once", "一斉故障")
    keys = [
        parts.note(parts.keyed(name, "", colour), 1.0, 0.0, xanchor="right", yanchor="bottom", yshift=shift)
        for name, colour, shift in ((once, "cooling", 20), (all_, "cooling/0.45", 0))
    ]
    rows = [(*_BLOCKS[key], bars[key]) for key in ranked]
    table = sorted(bars, key=lambda k: -sum(bars[k]))
    return Figure(
        title=_finding(ranked, bars, found.unserved_hours),
        subtitle=Text(
            f"Expected hours a year without service, as hours of all IT, by what fails. {alone} if no "
            f"failure had a common cause, {both} if {beta} of failures strike all at once, {mended.en}",
            f"IT全体に換算した年間停止時間の期待値、原因別。共通原因故障がなければ{alone}時間、故障の{beta}が一斉に及び{mended.ja}{both}時間",
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
            f"All at once: {beta} of failures are taken to strike all items of a kind together. Time until work goes on again is included.",
            f"一斉故障は、故障の{beta}が同種の機器すべてに同時に及ぶと仮定した値。作業再開までの時間を含む。",
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


def _finding(ranked: list[str], bars: Bars, total: float) -> Finding:
    if not ranked:
        return Finding("Nothing keeps the racks from work", "停止の要因はない")
    name, share = _BLOCKS[ranked[-1]][0], numbers.share(sum(bars[ranked[-1]]) / sum(map(sum, bars.values())))
    return Finding(
        f"{name.en}: {share} of the {numbers.significant(total)}{numbers.THIN}h a year in which racks are not served",
        f"年間停止時間{numbers.significant(total)}時間のうち{share}は{name.ja}による",
    )
