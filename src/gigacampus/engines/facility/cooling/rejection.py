"""Coolers outdoors: dry, adiabatic and wet, each an exchanger of water and air that is known by its design point.

A tower is Merkel's: its air stands for a fluid whose heat capacity is the slope of saturated air's enthalpy, so that
the wet bulb takes the dry bulb's place. Flows are those of a cooler that runs, over design flows; coolers are sized to
the full heat, and all run while each has its least water. Air flow is of volume, as a fan's speed gives it: at altitude
it carries less mass.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, cached_property

import numpy as np

from gigacampus import air
from gigacampus.campus.spec.facility import HeatRejection
from gigacampus.engines.facility.cooling import exchanger, water
from gigacampus.engines.facility.outdoors import AIR_HEAT, WATER_HEAT, Floats, Outdoors

_STANDARD = 101_325.0
_PASSES = 20
_CLOSE = 1e-5
"""Last step of a fixed point [K]; what is left is the product of the last two and less."""


def saturation_slope(wet_bulb: Floats, span: Floats | float, pressure: Floats) -> Floats:
    """Heat capacity of saturated air between the wet bulb and the water's inlet, `span` [K] over it: c_e [kJ/(kg K)].

    After [1]_.

    References
    ----------
    .. [1] J. E. Braun, S. A. Klein and J. W. Mitchell, "Effectiveness models for cooling towers and cooling coils",
           ASHRAE Transactions 95(2), 1989.
    """
    span = np.maximum(span, 0.1)
    return (_saturated(wet_bulb + span, pressure) - _saturated(wet_bulb, pressure)) / span


@cache
def _design_slope(wet_bulb: float, span: float) -> float:
    return float(saturation_slope(np.array(wet_bulb), np.array(span), np.array(_STANDARD)))


def _saturated(t: Floats, pressure: Floats) -> Floats:
    return air.enthalpy(t, air.saturation_humidity_ratio(t, pressure))


def dry_resistance(air_flow: Floats, film: Floats) -> Floats:
    """Design's UA over UA, (a^-0.8 + film) / 1.5: h_air ~ a^0.8, h_water ~ w^0.85, twice the air's at design [1]_.

    References
    ----------
    .. [1] lbl-srg/modelica-buildings, Fluid.HeatExchangers.CoolingTowers.Data.DryCooler.BaseClasses.UACorrection.
    """
    return np.asarray((np.exp(-0.8 * np.log(air_flow)) + film) / 1.5)  # in half the time of a power


def dry_film(water_flow: Floats, transfer: float) -> Floats:
    """Resistance of the water's film over that of the air at design; `transfer` is h_water with glycol over without."""
    return np.asarray(0.5 / transfer * water_flow**-0.85)


def wet_resistance(air_flow: Floats, film: Floats) -> Floats:
    """Design's UA over Merkel's, film / (a (1.3 - 0.3 a)) [1]_.

    References
    ----------
    .. [1] lbl-srg/modelica-buildings, Fluid.HeatExchangers.CoolingTowers.Data.Merkel.BaseClasses.UACorrection, as in
           EnergyPlus' CoolingTower:VariableSpeed:Merkel.
    """
    return np.asarray(film / (air_flow * (1.3 - 0.3 * air_flow)))


def wet_film(water_flow: Floats, colder: Floats) -> Floats:
    """Part of water and weather in Merkel's resistance; `colder` is the design wet bulb less the actual [K]."""
    by_water = np.maximum(0.1082 + water_flow * (1.667 - 0.7713 * water_flow), 0.1082)
    return np.asarray(1 / ((1 + 0.0081 * colder) * by_water))


def _fixed_point(again: Callable[[Floats], Floats], x: Floats) -> Floats:
    """Fixed point of a function that falls, by some 0.4 where the first step is best: secants, within 1e-9.

    What has come to rest is not moved again, so that no hour's result depends on the others that are asked about.
    """
    off = again(x) - x
    ahead, resting = x + 0.7 * off, np.zeros(np.shape(off), bool)
    for _ in range(_PASSES):
        now = again(ahead) - ahead
        bend = now - off
        step = -now * (ahead - x) / np.where(bend == 0, 1.0, bend)
        x, off = ahead, now
        ahead = np.where(resting, ahead, ahead + step)
        resting |= np.abs(step) < _CLOSE
        if np.all(resting):
            break
    return ahead


@dataclass(frozen=True)
class Cooler:
    """Coolers sized to a heat, per MW of IT rating.

    Attributes
    ----------
    spec : HeatRejection
    heat : float [MW]
        Heat at full load.
    rise : float or array [K]
        Cooling of the water at full load; the water's flow follows the load.
    transfer : float
        Coefficient of heat transfer of the fluid over plain water's.
    wet : array or float [0-1]
        Share of adiabatic coolers whose pads are wet; the others' air is dry, and their waters mix.
    near : array or float [K]
        Water over intake air to which fans cool where a set-point would need less air; inf: they do not.
    """

    spec: HeatRejection
    heat: float
    rise: Floats | float
    transfer: float = 1.0
    wet: Floats | float = 0.0
    near: Floats | float = np.inf

    @property
    def margin(self) -> float:
        """Coolers installed over those that the full heat needs at design."""
        assert self.spec.margin is not None, "coolers are sized on the design days before anything runs"
        return self.spec.margin

    @property
    def tower(self) -> bool:
        """Whether the air takes up water where it meets the warm water."""
        return self.spec.kind == "tower"

    @property
    def design_slope(self) -> float:
        """c_e at the design point [kJ/(kg K)]."""
        return _design_slope(self.spec.design_air, self.spec.approach + self.spec.range)

    @cached_property
    def ratio(self) -> float:
        """Water's over air's heat capacity rate at design."""
        scale = 1e3 * WATER_HEAT / self.design_slope if self.tower else 1.0
        return self.spec.capacity_ratio * scale

    @cached_property
    def ntu(self) -> float:
        """UA over the water's heat capacity rate at design."""
        return exchanger.ntu_for(self.spec.range / (self.spec.range + self.spec.approach), self.ratio)

    @property
    def air_mass(self) -> float:
        """Dry air at full speed [kg/s per MW of IT rating]."""
        water_rate = self.heat * self.margin / self.spec.range
        if self.tower:
            return water_rate / WATER_HEAT / self.spec.capacity_ratio
        return water_rate / self.spec.capacity_ratio / AIR_HEAT

    @property
    def fan_full(self) -> float:
        """Fan power at full speed [MW per MW of IT rating]."""
        return self.spec.fan_power * self.heat * self.margin

    def water_flow(self, load: Floats) -> tuple[Floats, Floats]:
        """Water flow of each cooler that runs, over design flow, and the share that runs, at a load over full load."""
        flow = np.maximum(load, 1e-6) * (self.spec.range / self.rise / self.margin)
        each = np.maximum(flow, self.spec.water_minimum)
        return each, flow / each

    def intake(self, out: Outdoors) -> Floats:
        """Air that meets the water [degC]; a tower's wet bulb."""
        if self.tower:
            return out.wet_bulb
        return out.dry_bulb if self.spec.kind == "dry" else out.dry_bulb - self.wet * self.fall(out)

    def fall(self, out: Outdoors) -> Floats:
        """By how much pads cool the air [K]."""
        return (self.spec.effectiveness or 0.0) * (out.dry_bulb - out.wet_bulb)

    def units(
        self, out: Outdoors, water_flow: Floats, slope: Floats | float = 1.0
    ) -> Callable[[Floats], tuple[Floats, Floats]]:
        """NTU and ratio of heat capacity rates by the air flow; `slope` is c_e over that at design."""
        spec, density = self.spec, self.density(out)
        ntu, ratio = self.ntu * slope / water_flow, self.ratio * water_flow / (density * slope)
        if self.tower:
            resistance, film = wet_resistance, wet_film(water_flow, spec.design_air - out.wet_bulb)
        else:
            resistance, film = dry_resistance, dry_film(water_flow, self.transfer)

        def at(air_flow: Floats) -> tuple[Floats, Floats]:
            # fouling adds its resistance to that of the clean surface, at any flow
            return ntu / (resistance(air_flow * density, film) + spec.fouling), ratio / air_flow

        return at

    @staticmethod
    def density(out: Outdoors) -> Floats:
        """Air's density over that at sea level: fans move volume, so high up the same speed moves less mass."""
        return np.asarray(out.pressure / _STANDARD)

    def leaving(self, out: Outdoors, air_flow: Floats, water_flow: Floats, cooling: Floats) -> Floats:
        """Water that leaves the coolers [degC] when they cool it by `cooling` [K] at an air flow: no set-point."""
        return self.intake(out) + self.approach(out, air_flow, water_flow, cooling)

    def approach(self, out: Outdoors, air_flow: Floats, water_flow: Floats, cooling: Floats) -> Floats:
        """The same over the intake air [K], wet or dry."""
        ntu, ratio = self.units(out, water_flow)(air_flow)
        if not self.tower:
            return cooling / exchanger.odds(ntu, ratio)
        spec = self.spec

        def again(approach: Floats) -> Floats:
            slope = self.slope(out, cooling + approach)
            return cooling / exchanger.odds(ntu * slope, ratio / slope)

        return _fixed_point(again, spec.approach / self.slope(out, spec.range + spec.approach) + 0 * cooling)

    def slope(self, out: Outdoors, span: Floats | float) -> Floats:
        """A tower's c_e over that at design, up to water `span` [K] over the wet bulb; a dry cooler's is 1."""
        return saturation_slope(out.wet_bulb, span, out.pressure) / self.design_slope if self.tower else np.ones(1)

    def air_flow(self, out: Outdoors, water_flow: Floats, cooling: Floats, target: Floats, most: Floats) -> Floats:
        """Air flow over design that cools the water by `cooling` down to `target` [degC], held within its bounds."""
        if self.spec.fan_control == "fixed":
            return most + 0 * cooling
        approach = np.minimum(target - self.intake(out), self.near)
        units = self.units(out, water_flow, self.slope(out, approach + cooling))
        there = exchanger.odds(*units(most))
        inside = there * approach > cooling
        needed = np.where(inside, np.maximum(cooling, 1e-9) / np.where(inside, approach, 1.0), there)
        return exchanger.air_flow(lambda a: exchanger.odds(*units(a)), needed, self.spec.fan_minimum, most, there)

    def fans(self, air_flow: Floats, out: Outdoors | None = None, running: Floats | float = 1.0) -> Floats:
        """Fan power [MW per MW of IT rating] of the share that runs: the cube of the speed, times the air's density."""
        return self.fan_full * running * air_flow**3 * (1.0 if out is None else self.density(out))

    def evaporation(
        self, out: Outdoors, air_flow: Floats, heat: Floats, temperature: Floats, all_latent: bool
    ) -> tuple[Floats, Floats]:
        """Water evaporated [m3/h] and its heat [MW] per MW of IT rating.

        `air_flow` is that of all coolers over design, `temperature` the tower water's [degC].
        """
        if self.tower and all_latent:
            return water.all_latent(heat, temperature)
        if self.tower:
            return water.tower_evaporation(out, heat, self.air_mass * air_flow * self.density(out))
        taken_up = self.wet * water.taken_up(out, self.fall(out))
        evaporated = self.air_mass * air_flow * self.density(out) * taken_up
        return evaporated * 3.6, evaporated * air.latent_heat(out.wet_bulb) / 1e3

    def drift(self, water_flow: Floats) -> Floats:
        """Drift [m3/h per MW of IT rating]; `water_flow` is that of all coolers over design."""
        rate = self.heat * self.margin / self.spec.range
        return self.spec.drift * water_flow * rate / WATER_HEAT * 3.6
