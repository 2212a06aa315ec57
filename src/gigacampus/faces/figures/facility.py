"""The facility: months of a year, the weather's part in PUE and WUE, and where the power goes that is not IT."""

from __future__ import annotations

from typing import Any

import numpy as np

from gigacampus.faces import numbers
from gigacampus.faces.figures import parts
from gigacampus.faces.figures.base import Column, Figure, Finding, Table, Text, figure
from gigacampus.faces.figures.concepts import COOLING, LOSSES, PARTS
from gigacampus.faces.figures.facts import Floats, full_year, hours_of, month_edges

PER = f"{numbers.THIN}%"
_EN = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()
_FULL = "January February March April May June July August September October November December".split()
MONTHS = [Text(name, f"{i + 1}月") for i, name in enumerate(_EN)]
_DOMAINS = ((0.72, 1.0), (0.36, 0.63), (0.0, 0.25))


@figure("months")
def months(run: Any) -> Figure | None:
    """Energy, water and PUE by month of the first whole year at full build."""
    if not run.campus.physical:
        return None
    year = full_year(run)
    span = hours_of(run, year)
    edges = month_edges(run, span)
    f = run.facility
    sums = {
        name: np.add.reduceat(flow[span], edges)
        for name, flow in {
            "it": f.it, "cooling": f.cooling, "losses": f.power_losses + f.other,
            "evaporation": f.evaporation + f.drift, "blowdown": f.blowdown,
        }.items()
    }  # fmt: skip
    pue = np.add.reduceat(f.load[span], edges) / sums["it"]
    first = int(run.timeline.months[run.timeline.month[span.start]].astype(int)) % 12
    names = [MONTHS[(first + i) % 12] for i in range(len(edges))]
    return Figure(
        id="months",
        title=_months_finding(sums, pue, [(first + i) % 12 for i in range(len(edges))]),
        subtitle=Text(
            f"Energy, water drawn and PUE by month of {year}, UTC; labels: sums of the year",
            f"月別の電力量、取水量、PUE、{year}年、協定世界時。ラベルは年間合計",
        ),
        **_months_drawn(sums, pue, names),
        height=560,
        narrow_height=540,
        table=_months_table(names, sums, pue),
        aria=Text(f"Monthly energy, water and PUE in {year}.", f"{year}年の月別の電力量、取水量、PUE"),
        note=Text(
            "PUE of ISO/IEC 30134-2, category 3. Every year has the same weather; years differ by build-out.",
            "PUEはISO/IEC 30134-2のカテゴリー3。気象は毎年同じで、年の違いは建設段階による。",
        ),
        stages=("facility",),
    )


_STACKS = (
    ("it", Text("IT"), "it", "", "GWh", 1e3),
    ("cooling", Text("Cooling", "冷却"), "cooling", "", "GWh", 1e3),
    ("losses", Text("Losses", "損失"), "losses", "", "GWh", 1e3),
    ("evaporation", Text("Evaporated", "蒸発"), "cooling", "2", "1,000 m³", 1e3),
    ("blowdown", Text("Blown down", "排水"), "cooling/0.45", "2", "1,000 m³", 1e3),
)


def _months_drawn(sums: dict[str, Floats], pue: Floats, names: list[Text]) -> dict[str, Any]:
    x = list(range(len(names)))
    data: list[dict[str, Any]] = []
    for key, name, colour, axis, unit, per in _STACKS:
        outline = {"line": {"width": 0.75, "color": "@axis"}} if colour == "losses" else {}
        data.append(
            {"type": "bar", "name": name, "x": x, "y": sums[key] / per, "yaxis": f"y{axis}",
             "marker": {"color": f"@{colour}", **outline}, "hovertemplate": f"%{{y:,.3r}} {unit}"}
        )  # fmt: skip
    data.append(
        {"type": "scatter", "mode": "lines+markers", "name": "PUE", "x": x, "y": pue, "yaxis": "y3",
         "line": {"color": "@ink"}, "marker": {"color": "@ink"}, "hovertemplate": "%{y:.3f}"}
    )  # fmt: skip
    energy = (sums["it"] + sums["cooling"] + sums["losses"]) / 1e3
    water = (sums["evaporation"] + sums["blowdown"]) / 1e3
    axes = {
        "yaxis": parts.upward(float(energy.max()), "GWh", domain=_DOMAINS[0]),
        "yaxis2": parts.upward(max(float(water.max()), 1e-6), "", domain=_DOMAINS[1], anchor="x"),
        "yaxis3": parts.between(float(pue.min()), float(pue.max()), domain=_DOMAINS[2], anchor="x"),
    }
    return {
        "data": data,
        "layout": {"margin": {"r": 148}, "xaxis": _month_axis(names, 1), **axes, "annotations": _month_labels(sums, pue, axes, 560, False)},
        "narrow": {
            "layout": {
                "margin": {"r": 128},
                "xaxis": _month_axis(names, 3),
                "annotations": _month_labels(sums, pue, axes, 540, True),
            }
        },
    }


def _month_axis(names: list[Text], every: int) -> dict[str, Any]:
    x = list(range(0, len(names), every))
    return {"range": [-0.9 - 0.35 * every, len(names) - 0.4], "tickvals": x, "ticktext": [names[i] for i in x],
            "anchor": "y3", "showspikes": False}  # fmt: skip


def _month_labels(sums: dict[str, Floats], pue: Floats, axes: dict[str, Any], height: int, wrap: bool) -> list[Any]:
    found = [
        parts.panel(Text("Energy, GWh", "電力量、GWh"), _DOMAINS[0][1]),
        parts.panel(Text("Water drawn, 1,000 m³", "取水量、1,000 m³"), _DOMAINS[1][1]),
        parts.panel(Text("PUE"), _DOMAINS[2][1]),
    ]
    for keys, domain, per in ((("losses", "cooling", "it"), _DOMAINS[0], 1e3), (("blowdown", "evaporation"), _DOMAINS[1], 1e3)):
        for i, key in enumerate(keys):
            name, colour = next((n, c) for k, n, c, *_ in _STACKS if k == key)
            text = parts.keyed(name, numbers.significant(float(sums[key].sum()) / per), colour)
            found.append(parts.note(text, 1.0, domain[1], xshift=8, yanchor="top", yshift=-20 * i, font={"size": 12 if wrap else 13}))
    place = float(pue[-1])
    return found + parts.beside([(Text("PUE"), numbers.fixed(place, 2))], [place], axes["yaxis3"], height, False, "y3", 0.25)


def _months_finding(sums: dict[str, Floats], pue: Floats, order: list[int]) -> Finding:
    water = sums["evaporation"] + sums["blowdown"]
    low, high = numbers.fixed(float(pue.min()), 2), numbers.fixed(float(pue.max()), 2)
    top = int(np.argmax(water))
    moves = f"stays at {low}" if low == high else f"runs from {low} to {high}"
    moves_ja = f"{low}で一定" if low == high else f"{low}〜{high}"
    if water.sum() <= 0:
        return Finding(f"PUE {moves} over the year; no water is drawn", f"PUEは年間を通じて{moves_ja}、取水はない")
    share = numbers.percent(float(np.sort(water)[::-1][:3].sum() / water.sum()))
    return Finding(
        f"Three months draw {share}{PER} of the year's water, {_FULL[order[top]]} most; PUE {moves}",
        f"年間取水量の{share}{PER}が3か月に集中({order[top] + 1}月が最大)、PUEは{moves_ja}",
    )


def _months_table(names: list[Text], sums: dict[str, Floats], pue: Floats) -> Table:
    columns = (
        Column(Text("Month", "月")), Column(Text("IT"), "GWh", 1), Column(Text("Cooling", "冷却"), "GWh", 2),
        Column(Text("Losses and other", "損失・その他"), "GWh", 2), Column(Text("Evaporated", "蒸発"), "1,000 m³", 1),
        Column(Text("Blown down", "排水"), "1,000 m³", 1), Column(Text("PUE"), "", 4),
    )  # fmt: skip
    keys = ("it", "cooling", "losses", "evaporation", "blowdown")
    rows = tuple((name, *(float(sums[k][i]) / 1e3 for k in keys), float(pue[i])) for i, name in enumerate(names))
    return Table(columns, rows)


@figure("facility_weather")
def facility_weather(run: Any) -> Figure | None:
    """PUE and WUE by outdoor temperature, over a year at full build: mean and range of hours."""
    if not run.campus.physical:
        return None
    year = full_year(run)
    span = hours_of(run, year)
    wet = _is_tower(run)
    air = (run.site.wet_bulb if wet else run.site.dry_bulb)[run.timeline.weather[span]]
    what = Text("wet bulb", "湿球温度") if wet else Text("dry bulb", "乾球温度")
    it, load, water = (series[span] for series in (run.facility.it, run.facility.load, run.facility.makeup))
    bins = np.floor(air).astype(int)
    order = np.argsort(bins, kind="stable")
    edges = np.flatnonzero(np.diff(bins[order], prepend=bins[order[0]] - 1))
    pue = (load / np.maximum(it, 1e-9))[order]
    x = bins[order][edges] + 0.5
    rows = {
        "pue": np.add.reduceat(load[order], edges) / np.add.reduceat(it[order], edges),
        "pue_low": np.minimum.reduceat(pue, edges),
        "pue_high": np.maximum.reduceat(pue, edges),
        "wue": np.add.reduceat(water[order], edges) / np.add.reduceat(it[order], edges),
        "hours": np.diff(np.append(edges, len(bins))).astype(float),
    }
    return Figure(
        id="facility_weather",
        title=_weather_finding(air, water, what),
        subtitle=Text(
            f"PUE and WUE by outdoor {what.en} in steps of 1 K, mean of hours in {year}; band: lowest and highest hour",
            f"外気の{what.ja}(1 K刻み)ごとのPUEとWUE、{year}年の平均。帯は最小と最大の時間値",
        ),
        **_weather_drawn(x, rows, what),
        height=460,
        narrow_height=440,
        table=_weather_table(x, rows, what),
        aria=Text(
            f"PUE from {numbers.fixed(float(rows['pue'].min()), 2)} to {numbers.fixed(float(rows['pue'].max()), 2)} "
            f"and WUE from {numbers.fixed(float(rows['wue'].min()), 2)} to {numbers.fixed(float(rows['wue'].max()), 2)} "
            f"L/kWh by {what.en}.",
            f"{what.ja}別のPUEとWUE",
        ),
        note=Text("PUE of ISO/IEC 30134-2, category 3; WUE of ISO/IEC 30134-9, water drawn.", "PUEはISO/IEC 30134-2カテゴリー3、WUEはISO/IEC 30134-9(取水量)。"),
        stages=("facility", "site"),
    )  # fmt: skip


def _is_tower(run: Any) -> bool:
    rejection = run.campus.facility.cooling.rejection
    return rejection is not None and rejection.kind == "tower"


def _weather_drawn(x: Floats, rows: dict[str, Floats], what: Text) -> dict[str, Any]:
    domains = ((0.56, 1.0), (0.0, 0.42))
    axes = {
        "yaxis": parts.between(float(rows["pue_low"].min()), float(rows["pue_high"].max()), domain=domains[0]),
        "yaxis2": parts.upward(max(float(rows["wue"].max()), 1e-3), "", domain=domains[1], anchor="x"),
    }
    band = np.concatenate([rows["pue_high"], rows["pue_low"][::-1]])
    data: list[dict[str, Any]] = [
        {"type": "scatter", "mode": "lines", "x": np.concatenate([x, x[::-1]]), "y": band, "fill": "toself",
         "fillcolor": "@ink/0.12", "line": {"width": 0}, "hoverinfo": "skip"},
        {"type": "scatter", "mode": "lines", "name": "PUE", "x": x, "y": rows["pue"], "line": {"color": "@ink"},
         "hovertemplate": "%{y:.3f}"},
        {"type": "bar", "name": "WUE", "x": x, "y": rows["wue"], "yaxis": "y2", "marker": {"color": "@cooling"},
         "hovertemplate": "%{y:.3f} L/kWh"},
    ]  # fmt: skip
    heads = [
        parts.panel(Text("PUE"), domains[0][1]),
        parts.panel(Text("WUE, L/kWh", "WUE、L/kWh"), domains[1][1]),
        parts.note(Text(f"outdoor {what.en}, °C", f"外気の{what.ja}、°C"), 1.0, 0.0, yshift=-8, xanchor="left", xshift=8,
                   font={"size": 12, "color": "@ink2"}, yanchor="top"),
    ]  # fmt: skip
    slim = [*heads[:2], {**heads[2], "xanchor": "right", "x": 1.0, "xshift": 0, "yshift": -20}]
    reach = float(x[-1] - x[0]) + 1
    axis = {"anchor": "y2", "ticksuffix": "", "showspikes": False}
    return {
        "data": data,
        "layout": {"xaxis": {"range": [x[0] - 0.5 - 0.05 * reach, x[-1] + 0.6], **axis}, **axes, "annotations": heads,
                   "bargap": 0.12},
        "narrow": {"layout": {"margin": {"r": 0, "b": 42}, "annotations": slim,
                              "xaxis": {"range": [x[0] - 0.5 - 0.13 * reach, x[-1] + 0.6], "nticks": 5, **axis}}},
    }  # fmt: skip


def _weather_finding(air: Floats, water: Floats, what: Text) -> Finding:
    total = float(water.sum())
    if total <= 0:
        return Finding(f"PUE by {what.en}; no water is drawn", f"{what.ja}とPUE。取水はない")
    order = np.argsort(air)[::-1]
    half = int(np.searchsorted(np.cumsum(water[order]), 0.5 * total)) + 1
    share, limit = half / len(air), float(air[order[min(half, len(air) - 1)]])
    at = numbers.fixed(limit, 0)
    return Finding(
        f"Half of the year's water is drawn in the hottest {numbers.percent(share)}{PER} of hours, above {at}{numbers.THIN}°C",
        f"年間取水量の半分は、{at}{numbers.THIN}°Cを超える最も暑い{numbers.percent(share)}{PER}の時間に集中する",
    )


def _weather_table(x: Floats, rows: dict[str, Floats], what: Text) -> Table:
    columns = (
        Column(Text(f"{what.en.capitalize()} from", f"{what.ja}(以上)"), "°C"), Column(Text("Hours", "時間数"), "h", 0),
        Column(Text("PUE"), "", 4), Column(Text("Lowest PUE", "最小PUE"), "", 4),
        Column(Text("Highest PUE", "最大PUE"), "", 4), Column(Text("WUE"), "L/kWh", 4),
    )  # fmt: skip
    keys = ("hours", "pue", "pue_low", "pue_high", "wue")
    return Table(columns, tuple((numbers.fixed(float(x[i]) - 0.5, 0), *(float(rows[k][i]) for k in keys)) for i in range(len(x))))


@figure("losses_by_part")
def losses_by_part(run: Any) -> Figure | None:
    """Energy that is not IT, by part, over the life."""
    if not run.campus.physical:
        return None
    energy = {key: float(getattr(run.facility, key).sum()) for key in PARTS}
    factor, unit = numbers.scale(sum(energy.values()), "MWh")
    energy = {key: value / factor for key, value in energy.items()}
    ranked = [key for key in sorted(energy, key=lambda k: energy[k]) if energy[key] > 0]
    total = sum(energy.values())
    top = PARTS[ranked[-1]]
    share = numbers.percent(energy[ranked[-1]] / total)
    return Figure(
        id="losses_by_part",
        title=Finding(
            f"{top.en} take {share}{PER} of the {numbers.significant(total)}{numbers.THIN}{unit} that is not IT"
            if top.en.endswith("s")
            else f"{top.en} takes {share}{PER} of the {numbers.significant(total)}{numbers.THIN}{unit} that is not IT",
            f"IT以外の{numbers.significant(total)}{numbers.THIN}{unit}のうち{share}{PER}を{top.ja}が占める",
        ),
        subtitle=Text("Energy of cooling plant and power chain over the life, " + unit, "冷却設備と受配電系統の電力量、全期間、" + unit),
        **_parts_drawn(ranked, energy, total),
        height=40 + 30 * len(ranked),
        narrow_height=40 + 34 * len(ranked),
        table=Table(
            (Column(Text("Part", "部位")), Column(Text("Energy", "電力量"), unit, 4), Column(Text("Share", "割合"), "%", 1)),
            tuple((PARTS[k], energy[k], 100 * energy[k] / total) for k in reversed(ranked)),
        ),
        aria=Text(f"Bars of non-IT energy by part; {top.en.lower()} is largest.", f"IT以外の電力量の部位別の棒グラフ。最大は{top.ja}"),
        stages=("facility",),
    )  # fmt: skip


def _parts_drawn(ranked: list[str], energy: dict[str, float], total: float) -> dict[str, Any]:
    colour = {**dict.fromkeys(COOLING, "@cooling"), **dict.fromkeys(LOSSES, "@losses")}
    data = {
        "type": "bar", "orientation": "h", "x": [energy[k] for k in ranked], "y": list(range(len(ranked))),
        "marker": {"color": [colour.get(k, "@axis") for k in ranked], "line": {"width": 0.75, "color": "@axis"}},
        "hoverinfo": "skip",
    }  # fmt: skip
    ends = [
        parts.note(f"{numbers.significant(energy[k])}  <span style='font-size:12px'>{numbers.percent(energy[k] / total)}{PER}</span>",
                   energy[k], i, xref="x", yref="y", xshift=6, yanchor="middle")
        for i, k in enumerate(ranked)
    ]  # fmt: skip

    def names(wide: bool) -> list[dict[str, Any]]:
        at = {"x": 0.0, "xshift": -8, "xanchor": "right", "align": "right"}
        return [parts.note(PARTS[k], yref="y", y=i, yanchor="middle", font={"size": 13 if wide else 12}, **at) for i, k in enumerate(ranked)]

    base = {
        "xaxis": {"visible": False, "range": [0, max(energy.values()) * 1.16]},
        "yaxis": {"visible": False, "range": [-0.6, len(ranked) - 0.4]},
        "hovermode": False, "bargap": 0.3,
    }  # fmt: skip
    return {
        "data": [data],
        "layout": {**base, "margin": {"l": 160, "r": 60, "t": 4, "b": 4}, "annotations": [*ends, *names(True)]},
        "narrow": {"layout": {"margin": {"l": 128, "r": 0, "t": 4, "b": 4}, "annotations": [*ends, *names(False)], "xaxis": {"range": [0, max(energy.values()) * 1.7]}}},
    }
