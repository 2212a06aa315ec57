"""What the campus is worth to let anew, and a market that moves by chance.

A market's rent is ``R (1 + g)^t h``, with R the contract's first rent, g the growth of a normal market, and h the
index, 1 in a normal one. At time t a campus that stands empty is worth

    V = sum over k of R (1 + g)^(t+k) (1 + (h - 1) e^(-kappa k)) / (1 + r)^k

over the ends k of the years in which it then earns rent, from the void's end to the end of its life: the valuer takes
the index to revert to normal at the rate kappa.

By chance, ``h = e^x`` with ``dx = -kappa x dt + sigma dW + J dN + c dt`` [1]_, [2]_: normal jumps J at the rate lambda,
and ``c = -lambda E[J]`` if compensated, so that x is zero on average (without it, normal would sit at
``exp(lambda E[J] / kappa)``, 30 % too low for powered shells). Since ``E[e^x] > 1`` then, the index is a little above 1
on average. Over a span s

    x_(t+s) = x_t e^(-kappa s) + Z,    E[e^(uZ)] = e^(K(u, s)),

with ``K = int_0^s (sigma u d)^2 / 2 + lambda (e^(u m d + (u v d)^2 / 2) - 1) + c u d da`` and ``d = e^(-kappa a)``, by
Gauss and Legendre's quadrature.

References
----------
.. [1] Vasicek, O. (1977). An equilibrium characterization of the term structure. J. Financial Economics 5, 177.
       https://doi.org/10.1016/0304-405X(77)90016-2
.. [2] Merton, R. C. (1976). Option pricing when underlying stock returns are discontinuous. J. Financial Economics 3,
       125. https://doi.org/10.1016/0304-405X(76)90022-2
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gigacampus.campus.spec.deal import Process

Floats = NDArray[np.float64]


def periods(first: float, last: float) -> tuple[Floats, Floats]:
    """Ends and lengths [years] of the whole years from `first` to `last`, and of what is left over.

    >>> periods(1.0, 3.5)
    (array([2. , 3. , 3.5]), array([1. , 1. , 0.5]))
    """
    edges = np.append(np.arange(first, last - 1e-9, 1.0), last)
    return edges[1:], np.diff(edges)


@dataclass(frozen=True)
class Normal:
    """A campus in a normal market: `rent` [USD/year] at the lease's start, its `growth` and the `discount` rate a year,
    `life` from the lease's start and `void` when it is let anew [years]."""

    rent: float
    growth: float
    discount: float
    life: float
    void: float

    def value(self, time: float, index: float | Floats, mean_reversion: float) -> Floats:
        """Value at a time [years] of the campus, empty, for one index or many [USD]."""
        ends, lengths = periods(self.void, self.life - time)
        worth = self.rent * lengths * (1 + self.growth) ** (time + ends) / (1 + self.discount) ** ends
        gap = np.sum(worth * np.exp(-mean_reversion * ends))
        return np.asarray(np.sum(worth) + (np.asarray(index) - 1) * gap)


@cache
def _nodes() -> tuple[Floats, Floats]:
    nodes, weights = np.polynomial.legendre.leggauss(24)
    return (nodes + 1) / 2, weights / 2


def cumulant(process: Process, u: complex | NDArray[Any], span: float) -> NDArray[np.complex128]:
    """K(u, span): the logarithm of E[e^(uZ)] of the innovation Z over a span [years]."""
    nodes, weights = _nodes()
    decay = np.exp(-process.mean_reversion * span * nodes)
    ud = np.asarray(u, complex)[..., None] * decay
    jumps = np.exp(process.jump_mean * ud + (process.jump_sd * ud) ** 2 / 2) - 1
    drift = process.jump_mean * ud if process.compensated else 0.0
    return np.asarray(span * (((process.volatility * ud) ** 2 / 2 + process.jump_rate * (jumps - drift)) @ weights))


def _faded(process: Process, span: float) -> tuple[float, float]:
    """Integrals of the decay, and of its square, over a span [years]."""
    nodes, weights = _nodes()
    decay = np.exp(-process.mean_reversion * span * nodes)
    return span * float(decay @ weights), span * float(decay**2 @ weights)


def sd(process: Process, span: float) -> float:
    """Standard deviation of the innovation over a span [1]."""
    jumps = process.jump_rate * (process.jump_mean**2 + process.jump_sd**2)
    return math.sqrt((process.volatility**2 + jumps) * _faded(process, span)[1])


def expected(process: Process, x: Floats, span: float) -> Floats:
    """Expected index a span [years] after the logarithm is x [1]."""
    decay = np.exp(-process.mean_reversion * span)
    return np.asarray(np.exp(x * decay + cumulant(process, 1.0, span).real))


def grid(process: Process, horizon: float, count: int = 301) -> Floats:
    """Logarithms that a market may have until a horizon [years], evenly spaced: eight standard deviations each way."""
    fallen = 0.0 if process.compensated else process.jump_rate * process.jump_mean * _faded(process, horizon)[0]
    start, wide = np.log(process.start), 8 * float(np.hypot(sd(process, horizon), process.start_sd))
    return np.linspace(min(start, 0.0, fallen) - wide, max(start, 0.0, fallen) + wide, count)


def transition(process: Process, x: Floats, span: float, count: int = 1024) -> Floats:
    """Probabilities of going from each point of a grid to each other over a span [years], shape (G, G).

    The law of Z comes from its characteristic function by a discrete Fourier transform, and is laid between the two
    points beside where it leads, so that the index keeps its mean.
    """
    reach = 10 * sd(process, span) + 3 * (abs(process.jump_mean) + 4 * process.jump_sd) * (process.jump_rate > 0)
    step = 2 * reach / count
    frequency = 2 * np.pi * np.fft.rfftfreq(count, step)
    mass = np.fft.fftshift(np.fft.hfft(np.exp(cumulant(process, 1j * frequency, span)), count)) / count
    moved, kept = step * (np.arange(count) - count // 2), np.abs(mass) > 1e-12
    low, part = _beside(x, x[:, None] * np.exp(-process.mean_reversion * span) + moved[kept])
    flat = (low + len(x) * np.arange(len(x))[:, None]).ravel()
    weight, size = np.broadcast_to(mass[kept], part.shape), len(x) ** 2
    found = np.bincount(flat, ((1 - part) * weight).ravel(), size)
    found = found + np.bincount(flat + 1, (part * weight).ravel(), size)
    return np.asarray(found.reshape(len(x), len(x)), dtype=float)


def _beside(x: Floats, at: Floats) -> tuple[NDArray[np.int64], Floats]:
    """The point of an even grid below each logarithm, and how far its index is towards the next; outside, the last."""
    step = x[1] - x[0]
    place = np.clip((at - x[0]) / step, 0, len(x) - 1)
    low = np.minimum(place.astype(np.int64), len(x) - 2)
    return low, np.expm1((place - low) * step) / np.expm1(step)


def between(x: Floats, values: Floats, at: Floats) -> Floats:
    """Values on an even grid of logarithms, linear in the index in between, as rents and most values are."""
    low, part = _beside(x, at)
    return np.asarray(values[low] + part * (values[low + 1] - values[low]))


@dataclass(frozen=True)
class Draws:
    """Random numbers of N paths over spans between rising `times` [years]: `start` (N,) and `diffusion` (T, N) standard
    normal; of each slump the path, a standard normal `sizes`, and the part of the span since it, `ages`, by span."""

    times: Floats
    start: Floats
    diffusion: list[Floats]
    paths: list[NDArray[np.int64]]
    sizes: list[Floats]
    ages: list[Floats]

    @classmethod
    def of(cls, jump_rate: float, times: Floats, count: int, seed: int) -> Draws:
        """Draw them; the rate of slumps is the one parameter of a process that they depend on."""
        rng = np.random.default_rng(seed)
        found = cls(times, rng.standard_normal(count), [], [], [], [])
        for span in np.diff(times, prepend=0.0):
            path = np.repeat(np.arange(count), rng.poisson(jump_rate * span, count))
            found.paths.append(path)
            found.sizes.append(rng.standard_normal(len(path)))
            found.ages.append(rng.random(len(path)))
            found.diffusion.append(rng.standard_normal(count))
        return found


def simulate(process: Process, draws: Draws) -> Floats:
    """Logarithms of the index at the times of the draws, exact in law, shape (T, N) [1]."""
    x = np.log(process.start) + process.start_sd * draws.start
    drift = -process.jump_rate * process.jump_mean if process.compensated else 0.0
    found = []
    for k, span in enumerate(np.diff(draws.times, prepend=0.0)):
        once, twice = _faded(process, span)
        size = process.jump_mean + process.jump_sd * draws.sizes[k]
        size = size * np.exp(-process.mean_reversion * span * draws.ages[k])
        x = x * np.exp(-process.mean_reversion * span) + np.bincount(draws.paths[k], size, len(x))
        x = x + drift * once + process.volatility * twice**0.5 * draws.diffusion[k]
        found.append(x)
    return np.array(found)
