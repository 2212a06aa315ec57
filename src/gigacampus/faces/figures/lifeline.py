"""The life line: power, leases, guarantees and loans on one calendar axis, drawn here as SVG."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import numpy as np

from gigacampus.faces import numbers
from gigacampus.faces.figures.base import Column, Drawing, Figure, Finding, Table, Text, figure, there
from gigacampus.faces.figures.concepts import titled
from gigacampus.faces.figures.facts import calendar
from gigacampus.faces.figures.lifeline_svg import Row, Span, svg
from gigacampus.runs.kpi import slug

if TYPE_CHECKING:
    from gigacampus.runs.pipeline import Run


@figure("life_line")
def life_line(run: Run) -> Figure | None:
    """When power, leases, guarantees and loans begin and end."""
    rows = [*_power(run), *_leases(run), *_guarantees(run), *_loans(run)]
    rows = [row for row in rows if row.spans]
    if not rows:
        return None
    first = min(span.start for row in rows for span in row.spans)
    last = max(span.end for row in rows for span in row.spans)
    widths = (1040, 700, 342)
    wide, paper, narrow = (svg(rows, first, last, width) for width in widths)
    return Figure(
        id="life_line",
        title=_finding(run),
        subtitle=_subtitle(rows),
        drawing=Drawing(wide, paper, narrow),
        table=_table(rows),
        aria=Text(
            "Calendar from " + f"{first.year} to {last.year}: " + "; ".join(_spoken(row, "en") for row in rows) + ".",
            f"{first.year}年から{last.year}年の暦。" + "。".join(_spoken(row, "ja") for row in rows),
        ),
        note=_note(run, rows),
        stages=("offer", "finance"),
    )  # fmt: skip


def _note(run: Run, rows: list[Row]) -> Text:
    """Physical readiness beside the lease's contractual start, and what dashes mean."""
    en, ja = [], []
    for lease in run.finance.leases.values() if run.campus.deal is not None else ():
        if lease.ready is not None and lease.gap_days:
            days, when = abs(lease.gap_days), lease.ready
            side, side_ja = ("after", "後") if lease.gap_days > 0 else ("before", "前")
            en.append(f"The last phase is ready in {numbers.month(when)}, {days:,} days {side} the lease starts.")
            ja.append(f"最終段階の完成は{numbers.month_ja(when)}で、リース開始の{days:,}日{side_ja}。")
    if any(span.style == "dashed" for row in rows for span in row.spans):
        en.append("Dashed outline: assumed.")
        ja.append("破線の枠は仮定。")
    return Text(" ".join(en), "".join(ja))


def _subtitle(rows: list[Row]) -> Text:
    en, ja = (
        ", ".join(row.name.en.lower() if row.name.en != "Power, MW" else "power" for row in rows),
        "、".join(row.name.ja.split("、")[0] for row in rows),
    )
    return Text(f"{en[:1].upper()}{en[1:]}, calendar years", f"{ja}(暦年)")


def _power(run: Run) -> list[Row]:
    if not run.campus.physical:
        return []
    built = run.compute.built
    top = sum(phase.power for phase in built)
    steps, power = [], 0.0
    begin = run.deal.close if run.campus.deal is not None and run.deal.close < built[0].ready else None
    if begin:
        steps.append(
            Span(
                begin,
                built[0].ready,
                Text("under construction", "建設中"),
                "line",
                "it",
                short=Text("building", "建設"),
            )
        )
    for i, phase in enumerate(built):
        power += phase.power
        end = built[i + 1].ready if i + 1 < len(built) else there(run.campus.life).end
        if end > phase.ready:
            shown = f"{power:,.0f}"
            text = Text(f"{shown} from {numbers.month(phase.ready)}", f"{numbers.month_ja(phase.ready)}から{shown}")
            steps.append(Span(phase.ready, end, text, "fill", "it", power / top, Text(shown)))
    return [Row(Text("Power, MW", "電力、MW"), tuple(steps))]


def _leases(run: Run) -> list[Row]:
    if run.campus.deal is None:
        return []
    many = len(run.finance.leases) > 1
    rows = []
    for name, lease in run.finance.leases.items():
        spans = [
            Span(
                lease.start,
                lease.first_end,
                Text("committed", "確定"),
                "fill",
                "meta",
                short=_years(lease.start, lease.first_end),
            )
        ]
        for i, (start, taken) in enumerate(lease.options):
            end = lease.options[i + 1][0] if i + 1 < len(lease.options) else lease.end
            if taken and end > start:
                spans.append(
                    Span(start, end, Text(f"option {i + 1}", f"更新{i + 1}"), "outline", "meta", short=Text(str(i + 1)))
                )
        rows.append(Row(titled(name) if many else Text("Lease", "リース"), tuple(spans)))
    return rows


def _years(start: date, end: date) -> Text:
    years = round((end - start).days / 365.25)
    return Text(f"{years} y", f"{years}年")


def _guarantees(run: Run) -> list[Row]:
    if run.campus.deal is None:
        return []
    rows = []
    for name, years in run.finance.guarantees.items():
        live = np.flatnonzero(years.threshold > 0)
        if len(live):
            start, end = date.fromisoformat(str(years.dates[live[0]])), calendar(run)[f"{name}.until"]
            amount = float(years.threshold[live[0]])
            text = Text(
                f"to {numbers.month(end)}, from {numbers.money(amount)}",
                f"{numbers.month_ja(end)}まで、{numbers.money_ja(amount)}から",
            )
            dashed = any(
                p.startswith(f"deal.guarantees.{name}.") and o.grade in "AU" for p, o in run.loaded.origins.items()
            )
            short = Text(f"from {numbers.money(amount)}", f"{numbers.money_ja(amount)}から")
            rows.append(
                Row(
                    Text("Guarantee", "残価保証"),
                    (
                        Span(
                            start,
                            end,
                            text,
                            "dashed" if dashed else "outline",
                            "assumed" if dashed else "ink2",
                            short=short,
                        ),
                    ),
                )
            )
    return rows


def _loans(run: Run) -> list[Row]:
    if run.campus.deal is None:
        return []
    rows = []
    for name, loan in run.finance.loans.items():
        owed = np.flatnonzero(loan.balance > 1.0)
        if not len(owed):
            continue
        start, end = (date.fromisoformat(str(loan.dates[i])) for i in (owed[0], min(owed[-1] + 1, len(loan.dates) - 1)))
        repays = np.flatnonzero(loan.principal > 0)
        turn = date.fromisoformat(str(loan.dates[max(int(repays[0]) - _gap(loan, repays), 0)])) if len(repays) else end
        spans = []
        if turn > start:
            spans.append(
                Span(
                    start, turn, Text("interest only", "利払いのみ"), "soft", "pimco", short=Text("interest", "利払い")
                )
            )
        if _unpaid(run, name) and len(repays):
            end = date.fromisoformat(str(loan.dates[repays[-1]]))
            until = Text(f"due {numbers.month(end)}, not all repaid", f"{numbers.month_ja(end)}期限、未済あり")
            spans.append(Span(turn, end, until, "fill", "pimco", short=until))
        elif end > turn:
            until = Text(f"repaid to {numbers.month(end)}", f"{numbers.month_ja(end)}まで返済")
            spans.append(Span(turn, end, until, "fill", "pimco", short=until))
        rows.append(Row(titled(name), tuple(spans)))
    return rows


def _unpaid(run: Run, name: str) -> bool:
    """Whether a loan still owes something after its last day."""
    owed = run.finance.metrics.get(f"unpaid.{slug(name)}")
    return owed is not None and (owed.value or 0.0) > 1.0


def _gap(loan: Any, repays: Any) -> int:
    """Months of the first period of repayment."""
    return int(repays[1] - repays[0]) if len(repays) > 1 else 1


def _finding(run: Run) -> Finding:
    if run.campus.deal is not None and run.finance.leases and run.finance.loans:
        leases = list(run.finance.leases.values())
        lease = leases[0]
        ends = [
            loan.dates[np.flatnonzero(loan.balance > 1.0)[-1]]
            for loan in run.finance.loans.values()
            if (loan.balance > 1.0).any()
        ]
        last = date.fromisoformat(str(max(ends))) if ends else lease.first_end
        years = round((last - lease.first_end).days / 365.25)
        if any(_unpaid(run, name) for name in run.finance.loans):
            return Finding("Power, leases and loans on one calendar", "電力・リース・借入の日程")
        if len(leases) > 1:
            end = max(each.end for each in leases).year
            return Finding(f"The last lease runs to {end}; the last debt is repaid in {last.year}",
                           f"最後のリースは{end}年まで、債務の完済は{last.year}年")  # fmt: skip
        if years >= 1 and lease.options:
            return Finding(
                f"The first lease term ends in {lease.first_end.year}, {numbers.word(years)} years before the last debt is repaid",
                f"当初のリース期間は{lease.first_end.year}年に満了し、債務の完済はその{years}年後となる",
            )
        return Finding(f"The lease runs to {lease.end.year}; the last debt is repaid in {last.year}",
                       f"リースは{lease.end.year}年まで、債務の完済は{last.year}年")  # fmt: skip
    if run.campus.physical:
        built = run.compute.built
        power = numbers.quantity(sum(phase.power for phase in built), "MW")
        return Finding(f"{power} stand by {numbers.month(built[-1].ready)}, in {numbers.word(len(built))} phase{'s' * (len(built) > 1)}",
                       f"{numbers.month_ja(built[-1].ready)}までに{len(built)}段階で{power}")  # fmt: skip
    return Finding("The deal on one calendar", "契約の日程")


def _spoken(row: Row, language: str) -> str:
    parts = [f"{span.text.of(language)} {span.start} – {span.end}" for span in row.spans]
    return f"{row.name.of(language)}: " + ", ".join(parts)


def _table(rows: list[Row]) -> Table:
    columns = (
        Column(Text("Item", "項目")),
        Column(Text("What", "内容")),
        Column(Text("From", "開始")),
        Column(Text("To", "終了")),
    )
    return Table(
        columns, tuple((row.name, span.text, str(span.start), str(span.end)) for row in rows for span in row.spans)
    )
