"""Who might consolidate a vehicle: ASC 810-10 and IFRS 10, leg by leg, with the arithmetic behind each.

Who bears what is asked at the limit: all that is built becomes worthless, with loans at their highest and guarantees
as they start. A guarantee to a vehicle pays up to its threshold; the owners bear what is left up to the capital that
they have paid in, by their shares, and the lenders the rest by what they hold, junior ranks first. Losses of a vehicle
are those of what it has built and its share of the losses, guarantees with them, of the vehicles that it owns.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

from gigacampus.campus.spec.deal import Deal, slug
from gigacampus.campus.spec.deal.accounting import Accounting, VehicleAccounts
from gigacampus.engines.accounting.owning import owners, vehicles
from gigacampus.engines.accounting.result import (
    Interest,
    Leg,
    Legs,
    State,
    VehicleTest,
    all_of,
    any_of,
)  # fmt: skip
from gigacampus.engines.accounting.statement import Statement

MAJORITY = 0.5
"""Share of the effect of all activities above which one party directs the vehicle: ours, not the standards'."""


class Losses:
    """Who bears the loss if all that was built became worthless, by vehicle.

    Attributes
    ----------
    whole : dict of float
        Loss of each vehicle before guarantees [USD].
    borne, guaranteed : dict of dict of float
        By vehicle, what each party bears of it [USD]; `guaranteed` is the part that it bears as a guarantor.
    capital, debt : dict of float
        By vehicle, capital that its owners have paid in, and loans owed [USD].
    """

    def __init__(self, deal: Deal, result: Statement) -> None:
        self.deal, self.result = deal, result
        self.whole: dict[str, float] = {}
        self.guaranteed: dict[str, dict[str, float]] = {}
        self.borne: dict[str, dict[str, float]] = {}
        self.capital = {name: self._capital(name) for name in vehicles(deal)}
        self.debt = {name: sum(self.loans(name).values()) for name in vehicles(deal)}
        for name in vehicles(deal):
            self._lose(name)

    def _capital(self, vehicle: str) -> float:
        """Contributions less what was given back of them on fixed days, over the whole life [USD]."""
        flows, row = self.result.flows, self.result.row
        paid = sum(float(row(f.row).sum()) for f in flows if f.payee == vehicle and f.received in ("capital", "owners"))
        back = sum(float(row(f.row).sum()) for f in flows
                   if f.payer == vehicle and f.kind.startswith("distribution") and f.paid == "use")  # fmt: skip
        return paid - back

    def loans(self, vehicle: str) -> dict[str, float]:
        """What a vehicle owes by loan, at its highest [USD]."""
        borrowed = [name for name, loan in self.deal.loans.items() if loan.borrower == vehicle]
        return {name: float(self.result.loans[name].balance.max(initial=0.0)) for name in borrowed}

    def _lose(self, vehicle: str) -> None:
        deal, rows = self.deal, self.result.rows
        built = [slug(k) for k, cost in deal.construction.items() if cost.payer == vehicle]
        loss, guaranteed = sum(float(rows[f"{name}.total"]) for name in built), dict[str, float]()
        for held in [held for held in self.whole if vehicle in owners(deal, held)]:
            share = owners(deal, held)[vehicle]
            loss += share * self.whole[held]
            guaranteed = _added(guaranteed, {party: share * x for party, x in self.guaranteed[held].items()})
        for name, g in deal.guarantees.items():
            if g.beneficiary == vehicle:
                pays = min(float(rows[f"{slug(name)}.maximum_start"]), loss - sum(guaranteed.values()))
                guaranteed = _added(guaranteed, {g.guarantor: max(pays, 0.0)})
        rest = loss - sum(guaranteed.values())
        own = max(min(rest, self.capital[vehicle]), 0.0)
        by_owners = {owner: share * own for owner, share in owners(deal, vehicle).items()}
        self.whole[vehicle], self.guaranteed[vehicle] = loss, guaranteed
        self.borne[vehicle] = _added(guaranteed, by_owners, self._by_lenders(vehicle, rest - own))

    def _by_lenders(self, vehicle: str, rest: float) -> dict[str, float]:
        """What is left of a loss, on the lenders, junior ranks first; what exceeds the debt stays with nobody named."""
        found, owed = dict[str, float](), self.loans(vehicle)
        for rank in sorted({self.deal.loans[name].rank for name in owed}, reverse=True):
            same = {name: amount for name, amount in owed.items() if self.deal.loans[name].rank == rank and amount > 0}
            taken = min(rest, sum(same.values()))
            rest -= taken
            for name, amount in same.items():
                part = taken * amount / sum(same.values())
                held = self.result.loans[name].holders
                found = _added(found, {holder: part * share for holder, share in held.items()})
        return found

    def shares(self, vehicle: str) -> dict[str, float]:
        """Each party's share of the loss that somebody bears."""
        total = sum(self.borne[vehicle].values())
        return {party: amount / total for party, amount in self.borne[vehicle].items() if amount > 0} if total else {}


def _added(*amounts: Mapping[str, float]) -> dict[str, float]:
    total: defaultdict[str, float] = defaultdict(float)
    for one in amounts:
        for party, amount in one.items():
            total[party] += amount
    return dict(total)


def examine(deal: Deal, spec: Accounting, result: Statement, losses: Losses, name: str) -> VehicleTest:
    """Every leg for one vehicle."""
    accounts, shares = spec.vehicles[name], losses.shares(name)
    named = [party for activity in accounts.activities.values() for party in activity.decides]
    parties = dict.fromkeys([*owners(deal, name), *losses.guaranteed[name], *named])
    return VehicleTest(
        _interests(deal, result, losses, name),
        _entity(deal, spec, losses, name),
        tuple((activity, tuple(a.decides), a.effect) for activity, a in accounts.activities.items()),
        losses.whole[name],
        shares,
        {party: _control(deal, spec, losses, name, party) for party in parties if party != name},
    )


def _interests(deal: Deal, result: Statement, losses: Losses, name: str) -> tuple[Interest, ...]:
    """A plain lease is no variable interest; a guarantee of the residual value is, as are equity and debt."""
    capital, rows = losses.capital[name], result.rows
    found = [Interest(o, "equity", s * capital, True, "810-10-55-22") for o, s in owners(deal, name).items()]
    found += [Interest(party, "guarantee", amount, True, "810-10-25-55, 55-39")
              for party, amount in losses.guaranteed[name].items() if amount > 0]  # fmt: skip
    for loan, owed in losses.loans(name).items():
        found += [Interest(holder, "loan", share * owed, True, "810-10-55-24")
                  for holder, share in result.loans[loan].holders.items()]  # fmt: skip
    found += [Interest(lease.tenant, "lease", float(rows[f"{slug(k)}.commitment"]), False, "810-10-55-39")
              for k, lease in deal.leases.items() if lease.landlord == name]  # fmt: skip
    return tuple(found)


def _entity(deal: Deal, spec: Accounting, losses: Losses, name: str) -> Legs:
    """Whether it is a variable interest entity (810-10-15-14); one leg suffices."""
    accounts = spec.vehicles[name]
    return {
        "equity": _equity(spec, accounts, losses, name),
        "direction": _direction(deal, accounts, name),
        "protection": _protection(losses, name),
        "votes": _votes(deal, spec, losses, name),
    }


def _equity(spec: Accounting, accounts: VehicleAccounts, losses: Losses, name: str) -> Leg:
    equity, debt = losses.capital[name], losses.debt[name]
    share = equity / (equity + debt) if equity + debt > 0 else 0.0
    terms = {"equity": equity, "loans": debt}
    if accounts.expected_losses is not None:
        terms |= {"expected losses": accounts.expected_losses}
        thin = equity < accounts.expected_losses
    else:
        thin = share < spec.thin_equity
    state: State = "met" if thin else "not met"
    formula = "{equity} / ({equity} + {loans})"
    return Leg("810-10-15-14(a), 25-45", state, share, spec.thin_equity, formula=formula, terms=terms)


def _decided(accounts: VehicleAccounts, by: set[str]) -> tuple[float, float]:
    """Share of the effect that some parties decide without anybody else, and share of which it is not known."""
    alone = sum(a.effect for a in accounts.activities.values() if a.decides and set(a.decides) <= by)
    unknown = 1.0 - sum(a.effect for a in accounts.activities.values() if a.decides)
    return alone, unknown if unknown > 1e-9 else 0.0


def _over(known: float, unknown: float) -> State:
    """Whether a share is over half, if what is not known could fall either way."""
    return "met" if known > MAJORITY else "judgment" if known + unknown > MAJORITY else "not met"


def _direction(deal: Deal, accounts: VehicleAccounts, name: str) -> Leg:
    """The owners as a group cannot direct what matters most."""
    alone, unknown = _decided(accounts, set(owners(deal, name)) | {name})
    flipped: dict[State, State] = {"met": "not met", "not met": "met", "judgment": "judgment"}
    return Leg(
        "810-10-15-14(b)(1)",
        flipped[_over(alone, unknown)],
        alone if accounts.activities else None,
        MAJORITY if accounts.activities else None,
        others={"not known": unknown} if unknown else {},
    )


def _protection(losses: Losses, name: str) -> Leg:
    """The owners are protected from losses; how much protection is too much is a judgment."""
    covered, loss = sum(losses.guaranteed[name].values()), losses.whole[name]
    share = covered / loss if loss else 0.0
    terms = {"guarantee": covered, "loss": loss}
    state: State = "judgment" if covered > 0 else "not met"
    return Leg("810-10-15-14(b)(2)", state, share, formula="{guarantee} / {loss}", terms=terms)


def _votes(deal: Deal, spec: Accounting, losses: Losses, name: str) -> Leg:
    """An owner bears more than its votes, and substantially all that the vehicle does is for it (its rent)."""
    shares, row = losses.shares(name), losses.result.rows
    let = {k: lease for k, lease in deal.leases.items() if lease.landlord == name}
    rents = _added(*({lease.tenant: float(row[f"{slug(k)}.rent_total"])} for k, lease in let.items()))
    held = owners(deal, name)
    excess = {owner: shares.get(owner, 0.0) - share for owner, share in held.items()}
    total = sum(rents.values())
    served = {owner: rents.get(owner, 0.0) / total if total else 0.0 for owner in held}
    worst = max(held, key=lambda owner: (served[owner], excess[owner]))
    odd = excess[worst] > 0 and served[worst] >= spec.substantially_all
    return Leg(
        "810-10-15-14(c)",
        "met" if odd else "not met",
        shares.get(worst, 0.0),
        held[worst],
        others={"share of rent": served[worst]} if total else {},
        pro=(worst,) if odd else (),
    )


def _control(deal: Deal, spec: Accounting, losses: Losses, name: str, party: str) -> Legs:
    """Power and economics together make a primary beneficiary; what one party shares with another it does not have."""
    accounts, loss = spec.vehicles[name], losses.shares(name).get(party, 0.0)
    alone, unknown = _decided(accounts, {party})
    benefit = owners(deal, name).get(party, 0.0)
    listed = [(f"{what}, {100 * a.effect:g} %: {a.why}", a.decides) for what, a in accounts.activities.items()]
    power = Leg(
        "810-10-25-38A(a); IFRS 10.10, B11",
        _over(alone, unknown),
        alone if accounts.activities else None,
        MAJORITY if accounts.activities else None,
        others={"not known": unknown} if unknown else {},
        pro=tuple(said for said, who in listed if who == [party]),
        contra=tuple(said for said, who in listed if who and who != [party]),
        undecided=tuple(said for said, who in listed if not who),
    )
    states: list[State] = ["met" if share >= spec.significant else "not met" for share in (loss, benefit)]
    terms = {"borne": losses.borne[name].get(party, 0.0), "loss": sum(losses.borne[name].values())}
    economics = Leg(
        "810-10-25-38A(b); IFRS 10.15",
        any_of(states),
        loss,
        spec.significant,
        formula="{borne} / {loss}",
        terms=terms,
        others={"share of benefits": benefit},
    )
    odd: State = "met" if loss > alone + unknown else "not met" if loss <= alone or not unknown else "judgment"
    link = Leg("IFRS 10.17, B58", all_of([power.state, economics.state]))
    return {
        "power": power,
        "economics": economics,
        "disproportion": Leg("810-10-25-38G", odd, loss, alone if accounts.activities else None),
        "link": link,
    }
