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

import ast
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gigacampus.errors import CampusError

Floats = NDArray[np.float64]
_SHIFT = {"prev", "next"}
_TOTAL = {"sum", "cumsum"}
_CALLS = _SHIFT | _TOTAL | {"min", "max", "iff"}
_NODES = (
    ast.BinOp, ast.UnaryOp, ast.Compare, ast.Call, ast.Name, ast.Attribute, ast.Constant, ast.Load, ast.Add, ast.Sub,
    ast.Mult, ast.Div, ast.Pow, ast.USub, ast.cmpop,
)  # fmt: skip


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


@dataclass(frozen=True)
class _Formula:
    tree: ast.expr
    now: frozenset[str]
    lagged: frozenset[str]
    lead: frozenset[str]
    total: frozenset[str]

    @property
    def names(self) -> frozenset[str]:
        return self.now | self.lagged | self.lead | self.total


def dotted(node: ast.expr) -> str:
    """The row name that a Name or Attribute node spells."""
    return node.id if isinstance(node, ast.Name) else f"{dotted(node.value)}.{node.attr}"  # type: ignore[attr-defined]


def _references(node: ast.AST, kind: str = "now") -> Iterator[tuple[str, str]]:
    """Names in an expression, each with the way in which it is reached: now, prev, next or total."""
    if isinstance(node, (ast.Name, ast.Attribute)):
        yield dotted(node), kind
    elif isinstance(node, ast.Call):
        name = dotted(node.func)
        inner = {"prev": "prev", "next": "next", "sum": "total", "cumsum": "total"}.get(name, kind)
        for index, argument in enumerate(node.args):
            yield from _references(argument, kind if name in _SHIFT and index else inner)
    else:
        for child in ast.iter_child_nodes(node):
            yield from _references(child, kind)


def parse(formula: str) -> _Formula:
    """Read a formula; CampusError if it holds anything but the language above."""
    try:
        tree = ast.parse(formula, mode="eval").body
    except (SyntaxError, ValueError, RecursionError):
        raise CampusError(f"not a formula: {formula[:80]!r}") from None
    for node in ast.walk(tree):
        number = not isinstance(node, ast.Constant) or type(node.value) in (int, float)
        call = not isinstance(node, ast.Call) or (
            isinstance(node.func, ast.Name) and node.func.id in _CALLS and not node.keywords
        )
        shift = not (isinstance(node, ast.Call) and call and dotted(node.func) in _SHIFT) or isinstance(
            node.args[0], (ast.Name, ast.Attribute)
        )
        if not (isinstance(node, _NODES) and number and call and shift):
            raise CampusError(f"a formula cannot hold this: {ast.unparse(node)[:60]!r}")
    found: dict[str, set[str]] = {"now": set(), "prev": set(), "next": set(), "total": set()}
    for name, kind in _references(tree):
        found[kind].add(name)
    return _Formula(tree, *(frozenset(found[kind]) for kind in ("now", "prev", "next", "total")))


class Graph:
    """Named rows over `periods` months; see the module for the language."""

    def __init__(self, periods: int) -> None:
        self.periods = periods
        self.rows: dict[str, Row] = {}
        self.inputs: dict[str, Floats] = {}
        self._formulas: dict[str, _Formula] = {}
        self._plans: dict[tuple[frozenset[str] | None, frozenset[str] | None], list[_Step]] = {}

    def __getstate__(self) -> dict[str, Any]:
        """Compiled plans are made again when needed: they cannot be stored."""
        return self.__dict__ | {"_plans": {}}

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
            self._formulas[name] = parse(what)
        else:
            self.rows[name] = Row(name, "", unit, label, path, solved)
            self.inputs[name] = np.asarray(what, dtype=float)
        self._plans.clear()
        return name

    def precedents(self, name: str) -> tuple[str, ...]:
        """Rows that a row's formula names, in order of name; none for an input."""
        return tuple(sorted(self._formulas[name].names)) if name in self._formulas else ()

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
            self._plans[key] = _plan(self, self.ancestors(key[0] if key[0] is not None else self.rows), key[1])
        values = {**(self.inputs if base is None else base)}
        values.update((name, np.asarray(value, dtype=float)) for name, value in given.items())
        with np.errstate(all="ignore"):
            for step in self._plans[key]:
                step(values, self.periods)
        return values


_Step = Callable[[dict[str, Floats], int], None]


def _plan(graph: Graph, names: set[str], changed: frozenset[str] | None) -> list[_Step]:
    formulas = {name: graph._formulas[name] for name in sorted(names) if name in graph._formulas}
    steps: list[_Step] = []
    touched = set(changed or ())
    for group in _groups({name: formula.names for name, formula in formulas.items()}):
        if changed is not None:
            if touched.isdisjoint(name for member in group for name in formulas[member].names):
                continue
            touched.update(group)
        first = formulas[group[0]]
        alone = len(group) == 1 and group[0] not in first.names
        steps.append(_vector_step(group[0], first) if alone else _loop_step(group, formulas))
    return steps


def _vector_step(name: str, formula: _Formula) -> _Step:
    code = _compile(_Vector().visit(ast.parse(ast.unparse(formula.tree), mode="eval").body), "v")

    def step(values: dict[str, Floats], periods: int) -> None:
        values[name] = np.asarray(code({"v": values, "n": periods, **_NUMPY}), dtype=float)

    return step


def _loop_step(group: list[str], formulas: dict[str, _Formula]) -> _Step:
    order, forward = _order(group, formulas)
    outside = sorted({name for member in group for name in formulas[member].names} - set(group))
    slot = {name: index for index, name in enumerate([*outside, *order])}
    plain, paths = ([(slot[m], _Month(slot, forward, kind).code(formulas[m])) for m in order] for kind in (False, True))

    def step(values: dict[str, Floats], periods: int) -> None:
        rows = max((values[name].shape[0] for name in outside if values[name].ndim > 1), default=0)
        columns = [_columns(values[name], rows, periods) for name in outside]
        columns += [[0.0] * periods for _ in order]
        space = {"v": columns, "n": periods, **(_NUMPY if rows else _SCALAR)}
        codes = [(index, eval(code, space)) for index, code in (paths if rows else plain)]
        for t in range(periods) if forward else range(periods - 1, -1, -1):
            for index, code in codes:
                columns[index][t] = code(t)
        for name in order:
            column = columns[slot[name]]
            wide_column = np.array([np.broadcast_to(x, rows) for x in column]).T if rows else np.array(column)
            values[name] = np.asarray(wide_column, dtype=float)

    return step


def _columns(value: Floats, paths: int, periods: int) -> list[Any]:
    """A row as a list by month, of floats or of arrays over paths."""
    if not paths:
        listed: list[Any] = np.broadcast_to(value, periods).tolist()
        return listed
    return list(np.ascontiguousarray(np.broadcast_to(value, (paths, periods)).T))


def _order(group: list[str], formulas: dict[str, _Formula]) -> tuple[list[str], bool]:
    """Order within one month of the rows of a loop, and whether it runs forward."""
    members = set(group)
    chain = " -> ".join(sorted(members)[:6])
    if any(formulas[name].total & members for name in group):
        raise CampusError(f"a sum over all months rests on itself: {chain}; make it an input that is solved for")
    back, ahead = (any(getattr(formulas[n], kind) & members for n in group) for kind in ("lagged", "lead"))
    if back and ahead:
        raise CampusError(f"a loop needs both the month before and the month after: {chain}")
    order = _groups({name: formulas[name].now & members for name in group})
    for knot in order:
        if len(knot) > 1 or knot[0] in formulas[knot[0]].now:
            raise CampusError(f"rows rest on each other within one month: {' -> '.join(sorted(knot)[:6])}")
    return [knot[0] for knot in order], not ahead


def _groups(edges: Mapping[str, Iterable[str]]) -> list[list[str]]:
    """Strongly connected groups, each after those it rests on (Tarjan 1972, without recursion)."""
    index: dict[str, int] = {}
    low: dict[str, int] = {}
    stack: list[str] = []
    on: set[str] = set()
    found: list[list[str]] = []
    for root in edges:
        work = [(root, iter(sorted(edges[root])))] if root not in index else []
        while work:
            name, children = work[-1]
            if name not in index:
                index[name] = low[name] = len(index)
                stack.append(name)
                on.add(name)
            for child in children:
                if child in edges and child not in index:
                    work.append((child, iter(sorted(edges[child]))))
                    break
                if child in on:
                    low[name] = min(low[name], index[child])
            else:
                work.pop()
                if work:
                    low[work[-1][0]] = min(low[work[-1][0]], low[name])
                if low[name] == index[name]:
                    cut = stack.index(name)
                    found.append(stack[cut:])
                    on.difference_update(stack[cut:])
                    del stack[cut:]
    return found


class _Vector(ast.NodeTransformer):
    """Names become ``v['name']``; prev, next and totals work on the last axis."""

    def visit_Name(self, node: ast.Name) -> ast.expr:
        return _item("v", dotted(node))

    def visit_Attribute(self, node: ast.Attribute) -> ast.expr:
        return _item("v", dotted(node))

    def visit_Compare(self, node: ast.Compare) -> ast.expr:
        self.generic_visit(node)
        return _one_or_zero(node)

    def visit_Call(self, node: ast.Call) -> ast.expr:
        node.args = [self.visit(argument) for argument in node.args]
        if dotted(node.func) in _SHIFT | _TOTAL:
            node.args.append(ast.Name("n", ast.Load()))
        return node


class _Month(ast.NodeTransformer):
    """Names become ``v[slot][t]``: one month of a loop, with floats or (``paths``) arrays over paths."""

    def __init__(self, slot: Mapping[str, int], forward: bool, paths: bool) -> None:
        self.slot, self.forward, self.paths = slot, forward, paths

    def code(self, formula: _Formula) -> Any:
        if formula.total:
            raise CampusError("a sum inside a loop of months stands in a row of its own")
        body = self.visit(ast.parse(ast.unparse(formula.tree), mode="eval").body)
        arguments = ast.arguments([], [ast.arg("t")], None, [], [], None, [])
        return compile(ast.fix_missing_locations(ast.Expression(ast.Lambda(arguments, body))), "<row>", "eval")

    def _at(self, name: str, time: ast.expr) -> ast.expr:
        column = ast.Subscript(ast.Name("v", ast.Load()), ast.Constant(self.slot[name]), ast.Load())
        return ast.Subscript(column, time, ast.Load())

    def visit_Name(self, node: ast.Name) -> ast.expr:
        return self._at(dotted(node), ast.Name("t", ast.Load()))

    def visit_Attribute(self, node: ast.Attribute) -> ast.expr:
        return self._at(dotted(node), ast.Name("t", ast.Load()))

    def visit_Compare(self, node: ast.Compare) -> ast.expr:
        self.generic_visit(node)
        return _one_or_zero(node)

    def visit_Call(self, node: ast.Call) -> ast.expr:
        name = dotted(node.func)
        if name in _SHIFT:
            shift, edge = ("t - 1", "t > 0") if name == "prev" else ("t + 1", "t < n - 1")
            there = self._at(dotted(node.args[0]), ast.parse(shift, mode="eval").body)
            first = self.visit(node.args[1]) if len(node.args) > 1 else ast.Constant(0.0)
            return ast.IfExp(ast.parse(edge, mode="eval").body, there, first)
        node.args = [self.visit(argument) for argument in node.args]
        if name == "iff" and not self.paths:  # only the branch that is taken is computed, as in Excel
            return ast.IfExp(node.args[0], node.args[1], node.args[2])
        return node


def _item(name: str, key: str) -> ast.expr:
    return ast.Subscript(ast.Name(name, ast.Load()), ast.Constant(key), ast.Load())


def _one_or_zero(node: ast.expr) -> ast.expr:
    return ast.BinOp(ast.Constant(1.0), ast.Mult(), node)


def _compile(body: ast.expr, name: str) -> Callable[[dict[str, Any]], Any]:
    code = compile(ast.fix_missing_locations(ast.Expression(body)), "<row>", "eval")
    return lambda space: eval(code, space)  # the tree holds only what `parse` lets through


def _shift(x: Floats, by: int, edge: float | Floats, n: int) -> Floats:
    x = np.broadcast_to(x, (*np.shape(x)[:-1], n)) if np.ndim(x) else np.broadcast_to(x, n)
    first = np.broadcast_to(
        edge if np.ndim(edge) == 0 else np.asarray(edge)[..., [0 if by > 0 else -1]], (*x.shape[:-1], 1)
    )
    return np.concatenate([first, x[..., :-1]] if by > 0 else [x[..., 1:], first], axis=-1)


def _prev(x: Floats, *rest: Any) -> Floats:
    return _shift(x, 1, rest[0] if len(rest) > 1 else 0.0, rest[-1])


def _next(x: Floats, *rest: Any) -> Floats:
    return _shift(x, -1, rest[0] if len(rest) > 1 else 0.0, rest[-1])


def _sum(x: Floats, n: int) -> Floats:
    total: Floats = np.sum(np.broadcast_to(x, np.broadcast_shapes(np.shape(x), (n,))), axis=-1, keepdims=np.ndim(x) > 1)
    return total


def _cumsum(x: Floats, n: int) -> Floats:
    return np.cumsum(np.broadcast_to(x, np.broadcast_shapes(np.shape(x), (n,))), axis=-1)


def _least(*values: Any) -> Any:
    return values[0] if len(values) == 1 else np.minimum(values[0], _least(*values[1:]))


def _most(*values: Any) -> Any:
    return values[0] if len(values) == 1 else np.maximum(values[0], _most(*values[1:]))


_NUMPY: dict[str, Any] = {
    "__builtins__": {}, "min": _least, "max": _most, "iff": np.where, "prev": _prev, "next": _next, "sum": _sum,
    "cumsum": _cumsum,
}  # fmt: skip
_SCALAR: dict[str, Any] = {"__builtins__": {}, "min": min, "max": max}
