"""What power costs, by item."""

from __future__ import annotations

from gigacampus.faces import numbers
from gigacampus.faces.figures.base import Column, Figure, Finding, Run, Table, Text, figure, there
from gigacampus.faces.figures.money import Money, money_of

ITEMS = {
    "fuel": Text("Fuel of own plants", "自社電源の燃料"),
    "vom": Text("Variable upkeep of own plants", "自社電源の変動維持費"),
    "fom": Text("Fixed upkeep of own plants", "自社電源の固定維持費"),
    "capital_recovery": Text("Capital recovery on own plants, in no bill", "自社電源の資本回収(請求外)"),
    "ppa": Text("Plants under contract", "契約電源"),
    "utility_plants": Text("The utility's plants", "電力会社の電源"),
    "grid_energy": Text("Market energy", "市場からの電力量"),
    "delivery": Text("Delivery", "託送・付帯"),
    "demand_charge": Text("Demand charge", "デマンド料金"),
    "capacity": Text("Capacity obligation", "容量負担"),
    "fixed": Text("Customer charge", "基本料金"),
    "certificates": Text("Certificates", "証書"),
    "export_revenue": Text("Export (revenue)", "逆潮流の売電(収入)"),
    "surplus_sales": Text("Surplus sold (revenue)", "余剰の売電(収入)"),
}
BILL = Text(
    "A deal's service with cost: energy bills every item but capital recovery: who pays for own plants stands under "
    "construction, or nowhere.",
    "契約のcost: energyは資本回収以外の全項目を請求する。自社電源の費用はconstructionに書かれた当事者だけが負担する。",
)


@figure("campus", plotted=False)
def power_costs(run: Run) -> Figure | None:
    """All-in cost of power by item, over the life."""
    if not run.supply.cost_items:
        return None
    supply, year = run.supply, run.campus.supply.price_year
    items = {name: cost for name, cost in supply.cost_items.items() if cost}
    ranked = sorted(items, key=lambda name: -items[name])
    total = there(supply.cost_per_mwh)
    money = money_of(run) if run.campus.deal is not None else Money(1e6, "m USD", by_size=True)
    rows = [(ITEMS[name], items[name], float(supply.costs[name].sum()) / money.factor) for name in ranked]
    return Figure(
        title=_finding(total, ranked, items),
        subtitle=Text(
            f"All-in cost of power by item over the life, in money of {year}; payments nominal",
            f"全期間の電力の総コスト(項目別)。単価は{year}年価格、支払額は名目",
        ),
        table=Table(
            (Column(Text("Item", "項目")), Column(Text("Cost", "単価"), "USD/MWh", 2),
             money.column(Text("Over the life, nominal", "全期間、名目"))),
            (*rows, (Text("All", "合計"), total, float(supply.total.sum()) / money.factor)),
        ),
        note=BILL if "capital_recovery" in items and run.campus.deal is not None else Text(""),
        stages=("supply",),
    )  # fmt: skip


def _finding(total: float, ranked: list[str], items: dict[str, float]) -> Finding:
    cost = f"{numbers.significant(total)}{numbers.THIN}USD/MWh"
    if not ranked or not total > 0:
        return Finding(f"Power costs {cost}", f"電力の総コストは{cost}")
    first, share = ITEMS[ranked[0]], numbers.percent(items[ranked[0]] / total)
    name = first.en[:1].lower() + first.en[1:]
    return Finding(f"Power costs {cost}; the largest item is {name}, {share}{numbers.THIN}%",
                   f"電力の総コストは{cost}、最大の項目は{first.ja}({share}{numbers.THIN}%)")  # fmt: skip
