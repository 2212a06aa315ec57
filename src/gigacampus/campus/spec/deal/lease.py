"""Leases: term and options, rent, escalator, and parts that start by rules of their own."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from gigacampus.campus.spec.deal.terms import Every, FindRate, FindUSD, When, sums_to_one
from gigacampus.campus.spec.part import Part
from gigacampus.quantities import Share, Years


class Commitment(Part):
    """The undiscounted rent of the first years, as published."""

    amount: FindUSD = Field(description="sum of rents")
    years: Years = Field(description="of the first so many years")


class Building(Part):
    """A part of what is leased, whose rent starts by its own rule."""

    share: Share = Field(description="share of the rent")
    start: When = Field(description="when its rent starts")


class Abatement(Part):
    """Rent that falls away for the share of computing that the campus cannot power or cool, beyond an allowance."""

    beyond: Share = Field(0.0, description="unavailable share that the tenant bears")


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
    abatement: Abatement | None = Field(None, description="rent that falls away where the campus is unavailable")
    readiness: str = Field("ready", description="event by which the leased space is physically ready, for comparison")

    @model_validator(mode="after")
    def _one_of_each(self) -> Lease:
        if (self.term is None) == (self.end is None):
            raise PydanticCustomError("lease", "a lease has either a term or an end")
        if (self.rent is None) == (self.commitment is None):
            raise PydanticCustomError("lease", "a lease has either a rent or a commitment")
        sums_to_one({name: part.share for name, part in self.parts.items()}, "shares of the leased parts")
        if self.exercised is not None and self.exercised > len(self.options):
            raise PydanticCustomError("lease", "more options are exercised than there are")
        return self

    @property
    def taken(self) -> list[float]:
        """Lengths of the options that are taken up [years]."""
        return self.options[: self.exercised]
