"""The same question at another level: that level's passages where they answer, and a word when there are none."""

from __future__ import annotations

import pytest

from assistant.pipeline import Assistant
from assistant.types import Decision, Question
from corpus.page import Level


@pytest.mark.parametrize(
    ("level", "wanted", "serves"),
    [
        (Level.PLAIN, Level.PLAIN, 0.0),
        (Level.PLAIN, Level.TECHNICAL, 0.0),
        (Level.TECHNICAL, Level.PLAIN, 0.0),
        (Level.TECHNICAL, Level.TECHNICAL, 1.0),
        (Level.DETAILED, Level.TECHNICAL, 0.5),
        (Level.TECHNICAL, Level.DETAILED, 0.5),
    ],
)
def test_how_a_passage_serves_another_level(level: Level, wanted: Level, serves: float) -> None:
    assert level.serves(wanted) == serves


QUESTIONS = [
    "What do variants of CYP19A1 have to do with joint pain?",
    "How does estrogen protect bone?",
    "What is RANKL?",
    "How does the estrogen receptor work?",
    "What is known about BPC-157?",
]


def test_a_higher_level_brings_more_of_its_passages(assistant: Assistant) -> None:
    def share(level: Level) -> float:
        cited = [
            citation.passage.level for text in QUESTIONS for citation in assistant.answer(Question(text, (), level)).citations
        ]
        return sum(each is not Level.PLAIN for each in cited) / len(cited)

    assert share(Level.TECHNICAL) > share(Level.PLAIN)


def test_an_answer_without_the_detail_asked_for_says_so(assistant: Assistant) -> None:
    answers = [assistant.answer(Question("Why do hot flashes happen?", (), level)) for level in Level]
    assert all(answer.kind is Decision.ANSWER for answer in answers)
    assert not answers[0].falls_back
    for answer in answers[1:]:
        levels = {citation.passage.level for citation in answer.citations}
        assert answer.falls_back == (levels == {Level.PLAIN})
