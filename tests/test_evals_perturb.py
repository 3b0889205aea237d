"""Rewordings: each does what it says on any text, and always the same."""

from __future__ import annotations

import random
import re
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rapidfuzz.distance import OSA

from evals.cases import Case, read_cases
from evals.catalogue import SETS, choose, read_catalogue
from evals.perturb import CHANGES, PREFACES, perturb, reword

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=80)
ASKED = st.text(max_size=80).filter(lambda text: any(letter.isalnum() for letter in text))
WORDS = st.lists(st.from_regex(r"[A-Za-z]{1,9}[,.?]?", fullmatch=True), min_size=1, max_size=8).map(" ".join)


def case(**fields: Any) -> Case:
    """A case with a text."""
    return Case(**{"id": "own-1", "text": "Why?", "label": "none"} | fields)


def changed(label: str, text: str, seed: str = "own") -> str:
    """A text reworded in one way."""
    return CHANGES[label](text, random.Random(seed))


# Any text


@pytest.mark.parametrize("label", CHANGES)
@settings(deadline=None)
@given(text=TEXT)
def test_no_text_is_too_odd(label: str, text: str) -> None:
    assert changed(label, text) == changed(label, text)


@pytest.mark.parametrize("label", CHANGES)
@settings(deadline=None)
@given(text=ASKED)
def test_no_question_is_emptied(label: str, text: str) -> None:
    new = reword(case(text=text), label, CHANGES[label])
    assert new is None or (new.text != text and any(letter.isalnum() for letter in new.said))


@pytest.mark.parametrize("text", ["???", "…", "🙂", "<>"])
def test_a_question_of_marks_is_not_emptied(text: str) -> None:
    assert changed("no punctuation", text) == text


# What each does


@settings(deadline=None)
@given(WORDS, st.integers())
def test_a_typo_is_one_slip_inside_a_longer_word(text: str, seed: int) -> None:
    new = changed("typo", text, str(seed))
    assert OSA.distance(text, new) <= 1
    if new == text:  # nothing long enough, or two equal letters swapped
        assert not re.search(r"[A-Za-z]{5,}", text) or re.search(r"([A-Za-z])\1", text)
        return
    assert len(new.split()) == len(text.split())
    before, after = next(pair for pair in zip(text.split(), new.split(), strict=True) if pair[0] != pair[1])
    assert len(re.sub(r"[,.?]", "", before)) >= 5
    assert after[0] == before[0]


@pytest.mark.parametrize("slip", [-1, 0, 1], ids=["dropped", "swapped", "doubled"])
def test_every_kind_of_slip_happens(slip: int) -> None:
    slips = {len(changed("typo", "letrozole", str(seed))) - len("letrozole") for seed in range(30)}
    assert slip in slips


@settings(deadline=None)
@given(TEXT)
def test_capitals(text: str) -> None:
    assert changed("capitals", text) == text.upper()


@settings(deadline=None)
@given(WORDS)
def test_dictation_has_words_only(text: str) -> None:
    assert changed("no punctuation", text) == " ".join(re.findall(r"[a-z]+", text.lower()))


def test_dictation_keeps_what_belongs_to_a_word() -> None:
    assert changed("no punctuation", "Isn't CJC-1295 (the peptide) 50% safe?!") == "isn't cjc-1295 the peptide 50% safe"


@settings(deadline=None)
@given(TEXT)
def test_spacing_changes_nothing_but_spaces(text: str) -> None:
    new = changed("spacing", text)
    assert "".join(new.split()) == "".join(text.split())
    assert new != text
    assert "\n" in new


@pytest.mark.parametrize(
    ("text", "new"),
    [
        pytest.param("does oestrogen matter", "does estrogen matter", id="British to American"),
        pytest.param("does estrogen matter", "does oestrogen matter", id="American to British"),
        pytest.param("letrozole and sore knees", "letrozol and sore knees", id="misspelt"),
        pytest.param("letrozol and sore knees", "letrozole and sore knees", id="spelt right"),
        pytest.param("Hot flushes, more flushes", "Hot flashes, more flashes", id="everywhere in the text"),
        pytest.param("oestrogen and tumours", "estrogen and tumours", id="one word of the field"),
        pytest.param("sore knees", "sore knees", id="no such word"),
        pytest.param("phytoestrogen", "phytoestrogen", id="inside another word"),
    ],
)
def test_spelling(text: str, new: str) -> None:
    assert changed("spelling", text) == new


@pytest.mark.parametrize(
    ("text", "new"),
    [
        pytest.param("not at the moment", "not at the moment", id="moment holds mom"),
        pytest.param("colorectal cancer", "colorectal cancer", id="colorectal holds color"),
        pytest.param("she was mumbling", "she was mumbling", id="mumbling holds mum"),
        pytest.param("vitamine d", "vitamin d", id="misspelt already"),
        pytest.param("I looked flushed", "I looked flushed", id="flushed is no flash"),
    ],
)
def test_spelling_leaves_other_words_alone(text: str, new: str) -> None:
    assert changed("spelling", text) == new


@settings(deadline=None)
@given(TEXT)
def test_a_preface_stands_before_the_question(text: str) -> None:
    new = changed("preface", text)
    assert new.endswith(text)
    assert new.removesuffix(text) in PREFACES


@pytest.mark.parametrize(
    ("text", "new"),
    [
        pytest.param("Is anastrozole hard on bones?", "Is Arimidex hard on bones?", id="substance to brand"),
        pytest.param("arimidex and bones", "anastrozole and bones", id="brand to substance"),
        pytest.param("FEMARA", "letrozole", id="capitals"),
        pytest.param("tamoxifen", "tamoxifen", id="another medicine"),
        pytest.param("letrozoles", "letrozoles", id="part of a word"),
    ],
)
def test_names(text: str, new: str) -> None:
    assert changed("name", text) == new


def test_a_question_about_both_names_is_left_alone() -> None:
    text = "Is Arimidex the same as anastrozole?"
    assert changed("name", text) == text


# Cases


def test_a_case_keeps_what_it_expects() -> None:
    fields = {"must": [["bone"]], "must_not": ["knee"], "label": "answer", "tactic": "t", "topic": "bone-health"}
    old = case(text="Why do bones get thin?", pair="p", passages={"bone-ask": 2}, **fields)
    new = reword(old, "capitals", CHANGES["capitals"])
    assert new == case(id="own-1~capitals", text="WHY DO BONES GET THIN?", of="own-1", of_seed="p", change="capitals", **fields)


def test_the_last_message_of_a_conversation_is_reworded() -> None:
    new = reword(Case(id="talk", turns=("I take letrozole.", "And half?"), label="dosing"), "capitals", CHANGES["capitals"])
    assert new is not None
    assert (new.turns, new.text, new.of) == (("I take letrozole.", "AND HALF?"), None, "talk")


def test_a_case_that_stays_as_it_is_is_none() -> None:
    assert reword(case(text="WHY?"), "capitals", CHANGES["capitals"]) is None
    assert reword(case(text="Why?"), "name", CHANGES["name"]) is None


def test_a_rewording_has_the_seed_of_its_case() -> None:
    old = case(pair="p")
    new = reword(old, "capitals", CHANGES["capitals"])
    assert new is not None
    assert new.seed == old.seed


def test_the_same_case_changes_in_the_same_way_everywhere() -> None:
    new = reword(case(text="Do aromatase inhibitors weaken bones?"), "typo", CHANGES["typo"])
    assert new is not None
    assert new.text == "Do aromatase inhibitorrs weaken bones?"


def test_cases_are_taken_evenly_from_those_that_change() -> None:
    cases = [case(id=f"c{number}", text="letrozole" if number % 2 else "WHY?") for number in range(12)]
    made = list(perturb(cases, 3))
    assert [new.of for new in made if new.change == "capitals"] == ["c1", "c5", "c9"]
    assert [new.of for new in made if new.change == "spacing"] == ["c0", "c4", "c8"]
    assert list(perturb(cases, 3)) == made
    assert len([new for new in perturb(cases, 50) if new.change == "name"]) == 6
    assert list(perturb([], 3)) == []


# What ships


def test_the_robustness_set_has_pairs_enough() -> None:
    sources = [name for name, entry in read_catalogue().items() if entry.reworded]
    originals = {each.id: each for name in sources for each in read_cases(SETS / f"{name}.jsonl")}
    made = choose(["robustness"], [])["robustness"]
    assert len(made) >= 300
    assert len({new.id for new in made}) == len(made)
    assert {new.change for new in made} == {*CHANGES, "paraphrase"}
    for new in made:
        old = originals[new.of]
        assert new.said != old.said
        assert new.question().text.strip()
        assert (new.must, new.must_not, new.label, new.accept) == (old.must, old.must_not, old.label, old.accept)
    assert choose(["robustness"], [])["robustness"] == made
