"""The spec: nouns of a campus, strict, with units, and where each of their values comes from.

`read` turns the text of one YAML file into a `Loaded`: the `Campus` with every default filled in, and the `Origin` of
each of its values (line of the file, catalogue entry, or default). It opens no file.
"""

from __future__ import annotations

import difflib
import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, get_origin

from pydantic import ValidationError
from pydantic.fields import FieldInfo

from gigacampus.campus import catalog
from gigacampus.campus.spec.campus import Campus, Document
from gigacampus.campus.spec.parse import Lines, Path, dotted, parse
from gigacampus.campus.spec.part import FromCatalog, Part
from gigacampus.errors import Problem, SpecError, shorten

__all__ = ["Campus", "Loaded", "Origin", "json_schema", "leaves", "read"]

MAX_PROBLEMS = 12


@dataclass(frozen=True)
class Origin:
    """Where one value of the spec comes from.

    `kind` is spec, catalog or default; `grade` one of `catalog.GRADES`; `line` that of the file for kind spec.
    """

    path: str
    value: Any
    kind: str
    grade: str
    source: catalog.Source
    line: int | None = None
    year: int | None = None
    note: str = ""


@dataclass(frozen=True)
class Loaded:
    """A campus, the text it was read from, and the origin of each of its values by dotted path."""

    campus: Campus
    text: str
    file: str
    origins: dict[str, Origin]


def read(text: str, file: str = "") -> Loaded:
    """Read a campus from YAML text.

    Raises
    ------
    SpecError
        One problem a line: file, line, key path, what is wrong, the value and the way out.
    """
    tree, lines = parse(text, file)
    try:
        campus = Campus.model_validate(tree, context={"written": True})
    except ValidationError as error:
        problems = [_problem(e, tree, lines, file) for e in error.errors(include_url=False)[:MAX_PROBLEMS]]
        raise SpecError(*dict.fromkeys(problems)) from None
    return Loaded(campus, text, file, _origins(campus, lines, file))


def json_schema() -> dict[str, Any]:
    """The JSON Schema (draft 7) that editors complete and check a spec by."""
    schema = Campus.model_json_schema(ref_template="#/definitions/{model}", mode="validation")
    schema["definitions"] = schema.pop("$defs")
    _accept_names(schema["definitions"])
    return {"$schema": "http://json-schema.org/draft-07/schema#", "title": "gigacampus campus"} | schema


def _accept_names(definitions: dict[str, Any]) -> None:
    """A noun from the catalogue may be its entry's name alone, and no figure of it is required."""
    for model in _descendants(FromCatalog):
        if model.__name__ in definitions:
            whole = definitions[model.__name__]
            whole.pop("required", None)
            words = {"type": "string", "enum": catalog.names(model.section)}
            definitions[model.__name__] = {"anyOf": [words, whole], "description": whole.get("description", "")}
    if "Weather" in definitions:
        definitions["Weather"] = {"anyOf": [{"type": "string"}, definitions["Weather"]]}


def _descendants(model: type[FromCatalog]) -> Iterator[type[FromCatalog]]:
    for child in model.__subclasses__():
        yield child
        yield from _descendants(child)


def _problem(error: Any, tree: Any, lines: Lines, file: str) -> Problem:
    path = _real_path(error["loc"], tree)
    line = next((lines[path[:n]] for n in range(len(path), -1, -1) if path[:n] in lines), 1)
    fields = _fields_at(path[:-1])
    message, value, fix = error["msg"], shorten(error["input"]), ""
    if error["type"] == "missing":
        about = fields[str(path[-1])].description if path and path[-1] in fields else ""
        message, value, fix = "is missing", "", f"Add it: {about}" if about else "Add it"
    elif error["type"] == "extra_forbidden":
        near = difflib.get_close_matches(str(path[-1]), fields, n=1, cutoff=0.6)
        message, value = f"unknown key {shorten(path[-1])}", ""
        fix = f"Did you mean {near[0]!r}?" if near else f"Known keys here: {', '.join(fields)}"
    else:
        message = re.sub(r"^(Value error, |Input )", "", message)
    return Problem(message, dotted(path), line, value, fix, file)


def _real_path(loc: tuple[Any, ...], tree: Any) -> Path:
    """Drop the parts of a location that pydantic adds (union members, function names) and the tree does not have."""
    path: list[str | int] = []
    for index, part in enumerate(loc):
        last = index == len(loc) - 1
        if isinstance(tree, dict) and isinstance(part, str) and (part in tree or last or _has_field(tuple(path), part)):
            path.append(part)
            tree = tree.get(part)
        elif isinstance(tree, list) and isinstance(part, int):
            path.append(part)
            tree = tree[part] if part < len(tree) else None
        elif tree is None and _has_field(tuple(path), part):
            path.append(part)
    return tuple(path)


def _has_field(path: Path, part: Any) -> bool:
    return part in _fields_at(path)


def _fields_at(path: Path) -> dict[str, FieldInfo]:
    """Fields that a mapping at a path may have: those of its noun, or of each noun that it may be."""
    nouns: list[type[Part]] = [Campus]
    keyed = False
    for part in path:
        if isinstance(part, int) or keyed:
            keyed = False
            continue
        fields = [noun.model_fields[part] for noun in nouns if part in noun.model_fields]
        nouns = [noun for field in fields for noun in _nouns(field.annotation)]
        keyed = any(get_origin(field.annotation) is dict for field in fields)
    return {name: field for noun in nouns for name, field in noun.model_fields.items()}


def _nouns(annotation: Any) -> Iterator[type[Part]]:
    if isinstance(annotation, type) and issubclass(annotation, Part):
        yield annotation
    for argument in getattr(annotation, "__args__", ()):
        yield from _nouns(argument)


def leaves(part: Any, path: Path = ()) -> Iterator[tuple[Path, Any, Part | None]]:
    """Every plain value of a spec in order, with its path and the noun that holds it."""
    if isinstance(part, Part):
        for name in type(part).model_fields:
            value = getattr(part, name)
            if isinstance(value, (Part, list, dict)):
                yield from leaves(value, (*path, name))
            else:
                yield (*path, name), value, part
    elif isinstance(part, dict):
        for key, value in part.items():
            yield from (
                leaves(value, (*path, key))
                if isinstance(value, (Part, list, dict))
                else iter([((*path, key), value, None)])
            )
    elif isinstance(part, list):
        for index, value in enumerate(part):
            yield from (
                leaves(value, (*path, index))
                if isinstance(value, (Part, list, dict))
                else iter([((*path, index), value, None)])
            )


def _origins(campus: Campus, lines: Lines, file: str) -> dict[str, Origin]:
    cited = {path: document for document in campus.sources.values() for path in document.gives}
    origins: dict[str, Origin] = {}
    for path, given, holder in leaves(campus):
        value = given
        if path[0] == "sources" or value is None:
            continue
        name = dotted(path)
        if isinstance(given, float) and math.isnan(given):
            value = "unknown"  # found from a published figure by the deal's solve
        document = cited.get(name) or next((d for p, d in cited.items() if name.startswith((p + ".", p + "["))), None)
        if path in lines:
            origins[name] = _from_spec(name, value, lines[path], document)
        elif (
            isinstance(holder, FromCatalog)
            and holder.use
            and path[-1] in catalog.entry(holder.section, holder.use).figures
        ):
            figure = catalog.entry(holder.section, holder.use).figures[str(path[-1])]
            origins[name] = Origin(
                name, value, "catalog", figure.grade, figure.source, year=figure.year, note=figure.note
            )
        else:
            origins[name] = Origin(name, value, "default", "A", catalog.Source("default of gigacampus, assumed"))
    known = set(origins)
    for path in cited:
        if not any(name == path or name.startswith((path + ".", path + "[")) for name in known):
            near = difflib.get_close_matches(path, known, n=1, cutoff=0.5)
            line = next((n for p, n in lines.items() if p[:1] == ("sources",) and p[2:3] == ("gives",)), None)
            fix = f"Did you mean {near[0]!r}?" if near else "Name a value that stands in this file"
            raise SpecError(
                Problem("the source gives a value that the spec does not have", path, line, file=file, fix=fix)
            )
    return origins


def _from_spec(name: str, value: Any, line: int, document: Document | None) -> Origin:
    if document is None:
        return Origin(name, value, "spec", "A", catalog.Source("given in the spec without a source"), line)
    return Origin(
        name, value, "spec", document.grade, catalog.Source(document.title, document.url, document.date), line
    )
