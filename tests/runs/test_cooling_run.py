"""The cooling plant in a run: design days, reuse and water reach KPIs, and stages run again where they must."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from gigacampus.errors import InfeasibleError
from gigacampus.runs.pipeline import Run
from gigacampus.runs.verify.reading import changed

MINIMAL = Path(__file__).parents[2] / "examples" / "minimal.yaml"
DRY = {"facility": {"cooling": "direct-to-chip-dry", "design": {"strict": True}}}


def run(changes: dict[str, Any]) -> Run:
    return Run(changed(MINIMAL, changes))


def test_a_strict_design_ends_the_run_with_what_is_missing() -> None:
    assert run({"facility": {"cooling": "direct-to-chip-dry"}}).kpi["facility.design_missing"].value > 10
    with pytest.raises(InfeasibleError, match=r"20-year dry bulb \(37\.1 C dry, .* MW of cooling are missing"):
        _ = run(DRY).kpi


def test_design_conditions_run_no_physics_again() -> None:
    first, second = run({}), run({"site.design": {"dry_bulb": "36 C", "coincident_wet_bulb": "24 C"}})
    assert first.key("design") != second.key("design")
    assert first.key("facility") == second.key("facility")


def test_heat_reuse_water_and_cap_reach_kpis() -> None:
    facility = {
        "heat_reuse": {"share": "30 %", "temperature": "40 C", "demand_below": "10 C"},
        "water": {"quality": "surface-municipal", "reclaimed": "10 %", "reclaimed_quality": "reclaimed-municipal",
                  "cap": "0.3 L/kWh"},
    }  # fmt: skip
    kpi = run({"facility": facility}).kpi
    assert 0 < kpi["facility.erf"].value < 0.3
    assert kpi["facility.ere"].value == pytest.approx(kpi["facility.pue"].value * (1 - kpi["facility.erf"].value))
    assert kpi["facility.cycles"].value == pytest.approx(600 / (0.9 * 125 + 0.1 * 311))
    assert kpi["facility.water_reclaimed"].value == pytest.approx(0.1 * kpi["impact.water"].value)
    assert kpi["facility.hours_capped"].value > 0
    assert run({}).kpi["facility.cycles"].value is None
