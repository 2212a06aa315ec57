"""How clean the supply is: annual matching and the hourly score."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from gigacampus.campus.spec.supply import Battery, Firm, Gas, Plant, Supply
from gigacampus.engines.supply.dispatch import Dispatch
from gigacampus.timeline import Floats, Timeline


def is_clean(plant: Plant) -> bool:
    """Whether a plant makes carbon-free energy whose certificates are retired for the campus."""
    return _runs(plant) and plant.attributes


def is_renewable(plant: Plant) -> bool:
    """Whether that energy is renewable too; nuclear is not."""
    return is_clean(plant) and not (isinstance(plant, Firm) and not plant.renewable)


def claims(supply: Supply, made: Dispatch) -> dict[str, Floats]:
    """Clean energy that the campus may claim for a year, by plant: each (H,) [MW].

    Output at the plant's own meter, for that is what certificates are issued for, taken by the campus or not; but not
    what is exported from behind the meter, whose certificate goes with it.
    """
    behind = _total(made, (n for n, p in supply.plants.items() if p.behind_meter and _runs(p)))
    kept = np.maximum(1.0 - _share(made.grid_export + made.spilled, behind), 0.0)
    return {
        name: made.generation[name] * (kept if plant.behind_meter else 1.0)
        for name, plant in supply.plants.items()
        if is_clean(plant)
    }


def _runs(plant: Plant) -> bool:
    """Whether a plant makes carbon-free energy, whoever has its certificates."""
    return not isinstance(plant, (Gas, Battery))


def _total(made: Dispatch, names: Iterable[str]) -> Floats:
    return sum((made.delivered[name] for name in names), np.zeros_like(made.load))


def _share(part: Floats, whole: Floats) -> Floats:
    return np.divide(part, whole, out=np.zeros_like(whole), where=whole > 0)


def carried(supply: Supply, made: Dispatch) -> dict[str, float]:
    """Energy of the load over the life that each plant carries [MWh]; what is bought, the market carries.

    A plant carries what it delivers less its part of the hour's export, spill and charge, and of what batteries give
    back the part that it charged: a battery is no source, and what it loses carries nothing.
    """
    plants = supply.plants
    exported = _share(made.grid_export, _total(made, (n for n in made.delivered if plants[n].behind_meter)))
    charged = _share(made.charge, _total(made, (n for n in made.delivered if _runs(plants[n]))))
    spilled = _share(made.spilled, _total(made, made.delivered))
    lost = 1 - (share(made.discharge, made.charge) or 0.0)
    found = {}
    for name, power in made.delivered.items():
        gone = spilled + exported * plants[name].behind_meter + lost * charged * _runs(plants[name])
        found[name] = float(np.sum(power * (1 - gone)))
    return found


def to_match(timeline: Timeline, made: Dispatch, load: Floats) -> Floats:
    """Energy that matching must cover in each calendar year, shape (Y,) [MWh]: the load, and what batteries lose.

    A battery counts by its charge less its discharge, so that what it keeps is matched in the year that fills it.
    """
    return timeline.yearly(load + made.charge - made.discharge)


def certificates(supply: Supply, timeline: Timeline, needed: Floats, claimed: dict[str, Floats]) -> Floats:
    """Certificates to buy so that the match of what is `needed` (Y,) holds in each calendar year, shape (Y,) [MWh]."""
    counts = is_renewable if supply.certificates.kind == "renewable" else is_clean
    own = sum(
        (timeline.yearly(claimed[n]) for n, p in supply.plants.items() if n in claimed and counts(p)),
        np.zeros(len(timeline.years)),
    )
    return np.maximum(supply.certificates.match * needed - own, 0.0)


def renewable(supply: Supply, timeline: Timeline, claimed: dict[str, Floats]) -> Floats:
    """Renewable energy claimed in each calendar year without certificates, shape (Y,) [MWh]."""
    parts = (timeline.yearly(claimed[n]) for n, p in supply.plants.items() if n in claimed and is_renewable(p))
    return sum(parts, np.zeros(len(timeline.years)))


def clean_hourly(supply: Supply, made: Dispatch, cfe: Floats) -> Floats:
    """Clean energy in each hour by the convention of 24/7 carbon-free energy, shape (H,) [MW].

    ``clean generation delivered - export + discharge - charge + cfe x market purchase``: charging counts against its
    own hour and discharge for its own. A plant whose certificates go to others, and gas, count as nothing: export and
    charge count by the claimed share of clean energy in their hour, discharge by that of all charging.

    Parameters
    ----------
    cfe : array, shape (H,)
        Carbon-free share of the grid's mix in the hour.

    References
    ----------
    .. [1] I. Riepin, T. Brown, "On the means, costs, and system-level impacts of 24/7 carbon-free energy procurement",
       Energy Strategy Reviews 54 (2024) 101488, https://doi.org/10.1016/j.esr.2024.101488
    .. [2] Google, "24/7 Carbon-Free Energy: Methodologies and Metrics", 2021.
    """
    plants = supply.plants.items()
    own = _total(made, (n for n, p in plants if is_clean(p)))
    claimed = _share(own, _total(made, (n for n, p in plants if _runs(p))))
    behind = _total(made, (n for n, p in plants if _runs(p) and p.behind_meter))
    of_behind = _share(_total(made, (n for n, p in plants if is_clean(p) and p.behind_meter)), behind)
    stored = share(claimed * made.charge, made.charge) or 0.0
    lost = of_behind * (made.grid_export + made.spilled) + claimed * made.charge
    return np.asarray(own - lost + stored * made.discharge + cfe * made.purchase)


def share(part: Floats, whole: Floats) -> float | None:
    """Sum of one over sum of the other; None where the latter is nothing."""
    total = float(np.sum(whole))
    return float(np.sum(part)) / total if total > 0 else None
