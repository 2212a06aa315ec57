"""What is varied in a deal, by how much, and the figures that it moves, in words of both languages."""

from __future__ import annotations

import re

from gigacampus.campus.spec.deal.study import CHANGE, Written
from gigacampus.faces import numbers
from gigacampus.faces.figures.base import Mark, Run, Text
from gigacampus.faces.figures.concepts import party, titled
from gigacampus.faces.figures.money import dollars
from gigacampus.runs.kpi import slug

KEYS = {
    "rent": Text("Rent", "賃料"),
    "revenue": Text("Revenue", "収入"),
    "construction cost": Text("Construction cost", "建設費"),
    "delay": Text("Delay", "遅延"),
    "interest rate": Text("Interest rate", "金利"),
    "running costs": Text("Running costs", "運営費"),
    "energy cost": Text("Energy cost", "電力費"),
}
_FIELDS = {
    "rent": Text("rent", "賃料"),
    "commitment amount": Text("committed rent", "確約賃料"),
    "escalator": Text("escalator", "賃料上昇率"),
    "overrun": Text("cost overrun", "費用超過率"),
    "delay": Text("delay", "遅延"),
    "amount": Text("amount", "金額"),
    "coupon": Text("coupon", "利率"),
    "spread": Text("spread", "上乗せ金利"),
    "escrow_yield": Text("escrow yield", "エスクロー運用利回り"),
}
_FIGURES = {
    "dscr_min": Text("cover", "DSCR"),
    "dscr_avg": Text("average cover", "平均DSCR"),
    "llcr": Text("loan life cover", "LLCR"),
    "plcr": Text("project life cover", "PLCR"),
    "debt_peak": Text("peak debt", "債務のピーク"),
    "rent_total": Text("rent in all", "賃料総額"),
}
_FAMILIES = {
    "irr": Text("{}'s return", "{}のIRR"),
    "irr_owner": Text("{}'s return", "{}のIRR"),
    "moic": Text("{}'s multiple", "{}の投資倍率"),
    "npv": Text("{}'s net present value", "{}の正味現在価値"),
    "headroom": Text("{}'s headroom", "{}の余裕"),
    "unpaid": Text("{} unpaid", "{}の未返済額"),
}
_UNITS = {" months": "か月", " month": "か月", " years": "年", " year": "年"}


def subject(key: str) -> Text:
    """What a key is called, such as ``Notes escrow yield``."""
    if key in KEYS:
        return KEYS[key]
    _, _, rest = key.partition(".")
    name, _, field = rest.partition(".")
    if not field:
        return titled(name)
    words = field.replace(".", " ")
    what = _FIELDS.get(words, Text(words.replace("_", " ")))
    if name == "*":
        return what.capital
    return Text(f"{titled(name).en} {what.en}", f"{party(name).ja}の{what.of('ja')}")


def short(written: Written) -> Text:
    """A value or change as a label has it: ``−10 %``, ``+100 bp``, ``6 months``."""
    change = CHANGE.fullmatch(written) if isinstance(written, str) else None
    if change is None:
        return _spaced(str(written))
    if re.fullmatch(r"(?:plus|minus) +0*\.?0*[^\d.].*|x *1\.?0*", str(written).strip()):
        return Text("base", "基本")
    if change[1] is None:
        by = 100 * (float(change[2]) - 1)
        return Text(f"{'+' if by > 0 else ''}{numbers.sign(f'{by:.6g}')}{numbers.THIN}%")
    return Text("+" if change[1] == "plus" else numbers.MINUS) + _spaced(change[2])


def _spaced(text: str) -> Text:
    ja = next((text.removesuffix(unit) + word for unit, word in _UNITS.items() if text.endswith(unit)), text)
    return Text(text.strip().replace(" ", numbers.THIN), ja.strip().replace(" ", numbers.THIN))


def cause(key: str, written: Written) -> Text:
    """A change as the subject of a sentence: ``Rent 10 % lower``, ``A delay of 6 months``; in Japanese a condition."""
    who, text = subject(key), short(written)
    size = Text(text.en.lstrip("+" + numbers.MINUS), text.of("ja").lstrip("+" + numbers.MINUS))
    if key == "delay":
        return Text(f"A delay of {size.en}", f"{size.of('ja')}遅れると")
    if CHANGE.fullmatch(str(written)) is None:
        return Text(f"{who.en} at {text.en}", f"{who.of('ja')}が{text.of('ja')}なら")
    falls = text.en.startswith(numbers.MINUS)
    return Text(f"{who.en} {size.en} {'lower' if falls else 'higher'}",
                f"{who.of('ja')}が{size.of('ja')}{'下がると' if falls else '上がると'}")  # fmt: skip


def named(run: Run, figure: str) -> Text:
    """What a figure is called within a sentence: ``cover``, ``Blue Owl's return``."""
    family, _, member = figure.partition(".")
    if family not in _FAMILIES:
        return _FIGURES.get(figure, Text(figure.replace("_", " ").replace(".", ", ")))
    deal = run.deal
    names = {slug(name): name for name in (*deal.entities, *(name for _, name, _ in deal.contracts()))}
    who = party(names.get(member, member))
    return Text(_FAMILIES[family].en.format(who.en), _FAMILIES[family].ja.format(who.ja))


def shown(value: float | None, unit: str) -> Text:
    """A figure's value in text."""
    if value is None:
        return Text("no value", "値なし")
    if unit == "1":
        return Text(numbers.fixed(value, 2), f"{numbers.fixed(value, 2)}倍")
    if unit in ("fraction", "1/year"):
        return Text(f"{numbers.fixed(100 * value, 1)}{numbers.THIN}%")
    return dollars(value) if unit == "USD" else Text(numbers.quantity(value, unit), numbers.quantity_ja(value, unit))


def inside(text: Text) -> str:
    """A subject within an English sentence; ``SOFR`` keeps its capitals."""
    return text.en if text.en[:2].isupper() else text.en[:1].lower() + text.en[1:]


def levels_of(run: Run) -> list[tuple[float, Mark]]:
    """Levels of cover and what stands below each, from the lowest: 1, and the covenants' default and lock-up."""
    found = {1.0: Mark("short", "不足", sign="cross", tone="fail")}
    for tests in run.finance.covenants.values():
        if tests.default is not None:
            found[tests.default] = Mark("default", "債務不履行", sign="cross", tone="fail")
        if tests.lock_up is not None:
            found[tests.lock_up] = Mark("lock-up", "配当停止", sign="triangle", tone="miss")
    return sorted(found.items())


def deal_words(solved: bool) -> Text:
    """Whether the cases are of the deal as signed, or of one cut anew."""
    if solved:
        return Text("In each case the deal is cut anew.", "各ケースで契約を組み直す。")
    return Text("The deal is as signed: what was found for the base case stays.",
                "契約は締結時のまま。基本ケースで求めた値は変えない。")  # fmt: skip
