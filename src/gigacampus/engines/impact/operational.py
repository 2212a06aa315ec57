"""Scopes 1 and 2: what combustion on site and energy drawn emit, by year in tonnes of CO2e.

References
----------
.. [1] GHG Protocol, "Scope 2 Guidance", 2015: location-based and market-based methods, hierarchy of factors.
.. [2] GHG Protocol, Scope 2 public consultation, October 2025: hourly matching and deliverability (draft).
.. [3] US EPA, "GHG Emission Factors Hub": natural gas 53.06 kg CO2, 1 g CH4 and 0.1 g N2O per MMBtu.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from gigacampus.campus.spec.site import Grid
from gigacampus.campus.spec.supply import AnyPlant, Battery, Gas, Supply
from gigacampus.engines.impact.inputs import SupplyLike
from gigacampus.timeline import Floats, Ints, Timeline

AR5 = {"co2": 1.0, "ch4": 28.0, "n2o": 265.0}
"""Global warming potential over 100 years, IPCC AR5."""


def combustion_factor(co2: float, ch4: float, n2o: float) -> float:
    """CO2e of a fuel from kg CO2, g CH4 and g N2O per MMBtu [kg/MMBtu], by AR5.

    >>> combustion_factor(53.06, 1.0, 0.1)
    53.1145
    """
    return round(AR5["co2"] * co2 + AR5["ch4"] * ch4 * 1e-3 + AR5["n2o"] * n2o * 1e-3, 9)


def rate(plant: AnyPlant) -> float:
    """CO2e of a plant's output where it stands [kg/MWh]: heat rate x fuel's factor; 0 for what burns nothing."""
    return plant.heat_rate * plant.fuel.carbon if isinstance(plant, Gas) else 0.0


def decline(grid: Grid, years: Ints, base: int) -> Floats:
    """Factor by which the grid's carbon intensity of year `base` has changed in each year, shape (Y,)."""
    return np.asarray((1.0 + grid.carbon_decline) ** (years - base).astype(float))


def scope1(supply: Supply, result: SupplyLike, years: Ints) -> Floats:
    """Combustion in plants that the campus owns, shape (Y,) [t]. Backup generators are not modelled."""
    found = np.zeros(len(years))
    for name, plant in supply.plants.items():
        if isinstance(plant, Gas) and plant.owner == "campus":
            found += result.fuel[name] * plant.fuel.carbon * 1e-3
    return found


def direct_line(supply: Supply, result: SupplyLike, timeline: Timeline) -> Floats:
    """Energy bought behind the meter from someone else's gas plant, at that plant's rate, shape (Y,) [t]."""
    found = np.zeros(len(timeline.years))
    for name, plant in _bought(supply):
        if plant.behind_meter:
            found += timeline.yearly(result.dispatch.delivered[name]) * rate(plant) * 1e-3
    return found


def location_based(
    supply: Supply, grid: Grid, result: SupplyLike, timeline: Timeline, carbon: Floats, base: int
) -> tuple[Floats, Floats]:
    """Scope 2 by the grid's average: everything drawn through the meter, whoever generated it, each (Y,) [t].

    Parameters
    ----------
    carbon : array, shape (W,) [kg/MWh]
        Hourly factor of the grid, whose mean is the annual one.

    Returns
    -------
    annual, hourly
        ``sum(drawn) x annual factor`` (what the standard asks for) and ``sum(drawn x factor of the hour)``.
    """
    change = decline(grid, timeline.years, base)
    drawn = result.dispatch.grid_import
    other = direct_line(supply, result, timeline)
    annual = timeline.yearly(drawn) * grid.carbon_location * change * 1e-3
    hourly = timeline.yearly(drawn * timeline.gather(carbon)) * change * 1e-3
    return annual + other, hourly + other


def _bought(supply: Supply) -> Iterator[tuple[str, Gas]]:
    for name, plant in supply.plants.items():
        if isinstance(plant, Gas) and plant.owner != "campus":
            yield name, plant


def clean_contracts(supply: Supply) -> list[str]:
    """Clean plants that feed through the grid and whose certificates the campus retires."""
    return [
        name
        for name, plant in supply.plants.items()
        if not isinstance(plant, (Gas, Battery)) and not plant.behind_meter and plant.attributes
    ]


def _uncovered(
    supply: Supply, grid: Grid, result: SupplyLike, timeline: Timeline, base: int
) -> tuple[Floats, Floats, Floats]:
    """Drawn energy by hour that no clean contract delivers in that hour, and its emissions: (H,) [MW], (H,) [kg/h].

    Gas that feeds through the grid stands at its own rate (supplier-specific), all else at the residual mix.
    """
    drawn = result.dispatch.grid_import
    clean = sum((result.dispatch.delivered[name] for name in clean_contracts(supply)), np.zeros_like(drawn))
    rest = np.maximum(drawn - clean, 0.0)
    known, emitted = np.zeros_like(drawn), np.zeros_like(drawn)
    for name, plant in supply.plants.items():
        if isinstance(plant, Gas) and not plant.behind_meter:
            known += result.dispatch.delivered[name]
            emitted += result.dispatch.delivered[name] * rate(plant)
    residual = grid.carbon_residual * decline(grid, timeline.years, base)[timeline.year]
    return drawn, rest, emitted + np.maximum(rest - known, 0.0) * residual


def market_hourly(supply: Supply, grid: Grid, result: SupplyLike, timeline: Timeline, base: int) -> Floats:
    """Market-based scope 2 matched hour by hour, shape (Y,) [t].

    In each hour ``min(drawn, clean energy under contract that is delivered in that hour)`` is claimed; the rest stands
    at its supplier's rate or the residual mix. Certificates without hour and place count for nothing.
    """
    _, _, emitted = _uncovered(supply, grid, result, timeline, base)
    return timeline.yearly(emitted) * 1e-3 + direct_line(supply, result, timeline)


def market_annual(
    supply: Supply, grid: Grid, result: SupplyLike, timeline: Timeline, base: int, certificates: bool = True
) -> Floats:
    """Market-based scope 2 matched over each calendar year, shape (Y,) [t].

    Contracts count with all they generate in the year, then certificates (if `certificates`), up to what is drawn; what
    is left stands at the mean rate of what no contract delivers. Never above `market_hourly`.
    """
    drawn, rest, emitted = (timeline.yearly(x) for x in _uncovered(supply, grid, result, timeline, base))
    claims = [timeline.yearly(result.claimed[name]) for name in clean_contracts(supply)]
    claimed = sum(claims, result.certificates.copy() if certificates else np.zeros(len(timeline.years)))
    left = np.clip(drawn - claimed, 0.0, rest)
    left[left < 1e-12 * drawn] = 0.0  # what rounding leaves of a year that is matched
    mean = np.divide(emitted, rest, out=np.zeros_like(rest), where=rest > 0)
    return left * mean * 1e-3 + direct_line(supply, result, timeline)
