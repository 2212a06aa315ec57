"""Who gets what: cash paid in and received by each party of a deal, by role."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from gigacampus.engines.finance import KINDS as KINDS_OF_TAX
from gigacampus.faces import numbers
from gigacampus.faces.figures import parts
from gigacampus.faces.figures.base import EMPTY, Column, Figure, Finding, Run, Table, Text, figure, joined
from gigacampus.faces.figures.concepts import LONGEST, party, party_colour
from gigacampus.faces.figures.deal.money_flow import KINDS, lends
from gigacampus.faces.figures.money import Money, money_of
from gigacampus.runs.kpi import slug


@dataclass(frozen=True)
class _Row:
    """What a party pays and receives in one role [the run's unit of money]."""

    name: str
    role: Text
    paid: float
    received: float
    irr: float | None
    after: float | None = None
    """IRR after tax, of those who are taxed."""


_ROLES: dict[str, tuple[str, Text]] = {
    "rent": ("tenant", Text("as tenant", "賃借人として")),
    "lends": ("lender", Text("as lender", "貸し手として")),
    "contribution": ("owner", Text("as owner", "出資者として")),
    "contribution in kind": ("owner", Text("as owner", "出資者として")),
    "distribution": ("owner", Text("as owner", "出資者として")),
    "promote": ("owner", Text("as owner", "出資者として")),
}


def rows(run: Run) -> list[_Row]:
    """Each party outside the vehicles, by role, biggest first."""
    vehicles = {name for name, entity in run.deal.entities.items() if entity.owners}
    sums: dict[tuple[str, str], list[float]] = {}
    unit = money_of(run).factor
    for flow in run.finance.flows:
        amount = float(run.finance.row(flow.row).sum()) / unit
        for index, name in enumerate((flow.payer, flow.payee)):
            if name not in vehicles and name != "outside":
                kind = "lends" if lends(run, name, flow.kind) else flow.kind
                role = _ROLES.get(kind, (kind,))[0]
                sums.setdefault((name, role), [0.0, 0.0])[index] += amount
    words = dict(_ROLES.values())
    found = [
        _Row(name, words.get(role) or _for(role), paid, received, *_irr(run, name, role, sums))
        for (name, role), (paid, received) in sums.items()
        if paid or received
    ]
    return sorted(found, key=lambda row: -max(row.paid, row.received))


def _for(kind: str) -> Text:
    """The role of a party by a kind of payment that makes it neither tenant, lender nor owner."""
    text = KINDS.get(kind, party(kind))
    return Text(f"for {text.en}", f"({text.of('ja')})")


def _irr(run: Run, name: str, role: str, sums: dict[tuple[str, str], list[float]]) -> tuple[float | None, float | None]:
    """The party's IRR before and after tax, where it has one role beside its tax: of several, none says anything."""
    if role in KINDS_OF_TAX or sum(one == name and other not in KINDS_OF_TAX for one, other in sums) > 1:
        return None, None
    found = (run.finance.metrics.get(f"{kind}.{slug(name)}") for kind in ("irr", "irr_after_tax"))
    before, after = (None if metric is None else metric.value for metric in found)
    return before, after


@figure("deal")
def who_gets_what(run: Run) -> Figure | None:
    """Cash paid in and received by each party, by role."""
    found, money = rows(run), money_of(run)
    if not found:
        return None
    first, last = (date.fromisoformat(f"{run.finance.months[i]}-01") for i in (0, -1))
    nets = joined(
        Text(f"{party(r.name).en} {r.role.en} net {_net(r, money)}", f"{party(r.name).ja}{_net(r, money)}")
        for r in found
    )
    return Figure(
        title=_finding(found, money),
        subtitle=Text(
            f"Cash paid in (left) and received (right) by each party, {numbers.month(first)} to {numbers.month(last)}, {money.unit}, nominal",
            f"当事者ごとの支払い(左)と受取り(右)、{numbers.month_ja(first)}〜{numbers.month_ja(last)}、{money.ja}、名目",
        ),
        **_drawn(found, money),
        table=_table(found, money),
        aria=Text(f"Bars of cash by party: {nets.en} {money.unit}.", f"当事者ごとの収支。{nets.ja}({money.ja})"),
        note=_note(run),
        stages=("finance",),
        rows=tuple(flow.row for flow in run.finance.flows),
    )  # fmt: skip


def _note(run: Run) -> Text:
    rest = Text(
        "Before residual value. IRR by dates of payment, of parties with one role.",
        "残存価値は含まない。IRRは支払日による。役割が一つの当事者のみ。",
    )
    if not run.campus.physical or not run.supply.costs["capital_recovery"].any():
        return rest
    return rest + Text(" The capital of own plants is in no energy bill: it is here only where construction has it.",
                       "自社電源の資本費は電力料金に含まれず、constructionに書かれた場合だけここに入る。")  # fmt: skip


def _net(row: _Row, money: Money) -> str:
    net = row.received - row.paid
    return ("+" if net > 0 else "") + money.text(net, 1)


def _drawn(found: list[_Row], money: Money) -> dict[str, Any]:
    """Bars to both sides of zero; names left of them and net and return right, or all above them where there is no room."""
    y, colours = list(range(len(found) - 1, -1, -1)), [party_colour(row.name) for row in found]
    outline = {"width": [0.75 if colour in ("holders", "blueowl") else 0.0 for colour in colours], "color": "@axis"}
    data = [
        {"type": "bar", "orientation": "h", "x": x, "y": y, "width": 0.5, "hoverinfo": "skip",
         "marker": {"color": [f"@{colour}{tint}" for colour in colours], "line": outline}}
        for x, tint in (([-row.paid for row in found], "/0.45"), ([row.received for row in found], ""))
    ]  # fmt: skip
    names = [party(row.name) + " " + row.role for row in found]
    widest = max(parts.width(text, 13) for name in names for text in (name.en, name.of("ja")))
    room, right = max(round(1.1 * widest) + 16, 210), 214 if taxed(found) else 150
    left, reach = max(r.paid for r in found) * 1.16 + 0.5, max(r.received for r in found) * 1.2 + 0.5

    def layout(slim: bool) -> dict[str, Any]:
        texts = _above(found, money, y) if slim else _aside(found, money, y, room, right - 2)
        return {
            "xaxis": {"range": [-1.22 * left, 1.34 * reach] if slim else [-left, reach], **parts.BARE},
            "yaxis": {"visible": False, "range": [-0.5, len(found) + 0.25] if slim else [-0.6, len(found) + 0.1]},
            "margin": parts.NONE if slim else {**parts.NONE, "l": room, "r": right}, "hovermode": False,
            "annotations": [*_amounts(found, money, y), *texts],
        }  # fmt: skip

    paper = {"layout": {"xaxis": {"range": [-1.3 * left, 1.36 * reach]}}}
    return {**parts.drawn(data, layout, 56 + 40 * len(found), 60 + 56 * len(found)), "paper": paper}


def taxed(found: list[_Row]) -> bool:
    """Whether a party has a return after tax."""
    return any(row.after is not None for row in found)


def _amounts(found: list[_Row], money: Money, y: list[int]) -> list[dict[str, Any]]:
    """What each side is, above it, and each bar's amount at its end."""
    top = {"yanchor": "bottom", "font": parts.QUIET}
    notes = [
        parts.at(Text("paid in", "支払い"), 0, len(found) - 0.35, xanchor="right", xshift=-6, **top),
        parts.at(Text("received", "受取り"), 0, len(found) - 0.35, xshift=6, **top),
    ]
    for row, place in zip(found, y, strict=True):
        if row.paid > 0.005:
            notes.append(parts.at(money.text(-row.paid, 1), -row.paid, place, xanchor="right", xshift=-5))
        if row.received > 0.005:
            notes.append(parts.at(f"+{money.text(row.received, 1)}", row.received, place, xshift=5))
    return notes


def _irr_text(row: _Row) -> str:
    rates = [numbers.significant(100 * rate, 3) for rate in (row.irr, row.after) if rate is not None]
    return f"{' / '.join(rates)}{numbers.THIN}%" if rates else "–"


def _aside(found: list[_Row], money: Money, y: list[int], room: int, right: int) -> list[dict[str, Any]]:
    """Names at the left; net and return in columns at the right."""
    irr = Text("IRR before / after tax", "IRR 税引前／税引後") if taxed(found) else Text("IRR")
    notes = [
        parts.note(
            head, 1, len(found) - 0.35, yref="y", xanchor="right", xshift=shift, yanchor="bottom", font=parts.QUIET
        )
        for head, shift in ((Text("Net", "差引"), 64), (irr, right))
    ]
    for row, place in zip(found, y, strict=True):
        at: dict[str, Any] = {"yref": "y", "yanchor": "middle"}
        notes.append(parts.note(party(row.name).bold + " " + row.role, 0, place, xshift=-room, **at))
        notes.append(parts.note(f"<b>{_net(row, money)}</b>", 1, place, xanchor="right", xshift=64, **at))
        notes.append(parts.note(_irr_text(row), 1, place, xanchor="right", xshift=right, **at))
    return notes


def _above(found: list[_Row], money: Money, y: list[int]) -> list[dict[str, Any]]:
    """Name, net and return above each bar."""
    notes = []
    for row, place in zip(found, y, strict=True):
        bare = parts.width(f"{row.name[:LONGEST]} {row.role.en}") > 180
        net = f"<b>{_net(row, money)}</b>" + (f" IRR {_irr_text(row)}" if row.irr is not None else "")
        at: dict[str, Any] = {"yref": "y", "yanchor": "bottom", "font": parts.SMALL}
        notes.append(parts.note(party(row.name).bold + " " + (EMPTY if bare else row.role), 0, place + 0.3, **at))
        notes.append(parts.note(net, 1, place + 0.3, xanchor="right", **at))
    return notes


def _finding(found: list[_Row], money: Money) -> Finding:
    tenants = [row for row in found if row.role.en == "as tenant"]
    lenders = sum(row.received for row in found if row.role.en == "as lender")
    owners = [row for row in found if row.role.en == "as owner" and row.received > 0][:2]
    if not tenants or not lenders or not owners:
        return Finding("Cash paid in and received by each party", "当事者ごとの支払いと受取り")
    rent, size = sum(row.paid for row in tenants), numbers.THIN + money.unit.removesuffix("USD").strip()
    rest = joined((Text(f"{party(row.name).en} {numbers.significant(row.received)}",
                        f"出資者{party(row.name).ja}は{numbers.money_ja(row.received * money.factor)}") for row in owners), " and ")  # fmt: skip
    text = (
        f"From rent of ${numbers.significant(rent)}{size} and funding, lenders receive {numbers.significant(lenders)}"
    )
    more = f"{text}, owner{'s' * (len(owners) > 1)} {rest.en}"
    ja = f"賃料{numbers.money_ja(rent * money.factor)}と調達資金から、貸し手の受取りは{numbers.money_ja(lenders * money.factor)}、{rest.ja}"
    return Finding(more if len(more) <= 100 else text + size, ja)


def _table(found: list[_Row], money: Money) -> Table:
    after = [(Column(Text("IRR after tax", "税引後IRR"), "%", 3), (row.after and 100 * row.after for row in found))]
    return Table.of(
        (Column(Text("Party", "当事者")), (party(row.name) for row in found)), (Column(Text("Role", "役割")), (row.role for row in found)),
        (money.column(Text("Paid in", "支払い")), (row.paid for row in found)),
        (money.column(Text("Received", "受取り")), (row.received for row in found)),
        (money.column(Text("Net", "差引")), (row.received - row.paid for row in found)),
        (Column(Text("IRR before tax", "税引前IRR"), "%", 3), (row.irr and 100 * row.irr for row in found)),
        *(after if taxed(found) else ()),
    )  # fmt: skip
