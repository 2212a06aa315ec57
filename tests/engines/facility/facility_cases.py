"""What the facility's tests share: weather, servers, plants and strategies for random ones."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

import numpy as np
import pyarrow.parquet as pq
import pytest
from hypothesis import strategies as st

from gigacampus import air
from gigacampus.campus import catalog
from gigacampus.campus.spec.compute import Server
from gigacampus.campus.spec.facility import CoolingPlant, Facility, PowerChain
from gigacampus.campus.spec.site import DesignConditions
from gigacampus.engines.facility.plant import Plant
from gigacampus.timeline import Timeline, to_utc, weather_year

PLANTS = catalog.names("cooling_plants")
CHAINS = catalog.names("power_chains")


@dataclass(frozen=True)
class Air:
    """A weather of any length."""

    dry_bulb: np.ndarray
    wet_bulb: np.ndarray
    dew_point: np.ndarray
    pressure: np.ndarray
    design: DesignConditions = field(default_factory=DesignConditions)


def weather(dry_bulb: Any, rh: Any, pressure: Any = 101_325.0) -> Air:
    """Outdoor air from dry bulb, relative humidity and pressure."""
    t, rh, p = (np.array(x) for x in np.broadcast_arrays(*np.atleast_1d(dry_bulb, rh, pressure)))
    t, rh, p = t.astype(float), rh.astype(float), p.astype(float)
    dew = air.dew_point(t, rh)
    return Air(t, air.wet_bulb(t, air.humidity_ratio_from_dew_point(dew, p), p), dew, p)


def typical_year(seed: int = 0) -> Air:
    """A year of weather that no file is needed for: seasons, days and noise, dry and humid."""
    hours = np.arange(8784)
    noise = np.random.default_rng(seed).normal(0, 4, 8784)
    t = 15 + 13 * np.sin(2 * np.pi * (hours / 8784 - 0.3)) + 6 * np.sin(2 * np.pi * (hours / 24 - 0.35)) + noise
    rh = np.clip(0.6 - 0.3 * np.sin(2 * np.pi * (hours / 24 - 0.35)) + 0.02 * noise[::-1], 0.05, 1.0)
    return weather(np.minimum(t, 40.0), rh, 100_500.0)


def city(name: str) -> Air:
    """A catalogue weather year; the test is skipped where the catalogue lacks it."""
    path = catalog.folder() / "weather" / f"{name}.parquet"
    if not path.exists():
        pytest.skip(f"no weather {name} in the catalogue")
    table = pq.read_table(path)
    meta = {key.decode(): value.decode() for key, value in table.schema.metadata.items()}

    def column(field: str) -> np.ndarray:
        kind = {"int16": np.int16, "uint8": np.uint8}[str(table.schema.field(field).type)]
        stored = np.frombuffer(table[field].chunk(0).buffers()[1], dtype=kind)[: table.num_rows]
        return weather_year(to_utc(stored / float(meta[f"scale.{field}"]), float(meta["utc_offset"])))

    t, p = column("dry_bulb"), column("pressure") * 100
    dew = np.minimum(column("dew_point"), t)
    return Air(t, air.wet_bulb(t, air.humidity_ratio_from_dew_point(dew, p), p), dew, p)


def facility(cooling: Any = None, power: Any = None) -> Facility:
    """A facility from catalogue names or mappings, fitted."""
    return fitted(
        Facility(cooling=CoolingPlant.model_validate(cooling or {}), power=PowerChain.model_validate(power or {}))
    )


def fitted(spec: Facility) -> Facility:
    """A tenth more coolers and two fifths more chillers than the full heat's, where they are left to be found."""

    def one(plant: CoolingPlant) -> CoolingPlant:
        parts: dict[str, Any] = {} if plant.air_plant is None else {"air_plant": one(plant.air_plant)}
        if plant.rejection is not None and plant.rejection.margin is None:
            parts["rejection"] = plant.rejection.model_copy(update={"margin": 1.1})
        if plant.chiller is not None and plant.chiller.capacity is None:
            parts["chiller"] = plant.chiller.model_copy(update={"capacity": 1.4})
        return plant.model_copy(update=parts)

    return spec.model_copy(update={"cooling": one(spec.cooling)})


def server(**given: Any) -> Server:
    """A liquid-cooled server."""
    return Server.model_validate({"use": "gb200-nvl72", **given})


def plant(spec: Facility, outdoors: Air, machine: Server | None = None) -> Plant:
    """The physics of a facility in a weather."""
    return Plant.of(fitted(spec), machine or server(), outdoors)


def warmer(outdoors: Air, by: float) -> Air:
    """The same vapour in warmer air."""
    t = outdoors.dry_bulb + by
    ratio = air.humidity_ratio_from_dew_point(outdoors.dew_point, outdoors.pressure)
    return replace(outdoors, dry_bulb=t, wet_bulb=air.wet_bulb(t, ratio, outdoors.pressure))


LIFE = Timeline.of([date(2027, 11, 1), date(2028, 3, 1)], date(2028, 12, 31))
RATING = np.array([100.0, 250.0])


@st.composite
def plants(draw: st.DrawFn) -> dict[str, Any]:
    """A cooling plant of the catalogue with some of its numbers changed, within what the spec takes."""
    name = draw(st.sampled_from(PLANTS))
    entry = catalog.entry("cooling_plants", name).text
    given: dict[str, Any] = {"use": name}
    if "rejection" in entry:
        given["rejection"] = {
            "margin": draw(st.floats(1, 1.5)),
            "approach": draw(st.floats(3, 9)),
            "fan_power": draw(st.floats(0.005, 0.06)),
            "fan_minimum": draw(st.floats(0.05, 0.5)),
            "water_minimum": draw(st.floats(0, 1)),
            "fan_control": draw(st.sampled_from(["variable", "fixed"])),
            "fouling": draw(st.floats(0, 0.3)),
        }
        given["water_model"] = draw(st.sampled_from(["energy-balance", "all-latent"]))
    if "loop" in entry and name != "air-cooled-chiller":
        given["loop"] = {"rise": draw(st.floats(4, 12)), "pump_pressure": draw(st.floats(5e4, 4e5))}
        given["loop"] |= {"pump_minimum": draw(st.floats(0, 1)), "pump_units": draw(st.integers(1, 4))}
        given["loop"] |= {"glycol": draw(st.floats(0, 0.5))}
    if entry.get("liquid") == "warm-coolant":
        given["liquid"] = {"supply": draw(st.floats(24, 45)), "cdu_approach": draw(st.floats(2, 8))}
        given["liquid"] |= {"cdu_fouling": draw(st.floats(0, 0.5)), "cdu_minimum": draw(st.floats(0, 1))}
    if "outside_air" in entry:
        given["outside_air"] = {"supply_max": draw(st.floats(24, 35)), "rh_max": draw(st.floats(0.5, 0.95))}
    return given
