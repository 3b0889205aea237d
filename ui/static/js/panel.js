// The source of a citation: a panel beside the conversation, a sheet on phones; and the card on hover or focus.
import { button, make, say } from "./parts.js";

let panel = null;
let opener = null;
const narrow = () => window.matchMedia("(max-width: 56rem)").matches;

export async function openSource(link) {
  const address = link.getAttribute("href");
  const answer = await fetch(address, { headers: { "Accept-Language": document.documentElement.lang } }).catch(() => null);
  const content = answer && new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("cw-source");
  closeSource(false);
  hideCard();
  opener = link;
  link.setAttribute("aria-expanded", "true");
  const title = make("h2", { id: "cw-panel-title" }, say("source_title"));
  const body = content ? [...content.childNodes] : [make("p", { role: "alert" }, say("error_offline"))];
  const alone = make("p", {}, make("a", { href: address, target: "_blank" }, say("open_alone")));
  panel = make("dialog", { id: "cw-panel", "aria-labelledby": "cw-panel-title" },
    make("div", { class: "cw-dialog-head" }, title, button("close", () => closeSource())), ...body, alone);
  panel.addEventListener("cancel", (event) => { event.preventDefault(); closeSource(); });
  document.body.append(panel);
  if (narrow()) panel.showModal(); else { panel.show(); document.body.classList.add("cw-beside"); }
  const mark = panel.querySelector("mark");
  (panel.querySelector(".cw-source-page") ?? title).focus();
  mark?.scrollIntoView({ block: "nearest" });
}

export function closeSource(focus = true) {
  if (!panel) return;
  panel.close();
  panel.remove();
  panel = null;
  document.body.classList.remove("cw-beside");
  const back = opener?.isConnected ? opener : document.querySelector("#cw-question textarea");
  opener?.removeAttribute("aria-expanded");
  if (focus) back?.focus();
}

const card = () => document.getElementById("cw-card");
let owner = null;

function showCard(target) {
  const { quote, label, meaning } = target.dataset;
  const title = quote ? target.getAttribute("aria-label") : say("definition");
  owner = target;
  card().replaceChildren(make("strong", {}, title), quote ? `“${quote}”` : meaning, ...(label ? [make("span", { class: "cw-small" }, label)] : []));
  card().hidden = false;
  const place = target.getBoundingClientRect();
  const own = card().getBoundingClientRect();
  const left = Math.max(8, Math.min(place.left, document.documentElement.clientWidth - own.width - 8));
  const below = place.bottom + own.height + 8 < window.innerHeight || place.top < own.height + 8;
  card().style.left = `${left + window.scrollX}px`;
  card().style.top = `${(below ? place.bottom + 6 : place.top - own.height - 6) + window.scrollY}px`;
  target.setAttribute("aria-describedby", "cw-card");
}

// After a new drawing the word that a card belongs to may be gone.
export function dropCard() {
  if (owner && !owner.isConnected) hideCard();
}

export function hideCard() {
  if (!owner) return;
  owner.removeAttribute("aria-describedby");
  owner = null;
  card().hidden = true;
}

export function watchCards() {
  document.body.append(make("div", { id: "cw-card", role: "tooltip", hidden: true }));
  const over = (event) => {
    const target = event.target.closest?.("a.cw-cite, button.cw-term");
    if (target) showCard(target);
    // A mouse that rests elsewhere must not take away what the keyboard has opened.
    else if (!event.target.closest?.("#cw-card") && (event.type === "focusin" || owner !== document.activeElement)) hideCard();
  };
  document.addEventListener("pointerover", (event) => { if (event.pointerType === "mouse") over(event); });
  document.addEventListener("focusin", over);
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    if (owner) hideCard();
    else if (panel) closeSource();
  });
  document.addEventListener("click", (event) => {
    const term = event.target.closest?.("button.cw-term");
    if (term) showCard(term);
  });
}
