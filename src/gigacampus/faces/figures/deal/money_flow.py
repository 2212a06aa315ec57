"""The money Sankey: who pays whom over the life, through the vehicles of a deal."""

from __future__ import annotations

from typing import Any

from gigacampus.faces import numbers
from gigacampus.faces.figures import sankey
from gigacampus.faces.figures.base import Column, Figure, Finding, Run, Table, Text, figure
from gigacampus.faces.figures.concepts import party, party_colour
from gigacampus.faces.figures.money import Money, money_of
from gigacampus.faces.figures.sankey import Flows, Link, Node

LENDING = ("draw", "interest", "principal", "fee", "call cost")
"""Kinds of payment between a borrower and those who lend to it."""


def flows(run: Run) -> dict[tuple[str, str, str], float]:
    """Payments over the life by (payer, payee, kind) [USD]."""
    found: dict[tuple[str, str, str], float] = {}
    for flow in run.finance.flows:
        amount = float(run.finance.row(flow.row).sum())
        if amount > 0:
            key = (flow.payer, flow.payee, flow.kind)
            found[key] = found.get(key, 0.0) + amount
    return found


def lends(run: Run, name: str, kind: str) -> bool:
    """Whether a party pays or receives a kind of payment as a lender: fees are paid to others, too."""
    return kind in LENDING and any(name in loan.holders for loan in run.finance.loans.values())


def vehicles(run: Run) -> list[str]:
    """Entities that money passes through: those with owners, owners before what they own."""
    entities = run.deal.entities
    found = [name for name, entity in entities.items() if entity.owners]
    return sorted(found, key=lambda name: _depth(entities, name, found))


def _depth(entities: Any, name: str, among: list[str]) -> int:
    owners = [owner for owner in entities[name].owners if owner in among]
    return 1 + max((_depth(entities, owner, among) for owner in owners), default=-1)


def graph(run: Run) -> Flows | None:
    """Flows from node to node [the run's unit of money]: parties apart as payers (``<``) and receivers (``>``).

    A vehicle that owns another stands twice, raising money (``v``) and paying it out (``^``), for money goes down to what
    it owns and comes back. What it raises and does not pass on is carried from one to the other. None where it passes on
    more than it raises: then the figure would have to run backwards.
    """
    through = vehicles(run)
    owners = [o for o in through if any(o in run.deal.entities[name].owners for name in through)]
    unit = money_of(run).factor
    found = sankey.summed(
        (_end(payer, kind, through, owners, True), _end(payee, kind, through, owners, False), amount / unit)
        for (payer, payee, kind), amount in flows(run).items()
    )
    for owner in owners:
        into = sum(v for (_, e), v in found.items() if e == f"v{owner}")
        out = sum(v for (s, _), v in found.items() if s == f"v{owner}")
        if into < out * (1 - 1e-9):
            return None
        if into > out * (1 + 1e-12):
            found[f"v{owner}", f"^{owner}"] = into - out
    return found


def _end(name: str, kind: str, through: list[str], owners: list[str], pays: bool) -> str:
    """The node at one end of a payment."""
    if name not in through:
        return f"{'<' if pays else '>'}{name}"
    if name not in owners:
        return f"v{name}"
    down = kind in ("draw", "contribution", "contribution in kind", "escrow income", "call") or (kind == "fee" and pays)
    return f"{'v' if down else '^'}{name}"


@figure("deal")
def money_sankey(run: Run) -> Figure | None:
    """Who pays whom over the life."""
    found = graph(run)
    if not found or not vehicles(run):
        return None
    money, first, last = money_of(run), *(str(run.finance.months[i])[:4] for i in (0, -1))
    nodes = _nodes(run, found)
    links = [Link(start, end, value, _colour(start, end)) for (start, end), value in found.items()]
    into, out = sankey.ends(found)
    ranked = sorted(flows(run).items(), key=lambda item: -item[1])
    return Figure(
        title=_finding(run),
        subtitle=Text(
            f"Payments over the life, {first}–{last}, {money.unit}, nominal. In: {money.text(into, 2)}. Out: {money.text(out, 2)}",
            f"全期間の支払い、{first}〜{last}年、{money.ja}、名目。入 {money.text(into, 2)}、出 {money.text(out, 2)}",
        ),
        **_drawn(nodes, links, money),
        table=Table(
            (Column(Text("From", "支払人")), Column(Text("To", "受取人")), Column(Text("What", "種類")), money.column(Text("Amount", "金額"))),
            tuple((party(p), party(q), KINDS.get(k, party(k)), amount / money.factor) for (p, q, k), amount in ranked),
        ),
        aria=Text(f"Sankey of payments, {money.text(into, 1)} {money.unit} in all.", f"支払いの流れ図、合計{numbers.money_ja(into * money.factor)}"),
        note=Text("Left: who pays in. Right: who receives. A party that does both stands on both sides.", "左が支払う側、右が受け取る側。両方にあたる当事者は両側に立つ。"),
        stages=("finance",),
        rows=tuple(flow.row for flow in run.finance.flows),
    )  # fmt: skip


def _colour(start: str, end: str) -> str:
    token = party_colour((start if start[0] == "<" else end)[1:])
    return f"{token}/{'0.8' if token == 'holders' else '0.42'}"


def _nodes(run: Run, found: Flows) -> dict[str, Node]:
    there = sorted(dict.fromkeys(key for pair in found for key in pair), key=lambda key: "<v^>".index(key[0]))
    column, nodes = _column_of(run, there), {}
    for key in there:
        name, under = party(key[1:]), key[0] == "v" and f"^{key[1:]}" in there
        more = Text(" raises", "(調達)") if under else Text(" pays out", "(支払い)") if key[0] == "^" else Text("")
        where, fill = (
            {"<": "left", ">": "right"}.get(key[0], "top"),
            party_colour(key[1:]) if key[0] in "<>" else "grid",
        )
        nodes[key] = Node(name + more, fill, column[key], where, short=name, narrow="under" if under else "over")
    return nodes


def _column_of(run: Run, keys: list[str]) -> dict[str, float]:
    """Columns from left to right: payers, vehicles down, vehicles up, receivers."""
    down = [f"v{name}" for name in vehicles(run) if f"v{name}" in keys]
    chain = down + [f"^{name}" for name in reversed(vehicles(run)) if f"^{name}" in keys]
    at = {key: (i + 1) / (len(chain) + 1) for i, key in enumerate(chain)}
    return {key: at.get(key, 0.0 if key[0] == "<" else 1.0) for key in keys}


def _drawn(nodes: dict[str, Node], links: list[Link], money: Money) -> dict[str, Any]:
    slim = _layout(nodes, links, money, 560, 34.0, 342, {"l": 0, "r": 0, "t": 30, "b": 22})
    wide = _layout(nodes, links, money, 420, 22.0, 780, None)
    return {**wide, "narrow": slim, "paper": {"narrow": True}, "height": 456, "narrow_height": 612}


def _layout(
    nodes: dict[str, Node], links: list[Link], money: Money, height: int, gap: float, width: int, margin: dict[str, int] | None
) -> dict[str, Any]:  # fmt: skip
    size, rank = sankey.through(nodes, links), _ranks(nodes, links)
    places = sorted({node.column for node in nodes.values()})
    order = [sorted((k for k, n in nodes.items() if n.column == p), key=lambda k: (rank[k], -size[k])) for p in places]
    y = sankey.centres(nodes, links, height, gap, order)
    _chain(nodes, links, size, sankey.scale(nodes, links, height, gap), height, gap, y)
    values = {key: money.text(value, 1) for key, value in size.items()}
    return sankey.drawn(nodes, links, values, y, height, gap, width, margin)


def _level(nodes: dict[str, Node], key: str) -> float:
    """From the top: parties that pay each other, vehicles that pay out, those that earn, those that raise."""
    if key[0] in "<>":
        return 0.0
    return 1.0 if key[0] == "^" else 3.0 if f"^{key[1:]}" in nodes else 2.0


def _ranks(nodes: dict[str, Node], links: list[Link]) -> dict[str, float]:
    """Where a party stands in its column: near those that it mostly deals with."""
    found = {}
    for key in nodes:
        near = [(x.value, x.end if x.start == key else x.start) for x in links if key in (x.start, x.end)]
        total = sum(value for value, _ in near)
        found[key] = round(sum(value * _level(nodes, other) for value, other in near) / total) if total else 0.0
    return found


def _chain(
    nodes: dict[str, Node], links: list[Link], size: dict[str, float], unit: float, height: float, gap: float,
    y: dict[str, float],
) -> None:  # fmt: skip
    """Vehicles that pay out stand high, those that raise money low, so that flows cross little."""
    direct = sum(link.value for link in links if link.start[0] == "<" and link.end[0] == ">") * unit
    for key in nodes:
        half = size[key] * unit / 2
        if _level(nodes, key) == 3.0:
            y[key] = height - half
        elif _level(nodes, key) == 1.0:
            y[key] = direct + gap * (direct > 0) + 18 + half
        elif key[0] == "v":
            y[key] = max(height / 2, direct + 2 * gap * (direct > 0) + half)


def _finding(run: Run) -> Finding:
    lent = sum(float(loan.draw.sum()) for loan in run.finance.loans.values())
    back = sum(amount for (_, to, kind), amount in flows(run).items() if lends(run, to, kind))
    rent = sum(amount for (_, _, kind), amount in flows(run).items() if kind == "rent")
    tenants = {flow.payer for flow in run.finance.flows if flow.kind == "rent"}
    if lent and rent and len(tenants) == 1:
        who = party(next(iter(tenants))).en
        return Finding(
            f"{who} pays {numbers.money(rent)} of rent; lenders get {numbers.money(back)} back for {numbers.money(lent)}",
            f"{who}の賃料は{numbers.money_ja(rent)}、貸し手は{numbers.money_ja(lent)}を貸して{numbers.money_ja(back)}を受け取る",
        )
    return Finding("Who pays whom over the life of the deal", "契約全期間の資金の流れ")


KINDS: dict[str, Text] = {
    "rent": Text("rent", "賃料"),
    "draw": Text("loan drawn", "借入"),
    "interest": Text("interest", "利息"),
    "principal": Text("principal", "元本"),
    "fee": Text("fee", "手数料"),
    "contribution": Text("contribution", "出資"),
    "contribution in kind": Text("contribution in kind", "現物出資"),
    "distribution": Text("distribution", "分配"),
    "construction": Text("construction", "建設費"),
    "escrow income": Text("escrow income", "エスクロー運用益"),
    "energy": Text("energy", "電力"),
    "call cost": Text("cost of early repayment", "期限前償還費用"),
    "promote": Text("promote", "成功報酬"),
    "overrun": Text("cost overrun", "超過工事費"),
    "income tax": Text("income tax", "法人税"),
    "income tax saved": Text("income tax saved", "法人税の節減"),
}
