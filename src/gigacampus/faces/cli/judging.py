"""The command consistent: which published figures of a deal cannot all be true, and which readings fit."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from gigacampus.campus.spec.deal import Published
from gigacampus.errors import Problem, SpecError
from gigacampus.faces import numbers
from gigacampus.faces.cli import say
from gigacampus.faces.cli.running import Progress, number_line, written
from gigacampus.runs import inputs
from gigacampus.runs.checks import check
from gigacampus.runs.pipeline import Run

WIDTH = 80


def consistent(path: Path, as_json: bool) -> bool:
    """Print the judgement on each reading; True where one fits."""
    loaded = inputs.read_spec(path)
    check(loaded)
    deal = loaded.campus.deal
    if deal is None:
        raise SpecError(Problem("there is no deal, so no figures are published of one", "deal", file=str(path)))
    if not deal.published:
        fix = "Add figures that sources print, with their rows, as in examples/hyperion.yaml and docs/deals.md"
        raise SpecError(Problem("no figure is published of this deal", "deal.published", file=str(path), fix=fix))
    judged = Run(loaded, Progress()).consistency
    fits = [name for name, one in judged.items() if one.fits]
    if as_json:
        say({"fits": fits, "readings": {name: _plain(one) for name, one in judged.items()}})
        return bool(fits)
    count = f"{len(deal.published)} published figures, {len(judged)} reading{'s' if len(judged) > 1 else ''}"
    click.echo(f"{loaded.campus.name}: {count}")
    for name, one in judged.items():
        click.echo(f"\n{'✓' if one.fits else '△' if one.consistent else '✗'} {name}")
        for line in _lines(one, deal.published):
            click.echo(line)
    click.echo(f"\nFits: {'; '.join(fits) or 'none'}")
    return bool(fits)


def _plain(one: Any) -> dict[str, Any]:
    """As JSON, which has no numbers that are none."""

    def finite(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: finite(item) for key, item in value.items()}
        if isinstance(value, (list, tuple)):
            return [finite(item) for item in value]
        return None if isinstance(value, float) and not math.isfinite(value) else value

    found: dict[str, Any] = finite({"fits": one.fits, "consistent": one.consistent, **asdict(one)})
    return found


def _lines(one: Any, published: Mapping[str, Published]) -> Iterator[str]:
    if one.reason:
        yield _text(f"It cannot be computed: {one.reason}")
        return
    for some in one.contradictions:
        yield _text(f"These cannot all be true: {', '.join(some)}.")
    if one.remedies:
        yield _text("What would have to give, the others held:")
        yield from _closing(one.remedies, published)
    elif one.contradictions:
        yield _text("No three of them given up would reconcile the rest.")
    if one.consistent:
        yield _text("The figures hold together, each within its rounding.")
        yield from _closing([{name: one.figures[name]} for name in one.given_up], published, "given up: ")
        for path, metric in one.numbers.items():
            yield number_line(path, metric)
    for paths in one.undetermined:
        together = f"{' and '.join(paths)} move them in proportion: no figure tells them apart."
        yield _text(together if len(paths) > 1 else f"No figure tells {paths[0]}.")


def _closing(remedies: Any, published: Mapping[str, Published], before: str = "") -> Iterator[str]:
    """A line a figure: the value that closes it, by how much that differs, and what is published."""
    for remedy in remedies:
        for index, (name, at) in enumerate(remedy.items()):
            off = f"{numbers.sign(f'{100 * (at.value / at.published - 1):+.1f}')} %" if at.published else ""
            head = f"    {'and ' if index else before}{name}"
            yield f"{head:<26} {written(at.value, at.unit):>16} {off:>9}   published {published[name].equals.text}"


def _text(text: str) -> str:
    return click.wrap_text(text, WIDTH, "  ", "  ")
