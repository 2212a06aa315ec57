"""How long a fall lasts decides: guarantee and exit over the speed of reversion, with the analogues on the same axis."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from gigacampus.campus import catalog
from gigacampus.faces import numbers
from gigacampus.faces.figures import parts
from gigacampus.faces.figures.base import Column, Figure, Finding, Table, Text, figure, there
from gigacampus.faces.figures.concepts import titled
from gigacampus.faces.figures.facts import Floats
from gigacampus.faces.figures.money import money_of
from gigacampus.faces.figures.value import tenant, year_of
from gigacampus.quantities import parse_quantity

if TYPE_CHECKING:
    from gigacampus.runs.pipeline import Run

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
_DASHES = ("dash", "dot", "dashdot", "longdash")
_LEFT, _LEFT_NARROW, _RIGHT = 0.2, 0.68, 1.03
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


@figure("persistence")
def persistence(run: Run) -> Figure | None:
    """Shortfall of the guarantee and probability of exit over the speed of reversion."""
    if run.campus.deal is None or run.renewal is None or not (run.renewal.scenarios or run.renewal.paths):
        return None
    found = analogues()
    year, money = year_of(run.renewal, int(run.renewal.ends[0])), money_of(run)
    return Figure(
        id="persistence",
        title=_finding(run),
        subtitle=Text(
            f"Shortfall of the guarantee if the tenant leaves in {year}, {money.unit}, and how likely it leaves, by how long the market takes to close half of a gap to normal",
            f"{year}年に賃借人が退去した場合の保証の支払い({money.ja})と退去確率、市場が正常との差の半分を埋めるまでの年数別",
        ),
        **_drawn(run, found),
        height=700,
        narrow_height=720,
        table=_table(run),
        aria=Text(
            "Shortfall and probability of exit by speed of reversion; markets by speed: " + ", ".join(f"{called(n).en} {numbers.fixed(v, 2)}" for n, v in found) + " a year.",
            "回復速度別の保証の支払いと退去確率。市場別の速度：" + "、".join(f"{called(n).of('ja')} {numbers.fixed(v, 2)}" for n, v in found),
        ),
        note=Text(
            "Every speed has the same paths but for that. Markets were chosen for being remembered, so deep and slow ones are over-represented. The horizontal axis is the square root of the speed.",
            "速度以外は同じ経路。市場は記憶に残るものから選んだため、深く遅い例に偏る。横軸は速度の平方根。",
        ),
        stages=("renewal",),
    )  # fmt: skip


def _base(run: Run) -> float | None:
    process = there(run.deal.outlook).process
    return None if process is None else float(process.mean_reversion)


def _place(speed: float | Floats) -> Any:
    return np.sqrt(speed)


def _series(run: Run) -> list[tuple[Text, Floats, dict[str, Any]]]:
    """Shortfall at the first end of a term by speed: of each scenario, and of the paths [the run's unit of money]."""
    sweep, unit = run.renewal.sweep, money_of(run).factor
    found = [
        (titled(name), values[:, 0] / unit, {"color": "@assumed", "dash": _DASHES[k % 4], "width": 2})
        for k, (name, values) in enumerate(sweep.shortfall.items())
        if values[:, 0].any()
    ]
    if sweep.paths_shortfall is not None:
        found.append(
            (Text("1 path in 20", "20経路に1つ"), sweep.paths_shortfall[:, 1, 0] / unit, {"color": "@ink", "width": 2})
        )
    return found


def _exits(run: Run) -> list[tuple[Text, Floats, dict[str, Any]]]:
    """Probability of leaving by speed, at the first end of a term and before the last [%]."""
    exits = run.renewal.sweep.exits
    if exits is None or exits.shape[1] < 2:
        return []
    first, last = (year_of(run.renewal, int(run.renewal.ends[i])) for i in (0, -2))
    found = [(Text(f"in {first}", f"{first}年"), 100 * exits[:, 0], {"color": "@ink", "width": 2})]
    if exits.shape[1] > 2:
        found.append(
            (Text(f"by {last}", f"{last}年まで"), 100 * exits[:, :-1].sum(axis=1), {"color": "@ink2", "width": 2})
        )
    return found


def _drawn(run: Run, found: list[tuple[str, float]]) -> dict[str, Any]:
    x, top, middle = _place(run.renewal.sweep.mean_reversion), _series(run), _exits(run)
    axes = {
        "yaxis": parts.upward(max((float(v.max()) for _, v, _ in top), default=1.0), "", domain=_TOP),
        "yaxis2": parts.upward(max((float(v.max()) for _, v, _ in middle), default=1.0), "%", domain=_MIDDLE, anchor="x", room=1.3),
        "yaxis3": {"visible": False, "range": [-0.8, len(found) - 0.2], "domain": _BOTTOM, "anchor": "x"},
    }  # fmt: skip
    line = {"type": "scatter", "mode": "lines", "x": x, "hovertemplate": "%{y:.2f}"}
    data: list[dict[str, Any]] = [{**line, "y": v, "name": name, "line": style} for name, v, style in top]
    data += [
        {**line, "y": v, "name": name, "line": style, "yaxis": "y2", "hovertemplate": "%{y:.0f}"}
        for name, v, style in middle
    ]
    data.append(_dots(run, found))
    ticks, slim = (
        {"tickvals": [_place(speed) for speed, _ in shown], "ticktext": [_half(years) for _, years in shown],
         "anchor": "y3", "showspikes": False, "tickangle": 0}
        for shown in (_TICKS, (*_TICKS[:1], *_TICKS[2:5:2], _TICKS[-1]))
    )  # fmt: skip
    return {
        "data": data,
        "layout": {"xaxis": {"range": [-_LEFT, _RIGHT], **ticks}, **axes, "hovermode": "closest", "shapes": _lines(run),
                   "annotations": _labels(run, found, axes, 700, False)},
        "narrow": {"layout": {"margin": {"r": parts.RIGHT_NARROW}, "xaxis": {"range": [-_LEFT_NARROW, _RIGHT], **slim},
                              "annotations": _labels(run, found, axes, 720, True)}},
    }  # fmt: skip


def _half(years: float | None) -> Text:
    return Text("never", "なし") if years is None else Text(f"{years:g} y", f"{years:g}年")


def _dots(run: Run, found: list[tuple[str, float]]) -> dict[str, Any]:
    process = there(run.deal.outlook).process
    chosen = None if process is None else process.use
    return {
        "type": "scatter", "mode": "markers", "yaxis": "y3", "x": [_place(speed) for _, speed in found],
        "y": list(range(len(found) - 1, -1, -1)), "text": [f"{speed:g}" for _, speed in found],
        "name": Text("Speed of reversion, 1/year", "回復速度、1/年"), "hovertemplate": "%{text}",
        "marker": {"size": 9, "color": ["@ink" if name == chosen else "@paper" for name, _ in found],
                   "line": {"width": 1.5, "color": "@ink"}},
    }  # fmt: skip


def _lines(run: Run) -> list[dict[str, Any]]:
    """A hair line at the speed of this run's paths."""
    base = _base(run)
    if base is None:
        return []
    at = float(_place(base))
    return [{"type": "line", "x0": at, "x1": at, "y0": _MIDDLE[0], "y1": 1, "xref": "x", "yref": "paper",
             "line": {"color": "@rule", "width": 1}, "layer": "below"}]  # fmt: skip


def _labels(
    run: Run, found: list[tuple[str, float]], axes: dict[str, Any], height: int, slim: bool
) -> list[dict[str, Any]]:
    year, money = year_of(run.renewal, int(run.renewal.ends[0])), money_of(run)
    labels = [
        parts.panel(Text(f"Guarantee pays in {year}, {money.unit}", f"{year}年の保証の支払い、{money.ja}"), _TOP[1]),
        parts.panel(Text(f"Probability that {tenant(run).en} leaves", f"{tenant(run).ja}が退去する確率"), _MIDDLE[1]),
        parts.panel(Text("How long half of a gap lasted", "差の半分が埋まるまでの年数"), _BOTTOM[1]),
    ]  # fmt: skip
    series, low = _series(run), axes["yaxis"]["range"]
    gap = 15 / (height * (_TOP[1] - _TOP[0])) * (low[1] - low[0])
    places = parts.spread([float(values[0]) for _, values, _ in series], gap, gap / 2, low[1])
    labels += [parts.note(name, 0.0, place, xref="x", yref="y", xanchor="right", xshift=-5, yanchor="middle", font={"size": 12})
               for (name, _, _), place in zip(series, places, strict=True)]  # fmt: skip
    base = _base(run)
    if base:
        text = Text(
            f"base, {numbers.significant(math.log(2) / base, 2)} y",
            f"基準 {numbers.significant(math.log(2) / base, 2)}年",
        )
        labels.append(
            parts.note(
                text,
                float(_place(base)),
                _TOP[1],
                xref="x",
                xshift=5,
                yanchor="top",
                font={"size": 12, "color": "@ink2"},
            )
        )
    ends = [(name, f"{numbers.fixed(float(v[-1]), 0)}{numbers.THIN}%") for name, v, _ in _exits(run)]
    labels += parts.beside(
        ends, [float(v[-1]) for _, v, _ in _exits(run)], axes["yaxis2"], height, slim, "y2", _MIDDLE[1] - _MIDDLE[0]
    )
    process = there(run.deal.outlook).process
    chosen = None if process is None else process.use
    for row, (name, speed) in enumerate(found):
        text = called(name)
        if name == chosen:
            text = Text(f"<b>{text.en}</b>", f"<b>{text.of('ja')}</b>")
        at = float(_place(speed))
        left = at + (_LEFT_NARROW if slim else _LEFT) > (_RIGHT - at) * 1.3
        labels.append(parts.note(text, at, len(found) - 1 - row, xref="x", yref="y3", yanchor="middle",
                                 xanchor="right" if left else "left", xshift=-9 if left else 9, font={"size": 12}))  # fmt: skip
    return labels


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
    sweep = run.renewal.sweep
    heads = [Column(Text("Half a gap closes in", "差の半分が埋まる年数")), Column(Text("Speed", "速度"), "1/year", 3)]
    series, exits = _series(run), _exits(run)
    heads += [money_of(run).column(name) for name, _, _ in series]
    heads += [Column(Text(f"Leaves {name.en}", f"退去、{name.of('ja')}"), "%", 1) for name, _, _ in exits]
    rows = tuple(
        (
            _half(None) if speed == 0 else _half(round(math.log(2) / speed, 1)),
            float(speed),
            *(float(values[i]) for _, values, _ in (*series, *exits)),
        )
        for i, speed in enumerate(sweep.mean_reversion)
    )
    return Table(tuple(heads), rows)
