"""The cooling plant: its design days, and the hours in which coolers cannot hold a supply temperature."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from gigacampus.faces import numbers
from gigacampus.faces.figures.base import Column, Figure, Finding, Run, Table, Text, figure, there

DEGREE = f"{numbers.THIN}°C"
_SIDES = {"liquid": Text("Liquid", "液冷側"), "air": Text("Air", "空冷側")}
_KINDS = {
    "dry": Text("Dry coolers", "乾式クーラー"),
    "adiabatic": Text("Adiabatic coolers", "断熱式クーラー"),
    "tower": Text("Wet towers", "冷却塔"),
}
_PLACES = {
    "chip case": Text("Chip case", "チップ表面"),
    "coolant leaving": Text("Coolant leaving the racks", "ラック出口の冷却液"),
    "coolant entering": Text("Coolant entering the racks", "ラック入口の冷却液"),
    "facility water": Text("Facility water", "設備冷却水"),
    "water of the coolers": Text("Water that leaves the coolers", "クーラー出口の水"),
    "intake air": Text("Air at the coolers' intake", "クーラー吸込空気"),
}
_BY = {
    "given": Text("The spec", "仕様書の値"),
    "units out": Text("Units out", "停止台数"),
    "no heat": Text("No heat on design days", "設計日の負荷なし"),
}
_ORIGINS = {"ASHRAE": Text("ASHRAE", "ASHRAE"), "typical year": Text("typical year", "標準気象年")}


def _day(name: str) -> Text:
    """A day's name; a return period stands in it as a number."""
    known = {"0.4 % dry bulb": "乾球温度0.4 %", "0.4 % wet bulb": "湿球温度0.4 %"}
    years = name.partition("-year")[0]
    return Text(name[:1].upper() + name[1:], known.get(name, f"{years}年確率の乾球温度"))


@figure("campus", plotted=False)
def design_days(run: Run) -> Figure:
    """What each side of the plant reaches on the site's design days, as a table."""
    found = run.design
    rows = [(judged.day, side) for judged in found.days for side in judged.sides]
    out, warmed = found.units_out, numbers.significant(found.recirculation, 2)
    return Figure(
        title=_finding(found),
        subtitle=Text(
            f"Supply temperature at full IT with {out} unit{'s' * (out != 1)} of each kind out and intake air {warmed} K above the outdoor air",
            f"IT全負荷、各機器{out}台停止、吸込空気は外気より{warmed} K高い条件での供給温度",
        ),
        table=Table.of(
            (Column(Text("Design day", "設計日")), (_day(day.name) for day, _ in rows)),
            (Column(Text("From", "出典")), (_ORIGINS[day.origin] for day, _ in rows)),
            (Column(Text("Dry bulb", "乾球温度"), "°C", 1), (day.dry_bulb for day, _ in rows)),
            (Column(Text("Wet bulb", "湿球温度"), "°C", 1), (day.wet_bulb for day, _ in rows)),
            (Column(Text("Side", "系統")), (_SIDES[side.side] for _, side in rows)),
            (Column(Text("Limit", "設定温度"), "°C", 1), (side.limit for _, side in rows)),
            (Column(Text("Supply", "供給温度"), "°C", 1), (side.supply for _, side in rows)),
            (Column(Text("Missing cooling", "不足冷却能力"), "MW", 1), (side.missing for _, side in rows)),
        ),
        note=Text(
            "0.4 %: exceeded in 35 hours of a mean year. Where ASHRAE's value is not given, the typical year's own stands, which tends to be too mild.",
            "0.4 %は平均年に35時間超える値。ASHRAEの値がない場合は標準気象年の値で、実際より低めになりやすい。",
        ),
        stages=("design",),
    )  # fmt: skip


def _finding(found: Any) -> Finding:
    worst = found.worst
    if worst.missing < 0.05:
        return Finding(
            "The cooling plant holds its set-points on every design day", "冷却設備はすべての設計日で設定温度を保つ"
        )
    missing, name = numbers.significant(worst.missing), _day(worst.day.name)
    return Finding(
        f"{missing}{numbers.THIN}MW of cooling are missing on the day of the {worst.day.name}",
        f"「{name.ja}」の設計日に冷却能力が{missing}{numbers.THIN}MW不足する",
    )


@figure("campus", plotted=False)
def plant_sizes(run: Run) -> Figure:
    """Coolers, chillers and gensets that the design days ask for, and the day that decided each, as a table."""
    rows = tuple(_sizes(run))
    return Figure(
        title=_decided(rows),
        subtitle=Text(
            "Heat at the design point of coolers and at the reference of chillers, nameplate of gensets, spares included",
            "クーラーは設計点、冷凍機は定格での熱量、発電機は銘板。予備を含む",
        ),
        table=Table(
            (Column(Text("What", "機器")), Column(Text("Side", "系統")), Column(Text("Installed", "設置容量"), "MW", 0),
             Column(Text("Over the full duty", "全負荷に対する倍率"), "", 2), Column(Text("Decided by", "決定要因"))),
            rows,
        ),
        note=Text(
            "The least that holds every design day with units out; of coolers those that are left carry the full heat at their design flow.",
            "停止機を除いてすべての設計日を満たす最小値。残るクーラーは設計流量で全熱量を受ける。",
        )
        + (_HELPED if any(size.margin and size.capacity for size in vars(run.sizing).values()) else Text("")),
        stages=("sizing", "design"),
    )  # fmt: skip


_HELPED = Text(
    " Chillers lift what coolers leave on that day: free cooling counts.",
    "冷凍機は、その日にクーラーが残す熱を受ける(フリークーリングを算入)。",
)


def _sizes(run: Run) -> Iterator[tuple[Any, ...]]:
    """What stands there: name, side, MW, over the full duty, what decided it."""
    rating, built = float(run.offer.it_rating[-1]), run.campus.facility.cooling
    plants = {"liquid": built, "air": built.air_plant or built}
    for side, plant in plants.items():
        size = getattr(run.sizing, side)
        if size.margin is not None:
            what = _KINDS[there(plant.rejection).kind]
            yield what, _SIDES[side], size.coolers * rating, size.margin, _by(size.margin_by)
        if size.capacity is not None:
            yield Text("Chillers", "冷凍機"), _SIDES[side], size.chillers * rating, size.capacity, _by(size.capacity_by)
    standby = run.design.standby
    if standby is not None:
        load = float(run.peak_ratio) * rating
        given = run.campus.facility.design.gensets.nameplate is not None
        by = "given" if given else "units out" if standby.left == 1 else standby.day.name
        yield Text("Gensets", "発電機"), Text("All", "全体"), standby.nameplate, standby.nameplate / load, _by(by)


def _by(name: str) -> Text:
    return _BY.get(name) or _day(name)


def _decided(rows: Sequence[tuple[Any, ...]]) -> Finding:
    if not rows:
        return Finding("Outside air cools the halls; nothing is sized", "外気で冷却し、容量を決める機器はない")
    what, _, installed, over, _ = max(rows, key=lambda row: row[3])
    size, times = numbers.significant(installed), numbers.fixed(over, 2)
    return Finding(
        f"{what.en} of {size}{numbers.THIN}MW are installed, {times} times the full duty",
        f"{what.ja}は{size}{numbers.THIN}MW、全負荷の{times}倍を設置する",
    )


@figure("campus", plotted=False)
def approach_chain(run: Run) -> Figure | None:
    """The liquid side's temperatures from the chips to the coolers' air on each design day, as a table."""
    liquid, days = run.campus.facility.cooling.liquid, run.design.days
    if liquid is None or not days[0].chain:
        return None
    limits = {"chip case": liquid.chip_limit, "coolant entering": _allowed(run.campus.facility)}
    places, hours = (
        [place for place, _ in days[0].chain],
        numbers.fixed(run.kpi["facility.hours_chip_above"].value or 0, 0),
    )
    return Figure(
        title=_cooled(max(dict(judged.chain)["chip case"] for judged in days), liquid.chip_limit),
        subtitle=Text(
            "Temperatures at full IT from the chips' case to the air at the coolers' intake, each step an approach, °C",
            "IT全負荷でのチップ表面からクーラー吸込空気までの温度(°C)。各段の差がアプローチ",
        ),
        table=Table.of(
            (Column(Text("Place", "位置")), (_PLACES[place] for place in places)),
            *((Column(_day(judged.day.name), "°C", 1), (degrees for _, degrees in judged.chain)) for judged in days),
            (Column(Text("Limit", "上限"), "°C", 1), map(limits.get, places)),
        ),
        note=Text(
            f"As run, chips pass their limit in {hours} hours of the life. Where control chooses, at the warmest coolant that it may supply. Intake air with pads wet, where they are wetted at that temperature.",
            f"運転期間中にチップが上限を超えるのは{hours}時間。最適制御では許される最高の供給温度での値。吸込空気は、噴霧する気温では噴霧後の値。",
        ),
        stages=("design", "facility"),
    )  # fmt: skip


def _allowed(facility: Any) -> float:
    """Warmest coolant that the plant may supply: its set-point, or what control may choose."""
    liquid = facility.cooling.liquid
    return float(liquid.supply if facility.control.by == "rules" else max(liquid.supply, liquid.supply_max))


def _cooled(warmest: float, limit: float) -> Finding:
    gap = f"{numbers.significant(abs(limit - warmest), 2)}{numbers.THIN}K"
    if warmest > limit:
        return Finding(f"Chips pass their limit by {gap} on a design day", f"設計日にチップが許容温度を{gap}超える")
    return Finding(
        f"On every design day chips stay {gap} below their limit", f"すべての設計日でチップは許容温度を{gap}下回る"
    )


@figure("campus", plotted=False)
def supply_hours(run: Run) -> Figure:
    """Hours of the typical year in which coolers of each kind cannot hold a supply temperature, as a table."""
    found = run.design
    drop = "-".join(numbers.significant(value, 2) for value in sorted(set(found.drops.values())))
    return Figure(
        title=_held(found, run.campus.facility.cooling.liquid),
        subtitle=Text(
            f"Hours of the typical year in which coolers at their design approach, and {drop} K from there to the supply, are too warm",
            f"クーラーの設計アプローチと供給までの{drop} Kを見込むと供給温度を保てない時間数、標準気象年",
        ),
        table=Table.of((Column(Text("Supply", "供給温度"), "°C", 0), found.supplies),
                       *((Column(_KINDS[kind], "h", 0), hours) for kind, hours in found.hours.items())),
        note=Text(
            "Approaches are fixed at those of design; adiabatic coolers are wetted whenever that helps.",
            "アプローチは設計値で一定とし、断熱式は効果のある時間すべてで噴霧する。",
        ),
        stages=("design",),
    )  # fmt: skip


def _held(found: Any, liquid: Any) -> Finding:
    """Of the liquid side's own set-point where there is one, else of the lowest supply that dry coolers hold."""
    if liquid is not None:
        hours = {kind: numbers.fixed(h[found.supplies.index(liquid.supply)], 0) for kind, h in found.hours.items()}
        return Finding(
            f"Dry coolers cannot hold {liquid.supply:g}{DEGREE} in {hours['dry']}{numbers.THIN}h of the year, adiabatic ones in {hours['adiabatic']}, towers in {hours['tower']}",
            f"供給温度{liquid.supply:g}{DEGREE}を保てないのは標準気象年で乾式{hours['dry']}時間、断熱式{hours['adiabatic']}時間、冷却塔{hours['tower']}時間",
        )
    dry = dict(zip(found.supplies, found.hours["dry"], strict=True))
    supply = next((supply for supply, hours in dry.items() if hours == 0), found.supplies[-1])
    short = numbers.fixed(dry[supply], 0)
    return Finding(
        f"At a supply of {supply:g}{DEGREE} dry coolers are too warm in {short}{numbers.THIN}h of the typical year",
        f"供給温度{supply:g}{DEGREE}を乾式クーラーが保てないのは標準気象年の{short}時間",
    )
