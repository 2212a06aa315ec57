"""What the workload offers and delivers, against arithmetic and against what must not change it."""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gigacampus.campus.spec.compute import Compute
from gigacampus.campus.spec.workload import Workload
from gigacampus.engines.workload import Offer, WorkloadResult, offer, settle
from gigacampus.timeline import Timeline

LIFE = Timeline.of([date(2027, 7, 1), date(2028, 3, 1)], date(2029, 12, 31))
LLAMA = Workload.model_validate({})


def compute(scale: float = 1.0, **given: Any) -> Compute:
    """Two phases of DGX H100."""
    phases = [
        {"name": "a", "ready": date(2027, 7, 1), "power": 100.0 * scale},
        {"name": "b", "ready": date(2028, 3, 1), "power": 200.0 * scale},
    ]
    return Compute.model_validate({"server": "h100-dgx", "phases": phases, **given})


def workload(training: float, serving: float, **failures: float) -> Workload:
    return Workload.model_validate(
        {
            "training": {"share": training},
            "serving": {"share": serving},
            "failures": failures,
        }
    )


def delivered(spec: Compute, work: Workload, served: float = 1.0, offset: float = -6.0) -> tuple[Offer, WorkloadResult]:
    o = offer(spec, work, offset, 1.2)
    asked = LIFE.gather(o.it)
    return o, settle(o, spec, work, LIFE, o.idle[LIFE.phase] + served * (asked - o.idle[LIFE.phase]))


def test_ratings_and_servers() -> None:
    o = offer(compute(), LLAMA, -6.0, 1.25)
    assert o.it_rating.tolist() == [100.0, 300.0]
    assert o.servers == pytest.approx(o.it_rating * 1e3 / (10.2 * 1.1))
    assert o.accelerators == pytest.approx(8 * o.servers)
    facility = offer(compute(basis="facility"), LLAMA, -6.0, 1.25)
    assert facility.it_rating.tolist() == [80.0, 240.0]


def test_an_expansion_counts_only_when_enabled() -> None:
    phases = [{"name": "c", "ready": date(2030, 1, 1), "power": 50.0}]
    for enabled, rating in ((False, [100.0, 300.0]), (True, [100.0, 300.0, 350.0])):
        spec = compute(expansion={"enabled": enabled, "phases": phases})
        assert offer(spec, LLAMA, 0.0, 1.2).it_rating.tolist() == rating


def test_power_by_hand() -> None:
    """Training at its activity for the time it computes, serving on a cosine, the rest idle."""
    work = workload(0.6, 0.3)
    o = offer(compute(), work, -6.0, 1.2)
    least = 1.97 / 10.2
    computing = 1 - o.writing[0] - o.restarting[0]
    for hour in (0, 5, 21, 8783):
        serving = 0.50 + 0.11 * np.cos(2 * np.pi * (hour + 0.5 - 6 - 15) / 24)
        busy = 0.6 * 0.71 * computing + 0.3 * serving
        assert o.it[0, hour] == pytest.approx(100 * (least + (1 - least) * busy), rel=1e-12)
    assert o.idle == pytest.approx(o.it_rating * least)


def test_serving_peaks_at_its_local_hour() -> None:
    o = offer(compute(), workload(0.0, 1.0), -6.0, 1.2)
    day = o.it[1, :24]
    assert {int(np.argmax(day)), int(np.argsort(day)[-2])} == {(15 + 6) % 24, (14 + 6) % 24}
    assert o.serving_activity.mean() == pytest.approx(0.5, abs=1e-12)


@pytest.mark.parametrize(("training", "serving"), [(1.0, 0.0), (0.0, 1.0), (0.0, 0.0), (0.4, 0.6)])
def test_power_lies_between_idle_and_rating(training: float, serving: float) -> None:
    o = offer(compute(), workload(training, serving), 0.0, 1.2)
    assert np.all(o.it >= o.idle[:, None] * (1 - 1e-12))
    assert np.all(o.it <= o.it_rating[:, None])


def test_no_failures_means_all_time_is_kept() -> None:
    o, r = delivered(compute(), workload(1.0, 0.0, rate=0.0))
    assert o.ettr == pytest.approx(1.0, abs=1e-9)
    assert r.ettr == pytest.approx(1.0, abs=1e-9)


def test_flop_and_tokens_by_hand() -> None:
    """All served: accelerators x hours x peak x MFU x effective time; 6 N FLOP a token."""
    o, r = delivered(compute(), LLAMA)
    hours = LIFE.yearly(o.accelerators[LIFE.phase])
    expected = hours * 0.7 * o.ettr[0] * 3600 * 989.5e12 * 0.41
    peak = compute().server.accelerator_peak
    assert r.training_flop == pytest.approx(expected * peak / 989.5, rel=1e-9)
    assert r.tokens == pytest.approx(r.training_flop / (6 * 4.05e11))
    assert r.accelerator_hours == pytest.approx(hours)
    assert r.ettr == pytest.approx(o.ettr[0])
    assert np.all(r.curtailed == 0)


def test_llama3_405b_took_about_its_published_days() -> None:
    """3.8e25 FLOP on 16,384 H100 at 41 % MFU with 3.09 h between interruptions: some two months."""
    power = 2048 * 10.2 * 1.1 / 1e3
    spec = Compute.model_validate(
        {"server": "h100-dgx", "phases": [{"name": "a", "ready": date(2027, 1, 1), "power": power}]}
    )
    work, life = workload(1.0, 0.0), Timeline.of([date(2027, 1, 1)], date(2027, 12, 31))
    o = offer(spec, work, 0.0, 1.2)
    r = settle(o, spec, work, life, life.gather(o.it))
    assert o.accelerators[0] == pytest.approx(16_384)
    assert o.time_to_interruption[0] / 3600 == pytest.approx(3.093, rel=2e-3)
    assert 60 < 3.8e25 / r.training_flop[0] * 365 < 80


@pytest.mark.parametrize("served", [0.0, 0.25, 0.9])
def test_curtailment_takes_progress_in_proportion_to_dynamic_power(served: float) -> None:
    _, full = delivered(compute(), LLAMA)
    _, part = delivered(compute(), LLAMA, served)
    for name in ("training_flop", "tokens", "ettr"):
        assert getattr(part, name) == pytest.approx(served * getattr(full, name), rel=1e-9), name
    assert part.curtailed == pytest.approx(1 - served)
    assert part.accelerator_hours == pytest.approx(full.accelerator_hours)


def test_below_idle_there_is_no_progress() -> None:
    o = offer(compute(), LLAMA, 0.0, 1.2)
    r = settle(o, compute(), LLAMA, LIFE, np.zeros(LIFE.hours))
    assert np.all(r.training_flop == 0)
    assert np.all(r.energy == 0)


@settings(max_examples=25, deadline=None)
@given(st.floats(0, 1), st.floats(0, 1), st.floats(0.01, 50), st.floats(-12, 14))
def test_size_cancels_out(training: float, serving: float, k: float, offset: float) -> None:
    """A campus k times as large delivers k times as much, once jobs are of the same size."""
    work = workload(training, serving * (1 - training))
    a, b = offer(compute(100), work, offset, 1.2), offer(compute(100 * k), work, offset, 1.2)
    assert b.it_rating == pytest.approx(k * a.it_rating)
    if training > 0.7 and k > 1:
        assert b.it == pytest.approx(k * a.it, rel=1e-9)
    assert np.all(np.isfinite(b.it))


def test_larger_jobs_keep_less() -> None:
    kept = [
        float(offer(compute(), Workload.model_validate({"training": {"job_accelerators": n}}), 0.0, 1.2).ettr[1])
        for n in (512, 4096, 16384)
    ]
    assert kept == sorted(kept, reverse=True)


def test_energy_is_that_of_the_hours_asked_for() -> None:
    o, r = delivered(compute(), LLAMA)
    assert r.energy == pytest.approx(LIFE.yearly(LIFE.gather(o.it)))
