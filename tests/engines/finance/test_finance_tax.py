"""Tax: against NREL's single owner model, published tables, hand examples, and laws that any deal keeps."""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np
import pytest
from single_owner import model

from finance_deals import deal
from gigacampus.campus.spec import read
from gigacampus.campus.spec.deal import Credit, Deal, Recovery
from gigacampus.engines.finance import FinanceResult, run
from gigacampus.engines.finance.tax.property import recovered
from gigacampus.errors import SpecError
from gigacampus.runs.verify import LEDGER, rows
from gigacampus.runs.verify.reading import changed

SAM = {name.split(".")[2]: row["set"] for name, row in rows().items() if name.startswith("finance.sam.")}


def by_year(found: FinanceResult, row: str) -> np.ndarray:
    """A row of tax at each year's end."""
    return found.row(row)[found.rows["tax.year_end"] > 0]


def with_tax(spec: Deal, **changes: Any) -> Deal:
    """A deal with parts of its tax replaced, each by entity, asset or credit."""
    tree = spec.model_dump(mode="json")
    for path, value in changes.items():
        part, name = path.split("__")
        tree["tax"][part][name.replace("_", " ")] = value
    return Deal.model_validate(tree)


# --- against NREL's single owner model


@pytest.mark.parametrize("case", SAM)
def test_every_year_is_that_of_the_single_owner_model(case: str) -> None:
    pytest.importorskip("PySAM")
    spec = changed(LEDGER / "specs" / "single-owner.yaml", SAM[case]).campus.deal
    sam, found = model(spec), run(spec)
    pairs = {
        "project.tax.depreciation": sam["cf_feddepr_total"],
        "project.tax.interest_deducted": sam["cf_debt_payment_interest"],
        "sponsor.tax.income": sam["cf_statax_income_with_incentives"],
        "sponsor.tax.credits": sam["cf_itc_total"] + sam["cf_ptc_fed"],
        "sponsor.tax.state": -sam["cf_statax"],
        "sponsor.tax.federal": -sam["cf_fedtax"],
    }
    years = len(sam["cf_fedtax"])  # ours runs on for what is still deducted when operation has ended
    for row, theirs in pairs.items():
        assert by_year(found, row)[:years] == pytest.approx(theirs, rel=1e-9, abs=1e-4), row
    cash = np.add.reduceat(found.parties["Sponsor"][: 12 * years - 11], [0, *range(1, 12 * years - 11, 12)])
    assert cash == pytest.approx(sam["cf_project_return_aftertax"], rel=1e-6, abs=1e-3)
    assert found.metrics["irr_after_tax.sponsor"].value == pytest.approx(
        sam["project_return_aftertax_irr"] / 100, rel=2e-3
    )  # SAM counts years, we count days over 365


def test_ten_cases_are_compared() -> None:
    assert len(SAM) == 10


# --- against published tables


def declining(years: int, factor: float) -> np.ndarray:
    """Shares by tax year of a declining balance from mid-year on, straight line once that is more."""
    left, shares = 1.0, []
    for year in range(years + 1):
        part = 0.5 if year == 0 else 1.0
        time = years - (0 if year == 0 else year - 0.5)
        shares.append(left * min(part * max(factor / years, 1 / time), 1.0))
        left -= shares[-1]
    return np.array(shares)


@pytest.mark.parametrize(("years", "factor"), [(3, 2), (5, 2), (7, 2), (10, 2), (15, 1.5), (20, 1.5)])
def test_tables_follow_from_their_rule(years: int, factor: float) -> None:
    table = Recovery.model_validate(f"macrs-{years}").shares
    printed = 5e-5 if years < 20 else 5e-6
    assert len(table) == years + 1
    assert sum(table) == pytest.approx(1, abs=1e-12)
    assert np.abs(np.array(table) - declining(years, factor)).max() < 1.5 * printed  # rounded so that they sum to 1


@pytest.mark.parametrize(
    ("name", "month", "first", "second"),
    [
        ("nonresidential-39", 1, 2.461, 2.564),  # IRS Publication 946, table A-7a
        ("nonresidential-39", 7, 1.177, 2.564),
        ("nonresidential-39", 12, 0.107, 2.564),
        ("residential-27.5", 1, 3.485, 3.636),  # table A-6
        ("residential-27.5", 12, 0.152, 3.636),
    ],
)
def test_straight_lines_are_those_published(name: str, month: int, first: float, second: float) -> None:
    found = recovered(Recovery.model_validate(name), date(2028, month, 20), 60)
    assert 100 * found[0] == pytest.approx(first, abs=4e-3)  # the table rounds a month of 39 years to 0.214 %
    assert 100 * (found[1] - found[0]) == pytest.approx(second, abs=5.1e-4)
    assert found[-1] == 1


@pytest.mark.parametrize(
    ("entry", "start", "service", "share"),
    [
        ("itc-wind-solar", (2026, 7, 4), (2030, 12, 31), 1.0),
        ("itc-wind-solar", (2026, 7, 4), (2031, 1, 1), 0.0),  # more than four calendar years
        ("itc-wind-solar", (2026, 7, 5), (2028, 1, 1), 0.0),
        ("itc-wind-solar", (2026, 7, 5), (2027, 12, 31), 1.0),
        ("itc-storage", (2033, 12, 31), (2036, 1, 1), 1.0),
        ("itc-storage", (2034, 1, 1), (2036, 1, 1), 0.75),
        ("ptc-clean", (2035, 12, 31), (2039, 1, 1), 0.5),
        ("ptc-clean", (2036, 1, 1), (2039, 1, 1), 0.0),
        ("itc-fuel-cell", (2025, 12, 31), (2027, 1, 1), 0.0),
        ("itc-fuel-cell", (2026, 1, 1), (2027, 1, 1), 1.0),
        ("itc-before-2025", (2025, 1, 1), (2026, 1, 1), 0.0),
    ],
)
def test_dates_decide_what_is_left_of_a_credit(entry: str, start: Any, service: Any, share: float) -> None:
    credit = Credit.model_validate({"use": entry, "asset": "it"})
    assert credit.share(date(*start), date(*service)) == share


def test_foreign_parts_lose_the_credit_from_2026_on() -> None:
    credit = Credit.model_validate({"use": "itc-storage", "asset": "it", "unassisted": "54 %"})
    assert credit.share(date(2025, 12, 31), date(2027, 1, 1)) == 1
    assert credit.share(date(2026, 1, 1), date(2027, 1, 1)) == 0


def test_bonus_goes_by_the_day_of_acquisition() -> None:
    for acquired, share in (("2025-01-19", 0.4), ("2025-01-20", 1.0), ("2024-06-01", 0.6)):
        asset = {
            "of": "plant",
            "share": "40 %",
            "recovery": "macrs-5",
            "in_service": "2028-01-01",
            "acquired": acquired,
        }
        found = run(with_tax(deal("taxed"), assets__equipment=asset))
        assert found.rows["assets.equipment.bonus"] == share
        first = by_year(found, "assets.equipment.depreciation")[2]
        basis = 600e6 * 0.4 * (1 - 0.5 * 0.3 * 0.25)
        assert first == pytest.approx(basis * (share + (1 - share) * 0.2))


# --- by hand

_HAND = """
name: hand
deal:
  close: 2025-12-31
  entities: {Owner: , Tenant: , Works: {owners: {Owner: 100 %}}}
  construction: {plant: {payer: Works, amount: 300 m USD}}
  loans:
    bullet: {borrower: Works, amount: 300 m USD, coupon: 13.333333333333333 %, every: yearly, final: 2030-12-31,
             interest_only_until: 2026-01-15, amortisation: {kind: bullet}}
  leases: {rent: {landlord: Works, tenant: Tenant, start: 2025-12-31, term: 5 years, rent: 100 m USD, every: yearly}}
  services: {cost: {payer: Works, amount: 20 m USD, interval: 1 year, start: 2025-12-31, end: 2031-01-01}}
  tax:
    entities: {Owner: {}, Works: {treatment: partnership, regime: REGIME}}
    assets: {plant: {of: plant, recovery: {years: 10 years, convention: full month}, in_service: 2026-01-01}}
"""


def test_interest_is_limited_to_30_percent_of_income_before_or_after_depreciation() -> None:
    """Revenue 100, cost 20, depreciation 30, interest 40: 163(j) allows 24 of it on EBITDA, and 15 on EBIT."""
    for of, allowed in (("EBITDA", 24e6), ("EBIT", 15e6)):
        limit = f'{{use: us-federal, interest_limit: [{{start: "2018-01-01", share: 30 %, of: {of}}}]}}'
        found = run(read(_HAND.replace("REGIME", limit)).campus.deal)
        assert by_year(found, "works.tax.interest_deducted")[1:4] == pytest.approx(allowed)
        assert by_year(found, "works.tax.interest_carried")[1:4] == pytest.approx((40e6 - allowed) * np.arange(1, 4))
        assert by_year(found, "owner.tax.taxable")[1:4] == pytest.approx(50e6 - allowed)
        assert by_year(found, "owner.tax.paid")[1:4] == pytest.approx(0.21 * (50e6 - allowed))


def test_a_state_s_tax_is_deducted_from_the_income_that_the_country_taxes() -> None:
    spec = read(_HAND.replace("REGIME", "us-federal")).campus.deal
    found = run(with_tax(spec, entities__Owner={"state": {"rate": "7 %"}}))
    assert by_year(found, "owner.tax.paid")[1:4] == pytest.approx((0.07 + 0.93 * 0.21) * 26e6)


def test_a_limit_changes_with_the_year() -> None:
    steps = '[{start: "2018-01-01", share: 30 %, of: EBIT}, {start: "2027-01-01", share: 30 %, of: EBITDA}]'
    found = run(read(_HAND.replace("REGIME", f"{{use: us-federal, interest_limit: {steps}}}")).campus.deal)
    assert by_year(found, "works.tax.interest_deducted")[1:4] == pytest.approx([15e6, 24e6, 24e6])


def test_interest_that_was_not_deducted_is_where_the_limit_leaves_room() -> None:
    """40 a year: 12 deducted while the limit is 15 % of 80; then the limit is all of it, and 96 are there."""
    steps = '[{start: "2018-01-01", share: 15 %, of: EBITDA}, {start: "2028-01-01", share: 100 %, of: EBITDA}]'
    found = run(read(_HAND.replace("REGIME", f"{{use: us-federal, interest_limit: {steps}}}")).campus.deal)
    assert by_year(found, "works.tax.interest_deducted")[1:5] == pytest.approx([12e6, 12e6, 80e6, 56e6])


def test_a_partnership_leaves_its_owners_what_its_own_interest_does_not_use() -> None:
    """Interest of 12 uses 40 of an adjusted income of 80 at a limit of 30 %."""
    limit = '{use: us-federal, interest_limit: [{start: "2018-01-01", share: 30 %, of: EBITDA}]}'
    text = _HAND.replace("REGIME", limit).replace("amount: 300 m USD, coupon", "amount: 90 m USD, coupon")
    assert by_year(run(read(text).campus.deal), "works.tax.excess")[1:4] == pytest.approx(40e6)


def test_a_production_credit_grows_and_ends_after_ten_years() -> None:
    credit = {"use": "ptc-clean", "asset": "power", "construction_start": "2025-01-10", "generation": "300 GWh",
              "amount": "20 USD/MWh", "growth": "2 %"}  # fmt: skip
    earned = by_year(run(with_tax(deal("taxed"), credits__battery=credit)), "credits.battery.credit")
    assert earned[2:12] == pytest.approx(6e6 * 1.02 ** np.arange(10))
    assert earned.sum() == pytest.approx(earned[2:12].sum())


def test_a_loss_offsets_four_fifths_of_later_income() -> None:
    asset = {"of": "plant", "recovery": "macrs-15", "in_service": "2026-01-01"}  # all of it at once
    spec = read(_HAND.replace("REGIME", "us-federal")).campus.deal
    found = run(with_tax(spec, assets__plant=asset))
    income = by_year(found, "owner.tax.income")
    assert income[1] == pytest.approx(80e6 - 24e6 - 300e6)
    assert income[2] == pytest.approx(56e6)
    assert by_year(found, "owner.tax.taxable")[1:6] == pytest.approx([0, *[0.2 * 56e6] * 4])
    assert by_year(found, "owner.tax.losses")[5] == pytest.approx(244e6 - 4 * 0.8 * 56e6)


def test_a_holding_deducts_interest_against_what_its_partnership_leaves() -> None:
    found = run(deal("taxed"))
    base = by_year(found, "venture.tax.adjusted")
    assert by_year(found, "venture.tax.excess") == pytest.approx(base)  # the venture owes nothing
    assert by_year(found, "holding.tax.interest_allowed") == pytest.approx(0.3 * 0.8 * base)
    assert by_year(found, "holding.tax.interest_carried").max() > 0


# --- laws


def test_costs_are_deducted_once() -> None:
    found = run(deal("taxed"))
    for asset in ("shell", "equipment", "power"):
        a = f"assets.{asset}"
        basis, left = found.row(f"{a}.basis")[-1], found.row(f"{a}.left")[-1]
        assert found.row(f"{a}.depreciation").sum() + left == pytest.approx(basis, rel=1e-14)
        assert found.row(f"{a}.left").min() >= -1e-6
    credit = 0.3 * 0.25 * 0.4 * 600e6
    assert found.row("credits.battery.credit").sum() == pytest.approx(credit)
    whole = sum(found.row(f"assets.{a}.basis")[-1] for a in ("shell", "equipment", "power"))
    assert whole == pytest.approx(1e9 - credit / 2)


def test_interest_losses_and_credits_are_used_carried_or_left() -> None:
    found = run(deal("taxed"))
    end = {name: found.row(name)[-1] for name in found.rows if ".tax." in name}
    year = by_year(found, "holding.tax.interest")
    assert by_year(found, "holding.tax.interest_deducted").sum() + end["holding.tax.interest_carried"] == pytest.approx(
        year.sum()
    )
    lost = np.maximum(0, -by_year(found, "utility.tax.income")).sum()
    assert by_year(found, "utility.tax.loss_used").sum() + end["utility.tax.losses"] == pytest.approx(lost, abs=1)
    earned = by_year(found, "utility.tax.credits").sum()
    assert by_year(found, "utility.tax.credit_used").sum() + end["utility.tax.credit_left"] == pytest.approx(earned)
    tax = by_year(found, "utility.tax.federal")
    assert np.all(by_year(found, "utility.tax.credit_used") <= 0.75 * tax + 1e-6)


def test_a_partnership_s_income_is_all_its_owners() -> None:
    found = run(with_tax(deal("taxed"), entities__Pension={}))
    shares = by_year(found, "utility.tax.income") + by_year(found, "pension.tax.income")
    own = by_year(found, "holding.tax.income") + 0.2 * by_year(found, "venture.tax.income")
    assert shares == pytest.approx(own, rel=1e-13, abs=1e-6)


def test_shares_may_flip() -> None:
    flip = [
        {"start": "rent.start", "shares": {"Holding": "1 %", "Utility": "99 %"}},
        {"start": "2034-01-01", "shares": {"Holding": "95 %", "Utility": "5 %"}},
    ]
    found = run(with_tax(deal("taxed"), entities__Venture={"treatment": "partnership", "allocation": flip}))
    shares = by_year(found, "venture.tax.allocated.utility")
    assert shares[:9].tolist() == [0.2, 0.2, *[0.99] * 6, 0.05]
    assert found.row("venture.tax.allocated.utility") + found.row("venture.tax.allocated.holding") == pytest.approx(1)
    plain = run(deal("taxed"))
    assert np.array_equal(found.row("venture.distribution"), plain.row("venture.distribution"))  # cash is not allocated


def test_a_sold_credit_is_cash_and_leaves_tax_as_it_is() -> None:
    spec = deal("taxed")
    kept = run(spec)
    credit = {"use": "itc-storage", "asset": "equipment", "eligible": "25 %", "construction_start": "2026-06-01"}
    sold = run(with_tax(spec, credits__battery=credit | {"transfer": "93 %"}))
    face = kept.row("credits.battery.credit").sum()
    assert sold.row("credits.battery.sold").sum() == pytest.approx(0.93 * face)
    assert sold.row("venture.cfads").sum() - kept.row("venture.cfads").sum() == pytest.approx(0.93 * face)
    for row in ("utility.tax.income", "utility.tax.federal", "assets.equipment.depreciation"):
        assert sold.row(row) == pytest.approx(kept.row(row), rel=1e-12, abs=1e-6)
    assert sold.row("utility.tax.credits").sum() == 0
    assert kept.row("utility.tax.credits").sum() == pytest.approx((0.2 + 0.8 * 0.7) * face)


def test_wages_and_adders_change_the_rate() -> None:
    credit = {"use": "itc-storage", "asset": "equipment", "construction_start": "2026-06-01"}
    for extra, rate in (
        ({}, 0.30),
        ({"adders": ["domestic_content", "energy_community"]}, 0.50),
        ({"wages": False}, 0.06),
    ):
        found = run(with_tax(deal("taxed"), credits__battery=credit | extra))
        assert found.row("credits.battery.credit").sum() == pytest.approx(rate * 240e6)


def _worth(found: FinanceResult) -> float:
    """Present value of tax at 8 %."""
    net = found.row("utility.tax.paid") - found.row("utility.tax.saved")
    return float(np.sum(net * 1.08 ** (-np.arange(len(net)) / 12)))


@pytest.mark.parametrize("losses", ["carried", "used"])
def test_bonus_never_raises_and_a_rate_never_lowers_tax(losses: str) -> None:
    spec = with_tax(deal("taxed"), entities__Utility={"losses": losses})
    asset = {"of": "plant", "share": "60 %", "recovery": "macrs-15", "in_service": "2028-01-01"}
    assert _worth(run(with_tax(spec, assets__power=asset))) < _worth(run(spec))
    rates = ["10 %", "21 %", "35 %"]
    regimes = [{"losses": losses, "regime": {"use": "us-federal", "rate": rate}} for rate in rates]
    totals = [run(with_tax(spec, entities__Utility=one)).metrics["tax.utility"].value for one in regimes]
    assert totals == sorted(totals)


def test_what_is_before_tax_stays_to_the_bit() -> None:
    spec = deal("taxed")
    taxed, bare = run(spec), run(spec.model_copy(update={"tax": None}))
    assert not [name for name in bare.rows if "tax" in name]
    assert not [flow for flow in bare.flows if "tax" in flow.kind]
    for name, values in bare.rows.items():
        assert np.array_equal(taxed.rows[name], values), name
    assert {name: taxed.metrics[name] for name in bare.metrics} == bare.metrics
    assert taxed.metrics["irr_after_tax.utility"].value < taxed.metrics["irr.utility"].value


def test_a_taxed_vehicle_pays_out_of_the_cash_for_its_debt() -> None:
    corporation = {"treatment": "taxable", "state": "louisiana"}
    replaced = ("amortisation: {kind: growing, growth: 2 %}", "amortisation: {kind: sculpted, dscr: 1.3}")
    spec = deal("sixty_forty", replaced)
    assets = {"works": {"of": "first building", "recovery": "macrs-15", "in_service": "second half"}}
    tree = spec.model_dump(mode="json") | {"tax": {"entities": {"Campus LLC": corporation}, "assets": assets}}
    taxed, bare = run(Deal.model_validate(tree)), run(spec)
    assert taxed.residual_money < 1e-12, taxed.residuals
    due, paid = taxed.row("campus_llc.tax.due"), taxed.row("campus_llc.tax.paid")
    assert due.sum() == pytest.approx(paid.sum())
    assert due.sum() > 10e6
    assert np.all(np.cumsum(paid) <= np.cumsum(due) + 1e-6)  # never paid before it is due
    gap = taxed.row("campus_llc.before_tax") - taxed.row("campus_llc.cfads")
    assert gap == pytest.approx(paid, abs=1e-6)
    assert taxed.cover["Campus LLC"].dscr.min() < bare.cover["Campus LLC"].dscr.min()


# --- bad input


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("Pension: {treatment: exempt}", "Pensions: {}", "no entity of this name; did you mean 'Pension'?"),
        ("{of: shell,", "{of: shel,", "no cost, transfer or loan of this name; did you mean 'shell'?"),
        ("share: 60 %", "share: 70 %", "plant is deducted to 110 %, more than once"),
        ("asset: equipment", "asset: equipmnt", "no asset of this name; did you mean 'equipment'?"),
        ("recovery: macrs-5,", "recovery: macrs-6,", "no 'macrs-6'"),
        ("recovery: macrs-5,", "recovery: {use: macrs-5, years: 9 years},", "by shares or over years, one of them"),
        ("state: louisiana", "rate: 21 %", "rate"),
        (
            "Venture: {treatment: partnership}",
            "Venture: {treatment: partnership, allocation: [{start: close, shares: {Bank: 100 %}}]}",
            "not an owner of Venture",
        ),
        (
            "Venture: {treatment: partnership}",
            "Venture: {treatment: partnership, allocation: [{start: close, shares: {Holding: 90 %}}]}",
            "sum to 90 %",
        ),
    ],
)
def test_what_does_not_fit_is_named(old: str, new: str, message: str) -> None:
    with pytest.raises(SpecError) as caught:
        deal("taxed", (old, new))
    assert message in str(caught.value)
    assert len(caught.value.problems) == 1


def test_a_service_day_that_is_no_event_is_named() -> None:
    asset = {"of": "shell", "recovery": "nonresidential-39", "in_service": "redy"}
    with pytest.raises(SpecError, match="no event is called 'redy'"):
        run(with_tax(deal("taxed"), assets__shell=asset))


def test_an_asset_may_be_a_loan_s_financing() -> None:
    asset = {"of": "term", "recovery": "intangible-15", "in_service": "2028-01-01"}
    fees = ("coupon: 7 %", "coupon: 7 %\n      upfront_fee: 1 %\n      commitment_fee: 0.5 %")
    found = run(with_tax(deal("taxed", fees), assets__financing=asset))
    interest, undrawn = found.row("term.interest_due"), float(found.row("term.fee_undrawn").sum())
    before = interest[found.months < np.datetime64("2028-01")].sum()
    assert before == pytest.approx(found.rows["term.capitalised"])
    assert found.row("assets.financing.basis")[-1] == pytest.approx(before + 5e6 + undrawn)
    assert undrawn > 1e6
    assert by_year(found, "holding.tax.interest").sum() == pytest.approx(interest.sum() - before)
