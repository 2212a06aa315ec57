"""What renewal reads of a deal's statement; M months, money in nominal USD."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Days = NDArray[np.datetime64]


class Loan(Protocol):
    """What is owed on some days after their payments, shape of `days` [USD], and by share to whom."""

    def owed(self, days: Days) -> Floats: ...
    @property
    def holders(self) -> Mapping[str, float]: ...


class Lease(Protocol):
    """When a lease begins, and where its first term ends."""

    @property
    def start(self) -> date: ...
    @property
    def first_end(self) -> date: ...


class Statement(Protocol):
    """Rows by name, shape (M,) or () each."""

    @property
    def months(self) -> Days: ...
    @property
    def rows(self) -> Mapping[str, Floats]: ...
    @property
    def loans(self) -> Mapping[str, Loan]: ...
    @property
    def leases(self) -> Mapping[str, Lease]: ...
    def row(self, name: str) -> Floats:
        """A row by month, shape (M,), a scalar repeated."""
