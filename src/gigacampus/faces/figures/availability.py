"""Availability: what keeps the racks from work, hours a year by cause, one by one and all at once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from gigacampus.faces import numbers
from gigacampus.faces.figures import parts
from gigacampus.faces.figures.base import Column, Figure, Finding, Table, Text, figure

if TYPE_CHECKING:
    from gigacampus.runs.pipeline import Run

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

PER = f"{numbers.THIN}%"
Bars = dict[str, tuple[float, float]]


@figure("downtime_by_cause")
def downtime_by_cause(run: Run) -> Figure | None:
    """Hours a year in which IT is not served, by what fails."""
    if not run.campus.physical:
        return None
    found = run.availability
    bars = _by_block(found.contributions)
    whole = sum(map(sum, bars.values()))
    ranked = [key for key in sorted(bars, key=lambda k: sum(bars[k])) if sum(bars[key]) >= 0.005 * whole > 0]
    both, alone = (numbers.significant(value) for value in (found.unserved_hours, found.independent_hours))
    given = run.campus.facility.availability
    beta, repair = numbers.percent(given.common_cause), given.common_repair
    mended = (
        Text("for as long as one of them is repaired", "1台の修理時間だけ続けば")
        if repair is None
        else Text(f"for {numbers.significant(repair)} h", f"{numbers.significant(repair)}時間続けば")
    )
    return Figure(
        id="downtime_by_cause",
        title=_finding(ranked, bars, found.unserved_hours),
        subtitle=Text(
            f"Expected hours a year without service, as hours of all IT, by what fails. {alone} if no "
            f"failure had a common cause, {both} if {beta}{PER} of failures strike all at once, {mended.en}",
            f"IT全体に換算した年間停止時間の期待値、原因別。共通原因故障がなければ{alone}時間、故障の{beta}{PER}が一斉に及び{mended.ja}{both}時間",
        ),
        **_drawn(ranked, bars),
        height=40 + 34 * len(ranked),
        narrow_height=70 + 36 * len(ranked),
        table=_table(found, bars),
        aria=Text(
            f"Bars of hours without service by cause: {both} h a year with common causes, {alone} h without.",
            f"原因別の年間停止時間の棒グラフ。共通原因を含め{both}時間、含めないと{alone}時間",
        ),
        note=Text(
            f"All at once: {beta}{PER} of failures are taken to strike all items of a kind together. Time until work goes on "
            "again is included.",
            f"一斉故障は、故障の{beta}{PER}が同種の機器すべてに同時に及ぶと仮定した値。作業再開までの時間を含む。",
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
    top, whole = ranked[-1], sum(map(sum, bars.values()))
    name, share = _BLOCKS[top][0], numbers.percent(sum(bars[top]) / whole)
    return Finding(
        f"{name.en}: {share}{PER} of the {numbers.significant(total)}{numbers.THIN}h a year in which racks are not served",
        f"年間停止時間{numbers.significant(total)}時間のうち{share}{PER}は{name.ja}による",
    )  # fmt: skip


def _drawn(ranked: list[str], bars: Bars) -> dict[str, Any]:
    whole = sum(map(sum, bars.values())) or 1.0
    widest = max((sum(bars[key]) for key in ranked), default=1.0)
    data = [_bars(ranked, bars, 0, ""), _bars(ranked, bars, 1, "/0.45")]
    ends = [
        parts.note(f"{numbers.significant(sum(bars[k]))}  <span style='font-size:12px'>{numbers.percent(sum(bars[k]) / whole)}{PER}</span>",
                   sum(bars[k]), i, xref="x", yref="y", xshift=6, yanchor="middle")
        for i, k in enumerate(ranked)
    ]  # fmt: skip
    keys = [
        parts.note(parts.keyed(name, "", colour), 1.0, 0.0, xanchor="right", yanchor="bottom", yshift=shift)
        for name, colour, shift in (
            (Text("one by one", "個別の故障"), "cooling", 20),
            (Text("all at once", "一斉故障"), "cooling/0.45", 0),
        )
    ]

    def names(size: int) -> list[dict[str, Any]]:
        at: dict[str, Any] = {"x": 0.0, "xshift": -8, "xanchor": "right", "align": "right", "yanchor": "middle"}
        return [parts.note(_BLOCKS[k][0], yref="y", y=i, font={"size": size}, **at) for i, k in enumerate(ranked)]

    base = {"yaxis": {"visible": False, "range": [-0.6, len(ranked) - 0.4]}, "hovermode": False, "bargap": 0.3}
    return {
        "data": data,
        "layout": {**base, "xaxis": {"visible": False, "range": [0, widest * 1.16]},
                   "margin": {"l": 172, "r": 60, "t": 4, "b": 4}, "annotations": [*ends, *names(13), *keys]},
        "narrow": {"layout": {"xaxis": {"range": [0, widest * 1.7]}, "margin": {"l": 150, "r": 0, "t": 4, "b": 4},
                              "annotations": [*ends, *names(12), *keys]}},
    }  # fmt: skip


def _bars(ranked: list[str], bars: Bars, part: int, tint: str) -> dict[str, Any]:
    return {
        "type": "bar", "orientation": "h", "x": [bars[k][part] for k in ranked], "y": list(range(len(ranked))),
        "marker": {"color": [f"@{_BLOCKS[k][1]}{tint}" for k in ranked], "line": {"width": 0.75, "color": "@axis"}},
        "hoverinfo": "skip",
    }  # fmt: skip


def _table(found: Any, bars: Bars) -> Table:
    bare = _by_block(found.independent)
    columns = (
        Column(Text("What fails", "原因")),
        Column(Text("One by one", "個別の故障"), "h/year", 4),
        Column(Text("All at once", "一斉故障"), "h/year", 4),
        Column(Text("Without common cause", "共通原因なし"), "h/year", 4),
    )
    rows = [(_BLOCKS[k][0], *bars[k], sum(bare.get(k, (0.0, 0.0)))) for k in sorted(bars, key=lambda k: -sum(bars[k]))]
    return Table(columns, tuple(rows))
