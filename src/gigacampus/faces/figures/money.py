"""The unit of money: one for all figures of a run, so that amounts can be compared from figure to figure."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gigacampus.faces import numbers
from gigacampus.faces.figures.base import Column
from gigacampus.faces.figures.text import Text
from gigacampus.runs.pipeline import Run

_BILLIONS_FROM = 3e9
"""Deals as large as this are shown in billions, all others in millions [USD]."""


@dataclass(frozen=True)
class Money:
    """A unit of money: its worth [USD], its name, and whether amounts are shown with decimals by their size."""

    factor: float
    unit: str
    by_size: bool = False

    @property
    def ja(self) -> str:
        """Its name in Japanese."""
        return numbers.unit_ja(self.unit)

    def text(self, value: float, decimals: int) -> str:
        """An amount in this unit with so many decimals; where they go by its size, with as many as tens would have.

        >>> Money(1e9, "bn USD").text(7.166, 1), [Money(1e6, "m USD", True).text(x, 1) for x in (7.166, 40.0, 1234.5)]
        ('7.2', ['7.17', '40.0', '1,234'])
        """
        return numbers.fixed(value, numbers.decimals(abs(value), decimals + 2) if self.by_size else decimals)

    def column(self, name: Text) -> Column:
        """A column of amounts in this unit."""
        return Column(name, self.unit, 3 if self.by_size else 4)


def dollars(value: float, digits: int = 3) -> Text:
    """An amount in a sentence [USD]."""
    return Text(numbers.money(value, digits), numbers.money_ja(value, digits))


def money_of(run: Run) -> Money:
    """The unit for a deal: by its peak debt or the largest uses of a vehicle; if it has neither, by its largest payment."""
    finance = run.finance
    debt = sum((loan.balance for loan in finance.loans.values()), np.zeros(1)).max()
    top = max(float(debt), *(sum(statement.uses.values()) for statement in finance.funding.values()), 0.0)
    top = top or max((float(finance.row(flow.row).sum()) for flow in finance.flows), default=0.0)
    return Money(1e9, "bn USD") if top >= _BILLIONS_FROM else Money(1e6, "m USD", by_size=True)
