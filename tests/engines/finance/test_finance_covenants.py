"""Covenants and promotes: what is locked up, swept, cured and shared, against plain loops over the statement's rows."""

from __future__ import annotations

import numpy as np
import pytest
from test_finance_laws import assert_conserved

from finance_deals import deal
from gigacampus.engines.finance import FinanceResult, Under, run
from gigacampus.errors import SpecError
from gigacampus.money import irr

OWNERS = "owners: {North Fund: 60 %, South Fund: 40 %}"


def covered(covenants: str, *replace: tuple[str, str]) -> FinanceResult:
    found = run(deal("sixty_forty", (OWNERS, f"{OWNERS}\n      covenants: {{{covenants}}}"), *replace))
    assert_conserved(found)
    return found


def looking_back(found: FinanceResult, months: int) -> dict[int, float]:
    """DSCR over the last months at each repayment date, as far back as debt is repaid."""
    served = sum(found.row(f"{n}.scheduled") for n in ("term_loan", "fixed_notes"))
    cash, dates = found.row("campus_llc.cfads"), np.flatnonzero(found.loans["term loan"].repays)
    begin = dates[0] - 3
    return {
        int(t): float(cash[max(t - months, begin) + 1 : t + 1].sum() / served[max(t - months, begin) + 1 : t + 1].sum())
        for t in dates
    }


LEAN = (("rent: 260 m USD", "rent: 180 m USD"), ("escalator: 2.5 %", "escalator: 0.5 %"))


@pytest.mark.parametrize("months", [3, 6, 12])
def test_cash_is_locked_up_while_the_cover_looking_back_is_too_low(months: int) -> None:
    found = covered(f"lock_up: 1.15, look_back: {months}", *LEAN)
    covers = looking_back(found, months)
    low = [t for t, cover in covers.items() if cover < 1.15]
    assert 0 < len(low) < len(covers)
    for t, cover in covers.items():
        assert found.row("campus_llc.cover")[t] == pytest.approx(cover, rel=1e-12)
        if cover < 1.15 and t < max(covers):
            assert found.row("campus_llc.distribution")[t] == 0
    free = run(deal("sixty_forty", *LEAN))
    paid, base = (x.row("campus_llc.distribution") for x in (found, free))
    assert paid.sum() == pytest.approx(base.sum(), rel=1e-12)  # it is late, not lost
    assert np.all(np.cumsum(paid) <= np.cumsum(base) + 1e-3)


def test_a_lock_up_that_is_never_touched_changes_nothing() -> None:
    found, free = covered("lock_up: 0.5"), run(deal("sixty_forty"))
    for party, net in free.parties.items():
        assert np.array_equal(found.parties[party], net), party


def test_swept_cash_repays_early_and_saves_interest() -> None:
    found, free = covered("sweep: 40 %"), run(deal("sixty_forty"))
    dates = np.flatnonzero(found.row("campus_llc.tested"))
    sweep, spare = found.row("campus_llc.sweep"), found.row("fixed_notes.after_reserve")
    assert sweep[dates] == pytest.approx(0.4 * spare[dates] * (1 - found.row("campus_llc.keeps")[dates]))
    assert np.all(np.delete(sweep, dates) == 0)
    for name in ("term loan", "fixed notes"):
        assert found.loans[name].interest.sum() < free.loans[name].interest.sum()
        assert found.loans[name].principal.sum() == pytest.approx(free.loans[name].principal.sum(), rel=1e-9)
    never = covered("sweep: 40 %, sweep_below: 0.1")
    assert never.row("campus_llc.sweep").sum() == 0


def stressed(covenants: str, *replace: tuple[str, str]) -> FinanceResult:
    """A year without rent."""
    months = np.arange(np.datetime64("2027-01"), np.datetime64("2045-01"))
    lost = ((months >= np.datetime64("2031-04")) & (months < np.datetime64("2032-04"))).astype(float)
    gap = ("escalator: 2.5 %", "escalator: 2.5 %\n      abatement: {}")
    promises = (OWNERS, f"{OWNERS}\n      covenants: {{{covenants}}}")
    found = run(deal("sixty_forty", promises, gap, *replace), Under(months, {"unavailable": lost}))
    assert_conserved(found)
    return found


BARE = ("      dsra: 6\n", "")


def test_a_default_sweeps_all_until_it_is_cured() -> None:
    """Payments fail, nothing is distributed until cover is back, and the debt is paid."""
    found = stressed("default: 1.05", BARE)
    default = found.row("campus_llc.default") > 0
    assert 0 < default.sum() < 60
    assert found.row("campus_llc.distribution")[default].sum() == 0
    assert found.row("campus_llc.missed").max() > 10e6
    for loan in found.loans.values():
        assert loan.balance[-1] == pytest.approx(0, abs=1e-3)
    cured = stressed("default: 1.05, cure: 1 bn USD", BARE)
    assert cured.row("campus_llc.missed").max() < 1e-3
    assert cured.row("campus_llc.cure").sum() == pytest.approx(cured.funding["Campus LLC"].uses["debt service cured"])
    assert stressed("cure: 20 m USD", BARE).row("campus_llc.cure").sum() == pytest.approx(20e6)


def test_a_payment_that_is_missed_is_a_default_whatever_the_levels() -> None:
    found = stressed("sweep: 10 %", BARE)
    default, missed = (found.row(f"campus_llc.{row}") > 0.5 for row in ("default", "missed"))
    assert missed.sum() > 1
    assert np.all(default[missed])


def test_owners_cure_what_neither_cash_nor_the_reserve_pays() -> None:
    found = stressed("cure: 1 bn USD", ("coupon: 6 %", "coupon: 6 %\n      rank: 2"))
    due = sum(found.row(f"{n}.due") * (1 - found.row(f"{n}.open")) for n in ("term_loan", "fixed_notes"))
    reserve = np.concatenate([[0.0], found.row("fixed_notes.reserve")[:-1]])
    short = due - found.row("campus_llc.in_hand")
    lack = np.maximum(0, short - np.minimum(reserve, found.row("fixed_notes.due")))
    assert found.row("campus_llc.cure") == pytest.approx(lack, abs=1e-3)
    assert (np.maximum(0, short) - lack).max() > 10e6  # what the reserve bears


def test_a_cure_and_a_reserve_of_one_loan_leave_nothing_unpaid() -> None:
    assert stressed("cure: 1 bn USD").row("campus_llc.missed").max() < 1e-3


def test_cover_is_tested_on_the_dates_of_the_slowest_loan() -> None:
    found = covered("lock_up: 1.15", ("coupon: 6 %\n      every: quarterly", "coupon: 6 %\n      every: half-yearly"))
    quarterly, slow = (found.loans[name].repays for name in ("term loan", "fixed notes"))
    assert found.row("campus_llc.tested").tolist() == slow.tolist() != quarterly.tolist()


def test_a_reserve_that_was_used_is_filled_again_before_the_owners_are_paid() -> None:
    found = stressed("lock_up: 0.1")
    reserve, target = found.row("fixed_notes.reserve"), float(found.rows["fixed_notes.reserve_target"])
    alive = (found.months >= np.datetime64("2028-09")) & (found.months < np.datetime64("2040-09"))
    low = alive & (reserve < target - 1)
    assert reserve[low].min() < target / 10
    assert found.row("campus_llc.distribution")[low].max() < 1e-3
    assert reserve[found.months == np.datetime64("2035-06")] == pytest.approx(target)


def test_in_default_all_cash_that_is_left_is_swept_and_else_its_share() -> None:
    found = covered("default: 1.15, sweep: 10 %", *LEAN)
    dates, default = (found.row(f"campus_llc.{row}") > 0 for row in ("tested", "default"))
    left = found.row("fixed_notes.after_reserve") * (1 - found.row("campus_llc.keeps"))
    for standing, share in ((default, 1.0), (~default, 0.1)):
        assert left[dates & standing].max() > 1e6
        assert found.row("campus_llc.sweep")[dates & standing] == pytest.approx(share * left[dates & standing])


def test_swept_cash_prepays_the_senior_first() -> None:
    found = covered("sweep: 100 %", ("coupon: 6 %", "coupon: 6 %\n      rank: 2"))
    junior = found.row("fixed_notes.swept") > 1
    assert junior.any()
    assert found.loans["term loan"].balance[junior].max() < 1e-3


def test_default_stands_below_lock_up() -> None:
    with pytest.raises(SpecError, match="default level is above"):
        covered("lock_up: 1.05, default: 1.15")


TIERS = "tiers: [{above: 6 %, share: 20 %}, {above: 9 %, share: 50 %}]"
PROMOTE = f"{OWNERS}\n      promote: {{to: Operator, {TIERS}}}"


def promoted_by_hand(found: FinanceResult, paid_in: np.ndarray) -> np.ndarray:
    """Tier by tier in a plain loop, from what the owners pay in, less what they get back of it, by month."""
    paid = found.row("campus_llc.distribution")
    owed, promoted = np.zeros(2), np.zeros(len(paid))
    for t in range(len(paid)):
        owed = owed * np.array([1.06, 1.09]) ** (1 / 12) + paid_in[t]
        first = min(paid[t], max(owed[0], 0))
        second = min(paid[t] - first, max(owed[1] - first, 0) / 0.8)
        promoted[t] = 0.2 * second + 0.5 * (paid[t] - first - second)
        owed = np.maximum(owed - (paid[t] - promoted[t]), 0)
    return promoted


def test_a_promote_shares_what_is_beyond_each_hurdle() -> None:
    """And the owners earn at least the first hurdle before anything is shared."""
    found = run(deal("sixty_forty", (OWNERS, PROMOTE)))
    assert_conserved(found)
    calls, paid = found.row("campus_llc.call"), found.row("campus_llc.distribution")
    promoted = promoted_by_hand(found, calls)
    assert found.row("campus_llc.promoted") == pytest.approx(promoted, rel=1e-9, abs=1e-3)
    first = int(np.flatnonzero(promoted > 1)[0])
    dates = found.months.astype("datetime64[D]")
    before = irr(dates[: first + 1], (paid - promoted - calls)[: first + 1]).rate
    assert before is not None
    assert 0.055 < before < 0.09
    free = run(deal("sixty_forty"))
    assert found.metrics["irr.north_fund"].value < free.metrics["irr.north_fund"].value
    assert found.parties["North Fund"] * 40 == pytest.approx(found.parties["South Fund"] * 60)


def test_capital_on_fixed_days_counts_towards_the_hurdles() -> None:
    transfers = """
  transfers:
    paid in: {payer: North Fund, payee: Campus LLC, what: contribution, amount: 300 m USD, when: 2026-03-31}
    given back: {payer: Campus LLC, payee: South Fund, what: distribution, amount: 200 m USD, when: 2027-03-31}
    fee: {payer: Campus LLC, payee: North Fund, what: fee, amount: 5 m USD, when: 2027-03-31}
"""
    found = run(deal("sixty_forty", (OWNERS, PROMOTE), more=transfers))
    assert_conserved(found)
    capital = found.row("campus_llc.call") + found.row("paid_in.paid") - found.row("given_back.paid")
    promoted = promoted_by_hand(found, capital)
    assert found.row("campus_llc.promoted") == pytest.approx(promoted, rel=1e-9, abs=1e-3)
    assert promoted.sum() > 10e6


def test_a_hurdle_out_of_reach_shares_nothing() -> None:
    far = PROMOTE.replace("above: 6 %", "above: 90 %").replace("above: 9 %", "above: 95 %")
    found = run(deal("sixty_forty", (OWNERS, far)))
    assert found.row("campus_llc.promoted").sum() == 0
