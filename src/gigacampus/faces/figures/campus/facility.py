"""The facility: the weather's part in PUE and WUE, and where the power goes that is not IT."""

from __future__ import annotations

from typing import Any

import numpy as np

from gigacampus.faces import numbers
from gigacampus.faces.figures import kinds, parts
from gigacampus.faces.figures.base import Column, Figure, Finding, Run, Table, Text, figure
from gigacampus.faces.figures.concepts import COOLING, LOSSES, PARTS
from gigacampus.faces.figures.facts import Floats, full_year, hours_of


@figure("campus")
def facility_weather(run: Run) -> Figure:
    """PUE and WUE by outdoor temperature, over a year at full build: mean and range of hours."""
    year = full_year(run)
    span = hours_of(run, year)
    wet = _is_tower(run)
    air = (run.site.wet_bulb if wet else run.site.dry_bulb)[run.timeline.weather[span]]
    what = Text("wet bulb", "湿球温度") if wet else Text("dry bulb", "乾球温度")
    it, load, water = (series[span] for series in (run.facility.it, run.facility.load, run.facility.withdrawal))
    low, rows = _by_kelvin(air, it, load, water)
    ends = {
        key: " to ".join(numbers.fixed(float(end), 2) for end in (rows[key].min(), rows[key].max()))
        for key in ("pue", "wue")
    }
    return Figure(
        title=_weather_finding(air, water, what),
        subtitle=Text(
            f"PUE and WUE by outdoor {what.en} in steps of 1 K, mean of hours in {year}; band: lowest and highest hour",
            f"外気の{what.ja}(1 K刻み)ごとのPUEとWUE、{year}年の平均。帯は最小と最大の時間値",
        ),
        **_weather_drawn(low + 0.5, rows, what),
        table=Table.of(
            (Column(Text(f"{what.en.capitalize()} from", f"{what.ja}(以上)"), "°C"), (numbers.fixed(float(x), 0) for x in low)),
            (Column(Text("Hours", "時間数"), "h", 0), rows["hours"]), (Column(Text("PUE"), "", 4), rows["pue"]),
            (Column(Text("Lowest PUE", "最小PUE"), "", 4), rows["pue_low"]),
            (Column(Text("Highest PUE", "最大PUE"), "", 4), rows["pue_high"]), (Column(Text("WUE"), "L/kWh", 4), rows["wue"]),
        ),
        aria=Text(f"PUE from {ends['pue']} and WUE from {ends['wue']} L/kWh by {what.en}.", f"{what.ja}別のPUEとWUE"),
        note=Text(
            "PUE of ISO/IEC 30134-2, category 3: rack supplies, batteries in the rack and server fans at normal speed are IT, coolant units are not. WUE of ISO/IEC 30134-9, water drawn.",
            "PUEはISO/IEC 30134-2カテゴリー3。ラック電源、ラック内蓄電池、通常速度のサーバーファンはIT、冷却液分配装置はIT外。WUEはISO/IEC 30134-9(取水量)。",
        ),
        stages=("facility", "site"),
    )  # fmt: skip


def _by_kelvin(air: Floats, it: Floats, load: Floats, water: Floats) -> tuple[Floats, dict[str, Floats]]:
    """Lower ends of the steps of 1 K that hours lie in [°C], and what each step has."""
    bins = np.floor(air).astype(int)
    order = np.argsort(bins, kind="stable")
    edges = np.flatnonzero(np.diff(bins[order], prepend=bins[order[0]] - 1))
    pue, whole = (load / np.maximum(it, 1e-9))[order], np.add.reduceat(it[order], edges)
    return bins[order][edges].astype(float), {
        "pue": np.add.reduceat(load[order], edges) / whole,
        "pue_low": np.minimum.reduceat(pue, edges),
        "pue_high": np.maximum.reduceat(pue, edges),
        "wue": np.add.reduceat(water[order], edges) / whole,
        "hours": np.diff(np.append(edges, len(bins))).astype(float),
    }


def _is_tower(run: Run) -> bool:
    rejection = run.campus.facility.cooling.rejection
    return rejection is not None and rejection.kind == "tower"


def _weather_drawn(x: Floats, rows: dict[str, Floats], what: Text) -> dict[str, Any]:
    upper, lower = (0.56, 1.0), (0.0, 0.42)
    axes = {
        "yaxis": parts.between(float(rows["pue_low"].min()), float(rows["pue_high"].max()), domain=upper),
        "yaxis2": parts.upward(float(rows["wue"].max()) or 1.0, "", domain=lower, anchor="x"),
    }
    band = {"type": "scatter", "mode": "lines", "x": np.concatenate([x, x[::-1]]), "fill": "toself", "fillcolor": "@ink/0.12",
            "y": np.concatenate([rows["pue_high"], rows["pue_low"][::-1]]), "line": {"width": 0}, "hoverinfo": "skip"}  # fmt: skip
    pue = parts.line("PUE", x, rows["pue"], "ink", "%{y:.3f}")
    wue = parts.bars("WUE", x, rows["wue"], "cooling", "%{y:.3f} L/kWh", yaxis="y2")
    reach = float(x[-1] - x[0]) + 1

    def layout(slim: bool) -> dict[str, Any]:
        under = {"xanchor": "right", "xshift": 0, "yshift": -20} if slim else {"xshift": 8, "yshift": -8}
        unit = parts.note(
            Text(f"outdoor {what.en}, °C", f"外気の{what.ja}、°C"), 1.0, 0.0, yanchor="top", font=parts.QUIET, **under
        )
        room = (0.13 if slim else 0.05) * reach
        return {
            "xaxis": {"range": [x[0] - 0.5 - room, x[-1] + 0.6], "anchor": "y2", "showspikes": False} | ({"nticks": 5} if slim else {}),
            **axes, "bargap": 0.12,
            "annotations": [parts.panel(Text("PUE"), upper[1]), parts.panel(Text("WUE, L/kWh", "WUE、L/kWh"), lower[1]), unit],
            **({"margin": {"r": 0, "b": 42}} if slim else {}),
        }  # fmt: skip

    return parts.drawn([band, pue, wue], layout, 460, 440)


def _weather_finding(air: Floats, water: Floats, what: Text) -> Finding:
    total = float(water.sum())
    if total <= 0:
        return Finding(f"PUE by {what.en}; no water is drawn", f"{what.ja}とPUE。取水はない")
    order = np.argsort(air)[::-1]
    half = int(np.searchsorted(np.cumsum(water[order]), 0.5 * total)) + 1
    share, limit = half / len(air), float(air[order[min(half, len(air) - 1)]])
    at = numbers.fixed(limit, 0)
    return Finding(
        f"Half of the year's water is drawn in the hottest {numbers.share(share)} of hours, above {at}{numbers.THIN}°C",
        f"年間取水量の半分は、{at}{numbers.THIN}°Cを超える最も暑い{numbers.share(share)}の時間に集中する",
    )


@figure("campus")
def losses_by_part(run: Run) -> Figure:
    """Energy that is not IT, by part, over the life."""
    energy = {key: float(getattr(run.facility, key).sum()) for key in PARTS}
    factor, unit = numbers.scale(sum(energy.values()), "MWh")
    ranked = [(key, energy[key] / factor) for key in sorted(energy, key=lambda k: energy[k]) if energy[key] > 0]
    total = sum(value for _, value in ranked)
    colour = {**dict.fromkeys(COOLING, "cooling"), **dict.fromkeys(LOSSES, "losses")}
    rows = [(PARTS[key], colour.get(key, "axis"), (value,)) for key, value in ranked]
    top, share, whole = (
        PARTS[ranked[-1][0]],
        numbers.share(ranked[-1][1] / total),
        f"{numbers.significant(total)}{numbers.THIN}{unit}",
    )
    down = ranked[::-1]
    return Figure(
        title=Finding(
            f"{top.en} {'take' if top.en.endswith('s') else 'takes'} {share} of the {whole} that is not IT",
            f"IT以外の{whole}のうち{share}を{top.ja}が占める",
        ),
        subtitle=Text("Energy of cooling plant and power chain over the life, " + unit, "冷却設備と受配電系統の電力量、全期間、" + unit),
        **kinds.ranked(rows, total, (160, 128), (40 + 30 * len(rows), 40 + 34 * len(rows))),
        table=Table.of(
            (Column(Text("Part", "部位")), (PARTS[key] for key, _ in down)),
            (Column(Text("Energy", "電力量"), unit, 4), (value for _, value in down)),
            (Column(Text("Share", "割合"), "%", 1), (100 * value / total for _, value in down)),
        ),
        aria=Text(f"Bars of non-IT energy by part; {top.en.lower()} is largest.", f"IT以外の電力量の部位別の棒グラフ。最大は{top.ja}"),
        stages=("facility",),
    )  # fmt: skip
