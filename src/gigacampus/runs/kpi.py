"""What a KPI is: one row of a table. It appears in kpi.json, report, explain, promises and docs.

Values are over the whole life unless the name says a year, in the unit of the row. One that is undefined says why.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, SupportsFloat

from gigacampus.campus.spec.deal import slug

if TYPE_CHECKING:
    from gigacampus.runs.pipeline import Run

__all__ = ["Figure", "Kpi", "Undefined", "Value", "slug"]


@dataclass(frozen=True)
class Value:
    """A KPI's value in its unit; None with a reason where it is undefined."""

    value: float | None
    unit: str
    reason: str = ""

    def plain(self) -> dict[str, Any]:
        """As it stands in kpi.json."""
        return {"value": self.value, "unit": self.unit} | ({"reason": self.reason} if self.reason else {})


@dataclass(frozen=True)
class Undefined:
    """Stands for a value that there is not, where a row has more than one reason for it."""

    reason: str


Figure = SupportsFloat | Undefined | None
Members = Literal[
    "entities", "loans", "leases", "guarantees", "exposures", "published", "scenarios", "quotes", "markets"
]

_NOTHING = {
    "control": "facility.control.assess is false, and the plant is run by rules",
    "swings": "training holds no server",
    "renewal": "the deal has no outlook by chance",
}
"""Why a stage of a spec that has its part may still give nothing."""


@dataclass(frozen=True)
class Kpi:
    """One KPI, or a family of them, one for each party.

    Attributes
    ----------
    name, unit, stage : str
        The stage is that whose result it needs.
    call : function of the `Run`
        What it is: a figure, or None; of a family, one by member.
    en, ja : str
        What it is called.
    in_full : str
        What it is, in a sentence, where its name does not say it all.
    none : str
        Why it has no value where `call` gives None.
    standard : str
        The one that defines it.
    of : tuple of str
        KPIs that it is made of.
    rows : function of the `Run` and a member, optional
        Rows of the statement behind it.
    members : str, optional
        What a family has one of for each: what the deal lists under that name.
    terms : function of the `Run`, optional
        What it is the sum or the ratio of, by name: value, unit, meaning.
    """

    name: str
    unit: str
    stage: str
    call: Callable[[Run], Figure | Mapping[str, Figure]]
    en: str
    ja: str
    in_full: str = ""
    none: str = ""
    standard: str = ""
    of: tuple[str, ...] = ()
    rows: Callable[[Run, str], list[str]] | None = None
    members: Members | None = None
    terms: Callable[[Run], Mapping[str, tuple[float, str, str]]] | None = None

    @property
    def about(self) -> str:
        """What it is, in a sentence."""
        return self.in_full or f"{self.en}."

    def values(self, run: Run) -> dict[str, Value]:
        """Its value in a run, or those of a family, by name."""
        if run.get(self.stage) is None:
            return {} if self.members else {self.name: Value(None, self.unit, self._lacks(run))}
        found = self.call(run)
        if isinstance(found, Mapping):
            return {f"{self.name}.{slug(member)}": self._value(figure) for member, figure in found.items()}
        return {self.name: self._value(found)}

    def _lacks(self, run: Run) -> str:
        if run.runs(self.stage):
            return _NOTHING[self.stage]
        return f"the spec has no {'deal' if run.stage(self.stage).when == 'deal' else 'campus to run'}"

    def _value(self, figure: Figure) -> Value:
        if isinstance(figure, Undefined):
            return Value(None, self.unit, figure.reason)
        if figure is None:
            return Value(None, self.unit, self.none)
        value = float(figure)
        return Value(value, self.unit) if math.isfinite(value) else Value(None, self.unit, "not a finite number")
