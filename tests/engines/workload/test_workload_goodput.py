"""Interruptions and checkpoints against published figures and a simulation."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gigacampus.engines.workload.goodput import goodput, interval, time_to_interruption

LLAMA3 = 3.789e-3 * 365.25
"""Interruptions of a server of 8 GPUs a year."""


def test_llama3_mean_time_to_interruption() -> None:
    """16,384 GPUs are 2,048 servers: 3.093 h; 419 interruptions in 54 days."""
    mtti = float(time_to_interruption(np.array(16384.0), LLAMA3 / 8))
    assert mtti / 3600 == pytest.approx(3.093, abs=0.001)
    assert 54 * 86400 / mtti == pytest.approx(419, abs=0.5)


@pytest.mark.parametrize(
    ("write", "restart", "published"), [(5, 300, 0.945), (20, 300, 0.916), (20, 600, 0.892), (60, 300, 0.876)]
)
def test_effective_training_time(write: float, restart: float, published: float) -> None:
    """The exact exponential form at Llama 3's 3.093 h."""
    kept = float(goodput(np.array(3.093 * 3600), write, restart).kept)
    assert kept == pytest.approx(published, abs=0.002)


@given(st.floats(1e3, 1e8), st.floats(0, 300), st.floats(0, 3600))
def test_shares_of_time_sum_to_one(mtti: float, write: float, restart: float) -> None:
    g = goodput(np.array(mtti), write, restart)
    assert g.kept + g.lost + g.writing + g.restarting == pytest.approx(1, abs=1e-12)
    assert min(g.kept, g.lost, g.writing, g.restarting) > -1e-9
    assert g.active == pytest.approx(g.kept + g.lost)


@pytest.mark.parametrize("mtti", [2_000.0, 11_135.0, 400_000.0])
@pytest.mark.parametrize("write", [5.0, 60.0])
def test_daly_interval_is_within_a_hair_of_the_best(mtti: float, write: float) -> None:
    """No other interval keeps more than 0.1 % more."""
    m = np.array(mtti)
    tau = np.geomspace(10, 5 * mtti, 4000)
    best = np.max(np.exp(-300 / mtti) * tau / (mtti * np.expm1((tau + write) / mtti)))
    assert goodput(m, write, 300.0).kept == pytest.approx(best, rel=1e-3)
    assert interval(write, np.array(1e9)) == pytest.approx(np.sqrt(2 * write * 1e9), rel=1e-2)


def test_limits() -> None:
    """Without failures nothing is lost; free checkpoints lose restarts only; all failures lose all."""
    assert goodput(np.array(1e30), 20, 300).kept == pytest.approx(1, abs=1e-9)
    free = goodput(np.array(1e4), 0.0, 300.0)
    assert free.kept == pytest.approx(np.exp(-0.03), rel=1e-4)
    assert goodput(np.array(5.0), 20, 300).kept < 1e-20


def test_a_simulated_job_agrees() -> None:
    """Exponential interruptions, second by second events: 3,000 h of wall time within half a point."""
    mtti, write, restart = 11_135.0, 20.0, 300.0
    tau = float(interval(write, np.array(mtti)))
    rng = np.random.default_rng(5)
    wall, kept, lost, writing, restarting = 0.0, 0.0, 0.0, 0.0, 0.0
    left = rng.exponential(mtti)
    while wall < 3_000 * 3600:
        if left >= tau + write:
            kept, writing, wall, left = kept + tau, writing + write, wall + tau + write, left - tau - write
            continue
        lost, writing, wall = lost + min(left, tau), writing + max(left - tau, 0.0), wall + left
        left = rng.exponential(mtti)
        while left < restart:
            restarting, wall, left = restarting + left, wall + left, rng.exponential(mtti)
        restarting, wall, left = restarting + restart, wall + restart, left - restart
    g = goodput(np.array(mtti), write, restart)
    simulated = np.array([kept, lost, writing, restarting]) / wall
    assert simulated == pytest.approx([g.kept, g.lost, g.writing, g.restarting], abs=0.005)
