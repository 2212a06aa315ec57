"""What a loan is worth if what stands behind it is not there."""

from __future__ import annotations

from typing import Any

from gigacampus.faces import numbers
from gigacampus.faces.figures import parts
from gigacampus.faces.figures.base import Column, Figure, Finding, Run, Table, Text, figure, joined, there
from gigacampus.faces.figures.concepts import party, titled
from gigacampus.faces.figures.facts import assumed
from gigacampus.faces.figures.money import Money, dollars, money_of

_PANELS = 4
"""Markets that are drawn; the table has all."""
_KINDS: dict[str, Text] = {
    "guarantee": Text("no guarantee", "保証なし"),
    "reserve": Text("no reserve", "準備金なし"),
    "cure": Text("no cure", "出資者の補填なし"),
    "lease": Text("lease", "当初リース"),
    "options": Text("options", "更新"),
}
_AMOUNTS: dict[str, Text] = {
    "lease": Text("rent of the first term", "当初期間の賃料"),
    "options": Text("rent of later terms", "更新後の賃料"),
    "guarantee": Text("guarantee", "保証"),
    "reserve": Text("reserve", "元利金返済準備金"),
    "cure": Text("cure", "補填"),
    "overrun cover": Text("overruns", "超過費用"),
}


@figure("deal")
def worth_without_supports(run: Run) -> Figure | None:
    """A loan's worth with supports removed, by market."""
    if run.supports.experiment is None:
        return None
    one, loan = run.supports.experiment, party(run.supports.experiment.loan)
    sets = _sets(one)
    return Figure(
        title=_finding(run, one),
        subtitle=Text(
            f"Value of payments on {loan.en}, at its own rate, per 100 drawn, once supports are removed and the asset is sold. "
            "Bar: lenders are paid first; stroke: owners by share",
            f"支えを除き資産を売却した場合の{loan.ja}への支払いの価値、実行額100あたり、自らの利率で割引。棒は貸し手優先、縦線は持分比率での配分",
        ),
        **_drawn(run, one, sets, one.markets[:_PANELS]),
        height=46 + 30 * len(sets),
        narrow_height=72 + 44 * len(sets),
        table=_table(one, sets, money_of(run)),
        aria=Text("Bars of a loan's worth by market and by what is removed.", "除いた支えと市場別の価値の棒グラフ"),
        note=_note(run, one),
        stages=("supports",),
    )  # fmt: skip


def _sets(one: Any) -> list[frozenset[str]]:
    """What is removed in each row: nothing, each support alone, then a tenant that goes without guarantee and reserve."""
    kinds = {support.kind for support in one.supports}
    wanted: list[set[str]] = [set(), {"reserve"}, {"cure"}, {"guarantee"}]
    for event in ("options", "lease"):
        wanted += [{event}, {event, "guarantee"}, {event, "guarantee", "reserve"}]
    found = [frozenset(row) for row in wanted if row <= kinds]
    return list(dict.fromkeys(found))


def _label(one: Any, removed: frozenset[str]) -> Text:
    """What is removed, in words."""
    tenant, said = party(one.tenant), list[Text]()
    if "lease" in removed:
        said.append(Text(f"{tenant.en} fails", f"{tenant.ja}が支払不能"))
    elif "options" in removed:
        year = one.leaves.year if one.leaves else ""
        said.append(Text(f"{tenant.en} leaves in {year}", f"{tenant.ja}が{year}年に退去"))
    said += [_KINDS[kind] for kind in ("guarantee", "reserve", "cure") if kind in removed]
    return joined(said).capital if said else Text("As agreed", "契約どおり")


def _drawn(run: Run, one: Any, sets: list[frozenset[str]], markets: list[str]) -> dict[str, Any]:
    """A panel for each market side by side; on a narrow page the worst market alone, and names above its bars."""
    labels, count, gap = [_label(one, removed) for removed in sets], len(markets), 0.05
    rows = list(enumerate(labels[::-1]))
    room = round(max(parts.width(text, 13) for label in labels for text in (label.en, label.of("ja")))) + 24
    worst = min(markets, key=lambda market: min(one.case(removed, market).worth for removed in sets))
    wide, slim = (
        [_panel(run, one, sets, market, k) for k, market in enumerate(markets)],
        _panel(run, one, sets, worst, 0, True),
    )
    width = (1 - gap * (count - 1)) / count
    axis = {"range": [0, 122], **parts.BARE}
    axes = {f"xaxis{k + 1 if k else ''}": {**axis, "domain": [k * (width + gap), k * (width + gap) + width], "anchor": "y"}
            for k in range(count)}  # fmt: skip
    named = [parts.note(label, 0, row, yref="y", xshift=-room, yanchor="middle") for row, label in rows]
    above = [parts.at(label, 0, row + 0.28, yanchor="bottom", font=parts.SMALL) for row, label in rows]
    hidden = {"visible": False, "range": [-0.6, len(sets) + 0.1]}
    return {
        "data": [trace for traces, _ in wide for trace in traces],
        "layout": {**axes, "yaxis": hidden, "margin": {**parts.NONE, "l": room, "r": 8}, "hovermode": False,
                   "annotations": [*named, *(label for _, texts in wide for label in texts)]},
        "paper": {"layout": {name: {"range": [0, 146]} for name in axes}},
        "narrow": {
            "data": slim[0],
            "layout": {"margin": parts.NONE, "xaxis": {**axis, "domain": [0, 1]}, "annotations": [*above, *slim[1]],
                       "yaxis": {**hidden, "range": [-0.5, len(sets) + 0.9]}},
        },
    }  # fmt: skip


def _panel(
    run: Run, one: Any, sets: list[frozenset[str]], market: str, k: int, slim: bool = False
) -> tuple[list[Any], list[Any]]:
    """Traces and labels of one market; on a narrow page there is only one."""
    axis, rows = f"x{k + 1 if k else ''}", list(enumerate(reversed(sets)))
    first = {row: one.case(removed, market).worth for row, removed in rows[::-1]}
    share = {row: one.case(removed, market, paid="by share").worth for row, removed in rows[::-1]}
    apart = {row: worth for row, worth in share.items() if first[row] - worth > 0.5}
    common = {"xaxis": axis, "yaxis": "y", "hoverinfo": "skip"}
    traces: list[dict[str, Any]] = [
        {"type": "bar", "orientation": "h", "x": list(first.values()), "y": list(first), "width": 0.42,
         "marker": {"color": "@pimco/0.45"}, **common},
        {"type": "scatter", "mode": "markers", "x": list(apart.values()), "y": list(apart),
         "marker": {"symbol": "line-ns", "size": 13, "line": {"width": 2, "color": "@ink"}}, **common},
    ]  # fmt: skip
    labels = [
        parts.at(f"<b>{numbers.fixed(worth, 0)}</b>", worth, row, xref=axis, xshift=5) for row, worth in first.items()
    ]
    guess = assumed(run, f"deal.rating.markets.{market}.")
    shown = titled(market) + (Text(", assumed", "(仮定)") if guess else "")
    font = {"size": 12, "color": "@assumed" if guess else "@ink2"}
    return traces, [parts.at(shown, 0, len(sets) - 0.4 + 0.45 * slim, xref=axis, yanchor="bottom", font=font), *labels]


def _finding(run: Run, one: Any) -> Finding:
    cover, gone = run.supports.coverage[one.loan].minimum, one.of_party(one.tenant)
    worst = min(one.markets, key=lambda market: one.case(gone, market).worth)
    worth, tenant = one.case(gone, worst).worth, party(one.tenant)
    if cover is None or worth > 99.5:
        return Finding("What a loan is worth if a support is removed", "支えを除いたときの債務の価値")
    times, left = numbers.fixed(cover, 2), numbers.fixed(worth, 0)
    return Finding(
        f"Cover of {times}, but {left} of 100 without what {tenant.en} has promised ({party(worst).en})",
        f"DSCR{times}倍でも、{tenant.ja}の約束がなければ価値は100のうち{left}({party(worst).ja})",
    )


def _note(run: Run, one: Any) -> Text:
    """Who has promised what, and how the loan is covered."""
    said: dict[str, list[Text]] = {}
    for support in one.supports:
        amount = dollars(support.amount)
        what = Text(f"{_AMOUNTS[support.kind].en} {amount.en}", f"{_AMOUNTS[support.kind].ja}{amount.ja}")
        said.setdefault(support.party, []).append(what)
    behind = joined((party(who) + Text(": ", "：") + joined(what) for who, what in said.items()), "; ", "；")
    cover = run.supports.coverage[one.loan]
    if cover.minimum is None or not one.market_cover:
        return Text(f"Behind it stand {behind.en}.", f"支え：{behind.ja}。")
    again = ((party(market), numbers.fixed(covers[0], 2)) for market, covers in one.market_cover.items())
    let = joined((Text(f"{market.en} {least}", f"{market.ja}{least}") for market, least in again), "; ")
    least, median = numbers.fixed(cover.minimum, 2), numbers.fixed(there(cover.median), 2)
    return Text(
        f"Behind it stand {behind.en}. Least and median cover {least} and {median} as agreed; least once let again: {let.en}.",
        f"支え：{behind.ja}。DSCRは契約どおりで最低{least}・中央値{median}、再賃貸後の最低は{let.ja}。",
    )


def _table(one: Any, sets: list[frozenset[str]], money: Money) -> Table:
    ways = {
        Text("sold, lenders first", "売却・貸し手優先"): ("sold", "lenders first"), Text("sold, by share", "売却・持分比率"): ("sold", "by share"),
        Text("let again, lenders first", "再賃貸・貸し手優先"): ("let again", "lenders first"),
        Text("let again, by share", "再賃貸・持分比率"): ("let again", "by share"),
    }  # fmt: skip
    rows = [(removed, market) for removed in sets for market in one.markets]
    cases = {name: [one.case(*row, *way) for row in rows] for name, way in ways.items()}
    first = next(iter(cases.values()))
    return Table.of(
        (Column(Text("Removed", "除いた支え")), (_label(one, removed) for removed, _ in rows)),
        (Column(Text("Market", "市場")), (party(market) for _, market in rows)),
        *((Column(Text("Worth, ", "価値、") + name, "", 2), (case.worth for case in of)) for name, of in cases.items()),
        *((Column(Text("Recovered, ", "回収率、") + name, "%", 1), (100 * case.recovered for case in of)) for name, of in cases.items()),
        (Column(Text("Life", "平均年限"), "year", 2), (case.life for case in first)),
        (Column(Text("Guarantee pays", "保証の支払い"), money.unit, 2), (case.guaranteed / money.factor for case in first)),
    )  # fmt: skip
