"""The sheet for the care team: what was asked and quoted, what is open, what to ask."""

from __future__ import annotations

from datetime import date

from assistant.types import Answer, Citation, Decision, Question, Statement, Verdict
from corpus.library import Library
from ui.render import Shown
from ui.sheet import make_sheet, sheet_html
from ui.words import read_words

TODAY = date(2026, 11, 26)


def shown(library: Library, text: str, decision: Decision, *names: str) -> Shown:
    statements = tuple(
        Statement(passage.sentences[0], (Citation(passage, passage.sentences[0]),)) for passage in map(library.passage, names)
    )
    return Shown(Answer(Question(text), Verdict(decision, "test"), "1", "2", statements=statements), "a")


def test_the_sheet_holds_questions_quotations_sources_and_what_is_open(library: Library) -> None:
    replies = [
        shown(library, "hello", Decision.CHITCHAT),
        shown(library, "Why do my <joints> hurt?", Decision.ANSWER, "joint-pain-common"),
        shown(library, "How much do I take?", Decision.DOSING),
        shown(library, "My tonsils?", Decision.IN_DOMAIN_NOT_COVERED),
    ]
    sheet = make_sheet(replies, library)
    assert [answer.question.text for answer in sheet.replies] == [
        "Why do my <joints> hurt?",
        "How much do I take?",
        "My tonsils?",
    ]
    assert sheet.open == ("How much do I take?", "My tonsils?")
    assert set(sheet.ask) <= set(library.pages["joint-pain"].ask)
    assert sheet.ask
    html = sheet_html(sheet, library, read_words()["en"], "General information.", TODAY)
    passage = library.passage("joint-pain-common")
    for words in (
        passage.sentences[0].split(",")[0],
        "[1]",
        passage.heading,
        library.version,
        "26 November 2026",
        "General information.",
    ):
        assert words in html
    assert "<joints>" not in html
    assert "hello" not in html


def test_a_question_asked_at_two_levels_stands_once(library: Library) -> None:
    twice = [
        shown(library, "Why?", Decision.ANSWER, "joint-pain-common"),
        shown(library, "why?", Decision.ANSWER, "care-talk-first"),
    ]
    sheet = make_sheet(twice, library)
    assert len(sheet.replies) == 1
    assert [passage.id for passage in sheet.sources] == ["care-talk-first"]


def test_questions_to_ask_come_from_every_page_in_turn(library: Library) -> None:
    replies = [
        shown(library, "one", Decision.ANSWER, "joint-pain-common"),
        shown(library, "two", Decision.ANSWER, "care-talk-first"),
    ]
    first = make_sheet(replies, library).ask[:2]
    assert first == (library.pages["joint-pain"].ask[0], library.pages["working-with-your-care-team"].ask[0])


def test_an_empty_conversation_says_how_to_begin(library: Library) -> None:
    html = sheet_html(make_sheet([], library), library, read_words()["en"], "", TODAY)
    assert "Ask at least one question first" in html
