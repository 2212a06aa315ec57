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
or through a `sum` is an error that names its rows. `Graph.evaluate` takes one path, `Graph.over_paths` many at once.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gigacampus.errors import CampusError
from gigacampus.rows.compile import Plan, Step, groups, plan
from gigacampus.rows.formula import Formula, parse
from gigacampus.rows.paths import BLOCK, Paths

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
        self._forget()

    def _forget(self) -> None:
        self._order: list[list[str]] = []
        self._compiled: dict[str, Step] = {}
        self._plans: dict[tuple[frozenset[str], frozenset[str] | None], Plan] = {}
        self._paths: dict[tuple[Any, ...], Paths] = {}

    def __getstate__(self) -> dict[str, Any]:
        """What is compiled is made again when needed: it cannot be stored."""
        return {name: value for name, value in self.__dict__.items() if not name.startswith("_")}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        self._forget()

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
        self._forget()
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
        """Value of every row (or of `only` these), with some inputs replaced.

        With `base`, values of an evaluation of the same rows before, only what rests on the replaced inputs is
        evaluated again.

        Returns
        -------
        dict of arrays, shape () for scalars, or (M,)
        """
        given = given or {}
        wanted = frozenset(self.rows if only is None else only)
        key = (wanted, frozenset(given) if base is not None else None)
        if key not in self._plans:
            self._order = self._order or groups({name: formula.names for name, formula in self.formulas.items()})
            names = self.ancestors(wanted)
            formulas = {name: self.formulas[name] for name in names if name in self.formulas}
            self._plans[key] = plan(formulas, self._order, *key, self._compiled)
        values = {**(self.inputs if base is None else base)}
        values.update((name, np.asarray(value, dtype=float)) for name, value in given.items())
        found = self._plans[key]
        with np.errstate(all="ignore"):
            for step in found.steps:
                step(values, self.periods, found.kept)
        return values

    def over_paths(
        self, given: Mapping[str, float | Floats], wanted: Iterable[str], block: int = BLOCK
    ) -> dict[str, Floats]:
        """Value of some rows over P paths of some inputs; everything else is as it stands.

        Each path comes out as `evaluate` would have it alone. Only rows that rest on an input that differs between
        paths are evaluated over them, a month of `block` paths at a time; see `paths`.

        Parameters
        ----------
        given : mapping of input to array, shape (P, 1) for one value a path or (P, M); or as in `evaluate`
        wanted : names of rows
        block : int

        Returns
        -------
        dict of arrays, shape (P,) for scalars, or (P, M)

        Raises
        ------
        CampusError
            A name that is no input or no row, or a shape that does not fit.
        """
        wanted = list(wanted)
        arrays = {name: np.asarray(value, dtype=float) for name, value in given.items()}
        many = {name for name, array in arrays.items() if array.ndim > 1}
        self._check(arrays, many)
        first = {name: (array[0].squeeze() if name in many else array) for name, array in arrays.items()}
        key = (tuple((name, name in many, array.ndim) for name, array in first.items()), frozenset(wanted))
        if key not in self._paths:
            self._paths[key] = Paths(self, first, many, key[1])
        found = self._paths[key](arrays, first, block)
        return {name: found[name] for name in wanted}

    def _check(self, given: Mapping[str, Floats], many: set[str]) -> None:
        for name, array in given.items():
            if name not in self.inputs:
                raise CampusError(f"the statement has no input {name!r}")
            fits = [(1,), (self.periods,)] if name in many else [(), (self.periods,)]
            if array.shape[name in many :] not in fits:
                right = f"a number, ({self.periods},), (paths, 1) or (paths, {self.periods})"
                raise CampusError(f"the input {name!r} cannot be of shape {array.shape}; it takes {right}")
            if not np.isfinite(array).all():
                raise CampusError(f"the input {name!r} holds a value that is not a number")
        if len({len(given[name]) for name in many}) != 1 or not all(len(given[name]) for name in many):
            raise CampusError("the inputs give no path, or not the same number of paths")
