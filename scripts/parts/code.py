"""What follows from the code alone: KPIs, commands, catalogue, stages."""

from __future__ import annotations

import itertools

import click
from parts.fields import nouns
from parts.markdown import anchor, cell, table

from gigacampus.campus import catalog
from gigacampus.campus.spec.part import FromCatalog
from gigacampus.faces.cli import commands
from gigacampus.runs.kpi import Kpi
from gigacampus.runs.kpis import REGISTRY
from gigacampus.runs.pipeline import STAGES

CLI_WIDTH = 88


def kpi_tables() -> str:
    """Every registered KPI, by the first part of its name."""
    groups = itertools.groupby(REGISTRY.values(), key=lambda entry: entry.name.split(".")[0])
    found: dict[str, list[Kpi]] = {}
    for area, entries in groups:
        found.setdefault(area, []).extend(entries)
    return "\n\n".join(f"### {area}\n\n{kpi_table(entries)}" for area, entries in found.items())


def kpi_table(entries: list[Kpi]) -> str:
    """KPIs of one area."""
    one = {
        "entities": "party",
        "loans": "loan",
        "leases": "lease",
        "guarantees": "guarantee",
        "exposures": "exposure",
        "scenarios": "scenario",
        "published": "figure",
        "quotes": "quote",
        "markets": "market",
    }
    rows = [
        (
            f"`{entry.name}{f'.<{one[entry.members]}>' if entry.members else ''}`",
            cell(entry.unit),
            cell(entry.about),
            cell(entry.standard),
            ", ".join(f"`{name}`" for name in entry.of),
            f"`{entry.stage}`",
        )
        for entry in entries
    ]
    return table(("name", "unit", "what it is", "standard", "made of", "stage"), rows)


# Commands


def command_texts() -> str:
    """Every command's own help."""
    return "\n\n".join(
        f"### gigacampus {name}\n\n```text\n{help_text(command, name)}\n```"
        for name, command in sorted(commands.commands.items())
    )


def help_text(command: click.Command, name: str) -> str:
    """The help of a command as a terminal of a fixed width shows it."""
    context = click.Context(
        command, info_name=f"gigacampus {name}", terminal_width=CLI_WIDTH, help_option_names=["-h", "--help"]
    )
    lines = click.unstyle(command.get_help(context)).splitlines()
    return "\n".join(line.rstrip() for line in lines).strip()


# Catalogue


def catalog_tables() -> str:
    """Every section of the catalogue with its entries."""
    return "\n\n".join(catalog_section(name) for name in catalog.sections())


def catalog_section(name: str) -> str:
    """One section: what its file says of it, which noun it fills, its entries."""
    feeds = sorted({noun.__name__ for noun in nouns() if issubclass(noun, FromCatalog) and noun.section == name})
    used = f"Fills {', '.join(f'[{noun}](spec.md#{anchor(noun)})' for noun in feeds)}." if feeds else ""
    rows = [entry_row(name, entry) for entry in catalog.names(name)]
    parts = [f"### {name}", file_comment(name), used, table(("entry", "what it is", "figures", "grades"), rows)]
    return "\n\n".join(part for part in parts if part)


def file_comment(name: str) -> str:
    """The comment at the head of a section's file."""
    lines = (catalog.folder() / f"{name}.yaml").read_text(encoding="utf-8").splitlines()
    head = itertools.takewhile(lambda line: line.startswith("#"), lines)
    return cell(" ".join(line.lstrip("# ") for line in head))


def entry_row(section_name: str, name: str) -> tuple[str, ...]:
    """One entry: its title, how many figures it has, and how well they are known."""
    entry = catalog.entry(section_name, name)
    grades = [figure.grade for figure in entry.figures.values()]
    counted = ", ".join(f"{grades.count(g)} {g}" for g in catalog.GRADES if g in grades)
    return f"`{name}`", cell(entry.text.get("title", "")), str(len(grades) or ""), counted


def grades() -> str:
    """What the grades mean."""
    meaning = {
        "H": "primary document seen, or a faithful transcription of it",
        "M": "several secondary sources agree, or the trade press",
        "L": "one weak secondary source",
        "D": "arithmetic on published figures",
        "U": "general knowledge, unconfirmed",
        "A": "assumed here",
    }
    return table(("grade", "shown as", "what it means"), [(f"`{g}`", w, meaning[g]) for g, w in catalog.GRADES.items()])


# Stages


def stages() -> str:
    """The stage table, as the pipeline has it."""
    rows = [
        (
            f"`{stage.name}`",
            f"`{stage.room.removeprefix('gigacampus.')}`",
            cell((stage.call.__doc__ or "").strip().splitlines()[0]),
            ", ".join(f"`{path}`" for path in stage.reads),
            ", ".join(f"`{need}`" for need in stage.needs),
        )
        for stage in STAGES
    ]
    return table(("stage", "room", "what it gives", "reads of the spec", "needs"), rows)
