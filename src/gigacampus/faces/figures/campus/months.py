"""The facility by month of one year: energy, water and PUE."""

from __future__ import annotations

from typing import Any

import numpy as np

from gigacampus.faces import numbers
from gigacampus.faces.figures import parts
from gigacampus.faces.figures.base import Column, Figure, Finding, Run, Table, Text, figure
from gigacampus.faces.figures.facts import Floats, full_year, hours_of, month_edges

_FULL = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip
MONTHS = [Text(name, f"{i + 1}月") for i, name in enumerate(numbers.MONTHS)]
_DOMAINS = ((0.72, 1.0), (0.36, 0.63), (0.0, 0.25))
_PANELS = (
    ("", "GWh", {"it": (Text("IT"), "it"), "cooling": (Text("Cooling", "冷却"), "cooling"), "losses": (Text("Losses", "損失"), "losses")}),
    ("2", "1,000 m³", {"evaporation": (Text("Evaporated", "蒸発"), "cooling"), "blowdown": (Text("Blown down", "排水"), "cooling/0.45")}),
)  # fmt: skip
"""Stacks, from the bottom up: their axis, their unit, and name and colour of their parts."""


@figure("campus")
def months(run: Run) -> Figure:
    """Energy, water and PUE by month of the first whole year at full build."""
    year, f = full_year(run), run.facility
    span = hours_of(run, year)
    edges = month_edges(run, span)
    flows = {"it": f.it, "cooling": f.cooling, "losses": f.power_losses + f.other, "evaporation": f.evaporation + f.drift,
             "blowdown": f.blowdown}  # fmt: skip
    sums = {name: np.add.reduceat(flow[span], edges) / 1e3 for name, flow in flows.items()}
    pue = np.add.reduceat(f.load[span], edges) / np.add.reduceat(f.it[span], edges)
    first = int(run.timeline.months[run.timeline.month[span.start]].astype(int)) % 12
    order = [(first + i) % 12 for i in range(len(edges))]
    names = [MONTHS[i] for i in order]
    heads = {"losses": Text("Losses and other", "損失・その他")}
    columns = [
        (Column(heads.get(key, name), unit, 1 if unit != "GWh" or key == "it" else 2), sums[key])
        for _, unit, stack in _PANELS for key, (name, _) in stack.items()
    ]  # fmt: skip
    return Figure(
        title=_finding(sums, pue, order),
        subtitle=Text(
            f"Energy, water drawn and PUE by month of {year}, UTC; labels: sums of the year",
            f"月別の電力量、取水量、PUE、{year}年、協定世界時。ラベルは年間合計",
        ),
        **_drawn(sums, pue, names),
        table=Table.of((Column(Text("Month", "月")), names), *columns, (Column(Text("PUE"), "", 4), pue)),
        aria=Text(f"Monthly energy, water and PUE in {year}.", f"{year}年の月別の電力量、取水量、PUE"),
        note=Text(
            "PUE of ISO/IEC 30134-2, category 3. Every year has the same weather; years differ by build-out.",
            "PUEはISO/IEC 30134-2のカテゴリー3。気象は毎年同じで、年の違いは建設段階による。",
        ),
        stages=("facility",),
    )  # fmt: skip


def _drawn(sums: dict[str, Floats], pue: Floats, names: list[Text]) -> dict[str, Any]:
    x = list(range(len(names)))
    data = [
        parts.bars(name, x, sums[key], colour, f"%{{y:,.3r}} {unit}", {"line": parts.OUTLINE} if key == "losses" else {}, yaxis=f"y{axis}")
        for axis, unit, stack in _PANELS for key, (name, colour) in stack.items()
    ]  # fmt: skip
    dotted = {"mode": "lines+markers", "marker": {"color": "@ink"}}
    data.append(parts.line("PUE", x, pue, "ink", "%{y:.3f}", yaxis="y3") | dotted)
    energy, water = (float(np.sum([sums[key] for key in stack], axis=0).max()) for _, _, stack in _PANELS)
    axes = {
        "yaxis": parts.upward(energy, "GWh", domain=_DOMAINS[0]),
        "yaxis2": parts.upward(water or 1.0, "", domain=_DOMAINS[1], anchor="x"),
        "yaxis3": parts.between(float(pue.min()), float(pue.max()), domain=_DOMAINS[2], anchor="x"),
    }

    def layout(slim: bool) -> dict[str, Any]:
        every = 3 if slim else 1
        axis = {"range": [-0.9 - 0.35 * every, len(names) - 0.4], "tickvals": x[::every], "ticktext": names[::every],
                "anchor": "y3", "showspikes": False}  # fmt: skip
        return {
            "margin": {"r": 128 if slim else 148},
            "xaxis": axis,
            **axes,
            "annotations": _labels(sums, pue, axes, slim),
        }

    return parts.drawn(data, layout, 560, 540)


def _labels(sums: dict[str, Floats], pue: Floats, axes: dict[str, Any], slim: bool) -> list[Any]:
    heads = (Text("Energy, GWh", "電力量、GWh"), Text("Water drawn, 1,000 m³", "取水量、1,000 m³"), Text("PUE"))
    found = [parts.panel(head, domain[1]) for head, domain in zip(heads, _DOMAINS, strict=True)]
    for (_, _, stack), domain in zip(_PANELS, _DOMAINS[:2], strict=True):
        down = (
            (name, numbers.significant(float(sums[key].sum())), colour)
            for key, (name, colour) in reversed(stack.items())
        )
        found += parts.keys(down, slim, domain[1])
    last = float(pue[-1])
    return found + parts.beside(
        [(Text("PUE"), numbers.fixed(last, 2))], [last], axes["yaxis3"], 540 if slim else 560, False, "y3", 0.25
    )


def _finding(sums: dict[str, Floats], pue: Floats, order: list[int]) -> Finding:
    water = sums["evaporation"] + sums["blowdown"]
    low, high = numbers.fixed(float(pue.min()), 2), numbers.fixed(float(pue.max()), 2)
    moves = (
        Text(f"stays at {low}", f"{low}で一定") if low == high else Text(f"runs from {low} to {high}", f"{low}〜{high}")
    )
    if water.sum() <= 0:
        return Finding(f"PUE {moves.en} over the year; no water is drawn", f"PUEは年間を通じて{moves.ja}、取水はない")
    share, top = numbers.share(float(np.sort(water)[::-1][:3].sum() / water.sum())), order[int(np.argmax(water))]
    return Finding(f"Three months draw {share} of the year's water, {_FULL[top]} most; PUE {moves.en}",
                   f"年間取水量の{share}が3か月に集中({top + 1}月が最大)、PUEは{moves.ja}")  # fmt: skip
