"""What the grid sees: voltage behind its impedance, ramps and steps, and the spectrum of the swings."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gigacampus.campus.spec.facility import PointOfInterconnection
from gigacampus.engines.swings.flicker import flicker
from gigacampus.engines.swings.load import STEP
from gigacampus.errors import InfeasibleError, Problem

Floats = NDArray[np.float64]

BANDS = {"band": (0.1, 20.0), "band_low": (0.1, 1.0), "band_middle": (1.0, 2.5)}
"""Bands of the spectrum [Hz]: the whole; inter-area modes; local modes of plants close together."""


@dataclass(frozen=True)
class Seen:
    """One power at the point of interconnection, as the grid sees it.

    Attributes
    ----------
    peak_to_peak, step : float [MW]
        Largest difference between highest and lowest power within ten seconds, and within 0.1 s.
    ramp : float [MW/s]
        The same within 1 s.
    ramp_minute : float [MW/s]
        Largest change over a minute, of means of ten seconds, over that time.
    band, band_low, band_middle : float [MW]
        Root mean square of the swings between 0.1 and 20, 0.1 and 1, 1 and 2.5 Hz.
    flicker : float
        Short-term flicker severity Pst.
    voltage_change : float [0-1]
        Largest change of the voltage within 1 s, over nominal.
    """

    peak_to_peak: float
    step: float
    ramp: float
    ramp_minute: float
    band: float
    band_low: float
    band_middle: float
    flicker: float
    voltage_change: float


def seen(power: Floats, grid: PointOfInterconnection, short_circuit: float) -> Seen:
    """Measure a power at the point of interconnection.

    Parameters
    ----------
    power : array, shape (N,) [MW]
        In steps of 10 ms.
    grid : PointOfInterconnection
    short_circuit : float [MVA]

    Returns
    -------
    Seen
    """
    volts = voltage(power, grid, short_circuit)
    frequency, amplitude = spectrum(level(power))
    return Seen(
        peak_to_peak=within(power, 10.0),
        step=within(power, 0.1),
        ramp=within(power, 1.0),
        ramp_minute=change(power, 60.0) / 60,
        flicker=flicker(volts, STEP, grid.lamp, grid.frequency),
        voltage_change=within(volts, 1.0),
        **{name: rms(frequency, amplitude, *band) for name, band in BANDS.items()},
    )


def voltage(power: Floats, grid: PointOfInterconnection, short_circuit: float) -> Floats:
    """Voltage at the point of interconnection over the voltage behind the grid's impedance.

    Parameters
    ----------
    power : array, shape (N,) [MW]
    grid : PointOfInterconnection
    short_circuit : float [MVA]

    Returns
    -------
    array, shape (N,)

    Raises
    ------
    InfeasibleError
        If the grid cannot carry the power at any voltage.

    Notes
    -----
    The upper solution of V^4 + (2 (R P + X Q) - 1) V^2 + |Z|^2 (P^2 + Q^2) = 0, all over the short-circuit power. For
    small changes it is the usual dV = R dP + X dQ.

    Examples
    --------
    A hundredth of the short-circuit power at a power factor of 1 and X/R of 10:

    >>> grid = PointOfInterconnection.model_validate({"x_over_r": 10, "power_factor": 1})
    >>> float(np.round(1 - voltage(np.array([10.0]), grid, 1000.0), 5)[0])
    0.00105
    """
    p = power / short_circuit
    q = p * math.tan(math.acos(grid.power_factor))
    r = 1 / math.hypot(1, grid.x_over_r)
    x = r * grid.x_over_r
    half = 0.5 - (r * p + x * q)
    inside = half**2 - (p**2 + q**2)
    if np.min(inside) < 0:
        raise InfeasibleError(
            Problem(
                f"the grid cannot carry {np.max(power):.6g} MW with a short-circuit power of {short_circuit:.6g} MVA",
                "facility.swings.grid",
                fix="Give a higher short_circuit_ratio, short_circuit_power or power_factor",
            )
        )
    return np.asarray(np.sqrt(half + np.sqrt(inside)))


def spectrum(power: Floats) -> tuple[Floats, Floats]:
    """Amplitudes of the sines that make up a power, and their frequencies.

    Parameters
    ----------
    power : array, shape (N,) [MW]

    Returns
    -------
    frequency : array, shape (N // 2 + 1,) [Hz]
    amplitude : array, shape (N // 2 + 1,) [MW]

    Examples
    --------
    >>> frequency, amplitude = spectrum(5 + 3 * np.sin(2 * np.pi * 2.0 * np.arange(1000) * STEP))
    >>> float(frequency[20]), round(float(amplitude[20]), 9)
    (2.0, 3.0)
    """
    amplitude = np.abs(np.fft.rfft(power - np.mean(power))) * (2 / len(power))
    return np.asarray(np.fft.rfftfreq(len(power), STEP), dtype=np.float64), amplitude


def rms(frequency: Floats, amplitude: Floats, low: float, high: float) -> float:
    """Root mean square of the sines within a band [MW]."""
    inside = (frequency >= low) & (frequency <= high)
    return math.sqrt(0.5 * float(np.sum(amplitude[inside] ** 2)))


def level(power: Floats) -> Floats:
    """A power without the line from its first second to its last: its end joins its beginning, as a spectrum takes it.

    Without that, a window in which jobs start would hold one more step than there is.
    """
    second = round(1 / STEP)
    return power - np.linspace(power[:second].mean(), power[-second:].mean(), len(power))


def change(values: Floats, over: float) -> float:
    """Largest change over a time [s], of means of a sixth of it; over what there is where the window is shorter.

    Single samples would tell how deep the steps of training are, not where power goes.

    Examples
    --------
    >>> time = np.arange(0.0, 300.0, STEP)
    >>> swings, climbs = np.sin(np.pi * time), 0.1 * time
    >>> round(change(swings, 60.0), 9), round(change(swings + climbs, 60.0), 9)
    (0.0, 6.0)
    """
    width = min(max(round(over / 6 / STEP), 1), len(values) // 2)
    total = np.cumsum(np.concatenate([[0.0], values - values[0]]))
    means = (total[width:] - total[:-width]) / width
    lag = min(round(over / STEP), len(means) - 1)
    return float(np.max(np.abs(means[lag:] - means[:-lag])))


def within(values: Floats, time: float) -> float:
    """Largest difference between highest and lowest within a time [s]; within the whole window where it is shorter.

    Examples
    --------
    >>> within(np.array([0.0, 3.0, 1.0, 1.0, 5.0]), 3 * STEP)
    4.0
    """
    high = low = values
    width, count = 1, min(round(time / STEP) + 1, len(values))
    while width < count:
        more = min(width, count - width)
        high, low = np.maximum(high[:-more], high[more:]), np.minimum(low[:-more], low[more:])
        width += more
    return float(np.max(high - low))
