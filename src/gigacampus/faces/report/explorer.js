// The hourly explorer: the window decides between buckets of the life, several together, and single hours of one year.
const TYPES = { i2: Int16Array, f4: Float32Array };
const HOUR = 3_600_000;
const POINTS = 1200;
const FINE_DAYS = 62;
const explorers = new WeakMap();

function unpack({ dtype, bdata }) {
  const bytes = Uint8Array.from(atob(bdata), (letter) => letter.charCodeAt(0));
  return new TYPES[dtype](bytes.buffer);
}

function openExplorer(explorer) {
  const levels = explorer.levels.map((level) => ({
    start: Date.parse(level.start),
    size: level.hours * HOUR,
    sources: level.sources.map(unpack),
    load: level.load.map(unpack),
    pue: level.pue.map(unpack),
  }));
  levels.forEach((level) => (level.end = level.start + level.load[0].length * level.size));
  return { explorer, levels, from: levels[0].start, to: levels[0].end };
}

/** Means, lowest or highest of every `k` values of a slice. */
function gather(values, first, last, k, how) {
  const found = [];
  for (let i = first; i < last; i += k) {
    const part = values.subarray(i, Math.min(i + k, last));
    if (how === "mean") found.push(part.reduce((sum, v) => sum + v, 0) / part.length);
    else found.push(how === "low" ? Math.min(...part) : Math.max(...part));
  }
  return found;
}

/** What the window shows: times, and each series at a resolution of at most so many points. */
function windowOf(state) {
  const [coarse, fine] = state.levels;
  const days = (state.to - state.from) / HOUR / 24;
  const level = days <= FINE_DAYS && state.from >= fine.start && state.to <= fine.end ? fine : coarse;
  const count = level.load[0].length;
  const pad = Math.ceil((state.to - state.from) / level.size / 2);
  const first = Math.max(0, Math.floor((state.from - level.start) / level.size) - pad);
  const last = Math.min(count, Math.ceil((state.to - level.start) / level.size) + pad);
  const k = Math.max(1, Math.ceil((last - first) / (2 * POINTS)));
  const x = [];
  for (let i = first; i < last; i += k) x.push(level.start + i * level.size + (Math.min(k, last - i) * level.size) / 2);
  const take = (values, how) => gather(values, first, last, k, how);
  return {
    x,
    sources: level.sources.map((values) => take(values, "mean")),
    high: take(level.load[0], "high"),
    low: take(level.load[level.load.length - 1], "low"),
    pue: take(level.pue[0], "mean"),
    pueLow: take(level.pue[Math.min(1, level.pue.length - 1)], "low"),
    pueHigh: take(level.pue[level.pue.length - 1], "high"),
  };
}

function tracesOf(state) {
  const seen = windowOf(state);
  const { step, series } = state.explorer;
  const power = (values) => values.map((v) => v * step);
  const ratio = (values) => values.map((v) => v * 1e-4);
  const line = { type: "scatter", mode: "lines", x: seen.x };
  const areas = series.map((one, i) => ({
    ...line, name: one.name, y: power(seen.sources[i]), stackgroup: "supply", fillcolor: one.color,
    line: { width: 0, color: one.color }, hovertemplate: "%{y:,.4r} MW",
  }));
  const loads = [["high", { en: "Load, highest", ja: "負荷(最大)" }], ["low", { en: "Load, lowest", ja: "負荷(最小)" }]].map(
    ([key, name]) => ({ ...line, name, y: power(seen[key]), line: { color: "@ink", width: 1 }, hovertemplate: "%{y:,.4r} MW" }),
  );
  const pue = [
    { ...line, y: ratio(seen.pueLow), yaxis: "y2", line: { width: 0 }, hoverinfo: "skip" },
    { ...line, y: ratio(seen.pueHigh), yaxis: "y2", line: { width: 0 }, fill: "tonexty", fillcolor: "@ink/0.15", hoverinfo: "skip" },
    { ...line, name: "PUE", y: ratio(seen.pue), yaxis: "y2", line: { color: "@ink", width: 1.5 }, hovertemplate: "%{y:.3f}" },
  ];
  return [...areas, ...loads, ...pue];
}

function drawExplorer(box, figure) {
  const fresh = !explorers.has(box);
  if (fresh) explorers.set(box, openExplorer(figure.explorer));
  const state = explorers.get(box);
  const layout = layoutOf(box, figure);
  layout.dragmode = onPaper || narrowPage.matches ? false : "pan";
  layout.xaxis = { ...layout.xaxis, range: [state.from, state.to] };
  const done = Plotly.react(box, resolve(tracesOf(state)), layout, config());
  if (fresh) listen(box);
  return done;
}

function show(box, from, to) {
  const state = explorers.get(box);
  if (!state) return;
  const { start, end } = state.levels[0];
  const span = Math.min(Math.max(to - from, 24 * HOUR), end - start);
  state.from = Math.min(Math.max(from, start), end - span);
  state.to = state.from + span;
  draw(box);
  const days = Math.round(span / HOUR / 24);
  const name = { life: days > 400, year: days > 300 && days <= 400, month: days > 20 && days <= 31, week: days === 7 };
  all("[data-span]").forEach((button) => button.setAttribute("aria-pressed", String(name[button.dataset.span])));
}

const moment = (value) => (typeof value === "number" ? value : Date.parse(`${String(value).replace(" ", "T")}Z`));

function listen(box) {
  box.on("plotly_relayout", (change) => {
    if ("xaxis.range[0]" in change) show(box, moment(change["xaxis.range[0]"]), moment(change["xaxis.range[1]"]));
  });
  box.addEventListener("keydown", (event) => {
    const { from, to } = explorers.get(box);
    const span = to - from;
    const moves = {
      ArrowLeft: [from - span / 4, to - span / 4], ArrowRight: [from + span / 4, to + span / 4],
      "+": [from + span / 4, to - span / 4], "-": [from - span / 2, to + span / 2],
    };
    const move = moves[event.key === "=" ? "+" : event.key];
    if (move) {
      event.preventDefault();
      show(box, ...move);
    }
  });
  all("[data-span]").forEach((button) => button.addEventListener("click", () => showSpan(box, button.dataset.span)));
  all("[data-span]").forEach((button) => button.setAttribute("aria-pressed", String(button.dataset.span === "life")));
}

/** The life, or a year, month or week: within the year that has single hours, its hottest season first. */
function showSpan(box, span) {
  const { levels } = explorers.get(box);
  const [coarse, fine] = levels;
  const days = { year: (fine.end - fine.start) / HOUR / 24, month: 30, week: 7 }[span];
  if (span === "life") return show(box, coarse.start, coarse.end);
  const from = span === "year" ? fine.start : fine.start + 195 * 24 * HOUR;
  return show(box, from, from + days * 24 * HOUR);
}
