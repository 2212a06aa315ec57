"""What figures are made of: axes whose unit stands at the top tick, labels on the data, panels."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np

from gigacampus.faces import numbers
from gigacampus.faces.figures.text import Text

RIGHT_NARROW = 78
"""Room for labels on the right of a narrow figure [px]."""
SMALL = {"size": 12}
QUIET = {"size": 12, "color": "@ink2"}
OUTLINE = {"width": 0.75, "color": "@axis"}
"""Of a fill that is too light to stand alone."""
BARE: dict[str, Any] = {"showgrid": False, "showline": False, "showticklabels": False, "showspikes": False, "zeroline": True, "zerolinecolor": "@axis"}  # fmt: skip
"""An axis of which only zero is drawn."""
NONE = {"l": 0, "r": 0, "t": 0, "b": 0}
"""No margins."""


def step(top: float, most: int = 4) -> float:
    """A round step that divides 0 to `top` into at most so many parts.

    >>> step(15.2), step(1.12), step(27.3)
    (4.0, 0.4, 10.0)
    """
    if not top > 0 or not math.isfinite(top):
        return 1.0
    power = 10.0 ** math.floor(math.log10(top / most))
    return next(float(f"{power * m:.6g}") for m in (1, 2, 2.5, 4, 5, 10, 20) if top / (power * m) <= most + 1e-9)


def upward(top: float, unit: str = "", low: float = 0.0, room: float = 1.09, **more: Any) -> dict[str, Any]:
    """A vertical axis from zero (or below, where something is negative), with the unit on its top tick."""
    size = step(max(top, -low))
    ticks = [k * size for k in range(math.ceil(low / size - 1e-9), math.ceil(top / size - 1e-9) + 1)]
    labels: list[Any] = [_tick(tick, size) for tick in ticks]
    if unit:
        labels[-1] = Text(f"{labels[-1]} {unit}", f"{labels[-1]} {numbers.unit_ja(unit)}")
    if low >= 0 and ticks[0] == 0:
        labels[0] = ""
    return {"range": [low * 1.1, ticks[-1] * room], "tickvals": ticks, "ticktext": labels, **more}


def between(low: float, high: float, unit: str = "", digits: int = 2, most: int = 3, **more: Any) -> dict[str, Any]:
    """A vertical axis that does not start at zero: for lines of ratios alone."""
    size = step(max(high - low, 1e-9), most)
    first, last = math.floor(low / size + 1e-9), math.ceil(high / size - 1e-9)
    ticks = [k * size for k in range(first, max(last, first + 1) + 1)]
    labels: list[Any] = [numbers.fixed(tick, digits) for tick in ticks]
    if unit:
        labels[-1] = Text(f"{labels[-1]} {unit}", f"{labels[-1]} {numbers.unit_ja(unit)}")
    span = ticks[-1] - ticks[0]
    return {"range": [ticks[0] - 0.04 * span, ticks[-1] + 0.16 * span], "tickvals": ticks, "ticktext": labels,
            "zeroline": False, **more}  # fmt: skip


def _tick(value: float, size: float) -> str:
    decimals = next((d for d in range(7) if abs(size * 10**d - round(size * 10**d)) < 1e-6), 7)
    return numbers.fixed(value, decimals)


def years(first: int, last: int, slim: bool = False) -> dict[str, Any]:
    """A horizontal axis of years, ticks in fours (in eights if slim), with room at the left for the vertical axis's labels."""
    ticks, start = range(first, last + 1, 8 if slim else 4), first - 0.5 - _room(slim) * (last - first + 1)
    return {
        "range": [start, last + 0.6],
        "tickvals": list(ticks),
        "ticktext": list(map(str, ticks)),
        "showspikes": False,
    }


def dates(first: Any, last: Any, slim: bool = False) -> dict[str, Any]:
    """The same over days of a calendar, as NumPy has them."""
    start = first - np.timedelta64(int(_room(slim) * (last - first).astype(int)), "D")
    ticks = list(map(str, range(int(str(first)[:4]) + 1, int(str(last)[:4]) + 1, 8 if slim else 4)))
    return {
        "type": "date",
        "range": [str(start), str(last)],
        "tickvals": [f"{year}-01-01" for year in ticks],
        "ticktext": ticks,
    }


def _room(slim: bool) -> float:
    """Share of an axis's span that the vertical axis's labels take."""
    return 0.16 if slim else 0.05


def note(text: Any, x: float | str, y: float, **more: Any) -> dict[str, Any]:
    """Text at a place of the figure, in parts of the plot's area unless told otherwise."""
    return {"text": text, "x": x, "y": y, "xref": "paper", "yref": "paper", "showarrow": False, "xanchor": "left",
            "align": "left", **more}  # fmt: skip


def at(text: Any, x: Any, y: Any, **more: Any) -> dict[str, Any]:
    """Text at a place of the data."""
    return note(text, x, y, **{"xref": "x", "yref": "y", "yanchor": "middle", **more})


def line(
    name: Any, x: Any, y: Any, colour: str, hover: str = "%{y:.2f}", style: Any = None, **more: Any
) -> dict[str, Any]:
    """A line, its colour by name."""
    return {"type": "scatter", "mode": "lines", "name": name, "x": x, "y": y, "line": {"color": f"@{colour}", **(style or {})},
            "hovertemplate": hover, **more}  # fmt: skip


def bars(
    name: Any, x: Any, y: Any, colour: str, hover: str = "%{y:.2f}", marker: Any = None, **more: Any
) -> dict[str, Any]:
    """Bars that stand, their colour by name."""
    return {"type": "bar", "name": name, "x": x, "y": y, "marker": {"color": f"@{colour}", **(marker or {})},
            "hovertemplate": hover, **more}  # fmt: skip


def rule(x: tuple[Any, Any], y: tuple[Any, Any], colour: str, **more: Any) -> dict[str, Any]:
    """A hair line from one place of the data to another."""
    return {
        "type": "line",
        "x0": x[0],
        "x1": x[1],
        "y0": y[0],
        "y1": y[1],
        "line": {"color": f"@{colour}", "width": 1},
        **more,
    }


def drawn(
    data: list[dict[str, Any]], layout: Callable[[bool], dict[str, Any]], height: int, narrow_height: int
) -> dict[str, Any]:
    """What a figure is drawn from.

    `layout` is asked twice: for the page (False), and for less than 700 px of it (True), of which what differs is kept. Where it
    says nothing of margins, labels at the right have the template's 120 px, or `RIGHT_NARROW`.
    """
    wide, slim = layout(False), {"margin": {"r": RIGHT_NARROW}, **layout(True)}
    narrow = {key: part for key, part in slim.items() if part != wide.get(key)}
    return {
        "data": data,
        "layout": wide,
        "narrow": {"layout": narrow},
        "height": height,
        "narrow_height": narrow_height,
    }


def named(name: Text, value: str = "", ja: str = "", wrap: bool = False) -> Text:
    """A label: the name bold, its value regular."""
    gap = "<br>" if wrap else " "
    return Text(f"<b>{name.en}</b>{gap}{value}".rstrip(), f"<b>{name.of('ja')}</b>{gap}{ja or value}".rstrip())


def spread(places: Sequence[float], gap: float, low: float, high: float) -> list[float]:
    """Move labels apart, so that neighbours stand at least `gap` from each other within bounds; order is kept.

    >>> spread([0.0, 1.0, 10.0], 4.0, 0.0, 20.0)
    [0.0, 4.0, 10.0]
    """
    order = sorted(range(len(places)), key=lambda i: places[i])
    found = [min(max(places[i], low), high) for i in order]
    for i in range(1, len(found)):
        found[i] = max(found[i], found[i - 1] + gap)
    for i in range(len(found) - 1, -1, -1):
        ceiling = high if i == len(found) - 1 else found[i + 1] - gap
        found[i] = min(found[i], ceiling)
    result = [0.0] * len(places)
    for place, i in zip(found, order, strict=True):
        result[i] = place
    return result


def beside(
    names: Sequence[tuple[Text, str]], at: Sequence[float], axis: dict[str, Any], height: int, wrap: bool = False,
    yref: str = "y", domain: float = 1.0,
) -> list[dict[str, Any]]:  # fmt: skip
    """Labels at the right of the plot, each at the height of its data, moved apart where they would touch."""
    low, high = axis["range"]
    line = (37 if wrap else 19) / ((height - 52) * domain) * (high - low)
    places = spread(at, line, low + line / 2.4, high - line / 2.4)
    return [
        note(named(name, value, wrap=wrap), 1.0, place, yref=yref, xshift=8, yanchor="middle")
        for (name, value), place in zip(names, places, strict=True)
    ]


def panel(text: Text, top: float) -> dict[str, Any]:
    """The heading of a panel, above its top edge."""
    return note(text.bold, 0.0, top, yanchor="bottom", yshift=3)


def keyed(name: Text, value: str, colour: str) -> Text:
    """A label with a square of its colour, where it cannot stand on its data."""
    return Text(f"<span style='color:{{@{colour}}}'>■</span> ") + named(name, value)


def keys(entries: Iterable[tuple[Text, str, str]], slim: bool, top: float = 1.0) -> list[dict[str, Any]]:
    """A list of name, value and colour at the right of the plot, from a height down."""
    return [
        note(keyed(*entry), 1.0, top, xshift=8, yanchor="top", yshift=-20 * i, font={"size": 12 if slim else 13})
        for i, entry in enumerate(entries)
    ]


def width(text: str, size: float = 12.0) -> float:
    """About how wide a text is [px]; a Latin letter is taken as 0.56, a Japanese one as 1 em."""
    return sum(size * (1.0 if ord(letter) > 0x2E7F else 0.56) for letter in text)
