"""The life line: power, leases, guarantees and loans on one calendar axis, drawn here as SVG."""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np

from gigacampus.faces import numbers
from gigacampus.faces.figures.base import Column, Drawing, Figure, Finding, Run, Table, Text, figure, joined, there
from gigacampus.faces.figures.concepts import titled
from gigacampus.faces.figures.facts import assumed, calendar
from gigacampus.faces.figures.lifeline_svg import Row, Span, svg
from gigacampus.faces.figures.money import dollars
from gigacampus.runs.kpi import slug


@figure(plotted=False)
def life_line(run: Run) -> Figure | None:
    """When power, leases, guarantees and loans begin and end."""
    deal = [*_leases(run), *_guarantees(run), *_loans(run)] if run.campus.deal is not None else []
    rows = [row for row in (*_power(run), *deal) if row.spans]
    if not rows:
        return None
    first, last = (
        min(span.start for row in rows for span in row.spans),
        max(span.end for row in rows for span in row.spans),
    )
    told = joined(
        (
            row.name + ": " + joined((span.text + f" {span.start} – {span.end}" for span in row.spans), ja=", ")
            for row in rows
        ),
        "; ",
        "。",
    )
    return Figure(
        title=_finding(run),
        subtitle=_subtitle(rows),
        drawing=Drawing(*(svg(rows, first, last, width) for width in (1040, 700, 342))),
        table=Table(
            (Column(Text("Item", "項目")), Column(Text("What", "内容")), Column(Text("From", "開始")), Column(Text("To", "終了"))),
            tuple((row.name, span.text, str(span.start), str(span.end)) for row in rows for span in row.spans),
        ),
        aria=Text(f"Calendar from {first.year} to {last.year}: {told.en}.", f"{first.year}年から{last.year}年の暦。{told.ja}"),
        note=_note(run, rows),
        stages=("offer", "finance"),
    )  # fmt: skip


def _note(run: Run, rows: list[Row]) -> Text:
    """Physical readiness beside the lease's contractual start, and what dashes mean."""
    said = []
    books = run.finance.leases if run.campus.deal is not None else {}
    for name, lease in books.items():
        what, ready = _space(run, name)
        gap = (ready - lease.start).days if ready is not None else 0
        if ready is not None and gap:
            days, side = f"{abs(gap):,}", Text("after", "後") if gap > 0 else Text("before", "前")
            of = titled(name) if len(books) > 1 else Text("the lease", "リース")
            said.append(Text(f"{what.en} is ready in {numbers.month(ready)}, {days} days {side.en} {of.en} starts.",
                             f"{what.ja}の完成は{numbers.month_ja(ready)}で、{of.ja}開始の{days}日{side.ja}。"))  # fmt: skip
    if any(span.style == "dashed" for row in rows for span in row.spans):
        said.append(Text("Dashed outline: assumed.", "破線の枠は仮定。"))
    return joined(said, " ", "")


def _space(run: Run, name: str) -> tuple[Text, date | None]:
    """What a lease is of, and the day on which that is ready: the phase it starts with, or all of the campus."""
    lease = run.deal.leases[name]
    event = lease.start if isinstance(lease.start, str) else getattr(lease.start, "event", None)
    if event in run.campus.powers and "readiness" not in lease.model_fields_set:
        return Text(str(event)), run.campus.events[str(event)]
    return Text("The last phase", "最終段階"), run.finance.leases[name].ready


def _subtitle(rows: list[Row]) -> Text:
    names = joined(Text(row.name.en.split(",")[0].lower(), row.name.ja.split("、")[0]) for row in rows).capital
    return Text(f"{names.en}, calendar years", f"{names.ja}(暦年)")


def _power(run: Run) -> list[Row]:
    if not run.campus.physical:
        return []
    built = run.compute.built
    top, power, steps = sum(phase.power for phase in built), 0.0, []
    if run.campus.deal is not None and run.deal.close < built[0].ready:
        building = Text("under construction", "建設中"), "line", "it"
        steps.append(Span(run.deal.close, built[0].ready, *building, short=Text("building", "建設")))
    ends = (*(phase.ready for phase in built[1:]), there(run.campus.life).end)
    for phase, end in zip(built, ends, strict=True):
        power += phase.power
        if end > phase.ready:
            shown = f"{power:,.0f}"
            text = Text(f"{shown} from {numbers.month(phase.ready)}", f"{numbers.month_ja(phase.ready)}から{shown}")
            steps.append(Span(phase.ready, end, text, "fill", "it", power / top, Text(shown)))
    return [Row(Text("Power, MW", "電力、MW"), tuple(steps))]


def _leases(run: Run) -> list[Row]:
    rows, books = [], run.finance.leases
    for name, lease in books.items():
        years = round((lease.first_end - lease.start).days / 365.25)
        term = Text("committed", "確定"), "fill", "meta"
        spans = [Span(lease.start, lease.first_end, *term, short=Text(f"{years} y", f"{years}年"))]
        ends = (*(start for start, _ in lease.options[1:]), lease.end)
        for i, ((start, taken), end) in enumerate(zip(lease.options, ends, strict=False)):
            if taken and end > start:
                text = Text(f"option {i + 1}", f"更新{i + 1}")
                spans.append(Span(start, end, text, "outline", "meta", short=Text(str(i + 1))))
        rows.append(Row(titled(name) if len(books) > 1 else Text("Lease", "リース"), tuple(spans)))
    return rows


def _guarantees(run: Run) -> list[Row]:
    rows = []
    for name, years in run.finance.guarantees.items():
        live = np.flatnonzero(years.threshold > 0)
        if len(live):
            start, end = _day(years.dates[live[0]]), calendar(run)[f"{name}.until"]
            amount, style = dollars(float(years.threshold[live[0]])), ("outline", "ink2")
            if assumed(run, f"deal.guarantees.{name}."):
                style = "dashed", "assumed"
            short = Text(f"from {amount.en}", f"{amount.ja}から")
            text = Text(f"to {numbers.month(end)}, {short.en}", f"{numbers.month_ja(end)}まで、{short.ja}")
            rows.append(Row(Text("Guarantee", "残価保証"), (Span(start, end, text, *style, short=short),)))
    return rows


def _loans(run: Run) -> list[Row]:
    rows = []
    for name, loan in run.finance.loans.items():
        owed, repays = np.flatnonzero(loan.balance > 1.0), np.flatnonzero(loan.principal > 0)
        if not len(owed):
            continue
        start, end = _day(loan.dates[owed[0]]), _day(loan.dates[min(owed[-1] + 1, len(loan.dates) - 1)])
        turn = _day(loan.dates[max(int(repays[0]) - _gap(repays), 0)]) if len(repays) else end
        spans, until = [], Text(f"repaid to {numbers.month(end)}", f"{numbers.month_ja(end)}まで返済")
        if turn > start:
            text = Text("interest only", "利払いのみ"), "soft", "pimco"
            spans.append(Span(start, turn, *text, short=Text("interest", "利払い")))
        unpaid = _unpaid(run, name) and len(repays) > 0
        if unpaid:
            end = _day(loan.dates[repays[-1]])
            until = Text(f"due {numbers.month(end)}, not all repaid", f"{numbers.month_ja(end)}期限、未済あり")
        if unpaid or end > turn:
            spans.append(Span(turn, end, until, "fill", "pimco", short=until))
        rows.append(Row(titled(name), tuple(spans)))
    return rows


def _day(when: Any) -> date:
    return date.fromisoformat(str(when))


def _unpaid(run: Run, name: str) -> bool:
    """Whether a loan still owes something after its last day."""
    owed = run.finance.metrics.get(f"unpaid.{slug(name)}")
    return owed is not None and (owed.value or 0.0) > 1.0


def _gap(repays: Any) -> int:
    """Months of the first period of repayment."""
    return int(repays[1] - repays[0]) if len(repays) > 1 else 1


def _finding(run: Run) -> Finding:
    if run.campus.deal is not None and run.finance.leases and run.finance.loans:
        return _until(run)
    if run.campus.physical:
        built = run.compute.built
        power, count, last = numbers.quantity(sum(phase.power for phase in built), "MW"), len(built), built[-1].ready
        return Finding(f"{power} stand by {numbers.month(last)}, in {numbers.word(count)} phase{'s' * (count > 1)}",
                       f"{numbers.month_ja(last)}までに{count}段階で{power}")  # fmt: skip
    return Finding("The deal on one calendar", "契約の日程")


def _until(run: Run) -> Finding:
    """The end of the leases beside that of the debt."""
    leases, lease = run.finance.leases, next(iter(run.finance.leases.values()))
    ends = [
        loan.dates[np.flatnonzero(loan.balance > 1.0)[-1]]
        for loan in run.finance.loans.values()
        if (loan.balance > 1.0).any()
    ]
    last = _day(max(ends)) if ends else lease.first_end
    years, end = round((last - lease.first_end).days / 365.25), max(each.end for each in leases.values()).year
    if any(_unpaid(run, name) for name in run.finance.loans):
        return Finding("Power, leases and loans on one calendar", "電力・リース・借入の日程")
    if len(leases) > 1:
        return Finding(
            f"The last lease runs to {end}; the last debt is repaid in {last.year}",
            f"最後のリースは{end}年まで、債務の完済は{last.year}年",
        )
    if years >= 1 and lease.options:
        return Finding(
            f"The first lease term ends in {lease.first_end.year}, {numbers.word(years)} years before the last debt is repaid",
            f"当初のリース期間は{lease.first_end.year}年に満了し、債務の完済はその{years}年後となる",
        )
    return Finding(
        f"The lease runs to {end}; the last debt is repaid in {last.year}",
        f"リースは{end}年まで、債務の完済は{last.year}年",
    )
