"""The record of a run: what was read, by which code, and where every number came from."""

from __future__ import annotations

import importlib.metadata
import platform
from typing import TYPE_CHECKING, Any

from gigacampus.runs import cache
from gigacampus.version import __version__

if TYPE_CHECKING:
    from gigacampus.campus.spec import Origin
    from gigacampus.runs.pipeline import Run


def spec_hash(run: Run) -> str:
    """Short hash of the spec as run."""
    return cache.digest(run.loaded.as_run.encode())[:8]


def used(run: Run) -> dict[str, Origin]:
    """Origins of the numbers and dates that some stage of the run read, by path."""
    reads = {path for stage in run.stages for path in stage.reads}
    return {
        path: origin
        for path, origin in run.loaded.origins.items()
        if (origin.number or origin.is_date)
        and any(path == read or path.startswith((read + ".", read + "[")) for read in reads)
    }


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
