"""No statement without a quote from a passage: the promise stands in a constructor."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.types import Citation, Decision, QuoteNotFound
from corpus.library import Library


def test_a_citation_of_words_that_are_not_there_cannot_exist(library: Library) -> None:
    passage = library.passage("joint-pain-common")
    assert Citation(passage, passage.sentences[0]).quote == passage.sentences[0]
    for quote in ("", "This cures joint pain.", passage.sentences[0].upper(), passage.text + " More."):
        with pytest.raises(QuoteNotFound):
            Citation(passage, quote)


@given(st.text(max_size=60))
def test_a_citation_exists_exactly_when_its_words_stand_in_the_passage(text: str) -> None:
    from corpus.library import read_library

    passage = next(iter(LIBRARY.setdefault("one", read_library()).passages.values()))
    if text and text in passage.text:
        assert Citation(passage, text).quote == text
    else:
        with pytest.raises(QuoteNotFound):
            Citation(passage, text)


LIBRARY: dict[str, Library] = {}


def test_the_decisions_that_stop_are_those_of_the_policy() -> None:
    assert {decision.value for decision in Decision if decision.stops} == {
        "self_harm",
        "emergency",
        "injection",
        "chitchat",
        "gibberish",
        "unsupported_language",
        "out_of_scope",
    }
