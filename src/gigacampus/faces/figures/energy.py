"""Energy by year, and load by duration."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from gigacampus.faces import numbers
from gigacampus.faces.figures import parts
from gigacampus.faces.figures.base import Column, Figure, Finding, Table, Text, figure
from gigacampus.faces.figures.concepts import COLOURS, SOURCES
from gigacampus.faces.figures.facts import Floats, by_year, delivered, full_year, hours_of, whole_years

if TYPE_CHECKING:
    from gigacampus.runs.pipeline import Run

PER = f"{numbers.THIN}%"


@figure("energy_by_year")
def energy_by_year(run: Run) -> Figure | None:
    """Energy at the campus's bus by source, stacked by calendar year."""
    if not run.campus.physical:
        return None
    power = delivered(run)
    years = [int(year) for year in run.timeline.years]
    energy = {kind: by_year(run, flow) for kind, flow in power.sources.items()}
    charge = by_year(run, power.charge)
    factor, unit = numbers.scale(float(sum(energy.values(), np.zeros(len(years))).max()), "MWh")
    energy, charge = {kind: values / factor for kind, values in energy.items()}, charge / factor
    top = float(sum(energy.values(), np.zeros(len(years))).max())
    axis = parts.upward(top, unit, -float(charge.max()) if charge.any() else 0.0)
    data = [_bars(kind, SOURCES[kind], years, values, unit) for kind, values in energy.items()]
    if charge.any():
        data.append(_bars("battery", Text("Charging", "充電"), years, -charge, unit))
    whole = np.flatnonzero(whole_years(run))
    last = int(whole[-1]) if len(whole) else len(years) - 1
    return Figure(
        id="energy_by_year",
        title=_shares(energy, unit),
        subtitle=_subtitle(run, years, unit),
        data=data,
        layout={
            "xaxis": parts.years(years[0], years[-1], 0.05),
            "yaxis": axis,
            "annotations": _ends(energy, last, axis, 340, False),
        },
        narrow={
            "layout": {
                "margin": {"r": parts.RIGHT_NARROW},
                "xaxis": parts.years(years[0], years[-1], 0.14, 8),
                "annotations": _ends(energy, last, axis, 320, True),
            }
        },
        table=_table(years, energy, charge, unit),
        aria=Text(
            "Stacked bars of energy by source and year, " + _life(energy, unit, "en") + ".",
            "電源別・年別の積み上げ棒グラフ。" + _life(energy, unit, "ja"),
        ),
        note=Text(
            "What reaches the campus's bus, after the grid's losses. Hourly dispatch, summed.",
            "系統損失を差し引いたキャンパス受電端。毎時の需給計算の合計。",
        ),
        stages=("supply",),
    )


def _bars(kind: str, name: Text, years: list[int], values: Floats, unit: str) -> dict[str, Any]:
    return {
        "type": "bar",
        "name": name,
        "x": years,
        "y": values,
        "marker": {"color": f"@{COLOURS[kind]}"},
        "hovertemplate": f"%{{y:,.3r}} {unit}",
        "meta": {"concept": kind},
    }


def _ends(energy: dict[str, Floats], last: int, axis: dict[str, Any], height: int, wrap: bool) -> list[dict[str, Any]]:
    """Labels beside the last whole year's bar: the middle of each part."""
    names, at, base = [], [], 0.0
    for kind, values in energy.items():
        value = float(values[last])
        names.append((SOURCES[kind], numbers.significant(value)))
        at.append(base + value / 2)
        base += value
    return parts.beside(names, at, axis, height, wrap)


def _shares(energy: dict[str, Floats], unit: str) -> Finding:
    total = sum(float(values.sum()) for values in energy.values())
    ranked = sorted(((float(values.sum()) / total, kind) for kind, values in energy.items()), reverse=True)
    share, kind = ranked[0]
    first = SOURCES[kind]
    if len(ranked) == 1:
        return Finding(f"{first.en} carries all of the {numbers.significant(total)}{numbers.THIN}{unit} of the life",
                       f"全期間の{numbers.significant(total)}{numbers.THIN}{unit}はすべて{first.ja}")  # fmt: skip
    rest = ", ".join(f"{SOURCES[k].en.lower()} {numbers.percent(s)}{PER}" for s, k in ranked[1:3])
    rest_ja = "、".join(f"{SOURCES[k].ja}が{numbers.percent(s)}{PER}" for s, k in ranked[1:3])
    return Finding(
        f"{first.en} carries {numbers.percent(share)}{PER} of the energy over the life; {rest}",
        f"全期間の電力量は{first.ja}が{numbers.percent(share)}{PER}、{rest_ja}",
    )


def _life(energy: dict[str, Floats], unit: str, language: str) -> str:
    sep = "、" if language == "ja" else ", "
    return sep.join(
        f"{SOURCES[k].of(language)} {numbers.significant(float(v.sum()))} {unit}" for k, v in energy.items()
    )


def _subtitle(run: Run, years: list[int], unit: str) -> Text:
    part = [year for year, whole in zip(years, whole_years(run), strict=True) if not whole]
    en = f"; {' and '.join(map(str, part))} in part" if part else ""
    ja = f"({'・'.join(map(str, part))}年は一部期間)" if part else ""
    return Text(f"Energy delivered to the campus by source, {unit} a year{en}", f"電源別の受電電力量、{unit}/年{ja}")


def _table(years: list[int], energy: dict[str, Floats], charge: Floats, unit: str) -> Table:
    columns = [Column(Text("Year", "年"))] + [Column(SOURCES[kind], unit, 3) for kind in energy]
    columns += [Column(Text("Charging", "充電"), unit, 3)] if charge.any() else []
    columns.append(Column(Text("Total", "合計"), unit, 3))
    rows = []
    for i, year in enumerate(years):
        values = [float(flow[i]) for flow in energy.values()] + ([-float(charge[i])] if charge.any() else [])
        rows.append((str(year), *values, sum(values)))
    return Table(tuple(columns), tuple(rows))


POINTS = 201


@figure("load_duration")
def load_duration(run: Run) -> Figure | None:
    """Load, and what is bought from the market, by the hours of a year in which they are reached."""
    if not run.campus.physical:
        return None
    year = full_year(run)
    span = hours_of(run, year)
    curves: dict[str, tuple[Text, str, Floats]] = {
        "load": (Text("Load", "負荷"), "ink", _sorted(run.supply.load[span]))
    }
    power = delivered(run)
    for kind, flow in power.sources.items() if len(power.sources) > 1 else ():
        curves[kind] = (SOURCES[kind], COLOURS[kind], _sorted(flow[span]))
    share = np.linspace(0, 100, POINTS)
    axis = parts.upward(float(curves["load"][2].max()), "MW")
    return Figure(
        id="load_duration",
        title=_steady(run.supply.load[span], float(run.supply.dispatch.unserved[span].sum()), year),
        subtitle=Text(
            f"Hourly power in {year}, each curve sorted from its highest hour to its lowest, MW",
            f"{year}年の毎時電力を大きい順に並べた曲線(電源ごとに並べ替え)、MW",
        ),
        data=[_curve(name, colour, share, values, key) for key, (name, colour, values) in curves.items()],
        layout={
            "xaxis": {"range": [-7, 100], "tickvals": [0, 25, 50, 75, 100], "ticktext": _hours(), "showspikes": True},
            "yaxis": axis,
            "annotations": _curve_ends(curves, axis, 340, False),
        },
        narrow={
            "layout": {
                "margin": {"r": parts.RIGHT_NARROW},
                "xaxis": {"range": [-22, 100], "tickvals": [0, 50, 100], "ticktext": _hours()[::2]},
                "annotations": _curve_ends(curves, axis, 320, True),
            }
        },
        table=_duration_table(share, curves),
        aria=Text(
            f"Load duration of {year}: highest {numbers.significant(float(run.supply.load[span].max()))} MW, "
            f"lowest {numbers.significant(float(run.supply.load[span].min()))} MW.",
            f"{year}年の持続曲線。最大{numbers.significant(float(run.supply.load[span].max()))} MW、"
            f"最小{numbers.significant(float(run.supply.load[span].min()))} MW",
        ),
        note=Text("Curves are sorted apart, so that they do not add up from top to bottom.", "曲線は個別に並べ替えたもので、縦に足し合わせることはできない。"),
        stages=("supply", "facility"),
    )  # fmt: skip


def _sorted(power: Floats) -> Floats:
    """A curve of `POINTS` places of the sorted hours, its ends the highest and the lowest hour."""
    places = np.linspace(0, len(power) - 1, POINTS).round().astype(int)
    found: Floats = np.sort(power)[::-1][places]
    return found


def _hours() -> list[Text]:
    return [Text(f"{k}{PER}", f"{k}{PER}") for k in (0, 25, 50, 75)] + [Text(f"100{PER} of hours", f"時間の100{PER}")]


def _curve(name: Text, colour: str, share: Floats, values: Floats, key: str) -> dict[str, Any]:
    return {
        "type": "scatter",
        "mode": "lines",
        "name": name,
        "x": share,
        "y": np.round(values, 1),
        "line": {"color": f"@{colour}", "width": 3 if key == "load" else 2.5},
        "hovertemplate": "%{y:,.4r} MW",
        "meta": {"concept": key},
    }


def _curve_ends(
    curves: dict[str, tuple[Text, str, Floats]], axis: dict[str, Any], height: int, wrap: bool
) -> list[Any]:
    """The load at its end; each source on its own curve, where it has fallen to a share of its highest hour."""
    name, _, values = curves["load"]
    ends = [(name, float(values[-1]))]
    found = []
    rest = [curve for key, curve in curves.items() if key != "load"]
    for i, (name, _, values) in enumerate(rest):
        level = float(values[0]) * (0.8 - 0.6 * i / max(len(rest) - 1, 1))
        place = int(np.searchsorted(-values, -level))
        if place < 0.85 * POINTS:
            found.append(parts.note(parts.named(name), 100 * place / (POINTS - 1), level, xref="x", yref="y", xshift=7, yanchor="middle",
                                    bgcolor="@paper/0.8"))  # fmt: skip
        else:
            ends.append((name, float(values[-1])))
    at = [value for _, value in ends]
    return found + parts.beside([(name, numbers.significant(value)) for name, value in ends], at, axis, height, wrap)


def _steady(load: Floats, unserved: float, year: int) -> Finding:
    factor = float(load.mean() / load.max())
    low, high = (numbers.significant(float(value)) for value in (load.min(), load.max()))
    if unserved > 0:
        lost = numbers.quantity(unserved, "MWh")
        return Finding(f"Between {low} and {high}{numbers.THIN}MW are served in {year}; {lost} are not",
                       f"{year}年に供給できる負荷は{low}〜{high}{numbers.THIN}MW、不足は{lost}")  # fmt: skip
    return Finding(
        f"Load stays between {low} and {high}{numbers.THIN}MW in {year}: a load factor of {numbers.percent(factor)}{PER}",
        f"{year}年の負荷は{low}〜{high}{numbers.THIN}MW、負荷率は{numbers.percent(factor)}{PER}",
    )


def _duration_table(share: Floats, curves: dict[str, tuple[Text, str, Floats]]) -> Table:
    columns = (
        Column(Text("Share of hours", "時間の割合"), "%", 0),
        *(Column(name, "MW", 1) for name, _, _ in curves.values()),
    )
    rows = tuple((f"{share[i]:.0f}", *(float(v[i]) for _, _, v in curves.values())) for i in range(0, POINTS, 10))
    return Table(columns, rows)
