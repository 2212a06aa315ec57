"""What the lines of KPIs share."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from gigacampus.runs.pipeline import Run


class Near(float):
    """A number that the KPI is near to, within a share of it."""

    within: float

    def __new__(cls, value: float, within: float) -> Near:
        found = super().__new__(cls, value)
        found.within = within
        return found


def value(r: Run, name: str) -> float:
    """Another KPI's value."""
    found = r.kpi[name].value
    assert found is not None, name
    return float(found)


Family = Mapping[str, float | None]
Line = Callable[[Run], "float | Family | None"]
