"""Who takes part: entities, who owns them, and what pays for their uses of funds."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, field_validator, model_validator
from pydantic_core import PydanticCustomError

from gigacampus.campus.spec.deal.covenants import Covenants, Promote
from gigacampus.campus.spec.deal.terms import sums_to_one
from gigacampus.campus.spec.part import Part
from gigacampus.quantities import USD, Rate, Share


class Step(Part):
    """One step of an entity's funding: a source, or several side by side in fixed shares."""

    source: str | None = Field(None, description="a loan of this entity, or owners")
    shares: dict[str, Share] = Field(default_factory=dict, description="sources drawn side by side, with their shares")
    up_to: USD | None = Field(None, description="where the step ends; without it, where its sources are exhausted")

    @model_validator(mode="after")
    def _shares(self) -> Step:
        if (self.source is None) != bool(self.shares):
            raise PydanticCustomError("funding", "a step names either one source or several with their shares")
        sums_to_one(self.shares, "shares of a funding step")
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
        description="what pays for its uses, in this order; the owners pay what is left, which is told where the last "
        "step is theirs and ends",
        max_length=20,
    )
    while_building: Literal["keep", "distribute"] = Field(
        "keep", description="whether cash earned while works go on pays for them, or goes to the owners at once"
    )
    covenants: Covenants | None = Field(None, description="tests of its debt service cover, and what follows")
    promote: Promote | None = Field(None, description="how distributions beyond a rate of return are shared")
    discount_rate: Rate | None = Field(None, description="rate a year at which its cash flows are valued at closing")

    @field_validator("owners")
    @classmethod
    def _whole(cls, owners: dict[str, float]) -> dict[str, float]:
        sums_to_one(owners, "shares of the owners")
        return owners
