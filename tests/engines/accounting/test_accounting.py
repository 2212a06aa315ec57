"""Accounts: each leg by hand, the laws of the books, and deals of other shapes."""

from __future__ import annotations

import pickle
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings

from any_deal import deals as any_deal
from finance_deals import changed, deal, text
from gigacampus.campus.spec import read
from gigacampus.campus.spec.deal import Deal
from gigacampus.engines import finance
from gigacampus.engines.accounting import account, owning
from gigacampus.engines.accounting.result import Accounts, Leg, Sheet, any_of
from gigacampus.engines.finance.result import FinanceResult
from gigacampus.errors import SpecError
from gigacampus.runs.pipeline import Run
from gigacampus.runs.selfcheck import deals
from gigacampus.runs.selfcheck.draw import Draw, dump

SMALL = """\
name: Small
deal:
  close: 2026-01-01
  entities:
    Owner:
    Tenant:
    Bank:
    Fund:
    Parent:
    Co: {owners: {Owner: 75 %, Tenant: 25 %}, funding: [{source: senior}, {source: junior}]}
  construction:
    works: {payer: Co, amount: 1000 USD, start: close}
  loans:
    senior: {borrower: Co, amount: 500 USD, rest: Bank, coupon: 0 %, every: yearly, interest_only_until: 2027-01-01,
             final: 2033-01-01, rank: 1}
    junior: {borrower: Co, amount: 100 USD, rest: Fund, coupon: 0 %, every: yearly, interest_only_until: 2027-01-01,
             final: 2033-01-01, rank: 2}
  leases:
    hall: {landlord: Co, tenant: Tenant, start: 2027-01-01, term: 3 years, options: [3 years],
           rent: 100 USD, every: yearly}
  guarantees:
    floor: {guarantor: Tenant, beneficiary: Co, start: hall.start, until: 2040-01-01,
            table: [{after: 0 years, amount: 500 USD}]}
  accounting:
    life: 20 years
    leases:
      hall: {borrowing_rate: 10 %}
    vehicles:
      Co: {}
"""
RENTS = 100 / 1.1 + 100 / 1.21 + 100 / 1.331


def small(*replace: tuple[str, str]) -> Deal:
    written = SMALL
    for old, new in replace:
        assert old in written, old
        written = written.replace(old, new)
    found = read(written, "small.yaml").campus.deal
    assert found is not None
    return found


def ran(spec: Deal) -> tuple[FinanceResult, Accounts]:
    result = finance.run(spec)
    accounts = account(spec, result)
    assert accounts is not None
    assert accounts.residual < 1e-9, accounts.residuals
    return result, accounts


def legs(*replace: tuple[str, str]) -> dict[str, Leg]:
    return ran(small(*replace))[1].leases["hall"].legs


def judged(field: str, says: str) -> tuple[str, str]:
    return "borrowing_rate: 10 %", f"borrowing_rate: 10 %, {field}: {{says: '{says}', why: because}}"


# The lease


def test_value_by_hand() -> None:
    leg = legs()["value"]
    assert leg.value == pytest.approx((RENTS + 500 / 1.331) / 1000, rel=1e-14)
    assert leg.state == "not met"
    assert leg.others["guarantee left out"] == pytest.approx(RENTS / 1000)
    assert leg.needs["guarantee below"] == pytest.approx((900 - RENTS) * 1.331)
    assert leg.needs["fair value above"] == pytest.approx((RENTS + 500 / 1.331) / 0.9)


def test_what_would_have_to_hold_turns_the_leg() -> None:
    needs, no = legs()["value"].needs, judged("portfolio", "no")
    for part, state in ((0.999, "not met"), (1.001, "met")):
        most = ("amount: 500 USD}", f"amount: {part * needs['guarantee below']} USD}}")
        assert legs(most, no)["value"].state == state
        least = (no[0], f"{no[1]}, fair_value: {needs['fair value above'] / part} USD")
        assert legs(least)["value"].state == state


@pytest.mark.parametrize(
    ("point", "years"), [("arrears", (1, 2, 3)), ("mid-year", (0.5, 1.5, 2.5)), ("advance", (0, 1, 2))]
)
def test_rents_count_at_a_point_of_the_year(point: str, years: tuple[float, ...]) -> None:
    found = legs(("borrowing_rate: 10 %", f"borrowing_rate: 10 %, rents: {point}"))["value"]
    assert found.terms["rents"] == pytest.approx(sum(100 / 1.1**t for t in years))


def test_rents_as_paid_are_those_of_the_lease() -> None:
    found = legs(("rent: 100 USD, every: yearly", "rent: 100 USD, every: half-yearly, timing: advance"))["value"]
    assert found.terms["rents"] == pytest.approx(sum(50 / 1.1 ** (k / 2) for k in range(6)))


@pytest.mark.parametrize(("says", "state"), [("yes", "not met"), ("no", "met"), ("open", "judgment")])
def test_a_guarantee_over_a_portfolio_counts_for_no_single_asset(says: str, state: str) -> None:
    found = legs(("amount: 500 USD}", "amount: 900 USD}"), judged("portfolio", says))["value"]
    assert found.value == pytest.approx((RENTS + 900 / 1.331) / 1000)
    assert found.state == state
    assert legs(judged("portfolio", says))["value"].state == "not met"  # below 90 % either way


def test_the_maximum_classifies_and_the_probable_measures() -> None:
    plain, owed = ran(small())[1], ran(small(("borrowing_rate: 10 %", "borrowing_rate: 10 %, probable: 100 USD")))[1]
    assert owed.leases["hall"].legs["value"].value == plain.leases["hall"].legs["value"].value
    assert plain.leases["hall"].certain.liability == pytest.approx(RENTS)
    assert owed.leases["hall"].certain.liability == pytest.approx(RENTS + 100 / 1.331)


def test_what_is_probable_is_the_least_that_is_guaranteed() -> None:
    """The guarantee has fallen to 50 when the term ends, and 100 are expected to be paid."""
    found = legs(
        ("amount: 500 USD}", "amount: 50 USD}"), ("borrowing_rate: 10 %", "borrowing_rate: 10 %, probable: 100 USD")
    )
    assert found["value"].value == pytest.approx((RENTS + 100 / 1.331) / 1000)


def test_term_by_hand_and_longer_with_options() -> None:
    plain = legs()["term"]
    assert (plain.value, plain.state, plain.others["all options"]) == (3 / 20, "not met", 6 / 20)
    certain = ("borrowing_rate: 10 %", "borrowing_rate: 10 %, options: {certain: 1, why: because}")
    longer = legs(certain)
    assert longer["term"].value == 6 / 20
    assert longer["value"].terms["rents"] == pytest.approx(sum(100 / 1.1**k for k in range(1, 7)))
    assert legs(("life: 20 years", "life: 4 years"))["term"].state == "met"  # exactly 75 %


@pytest.mark.parametrize("name", ["transfer", "purchase", "specialised"])
def test_questions_are_answered_by_judgments(name: str) -> None:
    assert legs()[name].state == "judgment"
    yes, no = legs(judged(name, "yes"))[name], legs(judged(name, "no"))[name]
    assert (yes.state, yes.pro) == ("met", ("because",))
    assert (no.state, no.contra) == ("not met", ("because",))


def test_raising_the_guarantee_never_lowers_the_test() -> None:
    values = [legs(("amount: 500 USD}", f"amount: {x} USD}}"))["value"].value or 0 for x in range(0, 2000, 250)]
    assert np.all(np.diff(values) > 0)


def test_a_guarantee_that_has_ended_counts_no_more() -> None:
    assert legs(("until: 2040-01-01", "until: 2029-06-30"))["value"].terms["guarantee"] == 0


def test_no_operating_lease_under_ifrs_but_what_is_short_or_of_low_value() -> None:
    assert legs()["ifrs_term"].state == "met"
    assert legs(("term: 3 years", "term: 1 years"))["ifrs_term"].state == "not met"
    assert legs(("term: 3 years", "term: 1 years"), judged("purchase", "yes"))["ifrs_term"].state == "met"
    assert legs()["ifrs_value"].state == "not met"  # 1,000 USD
    assert legs(("life: 20 years", "life: 20 years\n    low_value: 999 USD"))["ifrs_value"].state == "met"


SOLD = (
    "  guarantees:",
    """  transfers:
    site: {payer: Tenant, payee: Co, what: contribution, amount: 40 USD, in_kind: true}
    cash: {payer: Co, payee: Tenant, what: distribution, amount: 30 USD}
  guarantees:""",
)


def test_sale_and_leaseback() -> None:
    assert "sale" not in legs()  # nothing was sold
    found = legs(SOLD, judged("control_passes", "yes"))
    assert found["sale"].state == "not met"
    assert found["sale"].terms == {"sold": 40.0, "received": 30.0}
    assert found["leaseback"].state == "judgment"
    assert legs(SOLD, judged("transfer", "yes"))["leaseback"].state == "met"
    assert legs(SOLD, judged("repurchase", "yes"))["repurchase"].state == "met"
    assert legs(judged("control_while_building", "yes"))["building"].terms["cost"] == 1000


def test_one_leg_suffices() -> None:
    assert any_of(["not met", "not met"]) == "not met"
    assert any_of(["not met", "judgment", "met"]) == "met"


# Consolidation


def test_who_bears_the_loss() -> None:
    """1,000 are lost; the guarantee pays 500, owners lose their 400, the junior lender is next."""
    found = ran(small())[1].vehicles["Co"]
    assert found.loss == 1000
    expected = {"Tenant": 0.5 + 0.25 * 0.4, "Owner": 0.75 * 0.4, "Fund": 0.1}
    assert {k: v for k, v in found.losses.items() if v} == pytest.approx(expected)
    alone = ran(small(("amount: 500 USD}", "amount: 0 USD}")))[1].vehicles["Co"]
    assert alone.losses == pytest.approx({"Owner": 0.3, "Tenant": 0.1, "Fund": 0.1, "Bank": 0.5})


def test_thin_equity() -> None:
    assert ran(small())[1].vehicles["Co"].entity["equity"].state == "not met"
    thin = ran(small(("amount: 500 USD, rest", "amount: 850 USD, rest")))[1].vehicles["Co"].entity["equity"]
    assert (thin.value, thin.state) == (pytest.approx(0.05), "met")
    held = small(("Co: {}", "Co: {expected_losses: 450 USD}"))
    assert ran(held)[1].vehicles["Co"].entity["equity"].state == "met"  # 400 of equity


def test_equity_is_less_what_owners_were_given_back() -> None:
    """Of 500 paid in, partly on a fixed day, 100 go back at once: 400 stand beside loans of 600."""
    fixed = """  transfers:
    paid in: {payer: Owner, payee: Co, what: contribution, amount: 300 USD}
    given back: {payer: Co, payee: Owner, what: distribution, amount: 100 USD}
  leases:
"""
    assert ran(small(("  leases:\n    hall", fixed + "    hall")))[1].vehicles["Co"].entity[
        "equity"
    ].value == pytest.approx(0.4)


def test_a_guarantee_is_a_variable_interest_and_a_plain_lease_is_not() -> None:
    found = {(i.party, i.kind): i.variable for i in ran(small())[1].vehicles["Co"].interests}
    assert found["Tenant", "guarantee"]
    assert not found["Tenant", "lease"]
    assert found["Bank", "loan"]


def activities(*effects: tuple[int, list[str]]) -> tuple[str, str]:
    rows = ", ".join(f"a{k}: {{effect: {e} %, decides: [{', '.join(who)}], why: because}}"
                     for k, (e, who) in enumerate(effects))  # fmt: skip
    return "Co: {}", f"Co: {{activities: {{{rows}}}}}"


@pytest.mark.parametrize(
    ("effects", "tenant", "owner", "odd"),
    [
        ([(60, ["Tenant"]), (40, ["Owner"])], "met", "not met", "not met"),
        ([(30, ["Tenant"]), (70, ["Owner"])], "not met", "met", "met"),
        ([(100, ["Tenant", "Owner"])], "not met", "not met", "met"),  # together, so that neither has it
        ([(30, ["Tenant"]), (40, []), (30, ["Owner"])], "judgment", "judgment", "judgment"),
    ],
)
def test_power_and_economics(effects: list[tuple[int, list[str]]], tenant: str, owner: str, odd: str) -> None:
    found = ran(small(activities(*effects)))[1].vehicles["Co"].parties
    assert (found["Tenant"]["power"].state, found["Owner"]["power"].state) == (tenant, owner)
    assert found["Tenant"]["economics"].value == pytest.approx(0.6)
    assert found["Tenant"]["disproportion"].state == odd
    assert found["Tenant"]["link"].state == tenant


def test_an_owner_with_few_votes_for_whom_all_is_done() -> None:
    found = ran(small())[1].vehicles["Co"].entity["votes"]
    assert (found.state, found.pro, found.threshold) == ("met", ("Tenant",), 0.25)
    other = small(("Tenant: 25 %", "Parent: 25 %"))
    assert ran(other)[1].vehicles["Co"].entity["votes"].state == "not met"


def test_an_owner_that_bears_no_more_than_its_votes_is_not_odd() -> None:
    """All that the vehicle does is for the tenant, which owns 60 % and, without its guarantee, bears 24 %."""
    held = small(("Owner: 75 %, Tenant: 25 %", "Owner: 40 %, Tenant: 60 %"), ("amount: 500 USD}", "amount: 0 USD}"))
    found = ran(held)[1].vehicles["Co"].entity["votes"]
    assert (found.state, found.value, found.others["share of rent"]) == ("not met", pytest.approx(0.24), 1.0)


@pytest.mark.parametrize(("held", "members"), [(0.5, {"Parent", "Co"}), (0.51, {"Parent", "Co", "Below"})])
def test_a_group_takes_in_what_it_owns_more_than_half_of(held: float, members: set[str]) -> None:
    below = {"Co": held, "Owner": 1 - held}
    owned = {"Owner": {}, "Parent": {}, "Co": {"owners": {"Parent": 1.0}}, "Below": {"owners": below}}
    assert set(owning.group(Deal.model_validate({"close": "2026-01-01", "entities": owned}), "Parent", "Co")) == members


# The books


def line(sheet: Sheet, name: str) -> np.ndarray:
    zero = np.zeros_like(next(iter(sheet.equity.values())))
    return {**sheet.assets, **sheet.liabilities, **sheet.equity}.get(name, zero)


def at(accounts: Accounts, month: str) -> int:
    return int(np.flatnonzero(accounts.dates == np.datetime64(month))[0])


def test_balance_sheets_by_hand() -> None:
    """At the end of 2028: two years of works' 20, one payment of six on each loan; of three rents one is paid and the
    next is a day away."""
    _, accounts = ran(small())
    company, k = accounts.sheets["operating"]["Co"], at(accounts, "2028-12")
    assert line(company, "works")[k] == pytest.approx(1000 * (1 - 24 / 240))
    assert line(company, "loans")[k] == pytest.approx(500)
    assert line(company, "rent receivable")[k] == pytest.approx(100)
    tenant = accounts.sheets["operating"]["Tenant"]
    assert line(tenant, "lease liabilities")[k] == pytest.approx(100 + 100 / 1.1)
    finance_lease = accounts.sheets["finance"]["Tenant"]
    assert line(finance_lease, "rights of use")[k] == pytest.approx(RENTS * (1 - 24 / 36))
    assert line(finance_lease, "lease liabilities")[k] == line(tenant, "lease liabilities")[k]


def test_income_statements_by_hand() -> None:
    """In 2028: rent of 100 a year however it is paid, works of 1,000 over 20 years, a quarter of it all the tenant's;
    lines of each party and year are the change of its income so far."""
    _, accounts = ran(small())
    k = at(accounts, "2028-12")
    company, tenant = (accounts.income["operating"][party] for party in ("Co", "Tenant"))
    assert (company["rent"][k] + company["rent spread evenly"][k]) == pytest.approx(100)
    assert company["depreciation"][k] == pytest.approx(-50)
    earned = sum(line[k] for line in company.values())
    assert tenant["share of the income of Co"][k] == pytest.approx(0.25 * earned)
    assert (tenant["rent"][k] + tenant["rent spread evenly"][k]) == pytest.approx(-100)
    for basis, parties in accounts.income.items():
        for party, lines in parties.items():
            so_far = accounts.sheets[basis][party].equity["income so far"]
            assert np.sum([*lines.values()], axis=0) == pytest.approx(np.diff(so_far, prepend=0.0), abs=1.0)


def test_interest_is_part_of_the_works_until_they_are_let() -> None:
    """10 % on 500 in the year of building, written off over 20 years; that of later years is a cost."""
    company = ran(small(("rest: Bank, coupon: 0 %", "rest: Bank, coupon: 10 %")))[1]
    interest = line(company.sheets["operating"]["Co"], "interest capitalised")
    assert interest[at(company, "2028-12")] == pytest.approx(50 * (1 - 24 / 240))


def test_a_lease_costs_its_rent_however_it_is_classified() -> None:
    result, accounts = ran(small(("Owner: 75 %, Tenant: 25 %", "Owner: 100 %")))
    for basis in ("operating", "finance"):
        tenant = accounts.sheets[basis]["Tenant"]
        assert line(tenant, "income so far")[-1] == pytest.approx(-600)
        assert line(tenant, "lease liabilities")[-1] == 0
    straight = line(accounts.sheets["operating"]["Tenant"], "income so far")
    assert straight[at(accounts, "2028-12")] == pytest.approx(-200)
    assert result.months[-1] >= np.datetime64("2033-01")


def floating(final: str, day_count: str, start: str = "2027-01-01") -> Accounts:
    """500 at 6 % a year, paid quarterly until a day, against a lease of 1,200 a year for three years, in advance."""
    return ran(small(
        ("rest: Bank, coupon: 0 %, every: yearly, interest_only_until: 2027-01-01,\n             final: 2033-01-01",
         f"rest: Bank, coupon: 6 %, every: quarterly, day_count: {day_count}, interest_only_until: 2027-01-01, "
         f"amortisation: {{kind: bullet}}, final: {final}"),
        ("start: 2027-01-01, term", f"start: {start}, term"),
        ("rent: 100 USD, every: yearly", "rent: 1200 USD, escalator: 10 %, every: quarterly, timing: advance"),
    ))[1]  # fmt: skip


@pytest.mark.parametrize(("day_count", "days"), [("act/360", 16 + 30 + 31), ("30/360", 15 + 30 + 31)])
def test_every_line_stands_on_the_last_of_december(day_count: str, days: int) -> None:
    """At the end of 2028, paid last on 15 October: two of three years of the lease, days of interest by hand.

    By 30/360 (bond basis) the 31st is a day of its own unless counted from the 30th.
    """
    accounts = floating("2033-01-15", day_count)
    company, tenant = (accounts.sheets["operating"][party] for party in ("Co", "Tenant"))
    k, rents = at(accounts, "2028-12"), (1200, 1320, 1452)
    assert line(company, "loans")[k] == pytest.approx(500 + 100 * 5 / 6)
    assert line(company, "interest payable")[k] == pytest.approx(500 * 0.06 * days / 360)
    assert line(accounts.sheets["operating"]["Bank"], "interest receivable")[k] == pytest.approx(
        500 * 0.06 * days / 360
    )
    assert line(company, "works")[k] == pytest.approx(1000 * (1 - 2 / 20))
    assert line(company, "rent receivable")[k] == pytest.approx(sum(rents) * 2 / 3 - sum(rents[:2]))
    owed = sum(1452 / 4 / 1.1 ** (quarter / 4) for quarter in range(4))  # the first of them on the next day
    assert line(tenant, "lease liabilities")[k] == pytest.approx(owed)


@pytest.mark.parametrize("day_count", ["act/360", "30/360"])
def test_interest_payable_moves_with_the_payment_day(day_count: str) -> None:
    """Paid d days later, d days of interest less are owed at the year's end, and none when the loan is repaid."""
    first = floating("2033-01-01", day_count)
    k = at(first, "2028-12")
    for day in (2, 10, 28):
        later = floating(f"2033-01-{day:02}", day_count)
        fall = line(first.sheets["operating"]["Co"], "interest payable") - line(
            later.sheets["operating"]["Co"], "interest payable"
        )
        assert fall[k] == pytest.approx(500 * 0.06 * (day - 1) / 360)
        assert line(later.sheets["operating"]["Co"], "interest payable")[-1] == pytest.approx(0, abs=1e-9)


def test_half_a_month_later_half_a_month_less_is_earned_and_written_off() -> None:
    first, later = floating("2033-01-15", "30/360"), floating("2033-01-15", "30/360", "2027-01-16")
    k, year = at(first, "2027-12"), first.income["operating"]["Co"]
    then = later.income["operating"]["Co"]
    assert year["rent"][k] + year["rent spread evenly"][k] == pytest.approx(3972 / 3)
    assert then["rent"][k] + then["rent spread evenly"][k] == pytest.approx(3972 / 36 * 11.5)
    assert year["depreciation"][k] / then["depreciation"][k] == pytest.approx(12 / 11.5, rel=1e-3)


def eliminated(accounts: Accounts, parent: str, vehicle: str) -> None:
    """The group's lines are its members', less what they hold of each other; the parent's equity is what it was."""
    group, own = accounts.consolidated[vehicle][parent], accounts.sheets["operating"][parent]
    assert line(group, "income so far") == pytest.approx(line(own, "income so far"), abs=0)
    members = accounts.groups[vehicle][parent]
    assert members[0] == parent
    assert vehicle in members
    assert group.gap <= 1e-11 * max(one.size for one in accounts.sheets["operating"].values())


@pytest.mark.parametrize("name", ["sixty_forty", "hyperion_b", "hyperion_c"])
def test_other_deals_balance_and_eliminate(name: str) -> None:
    accounted = text(name) + _block(deal(name))
    spec = read(accounted, name).campus.deal
    assert spec is not None
    result, accounts = ran(spec)
    assert accounts.residual < 1e-13
    for vehicle, parties in accounts.consolidated.items():
        for parent in parties:
            eliminated(accounts, parent, vehicle)
    for vehicle in accounts.vehicles:  # whose owners own nothing else
        stakes = [line(accounts.sheets["operating"][o], "investments") for o in spec.entities[vehicle].owners]
        own = accounts.sheets["operating"][vehicle]
        equity = line(own, "paid in less taken out") + line(own, "income so far")
        assert np.sum(stakes, axis=0) == pytest.approx(equity, abs=1e-12 * np.abs(equity).max())
    assert pickle.loads(pickle.dumps(accounts)).residual == accounts.residual
    assert result.residual_money < 1e-9


def test_consolidation_moves_lines_and_not_worth() -> None:
    _, accounts = ran(small())
    own, company = accounts.sheets["operating"]["Owner"], accounts.sheets["operating"]["Co"]
    group = accounts.consolidated["Co"]["Owner"]
    assert line(group, "works") == pytest.approx(line(company, "works"))
    assert line(group, "loans") == pytest.approx(line(company, "loans"))
    assert line(group, "non-controlling interest") == pytest.approx(
        0.25 * (line(company, "paid in less taken out") + line(company, "income so far"))
    )
    assets = sum(group.assets.values()) - sum(own.assets.values()) - sum(company.assets.values())
    assert assets == pytest.approx(-line(own, "investments"))
    with_tenant = accounts.consolidated["Co"]["Tenant"]
    assert "lease liabilities" not in with_tenant.liabilities  # nobody owes rent to itself
    assert "rent receivable" not in with_tenant.assets


def _block(spec: Deal, **lease: Any) -> str:
    leases = {name: {"borrowing_rate": "6 %", "fair_value": "2 bn USD", "guaranteed": "1 bn USD", **lease}
              for name in spec.leases}  # fmt: skip
    borrowers = {loan.borrower for loan in spec.loans.values()}
    vehicles = {name: {} for name, e in spec.entities.items() if e.owners or name in borrowers}
    tree = {"accounting": {"life": "25 years", "leases": leases, "vehicles": vehicles}}
    return "".join(f"  {row}\n" for row in dump(tree).splitlines())


def accounted(spec: Deal) -> Deal:
    """A deal with an account of each of its leases, and of the vehicle that is owned by another."""
    given = {"borrowing_rate": 0.06, "fair_value": 2e9, "guaranteed": 1e9, "probable": 9e6}
    vehicle = "Box" if "Box" in spec.entities else "Owner LLC"
    block = {"life": 10, "leases": dict.fromkeys(spec.leases, given), "vehicles": {vehicle: {}}}
    return changed(spec, accounting=block)


def assert_books(spec: Deal) -> None:
    _, accounts = ran(accounted(spec))
    assert accounts.residual < 1e-11, accounts.residuals
    for vehicle, parties in accounts.consolidated.items():
        for parent in parties:
            eliminated(accounts, parent, vehicle)


@settings(max_examples=40)
@given(any_deal())
def test_the_books_of_any_deal_balance(spec: Deal) -> None:
    """Vehicles above vehicles, loans of every kind, arrears, sweeps, refinancing, promotes."""
    assert_books(spec)


@pytest.mark.parametrize("seed", range(20))
def test_the_books_of_random_deals_balance(seed: int) -> None:
    """Holders, added interest, fees, guarantees by table and by loan."""
    spec = read(dump({"name": "Deal", "deal": deals.deal(Draw(seed), {})}), "deal.yaml").campus.deal
    assert spec is not None
    assert_books(spec)


# Around it


def test_exposure_is_the_sum_of_its_parts() -> None:
    spec = read(text("hyperion_b") + _block(deal("hyperion_b")), "x").campus.deal
    assert spec is not None
    result, accounts = ran(spec)
    found = accounts.exposures["Meta at the end of 2025"]
    assert found.guarantees + found.rent + found.carrying + found.unfunded == pytest.approx(found.maximum, rel=1e-12)
    assert found.maximum == result.metrics["exposure.meta_at_the_end_of_2025"].value


def test_a_deal_without_accounts_has_none() -> None:
    run = Run(read(text("sixty_forty"), "x"), store=False)
    assert run.accounting is None
    assert not [name for name in run.kpi if name.startswith(("finance.lease_test", "finance.debt_on_balance"))]


def test_kpis_of_the_accounts() -> None:
    run = Run(read(text("sixty_forty") + _block(deal("sixty_forty")), "x"), store=False)
    assert run.kpi["finance.lease_test.campus_lease"].value == run.accounting.leases["campus lease"].legs["value"].value
    balance = sum(loan.balance for loan in run.finance.loans.values())
    assert run.kpi["finance.debt_on_balance.campus_llc"].value == pytest.approx(
        balance[run.finance.months.astype(int) % 12 == 11].max()
    )
    assert run.kpi["finance.debt_consolidated.north_fund"].value == run.kpi["finance.debt_on_balance.campus_llc"].value


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("      hall: {borrowing", "      hal: {borrowing", "did you mean 'hall'"),
        ("      Co: {}", "      Owner: {}", "no entity with owners or loans of this name"),
        ("      Co: {}", "      Co: {activities: {a: {effect: 90 %, why: because}}}", "sum to 90 %"),
        (
            "      Co: {}",
            "      Co: {activities: {a: {effect: 100 %, decides: [Tenent], why: because}}}",
            "did you mean 'Tenant'",
        ),
        ("borrowing_rate: 10 %", "borrowing_rate: 10 %, options: {certain: 2, why: because}", "2 options are certain"),
        ("borrowing_rate: 10 %", "borrowing_rate: 10 %, guaranteed: 1 USD, probable: 2 USD", "more is probable"),
        ("borrowing_rate: 10 %", "borrowing_rate: 10 %, transfer: {says: 'no'}", "why"),
        ("payer: Co, amount: 1000 USD", "payer: Owner, amount: 1000 USD", "fair_value is needed"),
    ],
)
def test_bad_input_says_what_is_wrong(old: str, new: str, message: str) -> None:
    with pytest.raises(SpecError, match=message) as found:
        small((old, new))
    assert len(found.value.problems) == 1


def test_a_fair_value_of_nothing_is_refused() -> None:
    with pytest.raises(SpecError, match="fair value is zero"):
        ran(small(("amount: 1000 USD, start", "amount: 0 USD, start")))
