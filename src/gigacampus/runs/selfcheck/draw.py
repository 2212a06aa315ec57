"""Random choices from a seed, and a tree of them as YAML text."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import Any, TypeVar

import numpy as np

T = TypeVar("T")
Tree = dict[str, Any]

_PLAIN = re.compile(r"(?=.*[A-Za-z%])[A-Za-z0-9.+-][\w.+%/ -]*|\d{4}-\d\d-\d\d")
_WORDS = {"null", "true", "false", "~", ""}


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
      c: [1, 2]
    d:
      - e: "x: y"
    """
    return "".join(line + "\n" for line in _lines(tree))


def _lines(tree: Mapping[str, Any]) -> Iterator[str]:
    for key, value in tree.items():
        if isinstance(value, Mapping) and value:
            yield f"{_scalar(key)}:"
            yield from (f"  {line}" for line in _lines(value))
        elif isinstance(value, list) and value and isinstance(value[0], Mapping):
            yield f"{_scalar(key)}:"
            for item in value:
                first, *rest = _lines(item)
                yield f"  - {first}"
                yield from (f"    {line}" for line in rest)
        else:
            yield f"{_scalar(key)}: {_flow(value)}"


def _flow(value: Any) -> str:
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{_scalar(k)}: {_flow(v)}" for k, v in value.items()) + "}"
    return "[" + ", ".join(map(_flow, value)) + "]" if isinstance(value, list) else _scalar(value)


def _scalar(value: Any) -> str:
    if isinstance(value, date):
        return value.isoformat()
    if not isinstance(value, str):
        return json.dumps(value)
    plain = _PLAIN.fullmatch(value) and value.lower() not in _WORDS and not _is_number(value) and value == value.strip()
    return value if plain else json.dumps(value, ensure_ascii=False)


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True
