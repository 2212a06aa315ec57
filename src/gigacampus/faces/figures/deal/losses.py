"""Who loses what when the tenant leaves, by both readings of who is paid first, with the guarantee and without."""

from __future__ import annotations

from typing import Any

from gigacampus.faces import numbers
from gigacampus.faces.figures.base import Column, Figure, Finding, Run, Table, Text, figure, joined
from gigacampus.faces.figures.concepts import party, party_colour, titled
from gigacampus.faces.figures.deal.sources import Bar, Piece, small, stacked, wrap
from gigacampus.faces.figures.deal.value import leaving, year_of
from gigacampus.faces.figures.money import money_of

_SIDES = (
    ("losses", "by share", Text("Guaranteed", "保証あり"), Text("owners paid by share", "持分按分")),
    ("losses", "lenders first", Text("Guaranteed", "保証あり"), Text("lenders paid first", "債権者優先")),
    ("losses_unguaranteed", "by share", Text("No guarantee", "保証なし"), Text("owners paid by share", "持分按分")),
    ("losses_unguaranteed", "lenders first", Text("No guarantee", "保証なし"), Text("lenders paid first", "債権者優先")),
)  # fmt: skip


@figure("deal")
def loss_by_party(run: Run) -> Figure | None:
    """Loss of each party when the tenant leaves, against a normal market."""
    if run.renewal is None or not run.renewal.scenarios:
        return None
    at, name = _worst(run.renewal)
    bars, money = _bars(run, name, at), money_of(run)
    if not any(bar.pieces for bar in bars):
        return None
    text, year, most = (
        titled(name),
        year_of(run.renewal, at),
        max(len(wrap(small(bar.pieces, True))) for bar in bars if bar.pieces),
    )
    said = ((bar, joined(piece.name + f" {money.text(piece.amount, 2)}" for piece in bar.pieces)) for bar in bars)
    spoken = joined(
        (bar.whose + Text(", ", "、") + bar.side + Text(": ", "：") + pieces for bar, pieces in said), ", ", "；"
    )
    return Figure(
        title=_finding(run, name, at),
        subtitle=Text(
            f"{text.en}: loss of each party if the tenant leaves in {year}, against a normal market then, {money.unit}, nominal",
            f"{text.ja}：{year}年に賃借人が退去した場合の当事者別損失(同日の正常な市場との差)、{money.ja}、名目",
        ),
        **stacked(bars, money),
        height=98 * len(bars),
        narrow_height=(100 + 14 * most) * len(bars),
        table=_table(run),
        aria=Text(f"Stacked bars of losses: {spoken.en}.", f"損失の積み上げ棒グラフ。{spoken.ja}"),
        note=Text(
            "The public text does not settle who is paid first, so both readings stand here. Losses sum to the value lost; the table has every scenario and year.",
            "支払い順位は公表資料では確定できないため、両方の解釈を示す。損失の合計は価値の減少に等しい。表は全シナリオ・全期間。",
        ),
        stages=("renewal",),
    )  # fmt: skip


def _worst(renewal: Any) -> tuple[int, str]:
    """Where most is lost: of the times at which the tenant leaves, or of all ends of a term if it never does."""
    found = [(at, name) for at, names in leaving(renewal).items() for name in names]
    found = found or [(int(at), name) for name in renewal.scenarios for at in renewal.ends]
    return max(found, key=lambda one: float(renewal.scenarios[one[1]].losses["by share"].total[one[0]]))


def _pieces(run: Run, losses: Any, at: int) -> list[Piece]:
    """Lenders, owners and the guarantor, each with a loss; a gain is in the table alone."""
    unit = money_of(run).factor
    found = [Piece(titled(name), party_colour(name), float(lost[at]) / unit) for name, lost in losses.lenders.items()]
    for name, lost in sorted(losses.owners.items(), key=lambda item: item[0] == run.renewal.guarantor):
        text = party(name)
        shown = Text(f"{text.en}, owner", f"{text.ja}(出資者)")
        found.append(Piece(shown, party_colour(name), float(lost[at]) / unit))
    paid = party(run.renewal.guarantor)
    faint = f"{party_colour(run.renewal.guarantor)}/0.45"
    found.append(Piece(Text(f"{paid.en}, guarantee", f"{paid.ja}(保証)"), faint, float(losses.guarantor[at]) / unit))
    return [piece for piece in found if piece.amount > 0.005]


def _bars(run: Run, name: str, at: int) -> list[Bar]:
    outcome, sides = run.renewal.scenarios[name], _SIDES if run.renewal.guarantor else _SIDES[2:]
    return [Bar(head, side, _pieces(run, getattr(outcome, kind)[reading], at)) for kind, reading, head, side in sides]


def _finding(run: Run, name: str, at: int) -> Finding:
    outcome, debt = run.renewal.scenarios[name], float(run.renewal.debt[at])
    shared, first = (float(outcome.losses[reading].lent[at]) for reading in ("by share", "lenders first"))
    least, who = (
        money_of(run).factor / 1000,
        Text("Guaranteed l", "保証があっても") if run.renewal.guarantor else Text("L", ""),
    )
    if shared <= least or debt <= 0:
        return Finding("Loss by party when the tenant leaves", "賃借人が退去した場合の当事者別損失")
    tail = Text("nothing", "損失なし") if first <= least else Text(numbers.share(first / debt))
    return Finding(
        f"{who.en}enders lose {numbers.share(shared / debt)} if owners are paid by share, and {tail.en} if lenders are paid first",
        f"債権者の損失は、{who.ja}持分按分なら{numbers.share(shared / debt)}、債権者優先なら{tail.of('ja')}",
    )


def _table(run: Run) -> Table:
    """Every scenario, year, reading and party."""
    renewal, money, rows = run.renewal, money_of(run), []
    heads = (Column(Text("Scenario", "シナリオ")), Column(Text("Date", "日付")), Column(Text("Guarantee", "保証")), Column(Text("Reading", "解釈")),
             Column(Text("Party", "当事者")), Column(Text("Role", "役割")), money.column(Text("Loss", "損失")))  # fmt: skip
    lender, owner, guarantor = Text("lender", "債権者"), Text("owner", "出資者"), Text("guarantor", "保証人")
    for name, outcome in renewal.scenarios.items():
        for kind, reading, head, side in _SIDES if renewal.guarantor else _SIDES[2:]:
            losses = getattr(outcome, kind)[reading]
            lost = [
                (who, role, values)
                for role, of in ((lender, losses.lenders), (owner, losses.owners))
                for who, values in of.items()
            ]
            lost += [(renewal.guarantor, guarantor, losses.guarantor)] if kind == "losses" else []
            rows += [(titled(name), str(renewal.dates[at]), head, side, party(who), role, float(values[at]) / money.factor)
                     for at in map(int, renewal.ends) for who, role, values in lost]  # fmt: skip
    return Table(heads, tuple(rows))
