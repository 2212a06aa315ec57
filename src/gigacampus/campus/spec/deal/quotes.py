"""What a loan is quoted at, by day: a price or a yield, against a benchmark."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from gigacampus.campus.spec.deal.terms import When
from gigacampus.campus.spec.part import Part
from gigacampus.quantities import Quantity, Rate, Years

Price = Annotated[float, Quantity("fraction", above=0.0, at_most=10.0)]


class Maturity(Part):
    """A point of a curve."""

    maturity: Years = Field(description="time to maturity")
    rate: Rate = Field(description="par yield a year")


class Quote(Part):
    """A day's quote of a loan. What is not given of price, yield, benchmark and spread follows from the others."""

    at: When = Field("close", description="day of settlement")
    price: Price | None = Field(None, description="clean price, as a share of what is still owed")
    yield_to_maturity: Rate | None = Field(None, description="yield a year, compounded as often as the loan pays")
    benchmark: Rate | None = Field(None, description="benchmark's yield at the loan's weighted average life")
    curve: list[Maturity] = Field(
        default_factory=list, description="benchmark curve, linear in between and level outside", max_length=100
    )
    spread: Rate | None = Field(None, description="yield over the benchmark")

    @model_validator(mode="after")
    def _enough(self) -> Quote:
        against = sum([self.benchmark is not None, bool(self.curve), self.spread is not None])
        if self.price is not None and self.yield_to_maturity is not None:
            raise PydanticCustomError("quote", "a quote has either a price or a yield; the other follows from it")
        if self.price is None and self.yield_to_maturity is None:
            if self.spread is None or against != 2:
                raise PydanticCustomError("quote", "a quote has a price, a yield, or a spread over a benchmark")
        elif against > 1:
            raise PydanticCustomError("quote", "beside a price or yield stands one of benchmark, curve and spread")
        times = [point.maturity for point in self.curve]
        if times != sorted(set(times)):
            raise PydanticCustomError("quote", "the maturities of a curve must rise")
        return self
