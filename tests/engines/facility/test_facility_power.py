"""The power chain: elements at their load and back, redundancy, what reaches the boards, PUE by category and load."""

from __future__ import annotations

import dataclasses
import math
import re
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from facility_cases import CHAINS, facility, plant, server, typical_year
from hypothesis import given
from hypothesis import strategies as st

from gigacampus.campus import catalog
from gigacampus.campus.spec.facility import PowerChain, PowerElement, Topology
from gigacampus.campus.spec.facility.topology import usable_share
from gigacampus.engines.facility import power, settle
from gigacampus.engines.facility.part_load import PARTS, part_load
from gigacampus.runs.verify.components import end_to_end
from gigacampus.timeline import Timeline

YEAR = typical_year()
ELEMENTS = catalog.names("power_elements")
TOPOLOGIES: tuple[Topology, ...] = ("N", "N+1", "2N", "3N/2", "4N/3", "5N/4", "catcher")


def element(name: str) -> PowerElement:
    return PowerElement.model_validate(name)


@pytest.mark.parametrize("name", ELEMENTS)
@given(load=st.floats(0, 1))
def test_the_way_back_finds_the_load_again(name: str, load: float) -> None:
    one = element(name)
    drawn = np.array(load) + power.loss(one, np.array(load))
    assert float(power.given(one, drawn)) == pytest.approx(load, abs=1e-12)


@pytest.mark.parametrize("name", ELEMENTS)
def test_what_is_drawn_rises_with_what_is_given(name: str) -> None:
    load = np.linspace(0, 1, 201)
    lost = power.loss(element(name), load)
    assert np.all(lost >= 0)
    assert np.all(np.diff(load + lost) > 0)


def test_ups_fit_gives_the_efficiencies_that_it_was_fitted_to() -> None:
    load = np.array([0.25, 0.5, 0.75, 1.0])
    loss = power.loss(element("double-conversion"), load)
    assert (load / (load + loss)).tolist() == pytest.approx([0.955, 0.968, 0.967, 0.963], abs=0.002)


def test_between_its_points_a_supply_stays_between_their_efficiencies() -> None:
    load = np.linspace(0.2, 0.5, 31)
    efficiency = load / (load + power.loss(element("titanium"), load))
    assert np.all((efficiency >= 0.94 - 1e-12) & (efficiency <= 0.96 + 1e-12))
    assert power.loss(element("titanium"), np.array([0.0, 0.05])).tolist() == pytest.approx([0.1 / 0.9 - 0.1] * 2)


@pytest.mark.parametrize("out", [0.0, 3_000.0, 10_000.0])
def test_frontiers_formulas(out: float) -> None:
    """Power drawn is (P + 17 W) / 0.96 for a rectifier and (P + 13 W) / 0.98 for a node's converter."""
    for name, fixed, efficiency, rating in (
        ("frontier-rectifier", 17, 0.96, 13_670),
        ("frontier-sivoc", 13, 0.98, 13_670 / 4),
    ):
        drawn = out + rating * float(power.loss(element(name), np.array(out / rating)))
        assert drawn == pytest.approx((out + fixed) / efficiency, abs=0.02)


@pytest.mark.parametrize(
    ("topology", "share"),
    [("N", 1.0), ("N+1", 0.8), ("2N", 0.5), ("3N/2", 2 / 3), ("4N/3", 0.75), ("5N/4", 0.8), ("catcher", 0.8)],
)
def test_usable_shares(topology: Topology, share: float) -> None:
    assert usable_share(topology, 4) == pytest.approx(share)


@pytest.mark.parametrize("name", CHAINS)
@pytest.mark.parametrize("topology", TOPOLOGIES)
def test_no_unit_is_over_its_rating_when_another_is_lost(name: str, topology: Topology) -> None:
    spec = facility({}, {"use": name, "topology": topology, "substation_topology": topology, "units": 3})
    p = plant(spec, YEAR)
    for one in power.loadings(p.chain, p.highest, 100.0):
        assert one.load <= 1 + 1e-12, one
        assert one.load_one_lost <= 1 + 1e-12, one
        assert one.carried_one_lost == pytest.approx(1 - 1 / one.installed if one.installed == one.needed else 1), one
        assert one.stranded == pytest.approx(one.rating * (1 - one.needed / one.installed)), one
        waits = one.topology == "catcher" and one.installed > one.needed
        assert one.load * (one.usable if waits else one.rating) == pytest.approx(one.power), one
    racks = spec.power.supply_topology
    assert {one.topology for one in power.loadings(p.chain, p.highest, 1.0)} <= {topology, "N", racks}


@pytest.mark.parametrize("name", CHAINS)
def test_a_ups_that_carries_pumps_loses_more_and_all_of_it_leaves_as_heat(name: str) -> None:
    """Against the same plant on gensets: the loss of the element at the sum less that at IT alone, and no more."""
    spec, load = facility("direct-to-chip-dry-trim", name), np.array([0.1, 0.5, 1.0])
    ride = spec.availability.ride_through.model_copy(update={"pumps_on": "gensets"})
    other = spec.model_copy(update={"availability": spec.availability.model_copy(update={"ride_through": ride})})
    a, b = (plant(one, YEAR).at(load, np.array([0, 4000, 5000])) for one in (spec, other))
    bank = power.Chain(spec.power).hall.get("ups")
    more = 0 * load if bank is None else bank.loss(a.at_ups + a.movers) - bank.loss(a.at_ups)
    assert a.ups - b.ups == pytest.approx(more, abs=1e-12)
    assert np.all(a.cooling == b.cooling)
    assert a.heat_sensible + a.heat_latent == pytest.approx(a.load, rel=1e-12)
    assert bank is None or np.all((more[1:] > 0) & (more[1:] < 0.1 * a.movers[1:]))  # at a tenth the fit still falls


@pytest.mark.parametrize("name", CHAINS)
def test_each_element_gives_what_the_next_one_draws(name: str) -> None:
    found = {one.name: one for one in power.loadings(power.Chain(PowerChain.model_validate(name)), 1.35, 100.0)}
    assert found["transformer"].power == pytest.approx(135.0)
    for way in (("substation", "medium", "transformer"), ("ups", "distribution", "branch", "supply", "board")):
        for outer, inner in pairwise(found[place] for place in way if place in found):
            assert outer.power == pytest.approx(inner.power + inner.loss, rel=1e-12), (outer.name, inner.name)


def test_two_paths_run_at_half_or_less_and_a_lost_one_doubles_the_other() -> None:
    p = plant(facility({}, "ups-2n"), YEAR)
    found = {one.name: one for one in power.loadings(p.chain, p.highest, 1.0)}
    for name in ("transformer", "medium", "ups", "distribution"):
        assert found[name].load <= 0.51
        assert found[name].load_one_lost == pytest.approx(2 * found[name].load)


def test_a_catchers_units_run_fuller_than_those_that_share() -> None:
    """The same units stand there: four at a quarter each beside an idle one, or five at a fifth."""
    catcher, shared = (
        power.Chain(PowerChain.model_validate({"use": "ups-n1", "topology": t})).hall["ups"] for t in ("catcher", "N+1")
    )
    assert catcher.rating == shared.rating
    assert catcher.working == pytest.approx(0.8 * shared.working)
    fixed, linear, square = (getattr(catcher.element, name) for name in ("no_load", "linear", "square"))
    by_hand = catcher.rating * fixed + linear + square / catcher.working
    assert float(catcher.loss(np.array(1.0))) == pytest.approx(by_hand)


@pytest.mark.parametrize("name", CHAINS)
def test_categories_and_boards_are_in_order(name: str) -> None:
    """Further in, less IT energy is counted: PUE rises from category 1 to 3, and again to what reaches the boards."""
    one = part_load(facility({}, name), server(), YEAR, 50.0)
    assert np.all((one.pue[1] > 1) & (one.pue[1] <= one.pue[2]) & (one.pue[2] <= one.pue[3]))
    assert np.all(one.tue > one.pue[3])
    assert (one.pue[1] < one.pue[3]).all()
    assert (one.pue[2] < one.pue[3]).all() == (name == "pdu-2n")
    assert 1 + sum(one.parts.values()) == pytest.approx(one.pue[3], rel=1e-12)
    assert set(one.parts) == set(PARTS)


@pytest.mark.parametrize("name", CHAINS)
def test_fixed_losses_weigh_less_the_fuller_the_halls_are(name: str) -> None:
    one = part_load(facility({}, name), server(), YEAR, 50.0)
    energy = one.pue[3] * one.load
    assert np.all(np.diff(energy) > 0)
    assert np.all(np.diff(one.parts["other"]) < 0)
    assert one.pue[3][0] > one.pue[3][2]
    assert np.all(np.diff(one.parts["distribution"]) > 0) or name == "pdu-2n"


def test_more_units_cost_more_the_emptier_the_halls_are() -> None:
    """At a tenth of the load N < N+1 < 2N by no-load losses; a second path loses less only at full load."""
    found = {
        t: part_load(facility({}, {"use": "ups-n1", "topology": t}), server(), YEAR, 50.0) for t in ("N", "N+1", "2N")
    }
    ups = [found[t].parts["ups"] for t in ("N", "N+1", "2N")]
    assert ups[0][0] < ups[1][0] < ups[2][0]
    gaps = ups[2] - ups[0]
    assert np.all(np.diff(gaps) < 0)


def test_a_steady_year_is_what_the_hours_give() -> None:
    """A year at half load through `settle` has the PUE, WUE, categories and ITUE of the same load here."""
    life = Timeline.of([np.datetime64("2028-01-01").astype(object)], np.datetime64("2028-12-31").astype(object))
    rating = np.array([80.0])
    hours = settle(facility(), server(), YEAR, life, np.full((1, 8784), 40.0), rating)
    one = part_load(facility(), server(), YEAR, 80.0)
    assert hours.pue == pytest.approx(one.pue[3][2])
    assert hours.wue == pytest.approx(one.wue[2])
    assert hours.pue_by_category == pytest.approx({category: values[2] for category, values in one.pue.items()})
    assert hours.tue == pytest.approx(one.tue[2])


def test_size_cancels_out_but_for_the_ratings() -> None:
    small, large = (part_load(facility(), server(), YEAR, rating) for rating in (1.0, 1000.0))
    assert small.pue[3].tolist() == large.pue[3].tolist()
    for a, b in zip(small.elements, large.elements, strict=True):
        assert dataclasses.astuple(b)[8:11] == dataclasses.astuple(a)[8:11]
        assert b.groups == (math.ceil(b.rating / 5 / 150) if b.name == "substation" else 1)
        assert b.rating == pytest.approx(1000 * a.rating)
        assert b.loss == pytest.approx(1000 * a.loss)


def test_supplies_off_lose_nothing_more_than_they_draw() -> None:
    chain = power.Chain(PowerChain.model_validate("ups-2n"))
    it = np.array([0.0, 1e-4, 0.01, 0.5, 1.0])
    boards = chain.boards(it)
    assert np.all((boards >= 0) & (boards <= it))
    assert boards[0] == 0
    assert boards[-1] == pytest.approx(0.975)


def test_the_page_on_the_facility_has_the_chains_as_they_are() -> None:
    page = (Path(__file__).parents[3] / "docs/concepts/facility.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `([\w-]+)` \| ([\d.]+) % \| ([\d.]+) % \| ([\d.]+) % \|$", page, re.MULTILINE)
    assert len(rows) == 11
    for name, *shown in rows:
        assert shown == [f"{100 * end_to_end(name, load):.1f}" for load in (0.1, 0.5, 1.0)], name
