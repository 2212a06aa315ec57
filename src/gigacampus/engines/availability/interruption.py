"""Cooling through an outage: how long the heat is held, and how long until the plant is back."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gigacampus.campus.spec.compute import Server
from gigacampus.campus.spec.facility import Availability, CoolingPlant
from gigacampus.numerics import find_root

WATER = 4.186
"""Heat capacity of water [kJ/kgK]."""
AIR = 1.006
"""Heat capacity of air [kJ/kgK]."""
STEEL = 0.49
"""Heat capacity of steel [kJ/kgK]."""
OIL = 2.2
"""Heat capacity of synthetic fluids for baths [kJ/kgK]."""


@dataclass(frozen=True)
class Interruption:
    """One side of the cooling plant, liquid or air, after the grid's side fails.

    Attributes
    ----------
    limit : float [s]
        Until servers stop for heat.
    restart : float [s]
        Until cooling is back; 0 where all of it runs on.
    storage_volume : float [m3/MW]
        Stored water, per MW of heat, that must give full cooling so that servers go on, with pumps that run.
    """

    limit: float
    restart: float
    storage_volume: float

    @property
    def margin(self) -> float:
        """Time that is left at the restart; below 0 servers stop [s]."""
        return self.limit - self.restart


def liquid_seconds(water: float, power: float, rise: float) -> float:
    """Time in which a rack's power [kW] warms its water [kg] by a rise [K] [s]: m c dT / P.

    Examples
    --------
    >>> round(liquid_seconds(100, 120, 10)), round(liquid_seconds(40, 120, 10))
    (35, 14)
    """
    return water * WATER * rise / power


def air_seconds(air: float, metal: float, transfer: float, power: float, rise: float) -> float:
    """Time in which a rack's power warms the hall's air by a rise, metal taking part of the heat [s].

    Parameters
    ----------
    air, metal : float [kg]
        That go with the rack.
    transfer : float [W/K]
        From air to metal.
    power : float [kW]
    rise : float [K]

    Notes
    -----
    Two heat capacities A and M coupled by U, heat into the air: T = P t/(A+M) + (P/U) (M/(A+M))^2 (1 - exp(-t/tau)),
    tau = A M / ((A+M) U). The metal is one body with the air's side of it, walls let nothing through.
    """
    a, m, u = air * AIR, metal * STEEL, transfer / 1e3
    share, tau = m / (a + m), a * m / ((a + m) * u)

    def above(t: float) -> float:
        return float(power * t / (a + m) + power / u * share**2 * (1 - np.exp(-t / tau)) - rise)

    return find_root(above, 0.0, (a + m) * rise / power)


def interruptions(plant: CoolingPlant, given: Availability, server: Server) -> dict[str, Interruption]:
    """Each side of the plant, `liquid` and `air` where it has one, after the grid's side fails.

    A bath that is pumped goes on circulating by itself; one that boils holds what its condenser's water takes.
    """
    held, found = given.ride_through, {}
    air_plant = plant.air_plant or plant
    if plant.liquid is not None:
        seconds = [liquid_seconds(water, 1.0, held.liquid_rise) for water in (held.loop_water, held.plate_water)]
        bath = plant.kind == "immersion" and plant.liquid.kind == "single-phase"
        seconds = [each + bath * held.bath_oil * OIL * held.liquid_rise for each in seconds]
        found["liquid"] = _side(plant, given, seconds[0], seconds[1], stores=True)
    if air_plant.air is not None or air_plant.outside_air is not None:
        metal = held.room_metal or _metal(plant, server)
        room = air_seconds(held.room_air, metal, held.room_transfer * metal, 1.0, held.air_rise)
        found["air"] = _side(air_plant, given, room, room, stores=air_plant.loop is not None)
    return found


def _metal(plant: CoolingPlant, server: Server) -> float:
    """Servers and network that the hall's air touches, over the heat that it takes [kg/kW]; network is as heavy.

    What stands in a bath is not touched by air: there the network alone is.
    """
    mass, more = server.mass / server.peak_power, server.overhead_share
    share = 0.0 if plant.kind == "immersion" else plant.liquid_of(server.liquid_share)
    return mass * (1 + more) / (1 - share + more)


def _side(plant: CoolingPlant, given: Availability, moving: float, still: float, stores: bool) -> Interruption:
    """What is held with pumps that run or stand still, against the restart.

    What stands on the UPS runs on: outside air alone needs nothing else, coolers outdoors wait for gensets, chillers
    restart then. Where servers stop before gensets move the coolant, stored water does not help, a UPS for pumps does.
    """
    held, start = given.ride_through, given.gensets.start
    wait = 0.0 if held.pumps_on == "ups" else start
    restart = wait if plant.chiller is None and plant.rejection is None else start
    restart += 0.0 if plant.chiller is None else held.chiller_restart
    limit = still if wait > still else moving + (held.storage if stores else 0.0)
    needed = max(restart - moving, 0.0)
    return Interruption(limit, restart, needed / (WATER * held.storage_rise))
