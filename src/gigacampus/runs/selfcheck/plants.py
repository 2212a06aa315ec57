"""Random supplies: plants of every kind and owner, a connection that may bind, a tariff, certificates."""

from __future__ import annotations

from datetime import date, timedelta

from gigacampus.campus import catalog
from gigacampus.runs.selfcheck.draw import Draw, Tree

NAMES = ("a", "Sun field", "zeta", "north", "p-4", "Ω", "grid", "b2", "gas")


def supply(draw: Draw, start: date, end: date, power: float) -> Tree:
    """A supply for a campus of so many megawatts."""
    names = draw.shuffled(NAMES)[: draw.pick([0, 1, 2, 2, 3, 4, 7])]
    tree: Tree = {
        "plants": {name: _plant(draw, start, end, power) for name in names},
        "grid": _connection(draw, start, end, power),
        "tariff": _tariff(draw),
        "certificates": _certificates(draw),
        "inflation": f"{draw.between(-1, 5)} %/year",
        "price_year": draw.whole(2020, 2030),
    }
    for noun in draw.some(list(tree), 0.2):
        del tree[noun]
    return tree


def _plant(draw: Draw, start: date, end: date, power: float) -> str | Tree:
    entry = draw.pick(catalog.names("power_technologies"))
    kind = str(catalog.entry("power_technologies", entry).text["kind"])
    plant: Tree = {"use": entry, "kind": kind, "capacity": draw.megawatts(draw.size(0.01, 3.0) * power)}
    if draw.chance(0.05):
        plant["capacity"] = "0 MW"
    if draw.chance(0.4):
        plant["units"] = draw.whole(1, 9)
    plant |= _owner(draw, kind) | _money(draw) | _service(draw, start, end) | _kind(draw, kind, power)
    return plant


def _owner(draw: Draw, kind: str) -> Tree:
    if kind == "battery":
        return {"owner": draw.pick(["campus", "utility"])} if draw.chance(0.5) else {}
    owner = draw.pick(["campus", "utility", "contract"])
    plant: Tree = {"owner": owner, "attributes": draw.chance(0.7)}
    if owner == "contract" or (owner == "utility" and draw.chance(0.5)):
        plant |= {"price": f"{draw.between(0, 120)} USD/MWh", "price_growth": f"{draw.between(-2, 4)} %/year"}
    if draw.chance(0.3):
        plant["behind_meter"] = draw.chance(0.5)
    return plant


def _money(draw: Draw) -> Tree:
    figures = {
        "capex": f"{draw.between(0, 9000)} USD/kW",
        "fom": f"{draw.between(0, 200)} USD/kW-year",
        "vom": f"{draw.between(-5, 20)} USD/MWh",
        "price_year": draw.whole(2015, 2030),
        "life": f"{draw.between(1, 60)} years",
        "wacc": draw.share(0, 20),
        "forced_outage": draw.share(0, 100, edges=0.2),
        "degradation": f"{draw.between(0, 20)} %/year",
    }
    return {name: figures[name] for name in draw.some(list(figures), 0.2)}


def _service(draw: Draw, start: date, end: date) -> Tree:
    far = timedelta(days=2000)
    plant: Tree = {}
    if draw.chance(0.3):
        plant["start"] = draw.day(start - far, end + timedelta(days=100))
    if draw.chance(0.15):
        plant["end"] = draw.day(plant.get("start", start), end + far)
    return plant


def _kind(draw: Draw, kind: str, power: float) -> Tree:
    figures: Tree = {}
    if kind == "solar":
        figures = {"tilt": f"{draw.between(0, 60)} deg", "dc_ac": draw.between(0.5, 2), "losses": draw.share(0, 30)}
        figures |= {"tracking": draw.pick(["single-axis", "fixed"]), "azimuth": f"{draw.between(0, 360)} deg"}
        figures |= {"albedo": draw.between(0, 1), "ground_cover": draw.between(0.1, 0.9)}
    elif kind == "wind":
        figures = {"hub_height": f"{draw.between(10, 180)} m", "shear": draw.between(0, 0.4)}
        figures |= {"losses": draw.share(0, 30), "scale_to": draw.share(0, 60, edges=0.0)}
    elif kind == "battery":
        figures = {"hours": f"{draw.size(0.1, 100)} h", "energy": f"{draw.size(0.01, 10) * power:.6g} MWh"}
        figures |= {"efficiency": draw.share(30, 100), "min_state": draw.share(0, 40), "max_state": draw.share(50, 100)}
    elif kind == "gas":
        figures = {"heat_rate": f"{draw.between(5, 14)} MMBtu/MWh", "fuel": _fuel(draw)}
    elif kind == "firm":
        figures = {"source": draw.pick(["nuclear", "geothermal", "hydro", "biomass"])}
        figures |= {"fuel_cost": f"{draw.between(0, 30)} USD/MWh"}
    return {name: figures[name] for name in draw.some(list(figures), 0.35)}


def _fuel(draw: Draw) -> str | Tree:
    name = draw.pick(catalog.names("fuels"))
    price = f"{draw.pick([0.0, draw.between(1, 20)])} USD/MMBtu"
    return {"use": name, "price": price, "price_growth": f"{draw.between(-3, 5)} %/year"} if draw.chance(0.6) else name


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


def _tariff(draw: Draw) -> str | Tree:
    name = draw.pick(catalog.names("tariffs"))
    if draw.chance(0.4):
        return name
    figures = {
        "energy": draw.pick([None, f"{draw.between(0, 200)} USD/MWh"]),
        "demand_charge": f"{draw.between(0, 30)} USD/kW-month",
        "delivery": f"{draw.between(0, 40)} USD/MWh",
        "fixed": f"{draw.between(0, 50)} k USD",
        "export_discount": f"{draw.between(0, 10)} USD/MWh",
        "price_year": draw.whole(2015, 2030),
    }
    return {"use": name, **{key: figures[key] for key in draw.some(list(figures), 0.5)}}


def _certificates(draw: Draw) -> Tree:
    tree: Tree = {"use": draw.pick(catalog.names("certificates")), "match": draw.share(0, 100, edges=0.4)}
    if draw.chance(0.3):
        tree["price"] = f"{draw.between(0, 30)} USD/MWh"
    return tree
