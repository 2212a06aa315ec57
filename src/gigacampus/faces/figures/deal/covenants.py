"""Tests of debt service cover: levels, least cover, headroom, and how long cash is locked up or a default stands."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from gigacampus.faces import numbers
from gigacampus.faces.figures.base import EMPTY, Cell, Column, Figure, Finding, Mark, Run, Table, Text, figure, joined
from gigacampus.faces.figures.concepts import party
from gigacampus.faces.figures.money import dollars
from gigacampus.runs.kpi import slug

_DUST = 0.5
"""What is not paid and yet not missed [USD]."""
_BREACHED = Mark("breached", "抵触", sign="cross", tone="fail")
_KEPT = Mark("kept", "遵守", sign="tick", tone="ok")


@dataclass(frozen=True)
class Distress:
    """What goes wrong in a vehicle: months of lock-up and of default, payments that are not met in full, what is short
    at most, what owners pay in to cure, and what is drawn from reserves [USD]."""

    vehicle: str
    locked: int
    default: int
    missed: int
    short: float
    cured: float
    reserve: float

    @property
    def breached(self) -> bool:
        """Whether a covenant or a payment fails."""
        return bool(self.locked or self.default or self.missed)


def distress(run: Run) -> list[Distress]:
    """Of each vehicle that owes debt, what goes wrong in it."""
    found, finance = [], run.finance
    for vehicle in finance.cover if run.campus.deal is not None else ():
        e = slug(vehicle)
        loans = [slug(name) for name, loan in run.deal.loans.items() if loan.borrower == vehicle]
        short = np.sum([finance.row(f"{n}.due") - finance.row(f"{n}.service") for n in loans], axis=0)
        drawn = sum(float(finance.row(f"{n}.from_reserve")[: _last(finance, n)].sum()) for n in loans)
        cured = float(finance.row(f"{e}.cure").sum()) if f"{e}.cure" in finance.rows else 0.0
        months = (finance.metrics.get(f"{name}_months.{e}") for name in ("locked", "default"))
        locked, default = (round((metric and metric.value) or 0) for metric in months)
        missed = int(np.sum(short > _DUST))
        found.append(
            Distress(vehicle, locked, default, missed, float(short.max(initial=0.0)) * (missed > 0), cured, drawn)
        )
    return found


def _last(finance: Any, n: str) -> int:
    """Position of a loan's last payment, before which a reserve is drawn upon because cash is short."""
    at = np.flatnonzero(finance.row(f"{n}.final") > 0)
    return int(at[0]) if len(at) else len(finance.months)


def _states(one: Distress) -> list[Text]:
    """How long a vehicle is in default and locked up."""
    found = [Text(f"in default for {one.default} months", f"債務不履行{one.default}か月")] if one.default else []
    return found + ([Text(f"locked up for {one.locked} months", f"配当停止{one.locked}か月")] if one.locked else [])


def said(one: Distress) -> Text:
    """What goes wrong, in a sentence."""
    who, states, short = party(one.vehicle), joined(_states(one), " and "), dollars(one.short)
    parts = [Text(f"{who.en} is {states.en}", f"{who.ja}は{states.ja}")] if states else []
    if one.missed:
        of = EMPTY if states else Text(f" of {who.en}", f"{who.ja}は")
        many = f"{numbers.word(one.missed)} debt {'payment is' if one.missed == 1 else 'payments are'}"
        parts.append(
            Text(
                f"{many} not met in full{of.en}, by up to {short.en}", f"{of.ja}返済不足{one.missed}回(最大{short.ja})"
            )
        )
    if one.cured > _DUST:
        parts.append(
            Text(
                f"its owners pay in {numbers.money(one.cured)} to cure",
                f"所有者の治癒払込み{numbers.money_ja(one.cured)}",
            )
        )
    if one.reserve > _DUST:
        parts.append(
            Text(
                f"{numbers.money(one.reserve)} is drawn from reserves",
                f"元利金返済準備金の取崩し{numbers.money_ja(one.reserve)}",
            )
        )
    text = joined(parts, "; ").capital
    return Text(f"{text.en}.", f"{text.ja}。")


@figure("deal", plotted=False)
def covenants(run: Run) -> Figure | None:
    """Each level of cover that a vehicle has promised, and how it is kept."""
    kept = run.finance.covenants
    if not kept:
        return None
    bad = [one for one in distress(run) if one.breached or one.cured > _DUST]
    return Figure(
        title=_finding(run, bad),
        subtitle=Text(
            "Debt service cover looking back on each date of repayment, against the levels at which cash is locked up and a default begins",
            "返済日ごとの過去の期間のDSCRと、配当停止・債務不履行の水準",
        ),
        table=Table(
            (Column(Text("Vehicle and level", "事業体と水準")), Column(Text("Level", "水準"), "", 2),
             Column(Text("Least tested cover", "最低の判定DSCR"), "", 2), Column(Text("Headroom", "余裕"), right=True),
             Column(Text("First breach", "最初の抵触"), right=True), Column(Text("Months", "月数"), "", 0),
             Column(Text("State", "状態"))),
            tuple(row for vehicle, tests in kept.items() for row in _rows(run, vehicle, tests)),
        ),
        note=joined(map(said, bad), " ", ""),
        stages=("finance",),
        rows=tuple(f"{slug(v)}.{what}" for v in kept for what in ("cover", "locked", "default", "cure")),
    )  # fmt: skip


def _rows(run: Run, vehicle: str, tests: Any) -> Iterator[tuple[Cell, ...]]:
    """A row for each level of a vehicle. A default also begins where debt service is not paid."""
    least = float(tests.cover.min()) if len(tests.cover) else None
    levels = (
        (Text("lock-up", "配当停止"), tests.lock_up, tests.first_lock_up, "locked_months"),
        (Text("default", "債務不履行"), tests.default, tests.first_default, "default_months"),
    )
    for name, level, first, months in levels:
        if level is not None or first is not None:
            count = run.finance.metrics[f"{months}.{slug(vehicle)}"].value
            room = None if least is None or level is None else numbers.share(least / level - 1)
            day = first.isoformat() if count and first is not None else None
            yield (joined((party(vehicle), name)), level, least, room, day, count, _BREACHED if count else _KEPT)


def _finding(run: Run, bad: list[Distress]) -> Finding:
    worst = max(bad, key=lambda one: (one.default, one.locked), default=None)
    if worst is not None and _states(worst):
        who, states = party(worst.vehicle), joined(_states(worst), " and ")
        return Finding(f"{who.en} is {states.en}", f"{who.ja}は{states.ja}")
    rooms = {v: run.finance.metrics[f"headroom.{slug(v)}"].value for v in run.finance.covenants}
    known = {v: room for v, room in rooms.items() if room is not None}
    if not known:
        return Finding("No cover is tested", "DSCRの判定日がない")
    tight = min(known, key=lambda v: known[v])
    return Finding(f"{party(tight).en} keeps its covenants with {numbers.share(known[tight])} to spare at the tightest",
                   f"{party(tight).ja}は財務制限条項を遵守し、余裕は最小で{numbers.share(known[tight])}")  # fmt: skip
