"""The statement: every contract and every vehicle as rows of one graph.

Names: a contract's rows begin with its name, a vehicle's with the vehicle's (``notes.balance``, ``jv.distribution``);
an input of the spec is called by its path (``loans.notes.coupon``). Amounts are positive from payer to payee.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from gigacampus.campus.spec.deal import UNKNOWN, Deal, slug
from gigacampus.campus.spec.deal.calendar import Calendar
from gigacampus.engines.finance.schedule import Days, LoanTimes, Months, stamps
from gigacampus.errors import Problem, SpecError
from gigacampus.rows import Graph

Floats = NDArray[np.float64]
Paid = Literal["use", "operating", "service", "owners", "lent"]
Received = Literal["operating", "capital", "owners", "funding"]


_LINE = re.compile(r"\s*\.(\w+) *(?:\[(.*?)\])? *= *(.*?) *; *(.*?) *")
_OWN = re.compile(r"(?<![\w.)])\.(?=[a-z_])")


@dataclass(frozen=True)
class Flow:
    """A payment from one party to another, month by month.

    `row` holds its amounts, `dates` its day in each month; `kind` says what it is (rent, interest, draw …). `paid` and
    `received` say how the waterfall of a vehicle at either end takes it.
    """

    row: str
    kind: str
    payer: str
    payee: str
    dates: Days
    paid: Paid
    received: Received


@dataclass(frozen=True)
class Under:
    """What a physical campus gives the deal above it; nothing where a deal stands alone.

    Attributes
    ----------
    months : array of datetime64[M], shape (M,), or None
        Consecutive months of the campus.
    measures : mapping of name to array, shape (M,)
        What contracts draw on: nominal costs [USD], such as ``energy``, and `payments.QUANTITIES` in their units.
    events : mapping of name to date
        ``ready`` and the phases' names. They come before `Deal.events`.
    powers : mapping of name to float [MW]
        Power of each phase. They come before `Deal.powers`.
    """

    months: Days | None = None
    measures: Mapping[str, Floats] = field(default_factory=dict)
    events: Mapping[str, date] = field(default_factory=dict)
    powers: Mapping[str, float] = field(default_factory=dict)


ALONE = Under()
"""No campus is under the deal."""


@dataclass
class Statement:
    """A deal's graph while it is built: its months, its dates, and the flows between its parties."""

    deal: Deal
    under: Under
    calendar: Calendar
    months: Months
    graph: Graph
    flows: list[Flow] = field(default_factory=list)
    days: dict[str, list[list[date]]] = field(default_factory=dict)
    loans: dict[str, LoanTimes] = field(default_factory=dict)

    def number(self, path: str, value: float, unit: str = "USD", label: str = "") -> str:
        """Add a number of the spec as an input; its row is called by its path."""
        name = ".".join(slug(part) for part in path.split("."))
        if name not in self.graph.rows:
            self.graph.add(name, value, unit, label or path, path, solved=value is UNKNOWN)
        return name

    def table(self, owner: str, name: str, text: str) -> None:
        """Add rows from a table, one a line: ``.row [unit] = formula ; label``, the unit USD if not given.

        A leading dot stands for `owner`: in the table of ``notes``, ``.balance`` is ``notes.balance``.
        """
        for line in filter(str.strip, text.splitlines()):
            match = _LINE.fullmatch(line)
            assert match is not None, line
            row, unit, formula, label = match.groups()
            whole = _OWN.sub(f"{owner}.", formula)
            self.graph.add(f"{owner}.{row}", whole, unit or "USD", f"{name}: {label}")

    def flow(
        self, row: str, kind: str, payer: str, payee: str, days: list[date], paid: Paid, received: Received
    ) -> None:
        """Register a payment."""
        self.flows.append(Flow(row, kind, payer, payee, stamps(days), paid, received))

    def measured(self, name: str | None) -> Floats | None:
        """What the campus measures under a name, by month; None where there is no campus.

        Raises
        ------
        SpecError
            If there is a campus and it has nothing of this name.
        """
        months, measures = self.under.months, self.under.measures
        if name is None or months is None:
            return None
        if name not in measures:
            known = ", ".join(measures)
            raise SpecError(Problem(f"the campus has nothing of this name; it has {known}", "deal", value=repr(name)))
        return self.months.place(months, measures[name])

    def rows_of(self, payer: str = "", payee: str = "", **how: str) -> str:
        """Sum, as a formula, of the flows of one payer or payee that its waterfall takes in one way."""
        chosen = [
            flow.row
            for flow in self.flows
            if (flow.payer == payer or not payer)
            and (flow.payee == payee or not payee)
            and all(getattr(flow, key) == value for key, value in how.items())
        ]
        return plus(sorted(chosen))

    @property
    def vehicles(self) -> list[str]:
        """Entities with owners or loans, whose cash goes through a waterfall."""
        borrowers = {loan.borrower for loan in self.deal.loans.values()}
        return [name for name, entity in self.deal.entities.items() if entity.owners or name in borrowers]

    def owners(self, vehicle: str) -> dict[str, float]:
        """Who stands behind a vehicle; where nobody is named, shareholders of its own."""
        owners = self.deal.entities[vehicle].owners
        return owners or {f"{vehicle} shareholders": 1.0}


def plus(terms: Sequence[str]) -> str:
    """Sum of terms as a formula, balanced so that many of them nest little; 0 where there are none.

    >>> plus(["a", "b", "c"])
    '(a + (b + c))'
    """
    if not terms:
        return "0"
    if len(terms) == 1:
        return terms[0]
    half = len(terms) // 2
    return f"({plus(terms[:half])} + {plus(terms[half:])})"
