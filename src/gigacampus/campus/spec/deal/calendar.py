"""When the dates of a deal fall."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import Any

from gigacampus.campus.spec.deal import Deal, Lease, When
from gigacampus.campus.spec.deal.terms import way_out
from gigacampus.days import add_months
from gigacampus.errors import Problem, SpecError

Fault = tuple[tuple[str | int, ...], str, Any]
"""What does not fit: its place, what is wrong, and the value."""


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
            fix = f"{way_out(name, [*self.events, *self._rules])} Or give it in deal.events"
            place = f"deal.{self._kinds[self._open[0].rpartition('.')[0]]}.{self._open[0]}" if self._open else "deal"
            raise SpecError(Problem(f"no event is called {name!r}", path=place, fix=fix))
        self._open.append(name)
        try:
            if name.endswith(".end") and self._kinds[contract] == "leases":
                return self.term_ends(contract)[1]
            day = self.of(self._rules[name])
            slips = self.deal.construction[contract].delay if self._kinds[contract] == "construction" else 0.0
            return later(day, slips) if name.endswith(".end") else day
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
        return later(base, when.plus)

    def fields(self, name: str) -> list[str]:
        """The dates that a contract has."""
        return [rule.rpartition(".")[2] for rule in self._rules if rule.rpartition(".")[0] == name]

    def term_ends(self, name: str) -> tuple[date, date]:
        """Days on which a lease's first term ends, and the last of its options that are taken up."""
        lease = self.deal.leases[name]
        begin, term = (self[f"{name}.start"], lease.term or 0.0) if lease.end is None else (self.of(lease.end), 0.0)
        return add_months(begin, round(12 * term)), add_months(begin, round(12 * sum([term, *lease.taken])))

    def disorder(self, kind: str, name: str) -> Iterator[Fault]:
        """Dates of one contract that are out of order, as far as they are known."""
        days: list[tuple[str, date]] = []
        for field in ("start", "interest_only_until", "final", "end", "until"):
            if f"{name}.{field}" in self._rules:
                try:
                    first_term = kind == "leases" and field == "end"
                    days.append((field, self.term_ends(name)[0] if first_term else self[f"{name}.{field}"]))
                except SpecError:
                    if not self.partial:
                        raise
        for (before, earlier), (after, later) in itertools.pairwise(days):
            if later < earlier or (later == earlier and after not in ("interest_only_until", "final")):
                yield (kind, name, after), f"this date, {later}, is not after {before}, {earlier}", str(later)
        if kind == "loans" and self.deal.loans[name].refinances in self.deal.loans:
            yield from self._refinancing(name, str(self.deal.loans[name].refinances))

    def _refinancing(self, name: str, old: str) -> Iterator[Fault]:
        """A loan that starts when the one that it pays off is repaid already, or is not there yet."""
        try:
            start, first, final = (self[place] for place in (f"{name}.start", f"{old}.start", f"{old}.final"))
        except SpecError:
            if not self.partial:
                raise
            return
        if not first < start <= final:
            when = f"after its last payment, {final}" if start > final else f"no later than it, {first}"
            message = (
                f"it pays off {old}, and starts {when}; give start: {final}, or an earlier day on which it is owed"
            )
            yield ("loans", name, "start"), message, str(start)


def later(day: date, plus: float) -> date:
    """A day some months later, or before it if negative: whole months, then days."""
    months = math.floor(plus + 1e-9)
    return add_months(day, months) + timedelta(days=round((plus - months) * 30))


def _dates_of(contract: Any) -> Iterator[tuple[str, Any]]:
    for field in ("start", "interest_only_until", "final", "dsra_funded", "end", "until", "when"):
        if field in type(contract).model_fields and (
            getattr(contract, field) is not None or isinstance(contract, Lease)
        ):
            yield field, getattr(contract, field)
