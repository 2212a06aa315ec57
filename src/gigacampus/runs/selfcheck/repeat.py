"""Row 12: the same campus gives the same bytes in another process, with other threads and another hash seed.

Run as a module with seeds: it prints a digest of every file of each campus's run folder, as JSON.
"""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from gigacampus.campus import spec
from gigacampus.errors import CampusError
from gigacampus.runs import folder, store
from gigacampus.runs.pipeline import Run
from gigacampus.runs.selfcheck import specs
from gigacampus.runs.selfcheck.draw import dump

Digests = dict[str, str]
"""Digest of each file, by seed and name."""

WAYS = (
    {"threads": "1", "hash": "0"},
    {"threads": "2", "hash": "1"},
    {"threads": "2", "hash": "2"},
)
"""Threads of numba, OpenMP and BLAS, and Python's hash seed, of each process."""

_THREADS = ("NUMBA_NUM_THREADS", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "ARROW_NUM_THREADS")


def digests(seeds: list[int]) -> Digests:
    """Digest of every file of the run folders of these seeds, but the record that holds the time."""
    found: Digests = {}
    for seed in seeds:
        text = dump(specs.campus((seed, 12)))
        with tempfile.TemporaryDirectory() as place:
            try:
                written = folder.write(Run(spec.read(text, "campus.yaml"), store=False), Path(place) / "run", {})
            except CampusError as error:
                found[f"{seed}/error"] = str(error)
                continue
            for path in sorted(written.iterdir()):
                if path.name != store.MARK:
                    found[f"{seed}/{path.name}"] = hashlib.blake2b(path.read_bytes()).hexdigest()
    return found


def differences(seeds: list[int], together: int = 2) -> tuple[int, list[str]]:
    """Number of files that were compared, and those that differ between two processes."""
    with ThreadPoolExecutor(together) as pool:
        first, *others = pool.map(lambda way: _elsewhere(seeds, way), WAYS)
    unlike = {name for other in others for name in first.keys() | other.keys() if first.get(name) != other.get(name)}
    return len(first), sorted(unlike)


def _elsewhere(seeds: list[int], way: dict[str, str]) -> Digests:
    """`digests` in a process of its own."""
    environment = {**os.environ, **dict.fromkeys(_THREADS, way["threads"]), "PYTHONHASHSEED": way["hash"]}
    command = [sys.executable, "-m", "gigacampus.runs.selfcheck.repeat", *map(str, seeds)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"a process ended with {done.returncode}: {done.stderr[-300:]}")
    found: Digests = json.loads(done.stdout)
    return found


if __name__ == "__main__":
    print(json.dumps(digests([int(seed) for seed in sys.argv[1:]])))
