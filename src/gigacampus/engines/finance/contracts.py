"""Rows of each contract: costs, loans, leases, guarantees, services and transfers.

Equations of a loan, for month t with years of interest tau and rate r since the day of the month before:

- accrued interest ``a_t = a_{t-1} (0 after a payment) + B_{t-1} r tau``; it falls due on payment days,
- the planned balance ``P_t = P_{t-1} (1 + f) - s_t`` with the period's interest factor f and payment s: level and growing
  payments are ``s = s_1 w`` with ``s_1 = B (1 - rest x D_n) / sum(w D)``, D the discount factor at the loan's own rate [1]_;
  sculpted ones are ``s = cash / DSCR``,
- principal due is what stands between the balance and the plan, so that arrears are caught up when there is cash.

References
----------
.. [1] Fabozzi, F. J. (2016). Bond Markets, Analysis, and Strategies, 9th ed., ch. 2 and 4.
"""

from __future__ import annotations

import numpy as np

from gigacampus.campus.spec.deal import OUTSIDE, UNKNOWN, Guarantee, Lease, Loan, slug
from gigacampus.engines.finance import schedule
from gigacampus.engines.finance.schedule import LeaseTimes, LoanTimes
from gigacampus.engines.finance.statement import Statement, plus


def add_costs(s: Statement) -> None:
    """Construction: cumulative share F of the curve, and its increments."""
    for name, cost in s.deal.construction.items():
        n, g = slug(name), s.graph
        measured = schedule.physical(s.costs, cost.cost, s.months, s.grid)
        if measured is not None:
            g.add(f"{n}.cost", measured, label=f"{name}: physical cost {cost.cost}")
        else:
            amount = s.number(f"construction.{name}.amount", cost.amount)
            x = g.add(f"{n}.time", schedule.progress(name, cost, s.calendar, s.grid), "1", f"{name}: time passed")
            curve = x
            if cost.b is not None:
                b = s.number(f"construction.{name}.b", cost.b, "1")
                curve = f"1 - (1 - {x}) ** {b} * (1 + {b} * {x})"
            done = g.add(f"{n}.done", curve, "1", f"{name}: share spent")
            g.add(f"{n}.cost", f"{amount} * ({done} - prev({done}))", label=f"{name}: spent in the month")
        g.add(f"{n}.total", f"sum({n}.cost)", label=f"{name}: total")
        s.flow(f"{n}.cost", "construction", cost.payer, cost.payee, s.grid.days(), "use", "operating")


def add_services(s: Statement) -> None:
    """Running payments, fixed or from the physical campus."""
    for name, service in s.deal.services.items():
        n, days = slug(name), s.grid.days()
        if service.cost is not None:
            measured = schedule.physical(s.costs, service.cost, s.months, s.grid)
            s.graph.add(f"{n}.paid", np.zeros(s.grid.count) if measured is None else measured, label=f"{name}: paid")
        else:
            start, end = s.calendar[f"{name}.start"], s.calendar[f"{name}.end"]
            runs = np.array([start <= day and schedule.index(day) < schedule.index(end) for day in days], float)
            amount = s.number(f"services.{name}.amount", service.amount or 0.0, "USD/year")
            growth = s.number(f"services.{name}.escalator", service.escalator, "fraction")
            year = np.maximum(np.cumsum(runs) - 1, 0) // 12
            s.graph.add(f"{n}.year", year, "year", f"{name}: years since its start")
            s.graph.add(f"{n}.runs", runs, "1", f"{name}: runs")
            s.graph.add(f"{n}.paid", f"{amount} / 12 * (1 + {growth}) ** {n}.year * {n}.runs", label=f"{name}: paid")
        s.flow(f"{n}.paid", service.cost or name, service.payer, service.payee, days, "operating", "operating")


def add_transfers(s: Statement) -> None:
    """Payments on one day."""
    for name, transfer in s.deal.transfers.items():
        n, day = slug(name), s.calendar[f"{name}.when"]
        amount = s.number(f"transfers.{name}.amount", transfer.amount)
        s.graph.add(f"{n}.flag", s.grid.flag(day), "1", f"{name}: month of payment")
        s.graph.add(f"{n}.paid", f"{amount} * {n}.flag", label=f"{name}: paid")
        kind = f"{transfer.what} in kind" if transfer.in_kind else transfer.what
        received = "capital" if transfer.what == "contribution" else "operating"
        days = s.grid.days(day.day, day)
        s.flow(f"{n}.paid", kind, transfer.payer, transfer.payee, days, "use", received)  # type: ignore[arg-type]


def add_leases(s: Statement) -> None:
    """Rent ``R (1 + g)^k`` a year in lease year k from 0; R is given, or the commitment over the sum of the steps."""
    for name, lease in s.deal.leases.items():
        n, g = slug(name), s.graph
        times = LeaseTimes.of(name, lease, s.calendar, s.grid)
        growth = s.number(f"leases.{name}.escalator", lease.escalator, "fraction")
        g.add(f"{n}.fraction", times.fraction, "year", f"{name}: part of a year's rent paid in the month")
        g.add(f"{n}.year", times.year, "year", f"{name}: lease year, from 0")
        g.add(f"{n}.step", f"(1 + {growth}) ** {n}.year", "1", f"{name}: rent over that of the first year")
        g.add(f"{n}.base", _base_rent(s, name, lease, times), "USD/year", f"{name}: rent of the first year")
        g.add(f"{n}.rent", f"{n}.base * {n}.step * {n}.fraction", label=f"{name}: rent paid")
        g.add(f"{n}.rent_year1", f"sum({n}.rent * ({n}.year == 0))", label=f"{name}: rent of the first year")
        g.add(f"{n}.rent_total", f"sum({n}.rent)", label=f"{name}: rent over its whole life")
        first = lease.term or (s.calendar.of(lease.end or s.deal.close) - s.calendar[f"{name}.start"]).days / 365.25
        g.add(f"{n}.commitment", f"sum({n}.rent * ({n}.year < {first!r}))", label=f"{name}: rent of the first term")
        s.days.setdefault(lease.landlord, []).append(times.days)
        s.flow(f"{n}.rent", "rent", lease.tenant, lease.landlord, times.days, "operating", "operating")


def _base_rent(s: Statement, name: str, lease: Lease, times: LeaseTimes) -> str:
    n = slug(name)
    if lease.commitment is None:
        return s.number(f"leases.{name}.rent", lease.rent or 0.0, "USD/year")
    amount = s.number(f"leases.{name}.commitment.amount", lease.commitment.amount)
    early = (np.cumsum(times.fraction) <= lease.commitment.years + 1e-9).astype(float)
    s.graph.add(f"{n}.committed", early, "1", f"{name}: within the years of the commitment")
    return f"{amount} / sum({n}.step * {n}.fraction * {n}.committed)"


def add_loans(s: Statement) -> None:
    """Draws, interest, plan, principal, balance, reserve and holders of each loan."""
    for name, loan in s.deal.loans.items():
        n, times = slug(name), LoanTimes.of(name, loan, s.deal, s.calendar, s.grid)
        _loan_inputs(s, name, loan, times)
        _loan_interest(s, n, loan)
        _loan_plan(s, name, loan)
        _loan_payments(s, n, loan)
        _loan_reserve(s, name, loan, times)
        if loan.funded == "day one":
            _escrow(s, name, loan, times)
        s.days.setdefault(loan.borrower, []).append(times.days)
        _loan_flows(s, name, loan, times)


def _loan_inputs(s: Statement, name: str, loan: Loan, times: LoanTimes) -> None:
    n, g = slug(name), s.graph
    s.number(f"loans.{name}.amount", loan.amount)
    for what, unit, label in (
        ("tau", "year", "years of interest since the day of the month before"),
        ("pay", "1", "month of payment"), ("open", "1", "interest alone; draws are possible"),
        ("repay", "1", "month of repayment"), ("first", "1", "month in which it starts"),
        ("final", "1", "month of the last payment"), ("years", "year", "years since its start"),
    ):  # fmt: skip
        g.add(f"{n}.{what}", getattr(times, what), unit, f"{name}: {label}")
    g.add(f"{n}.carry", 1 - np.concatenate([[0.0], times.pay[:-1]]), "1", f"{name}: no payment in the month before")
    if loan.benchmark is None:
        g.add(
            f"{n}.rate", s.number(f"loans.{name}.coupon", loan.coupon or 0.0, "fraction"), "fraction", f"{name}: rate"
        )
    else:
        g.add(f"{n}.benchmark", times.rate, "fraction", f"{name}: {loan.benchmark}")
        spread = s.number(f"loans.{name}.spread", loan.spread, "fraction")
        g.add(f"{n}.rate", f"{n}.benchmark + {spread}", "fraction", f"{name}: rate")


def _loan_interest(s: Statement, n: str, loan: Loan) -> None:
    g, added = s.graph, "1" if loan.interest_while_building == "added" else "0"
    g.add(f"{n}.accrual", f"{n}.rate * {n}.tau", "1", f"{n}: interest factor of the month")
    g.add(
        f"{n}.factor",
        f"{n}.carry * prev({n}.factor) + {n}.accrual",
        "1",
        f"{n}: interest factor since the last payment",
    )
    g.add(
        f"{n}.accrued_building",
        f"{n}.carry * prev({n}.accrued_building) + prev({n}.drawn) * {n}.accrual * {n}.open",
        label=f"{n}: interest accrued while it is drawn",
    )
    g.add(
        f"{n}.accrued",
        f"{n}.carry * prev({n}.accrued) + prev({n}.balance) * {n}.accrual * (1 - {n}.open)",
        label=f"{n}: interest accrued after that",
    )
    g.add(
        f"{n}.added", f"{n}.accrued_building * {n}.pay * {n}.open * {added}", label=f"{n}: interest added to the loan"
    )
    g.add(
        f"{n}.interest_due", f"{n}.pay * ({n}.accrued + {n}.accrued_building) - {n}.added", label=f"{n}: interest due"
    )
    g.add(f"{n}.drawn", f"prev({n}.drawn) + {n}.draw + {n}.added", label=f"{n}: drawn so far, with interest added")


def _loan_plan(s: Statement, name: str, loan: Loan) -> None:
    n, g, plan = slug(name), s.graph, loan.amortisation
    g.add(f"{n}.funded", f"sum({n}.draw + {n}.added)", label=f"{name}: drawn in all")
    before = f"prev({n}.planned) + {n}.draw + {n}.added"
    interest = f"prev({n}.planned) * {n}.factor * {n}.repay"
    if plan.kind == "list":
        times = LoanTimes.of(name, loan, s.deal, s.calendar, s.grid)
        g.add(f"{n}.repaid_share", times.paid_share, "1", f"{name}: share of principal repaid by the plan")
        g.add(f"{n}.planned", f"{n}.drawn - {n}.funded * {n}.repaid_share", label=f"{name}: balance by the plan")
        payment = f"({before} - {n}.planned) * {n}.repay + {interest}"
    elif plan.kind == "bullet":
        payment = f"{interest} + {n}.final * ({before})"
    elif plan.kind == "sculpted":
        payment = _sculpted(s, name, loan)
    else:
        payment = _annuity(s, name, loan)
    g.add(f"{n}.planned_payment", payment, label=f"{name}: debt service by the plan")
    if plan.kind != "list":
        g.add(f"{n}.planned", f"{before} + {interest} - {n}.planned_payment", label=f"{name}: balance by the plan")
    g.add(f"{n}.plan_end", f"sum({n}.planned * {n}.final)", label=f"{name}: balance that the plan leaves at the end")


def _annuity(s: Statement, name: str, loan: Loan) -> str:
    """Level or growing payments, which leave the balloon: first payment times weight."""
    n, g, plan = slug(name), s.graph, loan.amortisation
    times = LoanTimes.of(name, loan, s.deal, s.calendar, s.grid)
    growth = s.number(f"loans.{name}.amortisation.growth", plan.growth, "fraction")
    rest = s.number(f"loans.{name}.amortisation.balloon", plan.balloon, "fraction")
    g.add(f"{n}.repayment_year", times.repayment_year, "year", f"{name}: year of repayment, from 0")
    g.add(f"{n}.weight", f"{n}.repay * (1 + {growth}) ** {n}.repayment_year", "1", f"{name}: payment over the first")
    g.add(f"{n}.discount", f"prev({n}.discount, 1) / (1 + {n}.factor * {n}.repay)", "1", f"{name}: discount factor")
    left = f"(1 - {rest} * sum({n}.discount * {n}.final))"
    g.add(f"{n}.payment", f"{n}.funded * {left} / sum({n}.weight * {n}.discount)", label=f"{name}: first payment")
    return f"{n}.payment * {n}.weight + {n}.final * {rest} * {n}.funded"


def _sculpted(s: Statement, name: str, loan: Loan) -> str:
    """Cash since the last payment over the cover, less what is due to other loans of the same or an earlier rank."""
    n, e = slug(name), slug(loan.borrower)
    dscr = s.number(f"loans.{name}.amortisation.dscr", loan.amortisation.dscr, "1")
    s.graph.add(
        f"{n}.cash",
        f"{n}.carry * prev({n}.cash) + {e}.cfads * (1 - {n}.open)",
        label=f"{name}: cash available for debt service since the last payment",
    )
    others = plus([
        f"{slug(other)}.due"
        for other, spec in sorted(s.deal.loans.items())
        if other != name and spec.borrower == loan.borrower
        and (spec.rank < loan.rank or (spec.rank == loan.rank and spec.amortisation.kind != "sculpted"))
    ])  # fmt: skip
    return f"{n}.repay * ({n}.cash / {dscr} - {others})"


def _loan_payments(s: Statement, n: str, loan: Loan) -> None:
    """What is due, what is paid (`paid_cash` comes from the vehicle's waterfall), and the balance."""
    g = s.graph
    g.add(
        f"{n}.principal_due",
        f"{n}.repay * max(0, prev({n}.balance) - (1 - {n}.final) * max({n}.planned, 0))",
        label=f"{n}: principal due",
    )
    g.add(f"{n}.due", f"{n}.interest_due + {n}.principal_due", label=f"{n}: debt service due")
    g.add(
        f"{n}.funded_interest",
        f"({n}.due - {n}.paid_cash - {n}.from_reserve) * {n}.open",
        label=f"{n}: interest paid from the funding of the works",
    )
    g.add(f"{n}.service", f"{n}.paid_cash + {n}.from_reserve + {n}.funded_interest", label=f"{n}: debt service paid")
    g.add(f"{n}.interest", f"min({n}.interest_due, {n}.service)", label=f"{n}: interest paid")
    g.add(f"{n}.principal", f"{n}.service - {n}.interest", label=f"{n}: principal paid")
    g.add(
        f"{n}.arrears", f"{n}.interest_due - {n}.interest", label=f"{n}: interest that could not be paid, and is added"
    )
    balance = f"prev({n}.balance) + {n}.draw + {n}.added + {n}.arrears - {n}.principal"
    g.add(f"{n}.balance", balance, label=f"{n}: balance")
    g.add(f"{n}.capitalised", f"sum({n}.funded_interest + {n}.added)", label=f"{n}: capitalised interest")
    g.add(f"{n}.wal", f"sum({n}.principal * {n}.years) / sum({n}.principal)", "year", f"{n}: weighted average life")
    g.add(f"{n}.service_total", f"sum({n}.service * {n}.repay)", label=f"{n}: debt service after the works")
    g.add(f"{n}.unpaid", f"sum({n}.balance * {n}.final)", label=f"{n}: balance unpaid at the end")


def _loan_reserve(s: Statement, name: str, loan: Loan, times: LoanTimes) -> None:
    """Reserve of the first months' debt service; its size rests on the plan, so it is solved for with a check row."""
    n, g = slug(name), s.graph
    if not loan.dsra:
        g.add(f"{n}.from_reserve", 0.0, label=f"{name}: no reserve")
        return
    kept = np.flatnonzero(times.repay)[: max(1, round(loan.dsra / schedule.MONTHS[loan.every]))]
    g.add(f"{n}.reserve_window", np.isin(np.arange(s.grid.count), kept) * 1.0, "1", f"{name}: payments kept in reserve")
    target = g.add(f"{n}.reserve_target", 0.0, label=f"{name}: size of the reserve", solved=True)
    g.add(
        f"check.{target}",
        f"sum({n}.planned_payment * {n}.reserve_window) - {target}",
        label=f"{name}: is the reserve right",
    )
    filled = s.calendar[f"{name}.dsra_funded" if loan.dsra_funded is not None else f"{name}.interest_only_until"]
    g.add(f"{n}.reserve_flag", s.grid.flag(filled), "1", f"{name}: month in which the reserve is filled")
    live = np.arange(s.grid.count)
    lives = ((live > s.grid.at(filled)) & (live < np.flatnonzero(times.final)[0])) * 1.0
    g.add(f"{n}.reserve_live", lives, "1", f"{name}: the reserve is kept up")
    g.add(f"{n}.reserve_funding", f"{target} * {n}.reserve_flag", label=f"{name}: reserve filled")
    short = f"({n}.due - {n}.paid_cash) * (1 - {n}.open)"
    g.add(f"{n}.from_reserve", f"min(prev({n}.reserve), {short})", label=f"{name}: debt service from the reserve")
    g.add(
        f"{n}.reserve_release", f"(prev({n}.reserve) - {n}.from_reserve) * {n}.final", label=f"{name}: reserve released"
    )
    balance = f"prev({n}.reserve) + {n}.reserve_funding + {n}.reserve_topup - {n}.from_reserve - {n}.reserve_release"
    g.add(f"{n}.reserve", balance, label=f"{name}: reserve")


def _escrow(s: Statement, name: str, loan: Loan, times: LoanTimes) -> None:
    n, g = slug(name), s.graph
    rate = s.number(f"loans.{name}.escrow_yield", loan.escrow_yield, "fraction")
    closes = s.grid.flag(s.calendar[f"{name}.interest_only_until"])
    g.add(f"{n}.closes", closes, "1", f"{name}: month in which the escrow account closes")
    g.add(f"{n}.draw", f"loans.{n}.amount * {n}.first", label=f"{name}: paid in by the holders")
    g.add(f"{n}.escrow_income", f"prev({n}.escrow) * {rate} * {n}.tau", label=f"{name}: income of the escrow account")
    g.add(
        f"{n}.escrow_open",
        f"prev({n}.escrow) + {n}.draw + {n}.escrow_income",
        label=f"{name}: in escrow before payments",
    )
    g.add(
        f"{n}.escrow_release",
        f"({n}.escrow_open - {n}.from_escrow) * {n}.closes",
        label=f"{name}: left in escrow, released",
    )
    g.add(f"{n}.escrow", f"{n}.escrow_open - {n}.from_escrow - {n}.escrow_release", label=f"{name}: in escrow")
    g.add(f"{n}.escrow_income_total", f"sum({n}.escrow_income)", label=f"{name}: income of the escrow account")
    s.flow(f"{n}.escrow_income", "escrow income", OUTSIDE, loan.borrower, times.days, "use", "funding")


def _loan_flows(s: Statement, name: str, loan: Loan, times: LoanTimes) -> None:
    """Draws, interest, principal and fees between the borrower and each holder, by what each holds."""
    n, g, total = slug(name), s.graph, f"loans.{slug(name)}.amount"
    held = {holder: s.number(f"loans.{name}.holders.{holder}", amount) for holder, amount in loan.holders.items()}
    shares = {holder: f"{row} / {total}" for holder, row in held.items()}
    rest = f"1 - {plus([f'{n}.held_by.{slug(holder)}' for holder in sorted(shares)])}"
    if sum(loan.holders.values()) < loan.amount * (1 - 1e-12) or loan.amount is UNKNOWN:
        shares[loan.rest] = rest if shares else "1"
    fee = s.number(f"loans.{name}.upfront_fee", loan.upfront_fee, "fraction")
    undrawn = s.number(f"loans.{name}.commitment_fee", loan.commitment_fee, "fraction")
    g.add(f"{n}.fee", f"{fee} * {total} * {n}.first", label=f"{name}: upfront fee")
    g.add(
        f"{n}.fee_undrawn",
        f"{undrawn} * ({total} - prev({n}.drawn)) * {n}.tau * {n}.open",
        label=f"{name}: commitment fee",
    )
    for holder, share in shares.items():
        g.add(f"{n}.held_by.{slug(holder)}", share, "fraction", f"{name}: share held by {holder}")
        for what, kind in (
            ("draw", "draw"), ("interest", "interest"), ("principal", "principal"), ("fee", "fee"), ("fee_undrawn", "fee"),
        ):  # fmt: skip
            row = f"{n}.{what}.{slug(holder)}"
            g.add(row, f"{n}.{what} * {n}.held_by.{slug(holder)}", label=f"{name}: {kind}, {holder}")
            if what == "draw":
                s.flow(row, kind, holder, loan.borrower, times.days, "lent", "funding")
            else:
                paid = "use" if what.startswith("fee") else "service"
                s.flow(row, kind, loan.borrower, holder, times.days, paid, "operating")  # type: ignore[arg-type]


def add_guarantees(s: Statement) -> None:
    """Threshold by month, and what of the loan lies above it (the uncovered tail)."""
    for name, guarantee in s.deal.guarantees.items():
        n, g = slug(name), s.graph
        start, until = s.calendar[f"{name}.start"], s.calendar[f"{name}.until"]
        days = s.grid.days(start.day, start)
        inside = schedule.window(days, start, until)
        g.add(f"{n}.window", inside, "1", f"{name}: in force")
        g.add(f"{n}.first", inside * (np.cumsum(inside) == 1), "1", f"{name}: first month in force")
        level = _threshold(s, name, guarantee, days)
        g.add(f"{n}.threshold", level, label=f"{name}: guaranteed amount")
        g.add(f"{n}.threshold_start", f"sum({n}.threshold * {n}.first)", label=f"{name}: guaranteed at its start")
        g.add(f"{n}.window_end", inside * (np.cumsum(inside) == inside.sum()), "1", f"{name}: last month in force")
        if guarantee.loan is not None:
            loan = slug(guarantee.loan)
            g.add(
                f"{n}.uncovered",
                f"max(0, {loan}.balance - {n}.threshold) * (1 - {loan}.open)",
                label=f"{name}: debt above it",
            )
            g.add(f"{n}.tail", f"sum({loan}.balance * {n}.window_end)", label=f"{name}: debt left when it ends")


def _threshold(s: Statement, name: str, guarantee: Guarantee, days: list[schedule.date]) -> str:
    n, cap = slug(name), ""
    if guarantee.cap is not None:
        cap = s.number(f"guarantees.{name}.cap", guarantee.cap)
    if guarantee.loan is not None:
        multiple = s.number(f"guarantees.{name}.multiple", guarantee.multiple, "1")
        level = f"{multiple} * {slug(guarantee.loan)}.balance"
    else:
        start = s.calendar[f"{name}.start"]
        after = np.array([schedule.year_fraction(start, day, "30/360") for day in days])
        steps = np.searchsorted([x.after for x in guarantee.table], after + 1e-9, side="right")
        table = np.array([0.0, *(x.amount for x in guarantee.table)])[steps]
        level = s.graph.add(f"{n}.table", table, label=f"{name}: table", path=f"guarantees.{name}.table")
    return f"{n}.window * " + (f"min({level}, {cap})" if cap else level)


def add_exposures(s: Statement) -> None:
    """Maximum exposure to loss: guarantees given, rent committed, carrying value, and capital still to be paid in."""
    for name, exposure in s.deal.exposures.items():
        n, party, g = slug(name), exposure.party, s.graph
        later = np.array([day > exposure.at for day in s.grid.days()], float)
        g.add(f"exposures.{n}.later", later, "1", f"{name}: after {exposure.at}")
        given = [f"{slug(k)}.threshold_start" for k, x in s.deal.guarantees.items() if x.guarantor == party]
        rents = [f"{slug(k)}.commitment" for k, x in s.deal.leases.items() if x.tenant == party]
        paid_in = [f.row for f in s.flows if f.payer == party and (f.received in ("capital", "owners"))]
        g.add(
            f"exposures.{n}.unfunded", f"sum({plus(paid_in)} * exposures.{n}.later)", label=f"{name}: capital to pay in"
        )
        carrying = s.number(f"exposures.{name}.carrying", exposure.carrying)
        total = plus([*given, *rents, carrying, f"exposures.{n}.unfunded"])
        g.add(f"exposures.{n}.maximum", total, label=f"{name}: maximum exposure to loss")
