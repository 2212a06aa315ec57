"""KPIs of a data centre, each named by its standard. Energies in MWh, carbon in kg, water in m3.

None stands for what is undefined, a ratio over no energy.
"""

from __future__ import annotations


def _ratio(part: float, whole: float) -> float | None:
    return part / whole if whole > 0 else None


def pue(facility: float, it: float) -> float | None:
    """Power usage effectiveness, ISO/IEC 30134-2: ``E_DC / E_IT``.

    >>> pue(120.0, 100.0)
    1.2
    """
    return _ratio(facility, it)


def ref(renewable: float, facility: float) -> float | None:
    """Renewable energy factor, ISO/IEC 30134-3: ``E_ren / E_DC``, at most 1.

    Renewable energy is that whose certificates the data centre owns and retires: generated on site, under contract, or
    bought as certificates (ERES-OS, ERES-PPA and ERES-GOO of Delegated Regulation (EU) 2024/1364, Annex II).

    >>> ref(150.0, 100.0)
    1.0
    """
    share = _ratio(renewable, facility)
    return None if share is None else min(share, 1.0)


def cue(carbon: float, it: float) -> float | None:
    """Carbon usage effectiveness, ISO/IEC 30134-8: CO2e of the energy that the data centre uses over ``E_IT`` [kg/kWh].

    Equal to PUE times the carbon factor of the energy where there is only one.

    >>> round(cue(1.2 * 100.0 * 335.5, 100.0), 6)
    0.4026
    """
    per_mwh = _ratio(carbon, it)
    return None if per_mwh is None else per_mwh / 1e3


def wue(water: float, it: float) -> float | None:
    """Water usage effectiveness, ISO/IEC 30134-9: water into the site over ``E_IT`` [L/kWh, that is m3/MWh].

    >>> wue(20.0, 100.0)
    0.2
    """
    return _ratio(water, it)


def wue_source(water: float, source: float, it: float) -> float | None:
    """Water usage effectiveness with that of the energy's source: ``(site + source) / E_IT`` [L/kWh].

    References
    ----------
    .. [1] The Green Grid, "Water Usage Effectiveness (WUE): A Green Grid Data Center Sustainability Metric", White
       Paper 35, 2011.
    """
    return _ratio(water + source, it)


def erf(reused: float, facility: float) -> float | None:
    """Energy reuse factor, ISO/IEC 30134-6: heat reused outside over ``E_DC``.

    >>> erf(10.0, 100.0)
    0.1
    """
    return _ratio(reused, facility)
