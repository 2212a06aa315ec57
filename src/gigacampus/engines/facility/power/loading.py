"""How far each element is loaded, in normal service and with one unit lost, and what redundancy strands."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import ceil

import numpy as np

from gigacampus.campus.spec.facility.topology import one_lost, paths, usable_share
from gigacampus.engines.facility.power.chain import Chain
from gigacampus.engines.facility.power.elements import Bank


@dataclass(frozen=True)
class Loading:
    """One element at full IT in the hour that asks for most.

    Attributes
    ----------
    name, topology : str
    needed, installed : int
        Units of a group that carry the load, and that stand there.
    groups : int
        Of the substation: as many as keep its transformers within the largest, at a power factor of 1.
    rating, usable : float [MW]
        Of all that stands there, and of what may carry load.
    power : float [MW]
        What it gives.
    load, load_one_lost : float
        Of a unit over its rating, in normal service and with one unit lost.
    carried_one_lost : float
        Share of the power that is carried then.
    loss : float [MW]
    """

    name: str
    topology: str
    needed: int
    installed: int
    groups: int
    rating: float
    usable: float
    power: float
    load: float
    load_one_lost: float
    carried_one_lost: float
    loss: float

    @property
    def stranded(self) -> float:
        """Rating that may not carry load, for redundancy [MW]."""
        return self.rating - self.usable


def loadings(chain: Chain, highest: float, it_rating: float, movers: float = 0.0) -> tuple[Loading, ...]:
    """Every element from the meter to the boards.

    `highest` is the highest power at low voltage, `movers` that of pumps and fans on the UPS, over the IT rating.
    """
    passing, largest = _passing(chain, highest, movers), chain.spec.substation_largest
    return tuple(_loading(bank, power, it_rating, largest) for bank, power in passing)


def _passing(chain: Chain, highest: float, movers: float) -> Iterator[tuple[Bank, float]]:
    """Each bank from the meter inwards, and what it gives at full IT in the hour that asks for most."""
    upstream, outdoors = chain.upstream(np.array(highest), highest), chain.outdoors(highest)
    inside = chain.indoors(np.array(1.0))
    medium = highest + float(upstream.transformers)
    given = {
        "substation": medium + float(upstream.medium),
        "medium": medium,
        "transformer": highest,
        "ups": float(inside.ups_output) + movers,
        "distribution": float(inside.pdu_output),
        "branch": 1.0,
    }
    banks = {**outdoors, **chain.hall}
    yield from ((banks[name], power) for name, power in given.items() if name in banks)
    power = np.array(1.0)
    for bank in chain.racks.values():
        power = bank.given(power)
        yield bank, float(power)


def _loading(bank: Bank, power: float, it_rating: float, largest: float) -> Loading:
    needed, installed = paths(bank.topology, bank.units)
    more, carried = one_lost(bank.topology, bank.units)
    load = power / bank.working
    return Loading(
        name=bank.name,
        topology=bank.topology,
        needed=needed,
        installed=installed,
        groups=ceil(bank.rating * it_rating / installed / largest) if bank.name == "substation" else 1,
        rating=bank.rating * it_rating,
        usable=bank.rating * usable_share(bank.topology, bank.units) * it_rating,
        power=power * it_rating,
        load=load,
        load_one_lost=load * more,
        carried_one_lost=carried,
        loss=float(bank.loss(np.array(power))) * it_rating,
    )
