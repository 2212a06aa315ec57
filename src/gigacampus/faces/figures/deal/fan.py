"""A deal over many random paths: cover, or cash, by date."""

from __future__ import annotations

from typing import Any

import numpy as np

from gigacampus.engines.finance import EXCEEDED
from gigacampus.faces import numbers
from gigacampus.faces.figures import parts
from gigacampus.faces.figures.base import Column, Figure, Finding, Mark, Run, Table, Text, figure, joined, there
from gigacampus.faces.figures.concepts import party
from gigacampus.faces.figures.deal.varied import inside, levels_of, named, shown, subject
from gigacampus.faces.figures.money import Money, money_of
from gigacampus.runs.kpi import slug

_BANDS = ((5.0, 95.0, "@it/0.16"), (25.0, 75.0, "@it/0.3"))
_HEIGHTS = (340, 320)


@figure("deal")
def fan(run: Run) -> Figure | None:
    """Percentiles of cover by date of payment; of distributions, where there is no debt."""
    if run.sensitivity.chances is None:
        return None
    chances, varied = run.sensitivity.chances, subject_list(run)
    vehicle = min(chances.fans, key=lambda name: _lowest(chances.fans[name]))
    what = "dscr" if "dscr" in chances.fans[vehicle] else "distribution"
    one, unit = chances.fans[vehicle][what], Money(1.0, "") if what == "dscr" else money_of(run)
    name = Text("Debt service cover", "元利金カバー率(DSCR)")
    if what != "dscr":
        name = Text(f"Distributions by year, {unit.unit}, nominal", f"年間分配額、{unit.ja}、名目")
    return Figure(
        title=_finding(run, vehicle, what, one),
        subtitle=Text(f"{name.en} of {party(vehicle).en}: median, half and 90{numbers.THIN}% of {chances.count:,} paths of {varied.en}",
                      f"{party(vehicle).ja}の{name.ja}：中央値、50{numbers.THIN}%と90{numbers.THIN}%の範囲。{varied.ja}を変えた{chances.count:,}通り"),
        **_drawn(run, one, unit, levels_of(run) if what == "dscr" else []),
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
    told = joined(name + " " + value for name, value in said)
    return Text(
        f"Exceeded on {part} of the paths: {told.en}. Each path is the deal as signed with draws of its own (seed {chances.seed}).",
        f"{part}の経路で上回る値：{told.ja}。各経路は締結時の契約に乱数を与えたもの(シード{chances.seed})。",
    )


def subject_list(run: Run) -> Text:
    """What is drawn, in a list."""
    names = [subject(key) for key in there(there(run.deal.sensitivity).paths).draws]
    en = [inside(name) for name in names]
    return Text(en[0] if len(en) == 1 else f"{', '.join(en[:-1])} and {en[-1]}", "・".join(n.of("ja") for n in names))


def _drawn(run: Run, one: Any, unit: Money, levels: list[tuple[float, Mark]]) -> dict[str, Any]:
    x, data = list(map(str, one.dates)), list[dict[str, Any]]()
    for low, high, colour in _BANDS:
        for level, fill in ((low, {}), (high, {"fill": "tonexty", "fillcolor": colour})):
            data.append({"type": "scatter", "mode": "lines", "x": x, "hoverinfo": "skip", "line": {"width": 0},
                         "y": np.round(one.at(level) / unit.factor, 6), **fill})  # fmt: skip
    for name, of, colour, style in (
        (Text("Base case", "基本ケース"), one.base, "ink2", {"width": 1.5}), (Text("Median", "中央値"), one.at(50.0), "it", {}),
    ):  # fmt: skip
        data.append(parts.line(name, x, np.round(of / unit.factor, 6), colour, style=style))
    values, ends = np.concatenate([one.at(5.0), one.at(95.0), one.base]) / unit.factor, [level for level, _ in levels]
    low, high = float(np.nanmin(values)), float(np.nanmax(values))
    axis = parts.upward(high, unit.unit, low=min(low, 0.0))
    if ends:
        axis = parts.between(min(low, *ends), max(high, *ends))
    below = [
        parts.note(Text(f"{word.en} below {numbers.fixed(level, 2)}", f"{numbers.fixed(level, 2)}未満：{word.ja}"),
                   0.07, level, yref="y", yanchor="bottom", font=parts.SMALL) for level, word in levels
    ]  # fmt: skip

    def layout(slim: bool) -> dict[str, Any]:
        labels = _labels(one, unit, axis, slim)
        return {"xaxis": parts.dates(one.dates[0], one.dates[-1], slim), "yaxis": axis,
                "annotations": labels if slim else [*labels, *below],
                "shapes": [parts.rule((0, 1), (level, level), "fail", xref="paper", yref="y") for level in ends]}  # fmt: skip

    return parts.drawn(data, layout, *_HEIGHTS)


def _labels(one: Any, unit: Money, axis: dict[str, Any], slim: bool) -> list[dict[str, Any]]:
    """At the right, the last value of the base case, the median, and the band's ends."""
    last = {
        Text(f"95{numbers.THIN}% below", "95%点"): one.at(95.0), Text("Median", "中央値"): one.at(50.0),
        Text(f"5{numbers.THIN}% below", "5%点"): one.at(5.0), Text("Base case", "基本ケース"): one.base,
    }  # fmt: skip
    at = [float(values[-1]) / unit.factor for values in last.values()]
    names = [(name, unit.text(value, 2)) for name, value in zip(last, at, strict=True)]
    return parts.beside(names, at, axis, _HEIGHTS[slim], slim)


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
            part = numbers.share(share)
            low = numbers.fixed(float(np.nanmin(one.at(50.0))), 2)
            return Finding(f"{en} on {part} of the paths; the median never falls below {low}",
                           f"{ja}経路は{part}、中央値は{low}倍を下回らない")  # fmt: skip
    low = numbers.fixed(float(chances.exceeded["dscr_min"][-1]), 2)
    return Finding(
        f"Cover stays at {low} or more on 99{numbers.THIN}% of the paths", f"DSCRは99{numbers.THIN}%の経路で{low}倍以上"
    )


def _table(one: Any, unit: Money) -> Table:
    levels = (1.0, 5.0, 25.0, 50.0, 75.0, 95.0, 99.0)
    return Table.of(
        (Column(Text("Date", "日付")), map(str, one.dates)),
        (unit.column(Text("Base case", "基本ケース")), one.base / unit.factor),
        *(
            (unit.column(Text(f"{level:g}{numbers.THIN}% below", f"{level:g}%点")), one.at(level) / unit.factor)
            for level in levels
        ),
    )
