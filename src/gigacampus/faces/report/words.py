"""Words of the page in both languages: sections, KPIs, grades, verdicts."""

from __future__ import annotations

from gigacampus.faces.figures.text import Text

SECTIONS = {
    "glance": Text("At a glance", "概要"),
    "energy": Text("Energy", "エネルギー"),
    "facility": Text("Facility and water", "設備と水"),
    "carbon": Text("Carbon", "炭素"),
    "money": Text("Money", "資金"),
    "rules": Text("Rules", "規則"),
    "proof": Text("Proof", "検算"),
    "sources": Text("Sources", "出典"),
    "key": Text("Marks and colours", "記号と色"),
}

FIGURES_OF = {
    "glance": ("life_line",),
    "energy": ("energy_sankey", "energy_by_year", "load_duration", "power_costs", "explorer"),
    "facility": (
        "months",
        "facility_weather",
        "pue_by_load",
        "design_days",
        "plant_sizes",
        "approach_chain",
        "supply_hours",
        "control_front",
        "losses_by_part",
        "power_chain",
        "water_balance",
        "downtime_by_cause",
        "power_swings",
        "swing_limits",
    ),
    "carbon": ("carbon_by_year", "embodied_by_year"),
    "money": (
        "what_does_not_close",
        "as_published",
        "sources_and_uses",
        "term_sheet",
        "debt_and_cover",
        "covenants",
        "annual_cash",
        "money_sankey",
        "who_gets_what",
        "guarantee_by_year",
        "tornado",
        "two_way",
        "fan",
        "value_by_year",
        "persistence",
        "loss_by_party",
        "worth_without_supports",
        "off_the_balance_sheet",
        "balance_sheets",
    ),
}

ABSENT = {
    "energy": Text(
        "This spec is a deal alone: it has no campus to run, so there is no energy, water or carbon to show.",
        "この仕様は契約のみで、稼働させるキャンパスがない。したがって電力、水、炭素の結果はない。",
    ),
    "money": Text(
        "This spec has no deal, so there is no debt, rent or return to show.",
        "この仕様には契約がない。したがって債務、賃料、収益の結果はない。",
    ),
}

GRADES = {
    "published": Text("published", "公表値"),
    "second-hand": Text("second-hand", "二次情報"),
    "derived": Text("derived", "導出"),
    "assumed": Text("assumed", "仮定"),
}

VERDICTS = {
    "pass": ("tick", "ok", Text("pass", "適合")),
    "fail": ("cross", "fail", Text("fails", "不適合")),
    "not tested": ("bar", "none", Text("not tested", "未検証")),
    "no rule": ("bar", "none", Text("no rule", "規則なし")),
    "holds": ("tick", "ok", Text("holds", "成立")),
    "breaks": ("cross", "fail", Text("fails", "不成立")),
    "hit": ("tick", "ok", Text("hit", "一致")),
    "miss": ("triangle", "miss", Text("miss", "不一致")),
}

KPIS: dict[str, Text] = {
    "it.energy": Text("Energy of IT equipment", "IT機器の電力量"),
    "it.rating": Text("IT rating at full build", "最終段階のIT定格電力"),
    "it.accelerators": Text("Accelerators at full build", "最終段階のアクセラレータ数"),
    "workload.ettr": Text("Effective training time ratio", "実効学習時間比"),
    "workload.tokens_trained": Text("Tokens trained on", "学習トークン数"),
    "facility.energy": Text("Energy delivered", "受電電力量"),
    "facility.pue": Text("Power usage effectiveness, life average", "PUE、全期間平均"),
    "facility.pue_category_1": Text("PUE at the UPS's output", "PUE(UPS出力、カテゴリー1)"),
    "facility.pue_category_2": Text("PUE at the PDU's output", "PUE(PDU出力、カテゴリー2)"),
    "facility.itue": Text("IT energy over what reaches the boards", "ITUE(IT電力量／基板到達電力量)"),
    "facility.tue": Text("Energy over what reaches the boards", "TUE(受電電力量／基板到達電力量)"),
    "facility.wue": Text("Water on site per IT energy", "敷地内の水使用量(IT電力量あたり)"),
    "facility.peak": Text("Highest hourly load", "最大負荷(1時間値)"),
    "facility.hours_short": Text("Hours above the cooling set-point", "冷却の設定温度を超える時間"),
    "facility.hours_chip_above": Text("Hours with chips above their limit", "チップが許容温度を超える時間"),
    "facility.design_excess": Text("Supply above its set-point on design days", "設計日の設定温度超過"),
    "facility.design_missing": Text("Cooling missing on the worst design day", "設計日の冷却能力不足"),
    "facility.cooler_margin_liquid": Text(
        "Coolers installed over the full heat's, liquid side", "液冷側クーラーの設置倍率"
    ),
    "facility.cooler_margin_air": Text("Coolers installed over the full heat's, air side", "空冷側クーラーの設置倍率"),
    "facility.coolers_installed": Text("Coolers installed, by heat at their design", "クーラー設置容量(設計点の熱量)"),
    "facility.chillers_installed": Text("Chillers installed, by heat at their reference", "冷凍機設置容量(定格の熱量)"),
    "facility.gensets_installed": Text("Standby gensets installed, by nameplate", "非常用発電機の設置容量(銘板)"),
    "facility.erf": Text("Energy reuse factor", "エネルギー再利用率(ERF)"),
    "facility.ere": Text("Energy reuse effectiveness", "エネルギー再利用効率(ERE)"),
    "facility.cycles": Text("Cycles of concentration by the make-up's limiting ion", "補給水で決まる濃縮倍数"),
    "facility.water_reclaimed": Text("Reclaimed water drawn on site", "再生水の使用量"),
    "facility.hours_capped": Text("Hours with less water than is asked for", "水が足りない時間"),
    "facility.hours_short_of_water": Text("Hours of them in which cooling is short", "水不足で冷却が不足する時間"),
    "facility.hours_warm_discharge": Text("Hours in which discharge is too warm", "排水温度が上限を超える時間"),
    "facility.water_year": Text("Water drawn on site in the highest year", "敷地内の年間最大取水量"),
    "facility.water_consumed_share": Text("Water consumed over water drawn", "取水量に対する消費水量の割合"),
    "facility.water_discharged": Text("Water discharged", "排水量"),
    "facility.water_reused_share": Text("Reclaimed and recycled water over water used", "再生水・循環水の割合"),
    "facility.fluid_lost": Text("Bath fluid lost as vapour", "冷却液の蒸発損失"),
    "facility.fluid_cost": Text("Price of bath fluid made up", "冷却液の補充費用"),
    "facility.fluid_carbon": Text("Carbon dioxide equivalent of bath fluid lost", "冷却液損失のCO2換算量"),
    "facility.heat_reused": Text("Heat that others take", "再利用される熱量"),
    "facility.heat_temperature": Text("Temperature at which heat is taken", "熱の供給温度"),
    "facility.swing_peak_to_peak": Text("Power swing within ten seconds", "10秒間の電力変動幅"),
    "facility.swing_peak_to_peak_raw": Text("Power swing, nothing smoothed", "電力変動幅(平滑化なし)"),
    "facility.swing_peak_to_peak_steady": Text("Power swing, no job starts or stops", "電力変動幅(起動・停止以外)"),
    "facility.swing_peak_to_peak_steady_raw": Text(
        "The same, nothing smoothed", "電力変動幅(起動・停止以外、平滑化なし)"
    ),
    "facility.swing_ramp_steady": Text("Steepest ramp, no job starts or stops", "最大変化率(起動・停止以外)"),
    "facility.swing_ramp_steady_raw": Text("The same, nothing smoothed", "最大変化率(起動・停止以外、平滑化なし)"),
    "facility.smoothing_cycles": Text("Full cycles of the smoothing battery", "平滑化用蓄電池の等価サイクル数(年)"),
    "facility.swing_ramp": Text("Steepest ramp over one second", "最大変化率(1秒)"),
    "facility.swing_ramp_raw": Text("Steepest ramp, nothing smoothed", "最大変化率(平滑化なし)"),
    "facility.swing_ramp_minute": Text("Steepest ramp over one minute", "最大変化率(1分)"),
    "facility.swing_step": Text("Largest load step", "最大負荷段差"),
    "facility.swing_step_raw": Text("Largest load step, nothing smoothed", "最大負荷段差(平滑化なし)"),
    "facility.swing_energy_band": Text("Swings from 0.1 to 20 Hz, rms", "0.1〜20 Hzの変動(実効値)"),
    "facility.swing_energy_band_raw": Text(
        "Swings from 0.1 to 20 Hz, nothing smoothed", "0.1〜20 Hzの変動(平滑化なし)"
    ),
    "facility.swing_energy_band_low": Text("Swings from 0.1 to 1 Hz, rms", "0.1〜1 Hzの変動(実効値)"),
    "facility.swing_energy_band_middle": Text("Swings from 1 to 2.5 Hz, rms", "1〜2.5 Hzの変動(実効値)"),
    "facility.flicker_pst": Text("Flicker severity Pst", "フリッカ指標Pst"),
    "facility.flicker_pst_raw": Text("Flicker severity Pst, nothing smoothed", "フリッカ指標Pst(平滑化なし)"),
    "facility.voltage_change": Text("Voltage change within one second", "1秒間の電圧変化"),
    "facility.voltage_change_raw": Text("Voltage change, nothing smoothed", "電圧変化(平滑化なし)"),
    "facility.swing_step_time": Text("Time of a training step", "学習1ステップの時間"),
    "facility.swing_limits_held": Text("Published limits of swings that are held", "公表上限に収まる割合"),
    "facility.swing_limits_held_raw": Text("The same, nothing smoothed", "公表上限に収まる割合(平滑化なし)"),
    "facility.smoothing_lost": Text("Power lost in smoothing", "平滑化で失う電力"),
    "facility.smoothing_capital": Text("Price of storage that smooths", "平滑化用蓄電の費用"),
    "facility.availability": Text("Time in which all IT is carried", "IT全体に給電・冷却できる時間の割合"),
    "facility.interruptions": Text("Interruptions a year", "年間停止回数"),
    "facility.interruptions_people": Text("Interruptions a year by people", "人為ミスによる年間停止回数"),
    "facility.unserved_it_hours": Text("Hours a year without service", "年間停止時間(IT全体換算)"),
    "facility.unserved_it_hours_independent": Text("The same without common causes", "年間停止時間、共通原因なし"),
    "facility.unserved_it_energy": Text("IT energy not served", "停止によるIT電力量の損失"),
    "facility.unserved_cost": Text("Worth of what is not served", "停止による損失額"),
    "facility.backup_survival": Text("Outages that backup carries", "予備電源が支えきる停電の割合"),
    "facility.stranded": Text("Units kept for redundancy", "冗長のため使えない設備の割合"),
    "facility.cooling_ride_through": Text("Time without cooling until servers stop", "冷却停止から停止までの時間"),
    "facility.cooling_margin": Text("Time left when cooling is back", "冷却再開時の余裕"),
    "facility.cooling_storage": Text("Stored water that bridges the restart", "冷却再開までに要る蓄熱水量"),
    "facility.movers": Text("Power of pumps and fans that move heat", "ポンプ・送風機の最大電力"),
    "supply.cost_per_mwh": Text("All-in cost of power, real", "電力の総コスト(実質)"),
    "supply.cfe_hourly": Text("Carbon-free energy, hour by hour", "毎時カーボンフリー電力比率"),
    "supply.renewable_annual": Text("Renewable energy, own and contracted", "再エネ比率(自社・契約)"),
    "supply.renewable_annual_with_certificates": Text("Renewable matching, yearly", "年間の再エネ調達率(証書を含む)"),
    "supply.grid_import": Text("Energy drawn from the grid", "系統からの受電電力量"),
    "supply.peak_import": Text("Highest hourly draw", "系統からの最大受電"),
    "supply.curtailed": Text("Curtailed", "出力抑制量"),
    "supply.unserved": Text("Load not served", "供給できない負荷"),
    "impact.scope1": Text("Scope 1 emissions", "スコープ1排出量"),
    "impact.scope2_location": Text("Scope 2 emissions, location-based", "スコープ2排出量、ロケーション基準"),
    "impact.scope2_market": Text("Scope 2 emissions, by contract", "スコープ2排出量、契約基準"),
    "impact.scope2_market_hourly": Text("Scope 2 emissions, hourly contracts", "スコープ2排出量、毎時の契約基準"),
    "impact.embodied": Text("Embodied carbon", "内包排出量"),
    "impact.water": Text("Water drawn on site", "敷地内の取水量"),
    "impact.water_source_withdrawn": Text("Water withdrawn at the source of the power", "発電での取水量"),
    "impact.wue": Text("Water on site per IT energy", "敷地内の水使用量(IT電力量あたり)"),
    "impact.wue_source": Text("Water on site and at source per IT energy", "発電を含む水使用量(IT電力量あたり)"),
    "impact.cue": Text("Carbon usage effectiveness", "CUE(炭素使用効率)"),
    "impact.ref": Text("Renewable energy factor", "REF(再エネ係数)"),
    "finance.dscr_min": Text("Lowest debt service cover", "最低DSCR"),
    "finance.dscr_avg": Text("Average debt service cover", "平均DSCR"),
    "finance.llcr": Text("Loan life cover", "LLCR(借入期間カバー率)"),
    "finance.plcr": Text("Project life cover", "PLCR(事業期間カバー率)"),
    "finance.rent_fall_to_default": Text("Fall of rents to a missed payment", "債務不履行に至る賃料の下落率"),
    "finance.npv": Text("Net present value", "正味現在価値"),
    "finance.payback": Text("Payback", "投資回収期間"),
    "finance.irr_roots": Text("Rates of return found", "IRRの解の個数"),
    "finance.headroom": Text("Covenant headroom", "財務制限条項までの余裕"),
    "finance.locked_months": Text("Months of lock-up", "配当停止月数"),
    "finance.default_months": Text("Months in default", "債務不履行月数"),
    "finance.debt_peak": Text("Peak debt", "債務のピーク"),
    "finance.capitalised_interest": Text("Interest while building", "建設中の利息"),
    "finance.rent_year1": Text("Rent of the first lease year", "初年度賃料"),
    "finance.rent_committed": Text("Rent of the first terms", "当初期間の賃料"),
    "finance.rent_total": Text("Rent over all terms", "全期間の賃料"),
    "finance.irr": Text("Return (IRR)", "IRR"),
    "finance.moic": Text("Multiple of capital", "投資倍率"),
    "finance.lease_test": Text("Lease test, value over fair value", "リース判定(現在価値／公正価値)"),
    "finance.lease_liability": Text("Lease liability", "リース負債"),
    "finance.debt_on_balance": Text("Debt on the balance sheet", "貸借対照表上の負債"),
    "finance.debt_consolidated": Text("Debt if consolidated", "連結した場合の負債"),
    "finance.wal": Text("Weighted average life", "平均年限"),
    "finance.price": Text("Clean price", "価格(経過利子を除く)"),
    "finance.yield": Text("Yield to maturity", "最終利回り"),
    "finance.spread": Text("Spread over the benchmark", "ベンチマークに対するスプレッド"),
    "finance.duration": Text("Modified duration", "修正デュレーション"),
    "finance.break_even": Text("Fall of rent to a cover of 1", "DSCRが1倍になる賃料下落率"),
    "finance.gearing": Text("Loans over uses of funds", "資金使途に対する借入比率"),
    "finance.debt_to_cash": Text("Debt over first year's cash", "債務／初年度のCFADS"),
    "finance.recovery": Text("Recovered if the tenant leaves", "退去時の回収率"),
    "finance.recovery_by_share": Text("Recovered if the tenant leaves, by share", "退去時の回収率(持分比率で配分)"),
    "finance.recovery_without_guarantee": Text("Recovered without the guarantee", "保証なしの回収率"),
    "finance.worth_without_tenant": Text("Worth per 100 without the tenant", "賃借人なしの価値(100あたり)"),
    "residual.energy": Text("Energy", "電力量"),
    "residual.water": Text("Water and heat", "水と熱"),
    "residual.swings": Text("Energy behind smoothing", "平滑化のエネルギー"),
    "residual.money": Text("Money", "資金"),
}

KEY = ("facility.energy", "facility.pue", "supply.cfe_hourly")
KEY_DEAL = ("finance.debt_peak", "finance.rent_year1", "finance.dscr_min", "finance.irr", "finance.moic")
KEY_ALONE = {
    "physical": (
        "facility.wue",
        "impact.scope2_location",
        "supply.cost_per_mwh",
        "supply.renewable_annual",
        "impact.water",
    ),
    "deal": ("finance.llcr", "finance.wal", "finance.rent_total", "finance.capitalised_interest"),
}

TIMES = ("finance.dscr_min", "finance.dscr_avg", "finance.llcr", "finance.plcr", "finance.moic")
"""KPIs whose unit is times."""

PARTS = {
    "site": Text("Site", "立地"),
    "compute": Text("Compute", "計算機"),
    "workload": Text("Workload", "ワークロード"),
    "facility": Text("Facility", "設備"),
    "supply": Text("Supply", "電力調達"),
    "deal": Text("Deal", "契約"),
    "promises": Text("Promises", "約束"),
    "life": Text("Life", "期間"),
}


AREAS = {"finance": "金融", "impact": "環境影響", "cluster": "クラスタ", "policy": "規則"}


def kpi(name: str) -> Text:
    """What a KPI is called; a family's member keeps its name, and an unknown KPI its sentence."""
    if name in KPIS:
        return KPIS[name]
    family, _, member = name.rpartition(".")
    if family in KPIS:
        shown = member.replace("_", " ").capitalize()
        return Text(f"{KPIS[family].en}, {shown}", f"{KPIS[family].ja}、{shown}")
    from gigacampus.runs.kpi import find

    return Text(find(name)[0].about.rstrip("."))
