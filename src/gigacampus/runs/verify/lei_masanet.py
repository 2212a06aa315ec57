"""Lei and Masanet's worked examples and their table of ranges, against our statistical hall."""

from __future__ import annotations

import csv
from functools import cache
from itertools import permutations
from pathlib import Path
from types import SimpleNamespace
from typing import Literal

import numpy as np

from gigacampus import air
from gigacampus.campus import catalog
from gigacampus.campus.spec.site import DesignConditions
from gigacampus.runs import inputs
from gigacampus.runs.verify import lbnl
from gigacampus.runs.verify.lbnl import relations, systems

PUBLISHED = Path(__file__).parent / "ledger" / "published"
CITIES = {
    "1A": "miami-fl",
    "2B": "phoenix-az",
    "3A": "atlanta-ga",
    "3B": "las-vegas-nv",
    "3C": "san-francisco-ca",
    "4A": "baltimore-md",
    "4B": "albuquerque-nm",
    "5A": "chicago-il",
    "6B": "helena-mt",
    "7": "duluth-mn",
    "8": "fairbanks-ak",
}
"""Reference city of each climate zone of the table."""
NOT_SCORED = "small-direct-expansion"
APART = 0.03
"""Systems whose published middles of PUE are further apart have an order."""


def example(
    name: Literal["airside", "waterside", "seawater"],
    dry_bulb: float = 20.0,
    rh: float = 0.4,
    pressure: float = 101_325.0,
    sea: float = 20.0,
) -> float:
    """PUE of a worked example of 2020 in outdoor air [degC, 0-1, Pa] or over sea water [degC]."""
    x = {row["input"]: np.array(float(row["value"])) for row in _rows("lei_masanet_2020") if row["example"] == name}
    x |= {"windage": np.array(0.0), "cycles": np.array(3.0)}  # of water alone
    if name == "seawater":
        return float(systems.seawater(x, np.array(sea), np.array(pressure)).power)
    out = relations.outdoors(*map(np.array, (dry_bulb, rh, pressure)))
    if name == "waterside":
        return float(systems.waterside(x, out).power)
    x |= {"sensible_ratio": np.array(1.0), "coil_effectiveness": np.array(1.0)}  # its coil takes no moisture out
    return float(systems.airside(x, out, systems.by_enthalpy(x, out)).power)


def mean_miss(system: str, quantity: Literal["pue", "wue"], percentile: int) -> float:
    """Mean absolute error of a percentile over the zones."""
    errors = [
        np.percentile(getattr(spread(system, row["zone"]), quantity), percentile)
        - float(row[f"{quantity}_{percentile}"])
        for row in _rows("lei_masanet_2022")
        if row["system"] == system
    ]
    return float(np.mean(np.abs(errors)))


def misordered() -> int:
    """Pairs of systems, zone by zone, that are ranked by PUE the other way round."""
    wrong = 0
    for zone in CITIES:
        rows = [row for row in _rows("lei_masanet_2022") if row["zone"] == zone and row["system"] != NOT_SCORED]
        published = {row["system"]: (float(row["pue_5"]) + float(row["pue_95"])) / 2 for row in rows}
        ours = {system: np.percentile(spread(system, zone).pue, [5, 95]).mean() for system in published}
        pairs = permutations(published, 2)
        wrong += sum(published[a] - published[b] > APART and ours[a] <= ours[b] for a, b in pairs)
    return wrong


@cache
def spread(system: str, zone: str) -> lbnl.Spread:
    """Our spread of a system of the catalogue in a zone's city; each zone has a seed of its own."""
    kind, ranges = kind_and_ranges(system)
    return lbnl.spread(kind, ranges, weather(CITIES[zone]), seed=list(CITIES).index(zone))


def kind_and_ranges(system: str) -> tuple[str, dict[str, list[float]]]:
    """Kind of a system, and the ranges of its inputs: of any system, of its size, its own."""
    text = catalog.entry("lbnl_systems", system).text
    levels = [catalog.entry("lbnl_systems", name).figures for name in ("any", text["size"], system)]
    return text["kind"], {name: figure.value for level in levels for name, figure in level.items()}


@cache
def weather(city: str) -> SimpleNamespace:
    """Outdoor air of a typical year of the catalogue, as the facility reads it."""
    year = inputs.catalog_weather(city)
    dew = np.minimum(year.dew_point, year.dry_bulb)
    wet = air.wet_bulb(year.dry_bulb, air.humidity_ratio_from_dew_point(dew, year.pressure), year.pressure)
    return SimpleNamespace(
        dry_bulb=year.dry_bulb, wet_bulb=wet, dew_point=dew, pressure=year.pressure, design=DesignConditions()
    )


@cache
def _rows(name: str) -> list[dict[str, str]]:
    with (PUBLISHED / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
