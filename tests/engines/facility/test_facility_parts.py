"""Each part of the plant against figures that others publish, or arithmetic."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from facility_cases import facility, plant, weather
from hypothesis import given
from hypothesis import strategies as st

from gigacampus import air
from gigacampus.campus.spec.facility import Chiller, HeatRejection, OutsideAir
from gigacampus.engines.facility.cooling import chiller, exchanger, glycol, loop, outer, outside_air, water
from gigacampus.engines.facility.cooling.rejection import Cooler
from gigacampus.engines.facility.cooling.setpoints import rules
from gigacampus.engines.facility.outdoors import AIR_HEAT, Outdoors
from gigacampus.errors import SpecError


def one(x: float) -> np.ndarray:
    return np.array([x])


def at_wet_bulb(wet_bulb: float) -> Outdoors:
    """Air of a wet bulb, 3 K warmer."""
    ratio = float(air.humidity_ratio_from_wet_bulb(wet_bulb + 3, wet_bulb, 101_325.0))
    dew = air.dew_point_from_vapour_pressure(air.vapour_pressure(ratio, 101_325.0))
    return Outdoors.of(weather(wet_bulb + 3, air.relative_humidity(wet_bulb + 3, dew)))


@pytest.mark.parametrize(
    ("wet_bulb", "over", "published"),
    [(25.55, 1.0, 3.85), (10.0, 1.0, 7.77), (0.0, 1.0, 11.16), (25.55, 1.5, 6.27)],
)
def test_tower_approach_as_yorkcalc(wet_bulb: float, over: float, published: float) -> None:
    """Merkel from one design point stays within 0.3 K of York's polynomial at a range of 5.56 K."""
    tower = Cooler(HeatRejection.model_validate({"use": "wet-tower", "margin": 1.0}), 1.0, 5.56)
    leaving = tower.leaving(at_wet_bulb(wet_bulb), one(1 / over), one(1.0), one(5.56))
    assert leaving[0] - wet_bulb == pytest.approx(published, abs=0.3)


@pytest.mark.parametrize("wet_bulb", [5.0, 22.0])
def test_cells_are_shut_off_below_their_least_water(wet_bulb: float) -> None:
    """Fewer cells that each run as before: approach as it was, fans and drift by their number; above it all run."""
    tower, out = (
        Cooler(HeatRejection.model_validate({"use": "wet-tower", "margin": 1.1}), 1.0, 5.0),
        at_wet_bulb(wet_bulb),
    )
    loads = np.array([0.05, 0.1, 0.2, 0.3])
    each, running = tower.water_flow(loads)
    assert each == pytest.approx(0.4)
    assert running / running[0] == pytest.approx(loads / loads[0])
    approach = tower.approach(out, loads / running, each, np.full(4, 5.0))
    assert approach == pytest.approx(approach[0], rel=1e-9)
    fans, drift = tower.fans(loads / running, out, running), tower.drift(each * running)
    assert fans / fans[0] == pytest.approx(loads / loads[0])
    assert drift / drift[0] == pytest.approx(loads / loads[0])
    assert tower.water_flow(np.array([0.5, 1.0]))[1].tolist() == [1.0, 1.0]


def counterflow(dry_bulb: float, humidity: float, cold: float, warm: float) -> float:
    """Vapour that a kilogram of dry air takes up from a kilogram of water, cooled so far at a Lewis factor of 1."""
    t, w, step = dry_bulb, humidity, (warm - cold) / 1000
    for water_at in np.arange(cold, warm - step / 2, step):
        saturated = float(air.saturation_humidity_ratio(np.array(water_at), 101_325.0))
        driving = float(air.enthalpy(water_at, saturated)) - float(air.enthalpy(t, w))
        units = 4.18 * step / driving
        t, w = t + (water_at - t) * units, w + (saturated - w) * units
    return w - humidity


@pytest.mark.parametrize(
    ("dry_bulb", "wet_bulb", "more"),
    [(44.4, 20.4, 0.24), (30.0, 17.0, 0.12), (30.0, 26.5, 0.07), (15.0, 10.0, 0.07), (0.0, -1.0, 0.0)],
)
def test_saturated_air_takes_more_water_than_counterflow_gives_it(
    dry_bulb: float, wet_bulb: float, more: float
) -> None:
    """What the balance of a tower is known to be wrong by, as its docstring says."""
    humidity = float(air.humidity_ratio_from_wet_bulb(dry_bulb, wet_bulb, 101_325.0))
    dew = air.dew_point_from_vapour_pressure(air.vapour_pressure(humidity, 101_325.0))
    cold = wet_bulb + (4.5 if wet_bulb > 15 else 7.5)
    taken = counterflow(dry_bulb, humidity, cold, cold + 5)
    out = Outdoors.of(weather(dry_bulb, air.relative_humidity(dry_bulb, dew)))
    evaporated = water.tower_evaporation(out, one(4.18e-3 * 5), one(1.0))[0][0] / 3.6
    assert evaporated / taken - 1 == pytest.approx(more, abs=0.01)


def transfer_units(wet_bulb: float, approach: float, water_over_air: float) -> float:
    """Merkel's integral of c dT / (h_s - h) over a range of 5.56 K."""
    t = np.linspace(wet_bulb + approach, wet_bulb + approach + 5.56, 401)
    saturated = air.enthalpy(t, air.saturation_humidity_ratio(t, np.array(101_325.0)))
    entering = air.enthalpy(wet_bulb, air.saturation_humidity_ratio(np.array(wet_bulb), np.array(101_325.0)))
    return float(np.trapezoid(4.18 / (saturated - entering - 4.18 * water_over_air * (t - t[0])), t))


def test_tower_fans_take_what_code_allows() -> None:
    """The catalogue's tower at 95/85/75 F, by the integral and a fill whose KaV/L falls as (L/G)^-0.6, has the 40.2 gpm
    a horsepower of motor that ASHRAE 90.1 asks for; its motors are 93.6 % efficient."""
    tower = HeatRejection.model_validate("wet-tower")
    fill = transfer_units(tower.design_air, tower.approach, tower.capacity_ratio) * tower.capacity_ratio**0.6
    ratios = np.linspace(1.0, 1.6, 601)
    spare = [transfer_units(23.89, 5.56, x) - fill * x**-0.6 for x in ratios]
    rated = float(np.interp(0.0, spare, ratios)) / tower.capacity_ratio
    gpm = rated / (4.18 * tower.range * 0.994) * 15.85  # of a kilowatt of design heat
    horsepower = tower.fan_power * 0.936 / 0.7457
    assert gpm / horsepower == pytest.approx(40.2, rel=0.03)


def test_dry_cooler_gives_its_record() -> None:
    cooler = Cooler(HeatRejection.model_validate({"use": "dry-cooler", "margin": 1.0}), 2.931, 5.56)
    out = Outdoors.of(weather(35.0, 0.3))
    assert cooler.leaving(out, one(1.0), one(1.0), one(5.56))[0] == pytest.approx(40.55, abs=1e-9)
    assert 1e3 * cooler.fans(one(1.0))[0] == pytest.approx(117.68, rel=1e-3)


@pytest.mark.parametrize("name", ["dry-cooler", "adiabatic-cooler", "wet-tower"])
@pytest.mark.parametrize("load", [0.05, 0.4, 1.0])
def test_air_flow_brings_the_water_to_its_target(name: str, load: float) -> None:
    """At the air flow found, the water leaves at the set-point; colder air needs less of it."""
    cooler = Cooler(HeatRejection.model_validate({"use": name, "margin": 1.1}), 1.0, 7.5)
    out = Outdoors.of(weather([2.0, 12.0, 21.0, 24.0], [0.5, 0.6, 0.4, 0.5]))
    flow, cooling = cooler.water_flow(np.full(4, load))[0], np.full(4, 7.5)
    speed = cooler.air_flow(out, flow, cooling, np.array(35.0), np.ones(4))
    leaving = cooler.leaving(out, speed, flow, cooling)
    inside = speed > cooler.spec.fan_minimum * (1 + 1e-9)
    assert leaving[inside] == pytest.approx(35.0, abs=1e-5)
    assert np.all(leaving[~inside] < 35.0)
    assert np.all(np.diff(speed[:3]) >= 0)


def test_air_flow_is_at_its_most_where_the_target_cannot_be_had() -> None:
    cooler = Cooler(HeatRejection.model_validate({"use": "dry-cooler", "margin": 1.1}), 1.0, 7.5)
    out = Outdoors.of(weather([30.0, 34.9, 40.0], 0.3))
    speed = cooler.air_flow(out, cooler.water_flow(np.ones(3))[0], np.full(3, 7.5), np.array(35.0), np.full(3, 0.8))
    assert speed[1:].tolist() == pytest.approx([0.8, 0.8])


@given(st.floats(0.01, 8), st.floats(0.05, 5))
def test_effectiveness_is_the_textbooks_and_invertible(ntu: float, ratio: float) -> None:
    e = float(exchanger.effectiveness(np.array(ntu), np.array(ratio)))
    if abs(1 - ratio) > 1e-3:
        x = math.exp(-ntu * (1 - ratio))
        assert e == pytest.approx((1 - x) / (1 - ratio * x), rel=1e-9)
    assert 0 < e < min(1.0, 1 / ratio) + 1e-12
    if ntu * max(1.0, ratio) < 8 and abs(1 - ratio) > 1e-3:
        assert exchanger.ntu_for(e, ratio) == pytest.approx(ntu, rel=1e-6)


def test_a_cooler_that_no_exchanger_can_build_is_refused() -> None:
    spec = HeatRejection.model_validate({"use": "dry-cooler", "capacity_ratio": 2.5})
    with pytest.raises(SpecError, match="lower capacity_ratio"):
        _ = Cooler(spec, 1.0, 5.56).ntu


@pytest.mark.parametrize(("lift", "eta"), [(7.5, 0.50), (12.5, 0.57), (17.5, 0.63), (22.5, 0.69), (27.5, 0.71)])
def test_carnot_cop_has_the_stated_etas(lift: float, eta: float) -> None:
    assert chiller.carnot_cop(15.0, one(15 + lift))[0] == pytest.approx(eta * (15 - 2 + 273.15) / (lift + 9))


def test_carnot_cop_falls_with_lift_and_stops_at_its_ends() -> None:
    cops = chiller.carnot_cop(15.0, np.linspace(20, 45, 200))
    assert np.all(np.diff(cops) < 0)
    assert chiller.carnot_cop(15.0, one(10.0)) == chiller.carnot_cop(15.0, one(20.0))
    machine, water = Chiller.model_validate({"use": "warm-water-centrifugal", "capacity": 1.0}), glycol.fluid(0.0)
    for lift, trips in ((44.9, 0.0), (45.1, 1.0)):
        power, beyond, short = chiller.lift(machine, (water, water), one(0.4), 1.0, one(15.0), one(15.0 + lift))
        assert short[0] == trips
        assert beyond[0] == (0.4 if trips else 0.0)
        assert np.isfinite(power[0])


def test_a_carnot_machine_lifts_what_its_motor_was_rated_for() -> None:
    machine = Chiller.model_validate({"use": "warm-water-centrifugal", "capacity": 1.0})
    lifts = np.array([5.0, 15.0, 22.77, 30.0, 40.0])
    power, beyond = chiller.chill(machine, np.full(5, 2.0), 1.0, 15.0, 15.0 + lifts)
    assert (2.0 - beyond)[:3] == pytest.approx([1, 1, 1])
    assert power[2:] == pytest.approx(power[2])  # the motor is at its rating
    assert (2.0 - beyond)[3] == pytest.approx(0.71 / 0.69108 * (22.77 + 9) / (30 + 9), rel=1e-4)


def test_the_air_of_a_dry_cooler_is_what_two_selections_of_one_coil_agree_on() -> None:
    """With 30 hp instead of 40 hp fans and half the water it cools 50 C to 40 C at 36.2 C, as the maker says."""
    cooler = Cooler(HeatRejection.model_validate({"use": "dry-cooler", "margin": 1.0}), 2.931, 5.56)
    air = Outdoors.of(weather([36.2], 0.3))
    flow, air_flow = one(2514.5 / 10 / (2931 / 5.56)), one((89.48 / 117.68) ** (1 / 3))
    assert cooler.leaving(air, air_flow, flow, one(10.0))[0] == pytest.approx(40.0, abs=0.05)
    for ratio, off in ((1.0, 0.4), (1.8, -0.4)):
        other = Cooler(
            HeatRejection.model_validate({"use": "dry-cooler", "margin": 1.0, "capacity_ratio": ratio}), 2.931, 5.56
        )
        assert (other.leaving(air, air_flow, flow, one(10.0))[0] - 40.0) / off > 1


def test_curves_give_the_reference_and_agree_with_the_carnot_fraction() -> None:
    york = Chiller.model_validate({"use": "york-yk-vsd", "capacity": 1.2})
    at_reference = chiller.full_load_cop(york, 5.56, one(23.89))[0]
    assert at_reference == pytest.approx(6.84, rel=0.03)
    assert at_reference == pytest.approx(chiller.carnot_cop(5.56, one(23.89))[0], rel=0.15)
    power, beyond = chiller.chill(york, one(1.0), 1 / 1.2, 5.56, one(23.89))
    assert power[0] == pytest.approx(1 / 6.84, rel=0.03)
    assert beyond[0] == pytest.approx(0.0, abs=0.03)


def test_curves_beyond_their_box() -> None:
    """Leaving water beyond the box is refused; a hot condenser follows Carnot, a cold one is held by control."""
    york = Chiller.model_validate("york-yk-vsd")
    with pytest.raises(SpecError, match=r"outside the chiller's curves, 4\.44 to 8\.89"):
        chiller.refuse_beyond(york, np.array(12.8))
    edge, beyond = chiller.full_load_cop(york, 7.0, np.array([29.44, 35.0]))
    assert beyond == pytest.approx(edge * (29.44 - 7 + 9) / (35 - 7 + 9))
    cold = chiller.full_load_cop(york, 7.0, np.array([12.78, 5.0]))
    assert cold[0] == cold[1]


def test_chiller_power_rises_with_heat_and_stops_at_capacity() -> None:
    code = Chiller.model_validate({"use": "code-air-cooled", "capacity": 1.4})
    power, beyond = chiller.chill(code, np.linspace(0, 2, 400), 1.0, 9.0, np.full(400, 40.0))
    assert power[0] == 0
    held = beyond == 0
    assert np.all(np.diff(power[held]) > 0)
    assert np.ptp(power[~held]) < 1e-12
    assert (power + beyond)[-1] > (power + beyond)[held][-1]


@pytest.mark.parametrize(("t", "rh", "share"), [(-5, 0.6, 0.58), (5, 0.6, 0.65), (15, 0.6, 0.77), (25, 0.6, 0.88)])
def test_share_of_tower_heat_that_evaporates(t: float, rh: float, share: float) -> None:
    """Within 0.1 of the shares derived elsewhere from saturated leaving air, at a design flow of air."""
    tower = Cooler(HeatRejection.model_validate({"use": "wet-tower", "margin": 1.1}), 1.0, 5.56)
    evaporation, latent = tower.evaporation(Outdoors.of(weather(t, rh)), one(1.0), one(1.0), one(30.0), False)
    assert latent[0] == pytest.approx(share, abs=0.1)
    assert evaporation[0] == pytest.approx(latent[0] * 3600 / 2450, rel=0.03)


def test_all_latent_is_the_textbooks_figure() -> None:
    assert water.all_latent(one(1.0), one(35.0))[0][0] == pytest.approx(1.49, abs=0.005)


@given(st.floats(0, 10), st.floats(0, 3), st.floats(1.1, 20))
def test_water_balances(evaporation: float, drift: float, cycles: float) -> None:
    e, d = one(evaporation), one(drift)
    assert water.makeup(e, d, cycles) == pytest.approx(e + d + water.blowdown(e, d, cycles), rel=1e-12, abs=1e-15)


def test_saturated_air_is_found_again() -> None:
    t, p = np.array([-15.0, 0.5, 20.0, 45.0]), np.full(4, 95_000.0)
    enthalpy = air.enthalpy(t, air.saturation_humidity_ratio(t, p))
    assert water.saturated_at(enthalpy, p) == pytest.approx(t, abs=1e-9)


@pytest.mark.parametrize(
    ("t", "rh", "case"), [(-10, 0.5, "mixed"), (22, 0.5, "outside"), (33, 0.15, "wetted"), (24, 0.95, "humid")]
)
def test_outside_air_closes_its_balances(t: float, rh: float, case: str) -> None:
    """Energy and water of the hall, written out anew: what enters with outside air and heat leaves with return air."""
    spec = OutsideAir.model_validate("prineville")
    out = Outdoors.of(weather(t, rh))
    s = outside_air.condition(spec, out)
    gain = spec.rise * (1.006 + 1.86 * s.humidity)
    back = air.enthalpy(s.temperature + spec.rise, s.humidity)
    mixed = s.share * out.enthalpy + (1 - s.share) * back
    assert mixed == pytest.approx(air.enthalpy(s.temperature, s.humidity), abs=1e-9)
    assert back - air.enthalpy(s.temperature, s.humidity) == pytest.approx(gain)
    assert s.share * out.humidity + (1 - s.share) * s.humidity + s.added == pytest.approx(s.humidity, abs=1e-12)
    assert (s.share[0] < 1) == (case in ("mixed", "humid"))
    assert (s.added[0] > 0) == (case in ("mixed", "wetted"))
    assert bool(s.short[0]) == (case == "humid")


def test_outside_air_stays_in_its_box() -> None:
    """Over all weathers that are not called short, temperature, dew point and humidity hold."""
    spec = OutsideAir.model_validate({"use": "prineville", "dew_point_max": "15 C"})
    t, rh = (grid.ravel() for grid in np.meshgrid(np.linspace(-30, 48, 79), np.linspace(0.03, 1, 40)))
    out = Outdoors.of(weather(t, rh))
    s = outside_air.condition(spec, out)
    held = s.short == 0
    dew = air.dew_point_from_vapour_pressure(air.vapour_pressure(s.humidity, out.pressure))
    relative = air.vapour_pressure(s.humidity, out.pressure) / air.saturation_pressure(s.temperature)
    assert np.all((s.temperature[held] > 17.999) & (s.temperature[held] < 26.701))
    assert np.all((dew[held] > 5.499) & (dew[held] < 15.001))
    assert np.all(relative[held] < 0.65 * 1.004)
    assert np.all((s.share > 0) & (s.share <= 1))
    assert 0.5 < held.mean() < 0.95


@pytest.mark.parametrize("name", ["dry-cooler", "adiabatic-cooler"])
def test_the_air_of_dry_coolers_carries_their_heat(name: str) -> None:
    """At full speed it warms by the water's range times the ratio of the two heat capacity rates."""
    spec = HeatRejection.model_validate({"use": name, "margin": 1.2})
    cooler = Cooler(spec, 5.0, 8.0)
    warmed = spec.range * spec.capacity_ratio
    assert cooler.air_mass * AIR_HEAT * warmed == pytest.approx(5.0 * 1.2)
    assert Cooler(spec, 10.0, 8.0).air_mass == pytest.approx(2 * cooler.air_mass)


def test_condensers_are_cooled_by_what_the_coolers_reach_with_all_their_heat(monkeypatch: pytest.MonkeyPatch) -> None:
    """Chillers alone behind dry coolers, whose approach is proportional to the heat, the machines' own with it."""
    seen: list[np.ndarray] = []
    lift = chiller.lift

    def spied(*given: Any) -> Any:
        seen.append(given[5])
        return lift(*given)

    monkeypatch.setattr(chiller, "lift", spied)
    one = plant(facility("direct-to-chip-dry-trim"), weather(20.0, 0.5)).plants()[0]
    heat, t = np.ones(4), np.arange(10.0, 34.0, 6.0)
    assert one is not None
    points = replace(rules(one), free=np.array(0.0), reset=np.array(0.0))  # all fans at their most
    given = one, Outdoors.of(weather(t, 0.5)), heat, 1.0, np.full(4, 20.0), points, 20.0
    found, task = loop.cool(*given), loop._task(*given, 0.0)[0]
    cooler = outer.coolers(task)[0]
    reached = cooler.leaving(task.out, heat, cooler.water_flow(task.heat / task.full)[0], cooler.rise * heat)
    assert found.lifted.tolist() == [1.0] * 4
    assert seen[0] == pytest.approx(reached, rel=1e-9)
    assert np.all(np.diff(found.chiller) >= 0)
    assert found.chiller[-1] > found.chiller[0]


def test_a_tower_bleeds_water_at_the_set_point_while_it_holds_it_alone() -> None:
    one = plant(facility("chilled-water-tower"), weather(20.0, 0.5)).plants()[1]
    assert one is not None
    found = loop.cool(one, Outdoors.of(weather([2.0, 6.0, 30.0], 0.6)), np.full(3, 0.7), 1.0, 18.0)
    assert found.lifted[:2].tolist() == [0.0, 0.0]
    assert found.bled[:2] == pytest.approx(18.0 - outer.exchanger_drop(one))
    assert found.lifted[2] > 0
    assert found.bled[2] > 18.0
