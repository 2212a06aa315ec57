"""The term sheet: each loan of a deal with its amount, rate, dates, repayment, holders, and what limits its size."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import numpy as np

from gigacampus.campus.spec.deal import MONTHS
from gigacampus.faces import numbers
from gigacampus.faces.figures.base import Cell, Column, Figure, Finding, Run, Table, Text, figure, joined
from gigacampus.faces.figures.concepts import party, titled
from gigacampus.faces.figures.facts import calendar
from gigacampus.faces.figures.money import dollars
from gigacampus.runs.kpi import slug

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


@figure("deal", plotted=False)
def term_sheet(run: Run) -> Figure | None:
    """Terms of each loan, one in a column."""
    if not run.finance.loans:
        return None
    loans = run.deal.loans
    terms, limited = [dict(_terms(run, name)) for name in loans], {name: sizes(run, name) for name in loans}
    rows = [(label, *(column[label] for column in terms)) for label in terms[0]]
    rows += [(Text(f"Largest by {text.en}", f"上限：{text.ja}"), *(_limit(found, key) for found in limited.values()))
             for key, text in LIMITS.items() if any(key in found for found in limited.values())]  # fmt: skip
    return Figure(
        title=_finding(run, limited),
        subtitle=Text("Terms of each loan as computed; what was found is shown as found", "各借入の条件。求めた値はその値で示す"),
        table=Table((Column(Text("Term", "条件")), *(Column(titled(name)) for name in loans)), tuple(rows)).filled,
        stages=("finance",),
        rows=tuple(f"{slug(name)}.{what}" for name in loans for what in ("draw", "balance", "rate", "wal", "reserve", "size")),
    )  # fmt: skip


def undrawn(run: Run, name: str) -> float:
    """What a loan promises and nobody draws [USD]."""
    rows = run.finance.row(f"{slug(name)}.drawn")
    return max(0.0, float(run.finance.rows[f"loans.{slug(name)}.amount"]) - float(rows.max()))


def sizes(run: Run, name: str) -> dict[str, float]:
    """The largest loan that each limit of a sized loan allows, by limit [USD]."""
    rows = {key: f"{slug(name)}.limit_{key}" for key in LIMITS}
    return {key: float(run.finance.rows[row]) for key, row in rows.items() if row in run.finance.rows}


def _limit(found: dict[str, float], key: str) -> Cell:
    if key not in found:
        return ""
    binds = found[key] <= min(found.values()) * (1 + 1e-9)
    return dollars(found[key], 4) + (Text(", binds", "(制約)") if binds else "")


def _per_cent(value: float) -> str:
    return f"{numbers.published(value, 'fraction')[0]}{numbers.THIN}%"


def _value(run: Run, name: str, field: str) -> float:
    """A number of a loan: as found where it is unknown."""
    return float(np.max(run.finance.rows[f"loans.{slug(name)}.{field}"]))


def _terms(run: Run, name: str) -> Iterator[tuple[Text, Cell]]:
    """Each term of a loan by its label."""
    loan, made, days = run.deal.loans[name], run.finance.loans[name], calendar(run)
    life, held = run.finance.metrics[f"wal.{slug(name)}"].value, sorted(made.holders.items(), key=lambda item: -item[1])
    holders = ((party(who), numbers.share(part)) for who, part in held)
    yield Text("Borrower", "借入人"), party(loan.borrower)
    yield Text("Amount", "金額"), dollars(_value(run, name, "amount"), 4)
    yield Text("Drawn", "実行額"), _drawn(run, name)
    yield Text("Rate a year", "年利率"), _rate(run, name)
    yield Text("From", "開始日"), days[f"{name}.start"].isoformat()
    yield Text("Interest only until", "利払いのみの期限"), days[f"{name}.interest_only_until"].isoformat()
    yield Text("First repayment", "初回返済日"), next(map(str, made.dates[made.repays]), "")
    yield Text("Final payment", "最終返済日"), days[f"{name}.final"].isoformat()
    yield Text("Payments", "支払頻度"), EVERY[loan.every]
    yield Text("Day count", "日数計算"), loan.day_count
    yield Text("Repaid by", "返済方法"), _repaid(run, name)
    years = "" if life is None else Text(f"{life:.2f}{numbers.THIN}years", f"{life:.2f}{numbers.THIN}年")
    yield Text("Weighted average life", "平均年限"), years
    yield Text("Debt service reserve", "元利金返済準備金"), _reserve(run, name) if loan.dsra else ""
    yield Text("Held by", "保有者"), joined((who + Text(f" {part}", part) for who, part in holders), "; ")


def _drawn(run: Run, name: str) -> Text:
    total, left = float(run.finance.row(f"{slug(name)}.drawn").max()), undrawn(run, name)
    rest = dollars(left, 4)
    return dollars(total, 4) + (
        Text(f"; {rest.en} is never drawn", f"(未実行{rest.ja})") if left > 1e-6 * total else ""
    )


def _rate(run: Run, name: str) -> Text:
    loan = run.deal.loans[name]
    rate = _per_cent(_value(run, name, "coupon" if loan.benchmark is None else "spread"))
    base = [rate if loan.benchmark is None else f"{loan.benchmark} + {rate}"]
    base += [f"{loan.benchmark} ≥ {_per_cent(_value(run, name, 'floor'))}"] if loan.floor is not None else []
    steps = [(f"+{_per_cent(step.rate)}", step.start.isoformat()) for step in loan.step_ups]
    return joined(
        (Text("; ".join(base)), *(Text(f"{rate} from {day}", f"{day}から{rate}") for rate, day in steps)), "; "
    )


def _repaid(run: Run, name: str) -> Text:
    loan = run.deal.loans[name]
    sized = loan.sizing is not None and loan.amortisation.kind == "sculpted"
    grows = loan.amortisation.kind == "balloon" and loan.amortisation.growth
    text = _SHAPED if sized else REPAID["growing balloon" if grows else loan.amortisation.kind]
    needed = {field: _value(run, name, f"amortisation.{field}") for field in _IN_WORDS if f"{{{field}}}" in text.en}
    needed_text = {field: f"{x:.2f}" if field == "dscr" else _per_cent(x) for field, x in needed.items()}
    return Text(text.en.format(**needed_text), text.ja.format(**needed_text))


def _reserve(run: Run, name: str) -> Text:
    """What is held: so many months of the first debt service, which are fewer of the highest where it grows."""
    loan, held = run.deal.loans[name], float(run.finance.rows[f"{slug(name)}.reserve_target"])
    service = run.finance.row(f"{slug(name)}.scheduled")[run.finance.loans[name].repays]
    payments = max(1, round(loan.dsra / MONTHS[loan.every]))
    most = float(np.convolve(service, np.ones(payments))[payments - 1 :].max(initial=0.0))
    said = dollars(held, 4) + Text(f", the first {loan.dsra} months", f"、当初{loan.dsra}か月分")
    if most > held * (1 + 1e-6):
        least = f"{loan.dsra * held / most:.1f}"
        said += Text(f"; {least} months of the highest", f"(最大の元利払いの{least}か月分)")
    return said


def _finding(run: Run, limited: dict[str, dict[str, float]]) -> Finding:
    """What is never drawn; else what limits a sized loan; else amount, rate and last day."""
    loans = run.deal.loans
    for name in loans:
        left, amount = undrawn(run, name), _value(run, name, "amount")
        if left > 1e-6 * amount:
            rest, whole = dollars(left), dollars(amount)
            return Finding(
                f"{titled(name).en}: {rest.en} of {whole.en} is never drawn",
                f"{party(name).ja}：{whole.ja}のうち{rest.ja}は実行されない",
            )
    for name, found in limited.items():
        if found:
            limit, size = LIMITS[min(found, key=lambda key: found[key])], dollars(min(found.values()))
            return Finding(
                f"{titled(name).en}: the {limit.en} limits it to {size.en}",
                f"{party(name).ja}は{limit.ja}により{size.ja}が上限",
            )
    total = dollars(sum(_value(run, name, "amount") for name in loans))
    last: date = max(calendar(run)[f"{name}.final"] for name in loans)
    what = Text(f"{numbers.word(len(loans)).capitalize()} loans", f"借入{len(loans)}件")
    if len(loans) == 1:
        what = titled(next(iter(loans)))
    return Finding(
        f"{what.en}: {total.en}, the last payment in {numbers.month(last)}",
        f"{what.ja}：{total.ja}、最終返済は{numbers.month_ja(last)}",
    )
