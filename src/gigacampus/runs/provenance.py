"""The record of a run: what was read, by which code, and where every number came from."""

from __future__ import annotations

import importlib.metadata
import platform
import re
from typing import TYPE_CHECKING, Any

from gigacampus.campus.catalog import Source
from gigacampus.campus.spec import Origin
from gigacampus.runs import cache
from gigacampus.version import __version__

if TYPE_CHECKING:
    from gigacampus.runs.pipeline import Run


def spec_hash(run: Run) -> str:
    """Short hash of the spec as run."""
    return cache.digest(run.loaded.as_run.encode())[:8]


CHOICES = re.compile(
    r"deal\.(?:loans|leases|services|transfers|entities)\..*"
    r"\.(?:kind|every|timing|day_count|funded|interest_while_building|while_building|in_kind|reserved)"
)
"""Words of a deal that are one of several, and move its figures as a number does."""


def used(run: Run) -> dict[str, Origin]:
    """Origins of the numbers, dates and choices that some stage of the run read, by path."""
    read = _within(run.loaded.origins | _options(run), {path for stage in run.stages for path in stage.reads})
    return {
        path: origin
        for path, origin in read.items()
        if origin.number or origin.is_date or (CHOICES.fullmatch(path) and _decides(run, path))
    }


def _decides(run: Run, path: str) -> bool:
    """Whether a choice is one: what is no vehicle keeps and distributes nothing."""
    deal = run.campus.deal
    _, kind, name, *_ = path.split(".")
    return deal is not None and (kind != "entities" or bool(deal.entities[name].owners))


def _options(run: Run) -> dict[str, Origin]:
    """Leases whose options are all taken up because the spec does not say how many are."""
    leases = run.deal.leases if run.campus.deal is not None else {}
    paths = {
        f"deal.leases.{n}.exercised": len(x.options) for n, x in leases.items() if x.options and x.exercised is None
    }
    source = Source("default of gigacampus, assumed: every option is taken up")
    return {path: Origin(path, count, "default", "A", source) for path, count in paths.items()}


def _within(origins: dict[str, Origin], parts: set[str]) -> dict[str, Origin]:
    """Those at or below some parts of the spec."""
    below = tuple(part + mark for part in parts for mark in ".[")
    return {path: origin for path, origin in origins.items() if path in parts or path.startswith(below)}


def behind(run: Run, stage: str) -> dict[str, Origin]:
    """Origins of the numbers, dates and choices that a stage's result rests on; none where it does not run."""
    return _within(used(run), _behind(run, stage)) if run.runs(stage) else {}


_PLANT = ("sizing", "peak_ratio", "design", "setpoints", "response", "facility", "part_load")
"""Stages that take of the site its weather and design days alone, unless control weighs the grid's price or carbon."""


def _behind(run: Run, name: str) -> set[str]:
    """Parts of the spec that a stage and those behind it read: supply is behind the plant where it falls short."""
    stage, found = run.stage(name), set[str]()
    for need in filter(run.runs, stage.needs):
        if need == "site" and name in _PLANT and not _weighs_grid(run):
            found |= {"site.elevation", "site.weather", "site.design"}
        elif (name, need) != ("facility", "dispatch") or run.dispatch.unserved.any():
            found |= _behind(run, need)
    return found.union(stage.reads)


def _weighs_grid(run: Run) -> bool:
    control = run.campus.facility.control
    return control.by == "optimal" and control.minimise in ("carbon", "money")


def record(run: Run) -> dict[str, Any]:
    """The record as it stands in provenance.json."""
    return {
        "gigacampus": __version__,
        "python": platform.python_version(),
        "parts": {name: importlib.metadata.version(name) for name in cache.PARTS},
        "spec": {"name": run.campus.name, "case": run.campus.case, "hash": spec_hash(run)},
        "stages": dict(run.keys()),
        "inputs": {path: plain(origin) for path, origin in used(run).items()},
    }


def plain(origin: Origin) -> dict[str, Any]:
    """An origin as JSON."""
    place = {"line": origin.line} if origin.line else {}
    source = {"title": origin.source.title, "url": origin.source.url, "date": origin.source.date or origin.year}
    return (
        {
            "value": origin.value.isoformat() if origin.is_date else origin.value,
            "unit": origin.unit,
            "from": origin.kind,
            "grade": origin.grade,
            "source": source,
        }
        | place
        | ({"note": origin.note} if origin.note else {})
    )
