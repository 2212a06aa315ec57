"""The drawing of the life line: rows of spans on one calendar axis, as SVG."""

from __future__ import annotations

import html
from dataclasses import dataclass
from datetime import date

from gigacampus.faces.figures.parts import width
from gigacampus.faces.figures.text import EMPTY, Text


@dataclass(frozen=True)
class Span:
    """A stretch of time in a row: `height` is its share of the row; `text` its label; `style` how it is filled."""

    start: date
    end: date
    text: Text
    style: str
    colour: str
    height: float = 1.0
    short: Text = EMPTY


@dataclass(frozen=True)
class Row:
    """One line of the figure."""

    name: Text
    spans: tuple[Span, ...]


def svg(rows: list[Row], first: date, last: date, wide: int) -> str:
    """Rows in both languages, so many pixels wide."""
    narrow = wide < 600
    left = 0 if narrow else 128 if wide > 800 else 96
    pitch, bar = (46, 18) if narrow else (30, 18)
    top = 24
    scale = (wide - left - 1) / max((last - first).days, 1)
    height = top + pitch * len(rows) + 4
    body = [_ticks(first, last, left, scale, height, narrow, wide)]
    for i, row in enumerate(rows):
        y = top + pitch * i + (pitch - bar - 4 if narrow else 5)
        at = (0, y - 5) if narrow else (0, y + 13)
        body.append(_text(row.name, at[0], at[1], "m", 12 if narrow else 13))
        body += [
            _span(span, left + (span.start - first).days * scale, (span.end - span.start).days * scale, y, bar)
            for span in row.spans
        ]
    return f'<svg viewBox="0 0 {wide} {height}" width="{wide}" height="{height}" role="img" aria-hidden="true">{"".join(body)}</svg>'


def _ticks(first: date, last: date, left: float, scale: float, height: float, narrow: bool, wide: int) -> str:
    every = 8 if narrow else 4
    start = first.year + 1
    found = []
    for year in [y for y in range(start, last.year + 1) if (y - start) % every == 0]:
        x = left + (date(year, 1, 1) - first).days * scale
        found.append(f'<line x1="{x:.1f}" x2="{x:.1f}" y1="18" y2="{height - 2:.0f}" stroke="var(--hair)"/>')
        anchor = "start" if x < 16 else "end" if x > wide - 16 else "middle"
        found.append(f'<text x="{x:.1f}" y="12" font-size="12" class="m" text-anchor="{anchor}">{year}</text>')
    return "".join(found)


def _span(span: Span, x: float, wide: float, y: float, bar: float) -> str:
    tall = max(bar * span.height, 2.0)
    top = y + bar - tall
    if span.style == "line":
        shape = f'<rect x="{x:.1f}" y="{y + bar - 1.5:.1f}" width="{wide:.1f}" height="1.5" fill="var(--axis)"/>'
        return shape + _label(span, x, wide, y, bar, "m")
    fill = {
        "fill": f'fill="var(--{span.colour})"',
        "soft": f'fill="var(--{span.colour})" fill-opacity=".45"',
        "outline": f'fill="var(--paper)" stroke="var(--{span.colour})"',
        "dashed": f'fill="var(--paper)" stroke="var(--{span.colour})" stroke-dasharray="4 3"',
    }[span.style]
    inset = 0.5 if span.style in ("outline", "dashed") else 0.0
    shape = f'<rect x="{x + inset:.1f}" y="{top + inset:.1f}" width="{max(wide - 1 - 2 * inset, 0.5):.1f}" height="{max(tall - 2 * inset, 1):.1f}" {fill}/>'
    kind = f"on-{span.colour}" if span.style == "fill" else ""
    return shape + (_label(span, x, wide, y, bar, kind) if tall > 13 else "")


def _label(span: Span, x: float, wide: float, y: float, bar: float, kind: str) -> str:
    """The label, or the short one, or none: whatever fits in each language."""
    found = []
    for language in ("en", "ja"):
        for text in (span.text, span.short):
            if text and width(text.of(language)) + 14 <= wide:
                words = html.escape(text.of(language))
                found.append(
                    f'<text x="{x + 7:.1f}" y="{y + bar - 5:.1f}" font-size="12" class="{kind} {language}" lang="{language}">{words}</text>'
                )
                break
    return "".join(found)


def _text(text: Text, x: float, y: float, kind: str, size: int) -> str:
    return "".join(
        f'<text x="{x}" y="{y:.1f}" font-size="{size}" class="{kind} {language}" lang="{language}">{html.escape(text.of(language))}</text>'
        for language in ("en", "ja")
    )
