"""The report: one self-contained HTML file of a run, in English and Japanese, light and dark, on screen and on paper."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gigacampus.runs.pipeline import Stage

if TYPE_CHECKING:
    from gigacampus.campus.spec import Loaded
    from gigacampus.runs.pipeline import Run

__all__ = ["STAGE", "html"]

RESULTS = (
    "site", "offer", "facility", "part_load", "control", "swings", "availability", "workload", "supply", "impact", "finance", "sensitivity",
    "renewal", "supports", "accounting", "kpi", "policy",
)  # fmt: skip


def html(run: Run) -> bytes:
    """The report as bytes of one HTML file."""
    from gigacampus.faces.report import page

    return page.render(run)


def _shown(loaded: Loaded) -> bytes:
    """What the page shows beside results: the spec's text, and where each value comes from."""
    from gigacampus.runs import cache, verify

    ledger = b"".join(path.read_bytes() for path in sorted(verify.LEDGER.glob("*.yaml")))
    origins = "\n".join(map(repr, loaded.origins.values()))
    return cache.digest(loaded.file.encode(), loaded.text.encode(), origins.encode(), ledger).encode()


STAGE = Stage("report", "gigacampus.faces", (), RESULTS, html, when="always", files=_shown)
