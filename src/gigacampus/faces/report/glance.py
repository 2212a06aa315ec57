"""The first page: the answer in a few sentences computed from the run, its identity, and the key figures."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

import numpy as np

from gigacampus.faces import notes, numbers
from gigacampus.faces.figures.concepts import SOURCES, party, titled
from gigacampus.faces.figures.deal import closing, covenants, debt
from gigacampus.faces.figures.facts import missed, shares
from gigacampus.faces.figures.text import Text
from gigacampus.faces.report import words
from gigacampus.faces.report.inputs import Grade, Inputs
from gigacampus.runs import provenance
from gigacampus.runs.kpi import slug
from gigacampus.runs.kpis import find
from gigacampus.version import __version__

if TYPE_CHECKING:
    from gigacampus.runs.pipeline import Run

PER = f"{numbers.THIN}%"


def lead(run: Run) -> Text:
    """A few sentences: energy, what a reader must know of it, defaults and lock-ups, debt, what does not close, promises."""
    breached = [covenants.said(one) for one in covenants.distress(run) if one.breached]
    said = [*_energy(run), *notes.notes(run), *breached, *_debt(run), *_open(run), *_promises(run)]
    return Text(" ".join(text.en for text in said), "".join(text.ja for text in said))


def _energy(run: Run) -> Iterator[Text]:
    found = shares(run) if run.campus.physical else {}
    if not found:
        return
    first, part = next(iter(found.items()))
    years = run.timeline.years
    energy = numbers.quantity(float(run.facility.load.sum()), "MWh")
    share = numbers.percent(part)
    place = "the market" if first == "grid" else SOURCES[first].en.lower()
    yield Text(
        f"From {years[0]} to {years[-1]} the campus takes {energy}, {share}{PER} of it from {place}.",
        f"{years[0]}年から{years[-1]}年までの受電電力量は{energy}、うち{share}{PER}が{SOURCES[first].ja}による。",
    )


def _debt(run: Run) -> Iterator[Text]:
    if run.campus.deal is None or not run.finance.loans:
        return
    total = sum((loan.balance for loan in run.finance.loans.values()), np.zeros(len(run.finance.months)))
    owed = np.flatnonzero(total > 1e-6 * float(total.max()))
    if not len(owed):
        yield Text("No loan is ever drawn.", "借入は一度も実行されない。")
        return
    covers = [float(c.dscr.min()) for c in run.finance.cover.values() if len(c.dscr)]
    many = len(run.finance.loans) > 1
    what = Text("The loans are", "借入") if many else _one_loan(next(iter(run.finance.loans)))
    at = numbers.fixed(min(covers), 2) if covers else ""
    cover, cover_ja = (f" at no less than {at} times cover", f"最低DSCR{at}倍で") if covers else ("", "")
    if debt.set_by_schedule(run):
        cover, cover_ja = f" at the {at} times cover that the schedule sets", f"返済計画の定めるDSCR{at}倍で"
    if total[-1] > 1e-6 * float(total.max()):
        left = float(total[-1])
        due = sum(float(run.finance.rows[f"{slug(name)}.unpaid"]) for name in run.finance.loans)
        some = Text("")
        if abs(due - left) > 1e-3 * left:
            some = Text(f"; {numbers.money(due)} of it is what was not repaid on its last day, the rest interest since",
                        f"(満期の未返済額は{numbers.money_ja(due)}、残りはその後の利息)")  # fmt: skip
        yield Text(
            f"{numbers.money(left)} of debt is still owed when the deal ends{some.en}.",
            f"契約終了時に{numbers.money_ja(left)}の債務が残る{some.ja}。",
        )
        return
    end = date.fromisoformat(f"{run.finance.months[min(int(owed[-1]) + 1, len(total) - 1)]}-01")
    given = _conditions(run, end)
    yield Text(
        f"{what.en} repaid in full by {numbers.month(end)}{cover}{given.en}.",
        f"{what.ja}は{cover_ja}{numbers.month_ja(end)}に完済する{given.ja}。",
    )


def _conditions(run: Run, end: date) -> Text:
    """On what it rests that loans are repaid by a day: options of the leases, figures that are solved for it, and rent
    and interest that are assumed."""
    options = any(lease.first_end < end and any(x for _, x in lease.options) for lease in run.finance.leases.values())
    found = [Text("if the options to renew are taken up", "更新の行使が前提")] * options
    deal = run.campus.deal
    ends = {f"{slug(name)}.{what}" for name in run.finance.loans for what in ("plan_end", "unpaid")}
    for target in deal.solve if deal is not None else ():
        if target.so_that in ends and not target.equals:
            term = (
                Text("the escalator", "賃料の改定率")
                if target.unknown.endswith(".escalator")
                else Text("a term", "条件")
            )
            found.append(Text(f"{term.en} being found so that they are", f"{term.ja}は完済するよう求めた値"))
    found += _assumed(run)
    if not found:
        return Text("")
    return Text(", " + ", ".join(x.en for x in found), f"({'、'.join(x.ja for x in found)})")


def _assumed(run: Run) -> Iterator[Text]:
    """Which of rent and interest rests on an assumption of its own."""
    used, deal = provenance.used(run), run.deal
    rents = {f"deal.leases.{name}.{what}" for name in deal.leases for what in ("rent", "commitment.amount")}
    rates = {
        path
        for name, loan in deal.loans.items()
        for path in (
            [f"deal.loans.{name}.coupon"]
            if loan.benchmark is None
            else [f"deal.loans.{name}.spread", *(p for p in used if p.startswith(f"deal.benchmarks.{loan.benchmark}["))]
        )
    }
    named = (rents, Text("rent", "賃料")), (rates, Text("interest", "金利"))
    said = [text for paths, text in named if any(used[path].assumed for path in paths & set(used))]
    if said:
        yield Text(f"{' and '.join(x.en for x in said)} being assumed", f"{'と'.join(x.ja for x in said)}は仮定")


def _open(run: Run) -> Iterator[Text]:
    gaps = run.finance.gaps if run.campus.deal is not None else ()
    if gaps:
        said = [(closing.said(gap), gap.amount) for gap in gaps]
        en = "; ".join(f"{what.en}, by {numbers.money(amount)}" for what, amount in said)
        ja = "、".join(f"{what.ja}({numbers.money_ja(amount)})" for what, amount in said)
        yield Text(f"The deal does not close: {en}.", f"契約の収支は閉じない。{ja}。")
    count, of = len(missed(run)), len(run.finance.published) if run.campus.deal is not None else 0
    if count:
        yield Text(f"{numbers.word(count).capitalize()} of {numbers.word(of)} published figures "
                   f"{'is' if count == 1 else 'are'} missed.", f"公表値{of}件のうち{count}件は再現できない。")  # fmt: skip


def _one_loan(name: str) -> Text:
    plural = name.endswith("s")
    return Text(f"The {name} {'are' if plural else 'is'}", titled(name).ja)


def _promises(run: Run) -> Iterator[Text]:
    verdicts = run.policy
    failed = [v for v in verdicts if v.state == "fail"]
    untested = [v for v in verdicts if v.state == "not tested"]
    total, count = numbers.word(len(verdicts)), len(verdicts)
    if not verdicts:
        yield Text("The spec makes no promises.", "この仕様に約束はない。")
        return
    if failed:
        names, names_ja = "; ".join(_broken(v).en for v in failed), "。".join(_broken(v).ja for v in failed)
        verb = "is" if len(failed) == 1 else "are"
        yield Text(
            f"{numbers.word(len(failed)).capitalize()} of {total} rules {verb} broken: {names}.",
            f"{count}件の規則のうち{len(failed)}件が不適合。{names_ja}。",
        )
    elif not untested:
        every = {1: "The one rule holds.", 2: "Both rules hold."}.get(count, f"All {total} rules hold.")
        yield Text(every, f"{count}件の規則のすべてに適合する。")
    if untested:
        names = ", ".join(words.kpi(v.kpi).en.lower() for v in untested)
        names_ja = "、".join(words.kpi(v.kpi).of("ja") for v in untested)
        yield Text(
            f"{numbers.word(len(untested)).capitalize()} cannot be tested: {names}.",
            f"{len(untested)}件は検証できない({names_ja})。",
        )


def _broken(verdict: Any) -> Text:
    name = words.kpi(verdict.kpi)
    value, limit = (
        rule_value(verdict),
        limit_value(verdict.kpi, verdict.bound, verdict.unit),
    )
    side = ("at least", "以上") if verdict.side == "at_least" else ("at most", "以下")
    first = name.en if name.en[:3].isupper() else name.en[:1].lower() + name.en[1:]
    return Text(
        f"{first} is {value.en}, and the rule asks for {side[0]} {limit.en}",
        f"{name.of('ja')}は{value.ja}で、規則の{limit.ja}{side[1]}を満たさない",
    )


def rule_value(verdict: Any) -> Text:
    """A verdict's value, with the digits that part it from the bound."""
    value, unit, digits = verdict.value, verdict.unit, numbers.apart(verdict.value, verdict.bound, verdict.unit)
    if verdict.kpi in words.TIMES:
        number = numbers.shown(value, unit, True, digits)[0]
        return Text(f"{number} times", f"{number}倍")
    if unit == "USD":
        return Text(numbers.money(value, digits or 3), numbers.money_ja(value, digits or 3))
    ratio = unit == "1"
    return Text(numbers.quantity(value, unit, ratio, digits), numbers.quantity_ja(value, unit, ratio, digits))


def limit_value(name: str, value: float, unit: str) -> Text:
    """A rule's bound with its own digits."""
    if unit == "USD":
        return Text(numbers.money(value), numbers.money_ja(value))
    small = unit == "1" and abs(value) < 100
    number, spelled = numbers.limit(value, unit) if small or name in words.TIMES else numbers.published(value, unit)
    if name in words.TIMES:
        return Text(f"{number} times", f"{number}倍")
    gap = numbers.THIN if spelled else ""
    return Text(f"{number}{gap}{spelled}", f"{number}{gap}{numbers.unit_ja(spelled)}")


def identity(run: Run, inputs: Inputs) -> list[tuple[Text, Text, bool]]:
    """What this run is: name, value, and whether it is code."""
    residuals = [v.value for name, v in run.kpi.items() if name.startswith("residual.") and v.value is not None]
    assumed = sum(origin.assumed for origin in inputs.all.values())
    file = run.loaded.file.replace("\\", "/").rpartition("/")[2]
    found = [
        (Text("Spec", "仕様"), Text(f"{file} {provenance.spec_hash(run)}".strip()), True),
        (Text("Version", "版"), Text(__version__), False),
    ]
    if run.campus.physical:
        found.append((Text("Hours", "時間数"), Text(f"{run.timeline.hours:,}"), False))
    if run.campus.deal is not None:
        found.append((Text("Months", "月数"), Text(f"{len(run.finance.months):,}"), False))
    if residuals:
        found.append((Text("Largest residual", "最大残差"), Text(numbers.power_of_ten(max(residuals))), False))
    every = Text(f"{assumed} of {len(inputs.all)}", f"{len(inputs.all)}件中{assumed}件")
    return [*found, (Text("Assumed inputs", "仮定の入力"), every, False)]


@dataclass(frozen=True)
class Key:
    """One key figure."""

    name: str
    label: Text
    value: str
    unit: Text
    grade: Grade
    state: str
    reason: str
    gap: bool


def key_figures(run: Run, inputs: Inputs) -> list[Key]:
    """Six to eight key figures: physics first, then money."""
    physical, deal = run.campus.physical, run.campus.deal is not None
    names: list[str] = list(words.KEY) if physical else []
    names += words.KEY_DEAL if deal else words.KEY_ALONE["physical"]
    names += () if physical else words.KEY_ALONE["deal"]
    if deal and not run.finance.leases:
        names = [name for name in names if not name.startswith("finance.rent")]
    found = [member for name in names for member in _members(run, name)][:8]
    states = {v.kpi: v.state for v in run.policy}
    return [_key(run, inputs, name, states, physical and deal and name == words.KEY[-1]) for name in found]


def _members(run: Run, name: str) -> list[str]:
    """A KPI, or one of a family's members: the owner who pays in the most, or the first."""
    if name in run.kpi:
        return [name]
    of_owner = f"{name}.{slug(_owner(run))}"
    return [of_owner] if of_owner in run.kpi else [kpi for kpi in run.kpi if kpi.startswith(name + ".")][:1]


def _owner(run: Run) -> str:
    """Of the owners outside the vehicles whose flows have a rate of return, the one who pays in the most."""
    if run.campus.deal is None:
        return ""
    owners = {owner for entity in run.deal.entities.values() for owner in entity.owners}
    paid = {
        name: float(-amounts[amounts < 0].sum())
        for name in owners - set(run.finance.funding)
        for amounts in [run.finance.cashflows(name)[1]]
        if run.finance.metrics[f"irr.{slug(name)}"].value is not None
    }
    return max(sorted(paid), key=lambda name: paid[name], default="")


def _key(run: Run, inputs: Inputs, name: str, states: Mapping[str, str], gap: bool) -> Key:
    value = run.kpi[name]
    number, unit = numbers.shown(value.value, value.unit, value.unit == "1")
    unit_text = Text(unit, numbers.unit_ja(unit))
    family = name.rpartition(".")[0]
    if name in words.TIMES or family in words.TIMES:
        unit_text = Text("times", "倍")
    elif family == "finance.irr" and value.value is not None:
        number = numbers.significant(100 * value.value)
    elif value.unit == "t" and unit:
        unit_text = Text(f"{unit} CO₂e", f"{unit} CO₂e")
    state, grade = states.get(name, "no rule"), inputs.grade(inputs.of_kpi(name))
    return Key(name, label(run, name), number, unit_text, grade, state, value.reason, gap)


def label(run: Run, name: str) -> Text:
    """What a KPI is called, with whose it is, and whether it is set."""
    text = words.kpi(name)
    if name == "finance.dscr_min" and debt.set_by_schedule(run):
        return Text(f"{text.en}, set by the schedule", f"{text.ja}(返済計画の設定値)")
    entry, member = find(name)
    for who in run.deal.entities if member else ():
        if slug(who) == member and entry.name == "finance.irr" and f"finance.irr_after_tax.{member}" in run.kpi:
            return Text(f"Return before tax (IRR), {party(who).en}", f"税引前IRR、{party(who).ja}")
        if slug(who) == member:
            return Text(f"{entry.en}, {party(who).en}", f"{entry.ja}、{party(who).ja}")
    if name in ("facility.energy", "impact.scope2_location", "impact.water"):
        years = run.timeline.years
        return Text(f"{text.en}, {years[0]}–{years[-1]}", f"{text.ja}、{years[0]}〜{years[-1]}年")
    return text
