"""The command run: progress, KPI table, run folder."""

from __future__ import annotations

import math
import sys
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from gigacampus.campus.spec.deal import slug
from gigacampus.faces import notes, numbers, report
from gigacampus.faces.cli import say, wrapped
from gigacampus.faces.figures.deal.covenants import distress, said
from gigacampus.faces.figures.facts import missed, open_gaps
from gigacampus.runs import folder, inputs
from gigacampus.runs.checks import check, located
from gigacampus.runs.kpi import Value
from gigacampus.runs.pipeline import Event, Run

HEADLINE = (
    "it.energy",
    "facility.energy",
    "facility.pue",
    "facility.wue",
    "impact.water",
    "supply.cost_per_mwh",
    "supply.renewable_annual",
    "supply.cfe_hourly",
    "impact.scope1",
    "impact.scope2_location",
    "impact.scope2_market",
    "workload.ettr",
    "finance.rent_year1",
    "finance.debt_peak",
    "finance.dscr_min",
    "finance.llcr",
)
MARKS = {"pass": "✓", "fail": "✗", "not tested": "–"}


def run(path: Path, out: Path | None, language: str, all_kpis: bool, as_json: bool) -> bool:
    """Run, write, show. Returns whether a promise is not kept, or the deal does not close or misses a figure."""
    loaded = inputs.read_spec(path)
    check(loaded, figures=False)
    progress = Progress()
    running = Run(loaded, progress, faces=(report.STAGE,), language=language)
    target = out or folder.default(running)
    with located(loaded):
        written = folder.write(running, target, {"report.html": running.get("report")})
    progress.done()
    kpis: Mapping[str, Value] = running.kpi
    if as_json:
        say(
            {
                "folder": str(written),
                "kpi": {name: value.plain() for name, value in kpis.items()},
                "promises": [vars(verdict) for verdict in running.policy],
                "notes": [note.en for note in notes.notes(running)],
                "gaps": [asdict(gap) for gap in open_gaps(running)],
                "missed": {name: asdict(figure) for name, figure in missed(running).items()},
            }
        )
    else:
        click.echo("\n" + "\n".join(lines(running, all_kpis)))
        click.echo("\n" + wrapped("", f"Balances close to {residuals(kpis)} (limit 10⁻⁹, relative)", "  "))
        click.echo(f"\nResults in {written}\nReport     {written / 'report.html'}")
    return bool(open_gaps(running) or missed(running)) or any(verdict.state != "pass" for verdict in running.policy)


def lines(running: Run, all_kpis: bool = False) -> Iterator[str]:
    """What is shown of a run: its figures, how promises stand, what to know beside them, what does not close."""
    kpis: Mapping[str, Value] = running.kpi
    yield f"{running.campus.name}: {running.campus.case}\n"
    yield table(kpis, list(kpis) if all_kpis else headline(running))
    yield from (f"  {MARKS[verdict.state]} {promise_line(verdict)}" for verdict in running.policy)
    yield from (wrapped("  ! ", note.en, "    ") for note in notes.notes(running))
    yield from (wrapped("\nDebt is not paid: ", said(one).en, "  ") for one in distress(running) if one.missed)
    yield from gap_lines(running)
    yield from missed_lines(running)


def headline(running: Run) -> list[str]:
    """KPIs that are shown unless all are asked for: of the campus, of the deal, and what each owner earns."""
    deal = running.campus.deal
    parts = [
        name for name in HEADLINE if name in running.kpi and (running.campus.physical or name.startswith("finance."))
    ]
    after = parts.index("facility.energy") + 1 if running.campus.physical else 0
    parts[after:after] = [name for name in notes.SHORTFALLS if (running.kpi[name].value or 0) > 0]
    if deal is None:
        return [name for name in parts if not name.startswith("finance.")]
    owners = {owner for entity in deal.entities.values() for owner in entity.owners} - set(running.finance.funding)
    return [*parts, *(f"finance.irr.{slug(name)}" for name in deal.entities if name in owners)]


def gap_lines(running: Run) -> Iterator[str]:
    """What does not close in the deal, by how much, and the ways out."""
    for gap in open_gaps(running):
        yield f"\nDoes not close: {gap.what}, by {written(gap.amount, 'USD')}"
        if gap.closing:
            yield "  Any one of these would close it:"
        for path, metric in gap.closing.items():
            yield number_line(path, metric)


def missed_lines(running: Run) -> Iterator[str]:
    """Published figures that the deal does not meet, and where to ask which of them cannot all be true."""
    found = missed(running)
    if found:
        yield "\nNot as published (`gigacampus consistent` says which cannot all be true):"
    for name, figure in found.items():
        yield f"    {name:<28} {written(figure.value, figure.unit)}, published {written(figure.published, figure.unit)}"


def number_line(path: str, metric: Any) -> str:
    """A number of the deal and its value, in a line."""
    return f"    {path:<50} {written(metric.value, metric.unit, 6)}"


def written(value: float, unit: str, digits: int = 4) -> str:
    """A value with the unit in which a spec has it, to so many significant digits."""
    unit = {"1/year": "fraction", "USD/year": "USD"}.get(unit, unit)
    text = " ".join(numbers.published(float(f"{value:.{digits - 1}e}"), unit)).strip()
    return text if math.isfinite(value) else "no value"


def residuals(kpis: Mapping[str, Value]) -> str:
    """What is left of energy, water and money, relative."""
    found = {
        name: value.value for name, value in kpis.items() if name.startswith("residual.") and value.value is not None
    }
    return ", ".join(
        f"{name.removeprefix('residual.')} {numbers.significant(value, 2)}" for name, value in found.items()
    )


def table(kpis: Mapping[str, Value], names: list[str]) -> str:
    """KPIs as aligned lines that fit the terminal."""
    longest = max((len(name) for name in names), default=0)
    lines = []
    for name in names:
        value, unit = shown(kpis[name], name)
        why = kpis[name].reason if kpis[name].value is None else unit
        lines.append(wrapped(f"  {name:<{longest}} {value:>14} ", why, " " * 8))
    return "\n".join(lines)


def shown(value: Value, name: str) -> tuple[str, str]:
    """A KPI's value and unit as texts; a rate, a price or a share of the deal to three digits."""
    if name.startswith("finance.") and value.unit == "fraction" and value.value is not None:
        return numbers.significant(100 * value.value), "%"
    return numbers.shown(value.value, value.unit, ratio=value.unit == "1")


def promise_line(verdict: object) -> str:
    """A verdict in one line: rule, result with the digits that part it from the bound, state."""
    v = vars(verdict)
    digits = numbers.apart(v["value"], v["bound"], v["unit"]) if v["value"] is not None else 0
    result = " ".join(numbers.shown(v["value"], v["unit"], ratio=True, digits=digits)).strip()
    limit = " ".join(numbers.limit(v["bound"], v["unit"])).strip()
    return f"{v['kpi']} {v['side'].replace('_', ' ')} {limit}: {result}, {v['state']}"


class Progress:
    """Tells on stderr which stage runs; on a terminal the line is rewritten when the stage ends."""

    def __init__(self) -> None:
        self.terminal = sys.stderr.isatty()
        self.cached: list[str] = []

    def __call__(self, event: Event) -> None:
        if event.state == "cached":
            self.cached.append(event.stage)
        elif event.state == "start":
            if self.terminal:
                click.echo(f"  {event.stage:<12}…", nl=False, err=True)
        else:
            start = "\r" if self.terminal else ""
            click.echo(f"{start}  {event.stage:<12}{event.seconds:7.2f} s", err=True)

    def done(self) -> None:
        """Tell what needed no work."""
        if self.cached:
            click.echo(wrapped("  unchanged, from the cache: ", ", ".join(self.cached), "    "), err=True)
