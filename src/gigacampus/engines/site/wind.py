"""Output of wind plants: shear to the hub, a generic power curve, scaling to a stated capacity factor.

References
----------
.. [1] IEC 61400-1:2019, wind energy generation systems, part 1, clause 6.3.2.3: normal wind profile model (power law).
.. [2] C. Carrillo et al., "Review of power curve modelling for wind turbines", Renewable and Sustainable Energy
       Reviews 21, 2013, https://doi.org/10.1016/j.rser.2013.01.012
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from gigacampus.errors import InfeasibleError, Problem

if TYPE_CHECKING:
    from gigacampus.campus.spec.supply import Wind

Floats = NDArray[np.float64]

CAP = 0.98
"""Highest output of a scaled plant."""
MAST = 10.0
"""Height at which weather files have the wind [m]."""


def output(name: str, plant: Wind, wind: Floats) -> Floats:
    """Capacity factor of a wind plant, scaled to `plant.scale_to` if that is given.

    Parameters
    ----------
    name : str
        The plant's, for errors.
    plant : Wind
        Its `hub_height`, `shear`, `cut_in`, `rated_speed`, `cut_out`, `losses`, `scale_to`.
    wind : array, shape (8760,) [m/s]
        At 10 m.

    Returns
    -------
    array, shape (8760,) [0-1]

    Raises
    ------
    InfeasibleError
        If the wind never blows often enough to reach `plant.scale_to`.

    Notes
    -----
    u = u_10 (z / 10)^alpha [1]_; the curve is `power`. Not modelled: air density, direction, icing; an airport's wind
    at 10 m is no resource, so a plant's size means something only if it is scaled.
    """
    raw = (1 - plant.losses) * power(wind * (plant.hub_height / MAST) ** plant.shear, plant)
    if plant.scale_to is None:
        return raw
    try:
        return scale(raw, plant.scale_to, CAP)
    except ValueError as error:
        place = f"supply.plants.{name}.scale_to"
        fix = "Lower it, or take the weather of a windier place"
        raise InfeasibleError(Problem(str(error), path=place, value=f"{plant.scale_to:.1%}", fix=fix)) from None


def power(speed: Floats, plant: Wind) -> Floats:
    """Generic power curve [2]_, [0-1]: cubic, (u^3 - u_in^3) / (u_rated^3 - u_in^3), then flat up to cut-out."""
    cubic = (speed**3 - plant.cut_in**3) / (plant.rated_speed**3 - plant.cut_in**3)
    return np.where(speed <= plant.cut_out, np.clip(cubic, 0.0, 1.0), 0.0)


def scale(raw: Floats, mean: float, cap: float) -> Floats:
    """Multiply by the one factor with which the capped series has this mean: min(k raw, cap).

    The mean is piecewise linear in k: with the n highest hours capped, k = (N mean - n cap) / (sum of the others).

    Raises
    ------
    ValueError
        If no factor reaches the mean.

    Examples
    --------
    >>> scale(np.array([0.0, 0.1, 0.2, 0.7]), 0.5, 0.98).round(3).tolist()
    [0.0, 0.34, 0.68, 0.98]
    """
    if mean == 0:
        return np.zeros_like(raw)
    falling = np.sort(raw)[::-1]
    capped = np.arange(len(raw))
    rest = np.cumsum(falling[::-1])[::-1]
    with np.errstate(divide="ignore", invalid="ignore"):
        factor = (len(raw) * mean - capped * cap) / rest
        fits = (rest > 0) & (factor > 0) & (factor * falling <= cap * (1 + 1e-12))
    if not fits.any():
        highest = cap * np.count_nonzero(raw) / len(raw)
        raise ValueError(f"the wind reaches a capacity factor of {highest:.1%} at the most")
    scaled: Floats = np.minimum(factor[np.argmax(fits)] * raw, cap)
    return scaled
