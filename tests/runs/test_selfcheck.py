"""The selfcheck runs, and each of its checks can fail."""

from __future__ import annotations

import importlib.util
import itertools
import os
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pytest
from pydantic import Field, model_validator

from gigacampus.campus import spec
from gigacampus.campus.spec.part import Part
from gigacampus.errors import DataError, Problem, ResidualError, SpecError
from gigacampus.quantities import Share, kW
from gigacampus.runs import selfcheck
from gigacampus.runs.pipeline import Run
from gigacampus.runs.selfcheck import broken, laws, mutants, repeat, specs, strength, twins, valid, vary
from gigacampus.runs.selfcheck.draw import Draw, dump

FEW = selfcheck.Counts(valid=4, broken=16, reference=2, twins=len(twins.RELATIONS), repeat=1)
CHECKED = {1, 2, 3, 4, 6, 7, 12, 13, 14}

SMALL = """
name: Small
life: {end: 2029-01-20}
site: {weather: columbus-oh, grid: pjm}
compute: {phases: [{name: Hall, ready: 2029-01-01, power: 100 MW}]}
supply:
  plants:
    battery: {use: battery-4h, capacity: 30 MW}
    reactor: {use: smr, capacity: 120 MW}
"""


@pytest.fixture
def small() -> Run:
    return Run(spec.read(SMALL, "small.yaml"), store=False)


def test_the_table_has_its_rows_in_order() -> None:
    rows = list(selfcheck.run(counts=FEW))
    assert [row.number for row in rows] == list(range(1, 20))
    for row in rows:
        assert row.figure.startswith("not yet: ") == (row.holds is None) == (row.number not in CHECKED), row
    assert [row for row in rows if row.holds is False] == []


def test_a_dead_worker_is_a_failed_row(monkeypatch: pytest.MonkeyPatch) -> None:
    def die(*arguments: Any) -> None:
        raise RuntimeError("out of memory")

    monkeypatch.setattr(selfcheck, "_map", die)
    monkeypatch.setattr(repeat, "differences", die)
    rows = {row.number: row for row in selfcheck.run(counts=FEW)}
    assert all(rows[number].holds is False for number in CHECKED)
    assert "out of memory" in rows[1].figure


def test_the_full_selection_is_what_is_promised() -> None:
    full = selfcheck.FULL
    assert (full.valid + full.long, full.broken, full.reference, full.twins) == (10_000, 10_000, 500, 2_000)
    assert "selection" in selfcheck.title(False)


def test_too_many_refusals_break_the_promise() -> None:
    ran, refused = valid.Seen(1, 24, {"water": 0.0}), valid.Seen(2, refused="no solution")
    assert selfcheck._valid([ran] * 18 + [refused] * 2)[0]
    assert not selfcheck._valid([ran] * 8 + [refused] * 2)[0]
    assert not selfcheck._valid([ran] * 19 + [replace(ran, fault="seed 1: water 2")])[0]


def test_residuals_are_seen_in_every_law(small: Run) -> None:
    for name in ("supply", "facility"):
        small.get(name)
    assert max(laws.residuals(small).values()) < laws.LIMIT
    facility, supply = small.facility, small.supply
    flows, battery = supply.dispatch, supply.dispatch.storage["battery"]
    fuller = replace(battery, state=battery.state + 1)
    tampered = {
        "heat": ("facility", replace(facility, rejected=facility.rejected + 1e-3)),
        "water": ("facility", replace(facility, evaporation=facility.evaporation + 1e-3)),
        "energy by hour": ("supply", replace(supply, dispatch=replace(flows, grid_import=flows.grid_import + 1e-3))),
        "energy over the life": ("supply", replace(supply, load=supply.load * 1.001)),
        "storage": ("supply", replace(supply, dispatch=replace(flows, storage={"battery": fuller}))),
    }
    for law, (stage, result) in tampered.items():
        kept = small._results[stage]
        small._results[stage] = result
        assert laws.residuals(small)[law] > laws.LIMIT, law
        small._results[stage] = kept


def test_what_is_no_number_is_found_wherever_it_stands() -> None:
    value = {"a": [1.0, np.array([1.0, np.nan])], "b": valid.Seen(1, residuals={"c": float("inf")})}
    assert list(laws.strange(value, "x")) == ["x.a[1] (1 of 2)", "x.b.residuals.c"]
    ratio = "finance.lease_years.campus.dscr.JV"
    assert not list(laws.strange(np.array([np.nan, 1.2]), ratio))
    assert list(laws.strange(np.array([np.inf, 1.2]), ratio))


@pytest.mark.parametrize(
    ("error", "fault"),
    [
        (ResidualError("leak"), "leak"),
        (ValueError("oops"), "ValueError: oops"),
        (SpecError("no solution"), ""),
        (DataError(""), "no reason"),
    ],
)
def test_errors_of_a_run_are_told_apart(
    error: Exception, fault: str, small: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(name: str) -> None:
        raise error

    monkeypatch.setattr(small, "get", fail)
    seen = valid._ran(5, small, False)
    assert fault in seen.fault
    assert bool(seen.fault) == bool(fault)
    assert bool(seen.refused) == isinstance(error, SpecError)


def test_a_kernel_that_strays_is_seen(small: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    from gigacampus.engines.supply import kernel

    assert valid.against_reference(small) <= valid.LIMIT
    run = kernel.run
    monkeypatch.setattr(kernel, "run", lambda given: replace(run(given), purchase=run(given).purchase + 1e-9))
    assert valid.against_reference(small) > valid.LIMIT


@pytest.mark.parametrize(
    ("error", "fault"),
    [
        (KeyError("x"), "KeyError"),
        (SpecError(Problem("wrong", line=3)), "no place"),
        (SpecError(Problem("wrong", file="FILE")), "no place"),
        (DataError("x"), "not a spec error"),
        (SpecError(Problem("wrong", file="FILE", line=3)), ""),
    ],
)
def test_errors_of_a_broken_file_are_told_apart(
    error: Exception, fault: str, tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(path: Any) -> None:
        if isinstance(error, SpecError):
            raise SpecError(*(replace(p, file=str(path) if p.file else "") for p in error.problems))
        raise error

    monkeypatch.setattr(broken.inputs, "read_spec", fail)
    found, said = broken._read(tmp_path / "campus.yaml", 9)
    assert not found
    assert fault in said
    assert bool(said) == bool(fault)


def test_files_are_broken_in_many_ways_and_the_same_each_time() -> None:
    contents = [broken.broken(seed) for seed in range(60)]
    assert contents == [broken.broken(seed) for seed in range(60)]
    assert len(set(contents)) == 60
    for change in broken.CHANGES:
        assert isinstance(change(Draw(3), dump(specs.campus(3)).encode()), bytes)


def test_a_pair_that_breaks_its_relation_is_seen() -> None:
    sizes = next(relation for relation in twins.RELATIONS if relation.name == "sizes")
    before = {"it.energy": (100.0, "MWh"), "facility.pue": (1.2, "1")}
    twice = {"it.energy": (200.0, "MWh"), "facility.pue": (1.2, "1")}
    assert max(twins.compare(sizes, before, twice, 2.0).values()) == 0
    assert twins.compare(sizes, before, before, 2.0)["it.energy"] == pytest.approx(0.5)
    assert twins.compare(sizes, before, {"facility.pue": (1.2, "1")}, 2.0)["it.energy"] == 1
    free = next(relation for relation in twins.RELATIONS if relation.never_above)
    cost, more = {"supply.total_cost": (10.0, "USD")}, {"supply.total_cost": (11.0, "USD")}
    assert twins.compare(free, cost, more, 2.0)["supply.total_cost"] == pytest.approx(0.1)
    assert twins.compare(free, more, cost, 2.0)["supply.total_cost"] == 0


def test_fluid_and_yearly_water_grow_with_the_campus_and_so_do_its_permit_and_tank() -> None:
    sizes = next(relation for relation in twins.RELATIONS if relation.name == "sizes")
    before = {"facility.fluid_lost": (34.0, "kg"), "facility.water_year": (5.0, "m3/year")}
    assert max(twins.compare(sizes, before, {k: (10 * v, u) for k, (v, u) in before.items()}, 10.0).values()) < 1e-15
    water = {"permit": {"daily": "500 m3", "discharge_max": "30 C"}, "tank": "90 m3", "cap": "0.5 L/kWh"}
    tree = {"name": "T", "life": {"end": "2029-03-01"}, "site": {"weather": "columbus-oh", "grid": "pjm"},
            "compute": {"phases": [{"name": "Hall", "ready": "2029-01-01", "power": "50 MW"}]},
            "facility": {"water": water}}  # fmt: skip
    scaled = sizes.change(Draw(1), tree, 10.0)["facility"]["water"]
    assert (scaled["permit"]["daily"], scaled["tank"]) == ("5000.0 m3", "900.0 m3")
    assert (scaled["permit"]["discharge_max"], scaled["cap"]) == ("30 C", "0.5 L/kWh")


def test_the_largest_gap_that_is_printed_is_of_all_pairs(monkeypatch: pytest.MonkeyPatch) -> None:
    seen = [twins.Seen("sizes", 0, 2e-11), twins.Seen("sizes", 8, 0.9, fault="seed 8, sizes: facility.water")]
    monkeypatch.setattr(selfcheck, "_map", lambda *arguments: seen)
    holds, text = selfcheck._twins(FEW, None)  # type: ignore[arg-type]
    assert not holds
    assert "1 off, 9.0e-01 at most" in text


def test_a_process_that_differs_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(repeat, "_elsewhere", lambda seeds, way: {"0/kpi.json": way["hash"], "0/hourly.parquet": "a"})
    assert repeat.differences([0]) == (2, ["0/kpi.json"])


def test_the_generator_covers_what_a_spec_can_say() -> None:
    texts = [dump(specs.campus(seed)) for seed in range(150)]
    whole = "\n".join(texts)
    for word in ("battery", "solar", "wind", "gas", "firm", "contract", "utility", "import_limit", "enabled: true"):
        assert word in whole, word
    for word in ("sculpted", "day one", "guarantees", "unknown", "2028-02-29", "expansion", "certificates"):
        assert word in whole, word
    physical = [spec.read(text, "x.yaml").campus for text in texts]
    assert {len(campus.compute.phases) for campus in physical if campus.compute} == {1, 2, 3, 4}
    assert {campus.physical for campus in physical} == {True, False}


class Pump(Part):
    """A noun that the generator has never seen."""

    power: kW = Field(5.0, description="power")
    least: Share = Field(0.2, description="least share")
    most: Share = Field(0.8, description="most share")
    by: Literal["rules", "optimal"] = Field("rules", description="who chooses")
    name: str = Field("pump", description="its name")

    @model_validator(mode="after")
    def _ordered(self) -> Pump:
        if self.least >= self.most:
            raise ValueError("least must be below most")
        return self


class Hall(Part):
    pumps: list[Pump] = Field(default_factory=list, description="pumps")
    spare: Pump = Field(default_factory=Pump, description="another")


def test_a_field_of_a_new_noun_is_drawn_within_what_its_type_and_its_noun_allow() -> None:
    written = {"pumps": [{"power": "7 kW"}]}
    halls = [Hall.model_validate(vary.varied(Draw(seed), Hall, written, 0.5)) for seed in range(200)]
    assert {hall.pumps[0].power for hall in halls} == {7.0}
    assert {hall.spare.by for hall in halls} == {"rules", "optimal"}
    assert {hall.spare.name for hall in halls} == {"pump"}
    spares = np.array([[hall.spare.power, hall.spare.least, hall.spare.most] for hall in halls])
    assert all(len(set(column)) > 50 for column in spares.T)
    assert (spares[:, 1] < spares[:, 2]).all()
    assert (spares[:, 0].min(), spares[:, 0].max() <= 10) == (0.0, True)
    assert len({hall.pumps[0].most for hall in halls}) > 50


FAULTY = '''
from functools import cache

LIMIT = 3

@cache
def least(a, b=1):
    """Five."""
    assert a is not None
    return min(a, b) if not a > b else -a * 2

class Box:
    @property
    def size(self) -> int:
        kept = [0, 7]
        kept[0] = 4
        return sum(n + 1 for n in kept)
'''


@pytest.fixture
def faulty(tmp_path: Path) -> tuple[Path, Any]:
    path = tmp_path / "faulty.py"
    path.write_text(FAULTY)
    found = importlib.util.spec_from_file_location("faulty", path)
    assert found is not None
    assert found.loader is not None
    module = importlib.util.module_from_spec(found)
    found.loader.exec_module(module)
    return path, module


def test_mutants_are_of_what_functions_do_alone(faulty: tuple[Path, Any]) -> None:
    found = [(m.line, m.function, m.what) for m in mutants.of(faulty[0])]
    assert sorted(found) == [
        (10, "least", "2 becomes 3"), (10, "least", "Gt becomes GtE"), (10, "least", "Mult becomes Div"),
        (10, "least", "Not dropped"), (10, "least", "USub dropped"), (10, "least", "min becomes max"),
        (15, "Box.size", "0 becomes 1"), (15, "Box.size", "7 becomes 8"),
        (16, "Box.size", "0 becomes 1"), (16, "Box.size", "4 becomes 5"), (16, "Box.size", "Assign dropped"),
        (17, "Box.size", "1 becomes 2"), (17, "Box.size", "Add becomes Sub"),
    ]  # fmt: skip


def test_each_mutant_changes_the_process_and_no_file(faulty: tuple[Path, Any]) -> None:
    path, module = faulty

    def seen() -> list[int]:
        return [*(module.least.__wrapped__(a, 2) for a in (1, 2, 3)), module.Box().size]

    right, unseen = seen(), []
    for mutant in mutants.of(path):
        kept = {function: function.__code__ for function in mutants.functions(str(path))}
        mutants.plant(mutant)
        unseen += [mutant.what] if seen() == right else []
        for function, code in kept.items():
            function.__code__ = code
        assert seen() == right
    assert unseen == ["0 becomes 1"]  # the number that is written over
    assert path.read_text() == FAULTY
    with pytest.raises(ValueError, match="is not in this process"):
        mutants.plant(replace(mutants.of(path)[0], function="most"))


def test_the_score_counts_what_no_test_calls_as_a_survivor() -> None:
    found = {"mutants": 10, "of": 99, "seed": 1, "tests": 5, "survivors": ["a", "b"]}
    assert strength.judged(found)[0]
    assert not strength.judged(found | {"survivors": ["a", "b", "c"]})[0]
    assert "7 of 10 mutants seen (70%" in strength.judged(found | {"survivors": ["a", "b", "c"]})[1]
    assert strength.measured(0, 1)[0] is None
    mutant = mutants.Mutant("rows.py", 0, 1, "add", "Add becomes Sub")
    runs: list[Any] = [(3.0, {("rows.py", "add")}), None, (1.0, {("rows.py", "add")}), (1.0, {("rows.py", "less")})]
    assert strength._concerned(mutant, runs) == [(2, 1.0), (0, 3.0)]
    assert strength._fate(mutant, []) == "uncalled"


@pytest.mark.skipif(not hasattr(os, "fork"), reason="copies are forks")
def test_a_copy_of_the_process_may_die_or_go_on_for_ever() -> None:
    assert strength._apart(lambda: 5, 1) == 5
    assert strength._apart(lambda: os._exit(1), 1) is None
    assert strength._apart(lambda: all(itertools.repeat(True)), 1) is None
