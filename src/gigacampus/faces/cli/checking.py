"""Commands that check gigacampus itself: verify and selfcheck."""

from __future__ import annotations

import click

from gigacampus.errors import Problem, SpecError
from gigacampus.faces.cli import say
from gigacampus.faces.numbers import significant
from gigacampus.runs import selfcheck as checks
from gigacampus.runs import verify as ledger


def verify(ids: tuple[str, ...], as_json: bool) -> bool:
    """Print the ledger; True while every row stands as it is recorded."""
    outcomes: list[ledger.Outcome] = []
    for outcome in ledger.verify(lambda name: not ids or name.startswith(ids)):
        if not (as_json or outcomes):
            click.echo(HEAD)
        outcomes.append(outcome)
        if not as_json:
            click.echo(_line(outcome))
            if not outcome.hit and outcome.note:
                click.echo(click.wrap_text(outcome.note, 80, "       ", "       "))
    if not outcomes:
        areas = ", ".join(sorted({f"{name.split('.')[0]}." for name in ledger.rows()}))
        raise SpecError(Problem(f"no row's id begins with {' or '.join(ids)}", fix=f"Areas: {areas}"))
    hits, changed = sum(o.hit for o in outcomes), [o for o in outcomes if not o.stands]
    if as_json:
        say([o.plain() for o in outcomes])
    else:
        click.echo(f"\n{hits} of {len(outcomes)} published figures reproduced, {len(outcomes) - hits} missed")
        for o in changed:
            click.echo(f"changed: {o.id} is recorded as a {'hit' if o.recorded else 'miss'}")
    return not changed


HEAD = f"{'':6} {'id':<38} {'published':>9} {'computed':>9} {'within':>7} unit"


def _line(o: ledger.Outcome) -> str:
    mark = "✓ hit " if o.hit else "△ miss"
    got = significant(o.got, 5) if o.got is not None else "–"
    return f"{mark} {o.id:<38} {significant(o.expected, 5):>9} {got:>9} {significant(o.tolerance, 2):>7} {o.unit}"


def selfcheck(full: bool, as_json: bool) -> bool:
    """Print the table of promises; True if none that is checked is broken."""
    found = []
    if not as_json:
        click.echo(checks.title(full) + "\n")
    for check in checks.run(full):
        found.append(check)
        if not as_json:
            mark = {True: "✓", False: "✗", None: "–"}[check.holds]
            click.echo(f"{mark} {check.number:>2}  {check.name:<24} {check.figure}")
    if as_json:
        say([vars(check) for check in found])
    return all(check.holds is not False for check in found)
