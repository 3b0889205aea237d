"""How a message is read with what came before it."""

from __future__ import annotations

import pytest

from assistant.pipeline import Assistant
from assistant.rewrite import depends, wordings
from assistant.types import Decision, Question
from corpus.library import Library
from index.lexicon import Lexicon


@pytest.fixture(scope="module")
def lexicon(library: Library) -> Lexicon:
    return Lexicon(library)


@pytest.mark.parametrize(
    ("text", "leans"),
    [
        ("is it approved?", True),
        ("and for the bones?", True),
        ("why is that?", True),
        ("tell me more", True),
        ("swimming?", True),
        ("Does exercise help sore joints?", False),
        ("What is CYP19A1 and aromatase?", False),
        ("My hands have been stiff every single morning since the spring began", False),
    ],
)
def test_what_leans_on_the_message_before(lexicon: Lexicon, text: str, leans: bool) -> None:
    assert depends(text, lexicon.stands_in_content) is leans


def test_a_message_that_stands_alone_is_read_alone_first(lexicon: Lexicon) -> None:
    question = Question("Does exercise help sore joints?", ("What is BPC-157?",))
    assert wordings(question, question.text, lexicon.stands_in_content) == (
        "Does exercise help sore joints?",
        "What is BPC-157? Does exercise help sore joints?",
    )
    follow_up = Question("is it approved?", ("What is BPC-157?",))
    assert wordings(follow_up, follow_up.text, lexicon.stands_in_content) == ("What is BPC-157? is it approved?",)


@pytest.mark.parametrize(
    "earlier",
    [
        ("How many mg of letrozole should I take?", "Does letrozole turn my tonsils blue?"),
        ("hello",),
        ("What is CYP19A1?", "Is there a test for it?", "Who pays for such a test?"),
    ],
)
def test_a_change_of_subject_is_answered_whatever_came_before(assistant: Assistant, earlier: tuple[str, ...]) -> None:
    answer = assistant.answer(Question("Does exercise help sore joints?", earlier))
    assert answer.kind is Decision.ANSWER
    assert "exercise" in answer.text.lower()


def test_a_chain_of_short_messages_is_read_with_the_one_they_lean_on(lexicon: Lexicon) -> None:
    question = Question("why is that?", ("Does exercise help sore joints?", "is it safe?", "in men too?"))
    assert wordings(question, question.text, lexicon.stands_in_content) == (
        "Does exercise help sore joints? in men too? why is that?",
    )


def test_a_message_that_leans_is_searched_by_itself_too(assistant: Assistant) -> None:
    leaning = assistant.answer(Question("turmeric?", ("Does exercise help sore joints?",)))
    assert leaning.query is not None
    assert leaning.query.alone is not None
    assert leaning.query.alone.text.startswith("turmeric?")
    assert any("turmeric" in sentence for sentence in leaning.text.lower().split(". "))
    first = assistant.answer(Question("turmeric?"))
    assert first.query is not None
    assert first.query.alone is None
