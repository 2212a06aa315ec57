"""Where Plotly puts the nodes of a Sankey, so that labels can stand beside them; and the trace itself."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from gigacampus.faces.figures.parts import named, note, width
from gigacampus.faces.figures.text import EMPTY, Text

THICK = 12
HALO = ", ".join(["0 0 3px {@paper}"] * 3)
"""A glow of paper behind labels that stand on flows."""


@dataclass(frozen=True)
class Node:
    """A node: its name, its colour, its column from 0 to 1, and where its label stands.

    `extra` is a second line; `short` and `narrow` are name and place of the label where the figure is narrow.
    """

    name: Text
    colour: str
    column: float
    label: str = "right"
    extra: Text = EMPTY
    short: Text = EMPTY
    narrow: str = "over"


@dataclass(frozen=True)
class Link:
    """A flow between two nodes by key."""

    start: str
    end: str
    value: float
    colour: str


Flows = dict[tuple[str, str], float]
"""What flows from node to node."""


def summed(flows: Iterable[tuple[str, str, float]]) -> Flows:
    """Flows by their ends, those that are above zero."""
    found: Flows = {}
    for start, end, value in flows:
        found[start, end] = found.get((start, end), 0.0) + value
    return {pair: value for pair, value in found.items() if value > 0}


def ends(found: Flows) -> tuple[float, float]:
    """What enters a figure and what leaves it; the two are equal."""
    starts, stops = {start for start, _ in found}, {end for _, end in found}
    into = sum(value for (start, _), value in found.items() if start not in stops)
    return into, sum(value for (_, end), value in found.items() if end not in starts)


def through(nodes: Mapping[str, Node], links: Sequence[Link]) -> dict[str, float]:
    """What flows through each node: the larger of what enters and what leaves."""
    into = {key: sum(link.value for link in links if link.end == key) for key in nodes}
    out = {key: sum(link.value for link in links if link.start == key) for key in nodes}
    return {key: max(into[key], out[key]) for key in nodes}


def _depths(nodes: Mapping[str, Node], links: Sequence[Link]) -> list[list[float]]:
    """Sizes of the nodes in Plotly's own columns: by depth from the sources, with ends in the last one."""
    depth = dict.fromkeys(nodes, 0)
    for _ in nodes:
        for link in links:
            depth[link.end] = max(depth[link.end], depth[link.start] + 1)
    last = max(depth.values())
    starts = {link.start for link in links}
    size = through(nodes, links)
    columns: dict[int, list[float]] = {}
    for key in nodes:
        columns.setdefault(depth[key] if key in starts else last, []).append(size[key])
    return list(columns.values())


def scale(nodes: Mapping[str, Node], links: Sequence[Link], height: float, gap: float) -> float:
    """Pixels per unit at which every column fits: ours with the gap between nodes, Plotly's without."""
    size = through(nodes, links)
    ours: dict[float, list[float]] = {}
    for key, node in nodes.items():
        ours.setdefault(node.column, []).append(size[key])
    fits = [(height - (len(column) - 1) * gap) / sum(column) for column in ours.values()]
    return max(min(*fits, *(height / sum(column) for column in _depths(nodes, links))), 1e-9)


def padding(nodes: Mapping[str, Node], links: Sequence[Link], height: float, unit: float) -> float:
    """The padding with which Plotly comes to so many pixels per unit; its columns fill the height."""
    room = [(height - unit * sum(column)) / (len(column) - 1) for column in _depths(nodes, links) if len(column) > 1]
    return max(min(room, default=0.0), 0.0)


def centres(
    nodes: Mapping[str, Node], links: Sequence[Link], height: float, gap: float, order: Sequence[Sequence[str]],
    lean: Mapping[float, float] | None = None,
) -> dict[str, float]:  # fmt: skip
    """Vertical centre of each node in pixels from the top: columns in the given order.

    `lean` says where a column stands, from 0 (top) to 1 (bottom); in the middle if not given.
    """
    size, unit = through(nodes, links), scale(nodes, links, height, gap)
    found: dict[str, float] = {}
    for column in order:
        keys = [key for key in column if key in nodes]
        heights = [max(size[key] * unit, 1.5) for key in keys]
        free = height - sum(heights)
        between = min(gap, free / (len(keys) - 1)) if len(keys) > 1 else 0.0
        place = 0.5 if lean is None or not keys else lean.get(nodes[keys[0]].column, 0.5)
        top = (free - between * (len(keys) - 1)) * place
        for key, tall in zip(keys, heights, strict=True):
            found[key] = top + tall / 2
            top += tall + between
    return found


def trace(
    nodes: Mapping[str, Node], links: Sequence[Link], y: Mapping[str, float], height: float, wide: float, gap: float
) -> dict[str, Any]:
    """The Plotly trace, nodes fixed at their places; `wide` is about how wide the plot is [px]."""
    index = {key: i for i, key in enumerate(nodes)}
    links = sorted(links, key=lambda link: (y[link.start], y[link.end]))
    edge = THICK / 2 / wide
    return {
        "type": "sankey",
        "arrangement": "fixed",
        "hovertemplate": "",
        "node": {
            "label": [""] * len(nodes),
            "customdata": [node.name for node in nodes.values()],
            "hovertemplate": "%{customdata}: %{value:,.3r}<extra></extra>",
            "color": [f"@{node.colour}" for node in nodes.values()],
            "x": [min(max(node.column, edge), 1 - edge) for node in nodes.values()],
            "y": [min(max(y[key] / height, 1e-4), 1.0) for key in nodes],
            "pad": padding(nodes, links, height, scale(nodes, links, height, gap)),
            "thickness": THICK,
        },
        "link": {
            "sort": "input",
            "source": [index[link.start] for link in links],
            "target": [index[link.end] for link in links],
            "value": [link.value for link in links],
            "color": [f"@{link.colour}" for link in links],
            "hovertemplate": "%{source.customdata} → %{target.customdata}: %{value:,.3r}<extra></extra>",
        },
    }


def labels(
    nodes: Mapping[str, Node], values: Mapping[str, str], y: Mapping[str, float], tall: Mapping[str, float], height: float,
    over: bool = False, size: int = 13,
) -> list[dict[str, Any]]:  # fmt: skip
    """A label for each node: beside it, or above it where the figure is narrow (`over`)."""
    found = []
    for key, node in nodes.items():
        place = node.narrow if over else node.label
        name = node.short if over and node.short else node.name
        text = named(name, values[key]) + (Text("<br>") + node.extra if node.extra and not over else EMPTY)
        top, bottom = (1 - (y[key] + way * tall[key] / 2) / height for way in (-1, 1))
        at = {
            "right": {"y": 1 - y[key] / height, "xanchor": "left", "xshift": THICK / 2 + 7, "yanchor": "middle"},
            "left": {"y": 1 - y[key] / height, "xanchor": "right", "xshift": -THICK / 2 - 7, "yanchor": "middle", "align": "right"},
            "top": {"y": top, "xanchor": "center", "align": "center", "yanchor": "bottom", "yshift": 2},
            "under": {"y": bottom, "yanchor": "top", "yshift": -2, **_edge(node.column)},
            "over": {"y": top, "yanchor": "bottom", "yshift": 1, **_edge(node.column)},
        }[place]  # fmt: skip
        found.append(note(text, node.column, **{"font": {"size": size, "shadow": HALO}, **at}))
    return found


def drawn(
    nodes: Mapping[str, Node], links: Sequence[Link], values: Mapping[str, str], y: Mapping[str, float], height: float, gap: float,
    width: int, margin: dict[str, int] | None = None,
) -> dict[str, Any]:  # fmt: skip
    """Trace and layout, with the value of each node in its label; a figure with a margin of its own is narrow."""
    over, size, unit = margin is not None, through(nodes, links), scale(nodes, links, height, gap)
    tall = {key: value * unit for key, value in size.items()}
    texts = labels(nodes, values, y, tall, height, over, 12 if over else 13)
    return {"data": [trace(nodes, links, y, height, width, gap)],
            "layout": {"margin": margin or _margins(nodes, values), "annotations": texts, "hovermode": "closest"}}  # fmt: skip


def _margins(nodes: Mapping[str, Node], values: Mapping[str, str]) -> dict[str, int]:
    """Room at the left and the right for the labels of the outer columns [px]."""

    def room(place: str, column: float) -> int:
        texts = [f"{text} {values[key]}" for key, node in nodes.items() if (node.label, node.column) == (place, column)
                 for text in (node.name.en, node.name.of("ja"))]  # fmt: skip
        return round(max((1.1 * width(text, 13) for text in texts), default=0.0)) + 20

    return {"l": room("left", 0.0), "r": room("right", 1.0), "t": 26, "b": 14}


def _edge(column: float) -> dict[str, Any]:
    """Towards the middle of the figure, from the edge that a column is near."""
    if column < 0.25:
        return {"xanchor": "left", "xshift": -THICK / 2 if column > 0.01 else 0}
    return {"xanchor": "right", "xshift": THICK / 2 if column < 0.99 else 0, "align": "right"} if column > 0.75 else {
        "xanchor": "center", "align": "center"}  # fmt: skip
