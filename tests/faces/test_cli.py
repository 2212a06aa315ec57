"""The command line as a user and a script meet it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "examples"


def cli(
    *arguments: object, cwd: Path = ROOT, cache: Path | None = None, columns: int = 80
) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", "from gigacampus.faces.cli import main; main()", *map(str, arguments)]
    env = os.environ | ({"GIGACAMPUS_CACHE": str(cache)} if cache else {}) | {"COLUMNS": str(columns)}
    return subprocess.run(
        command, capture_output=True, text=True, cwd=cwd, env=env, stdin=subprocess.DEVNULL, check=False
    )


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> tuple[subprocess.CompletedProcess[str], Path]:
    folder = tmp_path_factory.mktemp("cli")
    return cli("run", EXAMPLES / "minimal.yaml", "--out", folder / "run"), folder / "run"


def test_run_shows_stages_kpis_and_the_folder(ran: tuple[subprocess.CompletedProcess[str], Path]) -> None:
    process, folder = ran
    assert process.returncode == 0, process.stderr
    assert "facility.pue" in process.stdout
    assert str(folder) in process.stdout
    assert max(len(line) for line in process.stdout.splitlines() if str(folder) not in line) <= 80
    names = {path.name for path in folder.iterdir()}
    assert names == {
        "campus.yaml",
        "kpi.json",
        "promises.json",
        "hourly.parquet",
        "monthly.parquet",
        "provenance.json",
        "report.html",
    }
    assert (folder / "campus.yaml").read_bytes() == (EXAMPLES / "minimal.yaml").read_bytes()


def test_kpi_json_is_flat_has_units_and_no_clock(ran: tuple[subprocess.CompletedProcess[str], Path]) -> None:
    _, folder = ran
    text = (folder / "kpi.json").read_text()
    kpis = json.loads(text)
    assert all(set(k) - {"reason"} == {"value", "unit"} for k in kpis.values())
    assert all(k["value"] is not None or k["reason"] for k in kpis.values())
    assert str(folder) not in text
    assert "finance.dscr_min" in kpis


def test_json_is_alone_on_stdout(tmp_path: Path) -> None:
    process = cli("run", EXAMPLES / "minimal.yaml", "--json", "--out", tmp_path / "run")
    assert json.loads(process.stdout)["kpi"]["facility.pue"]["unit"] == "1"


def test_the_tables_carry_units_and_whole_years(ran: tuple[subprocess.CompletedProcess[str], Path]) -> None:
    import pyarrow.parquet as pq

    table = pq.ParquetFile(ran[1] / "hourly.parquet").read()
    assert table.num_rows == 24 * 3652  # 2029 to 2038, two leap years among them
    assert table.schema.field("facility.load").metadata[b"units"] == b"MW"
    assert pq.ParquetFile(ran[1] / "monthly.parquet").read().num_rows == 120


@pytest.mark.parametrize(
    ("text", "message"),
    [("name: x\nflux: 1\n", "flux"), ("a: [1, 2", "not valid YAML"), ("", "a mapping"), ("[" * 20_000, "nested")],
)
def test_bad_input_exits_with_two_and_writes_nothing(tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "bad.yaml").write_text(text)
    process = cli("run", "bad.yaml", cwd=tmp_path)
    assert process.returncode == 2
    assert message in process.stderr
    assert "Traceback" not in process.stderr + process.stdout
    assert [path.name for path in tmp_path.iterdir()] == ["bad.yaml"]


def test_errors_are_json_too(tmp_path: Path) -> None:
    process = cli("validate", tmp_path / "none.yaml", "--json")
    assert process.returncode == 2
    assert json.loads(process.stdout)["exit_code"] == 2


def test_usage_errors_exit_with_two() -> None:
    assert cli("rnu").returncode == 2
    assert cli("run").returncode == 2


def test_strict_turns_a_broken_promise_into_exit_code_one(tmp_path: Path) -> None:
    spec = tmp_path / "campus.yaml"
    spec.write_text((EXAMPLES / "minimal.yaml").read_text() + "promises: [{kpi: facility.pue, at_most: 1.0}]\n")
    assert cli("run", spec, "--out", tmp_path / "run").returncode == 0
    strict = cli("run", spec, "--out", tmp_path / "run", "--strict")
    assert strict.returncode == 1
    assert "fail" in strict.stdout


def test_new_validate_and_schema(tmp_path: Path) -> None:
    assert cli("new", cwd=tmp_path).returncode == 0
    assert cli("validate", "campus.yaml", cwd=tmp_path).returncode == 0
    text = (tmp_path / "campus.yaml").read_text()
    assert "supply.unserved, at_most: 0 MWh" in text
    assert "facility.hours_short, at_most: 0 h" in text
    assert '"Columbus, Ohio"' in text
    again = cli("new", cwd=tmp_path)
    assert again.returncode == 1
    assert "--force" in again.stderr
    assert json.loads(cli("schema").stdout)["$schema"].endswith("draft-07/schema#")


def test_reasons_and_formulas_are_wrapped_and_not_cut() -> None:
    owner = "  finance.irr.meta                     – the flows never change sign"
    lines = cli("run", EXAMPLES / "hyperion.yaml", "--all").stdout.splitlines()
    assert all(len(line) <= 80 for line in lines if line.startswith("  ") and "." in line)
    text = " ".join(" ".join(lines).split())
    assert " ".join(owner.split()) in text
    assert "the tenant stays to the end of the last term" in text
    wrapped = cli("explain", EXAMPLES / "hyperion.yaml", "finance.dscr_min").stdout
    assert "…" not in wrapped
    lines = wrapped.partition(" inputs, ")[0].splitlines()
    assert sum(len(line) > 80 for line in lines) < 0.1 * len(lines)  # deep rows with long names
    wide = cli("explain", EXAMPLES / "hyperion.yaml", "finance.dscr_min", columns=160).stdout
    assert wide.split() == wrapped.split()
    assert max(map(len, wide.partition(" inputs, ")[0].splitlines())) > 120


def test_explain_reaches_a_source() -> None:
    process = cli("explain", EXAMPLES / "minimal.yaml", "facility.pue")
    assert process.returncode == 0
    assert "source: " in process.stdout
    assert "http" in process.stdout


def test_explain_shows_what_power_costs_by_item() -> None:
    node = json.loads(cli("explain", EXAMPLES / "minimal.yaml", "supply.cost_per_mwh", "--json").stdout)
    items = [child["value"] for child in node["of"] if child["name"].startswith("supply.costs.")]
    assert len(items) > 2
    assert sum(items) == pytest.approx(node["value"], rel=1e-12)
    assert items == sorted(items, key=abs, reverse=True)


def test_explain_says_why_a_kpi_is_undefined() -> None:
    process = cli("explain", EXAMPLES / "minimal.yaml", "facility.cycles")
    assert "is undefined:  the spec gives no quality of the make-up water" in process.stdout


def test_explain_fits_the_terminal_but_for_addresses() -> None:
    lines = cli("explain", EXAMPLES / "minimal.yaml", "facility.pue").stdout.splitlines()
    assert [line for line in lines if len(line) > 80 and "://" not in line] == []


def test_explain_stops_at_a_depth_and_says_how_to_go_on() -> None:
    few, more = (
        cli("explain", EXAMPLES / "hyperion.yaml", "finance.irr.blue_owl", "--depth", n).stdout for n in (2, 5)
    )
    assert "more below: --depth 5 goes on" in few
    tree, deeper = (text.partition(" inputs, ") for text in (few, more))
    assert len(tree[0].splitlines()) < len(deeper[0].splitlines())
    assert tree[2] == deeper[2], "the inputs are those of the whole walk"


def test_verify_has_a_head_and_the_tolerance() -> None:
    head, first, *_ = cli("verify", "finance.hyperion").stdout.splitlines()
    assert head.split() == ["id", "published", "computed", "within", "unit"]
    assert len(first.split()) == 7
    assert head.index("within") + len("within") <= 74


def test_an_output_folder_of_something_else_is_refused(tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "precious").write_text("")
    process = cli("run", EXAMPLES / "minimal.yaml", "--out", tmp_path / "mine")
    assert process.returncode == 1
    assert [path.name for path in (tmp_path / "mine").iterdir()] == ["precious"]


DEAL = EXAMPLES.parent / "tests" / "deals" / "small.yaml"
FIGURES = """\
  published:
    rents: {row: campus.rent_total, equals: 150.0 m USD, source: a filing}
    cover: {row: issuer.cfads, over: notes.planned_payment, equals: %s}
  leases:"""


def test_consistent_names_what_cannot_be_true(tmp_path: Path) -> None:
    spec, text = tmp_path / "deal.yaml", DEAL.read_text().replace("rent: 15 m USD", "rent: unknown")
    spec.write_text(text.replace("  leases:", FIGURES % "1.16"))
    process = cli("consistent", spec)
    assert process.returncode == 0, process.stderr
    assert "leases.campus.rent" in process.stdout
    spec.write_text(text.replace("  leases:", FIGURES % "1.30"))
    process = cli("consistent", spec)
    assert process.returncode == 1
    assert "These cannot all be true: rents, cover." in process.stdout
    assert "168.4 m USD" in process.stdout
    assert all(len(line) <= 80 for line in process.stdout.splitlines())
    found = json.loads(cli("consistent", spec, "--json").stdout)
    assert found["fits"] == []
    assert found["readings"]["as it stands"]["contradictions"] == [["rents", "cover"]]
    assert cli("consistent", DEAL).returncode == 2
    assert cli("consistent", EXAMPLES / "minimal.yaml").returncode == 2


def test_run_says_what_would_close_a_deal(tmp_path: Path) -> None:
    spec = tmp_path / "deal.yaml"
    spec.write_text(DEAL.read_text().replace("up_to: 40 m USD", "up_to: 25 m USD"))
    process = cli("run", spec, "--out", tmp_path / "run")
    assert process.returncode == 0
    assert "uses of Issuer above its sources, by 15 m USD" in process.stdout
    assert "entities.Issuer.funding[1].up_to 40 m USD" in " ".join(process.stdout.split())
    assert all(len(line) <= 80 for line in process.stdout.splitlines() if "Issuer" in line)
    assert cli("run", spec, "--out", tmp_path / "run", "--strict").returncode == 1
    gap = json.loads(cli("run", spec, "--out", tmp_path / "run", "--json").stdout)["gaps"][0]
    spec.write_text(DEAL.read_text().replace("rent: 15 m USD", "rent: 12 m USD"))
    poor = cli("run", spec, "--out", tmp_path / "run").stdout
    typed = next(line.split(maxsplit=1)[1] for line in poor.splitlines() if "leases.campus.rent" in line)
    spec.write_text(DEAL.read_text().replace("rent: 15 m USD", f"rent: {typed}"))
    assert "Does not close" not in cli("run", spec, "--out", tmp_path / "run").stdout
    assert gap["closing"]["loans.notes.amount"]["value"] == pytest.approx(75e6, rel=1e-5)


def test_consistent_tells_hyperion_s_readings_apart() -> None:
    process = cli("consistent", EXAMPLES / "hyperion.yaml")
    assert process.returncode == 0, process.stderr
    assert "These cannot all be true: notes, coupon, share, commitment, cover." in process.stdout
    assert "Fits: B: sculpted notes, growing rent" in process.stdout


def test_consistent_without_figures_names_the_file_and_an_example() -> None:
    process = cli("consistent", EXAMPLES / "abilene.yaml")
    assert process.returncode == 2
    assert "abilene.yaml: deal.published: no figure is published of this deal" in process.stderr
    assert "examples/hyperion.yaml" in process.stderr


def test_run_says_which_published_figures_are_missed(tmp_path: Path) -> None:
    """Rent that pays 1.2 times the notes' service pays no more than that: a cover of 2 beside it cannot be met."""
    spec = tmp_path / "deal.yaml"
    figures = """
  published:
    rents: {row: rent_total, equals: 155.4 m USD}
    cover: {row: dscr_min, equals: 2.00}
"""
    spec.write_text(DEAL.read_text().replace("rent: 15 m USD", "rent: unknown") + figures)
    process = cli("run", spec, "--out", tmp_path / "run", "--strict")
    assert process.returncode == 1
    assert "published 2" in process.stdout
    assert all(len(line) <= 80 for line in process.stdout.splitlines() if ", published" in line)
    found = json.loads(cli("run", spec, "--out", tmp_path / "run", "--json").stdout)["missed"]
    assert found["cover"]["published"] == 2
    assert "published figures" in (tmp_path / "run" / "report.html").read_text(encoding="utf-8")
