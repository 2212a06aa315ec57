"""The flows of a facility over some hours, and the water that there is in them."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import NamedTuple

import numpy as np

from gigacampus.engines.facility.outdoors import Floats, Ints


@dataclass(frozen=True)
class Flows:
    """Power [MW], water [m3/h] and heat [MW], per MW of IT rating: arrays of one shape.

    `load` is at the meter. `cooling_liquid` and `cooling_air` are the power of the plant's two sides, `it_liquid` the
    IT power whose heat liquid takes. `excess` [K] is how much the supply is too warm, `missing` [MW] the cooling that
    would bring it back, `short` is 1 in hours in which a set-point cannot be held, `capped` in hours in which there is
    not the water that is asked for, `chip_above` in hours in which a chip at its peak power is above its limit.
    `recycled` is the part of the blowdown that is make-up again, `bled` the temperature of the blowdown [degC].
    `reused` is heat that somebody takes.
    """

    it: Floats
    server_fans: Floats
    rack_supplies: Floats
    pdu_output: Floats
    ups_output: Floats
    chiller: Floats
    pumps: Floats
    rejection_fans: Floats
    air_handlers: Floats
    cdu_pumps: Floats
    transformers: Floats
    ups: Floats
    distribution: Floats
    other: Floats
    load: Floats
    evaporation: Floats
    drift: Floats
    blowdown: Floats
    makeup: Floats
    recycled: Floats
    bled: Floats
    heat_sensible: Floats
    heat_latent: Floats
    it_liquid: Floats
    cooling_liquid: Floats
    cooling_air: Floats
    excess: Floats
    missing: Floats
    reused: Floats
    short: Floats
    capped: Floats
    chip_above: Floats

    def scaled(self, rating: Floats) -> Flows:
        """The same in MW and m3/h at an IT rating [MW]; what is no quantity stays."""
        kept = ("excess", "bled", "short", "capped", "chip_above")
        return Flows(
            **{
                field.name: getattr(self, field.name) * (1.0 if field.name in kept else rating)
                for field in fields(Flows)
            }
        )

    @property
    def drawn(self) -> Floats:
        """Make-up that is not recycled [m3/h]."""
        return self.makeup - self.recycled

    @property
    def discharged(self) -> Floats:
        """Blowdown that is not recycled [m3/h]."""
        return self.blowdown - self.recycled


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
