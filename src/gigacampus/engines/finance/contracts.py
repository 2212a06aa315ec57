"""Rows of each contract: costs, running payments, transfers, leases, guarantees, exposures. Loans: `loans`."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np

from gigacampus.campus.spec.deal import MONTHS, UNKNOWN, Cost, Guarantee, Lease, Service, slug
from gigacampus.days import add_months, year_fraction
from gigacampus.engines.finance import schedule
from gigacampus.engines.finance.schedule import LeaseTimes
from gigacampus.engines.finance.statement import Floats, Statement, plus

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
        measured = schedule.physical(s.measures, cost.cost, s.months, s.grid)
        if measured is not None:
            g.add(f"{n}.cost", measured, label=f"{name}: physical cost {cost.cost}")
        else:
            _spent(s, name, cost)
        s.table(n, name, ".total = sum(.cost) ; total")
        s.flow(f"{n}.cost", "construction", cost.payer, cost.payee, s.grid.days(), "use", "operating")


def _spent(s: Statement, name: str, cost: Cost) -> None:
    """Share spent by month, and who bears the overrun: the payer up to the contingency, then whoever stands behind."""
    n = slug(name)
    if cost.phase is not None:
        power = s.number(f"powers.{cost.phase}", s.power(name, cost.phase), "MW", f"power of {cost.phase}")
        each = s.number(f"construction.{name}.unit_cost", cost.unit_cost or 0.0, "USD/kW")
        amount = f"{each} * 1000 * {power}"
    else:
        amount = s.number(f"construction.{name}.amount", cost.amount or 0.0)
    time = schedule.progress(name, cost, s.calendar, s.grid)
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
            s.flow(f"{n}.beyond", "overrun", cost.beyond, cost.payee, s.grid.days(), "use", "operating")
    s.table(n, name, f"""
        .done [1] = {curve} ; share spent
        .cost     = {borne} * (.done - prev(.done)) ; spent in the month
    """)  # fmt: skip


def add_services(s: Statement) -> None:
    """Running payments, fixed or from the physical campus."""
    for name, service in s.deal.services.items():
        n, g, month = slug(name), s.graph, np.arange(s.grid.count)
        first = s.grid.at(s.calendar[f"{name}.start"]) if service.start is not None else 0
        end = _stop(s, name, service)
        g.add(f"{n}.runs", ((first <= month) & (month < end)).astype(float), "1", f"{name}: runs")
        g.add(f"{n}.year", np.maximum(month - first, 0) // 12, "year", f"{name}: years since its start")
        s.table(n, name, f".paid = {_service(s, name, service)} * .runs ; paid")
        kind = service.cost or name
        s.flow(f"{n}.paid", kind, service.payer, service.payee, s.grid.days(), "operating", "operating")


def _stop(s: Statement, name: str, service: Service) -> int:
    """Month from which a service is not paid any more: that of the day after its last, if it runs by whole months."""
    if service.end is None:
        return s.grid.count
    last, whole = s.calendar[f"{name}.end"], service.start is None or s.calendar[f"{name}.start"].day == 1
    return schedule.index(last + timedelta(days=1) if whole else last) - s.grid.first


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
    n, month = slug(name), np.arange(s.grid.count)
    since = month - s.grid.at(s.calendar[f"{name}.start"])
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
    measured = schedule.physical(s.measures, what, s.months, s.grid)
    return s.graph.add(row, np.zeros(s.grid.count) if measured is None else measured, unit, label)


def add_transfers(s: Statement) -> None:
    """Payments on one day."""
    for name, transfer in s.deal.transfers.items():
        n, day = slug(name), s.calendar[f"{name}.when"]
        amount = s.number(f"transfers.{name}.amount", transfer.amount)
        s.graph.add(f"{n}.flag", s.grid.flag(day), "1", f"{name}: month of payment")
        s.table(n, name, f".paid = {amount} * .flag ; paid")
        kind = f"{transfer.what} in kind" if transfer.in_kind else transfer.what
        days = s.grid.days(day.day, day)
        if transfer.what == "contribution":
            s.flow(f"{n}.paid", kind, transfer.payer, transfer.payee, days, "use", "capital")
        else:
            s.flow(f"{n}.paid", kind, transfer.payer, transfer.payee, days, "use", "operating")


def add_leases(s: Statement) -> None:
    """Rent ``R (1 + g)^k`` a year in lease year k from 0; R is given, or the commitment over the sum of the steps."""
    for name, lease in s.deal.leases.items():
        n, times = slug(name), LeaseTimes.of(name, lease, s.calendar, s.grid)
        growth = s.number(f"leases.{name}.escalator", lease.escalator, "fraction")
        s.graph.add(f"{n}.fraction", times.fraction, "year", f"{name}: part of a year's rent paid in the month")
        s.graph.add(f"{n}.year", times.year, "year", f"{name}: lease year, from 0")
        first_term = _paid_until(s, lease, times, s.calendar.term_ends(name)[0])
        s.graph.add(f"{n}.first_term", first_term, "1", f"{name}: rent is for the first term")
        s.table(n, name, f"""
            .step [1]        = (1 + {growth}) ** .year ; rent over that of the first year
            .base [USD/year] = {_base_rent(s, name, lease, times)} ; rent of the first year, for the whole
            .rent            = .base * .step * .fraction{_abated(s, name, lease)} ; rent paid
            .rent_year1      = sum(.rent * (.year == 0)) ; rent paid for the first year
            .commitment      = sum(.rent * .first_term) ; rent paid for the first term
            .rent_total      = sum(.rent) ; rent paid in all
        """)  # fmt: skip
        s.days.setdefault(lease.landlord, []).append(times.days)
        s.flow(f"{n}.rent", "rent", lease.tenant, lease.landlord, times.days, "operating", "operating")


def _abated(s: Statement, name: str, lease: Lease) -> str:
    """Factor for the computing that was not there in the rent's period (the period before it, if paid in advance)."""
    if lease.abatement is None:
        return ""
    n, step = slug(name), MONTHS[lease.every]
    lost = schedule.physical(s.measures, "unavailable", s.months, s.grid)
    lost = np.zeros(s.grid.count) if lost is None else lost
    lag = s.calendar[f"{name}.start"].day <= 15  # a period that ends early in a month ends with the month before
    total = np.concatenate([np.zeros(step + lag), np.cumsum(lost)])[: s.grid.count + step]
    s.graph.add(f"{n}.unavailable", (total[step:] - total[:-step]) / step, "1", f"{name}: computing that was not there")
    beyond = s.number(f"leases.{name}.abatement.beyond", lease.abatement.beyond, "fraction")
    return f" * (1 - max(0, {n}.unavailable - {beyond}))"


def _paid_until(s: Statement, lease: Lease, times: LeaseTimes, day: date) -> Floats:
    """1 in the months whose rent is for the time until a day, shape (M,)."""
    if lease.timing == "advance":
        return np.array([paid < day for paid in times.days], float)
    return (np.arange(s.grid.count) <= s.grid.at(day)).astype(float)


def _base_rent(s: Statement, name: str, lease: Lease, times: LeaseTimes) -> str:
    if lease.commitment is None:
        return s.number(f"leases.{name}.rent", lease.rent or 0.0, "USD/year")
    amount = s.number(f"leases.{name}.commitment.amount", lease.commitment.amount)
    until = add_months(s.calendar[f"{name}.start"], round(12 * lease.commitment.years))
    s.graph.add(
        f"{slug(name)}.committed",
        _paid_until(s, lease, times, until),
        "1",
        f"{name}: within the years of the commitment",
    )
    return f"{amount} / sum(.step * .fraction * .committed)"


def add_guarantees(s: Statement) -> None:
    """Threshold and most that is paid by month, and what of the loan lies above that (the uncovered tail)."""
    for name, guarantee in s.deal.guarantees.items():
        n, g = slug(name), s.graph
        start, until = s.calendar[f"{name}.start"], s.calendar[f"{name}.until"]
        days = s.grid.days(start.day, start)
        inside = schedule.window(days, start, until)
        order = np.cumsum(inside) * inside
        g.add(f"{n}.window", inside, "1", f"{name}: in force")
        g.add(f"{n}.first", (order == 1).astype(float), "1", f"{name}: first month in force")
        g.add(f"{n}.last", ((order == inside.sum()) & (order > 0)).astype(float), "1", f"{name}: last month in force")
        s.table(n, name, f"""
            .threshold       = .window * {_threshold(s, name, guarantee, days)} ; guaranteed amount
            .threshold_start = sum(.threshold * .first) ; guaranteed amount at its start
            .maximum         = {_capped(s, name, guarantee)} ; most that it pays
            .maximum_start   = sum(.maximum * .first) ; most that it pays at its start
        """)  # fmt: skip
        if guarantee.loan is not None:
            loan = slug(guarantee.loan)
            s.table(n, name, f"""
                .uncovered = max(0, {loan}.balance - .maximum) * (1 - {loan}.open) ; debt above the most that it pays
                .tail      = sum({loan}.balance * .last) ; debt left when the guarantee ends
            """)  # fmt: skip


def _threshold(s: Statement, name: str, guarantee: Guarantee, days: list[date]) -> str:
    if guarantee.line is not None:
        span = (s.calendar[f"{name}.until"] - s.calendar[f"{name}.start"]).days
        passed = np.clip([(day - s.calendar[f"{name}.start"]).days / span for day in days], 0.0, 1.0)
        s.graph.add(f"{slug(name)}.passed", passed, "1", f"{name}: part of its time that has passed")
        first = s.number(f"guarantees.{name}.line.first", guarantee.line.first)
        last = s.number(f"guarantees.{name}.line.last", guarantee.line.last)
        level = f"({first} + ({last} - {first}) * {slug(name)}.passed)"
    elif not guarantee.table and guarantee.loan is not None:
        multiple = s.number(f"guarantees.{name}.multiple", guarantee.multiple, "1")
        level = f"{multiple} * {slug(guarantee.loan)}.balance"
    else:
        after = np.array([year_fraction(days[0], day, "30/360") for day in days])
        after -= year_fraction(days[0], s.calendar[f"{name}.start"], "30/360")
        steps = np.searchsorted([x.after for x in guarantee.table], after + 1e-9, side="right")
        table = np.array([0.0, *(x.amount for x in guarantee.table)])[steps]
        level = s.graph.add(f"{slug(name)}.table", table, label=f"{name}: table", path=f"guarantees.{name}.table")
    return level


def _capped(s: Statement, name: str, guarantee: Guarantee) -> str:
    """What is paid if nothing else is worth anything."""
    if guarantee.cap is None:
        return ".threshold"
    return f"min(.threshold, {s.number(f'guarantees.{name}.cap', guarantee.cap)})"


def add_exposures(s: Statement) -> None:
    """Maximum exposure to loss: guarantees given, rent committed, carrying value, and capital still to be paid in."""
    for name, exposure in s.deal.exposures.items():
        n, party = f"exposures.{slug(name)}", exposure.party
        later = np.array([day > exposure.at for day in s.grid.days()], float)
        s.graph.add(f"{n}.later", later, "1", f"{name}: after {exposure.at}")
        given = []
        for k in (k for k, x in s.deal.guarantees.items() if x.guarantor == party):
            month = s.grid.flag(max(exposure.at, s.calendar[f"{k}.start"]))
            s.graph.add(f"{n}.at_{slug(k)}", month, "1", f"{name}: month for which {k} counts")
            given.append(f"{slug(k)}.maximum * .at_{slug(k)}")
        rents = [f"{slug(k)}.rent * {slug(k)}.first_term" for k, x in s.deal.leases.items() if x.tenant == party]
        paid_in = [f.row for f in s.flows if f.payer == party and f.received in ("capital", "owners")]
        carrying = s.number(f"exposures.{name}.carrying", exposure.carrying)
        s.table(n, name, f"""
            .guaranteed = sum({plus(given)}) ; most that its guarantees pay, from their start on
            .rents      = sum({plus(rents)} * .later) ; rent still to be paid for the first terms
            .unfunded   = sum({plus(paid_in)} * .later) ; capital still to be paid in
            .maximum    = .guaranteed + .rents + {carrying} + .unfunded ; maximum exposure to loss
        """)  # fmt: skip
