"""The energy Sankey of one year: from fuel, sun and market to accelerators and heat."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from gigacampus.faces import numbers
from gigacampus.faces.figures import sankey
from gigacampus.faces.figures.base import EMPTY, Column, Figure, Finding, Run, Table, Text, figure, joined
from gigacampus.faces.figures.concepts import COLOURS, ORDER, SOURCES, source
from gigacampus.faces.figures.facts import MWH_PER_MMBTU, full_year, hours_of
from gigacampus.faces.figures.sankey import Flows, Link, Node, ends

BUS, PLANTS, REJECTED = "bus", "plants", "rejected"
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


SMALL = 0.005
"""Share of what enters under which a flow is shown together with its neighbour."""


def flows(run: Run, year: int) -> Flows:
    """Energy from node to node in a year [MWh]; what enters every node leaves it."""
    span = hours_of(run, year)
    return _fold(sankey.summed((*_sources(run, span), *_uses(run, span))))


def _fold(found: Flows) -> Flows:
    """Sales and light join their neighbours where they are too small to be seen."""
    into: dict[str, float] = {}
    for (_, end), value in found.items():
        into[end] = into.get(end, 0.0) + value
    joins = {small: large for small, large in (("sold", "line"), ("other", "losses"))
             if 0 < into.get(small, 0.0) < SMALL * ends(found)[0] and large in into}  # fmt: skip
    return sankey.summed((start, joins.get(end, end), value) for (start, end), value in found.items())


def _sources(run: Run, span: slice) -> Iterator[tuple[str, str, float]]:
    made, supply, grid = run.supply.dispatch, run.campus.supply, run.place.grid
    for name, power in made.generation.items():
        plant = supply.plants[name]
        output, arrived = float(power[span].sum()), float(made.delivered[name][span].sum())
        sent = arrived if plant.behind_meter else arrived / (1.0 - grid.losses)
        start = source(plant)
        if plant.kind == "gas":
            fuel, start = output * plant.heat_rate * MWH_PER_MMBTU, PLANTS
            yield "gas", PLANTS, fuel
            yield PLANTS, REJECTED, fuel - output
        yield start, BUS, arrived
        yield start, "line", sent - arrived
        yield start, "sold", output - sent
    yield "grid", BUS, float(made.purchase[span].sum())


def _uses(run: Run, span: slice) -> Iterator[tuple[str, str, float]]:
    facility, made = run.facility, run.supply.dispatch
    stored = float((made.charge - made.discharge)[span].sum())
    fans, it = float(facility.server_fans[span].sum()), float(facility.it[span].sum())
    overhead = run.compute.server.overhead_share
    network = it * overhead / (1.0 + overhead)
    yield BUS, "it", it
    yield from (("it", "servers", it - network - fans), ("it", "network", network), ("it", "fans", fans))
    for use, power in (("cooling", facility.cooling), ("losses", facility.power_losses), ("other", facility.other)):
        yield BUS, use, float(power[span].sum())
    yield (BUS, "battery", stored) if stored >= 0 else ("battery", BUS, -stored)
    yield BUS, "export", float(made.grid_export[span].sum())
    yield BUS, "spilled", float(made.spilled[span].sum())


@figure("campus")
def energy_sankey(run: Run) -> Figure:
    """Energy flows of the first whole year at full build."""
    year = full_year(run)
    found = flows(run, year)
    factor, unit = numbers.scale(ends(found)[0], "MWh")
    found = {pair: value / factor for pair, value in found.items()}
    nodes = _nodes(run, found)
    links = [Link(start, end, value, _colour(start, end)) for (start, end), value in found.items()]
    into, out = (numbers.fixed(value, numbers.decimals(ends(found)[0])) for value in ends(found))
    most = sorted(links, key=lambda link: -link.value)[:5]
    largest = joined(nodes[x.start].name + " → " + nodes[x.end].name + f" {numbers.fixed(x.value, 2)}" for x in most)
    return Figure(
        title=_finding(found, year, unit),
        subtitle=Text(
            f"Energy flows in {year}, {unit}. In: {into}. Out: {out}",
            f"エネルギーの流れ、{year}年、{unit}。入 {into}、出 {out}",
        ),
        table=Table((Column(Text("From", "始点")), Column(Text("To", "終点")), Column(Text("Energy", "電力量"), unit, 3)),
                    tuple((nodes[link.start].name, nodes[link.end].name, link.value) for link in links)),
        aria=Text(f"Sankey of {year}: {largest.en} {unit}.", f"{year}年の流れ図。{largest.ja} {unit}"),
        note=Text(
            "Hourly dispatch summed over the year; fuel at its higher heating value. The width of a flow is its energy.",
            "毎時の需給計算の年間合計。燃料は高位発熱量。帯の幅が電力量を表す。",
        ),
        stages=("supply", "facility"),
        **_drawn(nodes, links),
    )  # fmt: skip


def _colour(start: str, end: str) -> str:
    if start == "it":
        return "it/0.28"
    if end in (REJECTED, "line"):
        return "losses/0.8"
    if start == BUS:
        return _USES[end][1]
    return f"{'gas' if start == PLANTS else COLOURS[start]}/0.42"


def _nodes(run: Run, found: Flows) -> dict[str, Node]:
    there = {key for pair in found for key in pair}
    units = sum(plant.units for plant in run.campus.supply.plants.values() if plant.kind == "gas")
    grid = run.place.grid.title or str(run.place.grid.use or "").split("-")[0].upper()
    market = Text(f"Market, {grid}", f"市場調達({grid})") if grid else SOURCES["grid"]
    plants = Text(f"{units} gas plants", f"ガス発電所{units}基") if units > 1 else Text("Gas plant", "ガス発電所")
    line = Text("Lost on the grid", "送電損失") if "sold" in there else Text("Lost on the grid, sold", "送電損失・売電")
    nodes = {key: Node(SOURCES[key], COLOURS[key], 0.0, "left") for key in ORDER} | {
        "grid": Node(market, "grid", 0.0, "left", short=SOURCES["grid"]),
        "gas": Node(Text("Natural gas, fuel", "天然ガス(燃料)"), "gas", 0.0, "left", short=Text("Gas fuel", "ガス燃料")),
        "sold": Node(Text("Sold where made", "現地で売電"), "axis", 0.28),
        "line": Node(line, "losses", 0.52, short=Text("Grid losses", "送電損失")),
        PLANTS: Node(plants, "gas", 0.28, "right", _out(found), narrow="under"),
        BUS: Node(Text("Campus", "キャンパス"), "it", 0.52, "top"),
        REJECTED: Node(Text("Heat at the plants", "発電所の排熱"), "losses", 0.76, short=Text("Heat at plants", "発電所排熱")),
        **{key: Node(name, "it", 1.0) for key, name in _IT.items()},
        **{key: Node(name, {"it": "it", "cooling": "cooling", "export": "grid"}.get(key, "losses"), 0.76) for key, (name, _) in _USES.items()},
    }  # fmt: skip
    if "other" not in there:
        nodes["losses"] = Node(Text("Losses, light", "損失・照明"), "losses", 0.76, short=Text("Losses", "損失"))
    return {key: node for key, node in nodes.items() if key in there}


def _out(found: Flows) -> Text:
    """What gas plants send out, and its share of their fuel."""
    fuel = sum(value for (start, _), value in found.items() if start == "gas")
    if not fuel:
        return EMPTY
    out = fuel - found.get((PLANTS, REJECTED), 0.0)
    amount, share = numbers.significant(out), f"{numbers.significant(100 * out / fuel)}{numbers.THIN}%"
    return Text(f"{amount} out, {share}", f"送電端 {amount}、{share}")


_ORDER = (
    "solar", "wind", "hydro", "nuclear", "geothermal", "biomass", "battery", "grid", "gas", "sold", PLANTS, "line", BUS,
    "export", "it", "cooling", "losses", "other", "spilled", REJECTED, *_IT,
)  # fmt: skip
"""Nodes from the top of a column to its bottom."""


def _columns(nodes: dict[str, Node]) -> list[list[str]]:
    places = sorted({node.column for node in nodes.values()})
    return [sorted((k for k, n in nodes.items() if n.column == place), key=_ORDER.index) for place in places]


def _drawn(nodes: dict[str, Node], links: list[Link]) -> dict[str, Any]:
    """The figure; a narrow page and paper have it without the last column."""
    fewer = [link for link in links if link.start != "it"]
    stretch = {key: replace(node, column=min(node.column / 0.76, 1.0)) for key, node in nodes.items() if key not in _IT}
    return {
        **_layout(nodes, links, 400, 680, None),
        "narrow": _layout(stretch, fewer, 430, 342, {"l": 0, "r": 0, "t": 30, "b": 28}),
        "paper": {"narrow": True}, "height": 440, "narrow_height": 488,
    }  # fmt: skip


def _layout(
    nodes: dict[str, Node], links: list[Link], height: int, width: int, margin: dict[str, int] | None
) -> dict[str, Any]:
    gap, size = 34.0, sankey.through(nodes, links)
    lean = {node.column: place for key, place in ((PLANTS, 1.0), (BUS, 0.15)) if (node := nodes.get(key))}
    y = sankey.centres(nodes, links, height, gap, _columns(nodes), lean)
    digits = numbers.decimals(max(size.values()))
    values = {key: numbers.fixed(value, digits) for key, value in size.items()}
    return sankey.drawn(nodes, links, values, y, height, gap, width, margin)


def _finding(found: Flows, year: int, unit: str) -> Finding:
    it = sum(value for (start, _), value in found.items() if start == "it")
    drawn = sum(value for (_, end), value in found.items() if end == BUS)
    heat = found.get((PLANTS, REJECTED), 0.0)
    if heat > 0.2 * it:
        share, text = numbers.share(heat / it), f"{numbers.significant(heat)}{numbers.THIN}{unit}"
        return Finding(f"Gas plants reject {text} of heat in {year}, {share} of what the IT uses",
                       f"{year}年の発電所の排熱は{text}、IT消費電力量の{share}にあたる")  # fmt: skip
    share, text = numbers.share(it / drawn), f"{numbers.significant(drawn)}{numbers.THIN}{unit}"
    return Finding(
        f"IT takes {share} of the {text} that the campus draws in {year}",
        f"{year}年の受電電力量{text}のうち{share}をITが使う",
    )
