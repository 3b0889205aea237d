// The row of buttons at the top: topics, medicines, the sheet, reading comfort, what is kept, start over, delete, leave.
import { button, make, say } from "./parts.js";
import { choice, conversation, forgetAll, keepChoice } from "./kept.js";
import { close, confirm, openDialog } from "./dialog.js";
import { act, drawAgain } from "./bridge.js";

export function drawBar(page) {
  const open = { help: () => topics(page), sheet, medicine: () => medicine(page), settings: () => settings(page), privacy: () => privacy(page), start_over: startOver, forget };
  const entry = (key) => button(key, open[key], `cw-do-${key}`);
  const menu = make("details", { class: "cw-menu" }, make("summary", {}, say("menu")), make("div", {}, ...["medicine", "settings", "privacy", "start_over", "forget"].map(entry)));
  menu.addEventListener("click", (event) => { if (event.target.closest("button")) menu.open = false; });
  menu.addEventListener("keydown", (event) => { if (event.key === "Escape") { menu.open = false; menu.querySelector("summary").focus(); } });
  menu.addEventListener("focusout", (event) => { if (event.relatedTarget && !menu.contains(event.relatedTarget)) menu.open = false; });
  const leaving = button("leave", () => leave(page), "cw-leave");
  const skip = make("a", { class: "cw-skip", href: "#cw-question", on: { click: (event) => { event.preventDefault(); document.querySelector("#cw-question textarea").focus(); } } }, say("skip"));
  document.body.prepend(skip, make("nav", { class: "cw-bar", "aria-label": say("title") }, entry("help"), entry("sheet"), menu, leaving));
}

function topics(page) {
  const body = make("div");
  body.innerHTML = page.topics; // made by the server from the content, escaped there
  openDialog("help", [body]);
}

function medicine(page) {
  const input = make("input", { type: "text", id: "cw-medicine", autocomplete: "off", maxlength: "60" });
  const found = make("div", { role: "status" });
  const look = (event) => {
    event.preventDefault();
    const entry = page.meanings[input.value.trim().toLowerCase().replace(/\s+/g, " ")];
    found.replaceChildren(...(entry ? [make("p", { lang: "en" }, make("strong", {}, `${entry[0]}: `), entry[1])]
      : input.value.trim() ? [make("p", {}, say("medicine_unknown"))] : []));
  };
  const form = make("form", { on: { submit: look } }, make("label", { for: "cw-medicine" }, say("medicine_label")), input,
    make("div", { class: "cw-row" }, make("button", { type: "submit", class: "cw-primary" }, say("medicine_check"))));
  openDialog("medicine", [form, found]);
  input.focus();
}

async function sheet() {
  const answer = await fetch("/api/sheet", { method: "POST", headers: { "Content-Type": "application/json", "Accept-Language": document.documentElement.lang }, body: JSON.stringify(conversation()) }).catch(() => null);
  const made = answer?.ok ? await answer.json() : null;
  const body = make("div", { id: "cw-sheet" });
  if (made) body.innerHTML = made.html; // made by the server, escaped there
  else body.append(make("p", { role: "alert" }, say("error_offline")));
  const filled = made && body.querySelector(".cw-sheet-turn");
  openDialog("sheet_title", [body], { actions: filled ? [button("print", print, "cw-primary"), button("save_file", () => save(made))] : [] });
}

function print() {
  document.body.classList.add("cw-printing");
  window.addEventListener("afterprint", () => document.body.classList.remove("cw-printing"), { once: true });
  window.print();
}

function save(made) {
  const style = "body{font:1rem/1.5 sans-serif;max-width:44rem;margin:1rem auto;padding:0 1rem}.cw-line{border-bottom:1px solid;height:2rem}.cw-sheet-turn{border-left:4px solid #888;padding-left:.75rem}";
  const page = `<!doctype html><html lang="${document.documentElement.lang}"><meta charset="utf-8"><title>${made.title}</title><style>${style}</style><h1>${made.title}</h1>${made.html}</html>`;
  const address = URL.createObjectURL(new Blob([page], { type: "text/html" }));
  make("a", { href: address, download: "citewell-care-team.html" }).click();
  window.setTimeout(() => URL.revokeObjectURL(address), 10000);
}

export function comfort() {
  const root = document.documentElement;
  root.classList.toggle("cw-large", choice("size", "normal") === "large");
  root.classList.toggle("cw-largest", choice("size", "normal") === "largest");
  root.classList.toggle("cw-contrast", choice("contrast", "normal") === "high");
  const colors = choice("colors", "auto");
  const dark = colors === "dark" || (colors === "auto" && window.matchMedia("(prefers-color-scheme: dark)").matches);
  document.body.classList.toggle("dark", dark);
}

function group(title, name, options, usual, change) {
  const chosen = choice(name, usual);
  return make("fieldset", {}, make("legend", {}, say(title)), ...options.map(([value, label]) =>
    make("label", {}, make("input", { type: "radio", name: `cw-${name}`, value, checked: value === chosen, on: { change: () => { keepChoice(name, value); change(); } } }), label)));
}

function settings(page) {
  const named = (title, values) => values.map((value) => [value, say(`${title}_${value}`)]);
  const languages = Object.entries(page.words).map(([code, entries]) => [code, entries.language]);
  openDialog("settings", [
    group("text_size", "size", named("size", ["normal", "large", "largest"]), "normal", comfort),
    group("contrast", "contrast", named("contrast", ["normal", "high"]), "normal", comfort),
    group("colors", "colors", named("colors", ["auto", "light", "dark"]), "auto", comfort),
    group("language_title", "language", languages, document.documentElement.lang, () => window.location.reload()),
    make("p", { class: "cw-small" }, say("answers_english"))]);
}

function privacy(page) {
  openDialog("privacy", [make("p", {}, say(`privacy_${page.keeps.mode}`, { days: page.keeps.days })), make("p", {}, say("privacy_tab"))]);
}

function startOver() {
  confirm("start_over", "start_over_ask", "yes_start_over", () => { drawAgain({ turns: [], conversation: "" }); });
}

function forget() {
  confirm("forget", "forget_ask", "yes_forget", () => { act({ do: "forget" }); });
}

function leave(page) {
  forgetAll();
  close();
  document.body.hidden = true;
  window.location.replace(page.leave);
}
