"""The Python API: read a campus, run it, and hold the model against what is published."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from gigacampus.campus import spec
from gigacampus.campus.spec import Campus, Loaded
from gigacampus.runs import inputs
from gigacampus.runs import verify as ledger
from gigacampus.runs.checks import check
from gigacampus.runs.pipeline import Event, Run
from gigacampus.runs.result import ACCESSORS, Result


def load(path: str | Path, changes: Mapping[str, Any] | None = None) -> Loaded:
    """Read a campus from a YAML file.

    Parameters
    ----------
    path : str or Path
    changes : mapping of dotted path to value, optional
        Values to change, written as YAML would have them: ``{"supply.plants.solar.capacity": "3 GW"}``.

    Returns
    -------
    Loaded
        `campus`, and the origin of each of its values.

    Raises
    ------
    SpecError
        One problem a line: file, line, key, value and the way out.
    """
    loaded = inputs.read_spec(path, changes)
    check(loaded)
    return loaded


def run(campus: Loaded | Campus | str | Path, tell: Callable[[Event], None] = lambda event: None) -> Result:
    """Run a campus over its whole life.

    Parameters
    ----------
    campus : Loaded, Campus, or path of a YAML file
    tell : function of `Event`, optional
        Called when a stage starts and ends.

    Returns
    -------
    Result
        KPIs, arrays in the units that their names and docstrings state, the deal's statement.

    Raises
    ------
    SpecError
        The campus cannot be read.
    InfeasibleError
        An unknown of the deal has no solution.
    ResidualError
        A conservation law is broken beyond 1e-9: a defect of the model.
    """
    if isinstance(campus, (str, Path)):
        campus = load(campus)
    elif isinstance(campus, Campus):
        campus = spec.read(json.dumps(campus.model_dump(mode="json", exclude_none=True)))
        check(campus)
    return Result(Run(campus, tell))


def verify(beginning: str = "") -> list[dict[str, Any]]:
    """Compute the ledger of published figures, or the rows whose id begins alike.

    Returns
    -------
    list of dict
        id, area, expected, got, unit, tolerance, pass, source, note.
    """
    return [outcome.plain() for outcome in ledger.verify(lambda name: name.startswith(beginning))]


def _plot(running: Run) -> Any:
    from gigacampus.faces.figures import Plot

    return Plot(running)


ACCESSORS["plot"] = _plot
