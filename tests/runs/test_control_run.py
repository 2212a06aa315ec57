"""Control in a run: worth unless the spec asks for none, set-points that the run follows, rules untouched."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from gigacampus.runs.pipeline import Run
from gigacampus.runs.verify.reading import changed

MINIMAL = Path(__file__).parents[2] / "examples" / "minimal.yaml"
KPIS = [f"facility.control_{name}" for name in ("energy_saving", "cooling_saving", "water_saving", "carbon_saving",
                                                "money_saving", "mode_changes")]  # fmt: skip


def run(**control: Any) -> Run:
    return Run(changed(MINIMAL, {"facility": {"control": control}}))


def test_worth_stands_unless_the_spec_asks_for_none_and_the_run_stays_by_rules() -> None:
    asked, plain = run(), run(assess=False)
    assert plain.control is None
    assert all(plain.kpi[name].value is None and "assess" in plain.kpi[name].reason for name in KPIS)
    assert all(asked.kpi[name].value is not None for name in KPIS)
    assert asked.kpi["facility.control_energy_saving"].value > 0
    assert asked.kpi["facility.control_mode_changes"].value <= 4
    assert np.array_equal(asked.facility.load, plain.facility.load)
    rules = asked.control.rules.cooling / asked.offer.it[-1].sum()
    last = plain.timeline.phase == plain.timeline.phase.max()
    assert rules == pytest.approx(plain.facility.cooling[last].sum() / plain.facility.it[last].sum(), rel=0.01)


def test_a_run_by_optimal_control_saves_about_what_it_is_worth() -> None:
    plain, optimal = run(), run(by="optimal", minimise="energy")
    saved = 1 - optimal.facility.cooling.sum() / plain.facility.cooling.sum()
    assert saved == pytest.approx(optimal.kpi["facility.control_cooling_saving"].value, abs=0.04)
    assert saved > 0
    assert max(optimal.facility.residual_energy, optimal.facility.residual_heat) < 1e-12


def test_a_cap_on_water_has_a_cost_and_a_price_and_no_hour_runs_dry() -> None:
    """Where the cap is given, and not else; what the run holds is within it."""
    changes = {"facility.control": {"by": "optimal", "minimise": "money"}}
    free = Run(changed(MINIMAL, changes))
    cap = 0.3 * float(np.max(free.facility.makeup / free.facility.it.max()))
    tight = Run(changed(MINIMAL, {**changes, "facility.water": {"cap": f"{cap!r} L/kWh"}}))
    assert free.kpi["facility.control_cap_cost"].value is None
    assert tight.kpi["facility.control_cap_cost"].value > 0
    assert tight.kpi["facility.control_cap_price"].value > 0
    rating = tight.offer.it_rating[tight.timeline.phase]
    assert np.all(tight.facility.makeup <= cap * rating * (1 + 1e-9))
    assert not tight.facility.capped.any()
