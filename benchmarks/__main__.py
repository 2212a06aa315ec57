"""Run benchmarks by name, or all."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator

from benchmarks import (  # noqa: F401 - they register their benchmarks
    deal,
    facility,
    processes,
    rooms,
    site_year,
    swings,
    workbook,
)
from benchmarks.registry import REGISTRY, Row


def rows(names: list[str], repeat: int) -> Iterator[Row]:
    """Rows of the benchmarks of these names, or of all."""
    for name in names or REGISTRY:
        yield from REGISTRY[name](repeat)


def line(row: Row) -> str:
    """A row as text."""
    plain = row.plain()
    figures = f"{plain['ours']:>9g} {plain['peer']:>9g} {row.unit:<3} {plain['ratio']:>8g}x"
    return f"{row.name:<22}{figures}  {row.peer_version:<18} {row.note}"


def main() -> None:
    """Parse the command line and print a table, or JSON alone."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description="Benchmarks against named peers.")
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(REGISTRY)}")
    parser.add_argument("--json", action="store_true", help="print JSON alone on stdout")
    parser.add_argument("--repeat", type=int, default=5, help="measurements of each side [5]")
    given = parser.parse_args()
    unknown = [name for name in given.names if name not in REGISTRY]
    if unknown:
        parser.error(f"no benchmark {', '.join(unknown)}; there are {', '.join(REGISTRY)}")
    found = []
    for row in rows(given.names, given.repeat):
        found.append(row.plain())
        print(line(row), file=sys.stderr if given.json else sys.stdout, flush=True)
    if given.json:
        print(json.dumps(found, indent=2))


if __name__ == "__main__":
    main()
