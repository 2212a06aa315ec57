"""The power chain: what PUE is made of at each load, and how far each element is loaded."""

from __future__ import annotations

from typing import Any

import numpy as np

from gigacampus.faces import numbers
from gigacampus.faces.figures import parts
from gigacampus.faces.figures.base import Column, Figure, Finding, Run, Table, Text, figure
from gigacampus.faces.figures.concepts import COOLING
from gigacampus.faces.figures.facts import Floats, by_year

_STACK = {
    "losses": (Text("Power chain", "受配電の損失"), "losses", ("transformers", "ups", "distribution")),
    "cooling": (Text("Cooling", "冷却"), "cooling", COOLING),
    "other": (Text("Light and controls", "照明・制御"), "axis", ("other",)),
}
_ELEMENTS = {
    "substation": Text("Substation transformer", "変電所変圧器"),
    "medium": Text("Medium voltage", "中圧配電"),
    "transformer": Text("Unit transformer", "棟内変圧器"),
    "ups": Text("UPS or rectifier", "UPS・整流器"),
    "distribution": Text("PDU or busway", "PDU・バスダクト"),
    "branch": Text("Rack cables", "ラック配線"),
    "supply": Text("Rack supplies", "ラック電源"),
    "board": Text("Board converters", "基板用変換器"),
}
_TOPOLOGIES = {
    "5N/4": Text("blocks, 5 to make 4", "ブロック冗長(5台中4台)"),
    "catcher": Text("catcher", "待機予備型(キャッチャー)"),
}


@figure("campus")
def pue_by_load(run: Run) -> Figure:
    """What PUE is made of at 10 to 100 % of the IT rating, and PUE and WUE by year."""
    found = run.part_load
    stack = {key: np.sum([found.parts[part] for part in names], axis=0) for key, (_, _, names) in _STACK.items()}
    low, high = (numbers.fixed(float(found.pue[3][i]), 3) for i in (0, -1))
    return Figure(
        title=_finding(found),
        subtitle=Text(
            "Energy beside IT over IT energy, by IT load over its rating, each held over the weather year at full build",
            "IT電力量に対するIT以外の電力量。IT負荷率ごとに、負荷一定で気象年を通した値(最終段階)",
        ),
        **_drawn(found, stack),
        table=_table(run, found, stack),
        aria=Text(
            f"Stacked bars by IT load: PUE {low} at a tenth of the rating, {high} at full load.",
            f"IT負荷率別の積み上げ棒グラフ。PUEは負荷10%で{low}、100%で{high}",
        ),
        note=Text(
            "PUE of ISO/IEC 30134-2 by category: 1 at the UPS's output, 2 at the PDU's, 3 where power enters the IT. TUE over what "
            "reaches the boards, without server fans and rack supplies' losses. Years as run.",
            "PUEはISO/IEC 30134-2のカテゴリー別(1：UPS出力、2：PDU出力、3：IT機器入力)。TUEはサーバーファンとラック電源損失を除く基板到達電力量に対する値。年別は運転結果。",
        ),
        stages=("part_load", "facility"),
    )  # fmt: skip


def _finding(found: Any) -> Finding:
    pue = found.pue[3]
    low, least = numbers.fixed(float(pue[0]), 2), numbers.fixed(float(pue.min()), 2)
    tenth, at = numbers.share(0.1), numbers.share(float(found.load[int(np.argmin(pue))]))
    return Finding(
        f"PUE is {low} at a tenth of the IT rating, and lowest at {at} of it: {least}",
        f"PUEはIT負荷率{tenth}で{low}、最小は{at}での{least}",
    )


def _drawn(found: Any, stack: dict[str, Floats]) -> dict[str, Any]:
    x, pue = list(range(len(found.load))), [float(one) for one in found.pue[3]]
    data = [
        parts.bars(name, x, stack[key], colour, "%{y:.3f}", {"line": parts.OUTLINE})
        for key, (name, colour, _) in _STACK.items()
    ]
    ends = [
        parts.at(f"<b>{numbers.fixed(one, 3)}</b>", i, one - 1, xanchor="center", yanchor="bottom", yshift=3)
        for i, one in enumerate(pue)
    ]
    keys = [
        parts.note(parts.keyed(name, "", colour), 1.0, 1.0, xanchor="right", yanchor="top", yshift=-20 * i)
        for i, (name, colour, _) in enumerate(reversed(_STACK.values()))
    ]
    axis = {"tickvals": x, "ticktext": [numbers.share(float(load)) for load in found.load], "showspikes": False}
    fixed = {"yaxis": parts.upward(max(pue) - 1, room=1.14), "hovermode": False, "margin": {"r": 0},
             "annotations": [*ends, *keys, parts.panel(Text("PUE less 1", "PUE−1"), 1.0)]}  # fmt: skip
    return parts.drawn(
        data, lambda slim: {"xaxis": {"range": [-1.2 if slim else -0.9, len(x) - 0.5], **axis}, **fixed}, 360, 360
    )


def _table(run: Run, found: Any, stack: dict[str, Floats]) -> Table:
    made = Table.of(
        (Column(Text("IT load", "IT負荷率")), (numbers.share(float(load)) for load in found.load)),
        (Column(Text("PUE, category 3", "PUE(カテゴリー3)"), "", 4), found.pue[3]),
        (Column(Text("Category 2", "カテゴリー2"), "", 4, wide=True), found.pue[2]),
        (Column(Text("Category 1", "カテゴリー1"), "", 4, wide=True), found.pue[1]),
        (Column(Text("Power chain", "受配電の損失"), "", 4), stack["losses"]), (Column(Text("Cooling", "冷却"), "", 4), stack["cooling"]),
        (Column(Text("TUE"), "", 4), found.tue), (Column(Text("WUE"), "L/kWh", 4), found.wue),
        (Column(Text("Hours short", "設定値超過"), "h", 0, wide=True), map(float, found.hours_short)),
    )  # fmt: skip
    return Table(made.columns, (*made.rows, (Text("By year, as run", "年別(運転結果)"), *[None] * 8), *_years(run)))


def _years(run: Run) -> list[tuple[Any, ...]]:
    """Along the ramp: the years of the life with the mean load of the halls that stand."""
    f, rating = run.facility, run.offer.it_rating[run.timeline.phase]
    flows = (f.load, f.it, f.power_losses, f.cooling, f.boards, f.withdrawal, f.short.astype(float), rating)
    load, it, lost, cooling, boards, water, short, built = (by_year(run, series) for series in flows)
    return [
        (f"{year}, {numbers.share(float(it[i] / built[i]))}", float(load[i] / it[i]), None, None, float(lost[i] / it[i]),
         float(cooling[i] / it[i]), float(load[i] / boards[i]), float(water[i] / it[i]), float(short[i]))
        for i, year in enumerate(run.timeline.years)
        if it[i] > 0
    ]  # fmt: skip


@figure("campus", plotted=False)
def power_chain(run: Run) -> Figure:
    """How far each element of the power chain is loaded, and what redundancy strands."""
    elements = run.part_load.elements
    return Figure(
        title=_stranded({one.name: one for one in elements}),
        subtitle=Text(
            "Every element from the meter to the boards at full IT in the hour that asks for most",
            "受電点から基板までの各要素。IT全負荷、最大需要の時間",
        ),
        table=_elements(elements),
        note=Text(
            "Load of a unit over its rating. Rack supplies and board converters stand inside IT: their losses are no part of PUE. "
            "One lost: load of those left, and the share of power that they carry.",
            "負荷率は1台あたり。ラック電源と基板用変換器はITに含み、損失はPUEに入らない。1台停止時は残りの負荷率と給電できる割合。",
        ),
        stages=("part_load",),
    )  # fmt: skip


def _stranded(elements: dict[str, Any]) -> Finding:
    found, ups = elements["transformer"], elements.get("ups")
    if found.stranded == 0:
        return Finding("No transformer or UPS of the halls has a spare", "棟内の変圧器とUPSに予備はない")
    one, share = f"{numbers.significant(found.stranded)}{numbers.THIN}MW", numbers.share(found.stranded / found.rating)
    other = "" if ups is None else f"{numbers.significant(ups.stranded)}{numbers.THIN}MW"
    tail = Text(f", and {other} of UPS", f"、UPSの{other}") if other else Text("")
    return Finding(
        f"Redundancy strands {share} of unit transformers, {one}{tail.en}",
        f"棟内変圧器の{share}({one}){tail.ja}は冗長のため使えない",
    )


def _elements(elements: Any) -> Table:
    return Table.of(
        (Column(Text("Element", "要素")), (_ELEMENTS[e.name] for e in elements)),
        (Column(Text("Redundancy", "冗長構成")), map(_redundancy, elements)),
        (Column(Text("Rating", "定格"), "MW", 0), (e.rating for e in elements)),
        (Column(Text("Usable", "使用可能"), "MW", 0, wide=True), (e.usable for e in elements)),
        (Column(Text("Stranded", "使用不可"), "MW", 0), (e.stranded for e in elements)),
        (Column(Text("Load", "負荷率"), "%", 1), (100 * e.load for e in elements)),
        (Column(Text("Load, one lost", "1台停止時"), "%", 1), (100 * e.load_one_lost for e in elements)),
        (Column(Text("Carried, one lost", "1台停止時の給電"), "%", 1, wide=True), (100 * e.carried_one_lost for e in elements)),
        (Column(Text("Loss", "損失"), "MW", 2), (e.loss for e in elements)),
        (Column(Text("Loss over power", "損失率"), "%", 2, wide=True), (100 * e.loss / (e.power + e.loss) for e in elements)),
    )  # fmt: skip


def _redundancy(element: Any) -> Text:
    named = _TOPOLOGIES.get(element.topology, Text(element.topology))
    of = f"{element.needed}/{element.installed}" + (f", × {element.groups}" if element.groups > 1 else "")
    return Text(f"{named.en} ({of})", f"{named.of('ja')}({of})")
