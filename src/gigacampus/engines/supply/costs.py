"""Monthly cost items in nominal USD, and what a plant's energy costs over its service."""

from __future__ import annotations

import numpy as np

from gigacampus.campus.spec.site import Grid
from gigacampus.campus.spec.supply import Battery, Firm, Gas, Plant, Supply
from gigacampus.engines.supply.dispatch import Dispatch
from gigacampus.engines.supply.profile import delivery, growth, in_service, running_cost, selling_price
from gigacampus.money import annuity
from gigacampus.timeline import Floats, Ints, Timeline

ITEMS = {
    "fuel": "fuel of plants that the campus owns",
    "vom": "variable operation and maintenance of plants that the campus owns",
    "fom": "fixed operation and maintenance of plants that the campus owns",
    "capital_recovery": "annuity on the capital of plants that the campus owns; not paid month by month, so not billed",
    "ppa": "generation of plants under contract, at their price",
    "utility_plants": "the utility's plants for the campus, at their price or at cost with capital recovery",
    "grid_energy": "market purchase at the hour's price",
    "delivery": "adder on everything drawn through the meter",
    "demand_charge": "on each calendar month's highest hourly import",
    "capacity": "capacity obligation on the calendar year's peak import, less firm capacity contracted behind the grid",
    "fixed": "customer charge",
    "certificates": "certificates that fill annual matching up",
    "export_revenue": "export from behind the meter (negative)",
    "surplus_sales": "output under contract that the campus does not take, sold where it is made (negative)",
}
"""Every cost item and what it holds. All but `capital_recovery` stand on the campus's energy bill."""

Items = dict[str, Floats]


def capital(plant: Plant) -> float:
    """Capital cost of all units in money of the plant's price year [USD]."""
    by_energy = plant.capex_energy * plant.total_energy * 1e3 if isinstance(plant, Battery) else 0.0
    return plant.capex * plant.total * 1e3 + by_energy


def fixed_maintenance(plant: Plant) -> float:
    """Fixed operation and maintenance of all units in money of the plant's price year [USD/year]."""
    by_energy = plant.fom_energy * plant.total_energy * 1e3 if isinstance(plant, Battery) else 0.0
    return plant.fom * plant.total * 1e3 + by_energy


def month_year(timeline: Timeline) -> Ints:
    """Index into `timeline.years` of each month, shape (M,)."""
    return timeline.months.astype("datetime64[Y]").astype(np.int64) + 1970 - timeline.start.year


def month_hours(timeline: Timeline) -> Floats:
    """Hours of each whole calendar month, shape (M,)."""
    first = timeline.months.astype("datetime64[D]")
    after = (timeline.months + 1).astype("datetime64[D]")
    return np.asarray(24.0 * (after - first).astype(float))


def own_costs(name: str, plant: Plant, supply: Supply, timeline: Timeline, made: Dispatch) -> Items:
    """Fuel, vom, fom and capital recovery of one plant, monthly, nominal: each (M,) [USD].

    Notes
    -----
    Capital recovery is ``CRF(real WACC, life) x capital`` a year in real money, raised by inflation: a real annuity, so
    that its nominal payments grow. A plant that outlives its life is replaced at the same real cost.
    """
    index = growth(supply.inflation, plant.price_year, timeline.years)
    output = made.discharge_of(name) if isinstance(plant, Battery) else made.generation[name]
    fuel = np.zeros(len(timeline.years))
    if isinstance(plant, Gas):
        fuel = running_cost(plant, supply, timeline)[0]
    elif isinstance(plant, Firm):
        fuel = plant.fuel_cost * index
    twelfth = timeline.monthly(in_service(plant, timeline)) / month_hours(timeline) / 12.0 * index[month_year(timeline)]
    return {
        "fuel": timeline.monthly(output * fuel[timeline.year]),
        "vom": timeline.monthly(output * (plant.vom * index)[timeline.year]),
        "fom": fixed_maintenance(plant) * twelfth,
        "capital_recovery": capital(plant) * annuity(plant.wacc, plant.life) * twelfth,
    }


def plant_costs(supply: Supply, timeline: Timeline, made: Dispatch) -> dict[str, Items]:
    """What each plant costs the campus, by item: each (M,) [USD]."""
    found: dict[str, Items] = {}
    for name, plant in supply.plants.items():
        if plant.price is None:
            own = own_costs(name, plant, supply, timeline, made)
            found[name] = {"utility_plants": sum(own.values(), np.zeros(len(timeline.months)))}
            if plant.owner == "campus":
                found[name] = own
        else:
            sold = made.generation[name] if plant.owner == "contract" else made.delivered[name]
            item = "ppa" if plant.owner == "contract" else "utility_plants"
            found[name] = {item: timeline.monthly(sold * selling_price(plant, timeline)[timeline.year])}
    return found


def surplus(supply: Supply, grid: Grid, made: Dispatch) -> Floats:
    """Output that feeds through the grid and that the campus pays for but does not take, shape (H,) [MW]."""
    left = np.zeros_like(made.load)
    for name, plant in supply.plants.items():
        paid = plant.owner != "utility" or plant.price is None
        if not plant.behind_meter and paid and not isinstance(plant, (Gas, Battery)):
            left += np.maximum(made.generation[name] - made.delivered[name] / delivery(plant, grid), 0.0)
    return left


def demand_charge(imports: Floats, rate: Floats, timeline: Timeline) -> Floats:
    """Charge on each calendar month's highest hourly import, shape (M,) [USD].

    Parameters
    ----------
    imports : array, shape (H,) [MW]
    rate : array, shape (M,) [USD/kW-month]
    """
    return np.asarray(timeline.monthly_peak(imports) * 1e3 * rate)


def accredited(supply: Supply, made: Dispatch, timeline: Timeline) -> Floats:
    """Firm capacity contracted for the campus behind the grid, less its forced outage, shape (H,) [MW]."""
    found = np.zeros_like(made.load)
    for plant in supply.plants.values():
        if not plant.behind_meter and isinstance(plant, (Gas, Firm)):
            found += plant.total * (1.0 - plant.forced_outage) * in_service(plant, timeline)
    return found


def capacity_obligation(supply: Supply, grid: Grid, made: Dispatch, timeline: Timeline) -> Floats:
    """Cost of the capacity obligation, shape (M,) [USD].

    The obligation is the campus's highest import of the calendar year, which stands in for its import in the system's
    peak hour and is never below it, less the firm capacity that stands for it elsewhere on the grid.
    """
    peaks = np.zeros(len(timeline.years))
    np.maximum.at(peaks, timeline.year, made.grid_import)
    short = np.maximum(peaks[timeline.year] - accredited(supply, made, timeline), 0.0)
    price = grid.capacity_price * growth(grid.price_growth, grid.price_year, timeline.years)[month_year(timeline)]
    return timeline.monthly(short) / month_hours(timeline) * 1e3 * price / 12.0


def grid_costs(supply: Supply, grid: Grid, timeline: Timeline, made: Dispatch) -> Items:
    """Every item of the grid's bill, monthly, nominal: each (M,) [USD]."""
    tariff = supply.tariff
    index = growth(supply.inflation, tariff.price_year, timeline.years)
    by_month = index[month_year(timeline)]
    earned = made.price - (tariff.export_discount * index)[timeline.year]
    present = timeline.monthly(np.ones(timeline.hours)) / month_hours(timeline)
    return {
        "grid_energy": timeline.monthly(made.purchase * made.price),
        "delivery": timeline.monthly(made.grid_import * (tariff.delivery * index)[timeline.year]),
        "demand_charge": demand_charge(made.grid_import, tariff.demand_charge * by_month, timeline) * present,
        "capacity": capacity_obligation(supply, grid, made, timeline),
        "fixed": tariff.fixed * by_month * present,
        "export_revenue": -timeline.monthly(made.grid_export * earned),
        "surplus_sales": -timeline.monthly(surplus(supply, grid, made) * earned),
    }


def certificate_costs(supply: Supply, timeline: Timeline, load: Floats, bought: Floats) -> Floats:
    """Cost of certificates, spread over each year's months as its load is, shape (M,) [USD]; `bought` is (Y,) [MWh]."""
    given = supply.certificates
    yearly = bought * given.price * growth(supply.inflation, given.price_year, timeline.years)
    load_of_year = np.maximum(timeline.yearly(load), 1e-300)
    year = month_year(timeline)
    return np.asarray(timeline.monthly(load) * (yearly / load_of_year)[year])


def by_item(plants: dict[str, Items], others: Items, months: int) -> Items:
    """Sum plants' items into the campus's, in the order of `ITEMS`."""
    sums = {item: others.get(item, np.zeros(months)).copy() for item in ITEMS}
    for items in plants.values():
        for item, cost in items.items():
            sums[item] += cost
    return sums


def real(nominal: Floats, supply: Supply, timeline: Timeline) -> Floats:
    """Monthly money in that of ``supply.price_year``, shape (M,)."""
    return np.asarray(nominal / growth(supply.inflation, supply.price_year, timeline.years)[month_year(timeline)])


def levelised(
    name: str, plant: Plant, supply: Supply, timeline: Timeline, made: Dispatch, items: Items
) -> float | None:
    """Levelised cost of a plant's energy over its service within the life, in money of ``supply.price_year`` [USD/MWh].

    ``sum(real cost_y / (1 + r)^y) / sum(MWh_y / (1 + r)^y)`` with the plant's real cost of capital r; energy at its own
    meter, for a battery what it discharges. None where it gives no energy.
    """
    output = made.discharge_of(name) if isinstance(plant, Battery) else made.generation[name]
    factor = (1.0 + plant.wacc) ** -(timeline.years - timeline.years[0]).astype(float)
    energy = float(timeline.yearly(output) @ factor)
    if energy <= 0.0:
        return None
    total = real(sum(items.values(), np.zeros(len(timeline.months))), supply, timeline)
    return float(timeline.months_to_years(total) @ factor) / energy
