"""What every contract is written in: numbers that may be unknown, dates that are rules, and names of rows."""

from __future__ import annotations

import difflib
import keyword
import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any, Literal

from pydantic import Field, GetCoreSchemaHandler, GetJsonSchemaHandler, model_validator
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

from gigacampus.campus.spec.part import Part
from gigacampus.quantities import Quantity, format_quantity, parse_quantity, rounding

OUTSIDE = "outside"
"""The rest of the world: contractors, utilities, the Treasury. It needs no entry among the entities."""

OWNERS = "owners"
"""In an entity's funding, the capital calls on its owners."""


class _Unknown(float):
    """The value of a number that is to be found: not a number, equal to itself alone."""

    def __repr__(self) -> str:
        return "unknown"

    __str__ = __repr__
    __hash__ = float.__hash__

    def __eq__(self, other: object) -> bool:
        return self is other

    def __deepcopy__(self, memo: object) -> _Unknown:
        return self


UNKNOWN = _Unknown(math.nan)


@dataclass(frozen=True)
class Findable(Quantity):
    """A quantity, or the word ``unknown``. Unit "" is a plain number."""

    def _read(self, value: Any, info: core_schema.ValidationInfo) -> float:
        if value is UNKNOWN or value == "unknown":
            return UNKNOWN
        if self.unit:
            return super()._read(value, info)
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            raise PydanticCustomError("quantity", "a plain number is needed, such as 1.12, or the word unknown")
        for bound, holds in ((self.above, value > (self.above or 0)), (self.at_least, value >= (self.at_least or 0))):
            if bound is not None and not holds:
                raise PydanticCustomError("quantity", "must be above {b}", {"b": f"{bound:g}"})
        return float(value)

    def _write(self, value: float) -> Any:
        if value is UNKNOWN:
            return "unknown"
        return format_quantity(value, self.unit) if self.unit else value

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.with_info_plain_validator_function(
            self._read,
            serialization=core_schema.plain_serializer_function_ser_schema(self._write, when_used="json-unless-none"),
        )

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        known = super().__get_pydantic_json_schema__(schema, handler) if self.unit else {"type": "number"}
        return {"anyOf": [known, {"const": "unknown"}]}


class Printed(float):
    """A figure as printed: a number that keeps its text, and with it its unit and the rounding.

    Attributes
    ----------
    text : str
    unit : str
        USD, fraction or year; empty for a plain number.
    within : float
        Half a unit of its last digit.

    >>> Printed("12.31 bn USD").within, Printed("17.1 years").unit, Printed("1.10").within
    (5000000.0, 'year', 0.005)
    """

    text: str
    unit: str
    within: float

    def __new__(cls, text: str) -> Printed:
        for unit in ("USD", "fraction", "year", ""):
            try:
                value = parse_quantity(text, unit) if unit else float(text.replace(",", ""))
                break
            except ValueError:
                continue
        else:
            value = math.nan
        if not math.isfinite(value):
            raise ValueError("an amount, a share, years or a plain number is needed, such as '12.31 bn USD'")
        self = super().__new__(cls, value)
        self.text, self.unit, self.within = text, unit, rounding(text, unit)
        return self

    def __getnewargs__(self) -> tuple[str]:  # type: ignore[override]
        return (self.text,)


class _Figure:
    """Reads a published figure, whose unit is that of the row it belongs to."""

    @staticmethod
    def _read(value: Any) -> Printed:
        if isinstance(value, Printed):
            return value
        try:
            return Printed("" if isinstance(value, bool) else str(getattr(value, "text", value))[:200])
        except ValueError as error:
            raise PydanticCustomError("quantity", "{reason}", {"reason": str(error)}) from None

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_plain_validator_function(
            self._read,
            serialization=core_schema.plain_serializer_function_ser_schema(
                lambda value: value.text, when_used="json-unless-none"
            ),
        )

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        return {"type": ["string", "number"], "examples": ["12.31 bn USD", "17.1 years", 1.12]}


FindUSD = Annotated[float, Findable("USD")]
FindShare = Annotated[float, Findable("fraction", at_most=1.0)]
FindRate = Annotated[float, Findable("fraction", at_least=-0.99, at_most=10.0)]
FindNumber = Annotated[float, Findable("", above=0.0)]
Figure = Annotated[Printed, _Figure()]
Offset = Annotated[float, Quantity("month", at_least=-1200.0, at_most=1200.0)]


class Rule(Part):
    """A date that follows from others: an event with an offset, or the later or earlier of several dates."""

    event: str | None = Field(
        None,
        description="close, ready, the name of a phase or of deal.events, or a contract's date such as notes.final",
    )
    plus: Offset = Field(0.0, description="months after the event, or before it if negative; whole months, then days")
    latest: list[When] | None = Field(None, description="the later of these dates", min_length=1, max_length=20)
    earliest: list[When] | None = Field(None, description="the earlier of these dates", min_length=1, max_length=20)

    @model_validator(mode="after")
    def _one(self) -> Rule:
        if sum(given is not None for given in (self.event, self.latest, self.earliest)) != 1:
            raise PydanticCustomError("rule", "a date is a day, or exactly one of event, latest and earliest")
        return self


class _When:
    """Reads a day, the name of an event, or a `Rule`."""

    @staticmethod
    def _read(value: Any, handler: Any) -> Any:
        if isinstance(value, date):
            return value
        if isinstance(value, str):
            if not re.fullmatch(r"\d{4}-\d{1,2}-\d{1,2}", value):
                return value
            try:
                return date.fromisoformat(value)
            except ValueError as error:
                raise PydanticCustomError("date", "no such day: {reason}", {"reason": str(error)}) from None
        return handler(value)

    @staticmethod
    def _write(value: Any, info: core_schema.SerializationInfo) -> Any:
        if isinstance(value, Rule):
            return value.model_dump(mode=info.mode, exclude_none=True)
        return str(value) if info.mode == "json" and value is not None else value

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_wrap_validator_function(
            self._read,
            handler.generate_schema(Rule),
            serialization=core_schema.plain_serializer_function_ser_schema(self._write, info_arg=True),
        )

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        rule = handler(schema["schema"])
        return {"anyOf": [{"type": "string", "examples": ["2029-05-30", "ready"]}, rule]}


When = Annotated[date | str | Rule, _When()]
Rule.model_rebuild()

Every = Literal["monthly", "quarterly", "half-yearly", "yearly"]
MONTHS: Mapping[str, int] = {"monthly": 1, "quarterly": 3, "half-yearly": 6, "yearly": 12}


def sums_to_one(shares: Mapping[str, float], what: str) -> None:
    if shares and abs(sum(shares.values()) - 1) > 1e-9:
        total = f"{100 * sum(shares.values()):.6g}"
        raise PydanticCustomError("shares", "{what} sum to {total} %, not to 100 %", {"what": what, "total": total})


def slug(name: str) -> str:
    """A name as a row of the statement spells it.

    >>> slug("Blue Owl funds")
    'blue_owl_funds'
    """
    text = re.sub(r"\W+", "_", name.lower()).strip("_")
    return text if text.isidentifier() and text not in _WORDS else f"n_{text}"


_WORDS = frozenset(keyword.kwlist)


def near(name: str, known: Iterable[str]) -> str:
    """The name that was meant, or those that there are."""
    listed = list(known)
    found = difflib.get_close_matches(name, listed, n=1, cutoff=0.5)
    return f"did you mean {found[0]!r}?" if found else f"known here: {', '.join(map(repr, listed[:12]))}"


def way_out(name: str, known: Iterable[str]) -> str:
    """The same as the begin of a sentence; the name stays as it is written."""
    text = near(name, known)
    return text[0].upper() + text[1:]
