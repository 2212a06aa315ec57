"""KPIs of the cooling plant: what design days ask for and what it reaches there, and heat that is reused."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gigacampus.runs.kpi import Undefined, defined, kpi

if TYPE_CHECKING:
    from gigacampus.runs.pipeline import Run


@kpi("facility.design_excess", "K", "design")
def design_excess(run: Run) -> float:
    """Largest excess of a supply over its set-point on the site's design days, at full IT with a unit out."""
    return float(run.design.excess)


@kpi("facility.design_missing", "MW", "design")
def design_missing(run: Run) -> float:
    """Cooling that is missing to the set-points on the worst design day, at full build."""
    return float(run.design.worst.missing)


@kpi("facility.cooler_margin_liquid", "1", "sizing")
def cooler_margin_liquid(run: Run) -> float:
    """Coolers installed on the liquid side over those that its full heat needs at their design point."""
    return defined(run.sizing.liquid.margin, "no coolers stand on a liquid side")


@kpi("facility.cooler_margin_air", "1", "sizing")
def cooler_margin_air(run: Run) -> float:
    """Coolers installed on the air side over those that its full heat needs at their design point."""
    return defined(run.sizing.air.margin, "no coolers stand on the air side")


@kpi("facility.coolers_installed", "MW", "sizing", of=("it.rating",))
def coolers_installed(run: Run) -> float:
    """Heat that all installed coolers take at their design point, at full build."""
    return float((run.sizing.liquid.coolers + run.sizing.air.coolers) * run.offer.it_rating[-1])


@kpi("facility.chillers_installed", "MW", "sizing", of=("it.rating",))
def chillers_installed(run: Run) -> float:
    """Heat that all installed chillers lift at their reference, at full build."""
    return float((run.sizing.liquid.chillers + run.sizing.air.chillers) * run.offer.it_rating[-1])


@kpi("facility.gensets_installed", "MW", "design", of=("it.rating",))
def gensets_installed(run: Run) -> float:
    """Nameplate of standby gensets, with which those that are left carry the highest load on the design day."""
    if run.design.standby is None:
        raise Undefined("no gensets stand there")
    return float(run.design.standby.nameplate)


@kpi("facility.erf", "fraction", "facility", standard="ISO/IEC 30134-6", of=("facility.energy",))
def erf(run: Run) -> float:
    """Energy reuse factor: heat that others use over energy at the campus's meter."""
    if not run.facility.load.sum() > 0:
        raise Undefined("nothing was consumed")
    return float(run.facility.erf)


@kpi("facility.ere", "1", "facility", of=("facility.pue", "facility.erf"))
def ere(run: Run) -> float:
    """Energy reuse effectiveness (The Green Grid): PUE times one less the energy reuse factor."""
    if not run.facility.it.sum() > 0:
        raise Undefined("IT used no energy")
    return float(run.facility.ere)


@kpi("facility.heat_reused", "MWh", "facility")
def heat_reused(run: Run) -> float:
    """Heat of the liquid side that others take."""
    return float(run.facility.reused.sum())


@kpi("facility.heat_temperature", "degC", "facility")
def heat_temperature(run: Run) -> float:
    """Temperature at which others take heat."""
    reuse = run.campus.facility.heat_reuse
    return defined(None if reuse is None else reuse.temperature, "nobody takes heat")
