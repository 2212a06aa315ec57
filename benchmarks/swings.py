"""Power swings of 100,000 accelerators against the time that they may take."""

from __future__ import annotations

from collections.abc import Iterator

from benchmarks.registry import Row, benchmark, in_turn

TARGET = 1.0


@benchmark("facility.swings")
def facility_swings(repeat: int) -> Iterator[Row]:
    """Ten minutes at 10 ms, rack by rack, raw and smoothed by what stands in the racks, measured at the grid."""
    from gigacampus.campus.spec.compute import Server
    from gigacampus.campus.spec.facility import Swings
    from gigacampus.engines.swings import Fleet, simulate

    server = Server.model_validate("gb300-nvl72")
    swings = Swings.model_validate({"smoothing": ["rack-storage"]})
    fleet = Fleet(
        servers=1985, training=0.7, activity=0.71, job_servers=1389, interval=667.0, write=20.0, other=50.0, chain=1.06,
        fixed=1.0, highest=350.0, price=60.0, parameters=4.05e11, flops=1e15, cooling=((30.0, 5.0), (300.0, 30.0)),
        lags=(0.011, 0.01),
    )  # fmt: skip
    (mine,) = in_turn(repeat, lambda: simulate(swings, server, fleet, alone=False))
    found = simulate(swings, server, fleet, alone=False)
    assert found is not None
    note = f"target; {len(found.raw_power):,} steps, {found.accelerators:,} accelerators"
    yield Row("facility.swings", mine, TARGET, "target", "s", note)
