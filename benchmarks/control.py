"""Optimal control of cooling plants: some thirty candidates a side and hour, at most four changes of mode a day."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import numpy as np

from benchmarks.registry import Row, benchmark, in_turn

PLANTS = ("direct-to-chip-dry", "direct-to-chip-adiabatic", "direct-to-chip-tower", "chilled-water-tower")
YEAR, LIFE = 0.08, 1.5
HOURS = 210_000


def chosen(plant: Any, load: Any, cells: bool = True) -> float:
    """Energy of cooling by the rules, and at the set-points that were chosen for it, in every hour on both sides."""
    from gigacampus.engines.facility.control.options import Options
    from gigacampus.engines.facility.control.worth import weights

    control, total = plant.facility.control, 0.0
    for which, spec in enumerate(plant.plants()):
        if spec is not None:
            options = Options(plant, control, which, load, cells)
            total += float(options.best(weights("energy", control, plant.out))[1].power.sum())
    return total


def _plant(name: str, years: int = 1) -> tuple[Any, Any]:
    """A plant and a load that follows the hour, over so many years of different climates."""
    from benchmarks.facility import _climates, facility
    from gigacampus.campus.spec.compute import Server
    from gigacampus.engines.facility.outdoors import Outdoors
    from gigacampus.engines.facility.plant import Plant

    fields = ("dry_bulb", "wet_bulb", "dew_point", "pressure")
    weather = SimpleNamespace(
        **{name: np.concatenate([getattr(air, name) for air in _climates()[:years]])[:HOURS] for name in fields}
    )
    plant = Plant(facility(name), Server.model_validate({}), Outdoors.of(weather))
    return plant, 0.8 + 0.15 * np.sin(np.arange(len(weather.dry_bulb)) / 24 * 2 * np.pi)


@benchmark("facility.control")
def control(repeat: int) -> Iterator[Row]:
    """Each plant over a year, on cells and with every hour enumerated, and one over 210,000 hours."""
    made = [_plant(name) for name in PLANTS]
    for cells in (True, False):
        times = in_turn(2 * repeat, *(lambda p=p, load=load, cells=cells: chosen(p, load, cells) for p, load in made))
        for name, mine in zip(PLANTS, times, strict=True):
            how = "ranked on cells, evaluated by the hour" if cells else "every hour enumerated"
            row = f"facility.control.{name}" + ("" if cells else ".exact")
            yield Row(row, mine, YEAR, "target", "s", f"target; 8,760 hours, both sides, {how}")
    plant, load = _plant("direct-to-chip-adiabatic", 24)
    (mine,) = in_turn(repeat, lambda: chosen(replace(plant), load))
    yield Row("facility.control.life", mine, LIFE, "target", "s", f"target; {len(load):,} hours of 24 climates")
