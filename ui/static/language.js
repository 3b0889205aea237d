// Runs before Gradio does: Gradio takes its language from the browser, and a reader may want another one on this page.
const chosen = window.localStorage.getItem("cw-language");
if (chosen) {
  Object.defineProperty(navigator, "language", { get: () => chosen });
  Object.defineProperty(navigator, "languages", { get: () => [chosen] });
}
document.documentElement.lang = (navigator.language || "en").split("-")[0];
