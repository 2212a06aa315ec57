"""The ledger: every row is complete and stands as it is recorded; what a row may compute."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from gigacampus.campus.catalog import GRADES
from gigacampus.campus.spec.parse import parse
from gigacampus.errors import CampusError, SpecError
from gigacampus.faces.cli import checking
from gigacampus.runs import verify
from gigacampus.runs.verify import cases
from gigacampus.runs.verify.reading import Reading, changed, figure

SPECS = verify.LEDGER / "specs"


@pytest.fixture(scope="module")
def outcomes() -> list[verify.Outcome]:
    return list(verify.verify())


@pytest.fixture
def reading() -> Reading:
    return Reading(SPECS)


def test_every_row_is_complete(outcomes: list[verify.Outcome]) -> None:
    for row in outcomes:
        assert row.area in verify.AREAS, row.id
        assert row.id.count(".") >= 1, row.id
        assert row.source, row.id
        assert row.grade in GRADES, row.id
        assert row.tolerance > 0, row.id
        assert row.recorded or row.note, f"{row.id} is a miss without a reason"
        assert verify.rows()[row.id]["stands"] in ("hit", "miss"), row.id


def test_the_ledger_is_large_and_holds_misses(outcomes: list[verify.Outcome]) -> None:
    assert len(outcomes) >= 100
    assert sum(row.area == "finance" for row in outcomes) >= 25
    assert {row.area for row in outcomes} >= {"finance", "facility", "supply", "workload", "impact", "site"}
    assert any(not row.hit for row in outcomes)
    assert len({row.id for row in outcomes}) == len(outcomes)


def test_every_row_stands_as_recorded(outcomes: list[verify.Outcome]) -> None:
    assert [row.id for row in outcomes if not row.stands] == []
    assert [row.id for row in outcomes if row.got is None] == []


def test_json_has_the_stable_names(outcomes: list[verify.Outcome]) -> None:
    names = {"id", "area", "expected", "got", "unit", "tolerance", "pass", "source", "note"}
    assert all(names <= row.plain().keys() for row in outcomes)


def test_a_row_that_changes_state_fails_the_command(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    name = "workload.llama3.mtti"
    assert checking.verify((name,), as_json=True)
    monkeypatch.setitem(verify.rows(), name, {**verify.rows()[name], "stands": "miss", "note": "why"})
    assert not checking.verify((name,), as_json=True)
    assert '"stands": false' in capsys.readouterr().out


def test_a_row_calls_our_own_functions_alone(reading: Reading) -> None:
    row = {**verify.rows()["workload.llama3.mtti"], "call": "os:getcwd", "given": {}}
    found = verify.outcome("workload.x", row, reading)
    assert found.got is None
    assert not found.hit
    assert "our own functions alone" in found.note


@pytest.mark.parametrize(
    ("term", "message"),
    [
        ({}, "needs one of"),
        ({"kpi": "finance.wal.notes"}, "needs one of"),
        ({"spec": "hyperion-b.yaml", "kpi": "finance.no_such"}, "no KPI is called"),
        ({"spec": "hyperion-b.yaml", "row": "no.such"}, "no row"),
        ({"spec": "hyperion-b.yaml", "metric": "no_such"}, "nothing is called"),
        ({"spec": "hyperion-b.yaml", "path": ["finance", "metrics"]}, "not something else"),
        ({"spec": "hyperion-b.yaml", "path": ["finance", "months"]}, "not an array"),
        ({"catalog": ["grids", "miso", "no_such"]}, "nothing is called"),
    ],
)
def test_what_a_row_names_wrongly_is_said(term: dict[str, object], message: str, reading: Reading) -> None:
    with pytest.raises(CampusError, match=message):
        reading.value(term)


def test_terms_add_and_scale(reading: Reading) -> None:
    term = {
        "value": "2 bn USD",
        "plus": [1e9, {"value": 1, "times": 5e8}],
        "less": [5e8],
        "times": 2,
        "over": {"value": 3},
    }
    assert reading.value(term) == pytest.approx(2e9)


def test_figures_keep_their_units() -> None:
    assert figure("12.31 bn USD") == (12.31, 1e9, "bn USD")
    assert figure("255 USD/kWh") == (255.0, 1.0, "USD/kWh")
    assert figure("1,451 x") == (1451.0, 1.0, "x")


@pytest.mark.parametrize(
    ("row", "tolerance"),
    [
        ({"expected": "2.990 bn USD"}, 0.0005),
        ({"expected": "419"}, 0.5),
        ({"expected": "5,302.50 USD"}, 0.005),
        ({"expected": "15.6e12 tokens"}, 0.05e12),
        ({"expected": "1.07", "tolerance": "0.02"}, 0.02),
        ({"expected": "45.95 bn USD", "tolerance": "0.5 %"}, 0.22975),
    ],
)
def test_tolerance_is_half_of_the_last_digit(row: dict[str, str], tolerance: float) -> None:
    filled = {"value": 0, "source": {"title": "t"}, "grade": "D", "stands": "miss", **row}
    assert verify.outcome("site.x", filled, Reading(SPECS)).tolerance == pytest.approx(tolerance)


@pytest.mark.parametrize("path", sorted(verify.LEDGER.glob("*.yaml")), ids=lambda path: path.stem)
def test_a_figure_keeps_the_zeros_that_it_is_printed_with(path: Path) -> None:
    """A bare 1.000 is read as 1.0, half of whose last digit is 0.05: a unit or quotes keep it a text."""
    assert re.findall(r"expected: (-?\d+\.\d*0)\n(?!    tolerance)", path.read_text(encoding="utf-8")) == []


def test_a_row_leaves_the_changes_of_others_as_they_are() -> None:
    shared = {"deal.amortisation": {"kind": "sculpted", "dscr": 1.12}}
    before = {path: dict(value) for path, value in shared.items()}
    place = "deal.loans.notes.amortisation"
    changed(SPECS / "hyperion-rent.yaml", {place: shared["deal.amortisation"], f"{place}.dscr": 1.2})
    assert shared == before


def test_a_changed_spec_is_validated_like_any_other() -> None:
    spec = SPECS / "hyperion-rent.yaml"
    loaded = changed(spec, {"deal.loans.notes.amortisation.dscr": 1.2, "deal.leases.campus.every": None})
    assert loaded.campus.deal is not None
    assert loaded.campus.deal.loans["notes"].amortisation.dscr == 1.2
    assert loaded.campus.deal.leases["campus"].every == "monthly"
    with pytest.raises(SpecError, match="coupn"):
        changed(spec, {"deal.loans.notes.coupn": "6 %"})
    with pytest.raises(CampusError, match="to remove"):
        changed(spec, {"deal.loans.notes.coupn": None})


def test_a_loan_is_worth_its_balance_at_its_coupon(reading: Reading) -> None:
    price = {"loan": "notes", "at": "2029-05-30", "yield": "6.581 %"}
    assert reading.value({"spec": "hyperion-b.yaml", "price": price}) == pytest.approx(100, abs=1e-9)


def test_specs_of_the_ledger_are_all_used() -> None:
    used = {part for row in verify.rows().values() for part in str(row).split("'") if part.endswith(".yaml")}
    assert used == {path.name for path in Path(SPECS).glob("*.yaml")}


@pytest.mark.parametrize("path", sorted(verify.LEDGER.glob("*.yaml")), ids=lambda path: path.stem)
def test_sources_and_changes_of_the_ledger_are_all_used(path: Path) -> None:
    tree, _ = parse(path.read_text(encoding="utf-8"), path.name)
    listed = tree["rows"].values()
    assert {row["source"] for row in listed} == tree["sources"].keys()
    named = {part for row in listed for part in row.get("set", []) if isinstance(part, str)}
    assert named == tree.get("changes", {}).keys()


def test_peaks_and_merit_order_by_hand() -> None:
    assert cases.yearly_demand_charge(1.0, [10.0] * 12, {"1": 3.0}) == pytest.approx(140.0)
    assert cases.merit_order([5.0, 15.0], [[10.0, 2.0], [10.0, 5.0]]) == pytest.approx(10 + 20 + 25)
    assert cases.merit_order([25.0], [[10.0, 2.0]]) != cases.merit_order([25.0], [[10.0, 2.0]])  # unserved: no number
