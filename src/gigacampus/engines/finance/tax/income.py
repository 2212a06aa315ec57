"""Rows of taxable income, entity by entity, and of its tax.

Of a year, at its end:

- adjusted income ``A = revenue - running costs (- depreciation, where the limit is on EBIT) + share of partnerships'
  excess``; interest deducted is at most ``interest income + limit x max(A, 0)``, the rest is carried forward [1]_;
- a partnership's excess is what its own interest leaves of A: ``max(A, 0) - net interest deducted / limit``;
- income ``= revenue - costs + interest income - interest deducted - depreciation + share of partnerships' income``;
- losses carried forward offset at most the loss limit of a year's income [2]_, credits at most the credit limit of the
  federal tax [3]_; ``losses: used`` sets both against tax that the entity owes elsewhere, as they arise;
- state tax is deducted from the income that the country taxes.

Revenue is all that is received for operation but principal, distributions, promotes and what is paid for credits. Fees
of a loan are deducted as part of an asset alone, call costs not at all. Interest counts as it falls due or is added to
the loan; where the loan is an asset, what falls due before that is in service goes into its basis. What a partnership
could not deduct stays with it (the code carries it at its partners).

References
----------
.. [1] 26 U.S.C. 163(j), (4) on partnerships.
.. [2] 26 U.S.C. 172(a)(2).
.. [3] 26 U.S.C. 38(c).
"""

from __future__ import annotations

from datetime import date
from functools import cache

import numpy as np

from gigacampus.campus.spec.deal import OUTSIDE, Taxpayer, slug
from gigacampus.engines.finance.contracts.owners import payment_days
from gigacampus.engines.finance.statement import Flow, Statement, plus
from gigacampus.engines.finance.tax import property

_YEAR = """
    .revenue         = (1 - prev(tax.year_end)) * prev(.revenue) + {revenue} ; revenue of the year so far
    .costs           = (1 - prev(tax.year_end)) * prev(.costs) + {costs} ; running costs of the year so far
    .interest_income = (1 - prev(tax.year_end)) * prev(.interest_income) + {lent} ; interest income of the year so far
    .interest        = (1 - prev(tax.year_end)) * prev(.interest) + {owed} ; interest of the year so far
    .depreciation    = {depreciation} ; depreciation of the year
"""
_LIMITED = """
    .adjusted          = tax.year_end * (.revenue - .costs) - .after_depreciation * .depreciation + {excess} ; adjusted income
    .interest_allowed  = tax.year_end * .interest_income + .limit * max(0, .adjusted) ; interest that may be deducted
    .interest_deducted = tax.year_end * min(.interest + prev(.interest_carried), .interest_allowed) ; interest deducted
    .interest_carried  = prev(.interest_carried) + tax.year_end * .interest - .interest_deducted ; interest carried forward
    .interest_net      = max(0, .interest_deducted - tax.year_end * .interest_income) ; net interest deducted
    .excess            = iff(.limit > 0, max(0, .adjusted) - .interest_net / .limit, 0) ; adjusted income left for its owners
"""  # noqa: E501
_INCOME = """
    .income  = tax.year_end * (.revenue - .costs + .interest_income) - .interest_deducted - .depreciation + {shared} ; income
    .credits = {credits} ; credits of the year
"""  # noqa: E501
_CARRIED = """
    .loss_used   = tax.year_end * min(prev(.losses), {loss_limit} * max(0, .income)) ; losses used
    .losses      = prev(.losses) + max(0, -.income) - .loss_used ; losses carried forward
    .taxable     = max(0, .income) - .loss_used ; taxable income
    .state       = {state} * .taxable ; state tax
    .federal     = {rate} * (.taxable - .state) ; federal tax before credits
    .credit_used = tax.year_end * min(prev(.credit_left) + .credits, {credit_limit} * .federal) ; credits used
    .credit_left = prev(.credit_left) + .credits - .credit_used ; credits carried forward
"""
_USED = """
    .taxable     = .income ; taxable income
    .state       = {state} * .taxable ; state tax
    .federal     = {rate} * (.taxable - .state) ; federal tax before credits
    .credit_used = .credits ; credits used
"""
_AT_ONCE = ".settled = .due ; tax settled"
_ON_PAYMENT_DAYS = """
    .settled = {e}.pays_out * (prev(.open) + .due) ; tax settled
    .open    = prev(.open) + .due - .settled ; tax that is still to be settled
"""
_PAID = """
    .paid       = max(0, .settled) ; tax paid
    .saved      = max(0, -.settled) ; tax saved on other income
    .total      = sum(.paid - .saved) ; tax paid in all, less what was saved
"""


def taxpayer(s: Statement, entity: str) -> Taxpayer:
    """How an entity is taxed: as the deal says, else a vehicle passes its income through, and another is not taxed."""
    assert s.deal.tax is not None
    who = s.deal.tax.entities.get(entity)
    return who if who is not None else _unlisted(entity in s.vehicles)


@cache
def _unlisted(vehicle: bool) -> Taxpayer:
    return Taxpayer(treatment="partnership" if vehicle else "exempt")


def books(s: Statement) -> list[str]:
    """Entities whose income is reckoned."""
    return [name for name in s.deal.entities if taxpayer(s, name).treatment != "exempt"]


def add_books(s: Statement, entity: str) -> None:
    """Income of one entity and, if it is taxed itself, its tax."""
    below = {v: _share(s, v, entity) for v in s.vehicles if entity in s.owners(v) and _passes(s, v)}
    e = f"{slug(entity)}.tax"
    s.table(e, entity, _YEAR.format(**_own(s, entity)))
    _interest(s, entity, below)
    shared = [f"{slug(v)}.tax.income * {share}" for v, share in below.items()]
    credits = property.kept(s, entity) + [f"{slug(v)}.tax.credits * {share}" for v, share in below.items()]
    s.table(e, entity, _INCOME.format(shared=plus(shared), credits=plus(credits)))
    if taxpayer(s, entity).treatment == "taxable":
        _tax(s, entity)


def _passes(s: Statement, vehicle: str) -> bool:
    return taxpayer(s, vehicle).treatment == "partnership"


def _share(s: Statement, vehicle: str, owner: str) -> str:
    """An owner's share of a partnership's income: by ownership, or as allocated from a year on."""
    who, held = taxpayer(s, vehicle), f"entities.{slug(vehicle)}.owners.{slug(owner)}"
    if not who.allocation:
        return held
    year = (s.months.first + np.arange(s.months.count)) // 12
    shares = np.full(s.months.count, s.owners(vehicle)[owner])
    for step in sorted(who.allocation, key=lambda step: s.calendar.of(step.start)):
        shares[year >= s.calendar.of(step.start).year] = step.shares.get(owner, 0.0)
    row, path = f"{slug(vehicle)}.tax.allocated.{slug(owner)}", f"tax.entities.{vehicle}.allocation"
    return s.graph.add(row, shares, "fraction", f"{vehicle}: share of income allocated to {owner}", path)


def _own(s: Statement, entity: str) -> dict[str, str]:
    """An entity's own revenue, costs, interest and depreciation, as formulas."""
    assert s.deal.tax is not None
    received = [f for f in s.flows if f.payee == entity]
    revenue = [f.row for f in received if f.received == "operating" and _is_revenue(f)]
    lent = [f.row for f in received if (f.paid, f.kind) in (("service", "interest"), ("use", "escrow income"))]
    loans = [slug(name) for name, loan in s.deal.loans.items() if loan.borrower == entity]
    assets = [f"assets.{slug(k)}" for k, asset in s.deal.tax.assets.items() if property.holder(s, asset) == entity]
    return {
        "revenue": plus(sorted(revenue)),
        "costs": s.rows_of(payer=entity, paid="operating"),
        "lent": plus(sorted(lent)),
        "owed": plus([f"({n}.interest_due + {n}.added) * (1 - {property.building(s, n)})" for n in sorted(loans)]),
        "depreciation": plus([f"{a}.depreciation" for a in sorted(assets)]),
    }


def _is_revenue(flow: Flow) -> bool:
    """Whether what is received is income: no principal, distribution, promote or price of a credit."""
    given = flow.paid == "use" and flow.kind.startswith("distribution")
    return flow.paid in ("operating", "use") and not given and not flow.row.endswith(".sold")


def _limited(s: Statement, entity: str) -> bool:
    who = taxpayer(s, entity)
    return who.limits_interest and bool(who.regime.interest_limit)


def _interest(s: Statement, entity: str, below: dict[str, str]) -> None:
    """Interest that is deducted: all of it, or what the limit of the year allows."""
    e = f"{slug(entity)}.tax"
    if not _limited(s, entity):
        s.table(e, entity, ".interest_deducted = tax.year_end * .interest ; interest deducted")
        return
    path = f"tax.entities.{entity}.regime.interest_limit"
    steps = sorted(taxpayer(s, entity).regime.interest_limit, key=lambda step: step.start)
    first = [date((s.months.first + k) // 12, 1, 1) for k in range(s.months.count)]
    held = [next((step for step in reversed(steps) if step.start <= day), steps[0]) for day in first]
    s.graph.add(f"{e}.limit", np.array([step.share for step in held]), "fraction", f"{entity}: limit of interest", path)
    after = np.array([float(step.of == "EBIT") for step in held])
    s.graph.add(f"{e}.after_depreciation", after, "1", f"{entity}: the limit is on income after depreciation", path)
    excess = [f"{slug(v)}.tax.excess * {share}" for v, share in below.items() if _limited(s, v)]
    s.table(e, entity, _LIMITED.format(excess=plus(excess)))


def _tax(s: Statement, entity: str) -> None:
    """Tax of an entity for a year, and when it is settled."""
    e, who, path = f"{slug(entity)}.tax", taxpayer(s, entity), f"tax.entities.{entity}"
    state = s.number(f"{path}.state.rate", who.state.rate, "fraction") if who.state is not None else "0"
    numbers = {"rate": s.number(f"{path}.regime.rate", who.regime.rate, "fraction"), "state": state}
    if who.losses == "carried":
        for limit in ("loss_limit", "credit_limit"):
            numbers[limit] = s.number(f"{path}.regime.{limit}", getattr(who.regime, limit), "fraction")
    s.table(e, entity, (_CARRIED if who.losses == "carried" else _USED).format(**numbers))
    s.table(e, entity, ".due = .state + .federal - .credit_used ; tax of the year")
    s.table(e, entity, _ON_PAYMENT_DAYS.format(e=slug(entity)) if entity in s.vehicles else _AT_ONCE)
    s.table(e, entity, _PAID)


def add_payments(s: Statement) -> None:
    """Payments to the Treasury, and what losses and credits save of tax that is owed elsewhere."""
    for entity in books(s):
        if taxpayer(s, entity).treatment == "taxable":
            e, days = f"{slug(entity)}.tax", payment_days(s, entity) if entity in s.vehicles else s.months.days()
            s.flow(f"{e}.paid", "income tax", entity, OUTSIDE, days, "operating", "operating")
            s.flow(f"{e}.saved", "income tax saved", OUTSIDE, entity, days, "operating", "operating")
