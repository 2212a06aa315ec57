"""The air outdoors, as every device of the plant needs it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, fields
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from gigacampus import air
from gigacampus.campus.spec.site import DesignConditions
from gigacampus.timeline import WEATHER_MONTHS

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Ints = NDArray[np.int64]

AIR_HEAT = air.HEAT_CAPACITY * 1e-3
"""Heat capacity of dry air [MJ/(kg K)], so that powers in MW give mass flows in kg/s."""
WATER_HEAT = 4.18e-3
"""Heat capacity of water [MJ/(kg K)]; 4.18 MJ/(m3 K) at 1,000 kg/m3."""
HOUR = 3600.0


class Weather(Protocol):
    """What the facility reads of a site's resource: arrays of shape (W,), and what its design days follow from."""

    @property
    def dry_bulb(self) -> Floats:
        """[degC]."""

    @property
    def wet_bulb(self) -> Floats:
        """[degC]."""

    @property
    def dew_point(self) -> Floats:
        """[degC]."""

    @property
    def pressure(self) -> Floats:
        """[Pa]."""

    @property
    def design(self) -> DesignConditions:
        """By ASHRAE's percentiles."""


@dataclass(frozen=True)
class Outdoors:
    """Outdoor air: arrays of one shape, that of the hours asked about.

    Attributes
    ----------
    dry_bulb, wet_bulb : array [degC]
    pressure : array [Pa]
    humidity : array [kg/kg]
        Water over dry air.
    enthalpy : array [kJ/kg]
        Of moist air over dry air.
    wanted : array [0-1]
        Demand for heat over its highest.
    """

    dry_bulb: Floats
    wet_bulb: Floats
    pressure: Floats
    humidity: Floats
    enthalpy: Floats
    wanted: Floats = field(default_factory=lambda: np.array(1.0))

    @classmethod
    def of(cls, weather: Weather, demand: Sequence[float] | None = None) -> Outdoors:
        """The air of a weather year, and the demand for heat in each of its months."""
        dry = weather.dry_bulb
        humidity = air.humidity_ratio_from_dew_point(weather.dew_point, weather.pressure)
        wanted = np.ones_like(dry) if demand is None else np.array(demand)[WEATHER_MONTHS]
        return cls(dry, weather.wet_bulb, weather.pressure, humidity, air.enthalpy(dry, humidity), wanted)

    def at(self, hours: Ints) -> Outdoors:
        """The same air at chosen hours."""
        return Outdoors(*(getattr(self, one.name)[hours] for one in fields(self)))
