"""Every KPI against an expression of its own: an identity, a sum of what results hold, a conversion by hand.

One line a KPI, none of which calls the KPI's own function or a ratio that the results keep ready. A KPI without a line
fails, and so does a line that no run ever reaches.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from campuses import run
from scipy.optimize import brentq

from gigacampus.campus.spec.deal import MONTHS, slug
from gigacampus.engines.facility.swings.flicker import flicker
from gigacampus.engines.facility.swings.grid import voltage
from gigacampus.engines.facility.swings.load import STEP, calm
from gigacampus.engines.finance.tax import KINDS as TAX_KINDS
from gigacampus.runs import kpis as _kpis  # noqa: F401 - registers them
from gigacampus.runs.kpi import REGISTRY
from gigacampus.runs.pipeline import Run

RUNS = ("hyperion", "models/colocation", "small", "baths", "taxed")


class Near(float):
    """A number that the KPI is near to, within a share of it."""

    within: float

    def __new__(cls, value: float, within: float) -> Near:
        found = super().__new__(cls, value)
        found.within = within
        return found


def value(r: Run, name: str) -> float:
    """Another KPI's value."""
    found = r.kpi[name].value
    assert found is not None, name
    return float(found)


# The campus


def rating(r: Run) -> float:
    """IT rating by the sum of phases [MW]."""
    compute = r.campus.compute
    built = sum(phase.power for phase in compute.built)
    return built / (r.rating if compute.basis == "facility" else 1.0)


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
    load = r.timeline.yearly(r.facility.load)
    return float((r.supply.cfe_by_year * load).sum() / load.sum())


def renewable(r: Run, bought: bool) -> float:
    """Renewable energy of plants, and of certificates if they are such, over the load."""
    kind = r.campus.supply.certificates.kind == "renewable"
    energy = float(r.impact.renewable.sum()) + bought * kind * float(r.supply.certificates.sum())
    return energy / value(r, "facility.energy")


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


# The deal


Family = Mapping[str, float | None]


def dscr(r: Run) -> Any:
    return np.concatenate([one.cfads / one.service for one in r.finance.cover.values()] or [np.array([])])


def flows(r: Run, party: str, kinds: Callable[[str], bool]) -> tuple[Any, Any]:
    """A party's payments by day, each day netted; crumbs of rounding apart."""
    days: dict[Any, float] = {}
    for flow in r.finance.flows:
        if kinds(flow.kind) and party in (flow.payer, flow.payee) and flow.payer != flow.payee:
            for day, amount in zip(np.asarray(flow.dates, "datetime64[D]"), r.finance.row(flow.row), strict=True):
                days[day] = days.get(day, 0.0) + float(amount) * (1 if flow.payee == party else -1)
    most = max(map(abs, days.values()), default=0.0)
    order = [day for day in sorted(days) if abs(days[day]) > 1e-12 * most]
    return np.array(order, "datetime64[D]"), np.array([days[day] for day in order])


def before_tax(kind: str) -> bool:
    return kind not in TAX_KINDS


def capital(kind: str) -> bool:
    return kind in ("contribution", "contribution in kind", "distribution")


def rates(days: Any, amounts: Any) -> list[float]:
    """Rates at which payments have no present value, where a fine grid sees it change its sign."""
    if not len(days) or amounts.min() >= 0 or amounts.max() <= 0:
        return []
    years = (days - days[0]).astype(float) / 365

    def worth(rate: float) -> float:
        return float((amounts * (1 + rate) ** -years).sum())

    grid = np.concatenate([np.linspace(-0.5, 1.0, 301), np.linspace(1.1, 10.0, 90)])
    signs = np.sign([worth(float(rate)) for rate in grid])
    return [brentq(worth, grid[i], grid[i + 1], xtol=1e-14) for i in np.flatnonzero(np.diff(signs))]


def xirr(days: Any, amounts: Any) -> float | None:
    found = rates(days, amounts)
    return found[0] if len(found) == 1 else None


def parties(r: Run) -> list[str]:
    return list(r.campus.deal.entities)


def each_party(call: Callable[[Any, Any], float | None], kinds: Callable[[str], bool]) -> Callable[[Run], Family]:
    return lambda r: {party: call(*flows(r, party, kinds)) for party in parties(r)}


def multiple(days: Any, amounts: Any) -> float | None:
    paid = -amounts[amounts < 0].sum() if len(amounts) else 0.0
    return float(amounts[amounts > 0].sum() / paid) if paid > 0 else None


def back(days: Any, amounts: Any) -> float | None:
    held = np.cumsum(amounts)
    short = held < -1e-9 * np.abs(amounts).sum()
    if not short.any() or short[-1]:
        return None
    return float((days[len(short) - int(np.argmax(short[::-1]))] - days[0]).astype(float) / 365)


def worth_at_close(r: Run) -> Family:
    found = {}
    for party, entity in r.campus.deal.entities.items():
        if entity.discount_rate is not None:
            days, amounts = flows(r, party, before_tax)
            years = (days - np.datetime64(r.campus.deal.close)).astype(float) / 365
            found[party] = float((amounts / (1 + entity.discount_rate) ** years).sum())
    return found


def short_on_day(r: Run) -> Family:
    found = {}
    for party, entity in r.campus.deal.entities.items():
        if entity.owners:
            held = np.cumsum(flows(r, party, lambda kind: True)[1])
            found[party] = max(0.0, -float(held.min(initial=0.0)))
    return found


def life_cover(whole: bool) -> Callable[[Run], float | None]:
    """Value of cash over the debt as repayment begins, at the rate at which its payments are worth it (one vehicle)."""

    def found(r: Run) -> float | None:
        if len(r.finance.cover) != 1:
            return None
        (vehicle,) = r.finance.cover
        loans = [r.finance.loans[n] for n, one in r.campus.deal.loans.items() if one.borrower == vehicle]
        at = np.flatnonzero(np.any([loan.repays & (loan.service > 0) for loan in loans], axis=0))
        service = np.sum([loan.service for loan in loans], axis=0)
        owed, days = sum(loan.balance[at[0] - 1] for loan in loans), r.finance.months.astype("datetime64[D]")
        begin = int(np.flatnonzero(service[: at[0]] > 0)[-1])
        years = (days - days[begin]).astype(float) / 365
        rate = brentq(lambda i: float((service[at] * (1 + i) ** -years[at]).sum()) - owed, 0.0, 1.0, xtol=1e-14)
        dates = [begin, *at, *(range(at[-1] + 1, len(days)) if whole else ())]
        cash = r.finance.row(f"{slug(vehicle)}.cfads")
        spans = ((float(cash[a + 1 : b + 1].sum()), years[b]) for a, b in pairwise(dates))
        return sum(amount * (1 + rate) ** -year for amount, year in spans) / owed

    return found


def average_life(r: Run) -> Family:
    found = {}
    for name, loan in r.finance.loans.items():
        years = (loan.dates - np.datetime64(r.campus.deal.close)).astype(float) / 365.25
        found[name] = Near(float((loan.principal * years).sum() / loan.principal.sum()), 0.02)
    return found


def while_building(r: Run) -> float:
    """Interest among the uses of each vehicle."""
    return sum(
        amount for of in r.finance.funding.values() for what, amount in of.uses.items() if "interest while" in what
    )


def rents(first: bool) -> Callable[[Run], float]:
    def found(r: Run) -> float:
        books = [r.finance.lease_years[slug(name)]["rent"] for name in r.campus.deal.leases]
        return float(sum(rent[0] if first else rent.sum() for rent in books))

    return found


def committed(r: Run) -> float:
    """Rent of the lease years of each first term, all of them whole."""
    found = 0.0
    for name in r.campus.deal.leases:
        book = r.finance.leases[name]
        years = round((book.first_end - book.start).days / 365.25)
        found += float(r.finance.lease_years[slug(name)]["rent"][:years].sum())
    return found


def left_uncovered(r: Run) -> Family:
    found = {}
    for name, years in r.finance.guarantees.items():
        found[name] = float(years.debt[np.flatnonzero(years.threshold > 0)[-1]])
    return found


def tax(r: Run) -> Family:
    """Paid, less what is saved of other tax."""
    found = {}
    for party in parties(r):
        if f"{slug(party)}.tax.paid" in r.finance.rows:
            paid, saved = (float(r.finance.row(f"{slug(party)}.tax.{end}").sum()) for end in ("paid", "saved"))
            found[party] = paid - saved
    return found


def months_of(r: Run, row: str) -> Family:
    """Months in which a covenant's row stands while debt is owed."""
    found = {}
    for vehicle, held in r.finance.covenants.items():
        owed = sum(r.finance.loans[name].balance for name in held.loans)
        found[vehicle] = float(np.count_nonzero((r.finance.row(f"{slug(vehicle)}.{row}") == 1) & (owed > 1)))
    return found


def headroom(r: Run) -> Family:
    held = r.finance.covenants.items()
    return {v: min(one.cover) / (one.lock_up or one.default) - 1 for v, one in held if one.lock_up or one.default}


def accounts(r: Run, of: str, call: Callable[[Any], float]) -> Family:
    return {} if r.accounting is None else {name: call(one) for name, one in getattr(r.accounting, of).items()}


def debt_of(sheet: Any) -> float:
    lines = [sheet.liabilities[line] for line in ("loans", "lease liabilities") if line in sheet.liabilities]
    return float(np.sum(lines, axis=0).max()) if lines else 0.0


def consolidated(r: Run) -> Family:
    if r.accounting is None:
        return {}
    every = [(party, debt_of(sheet)) for of in r.accounting.consolidated.values() for party, sheet in of.items()]
    return {party: max(debt for one, debt in every if one == party) for party, _ in every}


# What the tenant does, and what stands behind a loan


def scenarios(r: Run, call: Callable[[Any], float | None]) -> Family:
    return {} if r.renewal is None else {name: call(one) for name, one in r.renewal.scenarios.items()}


def leaves(r: Run) -> Family:
    """The first end of a term at which staying costs more."""

    def year(one: Any) -> float | None:
        goes = np.flatnonzero(one.choice.stay[:-1] > one.choice.leave[:-1])
        return float(r.renewal.years[r.renewal.ends[goes[0]]]) if len(goes) else None

    return scenarios(r, year)


def called(r: Run) -> Family:
    gap = lambda one: np.maximum(r.renewal.threshold - one.value, 0.0)[r.renewal.ends]  # noqa: E731
    return scenarios(r, lambda one: float(gap(one).max()))


def lenders_lose(reading: str) -> Callable[[Run], Family]:
    def most(r: Run, one: Any) -> float:
        return max(sum(float(lost[t]) for lost in one.losses[reading].lenders.values()) for t in r.renewal.ends)

    return lambda r: scenarios(r, lambda one: most(r, one))


def chance(call: Callable[[Any], float]) -> Callable[[Run], float | None]:
    return lambda r: None if r.renewal is None or r.renewal.paths is None else call(r.renewal.paths)


def mean_losses(r: Run) -> Family:
    if r.renewal is None or r.renewal.paths is None:
        return {}
    losses = r.renewal.paths.losses["by share"]
    found = dict.fromkeys([*losses.lenders, *losses.owners, *filter(None, [r.renewal.guarantor])], 0.0)
    for party, lost in (*losses.lenders.items(), *losses.owners.items(), (r.renewal.guarantor, losses.guarantor)):
        if party:
            found[party] += float(lost[0])
    return found


def sold(what: str, paid: str, gone: Callable[[Any], set[str]]) -> Callable[[Run], Family]:
    """A figure of the rated loan by market, the asset being sold and the kinds of support that can go gone."""

    def found(r: Run) -> Family:
        one = r.supports.experiment
        if one is None:
            return {}
        kinds = {kind for case in one.cases for kind in case.removed} & gone(one)
        cases = [c for c in one.cases if c.after == "sold" and c.paid == paid and set(c.removed) == kinds]
        return {case.market: getattr(case, what) for case in cases}

    return found


def of_rent_alone(r: Run) -> Family:
    """Where rent is all the cash, cover falls in proportion with it."""
    loans = r.campus.deal.loans.items()
    paid = {n: r.finance.cover[loan.borrower].cfads for n, loan in loans}
    whole = [n for n, loan in loans if r.campus.name == "Hyperion" or not r.campus.deal.services]
    return {n: 1 - 1 / dscr(r).min() for n in whole if len(paid[n]) and r.campus.deal.leases}


def gearing(r: Run) -> Family:
    loans, found = r.campus.deal.loans, {}
    for name, loan in loans.items():
        raised, uses = r.finance.funding[loan.borrower], r.finance.funding[loan.borrower].uses
        lent = sum(float(r.finance.loans[n].draw.sum()) for n, one in loans.items() if one.borrower == loan.borrower)
        assert sum(raised.sources.values()) == pytest.approx(sum(uses.values()))
        found[name] = lent / sum(uses.values())
    return found


def debt_to_cash(r: Run) -> Family:
    found = {}
    for name, loan in r.campus.deal.loans.items():
        if len([1 for one in r.campus.deal.loans.values() if one.borrower == loan.borrower]) == 1:
            flow, cover = r.finance.loans[name], r.finance.cover[loan.borrower]
            first = np.flatnonzero(flow.repays)[0]
            found[name] = float(flow.balance[first - 1] / cover.cfads[: 12 // MONTHS[loan.every]].sum())
    return found


def quoted(call: Callable[[Any, Any], float | None]) -> Callable[[Run], Family]:
    """A figure of each quote from what the spec gives of it and what follows."""
    return lambda r: {n: call(r.campus.deal.quotes[n][1], one) for n, one in r.finance.quotes.items()}


Line = Callable[[Run], "float | Family | None"]

KPIS: dict[str, Line] = {
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
    "facility.unserved_it_energy": lambda r: (
        value(r, "facility.unserved_it_hours") / 8760 * value(r, "it.energy")
    ),
    "facility.unserved_cost": lost_worth,
    "facility.backup_survival": lambda r: r.availability.backup_survival,
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
    "supply.peak_import": lambda r: r.supply.peak_import.max(),
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
    "impact.wue": lambda r: value(r, "facility.wue"),
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
    # the deal
    "finance.dscr_min": lambda r: min(dscr(r), default=None),
    "finance.dscr_avg": lambda r: sum(dscr(r)) / len(dscr(r)) if len(dscr(r)) else None,
    "finance.llcr": life_cover(whole=False),
    "finance.plcr": life_cover(whole=True),
    "finance.debt_peak": lambda r: max(sum(loan.balance for loan in r.finance.loans.values()), default=0.0)
    if r.finance.loans else 0.0,
    "finance.capitalised_interest": while_building,
    "finance.rent_year1": rents(first=True),
    "finance.rent_total": rents(first=False),
    "finance.rent_committed": committed,
    "finance.wal": average_life,
    "finance.unpaid": lambda r: {name: float(loan.balance[-1]) for name, loan in r.finance.loans.items()},
    "finance.uncovered": left_uncovered,
    "finance.short_on_day": short_on_day,
    "finance.exposure": lambda r: accounts(
        r, "exposures", lambda one: one.guarantees + one.rent + one.carrying + one.unfunded
    ),
    "finance.irr": each_party(xirr, before_tax),
    "finance.irr_owner": each_party(xirr, capital),
    "finance.irr_after_tax": each_party(xirr, lambda kind: True),
    "finance.irr_roots": each_party(lambda days, amounts: len(rates(days, amounts)), before_tax),
    "finance.moic": each_party(multiple, before_tax),
    "finance.payback": each_party(back, before_tax),
    "finance.npv": worth_at_close,
    "finance.tax": tax,
    "finance.headroom": headroom,
    "finance.locked_months": lambda r: months_of(r, "locked"),
    "finance.default_months": lambda r: months_of(r, "default"),
    "finance.rent_fall_to_default": lambda r: r.sensitivity.rent_fall_to_default.value,
    "finance.lease_test": lambda r: accounts(
        r, "leases", lambda one: (one.certain.rents + one.certain.guaranteed) / one.fair_value
    ),
    "finance.lease_liability": lambda r: accounts(r, "leases", lambda one: one.certain.liability),
    "finance.debt_on_balance": lambda r: (
        {} if r.accounting is None else {n: debt_of(one) for n, one in r.accounting.sheets["operating"].items()}
    ),
    "finance.debt_consolidated": consolidated,
    "finance.miss": lambda r: {
        name: (one.value - one.published) / one.within for name, one in r.finance.published.items()
    },
    # quotes and supports
    "finance.price": quoted(lambda given, one: one.price if given.price is None else given.price),
    "finance.yield": quoted(
        lambda given, one: one.yield_to_maturity if given.yield_to_maturity is None else given.yield_to_maturity
    ),
    "finance.spread": quoted(
        lambda given, one: None if one.benchmark is None else one.yield_to_maturity - one.benchmark
    ),
    "finance.duration": quoted(lambda given, one: Near(one.dv01 * 1e4 / (one.price + one.accrued), 2e-3)),
    "finance.break_even": of_rent_alone,
    "finance.gearing": gearing,
    "finance.debt_to_cash": debt_to_cash,
    "finance.recovery": sold("recovered", "lenders first", lambda one: {"options"}),
    "finance.recovery_by_share": sold("recovered", "by share", lambda one: {"options"}),
    "finance.recovery_without_guarantee": sold("recovered", "lenders first", lambda one: {"options", "guarantee"}),
    "finance.worth_without_tenant": sold(
        "worth", "lenders first", lambda one: {s.kind for s in one.supports if s.party == one.tenant}
    ),
    # renewal
    "finance.renewal.exit_year": leaves,
    "finance.renewal.shortfall_peak": called,
    "finance.renewal.lenders_loss": lenders_lose("by share"),
    "finance.renewal.lenders_loss_first": lenders_lose("lenders first"),
    "finance.renewal.exit_probability": chance(lambda paths: 1 - float(paths.exits[-1])),
    "finance.renewal.shortfall_mean": chance(lambda paths: paths.shortfall[0][0]),
    "finance.renewal.shortfall_p95": chance(lambda paths: paths.shortfall[1][0]),
    "finance.renewal.loss": mean_losses,
}  # fmt: skip


def held(name: str, which: str) -> list[tuple[str, float, float]]:
    """What a KPI, or each of its family, says in a run, and what its line says; nothing where either is undefined."""
    r, entry = run(which), REGISTRY[name]
    if not r.runs(entry.stage):
        return []
    prefix = f"{name}."
    said = {k: v.value for k, v in r.kpi.items() if (k.startswith(prefix) if entry.members else k == name)}
    if all(one is None for one in said.values()):
        return []
    found: Any = KPIS[name](r)
    lines = {f"{prefix}{slug(k)}": v for k, v in found.items()} if isinstance(found, Mapping) else {name: found}
    return [(k, v, lines[k]) for k, v in said.items() if v is not None and lines.get(k) is not None]


def test_every_kpi_has_its_line() -> None:
    assert set(KPIS) == set(REGISTRY)


@pytest.mark.parametrize("name", KPIS)
def test_a_kpi_is_what_its_line_says(name: str) -> None:
    pairs = [pair for which in RUNS for pair in held(name, which)]
    assert pairs, "no run defines it"
    for what, said, line in pairs:
        within = line.within if isinstance(line, Near) else 1e-8
        assert said == pytest.approx(float(line), rel=within, abs=1e-12), what


ORDERS = [
    ("impact.ref_no_certificates", "impact.ref"),
    ("supply.renewable_annual", "supply.renewable_annual_with_certificates"),
    ("impact.scope2_market", "impact.scope2_market_no_certificates"),
    ("impact.water_consumed", "impact.water"),
    ("impact.water_source", "impact.water_source_withdrawn"),
    ("facility.pue_category_1", "facility.pue_category_2"),
    ("facility.pue_category_2", "facility.pue"),
    ("facility.pue", "facility.tue"),
    ("facility.ere", "facility.pue"),
    ("facility.unserved_it_hours_independent", "facility.unserved_it_hours"),
    ("facility.interruptions_people", "facility.interruptions"),
    ("facility.hours_short_of_water", "facility.hours_capped"),
    ("facility.hours_short_of_water", "facility.hours_short"),
    ("facility.hours_chip_above", "facility.hours_short"),
    ("facility.cooling_margin", "facility.cooling_ride_through"),
    ("facility.control_energy_saving", "facility.control_energy_saving_unlimited"),
    ("facility.swing_energy_band_low", "facility.swing_energy_band"),
    ("facility.swing_step", "facility.swing_ramp"),
    ("facility.swing_ramp", "facility.swing_peak_to_peak"),
    ("facility.flicker_pst", "facility.flicker_pst_raw"),
    ("finance.dscr_min", "finance.dscr_avg"),
    ("finance.llcr", "finance.plcr"),
    ("finance.rent_year1", "finance.rent_committed"),
    ("finance.rent_committed", "finance.rent_total"),
    ("finance.renewal.shortfall_mean", "finance.renewal.shortfall_p95"),
    ("it.energy", "facility.energy"),
]
"""What can never be above what."""


@pytest.mark.parametrize(("less", "more"), ORDERS)
def test_kpis_stand_in_order(less: str, more: str) -> None:
    both = [(r.kpi[less].value, r.kpi[more].value) for r in map(run, RUNS)]
    known = [(low, high) for low, high in both if low is not None and high is not None]
    assert known
    assert all(low <= high * (1 + 1e-9) + 1e-12 for low, high in known), known
