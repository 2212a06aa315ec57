"""Sizing on design days: the least that holds, found again by hand, and larger where days are worse."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from facility_cases import LIFE, RATING, Air, city, facility, plant, server, typical_year, weather
from hypothesis import given, settings
from hypothesis import strategies as st

from gigacampus import air
from gigacampus.campus.spec.facility import Chiller, Facility, GensetDerating, HeatRejection
from gigacampus.campus.spec.site import DesignConditions
from gigacampus.engines import facility as room
from gigacampus.engines.facility import control, design
from gigacampus.engines.facility.cooling import chiller, coil_water, loop, movers, settled
from gigacampus.engines.facility.days import design_days
from gigacampus.engines.facility.design.standby import power_left, standby
from gigacampus.engines.facility.part_load import part_load
from gigacampus.errors import InfeasibleError, SpecError

YEAR = typical_year()
HOT = DesignConditions(
    dry_bulb=31.0, coincident_wet_bulb=23.0, wet_bulb=26.0, coincident_dry_bulb=29.0, extreme_mean=33.0,
    extreme_deviation=0.5,
)  # fmt: skip
DRY = {"use": "direct-to-chip-dry", "liquid": {"supply": "45 C"}}
TIGHT: list[Any] = [
    DRY,
    {"use": "direct-to-chip-adiabatic", "liquid": {"supply": "34 C"}},
    {"use": "direct-to-chip-tower", "liquid": {"supply": "36 C"}},
    {"use": "immersion-2p", "liquid": {"supply": "53.5 C"}},
]


def spec(cooling: Any, **rule: Any) -> Facility:
    return Facility.model_validate({"cooling": cooling, "design": rule})


def sized(one: Facility, days: DesignConditions = HOT, outdoors: Any = YEAR) -> design.Sizes:
    return design.size(one, server(), replace(outdoors, design=days))


def judged(one: Facility, sizes: design.Sizes, days: DesignConditions = HOT, outdoors: Any = YEAR) -> Any:
    return design.judge(design.built(one, sizes), server(), replace(outdoors, design=days), 100.0, 120.0, {})


@pytest.mark.parametrize("cooling", TIGHT)
def test_a_hair_less_surface_does_not_hold(cooling: Any) -> None:
    one = spec(cooling)
    found = sized(one)
    margin = found.liquid.margin
    assert margin is not None
    assert 1.1 < margin < 3.0
    assert judged(one, found).excess <= 1e-6
    with pytest.raises(InfeasibleError, match=f"day of the {found.liquid.margin_by} .*liquid supply"):
        judged(one, replace(found, liquid=replace(found.liquid, margin=margin * (1 - 1e-3))))


@pytest.mark.parametrize("cooling", ["chilled-water-tower", "air-cooled-chiller", "direct-to-chip-dry-trim"])
def test_a_hair_smaller_chillers_do_not_hold(cooling: str) -> None:
    one = spec(cooling)
    found = sized(one)
    capacity = found.air.capacity
    assert capacity is not None
    assert judged(one, found).excess <= 1e-6
    with pytest.raises(InfeasibleError, match="air supply"):
        judged(one, replace(found, air=replace(found.air, capacity=capacity * (1 - 1e-4))))


@pytest.mark.parametrize("pressure", [101_325.0, 83_000.0])
@pytest.mark.parametrize("recirculation", [0.0, 3.0])
def test_dry_coolers_by_hand(pressure: float, recirculation: float) -> None:
    """Counterflow by its formula: warmer intake by recirculation, and thinner air, of which fans move less mass."""
    one = spec(DRY, recirculation=f"{recirculation} K")
    outdoors = weather(YEAR.dry_bulb, 0.4, pressure)
    assert one.cooling.loop is not None
    target, intake = 45.0 - 5.0, 33.0 + 0.5 * 1.8658 + recirculation
    cooling = 7.5 * (1 + loop.pump_share(7.5, one.cooling.loop.pump_pressure, one.cooling.loop.pump_efficiency))
    needed = cooling / (target + cooling - intake)

    rated = np.log((1 - 1.4 * 5.56 / 11.11) / (1 - 5.56 / 11.11)) / (1 - 1.4)

    def effect(margin: float) -> float:
        air, water = pressure / 101_325, 5.56 / cooling / margin
        ntu = rated * 1.5 / (air**-0.8 + 0.5 * water**-0.85) / water
        ratio = 1.4 * water / air
        grown = np.exp(-ntu * (1 - ratio))
        return float((1 - grown) / (1 - ratio * grown))

    low, high = 0.5, 5.0
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if effect(middle) < needed else (low, middle)
    found = sized(one, outdoors=outdoors).liquid.margin
    assert found == pytest.approx(max(high * 1.1, 1.1), rel=3e-4)  # ten of eleven are left


def test_air_cooled_chillers_by_hand() -> None:
    """CAPFT at the intake's air, in thin air ten kelvin of condenser rise over its density, six of seven left."""
    one, pressure = spec("air-cooled-chiller"), 83_000.0
    outdoors = weather(YEAR.dry_bulb, 0.4, pressure)
    capft = Chiller.model_validate("code-air-cooled").capft
    handlers = one.cooling.air
    assert capft is not None
    assert handlers is not None
    x = coil_water(one.cooling)
    y = 33.0 + 0.5 * 1.8658 + 2.0 + 10.0 * (101_325 / pressure - 1)
    c1, c2, c3, c4, c5, c6 = capft
    left = c1 + c2 * x + c3 * x**2 + c4 * y + c5 * y**2 + c6 * x * y
    thin, sea = (
        float(movers.fan_share(handlers.rise, handlers.pressure, handlers.efficiency, np.array(rho)))
        for rho in (1.2 * pressure / 101_325 * 293.15 / (273.15 + handlers.supply), 1.2)
    )
    found = sized(one, outdoors=outdoors).air.capacity
    assert found == pytest.approx(7 / 6 / left * (1 + thin) / (1 + sea), rel=2e-3)


@settings(max_examples=25, deadline=None)
@given(
    st.sampled_from(TIGHT[:3]),
    st.tuples(st.floats(0, 2.5), st.floats(0, 2.5)),
    st.tuples(st.integers(0, 3), st.integers(0, 3)),
    st.tuples(st.floats(-1.5, 1.0), st.floats(-1.5, 1.0)),
)
def test_worse_days_need_no_less(cooling: Any, air: Any, out: Any, hotter: Any) -> None:
    """More returning air, more units out and hotter extremes: never less surface."""
    margins = []
    for pick in (min, max):
        days = HOT.model_copy(update={"extreme_mean": 33.0 + pick(hotter), "wet_bulb": 26.0 + pick(hotter)})
        one = spec(cooling, recirculation=f"{pick(air)} K", units_out=pick(out), margin_max=100.0)
        margins.append(sized(one, days).liquid.margin)
    assert margins[1] >= margins[0] * (1 - 1e-6)


def test_mild_days_ask_for_the_units_out_alone() -> None:
    mild = sized(spec({**DRY, "liquid": {"supply": "50 C"}})).liquid
    assert (mild.margin, mild.margin_by) == (1.1, "units out")
    whole = sized(spec({**DRY, "liquid": {"supply": "50 C"}}, use="whole")).liquid
    assert whole.margin == 1.0
    few = {**DRY, "liquid": {"supply": "50 C"}, "rejection": {"units": 3}}
    assert sized(spec(few)).liquid.margin == pytest.approx(1.5)
    with pytest.raises(SpecError, match=r"units_out is 3, and 3 coolers stand there; lower it, or raise"):
        sized(spec(few, units_out=3))


def test_chillers_without_heat_to_lift_are_left_at_the_least() -> None:
    cool = DesignConditions(dry_bulb=12.0, coincident_wet_bulb=8.0, wet_bulb=9.0, coincident_dry_bulb=11.0)
    found = sized(spec("chilled-water-tower"), cool).air
    assert (found.margin, found.margin_by) == (1.1, "units out")
    assert (found.capacity, found.capacity_by) == (0.05, "no heat")


def test_fans_in_thin_air_move_more_volume() -> None:
    """Outside-air handlers have no surface to find; for the same heat their fans take power as the air is thinner."""
    low, high = (
        plant(facility("meta-air"), weather([22.0], 0.5, p), server(use="h100-dgx")) for p in (101_325.0, 83_000.0)
    )
    fans = [p.evaluate(np.ones(1), p.out).air_handlers[0] for p in (low, high)]
    assert fans[1] / fans[0] == pytest.approx(101_325 / 83_000, rel=5e-3)


def test_what_is_given_is_kept_and_judged() -> None:
    given = {**DRY, "rejection": {"margin": 1.2}, "air_plant": {"chiller": {"capacity": 1.3}}}
    one = spec(given)
    found = sized(one)
    assert (found.liquid.margin, found.liquid.margin_by) == (1.2, "given")
    assert (found.air.capacity, found.air.capacity_by) == (1.3, "given")
    with pytest.raises(InfeasibleError, match=r"with 1\.2 times the coolers"):
        judged(one, found)
    assert judged(spec(given, accept_excess=True), found).excess > 0
    assert sized(spec({**DRY, "rejection": {"margin": sized(spec(DRY)).liquid.margin}})).liquid.margin_by == "given"


def test_a_set_point_that_no_surface_reaches_is_an_error_or_accepted() -> None:
    """Air above the water that is asked for: the most is sought and named; accepted, the day has no say."""
    cold = {"use": "direct-to-chip-dry", "liquid": {"supply": "38.5 C"}}
    one = spec(cold)
    found = sized(one)
    assert (found.liquid.margin, found.liquid.margin_by) == (3.0, "0.4 % dry bulb")
    with pytest.raises(InfeasibleError, match=r"20-year dry bulb .* MW of cooling are missing with 3 times"):
        judged(one, found)
    accepted = spec(cold, accept_excess=True)
    taken = sized(accepted)
    assert taken.liquid.margin is not None
    assert taken.liquid.margin < 3.0
    assert taken.liquid.margin_by == "0.4 % wet bulb"
    excess = {day.day.name: day.sides[0].excess for day in judged(accepted, taken).days}
    assert excess["0.4 % wet bulb"] == pytest.approx(0.0, abs=1e-8)
    assert excess["20-year dry bulb"] > excess["0.4 % dry bulb"] > 0
    hopeless = sized(spec({"use": "direct-to-chip-dry", "liquid": {"supply": "25 C"}}, accept_excess=True)).liquid
    assert (hopeless.margin, hopeless.margin_by) == (1.1, "units out")


def test_chillers_are_sized_to_the_lift_of_the_design_day() -> None:
    """What a motor that is rated at 22.77 K lifts at more, by hand; a day beyond the model is judged."""
    one = spec({"use": "chilled-water-dry", "rejection": {"margin": 1.1, "approach": "7 K"}}, units_out=0)
    hot, mild = (
        HOT.model_copy(update={"dry_bulb": t, "coincident_wet_bulb": 20.0, "extreme_mean": None}) for t in (44.0, 30.0)
    )
    more, less = (sized(one, days).air.capacity for days in (hot, mild))
    assert more is not None
    assert less is not None
    p = plant(design.built(one, sized(one, hot)), weather([46.0], 0.1))
    chilled, side = coil_water(one.cooling), p.side(1, np.ones(1), p.out, None)
    cop = (
        side.lifted[0] * p.rated()[1][1] / side.chiller[0]
    )  # on the day, from the power; air handlers' share is 1 K off
    rated = float(chiller.carnot_cop(chilled, np.array(chilled + chiller.RATED_LIFT)))
    assert more == pytest.approx(rated / cop, rel=5e-3)
    assert more > 1.1 * less
    torrid = hot.model_copy(update={"dry_bulb": 63.0})
    with pytest.raises(InfeasibleError, match=r"air supply reaches 3\d\.\d C, its limit is 25 C, and \d+\.?\d* MW"):
        judged(one, sized(one, torrid), torrid)


def test_nothing_runs_a_plant_that_is_not_sized() -> None:
    one, it = spec("direct-to-chip-dry"), np.full((2, 8784), 0.5) * RATING[:, None]
    doors: list[Any] = [
        lambda: room.peak_ratio(one, server(), YEAR),
        lambda: room.respond(one, server(), YEAR, it, RATING),
        lambda: room.settle(one, server(), YEAR, LIFE, it, RATING),
        lambda: part_load(one, server(), YEAR, 100.0),
        lambda: control.assess(one, server(), YEAR, np.full(8784, 0.5), 100.0),
        lambda: design.judge(one, server(), replace(YEAR, design=HOT), 100.0, 120.0, {}),
    ]
    for door in doors:
        with pytest.raises(AssertionError, match="sized on the design days"):
            door()


@pytest.mark.parametrize("name", ["direct-to-chip-dry", "direct-to-chip-adiabatic", "direct-to-chip-tower"])
def test_more_surface_saves_fans_where_they_follow_the_set_point(name: str) -> None:
    """At the same load, and nowhere does it hold less; at their minimum, more coolers only turn more fans, and so they
    do before pads are wetted."""
    hours = weather(np.linspace(0, 38, 60), 0.5)
    few, many = (plant(facility({"use": name, "rejection": {"margin": m}}), hours) for m in (1.1, 1.6))
    a, b = (p.evaluate(np.ones(60), p.out) for p in (few, many))
    assert many.cooling.rejection is not None
    liquid, small = (p.side(0, np.ones(60), p.out, None) for p in (many, few))
    pads = (np.maximum(liquid.makeup, small.makeup) > 0) & (name == "direct-to-chip-adiabatic")
    working = (liquid.rejection_fans > liquid.rejection_fans.min() * 1.01) & (a.short == 0) & ~pads
    assert working.sum() >= 10
    assert np.all(b.cooling_liquid[working] < a.cooling_liquid[working])
    assert np.all(b.excess <= a.excess + 1e-9)


# --- gensets


def test_gensets_in_heat_and_thin_air_are_those_of_the_table() -> None:
    """Where one of both derates it is the maker's table; together it is never above it."""
    rule = GensetDerating.model_validate({})
    pressure = lambda metres: 101_325 * (1 - metres / 44_331) ** (1 / 0.190263)  # noqa: E731
    table = {(500, 40): 1.0, (500, 45): 0.9, (1000, 50): 0.8, (2000, 30): 0.95, (2500, 20): 0.9, (3000, 30): 0.85}
    for (metres, warm), left in table.items():
        assert power_left(rule, np.array(float(warm)), pressure(metres)) == pytest.approx(left, abs=1e-6)
    for (metres, warm), left in {(2000, 45): 0.9, (2500, 50): 0.8, (1500, 45): 0.9}.items():
        assert power_left(rule, np.array(float(warm)), pressure(metres)) <= left + 1e-9
    with pytest.raises(SpecError, match="known to 3000 m, and the air pressure is that of 3500 m"):
        power_left(rule, np.array(20.0), pressure(3500))


def test_gensets_that_are_left_carry_the_load() -> None:
    days = design_days(replace(YEAR, design=HOT.model_copy(update={"extreme_mean": 42.0})))
    intake = np.array([day.dry_bulb + 2 for day in days])
    found = standby(spec(DRY), days, intake, 101_325.0, 100.0)
    assert found is not None
    left = 1 - 0.02 * (42 + 0.5 * 1.8658 + 2 - 40)
    assert found.left == pytest.approx(left, abs=1e-4)
    assert found.day.name == "20-year dry bulb"
    assert found.nameplate == pytest.approx(5 * 25 / left, rel=1e-4)  # five of a quarter each, one out
    assert found.missing == 0
    small = spec(DRY, gensets={"nameplate": 1.0})
    short = standby(small, days, intake, 101_325.0, 100.0)
    assert short is not None
    assert short.nameplate == 125
    assert short.missing == pytest.approx(100 * (1 - left), rel=1e-4)
    none = Facility.model_validate({"availability": {"gensets": "none"}})
    assert standby(none, days, intake, 101_325.0, 100.0) is None
    lone = Facility.model_validate({"availability": {"gensets": {"count": 1, "needed": 1}}})
    with pytest.raises(SpecError, match="units_out is 1, and 1 gensets stand in a group"):
        standby(lone, days, intake, 101_325.0, 100.0)


@pytest.mark.parametrize("cooling", ["direct-to-chip-dry-trim", "chilled-water-tower"])
def test_san_franciscos_gensets_carry_its_design_days(cooling: str) -> None:
    """Oracle: the days' air, 2 K warmer, as hours of the year, the halls at full IT, with a unit out and with none."""
    place = replace(city("san-francisco-ca"), design=DesignConditions.model_validate("san-francisco-ca"))
    one = spec(cooling)
    built = design.built(one, design.size(one, server(), place))
    found = design.judge(built, server(), place, 100.0, 100 * room.peak_ratio(built, server(), place), {}).standby
    assert found is not None
    p, hottest = place.pressure.mean(), 34.6 + 1.8658 * 2.3
    dry, humid = np.array([28.3, 25.7, hottest]), air.humidity_ratio_from_wet_bulb([28.3, 25.7], [17.2, 18.6], p)
    humid = humid[[0, 1, 0]]
    days = Air(
        dry + 2,
        air.wet_bulb(dry + 2, humid, p),
        air.dew_point_from_vapour_pressure(air.vapour_pressure(humid, p)),
        np.full(3, p),
    )
    hours = {name: np.append(value, getattr(days, name)) for name, value in vars(place).items() if name != "design"}
    fewer = built.model_copy(update={"cooling": settled.with_units_out(built.cooling, 1)})
    full, rating = np.full((1, 8787), 100.0), np.array([100.0])
    asked = [room.respond(plant, server(), replace(place, **hours), full, rating).load[0] for plant in (built, fewer)]
    assert np.max([load[-3:] for load in asked]) > 1.01 * asked[0][:-3].max()  # the year's own hours are not enough
    carried = found.nameplate * 4 / 5 * min(1, 1 - 0.02 * (hottest + 2 - 40))
    assert carried == pytest.approx(max(load.max() for load in asked), rel=2e-4)


def test_gensets_too_small_are_an_error() -> None:
    hot = HOT.model_copy(update={"extreme_mean": 42.0})
    one = spec("direct-to-chip-dry-trim", gensets={"nameplate": 1.0})
    with pytest.raises(InfeasibleError, match=r"20-year dry bulb .* 1 genset of each group out .* leave out"):
        judged(one, sized(one, hot), hot)
    accepted = spec("direct-to-chip-dry-trim", gensets={"nameplate": 1.0}, accept_excess=True)
    assert judged(accepted, sized(accepted, hot), hot).standby.missing > 5


def test_towers_know_the_wet_bulb() -> None:
    tower = HeatRejection.model_validate("wet-tower")
    assert tower.margin is None
    found = sized(spec(TIGHT[2])).liquid
    assert found.margin_by in ("0.4 % wet bulb", "20-year dry bulb")
