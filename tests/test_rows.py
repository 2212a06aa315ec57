"""The row graph: its language, its loops, its errors; paths equal single runs."""

from __future__ import annotations

import numpy as np
import pytest

from gigacampus.errors import CampusError
from gigacampus.rows import Graph

N = 7


def graph(**rows: object) -> Graph:
    found = Graph(N)
    for name, what in rows.items():
        found.add(name.replace("__", "."), what if isinstance(what, str) else np.asarray(what, float))
    return found


X = np.array([3.0, -1.0, 4.0, 1.0, -5.0, 9.0, 2.0])


@pytest.mark.parametrize(
    ("formula", "expected"),
    [
        ("x + 2 * x - x / 4", 2.75 * X),
        ("-x ** 2", -(X**2)),
        ("(x > 1) + (x <= -1)", (X > 1) * 1.0 + (X <= -1)),
        ("min(x, 2, c)", np.minimum(X, 0.5)),
        ("max(x, 2)", np.maximum(X, 2)),
        ("iff(x == 4, 100, x)", np.where(X == 4, 100, X)),
        ("prev(x)", np.concatenate([[0], X[:-1]])),
        ("prev(x, c)", np.concatenate([[0.5], X[:-1]])),
        ("next(x, 8)", np.concatenate([X[1:], [8]])),
        ("x / sum(x)", X / X.sum()),
        ("cumsum(x)", np.cumsum(X)),
        ("sum(c * x)", 0.5 * X.sum()),
        ("sum(c)", 0.5 * N),
    ],
)
def test_language(formula: str, expected: np.ndarray) -> None:
    assert np.allclose(graph(x=X, c=0.5, y=formula).evaluate()["y"], expected, atol=1e-14, rtol=0)


def test_forward_loop_is_a_balance() -> None:
    found = graph(x=X, r=0.1, balance="prev(balance, 100) + interest - pay", interest="prev(balance, 100) * r",
                  pay="max(0, min(x, interest))").evaluate()  # fmt: skip
    held, expected = 100.0, []
    for x in X:
        interest = held * 0.1
        held += interest - max(0.0, min(x, interest))
        expected.append(held)
    assert np.allclose(found["balance"], expected, rtol=1e-14)


def test_backward_loop_is_a_present_value() -> None:
    value = graph(x=X, r=0.05, value="(x + next(value)) / (1 + r)").evaluate()["value"]
    assert value[0] == pytest.approx(float(np.sum(X / 1.05 ** np.arange(1, N + 1))))


def test_a_loop_takes_only_the_branch_it_needs() -> None:
    found = graph(x=X, y="prev(y) + iff(x > 0, 1 / x, 0)", z="iff(x - x == 0, 0, 1 / prev(z))").evaluate()
    assert np.all(np.isfinite(found["y"]))


def test_only_what_rests_on_a_change_is_evaluated_again() -> None:
    found = graph(x=X, c=2.0, y="c * x", z="prev(z) + y", other="cumsum(x)")
    base = found.evaluate()
    again = found.evaluate({"c": 3.0}, only=["z"], base=base)
    assert np.allclose(again["z"], 1.5 * base["z"])
    assert again["other"] is base["other"]


def test_precedents() -> None:
    found = graph(a__b=1.0, c="a.b + prev(d)", d="sum(e)", e=X)
    assert found.precedents("c") == ("a.b", "d")
    assert found.precedents("e") == ()
    assert found.ancestors(["c"]) == {"c", "a.b", "d", "e"}


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ({"a": "b", "b": "a"}, "within one month"),
        ({"a": "a + 1"}, "within one month"),
        ({"a": "prev(b)", "b": "next(a)"}, "both the month before and the month after"),
        ({"a": "prev(a) + b", "b": "sum(a)"}, "solved for"),
        ({"a": "missing + 1"}, "no row 'missing'"),
    ],
)
def test_loops_that_cannot_be(rows: dict[str, str], message: str) -> None:
    with pytest.raises(CampusError, match=message):
        graph(**rows).evaluate()


@pytest.mark.parametrize(
    "formula",
    ["__import__('os')", "x.__class__()", "[1]", "lambda: 1", "x if x else 1", "'text'", "f(x)", "prev(x + 1)", "x[0]",
     "True", "sum(x for x in y)", "1 +", "(" * 300 + ")" * 300, "max(x, key=y)", "(x + 1).y", "max(x).y",
     "iff(x, 1)", "a := 1", "x and y", "prev()"],
)  # fmt: skip
def test_hostile_text_is_no_formula(formula: str) -> None:
    with pytest.raises(CampusError):
        graph(x=X, y=formula)


def test_a_name_is_taken_once() -> None:
    with pytest.raises(CampusError, match="two rows"):
        graph(x=X).add("x", 1.0)
