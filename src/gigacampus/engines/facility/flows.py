"""The flows of a facility over some hours, and the water that there is in them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np

from gigacampus.engines.facility.cooling.sides import Side
from gigacampus.engines.facility.outdoors import Bools, Floats, Ints

_KEPT = ("bled", "excess", "lifted", "short", "capped", "chip_above")
"""What is no quantity, and so the same at any rating."""


@dataclass(frozen=True)
class Flows(Side):
    """A facility over some hours, per MW of IT rating: both sides of its plant together, and the power through it.

    Attributes
    ----------
    it : array [MW]
    server_fans, rack_supplies : array [MW]
        Inside `it`: fans, and what rack supplies and boards' converters lose.
    it_liquid : array [MW]
        IT power whose heat liquid takes.
    at_ups, at_pdu : array [MW]
        IT power as categories 1 and 2 of ISO/IEC 30134-2 measure it: at the output of UPS and PDU.
    transformers, ups, distribution : array [MW]
        Losses of the power chain; cables at medium voltage are with the transformers.
    other : array [MW]
        Light, controls, offices.
    load : array [MW]
        At the campus's meter.
    cooling_liquid, cooling_air : array [MW]
        Parts of `cooling`: what each side takes.
    capped : array of bool
        Hours in which there is not the water that the plant asks for.
    chip_above : array of bool
        Hours in which the case of a chip at its peak power is above its limit.
    """

    it: Floats
    server_fans: Floats
    rack_supplies: Floats
    it_liquid: Floats
    at_ups: Floats
    at_pdu: Floats
    transformers: Floats
    ups: Floats
    distribution: Floats
    other: Floats
    load: Floats
    cooling_liquid: Floats
    cooling_air: Floats
    capped: Bools
    chip_above: Bools

    @property
    def power_losses(self) -> Floats:
        """All losses of the power chain [MW]."""
        return self.transformers + self.ups + self.distribution

    @property
    def boards(self) -> Floats:
        """What reaches the boards: IT without server fans and the losses of rack supplies [MW]."""
        return self.it - self.server_fans - self.rack_supplies

    @property
    def heat_latent(self) -> Floats:
        """Heat that leaves as vapour [MW]."""
        return self.latent

    @property
    def heat_sensible(self) -> Floats:
        """Heat that warms the air outdoors [MW]; negative where wetting cools more air than the plant warms."""
        return self.rejected - self.latent + self.transformers

    def scaled(self, rating: Floats) -> Flows:
        """The same in MW and m3/h at an IT rating [MW]."""
        return replace(self.each(lambda values: values * rating), **{name: getattr(self, name) for name in _KEPT})


class Scarcity(NamedTuple):
    """Water that there is, by hour: the share of the plant that has all it asks for, while the rest runs dry, and the
    share that this gets of what it asks for even then; below 1 only where the former is 0."""

    wet: Floats
    share: Floats

    def at(self, hours: Ints) -> Scarcity:
        """The same in chosen hours."""
        return self if self.wet.ndim == 0 else Scarcity(self.wet[hours], self.share[hours])

    @classmethod
    def of(cls, have: Floats | float, asked: Floats, dry: Floats) -> Scarcity:
        """What there is between what is asked for and what is asked for where the plant runs dry: units one by one.

        >>> found = Scarcity.of(np.array([5.0, 2.5, 0.5]), np.array(4.0), np.array(1.0))
        >>> found.wet.tolist(), found.share.tolist()
        ([1.0, 0.5, 0.0], [1.0, 1.0, 0.5])
        """
        between, room = asked - dry, np.maximum(have, 0.0)
        part = np.where(between > 0, (room - dry) / np.where(between > 0, between, 1.0), 0.0)
        wet = np.where(asked <= have, 1.0, np.clip(part, 0.0, 1.0))
        share = np.where(dry > room, room / np.where(dry > 0, dry, 1.0), 1.0)
        return cls(np.asarray(wet), np.asarray(np.where(wet > 0, 1.0, share)))


PLENTY = Scarcity(np.array(1.0), np.array(1.0))
DROUGHT = Scarcity(np.array(0.0), np.array(1.0))
"""All the water that is asked for, and none that the plant can do without."""
