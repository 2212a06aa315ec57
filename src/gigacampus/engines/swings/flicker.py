"""The flickermeter of IEC 61000-4-15: how much lamps on the same grid flicker, and whether people mind."""

from __future__ import annotations

import math
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


Lamp = Literal["120 V", "230 V"]

_WEIGHTING = {
    "230 V": (1.74802, 4.05981, 9.15494, 2.27979, 1.22535, 21.9),
    "120 V": (1.6357, 4.167375, 9.077169, 2.939902, 1.394468, 17.31512),
}
"""k, and in Hz lambda, omega 1 to 4 of the weighting filter: the lamp of 60 W and the eye."""
_REFERENCE = {"230 V": 0.250, "120 V": 0.321}
"""Sinusoidal voltage change [%] at 8.8 Hz at which the sensation reaches 1."""
_CUT_OFF = {50: 35.0, 60: 42.0}
"""Of the sixth-order Butterworth filter behind the demodulator [Hz], by mains frequency."""
_SMOOTHING = 0.3
_PAD = 30.0
_SMOOTHED = {
    0.0314: (0.1,),
    0.0525: (0.7, 1.0, 1.5),
    0.0657: (2.2, 3.0, 4.0),
    0.28: (6.0, 8.0, 10.0, 13.0, 17.0),
    0.08: (30.0, 50.0, 80.0),
}
"""Weights of P0.1, P1s, P3s, P10s and P50s, and the percentiles that each is the mean of."""


def flicker(voltage: Floats, step: float, lamp: Lamp = "230 V", frequency: int = 50) -> float:
    """Short-term flicker severity Pst of a voltage; at 1 half of the people find it irritating [1]_.

    Parameters
    ----------
    voltage : array, shape (n,)
        Root mean square of the voltage, in any unit; the standard's Pst takes ten minutes.
    step : float [s]
    lamp : "120 V" or "230 V"
    frequency : int [Hz]
        50 or 60.

    Returns
    -------
    float

    Notes
    -----
    Pst^2 = 0.0314 P0.1 + 0.0525 P1s + 0.0657 P3s + 0.28 P10s + 0.08 P50s, with Pk what the sensation exceeds in k % of
    the time. Percentiles are of the samples themselves, no classes are counted.

    References
    ----------
    .. [1] IEC 61000-4-15:2010, Flickermeter: functional and design specifications.

    Examples
    --------
    Thirty-nine steps of 0.894 % a minute are the standard's own point of Pst 1.

    >>> time = np.arange(0.0, 600.0, 0.01)
    >>> round(flicker(1 + 0.00447 * np.sign(np.sin(np.pi * 39 / 60 * time + 1e-9)), 0.01), 1)
    1.0
    """
    seen = sensation(voltage**2, step, lamp, frequency)
    levels = np.percentile(seen, [100 - k for group in _SMOOTHED.values() for k in group])
    means = (part.mean() for part in np.split(levels, np.cumsum([len(group) for group in _SMOOTHED.values()])[:-1]))
    return math.sqrt(sum(weight * float(mean) for weight, mean in zip(_SMOOTHED, means, strict=True)))


def sensation(squared: Floats, step: float, lamp: Lamp, frequency: int) -> Floats:
    """Instantaneous flicker sensation: blocks 1 to 4, as the analogue filters' own responses.

    Parameters
    ----------
    squared : array, shape (n,)
        Square of the voltage: of its root mean square, or of the voltage itself, whose carrier the filters take out.
    step : float [s]
    lamp, frequency
        As in `flicker`.

    Returns
    -------
    array, shape (n,)
    """
    pad = round(_PAD / step)
    relative = np.pad(squared / np.mean(squared) - 1, pad, mode="reflect")
    f = np.asarray(np.fft.rfftfreq(len(relative), step), dtype=np.float64)
    seen = np.fft.irfft(np.fft.rfft(relative) * _response(f, lamp, frequency), len(relative)) ** 2
    smoothed = np.fft.irfft(np.fft.rfft(seen) / (1 + 2j * math.pi * f * _SMOOTHING), len(relative))
    return np.asarray(np.maximum(smoothed[pad:-pad], 0.0) * _scale(lamp, frequency))


def _response(f: Floats, lamp: Lamp, frequency: int) -> Floats:
    """High pass of 0.05 Hz, Butterworth low pass, and the weighting filter [complex], at frequencies [Hz]."""
    s = 1j * np.asarray(f)
    k, slow, w1, w2, w3, w4 = _WEIGHTING[lamp]
    weighting = k * w1 * s / (s**2 + 2 * slow * s + w1**2) * (1 + s / w2) / ((1 + s / w3) * (1 + s / w4))
    x = s / _CUT_OFF[frequency]
    low = np.ones_like(s)
    for angle in (15, 45, 75):
        low = low / (x**2 + 2 * math.cos(math.radians(angle)) * x + 1)
    return np.asarray(s / (s + 0.05) * low * weighting)


def _scale(lamp: Lamp, frequency: int) -> float:
    """What makes the highest sensation 1 at the reference change; its ripple at twice the frequency included."""
    amplitude = _REFERENCE[lamp] / 100 * float(abs(_response(np.array(8.8), lamp, frequency)))
    return 2 / amplitude**2 / (1 + 1 / math.hypot(1, 2 * math.pi * 17.6 * _SMOOTHING))


def rectangular(changes: float, depth: float, lamp: Lamp, frequency: int) -> float:
    """Pst of a voltage that steps up and down, as the standard tests a meter: its mains wave sampled for ten minutes.

    Parameters
    ----------
    changes : float [1/min]
    depth : float [%]
        Each change, over the mean.
    lamp, frequency
        As in `flicker`.

    Returns
    -------
    float
    """
    step = 1 / 2000
    time = np.arange(0.0, 600.0, step)
    up = np.floor((time - min(2.5, 60 / changes)) * changes / 60 + 1e-9) % 2  # the first change within five seconds
    wave = np.sin(2 * math.pi * frequency * time) * (1 + depth / 100 * (up - 0.5))
    return flicker(wave, step, lamp, frequency)
