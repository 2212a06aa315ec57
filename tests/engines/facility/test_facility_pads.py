"""Adiabatic coolers: pads are wetted in need, one by one; and fans of condenser water hold an approach."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from facility_cases import city, facility, plant, server, typical_year, weather

from gigacampus import air
from gigacampus.campus.spec.facility import Control, Design, HeatRejection
from gigacampus.engines.facility import control, design
from gigacampus.engines.facility.cooling import coil_water, water
from gigacampus.engines.facility.cooling.rejection import Cooler
from gigacampus.engines.facility.cooling.setpoints import rules
from gigacampus.engines.facility.part_load import part_load
from gigacampus.engines.facility.plant import Plant

HOURS = 200


def test_as_many_pads_are_wetted_as_the_set_point_needs() -> None:
    """None while dry air does; then the share whose fall makes up what dry air lacks, by psychrometrics."""
    hours = weather(np.linspace(24, 44, HOURS), 0.25)
    one, full = plant(facility("direct-to-chip-adiabatic"), hours), np.ones(HOURS)
    dried = replace(rules(one.cooling), wet_above=np.array(np.inf))
    side, dry = (one.side(0, full, one.out, points) for points in (None, dried))
    assert np.all((side.makeup > 0) == (dry.excess > 1e-9))
    some = (side.makeup > 0) & (side.excess < 1e-6)
    assert some.sum() > 20
    assert one.cooling.rejection is not None
    cooler = Cooler(one.cooling.rejection, one.rated()[0][0], 7.5)
    added = water.taken_up(one.out, cooler.fall(one.out)) * cooler.air_mass * air.latent_heat(one.out.wet_bulb) / 1e3
    share = dry.excess / (0.8 * (one.out.dry_bulb - one.out.wet_bulb))
    np.testing.assert_allclose(side.latent[some], (share * added)[some], rtol=1e-6)


def test_pads_stay_dry_at_low_load_while_dry_air_is_enough() -> None:
    few = plant(facility("direct-to-chip-adiabatic"), weather([28.0, 39.0], [0.3, 0.3]))
    made = few.side(0, np.full(2, 0.1), few.out, None).makeup
    assert made[0] == 0
    assert made[1] > 0


@pytest.mark.parametrize("load", [0.3, 1.0])
def test_pads_wetted_in_all_warm_air_save_fans_and_cost_water(load: float) -> None:
    adiabatic = {"use": "direct-to-chip-adiabatic", "rejection": {"use": "adiabatic-cooler", "wetting": "warm"}}
    plants = [plant(facility(cooling), city("monroe-la")) for cooling in (adiabatic, "direct-to-chip-adiabatic")]
    warm, needed = (one.side(0, np.full(8784, load), one.out, None) for one in plants)
    assert np.all((warm.drawn > 0) >= (needed.drawn > 0))
    assert warm.drawn.sum() > needed.drawn.sum()
    assert warm.rejection_fans.sum() < needed.rejection_fans.sum()
    assert np.all(warm.excess <= needed.excess + 1e-9)
    np.testing.assert_allclose(warm.rejection_fans[warm.drawn == 0], needed.rejection_fans[warm.drawn == 0])


@pytest.mark.parametrize("name", ["phoenix-az", "monroe-la"])
@pytest.mark.parametrize("load", [0.1, 1.0])
@pytest.mark.parametrize("kind", ["direct-to-chip", "chilled-water"])
def test_pads_drink_less_than_towers(kind: str, load: float, name: str) -> None:
    """As their makers say, over a year, wherever it is and however little runs."""
    machine = server() if kind == "direct-to-chip" else server(use="h100-dgx")
    pads, tower = (
        plant(facility(f"{kind}-{cooler}"), city(name), machine).year(np.full((1, 8784), load)).drawn.sum()
        for cooler in ("adiabatic", "tower")
    )
    assert pads < tower


@pytest.mark.parametrize("name", ["chilled-water-dry", "chilled-water-adiabatic", "direct-to-chip-dry-trim"])
def test_the_reset_of_condenser_water_saves_more_fan_than_it_costs_chiller(name: str) -> None:
    """Over the year, with the approach of design in air below design; in hotter air all fans run as without it."""
    one = plant(facility(name), city("monroe-la"), server() if "chip" in name else server(use="h100-dgx"))
    full = np.ones(8784)
    for which, spec in enumerate(one.plants()):
        if spec is None:
            continue
        free = replace(rules(spec), reset=np.array(0.0))
        held, fast = (one.side(which, full, one.out, points) for points in (None, free))
        assert held.rejection_fans.sum() < fast.rejection_fans.sum()
        assert held.chiller.sum() > fast.chiller.sum()
        assert held.cooling.sum() < fast.cooling.sum()
        assert np.all(held.short <= fast.short)
        hot = one.out.dry_bulb >= 35.0
        if spec.rejection is not None and spec.rejection.kind == "dry":
            np.testing.assert_array_equal(held.cooling[hot], fast.cooling[hot])


def test_chips_above_their_limit_are_counted_before_anything_else_is() -> None:
    """Two kelvin of room: an hour counts once the coolant floats by more, and not while it is merely short."""
    hours = weather(np.linspace(20, 46, HOURS), 0.3)
    one = plant(facility({"use": "direct-to-chip-dry", "liquid": {"chip_limit": "77 C"}}), hours)
    found = one.evaluate(np.ones(HOURS), one.out)
    liquid = one.side(0, np.ones(HOURS), one.out, None)
    np.testing.assert_array_equal(found.chip_above > 0, liquid.excess > 77.0 - 75.0 + 1e-6)
    assert 0 < found.chip_above.sum() < found.short.sum()
    warm = replace(rules(one.cooling), supply=np.array(41.5))
    chosen = one.evaluate(np.ones(HOURS), one.out, (warm, None))
    assert np.all((chosen.chip_above > 0) == (chosen.excess > 0.5 + 1e-6))
    air = plant(facility("meta-air"), hours, server(use="h100-dgx"))
    assert np.all(air.evaluate(np.ones(HOURS), air.out).chip_above == 0)


def test_part_load_runs_as_the_run_does() -> None:
    """At full load and by optimal control it is the year that control chose for that load; by rules it takes more."""
    year, spec = typical_year(), facility("direct-to-chip-dry")
    optimal = spec.model_copy(update={"control": Control.model_validate({"by": "optimal"})})
    found, ruled = (part_load(one, server(), year, 100.0) for one in (optimal, spec))
    full = np.ones(8784)
    one = Plant.of(optimal, server(), year, control.held(optimal, server(), year, full))
    flows = one.year(full)
    assert found.pue[3][-1] == pytest.approx(flows.load.sum() / flows.it.sum())
    assert found.hours_short[-1] == flows.short.sum()
    assert np.all(found.pue[3] < ruled.pue[3])


def test_towers_in_the_table_of_hours_stand_behind_their_exchanger() -> None:
    """2.2 K farther from the racks than dry coolers in the same closed loop; as far where all are behind one."""
    coolers = {kind: HeatRejection.model_validate(use) for kind, use in (("dry", "dry-cooler"), ("tower", "wet-tower"))}
    plants = {"direct-to-chip-dry": {"dry": 0.0, "tower": 2.2}, "direct-to-chip-tower": {"dry": 2.2, "tower": 2.2}}
    for name, between in plants.items():
        spec = facility(name).model_copy(update={"design": Design.model_validate({"accept_excess": True})})
        judged = design.judge(spec, server(), typical_year(), 100.0, 120.0, coolers, 2.2)
        assert judged.drops == pytest.approx({kind: 5.0 + drop for kind, drop in between.items()})
        for kind, cooler in coolers.items():
            assert judged.hours[kind] == design.hours_above(typical_year(), judged.supplies, cooler, judged.drops[kind])


@pytest.mark.parametrize(
    "name", ["chilled-water-dry", "chilled-water-adiabatic", "direct-to-chip-dry", "air-cooled-chiller"]
)
def test_no_weather_aborts_a_run(name: str) -> None:
    """Air of 46 and of 52 C is cooled or counted; where the chillers' model ends all heat is missing, not the run."""
    hours = weather([30.0, 46.0, 52.0, 75.0], 0.02)
    one = plant(facility(name), hours, server(use="h100-dgx"))
    found = one.evaluate(np.ones(4), one.out)
    assert np.all(np.isfinite(found.load))
    assert found.short[0] == 0
    assert found.short[3] == (name != "chilled-water-adiabatic")  # pads bring it down to 37 C
    assert np.all(np.diff(found.excess) >= 0)
    np.testing.assert_allclose(found.heat_sensible + found.heat_latent, found.load, rtol=1e-12)


def test_all_heat_latent_is_that_of_the_water_that_is_cooled() -> None:
    """In frost the towers' water is held at what is asked for, not at what full fans could give."""
    spec = facility({"use": "chilled-water-tower", "water_model": "all-latent"})
    one = plant(spec, weather([-15.0, -5.0], 0.7), server(use="h100-dgx"))
    side = one.side(1, np.ones(2), one.out, None)
    asked = coil_water(spec.cooling) - 2.2
    heat = side.rejected - side.rejection_fans
    vaporised = 3.6 * heat / side.evaporation * 1e3  # kJ/kg
    assert np.all(side.lifted == 0)
    assert np.all(vaporised < air.latent_heat(np.array(asked)))
    assert np.all(vaporised > air.latent_heat(np.array(asked + 5.5)))
