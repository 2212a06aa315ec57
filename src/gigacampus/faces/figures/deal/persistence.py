"""How long a fall lasts decides: guarantee and exit over the speed of reversion, with the analogues on the same axis."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from gigacampus.campus import catalog
from gigacampus.faces import numbers
from gigacampus.faces.figures import parts
from gigacampus.faces.figures.base import Column, Figure, Finding, Run, Table, Text, figure, joined, there
from gigacampus.faces.figures.concepts import titled
from gigacampus.faces.figures.deal.value import DASHES, tenant, year_of
from gigacampus.faces.figures.facts import Floats
from gigacampus.faces.figures.money import money_of
from gigacampus.quantities import parse_quantity

_SECTION = "market_analogues"
_NAMES = {
    "powered-shell-rent": Text("Powered shell, base", "パワードシェル(基準)"),
    "stress": Text("Fibre and rigs, stress", "光ファイバー・掘削船"),
    "gpu-hour": Text("H100 rental", "H100レンタル"),
    "data-centre-rent-2011": Text("Data-centre rents 2011", "データセンター賃料 2011年"),
    "office-sf-2000-first": Text("Offices 2000, first recovery", "オフィス、一次回復"),
    "office-sf-2000-lasting": Text("Offices 2000, lasting recovery", "オフィス、本格回復"),
    "aircraft-2001": Text("Aircraft 2001", "航空機 2001年"),
    "aircraft-2020-narrow": Text("Narrow-body aircraft 2020", "ナローボディ機 2020年"),
    "aircraft-2020-wide": Text("Wide-body aircraft 2020", "ワイドボディ機 2020年"),
    "container-ships-2008": Text("Container ships 2008", "コンテナ船 2008年"),
    "drillships-2014": Text("Drillships 2014", "掘削船 2014年"),
    "carrier-capex-2000": Text("Telecom capex 2000", "通信設備投資 2000年"),
    "fibre-2000-net": Text("Fibre 2000, net of trend", "光ファイバー、趨勢除く"),
    "fibre-2000-raw": Text("Fibre 2000, as paid", "光ファイバー、実勢"),
    "bitcoin-asic-2021": Text("Bitcoin miners 2021", "ビットコイン採掘機 2021年"),
}
_TICKS = ((0.0, None), (0.02, 35), (0.05, 14), (0.1, 7), (0.2, 3.5), (0.5, 1.4), (1.0, 0.7))
_LEFT, _LEFT_NARROW, _RIGHT = 0.2, 0.68, 1.03
_HEIGHTS = (700, 720)
_TOP, _MIDDLE, _BOTTOM = (0.70, 1.0), (0.49, 0.63), (0.0, 0.40)


def analogues() -> list[tuple[str, float]]:
    """Markets of the catalogue and the speed at which each reverted [1/year], slowest first."""
    speeds = {
        name: parse_quantity(catalog.entry(_SECTION, name).figures["mean_reversion"].value, "1/year")
        for name in catalog.names(_SECTION)
    }
    return sorted(speeds.items(), key=lambda item: (item[1], item[0]))


def called(name: str) -> Text:
    """A market as the figure calls it."""
    return _NAMES.get(name) or titled(str(catalog.entry(_SECTION, name).text["title"]))


@figure("deal")
def persistence(run: Run) -> Figure | None:
    """Shortfall of the guarantee and probability of exit over the speed of reversion."""
    if run.renewal is None or not (run.renewal.scenarios or run.renewal.paths):
        return None
    found = analogues()
    year, money = year_of(run.renewal, int(run.renewal.ends[0])), money_of(run)
    speeds = joined(called(name) + f" {numbers.fixed(speed, 2)}" for name, speed in found)
    return Figure(
        title=_finding(run),
        subtitle=Text(
            f"Shortfall of the guarantee if the tenant leaves in {year}, {money.unit}, and how likely it leaves, by how long the market takes to close half of a gap to normal",
            f"{year}年に賃借人が退去した場合の保証の支払い({money.ja})と退去確率、市場が正常との差の半分を埋めるまでの年数別",
        ),
        **_drawn(run, found),
        table=_table(run),
        aria=Text(f"Shortfall and probability of exit by speed of reversion; markets by speed: {speeds.en} a year.",
                  f"回復速度別の保証の支払いと退去確率。市場別の速度：{speeds.ja}"),
        note=Text(
            "Every speed has the same paths but for that. Markets were chosen for being remembered, so deep and slow ones are over-represented. The horizontal axis is the square root of the speed.",
            "速度以外は同じ経路。市場は記憶に残るものから選んだため、深く遅い例に偏る。横軸は速度の平方根。",
        ),
        stages=("renewal",),
    )  # fmt: skip


def _process(run: Run) -> Any:
    return there(run.deal.outlook).process


def _place(speed: float | Floats) -> Any:
    return np.sqrt(speed)


Lines = list[tuple[Text, Floats, str, dict[str, Any]]]
"""Name, values by speed, colour and style."""


def _series(run: Run) -> Lines:
    """Shortfall at the first end of a term by speed: of each scenario, and of the paths [the run's unit of money]."""
    sweep, unit = run.renewal.sweep, money_of(run).factor
    found: Lines = [
        (titled(name), values[:, 0] / unit, "assumed", {"dash": DASHES[k % 4], "width": 2})
        for k, (name, values) in enumerate(sweep.shortfall.items())
        if values[:, 0].any()
    ]
    if sweep.paths_shortfall is not None:
        found.append((Text("1 path in 20", "20経路に1つ"), sweep.paths_shortfall[:, 1, 0] / unit, "ink", {"width": 2}))
    return found


def _exits(run: Run) -> Lines:
    """Probability of leaving by speed, at the first end of a term and before the last [%]."""
    exits = run.renewal.sweep.exits
    if exits is None or exits.shape[1] < 2:
        return []
    first, last = (year_of(run.renewal, int(run.renewal.ends[i])) for i in (0, -2))
    found: Lines = [(Text(f"in {first}", f"{first}年"), 100 * exits[:, 0], "ink", {"width": 2})]
    if exits.shape[1] > 2:
        found.append((Text(f"by {last}", f"{last}年まで"), 100 * exits[:, :-1].sum(axis=1), "ink2", {"width": 2}))
    return found


def _drawn(run: Run, found: list[tuple[str, float]]) -> dict[str, Any]:
    x, top, middle = _place(run.renewal.sweep.mean_reversion), _series(run), _exits(run)
    high, likely = (max((float(values.max()) for _, values, *_ in lines), default=1.0) for lines in (top, middle))
    axes = {
        "yaxis": parts.upward(high, "", domain=_TOP),
        "yaxis2": parts.upward(likely, "%", domain=_MIDDLE, anchor="x", room=1.3),
        "yaxis3": {"visible": False, "range": [-0.8, len(found) - 0.2], "domain": _BOTTOM, "anchor": "x"},
    }
    data = [parts.line(name, x, values, colour, style=style) for name, values, colour, style in top]
    data += [
        parts.line(name, x, values, colour, "%{y:.0f}", style, yaxis="y2") for name, values, colour, style in middle
    ]
    data.append(_dots(run, found))

    def layout(slim: bool) -> dict[str, Any]:
        ticks = (*_TICKS[:1], *_TICKS[2:5:2], _TICKS[-1]) if slim else _TICKS
        axis = {"range": [-(_LEFT_NARROW if slim else _LEFT), _RIGHT], "tickvals": [_place(speed) for speed, _ in ticks],
                "ticktext": [_half(years) for _, years in ticks], "anchor": "y3", "showspikes": False, "tickangle": 0}  # fmt: skip
        return {"xaxis": axis, **axes, "hovermode": "closest", "shapes": _lines(run),
                "annotations": _labels(run, found, axes, slim)}  # fmt: skip

    return parts.drawn(data, layout, *_HEIGHTS)


def _half(years: float | None) -> Text:
    return Text("never", "なし") if years is None else Text(f"{years:g} y", f"{years:g}年")


def _dots(run: Run, found: list[tuple[str, float]]) -> dict[str, Any]:
    chosen = _process(run) and _process(run).use
    return {
        "type": "scatter", "mode": "markers", "yaxis": "y3", "x": [_place(speed) for _, speed in found],
        "y": list(range(len(found) - 1, -1, -1)), "text": [f"{speed:g}" for _, speed in found],
        "name": Text("Speed of reversion, 1/year", "回復速度、1/年"), "hovertemplate": "%{text}",
        "marker": {"size": 9, "color": ["@ink" if name == chosen else "@paper" for name, _ in found],
                   "line": {"width": 1.5, "color": "@ink"}},
    }  # fmt: skip


def _lines(run: Run) -> list[dict[str, Any]]:
    """A hair line at the speed of this run's paths."""
    if _process(run) is None:
        return []
    at = float(_place(_process(run).mean_reversion))
    return [parts.rule((at, at), (_MIDDLE[0], 1), "rule", xref="x", yref="paper", layer="below")]


def _labels(run: Run, found: list[tuple[str, float]], axes: dict[str, Any], slim: bool) -> list[dict[str, Any]]:
    year, money, height = year_of(run.renewal, int(run.renewal.ends[0])), money_of(run), _HEIGHTS[slim]
    labels = [
        parts.panel(Text(f"Guarantee pays in {year}, {money.unit}", f"{year}年の保証の支払い、{money.ja}"), _TOP[1]),
        parts.panel(Text(f"Probability that {tenant(run).en} leaves", f"{tenant(run).ja}が退去する確率"), _MIDDLE[1]),
        parts.panel(Text("How long half of a gap lasted", "差の半分が埋まるまでの年数"), _BOTTOM[1]),
    ]  # fmt: skip
    series, (low, high) = _series(run), axes["yaxis"]["range"]
    gap = 15 / (height * (_TOP[1] - _TOP[0])) * (high - low)
    places = parts.spread([float(values[0]) for _, values, *_ in series], gap, gap / 2, high)
    labels += [parts.at(one[0], 0.0, place, xanchor="right", xshift=-5, font=parts.SMALL)
               for one, place in zip(series, places, strict=True)]  # fmt: skip
    process = _process(run)
    if process is not None and process.mean_reversion:
        half = numbers.significant(math.log(2) / process.mean_reversion, 2)
        labels.append(parts.note(Text(f"base, {half} y", f"基準 {half}年"), float(_place(process.mean_reversion)), _TOP[1], xref="x",
                                 xshift=5, yanchor="top", font=parts.QUIET))  # fmt: skip
    last = [(name, float(values[-1])) for name, values, *_ in _exits(run)]
    ends = [(name, f"{numbers.fixed(value, 0)}{numbers.THIN}%") for name, value in last]
    labels += parts.beside(
        ends, [value for _, value in last], axes["yaxis2"], height, slim, "y2", _MIDDLE[1] - _MIDDLE[0]
    )
    return labels + [
        _market(name, speed, len(found) - 1 - row, process, slim) for row, (name, speed) in enumerate(found)
    ]


def _market(name: str, speed: float, row: int, process: Any, slim: bool) -> dict[str, Any]:
    """A market's name on the side of its dot that has more room; bold, where the run's paths are of it."""
    text, at = called(name), float(_place(speed))
    left = at + (_LEFT_NARROW if slim else _LEFT) > (_RIGHT - at) * 1.3
    return parts.at(text.bold if process and name == process.use else text, at, row, yref="y3", font=parts.SMALL,
                    xanchor="right" if left else "left", xshift=-9 if left else 9)  # fmt: skip


def _crossing(run: Run) -> float | None:
    """The speed above which no scenario calls on the guarantee at the first end of a term [1/year]."""
    speeds, found = run.renewal.sweep.mean_reversion, []
    for values in run.renewal.sweep.shortfall.values():
        above = np.flatnonzero(values[:, 0] > 0)
        if len(above) and above[-1] + 1 < len(speeds):
            i = int(above[-1])
            slope = (values[i, 0] - values[i - 1, 0]) / (speeds[i] - speeds[i - 1]) if i else -math.inf
            found.append(min(float(speeds[i] - values[i, 0] / slope), float(speeds[i + 1])))
        elif len(above):
            return None
    return max(found, default=None)


def _finding(run: Run) -> Finding:
    speed, year = _crossing(run), year_of(run.renewal, int(run.renewal.ends[0]))
    if speed is not None and speed > 0:
        years = numbers.significant(math.log(2) / speed, 2)
        return Finding(
            f"In these scenarios the {year} guarantee is called only if half of a gap lasts over {years} years",
            f"このシナリオで{year}年に保証が履行されるのは、差の半分が{years}年を超えて残る場合のみ",
        )
    return Finding("What leaving costs, by how long a fall lasts", "下落の持続期間と退去の費用")


def _table(run: Run) -> Table:
    """By speed: each scenario's shortfall, and that and the exits of the paths."""
    speeds = run.renewal.sweep.mean_reversion
    halves = [_half(None if speed == 0 else round(math.log(2) / speed, 1)) for speed in speeds]
    return Table.of(
        (Column(Text("Half a gap closes in", "差の半分が埋まる年数")), halves), (Column(Text("Speed", "速度"), "1/year", 3), speeds),
        *((money_of(run).column(name), values) for name, values, *_ in _series(run)),
        *((Column(Text("Leaves ", "退去、") + name, "%", 1), values) for name, values, *_ in _exits(run)),
    )  # fmt: skip
