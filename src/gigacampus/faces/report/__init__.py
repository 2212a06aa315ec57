"""The report: one self-contained HTML file of a run, in English and Japanese, light and dark, on screen and on paper."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gigacampus.runs.pipeline import Stage

if TYPE_CHECKING:
    from gigacampus.runs.pipeline import Run

__all__ = ["STAGE", "html"]

RESULTS = ("site", "offer", "facility", "workload", "supply", "impact", "finance", "kpi", "policy")


def html(run: Run) -> bytes:
    """The report as bytes of one HTML file."""
    from gigacampus.faces.report import page

    return page.render(run)


STAGE = Stage("report", "gigacampus.faces", ("promises",), RESULTS, html, when="always")
