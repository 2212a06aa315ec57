"""Columns of the hourly and monthly tables against the KPIs and results that sum them, by their labels."""

from __future__ import annotations

import io
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from campuses import run

from gigacampus.runs import tables
from gigacampus.runs.kpis import REGISTRY

NAMES = ("small", "hyperion")
SUMS = {"facility.load": "facility.energy", "facility.it": "it.energy", "facility.withdrawal": "impact.water",
        "facility.consumption": "impact.water_consumed", "supply.grid_import": "supply.grid_import",
        "supply.curtailed": "supply.curtailed", "supply.unserved": "supply.unserved"}  # fmt: skip
"""The KPI that sums an hourly column: of power in MW, energy in MWh."""


def read(content: bytes) -> tuple[dict[str, Any], dict[str, str]]:
    """Columns and their units."""
    import pyarrow.parquet as pq

    table = pq.read_table(io.BytesIO(content))
    units = {field.name: field.metadata[b"units"].decode() for field in table.schema}
    return {name: table[name].to_numpy() for name in table.column_names}, units


def by_month(labels: Any, values: Any, months: Any) -> Any:
    """Sums of hours by the month of their label."""
    return np.bincount((labels.astype("datetime64[M]") - months[0]).astype(int), values, len(months))


@pytest.mark.parametrize("name", NAMES)
def test_hours_are_labelled_by_their_start_in_utc(name: str) -> None:
    r, (table, units) = run(name), read(tables.hourly(run(name)))
    first, last = (np.datetime64(day, "h") for day in (r.timeline.start, r.timeline.end))
    assert units["time"] == "UTC"
    np.testing.assert_array_equal(table["time"], np.arange(first, last + 24).astype("datetime64[ms]"))
    typical = r.site.dry_bulb[: 24 * 28]  # January of the weather year
    np.testing.assert_array_equal(table["facility.dry_bulb"][table["time"] >= np.datetime64("2030-01")][:672], typical)


@pytest.mark.parametrize("name", NAMES)
def test_each_hourly_column_sums_to_its_kpi_or_result(name: str) -> None:
    r, (table, units) = run(name), read(tables.hourly(run(name)))
    for column, kpi in SUMS.items():
        assert table[column].sum() == pytest.approx(r.kpi[kpi].value, rel=1e-12), column
        assert units[column] == {"MWh": "MW"}.get(r.kpi[kpi].unit, r.kpi[kpi].unit), column
    assert {units[c] for c in table if c.startswith("supply.generation")} == {"MW"}
    energy = r.supply.energy
    for column in table:
        plant = column.removeprefix("supply.generation.").removeprefix("supply.")
        if plant in energy:
            assert table[column].sum() == pytest.approx(energy[plant].sum(), rel=1e-12), column
    cooling = ("chiller", "pumps", "rejection_fans", "air_handlers", "cdu_pumps")
    np.testing.assert_allclose(sum(table[f"facility.{part}"] for part in cooling), table["facility.cooling"])
    beside = sum(table[f"facility.{part}"] for part in ("it", "cooling", "power_losses", "other"))
    np.testing.assert_allclose(beside, table["facility.load"])
    bought = r.supply.dispatch.purchase * table["supply.price"]
    assert bought.sum() == pytest.approx(r.supply.costs["grid_energy"].sum(), rel=1e-12)
    assert np.count_nonzero(table["facility.excess"] > 0.05) <= r.kpi["facility.hours_short"].value
    others = {"supply.soc": "MWh", "supply.price": "USD/MWh", "facility.excess": "K", "facility.dry_bulb": "degC"}
    assert {column: units[column] for column in others} == others


@pytest.mark.parametrize("name", NAMES)
def test_months_hold_the_hours_that_are_labelled_so(name: str) -> None:
    r = run(name)
    (hours, hourly), (months, units) = read(tables.hourly(r)), read(tables.monthly(r))
    axis = months["month"].astype("datetime64[M]")
    for column, of in (("facility.energy", "load"), ("it.energy", "it"), ("facility.water", "withdrawal")):
        np.testing.assert_allclose(months[column], by_month(hours["time"], hours[f"facility.{of}"], axis), rtol=1e-9)
        assert units[column] == {"MW": "MWh"}.get(hourly[f"facility.{of}"], hourly[f"facility.{of}"])
    index = (1 + r.campus.supply.inflation) ** (
        axis.astype("datetime64[Y]").astype(int) + 1970 - r.campus.supply.price_year
    )
    for item, each in r.supply.cost_items.items():
        real = (months[f"supply.cost.{item}"] / index).sum()
        assert real == pytest.approx(each * r.kpi["facility.energy"].value, rel=1e-9, abs=1e-3), item
        assert units[f"supply.cost.{item}"] == "USD"
    own = r.finance.months.astype("datetime64[M]")
    for row in r.finance.rows:
        there = np.isin(axis, own)
        np.testing.assert_array_equal(months[f"finance.{row}"][there], r.finance.row(row))
        assert not months[f"finance.{row}"][~there].any()


def test_a_residual_of_any_result_shows_in_a_kpi() -> None:
    """One at a time is set to 1, of a run in which all else closes."""
    r = run("hyperion")
    found = {}
    for stage in ("facility", "supply", "finance", "accounting", "swings"):
        names = (name for name in dir(getattr(r, stage)) if name.startswith("residual"))
        found |= {(stage, name): 0.0 for name in names if isinstance(getattr(getattr(r, stage), name), float)}
    assert len(found) >= 9
    for open_ in found:
        values = found | {open_: 1.0}
        stages = {stage: {name: x for (of, name), x in values.items() if of == stage} for stage, _ in found}
        other = SimpleNamespace(**{stage: SimpleNamespace(**of) for stage, of in stages.items()})
        shown = [entry.call(other) for name, entry in REGISTRY.items() if name.startswith("residual.")]
        assert sorted(shown)[-2:] == [0.0, 1.0], open_
