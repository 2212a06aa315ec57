"""The report as readers see it, in Chromium: no request, no error, nothing sideways, no two labels on each other."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pages import html, stressed

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
playwright = pytest.importorskip("playwright.sync_api", reason="playwright is in the check group")
if CHROMIUM is None:
    pytest.skip("no Chromium on this machine", allow_module_level=True)

FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip
LABELS = """() => {
  const faults = [];
  const seen = (t) => !t.closest(".hoverlayer") && t.getBoundingClientRect().width > 0 && t.textContent.trim();
  for (const figure of document.querySelectorAll("figure")) {
    const box = figure.getBoundingClientRect();
    const texts = [...figure.querySelectorAll(".plot text, .drawing svg text")].filter(seen)
      .map((t) => ({ box: t.getBoundingClientRect(), text: t.textContent.trim() }));
    texts.forEach((one, i) => {
      const a = one.box;
      if (a.left < box.left - 2 || a.right > box.right + 2 || a.top < box.top - 2 || a.bottom > box.bottom + 2)
        faults.push(`${figure.id}: "${one.text}" stands outside`);
      texts.slice(i + 1).forEach((other) => {
        const b = other.box;
        const wide = Math.min(a.right, b.right) - Math.max(a.left, b.left);
        const high = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
        if (wide > 1.5 && high > 3) faults.push(`${figure.id}: "${one.text}" on "${other.text}"`);
      });
    });
  }
  return faults;
}"""


CLIPPED = """() => [...document.querySelectorAll(".plot")].flatMap((plot) => {
  const { left, right } = plot.querySelector(".main-svg").getBoundingClientRect();
  return [...plot.querySelectorAll("text")].map((t) => [t.getBoundingClientRect(), t.textContent])
    .filter(([box]) => box.width && (box.left < left - 2 || box.right > right + 2))
    .map(([, text]) => `${plot.dataset.figure}: ${text}`);
})"""


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """One Chromium for the module."""
    with playwright.sync_playwright() as driver:
        started = driver.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield started
        started.close()


class Page:
    """A report open at a width, with everything that it complained of or asked for."""

    def __init__(self, browser: Any, path: Path, width: int, scheme: str = "light") -> None:
        self.context = browser.new_context(viewport={"width": width, "height": 1000}, color_scheme=scheme)
        self.page, self.faults = self.context.new_page(), []
        self.page.on("console", lambda message: self.faults.append(message.text))
        self.page.on("pageerror", lambda error: self.faults.append(str(error)))
        self.page.on("request", lambda r: r.url.startswith(("file:", "data:", "blob:")) or self.faults.append(r.url))
        self.page.goto(path.as_uri())

    def draw(self) -> None:
        """Scroll through the page, so that every figure is drawn."""
        for top in range(0, self.page.evaluate("document.documentElement.scrollHeight"), 700):
            self.page.evaluate(f"scrollTo(0, {top})")
            self.page.wait_for_timeout(60)
        self.page.wait_for_function("[...document.querySelectorAll('.plot')].every((box) => box.dataset.drawn)")
        self.page.wait_for_timeout(700)


@pytest.fixture(scope="module")
def reports(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """Reports as files, by name."""
    folder = tmp_path_factory.mktemp("reports")

    def report(name: str) -> Path:
        path = folder / f"{name}.html"
        if not path.exists():
            path.write_text(html(name), encoding="utf-8")
        return path

    return report


@pytest.mark.parametrize("width", [1440, 390])
@pytest.mark.parametrize("name", ["hyperion", "abilene", "minimal", "deal"])
def test_it_opens_quietly_and_its_labels_are_apart(browser: Any, reports: Any, name: str, width: int) -> None:
    opened = Page(browser, reports(name), width, "dark" if width == 390 else "light")
    for language in ("en", "ja"):
        opened.page.click(f"[data-lang={language}]")
        opened.draw()
        assert opened.page.evaluate("document.documentElement.scrollWidth") <= width
        assert opened.page.evaluate(LABELS) == []
    assert opened.faults == []
    opened.context.close()


def test_switches_tables_downloads_and_explanations_work(browser: Any, reports: Any) -> None:
    opened = Page(browser, reports("minimal"), 1440)
    page = opened.page
    page.click("[data-lang=ja]")
    assert page.get_attribute("html", "lang") == "ja"
    assert page.is_visible("text=この仕様には契約がない")
    page.click("[data-theme-set=dark]")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(20, 24, 27)"
    with page.expect_download() as download:
        page.click("#energy_by_year [data-csv]")
    rows = Path(download.value.path()).read_text(encoding="utf-8-sig").splitlines()
    assert rows[0].startswith("年,")
    assert len(rows) == 11
    page.click(".kpi tbody tr:first-child a")
    assert page.locator("[data-input]:not([hidden])").count() == int(page.get_attribute(".filter", "data-count"))
    page.click("[data-all]")
    assert page.locator("[data-input][hidden]").count() == 0
    assert opened.faults == []
    opened.context.close()


def test_the_explorer_goes_from_the_life_to_single_hours_by_keyboard(browser: Any, reports: Any) -> None:
    opened = Page(browser, reports("minimal"), 1440)
    page = opened.page
    page.locator("#explorer").scroll_into_view_if_needed()
    page.wait_for_selector("#explorer .plot[data-drawn] .main-svg")
    page.click("[data-span=week]")
    times = "document.querySelector('#explorer .plot').data[0].x"
    hours = f"{times}.filter((x, i, all) => i && x - all[i - 1] !== 3600000).length"
    assert page.evaluate(hours) == 0
    start = "document.querySelector('#explorer .plot').layout.xaxis.range[0]"
    before = page.evaluate(start)
    page.focus("#explorer .plot")
    page.keyboard.press("ArrowRight")
    assert page.evaluate(start) > before
    assert opened.faults == []
    opened.context.close()


def test_paper_shows_every_figure_in_light_colours(browser: Any, reports: Any, tmp_path: Path) -> None:
    opened = Page(browser, reports("minimal"), 1440, "dark")
    opened.page.emulate_media(media="print")
    opened.page.evaluate("dispatchEvent(new Event('beforeprint'))")
    drawn = "[...document.querySelectorAll('.plot')].map((box) => [box.dataset.drawn, box.layout.width])"
    assert all(state == ["yes", 700] for state in opened.page.evaluate(drawn))
    assert opened.page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert len(opened.page.pdf(format="A4", path=tmp_path / "report.pdf")) > 100_000
    opened.context.close()


@pytest.mark.parametrize("name", ["hyperion", "abilene", "deal", "stressed"])
def test_labels_are_apart_on_paper(browser: Any, tmp_path: Path, name: str) -> None:
    path = tmp_path / f"{name}.html"
    path.write_text(bytes(stressed().report).decode() if name == "stressed" else html(name), encoding="utf-8")
    opened = Page(browser, path, 1440)
    for language in ("en", "ja"):
        opened.page.click(f"[data-lang={language}]")
        opened.page.emulate_media(media="print")
        opened.page.set_viewport_size({"width": 672, "height": 1000})  # 178 mm
        opened.page.evaluate("dispatchEvent(new Event('beforeprint'))")
        opened.page.wait_for_timeout(1500)
        assert opened.page.evaluate(LABELS) == []
        assert opened.page.evaluate(CLIPPED) == []
        opened.page.evaluate("dispatchEvent(new Event('afterprint'))")
        opened.page.emulate_media(media="screen")
        opened.page.set_viewport_size({"width": 1440, "height": 1000})
    opened.context.close()


def test_without_plotly_the_tables_stand_open(browser: Any, tmp_path: Path) -> None:
    text = html("minimal")
    start = text.index("</script>\n<script>") + len("</script>\n")
    bare = text[:start] + text[text.index('<script type="module">') :]
    (tmp_path / "bare.html").write_text(bare, encoding="utf-8")
    opened = Page(browser, tmp_path / "bare.html", 1440)
    assert opened.page.locator("figure details[open]").count() == opened.page.locator("figure details").count()
    assert opened.faults == []
    opened.context.close()
