"""A statement over many paths of some of its inputs.

Only rows that rest on an input that differs between paths are evaluated over them; what in their formulas does not is
lifted into rows of its own and evaluated once. The rest runs month by month on arrays over a block of paths, in stages:
each goes forward or backward through the months, and a row's sum is known when its stage is over. A row keeps its
months only if it is wanted, or read in another stage, so that a block stays in the processor's cache. What a flag of 0
multiplies in a month is not computed, unless a formula could make it infinite. A path comes out as it does alone, but
for the order in which sums add up.
"""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from gigacampus.rows.compile import groups, month_order
from gigacampus.rows.formula import Formula, references
from gigacampus.rows.months import Month, Run, function, loop

if TYPE_CHECKING:
    from gigacampus.rows import Graph

Floats = NDArray[np.float64]
Formulas = Mapping[str, Formula]
BLOCK = 10_000
"""Paths that are evaluated at a time."""
_SPACE = {"zero": np.float64(0.0), "where": np.where, "minimum": np.minimum, "maximum": np.maximum}
_FORWARD = {"lagged": True, "lead": False}


class Paths:
    """Some rows of a graph, compiled for inputs of which some (`many`) differ between paths.

    `first` holds the inputs that are given, on the first path: they tell which rows have months.
    """

    def __init__(self, graph: Graph, first: Mapping[str, Floats], many: set[str], wanted: frozenset[str]) -> None:
        self.graph, touched, self.formulas = _lifted(graph, many, wanted)
        self.many, self.wanted = sorted(many), wanted
        self.outside = sorted(wanted.union(*(formula.names for formula in self.formulas.values())) - touched)
        values = {**self.graph.evaluate(first, self.outside), **first}
        order = groups({name: self.formulas[name].names for name in sorted(self.formulas)})
        self.plain = _plain(order, self.formulas, {name for name in (*many, *self.outside) if not values[name].ndim})
        stages = _stages(order, self.formulas, self.plain)
        self.kept = (self.plain | wanted | _crossing(stages, self.formulas)) & set(self.formulas)
        slot = {name: k for k, name in enumerate([*self.outside, *self.many, *self.formulas])}
        self.run = _code(stages, self.formulas, slot, self.plain, self.kept, touched)

    def __call__(self, given: Mapping[str, Floats], first: Mapping[str, Floats], block: int) -> dict[str, Floats]:
        """Values of the wanted rows, (P,) or (P, M)."""
        n, paths = self.graph.periods, len(given[self.many[0]])
        base = self.graph.evaluate(first, self.outside)
        width = {name: paths if name in self.wanted else min(block, paths) for name in self.kept}
        held = {name: np.zeros((n + 1, width[name])[name in self.plain :]) for name in self.kept}
        for a in range(0, paths, block):
            with np.errstate(all="ignore"):
                self.run(self._columns(given, base, held, a, min(a + block, paths)), n)
        return {name: self._values(name, given, base, held, paths) for name in self.wanted}

    def _columns(
        self, given: Mapping[str, Floats], base: Mapping[str, Floats], held: Mapping[str, Floats], a: int, b: int
    ) -> list[Any]:
        """What the code takes for each row, for the paths from `a` to `b`."""
        plain, wanted = self.plain, self.wanted
        outside = [np.full(b - a, base[name]) if name in plain else [*base[name], 0.0] for name in self.outside]
        many = [given[name][a:b, 0] if name in plain else _column(given[name][a:b]) for name in self.many]
        part = {name: array[..., a:b] if name in wanted else array[..., : b - a] for name, array in held.items()}
        return [*outside, *many, *(part.get(name) for name in self.formulas)]

    def _values(
        self,
        name: str,
        given: Mapping[str, Floats],
        base: Mapping[str, Floats],
        held: Mapping[str, Floats],
        paths: int,
    ) -> Floats:
        if name in held:
            return held[name] if name in self.plain else held[name][:-1].T
        if name in self.many:
            return given[name][:, 0] if name in self.plain else given[name]
        return np.broadcast_to(base[name], (paths, *base[name].shape))


def _column(values: Floats) -> Floats:
    """Values (P, M) by month, with a 0 beyond the last."""
    column = np.zeros((values.shape[1] + 1, len(values)))
    column[:-1] = values.T
    return column


def _plain(order: list[list[str]], formulas: Formulas, plain: set[str]) -> set[str]:
    """All rows without months, from those among the inputs."""
    for group in order:
        formula = formulas[group[0]]
        if len(group) == 1 and formula.now <= plain and not formula.lagged | formula.lead:
            plain.add(group[0])
    return plain


@dataclass
class Stage:
    """Rows without months, then rows by month in one direction, each in the order of evaluation."""

    plain: list[str] = field(default_factory=list)
    monthly: list[str] = field(default_factory=list)
    forward: bool | None = None


def _stages(order: list[list[str]], formulas: Formulas, plain: set[str]) -> list[Stage]:
    """Each row in the latest stage that its readers allow, so that few are kept from one stage to another."""
    readers: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for reader, formula in formulas.items():
        for how in ("now", "lagged", "lead", "total"):
            for name in getattr(formula, how):
                readers[name].append((reader, how))
    stages: list[Stage] = []  # from the last to the first
    when: dict[str, int] = {}
    for group in reversed(order):
        uses = [use for name in group for use in readers[name]]
        k = max((when.get(reader, 0) + (how == "total") for reader, how in uses), default=0)
        while True:
            stages += [Stage() for _ in range(len(stages), k + 1)]
            ways = {_FORWARD[how] for reader, how in uses if how in _FORWARD and when.get(reader, k) == k}
            ways |= {way for way in (stages[k].forward,) if way is not None}
            if group[0] in plain or len(ways) < 2:
                break
            k += 1
        when.update(dict.fromkeys(group, k))
        if group[0] in plain:
            stages[k].plain[:0] = group
        else:
            loops = len(group) > 1
            stages[k].monthly[:0] = month_order({name: formulas[name] for name in group})[0] if loops else group
            stages[k].forward = next(iter(ways), None)
    return stages[::-1]


def _crossing(stages: list[Stage], formulas: Formulas) -> set[str]:
    """Rows whose months another stage reads."""
    where = {name: k for k, stage in enumerate(stages) for name in stage.monthly}
    reached = {reader: formulas[reader].now | formulas[reader].lagged | formulas[reader].lead for reader in where}
    return {name for reader, k in where.items() for name in reached[reader] if where.get(name, k) != k}


def _code(
    stages: list[Stage],
    formulas: Formulas,
    slot: Mapping[str, int],
    plain: set[str],
    kept: Collection[str],
    many: Collection[str],
) -> Run:
    summed = {name for formula in formulas.values() for name in formula.total}
    finite = all(_is_finite(formula, plain.difference(many)) for formula in formulas.values())
    flags = set(slot).difference(many, plain) if finite else set[str]()
    lines: list[str] = []
    trees: dict[str, ast.expr] = {}
    for stage in stages:
        for name in stage.plain:
            k = slot[name]
            lines += [f"v{k}[:] = f{k}", *([f"s{k} = v{k} * n"] if name in summed else [])]
        if stage.monthly:
            lines += loop(stage.monthly, formulas, slot, stage.forward is not False, kept, summed)
        month = Month(slot, stage.monthly, plain, {*many, *plain}, flags)
        trees |= {f"f{slot[name]}": month.visit(formulas[name].fresh()) for name in (*stage.plain, *stage.monthly)}
    return function(lines, trees, len(slot), _SPACE)


def _is_finite(formula: Formula, fixed: Collection[str]) -> bool:
    """Whether finite rows give a finite row: no power, and no division but by a `fixed` number."""
    for node in ast.walk(formula.fresh()):
        if isinstance(node, ast.BinOp) and isinstance(node.op, (ast.Div, ast.Pow)):
            over = node.right if isinstance(node.op, ast.Div) else node
            if any(name not in fixed for name, _ in references(over)):
                return False
    return True


def _lifted(graph: Graph, many: set[str], wanted: frozenset[str]) -> tuple[Graph, set[str], dict[str, Formula]]:
    """A graph in which what differs between paths rests on nothing but rows, their shifts and their sums.

    Returns it, the names of all rows that differ between paths, and the formulas of those that have one.
    """
    names = sorted(graph.ancestors(wanted))
    touched = set(many)
    for group in groups({name: graph.precedents(name) for name in names}):
        formulas = {name: graph.formulas[name] for name in group if name in graph.formulas}
        rests = {name for formula in formulas.values() for name in formula.names}
        if not rests.isdisjoint(group):
            month_order(formulas)  # an error if it is no loop of months
        if not rests.isdisjoint(touched):
            touched.update(group)
    found = type(graph)(graph.periods)
    lift = _Lift(found, many, touched)
    for name in names:
        if name in graph.inputs:
            found.add(name, graph.inputs[name])
        else:
            text = graph.formulas[name].text
            found.add(name, lift.text(text) if name in touched else text)
    return found, touched, {name: formula for name, formula in found.formulas.items() if name in touched}


class _Lift(ast.NodeTransformer):
    """Gives rows of their own to the parts of formulas that differ between no paths, and to what is summed."""

    def __init__(self, graph: Graph, inputs: Collection[str], touched: set[str]) -> None:
        self.graph, self.inputs, self.touched, self.rows = graph, inputs, touched, dict[str, str]()

    def text(self, formula: str) -> str:
        """The formula without those parts."""
        return ast.unparse(self.visit(ast.parse(formula, mode="eval").body))

    def visit(self, node: ast.AST) -> Any:
        """Lift the largest parts that differ between no paths."""
        if not isinstance(node, ast.expr) or isinstance(node, (ast.Name, ast.Attribute)):
            return node
        return self._row(ast.unparse(node)) if self._fixed(node) else super().visit(node)

    def visit_BinOp(self, node: ast.BinOp) -> ast.AST:
        """Leave out what adds nothing or is taken once, and put factors that differ between no paths together."""
        match node:
            case ast.BinOp(some, ast.Add() | ast.Sub(), ast.Constant(0)) | ast.BinOp(ast.Constant(0), ast.Add(), some):
                return self.visit(some)  # type: ignore[no-any-return]
            case ast.BinOp(some, ast.Mult() | ast.Div(), ast.Constant(1)):
                return self.visit(some)  # type: ignore[no-any-return]
            case ast.BinOp(ast.BinOp(some, ast.Mult(), a), ast.Mult(), b) if self._fixed(a) and self._fixed(b):
                return self.visit_BinOp(ast.BinOp(some, ast.Mult(), ast.BinOp(a, ast.Mult(), b)))
        return self.generic_visit(node)

    def _fixed(self, node: ast.expr) -> bool:
        return self.touched.isdisjoint(name for name, _ in references(node))

    def visit_Call(self, node: ast.Call) -> ast.AST:
        """Lift what is summed, unless it is a row that has a formula; a running sum is a loop."""
        self.generic_visit(node)
        name, inside = ast.unparse(node.func), ast.unparse(node.args[0])
        if name == "cumsum":
            return self._row(f"prev({{0}}) + ({inside})", many=True)
        if name == "sum" and (not isinstance(node.args[0], (ast.Name, ast.Attribute)) or inside in self.inputs):
            node.args = [self._row(inside, many=True)]
        return node

    def _row(self, formula: str, many: bool = False) -> ast.expr:
        if formula not in self.rows:
            name = self.rows[formula] = f"Σ{len(self.rows)}"
            self.graph.add(name, formula.format(name))
            self.touched.update([name] if many else [])
        return ast.Name(self.rows[formula], ast.Load())
