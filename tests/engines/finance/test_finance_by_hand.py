"""Terms of leases, loans and guarantees in deals of a few lines, each against arithmetic by hand."""

from __future__ import annotations

import re
from datetime import date

import numpy as np
import pytest
from test_finance_laws import assert_conserved
from test_finance_supports import setting

from gigacampus.campus.spec import read
from gigacampus.campus.spec.deal import Deal
from gigacampus.engines.accounting import account
from gigacampus.engines.finance import FinanceResult, Under, closing, run, supports
from gigacampus.engines.finance.credit import removal
from gigacampus.engines.renewal import renewal
from gigacampus.errors import SpecError

M = 1e6
MONTHS = np.arange(np.datetime64("2026-01"), np.datetime64("2041-01"))


def tiny_deal(terms: str, promises: str = "") -> Deal:
    """One vehicle of one owner, with works of 1 bn."""
    spec = read(f"""
name: tiny
deal:
  close: 2025-12-31
  entities: {{Bank: , Fund: , Tenant: , Owner: , Box: {{owners: {{Owner: 100 %}}{promises}}}}}
  construction: {{works: {{payer: Box, amount: 1 bn USD}}}}
{terms}
""").campus.deal
    assert spec is not None
    return spec


def tiny(terms: str, promises: str = "", lost: list[str] | None = None) -> FinanceResult:
    """Such a deal, run; `lost` are months in which no computing is there."""
    spec = tiny_deal(terms, promises)
    gone = {"unavailable": np.isin(MONTHS, np.array(lost or [], "datetime64[M]")).astype(float)}
    found = run(spec, Under() if lost is None else Under(MONTHS, gone))
    assert_conserved(found)
    return found


def at(found: FinanceResult, row: str, month: str) -> float:
    """A row in one month [million USD]."""
    return float(found.row(row)[list(found.months).index(np.datetime64(month))]) / M


def paid(found: FinanceResult, row: str) -> dict[str, float]:
    """What a row has in the months in which it has something [million USD]."""
    return {str(m): float(x) / M for m, x in zip(found.months, found.row(row), strict=True) if abs(x) > 1}


LEASE = "  leases: {lease: {landlord: Box, tenant: Tenant, %s}}"


def test_options_follow_a_first_term_that_ends_on_a_day() -> None:
    found = tiny(LEASE % "rent: 100 m USD, start: 2028-01-01, end: 2031-01-01, options: [3 years], every: yearly")
    assert list(paid(found, "lease.rent")) == [f"{year}-01" for year in range(2029, 2035)]
    book = found.leases["lease"]
    assert (str(book.first_end), str(book.end)) == ("2031-01-01", "2034-01-01")
    assert float(found.rows["lease.commitment"]) == pytest.approx(300 * M)


@pytest.mark.parametrize("timing", ["arrears", "advance"])
def test_what_is_committed_ends_with_a_first_term_of_two_and_a_half_years(timing: str) -> None:
    lease = f"rent: 100 m USD, start: 2028-01-01, term: 2.5 years, options: [2.5 years], every: half-yearly, {timing=}"
    found = tiny(LEASE % lease.replace("timing='", "timing: ").replace("'", ""))
    assert float(found.rows["lease.commitment"]) == pytest.approx(250 * M)
    assert float(found.rows["lease.rent_total"]) == pytest.approx(500 * M)


def test_a_commitment_is_of_the_first_years_also_where_parts_start_later() -> None:
    """Half of the rent in the first of four years, all of it in the others: 3.5 years' rent in all."""
    parts = "parts: {a: {share: 50 %, start: 2028-01-01}, b: {share: 50 %, start: 2029-01-01}}"
    terms = f"commitment: {{amount: 350 m USD, years: 4 years}}, start: 2028-01-01, term: 10 years, {parts}"
    found = tiny(LEASE % f"{terms}, every: half-yearly")
    assert float(found.rows["lease.base"]) == pytest.approx(100 * M)


@pytest.mark.parametrize(
    ("lost", "start", "timing", "short"),
    [
        ("2029-06", "2028-01-01", "arrears", "2029-07"),
        ("2029-07", "2028-01-01", "arrears", "2030-01"),
        ("2029-06", "2028-01-01", "advance", "2029-07"),
        ("2029-06", "2027-12-31", "arrears", "2029-06"),
        ("2029-07", "2027-12-31", "arrears", "2029-12"),
    ],
)
def test_rent_abates_for_the_period_in_which_computing_is_lost(lost: str, start: str, timing: str, short: str) -> None:
    """One month of six; rent in advance for the next period bears it."""
    terms = f"rent: 120 m USD, start: {start}, term: 4 years, every: half-yearly, timing: {timing}, abatement: {{}}"
    rents = paid(tiny(LEASE % terms, lost=[lost]), "lease.rent")
    assert rents == pytest.approx({month: 50 if month == short else 60 for month in rents})
    assert short in rents


CAPPED = """
  loans:
    loan: {borrower: Box, amount: 500 m USD, rest: Bank, coupon: 6 %, every: yearly, interest_only_until: 2026-12-31,
           final: 2041-12-31, amortisation: {kind: bullet}}
  leases: {lease: {landlord: Box, tenant: Tenant, rent: 100 m USD, start: 2026-12-31, term: 5 years,
           options: [10 years], every: yearly}}
  guarantees: {floor: {guarantor: Tenant, beneficiary: Box, start: lease.start, until: 2036-12-31, cap: 100 m USD,
               line: {first: 400 m USD, last: 400 m USD}}}
  rating: {loan: loan, lease: lease, markets: {fair: {value: 350 m USD, rent: 50 %}, low: {value: 50 m USD, rent: 0 %}}}
  outlook: {lease: lease, guarantee: floor, life: 15 years, discount: 8 %, growth: 0 %, void: 0 years,
            tenant_discount: 5 %, moving_cost: 0 USD,
            scenarios: {fair: {index: [{after: 0 years, level: LEVEL}], mean_reversion: 0 1/year}}}
"""


def test_a_cap_is_on_what_a_guarantee_pays_and_not_on_its_threshold() -> None:
    """A threshold of 400 and a cap of 100: a value of 350 is made up to 400, one of 50 to 150."""
    annuity = sum(1.08**-k for k in range(1, 11))  # rent of ten more years, at the end of the first term
    spec = tiny_deal(CAPPED.replace("LEVEL", f"{350 / annuity} %"))
    found = run(spec)
    after = renewal(spec, found).scenarios["fair"]
    assert after.value[5] == pytest.approx(350 * M)
    assert after.shortfall[5] == pytest.approx(50 * M)
    cases = supports(spec, found).experiment
    assert cases is not None
    assert cases.case(["options"], "fair").guaranteed == pytest.approx(50 * M)
    assert cases.case(["options"], "low").guaranteed == pytest.approx(100 * M)
    assert (
        renewal(tiny_deal(CAPPED.replace("LEVEL", f"{50 / annuity} %")), found).scenarios["fair"].shortfall[5]
        == 100 * M
    )


TWO = """
  loans:
    a: {borrower: Box, amount: 300 m USD, rest: Bank, coupon: 6 %, every: A, interest_only_until: 2026-12-31,
        final: FIRST, ALSO}
    b: {borrower: Box, amount: 300 m USD, rest: Fund, coupon: 6 %, every: yearly, START
        final: LAST, MORE}
  leases: {lease: {landlord: Box, tenant: Tenant, rent: RENT m USD, start: 2026-12-31, term: 12 years, every: RENTS,
           abatement: {}}}
"""


def two(promises: str, lost: list[str] | None = None, **terms: str) -> FinanceResult:
    usual = {"A": "quarterly", "FIRST": "2036-12-31", "ALSO": "rank: 1", "MORE": "rank: 1", "RENT": "120",
             "RENTS": "quarterly", "START": "interest_only_until: 2026-12-31,", "LAST": "2036-12-31"}  # fmt: skip
    text = TWO
    for name, value in (usual | terms).items():
        text = re.sub(rf"\b{name}\b", value, text)
    return tiny(text, f", covenants: {{{promises}}}", lost)


def test_cover_is_tested_before_a_slower_loan_takes_over() -> None:
    """Rent of 10 a quarter against a payment of 11.82: locked up from the first date, though the new loan pays yearly.

    A quarterly payment that leaves 80 % of 500 after five years: (500 - 400 / 1.015^20) / annuity(1.5 %, 20).
    """
    start = "start: 2031-12-31, interest_only_until: 2031-12-31, refinances: a,"
    bridge = {"FIRST": "2031-12-31", "ALSO": "amortisation: {kind: balloon, balloon: 80 %}", "START": start}
    found = two("lock_up: 1.2", RENT="24", **bridge)
    payment = 300 * (1 - 0.8 / 1.015**20) / sum(1.015**-k for k in range(1, 21))
    assert found.covenants["Box"].cover[0] == pytest.approx(6 / payment, rel=1e-9)
    assert str(found.covenants["Box"].first_lock_up) == "2027-03-31"
    assert found.cover["Box"].cfads[:3] == pytest.approx(6 * M)
    assert found.cover["Box"].service[:3] == pytest.approx(payment * M)


def test_the_look_back_stays_a_year_when_the_slower_loan_is_repaid() -> None:
    """Rents come half-yearly: a quarter alone would have none."""
    tests = two("lock_up: 1.2, look_back: 12", RENTS="half-yearly", LAST="2029-12-31").covenants["Box"]
    payment = 300 / sum(1.015**-k for k in range(1, 41))
    cover = dict(zip(tests.dates.astype(str).tolist(), tests.cover.tolist(), strict=True))
    assert list(cover)[2:5] == ["2029-12-31", "2030-03-31", "2030-06-30"]
    later = [value for day, value in cover.items() if day > "2030-12-01"]
    assert later == pytest.approx([120 / (4 * payment)] * 25, rel=1e-9)


def test_all_cash_is_swept_on_every_date_on_which_it_could_be_distributed() -> None:
    found = two("sweep: 100 %")
    owed = found.loans["a"].balance + found.loans["b"].balance
    assert found.row("box.distribution")[owed > 1].sum() == 0
    assert at(found, "box.sweep", "2027-03") > 1
    assert owed[-1] == pytest.approx(0, abs=1e-3)


@pytest.mark.parametrize("a", ["yearly", "quarterly"])
def test_a_cure_pays_a_junior_loan_whatever_reserve_the_senior_one_has(a: str) -> None:
    """Half a year's rent of 90 is lost: 45 pays the senior 40.76, and the junior lacks the rest of its own 40.76."""
    lost = [f"2029-{month:02}" for month in range(7, 13)]
    found = two("cure: 1 bn USD", lost, A=a, ALSO="rank: 1, dsra: 12", MORE="rank: 2", RENT="90", RENTS="yearly")
    assert found.row("box.missed").max() < 1
    if a == "yearly":
        payment = 300 / sum(1.06**-k for k in range(1, 11))
        assert at(found, "box.cure", "2029-12") == pytest.approx(2 * payment - 45, rel=1e-9)


OLD = """
  loans:
    old: {borrower: Box, amount: 500 m USD, rest: Bank, coupon: 5 %, every: yearly, interest_only_until: 2026-12-31,
          final: LAST, amortisation: {kind: bullet}ALSO}
    new: {borrower: Box, amount: AMOUNT m USD, rest: Fund, coupon: 5 %, every: yearly, start: CALL,
          interest_only_until: CALL, final: 2041-12-31, refinances: old}
  leases: {lease: {landlord: Box, tenant: Tenant, rent: 100 m USD, start: 2026-12-31, term: 15 years, every: yearly}}
"""


def renewed(also: str = "", call: str = "2031-12-31", amount: int = 500, last: str = "2036-12-31") -> FinanceResult:
    text = OLD.replace("AMOUNT", str(amount)).replace("CALL", call).replace("LAST", last).replace("ALSO", also)
    return tiny(text)


@pytest.mark.parametrize("last", ["2031-12-31", "2036-12-31"])
def test_cover_over_the_loan_life_counts_a_debt_once_that_another_loan_pays_off(last: str) -> None:
    """Both loans pay 5 %, and so the rate is 5 %, whether the first one is called or has come to its end."""
    found = renewed(last=last)
    rent = sum(100 / 1.05**k for k in range(1, 16))
    assert found.metrics["llcr"].value == pytest.approx(rent / 500, rel=1e-3)  # days over 365, as XIRR


def xnpv(rate: float, flows: dict[str, float]) -> float:
    """Value of dated flows at a rate a year, days over 365."""
    days = (np.array(list(flows), "datetime64[D]") - np.datetime64(next(iter(flows)))).astype(int)
    return float(np.sum(np.array(list(flows.values())) / (1 + rate) ** (days / 365)))


def test_cash_is_distributed_between_completion_and_the_day_on_which_a_mini_perm_is_taken_out() -> None:
    """Rent of 100 and interest of 25 until the notes come, and then a level payment on 500 for ten years."""
    found, level = renewed(last="2031-12-31"), 500 / sum(1.05**-k for k in range(1, 11))
    between = {f"{year}-12": 75.0 for year in range(2027, 2032)}
    assert paid(found, "box.distribution") == pytest.approx(
        between | {f"{year}-12": 100 - level for year in range(2032, 2042)}
    )
    got = {f"{month}-31": amount for month, amount in paid(found, "box.distribution").items()}
    rate = found.metrics["irr_owner.owner"].value
    assert rate is not None
    assert xnpv(rate, {"2025-12-31": -500.0, "2026-12-31": -25.0} | got) == pytest.approx(0, abs=1e-6)


def test_cash_is_kept_only_while_works_go_on() -> None:
    """New servers in 2033: the rents of the years before them are distributed, that of their own year pays for them."""
    text = OLD.replace("AMOUNT", "500").replace("CALL", "2031-12-31").replace("LAST", "2031-12-31").replace("ALSO", "")
    servers = {"payer": "Box", "amount": 300 * M, "start": date(2032, 12, 31), "end": date(2033, 12, 31)}
    spec = tiny_deal(text).model_dump()
    spec["construction"]["servers"] = servers
    found, plain = run(Deal.model_validate(spec)), renewed(last="2031-12-31")
    assert_conserved(found)
    left = paid(plain, "box.distribution")
    in_hand = left.pop("2033-12") - 300 * 31 / 365  # after the month's works, and distributed a year later
    assert left.pop("2032-12") < 300 * 31 / 365 * 12
    assert paid(found, "box.distribution") == pytest.approx(left | {"2034-12": left["2034-12"] + in_hand})
    assert found.row("servers.cost").sum() == pytest.approx(300 * M)


def test_a_make_whole_is_of_the_part_that_is_repaid_and_without_accrued_interest() -> None:
    """Five payments of 25 and the rest at 4 %, over 500; half a year before, the half-year's 12.5 is still paid."""
    whole = sum(25 / 1.04**k for k in range(1, 6)) + 500 / 1.04**5 - 500
    made = ", call: {make_whole: 4 %}"
    assert paid(renewed(made), "old.call_cost") == pytest.approx({"2031-12": whole})
    assert paid(renewed(made, amount=250), "old.call_cost") == pytest.approx({"2031-12": whole / 2})
    mid = renewed(made, call="2031-06-30")
    assert paid(mid, "old.interest")["2031-12"] == pytest.approx(12.5)
    assert paid(mid, "old.call_cost") == pytest.approx({"2031-06": (whole + 500 + 25) / 1.04**0.5 - 500 - 12.5})


def test_a_reserve_is_released_when_its_loan_is_paid_off_early() -> None:
    found = renewed(", dsra: 12")
    assert at(found, "old.reserve", "2031-11") == pytest.approx(25)
    assert paid(found, "old.reserve_release") == pytest.approx({"2031-12": 25})
    assert at(found, "old.reserve", "2031-12") == 0
    swept = two("sweep: 100 %", ALSO="dsra: 6", A="yearly", RENTS="yearly")
    off = int(np.flatnonzero(swept.loans["a"].balance > 1)[-1]) + 1
    assert str(swept.months[off]) < "2036-12"
    assert swept.row("a.reserve")[off:].sum() == 0


def test_two_loans_cannot_pay_off_the_same_one() -> None:
    third = """
    third: {borrower: Box, amount: 300 m USD, rest: Fund, coupon: 5 %, every: yearly, start: 2032-12-31,
            interest_only_until: 2032-12-31, final: 2041-12-31, refinances: old}
  leases:"""
    text = OLD.replace("\n  leases:", third).replace("AMOUNT", "300").replace("CALL", "2031-12-31")
    with pytest.raises(SpecError, match="new pays that loan off already"):
        tiny(text.replace("LAST", "2036-12-31").replace("ALSO", ""))


@pytest.mark.parametrize(
    ("start", "end", "count"),
    [("2028-01-01", "2030-12-31", 36), ("2028-01-01", "2031-01-01", 36), ("2027-12-31", "2030-12-31", 36)],
)
def test_a_service_is_paid_until_its_last_day(start: str, end: str, count: int) -> None:
    found = tiny(f"  services: {{care: {{payer: Tenant, amount: 12 m USD, start: {start}, end: {end}}}}}")
    assert list(paid(found, "care.paid").values()) == pytest.approx([1.0] * count)


def test_a_void_shorter_than_a_period_costs_its_part_of_the_rent() -> None:
    """The tenant leaves after five years; let again three months later, the next half-year has half of its rent."""
    text = CAPPED.replace("lease: lease, markets", "lease: lease, void: 3 months, markets").replace("LEVEL", "100 %")
    spec = tiny_deal(text.replace("options: [10 years], every: yearly", "options: [10 years], every: half-yearly"))
    of = setting(spec, run(spec))
    rents = removal.rents(of, of.ends("options"), 0.5)
    assert rents[rents > 0] == pytest.approx([0.5] * 10 + [0.5 * 0.5 * 3 / 6] + [0.25] * 19)


@pytest.mark.parametrize(
    ("funded", "amount"), [("as drawn", 1000 + 30 + 0.08 * 400 - 600), ("day one", (1000 + 30 - 600) / (1 - 0.08))]
)
def test_a_junior_loan_is_no_larger_than_what_the_senior_one_leaves_of_the_cost(funded: str, amount: float) -> None:
    """600 of 1,000 and a year's interest of 5 % and 8 %: cash would bear far more."""
    found = tiny(f"""
  loans:
    senior: {{borrower: Box, amount: 600 m USD, rest: Bank, coupon: 5 %, every: yearly, interest_only_until: 2026-12-31,
             final: 2036-12-31}}
    junior: {{borrower: Box, amount: unknown, rest: Fund, coupon: 8 %, every: yearly, interest_only_until: 2026-12-31,
             final: 2036-12-31, rank: 2, funded: {funded}, sizing: {{dscr: 1.1}}}}
{LEASE % "rent: 250 m USD, start: 2026-12-31, term: 12 years, every: yearly"}
""")
    junior = found.solved["loans.junior.amount"]
    assert junior + 600 * M == pytest.approx(found.row("box.uses").sum())
    assert junior == pytest.approx(amount * M)
    assert float(found.rows["box.gearing"]) == pytest.approx(1)


def test_the_rest_of_a_period_is_in_the_accounts_too() -> None:
    """A lease from the 30th to the 10th: two years, seven months and a rest, 320 at 120 a year."""
    spec = tiny_deal(
        LEASE % "rent: 120 m USD, start: 2028-01-30, end: 2030-09-10"
        + "\n  accounting: {life: 30 years, leases: {lease: {borrowing_rate: 0 %, fair_value: 1 bn USD}}}"
    )
    found = run(spec)
    accounts = account(spec, found)
    assert accounts is not None
    assert accounts.leases["lease"].certain.rents == pytest.approx(float(found.rows["lease.rent_total"]))


def test_maximum_exposure_is_of_what_is_still_to_come() -> None:
    """Two of five years' rent are paid, and of a guarantee of 400 that falls to 0 in ten years, 320 is left."""
    found = tiny("""
  leases: {lease: {landlord: Box, tenant: Tenant, rent: 100 m USD, start: 2027-12-31, term: 5 years, every: yearly}}
  guarantees: {floor: {guarantor: Tenant, beneficiary: Box, start: 2027-12-31, until: 2037-12-31,
               line: {first: 400 m USD, last: 0 USD}}}
  exposures: {before: {party: Tenant, at: 2026-12-31, carrying: 7 m USD},
              then: {party: Tenant, at: 2029-12-31, carrying: 7 m USD}}
""")
    assert float(found.rows["exposures.before.maximum"]) == pytest.approx((400 + 500 + 7) * M)
    assert float(found.rows["exposures.then.maximum"]) == pytest.approx((320 + 300 + 7) * M, rel=1e-3)


def test_a_level_that_is_not_given_is_not_breached() -> None:
    """A year of costs above rent: the payment comes from the reserve, and no covenant has a level."""
    found = tiny(
        """
  loans:
    a: {borrower: Box, amount: 100 m USD, rest: Bank, coupon: 6 %, every: yearly, interest_only_until: 2026-12-31,
        final: 2036-12-31, dsra: 12}
  services: {repair: {payer: Box, amount: 60 m USD, start: 2029-01-01, end: 2029-12-31}}
"""
        + LEASE % "rent: 40 m USD, start: 2026-12-31, term: 12 years, every: yearly",
        ", covenants: {sweep: 10 %}",
    )
    assert at(found, "box.cash_back", "2029-12") < 0
    assert found.row("box.missed").max() < 1
    assert found.row("box.locked").max() == found.row("box.default").max() == 0
    assert found.metrics["headroom.box"].reason == "no level is given"


def test_what_is_paid_before_it_comes_in_is_said() -> None:
    """Rent of 0.5 m at each month's end, interest of 6 m on 10 December: eleven rents are there, the twelfth is not."""
    found = tiny("""
  loans:
    loan: {borrower: Box, amount: 100 m USD, rest: Bank, coupon: 6 %, every: yearly, start: 2025-12-10,
           interest_only_until: 2025-12-10, final: 2030-12-10, amortisation: {kind: bullet}}
  leases: {lease: {landlord: Box, tenant: Tenant, start: close, term: 5 years, rent: 6 m USD, every: monthly}}
""")
    assert found.metrics["short_on_day.box"].value == pytest.approx(0.5e6, rel=1e-9)


QUARTERS = "{kind: list, shares: [25 %, 25 %, 25 %, 25 %]}"
FLAT = """  loans:
    loan: {borrower: Box, amount: 500 m USD, rest: Bank, coupon: 0 %, every: yearly, day_count: COUNT, start: close,
           interest_only_until: 2026-12-31, final: 2030-12-31, amortisation: QUARTERS}
  leases:
    lease: {landlord: Box, tenant: Tenant, start: 2025-12-31, term: TERM years, rent: 200 m USD, every: yearly}"""
FLAT = FLAT.replace("QUARTERS", QUARTERS)


@pytest.mark.parametrize("count", ["30/360", "act/360", "act/365"])
def test_average_life_counts_calendar_years_whatever_the_day_count(count: str) -> None:
    found = tiny(FLAT.replace("COUNT", count).replace("TERM", "6"))
    assert found.metrics["wal.loan"].value == pytest.approx((2 + 3 + 4 + 5) / 4, abs=1e-12)


def test_a_loan_that_is_not_repaid_has_no_average_life() -> None:
    wal = tiny(FLAT.replace("COUNT", "30/360").replace("TERM", "3")).metrics["wal.loan"]
    assert wal.value is None
    assert "never repaid" in wal.reason


BEHIND = """  loans:
    one: {borrower: Box, amount: 400 m USD, rest: Bank, coupon: 5 %, every: yearly, start: close,
          interest_only_until: 2027-12-31, final: 2031-12-31, amortisation: QUARTERS}
    two: {borrower: Box, amount: 300 m USD, rest: Fund, coupon: 6 %, every: half-yearly, start: close,
          interest_only_until: 2027-12-31, final: 2029-12-15, amortisation: QUARTERS}
  leases: {lease: {landlord: Box, tenant: Tenant, start: 2027-12-01, term: 8 years, rent: 300 m USD, every: monthly}}
  guarantees:
    value:
      {guarantor: Owner, beneficiary: Box, start: 2028-12-20, until: 2030-12-20, loans: [one, two], cap: 350 m USD}"""
BEHIND = BEHIND.replace("QUARTERS", QUARTERS)


def test_one_guarantee_stands_behind_several_loans_on_its_own_days() -> None:
    """On 20 December 2028, loan two has paid two of its four parts (15 June and 15 December), loan one (31 December)
    none: 400 + 150 are owed; a year later 300 + 0, and when it ends 200 + 0."""
    years = tiny(BEHIND).guarantees["value"]
    assert [str(day) for day in years.dates] == ["2028-12-20", "2029-12-20", "2030-12-20", "2031-12-20"]
    assert years.debt / M == pytest.approx([550, 300, 200, 100])
    assert years.threshold / M == pytest.approx([550, 300, 200, 0])
    assert years.uncovered / M == pytest.approx([200, 0, 0, 100])
    assert tiny(BEHIND).metrics["uncovered.value"].value / M == pytest.approx(200)
    assert tiny(BEHIND.replace("2030-12-20", "2029-12-31")).metrics["uncovered.value"].value / M == pytest.approx(200)


def test_what_is_owed_on_a_day_is_before_the_payments_that_follow_it() -> None:
    one = tiny(BEHIND).loans["one"]
    days = np.array(["2025-12-30", "2025-12-31", "2028-12-30", "2028-12-31", "2031-12-31"], "datetime64[D]")
    assert one.owed(days) / M == pytest.approx([0, 400, 400, 300, 0])


def test_owners_pay_on_the_day_of_the_interest_that_they_fund() -> None:
    """Interest of 30 May, paid by the owners of a holding through it, is there on that day."""
    spec = read("""
name: day
deal:
  close: 2026-05-30
  entities: {Bank: , Tenant: , Owner: , Holding: {owners: {Owner: 100 %}}, Box: {owners: {Holding: 100 %}}}
  loans:
    loan: {borrower: Box, amount: 100 m USD, rest: Bank, coupon: 6 %, interest_only_until: 2028-05-30,
           funded: day one, final: 2032-05-30}
  construction: {works: {payer: Box, amount: 100 m USD}}
  leases: {lease: {landlord: Box, tenant: Tenant, start: 2028-05-30, term: 6 years, rent: 60 m USD}}
""").campus.deal
    assert spec is not None
    found = run(spec)
    calls = {flow.payer: flow for flow in found.flows if flow.kind == "contribution"}
    paid = found.row("loan.interest") > 0
    for payer in ("Owner", "Holding"):
        days = calls[payer].dates[paid & (found.row(calls[payer].row) > 0)]
        assert [str(day) for day in days] == ["2026-11-30", "2027-05-30", "2027-11-30", "2028-05-30"]
    assert max(found.metrics[f"short_on_day.{name}"].value for name in ("box", "holding")) == pytest.approx(0, abs=1)


def test_no_loan_is_no_way_to_close_a_deal() -> None:
    """What no rent repays is closed by no loan at all, which is no answer."""
    (gap,) = closing(
        tiny_deal(FLAT.replace("COUNT", "30/360").replace("TERM", "3").replace("rent: 200 m", "rent: 0 m"))
    )
    assert gap.amount == pytest.approx(500 * M)
    assert "loans.loan.amount" not in gap.closing
