"""The stage table: what runs again when something changes, and what a run says of itself."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from gigacampus.campus.spec import read
from gigacampus.errors import CampusError, SpecError
from gigacampus.runs import inputs
from gigacampus.runs.explain import Node, explain
from gigacampus.runs.pipeline import STAGES, Run
from gigacampus.runs.promises import check_names

EXAMPLES = Path(__file__).parents[2] / "examples"
SHORT = {"life.end": "2029-06-30"}


@pytest.fixture(autouse=True)
def own_cache(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIGACAMPUS_CACHE", str(tmp_path_factory.getbasetemp() / "cache"))


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
    assert computed({"deal.leases.campus.commitment.amount": "12.32 bn USD"}) == ["finance", "kpi", "policy", "monthly"]


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


def test_a_stage_reads_only_what_it_declares() -> None:
    """The door of a stage, given a spec in which everything else is gone, gives the same."""
    loaded = inputs.read_spec(EXAMPLES / "minimal.yaml", SHORT)
    whole = Run(loaded, store=False)
    for name in ("facility", "supply"):
        stage = next(s for s in STAGES if s.name == name)
        bare = Run(loaded, store=False)
        bare._results = {need: whole.get(need) for need in stage.needs}
        again = stage.call(bare)
        assert set(bare._results) == set(stage.needs), f"{name} asks for {set(bare._results) - set(stage.needs)}"
        assert np.array_equal(again.load, whole.get(name).load)


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


@pytest.mark.parametrize(
    ("promise", "message"),
    [
        ({"kpi": "facility.pu", "at_most": 1.2}, "facility.pue"),
        ({"kpi": "facility.wue", "at_most": "0.2 MW"}, "L/kWh"),
        ({"kpi": "facility.wue", "at_most": 0.2}, "unit is missing"),
        ({"kpi": "facility.pue", "at_most": "1.2 MW"}, "plain number"),
    ],
)
def test_a_promise_of_an_unknown_kpi_or_unit_is_found_before_the_run(promise: dict[str, Any], message: str) -> None:
    with pytest.raises(SpecError, match=message):
        check_names(inputs.read_spec(EXAMPLES / "minimal.yaml", {"promises": [promise]}))


def test_a_data_file_outside_the_folder_is_refused(tmp_path: Path) -> None:
    spec = tmp_path / "a" / "campus.yaml"
    spec.parent.mkdir()
    (tmp_path / "weather.tmy3").write_text("x")
    spec.write_text((EXAMPLES / "minimal.yaml").read_text().replace("columbus-oh", "{tmy3: ../weather.tmy3}"))
    with pytest.raises(SpecError, match="below the spec's folder"):
        Run(inputs.read_spec(spec)).get("site")
