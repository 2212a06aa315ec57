"""The doors: conservation, what must not change the answer, and what must move it one way."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from facility_cases import (
    CHAINS,
    LIFE,
    PLANTS,
    RATING,
    Air,
    facility,
    plant,
    plants,
    server,
    typical_year,
    warmer,
    weather,
)
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gigacampus.engines.facility import FacilityResult, peak_ratio, respond, settle
from gigacampus.engines.facility.outdoors import Outdoors
from gigacampus.errors import SpecError

YEAR = typical_year()
DEMAND = RATING[:, None] * np.random.default_rng(1).uniform(0.2, 1.0, (2, 8784))
PARTS = (
    "chiller",
    "pumps",
    "rejection_fans",
    "air_handlers",
    "cdu_pumps",
    "transformers",
    "ups",
    "distribution",
    "other",
)


def same(a: FacilityResult, b: FacilityResult, scale: float, names: tuple[str, ...]) -> None:
    for name in names:
        assert getattr(b, name) == pytest.approx(scale * getattr(a, name), rel=1e-9, abs=1e-9), name


@pytest.mark.parametrize("name", PLANTS)
def test_every_hour_conserves_energy_heat_and_water(name: str) -> None:
    r = settle(facility(name), server(), YEAR, LIFE, DEMAND, RATING)
    assert r.load == pytest.approx(r.it + sum(getattr(r, part) for part in PARTS), rel=1e-12)
    assert r.heat_sensible + r.heat_latent == pytest.approx(r.load, rel=1e-12)
    assert r.withdrawal == pytest.approx(r.consumption + r.blowdown, rel=1e-12, abs=1e-12)
    assert max(r.residual_energy, r.residual_water, r.residual_heat) < 1e-12
    assert r.load == pytest.approx(r.it + r.cooling + r.power_losses + r.other, rel=1e-12)
    for part in ("it", *PARTS, "evaporation", "drift", "blowdown", "excess"):
        assert np.all(getattr(r, part) >= 0), part
        assert np.all(np.isfinite(getattr(r, part))), part
    assert np.all(r.server_fans < r.it)
    assert 1.02 < r.pue < 1.6


@pytest.mark.parametrize("name", PLANTS)
def test_response_is_what_is_settled_when_all_is_served(name: str) -> None:
    spec = facility(name)
    response = respond(spec, server(), YEAR, DEMAND, RATING)
    load = LIFE.gather(response.load)
    settled = settle(spec, server(), YEAR, LIFE, DEMAND, RATING, served=load)
    assert np.array_equal(settled.load, load)
    assert not settled.unserved.any()
    assert peak_ratio(spec, server(), YEAR) >= response.load.max() / RATING.max() - 1e-12
    full = respond(spec, server(), YEAR, np.repeat(RATING[:, None], 8784, axis=1), RATING)
    assert peak_ratio(spec, server(), YEAR) >= (full.load / RATING[:, None]).max() - 1e-12


@pytest.mark.parametrize("name", PLANTS)
def test_served_power_gives_the_it_power_back(name: str) -> None:
    """Curtailed hours draw exactly what is served; hours that cannot even idle switch halls off."""
    spec, rng = facility(name), np.random.default_rng(2)
    asked = settle(spec, server(), YEAR, LIFE, DEMAND, RATING)
    served = asked.load * np.where(rng.random(LIFE.hours) < 0.05, rng.uniform(0, 1.05, LIFE.hours), 1.0)
    got = settle(spec, server(), YEAR, LIFE, DEMAND, RATING, served)
    short = served < asked.load
    assert np.array_equal(got.unserved, short)
    assert got.load[short] == pytest.approx(served[short], rel=1e-12)
    assert np.all(got.it[short] < asked.it[short])
    assert np.array_equal(got.load[~short], asked.load[~short])
    assert got.dark.sum() == (got.it == 0).sum() > 0
    assert max(got.residual_energy, got.residual_water, got.residual_heat) < 1e-12


@pytest.mark.parametrize("chain", CHAINS)
def test_load_rises_with_it(chain: str) -> None:
    p = plant(facility("direct-to-chip-adiabatic", chain), YEAR)
    hours = np.arange(0, 8784, 97)
    loads = np.array([p.at(np.full(len(hours), x), hours).load for x in np.linspace(0, 1, 60)])
    assert np.all(np.diff(loads, axis=0) > 0)
    assert np.all(loads[0] > 0)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(plants(), st.sampled_from(CHAINS), st.floats(0, 1), st.integers(0, 5))
def test_any_plant_conserves_and_rises(cooling: dict, chain: str, liquid: float, seed: int) -> None:
    rng = np.random.default_rng(seed)
    outdoors = weather(rng.uniform(-25, 38, 40), rng.uniform(0.05, 1, 40), rng.uniform(75e3, 103e3))
    p = plant(facility(cooling, chain), outdoors, server(liquid_share=liquid))
    hours = np.arange(40)
    flows = [p.at(np.full(40, x), hours) for x in (0.0, 1e-6, 0.03, 0.31, 0.32, 0.77, 1.0)]
    for f in flows:
        parts = f.it + sum(getattr(f, part) for part in PARTS)
        assert f.load == pytest.approx(parts, rel=1e-12)
        assert f.heat_sensible + f.heat_latent == pytest.approx(f.load, rel=1e-11)
        assert f.makeup == pytest.approx(f.evaporation + f.drift + f.blowdown, rel=1e-11, abs=1e-14)
        assert all(np.all(np.isfinite(values)) for values in vars(f).values())
    loads = np.array([f.load for f in flows])
    assert np.all(np.diff(loads, axis=0) > 0)


@pytest.mark.parametrize("k", [0.001, 7.0])
def test_size_cancels_out(k: float) -> None:
    spec = facility()
    a = settle(spec, server(), YEAR, LIFE, DEMAND, RATING)
    b = settle(spec, server(), YEAR, LIFE, DEMAND * k, RATING * k)
    same(a, b, k, ("load", "it", *PARTS, "makeup", "heat_latent"))
    assert b.pue == pytest.approx(a.pue, rel=1e-12)


def test_hours_do_not_know_each_other() -> None:
    """Permuted hours give permuted loads."""
    order = np.random.default_rng(3).permutation(8784)
    mixed = replace(YEAR, **{name: values[order] for name, values in vars(YEAR).items() if name != "design"})
    a = respond(facility(), server(), YEAR, DEMAND, RATING).load
    assert np.array_equal(respond(facility(), server(), mixed, DEMAND[:, order], RATING).load, a[:, order])


@pytest.mark.parametrize("name", PLANTS)
def test_an_hour_alone_is_the_hour_among_others(name: str) -> None:
    """Iterations stop for each hour by itself."""
    p = plant(facility(name), YEAR)
    hours, load = np.arange(0, 8784, 13), np.random.default_rng(4).uniform(0, 1, 676)
    together = p.at(load, hours)
    for i in range(0, 676, 26):
        alone = p.at(load[i : i + 1], hours[i : i + 1])
        assert alone.load[0] == pytest.approx(together.load[i], rel=1e-13)
        assert alone.makeup[0] == pytest.approx(together.makeup[i], rel=1e-13)


def test_same_input_same_bits() -> None:
    runs = [respond(facility("direct-to-chip-tower"), server(), YEAR, DEMAND, RATING).load for _ in range(2)]
    assert runs[0].tobytes() == runs[1].tobytes()


def energy(cooling: object, outdoors: Air, part: str, power: object = None, **machine: object) -> float:
    """Yearly energy of a part at full IT, per MW of rating."""
    p = plant(facility(cooling, power), outdoors, server(**machine))
    return float(np.sum(getattr(p.evaluate(np.ones_like(outdoors.dry_bulb), p.out), part)))


def test_more_liquid_leaves_less_to_air() -> None:
    shares = [energy({}, YEAR, "air_handlers", liquid_share=share) for share in (0.5, 0.7, 0.9, 1.0)]
    assert shares == sorted(shares, reverse=True)
    assert energy({}, YEAR, "cdu_pumps", liquid_share=0.9) == pytest.approx(
        9 * energy({}, YEAR, "cdu_pumps", liquid_share=0.1)
    )


@pytest.mark.parametrize(
    "name", ["direct-to-chip-dry", "direct-to-chip-tower", "chilled-water-tower", "air-cooled-chiller"]
)
def test_warmer_air_never_saves_energy(name: str) -> None:
    p = [plant(facility(name), warmer(YEAR, by)) for by in (0.0, 1.0, 2.0)]
    loads = [x.evaluate(np.full(8784, 0.8), x.out) for x in p]
    for colder, hotter in ((loads[0], loads[1]), (loads[1], loads[2])):
        cooling = [f.cooling_liquid + f.cooling_air for f in (colder, hotter)]
        assert np.all(cooling[1] >= cooling[0] - 1e-9)
        assert np.sum(hotter.short) >= np.sum(colder.short)


def test_fixed_fans_cost_more_and_a_warmer_set_point_less() -> None:
    fixed = {"use": "direct-to-chip-tower", "rejection": {"fan_control": "fixed"}}
    assert energy(fixed, YEAR, "rejection_fans") > 3 * energy("direct-to-chip-tower", YEAR, "rejection_fans")
    colder, warm = ({"use": "direct-to-chip-dry", "liquid": {"supply": t}} for t in (32.0, 44.0))
    assert energy(warm, YEAR, "rejection_fans") < energy(colder, YEAR, "rejection_fans")
    assert energy(warm, YEAR, "short") < energy(colder, YEAR, "short")


def test_all_latent_takes_more_water_and_no_other_energy() -> None:
    given = {"use": "direct-to-chip-tower", "water_model": "all-latent"}
    assert energy(given, YEAR, "makeup") > 1.1 * energy("direct-to-chip-tower", YEAR, "makeup")
    assert energy(given, YEAR, "load") == energy("direct-to-chip-tower", YEAR, "load")


def test_two_full_paths_lose_more_than_one_spare() -> None:
    """At half load, no-load losses of twice the units weigh more than the square of the load."""
    p = {chain: plant(facility({}, chain), YEAR).at(np.array([0.3]), np.array([0])) for chain in ("ups-2n", "ups-n1")}
    assert p["ups-2n"].ups[0] > p["ups-n1"].ups[0]


def test_a_trim_chiller_holds_what_coolers_cannot() -> None:
    """With chillers behind, no hour is short, and they run in no more hours than were short."""
    hot = warmer(YEAR, 6.0)
    bare = {"use": "direct-to-chip-tower", "liquid": {"supply": 28.0}}
    trimmed = {**bare, "chiller": "warm-water-centrifugal"}
    assert energy(bare, hot, "short") > 50
    assert energy(trimmed, hot, "short") == 0
    p = plant(facility(trimmed), hot, server(liquid_share=1.0, overhead_share=0.0))
    assert energy(trimmed, hot, "load") > energy(bare, hot, "load")
    assert p.evaluate(np.ones(8784), p.out).chiller.sum() > 0


def test_an_air_economiser_with_trim_is_never_short() -> None:
    given = {
        "use": "meta-air",
        "air": "contained-aisle",
        "loop": "chilled-water",
        "chiller": "warm-water-centrifugal",
        "rejection": "wet-tower",
    }
    short = energy("meta-air", YEAR, "short")
    assert short > 100
    assert energy(given, YEAR, "short") == 0
    assert energy(given, YEAR, "chiller") > 0


def test_short_of_power_below_zero_it_and_nothing_built() -> None:
    rating = np.array([0.0, 50.0])
    r = settle(facility(), server(), YEAR, LIFE, rating[:, None] * np.ones((2, 8784)), rating, np.zeros(LIFE.hours))
    assert np.all(r.load == 0)
    assert np.all(r.it == 0)
    assert np.isfinite(r.residual_energy)


def test_it_above_its_rating_is_refused() -> None:
    over = DEMAND.copy()
    over[1, 77] = 251.0
    with pytest.raises(SpecError, match="phase 2 asks for 251 MW in hour 77"):
        respond(facility(), server(), YEAR, over, RATING)


def test_partial_pue() -> None:
    r = settle(facility(), server(), YEAR, LIFE, DEMAND, RATING)
    assert r.ppue_liquid is not None
    assert r.ppue_air is not None
    assert 1 < r.ppue_liquid < 1.06 < r.ppue_air < 1.6
    air_only = settle(facility("meta-air"), server(), YEAR, LIFE, DEMAND, RATING)
    assert air_only.ppue_liquid is None


def test_water_of_the_towers_does_not_warm_as_load_falls() -> None:
    """Beside chillers fans hold its approach to the wet bulb at any load, by fewer cells at a tenth."""
    p = plant(facility("chilled-water-tower"), YEAR)
    load = np.array([1.0, 0.66, 0.5, 0.25, 0.1])
    one = p.side(1, load, Outdoors.of(weather(np.full(5, 26.0), 0.7)), None)
    assert np.all(one.lifted > 0)
    assert np.all(np.diff(one.bled) < 0.02)
    assert one.rejection_fans[-1] / load[-1] < one.rejection_fans[0]


def test_three_hours_by_hand() -> None:
    """Liquid to dry coolers beside air-cooled chillers, as a calculator would, for a cold, a mild and a hot hour."""
    spec = facility({"use": "direct-to-chip-dry", "air_plant": "air-cooled-chiller"}, "ups-2n")
    p = plant(spec, weather([-5.0, 20.0, 33.0], 0.5), server())
    load = 0.7
    flows = p.at(np.full(3, load), np.arange(3))
    highest = max(by_hand(1.0, t, None)["low"] for t in (-5.0, 20.0, 33.0))
    for hour, t in enumerate((-5.0, 20.0, 33.0)):
        hand = by_hand(load, t, highest)
        for name in ("rejection_fans", "chiller", "air_handlers", "cdu_pumps", "pumps", "ups", "transformers", "load"):
            assert getattr(flows, name)[hour] == pytest.approx(hand[name], rel=1e-7), (name, t)


def by_hand(x: float, t: float, highest: float | None) -> dict[str, float]:
    """One hour at an IT load x and a dry bulb t [degC], per MW of IT rating: scalars and bisection, no code of ours."""
    share = 0.9 / 1.06
    busway, ups = indoors_by_hand(x, 0.0)
    busway1, ups1 = indoors_by_hand(1.0, 0.0)
    found = liquid_by_hand(x, t, share)
    heat, full = x - x * share + busway + ups + 0.001, 1 - share + busway1 + ups1 + 0.001
    air = air_by_hand(heat, full, t)
    found |= {"chiller": air["chiller"], "air_handlers": air["air_handlers"], "pumps": found["pumps"] + air["pumps"]}
    movers = found["pumps"] + found["cdu_pumps"] + found["air_handlers"]
    found["ups"] = indoors_by_hand(x, movers)[1]  # they hang on it; that heat leaves with outside air
    served = x + busway + found["ups"] + 0.001 + movers + found["rejection_fans"] + found["chiller"]
    transformers = transformers_by_hand(served, highest or served)
    return found | {"transformers": transformers, "load": served + transformers, "low": served}


def indoors_by_hand(it: float, movers: float) -> tuple[float, float]:
    """What two busways and two UPS lose, each UPS 1.1 times what passes at full IT."""
    busway = 2 * 0.0075 * (it / 2) ** 2
    rating = 2.2 * 1.00375
    level = (it + busway + movers) / rating
    return busway, rating * (0.01093 - 0.00479 * level + 0.03231 * level**2)


def flowing(flow: float) -> float:
    """Pump power over that of full flow: of the head a share is fixed, the rest friction."""
    return float(flow * (0.4 + 0.6 * flow**1.75))


def liquid_by_hand(x: float, t: float, share: float) -> dict[str, float]:
    """Coolant units, facility water at 35 degC and dry coolers, by bisection of their fans' speed."""
    cdu, pump = 270e3 / (0.65 * 4.15e6 * 10), 208.7e3 / (0.7 * 4.18e6 * 7.5)
    coolant, full_flow = share * cdu * flowing(x), share * (1 + cdu)
    flow = (x * share + coolant) / full_flow
    pumps = full_flow * pump * flowing(flow)
    cooling = 7.5 * (1 + pumps / (flow * full_flow))
    water = flow * 5.56 / 7.5 / (1 + pump) / 1.1
    rated = math.log((1 - 1.4 * 5.56 / 11.11) / (1 - 5.56 / 11.11)) / (1 - 1.4)

    def leaving(a: float) -> float:
        units = rated * 1.5 / (a**-0.8 + 0.5 * water**-0.85) / water
        z = 1.4 * water / a
        e = math.exp(-units * (1 - z))
        return t + cooling / ((1 - e) / (1 - z * e)) - cooling

    low, high = 0.125, min(max(1.5 * x, 0.125), 1.0)
    for _ in range(200):
        middle = (low + high) / 2
        low, high = (middle, high) if leaving(middle) > 35 else (low, middle)
    return {"rejection_fans": 0.04015 * full_flow * (1 + pump) * 1.1 * high**3, "cdu_pumps": coolant, "pumps": pumps}


def air_by_hand(heat: float, full: float, t: float) -> dict[str, float]:
    """Air handlers, chilled water and air-cooled chillers for a heat of the hall, built for that at full load."""
    density = 1.008 * 101_325 / (287.042 * 291.15 * (1 + 1.607858 * 0.008))
    handlers = full * 500 / (0.78 * density * 1006 * 16.7) * max(heat / full, 0.3) ** 3
    pump = 143.7e3 / (0.7 * 4.18e6 * 7.5)
    full_flow = full * (1 + 500 / (0.78 * 1.2 * 1006 * 16.7))
    pumps = full_flow * pump * flowing((heat + handlers) / full_flow)
    reference = 1.4 * full_flow * (1 + pump)
    w, y = 18 + 16.7 - 16.7 / 0.67, max(t, 12.7)
    capacity = 1.0433825 + 0.0407073 * w + 4.506e-4 * w * w - 0.0041514 * y - 8.86e-5 * y * y - 3.467e-4 * w * y
    ratio = 0.5961915 - 0.0099496 * w + 7.888e-4 * w * w + 4.506e-4 * y + 4.875e-4 * y * y - 7.623e-4 * w * y
    part = (heat + handlers + pumps) / (reference * capacity)
    chillers = reference * capacity / 2.9 * ratio * (0.141 + 0.655 * part + 0.203 * part**2)
    return {"chiller": chillers, "air_handlers": handlers, "pumps": pumps}


def transformers_by_hand(served: float, highest: float) -> float:
    """What unit transformers, cables and the substation lose, built for the highest hour."""
    rating, grid = highest * 1.25 / 0.5, highest * 1.25 / 0.8
    unit = rating * (0.00063 + 0.0074 * (served / rating) ** 2)
    cable = rating * 0.0016 * ((served + unit) / rating) ** 2
    return unit + cable + grid * (0.00046 + 0.00287 * ((served + unit + cable) / grid) ** 2)
