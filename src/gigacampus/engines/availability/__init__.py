"""Availability: how often and for how long the racks stand still, why, and what that costs.

In: the spec's facility; the life's IT energy [MWh] and accelerator-hours, and the highest power of pumps, coolant units
and air handlers [MW]. Out: `assess`, an `AvailabilityResult`.

Equations: items up and down at constant rates, legs in series, k of n in parallel, and the beta factor for failures of
a common cause (`reliability`); gensets, battery and fuel as a Markov chain by the hour (`backup`); the rise of coolant
and air without cooling (`interruption`). Fewer units than needed carry their share of the load, of the grid's side too,
where gensets stand by the group that lost its feed. People cause a share s of all interruptions, so s / (1 - s) of what
equipment causes. Each interruption also costs the time until work goes on. Blocks are those of one group: a campus of
several is interrupted more often, each time by less.

Not modelled: planned maintenance, with which redundancy is lower for a while; strings of a battery one by one; storms
that take feeds together beyond the common cause; refuelling during an outage; the campus's own plants as a source; trim
chillers that are needed in some hours only count as needed in all.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from gigacampus.campus.spec.compute import Server
from gigacampus.campus.spec.facility import Availability, Facility
from gigacampus.campus.spec.facility.topology import usable_share
from gigacampus.engines.availability import backup
from gigacampus.engines.availability.interruption import Interruption, interruptions
from gigacampus.engines.availability.layout import blocks, in_use
from gigacampus.engines.availability.reliability import (
    YEAR,
    Block,
    Cause,
    causes,
    series,
    spells,
    two_state,
    unavailability,
)

Floats = NDArray[np.float64]

__all__ = ["YEAR", "AvailabilityResult", "Contribution", "assess", "blocks", "in_use"]


@dataclass(frozen=True)
class Contribution:
    """What one cause takes of a year, in hours of all IT: `down`, and until work goes on after it (`restart`)."""

    block: str
    kind: str
    item: str
    frequency: float
    down: float
    restart: float

    @property
    def hours(self) -> float:
        """Both [h/year]."""
        return self.down + self.restart


@dataclass(frozen=True)
class Share:
    """Hours a year without service at another `common_cause`, and where each lasts one item's whole repair."""

    common_cause: float
    hours: float
    whole: float


@dataclass(frozen=True)
class AvailabilityResult:
    """How available the racks are.

    Attributes
    ----------
    availability : float
        Share of the time in which all IT is carried.
    frequency : float [1/year]
        Interruptions of some IT or all.
    unserved_hours : float [h/year]
        Expected, as hours of all IT: down and restarting.
    contributions : tuple of Contribution
        By cause, the largest first; their sum is above `unserved_hours` by what they share.
    shares : tuple of Share
        `unserved_hours` by the share of common causes: none, a fifth of the spec's, and the spec's.
    independent : tuple of Contribution
        `contributions` without common causes.
    survival : array, shape (H,)
        Probability that backup carries each hour of an outage and all before it.
    backup_survival : float
        Probability that battery and gensets carry an outage to the end that lasts as a feed's repair does.
    backup_lost : float [1/year]
        Outages of the grid's side that outlast them.
    cooling : dict of str to Interruption
        By side, liquid and air.
    movers : float [MW]
        Power of pumps, coolant units and air handlers, which a UPS must give where they must not wait.
    unserved_energy : float [MWh]
        IT energy over the life.
    unserved_cost : float [USD]
        Accelerator-hours over the life that are not served, at their price.
    stranded : dict of str to float
        Share of what is installed that may not carry load: substation, units, cooling.
    """

    availability: float
    frequency: float
    unserved_hours: float
    contributions: tuple[Contribution, ...]
    shares: tuple[Share, ...]
    independent: tuple[Contribution, ...]
    survival: Floats
    backup_survival: float
    backup_lost: float
    cooling: dict[str, Interruption]
    movers: float
    unserved_energy: float
    unserved_cost: float
    stranded: dict[str, float]


def assess(
    facility: Facility, server: Server, it_energy: float, accelerator_hours: float, movers: float = 0.0
) -> AvailabilityResult:
    """Availability of the racks, and the worth of what is not served.

    Parameters
    ----------
    facility : Facility
    server : Server
        For the heat that liquid takes, and the mass that holds heat.
    it_energy : float [MWh]
        Over the life.
    accelerator_hours : float [h]
        Over the life.
    movers : float [MW]
        Highest power of pumps, coolant units and air handlers.

    Returns
    -------
    AvailabilityResult
    """
    given, facility = facility.availability, in_use(facility, server)
    cooling, legs = interruptions(facility.cooling, given, server), blocks(facility)
    late = any(side.margin < 0 for side in cooling.values())
    most = given.common_cause
    alive = {one: backup.of_gensets(given.gensets, given.battery, one) for one in sorted({0.0, most / 5, most})}
    found, unbacked = _causes(legs, given, alive[most], late, most)
    together, hours = series(found), hours_lost(found, given.restart)
    share, outage = hours / YEAR, np.array([given.utility.repair])
    return AvailabilityResult(
        availability=together.availability,
        frequency=together.frequency,
        unserved_hours=hours,
        contributions=_contributions(found, given.restart),
        shares=_shares(legs, given, alive, late),
        independent=_contributions(_causes(legs, given, alive[0.0], late, 0.0)[0], given.restart),
        survival=alive[most],
        backup_survival=1 - float(backup.lost_share(alive[most], given.battery, outage, given.gensets.fuel)[0]),
        backup_lost=unbacked,
        cooling=cooling,
        movers=movers,
        unserved_energy=share * it_energy,
        unserved_cost=share * accelerator_hours * given.accelerator_hour,
        stranded=_stranded(facility),
    )


def _shares(legs: Sequence[Block], given: Availability, alive: dict[float, Floats], late: bool) -> tuple[Share, ...]:
    """Hours a year by the share of common causes, mended in their own time and as one item is."""
    whole = [replace(leg, items=tuple(replace(item, common_repair=None) for item in leg.items)) for leg in legs]

    def hours(some: Sequence[Block], common: float) -> float:
        return hours_lost(_causes(some, given, alive[common], late, common)[0], given.restart)

    return tuple(Share(one, hours(legs, one), hours(whole, one)) for one in alive)


def _causes(
    legs: Sequence[Block], given: Availability, alive: Floats, late: bool, common: float
) -> tuple[list[Cause], float]:
    """Every cause, the grid's side after backup, and how many of its outages a year backup does not carry.

    Where cooling is back too `late`, those that backup carries interrupt too.
    """
    found: list[Cause] = []
    asked = lost = 0.0
    for block in legs:
        for cause in causes(block, common):
            if block.backed and cause.short > 0:
                left = _after_backup(cause, block, alive, given, common)
                asked, lost = asked + cause.frequency, lost + left.frequency
                found.append(left)
            else:
                found.append(cause)
    if late:
        found.append(two_state("cooling", "restart", asked - lost, 0.0))
    found.append(_people(found, given))
    return found, lost


def _people(found: Sequence[Cause], given: Availability) -> Cause:
    """What people cause beside all other causes, of which it is a share."""
    rate = series(found).frequency * given.human_error / (1 - given.human_error)
    down = unavailability(rate, given.human_repair) if given.human_repair > 0 else 0.0
    return two_state("people", "people", (1 - down) * rate, down)


def _after_backup(cause: Cause, block: Block, alive: Floats, given: Availability, common: float) -> Cause:
    """What backup leaves of a cause on the grid's side; long outages lose more of their hours than short ones.

    What the block's own units still carry goes on, whatever backup does.
    """
    mean = cause.short / max(cause.frequency, 1e-99) * YEAR
    weight, spell = spells(block, common) if cause.kind == "independent" else (np.ones(1), np.ones(1))
    spell = spell * mean / (weight @ spell)
    share = backup.lost_share(alive, given.battery, spell, given.gensets.fuel)
    hours = float((weight * spell) @ share / mean)
    left = np.where(cause.shares < 1, hours * cause.probability, 0.0)
    left[-1] = 1 - left[:-1].sum()
    return replace(cause, frequency=cause.frequency * float(weight @ share), probability=left)


def hours_lost(found: Sequence[Cause], restart: float) -> float:
    """Hours of all IT a year that are not served, down and restarting.

    Notes
    -----
    Spells A / f of full service begin with the restart R, unless they end sooner: of A, 1 - exp(-f R / A) is lost.
    """
    together = series(found)
    return YEAR * together.lost + _restarting(together.availability, sum(_asked(c, restart) for c in found))


def _asked(cause: Cause, restart: float) -> float:
    """Hours of all IT a year of restart after a cause; it takes the share that the cause takes on average."""
    return cause.frequency * restart * (cause.lost / cause.short if cause.short > 0 else 1.0)


def _restarting(up: float, asked: float) -> float:
    """Hours of all IT a year in which work does not yet go on, out of the share of time `up`."""
    return YEAR * up * -math.expm1(-asked / (YEAR * up)) if up > 0 else 0.0


def _contributions(found: Sequence[Cause], restart: float) -> tuple[Contribution, ...]:
    parts = [
        Contribution(c.block, c.kind, c.item, c.frequency, YEAR * c.lost, _restarting(1 - c.short, _asked(c, restart)))
        for c in found
    ]
    return tuple(sorted(parts, key=lambda part: -part.hours))


def _stranded(facility: Facility) -> dict[str, float]:
    power, given = facility.power, facility.availability
    return {
        "substation": 1 - usable_share(power.substation_topology, power.substation_units),
        "units": 1 - usable_share(power.topology, power.units),
        "cooling": given.cooling_spares / (given.cooling_units + given.cooling_spares),
    }
