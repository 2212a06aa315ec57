"""The chain from the boards back to the meter, each element at its own load. Per MW of IT rating."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from gigacampus.campus.spec.facility import PowerChain, Topology
from gigacampus.engines.facility.outdoors import Floats
from gigacampus.engines.facility.power.elements import Bank


@dataclass(frozen=True)
class Indoors:
    """What the IT load takes on its way through the hall, before cooling: arrays [MW per MW of IT rating].

    Attributes
    ----------
    it, branch, busways, ups, other : array
        IT power; losses of the racks' cables, of PDU or busways and of UPS; lighting and the like. All of it becomes
        heat in the hall.
    """

    it: Floats
    branch: Floats
    busways: Floats
    ups: Floats
    other: Floats

    @property
    def pdu_output(self) -> Floats:
        """Where ISO/IEC 30134-2 measures IT energy in category 2."""
        return self.it + self.branch

    @property
    def ups_output(self) -> Floats:
        """Where ISO/IEC 30134-2 measures IT energy in category 1; without a UPS, the place where it would stand."""
        return self.pdu_output + self.busways

    @property
    def power(self) -> Floats:
        """All of it."""
        return self.ups_output + self.ups + self.other


@dataclass(frozen=True)
class Upstream:
    """Losses outdoors and the load at the meter: arrays [MW per MW of IT rating]."""

    transformers: Floats
    medium: Floats
    substation: Floats
    load: Floats


@dataclass(frozen=True)
class Chain:
    """A power chain with the sizes of its elements.

    Attributes
    ----------
    spec : PowerChain
    """

    spec: PowerChain

    @cached_property
    def hall(self) -> dict[str, Bank]:
        """Branches, distribution and UPS, sized by what passes at full IT."""
        spec, through = self.spec, np.array(1.0)
        found: dict[str, Bank] = {}
        single = spec.topology in ("N", "N+1", "catcher")  # racks hang on one busway, not on one from each of two units
        feeds: Topology = "N" if single else spec.topology
        for name, topology, headroom in (
            ("branch", feeds, 1.0),
            ("distribution", feeds, 1.0),
            ("ups", spec.topology, spec.ups_headroom),
        ):
            element = getattr(spec, name)
            if element is not None:
                found[name] = Bank.of(name, element, topology, spec.units, headroom * float(through))
                through = through + found[name].loss(through)
        return found

    @cached_property
    def racks(self) -> dict[str, Bank]:
        """Rack supplies and boards' converters, in the order in which power passes."""
        spec = self.spec
        return {
            name: Bank.of(name, element, spec.supply_topology, spec.units, spec.supply_headroom)
            for name, element in (("supply", spec.supply), ("board", spec.board))
            if element is not None
        }

    def outdoors(self, highest: float) -> dict[str, Bank]:
        """Transformers and medium voltage for the highest power at low voltage."""
        spec, needed = self.spec, highest * self.spec.headroom
        elements = (
            ("transformer", spec.transformer, spec.topology, spec.units),
            ("medium", spec.medium, spec.topology, spec.units),
            ("substation", spec.substation, spec.substation_topology, spec.substation_units),
        )
        return {
            name: Bank.of(name, e, topology, units, needed) for name, e, topology, units in elements if e is not None
        }

    def indoors(self, it: Floats) -> Indoors:
        """Losses between the unit transformers and the racks at an IT load over the IT rating."""
        lost, through = {}, it
        for name in ("branch", "distribution", "ups"):
            lost[name] = self.hall[name].loss(through) if name in self.hall else np.zeros_like(it)
            through = through + lost[name]
        other = np.full_like(it, self.spec.auxiliary)
        return Indoors(it, lost["branch"], lost["distribution"], lost["ups"], other)

    def carried(self, inside: Indoors, movers: Floats) -> Floats:
        """What the UPS loses beyond `inside` for pumps and fans that it carries beside IT, within its headroom.

        That heat leaves with outside air that is blown through its room, so that no cooling depends on it.
        """
        ups = self.hall.get("ups")
        return np.zeros_like(movers) if ups is None else ups.loss(inside.ups_output + movers) - inside.ups

    def upstream(self, served: Floats, highest: float) -> Upstream:
        """Losses between the meter and the low voltage, and the load at the meter.

        Parameters
        ----------
        served : array
            Power at low voltage [MW per MW of IT rating].
        highest : float
            The highest that it becomes, to which the transformers are sized.
        """
        banks, lost, through = self.outdoors(highest), {}, served
        for name in ("transformer", "medium", "substation"):
            lost[name] = banks[name].loss(through) if name in banks else np.zeros_like(served)
            through = through + lost[name]
        return Upstream(lost["transformer"], lost["medium"], lost["substation"], through)

    def boards(self, it: Floats) -> Floats:
        """Power that leaves the rack supplies and converters, of the IT power that enters the racks."""
        for bank in self.racks.values():
            it = bank.given(it)
        return it
