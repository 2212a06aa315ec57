"""Supply: who powers the campus in every hour, what that costs, and how clean it is.

Doors
-----
`dispatch` (first): the supply spec, the site's grid and resource, the timeline and the load (H,) [MW] at the meter
give a `Dispatch`: every flow by hour over the whole life, so that batteries carry their energy from year to year.

`balance` (second): with the load that the facility settled on, decisions fixed, gives a `SupplyResult`: every residual
closed, energy by year, cost items by month in nominal USD, levelised costs, annual matching and the hourly score.

Equations
---------
The rule of dispatch stands in `reference`, costs in `costs`, scores in `score`. Plants that feed through the grid
(``behind_meter: false``) lose the grid's losses on the way, share the import limit, and are part of `grid_import`: all
that is drawn through the meter. Output under contract that the campus does not take is sold where it is made.

Not modelled
------------
Foresight and battery reserve, charging from the market, minimum load, start cost and ramps, outages as events (forced
outage derates every hour), prices that answer to the campus, losses within a battery at rest, taxes on energy.
"""

from __future__ import annotations

from gigacampus.engines.supply.balance import SupplyResult, balance
from gigacampus.engines.supply.costs import ITEMS
from gigacampus.engines.supply.dispatch import Dispatch, Storage, dispatch
from gigacampus.engines.supply.profile import ResourceLike

__all__ = ["ITEMS", "Dispatch", "ResourceLike", "Storage", "SupplyResult", "balance", "dispatch"]
