"""KPIs at a part of the IT rating: PUE and WUE at five loads, each held over the weather year."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gigacampus.runs.kpi import kpi

if TYPE_CHECKING:
    from gigacampus.runs.pipeline import Run

PERCENT = (10, 25, 50, 75, 100)
"""Loads of `engines.facility.part_load`, in its order [%]."""


def _register(place: int, percent: int) -> None:
    def pue(run: Run) -> float:
        return float(run.part_load.pue[3][place])

    def wue(run: Run) -> float:
        return float(run.part_load.wue[place])

    pue.__doc__ = f"PUE over the weather year at {percent} % of the IT rating, at full build."
    wue.__doc__ = f"WUE over the weather year at {percent} % of the IT rating, by withdrawal, at full build."
    kpi(f"facility.pue_at_{percent}", "1", "part_load", standard="ISO/IEC 30134-2, category 3")(pue)
    kpi(f"facility.wue_at_{percent}", "L/kWh", "part_load", standard="ISO/IEC 30134-9")(wue)


for _place, _percent in enumerate(PERCENT):
    _register(_place, _percent)
