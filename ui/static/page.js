// Opens the source of a citation and moves the focus to the quoted sentence.
document.addEventListener("click", (event) => {
  const link = event.target instanceof Element ? event.target.closest("a.cw-cite") : null;
  if (!link) return;
  const quote = document.getElementById(link.getAttribute("href").slice(1));
  if (!quote) return;
  event.preventDefault();
  const source = quote.closest("details");
  if (source) source.open = true;
  document.querySelectorAll("mark.cw-current").forEach((mark) => mark.classList.remove("cw-current"));
  quote.classList.add("cw-current");
  const calm = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
  quote.scrollIntoView({ block: "center", behavior: calm ? "auto" : "smooth" });
  quote.focus({ preventScroll: true });
});

// Shows a new reply from its beginning: long replies would otherwise open at their end.
function showLatest() {
  const replies = document.querySelectorAll("#cw-log .cw-user");
  const latest = replies[replies.length - 1];
  if (!latest || latest === showLatest.shown) return;
  showLatest.shown = latest;
  latest.scrollIntoView({ block: "start", behavior: "auto" });
}
new MutationObserver(() => window.requestAnimationFrame(showLatest)).observe(document.documentElement, { childList: true, subtree: true });
