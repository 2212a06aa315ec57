"""A loan that another one pays off, at its end or before: a mini-perm, a take-out, a call with its premium.

On the day on which the new loan starts, what the old one's schedule leaves is paid from it, as far as it reaches. A
make-whole is the value of the payments that would have followed on what is repaid, at the rate agreed and without the
interest that has accrued and is still paid, over what is repaid, if that is more [1]_; it is found as a number with a
check row, since it is a use that the new loan may fund.

References
----------
.. [1] Fabozzi, F. J. (2016). Bond Markets, Analysis, and Strategies, 9th ed., ch. 7 (make-whole calls).
"""

from __future__ import annotations

import numpy as np

from gigacampus.campus.spec.deal import Loan, slug
from gigacampus.engines.finance.contracts import plans
from gigacampus.engines.finance.statement import Statement


def by(s: Statement, name: str) -> str | None:
    """The loan that refinances this one, if any."""
    return next((other for other, loan in s.deal.loans.items() if loan.refinances == name), None)


def add(s: Statement, name: str, loan: Loan, new: str) -> None:
    """Rows of the old loan: what the new one pays off, and what that costs."""
    n, b = slug(name), slug(new)
    called = s.months.flag(s.calendar[f"{new}.start"])
    after = (np.cumsum(called) - called > 0).astype(float)
    s.graph.add(f"{n}.called", called, "1", f"{name}: month in which {new} pays it off")
    s.graph.add(f"{n}.after_call", after, "1", f"{name}: after it is paid off")
    drawn = "0" if s.deal.loans[new].funded == "day one" else f"prev({b}.drawn)"
    rest = plans.rest(name, loan)
    s.table(n, name, f"""
        .keep       = (1 - .final) * {plans.left(s, loan)}{f" + .final * {rest}" if rest else ""} ; left by the schedule
        .open_then  = prev(.balance) - .repay * max(0, prev(.balance) - .keep) ; owed after the month's payment
        .refinanced = .called * max(0, min(.open_then, loans.{b}.amount - {drawn})) ; paid off by {new}
        .part [1]   = sum(.refinanced) / max(1, sum(.open_then * .called)) ; part of it that is paid off
        .agreed     = .planned_payment * .repay * (1 - .part * .after_call) + .refinanced * (1 - .final) ; plan and call
    """)  # fmt: skip
    if loan.call is not None and loan.call.make_whole is not None:
        _make_whole(s, name, loan.call.make_whole)
    elif loan.call is not None:
        premium = s.number(f"loans.{name}.call.premium", loan.call.premium, "fraction")
        s.table(n, name, f".call_cost = {premium} * .refinanced ; premium for early repayment")


def _make_whole(s: Statement, name: str, given: float) -> None:
    """What the payments foregone are worth at a rate a year, over what is repaid; a number with a check row."""
    n, rate = slug(name), s.number(f"loans.{name}.call.make_whole", given, "fraction")
    whole = s.graph.add(f"{n}.make_whole", 0.0, label=f"{name}: make-whole", solved=True)
    s.table(n, name, f"""
        .called_at [year] = sum(.years * .called) ; years from its start to the call
        .foregone         = .planned_payment * .after_call * (1 + {rate}) ** (.called_at - .years) ; value of a payment
        .call_cost        = {whole} * .called ; make-whole for early repayment
    """)  # fmt: skip
    s.table(n, name, ".accrued_then = (.accrued + .accrued_building) * (1 - .pay) * .called ; interest accrued by then")
    check = f"max(0, {n}.part * (sum({n}.foregone) - sum({n}.accrued_then)) - sum({n}.refinanced)) - {whole}"
    s.graph.add(f"check.{whole}", check, label=f"{name}: the make-whole is what it should be")
