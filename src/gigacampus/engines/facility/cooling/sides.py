"""One side of a plant (liquid or air): what it takes and gives, in MW and m3/h per MW of IT rating."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace

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
    short : array
        1 in hours in which the set-point or the humidity cannot be held, else 0.
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
    short: Floats
    lifted: Floats

    @property
    def power(self) -> Floats:
        """All electrical power of the side."""
        return self.chiller + self.pumps + self.rejection_fans + self.air_handlers + self.cdu_pumps

    @property
    def drawn(self) -> Floats:
        """Make-up that is not recycled."""
        return self.makeup - self.recycled


def side(like: Floats, **given: Floats) -> Side:
    """A side that is zero but for what is given, broadcast to the shape of `like`."""
    zero = np.zeros_like(like)
    values = {field.name: given.get(field.name, zero) for field in fields(Side)}
    values = {name: value if np.shape(value) == zero.shape else value + zero for name, value in values.items()}
    values["short"] = np.maximum(values["short"], values["excess"] > 1e-6)
    return Side(**values)


def plus(a: Side, b: Side) -> Side:
    """Both sides together: sums, the larger excess, the warmer blowdown, and hours short or lifted on either."""
    summed = {field.name: getattr(a, field.name) + getattr(b, field.name) for field in fields(Side)}
    larger = {name: np.maximum(getattr(a, name), getattr(b, name)) for name in ("excess", "bled", "short", "lifted")}
    return Side(**{**summed, **larger})


def choose(where: Bools, a: Side, b: Side) -> Side:
    """`a` in the hours where the condition holds, `b` in the others."""
    return Side(**{f.name: np.where(where, getattr(a, f.name), getattr(b, f.name)) for f in fields(Side)})


def mixed(a: Side, b: Side, share: Floats) -> Side:
    """A side of which a share is `a` and the rest `b`: their waters mix, and an hour that is short in either is."""
    one = {f.name: share * getattr(a, f.name) + (1 - share) * getattr(b, f.name) for f in fields(Side)}
    one["short"] = np.maximum(np.where(share > 0, a.short, 0.0), np.where(share < 1, b.short, 0.0))
    one["bled"] = np.where(share > 0, a.bled, b.bled)
    return Side(**one)


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
        short=np.maximum(one.short, lost > 0),
    )
