"""Carbon by year: scope 2 by every method beside scope 1, and what is embodied in what is built."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from gigacampus.faces import numbers
from gigacampus.faces.figures import parts
from gigacampus.faces.figures.base import Column, Figure, Finding, Table, Text, figure
from gigacampus.faces.figures.facts import Floats, whole_years

if TYPE_CHECKING:
    from gigacampus.runs.pipeline import Run

_METHODS: dict[str, tuple[Text, str, str]] = {
    "scope2_location": (Text("Location-based", "ロケーション基準"), "ink", "solid"),
    "scope2_market_hourly": (Text("Contracts, hourly", "契約(毎時)"), "grid", "solid"),
    "scope2_market_no_certificates": (Text("No certificates", "証書なし"), "axis", "solid"),
    "scope2_market": (Text("Contracts, annual", "契約(年間)"), "act", "solid"),
    "scope1": (Text("Scope 1", "スコープ1"), "gas", "solid"),
}


@figure("carbon_by_year")
def carbon_by_year(run: Run) -> Figure | None:
    """Scope 1, and scope 2 by location and by contract, by calendar year."""
    if not run.campus.physical:
        return None
    years = [int(year) for year in run.impact.years]
    factor, unit = numbers.scale(float(run.impact.scope2_location.max()), "t")
    lines = {key: getattr(run.impact, key) / factor for key in _METHODS}
    none_bought = not run.impact.certificates.any()
    lines = {
        key: values
        for key, values in lines.items()
        if (key != "scope1" or values.any()) and not (none_bought and key == "scope2_market_no_certificates")
    }
    axis = parts.upward(max(float(values.max()) for values in lines.values()), unit)
    last = int(np.flatnonzero(whole_years(run))[-1]) if whole_years(run).any() else len(years) - 1
    whole = whole_years(run) if whole_years(run).sum() > 1 else np.ones(len(years), dtype=bool)
    shown = [year for year, is_whole in zip(years, whole, strict=True) if is_whole]
    data = [_line(key, shown, values[whole], unit) for key, values in lines.items()]
    return Figure(
        id="carbon_by_year",
        title=_finding(run, {key: float(values.sum()) * factor for key, values in lines.items()}),
        subtitle=Text(
            "Scope 2 by accounting method"
            + (" and scope 1" if "scope1" in lines else "")
            + f", {unit} CO₂e a year, whole years",
            "算定方法別のスコープ2" + ("とスコープ1" if "scope1" in lines else "") + f"、{unit}-CO₂e/年、通年のみ",
        ),
        data=data,
        layout={
            "margin": {"r": 176},
            "xaxis": parts.years(years[0], years[-1], 0.05),
            "yaxis": axis,
            "annotations": _ends(lines, last, axis, 340, False),
        },
        narrow={
            "layout": {
                "margin": {"r": 132},
                "xaxis": parts.years(years[0], years[-1], 0.18, 8),
                "annotations": _ends(lines, last, axis, 340, True),
            }
        },
        narrow_height=340,
        table=_table(years, lines, unit),
        aria=Text(
            "Lines by year; over the life "
            + ", ".join(f"{_METHODS[k][0].en.lower()} {_sum(v)} {unit}" for k, v in lines.items())
            + ".",
            "年別の折れ線。全期間の合計は"
            + "、".join(f"{_METHODS[k][0].ja}{_sum(v)} {unit}" for k, v in lines.items()),
        ),
        note=Text(
            "GHG Protocol. Annual contracts count certificates; hourly matching follows the draft of 2025 and counts none.",
            "GHGプロトコル。年間の契約基準は証書を含む。毎時の照合は2025年改定案に従い、証書を含まない。",
        ),
        stages=("impact", "supply"),
    )


def _sum(values: Floats) -> str:
    return numbers.significant(float(values.sum())) if float(values.sum()) > 1e-6 else "0"


def _line(key: str, years: list[int], values: Floats, unit: str) -> dict[str, Any]:
    name, colour, dash = _METHODS[key]
    return {
        "type": "scatter", "mode": "lines", "name": name, "x": years, "y": np.maximum(values, 0.0),
        "line": {"color": f"@{colour}", "dash": dash},
        "hovertemplate": f"%{{y:,.3r}} {unit}", "meta": {"concept": key},
    }  # fmt: skip


def _ends(lines: dict[str, Floats], last: int, axis: dict[str, Any], height: int, wrap: bool) -> list[dict[str, Any]]:
    names = [
        (_METHODS[key][0], numbers.significant(float(v[last])) if v[last] > 5e-4 else "0") for key, v in lines.items()
    ]
    return parts.beside(names, [max(float(v[last]), 0.0) for v in lines.values()], axis, height, wrap)


def _finding(run: Run, sums: dict[str, float]) -> Finding:
    annual, bare, hourly = (
        sums["scope2_market"],
        sums.get("scope2_market_no_certificates", 0.0),
        sums["scope2_market_hourly"],
    )
    if float(run.impact.certificates.sum()) > 0 and annual < 0.5 * bare:
        left = "zero" if annual < 1.0 else numbers.quantity(annual, "t")
        return Finding(
            f"Certificates take scope 2 from {numbers.quantity(bare, 't')} to {left}; hour by hour it is "
            f"{numbers.quantity(hourly, 't')}",
            f"証書によりスコープ2は{_tons(bare)}から{_tons(annual)}へ。毎時の照合では{_tons(hourly)}",
        )
    where = sums["scope2_location"]
    return Finding(
        f"Scope 2 is {numbers.quantity(where, 't')} over the life by location, {numbers.quantity(annual, 't')} by contract",
        f"全期間のスコープ2はロケーション基準で{_tons(where)}、契約基準で{_tons(annual)}",
    )


def _tons(tonnes: float) -> str:
    return "ゼロ" if tonnes < 1.0 else numbers.quantity_ja(tonnes, "t")


def _table(years: list[int], lines: dict[str, Floats], unit: str) -> Table:
    columns = (Column(Text("Year", "年")), *(Column(_METHODS[key][0], unit, 3) for key in lines))
    return Table(columns, tuple((str(year), *(float(v[i]) for v in lines.values())) for i, year in enumerate(years)))


_BUILT = {
    "it": (Text("Servers", "サーバー"), "ink2"),
    "building": (Text("Buildings", "建屋"), "axis"),
    "plants": (Text("Own plants", "自社電源"), "rule"),
}


@figure("embodied_by_year")
def embodied_by_year(run: Run) -> Figure | None:
    """Embodied carbon by the year in which things are built or bought again."""
    if not run.campus.physical or not run.impact.embodied.any():
        return None
    years = [int(year) for year in run.impact.years]
    factor, unit = numbers.scale(float(run.impact.embodied.max()), "t")
    built = {
        key: run.impact.embodied_incurred[key] / factor
        for key in _BUILT
        if run.impact.embodied_incurred.get(key, np.zeros(1)).any()
    }
    total = float(sum(values.sum() for values in built.values()))
    first = max(built, key=lambda key: float(built[key].sum()))
    share = numbers.percent(float(built[first].sum()) / total)
    return Figure(
        id="embodied_by_year",
        title=Finding(
            f"{_BUILT[first][0].en} make {share}{numbers.THIN}% of the {numbers.quantity(total * factor, 't')} embodied over the life",
            f"全期間の内包排出{_tons(total * factor)}のうち{share}{numbers.THIN}%を{_BUILT[first][0].ja}が占める",
        ),
        subtitle=Text(
            f"Embodied carbon as incurred, {unit} CO₂e a year; labels: sum of the life",
            f"発生年ごとの内包排出、{unit}-CO₂e/年。ラベルは全期間の合計",
        ),
        **_bars(years, built, unit),
        height=260,
        narrow_height=260,
        table=Table(
            (Column(Text("Year", "年")), *(Column(_BUILT[key][0], unit, 3) for key in built)),
            tuple((str(year), *(float(v[i]) for v in built.values())) for i, year in enumerate(years)),
        ),
        aria=Text(f"Embodied carbon by year, {numbers.quantity(total * factor, 't')} in all.",
                  f"年別の内包排出、合計{_tons(total * factor)}"),
        note=Text("Servers are bought again at the end of their life.", "サーバーは耐用年数ごとに更新する。"),
        stages=("impact",),
    )  # fmt: skip


def _bars(years: list[int], built: dict[str, Floats], unit: str) -> dict[str, Any]:
    """What is built in each year, stacked, with its sum over the life beside it."""

    def ends(size: int) -> list[dict[str, Any]]:
        return [
            parts.note(parts.keyed(_BUILT[key][0], numbers.significant(float(values.sum())), _BUILT[key][1]), 1.0, 1.0,
                       xshift=8, yanchor="top", yshift=-20 * i, font={"size": size})
            for i, (key, values) in enumerate(built.items())
        ]  # fmt: skip

    axis = parts.upward(float(sum(built.values(), np.zeros(len(years))).max()), unit)
    return {
        "data": [
            {"type": "bar", "name": _BUILT[key][0], "x": years, "y": values, "marker": {"color": f"@{_BUILT[key][1]}"},
             "hovertemplate": f"%{{y:,.3r}} {unit}"}
            for key, values in built.items()
        ],
        "layout": {"margin": {"r": 140}, "xaxis": parts.years(years[0], years[-1], 0.05), "yaxis": axis, "annotations": ends(13)},
        "narrow": {"layout": {"margin": {"r": 120}, "xaxis": parts.years(years[0], years[-1], 0.16, 8), "annotations": ends(12)}},
    }  # fmt: skip
