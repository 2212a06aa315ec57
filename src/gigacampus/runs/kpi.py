"""KPIs: one function each, registered once. It appears in kpi.json, report, explain and docs.

Values are over the whole life unless the name says a year, in the unit that is registered. One that is undefined says why.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from gigacampus.runs.pipeline import Run


@dataclass(frozen=True)
class Value:
    """A KPI's value in its unit; None with a reason where it is undefined."""

    value: float | None
    unit: str
    reason: str = ""

    def plain(self) -> dict[str, Any]:
        """As it stands in kpi.json."""
        return {"value": self.value, "unit": self.unit} | ({"reason": self.reason} if self.reason else {})


class Undefined(Exception):
    """Raised by a KPI's function where the KPI is undefined; the message is the reason."""


@dataclass(frozen=True)
class Kpi:
    """One registered KPI, or a family of them, one for each party.

    `of` names the KPIs that it is made of, `reads` the parts of the spec that decide it, `row` the row of the statement.
    """

    name: str
    unit: str
    stage: str
    call: Callable[[Run], Any]
    standard: str
    of: tuple[str, ...]
    family: bool

    @property
    def about(self) -> str:
        """What it is, in a sentence."""
        return (self.call.__doc__ or "").strip().splitlines()[0]


REGISTRY: dict[str, Kpi] = {}

Function = Callable[["Run"], Any]


def kpi(
    name: str, unit: str, stage: str, *, standard: str = "", of: tuple[str, ...] = (), family: bool = False
) -> Callable[[Function], Function]:
    """Register a function of the `Run` as a KPI of a stage."""

    def register(call: Function) -> Function:
        REGISTRY[name] = Kpi(name, unit, stage, call, standard, of, family)
        return call

    return register


def slug(name: str) -> str:
    """A party's name as part of a dotted name.

    >>> slug("Blue Owl funds")
    'blue_owl_funds'
    """
    return re.sub(r"\W+", "_", name.casefold()).strip("_")


def evaluate(run: Run) -> dict[str, Value]:
    """Every KPI of a run, by name in order."""
    values: dict[str, Value] = {}
    for entry in REGISTRY.values():
        values |= _values(entry, run)
    return dict(sorted(values.items()))


def _values(entry: Kpi, run: Run) -> Mapping[str, Value]:
    if not run.runs(entry.stage):
        what = "deal" if entry.stage == "finance" else "campus to run"
        return {} if entry.family else {entry.name: Value(None, entry.unit, f"the spec has no {what}")}
    try:
        found = entry.call(run)
    except Undefined as reason:
        return {entry.name: Value(None, entry.unit, str(reason))}
    if entry.family:
        return {f"{entry.name}.{slug(key)}": _value(item, entry.unit) for key, item in found.items()}
    return {entry.name: _value(found, entry.unit)}


def _value(found: Any, unit: str) -> Value:
    if isinstance(found, Undefined):
        return Value(None, unit, str(found))
    if found is None or not math.isfinite(found):
        return Value(None, unit, "not a finite number")
    return Value(float(found), unit)
