"""The hourly explorer: every hour of the life by six-hour buckets that keep means, and lows and highs of lines."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from gigacampus.faces import numbers
from gigacampus.faces.figures import parts
from gigacampus.faces.figures.base import Column, Figure, Finding, Run, Table, Text, figure
from gigacampus.faces.figures.concepts import COLOURS, SOURCES
from gigacampus.faces.figures.facts import Floats, by_year, delivered, full_year, hours_of, year_edges

BUCKET = 6
"""Hours in a bucket."""

MOST = 40_000
"""Buckets at most: longer lives take wider buckets, so that the report stays small."""

Packed = NDArray[np.int16] | NDArray[np.float32]


def buckets(values: Floats, hours: int) -> tuple[Floats, Floats, Floats]:
    """Mean, lowest and highest of every so many hours; the last bucket may be shorter."""
    edges = np.arange(0, len(values), hours)
    sizes = np.diff(np.append(edges, len(values)))
    return (
        np.add.reduceat(values, edges) / sizes,
        np.minimum.reduceat(values, edges),
        np.maximum.reduceat(values, edges),
    )


def pack(values: Floats, size: float) -> Packed:
    """Whole steps of `size` as 16-bit integers where they fit, else 32-bit floats."""
    scaled = np.rint(values / size)
    return scaled.astype(np.int16) if float(np.abs(scaled).max(initial=0)) < 32767 else scaled.astype(np.float32)


@figure("campus", plotted=False)
def explorer(run: Run) -> Figure:
    """Power by source, load and PUE, from the whole life down to single hours of one year."""
    hours = BUCKET * -(-run.timeline.hours // (BUCKET * MOST))
    sources, load, year = delivered(run).sources, run.supply.load, full_year(run)
    pue = load / np.maximum(run.facility.it, 1e-6)
    start, span, size = np.datetime64(run.timeline.start, "h"), hours_of(run, year), max(float(load.max()) / 30000, 0.1)
    near = {kind: power[span] for kind, power in sources.items()}
    top = max(float(load.max()), float(np.sum([*sources.values()], axis=0).max()))
    high, peak = f"{numbers.significant(float(load.max()))}{numbers.THIN}MW", numbers.fixed(float(pue.max()), 2)
    return Figure(
        title=Finding(
            f"The highest hour of the life takes {high}; PUE never passes {peak}",
            f"全期間の最大負荷は{high}、PUEは{peak}を超えない",
        ),
        subtitle=Text(
            "Power at the campus's bus by source, and PUE, every hour of the life, UTC. Area: mean; lines: lowest and highest hour",
            "電源別の受電電力とPUE、全期間の毎時、協定世界時。面は平均、線は最小と最大の時間値",
        ),
        layout=_layout(top, pue),
        narrow={"layout": {"margin": {"l": 58}, "xaxis": {"nticks": 4}}},
        height=480,
        narrow_height=460,
        table=_table(run, load, pue),
        aria=Text("Interactive chart of hourly power and PUE; the table gives each year's mean, lowest and highest.",
                  "毎時の電力とPUEの対話型グラフ。表は年ごとの平均・最小・最大"),
        note=Text(
            f"Buckets of {hours} hours over the life, single hours in {year}; arrows pan, plus and minus zoom.",
            f"全期間は{hours}時間ごとの集約、{year}年は1時間値。矢印キーで移動、＋と−で拡大縮小。",
        ),
        stages=("supply", "facility"),
        explorer={
            "step": size,
            "series": [{"name": SOURCES[kind], "color": f"@{COLOURS[kind]}"} for kind in sources],
            "levels": [
                {"start": f"{start}:00Z", "hours": hours, **_level(sources, load, pue, hours, size)},
                {"start": f"{start + span.start}:00Z", "hours": 1, **_level(near, load[span], pue[span], 1, size)},
            ],
            "year": year,
        },
    )  # fmt: skip


def _level(sources: dict[str, Floats], load: Floats, pue: Floats, hours: int, size: float) -> dict[str, Any]:
    """One resolution: means of sources, lows and highs of load and PUE; single hours need no lows and highs."""
    _, low, high = buckets(load, hours)
    wide = hours > 1
    return {
        "sources": [pack(buckets(values, hours)[0], size) for values in sources.values()],
        "load": [pack(values, size) for values in ((high, low) if wide else (high,))],
        "pue": [pack(values, 1e-4) for values in buckets(pue, hours)[: 3 if wide else 1]],
    }


def _layout(top: float, pue: Floats) -> dict[str, Any]:
    upper, lower = (0.36, 1.0), (0.0, 0.25)
    still: dict[str, Any] = {"fixedrange": True, "ticklabelposition": "outside"}
    return {
        "margin": {"l": 62, "r": 0, "t": 24, "b": 30},
        "xaxis": {"type": "date", "anchor": "y2", "showspikes": True, "nticks": 6, "tickformatstops": _dates()},
        "yaxis": parts.upward(top, "MW", domain=upper, **still),
        "yaxis2": parts.between(float(pue.min()), float(pue.max()), most=2, domain=lower, anchor="x", **still),
        "annotations": [parts.panel(Text("PUE"), lower[1])],
        "dragmode": "pan",
    }


def _dates() -> list[dict[str, Any]]:
    """Dates at each distance between ticks, in one line."""
    day = 86_400_000
    stops = [
        ([None, day - 1], Text("%-d %b %H:%M", "%-m月%-d日 %H:%M")),
        ([day, 28 * day], Text("%-d %b %Y", "%Y年%-m月%-d日")),
        (["M1", "M11"], Text("%b %Y", "%Y年%-m月")),
        (["M12", None], Text("%Y")),
    ]
    return [{"dtickrange": span, "value": text} for span, text in stops]


def _table(run: Run, load: Floats, pue: Floats) -> Table:
    edges, low, high = year_edges(run), np.minimum.reduceat, np.maximum.reduceat
    return Table.by_year(
        map(int, run.timeline.years),
        (Column(Text("Mean load", "平均負荷"), "MW", 1), by_year(run, load) / np.diff(np.append(edges, len(load)))),
        (Column(Text("Lowest", "最小"), "MW", 1), low(load, edges)), (Column(Text("Highest", "最大"), "MW", 1), high(load, edges)),
        (Column(Text("Lowest PUE", "最小PUE"), "", 4), low(pue, edges)), (Column(Text("Highest PUE", "最大PUE"), "", 4), high(pue, edges)),
    )  # fmt: skip
