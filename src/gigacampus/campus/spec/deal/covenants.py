"""What a vehicle promises its lenders, and how its distributions are shared."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from gigacampus.campus.spec.deal.terms import UNKNOWN, FindNumber, FindShare, FindUSD
from gigacampus.campus.spec.part import Part
from gigacampus.quantities import Rate, Share


class Covenants(Part):
    """Tests of a vehicle's debt service cover on each date of repayment, and what follows where one is not met.

    The cover looks back over whole periods. Cash that is locked up stays in the vehicle and serves its debt. While a
    default stands, nothing is distributed and all cash that is left prepays the loans by rank.
    """

    lock_up: FindNumber | None = Field(None, description="distributions are locked up while the cover is below this")
    default: FindNumber | None = Field(None, description="a default stands while the cover is below this")
    look_back: Literal[3, 6, 12] = Field(12, description="months over which the cover looks back")
    sweep: FindShare = Field(0.0, description="share of the cash left after reserves that prepays the loans by rank")
    sweep_below: FindNumber | None = Field(None, description="cash is swept only while the cover is below this")
    cure: FindUSD = Field(0.0, description="what the owners pay in at most, in all, so that no payment fails")

    @model_validator(mode="after")
    def _levels(self) -> Covenants:
        if self.default is not None and self.lock_up is not None and self.default > self.lock_up:
            raise PydanticCustomError("covenants", "the default level is above the lock-up level; it stands below it")
        if self.sweep_below is not None and not self.sweep:
            raise PydanticCustomError("covenants", "sweep_below says when cash is swept; give the share in sweep")
        return self

    @property
    def sweeps(self) -> bool:
        """Whether cash may prepay the loans."""
        return self.default is not None or self.sweep is UNKNOWN or self.sweep > 0


class Tier(Part):
    """A share of distributions once the owners have earned a rate of return."""

    above: Rate = Field(description="rate of return a year that the owners have earned before")
    share: Share = Field(description="share of what is distributed beyond it")


class Promote(Part):
    """Distributions beyond a rate of return are shared with one party, in tiers; the hurdle compounds monthly."""

    to: str = Field(description="entity that receives it")
    tiers: list[Tier] = Field(description="tiers, each with its hurdle", min_length=1, max_length=10)

    @model_validator(mode="after")
    def _rising(self) -> Promote:
        hurdles = [tier.above for tier in self.tiers]
        if hurdles != sorted(set(hurdles)):
            raise PydanticCustomError("promote", "the hurdles of the tiers must rise")
        if any(tier.share >= 1 for tier in self.tiers[:-1]):
            raise PydanticCustomError("promote", "a tier that takes all leaves the owners no way to the next hurdle")
        return self
