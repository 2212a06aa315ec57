"""What runs say: the first example, one campus under four business models, the ledger, the benchmarks."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Mapping
from functools import cache
from pathlib import Path

from parts.markdown import cell, table

import gigacampus
from gigacampus.faces import numbers
from gigacampus.faces.cli import running
from gigacampus.runs import inputs, verify
from gigacampus.runs.kpi import Value
from gigacampus.runs.pipeline import Run

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "examples" / "hyperion.yaml"


def hyperion() -> Mapping[str, Value]:
    """KPIs of the first example."""
    return gigacampus.run(EXAMPLE).kpi


def run_text() -> str:
    """What `gigacampus run` prints of it, but progress, folder and what differs by machine."""
    shown = running.lines(Run(inputs.read_spec(EXAMPLE)))
    closed = "Balances close to … (limit 10⁻⁹, relative)"
    folder = "Results in runs/hyperion-…\nReport     runs/hyperion-…/report.html"
    command = "$ uv run gigacampus run examples/hyperion.yaml"
    return "\n".join(["```text", command, "…", *shown, "", closed, folder, "```"])


def with_kpis(text: str, kpis: Mapping[str, Value]) -> str:
    """A page with every KPI that it quotes as the run has it."""

    def quoted(match: re.Match[str]) -> str:
        value, unit = running.shown(kpis[match[1]], match[1])
        return f"<!-- kpi {match[1]} -->{value} {unit}".rstrip() + "<!-- /kpi -->"

    return re.sub(r"<!-- kpi (\S+) -->.*?<!-- /kpi -->", quoted, text)


MODELS = {
    "lease": ("Developer", "Tenant", "Fund", {"deal.leases.campus.rent": "217 m USD"}, "rent a quarter lower"),
    "colocation": ("Operator", "Customers", "Fund", {"deal.services.space.used": "71 %"}, "a quarter stands empty"),
    "merchant": ("Cloud", "Market", "Shareholders", {
        f"deal.services.accelerators, generation {k}.escalator": "-33 %" for k in (1, 2, 3)
    }, "prices fall 33 % a year, as to the trough of 2025"),
    "own": ("Compute arm", "Users within", "Company", {}, ""),
}  # fmt: skip
"""By file: who owns the campus, who pays for the computing, who owns the owner, and a bad turn for that model."""


def models() -> str:
    """One campus under four business models: owner's return, lender's cover, and what an accelerator hour costs."""
    rows = []
    for name, (vehicle, user, owner, turn, words) in MODELS.items():
        file = ROOT / "examples" / "models" / f"{name}.yaml"
        base, bad = (Run(inputs.read_spec(file, changes)) for changes in ({}, turn))
        hours = 0.85 * float(base.workload.accelerator_hours.sum())
        paid = sum(float(flows.sum()) for kind, flows in base.finance.who_gets_what(user).items() if "paid" in kind)
        key = f"irr.{owner.lower()}"
        returns = [run.finance.metrics[key].value for run in (base, bad)]
        rows.append((
            f"[{base.campus.case}](../examples/models/{name}.yaml)", vehicle,
            _rate(returns[0]), f"{base.finance.metrics['dscr_min'].value:.2f}",
            f"{paid / hours:.2f}",
            _rate(returns[1]) + f" ({words})" if turn else "the price follows the cost",
        ))  # fmt: skip
    head = (
        "model",
        "owner",
        "IRR of who owns it",
        "least DSCR",
        "USD an accelerator hour",
        "IRR after a bad turn, debt sized anew",
    )
    return table(head, rows)


def _rate(value: float) -> str:
    return f"{numbers.significant(100 * value)}{numbers.THIN}%"


@cache
def ledger() -> tuple[verify.Outcome, ...]:
    """Every row of the ledger, computed."""
    return tuple(verify.verify())


def ledger_rows() -> str:
    """Every row of the ledger by area."""
    areas = dict.fromkeys(row.area for row in ledger())
    return "\n\n".join(f"### {area}\n\n{ledger_table([r for r in ledger() if r.area == area])}" for area in areas)


def ledger_table(rows: list[verify.Outcome]) -> str:
    """Rows of one area."""
    head = ("figure", "published", "ours", "unit", "tolerance", "", "source", "grade", "note")
    return table(
        head,
        [
            (
                f"`{row.id}`",
                f"{row.expected:,.10g}",
                numbers.significant(row.got, 5) if row.got is not None else "–",
                cell(row.unit if row.unit != "1" else ""),
                f"{row.tolerance:,.3g}",
                "hit" if row.hit else "**miss**",
                f"[{cell(row.source)}]({row.url})" if row.url else cell(row.source),
                f"`{row.grade}`",
                cell(row.note),
            )
            for row in rows
        ],
    )


def ledger_sum() -> str:
    """Hits and misses by area, and how many of the rows are no independent test of a printed figure."""
    areas = dict.fromkeys(row.area for row in ledger())
    rows = [ledger_counts(area, [row for row in ledger() if row.area == area]) for area in areas]
    total = tuple(f"**{count}**" for count in ledger_counts("all", list(ledger())))
    return table(("area", "figures", "hits", "misses", "derived", "input or fitted"), [*rows, total])


def ledger_counts(area: str, rows: list[verify.Outcome]) -> tuple[str, ...]:
    """Counts of some rows."""
    hits, derived = sum(row.hit for row in rows), sum(row.grade == "D" for row in rows)
    known = sum(row.note.startswith(("input:", "fitted:")) for row in rows)
    return area, str(len(rows)), str(hits), str(len(rows) - hits), str(derived), str(known)


FIRST = ("run-cold", "run-warm", "run-lease", "dispatch-site-year", "facility.climates", "finance.waterfall")
"""Benchmarks that the first page shows."""


def benchmarks(file: str, names: Collection[str] = ()) -> str:
    """The figures that `python -m benchmarks --json` gave, of all or of these names."""
    head = ("what", "gigacampus", "peer", "unit", "times better", "note")
    rows = [
        (
            cell(row["name"]),
            numbers.significant(row["ours"]),
            f"{numbers.significant(row['peer'])} ({cell(row['peer_version'])})" if row["peer"] is not None else "",
            cell(row["unit"]),
            numbers.significant(row["ratio"], 2) if row["ratio"] is not None else "",
            cell(row["note"]),
        )
        for row in json.loads(Path(file).read_text(encoding="utf-8"))
        if not names or row["name"] in names
    ]
    return table(head, rows)
