"""The ledger of published figures: how right we are, misses included.

A row is data: the published figure, and what to compute it from. Rows stand in ``ledger/*.yaml`` beside this file:

.. code-block:: yaml

    finance.hyperion.escalator:
      expected: 1.930 %/year           # as published, with its unit
      tolerance: 0.0005 %/year         # or a share of it: "0.2 %"
      spec: hyperion-b.yaml            # a spec beside the ledger, or examples/… ; with `kpi`, or `row` of its statement
      kpi: finance.escalator
      source: {title: …, url: …}
      grade: M
      stands: hit                      # or miss, with a note that says why

or ``call: gigacampus.engines.workload:mean_time`` with ``given: {…}`` for a function alone. `verify` computes every row
and tells whether it stands as it is recorded.
"""

from __future__ import annotations

import importlib
import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from gigacampus.campus.spec.parse import parse
from gigacampus.errors import CampusError
from gigacampus.quantities import ACCEPTED
from gigacampus.runs.verify.reading import Reading, read_row

LEDGER = Path(__file__).parent / "ledger"


@dataclass(frozen=True)
class Outcome:
    """A row of the ledger, computed: `expected`, `got` and `tolerance` in `unit`."""

    id: str
    expected: float
    got: float | None
    unit: str
    tolerance: float
    source: str
    url: str
    grade: str
    note: str
    recorded: bool

    @property
    def area(self) -> str:
        """The first part of the id."""
        return self.id.split(".")[0]

    @property
    def hit(self) -> bool:
        """Whether the published figure is reproduced within its tolerance."""
        return self.got is not None and abs(self.got - self.expected) <= self.tolerance * (1 + 1e-12)

    @property
    def stands(self) -> bool:
        """Whether the row's state is the recorded one."""
        return self.hit == self.recorded

    def plain(self) -> dict[str, Any]:
        """As it stands in JSON."""
        source = f"{self.source} {self.url}".strip()
        return {
            "id": self.id,
            "area": self.area,
            "expected": self.expected,
            "got": self.got,
            "unit": self.unit,
            "tolerance": self.tolerance,
            "pass": self.hit,
            "stands": self.stands,
            "source": source,
            "grade": self.grade,
            "note": self.note,
        }


@cache
def rows() -> dict[str, dict[str, Any]]:
    """Every row as written, by id."""
    found: dict[str, dict[str, Any]] = {}
    for path in sorted(LEDGER.glob("*.yaml")):
        if not path.stem.startswith("_"):
            tree, _ = parse(path.read_text(encoding="utf-8"), path.name)
            found |= tree
    return found


def verify(chosen: Callable[[str], bool] = lambda name: True) -> Iterator[Outcome]:
    """Compute the rows whose id is chosen, one after the other."""
    reading = Reading(LEDGER / "specs")
    for name, row in rows().items():
        if chosen(name):
            yield _outcome(name, row, reading)


def _outcome(name: str, row: dict[str, Any], reading: Reading) -> Outcome:
    expected, unit, factor = _published(row["expected"])
    note = str(row.get("note", ""))
    got: float | None = None
    try:
        value = _call(row) if "call" in row else read_row(row, reading)
        got = value / factor if value is not None and math.isfinite(value) else None
    except CampusError as error:
        note = f"{note} {error}".strip()
    source = row["source"]
    return Outcome(
        name,
        expected,
        got,
        unit,
        _tolerance(str(row["tolerance"]), expected, unit),
        source["title"],
        source.get("url", ""),
        row["grade"],
        note,
        row["stands"] == "hit",
    )


def _published(text: Any) -> tuple[float, str, float]:
    """A published figure: its number, its own unit, and the factor from there to the unit that we compute in."""
    number, _, unit = str(text).partition(" ")
    for spellings in ACCEPTED.values():
        if unit in spellings:
            return float(number.replace(",", "")), unit, spellings[unit]
    return float(number.replace(",", "")), unit or "1", 1.0


def _tolerance(text: str, expected: float, unit: str) -> float:
    number, _, of = text.partition(" ")
    return float(number) / 100 * abs(expected) if of == "%" and not unit.startswith("%") else float(number)


def _call(row: dict[str, Any]) -> float:
    """Call a function of ours with the row's inputs."""
    module, _, function = str(row["call"]).partition(":")
    if not module.startswith("gigacampus."):
        raise CampusError(f"a ledger row calls our own functions alone, not {module}")
    value = getattr(importlib.import_module(module), function)(**row.get("given", {}))
    return float(value)
