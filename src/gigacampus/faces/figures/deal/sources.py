"""Sources and uses of each vehicle of a deal."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from gigacampus.faces import numbers
from gigacampus.faces.figures import parts
from gigacampus.faces.figures.base import Column, Figure, Finding, Run, Table, Text, figure, joined
from gigacampus.faces.figures.concepts import party, party_colour, titled
from gigacampus.faces.figures.deal.money_flow import KINDS
from gigacampus.faces.figures.money import Money, money_of
from gigacampus.runs.kpi import slug

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


@dataclass(frozen=True)
class Bar:
    """A bar of pieces: whose it is, which side, and its pieces from the left."""

    whose: Text
    side: Text
    pieces: list[Piece]

    @property
    def total(self) -> float:
        """What its pieces sum to."""
        return sum(piece.amount for piece in self.pieces)


@figure("deal")
def sources_and_uses(run: Run) -> Figure | None:
    """What each vehicle raises, and what it pays it for."""
    shown, money = [bar for bar in _statements(run) if bar.total > 0], money_of(run)
    if not shown:
        return None
    said = joined(bar.whose + " " + bar.side + f" {money.text(bar.total, 2)}" for bar in shown)
    return Figure(
        title=_finding(run),
        subtitle=Text(
            f"Sources and uses of each vehicle, {money.unit}, nominal; each pair sums to the same",
            f"事業体ごとの資金源と使途、{money.ja}、名目。資金源と使途の合計は一致する",
        ),
        **stacked(shown, money),
        paper={"narrow": True},
        height=max(98, _LINE * lines(shown, False)) * len(shown),
        narrow_height=max(100 + 14 * lines(shown, True), _LINE * lines(shown, True)) * len(shown),
        table=Table(
            (Column(Text("Vehicle", "事業体")), Column(Text("Side", "区分")), Column(Text("What", "項目")), money.column(Text("Amount", "金額"))),
            tuple((bar.whose, bar.side, piece.name, piece.amount) for bar in shown for piece in bar.pieces),
        ),
        aria=Text(f"Stacked bars of sources and uses: {said.en}.", f"資金源と使途の積み上げ棒グラフ。{said.ja}"),
        stages=("finance",),
        rows=tuple(f"{slug(v)}.{what}" for v in run.finance.funding for what in ("uses", "call", "capital"))
        + tuple(f"{slug(name)}.draw" for name in run.finance.loans),
    )  # fmt: skip


def _statements(run: Run) -> list[Bar]:
    """Two bars a vehicle, those that owe debt first."""
    debtors, found = {loan.borrower for loan in run.deal.loans.values()}, []
    for name, statement in sorted(run.finance.funding.items(), key=lambda item: item[0] not in debtors):
        found.append(Bar(party(name), Text("sources", "資金源"), _pieces(run, statement.sources)))
        found.append(Bar(party(name), Text("uses", "使途"), _pieces(run, statement.uses)))
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


def stacked(bars: list[Bar], money: Money) -> dict[str, Any]:
    """Bars from the top down, each label inside its piece or in a line below."""
    widest, last = max(bar.total for bar in bars), len(bars) - 1
    data = [
        parts.bars(piece.name, [piece.amount], [last - i], piece.colour, "%{x:.2f}", orientation="h", width=0.42)
        for i, bar in enumerate(bars)
        for piece in bar.pieces
    ]

    def layout(slim: bool) -> dict[str, Any]:
        return {
            "xaxis": {"visible": False, "range": [0, widest]}, "yaxis": {"visible": False, "range": [-0.62, len(bars) - 0.38]},
            "barmode": "stack", "bargap": 0.56, "hovermode": "closest", "margin": parts.NONE,
            "annotations": [note for i, bar in enumerate(bars) for note in _labels(bar, money, last - i, slim, widest)],
        }  # fmt: skip

    return {"data": data, "layout": layout(False), "narrow": {"layout": layout(True)}}


def _labels(bar: Bar, money: Money, row: int, slim: bool, widest: float) -> list[dict[str, Any]]:
    """What a bar is and sums to above it, its pieces inside, and below in a line those that are too small."""
    below, notes, base = small(bar.pieces, slim, widest), [], 0.0
    for piece in bar.pieces:
        token, _, faint = piece.colour.partition("/")
        if piece not in below:
            font = {"size": 12, "color": "@ink" if faint else f"@on-{token}"}
            notes.append(parts.at(piece.name + f"<br>{money.text(piece.amount, 2)}", base, row, xshift=7, font=font))
        base += piece.amount
    head = joined((bar.whose, bar.side)).bold + f" {money.text(base, 2)}"
    notes.append(parts.note(head, 0.0, row + 0.22, yref="y", yanchor="bottom", font={"size": 13}))
    if below:
        keyed = [parts.keyed(piece.name, money.text(piece.amount, 2), piece.colour) for piece in below]
        rows = joined((joined(keyed[i : i + n], "   ", "   ") for i, n in wrap(below, _ROOM[slim])), "<br>", "<br>")
        light = Text(*(text.replace("<b>", "").replace("</b>", "") for text in (rows.en, rows.ja)))
        at_end: dict[str, Any] = {"yanchor": "top", "xanchor": "right", "align": "right", "font": parts.SMALL}
        notes.append(parts.note(light, 1.0, row - 0.22, yref="y", **at_end))
    return notes


def small(pieces: list[Piece], slim: bool, widest: float | None = None) -> list[Piece]:
    """The pieces whose label does not fit into them."""
    room = (342 if slim else 1000) / (widest or sum(piece.amount for piece in pieces))
    return [piece for piece in pieces if piece.amount * room < parts.width(piece.name.en) + 14]


def lines(bars: list[Bar], slim: bool) -> int:
    """Most lines of small pieces below a bar."""
    widest = max(bar.total for bar in bars)
    return max(len(wrap(small(bar.pieces, slim, widest), _ROOM[slim])) for bar in bars)


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


def _finding(run: Run) -> Finding:
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
