"""One side of a plant (liquid or air): what it takes and gives, in MW and m3/h per MW of IT rating."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields, replace
from typing import Any, Self

import numpy as np

from gigacampus.engines.facility.outdoors import Bools, Floats


@dataclass(frozen=True)
class Side:
    """Power, water and heat of one side of the cooling plant: arrays of one shape.

    Attributes
    ----------
    chiller, pumps, rejection_fans, air_handlers, cdu_pumps : array [MW]
    evaporation, drift, blowdown, makeup, recycled : array [m3/h]
        Of the blowdown `recycled` is treated and part of the make-up again.
    bled : array [degC]
        Temperature of the blowdown; 0 where there is none.
    rejected, latent : array [MW]
        Heat that leaves to the air, and the part of it that leaves as vapour.
    excess : array [K]
        By how much the supply is warmer than its set-point.
    missing : array [MW]
        Cooling that would bring the supply back to its set-point: at most all the heat, however much hotter the air is,
        for that is what other machines would have to lift.
    reused : array [MW]
        Heat that somebody takes instead of the air.
    short : array of bool
        Hours in which the set-point or the humidity cannot be held.
    lifted : array [0-1]
        Share of the heat that chillers lift.
    """

    chiller: Floats
    pumps: Floats
    rejection_fans: Floats
    air_handlers: Floats
    cdu_pumps: Floats
    evaporation: Floats
    drift: Floats
    blowdown: Floats
    makeup: Floats
    recycled: Floats
    bled: Floats
    rejected: Floats
    latent: Floats
    excess: Floats
    missing: Floats
    reused: Floats
    short: Bools
    lifted: Floats

    @property
    def cooling(self) -> Floats:
        """All electrical power [MW]."""
        return self.chiller + self.pumps + self.rejection_fans + self.air_handlers + self.cdu_pumps

    @property
    def movers(self) -> Floats:
        """Pumps, coolant units and air handlers: what a UPS may carry, so that they never stop [MW]."""
        return self.pumps + self.cdu_pumps + self.air_handlers

    @property
    def drawn(self) -> Floats:
        """Make-up that is not recycled [m3/h]."""
        return self.makeup - self.recycled

    @property
    def discharge(self) -> Floats:
        """Blowdown that is not recycled [m3/h]."""
        return self.blowdown - self.recycled

    @property
    def consumption(self) -> Floats:
        """Water that does not come back: evaporation and drift [m3/h]."""
        return self.evaporation + self.drift

    def each(self, change: Callable[..., Any], *others: Self) -> Self:
        """The same with every array changed, or made from the same array of several."""
        return type(self)(**{n: change(v, *(getattr(one, n) for one in others)) for n, v in vars(self).items()})


def side(like: Floats, **given: Floats | Bools) -> Side:
    """A side that is zero but for what is given, broadcast to the shape of `like`."""
    zero = np.zeros_like(like)
    values: dict[str, Any] = {field.name: given.get(field.name, zero) for field in fields(Side)}
    values = {name: value if np.shape(value) == zero.shape else value + zero for name, value in values.items()}
    values["short"] = (values["short"] > 0) | (values["excess"] > 1e-6)
    return Side(**values)


def plus(a: Side, b: Side) -> Side:
    """Both sides together: sums, the larger excess, the warmer blowdown, and hours short or lifted on either."""
    larger = {name: np.maximum(getattr(a, name), getattr(b, name)) for name in ("excess", "bled", "short", "lifted")}
    return replace(a.each(np.add, b), **larger)


def choose(where: Bools, a: Side, b: Side) -> Side:
    """`a` in the hours where the condition holds, `b` in the others."""
    return a.each(lambda one, other: np.where(where, one, other), b)


def mixed(a: Side, b: Side, share: Floats) -> Side:
    """A side of which a share is `a` and the rest `b`: their waters mix, and an hour that is short in either is."""
    return replace(
        a.each(lambda one, other: share * one + (1 - share) * other, b),
        short=((share > 0) & a.short) | ((share < 1) & b.short),
        bled=np.where(share > 0, a.bled, b.bled),
    )


_WATER = ("evaporation", "drift", "blowdown", "makeup", "recycled", "latent")


def rationed(one: Side, share: Floats, rise: float) -> Side:
    """A side with a share of the water that it asks for: heat that no vapour takes is cooling that is missing.

    The supply floats up by the share of the heat that is missing times the `rise` [K] of the water or air that carries
    it, as where chillers are at their capacity.
    """
    lost = one.latent * (1 - share)
    return replace(
        one,
        **{name: getattr(one, name) * share for name in _WATER},
        excess=one.excess + rise * lost / np.maximum(one.rejected, 1e-12),
        missing=one.missing + lost,
        short=one.short | (lost > 0),
    )
