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
        message, value, fix = f"unknown key {shorten(path[-1])}", "", _way_out(path, error["input"])
    elif error["type"] in _NEEDED:
        message = f"{_NEEDED[error['type']]} is needed here"
    else:
        message = re.sub(r"^(Value error, |Input )", "", message)
        value = "" if isinstance(error["input"], dict) else value  # what its parts say together is in the message
    return Problem(message, dotted(path), line, value, fix, file)


def _way_out(path: Path, given: Any) -> str:
    """Where an unknown key belongs, the key that looks like it, or those that there are."""
    key, here, fields = str(path[-1]), _nouns_at(path[:-1]), _fields_at(path[:-1])
    places = _places(key, here) or _places(key, [Campus])
    near = difflib.get_close_matches(key, fields, n=1, cutoff=0.6)
    named = [name for name, field in fields.items() if get_origin(field.annotation) is dict]
    if places:
        return f"{key} stands {' or '.join(places)}"
    if near:
        return f"Did you mean {near[0]!r}?"
    if isinstance(given, dict) and len(named) == 1:
        return f"A name of your own stands in {named[0]}. Known keys here: {', '.join(fields)}"
    comma = ". A text that holds a comma stands in quotes" if given is None else ""
    return f"Known keys here: {', '.join(fields)}{comma}"


MOST = 3
"""Places at most that are named for a key; one that stands in more of them is too common to say so."""


def _places(key: str, nouns: list[type[Part]]) -> list[str]:
    """Where a key stands below some nouns, each noun by the shortest way to it; none where it stands in many."""
    found, seen, queue = [], set(nouns), [(noun, "") for noun in nouns]
    for noun, way in queue:
        if key in noun.model_fields:
            found.append(f"in {way}" if way else "at the top")
        for name, field in noun.model_fields.items():
            kind = get_origin(field.annotation)
            mark = ".<name>" if kind is dict else "[n]" if kind is list else ""
            for child in _nouns(field.annotation):
                if child not in seen:
                    seen.add(child)
                    queue.append((child, f"{way}.{name}{mark}".lstrip(".")))
    places = list(dict.fromkeys(found))
    return places if len(places) <= MOST else []


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
