"""Random choices from a seed, and a tree of them as YAML text."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any, TypeVar

import numpy as np
from ruamel.yaml import YAML

T = TypeVar("T")
Tree = dict[str, Any]


class Draw:
    """Choices that a seed decides; the same seed gives the same choices everywhere.

    >>> Draw(1).pick(["a", "b", "c"]) == Draw(1).pick(["a", "b", "c"])
    True
    """

    def __init__(self, seed: int | Sequence[int]) -> None:
        self._random = np.random.default_rng(seed)

    def chance(self, share: float) -> bool:
        """True with a probability."""
        return bool(self._random.random() < share)

    def pick(self, items: Sequence[T]) -> T:
        """One of several."""
        return items[self.whole(0, len(items) - 1)]

    def some(self, items: Sequence[T], share: float) -> list[T]:
        """Each item with a probability, in order."""
        return [item for item in items if self.chance(share)]

    def shuffled(self, items: Sequence[T]) -> list[T]:
        """The items in another order."""
        return [items[i] for i in self._random.permutation(len(items))]

    def whole(self, low: int, high: int) -> int:
        """A whole number, both ends included."""
        return int(self._random.integers(low, high + 1))

    def between(self, low: float, high: float) -> float:
        """A number of four digits."""
        return float(f"{self._random.uniform(low, high):.4g}")

    def size(self, low: float, high: float) -> float:
        """A number of four digits, its logarithm spread evenly."""
        return float(f"{low * (high / low) ** self._random.random():.4g}")

    def share(self, low: float, high: float, edges: float = 0.08) -> str:
        """A share in percent, now and then one of its ends."""
        value = self.pick([low, high]) if self.chance(edges) else self.between(low, high)
        return f"{value:.6g} %" if self.chance(0.8) else f"{100 * value:.6g} bp"

    def day(self, first: date, last: date) -> date:
        """A day, both ends included."""
        return first + timedelta(days=self.whole(0, max((last - first).days, 0)))

    def bytes(self, count: int) -> bytes:
        """Arbitrary bytes."""
        return self._random.bytes(count)

    def megawatts(self, power: float) -> str:
        """A power in one of its spellings."""
        unit, factor = self.pick([("MW", 1.0), ("MW", 1.0), ("kW", 1e3), ("GW", 1e-3)])
        value = power * factor
        return f"{value:,.0f} {unit}" if value >= 1e4 and value.is_integer() else f"{value:.10g} {unit}"


def dump(tree: Mapping[str, Any]) -> str:
    """A tree as YAML in block style, one value a line.

    >>> print(dump({"a": {"b": "5 GW", "c": [1, 2]}, "d": [{"e": "x: y"}]}), end="")
    a:
      b: 5 GW
      c:
      - 1
      - 2
    d:
    - e: 'x: y'
    """
    yaml: Any = YAML(typ="safe", pure=True)
    text = io.StringIO()
    yaml.default_flow_style, yaml.width, yaml.sort_base_mapping_type_on_output = False, 10_000, False
    yaml.representer.ignore_aliases = lambda value: True
    yaml.dump(dict(tree), text)
    return text.getvalue()
