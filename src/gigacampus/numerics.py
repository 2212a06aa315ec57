"""Ratios that may be undefined; roots of functions, of one variable and of several, without scipy (1.3 s to import)."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
_EPS = 2.220446049250313e-16


def find_root(f: Callable[[float], float], low: float, high: float) -> float:
    """Root of `f` between `low` and `high`, where it has opposite signs, to the last digits, by Chandrupatla's method.

    It takes a step of inverse quadratic interpolation where three points show that it will serve, and halves the
    bracket where they do not; Brent's method may creep where the function is flat.

    Parameters
    ----------
    f : function of one float
    low, high : float
        Ends of the bracket; ``f(low) * f(high) <= 0``.

    Returns
    -------
    float

    References
    ----------
    .. [1] Chandrupatla, T. R. (1997). A new hybrid quadratic/bisection algorithm for finding the zero of a nonlinear
       function without using derivatives. Advances in Engineering Software 28, 145-149.

    Examples
    --------
    >>> round(find_root(lambda x: x * x - 2, 0.0, 2.0), 12)
    1.414213562373
    """
    x1, x2, f1, f2, part = low, high, f(low), f(high), 0.5
    if not ((f1 <= 0 <= f2) or (f2 <= 0 <= f1)):
        raise ValueError("the function has the same sign at both ends of the bracket")
    for _ in range(400):
        best = x1 if abs(f1) < abs(f2) else x2
        least = (2 * _EPS * abs(best) + 1e-20 * abs(high - low)) / (abs(x2 - x1) or 1e-300)
        if least > 0.5 or f1 == 0 or f2 == 0:
            break
        x = x1 + min(max(part, least), 1 - least) * (x2 - x1)
        fx = f(x)
        if (fx > 0) == (f1 > 0):
            x3, f3 = x1, f1
        else:
            x3, f3, x2, f2 = x2, f2, x1, f1
        x1, f1 = x, fx
        part = _interpolated((x1, x2, x3), (f1, f2, f3))
    return x1 if abs(f1) < abs(f2) else x2


def _interpolated(x: tuple[float, float, float], f: tuple[float, float, float]) -> float:
    """Part of the way from the first point to the second at which to look next."""
    (x1, x2, x3), (f1, f2, f3) = x, f
    xi, phi = (x1 - x2) / (x3 - x2), (f1 - f2) / (f3 - f2)
    if not (phi**2 < xi and (1 - phi) ** 2 < 1 - xi):
        return 0.5
    return f1 / (f2 - f1) * f3 / (f2 - f3) + (x3 - x1) / (x2 - x1) * f1 / (f3 - f1) * f2 / (f3 - f2)


def bracket(
    f: Callable[[float], float], guess: float, step: float, low: float = -math.inf, high: float = math.inf
) -> tuple[float, float] | None:
    """Two points between which `f` changes sign, sought outwards from `guess`; None where there are none.

    Both sides widen by the golden section until they meet `low` and `high`. A point at which `f` is not finite ends
    its side.

    Examples
    --------
    >>> bracket(lambda x: x - 10, 1.0, 0.5) is not None
    True
    """
    ends = [guess, guess]
    values = [f(guess)] * 2
    open_sides, steps = {0, 1}, [step, step]
    if not math.isfinite(values[0]):
        return None
    for _ in range(60):
        for side in sorted(open_sides):
            old, old_value = ends[side], values[side]
            new = max(low, old - steps[0]) if side == 0 else min(high, old + steps[1])
            value = f(new) if new != old else math.nan
            if not math.isfinite(value):
                open_sides.discard(side)
                continue
            if value == 0 or (value > 0) != (old_value > 0) or old_value == 0:
                return min(old, new), max(old, new)
            ends[side], values[side] = new, value
            steps[side] *= 1.618
        if not open_sides:
            return None
    return None


def find_roots(f: Callable[[Floats], Floats], guess: Floats, low: Floats, high: Floats) -> Floats:
    """Best point found at which n functions of n variables of size 1 are zero, by Broyden's method.

    The slope is measured at the start, and again wherever a step does not help; steps are halved until they do. The
    caller checks how near to zero the functions are there.

    Parameters
    ----------
    f : function of an array, shape (N,), that gives an array, shape (N,)
    guess, low, high : array, shape (N,) [1]
        Start and bounds.

    References
    ----------
    .. [1] Broyden, C. G. (1965). A class of methods for solving nonlinear simultaneous equations. Math. Comp. 19, 577.

    Examples
    --------
    >>> box = np.array([-9.0, -9.0]), np.array([9.0, 9.0])
    >>> find_roots(lambda x: np.array([x[0] * x[1] - 6, x[0] - x[1] - 1]), np.array([1.0, 1.0]), *box).round(9)
    array([3., 2.])
    """
    x, miss = np.array(guess, float), f(guess)
    slope, fresh = _slope(f, x, miss), True
    for _ in range(100):
        if not np.abs(miss).max() > 2 * _EPS:
            break
        new, better = _damped(f, x, _solve(slope, -miss), miss, (low, high))
        if new is None:
            if fresh or np.abs(miss).max() < 1e-14:  # no nearer within rounding
                break
            slope, fresh = _slope(f, x, miss), True
            continue
        step = new - x
        slope = slope + np.outer(better - miss - slope @ step, step) / float(step @ step)
        x, miss, fresh = new, better, False
    return x


def least_squares(f: Callable[[Floats], Floats], guess: Floats, low: Floats, high: Floats) -> Floats:
    """Point within bounds at which the sum of squares of m functions of n variables of size 1 is least nearby.

    Gauss-Newton steps, damped as by Levenberg and Marquardt until they help. A variable whose step would leave its
    bounds, or where the functions have no value, stays for that step.

    Parameters
    ----------
    f : function of an array, shape (N,), that gives an array, shape (M,)
    guess, low, high : array, shape (N,) [1]
        Start, at which all functions are finite, and bounds.

    References
    ----------
    .. [1] Marquardt, D. W. (1963). An algorithm for least-squares estimation of nonlinear parameters. J. SIAM 11, 431.

    Examples
    --------
    >>> box = np.array([-9.0, -9.0]), np.array([9.0, 9.0])
    >>> least_squares(lambda x: np.array([x[0] - 1, x[0] - 2, x[0] * x[1] - 3]), np.array([1.0, 1.0]), *box).round(9)
    array([1.5, 2. ])
    """
    x: Floats = np.clip(np.array(guess, float), low, high)
    miss, damping = f(x), 1e-4
    for _ in range(40):
        slope = _slope(f, x, miss)
        pull = slope.T @ miss
        held = ((x <= low) & (pull > 0)) | ((x >= high) & (pull < 0)) | ~np.isfinite(slope).all(axis=0)
        slope[:, held] = 0.0
        before = float(miss @ miss)
        for _ in range(16):
            ridge = np.sqrt(damping) * np.diag(np.maximum(np.linalg.norm(slope, axis=0), 1e-9))
            step = _solve(np.vstack([slope, ridge]), -np.concatenate([miss, np.zeros(len(x))]))
            new = np.clip(x + step, low, high)
            better = f(new)
            if float(better @ better) < before:  # false too where it is not a number
                x, miss, damping = new, better, max(damping / 10, 1e-14)
                break
            damping *= 10
        if not float(miss @ miss) < before * (1 - 1e-9):
            break
    return x


def _solve(slope: Floats, right: Floats) -> Floats:
    return np.asarray(np.linalg.lstsq(slope, right, rcond=None)[0], dtype=float)


def _slope(f: Callable[[Floats], Floats], x: Floats, miss: Floats) -> Floats:
    return np.array([(f(x + h) - miss) / 1e-6 for h in 1e-6 * np.eye(len(x))]).T


def _damped(
    f: Callable[[Floats], Floats], x: Floats, step: Floats, miss: Floats, box: tuple[Floats, Floats]
) -> tuple[Floats | None, Floats]:
    """The longest of the halved steps that brings all functions nearer to zero, and their values there; else None."""
    for part in 0.5 ** np.arange(12):
        new = np.clip(x + part * step, *box)
        better = f(new)
        if np.abs(better).max() < np.abs(miss).max() and np.any(new != x):
            return new, better
    return None, miss


def keep_memory() -> None:
    """Let what arrays free be used by the next ones, up to some 60 MB, instead of being given back and faulted in anew.

    glibc maps and trims memory by the largest mapped block that was ever freed (mallopt(3), M_MMAP_THRESHOLD); one near
    its limit of 32 MiB, never touched, is freed here. Other C libraries do as they did.
    """
    np.empty(4_000_000)
