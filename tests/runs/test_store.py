"""The run folder is complete or absent, whatever the disk does; the cache never tells a lie."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from gigacampus.errors import WriteError
from gigacampus.runs import cache, store

FILES = {"kpi.json": b"{}", store.MARK: b"{}"}


def test_a_run_is_written_and_replaced(tmp_path: Path) -> None:
    target = tmp_path / "a" / "run"
    store.write_folder(target, FILES)
    store.write_folder(target, FILES | {"kpi.json": b"{1}"})
    assert (target / "kpi.json").read_bytes() == b"{1}"
    assert [p.name for p in target.parent.iterdir()] == ["run"]


def test_a_folder_of_something_else_is_not_touched(tmp_path: Path) -> None:
    (tmp_path / "precious").write_text("mine")
    with pytest.raises(WriteError, match="something else"):
        store.write_folder(tmp_path, FILES)
    assert (tmp_path / "precious").read_text() == "mine"


@pytest.mark.parametrize("call", ["mkdir", "fsync", "rename", "write"])
def test_a_disk_fault_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, call: str) -> None:
    def fault(*args: object, **kwargs: object) -> None:
        raise OSError(28, "No space left on device")

    parent = tmp_path / "runs"
    store.write_folder(parent / "run", FILES)
    before = {p: p.read_bytes() for p in parent.rglob("*") if p.is_file()}
    targets = {
        "mkdir": (store.tempfile, "mkdtemp"),
        "fsync": (os, "fsync"),
        "rename": (os, "rename"),
        "write": (Path, "open"),
    }
    monkeypatch.setattr(*targets[call], fault)
    with pytest.raises(WriteError, match="No space left"):
        store.write_folder(parent / "run", FILES | {"kpi.json": b"{2}"})
    monkeypatch.undo()
    assert {p: p.read_bytes() for p in parent.rglob("*") if p.is_file()} == before


def test_a_damaged_cache_file_counts_as_absent(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIGACAMPUS_CACHE", str(tmp_path))
    cache.save("stage", "key", {"a": 1.5})
    assert cache.load("stage", "key") == {"a": 1.5}
    (path,) = (tmp_path / "stages").glob("*.pickle")
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(content)
    assert cache.is_missing(cache.load("stage", "key"))
    path.write_bytes(b"")
    assert cache.is_missing(cache.load("stage", "key"))


def test_a_cache_that_cannot_be_written_is_no_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("GIGACAMPUS_CACHE", str(tmp_path / "file"))
    cache.save("stage", "key", 1)
    assert cache.is_missing(cache.load("stage", "key"))


def test_old_results_make_room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIGACAMPUS_CACHE", str(tmp_path))
    monkeypatch.setattr(cache, "LIMIT_BYTES", 2500)
    for index in range(4):
        cache.save("stage", f"k{index}", b"x" * 1000)
        os.utime(tmp_path / "stages" / f"stage-k{index}.pickle", (index, index))
    assert [cache.is_missing(cache.load("stage", f"k{index}")) for index in range(4)] == [True, True, False, False]


def test_a_boundary_between_parts_counts() -> None:
    assert cache.digest(b"ab", b"c") != cache.digest(b"a", b"bc")
