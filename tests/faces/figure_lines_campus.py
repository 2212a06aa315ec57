"""Lines of figures of the campus, each named as its figure."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
from figure_lines import Claim, cell, column, columns, english, kpi, said, spoken_year, totals, year

from gigacampus.faces import numbers
from gigacampus.faces.figures import Figure
from gigacampus.runs.pipeline import Run

MWH = 0.29307107  # an MMBtu


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
    yield from totals(f, "Total")
    names = {english(one["name"]): one["y"] for one in f.data if one["type"] == "bar"}
    labels = [one for one in f.layout["annotations"] if one.get("yanchor") == "middle"]
    base = 0.0
    for label, (name, values) in zip(labels, names.items(), strict=True):
        (at,) = [i for i, value in enumerate(values) if numbers.significant(float(value)) in english(label["text"])][
            -1:
        ]
        yield english(label["text"]), name
        yield label["y"], base + values[at] / 2  # in the middle of its part
        base += values[at]


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
    made, plants, one = r.supply.dispatch.delivered, r.campus.supply.plants, spoken_year(f)
    sun, gas = (sum(p for n, p in made.items() if plants[n].kind == kind) for kind in ("solar", "gas"))
    for name, flow in (
        ("Load", r.facility.load),
        ("Solar", sun),
        ("Gas", gas),
        ("Market", r.facility.load - sun - gas),
    ):
        down = np.sort(year(r, flow, one))[::-1]
        yield from zip(column(f, name), down[np.linspace(0, len(down) - 1, 21).round().astype(int)], strict=True)


def explorer(r: Run, f: Figure) -> Iterator[Claim]:
    one = int(column(f, "Year")[2])
    load, it = year(r, r.facility.load, one), year(r, r.facility.it, one)
    yield column(f, "Mean")[2], load.sum() / len(load)
    yield column(f, "Highest PUE")[2], max(load / it)
    yield from said(f, numbers.significant(kpi(r, "facility.peak")))
    yield from said(f, numbers.fixed(float((r.facility.load / r.facility.it).max()), 2))
    for i, each in enumerate(map(int, column(f, "Year"))):
        load, it = year(r, r.facility.load, each), year(r, r.facility.it, each)
        yield column(f, "Mean")[i], load.sum() / len(load)
        yield column(f, "Highest PUE")[i], max(load / it)
        yield column(f, "Lowest")[i], min(load)
        yield column(f, "Highest")[i], max(load)
        yield column(f, "Lowest PUE")[i], min(load / it)


def months(r: Run, f: Figure) -> Iterator[Claim]:
    first = (spoken_year(f) - r.timeline.start.year) * 12 - r.timeline.start.month + 1
    it, load, water = (
        r.timeline.monthly(flow)[first : first + 12] for flow in (r.facility.it, r.facility.load, r.facility.withdrawal)
    )
    yield from zip(column(f, "IT"), it / 1e3, strict=True)
    yield from zip(column(f, "PUE"), load / it, strict=True)
    yield from said(f, f"{numbers.percent(sum(sorted(water)[-3:]) / water.sum())} %")
    yield from said(f, numbers.fixed(min(load / it), 2), numbers.fixed(max(load / it), 2))
    cooling, blown = (
        r.timeline.monthly(flow)[first : first + 12] / 1e3 for flow in (r.facility.cooling, r.facility.discharge)
    )
    yield from columns(
        f, Cooling=cooling, Losses=(load - it) / 1e3 - cooling, Blown=blown, Evaporated=water / 1e3 - blown
    )
    names = [one.item() for one in r.timeline.months[first : first + 12]]
    yield from zip(map(english, column(f, "Month")), (one.strftime("%b") for one in names), strict=True)
    yield from said(f, f"{names[int(np.argmax(water))]:%B} most")


def facility_weather(r: Run, f: Figure) -> Iterator[Claim]:
    one = spoken_year(f)
    air = year(r, r.site.dry_bulb[r.timeline.weather], one)
    load, it, water = (year(r, flow, one) for flow in (r.facility.load, r.facility.it, r.facility.withdrawal))
    for place in range(len(f.table.rows)):
        low = float(column(f, "Dry bulb")[place].replace(numbers.MINUS, "-"))
        inside = (air >= low) & (air < low + 1)
        yield column(f, "Hours")[place], np.count_nonzero(inside)
        yield column(f, "WUE")[place], water[inside].sum() / it[inside].sum()
        yield column(f, "Highest PUE")[place], max(load[inside] / it[inside])
        yield column(f, "Lowest PUE")[place], min(load[inside] / it[inside])
        yield column(f, "PUE")[place], load[inside].sum() / it[inside].sum()
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
    yield from columns(f, Share=(100 * energy / whole for energy in column(f, "Energy")))


def design_days(r: Run, f: Figure) -> Iterator[Claim]:
    sides = [one for day in r.design.days for one in day.sides]
    yield from zip(column(f, "Supply"), (one.supply for one in sides), strict=True)
    yield sum(column(f, "Missing")), sum(one.missing for one in sides)
    yield "holds its set-points" in english(f.title), kpi(r, "facility.design_missing") < 0.05
    days = [day.day for day in r.design.days for _ in day.sides]
    yield from columns(f, Dry_bulb=(one.dry_bulb for one in days), Wet_bulb=(one.wet_bulb for one in days))
    yield from columns(f, Limit=(one.limit for one in sides))


def plant_sizes(r: Run, f: Figure) -> Iterator[Claim]:
    kinds = list(zip(map(english, column(f, "What")), column(f, "Installed"), strict=True))
    yield sum(size for what, size in kinds if "cooler" in what), kpi(r, "facility.coolers_installed")
    yield sum(size for what, size in kinds if "Chiller" in what), kpi(r, "facility.chillers_installed")
    yield cell(f, "Gensets", "Installed"), kpi(r, "facility.gensets_installed")
    yield from said(f, numbers.significant(kpi(r, "facility.gensets_installed")))
    yield from columns(f, Over=(r.sizing.liquid.margin, r.sizing.air.margin, r.sizing.air.capacity))


def approach_chain(r: Run, f: Figure) -> Iterator[Claim]:
    limit = r.campus.facility.cooling.liquid.chip_limit
    warmest = max(dict(day.chain)["chip case"] for day in r.design.days)
    for place, day in enumerate(r.design.days):
        yield from zip([row[1 + place] for row in f.table.rows], (degrees for _, degrees in day.chain), strict=True)
    yield cell(f, "Chip case", "Limit"), limit
    yield from said(f, f"{numbers.significant(abs(limit - warmest), 2)} K")


def supply_hours(r: Run, f: Figure) -> Iterator[Claim]:
    yield from columns(f, Supply=r.design.supplies)
    for kind, name in (("dry", "Dry"), ("adiabatic", "Adiabatic"), ("tower", "Wet")):
        yield from zip(column(f, name), r.design.hours[kind], strict=True)
    asked = r.campus.facility.cooling.liquid.supply
    at = r.design.supplies.index(asked)
    yield from said(f, f"{asked:g} ", *(f"{r.design.hours[kind][at]:,.0f}" for kind in r.design.hours))


def pue_by_load(r: Run, f: Figure) -> Iterator[Claim]:
    pues = [kpi(r, f"facility.pue_at_{percent}") for percent in (10, 25, 50, 75, 100)]
    yield from zip(column(f, "PUE, category 3")[:5], pues, strict=True)
    yield from zip(column(f, "WUE")[:5], (kpi(r, f"facility.wue_at_{p}") for p in (10, 25, 50, 75, 100)), strict=True)
    yield from said(f, numbers.fixed(pues[0], 2), numbers.fixed(min(pues), 2))
    part, flows = r.part_load, r.facility
    load, it, lost, cooling, boards, short = map(
        r.timeline.yearly, (flows.load, flows.it, flows.power_losses, flows.cooling, flows.boards, flows.short)
    )
    chain = sum(part.parts[name] for name in ("transformers", "ups", "distribution"))
    yield from columns(f, Category_2=part.pue[2], Category_1=part.pue[1])
    other = part.pue[3] - 1 - chain - part.parts["other"]
    both = {"PUE": (part.pue[3], load / it), "Power chain": (chain, lost / it), "Cooling": (other, cooling / it),
            "TUE": (part.tue, load / boards), "Hours short": (part.hours_short, short)}  # fmt: skip
    for name, (loads, years) in both.items():
        yield from zip(column(f, name), [*loads, None, *years], strict=True)
    marks = [one for one in f.layout["annotations"] if "<b>" in english(one["text"]) and one.get("xanchor") == "center"]
    for i, one in enumerate(marks):
        yield english(one["text"]), numbers.fixed(float(part.pue[3][i]), 3)
        yield one["y"], sum(float(bar["y"][i]) for bar in f.data)
    assert len(marks) == len(part.load)


def power_chain(r: Run, f: Figure) -> Iterator[Claim]:
    ups = next(one for one in r.part_load.elements if one.name == "ups")
    yield cell(f, "UPS or rectifier", "Stranded"), ups.rating * (1 - ups.needed / ups.installed)
    yield cell(f, "UPS or rectifier", "Load"), 100 * ups.power / ups.rating
    yield from said(
        f, numbers.significant(ups.rating - ups.usable), f"{numbers.percent(kpi(r, 'facility.stranded'))} %"
    )
    each = r.part_load.elements
    yield from columns(f, Rating=(one.rating for one in each), Loss=(one.loss for one in each))
    yield from columns(f, Usable=(one.rating - stuck for one, stuck in zip(each, column(f, "Stranded"), strict=True)))
    yield from columns(f, Loss_over_power=(100 * one.loss / (one.power + one.loss) for one in each))
    yield from columns(f, **{"Load, one lost": (100 * one.load_one_lost for one in each),
                             "Carried, one lost": (100 * one.carried_one_lost for one in each)})  # fmt: skip


def downtime_by_cause(r: Run, f: Figure) -> Iterator[Claim]:
    parts = [a + b for a, b in zip(column(f, "One by one"), column(f, "All at once"), strict=True)]
    yield sum(parts), sum(one.down + one.restart for one in r.availability.contributions)
    yield parts[0], max(parts)
    yield from said(f, english(f.table.rows[0][0]), f"{numbers.percent(max(parts) / sum(parts))} %")
    ends = ("", "_independent", "_whole_repair")
    yield from said(f, *(numbers.significant(kpi(r, f"facility.unserved_it_hours{end}")) for end in ends))
    yield sum(column(f, "Without common")), sum(one.hours for one in r.availability.independent)


def water_volumes(r: Run, f: Figure) -> Iterator[Claim]:
    """What is treated and used again is no part of what is blown down."""
    yield cell(f, "Drawn on site", "Volume"), kpi(r, "impact.water")
    yield cell(f, "Blown down", "Volume"), kpi(r, "facility.water_discharged")
    yield sum(column(f, "Volume")[1:-1]), kpi(r, "impact.water")


def water_balance(r: Run, f: Figure) -> Iterator[Claim]:
    yield from water_volumes(r, f)
    drawn, source = kpi(r, "impact.water"), kpi(r, "impact.water_source")
    yield english(f.subtitle), f"Drawn on site: {numbers.significant(drawn / 1e6)}. "
    yield sum(float(np.sum(one["x"])) for one in f.data), (drawn + source) / 1e6
    yield from said(f, numbers.significant(source / drawn, 2))


def control_front(r: Run, f: Figure) -> Iterator[Claim]:
    yield cell(f, "For energy", "Cooling"), r.control.limited["energy"].cooling / 1e3
    yield cell(f, "Rules", "Water"), r.control.rules.water
    yield from said(f, f"{100 * kpi(r, 'facility.control_cooling_saving'):.1f} % of cooling")
    yield from said(f, f"{100 * kpi(r, 'facility.control_water_saving'):.1f} % of the water")
    rules = [one for one in (r.control.rules, r.control.warm) if one is not None]
    each = (r.control.limited, r.control.unlimited, r.control.uncapped)
    cases = [of[what] for of in each for what in ("energy", "water", "money", "carbon") if what in of]
    cases = [*rules, *cases, *(case for _, case in r.control.front)]
    yield from columns(f, Cooling=(one.cooling / 1e3 for one in cases), Water=(one.water for one in cases))
    yield from columns(f, Energy_at=(one.energy / 1e3 for one in cases), Energy_and=(one.money / 1e9 for one in cases))
    yield from columns(
        f, **{"CO₂e": (one.carbon / 1e6 for one in cases), "Forced": (one.changes_forced for one in cases)}
    )
    yield from columns(f, Changes=(one.changes_mean for one in cases), At_most=(one.changes_most for one in cases))
    for shares in zip(*(column(f, name) for name in ("Chillers off", "Mixed", "Chillers alone")), strict=True):
        yield sum(shares), 100.0


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
    for row, case in zip(f.table.rows, (r.swings.raw, *r.swings.alone.values(), r.swings.smoothed), strict=True):
        steady, seen = case.steady, case.seen
        has = [steady and steady.peak_to_peak, steady and steady.ramp, seen.peak_to_peak, seen.ramp, seen.ramp_minute,
               seen.band, seen.flicker, 100 * seen.voltage_change, case.lost, case.withheld, case.capital / 1e9,
               case.cycles, case.energy_cost / 1e9]  # fmt: skip
        yield from zip(row[1:], has, strict=True)
    yield sum(filter(None, column(f, "Cycles"))), sum(one.cycles or 0 for one in r.swings.alone.values())


def swing_limits(r: Run, f: Figure) -> Iterator[Claim]:
    count = len(r.swings.smoothed.limits)
    kept = round(kpi(r, "facility.swing_limits_held") * count)
    yield [english(one) for one in column(f, "Verdict")].count("held"), kept
    yield from said(f, f"{kept} of {count}")
    shown = {"MW": (1, " MW"), "fraction": (100, " %"), "1": (1, "")}
    for name, limits, what in (("Limit", r.swings.raw.limits, "limit"), ("Nothing", r.swings.raw.limits, "value"),
                               ("Smoothed", r.swings.smoothed.limits, "value")):  # fmt: skip
        for text, one in zip(column(f, name), limits, strict=True):
            times, unit = shown[one.unit]
            yield english(text), f"{numbers.significant(getattr(one, what) * times)}{unit}".replace(numbers.THIN, " ")


def carbon_columns(r: Run, f: Figure) -> Iterator[Claim]:
    shown = [list(r.timeline.years).index(int(one)) for one in column(f, "Year")]
    tonnes = {"Mt": 1e6, "kt": 1e3, "t": 1.0}[f.table.columns[1].unit]
    methods = {"Location": "scope2_location", "Contracts, hourly": "scope2_market_hourly",
               "No certificates": "scope2_market_no_certificates", "Contracts, annual": "scope2_market"}  # fmt: skip
    methods |= {"Scope 1": "scope1"} if r.impact.scope1.any() else {}
    for name, what in methods.items():
        yield from zip(column(f, name), getattr(r.impact, what)[shown] / tonnes, strict=True)


def carbon_by_year(r: Run, f: Figure) -> Iterator[Claim]:
    yield from carbon_columns(r, f)
    drawn = {english(one["name"]): one for one in f.data if one.get("mode") == "lines" and one.get("name")}
    for name, one in drawn.items():
        places = [list(map(int, column(f, "Year"))).index(int(x)) for x in one["x"]]
        yield from zip(one["y"], np.array(column(f, name))[places], strict=True)
    assert len(drawn) >= len(f.table.columns) - 1
    bare, hourly = (kpi(r, f"impact.scope2_market_{what}") for what in ("no_certificates", "hourly"))
    yield from said(f, numbers.quantity(bare, "t"), "to zero", numbers.quantity(hourly, "t"))


def embodied_by_year(r: Run, f: Figure) -> Iterator[Claim]:
    whole, servers = kpi(r, "impact.embodied"), float(r.impact.embodied_incurred["it"].sum())
    yield sum(column(f, "Servers")) * 1e3, servers
    yield from said(f, f"{numbers.percent(servers / whole)} %", numbers.quantity(whole, "t"))
    yield sum(column(f, "Buildings")) * 1e3, r.impact.embodied_incurred["building"].sum()
