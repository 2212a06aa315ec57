"""What may come otherwise in a deal: one number at a time, two at once, or many at random.

What is varied is the path of a number under the deal (``leases.campus.rent``), a pattern in which ``*`` stands for any
one name (``construction.*.amount``), a benchmark as a whole (``benchmarks.SOFR``), what the campus measures
(``measures.energy``), or one of the words of `varied.GROUPS`. A value is written as at its place, or as a change of
what stands there: ``x 0.9``, ``plus 100 bp``, ``minus 2 %``.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import Field, model_validator
from pydantic.json_schema import WithJsonSchema
from pydantic_core import PydanticCustomError

from gigacampus.campus.spec.part import Part
from gigacampus.quantities import Quantity, format_quantity, parse_quantity

Written = Annotated[
    str | float, WithJsonSchema({"type": ["string", "number"], "examples": ["x 0.9", "plus 100 bp", "12 %"]})
]
CHANGE = re.compile(r"\s*(?:x\s*|(plus|minus)\s+)(.*\S)\s*", re.DOTALL)
"""A change as it is written: what comes first (nothing for a factor), and by how much."""


@dataclass(frozen=True)
class Change:
    """A new value (`to`), or what is done to the one that stands there; `by` may be one for each path."""

    how: Literal["to", "times", "plus"]
    by: Any

    def of(self, base: Any) -> Any:
        """The value where there was `base`, a float or an array."""
        if self.how == "to":
            return base * 0 + self.by
        return base * self.by if self.how == "times" else base + self.by


def read(written: str | float, unit: str | None) -> Change:
    """Read a value or a change; `unit` is that of the number ("" for a plain one), None if it can only be multiplied.

    Raises
    ------
    ValueError
        With what would be right.

    Examples
    --------
    >>> read("x 0.9", "USD"), read("minus 50 bp", "fraction")
    (Change(how='times', by=0.9), Change(how='plus', by=-0.005))
    """
    change = CHANGE.fullmatch(written) if isinstance(written, str) else None
    if change is not None and change[1] is None:
        return Change("times", _plain(change[2]))
    if unit is None:
        raise ValueError("only a factor fits here, such as 'x 0.9'")
    value = _value(change[2] if change else written, unit)
    return Change("plus", -value if change[1] == "minus" else value) if change else Change("to", value)


def _value(written: str | float, unit: str) -> float:
    if unit and isinstance(written, str):
        return parse_quantity(written, unit)
    if unit:
        raise ValueError(f"the unit is missing; write '{format_quantity(float(written), unit)}', or a factor 'x 0.9'")
    return _plain(written)


def _plain(written: str | float) -> float:
    try:
        value = float(written)
    except ValueError:
        raise ValueError("a plain number is needed, such as 1.12, or a factor 'x 0.9'") from None
    if not math.isfinite(value):
        raise ValueError("a finite number is needed")
    return value


class Range(Part):
    """Between what a number is varied; one end may be left out."""

    low: Written | None = Field(None, description="low value, or change")
    high: Written | None = Field(None, description="high value, or change")

    @model_validator(mode="after")
    def _one(self) -> Range:
        if self.low is None and self.high is None:
            raise PydanticCustomError("range", "a range has a low or a high end, such as {low: x 0.9, high: x 1.1}")
        return self


class Axis(Part):
    """What is varied along one side of a table."""

    of: str = Field(description="number, pattern or word, as in vary")
    values: list[Written] = Field(description="its values, or changes", min_length=2, max_length=15)


class TwoWay(Part):
    """One figure over two numbers."""

    rows: Axis = Field(description="what is varied from row to row")
    columns: Axis = Field(description="what is varied from column to column")
    figure: str = Field("dscr_min", description="metric of the deal, such as dscr_min or irr_owner.blue_owl")


class Draw(Part):
    """A distribution. The ends of a uniform or triangular one; of the others, what 5 % lie below and 5 % above."""

    kind: Literal["uniform", "triangular", "normal", "lognormal"] = Field(description="its shape")
    low: Written = Field(description="lower end, or 5th percentile")
    high: Written = Field(description="upper end, or 95th percentile")
    mode: Written | None = Field(None, description="likeliest value of a triangular one")

    @model_validator(mode="after")
    def _complete(self) -> Draw:
        if (self.kind == "triangular") != (self.mode is not None):
            raise PydanticCustomError("draw", "a triangular distribution has a mode, and only that")
        return self


class Paths(Part):
    """Many runs of the deal at random: each number is drawn on its own, and keeps its draws when others are added."""

    count: int = Field(1000, description="number of paths", ge=10, le=100_000)
    seed: int = Field(0, description="of the random numbers", ge=0)
    draws: dict[str, Draw] = Field(description="distributions of what is varied", min_length=1, max_length=50)


class Sensitivity(Part):
    """What is asked of a deal beyond its base case."""

    figures: list[str] = Field(
        default_factory=list,
        description="metrics such as dscr_min or irr_owner.blue_owl; cover and owners' returns if not given",
        max_length=12,
    )
    unknowns: Literal["frozen", "solved"] = Field(
        "frozen",
        description="frozen: the deal is signed, and what was found for the base case stays; solved: it is cut anew in "
        "each case of ranges and tables, by the figures of solve",
    )
    vary: dict[str, Range] = Field(
        default_factory=dict, description="ranges of numbers, one at a time; usual ones if not given", max_length=40
    )
    two_way: TwoWay | None = Field(None, description="a table over two numbers")
    paths: Paths | None = Field(None, description="many runs at random; always of the signed deal")


def bounded(quantity: Quantity, value: float) -> bool:
    """Whether a value is one that the number may have."""
    return (
        (quantity.above is None or value > quantity.above)
        and (quantity.at_least is None or value >= quantity.at_least)
        and (quantity.at_most is None or value <= quantity.at_most)
    )
