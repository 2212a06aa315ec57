"""What swings are against the limits that grid operators set or propose."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gigacampus.campus.spec.facility import SwingLimit
from gigacampus.engines.swings.grid import Seen, change, level, rms, spectrum, within
from gigacampus.engines.swings.load import STEP

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Against:
    """Swings against one limit: the `spec` of it, what they are (`value`) and what they may be (`limit`) in `unit`."""

    spec: SwingLimit
    unit: str
    value: float
    limit: float

    @property
    def name(self) -> str:
        """Of the catalogue's entry; what is measured where the spec gives a limit of its own."""
        return self.spec.use or self.spec.measure

    @property
    def held(self) -> bool:
        """Whether the swings stay within the limit."""
        return self.value <= self.limit


def against(limits: Sequence[SwingLimit], power: Floats, found: Seen, highest: float) -> tuple[Against, ...]:
    """Hold swings against limits; those on a time longer than the window are left out.

    Parameters
    ----------
    limits : sequence of SwingLimit
    power : array, shape (N,) [MW]
        At the point of interconnection, in steps of 10 ms.
    found : Seen
        What the grid sees of it.
    highest : float [MW]
        The campus's load at its rating, for limits that are a share of it.

    Returns
    -------
    tuple of Against
    """
    flat = level(power)
    frequency, amplitude = spectrum(flat)
    measured = {
        "change": lambda one: change(power, one.over),
        "range": lambda one: within(power if one.above is None else passed(flat, one.above, one.below), one.over),
        "content": lambda one: math.sqrt(2) * rms(frequency, amplitude, one.above, one.below),
        "voltage": lambda one: found.voltage_change,
        "flicker": lambda one: found.flicker,
    }
    short = [one for one in limits if (one.over or 0.0) <= len(power) * STEP + 1e-9]
    rows = []
    for one in short:
        unit, most = _most(one, highest)
        rows.append(Against(one, unit, measured[one.measure](one), most))
    return tuple(rows)


def _most(limit: SwingLimit, highest: float) -> tuple[str, float]:
    """Unit and level of a limit."""
    if limit.measure == "voltage":
        return "fraction", limit.voltage or 0.0
    if limit.measure == "flicker":
        return "1", limit.flicker or 0.0
    return "MW", min(limit.power or 0.0, math.inf if limit.share is None else limit.share * highest)


def passed(power: Floats, above: float, below: float) -> Floats:
    """The part of a power whose sines lie within a band [Hz].

    Examples
    --------
    >>> time = np.arange(1000) * STEP
    >>> slow, fast = np.sin(2 * np.pi * 0.2 * time), np.sin(2 * np.pi * 3.0 * time)
    >>> bool(np.allclose(passed(slow + fast, 1.0, 5.0), fast))
    True
    """
    sines, frequency = np.fft.rfft(power), np.fft.rfftfreq(len(power), STEP)
    return np.asarray(np.fft.irfft(np.where((frequency >= above) & (frequency <= below), sines, 0.0), len(power)))
