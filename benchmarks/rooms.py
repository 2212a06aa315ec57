"""Single rooms against the library that does the same."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from benchmarks.registry import Row, benchmark, in_turn, version


@benchmark("wet-bulb-year")
def wet_bulb_year(repeat: int, hours: int = 8784) -> Iterator[Row]:
    """Wet-bulb temperature of a year of hours against psychrolib."""
    import psychrolib  # type: ignore[import-untyped]

    from gigacampus import air

    random = np.random.default_rng(1)
    dry, humidity = random.uniform(-20, 40, hours), random.uniform(0.05, 1.0, hours)
    psychrolib.SetUnitSystem(psychrolib.SI)
    ratio = air.humidity_ratio_from_rh(dry, humidity, 101325.0)
    both = (
        lambda: air.wet_bulb(dry, ratio, 101325.0),
        lambda: psychrolib.GetTWetBulbFromHumRatio(dry, ratio, 101325.0),
    )
    mine, peer = in_turn(repeat, *both)
    gap = float(np.max(np.abs(both[0]() - np.asarray(both[1]()))))
    yield Row(
        "wet-bulb-year", mine, peer, version("psychrolib"), "s", f"{hours:,} hours; largest difference {gap:.1e} K"
    )
