"""Runs that the nets share, each made once in a process: two examples, and a small campus on which every flow differs.

The small campus has two phases, plants of its own with more sun than it needs and too little grid, a gas plant whose
carbon is scope 1, water that is metered, capped, reclaimed and recycled, heat that somebody takes, and swings that are
smoothed: what is zero, whole or equal on most campuses is none of it here.
"""

from __future__ import annotations

import functools
from pathlib import Path

from gigacampus.campus.spec import read
from gigacampus.runs import inputs
from gigacampus.runs.pipeline import Run
from gigacampus.runs.verify.reading import changed

ROOT = Path(__file__).parents[2]

SMALL = """\
schema_version: 1
name: Small
life: {end: 2030-12-31}
site: {weather: columbus-oh, grid: pjm}
compute:
  basis: facility
  phases:
    - {name: Hall 1, ready: 2029-01-01, power: 20 MW}
    - {name: Hall 2, ready: 2029-07-01, power: 15 MW}
workload:
  training: {share: 60 %, job_accelerators: 100000}
  serving: {share: 25 %}
facility:
  water:
    reclaimed: 40 %
    reclaimed_quality: reclaimed-municipal
    recycling: reverse-osmosis
    cap: 0.25 L/kWh
    quality: surface-municipal
    permit: {discharge_max: 22 C}
  heat_reuse: {share: 20 %, temperature: 40 C}
  swings: {smoothing: [rack-storage, battery, ramps]}
supply:
  grid: {import_limit: 14 MW}
  plants:
    sun: {kind: solar, capacity: 60 MW, behind_meter: true}
    gas: {kind: gas, capacity: 6 MW, behind_meter: true}
  certificates: {match: 90 %}
deal:
  close: 2028-12-31
  entities:
    Customer:
    Owner:
    Utility:
    Vehicle: {owners: {Owner: 100 %}, funding: [{source: owners}]}
  construction:
    shell: {payer: Vehicle, unit_cost: 1 m USD/MW, phase: Hall 2, start: close, end: Hall 2}
  services:
    space: {payer: Customer, payee: Vehicle, rates: {it_capacity: 1 USD/kW-month}}
    energy: {payer: Vehicle, payee: Utility, cost: energy}
"""


_BATHS = {
    "life.end": "2029-12-31",
    "facility": {"cooling": "immersion-2p", "design": {"accept_excess": True}, "control": {"assess": False}},
}
_TAXED = {
    "deal.entities.Utility": {"discount_rate": "8 %"},
    "deal.published": {"least cover": {"row": "dscr_min", "equals": 1.5}},
}


@functools.cache
def run(name: str) -> Run:
    """The run of an example, by its path below `examples` without suffix, of the small campus, or of two variants."""
    if name == "small":
        return Run(read(SMALL, "small.yaml"))
    if name == "baths":
        return Run(changed(ROOT / "examples" / "minimal.yaml", _BATHS))
    if name == "taxed":
        return Run(changed(ROOT / "tests" / "deals" / "taxed.yaml", _TAXED))
    return Run(inputs.read_spec(ROOT / "examples" / f"{name}.yaml"))
