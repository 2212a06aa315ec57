"""What pydantic finds wrong, as a problem with file, line, key path, value and the way out."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator
from typing import Any, get_origin

from pydantic.fields import FieldInfo

from gigacampus.campus.spec.campus import Campus
from gigacampus.campus.spec.parse import Lines, Path, dotted
from gigacampus.campus.spec.part import Part
from gigacampus.errors import Problem, shorten

_NEEDED = {
    "model_type": "a mapping of keys to values",
    "dict_type": "a mapping of names to values",
    "list_type": "a list",
    "string_type": "text",
    "int_type": "a whole number",
    "int_parsing": "a whole number",
    "float_type": "a number",
    "float_parsing": "a number",
    "bool_type": "true or false",
    "bool_parsing": "true or false",
}


def problem(error: Any, tree: Any, lines: Lines, file: str) -> Problem:
    """One error of pydantic as a problem in the file; what compares parts names one of them `at`, by its path."""
    path = _real_path((*error["loc"], *error.get("ctx", {}).get("at", ())), tree)
    line = next((lines[path[:n]] for n in range(len(path), -1, -1) if path[:n] in lines), 1)
    fields = _fields_at(path[:-1])
    message, value, fix = error["msg"], shorten(error["input"]), ""
    if error["type"] == "missing":
        about = fields[str(path[-1])].description if path and path[-1] in fields else ""
        message, value, fix = "is missing", "", f"Add it: {about}" if about else "Add it"
    elif error["type"] == "extra_forbidden":
        message, value, fix = f"unknown key {shorten(path[-1])}", "", _meant(path, error["input"])
    elif error["type"] in _NEEDED:
        message = f"{_NEEDED[error['type']]} is needed here"
    else:
        message = re.sub(r"^(Value error, |Input )", "", message)
        value = "" if isinstance(error["input"], dict) else value  # what its parts say together is in the message
    return Problem(message, dotted(path), line, value, fix, file)


def _meant(path: Path, given: Any) -> str:
    """What an unknown key may have been meant as: one that is spelt alike, one that stands elsewhere, or a name."""
    key, fields = str(path[-1]), _fields_at(path[:-1])
    near = difflib.get_close_matches(key, fields, n=1, cutoff=0.6)
    if near and difflib.SequenceMatcher(None, key, near[0]).ratio() > 0.85:
        return f"Did you mean {near[0]!r}?"
    places = _places(key, _nouns_at(path[:-1])) or _places(key, [Campus])
    if key in Campus.model_fields:
        return f"{key} stands at the top"
    if 0 < len(places) <= 3:
        return f"{key} stands in {' or '.join(places)}"
    if near:
        return f"Did you mean {near[0]!r}?"
    known, named = ", ".join(fields), [name for name, field in fields.items() if get_origin(field.annotation) is dict]
    if isinstance(given, dict) and len(named) == 1:
        return f"A name of your own stands in {named[0]}. Known keys here: {known}"
    return f"Known keys here: {known}" + ". A text that holds a comma stands in quotes" * (given is None)


def _places(key: str, nouns: list[type[Part]]) -> list[str]:
    """Where below some nouns a key stands, where it is least deep: ``leases.<name>``."""
    level, seen = [("", noun) for noun in nouns], set(nouns)
    while level:
        below = [
            (f"{way}.{name}" + ".<name>" * (get_origin(field.annotation) is dict), noun)
            for way, part in level for name, field in part.model_fields.items() for noun in _nouns(field.annotation)
        ]  # fmt: skip
        level = [(way, noun) for way, noun in below if noun not in seen]
        seen |= {noun for _, noun in level}
        if found := [way.lstrip(".") for way, noun in level if key in noun.model_fields]:
            return list(dict.fromkeys(found))
    return []


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
    return {name: field for noun in _nouns_at(path) for name, field in noun.model_fields.items()}


def _nouns_at(path: Path) -> list[type[Part]]:
    """The noun at a path, or each that it may be."""
    nouns: list[type[Part]] = [Campus]
    keyed = False
    for part in path:
        if isinstance(part, int) or keyed:
            keyed = False
            continue
        fields = [noun.model_fields[part] for noun in nouns if part in noun.model_fields]
        nouns = [noun for field in fields for noun in _nouns(field.annotation)]
        keyed = any(get_origin(field.annotation) is dict for field in fields)
    return nouns


def _nouns(annotation: Any) -> Iterator[type[Part]]:
    if isinstance(annotation, type) and issubclass(annotation, Part):
        yield annotation
    for argument in getattr(annotation, "__args__", ()):
        yield from _nouns(argument)
