"""Figures say what the run has: of each, numbers of its table and of its finding against KPIs and arrays of results.

One line a figure, in `figure_lines_campus` or `figure_lines_deal`. A figure without a line fails, and so does one that
its run does not draw, or of whose table a column of numbers could be wrong and no claim would break.
"""

from __future__ import annotations

import functools
import re
from dataclasses import replace
from typing import Any

import figure_lines_campus as campus
import figure_lines_deal as deal
import pytest
from figure_lines import Line, english
from pages import EXAMPLES, run

from gigacampus.campus.spec import read
from gigacampus.faces import figures
from gigacampus.faces.figures import Figure
from gigacampus.runs import inputs
from gigacampus.runs.pipeline import Run
from gigacampus.runs.verify.reading import changed

WHERE = {"covenants": "models/colocation", "as_published": "published", "what_does_not_close": "short"}
"""Runs that draw what Hyperion does not."""
DEALS = EXAMPLES.parent / "tests" / "deals"


def of(name: str) -> Run:
    """The run that a line is about: of an example, of a deal with published figures, or of one that lacks money."""
    if name == "published":
        return Run(inputs.read_spec(DEALS / "unseen_jv_escalator.yaml"))
    if name == "short":
        text = (DEALS / "small.yaml").read_text(encoding="utf-8").replace("up_to: 40 m", "up_to: 25 m")
        return Run(read(f"schema_version: 1\n{text}", "short.yaml"))
    return run(name)


def line_of(name: str) -> Line:
    """The function of a figure's name in one of the two files of lines."""
    found: Line = getattr(campus, name, None) or getattr(deal, name)
    return found


figures.load()


@pytest.mark.parametrize("name", sorted(figures.FIGURES))
def test_a_figure_tells_the_run(name: str) -> None:
    where, line = WHERE.get(name, "hyperion"), line_of(name)
    r = of(where)
    figure = figures.FIGURES[name](r)
    assert figure is not None, f"{where} does not draw it"
    claims = list(line(r, figure))
    assert claims
    for has, should in claims:
        assert agree(has, should), (has, should)
    loose = [english(c.name) for i, c in enumerate(figure.table.columns) if is_held(r, line, figure, i) is False]
    assert not loose, "held by no claim"


@functools.cache
def behind_the_meter() -> Run:
    """A campus with gas of its own, certificates and water that is used again."""
    return Run(changed(EXAMPLES / "minimal.yaml", {
        "life.end": "2029-12-31",
        "facility.water": {"recycling": "reverse-osmosis", "quality": "surface-municipal"},
        "supply": {"plants": {"gas": {"kind": "gas", "capacity": "40 MW"}}, "certificates": {"match": "50 %"}},
    }))  # fmt: skip


@pytest.mark.parametrize(
    ("name", "line"), [("carbon_by_year", campus.carbon_columns), ("water_balance", campus.water_volumes)]
)
def test_what_hyperion_has_none_of_is_shown_where_it_is(name: str, line: Line) -> None:
    r = behind_the_meter()
    assert all(some.any() for some in (r.impact.scope1, r.impact.certificates, r.facility.recycled))
    for has, should in line(r, figures.FIGURES[name](r)):
        assert agree(has, should), (has, should)


def agree(has: Any, should: Any) -> bool:
    if isinstance(has, str):
        return str(should) in has
    return has is should if has is None or should is None else bool(has == pytest.approx(should, rel=1e-6, abs=1e-9))


def is_held(r: Run, line: Line, f: Figure, place: int) -> bool | None:
    """Whether a claim breaks once a column's numbers are wrong; None where it has none.

    Numbers that are written, in columns that stand at the right, are wrong by a digit.
    """

    def wrong(cell: Any) -> Any:
        if isinstance(cell, (int, float)):
            return 1.01 * cell + 0.01
        if f.table.columns[place].right and re.search(r"\d", english(cell)):
            return re.sub(r"\d", lambda digit: str((int(digit[0]) + 1) % 10), english(cell))
        return cell

    rows = tuple((*row[:place], wrong(row[place]), *row[place + 1 :]) for row in f.table.rows)
    if rows == f.table.rows:
        return None
    try:
        claims = list(line(r, replace(f, table=replace(f.table, rows=rows))))
    except (AssertionError, ValueError, KeyError):
        return True
    return not all(agree(has, should) for has, should in claims)


def test_without_liquid_the_finding_has_the_least_supply_that_dry_coolers_hold() -> None:
    r = Run(
        changed(
            EXAMPLES / "minimal.yaml",
            {"facility": {"cooling": "air-cooled-chiller"}, "compute.server": {"liquid_share": "0 %"}},
        )
    )
    figure = figures.FIGURES["supply_hours"](r)
    assert figure is not None
    dry = dict(zip(r.design.supplies, r.design.hours["dry"], strict=True))
    supply = min((degrees for degrees, hours in dry.items() if hours == 0), default=max(dry))
    assert f"{supply:g} °C" in english(figure.title)
    assert f"{dry[supply]:,.0f} h" in english(figure.title)
