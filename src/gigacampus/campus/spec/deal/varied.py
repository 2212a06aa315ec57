"""Which numbers of a deal a word, a path or a pattern stands for, and what a change makes of the deal."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from gigacampus.campus.spec.deal import UNKNOWN, Deal, RateFrom
from gigacampus.campus.spec.deal.calendar import Fault
from gigacampus.campus.spec.deal.payments import COSTS, Rates
from gigacampus.campus.spec.deal.rules import numbers
from gigacampus.campus.spec.deal.study import Change, Draw, Range, Written, bounded, read
from gigacampus.campus.spec.deal.terms import near
from gigacampus.quantities import ACCEPTED, Quantity

DELAY = "delay"
"""Every event comes later, and so does the end of works that follows from none."""

GROUPS: Mapping[str, tuple[str, ...]] = {
    "rent": ("leases.*.rent", "leases.*.commitment.amount"),
    "revenue": ("services.*.amount", "services.*.rates.*"),
    "construction cost": ("construction.*.amount", "construction.*.unit_cost"),
    "interest rate": ("benchmarks.*",),
    "running costs": ("services.*.amount", "services.*.rates.*"),
    "energy cost": ("measures.energy",),
}
UNSIGNED: Mapping[str, tuple[str, ...]] = {"interest rate": ("loans.*.coupon",)}
"""What belongs to a word as well while the deal is not signed: a coupon that is signed is fixed."""
MEASURES = tuple(f"measures.{name}" for name in (*COSTS, *Rates.model_fields, "unavailable"))
USUAL: Mapping[str, Range] = {
    "rent": Range(low="x 0.9", high="x 1.1"),
    "revenue": Range(low="x 0.9", high="x 1.1"),
    "construction cost": Range(low="x 0.9", high="x 1.1"),
    DELAY: Range(high="6 months"),
    "interest rate": Range(low="minus 100 bp", high="plus 100 bp"),
    "running costs": Range(low="x 0.9", high="x 1.1"),
    "energy cost": Range(low="x 0.9", high="x 1.1"),
}
"""Ranges where a deal gives none: assumed."""
_ELSEWHERE = re.compile(r"(solve|published|exposures|accounting)\.|entities\.[^.]+\.owners\.|leases\.[^.]+\.parts\.")


@dataclass(frozen=True)
class Number:
    """A number of a deal: its path, what it is (None for what is measured), its value or steps (None if measured)."""

    path: str
    quantity: Quantity | None
    value: float | list[RateFrom] | None


def targets(deal: Deal, key: str, signed: bool = True) -> list[Number]:
    """The numbers that a key stands for in a deal that is signed or not; none where it names nothing of this deal."""
    if key == DELAY:
        return [Number(DELAY, Quantity("month"), 0.0)]
    paths = GROUPS.get(key, (key,)) + (() if signed else UNSIGNED.get(key, ()))
    patterns = [re.escape(p).replace(r"\*", r"[^.]+") for p in paths]
    found = [one for one in _all(deal) if any(re.fullmatch(pattern, one.path) for pattern in patterns)]
    sold = {"revenue": True, "running costs": False}.get(key)
    return found if sold is None else [one for one in found if _sells(deal, one.path.split(".")[1]) is sold]


def _sells(deal: Deal, service: str) -> bool:
    """Whether a service is revenue: paid to a vehicle from outside the vehicles, or to an owner by a customer."""
    owners = {owner for entity in deal.entities.values() for owner in entity.owners}
    vehicles = {name for name, entity in deal.entities.items() if entity.owners}
    vehicles |= {loan.borrower for loan in deal.loans.values()}

    def within(party: str) -> int:
        """How far inside the deal a party stands."""
        return 2 * (party in vehicles) or int(party in owners)

    return within(deal.services[service].payee) > within(deal.services[service].payer)


def _all(deal: Deal) -> Iterator[Number]:
    for path, value, quantity in numbers(deal):
        if not _ELSEWHERE.match(path):
            yield Number(path, quantity, value)
    rate = next(m for m in RateFrom.model_fields["rate"].metadata if isinstance(m, Quantity))
    yield from (Number(f"benchmarks.{name}", rate, steps) for name, steps in deal.benchmarks.items())
    yield from (Number(path, None, None) for path in MEASURES)


def change(found: list[Number], written: Written) -> Change:
    """Read a value or change of some numbers; ValueError says what would be right."""
    units = {one.quantity.unit if one.quantity else None for one in found}
    made = read(written, units.pop() if len(units) == 1 else None)
    for one in found:
        values = [step.rate for step in one.value] if isinstance(one.value, list) else [one.value]
        for value in (made.of(v) for v in values if v is not None and v is not UNKNOWN):
            if one.quantity is not None and not bounded(one.quantity, value):
                raise ValueError(f"{one.path} cannot be {value:g}{_unit(one.quantity)}")
    return made


def _unit(quantity: Quantity) -> str:
    return f" {quantity.unit}" if quantity.unit in ACCEPTED and quantity.unit != "fraction" else ""


def faults(deal: Deal) -> Iterator[Fault]:
    """What is varied and is not there, or cannot have that value, as (place, message, value); one for each key."""
    study = deal.sensitivity
    if study is None:
        return
    signed = study.unknowns != "solved"
    for key, ends in study.vary.items():
        yield from _first(deal, key, signed, {("vary", key, side): getattr(ends, side) for side in ("low", "high")})
    sides = {} if study.two_way is None else {"rows": study.two_way.rows, "columns": study.two_way.columns}
    for side, axis in sides.items():
        places: dict[tuple[str | int, ...], Written | None] = {
            ("two_way", side, "values", index): value for index, value in enumerate(axis.values)
        }
        yield from _first(deal, axis.of, signed, places)
    for key, draw in study.paths.draws.items() if study.paths is not None else ():
        yield from _draw_faults(deal, key, draw)


def _first(deal: Deal, key: str, signed: bool, written: Mapping[tuple[str | int, ...], Written | None]) -> list[Fault]:
    """The first value of a key that cannot be read, if any."""
    for place, value in written.items():
        try:
            if value is not None:
                change(_there(deal, key, signed), value)
        except ValueError as error:
            return [(("sensitivity", *place), str(error), value)]
    return []


def _there(deal: Deal, key: str, signed: bool) -> list[Number]:
    """The numbers of a key; ValueError where there are none, or where the deal finds them anew in each case."""
    found = targets(deal, key, signed)
    if not found and targets(deal, key, False):
        raise ValueError(f"what is signed stays; vary {UNSIGNED[key][0]}, or set unknowns: solved")
    if not found:
        names = [DELAY, *GROUPS, *(one.path for one in _all(deal))]
        raise ValueError(f"no number of the deal is called so; {near(key, names)}")
    for one in found:
        if not signed and one.value is UNKNOWN:
            raise ValueError(f"{one.path} is found from its figure; vary that, or set unknowns: frozen")
    return found


def _draw_faults(deal: Deal, key: str, draw: Draw) -> Iterator[Fault]:
    place = ("sensitivity", "paths", "draws", key)
    found = _first(deal, key, True, {(*place[1:], side): getattr(draw, side) for side in ("low", "high", "mode")})
    if found or key == DELAY:
        dates = "dates are the same on every path; vary a delay in a range or a table"
        yield from found or [(place, dates, key)]
        return
    ends = [change(targets(deal, key), end) for end in (draw.low, draw.mode, draw.high) if end is not None]
    if len({end.how for end in ends}) > 1:
        yield place, "low, mode and high are all values, all factors, or all changes", draw.low
    elif any(a.by > b.by for a, b in itertools.pairwise(ends)) or ends[0].by == ends[-1].by:
        yield place, "low lies below high, and a mode between them", draw.low
    elif draw.kind == "lognormal" and ends[0].by <= 0:
        yield (*place, "low"), "a lognormal distribution is above zero", draw.low


def put(part: Any, path: str, value: Any) -> Any:
    """A part of a spec with one value replaced; names that contain dots are understood."""
    if not path:
        return value
    if isinstance(part, dict):
        key = max((k for k in part if path == k or path.startswith(f"{k}.")), key=len)
        return {**part, key: put(part[key], path[len(key) + 1 :], value)}
    name, _, rest = path.partition(".")
    return part.model_copy(update={name: put(getattr(part, name), rest, value)})
