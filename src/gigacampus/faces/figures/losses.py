"""Who loses what when the tenant leaves, by both readings of who is paid first, with the guarantee and without."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from gigacampus.faces import numbers
from gigacampus.faces.figures.base import Column, Figure, Finding, Table, Text, figure
from gigacampus.faces.figures.concepts import party, party_colour, titled
from gigacampus.faces.figures.deal import Piece, small, stacked, wrap
from gigacampus.faces.figures.money import Money, money_of
from gigacampus.faces.figures.value import leaving, year_of

if TYPE_CHECKING:
    from gigacampus.runs.pipeline import Run

_SIDES = (
    ("losses", "by share", Text("Guaranteed", "保証あり"), Text("owners paid by share", "持分按分")),
    ("losses", "lenders first", Text("Guaranteed", "保証あり"), Text("lenders paid first", "債権者優先")),
    ("losses_unguaranteed", "by share", Text("No guarantee", "保証なし"), Text("owners paid by share", "持分按分")),
    (
        "losses_unguaranteed",
        "lenders first",
        Text("No guarantee", "保証なし"),
        Text("lenders paid first", "債権者優先"),
    ),
)

Bar = tuple[Text, Text, list[Piece]]


@figure("loss_by_party")
def loss_by_party(run: Run) -> Figure | None:
    """Loss of each party when the tenant leaves, against a normal market."""
    if run.campus.deal is None or run.renewal is None or not run.renewal.scenarios:
        return None
    at, name = _worst(run.renewal)
    bars = _bars(run, name, at)
    if not any(pieces for _, _, pieces in bars):
        return None
    money = money_of(run)
    wide, slim = stacked(bars, money, False), stacked(bars, money, True)
    text, year = titled(name), year_of(run.renewal, at)
    return Figure(
        id="loss_by_party",
        title=_finding(run, name, at),
        subtitle=Text(
            f"{text.en}: loss of each party if the tenant leaves in {year}, against a normal market then, {money.unit}, nominal",
            f"{text.ja}：{year}年に賃借人が退去した場合の当事者別損失(同日の正常な市場との差)、{money.ja}、名目",
        ),
        data=wide["data"],
        layout=wide["layout"],
        narrow=slim,
        height=98 * len(bars),
        narrow_height=(100 + 14 * max(len(wrap(small(pieces, True))) for _, _, pieces in bars if pieces)) * len(bars),
        table=_table(run),
        aria=Text(
            "Stacked bars of losses: " + ", ".join(f"{head.en}, {side.en}: {_spoken(pieces, money, 'en')}" for head, side, pieces in bars) + ".",
            "損失の積み上げ棒グラフ。" + "、".join(f"{head.ja}、{side.ja}：{_spoken(pieces, money, 'ja')}" for head, side, pieces in bars),
        ),
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
    return [(head, side, _pieces(run, getattr(outcome, kind)[reading], at)) for kind, reading, head, side in sides]


def _spoken(pieces: list[Piece], money: Money, language: str) -> str:
    return ", ".join(f"{piece.name.of(language)} {money.text(piece.amount, 2)}" for piece in pieces)


def _finding(run: Run, name: str, at: int) -> Finding:
    outcome, debt = run.renewal.scenarios[name], float(run.renewal.debt[at])
    shared, first = (float(outcome.losses[reading].lent[at]) for reading in ("by share", "lenders first"))
    least = money_of(run).factor / 1000
    if shared > least and debt > 0:
        part, rest = numbers.percent(shared / debt), numbers.percent(first / debt)
        nothing, who = first <= least, "Guaranteed l" if run.renewal.guarantor else "L"
        tail, tail_ja = ("nothing", "損失なし") if nothing else (f"{rest}{numbers.THIN}%", f"{rest}{numbers.THIN}%")
        return Finding(
            f"{who}enders lose {part}{numbers.THIN}% if owners are paid by share, and {tail} if lenders are paid first",
            f"債権者の損失は、{'保証があっても' if run.renewal.guarantor else ''}持分按分なら{part}{numbers.THIN}%、債権者優先なら{tail_ja}",
        )
    return Finding("Loss by party when the tenant leaves", "賃借人が退去した場合の当事者別損失")


def _table(run: Run) -> Table:
    """Every scenario, year, reading and party."""
    renewal, money = run.renewal, money_of(run)
    heads = (Column(Text("Scenario", "シナリオ")), Column(Text("Date", "日付")), Column(Text("Guarantee", "保証")), Column(Text("Reading", "解釈")),
             Column(Text("Party", "当事者")), Column(Text("Role", "役割")), money.column(Text("Loss", "損失")))  # fmt: skip
    roles = (("lenders", Text("lender", "債権者")), ("owners", Text("owner", "出資者")))
    rows = []
    for name, outcome in renewal.scenarios.items():
        for kind, reading, head, side in _SIDES if renewal.guarantor else _SIDES[2:]:
            losses = getattr(outcome, kind)[reading]
            for at in map(int, renewal.ends):
                front = (titled(name), str(renewal.dates[at]), head, side)
                for role, word in roles:
                    rows += [
                        (*front, party(who), word, float(lost[at]) / money.factor)
                        for who, lost in getattr(losses, role).items()
                    ]
                if kind == "losses":
                    rows.append(
                        (
                            *front,
                            party(renewal.guarantor),
                            Text("guarantor", "保証人"),
                            float(losses.guarantor[at]) / money.factor,
                        )
                    )
    return Table(heads, tuple(rows))
