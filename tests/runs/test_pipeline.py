"""The stage table: what runs again when something changes, and what a run says of itself."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import gigacampus
from gigacampus.campus import catalog
from gigacampus.campus.spec import read
from gigacampus.campus.spec.deal import slug
from gigacampus.campus.spec.part import Part
from gigacampus.errors import CampusError, ResidualError, SpecError
from gigacampus.runs import cache, folder, inputs
from gigacampus.runs.checks import check
from gigacampus.runs.explain import Node, explain
from gigacampus.runs.pipeline import STAGES, Run

EXAMPLES = Path(__file__).parents[2] / "examples"


def computed(changes: dict[str, Any], name: str = "hyperion.yaml") -> list[str]:
    """Stages that a run has to compute."""
    seen: list[str] = []
    run = Run(
        inputs.read_spec(EXAMPLES / name, changes), lambda e: seen.append(e.stage) if e.state == "computed" else None
    )
    for stage in ("policy", "hourly", "monthly"):
        run.get(stage)
    return seen


def test_a_second_run_computes_nothing_and_a_new_lease_runs_finance_alone() -> None:
    computed({})
    assert computed({}) == []
    again = ["finance", "sensitivity", "renewal", "supports", "accounting", "kpi", "policy", "monthly"]
    assert computed({"deal.leases.campus.commitment.amount": "12.32 bn USD"}) == again


def test_a_new_promise_checks_promises_alone() -> None:
    computed({})
    assert computed({"promises": []}) == ["policy"]


def test_a_name_or_a_source_changes_no_number() -> None:
    computed({})
    assert computed({"name": "Another", "case": "x"}) == []


def test_every_stage_needs_only_earlier_ones() -> None:
    names = [stage.name for stage in STAGES]
    for index, stage in enumerate(STAGES):
        assert set(stage.needs) <= set(names[:index]), stage.name


@pytest.mark.parametrize("name", ["hyperion", "abilene"])
def test_a_stage_reads_only_what_it_declares(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every field of the spec that a door looks at stands in its stage's `reads`, every result in its `needs`.

    What it looks up in the catalogue is among its `files`.
    """
    loaded = inputs.read_spec(EXAMPLES / f"{name}.yaml")
    whole = Run(loaded)
    for stage in whole.stages:
        whole.get(stage.name)
    places = dict(places_of(loaded.campus, ""))
    seen: set[str] = set()

    def watch(self: Part, field: str) -> Any:
        value = object.__getattribute__(self, field)
        if id(self) in places and field in type(self).model_fields and not isinstance(value, Part):
            seen.add(f"{places[id(self)]}.{field}".lstrip("."))
        return value

    looked: list[str] = []
    entry = catalog.entry
    monkeypatch.setattr(catalog, "entry", lambda section, name: looked.append(section) or entry(section, name))
    monkeypatch.setattr(Part, "__getattribute__", watch)
    for stage in whole.stages:
        bare = Run(loaded, store=False)
        bare._results = {need: whole.get(need) for need in stage.needs}
        seen.clear()
        looked.clear()
        stage.call(bare)
        known = stage.files(loaded)
        unknown = {section for section in looked if (catalog.folder() / f"{section}.yaml").read_bytes() not in known}
        assert not unknown, f"{stage.name} looks into {sorted(unknown)}"
        assert set(bare._results) == set(stage.needs), stage.name
        undeclared = {p for p in seen if not any(p == r or p.startswith((f"{r}.", f"{r}[")) for r in stage.reads)}
        assert not undeclared, f"{stage.name} reads {sorted(undeclared)}"


def test_a_key_holds_the_code_of_all_that_a_room_stands_on(monkeypatch: pytest.MonkeyPatch) -> None:
    house, taken = Path(gigacampus.__file__).parent, set[Path]()
    monkeypatch.setattr(Path, "read_bytes", lambda self: taken.add(self) or b"")
    cache.code.__wrapped__("gigacampus.engines.finance")
    below = {
        path for path in house.rglob("*.py") if path.relative_to(house).parts[0] not in ("engines", "runs", "faces")
    }
    assert taken == below | {*(house / "engines" / "finance").rglob("*.py")}
    assert house / "rows" / "compile.py" in taken


def places_of(value: Any, path: str) -> Iterator[tuple[int, str]]:
    """The identity and path of every noun of a spec."""
    if isinstance(value, Part):
        yield id(value), path
        for field in type(value).model_fields:
            yield from places_of(getattr(value, field), f"{path}.{field}".lstrip("."))
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from places_of(item, f"{path}.{key}")
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from places_of(item, f"{path}[{index}]")


def test_a_key_changes_with_the_wiring_and_with_versions(monkeypatch: pytest.MonkeyPatch) -> None:
    loaded = inputs.read_spec(EXAMPLES / "minimal.yaml")
    before = Run(loaded).key("facility")
    monkeypatch.setattr(cache, "versions", lambda: b"numpy 9")
    assert Run(loaded).key("facility") != before
    monkeypatch.undo()
    code = cache.code
    monkeypatch.setattr(cache, "code", lambda name: b"new" if name == "gigacampus.runs.inputs" else code(name))
    assert Run(loaded).key("facility") != before


def test_what_was_changed_is_what_is_recorded(tmp_path: Path) -> None:
    run = Run(inputs.read_spec(EXAMPLES / "minimal.yaml", {"compute.phases[0].power": "77 MW"}))
    folder.write(run, tmp_path / "run", {})
    again = inputs.read_spec(tmp_path / "run" / "campus.yaml").campus
    assert again == run.campus
    assert folder.default(run) != folder.default(Run(inputs.read_spec(EXAMPLES / "minimal.yaml")))


def test_a_residual_that_is_no_number_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    run = Run(inputs.read_spec(EXAMPLES / "minimal.yaml"), store=False)
    facility = run.facility
    run._results["facility"] = replace(facility, makeup=facility.makeup * float("nan"))
    with pytest.raises(ResidualError, match=r"residual\.water"):
        run.get("kpi")


def test_a_deal_alone_has_no_physical_kpi() -> None:
    text = (EXAMPLES / "hyperion.yaml").read_text()
    deal = text[text.index("\ndeal:") : text.index("\npromises:")]
    run = Run(read("name: Deal alone\n" + deal))
    assert run.kpi["facility.pue"].value is None
    assert run.kpi["facility.pue"].reason
    assert run.kpi["finance.rent_year1"].value == pytest.approx(2.990e9, abs=0.5e6)
    assert run.facility is None


def test_energy_money_and_water_close() -> None:
    kpi = Run(inputs.read_spec(EXAMPLES / "hyperion.yaml")).kpi
    for name in ("residual.energy", "residual.water", "residual.money"):
        assert 0 <= kpi[name].value <= 1e-9, name


def test_explain_reaches_sources_and_the_rows_of_the_statement() -> None:
    node = explain(Run(inputs.read_spec(EXAMPLES / "hyperion.yaml")), "finance.dscr_min")

    def leaves(n: Node) -> list[str]:
        return [o.source.title for o in n.inputs] + [title for child in n.children for title in leaves(child)]

    assert any("6.581" in title or "IFR" in title or "notes" in title.lower() for title in leaves(node)), leaves(node)[
        :20
    ]
    with pytest.raises(CampusError, match=r"finance\.dscr_min"):
        explain(Run(inputs.read_spec(EXAMPLES / "hyperion.yaml")), "finance.dscr_mim")


@pytest.mark.parametrize("example", ["hyperion", "abilene"])
@pytest.mark.parametrize("cover", ["dscr_min", "llcr", "plcr"])
def test_explain_names_the_day_and_the_two_amounts_whose_ratio_a_cover_is(example: str, cover: str) -> None:
    """What is due then is the loan's that day, and what is owed the most that it ever is."""
    run = Run(inputs.read_spec(EXAMPLES / f"{example}.yaml"))
    node = explain(run, f"finance.{cover}")
    cash, debt = node.children[:2]
    assert cash.value / debt.value == pytest.approx(node.value, rel=1e-12)
    vehicle, _, what = debt.name.partition(".")
    loan = next(name for name, one in run.deal.loans.items() if slug(one.borrower) == vehicle)
    on_day = run.finance.loans[loan].dates == np.datetime64(what.rpartition(" ")[2])
    due, owed = run.finance.row(f"{slug(loan)}.scheduled")[on_day], run.finance.loans[loan].balance.max()
    assert debt.value == pytest.approx(float(due[0]) if cover == "dscr_min" else owed, rel=1e-9)


def test_explain_walks_the_row_that_the_kpi_is() -> None:
    run = Run(inputs.read_spec(EXAMPLES / "hyperion.yaml"))
    for name in ("uncovered.residual_value", "wal.notes", "unpaid.notes"):
        node = explain(run, f"finance.{name}")
        assert [child.value for child in node.children] == [node.value], name


@pytest.mark.parametrize(
    ("promise", "message"),
    [
        ({"kpi": "facility.pu", "at_most": 1.2}, "facility.pue"),
        ({"kpi": "impact.wue", "at_most": "0.2 L/kWh"}, "Did you mean 'facility.wue'"),
        ({"kpi": "facility.wue", "at_most": "0.2 MW"}, "L/kWh"),
        ({"kpi": "facility.wue", "at_most": 0.2}, "unit is missing"),
        ({"kpi": "facility.pue", "at_most": "1.2 MW"}, "plain number"),
    ],
)
def test_a_promise_of_an_unknown_kpi_or_unit_is_found_before_the_run(promise: dict[str, Any], message: str) -> None:
    with pytest.raises(SpecError, match=message):
        check(inputs.read_spec(EXAMPLES / "minimal.yaml", {"promises": [promise]}))


def test_a_data_file_outside_the_folder_is_refused(tmp_path: Path) -> None:
    spec = tmp_path / "a" / "campus.yaml"
    spec.parent.mkdir()
    (tmp_path / "weather.tmy3").write_text("x")
    spec.write_text((EXAMPLES / "minimal.yaml").read_text().replace("columbus-oh", "{tmy3: ../weather.tmy3}"))
    with pytest.raises(SpecError, match="below the spec's folder"):
        Run(inputs.read_spec(spec)).get("site")
