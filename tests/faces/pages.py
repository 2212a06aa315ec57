"""Runs and reports that the tests of figures and report share: each is made once in a process."""

from __future__ import annotations

import functools
from pathlib import Path

from gigacampus.campus.spec import read
from gigacampus.faces import report
from gigacampus.runs import inputs
from gigacampus.runs.pipeline import Run

EXAMPLES = Path(__file__).parents[2] / "examples"

DEAL = """\
schema_version: 1
name: "<script>alert('x')</script> & deal"
deal:
  close: 2026-01-31
  entities:
    "@gas <b>tenant</b>":
    Owner:
    Bank:
    Vehicle: {owners: {Owner: 100 %}, funding: [{shares: {loan: 70 %, owners: 30 %}}]}
  construction:
    works: {payer: Vehicle, amount: 1 bn USD, start: close, end: 2027-12-31}
  loans:
    loan:
      borrower: Vehicle
      amount: 800 m USD
      rest: Bank
      interest_only_until: 2027-12-31
      final: 2037-12-31
      coupon: 6 %
  leases:
    lease:
      landlord: Vehicle
      tenant: "@gas <b>tenant</b>"
      start: 2027-12-31
      term: 12 years
      rent: 150 m USD
      every: half-yearly
  outlook:
    lease: lease
    life: 20 years
    discount: 7 %
    growth: 1 %
    void: 6 months
    tenant_discount: 6 %
    moving_cost: 50 m USD
    scenarios:
      "<i>slump</i> & fall": {mean_reversion: 0.1 1/year, index: [{after: 3 years, level: 60 %}]}
    process: fibre-2000-net
promises:
  - {kpi: finance.dscr_min, at_least: 1.05, why: "</script><img src=x onerror=alert(1)>"}
"""
"""A deal alone, with markup wherever a user may write text."""


STRESSED = """\
schema_version: 1
name: A tenant leaves
deal:
  close: 2026-01-31
  entities:
    Sponsor:
    Customers:
    Banks:
    Plant:
      owners: {Sponsor: 100 %}
      funding: [{source: term loan}, {source: owners}]
      covenants: {lock_up: 1.20, default: 1.05, cure: 10 m USD}
  construction:
    works: {payer: Plant, amount: 1 bn USD, start: close, end: 2027-12-31}
  loans:
    term loan:
      borrower: Plant
      amount: 800 m USD
      rest: Banks
      interest_only_until: 2027-12-31
      final: 2037-12-31
      coupon: 6 %
      dsra: 6
  services:
    space: {payer: Customers, payee: Plant, amount: 160 m USD, start: 2028-01-01, end: 2033-06-30}
    space let again: {payer: Customers, payee: Plant, amount: 170 m USD, start: 2034-07-01, end: 2041-12-31}
    upkeep: {payer: Plant, amount: 12 m USD, start: 2028-01-01, end: 2041-12-31}
"""
"""Nobody pays for a year: a lock-up, a default, missed payments and a cure."""


@functools.cache
def stressed() -> Run:
    """The run of a deal in default."""
    return Run(read(STRESSED, "deal.yaml"), faces=(report.STAGE,), store=False)


@functools.cache
def run(name: str) -> Run:
    """A run of an example, or of the deal alone."""
    loaded = read(DEAL, "deal.yaml") if name == "deal" else inputs.read_spec(EXAMPLES / f"{name}.yaml")
    return Run(loaded, faces=(report.STAGE,))


@functools.cache
def html(name: str) -> str:
    """Its report."""
    return bytes(run(name).report).decode()
