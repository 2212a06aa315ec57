"""What a newcomer meets: names that are near, notes beside figures, a legend of the deal's own parties."""

from __future__ import annotations

from pathlib import Path

import pytest
from pages import html, run

import gigacampus.api  # noqa: F401 - adds plot
from gigacampus.campus.spec import read
from gigacampus.errors import CampusError, SpecError
from gigacampus.faces import notes
from gigacampus.faces.cli import specs
from gigacampus.faces.figures.campus import carbon, control
from gigacampus.faces.figures.deal import parties
from gigacampus.faces.report import page
from gigacampus.runs.result import Result

MINIMAL = """\
name: Minimal
life: {end: 2029-02-28}
site: {weather: columbus-oh, grid: pjm}
compute: {phases: [{name: Hall, ready: 2029-01-01, power: 100 MW}]}
"""


def test_a_name_that_is_near_is_proposed_in_python_too() -> None:
    hyperion = Result(run("hyperion"))
    with pytest.raises(KeyError, match=r"no KPI is called 'facility.pu'; did you mean .*facility.pue"):
        hyperion.kpi["facility.pu"]
    with pytest.raises(CampusError, match=r"no party is called 'Blue Owls'. Try Blue Owl"):
        hyperion.finance.cashflows("Blue Owls")
    assert hyperion.finance.cashflows("Blue Owl")[1].size
    with pytest.raises(CampusError, match="the spec has no deal, so there is no finance"):
        Result(run("minimal")).finance  # noqa: B018
    assert {"finance", "plot", "impact", "kpi", "supply"} <= set(dir(hyperion))
    assert "finance" not in dir(Result(run("minimal")))


def test_every_entity_of_an_example_has_cash_flows() -> None:
    for name in ("hyperion", "abilene"):
        for entity in run(name).campus.deal.entities:
            run(name).finance.cashflows(entity)


def test_a_grid_that_is_not_given_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "minimal.yaml"
    file.write_text(MINIMAL.replace(", grid: pjm", ""))
    specs.validate(file, as_json=False)
    assert "those of miso. There are ercot, miso, miso-south," in " ".join(capsys.readouterr().out.split())
    assert list(notes.grid(read(MINIMAL))) == []


def test_a_grid_of_elsewhere_is_named_with_what_it_gives(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "minimal.yaml"
    file.write_text(MINIMAL.replace("columbus-oh", "phoenix-az"))
    specs.validate(file, as_json=False)
    said = " ".join(capsys.readouterr().out.split())
    assert "of AZ, which the grid pjm does not reach: mix, price, price_shape, carbon_location, carbon_residual" in said
    own = "{use: pjm, price: 30 USD/MWh, price_shape: caiso-2024, carbon_location: 300 kg/MWh}"
    (note,) = notes.grid(read(MINIMAL.replace("columbus-oh", "phoenix-az").replace("grid: pjm", f"grid: {own}")))
    assert "reach: mix, carbon_residual are" in note.en


@pytest.mark.parametrize(
    ("change", "way_out"),
    [
        (("grid: pjm", "grid: caiso"), "Try ercot, miso, miso-south, pjm, pjm-dominion, pjm-west"),
        (("columbus-oh", "frankfurt"), "the catalogue's weather has no 'frankfurt'"),
        (("columbus-oh", "frankfurt"), "or a file: epw or tmy3"),
        (("{weather", "{place: Ashburn, Virginia, weather"), "A text that holds a comma stands in quotes"),
    ],
)
def test_the_way_out_fits_the_mistake(change: tuple[str, str], way_out: str) -> None:
    with pytest.raises(SpecError) as caught:
        read(MINIMAL.replace(*change))
    assert way_out in str(caught.value)


def test_new_says_which_folder_is_missing(tmp_path: Path) -> None:
    with pytest.raises(CampusError, match=f"there is no folder {tmp_path / 'other'}"):
        specs.new(tmp_path / "other" / "x.yaml", "X", force=False, as_json=False)


def test_the_legend_has_the_parties_of_the_deal_alone() -> None:
    legend = {head.en: [text.en for _, text in items] for head, items in page._palette(run("abilene"))}
    assert "Meta" not in legend["Parties"]
    assert "BlackRock" not in legend["Parties"]
    assert "Blue Owl" in legend["Parties"]
    assert "Parties" not in {head.en for head, _ in page._palette(run("minimal"))}
    assert {"Meta", "PIMCO, debt"} <= {text.en for head, items in page._palette(run("hyperion")) for _, text in items}
    assert "BlackRock" not in html("abilene").partition('<section id="key">')[2]


def test_a_line_that_stands_twice_is_drawn_once() -> None:
    for name, lines in (("hyperion", True), ("abilene", False)):
        figure = carbon.carbon_by_year(run(name))
        assert figure is not None
        assert ("No certificates" in [line["name"].en for line in figure.data]) == lines


def test_a_note_speaks_of_what_is_shown() -> None:
    figure = control.control_front(run("hyperion"))
    assert figure is not None
    assert "No limits" not in figure.note.en
    for name, own in (("abilene", True), ("hyperion", False)):
        shown = parties.who_gets_what(run(name))
        assert shown is not None
        assert ("capital of own plants" in shown.note.en) == own
