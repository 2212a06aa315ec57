"""One campus under four business models: the same hours, other deals."""

from __future__ import annotations

from pathlib import Path

import pytest

from gigacampus.runs import inputs
from gigacampus.runs.checks import check
from gigacampus.runs.pipeline import Run

MODELS = Path(__file__).parents[2] / "examples" / "models"
NAMES = ("lease", "colocation", "merchant", "own")


def model(name: str, **changes: object) -> Run:
    return Run(inputs.read_spec(MODELS / f"{name}.yaml", {path.replace("__", "."): v for path, v in changes.items()}))


@pytest.mark.parametrize("name", NAMES)
def test_each_model_runs_and_closes(name: str) -> None:
    run = model(name)
    check(run.loaded)
    assert run.finance.residual_money < 1e-11
    assert not run.finance.gaps
    assumed = [path for path, origin in run.loaded.origins.items() if path.startswith("deal.") and origin.grade == ""]
    assert not assumed


def test_all_four_are_the_same_campus() -> None:
    runs = [model(name) for name in NAMES]
    for stage in ("site", "offer", "facility", "supply"):
        assert len({run.key(stage) for run in runs}) == 1


def test_a_user_pays_for_the_energy_in_every_model() -> None:
    """Whoever pays the utility, energy is somebody's cost, once."""
    for name in NAMES:
        run = model(name)
        paid = sum(run.finance.row(flow.row).sum() for flow in run.finance.flows if flow.payee == "Utility")
        assert paid == pytest.approx(run.supply.bill.sum())


def test_building_for_oneself_earns_the_cost_of_capital() -> None:
    low, high = model("own"), model("own", **{"deal__published__cost of capital__equals": "10.0 %"})
    prices = [run.finance.row("services.accelerators.rates.accelerator_hours")[0] for run in (low, high)]
    assert low.finance.metrics["irr.company"].value == pytest.approx(0.08, abs=5e-4)
    assert prices[1] > prices[0] * 1.02
