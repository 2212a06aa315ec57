"""One site and one year by the hour: a load, a solar plant, a battery and the grid, against microgrid simulators."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from datetime import date
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from benchmarks.processes import process
from benchmarks.registry import Row, benchmark, in_turn, version

SPEC = """
name: One site, one year
life: {end: 2029-12-31}
site: {weather: columbus-oh, grid: pjm}
compute: {phases: [{name: Hall, ready: 2029-01-01, power: 100 MW}]}
supply:
  plants:
    sun: {use: solar-single-axis, capacity: 150 MW}
    battery: {use: battery-4h, capacity: 50 MW, forced_outage: 0 %, degradation: 0 %/year, efficiency: 100 %}
  grid: {export_limit: 1000 MW}
"""
OURS = f"""
import os, tempfile
os.environ["GIGACAMPUS_CACHE"] = tempfile.mkdtemp()
from gigacampus.campus import spec
from gigacampus.runs.pipeline import Run
run = Run(spec.read({SPEC!r}), store=False)
[run.get(stage.name) for stage in run.stages]
"""
RECORDED = {
    "vessim": (6.2, "vessim of 2026-06", "its basic scenario, hourly, CSV log"),
    "sustaindc": (111.0, "SustainDC a92b475", "one 1 MW data centre at 15 min, fixed actions; from 30 days"),
    "raps": (420.0, "RAPS 6c142bf", "one year at 1 h; had not finished when it was stopped"),
}
"""Seconds of a whole process, measured once on two cores of the same kind."""


def ours() -> Any:
    """From weather to hourly and monthly tables, nothing cached; no design studies beside them."""
    from gigacampus.campus import spec
    from gigacampus.runs.pipeline import Run

    run = Run(spec.read(SPEC), store=False)
    for stage in ("workload", "impact", "hourly", "monthly"):
        run.get(stage)
    return run


def dispatch(run: Any) -> Any:
    """The supply's dispatch alone."""
    from gigacampus.engines import supply

    load = run.timeline.gather(run.response.load)
    return supply.dispatch(run.campus.supply, run.campus.site.grid, run.site, run.timeline, load)


@cache
def _series() -> Any:
    """Load, solar output [W] and price of our own run, as the peer takes them."""
    import pandas as pd

    run = ours()
    flows, seconds = run.dispatch, [3600 * hour for hour in range(run.timeline.hours)]
    columns = {
        "load": flows.load * 1e6,
        "sun": run.timeline.gather(run.site.output["sun"]) * 150e6,
        "price": flows.price,
    }
    return pd.DataFrame(columns, index=seconds)


def vessim(log: bool) -> Any:
    """The same load, sun, battery and grid in vessim, with or without its log of every step."""
    import vessim as vs  # type: ignore[import-untyped]

    series = _series()
    traces = {name: vs.Trace(series[name]) for name in series}
    battery = vs.SimpleBattery("battery", capacity=200e6, c_rate=0.25)
    environment = vs.Environment(sim_start=date(2029, 1, 1).isoformat(), step_size=3600)
    environment.add_microgrid(
        actors=[vs.Consumer("load", traces["load"]), vs.Producer("sun", traces["sun"])],
        dispatchables=[battery, vs.GridConnection()],
        grid_signals={"price": traces["price"]},
    )
    with tempfile.TemporaryDirectory() as place:
        if log:
            environment.add_controller(vs.Recorder(Path(place) / "out"))
        return environment.run(until=3600 * len(series))


@benchmark("dispatch-site-year")
def site_year(repeat: int) -> Iterator[Row]:
    """The whole pipeline, and the dispatch alone, against the same scenario in vessim, where it is installed."""
    if find_spec("vessim") is None:
        recorded, peer_version, what = RECORDED["vessim"]
        note = f"recorded, for vessim is not installed here; {what}"
        yield Row("dispatch-site-year", in_turn(repeat, ours)[0], recorded, peer_version, "s", note)
        return
    whole, peer = in_turn(repeat, ours, lambda: vessim(True))
    note = "8,760 hours, in a warm process; ours from weather to tables (sun, workload, cooling, costs, carbon too), "
    yield Row(
        "dispatch-site-year", whole, peer, version("vessim"), "s", note + "vessim from ready traces to its CSV log"
    )
    run = ours()
    alone, bare = in_turn(repeat, lambda: dispatch(run), lambda: vessim(False))
    yield Row("dispatch-alone", alone, bare, version("vessim"), "s", "8,760 hours, from ready series, nothing written")


@benchmark("site-year-recorded")
def site_year_recorded(repeat: int) -> Iterator[Row]:
    """A whole process of ours against measurements of whole processes that were recorded once."""
    process(code=OURS)
    times = sorted(process(code=OURS).seconds for _ in range(repeat))
    for name, (seconds, peer, what) in RECORDED.items():
        note = f"recorded; ours is a whole process with nothing cached; {what}"
        yield Row(f"site-year-{name}", times[len(times) // 2], seconds, peer, "s", note)
