"""The statistical hall: laws that hold whatever the inputs are; the published figures stand in the ledger."""

from __future__ import annotations

import numpy as np
import pytest

from gigacampus import air
from gigacampus.campus import catalog
from gigacampus.engines.facility.outdoors import Outdoors, Weather
from gigacampus.runs.verify import lbnl
from gigacampus.runs.verify.lbnl import relations, systems
from gigacampus.runs.verify.lei_masanet import kind_and_ranges, weather

SYSTEMS = [name for name in catalog.names("lbnl_systems") if "size" in catalog.entry("lbnl_systems", name).text]
WET = ("large-airside", "large-waterside", "midsize-airside", "midsize-waterside", "midsize-water-cooled")


def drawn(system: str, samples: int = 32, **fixed: float) -> dict[str, np.ndarray]:
    """Inputs of a system, some held at a value."""
    inputs = lbnl.draw(kind_and_ranges(system)[1], samples)
    return inputs | {name: np.full((samples, 1), value) for name, value in fixed.items()}


def use(system: str, out: Outdoors, **fixed: float) -> systems.Use:
    return lbnl.KINDS[kind_and_ranges(system)[0]](drawn(system, **fixed), out)


def outdoors(city: str = "baltimore-md") -> Outdoors:
    year = weather(city)
    return Outdoors.of(year).at(np.arange(0, len(year.dry_bulb), 37))


def spread(system: str, outdoor: Weather, **given: int) -> lbnl.Spread:
    return lbnl.spread(*kind_and_ranges(system), outdoor, **given)


def test_there_are_ten_systems() -> None:
    assert len(SYSTEMS) == 10
    assert {kind_and_ranges(system)[0] for system in SYSTEMS} == set(lbnl.KINDS)


@pytest.mark.parametrize("system", SYSTEMS)
@pytest.mark.parametrize(("dry_bulb", "rh"), [(-45.0, 0.8), (12.0, 0.95), (30.0, 0.9), (46.0, 0.05), (46.0, 0.5)])
def test_any_climate_gives_a_pue_above_its_losses(system: str, dry_bulb: float, rh: float) -> None:
    """Also climates that the published table lacks: hot and humid, hot and dry, arctic."""
    found = use(system, relations.outdoors(*(np.array([x]) for x in (dry_bulb, rh, 101_325.0))))
    assert np.all(found.power > systems.heat(drawn(system)))
    assert np.all(found.power < 6)
    assert np.all((found.water >= 0) & (found.water < 12))


@pytest.mark.parametrize("system", SYSTEMS)
def test_better_machines_never_raise_pue(system: str) -> None:
    out = outdoors()
    base = use(system, out).power
    for name, value in (("ups_efficiency", 0.999), ("fan_efficiency", 0.95), ("lighting", 0.0), ("cop_error", 0.3)):
        assert np.all(use(system, out, **{name: value}).power <= base + 1e-12), name


@pytest.mark.parametrize("system", ["large-waterside", "midsize-water-cooled", "midsize-air-cooled"])
def test_warmer_air_never_lowers_the_pue_of_coils(system: str) -> None:
    one = np.array([1.0])
    found = [
        use(system, relations.outdoors(t * one, 0.5 * one, 101_325 * one)).power for t in np.arange(-20.0, 40.0, 2)
    ]
    assert np.all(np.diff(np.concatenate(found, axis=1)) >= -1e-9)


@pytest.mark.parametrize("system", WET)
def test_endless_cycles_leave_what_evaporates_or_drifts(system: str) -> None:
    """Without windage and blowdown, water takes the heat that the meter sees but for fans and pumps: all latent."""
    out = outdoors()
    clean = use(system, out, windage=0.0, cycles=1e9)
    assert np.all(clean.water <= use(system, out).water)
    heat = systems.heat(drawn(system))
    assert np.all(clean.water.max(axis=1) < 3600 / 2350 * (1.1 * heat[:, 0] + clean.power.max(axis=1) - 1))
    if "airside" not in system:
        assert np.all(clean.water > 3600 / 2560 * heat)


def test_windage_is_part_of_the_blowdown() -> None:
    """At three cycles it costs nothing until it bleeds as much as is needed, half of what evaporates."""
    out = outdoors()
    dry, some, much = (use("midsize-water-cooled", out, cycles=3.0, windage=w).water for w in (0.0, 5e-4, 0.02))
    assert np.allclose(dry, some, rtol=1e-12)
    assert np.all(much > dry)


def test_a_box_that_takes_all_air_needs_no_chiller_and_an_empty_one_no_air() -> None:
    out = outdoors()
    everything = {"dew_point_min": -90.0, "dew_point_max": 60.0, "rh_min": 0.0, "rh_max": 1.1, "supply_max": 60.0}
    open_, shut = drawn("midsize-airside", **everything), drawn("midsize-airside", rh_min=0.99, rh_max=0.991)
    assert systems.by_box(open_, out, wetting=False).free.all()
    assert np.all(systems.airside(open_, out, systems.by_box(open_, out, wetting=False)).water == 0)
    assert not systems.by_box(shut, out, wetting=False).free[:, out.dry_bulb < 0].any()
    chilled = systems.airside(shut, out, systems.by_box(shut, out, wetting=False))
    cold = out.dry_bulb < 0
    assert np.allclose(chilled.water[:, cold], systems.water_cooled(shut, out).water[:, cold])


def test_wetting_opens_hours_and_takes_water() -> None:
    out, x = outdoors("las-vegas-nv"), drawn("large-airside")
    wet, dry = (systems.by_box(x, out, wetting=wetting) for wetting in (True, False))
    assert np.all(wet.free >= dry.free)
    assert wet.free.mean() > dry.free.mean() + 0.1
    assert np.all(wet.added[wet.free & ~dry.free] > 0)
    assert np.all(wet.added[dry.free] == 0)


def test_wet_bulb_has_the_enthalpy_of_the_air() -> None:
    t, rh = (x.ravel() for x in np.meshgrid(np.linspace(-40, 45, 30), np.linspace(0.02, 1, 20)))
    out = relations.outdoors(t, rh, np.full(t.shape, 95_000.0))
    assert np.all(out.wet_bulb <= t + 1e-3)
    saturated = relations.humidity(relations.saturation_pressure(out.wet_bulb), out.pressure)
    assert np.allclose(relations.enthalpy(out.wet_bulb, saturated), out.enthalpy, atol=0.02)
    ours = air.wet_bulb(t, air.humidity_ratio_from_dew_point(air.dew_point(t, rh), out.pressure), out.pressure)
    assert np.allclose(out.wet_bulb[ours > 1], ours[ours > 1], atol=0.3)


def test_draws_fill_their_ranges_evenly() -> None:
    found = lbnl.draw({"load": (0.2, 0.8), "cycles": (3, 15)}, 64, seed=5)
    strata = np.sort(np.floor((found["load"][:, 0] - 0.2) / 0.6 * 64 + 1e-9))
    assert strata.tolist() == list(range(64))
    assert abs(np.corrcoef(found["load"][:, 0], found["cycles"][:, 0])[0, 1]) < 0.4


@pytest.mark.parametrize("system", ["large-airside", "midsize-waterside", "midsize-air-cooled"])
def test_few_hours_stand_for_the_year(system: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def band() -> list[np.ndarray]:
        found = spread(system, outdoor, samples=64)
        return [np.percentile(x, [5, 95]) for x in (found.pue, found.wue)]

    outdoor = weather("baltimore-md")
    few = band()
    monkeypatch.setattr(lbnl, "EVERY", 1)
    for part, whole, apart in zip(few, band(), (0.01, 0.05), strict=True):
        assert np.allclose(part, whole, atol=apart)


def test_the_same_seed_gives_the_same_spread() -> None:
    a, b, c = (spread("midsize-air-cooled", weather("baltimore-md"), samples=128, seed=seed) for seed in (1, 1, 2))
    assert np.array_equal(a.pue, b.pue)
    assert not np.array_equal(a.pue, c.pue)
    assert np.percentile(a.pue, 95) == pytest.approx(np.percentile(c.pue, 95), abs=0.1)
