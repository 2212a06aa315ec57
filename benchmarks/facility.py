"""Cooling plants over years of hours: one plant in a climate, and many plants in many climates."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any

import numpy as np

from benchmarks.registry import Row, benchmark, in_turn

PLANTS = (
    "direct-to-chip-dry",
    "direct-to-chip-adiabatic",
    "direct-to-chip-tower",
    "chilled-water-tower",
    "air-cooled-chiller",
    "meta-air",
)
CLIMATES = 25


@cache
def _climates() -> list[Any]:
    """Weather years of the catalogue, ready."""
    from gigacampus.campus import catalog
    from gigacampus.runs.verify.lei_masanet import weather

    return [weather(name) for name in catalog.names("weather")[:CLIMATES]]


def facility(cooling: str) -> Any:
    """A plant with a tenth more coolers and two fifths more chillers than the full heat's."""
    from gigacampus.campus.spec.facility import Facility
    from gigacampus.engines.facility.design import Size, Sizes, built

    return built(Facility.model_validate({"cooling": cooling}), Sizes(Size(1.1, 1.4), Size(1.1, 1.4)))


@cache
def _facilities() -> list[Any]:
    return [facility(plant) for plant in PLANTS]


def year(facility: Any, weather: Any) -> float:
    """PUE of a year at a load that follows the hour, and the peak: both doors of the room that a plan asks."""
    from gigacampus.campus.spec.compute import Server
    from gigacampus.engines import facility as room

    server = Server.model_validate({})
    hours = np.arange(len(weather.dry_bulb))
    it = (0.8 + 0.15 * np.sin(hours / 24 * 2 * np.pi))[None, :]
    response = room.respond(facility, server, weather, it, np.ones(1))
    return float(response.load.sum() / it.sum()) * room.peak_ratio(facility, server, weather)


def everywhere() -> float:
    """Every plant in every climate, in one call."""
    return sum(year(facility, weather) for facility in _facilities() for weather in _climates())


@benchmark("facility.climates")
def climates(repeat: int) -> Iterator[Row]:
    """25 climates by six plants."""
    _climates()
    (mine,) = in_turn(repeat, everywhere)
    note = f"target; {CLIMATES} climates by {len(PLANTS)} plants, 8,760 hours each, response and peak, warm"
    yield Row("facility.climates", mine, 8.0, "target", "s", note)


@benchmark("facility.year")
def one_year(repeat: int) -> Iterator[Row]:
    """Each plant alone in one climate."""
    weather = _climates()[0]
    times = in_turn(4 * repeat, *(lambda f=f: year(f, weather) for f in _facilities()))
    for plant, mine in zip(PLANTS, times, strict=True):
        yield Row(f"facility.year.{plant}", mine, 0.08, "target", "s", "target; 8,760 hours, response and peak, warm")
