"""Laws of any deal: money is conserved, scales, and does not depend on the order in which things are written."""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np
import pytest

from finance_deals import BN, changed, deal
from gigacampus.campus.spec import read
from gigacampus.campus.spec.deal import UNKNOWN, Deal, Findable
from gigacampus.campus.spec.part import Part
from gigacampus.engines.finance import FinanceResult, Under, run
from gigacampus.money import annuity
from gigacampus.quantities import Quantity

NAMES = ["sixty_forty", "hyperion_a", "hyperion_b", "hyperion_b_quarterly", "hyperion_c"]


def assert_conserved(found: FinanceResult) -> None:
    assert found.residual_money < 1e-13, found.residuals
    assert all(np.all(np.isfinite(found.row(f.row))) for f in found.flows)
    assert all(found.row(f.row).min() > -1e-3 for f in found.flows)
    for loan in found.loans.values():
        assert loan.balance.min() > -1e-3
        assert loan.draw.sum() > 0


@pytest.mark.parametrize("name", NAMES)
def test_money_is_conserved(name: str) -> None:
    assert_conserved(run(deal(name)))


def _scaled(part: Any, k: float) -> Any:
    """A part with each amount of money multiplied by k."""
    if isinstance(part, dict):
        return {key: _scaled(value, k) for key, value in part.items()}
    if isinstance(part, list):
        return [_scaled(value, k) for value in part]
    if not isinstance(part, Part):
        return part
    out: dict[str, Any] = {}
    for name, field in type(part).model_fields.items():
        value = getattr(part, name)
        marks = [m for a in getattr(field.annotation, "__args__", ()) for m in getattr(a, "__metadata__", ())]
        money = any(isinstance(m, Quantity) and m.unit == "USD" for m in [*field.metadata, *marks])
        unknown = value is UNKNOWN
        figure = name == "equals" and abs(value) > 1e6
        if figure:
            out[name] = f"{k * value!r} USD"
        elif name == "holders" or (money and value is not None and not unknown):
            out[name] = {h: k * v for h, v in value.items()} if isinstance(value, dict) else k * value
        else:
            out[name] = _scaled(value, k)
    return out


@pytest.mark.parametrize("name", ["sixty_forty", "hyperion_b"])
def test_money_times_k_is_flows_times_k(name: str) -> None:
    one, k = run(deal(name)), 7.3
    big = run(Deal.model_validate(_scaled(deal(name), k)))
    size = max(np.abs(one.parties[p]).max() for p in one.parties)
    for party, net in one.parties.items():
        assert np.abs(big.parties[party] / k - net).max() < 1e-12 * size
    for key, metric in one.metrics.items():
        if key.startswith(("irr", "moic", "dscr", "wal")) and metric.value is not None:
            assert big.metrics[key].value == pytest.approx(metric.value, rel=1e-9)


@pytest.mark.parametrize("name", ["sixty_forty", "hyperion_b"])
def test_order_changes_nothing(name: str) -> None:
    def turned(value: Any) -> Any:
        return {k: turned(v) for k, v in reversed(value.items())} if isinstance(value, dict) else value

    spec = deal(name)
    one, other = run(spec), run(Deal.model_validate(turned(spec.model_dump())))
    for party, net in one.parties.items():
        assert np.abs(other.parties[party] - net).max() <= 1e-13 * max(np.abs(net).max(), 1e9)


def test_same_input_same_output_to_the_bit() -> None:
    one, other = run(deal("hyperion_b")), run(deal("hyperion_b"))
    assert all(np.array_equal(one.rows[name], other.rows[name], equal_nan=True) for name in one.rows)


def test_no_rent_pays_no_debt() -> None:
    found = run(deal("sixty_forty", ("rent: 260 m USD", "rent: 0 USD")))
    assert_conserved(found)
    assert found.metrics["irr.tenant"].value is None
    assert found.metrics["dscr_min"].value < 0  # the venture still bears its own costs
    assert found.metrics["unpaid.term_loan"].value > found.loans["term loan"].draw.sum()


def test_a_lease_shorter_than_the_debt_leaves_it_unpaid() -> None:
    found = run(deal("sixty_forty", ("term: 10 years", "term: 6 years"), ("options: [5 years]", "options: []")))
    assert_conserved(found)
    assert found.metrics["unpaid.fixed_notes"].value > 100e6
    assert found.metrics["dscr_min"].value < 1
    held = found.row("fixed_notes.reserve")
    assert held.max() == pytest.approx(float(found.rows["fixed_notes.reserve_target"]))
    assert held[-1] == 0  # used up before the owners or the lenders see anything


def test_an_option_not_exercised_ends_the_lease() -> None:
    kept = run(deal("sixty_forty"))
    left = run(deal("sixty_forty", ("options: [5 years]", "options: [5 years]\n      exercised: 0")))
    assert left.leases["campus lease"].end == date(2037, 10, 1)
    assert kept.leases["campus lease"].options == ((date(2037, 10, 1), True),)
    assert left.leases["campus lease"].options == ((date(2037, 10, 1), False),)
    assert left.metrics["rent_total"].value == pytest.approx(kept.metrics["rent_committed"].value)


def test_dearer_debt_costs_the_owners_and_pays_the_lender() -> None:
    low, high = run(deal("sixty_forty")), run(deal("sixty_forty", ("coupon: 6 %", "coupon: 7 %")))
    assert high.metrics["irr.north_fund"].value < low.metrics["irr.north_fund"].value
    assert high.metrics["irr.insurer"].value > low.metrics["irr.insurer"].value + 0.008


def test_owners_earn_the_same_and_pay_by_their_shares() -> None:
    found = run(deal("sixty_forty"))
    north, south = found.parties["North Fund"], found.parties["South Fund"]
    assert np.allclose(north * 40, south * 60, rtol=1e-13)


def test_the_campus_brings_costs_and_dates() -> None:
    months = np.arange(np.datetime64("2027-01"), np.datetime64("2045-01"))
    bill = np.full(len(months), 5e6)
    power = "  services:\n    power: {payer: Tenant, payee: Operator, cost: energy}"
    spec = deal("sixty_forty", ("  services:", power))
    found = run(spec, Under(months, {"energy": bill}, {"second half": date(2028, 3, 31)}))
    assert found.who_gets_what("Tenant")["energy paid"].sum() == pytest.approx(bill.sum())
    assert found.months[-1] == np.datetime64("2044-12")
    assert_conserved(found)
    alone = run(spec)
    assert "energy paid" not in alone.who_gets_what("Tenant")


def test_a_measured_cost_takes_the_place_of_the_curve() -> None:
    months = np.arange(np.datetime64("2026-02"), np.datetime64("2027-08"))
    spent = np.full(len(months), 60e6)
    spec = deal("sixty_forty", ("amount: 1.0 bn USD, b: 2.5", "amount: 1.0 bn USD, cost: shell, b: 2.5"))
    found = run(spec, Under(months, {"shell": spent}))
    assert found.funding["Campus LLC"].uses["first building"] == pytest.approx(18 * 60e6)
    assert_conserved(found)


def test_rent_starts_part_by_part() -> None:
    two = "two: {share: 60 %, start: {event: second half, plus: 3 months}}"
    parts = f"parts: {{one: {{share: 40 %, start: 2027-10-01}}, {two}}}"
    found = run(deal("sixty_forty", ("escalator: 2.5 %", f"escalator: 0 %\n      {parts}")))
    rent = found.row("campus_lease.rent")
    paid = rent[rent > 0] / 65e6
    assert paid[:4] == pytest.approx(
        [0.4, 0.4, 0.4, 0.4 + 0.6 * 1 / 90], abs=1e-12
    )  # 30 September: one day of its quarter
    assert paid[4:] == pytest.approx(np.ones(len(paid) - 4))


KINDS = [
    "level",
    "growing, growth: 3 %",
    "bullet",
    "balloon, balloon: 30 %",
    "sculpted, dscr: 2.2",
    "list, shares: [%s]",
]


@pytest.mark.parametrize("kind", KINDS)
def test_each_way_to_repay(kind: str) -> None:
    spelled = kind % ", ".join(["1.25 %"] * 16 + ["2.5 %"] * 32) if "%s" in kind else kind
    found = run(deal("sixty_forty", ("kind: level", f"kind: {spelled}")))
    loan = found.loans["term loan"]
    assert_conserved(found)
    left = found.metrics["unpaid.term_loan"].value  # more is due at the end than there is cash
    assert loan.principal.sum() + left == pytest.approx(loan.draw.sum())
    assert (left > 1) == kind.startswith(("bullet", "balloon", "sculpted"))
    paid = loan.service[loan.repays]
    if kind == "bullet":
        assert loan.principal[loan.repays][:-1].max() < 1e-6
    elif kind.startswith("balloon"):
        assert loan.principal[loan.repays][-1] + left > 0.3 * loan.draw.sum()
    elif kind.startswith("growing"):
        assert paid[4:] / paid[:-4] == pytest.approx(np.full(len(paid) - 4, 1.03), abs=1e-9)
    elif kind.startswith("list"):
        assert loan.principal[loan.repays][0] == pytest.approx(0.0125 * loan.draw.sum())


def test_level_notes_are_an_annuity() -> None:
    found = run(deal("sixty_forty", ("kind: growing, growth: 2 %", "kind: level")))
    notes = found.loans["fixed notes"]
    paid = notes.service[notes.repays]
    assert len(paid) == 48
    assert paid == pytest.approx(np.full(48, notes.draw.sum() * annuity(0.06 / 4, 48)), rel=1e-12)
    assert found.row("fixed_notes.reserve").max() == pytest.approx(2 * paid[0])


def test_growing_payments_step_once_a_year_of_repayment() -> None:
    found = run(deal("sixty_forty"))
    notes = found.loans["fixed notes"]
    paid, periods = notes.service[notes.repays], np.arange(48)
    assert paid == pytest.approx(paid[0] * 1.02 ** (periods // 4), rel=1e-9)
    assert np.sum(paid / 1.015 ** (periods + 1)) == pytest.approx(notes.draw.sum(), rel=1e-9)


def test_cash_is_kept_until_the_month_in_which_the_works_end() -> None:
    found = run(deal("sixty_forty"))
    keeps, works_end = found.row("campus_llc.keeps") > 0, found.months <= np.datetime64("2028-09")
    assert keeps.tolist() == works_end.tolist()
    assert found.row("campus_llc.distribution")[works_end].max() == 0


ALONE = """
name: alone
deal:
  close: 2026-01-31
  entities: {Tenant: , Owner: , Box: {owners: {Owner: 100 %}}}
  leases:
    lease: {landlord: Box, tenant: Tenant, start: close, term: 3 years, rent: 120 m USD, every: yearly, timing: advance}
  services: {costs: {payer: Box, amount: 24 m USD, start: close, end: 2029-01-31}}
"""


def test_cash_is_held_for_the_costs_until_the_next_rent() -> None:
    """A year's rent comes in January, and its costs month by month: what goes out is rent less the costs to come."""
    spec = read(ALONE).campus.deal
    assert spec is not None
    found = run(spec)
    assert_conserved(found)
    assert found.row("box.distribution")[:36:12] == pytest.approx([96e6] * 3)
    assert found.row("box.distribution").sum() == pytest.approx(3 * 96e6)
    assert found.row("box.call").sum() == 0


def test_interest_added_to_the_loan_compounds() -> None:
    spec = deal("hyperion_a", ("funded: day one", "funded: day one\n      interest_while_building: added"))
    found = run(spec)
    factor = (1 + 0.06581 * 44 / 360) * (1 + 0.06581 / 2) ** 7
    assert found.metrics["debt_peak"].value == pytest.approx(27.3 * BN * factor, rel=1e-12)
    assert found.metrics["capitalised_interest"].value == pytest.approx(27.3 * BN * (factor - 1), rel=1e-12)


def test_ranks_pay_the_senior_first() -> None:
    poor = ("rent: 260 m USD", "rent: 130 m USD")
    same = run(deal("sixty_forty", poor))
    ranked = run(deal("sixty_forty", poor, ("coupon: 6 %", "coupon: 6 %\n      rank: 2")))
    for found in (same, ranked):
        assert_conserved(found)
    assert ranked.metrics["unpaid.term_loan"].value < 1e-3 < same.metrics["unpaid.term_loan"].value
    assert ranked.metrics["unpaid.fixed_notes"].value > same.metrics["unpaid.fixed_notes"].value


def test_a_borrower_without_owners_belongs_to_its_shareholders() -> None:
    spec = deal("sixty_forty")
    entities = spec.model_dump()["entities"]
    entities["Campus LLC"]["owners"] = {}
    found = run(changed(spec, entities=entities))
    assert_conserved(found)
    assert found.metrics["irr.campus_llc_shareholders"].value == pytest.approx(
        run(spec).metrics["irr.north_fund"].value, rel=1e-9
    )


def test_a_guarantee_by_table() -> None:
    table = "table: [{after: 0 years, amount: 500 m USD}, {after: 4 years, amount: 300 m USD}]\n      cap: 450 m USD"
    spec = deal("sixty_forty", ("loan: fixed notes\n      multiple: 1.1", table))
    found = run(spec)
    assert found.guarantees["floor"].threshold[:6].tolist() == [500e6, 500e6, 500e6, 500e6, 300e6, 300e6]
    assert found.row("floor.maximum").max() == 450e6


def test_a_drawn_loan_by_hand() -> None:
    """Draws, interest and balance of one loan, month by month in plain arithmetic."""
    text = """
name: plain
deal:
  close: 2026-01-31
  entities: {Bank: , Tenant: , Owner: , Box: {owners: {Owner: 100 %}, funding: [{shares: {loan: 60 %, owners: 40 %}}]}}
  construction: {works: {payer: Box, amount: 120 m USD, end: 2026-12-31}}
  loans:
    loan: {borrower: Box, amount: 200 m USD, rest: Bank, coupon: 6 %, every: monthly,
           interest_only_until: 2026-12-31, final: 2027-12-31}
  leases:
    lease: {landlord: Box, tenant: Tenant, start: 2026-12-31, term: 1 years, rent: 120 m USD}
"""
    spec = read(text).campus.deal
    assert spec is not None
    found = run(spec)
    days = [date(2026, 1, 31), *(date(2026 + (m > 12), (m - 1) % 12 + 1, 28) for m in range(2, 13))]
    ends = np.array([np.datetime64(d, "M") + 1 for d in days]).astype("datetime64[D]") - 1
    spent = np.diff(120e6 * (ends - ends[0]).astype(float) / (ends[-1] - ends[0]).astype(float))
    balance, drawn = 0.0, 0.0
    for cost in spent:
        interest = balance * 0.06 / 12
        balance += 0.6 * (cost + interest)
        drawn += 0.4 * (cost + interest)
    assert found.metrics["debt_peak"].value == pytest.approx(balance, rel=1e-12)
    assert found.funding["Box"].sources["Owner: contribution"] == pytest.approx(drawn, rel=1e-12)
    payment = balance * annuity(0.005, 12)
    assert found.cover["Box"].dscr == pytest.approx(np.full(12, 10e6 / payment), rel=1e-12)


def test_findable_numbers_keep_their_bounds() -> None:
    assert Findable("fraction", at_most=1.0).at_most == 1.0
    with pytest.raises(Exception, match="plain number"):
        Deal.model_validate(deal("hyperion_a").model_dump() | {"loans": {"x": {"amortisation": {"dscr": "1.2x"}}}})


MIXED = (
    ("coupon: 6 %\n      every: quarterly", "coupon: 6 %\n      every: half-yearly"),
    ("rent: 260 m USD", "rent: 225 m USD"),
)


@pytest.mark.parametrize("kind", ["growing, growth: 2 %", "level", "sculpted, dscr: 2.4", "list, shares: [%s]"])
@pytest.mark.parametrize("rank", [1, 2])
def test_cash_is_set_aside_for_a_loan_that_pays_less_often(kind: str, rank: int) -> None:
    """A half-yearly tranche beside a quarterly one: both are paid in full where the year's cash covers both."""
    kind = kind % ", ".join(["4 %"] * 25) if "%s" in kind else kind
    ranked = ("coupon: 6 %\n", f"coupon: 6 %\n      rank: {rank}\n")
    found = run(deal("sixty_forty", *MIXED, ("kind: growing, growth: 2 %", f"kind: {kind}"), ranked))
    assert_conserved(found)
    for name, loan in found.loans.items():
        due = found.row(f"{name.replace(' ', '_')}.due")
        short = np.abs((loan.service - due)[loan.repays])
        assert short[: -1 if kind.startswith("sculpted") else None].max() < 1e-3, name  # that cover leaves a rest
    aside = found.row("campus_llc.aside1") + (found.row("campus_llc.aside2") if rank == 2 else 0)
    assert aside.max() > 10e6
    assert np.all(found.row("campus_llc.cash") > aside - 1e-3)


def test_interest_of_a_bullet_is_set_aside_as_it_accrues() -> None:
    junior = ("coupon: 6 %\n", "coupon: 6 %\n      rank: 2\n")
    found = run(deal("sixty_forty", *MIXED, ("kind: growing, growth: 2 %", "kind: bullet"), junior))
    between = np.flatnonzero(found.loans["term loan"].repays & ~found.loans["fixed notes"].repays)[1:-1]
    accrued = found.loans["fixed notes"].balance[between - 1] * 0.06 / 4
    assert accrued.min() > 5e6
    assert found.row("campus_llc.aside2")[between] == pytest.approx(accrued)


def test_cover_of_loans_that_pay_at_different_times_is_over_one_period() -> None:
    """DSCR over the slower loan's half-year: the rent of two quarters over both loans' payments in them."""
    found = run(deal("sixty_forty", *MIXED, ("kind: growing, growth: 2 %", "kind: level")))
    cover, months = found.cover["Campus LLC"], [str(month) for month in found.months]
    served = sum(loan.service for loan in found.loans.values())
    for k in np.flatnonzero(cover.dates >= np.datetime64("2029-06-30"))[:8]:
        end = months.index(str(cover.dates[k])[:7]) + 1
        assert cover.service[k] == pytest.approx(served[end - 6 : end].sum(), rel=1e-12)
        assert cover.cfads[k] == pytest.approx(found.row("campus_llc.cfads")[end - 6 : end].sum(), rel=1e-12)


def test_what_is_owed_after_the_last_payment_bears_interest_until_it_is_paid() -> None:
    """A balloon that the cash of one quarter cannot pay is paid from the rents that follow, with interest."""
    ends = "      final: 2040-09-30\n      amortisation: {kind: level}"
    short = ends.replace("2040", "2036").replace("kind: level", "kind: balloon, balloon: 20 %")
    found = run(deal("sixty_forty", (ends, short)))
    assert_conserved(found)
    loan, late = found.loans["term loan"], found.months > np.datetime64("2036-09")
    assert found.metrics["unpaid.term_loan"].value > 50e6
    assert loan.interest[late].sum() > 0
    assert loan.balance[-1] == pytest.approx(0, abs=1e-3)
    assert loan.draw.sum() == pytest.approx(loan.principal.sum(), rel=1e-12)
    repaid = np.flatnonzero(late & (loan.balance < 1e-3))[0]
    assert found.row("campus_llc.distribution")[np.flatnonzero(late)[0] : repaid].max() == 0  # the lender first


def _with_services(*lines: str) -> Deal:
    return deal("sixty_forty", ("  services:", "\n    ".join(["  services:", *lines])))


def test_services_paid_by_what_the_campus_measures() -> None:
    """Accelerator hours at a falling price, a fee on energy by rate, and a share of another payment."""
    months = np.arange(np.datetime64("2027-01"), np.datetime64("2045-01"))
    hours, energy, bill = (np.full(len(months), x) for x in (730e3, 80e3, 5e6))
    spec = _with_services(
        "compute: {payer: Tenant, payee: Campus LLC, rates: {accelerator_hours: 2.5 USD/h}, used: 80 %,"
        " escalator: -16 %, start: 2030-01-01, end: 2034-01-01}",
        "wheeling: {payer: Campus LLC, payee: Operator, rates: {facility_energy: 2 USD/MWh, it_energy: 1 USD/MWh}}",
        "power: {payer: Tenant, payee: Operator, cost: energy}",
        "agent: {payer: Tenant, payee: Bank, share: 3 %, of: energy}",
        "manager: {payer: Campus LLC, payee: Operator, share: 2 %, of: campus lease}",
        "reseller: {payer: Operator, payee: Bank, share: 10 %, of: wheeling}",
    )
    measures = {"energy": bill, "accelerator_hours": hours, "facility_energy": energy, "it_energy": 0.9 * energy}
    found = run(spec, Under(months, measures))
    assert_conserved(found)
    sold = found.row("compute.paid")
    assert sold[sold > 0] == pytest.approx(730e3 * 2.5 * 0.8 * np.repeat(0.84 ** np.arange(4), 12))
    assert found.row("wheeling.paid").sum() == pytest.approx(len(months) * 80e3 * 2.9)
    assert found.row("agent.paid").sum() == pytest.approx(0.03 * bill.sum())
    assert found.row("manager.paid") == pytest.approx(0.02 * found.row("campus_lease.rent"))
    assert found.row("reseller.paid") == pytest.approx(0.1 * found.row("wheeling.paid"))


def test_a_lumpy_payment_is_set_aside_evenly() -> None:
    """New pumps every five years: the reserve holds what falls due, and no month hits the owners."""
    overhaul = "overhaul: {payer: Campus LLC, payee: Operator, amount: 120 m USD, interval: 5 years, reserved: %s,"
    dates = " start: campus lease.start, end: campus lease.end}"
    kept, bare = (run(_with_services(overhaul % flag + dates)) for flag in ("true", "false"))
    for found in (kept, bare):
        assert_conserved(found)
        paid = found.row("overhaul.paid")
        assert paid[paid > 0] == pytest.approx([120e6, 120e6])  # a third falls due on the day on which it ends
    at = int(np.flatnonzero(kept.row("overhaul.paid"))[0])
    assert kept.row("campus_llc.maintenance")[at - 1] == pytest.approx(118e6)
    assert bare.row("campus_llc.call")[at : at + 3].sum() > 0  # without a reserve the owners pay it
    assert kept.row("campus_llc.call")[at : at + 3].sum() == pytest.approx(0, abs=1e-3)


def test_what_is_set_aside_grows_to_the_payment_of_its_own_year() -> None:
    found = run(_with_services(
        "overhaul: {payer: Campus LLC, payee: Operator, amount: 60 m USD, escalator: 3 %, interval: 5 years,"
        " reserved: true, start: campus lease.start, end: campus lease.end}"
    ))  # fmt: skip
    paid, at = found.row("overhaul.paid"), np.flatnonzero(found.row("overhaul.paid"))
    assert paid[at] == pytest.approx(60e6 * 1.03 ** np.array([5, 10]))
    assert found.row("campus_llc.maintenance")[at - 1] == pytest.approx(paid[at] * 59 / 60)


def test_a_guarantee_along_a_line_and_by_table_beside_a_loan() -> None:
    by = "loan: fixed notes\n      multiple: 1.1"
    line = run(deal("sixty_forty", (by, "loan: fixed notes\n      line: {first: 900 m USD, last: 100 m USD}")))
    found = line.guarantees["floor"]
    start, end = np.datetime64("2027-10-01"), np.datetime64("2037-09-30")
    part = (found.dates[:9] - start) / (end - start)
    assert found.threshold[:9] == pytest.approx(900e6 - 800e6 * part.astype(float))
    assert np.all(found.uncovered == np.maximum(0, found.debt - found.threshold))
    table = run(deal("sixty_forty", (by, "loan: fixed notes\n      table: [{after: 0 years, amount: 500 m USD}]")))
    assert table.metrics["uncovered.floor"].value == line.metrics["uncovered.floor"].value > 0
    assert table.guarantees["floor"].uncovered[2] == pytest.approx(table.guarantees["floor"].debt[2] - 500e6) != 0


def test_a_commitment_fee_is_on_what_is_not_drawn_yet() -> None:
    """By the days since the payment day of the month before, over 360, while it can be drawn."""
    found = run(deal("sixty_forty"))
    loan, drawn = found.loans["term loan"], np.cumsum(found.loans["term loan"].draw)
    days = np.diff(loan.dates).astype(int)
    fee = 0.004 * (800e6 - drawn[:-1]) * days / 360 * (loan.dates[1:] <= np.datetime64("2028-09-30"))
    assert found.row("term_loan.fee_undrawn")[1:] == pytest.approx(fee, abs=1e-6)
    assert drawn[-1] < 790e6  # what is never drawn costs nothing later


def test_debt_is_uncovered_from_its_repayment_on() -> None:
    found = run(deal("hyperion_b"))
    balance, until = found.loans["notes"].balance, np.datetime64("2029-05")
    gap = np.maximum(0, balance - found.row("residual_value.threshold"))
    assert gap[found.months < until].max() == pytest.approx(27.3 * BN)  # no guarantee yet, and none needed
    assert found.row("residual_value.uncovered") == pytest.approx(np.where(found.months < until, 0, gap), abs=1e-3)


def test_a_margin_steps_up() -> None:
    steps = "spread: 2.25 %\n      step_ups: [{start: 2032-01-01, rate: 0.5 %}, {start: 2036-01-01, rate: 1 %}]"
    found = run(deal("sixty_forty", ("spread: 2.25 %", steps)))
    rates = found.row("term_loan.rate")
    by_year = {str(month)[:4]: rate for month, rate in zip(found.months, rates, strict=True)}
    assert by_year["2031"] == pytest.approx(0.032 + 0.0225)
    assert by_year["2033"] == pytest.approx(0.032 + 0.0275)
    assert by_year["2038"] == pytest.approx(0.032 + 0.0325)
    assert_conserved(found)
