"""Write the parts of README and docs/ that follow from the code and its results, or check that they are up to date.

    uv run python scripts/build_docs.py [--code | --bench FILE | --pictures] [--check]

A generated part stands in its page between two comments, ``<!-- begin NAME -->`` and ``<!-- end NAME -->``; the rest of
the page is written by hand. `docs/campus.schema.json` is generated as a whole. Where prose quotes a KPI of Hyperion, it
says so: ``<!-- kpi facility.pue -->1.09<!-- /kpi -->``.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path

from parts.code import catalog_tables, command_texts, grades, kpi_tables, stages
from parts.fields import dictionary, units
from parts.results import (
    EXAMPLE,
    FIRST,
    ROOT,
    benchmarks,
    hyperion,
    ledger_rows,
    ledger_sum,
    models,
    run_text,
    with_kpis,
)

from gigacampus.campus.spec import json_schema
from gigacampus.errors import CampusError
from gigacampus.faces import report
from gigacampus.runs import inputs
from gigacampus.runs.pipeline import Run

BLOCKS: dict[str, dict[str, Callable[[], str]]] = {
    "docs/spec.md": {"fields": dictionary, "units": units},
    "docs/kpis.md": {"kpis": kpi_tables},
    "docs/cli.md": {"commands": command_texts},
    "docs/catalog.md": {"sections": catalog_tables, "grades": grades},
    "docs/architecture.md": {"stages": stages},
}
"""Parts that follow from the code alone."""

MEASURED: dict[str, dict[str, Callable[[], str]]] = {
    "README.md": {"run": run_text},
    "README.ja.md": {"run": run_text},
    "docs/hyperion.md": {},
    "docs/deals.md": {"models": models},
}
"""Parts that follow from the first example's run, and the KPIs that their pages quote."""

LEDGER: dict[str, dict[str, Callable[[], str]]] = {
    "README.md": {"ledger": ledger_sum},
    "README.ja.md": {"ledger": ledger_sum},
    "docs/ledger.md": {"rows": ledger_rows, "sum": ledger_sum},
}
"""Parts that follow from the ledger, computed."""


def filled(text: str, name: str, body: str) -> str:
    """A page with the generated part of that name replaced."""
    pattern = re.compile(rf"(<!-- begin {name} -->\n).*?(<!-- end {name} -->)", re.DOTALL)
    if not pattern.search(text):
        raise SystemExit(f"the page has no part called {name}")
    return pattern.sub(lambda match: f"{match[1]}\n{body}\n\n{match[2]}", text)


def made(parts: Mapping[str, Mapping[str, Callable[[], str]]]) -> dict[Path, str]:
    """Pages with their generated parts as they should be."""
    pages = {}
    for page, blocks in parts.items():
        text = (ROOT / page).read_text(encoding="utf-8")
        for name, make in blocks.items():
            text = filled(text, name, make())
        pages[ROOT / page] = text
    return pages


def pages() -> dict[Path, str]:
    """Pages that follow from the code, as they should be."""
    schema = json.dumps(json_schema(), indent=2, ensure_ascii=False) + "\n"
    return made(BLOCKS) | {ROOT / "docs" / "campus.schema.json": schema}


def measured() -> dict[Path, str]:
    """Pages that follow from the first example, as they should be."""
    kpis = hyperion()
    return {path: with_kpis(text, kpis) for path, text in made(MEASURED).items()}


def held() -> dict[Path, str]:
    """Pages that follow from the ledger, as they should be."""
    return made(LEDGER)


def stale(wanted: Mapping[Path, str]) -> list[str]:
    """Names of the pages that are not up to date."""
    return [path.name for path, text in wanted.items() if not path.exists() or path.read_text(encoding="utf-8") != text]


PICTURES = {"report-head": "#glance", "report-energy": "#energy_sankey", "report-money": "#who_gets_what"}
"""Pictures of README, each by the part of the report that it shows."""


def pictures(chromium: str = "/usr/bin/chromium") -> None:
    """Draw the report of the first example and take its pictures, 1440 px wide."""
    from playwright.sync_api import sync_playwright

    with tempfile.TemporaryDirectory() as folder, sync_playwright() as play:
        file = Path(folder) / "report.html"
        file.write_bytes(Run(inputs.read_spec(EXAMPLE), faces=(report.STAGE,)).get("report"))
        browser = play.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        page = browser.new_page(viewport={"width": 1440, "height": 1400}, color_scheme="light")
        page.goto(file.as_uri())
        for name, part in PICTURES.items():
            place, head = page.locator(part), name == "report-head"
            place.scroll_into_view_if_needed()
            page.wait_for_timeout(4_000)  # figures are drawn as they come into view
            box = place.bounding_box()
            assert box is not None
            left, top = (0.0, 0.0) if head else (box["x"] - 16, box["y"] - 12)
            width, bottom = 1440 if head else box["width"] + 32, box["y"] + box["height"]
            page.screenshot(
                path=ROOT / "docs" / "img" / f"{name}.png",
                clip={"x": left, "y": top, "width": width, "height": bottom - top},
            )
        browser.close()


def asked(arguments: Sequence[str]) -> argparse.Namespace:
    """What the command line asks for."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0], allow_abbrev=False)
    part = parser.add_mutually_exclusive_group()
    part.add_argument("--code", action="store_true", help="what follows from the code alone, without a run")
    part.add_argument("--bench", metavar="FILE", help="the JSON of `python -m benchmarks --json`, as its tables")
    part.add_argument("--pictures", action="store_true", help="README's pictures of the report, with Chromium")
    parser.add_argument("--check", action="store_true", help="write nothing; fail and name the pages that are stale")
    return parser.parse_args(arguments)


def main(arguments: Sequence[str]) -> None:
    options = asked(arguments)
    if options.pictures:
        return pictures()
    steps: list[Callable[[], dict[Path, str]]] = [pages] if options.code else [pages, measured, held]
    if options.bench:
        first, whole = partial(benchmarks, options.bench, FIRST), partial(benchmarks, options.bench)
        tables = {"README.md": first, "README.ja.md": first, "docs/benchmarks.md": whole}
        steps = [lambda: made({page: {"benchmarks": make} for page, make in tables.items()})]
    old = list[str]()
    for step in steps:
        wanted = step()
        old += stale(wanted)
        if not options.check:
            for path, text in wanted.items():
                path.write_text(text, encoding="utf-8")
    if options.check and old:
        sys.exit(f"stale: {', '.join(dict.fromkeys(old))}. Run scripts/build_docs.py")


if __name__ == "__main__":
    try:
        main(sys.argv[1:])
    except CampusError as error:
        sys.exit(str(error))
