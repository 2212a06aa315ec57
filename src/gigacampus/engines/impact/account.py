"""The door: everything that the campus emits and drinks, by year."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from gigacampus.campus.spec.site import Grid
from gigacampus.campus.spec.supply import Supply
from gigacampus.engines.impact import embodied, operational, water
from gigacampus.engines.impact.inputs import Factors, Hardware, Meters, SupplyLike
from gigacampus.quantities import ratio
from gigacampus.timeline import Floats, Ints, Timeline


@dataclass(frozen=True)
class Impact:
    """What the campus emits and drinks. Arrays are (Y,) over `years`; carbon in t CO2e, energy in MWh, water in m3.

    Attributes
    ----------
    scope1 [t]
        Combustion in plants that the campus owns.
    scope2_location, scope2_location_hourly [t]
        Everything drawn at the grid's annual average, and at its average of each hour.
    scope2_market, scope2_market_no_certificates, scope2_market_hourly [t]
        By contract: matched over the year with and without certificates, and matched hour by hour.
    embodied_incurred, embodied_amortised : dict [t]
        By it, building, plants.
    water_withdrawal, water_consumption, water_source, water_source_withdrawn [m3]
        Into the site, lost on the site, consumed and withdrawn at the source of the energy.
    it [MWh]
        Energy of IT.
    to_match [MWh]
        Energy of the facility, and what its batteries lose.
    renewable [MWh]
        Renewable energy claimed without certificates; `certificates` those bought (zero carbon, of either kind).
    certificates_renewable : bool
        Whether the certificates are of renewable energy.
    """

    years: Ints
    scope1: Floats
    scope2_location: Floats
    scope2_location_hourly: Floats
    scope2_market: Floats
    scope2_market_no_certificates: Floats
    scope2_market_hourly: Floats
    embodied_incurred: dict[str, Floats]
    embodied_amortised: dict[str, Floats]
    water_withdrawal: Floats
    water_consumption: Floats
    water_source: Floats
    water_source_withdrawn: Floats
    it: Floats
    to_match: Floats
    renewable: Floats
    certificates: Floats
    certificates_renewable: bool

    @property
    def embodied(self) -> Floats:
        """All embodied carbon as incurred, (Y,) [t]."""
        return sum(self.embodied_incurred.values(), np.zeros(len(self.years)))

    @property
    def embodied_spread(self) -> Floats:
        """All embodied carbon over service, (Y,) [t]."""
        return sum(self.embodied_amortised.values(), np.zeros(len(self.years)))

    @property
    def cue(self) -> float | None:
        """Carbon usage effectiveness, ISO/IEC 30134-8: scopes 1 and 2 by location over IT energy [kg/kWh].

        Equal to PUE times the carbon factor of the energy where there is only one.
        """
        per_mwh = ratio(1e3 * np.sum(self.scope1 + self.scope2_location), np.sum(self.it))
        return None if per_mwh is None else per_mwh / 1e3

    @property
    def ref(self) -> float | None:
        """Renewable energy factor, ISO/IEC 30134-3: ``E_ren / E_DC``, at most 1; what batteries lose is part of E_DC.

        Renewable energy is that whose certificates the data centre owns and retires: generated on site, under contract,
        or bought as certificates (ERES-OS, ERES-PPA and ERES-GOO of Delegated Regulation (EU) 2024/1364, Annex II).
        """
        return self._ref(self.renewable + self.certificates if self.certificates_renewable else self.renewable)

    @property
    def ref_no_certificates(self) -> float | None:
        """The same by own and contracted plants alone."""
        return self._ref(self.renewable)

    def _ref(self, energy: Floats) -> float | None:
        share = ratio(np.sum(energy), np.sum(self.to_match))
        return None if share is None else min(share, 1.0)

    @property
    def wue_source(self) -> float | None:
        """Water usage effectiveness with that of the energy's source: ``(site + source) / E_IT`` [L/kWh] [1]_.

        References
        ----------
        .. [1] The Green Grid, "Water Usage Effectiveness (WUE): A Green Grid Data Center Sustainability Metric", White
           Paper 35, 2011.
        """
        return ratio(np.sum(self.water_withdrawal) + np.sum(self.water_source), np.sum(self.it))


def account(
    supply: Supply,
    grid: Grid,
    timeline: Timeline,
    result: SupplyLike,
    *,
    carbon: Floats,
    mix: Mapping[str, Floats],
    meters: Meters,
    hardware: Hardware,
    factors: Factors,
) -> Impact:
    """Account for carbon and water.

    Parameters
    ----------
    supply, grid : spec nouns
    timeline : Timeline
    result : SupplyLike
        The supply's result.
    carbon : array, shape (W,) [kg/MWh]
        Grid's average factor by hour of the weather year.
    mix : mapping of array, shape (W,)
        Grid's generation by EIA-930 code and hour of the weather year, any unit of energy.
    meters : Meters
        IT power and water by hour.
    hardware : Hardware
        What each phase adds.
    factors : Factors
        Of the catalogue.
    """
    base = grid.carbon_year
    location, location_hourly = operational.location_based(supply, grid, result, timeline, carbon, base)
    incurred, amortised = _embodied(supply, hardware, factors, timeline)
    return Impact(
        years=timeline.years,
        scope1=operational.scope1(supply, result, timeline.years),
        scope2_location=location,
        scope2_location_hourly=location_hourly,
        scope2_market=operational.market_annual(supply, grid, result, timeline, base),
        scope2_market_no_certificates=operational.market_annual(supply, grid, result, timeline, base, False),
        scope2_market_hourly=operational.market_hourly(supply, grid, result, timeline, base),
        embodied_incurred=incurred,
        embodied_amortised=amortised,
        water_withdrawal=timeline.yearly(meters.withdrawal),
        water_consumption=timeline.yearly(meters.consumption),
        water_source=water.at_source(supply, result, timeline, factors.water, mix),
        water_source_withdrawn=water.at_source(supply, result, timeline, {**factors.water, **factors.withdrawal}, mix),
        it=timeline.yearly(meters.it),
        to_match=result.to_match,
        renewable=_renewable(supply, result, timeline),
        certificates=result.certificates,
        certificates_renewable=supply.certificates.kind == "renewable",
    )


def _embodied(
    supply: Supply, hardware: Hardware, factors: Factors, timeline: Timeline
) -> tuple[dict[str, Floats], dict[str, Floats]]:
    built = embodied.assets(supply, hardware, factors, timeline)
    none = np.zeros(len(timeline.years))
    incurred = {name: sum((embodied.incurred(one, timeline) for one in ones), none) for name, ones in built.items()}
    spread = {name: sum((embodied.amortised(one, timeline) for one in ones), none) for name, ones in built.items()}
    return incurred, spread


def _renewable(supply: Supply, result: SupplyLike, timeline: Timeline) -> Floats:
    found = np.zeros(len(timeline.years))
    for name, power in result.claimed.items():
        if embodied.source(supply.plants[name]) != "nuclear":
            found += timeline.yearly(power)
    return found
