"""YAML text to plain values, each with its line, within caps that no file can talk us out of.

Events are read lazily and the tree is built here, so that depth, size and number of nodes are checked before anything
is built; anchors, aliases, tags, duplicate keys and several documents are refused with their line.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    DocumentEndEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
    StreamEndEvent,
)

from gigacampus.errors import Problem, SpecError, shorten

MAX_BYTES = 500_000
MAX_DEPTH = 64
MAX_NODES = 10_000

Path = tuple[str | int, ...]
Lines = dict[Path, int]

_INT = re.compile(r"[-+]?[0-9]{1,18}")
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")
_WORDS: dict[str, bool | None] = {"": None, "null": None, "~": None, "true": True, "false": False}


def dotted(path: Path) -> str:
    """Write a path as a reader says it: ``compute.phases[0].power``."""
    return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path).lstrip(".")


def parse(text: str, file: str = "") -> tuple[dict[str, Any], Lines]:
    """Read one YAML mapping.

    Returns
    -------
    The mapping, and for each path in it the line (from 1) on which it stands.

    Raises
    ------
    SpecError
        With file and line, for anything that is not one plain mapping within the caps.
    """
    if len(text) > MAX_BYTES:
        raise SpecError(Problem("the file is too large", file=file, fix=f"The limit is {MAX_BYTES:,} characters"))
    reader = _Reader(file)
    yaml = YAML(typ="safe", pure=True)
    try:
        tree = reader.document(iter(yaml.parse(text)))
    except YAMLError as error:
        raise SpecError(_unreadable(error, text, file)) from None
    except (ValueError, RecursionError, AssertionError) as error:
        raise SpecError(Problem(f"not valid YAML: {shorten(str(error), 120)}", file=file, line=1)) from None
    if not isinstance(tree, dict):
        raise SpecError(
            Problem(
                "a campus is a mapping of keys to values",
                file=file,
                line=1,
                value=shorten(tree),
                fix="Start from 'gigacampus new'",
            )
        )
    return tree, reader.lines


_OPENED = {
    "flow mapping": ("the { is not closed, or lacks a comma", "Close it with }, and part its entries by commas"),
    "flow sequence": ("the [ is not closed, or lacks a comma", "Close it with ], and part its entries by commas"),
    "quoted scalar": ("the quote is never closed", "Close it with the quote that opens it"),
    "simple key": ("a key has no value", "Write 'key: value', with a space after the colon"),
}
"""What was being read when a fault came up: its message, which stands where that began, and the way out."""


def _unreadable(error: YAMLError, text: str, file: str) -> Problem:
    """What the reader of YAML cannot read, in the words of one who writes it."""
    mark = error.problem_mark if isinstance(error, MarkedYAMLError) else None
    reason = str(getattr(error, "problem", None) or "unreadable text")
    line = mark.line + 1 if mark else 1
    opened = next((said for what, said in _OPENED.items() if what in str(getattr(error, "context", ""))), None)
    before = text.splitlines()[mark.line][: mark.column] if mark and mark.line < len(text.splitlines()) else ""
    message, fix = shorten(reason, 120).strip("'\""), ""
    if "character '\\t'" in reason:
        message, fix = "a tab stands where the line begins", "Indent with spaces"
    elif "cannot start any token" in reason:
        message, fix = f"a text cannot begin with {reason.split()[2]}", "Put it in quotes"
    elif opened and isinstance(error, MarkedYAMLError) and error.context_mark:
        (message, fix), line = opened, error.context_mark.line + 1
    elif "mapping values" in reason and ":" in before:
        message, fix = "a second ': ' stands in the line", "Put a text that holds one in quotes"
    elif "mapping values" in reason:
        message, fix = "the line is indented deeper than the one above, which has its value", "Indent both alike"
    elif "block end" in reason and "<block" in reason.rpartition("found")[2]:
        message, fix = "the line is indented like none above it", "Indent all keys of one mapping by the same spaces"
    elif "block end" in reason:
        message, fix = f"what stands before is complete, and {reason.rpartition('found ')[2]} follows", "Take it out"
    return Problem(f"not valid YAML: {message}", file=file, line=line, fix=fix)


class Written(float):
    """A number that keeps its text, in which a last zero may count."""

    text: str

    def __new__(cls, text: str) -> Written:
        self = super().__new__(cls, text)
        self.text = text
        return self

    def __getnewargs__(self) -> tuple[str]:  # type: ignore[override]
        return (self.text,)


class _Reader:
    def __init__(self, file: str) -> None:
        self.file = file
        self.lines: Lines = {}
        self.nodes = 0

    def fail(self, message: str, event: Any, fix: str = "") -> SpecError:
        return SpecError(Problem(message, file=self.file, line=event.start_mark.line + 1, fix=fix))

    def document(self, events: Iterator[Any]) -> Any:
        tree: Any = None
        seen = False
        for event in events:
            if isinstance(event, (MappingStartEvent, SequenceStartEvent, ScalarEvent, AliasEvent)):
                if seen:
                    raise self.fail("a second document in one file", event, "Keep one campus a file")
                tree, seen = self.node(event, events, (), 1), True
            elif isinstance(event, (DocumentEndEvent, StreamEndEvent)):
                continue
        return tree

    def node(self, event: Any, events: Iterator[Any], path: Path, depth: int) -> Any:
        self.nodes += 1
        self.lines[path] = event.start_mark.line + 1
        if self.nodes > MAX_NODES:
            raise self.fail("the file has too many values", event, f"The limit is {MAX_NODES:,}")
        if depth > MAX_DEPTH:
            raise self.fail("nested too deeply", event, f"The limit is {MAX_DEPTH} levels")
        if isinstance(event, AliasEvent) or getattr(event, "anchor", None):
            raise self.fail("anchors and aliases are not read", event, "Write the value out")
        tag = getattr(event, "tag", None)
        if tag and not (isinstance(event, ScalarEvent) and str(tag) == "!"):
            raise self.fail(f"tags are not read, and {shorten(str(tag))} is one", event, "Write a plain value")
        if isinstance(event, ScalarEvent):
            return _scalar(event)
        if isinstance(event, SequenceStartEvent):
            return self.sequence(events, path, depth)
        return self.mapping(events, path, depth)

    def sequence(self, events: Iterator[Any], path: Path, depth: int) -> list[Any]:
        items: list[Any] = []
        for event in events:
            if isinstance(event, SequenceEndEvent):
                return items
            items.append(self.node(event, events, (*path, len(items)), depth + 1))
        raise ValueError("the list does not end")

    def mapping(self, events: Iterator[Any], path: Path, depth: int) -> dict[str, Any]:
        items: dict[str, Any] = {}
        for event in events:
            if isinstance(event, MappingEndEvent):
                return items
            if not isinstance(event, ScalarEvent):
                raise self.fail("a key must be a word", event)
            key = event.value
            if len(key) > 200:
                raise self.fail("a key of over 200 characters", event)
            if key in items:
                raise self.fail(f"the key {shorten(key)} stands twice", event, "Keep one of the two")
            items[key] = self.node(next(events), events, (*path, key), depth + 1)
            self.lines[(*path, key)] = event.start_mark.line + 1
        raise ValueError("the mapping does not end")


def _scalar(event: Any) -> Any:
    """Resolve a plain scalar by the YAML 1.2 core schema; a quoted one is text."""
    value: str = event.value
    if event.style is not None:
        return value
    if value.lower() in _WORDS:
        return _WORDS[value.lower()]
    if _INT.fullmatch(value):
        return int(value)
    if _FLOAT.fullmatch(value) and len(value) < 40:
        return Written(value)
    return value
