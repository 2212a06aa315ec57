"""Sources and uses of each vehicle of a deal."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from gigacampus.faces import numbers
from gigacampus.faces.figures import parts
from gigacampus.faces.figures.base import Column, Figure, Finding, Table, Text, figure
from gigacampus.faces.figures.concepts import party, party_colour, titled
from gigacampus.faces.figures.money import Money, money_of
from gigacampus.faces.figures.money_flow import KINDS
from gigacampus.runs.kpi import slug

if TYPE_CHECKING:
    from gigacampus.runs.pipeline import Run

_ROOM = {False: 940.0, True: 318.0}
"""Width of a line of small pieces, by whether the figure is narrow [px]."""
_LINE = 44
"""Height of a bar for each line below it, which has two fifths of it [px]."""


@dataclass(frozen=True)
class Piece:
    """One piece of a bar: its name, its colour and its amount [the run's unit of money]."""

    name: Text
    colour: str
    amount: float


@figure("sources_and_uses")
def sources_and_uses(run: Run) -> Figure | None:
    """What each vehicle raises, and what it pays it for."""
    if run.campus.deal is None or not run.finance.funding:
        return None
    bars = _statements(run)
    shown = [bar for bar in bars if sum(piece.amount for piece in bar[2]) > 0]
    if not shown:
        return None
    money = money_of(run)
    drawn = [stacked(shown, money, False), stacked(shown, money, True)]
    return Figure(
        id="sources_and_uses",
        title=_su_finding(run),
        subtitle=Text(
            f"Sources and uses of each vehicle, {money.unit}, nominal; each pair sums to the same",
            f"事業体ごとの資金源と使途、{money.ja}、名目。資金源と使途の合計は一致する",
        ),
        data=drawn[0]["data"],
        layout=drawn[0]["layout"],
        narrow=drawn[1],
        paper={"narrow": True},
        height=max(98, _LINE * lines(shown, False)) * len(shown),
        narrow_height=max(100 + 14 * lines(shown, True), _LINE * lines(shown, True)) * len(shown),
        table=_su_table(shown, money),
        aria=Text("Stacked bars of sources and uses: " + _spoken(shown, money, "en") + ".", "資金源と使途の積み上げ棒グラフ。" + _spoken(shown, money, "ja")),
        stages=("finance",),
        rows=tuple(f"{slug(v)}.{what}" for v in run.finance.funding for what in ("uses", "call", "capital"))
        + tuple(f"{slug(name)}.draw" for name in run.finance.loans),
    )  # fmt: skip


def _statements(run: Run) -> list[tuple[Text, Text, list[Piece]]]:
    """Two bars a vehicle, those that owe debt first."""
    debtors = {loan.borrower for loan in run.deal.loans.values()}
    found = []
    for name, statement in sorted(run.finance.funding.items(), key=lambda item: item[0] not in debtors):
        found.append((party(name), Text("sources", "資金源"), _pieces(run, statement.sources)))
        found.append((party(name), Text("uses", "使途"), _pieces(run, statement.uses)))
    return found


def _pieces(run: Run, amounts: dict[str, float]) -> list[Piece]:
    ranked, unit = sorted(amounts.items(), key=lambda item: -item[1]), money_of(run).factor
    return [
        Piece(_what(name), _fill(run, name, i), amount / unit) for i, (name, amount) in enumerate(ranked) if amount > 0
    ]


_WHAT = {
    "interest while building": Text("interest while building", "建設中の利息"),
    "reserve": Text("debt reserve", "元利金返済準備金"),
    "escrow income": Text("escrow income", "エスクロー運用益"),
    "left in escrow": Text("left in escrow", "エスクロー残額"),
    "paid off by another loan": Text("paid off by another loan", "借換えによる完済"),
    "own cash": Text("own cash", "自己資金"),
    "debt service cured": Text("debt service cured", "元利払いの治癒"),
    "operating deficit": Text("operating deficit", "運営赤字"),
    "paid in ahead of uses": Text("paid in ahead of uses", "使途に先立つ払込み"),
    "contribution in kind": Text("in kind", "現物出資"),
    "contribution": Text("contribution", "出資"),
    "works": Text("Works", "工事"),
    "first works": Text("First works", "着工済み工事"),
    "assets": Text("Assets", "既存資産"),
}


def _what(name: str) -> Text:
    """A source or use as a reader sees it, such as ``Beignet: contribution``."""
    first, _, rest = name.partition(": ")
    if rest:
        more = _WHAT.get(rest, KINDS.get(rest, party(rest)))
        return Text(f"{titled(first).en}, {more.en}", f"{party(first).ja}：{more.ja}")
    for word, kind in KINDS.items():
        if name.startswith(f"{word} to "):
            to = party(name.removeprefix(f"{word} to "))
            return Text(f"{kind.en.capitalize()} to {to.en}", f"{to.ja}への{kind.ja}")
    return _WHAT.get(name, titled(name))


def _fill(run: Run, name: str, rank: int) -> str:
    """Debt is wine, its interest 45 % of it, owners have their own colour, the rest is a grey step."""
    first, _, rest = name.partition(": ")
    if first in run.deal.loans:
        if not rest:
            return "pimco"
        return "pimco/0.45" if rest.startswith("interest") else "axis"
    if rest.startswith("contribution"):
        return party_colour(first) + ("/0.6" if rest.endswith("kind") else "")
    return ("grid", "axis", "rule", "losses")[min(rank, 3)]


def stacked(bars: list[tuple[Text, Text, list[Piece]]], money: Money, slim: bool) -> dict[str, Any]:
    """Bars from the top down, each label inside its piece or in a line below."""
    widest = max(sum(piece.amount for piece in pieces) for _, _, pieces in bars)
    data: list[dict[str, Any]] = []
    notes: list[dict[str, Any]] = []
    for i, (vehicle, side, pieces) in enumerate(bars):
        row = len(bars) - 1 - i
        base, below = 0.0, small(pieces, slim, widest)
        for piece in pieces:
            data.append(_bar(piece, row))
            if piece not in below:
                notes.append(_inside(piece, money, base, row))
            base += piece.amount
        notes += [_head(vehicle, side, money.text(base, 2), row), *_below(below, money, row, slim)]
    layout = {
        "xaxis": {"visible": False, "range": [0, widest]},
        "yaxis": {"visible": False, "range": [-0.62, len(bars) - 0.38]},
        "barmode": "stack", "bargap": 0.56, "hovermode": "closest", "annotations": notes,
        "margin": {"l": 0, "r": 0, "t": 0, "b": 0},
    }  # fmt: skip
    return {"data": data, "layout": layout}


def small(pieces: list[Piece], slim: bool, widest: float | None = None) -> list[Piece]:
    """The pieces whose label does not fit into them."""
    room = (342 if slim else 1000) / (widest or sum(piece.amount for piece in pieces))
    return [piece for piece in pieces if piece.amount * room < parts.width(piece.name.en) + 14]


def _bar(piece: Piece, row: int) -> dict[str, Any]:
    return {
        "type": "bar", "orientation": "h", "x": [piece.amount], "y": [row], "name": piece.name,
        "marker": {"color": f"@{piece.colour}"}, "hovertemplate": "%{x:.2f}", "width": 0.42,
    }  # fmt: skip


def _inside(piece: Piece, money: Money, base: float, row: int) -> dict[str, Any]:
    token, _, faint = piece.colour.partition("/")
    amount = money.text(piece.amount, 2)
    shade = "@ink" if faint else f"@on-{token}"
    return parts.note(
        Text(f"{piece.name.en}<br>{amount}", f"{piece.name.ja}<br>{amount}"),
        base, row, xref="x", yref="y", xshift=7, yanchor="middle", font={"size": 12, "color": shade},
    )  # fmt: skip


def _head(vehicle: Text, side: Text, amount: str, row: int) -> dict[str, Any]:
    text = Text(f"<b>{vehicle.en}, {side.en}</b> {amount}", f"<b>{vehicle.ja}、{side.ja}</b> {amount}")
    return parts.note(text, 0.0, row + 0.22, yref="y", yanchor="bottom", font={"size": 13})


def _below(pieces: list[Piece], money: Money, row: int, slim: bool) -> list[dict[str, Any]]:
    """The pieces that are too small for a label, in one line below the bar, each with a square of its colour."""
    if not pieces:
        return []
    keyed = [parts.keyed(Text(p.name.en, p.name.ja), money.text(p.amount, 2), p.colour) for p in pieces]
    rows = [keyed[i : i + n] for i, n in wrap(pieces, _ROOM[slim])]
    en = "<br>".join("   ".join(text.en for text in line) for line in rows)
    ja = "<br>".join("   ".join(text.ja for text in line) for line in rows)
    plain = Text(en.replace("<b>", "").replace("</b>", ""), ja.replace("<b>", "").replace("</b>", ""))
    return [
        parts.note(plain, 1.0, row - 0.22, yref="y", yanchor="top", xanchor="right", align="right", font={"size": 12})
    ]


def lines(bars: list[tuple[Text, Text, list[Piece]]], slim: bool) -> int:
    """Most lines of small pieces below a bar."""
    widest = max(sum(piece.amount for piece in pieces) for _, _, pieces in bars)
    return max(len(wrap(small(pieces, slim, widest), _ROOM[slim])) for _, _, pieces in bars)


def wrap(pieces: list[Piece], room: float = 318.0) -> list[tuple[int, int]]:
    """Lines of a narrow figure: the first piece of each, and how many stand in it."""
    lines: list[tuple[int, int]] = []
    left = 0.0
    for i, piece in enumerate(pieces):
        wide = max(parts.width(f"{text} 00.00") for text in (piece.name.en, piece.name.of("ja"))) + 26
        if lines and wide <= left:
            lines[-1], left = (lines[-1][0], lines[-1][1] + 1), left - wide
        else:
            lines.append((i, 1))
            left = room - wide
    return lines


def _su_table(bars: list[tuple[Text, Text, list[Piece]]], money: Money) -> Table:
    columns = (Column(Text("Vehicle", "事業体")), Column(Text("Side", "区分")), Column(Text("What", "項目")),
               money.column(Text("Amount", "金額")))  # fmt: skip
    return Table(columns, tuple((vehicle, side, p.name, p.amount) for vehicle, side, pieces in bars for p in pieces))


def _spoken(bars: list[tuple[Text, Text, list[Piece]]], money: Money, language: str) -> str:
    return ", ".join(
        f"{vehicle.of(language)} {side.of(language)} {money.text(sum(p.amount for p in pieces), 2)}"
        for vehicle, side, pieces in bars
    )


def _su_finding(run: Run) -> Finding:
    for name, statement in run.finance.funding.items():
        total = sum(statement.sources.values())
        interest = sum(v for k, v in statement.uses.items() if k.endswith("interest while building"))
        if interest > 0.02 * total:
            part = numbers.money(interest).replace(f"{numbers.THIN}bn", "")
            return Finding(
                f"Interest while building takes {part} of the {numbers.money(total)} that {party(name).en} has for its uses",
                f"{party(name).ja}の資金{numbers.money_ja(total)}のうち{numbers.money_ja(interest)}は建設中の利息に回る",
            )
    return Finding("Sources and uses", "資金源と使途")
