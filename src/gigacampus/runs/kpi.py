"""KPIs: one function each, registered once. It appears in kpi.json, report, explain and docs.

Values are over the whole life unless the name says a year, in the unit that is registered. One that is undefined says
why.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, TypeVar

from gigacampus.campus.spec.deal import slug

if TYPE_CHECKING:
    from gigacampus.runs.pipeline import Run

__all__ = ["REGISTRY", "Kpi", "Undefined", "Value", "defined", "evaluate", "find", "kpi", "slug"]


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


T = TypeVar("T")


def defined(value: T | None, reason: str) -> T:
    """The value; `Undefined` where there is none."""
    if value is None:
        raise Undefined(reason)
    return value


Members = Literal[
    "entities", "loans", "leases", "guarantees", "exposures", "published", "scenarios", "quotes", "markets"
]


@dataclass(frozen=True)
class Kpi:
    """One registered KPI, or a family of them, one for each party.

    `of` names the KPIs that it is made of, `terms` gives what adds up to it (by name: value, meaning), `rows` gives the
    rows of the statement behind it, and `members` says what a family has one of for each: what the deal lists under
    that name.
    """

    name: str
    unit: str
    stage: str
    call: Callable[[Run], Any]
    standard: str
    of: tuple[str, ...]
    rows: Callable[[Run, str], list[str]] | None
    members: Members | None
    terms: Callable[[Run], Mapping[str, tuple[float, str]]] | None = None

    @property
    def about(self) -> str:
        """What it is, in a sentence."""
        return (self.call.__doc__ or "").strip().splitlines()[0]


REGISTRY: dict[str, Kpi] = {}

Function = Callable[["Run"], Any]


def find(name: str) -> tuple[Kpi, str]:
    """The registered KPI behind a name, and the member of its family.

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


def kpi(
    name: str,
    unit: str,
    stage: str,
    *,
    standard: str = "",
    of: tuple[str, ...] = (),
    rows: Callable[[Run, str], list[str]] | None = None,
    members: Members | None = None,
    terms: Callable[[Run], Mapping[str, tuple[float, str]]] | None = None,
) -> Callable[[Function], Function]:
    """Register a function of the `Run` as a KPI of a stage; that of a family gives a mapping by member."""

    def register(call: Function) -> Function:
        REGISTRY[name] = Kpi(name, unit, stage, call, standard, of, rows, members, terms)
        return call

    return register


def evaluate(run: Run) -> dict[str, Value]:
    """Every KPI of a run, by name in order."""
    values: dict[str, Value] = {}
    for entry in REGISTRY.values():
        values |= _values(entry, run)
    return dict(sorted(values.items()))


def _values(entry: Kpi, run: Run) -> Mapping[str, Value]:
    if not run.runs(entry.stage):
        what = (
            "deal"
            if entry.stage in ("finance", "sensitivity", "renewal", "supports", "accounting")
            else "campus to run"
        )
        return {} if entry.members else {entry.name: Value(None, entry.unit, f"the spec has no {what}")}
    try:
        found = entry.call(run)
    except Undefined as reason:
        return {entry.name: Value(None, entry.unit, str(reason))}
    if entry.members:
        return {f"{entry.name}.{slug(key)}": _value(item, entry.unit) for key, item in found.items()}
    return {entry.name: _value(found, entry.unit)}


def _value(found: Any, unit: str) -> Value:
    if isinstance(found, Undefined):
        return Value(None, unit, str(found))
    if found is None or not math.isfinite(found):
        return Value(None, unit, "not a finite number")
    return Value(float(found), unit)
