"""Random supplies: plants of every kind and owner, a connection that may bind, a tariff, certificates."""

from __future__ import annotations

from datetime import date, timedelta

from gigacampus.campus import catalog
from gigacampus.campus.spec.supply import KINDS
from gigacampus.runs.selfcheck.draw import Draw, Tree

NAMES = ("a", "Sun field", "zeta", "north", "p-4", "Ω", "grid", "b2", "gas")


def supply(draw: Draw, start: date, end: date, power: float) -> Tree:
    """A supply for a campus of so many megawatts."""
    names = draw.shuffled(NAMES)[: draw.pick([0, 1, 2, 2, 3, 4, 7])]
    tree: Tree = {
        "plants": {name: _plant(draw, start, end, power) for name in names},
        "grid": _connection(draw, start, end, power),
        "tariff": {"use": draw.pick(catalog.names("tariffs"))},
        "certificates": {"use": draw.pick(catalog.names("certificates")), "match": draw.share(0, 100, edges=0.4)},
    }
    if draw.chance(0.2):
        tree["tariff"]["energy"] = f"{draw.between(0, 200)} USD/MWh"
    for noun in draw.some(list(tree), 0.2):
        del tree[noun]
    return tree


def _plant(draw: Draw, start: date, end: date, power: float) -> Tree:
    kind, section = draw.pick(list(KINDS)), "power_technologies"
    entry = draw.pick([name for name in catalog.names(section) if catalog.entry(section, name).text["kind"] == kind])
    plant: Tree = {"use": entry, "kind": kind, "capacity": draw.megawatts(draw.size(0.01, 3.0) * power)}
    if draw.chance(0.05):
        plant["capacity"] = "0 MW"
    if kind == "battery" and draw.chance(0.3):
        plant["energy"] = f"{draw.size(0.01, 10) * power:.6g} MWh"
    return plant | _owner(draw, kind) | _service(draw, start, end)


def _owner(draw: Draw, kind: str) -> Tree:
    if kind == "battery":
        return {"owner": draw.pick(["campus", "utility"])}
    owner = draw.pick(["campus", "utility", "contract"])
    price = {"price": f"{draw.between(0, 120)} USD/MWh", "price_growth": f"{draw.between(-2, 4)} %/year"}
    return {"owner": owner} | (price if owner == "contract" or (owner == "utility" and draw.chance(0.5)) else {})


def _service(draw: Draw, start: date, end: date) -> Tree:
    far = timedelta(days=2000)
    plant: Tree = {}
    if draw.chance(0.3):
        plant["start"] = draw.day(start - far, end + timedelta(days=100))
    if draw.chance(0.15):
        plant["end"] = draw.day(plant.get("start", start), end + far)
    return plant


def _connection(draw: Draw, start: date, end: date, power: float) -> Tree:
    connection: Tree = {}
    if draw.chance(0.4):
        share = draw.pick([0.0, draw.between(0.1, 0.9), draw.between(0.9, 2.5)])
        connection["import_limit"] = draw.megawatts(share * power)
    if draw.chance(0.4):
        connection["export_limit"] = draw.megawatts(draw.between(0, 2) * power)
    if draw.chance(0.1):
        connection["energised"] = draw.day(start - timedelta(days=30), end + timedelta(days=5))
    return connection
