"""Hourly and monthly tables as Parquet: plain columns, each with its unit in the field's metadata, without pandas."""

from __future__ import annotations

import io
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from gigacampus.runs.kpi import slug

if TYPE_CHECKING:
    from gigacampus.runs.pipeline import Run

Columns = Mapping[str, tuple[str, Any]]
"""Column name to unit and array."""


def hours(run: Run) -> Any:
    """Start of every hour of the life in UTC, shape (H,), datetime64[ms]."""
    start = run.timeline.days.astype("datetime64[h]")[:, None] + np.arange(24)
    return start.ravel().astype("datetime64[ms]")


def facility_columns(run: Run) -> dict[str, tuple[str, Any]]:
    """Hourly columns of the facility, with the weather that it saw."""
    weather = {name: ("degC", run.timeline.gather(getattr(run.site, name))) for name in ("dry_bulb", "wet_bulb")}
    return weather | {name: (unit, getattr(run.facility, name)) for name, unit in FACILITY.items()}


def supply_columns(run: Run) -> dict[str, tuple[str, Any]]:
    """Hourly columns of the supply."""
    flows = run.supply.dispatch
    columns = {name: (unit, getattr(flows, name)) for name, unit in FLOWS.items()}
    return columns | {f"generation.{name}": ("MW", power) for name, power in flows.generation.items()}


def hourly(run: Run) -> bytes:
    """One row an hour of the life, in UTC, labelled by the hour's start."""
    columns: dict[str, tuple[str, Any]] = {"time": ("UTC", hours(run))}
    columns |= {f"facility.{name}": column for name, column in facility_columns(run).items()}
    return parquet(columns | {f"supply.{name}": column for name, column in supply_columns(run).items()})


FACILITY = {
    "load": "MW",
    "it": "MW",
    "cooling": "MW",
    "chiller": "MW",
    "pumps": "MW",
    "rejection_fans": "MW",
    "air_handlers": "MW",
    "cdu_pumps": "MW",
    "power_losses": "MW",
    "other": "MW",
    "withdrawal": "m3",
    "consumption": "m3",
    "excess": "K",
    "missing": "MW",
}
FLOWS = {
    "grid_import": "MW",
    "grid_export": "MW",
    "charge": "MW",
    "discharge": "MW",
    "soc": "MWh",
    "curtailed": "MW",
    "unserved": "MW",
    "price": "USD/MWh",
}


def monthly(run: Run) -> bytes:
    """One row a month: energy, water and cost of the campus, and every row of the deal's statement."""
    columns: dict[str, tuple[str, Any]] = {}
    if run.campus.physical:
        timeline = run.timeline
        columns["month"] = ("", timeline.months.astype("datetime64[ms]"))
        columns["facility.energy"] = ("MWh", timeline.monthly(run.facility.load))
        columns["it.energy"] = ("MWh", timeline.monthly(run.facility.it))
        columns["facility.water"] = ("m3", timeline.monthly(run.facility.withdrawal))
        columns |= {f"supply.cost.{name}": ("USD", amount) for name, amount in run.supply.costs.items()}
    if run.finance is not None:
        columns = _statement(run, columns)
    return parquet(columns)


def _statement(run: Run, physical: dict[str, tuple[str, Any]]) -> dict[str, tuple[str, Any]]:
    """Lay the physical months and the statement's months on one axis; where one has none, it is zero."""
    months = run.finance.months.astype("datetime64[M]")
    own = run.timeline.months if physical else months
    axis = np.arange(min(months[0], own[0]), max(months[-1], own[-1]) + 1)
    columns: dict[str, tuple[str, Any]] = {"month": ("", axis.astype("datetime64[ms]"))}
    for name, (unit, values) in physical.items():
        if name != "month":
            columns[name] = (unit, _on(axis, own, values))
    for name in run.finance.rows:
        columns[f"finance.{name}"] = (run.finance.graph.rows[name].unit, _on(axis, months, run.finance.row(name)))
    return columns


def accounts(run: Run) -> bytes:
    """One row a year's end: each party's income statement and balance sheet, on both bases of its leases [USD]."""
    columns: dict[str, tuple[str, Any]] = {"month": ("", run.accounting.dates.astype("datetime64[ms]"))}
    for basis, sheets in run.accounting.sheets.items():
        for party, sheet in sheets.items():
            parts = {"income": run.accounting.income[basis][party], **vars(sheet)}
            for part, lines in parts.items():
                columns |= {f"{basis}.{slug(party)}.{part}.{line}": ("USD", level) for line, level in lines.items()}
    return parquet(columns)


def _on(axis: Any, months: Any, values: Any) -> Any:
    laid = np.zeros(len(axis))
    first = int((months[0] - axis[0]).astype(int))
    laid[first : first + len(months)] = values
    return laid


def parquet(columns: Columns) -> bytes:
    """Columns as one Parquet file: zstd, no dictionaries for floats."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    arrays, fields = [], []
    for name, (unit, values) in columns.items():
        if values.dtype.kind == "M":
            kind, plain = pa.timestamp("ms"), values.astype("datetime64[ms]").astype("int64")
        else:
            kind, plain = pa.float64(), np.ascontiguousarray(values, dtype=float)
        arrays.append(pa.Array.from_buffers(kind, len(plain), [None, pa.py_buffer(plain)]))
        fields.append(pa.field(name, kind, metadata={"units": unit}))
    out = io.BytesIO()
    table = pa.Table.from_arrays(arrays, schema=pa.schema(fields))
    pq.write_table(table, out, compression="zstd", compression_level=1, use_dictionary=False)
    return out.getvalue()
