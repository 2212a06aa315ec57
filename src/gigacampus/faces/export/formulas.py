"""From the statement's formulas to Excel's: one formula a row, the same in every month.

A formula is written as a template, with the letters of three columns left open: ``{c}`` the month's own, ``{p}`` the
one before and ``{n}`` the one after. Scalars stand in one column and are absolute.

Notes
-----
Excel binds a leading minus before ``^``, so that ``-a^b`` is ``(-a)^b``: what Python writes ``-a ** b`` becomes
``-(a^b)``. A comparison is TRUE or FALSE there and 1 or 0 here: ``(a<b)*1``. MIN and MAX pass over empty cells, so a
cell beside the months that `prev` or `next` reaches holds its zero. ``0 ** 0`` is an error there and 1 here.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import dataclass

from xlsxwriter.utility import xl_col_to_name as column

from gigacampus.engines.finance import Graph
from gigacampus.errors import CampusError

FIRST, VALUE = 6, "D"
"""Number of the first month's column, and letter of that of scalars."""

COUNTER = 3
"""Row (from 1) in which the months are numbered, with their number in the column of scalars."""

LONGEST = 8192
"""Characters that a formula of Excel may have."""

_ATOM, _UNARY = 9, 2
_OPERATORS = {ast.Add: ("+", 3), ast.Sub: ("-", 3), ast.Mult: ("*", 4), ast.Div: ("/", 4), ast.Pow: ("^", 5)}
_COMPARISONS = {ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=", ast.Eq: "=", ast.NotEq: "<>"}
_FUNCTIONS = {"min": "MIN", "max": "MAX", "iff": "IF"}


@dataclass(frozen=True)
class Place:
    """Where a row of the statement stands: sheet, row (from 1), and whether it is a scalar."""

    sheet: str
    row: int
    scalar: bool


class Writer:
    """Writes formulas for one sheet; `places` says where rows stand, `months` is the number of months."""

    def __init__(self, sheet: str, places: Mapping[str, Place], months: int) -> None:
        self.sheet, self.places = sheet, places
        self.first, self.last = column(FIRST), column(FIRST + months - 1)

    def template(self, name: str, tree: ast.expr) -> str:
        """The formula of a row, without its equals sign."""
        text = self._text(tree)
        if len(text) > LONGEST - 100:
            raise CampusError(f"the formula of {name} is longer than Excel takes: {len(text):,} characters")
        return text

    def rolling(self, name: str, months: str) -> str:
        """Sum of a row over the latest months, as many as another row says."""
        first = f"INDEX({self.span(name)},MAX(1,{{c}}${COUNTER}-{self.cell(months)}+1))"
        return f"SUM({first}:{self.cell(name)})"

    def cell(self, name: str, letter: str = "{c}") -> str:
        """A row in one month, or a scalar."""
        place = self.places[name]
        return self._on(place, f"${VALUE}${place.row}" if place.scalar else f"{letter}{place.row}")

    def span(self, name: str) -> str:
        """A row over all months, or a scalar."""
        place = self.places[name]
        months = f"${self.first}{place.row}:${self.last}{place.row}"
        return self._on(place, f"${VALUE}${place.row}" if place.scalar else months)

    def total(self, name: str) -> str:
        """Sum of a row over all months, or the scalar itself."""
        return self.span(name) if self.places[name].scalar else f"SUM({self.span(name)})"

    def _on(self, place: Place, cells: str) -> str:
        return cells if place.sheet == self.sheet else f"{place.sheet}!{cells}"

    def _text(self, node: ast.expr, least: int = 0, wide: bool = False) -> str:
        """An expression, in brackets where it binds less than `least`; with `wide`, over all months."""
        text, level = self._write(node, wide)
        return text if level >= least else f"({text})"

    def _write(self, node: ast.expr, wide: bool) -> tuple[str, int]:
        """An expression, and how tightly it binds."""
        if isinstance(node, ast.Constant):
            return repr(node.value).upper().removesuffix(".0"), _ATOM
        if isinstance(node, ast.UnaryOp):
            return f"-{self._text(node.operand, _ATOM, wide)}", _UNARY
        if isinstance(node, ast.BinOp):
            sign, level = _OPERATORS[type(node.op)]
            right = level if sign == "+" else level + 1  # a + (b + c) needs no brackets
            left = level + (sign == "^")
            return self._text(node.left, left, wide) + sign + self._text(node.right, right, wide), level
        if isinstance(node, ast.Compare):
            return f"{self._compared(node, wide)}*1", 4
        if isinstance(node, ast.Call):
            return self._call(node, wide), _ATOM
        name = ast.unparse(node)
        return (self.span(name) if wide else self.cell(name)), _ATOM

    def _compared(self, node: ast.Compare, wide: bool) -> str:
        sides = [self._text(side, 2, wide) for side in (node.left, *node.comparators)]
        signs = [_COMPARISONS[type(operator)] for operator in node.ops]
        return "*".join(f"({a}{sign}{b})" for a, sign, b in zip(sides, signs, sides[1:], strict=False))

    def _call(self, node: ast.Call, wide: bool) -> str:
        function = ast.unparse(node.func)
        if function == "sum":
            return self._sum(node.args[0])
        if function in ("prev", "next"):
            return self._shift(function, node)
        texts = [self._text(argument, wide=wide) for argument in node.args]
        if function == "iff" and isinstance(node.args[0], ast.Compare):
            texts[0] = self._compared(node.args[0], wide)
        return f"{_FUNCTIONS[function]}({','.join(texts)})"

    def _sum(self, argument: ast.expr) -> str:
        """SUM of a row, SUMPRODUCT of an expression over rows; what is the same in every month counts each month."""
        text = self._text(argument, wide=True)
        if ":" not in text:
            return f"({text})*${VALUE}${COUNTER}"
        return f"SUM({text})" if isinstance(argument, (ast.Name, ast.Attribute)) else f"SUMPRODUCT({text})"

    def _shift(self, function: str, node: ast.Call) -> str:
        """The cell to the left or right; beside the months it holds 0, so only another edge needs a flag."""
        name, edge = ast.unparse(node.args[0]), self._text(node.args[1]) if len(node.args) > 1 else "0"
        beside = self.cell(name, "{p}" if function == "prev" else "{n}")
        if edge == "0" and not self.places[name].scalar:
            return beside
        ends = "1" if function == "prev" else f"${VALUE}${COUNTER}"
        return f"IF({{c}}${COUNTER}={ends},{edge},{beside})"


def lowered(graph: Graph) -> Graph:
    """The same statement, in which what one cell cannot say stands in a row of its own.

    A running sum becomes a row that adds to the month before; a sum over anything but arithmetic becomes a row of its
    terms, because MIN, MAX and IF of whole rows give one number in Excel.
    """
    simple = Graph(graph.periods)
    for name, row in graph.rows.items():
        if name in graph.inputs:
            simple.add(name, graph.inputs[name], row.unit, row.label, row.path, row.solved)
        else:
            tree = _Lower(simple, name, row.unit).visit(graph.formulas[name].fresh())
            simple.add(name, ast.unparse(tree), row.unit, row.label)
    return simple


class _Lower(ast.NodeTransformer):
    def __init__(self, graph: Graph, name: str, unit: str) -> None:
        self.graph, self.name, self.unit, self.count = graph, name, unit, 0

    def visit_Call(self, node: ast.Call) -> ast.expr:
        self.generic_visit(node)
        function = ast.unparse(node.func)
        if function == "cumsum":
            row = self._row("so far")
            self.graph.add(row, f"prev({row}) + ({ast.unparse(node.args[0])})", self.unit, f"{self.name}: so far")
            return ast.parse(row, mode="eval").body
        if function == "sum" and any(isinstance(part, ast.Call) for part in ast.walk(node.args[0])):
            row = self._row("term")
            self.graph.add(row, ast.unparse(node.args[0]), self.unit, f"{self.name}: by month")
            node.args = [ast.parse(row, mode="eval").body]
        return node

    def _row(self, what: str) -> str:
        self.count += 1
        return f"{self.name}.{what.replace(' ', '_')}_{self.count}"
