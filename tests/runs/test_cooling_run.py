"""The cooling plant in a run: design days, reuse and water reach KPIs, and stages run again where they must."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from gigacampus.errors import InfeasibleError
from gigacampus.runs.kpis.facility import PERCENT
from gigacampus.runs.pipeline import Run
from gigacampus.runs.verify.reading import changed

MINIMAL = Path(__file__).parents[2] / "examples" / "minimal.yaml"
DRY = {"facility": {"cooling": "direct-to-chip-dry"}}


def run(changes: dict[str, Any]) -> Run:
    return Run(changed(MINIMAL, changes))


def test_a_plant_that_cannot_hold_ends_the_run_whatever_is_asked_of_it() -> None:
    with pytest.raises(InfeasibleError, match=r"20-year dry bulb \(37\.1 C dry, .* MW of cooling are missing"):
        _ = run(DRY).kpi
    with pytest.raises(InfeasibleError, match="its limit is 40 C"):
        _ = run(DRY).facility
    accepted = run({"facility": {**DRY["facility"], "design": {"accept_excess": True}}}).kpi
    assert accepted["facility.design_missing"].value > 10
    assert accepted["facility.design_excess"].value > 1


def test_every_stage_runs_the_plant_that_the_design_days_ask_for() -> None:
    """Hotter extremes: more coolers, at whose margin, given by hand, everything comes out the same."""
    hot = {"site.design": {"extreme_mean": "41 C", "extreme_deviation": "1 K"}}
    found, mild = run(hot), run({})
    margin = found.kpi["facility.cooler_margin_liquid"].value
    assert margin > mild.kpi["facility.cooler_margin_liquid"].value == 1.1
    assert found.kpi["facility.coolers_installed"].value > mild.kpi["facility.coolers_installed"].value
    sizes = found.sizing
    given = run({
        **hot,
        "facility.cooling": {
            "rejection": {"margin": sizes.liquid.margin},
            "air_plant": {"rejection": {"margin": sizes.air.margin}, "chiller": {"capacity": sizes.air.capacity}},
        },
    })  # fmt: skip
    assert given.sizing.liquid.margin_by == "given"
    for name in ("facility.pue", "facility.wue", "facility.peak", "facility.cooler_margin_liquid", "impact.water"):
        assert given.kpi[name].value == found.kpi[name].value
    assert found.kpi["facility.wue"].value < mild.kpi["facility.wue"].value
    stages = ("peak_ratio", "response", "facility", "control", "part_load", "availability")
    assert all(found.key(stage) != mild.key(stage) for stage in stages)


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


def test_a_campus_at_a_steady_load_has_the_pue_and_wue_of_that_load() -> None:
    steady = {"training": {"share": "100 %", "activity": "100 %"}, "serving": {"share": "0 %"}}
    found = run({"workload": steady, "life": {"end": "2029-12-31"}})
    kpi, load = found.kpi, float(found.facility.it.mean() / found.offer.it_rating[-1])
    assert found.facility.it.min() == pytest.approx(found.facility.it.max())
    assert tuple(100 * found.part_load.load) == pytest.approx(PERCENT)
    for what in ("pue", "wue"):
        curve = [kpi[f"facility.{what}_at_{percent}"].value for percent in PERCENT]
        between = float(np.interp(load, found.part_load.load, curve))
        assert kpi[f"facility.{what}"].value == pytest.approx(between, rel=0.01)
