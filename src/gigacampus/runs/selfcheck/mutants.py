"""Small faults in a file's functions, each of the kind that a programmer makes, and their planting in a live process.

Only what runs when a function is called is changed: not constants of a module, defaults, annotations, f-strings or
assertions, which are there for the type checker. A plain assignment is not left out, nor `|` swapped, which any test
would see as a NameError or a TypeError.
"""

from __future__ import annotations

import ast
import gc
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from types import CodeType, FunctionType
from typing import Any

Change = tuple[ast.AST, str, Callable[[], object]]
"""A node, what becomes of it in words, and what makes it so."""

SWAPS: dict[type[ast.AST], type[ast.AST]] = {
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Div, ast.Div: ast.Mult, ast.FloorDiv: ast.Div,
    ast.Mod: ast.FloorDiv, ast.Pow: ast.Mult, ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq, ast.NotEq: ast.Eq, ast.Is: ast.IsNot, ast.IsNot: ast.Is, ast.In: ast.NotIn, ast.NotIn: ast.In,
    ast.And: ast.Or, ast.Or: ast.And, ast.BitAnd: ast.BitOr,
}  # fmt: skip
_PAIRS = (("min", "max"), ("minimum", "maximum"), ("any", "all"), ("floor", "ceil"), ("argmin", "argmax"))
NAMES = dict(_PAIRS) | {b: a for a, b in _PAIRS}
_LEFT_ALONE = (ast.arguments, ast.JoinedStr, ast.Assert)


@dataclass(frozen=True)
class Mutant:
    """One change of one file: its number among them, and where and in which function it stands."""

    path: str
    index: int
    line: int
    function: str
    what: str


def of(path: Path) -> list[Mutant]:
    """Every mutant of a file, in order."""
    found = enumerate(_changes(ast.parse(path.read_text(encoding="utf-8"))))
    return [Mutant(str(path), i, getattr(node, "lineno", 0), name, what) for i, (name, (node, what, _)) in found]


def plant(mutant: Mutant) -> None:
    """Give the functions of this process that a mutant changes their new code.

    Raises
    ------
    ValueError
        If the process has no such function, or one inside another that would see other variables of it.
    """
    tree = ast.parse(Path(mutant.path).read_text(encoding="utf-8"))
    _, (_, _, change) = list(_changes(tree))[mutant.index]
    change()
    module = compile(ast.fix_missing_locations(tree), mutant.path, "exec", dont_inherit=True)
    new = {(code.co_qualname, code.co_firstlineno): code for code in _codes(module) if _within(code, mutant)}
    changed = [function for function in functions(mutant.path) if _within(function.__code__, mutant)]
    if not changed:
        raise ValueError(f"{mutant.function} of {mutant.path} is not in this process")
    for function in changed:
        function.__code__ = new[function.__code__.co_qualname, function.__code__.co_firstlineno]


def functions(path: str) -> list[FunctionType]:
    """Functions of this process that were read from a file, under a decorator or not."""
    return [f for f in gc.get_objects() if isinstance(f, FunctionType) and f.__code__.co_filename == path]


def _codes(code: CodeType) -> Iterator[CodeType]:
    yield code
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _codes(constant)


def _within(code: CodeType, mutant: Mutant) -> bool:
    return f"{code.co_qualname}.".startswith(f"{mutant.function}.")


def _changes(tree: ast.Module) -> Iterator[tuple[str, Change]]:
    for name, function in _defined(tree, ""):
        for node in _walk(function):
            yield from ((name, change) for change in (*_operators(node), *_values(node), *_dropped(node)))


def _defined(node: ast.Module | ast.ClassDef, within: str) -> Iterator[tuple[str, ast.FunctionDef]]:
    for item in node.body:
        if isinstance(item, ast.FunctionDef):
            yield within + item.name, item
        elif isinstance(item, ast.ClassDef):
            yield from _defined(item, f"{within}{item.name}.")


def _walk(node: ast.AST) -> Iterator[ast.AST]:
    yield node
    inner = node.body if isinstance(node, ast.FunctionDef) else ast.iter_child_nodes(node)
    for child in inner:
        if not isinstance(child, _LEFT_ALONE):
            yield from _walk(child)


def _operators(node: ast.AST) -> Iterator[Change]:
    if isinstance(node, (ast.BinOp, ast.AugAssign, ast.BoolOp)) and type(node.op) in SWAPS:
        new = SWAPS[type(node.op)]
        yield node, _becomes(node.op, new), partial(setattr, node, "op", new())
    elif isinstance(node, ast.Compare):
        for at, op in enumerate(node.ops):
            new = SWAPS[type(op)]
            yield node, _becomes(op, new), partial(node.ops.__setitem__, at, new())
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        again = ast.UnaryOp(ast.Not(), node.operand)
        yield node, "Not dropped", partial(setattr, node, "operand", again)
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        yield node, "USub dropped", partial(setattr, node, "op", ast.UAdd())


def _becomes(old: ast.AST, new: type[ast.AST]) -> str:
    return f"{type(old).__name__} becomes {new.__name__}"


def _values(node: ast.AST) -> Iterator[Change]:
    if isinstance(node, ast.Constant) and isinstance(node.value, (bool, int, float)):
        new = not node.value if isinstance(node.value, bool) else node.value + 1
        yield node, f"{node.value} becomes {new}", partial(setattr, node, "value", new)
    for field in ("id", "attr"):
        old = getattr(node, field, None)
        if old in NAMES:
            yield node, f"{old} becomes {NAMES[old]}", partial(setattr, node, field, NAMES[old])


def _dropped(node: ast.AST) -> Iterator[Change]:
    blocks: list[Any] = [getattr(node, name, None) for name in ("body", "orelse")]
    for block in blocks:
        for at, line in enumerate(block) if isinstance(block, list) else ():  # of a lambda it is an expression
            if _can_go(line):
                nothing = ast.copy_location(ast.Pass(), line)
                yield line, f"{type(line).__name__} dropped", partial(block.__setitem__, at, nothing)


def _can_go(line: ast.stmt) -> bool:
    if isinstance(line, ast.Assign):
        return all(isinstance(target, (ast.Subscript, ast.Attribute)) for target in line.targets)
    if isinstance(line, ast.Expr):
        return not isinstance(line.value, (ast.Constant, ast.Yield, ast.YieldFrom))
    return isinstance(line, (ast.AugAssign, ast.Raise, ast.Break, ast.Continue))
