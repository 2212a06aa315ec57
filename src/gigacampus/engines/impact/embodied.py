"""Embodied carbon (scope 3, capital goods): as it is incurred and spread over service, by year in tonnes of CO2e."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np

from gigacampus.campus.spec.supply import AnyPlant, Battery, Firm, Solar, Supply
from gigacampus.engines.impact.inputs import Factors, Hardware
from gigacampus.timeline import Floats, Timeline


@dataclass(frozen=True)
class Asset:
    """What is built at `start` for `carbon` [t], and built again whenever `life` [years] is over, until `end`."""

    start: date
    end: date
    carbon: float
    life: float


def incurred(asset: Asset, timeline: Timeline) -> Floats:
    """Carbon in the years of building and replacement, shape (Y,) [t]; what was built before counts in the first."""
    found = np.zeros(len(timeline.years))
    span = (asset.end - asset.start).days / 365.25
    for cycle in range(int(np.ceil(max(span, 0.0) / asset.life - 1e-9))):
        built = asset.start.year + (asset.start.timetuple().tm_yday - 1) / 365.25 + cycle * asset.life
        found[int(np.clip(np.floor(built) - timeline.years[0], 0, len(found) - 1))] += asset.carbon
    return found


def amortised(asset: Asset, timeline: Timeline) -> Floats:
    """Carbon spread evenly over service, shape (Y,) [t]; what would serve beyond the campus's life is left out."""
    on = (timeline.days >= np.datetime64(asset.start)) & (timeline.days <= np.datetime64(asset.end))
    return timeline.yearly(np.repeat(on / 24.0, 24)) * asset.carbon / (asset.life * 365.25)


def source(plant: AnyPlant) -> str:
    """What a plant's energy comes from, as factors name it."""
    return plant.source if isinstance(plant, Firm) else plant.kind


def of_plant(plant: AnyPlant, factors: Factors) -> float:
    """Embodied carbon of all units of a plant [t]."""
    if isinstance(plant, Battery):
        return factors.battery * plant.total_energy
    size = plant.total * (plant.dc_ac if isinstance(plant, Solar) else 1.0)
    return factors.plants.get(source(plant), 0.0) * size


def assets(supply: Supply, hardware: Hardware, factors: Factors, timeline: Timeline) -> dict[str, list[Asset]]:
    """Everything that the campus has built: servers and building by phase, plants that it owns."""
    found: dict[str, list[Asset]] = {"it": [], "building": [], "plants": []}
    for ready, servers, rating in zip(timeline.ready, hardware.servers, hardware.it_rating, strict=True):
        found["it"].append(Asset(ready, timeline.end, float(servers) * hardware.embodied * 1e-3, hardware.life))
        found["building"].append(Asset(ready, timeline.end, float(rating) * factors.building, factors.building_life))
    for plant in supply.plants.values():
        if plant.owner == "campus":
            start, end = plant.start or timeline.start, min(plant.end or timeline.end, timeline.end)
            found["plants"].append(Asset(start, end, of_plant(plant, factors), plant.life))
    return found
