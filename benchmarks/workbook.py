"""The deal as a workbook of live formulas, against the project's own target for as many of them."""

from __future__ import annotations

from collections.abc import Iterator

from benchmarks.processes import HYPERION
from benchmarks.registry import Row, benchmark, in_turn

FORMULAS, TARGET = 20_000, 2.0
"""So many formulas in so many seconds."""


@benchmark("finance.workbook")
def workbook(repeat: int) -> Iterator[Row]:
    """Hyperion's workbook from a finished statement, in a warm process."""
    from gigacampus.faces import export
    from gigacampus.runs import inputs
    from gigacampus.runs.pipeline import Run

    run = Run(inputs.read_spec(HYPERION))
    run.get("finance")
    made = export.workbook(run)
    seconds = in_turn(repeat, lambda: export.workbook(run))[0]
    note = f"target; for {FORMULAS:,} formulas; {made.formulas:,} in {seconds:.2f} s, {len(made.content) / 1e6:.2f} MB"
    yield Row("finance.workbook", seconds / made.formulas * FORMULAS, TARGET, "target", "s", note)
