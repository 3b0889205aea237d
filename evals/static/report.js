const SHOWN = 50;
const compared = data.cases.some((item) => item.before);
const WAYS = { regressed: "✕ regressed", improved: "✓ improved", changed: "~ changed" };
const SHOW = compared
  ? [["all", "All", () => true],
    ...Object.keys(WAYS).map((way) => [way, way[0].toUpperCase() + way.slice(1), (item) => item.way === way])]
  : [["wrong", "Wrong", (item) => item.wrong], ["all", "All", () => true],
    ["right", "As wanted", (item) => !item.wrong], ["doubt", "Disputed", (item) => item.about?.doubt]];

const failedScores = (item) => [...new Set([...(item.wrong ?? []),
  ...Object.entries(item.scored ?? {}).filter(([name, value]) => fails(name, value)).map(([name]) => name)])];
const kinds = (item) => [...new Set([item.kind, item.before?.kind].filter(Boolean))];
const FILTERS = [
  ["set", "Set", (item) => [item.set]],
  ["kind", "Decision", kinds],
  ["score", "Failed score", (item) => [...new Set([...failedScores(item), ...(item.before ? failedScores(item.before) : [])])]],
  ["facet", "Tactic, topic, style", (item) => item.facets ?? []],
];

const grouped = (number) => number.toLocaleString("en");
const controls = new Map();
const list = document.getElementById("list");
let shown = [];
let drawn = 0;
const words = new WeakMap();

function wordsOf(item) {
  if (!words.has(item)) {
    const replied = ({ notice, statements }) =>
      [notice === null ? "" : text(notice), ...statements.map(([number]) => text(number))];
    const said = (each) => !each ? [] : [each.question, ...(each.earlier ?? []).flat(), each.expected?.fact, each.trace?.reason,
      each.about?.note, ...(each.why ?? []).map(([, line]) => line), ...(each.reply ? replied(each.reply) : [])];
    words.set(item, [item.id, ...said(item), ...said(item.before)].join("\n").toLowerCase());
  }
  return words.get(item);
}

function counted(valuesOf) {
  const counts = new Map();
  for (const item of data.cases) for (const value of valuesOf(item)) counts.set(value, (counts.get(value) ?? 0) + 1);
  return [...counts].sort(([one], [other]) => one.localeCompare(other));
}

function field(name, label, control) {
  control.id = `filter-${name}`;
  controls.set(name, control);
  return make("div", { class: "field" }, make("label", { for: control.id }, label), control);
}

function drawFilters() {
  const show = make("select", {}, SHOW.map(([value, label, holds]) =>
    make("option", { value }, `${label} (${grouped(data.cases.filter(holds).length)})`)));
  const search = make("input", { type: "search", placeholder: "words or id" });
  const reset = make("button", { type: "button", id: "reset" }, "Clear filters");
  reset.addEventListener("click", () => { clear(); apply(); });
  document.getElementById("filters").append(
    make("form", { role: "search", "aria-label": "Filter the cases" },
      field("show", "Show", show),
      FILTERS.map(([name, label, valuesOf]) => field(name, label, make("select", {}, make("option", { value: "" }, "Any"),
        counted(valuesOf).map(([value, count]) => make("option", { value }, `${value} (${grouped(count)})`))))),
      field("search", "Text", search), reset),
    make("p", { role: "status", id: "count" }));
  const form = document.querySelector("#filters form");
  let timer = 0;
  form.addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(apply, 120); });
  form.addEventListener("submit", (event) => { event.preventDefault(); apply(); });
}

function clear(show) {
  for (const [name, control] of controls) control.value = name === "show" ? show ?? SHOW[0][0] : "";
}

function apply() {
  const holds = SHOW.find(([value]) => value === controls.get("show").value)[2];
  const asked = controls.get("search").value.toLowerCase().split(/\s+/).filter(Boolean);
  shown = data.cases.filter((item) => holds(item)
    && FILTERS.every(([name, , valuesOf]) => !controls.get(name).value || valuesOf(item).includes(controls.get(name).value))
    && asked.every((word) => wordsOf(item).includes(word)));
  list.replaceChildren();
  drawn = 0;
  more();
  document.getElementById("count").textContent = `${grouped(shown.length)} of ${grouped(data.cases.length)} cases`
    + (shown.length ? "" : ": nothing fits these filters");
}

function badge(item) {
  if (item.way) return make("span", { class: `badge ${{ regressed: "bad", improved: "good" }[item.way] ?? ""}` }, WAYS[item.way]);
  if (!item.wrong) return make("span", { class: "badge good" }, "✓ as wanted");
  return make("span", { class: "badge bad" }, `✕ ${item.wrong.join(", ")}`);
}

function line(item) {
  const kind = item.before && item.before.kind !== item.kind ? `${item.before.kind} → ${item.kind}` : item.kind;
  const node = make("details", { class: "case", "data-key": keyOf(item) },
    make("summary", {}, badge(item), make("span", { class: "question" }, item.question),
      make("span", { class: "where" }, `${item.set} · ${item.id} · ${kind}`)));
  node.addEventListener("toggle", () => {
    if (node.open && node.childElementCount === 1) node.append(item.before ? pairCard(item) : card(item));
  });
  return node;
}

function more(upTo = drawn + SHOWN) {
  list.querySelector("#more")?.remove();
  const fresh = shown.slice(drawn, upTo).map(line);
  list.append(...fresh);
  drawn = Math.min(shown.length, Math.max(drawn, upTo));
  if (drawn < shown.length) {
    const left = shown.length - drawn;
    const button = make("button", { type: "button", id: "more" }, `Show ${Math.min(SHOWN, left)} more (${grouped(left)} left)`);
    button.addEventListener("click", () => {
      const first = drawn;
      more();
      list.children[first].querySelector("summary").focus();
    });
    list.append(button);
  }
}

function openNamed() {
  if (!location.hash.startsWith("#case=")) return;
  const key = decodeURIComponent(location.hash.slice(6));
  if (!shown.some((item) => keyOf(item) === key)) {
    clear("all");
    apply();
  }
  const at = shown.findIndex((item) => keyOf(item) === key);
  if (at < 0) return;
  if (at >= drawn) more(at + 1);
  const node = list.children[at];
  node.open = true;
  node.scrollIntoView();
  node.querySelector("summary").focus({ preventScroll: true });
}

function choose(name, value) {
  const control = controls.get(name);
  const known = [...control.options].some((option) => option.value === value);
  control.value = known ? value : "";
}

document.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-set]");
  if (!link) return;
  clear("all");
  choose("set", link.dataset.set);
  choose("facet", link.dataset.facet);
  choose("score", link.dataset.score);
  apply();
});

const opened = [];
addEventListener("beforeprint", () => {
  for (const node of document.querySelectorAll("main > section:not(#cases) details:not([open])")) {
    node.open = true;
    opened.push(node);
  }
});
addEventListener("afterprint", () => { for (const node of opened.splice(0)) node.open = false; });
addEventListener("hashchange", openNamed);

drawFilters();
apply();
openNamed();
