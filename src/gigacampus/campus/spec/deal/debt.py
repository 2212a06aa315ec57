"""Loans and notes: dates, coupon, repayment, fees and reserve."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from gigacampus.campus.spec.deal.quotes import Quote
from gigacampus.campus.spec.deal.terms import (
    OUTSIDE,
    UNKNOWN,
    Every,
    FindNumber,
    FindRate,
    FindShare,
    FindUSD,
    When,
    sums_to_one,
)  # fmt: skip
from gigacampus.campus.spec.part import Part
from gigacampus.days import DayCount
from gigacampus.quantities import USD, Date, Rate, Share


class RateFrom(Part):
    """A rate from a day on."""

    start: Date = Field(description="first day")
    rate: Rate = Field(description="rate a year")


_USED = {"growth": ("growing", "balloon"), "balloon": ("balloon",), "dscr": ("sculpted",)}
"""Kinds that use a number; the first of growth and balloon needs it."""
_NEEDED = "kind '{kind}' needs {name}"
_UNUSED = "{name} says nothing of kind '{kind}'; leave it out, or say kind: {of}"


class Amortisation(Part):
    """How a loan is repaid once interest alone is over."""

    kind: Literal["level", "growing", "sculpted", "bullet", "balloon", "list"] = Field(
        "level",
        description="level or growing payments, a fixed cover of the cash (sculpted), all at the end, level or growing "
        "to a rest due at the end (balloon), or a list of shares of principal",
    )
    growth: FindRate = Field(0.0, description="growth of the payments from one year of repayment to the next")
    dscr: FindNumber = Field(1.0, description="cash available over debt service, for sculpted payments")
    balloon: FindShare = Field(0.0, description="share of the loan that is due at the end, for a balloon")
    shares: list[Share] = Field(default_factory=list, description="principal of each payment", max_length=1200)

    @model_validator(mode="after")
    def _complete(self) -> Amortisation:
        if (self.kind == "list") != bool(self.shares):
            raise PydanticCustomError("amortisation", "shares of principal are given for kind 'list', and only there")
        sums_to_one(dict(enumerate(self.shares)), "shares of principal")  # type: ignore[arg-type]
        for name, kinds in _USED.items():
            given = getattr(self, name) != type(self).model_fields[name].default
            if self.kind == kinds[0] and name not in ("dscr", *self.model_fields_set):
                raise PydanticCustomError("amortisation", _NEEDED, {"name": name, "kind": self.kind})
            if given and self.kind not in kinds:
                raise PydanticCustomError("amortisation", _UNUSED, {"name": name, "kind": self.kind, "of": kinds[0]})
        return self


class Sizing(Part):
    """How large a loan whose amount is unknown can be: the least of its limits, and never above the cost.

    Cover is that of the cash which is left for the loan over its payments; the amount is at least zero.
    """

    dscr: FindNumber | None = Field(None, description="least cover of each payment")
    llcr: FindNumber | None = Field(None, description="least cover of the loan by the value of the cash over its life")
    ltv: FindShare | None = Field(None, description="highest share of the value, with the loans ahead of it")
    value: FindUSD | None = Field(None, description="value of the asset, for a limit on loan to value")
    of_cost: FindShare = Field(1.0, description="highest share of the borrower's uses of funds, with the loans ahead")

    @model_validator(mode="after")
    def _value(self) -> Sizing:
        if (self.ltv is None) != (self.value is None):
            raise PydanticCustomError("sizing", "a limit on loan to value needs both ltv and value")
        return self


class Call(Part):
    """What repaying a loan early costs: a premium, or the value of its payments at a low rate over what is owed."""

    premium: FindShare = Field(0.0, description="of what is repaid")
    make_whole: FindRate | None = Field(None, description="rate a year at which the payments to come are valued")

    @model_validator(mode="after")
    def _one(self) -> Call:
        if self.premium and self.make_whole is not None:
            raise PydanticCustomError("call", "a call has either a premium or a make-whole")
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
    floor: FindRate | None = Field(None, description="least that the benchmark counts as, before the spread")
    step_ups: list[RateFrom] = Field(
        default_factory=list, description="what is added to coupon or spread from each of these days on", max_length=100
    )
    interest_while_building: Literal["paid", "added"] = Field(
        "paid", description="whether interest before repayment is a use of funds, or added to the loan"
    )
    amortisation: Amortisation = Field(default_factory=Amortisation, description="how it is repaid")
    sizing: Sizing | None = Field(None, description="limits from which an unknown amount is found")
    refinances: str | None = Field(None, description="loan of the same borrower that it pays off on the day it starts")
    call: Call | None = Field(None, description="what it costs to repay this loan early by another that refinances it")
    rank: int = Field(1, description="order of payment; equal ranks share what there is by what is due", ge=1, le=20)
    upfront_fee: FindShare = Field(0.0, description="of the commitment, paid to the holders at the start")
    commitment_fee: Rate = Field(0.0, description="a year, on what is not drawn yet")
    dsra: int = Field(0, description="months of the first debt service held in reserve until the end", ge=0, le=60)
    dsra_funded: When | None = Field(None, description="when the reserve is filled; if not given, as repayment begins")
    quotes: dict[str, Quote] = Field(default_factory=dict, description="what it is quoted at, by name", max_length=100)

    @model_validator(mode="after")
    def _coupon(self) -> Loan:
        if (self.coupon is None) == (self.benchmark is None):
            raise PydanticCustomError("loan", "a loan has either a coupon or a benchmark")
        if self.benchmark is None and self.spread:
            raise PydanticCustomError("loan", "a spread is added to a benchmark; a coupon has none")
        if self.benchmark is None and self.floor is not None:
            raise PydanticCustomError("loan", "a floor is that of a benchmark; a coupon has none")
        if sum(self.holders.values()) > self.amount * (1 + 1e-12):
            more = f"{sum(self.holders.values()) - self.amount:,.0f}"
            raise PydanticCustomError("loan", "the holders hold {more} USD more than the loan's amount", {"more": more})
        if self.rest in self.holders:
            raise PydanticCustomError("loan", "who holds the rest cannot be one of the holders")
        if self.sizing is not None and self.amount is not UNKNOWN:
            raise PydanticCustomError("loan", "sizing finds an amount that is marked unknown")
        if self.sizing is not None and self.sizing.dscr is not None and self.amortisation.kind == "list":
            raise PydanticCustomError("loan", "sizing on DSCR needs payments by a rule, not a list of shares")
        return self
