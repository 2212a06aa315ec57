"""The facility at 10 to 100 % of its IT rating, each over the whole weather year, and the load of its power chain."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gigacampus.campus.spec.compute import Server
from gigacampus.campus.spec.facility import Facility
from gigacampus.engines.facility import control
from gigacampus.engines.facility.outdoors import Floats, Weather
from gigacampus.engines.facility.plant import Plant
from gigacampus.engines.facility.power import Loading, loadings

LOADS = (0.10, 0.25, 0.50, 0.75, 1.00)
"""IT over its rating."""
PARTS = (
    "chiller", "pumps", "rejection_fans", "air_handlers", "cdu_pumps", "transformers", "ups", "distribution", "other",
)  # fmt: skip
"""What PUE of category 3 is made of, beside IT itself."""


@dataclass(frozen=True)
class PartLoad:
    """The facility at K steady loads, and its power chain at full load.

    Attributes
    ----------
    load : array, shape (K,)
        IT over its rating.
    parts : dict of array, shape (K,)
        Energy of each part over IT energy; with 1 they sum to PUE of category 3.
    pue : dict of array, shape (K,)
        By category of ISO/IEC 30134-2.
    wue : array, shape (K,) [L/kWh]
        By withdrawal.
    itue : array, shape (K,)
        IT energy over what reaches the boards.
    hours_short : array, shape (K,) [h]
    elements : tuple of Loading
        From the meter to the boards, at full IT in the hour that asks for most.
    """

    load: Floats
    parts: dict[str, Floats]
    pue: dict[int, Floats]
    wue: Floats
    itue: Floats
    hours_short: Floats
    elements: tuple[Loading, ...]

    @property
    def cooling(self) -> Floats:
        """Energy of the cooling plant over IT energy, shape (K,)."""
        return np.asarray(sum(self.parts[name] for name in PARTS[:5]))

    @property
    def tue(self) -> Floats:
        """Total power usage effectiveness, shape (K,)."""
        return self.itue * self.pue[3]


def part_load(facility: Facility, server: Server, weather: Weather, it_rating: float) -> PartLoad:
    """PUE, WUE and their parts by load, as a mean over the weather year in which IT never changes.

    The plant runs as in the run: by rules, or at set-points that control chooses for each load.

    Parameters
    ----------
    facility, server, weather
        As in `peak_ratio`; the weather with `price` and `carbon` where control minimises them.
    it_rating : float [MW]
        For which the elements of the power chain are sized.

    Returns
    -------
    PartLoad
    """
    load, years = np.array(LOADS), []
    for one in LOADS:
        steady = np.full(weather.dry_bulb.size, one)
        plant = Plant.of(facility, server, weather, control.held(facility, server, weather, steady))
        years.append(plant.year(steady))
    flows = years[0].each(lambda *each: np.stack(each), *years[1:])

    def mean(values: Floats) -> Floats:
        return np.asarray(np.mean(values, axis=1))

    it, energy = mean(flows.it), mean(flows.load)
    return PartLoad(
        load=load,
        parts={name: mean(getattr(flows, name)) / it for name in PARTS},
        pue={1: energy / mean(flows.at_ups), 2: energy / mean(flows.at_pdu), 3: energy / it},
        wue=mean(flows.drawn) / it,
        itue=it / mean(flows.boards),
        hours_short=np.sum(flows.short, axis=1, dtype=float),
        elements=loadings(plant.chain, plant.highest, it_rating, float(np.max(plant.on_ups(years[-1])))),
    )
