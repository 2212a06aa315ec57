"""Promises against results. Door: `check`.

In: promises of the spec, and KPIs by name (value in the KPI's unit, or None where it is undefined). Out: one `Verdict`
a promise: pass, fail or not tested, with the headroom to the bound. A KPI that does not exist, or a bound in another
unit, is an error. There is no rule language here: a promise is one KPI and one bound.
"""

from __future__ import annotations

import difflib
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from gigacampus.campus.spec.policy import Promise
from gigacampus.errors import Problem, SpecError, shorten
from gigacampus.quantities import ACCEPTED, parse_quantity

__all__ = ["Verdict", "bound", "check"]


@dataclass(frozen=True)
class Verdict:
    """A promise and how it stands.

    `value` and `bound` are in `unit`; `headroom` is the distance to the bound as a share of it, negative where it
    fails.
    """

    kpi: str
    side: Literal["at_least", "at_most"]
    bound: float
    value: float | None
    unit: str
    state: Literal["pass", "fail", "not tested"]
    headroom: float | None
    why: str


def bound(promise: Promise, unit: str, index: int) -> float:
    """The promise's bound in the KPI's unit.

    Raises
    ------
    SpecError
        If it is written in a unit that the KPI does not have.
    """
    given = promise.at_least if promise.at_least is not None else promise.at_most
    side = "at_least" if promise.at_least is not None else "at_most"
    try:
        if unit not in ACCEPTED:
            return _finite(float(given or 0.0))
        if not isinstance(given, str):
            raise ValueError(f"the unit is missing; write '{given!r} {next(iter(ACCEPTED[unit]))}'")
        return parse_quantity(given, unit)
    except ValueError as error:
        reason = str(error) if unit in ACCEPTED else "a plain number is needed"
        raise SpecError(Problem(reason, f"promises[{index}].{side}", value=shorten(given))) from None


def _finite(number: float) -> float:
    if not math.isfinite(number):
        raise ValueError("not a finite number")
    return number


def check(promises: Sequence[Promise], kpis: Mapping[str, tuple[float | None, str]]) -> tuple[Verdict, ...]:
    """Hold each promise against its KPI, given as (value, unit).

    Raises
    ------
    SpecError
        For a KPI that does not exist, with the nearest name, or a bound in another unit.
    """
    return tuple(_verdict(promise, kpis, index) for index, promise in enumerate(promises))


def _verdict(promise: Promise, kpis: Mapping[str, tuple[float | None, str]], index: int) -> Verdict:
    if promise.kpi not in kpis:
        last = promise.kpi.rpartition(".")[2]
        near = [name for name in kpis if name.endswith(f".{last}")]  # the same thing of another part
        near = near or difflib.get_close_matches(promise.kpi, kpis, n=1, cutoff=0.3)
        fix = f"Did you mean {near[0]!r}?" if near else ""
        raise SpecError(Problem(f"no KPI is called {shorten(promise.kpi)}", f"promises[{index}].kpi", fix=fix))
    value, unit = kpis[promise.kpi]
    limit = bound(promise, unit, index)
    side: Literal["at_least", "at_most"] = "at_least" if promise.at_least is not None else "at_most"
    if value is None:
        return Verdict(promise.kpi, side, limit, None, unit, "not tested", None, promise.why)
    slack = value - limit if side == "at_least" else limit - value
    holds = slack >= -1e-12 * max(abs(limit), 1.0)
    return Verdict(
        promise.kpi,
        side,
        limit,
        value,
        unit,
        "pass" if holds else "fail",
        slack / abs(limit) if limit else None,
        promise.why,
    )
