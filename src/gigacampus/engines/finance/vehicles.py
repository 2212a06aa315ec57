"""Rows of each vehicle's waterfall. What enters it in a month leaves it, or stands in one of its accounts.

In order: operating cash (rent, distributions and income received, less running payments) pays debt by rank, then fills the
reserves. What is left pays for the works while they go on (if the vehicle keeps its cash), or is distributed on payment
days. Uses that it does not cover (works, interest while building, fees, reserves, contributions to what the vehicle owns)
are drawn from the funding steps in order, and from the owners last; so is an operating deficit.
"""

from __future__ import annotations

import numpy as np

from gigacampus.campus.spec.deal import OWNERS, Step, slug
from gigacampus.engines.finance import schedule
from gigacampus.engines.finance.statement import Statement, plus


def add_owner_flows(s: Statement) -> None:
    """Capital calls on the owners of each vehicle, and distributions to them, by their shares."""
    for vehicle in s.vehicles:
        e, days = slug(vehicle), payment_days(s, vehicle)
        for owner, share in s.owners(vehicle).items():
            held = s.number(f"entities.{vehicle}.owners.{owner}", share, "fraction", f"{owner}'s share of {vehicle}")
            call, paid = f"{e}.call.{slug(owner)}", f"{e}.distribution.{slug(owner)}"
            s.graph.add(call, f"{e}.call * {held}", label=f"{vehicle}: called from {owner}")
            s.graph.add(paid, f"{e}.distribution * {held}", label=f"{vehicle}: distributed to {owner}")
            s.flow(call, "contribution", owner, vehicle, s.grid.days(), "use", "owners")
            s.flow(paid, "distribution", vehicle, owner, days, "owners", "operating")


def payment_days(s: Statement, vehicle: str) -> list[schedule.date]:
    """Day in each month on which a vehicle distributes: the latest on which one of its own contracts pays."""
    own = s.days.get(vehicle)
    return [max(days) for days in zip(*own, strict=True)] if own else s.grid.days()


def add_vehicles(s: Statement) -> None:
    """Cash, debt service, uses, funding and distribution of each vehicle."""
    for vehicle in s.vehicles:
        loans = {slug(name): loan for name, loan in s.deal.loans.items() if loan.borrower == vehicle}
        loans = dict(sorted(loans.items(), key=lambda item: (item[1].rank, item[0])))
        _timing(s, vehicle)
        left = _debt_service(s, vehicle, {n: loan.rank for n, loan in loans.items()})
        kept = [n for n, loan in loans.items() if loan.dsra]
        left = _reserves(s, vehicle, kept, left)
        _uses(s, vehicle, list(loans), kept, left)
        _funding(s, vehicle)
        escrows = [n for n, loan in loans.items() if loan.funded == "day one"]
        _distribution(s, vehicle, [f"{n}.escrow_release" for n in escrows] + [f"{n}.reserve_release" for n in kept])


def _timing(s: Statement, vehicle: str) -> None:
    e, months = slug(vehicle), np.arange(s.grid.count)
    loans = [name for name, loan in s.deal.loans.items() if loan.borrower == vehicle]
    ends = [s.calendar[f"{name}.interest_only_until"] for name in loans]
    ends += [_cost_end(s, name) for name, cost in s.deal.construction.items() if cost.payer == vehicle]
    building = months <= max((s.grid.at(end) for end in ends), default=-1)
    s.graph.add(f"{e}.building", building * 1.0, "1", f"{vehicle}: works go on")
    keeps = building & (s.deal.entities[vehicle].while_building == "keep")
    s.graph.add(f"{e}.keeps", keeps * 1.0, "1", f"{vehicle}: cash is kept for the works")
    pays = months == s.grid.count - 1
    for name in loans:
        pays |= s.graph.inputs[f"{slug(name)}.pay"] > 0
        pays |= months > s.grid.at(s.calendar[f"{name}.final"])
    s.graph.add(f"{e}.pays_out", (pays if loans else months >= 0) & ~keeps, "1", f"{vehicle}: month of distribution")


def _cost_end(s: Statement, name: str) -> schedule.date:
    return s.calendar[f"{name}.end" if s.deal.construction[name].end is not None else f"{name}.start"]


def _debt_service(s: Statement, vehicle: str, ranks: dict[str, int]) -> str:
    """Debt service from operating cash, rank by rank. Returns the row of what is left."""
    e, g = slug(vehicle), s.graph
    received = s.rows_of(payee=vehicle, received="operating")
    g.add(
        f"{e}.cfads",
        f"{received} - {s.rows_of(payer=vehicle, paid='operating')}",
        label=f"{vehicle}: operating cash flow",
    )
    g.add(f"{e}.operating", f"prev({e}.cash) + {e}.cfads", label=f"{vehicle}: operating cash in hand")
    g.add(f"{e}.deficit", f"max(-{e}.operating, 0)", label=f"{vehicle}: operating deficit")
    left = g.add(f"{e}.available", f"max({e}.operating, 0)", label=f"{vehicle}: available for debt service")
    for rank in sorted(set(ranks.values())):
        loans = [n for n, r in ranks.items() if r == rank]
        due = g.add(f"{e}.due{rank}", plus([f"{n}.due" for n in loans]), label=f"{vehicle}: due, rank {rank}")
        paid = g.add(f"{e}.paid{rank}", f"min({due}, {left})", label=f"{vehicle}: paid from cash, rank {rank}")
        for n in loans:
            share = f"iff({due} > 0, {n}.due / {due}, 0)"
            g.add(f"{n}.paid_cash", f"{paid} * {share}" if len(loans) > 1 else paid, label=f"{n}: paid from cash")
        left = g.add(f"{e}.after{rank}", f"{left} - {paid}", label=f"{vehicle}: left after rank {rank}")
    return left


def _reserves(s: Statement, vehicle: str, loans: list[str], left: str) -> str:
    g = s.graph
    for n in loans:
        gap = f"{n}.reserve_target - prev({n}.reserve) + {n}.from_reserve"
        g.add(f"{n}.reserve_topup", f"min({left}, max(0, {gap})) * {n}.reserve_live", label=f"{n}: reserve topped up")
        left = g.add(f"{n}.after_reserve", f"{left} - {n}.reserve_topup", label=f"{vehicle}: left after the reserve")
    return left


def _uses(s: Statement, vehicle: str, loans: list[str], kept: list[str], left: str) -> None:
    e, g = slug(vehicle), s.graph
    lent = s.rows_of(payer=vehicle, paid="lent")
    terms = [s.rows_of(payer=vehicle, paid="use"), lent, f"{e}.deficit"]
    terms += [f"{n}.funded_interest" for n in loans] + [f"{n}.reserve_funding" for n in kept]
    g.add(f"{e}.uses", plus(terms), label=f"{vehicle}: uses of funds")
    g.add(f"{e}.capital", s.rows_of(payee=vehicle, received="capital"), label=f"{vehicle}: contributions on fixed days")
    g.add(f"{e}.gap", f"max({e}.uses - {e}.capital, 0)", label=f"{vehicle}: uses beyond those contributions")
    g.add(f"{e}.spare", f"{left} + max({e}.capital - {e}.uses, 0)", label=f"{vehicle}: cash to spare")
    g.add(f"{e}.self_funded", f"min({e}.spare * {e}.keeps, {e}.gap)", label=f"{vehicle}: works paid from its own cash")
    g.add(f"{e}.need", f"{e}.gap - {e}.self_funded", label=f"{vehicle}: to be funded")


def _funding(s: Statement, vehicle: str) -> None:
    """Draws of each step: what is needed, as far as the step and its sources reach; the owners pay the rest."""
    e, g, need = slug(vehicle), s.graph, f"{slug(vehicle)}.need"
    drawn: dict[str, list[str]] = {OWNERS: []}
    for number, step in enumerate(_steps(s, vehicle), start=1):
        row = f"{e}.step{number}"
        limits = [
            need,
            *(_reach(s, source, drawn.get(source, []), share) for source, share in step.drawn.items() if share),
        ]
        if step.up_to is not None:
            cap = s.number(f"entities.{vehicle}.funding.{number - 1}.up_to", step.up_to)
            limits.append(f"{cap} - prev({row}.so_far)")
            g.add(f"{row}.so_far", f"prev({row}.so_far) + {row}", label=f"{vehicle}: step {number} so far")
        g.add(
            row,
            f"max(0, min({', '.join(limit for limit in limits if limit)}))",
            label=f"{vehicle}: funding step {number}",
        )
        need = g.add(f"{row}.left", f"{need} - {row}", label=f"{vehicle}: to be funded after step {number}")
        for source, share in step.drawn.items():
            drawn.setdefault(source, []).append(f"{row} * {share!r}")
    g.add(f"{e}.call", plus([*drawn.pop(OWNERS), need]), label=f"{vehicle}: called from its owners")
    paid = plus([f.row for f in s.flows if f.payer == vehicle and f.received in ("owners", "capital")])
    g.add(f"{e}.contributed", f"sum({paid})", label=f"{vehicle}: paid into what it owns")
    g.add(f"{e}.called", f"sum({e}.call)", label=f"{vehicle}: called from its owners in all")
    for source, terms in drawn.items():
        n, escrow = slug(source), s.deal.loans[source].funded == "day one"
        g.add(f"{n}.from_escrow" if escrow else f"{n}.draw", plus(terms), label=f"{source}: drawn for uses")
    loans = [f"{slug(name)}.draw" for name, loan in s.deal.loans.items() if loan.borrower == vehicle]
    g.add(f"{e}.gearing", f"sum({plus(loans)}) / sum({e}.uses)", "1", f"{vehicle}: loans over uses")


def _steps(s: Statement, vehicle: str) -> list[Step]:
    """The funding as given, then each loan that it does not name."""
    steps = list(s.deal.entities[vehicle].funding)
    named = {source for step in steps for source in step.drawn}
    loans = sorted((loan.rank, name) for name, loan in s.deal.loans.items() if loan.borrower == vehicle)
    return [*steps, *(Step(source=name) for _, name in loans if name not in named)]  # type: ignore[call-arg]


def _reach(s: Statement, source: str, before: list[str], share: float) -> str:
    """What a source can still pay, over its share of the step; nothing for the owners, who can always."""
    if source == OWNERS:
        return ""
    n, earlier = slug(source), plus(before)
    if s.deal.loans[source].funded == "day one":
        return f"({n}.escrow_open * {n}.open - {earlier}) / {share!r}"
    return f"(loans.{n}.amount - prev({n}.drawn) - {earlier}) * {n}.open / {share!r}"


def _distribution(s: Statement, vehicle: str, releases: list[str]) -> None:
    e, g = slug(vehicle), s.graph
    g.add(f"{e}.left", plus([f"{e}.spare - {e}.self_funded", *releases]), label=f"{vehicle}: cash left")
    g.add(f"{e}.distribution", f"{e}.left * {e}.pays_out", label=f"{vehicle}: distributed to its owners")
    g.add(f"{e}.cash", f"{e}.left - {e}.distribution", label=f"{vehicle}: cash in hand")
