"""Swings on their way to the grid: DC links, cooling, step time, many jobs; and published limits against them."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gigacampus.campus.spec.compute import Server
from gigacampus.campus.spec.facility import PointOfInterconnection, PowerChain, SwingLimit, Swings
from gigacampus.engines import swings as room
from gigacampus.engines.swings import STEP, Fleet, SwingsResult, simulate
from gigacampus.engines.swings.grid import level, rms, seen, spectrum, within
from gigacampus.engines.swings.limits import against
from gigacampus.engines.swings.smoothing import follow

SERVER = Server.model_validate("gb300-nvl72")
GRID = PointOfInterconnection.model_validate({})
TIME = np.arange(6000) * STEP
FLEET = Fleet(1000, 0.7, 0.71, 200, 600.0, 20.0, 20.0, 1.06, 10.0, 170.0, 60.0, 4.05e11, 1e15)


def run(fleet: Fleet = FLEET, alone: bool = False, **given: Any) -> SwingsResult:
    found = simulate(Swings.model_validate({"window": "60 s", **given}), SERVER, fleet, alone)
    assert found is not None
    return found


def measured(load: np.ndarray, **limit: Any) -> float:
    """What a power is against one limit."""
    one = SwingLimit.model_validate({"status": "proposed", **limit})
    (found,) = against([one], load, seen(load, GRID, 1e4), 100.0)
    return found.value


# DC links


@pytest.mark.parametrize("hertz", [0.5, 2.0, 10.0])
def test_a_dc_link_takes_from_fast_swings_what_its_time_constant_says(hertz: float) -> None:
    """A first-order lag leaves 1 / sqrt(1 + (2 pi f T)^2); steps of 10 ms hold that within 3 % up to 10 Hz."""
    after, _ = follow(100 + 10 * np.sin(2 * np.pi * hertz * TIME), [0.03])
    left = rms(*spectrum(after[3000:]), 0.3, 20.0) * math.sqrt(2) / 10
    assert left == pytest.approx(1 / math.hypot(1, 2 * math.pi * hertz * 0.03), rel=0.035)


def test_links_keep_the_mean_and_say_what_they_hold() -> None:
    power = np.where(TIME < 20, 10.0, 40.0)
    after, held = follow(power, (0.011, 0.5))
    assert after[-1] == pytest.approx(40.0)
    assert held == pytest.approx(-30 * 0.511, rel=0.02)  # MJ: the link gives T dP before its supply is up
    assert float((after - power).sum()) * STEP == pytest.approx(held)


def test_double_conversion_filters_what_eco_passes() -> None:
    lags = {name: PowerChain.model_validate(name).ups for name in ("ups-2n", "ups-2n-eco")}
    assert lags["ups-2n"] is not None
    assert lags["ups-2n-eco"] is not None
    assert lags["ups-2n"].lag > lags["ups-2n-eco"].lag == 0
    plain, filtered = run(), run(replace(FLEET, lags=(0.011, 0.01)))
    assert filtered.raw.residual < 1e-12
    for low, high, most in ((0.1, 1.0, 1.0), (1.0, 5.0, 0.99), (5.0, 20.0, 0.85)):
        bands = [rms(*spectrum(level(one.raw_power)), low, high) for one in (plain, filtered)]
        assert bands[1] < most * bands[0]
    assert filtered.raw.seen.band == pytest.approx(plain.raw.seen.band, rel=0.02)  # most of the energy is slow


# Cooling


def test_cooling_follows_within_minutes_and_meets_its_table() -> None:
    table = ((10.0, 3.0), (200.0, 22.0))
    still, moving = run(window="10 min"), run(replace(FLEET, cooling=table), window="10 min")
    difference = moving.raw_power - still.raw_power
    it = (still.raw_power - FLEET.fixed) / FLEET.chain
    assert difference[0] == pytest.approx(np.interp(it[0], *np.array(table).T), rel=1e-9)
    steady = slice(40_000, 53_000)
    assert difference[steady].mean() == pytest.approx(np.interp(it[steady].mean(), *np.array(table).T), rel=0.03)
    assert moving.raw.seen.step == pytest.approx(still.raw.seen.step, rel=0.01)  # nothing of it in a tenth of a second
    assert moving.raw.seen.ramp_minute > still.raw.seen.ramp_minute


def test_burnt_power_is_cooled_too() -> None:
    burning = run(replace(FLEET, cooling=((10.0, 3.0), (200.0, 22.0))), smoothing=["floor"])
    plain = run(smoothing=["floor"])
    assert burning.smoothed.lost == pytest.approx(plain.smoothed.lost * (1.06 + 0.1) / 1.06, rel=0.1)


# The step's time, and many jobs


def test_a_step_takes_what_its_tokens_take() -> None:
    """6 N D / (n F): 6 x 4.05e11 x 1,024 / 1e15 = 2.49 s."""
    assert run().step == pytest.approx(6 * 4.05e11 * 1024 / 1e15)
    assert run(step="3 s").step == 3
    assert run(replace(FLEET, flops=2e15)).step == pytest.approx(run().step / 2)
    never = run(replace(FLEET, flops=0.0), smoothing=["rack-storage"])
    assert never.step > 1e6
    assert never.smoothed.residual < 1e-12


def test_jobs_that_are_merged_swing_at_most_by_the_root_of_how_many(monkeypatch: pytest.MonkeyPatch) -> None:
    many = replace(FLEET, job_servers=20)
    each = run(many, window="5 min").raw.seen
    monkeypatch.setattr(room, "_MOST_JOBS", 8)
    merged = run(many, window="5 min").raw.seen
    for name in ("peak_to_peak", "step", "ramp"):
        assert getattr(merged, name) == pytest.approx(getattr(each, name), rel=0.05), name
    assert each.band < merged.band <= each.band * math.sqrt(35 / 8)


# What is measured


@given(seed=st.integers(0, 99), count=st.integers(1, 400))
@settings(max_examples=30, deadline=None)
def test_a_range_is_that_of_every_window(seed: int, count: int) -> None:
    values = np.random.default_rng(seed).normal(size=300)
    windows = np.lib.stride_tricks.sliding_window_view(values, min(count + 1, 300))
    assert within(values, count * STEP) == pytest.approx((windows.max(axis=1) - windows.min(axis=1)).max())


def test_a_sine_is_measured_as_one() -> None:
    power = 50 + 3 * np.sin(2 * np.pi * 2 * TIME)
    content = {"measure": "content", "power": "1 MW", "above": "0.1 Hz"}
    assert measured(power, below="5 Hz", **content) == pytest.approx(3, rel=1e-3)
    assert measured(power, below="1 Hz", **content) < 0.05
    within_5 = {"measure": "range", "power": "1 MW", "over": "5 s"}
    assert measured(power, **within_5) == pytest.approx(6, rel=1e-2)
    assert measured(power + 10 * np.sin(2 * np.pi * 0.05 * TIME), above="1 Hz", below="50 Hz", **within_5) == (
        pytest.approx(6, rel=0.06)
    )
    assert measured(power, measure="change", power="1 MW", over="0.25 s") == pytest.approx(6, rel=1e-2)
    assert measured(power, measure="voltage", voltage="1 %") == seen(power, GRID, 1e4).voltage_change


def test_the_windows_ends_are_no_step() -> None:
    """A load that rises slowly and stays up holds nothing above 0.1 Hz."""
    rising = 100 / (1 + np.exp(-(np.arange(60_000) * STEP - 300) / 30))
    assert rms(*spectrum(rising), 0.1, 20.0) > 2
    assert seen(rising, GRID, 1e4).band < 0.1


def test_the_lower_of_power_and_share_holds_and_long_limits_need_long_windows() -> None:
    limit = {"measure": "content", "status": "in force", "power": "2.5 MW", "above": "0.1 Hz", "below": "50 Hz"}
    found = [
        against([SwingLimit.model_validate({**limit, "share": share})], TIME, seen(TIME, GRID, 1e6), 100.0)[0].limit
        for share in ("0.25 %", "25 %")
    ]
    assert found == [pytest.approx(0.25), 2.5]
    names = {one.name for one in run().raw.limits}
    assert "ercot-5s" in names
    assert "caiso-10min" not in names
    assert "caiso-10min" in {one.name for one in run(window="10 min").raw.limits}


def test_a_small_campus_holds_what_a_large_one_breaks() -> None:
    small = run(replace(FLEET, servers=3, job_servers=2, other=0.1, fixed=0.1, highest=0.5), window="10 min")
    large = run(
        window="10 min", smoothing=["battery"], battery={"power": "200 MW", "energy": "200 MWh", "filter": "5 min"}
    )
    assert all(one.held for one in small.raw.limits if one.unit == "MW" and one.name != "ieso-oscillation")
    broken = {one.name for one in large.raw.limits if not one.held}
    assert {"ercot-5s", "ieso-15s", "ieso-oscillation", "lipa-low"} <= broken
    assert {one.name for one in large.smoothed.limits if not one.held} < broken


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"measure": "range", "power": "5 MW"}, "a limit on range needs over"),
        ({"measure": "content", "power": "5 MW", "above": "5 Hz", "below": "1 Hz"}, "the higher of which is below"),
        ({"measure": "flicker"}, "a limit on flicker needs flicker"),
        ("ercot-6s", "Try ercot-5s"),
    ],
)
def test_bad_limits_are_one_clear_line(given: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        SwingLimit.model_validate({"status": "proposed", **given} if isinstance(given, dict) else given)


# By hand


def test_one_job_its_voltage_and_what_smoothing_costs_by_hand() -> None:
    """100 racks start together: each rises from idle to 78 % of its range, through a chain of 1.06; R and X take it."""
    spec = {
        "jobs": [{"servers": 100, "start": "10 s"}],
        "server_spread": "0 s",
        "grid": {"short_circuit_power": "10 GVA"},
    }
    found = run(replace(FLEET, interval=1e9), True, **spec)
    rise = 100 * 0.78 * (SERVER.peak_power - SERVER.idle_power) * (1 + SERVER.overhead_share) / 1e3 * 1.06
    assert found.raw.seen.step == pytest.approx(rise, rel=1e-9)
    assert found.raw.seen.ramp == pytest.approx(rise, rel=1e-9)  # within a second of compute
    r, x = 1 / math.hypot(1, 15), 15 / math.hypot(1, 15)
    linear = rise / 10_000 * (r + x * math.tan(math.acos(0.98)))
    assert found.raw.seen.voltage_change == pytest.approx(linear, rel=0.07)  # and some more by the angle
    means = found.alone
    assert means["rack-storage"].capital == pytest.approx(50 * 1000 * 72)
    assert means["battery"].capital == pytest.approx(1e3 * 85 * (433 + 255 * 5 / 60))  # half of 170 MW for 5 min
    assert means["floor"].capital == means["ramps"].capital == means["stagger"].capital == 0
    for case in means.values():
        assert case.energy_cost == pytest.approx(case.lost * 8766 * 60)
    dip = (0.65 * SERVER.peak_power - SERVER.idle_power) / (SERVER.peak_power - SERVER.idle_power) - 0.10
    burnt = dip * (SERVER.peak_power - SERVER.idle_power) * (1 + SERVER.overhead_share) / 1e3 * 1.06 * 100
    waits = (0.78 - 0.71) / (0.78 - 0.10)
    assert means["floor"].lost == pytest.approx(burnt * waits * 50 / 60, rel=0.03)  # of a minute, ten seconds idle
