"""The ledger of published figures: how right we are, misses included.

A row is data: the published figure, and what to compute it from. Rows stand in ``ledger/*.yaml`` beside this file, the
specs that they run in ``ledger/specs``:

.. code-block:: yaml

    sources:
      brookings: {title: "Van Nieuwerburgh, …", url: "https://…"}
    rows:
      finance.hyperion.dscr:
        expected: 1.12 x                # as published: its digits and its unit
        spec: hyperion-b.yaml           # what is computed
        kpi: finance.dscr_min
        source: brookings
        grade: H                        # of the published figure, as in the catalogue
        stands: hit                     # or miss, with a note that says why

A row's ``set`` is a list of changes to its spec, each a mapping or the name of one in the file's ``changes``. What can
be computed stands in `reading`. The tolerance is half a unit of the last digit printed; a row states another with
`tolerance` (in the unit, or as "0.2 %" of the figure) only where its source does. `verify` computes every row and tells
whether it stands as it is recorded.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from gigacampus.campus.spec.parse import parse
from gigacampus.errors import CampusError
from gigacampus.quantities import rounding
from gigacampus.runs.verify.reading import Reading, figure

__all__ = ["AREAS", "LEDGER", "Outcome", "outcome", "rows", "verify"]

LEDGER = Path(__file__).parent / "ledger"
AREAS = ("finance", "facility", "supply", "workload", "cluster", "impact", "site")


@dataclass(frozen=True)
class Outcome:
    """A row of the ledger, computed: `expected`, `got` and `tolerance` in `unit`; `recorded` is whether it is a hit."""

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
        return self.got is not None and abs(self.got - self.expected) <= self.tolerance * (1 + 1e-9)

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
        tree, _ = parse(path.read_text(encoding="utf-8"), path.name)
        for name, row in tree["rows"].items():
            if name in found:
                raise CampusError(f"{path.name}: the ledger has {name} already")
            found[name] = {**row, "source": tree["sources"][row["source"]]}
            if "set" in row:
                named = [tree["changes"][part] if isinstance(part, str) else part for part in row["set"]]
                found[name]["set"] = {path: value for part in named for path, value in part.items()}
    return found


def verify(chosen: Callable[[str], bool] = lambda name: True) -> Iterator[Outcome]:
    """Compute the rows whose id is chosen, one after the other."""
    reading = Reading(LEDGER / "specs")
    for name, row in rows().items():
        if chosen(name):
            yield outcome(name, row, reading)


def outcome(name: str, row: dict[str, Any], reading: Reading) -> Outcome:
    """Compute one row."""
    expected, factor, unit = figure(row["expected"])
    note = str(row.get("note", ""))
    got: float | None = None
    try:
        value = reading.value(row) / factor
        got = value if math.isfinite(value) else None
    except CampusError as error:
        note = f"{note} {error}".strip()
    source = row["source"]
    return Outcome(
        name,
        expected,
        got,
        unit or "1",
        _tolerance(row, expected),
        source["title"],
        source.get("url", ""),
        row["grade"],
        note,
        row["stands"] == "hit",
    )


def _tolerance(row: dict[str, Any], expected: float) -> float:
    """The tolerance that is stated, else half a unit of the last digit printed.

    >>> _tolerance({"expected": "3.8e25 FLOP"}, 3.8e25) == 0.05e25
    True
    """
    if "tolerance" in row:
        number, _, unit = str(row["tolerance"]).partition(" ")
        return float(number) / 100 * abs(expected) if unit == "%" else float(number)
    return rounding(str(row["expected"]))
