"""The page."""

from __future__ import annotations

import html
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gigacampus.runs.pipeline import Run


def render(run: Run) -> bytes:
    """The page as bytes."""
    rows = "".join(f"<tr><th>{name}<td>{value.value} {value.unit}" for name, value in run.kpi.items())
    return f"<!doctype html><title>{html.escape(run.campus.name)}</title><table>{rows}</table>".encode()
