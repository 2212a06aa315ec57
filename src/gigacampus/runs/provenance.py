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
    reads = {path for stage in run.stages for path in stage.reads}
    taken = _options(run)
    return {
        path: origin
        for path, origin in (run.loaded.origins | taken).items()
        if (origin.number or origin.is_date or (CHOICES.fullmatch(path) and _decides(run, path)))
        and any(_within(path, read) for read in reads)
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


def _within(path: str, part: str) -> bool:
    return path == part or path.startswith((f"{part}.", f"{part}["))


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
