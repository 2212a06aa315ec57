"""Quantities: read with their unit, written so that they read back, every factor held against pint."""

from __future__ import annotations

import pint
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gigacampus.quantities import ACCEPTED, format_quantity, parse_quantity

PINT = {
    "°C": "degC", "C": "degC", "°": "degree", "deg": "degree", "%": "percent", "%/year": "percent/year", "bp": "1e-4",
    "years": "year", "months": "year/12", "month": "year/12", "m": "meter", "MMBtu/MWh": "1e6*Btu_it/MWh",
}  # fmt: skip
WORDS = {
    "MMBtu": "(1e6*Btu_it)", "kgal": "(1e3*gallon)", "ct/": "0.01*USD/", "m3": "m**3", "m2": "m**2", "acres": "acre",
    "kW-year": "(kW*year)", "MW-year": "(MW*year)", "kW-month": "(kW*year/12)", "gal/": "gallon/",
    "TFLOP": "1e12*FLOP", "PFLOP": "1e15*FLOP",
}  # fmt: skip


def _in_pint(spelling: str) -> str:
    if spelling in PINT:
        return PINT[spelling]
    text = spelling.replace("bn USD", "1e9*USD").replace("m USD", "1e6*USD").replace("k USD", "1e3*USD")
    for ours, theirs in WORDS.items():
        text = text.replace(ours, theirs)
    return (
        "metric_ton".join(text.split("t"))
        if text in {"t"}
        else text.replace("t/M", "metric_ton/M").replace("/t", "/metric_ton")
    )


@pytest.fixture(scope="module")
def units() -> pint.UnitRegistry:
    registry = pint.UnitRegistry(autoconvert_offset_to_baseunit=True)
    for line in ("USD = [money]", "FLOP = [operation]", "GB = 1e9*byte", "fraction = []", "TB = 1e12*byte"):
        registry.define(line)
    registry.define("kt = 1e3*metric_ton")
    registry.define("Mt = 1e6*metric_ton")
    return registry


@pytest.mark.parametrize(
    ("unit", "spelling"), [(u, s) for u, spellings in ACCEPTED.items() for s in spellings if u not in {"degC"}]
)
def test_every_factor_agrees_with_pint(units: pint.UnitRegistry, unit: str, spelling: str) -> None:
    names = {"year": "year", "month": "year/12", "fraction": "fraction", "fraction/year": "fraction/year"}
    target = names.get(unit) or _in_pint(unit)
    expected = (
        units.Quantity(_in_pint(spelling)).to(units.Quantity(target)).magnitude / units.Quantity(target).magnitude
    )
    assert parse_quantity(f"1 {spelling}", unit) == pytest.approx(
        expected, rel=1e-5 if spelling == "acres" else 1e-9
    )  # the US survey acre


@pytest.mark.parametrize("unit", sorted(ACCEPTED))
def test_the_unit_that_an_error_proposes_is_the_field_s_own(unit: str) -> None:
    with pytest.raises(ValueError, match="the unit is missing") as caught:
        parse_quantity("7", unit)
    written = str(caught.value).split("'")[1]
    assert parse_quantity(written, unit) == pytest.approx(0.07 if unit.startswith("fraction") else 7.0, rel=1e-15)


@given(st.floats(min_value=-1e12, max_value=1e12, allow_nan=False), st.sampled_from(sorted(ACCEPTED)))
def test_what_is_written_reads_back(value: float, unit: str) -> None:
    assert parse_quantity(format_quantity(value, unit), unit) == pytest.approx(value, rel=1e-15, abs=1e-300)


@pytest.mark.parametrize(
    ("text", "value"), [("5 GW", 5000.0), ("1,500 MW", 1500.0), ("2e3 kW", 2.0), (" .5  GW ", 500.0)]
)
def test_spellings(text: str, value: float) -> None:
    assert parse_quantity(text, "MW") == value


@pytest.mark.parametrize("text", ["GW", "5", "5 gw", "5 GW h", "1,50 MW", "--5 MW", "", "nan MW", "0x10 MW", "５ MW"])
def test_what_is_no_quantity(text: str) -> None:
    with pytest.raises(ValueError, match=r"unit|number"):
        parse_quantity(text, "MW")
