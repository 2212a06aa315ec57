"""From a KPI down to the sourced numbers behind it: KPIs that it is made of, rows of the statement, inputs."""

from __future__ import annotations

import difflib
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from gigacampus.campus.spec import Origin
from gigacampus.errors import CampusError, Problem
from gigacampus.runs import provenance
from gigacampus.runs.behind import Behind
from gigacampus.runs.kpis import find
from gigacampus.runs.pipeline import Run


@dataclass(frozen=True)
class Node:
    """One step of the walk: a KPI, a row of the statement, or an input with its origin."""

    name: str
    value: float | None
    unit: str
    about: str
    children: tuple[Node, ...] = ()
    inputs: tuple[Origin, ...] = field(default=())
    reason: str = ""

    def plain(self) -> dict[str, Any]:
        """As JSON."""
        inputs = {origin.path: provenance.plain(origin) for origin in self.inputs}
        below = {"of": [child.plain() for child in self.children]} if self.children else {}
        return (
            {"name": self.name, "value": self.value, "unit": self.unit, "about": self.about}
            | ({"reason": self.reason} if self.reason else {})
            | below
            | ({"inputs": inputs} if inputs else {})
        )


def explain(run: Run, name: str) -> Node:
    """The walk from one KPI.

    Raises
    ------
    CampusError
        If there is no such KPI, with the nearest name.
    """
    if name not in run.kpi:
        near = difflib.get_close_matches(name, run.kpi, n=3, cutoff=0.3)
        raise CampusError(
            Problem(f"no KPI is called {name[:60]!r}", fix=f"Try {', '.join(near or sorted(run.kpi)[:5])}")
        )
    return _kpi(run, name, frozenset())


def _kpi(run: Run, name: str, seen: frozenset[str]) -> Node:
    entry, member = find(name)
    value = run.kpi[name]
    children = [_kpi(run, of, seen | {name}) for of in entry.of if of in run.kpi and of not in seen]
    terms = entry.terms(run) if entry.terms and run.runs(entry.stage) else {}
    children += [Node(term, *of) for term, of in terms.items()]
    rows = entry.rows(run, member) if entry.rows and run.finance is not None else []
    seen_rows, under = set[str](), Behind(run)
    children += [_row(run, row, seen_rows, under) for row in rows]
    inputs = () if rows else tuple(provenance.behind(run, entry.stage).values())
    return Node(name, value.value, value.unit, entry.about, tuple(children), inputs, value.reason)


def _row(run: Run, name: str, seen: set[str], under: Behind) -> Node:
    """A row of the statement, with the rows that it rests on; what stands behind a row is walked once."""
    if name not in run.finance.graph.rows:
        return Node(name, None, "", "a term of the deal", (), tuple(under.of(name)[1]))
    row = run.finance.graph.rows[name]
    if name in seen:
        return Node(name, *_value(run, name), "(above)")
    seen.add(name)
    rows, inputs = under.of(name)
    how = row.formula or ("found by solve" if row.solved else "")
    about = f"{row.label}: {how}" if how else row.label
    children = [_row(run, below, seen, under) for below in rows]
    return Node(name, *_value(run, name), about, tuple(children), tuple(inputs))


def _value(run: Run, name: str) -> tuple[float | None, str]:
    """A scalar as it is, payments summed over the months; what cannot be summed is said to be by month."""
    values, unit = run.finance.rows[name], run.finance.graph.rows[name].unit
    if values.ndim == 0 or np.all(values == values[0]):
        return float(values.ravel()[0]), unit
    flows = {flow.row for flow in run.finance.flows}
    if name in flows or name.endswith((".cfads", ".service", ".rent", ".distribution", ".interest", ".principal")):
        return float(values.sum()), unit
    return None, "by month"
