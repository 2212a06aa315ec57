"""Conservation laws of a run (rows 1 to 4), worked out anew from its arrays, and the search for what is no number."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from gigacampus.timeline import Floats

if TYPE_CHECKING:
    from gigacampus.runs.pipeline import Run

LIMIT = 1e-9
"""Highest relative residual that rows 1 to 4 allow."""

UNDEFINED = re.compile(r"finance\.(lease_years\..+\.dscr\..+|rows\..+\.wal)")
"""Ratios that have no value in a year without debt service, or for a loan that is never drawn: NaN, never infinity."""

LAWS = ("energy by hour", "energy over the life", "storage", "heat", "water", "money")


def residuals(run: Run) -> dict[str, float]:
    """Largest residual of each law that the run falls under, each the higher of the rooms' own and of ours."""
    found: dict[str, float] = {}
    if run.campus.physical:
        found |= _facility(run.facility) | (_storage(run.supply) if run.supply.dispatch.storage else {})
        hour, life = _bus(run)
        facility = run.facility
        parts = facility.load - facility.it - facility.cooling - facility.power_losses - facility.other
        found["energy by hour"] = max(
            hour, relative(parts, facility.load), run.supply.residual_energy, run.facility.residual_energy
        )
        found["energy over the life"] = max(life, run.supply.residual_energy_life)
    if run.campus.deal is not None:
        found["money"] = max(_money(run.finance), run.finance.residual_money)
    return found


def relative(gap: Floats, scale: Floats) -> float:
    """Largest gap over the largest of a scale; 0 where there is no gap."""
    worst = float(np.max(np.abs(gap), initial=0.0))
    return worst / max(float(np.max(np.abs(scale), initial=0.0)), 1e-300) if worst else 0.0


def _bus(run: Run) -> tuple[float, float]:
    """Imbalance at the campus's bus: of an hour over the peak, and of the whole life over its energy."""
    flows, plants = run.supply.dispatch, run.campus.supply.plants
    sources = flows.grid_import + flows.discharge
    for name, power in flows.delivered.items():
        sources = sources + power * plants[name].behind_meter
    gap = sources - run.supply.load - flows.charge - flows.grid_export - flows.spilled
    energy = max(float(np.sum(flows.load)), 1e-300)
    return relative(gap, flows.load), abs(float(np.sum(gap))) / energy


def _facility(f: Any) -> dict[str, float]:
    water = relative(f.makeup - f.evaporation - f.drift - f.blowdown, f.makeup)
    heat = relative(f.load - f.heat_sensible - f.heat_latent, f.load)
    return {"heat": max(heat, f.residual_heat), "water": max(water, f.residual_water)}


def _storage(supply: Any) -> dict[str, float]:
    worst = [supply.residual_storage]
    for b in supply.dispatch.storage.values():
        held = b.state - b.floor
        gap = b.charge * b.efficiency - b.discharge / b.efficiency - np.diff(held, prepend=0.0) - b.faded
        outside = np.maximum(np.maximum(-held, b.state - b.ceiling), 0.0)
        worst += [relative(gap, b.ceiling), relative(outside, b.ceiling)]
    return {"storage": max(worst)}


def _money(finance: Any) -> float:
    """What parties pay and receive sums to nothing in every month, over the largest payment."""
    flows = [finance.row(flow.row) for flow in finance.flows]
    net = sum(finance.parties.values(), np.zeros(len(finance.months)))
    return relative(net, np.array(flows)) if flows else 0.0


def strange(value: Any, place: str) -> Iterator[str]:
    """Places in a result that hold what is no finite number."""
    if isinstance(value, np.ndarray):
        bad = ~np.isfinite(value) if value.dtype.kind == "f" else np.zeros(0, bool)
        if bad.any() and not (UNDEFINED.fullmatch(place) and np.isnan(value[bad]).all()):
            yield f"{place} ({int(bad.sum())} of {value.size})"
    elif isinstance(value, float):
        if not math.isfinite(value):
            yield place
    elif isinstance(value, Mapping):
        for key, item in value.items():
            yield from strange(item, f"{place}.{key}")
    elif isinstance(value, (list, tuple)):
        for index, item in enumerate(value):
            yield from strange(item, f"{place}[{index}]")
    elif is_dataclass(value):
        for field in fields(value):
            yield from strange(getattr(value, field.name), f"{place}.{field.name}")
