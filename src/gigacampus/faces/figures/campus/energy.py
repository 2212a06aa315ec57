"""Energy by year, and load by duration."""

from __future__ import annotations

from typing import Any

import numpy as np

from gigacampus.faces import numbers
from gigacampus.faces.figures import kinds, parts
from gigacampus.faces.figures.base import EMPTY, Column, Figure, Finding, Run, Table, Text, figure, joined
from gigacampus.faces.figures.concepts import COLOURS, SOURCES
from gigacampus.faces.figures.facts import (
    Floats,
    by_year,
    delivered,
    full_year,
    hours_of,
    last_whole,
    shares,
    whole_years,
)
from gigacampus.faces.figures.kinds import Series


@figure("campus")
def energy_by_year(run: Run) -> Figure:
    """Energy at the campus's bus by source, stacked by calendar year."""
    power, years = delivered(run), [int(year) for year in run.timeline.years]
    energy = {kind: by_year(run, flow) for kind, flow in power.sources.items()}
    factor, unit = numbers.scale(float(np.sum([*energy.values()], axis=0).max()), "MWh")
    series = [Series(SOURCES[kind], COLOURS[kind], values / factor, kind) for kind, values in energy.items()]
    charge = -by_year(run, power.charge) / factor
    charging = [Series(Text("Charging", "充電"), COLOURS["battery"], charge, "battery")] if charge.any() else []
    life = joined(one.name + f" {numbers.significant(one.total)} {unit}" for one in series)
    total = Series(Text("Total", "合計"), "", np.sum([one.values for one in (*series, *charging)], axis=0))
    return Figure(
        title=_shares(run),
        subtitle=_subtitle(run, years, unit),
        **kinds.stack(years, series, unit, last_whole(run), charging),
        table=kinds.table(years, [*series, *charging, total], unit),
        aria=Text(f"Stacked bars of energy by source and year, {life.en}.", f"電源別・年別の積み上げ棒グラフ。{life.ja}"),
        note=Text("What reaches the campus's bus, after the grid's losses. Hourly dispatch, summed.",
                  "系統損失を差し引いたキャンパス受電端。毎時の需給計算の合計。") + (_CREDITED if power.charge.any() else EMPTY),
        stages=("supply",),
    )  # fmt: skip


_CREDITED = Text(" Shares are of the load: what a battery gives back counts for the plants that charged it.",
                 "割合は負荷に対するもので、蓄電池の放電は充電した電源に数える。")  # fmt: skip


def _shares(run: Run) -> Finding:
    load = numbers.quantity(float(run.supply.load.sum()), "MWh")
    found = [(SOURCES[kind], numbers.share(part)) for kind, part in shares(run).items()]
    if not found:
        return Finding("Nothing is served over the life", "全期間を通じて供給はない")
    (first, share), *rest = found
    if not rest:
        return Finding(f"{first.en} carries all of the {load} of the life", f"全期間の{load}はすべて{first.ja}")
    said = joined(Text(f"{name.en.lower()} {part}", f"{name.ja}が{part}") for name, part in rest[:2])
    return Finding(
        f"{first.en} carries {share} of the load over the life; {said.en}",
        f"全期間の負荷は{first.ja}が{share}、{said.ja}",
    )


def _subtitle(run: Run, years: list[int], unit: str) -> Text:
    part = [str(year) for year, whole in zip(years, whole_years(run), strict=True) if not whole]
    said = Text(f"; {' and '.join(part)} in part", f"({'・'.join(part)}年は一部期間)") if part else Text("")
    return Text(f"Energy delivered to the campus by source, {unit} a year", f"電源別の受電電力量、{unit}/年") + said


POINTS = 201


@figure("campus")
def load_duration(run: Run) -> Figure:
    """Load, and what is bought from the market, by the hours of a year in which they are reached."""
    year, power = full_year(run), delivered(run)
    span, share = hours_of(run, year), np.linspace(0, 100, POINTS)
    load = run.supply.load[span]
    curves = [Series(Text("Load", "負荷"), "ink", _sorted(load), "load")]
    for kind, flow in power.sources.items() if len(power.sources) > 1 else ():
        curves.append(Series(SOURCES[kind], COLOURS[kind], _sorted(flow[span]), kind))
    axis = parts.upward(max(float(one.values[0]) for one in curves), "MW")
    high, low = (numbers.significant(float(value)) for value in (load.max(), load.min()))

    def layout(slim: bool) -> dict[str, Any]:
        ticks = [0, 50, 100] if slim else [0, 25, 50, 75, 100]
        texts = [
            *(f"{k}{numbers.THIN}%" for k in ticks[:-1]),
            Text(f"100{numbers.THIN}% of hours", f"時間の100{numbers.THIN}%"),
        ]
        return {"xaxis": {"range": [-22 if slim else -7, 100], "tickvals": ticks, "ticktext": texts, "showspikes": True},
                "yaxis": axis, "annotations": _ends(curves, axis, 320 if slim else 340, slim)}  # fmt: skip

    data = [
        parts.line(one.name, share, np.round(one.values, 1), one.colour, "%{y:,.4r} MW", {"width": 3 if one.key == "load" else 2.5})
        for one in curves
    ]  # fmt: skip
    tenths = slice(0, POINTS, 10)
    return Figure(
        title=_steady(load, float(run.supply.dispatch.unserved[span].sum()), year),
        subtitle=Text(
            f"Hourly power in {year}, each curve sorted from its highest hour to its lowest, MW",
            f"{year}年の毎時電力を大きい順に並べた曲線(電源ごとに並べ替え)、MW",
        ),
        **parts.drawn(data, layout, 340, 320),
        table=Table.of((Column(Text("Share of hours", "時間の割合"), "%", 0), [f"{place:.0f}" for place in share[tenths]]),
                       *((Column(one.name, "MW", 1), one.values[tenths]) for one in curves)),
        aria=Text(f"Load duration of {year}: highest {high} MW, lowest {low} MW.", f"{year}年の持続曲線。最大{high} MW、最小{low} MW"),
        note=Text("Curves are sorted apart, so that they do not add up from top to bottom.", "曲線は個別に並べ替えたもので、縦に足し合わせることはできない。"),
        stages=("supply", "facility"),
    )  # fmt: skip


def _sorted(power: Floats) -> Floats:
    """A curve of `POINTS` places of the sorted hours, its ends the highest and the lowest hour."""
    places = np.linspace(0, len(power) - 1, POINTS).round().astype(int)
    found: Floats = np.sort(power)[::-1][places]
    return found


def _ends(curves: list[Series], axis: dict[str, Any], height: int, slim: bool) -> list[Any]:
    """The load at its end; each source on its own curve, where it has fallen to a share of its highest hour."""
    load, *rest = curves
    found, ends = [], [load]
    for i, one in enumerate(rest):
        level = float(one.values[0]) * (0.8 - 0.6 * i / max(len(rest) - 1, 1))
        place = int(np.searchsorted(-one.values, -level))
        if place < 0.85 * POINTS:
            found.append(
                parts.at(parts.named(one.name), 100 * place / (POINTS - 1), level, xshift=7, bgcolor="@paper/0.8")
            )
        else:
            ends.append(one)
    last = [float(one.values[-1]) for one in ends]
    names = [(one.name, numbers.significant(value)) for one, value in zip(ends, last, strict=True)]
    return found + parts.beside(names, last, axis, height, slim)


def _steady(load: Floats, unserved: float, year: int) -> Finding:
    low, high = (numbers.significant(float(value)) for value in (load.min(), load.max()))
    if unserved > 0:
        lost = numbers.quantity(unserved, "MWh")
        return Finding(f"Between {low} and {high}{numbers.THIN}MW are served in {year}; {lost} are not",
                       f"{year}年に供給できる負荷は{low}〜{high}{numbers.THIN}MW、不足は{lost}")  # fmt: skip
    factor = numbers.share(float(load.mean() / load.max()))
    return Finding(f"Load stays between {low} and {high}{numbers.THIN}MW in {year}: a load factor of {factor}",
                   f"{year}年の負荷は{low}〜{high}{numbers.THIN}MW、負荷率は{factor}")  # fmt: skip
