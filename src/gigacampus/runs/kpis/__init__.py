"""The KPIs, one row each: the campus's in `campus`, `facility` and `swings`, the deal's in `deal`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gigacampus.runs.kpis import campus, deal, facility, swings

if TYPE_CHECKING:
    from gigacampus.runs.kpi import Kpi, Value
    from gigacampus.runs.pipeline import Run

REGISTRY: dict[str, Kpi] = {row.name: row for row in (*campus.ROWS, *facility.ROWS, *swings.ROWS, *deal.ROWS)}


def find(name: str) -> tuple[Kpi, str]:
    """The KPI behind a name, and the member of its family.

    >>> find("no.such.kpi")
    Traceback (most recent call last):
    KeyError: 'no.such.kpi'
    """
    if name in REGISTRY:
        return REGISTRY[name], ""
    family, _, member = name.rpartition(".")
    if family in REGISTRY and REGISTRY[family].members:
        return REGISTRY[family], member
    raise KeyError(name)


def evaluate(run: Run) -> dict[str, Value]:
    """Every KPI of a run, by name in order."""
    values = {name: value for row in REGISTRY.values() for name, value in row.values(run).items()}
    return dict(sorted(values.items()))
