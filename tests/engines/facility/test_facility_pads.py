"""Adiabatic coolers: pads are wetted in need, one by one; and fans of condenser water hold an approach."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from facility_cases import city, facility, plant, server, weather

from gigacampus import air
from gigacampus.engines.facility.cooling import water
from gigacampus.engines.facility.cooling.rejection import Cooler
from gigacampus.engines.facility.cooling.setpoints import rules

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
    added = water.adiabatic(one.out, 0.8)[1] * cooler.air_mass * air.latent_heat(one.out.wet_bulb) / 1e3
    share = dry.excess / (0.8 * (one.out.dry_bulb - one.out.wet_bulb))
    np.testing.assert_allclose(side.latent[some], (share * added)[some], rtol=1e-6)


def test_pads_stay_dry_at_low_load_while_dry_air_is_enough() -> None:
    few = plant(facility("direct-to-chip-adiabatic"), weather([28.0, 39.0], [0.3, 0.3]))
    made = few.side(0, np.full(2, 0.1), few.out, None).makeup
    assert made[0] == 0
    assert made[1] > 0


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
        assert held.power.sum() < fast.power.sum()
        assert np.all(held.short <= fast.short)
        hot = one.out.dry_bulb >= 35.0
        if spec.rejection is not None and spec.rejection.kind == "dry":
            np.testing.assert_array_equal(held.power[hot], fast.power[hot])
