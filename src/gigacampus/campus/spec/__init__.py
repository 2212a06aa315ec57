"""The spec: nouns of a campus, strict, with units, and where each of their values comes from.

`read` turns the text of one YAML file into a `Loaded`: the `Campus` with every default filled in, and the `Origin` of
each of its values (line of the file, catalogue entry, or default). It opens no file.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from pydantic import ValidationError

from gigacampus.campus import catalog
from gigacampus.campus.spec.campus import Campus
from gigacampus.campus.spec.origins import Origin, leaves, origins
from gigacampus.campus.spec.parse import parse
from gigacampus.campus.spec.part import FromCatalog
from gigacampus.campus.spec.problems import problem
from gigacampus.errors import Problem, SpecError

__all__ = ["Campus", "Loaded", "Origin", "json_schema", "leaves", "read"]

MAX_PROBLEMS = 12


@dataclass(frozen=True)
class Loaded:
    """A campus, the text it was read from, and the origin of each of its values by dotted path."""

    campus: Campus
    text: str
    file: str
    origins: dict[str, Origin]
    changes: Mapping[str, Any] = field(default_factory=dict)

    @property
    def as_run(self) -> str:
        """The text, or, where values were changed, the changed spec as JSON, which is YAML too."""
        if not self.changes:
            return self.text
        tree, _ = parse(self.text, self.file)
        for name, value in self.changes.items():
            _set(tree, name, value)
        return json.dumps(tree, indent=2, ensure_ascii=False, default=str) + "\n"


def read(text: str, file: str = "", changes: Mapping[str, Any] | None = None) -> Loaded:
    """Read a campus from YAML text.

    Parameters
    ----------
    text : str
    file : str
        Name for messages.
    changes : mapping of dotted path to value, optional
        Values that replace those of the text, or stand where it has none, written as YAML would have them:
        ``{"supply.plants.solar.capacity": "3 GW", "compute.phases[0].ready": "2029-01-01"}``.

    Raises
    ------
    SpecError
        One problem a line: file, line, key path, what is wrong, the value and the way out.
    """
    tree, lines = parse(text, file)
    for name, value in (changes or {}).items():
        _set(tree, name, value)
    try:
        campus = Campus.model_validate(tree, context={"written": True})
    except ValidationError as error:
        problems = [problem(e, tree, lines, file) for e in error.errors(include_url=False)[:MAX_PROBLEMS]]
        raise SpecError(*dict.fromkeys(problems)) from None
    return Loaded(campus, text, file, origins(campus, lines, file, changes or ()), changes or {})


def _set(tree: Any, name: str, value: Any) -> None:
    """Put a value at a dotted path of a tree, with mappings on the way where there are none."""
    *way, last = [int(part) if part.isdigit() else part for part in re.findall(r"[^.\[\]]+", name)]
    try:
        for part in way:
            tree = tree.setdefault(part, {}) if isinstance(tree, dict) else tree[part]
        tree[last] = value
    except (IndexError, TypeError, KeyError):
        raise SpecError(Problem("no such place in the spec", name)) from None


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
    for name, also in (("Weather", "string"), ("Entity", "null")):
        definitions[name] = {"anyOf": [{"type": also}, definitions[name]]}


def _descendants(model: type[FromCatalog]) -> Iterator[type[FromCatalog]]:
    for child in model.__subclasses__():
        yield child
        yield from _descendants(child)
