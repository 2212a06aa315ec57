"""A plant that runs dry: with no water where it can do without."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from gigacampus.campus.spec.facility import CoolingPlant
from gigacampus.engines.facility import power
from gigacampus.engines.facility.cooling import settled
from gigacampus.engines.facility.cooling.setpoints import Setpoints, rules
from gigacampus.engines.facility.cooling.sides import Side
from gigacampus.engines.facility.outdoors import Outdoors

if TYPE_CHECKING:
    from gigacampus.engines.facility.plant import Held, Plant


def dried(plant: Plant, inside: power.Indoors, out: Outdoors, held: Held) -> tuple[Side, Side]:
    """Both sides with no water where they can do without, and with all they ask for even then."""
    whole = settled.run_dry(plant.cooling)
    liquid, air = (_unwetted(one, points) for one, points in zip(plant.plants(whole), held, strict=True))
    return plant.sides_of(whole, inside, out, (liquid, air))


def rise(plant: CoolingPlant | None) -> float:
    """Warming of what carries a side's heat to its wet coolers [K]."""
    return plant.loop.rise if plant is not None and plant.loop is not None else 0.0


def _unwetted(plant: CoolingPlant | None, points: Setpoints | None) -> Setpoints | None:
    """Set-points that wet no intake air; beyond the machines' models the hour is short."""
    return None if plant is None else replace(points or rules(plant), wet_above=np.array(np.inf))
