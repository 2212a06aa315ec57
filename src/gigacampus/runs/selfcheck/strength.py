"""Row 19: of small faults planted in the code of finance and physics, how many do these rooms' own tests see?

It works in a source checkout alone. A warm process collects the tests and imports what they need. A copy of it (a fork)
runs each test once and notes which functions it calls; then, for each mutant, a copy plants the fault in its own memory
and runs the tests that call the function, the quick ones first, until one fails. No file is touched. A mutant that no
test calls, one that cannot be planted and one that changes nothing that matters count as survivors. What is computed
while a test file is imported, and what a test computes in another process, does not see the fault.

``python -m gigacampus.runs.selfcheck.strength 300 19`` prints the outcome and the survivors as JSON: mutants, seed.
"""

from __future__ import annotations

import gc
import io
import json
import math
import multiprocessing
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from contextlib import redirect_stdout
from pathlib import Path
from types import CodeType
from typing import Any, TypeVar

from gigacampus.campus import catalog
from gigacampus.runs.selfcheck import mutants

T = TypeVar("T")
Called = set[tuple[str, str]]
"""File and name of functions."""

TARGET = 0.8
"""Share of mutants that the tests must find."""

SLOW, SECONDS = 6.0, 20.0
"""Most processor time of a test that is used, and of those of one mutant; those beyond are not run."""

SEEN = ("seen", "does not end")
"""Fates of mutants that the tests find; the others are `unseen`, `uncalled` and `not planted`."""

SOURCE = Path(__file__).parents[2]
CHECKOUT = SOURCE.parents[1]
ENGINES = ("finance", "accounting", "renewal", "facility", "swings", "availability")
ROOMS = ("rows", *(f"engines/{name}" for name in ENGINES))


def measured(count: int, seed: int) -> tuple[bool | None, str]:
    """Whether the tests find enough of so many mutants, and the figures; None where that cannot be known."""
    if not count:
        return None, "not yet: mutants are tried with --full"
    if not _folders() or not hasattr(os, "fork"):
        return None, "not yet: it needs a source checkout with its tests, on a system that forks"
    command = [sys.executable, "-m", __spec__.name, str(count), str(seed)]
    with tempfile.TemporaryDirectory() as folder:
        environment = {**os.environ, "PYTEST_DEBUG_TEMPROOT": folder}
        done = subprocess.run(command, cwd=CHECKOUT, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        return False, f"the tests do not run here: {done.stderr.strip()[-300:]}"
    return judged(json.loads(done.stdout))


def judged(found: dict[str, Any]) -> tuple[bool, str]:
    """Whether so many are enough, and the figures."""
    seen = found["mutants"] - len(found["survivors"])
    text = f"{seen} of {found['mutants']} mutants seen ({seen / found['mutants']:.0%}; seed {found['seed']}, of "
    text += f"{found['of']:,} in {', '.join(ROOMS)}) by {found['tests']:,} tests; target {TARGET:.0%}"
    return seen >= TARGET * found["mutants"], text


def _folders() -> list[str]:
    """The rooms' tests, and their files for the doctests in them."""
    tests = [CHECKOUT / "tests" / "test_rows.py", *(CHECKOUT / "tests/engines" / name for name in ENGINES)]
    here = all(place.exists() for place in tests)
    return [str(place) for place in (*tests, *(SOURCE / room for room in ROOMS))] if here else []


class Trial:
    """A plugin of pytest that tries mutants in place of running the tests once."""

    def __init__(self, count: int, seed: int) -> None:
        self.count, self.seed = count, seed
        self.found: dict[str, Any] = {}

    def pytest_runtestloop(self, session: Any) -> bool:
        """Run each test once, then those that a mutant concerns, for each mutant."""
        paths = sorted(path for room in ROOMS for path in (SOURCE / room).rglob("*.py"))
        every = [mutant for path in paths for mutant in mutants.of(path)]
        sample = random.Random(self.seed).sample(every, min(self.count, len(every)))
        for section in catalog.sections():
            catalog.names(section)  # read once, not in each copy
        gc.freeze()  # else the first collection in each copy copies all memory
        alone = ProcessPoolExecutor(os.cpu_count(), multiprocessing.get_context("fork"), _share, (session,))
        with alone as pool:
            runs = list(pool.map(_watched, range(len(session.items))))
            fates = list(pool.map(_fate, sample, [_concerned(mutant, runs) for mutant in sample]))
        self.found = {
            "mutants": len(sample),
            "of": len(every),
            "seed": self.seed,
            "tests": sum(run is not None for run in runs),
            "fates": {fate: fates.count(fate) for fate in sorted(set(fates))},
            "survivors": [_line(m) for m, fate in zip(sample, fates, strict=True) if fate not in SEEN],
        }
        return True


_session: Any = None


def _share(session: Any) -> None:
    global _session  # noqa: PLW0603, a worker of the pool has no other place for it
    _session = session


def _line(mutant: mutants.Mutant) -> str:
    return f"{Path(mutant.path).relative_to(SOURCE)}:{mutant.line} {mutant.function}: {mutant.what}"


def _concerned(mutant: mutants.Mutant, runs: list[tuple[float, Called] | None]) -> list[tuple[int, float]]:
    """Tests that call the function of a mutant, in the order in which they are run, and the seconds of each."""
    where = (mutant.path, mutant.function)
    tests = [(at, run[0]) for at, run in enumerate(runs) if run is not None and where in run[1]]
    chosen: list[tuple[int, float]] = []
    total = 0.0
    for at, seconds in sorted(tests, key=lambda test: test[1]):
        total += seconds
        if not chosen or total <= SECONDS:
            chosen.append((at, seconds))
    return chosen


def _watched(at: int) -> tuple[float, Called] | None:
    """Seconds of one test and the functions that it calls; None if it fails without any fault."""

    def run() -> tuple[float, Called] | None:
        called: dict[int, CodeType] = {}

        def note(frame: Any, event: str, argument: Any) -> None:
            called[id(frame.f_code)] = frame.f_code

        start = time.process_time()
        sys.settrace(note)
        passed = _passed([at])
        sys.settrace(None)
        ours = {(c.co_filename, c.co_qualname) for c in called.values() if c.co_filename.startswith(str(SOURCE))}
        return (time.process_time() - start, ours) if passed else None

    return _apart(run, SLOW)


def _fate(mutant: mutants.Mutant, tests: list[tuple[int, float]]) -> str:
    """What becomes of a mutant when the tests that concern it are run."""
    if not tests:
        return "uncalled"

    def run() -> str:
        gc.unfreeze()  # what is frozen is not found
        try:
            mutants.plant(mutant)
        except (ValueError, KeyError):
            return "not planted"
        return "unseen" if _passed([at for at, _ in tests]) else "seen"

    return _apart(run, 5 + 5 * sum(seconds for _, seconds in tests)) or "does not end"


def _passed(chosen: list[int]) -> bool:
    """Whether tests pass, up to the first that does not."""
    items = [_session.items[at] for at in chosen]
    for item, following in zip(items, [*items[1:], None], strict=True):
        item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
        if _session.testsfailed:
            return False
    return True


def _apart(work: Callable[[], T], limit: float) -> T | None:
    """What work gives in a copy of this process; None if it dies or takes more than so many seconds of a processor."""
    import resource

    context = multiprocessing.get_context("fork")
    receiver, sender = context.Pipe(duplex=False)

    def act() -> None:
        resource.setrlimit(resource.RLIMIT_CPU, (math.ceil(limit), math.ceil(limit)))
        sender.send(work())

    process = context.Process(target=act)
    process.start()
    sender.close()
    try:
        return receiver.recv() if receiver.poll(30 * limit) else None
    except EOFError:
        return None
    finally:
        process.kill()
        process.join()


def main(count: int, seed: int) -> int:
    """Try so many mutants and print the outcome; nothing but 0 if the tests cannot be collected."""
    import pytest

    trial = Trial(count, seed)
    options = ["-n", "0", "-s", "-p", "no:cacheprovider", "--rootdir", str(CHECKOUT)]
    with redirect_stdout(io.StringIO()) as said:
        code = int(pytest.main([*options, *_folders()], plugins=[trial]))
    print(json.dumps(trial.found, indent=1) if trial.found else said.getvalue()[-300:], file=sys.stdout)
    return 0 if trial.found else code or 1


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]), int(sys.argv[2])))
