// Starts the page: draws what is not Gradio's, brings a conversation back after a reload, and tells of each reply.
import { act, drawAgain, expectReply, keptState, question, replied, write } from "./js/bridge.js";
import { comfort, drawBar } from "./js/bar.js";
import { close } from "./js/dialog.js";
import { openSource, closeSource, dropCard, watchCards } from "./js/panel.js";
import { announce, make, say, useWords } from "./js/parts.js";
import { choice, conversation, draft, keepConversation, keepDraft, takePending } from "./js/kept.js";
import { decorate, doTool, spokenText } from "./js/replies.js";

const present = (selector) => new Promise((done) => {
  const look = () => (document.querySelector(selector) ? done(document.querySelector(selector)) : window.requestAnimationFrame(look));
  look();
});
let lastAnswer = "";
let lastMark = "first"; // of the empty conversation that comes with the page
let asked = false;
let drawnFor = null;
const oneDrawing = () => new Promise((done) => { drawnFor = () => { drawnFor = null; done(); }; });

function ask(text) {
  close();
  asked = true;
  announce(say("working"));
  act({ do: "ask", text });
}

function sent() {
  if (!question().value.trim()) return;
  announce(say("working"));
  expectReply(null);
}

// Called when Gradio has drawn the conversation anew.
function drawn() {
  const mark = document.querySelector("#cw-log .cw-log")?.dataset.drawn;
  if (!mark || mark === lastMark) return;
  lastMark = mark;
  if (replied()?.do === "forget") announce(say("forgotten"));
  drawnFor?.();
  dropCard();
  const state = keptState();
  if (state) keepConversation(state);
  document.querySelectorAll("#cw-log .cw-reply").forEach(decorate);
  const replies = document.querySelectorAll("#cw-log .cw-reply");
  const latest = replies[replies.length - 1];
  if (!latest) { lastAnswer = ""; closeSource(false); return; }
  if (latest.dataset.answer === lastAnswer) return;
  lastAnswer = latest.dataset.answer;
  const heading = latest.parentElement.querySelector(".cw-user");
  heading.scrollIntoView({ block: "start", behavior: "auto" });
  if (asked) heading.focus({ preventScroll: true });
  asked = false;
  keepDraft(question().value);
  announce(`${say("ready")} ${spokenText(latest)}`);
}

function troubled() {
  const problem = document.querySelector("#cw-trouble .cw-reply");
  if (!problem) return;
  replied();
  problem.scrollIntoView({ block: "nearest" });
  announce(problem.textContent);
}

function clicked(event) {
  const target = event.target instanceof Element ? event.target : event.target.parentElement;
  const cite = target.closest("a.cw-cite, a.cw-open");
  if (cite && !event.ctrlKey && !event.metaKey && !event.shiftKey) { event.preventDefault(); openSource(cite); return; }
  const suggestion = target.closest("[data-ask]");
  if (suggestion) { ask(suggestion.dataset.ask); return; }
  const country = target.closest("[data-country]");
  if (country) { drawAgain({ country: country.dataset.country }); return; }
  const tool = target.closest("[data-do]");
  if (tool) { doTool(tool); return; }
  if (target.closest("#cw-trouble .cw-again")) { if (question().value.trim()) document.getElementById("cw-send").click(); else drawAgain(); return; }
  if (target.closest("#cw-send")) sent();
}

async function start() {
  const page = await (await fetch("/page.json")).json();
  const language = document.documentElement.lang in page.words ? document.documentElement.lang : "en";
  document.documentElement.lang = language;
  useWords(page.words[language]);
  document.body.append(make("div", { id: "cw-status", class: "cw-sr", role: "status", "aria-live": "polite" }));
  drawBar(page);
  watchCards();
  const log = await present("#cw-log");
  await present("#cw-question textarea");
  document.getElementById("cw-standing").lang = "en";
  document.getElementById("cw-trouble").after(make("div", { id: "cw-offline" }));
  comfort();
  window.matchMedia("(prefers-color-scheme: dark)").addEventListener("change", comfort);
  document.addEventListener("click", clicked);
  question().addEventListener("input", () => keepDraft(question().value));
  question().addEventListener("keydown", (event) => { if (event.key === "Enter" && !event.shiftKey) sent(); });
  new MutationObserver(() => window.requestAnimationFrame(drawn)).observe(log, { childList: true, subtree: true });
  new MutationObserver(troubled).observe(document.getElementById("cw-trouble"), { childList: true, subtree: true });
  const kept = { ...conversation(), ...(choice("language", "") || language !== "en" ? { language } : {}) };
  if (draft() && !question().value) write("cw-question", draft());
  if (kept.turns?.length || language !== "en") {
    keepConversation(JSON.stringify(kept));
    drawAgain();
    await oneDrawing();
  } else if (Object.keys(kept).length) write("cw-state", JSON.stringify(kept));
  const pending = takePending();
  if (!pending) return;
  act(pending);
  await oneDrawing();
  if (pending.text && question().value === pending.text) write("cw-question", "");
  keepDraft(question().value);
}

start();
