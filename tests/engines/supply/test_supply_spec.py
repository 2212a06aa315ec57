"""The spec's supply: plants by kind, defaults from the catalogue, and messages that say the way out."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from gigacampus.campus import catalog
from gigacampus.campus.spec.supply import KINDS, Battery, Certificates, Fuel, Gas, Supply, Tariff, Wind


def read(plant: Any) -> Any:
    return Supply.model_validate({"plants": {"x": plant}}, context={"written": True}).plants["x"]


@pytest.mark.parametrize("name", catalog.names("power_technologies"))
def test_every_entry_is_a_plant_by_its_name_and_capacity(name: str) -> None:
    plant = read({"use": name, "capacity": "10 MW"})
    assert type(plant) is KINDS[catalog.entry("power_technologies", name).text["kind"]]
    assert plant.use == name
    figures = catalog.entry("power_technologies", name).figures
    unread = set(figures) - set(type(plant).model_fields)
    assert not unread


def test_atb_2030_moderate_in_2022_dollars() -> None:
    found = {n: read({"use": n, "capacity": "1 MW"}) for n in catalog.names("power_technologies")}
    figures = {n: (p.capex, p.fom, p.vom, p.wacc) for n, p in found.items()}
    assert figures["solar-single-axis"] == (1193, 18.0, 0, pytest.approx(0.0438))
    assert figures["wind-onshore"] == (1473, 29.3, 0, pytest.approx(0.0519))
    assert figures["ccgt-2x1-h"] == (1428, 31.6, 2.04, pytest.approx(0.0536))
    assert figures["gas-turbine-f"] == (1270, 25.0, 6.94, pytest.approx(0.0536))
    assert figures["smr"] == (9650, 136, 2.6, pytest.approx(0.0565))
    assert figures["egs-flash"] == (8016, 145, 0, pytest.approx(0.0515))
    battery = found["battery-4h"]
    assert isinstance(battery, Battery)
    assert (battery.capex, battery.capex_energy, battery.fom, battery.fom_energy) == (433, 255, 10.8, 6.37)
    gas = found["ccgt-2x1-h"]
    assert isinstance(gas, Gas)
    assert (gas.heat_rate, gas.fuel.carbon) == (6.238, 53.1145)


def test_a_kind_alone_takes_its_default_entry() -> None:
    assert {kind: read({"kind": kind, "capacity": "1 MW"}).use for kind in KINDS} == {
        "solar": "solar-single-axis",
        "wind": "wind-onshore",
        "battery": "battery-4h",
        "gas": "ccgt-2x1-h",
        "firm": "smr",
    }


def test_owner_decides_on_which_side_of_the_meter() -> None:
    assert read({"use": "smr", "capacity": "1 MW"}).behind_meter
    assert not read({"use": "smr", "capacity": "1 MW", "owner": "utility"}).behind_meter
    assert read({"use": "smr", "capacity": "1 MW", "owner": "utility", "behind_meter": True}).behind_meter
    assert read({"use": "battery-4h", "capacity": "1 MW", "owner": "utility"}).behind_meter


@pytest.mark.parametrize(
    ("plant", "path", "message"),
    [
        (3, (), "needs its kind"),
        ({"capacity": "1 MW"}, (), "needs its kind"),
        ({"kind": "sun", "capacity": "1 MW"}, (), "no such kind of plant: 'sun'"),
        ({"kind": ["sun"], "capacity": "1 MW"}, (), "no such kind of plant"),
        ({"use": "solr", "capacity": "1 MW"}, (), "Try smr, solar-fixed, solar-single-axis"),
        ({"use": ["x"], "kind": "solar", "capacity": "1 MW"}, (), "use must be the name"),
        ({"kind": "wind", "use": "smr", "capacity": "1 MW"}, (), "kind is wind, but smr of the catalogue is firm"),
        ({"kind": "solar"}, ("capacity",), "required"),
        ({"kind": "solar", "capacity": "3"}, ("capacity",), "write '3 MW'"),
        ({"kind": "solar", "capacity": "-3 MW"}, ("capacity",), "at least 0 MW"),
        ({"kind": "solar", "capacity": "3 MW", "capacty": "3 MW"}, ("capacty",), "not permitted"),
        ({"kind": "solar", "capacity": "3 MW", "owner": "contract"}, (), "needs its price"),
        ({"kind": "solar", "capacity": "3 MW", "price": "3 USD/MWh"}, (), "set owner to contract"),
        ({"kind": "battery", "capacity": "3 MW", "min_state": "100 %"}, (), "min_state must be below"),
        ({"kind": "battery", "capacity": "3 MW", "behind_meter": False}, (), "stands behind the meter"),
        ({"kind": "wind", "capacity": "3 MW", "cut_in": "30 m/s"}, (), "must rise"),
        ({"kind": "gas", "capacity": "3 MW", "fuel": "coal"}, ("fuel",), "the catalogue's fuels have no 'coal'"),
        (
            {"kind": "firm", "capacity": "3 MW", "start": "2030-01-01", "end": "2029-01-01"},
            (),
            "end must not be before",
        ),
    ],
)
def test_messages_name_the_place_and_the_way_out(plant: Any, path: tuple[str, ...], message: str) -> None:
    with pytest.raises(ValidationError) as found:
        read(plant)
    errors = {error["loc"]: error["msg"] for error in found.value.errors()}
    assert message in errors["plants", "x", *path]


def test_what_is_written_is_read_back() -> None:
    plants = {name: {"use": name, "capacity": "12.5 MW"} for name in catalog.names("power_technologies")}
    supply = Supply.model_validate({"plants": plants}, context={"written": True})
    again = Supply.model_validate(supply.model_dump(mode="json"), context={"written": True})
    assert again == supply


def test_the_json_schema_offers_every_kind_of_plant() -> None:
    schema = Supply.model_json_schema()
    offered = {
        option["$ref"].rsplit("/", 1)[1] for option in schema["properties"]["plants"]["additionalProperties"]["anyOf"]
    }
    assert offered == {"Solar", "Wind", "Battery", "Gas", "Firm"}
    assert all(field.get("description") for field in schema["properties"].values())


@pytest.mark.parametrize(("section", "noun"), [("tariffs", Tariff), ("certificates", Certificates), ("fuels", Fuel)])
def test_every_tariff_certificate_and_fuel_reads(section: str, noun: Any) -> None:
    for name in catalog.names(section):
        assert noun.model_validate(name, context={"written": True}).use == name


def test_fuel_factors_are_their_gases_by_ar5() -> None:
    from gigacampus.engines.impact.operational import combustion_factor
    from gigacampus.quantities import parse_quantity

    for name in catalog.names("fuels"):
        figures = catalog.entry("fuels", name).figures
        co2 = parse_quantity(figures["co2"].value, "kg/MMBtu")
        by_gas = combustion_factor(co2, figures["ch4_g"].value, figures["n2o_g"].value)
        assert Fuel.model_validate(name).carbon == pytest.approx(by_gas, abs=1e-9)


def test_a_wind_resource_is_scaled_unless_switched_off() -> None:
    wind = read({"use": "wind-onshore", "capacity": "1 MW", "scale_to": None})
    assert isinstance(wind, Wind)
    assert wind.scale_to is None
    assert read({"use": "wind-onshore", "capacity": "1 MW"}).scale_to == pytest.approx(0.4018)
