"""Hyperion's published figures come out of its deal as data; the tables were computed independently of this code."""

from __future__ import annotations

import numpy as np
import pytest

from finance_deals import BN, deal
from gigacampus.engines.finance import FinanceResult, run


@pytest.fixture(scope="module")
def b() -> FinanceResult:
    return run(deal("hyperion_b"))


def rounds(value: float, printed: str, unit: float = BN) -> bool:
    """Whether a value is the printed figure to within half a unit of its last digit."""
    digits = len(printed.partition(".")[2])
    return abs(value / unit - float(printed)) <= 0.5 * 10.0**-digits * (1 + 1e-9)


def test_escalator_rent_and_service(b: FinanceResult) -> None:
    assert rounds(b.solved["leases.campus.escalator"], "1.930", 0.01)
    assert rounds(b.metrics["rent_year1"].value, "2.990")
    assert rounds(b.metrics["rent_total"].value, "72.1")
    assert rounds(b.metrics["rent_year1"].value / 2064e3 / 12, "120.7", 1.0)  # USD a kW and month
    service = b.lease_years["campus"]["service.Beignet"]
    assert rounds(service[0], "2.136")
    assert rounds(service[-1], "3.071")


def test_cover_is_the_same_in_each_period(b: FinanceResult) -> None:
    assert len(b.cover["Beignet"].dscr) == 40
    assert np.abs(b.cover["Beignet"].dscr - 1.12).max() < 1e-12
    assert b.metrics["llcr"].value == pytest.approx(1.12, abs=1e-12)


TABLE_5_5 = """
1  2.990 2.392 2.136 26.96 0.256 0.598 2.392
4  3.166 2.533 2.262 25.51 0.271 0.633 2.533
8  3.418 2.734 2.441 22.41 0.293 0.684 2.734
12 3.689 2.952 2.635 17.55 0.316 0.738 2.952
16 3.983 3.186 2.845 10.33 0.341 0.797 3.186
20 4.299 3.439 3.071 0.00  0.368 0.860 3.439
"""


@pytest.mark.parametrize("line", TABLE_5_5.strip().splitlines())
def test_who_gets_what_by_lease_year(b: FinanceResult, line: str) -> None:
    year, rent, cfads, service, notes, owl, meta, net = line.split()
    table, k = b.lease_years["campus"], int(year) - 1
    released = b.rows["notes.reserve_target"] if k == 19 else 0.0  # the reserve goes back with the last payment
    for got, printed in (
        (table["rent"][k], rent),
        (table["cfads.Beignet"][k], cfads),
        (table["service.Beignet"][k], service),
        (table["balance.notes"][k], notes),
        (table["distribution.Blue Owl"][k] - released, owl),
        (table["distribution.Meta"][k], meta),
        (-table["party.Meta"][k], net),
    ):
        assert abs(got / BN - float(printed)) <= 0.0005001 * (10 if printed == notes else 1)


TABLE_5_6 = "0 28.00 1 27.65 2 27.23 3 26.73 4 26.17 6 24.77 8 22.98 12 18.00 16 10.60"


def test_guarantee_by_year_and_its_uncovered_tail(b: FinanceResult) -> None:
    guarantee = b.guarantees["residual value"]
    cells = TABLE_5_6.split()
    for year, printed in zip(cells[::2], cells[1::2], strict=True):
        assert rounds(guarantee.threshold[int(year)], printed)
    assert np.all(guarantee.threshold[17:] == 0)
    assert rounds(guarantee.uncovered[17], "8.1")
    assert guarantee.uncovered[20] == 0
    assert b.solved["guarantees.residual_value.multiple"] == pytest.approx(28 / 27.3, rel=1e-12)


def test_sources_and_uses_close(b: FinanceResult) -> None:
    issuer, venture = b.funding["Beignet"], b.funding["JV"]
    assert sum(issuer.sources.values()) == pytest.approx(30.91 * BN, rel=1e-12)
    assert sum(issuer.uses.values()) == pytest.approx(30.91 * BN, rel=1e-12)
    assert issuer.uses["contribution to JV"] == pytest.approx(23.03 * BN, rel=1e-12)
    assert abs(issuer.uses["notes: interest while building"] / 6.50 / BN - 1) < 0.002
    assert rounds(issuer.uses["notes: interest while building"], "6.508")
    assert rounds(issuer.uses["notes: reserve"], "1.068")
    assert abs(issuer.uses["fee to Arrangers"] / BN - 0.305) < 0.0006
    capital = sum(venture.sources.values()) - venture.uses["distribution to Meta"]
    assert rounds(capital, "28.79")
    assert rounds(capital - 23.03 * BN, "5.76")
    assert capital * 0.8 == pytest.approx(23.03 * BN, rel=1e-12)


def test_formation_gives_meta_a_fifth(b: FinanceResult) -> None:
    flow = {f.row: b.row(f.row)[0] for f in b.flows}
    meta = flow["contributed_assets.paid"] - flow["distribution_at_closing.paid"]
    assert meta / (meta + flow["formation_cash.paid"]) == pytest.approx(0.2, abs=1e-12)


def test_average_life_and_exposure(b: FinanceResult) -> None:
    assert rounds(b.metrics["wal.notes"].value, "17.11", 1.0)
    exposure = b.metrics["exposure.meta_at_the_end_of_2025"].value
    assert rounds(exposure, "46.06")
    assert abs(exposure / 45.95 / BN - 1) < 0.005


def test_holders_share_the_notes(b: FinanceResult) -> None:
    assert b.loans["notes"].holders["PIMCO"] == pytest.approx(18 / 27.3)
    drawn = {f.payer: b.row(f.row).sum() for f in b.flows if f.kind == "draw"}
    assert drawn["BlackRock"] == pytest.approx(3 * BN)
    assert drawn["Other holders"] == pytest.approx(6.3 * BN)


def test_returns(b: FinanceResult) -> None:
    assert b.metrics["irr.meta"].value is None
    assert "never change sign" in b.metrics["irr.meta"].reason
    holders = [b.metrics[f"irr.{name}"].value for name in ("pimco", "blackrock", "other_holders")]
    assert np.ptp(holders) < 1e-12
    assert holders[0] == pytest.approx((1 + 0.06581 / 2) ** 2 - 1, abs=3e-4)  # half-yearly coupon, days of 365
    assert b.metrics["irr.blue_owl"].value == pytest.approx(0.1116, abs=5e-4)


def test_reading_a_misses_the_commitment() -> None:
    a = run(deal("hyperion_a"))
    assert rounds(a.lease_years["campus"]["service.Beignet"][0], "2.4743")
    assert np.ptp(a.lease_years["campus"]["service.Beignet"]) < 1
    assert rounds(a.metrics["rent_year1"].value, "3.464")
    assert rounds(a.metrics["rent_committed"].value, "13.86")
    assert a.metrics["rent_committed"].value / 12.31 / BN - 1 == pytest.approx(0.126, abs=5e-4)
    assert rounds(a.metrics["wal.notes"].value, "15.97", 1.0)


def test_level_quarterly_service_of_the_unrounded_size() -> None:
    spec = deal("hyperion_a", ("27.30 bn", "27.294 bn"), ("half-yearly", "quarterly"))
    assert rounds(run(spec).lease_years["campus"]["service.Beignet"][0], "2.464")


def test_reading_c_is_consistent() -> None:
    c = run(deal("hyperion_c"))
    assert rounds(c.metrics["rent_year1"].value, "3.078")
    assert rounds(c.solved["loans.notes.amortisation.dscr"], "1.12", 1.0)
    assert rounds(c.lease_years["campus"]["service.Beignet"][7], "2.474")


def test_escalator_of_quarterly_payments() -> None:
    assert rounds(run(deal("hyperion_b_quarterly")).solved["leases.campus.escalator"], "1.873", 0.01)


READINGS = [
    ("DSCR 1.10", "1.645", [("dscr: 1.12", "dscr: 1.10")]),
    ("DSCR 1.14", "2.21", [("dscr: 1.12", "dscr: 1.14")]),
    ("a year lost", "2.45", [("2029-05-30", "2030-05-30"), ("4 years, 4 years, 4 years, 4 years", "15 years")]),
]


@pytest.mark.parametrize(("case", "printed", "change"), READINGS, ids=[r[0] for r in READINGS])
def test_escalator_under_other_readings(case: str, printed: str, change: list[tuple[str, str]]) -> None:
    spec = deal("hyperion_b_quarterly", ("quarterly", "half-yearly"), *change)
    assert rounds(run(spec).solved["leases.campus.escalator"], printed, 0.01), case


def test_escalator_where_the_venture_bears_a_cost() -> None:
    cost = "  services:\n    upkeep: {payer: JV, amount: 0.1 bn USD, start: campus.start, end: campus.end}\n  solve:"
    found = run(deal("hyperion_b_quarterly", ("quarterly", "half-yearly"), ("  solve:", cost)))
    assert found.solved["leases.campus.escalator"] == pytest.approx(0.024, abs=0.001)


def test_everything_balances(b: FinanceResult) -> None:
    assert b.residual_money < 1e-14, b.residuals
