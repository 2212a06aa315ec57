"""Water that generation consumes, elsewhere: at the source of the energy.

References
----------
.. [1] J. Macknick et al., "Operational water consumption and withdrawal factors for electricity generating
   technologies", Environmental Research Letters 7 (2012) 045802, https://doi.org/10.1088/1748-9326/7/4/045802
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from gigacampus.campus.spec.supply import Supply
from gigacampus.engines.impact.embodied import source
from gigacampus.engines.impact.inputs import WATER_OF, Factors, SupplyLike
from gigacampus.timeline import Floats, Timeline


def of_mix(mix: Mapping[str, float], factors: Factors) -> float:
    """Water consumption of a grid's mix [L/kWh] from its energy by EIA-930 code, in any unit.

    >>> of_mix({"NG": 3.0, "WND": 1.0}, Factors(water={"NG": 0.8, "WND": 0.0}, plants={}, battery=0, building=0))
    0.6
    """
    total = sum(mix.values())
    used = sum(energy * factors.water.get(code, 0.0) for code, energy in mix.items())
    return round(used / total, 12) if total > 0 else 0.0


def at_source(
    supply: Supply, result: SupplyLike, timeline: Timeline, factors: Factors, mix: Mapping[str, float]
) -> Floats:
    """Water consumed to generate what the campus uses, shape (Y,) [m3].

    Plants by their technology for what reaches the campus (own ones included), the market's part by its mix. What is
    exported counts to others, in each hour in proportion to what plants behind the meter generate.
    """
    flows = result.dispatch
    behind = [name for name in flows.delivered if supply.plants[name].behind_meter]
    made = sum((flows.delivered[name] for name in behind), np.zeros_like(flows.purchase))
    kept = 1.0 - np.divide(flows.grid_export, made, out=np.zeros_like(made), where=made > 0)
    used = timeline.yearly(flows.purchase) * of_mix(mix, factors)
    for name, power in flows.delivered.items():
        here = power * np.maximum(kept, 0.0) if name in behind else power
        used += timeline.yearly(here) * factors.water.get(WATER_OF[source(supply.plants[name])], 0.0)
    return np.asarray(used)
