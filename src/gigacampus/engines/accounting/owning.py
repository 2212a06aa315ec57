"""Who owns whom in a deal."""

from __future__ import annotations

from collections.abc import Collection

from gigacampus.campus.spec.deal import Deal


def vehicles(deal: Deal) -> list[str]:
    """Entities with owners or loans, each after those that it owns."""
    borrowers = {loan.borrower for loan in deal.loans.values()}
    listed = [name for name, entity in deal.entities.items() if entity.owners or name in borrowers]
    return sorted(
        listed, key=lambda name: -len(above(deal, name))
    )  # whoever is owned has more above it than its owners


def owners(deal: Deal, vehicle: str) -> dict[str, float]:
    """Who owns a vehicle, with their shares; where nobody is named, its shareholders."""
    return deal.entities[vehicle].owners or {f"{vehicle} shareholders": 1.0}


def above(deal: Deal, name: str) -> set[str]:
    """An entity with all who own it, also through others."""
    found, frontier = set[str](), {name}
    while frontier:
        found |= frontier
        frontier = {o for held in frontier if held in deal.entities for o in deal.entities[held].owners} - found
    return found


def group(deal: Deal, parent: str, vehicle: str) -> tuple[str, ...]:
    """A parent, a vehicle that it consolidates, and every other of which the two then own more than half."""
    found = {parent, vehicle}
    while True:
        more = {v for v in vehicles(deal) if v not in found and _held(deal, v, found) > 0.5}
        if not more:
            return (parent, *sorted(found - {parent}))
        found |= more


def _held(deal: Deal, vehicle: str, by: Collection[str]) -> float:
    return sum(share for owner, share in owners(deal, vehicle).items() if owner in by)
