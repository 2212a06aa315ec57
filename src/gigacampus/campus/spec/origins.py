"""Where each value of a spec comes from: a line of the file, a catalogue entry, or a default."""

from __future__ import annotations

import difflib
import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from gigacampus.campus import catalog
from gigacampus.campus.spec.campus import Campus, Document
from gigacampus.campus.spec.parse import Lines, Path, dotted
from gigacampus.campus.spec.part import FromCatalog, Part
from gigacampus.errors import Problem, SpecError
from gigacampus.quantities import Quantity


@dataclass(frozen=True)
class Origin:
    """Where one value of the spec comes from.

    `kind` is spec, catalog or default; `grade` one of `catalog.GRADES`; `line` that of the file for kind spec; `unit`
    that of the value, empty where it has none.
    """

    path: str
    value: Any
    kind: str
    grade: str
    source: catalog.Source
    line: int | None = None
    year: int | None = None
    note: str = ""
    unit: str = ""

    @property
    def number(self) -> bool:
        """Whether the value is a number: only numbers have sources to speak of."""
        return isinstance(self.value, (int, float)) and not isinstance(self.value, bool)

    @property
    def is_date(self) -> bool:
        """Whether the value is a day."""
        return isinstance(self.value, date)

    @property
    def assumed(self) -> bool:
        """Whether it is assumed or unconfirmed."""
        return catalog.GRADES[self.grade] == "assumed"


Filled = tuple[FromCatalog, Path]
"""A noun that a catalogue entry fills, and the path of one field of it."""


def leaves(
    part: Any, path: Path = (), filled: Filled | None = None, holder: Any = None
) -> Iterator[tuple[Path, Any, Part, Any]]:
    """Every plain value of a spec in order: path, value, the noun that holds it, and the catalogue's field it is in."""
    if isinstance(part, Part):
        holder = part
        items: Any = ((name, getattr(part, name)) for name in type(part).model_fields)
    else:
        items = part.items() if isinstance(part, dict) else enumerate(part)
    for key, value in items:
        within = (part, (*path, key)) if isinstance(part, FromCatalog) else filled
        if isinstance(value, (Part, list, dict)):
            yield from leaves(value, (*path, key), within, holder)
        else:
            yield (*path, key), value, holder, within


def origins(campus: Campus, lines: Lines, file: str, changed: Iterable[str] = ()) -> dict[str, Origin]:
    """The origin of each value by dotted path; those that the caller `changed` have no source any more.

    Raises
    ------
    SpecError
        If a source gives a value that the spec does not have.
    """
    changed = tuple(changed)
    cited = {path: document for document in campus.sources.values() for path in document.gives}
    found = {}
    for path, value, holder, filled in leaves(campus):
        if path[0] != "sources" and value is not None:
            name = dotted(path)
            if isinstance(value, float) and math.isnan(value):
                value = "unknown"  # found from a published figure by the deal's solve  # noqa: PLW2901
            if any(_within(name, part) for part in changed):
                origin = Origin(name, value, "spec", "A", catalog.Source("changed by the caller"))
            else:
                origin = _origin(name, path, value, filled, lines, _document(name, cited))
            found[name] = replace(origin, unit=_unit(holder, path))
    for path_cited in cited:
        if not changed and not any(_within(name, path_cited) for name in found):
            raise _stale(path_cited, found, lines, file)
    return found


def _within(name: str, part: str) -> bool:
    return name == part or name.startswith((part + ".", part + "["))


def _document(name: str, cited: Mapping[str, Document]) -> Document | None:
    return cited.get(name) or next((document for part, document in cited.items() if _within(name, part)), None)


def _origin(
    name: str, path: Path, value: Any, filled: Filled | None, lines: Lines, document: Document | None
) -> Origin:
    if path in lines:
        if document is None:
            return Origin(name, value, "spec", "A", catalog.Source("given in the spec without a source"), lines[path])
        source = catalog.Source(document.title, document.url, str(document.date))
        return Origin(name, value, "spec", document.grade, source, lines[path])
    if filled is not None and filled[0].use and filled[1] not in lines:
        entry, field = catalog.entry(filled[0].section, filled[0].use), str(filled[1][-1])
        figure = entry.figures.get(field)
        if figure is not None:
            return Origin(name, value, "catalog", figure.grade, figure.source, year=figure.year, note=figure.note)
        if field in entry.text:
            return Origin(name, value, "catalog", "D", catalog.Source(str(entry.text.get("title", filled[0].use))))
    return Origin(name, value, "default", "A", catalog.Source("default of gigacampus, assumed"))


def _unit(holder: Part, path: Path) -> str:
    fields = type(holder).model_fields
    field = fields[next(str(part) for part in reversed(path) if part in fields)]
    return next((mark.unit for mark in (*field.metadata, *_marks(field.annotation)) if isinstance(mark, Quantity)), "")


def _marks(annotation: Any) -> Iterator[Any]:
    """Metadata anywhere in an annotation, as in ``MW | None``."""
    yield from getattr(annotation, "__metadata__", ())
    for argument in getattr(annotation, "__args__", ()):
        yield from _marks(argument)


def _stale(path: str, found: Mapping[str, Origin], lines: Lines, file: str) -> SpecError:
    near = difflib.get_close_matches(path, found, n=1, cutoff=0.5)
    line = next((n for p, n in lines.items() if p[:1] == ("sources",) and p[2:3] == ("gives",)), None)
    fix = f"Did you mean {near[0]!r}?" if near else "Name a value that stands in this file"
    return SpecError(Problem("the source gives a value that the spec does not have", path, line, file=file, fix=fix))
