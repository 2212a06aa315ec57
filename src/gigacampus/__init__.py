"""gigacampus: a planner and digital twin for gigawatt-scale AI campuses.

>>> import gigacampus as gc
>>> campus = gc.load("examples/hyperion.yaml")  # doctest: +SKIP
>>> result = gc.run(campus)  # doctest: +SKIP
>>> result.kpi["facility.pue"]  # doctest: +SKIP
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from gigacampus.api import load, run, verify
    from gigacampus.campus.spec import Campus
    from gigacampus.errors import CampusError
    from gigacampus.runs.result import Result
    from gigacampus.version import __version__

__all__ = ["Campus", "CampusError", "Result", "__version__", "load", "run", "verify"]

_HOMES = {
    "load": "gigacampus.api",
    "run": "gigacampus.api",
    "verify": "gigacampus.api",
    "Campus": "gigacampus.campus.spec",
    "CampusError": "gigacampus.errors",
    "Result": "gigacampus.runs.result",
    "__version__": "gigacampus.version",
}


def __getattr__(name: str) -> Any:
    """Import a public name when it is first used, so that ``gigacampus --help`` need not."""
    if name not in _HOMES:
        raise AttributeError(f"module 'gigacampus' has no attribute {name!r}")
    return getattr(importlib.import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return list(__all__)
