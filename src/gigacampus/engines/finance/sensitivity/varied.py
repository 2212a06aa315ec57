"""One deal, run again with some of its numbers changed.

Reserves and what a plan repays follow from the contracts, and are found anew in each case.

Numbers that are inputs of the statement are changed there, so that cases share one statement; a changed date, or a
number that shapes the statement (an overrun where there was none), makes a statement of its own.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydantic import ValidationError

from gigacampus.campus.spec.deal import UNKNOWN, Deal, Paths, slug
from gigacampus.campus.spec.deal.calendar import Calendar, later
from gigacampus.campus.spec.deal.study import Change, Written
from gigacampus.campus.spec.deal.varied import DELAY, Number, change, put, targets
from gigacampus.engines.finance.build import build
from gigacampus.engines.finance.reading import Reading
from gigacampus.engines.finance.result import FinanceResult
from gigacampus.engines.finance.solving.unknowns import add_targets, solve
from gigacampus.engines.finance.statement import Under
from gigacampus.errors import Problem, SpecError

Floats = NDArray[np.float64]
Events = Mapping[str, date]
Changes = Sequence[tuple[str, Change]]
"""What is changed: key and change, one after the other."""


class VariedDeal:
    """A deal, and how it is run with changes.

    Parameters
    ----------
    deal : Deal
    under : Under
        The campus.
    solved : mapping of input row to float
        Values of the base case for unknowns that no figure of `solve` finds: they stay in every case.
    signed : bool
        Whether what is agreed stays as it is, such as a coupon as rates move.
    shape : changes
        With which the statement is built, so that it has rows for numbers that shape it; its inputs are the deal's.
    """

    def __init__(
        self, deal: Deal, under: Under, solved: Mapping[str, float] | None = None, signed: bool = True,
        shape: Changes = (),
    ) -> None:  # fmt: skip
        self.deal, self.under = deal.model_copy(update={"sensitivity": None}), under
        self._found: dict[str, list[Number]] = {}
        self._signed = signed
        self.statement = build(self._changed(shape)[0], under)
        self.rows: dict[str, list[str]] = {}
        for name, row in self.statement.graph.rows.items():
            if row.path:
                self.rows.setdefault(row.path, []).append(name)
        for one in (one for key, _ in shape for one in self.targets(key)):
            self.statement.graph.inputs.update((row, np.asarray(one.value, float)) for row in self.rows_of(one))
        wanted = add_targets(self.statement)
        found, inputs = {one.row for one in wanted}, self.statement.graph.inputs
        self.fixed = {row: np.asarray(x) for row, x in (solved or {}).items() if row in inputs and row not in found}
        base = solve(self.statement, wanted, self.fixed)
        self.wanted = [replace(one, guess=base[one.row]) for one in wanted]

    def run(self, changes: Changes) -> FinanceResult:
        """The figures with these changes; the result has no tables.

        Raises
        ------
        SpecError
            A deal that cannot be, or dates out of order.
        InfeasibleError
            No value of an unknown meets its figure.
        """
        deal, under = self._changed(changes)
        found = [(one, made) for key, made in changes for one in self.targets(key)]
        shared = all(one.quantity is None or one.path in self.rows for one, _ in found)
        s, wanted = self.statement, self.wanted
        if not shared:
            s = build(deal, under)
            wanted = add_targets(s)
        given = dict(self.fixed)
        for one, made in found:
            for row in self.rows_of(one) if shared or one.quantity is None else ():
                given[row] = made.of(given.get(row, s.graph.inputs[row]))
        values = solve(s, wanted, given)
        return Reading(s, s.graph.evaluate(values), values).result(tables=False)

    def targets(self, key: str) -> list[Number]:
        """The numbers that a key stands for; one that is found is not among them."""
        if key not in self._found:
            self._found[key] = [one for one in targets(self.deal, key, self._signed) if one.value is not UNKNOWN]
        return self._found[key]

    def read(self, key: str, written: Written) -> Change:
        """A value or change of what a key stands for."""
        return change(self.targets(key), written)

    def rows_of(self, one: Number) -> list[str]:
        """Input rows of the statement that a number, or what is measured, is."""
        if one.quantity is not None:
            return self.rows.get(one.path, [])
        known = self.statement.graph.inputs
        return [row for row in _measured(self.deal, one.path.removeprefix("measures.")) if row in known]

    def matters(self, one: Number) -> bool:
        """Whether the statement rests on a number, or on what is measured."""
        if one.path == DELAY:
            return bool(
                self.under.events or self.deal.events or any(cost.end for cost in self.deal.construction.values())
            )
        return any(np.any(self.statement.graph.inputs[row]) for row in self.rows_of(one))

    def drawing(self, paths: Paths) -> VariedDeal:
        """The same deal, its statement with a row for each number that is drawn."""
        new = {key: d for key, d in paths.draws.items() if not all(self.rows_of(one) for one in self.targets(key))}
        found = VariedDeal(self.deal, self.under, shape=[(k, self.read(k, d.high)) for k, d in new.items()])
        for one in (one for key in new for one in found.targets(key) if not found.rows_of(one)):
            message = "nothing in the statement rests on this number, so that it cannot be drawn"
            raise SpecError(Problem(message, f"deal.{one.path}"))
        return found

    def _changed(self, changes: Changes) -> tuple[Deal, Under]:
        """The deal as it reads with the changes, and the campus with its dates."""
        values: dict[str, Any] = {}
        delay = 0.0
        for key, made in changes:
            for one in self.targets(key):
                if one.path == DELAY:
                    delay = made.of(delay)
                elif one.quantity is not None:
                    values[one.path] = _value(values.get(one.path, one.value), made)
        deal, events = self.deal, self.under.events
        for path, value in values.items():
            deal = put(deal, path, value)
        if delay:
            deal, events = delayed(deal, events, delay)
        try:
            return Deal.model_validate(deal.model_dump()), replace(self.under, events=events)
        except ValidationError as error:
            first = error.errors(include_url=False)[0]
            place, keys = ".".join(map(str, first["loc"])), ", ".join(key for key, _ in changes)
            raise SpecError(Problem(f"with {keys} changed, {place}: {first['msg']}", "deal.sensitivity")) from None


def _value(base: Any, made: Change) -> Any:
    if isinstance(base, list):
        return [step.model_copy(update={"rate": made.of(step.rate)}) for step in base]
    return made.of(base)


def _measured(deal: Deal, what: str) -> list[str]:
    """Rows that take what the campus measures under a name."""
    found = [f"{slug(name)}.cost" for name, cost in deal.construction.items() if cost.cost == what]
    for name, service in deal.services.items():
        found += [f"{slug(name)}.cost"] if service.cost == what else []
        found += [f"{slug(name)}.base"] if service.of == what else []
        found += [f"{slug(name)}.{what}"] if service.rates is not None and what in service.rates.given else []
    leases = deal.leases if what == "unavailable" else {}
    return found + [f"{slug(name)}.unavailable" for name, lease in leases.items() if lease.abatement is not None]


def delayed(deal: Deal, events: Events, months: float) -> tuple[Deal, Events]:
    """Every event but the closing comes later, and so does the end of works that follows from none.

    The campus's physics stays where it is.
    """
    shifted = {name: later(day, months) for name, day in events.items()}
    new = deal.model_copy(update={"events": {name: later(day, months) for name, day in deal.events.items()}})
    before, after = Calendar(deal, events), Calendar(new, shifted)
    for name, cost in deal.construction.items():
        if cost.end is not None and before[f"{name}.end"] == after[f"{name}.end"]:
            new = put(new, f"construction.{name}.delay", cost.delay + months)
    return new, shifted
