"""Machines against whole tables of published ones, where the tables lie beside the repository; towers past them."""

from __future__ import annotations

import csv
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from gigacampus import air
from gigacampus.campus.spec.facility import Chiller
from gigacampus.engines.facility.cooling import chiller
from gigacampus.runs.verify.cases import tower_approach

TABLES = Path(__file__).parents[4] / "shared" / "reference" / "tables" / "facility"
SEA_LEVEL = 101_325.0


@cache
def table(name: str) -> list[dict[str, str]]:
    path = TABLES / f"{name}.csv"
    if not path.exists():
        pytest.skip(f"no table {name} beside the repository")
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def machine(row: dict[str, str]) -> Chiller:
    """A row of the table as a chiller of the spec, of the plant's heat exactly."""

    def curve(name: str, count: int) -> list[float]:
        return [float(row[f"{name}_c{i}"]) for i in range(1, count + 1)]

    given: dict[str, Any] = {
        "use": "york-yk-vsd",
        "capacity": 1.0,
        "cop": float(row["ref_COP"]),
        "capft": curve("capft", 6),
        "eirft": curve("eirft", 6),
        "eirfplr": curve("eirfplr", 3),
        "leaving_min": float(row["T_chw_min_C"]),
        "leaving_max": float(row["T_chw_max_C"]),
        "entering_min": float(row["T_cond_min_C"]),
        "entering_max": float(row["T_cond_max_C"]),
        "part_load_min": float(row["PLR_min"]),
    }
    return Chiller.model_validate(given)


def usable(row: dict[str, str]) -> bool:
    """Within 3 % of its reference, and an energy input that falls with warm chilled water and rises with the condenser.

    The last as means over the box's other temperature.
    """
    curves = machine(row).curves
    x, y = float(row["T_chw_lvg_ref_C"]), np.array(float(row["T_cond_ent_ref_C"]))
    parts = [float(chiller.biquadratic(c, x, y)) for c in (curves.capft, curves.eirft)] + [sum(curves.eirfplr)]
    condenser = np.linspace(*curves.entering, 11)
    box = np.array([chiller.biquadratic(curves.eirft, t, condenser) for t in np.linspace(*curves.leaving, 11)])
    falls, rises = np.diff(box.mean(axis=1)) <= 0, np.diff(box.mean(axis=0)) >= 0
    return bool(np.all(np.abs(np.array(parts) - 1) <= 0.03) and np.all(falls) and np.all(rises))


def test_114_chillers_give_their_reference() -> None:
    rows = [row for row in table("chillers_eir_cooltools") if usable(row)]
    assert len(rows) == 114
    for row in rows:
        leaving, entering = float(row["T_chw_lvg_ref_C"]), np.array([float(row["T_cond_ent_ref_C"])])
        found, cop = machine(row), float(row["ref_COP"])
        assert chiller.full_load_cop(found, leaving, entering)[0] == pytest.approx(cop, rel=0.031), row["chiller"]
        power, beyond = chiller.chill(found, np.array([1.0]), 1.0, leaving, entering)
        assert beyond[0] <= 0.03
        assert (power / (1 - beyond))[0] == pytest.approx(1 / cop, rel=0.06), row["chiller"]


def test_large_machines_lie_about_their_share_of_carnot() -> None:
    """Machines of 1.5 MW and above: on average within 5 %, each within 35 %."""
    rows = [
        row for row in table("chillers_eir_cooltools") if usable(row) and float(row["ref_capacity_kW"] or 0) >= 1500
    ]
    ratios = [
        chiller.carnot_cop(float(row["T_chw_lvg_ref_C"]), np.array([float(row["T_cond_ent_ref_C"])]))[0]
        / float(row["ref_COP"])
        for row in rows
    ]
    assert len(ratios) > 40
    assert np.mean(ratios) == pytest.approx(1.0, abs=0.05)
    assert np.max(np.abs(np.array(ratios) - 1)) < 0.35


def test_towers_follow_yorkcalc_within_its_bounds() -> None:
    """At the design range and air within 4 %; at half to full air and 3 to 11 K of range within a fifth."""
    c = [float(row["value"]) for row in table("tower_drycooler") if row["set"] == "YorkCalc approach"]

    def york(t: float, span: float, ratio: float) -> float:
        return sum(x * t ** (k % 3) * span ** (k // 3 % 3) * ratio ** (k // 9) for k, x in enumerate(c))

    for t in (0.0, 5.0, 10.0, 20.0, 25.55, 26.7):
        assert tower_approach(t, 5.56) == pytest.approx(york(t, 5.56, 1.0), rel=0.04)
        for span in (3.0, 8.0, 11.0):
            for flow in (0.5, 0.7, 1.0):
                assert tower_approach(t, span, flow) == pytest.approx(york(t, span, 1 / flow), rel=0.2)


def merkel(wet_bulb: float, approach: float, span: float) -> float:
    """Merkel's number of a tower at equal flows: the integral of c dT / (h_s - h_a), by Simpson's rule."""
    t = np.linspace(wet_bulb + approach, wet_bulb + approach + span, 201)
    saturated = air.enthalpy(t, air.saturation_humidity_ratio(t, SEA_LEVEL))
    entering = air.enthalpy(wet_bulb, air.saturation_humidity_ratio(wet_bulb, SEA_LEVEL))
    y = 4.18 / (saturated - entering - 4.18 * (t - t[0]))
    return float(span / 600 * (y[0] + 4 * y[1:-1:2].sum() + 2 * y[2:-1:2].sum() + y[-1]))


@pytest.mark.parametrize(
    ("wet_bulb", "apart"), [(0.0, 0.025), (15.0, 0.01), (25.55, 0.005), (29.0, 0.01), (34.0, 0.02)]
)
def test_towers_solve_merkels_integral_also_beyond_yorkcalc(wet_bulb: float, apart: float) -> None:
    """The design's number times the UA factors, 1.0039 at design water, is the number at the approach found."""
    wanted = merkel(25.55, 3.89, 5.56) * 1.0039 * (1 + 0.0081 * (25.55 - wet_bulb))
    assert merkel(wet_bulb, tower_approach(wet_bulb, 5.56), 5.56) == pytest.approx(wanted, rel=apart)


def test_towers_go_on_smoothly_beyond_yorkcalc() -> None:
    approach = np.array([tower_approach(t, 5.56) for t in np.linspace(24.0, 34.0, 21)])
    assert np.all(approach > 1.1)
    assert np.all(np.diff(approach) < 0)
    assert np.all(np.abs(np.diff(approach, 2)) < 0.005)
