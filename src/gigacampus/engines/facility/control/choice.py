"""The choice: of every side the candidate of each hour, within the water that there is and so many changes of mode."""

from __future__ import annotations

from dataclasses import dataclass, fields
from functools import cached_property

import numpy as np

from gigacampus.campus.spec.facility import Control
from gigacampus.engines.facility.control import changes
from gigacampus.engines.facility.control.options import BY_RULES, Options, Ranked, Taken, Weights
from gigacampus.engines.facility.cooling.setpoints import Setpoints
from gigacampus.engines.facility.outdoors import Bools, Floats, Ints
from gigacampus.engines.facility.plant import Plant


@dataclass(frozen=True)
class Chosen:
    """One side over the hours: what it takes, shape (H,), and its set-points."""

    taken: Taken
    points: Setpoints


@dataclass(frozen=True)
class Limits:
    """Limits that can be lifted: least flow and changes of mode a day, and the water that may be drawn in an hour."""

    run: bool = True
    water: bool = True


class Choice:
    """The sides of a plant and their candidates at a load (H,); `sides` by name."""

    def __init__(self, plant: Plant, control: Control, load: Floats) -> None:
        self.most, self._hours = control.mode_changes, np.arange(len(load))
        one = plant.out.at(self._hours[:1])
        plant.sides(plant.chain.indoors(load[:1]), one)  # refuses rules that the machines' models do not reach
        self.sides = {
            name: Options(plant, control, which, load)
            for which, name in enumerate(("liquid", "air"))
            if plant.plants()[which] is not None
        }
        supply = plant.facility.water
        self.cap = np.inf if supply is None or supply.cap is None else supply.cap
        drawn = np.sum([side.rules.water for side in self.sides.values()], axis=0)
        self._capped: Bools = np.asarray(drawn > self.cap)
        if np.any(self._capped):
            liquid, air, _ = plant.sides(plant.chain.indoors(load), plant.out)
            for side in self.sides.values():
                side.rules = Taken.of((liquid, air)[side.which])

    def best(self, weights: Weights, limits: Limits = Limits()) -> dict[str, Chosen]:
        """What weighs least over all hours.

        Sides share no machines but the water: where both together would draw more than there is, pairs of candidates
        are ranked. Where no pair holds its limits within it, both are run as the rules run them without water.
        """
        cap = self.cap if limits.water else np.inf
        ranked = [side.ranked(weights, limits.run, cap) for side in self.sides.values()]
        tight = np.flatnonzero(self._tight(ranked, cap)) if len(ranked) > 1 and cap < np.inf else self._hours[:0]
        pairs = self._pairs(weights, limits.run, tight, cap) if tight.size else None
        places = self._places(ranked, tight, pairs, self.most if limits.run else None)
        return {name: self._chosen(side, place) for (name, side), place in zip(self.sides.items(), places, strict=True)}

    def by_rules(self) -> dict[str, Chosen]:
        """The rules as they are run."""
        return {name: self._chosen(side, np.full(len(self._hours), BY_RULES)) for name, side in self.sides.items()}

    def _chosen(self, side: Options, place: Ints) -> Chosen:
        chosen, rules = side.table.at((np.maximum(place, 0), self._hours)), place == BY_RULES
        names = (field.name for field in fields(Taken))
        taken = Taken(*(np.where(rules, getattr(side.rules, n), getattr(chosen, n)) for n in names))
        return Chosen(taken, side.points.at(np.maximum(place, 0)))

    def _tight(self, ranked: list[Ranked], cap: float) -> Bools:
        """Hours in which some modes together draw more than there is, or nothing holds and the rules lack water."""
        drawn, stuck = np.zeros(len(self._hours)), np.zeros(len(self._hours), bool)
        for side, best in zip(self.sides.values(), ranked, strict=True):
            water = side.table.water[np.maximum(best.place, 0), self._hours[:, None]]
            drawn += np.max(water, axis=1, initial=0.0, where=np.isfinite(best.weight))
            stuck |= (best.place == BY_RULES).any(axis=1)
        return (drawn > cap) | (stuck & self._capped)

    def _pairs(self, weights: Weights, limits: bool, hours: Ints, cap: float) -> tuple[Ints, Floats]:
        """Places (2, n, M, N) and weights (n, M, N) of the best pair within the cap for each pair of modes."""
        one, two = self.sides.values()
        a, b = (side.table.at((slice(None), hours)) for side in (one, two))
        here = Weights(weights.energy[hours], weights.water)
        weighs, others, own = here.of(a), here.of(b), np.arange(len(hours))
        usable, mode = [side.allowed(limits, cap)[:, hours] for side in (one, two)], two.place[:, hours]
        weight = np.full((len(hours), len(one.modes), len(two.modes)), np.inf)
        place = np.zeros((2, *weight.shape), np.int64)
        for k, at in enumerate(one.place[:, hours]):
            total = np.where(usable[0][k] & usable[1] & (a.water[k] + b.water <= cap), weighs[k] + others, np.inf)
            for m in range(len(two.modes)):
                mine = np.where(mode == m, total, np.inf)
                other = mine.argmin(axis=0)
                less = np.flatnonzero(mine[other, own] < weight[own, at, m])
                weight[less, at[less], m] = mine[other[less], less]
                place[0, less, at[less], m], place[1, less, at[less], m] = k, other[less]
        self._both_by_rules(hours, here, weight, place)
        return place, weight

    def _both_by_rules(self, hours: Ints, weights: Weights, weight: Floats, place: Ints) -> None:
        """Where no pair is left, the rules as they are run, in the modes that they are in."""
        none = np.flatnonzero(~np.isfinite(weight).any(axis=(1, 2)))
        at = [np.searchsorted(side.modes, side.rules.mode[hours[none]]) for side in self.sides.values()]
        both = sum(weights.of(side.rules.at(hours)) for side in self.sides.values())
        weight[none, at[0], at[1]] = np.asarray(both)[none]
        place[:, none] = BY_RULES

    def _places(
        self, ranked: list[Ranked], tight: Ints, pairs: tuple[Ints, Floats] | None, most: int | None
    ) -> list[Ints]:
        """Place of each side in each hour: the best there is, by a plan of modes where that changes them too often."""
        modes = [best.weight.argmin(axis=1) for best in ranked]
        if pairs is not None:
            least = pairs[1].reshape(len(tight), -1).argmin(axis=1)
            for mode, found in zip(modes, np.unravel_index(least, pairs[1].shape[1:]), strict=True):
                mode[tight] = found
        over = [most is not None and bool(np.any(changes.count(mode) > most)) for mode in modes]
        if pairs is not None and most is not None and any(over):
            modes = list(changes.plan_together(ranked[0].weight, ranked[1].weight, tight, pairs[1], most))
        elif most is not None:
            modes = [
                changes.plan(best.weight, most) if often else mode
                for best, mode, often in zip(ranked, modes, over, strict=True)
            ]
        places = [best.place[self._hours, mode] for best, mode in zip(ranked, modes, strict=True)]
        if pairs is not None:
            for place, found in zip(places, pairs[0], strict=True):
                place[tight] = found[np.arange(len(tight)), modes[0][tight], modes[1][tight]]
        return places

    @cached_property
    def candidates(self) -> tuple[int, ...]:
        """Candidates of each side."""
        return tuple(len(side.points.supply) for side in self.sides.values())
