"""What a loan is worth if what stands behind it is not there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from gigacampus.faces import numbers
from gigacampus.faces.figures import parts
from gigacampus.faces.figures.base import Column, Figure, Finding, Table, Text, figure, there
from gigacampus.faces.figures.concepts import party, titled
from gigacampus.faces.figures.money import Money, money_of

if TYPE_CHECKING:
    from gigacampus.runs.pipeline import Run

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


@figure("worth_without_supports")
def worth_without_supports(run: Run) -> Figure | None:
    """A loan's worth with supports removed, by market."""
    if run.campus.deal is None or run.supports.experiment is None:
        return None
    one, loan = run.supports.experiment, party(run.supports.experiment.loan)
    sets, markets = _sets(one), one.markets[:_PANELS]
    return Figure(
        id="worth_without_supports",
        title=_finding(run, one),
        subtitle=Text(
            f"Value of payments on {loan.en}, at its own rate, per 100 drawn, once supports are removed and the asset is sold. "
            "Bar: lenders are paid first; stroke: owners by share",
            f"支えを除き資産を売却した場合の{loan.ja}への支払いの価値、実行額100あたり、自らの利率で割引。棒は貸し手優先、縦線は持分比率での配分",
        ),
        **_drawn(run, one, sets, markets),
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
    if not said:
        return Text("As agreed", "契約どおり")
    en = ", ".join(text.en for text in said)
    return Text(en[:1].upper() + en[1:], "、".join(text.of("ja") for text in said))


def _drawn(run: Run, one: Any, sets: list[frozenset[str]], markets: list[str]) -> dict[str, Any]:
    labels = [_label(one, removed) for removed in sets]
    room = round(max(parts.width(text, 13) for label in labels for text in (label.en, label.of("ja")))) + 24
    worst = min(markets, key=lambda market: min(one.case(removed, market).worth for removed in sets))
    wide, slim = (
        [_panel(run, one, sets, market, k) for k, market in enumerate(markets)],
        _panel(run, one, sets, worst, 0, True),
    )
    gap = 0.05
    width = (1 - gap * (len(markets) - 1)) / len(markets)
    axis = {"range": [0, 122], "showgrid": False, "showline": False, "showticklabels": False, "showspikes": False,
            "zeroline": True, "zerolinecolor": "@axis"}  # fmt: skip
    axes = {
        f"xaxis{k + 1 if k else ''}": {**axis, "domain": [k * (width + gap), k * (width + gap) + width], "anchor": "y"}
        for k in range(len(markets))
    }
    named = [parts.note(label, 0, len(sets) - 1 - k, yref="y", xshift=-room, yanchor="middle")
             for k, label in enumerate(labels)]  # fmt: skip
    above = [parts.note(label, 0, len(sets) - 1 - k + 0.28, xref="x", yref="y", yanchor="bottom", font={"size": 12})
             for k, label in enumerate(labels)]  # fmt: skip
    return {
        "data": [trace for traces, _ in wide for trace in traces],
        "layout": {
            **axes,
            "yaxis": {"visible": False, "range": [-0.6, len(sets) + 0.1]},
            "margin": {"l": room, "r": 8, "t": 0, "b": 0},
            "hovermode": False,
            "annotations": [*named, *(label for _, labels_ in wide for label in labels_)],
        },
        "paper": {"layout": {name: {"range": [0, 146]} for name in axes}},
        "narrow": {
            "data": slim[0],
            "layout": {
                "margin": {"l": 0, "r": 0, "t": 0, "b": 0},
                "xaxis": {**axis, "domain": [0, 1]},
                "yaxis": {"visible": False, "range": [-0.5, len(sets) + 0.9]},
                "annotations": [*above, *slim[1]],
            },
        },
    }


def _panel(
    run: Run, one: Any, sets: list[frozenset[str]], market: str, k: int, slim: bool = False
) -> tuple[list[Any], list[Any]]:
    """Traces and labels of one market; on a narrow page there is only one."""
    axis, y = f"x{k + 1 if k else ''}", list(range(len(sets) - 1, -1, -1))
    first = [one.case(removed, market).worth for removed in sets]
    share = [one.case(removed, market, paid="by share").worth for removed in sets]
    apart = [(s, place) for f, s, place in zip(first, share, y, strict=True) if f - s > 0.5]
    common = {"xaxis": axis, "yaxis": "y", "hoverinfo": "skip"}
    traces: list[dict[str, Any]] = [
        {"type": "bar", "orientation": "h", "x": first, "y": y, "width": 0.42, "marker": {"color": "@pimco/0.45"}, **common},
        {"type": "scatter", "mode": "markers", "x": [s for s, _ in apart], "y": [place for _, place in apart],
         "marker": {"symbol": "line-ns", "size": 13, "line": {"width": 2, "color": "@ink"}}, **common},
    ]  # fmt: skip
    labels = [
        parts.note(f"<b>{numbers.fixed(worth, 0)}</b>", worth, place, xref=axis, yref="y", xshift=5, yanchor="middle")
        for worth, place in zip(first, y, strict=True)
    ]
    assumed = any(path.startswith(f"deal.rating.markets.{market}.") and origin.grade in "AU"
                  for path, origin in run.loaded.origins.items())  # fmt: skip
    name = titled(market)
    shown = Text(f"{name.en}, assumed", f"{name.of('ja')}(仮定)") if assumed else name
    head = parts.note(shown, 0, len(sets) - 0.4 + 0.45 * slim, xref=axis, yref="y", yanchor="bottom",
                      font={"size": 12, "color": "@assumed" if assumed else "@ink2"})  # fmt: skip
    return traces, [head, *labels]


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
        name, amount = _AMOUNTS[support.kind], support.amount
        said.setdefault(support.party, []).append(
            Text(f"{name.en} {numbers.money(amount)}", f"{name.ja}{numbers.money_ja(amount)}")
        )
    behind = Text("; ".join(f"{party(who).en}: {', '.join(x.en for x in what)}" for who, what in said.items()),
                  "；".join(f"{party(who).ja}：{'、'.join(x.of('ja') for x in what)}" for who, what in said.items()))  # fmt: skip
    cover = run.supports.coverage[one.loan]
    let = Text("; ".join(f"{party(m).en} {numbers.fixed(x[0], 2)}" for m, x in one.market_cover.items()),
               "、".join(f"{party(m).ja}{numbers.fixed(x[0], 2)}" for m, x in one.market_cover.items()))  # fmt: skip
    if cover.minimum is None or not one.market_cover:
        return Text(f"Behind it stand {behind.en}.", f"支え：{behind.ja}。")
    least, median = numbers.fixed(cover.minimum, 2), numbers.fixed(there(cover.median), 2)
    return Text(
        f"Behind it stand {behind.en}. Least and median cover {least} and {median} as agreed; least once let again: {let.en}.",
        f"支え：{behind.ja}。DSCRは契約どおりで最低{least}・中央値{median}、再賃貸後の最低は{let.ja}。",
    )


def _table(one: Any, sets: list[frozenset[str]], money: Money) -> Table:
    ways = (("sold", "lenders first"), ("sold", "by share"), ("let again", "lenders first"), ("let again", "by share"))
    heads = (
        Text("sold, lenders first", "売却・貸し手優先"), Text("sold, by share", "売却・持分比率"),
        Text("let again, lenders first", "再賃貸・貸し手優先"), Text("let again, by share", "再賃貸・持分比率"),
    )  # fmt: skip
    columns = [Column(Text("Removed", "除いた支え")), Column(Text("Market", "市場"))]
    columns += [Column(Text(f"Worth, {h.en}", f"価値、{h.ja}"), "", 2) for h in heads]
    columns += [Column(Text(f"Recovered, {h.en}", f"回収率、{h.ja}"), "%", 1) for h in heads]
    columns += [
        Column(Text("Life", "平均年限"), "year", 2),
        Column(Text("Guarantee pays", "保証の支払い"), money.unit, 2),
    ]
    rows = []
    for removed in sets:
        for market in one.markets:
            cases = [one.case(removed, market, *way) for way in ways]
            rows.append((_label(one, removed), party(market), *(c.worth for c in cases), *(100 * c.recovered for c in cases),
                         cases[0].life, cases[0].guaranteed / money.factor))  # fmt: skip
    return Table(tuple(columns), tuple(rows))
