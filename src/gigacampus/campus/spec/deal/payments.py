"""What is paid outside loans and leases: costs of construction, running services, payments on one day."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from gigacampus.campus.spec.deal.terms import (
    OUTSIDE,
    Findable,
    FindNumber,
    FindRate,
    FindShare,
    FindUSD,
    Offset,
    When,
    way_out,
)  # fmt: skip
from gigacampus.campus.spec.part import Part
from gigacampus.errors import Problem
from gigacampus.quantities import Years

COSTS = ("energy",)
"""Monthly costs of a physical campus that contracts may name."""

FindUSDPerKW = Annotated[float, Findable("USD/kW")]
FindUSDPerMWh = Annotated[float, Findable("USD/MWh", at_least=None)]
FindUSDPerM3 = Annotated[float, Findable("USD/m3")]
FindUSDPerKWMonth = Annotated[float, Findable("USD/kW-month")]
FindUSDPerHour = Annotated[float, Findable("USD/h")]


class Cost(Part):
    """A cost of construction, paid along a curve: straight, or F(x) = 1 - (1 - x)^b (1 + b x)."""

    payer: str = Field(description="entity that pays it")
    payee: str = Field(OUTSIDE, description="who receives it")
    amount: FindUSD | None = Field(None, description="total")
    unit_cost: FindUSDPerKW | None = Field(
        None, description="total for each kW of a phase, IT or facility as compute.basis says, in place of an amount"
    )
    phase: str | None = Field(None, description="phase of the campus, or of deal.powers, whose kW the unit cost is for")
    start: When = Field("close", description="from when; all of it then, if there is no end")
    end: When | None = Field(None, description="until when")
    b: FindNumber | None = Field(None, description="shape of the curve, early for a high b; straight line without it")
    cost: str | None = Field(None, description="physical cost whose months it follows and whose total it then takes")
    delay: Offset = Field(0.0, description="months by which its end slips, and every date that follows from it")
    overrun: FindShare = Field(0.0, description="share of the amount by which it costs more")
    contingency: FindShare = Field(0.0, description="overrun that the payer bears, as a share of the amount")
    beyond: str | None = Field(None, description="who pays overrun beyond the contingency; the payer, if not given")

    @model_validator(mode="after")
    def _total(self) -> Cost:
        if (self.amount is None) == (self.unit_cost is None) or (self.unit_cost is None) != (self.phase is None):
            raise PydanticCustomError("cost", "a cost has either an amount, or a unit_cost with the phase it is for")
        return self


def unpowered(costs: Mapping[str, Cost], powers: Mapping[str, float]) -> list[Problem]:
    """Costs for each kW of a phase that none of the powers is of."""
    return [
        Problem("no phase of this name has a power", f"deal.construction.{name}.phase", None, repr(cost.phase),
                f"{way_out(cost.phase, powers)} Or give it in deal.powers")
        for name, cost in costs.items() if cost.phase is not None and cost.phase not in powers
    ]  # fmt: skip


class Rates(Part):
    """What is paid for each unit that the campus measures in a month."""

    facility_energy: FindUSDPerMWh | None = Field(None, description="for each MWh at the campus's meter")
    it_energy: FindUSDPerMWh | None = Field(None, description="for each MWh of IT energy")
    water: FindUSDPerM3 | None = Field(None, description="for each m3 of water that is withdrawn")
    it_capacity: FindUSDPerKWMonth | None = Field(None, description="for each kW of IT power built")
    accelerator_hours: FindUSDPerHour | None = Field(None, description="for each hour of each accelerator installed")

    @property
    def given(self) -> dict[str, float]:
        """The rates that there are, by what is measured."""
        found = {name: getattr(self, name) for name in type(self).model_fields}
        return {name: rate for name, rate in found.items() if rate is not None}


UNMEASURED = "rates are paid for what a campus measures, and this spec has none; give an amount"
"""What is wrong with rates where a deal runs alone."""


class Service(Part):
    """A running payment: an amount, a cost of the campus, rates for what it measures, or a share of another payment."""

    payer: str = Field(description="entity that pays")
    payee: str = Field(OUTSIDE, description="who receives it")
    cost: str | None = Field(
        None,
        description="`energy`, the power bill but capital recovery on own plants; nothing where a deal runs alone",
    )
    amount: FindUSD | None = Field(None, description="amount a year at the start, paid monthly")
    rates: Rates | None = Field(None, description="rates at the start, times what the campus measures in the month")
    used: FindShare = Field(1.0, description="share of what is measured for which the rates are paid")
    share: FindShare | None = Field(None, description="share of the payment that `of` names")
    of: str | None = Field(None, description="a physical cost, a lease (its rent) or another service")
    escalator: FindRate = Field(0.0, description="growth a year of an amount or of rates, from the start")
    interval: Years | None = Field(None, description="pays the amount once every so many years, not monthly")
    reserved: bool = Field(False, description="whether a vehicle sets cash aside evenly for the next such payment")
    start: When | None = Field(None, description="first day; an amount needs it")
    end: When | None = Field(None, description="last day; an amount needs it")

    @model_validator(mode="after")
    def _one(self) -> Service:
        ways = (self.cost, self.amount, self.rates, self.share)
        if sum(way is not None for way in ways) != 1 or (self.share is None) != (self.of is None):
            raise PydanticCustomError("service", "a service has exactly one of cost, amount, rates, and share with of")
        if self.amount is not None and (self.start is None or self.end is None):
            raise PydanticCustomError("service", "a service with an amount has a start and an end")
        if self.interval is not None and self.amount is None:
            raise PydanticCustomError("service", "only an amount is paid once every so many years")
        if self.reserved and self.interval is None:
            raise PydanticCustomError("service", "cash is set aside for a payment with an interval alone")
        return self


class Transfer(Part):
    """One payment on one day: a contribution of cash or assets, a distribution, a fee."""

    payer: str = Field(description="entity that pays")
    payee: str = Field(OUTSIDE, description="who receives it")
    what: Literal["contribution", "distribution", "fee"] = Field(description="what it is")
    amount: FindUSD = Field(description="amount")
    when: When = Field("close", description="day of payment")
    in_kind: bool = Field(False, description="whether assets are given instead of cash")
