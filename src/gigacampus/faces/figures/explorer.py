"""The hourly explorer: every hour of the life by six-hour buckets that keep means, and lows and highs of lines."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from gigacampus.faces import numbers
from gigacampus.faces.figures import parts
from gigacampus.faces.figures.base import Column, Figure, Finding, Table, Text, figure
from gigacampus.faces.figures.concepts import COLOURS, SOURCES
from gigacampus.faces.figures.facts import Floats, delivered, full_year, hours_of, year_edges

if TYPE_CHECKING:
    from gigacampus.runs.pipeline import Run

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


@figure("explorer")
def explorer(run: Run) -> Figure | None:
    """Power by source, load and PUE, from the whole life down to single hours of one year."""
    if not run.campus.physical:
        return None
    hours = BUCKET * -(-run.timeline.hours // (BUCKET * MOST))
    power = delivered(run)
    load = run.supply.load
    pue = load / np.maximum(run.facility.it, 1e-6)
    year = full_year(run)
    series = [(key, SOURCES[key], COLOURS[key]) for key in power.sources]
    return Figure(
        id="explorer",
        title=_finding(load, pue),
        subtitle=Text(
            "Power at the campus's bus by source, and PUE, every hour of the life, UTC. Area: mean; lines: lowest and "
            "highest hour",
            "電源別の受電電力とPUE、全期間の毎時、協定世界時。面は平均、線は最小と最大の時間値",
        ),
        data=[],
        layout=_layout(float(load.max()), pue),
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
        explorer=_levels(run, series, power.sources, load, pue, year, hours),
    )  # fmt: skip


def _levels(
    run: Run, series: list[Any], sources: dict[str, Floats], load: Floats, pue: Floats, year: int, hours: int
) -> dict[str, Any]:
    span = hours_of(run, year)
    start = np.datetime64(run.timeline.start, "h")
    size = max(float(load.max()) / 30000, 0.1)
    coarse = _level(sources, load, pue, hours, size)
    fine = _level({k: v[span] for k, v in sources.items()}, load[span], pue[span], 1, size)
    return {
        "step": size,
        "series": [{"name": name, "color": f"@{colour}"} for _, name, colour in series],
        "levels": [
            {"start": f"{start}:00Z", "hours": hours, **coarse},
            {"start": f"{start + span.start}:00Z", "hours": 1, **fine},
        ],
        "year": year,
    }


def _level(sources: dict[str, Floats], load: Floats, pue: Floats, hours: int, size: float) -> dict[str, Any]:
    """One resolution: means of sources, lows and highs of load and PUE; single hours need no lows and highs."""
    _, low, high = buckets(load, hours)
    mean, least, most = buckets(pue, hours)
    found: dict[str, Any] = {
        "sources": [pack(buckets(values, hours)[0], size) for values in sources.values()],
        "load": [pack(high, size)],
        "pue": [pack(mean, 1e-4)],
    }
    if hours > 1:
        found["load"].append(pack(low, size))
        found["pue"] += [pack(least, 1e-4), pack(most, 1e-4)]
    return found


def _layout(top: float, pue: Floats) -> dict[str, Any]:
    domains = ((0.36, 1.0), (0.0, 0.25))
    return {
        "margin": {"l": 62, "r": 0, "t": 24, "b": 30},
        "xaxis": {"type": "date", "anchor": "y2", "showspikes": True, "nticks": 6, "tickformatstops": _dates()},
        "yaxis": parts.upward(top, "MW", domain=domains[0], fixedrange=True, ticklabelposition="outside"),
        "yaxis2": parts.between(
            float(pue.min()),
            float(pue.max()),
            most=2,
            domain=domains[1],
            anchor="x",
            fixedrange=True,
            ticklabelposition="outside",
        ),
        "annotations": [parts.panel(Text("PUE"), domains[1][1])],
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


def _finding(load: Floats, pue: Floats) -> Finding:
    high, peak = numbers.significant(float(load.max())), numbers.fixed(float(pue.max()), 2)
    unit = f"{numbers.THIN}MW"
    return Finding(
        f"The highest hour of the life takes {high}{unit}; PUE never passes {peak}",
        f"全期間の最大負荷は{high}{unit}、PUEは{peak}を超えない",
    )


def _table(run: Run, load: Floats, pue: Floats) -> Table:
    edges = year_edges(run)
    sizes = np.diff(np.append(edges, len(load)))
    columns = (
        Column(Text("Year", "年")), Column(Text("Mean load", "平均負荷"), "MW", 1), Column(Text("Lowest", "最小"), "MW", 1),
        Column(Text("Highest", "最大"), "MW", 1), Column(Text("Lowest PUE", "最小PUE"), "", 4),
        Column(Text("Highest PUE", "最大PUE"), "", 4),
    )  # fmt: skip
    values = (
        np.add.reduceat(load, edges) / sizes, np.minimum.reduceat(load, edges), np.maximum.reduceat(load, edges),
        np.minimum.reduceat(pue, edges), np.maximum.reduceat(pue, edges),
    )  # fmt: skip
    return Table(
        columns, tuple((str(year), *(float(v[i]) for v in values)) for i, year in enumerate(run.timeline.years))
    )
