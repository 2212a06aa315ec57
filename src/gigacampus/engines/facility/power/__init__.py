"""The power chain from the racks back to the meter; every loss depends on the load. Per MW of IT rating."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gigacampus.campus.spec.facility import PowerChain, Topology
from gigacampus.engines.facility.outdoors import Floats


def paths(topology: Topology, units: int) -> tuple[int, int]:
    """Paths that carry the full load, and paths that stand there.

    Examples
    --------
    >>> paths("N", 4), paths("N+1", 4), paths("4N/3", 4)
    ((4, 4), (4, 5), (3, 4))
    """
    multiples = {"2N": (1, 2), "3N/2": (2, 3), "4N/3": (3, 4), "5N/4": (4, 5)}
    return multiples.get(topology, (units, units + (topology == "N+1")))


def usable_share(topology: Topology, units: int) -> float:
    """Share of what is installed that may carry load: n/(n+1), a half, and so on, by arithmetic.

    Examples
    --------
    >>> usable_share("N+1", 4), usable_share("2N", 4), usable_share("4N/3", 4)
    (0.8, 0.5, 0.75)
    """
    needed, installed = paths(topology, units)
    return needed / installed


def transformer_loss(power: Floats, rating: Floats | float, no_load: float, load: float) -> Floats:
    """Loss of transformers that give `power` [1]_.

    Notes
    -----
    P = S (P0 + Pk L^2) with L = power / S; `no_load` P0 and `load` Pk are shares of the rating S.

    References
    ----------
    .. [1] IEC 60076-20:2017, and Commission Regulation (EU) 548/2014.

    Examples
    --------
    >>> round(float(transformer_loss(np.array(0.5), 1.0, 0.001, 0.01)), 6)
    0.0035
    """
    return np.asarray(rating * (no_load + load * (power / rating) ** 2))


def ups_loss(power: Floats, rating: float, a: float, b: float, c: float) -> Floats:
    """Loss of a UPS that gives `power`: S (a + b L + c L^2), L = power / S; all units share the load.

    Examples
    --------
    >>> round(float(ups_loss(np.array(1.0), 2.0, 0.01, 0.0, 0.04)), 6)
    0.04
    """
    load = power / rating
    return np.asarray(rating * (a + b * load + c * load**2))


@dataclass(frozen=True)
class Indoors:
    """What the IT load takes on its way through the hall, before cooling: arrays [MW per MW of IT rating].

    Attributes
    ----------
    it, distribution, ups, other : array
        IT power; losses of busways and UPS; lighting and the like. All of it becomes heat in the hall.
    """

    it: Floats
    distribution: Floats
    ups: Floats
    other: Floats

    @property
    def power(self) -> Floats:
        """All of it."""
        return self.it + self.distribution + self.ups + self.other


@dataclass(frozen=True)
class Upstream:
    """Losses outdoors and the load at the meter: arrays [MW per MW of IT rating]."""

    transformers: Floats
    substation: Floats
    load: Floats


def indoors(power: PowerChain, it: Floats) -> Indoors:
    """Losses between the unit transformers and the racks at an IT load over the IT rating."""
    distribution = power.busway * it**2
    rating = power.ups_headroom / usable_share(power.topology, power.units)
    ups = ups_loss(it + distribution, rating, power.ups_no_load, power.ups_linear, power.ups_square)
    return Indoors(it, distribution, ups, np.full_like(it, power.auxiliary))


def upstream(power: PowerChain, served: Floats, highest: float) -> Upstream:
    """Losses between the meter and the low voltage, and the load at the meter.

    Parameters
    ----------
    power : PowerChain
    served : array
        Power at low voltage [MW per MW of IT rating].
    highest : float
        The highest that it becomes, to which the transformers are sized.
    """
    unit = highest * power.headroom / usable_share(power.topology, power.units)
    transformers = transformer_loss(served, unit, power.transformer_no_load, power.transformer_load)
    grid = highest * power.headroom / usable_share(power.substation_topology, power.units)
    medium = served + transformers
    substation = transformer_loss(medium, grid, power.substation_no_load, power.substation_load)
    return Upstream(transformers, substation, medium + substation)
