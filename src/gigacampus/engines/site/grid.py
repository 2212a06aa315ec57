"""The grid's hours: price, carbon intensity and carbon-free share.

References
----------
.. [1] US EIA, "Form EIA-930 hourly electric grid monitor", https://www.eia.gov/electricity/gridmonitor/about
.. [2] Google, "24/7 Carbon-Free Energy: Methodologies and Metrics", 2021,
       https://www.gstatic.com/gumdrop/sustainability/24x7-carbon-free-energy-methodologies-metrics.pdf
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gigacampus.errors import DataError, Problem
from gigacampus.timeline import WEATHER_HOURS, to_utc, weather_year

Floats = NDArray[np.float64]

RENEWABLE = ("WND", "SUN", "WAT")
CLEAN = (*RENEWABLE, "NUC")
"""Carbon-free fuel codes of EIA-930; OTH is not among them."""


@dataclass(frozen=True)
class GridMix:
    """A year of a power system's generation, in UTC, each hour labelled by its start.

    Attributes
    ----------
    label : str
        The balancing authority and year.
    generation : mapping of str to array, shape (8760,) [MWh]
        By fuel code of EIA-930 [1]_: WND SUN WAT OIL NG COL NUC OTH. Gaps are filled already. A negative hour
        (a plant that draws power) counts as none.
    """

    label: str
    generation: Mapping[str, Floats]

    def __post_init__(self) -> None:
        for fuel, hours in self.generation.items():
            if np.shape(hours) != (8760,) or not np.isfinite(hours).all():
                raise DataError(Problem(f"{fuel} needs 8,760 finite hours", path=self.label))
        if not self.generation or self.total.min() <= 0:
            raise DataError(Problem("some hour has no generation at all", path=self.label))

    def of(self, fuel: str) -> Floats:
        """Generation by one fuel over the weather year, shape (8784,) [MWh]; zero where the mix has no such fuel."""
        hours = self.generation.get(fuel)
        return np.zeros(WEATHER_HOURS) if hours is None else weather_year(np.maximum(hours, 0.0))

    @property
    def total(self) -> Floats:
        """Generation by all fuels over the weather year, shape (8784,) [MWh]."""
        return _sum(self.of(fuel) for fuel in sorted(self.generation))

    def share(self, fuels: tuple[str, ...]) -> Floats:
        """Share of some fuels in all generation [2]_, shape (8784,) [0-1]."""
        return _sum(self.of(fuel) for fuel in fuels) / self.total


def price(mean: float, shape: Floats, utc_offset: float) -> Floats:
    """Hourly price with a mean over the year and a shape by local hour.

    Parameters
    ----------
    mean : float [USD/MWh]
    shape : array, shape (24,)
        Relative price of the local standard hour that starts at 0, 1 ... 23.
    utc_offset : float [h]
        Local standard time minus UTC.

    Returns
    -------
    array, shape (8784,) [USD/MWh]
        Its mean is `mean`.
    """
    if np.shape(shape) != (24,) or not np.isfinite(shape).all() or not np.mean(shape) > 0:
        raise DataError(Problem("24 finite numbers with a mean above 0 are needed", path="price_shape"))
    daily = to_utc(np.asarray(shape, dtype=float), utc_offset)
    return np.tile(mean * daily / daily.mean(), WEATHER_HOURS // 24)


def carbon(mix: GridMix, factors: Mapping[str, float], mean: float) -> Floats:
    """Direct carbon intensity of generation by the hour, scaled to a yearly mean.

    Parameters
    ----------
    mix : GridMix
    factors : mapping of str to float [kg/MWh]
        Direct CO2e by fuel code; what is clean may be left out.
    mean : float [kg/MWh]
        Generation-weighted mean over the year, such as eGRID's rate.

    Returns
    -------
    array, shape (8784,) [kg/MWh]
        By energy generated: losses between plant and campus are not in it. Imports count as the mix does, and the
        average, not the marginal plant, is meant.
    """
    lacking = sorted(set(mix.generation) - set(factors) - set(CLEAN))
    if lacking:
        raise DataError(Problem(f"no emission factor for {', '.join(lacking)}", path=mix.label))
    emitted = _sum(mix.of(fuel) * factors.get(fuel, 0.0) for fuel in sorted(mix.generation))
    if emitted.sum() <= 0:
        return np.full(WEATHER_HOURS, mean)
    total = mix.total
    return emitted / total * float(mean * total.sum() / emitted.sum())


def _sum(series: Iterable[Floats]) -> Floats:
    return sum(series, np.zeros(WEATHER_HOURS))
