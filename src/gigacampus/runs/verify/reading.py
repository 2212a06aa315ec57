"""Reads what a ledger row names out of a run: a KPI, or a row of the statement over some months."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import numpy as np

from gigacampus.campus import spec
from gigacampus.runs import inputs
from gigacampus.runs import kpis as _kpis  # noqa: F401 - registers the KPIs
from gigacampus.runs.kpi import find, slug
from gigacampus.runs.pipeline import Run


class Reading:
    """Runs of the ledger's specs, each kept while the ledger is read."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._runs: dict[str, Run] = {}

    def run(self, name: str) -> Run:
        """The run of a spec beside the ledger."""
        if name not in self._runs:
            self._runs[name] = Run(self._read(name))
        return self._runs[name]

    def _read(self, name: str) -> spec.Loaded:
        return inputs.read_spec(self.folder / name)


def read_row(row: dict[str, Any], reading: Reading) -> float | None:
    """The figure that a row names, in the unit that it is computed in."""
    run = reading.run(row["spec"])
    if "kpi" in row:
        return kpi(run, row["kpi"])
    if "metric" in row:
        value: float | None = run.finance.metrics[row["metric"]].value
        return value
    return statement(run, row)


def kpi(run: Run, name: str) -> float | None:
    """One KPI, without computing the others."""
    entry, member = find(name)
    found = entry.call(run)
    if member:
        found = {slug(key): value for key, value in found.items()}[member]
    return float(found) if isinstance(found, (int, float)) else None


def statement(run: Run, row: dict[str, Any]) -> float:
    """A row of the statement: its sum from one day to another (both inclusive), or its value in the month of a day."""
    values = run.finance.rows[row["row"]]
    months = run.finance.months.astype("datetime64[M]")
    if "at" in row:
        return float(values[months == np.datetime64(date.fromisoformat(row["at"]), "M")][0])
    first, last = (np.datetime64(date.fromisoformat(row[edge]), "M") for edge in ("from", "to"))
    return float(values[(months >= first) & (months <= last)].sum())
