"""What the accounts of a deal rest on beside its contracts: judgments, each with its reason, and policies."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from gigacampus.campus.spec.deal.terms import near, sums_to_one
from gigacampus.campus.spec.part import Part
from gigacampus.quantities import USD, Share, Years

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gigacampus.campus.spec.deal import Deal
    from gigacampus.campus.spec.deal.calendar import Fault


class Judgment(Part):
    """A question that a standard leaves to judgment: the answer, and why."""

    says: Literal["yes", "no", "open"] = Field(description="the answer; open where it is not settled")
    why: str = Field(description="what speaks for it, and whether it is assumed", min_length=1, max_length=500)


class Options(Part):
    """Options to renew that are reasonably certain to be taken up."""

    certain: int = Field(description="so many, from the first", ge=0)
    why: str = Field(description="what speaks for it, and whether it is assumed", min_length=1, max_length=500)


class LeaseAccounts(Part):
    """What the classification of a lease rests on (ASC 842-10-25-2, IFRS 16). A question without an answer is open."""

    borrowing_rate: Share = Field(description="the tenant's incremental borrowing rate a year")
    rents: Literal["as paid", "arrears", "mid-year", "advance"] = Field(
        "as paid", description="when a year's rents count in the test: as they are paid, or at one point of the year"
    )
    fair_value: USD | None = Field(
        None, description="of what is leased, as the lease starts; if not given, what its landlord spends on building"
    )
    guaranteed: USD | None = Field(
        None, description="most that the tenant may owe at the end of the term; if not given, its guarantee then"
    )
    probable: USD = Field(0.0, description="what of that it is probable to owe")
    options: Options | None = Field(None, description="options that are reasonably certain; none if not given")
    transfer: Judgment | None = Field(None, description="title passes to the tenant by the end of the term")
    purchase: Judgment | None = Field(None, description="an option to purchase is reasonably certain to be exercised")
    specialised: Judgment | None = Field(None, description="too specialised for another use after the term")
    portfolio: Judgment | None = Field(None, description="the guarantee covers a portfolio and not one asset")
    control_while_building: Judgment | None = Field(None, description="the tenant controls what is being built")
    control_passes: Judgment | None = Field(None, description="control of what the tenant sells passes to the landlord")
    repurchase: Judgment | None = Field(None, description="the tenant may buy back what it has sold")


class Activity(Part):
    """An activity that decides how a vehicle fares."""

    effect: Share = Field(description="its part of what can go well or badly")
    decides: list[str] = Field(
        default_factory=list, description="who decides, together if several; nobody if it is not known", max_length=20
    )
    why: str = Field(description="what speaks for it, and whether it is assumed", min_length=1, max_length=500)


class VehicleAccounts(Part):
    """What the consolidation of a vehicle rests on (ASC 810-10, IFRS 10)."""

    activities: dict[str, Activity] = Field(
        default_factory=dict, description="activities that most affect its performance, by name", max_length=50
    )
    expected_losses: USD | None = Field(
        None, description="expected losses, against which the equity at risk is held in place of a share of assets"
    )

    @model_validator(mode="after")
    def _whole(self) -> VehicleAccounts:
        sums_to_one({name: activity.effect for name, activity in self.activities.items()}, "effects of the activities")
        return self


class Accounting(Part):
    """How a deal is accounted for: arithmetic and evidence for each test, and each party's balance sheet."""

    life: Years = Field(
        description="economic life of what is leased, from its first lease on; it is written off over it"
    )
    major_part: Share = Field(0.75, description="term over economic life from which a lease is a finance lease")
    substantially_all: Share = Field(0.90, description="value of payments over fair value from which it is one")
    thin_equity: Share = Field(0.10, description="equity at risk over assets below which it is presumed to be too thin")
    significant: Share = Field(0.10, description="share of losses or benefits that could be significant, by policy")
    low_value: USD = Field(5000.0, description="up to which an asset may be left out under IFRS 16")
    leases: dict[str, LeaseAccounts] = Field(default_factory=dict, description="leases of the deal, by name")
    vehicles: dict[str, VehicleAccounts] = Field(
        default_factory=dict, description="vehicles whose consolidation is looked at, by name"
    )

    @model_validator(mode="after")
    def _something(self) -> Accounting:
        if not self.leases and not self.vehicles:
            raise PydanticCustomError("accounting", "name at least one lease or vehicle to account for")
        return self


def accounting_faults(deal: Deal) -> Iterator[Fault]:
    """Names under `accounting` that the deal does not have, and figures that cannot be taken from it."""
    spec = deal.accounting
    if spec is None:
        return
    vehicles = [name for name, entity in deal.entities.items() if entity.owners]
    vehicles += [loan.borrower for loan in deal.loans.values()]
    for kind, given, known in (("leases", spec.leases, deal.leases), ("vehicles", spec.vehicles, vehicles)):
        for name in given:
            if name not in known:
                what = "lease" if kind == "leases" else "entity with owners or loans"
                yield ("accounting", kind, name), f"no {what} of this name; {near(name, known)}", name
    for name, accounts in spec.leases.items():
        if name in deal.leases:
            yield from _lease_faults(deal, name, accounts)
    for name, vehicle in spec.vehicles.items():
        for activity, entry in vehicle.activities.items():
            for party in entry.decides:
                if party not in deal.entities:
                    place = ("accounting", "vehicles", name, "activities", activity, "decides")
                    yield place, f"no entity of this name; {near(party, deal.entities)}", party


def _lease_faults(deal: Deal, name: str, accounts: LeaseAccounts) -> Iterator[Fault]:
    place, lease = ("accounting", "leases", name), deal.leases[name]
    taken, certain = len(lease.taken), accounts.options.certain if accounts.options else 0
    if certain > taken:
        message = f"{certain} options are certain, but the deal has the rent of {taken} that are taken up"
        yield (*place, "options", "certain"), message, certain
    if accounts.guaranteed is not None and accounts.probable > accounts.guaranteed:
        yield (*place, "probable"), "more is probable than is guaranteed", accounts.probable
    shared = sum(other.landlord == lease.landlord for other in deal.leases.values()) > 1
    built = any(cost.payer == lease.landlord for cost in deal.construction.values())
    if accounts.fair_value is None and (shared or not built):
        why = "lets by several leases" if shared else "pays for no construction"
        yield place, f"fair_value is needed, for {lease.landlord} {why}", name
    given = any(g.guarantor == lease.tenant for g in deal.guarantees.values())
    if accounts.guaranteed is None and shared and given:
        yield place, f"guaranteed is needed, for {lease.landlord} lets by several leases", name
