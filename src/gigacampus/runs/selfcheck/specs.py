"""Random valid campuses: every noun of the spec, every kind of part, small and large, with and without a deal.

Here stands what a field's own type and bounds do not say: dates, sizes that go together, what a plant must have.
Every other field is drawn by `vary`. A campus is a plain tree, as YAML would give it, so that checks can change it
before they write it down.
"""

from __future__ import annotations

from datetime import date, timedelta

from gigacampus.campus import catalog
from gigacampus.campus.spec import Campus
from gigacampus.runs.selfcheck import deals, plants
from gigacampus.runs.selfcheck.draw import Draw, Tree
from gigacampus.runs.selfcheck.vary import varied

NAMES = ("Campus", "Site 7", "Größe", "光州", 'The "Yard"', "a: b # c", "<b>bold</b> & co", "=1+1", "true", "12")
VARIED = 0.08
"""Share of the fields that are not drawn here which are changed."""


def campus(seed: int | tuple[int, ...], days: int = 365) -> Tree:
    """A valid campus.

    Parameters
    ----------
    seed : int or tuple of int
    days : int
        Longest life; it starts on any day.
    """
    draw = Draw(seed)
    if draw.chance(0.05):
        tree: Tree = {"schema_version": 1, "name": draw.pick(NAMES), "deal": deals.deal(draw, {})}
    else:
        tree = _physical(draw, days) | {"case": f"Random {seed}"}
    return varied(draw, Campus, tree, VARIED)


def _physical(draw: Draw, days: int) -> Tree:
    start = draw.day(date(2023, 1, 1), date(2036, 12, 31)) if draw.chance(0.9) else date(2028, 2, 29)
    end = start + timedelta(days=draw.whole(min(30, days), days) - 1)
    compute = _compute(draw, start, end)
    tree: Tree = {
        "name": draw.pick(NAMES),
        "life": {"end": end},
        "site": _site(draw),
        "compute": compute,
        "facility": _facility(draw, sum_of(compute)),
        "supply": plants.supply(draw, start, end, sum_of(compute)),
        "promises": _promises(draw),
    }
    for noun in draw.some(["supply", "promises"], 0.05):
        del tree[noun]
    if draw.chance(0.25):
        tree["deal"] = deals.deal(draw, {phase["name"]: phase["ready"] for phase in compute["phases"]})
    if "liquid" not in catalog.entry("cooling_plants", tree["facility"]["cooling"]["use"]).text:
        compute["server"]["liquid_share"] = "0 %"
    return tree


def sum_of(compute: Tree) -> float:
    """Power of the phases as drawn [MW]."""
    return sum(float(phase["power"].split()[0]) for phase in compute["phases"])


def _site(draw: Draw) -> Tree:
    grid = {"use": draw.pick(catalog.names("grids"))}
    figures: Tree = {
        "mix": draw.pick(catalog.names("grid_mixes")),
        "price_shape": draw.pick(catalog.names("price_shapes")),
        "utc_offset": draw.pick([-8, -6, 0, 5.5, 5.75, 9, 14]),
    }
    site: Tree = {"place": draw.pick(NAMES), "weather": draw.pick(catalog.names("weather"))}
    if draw.chance(0.3):
        site |= {"latitude": f"{draw.between(-60, 65)} deg", "longitude": f"{draw.between(-180, 180)} deg"}
    if draw.chance(0.2):
        site["elevation"] = f"{draw.between(-100, 2800)} m"
    return site | {"grid": grid | {name: figures[name] for name in draw.some(list(figures), 0.2)}}


def _compute(draw: Draw, start: date, end: date) -> Tree:
    count = draw.whole(1, 4)
    days = sorted([start, *(draw.day(start, end - timedelta(days=1)) for _ in range(count - 1))])
    scale = draw.size(1.0, 5000.0)
    compute: Tree = {
        "server": {"use": draw.pick(catalog.names("servers"))},
        "basis": draw.pick(["it", "facility"]),
        "phases": [_phase(draw, f"Hall {index + 1}", day, scale) for index, day in enumerate(days)],
    }
    if draw.chance(0.3):
        later = draw.day(days[-1], end - timedelta(days=1))
        compute["expansion"] = {"enabled": draw.chance(0.5), "phases": [_phase(draw, "Expansion", later, scale)]}
    return compute


def _phase(draw: Draw, name: str, ready: date, scale: float) -> Tree:
    return {"name": name, "ready": ready, "power": f"{max(draw.between(0.2, 1.0) * scale, 0.5):.10g} MW"}


def _facility(draw: Draw, power: float) -> Tree:
    means = draw.some(["rack-storage", "battery", "floor", "ramps", "stagger"], 0.3)
    facility: Tree = {
        "power": {"use": draw.pick(catalog.names("power_chains"))},
        "cooling": {"use": draw.pick(catalog.names("cooling_plants"))},
        "design": {"accept_excess": True},
        "swings": {"window": f"{draw.between(30, 40)} s", "smoothing": means},
    }
    if draw.chance(0.2):
        facility["control"] = {"by": draw.pick(["rules", "optimal"]), "mode_changes": draw.pick([0, 1, 4, 24])}
    if draw.chance(0.3):
        facility["water"] = _water(draw, power)
    return facility


def _water(draw: Draw, power: float) -> Tree:
    """Water that may be short, for a campus of so many megawatts: a cap, a permit, a tank, blowdown used again."""
    hour = draw.size(0.01, 2.0) * power
    permit: Tree = {
        "daily": f"{24 * hour} m3",
        "monthly": f"{draw.between(300, 720) * hour} m3",
        "annual": f"{draw.between(2000, 8760) * hour} m3",
        "discharge_monthly": f"{draw.between(50, 720) * hour} m3",
        "discharge_max": f"{draw.between(15, 45)} C",
    }
    limits = {key: permit[key] for key in draw.some(list(permit), 0.4)}
    figures: Tree = {"recycling": {}, "quality": draw.pick(catalog.names("water_qualities"))}
    water = {"permit": limits} | {key: figures[key] for key in draw.some(list(figures), 0.4)}
    if draw.chance(0.4):
        water["cap"] = f"{draw.size(0.01, 2.0)} L/kWh"
    if draw.chance(0.4) and ("cap" in water or set(limits) - {"discharge_max"}):  # else a tank would bridge nothing
        water["tank"] = f"{draw.between(0, 100) * hour} m3"
    return water


def _promises(draw: Draw) -> list[Tree]:
    known: list[Tree] = [
        {"kpi": "facility.pue", "at_most": draw.between(1, 2)},
        {"kpi": "facility.wue", "at_most": f"{draw.between(0, 2)} L/kWh"},
        {"kpi": "supply.cfe_hourly", "at_least": draw.share(0, 100)},
        {"kpi": "supply.unserved", "at_most": "0 MWh", "why": "a load that the plan does not serve is no plan"},
        {"kpi": "finance.dscr_min", "at_least": 1.2},
    ]
    return draw.some(known, 0.4)
