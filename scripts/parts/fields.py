"""The data dictionary: every field of the spec, and the units that YAML may write."""

from __future__ import annotations

import types
from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Literal, Union, get_args, get_origin

import annotated_types
from parts.markdown import anchor, cell, plain, table
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from gigacampus.campus import catalog
from gigacampus.campus.spec import Campus
from gigacampus.campus.spec.deal import Findable
from gigacampus.campus.spec.deal.terms import Printed
from gigacampus.campus.spec.part import FromCatalog, Part
from gigacampus.campus.spec.supply import Plant
from gigacampus.quantities import ACCEPTED, Quantity, format_quantity


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


WORDS: Mapping[Any, str] = {
    Printed: "figure as printed, with its unit",
    Any: "any value",
    str: "text",
    float: "number",
    int: "whole number",
    bool: "true or false",
}


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
