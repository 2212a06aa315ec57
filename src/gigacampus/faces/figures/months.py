"""The facility by month of one year: energy, water and PUE."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from gigacampus.faces import numbers
from gigacampus.faces.figures import parts
from gigacampus.faces.figures.base import Column, Figure, Finding, Table, Text, figure
from gigacampus.faces.figures.facts import Floats, full_year, hours_of, month_edges

if TYPE_CHECKING:
    from gigacampus.runs.pipeline import Run

PER = f"{numbers.THIN}%"
_FULL = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip
MONTHS = [Text(name, f"{i + 1}月") for i, name in enumerate(numbers.MONTHS)]
_DOMAINS = ((0.72, 1.0), (0.36, 0.63), (0.0, 0.25))


@figure("months")
def months(run: Run) -> Figure | None:
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
        "yaxis2": parts.upward(float(water.max()) or 1.0, "", domain=_DOMAINS[1], anchor="x"),
        "yaxis3": parts.between(float(pue.min()), float(pue.max()), domain=_DOMAINS[2], anchor="x"),
    }
    return {
        "data": data,
        "layout": {
            "margin": {"r": 148},
            "xaxis": _month_axis(names, 1),
            **axes,
            "annotations": _month_labels(sums, pue, axes, 560, False),
        },
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
    for keys, domain, per in (
        (("losses", "cooling", "it"), _DOMAINS[0], 1e3),
        (("blowdown", "evaporation"), _DOMAINS[1], 1e3),
    ):
        for i, key in enumerate(keys):
            name, colour = next((n, c) for k, n, c, *_ in _STACKS if k == key)
            text = parts.keyed(name, numbers.significant(float(sums[key].sum()) / per), colour)
            found.append(
                parts.note(
                    text, 1.0, domain[1], xshift=8, yanchor="top", yshift=-20 * i, font={"size": 12 if wrap else 13}
                )
            )
    place = float(pue[-1])
    return found + parts.beside(
        [(Text("PUE"), numbers.fixed(place, 2))], [place], axes["yaxis3"], height, False, "y3", 0.25
    )


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
