"""Words of the page in both languages: sections, grades, verdicts, and what KPIs are called."""

from __future__ import annotations

from gigacampus.faces.figures.text import Text
from gigacampus.runs.kpis import find

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
    """What a KPI is called; a family's member keeps its name."""
    entry, member = find(name)
    shown = member.replace("_", " ").capitalize()
    return Text(f"{entry.en}, {shown}", f"{entry.ja}、{shown}") if member else Text(entry.en, entry.ja)
