"""Numbers as readers see them."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gigacampus.engines.policy import Verdict
from gigacampus.faces import numbers
from gigacampus.faces.cli import running
from gigacampus.faces.numbers import MINUS, THIN
from gigacampus.faces.report import glance
from gigacampus.runs.kpi import Value


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.0, "0"),
        (9.996, "10.0"),
        (-1234.0, f"{MINUS}1,230"),
        (1e7, "1.00 × 10⁷"),
        (3.14e-5, "3.14 × 10⁻⁵"),
        (0.5, "0.500"),
    ],
)
def test_three_significant_digits(value: float, text: str) -> None:
    assert numbers.significant(value) == text


def test_no_number_is_not_shown_as_one() -> None:
    assert numbers.significant(math.nan) == "–"
    assert numbers.shown(None, "USD") == ("–", "")


@pytest.mark.parametrize(
    ("share", "text"), [(1.0, "100"), (0.9991, "99.9"), (0.0, "0"), (0.0042, "0.4"), (-0.6, f"{MINUS}60")]
)
def test_a_part_is_not_shown_as_the_whole(share: float, text: str) -> None:
    assert numbers.percent(share) == text


def test_a_unit_stands_behind_a_thin_space_and_money_has_its_own_form() -> None:
    assert numbers.quantity(15.2e6, "MWh") == f"15.2{THIN}TWh"
    assert numbers.money(27.3e9) == f"$27.3{THIN}bn"
    assert numbers.money(-1500.0) == f"{MINUS}$1,500"


@pytest.mark.parametrize(
    ("dollars", "text"),
    [
        (27.294e9, "273億ドル"),
        (1.16e9, "11.6億ドル"),
        (72.1e9, "721億ドル"),
        (1.2e12, "1.20兆ドル"),
        (5e6, "500万ドル"),
        (42.0, "42.0ドル"),
    ],
)
def test_japanese_money_counts_in_oku(dollars: float, text: str) -> None:
    assert numbers.money_ja(dollars) == text


@given(st.lists(st.floats(0, 1e6), min_size=1, max_size=12), st.integers(0, 2))
def test_parts_add_up_as_they_are_shown(parts: list[float], decimals: int) -> None:
    shown = [float(text.replace(",", "")) for text in numbers.together(parts, decimals)]
    assert math.isclose(sum(shown), round(sum(parts), decimals), abs_tol=1.001 * 10.0**-decimals)
    assert all(abs(a - b) < 1.001 * 10.0**-decimals for a, b in zip(shown, parts, strict=True))


@given(st.floats(1e-3, 1e8))
def test_three_digits_are_right_to_half_of_the_last(value: float) -> None:
    text = numbers.significant(value).replace(",", "")
    if "×" in text:
        mantissa, power = text.split(" × 10")
        text = f"{mantissa}e{power.translate(str.maketrans('⁻⁰¹²³⁴⁵⁶⁷⁸⁹', '-0123456789'))}"
    assert float(text) == pytest.approx(value, rel=0.0051)


@pytest.mark.parametrize(
    ("value", "bound", "unit", "texts"),
    [
        (0.0327, 0.03, "fraction", ("3.27 %", "3 %")),
        (0.9163, 0.92, "fraction", ("91.6 %", "92 %")),
        (0.91996, 0.92, "fraction", ("91.996 %", "92 %")),
        (0.9163, 0.914, "fraction", ("92 %", "91.4 %")),
        (1.0949, 1.09, "1", ("1.095", "1.09")),
        (1.09, 1.1, "1", ("1.09", "1.10")),
        (0.92, 0.92, "fraction", ("92 %", "92 %")),
        (2.7321e10, 2.7312e10, "USD", ("27.32 bn USD", "27.312 bn USD")),
        (None, 1.1, "1", ("–", "1.10")),
    ],
)
def test_a_verdict_has_the_digits_that_part_value_from_bound(
    value: float | None, bound: float, unit: str, texts: tuple[str, str]
) -> None:
    verdict = Verdict("a.kpi", "at_most", bound, value, unit, "pass", None, "")
    assert running.promise_line(verdict) == f"a.kpi at most {texts[1]}: {texts[0]}, pass"


def test_the_report_s_head_parts_them_too() -> None:
    said = glance.rule_value(Verdict("facility.voltage_change", "at_most", 0.03, 0.0327, "fraction", "fail", -0.1, ""))
    assert said.en == f"3.27{THIN}%"
    cover = Verdict("finance.dscr_min", "at_least", 1.3, 1.2987, "1", "fail", -0.1, "")
    assert (glance.rule_value(cover).en, glance.limit_value(cover.kpi, 1.3, "1").en) == ("1.299 times", "1.30 times")
    money = Verdict("finance.debt_peak", "at_most", 2e9, 2.0004e9, "USD", "fail", -0.1, "")
    assert glance.rule_value(money).en == f"$2.0004{THIN}bn"


def test_a_rate_of_return_has_a_decimal() -> None:
    assert running.shown(Value(0.1184, "fraction"), "finance.irr.fund") == ("11.8", "%")
    assert running.shown(Value(0.1184, "fraction"), "facility.erf") == ("12", "%")
