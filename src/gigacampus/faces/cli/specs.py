"""Commands about specs: validate, new, schema."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import click

from gigacampus.campus.spec import Loaded, json_schema
from gigacampus.errors import Problem, SpecError, WriteError
from gigacampus.faces.cli import say, wrapped
from gigacampus.runs import inputs, provenance
from gigacampus.runs.checks import borrowed, check, outlasting
from gigacampus.runs.pipeline import Run

STARTER = """\
# yaml-language-server: $schema=campus.schema.json
# A small campus to start from. 'gigacampus schema > campus.schema.json' lets an editor complete and check every key.
schema_version: 1
name: {name}
life: {{end: 2040-12-31}}
site: {{place: "Columbus, Ohio", weather: columbus-oh, grid: pjm}}
compute:
  server: gb200-nvl72
  phases:
    - {{name: Hall 1, ready: 2029-01-01, power: 100 MW}}
    - {{name: Hall 2, ready: 2030-01-01, power: 100 MW}}
promises:
  - {{kpi: facility.pue, at_most: 1.2}}
  - {{kpi: supply.unserved, at_most: 0 MWh, why: a load that the plan does not serve is no plan}}
  - {{kpi: facility.hours_short, at_most: 0 h, why: cooling holds its supply temperature in every hour}}
"""


def validate(path: Path, as_json: bool) -> None:
    """Read a spec and say what it is."""
    loaded = inputs.read_spec(path)
    check(loaded)
    if loaded.campus.site is not None and loaded.campus.site.weather.use is None:
        inputs.check_files(loaded)
    campus = loaded.campus
    values = provenance.used(Run(loaded)).values()  # as the report counts them
    assumed = sum(origin.assumed for origin in values)
    found = _notes(loaded)
    if as_json:
        say({"valid": True, "name": campus.name, "values": len(values), "assumed": assumed, "notes": found})
        return
    power = f", {sum(p.power for p in campus.compute.built):,.0f} MW" if campus.compute else ""
    click.echo(f"{path} is valid: {campus.name}{power}, {len(values)} inputs, {assumed} of them assumed")
    for note in found:
        click.echo(wrapped("  ! ", note, "    "))


def _notes(loaded: Loaded) -> list[str]:
    """What is said of contracts that run on after the campus's life, and of a grid that is not the campus's own."""
    found, site = outlasting(loaded), loaded.campus.site
    if not found and borrowed(loaded) is None and (site is None or "grid" in site.model_fields_set):
        return []
    from gigacampus.faces import notes  # it needs numpy

    return [note.en for note in (*map(notes.lasting, found), *notes.grid(loaded))]


def new(path: Path, name: str, force: bool, as_json: bool) -> None:
    """Write the starter spec."""
    if path.exists() and not force:
        raise WriteError(Problem("the file is there already", file=str(path), fix="Choose another name, or --force"))
    if not name.strip():
        raise SpecError(Problem("a campus needs a name", value=repr(name)))
    text = STARTER.format(name='"' + name.replace("\\", "").replace('"', "'").replace("\n", " ").strip()[:200] + '"')
    beside = path.with_name(f".{path.name}.new")
    if not path.parent.is_dir():
        raise WriteError(Problem(f"there is no folder {path.parent}", file=str(path), fix="Make it first"))
    try:
        beside.write_text(text, encoding="utf-8")
        os.replace(beside, path)
    except OSError as error:
        beside.unlink(missing_ok=True)
        raise WriteError(Problem(f"could not be written: {error.strerror}", file=str(path))) from None
    say({"wrote": str(path)}) if as_json else click.echo(f"Wrote {path}. Next: gigacampus run {path}")


def schema() -> dict[str, Any]:
    """The JSON Schema of a spec."""
    return json_schema()
