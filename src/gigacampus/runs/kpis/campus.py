"""KPIs of the campus as a whole: computing, power, carbon, water at large, and what does not close."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from gigacampus.runs.kpi import Kpi

if TYPE_CHECKING:
    from gigacampus.runs.pipeline import Run

NO_IT = "IT used no energy"
NO_LOAD = "nothing was consumed"


def _cost_items(run: Run) -> dict[str, tuple[float, str, str]]:
    """What power costs by item, the dearest first."""
    from gigacampus.engines.supply import ITEMS

    found = sorted(run.supply.cost_items.items(), key=lambda item: -abs(item[1]))
    return {f"supply.costs.{name}": (cost, "USD/MWh", ITEMS[name]) for name, cost in found if cost}


def _worst(*gaps: float) -> float:
    """The largest; not a number where one is not."""
    return math.nan if any(map(math.isnan, gaps)) else max(gaps)


ROWS = (
    # Computing
    Kpi("it.energy", "MWh", "facility", lambda r: r.facility.it.sum(), "Energy of IT equipment", "IT機器の電力量"),
    Kpi("it.rating", "MW", "offer", lambda r: r.offer.it_rating[-1],
        "IT rating at full build", "最終段階のIT定格電力"),
    Kpi("it.accelerators", "accelerators", "offer", lambda r: r.offer.accelerators[-1],
        "Accelerators at full build", "最終段階のアクセラレータ数"),
    Kpi("workload.ettr", "fraction", "offer", lambda r: r.offer.ettr[-1],
        "Effective training time ratio", "実効学習時間比",
        "Effective training time ratio: progress over time held, after failures and checkpoints."),
    Kpi("workload.tokens_trained", "tokens", "workload", lambda r: r.workload.tokens.sum(),
        "Tokens trained on", "学習トークン数", "Tokens that training processes, on the reference model (6 N D)."),
    # Power
    Kpi("supply.cost_per_mwh", "USD/MWh", "supply", lambda r: r.supply.cost_per_mwh,
        "All-in cost of power, real", "電力の総コスト(実質)",
        "All-in cost of power, capital recovery included, in money of supply.price_year.",
        none=NO_LOAD, of=("facility.energy",), terms=_cost_items),
    Kpi("supply.cfe_hourly", "fraction", "supply", lambda r: r.supply.cfe_hourly,
        "Carbon-free energy, hour by hour", "毎時カーボンフリー電力比率",
        "Share of the load that carbon-free energy meets in the same hour, the grid's part included.", none=NO_LOAD),
    Kpi("supply.renewable_annual", "fraction", "supply", lambda r: r.supply.renewable_annual,
        "Renewable energy, own and contracted", "再エネ比率(自社・契約)",
        "Own and contracted renewable generation over load and battery losses, without certificates.", none=NO_LOAD),
    Kpi("supply.renewable_annual_with_certificates", "fraction", "supply",
        lambda r: r.supply.renewable_with_certificates,
        "Renewable matching, yearly", "年間の再エネ調達率(証書を含む)",
        "Renewable generation over load and battery losses, with the certificates that are bought.",
        none=NO_LOAD, of=("supply.renewable_annual",)),
    Kpi("supply.grid_import", "MWh", "supply", lambda r: r.supply.dispatch.grid_import.sum(),
        "Energy drawn from the grid", "系統からの受電電力量", "Energy drawn through the grid connection."),
    Kpi("supply.peak_import", "MW", "supply", lambda r: r.supply.dispatch.grid_import.max(),
        "Highest hourly draw", "系統からの最大受電", "Highest hourly draw through the grid connection."),
    Kpi("supply.curtailed", "MWh", "supply", lambda r: r.supply.dispatch.curtailed.sum(),
        "Curtailed", "出力抑制量", "Clean energy behind the meter that found no use."),
    Kpi("supply.unserved", "MWh", "supply", lambda r: r.supply.dispatch.unserved.sum(),
        "Load not served", "供給できない負荷", "Load that the plan does not serve."),
    # Carbon
    Kpi("impact.scope1", "t", "impact", lambda r: r.impact.scope1.sum(), "Scope 1 emissions", "スコープ1排出量",
        "CO2e of combustion in plants that the campus owns.", standard="GHG Protocol Corporate Standard"),
    Kpi("impact.scope2_location", "t", "impact", lambda r: r.impact.scope2_location.sum(),
        "Scope 2 emissions, location-based", "スコープ2排出量、ロケーション基準",
        "CO2e of everything drawn, at the grid's average.", standard="GHG Protocol Scope 2, location-based"),
    Kpi("impact.scope2_market", "t", "impact", lambda r: r.impact.scope2_market.sum(),
        "Scope 2 emissions, by contract", "スコープ2排出量、契約基準",
        "CO2e by contract, matched over each year, certificates included.",
        standard="GHG Protocol Scope 2, market-based, annual"),
    Kpi("impact.scope2_market_no_certificates", "t", "impact", lambda r: r.impact.scope2_market_no_certificates.sum(),
        "Scope 2 emissions, by contract, no certificates", "スコープ2排出量、契約基準(証書なし)",
        "CO2e by contract, matched over each year, without certificates.",
        standard="GHG Protocol Scope 2, market-based, annual"),
    Kpi("impact.scope2_market_hourly", "t", "impact", lambda r: r.impact.scope2_market_hourly.sum(),
        "Scope 2 emissions, hourly contracts", "スコープ2排出量、毎時の契約基準",
        "CO2e by contract, matched hour by hour, certificates left out.",
        standard="GHG Protocol Scope 2, market-based, hourly (draft of 2025)"),
    Kpi("impact.embodied", "t", "impact", lambda r: r.impact.embodied.sum(), "Embodied carbon", "内包排出量",
        "Embodied CO2e of servers, building and own plants, as incurred.",
        standard="GHG Protocol Scope 3, category 2"),
    Kpi("impact.cue", "kg/kWh", "impact", lambda r: r.impact.cue, "Carbon usage effectiveness", "CUE(炭素使用効率)",
        "Carbon usage effectiveness, location-based: scopes 1 and 2 over IT energy.",
        none=NO_IT, standard="ISO/IEC 30134-8", of=("impact.scope1", "impact.scope2_location", "it.energy")),
    Kpi("impact.ref", "fraction", "impact", lambda r: r.impact.ref, "Renewable energy factor", "REF(再エネ係数)",
        "Renewable energy factor, certificates included, at most 1.",
        none=NO_LOAD, standard="ISO/IEC 30134-3", of=("facility.energy",)),
    Kpi("impact.ref_no_certificates", "fraction", "impact", lambda r: r.impact.ref_no_certificates,
        "Renewable energy factor, no certificates", "REF(再エネ係数、証書なし)",
        "Renewable energy factor without certificates, at most 1.",
        none=NO_LOAD, standard="ISO/IEC 30134-3", of=("facility.energy",)),
    # Water
    Kpi("impact.water", "m3", "impact", lambda r: r.impact.water_withdrawal.sum(),
        "Water drawn on site", "敷地内の取水量"),
    Kpi("impact.water_consumed", "m3", "impact", lambda r: r.impact.water_consumption.sum(),
        "Water consumed on site", "敷地内の消費水量", "Water evaporated or drifted away on site."),
    Kpi("impact.water_source", "m3", "impact", lambda r: r.impact.water_source.sum(),
        "Water consumed at the source of the power", "発電での消費水量",
        "Water consumed where the power is generated."),
    Kpi("impact.water_source_withdrawn", "m3", "impact", lambda r: r.impact.water_source_withdrawn.sum(),
        "Water withdrawn at the source of the power", "発電での取水量",
        "Water withdrawn where the power is generated; where no figure of withdrawal is known, what is consumed."),
    Kpi("impact.wue_source", "L/kWh", "impact", lambda r: r.impact.wue_source,
        "Water on site and at source per IT energy", "発電を含む水使用量(IT電力量あたり)",
        "Water on site and at source over IT energy (The Green Grid's WUE source).",
        none=NO_IT, of=("impact.water", "impact.water_source", "it.energy")),
    # What does not close; one that is not a number stays not a number
    Kpi("residual.energy", "1", "supply",
        lambda r: _worst(r.facility.residual_energy, r.supply.residual_energy, r.supply.residual_energy_life,
                         r.supply.residual_storage),
        "Energy", "電力量", "Largest imbalance of energy: facility by hour, supply by hour and over life, storage."),
    Kpi("residual.water", "1", "facility", lambda r: _worst(r.facility.residual_water, r.facility.residual_heat),
        "Water and heat", "水と熱", "Largest imbalance of water and heat."),
    Kpi("residual.money", "1", "finance",
        lambda r: _worst(r.finance.residual_money, 0.0 if r.accounting is None else r.accounting.residual),
        "Money", "資金", "Largest imbalance of money: accounts, sources and uses, parties, balance sheets."),
)  # fmt: skip
