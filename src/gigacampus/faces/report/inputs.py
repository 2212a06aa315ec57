"""What results rest on: the inputs behind a KPI or a figure, their weakest grade, and the number of each document."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from gigacampus.campus.catalog import GRADES
from gigacampus.faces.figures.text import Text
from gigacampus.runs import provenance
from gigacampus.runs.behind import Behind
from gigacampus.runs.kpis import find

if TYPE_CHECKING:
    from gigacampus.campus.spec import Origin
    from gigacampus.runs.pipeline import Run

UNNAMED = ("given in the spec without a source", "default of gigacampus, assumed")
"""Titles that name no document."""


@dataclass(frozen=True)
class Grade:
    """The weakest grade of some inputs, and how they stand in words."""

    mark: str
    text: Text


class Inputs:
    """The inputs of a run."""

    def __init__(self, run: Run) -> None:
        self.run = run
        self.all: dict[str, Origin] = provenance.used(run)
        self._under = Behind(run)
        self._behind: dict[str, tuple[dict[str, None], set[str]]] = {}
        self._stages: dict[str, frozenset[str]] = {}

    @cached_property
    def documents(self) -> dict[str, str]:
        """Number of each document, S1 and on, by title, in the order of the spec."""
        titles = [o.source.title for o in self.all.values() if not _unnamed(o)]
        return {title: f"S{i + 1}" for i, title in enumerate(dict.fromkeys(titles))}

    @cached_property
    def uses(self) -> Counter[str]:
        """How many KPIs rest on each input."""
        return Counter(path for name in self.run.kpi for path in self.of_kpi(name))

    def of_stages(self, names: Iterable[str]) -> frozenset[str]:
        """Inputs that some stages, and those that they need, read."""
        return frozenset().union(*map(self._of_stage, names))

    def _of_stage(self, name: str) -> frozenset[str]:
        if name not in self._stages:  # many KPIs and figures rest on the same stages
            self._stages[name] = frozenset(provenance.behind(self.run, name))
        return self._stages[name]

    def of_kpi(self, name: str) -> frozenset[str]:
        """Inputs behind a KPI: those of the rows that it is read from, or else those of its stage."""
        entry, member = find(name)
        rows = entry.rows(self.run, member) if entry.rows and self.run.runs("finance") else []
        return self.of_rows(rows) if rows else self.of_stages([entry.stage])

    def of_rows(self, rows: Iterable[str]) -> frozenset[str]:
        """Inputs behind rows of the statement; names of rows that this deal does not have are left out."""
        rows = [row for row in rows if row in self.run.finance.graph.rows or row.startswith("deal.")]
        seen, todo, found = set(rows), list(rows), set[str]()
        while todo:
            name = todo.pop()
            if name not in self._behind:  # many KPIs rest on the same rows
                below, inputs = self._under.of(name)
                self._behind[name] = dict.fromkeys(below), {origin.path for origin in inputs}
            rests, paths = self._behind[name]
            found |= paths
            todo += [row for row in rests if row not in seen]
            seen.update(rests)
        return frozenset(found & set(self.all))

    def grade(self, paths: Iterable[str]) -> Grade:
        """The weakest grade of some inputs, in words."""
        count = Counter(GRADES[self.all[path].grade] for path in paths)
        total = sum(count.values())
        if count["assumed"]:
            return Grade(
                "assumed",
                Text(f"{count['assumed']} of {total} inputs assumed", f"入力{total}件中{count['assumed']}件が仮定"),
            )
        if count["second-hand"]:
            if count["second-hand"] == total:
                return Grade(
                    "second-hand", Text(f"{total} input{'s' * (total > 1)}, second-hand", f"入力{total}件、二次情報")
                )
            return Grade("second-hand", Text(f"published, {count['second-hand']} of {total} second-hand",
                                             f"公表値、{total}件中{count['second-hand']}件は二次情報"))  # fmt: skip
        if count["derived"]:
            return Grade("derived", Text(f"derived from {total} published", f"公表値{total}件から導出"))
        return Grade(
            "published",
            Text(f"{total} inputs, all published" if total else "no inputs", f"入力{total}件、すべて公表値"),
        )

    def cited(self, paths: Iterable[str]) -> str:
        """Numbers of the documents behind some inputs, in ranges: ``S1–S4, S9``."""
        titles = {self.all[path].source.title for path in paths}
        found = sorted(int(number[1:]) for title, number in self.documents.items() if title in titles)
        runs: list[list[int]] = []
        for number in found:
            if runs and number == runs[-1][-1] + 1:
                runs[-1].append(number)
            else:
                runs.append([number])
        return ", ".join(f"S{r[0]}" if len(r) == 1 else f"S{r[0]}{'–' if len(r) > 2 else ', '}S{r[-1]}" for r in runs)

    def of(self, path: str) -> str:
        """Number of the document behind an input; none where it names none."""
        return self.documents.get(self.all[path].source.title, "")


def _unnamed(origin: Origin) -> bool:
    title = origin.source.title
    return title in UNNAMED or title.casefold().startswith(("assumed", "assumption"))
