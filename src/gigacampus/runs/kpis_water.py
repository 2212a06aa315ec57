"""KPIs of water on site, of what is short and of what comes back; and of the fluid that baths lose."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gigacampus.runs.kpi import Undefined, defined, kpi

if TYPE_CHECKING:
    from gigacampus.campus.spec.facility import BathFluid
    from gigacampus.runs.pipeline import Run


@kpi("facility.cycles", "1", "facility")
def cycles(run: Run) -> float:
    """Cycles of concentration that the limiting ion of the make-up water allows."""
    return defined(run.facility.cycles, "the spec gives no quality of the make-up water; coolers' own cycles stand")


@kpi("facility.water_reclaimed", "m3", "facility", of=("impact.water",))
def water_reclaimed(run: Run) -> float:
    """Reclaimed water among the water drawn on site."""
    return float(run.facility.reclaimed * run.facility.withdrawal.sum())


@kpi("facility.hours_capped", "h", "facility")
def hours_capped(run: Run) -> float:
    """Hours in which there is not the water that the plant asks for: it runs dry, or lacks cooling."""
    return float(run.facility.capped.sum())


@kpi("facility.hours_short_of_water", "h", "facility", of=("facility.hours_capped", "facility.hours_short"))
def hours_short_of_water(run: Run) -> float:
    """Hours in which a supply is not held and there is not the water that the plant asks for."""
    return float((run.facility.capped & run.facility.short).sum())


@kpi("facility.hours_warm_discharge", "h", "facility")
def hours_warm_discharge(run: Run) -> float:
    """Hours in which blowdown is discharged warmer than the permit allows."""
    defined(run.facility.discharge_max, "the spec limits no temperature of discharge")
    return float(run.facility.warm_discharge.sum())


@kpi("facility.water_year", "m3/year", "facility", of=("impact.water",))
def water_year(run: Run) -> float:
    """Water drawn on site in the calendar year that draws most."""
    return float(run.timeline.yearly(run.facility.withdrawal).max())


@kpi("facility.water_consumed_share", "fraction", "facility", of=("impact.water", "impact.water_consumed"))
def water_consumed_share(run: Run) -> float:
    """Water that evaporates or drifts away over the water drawn."""
    drawn = run.facility.withdrawal.sum()
    if not drawn > 0:
        raise Undefined("no water is drawn")
    return float(run.facility.consumption.sum() / drawn)


@kpi("facility.water_discharged", "m3", "facility")
def water_discharged(run: Run) -> float:
    """Blowdown that leaves the site, after treatment."""
    return float(run.facility.discharge.sum())


@kpi("facility.water_reused_share", "fraction", "facility", of=("impact.water",))
def water_reused_share(run: Run) -> float:
    """Reclaimed and recycled water over all water that goes into the coolers."""
    facility = run.facility
    used = facility.makeup.sum()
    if not used > 0:
        raise Undefined("no water is used")
    return float((facility.recycled.sum() + facility.reclaimed * (used - facility.recycled.sum())) / used)


@kpi("facility.fluid_lost", "kg", "facility")
def fluid_lost(run: Run) -> float:
    """Fluid of two-phase baths that escapes as vapour and is made up."""
    _fluid(run)
    return float(run.facility.fluid_lost)


@kpi("facility.fluid_cost", "USD", "facility", of=("facility.fluid_lost",))
def fluid_cost(run: Run) -> float:
    """Price of the bath fluid that is made up, in money of today."""
    return float(run.facility.fluid_lost * _fluid(run).price)


@kpi("facility.fluid_carbon", "t", "facility", of=("facility.fluid_lost",))
def fluid_carbon(run: Run) -> float:
    """Carbon dioxide equivalent of the bath fluid that escapes, over 100 years; not in scope 1."""
    return float(run.facility.fluid_lost * _fluid(run).gwp / 1e3)


def _fluid(run: Run) -> BathFluid:
    liquid = run.campus.facility.cooling.liquid
    if liquid is None or liquid.fluid is None:
        raise Undefined("no bath loses fluid")
    return liquid.fluid


@kpi("impact.water_source_withdrawn", "m3", "impact")
def impact_water_source_withdrawn(run: Run) -> float:
    """Water withdrawn where the power is generated; where no figure of withdrawal is known, what is consumed."""
    return float(run.impact.water_source_withdrawn.sum())
