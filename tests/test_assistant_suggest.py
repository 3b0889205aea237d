"""Suggestions: only short, plain, well-spelt questions are shown, and each belongs to its passage."""

from __future__ import annotations

from random import Random

import pytest

from assistant.pipeline import Assistant
from assistant.suggest import Suggestions, presentable, read_unsuited, well_spelt
from assistant.types import Decision, Question
from corpus.library import Library
from index.lexicon import Lexicon


@pytest.fixture(scope="module")
def suggestions(library: Library) -> Suggestions:
    return Suggestions(library, Lexicon(library).knows)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Is swimming good for my bones?", True),
        ("is swimming good for my bones?", False),
        ("Swimming and bones", False),
        ("I swim a lot. Is that good for my bones?", False),
        ("Why?", False),
        ("Is it true that " + "very " * 12 + "old bones break?", False),
        ("(nurse) Does swimming help the bones?", False),
        ("Is acupuncture just quackery for sore joints?", False),
        ("Turmeric settles inflammation in people, right?", False),
        ("Is turmeric proven to settle inflammation, isn't it?", False),
        ("Does my husband need a bone scan?", False),
        ("Do my genes explain the joint pain?", True),
    ],
)
def test_only_one_short_question_may_be_shown(text: str, shown: bool) -> None:
    assert presentable(text) is shown


def test_a_misspelt_question_is_not_shown() -> None:
    assert not well_spelt("Does letrazole hurt?", {"does", "hurt"}.__contains__)


def test_almost_every_passage_has_one_and_it_is_its_own(library: Library, suggestions: Suggestions) -> None:
    without = [name for name in library.passages if not suggestions(name)]
    assert len(without) <= 0.05 * len(library.passages), without
    for name in library.passages:
        assert suggestions(name) in {"", *(question.text for question in library.questions_of(name))}


def test_the_nearest_question_is_shown_if_it_may_be(library: Library, suggestions: Suggestions) -> None:
    passage = "joint-pain-common"
    first = suggestions(passage)
    other = next(text for each in library.questions_of(passage) if suggestions(passage, text := each.text) == text != first)
    assert suggestions(passage, other) == other
    assert suggestions(passage, "so um my hands??") == first


def test_every_suggestion_is_answered(assistant: Assistant) -> None:
    offered = sorted(assistant.suggest.all)
    assert set(offered) & read_unsuited() == set()
    for text in Random(20261126).sample(offered, 60):
        assert assistant.answer(Question(text)).kind is Decision.ANSWER, text
    for text in assistant.policy.starters:
        assert assistant.answer(Question(text)).kind is Decision.ANSWER, text
