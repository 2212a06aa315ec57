"""What one element of the power chain loses, from what it gives and from what it draws; units side by side."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gigacampus.campus.spec.facility import PowerElement, Topology
from gigacampus.campus.spec.facility.topology import usable_share
from gigacampus.engines.facility.outdoors import Floats


def loss(element: PowerElement, load: Floats) -> Floats:
    """Loss at the power that an element gives, both over its rating [1]_.

    Notes
    -----
    a + b L + c L^2: a transformer's P0 + Pk L^2, a UPS's fit, a conductor's c L^2 alone. Between points, the power
    that is drawn is linear in the power that is given, so that each point is met and the way back is exact; below the
    first and above the last point the loss stays what it is there.

    References
    ----------
    .. [1] IEC 60076-20:2017, and Commission Regulation (EU) 548/2014.

    Examples
    --------
    >>> round(float(loss(PowerElement(no_load=0.001, square=0.01), np.array(0.5))), 6)
    0.0035
    """
    if element.points is None:
        return np.asarray(element.no_load + element.linear * load + element.square * load**2)
    at, efficiency = np.array(element.points).T
    return np.asarray(np.interp(load, at, at / efficiency - at))


def given(element: PowerElement, drawn: Floats) -> Floats:
    """Power that an element gives when it draws so much, both over its rating: `loss` solved for the load.

    One that draws less than its no-load loss gives nothing.

    Examples
    --------
    >>> titanium = PowerElement(points=[(0.2, 0.94), (0.5, 0.96), (1.0, 0.91)])
    >>> given(titanium, np.array([0.5 / 0.96, 1 / 0.91])).round(12).tolist()
    [0.5, 1.0]
    """
    if element.points is None:
        left, slope = drawn - element.no_load, 1 + element.linear
        root = np.sqrt(slope**2 + 4 * element.square * np.maximum(left, 0.0))
        return np.asarray(np.maximum(2 * left / (slope + root), 0.0))
    at, efficiency = np.array(element.points).T
    least, most = at / efficiency - at, at[-1] / efficiency[-1]
    inside = np.interp(drawn, np.concatenate([[least[0]], at / efficiency]), np.concatenate([[0.0], at]))
    return np.asarray(inside + np.maximum(drawn - most, 0.0))


@dataclass(frozen=True)
class Bank:
    """Equal units of one element side by side, per MW of IT rating.

    Attributes
    ----------
    name : str
        Field of the spec.
    element : PowerElement
    topology : Topology
    units : int
    rating : float
        Of all that stands there, over the IT rating.
    """

    name: str
    element: PowerElement
    topology: Topology
    units: int
    rating: float

    @classmethod
    def of(cls, name: str, element: PowerElement, topology: Topology, units: int, needed: float) -> Bank:
        """Units of which those that carry the load are rated `needed`."""
        return cls(name, element, topology, units, needed / usable_share(topology, units))

    @property
    def working(self) -> float:
        """Rating of the units that share the load in normal service."""
        return self.rating * (usable_share(self.topology, self.units) if self.topology == "catcher" else 1.0)

    def loss(self, power: Floats) -> Floats:
        """Loss of the units that give `power`, and of one that waits."""
        waits = (self.rating - self.working) * loss(self.element, np.zeros(()))
        return np.asarray(self.working * loss(self.element, power / self.working) + waits)

    def given(self, drawn: Floats) -> Floats:
        """Power that the units give when they draw so much."""
        waits = (self.rating - self.working) * loss(self.element, np.zeros(()))
        return np.asarray(self.working * given(self.element, np.maximum(drawn - waits, 0.0) / self.working))
