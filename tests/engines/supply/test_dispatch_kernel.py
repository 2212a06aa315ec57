"""The compiled loop equals the readable one, and only a cold dispatch loads numba."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import fields

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from supply_cases import Case, cases

from gigacampus.engines.supply import kernel, reference
from gigacampus.engines.supply.profile import Hourly, available, lay_out


def laid_out(case: Case) -> Hourly:
    outputs = {n: available(n, p, case.resource, case.timeline) for n, p in case.supply.plants.items()}
    return lay_out(case.supply, case.grid, case.resource, case.timeline, case.load, outputs)


def assert_same(given_: Hourly) -> None:
    fast, slow = kernel.run(given_), reference.run(given_)
    for field in fields(slow):
        np.testing.assert_allclose(getattr(fast, field.name), getattr(slow, field.name), rtol=1e-12, atol=1e-12)


@given(cases())
@settings(max_examples=60, deadline=None)
def test_kernel_equals_reference_on_specs(case: Case) -> None:
    assert_same(laid_out(case))


@given(st.integers(0, 2**32 - 1), st.integers(0, 3), st.integers(0, 3))
@settings(max_examples=60, deadline=None)
def test_kernel_equals_reference_on_raw_arrays(seed: int, gas: int, batteries: int) -> None:
    random, hours = np.random.default_rng(seed), 200
    cost = random.choice([10.0, 20.0, 30.0], (gas, 2))

    def some(*shape: int) -> np.ndarray:
        return random.choice([0.0, 1.0, 2.5, 7.0], shape) * random.choice([1.0, random.random()], shape)

    assert_same(
        Hourly(
            load=some(hours),
            clean=some(hours),
            remote=some(hours),
            limit=some(hours),
            export_limit=some(hours),
            price=random.choice([-5.0, 10.0, 20.0, 25.0], hours),
            year=np.repeat([0, 1], hours // 2),
            gas=some(gas, hours),
            cost=cost,
            order=np.argsort(cost.T, axis=1, kind="stable"),
            through=random.random(gas) < 0.5,
            window=some(batteries, hours) * 3,
            power=some(batteries, hours),
            eta=random.choice([0.5, 0.92, 1.0], batteries),
            reach=random.random(batteries) < 0.5,
        )
    )


def test_numba_is_loaded_by_the_first_dispatch_only() -> None:
    code = "import sys, gigacampus.engines.supply; print('numba' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "False\n"
