"""Rules, residuals, ledger and sources: the tables of the page that prove it."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from gigacampus.campus.catalog import GRADES
from gigacampus.faces import numbers
from gigacampus.faces.figures.text import Finding, Text
from gigacampus.faces.report import words
from gigacampus.faces.report.glance import label, limit_value, rule_value
from gigacampus.faces.report.inputs import Inputs

if TYPE_CHECKING:
    from gigacampus.runs.pipeline import Run

LIMIT = 1e-9
"""Highest residual that is not an error."""


@dataclass(frozen=True)
class Rule:
    """One promise as its row shows it."""

    name: Text
    code: str
    value: Text
    limit: Text
    headroom: str
    state: str
    why: str


def rules(run: Run) -> list[Rule]:
    """Promises: failed first, then untested, then least headroom."""
    order = {"fail": 0, "not tested": 1, "pass": 2}
    ranked = sorted(run.policy, key=lambda v: (order[v.state], v.headroom if v.headroom is not None else math.inf))
    return [_rule(run, verdict) for verdict in ranked]


def _rule(run: Run, verdict: Any) -> Rule:
    limit = limit_value(verdict.kpi, verdict.bound, verdict.unit)
    sign = "≥" if verdict.side == "at_least" else "≤"
    headroom = "" if verdict.headroom is None else f"{numbers.percent(verdict.headroom)}{numbers.THIN}%"
    value = rule_value(verdict) if verdict.value is not None else Text("–")
    number, unit = numbers.published(verdict.bound, verdict.unit)
    code = f"{verdict.kpi} {sign} {number} {unit}".rstrip()
    return Rule(label(run, verdict.kpi), code, value, limit, headroom, verdict.state, verdict.why)


def rules_finding(run: Run) -> Finding:
    """How many promises pass, fail, and cannot be tested."""
    count: Counter[str] = Counter(verdict.state for verdict in run.policy)
    if not run.policy:
        return Finding("The spec makes no promises", "この仕様に約束はない")
    said: list[str] = []
    said_ja: list[str] = []
    for state, (one, many, ja) in _STATES.items():
        if count[state]:
            said.append(f"{numbers.word(count[state])} {'rule' if count[state] == 1 else 'rules'} " * (not said) + (
                f"{numbers.word(count[state])} " * bool(said)) + (one if count[state] == 1 else many))  # fmt: skip
            said_ja.append(f"{ja}{count[state]}件")
    text = ", ".join(said)
    return Finding(text[:1].upper() + text[1:], "規則は" + "、".join(said_ja))


_STATES = {
    "pass": ("passes", "pass", "適合"),
    "fail": ("fails", "fail", "不適合"),
    "not tested": ("cannot be tested", "cannot be tested", "未検証"),
}


@dataclass(frozen=True)
class Residual:
    """One conservation law: what is left, and where it stands between 1e-17 and the limit [0-1]."""

    name: Text
    value: float
    shown: str
    place: float
    state: str


_LAWS = {
    "energy_hour": Text("Energy at the bus, worst hour", "母線の電力、最悪の1時間"),
    "energy_life": Text("Energy at the bus, whole life", "母線の電力量、全期間"),
    "storage": Text("Batteries", "蓄電池"),
    "facility": Text("Power in the facility, worst hour", "設備内の電力、最悪の1時間"),
    "water": Text("Water, worst hour", "水、最悪の1時間"),
    "heat": Text("Heat, worst hour", "熱、最悪の1時間"),
    "flows sum to zero": Text("Payments between parties", "当事者間の支払い"),
    "sources are uses": Text("Sources = uses", "資金源=使途"),
    "accounts hold what came in less what went out": Text("Every account, every month", "全口座、毎月"),
    "loans owe what was drawn less what was repaid": Text("Loans: drawn less repaid", "借入：実行額−返済額"),
    "solved values meet their figures": Text("Solved values meet their figures", "逆算値と公表値"),
    "balance sheets balance": Text("Balance sheets of all parties", "全当事者の貸借対照表"),
    "owners' stakes are the equity": Text("Owners' stakes = equity", "持分の合計=資本"),
}

LOW = 1e-17


def residuals(run: Run) -> list[Residual]:
    """Every conservation law that the run was held to."""
    found: dict[str, float] = {}
    if run.campus.physical:
        f, s = run.facility, run.supply
        found |= {"energy_hour": s.residual_energy, "energy_life": s.residual_energy_life}
        found |= {"storage": s.residual_storage} if s.dispatch.storage else {}
        found |= {"facility": f.residual_energy, "water": f.residual_water, "heat": f.residual_heat}
    if run.campus.deal is not None:
        found |= run.finance.residuals | (run.accounting.residuals if run.accounting is not None else {})
    return [_residual(name, float(value)) for name, value in found.items()]


def _residual(name: str, value: float) -> Residual:
    span = math.log10(LIMIT / LOW)
    place = min(max(math.log10(max(value, LOW) / LOW) / span, 0.0), 1.1)
    text = _LAWS.get(name, Text(name[:1].upper() + name[1:]))
    return Residual(text, value, numbers.power_of_ten(value), place, "holds" if value <= LIMIT else "breaks")


def residuals_finding(found: list[Residual]) -> Finding:
    """By how much every balance is inside its limit."""
    worst = max((r.value for r in found), default=0.0)
    if worst > LIMIT:
        return Finding("A balance does not close", "閉じない収支がある")
    if worst <= 0:
        return Finding("Every balance closes exactly", "すべての収支が厳密に閉じる")
    power = 10 ** math.floor(math.log10(LIMIT / worst))
    return Finding(
        f"Every balance closes at least {power:,} times inside its limit",
        f"すべての収支が上限の{power:,}分の1以下で閉じる",
    )


@dataclass(frozen=True)
class Published:
    """A row of the ledger as it is recorded."""

    id: str
    expected: str
    state: str
    source: str
    url: str
    note: str


def ledger() -> list[Published]:
    """Published figures and how the model stands to each, misses first; `gigacampus verify` computes them again.

    A parsed copy is kept, for reading YAML is slow.
    """
    from gigacampus.runs import cache, verify

    key = cache.digest(*(path.read_bytes() for path in sorted(verify.LEDGER.glob("*.yaml"))))
    kept = cache.load("published", key)
    if not cache.is_missing(kept):
        return list(kept)
    found = [
        Published(
            name, str(row["expected"]), "hit" if row["stands"] == "hit" else "miss", str(row["source"].get("title", "")),
            str(row["source"].get("url", "")), str(row.get("note", "")),
        )
        for name, row in verify.rows().items()
    ]  # fmt: skip
    found.sort(key=lambda row: (row.state == "hit", row.id))
    cache.save("published", key, found)
    return found


def of_run(run: Run, found: list[Published]) -> list[Published]:
    """Rows about what a run goes through: a deal alone answers for none of the engines of a campus, nor the reverse."""
    deal = run.campus.deal is not None
    return [
        row
        for row in found
        if (deal and row.id.startswith("finance.")) or (run.campus.physical and not row.id.startswith("finance."))
    ]


def areas(found: list[Published]) -> list[tuple[str, int, int]]:
    """By area of the model: its name, figures held against it, and those that are reproduced."""
    all_of = Counter(row.id.partition(".")[0] for row in found)
    hits = Counter(row.id.partition(".")[0] for row in found if row.state == "hit")
    return [(area, count, hits[area]) for area, count in sorted(all_of.items())]


def ledger_finding(found: list[Published]) -> Finding:
    """How many published figures are reproduced."""
    hits = sum(row.state == "hit" for row in found)
    return Finding(
        f"{hits} of {len(found)} published figures are reproduced; the misses stay on the page",
        f"公表値{len(found)}件のうち{hits}件を再現。再現できない値も残す",
    )


@dataclass(frozen=True)
class Source:
    """One input: its path, value, grade, document and how many KPIs rest on it."""

    number: str
    path: str
    value: str
    unit: str
    grade: str
    title: str
    url: str
    date: str
    note: str
    uses: int


def sources(inputs: Inputs) -> list[tuple[Text, str, list[Source]]]:
    """Every input by part of the spec, with a line on how many are assumed."""
    groups: dict[str, list[Source]] = {}
    for path, origin in inputs.all.items():
        groups.setdefault(path.partition(".")[0].partition("[")[0], []).append(_source(inputs, path, origin))
    return [(words.PARTS.get(part, Text(part.capitalize())), part, rows) for part, rows in groups.items()]


def _source(inputs: Inputs, path: str, origin: Any) -> Source:
    unknown = not isinstance(origin.value, (int, float)) or math.isnan(origin.value)
    value, unit = ("?", "") if unknown else numbers.published(float(origin.value), origin.unit)
    when = str(origin.source.date or origin.year or "")
    url = origin.source.url if origin.source.url.startswith(("https://", "http://")) else ""
    return Source(
        inputs.of(path),
        path,
        value,
        unit,
        GRADES[origin.grade],
        origin.source.title,
        url,
        when,
        origin.note,
        inputs.uses[path],
    )
