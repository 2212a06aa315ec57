"""What the report says of a deal, held against the statement: revenue, covenants, terms, guarantees, returns."""

from __future__ import annotations

import functools

import numpy as np
import pytest
from pages import html
from pages import run as kept

from gigacampus.campus.spec import read
from gigacampus.faces import figures, numbers, report
from gigacampus.faces.figures import Figure
from gigacampus.faces.report import glance
from gigacampus.faces.report.inputs import Inputs
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


@functools.cache
def sized() -> Run:
    """The same deal, its loan as large as its limits allow, drawn with the owners' money, 60 to 40."""
    limits = "amount: unknown\n      sizing: {dscr: 1.30, ltv: 70 %, value: 900 m USD}"
    text = (
        STRESSED.replace("amount: 800 m USD", limits).replace("dsra: 6", "dsra: 0").replace("2033-06-30", "2034-06-30")
    )
    mixed = text.replace("[{source: term loan}, {source: owners}]", "[{shares: {term loan: 60 %, owners: 40 %}}]")
    return Run(read(mixed, "deal.yaml"), store=False)


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


def test_a_default_leads_the_report() -> None:
    """Months of default and lock-up, missed payments and cures as the statement's rows have them."""
    rows = stressed().finance.row
    owed = rows("term_loan.balance") > 0.5
    default, locked = (int(np.sum((rows(f"plant.{flag}") > 0.5) & owed)) for flag in ("default", "locked"))
    missed = int(np.sum(rows("plant.missed") > 0.5))
    assert min(default, locked, missed) > 0
    lead = glance.lead(stressed())
    assert lead.en.startswith(f"Plant is in default for {default} months and locked up for {locked} months")
    assert " debt payments are not met in full, by up to $" in lead.en
    assert "its owners pay in $10.0\u202fm to cure" in lead.en
    assert f"債務不履行{default}か月、配当停止{locked}か月、返済不足{missed}回" in lead.ja
    assert f"in default for {default} months" in drawn(stressed(), "debt_and_cover").title.en
    levels = drawn(stressed(), "covenants").table.rows
    assert [row[1] for row in levels] == [1.20, 1.05]
    least = min(stressed().finance.covenants["Plant"].cover)
    assert {row[2] for row in levels} == {least}
    assert [row[5] for row in levels] == [locked, default]


def test_covenants_stand_on_the_first_page_where_they_are_breached() -> None:
    page = bytes(stressed().report).decode()
    first = page[page.index('<section id="glance">') : page.index('<section id="energy">')]
    assert '<figure id="covenants"' in first
    assert page.count('<figure id="covenants"') == 1
    assert '<figure id="covenants"' not in html("hyperion")
    assert "default" not in glance.lead(kept("hyperion")).en


def test_what_is_owed_as_a_guarantee_ends_is_one_figure() -> None:
    """Title, note of the value by year, and KPI: the balance when the guarantee ends, with the month."""
    opened = kept("hyperion")
    owed = numbers.money(opened.kpi["finance.uncovered.residual_value"].value)
    assert owed == "$10.3\u202fbn"
    assert (
        drawn(opened, "guarantee_by_year").title.en
        == f"When the guarantee ends in May 2045, {owed} of debt is still owed"
    )
    note = drawn(opened, "value_by_year").note.en
    assert f"ends in May 2045 with {owed} of debt owed; rent after May 2033 rests on options" in note
    assert "committed until" not in note
    line = drawn(opened, "life_line").table.rows
    assert [row[3] for row in line if row[0].en == "Guarantee"] == ["2045-05-30"]


def test_inputs_are_not_shown_as_results() -> None:
    """Cover that a schedule is sculpted to, and rent that starts on a day whatever is ready."""
    keys = {key.name: key for key in glance.key_figures(kept("hyperion"), Inputs(kept("hyperion")))}
    assert keys["finance.dscr_min"].label.en.endswith("set by the schedule")
    assert "it is an input" in drawn(kept("hyperion"), "debt_and_cover").note.en
    assert "Rent starts on a fixed date" in drawn(kept("hyperion"), "tornado").note.en
    keys = {key.name: key for key in glance.key_figures(stressed(), Inputs(stressed()))}
    assert not keys["finance.dscr_min"].label.en.endswith("set by the schedule")
    assert "Rent" not in drawn(stressed(), "tornado").note.en


def test_the_owners_returns_are_key_figures() -> None:
    keys = {key.name: key for key in glance.key_figures(kept("hyperion"), Inputs(kept("hyperion")))}
    assert keys["finance.irr.blue_owl"].label.en == "Return (IRR), Blue Owl"
    assert keys["finance.irr.blue_owl"].value == numbers.significant(
        100 * kept("hyperion").kpi["finance.irr.blue_owl"].value
    )
    assert keys["finance.moic.blue_owl"].unit.en == "times"


def test_the_term_sheet_says_what_limits_a_loan_and_what_is_never_drawn() -> None:
    """630 m are 70 % of the value; 60 % of works and interest are less."""
    made, rows = drawn(sized(), "term_sheet"), sized().finance.row
    terms = {row[0].en: row[1] for row in made.table.rows}
    assert terms["Amount"].en == "$630.0\u202fm"
    assert terms["Largest by loan to value"].en == "$630.0\u202fm, binds"
    assert not terms["Largest by cover of each payment"].en.endswith("binds")
    left = 630e6 - float(rows("term_loan.draw").sum())
    assert left > 1e6
    assert made.title.en == f"Term loan: {numbers.money(left)} of $630\u202fm is never drawn"
    assert terms["Final payment"] == "2037-12-31"
    assert terms["Rate a year"].en == "6\u202f%"
    assert terms["Held by"].en == "Banks 100\u202f%"
    hyperion = {row[0].en: row[1] for row in drawn(kept("hyperion"), "term_sheet").table.rows}
    assert hyperion["Repaid by"].en == "sculpted to a cover of 1.12"
    assert hyperion["First repayment"] == "2029-11-30"


def test_years_of_cash_add_up_to_the_statement() -> None:
    rows, finance = drawn(stressed(), "annual_cash").table.rows, stressed().finance
    cash, service, to_owner = (sum(row[i] for row in rows) for i in (1, 2, 4))
    assert cash == pytest.approx(float(finance.row("plant.cfads").sum()) / 1e6)
    assert service == pytest.approx(float(finance.loans["term loan"].service.sum()) / 1e6)
    assert to_owner == pytest.approx(float(finance.row("plant.distribution").sum()) / 1e6)
    assert min(row[3] for row in rows if row[3] is not None) == finance.metrics["dscr_min"].value
