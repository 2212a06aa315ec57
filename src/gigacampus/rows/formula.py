"""The language of the statement's formulas; `graph` describes it."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from gigacampus.errors import CampusError

SHIFT = {"prev", "next"}
TOTAL = {"sum", "cumsum"}
_ARGUMENTS = {
    "prev": (1, 2),
    "next": (1, 2),
    "sum": (1, 1),
    "cumsum": (1, 1),
    "iff": (3, 3),
    "min": (1, 99),
    "max": (1, 99),
}
_NODES = (
    ast.BinOp, ast.UnaryOp, ast.Compare, ast.Name, ast.Load, ast.Add, ast.Sub,
    ast.Mult, ast.Div, ast.Pow, ast.USub, ast.cmpop,
)  # fmt: skip


@dataclass(frozen=True)
class Formula:
    """A formula, and the names in it by how they are reached: this month, the one before, after, or all."""

    text: str
    now: frozenset[str]
    lagged: frozenset[str]
    lead: frozenset[str]
    total: frozenset[str]

    def fresh(self) -> ast.expr:
        """Its tree, to be changed."""
        return ast.parse(self.text, mode="eval").body

    @property
    def names(self) -> frozenset[str]:
        return self.now | self.lagged | self.lead | self.total


def dotted(node: ast.expr) -> str:
    """The row name that a Name or Attribute node spells."""
    return node.id if isinstance(node, ast.Name) else f"{dotted(node.value)}.{node.attr}"  # type: ignore[attr-defined]


def references(node: ast.AST, kind: str = "now") -> Iterator[tuple[str, str]]:
    """Names in an expression, each with the way in which it is reached: now, prev, next or total."""
    if isinstance(node, (ast.Name, ast.Attribute)):
        yield dotted(node), kind
    elif isinstance(node, ast.Call):
        name = dotted(node.func)
        inner = {"prev": "prev", "next": "next", "sum": "total", "cumsum": "total"}.get(name, kind)
        for index, argument in enumerate(node.args):
            yield from references(argument, kind if name in SHIFT and index else inner)
    else:
        for child in ast.iter_child_nodes(node):
            yield from references(child, kind)


@lru_cache(8192)
def parse(formula: str) -> Formula:
    """Read a formula; CampusError if it holds anything but the language."""
    try:
        tree = ast.parse(formula, mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        raise CampusError(f"not a formula: {formula[:80]!r}") from None
    for node in ast.walk(tree):
        if not _allowed(node):
            raise CampusError(f"a formula cannot hold this: {ast.unparse(node)[:60]!r}")
    found: dict[str, set[str]] = {"now": set(), "prev": set(), "next": set(), "total": set()}
    for name, kind in references(tree):
        found[kind].add(name)
    return Formula(formula, *(frozenset(found[kind]) for kind in ("now", "prev", "next", "total")))


def _allowed(node: ast.AST) -> bool:
    if isinstance(node, ast.Constant):
        return type(node.value) in (int, float)
    if isinstance(node, ast.Attribute):
        return isinstance(node.value, (ast.Name, ast.Attribute))
    if isinstance(node, ast.Call):
        if not isinstance(node.func, ast.Name) or node.func.id not in _ARGUMENTS or node.keywords:
            return False
        least, most = _ARGUMENTS[node.func.id]
        row = node.func.id not in SHIFT or isinstance(node.args[0] if node.args else None, (ast.Name, ast.Attribute))
        return least <= len(node.args) <= most and row
    return isinstance(node, _NODES)
