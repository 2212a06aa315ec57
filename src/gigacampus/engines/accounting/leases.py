"""Is a lease on its tenant's balance sheet, and how: ASC 842-10-25-2, IFRS 16, sale and leaseback, leg by leg.

Classification takes the residual value that is guaranteed, at its most; measurement takes what of it is probable
(842-10-30-5(f), IFRS 16.27(c)): two numbers from one clause. With the value of rents R, a guarantee G at the end of
the term T, the rate r and the fair value F, the lease stays below the part m that counts as substantially all while

- the guarantee is below ``(m F - R) (1 + r)^T``, or
- the fair value is above ``(R + G (1 + r)^-T) / m``.
"""

from __future__ import annotations

from datetime import date

from gigacampus.campus.spec.deal import Deal, Lease, slug
from gigacampus.campus.spec.deal.accounting import Accounting, LeaseAccounts
from gigacampus.engines.accounting.measure import Rent, ends, position
from gigacampus.engines.accounting.owning import above
from gigacampus.engines.accounting.result import Horizon, LeaseTest, Leg, Legs, State, any_of, asked
from gigacampus.engines.accounting.statement import Statement
from gigacampus.errors import Problem, SpecError

SHORT_TERM = 1.0
"""Years up to which a lease may be left out under IFRS 16.5(a)."""


def certain_terms(result: Statement, name: str, accounts: LeaseAccounts) -> list[date]:
    """Where the lease's terms end: the first with the options that are certain, then each other option taken up."""
    return ends(result.leases[name])[accounts.options.certain if accounts.options else 0 :]


def classify(deal: Deal, spec: Accounting, result: Statement, name: str) -> LeaseTest:
    """Every leg for one lease."""
    lease, accounts = deal.leases[name], spec.leases[name]
    terms = certain_terms(result, name, accounts)
    certain, whole = (_horizon(deal, result, name, accounts, end) for end in (terms[0], terms[-1]))
    fair = fair_value(deal, result, name, accounts)
    legs = {
        "transfer": asked("842-10-25-2(a)", accounts.transfer),
        "purchase": asked("842-10-25-2(b)", accounts.purchase),
        "term": _term(spec, accounts, certain, whole),
        "value": _value(spec, accounts, certain, whole, fair),
        "specialised": asked("842-10-25-2(e)", accounts.specialised),
    }
    finance = any_of(leg.state for leg in legs.values())
    legs |= _ifrs(spec, accounts, certain, whole, fair)
    legs |= _sale(deal, result, lease, accounts, finance)
    return LeaseTest(lease.tenant, lease.landlord, legs, certain, whole, fair)


def fair_value(deal: Deal, result: Statement, name: str, accounts: LeaseAccounts) -> float:
    """Fair value of what is leased: as given, else what the landlord spends on building it [USD]."""
    found = accounts.fair_value if accounts.fair_value is not None else _cost(deal, result, deal.leases[name])
    if not found > 0:
        place = f"deal.accounting.leases.{name}"
        raise SpecError(Problem("the fair value is zero", place, fix="Give fair_value, or a cost of construction"))
    return found


def _cost(deal: Deal, result: Statement, lease: Lease) -> float:
    built = [slug(name) for name, cost in deal.construction.items() if cost.payer == lease.landlord]
    return sum(float(result.rows[f"{name}.total"]) for name in built)


def _horizon(deal: Deal, result: Statement, name: str, accounts: LeaseAccounts, end: date) -> Horizon:
    rent, rate = Rent.of(deal, result, name), accounts.borrowing_rate
    most = accounts.guaranteed
    if most is None:
        most = _threshold(deal, result, deal.leases[name], end)
    most = max(most, accounts.probable)
    years = rent.since(end)
    at_once = float(rent.within(rent.start, end)[position(result, rent.start)])
    liability = rent.value(end, rate, "as paid") - at_once + accounts.probable * (1 + rate) ** -years
    return Horizon(years, rent.value(end, rate, accounts.rents), most * (1 + rate) ** -years, most, liability)


def _threshold(deal: Deal, result: Statement, lease: Lease, day: date) -> float:
    """What the tenant guarantees to the landlord, or to those who own it, on a day [USD]."""
    to, at = above(deal, lease.landlord), position(result, day)
    given = [slug(k) for k, g in deal.guarantees.items() if g.guarantor == lease.tenant and g.beneficiary in to]
    return sum(float(result.row(f"{name}.maximum")[at]) for name in given)


def _term(spec: Accounting, accounts: LeaseAccounts, certain: Horizon, whole: Horizon) -> Leg:
    share = certain.years / spec.life
    why = (accounts.options.why,) if accounts.options is not None else ()
    return Leg(
        "842-10-25-2(c), 55-2",
        "met" if share >= spec.major_part else "not met",
        share,
        spec.major_part,
        formula="{years} / {life}",
        terms={"years": certain.years, "life": spec.life},
        others={"all options": whole.years / spec.life} if whole.years > certain.years else {},
        contra=why,
    )


def _value(spec: Accounting, accounts: LeaseAccounts, certain: Horizon, whole: Horizon, fair: float) -> Leg:
    part, growth = spec.substantially_all, (1 + accounts.borrowing_rate) ** certain.years
    probable = accounts.probable / growth
    with_it, without = ((certain.rents + owed) / fair for owed in (certain.guaranteed, probable))
    by = {True: _side(with_it, part), False: _side(without, part)}
    portfolio = accounts.portfolio.says if accounts.portfolio is not None else "open"
    settled = portfolio != "open" or by[True] == by[False]
    others = {"guarantee left out": without} if certain.guaranteed > probable else {}
    if whole.years > certain.years:
        others["all options"] = (whole.rents + whole.guaranteed) / fair
    needs = {"fair value above": (certain.rents + certain.guaranteed) / part}
    if certain.guaranteed > 0 and part * fair > certain.rents:
        needs["guarantee below"] = (part * fair - certain.rents) * growth
    return Leg(
        "842-10-25-2(d), 55-2, 55-10",
        by[portfolio != "yes"] if settled else "judgment",
        with_it,
        part,
        formula="({rents} + {guarantee}) / {fair value}",
        terms={"rents": certain.rents, "guarantee": certain.guaranteed, "fair value": fair},
        others=others,
        needs=needs,
        undecided=(accounts.portfolio.why,) if accounts.portfolio is not None else (),
    )


def _side(value: float, threshold: float) -> State:
    return "met" if value >= threshold else "not met"


def _ifrs(spec: Accounting, accounts: LeaseAccounts, certain: Horizon, whole: Horizon, fair: float) -> Legs:
    """A tenant has no operating leases under IFRS 16; what may be left out is short, or of low value."""
    may_buy = accounts.purchase is not None and accounts.purchase.says == "yes"
    others = {"all options": whole.years} if whole.years > certain.years else {}
    short = Leg(
        "IFRS 16.5(a), 22",
        "met" if certain.years > SHORT_TERM or may_buy else "not met",
        certain.years,
        SHORT_TERM,
        "year",
        terms={"liability": certain.liability}
        | ({"liability with every option": whole.liability} if whole.years > certain.years else {}),
        others=others,
    )
    low = Leg("IFRS 16.5(b), B3", "met" if fair > spec.low_value else "not met", fair, spec.low_value, "USD")
    return {"ifrs_term": short, "ifrs_value": low}


def _sale(deal: Deal, result: Statement, lease: Lease, accounts: LeaseAccounts, finance: State) -> Legs:
    """Where a leg is met, what the tenant sold or has built stays on its balance sheet, and what it got is a loan."""
    cost = _cost(deal, result, lease)
    legs = {"building": asked("842-40-55-3 to 55-6", accounts.control_while_building, terms={"cost": cost})}
    sold = _paid(deal, result, lease.tenant, lease.landlord, in_kind=True)
    if sold > 0:
        terms = {"sold": sold, "received": _paid(deal, result, lease.landlord, lease.tenant, in_kind=False)}
        passes = asked("842-40-25-1", accounts.control_passes, "no", terms=terms)
        back = Leg("842-40-25-2", finance)
        legs |= {"sale": passes, "leaseback": back, "repurchase": asked("842-40-25-3", accounts.repurchase)}
    return legs


def _paid(deal: Deal, result: Statement, payer: str, payee: str, in_kind: bool) -> float:
    rows = [f"{slug(k)}.paid" for k, x in deal.transfers.items()
            if (x.payer, x.payee, x.in_kind) == (payer, payee, in_kind)]  # fmt: skip
    return sum(float(result.row(row).sum()) for row in rows)
