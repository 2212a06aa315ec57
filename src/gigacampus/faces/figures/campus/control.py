"""What optimal control of the cooling plant is worth: the front of energy against water, the rules, the chosen point."""

from __future__ import annotations

from typing import Any

from gigacampus.faces import numbers
from gigacampus.faces.figures import parts
from gigacampus.faces.figures.base import Column, Figure, Finding, Run, Table, Text, figure
from gigacampus.faces.figures.money import Money, money_of

_FOR = {
    "energy": Text("For energy", "エネルギー最小"),
    "water": Text("For water", "水最小"),
    "money": Text("For money", "費用最小"),
    "carbon": Text("For carbon", "炭素最小"),
}
_RULES = Text("Rules", "規則制御")
_WARM = Text("Rules, all pads wet in warm air", "規則制御、暖気時は全数散水")
_NEEDED = Text("; the rules wet pads only as needed", "。規則制御の散水は必要時のみ")
_OFF = ("free-dry", "free-wet")
"""Modes in which chillers are off; hours are those of the side that runs them most."""


@figure("campus")
def control_front(run: Run) -> Figure | None:
    """Cooling energy against water over the price of water, with the rules and the spec's objective."""
    if run.control is None:
        return None
    worth, chosen = run.control, run.control.chosen
    count = "+".join(str(number) for number in worth.candidates)
    return Figure(
        title=_finding(worth),
        subtitle=Text(
            f"Energy of cooling, GWh, over water drawn, thousand m³: a weather year at full build, {count} candidates an hour",
            f"冷却の電力量(GWh)と取水量(千m³)。全棟稼働時の気象年、毎時{count}候補",
        )
        + (Text("") if worth.warm is None else _NEEDED),
        **_drawn(worth, chosen),
        table=_table(worth, money_of(run) if run.campus.deal is not None else Money(1e6, "m USD", by_size=True)),
        aria=Text(
            f"Cooling energy falls by {_share(worth, 'energy', 'cooling')} at most, water by {_share(worth, 'water', 'water')}.",
            f"冷却の電力量は最大{_share(worth, 'energy', 'cooling')}、取水量は最大{_share(worth, 'water', 'water')}減る。",
        ),
        note=Text(
            "The front is swept by the price of water: its supported points, those on the convex hull; the line joins them. Cooling energy includes what servers' fans draw in warm inlet air.",
            "前線は水価格を変えて得た凸包上の点(支持点)で、線はそれらを結ぶ。冷却の電力量は高い吸気温でのサーバーファン増分を含む。",
        ),
        stages=("control",),
    )


def _share(worth: Any, objective: str, what: str) -> str:
    rules = getattr(worth.rules, what)
    saved = 1 - getattr(worth.limited[objective], what) / rules if rules > 0 else 0.0
    return f"{numbers.fixed(100 * saved, 1)}{numbers.THIN}%"


def _finding(worth: Any) -> Finding:
    """What each objective saves, and what that costs of the other."""
    energy, water = _share(worth, "energy", "cooling"), _share(worth, "water", "water")
    rules, drawn = worth.rules, worth.limited["energy"].water
    if rules.water > 0:
        wetter = numbers.significant(drawn / rules.water, 2)
        return Finding(
            f"Optimal control saves {energy} of cooling energy at {wetter} times the water, or {water} of the water",
            f"最適制御は、水を{wetter}倍にして冷却電力量の{energy}、または水の{water}を減らす",
        )
    taken = f"{numbers.significant(drawn)}{numbers.THIN}m³"
    en, ja = (f" for {taken} of water a year", f"(取水は年{taken})") if drawn > 0 else ("", "")
    return Finding(
        f"Optimal control saves {energy} of cooling energy{en}", f"最適制御は冷却電力量の{energy}を減らす{ja}"
    )


def _front(worth: Any) -> list[Any]:
    """Cases along the front, by water."""
    found = [worth.limited["energy"], *(case for _, case in worth.front), worth.limited["water"]]
    return sorted(found, key=lambda case: (case.water, -case.cooling))


def _drawn(worth: Any, chosen: str) -> dict[str, Any]:
    def place(case: Any) -> tuple[float, float]:
        return case.water / 1e3, case.cooling / 1e3

    x, y = zip(*map(place, _front(worth)), strict=True)
    marked = ((_RULES, *place(worth.rules), "ink2", 10), (_FOR[chosen], *place(worth.limited[chosen]), "cooling", -12))
    hover = "%{x:.1f}, %{y:.2f} GWh"
    data = [
        parts.line(Text("Front", "前線"), x, y, "ink", hover, {"width": 2}, marker={"size": 6, "color": "@ink"})
        | {"mode": "lines+markers"}
    ]
    data += [
        {"type": "scatter", "mode": "markers", "x": [right], "y": [up], "name": name, "hovertemplate": hover,
         "marker": {"size": 12, "color": f"@{colour}", "symbol": "diamond"}}
        for name, right, up, colour, _ in marked
    ]  # fmt: skip
    notes = [
        parts.at(parts.named(name, f"{numbers.significant(up)} GWh"), right, up, xshift=10, yshift=shift)
        for name, right, up, _, shift in marked
    ]
    all_x, all_y = [*x, *(one[1] for one in marked)], [*y, *(one[2] for one in marked)]
    span, high = max(all_x) - min(all_x) or 1.0, max(all_y)

    def layout(slim: bool) -> dict[str, Any]:
        left, right, ticks, margin = (0.46, 1.6, 4, 8) if slim else (0.06, 0.3, 6, 24)
        return {
            "xaxis": {"range": [min(all_x) - left * span, max(all_x) + right * span], "nticks": ticks, "showspikes": False, "anchor": "y"},
            "yaxis": parts.between(min(all_y), high, "GWh", digits=0 if high > 50 else 2), "annotations": notes,
            "hovermode": "closest", "margin": {"r": margin},
        }  # fmt: skip

    return parts.drawn(data, layout, 340, 360)


def _table(worth: Any, money: Money) -> Table:
    warm = [] if worth.warm is None else [(_WARM, worth.warm)]
    named = [(_RULES, worth.rules), *warm, *((name, worth.limited[key]) for key, name in _FOR.items())]
    for cases, more in (
        (worth.unlimited, Text(", no limits", "、制限なし")),
        (worth.uncapped, Text(", no cap on water", "、取水上限なし")),
    ):
        named += [(name + more, cases[key]) for key, name in _FOR.items() if key in cases]
    named += [(Text(f"Front, {price:g} MWh/m³", f"前線、{price:g} MWh/m³"), case) for price, case in worth.front]
    cases = [case for _, case in named]
    hours = [min(case.hours.values(), key=lambda side: sum(side[mode] for mode in _OFF)) for case in cases]
    return Table.of(
        (Column(Text("Control", "制御")), (name for name, _ in named)),
        (Column(Text("Energy at the meter", "受電電力量"), "GWh", 2), (case.energy / 1e3 for case in cases)),
        (Column(Text("Cooling", "冷却"), "GWh", 3), (case.cooling / 1e3 for case in cases)),
        (Column(Text("Water", "水"), "m³", 0), (case.water for case in cases)),
        (money.column(Text("Energy and water", "電力と水の費用")), (case.money / money.factor for case in cases)),
        (Column(Text("CO₂e", "CO₂e"), "kt", 2, wide=True), (case.carbon / 1e6 for case in cases)),
        (Column(Text("Chillers off", "冷凍機停止"), "%", 1, wide=True), (100 * sum(side[mode] for mode in _OFF) for side in hours)),
        (Column(Text("Mixed", "併用"), "%", 1, wide=True), (100 * side["mixed"] for side in hours)),
        (Column(Text("Chillers alone", "冷凍機のみ"), "%", 1, wide=True), (100 * side["chiller"] for side in hours)),
        (Column(Text("Changes a day", "切替(日平均)"), "", 2, wide=True), (case.changes_mean for case in cases)),
        (Column(Text("At most", "最大"), "", 0, wide=True), (case.changes_most for case in cases)),
        (Column(Text("Forced", "強制"), "", 0, wide=True), (case.changes_forced for case in cases)),
    )  # fmt: skip
