"""From formulas to code along one path: rows without a loop over all months at once, loops as one function each."""

from __future__ import annotations

import ast
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache, reduce
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gigacampus.errors import CampusError
from gigacampus.rows.formula import SHIFT, TOTAL, Formula, dotted
from gigacampus.rows.months import Month, Names, Run, function, loop

Floats = NDArray[np.float64]
Step = Callable[[dict[str, Floats], int, Collection[str]], None]
"""Evaluates some rows: takes the values so far, the number of months and the names of the rows to keep."""


@dataclass(frozen=True)
class Plan:
    """Steps that evaluate some rows in order, and the rows whose values they leave."""

    steps: list[Step]
    kept: frozenset[str]


def plan(
    formulas: Mapping[str, Formula],
    order: Iterable[list[str]],
    wanted: frozenset[str],
    changed: frozenset[str] | None,
    compiled: dict[str, Step],
) -> Plan:
    """How to evaluate rows, in the order of their groups; with `changed`, only those that rest on these inputs.

    `compiled` holds the steps of groups that were planned before, by their first row, and takes the new ones.
    """
    steps: list[Step] = []
    touched, kept = set(changed or ()), set(wanted)
    for group in (group for group in order if group[0] in formulas):
        outside = {name for member in group for name in formulas[member].names} - set(group)
        kept |= outside
        if changed is not None:
            if touched.isdisjoint(outside):
                continue
            touched.update(group)
        if group[0] not in compiled:
            alone = len(group) == 1 and group[0] not in formulas[group[0]].names
            compiled[group[0]] = _vector_step(group[0], formulas) if alone else _loop_step(group, formulas)
        steps.append(compiled[group[0]])
    return Plan(steps, frozenset(kept))


def _vector_step(name: str, formulas: Mapping[str, Formula]) -> Step:
    evaluate = _vector(formulas[name].text)

    def step(values: dict[str, Floats], periods: int, kept: Collection[str]) -> None:
        values[name] = np.asarray(evaluate(values, periods), dtype=float)

    return step


@lru_cache(8192)
def _vector(text: str) -> Callable[[Mapping[str, Floats], int], Any]:
    code = ast.parse("lambda v, n: 0", mode="eval")
    code.body.body = _Vector().visit(ast.parse(text, mode="eval").body)  # type: ignore[attr-defined]
    found: Callable[[Mapping[str, Floats], int], Any] = eval(
        compile(ast.fix_missing_locations(code), f"<{text}>", "eval"), _NUMPY
    )
    return found


def _loop_step(group: list[str], formulas: Mapping[str, Formula]) -> Step:
    outside, order, run = _loop(tuple((name, formulas[name]) for name in sorted(group)))

    def step(values: dict[str, Floats], periods: int, kept: Collection[str]) -> None:
        columns = [_column(values[name], periods) for name in outside]
        own = {name: [0.0] * periods for name in order}
        run([*columns, *own.values()], periods)
        for name in order:
            if name in kept:
                values[name] = np.fromiter(own[name], float, periods)

    return step


@lru_cache(2048)
def _loop(rows: tuple[tuple[str, Formula], ...]) -> tuple[list[str], list[str], Run]:
    """Rows that a loop reads and rows that it evaluates, in the order in which its code takes them, and that code."""
    formulas = dict(rows)
    order, forward = month_order(formulas)
    outside = sorted({name for formula in formulas.values() for name in formula.names} - set(formulas))
    slot = {name: index for index, name in enumerate([*outside, *order])}
    month = Month(slot, order)
    trees = {f"f{slot[name]}": month.visit(formulas[name].fresh()) for name in order}
    return outside, order, function(loop(order, formulas, slot, forward, order), trees, len(slot), {"zero": 0.0})


def _column(value: Floats, periods: int) -> list[float]:
    """A row by month, with a 0 beyond the last."""
    by_month: list[float] = value.tolist() if value.ndim else [float(value)] * periods
    return [*by_month, 0.0]


def month_order(group: Mapping[str, Formula]) -> tuple[list[str], bool]:
    """Order within one month of the rows of a loop, and whether it runs forward."""
    members = set(group)
    chain = " -> ".join(sorted(members)[:6])
    if any(formula.total & members for formula in group.values()):
        raise CampusError(f"a sum over all months rests on itself: {chain}; make it an input that is solved for")
    back, ahead = (any(getattr(formula, kind) & members for formula in group.values()) for kind in ("lagged", "lead"))
    if back and ahead:
        raise CampusError(f"a loop needs both the month before and the month after: {chain}")
    order = groups({name: formula.now & members for name, formula in group.items()})
    for knot in order:
        if len(knot) > 1 or knot[0] in group[knot[0]].now:
            raise CampusError(f"rows rest on each other within one month: {' -> '.join(sorted(knot)[:6])}")
    for name, formula in group.items():
        if formula.total:
            raise CampusError(f"a sum inside a loop of months stands in a row of its own: {name}")
    return [knot[0] for knot in order], not ahead


def groups(edges: Mapping[str, Iterable[str]]) -> list[list[str]]:
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


class _Vector(Names):
    """Names become ``v['name']``; shifts and totals take the number of months."""

    def at(self, name: str) -> ast.expr:
        return ast.Subscript(ast.Name("v", ast.Load()), ast.Constant(name), ast.Load())

    def visit_Call(self, node: ast.Call) -> ast.expr:
        node.args = [self.visit(argument) for argument in node.args]
        if dotted(node.func) in SHIFT | TOTAL:
            node.args.insert(0, ast.Name("n", ast.Load()))
        return node


def _prev(n: int, x: Any, first: Any = 0.0) -> Floats:
    return np.concatenate([np.broadcast_to(first, n)[:1], np.broadcast_to(x, n)[:-1]])


def _next(n: int, x: Any, last: Any = 0.0) -> Floats:
    return np.concatenate([np.broadcast_to(x, n)[1:], np.broadcast_to(last, n)[-1:]])


_NUMPY: dict[str, Any] = {
    "__builtins__": {},
    "min": lambda *values: reduce(np.minimum, values),
    "max": lambda *values: reduce(np.maximum, values),
    "iff": np.where,
    "prev": _prev,
    "next": _next,
    "sum": lambda n, x: np.sum(np.broadcast_to(x, n)),
    "cumsum": lambda n, x: np.cumsum(np.broadcast_to(x, n)),
}
