"""Availability within a run: what runs again, what a KPI rests on, and its figure."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from gigacampus.faces.figures.campus.availability import downtime_by_cause
from gigacampus.runs import inputs
from gigacampus.runs.explain import explain
from gigacampus.runs.pipeline import Run

MINIMAL = Path(__file__).parents[2] / "examples" / "minimal.yaml"


def run_of(changes: dict[str, Any], tell: Any = lambda event: None) -> Run:
    """The minimal campus with some values changed."""
    return Run(inputs.read_spec(MINIMAL, changes), tell)


def test_another_price_of_an_hour_runs_availability_alone() -> None:
    seen: list[str] = []
    run_of({}).get("policy")
    changed = run_of(
        {"facility.availability.accelerator_hour": "5.3 USD/h"},
        lambda e: seen.append(e.stage) if e.state == "computed" else None,
    )
    changed.get("policy")
    changed.get("impact")
    assert seen == ["availability", "kpi", "policy"]
    assert changed.kpi["facility.unserved_cost"].value == pytest.approx(
        2 * run_of({}).kpi["facility.unserved_cost"].value
    )


def test_what_is_not_served_is_a_share_of_the_life() -> None:
    run = run_of({})
    share = run.kpi["facility.unserved_it_hours"].value / 8760
    assert run.kpi["facility.unserved_it_energy"].value == pytest.approx(share * run.kpi["it.energy"].value)
    hours = float(run.offer.accelerators[run.timeline.phase].sum())
    assert run.kpi["facility.unserved_cost"].value == pytest.approx(share * hours * 2.65)


def test_explain_goes_down_to_rates_and_their_source() -> None:
    node = explain(run_of({}), "facility.unserved_cost")
    assert [child.name for child in node.children] == ["facility.unserved_it_hours"]
    inputs_ = {origin.path: origin for origin in node.inputs}
    assert inputs_["facility.availability.ups.failures"].grade == "L"
    assert "neqsim" in inputs_["facility.availability.ups.failures"].source.title
    assert inputs_["facility.availability.common_cause"].assumed


def test_the_figure_shows_every_hour_of_every_cause() -> None:
    run = run_of({})
    figure = downtime_by_cause(run)
    assert figure is not None
    whole = sum(part.hours for part in run.availability.contributions)
    assert sum(one + all_ for _, one, all_, _ in figure.table.rows) == pytest.approx(whole)
    bare = sum(part.hours for part in run.availability.independent)
    assert sum(alone for *_, alone in figure.table.rows) == pytest.approx(bare)
    assert sum(sum(trace["x"]) for trace in figure.data) == pytest.approx(whole, rel=0.02)


@pytest.mark.parametrize("plant", ["meta-air", "air-cooled-chiller", "immersion-1p"])
def test_every_cause_has_a_name_in_the_figure(plant: str) -> None:
    changes = {
        "facility.cooling": plant,
        "facility.design": {"accept_excess": True},
        "facility.availability.ride_through": "unbuffered",
        "compute.server": {"use": "gb200-nvl72", "liquid_share": "0 %"},
    }
    figure = downtime_by_cause(run_of(changes))
    assert figure is not None
    assert all(row[0].ja for row in figure.table.rows)
