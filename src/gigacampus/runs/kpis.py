"""The KPIs themselves; the deal's stand in `kpis_finance`, availability's in `kpis_availability`.

Each is over the whole life unless its name says a year.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from gigacampus.runs import kpis_availability as _kpis_availability  # noqa: F401 - registers them
from gigacampus.runs import kpis_control as _kpis_control  # noqa: F401 - registers them
from gigacampus.runs import kpis_cooling as _kpis_cooling  # noqa: F401 - registers them
from gigacampus.runs import kpis_finance as _kpis_finance  # noqa: F401 - registers them
from gigacampus.runs import kpis_load as _kpis_load  # noqa: F401 - registers them
from gigacampus.runs import kpis_rating as _kpis_rating  # noqa: F401 - registers them
from gigacampus.runs import kpis_swings as _kpis_swings  # noqa: F401 - registers them
from gigacampus.runs import kpis_water as _kpis_water  # noqa: F401 - registers them
from gigacampus.runs.kpi import Undefined, defined, evaluate, kpi

if TYPE_CHECKING:
    from gigacampus.runs.pipeline import Run

__all__ = ["evaluate"]


def _over(part: float, it_energy: float) -> float:
    if not it_energy > 0:
        raise Undefined("IT used no energy")
    return float(part / it_energy)


# Workload and IT


@kpi("it.energy", "MWh", "facility")
def it_energy(run: Run) -> float:
    """Energy of IT equipment."""
    return float(run.facility.it.sum())


@kpi("it.rating", "MW", "offer")
def it_rating(run: Run) -> float:
    """IT rating once every phase is built."""
    return float(run.offer.it_rating[-1])


@kpi("it.accelerators", "accelerators", "offer")
def it_accelerators(run: Run) -> float:
    """Accelerators once every phase is built."""
    return float(run.offer.accelerators[-1])


@kpi("workload.ettr", "fraction", "offer")
def workload_ettr(run: Run) -> float:
    """Effective training time ratio: progress over time held, after failures and checkpoints."""
    return float(run.offer.ettr[-1])


@kpi("workload.tokens_trained", "tokens", "workload")
def workload_tokens(run: Run) -> float:
    """Tokens that training processes, on the reference model (6 N D)."""
    return float(run.workload.tokens.sum())


# Facility


@kpi("facility.energy", "MWh", "facility")
def facility_energy(run: Run) -> float:
    """Energy at the campus's meter."""
    return float(run.facility.load.sum())


@kpi("facility.pue", "1", "facility", standard="ISO/IEC 30134-2, category 3", of=("facility.energy", "it.energy"))
def facility_pue(run: Run) -> float:
    """Power usage effectiveness; what enters rack supplies is IT, storage in the rack too, coolant units are facility.

    Server fans are IT at their normal speed; what they take beyond it for warm air is facility.
    """
    return _over(run.facility.load.sum(), run.facility.it.sum())


@kpi("facility.pue_category_1", "1", "facility", standard="ISO/IEC 30134-2, category 1", of=("facility.energy",))
def facility_pue_category_1(run: Run) -> float:
    """PUE with IT energy at the UPS's output, or where a UPS would stand."""
    return _over(run.facility.load.sum(), run.facility.ups_output)


@kpi("facility.pue_category_2", "1", "facility", standard="ISO/IEC 30134-2, category 2", of=("facility.energy",))
def facility_pue_category_2(run: Run) -> float:
    """PUE with IT energy at the output of PDU or busway."""
    return _over(run.facility.load.sum(), run.facility.pdu_output)


@kpi("facility.itue", "1", "facility", standard="EE HPC WG, ITUE", of=("it.energy",))
def facility_itue(run: Run) -> float:
    """IT energy over what reaches the boards: without rack supplies' losses and server fans."""
    return _over(run.facility.it.sum(), run.facility.boards.sum())


@kpi("facility.tue", "1", "facility", standard="EE HPC WG, TUE", of=("facility.pue", "facility.itue"))
def facility_tue(run: Run) -> float:
    """Facility energy over what reaches the boards: ITUE times PUE."""
    return _over(run.facility.load.sum(), run.facility.boards.sum())


@kpi("facility.wue", "L/kWh", "facility", standard="ISO/IEC 30134-9, category 1", of=("impact.water", "it.energy"))
def facility_wue(run: Run) -> float:
    """Water usage effectiveness: water drawn on site over IT energy."""
    return _over(run.facility.withdrawal.sum(), run.facility.it.sum())


@kpi("facility.peak", "MW", "facility")
def facility_peak(run: Run) -> float:
    """Highest hourly load at the campus's meter."""
    return float(run.facility.load.max())


@kpi("facility.hours_short", "h", "facility")
def facility_hours_short(run: Run) -> float:
    """Hours in which the cooling plant cannot hold its supply temperature."""
    return float(run.facility.hours_short)


@kpi("facility.hours_chip_above", "h", "facility")
def facility_hours_chip_above(run: Run) -> float:
    """Hours in which the case of a chip at its peak power is above its limit."""
    return float(run.facility.chip_above.sum())


# Supply


def _cost_items(run: Run) -> dict[str, tuple[float, str]]:
    """What power costs by item, the dearest first."""
    from gigacampus.engines.supply import ITEMS

    found = sorted(run.supply.cost_items.items(), key=lambda item: -abs(item[1]))
    return {f"supply.costs.{name}": (cost, ITEMS[name]) for name, cost in found if cost}


@kpi("supply.cost_per_mwh", "USD/MWh", "supply", of=("facility.energy",), terms=_cost_items)
def supply_cost(run: Run) -> float:
    """All-in cost of power, capital recovery included, in money of supply.price_year."""
    return defined(run.supply.cost_per_mwh, "nothing was consumed")


@kpi("supply.cfe_hourly", "fraction", "supply")
def supply_cfe(run: Run) -> float:
    """Share of the load that carbon-free energy meets in the same hour, the grid's part included."""
    return defined(run.supply.cfe_hourly, "nothing was consumed")


@kpi("supply.renewable_annual", "fraction", "supply")
def supply_renewable(run: Run) -> float:
    """Own and contracted renewable generation over load, without certificates."""
    return defined(run.supply.renewable_annual, "nothing was consumed")


@kpi("supply.renewable_annual_with_certificates", "fraction", "supply", of=("supply.renewable_annual",))
def supply_renewable_certificates(run: Run) -> float:
    """The same with the certificates that are bought."""
    return defined(run.supply.renewable_with_certificates, "nothing was consumed")


@kpi("supply.grid_import", "MWh", "supply")
def supply_import(run: Run) -> float:
    """Energy drawn through the grid connection."""
    return float(run.supply.dispatch.grid_import.sum())


@kpi("supply.peak_import", "MW", "supply")
def supply_peak(run: Run) -> float:
    """Highest hourly draw through the grid connection."""
    return float(run.supply.dispatch.grid_import.max())


@kpi("supply.curtailed", "MWh", "supply")
def supply_curtailed(run: Run) -> float:
    """Clean energy behind the meter that found no use."""
    return float(run.supply.dispatch.curtailed.sum())


@kpi("supply.unserved", "MWh", "supply")
def supply_unserved(run: Run) -> float:
    """Load that the plan does not serve."""
    return float(run.supply.dispatch.unserved.sum())


# Impact


@kpi("impact.scope1", "t", "impact", standard="GHG Protocol Corporate Standard")
def impact_scope1(run: Run) -> float:
    """CO2e of combustion in plants that the campus owns."""
    return float(run.impact.scope1.sum())


@kpi("impact.scope2_location", "t", "impact", standard="GHG Protocol Scope 2, location-based")
def impact_scope2_location(run: Run) -> float:
    """CO2e of everything drawn, at the grid's average."""
    return float(run.impact.scope2_location.sum())


@kpi("impact.scope2_market", "t", "impact", standard="GHG Protocol Scope 2, market-based, annual")
def impact_scope2_market(run: Run) -> float:
    """CO2e by contract, matched over each year, certificates included."""
    return float(run.impact.scope2_market.sum())


@kpi("impact.scope2_market_no_certificates", "t", "impact", standard="GHG Protocol Scope 2, market-based, annual")
def impact_scope2_market_bare(run: Run) -> float:
    """CO2e by contract, matched over each year, without certificates."""
    return float(run.impact.scope2_market_no_certificates.sum())


@kpi(
    "impact.scope2_market_hourly", "t", "impact", standard="GHG Protocol Scope 2, market-based, hourly (draft of 2025)"
)
def impact_scope2_market_hourly(run: Run) -> float:
    """CO2e by contract, matched hour by hour, certificates left out."""
    return float(run.impact.scope2_market_hourly.sum())


@kpi("impact.embodied", "t", "impact", standard="GHG Protocol Scope 3, category 2")
def impact_embodied(run: Run) -> float:
    """Embodied CO2e of servers, building and own plants, as incurred."""
    return float(run.impact.embodied.sum())


@kpi("impact.water", "m3", "impact")
def impact_water(run: Run) -> float:
    """Water drawn on site."""
    return float(run.impact.water_withdrawal.sum())


@kpi("impact.water_consumed", "m3", "impact")
def impact_water_consumed(run: Run) -> float:
    """Water evaporated or drifted away on site."""
    return float(run.impact.water_consumption.sum())


@kpi("impact.water_source", "m3", "impact")
def impact_water_source(run: Run) -> float:
    """Water consumed where the power is generated."""
    return float(run.impact.water_source.sum())


@kpi("impact.wue", "L/kWh", "impact", standard="ISO/IEC 30134-9, category 1", of=("impact.water", "it.energy"))
def impact_wue(run: Run) -> float:
    """Water usage effectiveness: water drawn on site over IT energy."""
    return defined(run.impact.wue, "IT used no energy")


@kpi("impact.wue_source", "L/kWh", "impact", of=("impact.water", "impact.water_source", "it.energy"))
def impact_wue_source(run: Run) -> float:
    """Water on site and at source over IT energy (The Green Grid's WUE source)."""
    return defined(run.impact.wue_source, "IT used no energy")


@kpi(
    "impact.cue",
    "kg/kWh",
    "impact",
    standard="ISO/IEC 30134-8",
    of=("impact.scope1", "impact.scope2_location", "it.energy"),
)
def impact_cue(run: Run) -> float:
    """Carbon usage effectiveness, location-based: scopes 1 and 2 over IT energy."""
    return defined(run.impact.cue, "IT used no energy")


@kpi("impact.ref", "fraction", "impact", standard="ISO/IEC 30134-3", of=("facility.energy",))
def impact_ref(run: Run) -> float:
    """Renewable energy factor, certificates included, at most 1."""
    return defined(run.impact.ref, "nothing was consumed")


@kpi("impact.ref_no_certificates", "fraction", "impact", standard="ISO/IEC 30134-3", of=("facility.energy",))
def impact_ref_bare(run: Run) -> float:
    """Renewable energy factor without certificates, at most 1."""
    return defined(run.impact.ref_no_certificates, "nothing was consumed")


# Residuals


def _worst(*residuals: float) -> float:
    """The largest; one that is not a number stays not a number."""
    return math.nan if any(math.isnan(r) for r in residuals) else float(max(residuals))


@kpi("residual.energy", "1", "supply")
def residual_energy(run: Run) -> float:
    """Largest imbalance of energy: facility by hour, supply by hour and over life, storage."""
    f, s = run.facility, run.supply
    return _worst(f.residual_energy, s.residual_energy, s.residual_energy_life, s.residual_storage)


@kpi("residual.water", "1", "facility")
def residual_water(run: Run) -> float:
    """Largest imbalance of water and heat."""
    return _worst(run.facility.residual_water, run.facility.residual_heat)


@kpi("residual.money", "1", "finance")
def residual_money(run: Run) -> float:
    """Largest imbalance of money: accounts, sources and uses, parties, balance sheets."""
    return _worst(run.finance.residual_money, run.accounting.residual if run.accounting is not None else 0.0)
