"""Knowing when not to answer: what is weighed, what is never answered, and that it tells covered questions from others."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from assistant.answerability import FEATURES, Answerability
from assistant.fitted import FittedMissing, read_fitted
from assistant.pipeline import Assistant
from assistant.speaks import Speaks
from assistant.train.lessons import read_not_covered
from assistant.types import Decision, Question
from corpus.library import Library
from index.search import Evidence, Query, Scores


@pytest.fixture
def answerability(library: Library) -> Answerability:
    weights = (1.0,) * FEATURES + (0.0,)
    known = {"letrozole", "rs4646"}.__contains__
    return Answerability(weights, 0.5, lambda text: 4.0, re.compile("foolazole|letrozole"), known, Speaks(library))


def evidence(library: Library, near: float) -> tuple[Evidence, ...]:
    passage = library.passage("joint-pain-common")
    same = (near,) * len(passage.sentences)
    return (Evidence(passage, near, Scores(near, near, near, near, near), same, same, None),)


def ask(text: str) -> Query:
    return Query((text,), text)


def test_nothing_found_is_not_covered(answerability: Answerability) -> None:
    found = answerability(ask("stiff joints"), ())
    assert (found.likely, found.enough) == (0.0, False)


def test_the_nearer_the_likelier(answerability: Answerability, library: Library) -> None:
    near, far = (answerability(ask("stiff joints"), evidence(library, value)).likely for value in (0.9, 0.1))
    assert near > far


@pytest.mark.parametrize(
    ("text", "stranger"),
    [
        ("is foolazole good for joints", "foolazole"),
        ("is letrozole bad for joints", ""),
        ("my report says rs1800562", "rs1800562"),
        ("my report says rs4646 and rs1800562", ""),
    ],
)
def test_what_the_content_never_names_is_never_answered(
    answerability: Answerability, library: Library, text: str, stranger: str
) -> None:
    assert answerability.stranger(ask(text)) == stranger
    assert answerability(ask(text), evidence(library, 0.9)).enough is not bool(stranger)


def test_a_passage_speaks_of_its_words_in_any_form_and_rare_ones_count_most(library: Library) -> None:
    speaks = Speaks(library)
    assert speaks.share("swimming", ["bone-health-swimming"]) == speaks.share("swims", ["bone-health-swimming"]) == 1.0
    assert speaks.share("gardening", ["bone-health-swimming"]) == 0.0
    assert 0 < speaks.share("does swimming help my zebra", ["bone-health-swimming"]) < 0.5
    assert speaks.share("why?", ["bone-health-swimming"]) == 1.0


def test_covered_questions_are_told_from_others(assistant: Assistant) -> None:
    """On questions that nothing was trained or fitted on; the covered ones are asked in other words than the index has."""
    outside = [each.text for each in read_not_covered() if each.fold == 1]
    answered = [text for text in outside if assistant.answer(Question(text)).kind is Decision.ANSWER]
    assert len(answered) <= 0.45 * len(outside)


def test_the_fitted_weights_are_whole(tmp_path) -> None:
    fitted = read_fitted()
    assert len(fitted.answerability) == FEATURES + 1
    assert 0 < fitted.least < 1
    assert sum(list(fitted.ranking.values())[:4]) == pytest.approx(1, abs=1e-3)
    assert min(fitted.ranking.values()) >= 0
    with pytest.raises(FittedMissing, match="python -m assistant fit"):
        read_fitted(tmp_path / "none.json")
    (tmp_path / "bad.json").write_text('{"ranking": {}}')
    with pytest.raises(FittedMissing, match="worth"):
        read_fitted(tmp_path / "bad.json")


def test_other_weights_change_the_answer(answerability: Answerability, library: Library) -> None:
    strict = replace(answerability, least=0.9999)
    assert answerability(ask("stiff joints"), evidence(library, 0.5)).enough
    assert not strict(ask("stiff joints"), evidence(library, 0.1)).enough
