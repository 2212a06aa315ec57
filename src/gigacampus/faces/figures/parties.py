"""Who gets what: cash paid in and received by each party of a deal, by role."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from gigacampus.engines.finance.tax import KINDS as KINDS_OF_TAX
from gigacampus.faces import numbers
from gigacampus.faces.figures import parts
from gigacampus.faces.figures.base import Column, Figure, Finding, Table, Text, figure
from gigacampus.faces.figures.concepts import party, party_colour
from gigacampus.faces.figures.money import Money, money_of
from gigacampus.faces.figures.money_flow import KINDS, lends
from gigacampus.faces.figures.text import EMPTY
from gigacampus.runs.kpi import slug

if TYPE_CHECKING:
    from gigacampus.runs.pipeline import Run


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


_WIDE = 214
"""Room on the right for two rates of return [px]."""
_IRR_BOTH = Text("IRR before / after tax", "IRR 税引前／税引後")
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


@figure("who_gets_what")
def who_gets_what(run: Run) -> Figure | None:
    """Cash paid in and received by each party, by role."""
    if run.campus.deal is None:
        return None
    found = rows(run)
    if not found:
        return None
    months, money = run.finance.months, money_of(run)
    first, last = (date.fromisoformat(f"{month}-01") for month in (months[0], months[-1]))
    return Figure(
        id="who_gets_what",
        title=_who_finding(found, money),
        subtitle=Text(
            f"Cash paid in (left) and received (right) by each party, {numbers.month(first)} to {numbers.month(last)}, {money.unit}, nominal",
            f"当事者ごとの支払い(左)と受取り(右)、{numbers.month_ja(first)}〜{numbers.month_ja(last)}、{money.ja}、名目",
        ),
        **_who_drawn(found, money),
        height=56 + 40 * len(found),
        narrow_height=60 + 56 * len(found),
        table=_who_table(found, money),
        aria=Text(
            "Bars of cash by party: " + ", ".join(f"{party(r.name).en} {r.role.en} net {_net(r, money)}" for r in found) + f" {money.unit}.",
            "当事者ごとの収支。" + "、".join(f"{party(r.name).ja}{_net(r, money)}" for r in found) + f"({money.ja})",
        ),
        note=_note(run),
        stages=("finance",),
        rows=tuple(flow.row for flow in run.finance.flows),
    )  # fmt: skip


def _note(run: Run) -> Text:
    en, ja = (
        "Before residual value. IRR by dates of payment, of parties with one role.",
        "残存価値は含まない。IRRは支払日による。役割が一つの当事者のみ。",
    )
    if not run.campus.physical or not run.supply.costs["capital_recovery"].any():
        return Text(en, ja)
    return Text(f"{en} The capital of own plants is in no energy bill: it is here only where construction has it.",
                f"{ja}自社電源の資本費は電力料金に含まれず、constructionに書かれた場合だけここに入る。")  # fmt: skip


def _net(row: _Row, money: Money) -> str:
    net = row.received - row.paid
    return ("+" if net > 0 else "") + money.text(net, 1)


def _who_drawn(found: list[_Row], money: Money) -> dict[str, Any]:
    count = len(found)
    y = list(range(count - 1, -1, -1))
    outline = [{"width": 0.75 if _weak(r.name) else 0.0, "color": "@axis"} for r in found]
    line = {"width": [o["width"] for o in outline], "color": "@axis"}
    bar = {"type": "bar", "orientation": "h", "y": y, "hoverinfo": "skip", "width": 0.5}
    data = [
        {
            **bar,
            "x": [-r.paid for r in found],
            "marker": {"color": [f"@{party_colour(r.name)}/0.45" for r in found], "line": line},
        },
        {
            **bar,
            "x": [r.received for r in found],
            "marker": {"color": [f"@{party_colour(r.name)}" for r in found], "line": line},
        },
    ]
    names = (
        f"{text} {role}" for r in found for text, role in ((party(r.name).en, r.role.en), (party(r.name).ja, r.role.ja))
    )
    left_room = max(round(max(1.1 * parts.width(name, 13) for name in names)) + 16, 210)
    left, right = max(r.paid for r in found) * 1.16 + 0.5, max(r.received for r in found) * 1.2 + 0.5
    reach = {"range": [-left, right], "zeroline": True, "zerolinecolor": "@axis", "showgrid": False, "showline": False,
             "showticklabels": False, "showspikes": False}  # fmt: skip
    return {
        "data": data,
        "layout": {
            "xaxis": reach,
            "yaxis": {"visible": False, "range": [-0.6, count + 0.1]},
            "margin": {"l": left_room, "r": _WIDE if taxed(found) else 150, "t": 0, "b": 0},
            "hovermode": False,
            "annotations": _who_labels(found, money, y, count, False, left_room),
        },
        "paper": {"layout": {"xaxis": {"range": [-1.3 * left, 1.36 * right]}}},
        "narrow": {
            "layout": {
                "margin": {"l": 0, "r": 0, "t": 0, "b": 0},
                "annotations": _who_labels(found, money, y, count, True),
                "yaxis": {"range": [-0.5, count + 0.25]},
                "xaxis": {"range": [-1.22 * left, 1.34 * right]},
            }
        },
    }


def _weak(name: str) -> bool:
    return party_colour(name) in ("holders", "blueowl")


def _who_labels(
    found: list[_Row], money: Money, y: list[int], count: int, slim: bool, room: int = 0
) -> list[dict[str, Any]]:
    small = {"size": 12, "color": "@ink2"}
    heads = [
        parts.note(Text("paid in", "支払い"), 0, count - 0.35, xref="x", yref="y", xanchor="right", xshift=-6, yanchor="bottom", font=small),
        parts.note(Text("received", "受取り"), 0, count - 0.35, xref="x", yref="y", xshift=6, yanchor="bottom", font=small),
    ]  # fmt: skip
    if not slim:
        heads += [
            parts.note(
                Text("Net", "差引"), 1, count - 0.35, yref="y", xanchor="right", xshift=64, yanchor="bottom", font=small
            ),
            parts.note(
                _IRR_BOTH if taxed(found) else Text("IRR"),
                1,
                count - 0.35,
                yref="y",
                xanchor="right",
                xshift=_WIDE - 2 if taxed(found) else 148,
                yanchor="bottom",
                font=small,
            ),
        ]
    for row, place in zip(found, y, strict=True):
        heads += _row_labels(row, money, place, slim, room, _WIDE - 2 if taxed(found) else 148)
    return heads


def taxed(found: list[_Row]) -> bool:
    """Whether a party has a return after tax."""
    return any(row.after is not None for row in found)


def _row_labels(row: _Row, money: Money, place: int, slim: bool, room: int, right: int) -> list[dict[str, Any]]:
    bare = slim and parts.width(f"{row.name[:32]} {row.role.en}") > 180
    role = EMPTY if bare else row.role
    name = Text(f"<b>{party(row.name).en}</b> {role.en}", f"<b>{party(row.name).ja}</b> {role.of('ja')}")
    found = []
    if row.paid > 0.005:
        found.append(
            parts.note(
                money.text(-row.paid, 1),
                -row.paid,
                place,
                xref="x",
                yref="y",
                xanchor="right",
                xshift=-5,
                yanchor="middle",
            )
        )
    if row.received > 0.005:
        found.append(
            parts.note(
                f"+{money.text(row.received, 1)}",
                row.received,
                place,
                xref="x",
                yref="y",
                xshift=5,
                yanchor="middle",
            )
        )
    rates = [numbers.significant(100 * rate, 3) for rate in (row.irr, row.after) if rate is not None]
    irr = f"{' / '.join(rates)}{numbers.THIN}%" if rates else "–"
    if slim:
        net = f"<b>{_net(row, money)}</b>" + (f" IRR {irr}" if row.irr is not None else "")
        return [*found, parts.note(name, 0, place + 0.3, yref="y", yanchor="bottom", font={"size": 12}),
                parts.note(net, 1, place + 0.3, yref="y", yanchor="bottom", xanchor="right", font={"size": 12})]  # fmt: skip
    return [
        *found,
        parts.note(name, 0, place, yref="y", yanchor="middle", xanchor="left", xshift=-room),
        parts.note(f"<b>{_net(row, money)}</b>", 1, place, yref="y", yanchor="middle", xanchor="right", xshift=64),
        parts.note(irr, 1, place, yref="y", yanchor="middle", xanchor="right", xshift=right),
    ]


def _who_finding(found: list[_Row], money: Money) -> Finding:
    tenants = [row for row in found if row.role.en == "as tenant"]
    lenders = sum(row.received for row in found if row.role.en == "as lender")
    owners = [row for row in found if row.role.en == "as owner" and row.received > 0]
    if not tenants or not lenders or not owners:
        return Finding("Cash paid in and received by each party", "当事者ごとの支払いと受取り")
    rent = sum(row.paid for row in tenants)
    rest = [f"{party(row.name).en} as owner {numbers.significant(row.received)}" for row in owners[:2]]
    rest_ja = [f"出資者{party(row.name).ja}は{numbers.money_ja(row.received * money.factor)}" for row in owners[:2]]
    size = numbers.THIN + money.unit.removesuffix("USD").strip()
    text = f"Against ${numbers.significant(rent)}{size} of rent, lenders receive {numbers.significant(lenders)}"
    more = f"{text}, {' and '.join(rest)}"
    ja = f"賃料{numbers.money_ja(rent * money.factor)}に対し、貸し手の受取りは{numbers.money_ja(lenders * money.factor)}、{'、'.join(rest_ja)}"
    return Finding(more if len(more) <= 100 else text + size, ja)


def _who_table(found: list[_Row], money: Money) -> Table:
    columns = (
        Column(Text("Party", "当事者")), Column(Text("Role", "役割")), money.column(Text("Paid in", "支払い")),
        money.column(Text("Received", "受取り")), money.column(Text("Net", "差引")), Column(Text("IRR before tax", "税引前IRR"), "%", 3),
        Column(Text("IRR after tax", "税引後IRR"), "%", 3),
    )  # fmt: skip
    rows = [
        (party(r.name), r.role, r.paid, r.received, r.received - r.paid,
         *(None if rate is None else 100 * rate for rate in (r.irr, r.after)))
        for r in found
    ]  # fmt: skip
    return Table(columns, tuple(rows)) if taxed(found) else Table(columns[:-1], tuple(row[:-1] for row in rows))
