"""What optimal control of the cooling plant is worth: the front of energy against water, the rules, the chosen point."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from gigacampus.faces import numbers
from gigacampus.faces.figures import parts
from gigacampus.faces.figures.base import Column, Figure, Finding, Table, Text, figure
from gigacampus.faces.figures.money import Money, money_of

if TYPE_CHECKING:
    from gigacampus.runs.pipeline import Run

_FOR = {
    "energy": Text("For energy", "エネルギー最小"),
    "water": Text("For water", "水最小"),
    "money": Text("For money", "費用最小"),
    "carbon": Text("For carbon", "炭素最小"),
}
_RULES = Text("Rules", "規則制御")
_OFF = ("free-dry", "free-wet")


@figure("control_front")
def control_front(run: Run) -> Figure | None:
    """Cooling energy against water over the price of water, with the rules and the spec's objective."""
    if not run.campus.physical or run.control is None:
        return None
    worth, chosen = run.control, run.control.chosen
    count = "+".join(str(number) for number in worth.candidates)
    return Figure(
        id="control_front",
        title=_finding(worth),
        subtitle=Text(
            f"Energy of cooling, GWh, over water drawn, thousand m³: a weather year at full build, {count} candidates an hour",
            f"冷却の電力量(GWh)と取水量(千m³)。全棟稼働時の気象年、毎時{count}候補",
        ),
        **_drawn(worth, chosen),
        height=340,
        narrow_height=360,
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
    energy, water = _share(worth, "energy", "cooling"), _share(worth, "water", "water")
    if worth.rules.water > 0:
        return Finding(
            f"Optimal control saves {energy} of cooling energy, or {water} of the water",
            f"最適制御は冷却電力量の{energy}、または水の{water}を減らす",
        )
    return Finding(f"Optimal control saves {energy} of cooling energy", f"最適制御は冷却電力量の{energy}を減らす")


def _front(worth: Any) -> list[Any]:
    """Cases along the front, by water."""
    found = [worth.limited["energy"], *(case for _, case in worth.front), worth.limited["water"]]
    return sorted(found, key=lambda case: (case.water, -case.cooling))


def _at(case: Any) -> tuple[float, float]:
    return case.water / 1e3, case.cooling / 1e3


def _drawn(worth: Any, chosen: str) -> dict[str, Any]:
    x, y = zip(*map(_at, _front(worth)), strict=True)
    marked = {_RULES: (_at(worth.rules), "@ink2"), _FOR[chosen]: (_at(worth.limited[chosen]), "@cooling")}
    all_x, all_y = [*x, *(at[0] for at, _ in marked.values())], [*y, *(at[1] for at, _ in marked.values())]
    span = max(all_x) - min(all_x) or 1.0
    line = {"type": "scatter", "mode": "lines+markers", "x": list(x), "y": list(y), "name": Text("Front", "前線"),
            "line": {"color": "@ink", "width": 2}, "marker": {"size": 6, "color": "@ink"},
            "hovertemplate": "%{x:.1f}, %{y:.2f} GWh"}  # fmt: skip
    dots = [
        {"type": "scatter", "mode": "markers", "x": [at[0]], "y": [at[1]], "name": name, "hovertemplate": "%{x:.1f}, %{y:.2f} GWh",
         "marker": {"size": 12, "color": colour, "symbol": "diamond"}}
        for name, (at, colour) in marked.items()
    ]  # fmt: skip
    notes = [
        parts.note(parts.named(name, f"{numbers.significant(at[1])} GWh"), at[0], at[1], xref="x", yref="y", xshift=10,
                   yshift=10 if name is _RULES else -12, yanchor="middle")
        for name, (at, _) in marked.items()
    ]  # fmt: skip
    low, high = min(all_x) - 0.06 * span, max(all_x)
    axis = {"range": [low, high + 0.3 * span], "nticks": 6, "showspikes": False, "anchor": "y"}
    wider = {**axis, "range": [low - 0.4 * span, high + 1.6 * span], "nticks": 4}
    return {
        "data": [line, *dots],
        "layout": {"xaxis": axis, "yaxis": parts.between(min(all_y), max(all_y), "GWh", digits=0 if max(all_y) > 50 else 2), "annotations": notes,
                   "hovermode": "closest", "margin": {"r": 24}},
        "narrow": {"layout": {"xaxis": wider, "margin": {"r": 8}}},
    }  # fmt: skip


def _table(worth: Any, money: Money) -> Table:
    columns = (
        Column(Text("Control", "制御")), Column(Text("Energy at the meter", "受電電力量"), "GWh", 2),
        Column(Text("Cooling", "冷却"), "GWh", 3), Column(Text("Water", "水"), "m³", 0),
        money.column(Text("Energy and water", "電力と水の費用")), Column(Text("CO₂e", "CO₂e"), "kt", 2, wide=True),
        Column(Text("Chillers off", "冷凍機停止"), "%", 1, wide=True), Column(Text("Mixed", "併用"), "%", 1, wide=True),
        Column(Text("Chillers alone", "冷凍機のみ"), "%", 1, wide=True),
        Column(Text("Changes a day", "切替(日平均)"), "", 2, wide=True), Column(Text("At most", "最大"), "", 0, wide=True),
        Column(Text("Forced", "強制"), "", 0, wide=True),
    )  # fmt: skip
    named = [(_RULES, worth.rules), *((name, worth.limited[key]) for key, name in _FOR.items())]
    named += [
        (Text(f"{name.en}, no limits", f"{name.of('ja')}、制限なし"), worth.unlimited[key])
        for key, name in _FOR.items()
    ]
    named += [
        (Text(f"{name.en}, no cap on water", f"{name.of('ja')}、取水上限なし"), worth.uncapped[key])
        for key, name in _FOR.items() if key in worth.uncapped
    ]  # fmt: skip
    named += [(Text(f"Front, {price:g} MWh/m³", f"前線、{price:g} MWh/m³"), case) for price, case in worth.front]
    return Table(columns, tuple(_row(name, case, money.factor) for name, case in named))


def _row(name: Text, case: Any, unit: float) -> tuple[Any, ...]:
    """Hours are those of the side that runs chillers most."""
    hours = min(case.hours.values(), key=lambda side: sum(side[mode] for mode in _OFF))
    return (
        name, case.energy / 1e3, case.cooling / 1e3, case.water, case.money / unit, case.carbon / 1e6,
        100 * sum(hours[mode] for mode in _OFF), 100 * hours["mixed"], 100 * hours["chiller"], case.changes_mean, case.changes_most,
        case.changes_forced,
    )  # fmt: skip
