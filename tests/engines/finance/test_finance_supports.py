"""The rating view: what a loan is worth if what stands behind it is not there."""

from __future__ import annotations

import itertools
import pickle

import numpy as np
import pytest

from finance_deals import BN, deal
from gigacampus.campus.spec.deal import Deal
from gigacampus.engines import finance
from gigacampus.engines.finance import Experiment, FinanceResult, Supports, credit, run, supports
from gigacampus.engines.finance.build import build
from gigacampus.engines.finance.credit import recovery, removal
from gigacampus.engines.finance.reading import Reading
from gigacampus.errors import SpecError

HYPERION = """  rating:
    loan: notes
    lease: campus
    markets:
      flat: {value: 34.1 bn USD, rent: 97 %}
      hype cycle: {value: 24.2 bn USD, rent: 40 %}
      collapse: {value: 11.9 bn USD, rent: 20 %}
  solve:
"""
OTHER = """  rating:
    loan: fixed notes
    lease: campus lease
    pays_until: 2031-10-01
    markets:
      weak: {value: 500 m USD, rent: 50 %}
      weaker: {value: 300 m USD, rent: 30 %}
      none: {value: 0 USD, rent: 0 %}
"""


def hyperion(*changes: tuple[str, str]) -> Deal:
    return deal("hyperion_b", ("  solve:\n", HYPERION), *changes)


def other(*changes: tuple[str, str]) -> Deal:
    """Two loans of unlike calendars, rent in advance, owners that cure, an overrun that somebody else pays."""
    return deal(
        "sixty_forty",
        ("  benchmarks:\n", OTHER + "  benchmarks:\n"),
        ("b: 2.5, end: first half", "b: 2.5, end: first half, overrun: 8 %, contingency: 5 %, beyond: Operator"),
        ("South Fund: 40 %}", "South Fund: 40 %}\n      covenants: {default: 1.02, cure: 60 m USD}"),
        *changes,
    )


@pytest.fixture(scope="module", params=["hyperion", "other"])
def viewed(request: pytest.FixtureRequest) -> tuple[Deal, FinanceResult, Supports]:
    spec = {"hyperion": hyperion, "other": other}[request.param]()
    found = run(spec)
    return spec, found, supports(spec, found)


@pytest.fixture(scope="module")
def notes() -> Experiment:
    spec = hyperion()
    found = supports(spec, run(spec)).experiment
    assert found is not None
    return found


def setting(spec: Deal, found: FinanceResult) -> removal.Setting:
    """The statement whose numbers are all known, as the room builds it."""
    s = build(credit.known(spec, found), finance.ALONE)
    base = s.graph.evaluate({name: found.rows[name] for name, row in s.graph.rows.items() if row.solved})
    assert s.deal.rating is not None
    return removal.Setting(s, base, s.deal.rating, found.leases[s.deal.rating.lease].first_end)


def test_a_deal_whose_numbers_are_known_pays_what_it_paid(viewed: tuple[Deal, FinanceResult, Supports]) -> None:
    spec, found, _ = viewed
    again = setting(spec, found)
    for flow in found.flows:
        assert np.abs(found.row(flow.row) - again.base[flow.row]).max() <= 1e-9 * BN, flow.row


def test_nothing_removed_is_what_was_agreed(viewed: tuple[Deal, FinanceResult, Supports]) -> None:
    _, found, view = viewed
    one = view.experiment
    for market, after, paid in itertools.product(one.markets, ("sold", "let again"), ("lenders first", "by share")):
        case = one.case([], market, after, paid)
        assert case.worth == pytest.approx(100, rel=1e-12)
        assert case.recovered == 1
        assert case.loss == case.guaranteed == 0
        assert case.life == pytest.approx(found.metrics[f"wal.{one.loan.replace(' ', '_')}"].value, rel=1e-12)


def test_removing_a_support_never_raises_worth(viewed: tuple[Deal, FinanceResult, Supports]) -> None:
    one = viewed[2].experiment
    for case in one.cases:
        for kind in case.removed:
            if kind == "lease" and "options" in case.removed and case.after == "let again":
                continue  # all cash is the lenders' from an earlier day on
            more = one.case(case.removed - {kind}, case.market, case.after, case.paid)
            assert case.worth <= more.worth + 1e-9, (case, more)
        assert 0 <= case.recovered <= 1 + 1e-12
        assert one.case(case.removed, case.market, case.after, "by share").worth <= one.case(
            case.removed, case.market, case.after, "lenders first"
        ).worth + 1e-9  # fmt: skip


def test_a_better_market_is_never_worse(viewed: tuple[Deal, FinanceResult, Supports]) -> None:
    one = viewed[2].experiment
    for better, worse in itertools.pairwise(one.markets):
        for case in one.cases:
            if case.market == better and "guarantee" in case.removed:
                assert case.worth >= one.case(case.removed, worse, case.after, case.paid).worth - 1e-9


def test_every_path_conserves_money(viewed: tuple[Deal, FinanceResult, Supports]) -> None:
    spec, found, view = viewed
    of = setting(spec, found)
    one = view.experiment
    kinds = {support.kind for support in one.supports}
    for gone in (set(), kinds - {"lease"}, kinds, {"options", "reserve"}, {"lease"}):
        for after in ("sold", "let again"):
            path, _ = removal.path_of(of, frozenset(gone & kinds), one.markets[-1], after, "by share")
            given = {row: np.squeeze(values) for row, values in removal.inputs(of, [path]).items()}
            told = Reading(of.s, of.s.graph.evaluate(given), {}).result()
            told.residuals.pop("solved values meet their figures")  # a reserve that is not there does not
            assert told.residual_money < 1e-13, (gone, after, told.residuals)


def test_hyperion_by_hand(notes: Experiment) -> None:
    """A sale at the first option in a collapse: value and reserve over the notes, and the last period's spare cash."""
    found = run(hyperion())
    at = int(np.flatnonzero(found.months == np.datetime64("2033-05"))[0])
    owed, spare = found.row("notes.balance")[at], found.row("beignet.distribution")[at]
    reserve = float(found.rows["notes.reserve_target"])
    assert str(notes.leaves) == "2033-05-30"
    bare = notes.case(["options", "guarantee"], "collapse")
    assert bare.recovered == pytest.approx((11.9 * BN + spare + reserve) / owed, rel=1e-9)
    empty = notes.case(["options", "guarantee", "reserve"], "collapse")
    assert empty.recovered == pytest.approx((11.9 * BN + spare) / owed, rel=1e-9)
    assert empty.loss == pytest.approx(0.53, abs=0.005)  # a published reading of the same sale
    shared = notes.case(["options", "guarantee", "reserve"], "collapse", paid="by share")
    assert shared.recovered == pytest.approx((0.8 * 11.9 * BN + spare) / owed, rel=1e-9)
    guaranteed = notes.case(["options"], "collapse")
    assert guaranteed.recovered == pytest.approx(1, abs=1e-12)
    assert guaranteed.guaranteed == pytest.approx(26.165 * BN - 11.9 * BN, rel=1e-3)
    assert notes.case(["options", "guarantee"], "flat").recovered == pytest.approx(
        1, abs=1e-12
    )  # a normal market needs no guarantee


def test_with_no_tenant_the_sale_is_what_is_recovered() -> None:
    """Rent that never comes: the notes are paid from the sale, half a year after the interest that was funded."""
    spec = hyperion(("      dsra: 6\n", ""))
    one = supports(spec, run(spec)).experiment
    assert one is not None
    case = one.case(one.of_party("Meta"), "collapse")
    assert str(one.fails) == "2029-11-30"
    assert case.recovered == pytest.approx(11.9 / 27.3 / (1 + 0.06581 / 2), rel=1e-12)


def test_rent_let_again_is_paid_for_the_time_after_the_void() -> None:
    """Half-yearly and in arrears: a year's void costs two payments, and each that follows is a fifth of the lease's."""
    spec = hyperion()
    of = setting(spec, run(spec))
    paid = removal.rents(of, of.ends("options"), 0.2)
    by_month = {str(month): part for month, part in zip(of.s.months.array, paid, strict=True) if part}
    assert by_month.pop("2033-05") == 0.5  # for the half-year until the tenant leaves
    assert min(month for month in by_month if month > "2033-05") == "2034-11"
    assert {part for month, part in by_month.items() if month > "2033-05"} == {0.1}


def test_what_is_drawn_after_the_last_good_payment_is_owed_too() -> None:
    """100 at 10 %, whose interest is paid; 20 more a year later, and 66 in place of 132."""
    agreed, paid, drawn = np.array([0.0, 10, 132]), np.array([0.0, 10, 66]), np.array([100.0, 0, 20])
    owed, pay, value = np.array([100.0, 100, 66]), np.array([0.0, 1, 1]), 1.1 ** -np.arange(3.0)
    share = recovery.recovered(agreed, paid, paid, drawn, owed, pay, value)
    assert share == pytest.approx((66 / 1.1) / (100 + 20 / 1.1), rel=1e-9)


def test_supports_by_party(notes: Experiment) -> None:
    assert notes.of_party("Meta") == {"lease", "options", "guarantee"}
    assert notes.of_party("Beignet") == {"reserve"}
    amounts = {support.kind: support.amount / BN for support in notes.supports}
    assert amounts["lease"] == pytest.approx(12.31)
    assert amounts["lease"] + amounts["options"] == pytest.approx(72.1, abs=0.05)
    assert amounts["guarantee"] == pytest.approx(26.17, abs=0.005)
    assert amounts["reserve"] == pytest.approx(1.068, abs=0.0005)
    many = supports(other(), run(other())).experiment
    assert [(s.kind, s.party) for s in many.supports] == [
        ("lease", "Tenant"), ("options", "Tenant"), ("guarantee", "Tenant"), ("reserve", "Campus LLC"),
        ("cure", "North Fund"), ("cure", "South Fund"), ("overrun cover", "Operator"),
    ]  # fmt: skip
    assert {s.kind: s.amount for s in many.supports}["overrun cover"] == pytest.approx(0.03 * BN)


def test_cover_leverage_and_break_even() -> None:
    found = run(hyperion())
    cover = supports(hyperion(), found).coverage["notes"]
    assert (cover.minimum, cover.median, cover.average) == pytest.approx((1.12, 1.12, 1.12))
    assert cover.llcr == pytest.approx(1.12)
    assert cover.break_even == pytest.approx(1 - 1 / 1.12, rel=1e-12)
    assert cover.debt_to_cash == pytest.approx(27.3 / 2.392, rel=1e-3)
    assert cover.gearing == pytest.approx(27.3 / 30.91, rel=1e-12)


def test_costs_of_its_own_leave_a_vehicle_less_room() -> None:
    """By hand: cash over debt service on each date, over the rent of the quarter before it."""
    spec = deal("sixty_forty")
    found = run(spec)
    view, dates = supports(spec, found).coverage, found.cover["Campus LLC"]
    at = np.searchsorted(found.months, dates.dates.astype("datetime64[M]"))
    rent = np.array([found.row("campus_lease.rent")[k - 2 : k + 1].sum() for k in at])
    assert view["term loan"] == view["fixed notes"]
    assert view["term loan"].break_even == pytest.approx(float(((dates.cfads - dates.service) / rent).min()), rel=1e-9)
    assert view["term loan"].break_even < 1 - 1 / view["term loan"].minimum


def test_more_rent_never_lowers_cover() -> None:
    covers = []
    for rent in (200, 230, 260, 300):
        spec = deal("sixty_forty", ("rent: 260 m USD", f"rent: {rent} m USD"))
        covers.append(supports(spec, run(spec)).coverage["term loan"])
    for field in ("minimum", "median", "average", "llcr", "break_even"):
        values = [getattr(cover, field) for cover in covers]
        assert values == sorted(values), field


def test_market_cover_is_the_rent_let_again_over_the_payments_agreed(notes: Experiment) -> None:
    least, median = notes.market_cover["collapse"]
    assert least == pytest.approx(1.12 * 0.20, rel=1e-9)
    assert median == pytest.approx(1.12 * 0.20, rel=1e-9)


def test_a_deal_without_rating_has_cover_alone_and_can_be_stored() -> None:
    spec = deal("hyperion_b")
    found = supports(spec, run(spec))
    assert found.experiment is None
    spec = hyperion()
    found = supports(spec, run(spec))
    assert pickle.loads(pickle.dumps(found)) == found


WRONG = [
    ("loan: notes\n    lease", "loan: note\n    lease", "deal.rating.loan", "did you mean 'notes'"),
    ("lease: campus\n", "lease: campas\n", "deal.rating.lease", "did you mean 'campus'"),
    ("rent: 20 %", "rent: 20", "deal.rating.markets.collapse.rent", "the unit is missing"),
    ("value: 11.9 bn USD", "value: -1 USD", "deal.rating.markets.collapse.value", "at least 0 USD"),
]


@pytest.mark.parametrize(("old", "new", "path", "message"), WRONG, ids=[w[2] for w in WRONG])
def test_wrong_ratings(old: str, new: str, path: str, message: str) -> None:
    with pytest.raises(SpecError) as caught:
        hyperion((old, new))
    assert path in caught.value.problems[0].path
    assert message in str(caught.value)
