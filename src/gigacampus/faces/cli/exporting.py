"""The command export: the deal as a workbook."""

from __future__ import annotations

from pathlib import Path

import click

from gigacampus.errors import Problem, SpecError
from gigacampus.faces.cli import say
from gigacampus.faces.cli.running import Progress
from gigacampus.faces.export import workbook
from gigacampus.runs import inputs, store
from gigacampus.runs.checks import check
from gigacampus.runs.pipeline import Run


def export(path: Path, xlsx: Path, as_json: bool) -> None:
    """Write the workbook and say what is in it."""
    if xlsx.suffix.lower() != ".xlsx":
        raise SpecError(
            Problem("a workbook's name ends in .xlsx", value=str(xlsx), fix="Name it so, such as deal.xlsx")
        )
    loaded = inputs.read_spec(path)
    check(loaded)
    made = workbook(Run(loaded, Progress()))
    written = store.write_file(xlsx, made.content)
    if as_json:
        say({"file": str(written), "sheets": list(made.sheets), "formulas": made.formulas, "checks": made.checks})
    else:
        click.echo(f"Wrote {written}: {made.formulas:,} formulas on {len(made.sheets)} sheets, {made.checks} checks")
