"""The field's numbers as data. Every figure has value, unit, year, source and grade.

A section is one YAML file beside this one, ``<section>.yaml``, that holds its documents and its entries:

.. code-block:: yaml

    sources:
      nvidia-gb200: {title: NVIDIA GB200 NVL72 datasheet, url: "https://…", date: 2024-03}
    entries:
      gb200-nvl72:
        title: NVIDIA GB200 NVL72 rack
        accelerators: {value: 72, year: 2024, source: nvidia-gb200, grade: H}

`value` is written as a spec would write it (with its unit), `source` names a document of the same file, and `grade` is
one of `GRADES`. Text fields (``title``, ``kind``) stand without a wrapper. A figure may carry a ``note``.
Time series are Parquet files beside the YAML, read by `runs.inputs`.
"""

from __future__ import annotations

import difflib
import hashlib
import json
import os
import tempfile
from dataclasses import dataclass
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

import platformdirs

from gigacampus.errors import Problem, SpecError

GRADES = {
    "H": "published",
    "M": "second-hand",
    "L": "second-hand",
    "D": "derived",
    "U": "assumed",
    "A": "assumed",
}
"""H primary seen, M secondary, L weak, D derived by arithmetic, U unconfirmed, A assumed here."""


@dataclass(frozen=True)
class Source:
    """A document that figures come from."""

    title: str
    url: str = ""
    date: str = ""


@dataclass(frozen=True)
class Figure:
    """One sourced figure: `value` as a spec would write it, such as ``"132 kW"``."""

    value: Any
    year: int | None
    source: Source
    grade: str
    note: str = ""

    @property
    def word(self) -> str:
        """The grade as a reader sees it: published, second-hand, derived or assumed."""
        return GRADES[self.grade]


@dataclass(frozen=True)
class Entry:
    """One thing in the catalogue: its figures by field name, and its plain text fields."""

    section: str
    name: str
    figures: dict[str, Figure]
    text: dict[str, Any]

    def as_spec(self) -> dict[str, Any]:
        """The entry's fields as a spec would write them."""
        fields = {name: figure.value for name, figure in self.figures.items()}
        return fields | {name: value for name, value in self.text.items() if name != "title"}


def cache_folder() -> Path:
    """Where gigacampus keeps what it can make again; ``GIGACAMPUS_CACHE`` overrides it."""
    return Path(os.environ.get("GIGACAMPUS_CACHE") or platformdirs.user_cache_dir("gigacampus"))


def folder() -> Path:
    """The folder that holds the catalogue's files."""
    return Path(str(resources.files(__package__)))


@cache
def _raw(section: str) -> dict[str, Any]:
    """One section's YAML; a parsed copy is kept, for reading YAML is slow (190 KB/s)."""
    text = (folder() / f"{section}.yaml").read_text(encoding="utf-8")
    copy = cache_folder() / "catalog" / f"{section}-{hashlib.blake2b(text.encode(), digest_size=12).hexdigest()}.json"
    try:
        parsed: dict[str, Any] = json.loads(copy.read_text(encoding="utf-8"))
        return parsed
    except (OSError, ValueError):
        pass
    from ruamel.yaml import YAML

    parsed = YAML(typ="safe", pure=True).load(text) or {}
    _keep(copy, json.dumps(parsed, default=str))
    return parsed


def _keep(copy: Path, text: str) -> None:
    """Keep the parsed copy if the cache folder takes it; without it the next start is only slower."""
    try:
        copy.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile("w", dir=copy.parent, delete=False, encoding="utf-8") as beside:
            beside.write(text)
        Path(beside.name).replace(copy)
    except OSError:
        return


ALL = 8
"""Entries of a section that are all named where there is none of a name."""


def sections() -> list[str]:
    """Names of the catalogue's sections."""
    return sorted(path.stem for path in folder().glob("*.yaml"))


def names(section: str) -> list[str]:
    """Names of a section's entries."""
    return sorted(_raw(section)["entries"])


def entry(section: str, name: str) -> Entry:
    """Look an entry up.

    Raises
    ------
    SpecError
        With the nearest names, if there is no such entry.
    """
    raw, sources = _raw(section)["entries"], _raw(section)["sources"]
    if name not in raw:
        near = difflib.get_close_matches(name, raw, n=3, cutoff=0.3) or sorted(raw)[:8]
        fix = f"Try {', '.join(sorted(raw) if len(raw) <= ALL else near)}"
        verb, way = ("has", f"{fix}, or a file: epw or tmy3") if section == "weather" else ("have", fix)
        raise SpecError(Problem(f"the catalogue's {section} {verb} no {name[:60]!r}", fix=way))
    figures, text = {}, {}
    for field, given in raw[name].items():
        if isinstance(given, dict) and "value" in given:
            document = Source(**sources[given["source"]])
            figures[field] = Figure(given["value"], given.get("year"), document, given["grade"], given.get("note", ""))
        else:
            text[field] = given
    return Entry(section, name, figures, text)
