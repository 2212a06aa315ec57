"""Finance. Stub door while it is built."""

from __future__ import annotations

from gigacampus.campus.spec.deal import Calendar, Deal
from gigacampus.engines.finance import contracts, vehicles
from gigacampus.engines.finance.graph import Graph
from gigacampus.engines.finance.schedule import Grid
from gigacampus.engines.finance.solve import add_targets, solve
from gigacampus.engines.finance.statement import Statement


def build(deal, months=None, costs=None, events=None):
    calendar = Calendar(deal, events or {})
    grid = Grid.of(deal, calendar, months)
    s = Statement(deal, calendar, grid, months, costs or {}, Graph(grid.count))
    contracts.add_costs(s)
    contracts.add_services(s)
    contracts.add_transfers(s)
    contracts.add_leases(s)
    contracts.add_loans(s)
    vehicles.add_owner_flows(s)
    vehicles.add_vehicles(s)
    contracts.add_guarantees(s)
    contracts.add_exposures(s)
    return s
