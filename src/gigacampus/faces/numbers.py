"""Numbers as readers see them: rounded once, here, and nowhere else."""

from __future__ import annotations

import math
from datetime import date

THIN = "\u202f"
MINUS = "\u2212"

_SCALES: dict[str, tuple[tuple[float, float, str], ...]] = {
    "USD": ((1e9, 1e9, "bn USD"), (1e6, 1e6, "m USD"), (0, 1, "USD")),
    "MWh": ((1e6, 1e6, "TWh"), (1e3, 1e3, "GWh"), (0, 1, "MWh")),
    "MW": ((1e3, 1e3, "GW"), (0, 1, "MW")),
    "t": ((1e6, 1e6, "Mt"), (1e3, 1e3, "kt"), (0, 1, "t")),
    "m3": ((1e6, 1e6, "million m³"), (0, 1, "m³")),
    "FLOP": ((0, 1, "FLOP"),),
}

_JAPANESE = {
    "bn USD": "10億ドル",
    "m USD": "100万ドル",
    "USD": "ドル",
    "USD/MWh": "ドル/MWh",
    "million m³": "百万m³",
    "times": "倍",
    "year": "年",
    "years": "年",
    "month": "か月",
    "h": "時間",
    "day": "日",
}

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def significant(value: float, digits: int = 3) -> str:
    """Round to significant digits, with thousands by comma and no exponent between 1e-4 and 1e7.

    >>> significant(1234.5), significant(0.17456), significant(27.294), significant(9.996)
    ('1,230', '0.175', '27.3', '10.0')
    """
    if value == 0 or not math.isfinite(value):
        return "0" if value == 0 else "–"
    rounded = float(f"{value:.{digits - 1}e}")
    magnitude = math.floor(math.log10(abs(rounded)))
    if magnitude >= 7 or magnitude < -4:
        return sign(f"{rounded / 10.0**magnitude:.{digits - 1}f} × 10{superscript(magnitude)}")
    return sign(f"{rounded:,.{max(digits - 1 - magnitude, 0)}f}")


def sign(text: str) -> str:
    """Set a leading hyphen as a minus."""
    return MINUS + text[1:] if text.startswith("-") else text


def superscript(power: int) -> str:
    """A power as raised digits."""
    return str(power).translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))


def power_of_ten(value: float, digits: int = 2) -> str:
    """A small number as a power of ten; zero is zero.

    >>> power_of_ten(3.14e-13), power_of_ten(0.0)
    ('3.1 × 10⁻¹³', '0')
    """
    if value == 0 or not math.isfinite(value):
        return "0" if value == 0 else "–"
    mantissa, _, power = f"{value:.{digits - 1}e}".partition("e")
    return sign(f"{mantissa} × 10{superscript(int(power))}")


def fixed(value: float, decimals: int) -> str:
    """Round to decimals, with thousands by comma; what rounds to zero has no sign.

    >>> fixed(-1234.567, 1), fixed(-0.001, 2)
    ('−1,234.6', '0.00')
    """
    text = f"{value:,.{decimals}f}"
    return sign(text if any(digit in text for digit in "123456789") else text.lstrip("-"))


def decimals(top: float, digits: int = 4) -> int:
    """Decimals with which values up to `top` show at most so many digits, two at most.

    >>> decimals(16.1), decimals(625.6), decimals(12345.0)
    (2, 1, 0)
    """
    whole = math.floor(math.log10(top)) + 1 if top >= 1 else 1
    return min(max(digits - whole, 0), 2)


def percent(share: float) -> str:
    """A share in per cent: whole, with one decimal under 1. No part is shown as the whole, or as nothing.

    >>> percent(0.243), percent(0.0042), percent(0.9991)
    ('24', '0.4', '99.9')
    """
    value = 100 * share
    if 99.5 <= value < 99.95 or 0.05 <= abs(value) < 1:
        return sign(f"{value:.1f}")
    return fixed(value, 0)


def share(part: float) -> str:
    """A share in per cent, with its sign.

    >>> share(0.243) == "24" + THIN + "%"
    True
    """
    return f"{percent(part)}{THIN}%"


def together(parts: list[float], decimals: int) -> list[str]:
    """Parts as they are shown beside their sum: rounded so that they add up to it (largest remainder).

    >>> together([1 / 3, 1 / 3, 1 / 3], 2)
    ['0.34', '0.33', '0.33']
    """
    scale = 10**decimals
    floors = [math.floor(part * scale) for part in parts]
    missing = round(sum(parts) * scale) - sum(floors)
    order = sorted(range(len(parts)), key=lambda i: floors[i] - parts[i] * scale)
    for index in order[:missing]:
        floors[index] += 1
    return [fixed(whole / scale, decimals) for whole in floors]


def shown(value: float | None, unit: str, ratio: bool = False, digits: int = 0) -> tuple[str, str]:
    """A value and its unit as two texts, such as ``("27.3", "bn USD")``; to so many significant digits if said."""
    if value is None:
        return "–", ""
    if unit == "fraction":
        return significant(100 * value, digits) if digits else percent(value), "%"
    if unit == "1":
        return fixed(value, 2) if ratio and not digits else significant(value, digits or 3), ""
    for above, factor, name in _SCALES.get(unit, ((0.0, 1.0, unit),)):
        if abs(value) >= above:
            return significant(value / factor, digits or 3), name
    raise AssertionError(unit)


def apart(value: float, bound: float, unit: str) -> int:
    """Significant digits at which a value and its bound look different; 0 where they do as they are shown, or never.

    >>> apart(0.0327, 0.03, "fraction"), apart(0.9163, 0.92, "fraction"), apart(1.09, 1.1, "1"), apart(0.03, 0.03, "1")
    (3, 3, 0, 0)
    """
    if shown(value, unit, True) != shown(bound, unit, True):
        return 0
    looks = (n for n in range(3, 13) if shown(value, unit, True, n) != shown(bound, unit, True, n))
    return next(looks, 0) if value != bound else 0


def limit(bound: float, unit: str) -> tuple[str, str]:
    """A bound as it is shown, or with its own digits where it has more.

    >>> limit(1.1, "1"), limit(0.914, "fraction"), limit(0.03, "fraction")
    (('1.10', ''), ('91.4', '%'), ('3', '%'))
    """
    usual, own = shown(bound, unit, True), published(bound, unit)
    return max(usual, own, key=lambda text: sum(map(str.isdigit, text[0])))


def published(value: float, unit: str) -> tuple[str, str]:
    """An input as it was given, with its own digits: up to seven of them, and its unit.

    >>> published(0.06581, "fraction"), published(27.3e9, "USD"), published(2064.0, "MW")
    (('6.581', '%'), ('27.3', 'bn USD'), ('2,064', 'MW'))
    """
    factor, name = {"fraction": (0.01, "%"), "fraction/year": (0.01, "%/year"), "1": (1.0, "")}.get(unit, (1.0, unit))
    if unit == "USD":
        factor, name = next((f, n) for above, f, n in _SCALES["USD"] if abs(value) >= above)
    number = float(f"{value / factor:.7g}")
    if number != 0 and not 1e-4 <= abs(number) < 1e9:
        return power_of_ten(number, 4), name
    return sign(f"{number:,.10f}".rstrip("0").rstrip(".")), name


def scale(top: float, unit: str) -> tuple[float, str]:
    """The factor and the name of the unit in which a figure shows values up to `top`.

    >>> scale(11.1e6, "MWh"), scale(9e4, "MWh")
    ((1000000.0, 'TWh'), (1000.0, 'GWh'))
    """
    return next((factor, name) for above, factor, name in _SCALES[unit] if abs(top) >= above)


def unit_ja(unit: str) -> str:
    """A unit as Japanese tables write it.

    >>> unit_ja("bn USD"), unit_ja("TWh")
    ('10億ドル', 'TWh')
    """
    return _JAPANESE.get(unit, unit)


def quantity(value: float | None, unit: str, ratio: bool = False, digits: int = 0) -> str:
    """A value with its unit behind a thin space.

    >>> quantity(15.2e6, "MWh") == "15.2" + THIN + "TWh"
    True
    """
    number, name = shown(value, unit, ratio, digits)
    return f"{number}{THIN}{name}" if name else number


def quantity_ja(value: float | None, unit: str, ratio: bool = False, digits: int = 0) -> str:
    """The same in Japanese text.

    >>> quantity_ja(27.3e9, "USD"), quantity_ja(5.29e6, "t")
    ('273億ドル', '529万t')
    """
    if unit == "USD" and value is not None:
        return money_ja(value, digits or 3)
    if unit == "t" and value is not None and abs(value) >= 1e4:
        return f"{significant(value / 1e4, digits or 3)}万t"
    number, name = shown(value, unit, ratio, digits)
    if name == "million m³" and value is not None:
        return f"{significant(value / 1e4, digits or 3)}万m³"
    return f"{number}{THIN}{unit_ja(name)}" if name else number


def money(value: float, digits: int = 3) -> str:
    """Dollars in English text.

    >>> money(27.294e9) == "$27.3" + THIN + "bn", money(-4.2e6) == "−$4.20" + THIN + "m"
    (True, True)
    """
    front = MINUS if value < 0 else ""
    for factor, name in ((1e9, "bn"), (1e6, "m")):
        if abs(value) >= factor * (1 - 0.5 * 10.0**-digits):
            return f"{front}${significant(abs(value) / factor, digits)}{THIN}{name}"
    return f"{front}${significant(abs(value), digits)}"


def money_ja(value: float, digits: int = 3) -> str:
    """Dollars in Japanese text.

    >>> money_ja(27.294e9), money_ja(1.16e9), money_ja(5e6), money_ja(1.2e12)
    ('273億ドル', '11.6億ドル', '500万ドル', '1.20兆ドル')
    """
    for factor, name in ((1e12, "兆"), (1e8, "億"), (1e4, "万")):
        if abs(value) >= factor * (1 - 0.5 * 10.0**-digits):
            return f"{significant(value / factor, digits)}{name}ドル"
    return f"{significant(value, digits)}ドル"


def month(day: date) -> str:
    """A month in English.

    >>> month(date(2049, 5, 30))
    'May 2049'
    """
    return f"{MONTHS[day.month - 1]} {day.year}"


def month_ja(day: date) -> str:
    """A month in Japanese.

    >>> month_ja(date(2049, 5, 30))
    '2049年5月'
    """
    return f"{day.year}年{day.month}月"


_WORDS = [
    "no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven",
    "twelve", "thirteen", "fourteen", "fifteen",
    "sixteen", "seventeen", "eighteen", "nineteen", "twenty",
]  # fmt: skip


def word(number: int) -> str:
    """A small count as a word.

    >>> word(3), word(21)
    ('three', '21')
    """
    return _WORDS[number] if 0 <= number < len(_WORDS) else f"{number:,}"
