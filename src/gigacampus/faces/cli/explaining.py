"""The command explain: a KPI as a tree, down to sources."""

from __future__ import annotations

import math
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


def explain(path: Path, name: str, depth: int, as_json: bool) -> None:
    """Print the walk from one KPI, so many steps down."""
    node = walk.explain(Run(inputs.read_spec(path)), name)
    if as_json:
        say(node.plain())
        return
    for line in _tree(node, 0, depth):
        click.echo(line)
    seen = {origin.path: origin for one in _all(node) for origin in one.inputs}
    assumed = sum(origin.assumed for origin in seen.values())
    click.echo(f"\n{len(seen)} inputs, {assumed} of them assumed:\n")
    for origin in sorted(seen.values(), key=lambda o: (not _gives(o, node), o.path)):
        click.echo(_source(origin))


def _gives(origin: Origin, node: walk.Node) -> bool:
    """Whether an input is the figure itself."""
    if node.value is None or isinstance(origin.value, bool) or not isinstance(origin.value, int | float):
        return False
    return (origin.unit or "1") == node.unit and math.isclose(origin.value, node.value, rel_tol=1e-9)


def _all(node: walk.Node) -> Iterator[walk.Node]:
    yield node
    for child in node.children:
        yield from _all(child)


def _tree(node: walk.Node, level: int, depth: int) -> Iterator[str]:
    about = f"{node.reason}. {node.about}" if node.reason else node.about
    yield wrapped(f"{'  ' * level}{node.name}{_equals(node)}  ", about, "  " * level + " " * 6)
    if level < depth:
        for child in node.children:
            yield from _tree(child, level + 1, depth)
    elif node.children:
        below = sum(1 for _ in _all(node)) - 1
        yield f"{'  ' * (level + 1)}({below} more below: --depth {depth + 3} goes on)"


def _equals(node: walk.Node) -> str:
    if node.value is None:
        return f" ({node.unit})" if node.unit == "by month" else " is undefined:"
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
    lines = [
        wrapped("  ", f"{origin.path} = {value} ({GRADES[origin.grade]}, {place})", " " * 6),
        wrapped("      source: ", source, " " * 8),
    ]
    return "\n".join([*lines, wrapped("      note: ", origin.note, " " * 8)] if origin.note else lines)
