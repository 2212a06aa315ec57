"""Run folders and files: complete or absent. They are written beside their place and renamed."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path

from gigacampus.errors import Problem, WriteError

MARK = "provenance.json"
"""A folder that holds this file is a run folder, and may be replaced by another run."""


def write_folder(target: Path, files: Mapping[str, bytes]) -> Path:
    """Write a run folder as a whole.

    Parameters
    ----------
    target : Path
        Where the folder will stand. An earlier run folder there is replaced; any other content is refused.
    files : mapping of name to content

    Raises
    ------
    WriteError
        If the target is taken or the disk refuses; nothing is left behind.
    """
    target = Path(os.path.abspath(target))
    if target.exists() and not (target / MARK).exists() and (target.is_file() or any(target.iterdir())):
        raise WriteError(
            Problem("the output folder holds something else", value=str(target), fix="Choose another --out")
        )
    beside: Path | None = None
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        beside = Path(tempfile.mkdtemp(dir=target.parent, prefix=f".{target.name[:40]}-"))
        for name, content in files.items():
            _write(beside / name, content)
        beside.chmod(0o755)
        _put(beside, target)
    except OSError as error:
        reason = error.strerror or str(error)
        raise WriteError(Problem(f"the results could not be written: {reason}", value=str(target))) from None
    finally:
        if beside is not None and beside.exists():
            shutil.rmtree(beside, ignore_errors=True)
    return target


def write_file(target: Path, content: bytes) -> Path:
    """Write a file as a whole, beside its place and renamed; WriteError, and nothing left behind, if that fails."""
    target = Path(os.path.abspath(target))
    beside: Path | None = None
    try:
        handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name[:40]}-")
        os.close(handle)
        beside = Path(name)
        _write(beside, content)
        beside.chmod(0o644)
        os.replace(beside, target)
    except OSError as error:
        if beside is not None:
            beside.unlink(missing_ok=True)
        reason = error.strerror or str(error)
        raise WriteError(Problem(f"the file could not be written: {reason}", value=str(target))) from None
    return target


def _write(path: Path, content: bytes) -> None:
    with path.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _put(beside: Path, target: Path) -> None:
    """Rename the finished folder into place; an earlier run steps aside and comes back if that fails."""
    if not target.exists():
        os.rename(beside, target)
        return
    aside = Path(tempfile.mkdtemp(dir=target.parent, prefix=f".{target.name[:40]}-old-"))
    os.rename(target, aside / "run")
    try:
        os.rename(beside, target)
    except OSError:
        os.rename(aside / "run", target)
        raise
    finally:
        shutil.rmtree(aside, ignore_errors=True)
