"""What is wrong with a deal is said at its key, once, with the way out; dates follow their rules."""

from __future__ import annotations

from datetime import date

import pytest

from finance_deals import deal, text
from gigacampus.campus.spec import read
from gigacampus.campus.spec.deal import Deal, slug
from gigacampus.campus.spec.deal.calendar import Calendar
from gigacampus.engines.finance import Under, run
from gigacampus.errors import InfeasibleError, SpecError

WRONG = [
    ("shares of the owners", "North Fund: 60 %", "North Fund: 80 %", "entities.Campus LLC.owners", "sum to 120 %"),
    ("unknown owner", "South Fund: 40 %", "Sout Fund: 40 %", "owners.Sout Fund", "did you mean 'South Fund'"),
    ("unknown tenant", "tenant: Tenant", "tenant: Tennant", "leases.campus lease.tenant", "did you mean 'Tenant'"),
    ("unknown source", "- source: owners", "- source: term loam", "funding[0]", "did you mean 'term loan'"),
    ("funding shares", "term loan: 50 %", "term loan: 40 %", "funding[1]", "sum to 90 %"),
    ("lease that ends first", "term: 10 years", "end: 2027-09-30", "leases.campus lease.end", "is not after start"),
    ("loan that ends first", "final: 2040-09-30", "final: 2026-01-10", "final", "is not after"),
    ("no such day", "2027-10-01", "2027-02-29", "leases.campus lease.start", "no such day"),
    (
        "term and end",
        "term: 10 years",
        "term: 10 years\n      end: 2040-01-01",
        "leases.campus lease",
        "a term or an end",
    ),
    ("coupon and benchmark", "coupon: 6 %", "coupon: 6 %\n      benchmark: overnight", "fixed notes", "or a benchmark"),
    (
        "unknown benchmark",
        "benchmark: overnight",
        "benchmark: overnite",
        "term loan.benchmark",
        "did you mean 'overnight'",
    ),
    ("unknown loan", "loan: fixed notes", "loan: fixd notes", "guarantees.floor.loan", "did you mean 'fixed notes'"),
    (
        "one and several",
        "loan: fixed notes",
        "loan: fixed notes\n      loans: [term loan]",
        "guarantees.floor",
        "one loan, or",
    ),
    (
        "unknown loan of several",
        "loan: fixed notes",
        "loans: [term loan, fixd notes]",
        "floor.loans",
        "did you mean 'fixed",
    ),
    (
        "worth of a vehicle",
        "South Fund: 40 %}",
        "South Fund: 40 %}\n      discount_rate: 8 %",
        "discount_rate",
        "value North Fund",
    ),
    ("unit missing", "rent: 260 m USD", "rent: 260", "leases.campus lease.rent", "the unit is missing"),
    ("negative amount", "amount: 800 m USD", "amount: -800 m USD", "loans.term loan.amount", "at least 0 USD"),
    ("unknown without figure", "coupon: 6 %", "coupon: unknown", "loans.fixed notes.coupon", "no figure says"),
    ("unknown amount", "amount: 800 m USD", "amount: unknown", "loans.term loan.amount", "its limits under sizing"),
    ("cover on a loan", "coupon: 6 %", "coupon: 6 %\n      dscr: 1.2", "dscr", "stands in amortisation or sizing"),
    ("rent in the deal", "  leases:\n", "  rent: 1 m USD\n  leases:\n", "deal.rent", "rent stands in leases.<name>"),
    ("covenants on a loan", "coupon: 6 %", "coupon: 6 %\n      covenants: {}", "covenants", "in deal.entities.<name>"),
    ("name taken twice", "    Operator:", "    term_loan:\n    Operator:", "loans.term loan", "the name is taken"),
    (
        "owner of itself",
        "    North Fund:",
        "    North Fund: {owners: {Campus LLC: 100 %}}",
        "owners",
        "cannot own itself",
    ),
    ("level that grows", "kind: growing, growth: 2 %", "kind: level, growth: 2 %", "amortisation", "say kind: growing"),
    (
        "level with a rest",
        "kind: growing, growth: 2 %",
        "kind: level, balloon: 50 %",
        "amortisation",
        "say kind: balloon",
    ),
    ("growing to a rest", "growth: 2 %", "growth: 2 %, balloon: 30 %", "amortisation", "say kind: balloon"),
    ("growing by nothing", "kind: growing, growth: 2 %", "kind: growing", "amortisation", "'growing' needs growth"),
    ("balloon of nothing", "kind: growing, growth: 2 %", "kind: balloon", "amortisation", "'balloon' needs balloon"),
    ("cover of no use", "growth: 2 %", "growth: 2 %, dscr: 1.3", "amortisation", "say kind: sculpted"),
    ("unknown key", "escalator: 2.5 %", "escalater: 2.5 %", "escalater", "'escalator'"),
    (
        "two ways to a date",
        "{event: close, plus: 6 months}",
        "{event: close, latest: [close]}",
        "start",
        "exactly one of",
    ),
]


@pytest.mark.parametrize(("case", "old", "new", "path", "message"), WRONG, ids=[w[0] for w in WRONG])
def test_wrong_deals(case: str, old: str, new: str, path: str, message: str) -> None:
    with pytest.raises(SpecError) as caught:
        deal("sixty_forty", (old, new))
    first = caught.value.problems[0]
    assert path in first.path, case
    assert message in str(first)
    assert first.line is not None
    assert "\n" not in str(first)


@pytest.mark.parametrize("name", ["sixty_forty", "hyperion_a", "hyperion_b", "hyperion_c"])
def test_a_deal_survives_being_written(name: str) -> None:
    spec = deal(name)
    assert Deal.model_validate(spec.model_dump()) == spec
    assert Deal.model_validate(spec.model_dump(mode="json"), context={"written": True}) == spec
    assert spec.model_copy(deep=True) == spec


def test_dates_follow_their_rules() -> None:
    spec = deal(
        "sixty_forty",
        ("start: 2027-10-01", "start: {latest: [2027-10-01, {event: ready, plus: 3 months}]}"),
        ("until: {event: fixed notes.final, plus: -36 months}", "until: {earliest: [2035-01-01, fixed notes.final]}"),
    )
    assert Calendar(spec, {"ready": date(2026, 11, 30)})["campus lease.start"] == date(2027, 10, 1)
    late = Calendar(spec, {"ready": date(2028, 11, 30)})
    assert late["campus lease.start"] == date(2029, 2, 28)
    assert late["campus lease.end"] == date(2044, 2, 28)
    assert late["floor.until"] == date(2035, 1, 1)


def test_physical_dates_come_before_those_of_the_deal() -> None:
    found = run(deal("sixty_forty"), Under(events={"second half": date(2028, 3, 31)}))
    assert found.leases["campus lease"].gap_days == 182
    assert run(deal("sixty_forty")).leases["campus lease"].gap_days == 273


def test_an_event_that_nobody_gives() -> None:
    spec = deal("sixty_forty", ("start: 2027-10-01", "start: redy"))
    with pytest.raises(SpecError, match="no event is called 'redy'"):
        run(spec, Under(events={"ready": date(2028, 1, 1)}))


def test_dates_that_physical_events_put_out_of_order() -> None:
    with pytest.raises(SpecError, match="is not after"):
        run(deal("sixty_forty"), Under(events={"second half": date(2041, 1, 1)}))


def test_dates_that_wait_for_each_other() -> None:
    spec = deal("sixty_forty", ("start: 2027-10-01", "start: floor.start"))
    with pytest.raises(SpecError, match="wait for each other"):
        run(spec)


SOLVE = "  solve: [{unknown: leases.campus lease.rent, so_that: %s, equals: %s}]\n"


def test_figures_that_no_number_meets() -> None:
    spec = deal(
        "sixty_forty",
        ("rent: 260 m USD", "rent: unknown"),
        ("  services:", SOLVE % ("term_loan.wal", "50 years") + "  services:"),
    )
    with pytest.raises(InfeasibleError, match=r"lease\.rent"):
        run(spec)


def test_a_figure_that_is_no_row() -> None:
    spec = deal(
        "sixty_forty",
        ("rent: 260 m USD", "rent: unknown"),
        ("  services:", SOLVE % ("term_loan.wall", "9 years") + "  services:"),
    )
    with pytest.raises(SpecError, match=r"Did you mean 'term_loan\.wal'"):
        run(spec)


def test_a_figure_that_does_not_depend_on_its_unknown() -> None:
    spec = deal(
        "sixty_forty",
        ("rent: 260 m USD", "rent: unknown"),
        ("  services:", SOLVE % ("first_building.total", "1 bn USD") + "  services:"),
    )
    with pytest.raises(InfeasibleError, match="does not depend on it"):
        run(spec)


def test_rent_is_found_from_its_sum() -> None:
    spec = deal(
        "sixty_forty",
        ("rent: 260 m USD", "rent: unknown"),
        ("  services:", SOLVE % ("campus_lease.commitment", "3 bn USD") + "  services:"),
    )
    found = run(spec)
    assert found.metrics["rent_committed"].value == pytest.approx(3e9, rel=1e-14)


def test_hostile_names_stay_names() -> None:
    spec = read(text("sixty_forty").replace("Operator", "'=1+1; import os'")).campus.deal
    assert spec is not None
    found = run(spec)
    assert found.metrics["moic.n_1_1_import_os"].value is None
    assert slug("lambda") == "n_lambda"


def test_a_name_with_a_dot_is_no_part_of_a_path() -> None:
    with pytest.raises(SpecError, match="a dot parts the names of a path"):
        deal("sixty_forty", ("fixed notes:", "notes 1.5:"), ("loan: fixed notes", "loan: notes 1.5"))
