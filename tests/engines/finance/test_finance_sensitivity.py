"""What moves a deal's figures: against separate runs, linear cases by hand, and numpy."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np
import pytest
from test_finance_covenants import OWNERS
from test_finance_debt import PLAIN

from finance_deals import deal
from gigacampus.campus.spec import read
from gigacampus.campus.spec.deal import Deal, Range, Sensitivity, slug
from gigacampus.campus.spec.deal.rules import numbers
from gigacampus.campus.spec.deal.study import Draw
from gigacampus.campus.spec.deal.study import read as read_change
from gigacampus.campus.spec.deal.varied import put, targets
from gigacampus.engines.finance import FinanceResult, SensitivityResult, Under, run, study
from gigacampus.engines.finance.sensitivity import chances
from gigacampus.engines.finance.solving.signed import signed
from gigacampus.errors import SpecError


def asked(name: str, block: str, *replace: tuple[str, str]) -> Deal:
    """A deal with a block of what is varied."""
    return deal(name, *replace, more=f"  sensitivity: {block}\n")


def studied(name: str, block: str, *replace: tuple[str, str]) -> tuple[FinanceResult, SensitivityResult]:
    spec = asked(name, block, *replace)
    base = run(spec)
    return base, study(spec, base)


# The signed deal


@pytest.mark.parametrize("name", ["hyperion_b", "hyperion_b_quarterly", "hyperion_c", "sixty_forty"])
def test_a_signed_deal_is_the_deal(name: str) -> None:
    spec = deal(name)
    base = run(spec)
    frozen = run(signed(spec, base))
    for party, net in base.parties.items():
        assert frozen.parties[party] == pytest.approx(net, rel=1e-9, abs=1.0), party


@pytest.mark.parametrize("sizing", ["dscr: 1.25", "llcr: 1.4", "of_cost: 30 %"])
@pytest.mark.parametrize("kind", ["kind: sculpted", "kind: level"])
def test_a_signed_deal_with_a_loan_sized_on_its_cover_keeps_its_size(sizing: str, kind: str) -> None:
    spec = read(PLAIN.format(sizing=sizing, kind=kind, cost="2 bn USD", growth="3 %")).campus.deal
    assert spec is not None
    base = run(spec)
    frozen = signed(spec, base)
    assert frozen.loans["loan"].amount == base.solved["loans.loan.amount"]
    for party, net in run(frozen).parties.items():
        assert net == pytest.approx(base.parties[party], rel=1e-9, abs=1.0), party
    for unknowns, debt, cover in (("frozen", 1.0, 0.9), ("solved", 0.9, 1.0)):
        if sizing != "of_cost: 30 %":  # then the cost bounds the loan, and not the rent
            asked = Sensitivity(figures=["dscr_min", "debt_peak"], unknowns=unknowns, vary={"rent": Range(low="x 0.9")})
            found = study(spec.model_copy(update={"sensitivity": asked}), base).bars[0].at_low
            assert found["debt_peak"] == pytest.approx(debt * base.metrics["debt_peak"].value, rel=1e-9)
            assert found["dscr_min"] == pytest.approx(cover * base.metrics["dscr_min"].value, rel=1e-9)


def test_what_is_found_by_least_squares_stays_in_every_case() -> None:
    figure = "{row: campus.rent_total, equals: 150 m USD}"
    spec = deal(
        "small", ("rent: 15 m USD", "rent: unknown"), ("  leases:", f"  published: {{total: {figure}}}\n  leases:")
    )
    base = run(spec)
    assert base.solved["leases.campus.rent"] == pytest.approx(15e6)
    for unknowns in ("frozen", "solved"):
        asked = Sensitivity(figures=["dscr_min"], unknowns=unknowns, vary={"loans.notes.amount": Range(low="x 0.5")})
        found = study(spec.model_copy(update={"sensitivity": asked}), base)
        assert found.bars[0].at_low["dscr_min"] == pytest.approx(2 * base.metrics["dscr_min"].value)


def test_cover_of_the_signed_deal_follows_the_rent_and_that_of_one_cut_anew_does_not() -> None:
    """By hand: debt service is fixed, cash is 80 % of the rent and nothing else, so cover is 1.12 times the factor."""
    block = "{{figures: [dscr_min], unknowns: {}, vary: {{rent: {{low: x 0.9, high: x 1.05}}}}}}"
    _, frozen = studied("hyperion_b", block.format("frozen"))
    assert frozen.bars[0].at_low["dscr_min"] == pytest.approx(1.12 * 0.9, rel=1e-9)
    assert frozen.bars[0].at_high["dscr_min"] == pytest.approx(1.12 * 1.05, rel=1e-9)
    _, solved = studied("hyperion_b", block.format("solved"))
    assert solved.solved
    assert solved.bars[0].at_low["dscr_min"] == pytest.approx(1.12, rel=1e-9)
    assert solved.bars[0].at_high["dscr_min"] == pytest.approx(1.12, rel=1e-9)


# One at a time, and two


def test_a_figure_that_is_linear_in_a_number_moves_evenly_and_by_hand() -> None:
    """Rent over all terms is the first rent times a sum of steps: 10 % of it up and down."""
    base, found = studied("sixty_forty", "{figures: [finance.rent_total], vary: {rent: {low: x 0.9, high: x 1.1}}}")
    total = 260e6 * sum(1.025**k for k in range(15))
    assert base.metrics["rent_total"].value == pytest.approx(total)
    assert found.bars[0].at_low == {"rent_total": pytest.approx(0.9 * total)}
    assert found.bars[0].at_high == {"rent_total": pytest.approx(1.1 * total)}


EACH = [
    ("leases.campus lease.rent", "250 m USD"),
    ("construction.*.amount", "x 1.07"),
    ("construction.first building.overrun", "12 %"),
    ("construction.first building.delay", "3 months"),
    ("loans.fixed notes.coupon", "plus 80 bp"),
    ("benchmarks.overnight", "plus 100 bp"),
    ("services.operation.amount", "x 1.5"),
    ("loans.fixed notes.amortisation.growth", "1 %"),
]


@pytest.mark.parametrize(("key", "written"), EACH)
def test_each_case_is_a_run_of_the_changed_deal(key: str, written: str) -> None:
    """Through the shared statement or one of its own: the same as a spec in which the number is another."""
    base, found = studied(
        "sixty_forty", f"{{figures: [dscr_min, irr_owner.north_fund], vary: {{{key}: {{low: {written}}}}}}}"
    )
    spec = deal("sixty_forty")
    alone = spec
    for one in targets(spec, key):
        assert one.quantity is not None
        change = read_change(written, one.quantity.unit)
        steps = one.value
        value: Any = (
            [step.model_copy(update={"rate": change.of(step.rate)}) for step in steps]
            if isinstance(steps, list)
            else change.of(steps)
        )
        alone = put(alone, one.path, value)
    metrics = run(Deal.model_validate(alone.model_dump())).metrics
    for name, value in found.bars[0].at_low.items():
        assert value == pytest.approx(metrics[name].value, rel=1e-9), name
        assert base.metrics[name] == found.base[name]
    assert found.bars[0].high is None
    assert found.bars[0].at_high == {}


def test_a_table_over_two_numbers_holds_the_base_and_its_bars() -> None:
    block = """
    vary: {rent: {low: x 0.9}, benchmarks.overnight: {high: plus 1 %}}
    two_way:
      rows: {of: rent, values: [x 0.9, x 1]}
      columns: {of: benchmarks.overnight, values: [plus 0 bp, plus 1 %]}"""
    base, found = studied("sixty_forty", block)
    grid = found.two_way
    assert grid is not None
    assert grid.values[1, 0] == pytest.approx(base.metrics["dscr_min"].value, rel=1e-12)
    assert grid.values[0, 0] == found.bars[0].at_low["dscr_min"]
    assert grid.values[1, 1] == found.bars[1].at_high["dscr_min"]
    assert grid.values[0, 1] < grid.values[0, 0] < grid.values[1, 0]


def test_rows_and_columns_of_a_table_may_change_places() -> None:
    sides = ("{of: rent, values: [x 0.9, x 1.1, x 1.2]}", "{of: delay, values: [0 months, 5 months]}")
    one, other = (
        studied("sixty_forty", f"{{vary: {{rent: {{low: x 1}}}}, two_way: {{rows: {a}, columns: {b}}}}}")[1].two_way
        for a, b in (sides, sides[::-1])
    )
    assert one is not None
    assert other is not None
    assert one.values == pytest.approx(other.values.T, rel=1e-12)


def test_usual_ranges_are_of_what_the_deal_has() -> None:
    spec = deal("sixty_forty")
    found = study(spec, run(spec))
    assert found.usual
    assert [bar.key for bar in found.bars] == ["rent", "construction cost", "delay", "interest rate", "running costs"]
    assert set(found.base) == {"dscr_min", "irr_owner.north_fund", "irr_owner.south_fund"}


def test_what_the_campus_measures_is_varied_like_a_number() -> None:
    months = np.arange(np.datetime64("2027-10"), np.datetime64("2042-10"))
    paid = ("payee: Operator, amount: 12 m USD, escalator: 3 %, start: campus lease.start, end: campus lease.end",
            "payee: Operator, cost: energy")  # fmt: skip
    spec = asked("sixty_forty", "{figures: [dscr_min], vary: {energy cost: {high: x 1.5}}}", paid)
    under = Under(months, {"energy": np.full(len(months), 2e6)}, {"ready": date(2028, 1, 1)})
    found = study(spec, run(spec, under), under)
    more = run(spec, replace(under, measures={"energy": np.full(len(months), 3e6)}))
    assert found.bars[0].at_high["dscr_min"] == pytest.approx(more.metrics["dscr_min"].value, rel=1e-12)


def test_a_case_that_no_deal_can_be_cut_for_has_no_figures() -> None:
    block = "{figures: [dscr_min], unknowns: solved, vary: {construction.assets at closing.amount: {high: 40 bn USD}}}"
    _, found = studied("hyperion_b", block)
    assert found.bars[0].at_high == {"dscr_min": None}


def test_rents_that_fall_nearly_to_a_default_still_pay_and_a_little_more_do_not() -> None:
    spec = deal("sixty_forty")
    found = study(spec, run(spec)).rent_fall_to_default.value
    assert found is not None
    for fall, short in ((found, False), (found + 2e-4, True)):
        less = run(put(spec, "leases.campus lease.rent", 260e6 * (1 - fall)))
        missed = sum(
            less.row(f"{slug(n)}.scheduled") - less.row(f"{slug(n)}.paid_cash") - less.row(f"{slug(n)}.from_reserve")
            for n in spec.loans
        )
        assert bool(np.max(missed) > 1.0) is short


def test_a_reserve_of_one_payment_is_used_up_over_all_of_them_at_the_break_even() -> None:
    spec = deal("hyperion_b")
    base = run(spec)
    due = base.row("notes.scheduled")[base.loans["notes"].repays]
    short = due[0] / due.sum()  # of each payment, which the reserve, as large as the first, makes good
    assert study(spec, base).rent_fall_to_default.value == pytest.approx(1 - (1 - short) / 1.12, abs=2e-4)


def test_without_a_reserve_a_level_cover_is_lost_as_rents_fall_by_what_it_exceeds_one() -> None:
    spec = deal("hyperion_b", ("dsra: 6", "dsra: 0"))
    assert study(spec, run(spec)).rent_fall_to_default.value == pytest.approx(1 - 1 / 1.12, abs=1e-4)


# Many at random

PATHS = """
    vary: {rent: {low: x 0.9}}
    paths:
      count: 40
      seed: 7
      draws:
        rent: {kind: normal, low: x 0.9, high: x 1.05}
        construction.*.overrun: {kind: triangular, low: 0 %, mode: 2 %, high: 15 %}
        benchmarks.overnight: {kind: uniform, low: minus 1 %, high: plus 2 %}"""


def path_by_path(spec: Deal, count: int) -> list[FinanceResult]:
    """The deal once for each path, with the numbers that were drawn for it."""
    assert spec.sensitivity is not None
    assert spec.sensitivity.paths is not None
    found = []
    for p in range(count):
        alone = spec
        for key, draw in spec.sensitivity.paths.draws.items():
            unit = {one.quantity.unit for one in targets(spec, key) if one.quantity is not None}.pop()
            ends = {
                side: read_change(getattr(draw, side), unit) for side in ("low", "mode", "high") if getattr(draw, side)
            }
            by = chances.draws(key, draw, ends, spec.sensitivity.paths.count, spec.sensitivity.paths.seed)[p]
            change = type(ends["low"])(ends["low"].how, float(by))
            for one in targets(alone, key):
                steps = one.value
                alone = put(alone, one.path, [s.model_copy(update={"rate": change.of(s.rate)}) for s in steps]
                            if isinstance(steps, list) else change.of(steps))  # fmt: skip
        found.append(run(alone))
    return found


def test_paths_are_the_deal_run_once_for_each() -> None:
    spec = asked("sixty_forty", PATHS, (OWNERS, f"{OWNERS}\n      covenants: {{lock_up: 1.75, default: 1.0}}"))
    found = study(spec, run(spec)).chances
    assert found is not None
    alone = path_by_path(spec, 40)
    cover = np.array([one.cover["Campus LLC"].dscr for one in alone])
    fan = found.fans["Campus LLC"]["dscr"]
    assert fan.percentiles == pytest.approx(np.percentile(cover, chances.LEVELS, axis=0), rel=1e-7)
    assert np.array_equal(fan.dates, alone[0].cover["Campus LLC"].dates)
    balance = np.array([[one.row(f"{slug(n)}.balance") for n in spec.loans] for one in alone]).sum(axis=1)
    at = np.searchsorted(alone[0].months, fan.dates.astype("datetime64[M]"))
    fan = found.fans["Campus LLC"]["balance"]
    assert fan.percentiles == pytest.approx(np.percentile(balance[:, at], chances.LEVELS, axis=0), rel=1e-7, abs=1.0)
    least = cover.min(axis=1)
    assert found.exceeded["dscr_min"] == pytest.approx(np.percentile(least, [50, 10, 1]), rel=1e-7)
    locked = [one.covenants["Campus LLC"].first_lock_up is not None for one in alone]
    assert 0 < np.mean(locked) < 1
    assert found.likely["lock_up.campus_llc"] == np.mean(locked)
    assert found.likely["short.campus_llc"] == np.mean(least < 1)


def test_a_path_falls_short_where_its_least_cover_is_below_one() -> None:
    wide = PATHS.replace("count: 40", "count: 12").replace(
        "kind: normal, low: x 0.9, high: x 1.05", "kind: uniform, low: x 0.3, high: x 1.0"
    )
    spec = asked("sixty_forty", wide)
    found = study(spec, run(spec)).chances
    assert found is not None
    least = np.array([one.cover["Campus LLC"].dscr.min() for one in path_by_path(spec, 12)])
    assert found.likely["short.campus_llc"] == np.mean(least < 1)
    assert 0 < np.mean(least < 1) < np.mean(least < 1.1) < 1


def test_cash_and_distributions_of_a_path_are_all_that_there_is() -> None:
    spec = asked("sixty_forty", PATHS.replace("count: 40", "count: 10"))
    found = study(spec, run(spec)).chances
    assert found is not None
    alone = path_by_path(spec, 10)
    paid = [one.row("campus_llc.distribution").sum() for one in alone]
    assert found.exceeded["distributed.campus_llc"] == pytest.approx(np.percentile(paid, [50, 10, 1]), rel=1e-7)
    rates = [float(one.metrics["irr_owner.north_fund"].value or 0) for one in alone]
    assert found.exceeded["irr_owner.north_fund"] == pytest.approx(np.percentile(rates, [50, 10, 1]), rel=1e-7)
    assert "irr_owner.bank" not in found.exceeded


def test_a_draw_keeps_its_numbers_when_others_are_added() -> None:
    draw = Draw(kind="normal", low="x 0.9", high="x 1.1")
    ends = {side: read_change(getattr(draw, side), "USD") for side in ("low", "high")}
    one, again, other, seeded = (
        chances.draws(key, draw, ends, 500, seed) for key, seed in (("rent", 1), ("rent", 1), ("wages", 1), ("rent", 2))
    )
    assert np.array_equal(one, again)
    assert abs(np.corrcoef(one, other)[0, 1]) < 0.15
    assert abs(np.corrcoef(one, seeded)[0, 1]) < 0.15


@pytest.mark.parametrize("kind", ["normal", "lognormal"])
def test_a_distribution_has_the_percentiles_that_it_is_given_by(kind: str) -> None:
    draw = Draw(kind=kind, low="80 m USD", high="140 m USD")  # type: ignore[arg-type]
    ends = {side: read_change(getattr(draw, side), "USD") for side in ("low", "high")}
    assert np.percentile(chances.draws("x", draw, ends, 200_000, 0), [5, 95]) == pytest.approx([80e6, 140e6], rel=0.01)


def test_a_number_that_the_statement_does_not_rest_on_cannot_be_drawn() -> None:
    spec = asked(
        "sixty_forty", "{paths: {draws: {construction.*.delay: {kind: uniform, low: 0 months, high: 3 months}}}}"
    )
    with pytest.raises(SpecError, match="nothing in the statement rests on this number"):
        study(spec, run(spec))


# What is asked for and is not there

FAULTY = [
    ("{vary: {rnet: {low: x 0.9}}}", "no number of the deal is called so; did you mean 'rent'"),
    ("{vary: {leases.campus lease.rent: {low: 3 %}}}", "'%' is not a unit here; use one of USD"),
    ("{vary: {leases.campus lease.rent: {low: 3}}}", "the unit is missing; write '3 USD'"),
    ("{vary: {leases.campus lease.rent: {low: minus 300 m USD}}}", "cannot be -4e+07 USD"),
    ("{vary: {entities.Campus LLC.owners.North Fund: {low: 20 %}}}", "no number of the deal is called so"),
    ("{vary: {energy cost: {low: minus 3 m USD}}}", "only a factor fits here"),
    ("{vary: {rent: {}}}", "a range has a low or a high end"),
    ("{paths: {draws: {delay: {kind: uniform, low: 0 months, high: 3 months}}}}", "dates are the same on every path"),
    (
        "{paths: {draws: {rent: {kind: uniform, low: x 0.9, high: 300 m USD}}}}",
        "all values, all factors, or all changes",
    ),
    ("{paths: {draws: {rent: {kind: uniform, low: x 1.1, high: x 0.9}}}}", "low lies below high"),
    ("{paths: {draws: {rent: {kind: triangular, low: x 0.9, high: x 1.1}}}}", "a triangular distribution has a mode"),
    (
        "{two_way: {rows: {of: rent, values: [x 1, y 2]}, columns: {of: rent, values: [x 1, x 2]}}}",
        "number with a unit",
    ),
]


@pytest.mark.parametrize(("block", "message"), FAULTY)
def test_what_is_not_there_is_one_clear_fault(block: str, message: str) -> None:
    with pytest.raises(SpecError) as caught:
        asked("sixty_forty", block)
    assert len(caught.value.problems) == 1, caught.value
    assert message in str(caught.value)


def test_a_number_that_is_found_cannot_be_varied_when_the_deal_is_cut_anew() -> None:
    block = "{{unknowns: {}, vary: {{leases.campus.escalator: {{low: x 0.5}}}}}}"
    with pytest.raises(SpecError, match="is found from its figure"):
        asked("hyperion_b", block.format("solved"))
    base, found = studied("hyperion_b", block.format("frozen"))
    assert found.bars[0].at_low["dscr_min"] < base.metrics["dscr_min"].value


def test_a_figure_that_the_deal_does_not_have_is_named() -> None:
    spec = asked("sixty_forty", "{figures: [irr_owner.nord_fund]}")
    with pytest.raises(
        SpecError, match=r"deal\.sensitivity\.figures: the deal has no such figure.*irr_owner.north_fund"
    ):
        study(spec, run(spec))


def test_a_case_that_breaks_the_deal_says_which() -> None:
    spec = asked("hyperion_b", "{vary: {loans.notes.amount: {low: 20 bn USD}}}")
    with pytest.raises(SpecError, match=r"with loans\.notes\.amount changed"):
        study(spec, run(spec))


def test_every_number_of_a_deal_is_found_by_its_path_and_put_back() -> None:
    spec = deal("hyperion_b")
    for path, value, _ in numbers(spec):
        assert {p: v for p, v, _ in numbers(put(spec, path, 0.123))}[path] == 0.123
        assert put(spec, path, value) == spec


def test_a_coupon_that_is_signed_does_not_move_with_the_interest_rate() -> None:
    """The bar is that of the benchmark alone, which the notes do not follow; a deal cut anew has both move."""
    vary = "vary: {%s: {low: minus 1 %%, high: plus 1 %%}}}"
    rate, benchmark = (
        studied("sixty_forty", "{figures: [dscr_min], " + vary % key)[1].bars[0]
        for key in ("interest rate", "benchmarks.overnight")
    )
    assert rate.at_low == benchmark.at_low
    assert rate.at_high == benchmark.at_high
    both = ", ".join(f"{k}: {{high: plus 1 %}}" for k in ("interest rate", "benchmarks.overnight", "loans.*.coupon"))
    bars = studied("sixty_forty", f"{{unknowns: solved, figures: [dscr_min], vary: {{{both}}}}}")[1].bars
    anew, floating, fixed = (bar.at_high["dscr_min"] for bar in bars)
    assert anew < min(floating, fixed)


def test_notes_of_a_fixed_coupon_have_no_bar_of_the_interest_rate() -> None:
    spec = deal("hyperion_b")
    assert "interest rate" not in [bar.key for bar in study(spec, run(spec)).bars]
    with pytest.raises(SpecError, match=r"vary loans\.\*\.coupon, or set unknowns: solved"):
        asked("hyperion_b", "{vary: {interest rate: {high: plus 1 %}}}")
