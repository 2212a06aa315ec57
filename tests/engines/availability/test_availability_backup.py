"""Gensets, battery and fuel through an outage; cooling through an interruption; what the spec refuses."""

from __future__ import annotations

from math import comb

import numpy as np
import pytest
from availability_by_chance import draw
from hypothesis import given, settings
from hypothesis import strategies as st

from gigacampus.campus import spec
from gigacampus.campus.spec.compute import Server
from gigacampus.campus.spec.facility import CoolingPlant, Facility, Gensets
from gigacampus.engines.availability import backup
from gigacampus.engines.availability.interruption import AIR, STEEL, _metal, air_seconds, interruptions
from gigacampus.errors import SpecError

MINIMAL = """
schema_version: 1
name: Minimal
life: {end: 2038-12-31}
site: {weather: columbus-oh, grid: pjm}
compute: {phases: [{name: Hall 1, ready: 2029-01-01, power: 100 MW}]}
facility: {availability: {GIVEN}}
"""


def test_published_two_gensets_and_a_battery() -> None:
    got = backup.survival(np.array([1.0, 2.0, 2.0]), 2, 1.0, 1.0, 5.0, (1.0, 2.0, 1.0), levels=3)
    assert got == pytest.approx([1.0, 0.8704, 0.557056], abs=1e-12)


@pytest.mark.parametrize("levels", [5, 41, 101])
def test_published_one_genset_and_four_hours(levels: int) -> None:
    got = backup.survival(np.full(24, 100.0), 1, 100.0, 0.98 * 0.9, 100.0, (100.0, 400.0, 400.0), levels=levels)
    assert got[:4] == pytest.approx(np.ones(4))
    assert got[-1] == pytest.approx(0.99**20 * 0.9 * 0.98, abs=1e-12)


@pytest.mark.parametrize(("count", "needed"), [(1, 1), (3, 2), (5, 4), (8, 8)])
def test_without_battery_enough_must_run(count: int, needed: int) -> None:
    got = backup.survival(np.ones(30), count, 1 / needed, 0.97, 50.0)
    runs = 0.97 * 0.98 ** np.arange(1, 31)
    exact = sum(comb(count, j) * runs**j * (1 - runs) ** (count - j) for j in range(needed, count + 1))
    assert got == pytest.approx(exact, rel=1e-12)


@pytest.mark.parametrize("battery", [5 / 60, 1.0, 3.5])
@pytest.mark.parametrize("common", [0.0, 0.2])
def test_chain_agrees_with_drawing(battery: float, common: float) -> None:
    gensets = Gensets.model_validate(
        {"count": 4, "needed": 3, "fail_to_start": "8 %", "mean_time_to_failure": "40 h", "fuel": "12 h"}
    )
    alive = backup.of_gensets(gensets, battery, common)
    count = 40_000
    lost = draw(gensets, battery, common, count, np.random.default_rng(1))
    for hour in range(int(np.ceil(battery)), len(alive)):  # no draw loses the load before the battery is spent
        seen = float(np.mean(lost > hour))
        assert seen == pytest.approx(alive[hour], abs=4.5 * np.sqrt(0.25 / count)), hour


def test_survival_falls_with_time_and_rises_with_means() -> None:
    base = Gensets.model_validate({"count": 5, "needed": 4})
    alive = backup.of_gensets(base, 0.1, 0.05)
    assert np.all(np.diff(alive) <= 1e-15)
    assert alive[47] > 0.9
    assert alive[48] == 0
    more = backup.of_gensets(base.model_copy(update={"count": 6}), 0.1, 0.05)
    assert np.all(more >= alive - 1e-15)


def test_fuel_ends_what_gensets_carry() -> None:
    sure = Gensets.model_validate(
        {
            "count": 1,
            "needed": 1,
            "available": "100 %",
            "fail_to_start": "0 %",
            "mean_time_to_failure": "1e6 h",
            "transfer_fails": "0 %",
            "fuel": "6 h",
        }
    )
    alive = backup.of_gensets(sure, 2.0, 0.0)
    assert alive.round(4).tolist() == [1.0] * 8 + [0.0]


def test_a_start_by_hand() -> None:
    """Five gensets, four needed, none fails while it runs: all start or one does not, and the load is handed over."""
    gensets = Gensets.model_validate({"mean_time_to_failure": "1e6 h", "repair": "1e6 h", "transfer_fails": "0.5 %"})
    starts = 0.995 * (1 - 0.0094)
    carried = starts**5 + 5 * starts**4 * (1 - starts)
    assert backup.of_gensets(gensets, 5 / 60, 0.0)[0] == pytest.approx(0.995 * carried, rel=1e-4)
    starts_common = 0.995 * (1 - 0.95 * 0.0094)
    with_common = (starts_common**5 + 5 * starts_common**4 * (1 - starts_common)) * (1 - 0.05 * 0.0094)
    assert backup.of_gensets(gensets, 5 / 60, 0.05)[0] == pytest.approx(0.995 * with_common, rel=1e-4)


def test_repair_during_an_outage_by_hand() -> None:
    """Two gensets, one needed, each fails in an hour with 1/5 and is back in one with 1/2: a chain of three states."""
    runs, back = 0.8, 0.5
    up = np.array([0.0, 0.0, 1.0])
    moves = np.array([
        [back**0 * (1 - back) ** 2, 2 * back * (1 - back), back**2],
        [(1 - runs) * (1 - back), runs * (1 - back) + (1 - runs) * back, runs * back],
        [(1 - runs) ** 2, 2 * runs * (1 - runs), runs**2],
    ])  # fmt: skip
    alive = []
    for _ in range(12):
        up = up @ moves
        up[0] = 0.0
        alive.append(up.sum())
    assert backup.survival(np.ones(12), 2, 1.0, 1.0, 5.0, repair=2.0) == pytest.approx(alive, rel=1e-12)
    never = backup.survival(np.ones(12), 2, 1.0, 1.0, 5.0)
    assert np.all(np.array(alive)[1:] > never[1:])


@pytest.mark.parametrize(("battery", "start", "carries"), [("10 s", "10 s", True), ("9 s", "10 s", False)])
def test_batteries_last_until_gensets_carry(battery: str, start: str, carries: bool) -> None:
    given = {"availability": {"battery": battery, "gensets": {"start": start}}}
    if carries:
        Facility.model_validate(given)
    else:
        with pytest.raises(ValueError, match="the battery must last until they carry"):
            Facility.model_validate(given)


@pytest.mark.parametrize("duration", [0.5, 4.0, 60.0])
def test_share_of_outages_lost_by_drawing(duration: float) -> None:
    gensets = Gensets.model_validate({"count": 4, "needed": 3, "fail_to_start": "5 %", "mean_time_to_failure": "60 h"})
    rng, battery, count = np.random.default_rng(2), 0.2, 60_000
    share = float(backup.lost_share(backup.of_gensets(gensets, battery, 0.1), battery, np.array([duration]))[0])
    lasts = rng.exponential(duration, count)
    lost = np.maximum(lasts - draw(gensets, battery, 0.1, count, rng), 0.0)
    assert np.mean(lost > 0) == pytest.approx(share, abs=4.5 * np.sqrt(share / count))
    assert lost.mean() == pytest.approx(share * duration, abs=4.5 * lost.std() / np.sqrt(count))


@pytest.mark.parametrize("fuel", [0.4, 1.0, 1.6, 2.5])
def test_fuel_lasts_to_the_minute(fuel: float) -> None:
    """Sure gensets lose the outages, exponential ones, that outlast their fuel."""
    sure = {"count": 1, "needed": 1, "available": "100 %", "fail_to_start": "0 %", "mean_time_to_failure": "1e6 h"}
    gensets = Gensets.model_validate({**sure, "transfer_fails": "0 %", "fuel": f"{fuel} h"})
    alive = backup.of_gensets(gensets, 0.1, 0.0)
    share = backup.lost_share(alive, 0.1, np.array([3.0]), gensets.fuel)[0]
    assert share == pytest.approx(np.exp(-fuel / 3.0), rel=1e-5)
    drawn = draw(gensets, 0.1, 0.0, 50, np.random.default_rng(0))
    assert drawn == pytest.approx(np.full(50, fuel))


# --- Cooling through an interruption


@pytest.mark.parametrize(("metal", "transfer", "power"), [(140.0, 72.0, 1.0), (700.0, 360.0, 10.0), (50.0, 5.0, 2.0)])
def test_air_warms_as_its_equations_say(metal: float, transfer: float, power: float) -> None:
    seconds = air_seconds(9.0, metal, transfer, power, 15.0)
    air, body, step = 0.0, 0.0, seconds / 200_000
    for _ in range(200_000):
        flow = transfer / 1e3 * (air - body)
        air, body = air + step * (power - flow) / (9.0 * AIR), body + step * flow / (metal * STEEL)
    assert air == pytest.approx(15.0, rel=1e-3)


def test_metal_holds_what_reaches_it() -> None:
    alone = 9 * AIR * 15 / 5
    assert air_seconds(9, 700, 1e-6, 5, 15) == pytest.approx(alone, rel=1e-6)
    assert air_seconds(9, 700, 1e9, 5, 15) == pytest.approx((9 * AIR + 700 * STEEL) * 15 / 5, rel=1e-6)


def sides(cooling: str, server: str = "gb200-nvl72", **held: object) -> dict[str, object]:
    """Interruptions of a plant."""
    facility = Facility.model_validate({"cooling": cooling, "availability": {"ride_through": held}})
    return dict(interruptions(facility.cooling, facility.availability, Server.model_validate(server)))


def test_storage_that_is_needed_just_bridges_the_restart() -> None:
    bare = sides("chilled-water-tower", storage="0 s", air_rise="2 K", room_metal="1 kg/kW")["air"]
    assert bare.margin < 0
    seconds = bare.storage_volume * 4.186 * 8
    held = sides("chilled-water-tower", storage=f"{seconds} s", air_rise="2 K", room_metal="1 kg/kW")["air"]
    assert held.margin == pytest.approx(0.0, abs=1e-9)
    assert held.storage_volume == bare.storage_volume


def test_pumps_that_wait_for_gensets_stop_liquid_cooled_racks() -> None:
    waits = sides("direct-to-chip-dry", pumps_on="gensets", storage="600 s")["liquid"]
    assert waits.margin < 0
    assert sides("direct-to-chip-dry", pumps_on="ups", storage="600 s")["liquid"].limit > 600 > waits.limit


def test_a_hall_of_5_kw_racks_holds_what_a_rack_of_700_kg_does() -> None:
    bare = sides("air-cooled-chiller", "h100-dgx", storage="0 s", room_metal="140 kg/kW")["air"]
    assert bare.limit == pytest.approx(air_seconds(9.0, 700.0, 360.0, 5.0, 20.0), rel=5e-3)


def test_denser_halls_warm_sooner() -> None:
    """Metal of the servers over the heat that air takes from them, by hand."""
    light, dense = (sides("air-cooled-chiller", name, storage="0 s")["air"].limit for name in ("a100-dgx", "b200-dgx"))
    assert light > dense
    metal = 142 / 14.3
    assert dense == pytest.approx(air_seconds(1.8, metal, 0.514 * metal, 1.0, 20.0))
    assert dense < 60  # a published test: above 10 kW a rack within a minute
    rack = 1360 * 1.06 / (132 * (1 - 0.9 + 0.06))
    found = sides("direct-to-chip-dry", storage="0 s")["air"].limit
    assert found == pytest.approx(air_seconds(1.8, rack, 0.514 * rack, 1.0, 20.0))


def test_a_bath_holds_minutes_and_one_that_boils_seconds() -> None:
    still = {
        name: sides(name, pumps_on="gensets", storage="0 s")["liquid"] for name in ("immersion-1p", "immersion-2p")
    }
    assert still["immersion-1p"].limit == pytest.approx(10 * 2.2 * 15 + 0.3333 * 4.186 * 15)
    assert still["immersion-2p"].limit < 5


def test_what_stands_on_the_ups_needs_no_restart() -> None:
    """Outside air alone runs on; coolers wait for gensets, and a chiller takes its time after that."""
    air, waits = (sides("meta-air", "b200-dgx", pumps_on=on)["air"] for on in ("ups", "gensets"))
    assert (air.restart, waits.restart) == (0.0, 10.0)
    assert air.margin == air.limit == waits.limit
    assert sides("direct-to-chip-dry")["liquid"].restart == 10.0
    assert sides("direct-to-chip-dry-trim")["liquid"].restart == sides("air-cooled-chiller")["air"].restart == 160.0


def test_sides_follow_the_plant() -> None:
    assert set(sides("meta-air")) == {"air"}
    assert set(sides("direct-to-chip-tower")) == {"liquid", "air"}


# --- What the spec refuses


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ("feeds: 1, feeds_needed: 2", "facility.availability: feeds_needed is 2 and feeds is 1"),
        ("gensets: {count: 3}", "facility.availability.gensets: 4 gensets are needed and 3 stand there"),
        ("battery: 5 s", "the battery lasts 5.0 s and gensets.start is 10.0 s"),
        ("ups: {failures: -1 1/year}", "facility.availability.ups.failures: must be at least 0 1/year"),
        ("ups: {repair: 0 h}", "facility.availability.ups.repair: must be above 0 h"),
        ("common_cause: 120 %", "facility.availability.common_cause: must be at most 100 %"),
        ("human_error: 100 %", "facility.availability.human_error: must be at most 95 %"),
        ("cooling_units: 0", "facility.availability.cooling_units"),
        ("gensets: {mean_time_to_failure: 0.5 h}", "mean_time_to_failure and repair must be at least 1 h"),
    ],
)
def test_one_clear_error(given: str, message: str) -> None:
    with pytest.raises(SpecError) as found:
        spec.read(MINIMAL.replace("GIVEN", given), "bad.yaml")
    assert len(found.value.problems) == 1
    assert found.value.problems[0].line == 7
    assert message in str(found.value)


def test_a_part_is_overridden_where_it_stands() -> None:
    campus = spec.read(MINIMAL.replace("GIVEN", "ups: {repair: 50 h}, gensets: {count: 6}"), "good.yaml").campus
    given = campus.facility.availability
    assert (given.ups.use, given.ups.failures > 0, given.ups.repair) == ("ups", True, 50.0)
    assert (given.gensets.count, given.gensets.fuel) == (6, 48.0)


@settings(max_examples=50)
@given(st.lists(st.tuples(st.floats(0, 1), st.floats(0, 4)), min_size=1, max_size=6))
def test_what_is_placed_keeps_its_probability_and_its_mean_charge(given: list[tuple[float, float]]) -> None:
    state, place = np.array(given).T[:, :, None]
    placed = backup._placed(state, place, 5)
    assert placed.min() >= 0
    assert placed.sum(axis=1) == pytest.approx(state[:, 0])
    assert placed @ np.arange(5.0) == pytest.approx((state * place)[:, 0], abs=1e-6)


def test_a_battery_alone_carries_the_load_for_its_hours() -> None:
    none = Gensets.model_validate({"count": 0, "needed": 1})
    assert backup.of_gensets(none, 2.0, 0.1).tolist() == [1.0, 1.0, 0.0]


def test_the_metal_that_the_halls_air_meets_by_hand() -> None:
    """10 kg/kW with the network a tenth as heavy: 11 kg over 0.3 kW of air; in a bath 10."""
    server = Server.model_validate({"use": "gb200-nvl72", "overhead_share": 0.1, "liquid_share": 0.8})
    server = server.model_copy(update={"mass": 10 * server.peak_power})
    assert _metal(CoolingPlant.model_validate("direct-to-chip-dry"), server) == pytest.approx(11 / 0.3)
    assert _metal(CoolingPlant.model_validate("immersion-1p"), server) == pytest.approx(10.0)
