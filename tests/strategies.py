"""Strategies that any test may import: whole campuses, deals, and broken files, as YAML texts or ready to run.

They draw a seed and leave the rest to the selfcheck's own generator, so that a failing example is one number, which
``gigacampus.runs.selfcheck.specs.campus(seed)`` shows again.
"""

from __future__ import annotations

from hypothesis import strategies as st

from gigacampus.campus import spec
from gigacampus.runs.pipeline import Run
from gigacampus.runs.selfcheck import broken, deals, specs
from gigacampus.runs.selfcheck.draw import Draw, Tree, dump

SEEDS = st.integers(0, 2**31 - 1)


def trees(days: int = 40) -> st.SearchStrategy[Tree]:
    """Valid campuses as plain trees, with lives of at most so many days."""
    return SEEDS.map(lambda seed: specs.campus(seed, days))


def campuses(days: int = 40) -> st.SearchStrategy[str]:
    """Valid campuses as YAML texts."""
    return trees(days).map(dump)


def runs(days: int = 40) -> st.SearchStrategy[Run]:
    """Campuses ready to run, without a cache."""
    return campuses(days).map(lambda text: Run(spec.read(text, "campus.yaml"), store=False))


def deal_texts() -> st.SearchStrategy[str]:
    """Deals that run alone, as YAML texts."""
    return SEEDS.map(lambda seed: dump({"name": "Deal", "deal": deals.deal(Draw(seed), {})}))


def broken_files() -> st.SearchStrategy[bytes]:
    """Contents of files that were valid once."""
    return SEEDS.map(broken.broken)
