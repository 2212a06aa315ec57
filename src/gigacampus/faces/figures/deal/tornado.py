"""What moves a deal's figures: ranges of one number at a time, largest swing first."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from gigacampus.campus.spec.deal.varied import DELAY
from gigacampus.faces import numbers
from gigacampus.faces.figures import parts
from gigacampus.faces.figures.base import Column, Figure, Finding, Run, Table, Text, figure, joined, there
from gigacampus.faces.figures.deal.varied import cause, deal_words, inside, named, short, shown, subject
from gigacampus.faces.figures.facts import assumed
from gigacampus.faces.figures.money import money_of

_PANELS = 2
"""Figures that are drawn; the table has all."""


@dataclass(frozen=True)
class _End:
    """One end of a range: what was changed, and a figure there."""

    label: Text
    value: float | None


@dataclass(frozen=True)
class _Panel:
    """One figure: its name, unit, value in the base case, and the ends of each row, low first."""

    name: Text
    unit: str
    base: float
    rows: list[list[_End | None]]

    def ends(self, row: int) -> list[_End]:
        """The ends of a row that are there."""
        return [end for end in self.rows[row] if end is not None]

    def moves(self, row: int) -> bool:
        """Whether a row moves the figure by as much as is shown of it."""
        return any(shown(end.value, self.unit) != shown(self.base, self.unit) for end in self.ends(row))

    def swing(self, row: int) -> float:
        """How far apart the figure is at the ends of a row, and in the base case; 0 where none of it shows."""
        values = self.values([row])
        return max(values) - min(values) if self.moves(row) else 0.0

    def values(self, order: list[int]) -> list[float]:
        """The figure in the base case and at the ends of rows."""
        return [self.base, *(end.value for row in order for end in self.ends(row) if end.value is not None)]

    def range(self, order: list[int], room: float) -> list[float]:
        """Ends of an axis that is so many px wide, with room for the labels of both sides."""
        low, high = min(self.values(order)), max(self.values(order))
        labels = (shown(end.value, self.unit) + " " + end.label for row in order for end in self.ends(row))
        side = 1.06 * max(parts.width(text) for label in labels for text in (label.en, label.of("ja"))) + 8
        pad = ((high - low) or 1.0) * side / max(room - 2 * side, 60.0)
        return [low - pad, high + pad]


@figure("deal")
def tornado(run: Run) -> Figure | None:
    """Figures at the low and the high end of each number's range, largest swing first."""
    found = run.sensitivity
    panels = [_panel(run, name) for name in list(found.base) if found.base[name].value is not None][:_PANELS]
    keys = [bar.key for bar in found.bars]
    order = sorted(
        (i for i, _ in enumerate(keys) if any(p.moves(i) for p in panels)), key=lambda i: [-p.swing(i) for p in panels]
    )
    if not order:
        return None
    names, still = [subject(keys[i]) for i in order], [subject(key) for i, key in enumerate(keys) if i not in order]
    ranges = (
        Text("over assumed ranges", "範囲は仮定") if _assumed(run) else Text("over given ranges", "範囲は仕様による")
    )
    moves = "; ".join(
        f"{name.en} moves {panels[0].name.en} by {numbers.significant(panels[0].swing(i))}"
        for name, i in zip(names, order, strict=True)
    )
    wide, slim = (_drawn(panels, order, names, slim) for slim in (False, True))
    return Figure(
        title=_finding(run),
        subtitle=Text(f"Figures of the deal with one number changed at a time, {ranges.en}", f"数値を一つずつ変えた場合の指標、{ranges.ja}"),
        **wide,
        narrow=slim,
        paper={"layout": _on_paper(panels, order, names)},
        height=62 + 40 * len(order),
        narrow_height=(56 + 50 * len(order)) * len(panels),
        table=_table(run),
        aria=Text(f"Bars from the base case: {moves}.", f"基本ケースからの棒グラフ。{joined(names).ja}"),
        note=_note(run, found.solved, still),
        stages=("sensitivity",),
    )  # fmt: skip


def _assumed(run: Run) -> bool:
    """Whether a range is assumed: the usual ones are, and those of a spec that says so."""
    return bool(run.sensitivity.usual) or assumed(run, "deal.sensitivity.vary")


def _panel(run: Run, name: str) -> _Panel:
    metric = run.sensitivity.base[name]
    rows = [
        [None if written is None else _End(short(written), values.get(name))
         for written, values in ((bar.low, bar.at_low), (bar.high, bar.at_high))]
        for bar in run.sensitivity.bars
    ]  # fmt: skip
    return _Panel(named(run, name), metric.unit, float(there(metric.value)), rows)


def _note(run: Run, solved: bool, still: list[Text]) -> Text:
    leases, keys = run.deal.leases.values(), [bar.key for bar in run.sensitivity.bars]
    said = deal_words(solved) + Text(
        " Light bars: the number is lower; dark bars: higher.", "淡い棒は数値が低い場合、濃い棒は高い場合。"
    )
    if still:
        said += Text(f" No effect: {', '.join(map(inside, still))}.", f"影響なし：{joined(still).ja}。")
    if DELAY in keys and any(isinstance(lease.start, date) for lease in leases):
        said += Text(" Rent starts on a fixed date, whatever is ready: a delay does not move it. It then pays for works that owners or loans would "
                     "have paid for, so that figures rise; nobody is assumed to pay damages or to leave.",
                     "賃料は完成の有無にかかわらず固定日に始まり、遅延では動かない。その間の賃料が工事費に充てられ、指標はむしろ上がる。"
                     "損害賠償や解約は想定していない。")  # fmt: skip
    return said


def _drawn(panels: list[_Panel], order: list[int], names: list[Text], slim: bool) -> dict[str, Any]:
    """Panels side by side, or one below the other, each with an axis of its own."""
    left, count, rows = 0 if slim else _left(names), len(panels), len(order)
    layout: dict[str, Any] = {"hovermode": False, "barmode": "overlay", "margin": {**parts.NONE, "l": left}}
    data, notes, lines = [], [], []
    for k, panel in enumerate(panels):
        axes = {"xref": f"x{k + 1 if k else ''}", "yref": f"y{k + 1 if k and slim else ''}"}
        x, y = axes.values()
        whole, cell = [0.0, 1.0], [k / count + 0.04 * (k > 0), (k + 1) / count]
        floor = [1 - (k + 1) / count, 1 - k / count - 0.02 * (k > 0)]
        room, hidden = 342.0 if slim else (1040 - left) * (cell[1] - cell[0]), {"visible": False, "fixedrange": True}
        layout[f"xaxis{x[1:]}"] = {
            **hidden,
            "range": panel.range(order, room),
            "anchor": y,
            "domain": whole if slim else cell,
        }
        layout[f"yaxis{y[1:]}"] = {
            **hidden,
            "range": [-0.6, rows + (0.35 if slim else 0.1)],
            "domain": floor if slim else whole,
        }
        data += _bars(panel, order, x, y)
        notes += _labels(panel, order, axes)
        lines.append(parts.rule((panel.base, panel.base), (-0.5, rows - 0.45), "axis", **axes))
        notes += [_name(name, rows - 1 - row, y, slim, left) for row, name in enumerate(names) if slim or k == 0]
    return {"data": data, "layout": {**layout, "shapes": lines, "annotations": notes}}


def _on_paper(panels: list[_Panel], order: list[int], names: list[Text]) -> dict[str, Any]:
    """Axes with room for the labels at the width of paper, which is set at 96 %."""
    room = (0.96 * 700 - _left(names)) / len(panels) - 0.04 * 700
    return {f"xaxis{k + 1 if k else ''}": {"range": panel.range(order, room)} for k, panel in enumerate(panels)}


def _left(names: list[Text]) -> int:
    """Room for the names at the left [px]."""
    return round(1.1 * max(parts.width(text, 13) for name in names for text in (name.en, name.of("ja")))) + 20


def _name(name: Text, row: int, y: str, slim: bool, left: int) -> dict[str, Any]:
    """What is changed: left of its bars, or above them where there is no room."""
    if slim:
        return parts.note(name.bold, 0, row + 0.27, yref=y, yanchor="bottom", font=parts.SMALL)
    return parts.note(name.bold, 0, row, yref=y, yanchor="middle", xshift=-left)


def _bars(panel: _Panel, order: list[int], x: str, y: str) -> list[dict[str, Any]]:
    """From the base to each end: the low end of the range in light grey, the high one in dark."""
    found = []
    for side, colour in ((0, "@axis/0.55"), (1, "@grid")):
        ends = [panel.rows[i][side] for i in order]
        size = [0.0 if end is None or end.value is None else end.value - panel.base for end in ends]
        found.append({"type": "bar", "orientation": "h", "x": size, "base": panel.base, "y": list(range(len(order) - 1, -1, -1)),
                      "xaxis": x, "yaxis": y, "width": 0.46, "hoverinfo": "skip", "marker": {"color": colour}})  # fmt: skip
    return found


def _labels(panel: _Panel, order: list[int], axes: dict[str, str]) -> list[dict[str, Any]]:
    """The figure and the change at each end; of two ends on one side of the base, the nearer stands on the other."""
    base, rows = panel.base, len(order)
    head = panel.name.capital.bold + " " + shown(base, panel.unit)
    found = [parts.at(head, base, rows - 0.42, xanchor="center", yanchor="bottom", font={"size": 13}, **axes)]
    for row, i in enumerate(order):
        if not panel.moves(i):
            found.append(
                parts.at(Text("no change", "変化なし"), base, rows - 1 - row, xshift=6, font=parts.QUIET, **axes)
            )
            continue
        taken = 0
        places = [(base if end.value is None else end.value, end) for end in panel.ends(i)]
        for value, end in sorted(places, key=lambda place: -abs(place[0] - base)):
            side = taken = -taken or (1 if value > base else -1)
            far = value if (value - base) * side > 0 else base
            label = shown(end.value, panel.unit).bold + " " + end.label
            found.append(parts.at(label, far, rows - 1 - row, xanchor="left" if side > 0 else "right", xshift=6 * side,
                                  font=parts.SMALL, **axes))  # fmt: skip
    return found


def _cases(bar: Any) -> list[tuple[Any, Any]]:
    """What is written at each end of a range, and the figures there."""
    return [
        (written, values) for written, values in ((bar.low, bar.at_low), (bar.high, bar.at_high)) if written is not None
    ]


def _finding(run: Run) -> Finding:
    """The change that takes the first figure down most; up, if none takes it down."""
    neutral = Finding("What moves the deal, one number at a time", "数値を一つずつ変えた場合の契約の指標")
    for name, metric in run.sensitivity.base.items():
        known = [(end, bar.key, written) for bar in run.sensitivity.bars for written, values in _cases(bar)
                 if (end := values.get(name)) is not None]  # fmt: skip
        if metric.value is None or not known:
            continue
        low, high = min(known, key=lambda end: end[0]), max(known, key=lambda end: end[0])
        value, key, written = low if low[0] < metric.value else high
        before, after = shown(metric.value, metric.unit), shown(value, metric.unit)
        if before != after:
            who, why = named(run, name), cause(key, written)
            made = Finding(f"{why.en} takes {who.en} from {before.en} to {after.en}",
                           f"{why.ja}{who.of('ja')}は{before.of('ja')}から{after.of('ja')}になる")  # fmt: skip
            return made if len(made.en) <= 100 and len(made.ja) <= 70 else neutral
    return neutral


def _table(run: Run) -> Table:
    """The base case and each end of each range, a column for each figure."""
    found, money = run.sensitivity, money_of(run)
    units = {"1": ("", 1.0), "fraction": ("%", 100.0), "1/year": ("%", 100.0), "USD": (money.unit, 1 / money.factor)}
    ends = [(subject(bar.key), short(written), values) for bar in found.bars for written, values in _cases(bar)]
    columns = []
    for name, metric in found.base.items():
        unit, factor = units.get(metric.unit, (metric.unit, 1.0))
        values = (metric.value, *(at.get(name) for _, _, at in ends))
        columns.append(
            (Column(named(run, name).capital, unit), [None if x is None else float(x) * factor for x in values])
        )
    return Table.of(
        (
            Column(Text("What is changed", "変える数値")),
            (Text("Base case", "基本ケース"), *(what for what, _, _ in ends)),
        ),
        (Column(Text("To, or by", "値・変化")), ("", *(change for _, change, _ in ends))),
        *columns,
    )
