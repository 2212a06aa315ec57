"""What the report says of a deal, held against the statement: revenue, covenants, terms, guarantees, returns."""

from __future__ import annotations

import functools
import json
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from pages import EXAMPLES, STRESSED, html, stressed
from pages import run as kept

from gigacampus.campus.spec import read
from gigacampus.faces import figures, numbers
from gigacampus.faces.figures import Figure
from gigacampus.faces.report import glance
from gigacampus.faces.report.inputs import Inputs
from gigacampus.faces.report.proof import rules
from gigacampus.runs.kpi import slug
from gigacampus.runs.pipeline import Run


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


@functools.cache
def taxed() -> Run:
    """Two owners, one of them taxed; the loan is called with a premium."""
    text = (Path(__file__).parents[1] / "deals" / "taxed.yaml").read_text(encoding="utf-8")
    term = text[text.index("    term:\n") : text.index("  leases:")]
    first = term.replace("final:", "call: {premium: 2 %}\n      final:")
    second = term.replace("term:", "notes:").replace("rest: Bank", "rest: Insurer").replace("500 m", "520 m")
    second = second.replace(
        "interest_only_until: 2028-01-01", "start: 2032-12-31\n      interest_only_until: 2032-12-31"
    )
    both = first + second.replace("coupon: 7 %", "coupon: 6 %\n      refinances: term")
    return Run(
        read("schema_version: 1\n" + text.replace(term, both).replace("Bank:", "Bank:\n    Insurer:", 1), "deal.yaml"),
        store=False,
    )


def test_rates_of_return_of_the_taxed_and_of_lenders_that_are_called() -> None:
    """Before and after tax as the KPIs have them; a call's premium is part of what a lender earns."""
    made, kpis = drawn(taxed(), "who_gets_what"), taxed().kpi
    heads = [column.name.en for column in made.table.columns]
    assert heads[-2:] == ["IRR before tax", "IRR after tax"]
    rows = {(row[0].en, row[1].en): row[-2:] for row in made.table.rows}
    before, after = rows["Utility", "as owner"]
    assert before == pytest.approx(100 * kpis["finance.irr.utility"].value)
    assert after == pytest.approx(100 * kpis["finance.irr_after_tax.utility"].value)
    assert after < before
    assert rows["Bank", "as lender"][0] == pytest.approx(100 * kpis["finance.irr.bank"].value)
    assert rows["Bank", "as lender"][1] is None
    assert rows["Utility", "for income tax"] == (None, None)
    keys = {key.name: key.label.en for key in glance.key_figures(taxed(), Inputs(taxed()))}
    assert keys["finance.irr.utility"] == "Return before tax (IRR), Utility"


def test_headings_agree_on_what_lenders_receive() -> None:
    who, flows = drawn(taxed(), "who_gets_what"), drawn(taxed(), "money_sankey")
    lenders = sum(row[3] for row in who.table.rows if row[1].en == "as lender")
    assert f"lenders receive {numbers.significant(lenders)}" in who.title.en
    assert f"lenders get {numbers.money(1e6 * lenders)} back" in flows.title.en
    assert "at the end of 2029" in drawn(kept("hyperion"), "balance_sheets").title.en


def test_a_figure_of_money_cites_what_its_rows_rest_on() -> None:
    """Debt and cover cite as much as the key figures of them, and far less than the whole spec."""
    found, opened = Inputs(kept("hyperion")), kept("hyperion")
    cited = found.of_rows(drawn(opened, "debt_and_cover").rows)
    assert found.of_kpi("finance.dscr_min") <= cited < found.of_stages(["finance"])
    assert len(cited) < 0.2 * len(found.all)
    for made in figures.draw(opened):
        if made.rows:
            assert found.of_rows(made.rows), made.id


def test_validate_counts_inputs_as_the_report_does() -> None:
    process = subprocess.run([sys.executable, "-c", "from gigacampus.faces.cli import main; main()",
                              "validate", str(EXAMPLES / "hyperion.yaml"), "--json"],
                             capture_output=True, text=True, check=True)  # fmt: skip
    said, found = json.loads(process.stdout), Inputs(kept("hyperion"))
    assert said["values"] == len(found.all)
    identity = {name.en: value.en for name, value, _ in glance.identity(kept("hyperion"), found)}
    assert identity["Assumed inputs"] == f"{said['assumed']} of {said['values']}"


def test_a_deal_alone_answers_for_the_ledger_of_finance_alone() -> None:
    ids = {
        name: set(re.findall(r"<code>(\w+)\.[\w.-]+</code></th><td class=\"r nw\">", html(name)))
        for name in ("deal", "minimal")
    }
    assert ids["deal"] == {"finance"}
    assert {"facility", "site"} <= ids["minimal"]
    assert "finance" not in ids["minimal"]


def test_the_debt_table_has_every_lease_and_loan_by_calendar_year() -> None:
    """Rent and service in all are the statement's; a year without repayment has no cover."""
    run = kept("abilene")
    table, finance = drawn(run, "debt_and_cover").table, run.finance
    names = [column.name.en for column in table.columns]
    columns = dict(zip(names, zip(*table.rows, strict=True), strict=True))
    rent = sum(float(finance.row(f"{slug(name)}.rent").sum()) for name in finance.leases)
    service = sum(float(loan.service.sum()) for loan in finance.loans.values())
    assert sum(columns["Rent"]) * 1e9 == pytest.approx(rent)
    paid = sum(sum(column) for name, column in columns.items() if name.startswith("Debt service"))
    assert paid * 1e9 == pytest.approx(service)
    covers = [x for name, column in columns.items() if name.startswith("Least DSCR") for x in column]
    assert None in covers
    assert min(x for x in covers if x is not None) == pytest.approx(finance.metrics["dscr_min"].value)
    assert [name for name in names if name.startswith("Balance")] == [
        "Balance at end, loan 1",
        "Balance at end, loan 2",
    ]


def test_a_reserve_says_how_much_of_the_service_it_is() -> None:
    """Hyperion's is the first half-year's; its payments grow, and it is 6 × first / highest months of the highest."""
    run = kept("hyperion")
    service = run.finance.loans["notes"].service[run.finance.loans["notes"].repays]
    cell = next(row[1] for row in drawn(run, "term_sheet").table.rows if row[0].en == "Debt service reserve")
    assert f"the first 6 months; {6 * service[0] / service.max():.1f} months of the highest" in cell.en
    assert 6 * service[0] / service.max() < 5


def test_a_reserve_has_one_name_in_japanese() -> None:
    """And what the program itself says of a deal is in Japanese throughout."""
    words = json.dumps(
        [text for made in figures.draw(stressed()) for text in (str(made.table.rows), str(made.note))],
        ensure_ascii=False,
    )
    assert "元利金返済準備金" in words
    assert "積立金" not in html("hyperion")
    assert "預託" not in html("hyperion")
    assert "エスクロー運用益" in html("hyperion")
    assert "否定：仮定：" in html("hyperion")


def test_the_lead_says_what_is_set_and_on_what_it_rests() -> None:
    """Hyperion's cover is an input and its repayment is solved for; both need the options. Abilene's are found."""
    said = glance.lead(kept("hyperion")).en
    assert "at the 1.12 times cover that the schedule sets, if the options to renew are taken up" in said
    assert "the escalator being found so that they are" in said
    assert "no less than 1.12" not in said
    assert re.search(
        r"at no less than 1\.\d\d times cover, rent and interest being assumed\.", glance.lead(kept("abilene")).en
    )
    names = {rule.code.split()[0]: rule.name.en for rule in rules(kept("hyperion"))}
    assert names["finance.dscr_min"].endswith("set by the schedule")


def test_own_cash_is_not_raised() -> None:
    """Interest is held against all that pays for the uses; Abilene's rent pays part of them."""
    title = drawn(kept("abilene"), "sources_and_uses").title.en
    assert "raises" not in title


def test_rates_of_a_deal_have_three_digits_where_all_are_shown() -> None:
    from gigacampus.faces.cli.running import shown
    from gigacampus.runs.kpi import Value

    assert shown(Value(0.0225, "fraction"), "finance.spread.notes_at_issue") == ("2.25", "%")
    assert shown(Value(0.06691, "fraction"), "finance.irr.pimco") == ("6.69", "%")
    assert shown(Value(0.47, "fraction"), "supply.renewable_annual") == ("47", "%")
