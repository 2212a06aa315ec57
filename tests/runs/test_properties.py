"""Properties of any campus: it can be written down and read again, it runs, and tables agree with each other."""

from __future__ import annotations

import io

import numpy as np
import pyarrow.parquet as pq
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from gigacampus.campus import spec
from gigacampus.errors import CampusError, Problem, ResidualError, SpecError
from gigacampus.money import irr
from gigacampus.runs.pipeline import Run
from gigacampus.runs.selfcheck import laws
from gigacampus.runs.selfcheck.draw import Tree, dump
from strategies import broken_files, campuses, deal_texts, runs, trees

few = settings(max_examples=15)


def finished(run: Run) -> bool:
    """Whether a run has a result; else it says why."""
    try:
        for stage in run.stages:
            run.get(stage.name)
    except ResidualError:
        raise
    except CampusError:
        return False
    return True


def columns(table: bytes) -> dict[str, np.ndarray]:
    read = pq.read_table(io.BytesIO(table))
    return {name: np.asarray(read.column(name).to_numpy(zero_copy_only=False)) for name in read.column_names}


@given(trees())
def test_a_campus_reads_as_it_was_drawn(tree: Tree) -> None:
    campus = spec.read(dump(tree), "campus.yaml").campus
    assert campus.name == tree["name"]
    if campus.compute is not None:
        assert [phase.ready for phase in campus.compute.phases] == [p["ready"] for p in tree["compute"]["phases"]]


@given(campuses())
def test_a_campus_written_out_whole_reads_as_the_same(text: str) -> None:
    campus = spec.read(text, "campus.yaml").campus
    whole = dump(campus.model_dump(mode="json"))
    assert spec.read(whole, "whole.yaml").campus.model_dump(mode="json") == campus.model_dump(mode="json")


@given(campuses())
def test_every_value_has_an_origin(text: str) -> None:
    loaded = spec.read(text, "campus.yaml")
    assert loaded.origins
    for origin in loaded.origins.values():
        assert origin.source.title
        assert (origin.line is not None) == (origin.kind == "spec")


@given(runs())
@few
def test_every_law_holds(run: Run) -> None:
    assume(finished(run))
    for law, residual in laws.residuals(run).items():
        assert residual <= laws.LIMIT, law


@given(runs())
@few
def test_months_hold_what_hours_hold(run: Run) -> None:
    assume(run.campus.physical and finished(run))
    hours, months = columns(run.hourly), columns(run.monthly)
    for monthly, hourly in (("facility.energy", "facility.load"), ("it.energy", "facility.it")):
        np.testing.assert_allclose(months[monthly].sum(), hours[hourly].sum(), rtol=1e-12)
    assert len(hours["time"]) == run.timeline.hours


@given(deal_texts())
def test_every_dollar_that_is_paid_is_received(text: str) -> None:
    run = Run(spec.read(text, "deal.yaml"), store=False)
    assume(finished(run))
    assert laws.residuals(run)["money"] <= laws.LIMIT


@given(broken_files())
@settings(max_examples=60)
def test_a_broken_file_is_valid_or_refused_with_its_place(content: bytes) -> None:
    problems: tuple[Problem, ...] = ()
    try:
        spec.read(content.decode(errors="replace"), "broken.yaml")
    except SpecError as error:
        problems = error.problems
    assert all(problem.line and problem.message for problem in problems)


@given(st.integers(0, 2**31 - 1), st.integers(2, 200))
def test_money_that_comes_back_without_interest_has_a_return_of_nothing(seed: int, count: int) -> None:
    """The root lies on one of the rates between which roots are looked for, where rounding decides the sign."""
    parts = np.random.default_rng(seed).uniform(0.01, 1, count)
    days = np.datetime64("2030-01-01", "D") + 30 * np.arange(count + 1)
    found = irr(days, np.concatenate([[-parts.sum()], parts]))
    assert found.rate == pytest.approx(0, abs=1e-9)
