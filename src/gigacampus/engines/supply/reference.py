"""The dispatch rule, hour by hour, written to be read. `kernel` is its fast twin and must equal it to 1e-12.

In each hour:

1. Clean plants behind the meter serve the load, then clean plants through the grid, up to the import limit.
2. What is left behind the meter charges batteries (in the order of their names), then is exported up to the export
   limit, then curtailed. What is left of plants through the grid charges batteries that may take it, and is else sold
   where it is made.
3. A deficit is met by batteries, then by gas plants and the market in the order of their marginal cost in that hour, up
   to their limits; what no one meets is unserved. (Gas plants of the same cost share their output afterwards.)

A battery whose energy fades with age below what it holds loses the difference (`faded`).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gigacampus.engines.supply.profile import Hourly
from gigacampus.timeline import Floats


@dataclass(frozen=True)
class Flows:
    """What the loop decides. All (H,) [MW] but where said.

    Attributes
    ----------
    taken
        Power of clean plants through the grid that the campus takes.
    purchase, exported, curtailed, unserved
        Market purchase, export, curtailment behind the meter, and load that is not met.
    gas : (G, H)
        Power of gas plants, delivered at the campus.
    charge, discharge, state, faded : (B, H)
        Power into and out of batteries on the AC side, energy above the lowest state at the end of the hour [MWh], and
        energy lost to fading [MWh].
    """

    taken: Floats
    purchase: Floats
    exported: Floats
    curtailed: Floats
    unserved: Floats
    gas: Floats
    charge: Floats
    discharge: Floats
    state: Floats
    faded: Floats

    @classmethod
    def empty(cls, gas: int, batteries: int, hours: int) -> Flows:
        """Arrays of zeros to be filled."""

        def flat() -> Floats:
            return np.zeros(hours)

        def each() -> Floats:
            return np.zeros((batteries, hours))

        plants = np.zeros((gas, hours))
        return cls(flat(), flat(), flat(), flat(), flat(), plants, each(), each(), each(), each())


def run(given: Hourly) -> Flows:
    """Dispatch every hour."""
    flows = Flows.empty(len(given.gas), len(given.eta), len(given.load))
    held = [0.0] * len(given.eta)
    for hour in range(len(given.load)):
        _hour(given, flows, held, hour)
    return flows


def _hour(given: Hourly, flows: Flows, held: list[float], hour: int) -> None:
    load, clean, remote, room = (float(a[hour]) for a in (given.load, given.clean, given.remote, given.limit))
    direct = min(clean, load)
    taken = min(remote, load - direct, room)
    deficit = load - direct - taken
    spare, far = clean - direct, min(remote - taken, room - taken)
    for battery in range(len(held)):
        _fade(given, flows, held, battery, hour)
        if deficit > 0.0:
            deficit -= _discharge(given, flows, held, battery, hour, deficit)
        else:
            charged = _charge(given, flows, held, battery, hour, spare + far if given.reach[battery] else spare)
            near = min(charged, spare)
            spare -= near
            far = max(far - (charged - near), 0.0)
            taken += charged - near
        flows.state[battery, hour] = held[battery]
    flows.taken[hour] = taken
    flows.exported[hour] = min(spare, float(given.export_limit[hour]))
    flows.curtailed[hour] = spare - flows.exported[hour]
    flows.unserved[hour] = _buy(given, flows, hour, deficit, max(room - taken, 0.0))


def _fade(given: Hourly, flows: Flows, held: list[float], battery: int, hour: int) -> None:
    lost = held[battery] - float(given.window[battery, hour])
    if lost > 0.0:
        flows.faded[battery, hour] = lost
        held[battery] -= lost


def _discharge(given: Hourly, flows: Flows, held: list[float], battery: int, hour: int, deficit: float) -> float:
    eta = float(given.eta[battery])
    given_out = min(deficit, float(given.power[battery, hour]), held[battery] * eta)
    held[battery] = max(held[battery] - given_out / eta, 0.0)
    flows.discharge[battery, hour] = given_out
    return given_out


def _charge(given: Hourly, flows: Flows, held: list[float], battery: int, hour: int, surplus: float) -> float:
    eta = float(given.eta[battery])
    free = max(float(given.window[battery, hour]) - held[battery], 0.0)
    taken_in = min(surplus, float(given.power[battery, hour]), free / eta)
    held[battery] += taken_in * eta
    flows.charge[battery, hour] = taken_in
    return taken_in


def _buy(given: Hourly, flows: Flows, hour: int, deficit: float, room: float) -> float:
    """Meet a deficit in the order of cost, gas before the market at the same cost; gives back what is left of it."""
    year, price = given.year[hour], float(given.price[hour])
    order = [int(plant) for plant in given.order[year]]
    cheap = [plant for plant in order if given.cost[plant, year] <= price]
    for source in [*cheap, None, *order[len(cheap) :]]:
        if source is None:
            amount = flows.purchase[hour] = min(deficit, room)
            room -= amount
        else:
            amount = min(deficit, float(given.gas[source, hour]))
            if given.through[source]:
                amount = min(amount, room)
                room -= amount
            flows.gas[source, hour] = amount
        deficit -= amount
    return deficit
