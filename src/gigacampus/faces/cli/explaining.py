"""The command explain: a KPI as a tree, down to sources."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import click

from gigacampus.campus.catalog import GRADES
from gigacampus.campus.spec import Origin
from gigacampus.faces import numbers
from gigacampus.faces.cli import say, wrapped
from gigacampus.quantities import format_quantity
from gigacampus.runs import explain as walk
from gigacampus.runs import inputs
from gigacampus.runs.pipeline import Run


def explain(path: Path, name: str, as_json: bool) -> None:
    """Print the walk from one KPI."""
    node = walk.explain(Run(inputs.read_spec(path)), name)
    if as_json:
        say(node.plain())
        return
    seen: dict[str, Origin] = {}
    for line in _tree(node, 0, seen):
        click.echo(line)
    assumed = sum(origin.assumed for origin in seen.values())
    click.echo(f"\n{len(seen)} inputs, {assumed} of them assumed:\n")
    for origin in sorted(seen.values(), key=lambda o: o.path):
        click.echo(_source(origin))


def _tree(node: walk.Node, depth: int, seen: dict[str, Origin]) -> Iterator[str]:
    seen.update({origin.path: origin for origin in node.inputs})
    yield wrapped(f"{'  ' * depth}{node.name}{_equals(node)}  ", node.about, "  " * depth + " " * 6)
    for child in node.children:
        yield from _tree(child, depth + 1, seen)


def _equals(node: walk.Node) -> str:
    if node.value is None:
        return f" ({node.unit})" if node.unit == "by month" else " is undefined"
    if node.unit == "fraction":
        return f" = {numbers.significant(100 * node.value)} %"
    value, unit = numbers.shown(node.value, node.unit, ratio=True)
    return f" = {value} {unit}".rstrip()


def _source(origin: Origin) -> str:
    place = f"line {origin.line}" if origin.line else origin.kind
    value = str(origin.value) if origin.value != "unknown" else "found by solve"
    if origin.unit and isinstance(origin.value, float):
        value = format_quantity(origin.value, origin.unit)
    source = " ".join(part for part in (origin.source.title, origin.source.url) if part)
    note = f"\n      note: {origin.note}" if origin.note else ""
    return f"  {origin.path} = {value} ({GRADES[origin.grade]}, {place})\n      source: {source}{note}"
