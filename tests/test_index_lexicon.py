"""Patients' words: spelling, glossary terms, one name for the medicines."""

from __future__ import annotations

import pytest

from corpus.library import Library
from index.lexicon import Lexicon


@pytest.fixture(scope="module")
def lexicon(library: Library) -> Lexicon:
    return Lexicon(library)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("what is aromatse", "what is aromatase"),
        ("estrogn and bones", "estrogen and bones"),
        ("osteoprosis risk", "osteoporosis risk"),
        ("does acupunture help", "does acupuncture help"),
        ("magnesuim for bones", "magnesium for bones"),
        ("my weird neighbour", "my weird neighbour"),
        ("is metformin covered", "is metformin covered"),
        ("plase tell me whitch helps", "please tell me which helps"),
        ("the nurse wasnt sure", "the nurse wasn't sure"),
        ("a paper by Ashton", "a paper by Ashton"),
        ("rs10046 and rs4646", "rs10046 and rs4646"),
        ("knee", "knee"),
        ("", ""),
    ],
)
def test_spelling_is_forgiven_and_real_words_stay(lexicon: Lexicon, typed: str, meant: str) -> None:
    assert lexicon.correct(typed) == meant


@pytest.mark.parametrize(
    ("text", "term"),
    [
        ("I take Arimidex", "anastrozole"),
        ("on femara since may", "letrozole"),
        ("AI pain", "aromatase inhibitor"),
        ("oestrogen levels", "estrogen"),
    ],
)
def test_lay_words_give_the_contents_terms(lexicon: Lexicon, text: str, term: str) -> None:
    assert term in lexicon.terms(text)


def test_short_words_are_terms_only_in_capitals(lexicon: Lexicon) -> None:
    assert "aromatase inhibitor" not in lexicon.terms("ai ai captain")


@pytest.mark.parametrize(
    ("text", "one"),
    [
        ("Why does Arimidex hurt?", "Why does the medicine hurt?"),
        ("on my letrozole now", "on the medicine now"),
        ("an aromatase inhibitor and bones", "the medicine and bones"),
        ("Do AIs thin bones?", "Do the medicine thin bones?"),
        ("tamoxifen is another drug", "tamoxifen is another drug"),
    ],
)
def test_the_medicines_have_one_name_when_embedded(lexicon: Lexicon, text: str, one: str) -> None:
    assert lexicon.canonical(text) == one
