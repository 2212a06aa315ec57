"""Design days, the chain of approaches, glycol, water and heat reuse: against oracles, and as things must move."""

from __future__ import annotations

import itertools
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from facility_cases import LIFE, PLANTS, RATING, city, facility, fitted, plant, server, typical_year, warmer, weather
from pydantic import ValidationError

from gigacampus import air
from gigacampus.campus.spec.facility import CoolingPlant, Facility, HeatRejection, Water
from gigacampus.campus.spec.site import DesignConditions, Site
from gigacampus.engines import facility as room
from gigacampus.engines.facility import design, drought
from gigacampus.engines.facility.cooling import coolant_drop, glycol, loop, outer, rated, water
from gigacampus.engines.facility.cooling.rejection import Cooler
from gigacampus.engines.facility.days import outdoors
from gigacampus.engines.facility.outdoors import Outdoors
from gigacampus.errors import InfeasibleError, SpecError

YEAR = typical_year()
GIVEN = DesignConditions(
    dry_bulb=34.0, coincident_wet_bulb=24.0, wet_bulb=26.0, coincident_dry_bulb=31.0, extreme_mean=37.0,
    extreme_deviation=1.0,
)  # fmt: skip
HERE = replace(YEAR, design=GIVEN)


def judged(cooling: Any, given: DesignConditions = GIVEN, **changes: Any) -> design.DesignResult:
    """On design days, with what `fitted` gives it and whatever that leaves missing."""
    changes["design"] = {"accept_excess": True, **changes.get("design", {})}
    spec = fitted(Facility.model_validate({"cooling": cooling, **changes}))
    return design.judge(spec, server(), replace(YEAR, design=given), 100.0, 120.0, {})


def flows(spec: Facility, load: float = 1.0, outdoors: Any = YEAR) -> Any:
    built = plant(spec, outdoors)
    return built.evaluate(np.full_like(outdoors.dry_bulb, load), built.out)


# --- design days


def test_extreme_is_gumbels() -> None:
    """A Gumbel distribution of the same mean and deviation exceeds the value once in n years."""
    scale = 1.7 * np.sqrt(6) / np.pi
    for years in (5.0, 20.0, 50.0):
        value = design.extreme(36.0, 1.7, years)
        below = np.exp(-np.exp(-(value - (36.0 - 0.5772 * scale)) / scale))
        assert 1 - below == pytest.approx(1 / years, rel=1e-9)


def test_days_are_ashraes_where_given_and_the_years_own_where_not() -> None:
    dry, wet, extreme = design.design_days(HERE)
    assert (dry.dry_bulb, dry.wet_bulb, dry.origin) == (34.0, 24.0, "ASHRAE")
    assert (wet.dry_bulb, wet.wet_bulb) == (31.0, 26.0)
    assert extreme.dry_bulb == pytest.approx(37.0 + 1.8658, abs=1e-3)
    assert 24.0 < extreme.wet_bulb < 26.0
    own = design.design_days(YEAR)
    assert [day.origin for day in own] == ["typical year"] * 2
    assert np.sum(own[0].dry_bulb <= YEAR.dry_bulb) == 35
    assert np.sum(own[1].wet_bulb <= YEAR.wet_bulb) == 35


def test_a_site_takes_the_conditions_of_its_weathers_name() -> None:
    assert Site.model_validate({"weather": "columbus-oh"}).design.dry_bulb == 32.4
    assert Site.model_validate({"weather": "columbus-oh", "design": {"dry_bulb": "33 C"}}).design.dry_bulb == 33.0
    assert Site.model_validate({"weather": "abilene-tx"}).design == DesignConditions()
    with pytest.raises(ValidationError, match="dry_bulb and coincident_wet_bulb go together"):
        Site.model_validate({"weather": "abilene-tx", "design": {"dry_bulb": "33 C"}})


@pytest.mark.parametrize("cooling", ["direct-to-chip-dry", "direct-to-chip-adiabatic", "direct-to-chip-tower"])
def test_a_unit_out_and_returning_air_never_help(cooling: str) -> None:
    cases = [
        judged({"use": cooling, "liquid": {"supply": "34 C"}}, design={"recirculation": f"{k} K", "units_out": out})
        for k, out in ((0, 0), (2, 0), (2, 1), (3, 3))
    ]
    excess = [[day.sides[0].excess for day in case.days] for case in cases]
    assert np.all(np.diff(excess, axis=0) >= -1e-9)
    assert excess[-1][-1] > excess[0][-1]


def test_the_days_excess_is_the_coolers_at_full_speed() -> None:
    """Oracle: the exchanger alone, at the intake's air, with one in eleven out."""
    result = judged("direct-to-chip-dry")
    spec = CoolingPlant.model_validate("direct-to-chip-dry")
    assert spec.rejection is not None
    left = spec.rejection.model_copy(update={"margin": 1.1 * 10 / 11})
    assert spec.loop is not None
    for day in result.days:
        out = Outdoors.of(weather(day.day.dry_bulb + 2, 0.3, float(np.mean(YEAR.pressure))))
        pump = loop.pump_share(7.5, spec.loop.pump_pressure, spec.loop.pump_efficiency)
        cooler = Cooler(left, 1.0, 7.5 * (1 + pump))
        one = np.ones(1)
        leaves = cooler.leaving(out, one, cooler.water_flow(one)[0], cooler.rise * one)[0]
        assert day.sides[0].excess == pytest.approx(max(leaves - 35.0, 0.0), abs=1e-6)


def test_missing_cooling_brings_the_water_back_by_its_excess() -> None:
    """Heat that must leave the water to cool it from where it is to its set-point, and never more than all of it."""
    share, spec = (
        plant(facility("direct-to-chip-dry"), YEAR).liquid_share,
        CoolingPlant.model_validate("direct-to-chip-dry"),
    )
    assert spec.loop is not None
    assert spec.liquid is not None
    pumps = loop.pump_share(7.5, spec.loop.pump_pressure, spec.loop.pump_efficiency)
    coolant = loop.pump_share(10.0, spec.liquid.cdu_pressure, spec.liquid.cdu_efficiency, spec.liquid.heat_capacity)
    heat, rise = 100 * share * (1 + coolant) * (1 + pumps), 7.5 * (1 + pumps)
    for day in judged("direct-to-chip-dry").days:
        liquid = day.sides[0]
        assert liquid.missing == pytest.approx(heat * min(liquid.excess / rise, 1.0), rel=1e-12)
        assert liquid.missing > 0


def test_what_is_not_held_is_an_error_with_day_limit_and_what_is_missing() -> None:
    with pytest.raises(
        InfeasibleError,
        match=r"20-year dry bulb \(38\.9 C dry.*its limit is 40 C, and [\d.]+ MW of cooling are missing with 1\.1 "
        r"times the coolers; supply the liquid side warmer, .*or accept it with facility\.design\.accept_excess: true",
    ):
        judged("direct-to-chip-dry", design={"accept_excess": False})
    warm = {"use": "direct-to-chip-dry", "liquid": {"supply": "54 C", "plate_approach": "15 K"}}
    assert judged(warm, design={"accept_excess": False}).excess == 0
    with pytest.raises(InfeasibleError, match=r"air supply reaches .*; raise outside_air\.supply_max, give a trim"):
        judged({"use": "meta-air", "outside_air": {"supply_max": "20 C"}}, design={"accept_excess": False})


@pytest.mark.parametrize("name", PLANTS)
def test_every_plant_is_judged_on_every_day(name: str) -> None:
    result = judged(name)
    assert [day.day.name for day in result.days] == ["0.4 % dry bulb", "0.4 % wet bulb", "20-year dry bulb"]
    for day in result.days:
        assert {side.side for side in day.sides} == (
            {"liquid", "air"} if "immersion" in name or "chip" in name else {"air"}
        )
        for side in day.sides:
            assert side.supply == side.limit + side.excess
            assert side.excess >= 0
            assert 0 <= side.missing <= 110
            assert (side.missing > 0) == (side.excess > 0)


def test_the_chain_adds_up() -> None:
    chain = dict(judged("direct-to-chip-tower").days[0].chain)
    assert chain["chip case"] - chain["coolant leaving"] == pytest.approx(25.0)
    assert chain["coolant leaving"] - chain["coolant entering"] == pytest.approx(10.0)
    assert chain["coolant entering"] - chain["facility water"] == pytest.approx(4.0 * 1.25)
    assert chain["facility water"] - chain["water of the coolers"] == pytest.approx(2.2)
    assert chain["water of the coolers"] > chain["intake air"]


def test_hours_above_count_the_year_and_fall_with_the_supply() -> None:
    monroe = city("monroe-la")
    for name in ("dry-cooler", "adiabatic-cooler", "wet-tower"):
        hours = design.hours_above(monroe, (-60.0, 30.0, 35.0, 80.0), HeatRejection.model_validate(name), 5.0)
        assert hours[0] == 8760
        assert hours[-1] == 0
        assert hours[1] > hours[2] > 0


# --- altitude


def test_thin_air_costs_dry_coolers_fan_power_and_reach() -> None:
    low, high = weather([5.0, 38.0], 0.3), weather([5.0, 38.0], 0.3, 83_000.0)
    a, b = (flows(facility("direct-to-chip-dry"), outdoors=w) for w in (low, high))
    assert b.rejection_fans[0] > a.rejection_fans[0]
    assert b.excess[1] > a.excess[1] > 0
    spec = HeatRejection.model_validate({"use": "dry-cooler", "margin": 1.1})
    assert Cooler(spec, 1.0, 5.0).density(Outdoors.of(high)) == pytest.approx(83_000 / 101_325)


def test_air_cooled_chillers_see_warmer_air_high_up() -> None:
    low, high = (Outdoors.of(weather(30.0, 0.3, p)) for p in (101_325.0, 83_000.0))
    assert outer.condenser_air(low)[0] == pytest.approx(30.0)
    assert outer.condenser_air(high)[0] == pytest.approx(30.0 + 10.0 * (101_325 / 83_000 - 1))
    assert np.all(flows(facility("air-cooled-chiller"), outdoors=weather(30.0, 0.3, 83_000.0)).chiller
                  > flows(facility("air-cooled-chiller"), outdoors=weather(30.0, 0.3)).chiller)  # fmt: skip


# --- fouling, glycol, staging, boiling


@pytest.mark.parametrize(
    "changed",
    [{"liquid": {"cdu_fouling": "60 %"}}, {"rejection": {"fouling": "20 %"}}, {"loop": {"glycol": "30 %"}}],
)
def test_fouling_and_glycol_cost_fans_and_reach(changed: dict[str, Any]) -> None:
    clean, worse = (flows(facility({"use": "direct-to-chip-dry", **c})) for c in ({}, changed))
    assert worse.rejection_fans.sum() > clean.rejection_fans.sum()
    assert worse.excess.max() > clean.excess.max()
    assert worse.load.sum() > clean.load.sum()


def test_fouling_of_an_exchanger_by_hand() -> None:
    """Equal rates, range 10 K, clean approach 4 K: NTU 2.5; a fifth more resistance leaves 10 / (2.5 / 1.2)."""
    spec = CoolingPlant.model_validate(
        {"use": "direct-to-chip-dry", "liquid": {"cdu_approach": "4 K", "cdu_fouling": "20 %"}}
    )
    assert coolant_drop(spec) == pytest.approx(10 / (2.5 / 1.2))


def test_glycol_follows_the_coldest_hour_and_towers_take_none() -> None:
    cold, mild = warmer(YEAR, -8.0), warmer(YEAR, 25.0)
    spec = {"use": "direct-to-chip-dry", "loop": "warm-water-glycol"}
    shares = [plant(facility(spec), outdoors).cooling.loop.glycol for outdoors in (cold, YEAR, mild)]
    assert shares[0] > shares[1] > shares[2] == 0.0
    freezes = np.interp(shares[0], glycol.SHARES, glycol.FREEZES)
    assert freezes == pytest.approx(cold.dry_bulb.min() - 5.0)
    tower = CoolingPlant.model_validate({"use": "chilled-water-tower", "loop": {"glycol": "30 %"}})
    assert glycol.fluids(tower) == (glycol.fluid(0.0), glycol.fluid(0.0))
    with pytest.raises(SpecError, match="60 % of glycol freezes at -50"):
        glycol.needed(-50.1)


def test_glycols_head_and_film_are_those_of_reynolds() -> None:
    """Oracle: Blasius' friction and Dittus-Boelter's film from dimensionless numbers, not from ratios."""

    def pipe(rho: float, c: float, mu: float, k: float) -> tuple[float, float]:
        flow, wide = 1.0 / (rho * c), 0.3
        speed = flow / (np.pi * wide**2 / 4)
        reynolds = rho * speed * wide / mu
        head = 0.316 * reynolds**-0.25 / wide * rho * speed**2 / 2
        return head * flow, 0.023 * reynolds**0.8 * (mu * c / k) ** 0.4 * k / wide

    rho, c, mu, k = 995.7, 4171.0, 7.2266e-4, 0.62354
    i = 5
    power, film = pipe(rho, c, mu, k)
    mixed = pipe(rho * glycol.DENSITY[i], c * glycol.HEAT[i], mu * glycol.VISCOSITY[i], k * glycol.CONDUCTIVITY[i])
    found = glycol.fluid(float(glycol.SHARES[i]))
    assert found.pump == pytest.approx(mixed[0] / power)
    assert found.transfer == pytest.approx(mixed[1] / film)


def test_pumps_are_staged_down_to_one_at_its_minimum() -> None:
    spec = {
        "use": "direct-to-chip-dry",
        "loop": {"pump_units": 2, "pump_minimum": "60 %"},
        "liquid": {"cdu_minimum": "25 %"},
    }
    loads = (0.02, 0.2, 0.5)
    pumps, units = (
        np.array([getattr(flows(facility(spec), load), n)[0] for load in loads]) for n in ("pumps", "cdu_pumps")
    )
    free = np.array([flows(facility({**spec, "loop": {"pump_minimum": "0 %"}}), load).pumps[0] for load in loads])
    assert units[0] == units[1] < units[2]
    assert pumps[0] > free[0]
    assert pumps[2] == pytest.approx(free[2])


@pytest.mark.parametrize(("fixed", "exponent"), [(1.0, 1.0), (0.0, 2.75)])
def test_pump_power_goes_with_the_flow_and_its_head(fixed: float, exponent: float) -> None:
    """All fixed: by the flow; all friction: by its power 2.75; the least flow is that of one pump."""
    spec = {
        "use": "direct-to-chip-tower",
        "loop": {"pump_units": 4, "pump_minimum": "40 %", "fixed_head": fixed},
        "liquid": {"cdu_minimum": "25 %", "cdu_fixed_head": fixed},
    }
    loads = (0.05, 0.1, 0.5, 0.8)
    pumps, units = (
        np.array([getattr(plant(facility(spec), YEAR, server(liquid_share=1.0, overhead_share=0.0)).side(
            0, np.array([load]), Outdoors.of(weather(20.0, 0.5)), None), n)[0] for load in (*loads, 1.0)])
        for n in ("pumps", "cdu_pumps")
    )  # fmt: skip
    assert units[:-1] / units[-1] == pytest.approx(np.maximum(loads, 0.25) ** exponent, rel=1e-9)
    assert pumps[:-1] / pumps[-1] == pytest.approx(np.maximum(loads, 0.1) ** exponent, rel=0.03)


def test_boiling_fixes_the_bath_and_pumps_nothing() -> None:
    found = flows(facility("immersion-2p"))
    assert np.all(found.cdu_pumps == 0)
    spec = CoolingPlant.model_validate("immersion-2p")
    assert spec.liquid is not None
    assert spec.liquid.chip == 70.0
    with pytest.raises(ValidationError, match="rise too unless the coolant boils"):
        CoolingPlant.model_validate({"use": "immersion-2p", "liquid": {"rise": "5 K"}})


# --- water


def test_cycles_follow_the_limiting_ion() -> None:
    soft = {"silica": "50 mg/L", "calcium": "60 mg/L", "chloride": "10 mg/L", "conductivity": "200 uS/cm"}
    assert water.cycles(Water.model_validate({"quality": soft})) == (3.0, "silica")
    mixed = {"quality": "surface-municipal", "reclaimed": "50 %", "reclaimed_quality": "reclaimed-municipal"}
    cycles, ion = water.cycles(Water.model_validate(mixed))
    assert ion == "chloride"
    assert cycles == pytest.approx(300 / (0.5 * 25 + 0.5 * 237))
    with pytest.raises(SpecError, match=r"chloride lets the make-up water be concentrated 1\.0"):
        water.cycles(Water.model_validate({"quality": {**soft, "chloride": "290 mg/L"}}))


@pytest.mark.parametrize("cooling", ["direct-to-chip-tower", "direct-to-chip-adiabatic", "meta-air"])
def test_worse_water_is_bled_more_and_evaporates_no_more(cooling: str) -> None:
    spec = facility(cooling)
    good, bad = (
        flows(spec.model_copy(update={"water": Water.model_validate(given)}))
        for given in (
            {"quality": "surface-municipal"},
            {"quality": "surface-municipal", "reclaimed": "80 %", "reclaimed_quality": "reclaimed-municipal"},
        )
    )
    np.testing.assert_allclose(bad.evaporation, good.evaporation, atol=1e-12)
    assert bad.blowdown.sum() > 2 * good.blowdown.sum()
    np.testing.assert_allclose(bad.makeup, bad.evaporation + bad.drift + bad.blowdown, atol=1e-12)


def test_a_cap_on_water_binds_in_the_hours_that_draw_more() -> None:
    spec = Facility.model_validate({"cooling": "direct-to-chip-adiabatic"})
    free = flows(spec)
    cap = 0.6 * float(free.makeup.max())
    held = flows(Facility.model_validate({"cooling": "direct-to-chip-adiabatic", "water": {"cap": f"{cap!r} L/kWh"}}))
    np.testing.assert_array_equal(held.capped > 0, free.makeup > cap)
    assert held.capped.sum() > 0
    np.testing.assert_allclose(held.makeup[held.capped > 0], cap, rtol=1e-12)  # all that it leaves wets some units
    assert np.all(held.makeup <= cap * (1 + 1e-12))
    assert np.all(held.cooling_liquid + held.cooling_air >= free.cooling_liquid + free.cooling_air)
    assert held.excess.sum() > free.excess.sum()


# --- heat reuse, fans by inlet


def test_heat_reuse_closes_and_saves_fans() -> None:
    reuse = {"share": "40 %", "temperature": "40 C", "demand_below": "12 C"}
    bare, spec = (Facility.model_validate({"cooling": "direct-to-chip-dry", **g}) for g in ({}, {"heat_reuse": reuse}))
    it = np.full((2, 8784), 0.7) * RATING[:, None]
    results = [room.settle(fitted(one), server(), YEAR, LIFE, it, RATING) for one in (bare, spec)]
    assert results[0].erf == 0.0
    assert results[1].erf > 0.05
    assert results[1].ere == pytest.approx(results[1].pue * (1 - results[1].erf))
    assert results[1].residual_heat < 1e-12
    assert results[1].rejection_fans.sum() < results[0].rejection_fans.sum()
    assert np.all((results[1].reused > 0) == (YEAR.dry_bulb[LIFE.weather] < 12.0))
    with pytest.raises(ValidationError, match=r"facility water returns at 42\.5 C, below temperature"):
        Facility.model_validate({"cooling": "direct-to-chip-dry", "heat_reuse": {**reuse, "temperature": "60 C"}})


def test_heat_that_somebody_takes_is_pumped_all_the_same() -> None:
    """The racks need the same flow, and the coolers have less to do."""
    shares = ("0 %", "50 %", "100 %")
    taken = [
        flows(fitted(Facility.model_validate(
            {"cooling": "direct-to-chip-dry", "heat_reuse": {"share": share, "temperature": "35 C"}}
        )))
        for share in shares
    ]  # fmt: skip
    for more, less in itertools.pairwise(taken):
        np.testing.assert_allclose(less.pumps, more.pumps, rtol=1e-12)
        assert less.rejection_fans.sum() < more.rejection_fans.sum()
        assert np.all(less.excess <= more.excess + 1e-9)


def test_warm_inlets_cost_fan_power_outside_it() -> None:
    """Nobody improves PUE with server fans: what they take beyond their normal speed is facility."""
    machine = server(use="h100-dgx")
    cool, warm = (
        plant(facility({"use": "chilled-water-tower", "air": {"supply": f"{t} C"}}), YEAR, machine) for t in (25, 30)
    )
    one = np.ones(8784)
    a, b = cool.evaluate(one, cool.out), warm.evaluate(one, warm.out)
    np.testing.assert_array_equal(a.it, b.it)
    np.testing.assert_array_equal(a.server_fans, b.server_fans)
    extra = 0.12 / 1.1 * ((60 / 55) ** 3 - 1)
    blown = plant(
        facility({"use": "chilled-water-tower", "air": {"supply": "30 C"}}),
        YEAR,
        server(use="h100-dgx", fan_inlet=35.0),
    )
    assert np.all(b.air_handlers - blown.evaluate(one, blown.out).air_handlers > 0.99 * extra)
    hot = plant(facility({"use": "chilled-water-tower", "air": {"supply": "40 C"}}), YEAR, server(fan_limit=42.0))
    with pytest.raises(SpecError, match="supply it at least 5 K colder"):
        hot.evaluate(one, hot.out)


@pytest.mark.parametrize(
    "given",
    [
        {"cooling": {"use": "direct-to-chip-adiabatic", "loop": "warm-water-glycol"}, "water": {"cap": "0.3 L/kWh"}},
        {
            "cooling": "direct-to-chip-tower",
            "heat_reuse": {"share": "60 %", "temperature": "35 C", "demand_below": "15 C"},
        },
        {"cooling": "meta-air-humid", "water": {"quality": "surface-municipal"}},
        {"cooling": "immersion-2p"},
        {"cooling": "direct-to-chip-dry", "heat_reuse": {"share": "100 %", "temperature": "35 C"}},
    ],
)
def test_load_rises_with_it_and_everything_closes(given: dict[str, Any]) -> None:
    built = plant(
        Facility.model_validate(given), YEAR, server(use="h100-dgx") if given["cooling"] == "meta-air-humid" else None
    )
    hours = np.arange(0, 8784, 97)
    loads = [built.at(np.full(len(hours), load), hours) for load in np.linspace(0, 1, 21)]
    assert np.all(np.diff([one.load for one in loads], axis=0) > 0)
    for one in loads:
        np.testing.assert_allclose(one.heat_sensible + one.heat_latent + one.reused, one.load, rtol=1e-12)
        np.testing.assert_allclose(one.makeup, one.evaporation + one.drift + one.blowdown, atol=1e-13)


def test_air_at_the_intake_is_warmed_at_its_humidity() -> None:
    days = design.design_days(HERE)
    out, bare = (outdoors(days, 101_325.0, k) for k in (2.0, 0.0))
    np.testing.assert_allclose(out.humidity, bare.humidity)
    np.testing.assert_allclose(out.dry_bulb - bare.dry_bulb, 2.0)
    assert np.all((out.wet_bulb - bare.wet_bulb > 0.3) & (out.wet_bulb - bare.wet_bulb < 1.0))
    again = air.humidity_ratio_from_wet_bulb(out.dry_bulb, out.wet_bulb, out.pressure)
    np.testing.assert_allclose(again, out.humidity, atol=2e-6)


def test_a_supply_that_floats_up_takes_the_whole_chain_with_it() -> None:
    """A wet bulb 10 K above the tower's design."""
    hot = GIVEN.model_copy(update={"dry_bulb": 46.0, "coincident_wet_bulb": 38.0, "wet_bulb": 38.0})
    mild, hot_day = (judged("direct-to-chip-tower", given).days[0] for given in (GIVEN, hot))
    held, floated = dict(mild.chain), dict(hot_day.chain)
    excess = next(one.excess for one in hot_day.sides if one.side == "liquid")
    assert excess > 0.5
    assert held.pop("intake air") < floated.pop("intake air")
    assert list(floated.values()) == pytest.approx([t + excess for t in held.values()])


def test_machines_that_must_make_colder_water_give_their_coolers_more_heat() -> None:
    """Of a coolant unit with a larger approach; where nothing circulates there are no coolers to size."""
    found = []
    for approach in ("2 K", "4 K", "8 K"):
        one = plant(facility({"use": "direct-to-chip-dry-trim", "liquid": {"cdu_approach": approach}}), YEAR).plants()[
            0
        ]
        assert one is not None
        found.append(rated(one, 1.0))
    heats, machines = np.transpose(found)
    assert np.all(np.diff(heats) > 0)
    assert np.all(heats > machines)
    assert machines == pytest.approx(machines[0])
    assert rated(CoolingPlant.model_validate("meta-air"), 1.0) == (0.0, 0.0)


def test_what_warms_the_water_to_the_wet_coolers() -> None:
    tower = CoolingPlant.model_validate("direct-to-chip-tower")
    assert tower.loop is not None
    assert drought.rise(tower) == tower.loop.rise
    assert drought.rise(CoolingPlant.model_validate("meta-air")) == drought.rise(None) == 0
