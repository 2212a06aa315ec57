"""Heat exchange between water and air: effectiveness, and the air flow that a duty needs."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from gigacampus.engines.facility.outdoors import Floats
from gigacampus.errors import SpecError

_ROUNDS = 60
_CLOSE = 1e-7
"""Logarithm of the odds from which one more secant ends within 1e-9."""


def odds(ntu: Floats, ratio: Floats) -> Floats:
    """Cooling of the water over the approach that is left to the air, in counterflow: E / (1 - E).

    Parameters
    ----------
    ntu : array
        UA over the water's heat capacity rate, N.
    ratio : array
        Water's over air's heat capacity rate, z.

    Notes
    -----
    From the effectiveness E = (1 - e^(-N (1 - z))) / (1 - z e^(-N (1 - z))) [1]_ follows
    E / (1 - E) = (e^(N (1 - z)) - 1) / (1 - z), which is N at z = 1.

    References
    ----------
    .. [1] F. P. Incropera and D. P. DeWitt, Fundamentals of Heat and Mass Transfer, chapter "Heat exchangers".
    """
    left = 1 - ratio + 1e-300  # so that z = 1 is no exception
    return np.asarray(np.expm1(np.minimum(ntu * left, 700.0)) / left)


def effectiveness(ntu: Floats, ratio: Floats) -> Floats:
    """Cooling of the water over the inlets' difference, in counterflow; as `odds`.

    Examples
    --------
    >>> effectiveness(np.array([1.0, 1.0]), np.array([1.0, 0.5])).round(4).tolist()
    [0.5, 0.5647]
    """
    found = odds(ntu, ratio)
    return np.asarray(found / (1 + found))


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


def air_flow(given: Callable[[Floats], Floats], needed: Floats, least: float, most: Floats, there: Floats) -> Floats:
    """Air flow at which a cooler reaches the odds needed, held between its least and most.

    Parameters
    ----------
    given : function of an array
        Odds at an air flow over design flow; they rise with the flow.
    needed : array
        Odds needed, above zero.
    least, most : float, array
        Bounds of the air flow over design flow.
    there : array
        Odds at the most.

    Notes
    -----
    Secants of the logarithms, whose curve is nearly a straight line. A root once found is not moved again, so that no
    element's result depends on the others.
    """
    low, high = np.log(least), np.log(most)
    a, fa, b, fb = low, np.log(given(np.full_like(needed, least)) / needed), high, np.log(there / needed)
    root, found = np.where(fa >= 0, low, high), ~((fa < 0) & (fb > 0))
    for _ in range(_ROUNDS):
        c = np.clip(b - fb * (b - a) / (fb - fa + 1e-300), low, high)  # at rest b is a
        root = np.where(found, root, c)
        found |= np.abs(fb) <= _CLOSE
        if np.all(found):
            break
        a, fa, b, fb = b, fb, c, np.log(given(np.exp(c)) / needed)
    return np.exp(root)
