"""Roots against scipy's, and where there are none."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import optimize

from gigacampus.numerics import bracket, find_root, find_roots


@given(st.floats(-50, 50), st.floats(0.1, 3))
def test_root_is_scipys(shift: float, power: float) -> None:
    def f(x: float) -> float:
        return math.copysign(abs(x - shift) ** power, x - shift)

    assert find_root(f, shift - 70, shift + 45) == pytest.approx(shift, abs=1e-9, rel=1e-12)


@pytest.mark.parametrize(
    ("f", "low", "high"),
    [
        (lambda x: math.cos(x) - x, 0.0, 1.0),
        (lambda x: x**3 - 2 * x - 5, 2.0, 3.0),
        (lambda x: math.exp(x) - 1e9, 0.0, 50.0),
        (lambda x: 1e-12 * (x - 0.3), -4.0, 9.0),
    ],
)
def test_root_is_found_to_the_last_digits(f, low, high) -> None:
    assert find_root(f, low, high) == pytest.approx(optimize.brentq(f, low, high, xtol=1e-15), rel=1e-14)


def test_no_change_of_sign_is_an_error() -> None:
    with pytest.raises(ValueError, match="same sign"):
        find_root(lambda x: x * x + 1, -1, 1)


def test_bracket_looks_both_ways_and_keeps_its_bounds() -> None:
    low, high = bracket(lambda x: x + 1000, 0.0, 1.0)
    assert low <= -1000 <= high
    assert bracket(lambda x: x + 1000, 0.0, 1.0, low=-999.0) is None
    assert bracket(lambda x: x - 3, 0.0, 1.0, 0.0, 3.0) is not None  # the root is a bound
    assert bracket(lambda x: 1.0, 0.0, 1.0) is None
    assert bracket(lambda x: math.nan, 0.0, 1.0) is None


@given(st.lists(st.floats(-2, 2), min_size=3, max_size=3))
def test_several_roots_at_once(wanted: list[float]) -> None:
    target = np.array(wanted)
    mix = np.array([[2.0, 0.3, 0.1], [-0.2, 1.5, 0.4], [0.1, 0.2, 3.0]])

    def f(x: np.ndarray) -> np.ndarray:
        return mix @ (x - target) + 0.05 * (x**3 - target**3)

    found = find_roots(f, np.zeros(3), np.full(3, -9.0), np.full(3, 9.0))
    assert np.abs(found - target).max() < 1e-12
