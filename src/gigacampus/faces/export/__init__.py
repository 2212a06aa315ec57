"""What other programs read: the deal as a workbook of live formulas."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gigacampus.errors import Problem, SpecError

if TYPE_CHECKING:
    from gigacampus.faces.export.build import Workbook
    from gigacampus.runs.pipeline import Run

__all__ = ["workbook"]


def workbook(run: Run) -> Workbook:
    """The deal's statement as an .xlsx file in FAST layout [1]_.

    Inputs, calculations and outputs stand apart; each row has one formula, the same in every month; flags say when;
    solved values are inputs, each with a check, so that nothing is circular.

    Parameters
    ----------
    run : Run
        Only its finance and accounting stages are computed.

    Returns
    -------
    Workbook
        `content` (bytes), `sheets`, and the number of `formulas` and `checks`.

    Raises
    ------
    SpecError
        If the spec has no deal.

    References
    ----------
    .. [1] FAST Standard Organisation (2019). The FAST Standard, 02c. https://www.fast-standard.org
    """
    from gigacampus.faces.export.build import build

    if run.campus.deal is None:
        raise SpecError(Problem("there is no deal to write as a workbook", "deal", file=run.loaded.file))
    return build(run)
