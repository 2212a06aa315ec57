"""The facility: the weather's part in PUE and WUE, and where the power goes that is not IT."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from gigacampus.faces import numbers
from gigacampus.faces.figures import parts
from gigacampus.faces.figures.base import Column, Figure, Finding, Table, Text, figure
from gigacampus.faces.figures.concepts import COOLING, LOSSES, PARTS
from gigacampus.faces.figures.facts import Floats, full_year, hours_of

if TYPE_CHECKING:
    from gigacampus.runs.pipeline import Run

PER = f"{numbers.THIN}%"


@figure("facility_weather")
def facility_weather(run: Run) -> Figure | None:
    """PUE and WUE by outdoor temperature, over a year at full build: mean and range of hours."""
    if not run.campus.physical:
        return None
    year = full_year(run)
    span = hours_of(run, year)
    wet = _is_tower(run)
    air = (run.site.wet_bulb if wet else run.site.dry_bulb)[run.timeline.weather[span]]
    what = Text("wet bulb", "湿球温度") if wet else Text("dry bulb", "乾球温度")
    it, load, water = (series[span] for series in (run.facility.it, run.facility.load, run.facility.withdrawal))
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
        note=Text(
            "PUE of ISO/IEC 30134-2, category 3: rack supplies, batteries in the rack and server fans at normal speed are IT, coolant units are not. WUE of ISO/IEC 30134-9, water drawn.",
            "PUEはISO/IEC 30134-2カテゴリー3。ラック電源、ラック内蓄電池、通常速度のサーバーファンはIT、冷却液分配装置はIT外。WUEはISO/IEC 30134-9(取水量)。",
        ),
        stages=("facility", "site"),
    )  # fmt: skip


def _is_tower(run: Run) -> bool:
    rejection = run.campus.facility.cooling.rejection
    return rejection is not None and rejection.kind == "tower"


def _weather_drawn(x: Floats, rows: dict[str, Floats], what: Text) -> dict[str, Any]:
    domains = ((0.56, 1.0), (0.0, 0.42))
    axes = {
        "yaxis": parts.between(float(rows["pue_low"].min()), float(rows["pue_high"].max()), domain=domains[0]),
        "yaxis2": parts.upward(float(rows["wue"].max()) or 1.0, "", domain=domains[1], anchor="x"),
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
    return Table(
        columns, tuple((numbers.fixed(float(x[i]) - 0.5, 0), *(float(rows[k][i]) for k in keys)) for i in range(len(x)))
    )


@figure("losses_by_part")
def losses_by_part(run: Run) -> Figure | None:
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
        at: dict[str, Any] = {"x": 0.0, "xshift": -8, "xanchor": "right", "align": "right"}
        return [
            parts.note(PARTS[k], yref="y", y=i, yanchor="middle", font={"size": 13 if wide else 12}, **at)
            for i, k in enumerate(ranked)
        ]

    base = {
        "xaxis": {"visible": False, "range": [0, max(energy.values()) * 1.16]},
        "yaxis": {"visible": False, "range": [-0.6, len(ranked) - 0.4]},
        "hovermode": False, "bargap": 0.3,
    }  # fmt: skip
    return {
        "data": [data],
        "layout": {**base, "margin": {"l": 160, "r": 60, "t": 4, "b": 4}, "annotations": [*ends, *names(True)]},
        "narrow": {
            "layout": {
                "margin": {"l": 128, "r": 0, "t": 4, "b": 4},
                "annotations": [*ends, *names(False)],
                "xaxis": {"range": [0, max(energy.values()) * 1.7]},
            }
        },
    }
