// What stays in this tab until it is closed: the conversation, a half-written question, feedback that was given.
const read = (key, empty) => JSON.parse(window.sessionStorage.getItem(key) ?? JSON.stringify(empty));

export const conversation = () => read("cw-state", {});
export const keepConversation = (text) => window.sessionStorage.setItem("cw-state", text || "{}");
export const draft = () => read("cw-draft", "");
export const keepDraft = (text) => window.sessionStorage.setItem("cw-draft", JSON.stringify(text));
export const given = () => read("cw-given", {});
export const keepGiven = (answer, value) => window.sessionStorage.setItem("cw-given", JSON.stringify({ ...given(), [answer]: value }));
// What was asked when the connection was lost; done again after the page is loaded anew.
export const keepPending = (command) => window.sessionStorage.setItem("cw-pending", JSON.stringify(command));
export function takePending() {
  const pending = read("cw-pending", null);
  window.sessionStorage.removeItem("cw-pending");
  return pending;
}
export const forgetAll = () => window.sessionStorage.clear();
// Choices about reading are no secret, and stay for the next visit.
export const choice = (name, usual) => window.localStorage.getItem(`cw-${name}`) ?? usual;
export const keepChoice = (name, value) => window.localStorage.setItem(`cw-${name}`, value);
