"""Rows of each loan: draws, interest, plan, principal, balance, reserve, escrow account and holders.

For month t, with years of interest tau and the rate r since the day of the month before:

- accrued interest ``a_t = a_{t-1} + B_{t-1} r tau``, which starts anew after a payment, falls due on payment days;
- principal due is what stands between balance and plan, so that arrears are caught up once there is cash; what is owed
  after the last payment bears interest on, and is due in full on each day on which payments would have gone on.
"""

from __future__ import annotations

import numpy as np

from gigacampus.campus.spec.deal import MONTHS, OUTSIDE, UNKNOWN, Loan, slug
from gigacampus.engines.finance.contracts import plans, refinancing
from gigacampus.engines.finance.schedule import LoanTimes
from gigacampus.engines.finance.statement import Statement, plus

_TIMES = {
    "tau": ("year", "years of interest since the day of the month before"),
    "pay": ("1", "month of payment"),
    "open": ("1", "interest alone, and draws are possible"),
    "repay": ("1", "month of repayment"),
    "late": ("1", "month of payment after the last, of what is still owed then"),
    "first": ("1", "month in which it starts"),
    "final": ("1", "month of the last payment"),
    "years": ("year", "years of interest since its start"),
    "age": ("year", "calendar years since its start, months of a twelfth"),
    "carry": ("1", "no payment in the month before"),
}
_INTEREST = """
    .accrual [1]      = .rate * .tau ; interest factor of the month
    .factor [1]       = .carry * prev(.factor) + .accrual ; interest factor since the last payment
    .accrued_building = .carry * prev(.accrued_building) + prev(.drawn) * .accrual * .open ; accrued while drawn
    .accrued          = .carry * prev(.accrued) + prev(.balance) * .accrual * (1 - .open) ; accrued after that
    .interest_due     = .pay * (.accrued + .accrued_building) - .added ; interest due
    .drawn            = prev(.drawn) + .draw + .added ; drawn so far, with interest added
"""
_PAYMENTS = """
    .plan_end        = sum(.planned * .final) ; balance that the plan leaves at the end
    .overdue         = .late * prev(.balance) ; owed after the last payment
    .by_plan         = max(0, .repay * (prev(.balance) - (1 - .final) * {left}) + .overdue) ; by the plan
    .principal_due   = .by_plan{but_refinanced} ; principal due
    .due             = .interest_due + .principal_due ; debt service due
    .planned_least   = max(.planned_payment, max(0, prev(.planned)) * .factor * .repay) ; by the plan, with its interest
    .scheduled       = min((.interest_due + .by_plan{but_rest}) * .repay, .planned_least) ; due, but arrears and a rest
    .funded_interest = (.due - .paid_cash - .from_reserve) * .open ; interest paid from the funding of the works
    .service         = .paid_cash + .from_reserve + .funded_interest ; debt service paid
    .interest        = min(.interest_due, .service) ; interest paid
    .principal       = .service - .interest{early} ; principal paid
    .arrears         = .interest_due - .interest ; interest that could not be paid, and is added to the loan
    .balance         = prev(.balance) + .draw + .added + .arrears - .principal ; balance
    .capitalised     = sum(.funded_interest + .added) ; capitalised interest
    .wal [year]      = sum(.principal * .age) / sum(.principal) ; weighted average life, from its start
    .unpaid          = sum(.balance * .final) ; balance unpaid at the end
"""
_PAID = ("draw", "interest", "principal", "fee", "fee_undrawn")
_RESERVE = """
    .reserve_funding = .reserve_target * .reserve_flag ; reserve filled
    .from_reserve    = min(prev(.reserve), (.due - .paid_cash) * (1 - .open)) ; debt service paid from the reserve
    .reserve_release = (prev(.reserve) - .from_reserve{early}) * {ends} ; reserve released
    .reserve         = prev(.reserve) + .reserve_funding + .reserve_topup - .from_reserve - .reserve_release ; reserve
"""
_ESCROW = """
    .draw                = loans.{n}.amount * .first ; paid in by the holders
    .escrow_income       = prev(.escrow) * loans.{n}.escrow_yield * .tau ; income of the escrow account
    .escrow_open         = prev(.escrow) + .draw + .escrow_income ; in escrow before payments
    .escrow_release      = (.escrow_open - .from_escrow) * .closes ; left in escrow as the works end, and released
    .escrow              = .escrow_open - .from_escrow - .escrow_release ; in escrow
    .escrow_income_total = sum(.escrow_income) ; income of the escrow account in all
"""


def add_loans(s: Statement) -> None:
    """Every loan; what it draws for uses and what it is paid from cash come from the vehicle's waterfall."""
    for name, loan in s.deal.loans.items():
        n, times = slug(name), LoanTimes.of(name, loan, s.deal, s.calendar, s.months)
        s.loans[name] = times
        s.number(f"loans.{name}.amount", loan.amount)
        for what, (unit, label) in _TIMES.items():
            s.graph.add(f"{n}.{what}", getattr(times, what), unit, f"{name}: {label}")
        _rate(s, name, loan, times)
        added = ".accrued_building * .pay * .open" if loan.interest_while_building == "added" else "0 * .pay"
        s.table(n, name, f".added = {added} ; interest added to the loan" + _INTEREST)
        plans.add_funded(s, name, loan)
        plans.add_plan(s, name, loan, times)
        _payments(s, name, loan)
        _reserve(s, name, loan, times)
        if loan.funded == "day one":
            s.number(f"loans.{name}.escrow_yield", loan.escrow_yield, "fraction")
            closes = s.months.flag(s.calendar[f"{name}.interest_only_until"])
            s.graph.add(f"{n}.closes", closes, "1", f"{name}: month in which the escrow account closes")
            s.table(n, name, _ESCROW.format(n=n))
            s.flow(f"{n}.escrow_income", "escrow income", OUTSIDE, loan.borrower, times.dates, "use", "funding")
        s.days.setdefault(loan.borrower, []).append(times.dates)
        _flows(s, name, loan, times)


def _rate(s: Statement, name: str, loan: Loan, times: LoanTimes) -> None:
    n = slug(name)
    if loan.benchmark is None:
        terms = [s.number(f"loans.{name}.coupon", loan.coupon or 0.0, "fraction")]
    else:
        path = f"benchmarks.{loan.benchmark}"
        benchmark = s.graph.add(f"{n}.benchmark", times.benchmark, "fraction", f"{name}: {loan.benchmark}", path)
        if loan.floor is not None:
            benchmark = f"max({benchmark}, {s.number(f'loans.{name}.floor', loan.floor, 'fraction')})"
        terms = [benchmark, s.number(f"loans.{name}.spread", loan.spread, "fraction")]
    if loan.step_ups:
        path = f"loans.{name}.step_ups"
        terms.append(s.graph.add(f"{n}.step_up", times.step_up, "fraction", f"{name}: added by steps", path))
    s.table(n, name, f".rate [fraction] = {' + '.join(terms)} ; rate a year")


def _payments(s: Statement, name: str, loan: Loan) -> None:
    """What falls due and what is paid; a loan may also be paid off by another, or prepaid from cash that is swept."""
    refinanced, rest, early = refinancing.by(s, name), plans.rest(name, loan), ""
    if refinanced is not None:
        refinancing.add(s, name, loan, refinanced)
        early += " + .refinanced"
    if plans.swept(s, loan):
        early += " + .swept"
        s.table(slug(name), name, ".prepaid = prev(.prepaid) + .swept ; prepaid from cash so far")
    but_rest = f" - .final * {rest}" if rest else ""
    but_refinanced = " - .refinanced * .final" if refinanced is not None else ""
    s.table(
        slug(name),
        name,
        _PAYMENTS.format(left=plans.left(s, loan), but_refinanced=but_refinanced, but_rest=but_rest, early=early),
    )


def _reserve(s: Statement, name: str, loan: Loan, times: LoanTimes) -> None:
    """Reserve of the first months' debt service, the same until the end; solved for, as it rests on the plan."""
    n, g = slug(name), s.graph
    if not loan.dsra:
        g.add(f"{n}.from_reserve", 0.0, label=f"{name}: no reserve")
        return
    month = np.arange(s.months.count)
    payments = np.flatnonzero(times.repay)[: max(1, round(loan.dsra / MONTHS[loan.every]))]
    filled = s.calendar[f"{name}.dsra_funded" if loan.dsra_funded is not None else f"{name}.interest_only_until"]
    live = (month > s.months.at(filled)) & (month < np.flatnonzero(times.final)[0]) & (times.pay > 0)
    g.add(f"{n}.reserve_window", np.isin(month, payments).astype(float), "1", f"{name}: payments kept in reserve")
    g.add(f"{n}.reserve_flag", s.months.flag(filled), "1", f"{name}: month in which the reserve is filled")
    g.add(f"{n}.reserve_live", live.astype(float), "1", f"{name}: the reserve may be topped up")
    target = g.add(
        f"{n}.reserve_target", 0.0, label=f"{name}: reserve, the first {loan.dsra} months' service", solved=True
    )
    check = f"max(0, sum({n}.planned_payment * {n}.reserve_window)) - {target}"
    g.add(f"check.{target}", check, label=f"{name}: the reserve is what it should be")
    early, ends = "", ".final"
    if plans.may_end_early(s, name):
        s.table(n, name, ".paid_off [1] = (prev(.balance) > 0.5) * (.balance <= 0.5) ; nothing is owed any more")
        early, ends = " + .reserve_topup", "max(.final, .paid_off)"
    s.table(n, name, _RESERVE.format(early=early, ends=ends))


def _flows(s: Statement, name: str, loan: Loan, times: LoanTimes) -> None:
    """Draws, interest, principal and fees between the borrower and each holder, by what each holds."""
    n, total, days = slug(name), f"loans.{slug(name)}.amount", times.dates
    fee = s.number(f"loans.{name}.upfront_fee", loan.upfront_fee, "fraction")
    undrawn = s.number(f"loans.{name}.commitment_fee", loan.commitment_fee, "fraction")
    s.table(n, name, f"""
        .fee         = {fee} * {total} * .first ; upfront fee
        .fee_undrawn = {undrawn} * max(0, {total} - prev(.drawn)) * .tau * .open ; commitment fee
    """)  # fmt: skip
    for holder, share in _shares(s, name, loan).items():
        h = slug(holder)
        s.graph.add(f"{n}.held_by.{h}", share, "fraction", f"{name}: share held by {holder}")
        for what in (*_PAID, *(["call_cost"] if f"{n}.call_cost" in s.graph.rows else [])):
            row = s.graph.add(f"{n}.{what}.{h}", f"{n}.{what} * {n}.held_by.{h}", label=f"{name}: {what}, {holder}")
            if what == "draw":
                s.flow(row, what, holder, loan.borrower, days, "lent", "funding")
            elif what in ("interest", "principal"):
                s.flow(row, what, loan.borrower, holder, days, "service", "operating")
            else:
                kind = "call cost" if what == "call_cost" else "fee"
                s.flow(row, kind, loan.borrower, holder, days, "use", "operating")


def _shares(s: Statement, name: str, loan: Loan) -> dict[str, str]:
    """Share of each holder as a formula; the rest's is what the others leave."""
    n = slug(name)
    held = {holder: s.number(f"loans.{name}.holders.{holder}", amount) for holder, amount in loan.holders.items()}
    whole = f"loans.{n}.amount"
    if loan.amount is UNKNOWN or not loan.amount:  # may be less than they hold, or nothing
        whole = f"max({whole}, {plus(sorted(held.values()))}, 1e-9)"
    shares = {holder: f"{row} / {whole}" for holder, row in held.items()}
    if loan.amount is UNKNOWN or not loan.amount or sum(loan.holders.values()) < loan.amount * (1 - 1e-12):
        shares[loan.rest] = f"1 - {plus([f'{n}.held_by.{slug(holder)}' for holder in sorted(held)])}"
    return shares
