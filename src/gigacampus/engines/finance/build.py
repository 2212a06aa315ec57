"""The statement of a deal, before anything is found or evaluated."""

from __future__ import annotations

from gigacampus.campus.spec.deal import Deal
from gigacampus.campus.spec.deal.calendar import Calendar
from gigacampus.campus.spec.deal.payments import unpowered
from gigacampus.engines.finance import tax
from gigacampus.engines.finance.contracts import guarantees, leases, loans, owners, payments, sizing, vehicles
from gigacampus.engines.finance.schedule import Months
from gigacampus.engines.finance.statement import Statement, Under
from gigacampus.errors import Problem, SpecError
from gigacampus.rows import Graph


def build(deal: Deal, under: Under) -> Statement:
    """Rows of every contract, tax and vehicle of a deal; SpecError where its dates are out of order."""
    if wrong := unpowered(deal.construction, {**deal.powers, **under.powers}):
        raise SpecError(*wrong)
    calendar = Calendar(deal, under.events)
    for kind, name, _ in deal.contracts():
        for place, message, value in calendar.disorder(kind, name):
            raise SpecError(Problem(message, "deal." + ".".join(map(str, place)), value=value))
    months = Months.of(deal, calendar, under.months)
    s = Statement(deal, under, calendar, months, Graph(months.count))
    payments.add_costs(s)
    payments.add_services(s)
    payments.add_transfers(s)
    leases.add_leases(s)
    loans.add_loans(s)
    owners.add_owner_flows(s)
    tax.add_tax(s)
    vehicles.add_vehicles(s)
    for name, loan in deal.loans.items():
        if loan.sizing is not None:
            sizing.add(s, name, loan, loan.sizing)
    guarantees.add_guarantees(s)
    guarantees.add_exposures(s)
    return s
