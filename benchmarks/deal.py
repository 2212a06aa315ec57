"""A deal's statement over many paths, against a project finance model that takes one path at a time; a deal alone."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.registry import Row, benchmark, in_turn, version

Floats = NDArray[np.float64]
HYPERION = Path(__file__).parents[1] / "tests" / "deals" / "hyperion_b.yaml"
PLANT = """
name: One plant, 240 months
deal:
  close: 2026-01-31
  entities:
    Buyer:
    Operator:
    Bank:
    Sponsor:
    Plant:
      owners: {Sponsor: 100 %}
      funding: [{source: loan}, {source: owners}]
  construction:
    works: {payer: Plant, amount: 109.2 m USD}
  services:
    power: {payer: Buyer, payee: Plant, cost: revenue}
    operation: {payer: Plant, payee: Operator, amount: 2.5 m USD, escalator: 2.5 %, start: close, end: 2045-12-31}
  loans:
    loan:
      borrower: Plant
      amount: 65.52 m USD
      rest: Bank
      coupon: 7 %
      every: quarterly
      interest_only_until: 2026-02-28
      final: 2043-12-31
      amortisation: {kind: level}
      upfront_fee: 2.75 %
      dsra: 6
"""
YEARS, REVENUE, COST, DEBT = 20, 14e6, 109.2e6, 60.0


@cache
def plant() -> Any:
    """The plant's deal with the same revenue in each month."""
    from gigacampus.campus import spec
    from gigacampus.engines import finance

    months = np.arange(12 * YEARS).astype("timedelta64[M]") + np.datetime64("2026-01")
    deal = spec.read(PLANT).campus.deal
    assert deal is not None
    return finance.run(deal, finance.Under(months, {"revenue": np.full(12 * YEARS, REVENUE / 12)}))


def paths(count: int) -> tuple[Floats, Floats]:
    """Revenue of the plant along random paths: by month (P, 240), and by year (P, 20) [USD]."""
    steps = np.random.default_rng(1).normal(0.0, 0.02, (12 * YEARS, count))
    monthly = (REVENUE / 12 * np.exp(np.cumsum(steps, axis=0))).T
    return monthly, monthly.reshape(count, YEARS, 12).sum(axis=2)


def ours(monthly: Floats) -> tuple[Floats, Floats]:
    """Least cover (P,), and the sponsor's cash flow by month (P, 240) [USD]."""
    statement = plant()
    rows = ["plant.cfads", "loan.due", "plant.distribution.sponsor", "plant.call.sponsor"]
    cash, due, paid, called = statement.over_paths({"power.cost": monthly}, rows).values()
    at = np.flatnonzero(statement.rows["loan.repay"])
    since = np.concatenate([[0], at[:-1] + 1])
    cover = np.add.reduceat(cash.T[: at[-1] + 1], since) / due.T[at]
    return cover.min(axis=0), paid - called


@cache
def _single_owner() -> Any:
    """PySAM's model of the same plant."""
    import PySAM.Singleowner as peer  # type: ignore[import-not-found]

    model = peer.default("CustomGenerationProfileSingleOwner")
    output = 10_000.0  # kW, all year: it only turns a price into the revenue
    for name, value in {
        "gen": [output] * 8760, "analysis_period": YEARS, "ppa_soln_mode": 1, "ppa_escalation": 0,
        "total_installed_cost": COST, "construction_financing_cost": 0, "months_working_reserve": 0,
        "om_fixed": (2.5e6,), "om_capacity": (0,), "om_fuel_cost": (0,), "insurance_rate": 0, "reserves_interest": 0,
        "debt_option": 0, "debt_percent": DEBT, "payment_option": 0, "term_tenor": 18, "term_int_rate": 7,
        "cost_debt_fee": 2.75, "dscr_reserve_months": 6,
    }.items():  # fmt: skip
        model.value(name, value)
    return model, output * 8760


def single_owner(yearly: Floats) -> list[tuple[float, Any]]:
    """Least cover, and the owner's cash flow by year, of each path of yearly revenue (P, 20), one by one."""
    (model, energy), found = _single_owner(), []
    for revenue in yearly:
        model.value("ppa_price_input", (revenue / energy).tolist())
        model.execute(0)
        found.append((model.Outputs.min_dscr, model.Outputs.cf_project_return_aftertax))
    return found


@benchmark("finance.waterfall")
def waterfall(repeat: int, count: int = 10_000, sample: int = 50) -> Iterator[Row]:
    """One plant's statement over 10,000 paths of revenue, against PySAM's single owner, path by path."""
    monthly, yearly = paths(count)
    if find_spec("PySAM") is None:
        (mine,) = in_turn(repeat, lambda: ours(monthly))
    else:
        mine, some = in_turn(repeat, lambda: ours(monthly), lambda: single_owner(yearly[:sample]))
        gap = np.median(ours(monthly[:sample])[0] - [cover for cover, _ in single_owner(yearly[:sample])])
        yield Row(
            "finance.waterfall", 1e3 * mine / count, 1e3 * some / sample, version("nrel-pysam"), "ms",
            f"a path; ours {12 * YEARS} months, quarterly level debt with reserve, waterfall, least cover and equity "
            f"flows, no tax, {count:,} paths together; peer {YEARS} years, the same, tax and depreciation, {sample} "
            f"paths one by one; median difference of least cover {gap:+.2f}",
        )  # fmt: skip
    yield Row("finance.waterfall-total", mine, 0.15, "target", "s", f"target; the {count:,} paths together")


@benchmark("finance.deal")
def hyperion(repeat: int) -> Iterator[Row]:
    """A full deal: dates, statement, five unknowns and two sizes solved, cover, returns, residuals."""
    from gigacampus.campus import spec
    from gigacampus.engines import finance

    deal = spec.read(HYPERION.read_text(encoding="utf-8")).campus.deal
    assert deal is not None
    (mine,) = in_turn(4 * repeat, lambda: finance.run(deal))
    yield Row("finance.deal", mine, 0.1, "target", "s", f"target; {HYPERION.stem}, 284 months, in a warm process")
