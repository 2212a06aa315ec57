"""Metrics of parties and covenants: against their own definitions, and against breaches planted by hand."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest
from test_finance_covenants import LEAN, OWNERS, covered

from finance_deals import deal
from gigacampus.campus.spec.deal.lease import Abatement
from gigacampus.campus.spec.deal.varied import put
from gigacampus.engines.finance import Under, run
from gigacampus.engines.finance.solving.signed import signed
from gigacampus.money import irr

RATE = ("    Bank:\n", "    Bank: {discount_rate: 4 %}\n")


def test_net_present_value_is_zero_at_the_rate_of_return_and_falls_with_the_rate() -> None:
    base = run(deal("sixty_forty"))
    rate = float(base.metrics["irr.north_fund"].value or 0.0)
    found = {}
    for given in (0.0, rate, 2 * rate):
        at = ("    North Fund:\n", f"    North Fund: {{discount_rate: {100 * given!r} %}}\n")
        found[given] = run(deal("sixty_forty", at)).metrics["npv.north_fund"].value
    assert found[rate] == pytest.approx(0, abs=1e-3)
    assert found[0.0] == pytest.approx(float(base.cashflows("North Fund")[1].sum()), rel=1e-12)
    assert found[2 * rate] < 0 < found[0.0]
    assert "npv.south_fund" not in base.metrics


def test_net_present_value_by_hand() -> None:
    found = run(deal("sixty_forty", RATE))
    dates, amounts = found.cashflows("Bank")
    total = sum(a / 1.04 ** ((d - date(2026, 1, 15)).days / 365) for d, a in zip(dates.tolist(), amounts, strict=True))
    assert found.metrics["npv.bank"].value == pytest.approx(total, rel=1e-12)


def test_roots_are_those_of_the_rate_of_return() -> None:
    found = run(deal("sixty_forty"))
    for party in ("North Fund", "Bank", "Tenant", "Operator"):
        assert found.metrics[f"irr_roots.{party.lower().replace(' ', '_')}"].value == irr(*found.cashflows(party)).roots


def test_payback_is_the_last_day_on_which_money_is_still_out() -> None:
    found = run(deal("sixty_forty"))
    dates, amounts = found.cashflows("North Fund")
    years, total = found.metrics["payback.north_fund"].value, np.cumsum(amounts)
    assert years is not None
    back = dates[0] + np.timedelta64(round(365 * years), "D")
    assert np.all(total[dates >= back] >= 0)
    assert total[dates < back][-1] < 0
    assert found.metrics["payback.tenant"].reason == "what is paid in never comes back"
    assert found.metrics["payback.operator"].reason.startswith("nothing is paid in")


def test_multiples_and_average_cover_by_hand() -> None:
    found = run(deal("sixty_forty"))
    for party in ("North Fund", "Bank"):
        _, amounts = found.cashflows(party)
        paid_in, received = -sum(x for x in amounts if x < 0), sum(x for x in amounts if x > 0)
        assert found.metrics[f"moic.{party.lower().replace(' ', '_')}"].value == pytest.approx(received / paid_in)
    cover = found.cover["Campus LLC"]
    by_date = [cash / service for cash, service in zip(cover.cfads, cover.service, strict=True)]
    assert found.metrics["dscr_avg"].value == pytest.approx(sum(by_date) / len(by_date), rel=1e-12)


def test_an_owner_s_return_counts_what_it_gives_in_kind() -> None:
    """Meta pays in assets at closing, gets a part of them back, is called, and receives a fifth of the rent."""
    found = run(deal("hyperion_b"))
    by_day: dict[np.datetime64, float] = {}
    for row, sign in (("contributed_assets.paid", -1), ("jv.call.meta", -1), ("jv.distribution.meta", 1)):
        dates = next(flow.dates for flow in found.flows if flow.row == row)
        for day, amount in zip(dates, found.row(row), strict=True):
            by_day[day] = by_day.get(day, 0.0) + sign * amount
    back = next(flow.dates for flow in found.flows if flow.row == "distribution_at_closing.paid")
    for day, amount in zip(back, found.row("distribution_at_closing.paid"), strict=True):
        by_day[day] += amount
    days = sorted(day for day, amount in by_day.items() if amount)
    rate = irr(np.array(days), np.array([by_day[day] for day in days])).rate
    assert found.metrics["irr_owner.meta"].value == pytest.approx(rate, rel=1e-9)


def test_owners_are_paid_no_earlier_in_a_month_than_the_lenders() -> None:
    """Rent comes on the 1st, debt is served on the 30th; what is left after it goes out on that day."""
    found = run(deal("sixty_forty"))
    days = next(flow.dates for flow in found.flows if flow.kind == "distribution")
    for loan in found.loans.values():
        assert np.all(days >= loan.dates.astype("datetime64[D]"))


def test_cash_after_the_debt_counts_for_the_projects_life_alone() -> None:
    base = run(deal("sixty_forty"))
    llcr, plcr = (base.metrics[name].value for name in ("llcr", "plcr"))
    assert plcr > llcr  # the lease outlives the debt by two years
    assert run(deal("sixty_forty", ("options: [5 years]", "options: [2 years]"))).metrics["plcr"].value < plcr
    flat = run(deal("hyperion_b"))
    assert flat.metrics["plcr"].value == pytest.approx(flat.metrics["llcr"].value, rel=1e-12)


def test_the_first_breach_is_where_the_cover_is_planted_to_fail() -> None:
    """Rent down by 30 % for a year: the first test whose cover looking back is below its level locks the cash up."""
    months = np.arange(np.datetime64("2027-01"), np.datetime64("2043-01"))
    lost = 0.3 * ((months >= np.datetime64("2033-01")) & (months < np.datetime64("2034-01")))
    gap = ("escalator: 2.5 %", "escalator: 2.5 %\n      abatement: {}")
    promises = (OWNERS, f"{OWNERS}\n      covenants: {{lock_up: 1.60, default: 1.00}}")
    found = run(deal("sixty_forty", promises, gap), Under(months, {"unavailable": lost}))
    tests = found.covenants["Campus LLC"]
    below = np.flatnonzero(tests.cover < 1.60)
    assert (tests.lock_up, tests.default, tests.first_default) == (1.60, 1.00, None)
    assert tests.first_lock_up == tests.dates[below[0]].item()
    assert date(2033, 1, 1) < tests.first_lock_up < date(2034, 1, 1)
    assert found.metrics["headroom.campus_llc"].value == pytest.approx(tests.cover.min() / 1.60 - 1)
    assert found.metrics["locked_months.campus_llc"].value == 3 * len(below)
    assert found.metrics["default_months.campus_llc"].value == 0


def test_headroom_says_how_much_cover_there_is_to_lose() -> None:
    """Rent and costs down by the headroom take the cover to its level."""
    found = covered("lock_up: 1.30")
    room = found.metrics["headroom.campus_llc"].value
    assert room is not None
    kept = 1 / (1 + room)
    less = covered("lock_up: 1.30", ("rent: 260 m USD", f"rent: {260 * kept!r} m USD"),
                   ("amount: 12 m USD", f"amount: {12 * kept!r} m USD"))  # fmt: skip
    assert less.covenants["Campus LLC"].cover.min() < 1.30 < found.covenants["Campus LLC"].cover.min()


def test_a_default_level_alone_is_the_level_of_the_headroom() -> None:
    found = covered("default: 1.05", *LEAN)
    tests = found.covenants["Campus LLC"]
    assert tests.lock_up is None
    assert found.metrics["headroom.campus_llc"].value == pytest.approx(tests.cover.min() / 1.05 - 1)
    assert run(deal("sixty_forty")).covenants == {}


def test_cover_is_over_what_is_due_by_the_plan_and_not_over_arrears() -> None:
    """A year without half the rent: arrears pile up, and the cover of what comes after is as planned."""
    months = np.arange(np.datetime64("2029-06"), np.datetime64("2049-06"))
    spec = signed(deal("hyperion_b"), run(deal("hyperion_b")))
    lease = spec.leases["campus"].model_copy(update={"abatement": Abatement()})
    spec = put(put(spec, "leases.campus", lease), "loans.notes.dsra", 0)
    lost = 0.5 * ((months >= np.datetime64("2032-06")) & (months < np.datetime64("2033-06")))
    found = run(spec, Under(months, {"unavailable": lost, "energy": 0 * lost}))
    cover = found.cover["Beignet"].dscr
    assert cover[6:8] == pytest.approx([0.56, 0.56], rel=1e-9)
    assert np.delete(cover, [6, 7]) == pytest.approx(np.full(38, 1.12), rel=1e-9)
    assert found.row("notes.due")[np.flatnonzero(found.loans["notes"].repays)[8]] > found.cover["Beignet"].service[8]
