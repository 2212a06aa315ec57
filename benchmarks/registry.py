"""Rows, the registry, and how measurements are taken in turn."""

from __future__ import annotations

import importlib.metadata
import statistics
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass


@dataclass(frozen=True)
class Row:
    """One comparison; lower figures are better."""

    name: str
    ours: float
    peer: float
    peer_version: str
    unit: str
    note: str

    def plain(self) -> dict[str, str | float]:
        """As JSON, with the ratio."""
        return {
            "name": self.name,
            "ours": figure(self.ours),
            "peer": figure(self.peer),
            "peer_version": self.peer_version,
            "ratio": figure(self.peer / self.ours),
            "unit": self.unit,
            "note": self.note,
        }


Benchmark = Callable[[int], Iterator[Row]]
REGISTRY: dict[str, Benchmark] = {}


def benchmark(name: str) -> Callable[[Benchmark], Benchmark]:
    """Register a function of the number of repetitions."""

    def register(call: Benchmark) -> Benchmark:
        REGISTRY[name] = call
        return call

    return register


def figure(value: float) -> float:
    """Three digits."""
    return float(f"{value:.3g}")


def seconds(call: Callable[[], object]) -> float:
    """Time that one call takes."""
    start = time.perf_counter()
    call()
    return time.perf_counter() - start


def in_turn(repeat: int, *calls: Callable[[], object]) -> list[float]:
    """Median time of each call, measured in turn, after one call of each that is not counted."""
    for call in calls:
        call()
    times = [[seconds(call) for call in calls] for _ in range(repeat)]
    return [statistics.median(column) for column in zip(*times, strict=True)]


def version(package: str) -> str:
    """Name and version of an installed peer."""
    return f"{package} {importlib.metadata.version(package)}"
