"""Code for rows that are evaluated month by month: the rows of a loop along one path, or any rows over many paths.

In that code row 3 is ``x3`` in the month at hand and ``p3`` in the one evaluated before. ``v3`` is its column, with a 0
beyond the last month for `prev` in the first (``v3[-1]``) and `next` in the last; a row without months is ``v3``
itself. ``s3`` is its sum. Code is written around the trees of formulas that `formula.parse` let through (``f3``); no
text of a formula is run.
"""

from __future__ import annotations

import ast
from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Iterable, Mapping
from functools import cache, reduce
from typing import Any

from gigacampus.rows.formula import SHIFT, Formula, dotted, references

Run = Callable[[list[Any], int], None]
"""Takes the column of each row, and the number of months."""


class Names(ast.NodeTransformer, ABC):
    """Puts something in the place of each row's name, and makes comparisons 1 or 0."""

    @abstractmethod
    def at(self, name: str) -> ast.expr:
        """What stands for a row."""

    def visit_Name(self, node: ast.Name) -> ast.expr:
        """A row."""
        return self.at(dotted(node))

    def visit_Attribute(self, node: ast.Attribute) -> ast.expr:
        """A row with a dotted name."""
        return self.at(dotted(node))

    def visit_Compare(self, node: ast.Compare) -> ast.expr:
        """1 or 0, not True or False."""
        self.generic_visit(node)
        return ast.BinOp(ast.Constant(1.0), ast.Mult(), node)


class Month(Names):
    """A formula in one month.

    Parameters
    ----------
    slot : mapping of name to int
        Number of each row in the code.
    inside, plain : collection of names
        Rows that the same loop evaluates, and rows without months.
    many : collection of names
        Rows that hold an array over paths; all others hold a float.
    flags : collection of names
        Rows that hold a float; what they multiply is finite, and is not computed in a month in which they are 0.
    """

    def __init__(
        self,
        slot: Mapping[str, int],
        inside: Collection[str],
        plain: Collection[str] = (),
        many: Collection[str] = (),
        flags: Collection[str] = (),
    ) -> None:
        self.slot, self.inside, self.plain, self.many, self.flags, self.held = slot, inside, plain, many, flags, 0

    def at(self, name: str) -> ast.expr:
        """The row in the month at hand."""
        k = self.slot[name]
        return _expression(f"x{k}" if name in self.inside else f"v{k}" if name in self.plain else f"v{k}[t]")

    def visit_BinOp(self, node: ast.BinOp) -> ast.expr:
        """Nothing is computed that a flag of 0 multiplies."""
        factors = [ast.unparse(side) for side in (node.left, node.right)] if isinstance(node.op, ast.Mult) else []
        flag = next((name for name in factors if name in self.flags), None)
        self.generic_visit(node)
        return node if flag is None else ast.IfExp(self.at(flag), node, _expression("zero"))

    def visit_Call(self, node: ast.Call) -> ast.expr:
        """Only the branch of `iff` that is taken is computed, as in Excel, unless it differs between paths."""
        name = dotted(node.func)
        if name in SHIFT:
            return self._shifted(name, *node.args)
        if name == "sum":
            return _expression(f"s{self.slot[dotted(node.args[0])]}")
        decides = node.args[0] if name == "iff" else node
        many = any(row in self.many for row, _ in references(decides))
        arguments: list[ast.expr] = [self.visit(argument) for argument in node.args]
        if name == "iff":
            return ast.Call(_expression("where"), arguments, []) if many else ast.IfExp(*arguments)
        if many:
            return reduce(lambda a, b: ast.Call(_expression(f"{name}imum"), [a, b], []), arguments)
        return reduce(lambda a, b: self._bound(name, a, b), arguments)

    def _shifted(self, kind: str, row: ast.expr, edge: ast.expr | None = None) -> ast.expr:
        name, (step, within) = dotted(row), {"prev": ("- 1", "t > 0"), "next": ("+ 1", "t < n - 1")}[kind]
        k, plain = self.slot[name], name in self.plain
        value = _expression(f"p{k}" if name in self.inside else f"v{k}" if plain else f"v{k}[t {step}]")
        if edge is None and not plain:
            return value
        return ast.IfExp(_expression(within), value, self.visit(edge) if edge else _expression("zero"))

    def _bound(self, name: str, a: ast.expr, b: ast.expr) -> ast.expr:
        """``a if not b < a else b``: a fifth of the time that a call of `min` takes."""
        self.held += 1
        first, second = (ast.Name(f"{letter}{self.held}", ast.Store()) for letter in "ab")
        than = ast.Lt() if name == "min" else ast.Gt()
        test = ast.Compare(ast.NamedExpr(second, b), [than], [ast.NamedExpr(first, a)])
        return ast.IfExp(test, _expression(second.id), _expression(first.id))


@cache
def _expression(text: str) -> ast.expr:
    return ast.parse(text, mode="eval").body


def loop(
    order: list[str],
    formulas: Mapping[str, Formula],
    slot: Mapping[str, int],
    forward: bool,
    stored: Collection[str],
    summed: Collection[str] = (),
) -> list[str]:
    """Lines that evaluate rows month by month, keep the columns of some, and sum some.

    A row that is not read again in the month is let go, so that its place in the cache is free.
    """
    reached = {name for row in order for name in formulas[row].lagged | formulas[row].lead}
    carried = [slot[row] for row in order if row in reached]
    last = {name: row for row in order for name in (row, *formulas[row].now)}
    lines = [f"x{k} = zero" for k in carried] + [f"s{slot[row]} = zero" for row in order if row in summed]
    lines.append(f"for t in {'range(n)' if forward else 'range(n - 1, -1, -1)'}:")
    lines += [f"    p{k} = x{k}" for k in carried]
    for row in order:
        k = slot[row]
        lines.append(f"    x{k} = f{k}")
        lines += [f"    v{k}[t] = x{k}"] if row in stored else []
        lines += [f"    s{k} += x{k}"] if row in summed else []
        lines += [f"    x{slot[name]} = zero" for name in order if last[name] == row and name not in reached]
    return lines


def function(lines: Iterable[str], trees: Mapping[str, ast.expr], slots: int, space: Mapping[str, Any]) -> Run:
    """A function made of lines, with formulas' trees in the place of ``f3``."""
    names = ", ".join(f"v{k}" for k in range(slots))
    text = "\n    ".join(["def run(v, n):", f"({names},) = v", *lines])
    module = ast.fix_missing_locations(_Filled(trees).visit(ast.parse(text)))
    found: dict[str, Any] = {"__builtins__": {}, "range": range, **space}
    exec(compile(module, "<statement>", "exec"), found)
    run: Run = found["run"]
    return run


class _Filled(ast.NodeTransformer):
    def __init__(self, trees: Mapping[str, ast.expr]) -> None:
        self.trees = trees

    def visit_Name(self, node: ast.Name) -> ast.expr:
        return self.trees.get(node.id, node)
