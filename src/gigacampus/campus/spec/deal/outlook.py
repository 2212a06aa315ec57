"""The outlook: what the campus may be worth when the tenant may leave, and what leaving costs the tenant."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Any, ClassVar

from pydantic import Field, field_validator
from pydantic_core import PydanticCustomError

from gigacampus.campus.spec.deal.terms import near
from gigacampus.campus.spec.part import FromCatalog, Part
from gigacampus.quantities import USD, Quantity, Years

if TYPE_CHECKING:
    from gigacampus.campus.spec.deal import Deal
    from gigacampus.campus.spec.deal.calendar import Fault

Reversion = Annotated[float, Quantity("1/year", at_most=5.0)]
Level = Annotated[float, Quantity("fraction", at_most=20.0)]
Yearly = Annotated[float, Quantity("fraction", at_least=-0.5, at_most=1.0)]
Wait = Annotated[float, Quantity("year", at_most=100.0)]


class Point(Part):
    """The market at one time."""

    after: Wait = Field(description="time after the lease's start")
    level: Level = Field(description="market rent over that of a normal market")


class Scenario(Part):
    """A path of the market. At each time a valuer takes it to go back to normal at one rate; the tenant knows it."""

    index: list[Point] = Field(
        description="market rent over normal, linear in between and level outside", min_length=1, max_length=100
    )
    mean_reversion: Reversion = Field(
        description="rate at which a gap to normal closes; the lower, the longer it lasts"
    )

    @field_validator("index")
    @classmethod
    def _rising(cls, index: list[Point]) -> list[Point]:
        times = [point.after for point in index]
        if times != sorted(set(times)):
            raise PydanticCustomError("scenario", "the times of the index must rise")
        return index


class Process(FromCatalog):
    """A market that moves by chance: the logarithm of its rent over normal reverts, diffuses and slumps."""

    section: ClassVar[str] = "market_analogues"

    mean_reversion: Reversion = Field(description="rate at which a gap to normal closes")
    volatility: Annotated[float, Quantity("fraction", at_least=0.01, at_most=5.0)] = Field(
        description="standard deviation of the logarithm in the first year, slumps apart"
    )
    jump_rate: Annotated[float, Quantity("1/year", at_most=5.0)] = Field(description="slumps a year")
    jump_mean: float = Field(description="mean size of a slump, as a logarithm", ge=-10, le=10)
    jump_sd: float = Field(description="standard deviation of a slump's size, as a logarithm", ge=0, le=5)
    growth: Yearly | None = Field(
        None, description="growth a year of the rent of a normal market; the outlook's if not given"
    )
    compensated: bool = Field(
        True, description="whether a drift offsets the slumps, so that the logarithm is zero on average"
    )
    start: Annotated[float, Quantity("fraction", above=0.0, at_most=20.0)] = Field(
        1.0, description="market rent over normal at the lease's start, its median"
    )
    start_sd: Annotated[float, Quantity("fraction", at_most=5.0)] = Field(
        0.0, description="standard deviation of its logarithm at the lease's start"
    )


class Outlook(Part):
    """The market when a lease may end: value of the campus, a guarantee called upon, a tenant that stays or leaves."""

    lease: str = Field(description="lease whose tenant may leave at the end of each term")
    guarantee: str | None = Field(None, description="guarantee that is called upon then")
    life: Years = Field(description="how long the campus earns rent, from the lease's start")
    discount: Yearly = Field(description="rate at which its rents are discounted")
    growth: Yearly = Field(description="growth a year of the rent of a normal market")
    void: Wait = Field(description="time without rent when it is let anew")
    tenant_discount: Yearly = Field(description="rate at which the tenant discounts")
    moving_cost: USD = Field(description="what moving costs the tenant before its last term ends")
    scenarios: dict[str, Scenario] = Field(default_factory=dict, description="paths of the market", max_length=20)
    process: Process | None = Field(None, description="market by chance, as an analogue of the catalogue has it")
    paths: int = Field(10_000, description="number of paths", ge=100, le=200_000)
    seed: int = Field(0, description="seed of the paths", ge=0)


def faults(deal: Deal) -> Iterator[Fault]:
    """What does not fit between a deal and its outlook, as (place, message, value)."""
    outlook = deal.outlook
    if outlook is None:
        return
    named: tuple[tuple[str, str | None, dict[str, Any]], ...] = (
        ("lease", outlook.lease, deal.leases),
        ("guarantee", outlook.guarantee, deal.guarantees),
    )
    for field, name, known in named:
        if name is not None and name not in known:
            yield ("outlook", field), f"no {field} of this name; {near(name, known)}", name
    lease = deal.leases.get(outlook.lease)
    if lease is not None and lease.term is not None and outlook.life < sum([lease.term, *lease.options]) - 1e-9:
        yield ("outlook", "life"), "the campus's life ends before the lease's last option", f"{outlook.life:g} years"
