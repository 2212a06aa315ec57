"""How each loan is to be repaid: debt service and balance by the plan, and what must lie ready for the next payment.

The planned balance is ``P_t = P_{t-1} (1 + f) - s_t`` with the period's interest factor f and the payment s. Level and
growing payments are ``s = s_1 w``, ``s_1 = B (1 - rest D_n) / sum(w D)``, with D the discount factor at the loan's own
rate [1]_; sculpted ones are the cash since the last payment over the cover, or, for a loan whose size is found, in
proportion to that cash.

References
----------
.. [1] Fabozzi, F. J. (2016). Bond Markets, Analysis, and Strategies, 9th ed., ch. 2 and 4.
"""

from __future__ import annotations

from gigacampus.campus.spec.deal import UNKNOWN, Loan, slug
from gigacampus.engines.finance.schedule import LoanTimes
from gigacampus.engines.finance.statement import Statement, plus


def add_funded(s: Statement, name: str, loan: Loan) -> None:
    """What is drawn in all. The plan rests on it; where the draws rest on the plan in turn, it is solved for."""
    row, total = f"{slug(name)}.funded", f"sum({slug(name)}.draw + {slug(name)}.added)"
    sculpted = loan.amortisation.kind == "sculpted" and loan.sizing is None
    if loan.funded == "day one" or sculpted or loan.amortisation.kind == "bullet":
        s.graph.add(row, total, label=f"{name}: drawn in all, with interest added")
    else:
        guess = 0.0 if loan.amount is UNKNOWN else loan.amount
        s.graph.add(row, guess, label=f"{name}: drawn in all, with interest added", solved=True)
        s.graph.add(f"check.{row}", f"{total} - {row}", label=f"{name}: what the plan repays is what is drawn")


def add_plan(s: Statement, name: str, loan: Loan, times: LoanTimes) -> None:
    """Debt service and balance by the plan. `target` is the balance before what is drawn in the month."""
    n, kind = slug(name), loan.amortisation.kind
    interest = "prev(.planned) * .factor * .repay"
    if kind == "list":
        s.graph.add(f"{n}.repaid", times.repaid, "1", f"{name}: share of principal repaid by the plan")
        s.table(n, name, f"""
            .target          = prev(.drawn) - .funded * .repaid ; balance by the plan, before draws
            .planned         = .drawn - .funded * .repaid ; balance by the plan
            .planned_payment = (prev(.planned) - .target) * .repay + {interest} ; debt service by the plan
        """)  # fmt: skip
        return
    if kind == "bullet":
        payment = f"{interest} + .final * prev(.planned)"
    else:
        payment = _sculpted(s, name, loan) if kind == "sculpted" else _annuity(s, name, loan, times)
    s.table(n, name, f"""
        .planned_payment = {payment} ; debt service by the plan
        .target          = prev(.planned) + {interest} - .planned_payment ; balance by the plan, before draws
        .planned         = .target + .draw + .added ; balance by the plan
    """)  # fmt: skip


def swept(s: Statement, loan: Loan) -> bool:
    """Whether cash may prepay the loan."""
    covenants = s.deal.entities[loan.borrower].covenants
    return covenants is not None and covenants.sweeps


def may_end_early(s: Statement, name: str) -> bool:
    """Whether a loan may be paid off before its last payment: from cash that is swept, or by another loan."""
    return swept(s, s.deal.loans[name]) or any(loan.refinances == name for loan in s.deal.loans.values())


def left(s: Statement, loan: Loan) -> str:
    """What the plan leaves after a payment, as a formula: what was prepaid comes off the last payments."""
    return "max(0, .target - prev(.prepaid))" if swept(s, loan) else "max(0, .target)"


def discount(s: Statement, name: str) -> None:
    """Add the discount factor at the loan's own rate, from its first repayment on."""
    s.table(
        slug(name),
        name,
        ".discount [1] = prev(.discount, 1) / (1 + .factor * .repay) ; discount factor at its own rate",
    )


def rest(name: str, loan: Loan) -> str:
    """What falls due at the end beside the payments, as a formula; empty where there is nothing."""
    kind = loan.amortisation.kind
    if kind == "balloon":
        n = slug(name)
        return f"min(loans.{n}.amortisation.balloon * {n}.funded, prev({n}.balance))"
    return f"prev({slug(name)}.balance)" if kind == "bullet" else ""


def _annuity(s: Statement, name: str, loan: Loan, times: LoanTimes) -> str:
    """Level or growing payments that leave the balloon: the first payment times a weight."""
    n, plan = slug(name), loan.amortisation
    discount(s, name)
    growth = s.number(f"loans.{name}.amortisation.growth", plan.growth, "fraction")
    rest = s.number(f"loans.{name}.amortisation.balloon", plan.balloon, "fraction")
    s.graph.add(f"{n}.repayment_year", times.repayment_year, "year", f"{name}: year of repayment, from 0")
    s.table(n, name, f"""
        .weight [1]   = .repay * (1 + {growth}) ** .repayment_year ; payment over the first
        .payment      = .funded * (1 - {rest} * sum(.discount * .final)) / sum(.weight * .discount) ; first payment
    """)  # fmt: skip
    return f".payment * .weight + .final * {rest} * .funded"


def _sculpted(s: Statement, name: str, loan: Loan) -> str:
    """Cash since the last payment over the cover, less what is due to other loans of the same or an earlier rank."""
    cash_for(s, name, loan)
    if loan.sizing is not None:
        s.table(slug(name), name, ".sculpt = max(0, .cash - .others) * .funded / max(1e-9, .worth) ; part of the cash")
    else:
        dscr = s.number(f"loans.{name}.amortisation.dscr", loan.amortisation.dscr, "1")
        s.table(slug(name), name, f".sculpt = .cash / {dscr} - .others ; what the cover leaves for it")
    return ".repay * .sculpt"


def cash_for(s: Statement, name: str, loan: Loan) -> None:
    """Rows of the cash since the last payment, and of what goes from it to loans of the same or an earlier rank: what
    is due to them, or, where the loan's size is found, what they ask for by their plan; of two loans of which one pays
    off the other, the cash serves one at a time."""
    due = "due" if loan.sizing is None else "planned_payment * {0}.repay"
    others = [
        f"{slug(other)}.{due.format(slug(other))}"
        for other, spec in sorted(s.deal.loans.items())
        if other != name and spec.borrower == loan.borrower
        and not (loan.sizing is not None and (name == spec.refinances or other == loan.refinances))
        and (spec.rank < loan.rank or (spec.rank == loan.rank and spec.amortisation.kind != "sculpted"))
    ]  # fmt: skip
    s.table(slug(name), name, f"""
        .cash   = .carry * prev(.cash) + {slug(loan.borrower)}.cfads ; cash since the last payment
        .others = .carry * prev(.others) + {plus(others)} ; due to other loans since the last payment
    """)  # fmt: skip


def set_aside(s: Statement, name: str) -> str:
    """What must lie ready between two payments for the next one: its part of the time that has passed. As a formula."""
    n, kind = slug(name), s.deal.loans[name].amortisation.kind
    s.graph.add(f"{n}.elapsed", s.loans[name].elapsed, "1", f"{name}: part of the time to a payment that has passed")
    if kind == "sculpted":
        return f"max(0, {n}.sculpt) * ({n}.elapsed > 0)"
    if kind == "bullet":
        return f"{n}.accrued * ({n}.elapsed > 0)"
    if kind == "list":
        s.graph.add(f"{n}.coming", s.loans[name].coming, "1", f"{name}: principal of the next payment")
        return f"{n}.funded * {n}.coming * {n}.elapsed + {n}.accrued * ({n}.elapsed > 0)"
    growth = f"loans.{n}.amortisation.growth"
    return f"{n}.payment * (1 + {growth}) ** {n}.repayment_year * {n}.elapsed"
