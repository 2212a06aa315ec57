"""One function a stage: it takes what the stage needs out of the run and calls the room's door. No model is here."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from gigacampus.runs import inputs

if TYPE_CHECKING:
    from gigacampus.campus.spec.facility import Facility
    from gigacampus.engines.availability import AvailabilityResult
    from gigacampus.engines.facility import FacilityResult, Response
    from gigacampus.engines.facility.control import Worth
    from gigacampus.engines.facility.design import DesignResult, Sizes
    from gigacampus.engines.facility.part_load import PartLoad
    from gigacampus.engines.facility.plant import Held
    from gigacampus.engines.impact import Factors, Hardware, Impact
    from gigacampus.engines.policy import Verdict
    from gigacampus.engines.site import Resource
    from gigacampus.engines.supply import Dispatch, SupplyResult
    from gigacampus.engines.swings import SwingsResult
    from gigacampus.engines.workload import Offer, WorkloadResult
    from gigacampus.runs.kpi import Value
    from gigacampus.runs.pipeline import Run

LIMIT = 1e-9
"""Highest residual, relative, of any conservation law."""


def site(run: Run) -> Resource:
    """Weather, sun, wind and grid over the weather year."""
    from gigacampus.engines import site as room

    spec = run.place
    assert spec is not None
    return room.resource(
        spec,
        run.campus.supply.plants,
        inputs.weather_year(run.loaded),
        inputs.grid_mix(spec.grid.mix),
        inputs.price_shape(spec.grid.price_shape),
        inputs.factors("emission_factors", "direct", "kg/MWh"),
    )


def sizing(run: Run) -> Sizes:
    """The least coolers and chillers that hold the set-points on the site's design days."""
    from gigacampus.engines.facility import design as room

    return room.size(run.campus.facility, run.compute.server, run.site)


def _built(run: Run) -> Facility:
    """The facility with the coolers and chillers that were found."""
    from gigacampus.engines.facility.design import built

    return built(run.campus.facility, run.sizing)


def peak_ratio(run: Run) -> float:
    """Highest ratio of facility to IT power, which turns a facility rating into an IT rating."""
    from gigacampus.engines import facility as room

    return room.peak_ratio(_built(run), run.compute.server, run.site)


def offer(run: Run) -> Offer:
    """IT power that the workload asks for, by phase and hour of the weather year."""
    from gigacampus.engines import workload as room

    offset = run.place.grid.utc_offset
    return room.offer(run.compute, run.campus.workload, offset, run.peak_ratio)


def design(run: Run) -> DesignResult:
    """The cooling plant on its site's design days."""
    from gigacampus.campus.spec.facility import HeatRejection, WaterLoop
    from gigacampus.engines.facility import design as room

    facility, server, rating = _built(run), run.compute.server, float(run.offer.it_rating[-1])
    names = ("dry-cooler", "adiabatic-cooler", "wet-tower")
    coolers: dict[str, HeatRejection] = {}
    for spec in (*map(HeatRejection.model_validate, names), facility.cooling.rejection):
        if spec is not None:
            coolers[spec.kind] = spec
    highest = run.peak_ratio * rating
    open_water = WaterLoop.model_validate("warm-water-tower")
    return room.judge(facility, server, run.site, rating, highest, coolers, open_water.clean_water_drop)


def setpoints(run: Run) -> Held:
    """Set-points that control holds hour by hour at full build; none by rules."""
    from gigacampus.engines.facility import control as room

    return room.held(_built(run), run.compute.server, run.site, run.offer.it[-1] / run.offer.it_rating[-1])


def response(run: Run) -> Response:
    """Load at the meter that the IT power causes."""
    from gigacampus.engines import facility as room

    server, offer = run.compute.server, run.offer
    return room.respond(_built(run), server, run.site, offer.it, offer.it_rating, run.timeline, run.setpoints)


def dispatch(run: Run) -> Dispatch:
    """Who powers the load in every hour of the life."""
    from gigacampus.engines import supply as room

    load = run.response.over(run.timeline)
    return room.dispatch(run.campus.supply, run.place.grid, run.site, run.timeline, load)


def facility(run: Run) -> FacilityResult:
    """The facility in every hour, with the power that was there."""
    from gigacampus.engines import facility as room

    served = run.dispatch.load - run.dispatch.unserved
    return room.settle(
        _built(run),
        run.compute.server,
        run.site,
        run.timeline,
        run.offer.it,
        run.offer.it_rating,
        served if run.dispatch.unserved.any() else None,
        run.setpoints,
    )


def control(run: Run) -> Worth | None:
    """What optimal control of the cooling plant is worth at full build; None where the spec does not ask."""
    from gigacampus.engines.facility import control as room

    spec, offer = run.campus.facility.control, run.offer
    if spec.by == "rules" and not spec.assess:
        return None
    rating = float(offer.it_rating[-1])
    return room.assess(_built(run), run.compute.server, run.site, offer.it[-1] / rating, rating)


def part_load(run: Run) -> PartLoad:
    """The facility at steady loads, and how far its power chain is loaded, at full build."""
    from gigacampus.engines.facility import part_load as room

    server, rating = run.compute.server, float(run.offer.it_rating[-1])
    return room.part_load(_built(run), server, run.site, rating)


def swings(run: Run) -> SwingsResult | None:
    """Power swings within seconds at full build; None where training holds no server."""
    from gigacampus.engines import swings as room

    server, facility, offer, flows = run.compute.server, run.campus.facility, run.offer, run.facility
    last, steady = run.timeline.phase == run.timeline.phase.max(), run.part_load
    fleet = room.Fleet.of(
        server,
        run.campus.workload,
        facility.power,
        servers=float(offer.servers[-1]),
        rating=float(offer.it_rating[-1]),
        interval=float(offer.checkpoint_interval[-1]),
        it=flows.it[last],
        losses=[part[last] for part in (flows.transformers, flows.ups, flows.distribution)],
        peak_ratio=run.peak_ratio,
        load=steady.load,
        cooling=steady.cooling,
        price=run.site.price,
    )
    return room.simulate(facility.swings, server, fleet)


def availability(run: Run) -> AvailabilityResult:
    """How often and for how long the racks stand still, and what that costs."""
    from gigacampus.engines import availability as room

    flows, accelerators = run.facility, run.offer.accelerators[run.timeline.phase]
    server, movers = run.compute.server, float(flows.movers.max())
    return room.assess(_built(run), server, float(flows.it.sum()), float(accelerators.sum()), movers)


def workload(run: Run) -> WorkloadResult:
    """What the accelerators got done with the power that was there."""
    from gigacampus.engines import workload as room

    return room.settle(run.offer, run.compute, run.campus.workload, run.timeline, run.facility.it)


def supply(run: Run) -> SupplyResult:
    """The supply's balance and bill for the settled load."""
    from gigacampus.engines import supply as room

    return room.balance(run.campus.supply, run.place.grid, run.site, run.timeline, run.dispatch, run.facility.load)


def impact(run: Run) -> Impact:
    """Carbon and water of what was drawn, burnt and built."""
    from gigacampus.engines import impact as room

    grid = run.place.grid
    mix = inputs.grid_mix(grid.mix)
    return room.account(
        run.campus.supply,
        grid,
        run.timeline,
        run.supply,
        carbon=run.site.carbon,
        mix={fuel: mix.of(fuel) for fuel in mix.generation},
        meters=room.Meters(run.facility.it, run.facility.withdrawal, run.facility.consumption),
        hardware=_hardware(run),
        factors=_factors(),
    )


def _hardware(run: Run) -> Hardware:
    import numpy as np

    from gigacampus.engines.impact import Hardware

    server = run.compute.server
    servers = np.diff(run.offer.servers, prepend=0.0)
    return Hardware(servers, np.diff(run.offer.it_rating, prepend=0.0), server.embodied, server.life)


def _factors() -> Factors:
    from gigacampus.engines.impact import Factors

    return Factors(
        water=inputs.factors("water_factors", "consumption", "L/kWh"),
        plants=inputs.factors("embodied", "per_power", "kg/kW"),
        battery=inputs.factors("embodied", "per_energy", "kg/kWh")["battery-lfp"],
        building=inputs.factors("embodied", "per_power", "kg/kW")["building"],
        withdrawal=inputs.factors("water_factors", "withdrawal", "L/kWh"),
    )


def kpi(run: Run) -> dict[str, Value]:
    """Every KPI; a residual above its limit is an error of the model, not a KPI."""
    from gigacampus.errors import Problem, ResidualError
    from gigacampus.runs.kpis import REGISTRY, evaluate

    found = evaluate(run)
    residuals = {name: v for name, v in found.items() if name.startswith("residual.") and run.get(REGISTRY[name].stage)}
    broken = {name: math.nan if v.value is None else v.value for name, v in residuals.items()}
    broken = {name: value for name, value in broken.items() if not value <= LIMIT}
    if broken:
        raise ResidualError(
            *(Problem(f"does not close: {value:.2g}, above {LIMIT:g}", name) for name, value in broken.items())
        )
    return found


def policy(run: Run) -> tuple[Verdict, ...]:
    """Promises against KPIs."""
    from gigacampus.engines import policy as room

    return room.check(run.campus.promises, {name: (value.value, value.unit) for name, value in run.kpi.items()})


def hourly(run: Run) -> bytes:
    """The hourly table, as Parquet."""
    from gigacampus.runs import tables

    return tables.hourly(run)


def monthly(run: Run) -> bytes:
    """The monthly table, as Parquet."""
    from gigacampus.runs import tables

    return tables.monthly(run)
