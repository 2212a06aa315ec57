"""Machines of the catalogue at points that are published for them."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np

from gigacampus.campus.spec.facility import Chiller, HeatRejection, PowerChain, PowerElement
from gigacampus.campus.spec.facility.topology import usable_share
from gigacampus.engines.facility import power
from gigacampus.engines.facility.cooling import chiller
from gigacampus.engines.facility.cooling.rejection import Cooler
from gigacampus.engines.facility.outdoors import Outdoors

_ONE = np.array([1.0])


def chiller_cop(use: str, leaving: float, entering: float) -> float:
    """COP of a chiller at full load, with leaving chilled water and entering condenser water or air [degC]."""
    return float(chiller.full_load_cop(Chiller.model_validate(use), leaving, np.array([entering]))[0])


def chiller_capacity(use: str, leaving: float, entering: float) -> float:
    """Capacity of a chiller by curves over that at its reference."""
    curves = Chiller.model_validate(use).curves
    return float(chiller.biquadratic(curves.capft, leaving, np.array(entering)))


def part_load_ratio(use: str, load: float) -> float:
    """Power over heat at a part load, over that at full load."""
    curves = Chiller.model_validate(use).curves
    return float(chiller.part_load(curves.eirfplr, np.array(load), curves.least)) / load


def dry_cooler(
    use: str, dry_bulb: float, heat: float, cooling: float, air_flow: float = 1.0, water_flow: float = 1.0
) -> SimpleNamespace:
    """Dry coolers for a heat [MW] at flows over design: water that `leaves` [degC], `fans` [kW], `effectiveness`."""
    spec = HeatRejection.model_validate({"use": use, "margin": 1.0})
    cooler, t = Cooler(spec, heat, spec.range), dry_bulb * _ONE
    air = SimpleNamespace(dry_bulb=t, wet_bulb=t, dew_point=t, pressure=101_325 * _ONE)  # its humidity plays no part
    leaving = cooler.leaving(Outdoors.of(air), air_flow * _ONE, water_flow * _ONE, cooling * _ONE)[0]
    effect = cooling / (leaving + cooling - dry_bulb)
    return SimpleNamespace(leaves=leaving, fans=1e3 * cooler.fans(air_flow * _ONE)[0], effectiveness=effect)


def element_loss(use: str, load: float) -> float:
    """Loss of an element of the power chain at what it gives, both over its rating."""
    return float(power.loss(PowerElement.model_validate(use), np.array(load)))


def element_efficiency(use: str, load: float) -> float:
    """Efficiency of an element of the power chain at a load over its rating."""
    return load / (load + element_loss(use, load))


def supply_efficiency(use: str, load: float) -> float:
    """Efficiency of a rack supply by what it draws: a load over its rating, found again from its input."""
    element = PowerElement.model_validate(use)
    drawn = np.array(load + element_loss(use, load))
    return float(power.given(element, drawn) / drawn)


def formula(use: str, rating: float, out: float) -> float:
    """Power [W] that an element of a rating [W] draws to give `out` [W]."""
    return out + rating * element_loss(use, out / rating)


def usable(use: str) -> float:
    """Share of a chain's units that may carry load."""
    chain = PowerChain.model_validate(use)
    return usable_share(chain.topology, chain.units)


def end_to_end(use: str, load: float = 1.0) -> float:
    """Efficiency of a chain from meter to boards at an IT load over its rating, without cooling, light and offices."""
    chain = power.Chain(PowerChain.model_validate({"use": use, "auxiliary": "0 %"}))
    it, highest = np.array(load), float(chain.indoors(np.array(1.0)).power)
    return float(chain.boards(it) / chain.upstream(chain.indoors(it).power, highest).load)
