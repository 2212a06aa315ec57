"""Carbon by year: scope 2 by every method beside scope 1, and what is embodied in what is built."""

from __future__ import annotations

import numpy as np

from gigacampus.faces import numbers
from gigacampus.faces.figures import kinds, parts
from gigacampus.faces.figures.base import Figure, Finding, Run, Text, figure, joined
from gigacampus.faces.figures.facts import last_whole, whole_years
from gigacampus.faces.figures.kinds import Series

_METHODS: dict[str, tuple[Text, str]] = {
    "scope2_location": (Text("Location-based", "ロケーション基準"), "ink"),
    "scope2_market_hourly": (Text("Contracts, hourly", "契約(毎時)"), "grid"),
    "scope2_market_no_certificates": (Text("No certificates", "証書なし"), "axis"),
    "scope2_market": (Text("Contracts, annual", "契約(年間)"), "act"),
    "scope1": (Text("Scope 1", "スコープ1"), "gas"),
}
_BUILT = {
    "it": (Text("Servers", "サーバー"), "ink2"),
    "building": (Text("Buildings", "建屋"), "axis"),
    "plants": (Text("Own plants", "自社電源"), "rule"),
}


@figure("campus")
def carbon_by_year(run: Run) -> Figure:
    """Scope 1, and scope 2 by location and by contract, by calendar year."""
    impact, years = run.impact, [int(year) for year in run.impact.years]
    factor, unit = numbers.scale(float(impact.scope2_location.max()), "t")
    left_out = {"scope1": not impact.scope1.any(), "scope2_market_no_certificates": not impact.certificates.any()}
    series = [Series(name, colour, getattr(impact, key) / factor, key)
              for key, (name, colour) in _METHODS.items() if not left_out.get(key)]  # fmt: skip
    whole = whole_years(run) if whole_years(run).sum() > 1 else np.ones(len(years), dtype=bool)
    axis = parts.upward(max(float(one.values.max()) for one in series), unit)
    x, hover = np.array(years)[whole], f"%{{y:,.3r}} {unit}"
    data = [parts.line(one.name, x, np.maximum(one.values[whole], 0.0), one.colour, hover) for one in series]
    scope1 = Text(" and scope 1", "とスコープ1") if not left_out["scope1"] else Text("")
    sums = joined(Text(f"{s.name.en.lower()} {_sum(s)} {unit}", f"{s.name.ja}{_sum(s)} {unit}") for s in series)
    return Figure(
        title=_finding(run, {one.key: one.total * factor for one in series}),
        subtitle=Text("Scope 2 by accounting method", "算定方法別のスコープ2") + scope1
        + Text(f", {unit} CO₂e a year, whole years", f"、{unit}-CO₂e/年、通年のみ"),
        **kinds.by_year(
            data, years, axis, lambda slim, height: kinds.beside(series, last_whole(run), axis, height, slim),
            (176, 132), (340, 340),
        ),
        table=kinds.table(years, series, unit),
        aria=Text(f"Lines by year; over the life {sums.en}.", f"年別の折れ線。全期間の合計は{sums.ja}"),
        note=Text(
            "GHG Protocol. Annual contracts count certificates; hourly matching follows the draft of 2025 and counts none.",
            "GHGプロトコル。年間の契約基準は証書を含む。毎時の照合は2025年改定案に従い、証書を含まない。",
        ),
        stages=("impact", "supply"),
    )  # fmt: skip


def _sum(one: Series) -> str:
    return numbers.significant(one.total) if one.total > 1e-6 else "0"


def _finding(run: Run, sums: dict[str, float]) -> Finding:
    annual, hourly, where = (sums[f"scope2_{what}"] for what in ("market", "market_hourly", "location"))
    bare = sums.get("scope2_market_no_certificates", 0.0)
    if run.impact.certificates.any() and annual < 0.5 * bare:
        left = "zero" if annual < 1.0 else numbers.quantity(annual, "t")
        return Finding(
            f"Certificates take scope 2 from {numbers.quantity(bare, 't')} to {left}; hour by hour it is {numbers.quantity(hourly, 't')}",
            f"証書によりスコープ2は{_tons(bare)}から{_tons(annual)}へ。毎時の照合では{_tons(hourly)}",
        )
    return Finding(
        f"Scope 2 is {numbers.quantity(where, 't')} over the life by location, {numbers.quantity(annual, 't')} by contract",
        f"全期間のスコープ2はロケーション基準で{_tons(where)}、契約基準で{_tons(annual)}",
    )


def _tons(tonnes: float) -> str:
    return "ゼロ" if tonnes < 1.0 else numbers.quantity_ja(tonnes, "t")


@figure("campus")
def embodied_by_year(run: Run) -> Figure | None:
    """Embodied carbon by the year in which things are built or bought again."""
    if not run.impact.embodied.any():
        return None
    years, bought = [int(year) for year in run.impact.years], run.impact.embodied_incurred
    factor, unit = numbers.scale(float(run.impact.embodied.max()), "t")
    series = [Series(*_BUILT[key], bought[key] / factor) for key in _BUILT if key in bought and bought[key].any()]
    whole, first = sum(one.total for one in series), max(series, key=lambda one: one.total)
    share, tonnes = numbers.share(first.total / whole), numbers.quantity(whole * factor, "t")
    return Figure(
        title=Finding(
            f"{first.name.en} make {share} of the {tonnes} embodied over the life",
            f"全期間の内包排出{_tons(whole * factor)}のうち{share}を{first.name.ja}が占める",
        ),
        subtitle=Text(
            f"Embodied carbon as incurred, {unit} CO₂e a year; labels: sum of the life",
            f"発生年ごとの内包排出、{unit}-CO₂e/年。ラベルは全期間の合計",
        ),
        **kinds.stack(years, series, unit, right=(140, 120), heights=(260, 260)),
        table=kinds.table(years, series, unit),
        aria=Text(f"Embodied carbon by year, {tonnes} in all.", f"年別の内包排出、合計{_tons(whole * factor)}"),
        note=Text("Servers are bought again at the end of their life.", "サーバーは耐用年数ごとに更新する。"),
        stages=("impact",),
    )  # fmt: skip
