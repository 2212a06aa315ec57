"""Quantities: in YAML a number is written with its unit, in Python it is a float in the unit that its type names.

`power: MW` reads ``"5 GW"`` as 5000.0. A spelling that is not in `ACCEPTED` is an error that lists those that are.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Annotated, Any

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

from gigacampus.errors import shorten

_POWER = {"MW": 1.0, "kW": 1e-3, "GW": 1e3, "W": 1e-6}
_ENERGY = {"MWh": 1.0, "kWh": 1e-3, "GWh": 1e3, "TWh": 1e6}
_MONEY = {"USD": 1.0, "k USD": 1e3, "m USD": 1e6, "bn USD": 1e9}

# The first spelling of each is the unit itself (of a fraction, the per cent that readers write): errors propose it.
ACCEPTED: Mapping[str, Mapping[str, float]] = {
    "MW": _POWER,
    "kW": {"kW": 1.0, "MW": 1e3, "GW": 1e6, "W": 1e-3},
    "MWh": _ENERGY,
    "MVA": {"MVA": 1.0, "GVA": 1e3},
    "J": {"J": 1.0, "kJ": 1e3, "MJ": 1e6},
    "W/s": {"W/s": 1.0, "kW/s": 1e3},
    "USD": _MONEY,
    "fraction": {"%": 0.01, "bp": 1e-4},
    "fraction/year": {"%/year": 0.01},
    "1/year": {"1/year": 1.0},
    "year": {"years": 1.0, "year": 1.0, "months": 1 / 12, "month": 1 / 12},
    "month": {"months": 1.0, "month": 1.0, "years": 12.0, "year": 12.0},
    "day": {"days": 1.0, "day": 1.0},
    "h": {"h": 1.0, "hours": 1.0, "hour": 1.0, "days": 24.0, "min": 1 / 60, "s": 1 / 3600},
    "s": {"s": 1.0, "min": 60.0, "h": 3600.0},
    "Hz": {"Hz": 1.0},
    "degC": {"C": 1.0, "°C": 1.0, "degC": 1.0},
    "K": {"K": 1.0},
    "deg": {"deg": 1.0, "°": 1.0},
    "m": {"m": 1.0, "km": 1000.0},
    "m/s": {"m/s": 1.0},
    "m2": {"m2": 1.0, "acres": 4046.8564224},
    "m3": {"m3": 1.0, "L": 1e-3, "ML": 1e3, "Mgal": 3785.411784},
    "Pa": {"Pa": 1.0, "kPa": 1e3, "MPa": 1e6},
    "t": {"t": 1.0, "kg": 1e-3, "kt": 1e3, "Mt": 1e6},
    "kg": {"kg": 1.0, "t": 1e3},
    "L/kWh": {"L/kWh": 1.0, "m3/MWh": 1.0, "gal/MWh": 3.785411784e-3},
    "kg/MWh": {"kg/MWh": 1.0, "g/kWh": 1.0, "t/MWh": 1e3, "lb/MWh": 0.45359237},
    "kg/kWh": {"kg/kWh": 1.0},
    "kg/kW": {"kg/kW": 1.0, "t/MW": 1.0},
    "kg/MMBtu": {"kg/MMBtu": 1.0},
    "MMBtu/MWh": {"MMBtu/MWh": 1.0},
    "USD/MMBtu": {"USD/MMBtu": 1.0},
    "USD/MWh": {"USD/MWh": 1.0, "USD/kWh": 1e3, "ct/kWh": 10.0},
    "USD/kW": {"USD/kW": 1.0, "USD/MW": 1e-3, "m USD/MW": 1e3},
    "USD/kWh": {"USD/kWh": 1.0},
    "USD/kW-year": {"USD/kW-year": 1.0, "USD/MW-year": 1e-3},
    "USD/kW-month": {"USD/kW-month": 1.0},
    "kWh/m3": {"kWh/m3": 1.0},
    "mg/L": {"mg/L": 1.0},
    "uS/cm": {"uS/cm": 1.0, "µS/cm": 1.0},
    "USD/m3": {"USD/m3": 1.0, "USD/kgal": 1 / 3.785411784},
    "USD/t": {"USD/t": 1.0},
    "USD/kg": {"USD/kg": 1.0},
    "USD/h": {"USD/h": 1.0, "ct/h": 0.01},
    "TFLOP/s": {"TFLOP/s": 1.0, "PFLOP/s": 1e3},
    "GB": {"GB": 1.0, "TB": 1e3},
    "TB/s": {"TB/s": 1.0, "GB/s": 1e-3},
}

_NUMBER = r"[-+]?(?:[0-9]{1,3}(?:,[0-9]{3})+|[0-9]+)?(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?"
_QUANTITY = re.compile(rf"\s*({_NUMBER})\s*(.*?)\s*", re.DOTALL)


def parse_quantity(text: str, unit: str) -> float:
    """Read ``"5 GW"`` as a float in `unit`; ValueError says what would be right."""
    match = _QUANTITY.fullmatch(text[:200])
    number, spelling = match.groups() if match else ("", text)
    factors = ACCEPTED[unit]
    example = next(iter(factors))
    if len(number) > 40:
        raise ValueError("the number has over 40 digits")
    if not re.search(r"\d", number):
        raise ValueError(f"a number with a unit is needed, such as '10 {example}'")
    if not spelling:
        raise ValueError(f"the unit is missing; write '{number} {example}'")
    if spelling not in factors:
        raise ValueError(f"{shorten(spelling, 24)} is not a unit here; use one of {', '.join(factors)}")
    value = float(Decimal(number.replace(",", "")) * Decimal(repr(factors[spelling])))  # 6.581 % is 0.06581, to the bit
    if abs(value) > 1e300:
        raise ValueError("the number is too large")
    return value


def format_quantity(value: float, unit: str) -> str:
    """Write a float in `unit` as YAML would have it; `parse_quantity` reads the same float back."""
    spelling, factor = next(iter(ACCEPTED[unit].items()))
    scaled = value / factor
    text = (
        repr(round(scaled, 12)) if parse_quantity(f"{round(scaled, 12)!r} {spelling}", unit) == value else repr(scaled)
    )
    return f"{text.removesuffix('.0')} {spelling}"


def rounding(text: str, unit: str = "") -> float:
    """Half a unit of the last digit of a figure as printed, in `unit`, or, without one, in its own.

    >>> rounding("12.31 bn USD", "USD"), rounding("12.31 bn USD"), rounding("3.8e25 FLOP") == 0.05e25
    (5000000.0, 0.005, True)
    """
    match = _QUANTITY.fullmatch(text)
    number, spelling = match.groups() if match else (text, "")
    exponent = Decimal(number.replace(",", "")).as_tuple().exponent
    assert isinstance(exponent, int)
    return float(Decimal(5).scaleb(exponent - 1) * Decimal(repr(ACCEPTED[unit][spelling] if unit else 1.0)))


@dataclass(frozen=True)
class Quantity:
    """Metadata of an annotated float: its unit and its bounds, in that unit."""

    unit: str
    at_least: float | None = 0.0
    at_most: float | None = None
    above: float | None = None

    def _read(self, value: Any, info: core_schema.ValidationInfo) -> float:
        if isinstance(value, str):
            try:
                number = parse_quantity(value, self.unit)
            except ValueError as error:
                raise PydanticCustomError("quantity", "{reason}", {"reason": str(error)}) from None
        elif isinstance(value, bool) or not isinstance(value, (int, float)):
            raise PydanticCustomError(
                "quantity", "a number with a unit is needed, such as '10 {unit}'", self._example()
            )
        elif info.context and info.context.get("written"):
            raise PydanticCustomError(
                "quantity", "the unit is missing; write '{number} {unit}'", {"number": repr(value), **self._example()}
            )
        else:
            number = float(value)
        return self._bounded(number)

    def _example(self) -> dict[str, Any]:
        return {"unit": next(iter(ACCEPTED[self.unit]))}

    def _bounded(self, number: float) -> float:
        checks: tuple[tuple[float | None, Callable[[float], bool], str], ...] = (
            (self.above, lambda bound: number > bound, "above"),
            (self.at_least, lambda bound: number >= bound, "at least"),
            (self.at_most, lambda bound: number <= bound, "at most"),
        )
        if not abs(number) < float("inf"):
            raise PydanticCustomError("quantity", "must be a finite number")
        for bound, holds, word in checks:
            if bound is not None and not holds(bound):
                limit = format_quantity(bound, self.unit)
                raise PydanticCustomError("quantity", "must be {word} {limit}", {"word": word, "limit": limit})
        return number

    def _within(self, at_least: float | None, at_most: float | None, above: float | None) -> Quantity:
        """The same within a field's own bounds too."""
        return Quantity(
            self.unit,
            at_least=max((b for b in (self.at_least, at_least) if b is not None), default=None),
            at_most=min((b for b in (self.at_most, at_most) if b is not None), default=None),
            above=max((b for b in (self.above, above) if b is not None), default=None),
        )

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        field: dict[str, Any] = dict(handler(source))
        return core_schema.with_info_plain_validator_function(
            self._within(field.get("ge"), field.get("le"), field.get("gt"))._read,
            serialization=core_schema.plain_serializer_function_ser_schema(
                lambda value: format_quantity(value, self.unit), when_used="json-unless-none"
            ),
        )

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        units = "|".join(re.escape(unit) for unit in ACCEPTED[self.unit])
        return {
            "type": "string",
            "pattern": rf"^\s*{_NUMBER}\s*({units})\s*$",
            "examples": [format_quantity(1.0, self.unit)],
            "x-unit": self.unit,
        }


def _read_date(value: Any) -> date:
    if isinstance(value, date):
        return value
    if isinstance(value, str) and re.fullmatch(r"\d{4}-\d{2}-\d{2}", value):
        try:
            return date.fromisoformat(value)
        except ValueError as error:
            raise PydanticCustomError("date", "no such day: {reason}", {"reason": str(error)}) from None
    raise PydanticCustomError("date", "a date is needed, written as 2029-05-30")


class _Date:
    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_plain_validator_function(
            _read_date,
            serialization=core_schema.plain_serializer_function_ser_schema(
                date.isoformat, when_used="json-unless-none"
            ),
        )

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        return {"type": "string", "pattern": r"^\d{4}-\d{2}-\d{2}$", "examples": ["2029-05-30"]}


Date = Annotated[date, _Date()]

MW = Annotated[float, Quantity("MW")]
MWh = Annotated[float, Quantity("MWh")]
kW = Annotated[float, Quantity("kW")]
MVA = Annotated[float, Quantity("MVA", above=0.0)]
Joule = Annotated[float, Quantity("J")]
WattPerSecond = Annotated[float, Quantity("W/s")]
USD = Annotated[float, Quantity("USD")]
Share = Annotated[float, Quantity("fraction", at_most=1.0)]
Rate = Annotated[float, Quantity("fraction", at_least=-1.0, at_most=10.0)]
RatePerYear = Annotated[float, Quantity("fraction/year", at_least=-1.0, at_most=10.0)]
PerYear = Annotated[float, Quantity("1/year")]
Years = Annotated[float, Quantity("year", above=0.0, at_most=100.0)]
Days = Annotated[float, Quantity("day")]
Hours = Annotated[float, Quantity("h")]
Seconds = Annotated[float, Quantity("s")]
Hertz = Annotated[float, Quantity("Hz", above=0.0)]
DegC = Annotated[float, Quantity("degC", at_least=-90.0, at_most=100.0)]
Kelvin = Annotated[float, Quantity("K")]
Latitude = Annotated[float, Quantity("deg", at_least=-90.0, at_most=90.0)]
Longitude = Annotated[float, Quantity("deg", at_least=-180.0, at_most=180.0)]
Angle = Annotated[float, Quantity("deg", at_least=0.0, at_most=360.0)]
Metre = Annotated[float, Quantity("m", at_least=-430.0, at_most=9000.0)]
MetrePerSecond = Annotated[float, Quantity("m/s")]
M3 = Annotated[float, Quantity("m3")]
Pascal = Annotated[float, Quantity("Pa")]
Kg = Annotated[float, Quantity("kg")]
LitrePerKWh = Annotated[float, Quantity("L/kWh")]
KgPerMWh = Annotated[float, Quantity("kg/MWh")]
KgPerKW = Annotated[float, Quantity("kg/kW")]
KgPerMMBtu = Annotated[float, Quantity("kg/MMBtu")]
HeatRate = Annotated[float, Quantity("MMBtu/MWh")]
USDPerMMBtu = Annotated[float, Quantity("USD/MMBtu")]
USDPerMWh = Annotated[float, Quantity("USD/MWh", at_least=None)]
USDPerKW = Annotated[float, Quantity("USD/kW")]
USDPerKWh = Annotated[float, Quantity("USD/kWh")]
USDPerKWYear = Annotated[float, Quantity("USD/kW-year")]
USDPerKWMonth = Annotated[float, Quantity("USD/kW-month")]
USDPerM3 = Annotated[float, Quantity("USD/m3")]
TFLOPs = Annotated[float, Quantity("TFLOP/s")]


def ratio(part: float, whole: float) -> float | None:
    """A part over the whole; None where there is no whole.

    >>> ratio(120.0, 100.0), ratio(1.0, 0.0)
    (1.2, None)
    """
    return float(part / whole) if whole > 0 else None
