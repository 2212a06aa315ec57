"""Nothing that moves a figure of the deal is missing from the inputs that are said to be behind it."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from gigacampus.campus.spec import Origin, read
from gigacampus.errors import CampusError
from gigacampus.faces.report.inputs import Inputs
from gigacampus.runs import provenance
from gigacampus.runs.inputs import read_spec
from gigacampus.runs.kpis import REGISTRY
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


def test_what_is_not_behind_the_plant_does_not_move_it() -> None:
    """Price, carbon and plants of the supply, all changed at once, where no power is short."""
    text = (ROOT / "examples/minimal.yaml").read_text().replace("2038", "2029").replace("pjm", "{use: pjm}")
    text += "supply: {plants: {sun: {kind: solar, capacity: 30 MW, owner: contract, price: 40 USD/MWh}}}\n"
    base = Run(read(text))
    behind = {stage.name: provenance.behind(base, stage.name) for stage in base.stages}
    beside = {path: o for path, o in behind["supply"].items() if path not in behind["facility"]}
    changes = {
        path: other(o)
        for path, o in beside.items()
        if o.number and "fraction" not in o.unit and not path.endswith("year")
    }
    found = Run(read(text, changes={path: value for path, value in changes.items() if value is not None})).kpi
    moved = {name for name, value in base.kpi.items() if found[name] != value}
    assert {"supply.cost_per_mwh", "impact.scope2_location", "supply.renewable_annual"} <= moved
    assert not [name for name in moved if not changes.keys() & behind[REGISTRY[name].stage]]


def test_supply_is_behind_the_plant_where_power_is_short_or_control_weighs_its_price() -> None:
    minimal = (ROOT / "examples/minimal.yaml").read_text()
    short, priced = (Run(read(minimal + more)) for more in (
        "supply: {grid: {import_limit: 60 MW}}\n",
        "facility: {control: {by: optimal, minimise: money}}\n",
    ))  # fmt: skip
    assert "supply.grid.import_limit" in provenance.behind(short, "facility")
    assert "site.grid.price" in provenance.behind(priced, "facility")
