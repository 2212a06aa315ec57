"""Figures: findings from the data, flows that balance, tables that say what is drawn."""

from __future__ import annotations

import json

import numpy as np
import pytest
from pages import run

from gigacampus.faces import figures
from gigacampus.faces.figures import Figure, energy_flow, explorer, look, money_flow, sankey
from gigacampus.faces.figures.text import plain

NAMES = ("hyperion", "abilene", "minimal", "deal")


def made(name: str) -> list[Figure]:
    """Every figure of a run."""
    return list(figures.draw(run(name)))


@pytest.mark.parametrize("name", NAMES)
def test_each_figure_says_what_it_shows_in_both_languages(name: str) -> None:
    for figure in made(name):
        assert 10 <= len(figure.title.en) <= 100, figure.title.en
        assert figure.title.ja, figure.id
        assert len(figure.title.ja) <= 70, figure.title.ja
        assert figure.subtitle.ja, figure.id
        assert figure.aria.en, figure.id
        assert "nan" not in (figure.title.en + figure.subtitle.en + figure.aria.en).lower().split()


@pytest.mark.parametrize("name", NAMES)
def test_each_figure_is_plain_and_has_its_table(name: str) -> None:
    for figure in made(name):
        json.dumps(plain({"data": figure.data, "layout": figure.layout, "narrow": figure.narrow}), allow_nan=False)
        assert figure.table.rows, figure.id
        assert all(len(row) == len(figure.table.columns) for row in figure.table.rows), figure.id
        assert figure.stages, figure.id


def test_a_deal_alone_has_no_energy_and_a_campus_without_a_deal_no_money() -> None:
    assert {figure.id for figure in made("deal")} >= {"debt_and_cover", "sources_and_uses", "who_gets_what"}
    assert not {figure.id for figure in made("deal")} & {"energy_sankey", "explorer", "carbon_by_year"}
    assert not {figure.id for figure in made("minimal")} & {"debt_and_cover", "money_sankey", "guarantee_by_year"}


@pytest.mark.parametrize("name", ["hyperion", "abilene", "minimal"])
def test_energy_in_is_energy_out_at_every_node(name: str) -> None:
    for year in run(name).timeline.years:
        flows = energy_flow.flows(run(name), int(year))
        into, out = energy_flow.ends(flows)
        assert into == pytest.approx(out, rel=1e-9)
        assert energy_flow.balances(flows) <= 1e-9


@pytest.mark.parametrize("name", ["hyperion", "abilene"])
def test_money_in_is_money_out_at_every_node(name: str) -> None:
    flows = money_flow.graph(run(name))
    assert flows
    assert energy_flow.balances(flows) <= 1e-9
    into, out = energy_flow.ends(flows)
    assert into == pytest.approx(out, rel=1e-9)
    payments = sum(float(run(name).finance.row(f.row).sum()) for f in run(name).finance.flows) / 1e9
    assert sum(v for (_, e), v in flows.items() if e[0] == ">") <= payments


def test_energy_by_year_is_the_energy_delivered() -> None:
    figure = next(f for f in made("hyperion") if f.id == "energy_by_year")
    total = sum(row[-1] for row in figure.table.rows) * 1e6
    assert total == pytest.approx(float(run("hyperion").facility.load.sum()), rel=1e-9)


def test_sankey_nodes_stand_where_plotly_puts_them() -> None:
    """Columns fit the height, and no node is nearer to its neighbour than the gap."""
    nodes = {
        k: sankey.Node(figures.Text(k), "gas", c) for k, c in {"a": 0.0, "b": 0.0, "m": 0.5, "x": 1.0, "y": 1.0}.items()
    }
    links = [
        sankey.Link(s, e, v, "gas") for s, e, v in (("a", "m", 3.0), ("b", "m", 1.0), ("m", "x", 2.5), ("m", "y", 1.5))
    ]
    unit, size = sankey.scale(nodes, links, 400, 30), sankey.through(nodes, links)
    y = sankey.centres(nodes, links, 400, 30, [["a", "b"], ["m"], ["x", "y"]])
    assert unit == pytest.approx((400 - 30) / 4)
    assert y["b"] - y["a"] == pytest.approx(30 + (size["a"] + size["b"]) * unit / 2)
    assert sankey.padding(nodes, links, 400, unit) == pytest.approx(30)


def test_buckets_keep_lowest_and_highest_hours() -> None:
    values = np.random.default_rng(1).normal(100.0, 20.0, 1003)
    mean, low, high = explorer.buckets(values, 6)
    assert len(mean) == 168
    assert low.min() == values.min()
    assert high.max() == values.max()
    sizes = np.diff(np.append(np.arange(0, 1003, 6), 1003))
    assert float((mean * sizes).sum()) == pytest.approx(values.sum())


def test_packed_values_are_right_to_half_a_step() -> None:
    values = np.linspace(0, 1300, 500)
    assert np.abs(explorer.pack(values, 0.1) * 0.1 - values).max() <= 0.0501
    assert explorer.pack(np.array([1e9]), 0.1).dtype == np.float32


def test_a_notebook_gets_a_plotly_figure_with_the_finding_as_title() -> None:
    plot = figures.Plot(run("minimal"))
    figure = plot.energy_by_year()
    made_here = next(f for f in made("minimal") if f.id == "energy_by_year")
    assert made_here.title.en in figure.layout.title.text
    assert figure.data[0].marker.color == look.LIGHT["grid"]
    assert plot.debt_and_cover() is None
    assert next(iter(plot.table("energy_by_year").columns)) == "Year"
    with pytest.raises(AttributeError, match="energy_sankey"):
        plot.nothing  # noqa: B018


def test_a_table_figure_says_every_leg_in_both_languages() -> None:
    legs = next(f for f in made("hyperion") if f.id == "off_the_balance_sheet")
    assert legs.listed
    rows = {row[0].en: row for row in legs.table.rows}
    value = rows["Value of rents and guarantee over fair value"]
    assert value[2].en.startswith("112")
    assert "(11.07 + 21.12) / 28.79" in value[5].en
    assert "(11.07 + 21.12) / 28.79" in value[5].ja
    assert all(cell.ja for row in legs.table.rows for cell in row if isinstance(cell, figures.Text) and row[1] is None)
    assert {f.id for f in made("hyperion") if f.listed} == {"off_the_balance_sheet", "balance_sheets"}


def test_balance_sheets_of_the_report_balance() -> None:
    sheets = next(f for f in made("hyperion") if f.id == "balance_sheets")
    sides = {row[0].en: np.array(row[1:], float) for row in sheets.table.rows}
    assert sides["Assets"] == pytest.approx(sides["Liabilities and equity"], rel=1e-9)
    assert "balance_sheets" not in {f.id for f in made("deal")}
