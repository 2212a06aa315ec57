"""Rows of costs, running payments and transfers. Other contracts: `leases`, `guarantees`, `loans`."""

from __future__ import annotations

from datetime import timedelta

import numpy as np

from gigacampus.campus.spec.deal import UNKNOWN, Cost, Service, slug
from gigacampus.engines.finance import schedule
from gigacampus.engines.finance.statement import Statement, plus

QUANTITIES = {
    "facility_energy": "MWh", "it_energy": "MWh", "water": "m3", "it_capacity": "kW-month", "accelerator_hours": "h",
    "unavailable": "1",
}  # fmt: skip
"""What a physical campus measures by month, with units, beside its costs."""
RATE_UNITS = {what: "USD/" + unit for what, unit in QUANTITIES.items() if what != "unavailable"}


def add_costs(s: Statement) -> None:
    """Construction: the curve's cumulative share, and its increments."""
    for name, cost in s.deal.construction.items():
        n, g = slug(name), s.graph
        measured = s.measured(cost.cost)
        if measured is not None:
            g.add(f"{n}.cost", measured, label=f"{name}: physical cost {cost.cost}")
        else:
            _spent(s, name, cost)
        s.table(n, name, ".total = sum(.cost) ; total")
        s.flow(f"{n}.cost", "construction", cost.payer, cost.payee, s.months.days(), "use", "operating")


def _spent(s: Statement, name: str, cost: Cost) -> None:
    """Share spent by month, and who bears the overrun: the payer up to the contingency, then whoever stands behind."""
    n = slug(name)
    if cost.phase is not None:
        power = s.number(
            f"powers.{cost.phase}", {**s.deal.powers, **s.under.powers}[cost.phase], "MW", f"power of {cost.phase}"
        )
        each = s.number(f"construction.{name}.unit_cost", cost.unit_cost or 0.0, "USD/kW")
        amount = f"{each} * 1000 * {power}"
    else:
        amount = s.number(f"construction.{name}.amount", cost.amount or 0.0)
    time = schedule.progress(name, cost, s.calendar, s.months)
    s.graph.add(f"{n}.time", time, "1", f"{name}: share of the time passed")
    curve, borne = ".time", amount
    if cost.b is not None:
        b = s.number(f"construction.{name}.b", cost.b, "1")
        curve = f"1 - (1 - .time) ** {b} * (1 + {b} * .time)"
    if cost.overrun is UNKNOWN or cost.overrun:
        over = s.number(f"construction.{name}.overrun", cost.overrun, "fraction")
        borne = f"{amount} * (1 + {over})"
        if cost.beyond is not None:
            within = s.number(f"construction.{name}.contingency", cost.contingency, "fraction")
            borne = f"{amount} * (1 + min({over}, {within}))"
            s.table(
                n, name, f".beyond = {amount} * max(0, {over} - {within}) * (.done - prev(.done)) ; overrun beyond it"
            )
            s.flow(f"{n}.beyond", "overrun", cost.beyond, cost.payee, s.months.days(), "use", "operating")
    s.table(n, name, f"""
        .done [1] = {curve} ; share spent
        .cost     = {borne} * (.done - prev(.done)) ; spent in the month
    """)  # fmt: skip


def add_services(s: Statement) -> None:
    """Running payments, fixed or from the physical campus."""
    for name, service in s.deal.services.items():
        n, g, month = slug(name), s.graph, np.arange(s.months.count)
        first = s.months.at(s.calendar[f"{name}.start"]) if service.start is not None else 0
        end = _stop(s, name, service)
        g.add(f"{n}.runs", ((first <= month) & (month < end)).astype(float), "1", f"{name}: runs")
        g.add(f"{n}.year", np.maximum(month - first, 0) // 12, "year", f"{name}: years since its start")
        s.table(n, name, f".paid = {_service(s, name, service)} * .runs ; paid")
        kind = service.cost or name
        s.flow(f"{n}.paid", kind, service.payer, service.payee, s.months.days(), "operating", "operating")


def _stop(s: Statement, name: str, service: Service) -> int:
    """Month from which a service is not paid any more: that of the day after its last, if it runs by whole months."""
    if service.end is None:
        return s.months.count
    last, whole = s.calendar[f"{name}.end"], service.start is None or s.calendar[f"{name}.start"].day == 1
    return schedule.index(last + timedelta(days=1) if whole else last) - s.months.first


def _service(s: Statement, name: str, service: Service) -> str:
    """What a service pays in a month, while it runs."""
    n = slug(name)
    if service.cost is not None:
        return _measured(s, f"{n}.cost", service.cost, "USD", f"{name}: physical cost")
    if service.of is not None:
        share = s.number(f"services.{name}.share", service.share or 0.0, "fraction")
        if service.of in s.deal.leases or service.of in s.deal.services:
            return f"{share} * {slug(service.of)}.{'rent' if service.of in s.deal.leases else 'paid'}"
        return f"{share} * {_measured(s, f'{n}.base', service.of, 'USD', f'{name}: physical cost')}"
    growth = f"(1 + {s.number(f'services.{name}.escalator', service.escalator, 'fraction')}) ** {n}.year"
    if service.rates is not None:
        used = s.number(f"services.{name}.used", service.used, "fraction")
        terms = [
            f"{s.number(f'services.{name}.rates.{what}', rate, RATE_UNITS[what])} * "
            + _measured(s, f"{n}.{what}", what, QUANTITIES[what], f"{name}: {what.replace('_', ' ')}")
            for what, rate in service.rates.given.items()
        ]
        return f"{plus(terms)} * {used} * {growth}"
    amount = s.number(f"services.{name}.amount", service.amount or 0.0, "USD/year")
    if service.interval is None:
        return f"{amount} / 12 * {growth}"
    return f"{amount} * {growth} * {_by_interval(s, name, round(12 * service.interval))}"


def _by_interval(s: Statement, name: str, step: int) -> str:
    """Flag of a payment every `step` months from the start; and, for a reserve, how much of the next is set aside."""
    n, month = slug(name), np.arange(s.months.count)
    since = month - s.months.at(s.calendar[f"{name}.start"])
    s.graph.add(f"{n}.falls_due", ((since > 0) & (since % step == 0)).astype(float), "1", f"{name}: falls due")
    if s.deal.services[name].reserved:
        ahead = month + step - since % step  # month of the next payment
        due = (since >= 0) & (ahead < _stop(s, name, s.deal.services[name]))
        s.graph.add(f"{n}.elapsed", due * (since % step) / step, "1", f"{name}: part of the time to the next payment")
        s.graph.add(f"{n}.year_due", np.maximum(since + step - since % step, 0) // 12, "year", f"{name}: year of it")
        growth = f"(1 + services.{n}.escalator) ** .year_due"
        s.table(n, name, f".reserve_needed = services.{n}.amount * {growth} * .elapsed ; to be set aside by now")
    return f"{n}.falls_due"


def _measured(s: Statement, row: str, what: str, unit: str, label: str) -> str:
    """Add what the campus measures as an input by month; nothing where a deal runs alone."""
    measured = s.measured(what)
    return s.graph.add(row, np.zeros(s.months.count) if measured is None else measured, unit, label)


def add_transfers(s: Statement) -> None:
    """Payments on one day."""
    for name, transfer in s.deal.transfers.items():
        n, day = slug(name), s.calendar[f"{name}.when"]
        amount = s.number(f"transfers.{name}.amount", transfer.amount)
        s.graph.add(f"{n}.flag", s.months.flag(day), "1", f"{name}: month of payment")
        s.table(n, name, f".paid = {amount} * .flag ; paid")
        kind = f"{transfer.what} in kind" if transfer.in_kind else transfer.what
        days = s.months.days(day.day, day)
        if transfer.what == "contribution":
            s.flow(f"{n}.paid", kind, transfer.payer, transfer.payee, days, "use", "capital")
        else:
            s.flow(f"{n}.paid", kind, transfer.payer, transfer.payee, days, "use", "operating")
