"""Money over time: annuities, and the rate of return of dated flows."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:  # a deal is read without numpy, which takes 0.2 s to import
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Days = NDArray[np.datetime64]


def annuity(rate: float, periods: float) -> float:
    """Level payment a period that repays 1 over `periods` at `rate` a period, in arrears [1].

    .. math:: a = r / (1 - (1 + r)^{-n})

    >>> round(27.30 * annuity(0.06581 / 2, 40) * 2, 4)
    2.4743
    >>> annuity(0.0, 4)
    0.25
    """
    return rate / -math.expm1(-periods * math.log1p(rate)) if rate else 1 / periods


@dataclass(frozen=True)
class Return:
    """A rate of return.

    Attributes
    ----------
    rate : float or None [1/year]
        None where there is none or more than one; `reason` says which.
    sign_changes : int
        Changes of sign of the flows in order of date: no more roots than that (Descartes).
    roots : int
        Rates between -99 % and 1,000 % a year at which the flows' present value is zero.
    """

    rate: float | None
    sign_changes: int
    roots: int
    reason: str = ""


@cache
def _rates() -> Floats:
    """Rates between which roots are looked for."""
    import numpy as np

    return np.concatenate([np.linspace(-0.99, -0.05, 30), np.linspace(-0.045, 0.5, 110), np.geomspace(0.51, 10.0, 40)])


def irr(dates: Days, amounts: Floats) -> Return:
    """Rate at which dated flows have no present value, by years of 365 days (as XIRR), with the count of such rates.

    Parameters
    ----------
    dates : array of datetime64[D], shape (N,)
    amounts : array, shape (N,) [USD]
        Received is positive.

    Examples
    --------
    >>> import numpy as np
    >>> round(irr(np.array(["2025-01-01", "2026-01-01"], "datetime64[D]"), np.array([-100.0, 110.0])).rate, 12)
    0.1
    """
    import numpy as np

    from gigacampus.numerics import find_root

    order = np.argsort(dates, kind="stable")
    kept = order[np.abs(amounts[order]) > 1e-12 * np.abs(amounts).max(initial=0.0)]
    flows = amounts[kept] / max(np.abs(amounts).max(initial=0.0), 1e-300)
    years = (dates[kept] - dates[kept][:1]).astype("timedelta64[D]").astype(float) / 365 if len(kept) else flows
    changes = int(np.count_nonzero(np.diff(np.sign(flows))))
    if changes == 0:
        return Return(None, 0, 0, "the flows never change sign" if len(kept) else "there are no flows")

    def value(rate: float | Floats) -> Any:
        return np.sum(flows * np.exp(-years * np.log1p(rate)), axis=-1)

    rates = _rates()
    values = value(rates[:, None])
    crossings = np.flatnonzero(np.diff(values > 0))
    if len(crossings) != 1:
        what = "no rate between -99 % and 1,000 % a year" if not len(crossings) else f"{len(crossings)} rates"
        return Return(None, changes, len(crossings), f"{what} at which the flows have no present value")
    k = int(crossings[0])
    return Return(find_root(value, float(rates[k]), float(rates[k + 1])), changes, 1)


def irr_of_paths(years: Floats, flows: Floats) -> Floats:
    """Rate of return on each of many paths, by Newton's method, of flows that are first paid and then received.

    Parameters
    ----------
    years : array, shape (N,) [year]
    flows : array, shape (P, N) [USD]

    Returns
    -------
    array, shape (P,) [1/year]
        -1 where nothing is received; not a number where nothing is paid, or the steps settle on no rate above -99 %.

    Examples
    --------
    >>> import numpy as np
    >>> irr_of_paths(np.array([0.0, 1.0]), np.array([[-100.0, 110.0], [-100.0, 90.0], [-100.0, 0.0]])).round(9)
    array([ 0.1, -0.1, -1. ])
    """
    import numpy as np

    size = np.abs(flows).max(axis=1, initial=0.0)
    rate = np.zeros(len(flows))
    worth = flows
    for _ in range(100):
        worth = flows * np.exp(-years * np.log1p(rate)[:, None])
        slope = -(worth @ years) / (1 + rate)
        step = np.divide(-worth.sum(axis=1), slope, out=np.zeros(len(flows)), where=slope != 0)
        rate = np.maximum(rate + step, (rate - 0.99) / 2)
        if np.abs(step).max(initial=0.0) < 1e-13:
            break
    found = np.abs(worth.sum(axis=1)) < 1e-9 * size
    paid, received = (flows < 0).any(axis=1), (flows > 0).any(axis=1)
    return np.where(paid & received & found, rate, np.where(paid & ~received, -1.0, np.nan))
