"""The water balance of the life: what is drawn, where it goes, and what the power's generation consumes elsewhere."""

from __future__ import annotations

from typing import Any

from gigacampus.faces import numbers
from gigacampus.faces.figures import parts
from gigacampus.faces.figures.base import Column, Figure, Finding, Run, Table, Text, figure

_GOES = {
    "evaporation": (Text("Evaporated", "蒸発"), "cooling"),
    "drift": (Text("Drift", "飛散"), "cooling/0.7"),
    "discharge": (Text("Blown down", "排水"), "cooling/0.45"),
}


_IONS = {"silica": "シリカ", "calcium": "カルシウム硬度", "chloride": "塩化物", "conductivity": "電気伝導率"}
_DRAWN, _SOURCE = Text("Drawn on site", "敷地内の取水"), Text("Consumed at the source of the power", "発電での消費")


@figure("campus")
def water_balance(run: Run) -> Figure:
    """Water drawn on site by where it goes, beside water consumed at the source of the energy."""
    goes = {key: float(getattr(run.facility, key).sum()) for key in _GOES}
    drawn, source = float(run.facility.withdrawal.sum()), float(run.impact.water_source.sum())
    rows = [(_DRAWN, drawn), *((_GOES[key][0], value) for key, value in goes.items()), (_SOURCE, source)]
    return Figure(
        title=_finding(drawn, source),
        subtitle=Text(
            f"Water over the life, million m³. Drawn on site: {_million(drawn)}. Evaporated, drifted and blown down: {_million(sum(goes.values()))}",
            f"全期間の水量、百万m³。敷地内の取水 {_million(drawn)}、蒸発・飛散・排水の合計 {_million(sum(goes.values()))}",
        ),
        **_bars(goes, drawn, source),
        table=Table((Column(Text("Water", "水")), Column(Text("Volume", "水量"), "m³", 0)), tuple(rows)),
        aria=Text(
            f"Water drawn on site {_million(drawn)} and consumed at source {_million(source)} million m³.",
            f"敷地内の取水{_million(drawn)}、発電での消費{_million(source)}(百万m³)",
        ),
        note=_note(run.facility),
        stages=("facility", "impact"),
    )  # fmt: skip


def _note(found: Any) -> Text:
    """Where water at source is drawn, and what limits the cycles of the water on site."""
    said = Text("Water at source is what generation consumes, by technology and grid mix; it is drawn elsewhere.",
                "発電での消費水量は電源と系統構成による値で、敷地外で取水される。")  # fmt: skip
    if found.capped.any():
        thirsty, short = int(found.capped.sum()), int((found.capped & found.short).sum())
        said += Text(f" In {thirsty:,} hours there is less water on site than is asked for; in {short:,} of them cooling is short.",
                     f"敷地内で水が足りない時間は{thirsty:,}時間、うち冷却が不足する時間は{short:,}時間。")  # fmt: skip
    if found.recycled.any():
        again = _million(float(found.recycled.sum()))
        said += Text(
            f" {again} million m³ of blowdown are treated and used again.",
            f"ブロー水のうち{again}百万m³を処理して再利用する。",
        )
    if found.limiting_ion is not None:
        cycles = numbers.significant(found.cycles, 2)
        said += Text(f" On site {found.limiting_ion} limits the water to {cycles} cycles of concentration.",
                     f"敷地内の濃縮倍数は{_IONS[found.limiting_ion]}により{cycles}倍に限られる。")  # fmt: skip
    return said


def _million(value: float) -> str:
    return numbers.significant(value / 1e6)


def _finding(drawn: float, source: float) -> Finding:
    if drawn <= 0:
        return Finding(f"The site draws no water; its power consumes {_million(source)} million m³ elsewhere",
                       f"敷地内の取水はなく、発電で{_million(source)}百万m³を消費する")  # fmt: skip
    if source > drawn:
        times = numbers.significant(source / drawn, 2)
        return Finding(
            f"Generating the power consumes {times} times the water that the site draws",
            f"発電で消費する水は、敷地内の取水量の{times}倍",
        )
    return Finding("Water on site, and at the source of the power", "敷地内と発電での水使用量")


def _bars(goes: dict[str, float], drawn: float, source: float) -> dict[str, Any]:
    """Two bars, the upper one of parts, of which those have a label that have the room for it."""
    widest, base = max(drawn, source, 1e-9) / 1e6, 0.0
    pieces = [(name, colour, goes[key] / 1e6, 1) for key, (name, colour) in _GOES.items()]
    pieces.append((Text("At source", "発電での消費"), "axis", source / 1e6, 0))
    data = [parts.bars(name, [value], [row], colour, orientation="h") for name, colour, value, row in pieces]
    inside = []
    for name, _, value, _ in pieces[:-1]:
        inside.append((value, name + f" {numbers.significant(value)}", base))
        base += value
    heads = [
        parts.note(parts.named(name, _million(value)), 0, row + 0.24, yref="y", yanchor="bottom")
        for name, value, row in ((_DRAWN, drawn, 1), (_SOURCE, source, 0))
    ]

    def layout(slim: bool) -> dict[str, Any]:
        shown = [
            parts.at(text, start, 1, xshift=8, font={"size": 12 if slim else 13, "color": "#1A1E21"})
            for value, text, start in inside
            if value > (0.24 if slim else 0.07) * widest
        ]
        return {
            "xaxis": {"visible": False, "range": [0, widest]}, "yaxis": {"visible": False, "range": [-0.45, 1.75]},
            "barmode": "stack", "bargap": 0.56, "hovermode": False, "margin": parts.NONE, "annotations": heads + shown,
        }  # fmt: skip

    return parts.drawn(data, layout, 190, 230)
