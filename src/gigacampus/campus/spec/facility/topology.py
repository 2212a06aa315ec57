"""Redundancy: how many units carry the load, how many stand there, and what each of them carries."""

from __future__ import annotations

from typing import Literal

Topology = Literal["N", "N+1", "2N", "3N/2", "4N/3", "5N/4", "catcher"]


def paths(topology: Topology, units: int) -> tuple[int, int]:
    """Units that carry the full load, and units that stand there.

    In N+1, 2N, 3N/2, 4N/3 and 5N/4 (blocks, five to make four) all of them share the load; the last one of a catcher
    waits without load until another fails.

    Examples
    --------
    >>> paths("N", 4), paths("N+1", 4), paths("4N/3", 4), paths("catcher", 6)
    ((4, 4), (4, 5), (3, 4), (6, 7))
    """
    multiples = {"2N": (1, 2), "3N/2": (2, 3), "4N/3": (3, 4), "5N/4": (4, 5)}
    return multiples.get(topology, (units, units + (topology in ("N+1", "catcher"))))


def usable_share(topology: Topology, units: int) -> float:
    """Share of what is installed that may carry load: n/(n+1), a half, and so on, by arithmetic.

    Examples
    --------
    >>> usable_share("N+1", 4), usable_share("2N", 4), usable_share("4N/3", 4)
    (0.8, 0.5, 0.75)
    """
    needed, installed = paths(topology, units)
    return needed / installed


def one_lost(topology: Topology, units: int) -> tuple[float, float]:
    """What is left when one unit fails: load of a unit over that before, and share of all load that is carried.

    Examples
    --------
    >>> one_lost("2N", 1), one_lost("4N/3", 1), one_lost("catcher", 4), one_lost("N", 4)
    ((2.0, 1.0), (1.3333333333333333, 1.0), (1.0, 1.0), (1.0, 0.75))
    """
    needed, installed = paths(topology, units)
    if installed == needed:
        return 1.0, 1 - 1 / installed
    return (1.0 if topology == "catcher" else installed / (installed - 1)), 1.0
