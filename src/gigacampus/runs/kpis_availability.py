"""KPIs of availability: how much of the time the racks are carried, what is not served, and what backup is worth."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gigacampus.runs.kpi import kpi

if TYPE_CHECKING:
    from gigacampus.runs.pipeline import Run


@kpi("facility.availability", "fraction", "availability")
def facility_availability(run: Run) -> float:
    """Share of the time in which power and cooling carry all IT, expected."""
    return float(run.availability.availability)


@kpi("facility.interruptions", "1/year", "availability")
def facility_interruptions(run: Run) -> float:
    """Interruptions of some IT or all a year, expected."""
    return float(run.availability.frequency)


@kpi("facility.interruptions_people", "1/year", "availability", of=("facility.interruptions",))
def facility_interruptions_people(run: Run) -> float:
    """Interruptions a year that people cause, expected."""
    return float(sum(part.frequency for part in run.availability.contributions if part.kind == "people"))


@kpi("facility.unserved_it_hours", "h/year", "availability")
def facility_unserved_hours(run: Run) -> float:
    """Hours a year in which IT is not served, down and restarting, as hours of all of it, expected."""
    return float(run.availability.unserved_hours)


@kpi("facility.unserved_it_hours_independent", "h/year", "availability")
def facility_unserved_independent(run: Run) -> float:
    """The same if no failure had a common cause."""
    return float(run.availability.independent_hours)


@kpi("facility.unserved_it_energy", "MWh", "availability", of=("facility.unserved_it_hours", "it.energy"))
def facility_unserved_energy(run: Run) -> float:
    """IT energy that is not served over the life, expected."""
    return float(run.availability.unserved_energy)


@kpi("facility.unserved_cost", "USD", "availability", of=("facility.unserved_it_hours",))
def facility_unserved_cost(run: Run) -> float:
    """Worth of the accelerator-hours that are not served over the life, expected, at the price of the spec's day."""
    return float(run.availability.unserved_cost)


@kpi("facility.backup_survival", "fraction", "availability")
def facility_backup_survival(run: Run) -> float:
    """Share of the outages of feeds and substation that battery, gensets and fuel carry to the end."""
    return float(run.availability.backup_survival)


@kpi("facility.stranded", "fraction", "availability")
def facility_stranded(run: Run) -> float:
    """Share of the units of the power chain that may not carry load, for redundancy."""
    return float(run.availability.stranded["units"])


def _sides(run: Run, what: str) -> list[float]:
    return [float(getattr(side, what)) for side in run.availability.cooling.values()]


@kpi("facility.cooling_ride_through", "s", "availability")
def facility_ride_through(run: Run) -> float:
    """Time without cooling until servers stop for heat, on the side where that is sooner."""
    return min(_sides(run, "limit"))


@kpi("facility.cooling_margin", "s", "availability", of=("facility.cooling_ride_through",))
def facility_cooling_margin(run: Run) -> float:
    """Time that is left when cooling is back after an outage, on the side where it is least; below 0 servers stop."""
    return min(_sides(run, "margin"))


@kpi("facility.cooling_storage", "m3/MW", "availability")
def facility_cooling_storage(run: Run) -> float:
    """Stored water, per heat, that bridges the restart of cooling, on the side that needs most."""
    return max(_sides(run, "storage_volume"))


@kpi("facility.movers", "MW", "availability")
def facility_movers(run: Run) -> float:
    """Highest power of pumps, coolant units and air handlers: what a UPS must give so that they never stop."""
    return float(run.availability.movers)
