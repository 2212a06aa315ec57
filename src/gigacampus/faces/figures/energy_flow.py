"""The energy Sankey of one year: from fuel, sun and market to accelerators and heat."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from gigacampus.faces import numbers
from gigacampus.faces.figures import sankey
from gigacampus.faces.figures.base import Column, Figure, Finding, Table, Text, figure
from gigacampus.faces.figures.concepts import COLOURS, ORDER, SOURCES, source
from gigacampus.faces.figures.facts import MWH_PER_MMBTU, full_year, hours_of
from gigacampus.faces.figures.sankey import Link, Node

if TYPE_CHECKING:
    from gigacampus.runs.pipeline import Run

BUS, PLANTS, REJECTED = "bus", "plants", "rejected"
_FIRST = {"gas": Text("Natural gas, fuel", "天然ガス(燃料)"), "grid": Text("Market", "市場調達")}
_USES: dict[str, tuple[Text, str]] = {
    "it": (Text("IT", "IT"), "it/0.28"),
    "cooling": (Text("Cooling", "冷却"), "cooling/0.6"),
    "losses": (Text("Electrical losses", "電気損失"), "losses/0.8"),
    "other": (Text("Light and controls", "照明・制御"), "losses/0.8"),
    "battery": (Text("Battery losses", "蓄電池の損失"), "losses/0.8"),
    "export": (Text("Exported", "系統への売電"), "grid/0.42"),
    "spilled": (Text("Spilled", "余剰"), "losses/0.8"),
}
_IT: dict[str, Text] = {
    "servers": Text("Servers", "サーバー"),
    "network": Text("Network, storage", "ネットワーク・記憶装置"),
    "fans": Text("Server fans", "サーバーファン"),
}


def flows(run: Run, year: int) -> dict[tuple[str, str], float]:
    """Energy from node to node in a year [MWh]; what enters every node leaves it."""
    span = hours_of(run, year)
    found: dict[tuple[str, str], float] = {}
    _sources(run, span, year, found)
    _uses(run, span, found)
    return _fold({ends: value for ends, value in found.items() if value > 0})


SMALL = 0.005
"""Share of what enters under which a flow is shown together with its neighbour."""


def _fold(found: dict[tuple[str, str], float]) -> dict[tuple[str, str], float]:
    """Sales and light join their neighbours where they are too small to be seen."""
    into = ends(found)[0]
    for small, large in (("sold", "line"), ("other", "losses")):
        part = sum(value for (_, end), value in found.items() if end == small)
        if 0 < part < SMALL * into and any(end == large for _, end in found):
            for start, end in [pair for pair in found if pair[1] == small]:
                found[start, large] = found.get((start, large), 0.0) + found.pop((start, end))
    return found


def _add(found: dict[tuple[str, str], float], start: str, end: str, mwh: float) -> None:
    found[start, end] = found.get((start, end), 0.0) + mwh


def _sources(run: Run, span: slice, year: int, found: dict[tuple[str, str], float]) -> None:
    made, supply, grid = run.supply.dispatch, run.campus.supply, run.place.grid
    for name, power in made.generation.items():
        plant = supply.plants[name]
        output, arrived = float(power[span].sum()), float(made.delivered[name][span].sum())
        sent = arrived if plant.behind_meter else arrived / (1.0 - grid.losses)
        start = source(plant)
        if plant.kind == "gas":
            fuel = output * plant.heat_rate * MWH_PER_MMBTU
            _add(found, "gas", PLANTS, fuel)
            _add(found, PLANTS, REJECTED, fuel - output)
            start = PLANTS
        _add(found, start, BUS, arrived)
        _add(found, start, "line", sent - arrived)
        _add(found, start, "sold", output - sent)
    _add(found, "grid", BUS, float(made.purchase[span].sum()))


def _uses(run: Run, span: slice, found: dict[tuple[str, str], float]) -> None:
    facility, made = run.facility, run.supply.dispatch
    stored = float((made.charge - made.discharge)[span].sum())
    fans, it = float(facility.server_fans[span].sum()), float(facility.it[span].sum())
    overhead = run.compute.server.overhead_share
    network = it * overhead / (1.0 + overhead)
    _add(found, BUS, "it", it)
    for use, mwh in (("servers", it - network - fans), ("network", network), ("fans", fans)):
        _add(found, "it", use, mwh)
    for use, power in (("cooling", facility.cooling), ("losses", facility.power_losses), ("other", facility.other)):
        _add(found, BUS, use, float(power[span].sum()))
    _add(found, *((BUS, "battery") if stored >= 0 else ("battery", BUS)), abs(stored))
    _add(found, BUS, "export", float(made.grid_export[span].sum()))
    _add(found, BUS, "spilled", float(made.spilled[span].sum()))


def ends(found: dict[tuple[str, str], float]) -> tuple[float, float]:
    """What enters the figure and what leaves it; the two are equal."""
    starts, stops = {start for start, _ in found}, {end for _, end in found}
    into = sum(value for (start, _), value in found.items() if start not in stops)
    return into, sum(value for (_, end), value in found.items() if end not in starts)


@figure("energy_sankey")
def energy_sankey(run: Run) -> Figure | None:
    """Energy flows of the first whole year at full build."""
    if not run.campus.physical:
        return None
    year = full_year(run)
    found = flows(run, year)
    factor, unit = numbers.scale(ends(found)[0], "MWh")
    found = {pair: value / factor for pair, value in found.items()}
    nodes = _nodes(run, found)
    links = [Link(start, end, value, _colour(start, end)) for (start, end), value in found.items()]
    into, out = ends(found)
    digits = numbers.decimals(into)
    sums = numbers.fixed(into, digits), numbers.fixed(out, digits)
    return Figure(
        id="energy_sankey",
        title=_finding(found, year, unit),
        subtitle=Text(
            f"Energy flows in {year}, {unit}. In: {sums[0]}. Out: {sums[1]}",
            f"エネルギーの流れ、{year}年、{unit}。入 {sums[0]}、出 {sums[1]}",
        ),
        table=_table(nodes, found, unit),
        aria=Text(
            f"Sankey of {year}: " + _spoken(nodes, found, unit, "en") + ".",
            f"{year}年の流れ図。" + _spoken(nodes, found, unit, "ja"),
        ),
        note=Text(
            "Hourly dispatch summed over the year; fuel at its higher heating value. The width of a flow is its energy.",
            "毎時の需給計算の年間合計。燃料は高位発熱量。帯の幅が電力量を表す。",
        ),
        stages=("supply", "facility"),
        **_drawn(nodes, links),
    )


def _colour(start: str, end: str) -> str:
    if start == "it":
        return "it/0.28"
    if end in (REJECTED, "line"):
        return "losses/0.8"
    if start == BUS:
        return _USES[end][1]
    return f"{'gas' if start == PLANTS else COLOURS[start]}/0.42"


def _nodes(run: Run, found: dict[tuple[str, str], float]) -> dict[str, Node]:
    there = {key for pair in found for key in pair}
    units = sum(plant.units for plant in run.campus.supply.plants.values() if plant.kind == "gas")
    grid = str(run.place.grid.use or "").split("-")[0].upper()
    market = Text(f"Market, {grid}", f"市場調達({grid})") if grid else _FIRST["grid"]
    all_nodes = {key: Node(_FIRST.get(key, SOURCES[key]), COLOURS[key], 0.0, "left") for key in ORDER}
    all_nodes["grid"] = Node(market, "grid", 0.0, "left", short=Text("Market", "市場調達"))
    all_nodes["gas"] = Node(_FIRST["gas"], "gas", 0.0, "left", short=Text("Gas fuel", "ガス燃料"))
    all_nodes |= {
        "sold": Node(Text("Sold where made", "現地で売電"), "axis", 0.28),
        "line": Node(_line_name(there), "losses", 0.52, short=Text("Grid losses", "送電損失")),
        PLANTS: Node(_gas_plants(units), "gas", 0.28, "right", _out(found), narrow="under"),
        BUS: Node(Text("Campus", "キャンパス"), "it", 0.52, "top"),
        REJECTED: Node(
            Text("Heat at the plants", "発電所の排熱"), "losses", 0.76, short=Text("Heat at plants", "発電所排熱")
        ),
        "it": Node(_USES["it"][0], "it", 0.76, "right"),
        **{key: Node(name, "it", 1.0) for key, name in _IT.items()},
        **{key: Node(name, _FILL.get(key, "losses"), 0.76) for key, (name, _) in _USES.items() if key != "it"},
    }
    if "other" not in there:
        all_nodes["losses"] = Node(Text("Losses, light", "損失・照明"), "losses", 0.76, short=Text("Losses", "損失"))
    return {key: node for key, node in all_nodes.items() if key in there}


def _line_name(there: set[str]) -> Text:
    return Text("Lost on the grid", "送電損失") if "sold" in there else Text("Lost on the grid, sold", "送電損失・売電")


_FILL = {"cooling": "cooling", "export": "grid"}


def _gas_plants(units: int) -> Text:
    return Text(
        f"{units} gas plants" if units > 1 else "Gas plant", f"ガス発電所{units}基" if units > 1 else "ガス発電所"
    )


def _out(found: dict[tuple[str, str], float]) -> Text:
    fuel = sum(value for (start, _), value in found.items() if start == "gas")
    if not fuel:
        return Text("")
    out = fuel - found.get((PLANTS, REJECTED), 0.0)
    shown = f"{numbers.significant(out)} out, {numbers.significant(100 * out / fuel)}{numbers.THIN}%"
    return Text(shown, f"送電端 {shown.replace(' out, ', '、')}")


_ORDER = (
    "solar", "wind", "hydro", "nuclear", "geothermal", "biomass", "battery", "grid", "gas", "sold", PLANTS, "line", BUS,
    "export", "it", "cooling", "losses", "other", "spilled", REJECTED, *_IT,
)  # fmt: skip
"""Nodes from the top of a column to its bottom."""


def _columns(nodes: dict[str, Node]) -> list[list[str]]:
    places = sorted({node.column for node in nodes.values()})
    return [sorted((k for k, n in nodes.items() if n.column == place), key=_ORDER.index) for place in places]


def _drawn(nodes: dict[str, Node], links: list[Link]) -> dict[str, Any]:
    """Trace, layout and narrow patch."""
    wide = _layout(nodes, links, 400, 34.0, 680, None, over=False)
    fewer = [link for link in links if link.start != "it"]
    kept = {key: node for key, node in nodes.items() if key not in _IT}
    stretch = {key: replace(node, column=min(node.column / 0.76, 1.0)) for key, node in kept.items()}
    slim = _layout(stretch, fewer, 430, 34.0, 342, {"l": 0, "r": 0, "t": 30, "b": 28}, over=True)
    return {
        "data": wide["data"],
        "layout": wide["layout"],
        "narrow": slim,
        "paper": {"narrow": True},
        "height": 440,
        "narrow_height": 488,
    }


def _layout(
    nodes: dict[str, Node],
    links: list[Link],
    height: int,
    gap: float,
    width: int,
    margin: dict[str, int] | None,
    over: bool,
) -> dict[str, Any]:
    order = _columns(nodes)
    lean = {node.column: place for key, place in ((PLANTS, 1.0), (BUS, 0.15)) if (node := nodes.get(key))}
    y = sankey.centres(nodes, links, height, gap, order, lean)
    size, unit = sankey.through(nodes, links), sankey.scale(nodes, links, height, gap)
    digits = numbers.decimals(max(size.values()))
    values = {key: numbers.fixed(value, digits) for key, value in size.items()}
    tall = {key: value * unit for key, value in size.items()}
    texts = sankey.labels(nodes, values, y, tall, height, over, 12 if over else 13)
    return {
        "data": [sankey.trace(nodes, links, y, height, width, gap)],
        "layout": {"margin": margin or sankey.margins(nodes, values), "annotations": texts, "hovermode": "closest"},
    }


def _finding(found: dict[tuple[str, str], float], year: int, unit: str) -> Finding:
    it = sum(value for (start, _), value in found.items() if start == "it")
    heat = found.get((PLANTS, REJECTED), 0.0)
    drawn = sum(value for (_, end), value in found.items() if end == BUS)
    if heat > 0.2 * it:
        share = numbers.percent(heat / it)
        text = f"{numbers.significant(heat)}{numbers.THIN}{unit}"
        return Finding(
            f"Gas plants reject {text} of heat in {year}, {share}{numbers.THIN}% of what the IT uses",
            f"{year}年の発電所の排熱は{text}、IT消費電力量の{share}{numbers.THIN}%にあたる",
        )
    share, text = numbers.percent(it / drawn), f"{numbers.significant(drawn)}{numbers.THIN}{unit}"
    return Finding(
        f"IT takes {share}{numbers.THIN}% of the {text} that the campus draws in {year}",
        f"{year}年の受電電力量{text}のうち{share}{numbers.THIN}%をITが使う",
    )


def _table(nodes: dict[str, Node], found: dict[tuple[str, str], float], unit: str) -> Table:
    columns = (Column(Text("From", "始点")), Column(Text("To", "終点")), Column(Text("Energy", "電力量"), unit, 3))
    rows = tuple((nodes[start].name, nodes[end].name, value) for (start, end), value in found.items())
    return Table(columns, rows)


def _spoken(nodes: dict[str, Node], found: dict[tuple[str, str], float], unit: str, language: str) -> str:
    parts = [
        f"{nodes[start].name.of(language)} → {nodes[end].name.of(language)} {numbers.fixed(value, 2)}"
        for (start, end), value in sorted(found.items(), key=lambda item: -item[1])[:5]
    ]
    return ("、" if language == "ja" else ", ").join(parts) + f" {unit}"


def balances(found: dict[tuple[str, str], float]) -> float:
    """Largest gap between what enters and what leaves any node that has both, over what enters the figure."""
    gaps = [0.0]
    for node in {start for start, _ in found} & {end for _, end in found}:
        into = sum(value for (_, end), value in found.items() if end == node)
        gaps.append(abs(into - sum(value for (start, _), value in found.items() if start == node)))
    return float(np.max(gaps)) / max(ends(found)[0], 1e-30)
