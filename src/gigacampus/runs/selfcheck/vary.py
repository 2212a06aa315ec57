"""Any field of a spec, drawn from what its model says: its type, its bounds, the catalogue's figure or default.

Numbers lie within half and twice what the spec would have, now and then at a bound, zero or below; switches, words and
catalogue entries are any that the type allows. What the models refuse together (dates out of order, shares above one)
is not kept, so that a field that is added to a noun is drawn without a line here.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Any, Literal, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo

from gigacampus.campus import catalog
from gigacampus.campus.spec.part import FromCatalog
from gigacampus.quantities import Quantity, format_quantity
from gigacampus.runs.selfcheck.draw import Draw, Tree

Place = tuple[str | int, ...]
Change = tuple[Place, Any]

CLOSED = {"schema_version", "use", "kind", "window", "capacity_ratio", "chiller"}
"""Parts and fields that are not drawn: what kind of thing it is, a window that would take long, and what the physics
refuses with a reason unless its fellows change with it (a cooler's flows, a chiller's curves)."""


def varied(draw: Draw, model: type[BaseModel], tree: Tree, share: float) -> Tree:
    """The tree, valid for a model, with a share of its fields changed; what is written in it stays."""
    whole = model.model_validate(tree)
    changes = [change for change in _drawn(draw, whole, tree, ()) if draw.chance(share)]
    return _kept(model, tree, changes)


def _kept(model: type[BaseModel], tree: Tree, changes: Sequence[Change]) -> Tree:
    """The tree with all changes that it can bear: all at once, or each half of them."""
    if not changes:
        return tree
    new = tree
    for place, value in changes:
        new = _with(new, place, value)
    try:
        model.model_validate(new)
    except ValidationError:
        half = len(changes) // 2
        return _kept(model, _kept(model, tree, changes[:half]), changes[half:]) if half else tree
    return new


def _with(tree: Any, place: Place, value: Any) -> Any:
    """The tree with a value at a place; an entry's name alone becomes a mapping that uses it."""
    if not place:
        return value
    key, *rest = place
    if isinstance(tree, list):
        return [_with(item, tuple(rest), value) if at == key else item for at, item in enumerate(tree)]
    known = {"use": tree} if isinstance(tree, str) else tree or {}
    return {**known, key: _with(known.get(key), tuple(rest), value)}


def _drawn(draw: Draw, part: BaseModel, tree: Any, place: Place) -> Iterator[Change]:
    """A new value for each field of a part and of those in it that the tree does not write itself."""
    for name, field in type(part).model_fields.items():
        value, at = getattr(part, name), (*place, name)
        written = tree.get(name) if isinstance(tree, dict) else None
        if isinstance(value, BaseModel) and (written is not None or name not in CLOSED):
            if isinstance(value, FromCatalog) and written is None and draw.chance(0.2):
                yield at, {"use": draw.pick(catalog.names(value.section))}
            yield from _drawn(draw, value, written, at)
        elif isinstance(value, dict) and isinstance(written, dict):
            for key, item in value.items():
                if isinstance(item, BaseModel):
                    yield from _drawn(draw, item, written.get(key), (*at, key))
        elif isinstance(value, list) and isinstance(written, list):
            for index, item in enumerate(value):
                if isinstance(item, BaseModel):
                    yield from _drawn(draw, item, written[index], (*at, index))
        elif written is None and name not in CLOSED:
            yield from ((at, new) for new in _values(draw, name, field, value))


def _values(draw: Draw, name: str, field: FieldInfo, old: Any) -> Iterator[Any]:
    """A new value of a field, if its type says what it may be."""
    kinds = [field, *_within(field.annotation)]
    words = [word for kind in kinds if get_origin(kind) is Literal for word in get_args(kind)]
    if words:
        yield draw.pick(words)
    elif isinstance(old, bool):
        yield not old
    elif isinstance(old, int) and name.endswith("year"):
        yield old + draw.whole(-10, 10)
    elif isinstance(old, (int, float)):
        yield _number(draw, kinds, old)


def _within(annotation: Any) -> list[Any]:
    return [annotation, *(inner for argument in get_args(annotation) for inner in _within(argument))]


def _number(draw: Draw, kinds: Sequence[Any], old: float) -> Any:
    marks = [mark for kind in kinds for mark in getattr(kind, "metadata", getattr(kind, "__metadata__", ()))]
    quantity = next((mark for mark in marks if isinstance(mark, Quantity)), None)
    lows = [getattr(mark, name, None) for mark in marks for name in ("ge", "gt", "at_least", "above")]
    highs = [getattr(mark, name, None) for mark in marks for name in ("le", "lt", "at_most")]
    low = max((bound for bound in lows if bound is not None), default=-math.inf)
    high = min((bound for bound in highs if bound is not None), default=math.inf)
    if draw.chance(0.05):
        new = float(draw.pick([low, high, 0.0, -old]))
    else:
        new = float(f"{(old or 0.02) * draw.size(0.5, 2.0):.4g}")
    new = min(max(new, low), high) if math.isfinite(new) else old
    if quantity is not None and quantity.unit:
        return format_quantity(new, quantity.unit)
    return round(new) if isinstance(old, int) else new
