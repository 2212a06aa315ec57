"""Power swings of synchronous training: seconds of power before and after smoothing, its spectrum, and each means."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from gigacampus.faces import numbers
from gigacampus.faces.figures import parts
from gigacampus.faces.figures.base import Column, Figure, Finding, Table, Text, figure
from gigacampus.faces.figures.facts import Floats
from gigacampus.faces.figures.money import Money, money_of

if TYPE_CHECKING:
    from gigacampus.runs.pipeline import Run

_STEP = 0.01
_SECONDS = 20
_MEAN_OF = 5
_PER_OCTAVE = 8
_LOW, _HIGH = 0.1, 20.0

_MEANS = {
    "rack-storage": Text("Storage in the rack", "ラック内蓄電"),
    "battery": Text("Campus battery", "構内蓄電池"),
    "floor": Text("Power floor", "下限電力"),
    "ramps": Text("Ramp limits", "変化率制限"),
    "stagger": Text("Staggered starts", "時差起動"),
}
_RAW, _SMOOTHED = Text("Nothing smoothed", "平滑化なし"), Text("Smoothed", "平滑化後")


@figure("power_swings")
def power_swings(run: Run) -> Figure | None:
    """Power at the point of interconnection over seconds, and its spectrum, before and after smoothing."""
    if not run.campus.physical or run.swings is None:
        return None
    found, chosen = run.swings, run.campus.facility.swings.smoothing
    lines = {_RAW: found.raw_power} | ({_SMOOTHED: found.smoothed_power} if chosen else {})
    accelerators, jobs = f"{found.accelerators:,}", len(found.jobs)
    minutes = numbers.significant(len(found.raw_power) * _STEP / 60, 2)
    return Figure(
        id="power_swings",
        title=_finding(found, bool(chosen)),
        subtitle=Text(
            f"Power at the point of interconnection, MW: {_SECONDS} s of training, and root mean square by frequency over "
            f"{minutes} min; {jobs} jobs on {accelerators} accelerators",
            f"連系点の電力、MW。学習中の{_SECONDS}秒間と、{minutes}分間の周波数別実効値。{jobs}ジョブ、アクセラレータ{accelerators}基",
        ),
        **_drawn(lines),
        height=460,
        narrow_height=460,
        table=_table(found, chosen, money_of(run) if run.campus.deal is not None else Money(1e6, "m USD")),
        aria=Text(
            f"Power swings by {numbers.significant(found.raw.seen.peak_to_peak)} MW within ten seconds before smoothing.",
            f"平滑化前の電力は10秒間に{numbers.significant(found.raw.seen.peak_to_peak)} MW変動する。",
        ),
        note=Text(
            "All jobs start early in the window and the largest stops near its end, unless the spec lists its jobs. Ramp within 1 s; cycles of the battery, whose wear is not priced; flicker by IEC 61000-4-15.",
            "ジョブの指定がなければ、全ジョブが初めに起動し、最大のジョブが終わりに停止する。変化率は1秒間。蓄電池の劣化は費用に含まない。フリッカはIEC 61000-4-15による。",
        ),
        stages=("swings",),
    )


def _finding(found: Any, smoothed: bool) -> Finding:
    raw, after = (numbers.significant(case.seen.ramp) for case in (found.raw, found.smoothed))
    if smoothed and found.smoothed.seen.ramp < 0.99 * found.raw.seen.ramp:
        return Finding(
            f"Smoothing takes the steepest ramp from {raw} to {after}{numbers.THIN}MW/s",
            f"平滑化で最大変化率は{raw}から{after}{numbers.THIN}MW/sに下がる",
        )
    band, left = found.raw.seen.band, found.smoothed.seen.band
    if smoothed and left < 0.99 * band:
        was, now = numbers.significant(band), numbers.significant(left)
        return Finding(
            f"Smoothing takes swings above 0.1 Hz from {was} to {now}{numbers.THIN}MW; jobs still start at {after}{numbers.THIN}MW/s",
            f"平滑化で0.1 Hz超の変動は{was}から{now}{numbers.THIN}MWに下がるが、起動時は{after}{numbers.THIN}MW/s",
        )
    return Finding(
        f"Synchronous training moves the load by up to {raw}{numbers.THIN}MW within a second",
        f"同期学習により負荷は1秒間に最大{raw}{numbers.THIN}MW変化する",
    )


def _window(power: Floats) -> tuple[Floats, Floats]:
    """Seconds in the middle of the window, in means of 50 ms."""
    count = min(round(_SECONDS / _STEP), len(power)) // _MEAN_OF * _MEAN_OF
    first = (len(power) - count) // 2
    time = np.arange(0.0, count // _MEAN_OF) * (_STEP * _MEAN_OF)
    return time, power[first:][:count].reshape(-1, _MEAN_OF).mean(axis=1)


def _octaves(power: Floats) -> tuple[Floats, Floats]:
    """Root mean square by eighths of an octave, and their middle frequencies."""
    frequency = np.fft.rfftfreq(len(power), _STEP)
    square = 2 * np.abs(np.fft.rfft(power - power.mean()) / len(power)) ** 2
    edges = np.geomspace(_LOW, _HIGH, math.ceil(_PER_OCTAVE * math.log2(_HIGH / _LOW)) + 1)
    total = np.histogram(frequency, edges, weights=square)[0]
    middle: Floats = np.sqrt(edges[:-1] * edges[1:])
    return middle, np.sqrt(total)


def _drawn(lines: dict[Text, Floats]) -> dict[str, Any]:
    inks = {_RAW: ("@ink2", 1.5), _SMOOTHED: ("@ink", 2.5)}
    if len(lines) == 1:
        inks[_RAW] = inks[_SMOOTHED]
    data: list[dict[str, Any]] = []
    tops: list[list[float]] = [[], []]
    for name, power in lines.items():
        colour, width = inks[name]
        for panel, (x, y) in enumerate((_window(power), _octaves(power))):
            tops[panel] += [float(y.min()), float(y.max())]
            data.append(
                {"type": "scatter", "mode": "lines", "name": name, "x": x, "y": y, "line": {"color": colour, "width": width},
                 "hovertemplate": "%{y:.1f} MW", **({"xaxis": "x2", "yaxis": "y2"} if panel else {})}
            )  # fmt: skip
    axes = {
        "yaxis": parts.between(min(tops[0]), max(tops[0]), digits=0, domain=(0.57, 0.95)),
        "yaxis2": parts.upward(max(tops[1]) or 1.0, domain=(0.0, 0.38), anchor="x2"),
        "xaxis": {"anchor": "y", "range": [-0.05 * _SECONDS, _SECONDS], "ticksuffix": "", "showspikes": False},
        "xaxis2": {
            "anchor": "y2", "type": "log", "range": [math.log10(_LOW) - 0.12, math.log10(_HIGH)], "showspikes": False,
            "tickvals": [0.1, 0.2, 0.5, 1, 2, 5, 10, 20], "ticktext": ["0.1", "0.2", "0.5", "1", "2", "5", "10", "20"],
        },
    }  # fmt: skip
    heads = [
        parts.panel(Text("Power, MW", "電力、MW"), 0.95),
        parts.panel(Text("By frequency, MW rms", "周波数別の実効値、MW"), 0.38),
    ]
    units = [_unit(Text("s", "秒"), 0.57), _unit(Text("Hz"), 0.0)]
    keys = [parts.note(parts.keyed(name, "", inks[name][0][1:]), 0.28 + 0.2 * i, 0.95, yanchor="bottom", yshift=3)
            for i, name in enumerate(lines)] if len(lines) > 1 else []  # fmt: skip
    slim = [{**key, "x": 0.02 + 0.46 * i, "yshift": 22} for i, key in enumerate(keys)]
    return {
        "data": data,
        "layout": {**axes, "annotations": [*heads, *units, *keys], "margin": {"r": 40}},
        "narrow": {
            "layout": {
                "margin": {"r": 26, "t": 30},
                "annotations": [*heads, *units, *slim],
                "xaxis": {"range": [-0.14 * _SECONDS, _SECONDS], "nticks": 5},
                "xaxis2": {"range": [math.log10(_LOW) - 0.35, math.log10(_HIGH)]},
            }
        },
    }


def _unit(text: Text, at: float) -> dict[str, Any]:
    return parts.note(text, 1.0, at, xshift=8, yshift=-8, yanchor="top", font={"size": 12, "color": "@ink2"})


def _table(found: Any, chosen: Sequence[str], money: Money) -> Table:
    columns = (
        Column(Text("Smoothing", "平滑化")), Column(Text("Swing in 10 s", "10秒間の変動幅"), "MW", 1),
        Column(Text("No start or stop", "起動・停止以外"), "MW", 1), Column(Text("Ramp in 1 s", "変化率(1秒)"), "MW/s", 1),
        Column(Text("Ramp over 1 min", "変化率(1分)"), "MW/s", 2, wide=True),
        Column(Text("0.1 to 20 Hz", "0.1〜20 Hz"), "MW rms", 1, wide=True), Column(Text("Pst"), "", 2),
        Column(Text("Voltage", "電圧変化"), "%", 2, wide=True), Column(Text("Lost", "損失"), "MW", 2),
        Column(Text("Withheld", "抑制"), "MW", 2, wide=True), money.column(Text("Capital", "設備費")),
        Column(Text("Cycles a year", "サイクル数(年)"), "", 0, wide=True),
        money.column(Text("Energy a year", "電力費(年)")),
    )  # fmt: skip
    rows = [(_RAW, found.raw), *((_MEANS[name], case) for name, case in found.alone.items())]
    if chosen:
        joined = Text(" + ".join(_MEANS[m].en for m in chosen), "+".join(_MEANS[m].of("ja") for m in chosen))
        rows.append((Text(f"Chosen: {joined.en}", f"採用：{joined.of('ja')}"), found.smoothed))
    return Table(
        columns,
        tuple(
            (name, case.seen.peak_to_peak, case.steady.peak_to_peak if case.steady else None, case.seen.ramp, case.seen.ramp_minute, case.seen.band, case.seen.flicker,
             100 * case.seen.voltage_change, case.lost, case.withheld, case.capital / money.factor, case.cycles,
             case.energy_cost / money.factor)
            for name, case in rows
        ),
    )  # fmt: skip
