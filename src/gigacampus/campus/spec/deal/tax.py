"""Tax: who is taxed and how, how costs are recovered, and credits. Rates, tables and dates come from the catalogue."""

from __future__ import annotations

from datetime import date
from typing import ClassVar, Literal

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from gigacampus.campus.spec.deal.terms import FindRate, FindShare, When, sums_to_one
from gigacampus.campus.spec.part import FromCatalog, Part
from gigacampus.quantities import Date, MWh, Share, USDPerMWh, Years


class ShareFrom(Part):
    """A share from a day on."""

    start: Date = Field(description="first day")
    share: Share = Field(description="share from then on")


class InterestLimit(ShareFrom):
    """How much of a year's income interest may take, from a day on."""

    of: Literal["EBITDA", "EBIT"] = Field(description="income before interest, before or after depreciation")


def share_on(steps: list[ShareFrom], day: date, before: float) -> float:
    """The share of steps that holds on a day; `before` the first."""
    held = [step for step in steps if step.start <= day]
    return max(held, key=lambda step: step.start).share if held else before


class Regime(FromCatalog):
    """A country's income tax."""

    section: ClassVar[str] = "tax_regimes"
    default_entry: ClassVar[str | None] = "us-federal"

    rate: Share = Field(description="rate on taxable income, after state tax")
    bonus: list[ShareFrom] = Field(
        default_factory=list,
        description="share of the basis deducted at once, by the day of acquisition",
        max_length=50,
    )
    interest_limit: list[InterestLimit] = Field(
        default_factory=list, description="limit of net interest, by the first day of the year; none if empty",
        max_length=50,
    )  # fmt: skip
    loss_limit: Share = Field(1.0, description="share of a year's income that losses carried forward may offset")
    credit_limit: Share = Field(1.0, description="share of a year's tax that credits may offset")


class State(FromCatalog):
    """A state's income tax, on the same income; it is deducted from the income that the country taxes."""

    section: ClassVar[str] = "tax_states"

    rate: Share = Field(description="rate on taxable income")


class Allocation(Part):
    """Who bears income, losses and credits of a partnership from a day on, whatever the cash does."""

    start: When = Field(description="from the year of this day on")
    shares: dict[str, Share] = Field(description="share of each owner", min_length=1)

    @model_validator(mode="after")
    def _whole(self) -> Allocation:
        sums_to_one(self.shares, "allocated shares")
        return self


class Taxpayer(Part):
    """How an entity is taxed. A vehicle that is not listed passes its income through; another entity is not taxed."""

    treatment: Literal["taxable", "partnership", "exempt"] = Field(
        "taxable", description="taxed itself; its income passed through to its owners; or not taxed"
    )
    regime: Regime = Field(default_factory=lambda: Regime.model_validate({}), description="the country's tax")
    state: State | None = Field(None, description="the state's tax")
    losses: Literal["carried", "used"] = Field(
        "carried",
        description="losses and credits beyond its tax: carried forward, or used at once against tax on other income",
    )
    limits_interest: bool = Field(
        True, description="whether the regime's limit of interest binds; a real property business may elect out"
    )
    allocation: list[Allocation] = Field(
        default_factory=list,
        description="a partnership's shares over time; by ownership before the first",
        max_length=20,
    )


class Recovery(FromCatalog):
    """How the cost of property is deducted over the years: shares of a table, or a straight line."""

    section: ClassVar[str] = "tax_recovery"

    shares: list[Share] = Field(default_factory=list, description="share of the basis by tax year", max_length=100)
    years: Years | None = Field(None, description="length of a straight line, in place of shares")
    convention: Literal["half-year", "mid-month", "full month"] = Field(
        "half-year", description="when a straight line begins: mid-year, mid-month, or with the month of service"
    )
    bonus: bool = Field(False, description="whether a share may be deducted at once")

    @model_validator(mode="after")
    def _one(self) -> Recovery:
        if (self.years is None) != bool(self.shares):
            raise PydanticCustomError("recovery", "cost is recovered by shares or over years, one of them")
        sums_to_one(dict(enumerate(self.shares)), "shares of the basis")  # type: ignore[arg-type]
        return self


class Asset(Part):
    """What a cost becomes for tax. It may be split among assets (cost segregation); what is left is never deducted."""

    of: str = Field(
        description="a cost of construction, a transfer, or a loan (its fees, and its interest before service)"
    )
    share: FindShare = Field(1.0, description="share of that cost")
    recovery: Recovery = Field(description="how it is deducted")
    in_service: When = Field(description="day of service")
    acquired: When = Field("close", description="day of acquisition, by which bonus goes")
    bonus: bool = Field(True, description="whether bonus is taken where the class allows it; false elects out")


class Credit(FromCatalog):
    """A tax credit of an asset: a share of its cost (investment), or an amount for its generation (production)."""

    section: ClassVar[str] = "tax_credits"

    asset: str = Field(description="asset that earns it")
    kind: Literal["investment", "production"] = Field(description="what it is reckoned on")
    rate: FindShare = Field(0.0, description="share of the eligible cost, for investment")
    basis_reduction: Share = Field(0.0, description="share of the credit that comes off the asset's basis")
    eligible: FindShare = Field(1.0, description="share of the asset's cost that is eligible, for investment")
    amount: USDPerMWh = Field(0.0, description="amount in the first year, for production")
    growth: FindRate = Field(0.0, description="growth of the amount a year, for production")
    years: Years = Field(10.0, description="years from service on, for production")
    generation: MWh = Field(0.0, description="generation a year, for production")
    wages: bool = Field(True, description="whether prevailing wages and apprentices are met")
    without_wages: Share = Field(1.0, description="share of the credit that is left where they are not")
    adders: list[Literal["domestic_content", "energy_community"]] = Field(
        default_factory=list, description="what raises it", max_length=2
    )
    domestic_content: Share = Field(0.0, description="points (investment) or share (production) for domestic content")
    energy_community: Share = Field(0.0, description="points (investment) or share (production) in an energy community")
    construction_start: When = Field("close", description="day on which its construction starts")
    start_from: Date | None = Field(None, description="first day of construction start")
    start_by: Date | None = Field(None, description="last day of construction start")
    in_service_by: Date | None = Field(None, description="last day of service for what starts later")
    continuity: Years | None = Field(None, description="calendar years from construction start to service, at most")
    phase_out: list[ShareFrom] = Field(
        default_factory=list, description="share of the credit by construction start", max_length=50
    )
    material_assistance: list[ShareFrom] = Field(
        default_factory=list, description="least unassisted share by construction start", max_length=50
    )
    unassisted: Share = Field(1.0, description="share of direct cost from other than prohibited foreign entities")
    transfer: FindShare | None = Field(None, description="price over face at which it is sold; kept if not given")

    def share(self, start: date, service: date) -> float:
        """What its dates leave of it [1]: 0 where a deadline is missed."""
        late = self.start_by is not None and start > self.start_by
        rescued = self.in_service_by is not None and service <= self.in_service_by
        broken = self.continuity is not None and service.year > start.year + self.continuity
        early = self.start_from is not None and start < self.start_from
        assisted = self.unassisted < share_on(self.material_assistance, start, 0.0)
        if early or (late and not rescued) or broken or assisted:
            return 0.0
        return share_on(self.phase_out, start, 1.0)

    def raised(self) -> float:
        """Points (investment) or share (production) that the adders bring [1]."""
        return sum(float(getattr(self, adder)) for adder in set(self.adders))


class Tax(Part):
    """Tax of a deal. Without it, nothing is taxed."""

    entities: dict[str, Taxpayer] = Field(description="how entities are taxed, by name", max_length=200)
    assets: dict[str, Asset] = Field(default_factory=dict, description="what is deducted over years", max_length=200)
    credits: dict[str, Credit] = Field(default_factory=dict, description="credits", max_length=100)
