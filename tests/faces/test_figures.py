"""Figures: findings from the data, flows that balance, tables that say what is drawn."""

from __future__ import annotations

import functools
import json
import re

import numpy as np
import pytest
from pages import DEAL, EXAMPLES, run

from gigacampus.campus.spec import read
from gigacampus.faces import figures
from gigacampus.faces.figures import Figure, kinds, look, parts, sankey
from gigacampus.faces.figures.base import FIGURES, PLOTTED, Cell, Column, Mark, Table
from gigacampus.faces.figures.campus import costs, energy_flow, explorer
from gigacampus.faces.figures.deal import money_flow
from gigacampus.faces.figures.deal.varied import cause, short
from gigacampus.faces.figures.money import money_of
from gigacampus.faces.figures.text import plain
from gigacampus.runs.pipeline import Run

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
        assert figure.listed or figure.aria.ja, figure.id
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


def unbalanced(found: dict[tuple[str, str], float]) -> float:
    """Largest gap between what enters and what leaves any node that has both, over what enters the figure."""
    gaps = [0.0]
    for node in {start for start, _ in found} & {end for _, end in found}:
        into = sum(value for (_, end), value in found.items() if end == node)
        gaps.append(abs(into - sum(value for (start, _), value in found.items() if start == node)))
    return max(gaps) / sankey.ends(found)[0]


@pytest.mark.parametrize("name", ["hyperion", "abilene", "minimal"])
def test_energy_in_is_energy_out_at_every_node(name: str) -> None:
    for year in run(name).timeline.years:
        flows = energy_flow.flows(run(name), int(year))
        into, out = sankey.ends(flows)
        assert into == pytest.approx(out, rel=1e-9)
        assert unbalanced(flows) <= 1e-9


@pytest.mark.parametrize("name", ["hyperion", "abilene"])
def test_money_in_is_money_out_at_every_node(name: str) -> None:
    flows = money_flow.graph(run(name))
    assert flows
    assert unbalanced(flows) <= 1e-9
    into, out = sankey.ends(flows)
    assert into == pytest.approx(out, rel=1e-9)
    payments = sum(float(run(name).finance.row(f.row).sum()) for f in run(name).finance.flows) / 1e9
    assert sum(v for (_, e), v in flows.items() if e[0] == ">") <= payments


@pytest.mark.parametrize("name", ["hyperion", "abilene", "minimal"])
def test_the_items_of_power_s_cost_add_up(name: str) -> None:
    made = costs.power_costs(run(name))
    assert made is not None
    *items, total = made.table.rows
    for column in (1, 2):
        assert sum(row[column] for row in items) == pytest.approx(total[column], rel=1e-12)
    assert total[1] == run(name).kpi["supply.cost_per_mwh"].value
    assert bool(made.note) == (name == "abilene"), "own plants' capital has no payer in the deal's bill"


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
    assert {f.id for f in made("hyperion") if f.listed} == {
        "term_sheet", "annual_cash", "two_way", "off_the_balance_sheet", "balance_sheets", "power_chain", "design_days",
        "plant_sizes", "approach_chain", "supply_hours", "swing_limits", "power_costs", "as_published",
    }  # fmt: skip


@pytest.mark.parametrize("name", ["hyperion", "abilene", "minimal"])
def test_the_bars_of_pue_by_load_are_pue(name: str) -> None:
    figure = next(f for f in made(name) if f.id == "pue_by_load")
    pue = [row[1] for row in figure.table.rows[:5]]
    assert 1 + np.sum([bar["y"] for bar in figure.data], axis=0) == pytest.approx(pue, rel=1e-12)
    one = run(name)
    years = [row for row in figure.table.rows[6:] if row[1] is not None]
    assert len(years) == len(one.timeline.years)
    assert min(row[1] for row in years) <= one.facility.pue <= max(row[1] for row in years)


def test_the_power_chain_says_what_it_strands() -> None:
    table = next(f for f in made("hyperion") if f.id == "power_chain").table
    assert [row[0].en for row in table.rows] == [
        "Substation transformer",
        "Medium voltage",
        "Unit transformer",
        "UPS or rectifier",
        "PDU or busway",
        "Rack supplies",
    ]
    for row in table.rows:
        assert row[2] == pytest.approx(row[3] + row[4])
        assert row[5] <= row[6] <= 100


def test_balance_sheets_of_the_report_balance() -> None:
    sheets = next(f for f in made("hyperion") if f.id == "balance_sheets")
    sides = {row[0].en: np.array(row[1:], float) for row in sheets.table.rows}
    assert sides["Assets"] == pytest.approx(sides["Liabilities and equity"], rel=1e-9)
    assert "balance_sheets" not in {f.id for f in made("deal")}


@functools.cache
def varied() -> dict[str, Figure]:
    """Figures of a deal with covenants, of which much is varied."""
    promises = "Vehicle: {covenants: {lock_up: 1.20, default: 1.05}, owners"
    assert "Vehicle: {owners" in DEAL
    block = """  sensitivity:
    vary: {rent: {low: x 0.9, high: x 1.1}, construction.*.overrun: {high: 10 %}, loans.loan.coupon: {low: minus 50 bp}}
    two_way:
      rows: {of: rent, values: [x 0.8, x 0.9, x 1]}
      columns: {of: loans.loan.coupon, values: [plus 0 bp, plus 100 bp]}
    paths: {count: 60, draws: {rent: {kind: normal, low: x 0.85, high: x 1.05}}}
promises:"""
    text = DEAL.replace("Vehicle: {owners", promises).replace("promises:", block)
    return {figure.id: figure for figure in figures.draw(Run(read(text, "deal.yaml"), store=False))}


def test_a_tornado_starts_at_the_base_and_ends_at_the_cases() -> None:
    found = varied()["tornado"]
    cover = {(str(row[0].en), row[1].en if row[1] else ""): row[2] for row in found.table.rows}
    low, high = (trace for trace in found.data if trace["xaxis"] == "x")
    assert low["base"] == cover["Base case", ""]
    ends = {round(base + x, 9) for trace in (low, high) for base, x in [(trace["base"], x) for x in trace["x"]]}
    assert ends >= {round(value, 9) for value in cover.values()}
    swings = [abs(a - b) for a, b in zip(low["x"], high["x"], strict=True)]
    assert swings == sorted(swings, reverse=True)
    assert found.title.en.startswith("Rent 10")


def test_a_two_way_table_marks_what_is_below_a_level_by_mark_and_word() -> None:
    table = varied()["two_way"].table
    signs = {(cell.sign, cell.en.split(" ")[-1]) for row in table.rows for cell in row[1:] if isinstance(cell, Mark)}
    assert {("cross", "default"), ("triangle", "lock-up")} <= signs | {("cross", "default")}
    for row in table.rows:
        for cell in row[1:]:
            value = float((cell.en if isinstance(cell, Mark) else cell).split(" ")[0])
            assert isinstance(cell, Mark) == (value < 1.20)


def test_a_fan_has_its_bands_around_its_median() -> None:
    found = varied()["fan"]
    low, high, inner_low, inner_high, base, median = (np.asarray(trace["y"]) for trace in found.data)
    assert np.all(low <= inner_low)
    assert np.all(inner_low <= median)
    assert np.all(median <= inner_high)
    assert np.all(inner_high <= high)
    assert len(base) == len(found.table.rows)


def test_changes_read_as_a_reader_says_them() -> None:
    said = {
        "x 0.9": "\u221210\u202f%",
        "plus 50 bp": "+50\u202fbp",
        "minus 2 %": "\u22122\u202f%",
        "6 months": "6\u202fmonths",
    }
    assert {written: short(written).en for written in said} == said
    assert short("plus 0 %").en == short("x 1").en == "base"
    assert cause("rent", "x 0.9").en == "Rent 10\u202f% lower"
    assert cause("delay", "6 months").en == "A delay of 6\u202fmonths"
    assert cause("construction.works.overrun", "15 %").en == "Works cost overrun at 15\u202f%"
    assert cause("benchmarks.SOFR", "plus 150 bp").ja == "SOFRが150\u202fbp上がると"


_SMALLER = {"bn USD": "m USD", "m USD": "k USD"}

OWNED = """
deal:
  close: 2026-01-31
  entities: {Tenant: , Owner: , Vehicle: {owners: {Owner: 100 %}, funding: [{source: owners}]}}
  construction: {works: {payer: Vehicle, amount: 5 bn USD}}
  leases: {lease: {landlord: Vehicle, tenant: Tenant, start: close, term: 10 years, rent: 750 m USD}}
  sensitivity: {paths: {count: 50, draws: {rent: {kind: normal, low: x 0.9, high: x 1.1}}}}
"""
"""A deal without debt, whose fan is of distributions."""


def indebted() -> str:
    """An example's deal with an amount in its tornado; without energy, whose prices would not be scaled."""
    text = (EXAMPLES / "hyperion.yaml").read_text(encoding="utf-8")
    deal = text[text.index("\ndeal:") : text.index("\npromises:")]
    deal, dropped = re.subn(r"  services:\n    electricity:\n(?:      .*\n)+|      energy cost: .*\n", "", deal)
    assert dropped == 2
    return deal.replace("figures: [dscr_min,", "figures: [dscr_min, rent_total,")


@functools.cache
def sized(name: str) -> list[dict[str, Figure]]:
    """Figures of a deal in billions, and of the same deal at a thousandth."""
    large = "schema_version: 1\nname: Sized" + {"owned": lambda: OWNED, "indebted": indebted}[name]()
    small = re.sub(r"\b(?:bn|m) USD", lambda found: _SMALLER[found[0]], large)
    runs = (Run(read(text, "deal.yaml"), store=False) for text in (large, small))
    return [{figure.id: figure for figure in figures.draw(run)} for run in runs]


def said(row: tuple[Cell, ...]) -> list[str]:
    """The texts of a row without the units of their amounts."""
    return [re.sub("bn USD|m USD|\u202fbn", "\u202fm", getattr(cell, "en", "")) for cell in row]


@pytest.mark.parametrize("name", ["owned", "indebted"])
def test_a_deal_at_a_thousandth_has_the_same_numbers_in_millions(name: str) -> None:
    large, small = sized(name)
    assert set(large) == set(small) >= {"money_sankey", "tornado", "fan"}
    for key, figure in large.items():
        one, two = figure.table, small[key].table
        assert [c.unit for c in two.columns] == [{"bn USD": "m USD"}.get(c.unit, c.unit) for c in one.columns], key
        for row, twin in zip(sorted(one.rows, key=said), sorted(two.rows, key=said), strict=True):
            assert said(twin) == said(row), key
            numbers, others = ([cell for cell in cells if isinstance(cell, float)] for cells in (row, twin))
            assert others == pytest.approx(numbers, rel=1e-7, abs=1e-9), (key, row)


@pytest.mark.parametrize("name", ["owned", "indebted"])
def test_no_figure_of_a_deal_in_millions_says_billions(name: str) -> None:
    for figure in sized(name)[1].values():
        assert not re.search("bn|10億", str(figure)), figure.id


@pytest.mark.parametrize(("name", "unit"), [("hyperion", "bn USD"), ("abilene", "bn USD"), ("deal", "m USD")])
def test_a_deal_has_one_unit_of_money(name: str, unit: str) -> None:
    assert money_of(run(name)).unit == unit
    units = {column.unit for figure in made(name) for column in figure.table.columns}
    assert units & {"bn USD", "m USD", "USD"} == {unit}


@pytest.mark.parametrize("name", ["hyperion", "models/colocation"])
def test_a_notebook_offers_what_plotly_draws_and_nothing_else(name: str) -> None:
    plot = figures.Plot(run(name))
    for offered in dir(plot):
        getattr(plot, offered)()
    assert {f.id for f in made(name) if f.data and f.explorer is None} <= set(dir(plot))


def test_the_figure_that_newcomers_read_is_drawn() -> None:
    """The one in CONTRIBUTING: registered by its name, its table is its bars; a run without a campus has none."""
    text = (EXAMPLES.parent / "CONTRIBUTING.md").read_text(encoding="utf-8")
    code = re.findall("```python\n(.*?)```", text, flags=re.S)[0]
    before = dict(FIGURES)
    space: dict[str, object] = {}
    exec(code, space)
    new = FIGURES.pop("water_by_year")
    PLOTTED.discard("water_by_year")
    assert before == FIGURES
    assert len(code.splitlines()) <= 30
    figure = new(run("hyperion"))
    assert figure is not None
    assert figure.id == "water_by_year"
    assert new(run("deal")) is None
    drawn = run("hyperion").facility
    assert sum(sum(row[1:]) for row in figure.table.rows) * 1e6 == pytest.approx(
        float(drawn.evaporation.sum() + drawn.blowdown.sum())
    )
    assert json.loads(json.dumps(plain(figure.data)))[0]["y"] == [row[1] for row in figure.table.rows]


def test_a_narrow_figure_keeps_what_differs_and_has_room_for_its_labels() -> None:
    made_here = parts.drawn([], lambda slim: {"xaxis": {"nticks": 3 if slim else 6}, "yaxis": {"nticks": 5}}, 340, 320)
    assert made_here["layout"] == {"xaxis": {"nticks": 6}, "yaxis": {"nticks": 5}}
    assert made_here["narrow"]["layout"] == {"margin": {"r": parts.RIGHT_NARROW}, "xaxis": {"nticks": 3}}
    own = parts.drawn([], lambda slim: {"margin": {"r": 0}}, 340, 320)
    assert own["narrow"]["layout"] == {}


def test_what_is_not_a_number_is_a_blank_cell() -> None:
    heads = (Column(figures.Text("Year")), Column(figures.Text("Cover")))
    table = Table.by_year((2030, 2031), (heads[1], np.array([1.5, np.nan])))
    assert table.rows == (("2030", 1.5), ("2031", None))
    assert table.filled.rows == (("2030", 1.5),)
    with pytest.raises(ValueError, match="zip"):
        Table.of((heads[0], ["2030"]), (heads[1], []))


def test_ranked_bars_stack_to_their_labels() -> None:
    rows = [(figures.Text("Small"), "cooling", (1.0, 0.0)), (figures.Text("Large"), "losses", (2.0, 1.0))]
    drawn = kinds.ranked(rows, 4.0, (100, 80), (200, 180))
    assert [bar["x"] for bar in drawn["data"]] == [[1.0, 2.0], [0.0, 1.0]]
    ends = [note["text"] for note in drawn["layout"]["annotations"] if note["xref"] == "x"]
    assert [end.split(" ")[0] for end in ends] == ["1.00", "3.00"]
    assert ["25\u202f%" in ends[0], "75\u202f%" in ends[1]] == [True, True]
