"""Power swings of synchronous training: seconds of power before and after smoothing, its spectrum, and each means."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from gigacampus.faces import numbers
from gigacampus.faces.figures import parts
from gigacampus.faces.figures.base import Column, Figure, Finding, Run, Table, Text, figure, joined
from gigacampus.faces.figures.facts import Floats
from gigacampus.faces.figures.money import Money, money_of

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


@figure("campus")
def power_swings(run: Run) -> Figure | None:
    """Power at the point of interconnection over seconds, and its spectrum, before and after smoothing."""
    if run.swings is None:
        return None
    found, chosen = run.swings, run.campus.facility.swings.smoothing
    lines = {_RAW: found.raw_power} | ({_SMOOTHED: found.smoothed_power} if chosen else {})
    accelerators, jobs = f"{found.accelerators:,}", len(found.jobs)
    minutes = numbers.significant(len(found.raw_power) * _STEP / 60, 2)
    return Figure(
        title=_finding(found, run.campus.facility.swings),
        subtitle=Text(
            f"Power at the point of interconnection, MW: {_SECONDS} s of training, and root mean square by frequency over "
            f"{minutes} min; {jobs} jobs on {accelerators} accelerators",
            f"連系点の電力、MW。学習中の{_SECONDS}秒間と、{minutes}分間の周波数別実効値。{jobs}ジョブ、アクセラレータ{accelerators}基",
        ),
        **_drawn(lines),
        table=_table(found, chosen, money_of(run) if run.campus.deal is not None else Money(1e6, "m USD")),
        aria=Text(
            f"Power swings by {numbers.significant(found.raw.seen.peak_to_peak)} MW within ten seconds before smoothing, as all jobs start at once.",
            f"平滑化前の電力は、全ジョブの同時起動時に10秒間で{numbers.significant(found.raw.seen.peak_to_peak)} MW変動する。",
        ),
        note=Text(
            "Unless the spec lists its jobs, all start in the same second, the hardest case, and the largest stops near the end; steady columns leave starts and stops out. Ramp within 1 s; cycles of the battery, whose wear is not priced; flicker by IEC 61000-4-15.",
            "ジョブの指定がなければ、全ジョブが同じ1秒に起動し(最も厳しい場合)、最大のジョブが終わりに停止する。「学習中」は起動・停止を除く。変化率は1秒間。蓄電池の劣化は費用に含まない。フリッカはIEC 61000-4-15による。",
        ),
        stages=("swings",),
    )


def _finding(found: Any, spec: Any) -> Finding:
    """Swings of training lead; starts of jobs, in one second and one after another, stand beside them."""
    start, apart = (numbers.significant(case.seen.ramp) for case in (found.smoothed, found.alone["stagger"]))
    starts = Text(f"starts of jobs {start}", f"起動・停止時{start}")
    if spec.jobs is None and "stagger" not in spec.smoothing:
        starts = Text(
            f"all jobs started at once {start}, staggered {apart}", f"全ジョブ同時起動で{start}、時差起動で{apart}"
        )
    calm = found.smoothed.steady
    if calm is None:
        return Finding(f"Ramps: {starts.en}{numbers.THIN}MW/s", f"最大変化率：{starts.ja}{numbers.THIN}MW/s")
    swing, ramp = numbers.significant(calm.peak_to_peak), numbers.significant(calm.ramp)
    return Finding(
        f"Training swings by {swing}{numbers.THIN}MW, up to {ramp}{numbers.THIN}MW/s; {starts.en}{numbers.THIN}MW/s",
        f"学習中の変動は{swing}{numbers.THIN}MW、最大{ramp}{numbers.THIN}MW/s。{starts.ja}{numbers.THIN}MW/s",
    )  # fmt: skip


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
    inks = {_RAW: ("ink2", 1.5) if len(lines) > 1 else ("ink", 2.5), _SMOOTHED: ("ink", 2.5)}
    seen = {name: (_window(power), _octaves(power)) for name, power in lines.items()}
    data = [
        parts.line(name, x, y, inks[name][0], "%{y:.1f} MW", {"width": inks[name][1]}, **({"xaxis": "x2", "yaxis": "y2"} if second else {}))
        for name, panels in seen.items() for second, (x, y) in enumerate(panels)
    ]  # fmt: skip
    seconds, waves = (np.concatenate([panels[k][1] for panels in seen.values()]) for k in (0, 1))
    upper, lower, ticks = (0.57, 0.95), (0.0, 0.38), [0.1, 0.2, 0.5, 1, 2, 5, 10, 20]
    texts = [
        parts.panel(Text("Power, MW", "電力、MW"), upper[1]),
        parts.panel(Text("By frequency, MW rms", "周波数別の実効値、MW"), lower[1]),
        *(parts.note(unit, 1.0, low, xshift=8, yshift=-8, yanchor="top", font=parts.QUIET)
          for unit, low in ((Text("s", "秒"), upper[0]), (Text("Hz"), lower[0]))),
    ]  # fmt: skip

    def layout(slim: bool) -> dict[str, Any]:
        first, apart, up = (0.02, 0.46, 22) if slim else (0.28, 0.2, 3)
        names = [parts.note(parts.keyed(name, "", inks[name][0]), first + apart * i, upper[1], yanchor="bottom", yshift=up)
                 for i, name in enumerate(lines if len(lines) > 1 else ())]  # fmt: skip
        low = math.log10(_LOW) - (0.35 if slim else 0.12)
        return {
            "yaxis": parts.between(float(seconds.min()), float(seconds.max()), digits=0, domain=upper),
            "yaxis2": parts.upward(float(waves.max()) or 1.0, domain=lower, anchor="x2"),
            "xaxis": {"anchor": "y", "range": [-(0.14 if slim else 0.05) * _SECONDS, _SECONDS], "showspikes": False} | ({"nticks": 5} if slim else {}),
            "xaxis2": {"anchor": "y2", "type": "log", "range": [low, math.log10(_HIGH)], "showspikes": False, "tickvals": ticks,
                       "ticktext": list(map(str, ticks))},
            "annotations": [*texts, *names], "margin": {"r": 26, "t": 30} if slim else {"r": 40},
        }  # fmt: skip

    return parts.drawn(data, layout, 460, 460)


def _table(found: Any, chosen: Sequence[str], money: Money) -> Table:
    rows = [(_RAW, found.raw), *((_MEANS[name], case) for name, case in found.alone.items())]
    if chosen:
        rows.append(
            (Text("Chosen: ", "採用：") + joined((_MEANS[name] for name in chosen), " + ", "+"), found.smoothed)
        )
    cases = [case for _, case in rows]
    seen = [case.seen for case in cases]
    return Table.of(
        (Column(Text("Smoothing", "平滑化")), (name for name, _ in rows)),
        (Column(Text("Steady swing", "学習中の変動幅"), "MW", 1), (case.steady and case.steady.peak_to_peak for case in cases)),
        (Column(Text("Steady ramp", "学習中の変化率"), "MW/s", 1), (case.steady and case.steady.ramp for case in cases)),
        (Column(Text("With starts", "起動・停止時の変動幅"), "MW", 1), (one.peak_to_peak for one in seen)),
        (Column(Text("Ramp of starts", "起動・停止時の変化率"), "MW/s", 1), (one.ramp for one in seen)),
        (Column(Text("Ramp over 1 min", "変化率(1分)"), "MW/s", 2, wide=True), (one.ramp_minute for one in seen)),
        (Column(Text("0.1 to 20 Hz", "0.1〜20 Hz"), "MW rms", 1, wide=True), (one.band for one in seen)),
        (Column(Text("Pst"), "", 2), (one.flicker for one in seen)),
        (Column(Text("Voltage", "電圧変化"), "%", 2, wide=True), (100 * one.voltage_change for one in seen)),
        (Column(Text("Lost", "損失"), "MW", 2), (case.lost for case in cases)),
        (Column(Text("Withheld", "抑制"), "MW", 2, wide=True), (case.withheld for case in cases)),
        (money.column(Text("Capital", "設備費")), (case.capital / money.factor for case in cases)),
        (Column(Text("Cycles a year", "サイクル数(年)"), "", 0, wide=True), (case.cycles for case in cases)),
        (money.column(Text("Energy a year", "電力費(年)")), (case.energy_cost / money.factor for case in cases)),
    )  # fmt: skip
