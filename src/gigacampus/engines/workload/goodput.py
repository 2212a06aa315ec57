"""What interruptions and checkpoints take from a synchronous job."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
_YEAR = 8766 * 3600.0
_LEAST_WRITE = 1e-6


def time_to_interruption(accelerators: Floats, rate: float) -> Floats:
    """Mean time between interruptions of a job [s]: 1 / (accelerators x rate), with `rate` per accelerator and year.

    Examples
    --------
    >>> round(float(time_to_interruption(np.array(16384.0), 3.789e-3 * 365.25 / 8) / 3600), 3)
    3.093
    """
    return _YEAR / np.maximum(np.asarray(accelerators) * rate, 1e-30)


def interval(write: float, mtti: Floats) -> Floats:
    """Progress between checkpoints that loses least [s] [1]_ [2]_.

    Notes
    -----
    Daly's higher-order form of Young's sqrt(2 w M), for w < 2 M, else M::

        tau = sqrt(2 w M) (1 + sqrt(w / 2M) / 3 + (w / 2M) / 9) - w

    References
    ----------
    .. [1] J. W. Young, "A first order approximation to the optimum checkpoint interval", CACM 17(9), 1974,
           https://doi.org/10.1145/361147.361115
    .. [2] J. T. Daly, "A higher order estimate of the optimum checkpoint interval for restart dumps", Future Generation
           Computer Systems 22(3), 2006, https://doi.org/10.1016/j.future.2004.11.016

    Examples
    --------
    >>> round(float(interval(20.0, np.array(11135.0))), 1)
    654.1
    """
    w = max(write, _LEAST_WRITE)
    x = w / (2 * mtti)
    return np.where(x < 1, np.sqrt(2 * w * mtti) * (1 + np.sqrt(x) / 3 + x / 9) - w, mtti)


@dataclass(frozen=True)
class Goodput:
    """How a job's wall time divides; arrays of one shape, shares of time.

    Attributes
    ----------
    kept : array [0-1]
        Progress that a checkpoint keeps: the effective training time ratio.
    lost : array [0-1]
        Work done again after interruptions.
    writing, restarting : array [0-1]
        Accelerators wait.
    """

    kept: Floats
    lost: Floats
    writing: Floats
    restarting: Floats

    @property
    def active(self) -> Floats:
        """Time in which accelerators compute."""
        return self.kept + self.lost


def goodput(mtti: Floats, write: float, restart: float) -> Goodput:
    """Divide a job's time by the exact form for exponential interruptions [1]_.

    Parameters
    ----------
    mtti : array [s]
        Mean time between interruptions M.
    write, restart : float [s]
        Blocking write w of a checkpoint; time u from an interruption to progress, which may be interrupted too.

    Notes
    -----
    A segment of progress tau and its write take M e^(u/M) (e^((tau + w)/M) - 1) of wall time on average. Of that,
    1 - e^(-u/M) is restarting; while the job runs, it writes for 1 - (1 - e^(-tau/M)) / (1 - e^(-(tau + w)/M)).

    References
    ----------
    .. [1] J. T. Daly, Future Generation Computer Systems 22(3), 2006, https://doi.org/10.1016/j.future.2004.11.016

    Examples
    --------
    >>> round(float(goodput(np.array(3.093 * 3600), 20.0, 300.0).kept), 3)
    0.916
    """
    w = max(write, _LEAST_WRITE)
    tau = interval(write, mtti)
    running = np.exp(-restart / mtti)
    kept = running * tau / (mtti * np.expm1((tau + w) / mtti))
    writing = running * (1 - np.expm1(-tau / mtti) / np.expm1(-(tau + w) / mtti))
    return Goodput(kept, running - writing - kept, writing, 1 - running)
