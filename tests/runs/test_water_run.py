"""Scarce water in a run: the load that the supply sees, the KPIs, and the stages that run again."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from gigacampus.runs.pipeline import Run
from gigacampus.runs.verify.reading import changed

MINIMAL = Path(__file__).parents[2] / "examples" / "minimal.yaml"


def run(water: Any, **more: Any) -> Run:
    return Run(changed(MINIMAL, {"facility": {"water": water, **more}}))


def test_a_permit_reaches_dispatch_and_kpis() -> None:
    free = run({"tank": "0 m3"})
    year = free.timeline.yearly(free.facility.withdrawal).max()
    permit = {"annual": f"{float(0.5 * year)!r} m3", "discharge_max": "20 C"}
    held = run({"permit": permit, "recycling": "reverse-osmosis", "tank": "100 m3"})
    kpi = held.kpi
    assert kpi["facility.water_year"].value <= 0.5 * year * (1 + 1e-9)
    assert kpi["facility.hours_capped"].value > kpi["facility.hours_short_of_water"].value >= 0
    assert kpi["facility.hours_warm_discharge"].value > 0
    assert kpi["facility.water_consumed_share"].value > free.kpi["facility.water_consumed_share"].value
    assert kpi["facility.water_reused_share"].value == pytest.approx(0.75 / 3)
    assert kpi["residual.water"].value < 1e-9
    np.testing.assert_array_equal(held.dispatch.load, held.facility.load)
    assert kpi["facility.energy"].value > free.kpi["facility.energy"].value
    assert kpi["impact.water_source_withdrawn"].value > kpi["impact.water_source"].value


def test_baths_and_heat_have_kpis() -> None:
    kpi = run(
        None,
        cooling="immersion-2p",
        design={"accept_excess": True},
        heat_reuse={"share": "20 %", "temperature": "40 C"},
    ).kpi
    assert kpi["facility.fluid_cost"].value == pytest.approx(75 * kpi["facility.fluid_lost"].value)
    assert kpi["facility.fluid_carbon"].value == pytest.approx(kpi["facility.fluid_lost"].value / 1e3)
    assert kpi["facility.heat_temperature"].value == 40.0
    assert kpi["facility.heat_reused"].value == pytest.approx(kpi["facility.erf"].value * kpi["facility.energy"].value)
    assert kpi["facility.hours_warm_discharge"].value is None
