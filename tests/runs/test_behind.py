"""Nothing that moves a figure of the deal is missing from the inputs that are said to be behind it."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from gigacampus.campus.spec import Origin, read
from gigacampus.errors import CampusError
from gigacampus.faces.report.inputs import Inputs
from gigacampus.runs.inputs import read_spec
from gigacampus.runs.pipeline import Run

ROOT = Path(__file__).parents[2]
DEALS = ["sixty_forty", "hyperion_b", "unseen_mini_perm"]
FIGURES = ("dscr_min", "rent_total", "irr", "irr_owner", "wal", "uncovered", "npv", "price")
OTHER: dict[Any, Any] = {
    "level": None, "growing": None, "sculpted": None, "balloon": None, "bullet": None, "list": None,
    "keep": "distribute", "distribute": "keep", "arrears": "advance", "advance": "arrears", "as drawn": "day one",
    "day one": "as drawn", "paid": "added", "added": "paid", "30/360": "act/360", "act/360": "30/360",
    "act/365": "act/360", "monthly": "quarterly", "quarterly": "half-yearly", "half-yearly": "quarterly",
    "yearly": "half-yearly",
}  # fmt: skip
"""What a word becomes."""


def other(origin: Origin) -> Any:
    """Another value that may stand there; None where a change alone would be refused."""
    value = origin.value
    if isinstance(value, date):
        return value + timedelta(days=40)
    if isinstance(value, bool):
        return not value
    if isinstance(value, str):
        return OTHER.get(value)
    if isinstance(value, int):
        return value - 1 if origin.path.endswith("exercised") else value + 6
    return f"{value * 1.03!r} {origin.unit}".replace(" fraction", "") if value else None


@pytest.mark.parametrize("name", DEALS)
def test_what_moves_a_figure_is_behind_it(name: str) -> None:
    text = (ROOT / "tests/deals" / f"{name}.yaml").read_text()
    base = Run(read(text), store=False)
    inputs, metrics = Inputs(base), base.finance.metrics
    figures = [k for k, x in metrics.items() if x.value is not None and k.partition(".")[0] in FIGURES]
    behind = {k: inputs.of_kpi(f"finance.{k}") for k in figures}
    moved = 0
    for path, origin in base.loaded.origins.items():
        absent = origin.kind == "default" and (not origin.value or path.endswith((".rank", ".used")))
        changed = other(origin) if path.startswith("deal.") and not absent else None
        if changed is None:
            continue
        try:
            found = Run(read(text, changes={path: changed}), store=False).finance.metrics
        except CampusError:
            continue
        for k in figures:
            value, was = found[k].value, metrics[k].value
            if value != pytest.approx(was, rel=1e-6, abs=1.0 if metrics[k].unit == "USD" else 1e-9):
                moved += 1
                assert path in behind[k], (k, was, value)
    assert moved > 50


def test_paths_of_rates_options_and_choices_are_counted() -> None:
    """The SOFR path, the reserve, terms, options and words; neither days of quotes nor fees that nobody asks."""
    abilene, hyperion = (Inputs(Run(read_spec(ROOT / "examples" / f"{name}.yaml"))) for name in ("abilene", "hyperion"))
    cover, returns = abilene.of_kpi("finance.dscr_min"), hyperion.of_kpi("finance.irr.blue_owl")
    assert {f"deal.benchmarks.SOFR[{k}].rate" for k in range(3)} <= cover
    assert {"deal.loans.loan 1.dsra", "deal.leases.lease 2.term", "compute.phases[0].ready"} <= cover
    campus, notes = "deal.leases.campus", "deal.loans.notes"
    assert {f"{campus}.exercised", f"{campus}.term", f"{campus}.options[3]", f"{campus}.timing"} <= returns
    assert {f"{notes}.dsra", f"{notes}.amortisation.kind", f"{notes}.every", f"{notes}.day_count"} <= returns
    assert not [path for path in returns if ".quotes." in path or path.endswith("_fee")]
