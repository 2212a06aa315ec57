"""What stages hand to the rooms, and what a campus measures for its deal, by hand on the small campus.

Each test takes a room's door away, calls the stage, and looks at what the door was asked.
"""

from __future__ import annotations

import importlib
import inspect
import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from campuses import run

from gigacampus.campus import catalog
from gigacampus.engines.finance import Under
from gigacampus.runs import deals, doors
from gigacampus.runs.pipeline import Run

Asked = Callable[[str, Callable[[Run], Any]], dict[str, Any]]


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> Asked:
    """What a stage asks a door, by the door's own names; ``engines.<room>:<door>``."""

    def ask(door: str, stage: Callable[[Run], Any]) -> dict[str, Any]:
        room, name = door.split(":")
        module = importlib.import_module(f"gigacampus.engines.{room}")
        signature, found = inspect.signature(getattr(module, name)), {}

        def take(*args: Any, **kwargs: Any) -> None:
            bound = signature.bind(*args, **kwargs)
            bound.apply_defaults()
            found.update(bound.arguments)

        for stage_needed in ("finance", "monthly"):  # all results stand before the door is away
            run("small").get(stage_needed)
        run("small").kpi  # noqa: B018
        monkeypatch.setattr(module, name, take)
        stage(run("small"))
        return found

    return ask


def small() -> Run:
    return run("small")


def powers() -> list[float]:
    return [phase.power for phase in small().campus.compute.built]


def rating() -> float:
    """IT rating of all phases, which are given by what they draw [MW]."""
    return sum(powers()) / small().peak_ratio


def servers_of(power: float) -> float:
    server = small().campus.compute.server
    return power / small().peak_ratio * 1e3 / (server.peak_power * (1 + server.overhead_share))


def last() -> Any:
    r = small()
    return np.flatnonzero(r.timeline.phase == len(powers()) - 1)


def draws(activity: float) -> float:
    """A server with its share of network and storage [MW]."""
    server = small().campus.compute.server
    return (server.idle_power + activity * (server.peak_power - server.idle_power)) * (1 + server.overhead_share) / 1e3


def test_the_small_campus_tells_flows_apart() -> None:
    """What a wrong wire would swap is not the same, nor nothing."""
    r = small()
    for one, other in (
        (r.facility.withdrawal, r.facility.consumption),
        (r.facility.load, r.facility.it),
        (r.supply.dispatch.curtailed, r.supply.dispatch.unserved),
        (r.site.price, np.full_like(r.site.price, r.site.price.max())),
    ):
        assert one.sum() > 0
        assert other.sum() > 0
        assert one.sum() != pytest.approx(other.sum(), rel=0.01)
    assert r.offer.checkpoint_interval[0] != pytest.approx(r.offer.checkpoint_interval[-1], rel=0.01)
    assert r.impact.scope1.sum() > 0


# The fleet of power swings


def test_a_fleet_has_the_servers_jobs_and_checkpoints_of_full_build(asked: Asked) -> None:
    fleet = asked("swings:simulate", doors.swings)["fleet"]
    r, training = small(), small().campus.workload.training
    assert fleet.servers == pytest.approx(servers_of(sum(powers())))
    assert fleet.job_servers * r.campus.compute.server.accelerators == pytest.approx(training.job_accelerators)
    assert (fleet.training, fleet.activity) == (training.share, training.activity)
    assert fleet.interval == r.offer.checkpoint_interval[1]
    assert fleet.write == r.campus.workload.failures.write
    assert fleet.parameters == training.parameters


def test_a_fleet_draws_beside_training_what_the_hours_draw(asked: Asked) -> None:
    """Mean IT power of the hours, less training's servers: computing, or idle while they write and restart."""
    fleet, r = asked("swings:simulate", doors.swings)["fleet"], small()
    training, offer = r.campus.workload.training, r.offer
    computing = offer.ettr[-1] + offer.lost[-1]
    held = training.share * servers_of(sum(powers()))
    mean = held * (computing * draws(training.activity) + (1 - computing) * draws(0.0))
    assert fleet.other == pytest.approx(float(offer.it[-1].mean()) - mean, rel=1e-6)


def test_a_fleet_meets_the_chain_and_the_grid_of_the_hours(asked: Asked) -> None:
    fleet, f, r = asked("swings:simulate", doors.swings)["fleet"], small().facility, small()
    cooling = sum(getattr(f, part)[last()].sum() for part in
                  ("chiller", "pumps", "rejection_fans", "air_handlers", "cdu_pumps"))  # fmt: skip
    through = f.load[last()].sum() - cooling - f.other[last()].sum()
    assert fleet.chain == pytest.approx(through / f.it[last()].sum())
    assert fleet.fixed == pytest.approx(f.other[last()].max())
    assert fleet.fixed > 0
    assert fleet.highest == pytest.approx(sum(powers()))
    assert fleet.price == pytest.approx(math.fsum(r.site.price) / len(r.site.price))


def test_a_fleet_cools_as_the_plant_does_at_part_load(asked: Asked) -> None:
    fleet, steady = asked("swings:simulate", doors.swings)["fleet"], small().part_load
    it, power = np.array(fleet.cooling).T
    assert it == pytest.approx(rating() * steady.load)
    chain = sum(steady.parts[part] for part in ("transformers", "ups", "distribution", "other"))
    assert power == pytest.approx(it * (steady.pue[3] - 1 - chain))


def test_a_fleet_computes_what_the_workload_does(asked: Asked) -> None:
    """FLOP/s of an accelerator in training, from the FLOP of all training's hours that are kept."""
    fleet, done = asked("swings:simulate", doors.swings)["fleet"], small().workload
    share = small().campus.workload.training.share
    assert fleet.flops == pytest.approx(done.training_flop.sum() / (done.ettr @ done.accelerator_hours * share * 3600))


def test_a_fleet_follows_with_the_lags_of_its_elements(asked: Asked) -> None:
    fleet, power = asked("swings:simulate", doors.swings)["fleet"], small().campus.facility.power
    elements = [one for one in (power.supply, power.board, power.ups) if one is not None]
    assert sorted(fleet.lags) == sorted(one.lag for one in elements if one.lag)


# The other doors


def test_availability_counts_energy_accelerators_and_movers(asked: Asked) -> None:
    given, r = asked("availability:assess", doors.availability), small()
    f = r.facility
    assert given["it_energy"] == pytest.approx(r.workload.energy.sum())
    assert given["accelerator_hours"] == pytest.approx(r.workload.accelerator_hours.sum())
    assert given["movers"] == max(f.pumps[h] + f.cdu_pumps[h] + f.air_handlers[h] for h in range(len(f.pumps)))


def test_impact_reads_the_meters_of_the_hours(asked: Asked) -> None:
    given, f = asked("impact:account", doors.impact), small().facility
    meters = given["meters"]
    assert np.array_equal(meters.it, f.it)
    assert np.array_equal(meters.withdrawal, f.withdrawal)
    assert meters.consumption == pytest.approx(f.evaporation + f.drift)
    assert np.array_equal(given["carbon"], small().site.carbon)


def test_impact_builds_what_each_phase_adds(asked: Asked) -> None:
    hardware, server = asked("impact:account", doors.impact)["hardware"], small().campus.compute.server
    assert hardware.servers == pytest.approx(list(map(servers_of, powers())))
    assert hardware.it_rating == pytest.approx([power / small().peak_ratio for power in powers()])
    assert (hardware.embodied, hardware.life) == (server.embodied, server.life)


def test_impact_takes_the_catalogues_factors(asked: Asked) -> None:
    factors = asked("impact:account", doors.impact)["factors"]
    gallon = 3.785411784  # L
    for name in ("NG", "COL"):
        figures = catalog.entry("water_factors", name).figures
        for found, what in ((factors.water, "consumption"), (factors.withdrawal, "withdrawal")):
            number, unit = str(figures[what].value).replace(",", "").split()
            assert unit == "gal/MWh"
            assert found[name] == pytest.approx(float(number) * gallon / 1e3)
    for name, found in (("building", factors.building), ("battery-lfp", factors.battery)):
        (figure,) = (f for key, f in catalog.entry("embodied", name).figures.items() if key.startswith("per_"))
        number, unit = str(figure.value).replace(",", "").split()
        assert unit in ("kg/kW", "t/MW", "kg/kWh", "t/MWh")  # all the same number
        assert found == float(number)


def test_the_loop_of_load_and_supply_hands_on_each_others_power(asked: Asked) -> None:
    r = small()
    assert np.array_equal(asked("supply:dispatch", doors.dispatch)["load"], r.response.over(r.timeline))
    settled = asked("facility:settle", doors.facility)
    assert r.dispatch.unserved.any()
    served = next(value for key, value in settled.items() if "served" in key or "power" in key)
    assert served == pytest.approx(r.dispatch.load - r.dispatch.unserved)
    assert np.array_equal(asked("supply:balance", doors.supply)["load"], r.facility.load)
    assert np.array_equal(asked("workload:settle", doors.workload)["it_served"], r.facility.it)


def test_the_plant_is_that_which_was_sized(asked: Asked) -> None:
    r = small()
    for door, stage in (
        ("facility:peak_ratio", doors.peak_ratio), ("facility:respond", doors.response),
        ("facility:settle", doors.facility), ("facility.control:assess", doors.control),
        ("facility.part_load:part_load", doors.part_load), ("facility.design:judge", doors.design),
        ("availability:assess", doors.availability),
    ):  # fmt: skip
        cooling = asked(door, stage)["facility"].cooling
        assert cooling.rejection.margin == r.sizing.liquid.margin, door
    assert r.campus.facility.cooling.rejection.margin is None


def test_full_build_is_what_design_control_and_part_load_are_about(asked: Asked) -> None:
    r = small()
    judged = list(asked("facility.design:judge", doors.design).values())
    assert any(isinstance(x, float) and x == pytest.approx(rating()) for x in judged)
    assert any(isinstance(x, float) and x == pytest.approx(sum(powers())) for x in judged)
    assert asked("facility.part_load:part_load", doors.part_load)["it_rating"] == pytest.approx(rating())
    control = list(asked("facility.control:assess", doors.control).values())
    loads = next(x for x in control if isinstance(x, np.ndarray))
    assert loads == pytest.approx(r.offer.it[-1] / rating())
    assert any(isinstance(x, float) and x == pytest.approx(rating()) for x in control)


def test_the_workload_is_asked_for_its_place_and_ratio(asked: Asked) -> None:
    given = asked("workload:offer", doors.offer)
    assert given["peak_ratio"] == small().peak_ratio
    assert given["utc_offset"] == small().campus.site.grid.utc_offset


def test_promises_are_held_against_kpis(asked: Asked) -> None:
    given = list(asked("policy:check", doors.policy).values())
    assert given[1]["facility.pue"] == (small().kpi["facility.pue"].value, "1")


# What a campus measures for its deal


def by_month(hourly: Any) -> list[float]:
    return [float(hourly[small().timeline.month == month].sum()) for month in range(len(small().timeline.months))]


def hours_of_months() -> list[int]:
    return [int(np.count_nonzero(small().timeline.month == month)) for month in range(len(small().timeline.months))]


def at_phase(values: Any) -> Any:
    return np.array([values[phase] for phase in small().timeline.phase])


def bill() -> Any:
    return sum(cost for name, cost in small().supply.costs.items() if name != "capital_recovery")


def unavailable() -> list[float]:
    r = small()
    asked_for = r.offer.it[r.timeline.phase, r.timeline.weather]
    return [1 - got / all_ for got, all_ in zip(by_month(r.facility.it), by_month(asked_for), strict=True)]


MEASURES: dict[str, Callable[[], Any]] = {
    "energy": bill,
    "facility_energy": lambda: by_month(small().facility.load),
    "it_energy": lambda: by_month(small().workload and small().facility.it),
    "water": lambda: by_month(small().facility.withdrawal),
    "it_capacity": lambda: np.array(
        by_month(at_phase(np.cumsum(powers()) / small().peak_ratio * 1e3))) / hours_of_months(),
    "accelerator_hours": lambda: by_month(at_phase(
        np.cumsum(list(map(servers_of, powers()))) * small().campus.compute.server.accelerators)),
    "unavailable": unavailable,
}  # fmt: skip


@pytest.fixture
def under(asked: Asked) -> Under:
    """What the campus gives the deal."""
    found: Under = asked("finance:run", deals.finance)["under"]
    return found


def test_every_measure_has_its_line(under: Under) -> None:
    assert set(under.measures) == set(MEASURES)


@pytest.mark.parametrize("name", MEASURES)
def test_a_measure_is_what_its_line_says(name: str, under: Under) -> None:
    found, line = under.measures[name], MEASURES[name]()
    assert len(found) == len(small().timeline.months)
    assert np.any(np.asarray(found) > 0)
    assert list(found) == pytest.approx(list(line), rel=1e-9, abs=1e-12)


def test_a_deal_knows_when_phases_are_ready_and_how_large_they_are(under: Under) -> None:
    one, two = small().campus.compute.built
    assert under.events == {"ready": two.ready, "Hall 1": one.ready, "Hall 2": two.ready}
    assert under.powers == {"Hall 1": 20.0, "Hall 2": 15.0}
    assert np.array_equal(under.months, small().timeline.months)


def test_rates_and_costs_reach_the_statement() -> None:
    """A dollar for each kilowatt of IT and month, and the energy bill month by month."""
    r = small()
    rent = sum(float(r.finance.row(f.row).sum()) for f in r.finance.flows if f.payer == "Customer")
    assert rent == pytest.approx(float(np.sum(MEASURES["it_capacity"]())))
    energy = sum(float(r.finance.row(f.row).sum()) for f in r.finance.flows if f.payee == "Utility")
    assert energy == pytest.approx(float(np.sum(bill())))
    built = sum(float(r.finance.row(f.row).sum()) for f in r.finance.flows if f.kind == "construction")
    assert built == pytest.approx(15.0 * 1e6)


# Workload, by hand


def test_accelerators_count_all_that_is_built() -> None:
    servers = np.cumsum(list(map(servers_of, powers())))
    hours = [int(np.count_nonzero(small().timeline.phase == phase)) for phase in range(len(powers()))]
    counted = small().campus.compute.server.accelerators * float(servers @ hours)
    assert small().workload.accelerator_hours.sum() == pytest.approx(counted)


def test_serving_computes_its_mean_over_whole_days() -> None:
    r, serving = small(), small().campus.workload.serving
    assert r.offer.serving_activity.mean() == pytest.approx(serving.activity_mean)
    assert np.ptp(r.offer.serving_activity) == pytest.approx(2 * serving.activity_swing, rel=0.02)


def test_impact_counts_the_water_of_each_meter() -> None:
    r = small()
    assert r.impact.water_withdrawal == pytest.approx(r.timeline.yearly(r.facility.withdrawal))
    assert r.impact.water_consumption == pytest.approx(r.timeline.yearly(r.facility.evaporation + r.facility.drift))
    tonnes = r.impact.scope1.sum() + r.impact.scope2_location.sum()
    assert r.impact.cue == pytest.approx(tonnes / r.facility.it.sum())
