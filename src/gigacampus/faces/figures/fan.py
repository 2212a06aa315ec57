"""A deal over many random paths: cover, or cash, by date."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from gigacampus.engines.finance.sensitivity.chances import EXCEEDED
from gigacampus.faces import numbers
from gigacampus.faces.figures import parts
from gigacampus.faces.figures.base import Column, Figure, Finding, Table, Text, figure, there
from gigacampus.faces.figures.concepts import party
from gigacampus.faces.figures.money import Money, money_of
from gigacampus.faces.figures.varied import inside, levels_of, named, shown, subject
from gigacampus.runs.kpi import slug

if TYPE_CHECKING:
    from gigacampus.runs.pipeline import Run

_BANDS = ((5.0, 95.0, "@it/0.16"), (25.0, 75.0, "@it/0.3"))


@figure("fan")
def fan(run: Run) -> Figure | None:
    """Percentiles of cover by date of payment; of distributions, where there is no debt."""
    if run.campus.deal is None or run.sensitivity.chances is None:
        return None
    chances = run.sensitivity.chances
    vehicle = min(chances.fans, key=lambda name: _lowest(chances.fans[name]))
    what = "dscr" if "dscr" in chances.fans[vehicle] else "distribution"
    one, unit = chances.fans[vehicle][what], Money(1.0, "") if what == "dscr" else money_of(run)
    drawn = subject_list(run)
    name = (
        Text("Debt service cover", "元利金カバー率(DSCR)") if what == "dscr" else Text(f"Distributions by year, {unit.unit}, nominal", f"年間分配額、{unit.ja}、名目")
    )  # fmt: skip
    layout = _layout(run, one, unit, what)
    return Figure(
        id="fan",
        title=_finding(run, vehicle, what, one),
        subtitle=Text(f"{name.en} of {party(vehicle).en}: median, half and 90{numbers.THIN}% of {chances.count:,} paths of {drawn.en}",
                      f"{party(vehicle).ja}の{name.ja}：中央値、50{numbers.THIN}%と90{numbers.THIN}%の範囲。{drawn.ja}を変えた{chances.count:,}通り"),
        data=_traces(one, unit.factor),
        layout=layout,
        narrow={"layout": {"margin": {"r": parts.RIGHT_NARROW}, "annotations": _labels(one, unit, layout["yaxis"], 320, True),
                           "xaxis": _years(one, 8, 0.16)}},
        height=340,
        narrow_height=320,
        table=_table(one, unit),
        aria=Text(f"Fan of {name.en.lower()} by date.", f"{name.ja}の分布の推移"),
        note=_note(run),
        stages=("sensitivity",),
    )  # fmt: skip


def _lowest(fans: Any) -> float:
    """Lowest cover that 5 % of the paths lie below at a date; vehicles without debt come last."""
    return float(np.nanmin(fans["dscr"].at(5.0))) if "dscr" in fans else np.inf


def _note(run: Run) -> Text:
    """What is exceeded on 90 % of the paths, and how they are made."""
    chances, part = there(run.sensitivity.chances), f"90{numbers.THIN}%"
    said = [
        (named(run, name), shown(float(values[EXCEEDED.index(90.0)]), "1" if name.startswith("dscr") else "1/year"))
        for name, values in chances.exceeded.items()
        if name == "dscr_min" or name.startswith("irr_owner.")
    ][:3]
    en, ja = ", ".join(f"{n.en} {v.en}" for n, v in said), "、".join(f"{n.ja} {v.of('ja')}" for n, v in said)
    how = Text("Each path is the deal as signed with draws of its own", "各経路は締結時の契約に乱数を与えたもの")
    return Text(
        f"Exceeded on {part} of the paths: {en}. {how.en} (seed {chances.seed}).",
        f"{part}の経路で上回る値：{ja}。{how.ja}(シード{chances.seed})。",
    )


def subject_list(run: Run) -> Text:
    """What is drawn, in a list."""
    names = [subject(key) for key in there(there(run.deal.sensitivity).paths).draws]
    en = [inside(name) for name in names]
    return Text(en[0] if len(en) == 1 else f"{', '.join(en[:-1])} and {en[-1]}", "・".join(n.of("ja") for n in names))


def _traces(one: Any, scale: float) -> list[dict[str, Any]]:
    x = [str(day) for day in one.dates]
    line = {"type": "scatter", "mode": "lines", "x": x, "hoverinfo": "skip"}
    found: list[dict[str, Any]] = []
    for low, high, colour in _BANDS:
        found.append({**line, "y": np.round(one.at(low) / scale, 6), "line": {"width": 0}})
        found.append(
            {
                **line,
                "y": np.round(one.at(high) / scale, 6),
                "line": {"width": 0},
                "fill": "tonexty",
                "fillcolor": colour,
            }
        )
    more = {**line, "hoverinfo": None, "hovertemplate": "%{y:.2f}"}
    found.append(
        {
            **more,
            "y": np.round(one.base / scale, 6),
            "name": Text("Base case", "基本ケース"),
            "line": {"color": "@ink2", "width": 1.5},
        }
    )
    found.append(
        {**more, "y": np.round(one.at(50.0) / scale, 6), "name": Text("Median", "中央値"), "line": {"color": "@it"}}
    )
    return found


def _layout(run: Run, one: Any, unit: Money, what: str) -> dict[str, Any]:
    values = np.concatenate([one.at(5.0), one.at(95.0), one.base]) / unit.factor
    low, high = float(np.nanmin(values)), float(np.nanmax(values))
    levels = levels_of(run) if what == "dscr" else []
    ends = [level for level, _ in levels]
    axis = (
        parts.between(min(low, *ends), max(high, *ends)) if ends else parts.upward(high, unit.unit, low=min(low, 0.0))
    )
    shapes = [
        {"type": "line", "x0": 0, "x1": 1, "xref": "paper", "y0": level, "y1": level, "yref": "y",
         "line": {"color": "@fail", "width": 1}} for level in ends
    ]  # fmt: skip
    below = [
        parts.note(Text(f"{word.en} below {numbers.fixed(level, 2)}", f"{numbers.fixed(level, 2)}未満：{word.ja}"),
                   0.07, level, yref="y", yanchor="bottom", font={"size": 12}) for level, word in levels
    ]  # fmt: skip
    return {"xaxis": _years(one, 4, 0.06), "yaxis": axis, "shapes": shapes,
            "annotations": [*_labels(one, unit, axis, 340, False), *below]}  # fmt: skip


def _years(one: Any, every: int, room: float) -> dict[str, Any]:
    """A time axis with ticks in fours, and room at the left for the vertical axis's labels."""
    first, last = one.dates[0], one.dates[-1]
    years = range(int(str(first)[:4]) + 1, int(str(last)[:4]) + 1)
    ticks = [year for year in years if (year - years[0]) % every == 0]
    start = first - np.timedelta64(int(room * int((last - first).astype(int))), "D")
    return {"type": "date", "range": [str(start), str(last)], "tickvals": [f"{year}-01-01" for year in ticks],
            "ticktext": [str(year) for year in ticks]}  # fmt: skip


def _labels(one: Any, unit: Money, axis: dict[str, Any], height: int, slim: bool) -> list[dict[str, Any]]:
    """At the right, the last value of the base case, the median, and the band's ends."""
    named = (
        (95.0, Text(f"95{numbers.THIN}% below", "95%点")),
        (50.0, Text("Median", "中央値")),
        (5.0, Text(f"5{numbers.THIN}% below", "5%点")),
    )
    at = [float(values[-1]) / unit.factor for values in (*(one.at(level) for level, _ in named), one.base)]
    names = [(name, unit.text(value, 2)) for (_, name), value in zip(named, at[:3], strict=True)]
    return parts.beside([*names, (Text("Base case", "基本ケース"), unit.text(at[3], 2))], at, axis, height, slim)


def _finding(run: Run, vehicle: str, what: str, one: Any) -> Finding:
    chances, e = there(run.sensitivity.chances), slug(vehicle)
    if what != "dscr":
        return Finding(
            f"What {party(vehicle).en} distributes on {chances.count:,} paths",
            f"{chances.count:,}通りの{party(vehicle).ja}の分配額",
        )
    for key, en, ja in (("default", "A default stands", "債務不履行が生じる"), ("lock_up", "Cash is locked up", "配当が停止する"),
                        ("short", "Cover falls below 1", "DSCRが1倍を下回る")):  # fmt: skip
        share = chances.likely.get(f"{key}.{e}", 0.0)
        if share > 0:
            part = f"{numbers.percent(share)}{numbers.THIN}%"
            low = numbers.fixed(float(np.nanmin(one.at(50.0))), 2)
            return Finding(f"{en} on {part} of the paths; the median never falls below {low}",
                           f"{ja}経路は{part}、中央値は{low}倍を下回らない")  # fmt: skip
    low = numbers.fixed(float(chances.exceeded["dscr_min"][-1]), 2)
    return Finding(
        f"Cover stays at {low} or more on 99{numbers.THIN}% of the paths", f"DSCRは99{numbers.THIN}%の経路で{low}倍以上"
    )


def _table(one: Any, unit: Money) -> Table:
    levels = (1.0, 5.0, 25.0, 50.0, 75.0, 95.0, 99.0)
    columns = [Column(Text("Date", "日付")), unit.column(Text("Base case", "基本ケース"))]
    columns += [unit.column(Text(f"{level:g}{numbers.THIN}% below", f"{level:g}%点")) for level in levels]
    rows = tuple(
        (str(day), float(one.base[i]) / unit.factor, *(float(one.at(level)[i]) / unit.factor for level in levels))
        for i, day in enumerate(one.dates)
    )
    return Table(tuple(columns), rows)
