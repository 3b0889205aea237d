"""Composing by quoting, and the verification behind it."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.extractive import Composer, Shape, compared, overlap
from assistant.types import Citation, Statement
from assistant.verify import verify
from assistant.words import content_words, stem, stems
from corpus.library import Library, read_library
from corpus.page import Passage, Population
from index.search import Evidence, Query, Scores

LIBRARY = read_library()
PASSAGES = list(LIBRARY.passages.values())
QUERY = Query(("why are joints stiff",), "joints stiff")


def evidence(passage: Passage, score: float, near: Sequence[float] | None = None) -> Evidence:
    near = tuple(near or (score,) * len(passage.sentences))
    return Evidence(passage, score, Scores(score, score, score, score, score), near, (0.0,) * len(near), None)


@st.composite
def found(draw: st.DrawFn) -> list[Evidence]:
    chosen = draw(st.lists(st.sampled_from(PASSAGES), unique_by=lambda passage: passage.id, max_size=8))
    results = []
    for passage in chosen:
        cosines = st.floats(min_value=-1, max_value=1)
        near = draw(st.lists(cosines, min_size=len(passage.sentences), max_size=len(passage.sentences)))
        results.append(evidence(passage, draw(st.floats(min_value=0, max_value=1)), near))
    return sorted(results, key=lambda each: -each.score)


@settings(max_examples=200, deadline=None)
@given(found())
def test_every_statement_is_verbatim_in_its_one_cited_passage(offered: list[Evidence]) -> None:
    statements = verify(Composer()(QUERY, offered), offered)
    names = {each.passage.id for each in offered}
    for statement in statements:
        (citation,) = statement.citations
        assert statement.text == citation.quote
        assert statement.text in citation.passage.sentences
        assert citation.passage.id in names


@settings(max_examples=200, deadline=None)
@given(found())
def test_answers_are_short_and_whole_passages_stay_whole(offered: list[Evidence]) -> None:
    shape = Shape()
    statements = verify(Composer(shape)(QUERY, offered), offered)
    quoted: dict[str, list[str]] = {}
    for statement in statements:
        quoted.setdefault(statement.citations[0].passage.id, []).append(statement.text)
    assert len(statements) <= shape.statements
    assert sum(len(statement.text.split()) for statement in statements) <= shape.most_words
    for name, texts in quoted.items():
        if LIBRARY.passage(name).whole:
            assert tuple(texts) == LIBRARY.passage(name).sentences


@settings(max_examples=100, deadline=None)
@given(found())
def test_composing_twice_gives_the_same(offered: list[Evidence]) -> None:
    assert Composer()(QUERY, offered) == Composer()(QUERY, offered)


def test_no_evidence_gives_no_statement() -> None:
    assert Composer()(QUERY, ()) == ()


def test_the_nearest_sentence_of_the_best_passage_comes_first() -> None:
    passage = LIBRARY.passage("joint-pain-common")
    near = [0.1, 0.9, *([0.1] * (len(passage.sentences) - 2))]
    assert Composer()(QUERY, [evidence(passage, 0.8, near)])[0].text == passage.sentences[1]


def test_a_sentence_that_repeats_another_is_left_out() -> None:
    one = content_words("Stiff joints are common on an aromatase inhibitor.")
    other = content_words("Joints that are stiff are common with an aromatase inhibitor.")
    assert overlap(one, other) >= Shape().same


def test_a_sentence_that_says_the_same_in_other_words_is_left_out() -> None:
    passage = next(each for each in PASSAGES if not each.whole and len(each.sentences) == 2)
    alike, apart = np.array([[1, 0], [0.9, 0.44]], np.float32), np.array([[1, 0], [0, 1]], np.float32)
    for vectors, count in ((alike, 1), (apart, 2)):
        offered = [dataclasses.replace(evidence(passage, 0.8), vectors=vectors)]
        assert len(Composer(Shape(words=120))(QUERY, offered)) == count


def test_verify_drops_what_was_not_offered(library: Library) -> None:
    offered, other = library.passage("joint-pain-common"), library.passage("bone-health-short")
    draft = tuple(Statement(passage.sentences[0], (Citation(passage, passage.sentences[0]),)) for passage in (offered, other))
    assert [statement.text for statement in verify(draft, [evidence(offered, 0.5)])] == [offered.sentences[0]]


def test_verify_drops_words_that_no_citation_has(library: Library) -> None:
    passage = library.passage("joint-pain-common")
    stitched = Statement(f"{passage.sentences[0]} It always passes.", (Citation(passage, passage.sentences[0]),))
    assert verify((stitched,), [evidence(passage, 0.5)]) == ()


def test_verify_drops_part_of_a_whole_passage() -> None:
    passage = next(each for each in PASSAGES if each.whole and len(each.sentences) > 1)
    part = Statement(passage.sentences[0], (Citation(passage, passage.sentences[0]),))
    assert verify((part,), [evidence(passage, 0.5)]) == ()


@pytest.mark.parametrize("extra", [{"words": 40}, {"statements": 2}])
def test_settings_bound_the_answer(extra: dict[str, int]) -> None:
    shape = Shape(**extra)
    offered = [evidence(passage, 0.9 - number / 100) for number, passage in enumerate(PASSAGES[:6])]
    statements = Composer(shape)(QUERY, offered)
    assert len(statements) <= shape.statements


def test_something_new_is_said_before_nearly_the_same_again() -> None:
    same, new = LIBRARY.passage("joint-pain-common"), LIBRARY.passage("joint-pain-cause")
    axes = np.eye(384, dtype=np.float32)
    offered = [
        dataclasses.replace(evidence(same, 0.9), vectors=np.array([axes[0]] * len(same.sentences)) * 0.8 + axes[1] * 0.2),
        dataclasses.replace(evidence(new, 0.88), vectors=np.array([axes[2 + number] for number in range(len(new.sentences))])),
    ]
    once, spread = Shape(statements=2, again=0.0, alike=2.0, same=2.0), Shape(statements=2, again=8.0, alike=2.0, same=2.0)
    pages = [[said.citations[0].passage.id for said in Composer(shape)(QUERY, offered)] for shape in (once, spread)]
    assert pages == [[same.id, same.id], [same.id, new.id]]


@pytest.mark.parametrize(
    ("text", "sides"),
    [
        ("Is acupuncture better than exercise?", ["acupuncture better", "exercise"]),
        ("difference between osteopenia and osteoporosis", ["osteopenia", "osteoporosis"]),
        ("turmeric or fish oil for joints", ["turmeric", "fish oil"]),
        ("letrozole vs. anastrozole", ["letrozole", "anastrozole"]),
        ("Why do my hands and knees hurt?", []),
        ("should I worry or not", ["worry"]),
    ],
)
def test_the_sides_of_a_comparison_are_named(text: str, sides: list[str]) -> None:
    found = compared(text)
    assert len(found) == len(sides)
    for words, side in zip(found, sides, strict=True):
        assert {stem(word) for word in side.split()} & words


def test_a_comparison_says_something_of_both_sides() -> None:
    one, other = LIBRARY.passage("joint-pain-acupuncture"), LIBRARY.passage("exercise-joints-short")
    query = Query(("Is acupuncture better than exercise?",), "acupuncture exercise")
    said = Composer(Shape(statements=2))(query, [evidence(one, 0.9), evidence(other, 0.3)])
    assert [{"acupunctur", "exercis"} & stems(each.text) for each in said] == [{"acupunctur"}, {"exercis"}]


def test_a_reader_gets_their_own_group_first() -> None:
    men, women = LIBRARY.passage("men-testosterone-bone-checks"), LIBRARY.passage("bone-health-checks")
    offered = [evidence(men, 0.8), evidence(women, 0.8)]
    for population, name in ((Population.BREAST_CANCER, women.id), (Population.MEN, men.id)):
        query = Query(("who checks the bones",), "bones", population=population)
        assert Composer(Shape(statements=1))(query, offered)[0].citations[0].passage.id == name
