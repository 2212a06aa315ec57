"""Water that generation takes, elsewhere: at the source of the energy.

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
from gigacampus.engines.impact.inputs import WATER_OF, SupplyLike
from gigacampus.timeline import Floats, Timeline


def of_mix(mix: Mapping[str, Floats | float], water: Mapping[str, float]) -> Floats:
    """Water of a grid's mix [L/kWh], hour by hour, from its energy by EIA-930 code, in any unit; 0 without energy.

    >>> of_mix({"NG": np.array([3.0, 0.0]), "WND": np.array([1.0, 2.0])}, {"NG": 0.8, "WND": 0.0}).round(9).tolist()
    [0.6, 0.0]
    """
    total = np.asarray(sum(mix.values()), dtype=float)
    used = np.asarray(sum(energy * water.get(code, 0.0) for code, energy in mix.items()), dtype=float)
    return np.asarray(np.divide(used, total, out=np.zeros_like(total), where=total > 0))


def at_source(
    supply: Supply, result: SupplyLike, timeline: Timeline, water: Mapping[str, float], mix: Mapping[str, Floats]
) -> Floats:
    """Water that generating what the campus uses takes, by factors [L/kWh] of consumption or withdrawal: (Y,) [m3].

    Plants by their technology for what reaches the campus (own ones included), the market's part by the mix of its
    hour. What is exported counts to others, in each hour in proportion to what plants behind the meter generate.
    """
    flows = result.dispatch
    behind = [name for name in flows.delivered if supply.plants[name].behind_meter]
    made = sum((flows.delivered[name] for name in behind), np.zeros_like(flows.purchase))
    kept = 1.0 - np.divide(flows.grid_export, made, out=np.zeros_like(made), where=made > 0)
    used = timeline.yearly(flows.purchase * timeline.gather(of_mix(mix, water)))
    for name, power in flows.delivered.items():
        here = power * np.maximum(kept, 0.0) if name in behind else power
        used += timeline.yearly(here) * water.get(WATER_OF[source(supply.plants[name])], 0.0)
    return np.asarray(used)
