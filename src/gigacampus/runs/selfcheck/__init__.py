"""Selfcheck: what gigacampus promises of itself, shown again on the user's machine.

A row of the table is checked with its figures (what was run, how many, the worst that was seen, the limit), or it says
why it is not checked yet. Seeds are fixed, so that a finding names the seed that shows it again.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import TypeVar

from gigacampus.runs.selfcheck import broken, laws, repeat, strength, twins, valid
from gigacampus.version import __version__

__all__ = ["Check", "Counts", "run", "title"]

T = TypeVar("T")

SEED = 19
"""Of the sample of mutants."""

REFUSED = 0.1
"""Share of valid random specs that may end in an error with a reason, such as a deal without a solution."""


@dataclass(frozen=True)
class Check:
    """One row of the table; `holds` is None where it is not checked yet."""

    number: int
    name: str
    holds: bool | None
    figure: str


@dataclass(frozen=True)
class Counts:
    """How many cases of each kind are run; `long` is that of valid campuses that live for ten years, not one."""

    valid: int = 200
    long: int = 0
    broken: int = 500
    reference: int = 60
    twins: int = 40
    repeat: int = 4
    mutants: int = 0


DEFAULT = Counts()
FULL = Counts(valid=9_800, long=200, broken=10_000, reference=500, twins=2_000, repeat=50, mutants=300)

NAMES = (
    "energy balance", "storage", "heat and water", "money", "LP certificate", "fuzzed valid specs",
    "fuzzed broken specs", "importers", "HTTP API", "kill -9", "disk faults", "determinism", "fast path = reference",
    "metamorphic", "independent oracles", "web", "report", "leaks", "strength of tests",
)  # fmt: skip

NOT_YET = {
    5: "no linear programme is solved yet",
    8: "weather files have tests of bad input; no mutation of 5,000 files yet",
    9: "there is no HTTP server yet",
    10: "run folders are renamed into place as a whole; no process is killed at random yet",
    11: "write errors have tests; not at each write yet",
    15: "psychrolib, pvlib, QuantLib, PySAM and LibreOffice stand in the tests; PyPSA does not yet",
    16: "there is no web server yet",
    17: "the report is not opened in a browser here yet",
    18: "no run of 200 in one process is watched yet",
}


def title(full: bool) -> str:
    """Header of the table: version, day, selection."""
    cases = "all cases" if full else "a selection of cases"
    return f"gigacampus {__version__}, selfcheck of {date.today().isoformat()}, {cases}"


def run(full: bool = False, counts: Counts | None = None) -> Iterator[Check]:
    """The rows of the table in order, each as soon as it is known.

    Parameters
    ----------
    full : bool
        Whether all cases are run, or a selection of them.
    counts : Counts, optional
        Other numbers of cases.
    """
    counts = counts or (FULL if full else DEFAULT)
    campuses: list[valid.Seen] = []
    with _workers() as pool:
        checked: dict[int, Callable[[], tuple[bool | None, str]]] = {
            1: lambda: _law(campuses, ("energy by hour", "energy over the life"), "hours", counts, pool),
            2: lambda: _law(campuses, ("storage",), "campuses with batteries", counts, pool),
            3: lambda: _law(campuses, ("heat", "water"), "campuses", counts, pool),
            4: lambda: _law(campuses, ("money",), "deals", counts, pool),
            6: lambda: _valid(campuses),
            7: lambda: _broken(counts),
            12: lambda: _repeat(counts),
            13: lambda: _reference(campuses),
            14: lambda: _twins(counts, pool),
            19: lambda: strength.measured(counts.mutants, SEED),
        }
        for number, name in enumerate(NAMES, 1):
            holds, figure = _outcome(checked[number]) if number in checked else (None, f"not yet: {NOT_YET[number]}")
            yield Check(number, name, holds, figure)


def _outcome(check: Callable[[], tuple[bool | None, str]]) -> tuple[bool | None, str]:
    try:
        return check()
    except (BrokenProcessPool, RuntimeError) as error:
        return False, f"a process died: {str(error)[:300]}"


@contextmanager
def _workers() -> Iterator[Executor]:
    """Processes that stay, for each takes seconds to import what the rooms need; they end at once if this one stops."""
    before = set(multiprocessing.active_children())
    context, deaf = multiprocessing.get_context("spawn"), (signal.SIGINT, signal.SIG_IGN)
    pool = ProcessPoolExecutor(min(os.cpu_count() or 1, 8), context, initializer=signal.signal, initargs=deaf)
    try:
        yield pool
    except BaseException:
        for process in set(multiprocessing.active_children()) - before:
            process.terminate()
        raise
    finally:
        pool.shutdown()


def _map(pool: Executor, work: Callable[[int], T], seeds: Sequence[int], chunk: int) -> list[T]:
    """What the work gives for each seed, in order; no future is cancelled, which a pool that is ended does not bear."""
    parts = [seeds[start : start + chunk] for start in range(0, len(seeds), chunk)]
    futures = [pool.submit(_each, work, part) for part in parts]
    return [seen for future in futures for seen in future.result()]


def _each(work: Callable[[int], T], seeds: Sequence[int]) -> list[T]:
    return [work(seed) for seed in seeds]


def _campuses(counts: Counts, pool: Executor) -> list[valid.Seen]:
    """Random campuses; the first of them against the reference, too."""
    compared, total = min(counts.reference, counts.valid), counts.valid + counts.long
    return [
        *_map(pool, partial(valid.case, reference=True), range(compared), 4),
        *_map(pool, valid.case, range(compared, counts.valid), 4),
        *_map(pool, partial(valid.case, days=3650), range(counts.valid, total), 4),
    ]


def _law(seen: list[valid.Seen], names: tuple[str, ...], of: str, counts: Counts, pool: Executor) -> tuple[bool, str]:
    if not seen:
        seen += _campuses(counts, pool)
    under = [case for case in seen if any(name in case.residuals for name in names)]
    worst = {name: max((case.residuals.get(name, 0.0) for case in under), default=0.0) for name in names}
    count = sum(case.hours for case in under) if of == "hours" else len(under)
    figures = ", ".join(f"{name} {value:.1e}" for name, value in worst.items())
    holds = bool(under) and all(value <= laws.LIMIT for value in worst.values())
    return holds, f"{count:,} {of}: {figures}; limit {laws.LIMIT:.0e}"


def _valid(seen: list[valid.Seen]) -> tuple[bool, str]:
    faults, refused = [case.fault for case in seen if case.fault], sum(bool(case.refused) for case in seen)
    text = (
        f"{len(seen):,} specs: {len(faults)} with a traceback, NaN, infinity or residual; {refused} end with a reason"
    )
    return bool(seen) and not faults and refused <= REFUSED * len(seen), text + _first(faults)


def _broken(counts: Counts) -> tuple[bool, str]:
    with _workers() as fresh:  # small processes, so that their peak memory tells
        seen = _map(fresh, broken.case, range(counts.broken), 16)
    faults, valid_ = [case.fault for case in seen if case.fault], sum(case.valid for case in seen)
    slowest, largest = max(case.seconds for case in seen), max(case.megabytes for case in seen)
    text = f"{len(seen):,} files: {len(seen) - valid_ - len(faults)} spec errors with line, {valid_} still valid, "
    text += f"{len(faults)} faults; {slowest:.2f} s and {largest:.0f} MB at most; "
    text += f"limits {broken.SECONDS:g} s, {broken.MEGABYTES:g} MB"
    return not faults and slowest <= broken.SECONDS and largest <= broken.MEGABYTES, text + _first(faults)


def _repeat(counts: Counts) -> tuple[bool, str]:
    files, unlike = repeat.differences(list(range(counts.repeat)))
    text = f"{files} files of {counts.repeat} runs, {len(repeat.WAYS)} processes, 1 and 2 threads: {len(unlike)} differ"
    return not unlike and files > 0, text + _first(unlike)


def _reference(seen: list[valid.Seen]) -> tuple[bool, str]:
    gaps = [case.reference for case in seen if case.reference is not None]
    worst = max(gaps, default=0.0)
    return bool(gaps) and worst <= valid.LIMIT, f"{len(gaps)} specs: {worst:.1e} at most; limit {valid.LIMIT:.0e}"


def _twins(counts: Counts, pool: Executor) -> tuple[bool, str]:
    seen = _map(pool, twins.case, range(counts.twins), 4)
    faults, refused = [case.fault for case in seen if case.fault], sum(bool(case.refused) for case in seen)
    worst = max((case.gap for case in seen), default=0.0)
    text = f"{len(seen):,} pairs of {len(twins.RELATIONS)} kinds: {len(faults)} off, {worst:.1e} at most; "
    text += f"limit {twins.LIMIT:.0e}" + (f"; {refused} end with a reason" if refused else "")
    return not faults and refused <= REFUSED * len(seen), text + _first(faults)


def _first(faults: Sequence[str]) -> str:
    return f"; first: {faults[0][:300]}" if faults else ""
