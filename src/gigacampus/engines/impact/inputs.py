"""What `account` takes from other rooms and from the catalogue."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from gigacampus.timeline import Floats


class DispatchLike(Protocol):
    """Flows of the supply by hour, all (H,) [MW]."""

    @property
    def generation(self) -> Mapping[str, Floats]:
        """Output of every plant but batteries at its own meter."""

    @property
    def delivered(self) -> Mapping[str, Floats]:
        """What of it reaches the campus."""

    @property
    def grid_import(self) -> Floats:
        """Everything drawn through the meter."""

    @property
    def purchase(self) -> Floats:
        """The market's part of it."""

    @property
    def grid_export(self) -> Floats:
        """Export from behind the meter."""


class SupplyLike(Protocol):
    """What impact reads of the supply's result."""

    @property
    def dispatch(self) -> DispatchLike:
        """Flows by hour."""

    @property
    def fuel(self) -> Mapping[str, Floats]:
        """Fuel burnt by each gas plant, (Y,) [MMBtu]."""

    @property
    def claimed(self) -> Mapping[str, Floats]:
        """Clean energy whose certificates the campus retires, by plant, (H,) [MW]."""

    @property
    def to_match(self) -> Floats:
        """Load, and what batteries lose, (Y,) [MWh]."""

    @property
    def certificates(self) -> Floats:
        """Certificates bought, (Y,) [MWh]."""


@dataclass(frozen=True)
class Meters:
    """Energy and water of the facility by hour, all (H,): `it` [MW], `withdrawal` and `consumption` [m3]."""

    it: Floats
    withdrawal: Floats
    consumption: Floats


@dataclass(frozen=True)
class Hardware:
    """What is built in each phase (P,), the phase's own part: `servers`, `it_rating` [MW]; and one server's `embodied`
    carbon [kg] and `life` [years]."""

    servers: Floats
    it_rating: Floats
    embodied: float
    life: float


@dataclass(frozen=True)
class Factors:
    """Factors of the catalogue.

    Attributes
    ----------
    water : mapping of float [L/kWh]
        Water consumption of generation, by EIA-930 code and by the other names that `WATER_OF` has; one that is absent
        uses none.
    withdrawal : mapping of float [L/kWh]
        Water withdrawal, by the same names; one that is absent withdraws what it consumes.
    plants : mapping of float [kg/kW]
        Embodied carbon of plants by source, AC capacity but for solar, which is by DC capacity.
    battery : float [kg/kWh]
        Embodied carbon of a battery by energy.
    building : float [kg/kW]
        Embodied carbon of shell, mechanical and electrical plant by IT rating.
    building_life : float [years]
    """

    water: Mapping[str, float]
    plants: Mapping[str, float]
    battery: float
    building: float
    building_life: float = 30.0
    withdrawal: Mapping[str, float] = field(default_factory=dict)


WATER_OF = {
    "solar": "SUN",
    "wind": "WND",
    "gas": "NG",
    "nuclear": "NUC",
    "hydro": "WAT",
    "geothermal": "geothermal-flash-tower",
    "biomass": "biopower-steam-tower",
}
"""Water factor of a plant by its source of energy."""
