"""Which modules each way in loads: start-up is mostly imports, so they are pinned here and timed in benchmarks/."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

import gigacampus

HEAVY = {"numba", "scipy", "pandas", "pvlib", "xarray", "plotly", "plotly.graph_objects"}
CODE = """
import json, sys
from gigacampus.faces.cli import main
code = 0
try:
    main({arguments!r})
except SystemExit as stop:
    code = stop.code
print(json.dumps([code, sorted(sys.modules)]), file=sys.stderr)
"""
SPEC = """
name: Small
life: {end: 2029-03-31}
site: {weather: columbus-oh, grid: pjm}
compute: {phases: [{name: Hall, ready: 2029-01-01, power: 100 MW}]}
"""


def loaded(*arguments: str, cache: Path) -> set[str]:
    """Modules that a command has loaded when it ends well."""
    code = CODE.format(arguments=list(arguments))
    environment = os.environ | {"GIGACAMPUS_CACHE": str(cache)}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=environment, check=True)
    status, names = json.loads(done.stderr.splitlines()[-1])
    assert not status, done.stderr
    return set(names)


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("imports")
    (folder / "small.yaml").write_text(SPEC)
    return folder


def test_help_loads_click_alone(place: Path) -> None:
    names = loaded("--help", cache=place / "cache")
    assert not names & (
        HEAVY | {"numpy", "pydantic", "ruamel", "ruamel.yaml", "pyarrow", "jinja2", "rich", "xlsxwriter"}
    )


def test_validate_loads_the_spec_alone(place: Path) -> None:
    names = loaded("validate", str(place / "small.yaml"), cache=place / "cache")
    assert not names & (HEAVY | {"numpy", "pyarrow", "jinja2", "gigacampus.engines.site", "gigacampus.engines.finance"})


def test_validate_of_a_deal_adds_numpy_alone(place: Path) -> None:
    specs = Path(gigacampus.__file__).parent / "runs" / "verify" / "ledger" / "specs"
    spec, cache = str(specs / "hyperion-b.yaml"), place / "cache"
    assert not loaded("validate", spec, cache=cache) & (HEAVY | {"pyarrow", "jinja2", "gigacampus.engines.site"})
    assert "numpy" not in loaded("validate", spec, cache=cache), "its figures were checked before"


def test_a_warm_run_loads_nothing_heavy(place: Path) -> None:
    run = ("run", str(place / "small.yaml"), "--out", str(place / "out"))
    cold = loaded(*run, cache=place / "cache")
    assert "numba" in cold
    assert "pvlib" not in cold, "a campus without sun needs no pvlib"
    assert not loaded(*run, cache=place / "cache") & HEAVY


def test_the_library_loads_nothing_until_it_is_used() -> None:
    code = "import sys, gigacampus; print(len([m for m in sys.modules if m.startswith('gigacampus')]))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "1"
