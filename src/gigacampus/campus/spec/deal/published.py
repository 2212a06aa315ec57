"""What public sources print about a deal, and the readings of terms that they leave open."""

from __future__ import annotations

import re
from typing import Any

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from gigacampus.campus.spec.deal.terms import Figure, When
from gigacampus.campus.spec.part import Part
from gigacampus.quantities import Rate


class Published(Part):
    """A published figure, with the rounding that it is printed with."""

    row: str | None = Field(
        None,
        description="row of the statement, inputs such as loans.notes.amount included, or metric such as dscr_min or "
        "irr.blue_owl; a row of months counts by its sum, or as given by 'at' or 'until'",
    )
    over: str | None = Field(
        None, description="row that the first is divided by, each counted as above, as for a cover"
    )
    price_of: str | None = Field(
        None, description="loan whose clean price, in per cent of its balance, is published, in place of a row"
    )
    at_yield: Rate | None = Field(None, description="yield of a price, compounded as often as the loan pays")
    at: When | None = Field(None, description="day in whose month the row is taken, or of a price")
    until: When | None = Field(None, description="last day that the row is summed to")
    equals: Figure = Field(description="the figure as printed")
    within: Figure | None = Field(
        None, description="how far off it may be; if not given, half a unit of the last digit printed"
    )
    source: str = Field("", description="who prints it", max_length=200)

    @model_validator(mode="after")
    def _one(self) -> Published:
        if (self.row is None) == (self.price_of is None):
            raise PydanticCustomError("published", "a figure is that of a row, or the price of a loan")
        if self.price_of is not None and (self.at is None or self.at_yield is None):
            raise PydanticCustomError("published", "a price needs the day 'at' and the yield 'at_yield'")
        if self.at is not None and self.until is not None:
            raise PydanticCustomError("published", "a row is taken at a day or until a day, not both")
        if self.within is not None and not (self.within > 0 and self.within.unit == self.equals.unit):
            raise PydanticCustomError("published", "'within' is above zero and in the unit of the figure")
        return self

    @property
    def tolerance(self) -> float:
        """How far off it may be, in the unit of the figure."""
        return float(self.within) if self.within is not None else self.equals.within


class Reading(Part):
    """One reading of the terms that the sources leave open: a variant of the deal."""

    set: dict[str, Any] = Field(
        default_factory=dict,
        description="values that this reading changes, by path under deal; null takes one away",
        max_length=50,
    )
    without: list[str] = Field(
        default_factory=list, description="published figures that this reading gives up", max_length=50
    )


def put(tree: Any, path: str, value: Any) -> None:
    """Put a value at a dotted path of a tree of mappings and lists, or, for None, take away what stands there.

    >>> tree = {"loans": {"notes": {"dsra": 6}}}
    >>> put(tree, "loans.notes.dsra", None); put(tree, "loans.notes.every", "yearly"); tree
    {'loans': {'notes': {'every': 'yearly'}}}
    """
    *way, last = (int(part) if part.isdigit() else part for part in re.findall(r"[^.\[\]]+", path))
    for part in way:
        tree = tree.setdefault(part, {}) if isinstance(tree, dict) else tree[part]
    if value is not None:
        tree[last] = value
    elif isinstance(tree, dict):
        tree.pop(last, None)
    else:
        raise TypeError
