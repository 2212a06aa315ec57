"""Whole processes on Hyperion, every operating hour to 2049: cold, warm, with another lease; help, validate; memory."""

from __future__ import annotations

import itertools
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from benchmarks.registry import Row, benchmark

ROOT = Path(__file__).parents[1]
HYPERION = ROOT / "examples" / "hyperion.yaml"
COMMITMENT = "amount: 12.31 bn USD"
BYTECODE = Path(tempfile.gettempdir()) / "gigacampus-benchmarks-bytecode"
ENTRY = "import sys; from gigacampus.faces.cli import main; main()"


@dataclass(frozen=True)
class Process:
    """One process that has ended: its time and that of its processors [s], most memory [MB], what it told on stderr."""

    seconds: float
    busy: float
    megabytes: float
    told: str


def process(*arguments: str, cache: Path | None = None, code: str = ENTRY) -> Process:
    """Run Python on some code, by default the command line's; compiled modules are kept, as Python does by default."""
    environment = os.environ | {"PYTHONPYCACHEPREFIX": str(BYTECODE)}
    environment |= {"GIGACAMPUS_CACHE": str(cache)} if cache else {}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    with tempfile.TemporaryFile() as told:
        start = time.perf_counter()
        command = [sys.executable, "-c", code, *arguments]
        running = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=told, env=environment)
        _, status, usage = os.wait4(running.pid, 0)
        seconds = time.perf_counter() - start
        running.returncode = os.waitstatus_to_exitcode(status)
        told.seek(0)
        text = told.read().decode()
    if status:
        raise RuntimeError(f"{' '.join(arguments)} failed: {text[-500:]}")
    megabytes = usage.ru_maxrss / (1024**2 if sys.platform == "darwin" else 1024)
    return Process(seconds, usage.ru_utime + usage.ru_stime, megabytes, text)


def _run(folder: Path, spec: Path = HYPERION, cache: str = "cache") -> Process:
    return process("run", str(spec), "--out", str(folder / "out"), cache=folder / cache)


def _computed(told: str) -> str:
    """Stages that a run computed, from what it told."""
    return ", ".join(re.findall(r"^\s*(\w+)…?\s+[\d.]+ s$", told, re.MULTILINE))


def _target(name: str, ended: list[Process], target: float, note: str) -> Row:
    """Time of whole processes against a target; the processors' own time, which load beside them changes less."""
    busy = statistics.median(p.busy for p in ended)
    ours = statistics.median(p.seconds for p in ended)
    return Row(name, ours, target, "target", "s", f"target; whole process, {busy:.2f} s of it on processors; {note}")


@benchmark("run-cold")
def run_cold(repeat: int) -> Iterator[Row]:
    """Nothing in the cache but compiled kernels."""
    with tempfile.TemporaryDirectory() as place:
        _run(Path(place), cache="first")  # compiles
        ended = [_run(Path(place), cache=f"cache-{index}") for index in range(repeat)]
    yield _target("run-cold", ended, 9.0, f"pvlib's import included; stages: {_computed(ended[0].told)}")
    largest = max(p.megabytes for p in ended)
    yield Row("run-memory", largest, 1000.0, "target", "MB", "target; most resident memory of a cold run")


@benchmark("run-warm")
def run_warm(repeat: int) -> Iterator[Row]:
    """Nothing has changed since the last run."""
    with tempfile.TemporaryDirectory() as place:
        _run(Path(place))
        ended = [_run(Path(place)) for _ in range(repeat)]
    yield _target("run-warm", ended, 2.5, f"nothing changed; stages: {_computed(ended[0].told) or 'none'}")


@benchmark("run-lease")
def run_lease(repeat: int) -> Iterator[Row]:
    """Another rent each time."""
    text = HYPERION.read_text(encoding="utf-8")
    if COMMITMENT not in text:
        raise RuntimeError(f"{HYPERION} does not say {COMMITMENT!r}")
    with tempfile.TemporaryDirectory() as place:
        _run(Path(place))
        spec, ended = Path(place) / "lease.yaml", []
        for step in itertools.islice(itertools.count(1), repeat):
            spec.write_text(text.replace(COMMITMENT, f"amount: {12.31 + step / 1000:.3f} bn USD"), encoding="utf-8")
            ended.append(_run(Path(place), spec))
    yield _target("run-lease", ended, 2.5, f"only the lease changed; stages: {_computed(ended[0].told)}")


@benchmark("help")
def help_(repeat: int) -> Iterator[Row]:
    """``gigacampus --help``."""
    process("--help")
    yield _target("help", [process("--help") for _ in range(2 * repeat)], 0.3, "nothing but click is loaded")


@benchmark("validate")
def validate(repeat: int) -> Iterator[Row]:
    """``gigacampus validate`` on Hyperion."""
    process("validate", str(HYPERION))
    ended = [process("validate", str(HYPERION)) for _ in range(2 * repeat)]
    yield _target("validate", ended, 0.8, "hyperion.yaml")
