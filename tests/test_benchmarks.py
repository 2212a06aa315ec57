"""Benchmarks run and give rows of the agreed form; nothing is held against a clock here."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]


def benchmarks(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "benchmarks", *arguments]
    return subprocess.run(command, capture_output=True, text=True, cwd=ROOT, check=False)


def test_rows_have_the_agreed_form() -> None:
    done = benchmarks("help", "validate", "--json", "--repeat", "1")
    rows = json.loads(done.stdout)
    assert [row["name"] for row in rows] == ["help", "validate"]
    for row in rows:
        assert list(row) == ["name", "ours", "peer", "peer_version", "ratio", "unit", "note"]
        assert row["ours"] > 0
        assert row["ratio"] > 0
        assert row["note"].startswith("target")


def test_an_unknown_name_is_refused_with_those_that_are_known() -> None:
    done = benchmarks("nothing")
    assert done.returncode == 2
    for name in ("run-cold", "run-warm", "run-lease", "help", "validate", "dispatch-site-year", "wet-bulb-year"):
        assert name in done.stderr
