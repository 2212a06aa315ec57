"""Stage results on disk, by content. A key is the hash of everything that a result depends on; a hit is never stale.

Files are written beside and renamed, carry a digest of their own content, and are read only from the user's cache
folder. One that is damaged counts as absent.
"""

from __future__ import annotations

import contextlib
import hashlib
import importlib.metadata
import os
import pickle
import tempfile
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from gigacampus.campus.catalog import cache_folder

LIMIT_BYTES = 4_000_000_000
_DIGEST = 32
_ABOVE = {"engines", "runs", "faces"}
"""Floors that no stage's room stands on, but for its own room."""
_MISSING = object()


def digest(*parts: bytes) -> str:
    """Hash byte strings into one short name; the boundaries between parts count."""
    whole = hashlib.blake2b(digest_size=16)
    for part in parts:
        whole.update(len(part).to_bytes(8, "little"))
        whole.update(part)
    return whole.hexdigest()


PARTS = ("numpy", "pydantic", "pvlib", "numba", "pyarrow", "plotly", "jinja2")
"""Packages whose version may change a result."""


@cache
def versions() -> bytes:
    """Versions of `PARTS`, for every key."""
    return " ".join(f"{name} {importlib.metadata.version(name)}" for name in PARTS).encode()


@cache
def code(package: str) -> bytes:
    """Digest of the source of a package or module and of all that it stands on, without importing it."""
    house = Path(__file__).parents[1]
    below = sorted(place.stem for place in house.iterdir() if place.suffix in ("", ".py") and place.name not in _ABOVE)
    files = [path for name in (package, *(f"gigacampus.{name}" for name in below)) for path in _sources(name)]
    return digest(*(path.read_bytes() for path in files)).encode()


def _sources(name: str) -> list[Path]:
    head, _, rest = name.partition(".")
    found = find_spec(head)
    assert found is not None
    assert found.submodule_search_locations is not None
    place = Path(found.submodule_search_locations[0], *rest.split("."))
    if place.is_dir():
        return sorted(path for path in place.rglob("*") if path.suffix in {".py", ".html", ".css", ".js"})
    return [place.with_suffix(".py")] if place.with_suffix(".py").exists() else []


def _path(stage: str, key: str) -> Path:
    return cache_folder() / "stages" / f"{stage}-{key}.pickle"


def load(stage: str, key: str) -> Any:
    """The stored result, or `missing`."""
    path = _path(stage, key)
    try:
        content = path.read_bytes()
    except OSError:
        return _MISSING
    with contextlib.suppress(OSError):  # a cache that is read only still serves
        os.utime(path)
    body = memoryview(content)[_DIGEST:]
    if hashlib.blake2b(body, digest_size=_DIGEST).digest() != content[:_DIGEST]:
        return _MISSING
    try:
        return pickle.loads(body)
    except Exception:  # a class that has moved since: compute it again
        return _MISSING


def is_missing(value: Any) -> bool:
    """Whether `load` found nothing."""
    return value is _MISSING


def save(stage: str, key: str, value: Any) -> None:
    """Store a result; a cache that cannot be written only makes the next run slower."""
    path = _path(stage, key)
    body = pickle.dumps(value, protocol=5)
    beside = ""
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        _make_room(path.parent, len(body))
        handle, beside = tempfile.mkstemp(dir=path.parent, prefix=".new-")
        with os.fdopen(handle, "wb") as file:
            file.write(hashlib.blake2b(body, digest_size=_DIGEST).digest())
            file.write(body)
        os.replace(beside, path)
    except OSError:
        if beside:
            Path(beside).unlink(missing_ok=True)


def _make_room(folder: Path, needed: int) -> None:
    """Drop the results that were used longest ago until the new one fits under the limit.

    The folder is looked through once a process, and again when what it then held and what was added reach the limit.
    """
    held = _held.get(folder)
    if held is not None and held + needed <= LIMIT_BYTES:
        _held[folder] = held + needed
        return
    files = []
    for path in folder.glob("*.pickle"):
        with contextlib.suppress(FileNotFoundError):  # another run may have dropped it
            files.append((path.stat().st_mtime, path.stat().st_size, path))
    files.sort()
    total = needed + sum(size for _, size, _ in files)
    for _, size, path in files:
        if total <= LIMIT_BYTES:
            break
        path.unlink(missing_ok=True)
        total -= size
    _held[folder] = total


_held: dict[Path, int] = {}
"""Bytes in each cache folder, as far as this process knows."""
