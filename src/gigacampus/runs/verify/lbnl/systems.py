"""The systems: power and water per kW of IT in every hour, for every sample of the inputs.

Inputs are named as the catalogue's section ``lbnl_systems`` names them, each a number or an array of shape (S, 1);
outdoor air has shape (H,). What is marked *inferred* stands in neither paper as far as we could read them: it was found
by matching the published table.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from gigacampus.engines.facility.cooling import water
from gigacampus.engines.facility.outdoors import Bools, Floats, Outdoors
from gigacampus.runs.verify.lbnl import relations as r

Inputs = Mapping[str, Floats]

COLDEST_CONDENSER = 18.0
"""Lowest condenser water at which the COP regression is read [degC] (inferred)."""


@dataclass(frozen=True)
class Use:
    """What a hall uses; arrays that broadcast to (S, H).

    Attributes
    ----------
    power : array [kW per kW of IT]
        PUE of the hour.
    water : array [L/kWh]
        WUE of the hour, by withdrawal.
    """

    power: Floats
    water: Floats

    def __add__(self, other: Use) -> Use:
        """Both together."""
        return Use(self.power + other.power, self.water + other.water)


@dataclass(frozen=True)
class Supply:
    """Outside air into the hall: whether it carries the heat, its temperature, water added [kg/kg of supply air]."""

    free: Bools
    temperature: Floats
    added: Floats


def heat(x: Inputs) -> Floats:
    """Heat of the hall [kW]: IT, losses of UPS and distribution, light."""
    return 1 + (1 / x["ups_efficiency"] - 1) + (1 / (1 - x["distribution_loss"]) - 1) + x["lighting"]


# --- movers


def _air_flow(x: Inputs) -> Floats:
    return heat(x) / (r.AIR_HEAT * x["air_rise"])


def _fans(x: Inputs, supply: Floats, pressure: Floats) -> Floats:
    """Fans of the air handlers; their heat is left out of the heat to remove, as the authors do."""
    return r.moved(_air_flow(x), r.density(supply, pressure), x["fan_pressure"], x["fan_efficiency"])


def _pump(x: Inputs, carried: Floats, rise: str, name: str) -> Floats:
    """A water loop's pump by the heat that it carries [kW]."""
    return r.moved(carried / (r.WATER_HEAT * x[rise]), 1000.0, x[f"{name}_pressure"], x[f"{name}_efficiency"])


def _mist(x: Inputs, added: Floats) -> Floats:
    return r.moved(added, 1000.0, x["humidifier_pressure"], x["humidifier_efficiency"])


# --- heat rejection


def _tower(x: Inputs, out: Outdoors, rejected: Floats) -> Use:
    """Tower pumps and fans, and its make-up with all heat latent, windage being part of the blowdown."""
    flow = rejected / (r.WATER_HEAT * x["tower_range"])
    fans = r.moved(
        flow / x["liquid_to_gas"],
        r.density(out.dry_bulb, out.pressure),
        x["tower_fan_pressure"],
        x["tower_fan_efficiency"],
    )
    evaporated = water.all_latent(rejected, out.wet_bulb + x["approach"])[0]
    makeup = water.makeup(evaporated, x["windage"] * flow * 3600, x["cycles"])
    return Use(_pump(x, rejected, "tower_range", "tower_pump") + fans, makeup)


def _chiller(x: Inputs, lifted: Floats, condenser: Floats) -> Floats:
    """Power of water-cooled chillers [kW]."""
    t = np.maximum(condenser, COLDEST_CONDENSER)
    return lifted / (r.cop(x["load"], t) * (1 + x["cop_error"]))


def _air_cooled(x: Inputs, lifted: Floats, dry_bulb: Floats) -> Floats:
    """Power of air-cooled chillers, or of direct-expansion units [kW]."""
    return lifted / (r.air_cooled_cop(x["load"], dry_bulb) * (1 + x["cop_error"]))


# --- the coil


def _coil(x: Inputs) -> tuple[Floats, Floats, Floats]:
    """Heat over the coil [kW], water that is humidified back [kg/s], and facility water supplied [degC]."""
    taken = heat(x) / x["sensible_ratio"]
    supply = x["supply_max"] + x["air_rise"] - x["air_rise"] / x["coil_effectiveness"]
    return taken, (taken - heat(x)) / r.latent_heat(supply + x["water_rise"] / 2), supply


def _hall(x: Inputs, supply: Floats, pressure: Floats, added: Floats) -> Use:
    """IT, losses, light, air handlers and humidifiers."""
    power = heat(x) + _fans(x, supply, pressure) + _mist(x, added)
    return Use(power, added * 3600)


def _dry(power: Floats) -> Use:
    """Power that takes no water."""
    return Use(power, np.zeros(()))


def _free_share(x: Inputs, supply: Floats, source: Floats) -> Floats:
    """Share of the coil's heat that a source of cold water takes through a heat exchanger."""
    warm = supply + x["water_rise"]
    return np.clip((warm - source - x["exchanger_approach"]) / x["water_rise"], 0.0, 1.0)


def _machines(x: Inputs, out: Outdoors, taken: Floats, lifted: Floats) -> Use:
    """Water-cooled chillers for the heat that is lifted, towers for all that is taken."""
    condenser = out.wet_bulb + x["approach"]
    power = _chiller(x, lifted, condenser)
    return _dry(power + _pump(x, lifted, "water_rise", "water_pump")) + _tower(x, out, taken + power)


def _machines_in_air(x: Inputs, out: Outdoors, lifted: Floats) -> Use:
    """Air-cooled chillers."""
    return _dry(_air_cooled(x, lifted, out.dry_bulb) + _pump(x, lifted, "water_rise", "water_pump"))


# --- the systems


def waterside(x: Inputs, out: Outdoors) -> Use:
    """Tower economiser in series with water-cooled chillers."""
    taken, added, supply = _coil(x)
    free = taken * _free_share(x, supply, out.wet_bulb + x["approach"])
    pump = _dry(_pump(x, free, "water_rise", "economiser_pump"))
    return _hall(x, x["supply_max"], out.pressure, added) + pump + _machines(x, out, taken, taken - free)


def seawater(x: Inputs, sea: Floats, pressure: Floats) -> Use:
    """Sea water through a heat exchanger, and as the chillers' condenser water; its withdrawal is not counted."""
    taken, added, supply = _coil(x)
    free = taken * _free_share(x, supply, sea)
    power = _chiller(x, taken - free, sea)
    pumps = _pump(x, free, "water_rise", "economiser_pump") + _pump(x, taken - free, "water_rise", "water_pump")
    pumps = pumps + _pump(x, taken + power, "sea_rise", "sea_pump")
    return _hall(x, x["supply_max"], pressure, added) + _dry(power + pumps)


def water_cooled(x: Inputs, out: Outdoors) -> Use:
    """Water-cooled chillers and towers alone."""
    taken, added, _ = _coil(x)
    return _hall(x, x["supply_max"], out.pressure, added) + _machines(x, out, taken, taken)


def air_cooled(x: Inputs, out: Outdoors) -> Use:
    """Air-cooled chillers alone."""
    taken, added, _ = _coil(x)
    return _hall(x, x["supply_max"], out.pressure, added) + _machines_in_air(x, out, taken)


def direct_expansion(x: Inputs, out: Outdoors) -> Use:
    """Direct-expansion units, by the air-cooled chillers' COP for want of their own: to be reported, not scored."""
    taken, added, _ = _coil(x)
    return _hall(x, x["supply_max"], out.pressure, added) + _dry(_air_cooled(x, taken, out.dry_bulb))


def airside(x: Inputs, out: Outdoors, supply: Supply, air_cooled: bool = False) -> Use:
    """Outside air where it may carry the heat, else chillers over a coil."""
    taken, condensed, _ = _coil(x)
    machines = _machines_in_air(x, out, taken) if air_cooled else _machines(x, out, taken, taken)
    added = np.where(supply.free, _air_flow(x) * supply.added / (1 + supply.added), condensed)
    chilled = Use(*(np.where(supply.free, 0.0, part) for part in (machines.power, machines.water)))
    return _hall(x, supply.temperature, out.pressure, added) + chilled


# --- outside air


def by_enthalpy(x: Inputs, out: Outdoors) -> Supply:
    """The control of 2020: by the enthalpy of the outside air.

    Outside air carries the heat below the enthalpy of 27 degC with a dew point of 15 degC, or if wetting brings it to
    the supply temperature at 80 % at most. In the first case it is humidified up to 20 % at the supply temperature.
    """
    t = np.clip(out.dry_bulb, x["supply_min"], x["supply_max"])
    saturated, hot, h = r.saturation_pressure(t), out.dry_bulb > t, r.enthalpy(out.dry_bulb, out.humidity)
    dry = h < r.enthalpy(np.array(27.0), r.humidity(r.dew_pressure(np.array(15.0)), out.pressure))
    wetted = h <= r.enthalpy(t, r.humidity(0.8 * saturated, out.pressure))
    reached = np.where(dry & ~hot, r.humidity(0.2 * saturated, out.pressure), r.humidity_at(h, t))
    return Supply(dry | wetted, t, np.maximum(reached - out.humidity, 0.0))


def by_box(x: Inputs, out: Outdoors, wetting: bool) -> Supply:
    """The control of 2022 (inferred): outside air carries the heat while supply air can be held in its box.

    The box is that of dew point and relative humidity at the supply temperature, which is the outside air's within its
    bounds; warmer outside air is left out. With `wetting` too dry air is humidified up to the box, no further, which
    cools it at constant enthalpy, so that warmer dry air may do too; in the cold the part that returns from the hall
    needs no water.
    """
    t = np.clip(out.dry_bulb, x["supply_min"], x["supply_max"])
    low, high = _box(x, t, out.pressure)
    if not wetting:
        free = (out.dry_bulb <= x["supply_max"]) & (out.humidity >= low) & (out.humidity <= high)
        return Supply(free, t, np.zeros(()))
    reached = np.maximum(out.humidity, low)
    cool = r.enthalpy(out.dry_bulb, out.humidity) <= r.enthalpy(x["supply_max"], reached)
    share = x["air_rise"] / (x["air_rise"] + np.maximum(t - out.dry_bulb, 0.0))
    return Supply(cool & (reached <= high), t, share * (reached - out.humidity))


def _box(x: Inputs, t: Floats, pressure: Floats) -> tuple[Floats, Floats]:
    """Least and most humidity ratio of supply air: of the dew points, held within the relative humidities."""
    saturated = r.saturation_pressure(t)
    driest, wettest = x["rh_min"] * saturated, x["rh_max"] * saturated
    vapour = (np.clip(r.dew_pressure(x[name]), driest, wettest) for name in ("dew_point_min", "dew_point_max"))
    low, high = (r.humidity(v, pressure) for v in vapour)
    return low, high
