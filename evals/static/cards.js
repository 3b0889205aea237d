"use strict";
// Everything is put on the page as text, never as HTML: replies and questions may hold markup.

const data = JSON.parse(document.getElementById("data").textContent);
const text = (number) => data.texts[number];

function make(name, attributes, ...children) {
  const node = document.createElement(name);
  for (const [key, value] of Object.entries(attributes ?? {})) {
    if (value === true) node.setAttribute(key, "");
    else if (value !== undefined && value !== null && value !== false) node.setAttribute(key, value);
  }
  node.append(...children.flat().filter((child) => child !== undefined && child !== null && child !== false));
  return node;
}

function part(title, ...children) {
  const found = children.flat().filter(Boolean);
  return found.length ? make("section", { class: "part" }, make("h3", {}, title), ...found) : null;
}

function tableOf(caption, head, rows, look) {
  const table = make("table", { class: look },
    make("caption", { class: "unseen" }, caption),
    make("thead", {}, make("tr", {}, head.map((name) => make("th", { scope: "col" }, name)))),
    make("tbody", {}, rows));
  return make("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": `Table: ${caption}` }, table);
}

const keyOf = (item) => `${item.set}/${item.id}`;
const linkTo = (item, words) => make("a", { href: `#case=${encodeURIComponent(keyOf(item))}` }, words);

function conversation(item) {
  const turns = (item.earlier ?? []).flatMap(([said, reply]) => [
    make("p", { class: "said earlier" }, make("span", { class: "who" }, "Earlier"), said),
    reply && make("p", { class: "sample" }, make("span", { class: "who" }, "Sample reply, not sent"), reply),
  ]);
  return part(item.earlier ? "Conversation" : "Question", turns,
    make("p", { class: "said" }, item.earlier && make("span", { class: "who" }, "Question"), item.question));
}

function expectation(item) {
  const found = item.expected ?? {};
  const answered = item.kind === "answer";
  const list = [];
  const add = (name, ...values) => list.push(make("div", {}, make("dt", {}, name), make("dd", {}, values.flat())));
  if (found.fact) add("Fact", found.fact);
  if (found.label) add("Label", make("code", {}, found.label));
  if (found.accept) add("Also counts", found.accept.flatMap((each) => [make("code", {}, each), " "]));
  for (const [group, held] of found.must ?? []) {
    const mark = answered ? make("span", { class: held ? "good" : "bad" }, held ? "✓ held: " : "✕ missing: ") : "";
    add("Must hold one of", mark, group.flatMap((each, at) => [at ? " or " : "", make("code", {}, each)]));
  }
  for (const [pattern, held] of found.must_not ?? []) {
    const mark = answered ? make("span", { class: held ? "bad" : "good" }, held ? "✕ held: " : "✓ absent: ") : "";
    add("Must not hold", mark, make("code", {}, pattern));
  }
  if (found.must_not_contain) add("Banned strings", found.must_not_contain.flatMap((each) => [make("code", {}, each), " "]));
  if (found.claims) add("Claims", found.claims.join(", "));
  return part("Expected", make("dl", { class: "facts wide" }, list));
}

function decision(item) {
  const trace = item.trace;
  const rows = [["Decision", make("code", {}, item.kind)]];
  if (trace) {
    rows.push(["Reason", trace.reason]);
    if (trace.queries.length) rows.push(["Searched for", trace.queries.join(" · ")]);
    if (trace.confidence !== null) rows.push(["Confidence", String(trace.confidence)]);
  } else {
    rows.push(["Reason", "no trace: the assistant was asked over HTTP, or gave no reply"]);
  }
  return part("Decision", make("dl", { class: "facts wide" },
    rows.map(([name, value]) => make("div", {}, make("dt", {}, name), make("dd", {}, value)))));
}

function why(item) {
  if (!item.why) return null;
  return part("Why it is wrong", make("ul", { class: "why" },
    item.why.map(([name, words]) => make("li", {}, make("code", {}, name), " ", words))));
}

function reply(item, other) {
  if (!item.reply) return part("Reply", make("p", { class: "bad" }, "There is no reply."));
  const elsewhere = new Set((other?.reply?.statements ?? []).map(([number]) => number));
  const statements = item.reply.statements.map(([number, cited]) => make("li", {}, text(number), " ",
    cited.map((each) => make("span", { class: "number" }, `[${each}]`)),
    other && !elsewhere.has(number) && make("span", { class: "only" }, " only here")));
  return part("Reply",
    item.reply.notice !== null
      && make("p", { class: "notice" }, make("span", { class: "who" }, "Notice"), text(item.reply.notice)),
    statements.length > 0 && make("ol", { class: "statements" }, statements),
    item.reply.related.length > 0 && make("p", { class: "note" }, `Related: ${item.reply.related.map(text).join(" · ")}`));
}

function quoted(whole, quotes) {
  // Quotes may touch or overlap, so the marked stretches are joined before the text is cut.
  const spans = quotes.map(([number, quote]) => [whole.indexOf(quote), quote.length, number]).filter(([at]) => at >= 0);
  const pieces = [];
  let end = 0;
  for (const [at, length, number] of spans.sort((one, next) => one[0] - next[0])) {
    pieces.push(whole.slice(end, Math.max(at, end)));
    const marked = whole.slice(Math.max(at, end), at + length);
    pieces.push(make("mark", {}, marked, make("span", { class: "number" }, `[${number}]`)));
    end = Math.max(end, at + length);
  }
  return [...pieces, whole.slice(end)];
}

function passages(item) {
  const byName = new Map();
  for (const [number, name, quote] of item.reply?.citations ?? []) {
    if (!byName.has(name)) byName.set(name, []);
    byName.get(name).push([number, text(quote)]);
  }
  return part("Passages cited", [...byName].map(([number, quotes]) => {
    const name = text(number);
    const passage = data.passages[name];
    const head = make("p", { class: "source" }, make("span", { class: "number" }, quotes.map(([each]) => `[${each}]`).join(" ")),
      passage ? ` ${passage.title} › ${passage.heading} ` : " ", make("code", {}, name),
      passage?.evidence && make("span", { class: "note" }, ` evidence: ${passage.evidence}`),
      passage?.whole && make("span", { class: "note" }, " · quoted whole or not at all"));
    if (!passage) {
      return make("div", { class: "passage" }, head, make("p", { class: "bad" }, "✕ The content has no such passage."),
        quotes.map(([, quote]) => make("p", {}, quote)));
    }
    const whole = passage.sentences.join(" ");
    const lost = quotes.filter(([, quote]) => !whole.includes(quote));
    return make("div", { class: "passage" }, head, make("p", {}, quoted(whole, quotes)),
      lost.map(([each, quote]) => make("p", { class: "bad" }, `✕ [${each}] is not in the passage: “${quote}”`)));
  }));
}

function meter(value) {
  const node = make("td", { class: "meter" }, value === null || value === undefined ? "–" : value.toFixed(3));
  node.style.setProperty("--share", `${Math.max(0, Math.min(1, value ?? 0)) * 100}%`);
  return node;
}

function evidence(item) {
  const found = item.trace?.evidence ?? [];
  if (!found.length) return item.trace ? part("Search", make("p", { class: "note" }, "Nothing was searched.")) : null;
  const cited = new Set((item.reply?.citations ?? []).map(([, name]) => name));
  const judged = item.expected?.passages;
  const claims = new Set(item.expected?.claims ?? []);
  const rows = found.map(([name, asked, ...scores], at) => {
    const passage = data.passages[text(name)];
    const expected = passage?.claims.some((each) => claims.has(each));
    return make("tr", {},
      make("td", {}, String(at + 1)),
      make("th", { scope: "row" },
        make("details", {}, make("summary", {}, passage?.heading ?? text(name)),
          make("p", {}, passage ? passage.sentences.join(" ") : "The content has no such passage.")),
        make("span", { class: "note" }, text(name)),
        cited.has(name) && make("span", { class: "tag" }, "✓ cited"),
        expected && make("span", { class: "tag" }, "★ carries an expected claim"),
        asked !== null && make("span", { class: "note" }, `nearest question: ${text(asked)}`)),
      judged && make("td", {}, String(judged[text(name)] ?? 0)),
      [0, ...data.retrievers.keys()].map((_, column) => meter(scores[column])));
  });
  const head = ["Rank", "Passage", judged && "Judged", "score", ...data.retrievers].filter(Boolean);
  return part("Search", tableOf("Passages that the search offered, with the score of each retriever", head, rows, "evidence"));
}

const MEASURED = new Set(["words", "reading_grade"]);

function fails(name, value) {
  if (value === undefined || MEASURED.has(name)) return false;
  return data.scores[name]?.bad ? value === true : value === false || (typeof value === "number" && value < 1);
}

function shownScore(value) {
  return value === undefined ? "–" : value === true ? "yes" : value === false ? "no" : String(value);
}

function scores(item) {
  const found = Object.entries(item.scored ?? {});
  const failed = found.filter(([name, value]) => fails(name, value));
  const rows = [...failed, ...found.filter((each) => !failed.includes(each))].map(([name, value]) => make("tr", {},
    make("th", { scope: "row" }, name),
    make("td", {}, shownScore(value)),
    make("td", {}, MEASURED.has(name) ? "–" : fails(name, value)
      ? make("span", { class: "bad" }, "✕ not as wanted") : make("span", { class: "good" }, "✓ as wanted")),
    make("td", {}, make("span", { class: "note" }, data.scores[name]?.asks ?? ""))));
  if (!rows.length) return null;
  const blank = Object.keys(data.scores).filter((name) => !(name in item.scored));
  return part("Scores", tableOf("Every score that applies", ["Score", "Value", "Result", "What it asks"], rows, "scores"),
    blank.length > 0 && make("p", { class: "note" }, `Not asked of this case: ${blank.join(", ")}.`));
}

function spent(item) {
  const rows = Object.entries(item.spent ?? {}).map(([step, value]) =>
    make("div", {}, make("dt", {}, step), make("dd", {}, `${value.toFixed(1)} ms`)));
  return rows.length ? part("Time", make("dl", { class: "facts wide" }, rows)) : null;
}

function about(item) {
  const rows = Object.entries(item.about ?? {}).map(([name, value]) => {
    const other = name === "pair"
      ? data.cases.find((each) => each.set === item.set && each.id !== item.id && each.about?.pair === value)
      : name === "rewording of" ? data.cases.find((each) => each.id === value) : null;
    return make("div", {}, make("dt", {}, name),
      make("dd", {}, value, other ? [" · ", linkTo(other, `other case: ${other.id}`)] : null));
  });
  return rows.length ? part("About the case", make("dl", { class: "facts wide" }, rows)) : null;
}

function command(item) {
  const line = make("code", { class: "command" }, item.command);
  const button = make("button", { type: "button" }, "Copy");
  button.addEventListener("click", async () => {
    getSelection().selectAllChildren(line);
    // A page that was opened from disk may not reach the clipboard; the line is selected then.
    const copied = await navigator.clipboard?.writeText(item.command).then(() => true, () => false);
    button.textContent = copied ? "Copied" : "Selected";
  });
  return part("Ask it again", make("p", { class: "again" }, line, button, linkTo(item, "Link to this case")));
}

function card(item) {
  return make("div", { class: "card" }, why(item),
    make("div", { class: "columns" }, make("div", {}, conversation(item), expectation(item)),
      make("div", {}, decision(item), reply(item))),
    passages(item), evidence(item),
    scores(item), make("div", { class: "columns" }, about(item), spent(item)), command(item));
}

function side(title, item, other) {
  return make("div", { class: "side" }, make("p", { class: "title" }, title), why(item), decision(item), reply(item, other),
    make("details", {}, make("summary", {}, "Passages and search"), passages(item), evidence(item)));
}

function pairCard(item) {
  const before = item.before;
  const names = Object.keys(data.scores).filter((name) => item.scored?.[name] !== before.scored?.[name]);
  const rows = names.map((name) => make("tr", {},
    make("th", { scope: "row" }, name),
    make("td", {}, shownScore(before.scored?.[name])),
    make("td", {}, shownScore(item.scored?.[name]))));
  return make("div", { class: "card" },
    make("div", { class: "columns" }, conversation(item), expectation(item)),
    make("div", { class: "columns" }, side("Before", before, item), side("After", item, before)),
    rows.length > 0 && part("Scores that changed", tableOf("Scores that changed", ["Score", "Before", "After"], rows, "scores")),
    about(item), command(item));
}
