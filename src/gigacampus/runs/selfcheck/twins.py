"""Row 14: two campuses that differ in one stated way must differ in their results in one stated way, and no other."""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from gigacampus.campus import spec
from gigacampus.errors import CampusError
from gigacampus.runs.pipeline import Run
from gigacampus.runs.selfcheck import deals, specs
from gigacampus.runs.selfcheck.draw import Draw, Tree, dump
from gigacampus.runs.selfcheck.valid import last

LIMIT = 1e-9
DAYS = 60

_QUANTITY = re.compile(r"([-+]?[\d.,]+(?:e[-+]?\d+)?) (.*)")
_EXTENSIVE = ("MW", "MWh", "t", "kg", "m3", "m3/year")
_RATIOS = ("fraction", "1", "fraction/year", "year")
_EDGE = ("facility.hours_short",)  # an hour at the edge may count or not
_WHOLE_JOBS = ("facility.swing_", "facility.flicker_", "facility.voltage_change", "facility.smoothing_")
"""What whole jobs make, each with its own jitter: two campuses of other sizes have other numbers of them."""
_COUNTS = ("it.accelerators", "workload.tokens_trained")

Figures = Mapping[str, tuple[float, str]]
"""Value and unit by name."""


@dataclass(frozen=True)
class Seen:
    """What one pair showed: `gap` is the largest relative difference from what was to be expected."""

    relation: str
    seed: int
    gap: float = 0.0
    fault: str = ""
    refused: str = ""


@dataclass(frozen=True)
class Relation:
    """A way to change a campus, and the factor by which its figures `but` some must change (or a bound on its cost)."""

    name: str
    base: Callable[[Draw], Tree]
    change: Callable[[Draw, Tree, float], Tree]
    factor: Callable[[str, str, float], float]
    never_above: bool = False
    but: tuple[str, ...] = ()


def case(seed: int) -> Seen:
    """Run the pair of a seed; seeds go through the relations in turn."""
    relation, draw = RELATIONS[seed % len(RELATIONS)], Draw((seed, 14))
    k = draw.pick([0.5, 2.0, 3.7, 10.0, 0.01])
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # row 6 looks at them
            tree = relation.base(draw)
            before, after = figures(tree), figures(relation.change(draw, tree, k))
    except CampusError as error:
        return Seen(relation.name, seed, refused=str(error))
    except Exception as error:  # whatever it is, it is the finding
        return Seen(relation.name, seed, fault=f"seed {seed}, {relation.name}: {last(error)}")
    gaps = compare(relation, before, after, k)
    worst = max(gaps, key=lambda name: gaps[name], default="")
    gap = gaps.get(worst, 0.0)
    fault = f"seed {seed}, {relation.name}, k = {k:g}: {worst} is off by {gap:.2g}" if not gap <= LIMIT else ""
    return Seen(relation.name, seed, gap, fault)


def compare(relation: Relation, before: Figures, after: Figures, k: float) -> dict[str, float]:
    """Relative difference of each figure from what the relation says."""
    if relation.never_above:
        cost, new = before["supply.total_cost"][0], after["supply.total_cost"][0]
        return {"supply.total_cost": max(new - cost, 0.0) / max(abs(cost), 1e-9)}
    gaps = dict.fromkeys((before.keys() ^ after.keys()) - set(_EDGE), 1.0)
    least = _least(after)
    for name in (before.keys() & after.keys()) - set(_EDGE):
        value, unit = before[name]
        wanted, found = value * relation.factor(name, unit, k), after[name][0]
        gaps[name] = abs(found - wanted) / max(abs(wanted), abs(found), least[unit])
    return {name: gap for name, gap in gaps.items() if not name.startswith(relation.but)}


def _least(found: Figures) -> dict[str, float]:
    """Size by unit under which a figure is rounding: a millionth of the largest, and 1 for ratios."""
    least: dict[str, float] = {}
    for value, unit in found.values():
        least[unit] = max(least.get(unit, 1e-300), 1.0 if unit in _RATIOS else 1e-6 * abs(value))
    return least


def figures(tree: Tree) -> Figures:
    """Every KPI that is defined, with its unit, and what the supply costs, of a campus or a deal alone."""
    run = Run(spec.read(dump(tree), "twin.yaml"), store=False)
    found = {name: (value.value, value.unit) for name, value in run.kpi.items() if value.value is not None}
    found = {name: figure for name, figure in found.items() if not name.startswith("residual.")}
    if run.campus.physical:
        supply = run.supply
        found["supply.total_cost"] = float(np.sum(supply.total)), "USD"
        found |= {f"supply.costs.{item}": (float(np.sum(cost)), "USD") for item, cost in supply.costs.items()}
        found |= {f"supply.lcoe.{name}": (cost, "USD/MWh") for name, cost in supply.lcoe.items() if cost is not None}
    return found


def written(tree: Tree) -> Tree:
    """The tree with every default and catalogue figure written out."""
    whole: Tree = spec.read(dump(tree), "twin.yaml").campus.model_dump(mode="json")
    return whole


def scaled(value: Any, k: float, wanted: Callable[[str, str], bool], key: str = "") -> Any:
    """A tree in which every quantity of a wanted key and unit is k times as large."""
    if isinstance(value, dict):
        return {name: scaled(item, k, wanted, name) for name, item in value.items()}
    if isinstance(value, list):
        return [scaled(item, k, wanted, key) for item in value]
    match = _QUANTITY.fullmatch(value) if isinstance(value, str) else None
    if match is None or not wanted(key, match[2]):
        return value
    return f"{float(match[1].replace(',', '')) * k!r} {match[2]}"


# Campuses to start from


def _physical(draw: Draw) -> Tree:
    """A short life without a deal, in which a job is one server, so that nothing counts servers one by one."""
    while True:
        tree = specs.campus((draw.whole(0, 2**31), 3), DAYS)
        if "compute" in tree:
            break
    tree.pop("deal", None)
    tree.pop("promises", None)
    tree.setdefault("workload", {}).setdefault("training", {})["job_accelerators"] = 1
    return tree


def _unbound(draw: Draw) -> Tree:
    """A campus that the grid always serves, at prices that are never negative, and that sells nothing at a loss."""
    tree = _physical(draw)
    supply = tree.setdefault("supply", {})
    supply["grid"] = {}
    supply["tariff"] = {"use": "large-load-transmission", "export_discount": "0 USD/MWh"}
    tree["site"]["grid"] = draw.pick(["ercot", "miso", "pjm"])
    for plant in supply.get("plants", {}).values():
        for key in ("vom", "fuel_cost"):
            plant.pop(key, None)
    return tree


def _with_plants(draw: Draw) -> Tree:
    while True:
        tree = _physical(draw)
        if len(tree.get("supply", {}).get("plants", {})) > 1:
            return tree


def _deal(draw: Draw) -> Tree:
    return {"name": "Twin", "deal": deals.deal(draw, {})}


# Changes


def _sizes(draw: Draw, tree: Tree, k: float) -> Tree:
    tree = written(tree)
    tree["compute"] = scaled(tree["compute"], k, lambda key, unit: key == "power")
    keys = ("capacity", "energy", "import_limit", "export_limit", "fixed")
    tree["supply"] = scaled(tree["supply"], k, lambda key, unit: key in keys and unit in ("MW", "MWh", "USD"))
    tree["facility"]["water"] = scaled(tree["facility"]["water"], k, lambda key, unit: unit == "m3")
    return tree


def _prices(draw: Draw, tree: Tree, k: float) -> Tree:
    tree = written(tree)
    tree["site"]["grid"] = scaled(tree["site"]["grid"], k, lambda key, unit: "USD" in unit)
    for part in ("supply", "facility"):
        tree[part] = scaled(tree[part], k, lambda key, unit: "USD" in unit)
    return tree


def _money(draw: Draw, tree: Tree, k: float) -> Tree:
    return {**tree, "deal": scaled(tree["deal"], k, lambda key, unit: unit.endswith("USD"))}


def _free(draw: Draw, tree: Tree, k: float) -> Tree:
    size = f"{specs.sum_of(tree['compute']) * k:.6g} MW"
    free = {"capacity": size, "capex": "0 USD/kW", "fom": "0 USD/kW-year", "vom": "0 USD/MWh"}
    kinds = {"use": draw.pick(["solar-single-axis", "wind-onshore"])}, {"use": "smr", "fuel_cost": "0 USD/MWh"}
    plants = {**tree["supply"].get("plants", {}), "free": free | draw.pick(kinds)}
    return {**tree, "supply": {**tree["supply"], "plants": plants}}


def _order(draw: Draw, tree: Tree, k: float) -> Tree:
    """Keys and plants in any order, and phases of the same day."""

    def mixed(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: mixed(value[key]) for key in draw.shuffled(list(value))}
        return [mixed(item) for item in value] if isinstance(value, list) else value

    found: Tree = mixed(tree)
    phases = found["compute"]["phases"]
    found["compute"]["phases"] = sorted(draw.shuffled(phases), key=lambda phase: phase["ready"])
    return found


def _option(draw: Draw, tree: Tree, k: float) -> Tree:
    later = {"name": "Option", "ready": tree["life"]["end"], "power": f"{k} GW"}
    compute = {**tree["compute"], "expansion": {"enabled": False, "phases": [later]}}
    return {**tree, "compute": compute}


def _no_option(draw: Draw) -> Tree:
    tree = _physical(draw)
    tree["compute"].pop("expansion", None)
    return tree


def _halves(draw: Draw, tree: Tree, k: float) -> Tree:
    """Each phase in two parts of the same day, and each plant's units as one."""
    tree = written(tree)
    for phases in (tree["compute"]["phases"], (tree["compute"]["expansion"] or {}).get("phases", [])):
        phases[:] = [part for phase in phases for part in _two(phase, min(k, 0.9))]
    for plant in tree["supply"]["plants"].values():
        units = plant.pop("units", 1)
        plant.update(scaled(plant, units, lambda key, unit: key in ("capacity", "energy") and unit in ("MW", "MWh")))
    return tree


def _two(phase: Tree, share: float) -> list[Tree]:
    parts = (("a", share), ("b", 1 - share))
    return [
        scaled(phase, part, lambda key, unit: key == "power") | {"name": phase["name"] + name} for name, part in parts
    ]


def _spelling(draw: Draw, tree: Tree, k: float) -> Tree:
    return written(tree)


# Factors


def _same(name: str, unit: str, k: float) -> float:
    return 1.0


def _by_size(name: str, unit: str, k: float) -> float:
    return k if unit in _EXTENSIVE or unit == "USD" or name in _COUNTS else 1.0


def _by_price(name: str, unit: str, k: float) -> float:
    return k if unit.startswith("USD") else 1.0


RELATIONS = (
    Relation("sizes", _physical, _sizes, _by_size, but=_WHOLE_JOBS),
    Relation("prices", _physical, _prices, _by_price),
    Relation("free capacity", _unbound, _free, _same, never_above=True),
    Relation("order", _with_plants, _order, _same),
    Relation("disabled option", _no_option, _option, _same),
    Relation("parts and units", _physical, _halves, _same),
    Relation("defaults written out", _physical, _spelling, _same),
    Relation("money of a deal", _deal, _money, _by_price),
)
