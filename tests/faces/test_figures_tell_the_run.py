"""Figures say what the run has: of each, numbers of its table and of its finding against KPIs and arrays of results.

One line a figure. A figure without a line fails, and so does one that its run does not draw.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

import numpy as np
import pytest
from pages import EXAMPLES, run

from gigacampus.campus.spec import read
from gigacampus.campus.spec.deal import slug
from gigacampus.faces import figures, numbers
from gigacampus.faces.figures import Figure
from gigacampus.runs import inputs
from gigacampus.runs.pipeline import Run
from gigacampus.runs.verify.reading import changed

HYPERION, COLOCATION = "hyperion", "models/colocation"
MWH = 0.29307107  # an MMBtu


def english(cell: Any) -> str:
    return str(getattr(cell, "en", cell)).replace(numbers.THIN, " ")


def column(f: Figure, name: str) -> list[Any]:
    """Cells of the one column that begins so."""
    (place,) = [i for i, c in enumerate(f.table.columns) if english(c.name).startswith(name)][:1]
    return [row[place] for row in f.table.rows]


def cell(f: Figure, row: str | tuple[str, ...], name: str) -> Any:
    """The cell of the first row whose first cells read so."""
    heads = (row,) if isinstance(row, str) else row
    rows = [tuple(english(one) for one in cells[: len(heads)]) for cells in f.table.rows]
    return column(f, name)[rows.index(heads)]


def kpi(r: Run, name: str) -> float:
    found = r.kpi[name].value
    assert found is not None, name
    return float(found)


Claim = tuple[Any, Any]
"""What the figure has, and what it should: two numbers, or a text that stands in another."""


def said(f: Figure, *texts: str) -> Iterator[Claim]:
    """The finding has these numbers as they are written."""
    return ((english(f.title), text.replace(numbers.THIN, " ")) for text in texts)


def year(r: Run, hourly: Any, one: int) -> Any:
    """Hours of a calendar year."""
    return hourly[r.timeline.years[r.timeline.year] == one]


def spoken_year(f: Figure) -> int:
    """The year that a subtitle names."""
    return int(re.findall(r"\b20\d\d\b", english(f.subtitle))[0])


def notes(f: Figure) -> list[str]:
    return [english(one.get("text", "")) for one in f.layout.get("annotations", ())]


# The campus


def life_line(r: Run, f: Figure) -> Iterator[Claim]:
    built, book = r.campus.compute.built, next(iter(r.finance.leases.values()))
    yield from said(f, str(book.first_end.year))
    yield str(column(f, "To")[0]), str(built[0].ready)
    yield english(column(f, "What")[len(built)]), f"{sum(phase.power for phase in built):,.0f} from"


def energy_sankey(r: Run, f: Figure) -> Iterator[Claim]:
    one = spoken_year(f)
    place = int(np.flatnonzero(r.timeline.years == one)[0])
    gas = [name for name, plant in r.campus.supply.plants.items() if plant.kind == "gas"]
    heat = sum(r.supply.fuel[name][place] * MWH - r.supply.energy[name][place] for name in gas) / 1e6
    it = float(r.workload.energy[place]) / 1e6
    yield cell(f, ("Campus", "IT"), "Energy"), it
    yield cell(f, ("3 gas plants", "Heat at the plants"), "Energy"), heat
    yield from said(f, numbers.significant(heat), f"{numbers.percent(heat / it)} %")


def energy_by_year(r: Run, f: Figure) -> Iterator[Claim]:
    gas = sum(p for n, p in r.supply.dispatch.delivered.items() if r.campus.supply.plants[n].kind == "gas")
    yield from zip(column(f, "Total"), r.timeline.yearly(r.facility.load) / 1e6, strict=True)
    yield from zip(column(f, "Gas"), r.timeline.yearly(gas) / 1e6, strict=True)
    yield sum(float(np.sum(one["y"])) for one in f.data), kpi(r, "facility.energy") / 1e6
    yield from said(f, f"{numbers.percent(gas.sum() / r.facility.load.sum())} %")


def power_costs(r: Run, f: Figure) -> Iterator[Claim]:
    yield cell(f, "All", "Cost"), kpi(r, "supply.cost_per_mwh")
    yield sum(column(f, "Cost")[:-1]), kpi(r, "supply.cost_per_mwh")
    yield cell(f, "Certificates", "Over the life"), r.supply.costs["certificates"].sum() / 1e9
    years, money = r.timeline.months.astype("datetime64[Y]").astype(int) + 1970, r.campus.supply
    real = r.supply.costs["certificates"] / (1 + money.inflation) ** (years - money.price_year)
    yield cell(f, "Certificates", "Cost"), real.sum() / kpi(r, "facility.energy")
    yield from said(f, numbers.significant(kpi(r, "supply.cost_per_mwh")))
    yield column(f, "Cost")[0], max(column(f, "Cost")[:-1])


def load_duration(r: Run, f: Figure) -> Iterator[Claim]:
    load = year(r, r.facility.load, spoken_year(f))
    yield cell(f, "0", "Load"), max(load)
    yield cell(f, "100", "Load"), min(load)
    yield from said(f, numbers.significant(min(load)), numbers.significant(max(load)))
    yield from said(f, f"{numbers.percent(sum(load) / len(load) / max(load))} %")


def explorer(r: Run, f: Figure) -> Iterator[Claim]:
    one = int(column(f, "Year")[2])
    load, it = year(r, r.facility.load, one), year(r, r.facility.it, one)
    yield column(f, "Mean")[2], load.sum() / len(load)
    yield column(f, "Highest PUE")[2], max(load / it)
    yield from said(f, numbers.significant(kpi(r, "facility.peak")))
    yield from said(f, numbers.fixed(float((r.facility.load / r.facility.it).max()), 2))


def months(r: Run, f: Figure) -> Iterator[Claim]:
    first = (spoken_year(f) - r.timeline.start.year) * 12 - r.timeline.start.month + 1
    it, load, water = (
        r.timeline.monthly(flow)[first : first + 12] for flow in (r.facility.it, r.facility.load, r.facility.withdrawal)
    )
    yield from zip(column(f, "IT"), it / 1e3, strict=True)
    yield from zip(column(f, "PUE"), load / it, strict=True)
    yield from said(f, f"{numbers.percent(sum(sorted(water)[-3:]) / water.sum())} %")
    yield from said(f, numbers.fixed(min(load / it), 2), numbers.fixed(max(load / it), 2))


def facility_weather(r: Run, f: Figure) -> Iterator[Claim]:
    one = spoken_year(f)
    air = year(r, r.site.dry_bulb[r.timeline.weather], one)
    load, it, water = (year(r, flow, one) for flow in (r.facility.load, r.facility.it, r.facility.withdrawal))
    for place in (20, 35, 40):
        low = float(column(f, "Dry bulb")[place].replace(numbers.MINUS, "-"))
        inside = (air >= low) & (air < low + 1)
        yield column(f, "Hours")[place], np.count_nonzero(inside)
        yield column(f, "WUE")[place], water[inside].sum() / it[inside].sum()
        yield column(f, "Highest PUE")[place], max(load[inside] / it[inside])
    hottest = np.argsort(-air)
    hours = int(np.flatnonzero(np.cumsum(water[hottest]) >= water.sum() / 2)[0])
    yield from said(f, f"{numbers.percent(hours / len(air))} %", numbers.fixed(air[hottest[hours]], 0))


def losses_by_part(r: Run, f: Figure) -> Iterator[Claim]:
    whole = (kpi(r, "facility.energy") - kpi(r, "it.energy")) / 1e6
    ups = float(r.facility.ups.sum()) / 1e6
    yield cell(f, "UPS", "Energy"), ups
    yield sum(column(f, "Energy")), whole
    yield column(f, "Energy")[0], max(column(f, "Energy"))
    yield from said(f, english(f.table.rows[0][0]), f"{numbers.percent(max(column(f, 'Energy')) / whole)} %")
    yield from said(f, numbers.significant(whole))
    yield sum(f.data[0]["x"]), whole


def design_days(r: Run, f: Figure) -> Iterator[Claim]:
    sides = [one for day in r.design.days for one in day.sides]
    yield from zip(column(f, "Supply"), (one.supply for one in sides), strict=True)
    yield sum(column(f, "Missing")), sum(one.missing for one in sides)
    yield "holds its set-points" in english(f.title), kpi(r, "facility.design_missing") < 0.05


def plant_sizes(r: Run, f: Figure) -> Iterator[Claim]:
    kinds = list(zip(map(english, column(f, "What")), column(f, "Installed"), strict=True))
    yield sum(size for what, size in kinds if "cooler" in what), kpi(r, "facility.coolers_installed")
    yield sum(size for what, size in kinds if "Chiller" in what), kpi(r, "facility.chillers_installed")
    yield cell(f, "Gensets", "Installed"), kpi(r, "facility.gensets_installed")
    yield from said(f, numbers.significant(kpi(r, "facility.gensets_installed")))


def approach_chain(r: Run, f: Figure) -> Iterator[Claim]:
    limit = r.campus.facility.cooling.liquid.chip_limit
    warmest = max(dict(day.chain)["chip case"] for day in r.design.days)
    for place, day in enumerate(r.design.days):
        yield from zip([row[1 + place] for row in f.table.rows], (degrees for _, degrees in day.chain), strict=True)
    yield cell(f, "Chip case", "Limit"), limit
    yield from said(f, f"{numbers.significant(abs(limit - warmest), 2)} K")


def supply_hours(r: Run, f: Figure) -> Iterator[Claim]:
    for kind, name in (("dry", "Dry"), ("adiabatic", "Adiabatic")):
        yield from zip(column(f, name), r.design.hours[kind], strict=True)
    asked = r.campus.facility.cooling.liquid.supply
    at = r.design.supplies.index(asked)
    yield from said(f, f"{asked:g} ", *(f"{r.design.hours[kind][at]:,.0f}" for kind in r.design.hours))


def pue_by_load(r: Run, f: Figure) -> Iterator[Claim]:
    pues = [kpi(r, f"facility.pue_at_{percent}") for percent in (10, 25, 50, 75, 100)]
    yield from zip(column(f, "PUE, category 3")[:5], pues, strict=True)
    yield from zip(column(f, "WUE")[:5], (kpi(r, f"facility.wue_at_{p}") for p in (10, 25, 50, 75, 100)), strict=True)
    yield from said(f, numbers.fixed(pues[0], 2), numbers.fixed(min(pues), 2))


def power_chain(r: Run, f: Figure) -> Iterator[Claim]:
    ups = next(one for one in r.part_load.elements if one.name == "ups")
    yield cell(f, "UPS or rectifier", "Stranded"), ups.rating * (1 - ups.needed / ups.installed)
    yield cell(f, "UPS or rectifier", "Load"), 100 * ups.power / ups.rating
    yield from said(
        f, numbers.significant(ups.rating - ups.usable), f"{numbers.percent(kpi(r, 'facility.stranded'))} %"
    )


def downtime_by_cause(r: Run, f: Figure) -> Iterator[Claim]:
    parts = [a + b for a, b in zip(column(f, "One by one"), column(f, "All at once"), strict=True)]
    yield sum(parts), sum(one.down + one.restart for one in r.availability.contributions)
    yield parts[0], max(parts)
    yield from said(f, english(f.table.rows[0][0]), f"{numbers.percent(max(parts) / sum(parts))} %")
    ends = ("", "_independent", "_whole_repair")
    yield from said(f, *(numbers.significant(kpi(r, f"facility.unserved_it_hours{end}")) for end in ends))


def water_balance(r: Run, f: Figure) -> Iterator[Claim]:
    drawn, source = kpi(r, "impact.water"), kpi(r, "impact.water_source")
    yield cell(f, "Drawn on site", "Volume"), drawn
    yield cell(f, "Blown down", "Volume"), kpi(r, "facility.water_discharged")
    yield english(f.subtitle), f"Drawn on site: {numbers.significant(drawn / 1e6)}. "
    yield sum(float(np.sum(one["x"])) for one in f.data), (drawn + source) / 1e6
    yield from said(f, numbers.significant(source / drawn, 2))


def control_front(r: Run, f: Figure) -> Iterator[Claim]:
    yield cell(f, "For energy", "Cooling"), r.control.limited["energy"].cooling / 1e3
    yield cell(f, "Rules", "Water"), r.control.rules.water
    yield from said(f, f"{100 * kpi(r, 'facility.control_cooling_saving'):.1f} % of cooling")
    yield from said(f, f"{100 * kpi(r, 'facility.control_water_saving'):.1f} % of the water")


def power_swings(r: Run, f: Figure) -> Iterator[Claim]:
    yield cell(f, "Nothing smoothed", "Ramp of starts"), kpi(r, "facility.swing_ramp_raw")
    yield cell(f, "Nothing smoothed", "Steady ramp"), kpi(r, "facility.swing_ramp_steady_raw")
    yield cell(f, "Nothing smoothed", "Pst"), kpi(r, "facility.flicker_pst_raw")
    yield column(f, "0.1 to 20 Hz")[-1], kpi(r, "facility.swing_energy_band")
    yield from said(
        f, *(numbers.significant(kpi(r, f"facility.swing_{n}")) for n in ("peak_to_peak_steady", "ramp_steady", "ramp"))
    )
    for raw, series in ((True, r.swings.raw_power), (False, r.swings.smoothed_power)):
        octaves = [one for one in f.data if "xaxis" in one][0 if raw else 1]
        waves = np.abs(np.fft.rfft(series)) ** 2 / len(series) ** 2
        hertz = np.fft.rfftfreq(len(series), 0.01)
        near = (hertz >= octaves["x"][0] * 0.999) & (hertz <= octaves["x"][-1] * 1.001)
        assert float(np.sum(octaves["y"] ** 2)) == pytest.approx(2 * float(waves[near].sum()), rel=0.1)


def swing_limits(r: Run, f: Figure) -> Iterator[Claim]:
    count = len(r.swings.smoothed.limits)
    kept = round(kpi(r, "facility.swing_limits_held") * count)
    yield [english(one) for one in column(f, "Verdict")].count("held"), kept
    yield from said(f, f"{kept} of {count}")


def carbon_by_year(r: Run, f: Figure) -> Iterator[Claim]:
    shown = [list(r.timeline.years).index(int(one)) for one in column(f, "Year")]
    methods = {"Location": "scope2_location", "Contracts, hourly": "scope2_market_hourly",
               "No certificates": "scope2_market_no_certificates", "Contracts, annual": "scope2_market"}  # fmt: skip
    for name, what in methods.items():
        yield from zip(column(f, name), getattr(r.impact, what)[shown] / 1e6, strict=True)
    drawn = {english(one["name"]): one for one in f.data if one.get("mode") == "lines" and one.get("name")}
    for name, one in drawn.items():
        places = [list(map(int, column(f, "Year"))).index(int(x)) for x in one["x"]]
        yield from zip(one["y"], np.array(column(f, name))[places], strict=True)
    assert len(drawn) >= len(methods)
    bare, hourly = (kpi(r, f"impact.scope2_market_{what}") for what in ("no_certificates", "hourly"))
    yield from said(f, numbers.quantity(bare, "t"), "to zero", numbers.quantity(hourly, "t"))


def embodied_by_year(r: Run, f: Figure) -> Iterator[Claim]:
    whole, servers = kpi(r, "impact.embodied"), float(r.impact.embodied_incurred["it"].sum())
    yield sum(column(f, "Servers")) * 1e3, servers
    yield from said(f, f"{numbers.percent(servers / whole)} %", numbers.quantity(whole, "t"))


# The deal


def paid(r: Run, kind: str, payer: str = "", payee: str = "") -> float:
    """Payments of a kind over the life [USD]."""
    flows = (
        one for one in r.finance.flows if one.kind == kind and payer in ("", one.payer) and payee in ("", one.payee)
    )
    return sum(float(r.finance.row(one.row).sum()) for one in flows)


def lent(r: Run) -> float:
    return sum(float(loan.draw.sum()) for loan in r.finance.loans.values())


def served(r: Run) -> float:
    return sum(float(loan.service.sum()) for loan in r.finance.loans.values())


def money_sankey(r: Run, f: Figure) -> Iterator[Claim]:
    rent = kpi(r, "finance.rent_total")
    yield cell(f, ("Meta", "JV", "rent"), "Amount"), rent / 1e9
    yield from said(f, numbers.money(rent), numbers.money(served(r)), numbers.money(lent(r)))


def sources_and_uses(r: Run, f: Figure) -> Iterator[Claim]:
    interest, raised = kpi(r, "finance.capitalised_interest"), sum(r.finance.funding["Beignet"].sources.values())
    yield cell(f, ("Beignet", "sources", "Notes"), "Amount"), lent(r) / 1e9
    yield cell(f, ("Beignet", "uses", "Notes, interest while building"), "Amount"), interest / 1e9
    yield from said(f, f"${numbers.significant(interest / 1e9)}", numbers.money(raised))


def term_sheet(r: Run, f: Figure) -> Iterator[Claim]:
    loan = r.finance.loans["notes"]
    last = date.fromisoformat(str(loan.dates[np.flatnonzero(loan.service > 1)[-1]]))
    yield english(cell(f, "Drawn", "Notes")), numbers.money(lent(r), 4).replace(numbers.THIN, " ")
    yield from said(f, numbers.money(lent(r)), numbers.month(last))


def debt_and_cover(r: Run, f: Figure) -> Iterator[Claim]:
    book, loan = next(iter(r.finance.leases.values())), r.finance.loans["notes"]
    owed = float(loan.balance[list(r.finance.months).index(np.datetime64(book.first_end, "M"))])
    (covers,) = [i for i, c in enumerate(f.table.columns) if "DSCR" in english(c.name)]
    yield sum(filter(None, column(f, "Rent"))), kpi(r, "finance.rent_total") / 1e9
    yield sum(filter(None, column(f, "Debt service"))), served(r) / 1e9
    yield min(row[covers] for row in f.table.rows if row[covers]), kpi(r, "finance.dscr_min")
    yield from said(f, numbers.money(owed), numbers.fixed(kpi(r, "finance.dscr_min"), 2))
    assert f"<b>{numbers.fixed(owed / 1e9, 1)}</b>" in notes(f)


def annual_cash(r: Run, f: Figure) -> Iterator[Claim]:
    years = r.finance.months.astype("datetime64[Y]").astype(int) + 1970
    owners = {o for e in r.campus.deal.entities.values() for o in e.owners} - {
        v for v, e in r.campus.deal.entities.items() if e.owners
    }
    got = sum(r.finance.row(one.row) for one in r.finance.flows if one.paid == "owners" and one.payee in owners)
    by_year = {int(y): float(got[years == y].sum()) for y in np.unique(years)}
    best = max(by_year, key=lambda y: by_year[y])
    cash = r.finance.row("beignet.cfads")
    yield from zip(
        column(f, "CFADS"), (float(cash[years == int(y)].sum()) / 1e9 for y in column(f, "Year")), strict=True
    )
    yield sum(sum(column(f, f"To {owner}")) for owner in owners) * 1e9, sum(by_year.values())
    yield from said(f, numbers.money(sum(by_year.values())), numbers.money(by_year[best]), str(best))


def who_gets_what(r: Run, f: Figure) -> Iterator[Claim]:
    holders = r.finance.loans["notes"].holders
    pimco = next(name for name in holders if slug(name) == "pimco")
    yield cell(f, (pimco, "as lender"), "Received"), served(r) * holders[pimco] / 1e9
    yield cell(f, (pimco, "as lender"), "IRR before"), 100 * kpi(r, "finance.irr.pimco")
    yield cell(f, ("Meta", "as tenant"), "Paid in"), kpi(r, "finance.rent_total") / 1e9
    rent, back = kpi(r, "finance.rent_total") / 1e9, served(r) / 1e9
    yield from said(f, f"${numbers.significant(rent)}", numbers.significant(back))


def guarantee_by_year(r: Run, f: Figure) -> Iterator[Claim]:
    years = r.finance.guarantees["residual value"]
    yield from zip(column(f, "Guarantee"), years.threshold / 1e9, strict=True)
    yield from zip(column(f, "Debt"), years.debt / 1e9, strict=True)
    yield from zip(column(f, "Not covered"), np.maximum(years.debt - years.threshold, 0) / 1e9, strict=True)
    yield from said(f, numbers.money(kpi(r, "finance.uncovered.residual_value")))
    assert any(f"<b>{numbers.fixed(max(years.uncovered) / 1e9, 1)}</b>" in text for text in notes(f)), notes(f)


def tornado(r: Run, f: Figure) -> Iterator[Claim]:
    cover = kpi(r, "finance.dscr_min")  # all of it is rent
    yield cell(f, "Base case", "Cover"), cover
    yield cell(f, ("Rent", f"{numbers.MINUS}10 %"), "Cover"), 0.9 * cover
    yield cell(f, ("Rent", "+10 %"), "Cover"), 1.1 * cover
    yield from said(f, "10 % lower", numbers.fixed(cover, 2), numbers.fixed(0.9 * cover, 2))


def two_way(r: Run, f: Figure) -> Iterator[Claim]:
    cells = [english(one) for row in f.table.rows for one in row[1:]]
    yield english(cell(f, "base", "base")), numbers.fixed(kpi(r, "finance.dscr_min"), 2)
    yield english(cell(f, f"{numbers.MINUS}10 %", "base")), numbers.fixed(0.9 * kpi(r, "finance.dscr_min"), 2)
    below = int(np.count_nonzero(r.sensitivity.two_way.values < 1))
    yield sum("short" in one for one in cells), below
    yield from said(f, f"{below} of {len(cells)}")


def fan(r: Run, f: Figure) -> Iterator[Claim]:
    yield min(column(f, "Base case")), kpi(r, "finance.dscr_min")
    yield from said(f, numbers.fixed(float(r.sensitivity.chances.exceeded["dscr_min"][-1]), 2))
    levels = np.array([column(f, f"{level} % below") for level in (1, 5, 25, 50, 75, 95, 99)], float)
    assert np.all(np.diff(levels, axis=0) >= 0)


def value_by_year(r: Run, f: Figure) -> Iterator[Claim]:
    renewal = r.renewal
    yield from zip(column(f, "Debt"), renewal.debt / 1e9, strict=True)
    gone = {n: one for n, one in renewal.scenarios.items() if r.kpi[f"finance.renewal.exit_year.{slug(n)}"].value}
    for name, one in renewal.scenarios.items():
        head = f"{name[:1].upper()}{name[1:]}"
        yield from zip(column(f, f"{head}: shortfall"), np.maximum(renewal.threshold - one.value, 0) / 1e9, strict=True)
    most = max(float(one.shortfall[renewal.ends[one.choice.exit]]) for one in gone.values())
    yield from said(f, numbers.money(most), f"{numbers.word(len(gone))} of {numbers.word(len(renewal.scenarios))}")


def persistence(r: Run, f: Figure) -> Iterator[Claim]:
    sweep = r.renewal.sweep
    yield from zip(column(f, "Collapse"), sweep.shortfall["collapse"][:, 0] / 1e9, strict=True)
    yield from zip(column(f, "Leaves in"), 100 * sweep.exits[:, 0], strict=True)
    called = np.max([lost[:, 0] for lost in sweep.shortfall.values()], axis=0) > 0
    last = int(np.flatnonzero(called)[-1])
    years = float(english(f.title).split(" years")[0].split()[-1])
    assert math.log(2) / sweep.mean_reversion[last + 1] <= years * 1.05
    assert years * 0.95 <= math.log(2) / sweep.mean_reversion[last]


def loss_by_party(r: Run, f: Figure) -> Iterator[Claim]:
    at = int(r.renewal.ends[0])
    wanted = ["Collapse", str(r.renewal.dates[at]), "Guaranteed", "owners paid by share"]
    rows = [row for row in f.table.rows if [english(x) for x in row[:4]] == wanted and english(row[5]) == "lender"]
    lost = sum(float(x[at]) for x in r.renewal.scenarios["collapse"].losses["by share"].lenders.values())
    yield sum(row[-1] for row in rows) * 1e9, lost
    yield from said(f, f"{numbers.percent(lost / float(r.renewal.debt[at]))} %")


def worth_without_supports(r: Run, f: Figure) -> Iterator[Claim]:
    left = min(kpi(r, f"finance.worth_without_tenant.{slug(market)}") for market in r.supports.experiment.markets)
    yield cell(f, ("As agreed", "flat"), "Worth, sold, lenders first"), 100.0
    yield left in column(f, "Worth, sold, lenders first"), True
    yield from said(f, numbers.fixed(kpi(r, "finance.dscr_min"), 2), f"{numbers.fixed(left, 0)} of 100")


def off_the_balance_sheet(r: Run, f: Figure) -> Iterator[Claim]:
    (lease,) = r.accounting.leases.values()
    value = english(cell(f, "Value of rents and guarantee over fair value", "Figure"))
    yield value, f"{numbers.percent(kpi(r, 'finance.lease_test.campus'))} %"
    yield from said(f, value, f"{numbers.percent(lease.certain.rents / lease.fair_value)} %")


def balance_sheets(r: Run, f: Figure) -> Iterator[Claim]:
    at = [str(one) for one in r.accounting.dates].index(english(f.subtitle).split("end of ")[1].split(",")[0])
    month = list(r.finance.months).index(r.accounting.dates[at])
    owed = float(r.finance.loans["notes"].balance[month])
    yield sum(x or 0 for x in column(f, "Beignet, nothing")[:-1]) / 3, column(f, "Beignet, nothing")[-1]
    yield cell(f, "Loans, with interest owed", "Beignet, nothing") * 1e9 >= owed, True
    yield from said(f, numbers.money(owed))


def covenants(r: Run, f: Figure) -> Iterator[Claim]:
    tests = r.finance.covenants["Operator"]
    yield cell(f, "Operator, lock-up", "Least tested cover"), min(tests.cover)
    yield cell(f, "Operator, lock-up", "Level"), r.campus.deal.entities["Operator"].covenants.lock_up
    yield from said(f, f"{numbers.percent(min(tests.cover) / tests.lock_up - 1)} %")


def as_published(r: Run, f: Figure) -> Iterator[Claim]:
    misses = [kpi(r, f"finance.miss.{slug(name)}") for name in r.finance.published]
    yield from zip(column(f, "Miss"), misses, strict=True)
    yield from said(f, f"{sum(abs(miss) <= 1 + 1e-6 for miss in misses)} of {len(misses)}")


def what_does_not_close(r: Run, f: Figure) -> Iterator[Claim]:
    """Of forty million that owners may pay in, fifteen are taken away: that is what is open, and what closes it."""
    yield column(f, "Value")[0], "15"
    yield cell(f, "entities.Issuer.funding[1].up_to", "Value"), "40"
    yield from said(f, "$15.0 m")


Line = Callable[[Run, Figure], Iterator[Claim]]

LINES: dict[str, tuple[str, Line]] = {
    line.__name__: (HYPERION, line)
    for line in (
        life_line, energy_sankey, energy_by_year, power_costs, load_duration, explorer, months, facility_weather,
        losses_by_part,
        design_days, plant_sizes, approach_chain, supply_hours, pue_by_load, power_chain, downtime_by_cause,
        water_balance, control_front, power_swings, swing_limits, carbon_by_year, embodied_by_year, money_sankey,
        sources_and_uses, term_sheet, debt_and_cover, annual_cash, who_gets_what, guarantee_by_year, tornado, two_way,
        fan, value_by_year, persistence, loss_by_party, worth_without_supports, off_the_balance_sheet, balance_sheets,
    )
} | {
    "covenants": (COLOCATION, covenants),
    "as_published": ("published", as_published),
    "what_does_not_close": ("short", what_does_not_close),
}  # fmt: skip


DEALS = EXAMPLES.parent / "tests" / "deals"


def of(name: str) -> Run:
    """The run that a line is about: of an example, of a deal with published figures, or of one that lacks money."""
    if name == "published":
        return Run(inputs.read_spec(DEALS / "unseen_jv_escalator.yaml"))
    if name == "short":
        text = (DEALS / "small.yaml").read_text(encoding="utf-8").replace("up_to: 40 m", "up_to: 25 m")
        return Run(read(f"schema_version: 1\n{text}", "short.yaml"))
    return run(name)


def test_every_figure_has_its_line() -> None:
    figures.load()
    assert set(LINES) == set(figures.FIGURES)


@pytest.mark.parametrize("name", LINES)
def test_a_figure_tells_the_run(name: str) -> None:
    figures.load()
    where, line = LINES[name]
    r = of(where)
    figure = figures.FIGURES[name](r)
    assert figure is not None, f"{where} does not draw it"
    claims = list(line(r, figure))
    assert claims
    for has, should in claims:
        if isinstance(has, str):
            assert str(should) in has
        else:
            assert has == pytest.approx(should, rel=1e-6, abs=1e-9)


def test_without_liquid_the_finding_has_the_least_supply_that_dry_coolers_hold() -> None:
    r = Run(
        changed(
            EXAMPLES / "minimal.yaml",
            {"facility": {"cooling": "air-cooled-chiller"}, "compute.server": {"liquid_share": "0 %"}},
        )
    )
    figure = figures.FIGURES["supply_hours"](r)
    assert figure is not None
    dry = dict(zip(r.design.supplies, r.design.hours["dry"], strict=True))
    supply = min((degrees for degrees, hours in dry.items() if hours == 0), default=max(dry))
    assert f"{supply:g} °C" in english(figure.title)
    assert f"{dry[supply]:,.0f} h" in english(figure.title)
