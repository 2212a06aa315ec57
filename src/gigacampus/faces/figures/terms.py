"""The term sheet: each loan of a deal with its amount, rate, dates, repayment, holders, and what limits its size."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from typing import TYPE_CHECKING, Any

import numpy as np

from gigacampus.campus.spec.deal import MONTHS
from gigacampus.faces import numbers
from gigacampus.faces.figures.base import Cell, Column, Figure, Finding, Table, Text, figure
from gigacampus.faces.figures.concepts import party, titled
from gigacampus.faces.figures.facts import calendar
from gigacampus.faces.figures.text import EMPTY
from gigacampus.runs.kpi import slug

if TYPE_CHECKING:
    from gigacampus.runs.pipeline import Run

EVERY = {
    "monthly": Text("monthly", "毎月"),
    "quarterly": Text("quarterly", "四半期ごと"),
    "half-yearly": Text("half-yearly", "半年ごと"),
    "yearly": Text("yearly", "毎年"),
}
REPAID = {
    "level": Text("level payments", "元利均等"),
    "growing": Text("payments that grow by {growth} a year", "元利払いは年{growth}逓増"),
    "sculpted": Text("sculpted to a cover of {dscr}", "DSCR{dscr}倍に合わせた返済"),
    "bullet": Text("all at the end", "満期一括"),
    "balloon": Text("level to a rest of {balloon} at the end", "元利均等、満期に{balloon}を一括"),
    "growing balloon": Text(
        "payments that grow by {growth} a year, and a rest of {balloon} at the end",
        "元利払いは年{growth}逓増、満期に{balloon}を一括",
    ),
    "list": Text("listed shares of principal", "個別の元本返済額"),
}
_IN_WORDS = ("growth", "dscr", "balloon")
"""Numbers of a plan that its words have."""
_SHAPED = Text("sculpted: the same cover on each payment", "各回のDSCRが等しい返済")
LIMITS = {
    "dscr": Text("cover of each payment", "各回のDSCR"),
    "llcr": Text("cover over the loan's life", "LLCR"),
    "ltv": Text("loan to value", "LTV"),
    "cost": Text("share of the cost", "費用に対する比率"),
}


@figure("term_sheet")
def term_sheet(run: Run) -> Figure | None:
    """Terms of each loan, one in a column."""
    if run.campus.deal is None or not run.finance.loans:
        return None
    loans = run.deal.loans
    rows = [(label, *(said(run, name) for name in loans)) for label, said in _TERMS]
    limited = {name: sizes(run, name) for name in loans}
    rows += [(text, *(_limit(limited[name], key) for name in loans)) for key, text in _limits(limited)]
    return Figure(
        id="term_sheet",
        title=_finding(run, limited),
        subtitle=Text("Terms of each loan as computed; what was found is shown as found", "各借入の条件。求めた値はその値で示す"),
        table=Table(
            (Column(Text("Term", "条件")), *(Column(titled(name)) for name in loans)),
            tuple(row for row in rows if any(row[1:])),
        ),
        aria=Text("Table of the terms of each loan.", "各借入の条件の表"),
        stages=("finance",),
        rows=tuple(
            f"{slug(name)}.{what}" for name in loans for what in ("draw", "balance", "rate", "wal", "reserve", "size")
        ),
    )  # fmt: skip


def undrawn(run: Run, name: str) -> float:
    """What a loan promises and nobody draws [USD]."""
    rows = run.finance.row(f"{slug(name)}.drawn")
    return max(0.0, float(run.finance.rows[f"loans.{slug(name)}.amount"]) - float(rows.max()))


def sizes(run: Run, name: str) -> dict[str, float]:
    """The largest loan that each limit of a sized loan allows, by limit [USD]."""
    rows = {key: f"{slug(name)}.limit_{key}" for key in LIMITS}
    return {key: float(run.finance.rows[row]) for key, row in rows.items() if row in run.finance.rows}


def _limits(limited: dict[str, dict[str, float]]) -> Iterator[tuple[str, Text]]:
    for key, text in LIMITS.items():
        if any(key in found for found in limited.values()):
            yield key, Text(f"Largest by {text.en}", f"上限：{text.ja}")


def _limit(found: dict[str, float], key: str) -> Cell:
    if key not in found:
        return ""
    amount = _amount(found[key])
    binds = found[key] <= min(found.values()) * (1 + 1e-9)
    return Text(f"{amount.en}, binds", f"{amount.ja}(制約)") if binds else amount


def _amount(value: float) -> Text:
    return Text(numbers.money(value, 4), numbers.money_ja(value, 4))


def _per_cent(value: float) -> str:
    return f"{numbers.published(value, 'fraction')[0]}{numbers.THIN}%"


def _value(run: Run, name: str, field: str) -> float:
    """A number of a loan: as found where it is unknown."""
    return float(np.max(run.finance.rows[f"loans.{slug(name)}.{field}"]))


def _drawn(run: Run, name: str) -> Text:
    total, left = float(run.finance.row(f"{slug(name)}.drawn").max()), undrawn(run, name)
    text = _amount(total)
    if left <= 1e-6 * total:
        return text
    more = _amount(left)
    return Text(f"{text.en}; {more.en} is never drawn", f"{text.ja}(未実行{more.ja})")


def _rate(run: Run, name: str) -> Text:
    loan = run.deal.loans[name]
    if loan.benchmark is None:
        base = _per_cent(_value(run, name, "coupon"))
    else:
        base = f"{loan.benchmark} + {_per_cent(_value(run, name, 'spread'))}"
        if loan.floor is not None:
            base = f"{base}; {loan.benchmark} ≥ {_per_cent(_value(run, name, 'floor'))}"
    steps = [f"+{_per_cent(step.rate)}" for step in loan.step_ups]
    days = [step.start.isoformat() for step in loan.step_ups]
    pairs = list(zip(steps, days, strict=True))
    return Text("; ".join([base, *(f"{step} from {day}" for step, day in pairs)]),
                "、".join([base, *(f"{day}から{step}" for step, day in pairs)]))  # fmt: skip


def _day(field: str) -> Callable[[Any, str], str]:
    return lambda run, name: calendar(run)[f"{name}.{field}"].isoformat()


def _first(run: Run, name: str) -> str:
    at = np.flatnonzero(run.finance.loans[name].repays)
    return str(run.finance.loans[name].dates[at[0]]) if len(at) else ""


def _repaid(run: Run, name: str) -> Text:
    loan = run.deal.loans[name]
    sized = loan.sizing is not None and loan.amortisation.kind == "sculpted"
    grows = loan.amortisation.kind == "balloon" and loan.amortisation.growth
    text = _SHAPED if sized else REPAID["growing balloon" if grows else loan.amortisation.kind]
    needed = {field: _value(run, name, f"amortisation.{field}") for field in _IN_WORDS if f"{{{field}}}" in text.en}
    needed_text = {field: f"{x:.2f}" if field == "dscr" else _per_cent(x) for field, x in needed.items()}
    return Text(text.en.format(**needed_text), text.ja.format(**needed_text))


def _life(run: Run, name: str) -> Text | str:
    life = run.finance.metrics[f"wal.{slug(name)}"].value
    return "" if life is None else Text(f"{life:.2f}{numbers.THIN}years", f"{life:.2f}{numbers.THIN}年")


def _reserve(run: Run, name: str) -> Text | str:
    """What is held: so many months of the first debt service, which are fewer of the highest where it grows."""
    loan = run.deal.loans[name]
    if not loan.dsra:
        return ""
    held = float(run.finance.rows[f"{slug(name)}.reserve_target"])
    service = run.finance.row(f"{slug(name)}.scheduled")[run.finance.loans[name].repays]
    payments = max(1, round(loan.dsra / MONTHS[loan.every]))
    most = float(np.convolve(service, np.ones(payments))[payments - 1 :].max(initial=0.0))
    least = loan.dsra * held / most if most > held * (1 + 1e-6) else 0.0
    rest = Text(f"; {least:.1f} months of the highest", f"(最大の元利払いの{least:.1f}か月分)") if least else EMPTY
    amount = _amount(held)
    return Text(f"{amount.en}, the first {loan.dsra} months{rest.en}", f"{amount.ja}、当初{loan.dsra}か月分{rest.ja}")


def _holders(run: Run, name: str) -> Text:
    held = sorted(run.finance.loans[name].holders.items(), key=lambda item: -item[1])
    shown = [(party(who), f"{numbers.percent(share)}{numbers.THIN}%") for who, share in held]
    return Text(
        "; ".join(f"{who.en} {share}" for who, share in shown), "、".join(f"{who.ja}{share}" for who, share in shown)
    )


_TERMS: tuple[tuple[Text, Callable[[Any, str], Cell]], ...] = (
    (Text("Borrower", "借入人"), lambda run, name: party(run.deal.loans[name].borrower)),
    (Text("Amount", "金額"), lambda run, name: _amount(_value(run, name, "amount"))),
    (Text("Drawn", "実行額"), _drawn),
    (Text("Rate a year", "年利率"), _rate),
    (Text("From", "開始日"), _day("start")),
    (Text("Interest only until", "利払いのみの期限"), _day("interest_only_until")),
    (Text("First repayment", "初回返済日"), _first),
    (Text("Final payment", "最終返済日"), _day("final")),
    (Text("Payments", "支払頻度"), lambda run, name: EVERY[run.deal.loans[name].every]),
    (Text("Day count", "日数計算"), lambda run, name: run.deal.loans[name].day_count),
    (Text("Repaid by", "返済方法"), _repaid),
    (Text("Weighted average life", "平均年限"), _life),
    (Text("Debt service reserve", "元利金返済準備金"), _reserve),
    (Text("Held by", "保有者"), _holders),
)


def _finding(run: Run, limited: dict[str, dict[str, float]]) -> Finding:
    """What is never drawn; else what limits a sized loan; else amount, rate and last day."""
    loans = run.deal.loans
    for name in loans:
        left, amount = undrawn(run, name), _value(run, name, "amount")
        if left > 1e-6 * amount:
            return Finding(f"{titled(name).en}: {numbers.money(left)} of {numbers.money(amount)} is never drawn",
                           f"{party(name).ja}：{numbers.money_ja(amount)}のうち{numbers.money_ja(left)}は実行されない")  # fmt: skip
    for name, found in limited.items():
        if found:
            key, size = min(found, key=lambda key: found[key]), min(found.values())
            return Finding(f"{titled(name).en}: the {LIMITS[key].en} limits it to {numbers.money(size)}",
                           f"{party(name).ja}は{LIMITS[key].ja}により{numbers.money_ja(size)}が上限")  # fmt: skip
    total = sum(_value(run, name, "amount") for name in loans)
    last: date = max(calendar(run)[f"{name}.final"] for name in loans)
    what = (
        titled(next(iter(loans)))
        if len(loans) == 1
        else Text(f"{numbers.word(len(loans)).capitalize()} loans", f"借入{len(loans)}件")
    )
    return Finding(f"{what.en}: {numbers.money(total)}, the last payment in {numbers.month(last)}",
                   f"{what.ja}：{numbers.money_ja(total)}、最終返済は{numbers.month_ja(last)}")  # fmt: skip
