"""Whole sites whose inputs are published: bands, not fits. Weather is the nearest typical year of the catalogue."""

from __future__ import annotations

import numpy as np
import pytest
from facility_cases import city, facility, plant, server

from gigacampus.campus.spec.compute import Server
from gigacampus.engines.facility.plant import Flows


def year(cooling: object, power: object, place: str, machine: Server, load: float = 1.0) -> Flows:
    """A year at a constant share of IT rating, per MW."""
    p = plant(facility(cooling, power), city(place), machine)
    return p.evaluate(np.full(8784, load), p.out)


def pue(f: Flows) -> float:
    return float(f.load.sum() / f.it.sum())


def wue(f: Flows) -> float:
    return float(f.makeup.sum() / f.it.sum())


AIR_COOLED = Server.model_validate("h100-dgx")


def test_prineville_as_designed() -> None:
    f = year("meta-air", "meta-277v", "redmond-or", AIR_COOLED)
    assert pue(f) == pytest.approx(1.07, abs=0.02)
    assert wue(f) == pytest.approx(0.31, abs=0.10)
    assert f.short.sum() == 0


def test_forest_city_needs_no_chiller() -> None:
    f = year("meta-air-humid", "meta-277v", "charlotte-nc", AIR_COOLED)
    assert pue(f) == pytest.approx(1.07, abs=0.025)
    assert f.short.sum() == 0


def test_frontier_like_plant_lies_in_the_published_band() -> None:
    """94.5 % to liquid, coolant units of about 1 %, towers in Knoxville, no UPS: 1.03 to 1.06."""
    machine = server(liquid_share=0.945, overhead_share=0.0)
    cooling = {"use": "direct-to-chip-tower", "liquid": {"supply": "35 C"}}
    assert 1.03 <= pue(year(cooling, "rack-battery", "knoxville-tn", machine, 0.6)) <= 1.06


def test_hyperion_is_plausible() -> None:
    """Monroe, GB200 racks, the default plant: not a published figure but what such campuses state."""
    f = year({}, {}, "monroe-la", server(), 0.8)
    assert 1.05 <= pue(f) <= 1.25
    assert 0 < wue(f) <= 0.5
    assert f.short.sum() == 0


def test_45_degree_water_needs_almost_no_water() -> None:
    """At Monroe, dry coolers hold a 45 °C supply in all but some tens of hours, a 35 °C supply by far not."""
    hours = {
        supply: year({"use": "direct-to-chip-dry", "liquid": {"supply": supply}}, {}, "monroe-la", server()).short.sum()
        for supply in (35.0, 45.0)
    }
    assert hours[45.0] <= 75
    assert 800 <= hours[35.0] <= 2225


def test_water_and_losses_follow_the_climate() -> None:
    """Make-up per month follows the wet bulb; a tower in Miami evaporates more than one in Duluth."""
    tower = {"use": "direct-to-chip-tower"}
    monroe = year(tower, {}, "monroe-la", server())
    monthly = monroe.makeup[: 12 * 732].reshape(12, 732).sum(axis=1)
    wet = city("monroe-la").wet_bulb[: 12 * 732].reshape(12, 732).mean(axis=1)
    assert np.corrcoef(monthly, wet)[0, 1] > 0.95
    assert wue(year(tower, {}, "miami-fl", server())) > wue(year(tower, {}, "duluth-mn", server()))
