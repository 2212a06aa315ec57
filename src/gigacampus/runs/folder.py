"""What a run folder holds: the spec as run, KPIs, tables, verdicts, provenance, and what faces add to it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from gigacampus.runs import provenance, store, tables
from gigacampus.runs.kpi import slug
from gigacampus.runs.pipeline import Run


def default(run: Run) -> Path:
    """Where a run goes unless told otherwise."""
    return Path("runs") / f"{slug(run.campus.name)[:60] or 'campus'}-{provenance.spec_hash(run)}"


def write(run: Run, target: Path, faces: Mapping[str, bytes]) -> Path:
    """Write the run folder; it is complete or absent."""
    files = {
        "campus.yaml": run.loaded.as_run.encode(),
        "kpi.json": _json({name: value.plain() for name, value in run.kpi.items()}),
        "promises.json": _json([vars(verdict) for verdict in run.policy]),
        "monthly.parquet": run.monthly,
        **({"hourly.parquet": run.hourly} if run.campus.physical else {}),
        **({"accounts.parquet": tables.accounts(run)} if run.accounting is not None else {}),
        **faces,
        store.MARK: _json(provenance.record(run)),
    }
    return store.write_folder(target, files)


def _json(value: Any) -> bytes:
    return (json.dumps(value, indent=2, ensure_ascii=False, allow_nan=False) + "\n").encode()
