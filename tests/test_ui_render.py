"""Answers as HTML: escaped, marked, labelled."""

from __future__ import annotations

from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.policy import read_policy
from assistant.types import Answer, Citation, Decision, Question, Statement, Verdict
from corpus.library import Library
from ui.history import earlier, text_of, with_reply
from ui.render import answer_html, entities, error_html, user_html


class Reader(HTMLParser):
    """Collects tags, ids, links and text."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.ids: list[str] = []
        self.links: list[str] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        found = dict(attrs)
        self.ids += [found["id"] or ""] if "id" in found else []
        self.links += [found["href"] or ""] if "href" in found else []

    def handle_data(self, data: str) -> None:
        self.text += data


def read(html: str) -> Reader:
    reader = Reader()
    reader.feed(html)
    return reader


def answer(library: Library) -> Answer:
    one, other = library.passage("joint-pain-common"), library.passage("care-talk-first")
    texts = [(one, one.sentences[1]), (one, one.sentences[0]), (other, other.sentences[0])]
    statements = tuple(Statement(text, (Citation(passage, text),)) for passage, text in texts)
    return Answer(Question("x"), Verdict(Decision.ANSWER, "test"), "1", "2", statements=statements)


def test_every_citation_mark_leads_to_its_marked_sentence(library: Library) -> None:
    reader = read(answer_html(answer(library), library, 4))
    marks = [link for link in reader.links if link.startswith("#")]
    assert marks == ["#reply-4-source-1", "#reply-4-source-2", "#reply-4-source-3"]
    assert sorted(reader.ids) == [mark[1:] for mark in marks]
    assert reader.tags.count("mark") == 3
    assert reader.tags.count("details") == 2


def test_the_source_shows_passage_label_review_and_references(library: Library) -> None:
    html = answer_html(answer(library), library, 0)
    text = read(html).text
    passage = library.passage("joint-pain-common")
    assert all(sentence in text for sentence in passage.sentences)
    assert "Well established" in text
    assert "Not yet reviewed by a clinician" in text
    assert all(library.references[key].text in text for key in passage.references)
    assert 'aria-label="Source 1: Joint pain and stiffness"' in html


@pytest.mark.parametrize(
    ("decision", "look"),
    [
        (Decision.DOSING, "cw-refused"),
        (Decision.EMERGENCY, "cw-urgent"),
        (Decision.IN_DOMAIN_NOT_COVERED, "cw-not-covered"),
        (Decision.CHITCHAT, "cw-notice"),
    ],
)
def test_the_outcomes_look_different(library: Library, decision: Decision, look: str) -> None:
    policy = read_policy(library)
    reply = Answer(Question("x"), Verdict(decision, "test"), "1", "2", notice=policy.notices[decision])
    assert f'class="cw-reply {look}"' in answer_html(reply, library, 0)
    assert "cw-error" in error_html("gone")


@given(st.text(max_size=200))
def test_nothing_a_person_writes_becomes_markup(text: str) -> None:
    assert set(read(user_html(text)).tags) <= {"div", "br"}
    inner = entities(text).replace("<br>", "")
    assert not set(inner) & set("<>*_[]()`$\\\"'")


@given(st.text(alphabet=st.characters(exclude_categories=("Cs", "Cc")), max_size=200))
def test_the_conversation_gives_back_what_was_written(text: str) -> None:
    history = with_reply([], user_html(text), "<p>reply</p>")
    assert earlier(history) == (text,)


def test_gradios_ways_to_wrap_a_message_are_read() -> None:
    assert text_of({"content": [{"type": "text", "text": user_html("a < b")}]}) == "a < b"
    assert text_of({"content": user_html("one\ntwo")}) == "one\ntwo"
