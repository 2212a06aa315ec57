"""What a reader is told beside the figures: load not served, plants that never run, contracts that outlast."""

from __future__ import annotations

import functools
from pathlib import Path

import numpy as np
import pytest

from gigacampus.campus.spec import read
from gigacampus.errors import SpecError
from gigacampus.faces import notes
from gigacampus.faces.cli import running, specs
from gigacampus.faces.figures import facts
from gigacampus.faces.figures.campus import energy, explorer
from gigacampus.faces.figures.deal import debt
from gigacampus.faces.report import glance
from gigacampus.runs.checks import check, outlasting
from gigacampus.runs.pipeline import Run

CAMPUS = """\
name: Notes
life: {end: 2029-03-31}
site: {weather: columbus-oh, grid: pjm}
compute: {phases: [{name: Hall, ready: 2029-01-01, power: 100 MW}]}
supply:
  grid: {import_limit: 300 MW}
  plants:
    wind: {use: wind-onshore, capacity: 30 MW, owner: contract, price: 40 USD/MWh}
    store: {use: battery-4h, capacity: 10 MW}
deal:
  close: 2028-01-31
  entities:
    {Tenant: , Bank: , Owner: , Vehicle: {owners: {Owner: 100 %}, funding: [{shares: {loan: 60 %, owners: 40 %}}]}}
  construction: {works: {payer: Vehicle, amount: 100 m USD, start: close, end: 2028-12-31}}
  loans:
    loan: {borrower: Vehicle, amount: 60 m USD, interest_only_until: 2028-12-31, final: 2029-03-31, coupon: 6 %}
  leases: {lease: {landlord: Vehicle, tenant: Tenant, start: 2029-01-01, end: 2029-04-01, rent: 900 m USD}}
"""


@functools.cache
def ran(*changes: str) -> Run:
    text = CAMPUS
    for change in changes:
        before, after = change.split(" -> ")
        text = text.replace(before, after)
    return Run(read(text, "notes.yaml"), store=False)


def said(run: Run) -> str:
    return " ".join(note.en for note in notes.notes(run))


def test_load_that_is_not_served_is_in_table_head_and_figure() -> None:
    short, whole = ran("300 MW -> 60 MW"), ran()
    share = 100 * short.kpi["supply.unserved"].value / (
        short.kpi["supply.unserved"].value + short.kpi["facility.energy"].value
    )  # fmt: skip
    assert f"of the load, {share:.2g}\u202f%, is not served" in said(short)
    assert "supply.unserved" in running.headline(short)
    assert "is not served" in glance.lead(short).en
    assert "供給できない" in glance.lead(short).ja
    figure = energy.load_duration(short)
    assert figure is not None
    assert "are not" in figure.title.en
    assert "load factor" not in figure.title.en
    assert "served" not in said(whole)
    assert "supply.unserved" not in running.headline(whole)


SUN = (
    "{use: wind-onshore, capacity: 30 MW, owner: contract, price: 40 USD/MWh}"
    " -> {use: solar-single-axis, capacity: 400 MW}"
)


def part(run: Run) -> tuple[dict[str, float], float]:
    return facts.shares(run), float(run.supply.dispatch.grid_import.sum() / run.supply.load.sum())


@pytest.mark.parametrize("store", ["", "battery-4h"])
@pytest.mark.parametrize("export", ["0 MW", "80 MW"])
def test_shares_of_the_load_count_no_battery_and_no_export(store: str, export: str) -> None:
    """Behind the meter what is imported is the market's; with one plant, all else is the plant's."""
    night = (
        f"{{use: {store}, capacity: 60 MW}}"
        if store
        else "{use: wind-onshore, capacity: 0 MW, owner: contract, price: 1 USD/MWh}"
    )
    run = ran(
        f"import_limit: 300 MW -> export_limit: {export}",
        SUN,
        f"{{use: battery-4h, capacity: 10 MW}} -> {night}",
    )
    made = run.supply.dispatch
    assert (made.charge.sum() > 0, made.grid_export.sum() > 0) == (bool(store), export != "0 MW")
    found, market = part(run)
    assert set(found) == {"solar", "grid"}
    assert found["grid"] == pytest.approx(market, rel=1e-12)
    assert sum(found.values()) == pytest.approx(1.0, rel=1e-12)
    first = max(found, key=lambda kind: found[kind])
    title = energy.energy_by_year(run).title.en
    assert title.startswith(
        f"{'Market' if first == 'grid' else 'Solar'} carries {100 * found[first]:.0f}\u202f% of the load"
    )
    assert "attery" not in title + glance.lead(run).en
    assert f"{100 * found[first]:.0f}\u202f% of it from" in glance.lead(run).en


def test_axes_hold_all_that_is_drawn() -> None:
    run = ran(SUN,
              "import_limit: 300 MW -> export_limit: 80 MW")  # fmt: skip
    stack = sum(facts.delivered(run).sources.values())
    assert explorer.explorer(run).layout["yaxis"]["range"][1] >= float(stack.max()) > float(run.supply.load.max())
    curves = energy.load_duration(run)
    assert curves.layout["yaxis"]["range"][1] >= max(float(np.max(line["y"])) for line in curves.data)


def test_cash_that_is_kept_after_the_halls_are_ready_is_told() -> None:
    long = ("life: {end: 2029-03-31} -> life: {end: 2035-03-31}", "final: 2029-03-31 -> final: 2035-03-31",
            "end: 2029-04-01 -> end: 2035-03-31")  # fmt: skip
    late = ran(*long, "loan: {borrower: Vehicle, -> loan: {start: 2028-01-31, borrower: Vehicle,",
               "interest_only_until: 2028-12-31, final -> interest_only_until: 2030-12-31, final")  # fmt: skip
    assert "Vehicle distributes nothing in 23 months after the last phase is ready" in said(late)
    assert late.finance.row("vehicle.distribution")[:35].sum() == 0
    assert "distributes nothing" not in said(ran(*long))


def test_a_phase_that_is_not_built_is_found_before_a_run() -> None:
    text = CAMPUS.replace("amount: 100 m USD, start", "unit_cost: 1 m USD/MW, phase: hall 1, start")
    with pytest.raises(SpecError, match=r"works\.phase: no phase of this name has a power .*Did you mean 'Hall'\?"):
        check(read(text, "notes.yaml"))
    check(read(text.replace("hall 1", "Hall"), "notes.yaml"))


def test_debt_that_is_not_paid_stands_beside_what_does_not_close() -> None:
    poor = " ".join("\n".join(running.lines(ran("rent: 900 m USD -> rent: 1 m USD"))).split())
    assert "Debt is not paid: One debt payment is not met in full of Vehicle" in poor
    assert "Debt is not paid" not in "\n".join(running.lines(ran()))


def test_a_loan_that_is_never_drawn_has_no_figure_of_debt() -> None:
    assert debt.debt_and_cover(ran("amount: 60 m USD -> amount: 0 USD")) is None
    assert debt.debt_and_cover(ran()) is not None


def test_hours_short_are_in_table_and_head() -> None:
    run = ran(
        "supply: -> facility: {cooling: direct-to-chip-tower, water: {cap: 0 L/kWh}, design: {accept_excess: true}}\n"
        "supply:"
    )
    assert run.kpi["facility.hours_short"].value > 0
    assert "facility.hours_short" in running.headline(run)
    assert "hours the cooling plant cannot hold its supply temperature" in glance.lead(run).en


@pytest.mark.parametrize(
    ("change", "found", "why"),
    [
        (": -> :", "store never charges, and costs $", "no clean plant is behind the meter; from_contracts would"),
        ("owner: contract, price: 40 USD/MWh -> owner: campus", "store never charges", "ever gives more than the load"),
        ("capacity: 10 MW -> capacity: 10 MW, from_contracts: true", "store never", "no clean plant ever gives more"),
        (
            "store: {use: battery-4h -> store: {fuel: {price: 90 USD/MMBtu}, use: gas-turbine-f",
            "store never runs",
            "what is cheaper meets the load",
        ),
        ("capacity: 10 MW -> capacity: 10 MW, start: 2031-01-01", "store never", "only outside the campus's life"),
        ("capacity: 10 MW -> capacity: 0 MW", "store never", "its capacity is 0"),
    ],
)
def test_a_plant_that_never_runs_is_told_with_the_reason(change: str, found: str, why: str) -> None:
    text = said(ran(change))
    assert found in text
    assert why in text
    assert "wind never" not in text
    assert found.split(" never", maxsplit=1)[0] in glance.lead(ran(change)).ja


def test_a_plant_that_runs_is_not_named() -> None:
    assert (
        notes.notes(
            ran("capacity: 30 MW -> capacity: 800 MW", "capacity: 10 MW -> capacity: 10 MW, from_contracts: true")
        )
        == []
    )


def test_a_contract_that_outlasts_the_campus_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert outlasting(ran().loaded) == []  # a term that ends on the day after the life's last
    late = ran("end: 2029-04-01 -> end: 2031-04-01", "final: 2029-03-31 -> final: 2030-12-31")
    assert [(one.name, one.months) for one in outlasting(late.loaded)] == [("lease", 24), ("loan", 21)]
    text = "lease runs to 2031-04-01, 24 months after the campus's life ends (2029-03-31)"
    assert text in said(late)
    assert text in glance.lead(late).en
    file = tmp_path / "late.yaml"
    file.write_text(late.loaded.text)
    specs.validate(file, as_json=False)
    assert text in " ".join(capsys.readouterr().out.split())


def test_a_lease_that_starts_after_the_campus_s_life_is_an_error() -> None:
    with pytest.raises(
        SpecError, match=r"notes.yaml:17: deal.leases.lease.start: the lease starts on 2030-01-01, after"
    ):
        check(ran("start: 2029-01-01, end: 2029-04-01 -> start: 2030-01-01, end: 2031-04-01").loaded)


def test_a_loan_that_is_never_drawn_is_told() -> None:
    assert (
        "No loan is ever drawn." in glance.lead(ran("interest_only_until: 2028-12-31 -> interest_only_until: close")).en
    )
