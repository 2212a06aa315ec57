"""KPIs of the facility: its ratios by standard, its plant, its water, what control and backup are worth."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from gigacampus.quantities import ratio
from gigacampus.runs.kpi import Figure, Kpi, Undefined
from gigacampus.runs.kpis.campus import NO_IT, NO_LOAD

if TYPE_CHECKING:
    from gigacampus.campus.spec.facility import BathFluid
    from gigacampus.engines.facility.control.worth import Case
    from gigacampus.runs.pipeline import Run

PERCENT = (10, 25, 50, 75, 100)
"""Loads of `engines.facility.part_load`, in its order [%]."""


def _at_load(place: int, percent: int) -> tuple[Kpi, Kpi]:
    said = f"over the weather year at {percent} % of the IT rating"
    return (
        Kpi(f"facility.pue_at_{percent}", "1", "part_load", lambda r: r.part_load.pue[3][place],
            f"PUE at {percent} % of the IT rating", f"IT負荷{percent} %でのPUE", f"PUE {said}, at full build.",
            standard="ISO/IEC 30134-2, category 3"),
        Kpi(f"facility.wue_at_{percent}", "L/kWh", "part_load", lambda r: r.part_load.wue[place],
            f"WUE at {percent} % of the IT rating", f"IT負荷{percent} %でのWUE",
            f"WUE {said}, by withdrawal, at full build.", standard="ISO/IEC 30134-9"),
    )  # fmt: skip


def _reused_share(run: Run) -> float | None:
    """Reclaimed and recycled water over what goes into the coolers."""
    recycled, used = run.facility.recycled.sum(), run.facility.makeup.sum()
    return ratio(recycled + run.facility.reclaimed * (used - recycled), used)


def _of_fluid(call: Callable[[float, BathFluid], float]) -> Callable[[Run], float | None]:
    """A figure of the fluid that baths lose [kg]."""

    def found(run: Run) -> float | None:
        liquid = run.campus.facility.cooling.liquid
        return None if liquid is None or liquid.fluid is None else call(run.facility.fluid_lost, liquid.fluid)

    return found


def _saving(objective: str, of: Callable[[Case], float], limits: bool = True) -> Callable[[Run], Figure]:
    """Share that control for an objective saves of what the rules take."""

    def found(run: Run) -> Figure:
        rules, cases = of(run.control.rules), run.control.limited if limits else run.control.unlimited
        return 1 - of(cases[objective]) / rules if rules > 0 else Undefined("the rules take none of it")

    return found


def _cap(run: Run) -> tuple[float, float]:
    """Money that the cap on water costs [USD], and water that it withholds [m3], control being for money."""
    within, without = run.control.limited["money"], run.control.uncapped["money"]
    return within.money - without.money, without.water - within.water


def _cap_price(run: Run) -> Figure:
    if not run.control.uncapped:
        return None
    cost, withheld = _cap(run)
    return cost / withheld if withheld > 0 else Undefined("the cap withholds nothing")


_NO_CAP = "the spec gives no cap on water"

ROWS = (
    # Energy and its ratios
    Kpi("facility.energy", "MWh", "facility", lambda r: r.facility.load.sum(),
        "Energy delivered", "受電電力量", "Energy at the campus's meter."),
    Kpi("facility.peak", "MW", "facility", lambda r: r.facility.load.max(),
        "Highest hourly load", "最大負荷(1時間値)", "Highest hourly load at the campus's meter."),
    Kpi("facility.pue", "1", "facility", lambda r: r.facility.pue_by_category[3],
        "Power usage effectiveness, life average", "PUE、全期間平均",
        "Power usage effectiveness; what enters rack supplies is IT, storage in the rack too, coolant units are "
        "facility.", none=NO_IT, standard="ISO/IEC 30134-2, category 3", of=("facility.energy", "it.energy")),
    Kpi("facility.pue_category_1", "1", "facility", lambda r: r.facility.pue_by_category[1],
        "PUE at the UPS's output", "PUE(UPS出力、カテゴリー1)",
        "PUE with IT energy at the UPS's output, or where a UPS would stand.",
        none=NO_IT, standard="ISO/IEC 30134-2, category 1", of=("facility.energy",)),
    Kpi("facility.pue_category_2", "1", "facility", lambda r: r.facility.pue_by_category[2],
        "PUE at the PDU's output", "PUE(PDU出力、カテゴリー2)", "PUE with IT energy at the output of PDU or busway.",
        none=NO_IT, standard="ISO/IEC 30134-2, category 2", of=("facility.energy",)),
    *(row for place, percent in enumerate(PERCENT) for row in _at_load(place, percent)),
    Kpi("facility.itue", "1", "facility", lambda r: r.facility.itue,
        "IT energy over what reaches the boards", "ITUE(IT電力量／基板到達電力量)",
        "IT energy over what reaches the boards: without rack supplies' losses and server fans.",
        none=NO_IT, standard="EE HPC WG, ITUE", of=("it.energy",)),
    Kpi("facility.tue", "1", "facility", lambda r: r.facility.tue,
        "Energy over what reaches the boards", "TUE(受電電力量／基板到達電力量)",
        "Facility energy over what reaches the boards: ITUE times PUE.",
        none=NO_IT, standard="EE HPC WG, TUE", of=("facility.pue", "facility.itue")),
    Kpi("facility.erf", "fraction", "facility", lambda r: r.facility.erf,
        "Energy reuse factor", "エネルギー再利用率(ERF)",
        "Energy reuse factor: heat that others use over energy at the campus's meter.",
        none=NO_LOAD, standard="ISO/IEC 30134-6", of=("facility.energy",)),
    Kpi("facility.ere", "1", "facility", lambda r: r.facility.ere,
        "Energy reuse effectiveness", "エネルギー再利用効率(ERE)",
        "Energy reuse effectiveness (The Green Grid): PUE times one less the energy reuse factor.",
        none=NO_IT, of=("facility.pue", "facility.erf")),
    Kpi("facility.heat_reused", "MWh", "facility", lambda r: r.facility.reused.sum(),
        "Heat that others take", "再利用される熱量", "Heat of the liquid side that others take."),
    Kpi("facility.heat_temperature", "degC", "facility",
        lambda r: None if r.campus.facility.heat_reuse is None else r.campus.facility.heat_reuse.temperature,
        "Temperature at which heat is taken", "熱の供給温度", none="nobody takes heat"),
    # Cooling plant
    Kpi("facility.hours_short", "h", "facility", lambda r: r.facility.hours_short,
        "Hours above the cooling set-point", "冷却の設定温度を超える時間",
        "Hours in which the cooling plant cannot hold its supply temperature."),
    Kpi("facility.hours_chip_above", "h", "facility", lambda r: r.facility.chip_above.sum(),
        "Hours with chips above their limit", "チップが許容温度を超える時間",
        "Hours in which the case of a chip at its peak power is above its limit."),
    Kpi("facility.design_excess", "K", "design", lambda r: r.design.excess,
        "Supply above its set-point on design days", "設計日の設定温度超過",
        "Largest excess of a supply over its set-point on the site's design days, at full IT with a unit out."),
    Kpi("facility.design_missing", "MW", "design", lambda r: r.design.worst.missing,
        "Cooling missing on the worst design day", "設計日の冷却能力不足",
        "Cooling that is missing to the set-points on the worst design day, at full build."),
    Kpi("facility.cooler_margin_liquid", "1", "sizing", lambda r: r.sizing.liquid.margin,
        "Coolers installed over the full heat's, liquid side", "液冷側クーラーの設置倍率",
        "Coolers installed on the liquid side over those that its full heat needs at their design point.",
        none="no coolers stand on a liquid side"),
    Kpi("facility.cooler_margin_air", "1", "sizing", lambda r: r.sizing.air.margin,
        "Coolers installed over the full heat's, air side", "空冷側クーラーの設置倍率",
        "Coolers installed on the air side over those that its full heat needs at their design point.",
        none="no coolers stand on the air side"),
    Kpi("facility.coolers_installed", "MW", "sizing",
        lambda r: (r.sizing.liquid.coolers + r.sizing.air.coolers) * r.offer.it_rating[-1],
        "Coolers installed, by heat at their design", "クーラー設置容量(設計点の熱量)",
        "Heat that all installed coolers take at their design point, at full build.", of=("it.rating",)),
    Kpi("facility.chillers_installed", "MW", "sizing",
        lambda r: (r.sizing.liquid.chillers + r.sizing.air.chillers) * r.offer.it_rating[-1],
        "Chillers installed, by heat at their reference", "冷凍機設置容量(定格の熱量)",
        "Heat that all installed chillers lift at their reference, at full build.", of=("it.rating",)),
    Kpi("facility.gensets_installed", "MW", "design",
        lambda r: None if r.design.standby is None else r.design.standby.nameplate,
        "Standby gensets installed, by nameplate", "非常用発電機の設置容量(銘板)",
        "Nameplate of standby gensets, with which those that are left carry the highest load on the design day.",
        none="no gensets stand there", of=("it.rating",)),
    # Water and fluid
    Kpi("facility.wue", "L/kWh", "facility", lambda r: r.facility.wue,
        "Water on site per IT energy", "敷地内の水使用量(IT電力量あたり)",
        "Water usage effectiveness: water drawn on site over IT energy.",
        none=NO_IT, standard="ISO/IEC 30134-9, category 1", of=("impact.water", "it.energy")),
    Kpi("facility.cycles", "1", "facility", lambda r: r.facility.cycles,
        "Cycles of concentration by the make-up's limiting ion", "補給水で決まる濃縮倍数",
        "Cycles of concentration that the limiting ion of the make-up water allows.",
        none="the spec gives no quality of the make-up water; coolers' own cycles stand"),
    Kpi("facility.water_year", "m3/year", "facility", lambda r: r.timeline.yearly(r.facility.withdrawal).max(),
        "Water drawn on site in the highest year", "敷地内の年間最大取水量",
        "Water drawn on site in the calendar year that draws most.", of=("impact.water",)),
    Kpi("facility.water_reclaimed", "m3", "facility", lambda r: r.facility.reclaimed * r.facility.withdrawal.sum(),
        "Reclaimed water drawn on site", "再生水の使用量", of=("impact.water",)),
    Kpi("facility.water_reused_share", "fraction", "facility", _reused_share,
        "Reclaimed and recycled water over water used", "再生水・循環水の割合",
        "Reclaimed and recycled water over all water that goes into the coolers.",
        none="no water is used", of=("impact.water",)),
    Kpi("facility.water_consumed_share", "fraction", "facility",
        lambda r: ratio(r.facility.consumption.sum(), r.facility.withdrawal.sum()),
        "Water consumed over water drawn", "取水量に対する消費水量の割合",
        "Water that evaporates or drifts away over the water drawn.",
        none="no water is drawn", of=("impact.water", "impact.water_consumed")),
    Kpi("facility.water_discharged", "m3", "facility", lambda r: r.facility.discharge.sum(),
        "Water discharged", "排水量", "Blowdown that leaves the site, after treatment."),
    Kpi("facility.hours_warm_discharge", "h", "facility",
        lambda r: None if r.facility.discharge_max is None else r.facility.warm_discharge.sum(),
        "Hours in which discharge is too warm", "排水温度が上限を超える時間",
        "Hours in which blowdown is discharged warmer than the permit allows.",
        none="the spec limits no temperature of discharge"),
    Kpi("facility.hours_capped", "h", "facility", lambda r: r.facility.capped.sum(),
        "Hours with less water than is asked for", "水が足りない時間",
        "Hours in which there is not the water that the plant asks for: it runs dry, or lacks cooling."),
    Kpi("facility.hours_short_of_water", "h", "facility", lambda r: (r.facility.capped & r.facility.short).sum(),
        "Hours in which cooling is short for want of water", "水不足で冷却が不足する時間",
        "Hours in which a supply is not held and there is not the water that the plant asks for.",
        of=("facility.hours_capped", "facility.hours_short")),
    Kpi("facility.fluid_lost", "kg", "facility", _of_fluid(lambda kg, fluid: kg),
        "Bath fluid lost as vapour", "冷却液の蒸発損失",
        "Fluid of two-phase baths that escapes as vapour and is made up.", none="no bath loses fluid"),
    Kpi("facility.fluid_cost", "USD", "facility", _of_fluid(lambda kg, fluid: kg * fluid.price),
        "Price of bath fluid made up", "冷却液の補充費用",
        "Price of the bath fluid that is made up, in money of today.",
        none="no bath loses fluid", of=("facility.fluid_lost",)),
    Kpi("facility.fluid_carbon", "t", "facility", _of_fluid(lambda kg, fluid: kg * fluid.gwp / 1e3),
        "Carbon dioxide equivalent of bath fluid lost", "冷却液損失のCO2換算量",
        "Carbon dioxide equivalent of the bath fluid that escapes, over 100 years; not in scope 1.",
        none="no bath loses fluid", of=("facility.fluid_lost",)),
    # Optimal control against the rules, over the weather year at full build
    Kpi("facility.control_energy_saving", "fraction", "control", _saving("energy", lambda c: c.energy),
        "Energy that optimal control saves", "最適制御による電力量の削減率",
        "Energy at the meter that control for energy saves."),
    Kpi("facility.control_energy_saving_unlimited", "fraction", "control",
        _saving("energy", lambda c: c.energy, limits=False),
        "Energy that optimal control saves without limits", "最適制御による電力量の削減率(流量・切替の制限なし)",
        "The same without limits on flow and on changes of mode."),
    Kpi("facility.control_cooling_saving", "fraction", "control", _saving("energy", lambda c: c.cooling),
        "Cooling energy that optimal control saves", "最適制御による冷却電力量の削減率",
        "Energy of the cooling plant that control for energy saves."),
    Kpi("facility.control_water_saving", "fraction", "control", _saving("water", lambda c: c.water),
        "Water that optimal control saves", "最適制御による取水量の削減率",
        "Water drawn that control for water saves."),
    Kpi("facility.control_carbon_saving", "fraction", "control", _saving("carbon", lambda c: c.carbon),
        "Carbon that optimal control saves", "最適制御による炭素排出の削減率",
        "Carbon of the grid's generation, by the hour, that control for carbon saves."),
    Kpi("facility.control_money_saving", "USD", "control",
        lambda r: r.control.rules.money - r.control.limited["money"].money,
        "Money that optimal control saves in a year", "最適制御による年間の節約額",
        "Energy at the grid's hourly price, and water at its own, that control for money saves in the weather year."),
    Kpi("facility.control_mode_changes", "1", "control", lambda r: r.control.limited[r.control.chosen].changes_most,
        "Most changes of mode a day", "1日の運転モード切替回数(最大)",
        "Most changes of mode a day on either side, by the objective of the spec's control."),
    Kpi("facility.control_forced_changes", "1", "control", lambda r: r.control.limited[r.control.chosen].changes_forced,
        "Changes of mode beyond the limit", "上限を超える運転モードの切替回数",
        "Changes of mode in the weather year beyond the limit, for no other mode held racks, machines and water."),
    Kpi("facility.control_cap_cost", "USD", "control", lambda r: _cap(r)[0] if r.control.uncapped else None,
        "Cost of the cap on water in a year", "取水上限による年間費用",
        "What the cap on water costs in the weather year: energy and water at their prices, control being for money.",
        none=_NO_CAP),
    Kpi("facility.control_cap_price", "USD/m3", "control", _cap_price,
        "Worth of a cubic metre that the cap withholds", "取水上限で得られない水の価値",
        "What a cubic metre that the cap withholds would be worth beyond its price: the cap's cost over it, on "
        "average.", none=_NO_CAP),
    # Availability, expected
    Kpi("facility.availability", "fraction", "availability", lambda r: r.availability.availability,
        "Time in which all IT is carried", "IT全体に給電・冷却できる時間の割合",
        "Share of the time in which power and cooling carry all IT, expected."),
    Kpi("facility.interruptions", "1/year", "availability", lambda r: r.availability.frequency,
        "Interruptions a year", "年間停止回数", "Interruptions of some IT or all a year, expected."),
    Kpi("facility.interruptions_people", "1/year", "availability",
        lambda r: sum(part.frequency for part in r.availability.contributions if part.kind == "people"),
        "Interruptions a year by people", "人為ミスによる年間停止回数",
        "Interruptions a year that people cause, expected.", of=("facility.interruptions",)),
    Kpi("facility.unserved_it_hours", "h/year", "availability", lambda r: r.availability.unserved_hours,
        "Hours a year without service", "年間停止時間(IT全体換算)",
        "Hours a year in which IT is not served, down and restarting, as hours of all of it, expected."),
    Kpi("facility.unserved_it_hours_independent", "h/year", "availability", lambda r: r.availability.shares[0].hours,
        "Hours a year without service, no common causes", "年間停止時間、共通原因なし",
        "The same if no failure had a common cause."),
    Kpi("facility.unserved_it_hours_whole_repair", "h/year", "availability", lambda r: r.availability.shares[-1].whole,
        "Hours a year without service, whole repairs", "年間停止時間、共通原因が修理時間だけ続く場合",
        "The same if every failure of a common cause lasted as long as the repair of one item."),
    Kpi("facility.unserved_it_energy", "MWh", "availability", lambda r: r.availability.unserved_energy,
        "IT energy not served", "停止によるIT電力量の損失",
        "IT energy that is not served over the life, expected.", of=("facility.unserved_it_hours", "it.energy")),
    Kpi("facility.unserved_cost", "USD", "availability", lambda r: r.availability.unserved_cost,
        "Worth of what is not served", "停止による損失額",
        "Worth of the accelerator-hours that are not served over the life, expected, at the price of the spec's day.",
        of=("facility.unserved_it_hours",)),
    Kpi("facility.backup_survival", "fraction", "availability", lambda r: r.availability.backup_survival,
        "Outage that backup carries", "予備電源が停電を支えきる確率",
        "Probability that battery, gensets and fuel carry an outage to the end, of a mean length of a feed's repair."),
    Kpi("facility.backup_lost", "1/year", "availability", lambda r: r.availability.backup_lost,
        "Outages a year that outlast backup", "予備電源で支えきれない停電(年間)",
        "Outages of feeds and substation a year that battery, gensets and fuel do not carry to the end, expected."),
    Kpi("facility.stranded", "fraction", "availability", lambda r: r.availability.stranded["units"],
        "Units kept for redundancy", "冗長のため使えない設備の割合",
        "Share of the units of the power chain that may not carry load, for redundancy."),
    Kpi("facility.cooling_ride_through", "s", "availability",
        lambda r: min(side.limit for side in r.availability.cooling.values()),
        "Time without cooling until servers stop", "冷却停止から停止までの時間",
        "Time without cooling until servers stop for heat, on the side where that is sooner."),
    Kpi("facility.cooling_margin", "s", "availability",
        lambda r: min(side.margin for side in r.availability.cooling.values()),
        "Time left when cooling is back", "冷却再開時の余裕",
        "Time that is left when cooling is back after an outage, on the side where it is least; below 0 servers stop.",
        of=("facility.cooling_ride_through",)),
    Kpi("facility.cooling_storage", "m3/MW", "availability",
        lambda r: max(side.storage_volume for side in r.availability.cooling.values()),
        "Stored water that bridges the restart", "冷却再開までに要る蓄熱水量",
        "Stored water, per heat, that bridges the restart of cooling, on the side that needs most."),
    Kpi("facility.movers", "MW", "availability", lambda r: r.availability.movers,
        "Power of pumps and fans that move heat", "ポンプ・送風機の最大電力",
        "Highest power of pumps, coolant units and air handlers: what a UPS must give so that they never stop."),
)  # fmt: skip
