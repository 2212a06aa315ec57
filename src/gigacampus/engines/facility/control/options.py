"""What every candidate of one side takes in every hour, and the best of them in each mode."""

from __future__ import annotations

from dataclasses import dataclass, fields
from functools import cached_property

import numpy as np

from gigacampus.campus.spec.facility import Control
from gigacampus.engines.facility.control.candidates import candidates, flow
from gigacampus.engines.facility.cooling.sides import Side
from gigacampus.engines.facility.outdoors import Bools, Floats, Ints, Outdoors
from gigacampus.engines.facility.plant import Plant
from gigacampus.numerics import keep_memory

MODES = ("free-dry", "free-wet", "mixed", "chiller")
"""Chillers off and no water taken; chillers off; chillers for a part of the heat; chillers for all of it."""
BY_RULES = -1
"""Place of the rules as they are run, water being short or not, where nothing holds its limits."""
_AT_ONCE = 64_000
"""Candidates in hours at once: many beside what a call of numpy costs by itself, few beside the processor's cache."""


@dataclass(frozen=True)
class Taken:
    """What set-points take: arrays of one shape, MW and m3/h per MW of IT rating.

    `mode` is a place in `MODES`; `holds` says whether supply, humidity and machines stay within their limits.
    """

    power: Floats
    water: Floats
    mode: Ints
    holds: Bools

    @classmethod
    def of(cls, side: Side) -> Taken:
        """That of a side."""
        free = np.where(side.makeup > 0, 1, 0)
        mode = np.where(side.lifted >= 1, 3, np.where(side.lifted > 0, 2, free))
        return cls(side.cooling, side.drawn, mode.astype(np.int8), side.short == 0)

    def at(self, index: object) -> Taken:
        """The same at chosen places."""
        return Taken(*(getattr(self, field.name)[index] for field in fields(self)))


@dataclass(frozen=True)
class Weights:
    """What is minimised: `energy` (H,) per MWh, and `water` per m3; `energy` above zero."""

    energy: Floats
    water: float

    def of(self, taken: Taken) -> Floats:
        """What hours weigh."""
        return self.energy * taken.power + self.water * taken.water


@dataclass(frozen=True)
class Ranked:
    """The best of each hour in each mode: place among the candidates and weight, shape (H, M); inf where none holds."""

    place: Ints
    weight: Floats


class Options:
    """Every candidate of one side in every hour: `table` has shape (K, H), `rules` is what the rules take as run.

    The rules are the first candidate, unless water is short.
    """

    def __init__(self, plant: Plant, control: Control, which: int, load: Floats) -> None:
        spec = plant.plants()[which]
        assert spec is not None
        self.plant, self.control, self.which, self.load = plant, control, which, load
        warmest = min(control.air_max, plant.server.fan_limit - 5)
        self.points = candidates(spec, control.model_copy(update={"air_max": warmest}))
        self.least_flow = 0.0 if spec.loop is None else spec.loop.least_flow
        self.table = self._enumerated()
        self.rules = self.table.at(0)

    def _enumerated(self) -> Taken:
        """All candidates in all hours, some hours at a time."""
        shape = len(self.points.supply), len(self.load)
        table = Taken(np.empty(shape), np.empty(shape), np.empty(shape, np.int8), np.empty(shape, bool))
        some = -(-_AT_ONCE // shape[0])
        keep_memory()
        for first in range(0, shape[1], some):
            hours = slice(first, first + some)
            air = Outdoors(*(getattr(self.plant.out, field.name)[hours, None] for field in fields(Outdoors)))
            part = Taken.of(self.plant.side(self.which, self.load[hours, None], air, self.points))
            for field in fields(Taken):
                getattr(table, field.name)[:, hours] = getattr(part, field.name).T
        return table

    @cached_property
    def modes(self) -> Ints:
        """Modes that occur, shape (M,)."""
        occurs = (np.any(self.table.mode == mode) or np.any(self.rules.mode == mode) for mode in range(len(MODES)))
        return np.flatnonzero(list(occurs))

    @cached_property
    def place(self) -> Ints:
        """Place among `modes` of each candidate in each hour, shape (K, H)."""
        return np.searchsorted(self.modes, range(len(MODES)))[self.table.mode]

    def allowed(self, limits: bool, cap: float) -> Bools:
        """Candidates that hold what must be held and draw no more than there is, shape (K, H).

        With `limits` the pumps reach their flow; the rules' own flow is never refused.
        """
        fits = self.table.holds & (self.table.water <= cap)
        if not limits:
            return fits
        slower = flow(self.points)[:, None]
        return fits & ((self.load * slower >= self.least_flow) | (slower >= 1))

    def ranked(self, weights: Weights, limits: bool, cap: float) -> Ranked:
        """The best of each hour in each mode; where nothing is allowed, the rules as they are run."""
        weight = np.full((len(self.load), len(self.modes)), np.inf)
        place, hours, allowed = np.zeros(weight.shape, np.int64), np.arange(len(self.load)), self.allowed(limits, cap)
        for k, mode in enumerate(self.place):
            weighs = weights.of(self.table.at(k))
            at = np.flatnonzero(allowed[k] & (weighs < weight[hours, mode]))
            weight[at, mode[at]] = weighs[at]
            place[at, mode[at]] = k
        none = np.flatnonzero(~allowed.any(axis=0))
        weight[none, np.searchsorted(self.modes, self.rules.mode[none])] = weights.of(self.rules)[none]
        place[none] = BY_RULES
        return Ranked(place, weight)
