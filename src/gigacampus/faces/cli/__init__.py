"""The command line. Commands import what they need when they run, so that ``--help`` is quick.

Exit codes: 0 ok, 1 a check failed, 2 usage or bad spec, 3 infeasible, 130 interrupted.
"""

from __future__ import annotations

import json
import shutil
import sys
import textwrap
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from gigacampus.errors import CampusError

JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON alone on stdout.")
SPEC = click.argument("spec", type=click.Path(path_type=Path))


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 88})
@click.version_option(package_name="gigacampus")
def commands() -> None:
    """Plan and run gigawatt-scale AI campuses: energy, water, carbon and money, hour by hour.

    Start with 'gigacampus run examples/hyperion.yaml', or write a campus of your own with 'gigacampus new'.
    """


def wrapped(head: str, text: str, indent: str) -> str:
    """A head and a text as lines that fit the terminal, or 80 columns where there is none; words stay whole."""
    width = shutil.get_terminal_size((80, 24)).columns
    lines = textwrap.wrap(text, width, initial_indent=head, subsequent_indent=indent, break_long_words=False,
                          break_on_hyphens=False)  # fmt: skip
    return "\n".join(lines) or head.rstrip()


def say(value: Any) -> None:
    """Print JSON on stdout."""
    click.echo(json.dumps(value, indent=2, ensure_ascii=False))


@commands.command()
@SPEC
@click.option("--out", type=click.Path(path_type=Path), help="Run folder to write [runs/<name>-<hash>].")
@click.option("--strict", is_flag=True, help="Exit with 1 unless every promise passes and the deal closes.")
@click.option("--lang", type=click.Choice(["en", "ja"]), default="en", help="Language of the report.")
@click.option("--all", "all_kpis", is_flag=True, help="Show every KPI, not the headline ones.")
@JSON
def run(spec: Path, out: Path | None, strict: bool, lang: str, all_kpis: bool, as_json: bool) -> None:
    """Run a campus over its whole life and write its run folder."""
    from gigacampus.faces.cli import running

    failed = running.run(spec, out, lang, all_kpis, as_json)
    if strict and failed:
        raise SystemExit(1)


@commands.command()
@SPEC
@JSON
def validate(spec: Path, as_json: bool) -> None:
    """Check a spec; every error names its line, its key and the way out."""
    from gigacampus.faces.cli import specs

    specs.validate(spec, as_json)


@commands.command()
@click.argument("path", type=click.Path(path_type=Path), default=Path("campus.yaml"))
@click.option("--name", default="My campus", help="Name of the campus.")
@click.option("--force", is_flag=True, help="Replace the file if it is there.")
@JSON
def new(path: Path, name: str, force: bool, as_json: bool) -> None:
    """Write a small campus to start from."""
    from gigacampus.faces.cli import specs

    specs.new(path, name, force, as_json)


@commands.command()
@JSON
def schema(as_json: bool) -> None:
    """Print the JSON Schema of a spec, for editors."""
    from gigacampus.faces.cli import specs

    del as_json  # the schema is JSON in any case
    say(specs.schema())


@commands.command()
@SPEC
@click.argument("kpi")
@click.option("--depth", type=click.IntRange(0), default=5, show_default=True, help="Steps to walk down.")
@JSON
def explain(spec: Path, kpi: str, depth: int, as_json: bool) -> None:
    """Walk from a KPI down to the sourced numbers behind it."""
    from gigacampus.faces.cli import explaining

    explaining.explain(spec, kpi, depth, as_json)


@commands.command()
@SPEC
@JSON
def consistent(spec: Path, as_json: bool) -> None:
    """Say which published figures of a deal cannot all be true, and which readings fit.

    Each reading of the deal is held against all of its published figures at once. Exits with 1 when none fits.
    """
    from gigacampus.faces.cli import judging

    if not judging.consistent(spec, as_json):
        raise SystemExit(1)


@commands.command()
@SPEC
@click.option("--xlsx", type=click.Path(path_type=Path), required=True, help="Workbook to write, FILE.xlsx.")
@JSON
def export(spec: Path, xlsx: Path, as_json: bool) -> None:
    """Write the deal as a workbook of live formulas.

    It has FAST layout and recalculates in Excel and LibreOffice to the figures of 'gigacampus run'.
    """
    from gigacampus.faces.cli import exporting

    exporting.export(spec, xlsx, as_json)


@commands.command()
@click.argument("ids", nargs=-1)
@JSON
def verify(ids: tuple[str, ...], as_json: bool) -> None:
    """Hold the model against published figures, misses included.

    IDS are the beginnings of ids, such as 'finance.'. Exits with 1 when a row no longer stands as it is recorded.
    """
    from gigacampus.faces.cli import checking

    if not checking.verify(ids, as_json):
        raise SystemExit(1)


@commands.command()
@click.option("--full", is_flag=True, help="Run every case, not a selection.")
@JSON
def selfcheck(full: bool, as_json: bool) -> None:
    """Show what gigacampus promises of itself, with the figures seen now."""
    from gigacampus.faces.cli import checking

    if not checking.selfcheck(full, as_json):
        raise SystemExit(1)


def main(arguments: list[str] | None = None) -> None:
    """Entry point: run a command and turn what goes wrong into one message and an exit code."""
    as_json = "--json" in (sys.argv if arguments is None else arguments)
    try:
        code = commands.main(args=arguments, standalone_mode=False)
        sys.exit(code if isinstance(code, int) else 0)
    except click.exceptions.Exit as stop:
        sys.exit(stop.exit_code)
    except (click.Abort, KeyboardInterrupt):
        _fail(as_json, "Interrupted", 130)
    except click.ClickException as error:
        _fail(as_json, error.format_message(), 2, error.show)
    except CampusError as error:
        _fail(as_json, str(error), error.exit_code)
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(0)


def _fail(as_json: bool, message: str, code: int, show: Callable[[], None] | None = None) -> None:
    if as_json:
        say({"error": message.splitlines(), "exit_code": code})
    if show is not None:
        show()
    else:
        lines = message.splitlines()
        click.echo("\n".join([f"Error: {lines[0]}", *(f"       {line}" for line in lines[1:])]), err=True)
    sys.exit(code)
