"""Power swings: an accelerator-by-accelerator oracle, energy that closes, bounds that hold, the grid's equations."""

from __future__ import annotations

import itertools
import math
import pickle
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gigacampus.campus.spec.compute import Server
from gigacampus.campus.spec.facility import Job, PointOfInterconnection, PowerChain, Swings
from gigacampus.campus.spec.workload import Workload
from gigacampus.engines.swings import MEANS, STEP, Fleet, cases, simulate
from gigacampus.engines.swings import load as loads
from gigacampus.engines.swings.flicker import flicker, rectangular, sensation
from gigacampus.engines.swings.grid import change, rms, seen, spectrum, voltage, within
from gigacampus.engines.swings.load import Pattern, occupancy
from gigacampus.engines.swings.smoothing import ramped, scan, store
from gigacampus.errors import InfeasibleError, SpecError

SERVER = Server.model_validate("gb300-nvl72")
PATTERN = Pattern(0.78, 0.1, 0.9, 100.0, 5.0, 2.0)


def swings(**given: Any) -> Swings:
    return Swings.model_validate({"window": "60 s", **given})


def fleet(servers: float = 1000, job_servers: float = 200, **given: Any) -> Fleet:
    rest = {"parameters": 4.05e11, "flops": 1e15} | given
    return Fleet(servers, 0.7, 0.71, job_servers, 600.0, 20.0, 20.0, 1.06, 10.0, servers * 0.17, 60.0, **rest)


# Load


def by_accelerator(spec: Swings, job: Job, pattern: Pattern, accelerators: int, fine: int = 10) -> np.ndarray:
    """Active share of a job's power range, every accelerator drawn by itself and sampled `fine` times in a step.

    The steps of the job and when each server ends its compute are the simulation's own draws; accelerators differ from
    their server by draws of the oracle.
    """
    starts, times = loads._steps(spec, job, pattern, 0)
    ends = loads._ends(spec, pattern, times, job.servers, 0)
    random = np.random.default_rng(99)
    at = (np.arange(round(spec.window / STEP) * fine) + 0.5) * STEP / fine
    step = np.searchsorted(starts, at, side="right") - 1
    inside = (step >= 0) & (at < (job.stop or math.inf))
    within = at - starts[np.maximum(step, 0)]
    active = inside & (within < times[np.maximum(step, 0)])
    total = np.zeros(len(at))
    for server in range(job.servers):
        for _ in range(accelerators):
            own = ends[:, server] + spec.accelerator_spread * random.standard_normal(len(starts))
            computing = active & (within < own[np.maximum(step, 0)])
            total += np.where(computing, pattern.high, np.where(active, pattern.low, 0.0))
    return total.reshape(-1, fine).mean(axis=1) / accelerators


@pytest.mark.parametrize("step", [0.5, 2.0])
def test_the_spectrum_is_that_of_every_accelerator_by_itself(step: float) -> None:
    spec, pattern = swings(server_spread="0.01 s", accelerator_spread="0.002 s", seed=3), replace(PATTERN, step=step)
    job = Job(servers=12, start=5.0, stop=50.0)
    at = occupancy(spec, [job], pattern)
    ours = (PATTERN.low * at.active + (PATTERN.high - PATTERN.low) * at.computing)[0]
    theirs = by_accelerator(spec, job, pattern, 36)
    assert ours.mean() == pytest.approx(theirs.mean(), rel=1e-3)
    frequency, mine = spectrum(ours)
    _, peer = spectrum(theirs)
    for low, high in ((0.1, 20.0), (0.1, 1.0), (1.0, 2.5), (2.5, 10.0), (10.0, 20.0)):
        assert rms(frequency, mine, low, high) == pytest.approx(rms(frequency, peer, low, high), rel=0.02)
    line = (frequency <= 20) & (peer > 0.1 * peer[frequency > 0.1].max())
    np.testing.assert_allclose(mine[line], peer[line], rtol=0.02)


def test_a_hundred_thousand_accelerators_are_drawn_server_by_server() -> None:
    assert Swings.model_validate({}).window * 1389 / PATTERN.step < loads._EDGES


def test_no_energy_is_lost_to_sampling() -> None:
    spec = swings(step_jitter="0 %", server_spread="0 s", job_spread="0 %", accelerator_spread="0 s")
    pattern = replace(PATTERN, interval=1e9, step=0.7)
    at = occupancy(spec, [Job(servers=3, start=1.234, stop=1.234 + 10 * 0.7)], pattern)
    assert at.running.sum() * STEP == pytest.approx(3 * 7.0, rel=1e-9)
    assert at.active.sum() * STEP == pytest.approx(3 * 7.0, rel=1e-9)
    assert at.computing.sum() * STEP == pytest.approx(3 * 7.0 * PATTERN.share, rel=1e-9)


@given(seed=st.integers(0, 99), servers=st.integers(1, 40), step=st.floats(0.05, 5.0), stop=st.floats(6.0, 60.0))
@settings(max_examples=30, deadline=None)
def test_states_are_nested(seed: int, servers: int, step: float, stop: float) -> None:
    spec = swings(seed=seed).model_copy(update={"accelerator_spread": 0.0})
    at = occupancy(spec, [Job(servers=servers, start=5.0, stop=stop)], replace(PATTERN, step=step))
    slack = 1e-8 * servers
    assert np.all(at.computing <= at.active + slack)
    assert np.all(at.active <= at.running + slack)
    assert np.all(at.running <= servers + slack)
    assert np.all(at.computing >= -slack)
    assert at.running[0, : round(5 / STEP) - 1].max() <= slack


def test_checkpoints_stop_a_whole_job_for_their_time() -> None:
    spec = swings(window="10 min")
    at = occupancy(spec, [Job(servers=5)], PATTERN)
    idle = float((at.running - at.active).sum()) * STEP / 5
    assert idle == pytest.approx(PATTERN.write * round(idle / PATTERN.write), abs=0.5)
    assert idle >= 5 * PATTERN.write


@pytest.mark.parametrize("interval", [0.0, 1e-6, 5.0, math.inf])
@pytest.mark.parametrize("write", [0.0, 30.0])
def test_checkpoints_of_any_rhythm_run(interval: float, write: float) -> None:
    at = occupancy(
        swings(), [Job(servers=2), Job(servers=2, start=90.0)], replace(PATTERN, interval=interval, write=write)
    )
    assert np.all(at.active[0] <= 2 + 1e-9)
    assert at.running[1].max() == 0


def test_jobs_do_not_depend_on_those_beside_them() -> None:
    spec, job = swings(), Job(servers=7, start=2.0)
    both = occupancy(spec, [job, job], PATTERN)
    last = occupancy(spec, [job], PATTERN, first=1, of=2)
    np.testing.assert_array_equal(both.computing[1], last.computing[0])
    assert not np.array_equal(both.computing[0], both.computing[1])


# Smoothing


def naive_store(
    power: np.ndarray, energy: float, limit: float, efficiency: float, filter: float, gain: float
) -> tuple[np.ndarray, float, float]:
    """The store's rule step by step, as its notes say it."""
    keep, back = math.exp(-STEP / filter), STEP / (10 * filter)
    mean, charge, given_by_grid, loss = power[0], energy / 2, [], 0.0
    for p in power:
        mean = keep * mean + (1 - keep) * p
        wish = gain * (mean - p) * STEP
        change = (wish * efficiency if wish > 0 else wish / efficiency) + back * (energy / 2 - charge)
        change = min(max(change, -limit * STEP / efficiency), limit * STEP * efficiency)
        new = min(max(charge + change, 0.0), energy)
        moved, charge = (new - charge) / STEP, new
        given_by_grid.append(p + (moved / efficiency if moved > 0 else moved * efficiency))
        loss += abs(given_by_grid[-1] - p - moved) * STEP
    return np.array(given_by_grid), loss, charge - energy / 2


@given(seed=st.integers(0, 99), energy=st.floats(0.01, 50.0), limit=st.floats(0.1, 20.0), eta=st.floats(0.5, 1.0))
@settings(max_examples=25, deadline=None)
def test_a_store_is_its_rule_step_by_step_and_closes(seed: int, energy: float, limit: float, eta: float) -> None:
    power = 10 + 5 * np.sign(np.sin(np.arange(1500) / 30)) + np.random.default_rng(seed).normal(0, 1, 1500)
    one = np.ones(1)
    ours = store(power[None], energy * one, limit * one, eta, 1.5, 0.8 * one)
    grid, loss, change = naive_store(power, energy, limit, eta, 1.5, 0.8)
    np.testing.assert_allclose(ours.power[0], grid, atol=1e-7 * max(energy, 1) / STEP * 1e-3)
    assert float(ours.loss.sum()) * STEP == pytest.approx(loss, rel=1e-6, abs=1e-9)
    assert float(ours.change[0]) == pytest.approx(change, rel=1e-6, abs=1e-9)
    in_and_out = float((ours.power[0] - power - ours.loss[0]).sum()) * STEP
    assert in_and_out == pytest.approx(float(ours.change[0]), abs=1e-9 * power.sum())
    assert np.all(np.abs(ours.power[0] - power) <= limit * (1 + 1e-9) + 1e-9)


@pytest.mark.parametrize("filter", [5.0, 60.0])
def test_more_energy_or_power_never_smooths_worse(filter: float) -> None:
    """A step of 50 MW among swings, behind stores of one power and rising energy, and the other way round."""
    time = np.arange(0.0, 300.0, STEP)
    power = 60 + 50.0 * (time > 30) + 20 * np.sign(np.sin(math.pi * time + 1e-9))
    for sizes in ([(minutes * 60 * 80.0, 80.0) for minutes in (2, 5, 20, 60)], [(5e4, p) for p in (20.0, 60.0, 200.0)]):
        left = [
            store(power[None], np.array([energy]), np.array([limit]), 0.92, filter, np.ones(1)).power[0]
            for energy, limit in sizes
        ]
        for less, more in itertools.pairwise(left):
            assert within(more, 1.0) <= within(less, 1.0) * 1.01  # a cap that just suffices takes a little more
            assert np.std(np.diff(more)) <= np.std(np.diff(less)) * 1.001
    assert within(left[-1], 1.0) < 0.3 * within(power, 1.0)


def test_a_scan_with_limits_to_each_step_is_its_loop() -> None:
    added, fall, rise = (
        np.random.default_rng(1).normal(size=(3, 997)),
        np.array([0.1, 1.0, 9.0]),
        np.array([0.7, 0.2, 9]),
    )
    ours = scan(added, 0.97, -2.0, 3.0, np.array([0.0, 0.5, -0.5]), fall, rise)
    state = np.array([0.0, 0.5, -0.5])
    for k in range(997):
        state = np.clip(np.clip(0.97 * state + added[:, k], state - fall, state + rise), -2.0, 3.0)
        np.testing.assert_allclose(ours[:, k], state, atol=1e-12)


def test_a_scan_is_its_loop() -> None:
    added = np.random.default_rng(0).normal(size=(3, 997))
    ours = scan(added, 0.9, -0.5, 1.0, np.array([0.0, 0.5, -0.5]))
    state = np.array([0.0, 0.5, -0.5])
    for k in range(997):
        state = np.clip(0.9 * state + added[:, k], -0.5, 1.0)
        np.testing.assert_allclose(ours[:, k], state, atol=1e-12)


@given(seed=st.integers(0, 99), up=st.floats(0.5, 500.0), down=st.floats(0.5, 500.0))
@settings(max_examples=30, deadline=None)
def test_ramps_hold_both_ways(seed: int, up: float, down: float) -> None:
    power = np.random.default_rng(seed).uniform(0, 10, (2, 400))
    found = ramped(power, np.full(2, up), np.full(2, down))
    moved = np.diff(found, axis=1) / STEP
    assert moved.max() <= up * (1 + 1e-6)
    assert moved.min() >= -down * (1 + 1e-6)
    np.testing.assert_allclose(ramped(power, np.full(2, 1e6), np.full(2, 1e6)), power, atol=1e-6)


# The whole


@pytest.mark.parametrize("means", [[], ["rack-storage"], ["battery"], ["floor"], ["ramps"], ["stagger"], list(MEANS)])
def test_energy_closes_and_smoothing_smooths(means: list[str]) -> None:
    campus = fleet(cooling=((20.0, 4.0), (90.0, 7.0), (180.0, 20.0)))
    result = simulate(swings(window="3 min", smoothing=means), SERVER, campus, alone=False)
    assert result is not None
    assert result.residual < 1e-12
    assert result.smoothed.seen.band <= result.raw.seen.band * (1 + 1e-12)
    assert result.smoothed.lost >= -1e-12
    grew = float((result.smoothed_power - result.raw_power).mean())
    if "battery" not in means and "rack-storage" not in means and "stagger" not in means:
        assert grew == pytest.approx(result.smoothed.lost - result.smoothed.withheld, abs=1e-9)
    pickle.loads(pickle.dumps(result))


def test_a_run_is_the_same_again_and_another_seed_is_not() -> None:
    first, second, other = (simulate(swings(seed=s), SERVER, fleet(), alone=False) for s in (1, 1, 2))
    assert first is not None
    assert second is not None
    assert other is not None
    np.testing.assert_array_equal(first.raw_power, second.raw_power)
    assert not np.array_equal(first.raw_power, other.raw_power)


def test_the_mean_of_training_is_the_workloads_activity() -> None:
    spec = swings(jobs=[{"servers": 700}], window="5 min", job_spread="0 %")
    result = simulate(spec, SERVER, replace(fleet(), interval=1e9), alone=False)
    assert result is not None
    idle, peak = SERVER.idle_power, SERVER.peak_power
    training = 700 * (idle + 0.71 * (peak - idle)) * (1 + SERVER.overhead_share) / 1e3
    assert result.raw_power.mean() == pytest.approx(1.06 * (training + 20.0) + 10.0, rel=2e-3)


def test_swings_scale_with_the_campus_and_flicker_does_not() -> None:
    spec = swings(jobs=[{"servers": 50, "start": "10 s"}], server_spread="0 s")
    small = simulate(spec, SERVER, replace(fleet(100), fixed=0.0, other=0.0), alone=False)
    double = spec.model_copy(update={"jobs": [Job(servers=100, start=10.0)]})
    large = simulate(double, SERVER, replace(fleet(200), fixed=0.0, other=0.0), alone=False)
    assert small is not None
    assert large is not None
    assert large.raw.seen.ramp == pytest.approx(2 * small.raw.seen.ramp, rel=1e-9)
    assert large.raw.seen.flicker == pytest.approx(small.raw.seen.flicker, rel=1e-6)


def test_training_between_start_and_stop_swings_by_its_steps() -> None:
    """One job without jitter: steps between communication and compute, a start from idle, a stop to it."""
    still = {"step_jitter": "0 %", "job_spread": "0 %", "server_spread": "0 s", "accelerator_spread": "0 s"}
    spec = swings(window="5 min", step="2 s", jobs=[{"servers": 100, "start": "20 s", "stop": "280 s"}], **still)
    result = simulate(spec, SERVER, replace(fleet(), interval=1e9), alone=False)
    assert result is not None
    assert result.raw.steady is not None
    whole = 1.06 * 100 * (SERVER.peak_power - SERVER.idle_power) * (1 + SERVER.overhead_share) / 1e3
    assert result.raw.steady.peak_to_peak == pytest.approx((0.78 - 0.10) * whole, rel=1e-6)
    assert result.raw.seen.peak_to_peak == pytest.approx(0.78 * whole, rel=1e-6)
    assert result.raw.steady.ramp_minute < 0.01 * result.raw.seen.ramp_minute
    spread = [{"servers": 1, "start": f"{at} s"} for at in range(0, 60, 8)]
    crowded = simulate(swings(jobs=spread), SERVER, fleet(), alone=False)
    assert crowded is not None
    assert crowded.raw.steady is None


def test_cycles_of_a_battery_are_what_it_gave_over_its_size() -> None:
    spec = swings(window="3 min", smoothing=["battery"], battery={"power": "40 MW", "energy": "2 MWh"})
    result = simulate(spec, SERVER, fleet(), alone=True)
    assert result is not None
    given_ = float(np.maximum(result.raw_power - result.smoothed_power, 0.0).sum()) * STEP / 3600
    a_year = given_ / 0.92 / 2.0 * 8766 * 3600 / 180
    assert result.smoothed.cycles == pytest.approx(a_year, rel=1e-9)
    assert result.raw.cycles is result.alone["floor"].cycles is None


def test_a_campus_without_training_has_no_swings() -> None:
    assert simulate(swings(), SERVER, replace(fleet(), training=0.0)) is None


def test_training_smaller_than_its_job_or_job_smaller_than_a_server_is_one_job_at_least() -> None:
    for servers, job in ((2.0, 1 / 72), (3.0, 500.0)):
        result = simulate(
            swings(window="30 s"), SERVER, replace(fleet(servers, job), other=0.0, fixed=0.0), alone=False
        )
        assert result is not None
        assert [job.servers for job in result.jobs] == [int(0.7 * servers)]


def test_an_activity_beyond_the_parts_of_a_step_moves_them() -> None:
    flat = Pattern.of(swings(), 1.0, 600.0, 20.0, 2.0)
    assert (flat.high, flat.share) == (1.0, 1.0)
    assert Pattern.of(swings(), 0.05, 600.0, 20.0, 2.0).low == 0.05


# Grid


def test_voltage_is_the_linear_rule_for_small_changes() -> None:
    grid = PointOfInterconnection.model_validate({"x_over_r": 8, "power_factor": 0.95})
    power = np.array([0.0, 1e-3])
    r, x = 1 / math.hypot(1, 8), 8 / math.hypot(1, 8)
    linear = 1e-3 / 100 * (r + x * math.tan(math.acos(0.95)))
    assert float(-np.diff(voltage(power, grid, 100.0))[0]) == pytest.approx(linear, rel=1e-4)


@given(p=st.floats(0.0, 0.15), ratio=st.floats(0.5, 30.0), factor=st.floats(0.9, 1.0))
@settings(max_examples=50, deadline=None)
def test_voltage_solves_the_circuit(p: float, ratio: float, factor: float) -> None:
    grid = PointOfInterconnection.model_validate({"x_over_r": ratio, "power_factor": factor})
    v = float(voltage(np.array([p]), grid, 1.0)[0])
    q = p * math.tan(math.acos(factor))
    z = complex(1, ratio) / math.hypot(1, ratio)
    assert abs(v + z * complex(p, -q) / v) == pytest.approx(1.0, abs=1e-12)


def test_a_stronger_grid_flickers_less() -> None:
    weak, strong = (
        simulate(swings(grid={"short_circuit_ratio": ratio}), SERVER, fleet(), alone=False) for ratio in (4, 12)
    )
    assert weak is not None
    assert strong is not None
    assert strong.raw.seen.flicker < weak.raw.seen.flicker / 2.5
    assert strong.raw.seen.ramp == weak.raw.seen.ramp


@pytest.mark.parametrize("period", [0.1, 0.5, 1.0, 2.0, 6.2])
def test_steps_of_any_period_ramp_within_a_second_and_go_nowhere_in_a_minute(period: float) -> None:
    """Two samples exactly a second apart see nothing of steps of 1 s; two a minute apart see whole steps of 6.2 s."""
    grid, time = PointOfInterconnection.model_validate({}), np.arange(0.0, 300.0, STEP)
    found = seen(100 + 20 * np.sign(np.sin(2 * math.pi * time / period + 1e-6)), grid, 1e4)
    assert found.ramp == pytest.approx(40.0)
    assert found.step == pytest.approx(40.0)
    assert found.voltage_change == pytest.approx(float(np.ptp(voltage(np.array([80.0, 120.0]), grid, 1e4))))
    assert found.ramp_minute < 0.3 * 40.0 / 60


@given(seed=st.integers(0, 99), over=st.floats(0.02, 4.0))
@settings(max_examples=30, deadline=None)
def test_within_a_time_is_never_less_than_exactly_a_time_apart(seed: int, over: float) -> None:
    values, lag = np.random.default_rng(seed).normal(size=500), round(over / STEP)
    assert within(values, over) >= np.abs(values[lag:] - values[:-lag]).max() - 1e-12


def test_a_ramp_is_its_slope_and_a_step_all_of_itself() -> None:
    time = np.arange(0.0, 300.0, STEP)
    assert change(0.3 * time, 60.0) == pytest.approx(18.0)
    assert change(50.0 * (time > 150), 60.0) == pytest.approx(50.0)
    assert change(50.0 * (time > 150), 600.0) == pytest.approx(50.0)  # a window that is shorter


def test_a_grid_that_cannot_carry_the_campus_is_named() -> None:
    with pytest.raises(InfeasibleError, match=r"facility\.swings\.grid: the grid cannot carry .* short_circuit_ratio"):
        simulate(swings(grid={"short_circuit_ratio": 1.2}), SERVER, fleet(), alone=False)


def test_bands_hold_all_of_a_sine() -> None:
    frequency, amplitude = spectrum(4 * np.sin(2 * np.pi * 1.5 * np.arange(6000) * STEP))
    assert rms(frequency, amplitude, 1.0, 2.5) == pytest.approx(4 / math.sqrt(2), rel=1e-9)
    assert rms(frequency, amplitude, 0.1, 1.0) < 1e-9


# Flicker: IEC 61000-4-15:2010, table 5 (Pst 1 within 5 %), as transcribed in qwtb's alg_flicker_sim

TABLE_5: dict[tuple[Any, int], tuple[float, ...]] = {
    ("230 V", 50): (2.715, 2.191, 1.450, 0.894, 0.722, 0.407, 2.343),
    ("120 V", 60): (3.181, 2.564, 1.694, 1.040, 0.844, 0.548, 4.837),
    ("120 V", 50): (3.178, 2.561, 1.694, 1.045, 0.844, 0.545, 3.426),
    ("230 V", 60): (2.719, 2.194, 1.450, 0.895, 0.723, 0.409, 3.263),
}


@pytest.mark.parametrize(("lamp", "mains"), list(TABLE_5))
def test_rectangular_changes_of_the_standard_give_pst_1(lamp: Any, mains: int) -> None:
    changes = (1, 2, 7, 39, 110, 1620, 4000 if mains == 50 else 4800)
    found = [rectangular(c, d, lamp, mains) for c, d in zip(changes, TABLE_5[lamp, mains], strict=True)]
    np.testing.assert_allclose(found, 1.0, atol=0.015)


@pytest.mark.parametrize(
    ("lamp", "mains", "hertz", "depth"),
    [
        ("230 V", 50, 0.5, 2.325), ("230 V", 50, 2.0, 0.879), ("230 V", 50, 8.8, 0.250), ("230 V", 50, 15.0, 0.432),
        ("230 V", 50, 25.0, 1.037), ("120 V", 60, 0.5, 2.453), ("120 V", 60, 8.8, 0.321), ("120 V", 60, 25.0, 1.464),
    ],
)  # fmt: skip
def test_sinusoidal_changes_of_the_standard_are_just_seen(lamp: Any, mains: int, hertz: float, depth: float) -> None:
    """Tables 1a and 1b: highest sensation 1 within 8 %."""
    time = np.arange(0.0, 120.0, 0.001)
    seen = sensation((1 + depth / 200 * np.sin(2 * np.pi * hertz * time)) ** 2, 0.001, lamp, mains)
    assert float(seen[20_000:-20_000].max()) == pytest.approx(1.0, abs=0.08)


def test_pst_is_linear_in_the_change() -> None:
    wave = np.sign(np.sin(2 * np.pi * 0.6 * np.arange(0.0, 120.0, STEP) + 1e-9))
    assert flicker(1 + 2e-4 * wave, STEP) == pytest.approx(2 * flicker(1 + 1e-4 * wave, STEP), rel=1e-3)
    assert flicker(np.ones(6000), STEP) == 0


# Bad input


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"communication": "90 %"}, "communication must be below compute"),
        ({"communication": "-1 %"}, "at least 0 %"),
        ({"rack_storage": {"power": "0 kW"}}, "energy, power and efficiency must be above zero"),
        ({"battery": {"power": "0 MW"}}, "leave battery out of smoothing instead"),
        ({"grid": {"short_circuit_ratio": 0}}, "greater than 0"),
        ({"grid": {"short_circuit_ratio": 5, "short_circuit_power": "9 GVA"}}, "not both"),
        ({"jobs": [{"servers": 5, "start": "90 s"}]}, "must start within the window"),
        ({"jobs": [{"servers": 5, "start": "9 s", "stop": "8 s"}]}, "stop must be after start"),
        ({"smoothing": ["floor", "floor"]}, "each means once"),
    ],
)
def test_bad_input_is_one_clear_line(given: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message) as found:
        swings(**given)
    assert len(found.value.errors()) == 1  # type: ignore[attr-defined]


def test_jobs_beyond_training_are_refused_with_the_way_out() -> None:
    with pytest.raises(SpecError, match=r"facility\.swings\.jobs: .* than the 700 .*\(got 900\)\. Give smaller jobs"):
        simulate(swings(jobs=[{"servers": 900}]), SERVER, fleet())


# By hand


def test_a_campus_of_one_server_swings_and_less_than_one_does_not() -> None:
    one = replace(fleet(1, 1), training=1.0, other=0.0, fixed=0.0)
    result = simulate(swings(), SERVER, one, alone=False)
    assert result is not None
    assert result.accelerators == SERVER.accelerators
    assert simulate(swings(), SERVER, replace(one, training=0.99), alone=False) is None


def test_jobs_smaller_than_a_server_take_one_each() -> None:
    result = simulate(swings(), SERVER, replace(fleet(3, 0.2), training=1.0, other=0.0, fixed=0.0), alone=False)
    assert result is not None
    assert [job.servers for job in result.jobs] == [1, 1, 1]
    assert [job.stop is None for job in result.jobs] == [False, True, True]


def test_what_the_racks_may_store_and_how_fast_they_may_ramp_by_hand(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of ten servers of 72 accelerators: 720 times the storage and the ramp of one."""
    seen: dict[str, Any] = {}

    def stored(power: Any, energy: Any, limit: Any, *rest: Any) -> Any:
        seen["store"] = float(energy[0]), float(limit[0]), float(rest[2][0])
        return store(power, energy, limit, *rest)

    def ramping(power: Any, up: Any, down: Any) -> Any:
        seen["ramp"] = float(np.ravel(up)[0]), float(np.ravel(down)[0])
        return ramped(power, up, down)

    monkeypatch.setattr(cases, "store", stored)
    monkeypatch.setattr(cases, "ramped", ramping)
    spec = swings(jobs=[{"servers": 10}], smoothing=["ramps", "rack-storage"])
    assert simulate(spec, SERVER, fleet(), alone=False) is not None
    of_one = spec.rack_storage
    assert SERVER.accelerators == 72
    assert seen["store"][:2] == pytest.approx((720 * of_one.energy / 1e6, 720 * of_one.power / 1e3), rel=1e-12)
    assert 0 < seen["store"][2] <= 1
    assert seen["ramp"] == pytest.approx((720 * spec.ramp_up / 1e6, 720 * spec.ramp_down / 1e6), rel=1e-12)


def test_a_fleet_by_hand() -> None:
    """1,000 servers at 100 MW: what an accelerator does, what the rest draws, what the chain loses."""
    workload, chain = Workload.model_validate({}), PowerChain.model_validate({"ups": {"lag": "0 s"}})
    training, serving = workload.training, workload.serving
    found = Fleet.of(
        SERVER, workload, chain, servers=1000.0, rating=100.0, interval=600.0,
        it=np.array([80.0, 60.0]), losses=[np.array([4.0, 3.0]), np.array([4.0, 3.0])], peak_ratio=1.3,
        load=np.array([0.5, 1.0]), cooling=np.array([0.1, 0.2]), price=np.array([30.0, 50.0]),
    )  # fmt: skip
    least = SERVER.idle_power / SERVER.peak_power
    assert found.flops == pytest.approx(training.mfu * SERVER.accelerator_peak * 1e12)
    assert found.job_servers == training.job_accelerators / 72
    other = least * (1 - training.share) + (1 - least) * serving.share * serving.activity_mean
    assert found.other == pytest.approx(100 * other)
    assert (found.chain, found.highest, found.price) == pytest.approx((1.1, 130.0, 40.0))
    assert np.array(found.cooling) == pytest.approx(np.array([[50.0, 5.0], [100.0, 20.0]]))
    assert chain.supply is not None
    assert found.lags == (chain.supply.lag,)
    assert 0 < chain.supply.lag < 1
