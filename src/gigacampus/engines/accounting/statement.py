"""What accounts read of a deal's statement; M months, money in nominal USD."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Days = NDArray[np.datetime64]


class Flow(Protocol):
    """A payment from one party to another: the row of its amounts, what it is, and how the vehicles at its ends
    take it."""

    @property
    def row(self) -> str: ...
    @property
    def kind(self) -> str: ...
    @property
    def payer(self) -> str: ...
    @property
    def payee(self) -> str: ...
    @property
    def dates(self) -> Days: ...
    @property
    def paid(self) -> str: ...
    @property
    def received(self) -> str: ...


class Loan(Protocol):
    """Its day in each month and what is owed at the month's end, shape (M,) each, and by share to whom."""

    @property
    def dates(self) -> Days: ...
    @property
    def balance(self) -> Floats: ...
    @property
    def holders(self) -> Mapping[str, float]: ...


class Lease(Protocol):
    """A lease's calendar; each option with whether it is taken up."""

    @property
    def start(self) -> date: ...
    @property
    def first_end(self) -> date: ...
    @property
    def options(self) -> Sequence[tuple[date, bool]]: ...
    @property
    def end(self) -> date: ...


class Statement(Protocol):
    """Rows by name, shape (M,) or () each, and who pays whom."""

    @property
    def months(self) -> Days: ...
    @property
    def rows(self) -> Mapping[str, Floats]: ...
    @property
    def flows(self) -> Sequence[Flow]: ...
    @property
    def parties(self) -> Mapping[str, Floats]: ...
    @property
    def loans(self) -> Mapping[str, Loan]: ...
    @property
    def leases(self) -> Mapping[str, Lease]: ...
    def row(self, name: str) -> Floats:
        """A row by month, shape (M,), a scalar repeated."""
