"""Lines of the campus's KPIs: an identity, a sum of what results hold, a conversion by hand."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
from kpi_lines import Line, Near, value

from gigacampus.engines.supply import score
from gigacampus.engines.swings.flicker import flicker
from gigacampus.engines.swings.grid import voltage
from gigacampus.engines.swings.load import STEP, calm
from gigacampus.runs.pipeline import Run

# The campus


def rating(r: Run) -> float:
    """IT rating by the sum of phases [MW]."""
    compute = r.campus.compute
    built = sum(phase.power for phase in compute.built)
    return built / (r.peak_ratio if compute.basis == "facility" else 1.0)


def accelerators(r: Run) -> float:
    server = r.campus.compute.server
    return rating(r) * 1e3 / (server.peak_power * (1 + server.overhead_share)) * server.accelerators


def meter(r: Run) -> float:
    """Energy at the meter by its parts [MWh]."""
    f = r.facility
    parts = (
        f.it, f.chiller, f.pumps, f.rejection_fans, f.air_handlers, f.cdu_pumps, f.transformers, f.ups, f.distribution,
        f.other,
    )  # fmt: skip
    return math.fsum(float(part.sum()) for part in parts)


def boards(r: Run) -> float:
    f = r.facility
    return float(f.it.sum()) - float(f.server_fans.sum()) - float(f.rack_supplies.sum())


def real_cost(r: Run) -> float:
    """All costs in money of the price year, over the load."""
    years = r.timeline.months.astype("datetime64[Y]").astype(int) + 1970
    price = r.campus.supply
    total = sum(
        float(cost) / (1 + price.inflation) ** (int(year) - price.price_year)
        for cost, year in zip(r.supply.total, years, strict=True)
    )
    return total / float(r.facility.load.sum())


def hourly_score(r: Run) -> float:
    clean = score.clean_hourly(r.campus.supply, r.supply.dispatch, r.timeline.gather(r.site.cfe))
    return math.fsum(clean) / math.fsum(r.facility.load)


def renewable(r: Run, bought: bool) -> float:
    """Renewable energy of plants, and of certificates if they are such, over the load and the batteries' losses."""
    kind = r.campus.supply.certificates.kind == "renewable"
    energy = float(r.impact.renewable.sum()) + bought * kind * float(r.supply.certificates.sum())
    flows = r.supply.dispatch
    return energy / (value(r, "facility.energy") + float((flows.charge - flows.discharge).sum()))


def burnt(r: Run) -> float:
    """CO2e of the fuel of own plants [t]."""
    own = {n: p for n, p in r.campus.supply.plants.items() if p.kind == "gas" and p.owner == "campus"}
    return sum(float(r.supply.fuel[n].sum()) * plant.fuel.carbon / 1e3 for n, plant in own.items())


def drawn_at_average(r: Run) -> float:
    grid, years = r.campus.site.grid, r.timeline.years
    change = (1 + grid.carbon_decline) ** (years - grid.carbon_year)
    return float((r.supply.energy["grid_import"] * grid.carbon_location / 1e3 * change).sum())


def ions(r: Run) -> float | None:
    """Make-up over what leaves as water, where the limiting ion decides."""
    f, water = r.facility, r.campus.facility.water
    if water is None or water.quality is None:
        return None
    return float(f.makeup.sum() / (f.makeup.sum() - f.evaporation.sum()))


def side(r: Run, which: str) -> Any:
    return getattr(r.sizing, which)


def installed(r: Run, what: str) -> float:
    return sum(getattr(side(r, which), what) for which in ("liquid", "air")) * rating(r)


def excess(r: Run) -> float:
    return max(max(one.supply - one.limit, 0.0) for judged in r.design.days for one in judged.sides)


def at_load(r: Run, percent: int) -> int:
    """Place of a load among those that are run."""
    return int(np.flatnonzero(np.isclose(r.part_load.load, percent / 100))[0])


def pue_at(percent: int) -> Callable[[Run], float]:
    return lambda r: 1 + sum(float(part[at_load(r, percent)]) for part in r.part_load.parts.values())


def wue_at(percent: int) -> Callable[[Run], float]:
    return lambda r: float(r.part_load.wue[at_load(r, percent)])


def reclaimed(r: Run) -> float:
    return 0.0 if r.campus.facility.water is None else r.campus.facility.water.reclaimed


def reused_share(r: Run) -> float | None:
    f = r.facility
    if not f.makeup.sum() > 0:
        return None
    return float((f.recycled.sum() + reclaimed(r) * f.withdrawal.sum()) / f.makeup.sum())


def fluid(r: Run) -> Any:
    return r.campus.facility.cooling.liquid.fluid


def warm(r: Run) -> float:
    f, permit = r.facility, r.campus.facility.water.permit
    leaves = f.blowdown - f.recycled > 0
    return float(np.count_nonzero(leaves & (f.bled > permit.discharge_max)))


def year_most(r: Run) -> float:
    f, year = r.facility, r.timeline.year
    return max(float(f.withdrawal[year == one].sum()) for one in np.unique(year))


def people(r: Run) -> float:
    """The share of all interruptions that the spec says people cause, next to what counts once of two at a time."""
    return Near(r.campus.facility.availability.human_error * value(r, "facility.interruptions"), 0.01)


def hours_of(contributions: Any) -> float:
    return Near(sum(one.down + one.restart for one in contributions), 0.03)


def lost_worth(r: Run) -> float:
    share = value(r, "facility.unserved_it_hours") / 8760
    held = float(r.offer.accelerators[r.timeline.phase].sum())
    return share * held * r.campus.facility.availability.accelerator_hour


def backup_survival(r: Run) -> float:
    """Hour by hour: lost in an hour times the outages that reach it, for an exponential outage of a feed's repair."""
    given, alive = r.campus.facility.availability, [1.0, *r.availability.survival, 0.0]
    starts = (max(hour, given.battery) for hour in range(len(alive)))
    return 1 - sum(
        (a - b) * np.exp(-at / given.utility.repair) for a, b, at in zip(alive, alive[1:], starts, strict=False)
    )


def stranded(r: Run) -> float:
    """Of the UPS, say: all units of the chain stand in groups alike."""
    ups = next(element for element in r.part_load.elements if element.name == "ups")
    return 1 - ups.usable / ups.rating


def movers(r: Run) -> float:
    f = r.facility
    return max(map(float, f.pumps + f.cdu_pumps + f.air_handlers))


# Optimal control


def saved(what: str, objective: str = "energy", of: str = "limited") -> Callable[[Run], float | None]:
    def share(r: Run) -> float | None:
        rules = getattr(r.control.rules, what)
        return (rules - getattr(getattr(r.control, of)[objective], what)) / rules if rules > 0 else None

    return share


def capped(r: Run) -> tuple[float, float]:
    """What the cap costs [USD], and what it withholds [m3]."""
    free, held = r.control.uncapped["money"], r.control.limited["money"]
    return held.money - free.money, free.water - held.water


# Power swings, from the power itself


def power(r: Run, raw: bool, steady: bool = False) -> Any:
    whole = r.swings.raw_power if raw else r.swings.smoothed_power
    return whole[calm(r.swings.jobs, r.campus.facility.swings.window)] if steady else whole


def swing(within: float, raw: bool = False, steady: bool = False) -> Callable[[Run], float]:
    """Largest difference within a time [s]."""

    def found(r: Run) -> float:
        series = power(r, raw, steady)
        views = np.lib.stride_tricks.sliding_window_view(series, round(within / STEP) + 1)
        return max(float(np.ptp(views[i : i + 2000], axis=1).max()) for i in range(0, len(views), 2000))

    return found


def ramp_minute(r: Run) -> float:
    means = np.convolve(power(r, False), np.full(1000, 1e-3), "valid")
    return float(np.abs(means[6000:] - means[:-6000]).max() / 60)


def band(low: float, high: float, raw: bool = False) -> Callable[[Run], float]:
    """Root mean square of what a transform leaves of a power between two frequencies."""

    def found(r: Run) -> float:
        series = power(r, raw)
        flat = series - np.linspace(series[:100].mean(), series[-100:].mean(), len(series))
        waves, hertz = np.fft.rfft(flat - flat.mean()), np.fft.rfftfreq(len(flat), STEP)
        back = np.fft.irfft(np.where((hertz >= low) & (hertz <= high), waves, 0), len(flat))
        return float(np.sqrt(np.mean(back**2)))

    return found


def volts(r: Run, raw: bool) -> Any:
    return voltage(power(r, raw), r.campus.facility.swings.grid, r.swings.short_circuit)


def pst(raw: bool) -> Callable[[Run], float]:
    def found(r: Run) -> float:
        grid = r.campus.facility.swings.grid
        return flicker(volts(r, raw), STEP, grid.lamp, grid.frequency)

    return found


def dip(raw: bool) -> Callable[[Run], float]:
    def found(r: Run) -> float:
        views = np.lib.stride_tricks.sliding_window_view(volts(r, raw), 101)
        return float(np.ptp(views, axis=1).max())

    return found


def kept(case: str) -> Callable[[Run], float]:
    return lambda r: float(np.mean([one.value <= one.limit for one in getattr(r.swings, case).limits]))


def burnt_power(r: Run) -> float:
    """By what it costs a year at the grid's mean price."""
    return r.swings.smoothed.energy_cost / 8766 / float(np.mean(r.site.price))


def storage_price(r: Run) -> float | None:
    swings = r.campus.facility.swings
    if "battery" in swings.smoothing:
        return sum(r.swings.alone[name].capital for name in swings.smoothing)
    return swings.rack_storage.price * accelerators(r) if "rack-storage" in swings.smoothing else 0.0


def cycles_of_battery(r: Run) -> float | None:
    return r.swings.smoothed.cycles if "battery" in r.campus.facility.swings.smoothing else None


def training_step(r: Run) -> float:
    training, swings = r.campus.workload.training, r.campus.facility.swings
    rate = training.mfu * r.campus.compute.server.accelerator_peak * 1e12
    return float(6 * training.parameters * swings.tokens / rate) if swings.step is None else swings.step


CAMPUS: dict[str, Line] = {
    # workload and IT
    "it.energy": lambda r: r.workload.energy.sum(),
    "it.rating": rating,
    "it.accelerators": accelerators,
    "workload.ettr": lambda r: 1 - r.offer.lost[-1] - r.offer.writing[-1] - r.offer.restarting[-1],
    "workload.tokens_trained": lambda r: r.workload.training_flop.sum() / 6 / r.campus.workload.training.parameters,
    # facility
    "facility.energy": meter,
    "facility.pue": lambda r: meter(r) / r.facility.it.sum(),
    "facility.pue_category_1": lambda r: meter(r) / (r.facility.it.sum() + r.facility.distribution.sum()),
    "facility.pue_category_2": lambda r: meter(r) / r.facility.it.sum(),  # nothing is lost between PDU and rack
    "facility.itue": lambda r: r.facility.it.sum() / boards(r),
    "facility.tue": lambda r: value(r, "facility.pue") * value(r, "facility.itue"),
    "facility.wue": lambda r: value(r, "impact.water") * 1e3 / (value(r, "it.energy") * 1e3),
    "facility.peak": lambda r: r.timeline.monthly_peak(r.facility.load).max(),
    "facility.hours_short": lambda r: np.count_nonzero(r.facility.excess > 0),
    "facility.hours_chip_above": lambda r: np.count_nonzero(r.facility.chip_above),
    "facility.cycles": ions,
    "facility.water_reclaimed": lambda r: reclaimed(r) * value(r, "impact.water"),
    "facility.hours_capped": lambda r: np.count_nonzero(r.facility.capped),
    "facility.hours_short_of_water": lambda r: np.count_nonzero((r.facility.excess > 0) & r.facility.capped),
    "facility.hours_warm_discharge": warm,
    "facility.water_year": year_most,
    "facility.water_consumed_share": lambda r: value(r, "impact.water_consumed") / value(r, "impact.water"),
    "facility.water_discharged": lambda r: value(r, "impact.water") - value(r, "impact.water_consumed"),
    "facility.water_reused_share": reused_share,
    "facility.fluid_lost": lambda r: r.facility.fluid_lost,
    "facility.fluid_cost": lambda r: value(r, "facility.fluid_lost") * fluid(r).price,
    "facility.fluid_carbon": lambda r: value(r, "facility.fluid_lost") * fluid(r).gwp / 1e3,
    "facility.design_excess": excess,
    "facility.design_missing": lambda r: max(sum(one.missing for one in day.sides) for day in r.design.days),
    "facility.cooler_margin_liquid": lambda r: side(r, "liquid").margin,
    "facility.cooler_margin_air": lambda r: side(r, "air").margin,
    "facility.coolers_installed": lambda r: installed(r, "coolers"),
    "facility.chillers_installed": lambda r: installed(r, "chillers"),
    "facility.gensets_installed": lambda r: r.design.standby.nameplate,
    "facility.erf": lambda r: value(r, "facility.heat_reused") / value(r, "facility.energy"),
    "facility.ere": lambda r: value(r, "facility.pue") * (1 - value(r, "facility.erf")),
    "facility.heat_reused": lambda r: round(
        meter(r) - float(r.facility.heat_sensible.sum()) - float(r.facility.heat_latent.sum()), 6
    ),
    "facility.heat_temperature": lambda r: r.campus.facility.heat_reuse.temperature,
    **{f"facility.pue_at_{percent}": pue_at(percent) for percent in (10, 25, 50, 75, 100)},
    **{f"facility.wue_at_{percent}": wue_at(percent) for percent in (10, 25, 50, 75, 100)},
    # availability
    "facility.availability": lambda r: r.availability.availability,
    "facility.interruptions": lambda r: Near(sum(one.frequency for one in r.availability.contributions), 0.02),
    "facility.interruptions_people": people,
    "facility.unserved_it_hours": lambda r: hours_of(r.availability.contributions),
    "facility.unserved_it_hours_independent": lambda r: hours_of(r.availability.independent),
    "facility.unserved_it_hours_whole_repair": lambda r: r.availability.shares[-1].whole,
    "facility.unserved_it_energy": lambda r: (
        value(r, "facility.unserved_it_hours") / 8760 * value(r, "it.energy")
    ),
    "facility.unserved_cost": lost_worth,
    "facility.backup_survival": backup_survival,
    "facility.backup_lost": lambda r: sum(
        one.frequency for one in r.availability.contributions if one.block in ("feeds", "substation")
    ),
    "facility.stranded": stranded,
    "facility.cooling_ride_through": lambda r: sorted(one.limit for one in r.availability.cooling.values())[0],
    "facility.cooling_margin": lambda r: min(one.limit - one.restart for one in r.availability.cooling.values()),
    "facility.cooling_storage": lambda r: sorted(one.storage_volume for one in r.availability.cooling.values())[-1],
    "facility.movers": movers,
    # optimal control
    "facility.control_energy_saving": saved("energy"),
    "facility.control_energy_saving_unlimited": saved("energy", of="unlimited"),
    "facility.control_cooling_saving": saved("cooling"),
    "facility.control_water_saving": saved("water", "water"),
    "facility.control_carbon_saving": saved("carbon", "carbon"),
    "facility.control_money_saving": lambda r: r.control.rules.money - r.control.limited["money"].money,
    "facility.control_mode_changes": lambda r: r.control.limited[r.campus.facility.control.minimise].changes_most,
    "facility.control_forced_changes": lambda r: r.control.limited[r.campus.facility.control.minimise].changes_forced,
    "facility.control_cap_cost": lambda r: capped(r)[0],
    "facility.control_cap_price": lambda r: capped(r)[0] / capped(r)[1],
    # swings
    "facility.swing_peak_to_peak": swing(10),
    "facility.swing_peak_to_peak_raw": swing(10, raw=True),
    "facility.swing_peak_to_peak_steady": swing(10, steady=True),
    "facility.swing_peak_to_peak_steady_raw": swing(10, raw=True, steady=True),
    "facility.swing_ramp": swing(1),
    "facility.swing_ramp_raw": swing(1, raw=True),
    "facility.swing_ramp_steady": swing(1, steady=True),
    "facility.swing_ramp_steady_raw": swing(1, raw=True, steady=True),
    "facility.swing_ramp_minute": ramp_minute,
    "facility.swing_step": swing(0.1),
    "facility.swing_step_raw": swing(0.1, raw=True),
    "facility.swing_energy_band": band(0.1, 20),
    "facility.swing_energy_band_raw": band(0.1, 20, raw=True),
    "facility.swing_energy_band_low": band(0.1, 1),
    "facility.swing_energy_band_middle": band(1, 2.5),
    "facility.flicker_pst": pst(raw=False),
    "facility.flicker_pst_raw": pst(raw=True),
    "facility.voltage_change": dip(raw=False),
    "facility.voltage_change_raw": dip(raw=True),
    "facility.smoothing_lost": burnt_power,
    "facility.smoothing_capital": storage_price,
    "facility.smoothing_cycles": cycles_of_battery,
    "facility.swing_step_time": training_step,
    "facility.swing_limits_held": kept("smoothed"),
    "facility.swing_limits_held_raw": kept("raw"),
    # supply
    "supply.cost_per_mwh": real_cost,
    "supply.cfe_hourly": hourly_score,
    "supply.renewable_annual": lambda r: renewable(r, bought=False),
    "supply.renewable_annual_with_certificates": lambda r: renewable(r, bought=True),
    "supply.grid_import": lambda r: r.supply.energy["grid_import"].sum(),
    "supply.peak_import": lambda r: r.timeline.monthly_peak(r.supply.dispatch.grid_import).max(),
    "supply.curtailed": lambda r: r.supply.energy["curtailed"].sum(),
    "supply.unserved": lambda r: r.supply.energy["unserved"].sum(),
    # impact
    "impact.scope1": burnt,
    "impact.scope2_location": drawn_at_average,
    "impact.scope2_market": lambda r: math.fsum(r.impact.scope2_market),
    "impact.scope2_market_no_certificates": lambda r: math.fsum(r.impact.scope2_market_no_certificates),
    "impact.scope2_market_hourly": lambda r: math.fsum(r.impact.scope2_market_hourly),
    "impact.embodied": lambda r: math.fsum(x for part in r.impact.embodied_incurred.values() for x in part),
    "impact.water": lambda r: r.facility.withdrawal.sum(),
    "impact.water_consumed": lambda r: r.facility.evaporation.sum() + r.facility.drift.sum(),
    "impact.water_source": lambda r: math.fsum(r.impact.water_source),
    "impact.water_source_withdrawn": lambda r: math.fsum(r.impact.water_source_withdrawn),
    "impact.wue_source": lambda r: (
        (value(r, "impact.water") + value(r, "impact.water_source")) / value(r, "it.energy")
    ),
    "impact.cue": lambda r: 1e3 * (burnt(r) + drawn_at_average(r)) / (value(r, "it.energy") * 1e3),
    "impact.ref": lambda r: min(renewable(r, bought=True), 1.0),
    "impact.ref_no_certificates": lambda r: min(renewable(r, bought=False), 1.0),
    # residuals
    "residual.energy": lambda r: max(
        r.facility.residual_energy, r.supply.residual_energy, r.supply.residual_energy_life, r.supply.residual_storage
    ),
    "residual.water": lambda r: max(r.facility.residual_water, r.facility.residual_heat),
    "residual.swings": lambda r: max(
        one.residual for one in (r.swings.raw, r.swings.smoothed, *r.swings.alone.values())
    ),
    "residual.money": lambda r: max(
        [0.0, *r.finance.residuals.values()] + ([] if r.accounting is None else [*r.accounting.residuals.values()])
    ),
}  # fmt: skip
