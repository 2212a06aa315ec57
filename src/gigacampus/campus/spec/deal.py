"""The deal: who owns, builds, lends, leases, guarantees and pays. Any number of each, under any names.

Money is nominal US dollars. Any number of a type below that begins with `Find` may be the word ``unknown``; an entry
of `solve` then says which published figure it is found from. Every date is a rule: a day, an event, or the earlier or
later of several (`When`).
"""

from __future__ import annotations

import keyword
import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any, Literal

from pydantic import Field, GetCoreSchemaHandler, GetJsonSchemaHandler, field_validator, model_validator
from pydantic_core import CoreSchema, InitErrorDetails, PydanticCustomError, ValidationError, core_schema

from gigacampus.campus.spec.part import Part
from gigacampus.days import DayCount
from gigacampus.quantities import USD, Date, Quantity, Rate, Share, Years, format_quantity, parse_quantity

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


@dataclass(frozen=True)
class _Figure(Quantity):
    """A published figure whose unit is that of the row it belongs to."""

    def _read(self, value: Any, info: core_schema.ValidationInfo) -> float:
        if isinstance(value, str):
            for unit in ("USD", "fraction", "year"):
                try:
                    return parse_quantity(value, unit)
                except ValueError:
                    continue
        elif not isinstance(value, bool) and isinstance(value, (int, float)) and math.isfinite(value):
            return float(value)
        raise PydanticCustomError("quantity", "an amount, a share, years or a plain number is needed, '12.31 bn USD'")

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.with_info_plain_validator_function(self._read)

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        return {"type": ["string", "number"], "examples": ["12.31 bn USD", "17.1 years", 1.12]}


FindUSD = Annotated[float, Findable("USD")]
FindShare = Annotated[float, Findable("fraction", at_most=1.0)]
FindRate = Annotated[float, Findable("fraction", at_least=-0.99, at_most=10.0)]
FindNumber = Annotated[float, Findable("", above=0.0)]
Figure = Annotated[float, _Figure("")]
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


def _sums_to_one(shares: Mapping[str, float], what: str) -> None:
    if shares and abs(sum(shares.values()) - 1) > 1e-9:
        total = f"{100 * sum(shares.values()):.6g}"
        raise PydanticCustomError("shares", "{what} sum to {total} %, not to 100 %", {"what": what, "total": total})


class Step(Part):
    """One step of an entity's funding: a source, or several side by side in fixed shares."""

    source: str | None = Field(None, description="a loan of this entity, or owners")
    shares: dict[str, Share] = Field(default_factory=dict, description="sources drawn side by side, with their shares")
    up_to: USD | None = Field(None, description="where the step ends; without it, where its sources are exhausted")

    @model_validator(mode="after")
    def _shares(self) -> Step:
        if (self.source is None) != bool(self.shares):
            raise PydanticCustomError("funding", "a step names either one source or several with their shares")
        _sums_to_one(self.shares, "shares of a funding step")
        return self

    @property
    def drawn(self) -> dict[str, float]:
        """Share of each source."""
        return {self.source: 1.0} if self.source is not None else self.shares


class Entity(Part):
    """A party. With owners or loans it is a vehicle, whose cash goes through a waterfall; else its cash is its own."""

    owners: dict[str, Share] = Field(default_factory=dict, description="who owns it, with their shares")
    funding: list[Step] = Field(
        default_factory=list,
        description="what pays for its uses, in this order; the owners pay what is left",
        max_length=20,
    )
    while_building: Literal["keep", "distribute"] = Field(
        "keep", description="whether cash earned before completion pays for the works, or goes to the owners at once"
    )

    @field_validator("owners")
    @classmethod
    def _whole(cls, owners: dict[str, float]) -> dict[str, float]:
        _sums_to_one(owners, "shares of the owners")
        return owners


class Cost(Part):
    """A cost of construction, paid along a curve: straight, or F(x) = 1 - (1 - x)^b (1 + b x)."""

    payer: str = Field(description="entity that pays it")
    payee: str = Field(OUTSIDE, description="who receives it")
    amount: FindUSD = Field(description="total")
    start: When = Field("close", description="from when; all of it then, if there is no end")
    end: When | None = Field(None, description="until when")
    b: FindNumber | None = Field(None, description="shape of the curve, early for a high b; straight line without it")
    cost: str | None = Field(None, description="physical cost whose months it follows and whose total it then takes")


class RateFrom(Part):
    """A rate from a day on."""

    start: Date = Field(description="first day")
    rate: Rate = Field(description="rate a year")


class Amortisation(Part):
    """How a loan is repaid once interest alone is over."""

    kind: Literal["level", "growing", "sculpted", "bullet", "balloon", "list"] = Field(
        "level",
        description="level or growing payments, a fixed cover of the cash (sculpted), all at the end, level to a rest "
        "due at the end (balloon), or a list of shares of principal",
    )
    growth: FindRate = Field(0.0, description="growth of the payments from one year of repayment to the next")
    dscr: FindNumber = Field(1.0, description="cash available over debt service, for sculpted payments")
    balloon: FindShare = Field(0.0, description="share of the loan that is due at the end, for a balloon")
    shares: list[Share] = Field(default_factory=list, description="principal of each payment", max_length=1200)

    @model_validator(mode="after")
    def _complete(self) -> Amortisation:
        if (self.kind == "list") != bool(self.shares):
            raise PydanticCustomError("amortisation", "shares of principal are given for kind 'list', and only there")
        _sums_to_one(dict(enumerate(self.shares)), "shares of principal")  # type: ignore[arg-type]
        return self


class Loan(Part):
    """Notes or a bank loan: funded on day one into an escrow account, or drawn as the works go on."""

    borrower: str = Field(description="entity that owes it")
    amount: FindUSD = Field(description="commitment; what is funded, if on day one")
    holders: dict[str, USD] = Field(default_factory=dict, description="who holds how much of it")
    rest: str = Field(OUTSIDE, description="who holds what the holders do not")
    funded: Literal["day one", "as drawn"] = Field("as drawn", description="when the lenders pay")
    escrow_yield: FindRate = Field(0.0, description="yield of the escrow account of a loan funded on day one")
    start: When = Field("close", description="when it is available and interest starts")
    interest_only_until: When = Field(description="last day without repayment; loan draws and capitalised interest end")
    final: When = Field(description="last payment; the others lie whole periods before it")
    every: Every = Field("half-yearly", description="how often interest and principal are paid")
    day_count: DayCount = Field("30/360", description="how days become years of interest")
    coupon: FindRate | None = Field(None, description="fixed rate a year")
    benchmark: str | None = Field(None, description="rate of deal.benchmarks that a floating coupon follows")
    spread: FindRate = Field(0.0, description="added to the benchmark")
    interest_while_building: Literal["paid", "added"] = Field(
        "paid", description="whether interest before repayment is a use of funds, or added to the loan"
    )
    amortisation: Amortisation = Field(default_factory=Amortisation, description="how it is repaid")
    rank: int = Field(1, description="order of payment; equal ranks share what there is by what is due", ge=1, le=20)
    upfront_fee: FindShare = Field(0.0, description="of the commitment, paid to the holders at the start")
    commitment_fee: Rate = Field(0.0, description="a year, on what is not drawn yet")
    dsra: int = Field(0, description="months of debt service kept in reserve", ge=0, le=60)
    dsra_funded: When | None = Field(None, description="when the reserve is filled; if not given, as repayment begins")

    @model_validator(mode="after")
    def _coupon(self) -> Loan:
        if (self.coupon is None) == (self.benchmark is None):
            raise PydanticCustomError("loan", "a loan has either a coupon or a benchmark")
        if sum(self.holders.values()) > self.amount * (1 + 1e-12):
            raise PydanticCustomError("loan", "the holders hold more than the loan's amount")
        if self.rest in self.holders:
            raise PydanticCustomError("loan", "who holds the rest cannot be one of the holders")
        return self


class Commitment(Part):
    """The undiscounted rent of the first years, as published."""

    amount: FindUSD = Field(description="sum of rents")
    years: Years = Field(description="of the first so many years")


class Building(Part):
    """A part of what is leased, whose rent starts by its own rule."""

    share: Share = Field(description="share of the rent")
    start: When = Field(description="when its rent starts")


class Lease(Part):
    """A lease, with one rent a year that steps with the escalator on each anniversary of its start."""

    landlord: str = Field(description="entity that lets")
    tenant: str = Field(description="entity that rents")
    start: When = Field(description="start of term and rent; whatever is unfinished then, it runs")
    term: Years | None = Field(None, description="first term")
    end: When | None = Field(None, description="end of the first term, in place of its length")
    options: list[Years] = Field(default_factory=list, description="length of each option to renew", max_length=50)
    exercised: int | None = Field(None, description="options that the tenant takes up; all if not given", ge=0)
    rent: FindUSD | None = Field(None, description="rent of the first year, for the whole")
    commitment: Commitment | None = Field(None, description="sum of the first years' rents, in place of the rent")
    escalator: FindRate = Field(0.0, description="step of the rent from one lease year to the next")
    every: Every = Field("monthly", description="how often rent is paid")
    timing: Literal["arrears", "advance"] = Field("arrears", description="at the end or the start of each period")
    parts: dict[str, Building] = Field(
        default_factory=dict, description="parts whose rent starts by rules of their own"
    )
    readiness: str = Field("ready", description="event by which the leased space is physically ready, for comparison")

    @model_validator(mode="after")
    def _one_of_each(self) -> Lease:
        if (self.term is None) == (self.end is None):
            raise PydanticCustomError("lease", "a lease has either a term or an end")
        if (self.rent is None) == (self.commitment is None):
            raise PydanticCustomError("lease", "a lease has either a rent or a commitment")
        _sums_to_one({name: part.share for name, part in self.parts.items()}, "shares of the leased parts")
        if self.exercised is not None and self.exercised > len(self.options):
            raise PydanticCustomError("lease", "more options are exercised than there are")
        return self

    @property
    def taken(self) -> list[float]:
        """Lengths of the options that are taken up [years]."""
        return self.options[: self.exercised]


class Level(Part):
    """A guaranteed amount from a time on."""

    after: Annotated[float, Quantity("year", at_most=100.0)] = Field(description="time after the guarantee's start")
    amount: USD = Field(description="guaranteed amount from then on")


class Guarantee(Part):
    """A guarantee of value: a threshold over its own window, and what of the debt it leaves uncovered."""

    guarantor: str = Field(description="entity that would pay")
    beneficiary: str = Field(description="entity that would be paid")
    start: When = Field(description="first day")
    until: When = Field(description="last day")
    loan: str | None = Field(None, description="loan whose outstanding balance the threshold follows")
    multiple: FindNumber = Field(1.0, description="threshold over the loan's balance")
    table: list[Level] = Field(
        default_factory=list, description="threshold by steps, in place of a loan", max_length=200
    )
    cap: USD | None = Field(None, description="highest payment")

    @model_validator(mode="after")
    def _schedule(self) -> Guarantee:
        if (self.loan is None) != bool(self.table):
            raise PydanticCustomError("guarantee", "a guarantee follows either a loan or a table")
        times = [level.after for level in self.table]
        if times != sorted(set(times)):
            raise PydanticCustomError("guarantee", "the table's times must rise")
        return self


class Service(Part):
    """A running payment: fixed, or the campus's monthly cost of that name (energy)."""

    payer: str = Field(description="entity that pays")
    payee: str = Field(OUTSIDE, description="who receives it")
    cost: str | None = Field(None, description="name of the physical cost; nothing is paid where a deal runs alone")
    amount: FindUSD | None = Field(None, description="amount a year at the start, paid monthly")
    escalator: FindRate = Field(0.0, description="growth a year of a fixed amount")
    start: When | None = Field(None, description="first day; for a fixed amount")
    end: When | None = Field(None, description="last day; for a fixed amount")

    @model_validator(mode="after")
    def _one(self) -> Service:
        fixed = self.amount is not None and self.start is not None and self.end is not None
        if (self.cost is None) != fixed:
            raise PydanticCustomError("service", "a service is a physical cost, or an amount with a start and an end")
        return self


class Transfer(Part):
    """One payment on one day: a contribution of cash or assets, a distribution, a fee."""

    payer: str = Field(description="entity that pays")
    payee: str = Field(OUTSIDE, description="who receives it")
    what: Literal["contribution", "distribution", "fee"] = Field(description="what it is")
    amount: FindUSD = Field(description="amount")
    when: When = Field("close", description="day of payment")
    in_kind: bool = Field(False, description="whether assets are given instead of cash")


class Exposure(Part):
    """A party's maximum exposure to loss: guarantees, committed rent, carrying value, capital not yet paid in."""

    party: str = Field(description="entity that is exposed")
    at: Date = Field(description="day")
    carrying: USD = Field(description="carrying value of what it holds")


class Target(Part):
    """A published figure from which one unknown is found."""

    unknown: str = Field(description="path of the unknown under deal, such as leases.campus.escalator")
    so_that: str = Field(description="row of the statement; a row of months counts by its sum, or as given by 'at'")
    at: When | None = Field(None, description="day in whose month the row is taken")
    equals: Figure = Field(description="the published figure")
    guess: Figure | None = Field(None, description="where the search starts")


class Deal(Part):
    """A deal as data: entities, and contracts between them."""

    close: Date = Field(description="day of closing")
    events: dict[str, Date] = Field(
        default_factory=dict, description="dates of events where no physical campus gives them"
    )
    entities: dict[str, Entity] = Field(description="parties, by name", min_length=1, max_length=200)
    construction: dict[str, Cost] = Field(default_factory=dict, description="costs of construction", max_length=200)
    loans: dict[str, Loan] = Field(default_factory=dict, description="loans and notes", max_length=50)
    leases: dict[str, Lease] = Field(default_factory=dict, description="leases", max_length=200)
    guarantees: dict[str, Guarantee] = Field(default_factory=dict, description="guarantees", max_length=50)
    services: dict[str, Service] = Field(default_factory=dict, description="running payments", max_length=200)
    transfers: dict[str, Transfer] = Field(default_factory=dict, description="payments on one day", max_length=200)
    benchmarks: dict[str, list[RateFrom]] = Field(default_factory=dict, description="floating rates, each in steps")
    exposures: dict[str, Exposure] = Field(default_factory=dict, description="maximum exposure to loss to report")
    solve: list[Target] = Field(default_factory=list, description="unknowns, one published figure each", max_length=20)

    @field_validator("entities", mode="before")
    @classmethod
    def _bare(cls, entities: Any) -> Any:
        if isinstance(entities, dict):
            return {name: {} if entity is None else entity for name, entity in entities.items()}
        return entities

    @model_validator(mode="after")
    def _whole(self) -> Deal:
        from gigacampus.campus.spec.deal_rules import faults  # it needs the nouns that stand here

        found = [
            InitErrorDetails(type=PydanticCustomError("deal", "{reason}", {"reason": message}), loc=path, input=value)
            for path, message, value in list(faults(self))[:12]
        ]
        if found:  # raised whole, so that each stands at its own key
            raise ValidationError.from_exception_data("Deal", found)
        return self

    def contracts(self) -> Iterator[tuple[str, str, Any]]:
        """Every contract as (kind, name, contract)."""
        for kind in ("construction", "loans", "leases", "guarantees", "services", "transfers"):
            for name, contract in getattr(self, kind).items():
                yield kind, name, contract


def slug(name: str) -> str:
    """A name as a row of the statement spells it.

    >>> slug("Blue Owl funds")
    'blue_owl_funds'
    """
    text = re.sub(r"\W+", "_", name.lower()).strip("_")
    return text if text.isidentifier() and text not in _WORDS else f"n_{text}"


_WORDS = frozenset(keyword.kwlist)
