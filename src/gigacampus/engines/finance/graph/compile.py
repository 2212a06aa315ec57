"""From formulas to code: rows without a loop over all months at once, loops as one Python function each.

What is compiled is the tree of a formula that `formula.parse` let through, with its names replaced; no text is run.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gigacampus.engines.finance.graph.formula import SHIFT, TOTAL, Formula, dotted
from gigacampus.errors import CampusError

Floats = NDArray[np.float64]
Step = Callable[[dict[str, Floats], int], None]
"""Evaluates some rows: takes the values so far and the number of months, and adds its own."""


def plan(
    formulas: Mapping[str, Formula], changed: frozenset[str] | None, compiled: dict[tuple[str, ...], Step]
) -> list[Step]:
    """Steps that evaluate rows in order; with `changed`, only those that rest on these inputs.

    `compiled` holds the steps of groups of rows that were planned before, and takes the new ones.
    """
    steps: list[Step] = []
    touched = set(changed or ())
    for group in groups({name: formula.names for name, formula in formulas.items()}):
        if changed is not None:
            if touched.isdisjoint(name for member in group for name in formulas[member].names):
                continue
            touched.update(group)
        key, first = tuple(sorted(group)), formulas[group[0]]
        if key not in compiled:
            alone = len(group) == 1 and group[0] not in first.names
            compiled[key] = _vector_step(group[0], first) if alone else _loop_step(group, formulas)
        steps.append(compiled[key])
    return steps


def _vector_step(name: str, formula: Formula) -> Step:
    body = _Vector().visit(formula.fresh())
    code = compile(ast.fix_missing_locations(ast.Expression(body)), f"<{name}>", "eval")

    def step(values: dict[str, Floats], periods: int) -> None:
        values[name] = np.asarray(eval(code, {"v": values, "n": periods, **_NUMPY}), dtype=float)

    return step


def _loop_step(group: list[str], formulas: Mapping[str, Formula]) -> Step:
    order, forward = _order(group, formulas)
    outside = sorted({name for member in group for name in formulas[member].names} - set(group))
    slot = {name: index for index, name in enumerate([*outside, *order])}
    codes: dict[bool, Any] = {}

    def step(values: dict[str, Floats], periods: int) -> None:
        paths = max((values[name].shape[0] for name in outside if values[name].ndim > 1), default=0)
        if bool(paths) not in codes:
            codes[bool(paths)] = _loop_code(order, formulas, slot, forward, bool(paths))
        columns = [_columns(values[name], paths, periods) for name in outside] + [[0.0] * periods for _ in order]
        space: dict[str, Any] = {**(_NUMPY if paths else _SCALAR)}
        exec(codes[bool(paths)], space)
        space["loop"](columns, periods)
        for name in order:
            column = columns[slot[name]]
            values[name] = np.array([np.broadcast_to(x, paths) for x in column]).T if paths else np.array(column)

    return step


def _loop_code(
    order: list[str], formulas: Mapping[str, Formula], slot: Mapping[str, int], forward: bool, paths: bool
) -> Any:
    """A function ``loop(v, n)`` that fills the columns of `order` month by month."""
    months = "range(n)" if forward else "range(n - 1, -1, -1)"
    names = ", ".join(f"v{index}" for index in range(len(slot)))
    module = ast.parse(f"def loop(v, n):\n    ({names},) = v\n    for t in {months}:\n        pass")
    body = []
    for name in order:
        if formulas[name].total:
            raise CampusError(f"a sum inside a loop of months stands in a row of its own: {name}")
        place = ast.Subscript(ast.Name(f"v{slot[name]}", ast.Load()), ast.Name("t", ast.Load()), ast.Store())
        body.append(ast.Assign([place], _Month(slot, paths).visit(formulas[name].fresh())))
    module.body[0].body[1].body = body  # type: ignore[attr-defined]
    return compile(ast.fix_missing_locations(module), "<loop>", "exec")


def _columns(value: Floats, paths: int, periods: int) -> list[Any]:
    """A row as a list by month, of floats or of arrays over paths."""
    if not paths:
        listed: list[Any] = np.broadcast_to(value, periods).tolist()
        return listed
    return list(np.ascontiguousarray(np.broadcast_to(value, (paths, periods)).T))


def _order(group: list[str], formulas: Mapping[str, Formula]) -> tuple[list[str], bool]:
    """Order within one month of the rows of a loop, and whether it runs forward."""
    members = set(group)
    chain = " -> ".join(sorted(members)[:6])
    if any(formulas[name].total & members for name in group):
        raise CampusError(f"a sum over all months rests on itself: {chain}; make it an input that is solved for")
    back, ahead = (any(getattr(formulas[n], kind) & members for n in group) for kind in ("lagged", "lead"))
    if back and ahead:
        raise CampusError(f"a loop needs both the month before and the month after: {chain}")
    order = groups({name: formulas[name].now & members for name in group})
    for knot in order:
        if len(knot) > 1 or knot[0] in formulas[knot[0]].now:
            raise CampusError(f"rows rest on each other within one month: {' -> '.join(sorted(knot)[:6])}")
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


class _Names(ast.NodeTransformer):
    def at(self, name: str) -> ast.expr:
        raise NotImplementedError

    def visit_Name(self, node: ast.Name) -> ast.expr:
        return self.at(dotted(node))

    def visit_Attribute(self, node: ast.Attribute) -> ast.expr:
        return self.at(dotted(node))

    def visit_Compare(self, node: ast.Compare) -> ast.expr:
        self.generic_visit(node)
        return ast.BinOp(ast.Constant(1.0), ast.Mult(), node)  # 1 or 0, not True or False


class _Vector(_Names):
    """Names become ``v['name']``; prev, next and totals work on the last axis."""

    def at(self, name: str) -> ast.expr:
        return ast.Subscript(ast.Name("v", ast.Load()), ast.Constant(name), ast.Load())

    def visit_Call(self, node: ast.Call) -> ast.expr:
        node.args = [self.visit(argument) for argument in node.args]
        if dotted(node.func) in SHIFT | TOTAL:
            node.args.append(ast.Name("n", ast.Load()))
        return node


class _Month(_Names):
    """Names become ``v3[t]``: one month of a loop, of floats or (``paths``) of arrays over paths."""

    def __init__(self, slot: Mapping[str, int], paths: bool) -> None:
        self.slot, self.paths = slot, paths

    def at(self, name: str, time: str = "t") -> ast.expr:
        when = ast.parse(time, mode="eval").body
        return ast.Subscript(ast.Name(f"v{self.slot[name]}", ast.Load()), when, ast.Load())

    def visit_Call(self, node: ast.Call) -> ast.expr:
        name = dotted(node.func)
        if name in SHIFT:
            shift, inside = ("t - 1", "t > 0") if name == "prev" else ("t + 1", "t < n - 1")
            edge = self.visit(node.args[1]) if len(node.args) > 1 else ast.Constant(0.0)
            return ast.IfExp(ast.parse(inside, mode="eval").body, self.at(dotted(node.args[0]), shift), edge)
        node.args = [self.visit(argument) for argument in node.args]
        if name == "iff" and not self.paths:  # only the branch that is taken is computed, as in Excel
            return ast.IfExp(node.args[0], node.args[1], node.args[2])
        return node


def _over(x: Any, n: int) -> Floats:
    return np.broadcast_to(x, np.broadcast_shapes(np.shape(x), (n,)))


def _shift(x: Any, edge: Any, n: int, forward: bool) -> Floats:
    wide = _over(x, n)
    first = _over(edge, n)[..., :1] if forward else _over(edge, n)[..., -1:]
    lead = np.broadcast_shapes(wide.shape[:-1], first.shape[:-1])
    wide, first = np.broadcast_to(wide, (*lead, n)), np.broadcast_to(first, (*lead, 1))
    return np.concatenate([first, wide[..., :-1]] if forward else [wide[..., 1:], first], axis=-1)


def _prev(x: Any, *rest: Any) -> Floats:
    return _shift(x, rest[0] if len(rest) > 1 else 0.0, rest[-1], True)


def _next(x: Any, *rest: Any) -> Floats:
    return _shift(x, rest[0] if len(rest) > 1 else 0.0, rest[-1], False)


def _sum(x: Any, n: int) -> Floats:
    return np.asarray(np.sum(_over(x, n), axis=-1, keepdims=np.ndim(x) > 1))


def _cumsum(x: Any, n: int) -> Floats:
    return np.cumsum(_over(x, n), axis=-1)


def _least(*values: Any) -> Any:
    return values[0] if len(values) == 1 else np.minimum(values[0], _least(*values[1:]))


def _most(*values: Any) -> Any:
    return values[0] if len(values) == 1 else np.maximum(values[0], _most(*values[1:]))


_SCALAR: dict[str, Any] = {"__builtins__": {}, "range": range, "min": min, "max": max}
_NUMPY: dict[str, Any] = {
    "__builtins__": {}, "range": range, "min": _least, "max": _most, "iff": np.where,
    "prev": _prev, "next": _next, "sum": _sum, "cumsum": _cumsum,
}  # fmt: skip
