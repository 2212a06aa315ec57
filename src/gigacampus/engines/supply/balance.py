"""The second door: the load has settled, decisions are fixed, every residual closes, and the bill is written."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from gigacampus.campus.spec.site import Grid
from gigacampus.campus.spec.supply import Gas, Supply
from gigacampus.engines.supply import costs, score
from gigacampus.engines.supply.dispatch import Dispatch
from gigacampus.engines.supply.profile import ResourceLike, delivery
from gigacampus.errors import ResidualError
from gigacampus.timeline import Floats, Timeline

LIMIT = 1e-9
"""Highest residual that is not an error, relative."""


@dataclass(frozen=True)
class SupplyResult:
    """What powers the campus, its cost and how clean it is.

    Attributes
    ----------
    dispatch : Dispatch
        All flows (H,), settled.
    load : (H,) [MW]
        Load that was served.
    energy : dict of (Y,) [MWh]
        By plant at its own meter (batteries: discharge), and purchase, grid_import, grid_export, curtailed, unserved,
        charge, spilled, load.
    fuel : dict of (Y,) [MMBtu]
        Fuel burnt by each gas plant, higher heating value.
    costs : dict of (M,) [USD nominal]
        Every item of `costs.ITEMS`; revenue is negative.
    plant_costs : dict of dict of (M,) [USD nominal]
        The same by plant, for what plants cost.
    total, bill : (M,) [USD nominal]
        Sum of all items; sum of those that the campus pays month by month (without capital recovery on its own plants).
    cost_per_mwh : float [USD/MWh in money of supply.price_year]
        All-in: every item, capital recovery of own plants included, deflated, over the load served.
    cost_items : dict of float [USD/MWh in money of supply.price_year]
        `cost_per_mwh` by item; empty where nothing was consumed.
    lcoe : dict of float or None [USD/MWh in money of supply.price_year]
        Levelised cost by plant.
    cfe_hourly : float
        Hourly score over the life.
    claimed : dict of (H,) [MW]
        Clean energy that counts to annual matching, by plant.
    carried : dict of float [MWh]
        Load over the life by the plant that carries it; see `score.carried`.
    to_match : (Y,) [MWh]
        Load, and what batteries lose.
    certificates : (Y,) [MWh]
        Certificates bought.
    renewable_annual, renewable_with_certificates : float
        Renewable energy claimed over `to_match` of the whole life, without and with certificates; each may pass 1.
    residual_energy, residual_energy_life, residual_storage : float
        Largest hourly imbalance over peak load, imbalance of the whole life over its energy, largest imbalance of a
        battery over its energy (breach of its bounds included).
    """

    dispatch: Dispatch
    load: Floats
    energy: dict[str, Floats]
    fuel: dict[str, Floats]
    costs: dict[str, Floats]
    plant_costs: dict[str, dict[str, Floats]]
    total: Floats
    bill: Floats
    cost_per_mwh: float | None
    cost_items: dict[str, float]
    lcoe: dict[str, float | None]
    cfe_hourly: float | None
    claimed: dict[str, Floats]
    carried: dict[str, float]
    to_match: Floats
    certificates: Floats
    renewable_annual: float | None
    renewable_with_certificates: float | None
    residual_energy: float
    residual_energy_life: float
    residual_storage: float


def balance(
    supply: Supply, grid: Grid, resource: ResourceLike, timeline: Timeline, made: Dispatch, load: Floats
) -> SupplyResult:
    """Settle the load and write the bill.

    Parameters
    ----------
    supply, grid, resource, timeline
        As in `dispatch`.
    made : Dispatch
        What `dispatch` decided.
    load : array, shape (H,) [MW]
        Load after the facility has answered hours with unserved power: at most what was served.

    Raises
    ------
    ResidualError
        If the load is not what was served, or a balance does not close within `LIMIT`.
    """
    load = np.asarray(load, dtype=float)
    made = settle(supply, grid, made, load)
    residuals = energy_residuals(supply, made, load), storage_residual(made)
    _check(*residuals[0], residuals[1])
    claimed = score.claims(supply, made)
    needed = score.to_match(timeline, made, load)
    bought = score.certificates(supply, timeline, needed, claimed)
    plants = costs.plant_costs(supply, timeline, made)
    others = costs.grid_costs(supply, grid, timeline, made)
    others["certificates"] = costs.certificate_costs(supply, timeline, load, bought)
    items = costs.by_item(plants, others, len(timeline.months))
    total = sum(items.values(), np.zeros(len(timeline.months)))
    clean = score.clean_hourly(supply, made, timeline.gather(resource.cfe))
    renewable = score.renewable(supply, timeline, claimed)
    also = bought if supply.certificates.kind == "renewable" else np.zeros_like(bought)
    return SupplyResult(
        dispatch=made,
        load=load,
        energy=_energy(supply, timeline, made, load),
        fuel={
            n: timeline.yearly(made.generation[n]) * p.heat_rate for n, p in supply.plants.items() if isinstance(p, Gas)
        },
        costs=items,
        plant_costs=plants,
        total=total,
        bill=total - items["capital_recovery"],
        cost_per_mwh=score.share(costs.real(total, supply, timeline), load),
        cost_items={
            name: cost
            for name, item in items.items()
            if (cost := score.share(costs.real(item, supply, timeline), load)) is not None
        },
        lcoe={n: costs.levelised(n, p, supply, timeline, made, plants[n]) for n, p in supply.plants.items()},
        cfe_hourly=score.share(clean, load),
        claimed=claimed,
        carried=score.carried(supply, made),
        to_match=needed,
        certificates=bought,
        renewable_annual=score.share(renewable, needed),
        renewable_with_certificates=score.share(renewable + also, needed),
        residual_energy=residuals[0][0],
        residual_energy_life=residuals[0][1],
        residual_storage=residuals[1],
    )


def settle(supply: Supply, grid: Grid, made: Dispatch, load: Floats) -> Dispatch:
    """Fit the flows to the load that the facility took in the end.

    Where it took less than was served, the market sells less, then gas plants give less, and the rest is spilled.
    """
    served = made.load - made.unserved
    peak = max(float(np.max(made.load, initial=0.0)), 1e-12)
    excess = served - load
    if float(np.min(excess, initial=0.0)) < -LIMIT * peak:
        hour = int(np.argmin(excess))
        raise ResidualError(f"the settled load of hour {hour} is {-excess[hour]:.6g} MW above what was served")
    excess = np.where(excess > LIMIT * 1e-3 * peak, excess, 0.0)
    if not excess.any():
        return made
    less = np.minimum(made.purchase, excess)
    changed = replace(made, purchase=made.purchase - less, grid_import=made.grid_import - less)
    excess = excess - less
    for name, plant in sorted(supply.plants.items()):
        if isinstance(plant, Gas):
            less = np.minimum(changed.delivered[name], excess)
            changed = _less(changed, name, less, delivery(plant, grid), plant.behind_meter)
            excess = excess - less
    return replace(changed, spilled=excess)


def _less(made: Dispatch, name: str, less: Floats, share: float, behind_meter: bool) -> Dispatch:
    delivered = made.delivered[name] - less
    return replace(
        made,
        delivered={**made.delivered, name: delivered},
        generation={**made.generation, name: delivered / share},
        grid_import=made.grid_import - (0.0 if behind_meter else less),
    )


def energy_residuals(supply: Supply, made: Dispatch, load: Floats) -> tuple[float, float]:
    """Largest hourly imbalance at the campus's bus over peak load, and that of the whole life over its energy.

    Plants behind the meter + import + discharge = load + charge + export + spilled; import = plants that feed through
    the grid + purchase.
    """
    behind, through = np.zeros_like(load), made.purchase.copy()
    for name, power in made.delivered.items():
        if supply.plants[name].behind_meter:
            behind += power
        else:
            through += power
    gap = behind + made.grid_import + made.discharge - load - made.charge - made.grid_export - made.spilled
    worst = np.abs(gap) + np.abs(through - made.grid_import)
    peak = max(float(np.max(made.load, initial=0.0)), 1e-12)
    whole = max(float(np.sum(made.load)), 1e-12)
    return float(np.max(worst, initial=0.0)) / peak, abs(float(np.sum(gap))) / whole


def storage_residual(made: Dispatch) -> float:
    """Largest imbalance of a battery in an hour over its energy: charge x eta - discharge / eta - change - faded."""
    worst = 0.0
    for battery in made.storage.values():
        held = battery.state - battery.floor
        change = np.diff(held, prepend=0.0)
        gap = battery.charge * battery.efficiency - battery.discharge / battery.efficiency - change - battery.faded
        breach = np.maximum(battery.floor - battery.state, battery.state - battery.ceiling)
        size = max(float(np.max(battery.ceiling, initial=0.0)), 1e-12)
        worst = max(worst, float(np.max(np.abs(gap), initial=0.0)) / size, float(np.max(breach, initial=0.0)) / size)
    return worst


def _check(hourly: float, life: float, storage: float) -> None:
    for what, found in (("energy by hour", hourly), ("energy over the life", life), ("batteries", storage)):
        if not found <= LIMIT:
            raise ResidualError(f"supply: the balance of {what} does not close: {found:.3g} is above {LIMIT:g}")


def _energy(supply: Supply, timeline: Timeline, made: Dispatch, load: Floats) -> dict[str, Floats]:
    flows = {name: made.generation.get(name) for name in supply.plants}
    hourly = {name: made.discharge_of(name) if flow is None else flow for name, flow in flows.items()}
    others = ("purchase", "grid_import", "grid_export", "curtailed", "unserved", "charge", "spilled")
    hourly |= {name: getattr(made, name) for name in others} | {"load": load}
    return {name: timeline.yearly(flow) for name, flow in hourly.items()}
