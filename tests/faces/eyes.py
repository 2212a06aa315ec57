"""How far apart colours are, to every eye: the groups that figures show together."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import combinations

import numpy as np

from gigacampus.faces.figures.look import Floats, linear

SUPPLY = ("solar", "wind", "battery", "gas", "nuclear", "geothermal", "grid")
USE = ("it", "cooling", "losses")
PARTIES = ("meta", "blueowl", "pimco", "blackrock", "holders", "public", "grid")
STATUS = ("ok", "fail", "miss", "assumed")
GROUPS = {"supply": SUPPLY, "use": USE, "supply and use": SUPPLY + USE, "parties": PARTIES, "status": STATUS}

_XYZ = np.array(
    [[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750], [0.0193339, 0.1191920, 0.9503041]]
)
_PROTANOPIA = [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]]
_DEUTERANOPIA = [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]]
_TRITANOPIA = [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]]
EYES: dict[str, Floats] = {
    "normal": np.eye(3),
    "protanopia": np.array(_PROTANOPIA),
    "deuteranopia": np.array(_DEUTERANOPIA),
    "tritanopia": np.array(_TRITANOPIA),
}
"""Machado, Oliveira and Fernandes (2009), full severity, on linear RGB."""


def lab(rgb: Floats) -> Floats:
    """CIE L*a*b* (D65) of linear RGB, shape (3,)."""
    xyz = (_XYZ @ np.clip(rgb, 0, 1)) / np.array([0.95047, 1, 1.08883])
    f = np.where(xyz > 216 / 24389, np.cbrt(xyz), (24389 / 27 * xyz + 16) / 116)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


def ciede2000(one: Floats, other: Floats) -> float:
    """Colour difference of two L*a*b* colours (Sharma, Wu and Dalal, 2005)."""
    (l1, a1, b1), (l2, a2, b2) = one, other
    mean = (np.hypot(a1, b1) + np.hypot(a2, b2)) / 2
    g = 0.5 * (1 - np.sqrt(mean**7 / (mean**7 + 25**7)))
    a1, a2 = (1 + g) * a1, (1 + g) * a2
    c1, c2 = np.hypot(a1, b1), np.hypot(a2, b2)
    h1, h2 = np.degrees(np.arctan2(b1, a1)) % 360, np.degrees(np.arctan2(b2, a2)) % 360
    turn = (h2 - h1 + 180) % 360 - 180
    light, chroma, hue = (l1 + l2) / 2, (c1 + c2) / 2, (h1 + turn / 2) % 360
    return _difference(l2 - l1, c2 - c1, 2 * np.sqrt(c1 * c2) * np.sin(np.radians(turn) / 2), light, chroma, hue)


def _difference(dl: float, dc: float, dh: float, light: float, chroma: float, hue: float) -> float:
    t = 1 - 0.17 * np.cos(np.radians(hue - 30)) + 0.24 * np.cos(np.radians(2 * hue))
    t += 0.32 * np.cos(np.radians(3 * hue + 6)) - 0.2 * np.cos(np.radians(4 * hue - 63))
    sl = 1 + 0.015 * (light - 50) ** 2 / np.sqrt(20 + (light - 50) ** 2)
    dl, dc, dh = dl / sl, dc / (1 + 0.045 * chroma), dh / (1 + 0.015 * chroma * t)
    turn = np.sin(np.radians(60 * np.exp(-(((hue - 275) / 25) ** 2))))
    r = -2 * np.sqrt(chroma**7 / (chroma**7 + 25**7)) * turn
    return float(np.sqrt(dl**2 + dc**2 + dh**2 + r * dc * dh))


def nearest(tokens: Mapping[str, str], names: tuple[str, ...], eye: str) -> tuple[float, str, str]:
    """The two colours of a group that an eye tells apart least: their difference, and their names."""
    seen = {name: lab(EYES[eye] @ linear(tokens[name])) for name in names}
    return min((ciede2000(seen[a], seen[b]), a, b) for a, b in combinations(names, 2))
