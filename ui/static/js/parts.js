// Making elements, and the words of the page in the reader's language.
let words = {};
export const useWords = (entries) => { words = entries; };
export const say = (key, values = {}) => Object.entries(values).reduce((text, [name, value]) => text.replaceAll(`{${name}}`, value), words[key]);

export function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name === "on") Object.entries(value).forEach(([event, act]) => element.addEventListener(event, act));
    else if (value !== false) element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children);
  return element;
}

export const button = (key, act, name = "") => make("button", { type: "button", class: name, on: { click: act } }, say(key));

// A sentence for screen readers; the same sentence twice is said twice.
export function announce(text) {
  const status = document.getElementById("cw-status");
  status.textContent = "";
  window.setTimeout(() => { status.textContent = text; }, 50);
}
