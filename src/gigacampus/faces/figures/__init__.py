"""Figures: one function each, registered once, for report, notebook and app alike."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from gigacampus.faces.figures.base import FIGURES, Column, Figure, Finding, Table, Text, figure

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gigacampus.faces.figures.plot import Plot
    from gigacampus.runs.pipeline import Run

__all__ = ["FIGURES", "Column", "Figure", "Finding", "Plot", "Table", "Text", "draw", "figure", "load"]

_MODULES = (
    "lifeline",
    *(f"campus.{name}" for name in ("energy_flow", "energy", "costs", "explorer", "months", "facility", "cooling", "power",
                                    "availability", "water", "control", "swings", "swing_limits", "carbon")),
    *(f"deal.{name}" for name in ("closing", "money_flow", "sources", "terms", "debt", "covenants", "annual", "parties",
                                  "guarantee", "tornado", "two_way", "fan", "value", "persistence", "losses", "supports",
                                  "accounts")),
)  # fmt: skip


def load() -> None:
    """Import every module of figures, so that each is registered."""
    import importlib

    for name in _MODULES:
        importlib.import_module(f"{__name__}.{name}")


def draw(run: Run) -> Iterator[Figure]:
    """Every figure that the run has something for, in the order of registration."""
    load()
    for make in FIGURES.values():
        made = make(run)
        if made is not None:
            yield made


def __getattr__(name: str) -> Any:
    """`Plot` is imported when it is first used."""
    if name != "Plot":
        raise AttributeError(name)
    from gigacampus.faces.figures.plot import Plot

    return Plot
