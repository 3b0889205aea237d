// What can be done with a reply: copy it, hear it, say whether it helped.
import { announce, button, make, say } from "./parts.js";
import { conversation, given, keepGiven } from "./kept.js";

const REASONS = ["wrong", "unclear", "not_what_i_asked", "unsafe", "other"];

const plain = (element) => {
  const copy = element.cloneNode(true);
  copy.querySelectorAll(".cw-cite").forEach((mark) => mark.remove());
  return copy.textContent.trim();
};

export const spokenText = (reply) => [...reply.querySelectorAll(".cw-kind, .cw-notice p, .cw-statements p")].map(plain).join(" ");

function withSources(reply) {
  const asked = reply.parentElement.querySelector(".cw-user").lastChild.textContent;
  const said = [...reply.querySelectorAll(".cw-notice p, .cw-statements p")].map((part) => {
    const copy = part.cloneNode(true);
    copy.querySelectorAll(".cw-cite").forEach((mark) => mark.replaceWith(` [${mark.textContent}]`));
    return copy.textContent.trim();
  });
  const sources = [...reply.querySelectorAll(".cw-sources li")].map((item) => `${item.textContent.trim()}.`);
  return [asked, ...said, ...(sources.length ? [`${say("sources")}:`, ...sources] : [])].join("\n\n");
}

async function copy(reply) {
  await navigator.clipboard.writeText(withSources(reply)).then(() => note(reply, say("copied")), () => note(reply, say("copy_failed")));
}

function note(reply, text) {
  let line = reply.querySelector(":scope > .cw-said");
  if (!line) reply.append(line = make("p", { class: "cw-said", lang: document.documentElement.lang }));
  line.textContent = text;
  announce(text);
}

function read(reply, tool) {
  const speaking = window.speechSynthesis.speaking;
  window.speechSynthesis.cancel();
  if (speaking) return;
  const voice = new SpeechSynthesisUtterance(spokenText(reply));
  voice.lang = "en-US";
  voice.rate = 0.95;
  const over = () => { tool.textContent = say("read"); };
  voice.addEventListener("end", over);
  voice.addEventListener("error", over);
  tool.textContent = say("stop_reading");
  window.speechSynthesis.speak(voice);
}

async function send(reply, helpful, reason = "", comment = "") {
  const body = { answer_id: reply.dataset.answer, conversation_id: conversation().conversation ?? "", helpful, reason, comment };
  const answer = await fetch("/api/feedback", { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) }).catch(() => null);
  if (!answer?.ok) {
    note(reply, say("feedback_failed"));
    return false;
  }
  keepGiven(reply.dataset.answer, helpful ? "helpful" : "not-helpful");
  reply.querySelector(".cw-feedback")?.remove();
  decorate(reply);
  note(reply, say("feedback_saved"));
  return true;
}

function form(reply, tool) {
  const open = reply.querySelector(".cw-feedback");
  if (open) { open.remove(); return; }
  const name = `reason-${reply.dataset.answer}`;
  const choices = REASONS.map((reason, number) => make("label", {}, make("input", { type: "radio", name, value: reason, checked: number === 2 }), say(`feedback_${reason}`)));
  const comment = make("textarea", { rows: "2", maxlength: "2000" });
  const sheet = make("form", { class: "cw-feedback", lang: document.documentElement.lang, on: { submit: async (event) => {
    event.preventDefault();
    const sent = await send(reply, false, sheet.querySelector("input:checked").value, comment.value);
    if (sent) tool.focus();
  } } },
  make("fieldset", {}, make("legend", {}, say("feedback_title")), ...choices), make("label", {}, say("feedback_comment")), comment,
  make("div", { class: "cw-row" }, make("button", { type: "submit", class: "cw-tool cw-primary" }, say("feedback_send")), button("cancel", () => { sheet.remove(); tool.focus(); }, "cw-tool")));
  comment.setAttribute("aria-label", say("feedback_comment"));
  reply.append(sheet);
  sheet.querySelector("input:checked").focus();
}

// Feedback that was given stays visible when the conversation is drawn anew.
export function decorate(reply) {
  const value = given()[reply.dataset.answer];
  reply.querySelectorAll("[data-do=helpful], [data-do=not-helpful]").forEach((tool) => tool.setAttribute("aria-pressed", String(tool.dataset.do === value)));
  if (!("speechSynthesis" in window)) reply.querySelector("[data-do=read]")?.remove();
}

export function doTool(tool) {
  const reply = tool.closest(".cw-reply");
  switch (tool.dataset.do) {
    case "copy": return copy(reply);
    case "read": return read(reply, tool);
    case "helpful": return send(reply, true);
    default: return form(reply, tool);
  }
}
