"""The page as a whole: what the template needs, and the file that comes out."""

from __future__ import annotations

import base64
import functools
import hashlib
import json
import re
from collections.abc import Iterable
from importlib import resources
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import jinja2
from markupsafe import Markup, escape

from gigacampus.faces import figures, numbers
from gigacampus.faces.figures import concepts, look
from gigacampus.faces.figures.base import Column, Figure
from gigacampus.faces.figures.deal import covenants
from gigacampus.faces.figures.text import Text, plain
from gigacampus.faces.report import glance, proof, words
from gigacampus.faces.report.inputs import Inputs
from gigacampus.version import __version__

if TYPE_CHECKING:
    from gigacampus.runs.pipeline import Run

SCRIPTS = ("figures.js", "explorer.js", "page.js")
SPANS = (
    ("life", Text("Life", "全期間")),
    ("year", Text("Year", "年")),
    ("month", Text("Month", "月")),
    ("week", Text("Week", "週")),
)
WEAK = ("solar", "wind", "losses", "blueowl", "holders")
PALETTE = (
    (Text("Supply", "電源"), [(concepts.COLOURS[k], v) for k, v in concepts.SOURCES.items() if k not in ("hydro", "biomass")]),
    (Text("Use", "用途"), [("it", Text("IT")), ("cooling", Text("Cooling, water", "冷却・水")), ("losses", Text("Losses", "損失"))]),
)  # fmt: skip


_PARTIES = {
    "pimco": Text("Debt", "債務"),
    "public": Text("Public bodies", "公的機関"),
    "grid": Text("Others", "その他"),
}


def _palette(run: Run) -> tuple[tuple[Text, list[tuple[str, Text]]], ...]:
    """Colours and what they stand for; of parties, those that are in the deal."""
    if run.campus.deal is None:
        return PALETTE
    found: dict[str, Text] = {}
    for name in {party: None for flow in run.finance.flows for party in (flow.payer, flow.payee)}:
        token, own = concepts.party_colour(name), concepts.titled(name)
        kind = _PARTIES.get(token)
        found[token] = Text(f"{own.en}, debt", f"{own.ja}・債務") if token == "pimco" else kind or own
    if run.finance.loans:
        found.setdefault("pimco", _PARTIES["pimco"])
    order = sorted(found.items(), key=lambda item: [*_ORDER, item[0]].index(item[0]))
    return (*PALETTE, (Text("Parties", "当事者"), order))


_ORDER = ("meta", "blueowl", "pimco", "blackrock", "holders", "public", "grid")


def render(run: Run) -> bytes:
    """The report as bytes of one HTML file."""
    inputs = Inputs(run)
    index = {path: i for i, path in enumerate(inputs.all)}
    made = {made.id: made for made in figures.draw(run)}
    shown = {key: [_shown(made[f], inputs, index) for f in ids if f in made] for key, ids in _placed(run).items()}
    html = _template().render(**_context(run, inputs, index, shown))
    data = _json(_data(made, run.language))
    return _assemble(html, data)


def _placed(run: Run) -> dict[str, tuple[str, ...]]:
    """Figures by section; covenants stand on the first page where they are breached."""
    if not any(one.breached for one in covenants.distress(run)):
        return words.FIGURES_OF
    first = {key: tuple(f for f in ids if f != "covenants") for key, ids in words.FIGURES_OF.items()}
    return first | {"glance": ("covenants", *first["glance"])}


def _assemble(html: str, data: str) -> bytes:
    """Put data and scripts into the page, with the hashes that its content policy lets run."""
    plotly, script = plotly_js(), "".join(_asset(name) for name in SCRIPTS)
    hashes = " ".join(
        f"'sha256-{base64.b64encode(hashlib.sha256(s.encode()).digest()).decode()}'" for s in (plotly, script)
    )
    head, _, rest = html.partition("@@HASHES@@")
    before, _, rest = rest.partition("@@DATA@@")
    between, _, rest = rest.partition("@@PLOTLY@@")
    after, _, end = rest.partition("@@SCRIPT@@")
    return "".join((head, hashes, before, data, between, plotly, after, script, end)).encode()


def plotly_js() -> str:
    """Plotly's own script, read from the installed package without importing it."""
    text = (resources.files("plotly") / "package_data" / "plotly.min.js").read_text(encoding="utf-8")
    return text.replace("</script", "<\\/script")


def _asset(name: str) -> str:
    return (resources.files("gigacampus.faces.report") / name).read_text(encoding="utf-8")


def _json(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return text.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")


def _data(made: dict[str, Figure], language: str) -> dict[str, Any]:
    """What the script draws from."""
    drawn = {key: f for key, f in made.items() if f.drawing is None and not f.listed}
    return {
        "language": language,
        "tokens": {"light": look.complete(look.LIGHT), "dark": look.complete(look.DARK)},
        "template": look.template(look.NAMED),
        "figures": {
            key: plain(
                {"data": f.data, "layout": f.layout, "narrow": f.narrow}
                | ({"paper": f.paper} if f.paper else {})
                | ({"explorer": f.explorer} if f.explorer else {})
            )
            for key, f in drawn.items()
        },
        "tables": {
            key: plain({"columns": [_head(c) for c in f.table.columns], "rows": f.table.rows})
            for key, f in made.items()
        },
    }


def _head(column: Column) -> Text:
    if not column.unit:
        return column.name
    return Text(f"{column.name.en} [{column.unit}]", f"{column.name.of('ja')} [{numbers.unit_ja(column.unit)}]")


@functools.cache
def _template() -> jinja2.Template:
    environment = jinja2.Environment(autoescape=True, trim_blocks=True, undefined=jinja2.StrictUndefined)
    environment.filters["breakable"] = breakable
    environment.filters["raised"] = raised
    return environment.from_string(_asset("template.html"))


def breakable(path: str) -> Markup:
    """A dotted path that may break before its dots."""
    return Markup("<wbr>.").join(escape(part) for part in path.split("."))


def _shown(f: Figure, inputs: Inputs, index: dict[str, int]) -> SimpleNamespace:
    """A figure as the template shows it."""
    paths = inputs.of_rows(f.rows) if f.rows else inputs.of_stages(f.stages)
    numeric = {
        i
        for i, column in enumerate(f.table.columns)
        if column.right or any(isinstance(row[i], (int, float)) for row in f.table.rows)
    }
    drawing = f.drawing and SimpleNamespace(**{k: Markup(v) for k, v in vars(f.drawing).items()})
    return SimpleNamespace(
        id=f.id, title=f.title, subtitle=f.subtitle, note=f.note, height=f.height, narrow_height=f.narrow_height, on_paper=f.narrow_height if f.paper.get("narrow") else f.height,
        listed=f.listed,
        explorer=f.explorer, drawing=drawing, source=_foot(inputs, paths),
        aria={"en": f.aria.en, "ja": f.aria.of("ja")},
        table=SimpleNamespace(columns=f.table.columns, rows=f.table.rows, numeric=numeric),
        inputs=ranges(index[path] for path in paths),
    )  # fmt: skip


def _foot(inputs: Inputs, paths: frozenset[str]) -> Text:
    cited, grade = inputs.cited(paths), inputs.grade(paths)
    if not cited:
        return Text(f"{grade.text.en[:1].upper()}{grade.text.en[1:]}.", f"{grade.text.ja}。")
    return Text(f"Sources: {cited}; {grade.text.en}.", f"出典：{cited}。{grade.text.ja}。")


def raised(text: str) -> Markup:
    """Powers of ten as raised text, with a true minus: the raised digits of fonts stand unevenly.

    >>> raised("5 × 10⁻¹⁶")
    Markup('5 × 10<sup>−16</sup>')
    """
    plain_text = re.sub("(?<=10)[⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+", lambda m: "\0" + m[0].translate(_LOWER) + "\1", text)
    return Markup(str(escape(plain_text)).replace("\0", "<sup>").replace("\1", "</sup>"))


_LOWER = str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", f"{numbers.MINUS}0123456789")


def ranges(values: Iterable[int]) -> str:
    """Whole numbers as ranges.

    >>> ranges([3, 1, 2, 7])
    '1-3,7'
    """
    runs: list[list[int]] = []
    for value in sorted(values):
        if runs and value == runs[-1][1] + 1:
            runs[-1][1] = value
        else:
            runs.append([value, value])
    return ",".join(f"{a}" if a == b else f"{a}-{b}" for a, b in runs)


def _number(value: float, column: Column) -> str:
    return numbers.significant(value, 5) if column.decimals is None else numbers.fixed(value, column.decimals)


def _context(
    run: Run, inputs: Inputs, index: dict[str, int], shown: dict[str, list[SimpleNamespace]]
) -> dict[str, Any]:
    site = run.campus.site
    order = [key for key in words.SECTIONS if key not in ("facility", "carbon") or shown["facility"]]
    keys = [
        SimpleNamespace(**vars(key), inputs=ranges(index[p] for p in inputs.of_kpi(key.name)))
        for key in glance.key_figures(run, inputs)
    ]
    return {
        "language": run.language, "version": __version__, "style": Markup(_style()), "name": run.campus.name,
        "case": run.campus.case, "place": site.place if site is not None else "", "lead": glance.lead(run),
        "identity": glance.identity(run, inputs), "keys": keys, "sections": words.SECTIONS, "order": order,
        "figures": shown, "index": index, "spans": SPANS, "grades": words.GRADES, "verdicts": words.VERDICTS,
        "absent": {key: words.ABSENT.get(key) if not shown.get(key) else None for key in words.SECTIONS},
        "palette": _palette(run), "weak": WEAK, "w": Text, "units": _unit, "number": _number, "as_text": _as_text,
        "powers": {power: f"{numbers.MINUS}{-power}" for power in range(-17, 0)},
        "assumed": lambda rows: sum(row.grade == "assumed" for row in rows),
        **_proof(run, inputs),
    }  # fmt: skip


def _proof(run: Run, inputs: Inputs) -> dict[str, Any]:
    ledger, residuals = proof.of_run(run, proof.ledger()), proof.residuals(run)
    return {
        "rules": proof.rules(run),
        "rules_title": proof.rules_finding(run),
        "residuals": residuals,
        "residuals_title": proof.residuals_finding(residuals),
        "ledger": ledger,
        "ledger_title": proof.ledger_finding(ledger),
        "areas": [
            (words.PARTS.get(area, Text(area.capitalize(), words.AREAS.get(area, area))), *counts)
            for area, *counts in proof.areas(ledger)
        ],
        "misses": [row for row in ledger if row.state == "miss"],
        "hits": [row for row in ledger if row.state == "hit"],
        "sources": proof.sources(inputs),
        "sources_intro": _intro(inputs),
    }


def _intro(inputs: Inputs) -> Text:
    assumed = sum(origin.assumed for origin in inputs.all.values())
    total, documents = len(inputs.all), len(inputs.documents)
    return Text(
        f"{total} numbers went into this run: {total - assumed} from {documents} documents, {assumed} assumed. Assumed "
        "numbers are dashed. The last column counts the results that rest on a number.",
        f"この計算に入った数値は{total}件。{total - assumed}件は{documents}件の文書により、{assumed}件は仮定である。仮定は破線で示す。"
        "右端の列は、その数値を使う結果の数である。",
    )


def _unit(unit: str) -> Text:
    return Text(unit, numbers.unit_ja(unit))


def _as_text(value: Any) -> Text:
    return value if isinstance(value, Text) else Text(str(value))


def _style() -> str:
    """The style sheet, with the tokens of both modes."""
    light, dark = (";".join(f"--{k}:{v}" for k, v in look.complete(t).items()) for t in (look.LIGHT, look.DARK))
    fonts = f"--latin:{look.LATIN};--japanese:{look.JAPANESE}"
    return (
        f":root{{color-scheme:light;{light};{fonts}}}"
        f"@media (prefers-color-scheme:dark){{:root:not([data-theme=light]){{color-scheme:dark;{dark}}}}}"
        f":root[data-theme=dark]{{color-scheme:dark;{dark}}}"
        f"@media print{{:root:root,:root[data-theme]{{color-scheme:light;{light}}}}}" + _asset("style.css")
    )
