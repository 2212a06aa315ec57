"""The spec: what is read, what is refused, and where each value comes from."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import pytest
from pydantic import TypeAdapter, ValidationError

from gigacampus.campus.spec import json_schema, read
from gigacampus.campus.spec.parse import parse
from gigacampus.campus.spec.part import Part
from gigacampus.errors import CampusError, SpecError
from gigacampus.quantities import Quantity

EXAMPLES = Path(__file__).parents[2] / "examples"
BASE = (EXAMPLES / "minimal.yaml").read_text()

BOMB = "a: &a [x,x,x,x,x,x,x,x,x]\n" + "".join(
    f"{name}: &{name} [{','.join([f'*{before}'] * 9)}]\n" for before, name in zip("abcdef", "bcdefg", strict=True)
)

BAD = {
    "unknown key": (BASE + "flux: 1\n", "flux", 8, "unknown key 'flux'"),
    "misspelt key": (BASE.replace("weather:", "weathr:"), "site.weathr", 5, "Did you mean 'weather'?"),
    "wrong unit": (BASE.replace("100 MW", "7 bananas"), "compute.phases[0].power", 7, "use one of MW, kW, GW"),
    "no unit": (BASE.replace("100 MW", "100"), "compute.phases[0].power", 7, "write '100 MW'"),
    "negative": (BASE.replace("100 MW", "-5 MW"), "compute.phases[0].power", 7, "at least 0 MW"),
    "no number": (BASE.replace("100 MW", "null"), "compute.phases[0].power", 7, "a number with a unit"),
    "infinite": (BASE.replace("100 MW", "1e400 MW"), "compute.phases[0].power", 7, "too large"),
    "endless digits": (BASE.replace("100 MW", "9" * 5000 + " MW"), "compute.phases[0].power", 7, "over 40 digits"),
    "leap day": (BASE.replace("2029-01-01", "2029-02-29"), "compute.phases[0].ready", 7, "no such day"),
    "dates out of order": (BASE.replace("2029-01-01", "2045-01-01"), "life.end", 4, "life.end must be after"),
    "phases out of order": (
        BASE.replace("phases: [", "phases: [{name: Late, ready: 2031-01-01, power: 9 MW},\n    "),
        "compute.phases[1].ready",
        8,
        "Hall 1 is ready before Late",
    ),
    "less than a server": (
        BASE.replace("compute:", "compute:\n  server: {use: gb200-nvl72, peak_power: 132 MW}"),
        "compute.phases[0].power",
        8,
        "Hall 1 holds no server: its power is 100 MW, and one takes",
    ),
    "cold plates in air": (
        BASE + "facility: {cooling: meta-air}\n",
        "facility.cooling",
        8,
        "a facility.cooling with a liquid side",
    ),
    "no such weather": (BASE.replace("columbus-oh", "columbs-oh"), "site.weather", 5, "columbus-oh"),
    "no such server": (BASE.replace("compute:", "compute:\n  server: gb20"), "compute.server", 7, "gb200-nvl72"),
    "shares over one": (
        BASE + "workload: {training: {share: 80 %}, serving: {share: 30 %}}\n",
        "workload",
        8,
        "sum to 110 %",
    ),
    "misspelt plant key": (
        BASE + "supply: {plants: {sun: {use: solar-single-axis, capcity: 5 MW}}}\n",
        "supply.plants.sun.capcity",
        8,
        "Did you mean 'capacity'?",
    ),
    "two bounds": (BASE + "promises: [{kpi: a, at_least: 1, at_most: 2}]\n", "promises[0]", 8, "exactly one"),
    "source of nothing": (
        BASE + 'sources: {s: {title: t, grade: H, gives: ["compute.phases[0].powr"]}}\n',
        "compute.phases[0].powr",
        8,
        "Did you mean 'compute.phases[0].power'?",
    ),
    "key of another noun": (BASE + "cooling: meta-air\n", "cooling", 8, "cooling stands in facility"),
    "key of a noun below": (
        BASE + "deal: {rent: 5 m USD}\n",
        "deal.rent",
        8,
        "rent stands in leases.<name>",
    ),
    "name beside its mapping": (
        BASE + "supply: {sun: {use: solar-single-axis, capacity: 5 MW}}\n",
        "supply.sun",
        8,
        "A name of your own stands in plants",
    ),
    "tab between": ("name: A\nsite:\n\tweather: b\n", "", 3, "Indent with spaces"),
    "open brace": ("name: A\nsite: {weather: b\ncompute:\n  x: 1\n", "", 2, "the { is not closed"),
    "open bracket": ("name: A\nx: [1, 2\ny: 2\n", "", 2, "the [ is not closed"),
    "open quote": ('name: "A\nx: 1\n', "", 1, "the quote is never closed"),
    "colon in a text": ("name: A: B\n", "", 1, "Put a text that holds one in quotes"),
    "indented too deep": ("site:\n  weather: b\n    grid: c\n", "", 3, "indented deeper than the one above"),
    "indented between": ("site:\n  weather: b\n grid: c\n", "", 3, "indented like none above it"),
    "one brace too many": ("life: {end: 2044-12-31}}\n", "", 1, "what stands before is complete"),
    "no space after a colon": ("name: A\nkey:value\nb: 2\n", "", 2, "with a space after the colon"),
    "a text that begins with @": ("name: @a\n", "", 1, "Put it in quotes"),
    "not YAML": ("a: [1, 2", "", 1, "not valid YAML"),
    "empty": ("", "", 1, "a mapping"),
    "a list": ("- 1\n- 2\n", "", 1, "a mapping"),
    "nested": ("[" * 20_000, "", 1, "nested too deeply"),
    "nested mappings": ("{a: " * 20_000, "", 1, "nested too deeply"),
    "bomb": (BOMB, "", 1, "anchors and aliases"),
    "python tag": ("!!python/object/apply:os.system ['true']\n", "", 1, "tags are not read"),
    "duplicate key": (BASE + "name: again\n", "", 8, "stands twice"),
    "two documents": (BASE + "---\nname: x\n", "", 9, "second document"),
    "tab": ("\tname: x\n", "", 1, "not valid YAML"),
    "control character": ("\x00\x01", "", 1, "not valid YAML"),
    "too large": ("#" * 500_001, "", None, "too large"),
    "too many values": ("a: [" + "1," * 20_000 + "]", "", 1, "too many values"),
    "nothing to run": ("name: x\n", "", 1, "nothing to run"),
}  # fmt: skip


@pytest.mark.parametrize("name", BAD)
def test_bad_input_is_one_error_with_its_place_and_the_way_out(name: str) -> None:
    text, path, line, way_out = BAD[name]
    start = time.perf_counter()
    with pytest.raises(SpecError) as caught:
        read(text, "bad.yaml")
    assert time.perf_counter() - start < 5
    problems = caught.value.problems
    hit = [p for p in problems if p.path == path and p.line == line and way_out in str(p)]
    assert hit, str(caught.value)
    assert all(p.file == "bad.yaml" and len(str(p)) < 600 for p in problems)


def _bounds() -> Iterator[Any]:
    """Every bound that a field states beside its quantity's own, and the quantity with it."""

    def below(noun: type[Part]) -> Iterator[type[Part]]:
        for kind in noun.__subclasses__():
            yield from (kind, *below(kind))

    for noun in dict.fromkeys(below(Part)):
        for name, field in noun.model_fields.items():
            if any(isinstance(mark, Quantity) for mark in field.metadata):
                for word, outside in (("ge", -1e-6), ("gt", 0.0), ("le", 1e-6), ("lt", 0.0)):
                    for bound in (getattr(mark, word) for mark in field.metadata if hasattr(mark, word)):
                        whole = Annotated[(field.annotation, *field.metadata)]  # type: ignore[valid-type]
                        yield pytest.param(whole, bound, bound + outside, id=f"{noun.__name__}.{name}-{word}")


@pytest.mark.parametrize(("kind", "bound", "outside"), list(_bounds()))
def test_a_field_keeps_the_bounds_that_it_states(kind: Any, bound: float, outside: float) -> None:
    with pytest.raises(ValidationError, match=f"(at least|at most|above) {bound * 100:g} %|{bound:g} "):
        TypeAdapter(kind).validate_python(outside)


def test_a_value_knows_where_it_comes_from() -> None:
    loaded = read(BASE + 'sources: {s: {title: Filing, grade: H, gives: ["compute.phases[0].power"]}}\n', "a.yaml")
    given = loaded.origins["compute.phases[0].power"]
    assert (given.kind, given.line, given.grade, given.source.title, given.value) == ("spec", 7, "H", "Filing", 100.0)
    unsourced = loaded.origins["compute.phases[0].ready"]
    assert (unsourced.kind, unsourced.grade) == ("spec", "A")
    filled = loaded.origins["compute.server.peak_power"]
    assert filled.kind == "catalog"
    assert filled.source.url.startswith("http")


def test_every_number_of_the_minimal_campus_has_a_grade() -> None:
    loaded = read(BASE)
    assert all(origin.grade in "HMLDUA" for origin in loaded.origins.values())
    assert sum(origin.kind == "catalog" for origin in loaded.origins.values()) > 20


def test_overriding_one_figure_keeps_the_others_of_the_entry() -> None:
    whole = read(BASE.replace("compute:", "compute:\n  server: {use: gb200-nvl72, price: 1 USD}")).campus
    plain = read(BASE).campus
    assert whole.compute is not None
    assert plain.compute is not None
    assert whole.compute.server.price == 1.0
    assert whole.compute.server.peak_power == plain.compute.server.peak_power


@pytest.mark.parametrize("name", ["minimal", "hyperion", "abilene"])
def test_the_examples_meet_the_published_schema(name: str) -> None:
    import jsonschema

    tree, _ = parse((EXAMPLES / f"{name}.yaml").read_text())
    jsonschema.Draft7Validator.check_schema(json_schema())
    errors = sorted(jsonschema.Draft7Validator(json_schema()).iter_errors(tree), key=str)
    assert not errors, errors[0]


def test_a_resolved_spec_reads_back_as_itself() -> None:
    campus = read(BASE).campus
    again = type(campus).model_validate(campus.model_dump(mode="json"), context={"written": True})
    assert again == campus


def test_every_error_is_one_of_ours() -> None:
    assert issubclass(SpecError, CampusError)
    assert SpecError.exit_code == 2
