"""What must fit together in a deal: names that somebody has, ownership without circles, unknowns with a figure."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

from pydantic_core import ValidationError

from gigacampus.campus.spec.deal import OUTSIDE, OWNERS, UNKNOWN, Deal, outlook, rating, slug
from gigacampus.campus.spec.deal.accounting import accounting_faults
from gigacampus.campus.spec.deal.calendar import Calendar, Fault
from gigacampus.campus.spec.deal.payments import COSTS
from gigacampus.campus.spec.deal.terms import near
from gigacampus.campus.spec.part import Part
from gigacampus.quantities import Quantity

_PARTIES = ("payer", "payee", "borrower", "rest", "landlord", "tenant", "guarantor", "beneficiary", "party", "beyond")


def faults(deal: Deal) -> Iterator[Fault]:
    """What does not fit together in a deal, as (place, message, value)."""
    yield from _unknown_parties(deal)
    yield from _unknown_sources(deal)
    yield from _unknown_loans(deal)
    yield from _slug_clashes(deal)
    yield from _circles(deal)
    yield from _valued(deal)
    yield from _unknown_numbers(deal)
    yield from rating.faults(deal)
    yield from outlook.faults(deal)
    yield from accounting_faults(deal)
    yield from _tax(deal)
    yield from _unfit_readings(deal)
    calendar = Calendar(deal, {}, partial=True)
    for kind, name, _ in deal.contracts():
        yield from calendar.disorder(kind, name)


def _unknown_parties(deal: Deal) -> Iterator[Fault]:
    parties = [*deal.entities, OUTSIDE]
    for place, name in _party_names(deal):
        if name not in parties:
            yield place, f"no entity of this name; {near(name, parties)}", name


def _party_names(deal: Deal) -> Iterator[tuple[tuple[str, ...], str]]:
    for entity, spec in deal.entities.items():
        yield from ((("entities", entity, "owners", owner), owner) for owner in spec.owners)
        if spec.promote is not None:
            yield ("entities", entity, "promote", "to"), spec.promote.to
    exposures = (("exposures", name, exposure) for name, exposure in deal.exposures.items())
    for kind, name, contract in (*deal.contracts(), *exposures):
        for field in _PARTIES:
            if getattr(contract, field, None) is not None:
                yield (kind, name, field), getattr(contract, field)
        for holder in getattr(contract, "holders", {}):
            yield (kind, name, "holders", holder), holder


def _unknown_sources(deal: Deal) -> Iterator[Fault]:
    for entity, spec in deal.entities.items():
        sources = [OWNERS, *(name for name, loan in deal.loans.items() if loan.borrower == entity)]
        for index, step in enumerate(spec.funding):
            for source in step.drawn:
                if source not in sources:
                    message = f"not a source of {entity}; {near(source, sources)}"
                    yield ("entities", entity, "funding", index), message, source
    for name, guarantee in deal.guarantees.items():
        for loan in guarantee.behind:
            if loan not in deal.loans:
                place = "loan" if guarantee.loan is not None else "loans"
                yield ("guarantees", name, place), f"no loan of this name; {near(loan, deal.loans)}", loan
    for name, service in deal.services.items():
        known = [*COSTS, *deal.leases, *(other for other in deal.services if other != name)]
        if service.of is not None and service.of not in known:
            yield ("services", name, "of"), f"no payment of this name; {near(service.of, known)}", service.of


def _unknown_loans(deal: Deal) -> Iterator[Fault]:
    """Benchmarks and loans that a loan names and that there are not, and loans that several others pay off."""
    paid_off: dict[str, str] = {}
    for name, loan in deal.loans.items():
        if loan.benchmark is not None and not deal.benchmarks.get(loan.benchmark):
            message = f"no benchmark of this name; {near(loan.benchmark, deal.benchmarks)}"
            yield ("loans", name, "benchmark"), message, loan.benchmark
        if loan.refinances is None:
            continue
        place = ("loans", name, "refinances")
        same = [other for other, x in deal.loans.items() if other != name and x.borrower == loan.borrower]
        by = paid_off.setdefault(loan.refinances, name)
        if loan.refinances not in same:
            message = f"no other loan of {loan.borrower} has this name; {near(loan.refinances, same)}"
            yield place, message, loan.refinances
        elif by != name:
            yield place, f"{by} pays that loan off already; one loan pays off another", loan.refinances


def _slug_clashes(deal: Deal) -> Iterator[Fault]:
    seen: dict[str, tuple[str, str]] = {OUTSIDE: (OUTSIDE, ""), OWNERS: (OWNERS, "")}
    named = [("entities", name) for name in deal.entities] + [(kind, name) for kind, name, _ in deal.contracts()]
    for kind, name in named:
        if "." in name:
            yield (kind, name), "a dot parts the names of a path, such as notes.final; leave it out of this one", name
        taken = seen.setdefault(slug(name), (kind, name))
        if taken != (kind, name):
            yield (
                (kind, name),
                f"the name is taken by {'.'.join(taken).strip('.')}; each entity and contract has its own",
                name,
            )


def _circles(deal: Deal) -> Iterator[Fault]:
    for entity in deal.entities:
        above, frontier = set[str](), set(deal.entities[entity].owners)
        while frontier - above:
            above |= frontier
            frontier = {o for name in frontier if name in deal.entities for o in deal.entities[name].owners}
        if entity in above:
            yield ("entities", entity, "owners"), "an entity cannot own itself, not even through others", entity
            return


def _valued(deal: Deal) -> Iterator[Fault]:
    """Vehicles that are to be valued: what they receive they pay, so that a value is only that of the days between."""
    borrowers = {loan.borrower for loan in deal.loans.values()}
    for name, entity in deal.entities.items():
        if entity.discount_rate is not None and (entity.owners or name in borrowers):
            behind = ", ".join(entity.owners) or "an owner"
            message = f"a vehicle pays on what it receives, and is worth nothing itself; value {behind} instead"
            yield ("entities", name, "discount_rate"), message, entity.discount_rate


def numbers(part: Part, path: str = "") -> Iterator[tuple[str, float, Quantity]]:
    """Every number under a part, outside lists, as (path, value, its quantity)."""
    for name, quantity in _quantities(type(part)):
        value, here = getattr(part, name), f"{path}.{name}".lstrip(".")
        for place, item in (
            ((f"{here}.{k}", v) for k, v in value.items()) if isinstance(value, dict) else [(here, value)]
        ):
            if isinstance(item, Part):
                yield from numbers(item, place)
            elif isinstance(item, float) and quantity is not None:
                yield place, item, quantity


def unknowns(part: Part) -> Iterator[tuple[str, Quantity]]:
    """Every number marked unknown under a part, as (path, its quantity)."""
    return ((path, quantity) for path, value, quantity in numbers(part) if value is UNKNOWN)


@cache
def _quantities(noun: type[Part]) -> list[tuple[str, Quantity | None]]:
    """Fields of a noun, with the quantity of those that are numbers."""
    found = []
    for name, field in noun.model_fields.items():
        arguments = getattr(field.annotation, "__args__", ())
        marks = [*field.metadata, *(m for argument in arguments for m in getattr(argument, "__metadata__", ()))]
        if name not in ("outlook", "sensitivity", "rating"):  # none of their numbers is found
            found.append((name, next((m for m in marks if isinstance(m, Quantity)), None)))
    return found


def _unknown_numbers(deal: Deal) -> Iterator[Fault]:
    sized = [f"loans.{name}.amount" for name, loan in deal.loans.items() if loan.sizing is not None]
    found, aimed = [path for path, _ in unknowns(deal)], [*sized, *(target.unknown for target in deal.solve)]
    figures = [(target.so_that, str(target.at)) for target in deal.solve]
    for index, path in enumerate(aimed[len(sized) :]):
        if path not in found:
            yield ("solve", index, "unknown"), f"that number is not marked unknown; {near(path, found)}", path
        if path in aimed[: len(sized) + index]:
            yield ("solve", index, "unknown"), "found twice; each unknown has one figure", path
        elif figures[index] in figures[:index]:
            other = deal.solve[figures.index(figures[index])].unknown
            message = f"two unknowns for one figure: {other} is found from it; give this one, or another figure"
            yield ("solve", index, "so_that"), message, figures[index][0]
    for path in found:
        if path not in aimed and not deal.published:
            ways = "an entry of solve (of a row), or figures under published"
            if path.startswith("loans.") and path.endswith(".amount"):
                ways = f"its limits under sizing, {ways}"
            yield tuple(path.split(".")), f"no figure says what it is; give {ways}", UNKNOWN


def _tax(deal: Deal) -> Iterator[Fault]:
    """Names in tax that nobody has, and costs that are deducted more than once."""
    if deal.tax is None:
        return
    costs = [*deal.construction, *deal.transfers, *deal.loans]
    for name, taxpayer in deal.tax.entities.items():
        if name not in deal.entities:
            yield ("tax", "entities", name), f"no entity of this name; {near(name, deal.entities)}", name
            continue
        owners = deal.entities[name].owners
        for index, step in enumerate(taxpayer.allocation):
            for owner in step.shares:
                if owner not in owners:
                    place = ("tax", "entities", name, "allocation", index, "shares", owner)
                    yield place, f"not an owner of {name}; {near(owner, owners)}", owner
    split: dict[str, float] = {}
    for name, asset in deal.tax.assets.items():
        here = ("tax", "assets", name)
        if asset.of not in costs:
            yield (*here, "of"), f"no cost, transfer or loan of this name; {near(asset.of, costs)}", asset.of
        split[asset.of] = split.get(asset.of, 0.0) + asset.share
        if split[asset.of] > 1 + 1e-9:
            message = f"{asset.of} is deducted to {100 * split[asset.of]:.6g} %, more than once"
            yield (*here, "share"), message, asset.share
    for name, credit in deal.tax.credits.items():
        if credit.asset not in deal.tax.assets:
            message = f"no asset of this name; {near(credit.asset, deal.tax.assets)}"
            yield ("tax", "credits", name, "asset"), message, credit.asset


def _unfit_readings(deal: Deal) -> Iterator[Fault]:
    names = {slug(name): name for name in reversed(deal.published)}
    for name, figure in deal.published.items():
        if names[slug(name)] != name:
            yield ("published", name), f"the name is taken by {names[slug(name)]!r}; each figure has its own", name
        if figure.price_of is not None and figure.price_of not in deal.loans:
            message = f"no loan of this name; {near(figure.price_of, deal.loans)}"
            yield ("published", name, "price_of"), message, figure.price_of
    for name, reading in deal.readings.items():
        for figure_name in reading.without:
            if figure_name not in deal.published:
                message = f"no figure of this name is published; {near(figure_name, deal.published)}"
                yield ("readings", name, "without"), message, figure_name
        try:
            deal.read_as(name)
        except ValidationError as error:
            first = error.errors(include_url=False)[0]
            what = "unknown key" if first["type"] == "extra_forbidden" else first["msg"]
            yield ("readings", name), f"{'.'.join(map(str, first['loc']))}: {what}", first["input"]
        except (IndexError, TypeError, KeyError):
            yield ("readings", name, "set"), "no such place in the deal", list(reading.set)
