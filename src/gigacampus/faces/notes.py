"""What a reader must know beside the figures: load that is not served, plants that never run, contracts that outlast.

The command line prints these sentences under its table and the report's head has them, whenever there is something.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from gigacampus.campus import catalog
from gigacampus.campus.spec import Loaded
from gigacampus.campus.spec.deal import slug
from gigacampus.campus.spec.site import Grid
from gigacampus.campus.spec.supply import Battery, Gas, Plant
from gigacampus.faces import numbers
from gigacampus.faces.figures.text import Text
from gigacampus.runs.checks import Outlasting, borrowed, outlasting

if TYPE_CHECKING:
    from gigacampus.runs.pipeline import Run

SHORTFALLS = ("supply.unserved", "facility.hours_short")
"""KPIs that are shown whenever they are above zero."""

_COUNTED = {
    "leases": ("its rent counts to the end, though nothing is powered or billed by then",
               "賃料は期末まで計上されるが、電力の供給も請求もない"),
    "loans": ("it is served to the end, though nothing is powered or billed by then",
              "返済は期末まで計上されるが、電力の供給も請求もない"),
    "guarantees": ("it stands behind a campus that runs no longer", "稼働を終えたキャンパスに対する保証となる"),
}  # fmt: skip


def notes(run: Run) -> list[Text]:
    """Every note on a run, shortfalls first."""
    return [
        *_short(run), *idle(run), *map(lasting, outlasting(run.loaded)), *kept(run), *grid(run.loaded)
    ]  # fmt: skip


def grid(loaded: Loaded) -> Iterator[Text]:
    """That the grid is the default one, wherever the campus stands, or one of another place than its weather."""
    site, far = loaded.campus.site, borrowed(loaded)
    if site is not None and "grid" not in site.model_fields_set:
        name, others = Grid.default_entry, ", ".join(catalog.names("grids"))
        yield Text(f"No site.grid is given: prices and carbon are those of {name}. There are {others}.",
                   f"site.gridの指定がないため、価格と排出係数は{name}のもの。選択肢は{others}。")  # fmt: skip
    elif far is not None:
        yield Text(f"The weather is of {far.state}, which the grid {far.grid} does not reach: {', '.join(far.fields)} "
                   "are of there. Give your own under site.grid.",
                   f"気象は{far.state}のもので、系統{far.grid}はそこに及ばない。{'、'.join(far.fields)}は{far.grid}の値であり、"
                   "site.gridで置き換えられる。")  # fmt: skip


def lasting(one: Outlasting) -> Text:
    """That a contract runs on after the campus's life."""
    en, ja = _COUNTED[one.kind]
    months = f"{one.months} month{'s' * (one.months != 1)}"
    return Text(
        f"{one.name} runs to {one.until}, {months} after the campus's life ends ({one.life_end}): {en}. "
        "Give a later life.end, or an earlier end.",
        f"「{one.name}」は{one.until}まで続き、キャンパスの稼働終了({one.life_end})の{one.months}か月後となる。{ja}。",
    )


def kept(run: Run) -> Iterator[Text]:
    """Vehicles that keep their cash for works in more than a year after the last phase is ready."""
    deal, ready = run.campus.deal, run.campus.events.get("ready")
    for vehicle in deal.entities if deal is not None and ready is not None else ():
        keeps = run.finance.rows.get(f"{slug(vehicle)}.keeps")
        days = run.finance.months.astype("datetime64[D]").tolist()
        months = sum(day > ready for day, keep in zip(days, keeps, strict=True) if keep) if keeps is not None else 0
        if months > 12:
            yield Text(
                f"{vehicle} distributes nothing in {months} months after the last phase is ready, in which works go on "
                "or a loan has not passed its interest_only_until. With while_building: distribute it does.",
                f"「{vehicle}」は最終フェーズの竣工後も、工事期間中または借入のinterest_only_until到来前の{months}か月間は分配を行わない。"
                "while_building: distributeとすれば分配する。",
            )


def _short(run: Run) -> Iterator[Text]:
    if not run.campus.physical:
        return
    unserved, hours = (run.kpi[name].value or 0.0 for name in SHORTFALLS)
    if unserved > 0:
        load = float(run.facility.load.sum())
        share = numbers.significant(100 * unserved / (load + unserved), 2) + numbers.THIN + "%"
        yield Text(
            f"{numbers.quantity(unserved, 'MWh')} of the load, {share}, is not served.",
            f"負荷のうち{numbers.quantity(unserved, 'MWh')}({share})は供給できない。",
        )
    if hours > 0:
        yield Text(f"In {hours:,.0f} hours the cooling plant cannot hold its supply temperature.",
                   f"冷却設備は{hours:,.0f}時間にわたり供給温度を保てない。")  # fmt: skip


def idle(run: Run) -> Iterator[Text]:
    """Plants that give nothing in the whole life, why where it is known, and what they cost."""
    for name, plant in run.campus.supply.plants.items() if run.campus.physical else ():
        flows = run.supply.dispatch
        made = flows.storage[name].charge if isinstance(plant, Battery) else flows.generation[name]
        if made.any():
            continue
        why, cost = _why(run, plant), sum(float(item.sum()) for item in run.supply.plant_costs[name].values())
        spent = (
            Text(f", and costs {numbers.money(cost)}", f"費用は{numbers.money_ja(cost)}。") if cost > 0 else Text("")
        )
        reason = Text(f": {why.en}", f"({why.ja})") if why else why
        never = (
            (" never charges", "は一度も充電しない")
            if isinstance(plant, Battery)
            else (" never runs", "は一度も稼働しない")
        )
        yield Text(f"{name}{never[0]}{spent.en}{reason.en}.", f"「{name}」{never[1]}{reason.ja}。{spent.ja}")


def _why(run: Run, plant: Plant) -> Text:
    """Why a plant never runs; empty where it is not known."""
    last = run.timeline.days[-1].astype(object)
    if plant.total == 0:
        return Text("its capacity is 0", "容量がゼロ")
    if (plant.start and plant.start > last) or (plant.end and plant.end < run.timeline.start):
        return Text("it is in service only outside the campus's life", "供用期間が稼働期間の外にある")
    if isinstance(plant, Battery):
        return _uncharged(run, plant)
    if isinstance(plant, Gas) and plant.behind_meter:
        return Text("what is cheaper meets the load in every hour", "全時間でより安い電源が負荷を満たす")
    return Text("")


def _uncharged(run: Run, battery: Battery) -> Text:
    plants = run.campus.supply.plants.values()
    clean = [plant for plant in plants if not isinstance(plant, (Battery, Gas))]
    if battery.from_contracts:
        return Text("no clean plant ever gives more than the load", "再エネ・原子力の余剰がない")
    here = any(plant.behind_meter for plant in clean)
    en = (
        "no clean plant behind the meter ever gives more than the load"
        if here
        else "no clean plant is behind the meter"
    )
    ja = "構内の再エネ・原子力に余剰がない" if here else "構内に再エネ・原子力がない"
    if any(not plant.behind_meter for plant in clean):
        en, ja = (
            f"{en}; from_contracts would let it charge from those under contract",
            f"{ja}。契約電源からはfrom_contractsで充電できる",
        )
    return Text(en, ja)
