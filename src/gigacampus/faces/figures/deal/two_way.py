"""A figure of a deal over two numbers, as a table."""

from __future__ import annotations

from typing import Any

import numpy as np

from gigacampus.faces import numbers
from gigacampus.faces.figures.base import EMPTY, Cell, Column, Figure, Finding, Mark, Run, Table, Text, figure, joined
from gigacampus.faces.figures.deal.varied import deal_words, inside, levels_of, named, short, shown, subject


@figure("deal", plotted=False)
def two_way(run: Run) -> Figure | None:
    """A figure over two numbers, as a table."""
    grid = run.sensitivity.two_way
    if grid is None:
        return None
    unit, name, (row, rows), (column, columns) = (
        run.finance.metrics[grid.figure].unit,
        named(run, grid.figure),
        grid.rows,
        grid.columns,
    )
    down, across = subject(row), subject(column)
    levels = levels_of(run) if grid.figure == "dscr_min" else []
    below = [
        Text(f"{word.en} (below {numbers.fixed(level, 2)})", f"{numbers.fixed(level, 2)}未満は「{word.ja}」")
        for level, word in levels
    ]
    marked = Text("; marked where it is ", "。") + joined(below, " or ") if levels else EMPTY
    return Figure(
        title=_finding(grid, name, levels),
        subtitle=Text(f"{name.capital.en} over {inside(down)} (down) and {inside(across)} (across){marked.en}",
                      f"{down.of('ja')}(縦)と{across.of('ja')}(横)による{name.of('ja')}{marked.of('ja')}"),
        table=Table.of(
            (Column(Text(f"{down.en} by {across.en.lower()}", f"{down.of('ja')}×{across.of('ja')}")), map(short, rows)),
            *((Column(short(value), right=True), [_cell(float(x), unit, levels) for x in grid.values[:, k]]) for k, value in enumerate(columns)),
        ),
        note=deal_words(run.sensitivity.solved),
        stages=("sensitivity",),
    )  # fmt: skip


def _cell(value: float, unit: str, levels: list[tuple[float, Mark]]) -> Cell:
    if not np.isfinite(value):
        return None
    text = numbers.fixed(value, 2) if unit == "1" else shown(value, unit).en
    for level, mark in levels:
        if value < level - 1e-9:
            return Mark(f"{text} {mark.en}", f"{text} {mark.ja}", sign=mark.sign, tone=mark.tone)
    return text


def _finding(grid: Any, name: Text, levels: list[tuple[float, Mark]]) -> Finding:
    if not levels:
        down, across = subject(grid.rows[0]), subject(grid.columns[0])
        return Finding(
            f"{name.capital.en} over {inside(down)} and {inside(across)}",
            f"{down.of('ja')}と{across.of('ja')}による{name.of('ja')}",
        )
    level, size = numbers.fixed(levels[-1][0], 2), grid.values.size
    lost = int(np.sum(grid.values < levels[-1][0] - 1e-9))
    if not lost:
        return Finding(f"Cover stays at {level} or more in all {size} cases", f"全{size}ケースでDSCRは{level}倍以上")
    return Finding(
        f"Cover falls below {level} in {lost} of {size} cases", f"{size}ケース中{lost}ケースでDSCRが{level}倍を下回る"
    )
