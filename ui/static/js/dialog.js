// One dialog for everything that opens over the page; focus goes in, stays in, and comes back to what opened it.
import { button, make, say } from "./parts.js";

let opener = null;
let opened = null;

export function openDialog(titleKey, body, { tall = false, actions = [] } = {}) {
  close();
  opener = document.activeElement;
  const title = make("h2", { id: "cw-dialog-title", tabindex: "-1" }, say(titleKey));
  opened = make("dialog", { "aria-labelledby": "cw-dialog-title", class: tall ? "cw-tall" : "" },
    make("div", { class: "cw-dialog-head" }, title, button("close", close)), ...body, ...(actions.length ? [make("div", { class: "cw-row" }, ...actions)] : []));
  opened.addEventListener("close", done);
  document.body.append(opened);
  opened.showModal();
  title.focus();
  return opened;
}

export function close() {
  opened?.close();
}

function done() {
  opened?.remove();
  opened = null;
  if (opener?.isConnected) opener.focus();
  opener = null;
}

export function confirm(titleKey, textKey, yesKey, act) {
  const yes = button(yesKey, () => { close(); act(); }, "cw-primary");
  openDialog(titleKey, [make("p", {}, say(textKey))], { actions: [yes, button("cancel", close)] });
}
