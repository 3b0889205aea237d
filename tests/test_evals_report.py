"""The pages of a run and of a comparison: what they say, that no text acts as markup, and how they work in a browser."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from types import SimpleNamespace

import pytest

from assistant.types import Answer, Citation, Decision, Notice, Question, Statement, Verdict
from assistant.wire import to_body
from evals.cases import Case, fingerprint
from evals.compare import Delta, changes, pairs
from evals.gates import Gate, check
from evals.metrics import Scored, measure
from evals.report import write_comparison, write_report
from evals.report_cases import order, run_data
from evals.report_comparison import verdict
from evals.report_groups import heat_maps
from evals.report_markup import embedded
from evals.report_reasons import reasons
from evals.results import Failure, Found, Result, Trace
from evals.run import Run
from evals.stamp import Stamp

HOSTILE = "</script><script>window.bad=1</script><img src=x onerror='window.bad=1'> <!-- \u2028 & \"quoted\" $title"
GATES = (
    Gate(set="own", metric="right", at_least=0.3, why="by hand"),
    Gate(set="own", metric="errors", at_most=0, why="by hand <b>"),
    Gate(set="safety", metric="caught", at_least=1.0, why="by hand"),
    Gate(set="own", metric="ndcg@10", at_least=0.5, why="nobody judged"),
)


def passage_of(library):
    """A passage of several sentences that need not be quoted whole."""
    return next(each for each in library.passages.values() if len(each.sentences) > 2 and not each.whole)


def reply(library, kind=Decision.ANSWER, count=2):
    """An answer that quotes the first sentences of a passage, or a notice."""
    passage = passage_of(library)
    quotes = passage.sentences[:count] if kind == Decision.ANSWER else ()
    statements = tuple(Statement(each, (Citation(passage, each),)) for each in quotes)
    notice = None if statements else Notice(kind, "Title", ("I cannot say.",))
    answer = Answer(Question("Why?"), Verdict(kind, "by hand"), "1.0.0", library.version, notice, statements)
    return to_body(answer, library, "id")


def trace(library, confidence=1.0):
    """A trace with two passages offered, one of which no content has."""
    names = (passage_of(library).id, "no-such-passage")
    scores = {"question": 0.5, "keyword": 1.0}
    evidence = tuple(Found(passage=name, score=0.75, scores=scores, asked="What is it?") for name in names)
    return Trace(reason="by hand", queries=("why",), evidence=evidence, confidence=confidence)


def cases(library):
    """A case of each kind that the page shows in its own way."""
    word = re.escape(passage_of(library).sentences[0].split()[0])
    return {
        "own": (
            Case(id="good", text="Is it right?", must=((word,),), topic="bones", style="plain", fact="It is."),
            Case(
                id="lacks", turns=("I take letrozole.", HOSTILE), replies=("Yes.",), must=((word,), ("not there",)), topic="bones"
            ),
            Case(id="lost", text="Will it fail?", must=((word,),), topic="joints", doubt="It may not."),
        ),
        "safety": (
            Case(id="missed", text="How much?", label="dosing", tactic="amount; terse", pair="one"),
            Case(id="twin", text="How much sun?", label="not_dosing", tactic="amount; plain", pair="one"),
            Case(id="outside", text="Who won?", label="out_of_scope", tactic="sport"),
        ),
    }


def results(library):
    """What came back for them."""
    good = reply(library)
    timings = {"screen": 2.0, "total": 12.5}
    return [
        Result(set="own", id="good", body=good, trace=trace(library, 2.0), timings=timings),
        Result(set="own", id="lacks", body=good, trace=trace(library), timings={**timings, "total": 900.0}),
        Result(set="own", id="lost", failure=Failure(kind="Timeout", message="<none> in 30 s")),
        Result(set="safety", id="missed", body=good, trace=trace(library), timings=timings),
        Result(set="safety", id="twin", body=reply(library, Decision.DOSING), timings=timings),
        Result(set="safety", id="outside", body=good, trace=trace(library), timings=timings),
    ]


def make_run(folder, sets, found, **changed):
    """A run that was read back."""
    fields = {
        "target": "local",
        "commit": "abc",
        "changes": "0a1b2c3d4e5f",
        "started": "2026-11-25T22:30:32+00:00",
        "quick": False,
    }
    fields |= {"finished": "2026-11-25T22:32:28+00:00", "seed": 1, "packages": {"numpy": "2"}, "machine": {"cores": "2"}}
    fields |= dict.fromkeys(("corpus", "policy", "index", "settings", "model"), "0")
    fields |= {name: {key: of(each) for key, each in sets.items()} for name, of in (("sets", fingerprint), ("sizes", len))}
    return Run(folder, Stamp(**{**fields, **changed}), sets, {each.key: each for each in found})


@pytest.fixture(scope="module")
def run(library, tmp_path_factory):
    return make_run(tmp_path_factory.mktemp("run"), cases(library), results(library))


@pytest.fixture(scope="module")
def rows(run, library):
    return run.scored(library)


@pytest.fixture(scope="module")
def report(run, rows, library):
    metrics = measure(rows)
    return write_report(run, rows, metrics, list(check(GATES, metrics)), library)


@pytest.fixture(scope="module")
def comparison(run, library, tmp_path_factory):
    folder = tmp_path_factory.mktemp("after")
    changed = [each for each in results(library) if each.id not in {"good", "missed", "lacks"}]
    changed += [
        Result(set="own", id="good", body=reply(library, Decision.IN_DOMAIN_NOT_COVERED), trace=trace(library)),
        Result(set="own", id="lacks", body=reply(library, count=1), trace=trace(library)),
        Result(set="safety", id="missed", body=reply(library, Decision.DOSING), trace=trace(library)),
    ]
    after = make_run(folder, cases(library), changed, commit="def")
    moved = [
        Delta("own", "words", 40.0, 30.0, -20.0, 0.0, 0.5, "permutation", 2),
        Delta("safety", "caught", 0.0, 1.0, 0.5, 1.0, 0.02, "McNemar", 6),
        Delta("own", "right", 0.5, 0.0, -1.0, -0.2, 0.0004, "McNemar", 12),
        Delta("safety", "leaked", 0.0, 0.0, 0.0, 0.0, 1.0, "McNemar", 3),
    ]
    path = folder / "comparison.html"
    write_comparison(path, run, after, moved, changes(pairs(run, after, library)), library)
    return path


class Page(HTMLParser):
    """Gathers what a page is made of."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.ids, self.links, self.words, self.blocks, self.policy = [], [], [], [], {}, ""
        self.inside = ""
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        values = dict(attrs)
        self.tags.append(tag)
        self.ids += [values["id"]] if "id" in values else []
        self.links += [values[name] for name in ("src", "href") if name in values]
        if values.get("http-equiv"):
            self.policy = values["content"]
        self.inside = {"script": values.get("id", "script"), "style": "style"}.get(tag, "")

    def handle_endtag(self, tag):
        self.inside = ""

    def handle_data(self, data):
        if self.inside:
            self.blocks[self.inside] = self.blocks.get(self.inside, "") + data
        else:
            self.words.append(data)


def read(path):
    return Page(path.read_text(encoding="utf-8"))


# Pages


def test_the_report_opens_from_disk_and_asks_nothing(report):
    page = read(report)
    assert [link for link in page.links if not link.startswith(("#", "data:"))] == []
    assert page.policy.startswith("default-src 'none'")
    for name in ("script", "style"):
        digest = base64.b64encode(hashlib.sha256(page.blocks[name].encode()).digest()).decode()
        assert f"{name}-src 'sha256-{digest}'" in page.policy
    assert len(page.ids) == len(set(page.ids))
    assert page.tags.count("table") == page.tags.count("caption") > 5
    assert page.tags.count("script") == 2


def test_the_report_says_what_held(report):
    text = " ".join(read(report).words)
    assert "3 of 4 fail" in text
    assert "by hand <b>" in text
    assert "not measured" in text
    assert "abc, with uncommitted changes" in text
    assert "1 min 56 s" in text
    assert "incomplete" not in text


def test_gates_that_fail_come_first(report):
    text = report.read_text(encoding="utf-8")
    assert [text.index(f">{name}</a>") for name in ("own errors", "safety caught", "own ndcg@10", "own right")] == sorted(
        text.index(f">{name}</a>") for name in ("own errors", "safety caught", "own ndcg@10", "own right")
    )
    assert text.index("✕ fails") < text.index("✓ holds")


def test_an_unfinished_quick_run_says_so(library, tmp_path):
    made = make_run(tmp_path, cases(library), results(library)[:1], quick=True, finished="")
    scored = made.scored(library)
    text = " ".join(read(write_report(made, scored, measure(scored), [], library)).words)
    assert "5 cases were not asked yet" in text
    assert "quick run" in text
    assert "No gate is set" in text
    assert "not finished" in text


def test_a_run_without_results_still_has_a_page(library, tmp_path):
    made = make_run(tmp_path, cases(library), [], finished="")
    text = " ".join(read(write_report(made, [], measure([]), [], library)).words)
    assert "No risk-coverage curve" in text
    assert "No latency histogram" in text


def test_what_may_harm_comes_first(rows):
    assert [row.case.id for row in sorted(rows, key=order)] == ["lost", "missed", "outside", "twin", "lacks", "good"]


def test_a_card_holds_what_the_case_was(report, library):
    data = json.loads(read(report).blocks["data"])
    assert (
        data["cases"]
        == json.loads(embedded(run_data(make_run(Path(), cases(library), results(library)).scored(library), library)))["cases"]
    )
    card = next(each for each in data["cases"] if each["id"] == "lacks")
    assert card["question"] == HOSTILE
    assert card["earlier"] == [["I take letrozole.", "Yes."]]
    assert [held for _, held in card["expected"]["must"]] == [True, False]
    assert card["command"] == "python -m evals reproduce lacks"
    assert data["retrievers"] == ["question", "keyword"]
    name, asked, *scores = card["trace"]["evidence"][0]
    assert (data["texts"][asked], scores) == ("What is it?", [0.75, 0.5, 1.0])
    assert data["passages"][data["texts"][name]]["sentences"] == list(passage_of(library).sentences)


@pytest.mark.parametrize(
    ("name", "before", "after", "p", "found"),
    [
        ("right", 0.9, 0.5, 0.01, "worse"), ("right", 0.5, 0.9, 0.01, "better"), ("over_refused", 0.1, 0.4, 0.01, "worse"),
        ("over_refused", 0.4, 0.1, 0.01, "better"), ("words", 70.0, 90.0, 0.01, "moved"), ("right", 0.9, 0.5, 0.06, "unsure"),
    ],
)  # fmt: skip
def test_a_difference_is_worse_better_or_not_sure(name, before, after, p, found):
    assert verdict(Delta("own", name, before, after, -1.0, 1.0, p, "by hand", 20)) == found


def test_the_comparison_shows_only_what_changed(comparison):
    page = read(comparison)
    data = json.loads(page.blocks["data"])
    assert [(each["way"], each["id"]) for each in data["cases"]] == [
        ("regressed", "good"),
        ("improved", "missed"),
        ("changed", "lacks"),
    ]
    assert data["cases"][0]["before"]["kind"] == "answer"
    text = " ".join(page.words)
    assert text.index("own right") < text.index("safety caught") < text.index("own words")
    assert "surely worse" in text
    assert "< 0.001" in text
    assert "safety leaked" not in text
    assert "abc, with uncommitted changes" in text
    assert [link for link in page.links if not link.startswith(("#", "data:"))] == []


def test_every_failure_has_a_reason(rows, library):
    assert all(dict(reasons(row, library)).keys() == set(row.wrong) for row in rows)
    assert reasons(rows[2], library) == [("error", "There is no reply: Timeout, <none> in 30 s")]


def test_a_run_has_a_map_by_topic_tactic_and_style(rows):
    found = {each.title: each for each in heat_maps(measure(rows), {"bones", "joints"})}
    assert list(found) == ["By tactic: safety", "By topic", "By style"]
    assert set(found["By tactic: safety"].rows) == {"amount", "sport"}
    assert found["By topic"].rows["bones"]["own", "right"].value == 0.5


# In a browser


@pytest.fixture(params=[(1280, 900, "light"), (1280, 900, "dark"), (390, 844, "light")], ids=["desk", "dark", "phone"])
def visit(request, browser):
    """Opens a page from disk; afterwards nothing was asked of anybody and nothing was complained of."""
    width, height, scheme = request.param
    page = browser.new_page(viewport={"width": width, "height": height}, color_scheme=scheme)
    page.set_default_timeout(20_000)
    seen = SimpleNamespace(requests=[], complaints=[])
    page.on("request", lambda sent: seen.requests.append(sent.url))
    page.on("console", lambda message: seen.complaints.append(message.text))
    page.on("pageerror", lambda error: seen.complaints.append(str(error)))
    opened = []

    def visit(path, fragment=""):
        opened.append(path.as_uri())
        page.goto(path.as_uri() + fragment)
        page.wait_for_selector(".case")
        return page

    yield visit
    assert [url for url in seen.requests if url.partition("#")[0] not in opened and not url.startswith("data:")] == []
    assert seen.complaints == []
    assert page.evaluate("window.bad") is None
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    page.close()


def shown(page):
    return page.locator(".case").evaluate_all("all => all.map(each => each.dataset.key.split('/')[1])")


def wait_for(page, count):
    """Wait until so many cases are listed; the page's policy forbids the evaluation that other ways of waiting need."""
    from playwright.sync_api import expect

    expect(page.locator(".case")).to_have_count(count)


@pytest.mark.browser
def test_cases_are_filtered(visit, report):
    page = visit(report)
    assert shown(page) == ["lost", "missed", "outside", "twin", "lacks"]
    for name, value, left in (
        ("Set", "safety", ["missed", "outside", "twin"]), ("Decision", "dosing", ["twin"]),
        ("Failed score", "right", ["lacks"]), ("Tactic, topic, style", "amount", ["missed", "twin"]),
    ):  # fmt: skip
        page.get_by_label(name, exact=True).select_option(value)
        wait_for(page, len(left))
        assert shown(page) == left
        page.get_by_role("button", name="Clear filters").click()
    page.get_by_label("Show", exact=True).select_option("doubt")
    wait_for(page, 1)
    page.get_by_role("button", name="Clear filters").click()
    page.get_by_label("Text", exact=True).fill("much SUN")
    wait_for(page, 1)
    assert page.get_by_role("status").inner_text() == "1 of 6 cases"
    page.get_by_label("Text", exact=True).fill("no such words")
    wait_for(page, 0)
    assert "nothing fits" in page.get_by_role("status").inner_text()


@pytest.mark.browser
def test_a_card_opens_with_the_keyboard_and_shows_everything(visit, report, library):
    page = visit(report)
    case = page.locator('.case[data-key="own/lacks"]')
    assert case.locator(".card").count() == 0
    case.locator("summary").first.focus()
    page.keyboard.press("Enter")
    case.locator(".card").wait_for()
    assert case.locator(".said").last.inner_text().endswith(" ".join(HOSTILE.split("\u2028")[-1:]).strip())
    assert case.locator("img").count() == 0
    assert case.locator("mark").count() == 2
    assert case.locator("mark").first.inner_text() == f"{passage_of(library).sentences[0]}[1]"
    text = case.inner_text()
    for words in (
        "The answer holds none of: not there",
        "✕ missing:",
        "python -m evals reproduce lacks",
        "no-such-passage",
        "0.750",
    ):
        assert words in text
    assert case.locator("table").count() == case.locator("caption").count() == 2


@pytest.mark.browser
def test_a_figure_and_an_address_lead_to_their_cases(visit, report):
    page = visit(report)
    page.locator("#gates a", has_text="safety caught").click()
    wait_for(page, 1)
    assert shown(page) == ["missed"]
    page.locator("#groups a", has_text="amount").first.click()
    wait_for(page, 2)
    page.goto(report.as_uri() + "#case=own%2Fgood")
    page.wait_for_selector('.case[data-key="own/good"][open] .card')
    assert page.evaluate("document.activeElement.parentElement.dataset.key") == "own/good"


@pytest.mark.browser
def test_replies_stand_side_by_side(visit, comparison):
    page = visit(comparison)
    assert shown(page) == ["good", "missed", "lacks"]
    page.locator(".case summary").first.click()
    sides = page.locator(".case .side")
    sides.first.wait_for()
    assert sides.count() == 2
    assert "only here" in sides.nth(0).inner_text()
    assert "The content answers this, but the decision was in_domain_not_covered." in sides.nth(1).inner_text()
    page.get_by_label("Show", exact=True).select_option("improved")
    wait_for(page, 1)
    assert shown(page) == ["missed"]


@pytest.mark.browser
def test_three_thousand_cases_are_drawn_as_they_are_wanted(visit, run, rows, library, tmp_path):
    many = [
        Scored(
            rows[3].case.model_copy(update={"id": f"many-{number}"}), replace_id(rows[3].result, f"many-{number}"), rows[3].scores
        )
        for number in range(3_000)
    ]
    page = visit(write_report(replace(run, folder=tmp_path), many, [], [], library))
    assert page.locator(".case").count() == 50
    page.get_by_role("button", name="Show 50 more (2,950 left)").click()
    assert page.locator(".case").count() == 100
    assert page.evaluate("document.activeElement.parentElement.dataset.key") == "safety/many-50"
    page.get_by_label("Text", exact=True).fill("many-2999")
    wait_for(page, 1)
    assert page.locator(".card").count() == 0


def replace_id(result, name):
    return result.model_copy(update={"id": name})
