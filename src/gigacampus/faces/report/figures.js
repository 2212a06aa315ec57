// Draws figures from plain data: texts in one language, colours by name in one mode, narrow below 760 px.
const DATA = JSON.parse(document.getElementById("data").textContent);
const root = document.documentElement;
const all = (selector, from = document) => [...from.querySelectorAll(selector)];
const darkSystem = matchMedia("(prefers-color-scheme: dark)");
const narrowPage = matchMedia("(max-width: 760px)");
const PAPER_WIDTH = 700;
let onPaper = false;

// A static plot has no fade, for which paper does not wait.
const config = () => ({
  displaylogo: false, displayModeBar: false, responsive: false, doubleClick: false, showTips: false, staticPlot: onPaper,
});
const mode = () => (onPaper ? "light" : root.dataset.theme || (darkSystem.matches ? "dark" : "light"));
const narrow = (figure) => (onPaper ? Boolean(figure.paper?.narrow) : narrowPage.matches);
const say = (text) => (typeof text === "object" && text !== null && "en" in text ? text[root.lang] : text);

function colour(name) {
  const [token, opacity] = name.split("/");
  const hex = DATA.tokens[mode()][token];
  if (!hex || !opacity) return hex ?? `@${name}`;
  const [red, green, blue] = [1, 3, 5].map((i) => parseInt(hex.slice(i, i + 2), 16));
  return `rgba(${red},${green},${blue},${opacity})`;
}

/** A plain figure with its texts in the page's language and its colours in the page's mode. */
function resolve(value) {
  if (typeof value === "string") {
    if (/^@[a-z0-9-]+(\/[\d.]+)?$/.test(value)) return colour(value.slice(1));
    return value.includes("{@") ? value.replace(/\{@([a-z0-9-]+(?:\/[\d.]+)?)\}/g, (_, name) => colour(name)) : value;
  }
  if (Array.isArray(value)) return value.map(resolve);
  if (value === null || typeof value !== "object" || ArrayBuffer.isView(value)) return value;
  const keys = Object.keys(value);
  if (keys.length === 2 && "en" in value && "ja" in value) return resolve(value[root.lang]);
  return Object.fromEntries(keys.map((key) => [key, resolve(value[key])]));
}

/** One object over another; arrays are replaced. */
function merge(base, over) {
  if (over === undefined) return base;
  const plain = (v) => v !== null && typeof v === "object" && !Array.isArray(v) && !ArrayBuffer.isView(v);
  if (!plain(base) || !plain(over) || "en" in over) return over;
  const merged = { ...base };
  for (const key of Object.keys(over)) merged[key] = merge(base[key], over[key]);
  return merged;
}

/** The layout of a box: the template of the mode, the patch for a narrow page or paper, and the size of the box. */
function layoutOf(box, figure) {
  const patch = narrow(figure) ? figure.narrow.layout : onPaper ? figure.paper?.layout : undefined;
  const layout = merge(figure.layout, patch);
  const width = onPaper ? PAPER_WIDTH : box.clientWidth;
  return resolve({ dragmode: false, template: DATA.template, ...layout, width, height: box.clientHeight });
}

function draw(box) {
  const figure = DATA.figures[box.dataset.figure];
  if (figure.explorer) return drawExplorer(box, figure);
  const data = (narrow(figure) && figure.narrow.data) || figure.data;
  return Plotly.react(box, resolve(data), layoutOf(box, figure), config());
}

const drawn = () => all(".plot").filter((box) => box.dataset.drawn);

function redraw(boxes = drawn()) {
  boxes.forEach((box) => {
    box.dataset.drawn = "yes";
    draw(box);
  });
}

/** Figures are drawn as they come into view; without Plotly their tables stand open. */
function watchFigures() {
  if (!window.Plotly) {
    root.classList.add("bare");
    all("figure details").forEach((details) => (details.open = true));
    return;
  }
  const near = new IntersectionObserver(
    (entries) => {
      const seen = entries.filter((entry) => entry.isIntersecting).map((entry) => entry.target);
      seen.forEach((box) => near.unobserve(box));
      redraw(seen);
    },
    { rootMargin: "600px 0px" },
  );
  all(".plot").forEach((box) => near.observe(box));
  let waiting = 0;
  let width = innerWidth;
  addEventListener("resize", () => {
    if (innerWidth === width || onPaper) return;
    width = innerWidth;
    cancelAnimationFrame(waiting);
    waiting = requestAnimationFrame(() => redraw());
  });
  darkSystem.addEventListener("change", () => redraw());
}
