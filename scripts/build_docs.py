"""Write the parts of README and docs/ that follow from the code and its results, or check that they are up to date.

    uv run python scripts/build_docs.py               write
    uv run python scripts/build_docs.py --code        write what follows from the code alone, without a run
    uv run python scripts/build_docs.py --bench FILE  write the JSON of `python -m benchmarks --json` as README's table
    uv run python scripts/build_docs.py --pictures    take README's pictures of the report, with Chromium
    uv run python scripts/build_docs.py --check       fail and name the pages that are stale

A generated part stands in its page between two comments, ``<!-- begin NAME -->`` and ``<!-- end NAME -->``; the rest of
the page is written by hand. `docs/campus.schema.json` is generated as a whole. Where prose quotes a KPI of Hyperion, it
says so: ``<!-- kpi facility.pue -->1.09<!-- /kpi -->``.
"""

from __future__ import annotations

import itertools
import json
import re
import sys
import tempfile
import types
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache, partial
from pathlib import Path
from typing import Annotated, Any, Literal, Union, get_args, get_origin

import annotated_types
import click
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

import gigacampus
from gigacampus.campus import catalog
from gigacampus.campus.spec import Campus, json_schema
from gigacampus.campus.spec.deal import Findable
from gigacampus.campus.spec.part import FromCatalog, Part
from gigacampus.campus.spec.supply import Plant
from gigacampus.errors import CampusError
from gigacampus.faces import numbers, report
from gigacampus.faces.cli import commands, running
from gigacampus.quantities import ACCEPTED, Quantity, format_quantity
from gigacampus.runs import inputs, verify
from gigacampus.runs import kpis as _kpis
from gigacampus.runs.kpi import REGISTRY, Kpi, Value
from gigacampus.runs.pipeline import STAGES, Run

ROOT = Path(__file__).parents[1]
EXAMPLE = ROOT / "examples" / "hyperion.yaml"
CLI_WIDTH = 88

del _kpis  # imported so that the KPIs are registered


# Markdown


def cell(text: object) -> str:
    """Text that a table's cell can hold."""
    return " ".join(str(text).split()).replace("|", "\\|").replace("<", "&lt;")


def table(head: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> str:
    """A Markdown table; columns that are empty throughout are left out."""
    kept = [i for i in range(len(head)) if i == 0 or any(row[i] for row in rows)]
    lines = [head, tuple("---" for _ in head), *rows]
    return "\n".join("| " + " | ".join(line[i] for i in kept) + " |" for line in lines)


def anchor(heading: str) -> str:
    """The id that Markdown renderers give a heading."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


def plain(docstring: str | None) -> str:
    """A docstring in Markdown: single backquotes become code, double ones too."""
    paragraphs = re.split(r"\n\s*\n", (docstring or "").strip())
    text = "\n\n".join(" ".join(line.strip() for line in p.splitlines()) for p in paragraphs)
    return text.replace("``", "`")


# The data dictionary: every field of the spec


def nouns() -> dict[type[Part], list[str]]:
    """Every noun of the spec in the order of the file, with the places where it may stand."""
    places: dict[type[Part], list[str]] = {}
    for noun, place in walk(Campus, ""):
        places.setdefault(noun, [])
        if place not in places[noun]:
            places[noun].append(place)
    return places


def walk(noun: type[Part], place: str, above: tuple[type[Part], ...] = ()) -> Iterator[tuple[type[Part], str]]:
    """A noun, and every noun below it; one that holds itself is entered once."""
    yield noun, place
    if noun in above:
        return
    for name, field in noun.model_fields.items():
        for below, suffix in nouns_in(field.annotation):
            yield from walk(below, f"{place}.{name}{suffix}".lstrip("."), (*above, noun))


def nouns_in(annotation: Any, suffix: str = "") -> Iterator[tuple[type[Part], str]]:
    """Nouns that a field's type holds, with what a list or a mapping adds to their place."""
    if isinstance(annotation, type) and issubclass(annotation, Part):
        yield annotation, suffix
    origin = get_origin(annotation)
    if origin is Literal:
        return
    added = "[]" if origin is list else ".<name>" if origin is dict else ""
    for argument in get_args(annotation):
        yield from nouns_in(argument, suffix + added)


def quantity_of(annotation: Any, metadata: tuple[Any, ...] | list[Any] = ()) -> Quantity | None:
    """The quantity that a field's type holds, if it holds one."""
    found = [item for item in metadata if isinstance(item, Quantity)]
    inner = [
        q
        for argument in get_args(annotation)
        if (q := quantity_of(argument, getattr(argument, "__metadata__", ()))) is not None
    ]
    return next(iter(found + inner), None)


def kind_of(annotation: Any, metadata: tuple[Any, ...] | list[Any] = ()) -> str:
    """What a value is, in words."""
    if get_origin(annotation) is Annotated:
        return kind_of(annotation.__origin__, annotation.__metadata__)
    own = next((m for m in metadata if isinstance(m, Quantity)), None)
    if isinstance(own, Findable):
        return f"{'quantity' if own.unit else 'number'} or `unknown`"
    if own is not None:
        return "quantity" if own.unit else "amount, share, years or number"
    names = {type(m).__name__ for m in metadata}
    if "_When" in names:
        return "date, event or [rule](#rule)"
    if "_Date" in names:
        return "date"
    return _kind_of_type(annotation)


WORDS: Mapping[Any, str] = {str: "text", float: "number", int: "whole number", bool: "true or false"}


def _kind_of_type(annotation: Any) -> str:  # noqa: PLR0911
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is Literal:
        return " or ".join(f"`{word}`" for word in arguments)
    if origin in (Union, types.UnionType):
        parts = dict.fromkeys(kind_of(a) for a in arguments if a is not type(None))
        return " or ".join(parts)
    if origin is list:
        return f"list of {plural(kind_of(arguments[0]))}"
    if origin is dict:
        return f"mapping of names to {plural(kind_of(arguments[1]))}"
    if origin is tuple:
        return f"{len(arguments)} numbers"
    if isinstance(annotation, type) and issubclass(annotation, Part):
        return f"[{annotation.__name__}](#{anchor(annotation.__name__)})"
    return WORDS.get(annotation, str(annotation))


def plural(kind: str) -> str:
    """A kind in the plural, where it is a word."""
    irregular = {"quantity": "quantities", "text": "texts", "number": "numbers", "whole number": "whole numbers"}
    return irregular.get(kind, kind)


def bounds_of(field: FieldInfo) -> str:
    """Bounds of a value, or of the length of a list; a field's own come before those of its type."""
    low, high, length = "", "", ["", ""]
    q = quantity_of(field.annotation, field.metadata)
    if q is not None:
        low = f"> {limit(q.above, q.unit)}" if q.above is not None else low
        low = f"≥ {limit(q.at_least, q.unit)}" if q.at_least is not None and q.above is None else low
        high = f"≤ {limit(q.at_most, q.unit)}" if q.at_most is not None else high
    for item in field.metadata:
        low = f"≥ {item.ge:g}" if isinstance(item, annotated_types.Ge) else low
        low = f"> {item.gt:g}" if isinstance(item, annotated_types.Gt) else low
        high = f"≤ {item.le:g}" if isinstance(item, annotated_types.Le) else high
        high = f"< {item.lt:g}" if isinstance(item, annotated_types.Lt) else high
        length[0] = f"length ≥ {item.min_length}" if isinstance(item, annotated_types.MinLen) else length[0]
        length[1] = f"length ≤ {item.max_length}" if isinstance(item, annotated_types.MaxLen) else length[1]
    return ", ".join(word for word in (low, high, *length) if word)


def limit(value: float, unit: str) -> str:
    """A bound as YAML would write it."""
    return format_quantity(value, unit) if unit and unit != "kW" and value else f"{value:g}"


def default_of(noun: type[Part], name: str, field: FieldInfo) -> str:
    """What stands where nothing is given; in a catalogue noun, the figure of its default entry."""
    entry = catalog_figures(noun)
    if name == "use" and entry:
        return f"`{noun.__dict__['default_entry']}`"
    if name in entry:
        return f"`{bare(entry[name])}`"
    if field.default_factory is not None:
        made = field.default_factory()  # type: ignore[call-arg]
        return "empty" if made in ({}, []) else "its defaults"
    if field.default is PydanticUndefined:
        return "of the entry" if issubclass(noun, FromCatalog) and in_catalog(noun, name) else "**required**"
    if field.default is None:
        return "none"
    q = quantity_of(field.annotation, field.metadata)
    value = field.default
    if q is not None and q.unit and isinstance(value, float):
        value = format_quantity(value, q.unit)
    return f"`{bare(value)}`" if value != "" else "empty"


def bare(value: object) -> str:
    """A plain value as YAML writes it."""
    if isinstance(value, bool):
        return str(value).lower()
    return f"{value:g}" if isinstance(value, float) else str(value)


def catalog_figures(noun: type[Part]) -> Mapping[str, Any]:
    """Figures of a catalogue noun's default entry, as a spec would write them."""
    if not issubclass(noun, FromCatalog) or noun.__dict__.get("default_entry") is None:
        return {}
    figures = catalog.entry(noun.section, str(noun.default_entry)).as_spec()
    return {name: value for name, value in figures.items() if not isinstance(value, (list, dict))}


def in_catalog(noun: type[FromCatalog], name: str) -> bool:
    """Whether some entry of the noun's section gives a field."""
    return any(name in catalog.entry(noun.section, entry).as_spec() for entry in catalog.names(noun.section))


def unit_of(field: FieldInfo) -> str:
    """The unit in which Python has a field; it links to the spellings that YAML may use."""
    q = quantity_of(field.annotation, field.metadata)
    if q is None or not q.unit:
        return ""
    return f"[{q.unit}](#units)"


def own_fields(noun: type[Part]) -> dict[str, FieldInfo]:
    """Fields of a noun without those that its page's parent section lists already."""
    shared = Plant.model_fields if issubclass(noun, Plant) and noun is not Plant else {}
    return {name: field for name, field in noun.model_fields.items() if name not in shared}


def dictionary() -> str:
    """Every noun with its fields."""
    places = nouns()
    order = list(places)
    kinds = [noun for noun in order if issubclass(noun, Plant)]
    first = order.index(kinds[0])
    order = [*order[:first], Plant, *order[first:]]
    return "\n\n".join(section(noun, places.get(noun, [])) for noun in order)


def section(noun: type[Part], places: list[str]) -> str:
    """One noun: where it stands, what it is, its fields."""
    parts = [f"### {noun.__name__}", place_line(noun, places), plain(noun.__doc__)]
    if issubclass(noun, FromCatalog):
        parts.append(catalog_line(noun))
    if issubclass(noun, Plant) and noun is not Plant:
        parts.append("It has the fields of every [Plant](#plant), and these.")
    rows = [
        (
            f"`{name}`",
            cell(kind_of(field.annotation, field.metadata)),
            unit_of(field),
            cell(default_of(noun, name, field)),
            cell(bounds_of(field)),
            cell(field.description or ""),
        )
        for name, field in own_fields(noun).items()
    ]
    parts.append(table(("field", "type", "unit", "default", "bounds", "what it is"), rows))
    return "\n\n".join(part for part in parts if part)


def place_line(noun: type[Part], places: list[str]) -> str:
    """Where in the file a noun stands."""
    if noun is Campus:
        return "The whole file."
    if noun is Plant:
        return "What every kind of plant has, at `supply.plants.<name>`."
    shown = [p for p in places if ".air_plant." not in p or len(places) == 1]
    return "At " + ", ".join(f"`{place}`" for place in shown[:4]) + (" and elsewhere." if len(shown) > 4 else ".")


def catalog_line(noun: type[FromCatalog]) -> str:
    """Which section of the catalogue fills a noun."""
    default = f", `{noun.default_entry}` by default" if noun.default_entry else ""
    if noun is Plant:
        default = "; each kind has a default of its own"
    link = f"[{noun.section}](catalog.md#{anchor(noun.section)})"
    return f"Filled from the catalogue's {link}{default}: write an entry's name, or `use` with what differs."


def units() -> str:
    """Spellings that YAML may use for each unit."""
    rows = [(f"`{unit}`", ", ".join(f"`{s}`" for s in spellings)) for unit, spellings in ACCEPTED.items()]
    return table(("in Python", "in YAML"), rows)


# KPIs


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


# What a run of Hyperion and the ledger say


def hyperion() -> Mapping[str, Value]:
    """KPIs of the first example."""
    return gigacampus.run(EXAMPLE).kpi


def run_text() -> str:
    """What `gigacampus run` prints of it, but progress, folder and what differs by machine."""
    result = gigacampus.run(EXAMPLE)
    shown = running.table(result.kpi, [name for name in running.HEADLINE if name in result.kpi])
    promises = [f"  {running.MARKS[verdict.state]} {running.promise_line(verdict)}" for verdict in result.promises]
    title = f"{result.campus.name}: {result.campus.case}"
    closed = "Balances close to … (limit 10⁻⁹, relative)"
    folder = "Results in runs/hyperion-…\nReport     runs/hyperion-…/report.html"
    command = "$ uv run gigacampus run examples/hyperion.yaml"
    return "\n".join(["```text", command, "…", title, "", shown, *promises, "", closed, folder, "```"])


def with_kpis(text: str, kpis: Mapping[str, Value]) -> str:
    """A page with every KPI that it quotes as the run has it."""

    def quoted(match: re.Match[str]) -> str:
        value, unit = running.shown(kpis[match[1]])
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
            numbers.quantity(returns[0], "fraction"), f"{base.finance.metrics['dscr_min'].value:.2f}",
            f"{paid / hours:.2f}",
            f"{numbers.quantity(returns[1], 'fraction')} ({words})" if turn else "the price follows the cost",
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


BLOCKS: dict[str, dict[str, Callable[[], str]]] = {
    "docs/spec.md": {"fields": dictionary, "units": units},
    "docs/kpis.md": {"kpis": kpi_tables},
    "docs/cli.md": {"commands": command_texts},
    "docs/catalog.md": {"sections": catalog_tables, "grades": grades},
    "docs/architecture.md": {"stages": stages},
}
"""Parts that follow from the code alone."""

MEASURED: dict[str, dict[str, Callable[[], str]]] = {
    "README.md": {"run": run_text},
    "README.ja.md": {"run": run_text},
    "docs/hyperion.md": {},
    "docs/deals.md": {"models": models},
}
"""Parts that follow from the first example's run, and the KPIs that their pages quote."""

LEDGER: dict[str, dict[str, Callable[[], str]]] = {
    "README.md": {"ledger": ledger_sum},
    "README.ja.md": {"ledger": ledger_sum},
    "docs/ledger.md": {"rows": ledger_rows, "sum": ledger_sum},
}
"""Parts that follow from the ledger, computed."""


def filled(text: str, name: str, body: str) -> str:
    """A page with the generated part of that name replaced."""
    pattern = re.compile(rf"(<!-- begin {name} -->\n).*?(<!-- end {name} -->)", re.DOTALL)
    if not pattern.search(text):
        raise SystemExit(f"the page has no part called {name}")
    return pattern.sub(lambda match: f"{match[1]}\n{body}\n\n{match[2]}", text)


def made(parts: Mapping[str, Mapping[str, Callable[[], str]]]) -> dict[Path, str]:
    """Pages with their generated parts as they should be."""
    pages = {}
    for page, blocks in parts.items():
        text = (ROOT / page).read_text(encoding="utf-8")
        for name, make in blocks.items():
            text = filled(text, name, make())
        pages[ROOT / page] = text
    return pages


def pages() -> dict[Path, str]:
    """Pages that follow from the code, as they should be."""
    schema = json.dumps(json_schema(), indent=2, ensure_ascii=False) + "\n"
    return made(BLOCKS) | {ROOT / "docs" / "campus.schema.json": schema}


def measured() -> dict[Path, str]:
    """Pages that follow from the first example, as they should be."""
    kpis = hyperion()
    return {path: with_kpis(text, kpis) for path, text in made(MEASURED).items()}


def held() -> dict[Path, str]:
    """Pages that follow from the ledger, as they should be."""
    return made(LEDGER)


def stale(wanted: Mapping[Path, str]) -> list[str]:
    """Names of the pages that are not up to date."""
    return [path.name for path, text in wanted.items() if not path.exists() or path.read_text(encoding="utf-8") != text]


def benchmarks(file: str) -> dict[Path, str]:
    """READMEs with the figures that `python -m benchmarks --json` gave."""
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
    ]
    return made({page: {"benchmarks": lambda: table(head, rows)} for page in ("README.md", "README.ja.md")})


PICTURES = {"report-head": "#glance", "report-energy": "#energy_sankey", "report-money": "#who_gets_what"}
"""Pictures of README, each by the part of the report that it shows."""


def pictures(chromium: str = "/usr/bin/chromium") -> None:
    """Draw the report of the first example and take its pictures, 1440 px wide."""
    from playwright.sync_api import sync_playwright

    with tempfile.TemporaryDirectory() as folder, sync_playwright() as play:
        file = Path(folder) / "report.html"
        file.write_bytes(Run(inputs.read_spec(EXAMPLE), faces=(report.STAGE,)).get("report"))
        browser = play.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        page = browser.new_page(viewport={"width": 1440, "height": 1400}, color_scheme="light")
        page.goto(file.as_uri())
        for name, part in PICTURES.items():
            place, head = page.locator(part), name == "report-head"
            place.scroll_into_view_if_needed()
            page.wait_for_timeout(4_000)  # figures are drawn as they come into view
            box = place.bounding_box()
            assert box is not None
            left, top = (0.0, 0.0) if head else (box["x"] - 16, box["y"] - 12)
            width, bottom = 1440 if head else box["width"] + 32, box["y"] + box["height"]
            page.screenshot(
                path=ROOT / "docs" / "img" / f"{name}.png",
                clip={"x": left, "y": top, "width": width, "height": bottom - top},
            )
        browser.close()


def main(arguments: Sequence[str]) -> None:
    if "--pictures" in arguments:
        return pictures()
    steps: list[Callable[[], dict[Path, str]]] = [pages] if "--code" in arguments else [pages, measured, held]
    if "--bench" in arguments:
        steps = [partial(benchmarks, arguments[-1])]
    old = list[str]()
    for step in steps:
        wanted = step()
        old += stale(wanted)
        if "--check" not in arguments:
            for path, text in wanted.items():
                path.write_text(text, encoding="utf-8")
    if "--check" in arguments and old:
        sys.exit(f"stale: {', '.join(dict.fromkeys(old))}. Run scripts/build_docs.py")


if __name__ == "__main__":
    try:
        main(sys.argv[1:])
    except CampusError as error:
        sys.exit(str(error))
