"""What every candidate of one side takes in every hour, and the best of them."""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np

from gigacampus.campus.spec.facility import Control
from gigacampus.engines.facility.control import changes
from gigacampus.engines.facility.control.candidates import candidates
from gigacampus.engines.facility.cooling.setpoints import Setpoints
from gigacampus.engines.facility.outdoors import Bools, Floats, Ints, Outdoors
from gigacampus.engines.facility.plant import Plant

MODES = ("free-dry", "free-wet", "mixed", "chiller")
"""Chillers off and no water taken; chillers off; chillers for a part of the heat; chillers for all of it."""
_CELL = (1.0, 4.0, 0.1)
"""Widths of a cell in dry bulb [K], in depression of the wet bulb [K], and in load."""
_SHORT = 1e6
"""Added to the rules' power where they do not hold their limits, so that any candidate that does goes first [MW]."""
_UNREACHED = 1e12
_ROUNDS = 20


@dataclass(frozen=True)
class Taken:
    """What set-points take: arrays of one shape, MW and m3/h per MW of IT rating.

    `mode` is a place in `MODES`; `holds`
    says whether supply, humidity and machines stay within their limits.
    """

    power: Floats
    water: Floats
    mode: Ints
    holds: Bools

    def put(self, at: object, other: Taken) -> None:
        """Overwrite some places."""
        for field in fields(Taken):
            getattr(self, field.name)[at] = getattr(other, field.name)

    def and_then(self, other: Taken) -> Taken:
        """Rows of this, then rows of another."""
        return Taken(*(np.concatenate([getattr(part, f.name) for part in (self, other)]) for f in fields(Taken)))

    def at(self, index: object) -> Taken:
        """The same at chosen places."""
        return Taken(*(getattr(self, field.name)[index] for field in fields(Taken)))


@dataclass(frozen=True)
class Weights:
    """What is minimised: `energy` (H,) per MWh, and `water` per m3, both above zero."""

    energy: Floats
    water: float


class Options:
    """Every candidate of one side in every hour.

    Candidates are ranked on cells of like hours, and what is chosen is evaluated in its own hour by the same physics.
    Hours in which that shows another mode, a limit that is not held, or more than the rules take, are enumerated
    themselves, and the choice is made again. With `cells` off every hour is: exact, and slower.
    """

    def __init__(self, plant: Plant, control: Control, which: int, load: Floats, cells: bool = True) -> None:
        self.plant, self.control, self.which, self.load, self.out = plant, control, which, load, plant.out
        spec = plant.plants()[which]
        assert spec is not None
        self.spec = spec
        warmest = min(control.air_max, plant.server.fan_limit - 5)
        self.points = candidates(spec, control.model_copy(update={"air_max": warmest}))
        self.rules = self.take(load, self.out, self.points.at(0))
        self._exact = np.full(len(load), not cells)
        self._row, air, self._level = np.arange(len(load)), self.out, load
        if cells:
            self._row, air, self._level = _cells(self._axes(), self.out, load)
        self._table = self._enumerate(self._level, air)

    def _axes(self) -> tuple[tuple[Floats, float], ...]:
        """What tells hours apart: dry coolers know the dry bulb alone."""
        dry, rejection = self.out.dry_bulb, self.spec.rejection
        axes = ((dry, _CELL[0]), (self.load, _CELL[2]))
        if self.spec.outside_air is None and (rejection is None or rejection.kind == "dry"):
            return axes
        return (*axes, (dry - self.out.wet_bulb, _CELL[1]))

    def take(self, load: Floats, out: Outdoors, points: Setpoints) -> Taken:
        """What set-points take at a load and an outdoor air, by the plant's own physics."""
        side = self.plant.side(self.which, load, out, points)
        free = np.where(side.makeup > 0, 1, 0)
        mode = np.where(side.lifted >= 1, 3, np.where(side.lifted > 0, 2, free))
        return Taken(side.power, side.drawn, mode.astype(np.int8), side.short == 0)

    def _enumerate(self, load: Floats, out: Outdoors) -> Taken:
        """All candidates at loads and airs of shape (n,): arrays (n, K)."""
        air = Outdoors(*(getattr(out, field.name)[:, None] for field in fields(Outdoors)))
        return self.take(np.repeat(load[:, None], len(self.points.supply), axis=1), air, self.points)

    def best(self, weights: Weights, limits: bool = True) -> tuple[Ints, Taken]:
        """Candidate of each hour that weighs least, and what it takes in that hour.

        `limits` are the least flow and the most changes a day; supply, inlet and machines are held in any case.
        """
        rule = self._weigh(self.rules, weights)
        pick = self._pick(weights, limits, plan=False)
        taken = self.take(self.load, self.out, self.points.at(pick))
        for k in range(_ROUNDS):
            worse = self.rules.holds & (self._weigh(taken, weights) > rule * (1 + 1e-12))
            off = (taken.mode != self._table.mode[self._row, pick]) | ~taken.holds | worse
            hours = np.flatnonzero(off & ~self._exact)
            if hours.size > 0:
                self._enumerate_themselves(hours)
            elif k > 0:
                break
            again = self._pick(weights, limits)
            moved = np.flatnonzero(again != pick)
            pick = again
            if moved.size > 0:
                taken.put(moved, self.take(self.load[moved], self.out.at(moved), self.points.at(pick[moved])))
        return pick, taken

    @staticmethod
    def _weigh(taken: Taken, weights: Weights) -> Floats:
        return weights.energy * taken.power + weights.water * taken.water

    def _enumerate_themselves(self, hours: Ints) -> None:
        """Give some hours rows of their own."""
        self._row[hours] = len(self._level) + np.arange(len(hours))
        self._table = self._table.and_then(self._enumerate(self.load[hours], self.out.at(hours)))
        self._level = np.concatenate([self._level, self.load[hours]])
        self._exact[hours] = True

    def _pick(self, weights: Weights, limits: bool, plan: bool = True) -> Ints:
        """Least weight by mode, and then the plan of modes if there is to be one."""
        if np.ptp(weights.energy) == 0:  # then all hours of a row weigh alike
            place, least = self._by_mode(self._table, self._level, weights.energy[:1], weights.water, limits)
            place, least = place[self._row], least[self._row]
        else:
            table = self._table.at(self._row)
            place, least = self._by_mode(table, self.load, weights.energy, weights.water, limits)
        mode, most = least.argmin(axis=1), self.control.mode_changes
        if plan and limits and most is not None and np.any(changes.count(mode) > most):
            planned = changes.plan(np.minimum(least, _UNREACHED), most)
            reached = np.isfinite(np.take_along_axis(least, planned[:, None], 1)[:, 0])
            mode = np.where(reached, planned, mode)
        return np.take_along_axis(place, mode[:, None], 1)[:, 0]

    def _by_mode(self, table: Taken, load: Floats, energy: Floats, water: float, limits: bool) -> tuple[Ints, Floats]:
        """Candidate that weighs least in each mode that occurs, and what it weighs."""
        cost = energy[:, None] * table.power + water * table.water
        barred = ~table.holds
        if limits:  # the rules' own flow is never refused
            slower = self.points.rise[0] / self.points.rise
            barred |= (load[:, None] * slower < self.control.flow_minimum) & (slower < 1)
        cost[:, 0] += _SHORT * energy * barred[:, 0]
        cost[:, 1:][barred[:, 1:]] = np.inf
        ranked = [np.where(table.mode == m, cost, np.inf) for m in np.unique(table.mode)]
        place = np.stack([part.argmin(axis=1) for part in ranked], axis=1)
        return place, np.stack([part.min(axis=1) for part in ranked], axis=1)


def _cells(axes: tuple[tuple[Floats, float], ...], out: Outdoors, load: Floats) -> tuple[Ints, Outdoors, Floats]:
    """Cell of each hour on axes of values and widths, and the mean air and load of each cell."""
    key = np.zeros(len(load), dtype=np.int64)
    for values, width in axes:
        place = np.floor(values / width).astype(np.int64)
        key = key * (int(np.ptp(place)) + 1) + place - place.min()
    _, cell = np.unique(key, return_inverse=True)
    size = np.bincount(cell)

    def mean(values: Floats) -> Floats:
        return np.bincount(cell, values) / size

    return cell, Outdoors(*(mean(getattr(out, field.name)) for field in fields(Outdoors))), mean(load)
