"""The documentation is a contract: snippets run, all commands, KPIs and fields are there, generated pages are fresh."""

from __future__ import annotations

import importlib
import json
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

import jsonschema
import pytest

from gigacampus.campus.spec import json_schema, read
from gigacampus.campus.spec.parse import parse
from gigacampus.campus.spec.supply import Plant
from gigacampus.errors import SpecError
from gigacampus.faces.cli import commands
from gigacampus.runs import verify
from gigacampus.runs.checks import check
from gigacampus.runs.kpis import REGISTRY

ROOT = Path(__file__).parents[1]
READMES = [ROOT / "README.md", ROOT / "README.ja.md"]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
BASE = (ROOT / "examples" / "minimal.yaml").read_text(encoding="utf-8")
SET_UP = (
    "pip install uv && uv run gigacampus run examples/hyperion.yaml",
    "pip install uv && uv run pytest",
)
LARGEST_PICTURE = 250_000


@dataclass(frozen=True)
class Fence:
    """A fenced block of a page: the words after its backquotes, its text, and the line on which the text begins."""

    page: Path
    info: str
    text: str
    line: int

    def __str__(self) -> str:
        return f"{self.page.name}:{self.line}"


def fences(page: Path) -> Iterator[Fence]:
    info, start, block = "", 0, list[str]()
    for number, line in enumerate(page.read_text(encoding="utf-8").splitlines(), start=1):
        if not line.startswith("```"):
            block.append(line)
        elif start:
            yield Fence(page, info, "\n".join(block) + "\n", start)
            start = 0
        else:
            info, start, block = line[3:].strip(), number + 1, []
    assert not start, f"{page.name}: a block that does not end"


def prose(page: Path) -> str:
    """A page without its fenced blocks and comments."""
    text = re.sub(r"^```.*?^```$", "", page.read_text(encoding="utf-8"), flags=re.DOTALL | re.MULTILINE)
    return re.sub(r"<!--.*?-->", "", text, flags=re.DOTALL)


BLOCKS = [fence for page in PAGES for fence in fences(page)]


@cache
def builder(name: str = "build_docs") -> ModuleType:
    """The script that writes the generated pages, or one of its parts, imported from its folder."""
    if str(ROOT / "scripts") not in sys.path:
        sys.path.insert(0, str(ROOT / "scripts"))
    return importlib.import_module(name)


# Snippets


def test_python_blocks_run(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    blocks = [fence for fence in BLOCKS if fence.info == "python" and fence.page != READMES[1]]
    assert blocks
    for fence in blocks:
        code = "\n" * (fence.line - 1) + fence.text
        exec(compile(code, str(fence.page), "exec"), {"__name__": "snippet"})


def test_both_readmes_have_the_same_blocks() -> None:
    def bare(page: Path) -> list[tuple[str, str]]:
        return [(f.info, re.sub(r" +#.*", "", f.text)) for f in fences(page)]

    assert bare(READMES[0]) == bare(READMES[1])


@pytest.mark.parametrize("fence", [fence for fence in BLOCKS if fence.info.startswith("yaml")], ids=str)
def test_yaml_blocks_are_valid(fence: Fence) -> None:
    """A block is a campus, a part that a minimal campus may have, or (``yaml part``) one whose fields exist."""
    if not [line for line in fence.text.splitlines() if not line.startswith("#")]:
        return
    tree, _ = parse(fence.text)
    if fence.info == "yaml":
        check(read(fence.text if "compute" in tree else BASE + fence.text))
    else:
        plain = json.loads(json.dumps(tree, default=str))
        jsonschema.Draft7Validator(without_required(json_schema())).validate(plain)


def without_required(schema: Any) -> Any:
    """A JSON Schema in which nothing has to be there, and what is there has to be right."""
    if isinstance(schema, list):
        return [without_required(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    return {
        key: without_required(value) for key, value in schema.items() if key != "required" or isinstance(value, dict)
    }


def test_the_minimal_campus_of_the_readme_has_ten_lines() -> None:
    first = next(fence for fence in BLOCKS if fence.page == READMES[0] and fence.info == "yaml")
    assert len(first.text.splitlines()) <= 10


@pytest.mark.parametrize("page", READMES, ids=lambda page: page.name)
def test_set_up_is_two_commands(page: Path) -> None:
    assert [fence.text.strip() for fence in fences(page) if fence.info == "bash"] == list(SET_UP)


def test_the_error_that_the_readme_shows_is_the_one_that_is_raised() -> None:
    campus = next(fence.text for fence in BLOCKS if fence.page == READMES[0] and fence.info == "yaml")
    shown = next(fence.text for fence in BLOCKS if fence.page == READMES[0] and fence.text.startswith("Error:"))
    with pytest.raises(SpecError) as raised:
        read(campus.replace("300 MW", "7 bananas"), "campus.yaml")
    assert shown.removeprefix("Error: ").strip() == str(raised.value)


# Everything is documented


def test_every_command_that_is_named_exists() -> None:
    for page in PAGES:
        text = page.read_text(encoding="utf-8")
        code = "\n".join([*(f.text for f in fences(page)), *re.findall(r"`([^`\n]+)`", text)])
        for name in re.findall(r"(?:^|uv run |\$ |')gigacampus ([a-z]+)", code, flags=re.MULTILINE):
            assert name in commands.commands, f"{page.name} names the command {name}"


@pytest.mark.parametrize("page", [*READMES, ROOT / "docs" / "cli.md"], ids=lambda page: page.name)
def test_every_command_is_documented(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    assert not [name for name in commands.commands if f"gigacampus {name}" not in text]


def test_every_option_is_documented() -> None:
    text = (ROOT / "docs" / "cli.md").read_text(encoding="utf-8")
    options = {option for c in commands.commands.values() for p in c.params for option in p.opts if option[0] == "-"}
    assert not [option for option in options if option not in text]


def test_every_kpi_is_documented() -> None:
    text = (ROOT / "docs" / "kpis.md").read_text(encoding="utf-8")
    assert not [name for name in REGISTRY if f"| `{name}" not in text]
    assert not [entry.name for entry in REGISTRY.values() if not entry.about]


def test_every_field_of_the_spec_is_documented() -> None:
    text = (ROOT / "docs" / "spec.md").read_text(encoding="utf-8")
    sections = {part.split("\n", 1)[0].strip(): part for part in re.split(r"^### ", text, flags=re.MULTILINE)}
    for noun in builder("parts.fields").nouns():
        shown = sections[noun.__name__] + (sections["Plant"] if issubclass(noun, Plant) else "")
        missing = [name for name in noun.model_fields if f"| `{name}` |" not in shown]
        assert not missing, f"{noun.__name__}: {missing}"
        assert not [name for name, field in noun.model_fields.items() if not field.description]


def test_pages_that_follow_from_the_code_are_up_to_date() -> None:
    build = builder()
    assert not build.stale(build.pages()), "run: uv run python scripts/build_docs.py"


def test_pages_that_quote_a_run_are_up_to_date() -> None:
    build = builder()
    assert not build.stale(build.measured()), "run: uv run python scripts/build_docs.py"


def test_every_row_of_the_ledger_is_documented_as_it_is_recorded() -> None:
    """Rows are computed by ``scripts/build_docs.py --check``; here their recorded state is enough."""
    text = (ROOT / "docs" / "ledger.md").read_text(encoding="utf-8")
    shown = {name: "**miss**" not in rest for name, rest in re.findall(r"^\| `([\w.]+)` \|(.*)$", text, re.MULTILINE)}
    assert shown == {name: row["stands"] == "hit" for name, row in verify.rows().items()}
    total = f"| **all** | **{len(shown)}** | **{sum(shown.values())}** | **{len(shown) - sum(shown.values())}** |"
    assert all(total in page.read_text(encoding="utf-8") for page in READMES)


# Links, pictures, words


@cache
def headings(page: Path) -> set[str]:
    return {
        builder("parts.markdown").anchor(line.lstrip("# ")) for line in prose(page).splitlines() if line.startswith("#")
    }


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)\s]+)\)", prose(page)):
        if re.match(r"https?://", target):
            continue
        path, _, fragment = target.partition("#")
        file = (page.parent / path).resolve() if path else page
        assert file.exists(), f"{page.name} links to {target}"
        if fragment:
            assert fragment in headings(file), f"{page.name} links to {target}"


def test_pictures_are_small_and_shown() -> None:
    shown = {name for page in READMES for name in re.findall(r"!\[[^\]]+\]\(([^)]+)\)", page.read_text("utf-8"))}
    there = {str(path.relative_to(ROOT)) for path in (ROOT / "docs" / "img").glob("*")}
    assert shown == there
    assert not [name for name in there if (ROOT / name).stat().st_size > LARGEST_PICTURE]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_no_page_names_what_only_one_machine_has(page: Path) -> None:
    """Registries' hosts and folders outside the repository: nothing may depend on them."""
    text = page.read_text(encoding="utf-8").lower()
    hosts = [
        ".".join(parts) for parts in (("pypi", "org"), ("pythonhosted", "org"), ("npmjs", "org"), ("crates", "io"))
    ]
    assert not [word for word in (*hosts, "/work/", "../shared", "localhost:") if word in text]


def test_the_changelog_uses_the_usual_categories() -> None:
    kinds = re.findall(r"^### (.+)$", (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), flags=re.MULTILINE)
    assert kinds
    assert set(kinds) <= {"Added", "Changed", "Deprecated", "Removed", "Fixed", "Security"}
