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


def test_the_plant_of_the_waterfall_is_the_statement_of_the_deal() -> None:
    code = """
import numpy as np
from benchmarks import deal
cover, equity = deal.ours(np.full((2, 240), deal.REVENUE / 12))
result = deal.plant()
np.testing.assert_allclose(cover, result.metrics["dscr_min"].value, rtol=1e-12)
np.testing.assert_allclose(equity[1], result.parties["Sponsor"], rtol=0, atol=1e-6)
"""
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True)


def test_a_deal_is_measured() -> None:
    rows = json.loads(benchmarks("finance.deal", "--json", "--repeat", "1").stdout)
    assert [(row["name"], row["peer"]) for row in rows] == [("finance.deal", 0.1)]
