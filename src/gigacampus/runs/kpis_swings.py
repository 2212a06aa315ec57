"""KPIs of power swings at the point of interconnection, over the window that the spec gives.

`raw` is without means, `steady` while no job starts or stops.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from gigacampus.runs.kpi import Undefined, defined, kpi

if TYPE_CHECKING:
    from gigacampus.engines.swings import SwingsResult
    from gigacampus.runs.pipeline import Run

_FLICKER = "IEC 61000-4-15"


def _swings(run: Run) -> SwingsResult:
    return defined(run.swings, "training holds no server")


@kpi("facility.swing_peak_to_peak", "MW", "swings")
def swing_peak_to_peak(run: Run) -> float:
    """Largest difference between highest and lowest power within ten seconds."""
    return float(_swings(run).smoothed.seen.peak_to_peak)


@kpi("facility.swing_peak_to_peak_raw", "MW", "swings")
def swing_peak_to_peak_raw(run: Run) -> float:
    """The same before anything smooths it."""
    return float(_swings(run).raw.seen.peak_to_peak)


def _steady(case: Any) -> Any:
    return defined(case.steady, "jobs start or stop within ten seconds of one another all through the window")


@kpi("facility.swing_peak_to_peak_steady", "MW", "swings")
def swing_peak_to_peak_steady(run: Run) -> float:
    """The same while no job starts or stops: steps of training, and checkpoints."""
    return float(_steady(_swings(run).smoothed).peak_to_peak)


@kpi("facility.swing_peak_to_peak_steady_raw", "MW", "swings")
def swing_peak_to_peak_steady_raw(run: Run) -> float:
    """The same while no job starts or stops, before anything smooths it."""
    return float(_steady(_swings(run).raw).peak_to_peak)


@kpi("facility.swing_ramp_steady", "MW/s", "swings")
def swing_ramp_steady(run: Run) -> float:
    """Steepest ramp, within one second, while no job starts or stops."""
    return float(_steady(_swings(run).smoothed).ramp)


@kpi("facility.swing_ramp_steady_raw", "MW/s", "swings")
def swing_ramp_steady_raw(run: Run) -> float:
    """Steepest ramp, within one second, while no job starts or stops, before anything smooths it."""
    return float(_steady(_swings(run).raw).ramp)


@kpi("facility.swing_ramp", "MW/s", "swings")
def swing_ramp(run: Run) -> float:
    """Steepest ramp, within one second: most often when jobs start or stop."""
    return float(_swings(run).smoothed.seen.ramp)


@kpi("facility.swing_ramp_raw", "MW/s", "swings")
def swing_ramp_raw(run: Run) -> float:
    """Steepest ramp, within one second, before anything smooths it."""
    return float(_swings(run).raw.seen.ramp)


@kpi("facility.swing_ramp_minute", "MW/s", "swings")
def swing_ramp_minute(run: Run) -> float:
    """Steepest ramp, over one minute, of means of ten seconds."""
    return float(_swings(run).smoothed.seen.ramp_minute)


@kpi("facility.swing_step", "MW", "swings")
def swing_step(run: Run) -> float:
    """Largest load step, within 0.1 s."""
    return float(_swings(run).smoothed.seen.step)


@kpi("facility.swing_step_raw", "MW", "swings")
def swing_step_raw(run: Run) -> float:
    """Largest load step, within 0.1 s, before anything smooths it."""
    return float(_swings(run).raw.seen.step)


@kpi("facility.swing_energy_band", "MW", "swings")
def swing_energy_band(run: Run) -> float:
    """Swings between 0.1 and 20 Hz, root mean square in MW: the square root of their energy over time."""
    return float(_swings(run).smoothed.seen.band)


@kpi("facility.swing_energy_band_raw", "MW", "swings")
def swing_energy_band_raw(run: Run) -> float:
    """Swings between 0.1 and 20 Hz, root mean square, before anything smooths them."""
    return float(_swings(run).raw.seen.band)


@kpi("facility.swing_energy_band_low", "MW", "swings")
def swing_energy_band_low(run: Run) -> float:
    """Swings between 0.1 and 1 Hz, root mean square, where regions of a grid swing against each other."""
    return float(_swings(run).smoothed.seen.band_low)


@kpi("facility.swing_energy_band_middle", "MW", "swings")
def swing_energy_band_middle(run: Run) -> float:
    """Swings between 1 and 2.5 Hz, root mean square, where neighbouring plants swing against each other."""
    return float(_swings(run).smoothed.seen.band_middle)


@kpi("facility.flicker_pst", "1", "swings", standard=_FLICKER)
def flicker_pst(run: Run) -> float:
    """Short-term flicker severity Pst at the point of interconnection."""
    return float(_swings(run).smoothed.seen.flicker)


@kpi("facility.flicker_pst_raw", "1", "swings", standard=_FLICKER)
def flicker_pst_raw(run: Run) -> float:
    """Short-term flicker severity Pst before anything smooths the power."""
    return float(_swings(run).raw.seen.flicker)


@kpi("facility.voltage_change", "fraction", "swings")
def voltage_change(run: Run) -> float:
    """Largest change of the voltage at the point of interconnection within one second."""
    return float(_swings(run).smoothed.seen.voltage_change)


@kpi("facility.voltage_change_raw", "fraction", "swings")
def voltage_change_raw(run: Run) -> float:
    """Largest change of the voltage within one second before anything smooths the power."""
    return float(_swings(run).raw.seen.voltage_change)


@kpi("facility.smoothing_lost", "MW", "swings")
def smoothing_lost(run: Run) -> float:
    """Mean power that smoothing burns or loses."""
    return float(_swings(run).smoothed.lost)


@kpi("facility.smoothing_capital", "USD", "swings")
def smoothing_capital(run: Run) -> float:
    """Price of the storage that smooths the swings."""
    return float(_swings(run).smoothed.capital)


@kpi("facility.smoothing_cycles", "1/year", "swings")
def smoothing_cycles(run: Run) -> float:
    """Full cycles of the campus's battery a year, by the energy that it gives; shallow ones wear it less."""
    return float(defined(_swings(run).smoothed.cycles, "no battery smooths the swings"))


@kpi("facility.swing_step_time", "s", "swings")
def swing_step_time(run: Run) -> float:
    """Mean time of a training step, with which power rises and falls."""
    found = _swings(run)
    if found.step > found.window:
        raise Undefined("a step takes longer than the window")
    return float(found.step)


def _held(case: Any) -> float:
    if not case.limits:
        raise Undefined("the spec holds the swings against no limit, or the window is shorter than all of them")
    return float(sum(one.held for one in case.limits) / len(case.limits))


@kpi("facility.swing_limits_held", "fraction", "swings")
def swing_limits_held(run: Run) -> float:
    """Share of the limits of grid operators, in force, proposed or quoted, within which the swings stay."""
    return _held(_swings(run).smoothed)


@kpi("facility.swing_limits_held_raw", "fraction", "swings")
def swing_limits_held_raw(run: Run) -> float:
    """The same share before anything smooths the power."""
    return _held(_swings(run).raw)


@kpi("residual.swings", "1", "swings")
def residual_swings(run: Run) -> float:
    """Imbalance of energy behind everything that smooths: in = out + losses + change of store."""
    return 0.0 if run.swings is None else float(run.swings.residual)
