"""The water balance of the life: what is drawn, where it goes, and what the power's generation consumes elsewhere."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from gigacampus.faces import numbers
from gigacampus.faces.figures import parts
from gigacampus.faces.figures.base import Column, Figure, Finding, Table, Text, figure

if TYPE_CHECKING:
    from gigacampus.runs.pipeline import Run

_GOES = {
    "evaporation": (Text("Evaporated", "蒸発"), "cooling"),
    "drift": (Text("Drift", "飛散"), "cooling/0.7"),
    "discharge": (Text("Blown down", "排水"), "cooling/0.45"),
}


@figure("water_balance")
def water_balance(run: Run) -> Figure | None:
    """Water drawn on site by where it goes, beside water consumed at the source of the energy."""
    if not run.campus.physical:
        return None
    goes = {key: float(getattr(run.facility, key).sum()) for key in _GOES}
    drawn, source = float(run.facility.withdrawal.sum()), float(run.impact.water_source.sum())
    return Figure(
        id="water_balance",
        title=_finding(drawn, source),
        subtitle=Text(
            f"Water over the life, million m³. Drawn on site: {_million(drawn)}. Evaporated, drifted and blown down: "
            f"{_million(sum(goes.values()))}",
            f"全期間の水量、百万m³。敷地内の取水 {_million(drawn)}、蒸発・飛散・排水の合計 {_million(sum(goes.values()))}",
        ),
        **_drawn(goes, drawn, source),
        height=190,
        narrow_height=230,
        table=_table(goes, drawn, source),
        aria=Text(
            f"Water drawn on site {_million(drawn)} and consumed at source {_million(source)} million m³.",
            f"敷地内の取水{_million(drawn)}、発電での消費{_million(source)}(百万m³)",
        ),
        note=_note(run.facility),
        stages=("facility", "impact"),
    )


def _note(found: Any) -> Text:
    """Where water at source is drawn, and what limits the cycles of the water on site."""
    english = "Water at source is what generation consumes, by technology and grid mix; it is drawn elsewhere."
    japanese = "発電での消費水量は電源と系統構成による値で、敷地外で取水される。"
    if found.capped.any():
        thirsty, short = int(found.capped.sum()), int((found.capped & found.short).sum())
        english += f" In {thirsty:,} hours there is less water on site than is asked for; in {short:,} of them cooling is short."
        japanese += f"敷地内で水が足りない時間は{thirsty:,}時間、うち冷却が不足する時間は{short:,}時間。"
    if found.recycled.any():
        english += f" {_million(float(found.recycled.sum()))} million m³ of blowdown are treated and used again."
        japanese += f"ブロー水のうち{_million(float(found.recycled.sum()))}百万m³を処理して再利用する。"
    if found.limiting_ion is None:
        return Text(english, japanese)
    cycles = numbers.significant(found.cycles, 2)
    names = {"silica": "シリカ", "calcium": "カルシウム硬度", "chloride": "塩化物", "conductivity": "電気伝導率"}
    return Text(
        f"{english} On site {found.limiting_ion} limits the water to {cycles} cycles of concentration.",
        f"{japanese}敷地内の濃縮倍数は{names[found.limiting_ion]}により{cycles}倍に限られる。",
    )


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


def _drawn(goes: dict[str, float], drawn: float, source: float) -> dict[str, Any]:
    data: list[dict[str, Any]] = []
    notes: list[dict[str, Any]] = []
    base = 0.0
    widest = max(drawn, source, 1e-9) / 1e6
    for key, (name, colour) in _GOES.items():
        value = goes[key] / 1e6
        data.append(_bar(name, colour, 1, value))
        if value > 0.07 * widest:
            notes.append(_inside(name, value, base))
        base += value
    data.append(_bar(Text("At source", "発電での消費"), "axis", 0, source / 1e6))
    heads = [
        _head(Text("Drawn on site", "敷地内の取水"), drawn, 1),
        _head(Text("Consumed at the source of the power", "発電での消費"), source, 0),
    ]
    layout = {
        "xaxis": {"visible": False, "range": [0, widest]},
        "yaxis": {"visible": False, "range": [-0.45, 1.75]},
        "barmode": "stack", "bargap": 0.56, "hovermode": False, "margin": {"l": 0, "r": 0, "t": 0, "b": 0},
    }  # fmt: skip
    slim = [{**note, "font": {**note["font"], "size": 12}} for note in notes if note["wide"] > 0.24 * widest]
    for note in notes + slim:
        note.pop("wide")
    return {
        "data": data,
        "layout": {**layout, "annotations": heads + notes},
        "narrow": {"layout": {"annotations": heads + slim}},
    }


def _bar(name: Text, colour: str, row: int, value: float) -> dict[str, Any]:
    return {
        "type": "bar",
        "orientation": "h",
        "name": name,
        "x": [value],
        "y": [row],
        "marker": {"color": f"@{colour}"},
    }


def _inside(name: Text, value: float, base: float) -> dict[str, Any]:
    text = Text(f"{name.en} {numbers.significant(value)}", f"{name.ja} {numbers.significant(value)}")
    return parts.note(
        text, base, 1, xref="x", yref="y", xshift=8, yanchor="middle", font={"size": 13, "color": "#1A1E21"}, wide=value
    )


def _head(name: Text, value: float, row: int) -> dict[str, Any]:
    return parts.note(parts.named(name, _million(value)), 0, row + 0.24, yref="y", yanchor="bottom")


def _table(goes: dict[str, float], drawn: float, source: float) -> Table:
    columns = (Column(Text("Water", "水")), Column(Text("Volume", "水量"), "m³", 0))
    rows: list[tuple[Any, ...]] = [(Text("Drawn on site", "敷地内の取水"), drawn)]
    rows += [(_GOES[key][0], value) for key, value in goes.items()]
    return Table(columns, (*rows, (Text("Consumed at the source of the power", "発電での消費"), source)))
