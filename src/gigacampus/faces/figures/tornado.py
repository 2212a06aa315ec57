"""What moves a deal's figures: ranges of one number at a time, largest swing first."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from gigacampus.campus.spec.deal.varied import DELAY
from gigacampus.faces import numbers
from gigacampus.faces.figures import parts
from gigacampus.faces.figures.base import Cell, Column, Figure, Finding, Table, Text, figure, there
from gigacampus.faces.figures.money import Money, money_of
from gigacampus.faces.figures.varied import cause, deal_words, inside, named, short, shown, subject

if TYPE_CHECKING:
    from gigacampus.runs.pipeline import Run

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

    def swing(self, row: int) -> float:
        """How far apart the figure is at the ends of a row, and in the base case; 0 where none of it shows."""
        values = [self.base, *(end.value for end in self.rows[row] if end is not None and end.value is not None)]
        return max(values) - min(values) if self.moves(row) else 0.0

    def range(self, order: list[int], room: float) -> list[float]:
        """Ends of an axis that is so many px wide, with room for the labels of both sides."""
        ends = [end for i in order for end in self.rows[i] if end is not None]
        values = [self.base, *(end.value for end in ends if end.value is not None)]
        labels = (
            f"{shown(end.value, self.unit).of(word)} {end.label.of(word)}" for end in ends for word in ("en", "ja")
        )
        side = 1.06 * max(map(parts.width, labels)) + 8
        pad = ((max(values) - min(values)) or 1.0) * side / max(room - 2 * side, 60.0)
        return [min(values) - pad, max(values) + pad]

    def moves(self, row: int) -> bool:
        """Whether a row moves the figure by as much as is shown of it."""
        ends = [end for end in self.rows[row] if end is not None]
        return any(end.value is None or shown(end.value, self.unit) != shown(self.base, self.unit) for end in ends)


@figure("tornado")
def tornado(run: Run) -> Figure | None:
    """Figures at the low and the high end of each number's range, largest swing first."""
    if run.campus.deal is None:
        return None
    found = run.sensitivity
    panels = [_panel(run, name) for name in list(found.base) if found.base[name].value is not None][:_PANELS]
    keys = [bar.key for bar in found.bars]
    order = sorted((i for i, _ in enumerate(keys) if any(p.moves(i) for p in panels)),
                   key=lambda i: [-p.swing(i) for p in panels])  # fmt: skip
    if not order:
        return None
    names = [subject(keys[i]) for i in order]
    drawn = [_drawn(panels, order, names, slim) for slim in (False, True)]
    ranges = (
        Text("over assumed ranges", "範囲は仮定") if _assumed(run) else Text("over given ranges", "範囲は仕様による")
    )
    still = [subject(key) for i, key in enumerate(keys) if i not in order]
    return Figure(
        id="tornado",
        title=_finding(run),
        subtitle=Text(f"Figures of the deal with one number changed at a time, {ranges.en}", f"数値を一つずつ変えた場合の指標、{ranges.ja}"),
        **drawn[0],
        narrow=drawn[1],
        paper={"layout": _on_paper(panels, order, names)},
        height=62 + 40 * len(order),
        narrow_height=(56 + 50 * len(order)) * len(panels),
        table=_table(run),
        aria=Text(
            "Bars from the base case: " + "; ".join(f"{name.en} moves {panels[0].name.en} by {numbers.significant(panels[0].swing(i))}" for name, i in zip(names, order, strict=True)) + ".",
            "基本ケースからの棒グラフ。" + "、".join(name.of("ja") for name in names),
        ),
        note=_note(run, found.solved, still),
        stages=("sensitivity",),
    )  # fmt: skip


def _assumed(run: Run) -> bool:
    """Whether a range is assumed: the usual ones are, and those of a spec that says so."""
    start = "deal.sensitivity.vary"
    return bool(run.sensitivity.usual) or any(
        origin.assumed for path, origin in run.loaded.origins.items() if path.startswith(start)
    )


def _panel(run: Run, name: str) -> _Panel:
    metric = run.sensitivity.base[name]
    rows = [
        [None if written is None else _End(short(written), values.get(name))
         for written, values in ((bar.low, bar.at_low), (bar.high, bar.at_high))]
        for bar in run.sensitivity.bars
    ]  # fmt: skip
    return _Panel(named(run, name), metric.unit, float(there(metric.value)), rows)


def _note(run: Run, solved: bool, still: list[Text]) -> Text:
    deal = deal_words(solved)
    leases, keys = run.deal.leases.values(), [bar.key for bar in run.sensitivity.bars]
    fixed = Text("")
    if DELAY in keys and any(isinstance(lease.start, date) for lease in leases):
        fixed = Text(" Rent starts on a fixed date, whatever is ready: a delay does not move it. It then pays for works that owners or loans would "
                     "have paid for, so that figures rise; nobody is assumed to pay damages or to leave.",
                     "賃料は完成の有無にかかわらず固定日に始まり、遅延では動かない。その間の賃料が工事費に充てられ、指標はむしろ上がる。"
                     "損害賠償や解約は想定していない。")  # fmt: skip
    bars = Text("Light bars: the number is lower; dark bars: higher.", "淡い棒は数値が低い場合、濃い棒は高い場合。")
    en, ja = ", ".join(inside(text) for text in still), "、".join(text.of("ja") for text in still)
    return Text(
        f"{deal.en} {bars.en}" + f" No effect: {en}." * bool(still) + fixed.en,
        f"{deal.ja}{bars.ja}" + f"影響なし：{ja}。" * bool(still) + fixed.ja,
    )


def _drawn(panels: list[_Panel], order: list[int], names: list[Text], slim: bool) -> dict[str, Any]:
    """Panels side by side, or one below the other, each with an axis of its own."""
    left, count = 0 if slim else _left(names), len(panels)
    layout: dict[str, Any] = {"hovermode": False, "barmode": "overlay", "margin": {"l": left, "r": 0, "t": 0, "b": 0}}
    data, notes, lines = [], [], []
    for k, panel in enumerate(panels):
        x, y = f"x{k + 1 if k else ''}", f"y{k + 1 if k and slim else ''}"
        whole, cell = [0.0, 1.0], [k / count + 0.04 * (k > 0), (k + 1) / count]
        room = 342.0 if slim else (1040 - left) * (cell[1] - cell[0])
        hidden = {"visible": False, "fixedrange": True}
        layout[f"xaxis{x[1:]}"] = {
            **hidden,
            "range": panel.range(order, room),
            "anchor": y,
            "domain": whole if slim else cell,
        }
        top = [1 - (k + 1) / count, 1 - k / count - 0.02 * (k > 0)]
        layout[f"yaxis{y[1:]}"] = {
            **hidden,
            "range": [-0.6, len(order) + (0.35 if slim else 0.1)],
            "domain": top if slim else whole,
        }
        data += _bars(panel, order, x, y)
        notes += _labels(panel, order, x, y)
        lines.append({"type": "line", "x0": panel.base, "x1": panel.base, "y0": -0.5, "y1": len(order) - 0.45, "xref": x, "yref": y,
                      "line": {"color": "@axis", "width": 1}})  # fmt: skip
        notes += [_name(name, len(order) - 1 - row, y, slim, left) for row, name in enumerate(names) if slim or k == 0]
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
        return parts.note(parts.named(name), 0, row + 0.27, yref=y, yanchor="bottom", font={"size": 12})
    return parts.note(parts.named(name), 0, row, yref=y, yanchor="middle", xshift=-left)


def _bars(panel: _Panel, order: list[int], x: str, y: str) -> list[dict[str, Any]]:
    """From the base to each end: the low end of the range in light grey, the high one in dark."""
    found = []
    for side, colour in ((0, "@axis/0.55"), (1, "@grid")):
        ends = [panel.rows[i][side] for i in order]
        size = [0.0 if end is None or end.value is None else end.value - panel.base for end in ends]
        found.append({"type": "bar", "orientation": "h", "x": size, "base": panel.base, "y": list(range(len(order) - 1, -1, -1)),
                      "xaxis": x, "yaxis": y, "width": 0.46, "hoverinfo": "skip", "marker": {"color": colour}})  # fmt: skip
    return found


def _labels(panel: _Panel, order: list[int], x: str, y: str) -> list[dict[str, Any]]:
    """The figure and the change at each end; of two ends on one side of the base, the nearer stands on the other."""
    base = shown(panel.base, panel.unit)
    head = Text(
        f"<b>{panel.name.en[:1].upper() + panel.name.en[1:]}</b> {base.en}",
        f"<b>{panel.name.of('ja')}</b> {base.of('ja')}",
    )
    found = [
        parts.note(
            head, panel.base, len(order) - 0.42, xref=x, yref=y, xanchor="center", yanchor="bottom", font={"size": 13}
        )
    ]
    for row, i in enumerate(order):
        if not panel.moves(i):
            still = Text("no change", "変化なし")
            quiet = {"size": 12, "color": "@ink2"}
            found.append(
                parts.note(
                    still, panel.base, len(order) - 1 - row, xref=x, yref=y, xshift=6, yanchor="middle", font=quiet
                )
            )
            continue
        ends = [end for end in panel.rows[i] if end is not None]
        ends.sort(key=lambda end: -abs((panel.base if end.value is None else end.value) - panel.base))
        taken = 0
        for end in ends:
            value = panel.base if end.value is None else end.value
            side = -taken or (1 if value > panel.base else -1)
            far = value if (value - panel.base) * side > 0 else panel.base
            taken = side
            text = shown(end.value, panel.unit)
            label = Text(f"<b>{text.en}</b> {end.label.en}", f"<b>{text.of('ja')}</b> {end.label.of('ja')}")
            found.append(parts.note(label, far, len(order) - 1 - row, xref=x, yref=y, xanchor="left" if side > 0 else "right",
                                    xshift=6 * side, yanchor="middle", font={"size": 12}))  # fmt: skip
    return found


def _finding(run: Run) -> Finding:
    """The change that takes the first figure down most; up, if none takes it down."""
    found = run.sensitivity
    neutral = Finding("What moves the deal, one number at a time", "数値を一つずつ変えた場合の契約の指標")
    for name, metric in found.base.items():
        known = [(end, bar.key, written) for bar in found.bars
                 for written, values in ((bar.low, bar.at_low), (bar.high, bar.at_high))
                 if written is not None and (end := values.get(name)) is not None]  # fmt: skip
        if metric.value is None or not known:
            continue
        low, high = min(known, key=lambda end: end[0]), max(known, key=lambda end: end[0])
        value, key, written = low if low[0] < metric.value else high
        before, after, who, why = (
            shown(metric.value, metric.unit),
            shown(value, metric.unit),
            named(run, name),
            cause(key, written),
        )
        if before == after:
            continue
        made = Finding(f"{why.en} takes {who.en} from {before.en} to {after.en}",
                       f"{why.ja}{who.of('ja')}は{before.of('ja')}から{after.of('ja')}になる")  # fmt: skip
        return made if len(made.en) <= 100 and len(made.ja) <= 70 else neutral
    return neutral


def _table(run: Run) -> Table:
    found = run.sensitivity
    names, money = {name: named(run, name) for name in found.base}, money_of(run)
    columns = [Column(Text("What is changed", "変える数値")), Column(Text("To, or by", "値・変化"))]
    columns += [
        Column(Text(n.en[:1].upper() + n.en[1:], n.of("ja")), _unit(found.base[name].unit, money))
        for name, n in names.items()
    ]
    rows: list[tuple[Cell, ...]] = [
        (Text("Base case", "基本ケース"), "", *(_scaled(m.value, m.unit, money) for m in found.base.values()))
    ]
    for bar in found.bars:
        for written, values in ((bar.low, bar.at_low), (bar.high, bar.at_high)):
            if written is not None:
                rows.append(
                    (
                        subject(bar.key),
                        short(written),
                        *(_scaled(values.get(n), m.unit, money) for n, m in found.base.items()),
                    )
                )
    return Table(tuple(columns), tuple(rows))


def _unit(unit: str, money: Money) -> str:
    return {"1": "", "fraction": "%", "1/year": "%", "USD": money.unit}.get(unit, unit)


def _scaled(value: float | None, unit: str, money: Money) -> float | None:
    return (
        None
        if value is None
        else float(value) * {"fraction": 100.0, "1/year": 100.0, "USD": 1 / money.factor}.get(unit, 1.0)
    )
