"""What the report says of a deal, held against the statement: revenue, covenants, terms, guarantees, returns."""

from __future__ import annotations

import functools

from gigacampus.campus.spec import read
from gigacampus.faces import figures, report
from gigacampus.faces.figures import Figure
from gigacampus.runs.pipeline import Run

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
    """Its run."""
    return Run(read(STRESSED, "deal.yaml"), faces=(report.STAGE,), store=False)


def drawn(run: Run, name: str) -> Figure:
    """One figure of a run."""
    return next(made for made in figures.draw(run) if made.id == name)


def test_revenue_and_running_costs_are_varied_apart() -> None:
    """The owner earns less with less revenue, and more with lower costs."""
    found, name = stressed().sensitivity, "irr_owner.sponsor"
    ends = {bar.key: (bar.at_low.get(name), bar.at_high.get(name)) for bar in found.bars}
    for key, sign in (("revenue", 1), ("running costs", -1)):
        low, high = ends[key]
        assert low is not None
        assert high is not None
        assert sign * low < sign * found.base[name].value < sign * high
    title = drawn(stressed(), "tornado").title.en
    assert title.startswith("Running costs 10\u202f% higher takes cover from −0.11 to −0.12")
