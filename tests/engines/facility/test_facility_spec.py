"""What the facility's spec takes, fills and refuses."""

from __future__ import annotations

from typing import Any

import pytest
from facility_cases import CHAINS, PLANTS
from pydantic import ValidationError

from gigacampus.campus import catalog
from gigacampus.campus.spec.facility import (
    Chiller,
    CoolingPlant,
    Facility,
    HeatRejection,
    Liquid,
    PowerChain,
    PowerElement,
    WaterLoop,
)


@pytest.mark.parametrize("name", PLANTS)
def test_plants_of_the_catalogue_are_whole(name: str) -> None:
    plant = CoolingPlant.model_validate(name)
    assert plant.use == name
    assert plant.kind
    assert CoolingPlant.model_validate(plant.model_dump(mode="json")) == plant


@pytest.mark.parametrize("name", CHAINS)
def test_chains_of_the_catalogue_are_whole(name: str) -> None:
    assert PowerChain.model_validate(name).use == name


@pytest.mark.parametrize(
    "section",
    [s for s in catalog.sections() if s.startswith(("cooling_", "chiller_", "power_chains", "power_el"))],
)
def test_every_figure_has_year_source_and_grade(section: str) -> None:
    for name in catalog.names(section):
        for field, figure in catalog.entry(section, name).figures.items():
            assert figure.grade in catalog.GRADES, (name, field)
            assert figure.year, (name, field)
            assert figure.note or figure.grade not in "A", (name, field)


def test_default_is_liquid_with_adiabatic_coolers() -> None:
    facility = Facility()
    assert facility.cooling.use == "direct-to-chip-adiabatic"
    assert facility.cooling.air_plant is not None
    assert facility.cooling.air_plant.kind == "chilled-water"


def test_a_part_without_use_changes_the_plants_own() -> None:
    plant = CoolingPlant.model_validate({"use": "immersion-1p", "liquid": {"supply": "38 C"}})
    assert plant.liquid == Liquid.model_validate({"use": "single-phase-bath", "supply": "38 C"})
    other = CoolingPlant.model_validate({"liquid": {"supply": "38 C"}})
    assert other.liquid == Liquid.model_validate({"use": "warm-coolant", "supply": "38 C"})


@pytest.mark.parametrize(
    ("noun", "given", "says"),
    [
        (CoolingPlant, {"use": "meta-air", "liquid": "warm-coolant"}, "air-economiser has no use for liquid"),
        (CoolingPlant, {"use": "chilled-water-tower", "chiller": None}, "chilled-water needs chiller"),
        (CoolingPlant, {"use": "chilled-water-tower", "liquid_share": "50 %"}, "has no use for liquid_share"),
        (CoolingPlant, {"use": "meta-air", "chiller": "code-air-cooled"}, "needs air, loop and chiller together"),
        (CoolingPlant, {"use": "direct-to-chip-dry", "air_plant": "immersion-1p"}, "the air_plant must cool air"),
        (CoolingPlant, {"use": "direct-to-chip-tower", "loop": "warm-water-closed"}, "open to the air"),
        (
            CoolingPlant,
            {"use": "air-cooled-chiller", "chiller": "warm-water-centrifugal"},
            "needs rejection and a loop",
        ),
        (CoolingPlant, {"use": "no-such-plant"}, "have no 'no-such-plant'"),
        (CoolingPlant, {"use": "meta-air", "outside_air": {"supply_min": "30 C"}}, "must not be above supply_max"),
        (CoolingPlant, {"use": "meta-air", "outside_air": {"dew_point_max": "2 C"}}, "must not be below dew_point_min"),
        (Liquid, {"use": "warm-coolant", "supply": "55 C"}, "bring the chip to 90 C, above chip_limit"),
        (WaterLoop, {"use": "cold-water", "outer_pressure": "5 kPa"}, "without outer_rise"),
        (WaterLoop, {"use": "cold-water", "rise": "0 K"}, "above zero"),
        (HeatRejection, {"use": "dry-cooler", "kind": "tower"}, "tower heat rejection needs cycles"),
        (HeatRejection, {"use": "dry-cooler", "fan_minimum": "0 %"}, "above zero"),
        (Chiller, {"use": "code-air-cooled", "eirft": None}, "also needs eirft"),
        (Chiller, {"use": "warm-water-centrifugal", "condenser": "air"}, "water-cooled machines"),
        (PowerChain, {"use": "ups-2n", "ups": {"linear": -0.5}}, "must not be negative"),
        (PowerChain, {"use": "ups-2n", "topology": "3N"}, "Input should be 'N'"),
        (PowerChain, {"use": "ups-2n", "transformer": None}, "transformer must be given; null leaves out"),
        (PowerElement, {"points": [[0.5, 0.9], [0.2, 0.9], [1, 0.9]]}, "must rise from point to point"),
        (PowerElement, {"points": [[0.5, 0.5], [1, 1]]}, "must rise from point to point"),
        (PowerElement, {"points": [[0.1, 0.9], [0.5, 0.9]]}, "must be at full load"),
        (PowerElement, {"points": [[0.1, 0.9], [1, 0.9]], "no_load": "1 %"}, "give one of both"),
    ],
)
def test_what_is_refused(noun: type[Any], given: dict[str, Any], says: str) -> None:
    with pytest.raises(ValidationError, match=says):
        noun.model_validate(given)
