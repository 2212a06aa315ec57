"""A figure of a deal over two numbers, as a table."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from gigacampus.faces import numbers
from gigacampus.faces.figures.base import Cell, Column, Figure, Finding, Mark, Table, Text, figure, there
from gigacampus.faces.figures.varied import deal_words, inside, levels_of, named, short, shown, subject

if TYPE_CHECKING:
    from gigacampus.runs.pipeline import Run


@figure("two_way")
def two_way(run: Run) -> Figure | None:
    """A figure over two numbers, as a table."""
    if run.campus.deal is None or run.sensitivity.two_way is None:
        return None
    grid, unit = run.sensitivity.two_way, run.finance.metrics[run.sensitivity.two_way.figure].unit
    name, (row, rows), (column, columns) = named(run, grid.figure), grid.rows, grid.columns
    levels = levels_of(run) if grid.figure == "dscr_min" else []
    cells = tuple(
        (short(rows[i]), *(_cell(float(value), unit, levels) for value in grid.values[i])) for i in range(len(rows))
    )
    heads = (Column(Text(f"{subject(row).en} by {subject(column).en.lower()}", f"{subject(row).of('ja')}×{subject(column).of('ja')}")),
             *(Column(short(value), right=True) for value in columns))  # fmt: skip
    said = Text("; marked where it is " + " or ".join(f"{word.en} ({_below(level).en})" for level, word in levels),
                "。" + "、".join(f"{_below(level).ja}は「{word.ja}」" for level, word in levels)) if levels else Text("")  # fmt: skip
    return Figure(
        id="two_way",
        title=_table_finding(run, levels),
        subtitle=Text(f"{name.en[:1].upper() + name.en[1:]} over {inside(subject(row))} (down) and {inside(subject(column))} (across){said.en}",
                      f"{subject(row).of('ja')}(縦)と{subject(column).of('ja')}(横)による{name.of('ja')}{said.of('ja')}"),
        table=Table(heads, cells),
        aria=Text(f"Table of {name.en} over two numbers.", f"二つの数値による{name.of('ja')}の表"),
        note=deal_words(run.sensitivity.solved),
        stages=("sensitivity",),
    )  # fmt: skip


def _below(level: float) -> Text:
    return Text(f"below {numbers.fixed(level, 2)}", f"{numbers.fixed(level, 2)}未満")


def _cell(value: float, unit: str, levels: list[tuple[float, Mark]]) -> Cell:
    if not np.isfinite(value):
        return None
    text = numbers.fixed(value, 2) if unit == "1" else shown(value, unit).en
    for level, mark in levels:
        if value < level - 1e-9:
            return Mark(f"{text} {mark.en}", f"{text} {mark.ja}", sign=mark.sign, tone=mark.tone)
    return text


def _table_finding(run: Run, levels: list[tuple[float, Mark]]) -> Finding:
    grid = there(run.sensitivity.two_way)
    name = named(run, grid.figure)
    row, column = grid.rows[0], grid.columns[0]
    neutral = Finding(f"{name.en[:1].upper() + name.en[1:]} over {inside(subject(row))} and {inside(subject(column))}",
                      f"{subject(row).of('ja')}と{subject(column).of('ja')}による{name.of('ja')}")  # fmt: skip
    if not levels:
        return neutral
    level = levels[-1][0]
    lost = int(np.sum(grid.values < level - 1e-9))
    if not lost:
        return Finding(f"Cover stays at {numbers.fixed(level, 2)} or more in all {grid.values.size} cases",
                       f"全{grid.values.size}ケースでDSCRは{numbers.fixed(level, 2)}倍以上")  # fmt: skip
    return Finding(f"Cover falls below {numbers.fixed(level, 2)} in {lost} of {grid.values.size} cases",
                   f"{grid.values.size}ケース中{lost}ケースでDSCRが{numbers.fixed(level, 2)}倍を下回る")  # fmt: skip
