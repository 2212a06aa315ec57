// Language, mode, contents, tables as CSV, the inputs behind a result, and paper.
const press = (name, value) =>
  all(`[${name}]`).forEach((button) => button.setAttribute("aria-pressed", String(button.getAttribute(name) === value)));

function setLanguage(language) {
  root.lang = language;
  press("data-lang", language);
  all("[data-en]").forEach((part) => part.setAttribute("aria-label", part.dataset[language]));
  all("[data-label-en]").forEach((part) => part.setAttribute("aria-label", part.getAttribute(`data-label-${language}`)));
  if (window.Plotly) redraw();
}

function setMode(name) {
  if (name) root.dataset.theme = name;
  else delete root.dataset.theme;
  press("data-theme-set", name);
  if (window.Plotly) redraw();
}

/** Text that a spreadsheet would read as a formula is set as text. */
function csvCell(value) {
  const text = value === null ? "" : String(say(value));
  const safe = typeof value !== "number" && /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

function saveCsv(id) {
  const { columns, rows } = DATA.tables[id];
  const text = [columns, ...rows].map((row) => row.map(csvCell).join(",")).join("\r\n");
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([`\ufeff${text}\r\n`], { type: "text/csv" }));
  link.download = `${id}.csv`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}

/** Show the inputs behind one result, given as ranges such as "0-14,20", or all of them. */
function explain(ranges) {
  const spans = ranges === null ? null : ranges.split(",").filter(Boolean).map((part) => part.split("-").map(Number));
  const within = (n) => spans === null || spans.some(([first, last = first]) => first <= n && n <= last);
  let count = 0;
  all("[data-input]").forEach((row) => {
    row.hidden = !within(Number(row.dataset.input));
    count += row.hidden ? 0 : 1;
  });
  all(".group").forEach((group) => {
    group.hidden = all("[data-input]", group).every((row) => row.hidden);
    group.open = spans !== null;
  });
  const filter = document.querySelector(".filter");
  filter.hidden = spans === null;
  filter.dataset.count = String(count);
  filter.firstElementChild.textContent =
    root.lang === "ja" ? `この結果を支える入力${count}件を表示中。` : `Showing the ${count === 1 ? "one input" : `${count} inputs`} behind this result.`;
}

function watchContents() {
  const links = all(".toc a");
  const seen = new IntersectionObserver(
    (entries) =>
      entries
        .filter((entry) => entry.isIntersecting)
        .forEach((entry) =>
          links.forEach((link) => {
            if (link.hash === `#${entry.target.id}`) link.setAttribute("aria-current", "true");
            else link.removeAttribute("aria-current");
          }),
        ),
    { rootMargin: "-20% 0px -70% 0px" },
  );
  all("main > section").forEach((section) => seen.observe(section));
}

/** On paper every figure stands in light colours at 700 px, and every source is listed. */
let opened = [];
function toPaper() {
  onPaper = true;
  opened = all(".more:not([open]):not(.off-paper)");
  opened.forEach((details) => (details.open = true));
  if (window.Plotly) redraw(all(".plot"));
}

function toScreen() {
  onPaper = false;
  opened.forEach((details) => (details.open = false));
  if (window.Plotly) redraw();
}

all("[data-lang]").forEach((button) => button.addEventListener("click", () => setLanguage(button.dataset.lang)));
all("[data-theme-set]").forEach((button) => button.addEventListener("click", () => setMode(button.dataset.themeSet)));
all("[data-csv]").forEach((button) => button.addEventListener("click", () => saveCsv(button.dataset.csv)));
all("[data-explain]").forEach((link) => link.addEventListener("click", () => explain(link.dataset.explain)));
all("[data-all]").forEach((button) => button.addEventListener("click", () => explain(null)));
all(".tocn a").forEach((link) => link.addEventListener("click", () => (link.closest("details").open = false)));
addEventListener("beforeprint", toPaper);
addEventListener("afterprint", toScreen);
setLanguage(DATA.language);
setMode("");
watchContents();
watchFigures();
