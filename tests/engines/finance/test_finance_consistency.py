"""Figures keep their rounding, unknowns meet several of them, planted contradictions are named, gaps are closed."""

from __future__ import annotations

import itertools
import json
import math
import pickle
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from finance_deals import BN, deal
from gigacampus.campus.spec import read
from gigacampus.campus.spec.deal import Deal, Printed
from gigacampus.campus.spec.deal.published import put
from gigacampus.engines.finance import Judgement, closing, consistent, run
from gigacampus.engines.finance.solving.closing import shut
from gigacampus.engines.finance.solving.consistency import MOST, reconcile
from gigacampus.errors import InfeasibleError, SpecError
from gigacampus.money import annuity
from gigacampus.numerics import least_squares
from gigacampus.runs.checks import check
from gigacampus.runs.verify import LEDGER

PRINTED = [
    ("12.31 bn USD", 12.31e9, "USD", 0.005e9),
    ("27.3 bn USD", 27.3e9, "USD", 0.05e9),
    ("27.30 bn USD", 27.3e9, "USD", 0.005e9),
    ("1.930 %", 0.0193, "fraction", 0.000005),
    ("229 bp", 0.0229, "fraction", 0.00005),
    ("17.1 years", 17.1, "year", 0.05),
    ("1.10", 1.1, "", 0.005),
    (1.12, 1.12, "", 0.005),
    ("1,234 USD", 1234.0, "USD", 0.5),
    ("5e9 USD", 5e9, "USD", 0.5e9),
    (0, 0.0, "", 0.5),
]


@pytest.mark.parametrize(("text", "value", "unit", "within"), PRINTED)
def test_a_figure_keeps_the_rounding_it_is_printed_with(text: Any, value: float, unit: str, within: float) -> None:
    figure = Printed(str(text))
    assert (float(figure), figure.unit) == (value, unit)
    assert figure.within == pytest.approx(within, rel=1e-12)
    again = pickle.loads(pickle.dumps(figure))
    assert (again.text, again.within, again.unit) == (figure.text, figure.within, figure.unit)


# A deal small enough for the truth to be known: rent of 15 m, 60 % of it for level notes of 60 m at 5 % over ten years.

SERVICE = 60e6 * annuity(0.05, 10)
COVER = 9e6 / SERVICE
WAL = run(deal("small")).metrics["wal.notes"].value
assert WAL is not None
TRUTH = {
    "amount": ("row: loans.notes.amount", "60.00 m USD"),
    "coupon": ("row: loans.notes.coupon", "5.00 %"),
    "share": ("row: entities.House.owners.Issuer", "60.0 %"),
    "cover": ("row: issuer.cfads, over: notes.planned_payment", f"{COVER:.3f}"),
    "rents": ("row: campus.rent, until: 2030-01-31", "60.00 m USD"),
    "life": ("row: notes.wal", f"{WAL:.3f} years"),
}


def small(figures: dict[str, tuple[str, str]], *replace: tuple[str, str], more: str = "") -> Deal:
    """The small deal with figures published of it."""
    lines = "".join(f"    {name}: {{{what}, equals: {text}}}\n" for name, (what, text) in figures.items())
    return deal("small", ("\n  leases:", f"\n  published:\n{lines}{more}  leases:"), *replace)


RENT = ("rent: 15 m USD", "rent: unknown")


def test_figures_that_are_all_true_fit() -> None:
    one = consistent(small(TRUTH, RENT))["as it stands"]
    assert one.fits
    assert one.numbers["leases.campus.rent"].value == pytest.approx(15e6, rel=1e-3)
    assert one.contradictions == one.remedies == one.undetermined == ()


PLANTED = [
    ("amount", "66.00 m USD", {"amount"}, "60.00 m USD"),
    ("coupon", "4.00 %", {"coupon"}, "5.00 %"),
    ("share", "50.0 %", {"share"}, "60.0 %"),
    ("rents", "72.00 m USD", {"rents"}, "60.00 m USD"),
    ("life", "5.500 years", {"life"}, f"{WAL} years"),
]


@pytest.mark.parametrize(("name", "wrong", "named", "right"), PLANTED, ids=[p[0] for p in PLANTED])
def test_a_planted_contradiction_is_named_with_its_closing_value(
    name: str, wrong: str, named: set[str], right: str
) -> None:
    one = consistent(small(TRUTH | {name: (TRUTH[name][0], wrong)}, RENT))["as it stands"]
    assert not one.consistent
    assert all(name in some for some in one.contradictions)
    remedy = next(remedy for remedy in one.remedies if set(remedy) == named)
    tolerance = 8 * max(Printed(TRUTH[other][1]).within / Printed(TRUTH[other][1]) for other in TRUTH)
    assert remedy[name].value == pytest.approx(float(Printed(right)), rel=tolerance)


def test_the_one_figure_in_two_contradictions_is_the_one_that_gives() -> None:
    one = consistent(small(TRUTH | {"coupon": (TRUTH["coupon"][0], "4.00 %")}, RENT))["as it stands"]
    assert {frozenset(some) for some in one.contradictions} == {
        frozenset({"coupon", "life"}),
        frozenset({"amount", "coupon", "share", "cover", "rents"}),
    }
    assert [set(remedy) for remedy in one.remedies if len(remedy) == 1] == [{"coupon"}]


def test_rounding_decides_whether_a_figure_contradicts() -> None:
    rough = {**TRUTH, "cover": (TRUTH["cover"][0], "1.2")}
    assert consistent(small(rough, RENT))["as it stands"].fits
    assert not consistent(small({**TRUTH, "cover": (TRUTH["cover"][0], "1.200")}, RENT))["as it stands"].fits
    wide = {**TRUTH, "cover": (f"{TRUTH['cover'][0]}, within: 0.05", "1.200")}
    assert consistent(small(wide, RENT))["as it stands"].fits


def test_other_owners_share_what_one_whose_share_is_free_leaves() -> None:
    """At 55 % for one, the others' 30 and 10 % become 33.75 and 11.25: of 150 m of rent, 50.625 m for the first."""
    figures = {
        "share": ("row: entities.House.owners.Issuer", "55.0 %"),
        "partner": ("row: house.distribution.partner, until: 2036-12-31", "50.625 m USD"),
    }
    owners = ("{Issuer: 60 %, Partner: 40 %}", "{Issuer: 60 %, Partner: 30 %, Fund: 10 %}")
    one = consistent(small(figures, owners))["as it stands"]
    assert one.fits, one


def test_a_least_cover_is_a_figure_too() -> None:
    figures = {name: TRUTH[name] for name in ("amount", "coupon", "rents")} | {"cover": ("row: dscr_min", "1.300")}
    one = consistent(small(figures, RENT))["as it stands"]
    assert [set(some) for some in one.contradictions] == [set(figures)]
    closed = {name: at.value for remedy in one.remedies for name, at in remedy.items()}
    assert closed["cover"] == pytest.approx(COVER, rel=1e-3)
    assert closed["rents"] == pytest.approx(60e6 * 1.3 / COVER, rel=1e-3)


def test_an_unknown_meets_several_figures_by_weighted_least_squares() -> None:
    figures = {
        "a": ("row: campus.rent_year1", "15.0 m USD"),
        "b": ("row: campus.rent, until: 2030-01-31", "62.00 m USD"),
        "c": ("row: campus.rent_total, within: 3 m USD", "146 m USD"),
    }
    found = run(small(figures, RENT))
    slope, value, within = np.array([1.0, 4.0, 10.0]), np.array([15e6, 62e6, 146e6]), np.array([0.05e6, 0.005e6, 3e6])
    weight = within**-2.0
    rent = (weight * slope * value).sum() / (weight * slope**2).sum()
    assert found.solved["leases.campus.rent"] == pytest.approx(rent, rel=1e-9)
    assert [figure.miss for figure in found.published.values()] == pytest.approx((slope * rent - value) / within)


def test_unknowns_are_found_from_a_cover_a_price_and_a_sum() -> None:
    figures = {
        "sum": ("row: campus.rent, until: 2030-01-31", "60 m USD"),
        "cover": ("row: issuer.cfads, over: notes.planned_payment", "1.2"),
        "price": ("price_of: notes, at: 2026-01-31, at_yield: 6 %", "100.00"),
    }
    found = run(small(figures, RENT, ("amount: 60 m USD", "amount: unknown"), ("coupon: 5 %", "coupon: unknown")))
    assert found.solved["leases.campus.rent"] == pytest.approx(15e6, rel=1e-9)
    assert found.solved["loans.notes.coupon"] == pytest.approx(0.06, rel=1e-8)
    assert found.solved["loans.notes.amount"] == pytest.approx(9e6 / 1.2 / annuity(0.06, 10), rel=1e-8)
    assert all(abs(figure.miss) < 1e-6 for figure in found.published.values())


def test_what_solve_finds_exactly_stays_exact_beside_least_squares() -> None:
    more = "  solve: [{unknown: leases.campus.rent, so_that: notes.plan_end, equals: 0 USD}]\n"
    sculpted = ("final: 2036-01-31", "final: 2036-01-31\n      amortisation: {kind: sculpted, dscr: unknown}")
    found = run(small({"rents": ("row: campus.rent_total", "150.0 m USD")}, RENT, sculpted, more=more))
    assert abs(found.rows["notes.plan_end"]) < 1e-6
    assert found.solved["leases.campus.rent"] == pytest.approx(15e6, rel=1e-8)
    assert found.solved["loans.notes.amortisation.dscr"] == pytest.approx(COVER, rel=1e-8)
    assert found.residual_money < 1e-14


COUPON = ("coupon: 5 %", "coupon: unknown")
SILENT = [
    ("cover of two unknowns", {"cover": TRUTH["cover"]}, (RENT, COUPON), r"leases\.campus\.rent can be made up"),
    (
        "a sum that the coupon does not move",
        {"rents": TRUTH["rents"]},
        (RENT, COUPON),
        r"loans\.notes\.coupon.*none of",
    ),
]


@pytest.mark.parametrize(("case", "figures", "replace", "message"), SILENT, ids=[s[0] for s in SILENT])
def test_numbers_that_no_figure_tells(case: str, figures: Any, replace: Any, message: str) -> None:
    with pytest.raises(InfeasibleError, match=message):
        run(small(figures, *replace))
    assert consistent(small(figures, *replace))["as it stands"].undetermined, case


# Hyperion: the readings that the public figures leave open.


@pytest.fixture(scope="module")
def hyperion() -> dict[str, Judgement]:
    found = read((LEDGER / "specs" / "hyperion-figures.yaml").read_text()).campus.deal
    assert found is not None
    return consistent(found)


def test_reading_a_contradicts_the_commitment(hyperion: dict[str, Judgement]) -> None:
    a = hyperion["A: level notes, flat rent"]
    assert a.contradictions == (("notes", "coupon", "share", "commitment", "cover"),)
    closed = {name: at.value for remedy in a.remedies for name, at in remedy.items()}
    rent = 2 * 27.3 * BN * annuity(0.06581 / 2, 40) * 1.12 / 0.8
    assert closed["commitment"] == pytest.approx(4 * rent, rel=1e-5)
    assert closed["commitment"] / 12.31 / BN - 1 == pytest.approx(0.126, abs=5e-4)
    assert closed["share"] == pytest.approx(0.8 * 4 * rent / 12.31 / BN, rel=1e-5)
    assert closed["notes"] == pytest.approx(27.3 * BN * 12.31 * BN / (4 * rent), rel=1e-5)
    assert 2 * 27.3 * BN * annuity(closed["coupon"] / 2, 40) == pytest.approx(12.31 * BN / 4 * 0.8 / 1.12, rel=1e-5)


def test_reading_b_fits_and_c_gives_up_the_share(hyperion: dict[str, Judgement]) -> None:
    b, c = hyperion["B: sculpted notes, growing rent"], hyperion["C: as A, the share unknown"]
    assert [name for name, one in hyperion.items() if one.fits] == ["B: sculpted notes, growing rent"]
    assert b.numbers["leases.campus.escalator"].value == pytest.approx(0.0193, abs=5e-6)
    assert (c.consistent, c.fits, c.given_up) == (True, False, ("share",))
    assert c.figures["share"].value == pytest.approx(0.900, abs=5e-4)


# Sets that contradict each other, against all subsets.


@given(st.lists(st.frozensets(st.sampled_from("abcdef"), min_size=1, max_size=4), max_size=4))
@settings(deadline=None)
def test_minimal_contradictions_and_least_remedies(planted: list[frozenset[str]]) -> None:
    cores = {one for one in planted if not any(other < one for other in planted)}
    names = frozenset("abcdef")
    found, remedies = reconcile(lambda some: not any(core <= some for core in cores), names)
    sets = [frozenset(some) for n in range(1, 7) for some in itertools.combinations("abcdef", n)]
    hitting = [some for some in sets if cores and all(some & core for core in cores)]
    least = {some for some in hitting if not any(other < some for other in hitting)}
    assert set(remedies) == {some for some in least if len(some) <= MOST}
    assert set(found) <= cores
    if all(len(some) <= MOST for some in least):
        assert set(found) == cores


@given(st.integers(0, 2**32 - 1), st.integers(1, 4), st.integers(0, 4))
@settings(deadline=None, max_examples=40)
def test_least_squares_against_closed_form(seed: int, count: int, more: int) -> None:
    draw = np.random.default_rng(seed)
    slope, right = draw.normal(size=(count + more, count)), draw.normal(size=count + more)
    found = least_squares(lambda x: slope @ x - right, np.zeros(count), np.full(count, -1e9), np.full(count, 1e9))
    best = np.linalg.lstsq(slope, right, rcond=None)[0]
    assert np.linalg.norm(slope @ found - right) <= np.linalg.norm(slope @ best - right) + 1e-6
    boxed = least_squares(lambda x: slope @ x - right, np.zeros(count), np.full(count, -0.1), np.full(count, 0.1))
    assert np.abs(boxed).max() <= 0.1


# A deal that does not close says by how much, and what would close it.


def gap(spec: Deal, what: str) -> Any:
    found = {one.what: one for one in closing(spec)}
    assert [one.what for one in run(spec).gaps] == list(found)
    return found[what]


def put_in(spec: Deal, path: str, value: Any) -> Deal:
    tree = spec.model_dump(mode="json")
    put(tree, path, value)
    return Deal.model_validate(tree)


def test_a_deal_that_closes_has_no_gaps() -> None:
    assert run(deal("small")).gaps == ()
    assert run(deal("sixty_forty")).gaps == ()


def test_uses_above_sources() -> None:
    short = deal("small", ("up_to: 40 m", "up_to: 25 m"))
    one = gap(short, "uses of Issuer above its sources")
    assert one.amount == pytest.approx(15e6, abs=0.01)
    assert one.path == "entities.Issuer.funding"
    ways = {path: metric.value for path, metric in one.closing.items()}
    assert ways["entities.Issuer.funding[1].up_to"] == pytest.approx(40e6, rel=1e-6)
    assert ways["loans.notes.amount"] == pytest.approx(75e6, rel=1e-5)
    assert run(put_in(short, "loans.notes.amount", ways["loans.notes.amount"])).funding["Issuer"].sources[
        "notes"
    ] == pytest.approx(75e6, rel=1e-5)


def test_notes_that_cannot_be_repaid() -> None:
    poor = deal("small", ("rent: 15 m", "rent: 12 m"))
    one = gap(poor, "notes not repaid at the end")
    owed = (SERVICE - 7.2e6) * ((1.05**10 - 1) / 0.05)  # what is short each year, at interest
    assert one.amount == pytest.approx(owed, rel=1e-9)
    assert one.closing["leases.campus.rent"].value == pytest.approx(SERVICE / 0.6, rel=1e-5)
    assert one.closing["loans.notes.amount"].value == pytest.approx(7.2e6 / annuity(0.05, 10), rel=1e-5)
    for path, metric in one.closing.items():
        assert run(put_in(poor, path, metric.value)).metrics["unpaid.notes"].value == pytest.approx(0, abs=30), path


def test_a_reserve_larger_than_the_draw() -> None:
    spec = deal("small", ("coupon: 5 %", "coupon: 5 %\n      dsra: 60"), ("final: 2036", "final: 2030"))
    one = gap(spec, "reserve of notes larger than its draw")
    service = 60e6 * annuity(0.05, 4)
    assert one.amount == pytest.approx(4 * service - 60e6, rel=1e-9)
    assert one.closing["loans.notes.dsra"].value == 36


@pytest.mark.parametrize("root", [3.0, 0.2, 450.0])
def test_the_edge_of_what_is_open(root: float) -> None:
    for power in (1, 3):
        found = shut(lambda x, p=power: max(0.0, 1e9 * (root**p - x**p)), 0.4 * root, 0.0)
        assert found == pytest.approx(root, rel=2e-6)
        near = shut(lambda x, p=power: max(0.0, 1e9 * (root**p - x**p)), 0.999 * root, 0.0)
        assert near == pytest.approx(root, rel=2e-6)  # from next to it, too
    assert shut(lambda x: 5.0, 1.0, 0.0) is None


@pytest.mark.parametrize("root", [math.pi, math.e * 1e8, 7.79431234e-2])
def test_what_closes_has_six_digits_and_closes_as_it_is_printed(root: float) -> None:
    for left, now in (
        (lambda x: max(0.0, 1e9 * (root - x)), 0.7 * root),
        (lambda x: max(0.0, 1e9 * (x - root)), 1.4 * root),
    ):
        found = shut(left, now, 0.0)
        assert found is not None
        printed = float(f"{found:.5e}")
        assert printed == pytest.approx(found, rel=1e-15)
        assert left(printed) <= 0.01


def test_a_figure_that_cannot_be_met_says_which_could() -> None:
    more = "  solve: [{unknown: leases.campus.rent, so_that: campus.step, equals: 7}]\n"
    with pytest.raises(InfeasibleError, match="does not depend on it"):
        run(deal("small", RENT, ("\n  leases:", f"\n{more}  leases:")))
    more = "  solve: [{unknown: leases.campus.rent, so_that: campus.rent_total, equals: -5 m USD}]\n"
    with pytest.raises(InfeasibleError, match=r"nearest, 0, misses it by 5e\+06\. A figure of 0 could be met"):
        run(deal("small", RENT, ("\n  leases:", f"\n{more}  leases:")))


# What is wrong with published figures and readings is found by validate, at its line.

SOLVE = "  solve:\n    - {unknown: leases.campus.rent, so_that: %s, equals: %s}\n  leases:"
WRONG = [
    (SOLVE % ("notes.plan_nd", "0 USD"), "deal.solve[0].so_that", "Did you mean 'notes.plan_end'"),
    (SOLVE % ("notes.wal", "5.9 m USD"), "deal.solve[0].equals", "notes.wal is in year, and the figure is not"),
    (SOLVE % ("campus.commitment", "150"), "deal.solve[0].equals", "Write it as in '12.31 bn USD'"),
    (SOLVE % ("campus.commitment", "150 m USD") + "\n", "", ""),
]
FIGURE = "  published:\n    one: {%s}\n  leases:"
WRONG += [
    (FIGURE % "row: campus.comitment, equals: 150 m USD", "deal.published.one.row", "Did you mean 'campus.commitment'"),
    (FIGURE % "row: dscr_mn, equals: 1.16", "deal.published.one.row", "Did you mean 'dscr_min'"),
    (FIGURE % "row: dscr_min, equals: 1.16 years", "deal.published.one.equals", "dscr_min is in 1, and the figure is"),
    (FIGURE % "row: campus.rent, over: notes.duee, equals: 2.0", "deal.published.one.over", "Did you mean 'notes.due'"),
    (FIGURE % "row: irr.holder, equals: 5.0 %", "", ""),
]


@pytest.mark.parametrize(("text", "path", "message"), WRONG, ids=[f"{i}" for i in range(len(WRONG))])
def test_validate_finds_figures_that_the_statement_does_not_have(text: str, path: str, message: str) -> None:
    whole = (Path(__file__).parents[2] / "deals" / "small.yaml").read_text().replace(*RENT).replace("  leases:", text)
    loaded = read(whole, "small.yaml")
    if not path:
        check(loaded)
        return
    with pytest.raises(SpecError) as caught:
        check(loaded)
    (problem,) = caught.value.problems
    assert problem.path == path
    assert message in str(problem)
    assert problem.line == whole.split(text.split("\n")[1])[0].count("\n") + 1


TWO = """  solve:
    - {unknown: leases.campus.rent, so_that: notes.plan_end, equals: 0 USD}
    - {unknown: loans.notes.coupon, so_that: notes.plan_end, equals: 0 USD}
"""
READING = "  published: {life: {row: notes.wal, equals: 5.9 years}}\n  readings:\n    R: %s\n"
FAULTS = [
    (TWO, "solve[1].so_that", "two unknowns for one figure: leases.campus.rent is found from it"),
    (READING % "{set: {loans.notes.cupon: 4 %}}", "readings.R", "loans.notes.cupon: unknown key"),
    (READING % "{set: {entities.House.owners.Issuer: 70 %}}", "readings.R", "sum to 110 %"),
    (READING % "{set: {loans.notes.amount.x: 4}}", "readings.R.set", "no such place in the deal"),
    (READING % "{without: [lif]}", "readings.R.without", "did you mean 'life'"),
    (READING.replace("5.9 years", "5.9 years, within: 1 %%") % "{}", "published.life", "in the unit of the figure"),
    (READING.replace("row: notes.wal", "price_of: nots, at: close, at_yield: 5 %%") % "{}", "price_of", "'notes'"),
    (READING.replace("row: notes.wal", "price_of: notes") % "{}", "published.life", "needs the day"),
]


@pytest.mark.parametrize(("text", "path", "message"), FAULTS, ids=[f[2] for f in FAULTS])
def test_faults_of_figures_and_readings(text: str, path: str, message: str) -> None:
    replace = (RENT, COUPON) if text == TWO else ()
    with pytest.raises(SpecError) as caught:
        deal("small", *replace, ("\n  leases:", f"\n{text}  leases:"))
    assert any(path in one.path and message in str(one) and one.line for one in caught.value.problems), str(
        caught.value
    )


def test_a_deal_with_readings_survives_being_written() -> None:
    spec = read((LEDGER / "specs" / "hyperion-figures.yaml").read_text()).campus.deal
    assert spec is not None
    again = Deal.model_validate(json.loads(spec.model_dump_json()), context={"written": True})
    assert again == spec
    assert again.published["notes"].tolerance == 0.005 * BN
