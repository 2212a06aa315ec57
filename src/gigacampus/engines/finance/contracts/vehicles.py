"""Rows of each vehicle's waterfall. What enters it in a month leaves it, or stands in one of its accounts.

In order: operating cash (rent, distributions and income received, less running payments) sets aside what is reserved
for maintenance and replacement; pays debt by rank, setting aside what a loan that pays less often needs for its next
payment before a later rank is paid; tops up the reserves; and, where covenants ask for it, prepays the loans. What is
left pays for the works while they go on (if the vehicle keeps its cash), or is distributed on payment days. Uses that
it does not cover (works, interest while building, fees, reserves, contributions to what the vehicle owns) are drawn
from the funding steps in order, and from the owners last; so is an operating deficit.
"""

from __future__ import annotations

import numpy as np

from gigacampus.campus.spec.deal import OWNERS, UNKNOWN, Loan, Step, slug
from gigacampus.engines.finance.contracts import covenants, plans
from gigacampus.engines.finance.statement import Statement, plus

_OPERATING = """
    .earned    = {received} - {paid} ; operating cash flow
    .cfads     = .earned{less_reserved} ; cash flow available for debt service
    .operating = prev(.cash) + .earned ; operating cash in hand
    .deficit   = max(-.operating, 0) ; operating deficit
    .in_hand   = max(.operating, 0){kept} ; operating cash for debt service this month
    .available = .in_hand{cure} ; available for debt service this month
"""
_MAINTENANCE = """
    .reserve_needed = {needed} ; to be set aside by now for maintenance and replacement to come
    .maintenance    = min(max(.operating, 0), .reserve_needed) ; set aside for maintenance and replacement to come
"""
_USES = """
    .uses        = {uses} ; uses of funds
    .capital     = {capital} ; contributions received on fixed days
    .gap         = max(.uses - .capital, 0) ; uses beyond those contributions
    .spare       = {left} + max(.capital - .uses, 0) ; cash to spare
    .self_funded = min(.spare * .keeps, .gap) ; uses paid from its own cash
    .need        = .gap - .self_funded ; uses to be funded
    .contributed = sum({below}) ; paid into what it owns, in all
"""
_DISTRIBUTION = """
    .left         = {left} ; cash left
    .hold         = max(0, (1 - next(.pays_out)) * next(.hold) - next({ahead})) ; kept for deficits to come
    .distribution = max(0, .left - .hold) * .pays_out{unless} ; distributed to its owners
    .cash         = .left - .distribution + {aside} ; cash in hand
"""


def add_vehicles(s: Statement) -> None:
    """Cash, debt service, uses, funding and distribution of each vehicle."""
    for vehicle in s.vehicles:
        borrowed = sorted((loan.rank, name) for name, loan in s.deal.loans.items() if loan.borrower == vehicle)
        loans = {slug(name): s.deal.loans[name] for _, name in borrowed}
        _timing(s, vehicle)
        left, aside = _debt_service(s, vehicle, loans)
        _uses(s, vehicle, loans, left)
        _funding(s, vehicle, [name for _, name in borrowed])
        released = [f"{n}.escrow_release" for n, loan in loans.items() if loan.funded == "day one"]
        released += [f"{n}.reserve_release" for n, loan in loans.items() if loan.dsra]
        left = plus([".spare - .self_funded", *released])
        tested = loans and s.deal.entities[vehicle].covenants is not None
        terms = {
            "unless": f" * {covenants.blocked(s, vehicle, loans)}" if tested else "",
            "ahead": ".before_tax" if f"{slug(vehicle)}.before_tax" in s.graph.rows else ".cfads",  # tax rests on cash
        }
        s.table(slug(vehicle), vehicle, _DISTRIBUTION.format(left=left, aside=plus(aside), **terms))


def _timing(s: Statement, vehicle: str) -> None:
    """Flags: cash is kept for the works; it is distributed, as a rule when debt is paid, else when rent is received.

    Works go on from start to end of each cost, and of the draws of each loan but those that pay off another.
    """
    e, months = slug(vehicle), np.arange(s.months.count)
    loans = [name for name, loan in s.deal.loans.items() if loan.borrower == vehicle]
    costs = {name: cost for name, cost in s.deal.construction.items() if cost.payer == vehicle}
    spans = [(name, "interest_only_until") for name in loans if s.deal.loans[name].refinances is None]
    spans += [(name, "start" if cost.end is None else "end") for name, cost in costs.items()]
    ends = [(s.months.at(s.calendar[f"{name}.start"]), s.months.at(s.calendar[f"{name}.{end}"])) for name, end in spans]
    building = np.any([np.zeros(s.months.count), *((start <= months) & (months <= end) for start, end in ends)], axis=0)
    keeps = building & (s.deal.entities[vehicle].while_building == "keep")
    rents = [f"{slug(name)}.fraction" for name, lease in s.deal.leases.items() if lease.landlord == vehicle]
    pays = np.any([np.zeros(s.months.count), *(s.loans[name].pay * (1 - s.loans[name].late) for name in loans)], axis=0)
    rented = np.any([np.full(s.months.count, not rents), *(s.graph.inputs[row] > 0 for row in rents)], axis=0)
    pays = np.where(np.cumsum(pays[::-1])[::-1] > 0, pays, rented) & ~keeps
    s.graph.add(f"{e}.keeps", keeps.astype(float), "1", f"{vehicle}: cash is kept for the works")
    s.graph.add(f"{e}.pays_out", (pays | (months == s.months.count - 1)).astype(float), "1", f"{vehicle}: it pays out")


def _debt_service(s: Statement, vehicle: str, loans: dict[str, Loan]) -> tuple[str, list[str]]:
    """Debt service from operating cash rank by rank, then the reserves, then what covenants ask for.

    Returns the row of what is left, and the rows of what was set aside for payments to come.
    """
    ready, promises = _set_aside(s, vehicle), s.deal.entities[vehicle].covenants if loans else None
    cured = promises is not None and (promises.cure is UNKNOWN or promises.cure > 0)
    aside = _operating(s, vehicle, cured)
    if promises is not None and cured:
        covenants.add_cure(s, vehicle, promises, loans, ready)
    left, ranks = ".available", sorted({loan.rank for loan in loans.values()})
    for rank in ranks:
        left = _pay(s, vehicle, rank, [n for n, loan in loans.items() if loan.rank == rank], ready, left)
    aside += [f".aside{rank}" for rank in ranks if ready]
    left = _top_up(s, loans, slug(vehicle) + left)
    if promises is not None:
        covenants.add_tests(s, vehicle, promises, loans)
        left = covenants.add_sweep(s, vehicle, promises, loans, left) if promises.sweeps else left
    return left, aside


def _operating(s: Statement, vehicle: str, cured: bool) -> list[str]:
    """Operating cash for debt service; gives the row of what is set aside for maintenance and replacement, if any."""
    received, paid = s.rows_of(payee=vehicle, received="operating"), s.rows_of(payer=vehicle, paid="operating")
    needed = [f"{slug(k)}.reserve_needed" for k, x in s.deal.services.items() if x.payer == vehicle and x.reserved]
    if needed:
        s.table(slug(vehicle), vehicle, _MAINTENANCE.format(needed=plus(needed)))
    s.table(slug(vehicle), vehicle, _OPERATING.format(
        received=received, paid=paid, cure=" + .cure" if cured else "", kept=" - .maintenance" if needed else "",
        less_reserved=" - (.reserve_needed - prev(.reserve_needed))" if needed else "",
    ))  # fmt: skip
    return [".maintenance"] if needed else []


def _pay(s: Statement, vehicle: str, rank: int, same: list[str], ready: dict[str, str], left: str) -> str:
    """Pay the loans of one rank by what is due to each, and set aside what must lie ready; gives what is left."""
    e = slug(vehicle)
    s.table(e, vehicle, f"""
        .due{rank}   = {plus([f"{n}.due" for n in same])} ; debt service due, rank {rank}
        .paid{rank}  = min(.due{rank}, {left}) ; debt service paid from cash, rank {rank}
        .after{rank} = {left} - .paid{rank} ; cash left after rank {rank}
    """)  # fmt: skip
    if ready:
        s.table(e, vehicle, f"""
            .aside{rank} = min(.after{rank}, {plus([ready[n] for n in same])}) ; set aside for rank {rank}
            .free{rank}  = .after{rank} - .aside{rank} ; cash left after rank {rank} and what is set aside
        """)  # fmt: skip
    for n in same:
        share = f" * iff({e}.due{rank} > 0, {n}.due / {e}.due{rank}, 0)" if len(same) > 1 else ""
        s.graph.add(f"{n}.paid_cash", f"{e}.paid{rank}{share}", label=f"{n}: debt service paid from cash")
    return f".free{rank}" if ready else f".after{rank}"


def _top_up(s: Statement, loans: dict[str, Loan], left: str) -> str:
    """Fill reserves again, one after the other; gives the row of what is left."""
    for n in (n for n, loan in loans.items() if loan.dsra):
        gap = ".reserve_target - prev(.reserve) + .from_reserve"
        owed = " * (prev(.balance) > 0.5)" if f"{n}.paid_off" in s.graph.rows else ""
        s.table(n, n, f"""
            .reserve_topup = min({left}, max(0, {gap})) * .reserve_live{owed} ; reserve topped up
            .after_reserve = {left} - .reserve_topup ; cash left after the reserve
        """)  # fmt: skip
        left = f"{n}.after_reserve"
    return left


def _set_aside(s: Statement, vehicle: str) -> dict[str, str]:
    """By loan, what must lie ready for its next payment; empty where all of a vehicle's loans pay on the same dates."""
    times = {name: s.loans[name] for name, loan in s.deal.loans.items() if loan.borrower == vehicle}
    if not any(np.any(one.elapsed * other.pay) for one in times.values() for other in times.values()):
        return {}
    return {slug(name): plans.set_aside(s, name) for name in times}


def _uses(s: Statement, vehicle: str, loans: dict[str, Loan], left: str) -> None:
    terms = [s.rows_of(payer=vehicle, paid="use"), s.rows_of(payer=vehicle, paid="lent"), ".deficit"]
    terms += [f"{n}.funded_interest" for n in loans]
    terms += [f"{n}.reserve_funding" for n, loan in loans.items() if loan.dsra]
    below = [flow.row for flow in s.flows if flow.payer == vehicle and flow.received in ("owners", "capital")]
    capital = s.rows_of(payee=vehicle, received="capital")
    s.table(slug(vehicle), vehicle, _USES.format(uses=plus(terms), capital=capital, left=left, below=plus(below)))


def _funding(s: Statement, vehicle: str, loans: list[str]) -> None:
    """Draws of each step: what is needed, as far as the step and its sources reach; the owners pay the rest."""
    e, need = slug(vehicle), ".need"
    old = {name: s.deal.loans[name].refinances for name in loans}
    paid_off = {name: [f"{slug(other)}.refinanced"] if other is not None else [] for name, other in old.items()}
    drawn: dict[str, list[str]] = {OWNERS: [], **{name: [*rows] for name, rows in paid_off.items()}}
    for number, step in enumerate(_steps(s, vehicle, loans), start=1):
        row = f".step{number}"
        limits = [need, *(_reach(s, source, drawn[source], share) for source, share in step.drawn.items())]
        if step.up_to is not None:
            cap = s.number(f"entities.{vehicle}.funding.n{number - 1}.up_to", step.up_to)
            limits.append(f"{cap} - prev({row}_so_far)")
            s.table(e, vehicle, f"{row}_so_far = prev({row}_so_far) + {row} ; funding step {number} so far")
        s.table(e, vehicle, f"""
            {row}      = max(0, min({", ".join(limit for limit in limits if limit)})) ; funding step {number}
            {row}_left = {need} - {row} ; uses to be funded after step {number}
        """)  # fmt: skip
        need = f"{row}_left"
        for source, share in step.drawn.items():
            drawn[source].append(f"{e}{row} * {share!r}")
    cure, lent = [f"{e}.cure"] if f"{e}.cure" in s.graph.rows else [], [f"{slug(name)}.draw" for name in loans]
    renewed = [row for rows in paid_off.values() for row in rows]
    s.table(e, vehicle, f"""
        .call        = {plus([*drawn[OWNERS], need, *cure])} ; called from its owners
        .called      = sum(.call) ; called from its owners in all
        .gearing [1] = sum({plus(lent)} - {plus(renewed)}) / sum(.uses) ; loans over uses
    """)  # fmt: skip
    for name in loans:
        what = "from_escrow" if s.deal.loans[name].funded == "day one" else "draw"
        s.graph.add(f"{slug(name)}.{what}", plus(drawn[name]), label=f"{name}: drawn for uses")


def _steps(s: Statement, vehicle: str, loans: list[str]) -> list[Step]:
    """The funding as given, then each loan that it does not name."""
    steps = s.deal.entities[vehicle].funding
    named = {source for step in steps for source in step.drawn}
    return [*steps, *(Step(source=name) for name in loans if name not in named)]


def _reach(s: Statement, source: str, before: list[str], share: float) -> str:
    """What a source can still pay, over its share of the step; nothing for the owners, who can always."""
    if source == OWNERS or share == 0:
        return ""
    n, earlier = slug(source), plus(before)
    if s.deal.loans[source].funded == "day one":
        return f"({n}.escrow_open * {n}.open - {earlier}) / {share!r}"
    return f"(loans.{n}.amount - prev({n}.drawn) - {earlier}) * {n}.open / {share!r}"
