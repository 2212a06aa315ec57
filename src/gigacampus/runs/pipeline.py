"""The stage table, and the one place that knows the order.

Each stage names the room whose door it calls, the parts of the spec that it reads, and the earlier stages that it
needs. `Run` computes a stage when somebody asks for its result, takes it from the cache where nothing that it depends
on has changed, and imports the room only when it must compute.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal

from pydantic import BaseModel

from gigacampus.campus import spec
from gigacampus.campus.spec.deal import Deal
from gigacampus.campus.spec.facility import Control
from gigacampus.runs import cache, deals, doors, inputs
from gigacampus.version import __version__

if TYPE_CHECKING:
    from gigacampus.campus.spec.compute import Compute
    from gigacampus.campus.spec.site import Site
    from gigacampus.engines.accounting import Accounts
    from gigacampus.engines.availability import AvailabilityResult
    from gigacampus.engines.facility import FacilityResult, Response
    from gigacampus.engines.facility.control import Worth
    from gigacampus.engines.facility.design import DesignResult, Sizes
    from gigacampus.engines.facility.part_load import PartLoad
    from gigacampus.engines.facility.plant import Held
    from gigacampus.engines.finance import FinanceResult, Gap, Judgement, SensitivityResult, Supports
    from gigacampus.engines.impact import Impact
    from gigacampus.engines.policy import Verdict
    from gigacampus.engines.renewal import Renewal
    from gigacampus.engines.site import Resource
    from gigacampus.engines.supply import Dispatch, SupplyResult
    from gigacampus.engines.swings import SwingsResult
    from gigacampus.engines.workload import Offer, WorkloadResult
    from gigacampus.runs.kpi import Value
    from gigacampus.timeline import Timeline


@dataclass(frozen=True)
class Stage:
    """One row of the stage table.

    Attributes
    ----------
    name : str
    room : str
        Package whose code is part of the stage's key.
    reads : tuple of str
        Dotted parts of the spec that it depends on.
    needs : tuple of str
        Earlier stages whose results it takes.
    call : function of the `Run`
        Calls the room's door.
    when : physical, deal or always
        The part without which the stage does not run.
    files : function of the loaded spec, optional
        Content of the data files that it depends on.
    """

    name: str
    room: str
    reads: tuple[str, ...]
    needs: tuple[str, ...]
    call: Callable[[Run], Any]
    when: Literal["physical", "deal", "always"] = "physical"
    files: Callable[[spec.Loaded], bytes] = lambda loaded: b""


@dataclass(frozen=True)
class Event:
    """What a run tells while it works: a stage starts, or ends after some seconds."""

    stage: str
    state: Literal["start", "computed", "cached"]
    seconds: float = 0.0


_WIRING = ("gigacampus.runs.deals", "gigacampus.runs.doors", "gigacampus.runs.inputs", "gigacampus.runs.pipeline")
_ROOM = "gigacampus.engines."
_OURS = "gigacampus.runs"
_DEAL = tuple(f"deal.{name}" for name in Deal.model_fields if name not in ("outlook", "sensitivity", "rating"))
_LIFE = ("compute.phases", "compute.expansion", "life")
_CONTROL = tuple(f"facility.control.{name}" for name in Control.model_fields if name != "assess")
_HALL = (
    "facility.power", "facility.cooling", "facility.water", "facility.heat_reuse", *_CONTROL, "compute.server",
    "facility.design.recirculation", "facility.design.units_out", "facility.availability.ride_through.pumps_on",
)  # fmt: skip
_POWER = ("supply", "site.grid")
_PLACE = ("site.elevation", "site.weather", "site.grid", "site.design")

STAGES: tuple[Stage, ...] = (
    Stage("site", _ROOM + "site", (*_PLACE, "supply.plants"), (), doors.site, files=inputs.site_bytes),
    Stage("sizing", _ROOM + "facility", (*_HALL, "facility.design"), ("site",), doors.sizing),
    Stage("peak_ratio", _ROOM + "facility", _HALL, ("site", "sizing"), doors.peak_ratio),
    Stage("offer", _ROOM + "workload", ("compute", "workload", "site.grid.utc_offset"), ("peak_ratio",), doors.offer),
    Stage("design", _ROOM + "facility", (*_HALL, "facility.design", "facility.availability.gensets"),
          ("site", "sizing", "peak_ratio", "offer"), doors.design, files=inputs.cooler_bytes),
    Stage("setpoints", _ROOM + "facility", _HALL, ("site", "sizing", "offer", "design"), doors.setpoints),
    Stage("response", _ROOM + "facility", (*_HALL, *_LIFE), ("site", "sizing", "offer", "setpoints"), doors.response),
    Stage("dispatch", _ROOM + "supply", (*_POWER, *_LIFE), ("site", "response"), doors.dispatch),
    Stage("facility", _ROOM + "facility", (*_HALL, *_LIFE), ("site", "sizing", "offer", "setpoints", "dispatch"),
          doors.facility),
    Stage("control", _ROOM + "facility", (*_HALL, "facility.control.assess"), ("site", "sizing", "offer", "design"),
          doors.control),
    Stage("part_load", _ROOM + "facility", _HALL, ("site", "sizing", "offer", "design"), doors.part_load),
    Stage("swings", _ROOM + "swings", ("facility.swings", "facility.power", "compute.server", "workload", *_LIFE),
          ("site", "peak_ratio", "offer", "facility", "part_load"), doors.swings),
    Stage("availability", _ROOM + "availability", ("facility", "compute.server", *_LIFE),
          ("sizing", "offer", "facility"), doors.availability),
    Stage("workload", _ROOM + "workload", ("compute", "workload", "life"), ("offer", "facility"), doors.workload),
    Stage("supply", _ROOM + "supply", (*_POWER, *_LIFE), ("site", "dispatch", "facility"), doors.supply),
    Stage("impact", _ROOM + "impact", (*_POWER, "compute", "life"), ("site", "offer", "facility", "supply"),
          doors.impact, files=inputs.factor_bytes),
    Stage("finance", _ROOM + "finance", (*_DEAL, *_LIFE), ("offer", "facility", "supply"), deals.finance,
          when="deal"),
    Stage("sensitivity", _ROOM + "finance", (*_DEAL, "deal.sensitivity", *_LIFE),
          ("offer", "facility", "supply", "finance"), deals.sensitivity, "deal", inputs.analogue_bytes),
    Stage("renewal", _ROOM + "renewal", ("deal",), ("finance",), deals.renewal, when="deal"),
    Stage("supports", _ROOM + "finance", ("deal", *_LIFE), ("offer", "facility", "supply", "finance"), deals.supports,
          when="deal"),
    Stage("accounting", _ROOM + "accounting", _DEAL, ("finance",), deals.accounting, when="deal"),
    Stage("kpi", _OURS, (*_LIFE, "facility.heat_reuse", "facility.cooling.liquid"),
          ("sizing", "offer", "design", "facility", "control", "part_load", "swings", "availability", "workload",
           "supply", "impact", "finance", "sensitivity", "renewal", "supports", "accounting"),
          doors.kpi, "always"),
    Stage("policy", _ROOM + "policy", ("promises",), ("kpi",), doors.policy, "always"),
    Stage("hourly", _OURS, _LIFE, ("site", "facility", "supply"), doors.hourly),
    Stage("monthly", _OURS, _LIFE, ("supply", "facility", "finance"), doors.monthly, "always"),
)  # fmt: skip

ASKED: tuple[Stage, ...] = (
    Stage("closing", _ROOM + "finance", (*_DEAL, *_LIFE), ("offer", "facility", "supply"), deals.closing, "deal"),
    Stage("consistency", _ROOM + "finance", (*_DEAL, *_LIFE), ("offer", "facility", "supply"), deals.consistency,
          "deal"),
)  # fmt: skip
"""Stages that no run goes through unless somebody asks for them."""


class Run:
    """One campus going through the stage table; results are computed when asked for, and kept on disk with `store`."""

    def __init__(
        self,
        loaded: spec.Loaded,
        tell: Callable[[Event], None] = lambda event: None,
        faces: Iterable[Stage] = (),
        language: str = "en",
        store: bool = True,
    ) -> None:
        self.loaded = loaded
        self.campus: spec.Campus = loaded.campus
        self.language = language
        self._store = store
        self._tell = tell
        self._stages = {stage.name: stage for stage in (*STAGES, *ASKED, *faces)}
        self._results: dict[str, Any] = {}
        self._keys: dict[str, str] = {}

    @property
    def place(self) -> Site:
        """The spec's site, of a campus that has one."""
        assert self.campus.site is not None
        return self.campus.site

    @property
    def compute(self) -> Compute:
        """The spec's halls and accelerators, of a campus that has them."""
        assert self.campus.compute is not None
        return self.campus.compute

    @property
    def deal(self) -> Deal:
        """The spec's deal, of a campus that has one."""
        assert self.campus.deal is not None
        return self.campus.deal

    @cached_property
    def timeline(self) -> Timeline:
        """The hours of the campus's life."""
        from gigacampus.timeline import Timeline

        life = self.campus.life
        assert life is not None
        return Timeline.of([phase.ready for phase in self.compute.built], life.end)

    def stage(self, name: str) -> Stage:
        """The row of the stage table with that name."""
        return self._stages[name]

    def runs(self, name: str) -> bool:
        """Whether the spec has what the stage is about."""
        when = self.stage(name).when
        return when == "always" or (self.campus.physical if when == "physical" else self.campus.deal is not None)

    @property
    def stages(self) -> list[Stage]:
        """The stages that this campus goes through, in order."""
        return [stage for stage in self._stages.values() if stage not in ASKED and self.runs(stage.name)]

    def key(self, name: str) -> str:
        """Hash of everything that the stage's result depends on."""
        if name not in self._keys:
            stage = self._stages[name]
            parts = [__version__.encode(), cache.versions(), cache.code(stage.room), *map(cache.code, _WIRING)]
            if stage not in (*STAGES, *ASKED):  # faces speak a language
                parts.append(self.language.encode())
            parts += [part_bytes(self.campus, path) for path in stage.reads]
            parts += [self.key(need).encode() for need in stage.needs if self.runs(need)]
            self._keys[name] = cache.digest(*parts, stage.files(self.loaded))
        return self._keys[name]

    def get(self, name: str) -> Any:
        """The result of a stage: kept, from the cache, or computed now. None where the spec lacks what it is about."""
        if not self.runs(name):
            return None
        if name not in self._results:
            start = time.perf_counter()
            result = cache.load(name, self.key(name)) if self._store else None
            state: Literal["computed", "cached"] = "cached"
            if not self._store or cache.is_missing(result):
                for need in self._stages[name].needs:
                    self.get(need)
                state, start = "computed", time.perf_counter()
                self._tell(Event(name, "start"))
                result = self._stages[name].call(self)
                if self._store:
                    cache.save(name, self.key(name), result)
            self._results[name] = result
            self._tell(Event(name, state, time.perf_counter() - start))
        return self._results[name]

    if TYPE_CHECKING:  # what each stage gives; None where the spec lacks what it is about
        site: Resource
        sizing: Sizes
        peak_ratio: float
        offer: Offer
        design: DesignResult
        setpoints: Held
        response: Response
        dispatch: Dispatch
        facility: FacilityResult
        control: Worth
        part_load: PartLoad
        swings: SwingsResult
        availability: AvailabilityResult
        workload: WorkloadResult
        supply: SupplyResult
        impact: Impact
        finance: FinanceResult
        sensitivity: SensitivityResult
        renewal: Renewal
        supports: Supports
        accounting: Accounts
        kpi: dict[str, Value]
        policy: tuple[Verdict, ...]
        hourly: bytes
        monthly: bytes
        closing: tuple[Gap, ...]
        consistency: dict[str, Judgement]
    else:

        def __getattr__(self, name: str) -> Any:
            if name.startswith("_") or name not in self._stages:
                raise AttributeError(name)
            return self.get(name)

    def keys(self) -> Mapping[str, str]:
        """Key of every stage that this campus goes through."""
        return {stage.name: self.key(stage.name) for stage in self.stages}


def part(campus: spec.Campus, path: str) -> Any:
    """The part of a spec at a dotted path; None where it is absent."""
    value: Any = campus
    for name in path.split("."):
        value = getattr(value, name, None)
    return value


def part_bytes(campus: spec.Campus, path: str) -> bytes:
    """A part of the spec as bytes that change when, and only when, it does."""

    def plain(value: Any) -> Any:
        if isinstance(value, BaseModel):
            return value.model_dump(mode="json")
        return (
            [plain(item) for item in value]
            if isinstance(value, list)
            else ({name: plain(item) for name, item in value.items()} if isinstance(value, dict) else str(value))
        )

    return json.dumps([path, plain(part(campus, path))]).encode()
