"""Power swings in a run: seconds agree with hours, and KPIs stand with and without what smooths."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from gigacampus.runs.pipeline import Run
from gigacampus.runs.verify.reading import changed

MINIMAL = Path(__file__).parents[2] / "examples" / "minimal.yaml"


def run(**swings: Any) -> Run:
    return Run(changed(MINIMAL, {"facility": {"swings": swings}}))


def test_the_mean_of_the_seconds_is_that_of_the_hours() -> None:
    one = run()
    last = one.timeline.phase == one.timeline.phase.max()
    training = one.swings.raw_power[9_000:50_000]  # after all jobs have started, before the largest stops
    assert training.mean() == pytest.approx(one.facility.load[last].mean(), rel=0.02)


def test_kpis_stand_with_and_without_smoothing() -> None:
    kpi = run(smoothing=["rack-storage", "ramps"]).kpi
    for name in (
        "swing_ramp",
        "swing_step",
        "swing_peak_to_peak",
        "swing_energy_band",
        "flicker_pst",
        "voltage_change",
    ):
        assert kpi[f"facility.{name}"].value < kpi[f"facility.{name}_raw"].value, name
    assert kpi["facility.smoothing_lost"].value > 0
    assert kpi["facility.smoothing_capital"].value > 0
    assert kpi["residual.swings"].value < 1e-12


def test_without_training_there_are_no_swings() -> None:
    kpi = Run(changed(MINIMAL, {"workload": {"training": {"share": "0 %"}}})).kpi
    assert kpi["facility.swing_ramp"].value is None
    assert kpi["facility.swing_ramp"].reason == "training holds no server"
    assert kpi["residual.swings"].reason == "training holds no server"


def test_a_change_of_smoothing_runs_swings_again_and_no_supply() -> None:
    first, second = run(), run(smoothing=["floor"])
    assert first.key("swings") != second.key("swings")
    assert first.key("supply") == second.key("supply")
