"""Reliability blocks: closed form against all states and Monte Carlo; what makes it better or worse."""

from __future__ import annotations

import itertools
import math
from dataclasses import replace

import numpy as np
import pytest
from availability_by_chance import simulate

from gigacampus.campus.spec.compute import Server
from gigacampus.campus.spec.facility import Equipment, Facility
from gigacampus.campus.spec.facility.topology import paths, usable_share
from gigacampus.engines import availability
from gigacampus.engines.availability.layout import blocks
from gigacampus.engines.availability.reliability import (
    YEAR,
    Block,
    Item,
    Together,
    causes,
    series,
    unavailability,
)
from gigacampus.errors import SpecError

SERVER = Server.model_validate("gb200-nvl72")


def drawn(rng: np.random.Generator, most: int = 3, worst: float = 3.0) -> list[Block]:
    """Some blocks in series, of a few legs and items."""
    found = []
    for b in range(int(rng.integers(1, most))):
        units = int(rng.integers(1, 4))
        items = tuple(
            Item(f"item {i}", float(rng.uniform(0.05, worst)), float(rng.uniform(2, 300)))
            for i in range(int(rng.integers(1, 3)))
        )
        found.append(Block(f"block {b}", items, units, int(rng.integers(1, units + 1))))
    return found


def closed(found: list[Block], common: float) -> Together:
    """All blocks in series."""
    return series([cause for block in found for cause in causes(block, common)])


def enumerated(found: list[Block], common: float) -> tuple[float, float, float]:
    """Availability, frequency and lost share over all states of all items, common causes as items of their own."""
    parts: list[tuple[int, int, float, float]] = []  # block, leg (-1: all), failures, repair
    for b, block in enumerate(found):
        for item in block.items:
            parts += [(b, leg, (1 - common) * item.failures, item.repair) for leg in range(block.units)]
            parts += [(b, -1, common * item.failures, item.repair)] if common > 0 else []

    def served(up: tuple[int, ...]) -> float:
        least = 1.0
        for b, block in enumerate(found):
            ok = [True] * block.units
            for (of, leg, _, _), works in zip(parts, up, strict=True):
                if of == b and not works:
                    ok = [False] * block.units if leg < 0 else [o and i != leg for i, o in enumerate(ok)]
            least = min(least, sum(ok) / block.needed)
        return least

    down = [unavailability(failures, repair) for _, _, failures, repair in parts]
    whole = frequency = lost = 0.0
    for up in itertools.product((1, 0), repeat=len(parts)):
        chance = math.prod(1 - q if works else q for works, q in zip(up, down, strict=True))
        share = served(up)
        lost += chance * (1 - share)
        if share >= 1:
            whole += chance
            for i, works in enumerate(up):
                if works and served((*up[:i], 0, *up[i + 1 :])) < 1:
                    frequency += chance * parts[i][2]
    return whole, frequency, lost


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("common", [0.0, 0.05, 0.4])
def test_closed_form_is_that_of_all_states(seed: int, common: float) -> None:
    found = drawn(np.random.default_rng(seed))
    if sum(len(block.items) * (block.units + 1) for block in found) > 11:
        found = found[:1]
    got = closed(found, common)
    assert (got.availability, got.frequency, got.lost) == pytest.approx(enumerated(found, common), rel=1e-9)


@pytest.mark.parametrize("seed", range(10))
@pytest.mark.parametrize("common", [0.0, 0.1])
def test_monte_carlo_agrees_within_sampling_error(seed: int, common: float) -> None:
    found = drawn(np.random.default_rng(100 + seed), most=5)
    exact, drawn_ = closed(found, common), simulate(found, common, 4000, seed)
    assert drawn_.hours == pytest.approx(exact.lost * YEAR, abs=4.5 * drawn_.hours_error + 1e-9)
    assert drawn_.frequency == pytest.approx(exact.frequency, abs=4.5 * drawn_.frequency_error + 1e-9)


@pytest.mark.parametrize("common", [0.0, 0.05])
def test_a_whole_facility_by_monte_carlo(common: float) -> None:
    facility = Facility.model_validate({"availability": {"common_cause": f"{common:.0%}", "restart": "0 h"}})
    given = facility.availability
    exact = availability.assess(facility, SERVER, 1.0, 1.0)
    people = next(part for part in exact.contributions if part.kind == "people")
    errs = Item("people", people.frequency / (1 - people.down / YEAR), given.human_repair)
    found = (*blocks(facility), Block("people", (errs,)))
    got = simulate(found, common, 20_000, 7, given.gensets, given.battery)
    assert got.hours == pytest.approx(exact.unserved_hours, abs=4 * got.hours_error)
    assert got.frequency == pytest.approx(exact.frequency, abs=4 * got.frequency_error)


@pytest.mark.parametrize("substation", ["N", "N+1", "2N"])
def test_the_grids_side_behind_backup_by_monte_carlo(substation: str) -> None:
    """Outages of a breaker and of a transformer last differently, and fuel ends in the longer ones."""
    facility = Facility.model_validate(
        {"power": {"substation_topology": substation}, "availability": {"common_cause": "2 %", "restart": "0 h"}}
    )
    given = facility.availability
    grid = [block for block in blocks(facility) if block.backed]
    exact = [c for c in availability.assess(facility, SERVER, 1, 1).contributions if c.block in ("feeds", "substation")]
    got = simulate(grid, 0.02, 60_000, 3, given.gensets, given.battery)
    assert got.hours == pytest.approx(sum(c.down for c in exact), abs=4 * got.hours_error)
    assert got.frequency == pytest.approx(sum(c.frequency for c in exact), abs=4 * got.frequency_error)


NEVER = {"available": "0 %", "start": "0 s"}
"""Gensets that are never there."""


@pytest.mark.parametrize("units", [4, 10, 20, 40])
def test_a_substation_one_transformer_short_carries_the_rest(units: int) -> None:
    """Behind gensets that never start, by hand: j of n transformers carry j/n, by the binomial law, all the time."""
    power = {"substation_units": units}
    given = {"common_cause": "0 %", "restart": "0 h", "human_error": "0 %", "gensets": NEVER, "battery": "1e-9 h"}
    facility = Facility.model_validate({"power": power, "availability": given})
    parts = {c.block: c for c in availability.assess(facility, SERVER, 1, 1).contributions}
    up = math.prod(1 - unavailability(f, r) for f, r in ((0.099864, 10), (0.090228, 285)))
    all_ = units + 1
    lost = sum(math.comb(all_, j) * up**j * (1 - up) ** (all_ - j) * max(1 - j / units, 0.0) for j in range(all_ + 1))
    assert parts["substation"].down == pytest.approx(YEAR * lost, rel=1e-5)  # a few gensets are mended in time


@pytest.mark.parametrize("units", [1, 4, 20, 100])
@pytest.mark.parametrize("topology", ["N", "N+1"])
def test_backup_never_makes_it_worse(units: int, topology: str) -> None:
    power = {"substation_units": units, "substation_topology": topology}
    none, backed = (
        availability.assess(Facility.model_validate({"power": power, "availability": given}), SERVER, 1, 1)
        for given in ({"gensets": "none", "battery": "0 h"}, {})
    )
    for block in ("feeds", "substation"):
        bare, better = (sum(c.down for c in one.contributions if c.block == block) for one in (none, backed))
        assert better < bare
    assert backed.unserved_hours < none.unserved_hours
    assert none.backup_survival == pytest.approx(0.0, abs=1e-9)


def test_the_same_seed_gives_the_same_estimate() -> None:
    found = drawn(np.random.default_rng(3))
    assert simulate(found, 0.05, 200, 5) == simulate(found, 0.05, 200, 5)
    assert simulate(found, 0.05, 200, 5) != simulate(found, 0.05, 200, 6)


def test_independence_misleads() -> None:
    items = tuple(Item(*given) for given in (("feed", 1.717, 2.7), ("transformer", 0.0902, 285), ("ups", 0.55, 25)))
    alone, together = (closed([Block("path", items, 2, 1)], common).lost for common in (0.0, 0.05))
    assert together > 8 * alone


def assess(**given: object) -> availability.AvailabilityResult:
    """The default facility with some of its availability changed."""
    return availability.assess(Facility.model_validate({"availability": given}), SERVER, 1e6, 1e6, 3.0)


@pytest.mark.parametrize(
    ("worse", "better"),
    [
        ({"common_cause": "10 %"}, {"common_cause": "5 %"}),
        ({"feeds": 1}, {"feeds": 2}),
        ({"cooling_spares": 0}, {"cooling_spares": 1}),
        ({"cooling_spares": 1, "common_cause": "0 %"}, {"cooling_spares": 2, "common_cause": "0 %"}),
        ({"gensets": "none"}, {}),
        ({"gensets": {"count": 4}}, {"gensets": {"count": 5}}),
        ({"gensets": {"fuel": "6 h"}}, {"gensets": {"fuel": "48 h"}}),
        ({"gensets": {"fail_to_start": "5 %"}}, {}),
        ({"battery": "5 min"}, {"battery": "6 h"}),
        ({"gensets": "none", "battery": "0 h"}, {"gensets": "none"}),
        ({"gensets": {"fuel": "1.5 h"}}, {"gensets": {"fuel": "1.6 h"}}),
        ({"gensets": {"fuel": "0.4 h"}}, {"gensets": {"fuel": "0.5 h"}}),
        ({"common_repair": "40 h"}, {"common_repair": "8 h"}),
        ({"pump": {"repair": "80 h"}}, {}),
        ({"pump": {"common_repair": "39 h"}}, {}),
        ({"coolant_unit": "pump"}, {}),
        ({"controls": {"failures": "1 1/year"}}, {}),
        ({"transfer_switch": {"repair": "80 h"}}, {}),
        ({"human_error": "60 %"}, {}),
        ({"human_repair": "4 h"}, {}),
        ({"gensets": {"transfer_fails": "2 %"}}, {}),
        ({"gensets": {"repair": "300 h"}}, {}),
        ({"restart": "2 h"}, {"restart": "1 h"}),
        ({"ride_through": "unbuffered"}, {}),
    ],
)
def test_what_is_better_serves_more(worse: dict[str, object], better: dict[str, object]) -> None:
    assert assess(**worse).unserved_hours > assess(**better).unserved_hours


def test_contributions_sum_to_the_whole_but_for_what_they_share() -> None:
    found = assess()
    for hours, parts in (
        (found.unserved_hours, found.contributions),
        (found.shares[0].hours, found.independent),
    ):
        whole = sum(part.hours for part in parts)
        assert hours <= whole <= hours * 1.01
        assert list(parts) == sorted(parts, key=lambda part: -part.hours)
    assert {part.kind for part in found.independent} == {"independent", "people"}


def test_worth_follows_the_hours() -> None:
    found, dearer = assess(), assess(accelerator_hour="5.30 USD/h")
    assert found.unserved_energy == pytest.approx(1e6 * found.unserved_hours / YEAR)
    assert found.unserved_cost == pytest.approx(2.65 * 1e6 * found.unserved_hours / YEAR)
    assert dearer.unserved_cost == pytest.approx(2 * found.unserved_cost)


@pytest.mark.parametrize(
    "given",
    [
        {"ups": {"failures": "100000 1/year", "repair": "100 h"}},
        {"restart": "500 h", "controls": {"failures": "1e6 1/year", "repair": "0.01 h"}},
        {"restart": "500 h", "human_error": "95 %", "human_repair": "24 h"},
    ],
)
def test_no_year_has_more_hours_than_a_year(given: dict[str, object]) -> None:
    found = assess(**given)
    assert 0.6 * YEAR < found.unserved_hours <= YEAR
    assert all(part.hours <= YEAR for part in found.contributions)


def test_restarts_by_living_through_them() -> None:
    """Up for an exponential time, down for another; of every time up the first hours are the restart."""
    cause, restart = next(causes(Block("one", (Item("one", 300.0, 5.0),)), 0.0)), 20.0
    rng, count = np.random.default_rng(4), 400_000
    up, down = rng.exponential(YEAR / 300, count), rng.exponential(5.0, count)
    share = (down.sum() + np.minimum(up, restart).sum()) / (up.sum() + down.sum())
    assert availability.hours_lost([cause], restart) == pytest.approx(YEAR * share, rel=5e-3)


def test_common_causes_are_mended_in_their_own_time() -> None:
    """Each common cause takes in proportion to its repair; nothing else changes."""
    found = {hours: assess(common_repair=f"{hours} h", restart="0 h") for hours in (4, 8)}
    by_cause = {h: {(c.block, c.kind, c.item): c for c in one.contributions} for h, one in found.items()}
    for key, cause in by_cause[4].items():
        twice = by_cause[8][key]
        if key[1] == "common" and key[0] not in ("feeds", "substation"):
            assert twice.down == pytest.approx(2 * cause.down, rel=1e-2)
        elif key[1] == "independent":
            assert twice.down == pytest.approx(cause.down)
    assert found[4].shares[0] == found[8].shares[0]
    assert found[4].shares[0].hours < found[4].unserved_hours < assess().unserved_hours


def test_shares_of_common_causes_are_runs_of_their_own() -> None:
    """At each share, what a spec with that share and its own repairs finds, and one with whole repairs."""
    found, whole = assess(), dict.fromkeys(("ups", "pump", "air_handler", "chiller", "cooler", "coolant_unit"))
    assert [one.common_cause for one in found.shares] == pytest.approx([0.0, 0.01, 0.05])
    rates = Facility.model_validate({}).availability
    slow = {name: {"common_repair": f"{getattr(rates, name).repair} h"} for name in whole}
    for one in found.shares:
        share = f"{100 * one.common_cause} %"
        assert one.hours == pytest.approx(assess(common_cause=share).unserved_hours)
        assert one.whole == pytest.approx(assess(common_cause=share, **slow).unserved_hours)
    assert found.shares[0].hours < found.unserved_hours == found.shares[-1].hours < found.shares[-1].whole


def test_backup_is_better_where_less_strikes_at_once() -> None:
    found = [assess(common_cause=f"{beta} %") for beta in (0, 0.2, 1, 5, 10)]
    survival, lost = ([getattr(one, name) for one in found] for name in ("backup_survival", "backup_lost"))
    assert survival == sorted(survival, reverse=True)
    assert lost == sorted(lost)


def test_common_repair_by_monte_carlo() -> None:
    found = [
        replace(block, items=tuple(replace(item, common_repair=60.0) for item in block.items))
        for block in drawn(np.random.default_rng(5), most=4)
    ]
    exact, got = closed(found, 0.2), simulate(found, 0.2, 4000, 1)
    assert got.hours == pytest.approx(exact.lost * YEAR, abs=4.5 * got.hours_error)


def test_a_liquid_side_that_takes_no_heat_decides_nothing() -> None:
    plant = {"use": "direct-to-chip-dry", "liquid_share": "0 %"}
    found, air = (
        availability.assess(Facility.model_validate({"cooling": cooling}), SERVER, 1, 1)
        for cooling in (plant, "chilled-water-dry")
    )
    assert set(found.cooling) == {"air"}
    assert found.unserved_hours == pytest.approx(air.unserved_hours)
    assert "coolant_units" not in {part.block for part in found.contributions}
    by_server = availability.assess(
        Facility.model_validate({"cooling": "direct-to-chip-dry"}), Server.model_validate("h100-dgx"), 1, 1
    )
    assert set(by_server.cooling) == {"air"}


def test_people_cause_their_share_of_all_interruptions() -> None:
    for share in (0.0, 0.3, 0.6):
        found = assess(human_error=f"{share:.0%}")
        people = next(part for part in found.contributions if part.kind == "people")
        assert people.frequency / sum(part.frequency for part in found.contributions) == pytest.approx(share, abs=0.002)
        assert people.down == pytest.approx(people.frequency * 1.6, abs=1e-9)


def test_a_pair_of_controllers_by_hand() -> None:
    """0.1 a year, 4 h: one is down q = 4.566e-5 of the time; both fall short 2 q 0.1 a year, for 2 h."""
    controls = closed([named()["controls"]], 0.0)
    q = 0.1 * 4 / 8760
    assert controls.frequency == pytest.approx(2 * q * 0.1, rel=1e-3)
    assert 1 - controls.availability == pytest.approx(q * q, rel=1e-3)


def test_a_coolant_unit_is_two_pumps_of_which_one_carries() -> None:
    pump, unit = Equipment.model_validate("pump"), Equipment.model_validate("coolant-unit")
    pair = closed([Block("pumps", (Item("pump", pump.failures, pump.repair),), 2, 1)], 0.0)
    assert unit.failures == pytest.approx(pair.frequency / pair.availability, rel=1e-2)
    assert unavailability(unit.failures, unit.repair) == pytest.approx(1 - pair.availability, rel=0.01)


# --- From the facility to its blocks


def named(**given: object) -> dict[str, Block]:
    """Blocks of a facility by name."""
    return {block.name: block for block in blocks(Facility.model_validate(given))}


def test_blocks_follow_the_topology() -> None:
    assert (named(power="ups-2n")["units"].needed, named(power="ups-2n")["units"].units) == (1, 2)
    assert "busways" not in named(power="ups-2n")
    assert named(power="ups-n1")["busways"].units == named(power="ups-n1")["units"].needed == 4
    assert [item.name for item in named(power="ups-catcher")["busways"].items] == ["static_switch", "busway"]
    assert [item.name for item in named(power="ups-n1")["busways"].items] == ["busway"]
    assert [item.name for item in named(power="rack-battery")["units"].items].count("ups") == 0
    assert (named(power="meta-277v")["units"].needed, named(power="meta-277v")["units"].units) == (4, 4)


def test_blocks_follow_the_cooling_plant() -> None:
    assert set(named(cooling="meta-air")) == {"feeds", "substation", "units", "air_handlers", "controls"}
    liquid = named(cooling="direct-to-chip-dry")
    assert {"coolant_units", "pumps", "coolers", "chillers_air", "air_handlers_air"} <= set(liquid)
    assert "chillers" not in liquid


@pytest.mark.parametrize("topology", ["N", "N+1", "2N", "3N/2", "4N/3", "5N/4"])
def test_what_may_not_carry_load_is_stranded(topology: str) -> None:
    facility = Facility.model_validate({"power": {"topology": topology, "units": 3}})
    needed, units = paths(facility.power.topology, 3)
    assert availability.assess(facility, SERVER, 1, 1).stranded["units"] == pytest.approx(1 - needed / units)
    assert usable_share(facility.power.topology, 3) == needed / units


# --- Bad input


def test_more_needed_than_there_are() -> None:
    with pytest.raises(SpecError, match="units: 3 of 2 units are needed"):
        Block("units", (Item("ups", 0.5, 25),), 2, 3)


@pytest.mark.parametrize("given", [(-0.1, 25.0), (0.5, 0.0), (0.5, -1.0), (math.nan, 1.0)])
def test_rates_that_cannot_be(given: tuple[float, float]) -> None:
    with pytest.raises(SpecError, match=r"ups: .* the rate must not be negative"):
        Item("ups", *given)
