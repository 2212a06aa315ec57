"""What the campus is worth by year in each scenario, beside the guarantee and the debt."""

from __future__ import annotations

from typing import Any

import numpy as np

from gigacampus.faces import numbers
from gigacampus.faces.figures import parts
from gigacampus.faces.figures.base import EMPTY, Column, Figure, Finding, Run, Table, Text, figure, joined, there
from gigacampus.faces.figures.concepts import party, party_colour, titled
from gigacampus.faces.figures.deal.guarantee import ending
from gigacampus.faces.figures.facts import calendar
from gigacampus.faces.figures.money import Money, dollars, money_of

DASHES = ("dash", "dot", "dashdot", "longdash")
"""Of scenarios, which are assumed."""
_HEIGHTS = (420, 440)


def year_of(renewal: Any, position: int) -> str:
    """Calendar year of a time of the lease."""
    return str(renewal.dates[position])[:4]


def leaving(renewal: Any) -> dict[int, list[str]]:
    """Scenarios in which the tenant leaves before the last term ends, by position of that time."""
    found: dict[int, list[str]] = {}
    for name, outcome in renewal.scenarios.items():
        if outcome.choice.exit < len(renewal.ends) - 1:
            found.setdefault(int(renewal.ends[outcome.choice.exit]), []).append(name)
    return found


def tenant(run: Run) -> Text:
    """Who may leave."""
    return party(run.deal.leases[there(run.deal.outlook).lease].tenant)


@figure("deal")
def value_by_year(run: Run) -> Figure | None:
    """Market value of the campus by year and scenario, guaranteed amount, and debt."""
    if run.renewal is None or not run.renewal.scenarios:
        return None
    renewal, money, outlook, tail = run.renewal, money_of(run), there(run.deal.outlook), _tail(run)
    life, discount = numbers.significant(outlook.life, 2), numbers.share(outlook.discount)
    spans = joined(titled(name) + f" {_span(outcome, money)}" for name, outcome in renewal.scenarios.items())
    return Figure(
        title=_finding(run),
        subtitle=Text(
            f"Market value of the campus if it stood empty, guaranteed amount and debt on each anniversary of the lease, {money.unit}, nominal",
            f"空室となった場合のキャンパスの市場価値、保証額、債務残高、リース開始後の各年、{money.ja}、名目",
        ),
        **_drawn(run),
        table=_table(run),
        aria=Text(f"Lines of market value: {spans.en} {money.unit}.", f"市場価値の折れ線。{spans.ja}({money.ja})"),
        note=Text(
            f"Rents to the {life}th year after a void, reverting to normal at each scenario's own rate, discounted at {discount}.{tail.en}",
            f"空室期間後、{life}年目までの賃料(各シナリオの速度で正常に戻る)を{discount}で割引。{tail.ja}",
        ),
        stages=("renewal",),
    )  # fmt: skip


def _span(outcome: Any, money: Money) -> str:
    return " to ".join(money.text(float(outcome.value[i]) / money.factor, 1) for i in (0, -1))


def _tail(run: Run) -> Text:
    """What is owed as the guarantee ends, and whether rent is committed until it is repaid."""
    deal = run.deal
    ends = [ending(run, name) for name, one in deal.guarantees.items() if one.guarantor == run.renewal.guarantor]
    end = next((one for one in ends if one is not None and one.owed > 0), None)
    if end is None:
        return EMPTY
    owed, first = dollars(end.owed), run.finance.leases[there(deal.outlook).lease].first_end
    rent = Text("rent is committed until it is repaid", "完済まで賃料は確約されている")
    if first < max(calendar(run)[f"{name}.final"] for name in deal.loans):
        rent = Text(f"rent after {numbers.month(first)} rests on options that are not taken up yet",
                    f"{numbers.month_ja(first)}以降の賃料は未行使の更新による")  # fmt: skip
    return Text(f" The guarantee ends in {numbers.month(end.day)} with {owed.en} of debt owed; {rent.en}.",
                f"保証は{numbers.month_ja(end.day)}に債務{owed.ja}を残して終了し、{rent.ja}。")  # fmt: skip


def _drawn(run: Run) -> dict[str, Any]:
    renewal, money = run.renewal, money_of(run)
    x, debt = renewal.years, renewal.debt / money.factor
    covered = np.where(renewal.threshold > 0, renewal.threshold / money.factor, np.nan)
    data = [parts.line(Text("Debt", "債務"), x, debt, "pimco", fill="tozeroy", fillcolor="@pimco/0.1"),
            parts.line(Text("Guarantee", "保証額"), x, covered, "ink", style={"width": 2})]  # fmt: skip
    values = {name: outcome.value / money.factor for name, outcome in renewal.scenarios.items()}
    data += [parts.line(titled(name), x, value, "assumed", style={"dash": DASHES[k % 4], "width": 2})
             for k, (name, value) in enumerate(values.items())]  # fmt: skip
    data += [_called(renewal, money, at, names) for at, names in leaving(renewal).items()]
    top = max(*(value.max() for value in values.values()), debt.max(), np.nanmax(covered, initial=0.0))
    axis, last = parts.upward(float(top), money.unit, room=1.16), float(x[-1])
    ends = [parts.rule((x[at], x[at]), (0, axis["tickvals"][-1]), "rule", layer="below") for at in renewal.ends]

    def layout(slim: bool) -> dict[str, Any]:
        ticks = [0, *map(int, renewal.ends)][:: 2 if slim else 1]
        below = {"range": [-(0.3 if slim else 0.11) * last, last], "tickvals": [float(x[i]) for i in ticks],
                 "ticktext": [year_of(renewal, i) for i in ticks], "showspikes": False}  # fmt: skip
        return {"margin": {"r": _room(renewal, slim)}, "xaxis": below, "yaxis": axis, "shapes": ends,
                "annotations": _labels(run, axis, slim)}  # fmt: skip

    return parts.drawn(data, layout, *_HEIGHTS)


def _room(renewal: Any, slim: bool) -> int:
    """Margin on the right in which the scenarios' names stand [px]."""
    least, more = (parts.RIGHT_NARROW, 10) if slim else (120, 46)
    names = [text for name in renewal.scenarios for text in (titled(name).en, titled(name).of("ja"))]
    return round(max(least, *(1.15 * parts.width(name, 13) + more for name in names)))


def _called(renewal: Any, money: Money, at: int, names: list[str]) -> dict[str, Any]:
    """What the guarantee pays when the tenant leaves: from the lowest value up to the guaranteed amount."""
    low = min(float(renewal.scenarios[name].value[at]) for name in names) / money.factor
    top = max(low, float(renewal.threshold[at]) / money.factor)
    return {"type": "scatter", "mode": "lines", "x": [float(renewal.years[at])] * 2, "y": [low, top], "hoverinfo": "skip",
            "line": {"color": f"@{party_colour(renewal.guarantor)}/0.45", "width": 9}}  # fmt: skip


def _labels(run: Run, axis: dict[str, Any], slim: bool) -> list[dict[str, Any]]:
    renewal, top, money, who = run.renewal, axis["range"][1], money_of(run), tenant(run)
    last = {name: float(outcome.value[-1]) / money.factor for name, outcome in renewal.scenarios.items()}
    names = [(titled(name), money.text(value, 1)) for name, value in last.items()]
    found = parts.beside(names, list(last.values()), axis, _HEIGHTS[slim], slim)
    for at, those in leaving(renewal).items():
        paid = [
            (titled(name), money.text(float(renewal.scenarios[name].shortfall[at]) / money.factor, 1)) for name in those
        ]
        said = joined((Text(f"{name.en.lower()} <b>{amount}</b>", f"{name.ja} <b>{amount}</b>") for name, amount in paid),
                      *(("<br>", "<br>") if slim else ("; ", "、")))  # fmt: skip
        head = who + Text(" leaves; the guarantee pays:", "が退去、保証の支払い：")
        if slim:
            head = who + Text(" leaves, paid:", "退去、支払い：")
        when = float(renewal.years[at])
        found.append(parts.at(head + "<br>" + said, when, top, xshift=5, yanchor="top", font=parts.SMALL))
    found.append(parts.at(Text("debt", "債務"), 0.3, 0.03 * top, yanchor="bottom", font=parts.SMALL))
    live = np.flatnonzero(renewal.threshold > 0)
    if len(live):
        i = int(live[3 * len(live) // 4])
        found.append(parts.at(Text("guarantee", "保証額"), float(renewal.years[i]), float(renewal.threshold[i]) / money.factor,
                              xshift=5, yanchor="bottom", font=parts.SMALL))  # fmt: skip
    return found


def _finding(run: Run) -> Finding:
    renewal, who = run.renewal, tenant(run)
    found, many = leaving(renewal), len(renewal.scenarios)
    if not found:
        return Finding(
            f"{who.en} stays to the last term's end in every scenario",
            f"どのシナリオでも{who.ja}は最終期間の満了まで残る",
        )
    count, year = sum(map(len, found.values())), year_of(renewal, min(found))
    most = max(float(renewal.scenarios[name].shortfall[at]) for at, names in found.items() for name in names)
    when = Text(f"in {year}", f"{year}年に") if len(found) == 1 else Text(f"from {year} on", f"{year}年以降に")
    pays, paid = Text("", "する"), dollars(most)
    if most > 0:
        pays = Text(f"; the guarantee then pays up to {paid.en}", f"し、保証の支払いは最大{paid.ja}")
    scenarios = "the one scenario" if many == 1 else f"{numbers.word(count)} of {numbers.word(many)} scenarios"
    return Finding(
        f"{who.en} leaves {when.en} in {scenarios}{pays.en}",
        f"{many}件中{count}件のシナリオで{who.ja}は{when.ja}退去{pays.ja}",
    )


def _table(run: Run) -> Table:
    """By year: debt, guarantee, and value and shortfall in each scenario."""
    renewal, money = run.renewal, money_of(run)
    series = [(Text("Debt", "債務"), renewal.debt), (Text("Guarantee", "保証額"), renewal.threshold)]
    for name, outcome in renewal.scenarios.items():
        series += [(titled(name) + Text(": value", "：価値"), outcome.value),
                   (titled(name) + Text(": shortfall", "：不足額"), outcome.shortfall)]  # fmt: skip
    ends = set(map(int, renewal.ends))
    return Table.of(
        (Column(Text("Date", "日付")), map(str, renewal.dates)),
        (
            Column(Text("Term ends", "期間満了")),
            (Text("yes", "○") if i in ends else "" for i in range(len(renewal.dates))),
        ),
        *((money.column(name), values / money.factor) for name, values in series),
    )
