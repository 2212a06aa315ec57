"""Heat exchange between water and air: effectiveness, and the air flow that a duty needs."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from gigacampus.engines.facility.outdoors import Floats
from gigacampus.errors import SpecError

_ROUNDS = 60
_CLOSE = 1e-9


def effectiveness(ntu: Floats, ratio: Floats) -> Floats:
    """Cooling of the water over the inlets' difference, in counterflow.

    Parameters
    ----------
    ntu : array
        UA over the water's heat capacity rate, N.
    ratio : array
        Water's over air's heat capacity rate, z.

    Notes
    -----
    E = (1 - e^(-N (1 - z))) / (1 - z e^(-N (1 - z))), written so that z = 1 is no exception and z > 1 stands on the
    air's side [1]_.

    References
    ----------
    .. [1] F. P. Incropera and D. P. DeWitt, Fundamentals of Heat and Mass Transfer, chapter "Heat exchangers".

    Examples
    --------
    >>> effectiveness(np.array([1.0, 1.0]), np.array([1.0, 0.5])).round(4).tolist()
    [0.5, 0.5647]
    """
    larger = np.maximum(ratio, 1.0)
    n, c = ntu * larger, np.minimum(ratio, 1 / ratio)
    u = np.maximum(n * (1 - c), 1e-300)
    grown = n * (np.expm1(-u) / -u)
    return np.asarray(grown / (larger * (1 + c * grown)))


def ntu_for(effect: float, ratio: float) -> float:
    """NTU of a counterflow exchanger with an effectiveness on the water side; the inverse of `effectiveness`.

    Raises
    ------
    SpecError
        If no exchanger is large enough, for so little air cannot take the heat.

    Examples
    --------
    >>> ntu_for(0.5, 1.0)
    1.0
    """
    if ratio * effect >= 1 or effect >= 1:
        raise SpecError(
            f"a cooler cannot cool water by {effect:.1%} of the inlets' difference with water's heat capacity rate at "
            f"{ratio:.3g} of the air's; lower capacity_ratio or range, or widen approach"
        )
    if abs(1 - ratio) < 1e-9:
        return effect / (1 - effect)
    return float(np.log((1 - ratio * effect) / (1 - effect)) / (1 - ratio))


def air_flow(effect: Callable[[Floats], Floats], needed: Floats, least: float, most: Floats) -> Floats:
    """Air flow at which a cooler reaches the effectiveness needed, held between its least and most.

    Parameters
    ----------
    effect : function of an array
        Effectiveness at an air flow over design flow; it rises with the flow.
    needed : array
        Effectiveness needed; 1 or more cannot be had.
    least, most : float, array
        Bounds of the air flow over design flow.

    Returns
    -------
    array
        `least` where even that gives more than is needed, `most` where that gives less.

    Notes
    -----
    Illinois' false position on the logarithm of the flow and the logit of the effectiveness, nearly a straight line.
    """
    target = _logit(np.clip(needed, 1e-9, 1 - 1e-9))
    low, high = np.broadcast_arrays(np.log(least), np.log(np.maximum(most, least)) + 0 * target)
    below, above = _logit(effect(np.exp(low))) - target, _logit(effect(np.exp(high))) - target
    root = _illinois(lambda s: _logit(effect(np.exp(s))) - target, low, high, below, above)
    return np.exp(np.where(below >= 0, low, np.where((above <= 0) | (needed >= 1), high, root)))


def _logit(x: Floats) -> Floats:
    x = np.minimum(x, 1 - 1e-12)
    return np.log(x / (1 - x))


def _illinois(f: Callable[[Floats], Floats], a: Floats, b: Floats, fa: Floats, fb: Floats) -> Floats:
    """Root of a rising function in [a, b], element by element; anything where there is none.

    A root once found is not moved again, so that no element's result depends on the others.
    """
    root, found = b, (fa * fb >= 0) | (np.abs(fb) <= _CLOSE)
    for _ in range(_ROUNDS):
        span = fb - fa
        apart = np.abs(span) > 0
        c = np.where(apart, (a * fb - b * fa) / np.where(apart, span, 1.0), b)
        c = np.minimum(np.maximum(c, np.minimum(a, b)), np.maximum(a, b))
        fc = f(c)
        crossed = fc * fb < 0
        a, fa = np.where(crossed, b, a), np.where(crossed, fb, fa / 2)
        b, fb = c, fc
        root = np.where(found, root, c)
        found = found | (np.abs(fc) <= _CLOSE)
        if np.all(found):
            break
    return root
