"""Text in both languages, and what a figure needs to become plain JSON: texts, colours by name, arrays."""

from __future__ import annotations

import base64
import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

_COLOUR = re.compile(r"@[a-z0-9-]+(/[\d.]+)?")
_WITHIN = re.compile(r"\{@([a-z0-9-]+(?:/[\d.]+)?)\}")


@dataclass(frozen=True)
class Text:
    """The same text in English and Japanese; where it is the same in both, one is enough."""

    en: str
    ja: str = ""

    def of(self, language: str) -> str:
        """The text in a language."""
        return self.ja if language == "ja" and self.ja else self.en

    def __bool__(self) -> bool:
        return bool(self.en)

    def __add__(self, more: Text | str) -> Text:
        """Followed by more in each language."""
        more = more if isinstance(more, Text) else Text(more)
        return Text(self.en + more.en, self.of("ja") + more.of("ja"))

    @property
    def capital(self) -> Text:
        """With a capital, as a line begins."""
        return Text(self.en[:1].upper() + self.en[1:], self.ja)

    @property
    def bold(self) -> Text:
        """In bold, in a figure."""
        return Text(f"<b>{self.en}</b>", f"<b>{self.of('ja')}</b>")


EMPTY = Text("")


@dataclass(frozen=True)
class Finding(Text):
    """What a figure shows, in one sentence of at most 100 characters, computed from the data."""


def joined(texts: Iterable[Text], en: str = ", ", ja: str = "、") -> Text:
    """Texts in a row, with what parts them in each language."""
    found = list(texts)
    return Text(en.join(text.en for text in found), ja.join(text.of("ja") for text in found))


def plain(value: Any) -> Any:
    """A figure's part as JSON: texts as ``{en, ja}``, large arrays as Plotly's typed arrays, small ones as lists."""
    if isinstance(value, Text):
        return {"en": value.en, "ja": value.ja} if value.ja and value.ja != value.en else value.en
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    if isinstance(value, np.ndarray):
        return typed(value) if value.dtype.itemsize <= 4 else plain(value.tolist())
    value = value.item() if isinstance(value, np.generic) else value
    return None if isinstance(value, float) and not math.isfinite(value) else value


def typed(values: np.ndarray[Any, Any]) -> dict[str, str]:
    """An array as Plotly reads it packed: its dtype, and its bytes in base64."""
    little = np.ascontiguousarray(values.astype(values.dtype.newbyteorder("<")))
    name = {"f": "f", "i": "i", "u": "u"}[values.dtype.kind] + str(values.dtype.itemsize)
    return {"dtype": name, "bdata": base64.b64encode(little.tobytes()).decode("ascii")}


def resolve(value: Any, tokens: Mapping[str, str], language: str) -> Any:
    """A plain figure with its texts in one language and its colours in one mode.

    ``@gas/0.42`` is gas at 42 %; within a text, a colour stands as ``{@gas}``.
    """
    if isinstance(value, str):
        if _COLOUR.fullmatch(value):
            return colour(value[1:], tokens)
        return _WITHIN.sub(lambda found: colour(found[1], tokens), value)
    if isinstance(value, list):
        return [resolve(item, tokens, language) for item in value]
    if isinstance(value, dict):
        if set(value) == {"en", "ja"}:
            return resolve(value[language], tokens, language)
        return {key: resolve(item, tokens, language) for key, item in value.items()}
    return value


def colour(name: str, tokens: Mapping[str, str]) -> str:
    """A token's colour, with its opacity if one is given.

    >>> colour("gas/0.5", {"gas": "#C25B2A"})
    'rgba(194,91,42,0.5)'
    """
    token, _, opacity = name.partition("/")
    if token not in tokens:
        return f"@{name}"
    if not opacity:
        return tokens[token]
    red, green, blue = (int(tokens[token][i : i + 2], 16) for i in (1, 3, 5))
    return f"rgba({red},{green},{blue},{opacity})"
