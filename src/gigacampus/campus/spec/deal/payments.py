"""What is paid outside loans and leases: costs of construction, running services, payments on one day."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from gigacampus.campus.spec.deal.terms import OUTSIDE, FindNumber, FindRate, FindUSD, When
from gigacampus.campus.spec.part import Part


class Cost(Part):
    """A cost of construction, paid along a curve: straight, or F(x) = 1 - (1 - x)^b (1 + b x)."""

    payer: str = Field(description="entity that pays it")
    payee: str = Field(OUTSIDE, description="who receives it")
    amount: FindUSD = Field(description="total")
    start: When = Field("close", description="from when; all of it then, if there is no end")
    end: When | None = Field(None, description="until when")
    b: FindNumber | None = Field(None, description="shape of the curve, early for a high b; straight line without it")
    cost: str | None = Field(None, description="physical cost whose months it follows and whose total it then takes")


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
