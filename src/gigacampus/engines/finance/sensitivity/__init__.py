"""What moves the figures of a deal: one number at a time, two at once, many at random; and how far rents may fall
until debt is not paid.

Each case is the deal run again. The fall of rents to a default, and paths, are of the signed deal; ranges and tables
too, or of a deal that is cut anew in each case.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gigacampus.campus.spec.deal import Deal, Sensitivity, TwoWay, slug
from gigacampus.campus.spec.deal.study import Written
from gigacampus.campus.spec.deal.terms import way_out
from gigacampus.campus.spec.deal.varied import USUAL
from gigacampus.engines.finance.result import FinanceResult, Metric
from gigacampus.engines.finance.sensitivity import chances
from gigacampus.engines.finance.sensitivity.chances import Chances
from gigacampus.engines.finance.sensitivity.varied import VariedDeal
from gigacampus.engines.finance.solving.signed import signed
from gigacampus.engines.finance.solving.unknowns import solve
from gigacampus.engines.finance.statement import ALONE, Under
from gigacampus.errors import InfeasibleError, Problem, SpecError

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Bar:
    """A range of one number: its `key`, the ends as written (None where left out), and every figure there. A figure is
    None where it has no value, or where no deal of this kind can be cut."""

    key: str
    low: Written | None
    high: Written | None
    at_low: dict[str, float | None]
    at_high: dict[str, float | None]


@dataclass(frozen=True)
class TwoWayTable:
    """A figure over two numbers: keys and values of rows and columns, and `values` (R, C), not a number where none."""

    figure: str
    rows: tuple[str, tuple[Written, ...]]
    columns: tuple[str, tuple[Written, ...]]
    values: Floats


@dataclass(frozen=True)
class SensitivityResult:
    """What moves a deal's figures.

    Attributes
    ----------
    base : dict of Metric
        Figures of the base case, by name, in the order in which they were asked for.
    solved : bool
        Whether the deal is cut anew in each case; else it is signed.
    usual : bool
        Whether the ranges are the usual ones, which are assumed.
    bars : tuple of Bar
    two_way : TwoWayTable or None
    chances : Chances or None
    rent_fall_to_default : Metric [fraction]
        Part of all rents that may fall away before a scheduled payment of debt fails: draws, reserves, cash locked up
        and cures as they then are. Where cover reaches 1 with debt as it is, see `credit.Coverage.break_even`.
    """

    base: dict[str, Metric]
    solved: bool
    usual: bool
    bars: tuple[Bar, ...]
    two_way: TwoWayTable | None
    chances: Chances | None
    rent_fall_to_default: Metric


def study(deal: Deal, base: FinanceResult, under: Under = ALONE) -> SensitivityResult:
    """Find what moves a deal's figures: `deal.sensitivity`, or usual ranges where it has none.

    `base` is the deal's result.

    Raises
    ------
    SpecError
        A figure that the deal does not have, or a case that is no deal.
    InfeasibleError
        Reserves or sizes of loans that settle on no value on some path.
    """
    asked = deal.sensitivity or Sensitivity()
    figures = _figures(asked, base)
    shown = [*figures, *([] if asked.two_way is None else [_plain(asked.two_way.figure)])]
    if not any(name.startswith(("price.", "yield.", "spread.", "duration.")) for name in shown):
        bare = {name: loan.model_copy(update={"quotes": {}}) for name, loan in deal.loans.items()}
        deal = deal.model_copy(update={"loans": bare})
    closed = VariedDeal(signed(deal, base), under)
    varied = VariedDeal(deal, under, base.solved, signed=False) if asked.unknowns == "solved" else closed
    ranges = asked.vary or {key: ends for key, ends in USUAL.items() if any(map(varied.matters, varied.targets(key)))}
    bars = []
    for key, ends in ranges.items():
        at = [{} if end is None else _case(varied, {key: end}, list(figures)) for end in (ends.low, ends.high)]
        bars.append(Bar(key, ends.low, ends.high, *at))
    return SensitivityResult(
        figures, varied is not closed, not asked.vary, tuple(bars),
        None if asked.two_way is None else _crossed(varied, asked.two_way, base),
        None if asked.paths is None else chances.run(closed.drawing(asked.paths), asked.paths),
        _fall_to_default(closed),
    )  # fmt: skip


def _figures(asked: Sensitivity, base: FinanceResult) -> dict[str, Metric]:
    """The figures asked for; cover and the owners' returns where none are."""
    usual = [
        n for n, m in base.metrics.items() if m.value is not None and (n == "dscr_min" or n.startswith("irr_owner."))
    ]
    return {_known(name, base, "figures"): base.metrics[_plain(name)] for name in asked.figures or usual}


def _plain(name: str) -> str:
    return name.removeprefix("finance.")


def _known(name: str, base: FinanceResult, field: str) -> str:
    if _plain(name) not in base.metrics:
        fix = way_out(_plain(name), base.metrics)
        raise SpecError(Problem("the deal has no such figure", f"deal.sensitivity.{field}", None, repr(name), fix))
    return _plain(name)


def _case(varied: VariedDeal, written: Mapping[str, Written], figures: Sequence[str]) -> dict[str, float | None]:
    """Figures with some values changed."""
    try:
        metrics = varied.run([(key, varied.read(key, value)) for key, value in written.items()]).metrics
    except InfeasibleError:
        return dict.fromkeys(figures)
    return {name: metrics[name].value if name in metrics else None for name in figures}


def _crossed(varied: VariedDeal, asked: TwoWay, base: FinanceResult) -> TwoWayTable:
    name = _known(asked.figure, base, "two_way.figure")
    rows, columns = ((axis.of, tuple(axis.values)) for axis in (asked.rows, asked.columns))
    found = [
        _case(varied, {rows[0]: r, columns[0]: c}, [name])[name] for r, c in itertools.product(rows[1], columns[1])
    ]
    values = np.array([np.nan if x is None else x for x in found]).reshape(len(rows[1]), len(columns[1]))
    return TwoWayTable(name, rows, columns, values)


def _fall_to_default(varied: VariedDeal) -> Metric:
    """By halving an interval until its ends are within 1e-4."""
    s, loans = varied.statement, [slug(name) for name in varied.statement.deal.loans]
    rents = [row for one in varied.targets("rent") for row in varied.rows_of(one)]
    if not loans or not rents:
        return Metric(None, "fraction", "there is no debt" if rents else "there is no rent")
    wanted = [f"{n}.{row}" for n in loans for row in ("scheduled", "paid_cash", "from_reserve")]
    size = 1e-9 * sum(float(np.nan_to_num(s.graph.inputs[f"loans.{n}.amount"])) for n in loans)

    def fails(fall: float) -> bool:
        given = {row: s.graph.inputs[row] * (1 - fall) for row in rents}
        rows = s.graph.evaluate(solve(s, varied.wanted, given), wanted)
        missed = (rows[f"{n}.scheduled"] - rows[f"{n}.paid_cash"] - rows[f"{n}.from_reserve"] for n in loans)
        return any(np.max(gap) > size for gap in missed)

    if fails(0.0):
        return Metric(0.0, "fraction")
    if not fails(1.0):
        return Metric(None, "fraction", "debt is paid without any rent")
    low, high = 0.0, 1.0
    while high - low > 1e-4:
        middle = (low + high) / 2
        low, high = (low, middle) if fails(middle) else (middle, high)
    return Metric(low, "fraction")
