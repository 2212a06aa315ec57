"""The workbook, read by openpyxl and recalculated by LibreOffice."""

from __future__ import annotations

import errno
import io
import itertools
import json
import os
import zipfile
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import openpyxl
import pyarrow.parquet as pq
import pytest
from office import needs_office, recalculated
from openpyxl.formula.translate import Translator
from test_cli import cli

from gigacampus.campus.spec import read
from gigacampus.campus.spec.deal import slug
from gigacampus.engines.finance import Graph
from gigacampus.engines.finance.statement import plus
from gigacampus.errors import CampusError, SpecError, WriteError
from gigacampus.faces.export import book as books
from gigacampus.faces.export import workbook
from gigacampus.faces.export.formulas import FIRST, Place, Writer, lowered
from gigacampus.faces.export.funding import funding_rows
from gigacampus.faces.export.layout import Layout
from gigacampus.faces.export.model import Model
from gigacampus.runs import store, tables
from gigacampus.runs.pipeline import Run
from gigacampus.runs.selfcheck import deals
from gigacampus.runs.selfcheck.draw import Draw

ROOT = Path(__file__).parents[2]
SPECS = {
    "hyperion": ROOT / "examples/hyperion.yaml",
    "abilene": ROOT / "examples/abilene.yaml",
    "sixty_forty": ROOT / "tests/deals/sixty_forty.yaml",
    "taxed": ROOT / "tests/deals/taxed.yaml",
}
RICH = {
    "owners: {North Fund: 60 %, South Fund: 40 %}": """owners: {North Fund: 60 %, South Fund: 40 %}
      covenants: {lock_up: 1.9, default: 1.05, sweep: 40 %, sweep_below: 2.2}
      promote: {to: Operator, tiers: [{above: 8 %, share: 20 %}, {above: 12 %, share: 30 %}]}""",
    "    Insurer:\n": "    Insurer:\n    Fund:\n",
    "options: [5 years]": "options: [5 years, 5 years]",
    "      dsra: 6\n": "",
    "coupon: 6 %": "coupon: 6 %\n      call: {make_whole: 4 %}",
    "\n    fixed notes:": """
    new notes: {borrower: Campus LLC, amount: 1.2 bn USD, rest: Fund, coupon: 5 %, start: 2033-09-30,
                interest_only_until: 2033-09-30, final: 2042-09-30, refinances: fixed notes}
    fixed notes:""",
}
"""What turns sixty_forty into a deal with covenants, a sweep, a promote, and a call with its make-whole; its new notes
pay half-yearly, so that cover is measured over periods of two lengths."""

NAMES = [*SPECS, "rich"]
CENT = 0.01
WRONG = 12345.678


@cache
def run(name: str) -> Run:
    if name != "rich":
        return Run(read(SPECS[name].read_text(), SPECS[name].name))
    text = SPECS["sixty_forty"].read_text()
    for old, new in RICH.items():
        assert old in text, old
        text = text.replace(old, new, 1)
    return Run(read(text, "rich.yaml"), store=False)


@cache
def made(name: str) -> Any:
    return workbook(run(name))


@cache
def laid(name: str) -> tuple[Model, Layout]:
    model = Model(run(name).loaded, run(name).finance)
    return model, Layout.of(model)


def opened(content: bytes, values: bool = False) -> Any:
    return openpyxl.load_workbook(io.BytesIO(content), data_only=values)


@cache
def read_back(name: str, values: bool = False) -> Any:
    """The workbook as openpyxl reads it, to look at."""
    return opened(made(name).content, values)


def row(sheets: Any, place: Place, count: int) -> list[Any]:
    """Cells of a row of the statement: one, or one a month."""
    sheet = sheets[place.sheet]
    if place.scalar:
        return [sheet.cell(place.row, 4).value]
    return [sheet.cell(place.row, FIRST + 1 + month).value for month in range(count)]


def assert_rows(sheets: Any, layout: Layout, graph: Graph, values: dict[str, Any]) -> None:
    """Every row and month as expected: money to the cent, the rest to 1e-12."""
    for name, value in values.items():
        want = np.atleast_1d(np.asarray(value, float))
        cells = row(sheets, layout.places[name], len(want))
        errors = [month for month, cell in enumerate(cells) if isinstance(cell, str)]
        assert errors == np.flatnonzero(~np.isfinite(want)).tolist(), name
        gap = np.abs(np.array([np.nan if isinstance(cell, str) else cell for cell in cells], float) - want)
        limit = CENT if graph.rows[name].unit.startswith("USD") else 1e-12 * np.maximum(1.0, np.abs(want))
        assert not np.any(gap > limit), (name, float(np.nanmax(gap)), int(np.nanargmax(gap)))


@pytest.fixture
def wrong(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every formula's value in the file is wrong, so that nothing can read back its own."""
    for name in NAMES:
        made(name)  # those that the others look at keep their values
    monkeypatch.setattr(books, "cached", lambda value: WRONG)


@needs_office
@pytest.mark.parametrize("name", NAMES)
@pytest.mark.usefixtures("wrong")
def test_libreoffice_recalculates_every_row_and_month_to_our_numbers(name: str, tmp_path: Path) -> None:
    content = workbook(run(name)).content
    assert opened(content, values=True)["Calculations"].cell(3, FIRST + 1).value == WRONG
    sheets, (model, layout) = recalculated(content, tmp_path), laid(name)
    finance = run(name).finance
    assert set(finance.rows) <= set(layout.places)
    assert_rows(sheets, layout, model.graph, model.values)
    assert all(model.values[r] is finance.rows[r] for r in finance.rows)
    _same(name, sheets)
    _returns(name, sheets)


@needs_office
@pytest.mark.parametrize("seed", [3, 16])
@pytest.mark.usefixtures("wrong")
def test_a_deal_drawn_at_random_recalculates_to_our_numbers(seed: int, tmp_path: Path) -> None:
    tree = {"name": "Random", "deal": deals.deal(Draw(seed), {})}
    there = Run(read(json.dumps(tree, default=str)), store=False)
    sheets, model = recalculated(workbook(there).content, tmp_path), Model(there.loaded, there.finance)
    assert_rows(sheets, Layout.of(model), model.graph, model.values)


def _same(name: str, sheets: Any) -> None:
    """All formulas of all sheets, the file's own values against those of LibreOffice."""
    compared = 0
    for sheet in read_back(name):
        ours, theirs = read_back(name, values=True)[sheet.title], sheets[sheet.title]
        for cells in zip(sheet.iter_rows(), ours.iter_rows(values_only=True), theirs.iter_rows(values_only=True)):  # noqa: B905
            for cell, want, got in zip(*cells):  # noqa: B905 - LibreOffice leaves out what is empty at the end
                if cell.data_type == "f":
                    compared += 1
                    same = (got or "") == (want or "")
                    if isinstance(want, (int, float)) and isinstance(got, (int, float)):
                        same = abs(got - want) <= (CENT if abs(want) > 100 else 1e-5)
                    assert same, (sheet.title, cell.coordinate, cell.value, want, got)
    assert compared == made(name).formulas


def _returns(name: str, sheets: Any) -> None:
    """XIRR of the cash flows by day, against our own roots."""
    live = {line[1]: line[3] for line in sheets["Outputs"].iter_rows(max_row=50, values_only=True) if line[1]}
    rates = {n: m.value for n, m in run(name).finance.metrics.items() if m.unit == "1/year" and m.value is not None}
    assert len(rates) >= 4
    assert {n: live[f"finance.{n}"] for n in rates} == pytest.approx(rates, abs=1e-9)
    lives = {n: run(name).finance.metrics[n].value for n in ("llcr", "plcr")}  # by rows of the workbook alone
    assert {n: live[f"finance.{n}"] for n in lives} == pytest.approx(lives, rel=1e-9)


@needs_office
@pytest.mark.parametrize(
    ("name", "changed", "factor"),
    [("hyperion", "loans.notes.coupon", 1.01), ("sixty_forty", "leases.campus_lease.rent", 0.9),
     ("sixty_forty", "loans.term_loan.spread", 3.0)],
)  # fmt: skip
def test_a_changed_input_recalculates_to_our_engine_with_solved_values_kept(
    name: str, changed: str, factor: float, tmp_path: Path
) -> None:
    finance, (_, layout) = run(name).finance, laid(name)
    sheets = opened(made(name).content)
    cell = sheets["Inputs"].cell(layout.places[changed].row, 4)
    assert cell.value == pytest.approx(float(finance.rows[changed]))
    cell.value = value = factor * float(finance.rows[changed])
    file = io.BytesIO()
    sheets.save(file)
    there = recalculated(file.getvalue(), tmp_path)
    expected = finance.graph.evaluate(finance.solved | {changed: value})
    assert any(np.abs(expected[r] - finance.rows[r]).max() > 1e6 for r in expected)
    assert_rows(there, layout, finance.graph, expected)
    broken = [r[5].value for r in there["Checks"].iter_rows(min_row=7)]
    misses = max(abs(float(np.sum(expected[r]))) for r in expected if r.startswith("check."))
    assert (broken[-1] > 0) == (misses > 0.005)


def test_each_row_has_one_formula_across_all_months() -> None:
    for name in NAMES:
        sheets, (model, layout) = read_back(name), laid(name)
        rows = [place for r, place in layout.places.items() if r in model.graph.formulas and not place.scalar]
        places = [*rows, *(Place(sheet, number, False) for sheet in ("Timing", "Calculations") for number in (3, 4, 5))]
        assert len(places) > 100
        for place in places:
            cells = sheets[place.sheet][place.row][FIRST : FIRST + model.count]
            for cell in (cells[1], cells[len(cells) // 2], cells[-1]):
                moved = Translator(cells[0].value, cells[0].coordinate).translate_formula(cell.coordinate)
                assert cell.value == moved, (place, cell.coordinate)


def test_inputs_calculations_and_outputs_stand_apart() -> None:
    sheets = read_back("hyperion")
    assert sheets.sheetnames == [
        "Cover", "Inputs", "Timing", "Calculations", "Cash flows", "Outputs", "Accounts", "Checks",
    ]  # fmt: skip
    for cell in itertools.chain.from_iterable(sheets["Calculations"].iter_rows(min_row=6, min_col=FIRST + 1)):
        edge = cell.column in (FIRST, FIRST + 1 + laid("hyperion")[0].count)
        assert cell.data_type == "f" or cell.value is None or (edge and cell.value == 0), cell.coordinate
    numbers = [c for c in sheets["Inputs"]["D"] if c.data_type == "n" and c.value is not None]
    assert {cell.font.color.rgb for cell in numbers[:20]} == {"FF0000FF"}


def test_every_number_of_the_deal_stands_on_inputs_with_its_source() -> None:
    finance, sheets = run("hyperion").finance, read_back("hyperion")
    lines = {r[1].value: r for r in sheets["Inputs"].iter_rows(min_row=7) if r[1].value}
    scalars = {n: r for n, r in finance.graph.rows.items() if not r.formula and finance.rows[n].ndim == 0}
    assert set(lines) == set(scalars)
    for name, spec_row in scalars.items():
        assert lines[name][3].value == pytest.approx(float(finance.rows[name]), rel=1e-15)
        assert bool(lines[name][4].value) == spec_row.solved, name
        if spec_row.path:
            assert lines[name][7].value, name
    assert lines["loans.notes.coupon"][7].value.startswith("IFR on the notes")
    assert lines["loans.notes.coupon"][6].value == "second-hand"
    assert "unknown" not in {r[3].value for r in sheets["Inputs"].iter_rows()}


def test_years_are_those_of_the_lease() -> None:
    finance, sheets = run("hyperion").finance, read_back("hyperion", values=True)
    lines = {r[1].value: [c.value for c in r[FIRST:]] for r in sheets["Outputs"].iter_rows() if r[1].value}
    years = finance.lease_years["campus"]
    for line, column in {"campus.rent": "rent", "beignet.cfads": "cfads.Beignet", "notes.service": "service.Beignet",
                         "notes.balance": "balance.notes", "beignet.dscr": "dscr.Beignet",
                         "net_.meta.net": "party.Meta",
                         "beignet.distribution.blue_owl": "distribution.Blue Owl"}.items():  # fmt: skip
        assert lines[line][-20:] == pytest.approx(years[column].tolist(), rel=1e-12, abs=1e-3), line


@pytest.mark.parametrize("name", ["hyperion", "abilene"])
def test_books_are_in_the_workbook_and_in_a_table(name: str) -> None:
    """Every line of income and balance, whose sums meet: income with its change, assets with what is against them."""
    accounts, sheet = run(name).accounting, read_back(name, values=True)["Accounts"]
    rows = [(r[0].value, [c.value for c in r[1 : 1 + len(accounts.dates)]]) for r in sheet.iter_rows()]
    sums = {what: np.array([v for n, v in rows if n == what and v[0] is not None]) for what in
            ("Income of the year", "income so far", "Assets", "Liabilities and equity")}  # fmt: skip
    assert sums["Assets"] == pytest.approx(sums["Liabilities and equity"], abs=1e3)
    shown = [any(np.any(line) for line in accounts.income["operating"][p].values()) for p in accounts.own_sheets]
    assert sums["Income of the year"] == pytest.approx(np.diff(sums["income so far"][shown], prepend=0.0), abs=1e3)
    table = pq.read_table(io.BytesIO(tables.accounts(run(name))))
    assert table.num_rows == len(accounts.dates)
    for basis, sheets in accounts.sheets.items():
        for party, own in sheets.items():
            names = {what: f"{basis}.{slug(party)}.{what}." for what in ("assets", "liabilities", "equity")}
            column = {what: sum(table[c].to_numpy() for c in table.column_names if c.startswith(begin))
                      for what, begin in names.items()}  # fmt: skip
            assert column["assets"] == pytest.approx(column["liabilities"] + column["equity"], abs=1e3), party
            assert column["assets"] == pytest.approx(sum(own.assets.values()), abs=1e-3)


@pytest.mark.parametrize("name", NAMES)
def test_cover_is_that_of_the_result(name: str) -> None:
    model, _ = laid(name)
    for vehicle, cover in run(name).finance.cover.items():
        n = f"cover_.{slug(vehicle)}"
        at = model.values[f"{n}.counts"] == 1
        assert model.values[f"{n}.dscr"][at] == pytest.approx(cover.dscr, rel=1e-12)
        assert model.values[f"{n}.cash"][at] == pytest.approx(cover.cfads, rel=1e-12)


@pytest.mark.parametrize("name", NAMES)
def test_sources_and_uses_are_those_of_the_result(name: str) -> None:
    model, _ = laid(name)
    for vehicle, table in run(name).finance.funding.items():
        for ours, theirs in zip(funding_rows(model, vehicle), (table.sources, table.uses), strict=True):
            sums = {what: sum(float(model.by_month(r).sum()) for r in rows) for what, rows in ours.items()}
            assert {k: v for k, v in sums.items() if v} == pytest.approx(theirs)


def test_no_check_is_broken_and_each_could_be() -> None:
    for name in NAMES:
        checks = list(read_back(name, values=True)["Checks"].iter_rows(min_row=7, values_only=True))
        assert len(checks) == made(name).checks + 1
        assert checks[-1][5] == 0
        assert {r for r in run(name).finance.rows if r.startswith("check.")} <= {r[1] for r in checks}
        assert all(abs(r[3]) <= r[4] for r in checks[:-1])


@needs_office
def test_two_cents_too_many_or_too_few_break_their_checks(tmp_path: Path) -> None:
    """A law's gap of either sign, an account below zero, a reserve of another size, a party's cash on another day."""
    sheets, (model, layout) = opened(made("sixty_forty").content), laid("sixty_forty")
    month = 150
    planted = {
        "term_loan.balance": 0.02,
        "fixed_notes.balance": -0.02,
        "campus_llc.cash": -0.02,
        "fixed_notes.reserve": -0.02,
    }
    for name, cents in planted.items():
        value = float(model.by_month(name)[month]) if name.endswith("balance") else 0.0
        sheets["Calculations"].cell(layout.places[name].row, FIRST + 1 + month).value = value + cents
    places = layout.places["fixed_notes.reserve_target"]
    sheets[places.sheet].cell(places.row, 4).value += 0.02
    file = io.BytesIO()
    sheets.save(file)
    there = list(recalculated(file.getvalue(), tmp_path)["Checks"].iter_rows(min_row=7, values_only=True))
    broken = {(line[1], line[0].endswith("never negative")) for line in there[:-1] if line[5]}
    assert {("gap_.term_loan", False), ("gap_.fixed_notes", False), ("gap_.campus_llc", False)} <= broken
    assert {("campus_llc.cash", True), ("fixed_notes.reserve", True)} <= broken
    assert ("check.fixed_notes.reserve_target", False) in broken
    assert there[-1][5] == len(broken) < len(there) // 2


HOSTILE = ["=cmd|'/C calc'!A0", "@SUM(A1)", "+1+1", "-2+3", '=HYPERLINK("http://x-example","a")', "{=5+6}", "\t=7",
           "1e5", "http://x-example", "'quoted", "<b>&\"x]]>"]  # fmt: skip


def test_hostile_text_never_becomes_a_formula() -> None:
    text = SPECS["sixty_forty"].read_text()
    names = ["Campus LLC", "North Fund", "Tenant", "Bank", "term loan", "campus lease", "floor", "first building",
             "operation", "overnight", "second half"]  # fmt: skip
    for number, name in enumerate(names):
        text = text.replace(name, f"\0{number}\0")
    for number, hostile in enumerate(HOSTILE):
        text = text.replace(f"\0{number}\0.", f"\1{number}\1").replace(f"\0{number}\0", json.dumps(hostile))
    for number, hostile in enumerate(HOSTILE):  # a contract's date: one text with its field
        for field in ("start", "end", "final"):
            text = text.replace(f"\1{number}\1{field}", json.dumps(f"{hostile}.{field}"))
    text = text.replace("name: Sixty forty", f"name: {json.dumps(HOSTILE[0])}\ncase: '=1+1'")
    there = Run(read(text, "=evil.yaml"), store=False)
    content = workbook(there).content
    sheets, found = opened(content), set()
    for cell in itertools.chain.from_iterable(c for sheet in sheets for c in sheet.iter_rows()):
        if isinstance(cell.value, str):
            hits = {h for h in HOSTILE if h.strip() in cell.value}
            found |= hits
            assert not hits or cell.data_type == "s", cell.coordinate
            assert cell.data_type in ("f", "s")
            assert cell.hyperlink is None or cell.hyperlink.target is None
    assert found == set(HOSTILE)
    assert len(sheets.sheetnames) == 7
    assert not any(h in name for h in HOSTILE for name in sheets.defined_names)
    assert not any("external" in name.lower() for name in zipfile.ZipFile(io.BytesIO(content)).namelist())
    assert made("sixty_forty").formulas == workbook(there).formulas


def test_headline_figures_have_names() -> None:
    sheets = read_back("hyperion")
    names = sheets.defined_names
    assert {"finance.rent_year1", "finance.dscr_min", "finance.wal.notes", "finance.irr_owner.blue_owl"} <= set(names)
    assert names["finance.rent_year1"].attr_text.startswith("Outputs!$D$")


def test_the_same_run_gives_the_same_bytes() -> None:
    assert workbook(run("sixty_forty")).content == made("sixty_forty").content


LANGUAGE = {
    "power": "-(a ** 2) + (-b) ** 2 + a ** (b / 3) + (a ** b) ** 0.5 - -a ** 2",
    "order": "a - (b - k) / ((a + 1) / b) * k - (a - b) - -b",
    "compare": "(a < b) + (a <= b) * 2 + (a == b) * 4 + (a != b) * 8 + (a > k) * 16 + (a >= 2) * 32",
    "least": "min(a, b, k) + max(a, -b) + max(b)",
    "branch": "iff(a > 2, 1 / (a - 2), 0) + iff(flag, a, b)",
    "before": "prev(a) + 10 * prev(a, k) + 100 * prev(k) + min(prev(b), 5)",
    "after": "next(a) + 10 * next(a, k + 1) + 100 * next(k, 7)",
    "total": "sum(a) + sum(a * (b == 1) + k) + sum(k) + sum(max(a, b) - prev(a)) + sum(0)",
    "running": "cumsum(a) * 2 - cumsum(min(a, b))",
    "state": "prev(state, 3) * 0.5 + a",
    "back": "next(back) * 0.5 + b",
}


@needs_office
@pytest.mark.usefixtures("wrong")
def test_every_operator_of_the_statement_has_its_twin(tmp_path: Path) -> None:
    graph, random = Graph(7), np.random.default_rng(1)
    graph.add("a", random.integers(0, 5, 7).astype(float))
    graph.add("b", random.integers(1, 4, 7).astype(float))
    graph.add("flag", np.array([0.0, 1, 1, 0, 1, 0, 0]))
    graph.add("k", 2.5)
    for name, formula in LANGUAGE.items():
        graph.add(name, formula)
    graph = lowered(graph)
    values, book = graph.evaluate(), books.Book(run("hyperion").campus.deal.close)
    places = {n: Place("Calculations", 10 + i, np.ndim(values[n]) == 0) for i, n in enumerate(graph.rows)}
    sheet, writer = book.sheet("Calculations", "", []), Writer("Calculations", places, 7)
    sheet.number(2, 3, 7, "count")
    for month in range(7):
        sheet.number(2, FIRST + month, month + 1, "count")
    for name, place in places.items():
        wide = np.broadcast_to(values[name], 1 if place.scalar else 7)
        at = 3 if place.scalar else FIRST
        if name in graph.inputs:
            for month, value in enumerate(wide.tolist()):
                sheet.number(place.row - 1, at + month, value, "1")
        else:
            sheet.across(place.row - 1, at, writer.template(name, graph.formulas[name].fresh()), wide, "1")
        if not place.scalar:
            sheet.number(place.row - 1, FIRST - 1, 0, "1")
            sheet.number(place.row - 1, FIRST + 7, 0, "1")
    sheets = recalculated(book.close(), tmp_path)
    for name, place in places.items():
        assert row(sheets, place, 7) == pytest.approx(np.atleast_1d(values[name]).tolist(), rel=1e-12), name


def test_a_formula_longer_than_excel_takes_is_said() -> None:
    graph = Graph(2)
    for number in range(1500):
        graph.add(f"n{number}", 1.0)
    graph.add("all", plus([f"n{number}" for number in range(1500)]))
    writer = Writer("Calculations", {n: Place("Inputs", 10, True) for n in graph.rows}, 2)
    with pytest.raises(CampusError, match="longer than Excel takes"):
        writer.template("all", graph.formulas["all"].fresh())


def test_the_command_writes_the_file_and_says_what_is_in_it(tmp_path: Path) -> None:
    done = cli("export", SPECS["sixty_forty"], "--xlsx", "deal.xlsx", "--json", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert Path(told["file"]) == tmp_path / "deal.xlsx"
    assert told["sheets"][0] == "Cover"
    assert told["formulas"] == made("sixty_forty").formulas
    assert [path.name for path in tmp_path.iterdir()] == ["deal.xlsx"]


def test_what_cannot_be_written_is_one_error_and_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(WriteError, match="No such file or directory"):
        store.write_file(tmp_path / "none" / "deal.xlsx", b"x")
    (tmp_path / "deal.xlsx").write_bytes(b"before")

    def full(descriptor: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(WriteError, match="No space left"):
        store.write_file(tmp_path / "deal.xlsx", b"after")
    assert [path.name for path in tmp_path.iterdir()] == ["deal.xlsx"]
    assert (tmp_path / "deal.xlsx").read_bytes() == b"before"


def test_the_command_refuses_another_ending_and_a_spec_without_a_deal(tmp_path: Path) -> None:
    (tmp_path / "deal.yaml").write_text("name: x\n")
    done = cli("export", SPECS["sixty_forty"], "--xlsx", "deal.yaml", cwd=tmp_path)
    assert done.returncode == 2
    assert "ends in .xlsx" in done.stderr
    assert (tmp_path / "deal.yaml").read_text() == "name: x\n"
    bare = "name: S\nlife: {end: 2029-03-31}\nsite: {weather: columbus-oh, grid: pjm}\n"
    bare += "compute: {phases: [{name: H, ready: 2029-01-01, power: 1 MW}]}\n"
    with pytest.raises(SpecError, match="no deal"):
        workbook(Run(read(bare), store=False))
