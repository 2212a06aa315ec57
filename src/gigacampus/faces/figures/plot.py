"""Figures for notebooks: ``result.plot.energy_sankey()`` gives a Plotly figure with its finding as its title."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from gigacampus.faces import figures
from gigacampus.faces.figures import look
from gigacampus.faces.figures.base import FIGURES, PLOTTED, Figure
from gigacampus.faces.figures.text import plain, resolve
from gigacampus.runs.pipeline import Run


class Plot:
    """Every registered figure of a run as a method. Each returns the Plotly figure and never shows it.

    Parameters
    ----------
    run : Run
    dark : bool
        Dark mode.
    """

    def __init__(self, run: Run, dark: bool = False) -> None:
        figures.load()
        self._run, self._dark = run, dark

    def __getattr__(self, name: str) -> Callable[[], Any]:
        if name not in FIGURES:
            raise AttributeError(f"no figure is called {name!r}; there are {', '.join(dir(self))}")
        return lambda: self.of(name)

    def __dir__(self) -> list[str]:
        return sorted(PLOTTED)

    def of(self, name: str) -> Any:
        """A figure by name; None where the spec lacks what it is about."""
        made = FIGURES[name](self._run)
        return None if made is None else wrap(made, self._run.language, look.DARK if self._dark else look.LIGHT)

    def table(self, name: str) -> Any:
        """The table behind a figure, as a pandas frame in the language of the run."""
        import pandas as pd

        made = FIGURES[name](self._run)
        if made is None:
            return None
        language = self._run.language
        heads = [f"{c.name.of(language)} [{c.unit}]" if c.unit else c.name.of(language) for c in made.table.columns]
        return pd.DataFrame(resolve(plain(made.table.rows), look.LIGHT, language), columns=heads)


def wrap(made: Figure, language: str, tokens: dict[str, str]) -> Any:
    """A figure as `plotly.graph_objects.Figure`, finding and subtitle in its title."""
    if made.drawing is not None or made.explorer is not None or made.listed:
        raise AttributeError(f"{made.id} is drawn by the report alone; result.plot.table({made.id!r}) has its numbers")
    import plotly.graph_objects as go

    ink = look.complete(tokens)
    layout = resolve(plain(made.layout), ink, language)
    title = {
        "text": f"<b>{made.title.of(language)}</b><br><span style='font-size:13px'>{made.subtitle.of(language)}</span>",
        "x": 0, "xanchor": "left", "xref": "container", "yref": "container", "y": 0.98, "yanchor": "top",
    }  # fmt: skip
    margin = {"l": 16, **layout.pop("margin", {})}
    margin["t"] = margin.get("t", 24) + 56
    base = {**layout, "title": title, "margin": margin, "height": made.height + 56, "template": look.template(ink)}
    return go.Figure({"data": resolve(plain(made.data), ink, language), "layout": base}, skip_invalid=True)
