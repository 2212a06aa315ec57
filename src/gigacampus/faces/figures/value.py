"""What the campus is worth by year in each scenario, beside the guarantee and the debt."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from gigacampus.faces import numbers
from gigacampus.faces.figures import parts
from gigacampus.faces.figures.base import Column, Figure, Finding, Table, Text, figure, there
from gigacampus.faces.figures.concepts import party, party_colour, titled
from gigacampus.faces.figures.facts import calendar
from gigacampus.faces.figures.guarantee import ending
from gigacampus.faces.figures.money import Money, money_of

if TYPE_CHECKING:
    from gigacampus.runs.pipeline import Run

_DASHES = ("dash", "dot", "dashdot", "longdash")


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


@figure("value_by_year")
def value_by_year(run: Run) -> Figure | None:
    """Market value of the campus by year and scenario, guaranteed amount, and debt."""
    if run.campus.deal is None or run.renewal is None or not run.renewal.scenarios:
        return None
    renewal, money = run.renewal, money_of(run)
    outlook = there(run.deal.outlook)
    return Figure(
        id="value_by_year",
        title=_finding(run),
        subtitle=Text(
            f"Market value of the campus if it stood empty, guaranteed amount and debt on each anniversary of the lease, {money.unit}, nominal",
            f"空室となった場合のキャンパスの市場価値、保証額、債務残高、リース開始後の各年、{money.ja}、名目",
        ),
        **_drawn(run),
        height=420,
        narrow_height=440,
        table=_table(run),
        aria=Text(
            "Lines of market value: " + ", ".join(f"{titled(n).en} {_span(s, money)}" for n, s in renewal.scenarios.items()) + f" {money.unit}.",
            "市場価値の折れ線。" + "、".join(f"{titled(n).ja} {_span(s, money)}" for n, s in renewal.scenarios.items()) + f"({money.ja})",
        ),
        note=Text(
            f"Rents to the {numbers.significant(outlook.life, 2)}th year after a void, reverting to normal at each scenario's own rate, discounted at {numbers.percent(outlook.discount)}{numbers.THIN}%."
            + _tail(run).en,
            f"空室期間後、{numbers.significant(outlook.life, 2)}年目までの賃料(各シナリオの速度で正常に戻る)を{numbers.percent(outlook.discount)}{numbers.THIN}%で割引。"
            + _tail(run).ja,
        ),
        stages=("renewal",),
    )  # fmt: skip


def _span(outcome: Any, money: Money) -> str:
    first, last = (money.text(float(outcome.value[i]) / money.factor, 1) for i in (0, -1))
    return f"{first} to {last}"


def _tail(run: Run) -> Text:
    """What is owed as the guarantee ends, and whether rent is committed until it is repaid."""
    deal, renewal = run.deal, run.renewal
    ends = [ending(run, name) for name, one in deal.guarantees.items() if one.guarantor == renewal.guarantor]
    end = next((one for one in ends if one is not None and one.owed > 0), None)
    if end is None:
        return Text("")
    when, owed = (
        (numbers.month(end.day), numbers.month_ja(end.day)),
        (numbers.money(end.owed), numbers.money_ja(end.owed)),
    )
    book, last = (
        run.finance.leases[there(deal.outlook).lease],
        max(calendar(run)[f"{name}.final"] for name in deal.loans),
    )
    first = book.first_end
    if first < last:
        rent = (f"rent after {numbers.month(first)} rests on options that are not taken up yet",
                f"{numbers.month_ja(first)}以降の賃料は未行使の更新による")  # fmt: skip
    else:
        rent = ("rent is committed until it is repaid", "完済まで賃料は確約されている")
    return Text(f" The guarantee ends in {when[0]} with {owed[0]} of debt owed; {rent[0]}.",
                f"保証は{when[1]}に債務{owed[1]}を残して終了し、{rent[1]}。")  # fmt: skip


def _drawn(run: Run) -> dict[str, Any]:
    renewal, money = run.renewal, money_of(run)
    x, debt = renewal.years, renewal.debt / money.factor
    covered = np.where(renewal.threshold > 0, renewal.threshold / money.factor, np.nan)
    line = {"type": "scatter", "mode": "lines", "x": x, "hovertemplate": "%{y:.2f}"}
    data: list[dict[str, Any]] = [
        {**line, "y": debt, "fill": "tozeroy", "fillcolor": "@pimco/0.1", "line": {"color": "@pimco"}, "name": Text("Debt", "債務")},
        {**line, "y": covered, "line": {"color": "@ink", "width": 2}, "name": Text("Guarantee", "保証額")},
    ]  # fmt: skip
    for k, (name, outcome) in enumerate(renewal.scenarios.items()):
        data.append({**line, "y": outcome.value / money.factor, "name": titled(name),
                     "line": {"color": "@assumed", "dash": _DASHES[k % 4], "width": 2}})  # fmt: skip
    data += [_called(renewal, money, at, names) for at, names in leaving(renewal).items()]
    values = [outcome.value.max() / money.factor for outcome in renewal.scenarios.values()]
    axis = parts.upward(float(max(*values, debt.max(), np.nanmax(covered, initial=0.0))), money.unit, room=1.16)
    ticks = [0, *(int(at) for at in renewal.ends)]
    below, slim = (
        {
            "tickvals": [float(x[i]) for i in shown],
            "ticktext": [year_of(renewal, i) for i in shown],
            "showspikes": False,
        }
        for shown in (ticks, ticks[::2])
    )
    last = float(x[-1])
    return {
        "data": data,
        "layout": {"margin": {"r": _room(renewal, False)}, "xaxis": {"range": [-0.11 * last, last], **below}, "yaxis": axis, "shapes": _ends(renewal, axis),
                   "annotations": _labels(run, axis, 420, False)},
        "narrow": {"layout": {"margin": {"r": _room(renewal, True)}, "xaxis": {"range": [-0.3 * last, last], **slim},
                              "annotations": _labels(run, axis, 440, True)}},
    }  # fmt: skip


def _room(renewal: Any, slim: bool) -> int:
    """Margin on the right in which the scenarios' names stand [px]."""
    names = [text for name in renewal.scenarios for text in (titled(name).en, titled(name).of("ja"))]
    return round(
        max(parts.RIGHT_NARROW if slim else 120, *(1.15 * parts.width(n, 13) + (10 if slim else 46) for n in names))
    )


def _called(renewal: Any, money: Money, at: int, names: list[str]) -> dict[str, Any]:
    """What the guarantee pays when the tenant leaves: from the lowest value up to the guaranteed amount."""
    low = min(float(renewal.scenarios[name].value[at]) for name in names) / money.factor
    top = max(low, float(renewal.threshold[at]) / money.factor)
    return {"type": "scatter", "mode": "lines", "x": [float(renewal.years[at])] * 2, "y": [low, top], "hoverinfo": "skip",
            "line": {"color": f"@{party_colour(renewal.guarantor)}/0.45", "width": 9}}  # fmt: skip


def _ends(renewal: Any, axis: dict[str, Any]) -> list[dict[str, Any]]:
    return [
        {"type": "line", "x0": float(renewal.years[at]), "x1": float(renewal.years[at]), "y0": 0, "y1": axis["tickvals"][-1],
         "line": {"color": "@rule", "width": 1}, "layer": "below"}
        for at in renewal.ends
    ]  # fmt: skip


def _labels(run: Run, axis: dict[str, Any], height: int, slim: bool) -> list[dict[str, Any]]:
    renewal, top, money = run.renewal, axis["range"][1], money_of(run)
    last = {name: float(outcome.value[-1]) / money.factor for name, outcome in renewal.scenarios.items()}
    names = [(titled(name), money.text(value, 1)) for name, value in last.items()]
    found = parts.beside(names, list(last.values()), axis, height, slim)
    for at, those in leaving(renewal).items():
        paid = [(titled(name), float(renewal.scenarios[name].shortfall[at]) / money.factor) for name in those]
        gap = "<br>" if slim else "; "
        en = gap.join(f"{name.en.lower()} <b>{money.text(amount, 1)}</b>" for name, amount in paid)
        ja = ("<br>" if slim else "、").join(f"{name.ja} <b>{money.text(amount, 1)}</b>" for name, amount in paid)
        who = tenant(run)
        head = Text(f"{who.en} leaves; the guarantee pays:<br>{en}", f"{who.ja}が退去、保証の支払い：<br>{ja}")
        if slim:
            head = Text(f"{who.en} leaves, paid:<br>{en}", f"{who.ja}退去、支払い：<br>{ja}")
        found.append(
            parts.note(
                head, float(renewal.years[at]), top, xref="x", yref="y", xshift=5, yanchor="top", font={"size": 12}
            )
        )
    found.append(
        parts.note(Text("debt", "債務"), 0.3, 0.03 * top, xref="x", yref="y", yanchor="bottom", font={"size": 12})
    )
    live = np.flatnonzero(renewal.threshold > 0)
    if len(live):
        i = int(live[3 * len(live) // 4])
        found.append(parts.note(Text("guarantee", "保証額"), float(renewal.years[i]), float(renewal.threshold[i]) / money.factor, xref="x",
                                yref="y", xshift=5, yanchor="bottom", font={"size": 12}))  # fmt: skip
    return found


def _finding(run: Run) -> Finding:
    renewal, who = run.renewal, tenant(run)
    found, many = leaving(renewal), len(renewal.scenarios)
    if not found:
        return Finding(
            f"{who.en} stays to the last term's end in every scenario",
            f"どのシナリオでも{who.ja}は最終期間の満了まで残る",
        )
    count, first = sum(map(len, found.values())), min(found)
    most = max(float(renewal.scenarios[n].shortfall[at]) for at, names in found.items() for n in names)
    when = f"in {year_of(renewal, first)}" if len(found) == 1 else f"from {year_of(renewal, first)} on"
    when_ja = f"{year_of(renewal, first)}年に" if len(found) == 1 else f"{year_of(renewal, first)}年以降に"
    pays = f"; the guarantee then pays up to {numbers.money(most)}" if most > 0 else ""
    pays_ja = f"、保証の支払いは最大{numbers.money_ja(most)}" if most > 0 else ""
    scenarios = "the one scenario" if many == 1 else f"{numbers.word(count)} of {numbers.word(many)} scenarios"
    return Finding(f"{who.en} leaves {when} in {scenarios}{pays}", f"{many}件中{count}件のシナリオで{who.ja}は{when_ja}退去し{pays_ja}" if most > 0 else
                   f"{many}件中{count}件のシナリオで{who.ja}は{when_ja}退去する")  # fmt: skip


def _table(run: Run) -> Table:
    """By year: debt, guarantee, and value and shortfall in each scenario."""
    renewal, money = run.renewal, money_of(run)
    heads = [Column(Text("Date", "日付")), Column(Text("Term ends", "期間満了")), money.column(Text("Debt", "債務")),
             money.column(Text("Guarantee", "保証額"))]  # fmt: skip
    series = [renewal.debt, renewal.threshold]
    for name, outcome in renewal.scenarios.items():
        text = titled(name)
        heads += [money.column(Text(f"{text.en}: value", f"{text.ja}：価値")),
                  money.column(Text(f"{text.en}: shortfall", f"{text.ja}：不足額"))]  # fmt: skip
        series += [outcome.value, outcome.shortfall]
    ends = set(map(int, renewal.ends))
    yes = Text("yes", "○")
    rows = tuple(
        (str(day), yes if i in ends else "", *(float(values[i]) / money.factor for values in series))
        for i, day in enumerate(renewal.dates)
    )
    return Table(tuple(heads), rows)
