"""How large a loan is, and how another pays it off: against plain arithmetic and the limits themselves."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest
from test_finance_laws import assert_conserved

from finance_deals import deal
from gigacampus.campus.spec import read
from gigacampus.campus.spec.deal import Deal
from gigacampus.engines.finance import FinanceResult, Under, run, study
from gigacampus.engines.finance.solving import unknowns
from gigacampus.errors import InfeasibleError, SpecError
from gigacampus.money import annuity

PLAIN = """
name: plain
deal:
  close: 2026-06-30
  entities: {{Bank: , Fund: , Tenant: , Owner: , Box: {{owners: {{Owner: 100 %}}}}}}
  construction: {{works: {{payer: Box, amount: {cost}, end: 2027-06-30}}}}
  loans:
    loan: {{borrower: Box, amount: unknown, rest: Bank, coupon: 6 %, every: yearly, interest_only_until: 2027-06-30,
           final: 2037-06-30, amortisation: {{{kind}}}, sizing: {{{sizing}}}}}
  leases:
    lease: {{landlord: Box, tenant: Tenant, start: 2027-06-30, term: 12 years, rent: 100 m USD, escalator: {growth},
            every: yearly}}
"""


def sized(sizing: str, kind: str = "kind: sculpted", cost: str = "2 bn USD", growth: str = "0 %") -> FinanceResult:
    spec = read(PLAIN.format(sizing=sizing, kind=kind, cost=cost, growth=growth)).campus.deal
    assert spec is not None
    found = run(spec)
    assert_conserved(found)
    return found


def test_a_sculpted_loan_sized_on_cover_is_the_value_of_the_cash_over_it() -> None:
    found = sized("dscr: 1.25", growth="3 %")
    value = sum(100e6 * 1.03**k / 1.06 ** (k + 1) for k in range(10))
    assert found.solved["loans.loan.amount"] == pytest.approx(value / 1.25, rel=1e-12)
    assert found.cover["Box"].dscr == pytest.approx(np.full(10, 1.25), rel=1e-12)
    assert found.metrics["llcr"].value == pytest.approx(1.25, rel=1e-12)  # a constant cover is the loan life's too
    assert found.metrics["unpaid.loan"].value == pytest.approx(0, abs=1e-3)


def test_a_constant_cover_is_the_loan_lifes_too_where_the_first_payment_repays() -> None:
    """No interest is paid before the first repayment: the loan life begins a whole period before it."""
    text = PLAIN.format(sizing="dscr: 1.25", kind="kind: sculpted", cost="2 bn USD", growth="1 %")
    text = text.replace("interest_only_until: 2027-06-30", "start: 2027-06-30, interest_only_until: 2027-06-30")
    spec = read(text.replace("end: 2027-06-30", "start: 2027-06-30")).campus
    assert spec.deal is not None
    found = run(spec.deal)
    assert found.cover["Box"].dscr == pytest.approx(np.full(10, 1.25), rel=1e-9)
    assert found.metrics["llcr"].value == pytest.approx(1.25, rel=1e-9)


def test_a_level_loan_is_sized_by_its_worst_payment() -> None:
    """Rent that falls: the last year's cash bounds the level payment."""
    found = sized("dscr: 1.2", "kind: level", growth="-2 %")
    payment = 100e6 * 0.98**9 / 1.2
    assert found.solved["loans.loan.amount"] == pytest.approx(payment / annuity(0.06, 10), rel=1e-12)
    assert found.metrics["dscr_min"].value == pytest.approx(1.2, rel=1e-12)


def test_a_balloon_and_a_bullet_are_sized_on_their_cover() -> None:
    balloon = sized("dscr: 1.2", "kind: balloon, balloon: 40 %")
    amount = 100e6 / 1.2 / annuity(0.06, 10) / (1 - 0.4 / 1.06**10)
    assert balloon.solved["loans.loan.amount"] == pytest.approx(amount, rel=1e-12)
    assert balloon.cover["Box"].dscr[:-1] == pytest.approx(np.full(9, 1.2), rel=1e-12)
    bullet = sized("dscr: 1.5", "kind: bullet")
    assert bullet.solved["loans.loan.amount"] == pytest.approx(100e6 / 1.5 / 0.06, rel=1e-12)


def test_the_least_limit_binds_and_cover_follows() -> None:
    by_cover = sized("dscr: 1.25").solved["loans.loan.amount"]
    by_value = sized("dscr: 1.25, ltv: 50 %, value: 1 bn USD")
    assert by_value.solved["loans.loan.amount"] == pytest.approx(500e6)
    assert by_value.cover["Box"].dscr == pytest.approx(np.full(10, 1.25 * by_cover / 500e6), rel=1e-9)
    by_life = sized("dscr: 1.25, llcr: 1.6")
    assert by_life.metrics["llcr"].value == pytest.approx(1.6, rel=1e-9)
    by_cost = sized("dscr: 1.25, of_cost: 60 %", cost="500 m USD")
    assert by_cost.solved["loans.loan.amount"] == pytest.approx(0.6 * float(by_cost.row("box.uses").sum()), rel=1e-9)


@pytest.mark.parametrize("limit", ["dscr", "llcr"])
@pytest.mark.parametrize("kind", ["level", "sculpted"])
def test_a_junior_loan_is_sized_on_what_the_senior_leaves(kind: str, limit: str) -> None:
    loans = """
    senior: {borrower: Box, amount: 300 m USD, rest: Fund, coupon: 5 %, every: yearly, interest_only_until: 2027-06-30,
             final: 2037-06-30, amortisation: {kind: level}}
    loan: {rank: 2,"""
    text = PLAIN.format(sizing=f"{limit}: 1.25", kind=f"kind: {kind}", cost="2 bn USD", growth="0 %")
    spec = read(text.replace("\n    loan: {", loans)).campus.deal
    assert spec is not None
    found = run(spec)
    assert_conserved(found)
    left = 100e6 - 300e6 * annuity(0.05, 10)
    assert found.solved["loans.loan.amount"] == pytest.approx(left / annuity(0.06, 10) / 1.25, rel=1e-9)


def test_a_junior_loan_is_sculpted_on_what_the_senior_leaves() -> None:
    loans = """
    senior: {borrower: Box, amount: 300 m USD, rest: Fund, coupon: 5 %, every: yearly, interest_only_until: 2027-06-30,
             final: 2037-06-30, amortisation: {kind: level}}
    loan: {rank: 2,"""
    text = PLAIN.format(sizing="", kind="kind: sculpted, dscr: 1.25", cost="2 bn USD", growth="0 %")
    text = text.replace("\n    loan: {", loans).replace(", sizing: {}", "").replace("unknown", "400 m USD")
    spec = read(text).campus.deal
    assert spec is not None
    found = run(spec)
    assert_conserved(found)
    junior = found.loans["loan"]
    assert junior.service[junior.repays][:5] == pytest.approx(np.full(5, 100e6 / 1.25 - 300e6 * annuity(0.05, 10)))


def test_debt_is_highest_where_all_loans_together_are() -> None:
    """One loan pays off another: their peaks lie apart and are not added."""
    found = refinanced("900 m USD", "2033-09-30")
    old, new, other = (found.loans[name].balance for name in ("fixed notes", "new notes", "term loan"))
    assert found.metrics["debt_peak"].value == max(a + b + c for a, b, c in zip(old, new, other, strict=True))
    assert old.max() + new.max() + other.max() > 1.1 * found.metrics["debt_peak"].value


def test_no_loan_where_there_is_no_cash_and_none_above_the_cost() -> None:
    assert sized("dscr: 1.25", growth="-99 %").solved["loans.loan.amount"] == pytest.approx(
        100e6 / 1.25 / 1.06, rel=0.02
    )
    dear = sized("dscr: 1.25", cost="100 m USD")
    assert dear.solved["loans.loan.amount"] == pytest.approx(float(dear.row("box.uses").sum()), rel=1e-9)


@pytest.mark.parametrize("holders", ["", "holders: {Fund: 40 m USD}, ", "dsra: 6, "])
@pytest.mark.parametrize("kind", ["level", "sculpted", "bullet"])
def test_a_loan_that_no_cash_can_carry_is_never_drawn(kind: str, holders: str) -> None:
    """Costs take all of the rent: the owner pays for everything."""
    costs = """
  services: {upkeep: {payer: Box, amount: 120 m USD, start: 2027-06-30, end: 2039-06-30}}
"""
    text = PLAIN.format(sizing="dscr: 1.25", kind=f"kind: {kind}", cost="1 bn USD", growth="0 %") + costs
    assert_never_drawn(text.replace("rest: Bank", f"{holders}rest: Bank"))


@pytest.mark.parametrize("terms", ["", ", dsra: 12", ", upfront_fee: 1 %, commitment_fee: 1 %", ", funded: day one"])
def test_a_loan_of_nothing_is_never_drawn(terms: str) -> None:
    text = PLAIN.format(sizing="", kind="kind: level", cost="1 bn USD", growth="0 %").replace("unknown", "0 USD")
    assert_never_drawn(text.replace(", sizing: {}", terms))


def assert_never_drawn(text: str) -> None:
    """Nothing is drawn or owed, in the base case and in each case of the study."""
    spec = read(text).campus.deal
    assert spec is not None
    found = run(spec)
    assert found.residual_money < 1e-13, found.residuals
    assert (
        found.loans["loan"].draw.sum() == found.loans["loan"].balance.max() == found.metrics["unpaid.loan"].value == 0
    )
    assert sum(found.loans["loan"].holders.values()) == pytest.approx(1)
    assert found.row("box.call").sum() >= 1e9
    assert study(spec, found).bars


def test_holders_of_more_than_is_found_hold_all_of_it() -> None:
    """300 and 700 for a loan of 590: in the study, which signs it at that size, it is theirs too."""
    text = PLAIN.format(sizing="dscr: 1.25", kind="kind: sculpted", cost="2 bn USD", growth="0 %")
    spec = read(text.replace("rest: Bank", "holders: {Fund: 300 m USD, Tenant: 700 m USD}, rest: Bank")).campus.deal
    assert spec is not None
    found = run(spec)
    assert found.loans["loan"].holders == pytest.approx({"Fund": 0.3, "Tenant": 0.7, "Bank": 0.0})
    assert study(spec, found).bars


def test_a_loan_that_fits_nothing_is_named_with_the_way_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unknowns, "find_roots", lambda f, x, low, high: np.full_like(x, np.nan))
    with pytest.raises(InfeasibleError, match=r"term loan: no reserve and plan found .*got 800.*smaller amount"):
        run(deal("sixty_forty"))
    with pytest.raises(InfeasibleError, match="loan: no amount found"):
        sized("dscr: 1.25")


def test_sizing_needs_an_unknown_amount() -> None:
    with pytest.raises(SpecError, match="marked unknown"):
        read(
            PLAIN.format(sizing="dscr: 1.2", kind="kind: level", cost="1 bn USD", growth="0 %").replace(
                "unknown", "1 bn USD"
            )
        )


NEW = """
    new notes: {borrower: Campus LLC, amount: %s, rest: Fund, coupon: 5 %%, every: quarterly, start: %s,
                interest_only_until: %s, final: 2042-09-30, refinances: fixed notes}
    fixed notes:"""


FUND = ("    Insurer:\n", "    Insurer:\n    Fund:\n")
LONGER = ("options: [5 years]", "options: [5 years, 5 years]")


def refinanced(amount: str, start: str, old: str = "") -> FinanceResult:
    new = ("\n    fixed notes:", NEW % (amount, start, start))
    bare = ("      dsra: 6\n", "")
    found = run(deal("sixty_forty", new, FUND, LONGER, bare, ("coupon: 6 %", f"coupon: 6 %{old}")))
    assert_conserved(found)
    return found


def test_a_loan_is_paid_off_by_another_on_a_payment_date() -> None:
    found = refinanced("900 m USD", "2033-09-30")
    old, new = found.loans["fixed notes"], found.loans["new notes"]
    at = list(found.months).index(np.datetime64("2033-09"))
    assert old.balance[at] == pytest.approx(0, abs=1e-3)
    assert old.principal[at:].sum() == pytest.approx(old.balance[at - 1], rel=1e-12)
    assert new.draw.sum() == pytest.approx(float(found.row("fixed_notes.refinanced").sum()), rel=1e-12)
    assert new.draw.sum() < old.balance[at - 1]  # the month's own payment was made first
    assert new.principal.sum() == pytest.approx(new.draw.sum(), rel=1e-12)


def test_a_mini_perm_is_taken_out_at_its_end() -> None:
    """A balloon of seven years, paid off by long notes on the day on which it falls due."""
    short = "final: 2040-09-30\n      amortisation: {kind: growing, growth: 2 %}"
    end = "final: 2035-09-30\n      amortisation: {kind: balloon, balloon: 60 %}"
    new = ("\n    fixed notes:", NEW % ("900 m USD", "2035-09-30", "2035-09-30"))
    spec = deal("sixty_forty", (short, end), new, FUND, LONGER)
    found = run(spec)
    assert_conserved(found)
    old, new = found.loans["fixed notes"], found.loans["new notes"]
    assert new.draw.sum() == pytest.approx(0.6 * old.draw.sum(), rel=1e-9)
    assert found.metrics["unpaid.fixed_notes"].value == pytest.approx(0, abs=1e-3)
    assert found.cover["Campus LLC"].dscr.min() > 1


def test_a_make_whole_is_the_value_of_what_is_foregone() -> None:
    """Payments after the call at the agreed rate, less what is repaid: against a sum over the plan."""
    found = refinanced("1.2 bn USD", "2033-09-30", "\n      call: {make_whole: 4 %}")
    at = list(found.months).index(np.datetime64("2033-09"))
    repaid, plan = float(found.row("fixed_notes.refinanced").sum()), found.row("fixed_notes.planned_payment")[at + 1 :]
    quarters = np.arange(1, len(plan) + 1) / 12
    expected = float(np.sum(plan * 1.04**-quarters)) - repaid
    assert found.row("fixed_notes.call_cost").sum() == pytest.approx(expected, rel=1e-9)
    assert expected > 0.05 * repaid  # a coupon of 6 % against 4 %
    dear = refinanced("1.2 bn USD", "2033-09-30", "\n      call: {make_whole: 9 %}")
    assert dear.row("fixed_notes.call_cost").sum() == 0  # never less than nothing
    premium = refinanced("1.2 bn USD", "2033-09-30", "\n      call: {premium: 2 %}")
    assert premium.row("fixed_notes.call_cost").sum() == pytest.approx(0.02 * repaid, rel=1e-9)


TAKEN_OUT = """
    notes: {{borrower: Box, amount: {amount}, rest: Fund, coupon: 5 %, every: yearly, start: {start},
            interest_only_until: {start}, final: 2039-06-30, refinances: loan, amortisation: {{kind: level}}}}
  leases:"""


@pytest.mark.parametrize("kind", ["level", "sculpted", "balloon, balloon: 50 %", "bullet"])
def test_a_loan_is_sized_on_the_payments_that_it_makes_before_it_is_taken_out(kind: str) -> None:
    """As large as without the notes, whose own payments begin as those of the loan have ended; nothing fails."""
    text = PLAIN.format(sizing="dscr: 1.25", kind=f"kind: {kind}", cost="2 bn USD", growth="0 %")
    notes = TAKEN_OUT.format(amount="2 bn USD", start="2033-06-30")
    alone, spec = sized("dscr: 1.25", f"kind: {kind}"), read(text.replace("\n  leases:", notes)).campus.deal
    assert spec is not None
    found = run(spec)
    assert_conserved(found)
    assert found.solved["loans.loan.amount"] == pytest.approx(alone.solved["loans.loan.amount"], rel=1e-9)
    assert found.metrics["unpaid.loan"].value == pytest.approx(0, abs=1e-3)


def test_payments_after_the_take_out_bound_no_loan() -> None:
    """The lease ends in 2035 and the loan in 2037: as its notes come in 2033, rent of 100 carries it as if for good."""
    text = PLAIN.format(sizing="dscr: 1.25", kind="kind: level", cost="2 bn USD", growth="0 %")
    text = text.replace("term: 12 years", "term: 8 years")
    notes = TAKEN_OUT.format(amount="1 bn USD", start="2033-06-30").replace("2039-", "2035-")
    alone, spec = read(text).campus.deal, read(text.replace("\n  leases:", notes)).campus.deal
    assert alone is not None
    assert spec is not None
    assert run(alone).solved["loans.loan.amount"] == 0
    assert run(spec).solved["loans.loan.amount"] == pytest.approx(100e6 / 1.25 / annuity(0.06, 10), rel=1e-9)


def test_sized_notes_count_the_loan_that_they_pay_off_no_more() -> None:
    """Six payments of 80 from 2034 on, also where the old loan would have gone on until 2037."""
    text = PLAIN.format(sizing="dscr: 1.25", kind="kind: level", cost="2 bn USD", growth="0 %")
    notes = TAKEN_OUT.format(amount="unknown, sizing: {dscr: 1.25}", start="2033-06-30")
    spec = read(text.replace("\n  leases:", notes)).campus.deal
    assert spec is not None
    assert run(spec).solved["loans.notes.amount"] == pytest.approx(80e6 / annuity(0.05, 6), rel=1e-9)


@pytest.mark.parametrize(
    ("start", "said"),
    [("2037-07-31", "after its last payment, 2037-06-30"), ("2038-06-30", "after its last payment, 2037-06-30"),
     ("2026-06-30", "no later than it, 2026-06-30")],
)  # fmt: skip
def test_a_loan_is_paid_off_while_it_is_owed(start: str, said: str) -> None:
    text = PLAIN.format(sizing="dscr: 1.25", kind="kind: level", cost="2 bn USD", growth="0 %")
    with pytest.raises(SpecError, match=f"loans.notes.start: it pays off loan, and starts {said}; give start: 2037-0"):
        read(text.replace("\n  leases:", TAKEN_OUT.format(amount="1 bn USD", start=start)))
    late = text.replace("final: 2037-06-30", "final: ready")
    late = late.replace("\n  leases:", TAKEN_OUT.format(amount="1 bn USD", start="2037-07-31"))
    spec = read(late).campus.deal
    assert spec is not None
    with pytest.raises(SpecError, match=r"deal\.loans\.notes\.start: it pays off loan"):
        run(spec, Under(events={"ready": date(2037, 6, 30)}))


def test_a_new_loan_that_is_too_small_leaves_the_rest() -> None:
    found = refinanced("300 m USD", "2033-09-30")
    assert found.loans["new notes"].draw.sum() == pytest.approx(300e6)
    assert found.loans["fixed notes"].principal.sum() == pytest.approx(found.loans["fixed notes"].draw.sum(), rel=1e-12)


def test_only_a_loan_of_the_same_borrower_is_refinanced() -> None:
    with pytest.raises(SpecError, match="no other loan of Campus LLC"):
        deal("sixty_forty", ("coupon: 6 %", "coupon: 6 %\n      refinances: fixed note"))


def works(*fields: str) -> Deal:
    plain = "amount: 1.0 bn USD, b: 2.5, end: first half"
    return deal("sixty_forty", (plain, ", ".join([plain, *fields])))


def test_an_overrun_is_borne_up_to_the_contingency() -> None:
    plain, over = run(works()), run(works("overrun: 12 %", "contingency: 5 %", "beyond: Tenant"))
    assert_conserved(over)
    assert over.row("first_building.cost").sum() == pytest.approx(1.05e9)
    assert over.who_gets_what("Tenant")["overrun paid"].sum() == pytest.approx(70e6)
    alone = run(works("overrun: 12 %"))
    assert alone.row("first_building.cost").sum() == pytest.approx(1.12e9)
    assert over.funding["Campus LLC"].uses["first building"] > plain.funding["Campus LLC"].uses["first building"]


def test_a_delay_moves_the_end_and_what_follows_from_it() -> None:
    follows = "final: {event: second building.end, plus: 147 months}"
    end = ("final: 2040-09-30\n      amortisation: {kind: level}", follows)
    late = deal("sixty_forty", ("end: second half}", "end: second half, delay: 4 months}"), end)
    found = run(late)
    assert_conserved(found)
    spent = found.months[found.row("second_building.cost") > 0]
    assert spent[-1] == np.datetime64("2028-10")
    assert found.loans["term loan"].dates[found.loans["term loan"].repays][-1].astype(date) == date(2041, 1, 30)


def test_rent_abates_where_computing_is_not_there() -> None:
    months = np.arange(np.datetime64("2027-01"), np.datetime64("2045-01"))
    lost = np.zeros(len(months))
    lost[months == np.datetime64("2031-05")] = 0.30
    spec = deal("sixty_forty", ("escalator: 2.5 %", "escalator: 0 %\n      abatement: {beyond: 2 %}"))
    found, whole = run(spec, Under(months, {"unavailable": lost})), run(spec)
    at = list(found.months).index(np.datetime64("2031-07"))  # the rent after the quarter in which it was lost
    assert found.row("campus_lease.rent")[at] == pytest.approx(65e6 * (1 - (0.1 - 0.02)))
    assert found.rows["campus_lease.rent_total"] == pytest.approx(
        float(whole.rows["campus_lease.rent_total"]) - 65e6 * 0.08
    )


def test_a_cost_by_power_follows_the_campus() -> None:
    by_power = works().model_dump()
    by_power["construction"]["first building"] |= {"amount": None, "unit_cost": 10_000.0, "phase": "first half"}
    spec = Deal.model_validate(by_power | {"powers": {"first half": 100.0}})
    assert run(spec).row("first_building.cost").sum() == pytest.approx(1e9)
    assert run(spec, Under(powers={"first half": 120.0})).row("first_building.cost").sum() == pytest.approx(1.2e9)
    with pytest.raises(SpecError, match=r"no phase of this name.*Did you mean 'first halves'"):
        run(Deal.model_validate(by_power), Under(powers={"first halves": 1.0}))


def test_growing_payments_may_leave_a_rest_that_no_cover_counts() -> None:
    growing = "amortisation: {kind: growing, growth: 2 %}"
    found = run(deal("sixty_forty", (growing, "amortisation: {kind: balloon, balloon: 30 %, growth: 2 %}")))
    paid, at = found.row("fixed_notes.due"), np.flatnonzero(found.loans["fixed notes"].repays)
    years = found.row("fixed_notes.repayment_year")[at]
    assert np.allclose(paid[at[:-1]], paid[at[0]] * 1.02 ** years[:-1], rtol=1e-9)
    rest = 0.3 * float(found.rows["fixed_notes.funded"])
    assert paid[at[-1]] == pytest.approx(paid[at[0]] * 1.02 ** years[-1] + rest, rel=1e-9)
    assert found.row("fixed_notes.scheduled")[at[-1]] == pytest.approx(paid[at[-1]] - rest, rel=1e-9)


def test_a_benchmark_counts_as_its_floor_where_it_is_lower() -> None:
    """Of 3.6 % in 2026 and 3.2 % from then on: a floor of 3.4 % is as if it had fallen to that; one below, as none."""
    floored = run(deal("sixty_forty", ("spread: 2.25 %", "spread: 2.25 %\n      floor: 3.4 %")))
    fallen = run(deal("sixty_forty", ("rate: 3.2 %", "rate: 3.4 %")))
    assert floored.row("term_loan.rate").tolist() == fallen.row("term_loan.rate").tolist()
    assert floored.row("term_loan.interest").tolist() == fallen.row("term_loan.interest").tolist()
    free = run(deal("sixty_forty", ("spread: 2.25 %", "spread: 2.25 %\n      floor: 0 %")))
    assert free.row("term_loan.interest").tolist() == run(deal("sixty_forty")).row("term_loan.interest").tolist()


def test_a_coupon_has_no_floor() -> None:
    with pytest.raises(SpecError, match=r"a floor is that of a benchmark; a coupon has none"):
        deal("sixty_forty", ("coupon: 6 %", "coupon: 6 %\n      floor: 1 %"))
