"""A statement as one graph of named rows over months.

A row is an input (a scalar, or one value a month) or a formula over other rows, in a language whose every operator has
an Excel twin, so that a row prints as one formula across all months:

====================  ==============================================================
``+ - * / **``        the same (``**`` is ``^``)
``< <= > >= == !=``   1 or 0
``min(a, b, ...)``    MIN, ``max`` MAX, ``iff(condition, a, b)`` IF
``prev(x, first)``    the cell to the left; `first` (0 if not given) in the first month
``next(x, last)``     the cell to the right; `last` (0 if not given) in the last month
``sum(x)``            SUM over all months, a scalar
``cumsum(x)``         SUM from the first month to this one
====================  ==============================================================

Rows without a loop are evaluated for all months at once. Rows that need each other run month by month: forward where
the loop goes through `prev`, backward where it goes through `next`. A loop within one month, through both directions,
or through a `sum` is an error that names its rows. All of it also works along a leading axis of paths: (paths, months).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gigacampus.engines.finance.graph.compile import Step, plan
from gigacampus.engines.finance.graph.formula import Formula, parse
from gigacampus.errors import CampusError

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Row:
    """One line of the statement.

    Attributes
    ----------
    name : str
        Dotted, as other rows' formulas call it.
    formula : str
        Empty for an input.
    unit, label : str
        The unit of its values, and what it is in words. Amounts of money are positive in the direction of the label.
    path : str
        Where in the spec an input stands, relative to the deal; empty where it does not come from there.
    solved : bool
        Whether the input is found from a target (it then has a check row ``check.<name>``).
    """

    name: str
    formula: str = ""
    unit: str = "USD"
    label: str = ""
    path: str = ""
    solved: bool = False


class Graph:
    """Named rows over `periods` months; see the module for the language."""

    def __init__(self, periods: int) -> None:
        self.periods = periods
        self.rows: dict[str, Row] = {}
        self.inputs: dict[str, Floats] = {}
        self.formulas: dict[str, Formula] = {}
        self._compiled: dict[tuple[str, ...], Step] = {}
        self._plans: dict[tuple[frozenset[str] | None, frozenset[str] | None], list[Step]] = {}

    def __getstate__(self) -> dict[str, Any]:
        """Compiled plans are made again when needed: they cannot be stored."""
        return self.__dict__ | {"_plans": {}, "_compiled": {}}

    def add(
        self,
        name: str,
        what: str | float | Floats,
        unit: str = "USD",
        label: str = "",
        path: str = "",
        solved: bool = False,
    ) -> str:
        """Add a row: a formula (text), or an input (a number, or an array of one value a month). Returns its name."""
        if name in self.rows:
            raise CampusError(f"two rows of the statement are called {name!r}")
        if isinstance(what, str):
            self.rows[name] = Row(name, what, unit, label)
            self.formulas[name] = parse(what)
        else:
            self.rows[name] = Row(name, "", unit, label, path, solved)
            self.inputs[name] = np.asarray(what, dtype=float)
        self._plans.clear()
        self._compiled.clear()
        return name

    def precedents(self, name: str) -> tuple[str, ...]:
        """Rows that a row's formula names, in order of name; none for an input."""
        return tuple(sorted(self.formulas[name].names)) if name in self.formulas else ()

    def ancestors(self, names: Iterable[str]) -> set[str]:
        """The rows themselves and all that they rest on."""
        seen: set[str] = set()
        stack = list(names)
        while stack:
            name = stack.pop()
            if name not in self.rows:
                raise CampusError(f"the statement has no row {name!r}")
            if name not in seen:
                seen.add(name)
                stack.extend(self.precedents(name))
        return seen

    def evaluate(
        self,
        given: Mapping[str, float | Floats] | None = None,
        only: Iterable[str] | None = None,
        base: Mapping[str, Floats] | None = None,
    ) -> dict[str, Floats]:
        """Value of every row (or of `only` these, and what they rest on), with some inputs replaced.

        With `base`, values of an evaluation before, only what rests on the replaced inputs is evaluated again.

        Returns
        -------
        dict of arrays, shape () for scalars, (M,) or, where an input has a leading axis of paths, (P, 1) or (P, M)
        """
        given = given or {}
        key = (frozenset(only) if only is not None else None, frozenset(given) if base is not None else None)
        if key not in self._plans:
            names = self.ancestors(key[0] if key[0] is not None else self.rows)
            formulas = {name: self.formulas[name] for name in sorted(names) if name in self.formulas}
            self._plans[key] = plan(formulas, key[1], self._compiled)
        values = {**(self.inputs if base is None else base)}
        values.update((name, np.asarray(value, dtype=float)) for name, value in given.items())
        with np.errstate(all="ignore"):
            for step in self._plans[key]:
                step(values, self.periods)
        return values
