"""Optimal control of cooling plants: some thirty candidates an hour, at most four changes of mode a day."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from importlib.util import find_spec
from types import SimpleNamespace
from typing import Any

import numpy as np

from benchmarks.registry import Row, benchmark, in_turn, seconds

PLANTS = ("direct-to-chip-dry", "direct-to-chip-adiabatic", "direct-to-chip-tower", "chilled-water-tower")
YEAR, LIFE, WORTH = 0.08, 1.5, 0.3
HOURS = 210_000
STEPS = 316
"""Steps of SustainDC in a second, measured once on two cores of the same kind."""


def chosen(plant: Any, load: Any) -> float:
    """Energy of cooling at the set-points that were chosen for it, in every hour on both sides."""
    from gigacampus.engines.facility.control.choice import Choice
    from gigacampus.engines.facility.control.worth import weights

    control = plant.facility.control
    best = Choice(plant, control, load).best(weights("energy", control, plant.out))
    return float(sum(side.taken.power.sum() for side in best.values()))


def _plant(name: str, years: int = 1) -> tuple[Any, Any]:
    """A plant and a load that follows the hour, over so many years of different climates."""
    from benchmarks.facility import _climates, facility
    from gigacampus.campus.spec.compute import Server
    from gigacampus.campus.spec.site import DesignConditions
    from gigacampus.engines.facility.plant import Plant

    fields = ("dry_bulb", "wet_bulb", "dew_point", "pressure")
    weather = SimpleNamespace(
        design=DesignConditions(),
        **{name: np.concatenate([getattr(air, name) for air in _climates()[:years]])[:HOURS] for name in fields},
    )
    plant = Plant.of(facility(name), Server.model_validate({}), weather)
    return plant, 0.8 + 0.15 * np.sin(np.arange(len(weather.dry_bulb)) / 24 * 2 * np.pi)


@benchmark("facility.control")
def control(repeat: int) -> Iterator[Row]:
    """Each plant over a year, every candidate in every hour, one over 210,000 hours, and all that a report asks."""
    made = [_plant(name) for name in PLANTS]
    times = in_turn(2 * repeat, *(lambda p=p, load=load: chosen(p, load) for p, load in made))
    for name, mine in zip(PLANTS, times, strict=True):
        note = "target; 8,760 hours, both sides, every candidate in every hour"
        yield Row(f"facility.control.{name}", mine, YEAR, "target", "s", note)
    plant, load = _plant("direct-to-chip-adiabatic", 24)
    (mine,) = in_turn(repeat, lambda: chosen(replace(plant), load))
    yield Row("facility.control.life", mine, LIFE, "target", "s", f"target; {len(load):,} hours of 24 climates")
    yield _worth(*made[1], repeat)
    yield _sustaindc(*made[-1], repeat)


def _worth(plant: Any, load: Any, repeat: int) -> Row:
    """Four objectives with limits and without, and the front."""
    from gigacampus.engines.facility.control.worth import cases

    one = np.ones_like(load)
    place = SimpleNamespace(dry_bulb=plant.out.dry_bulb, price=50 * one, carbon=400 * one)
    (mine,) = in_turn(repeat, lambda: cases(plant, place, load, 100.0))
    return Row("facility.control.worth", mine, WORTH, "target", "s", "target; 8,760 hours, what every report gives")


def _sustaindc(plant: Any, load: Any, repeat: int) -> Row:
    """Hours of a chilled-water plant with a tower: ours chooses in each of them, SustainDC is given its actions."""
    (mine,) = in_turn(repeat, lambda: chosen(plant, load))
    ours, note = mine / len(load), "a step of a plant with chiller and tower; ours chooses, its actions are given"
    if find_spec("sustaindc_env") is None:
        return Row("facility.control.sustaindc", ours, 1 / STEPS, "SustainDC a92b475", "s", f"recorded; {note}")
    return Row("facility.control.sustaindc", ours, _step(), "SustainDC", "s", note)


def _step() -> float:
    """Seconds that SustainDC takes for a step, over a week of quarters of an hour."""
    from sustaindc_env import EnvConfig, SustainDC

    steps = 4 * 24 * 7
    env = SustainDC(EnvConfig({"month": 6}))
    env.reset()
    idle = {agent: space.sample() for agent, space in zip(env.agents, env.action_space, strict=True)}
    return seconds(lambda: [env.step(idle) for _ in range(steps)]) / steps
