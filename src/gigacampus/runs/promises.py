"""Promises that name a KPI that there is none of, or a unit that it does not have, are found before anything runs."""

from __future__ import annotations

from dataclasses import replace

from gigacampus.campus.spec import Loaded
from gigacampus.engines import policy
from gigacampus.errors import SpecError
from gigacampus.runs import kpis as _kpis  # noqa: F401 - registers the KPIs
from gigacampus.runs.kpi import REGISTRY, slug


def known(loaded: Loaded) -> dict[str, tuple[float | None, str]]:
    """Names and units of the KPIs that a run of this spec will have."""
    deal = loaded.campus.deal
    members = {"parties": list(deal.entities), "loans": list(deal.loans)} if deal else {"parties": [], "loans": []}
    names: dict[str, tuple[float | None, str]] = {}
    for entry in REGISTRY.values():
        for name in [f"{entry.name}.{slug(m)}" for m in members[entry.members]] if entry.members else [entry.name]:
            names[name] = (None, entry.unit)
    return names


def check_names(loaded: Loaded) -> None:
    """Check the promises of a spec against the KPIs.

    Raises
    ------
    SpecError
        With file and line.
    """
    try:
        policy.check(loaded.campus.promises, known(loaded))
    except SpecError as error:
        lines = {path: origin.line for path, origin in loaded.origins.items()}
        raise SpecError(*(replace(p, file=loaded.file, line=lines.get(p.path)) for p in error.problems)) from None
