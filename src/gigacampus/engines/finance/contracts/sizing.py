"""How large a loan can be: the least of what its cover, its value and the cost of the works allow.

With net cash c in the period before each payment, the discount factor D at the loan's own rate and the weight w of each
payment over the first, a least DSCR of x allows ``sum(c D) / x`` for sculpted payments, and
``min(c / w) / x sum(w D)`` for level and growing ones [1]_; a least LLCR of y allows ``sum(c D) / y``. Cash that is
negative counts as none. Payments after another loan has paid it off bound nothing, but their cash is of value still.
What the cost and the value allow is for the loan and those ahead of it together.

References
----------
.. [1] Yescombe, E. R. (2014). Principles of Project Finance, 2nd ed., ch. 12.
"""

from __future__ import annotations

from gigacampus.campus.spec.deal import Loan, Sizing, slug
from gigacampus.engines.finance.contracts import plans
from gigacampus.engines.finance.statement import Statement, plus

_NONE = 1e30
"""No limit [USD]: larger than any amount."""


def add(s: Statement, name: str, loan: Loan, sizing: Sizing) -> None:
    """Rows of each limit, and the check row that finds the loan's amount."""
    n, kind = slug(name), loan.amortisation.kind
    if kind != "sculpted":
        plans.cash_for(s, name, loan)
    if kind in ("sculpted", "bullet", "list"):
        plans.discount(s, name)
    ahead = plus([f"loans.{slug(other)}.amount" for other in _ahead(s, name, loan)])
    of_cost = s.number(f"loans.{name}.sizing.of_cost", sizing.of_cost, "fraction")
    s.table(n, name, f"""
        .net        = max(0, .cash - .others) * .repay ; cash that is left for each payment
        .worth      = sum(.net * .discount) ; value of that cash as repayment begins
        .ahead_of   = {ahead} ; loans ahead of it
        .limit_cost = {of_cost} * sum({slug(loan.borrower)}.uses) - .ahead_of ; what the cost allows
    """)  # fmt: skip
    limits = [".limit_cost"]
    if sizing.llcr is not None:
        llcr = s.number(f"loans.{name}.sizing.llcr", sizing.llcr, "1")
        s.table(n, name, f".limit_llcr = .worth / {llcr} ; what the loan life's cover allows")
        limits.append(".limit_llcr")
    if sizing.dscr is not None:
        dscr = s.number(f"loans.{name}.sizing.dscr", sizing.dscr, "1")
        s.table(n, name, f".limit_dscr = {_by_cover(s, name, kind)} / {dscr} ; what the cover of each payment allows")
        limits.append(".limit_dscr")
    if sizing.ltv is not None and sizing.value is not None:
        ltv = s.number(f"loans.{name}.sizing.ltv", sizing.ltv, "fraction")
        value = s.number(f"loans.{name}.sizing.value", sizing.value)
        s.table(n, name, f".limit_ltv = {ltv} * {value} - .ahead_of ; what the value allows")
        limits.append(".limit_ltv")
    s.table(n, name, f".size = max(0, min({', '.join(limits)}, {_NONE!r})) ; largest loan")
    s.graph.add(f"check.loans.{n}.amount", f"{n}.size - loans.{n}.amount", label=f"{name}: as large as can be")


def _ahead(s: Statement, name: str, loan: Loan) -> list[str]:
    """Loans of the borrower of an earlier rank, or given beside it; none that pays another off, or is paid off."""
    loans = s.deal.loans
    apart = {name, loan.refinances, *(x.refinances for x in loans.values())}
    return [
        other for other, x in loans.items()
        if x.borrower == loan.borrower and other not in apart and x.refinances is None
        and (x.rank < loan.rank or (x.rank == loan.rank and x.sizing is None))
    ]  # fmt: skip


def _by_cover(s: Statement, name: str, kind: str) -> str:
    """Largest loan that a cover of 1 on each payment allows, as a formula."""
    n = slug(name)
    if kind == "sculpted":
        return f"{n}.worth"
    weight = ".factor * .repay" if kind == "bullet" else ".weight"
    paid_off = " * (1 - .after_call)" if f"{n}.after_call" in s.graph.rows else ""
    s.table(n, name, f"""
        .payable = iff(.repay * {weight}{paid_off} > 0, .net / {weight}, {_NONE!r}) ; first payment that a month allows
        .least   = min(.payable, next(.least, {_NONE!r})) ; least of them from here on
        .most    = sum(.least * .first) ; largest first payment
    """)  # fmt: skip
    if kind == "bullet":
        return f"{n}.most"
    rest = f"loans.{n}.amortisation.balloon"
    return f"{n}.most * sum({n}.weight * {n}.discount) / max(1e-9, 1 - {rest} * sum({n}.discount * {n}.final))"
