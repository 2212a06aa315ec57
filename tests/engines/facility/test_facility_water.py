"""Water: what is there, what is short, what comes back; every drop is counted once."""

from __future__ import annotations

import math
from datetime import date
from typing import Any

import numpy as np
import pytest
from facility_cases import LIFE, PLANTS, RATING, facility, fitted, plant, server, typical_year, weather
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from gigacampus.campus.spec.facility import Chiller, CoolingPlant, Facility, Permit, Recycling, Water
from gigacampus.engines import facility as room
from gigacampus.engines.facility import FacilityResult, cooling, permit
from gigacampus.engines.facility.cooling import chiller, glycol, water
from gigacampus.engines.facility.cooling.sides import side
from gigacampus.engines.facility.permit import Use, allot
from gigacampus.errors import SpecError
from gigacampus.timeline import Timeline

YEAR = typical_year()
DEMAND = RATING[:, None] * np.full((2, 8784), 0.8)
DRY = ("air-cooled-chiller", "direct-to-chip-dry", "direct-to-chip-dry-trim", "chilled-water-dry")
WET = [name for name in PLANTS if name not in DRY]
WET = [name for name in WET if not name.startswith("immersion")]


def settle(cooling: Any, supply: Any = None, served: Any = None, **given: Any) -> FacilityResult:
    spec = fitted(Facility.model_validate({"cooling": cooling, "water": supply, **given}))
    return room.settle(spec, server(), YEAR, LIFE, DEMAND, RATING, served)


def cubic(volume: float) -> str:
    return f"{float(volume)!r} m3"


def limit(of: FacilityResult, share: float) -> dict[str, str]:
    """A permit below what a plant draws in its months and over its years."""
    return {
        "monthly": cubic(share * LIFE.monthly(of.withdrawal).max()),
        "annual": cubic(share * LIFE.yearly(of.withdrawal).max()),
        "daily": cubic(1.2 * share * of.withdrawal.reshape(-1, 24).sum(axis=1).max()),
    }


# --- what is there


@pytest.mark.parametrize("tank", ["0 m3", "4000 m3"])
@pytest.mark.parametrize("name", WET)
def test_no_plant_draws_more_than_its_permit_and_every_drop_is_counted(name: str, tank: str) -> None:
    free = settle(name)
    permit = limit(free, 0.5)
    held = settle(name, {"permit": permit, "tank": tank, "recycling": {}})
    months, years = LIFE.monthly(held.withdrawal), LIFE.yearly(held.withdrawal)
    days = held.withdrawal.reshape(-1, 24).sum(axis=1)
    for drawn, volume in ((months, "monthly"), (years, "annual"), (days, "daily")):
        assert np.all(drawn <= float(permit[volume].split(maxsplit=1)[0]) * (1 + 1e-9)), volume
    assert held.capped.sum() > 0
    assert max(held.residual_energy, held.residual_water, held.residual_heat) < 1e-12
    gained = held.stored[-1] - float(tank.split(maxsplit=1)[0])
    lost = held.evaporation + held.drift + held.discharge
    assert held.withdrawal.sum() == pytest.approx(lost.sum() + gained, rel=1e-9)
    assert np.all(held.withdrawal >= 0)
    assert np.all((held.stored >= -1e-9) & (held.stored <= float(tank.split(maxsplit=1)[0]) + 1e-9))


@pytest.mark.parametrize("name", WET)
def test_want_of_water_shows_as_power_or_as_hours_short(name: str) -> None:
    """Nothing is clipped in silence: each hour without its water costs power, or is short, or was dry enough anyway."""
    free, held = settle(name), settle(name, {"cap": "0.02 L/kWh"})
    thirsty = held.capped
    assert np.array_equal(thirsty, free.withdrawal > 0.02 * RATING[LIFE.phase])
    assert np.array_equal(held.cooling[~thirsty], free.cooling[~thirsty])
    paid = (held.cooling > free.cooling * (1 + 1e-12)) | held.short
    assert np.all(paid[thirsty])
    assert np.all(held.withdrawal <= 0.02 * RATING[LIFE.phase] * (1 + 1e-12))
    if "tower" in name:
        lost = free.heat_latent - held.heat_latent
        assert held.missing[thirsty] == pytest.approx((free.missing + lost)[thirsty], rel=1e-9, abs=1e-9)


def test_a_tower_beside_air_cooled_chillers_is_left_out() -> None:
    cooling = {
        "use": "chilled-water-tower",
        "chiller": "code-air-cooled",
        "air": "cold-aisle",
    }
    free, held = settle(cooling), settle(cooling, {"cap": "0 L/kWh"})
    assert free.withdrawal.sum() > 0
    assert held.withdrawal.sum() == 0
    assert held.hours_short == free.hours_short
    assert held.chiller.sum() > free.chiller.sum()


def test_outside_air_without_water_is_neither_wetted_nor_humidified() -> None:
    spec = fitted(Facility.model_validate({"cooling": "meta-air", "water": {"cap": "0 L/kWh"}}))
    outdoors = weather([35.0, 20.0, 2.0], [0.2, 0.5, 0.1])
    dry, wet = plant(spec, outdoors), plant(facility("meta-air"), outdoors)
    a, b = dry.evaluate(np.ones(3), dry.out), wet.evaluate(np.ones(3), wet.out)
    assert b.makeup[0] > 0
    assert b.makeup[2] > 0
    assert a.makeup == pytest.approx(0, abs=1e-12)
    assert a.excess.tolist() == pytest.approx([35.0 - 26.7, 0, 0], abs=1e-3)
    assert a.short.tolist() == [1, 0, 1]
    assert b.short.tolist() == [0, 0, 0]


def test_control_wets_nothing_where_there_is_no_water() -> None:
    control = {"by": "optimal", "minimise": "energy"}
    found = settle("direct-to-chip-adiabatic", {"cap": "0.02 L/kWh"}, control=control)
    assert np.all(found.withdrawal <= 0.02 * RATING[LIFE.phase] * (1 + 1e-12))


@pytest.mark.parametrize("name", ["direct-to-chip-tower", "direct-to-chip-adiabatic"])
def test_a_larger_tank_or_permit_leaves_fewer_hours_without(name: str) -> None:
    free = settle(name)

    def hours(share: float, tank: float) -> int:
        return int(settle(name, {"permit": limit(free, share), "tank": f"{tank} m3"}).capped.sum())

    assert hours(0.3, 0) > hours(0.6, 0) > hours(0.6, 3e4) > hours(1.01, 0) == 0


def test_power_that_is_short_as_well_still_gives_it_back() -> None:
    supply = {"permit": limit(settle("direct-to-chip-adiabatic"), 0.4), "tank": "500 m3"}
    spec = fitted(Facility.model_validate({"cooling": "direct-to-chip-adiabatic", "water": supply}))
    asked = settle("direct-to-chip-adiabatic", supply)
    over = room.respond(spec, server(), YEAR, DEMAND, RATING, LIFE).over(LIFE)
    assert np.array_equal(over, asked.load)
    assert room.peak_ratio(spec, server(), YEAR) >= (over / RATING[LIFE.phase]).max() - 1e-12
    rng = np.random.default_rng(2)
    served = asked.load * np.where(rng.random(LIFE.hours) < 0.2, rng.uniform(0.3, 1, LIFE.hours), 1.0)
    got = settle("direct-to-chip-adiabatic", supply, served)
    short = got.unserved
    assert (short & got.capped).sum() > 0
    assert got.load[short] == pytest.approx(served[short], rel=1e-12)
    assert max(got.residual_energy, got.residual_water, got.residual_heat) < 1e-12
    assert np.all(LIFE.monthly(got.withdrawal) <= LIFE.monthly(asked.withdrawal) + 500)


def brute(supply: Water, timeline: Timeline, wet: Use, dry: Use) -> tuple[list[bool], list[float], list[float]]:
    """The same rule from the dates themselves, with every sum made anew."""
    permit = supply.permit
    assert permit is not None
    drawn: list[float] = []
    gone: list[float] = []
    parts, stored, level = [], [], supply.tank
    days = [day.item() for day in timeline.days for _ in range(24)]

    def same(unit: str, day: date, other: date) -> bool:
        return {"D": day == other, "M": (day.year, day.month) == (other.year, other.month)}.get(
            unit, day.year == other.year
        )

    def volume(unit: str, day: date) -> float:
        whole = {"D": permit.daily, "M": permit.monthly, "Y": permit.annual}[unit]
        if whole is None:
            return math.inf
        year = [
            date.fromordinal(n) for n in range(date(day.year, 1, 1).toordinal(), date(day.year + 1, 1, 1).toordinal())
        ]
        inside = [permit.cut(d) for d in year if same(unit, day, d)]
        season = permit.by_month[day.month - 1] if unit == "M" and permit.by_month else 1.0
        return whole * season * sum(inside) / len(inside)

    for h, day in enumerate(days):
        room_left = min(
            volume(unit, day) - sum(x for x, d in zip(drawn, days, strict=False) if same(unit, day, d))
            for unit in "DMY"
        )
        most = permit.discharge_monthly
        out = math.inf if most is None else most - sum(x for x, d in zip(gone, days, strict=False) if same("M", day, d))
        use, waste, part = wet.drawn[h], wet.discharge[h], 1.0
        have = max(room_left, 0.0) + level
        if use > have or waste > out:
            part = min(
                1.0,
                (have - dry.drawn[h]) / (use - dry.drawn[h]),
                (out - dry.discharge[h]) / (waste - dry.discharge[h]),
            )
            if part > 0:  # some units have all they ask for, the others run dry
                use, waste = (a * part + b * (1 - part) for a, b in ((use, dry.drawn[h]), (waste, dry.discharge[h])))
            else:
                f, part = min(1.0, have / dry.drawn[h], max(out, 0) / dry.discharge[h]), 0.0
                use, waste = f * dry.drawn[h], f * dry.discharge[h]
        first = min(use, max(room_left, 0.0))
        fill = min(supply.tank - (level - (use - first)), max(room_left, 0.0) - first)
        level += fill + first - use
        drawn.append(first + fill)
        gone.append(waste)
        parts.append(part)
        stored.append(level)
    return parts, drawn, stored


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.integers(0, 10_000))
def test_allotment_is_that_of_a_plain_reading_of_the_permit(seed: int) -> None:
    rng = np.random.default_rng(seed)
    timeline = Timeline.of([date(2027, 12, 30)], date(2028, 1, 2))
    wet = Use(*rng.uniform(1, 5, (2, 96)))
    dry = Use(*(rng.uniform(0.1, 1, 96) * values for values in (wet.drawn, wet.discharge)))
    permit: dict[str, Any] = {"daily": "60 m3", "monthly": "110 m3", "annual": cubic(rng.uniform(80, 200))}
    permit |= {"discharge_monthly": cubic(rng.uniform(60, 300)), "by_month": ["80 %"] * 11 + ["100 %"]}
    permit["droughts"] = [{"start": "2027-12-31", "end": "2028-01-01", "share": f"{rng.integers(20, 90)} %"}]
    supply = Water.model_validate({"permit": permit, "tank": f"{rng.choice([0, 30])} m3"})
    found = allot(supply, timeline, np.ones(96), wet, dry)
    parts, drawn, stored = brute(supply, timeline, wet, dry)
    assert found.scarcity.wet == pytest.approx(parts, abs=1e-9)
    assert np.sum(found.scarcity.wet < 1) > 0
    assert found.withdrawal == pytest.approx(np.array(drawn), abs=1e-9)
    assert found.stored == pytest.approx(np.array(stored), abs=1e-9)


def test_a_drought_cuts_its_months_alone() -> None:
    free = settle("direct-to-chip-tower")
    monthly = cubic(1.01 * LIFE.monthly(free.withdrawal).max())
    drought = {"start": "2028-07-01", "end": "2028-08-31", "share": "40 %"}
    held = settle("direct-to-chip-tower", {"permit": {"monthly": monthly, "droughts": [drought]}})
    months = LIFE.months.astype(str)
    struck = np.isin(months, ["2028-07", "2028-08"])
    assert np.array_equal(LIFE.monthly(held.capped.astype(float)) > 0, struck)
    assert LIFE.monthly(held.withdrawal)[struck] == pytest.approx(0.4 * float(monthly.split(maxsplit=1)[0]), rel=1e-6)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"permit": {"droughts": [{"start": "2028-01-01", "end": "2028-02-01", "share": "5 %"}]}}, "give at least one"),
        ({"permit": {"monthly": "9 m3", "droughts": [{"start": "2028-03-01", "end": "2028-02-01", "share": "0 %"}]}},
         "end must not be before start"),
        ({"permit": {"by_month": ["10 %"] * 12}}, "by_month gives shares of monthly"),
        ({"permit": {"monthly": "9 m3", "by_month": ["10 %"] * 11}}, "at least 12"),
        ({"tank": "5 m3"}, "a tank bridges a cap or a permit"),
    ],
)  # fmt: skip
def test_a_wrong_permit_is_one_clear_error(given: dict[str, Any], message: str) -> None:
    with pytest.raises(ValidationError, match=message) as error:
        Water.model_validate(given)
    assert error.value.error_count() == 1


# --- what comes back


def test_recycled_blowdown_by_hand() -> None:
    """Silica 50 of 150 mg/L gives 3 cycles; with 75 % of the blowdown back at 3 % of its salts it is 3.68."""
    quality = {"silica": "50 mg/L", "calcium": "60 mg/L", "chloride": "10 mg/L", "conductivity": "200 uS/cm"}
    recycling = {"share": "100 %", "recovery": "75 %", "passage": "3 %", "energy": "2 kWh/m3"}
    bare, spec = (
        Water.model_validate({"quality": quality}),
        Water.model_validate({"quality": quality, "recycling": recycling}),
    )
    cycles, ion = water.cycles(spec)
    assert ion == "silica"
    assert cycles == pytest.approx(0.75 + (1 - 0.03 * 0.75) * 3)
    evaporation, blowdown = 1.0, 1.0 / (cycles - 1)
    back = 0.75 * blowdown
    fresh = evaporation + blowdown - back
    salts_in = fresh * 50.0
    salts_out = blowdown * 150.0 - back * 0.03 * 150.0
    assert salts_in == pytest.approx(salts_out)
    free, held = (
        settle("direct-to-chip-tower", one.model_dump(mode="json", exclude_none=True)) for one in (bare, spec)
    )
    assert held.evaporation == pytest.approx(free.evaporation, rel=1e-12)
    assert held.recycled == pytest.approx(0.75 * held.blowdown)
    assert held.withdrawal.sum() < free.withdrawal.sum()
    assert held.pumps - free.pumps == pytest.approx(held.blowdown * 2e-3, rel=1e-9, abs=1e-12)
    assert held.residual_water < 1e-12


@pytest.mark.parametrize(
    "cooling", ["direct-to-chip-tower", "direct-to-chip-adiabatic", "meta-air", "chilled-water-tower"]
)
def test_make_up_is_cycles_over_cycles_less_one_everywhere(cooling: str) -> None:
    """Towers, pads and mist obey the limiting ion alike."""
    quality = {"silica": "30 mg/L", "calcium": "60 mg/L", "chloride": "10 mg/L", "conductivity": "200 uS/cm"}
    found = settle(cooling, {"quality": quality})
    assert (found.cycles, found.limiting_ion) == (5.0, "silica")
    assert found.makeup.sum() / found.evaporation.sum() == pytest.approx(5 / 4, rel=1e-9)
    lost = found.discharge + found.drift
    assert lost.sum() / found.withdrawal.sum() == pytest.approx(1 / 5, rel=1e-9)


def test_drier_air_evaporates_more_and_more_cycles_bleed_less() -> None:
    air = [weather([30.0], [rh]) for rh in (0.7, 0.5, 0.3)]
    for name in ("direct-to-chip-tower", "direct-to-chip-adiabatic", "meta-air"):
        drops = [float(p.evaluate(np.ones(1), p.out).evaporation[0]) for p in (plant(facility(name), a) for a in air)]
        assert drops == sorted(drops), name
        assert drops[0] < drops[-1]
    bled = [settle({"use": "direct-to-chip-tower", "rejection": {"cycles": s}}).blowdown.sum() for s in (2.0, 4.0, 8.0)]
    assert bled == sorted(bled, reverse=True)


def test_warm_discharge_is_counted_and_is_the_towers_own_water() -> None:
    found = settle("direct-to-chip-tower", {"permit": {"discharge_max": "30 C"}})
    assert found.warm_discharge.sum() > 0
    assert not settle("direct-to-chip-tower", {"permit": {"discharge_max": "45 C"}}).warm_discharge.any()
    assert not settle("direct-to-chip-dry", {"permit": {"discharge_max": "0 C"}}).warm_discharge.any()
    assert 33 < found.bled.max() < 36  # 40 C coolant less 5 K of the coolant unit and 2.2 K of the heat exchanger


def test_permits_take_volumes_in_gallons() -> None:
    assert Permit.model_validate({"daily": "23 Mgal"}).daily == pytest.approx(23e6 * 231 * 0.0254**3)


# --- heat that somebody takes


def test_energy_reuse_factor_by_hand() -> None:
    """Steady air and load: a quarter of the liquid's heat in one month of twelve, and half of that in another."""
    demand = ["0 %"] * 12
    demand[0], demand[2] = "100 %", "50 %"
    reuse = {"share": "25 %", "temperature": "42 C", "demand": demand}
    spec = fitted(Facility.model_validate({"cooling": "direct-to-chip-dry", "heat_reuse": reuse}))
    flat = weather(np.full(8784, 10.0), 0.6)
    life, it = Timeline.of([date(2027, 1, 1)], date(2027, 12, 31)), np.full((1, 8784), 80.0)
    found = room.settle(spec, server(), flat, life, it, np.array([100.0]))
    liquid = 80.0 * server().liquid_share / (1 + server().overhead_share) + found.cdu_pumps
    month = life.months.astype("datetime64[M]").astype(int)[life.month] % 12
    share = np.select([month == 0, month == 2], [0.25, 0.125], 0.0)
    assert found.reused == pytest.approx(liquid * share)
    assert found.erf == pytest.approx(np.sum(liquid * share) / np.sum(found.load))
    assert found.ere == pytest.approx((np.sum(found.load) - np.sum(found.reused)) / np.sum(found.it))
    assert found.residual_heat < 1e-12


def test_heat_is_taken_only_while_it_is_warm_enough() -> None:
    glycol = {"use": "direct-to-chip-dry", "loop": {"glycol": "50 %"}}
    reuse = {"share": "25 %", "temperature": "42 C"}
    with pytest.raises(SpecError, match=r"with its glycol the facility water returns at 39\.\d C"):
        settle(glycol, heat_reuse=reuse)
    control = {"by": "optimal", "minimise": "energy"}
    found = settle("direct-to-chip-dry", heat_reuse=reuse, control=control)
    assert found.residual_heat < 1e-12
    assert np.mean(found.reused > 0) > 0


# --- glycol, and vapour of baths


def test_glycol_in_coil_and_evaporator_by_hand() -> None:
    """A quarter of glycol: NTU of the coil 2.11 / 1.18, water 1.7 K colder, and 0.55 K more below that to the chiller.

    The oracle solves the counterflow coil by marching along it instead of by its formula.
    """
    plain, mixed = (
        CoolingPlant.model_validate({"use": "air-cooled-chiller", "loop": {"glycol": g}}) for g in ("0 %", "25 %")
    )
    assert plain.air is not None
    assert plain.loop is not None
    a, b = cooling.coil_water(plain), cooling.coil_water(mixed)
    assert a == pytest.approx(plain.air.supply + plain.air.rise - plain.air.rise / plain.air.coil_effectiveness)
    resistance = glycol.fluid(0.25).coil

    def cooled(ntu: float, z: float) -> float:
        """Cooling of unit-capacity air over the inlets' difference; z is its capacity rate over the water's."""
        low, high = 0.0, 1.0
        for _ in range(50):
            leaving = (low + high) / 2
            air_t, water_t = 1.0, z * (1 - leaving)  # water leaves where air enters
            for _ in range(200):
                step = ntu / 200 * (air_t - water_t)
                air_t, water_t = air_t - step, water_t - z * step
            low, high = (leaving, high) if air_t > leaving else (low, leaving)
        return 1 - low

    z = plain.loop.rise / plain.air.rise
    ntu = math.log((1 - z * plain.air.coil_effectiveness) / (1 - plain.air.coil_effectiveness)) / (1 - z)
    effect = cooled(ntu / resistance, z)
    assert b == pytest.approx(plain.air.supply + plain.air.rise - plain.air.rise / effect, abs=0.1)
    assert 1 < a - b < 3
    cold, _ = chiller.behind(Chiller.model_validate("code-air-cooled"), 10.0, np.array([30.0]), *glycol.fluids(mixed))
    assert 10 - cold == pytest.approx(2 * (glycol.fluid(0.25).film - 1))
    flows = [
        p.evaluate(np.ones(1), p.out)
        for p in (plant(Facility(cooling=one), weather([30.0], [0.5])) for one in (plain, mixed))
    ]
    assert flows[1].chiller[0] > 1.02 * flows[0].chiller[0]
    assert flows[1].pumps[0] > 1.2 * flows[0].pumps[0]
    assert flows[1].it == flows[0].it


def test_condensers_lift_more_with_glycol_in_their_water() -> None:
    base = {"use": "chilled-water-dry"}
    plain, mixed = (facility({**base, "loop": {"glycol": g}}) for g in ("0 %", "30 %"))
    hot = weather([33.0], [0.4])
    a, b = (p.evaluate(np.ones(1), p.out) for p in (plant(plain, hot), plant(mixed, hot)))
    assert b.chiller[0] > a.chiller[0]
    assert facility({"use": "chilled-water-tower", "loop": {"glycol": "30 %"}}).cooling.rejection
    towers = [plant(facility({"use": "chilled-water-tower", "loop": {"glycol": g}}), hot) for g in ("0 %", "30 %")]
    assert np.ptp([p.evaluate(np.ones(1), p.out).load[0] for p in towers]) == 0


def test_baths_lose_their_share_of_the_charge_whatever_they_do() -> None:
    spec = facility("immersion-2p")
    idle, busy = (room.settle(spec, server(), YEAR, LIFE, x * DEMAND, RATING) for x in (0.01, 1.0))
    charge = 1e3 * plant(spec, YEAR).liquid_share * 5.0  # kg/MW
    mean = RATING[LIFE.phase].mean()
    assert busy.fluid_lost == pytest.approx(charge * 0.05 * mean * LIFE.hours / 8766)
    assert idle.fluid_lost == busy.fluid_lost
    assert settle("immersion-1p").fluid_lost == 0


def test_outside_air_that_runs_dry_hands_over_to_its_chillers() -> None:
    cooling = {"use": "meta-air", "air": "cold-aisle", "loop": "cold-water", "chiller": "code-air-cooled"}
    free, held, bare = settle(cooling), settle(cooling, {"cap": "0 L/kWh"}), settle("meta-air", {"cap": "0 L/kWh"})
    assert free.withdrawal.sum() > 0
    assert held.withdrawal.sum() == pytest.approx(0, abs=1e-9)
    assert held.chiller.sum() > free.chiller.sum()
    assert held.hours_short < 0.1 * bare.hours_short


def test_a_recycled_blowdown_by_hand() -> None:
    """Of 10 m3/h bled half is treated at 2 kWh/m3, and nine tenths of that comes back: 4.5 m3/h for 10 kW."""
    one = side(np.ones(2), blowdown=np.array([10.0, 0.0]), pumps=np.full(2, 0.03), rejected=np.ones(2))
    treated = Recycling.model_validate({"share": 0.5, "energy": "2 kWh/m3", "recovery": 0.9})
    back = water.recycled(one, treated)
    assert back.recycled == pytest.approx([4.5, 0.0])
    assert back.pumps == pytest.approx([0.04, 0.03])
    assert back.rejected == pytest.approx([1.01, 1.0])


@pytest.mark.parametrize(
    ("have", "asked", "dry", "between", "over"),
    [(10, 10, 2, 1.0, 1.0), (6, 10, 2, 0.5, 0.6), (2, 10, 2, 0.0, 0.2), (1, 10, 2, 0.0, 0.1), (-1, 10, 2, 0.0, 0.0),
     (1, 4, 4, 0.0, 0.25), (0, 0, 0, 1.0, 1.0), (5, 4, 4, 1.0, 1.25)],
)  # fmt: skip
def test_shares_of_what_is_asked_for_by_hand(
    have: float, asked: float, dry: float, between: float, over: float
) -> None:
    assert permit._between(have, asked, dry) == pytest.approx(between)
    assert permit._over(have, asked) == pytest.approx(over)
