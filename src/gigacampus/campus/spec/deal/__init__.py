"""The deal: who owns, builds, lends, leases, guarantees and pays. Any number of each, under any names.

Money is nominal US dollars. Any number of a type that begins with `Find` may be the word ``unknown``. An entry of
`solve` then says from which figure it is found, exactly; without one it is found from all the `published` figures
together, by least squares. Every date is a rule: a day, an event, or the earlier or later of several (`When`).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pydantic import Field, field_validator, model_validator
from pydantic_core import InitErrorDetails, PydanticCustomError, ValidationError

from gigacampus.campus.spec.deal.accounting import Accounting
from gigacampus.campus.spec.deal.covenants import Covenants, Promote, Tier
from gigacampus.campus.spec.deal.debt import Amortisation, Call, Loan, RateFrom, Sizing
from gigacampus.campus.spec.deal.guarantee import Exposure, Guarantee
from gigacampus.campus.spec.deal.lease import Lease
from gigacampus.campus.spec.deal.outlook import Outlook, Process, Scenario
from gigacampus.campus.spec.deal.parties import Entity, Step
from gigacampus.campus.spec.deal.payments import Cost, Service, Transfer
from gigacampus.campus.spec.deal.published import Published, Reading, put
from gigacampus.campus.spec.deal.quotes import Quote
from gigacampus.campus.spec.deal.rating import Market, Rating
from gigacampus.campus.spec.deal.study import Paths, Range, Sensitivity, TwoWay
from gigacampus.campus.spec.deal.tax import Asset, Credit, Recovery, Tax, Taxpayer
from gigacampus.campus.spec.deal.terms import (
    MONTHS,
    OUTSIDE,
    OWNERS,
    UNKNOWN,
    Figure,
    Findable,
    Printed,
    Rule,
    When,
    slug,
)  # fmt: skip
from gigacampus.campus.spec.part import Part
from gigacampus.quantities import MW, Date

__all__ = [
    "MONTHS", "OUTSIDE", "OWNERS", "UNKNOWN", "Accounting", "Amortisation", "Asset", "Call", "Cost", "Covenants",
    "Credit", "Deal", "Entity", "Exposure", "Findable", "Guarantee", "Lease", "Loan", "Market", "Outlook", "Paths",
    "Printed", "Process", "Promote", "Published", "Quote", "Range", "RateFrom", "Rating", "Reading", "Recovery",
    "Rule", "Scenario", "Sensitivity", "Service", "Sizing", "Step", "Target", "Tax", "Taxpayer", "Tier", "Transfer",
    "TwoWay", "When", "slug",
]  # fmt: skip


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
    powers: dict[str, MW] = Field(default_factory=dict, description="power of phases where no physical campus gives it")
    entities: dict[str, Entity] = Field(description="parties, by name", min_length=1, max_length=200)
    construction: dict[str, Cost] = Field(default_factory=dict, description="costs of construction", max_length=200)
    loans: dict[str, Loan] = Field(default_factory=dict, description="loans and notes", max_length=50)
    leases: dict[str, Lease] = Field(default_factory=dict, description="leases", max_length=200)
    guarantees: dict[str, Guarantee] = Field(default_factory=dict, description="guarantees", max_length=50)
    services: dict[str, Service] = Field(default_factory=dict, description="running payments", max_length=200)
    transfers: dict[str, Transfer] = Field(default_factory=dict, description="payments on one day", max_length=200)
    benchmarks: dict[str, list[RateFrom]] = Field(default_factory=dict, description="floating rates, each in steps")
    exposures: dict[str, Exposure] = Field(default_factory=dict, description="maximum exposure to loss to report")
    rating: Rating | None = Field(None, description="what a loan is worth if what stands behind it is not there")
    outlook: Outlook | None = Field(None, description="the market when the tenant may leave, and what is lost then")
    accounting: Accounting | None = Field(None, description="how leases and vehicles are accounted for")
    tax: Tax | None = Field(None, description="tax; without it nothing is taxed")
    solve: list[Target] = Field(
        default_factory=list, description="unknowns that are found from one figure each, exactly", max_length=20
    )
    published: dict[str, Published] = Field(
        default_factory=dict,
        description="published figures, by name; unknowns that solve does not name are found from them by least "
        "squares, each weighted by its rounding",
        max_length=50,
    )
    readings: dict[str, Reading] = Field(
        default_factory=dict, description="readings of terms that the sources leave open, by name", max_length=20
    )
    sensitivity: Sensitivity | None = Field(None, description="what is varied; usual ranges if not given")

    @field_validator("entities", mode="before")
    @classmethod
    def _bare(cls, entities: Any) -> Any:
        if isinstance(entities, dict):
            return {name: {} if entity is None else entity for name, entity in entities.items()}
        return entities

    @model_validator(mode="after")
    def _whole(self) -> Deal:
        from gigacampus.campus.spec.deal import varied  # it needs the nouns that stand here
        from gigacampus.campus.spec.deal.rules import faults

        found = [
            InitErrorDetails(type=PydanticCustomError("deal", "{reason}", {"reason": message}), loc=path, input=value)
            for path, message, value in [*faults(self), *varied.faults(self)][:12]
        ]
        if found:  # raised whole, so that each stands at its own key
            raise ValidationError.from_exception_data("Deal", found)
        return self

    def read_as(self, name: str) -> Deal:
        """The deal under one of its readings."""
        tree = self.model_dump(mode="json")
        for path, value in tree.pop("readings")[name]["set"].items():
            put(tree, path, value)
        return Deal.model_validate(tree, context={"written": True})

    @property
    def quotes(self) -> dict[str, tuple[str, Quote]]:
        """Every quote, called by its loan and its own name, with its loan."""
        return {f"{loan} {name}": (loan, q) for loan, x in self.loans.items() for name, q in x.quotes.items()}

    @property
    def markets(self) -> dict[str, Market]:
        """Markets of the rating view."""
        return self.rating.markets if self.rating is not None else {}

    @property
    def scenarios(self) -> dict[str, Scenario]:
        """Paths of the market that the outlook has."""
        return self.outlook.scenarios if self.outlook is not None else {}

    def contracts(self) -> Iterator[tuple[str, str, Any]]:
        """Every contract as (kind, name, contract)."""
        for kind in ("construction", "loans", "leases", "guarantees", "services", "transfers"):
            for name, contract in getattr(self, kind).items():
                yield kind, name, contract
