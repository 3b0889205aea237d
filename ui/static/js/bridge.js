// Speaks with Gradio: writes into its boxes, presses its buttons, and notices when no reply comes.
import { announce, make, say } from "./parts.js";
import { conversation, keepPending } from "./kept.js";

const box = (id) => document.querySelector(`#${id} textarea, #${id} input`);
const frame = () => new Promise((done) => { window.requestAnimationFrame(() => window.requestAnimationFrame(done)); });
const SLOW = 4000, LOST = 30000, REST = 5000;
let waiting = null;

export const question = () => box("cw-question");
export const keptState = () => box("cw-state")?.value ?? "";

export function write(id, text) {
  const target = box(id);
  target.value = text;
  target.dispatchEvent(new Event("input", { bubbles: true }));
}

export async function act(command) {
  write("cw-command", JSON.stringify(command));
  await frame();
  document.getElementById("cw-act").click();
  expectReply(command);
}

export const drawAgain = (changes = {}) => act({ do: "draw", state: { ...conversation(), ...changes } });

// A reply has to come: when the server cannot be reached the person is told, and can try again. `command` is what was asked for;
// null stands for the button beside the question box.
export function expectReply(command) {
  replied();
  waiting = { command, since: Date.now(), timer: window.setTimeout(look, SLOW) };
}

// Gives the command that was waited for.
export function replied() {
  const command = waiting?.command;
  if (waiting) window.clearTimeout(waiting.timer);
  waiting = null;
  document.getElementById("cw-offline")?.replaceChildren();
  return command;
}

async function look() {
  const mine = waiting;
  if (!mine) return;
  const reached = await isReached();
  if (mine !== waiting) return;
  if (reached && Date.now() - mine.since < LOST) mine.timer = window.setTimeout(look, REST);
  else showLost(mine.command, reached ? "error_text" : "error_offline");
}

const isReached = () => fetch("/healthz", { signal: AbortSignal.timeout(3000), cache: "no-store" }).then((answer) => answer.ok, () => false);

// The page is loaded anew, since Gradio does not always find its way back; nothing is lost by that.
async function again(command) {
  if (!await isReached()) { announce(say("error_offline")); return; }
  keepPending(command ?? { do: "ask", text: question().value });
  window.location.reload();
}

function showLost(command, key) {
  const retry = make("button", { type: "button", class: "cw-again", on: { click: (event) => { event.stopPropagation(); again(command); } } }, say("try_again"));
  const card = make("div", { class: "cw-reply cw-error", role: "alert" },
    make("p", { class: "cw-kind" }, make("span", { class: "cw-icon cw-icon-error", "aria-hidden": "true" }), say("error")), make("p", {}, say(key)), make("p", {}, retry));
  document.getElementById("cw-offline").replaceChildren(card);
  announce(say(key));
}
