"""What the owners of a vehicle pay in and receive, and the share of distributions that a promote gives away.

Distributions go to the owners until what they have paid in has earned the first hurdle; beyond each hurdle the
promote's share of the next tier goes to its party. A hurdle compounds monthly, ``H_t = H_{t-1} (1 + h)^{1/12} + paid
in - received``, and never falls below zero [1]_.

References
----------
.. [1] Geltner, D. M., Miller, N. G., Clayton, J., Eichholtz, P. (2014). Commercial Real Estate Analysis and
   Investments, 3rd ed., ch. 15 (ventures and promotes).
"""

from __future__ import annotations

from datetime import date

from gigacampus.campus.spec.deal import Promote, slug
from gigacampus.engines.finance.statement import Statement, plus


def add_owner_flows(s: Statement) -> None:
    """Capital calls on the owners of each vehicle, and distributions to them, by their shares."""
    for vehicle in s.vehicles:
        e, days, owners = slug(vehicle), payment_days(s, vehicle), s.owners(vehicle)
        promote, shared = s.deal.entities[vehicle].promote, f"{e}.distribution"
        if promote is not None:
            _promote(s, vehicle, promote, days)
            shared = f"({shared} - {e}.promoted)"
        for owner, share in owners.items():
            o = slug(owner)
            held = s.number(f"entities.{vehicle}.owners.{owner}", share, "fraction", f"{owner}'s share of {vehicle}")
            call = s.graph.add(f"{e}.call.{o}", f"{e}.call * {held}", label=f"{vehicle}: called from {owner}")
            paid = s.graph.add(f"{e}.distribution.{o}", f"{shared} * {held}", label=f"{vehicle}: to {owner}")
            s.flow(call, "contribution", owner, vehicle, call_days(s, vehicle), "use", "owners")
            s.flow(paid, "distribution", vehicle, owner, days, "owners", "operating")


def payment_days(s: Statement, vehicle: str) -> list[date]:
    """Day in each month on which a vehicle distributes: the latest on which one of its own contracts pays."""
    own = s.days.get(vehicle)
    return [max(days) for days in zip(*own, strict=True)] if own else s.months.days()


def call_days(s: Statement, vehicle: str) -> list[date]:
    """Day in each month on which a vehicle calls on its owners: the month's last, or that of interest, its own or of
    what it owns, for which no loan is drawn beside the owners' money."""
    days = s.months.days()
    borrowed = {name: loan for name, loan in s.deal.loans.items() if loan.borrower == vehicle}
    for name in borrowed if all(loan.funded == "day one" for loan in borrowed.values()) else ():
        times = s.loans[name]
        due = times.pay * times.open > 0
        days = [min(day, paid) if d else day for day, paid, d in zip(days, times.dates, due, strict=True)]
    for owned in s.vehicles:
        if vehicle in s.owners(owned):
            days = [min(pair) for pair in zip(days, call_days(s, owned), strict=True)]
    return days


def _promote(s: Statement, vehicle: str, promote: Promote, days: list[date]) -> None:
    """Rows of each tier, and what the promote's party receives."""
    e, path, owners = slug(vehicle), f"entities.{vehicle}.promote", s.owners(vehicle)
    fixed = [f for f in s.flows if {f.payer, f.payee} & set(owners) and vehicle in (f.payer, f.payee)]
    paid_in = plus([".call", *(f.row for f in fixed if f.payee == vehicle and f.received == "capital")])
    back = plus([f.row for f in fixed if f.payer == vehicle and f.kind.startswith("distribution")])
    left, received, promoted = ".distribution", "0", []
    for k, tier in enumerate(promote.tiers):
        hurdle = s.number(f"{path}.tiers.n{k}.above", tier.above, "fraction")
        given = "0" if k == 0 else f"{path_of(path)}.tiers.n{k - 1}.share"
        s.table(e, vehicle, f"""
            .hurdle{k}_open = prev(.hurdle{k}) * (1 + {hurdle}) ** (1 / 12) + {paid_in} - {back} ; owed, hurdle {k + 1}
            .tier{k}        = min({left}, max(0, .hurdle{k}_open - {received}) / (1 - {given})) ; paid, hurdle {k + 1}
            .beyond{k}      = {left} - .tier{k} ; left beyond hurdle {k + 1}
            .hurdle{k}      = max(0, .hurdle{k}_open - (.distribution - .promoted)) ; hurdle {k + 1} after distribution
        """)  # fmt: skip
        s.number(f"{path}.tiers.n{k}.share", tier.share, "fraction")
        promoted.append(f".tier{k} * {given}")
        received, left = f"({received} + .tier{k} * (1 - {given}))", f".beyond{k}"
    promoted.append(f"{left} * {path_of(path)}.tiers.n{len(promote.tiers) - 1}.share")
    s.table(e, vehicle, f".promoted = {plus(promoted)} ; promote")
    s.flow(f"{e}.promoted", "promote", vehicle, promote.to, days, "owners", "operating")


def path_of(path: str) -> str:
    """A path of the spec as its row is called."""
    return ".".join(slug(part) for part in path.split("."))
