"""The rating view: what a loan is worth if what stands behind it is not there."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from gigacampus.campus.spec.deal.terms import Offset, When, near
from gigacampus.campus.spec.part import Part
from gigacampus.quantities import USD, Quantity

if TYPE_CHECKING:
    from gigacampus.campus.spec.deal import Deal
    from gigacampus.campus.spec.deal.calendar import Fault


class Market(Part):
    """What there is for the asset once the tenant pays no more, whenever that is."""

    value: USD = Field(description="what it is sold for; also the value that a guarantee's threshold is held against")
    rent: Annotated[float, Quantity("fraction", at_most=20.0)] = Field(
        description="rent if it is let again for the rest of the lease, as a share of the lease's own"
    )


class Rating(Part):
    """An experiment: the supports of a loan are removed, each alone and all combinations of them."""

    loan: str = Field(description="loan that is looked at")
    lease: str = Field(description="lease whose rent serves it")
    pays_until: When | None = Field(
        None, description="last day on which a tenant that fails pays rent; if not given, it never does"
    )
    void: Offset = Field(12.0, description="months without rent before it is let again; a year is assumed")
    markets: dict[str, Market] = Field(description="markets, by name", min_length=1, max_length=12)


def faults(deal: Deal) -> Iterator[Fault]:
    """Names of the rating that the deal does not have, as (place, message, value)."""
    if deal.rating is not None:
        for field, known in (("loan", deal.loans), ("lease", deal.leases)):
            name = getattr(deal.rating, field)
            if name not in known:
                yield ("rating", field), f"no {field} of this name; {near(name, known)}", name
