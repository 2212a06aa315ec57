"""What the things in a run are called, and in which colour: sources of energy, its uses, parties of a deal."""

from __future__ import annotations

from typing import Any

from gigacampus.faces.figures.text import Text

ORDER = ("nuclear", "geothermal", "hydro", "biomass", "wind", "solar", "battery", "gas", "grid")
"""Sources from the bottom of a stack to its top."""

SOURCES: dict[str, Text] = {
    "nuclear": Text("Nuclear", "原子力"),
    "geothermal": Text("Geothermal", "地熱"),
    "hydro": Text("Hydro", "水力"),
    "biomass": Text("Biomass", "バイオマス"),
    "wind": Text("Wind", "風力"),
    "solar": Text("Solar", "太陽光"),
    "battery": Text("Battery", "蓄電池"),
    "gas": Text("Gas", "ガス"),
    "grid": Text("Market", "市場調達"),
}

COLOURS = {**{name: name for name in SOURCES}, "hydro": "axis", "biomass": "ink2"}
"""The token of each source; a source that the palette does not have takes a grey."""

PARTS: dict[str, Text] = {
    "chiller": Text("Chillers", "冷凍機"),
    "pumps": Text("Pumps", "ポンプ"),
    "rejection_fans": Text("Heat rejection fans", "放熱ファン"),
    "air_handlers": Text("Air handlers", "空調機"),
    "cdu_pumps": Text("Coolant units", "冷却液分配装置"),
    "transformers": Text("Transformers", "変圧器"),
    "ups": Text("UPS", "無停電電源装置"),
    "distribution": Text("Distribution", "配電"),
    "other": Text("Light and controls", "照明・制御"),
}
COOLING = ("chiller", "pumps", "rejection_fans", "air_handlers", "cdu_pumps")
LOSSES = ("transformers", "ups", "distribution")


def source(plant: Any) -> str:
    """The source of a plant's energy, as the palette names it."""
    return str(plant.source) if plant.kind == "firm" else str(plant.kind)


_PARTIES = {
    "meta": "meta",
    "blue owl": "blueowl",
    "blue owl funds": "blueowl",
    "pimco": "pimco",
    "blackrock": "blackrock",
    "other holders": "holders",
}
_PUBLIC = ("parish", "county", "state", "city", "public", "authority")
_JAPANESE = {
    "other holders": "その他の保有者",
    "outside": "外部",
    "arrangers": "アレンジャー",
    "jv": "合弁会社",
    "flat": "横ばい",
    "hype cycle": "過熱と反落",
    "collapse": "暴落",
    "notes": "社債",
    "term loan": "タームローン",
}


def party_colour(name: str) -> str:
    """The token of a party; one that the palette does not have takes a grey."""
    low = name.casefold()
    if low in _PARTIES:
        return _PARTIES[low]
    return "public" if any(word in low for word in _PUBLIC) else "grid"


LONGEST = 32
"""Letters of a name that figures show."""


def party(name: str) -> Text:
    """A party, vehicle or contract by name; Plotly reads markup in texts, so that a name's own is set as quotes."""
    name = name if len(name) <= LONGEST else name[: LONGEST - 1].rstrip() + "…"
    shown = name.replace("<", "‹").replace(">", "›").replace("&", "＆" if ";" in name else "&")
    return Text("Outside parties" if name == "outside" else shown, _JAPANESE.get(name.casefold(), shown))


def titled(name: str) -> Text:
    """The same at the start of a label."""
    return Text(party(name).en[:1].upper() + party(name).en[1:], party(name).ja)
