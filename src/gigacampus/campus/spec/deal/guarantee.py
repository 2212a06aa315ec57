"""Guarantees of value, and maximum exposure to loss."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from gigacampus.campus.spec.deal.terms import FindNumber, When
from gigacampus.campus.spec.part import Part
from gigacampus.quantities import USD, Date, Quantity


class Level(Part):
    """A guaranteed amount from a time on."""

    after: Annotated[float, Quantity("year", at_most=100.0)] = Field(description="time after the guarantee's start")
    amount: USD = Field(description="guaranteed amount from then on")


class Line(Part):
    """A guaranteed amount that changes evenly from the guarantee's first day to its last."""

    first: USD = Field(description="guaranteed amount on the first day")
    last: USD = Field(description="guaranteed amount on the last day")


class Guarantee(Part):
    """A guarantee of value: a threshold over its own window, and what of the debt it leaves uncovered.

    The threshold is a multiple of the balance of its loans, a table of steps, or a line.
    """

    guarantor: str = Field(description="entity that would pay")
    beneficiary: str = Field(description="entity that would be paid")
    start: When = Field(description="first day")
    until: When = Field(description="last day")
    loan: str | None = Field(
        None,
        description="loan behind which it stands; the threshold follows its balance, unless a table or line is given",
    )
    loans: list[str] = Field(
        default_factory=list, description="several loans behind which it stands, together", max_length=50
    )
    multiple: FindNumber = Field(1.0, description="threshold over the balance of the loan or loans")
    table: list[Level] = Field(default_factory=list, description="threshold by steps", max_length=200)
    line: Line | None = Field(None, description="threshold along a line")
    cap: USD | None = Field(None, description="highest payment")

    @model_validator(mode="after")
    def _schedule(self) -> Guarantee:
        if self.table and self.line is not None:
            raise PydanticCustomError("guarantee", "a guarantee has either a table or a line")
        if self.loan is not None and self.loans:
            raise PydanticCustomError("guarantee", "a guarantee names one loan, or several under loans")
        if len(set(self.loans)) < len(self.loans):
            raise PydanticCustomError("guarantee", "a loan is named twice")
        if not self.behind and not self.table and self.line is None:
            raise PydanticCustomError("guarantee", "a guarantee needs a loan to follow, a table or a line")
        if (self.table or self.line) and self.multiple != 1.0:
            raise PydanticCustomError("guarantee", "a multiple is of a loan's balance; a table or line has none")
        times = [level.after for level in self.table]
        if times != sorted(set(times)):
            raise PydanticCustomError("guarantee", "the table's times must rise")
        return self

    @property
    def behind(self) -> list[str]:
        """The loans behind which it stands."""
        return self.loans if self.loan is None else [self.loan]


class Exposure(Part):
    """A party's maximum exposure to loss: guarantees, committed rent, carrying value, capital not yet paid in."""

    party: str = Field(description="entity that is exposed")
    at: Date = Field(description="day")
    carrying: USD = Field(description="carrying value of what it holds")
