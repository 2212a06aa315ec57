"""What stands directly behind a row of the statement: other rows, and the terms of the deal that no row holds."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from gigacampus.campus.spec.deal import Deal
from gigacampus.runs import provenance
from gigacampus.runs.kpi import slug

if TYPE_CHECKING:
    from gigacampus.campus.spec import Origin
    from gigacampus.runs.pipeline import Run

DEAL = "deal."
_RULE = re.compile(r"\.(?:start|interest_only_until|final|dsra_funded|end|until|when)(?:$|[.\[])")
_ELSEWHERE = re.compile(r"\.(?:quotes|discount_rate|holders|readiness)(?:$|[.\[])")
"""Under a contract or a vehicle, but behind no flag: quotes and rates of valuation move no payment."""
_IN_ROWS = re.compile(r"\.(?:amortisation\.(?:growth|dscr|balloon)|escrow_yield|call|sizing)(?:$|\.)")
"""Numbers that have a row where they are used."""


@dataclass(frozen=True)
class Behind:
    """The inputs of a run's deal, by what they decide."""

    run: Run

    @cached_property
    def _used(self) -> dict[str, Origin]:
        return provenance.used(self.run)

    @cached_property
    def _deal(self) -> Deal:
        assert self.run.campus.deal is not None
        return self.run.campus.deal

    def of(self, name: str) -> tuple[list[str], list[Origin]]:
        """The rows and the inputs that a row rests on directly; of a path of the spec, the inputs there.

        A number that is found rests on the row that it is held against, or on the figures that it is found from.
        """
        if name.startswith(DEAL):
            return [], self._at(name)
        graph = self.run.finance.graph
        row = graph.rows[name]
        rows = [*graph.precedents(name), *(x for x in graph.precedents(f"check.{name}") if x != name)]
        if row.formula:
            return rows, []
        if not row.solved:
            return rows, self._at(DEAL + row.path) if row.path else self._terms(name)
        aimed = [k for k, target in enumerate(self._deal.solve) if target.unknown == row.path]
        rows += [self._deal.solve[k].so_that for k in aimed if self._deal.solve[k].so_that in graph.rows]
        inputs = [o for k in aimed for o in self._at(f"deal.solve[{k}].equals")]
        if row.path and not aimed and not self._sized(row.path):
            inputs += [o for figure in self._deal.published for o in self._at(f"deal.published.{figure}.equals")]
        return rows, inputs

    def _sized(self, path: str) -> bool:
        return any(path == f"loans.{name}.amount" for name, loan in self._deal.loans.items() if loan.sizing is not None)

    def _at(self, path: str) -> list[Origin]:
        """Inputs at a path, as a row spells it, or below it."""
        written = re.sub(r"\.n(\d+)(?=\.|$)", r"[\1]", path)  # a place in a list
        found = [o for p, o in self._used.items() if p in (path, written) or p.startswith((f"{path}.", f"{path}["))]
        return [o for o in found if not _without(o)]

    def _terms(self, name: str) -> list[Origin]:
        """Of a flag or a time: every term of its contract or vehicle that has no row of its own, and its dates."""
        return list(self._of_owner.get(name.partition(".")[0], {}).values())

    @cached_property
    def _of_owner(self) -> dict[str, dict[str, Origin]]:
        kinds = {slug(name): f"{kind}.{name}" for kind, name, _ in self._deal.contracts()}
        kinds |= {slug(name): f"entities.{name}" for name in self._deal.entities}
        return {owner: dict(self._decide(f"{DEAL}{place}.", frozenset())) for owner, place in kinds.items()}

    def _decide(self, place: str, seen: frozenset[str]) -> Iterator[tuple[str, Origin]]:
        rows = {DEAL + row.path for row in self.run.finance.graph.rows.values() if row.path}
        for path, origin in (self.run.loaded.origins | self._used).items():
            if not path.startswith(place) or _ELSEWHERE.search(path):
                continue
            if _RULE.search(path) and isinstance(origin.value, str):
                yield from self._event(origin.value, seen | {place})
            if path in self._used and path not in rows and not _IN_ROWS.search(path) and not _without(origin):
                yield path, origin

    def _event(self, event: str, seen: frozenset[str]) -> Iterator[tuple[str, Origin]]:
        """What decides the day of an event: the closing, a phase, or a date of another contract."""
        built = {path: o for path, o in self._used.items() if path.startswith("compute.") and path.endswith(".ready")}
        called = {path: self.run.loaded.origins[path.removesuffix("ready") + "name"].value for path in built}
        phases = [path for path in built if event in ("ready", called[path])]
        given = "deal.close" if event == "close" else f"deal.events.{event}"
        yield from ((path, self._used[path]) for path in phases or [given] if path in self._used)
        for kind, name, _ in self._deal.contracts():
            place = f"{DEAL}{kind}.{name}."
            if event.startswith(f"{name}.") and place not in seen:
                yield from ((p, o) for p, o in self._decide(place, seen) if not p.startswith(place) or _dated(p))


def _without(origin: Origin) -> bool:
    """Whether a default says that the deal does not have something: no reserve, no fee, one rank."""
    return origin.kind == "default" and (not origin.value or origin.path.endswith((".rank", ".used")))


def _dated(path: str) -> bool:
    """Whether a term of a contract decides its dates."""
    return bool(_RULE.search(path) or re.search(r"\.(?:term|options\[\d+\]|exercised|delay)$", path))
