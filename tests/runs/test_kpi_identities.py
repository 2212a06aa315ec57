"""Every KPI against an expression of its own: an identity, a sum of what results hold, a conversion by hand.

One line a KPI, none of which calls the KPI's own function or a ratio that the results keep ready. A KPI without a line
fails, and so does a line that no run ever reaches.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from campuses import run
from kpi_lines import Near
from kpi_lines_campus import CAMPUS
from kpi_lines_deal import DEAL

from gigacampus.campus.spec.deal import slug
from gigacampus.runs.kpis import REGISTRY

RUNS = ("hyperion", "models/colocation", "small", "baths", "taxed")
KPIS = {**CAMPUS, **DEAL}


def held(name: str, which: str) -> list[tuple[str, float, float]]:
    """What a KPI, or each of its family, says in a run, and what its line says; nothing where either is undefined."""
    r, entry = run(which), REGISTRY[name]
    if not r.runs(entry.stage):
        return []
    prefix = f"{name}."
    said = {k: v.value for k, v in r.kpi.items() if (k.startswith(prefix) if entry.members else k == name)}
    if all(one is None for one in said.values()):
        return []
    found: Any = KPIS[name](r)
    lines = {f"{prefix}{slug(k)}": v for k, v in found.items()} if isinstance(found, Mapping) else {name: found}
    return [(k, v, lines[k]) for k, v in said.items() if v is not None and lines.get(k) is not None]


def test_every_kpi_has_its_line() -> None:
    assert set(KPIS) == set(REGISTRY)


@pytest.mark.parametrize("name", KPIS)
def test_a_kpi_is_what_its_line_says(name: str) -> None:
    pairs = [pair for which in RUNS for pair in held(name, which)]
    assert pairs, "no run defines it"
    for what, said, line in pairs:
        within = line.within if isinstance(line, Near) else 1e-8
        assert said == pytest.approx(float(line), rel=within, abs=1e-12), what


ORDERS = [
    ("impact.ref_no_certificates", "impact.ref"),
    ("supply.renewable_annual", "supply.renewable_annual_with_certificates"),
    ("impact.scope2_market", "impact.scope2_market_no_certificates"),
    ("impact.water_consumed", "impact.water"),
    ("impact.water_source", "impact.water_source_withdrawn"),
    ("facility.pue_category_1", "facility.pue_category_2"),
    ("facility.pue_category_2", "facility.pue"),
    ("facility.pue", "facility.tue"),
    ("facility.ere", "facility.pue"),
    ("facility.unserved_it_hours_independent", "facility.unserved_it_hours"),
    ("facility.interruptions_people", "facility.interruptions"),
    ("facility.hours_short_of_water", "facility.hours_capped"),
    ("facility.hours_short_of_water", "facility.hours_short"),
    ("facility.hours_chip_above", "facility.hours_short"),
    ("facility.cooling_margin", "facility.cooling_ride_through"),
    ("facility.control_energy_saving", "facility.control_energy_saving_unlimited"),
    ("facility.swing_energy_band_low", "facility.swing_energy_band"),
    ("facility.swing_step", "facility.swing_ramp"),
    ("facility.swing_ramp", "facility.swing_peak_to_peak"),
    ("facility.flicker_pst", "facility.flicker_pst_raw"),
    ("finance.dscr_min", "finance.dscr_avg"),
    ("finance.llcr", "finance.plcr"),
    ("finance.rent_year1", "finance.rent_committed"),
    ("finance.rent_committed", "finance.rent_total"),
    ("finance.renewal.shortfall_mean", "finance.renewal.shortfall_p95"),
    ("it.energy", "facility.energy"),
]
"""What can never be above what."""


@pytest.mark.parametrize(("less", "more"), ORDERS)
def test_kpis_stand_in_order(less: str, more: str) -> None:
    both = [(r.kpi[less].value, r.kpi[more].value) for r in map(run, RUNS)]
    known = [(low, high) for low, high in both if low is not None and high is not None]
    assert known
    assert all(low <= high * (1 + 1e-9) + 1e-12 for low, high in known), known
