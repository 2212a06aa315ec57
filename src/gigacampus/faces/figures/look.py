"""Tokens and the Plotly template of the look."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

LIGHT: dict[str, str] = {
    "solar": "#EBA92E", "wind": "#6FB3AD", "battery": "#B4589D", "gas": "#C25B2A", "nuclear": "#4A2893",
    "geothermal": "#2C5214", "grid": "#59616A", "it": "#11314C", "cooling": "#4A9ADF", "losses": "#D8D3C8",
    "meta": "#1774C8", "blueowl": "#DDA246", "pimco": "#5A1632", "blackrock": "#BC7A83", "holders": "#E8CBD6",
    "public": "#3B6E43", "ok": "#1F7A6E", "fail": "#C4402E", "miss": "#5E3600", "assumed": "#7759B5",
    "paper": "#FFFFFF", "wash": "#F6F5F2", "ink": "#1A1E21", "ink2": "#565E65", "rule": "#DEDBD4", "hair": "#ECEAE5",
    "axis": "#8C9298", "act": "#0B5CAD",
}  # fmt: skip
DARK: dict[str, str] = {
    "solar": "#F5B53D", "wind": "#7ACFC1", "battery": "#C87ABC", "gas": "#CB5A20", "nuclear": "#8450BC",
    "geothermal": "#4A8F66", "grid": "#6A747F", "it": "#C9DCF7", "cooling": "#58AAEE", "losses": "#57524B",
    "meta": "#569FF5", "blueowl": "#EDBA4E", "pimco": "#A83A4F", "blackrock": "#D290AB", "holders": "#F6DEE1",
    "public": "#79A06E", "ok": "#7FDDCF", "fail": "#E8736B", "miss": "#F5D568", "assumed": "#A49DEB",
    "paper": "#14181B", "wash": "#1C2226", "ink": "#E8EAEB", "ink2": "#A6AEB5", "rule": "#343B40", "hair": "#262C31",
    "axis": "#79828A", "act": "#7DB7F0",
}  # fmt: skip
WHITE, BLACK = "#FFFFFF", "#1A1E21"
NAMED = {name: f"@{name}" for name in LIGHT}
"""Every token by its own name: for figures whose colours are chosen when they are drawn."""

LATIN = '-apple-system, BlinkMacSystemFont, "Segoe UI", Roboto, "Helvetica Neue", "Noto Sans", "Liberation Sans", Arial'
JAPANESE = '"Hiragino Sans", "Hiragino Kaku Gothic ProN", "Yu Gothic UI", Meiryo, "Noto Sans CJK JP", "Noto Sans JP"'
FONT = f"{LATIN}, {JAPANESE}, sans-serif"


def template(t: Mapping[str, str]) -> dict[str, Any]:
    """The Plotly template of one mode, as a plain dict."""
    label = {"size": 13, "color": t["ink"]}
    return {
        "layout": {
            "font": {"family": FONT, **label},
            "paper_bgcolor": "rgba(0,0,0,0)",
            "plot_bgcolor": "rgba(0,0,0,0)",
            "colorway": [t["grid"]],
            "title": {"text": ""},
            "margin": {"l": 0, "r": 120, "t": 24, "b": 28, "pad": 0},
            "showlegend": False,
            "separators": ".,",
            **_axes(t),
            "barmode": "relative",
            "bargap": 0.26,
            "hovermode": "x unified",
            "hoverlabel": {
                "bgcolor": t["wash"],
                "bordercolor": t["rule"],
                "font": label,
                "align": "left",
                "namelength": -1,
            },
            "annotationdefaults": {"showarrow": False, "xanchor": "left", "align": "left", "font": label},
            "shapedefaults": {"line": {"width": 1, "color": t["axis"]}},
            "modebar": {"orientation": "v", "bgcolor": "rgba(0,0,0,0)", "color": t["ink2"], "activecolor": t["act"]},
        },
        "data": _traces(t),
    }


def _axes(t: Mapping[str, str]) -> dict[str, Any]:
    axis = {
        "showline": False, "gridcolor": t["hair"], "gridwidth": 1, "zeroline": True, "zerolinecolor": t["axis"],
        "zerolinewidth": 1, "ticks": "", "tickfont": {"size": 12, "color": t["ink2"]}, "title": {"text": ""},
    }  # fmt: skip
    return {
        "xaxis": {
            **axis, "showgrid": False, "zeroline": False, "showline": True, "linecolor": t["axis"], "nticks": 7,
            "showspikes": True, "spikemode": "across", "spikethickness": 1, "spikedash": "solid", "spikecolor": t["axis"],
        },
        "yaxis": {
            **axis, "rangemode": "tozero", "nticks": 5, "ticklabelposition": "inside top", "separatethousands": True,
        },
    }  # fmt: skip


def _traces(t: Mapping[str, str]) -> dict[str, Any]:
    label = {"size": 13, "color": t["ink"]}
    return {
        "bar": [{"marker": {"line": {"width": 1, "color": t["paper"]}}, "textposition": "none"}],
        "scatter": [
            {
                "line": {"width": 2.5},
                "marker": {"size": 7, "line": {"width": 1.5, "color": t["paper"]}},
                "connectgaps": False,
            }
        ],
        "sankey": [
            {
                "arrangement": "fixed",
                "textfont": {**label, "shadow": "none"},
                "node": {"pad": 22, "thickness": 12, "line": {"width": 0.75, "color": t["axis"]}},
            }
        ],
    }


Floats = NDArray[np.float64]

LUMINANCE = np.array([0.2126729, 0.7151522, 0.0721750])
"""Of linear sRGB."""


def linear(colour: str) -> Floats:
    """Linear RGB of a hexadecimal sRGB colour, shape (3,)."""
    c = np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)]) / 255
    return np.where(c <= 0.04045, c / 12.92, ((c + 0.055) / 1.055) ** 2.4)


def contrast(one: str, other: str) -> float:
    """Contrast of two colours by WCAG 2.2, 1 to 21."""
    low, high = sorted(float(LUMINANCE @ linear(colour)) for colour in (one, other))
    return (high + 0.05) / (low + 0.05)


def complete(tokens: Mapping[str, str]) -> dict[str, str]:
    """The tokens of a mode, and for each fill the text on it (``on-gas``): white or ink, whichever reads better."""
    texts = {
        f"on-{name}": max((WHITE, BLACK), key=lambda text: contrast(colour, text)) for name, colour in tokens.items()
    }
    return {**tokens, **texts}
