"""KPIs of power swings at the point of interconnection, over the window that the spec gives; at full build."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from gigacampus.quantities import ratio
from gigacampus.runs.kpi import Figure, Kpi

if TYPE_CHECKING:
    from gigacampus.engines.swings.cases import Case


def _swing(name: str, unit: str, of: Callable[[Case], Figure], en: str, ja: str, in_full: str,
           none: str = "", standard: str = "") -> tuple[Kpi, Kpi]:  # fmt: skip
    """A figure of the power at the point of interconnection: as it is, and raw, before anything smooths it."""
    return (
        Kpi(f"facility.{name}", unit, "swings", lambda r: of(r.swings.smoothed), en, ja, in_full, none, standard),
        Kpi(f"facility.{name}_raw", unit, "swings", lambda r: of(r.swings.raw), f"{en}, nothing smoothed",
            f"{ja}、平滑化なし", f"{in_full[:-1]}; before anything smooths the power.", none, standard),
    )  # fmt: skip


def _held(case: Case) -> float | None:
    return ratio(sum(one.held for one in case.limits), len(case.limits))


_ALWAYS = "jobs start or stop within ten seconds of one another all through the window"

ROWS = (
    *_swing("swing_peak_to_peak_steady", "MW", lambda c: c.steady.peak_to_peak if c.steady else None,
            "Power swing of training within ten seconds", "学習中の10秒間の電力変動幅",
            "Largest difference within ten seconds while no job starts or stops: steps of training, and checkpoints.",
            _ALWAYS),
    *_swing("swing_ramp_steady", "MW/s", lambda c: c.steady.ramp if c.steady else None,
            "Steepest ramp of training over one second", "学習中の最大変化率(1秒)",
            "Steepest ramp, within one second, while no job starts or stops.", _ALWAYS),
    *_swing("swing_peak_to_peak", "MW", lambda c: c.seen.peak_to_peak,
            "Power swing with starts of jobs", "電力変動幅(起動・停止を含む)",
            "Largest difference within ten seconds, starts and stops with it: all jobs start in one second unless the "
            "spec lists or staggers them."),
    *_swing("swing_ramp", "MW/s", lambda c: c.seen.ramp, "Steepest ramp with starts of jobs",
            "最大変化率(起動・停止を含む)",
            "Steepest ramp, within one second, starts and stops with it: all jobs start in one second unless the "
            "spec lists or staggers them."),
    Kpi("facility.swing_ramp_minute", "MW/s", "swings", lambda r: r.swings.smoothed.seen.ramp_minute,
        "Steepest ramp over one minute", "最大変化率(1分)", "Steepest ramp, over one minute, of means of ten seconds."),
    *_swing("swing_step", "MW", lambda c: c.seen.step,
            "Largest load step", "最大負荷段差", "Largest load step, within 0.1 s."),
    *_swing("swing_energy_band", "MW", lambda c: c.seen.band,
            "Swings from 0.1 to 20 Hz, rms", "0.1〜20 Hzの変動(実効値)",
            "Swings between 0.1 and 20 Hz, root mean square in MW: the square root of their energy over time."),
    Kpi("facility.swing_energy_band_low", "MW", "swings", lambda r: r.swings.smoothed.seen.band_low,
        "Swings from 0.1 to 1 Hz, rms", "0.1〜1 Hzの変動(実効値)",
        "Swings between 0.1 and 1 Hz, root mean square, where regions of a grid swing against each other."),
    Kpi("facility.swing_energy_band_middle", "MW", "swings", lambda r: r.swings.smoothed.seen.band_middle,
        "Swings from 1 to 2.5 Hz, rms", "1〜2.5 Hzの変動(実効値)",
        "Swings between 1 and 2.5 Hz, root mean square, where neighbouring plants swing against each other."),
    *_swing("flicker_pst", "1", lambda c: c.seen.flicker, "Flicker severity Pst", "フリッカ指標Pst",
            "Short-term flicker severity Pst at the point of interconnection.", standard="IEC 61000-4-15"),
    *_swing("voltage_change", "fraction", lambda c: c.seen.voltage_change,
            "Voltage change within one second", "1秒間の電圧変化",
            "Largest change of the voltage at the point of interconnection within one second."),
    *_swing("swing_limits_held", "fraction", _held, "Published limits of swings that are held", "公表上限に収まる割合",
            "Share of the limits of grid operators, in force, proposed or quoted, within which the swings stay.",
            "the spec holds the swings against no limit, or the window is shorter than all of them"),
    Kpi("facility.swing_step_time", "s", "swings",
        lambda r: r.swings.step if r.swings.step <= r.swings.window else None,
        "Time of a training step", "学習1ステップの時間",
        "Mean time of a training step, with which power rises and falls.", none="a step takes longer than the window"),
    Kpi("facility.smoothing_lost", "MW", "swings", lambda r: r.swings.smoothed.lost,
        "Power lost in smoothing", "平滑化で失う電力", "Mean power that smoothing burns or loses."),
    Kpi("facility.smoothing_capital", "USD", "swings", lambda r: r.swings.smoothed.capital,
        "Price of storage that smooths", "平滑化用蓄電の費用", "Price of the storage that smooths the swings."),
    Kpi("facility.smoothing_cycles", "1/year", "swings", lambda r: r.swings.smoothed.cycles,
        "Full cycles of the smoothing battery", "平滑化用蓄電池の等価サイクル数(年)",
        "Full cycles of the campus's battery a year, by the energy that it gives; shallow ones wear it less.",
        none="no battery smooths the swings"),
    Kpi("residual.swings", "1", "swings", lambda r: r.swings.residual,
        "Energy behind smoothing", "平滑化のエネルギー",
        "Imbalance of energy behind everything that smooths: in = out + losses + change of store."),
)  # fmt: skip
