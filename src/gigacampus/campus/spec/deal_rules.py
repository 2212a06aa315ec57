"""What must fit together in a deal, and when its dates fall.

`faults` finds names that nobody has, circles of ownership, unknowns without a figure and dates out of order; `Calendar`
turns every date rule into a day.
"""

from __future__ import annotations

import difflib
import itertools
import math
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta
from typing import Any

from gigacampus.campus.spec.deal import OUTSIDE, OWNERS, UNKNOWN, Deal, Lease, When, slug
from gigacampus.campus.spec.part import Part
from gigacampus.days import add_months
from gigacampus.errors import Problem, SpecError
from gigacampus.quantities import Quantity

_PARTIES = ("payer", "payee", "borrower", "rest", "landlord", "tenant", "guarantor", "beneficiary", "party")
Fault = tuple[tuple[str | int, ...], str, Any]


def faults(deal: Deal) -> Iterator[Fault]:
    """What does not fit together in a deal, as (place, message, value)."""
    yield from _unknown_parties(deal)
    yield from _unknown_sources(deal)
    yield from _slug_clashes(deal)
    yield from _circles(deal)
    yield from _unknown_numbers(deal)
    calendar = Calendar(deal, {}, partial=True)
    for kind, name, _ in deal.contracts():
        yield from calendar.disorder(kind, name)


def _near(name: str, known: Iterable[str]) -> str:
    listed = list(known)
    near = difflib.get_close_matches(name, listed, n=1, cutoff=0.5)
    return f"did you mean {near[0]!r}?" if near else f"known here: {', '.join(map(repr, listed[:12]))}"


def _unknown_parties(deal: Deal) -> Iterator[Fault]:
    parties = [*deal.entities, OUTSIDE]
    for place, name in _party_names(deal):
        if name not in parties:
            yield place, f"no entity of this name; {_near(name, parties)}", name


def _party_names(deal: Deal) -> Iterator[tuple[tuple[str, ...], str]]:
    for entity, spec in deal.entities.items():
        yield from ((("entities", entity, "owners", owner), owner) for owner in spec.owners)
    exposures = (("exposures", name, exposure) for name, exposure in deal.exposures.items())
    for kind, name, contract in (*deal.contracts(), *exposures):
        for field in _PARTIES:
            if hasattr(contract, field):
                yield (kind, name, field), getattr(contract, field)
        for holder in getattr(contract, "holders", {}):
            yield (kind, name, "holders", holder), holder


def _unknown_sources(deal: Deal) -> Iterator[Fault]:
    for entity, spec in deal.entities.items():
        sources = [OWNERS, *(name for name, loan in deal.loans.items() if loan.borrower == entity)]
        for index, step in enumerate(spec.funding):
            for source in step.drawn:
                if source not in sources:
                    message = f"not a source of {entity}; {_near(source, sources)}"
                    yield ("entities", entity, "funding", index), message, source
    for name, guarantee in deal.guarantees.items():
        if guarantee.loan is not None and guarantee.loan not in deal.loans:
            yield (
                ("guarantees", name, "loan"),
                f"no loan of this name; {_near(guarantee.loan, deal.loans)}",
                guarantee.loan,
            )
    for name, loan in deal.loans.items():
        if loan.benchmark is not None and not deal.benchmarks.get(loan.benchmark):
            message = f"no benchmark of this name; {_near(loan.benchmark, deal.benchmarks)}"
            yield ("loans", name, "benchmark"), message, loan.benchmark


def _slug_clashes(deal: Deal) -> Iterator[Fault]:
    seen: dict[str, tuple[str, str]] = {OUTSIDE: (OUTSIDE, ""), OWNERS: (OWNERS, "")}
    named = [("entities", name) for name in deal.entities] + [(kind, name) for kind, name, _ in deal.contracts()]
    for kind, name in named:
        taken = seen.setdefault(slug(name), (kind, name))
        if taken != (kind, name):
            yield (
                (kind, name),
                f"the name is taken by {'.'.join(taken).strip('.')}; each entity and contract has its own",
                name,
            )


def _circles(deal: Deal) -> Iterator[Fault]:
    for entity in deal.entities:
        above, frontier = set[str](), set(deal.entities[entity].owners)
        while frontier - above:
            above |= frontier
            frontier = {o for name in frontier if name in deal.entities for o in deal.entities[name].owners}
        if entity in above:
            yield ("entities", entity, "owners"), "an entity cannot own itself, not even through others", entity
            return


def unknowns(part: Part, path: str = "") -> Iterator[tuple[str, Quantity]]:
    """Every number marked unknown under a part, as (path, its quantity)."""
    for name, field in type(part).model_fields.items():
        value, here = getattr(part, name), f"{path}.{name}".lstrip(".")
        if value is UNKNOWN:
            yield here, next(m for m in _metadata(field) if isinstance(m, Quantity))
        elif isinstance(value, Part):
            yield from unknowns(value, here)
        elif isinstance(value, dict):
            for key, item in value.items():
                if isinstance(item, Part):
                    yield from unknowns(item, f"{here}.{key}")


def _metadata(field: Any) -> list[Any]:
    inner = [m for argument in getattr(field.annotation, "__args__", ()) for m in getattr(argument, "__metadata__", ())]
    return [*field.metadata, *inner]


def _unknown_numbers(deal: Deal) -> Iterator[Fault]:
    found, aimed = [path for path, _ in unknowns(deal)], [target.unknown for target in deal.solve]
    for index, path in enumerate(aimed):
        if path not in found:
            yield ("solve", index, "unknown"), f"that number is not marked unknown; {_near(path, found)}", path
        if path in aimed[:index]:
            yield ("solve", index, "unknown"), "found twice; each unknown has one figure", path
    for path in found:
        if path not in aimed:
            yield tuple(path.split(".")), "no entry of solve says which figure it is found from", UNKNOWN


class Calendar:
    """Dates of a deal, by name: events, and contracts' dates such as ``campus.start`` or ``notes.final``.

    Parameters
    ----------
    deal : Deal
    events : mapping of name to date
        What a physical campus gives (``ready`` and each phase); it comes before `deal.events`.
    """

    def __init__(self, deal: Deal, events: Mapping[str, date], partial: bool = False) -> None:
        self.deal, self.partial = deal, partial
        self.events = {"close": deal.close, **deal.events, **events}
        self._rules = {f"{name}.{field}": rule for _, name, c in deal.contracts() for field, rule in _dates_of(c)}
        self._kinds = {name: kind for kind, name, _ in deal.contracts()}
        self._open: list[str] = []

    def __getitem__(self, name: str) -> date:
        """The date that a name stands for; SpecError where there is no such event."""
        if name in self.events:
            return self.events[name]
        contract = name.rpartition(".")[0]
        where = f"deal.{self._kinds[contract]}.{name}" if contract in self._kinds else "deal"
        if name in self._open:
            raise SpecError(Problem(f"dates wait for each other: {' -> '.join([*self._open, name])}", path=where))
        if name not in self._rules:
            fix = f"{_near(name, [*self.events, *self._rules])} Or give it in deal.events"
            place = f"deal.{self._kinds[self._open[0].rpartition('.')[0]]}.{self._open[0]}" if self._open else "deal"
            raise SpecError(Problem(f"no event is called {name!r}", path=place, fix=fix[0].upper() + fix[1:]))
        self._open.append(name)
        try:
            return (
                self._end(contract)
                if name.endswith(".end") and self._rules[name] is None
                else self.of(self._rules[name])
            )
        finally:
            self._open.pop()

    def of(self, when: When) -> date:
        """The day of a rule."""
        if isinstance(when, date):
            return when
        if isinstance(when, str):
            return self[when]
        if when.event is not None:
            base = self[when.event]
        else:
            several = [self.of(item) for item in when.latest or when.earliest or ()]
            base = max(several) if when.latest else min(several)
        months = math.floor(when.plus + 1e-9)
        return add_months(base, months) + timedelta(days=round((when.plus - months) * 30))

    def fields(self, name: str) -> list[str]:
        """The dates that a contract has."""
        return [rule.rpartition(".")[2] for rule in self._rules if rule.rpartition(".")[0] == name]

    def _end(self, name: str) -> date:
        lease = self.deal.leases[name]
        return add_months(self[f"{name}.start"], round(12 * sum([lease.term or 0.0, *lease.taken])))

    def disorder(self, kind: str, name: str) -> Iterator[Fault]:
        """Dates of one contract that are out of order, as far as they are known."""
        days: list[tuple[str, date]] = []
        for field in ("start", "interest_only_until", "final", "end", "until"):
            if f"{name}.{field}" in self._rules:
                try:
                    days.append((field, self[f"{name}.{field}"]))
                except SpecError:
                    if not self.partial:
                        raise
        for (before, earlier), (after, later) in itertools.pairwise(days):
            if later < earlier or (later == earlier and after != "final"):
                yield (kind, name, after), f"this date, {later}, is not after {before}, {earlier}", str(later)


def _dates_of(contract: Any) -> Iterator[tuple[str, Any]]:
    for field in ("start", "interest_only_until", "final", "dsra_funded", "end", "until", "when"):
        if field in type(contract).model_fields and (
            getattr(contract, field) is not None or isinstance(contract, Lease)
        ):
            yield field, getattr(contract, field)
