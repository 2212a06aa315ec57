"""Random valid campuses: every noun of the spec, every kind of part, small and large, with and without a deal.

A campus is a plain tree, as YAML would give it, so that checks can change it before they write it down.
"""

from __future__ import annotations

from datetime import date, timedelta

from gigacampus.campus import catalog
from gigacampus.runs.selfcheck import deals, plants
from gigacampus.runs.selfcheck.draw import Draw, Tree

NAMES = ("Campus", "Site 7", "Größe", "光州", 'The "Yard"', "a: b # c", "<b>bold</b> & co", "=1+1", "true", "12")


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
        return {"schema_version": 1, "name": draw.pick(NAMES), "deal": deals.deal(draw, {})}
    start = draw.day(date(2023, 1, 1), date(2036, 12, 31)) if draw.chance(0.9) else date(2028, 2, 29)
    end = start + timedelta(days=draw.whole(min(30, days), days) - 1)
    compute = _compute(draw, start, end)
    tree: Tree = {
        "schema_version": 1,
        "name": draw.pick(NAMES),
        "case": f"Random {seed}",
        "life": {"end": end},
        "site": _site(draw),
        "compute": compute,
        "workload": _workload(draw),
        "facility": {"power": _power(draw), "cooling": _cooling(draw), "design": {"accept_excess": True}},
        "supply": plants.supply(draw, start, end, sum_of(compute)),
        "promises": _promises(draw),
    }
    for noun in draw.some(["case", "workload", "facility", "supply", "promises"], 0.1):
        del tree[noun]
    if draw.chance(0.25):
        tree["deal"] = deals.deal(draw, {phase["name"]: phase["ready"] for phase in compute["phases"]})
    if "facility" in tree:
        _give_side(tree)
        tree["facility"]["swings"] = _swings(draw)
        if draw.chance(0.2):
            tree["facility"]["control"] = _control(draw)
        if draw.chance(0.3):
            tree["facility"]["water"] = _water(draw, sum_of(compute))
    return tree


def _give_side(tree: Tree) -> None:
    """Servers without cold plates where the plant has no liquid side."""
    cooling = tree["facility"]["cooling"]
    if "liquid" not in _parts(cooling if isinstance(cooling, str) else cooling["use"]):
        server = tree["compute"].get("server", "gb200-nvl72")
        tree["compute"]["server"] = {**({"use": server} if isinstance(server, str) else server), "liquid_share": "0 %"}


def sum_of(compute: Tree) -> float:
    """Power of the phases as drawn [MW]."""
    return sum(float(phase["power"].split()[0]) for phase in compute["phases"])


def _site(draw: Draw) -> Tree:
    site: Tree = {"place": draw.pick(NAMES), "weather": draw.pick(catalog.names("weather"))}
    if draw.chance(0.3):
        site |= {"latitude": f"{draw.between(-60, 65)} deg", "longitude": f"{draw.between(-180, 180)} deg"}
    if draw.chance(0.2):
        site["elevation"] = f"{draw.between(-100, 3500)} m"
    if draw.chance(0.9):
        site["grid"] = draw.pick(catalog.names("grids"))
    if draw.chance(0.4):
        site["grid"] = {"use": draw.pick(catalog.names("grids")), **_grid(draw)}
    return site


def _grid(draw: Draw) -> Tree:
    figures = {
        "mix": draw.pick(catalog.names("grid_mixes")),
        "price": f"{draw.pick([0.0, draw.between(5, 150), -draw.between(0, 10)])} USD/MWh",
        "price_shape": draw.pick(catalog.names("price_shapes")),
        "capacity_price": f"{draw.between(0, 150)} USD/kW-year",
        "price_growth": f"{draw.between(-3, 6)} %/year",
        "price_year": draw.whole(2015, 2030),
        "carbon_location": f"{draw.pick([0.0, draw.between(10, 900)])} kg/MWh",
        "carbon_residual": f"{draw.between(0, 900)} kg/MWh",
        "carbon_decline": f"{draw.between(-10, 2)} %/year",
        "losses": draw.share(0, 12),
        "utc_offset": draw.pick([-8, -6, 0, 5.5, 5.75, 9, 14]),
    }
    return {name: figures[name] for name in draw.some(list(figures), 0.35)}


def _compute(draw: Draw, start: date, end: date) -> Tree:
    count = draw.whole(1, 4)
    days = sorted([start, *(draw.day(start, end - timedelta(days=1)) for _ in range(count - 1))])
    scale = draw.size(1.0, 5000.0)
    compute: Tree = {
        "server": _server(draw),
        "basis": draw.pick(["it", "facility"]),
        "phases": [_phase(draw, f"Hall {index + 1}", day, scale) for index, day in enumerate(days)],
    }
    if draw.chance(0.3):
        later = draw.day(days[-1], end - timedelta(days=1))
        compute["expansion"] = {"enabled": draw.chance(0.5), "phases": [_phase(draw, "Expansion", later, scale)]}
    for noun in draw.some(["server", "basis"], 0.15):
        del compute[noun]
    return compute


def _phase(draw: Draw, name: str, ready: date, scale: float) -> Tree:
    return {"name": name, "ready": ready, "power": f"{max(draw.between(0.2, 1.0) * scale, 0.5):.10g} MW"}


def _server(draw: Draw) -> str | Tree:
    name = draw.pick(catalog.names("servers"))
    if draw.chance(0.7):
        return name
    figures = {
        "peak_power": f"{draw.between(140, 300)} kW",
        "idle_power": f"{draw.between(0, 1.5)} kW",
        "overhead_share": draw.share(0, 30),
        "fan_share": draw.share(0, 20),
        "liquid_share": draw.share(0, 100),
        "embodied": f"{draw.between(0, 90)} t",
        "life": f"{draw.between(0.5, 9)} years",
    }
    return {"use": name, **{key: figures[key] for key in draw.some(list(figures), 0.4)}}


def _workload(draw: Draw) -> Tree:
    training = draw.between(0, 100)
    serving = draw.between(0, 100 - training) if draw.chance(0.9) else 100 - training
    mean = draw.between(20, 60)
    workload: Tree = {
        "training": {"share": f"{training} %", "activity": draw.share(0, 100), "mfu": draw.share(0, 60)},
        "serving": {"share": f"{serving:.10g} %", "activity_mean": f"{mean} %", "activity_swing": draw.share(0, 20)},
        "failures": {"rate": f"{draw.pick([0.0, draw.size(0.01, 100)])} 1/year", "write": f"{draw.between(0, 600)} s"},
    }
    if draw.chance(0.5):
        workload["training"]["job_accelerators"] = draw.pick([1, 64, 4096, 100_000])
    if draw.chance(0.5):
        workload["serving"]["peak_hour"] = draw.between(0, 24)
    if draw.chance(0.5):
        workload["failures"]["restart"] = f"{draw.between(0, 60)} min"
    return workload


def _power(draw: Draw) -> str | Tree:
    name = draw.pick(catalog.names("power_chains"))
    if draw.chance(0.6):
        return name
    figures: Tree = {
        "topology": draw.pick(["N", "N+1", "2N", "3N/2", "4N/3", "5N/4", "catcher"]),
        "units": draw.whole(1, 12),
        "headroom": draw.between(1, 2),
        "substation_topology": draw.pick(["N", "N+1", "2N"]),
        "transformer": {"square": draw.share(0.01, 3)},
        "distribution": {"square": draw.share(0.01, 3)},
        "supply_topology": draw.pick(["N", "N+1", "2N"]),
        "auxiliary": draw.share(0, 5),
        "ups_headroom": draw.between(1, 1.5),
    }
    return {"use": name, **{key: figures[key] for key in draw.some(list(figures), 0.4)}}


def _cooling(draw: Draw) -> str | Tree:
    name = draw.pick(catalog.names("cooling_plants"))
    if draw.chance(0.5):
        return name
    changes = {key: change for key, change in _changes(draw).items() if key in _parts(name)}
    cooling: Tree = {"use": name, **{key: changes[key] for key in draw.some(list(changes), 0.6)}}
    if "liquid" in _parts(name) and draw.chance(0.3):
        cooling["liquid_share"] = draw.share(0, 100)
    if draw.chance(0.2):
        cooling["water_model"] = draw.pick(["energy-balance", "all-latent"])
    return cooling


def _control(draw: Draw) -> Tree:
    return {
        "by": draw.pick(["rules", "optimal"]),
        "minimise": draw.pick(["energy", "water", "money", "carbon"]),
        "mode_changes": draw.pick([0, 1, 4, 24]),
        "chiller_minimum": draw.share(5, 40),
        "air_max": f"{draw.between(20, 35)} C",
    }


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
    figures: Tree = {
        "cap": f"{draw.size(0.01, 2.0)} L/kWh",
        "tank": f"{draw.between(0, 100) * hour} m3",
        "quality": draw.pick(["surface-municipal", "reclaimed-municipal"]),
        "recycling": {"share": draw.share(0, 100), "recovery": draw.share(0, 90)},
    }
    limits = {key: permit[key] for key in draw.some(list(permit), 0.4)}
    supply: Tree = {"permit": limits, **{key: figures[key] for key in draw.some(list(figures), 0.4)}}
    if "cap" not in supply and not set(limits) - {"discharge_max"}:
        supply.pop("tank", None)  # it would bridge nothing
    return supply


def _swings(draw: Draw) -> Tree:
    means = ["rack-storage", "battery", "floor", "ramps", "stagger"]
    figures: Tree = {
        "smoothing": draw.some(means, 0.4),
        "step": f"{draw.between(0.1, 10)} s",
        "tokens": draw.between(10, 100_000),
        "cooling_lag": f"{draw.between(0, 300)} s",
        "compute": draw.share(50, 100),
        "communication": draw.share(0, 40),
        "floor": draw.share(0, 100),
        "rack_storage": draw.pick(catalog.names("rack_storages")),
        "grid": {"short_circuit_ratio": draw.between(5, 20), "x_over_r": draw.between(5, 30)},
    }
    return {"window": f"{draw.between(30, 90)} s", **{key: figures[key] for key in draw.some(list(figures), 0.4)}}


def _parts(plant: str) -> set[str]:
    return set(catalog.entry("cooling_plants", plant).text)


def _changes(draw: Draw) -> Tree:
    return {
        "loop": {"pump_pressure": f"{draw.between(0, 400)} kPa", "pump_efficiency": draw.share(20, 95)},
        "rejection": {"fan_power": draw.share(0, 8), "approach": f"{draw.between(1, 12)} K"},
        "air": {"pressure": f"{draw.between(0, 900)} Pa", "efficiency": draw.share(20, 95)},
        "outside_air": {"effectiveness": draw.share(0, 100), "flow_minimum": draw.share(0, 100)},
        "chiller": {"capacity": draw.between(0.2, 3)},
        "liquid": {"supply": f"{draw.between(20, 40)} C", "cdu_approach": f"{draw.between(1, 6)} K"},
    }


def _promises(draw: Draw) -> list[Tree]:
    known: list[Tree] = [
        {"kpi": "facility.pue", "at_most": draw.between(1, 2)},
        {"kpi": "facility.wue", "at_most": f"{draw.between(0, 2)} L/kWh"},
        {"kpi": "supply.cfe_hourly", "at_least": draw.share(0, 100)},
        {"kpi": "supply.unserved", "at_most": "0 MWh", "why": "a load that the plan does not serve is no plan"},
        {"kpi": "finance.dscr_min", "at_least": 1.2},
    ]
    return draw.some(known, 0.4)
