"""Many paths of a statement: each comes out as it does alone."""

from __future__ import annotations

import pickle
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from finance_deals import BN, DEALS, deal
from gigacampus.engines import finance
from gigacampus.errors import CampusError
from gigacampus.rows import Graph

N, P = 6, 5
COUNT = st.integers(-8, 8).map(lambda k: k / 4)  # exact in binary, so that sums do not depend on their order


@st.composite
def expressions(draw: st.DrawFn, names: list[str], depth: int = 2) -> str:
    name = st.sampled_from(names)
    if depth == 0:
        return str(draw(st.one_of(name, COUNT)))
    a, b = (draw(expressions(names, depth - 1)) for _ in "ab")
    x, y = draw(name), draw(name)
    return draw(st.sampled_from([
        f"{a} + {b}", f"{a} - ({b})", f"({a}) * {x}", f"min({a}, {b}, 2)", f"max({a}, {b})", f"-({a})", f"({a}) ** 2",
        f"iff({a} > {b}, {x}, {y})", f"iff({x} == 0, 0, 1 / {x})", f"({a} <= {b}) * {x}", f"prev({x})", f"next({x})",
        f"prev({x}, {b})", f"next({x}, {b})", f"sum({a})", f"cumsum({a})", f"sum({x} * ({b}))",
    ]))  # fmt: skip


@st.composite
def statements(draw: st.DrawFn) -> dict[str, Any]:
    """Inputs c, d (scalars), x, y (by month), and rows over them, some of them loops."""
    rows: dict[str, Any] = {name: draw(COUNT) for name in "cd"}
    rows |= {name: draw(st.lists(COUNT, min_size=N, max_size=N)) for name in "xy"}
    names = list(rows)
    for k in range(draw(st.integers(1, 6))):
        text, shift = draw(expressions(names)), draw(st.sampled_from(["prev", "next"]))
        kind, name = draw(st.sampled_from(["row", "loop", "pair"])), draw(st.sampled_from(names))
        if kind == "row":
            rows[f"r{k}"] = text
        elif kind == "loop":
            rows |= {f"q{k}": text, f"r{k}": f"min(4, {shift}(r{k}, {name}) / 2 + q{k})"}
        else:
            rows |= {f"p{k}": f"max(-4, min(4, q{k} - {shift}(r{k})))", f"q{k}": text}
            rows[f"r{k}"] = f"min(p{k}, {shift}(p{k})) + {name}"
        names.append(f"r{k}")
    return rows


def built(rows: dict[str, Any]) -> Graph:
    graph = Graph(N)
    for name, what in rows.items():
        graph.add(name, what if isinstance(what, str) else np.array(what))
    return graph


@settings(max_examples=300)
@given(statements(), st.sets(st.sampled_from(["c", "d", "x", "y"]), min_size=1), st.data())
def test_paths_come_out_as_they_do_alone(rows: dict[str, Any], differing: set[str], data: st.DataObject) -> None:
    width = {name: data.draw(st.sampled_from([1, N])) for name in sorted(differing)}
    graph, random = built(rows), np.random.default_rng(3)
    many = {name: random.integers(-8, 9, (P, wide)) / 4 for name, wide in width.items()}
    found = graph.over_paths(many, graph.rows, block=2)
    for path in range(P):
        alone = graph.evaluate(
            {name: value[path] if width[name] > 1 else value[path, 0] for name, value in many.items()}
        )
        for name in graph.rows:
            assert found[name].shape == (P, *alone[name].shape), name
            size = np.abs(alone[name]).max()
            np.testing.assert_allclose(found[name][path], alone[name], rtol=0, atol=1e-12 * size, err_msg=name)


ALONE = sorted(file.stem for file in DEALS.glob("*.yaml") if "\nsite:" not in file.read_text(encoding="utf-8"))
"""Deals that need no campus."""


@pytest.mark.parametrize("differ", [0.2, 1.0])
@pytest.mark.parametrize("name", ALONE)
def test_paths_of_a_deal_come_out_as_they_do_alone(name: str, differ: float) -> None:
    found, random = finance.run(deal(name)), np.random.default_rng(2)
    rows = {row: found.graph.rows[row].unit for row in found.rows}
    given = {
        row: value * random.uniform(0.9, 1.0, (3, value.size))
        for row, value in found.graph.inputs.items()
        if row not in found.solved and random.random() < differ
    }
    wide = found.over_paths(given, rows)
    for path in range(3):
        alone = found.graph.evaluate({**found.solved, **{row: value[path].squeeze() for row, value in given.items()}})
        size = {row: np.abs(value[np.isfinite(value)]).max(initial=0.0) for row, value in alone.items()}
        money = max(size[row] for row, unit in rows.items() if unit == "USD")
        for row, unit in rows.items():
            tolerance = 1e-12 * (money if unit == "USD" else max(size[row], 1.0))
            np.testing.assert_allclose(wide[row][path], alone[row], rtol=0, atol=tolerance, err_msg=row)


def test_what_was_signed_stays_as_it_was_solved() -> None:
    found = finance.run(deal("hyperion_b"))
    paths = np.array([[1.0], [0.9]]) * found.rows["leases.campus.commitment.amount"]
    rows = ["campus.rent_total", "campus.rent", "notes.draw", "notes.reserve_target", "check.leases.campus.escalator"]
    wide = found.over_paths({"leases.campus.commitment.amount": paths}, rows)
    assert list(wide) == rows
    months = len(found.months)
    assert [value.shape for value in wide.values()] == [(2,), (2, months), (2, months), (2,), (2,)]
    assert np.allclose(wide["campus.rent"][1], 0.9 * wide["campus.rent"][0], rtol=1e-14)
    for name in ("notes.draw", "notes.reserve_target"):
        assert np.array_equal(wide[name], np.broadcast_to(found.rows[name], wide[name].shape))
    missed = wide["check.leases.campus.escalator"]
    assert abs(missed[0]) < 1.0
    assert missed[1] > 0.01 * BN  # with less rent the notes are not repaid


def test_a_value_that_is_no_number_stays_one() -> None:
    rows = {
        "x": [1.0, 0.0, 2.0, 4.0, 1.0, 5.0],
        "flag": [1.0, 0.0] * 3,
        "y": "flag * (1 / x)",
        "z": "prev(z) + y * flag",
    }
    graph, x = built(rows), np.array([rows["x"], [0.0] * N, [2.0] * N])
    wide = graph.over_paths({"x": x}, ["y", "z"])
    for path in range(3):
        alone = graph.evaluate({"x": x[path]})
        for name in wide:
            assert np.array_equal(wide[name][path], alone[name], equal_nan=True)
    assert np.isnan(wide["y"][0, 1])


def test_blocks_pickles_and_repeated_calls_change_nothing() -> None:
    graph = built({"c": 1.0, "x": [1.0] * N, "y": "prev(y) * c + x", "q": "y / sum(y)", "z": "next(z) + q"})
    c = np.linspace(0.5, 1.5, 7)[:, None]
    once = graph.over_paths({"c": c}, ["z"])["z"]
    copy = pickle.loads(pickle.dumps(graph))
    for other in (graph.over_paths({"c": c}, ["z"], block=2), copy.over_paths({"c": c}, ["z"], block=3)):
        assert np.array_equal(other["z"], once)
    assert np.array_equal(graph.over_paths({"c": c[::-1]}, ["z"])["z"], once[::-1])
    graph.add("w", "2 * z")
    assert np.array_equal(graph.over_paths({"c": c}, ["w"])["w"], 2 * once)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"nothing": np.ones((2, 1))}, "no input 'nothing'"),
        ({"y": np.ones((2, 1))}, "no input 'y'"),
        ({"x": np.ones((2, 3))}, r"cannot be of shape \(2, 3\)"),
        ({"x": np.ones(N)}, "no path"),
        ({"x": np.ones((0, 1))}, "no path"),
        ({"x": np.ones((2, 1)), "c": np.ones((3, 1))}, "same number of paths"),
        ({"x": np.full((2, N), np.nan)}, "not a number"),
    ],
)
def test_inputs_that_cannot_be(given: dict[str, Any], message: str) -> None:
    with pytest.raises(CampusError, match=message):
        built({"c": 1.0, "x": [1.0] * N, "y": "x + c"}).over_paths(given, ["y"])


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ({}, "no row 'a'"),
        ({"a": "prev(a) + x / sum(x)"}, "stands in a row of its own"),
        ({"a": "b + x", "b": "a"}, "within one month"),
        ({"a": "prev(b) + x", "b": "next(a)"}, "both the month before and the month after"),
        ({"a": "prev(a) + b * x", "b": "sum(a)"}, "solved for"),
    ],
)
def test_rows_that_cannot_be(rows: dict[str, str], message: str) -> None:
    with pytest.raises(CampusError, match=message):
        built({"x": [1.0] * N, **rows}).over_paths({"x": np.ones((2, 1))}, ["a"])


@pytest.mark.parametrize("formula", [
    "x + 1", "x - 1", "1 + x", "x + 0", "x - 0", "0 + x", "0 - x", "x * 1", "x / 1", "1 / x", "x * 2",
    "x / 2", "2 * c * x", "prev(d, c * 3) + x", "prev(d) + x", "next(d) + x", "x + d * 0 + 1",
    "x * d / (c * c)", "d / (c * x)",
])  # fmt: skip
def test_what_is_left_out_of_a_formula_changes_nothing(formula: str) -> None:
    rows = {"c": 4.0, "d": [1.0, 0.0, 3.0, 0.0, 5.0, 7.0], "x": [1.0] * N, "y": formula, "z": "d * y"}
    graph, x = built(rows), np.arange(1.0, 1 + P * N).reshape(P, N)
    wide = graph.over_paths({"x": x}, ["y", "z"])
    for path in range(P):
        alone = graph.evaluate({"x": x[path]})
        assert np.array_equal(wide["y"][path], alone["y"])
        assert np.array_equal(wide["z"][path], alone["z"])


@pytest.mark.parametrize("over", ["x", "c * x", "x * c", "(c + x) - c"])
def test_a_flag_of_0_hides_no_division_by_what_may_be_0(over: str) -> None:
    """Where a formula divides by what differs between paths, 0 times infinity stays no number, as it is alone."""
    graph = built({"c": 2.0, "flag": [1.0, 0.0] * 3, "x": [1.0] * N, "y": f"flag * (1 / ({over}))"})
    x = np.array([[1.0, 0.0, 2.0, 0.0, 1.0, 5.0], [3.0] * N])
    wide = graph.over_paths({"x": x}, ["y"])["y"]
    assert np.isnan(wide[0]).tolist() == [False, True, False, True, False, False]
    assert wide[1] == pytest.approx(graph.evaluate({"x": x[1]})["y"])
